"""The marks of a week in the gradebook, read in a few queries for the whole class."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    Notebook,
    SolutionCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)

from ..course.manifest import Course, Week
from ..course.roster import Roster, load_roster
from .graded import cell_order
from .lateness import Lateness, keeps_penalty, lateness


@dataclass(frozen=True)
class CellMark:
    """A graded cell: its points, and whether it still waits for a person."""

    score: float
    most: float
    open: bool


@dataclass
class Marks:
    """One student's week in the gradebook: marks by cell, comments, and its dates.

    Cells are named for the whole week, see ``Week.key``.

    Attributes
    ----------
    notebooks : of a plain week, the notebook of each cell
    tested : of a plain week, the cells whose points tests give
    given : of a plain week, the notebooks in which anything has been marked
    kept : the late penalties of notebooks that nbgrader marked before the course came here
    """

    dates: Lateness | None = None
    cells: dict[str, CellMark] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    notebooks: dict[str, str] = field(default_factory=dict)
    tested: frozenset[str] = frozenset()
    given: set[str] = field(default_factory=set)
    kept: dict[str, float] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """All points, before the penalty."""
        return sum(cell.score for cell in self.cells.values())

    @property
    def most(self) -> float:
        return sum(cell.most for cell in self.cells.values())

    @property
    def penalty(self) -> float:
        """What lateness takes off."""
        lost = self.dates.penalty(self.punishable) if self.dates else 0.0
        return lost + sum(self.kept.values())

    @property
    def punishable(self) -> float:
        """The points that lateness has to do with: all but those of notebooks marked before."""
        names = self.notebooks
        return sum(
            cell.score for key, cell in self.cells.items() if names.get(key) not in self.kept
        )

    @property
    def mark(self) -> float:
        """What counts: the points less the penalty, never below zero."""
        return max(0.0, self.score - self.penalty)

    @property
    def unmarked(self) -> tuple[str, ...]:
        """The cells that wait for a person."""
        return tuple(name for name, cell in self.cells.items() if cell.open)


@dataclass(frozen=True)
class Person:
    """A student as the gradebook names them."""

    id: str
    first: str = ""
    last: str = ""
    email: str = ""
    lms_id: str = ""

    @property
    def name(self) -> str:
        """Family name first, as lists are sorted; the id where there is no name."""
        named = self.last if self.last != self.id else ""
        return ", ".join(part for part in (named, self.first) if part) or self.id


def week_marks(
    course: Course, gradebook: Gradebook, week: Week, roster: Roster | None = None
) -> dict[str, Marks]:
    """The marks of everybody who has a graded submission of the week, by student."""
    roster = load_roster(course) if roster is None else roster
    found: dict[str, Marks] = {}
    penalties: dict[tuple[str, str], float] = {}
    sheets = _of(
        gradebook,
        week,
        SubmittedAssignment.student_id,
        SubmittedAssignment.timestamp,
        SubmittedNotebook.late_submission_penalty,
    )
    for student, timestamp, penalty, notebook in sheets:
        if student not in found:
            found[student] = Marks(lateness(course, roster, week, student, timestamp))
        penalties[student, notebook] = penalty or 0.0
    for student, cell, score, most, open_, given, notebook in _grades(gradebook, week):
        marks, key = found[student], week.key(notebook, cell)
        marks.cells[key] = CellMark(score or 0.0, most or 0.0, bool(open_))
        marks.notebooks[key] = notebook
        if given:
            marks.given.add(notebook)
    comments = (
        _of(gradebook, week, SubmittedAssignment.student_id, BaseCell.name, Comment.comment)
        .join(Comment, Comment.notebook_id == SubmittedNotebook.id)
        .join(BaseCell, Comment.cell_id == BaseCell.id)
        .filter(Comment.comment.is_not(None))
    )
    for student, cell, comment, notebook in comments:
        found[student].comments[week.key(notebook, cell)] = comment
    if week.is_plain:
        _complete(course, gradebook, week, found, penalties)
    return found


def _of(gradebook: Gradebook, week: Week, *columns: Any) -> Any:
    """These columns, and the notebook's name, of all submitted notebooks of a week."""
    return (
        gradebook.db.query(*columns, Notebook.name)
        .select_from(SubmittedNotebook)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
        .filter(Assignment.name == week.id)
    )


def _grades(gradebook: Gradebook, week: Week) -> Iterator[Any]:
    """Every mark of a week, of tests, of answers, and of tasks."""
    for kind in (GradeCell, TaskCell) if week.is_plain else (GradeCell,):
        yield from (
            _of(
                gradebook,
                week,
                SubmittedAssignment.student_id,
                kind.name,
                Grade.score,
                kind.max_score,
                Grade.needs_manual_grade,
                Grade.auto_score.is_not(None) | Grade.manual_score.is_not(None),
            )
            .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
            .join(kind, Grade.cell_id == kind.id)
        )


def _complete(
    course: Course,
    gradebook: Gradebook,
    week: Week,
    found: dict[str, Marks],
    penalties: dict[tuple[str, str], float],
) -> None:
    """What plain weeks have besides: their cells in order, and what nbgrader marked before."""
    order = cell_order(course, week)
    tested = frozenset(_tested(gradebook, week))
    for student, marks in found.items():
        marks.tested = tested
        places = sorted(marks.cells, key=lambda key: order.get(key, len(order)))
        marks.cells = {key: _as_it_waits(marks, key) for key in places}
        for name in marks.given:
            penalty = penalties[student, name]
            due = penalty or (marks.dates is not None and marks.dates.share)
            if due and keeps_penalty(course, student, week, name):
                marks.kept[name] = penalty


def _as_it_waits(marks: Marks, key: str) -> CellMark:
    """A cell's mark; one of a notebook that is not graded yet waits for nobody."""
    mark = marks.cells[key]
    return mark if marks.notebooks[key] in marks.given else replace(mark, open=False)


def _tested(gradebook: Gradebook, week: Week) -> Iterator[str]:
    """The cells of a week whose points tests give: code that nobody but the author writes."""

    def rows(kind: Any) -> Any:
        return (
            gradebook.db.query(kind, Notebook.name)
            .join(Notebook, kind.notebook_id == Notebook.id)
            .join(Assignment, Notebook.assignment_id == Assignment.id)
            .filter(Assignment.name == week.id)
        )

    written = {(notebook, cell.name) for cell, notebook in rows(SolutionCell)}
    for cell, notebook in rows(GradeCell):
        if cell.cell_type == "code" and (notebook, cell.name) not in written:
            yield week.key(notebook, cell.name)


def people(gradebook: Gradebook) -> dict[str, Person]:
    """Everybody in the gradebook's student table, by id."""
    rows = gradebook.db.query(
        Student.id, Student.first_name, Student.last_name, Student.email, Student.lms_user_id
    )
    return {row[0]: Person(*(value or "" for value in row)) for row in rows}
