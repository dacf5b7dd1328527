"""The table of students: a row for each, with a linked cell for each exercise or week."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from ..course.manifest import Course, Week
from ..gradebook.classbook import ClassWeek, Sheet
from .feedback import page_names
from .incidents import incidents
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

    def feedback(self, student: str, week: str, name: str = "") -> str:
        """The page about a graded notebook, or the notebook itself while there is no page."""
        page = self.to(self.course.feedback_page(student, week, name))
        return page or self.notebook(student, week, name)

    def notebook(self, student: str, week: str, name: str = "") -> str:
        """A student's graded notebook."""
        return self.to(self.course.graded_notebook(student, week, name))

    def pages(self, sheet: Sheet, week: Week) -> dict[str, str]:
        """The pages of a student's week, or the notebooks, by the notebooks' names."""
        names = page_names(sheet, week)
        return {name: self.feedback(sheet.student, week.id, name) for name in names}


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
    """A remark on a student: the kind of an incident, or another word, and what happened."""

    kind: str
    words: str


@dataclass(frozen=True)
class NotebookLink:
    """A link to a graded notebook: what stands there, the notebook's name, and the address."""

    text: str
    name: str
    page: str


@dataclass(frozen=True)
class StudentRow:
    """A student's row.

    Attributes
    ----------
    page : address of the first feedback page; empty if there is none
    notebooks : those of the graded notebooks
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
    notebooks: tuple[NotebookLink, ...] = ()
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
            page = next(iter(links.pages(sheet, report.cls.week).values()), "")
            cells.append(_score(mark, most, page))
        tail = (_points(earned), TailCell(missing, str(missing)))
        rows.append(StudentRow(person.name, student, page, tuple(cells), tail))
    return rows


def week_row(links: Links, cls: ClassWeek, sheet: Sheet, tokens: str) -> StudentRow:
    """A row of a week's page: a student's exercises."""
    pages = links.pages(sheet, cls.week)
    places = _places(sheet, cls.week)
    cells = []
    for name in cls.exercises:
        test = sheet.test(name)
        notebook, cell_name = places.get(name, (cls.week.sheets[0], name))
        page = pages.get(notebook, "")
        anchor = f"exercise-{cell_name}" if page.endswith(".html") else ""
        cell = _score(test.earned, test.points, page, anchor) if test else ScoreCell()
        cells.append(cell)
    answers = "" if sheet.marks is None else _answers(sheet)
    penalty = sheet.marks.penalty if sheet.marks else 0.0
    flags: dict[str, Flag] = {}
    for incident in incidents(sheet):
        flags.setdefault(incident.kind, Flag(incident.kind, incident.words[:300]))
    if sheet.before:
        words = f"before the course came here: {', '.join(sheet.before)}"
        flags["nbgrader"] = Flag("marked by nbgrader", words)
    if left := [part.name for part in sheet.parts if not part.known]:
        flags["left"] = Flag("not all graded", f"not graded yet: {', '.join(left)}")
    return StudentRow(
        sheet.person.name,
        sheet.student,
        next(iter(pages.values()), ""),
        tuple(cells),
        (
            _points(sheet.earned),
            TailCell(answers, answers),
            TailCell(penalty, f"−{in_points(penalty)}" if penalty else ""),
            _points(total(sheet, True)[0]),
        ),
        tokens,
        tuple(flags.values()),
        tuple(_notebooks(links, sheet, cls.week)),
        sheet.seconds,
    )


def _places(sheet: Sheet, week: Week) -> dict[str, tuple[str, str]]:
    """Where each exercise of a plain week stands: its notebook, and its name there."""
    return {
        test.exercise: (part.name, test.exercise.removeprefix(week.key(part.name, "")))
        for part in sheet.parts
        for test in part.tests
    }


def _notebooks(links: Links, sheet: Sheet, week: Week) -> Iterator[NotebookLink]:
    """The graded notebooks, by their numbers where there are several."""
    names = [part.name for part in sheet.parts] or [week.id]
    for number, name in enumerate(names, 1):
        page = links.notebook(sheet.student, week.id, name)
        if page:
            yield NotebookLink(str(number) if len(names) > 1 else "open", name, page)


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
