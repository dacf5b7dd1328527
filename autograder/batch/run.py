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
from .assignments import AnyAssignment, load_assignments
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
    first = week.sheets[0] if week.is_plain else ""
    submissions = find_submissions(course, week, list(selection.students), first)
    assignments = load_assignments(course, week)
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
        for assignment in assignments:
            sheet = assignment.name if week.is_plain else ""
            found = find_submissions(course, week, list(selection.students), sheet)
            due = [one for one in found if _is_due(writer, one, assignment, selection, say)]
            where = f"{week.id}, {sheet}" if len(assignments) > 1 else week.id
            say(f"{where}: grading {len(due)} of {len(found)} submissions")
            with counting(where, len(due), say) as done:
                for submission, result in grader.grade_all(assignment, due):
                    student = submission.student
                    if isinstance(result, Failure):
                        failures += 1
                        done(f"{student}: NOT GRADED, the next run tries again: {result.reason}")
                        continue
                    stood = writer.record(student, result)
                    if regrade is not None and stood is not None:
                        now = standing(writer.gradebook, week.id, student, assignment.name)
                        regrade.add(student, stood, now)
                    why = f"  ({result.reason})" if result.reason else ""
                    mark = f"{result.earned:.4g} of {result.points:g}"
                    done(f"{student}: {mark}  {result.seconds:.1f} s{why}")
        for line in unknown_times(course, week, [one.student for one in submissions]):
            say(line)
    return failures


def _is_due(
    writer: Writer,
    submission: Submission,
    assignment: AnyAssignment,
    selection: Selection,
    say: Say,
) -> bool:
    before = writer.recorded(submission.student, assignment.week, submission.sheet)
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
