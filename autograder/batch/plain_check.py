"""For authors: grade a plain notebook's own solution and its empty form, and say what is off."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from ..grading.plain.assignment import PlainAssignment
from ..grading.results import Graded, TestResult
from .canary import excused
from .check import Checked
from .grader import Grader
from .submission import Failure, Submission

REFERENCE, UNTOUCHED = "reference", "untouched"


def check_plain(assignment: PlainAssignment, grader: Grader) -> Iterator[Checked]:
    """Grade the author's solution and the notebook as students get it.

    The solution is to pass every test cell but those of which the course says that it fails; the
    notebook as it is handed out is to earn nothing.
    """
    for what, result in grade_both(assignment, grader).items():
        name = f"{assignment.name}: {what}"
        if isinstance(result, Failure):
            yield Checked(name, 0, 0, (f"could not be graded: {result.reason}",))
        elif what == REFERENCE:
            yield Checked(name, result.earned, result.points, tuple(_losses(assignment, result)))
        else:
            yield Checked(name, result.earned, result.points, tuple(_gains(result)))


def grade_both(assignment: PlainAssignment, grader: Grader) -> dict[str, Graded | Failure]:
    """The results of the author's solution and of the notebook that students get."""
    texts = {REFERENCE: assignment.perfect(), UNTOUCHED: assignment.notebook.encode()}
    with tempfile.TemporaryDirectory() as folder:
        submissions = []
        for what, text in texts.items():
            path = Path(folder) / f"{what}.ipynb"
            path.write_bytes(text)
            submissions.append(Submission(what, path, sheet=assignment.name))
        found = grader.grade_all(assignment, submissions, proven=True)
        results = {submission.student: result for submission, result in found}
    return {what: results[what] for what in texts}


def _losses(assignment: PlainAssignment, result: Graded) -> Iterator[str]:
    if result.reason:
        yield result.reason
    for test in result.tests:
        if test.earned < test.points and test.cell not in excused(assignment):
            yield f"{test.cell}: earns {test.earned:g} of {test.points:g}: {_first(test)}"


def _gains(result: Graded) -> Iterator[str]:
    for test in result.tests:
        if test.earned:
            yield f"{test.cell}: the untouched notebook earns {test.earned:g} of {test.points:g}"


def _first(test: TestResult) -> str:
    """The first line that fails, and why."""
    failed = (one for one in test.programs if not one.passed)
    return next((f"{one.title}: {one.rationale}" for one in failed), "no line says why")
