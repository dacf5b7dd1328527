"""When something was handed in, when it was due, and what lateness costs of all its points.

A penalty is a function of these and of nothing else. nbgrader's gradebook holds a copy of it, which
`settle` brings up to date wherever the gradebook is opened: a due date, an extension, a time or a
mark may have changed since.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nbgrader.api import Assignment, Gradebook, Notebook, SubmittedAssignment, SubmittedNotebook
from sqlalchemy.exc import DatabaseError

from ..course.manifest import Course, LatePolicy, Week
from ..course.regular import read_regular
from ..course.roster import Roster, load_roster
from ..course.tokens import SECRET, is_same_submission, read_token
from .graded import is_ours, week_facts
from .times import read_time


@dataclass(frozen=True)
class Lateness:
    """One student's dates for a week, and what the course's policy makes of them.

    Attributes
    ----------
    due : when the week is due for everybody; None for one that is never late
    extension : how much more time this student has
    handed_in : when it was handed in; None if that is not known
    fault : why the recorded time cannot be read; empty if it can, or if there is none
    """

    due: datetime | None
    policy: LatePolicy = field(default_factory=LatePolicy)
    extension: timedelta = timedelta()
    handed_in: datetime | None = None
    fault: str = ""

    @property
    def until(self) -> datetime | None:
        """When it is due for this student."""
        return self.due + self.extension if self.due is not None else None

    @property
    def late(self) -> timedelta:
        """How late it came; nothing for what came in time, or at no known time."""
        if self.handed_in is None or self.until is None:
            return timedelta()
        return max(timedelta(), self.handed_in - self.until)

    @property
    def days(self) -> int:
        """The days begun, as the policy counts them."""
        return self.policy.days(self.late.total_seconds())

    @property
    def share(self) -> float:
        """The share of the points that is taken off."""
        return self.policy.share(self.late.total_seconds())

    def penalty(self, score: float) -> float:
        """The points that are taken off ``score``."""
        return max(0.0, score) * self.share


def lateness(
    course: Course,
    roster: Roster,
    week: Week,
    student: str,
    recorded: datetime | None = None,
) -> Lateness:
    """The lateness of what was graded.

    Parameters
    ----------
    recorded : the time that the gradebook has, for a course without the folders of submissions
    """
    folder = _graded_folder(course, student, week)
    handed_in, fault = read_time(folder) if folder else (recorded, "")
    if handed_in is None and not fault and _is_nbgraders(course, student, week):
        handed_in = recorded
    return _lateness(course, roster, week, student, handed_in, fault)


def submitted_lateness(course: Course, roster: Roster, week: Week, student: str) -> Lateness:
    """The lateness of what is in ``submitted/`` now."""
    handed_in, fault = read_time(course.submitted(student, week.id))
    return _lateness(course, roster, week, student, handed_in, fault)


def _lateness(
    course: Course,
    roster: Roster,
    week: Week,
    student: str,
    handed_in: datetime | None,
    fault: str,
) -> Lateness:
    return Lateness(
        week.due,
        course.manifest.grading.late,
        roster.extension(student, week.id) or timedelta(),
        handed_in.replace(tzinfo=UTC) if handed_in else None,
        fault,
    )


@dataclass(frozen=True)
class Moved:
    """A late penalty that is another one now."""

    student: str
    week: str
    before: float
    after: float


def settle(course: Course, gradebook: Gradebook, roster: Roster | None = None) -> list[Moved]:
    """Bring dates and penalties in nbgrader's gradebook up to date; returns what has moved.

    A gradebook that cannot be written keeps its copy: the commands of this package compute what
    they show.
    """
    roster = load_roster(course) if roster is None else roster
    moved: list[Moved] = []
    try:
        for week in course.weeks:
            moved += _settle_week(course, gradebook, roster, week)
        gradebook.db.commit()
    except DatabaseError:
        gradebook.db.rollback()
        return []
    return moved


def _settle_week(
    course: Course, gradebook: Gradebook, roster: Roster, week: Week
) -> Iterator[Moved]:
    database = gradebook.db
    assignment = database.query(Assignment).filter(Assignment.name == week.id).one_or_none()
    if assignment is None:
        return
    due = due_date(week)
    if assignment.duedate != due:
        assignment.duedate = due
    rows = (
        database.query(
            SubmittedNotebook,
            SubmittedAssignment,
            Notebook.name,
            SubmittedNotebook.score,
        )
        .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .filter(SubmittedAssignment.assignment_id == assignment.id)
    )
    for sheet, submission, name, score in rows.all():
        student = submission.student_id
        found = lateness(course, roster, week, student, submission.timestamp)
        record(submission, found)
        before, after = sheet.late_submission_penalty or 0.0, found.penalty(score or 0.0)
        if abs(after - before) > 1e-9 and not keeps_penalty(course, student, week, name):
            sheet.late_submission_penalty = after
            yield Moved(student, week.id, before, after)


def keeps_penalty(course: Course, student: str, week: Week, notebook: str) -> bool:
    """Whether a notebook keeps the late penalty that nbgrader gave before the course came here."""
    return week.is_plain and not is_ours(course, student, week.id, notebook)


def due_date(week: Week) -> datetime | None:
    """When a week is due, as nbgrader has it."""
    return week.due.astimezone(UTC).replace(tzinfo=None) if week.due is not None else None


def record(submission: SubmittedAssignment, found: Lateness) -> None:
    """Record a student's dates in the gradebook, where they are others than before."""
    handed_in = found.handed_in.replace(tzinfo=None) if found.handed_in else None
    if submission.timestamp != handed_in:
        submission.timestamp = handed_in
    if (submission.extension or timedelta()) != found.extension:
        submission.extension = found.extension or None


def _is_nbgraders(course: Course, student: str, week: Week) -> bool:
    """Whether nbgrader marked all of a plain week, before the course came here."""
    return week.is_plain and not any(
        is_ours(course, student, week.id, name) for name in week.notebooks
    )


def _graded_folder(course: Course, student: str, week: Week) -> Path | None:
    """The folder whose time belongs to the graded submission; None if there is neither.

    That is the submission's, unless another one has come since: then the graded notebook's.
    """
    submitted, graded = course.submitted(student, week.id), course.autograded(student, week.id)
    if not submitted.is_dir() or submitted.is_symlink() or submitted.parent.is_symlink():
        return graded if graded.is_dir() else None
    if not graded.is_dir() or is_same_submission(submitted, graded):
        return submitted
    if read_token(submitted, SECRET) != read_token(graded, SECRET):
        return graded
    return submitted if _is_graded(course, student, week) else graded


def _is_graded(course: Course, student: str, week: Week) -> bool:
    """Whether the bytes in ``submitted/`` are those that were graded."""
    found = week_facts(course, student, week).values()
    wanted = {facts.submission for facts in found if facts is not None}
    if not wanted:
        return False
    wanted.discard(hashlib.sha256(b"").hexdigest())  # there was no notebook to read
    if not wanted:
        return True
    limit = course.manifest.grading.limits.submission_mb << 20
    digests = set()
    for path, _, names in os.walk(course.submitted(student, week.id)):
        for name in names:
            if ".ipynb" in name.lower():
                with suppress(OSError):
                    data = read_regular(Path(path, name), limit)
                    digests.add(hashlib.sha256(data).hexdigest())
    return wanted <= digests
