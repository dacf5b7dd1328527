"""The numbers of nbgrader's formgrader and exports: the marks that everybody else shows.

nbgrader shows points without the late penalty, and penalties as they were when a submission was
graded. It has no setting for either, so its gradebook is replaced in the modules that read it for
people.
"""

import sys
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, ClassVar

from nbgrader.api import (
    Assignment,
    Gradebook,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import func

from ..course.errors import CourseError
from ..course.manifest import load_course
from .lateness import settle
from .times import read_time

#: nbgrader's modules that read the gradebook for the formgrader and for exports.
READERS = ("nbgrader.apps.api", "nbgrader.apps.exportapp")
Row = dict[str, Any]


class MarkedGradebook(Gradebook):  # type: ignore[misc]
    """nbgrader's gradebook, brought up to date when it is opened, with late penalties taken off."""

    root: ClassVar[Path]

    def __init__(self, *words: Any, **more: Any) -> None:
        super().__init__(*words, **more)
        try:
            settle(load_course(self.root), self)
        except CourseError:
            return  # a manifest that is being edited: nbgrader shows what it has

    def student_dicts(self) -> list[Row]:
        """Called for the list of students."""
        own = SubmittedAssignment.student_id
        return _less(super().student_dicts(), self._penalties(own))

    def submission_dicts(self, assignment_id: str) -> list[Row]:
        """Called for the list of an assignment's submissions."""
        return _less(super().submission_dicts(assignment_id), self._penalties())

    def notebook_submission_dicts(self, notebook_id: str, assignment_id: str) -> list[Row]:
        """Called for the list of a notebook's submissions."""
        rows = super().notebook_submission_dicts(notebook_id, assignment_id)
        return _less(rows, self._penalties(SubmittedNotebook.id))

    def average_assignment_score(self, assignment_id: str) -> float:
        """Called for the list of assignments."""
        count = self.find_assignment(assignment_id).num_submissions
        lost = self._lost().filter(Assignment.name == assignment_id).scalar()
        points: float = super().average_assignment_score(assignment_id)
        return points - (lost / count if count else 0.0)

    def average_notebook_score(self, notebook_id: str, assignment_id: str) -> float:
        """Called for the list of an assignment's notebooks."""
        count = self.find_notebook(notebook_id, assignment_id).num_submissions
        lost = (
            self._lost()
            .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
            .filter(Assignment.name == assignment_id, Notebook.name == notebook_id)
            .scalar()
        )
        points: float = super().average_notebook_score(notebook_id, assignment_id)
        return points - (lost / count if count else 0.0)

    def _penalties(self, by: Any = SubmittedAssignment.id) -> dict[str, float]:
        """What lateness takes off, for each student, submission or notebook."""
        penalty = func.coalesce(func.sum(SubmittedNotebook.late_submission_penalty), 0.0)
        rows = (
            self.db.query(by, penalty)
            .select_from(SubmittedNotebook)
            .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .group_by(by)
        )
        return dict(tuple(row) for row in rows)

    def _lost(self) -> Any:
        """The penalties of all submissions, to be filtered."""
        penalty = func.coalesce(func.sum(SubmittedNotebook.late_submission_penalty), 0.0)
        return (
            self.db.query(penalty)
            .select_from(SubmittedNotebook)
            .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        )


def show_marks(root: Path) -> None:
    """Have this process's nbgrader show the marks of the course in ``root``."""
    MarkedGradebook.root = root
    for name in READERS:
        if name in sys.modules:
            sys.modules[name].Gradebook = MarkedGradebook  # type: ignore[attr-defined]
    if hasattr(SubmittedAssignment.to_dict, "marked"):
        return
    for model, penalty in (
        (Student, lambda one: sum(s.late_submission_penalty or 0.0 for s in one.submissions)),
        (SubmittedAssignment, lambda one: one.late_submission_penalty or 0.0),
        (SubmittedNotebook, lambda one: one.late_submission_penalty or 0.0),
    ):
        model.to_dict = _marked(model.to_dict, penalty)
    CourseDirectory.get_existing_timestamp = _existing_timestamp
    if api := sys.modules.get("nbgrader.apps.api"):
        api.NbGraderAPI.get_submitted_timestamp = _submitted_timestamp


def _marked(to_dict: Callable[[Any], Row], penalty: Callable[[Any], float]) -> Callable[[Any], Row]:
    @wraps(to_dict)
    def marked(one: Any) -> Row:
        row = to_dict(one)
        return {**row, "score": max(0.0, row["score"] - penalty(one))}

    marked.marked = True  # type: ignore[attr-defined]
    return marked


def _less(rows: list[Row], penalties: dict[str, float]) -> list[Row]:
    for row in rows:
        row["score"] = max(0.0, row["score"] - penalties.get(row["id"], 0.0))
    return rows


def _existing_timestamp(self: CourseDirectory, dest_path: str) -> datetime | None:
    """The time in a folder; what cannot be read is told, and ends no run."""
    time, fault = read_time(Path(dest_path))
    if fault:
        self.log.warning("%s: %s", dest_path, fault)
    return time


def _submitted_timestamp(self: Any, assignment_id: str, student_id: str) -> datetime | None:
    """The same for the formgrader."""
    coursedir = self.coursedir
    folder = coursedir.format_path(coursedir.submitted_directory, student_id, assignment_id)
    return _existing_timestamp(coursedir, folder)
