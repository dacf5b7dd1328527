"""The marks of a week in the gradebook, read in a few queries for the whole class."""

from dataclasses import dataclass, field

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)

from ..course.manifest import Course, Week
from ..course.roster import Roster, load_roster
from .lateness import Lateness, lateness


@dataclass(frozen=True)
class CellMark:
    """A graded cell: its points, and whether it still waits for a person."""

    score: float
    most: float
    open: bool


@dataclass
class Marks:
    """One student's week in the gradebook: marks by cell, comments, and its dates."""

    dates: Lateness | None = None
    cells: dict[str, CellMark] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)

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
        return self.dates.penalty(self.score) if self.dates else 0.0

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
    database, found = gradebook.db, {}
    sheets = (
        database.query(SubmittedAssignment.student_id, SubmittedAssignment.timestamp)
        .select_from(SubmittedNotebook)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .filter(Assignment.name == week.id)
    )
    for student, timestamp in sheets:
        if student not in found:
            found[student] = Marks(lateness(course, roster, week, student, timestamp))
    grades = (
        database.query(
            SubmittedAssignment.student_id,
            GradeCell.name,
            Grade.score,
            GradeCell.max_score,
            Grade.needs_manual_grade,
        )
        .select_from(Grade)
        .join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .join(GradeCell, Grade.cell_id == GradeCell.id)
        .filter(Assignment.name == week.id)
    )
    for student, cell, score, most, open_ in grades:
        found[student].cells[cell] = CellMark(score or 0.0, most or 0.0, bool(open_))
    comments = (
        database.query(SubmittedAssignment.student_id, BaseCell.name, Comment.comment)
        .select_from(Comment)
        .join(SubmittedNotebook, Comment.notebook_id == SubmittedNotebook.id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .join(BaseCell, Comment.cell_id == BaseCell.id)
        .filter(Assignment.name == week.id, Comment.comment.is_not(None))
    )
    for student, cell, comment in comments:
        found[student].comments[cell] = comment
    return found


def people(gradebook: Gradebook) -> dict[str, Person]:
    """Everybody in the gradebook's student table, by id."""
    rows = gradebook.db.query(
        Student.id, Student.first_name, Student.last_name, Student.email, Student.lms_user_id
    )
    return {row[0]: Person(*(value or "" for value in row)) for row in rows}
