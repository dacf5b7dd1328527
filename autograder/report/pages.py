"""The class's pages in ``reports/``: one for each week, and one for the course."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .. import __version__
from ..course.manifest import Course, Week
from . import figures
from .calibration import ItemCalibration
from .classbook import open_book
from .incidents import incidents
from .page import environment, script_hash, write
from .rows import Place, course_rows, week_row
from .statistics import FEW, FEW_FOR_CORRELATION, quartiles
from .week import WeekReport, report_week

FOLDER = "reports"
#: A submission is slow when it took this many times the median.
SLOW = 3
#: How many mistakes a page shows unfolded.
MOST_MISTAKES = 12
Say = Callable[[str], None]


def write_reports(course: Course, weeks: list[Week], say: Say) -> list[Path]:
    """Write the pages of these weeks and that of the course; returns their paths."""
    place = Place(course, course.root / FOLDER)
    with open_book(course) as book:
        everything = {week.id: report_week(book.week(week)) for week in course.weeks}
    graded = [week for week in course.weeks if everything[week.id].cls.sheets]
    written = []
    for week in weeks:
        position = graded.index(week) if week in graded else -1
        path = place.folder / f"{week.id}.html"
        text = week_page(
            place,
            everything[week.id],
            before=graded[position - 1].id if position > 0 else "",
            after=graded[position + 1].id if 0 <= position < len(graded) - 1 else "",
        )
        write(path, text)
        written.append(path)
    path = place.folder / "index.html"
    write(path, course_page(place, [everything[week.id] for week in graded]))
    pages = sum(
        not place.link(course.feedback_page(sheet.student, week.id))
        for week in weeks
        for sheet in everything[week.id].cls.sheets
    )
    if pages:
        say(f"{pages} feedback pages are not written yet; the report leads to the notebooks there")
    return [*written, path]


def week_page(place: Place, report: WeekReport, before: str = "", after: str = "") -> str:
    """The page of one week."""
    cls, groups = report.cls, report.groups
    troubled = groups.add(
        "trouble",
        "a time-out, a crash or changed cells",
        [sheet.student for sheet in cls.sheets if incidents(sheet)],
    )
    penalties = groups.add(
        "late",
        "a late penalty",
        [sheet.student for sheet in cls.sheets if sheet.marks and sheet.marks.penalty],
    )
    middle = quartiles(report.seconds)[1]
    slow = groups.add(
        "slow",
        f"more than {SLOW} times the median time",
        [sheet.student for sheet in cls.graded if sheet.seconds > SLOW * middle],
    )
    counts = [len(groups.members[f"b{index}"]) for index in range(len(report.bins))]
    claims = report.calibration.items
    tokens = groups.by_student()
    return _render(
        place,
        "week.html",
        groups.labels,
        r=report,
        before=before,
        after=after,
        troubled=troubled,
        penalties=penalties,
        histogram=cls.sheets
        and figures.histogram(counts, report.edges, "points", report.quartiles[1]),
        exercise_plot=cls.sheets
        and figures.exercises(
            [row.name for row in report.exercises],
            [row.rate for row in report.exercises],
            [row.discrimination for row in report.exercises],
        ),
        claims_plot=report.calibration.n >= FEW
        and figures.claims(
            [_short(claim.exercise, claim.text, claims) for claim in claims],
            [claim.ticked / claim.n for claim in claims],
            [claim.passes / claim.n for claim in claims],
        ),
        times={
            "median": middle,
            "longest": max(report.seconds, default=0.0),
            "total": sum(report.seconds),
            "slow": slow,
        },
        most_mistakes=MOST_MISTAKES,
        few=FEW,
        few_corr=FEW_FOR_CORRELATION,
        heads=[{"name": name, "points": points} for name, points in cls.exercises.items()],
        tail=["tests", "answers", "late", "mark"],
        rows=[week_row(place, cls, sheet, tokens.get(sheet.student, "")) for sheet in cls.sheets],
    )


def course_page(place: Place, reports: list[WeekReport]) -> str:
    """The page of the course: its weeks, and students by weeks."""
    shares = [
        [sheet.earned / sheet.points for sheet in report.cls.sheets if sheet.points]
        for report in reports
    ]
    rows = [
        {
            "report": report,
            "quartiles": quartiles(values),
            "hardest": min(
                (row for row in report.exercises if row.rate.known),
                key=lambda row: row.rate.value,
                default=None,
            ),
            "unmarked": sum(
                len(report.groups.members[f"w{i}"]) for i, _ in enumerate(report.unmarked)
            ),
            "troubled": sum(bool(incidents(sheet)) for sheet in report.cls.sheets),
        }
        for report, values in zip(reports, shares, strict=True)
    ]
    numbers = [str(report.cls.number) for report in reports]
    return _render(
        place,
        "course.html",
        {},
        weeks=rows,
        course_weeks=len(place.course.weeks),
        unmarked=sum(row["unmarked"] for row in rows),
        withdrawn=len({p.id for report in reports for p in report.cls.withdrawn}),
        plot=reports and figures.weeks([f"week {number}" for number in numbers], shares),
        heads=[
            {"name": f"week {report.cls.number}", "points": sum(report.cls.exercises.values())}
            for report in reports
        ],
        tail=["all", "not handed in"],
        rows=course_rows(place, reports),
    )


def _short(exercise: str, text: str, claims: Sequence[ItemCalibration]) -> str:
    """A statement in a plot: its exercise, or its first words where there are several."""
    if sum(claim.exercise == exercise for claim in claims) == 1:
        return exercise
    return text if len(text) <= 34 else f"{text[:33]}…"


def _render(place: Place, template: str, labels: dict[str, str], **facts: Any) -> str:
    loader = environment().loader
    assert loader is not None
    script = loader.get_source(environment(), "report.js")[0]
    return (
        environment()
        .get_template(template)
        .render(
            course=place.course.manifest.course,
            labels=labels,
            # the template puts the script between its tags as it is, so this is what is hashed
            script=script,
            script_hash=script_hash(script),
            now=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            version=__version__,
            **facts,
        )
    )
