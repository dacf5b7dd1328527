"""A student's standing in the gradebook: the points of each cell, and who gave them."""

from dataclasses import dataclass, field

from nbgrader.api import Gradebook, MissingEntry, SubmittedNotebook


@dataclass(frozen=True)
class CellStanding:
    """One cell: its score, what the tests gave, and what a person gave or wrote."""

    score: float
    most: float
    auto: float | None
    manual: float | None
    extra: float
    waits: bool
    comment: str = ""

    @property
    def settled(self) -> bool:
        """Whether a person has decided on it."""
        return self.manual is not None and not self.waits


@dataclass(frozen=True)
class Standing:
    """A student's week: cells by name, the late penalty, and what counts in the end."""

    cells: dict[str, CellStanding] = field(default_factory=dict)
    penalty: float = 0.0
    score: float = 0.0

    @property
    def mark(self) -> float:
        """The points less the penalty, never below zero."""
        return max(0.0, self.score - self.penalty)


def standing(gradebook: Gradebook, week: str, student: str, notebook: str = "") -> Standing | None:
    """A student's standing in a week's notebook; None if the gradebook has no such submission.

    ``notebook`` : its name, if it is not the week's
    """
    sheet = find_sheet(gradebook, week, student, notebook)
    if sheet is None:
        return None
    comments = {comment.name: comment.manual_comment or "" for comment in sheet.comments}
    cells = {
        grade.name: CellStanding(
            grade.score or 0.0,
            grade.max_score or 0.0,
            grade.auto_score,
            grade.manual_score,
            grade.extra_credit or 0.0,
            bool(grade.needs_manual_grade),
            comments.get(grade.name, ""),
        )
        for grade in sheet.grades
    }
    return Standing(cells, sheet.late_submission_penalty or 0.0, sheet.score or 0.0)


def find_sheet(
    gradebook: Gradebook, week: str, student: str, notebook: str = ""
) -> SubmittedNotebook | None:
    """A student's notebook of a week in the gradebook."""
    try:
        return gradebook.find_submission_notebook(notebook or week, week, student)
    except MissingEntry:
        return None


def keep_decisions(
    gradebook: Gradebook, week: str, student: str, before: Standing, notebook: str = ""
) -> None:
    """Keep a person's decisions, unless something new speaks against them.

    nbgrader asks for a second look at every cell with a manual mark as soon as it is graded
    again. If the answer is the same and the tests give it the same points, none is needed.
    """
    sheet = find_sheet(gradebook, week, student, notebook)
    for grade in sheet.grades if sheet is not None else ():
        old = before.cells.get(grade.name)
        if old is not None and old.settled and old.auto == grade.auto_score:
            grade.needs_manual_grade = False
