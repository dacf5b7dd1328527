"""Grade what a class has submitted for a week, and record it as it comes."""

from dataclasses import dataclass
from pathlib import Path

from ..course.manifest import Course, Week
from ..course.requirements import misfits
from ..course.tokens import is_same_submission
from ..gradebook.lateness import settle
from ..gradebook.regrade import Regrade
from ..gradebook.standing import standing
from ..gradebook.writer import Writer, writing
from ..grading.grade import Assignment
from .assignments import load_assignment
from .classroom import find_submissions, is_unchanged
from .counting import Say, counting
from .grader import Grader
from .strays import unknown_times
from .submission import Failure, Submission


@dataclass(frozen=True)
class Selection:
    """What to grade: some students' only, also what other tests graded, or everything."""

    students: tuple[str, ...] = ()
    changed: bool = False
    force: bool = False


def grade_week(
    course: Course,
    week: Week,
    selection: Selection,
    grader: Grader,
    say: Say,
    regrade: Regrade | None = None,
) -> int:
    """Grade a week's submissions; returns how many could not be graded.

    What had been graded before, and is graded again, goes into ``regrade``.
    """
    submissions = find_submissions(course, week, list(selection.students))
    assignment = load_assignment(course, week)
    if not submissions:
        say(f"{week.id}: nothing in {course.root / 'submitted'}/STUDENT/{week.id}/")
        return 0
    for line in misfits(course.manifest.course.requirements):
        say(f"{week.id}: {line}")
    failures = 0
    with writing(course) as writer:
        writer.register(week)
        for moved in settle(course, writer.gradebook):
            penalty = f"the late penalty was {moved.before:.4g} and is {moved.after:.4g} now"
            say(f"{moved.student}, {moved.week}: {penalty}")
        due = [one for one in submissions if _is_due(writer, one, assignment, selection, say)]
        say(f"{week.id}: grading {len(due)} of {len(submissions)} submissions")
        with counting(week.id, len(due), say) as done:
            for submission, result in grader.grade_all(assignment, due):
                student = submission.student
                if isinstance(result, Failure):
                    failures += 1
                    done(f"{student}: NOT GRADED, the next run tries again: {result.reason}")
                    continue
                stood = writer.record(student, result)
                if regrade is not None and stood is not None:
                    regrade.add(student, stood, standing(writer.gradebook, week.id, student))
                why = f"  ({result.reason})" if result.reason else ""
                mark = f"{result.earned:.4g} of {result.points:g}"
                done(f"{student}: {mark}  {result.seconds:.1f} s{why}")
        for line in unknown_times(course, week, [one.student for one in submissions]):
            say(line)
    return failures


def _is_due(
    writer: Writer, submission: Submission, assignment: Assignment, selection: Selection, say: Say
) -> bool:
    before = writer.recorded(submission.student, assignment.week)
    if selection.force or not is_unchanged(submission, before) or before is None:
        return True
    where = Path(submission.student) / assignment.week
    if not is_same_submission(
        writer.course.root / "submitted" / where, writer.course.root / "autograded" / where
    ):
        return True  # handed in again: another time, another place for the feedback
    if not before.readable:
        return True  # written by an engine of another form
    if before.version == assignment.version:
        return False
    if not selection.changed:
        say(f"{submission.student}: graded with earlier tests; --changed grades it again")
    return selection.changed
