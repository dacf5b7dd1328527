"""The one writer: results into nbgrader's gradebook, graded notebooks into ``autograded/``."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat.v4
from nbgrader.api import Gradebook, InvalidEntry, MissingEntry, SubmittedAssignment
from nbgrader.preprocessors import SaveAutoGrades
from sqlalchemy.exc import DatabaseError, SAWarning

from ..course.database import open_gradebook
from ..course.errors import CourseError
from ..course.files import write_whole
from ..course.manifest import Course, Week
from ..course.roster import load_roster
from ..course.tokens import copy_tokens
from ..grading.results import Graded, read_facts
from .graded import facts_tree, graded_facts
from .lateness import Lateness, due_date, record, submitted_lateness
from .registration import is_registered, register
from .standing import Standing, keep_decisions, standing

#: The digest of a submission that nbgrader has graded, and the version of what it was graded with.
UNKNOWN, NBGRADER = "unknown", "nbgrader"


@dataclass(frozen=True)
class Recorded:
    """What an earlier run recorded of a submission: the bytes and the versions it graded.

    ``readable`` is False if the facts have another form than today's: those count as not graded.
    """

    submission: str
    version: str
    engine: str
    readable: bool = True


class Writer:
    """Records graded submissions of one course; use ``writing`` to get one."""

    def __init__(self, course: Course, gradebook: Gradebook) -> None:
        self.course, self.gradebook = course, gradebook

    def register(self, week: Week) -> None:
        """Register the week's cells in the gradebook, once for each version of its source."""
        try:
            known = self.gradebook.find_assignment(week.id)
        except MissingEntry:
            known = None
        if known is None or not is_registered(self.course, week):
            register(self.course, week)
            self.gradebook.db.expire_all()
        if (due := due_date(week)) is not None:
            self.gradebook.update_or_create_assignment(week.id, duedate=due)

    def record(self, student: str, graded: Graded) -> Standing | None:
        """Record one result: marks first, then the notebook, by which it counts as done.

        Returns
        -------
        Standing or None
            The student's standing before, if the same bytes had been graded already.
        """
        sheet = graded.sheet or graded.week
        before = self.recorded(student, graded.week, graded.sheet)
        regraded = before is not None and before.submission in (graded.submission, UNKNOWN)
        earlier = standing(self.gradebook, graded.week, student, sheet) if regraded else None
        self.gradebook.db.expire_all()
        with _one_transaction(self.gradebook):
            self._record_marks(student, graded)
            if earlier is not None:
                keep_decisions(self.gradebook, graded.week, student, earlier, sheet)
        self._write(student, graded)
        return earlier

    def _record_marks(self, student: str, graded: Graded) -> None:
        self.gradebook.update_or_create_student(student)
        submission = self.gradebook.update_or_create_submission(graded.week, student)
        dates = complete_submission(self.course, submission)
        notebook = nbformat.v4.reads_json(graded.notebook)
        saver = SaveAutoGrades()
        saver.log.setLevel(logging.ERROR)
        name = graded.sheet or graded.week
        saver.gradebook, saver.notebook_id = self.gradebook, name
        saver.assignment_id, saver.student_id = graded.week, student
        for index, cell in enumerate(notebook.cells):
            saver.preprocess_cell(cell, {}, index)
        sheet = self.gradebook.find_submission_notebook(name, graded.week, student)
        sheet.late_submission_penalty = dates.penalty(sheet.score)

    def recorded(self, student: str, week: str, sheet: str = "") -> Recorded | None:
        """What was graded before, or None.

        What nbgrader itself has graded, before the course came here, is known by its marks.
        """
        tree = facts_tree(self.course, student, week, sheet)
        if not {"submission", "version", "engine"} <= set(tree):
            there = self.course.graded_notebook(student, week, sheet).is_file()
            marked = there and standing(self.gradebook, week, student, sheet or week) is not None
            return Recorded(UNKNOWN, NBGRADER, NBGRADER) if marked and sheet else None
        readable = read_facts(tree) is not None
        return Recorded(
            str(tree["submission"]), str(tree["version"]), str(tree["engine"]), readable
        )

    def _write(self, student: str, graded: Graded) -> None:
        path = self.course.graded_notebook(student, graded.week, graded.sheet)
        write_whole(path, graded.notebook, mode=0o444)
        copy_tokens(self.course.submitted(student, graded.week), path.parent)


def complete_submission(course: Course, submission: SubmittedAssignment) -> Lateness:
    """Set a submission's dates from the course, and a name for a student who has none.

    Returns
    -------
    Lateness
        What these dates cost.
    """
    person = submission.student
    if not person.last_name and not person.first_name:
        person.last_name, person.first_name = person.id, ""  # or it reads "None, None"
    week = course.pick([submission.name])[0]
    submission.assignment.duedate = due_date(week)
    dates = submitted_lateness(course, load_roster(course), week, person.id)
    record(submission, dates)
    return dates


@contextmanager
def _one_transaction(gradebook: Gradebook) -> Iterator[None]:
    """Commit once, at the end, or not at all; nbgrader would commit after every cell.

    Every commit waits for the disk: a submission of six exercises would have 17.
    """
    session = gradebook.db
    own, session.commit = session.commit, session.flush
    try:
        yield
        own()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.commit = own


@contextmanager
def writing(course: Course) -> Iterator[Writer]:
    """The writer of a course, with the gradebook open."""
    logging.getLogger("tornado.application").setLevel(logging.CRITICAL)  # nbgrader's tracebacks
    # nbgrader 0.9 makes submissions in an order that SQLAlchemy 2.1 warns of; nothing is lost
    warnings.filterwarnings("ignore", ".*not in session, add operation", SAWarning)
    try:
        with open_gradebook(course) as gradebook:
            yield Writer(course, gradebook)
    except (DatabaseError, InvalidEntry) as error:
        why = str(getattr(error, "orig", error)).splitlines()[0]
        raise _unwritable(course.gradebook_path, why) from None
    except OSError as error:
        raise _unwritable(course.root, error) from None


def _unwritable(path: Path, why: object) -> CourseError:
    return CourseError(
        f"{path}: {why}; what is recorded so far is kept, and `autograder grade` goes on from "
        "there once this is fixed"
    )


__all__ = ["Recorded", "Writer", "complete_submission", "graded_facts", "writing"]
