"""The class's pages in ``reports/``: one for each week, and one for the course."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import starmap
from pathlib import Path

from .. import __version__
from ..course.files import write_whole
from ..course.manifest import Course, Week
from ..gradebook.classbook import open_book
from . import figures
from .calibration import ItemCalibration
from .feedback import page_names
from .groups import Group
from .incidents import incidents
from .page import environment, script_hash
from .rows import Links, StudentRow, course_rows, week_row
from .statistics import FEW, FEW_FOR_CORRELATION, quartiles
from .week import ExerciseRow, WeekReport, report_week, total

FOLDER = "reports"
#: A submission that takes this many times the median is slow.
SLOW = 3
#: How many mistakes a page shows unfolded.
MOST_MISTAKES = 12
Say = Callable[[str], None]


@dataclass(frozen=True)
class Head:
    """A column of the table of students: an exercise or a week, and its points."""

    name: str
    points: float


@dataclass(frozen=True)
class Times:
    """How long grading took, in seconds, and whose submissions were slow."""

    median: float
    longest: float
    total: float
    slow: Group


@dataclass(frozen=True)
class WeekPage:
    """What the template ``week.html`` shows, beside what every page has.

    Attributes
    ----------
    r : the week's report
    before, after : the ids of the weeks with a page before and after this one; empty if none
    histogram, exercise_plot, claims_plot : plots as SVG; empty if there is nothing to plot
    heads, tail, rows : the table of students
    most_mistakes : how many mistakes are shown unfolded
    few, few_corr : with fewer students no share, no correlation is given
    """

    r: WeekReport
    before: str
    after: str
    troubled: Group
    penalties: Group
    times: Times
    histogram: str
    exercise_plot: str
    claims_plot: str
    heads: tuple[Head, ...]
    tail: tuple[str, ...]
    rows: tuple[StudentRow, ...]
    most_mistakes: int = MOST_MISTAKES
    few: int = FEW
    few_corr: int = FEW_FOR_CORRELATION


@dataclass(frozen=True)
class WeekLine:
    """A week in the course's table; ``hardest`` is the exercise that fewest solve."""

    report: WeekReport
    quartiles: tuple[float, float, float]
    hardest: ExerciseRow | None
    unmarked: int
    troubled: int


@dataclass(frozen=True)
class CoursePage:
    """What the template ``course.html`` shows, beside what every page has."""

    weeks: tuple[WeekLine, ...]
    course_weeks: int
    withdrawn: int
    plot: str
    heads: tuple[Head, ...]
    tail: tuple[str, ...]
    rows: tuple[StudentRow, ...]

    @property
    def unmarked(self) -> int:
        """The written answers that wait for a person, of all weeks."""
        return sum(line.unmarked for line in self.weeks)


def write_reports(course: Course, weeks: list[Week], say: Say) -> list[Path]:
    """Write the pages of these weeks and that of the course; returns their paths."""
    links = Links(course, course.root / FOLDER)
    with open_book(course) as book:
        everything = {week.id: report_week(book.week(week)) for week in course.weeks}
    graded = [week for week in course.weeks if everything[week.id].cls.sheets]
    written = []
    for week in weeks:
        position = graded.index(week) if week in graded else -1
        path = links.folder / f"{week.id}.html"
        text = week_page(
            links,
            everything[week.id],
            before=graded[position - 1].id if position > 0 else "",
            after=graded[position + 1].id if 0 <= position < len(graded) - 1 else "",
        )
        write_whole(path, text)
        written.append(path)
    path = links.folder / "index.html"
    write_whole(path, course_page(links, [everything[week.id] for week in graded]))
    pages = sum(
        not links.to(course.feedback_page(sheet.student, week.id, name))
        for week in weeks
        for sheet in everything[week.id].cls.sheets
        for name in page_names(sheet, week)
    )
    if pages:
        say(f"{pages} feedback pages are not written yet; the report links to notebooks instead")
    return [*written, path]


def week_page(links: Links, report: WeekReport, before: str = "", after: str = "") -> str:
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
    page = WeekPage(
        report,
        before,
        after,
        troubled,
        penalties,
        Times(middle, max(report.seconds, default=0.0), sum(report.seconds), slow),
        histogram=figures.histogram(counts, report.edges, "points", report.quartiles[1])
        if cls.sheets
        else "",
        exercise_plot=figures.exercises(
            [row.name for row in report.exercises],
            [row.rate for row in report.exercises],
            [row.discrimination for row in report.exercises],
        )
        if cls.sheets
        else "",
        claims_plot=figures.claims(
            [_short(claim.exercise, claim.text, claims) for claim in claims],
            [claim.ticked / claim.n for claim in claims],
            [claim.passes / claim.n for claim in claims],
        )
        if report.calibration.n >= FEW
        else "",
        heads=tuple(starmap(Head, cls.exercises.items())),
        tail=("tests", "answers", "late", "mark"),
        rows=tuple(
            week_row(links, cls, sheet, tokens.get(sheet.student, "")) for sheet in cls.sheets
        ),
    )
    return _render(links, "week.html", groups.labels, vars(page))


def course_page(links: Links, reports: list[WeekReport]) -> str:
    """The page of the course: its weeks, and students by weeks."""
    shares = [
        [sheet.earned / sheet.points for sheet in report.cls.sheets if sheet.points]
        for report in reports
    ]
    lines = tuple(
        WeekLine(
            report,
            quartiles(values),
            min(
                (row for row in report.exercises if row.rate.known),
                key=lambda row: row.rate.value,
                default=None,
            ),
            sum(row.group.count for row in report.unmarked),
            sum(bool(incidents(sheet)) for sheet in report.cls.sheets),
        )
        for report, values in zip(reports, shares, strict=True)
    )
    names = [f"week {report.cls.number}" for report in reports]
    page = CoursePage(
        lines,
        len(links.course.weeks),
        len({p.id for report in reports for p in report.cls.withdrawn}),
        figures.weeks(names, shares) if reports else "",
        tuple(
            Head(name, max((total(sheet, True)[1] for sheet in report.cls.sheets), default=0.0))
            for name, report in zip(names, reports, strict=True)
        ),
        ("all", "not handed in"),
        tuple(course_rows(links, reports)),
    )
    return _render(links, "course.html", {}, vars(page) | {"unmarked": page.unmarked})


def _short(exercise: str, text: str, claims: Sequence[ItemCalibration]) -> str:
    """The label of an item in a plot: its exercise, or its first words if there are several."""
    if sum(claim.exercise == exercise for claim in claims) == 1:
        return exercise
    return text if len(text) <= 34 else f"{text[:33]}…"


def _render(
    links: Links, template: str, labels: dict[str, str], shown: Mapping[str, object]
) -> str:
    """A page; ``labels`` are those of its groups."""
    loader = environment().loader
    assert loader is not None
    script = loader.get_source(environment(), "report.js")[0]
    return (
        environment()
        .get_template(template)
        .render(
            course=links.course.manifest.course,
            labels=labels,
            # the template puts the script between its tags as it is, so this is what is hashed
            script=script,
            script_hash=script_hash(script),
            now=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            version=__version__,
            **shown,
        )
    )
