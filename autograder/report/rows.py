"""The table of students: a row for each, with a linked cell for each exercise or week."""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from ..course.manifest import Course
from ..gradebook.classbook import ClassWeek, Sheet
from .incidents import Kind, incidents
from .page import in_points
from .week import WeekReport, total


@dataclass(frozen=True)
class Links:
    """Links from the pages in ``folder`` to the files of a course."""

    course: Course
    folder: Path

    def to(self, path: Path) -> str:
        """The relative address of a file; empty if there is no such file."""
        if not path.exists():
            return ""
        return quote(Path(os.path.relpath(path, self.folder)).as_posix())

    def feedback(self, student: str, week: str) -> str:
        """A student's feedback page, or the graded notebook while there is no page."""
        return self.to(self.course.feedback_page(student, week)) or self.notebook(student, week)

    def notebook(self, student: str, week: str) -> str:
        """A student's graded notebook."""
        return self.to(self.course.graded_notebook(student, week))


@dataclass(frozen=True)
class ScoreCell:
    """The points in an exercise or a week, where they lead, and ``heat``, a class of colours."""

    value: float | None = None
    heat: str = ""
    page: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class TailCell:
    """A cell behind the scores: its text, and the value by which the column is sorted."""

    sort: float | str
    text: str


@dataclass(frozen=True)
class Flag:
    """A remark on a student: the kind of an incident, and what happened."""

    kind: Kind
    words: str


@dataclass(frozen=True)
class StudentRow:
    """A student's row.

    Attributes
    ----------
    page, notebook : addresses of the feedback page and of the graded notebook; empty if none
    tokens : of the groups that the student belongs to
    seconds : how long grading took
    """

    name: str
    id: str
    page: str
    cells: tuple[ScoreCell, ...]
    tail: tuple[TailCell, ...]
    tokens: str = ""
    flags: tuple[Flag, ...] = ()
    notebook: str = ""
    seconds: float = 0.0


def course_rows(links: Links, reports: list[WeekReport]) -> list[StudentRow]:
    """The rows of the course's page: students by weeks."""
    by_week = [{sheet.student: sheet for sheet in report.cls.sheets} for report in reports]
    everybody = {s.student: s.person for sheets in by_week for s in sheets.values()}
    everybody |= {person.id: person for report in reports for person in report.cls.missing}
    rows = []
    for student, person in sorted(everybody.items(), key=lambda one: one[1].name.casefold()):
        cells, earned, missing, page = [], 0.0, 0, ""
        for report, sheets in zip(reports, by_week, strict=True):
            sheet = sheets.get(student)
            if sheet is None:
                missing += 1
                cells.append(ScoreCell())
                continue
            mark, most = total(sheet, True)
            earned += mark
            page = links.feedback(student, report.cls.week.id)
            cells.append(_score(mark, most, page))
        tail = (_points(earned), TailCell(missing, str(missing)))
        rows.append(StudentRow(person.name, student, page, tuple(cells), tail))
    return rows


def week_row(links: Links, cls: ClassWeek, sheet: Sheet, tokens: str) -> StudentRow:
    """A row of a week's page: a student's exercises."""
    page = links.feedback(sheet.student, cls.week.id)
    cells = []
    for name in cls.exercises:
        test = sheet.test(name)
        anchor = f"exercise-{name}" if page.endswith(".html") else ""
        cell = _score(test.earned, test.points, page, anchor) if test else ScoreCell()
        cells.append(cell)
    answers = "" if sheet.marks is None else _answers(sheet)
    penalty = sheet.marks.penalty if sheet.marks else 0.0
    flags: dict[Kind, Flag] = {}
    for incident in incidents(sheet):
        flags.setdefault(incident.kind, Flag(incident.kind, incident.words[:300]))
    return StudentRow(
        sheet.person.name,
        sheet.student,
        page,
        tuple(cells),
        (
            _points(sheet.earned),
            TailCell(answers, answers),
            TailCell(penalty, f"−{in_points(penalty)}" if penalty else ""),
            _points(total(sheet, True)[0]),
        ),
        tokens,
        tuple(flags.values()),
        links.notebook(sheet.student, cls.week.id),
        sheet.seconds,
    )


def _answers(sheet: Sheet) -> str:
    """The points of the written answers, or that they still wait for a person."""
    assert sheet.marks is not None
    own = {test.cell for test in sheet.tests}
    written = {name: cell for name, cell in sheet.marks.cells.items() if name not in own}
    if any(cell.open for cell in written.values()):
        return "to mark"
    return in_points(sum(cell.score for cell in written.values())) if written else ""


def _points(value: float) -> TailCell:
    return TailCell(f"{value:.6g}", in_points(value))


def _score(earned: float, points: float, page: str, anchor: str = "") -> ScoreCell:
    share = earned / points if points else 0.0
    step = 0 if share <= 0 else 10 if share >= 1 else min(9, max(1, round(10 * share)))
    return ScoreCell(earned, f"h{step}", page, anchor)
