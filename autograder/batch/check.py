"""For authors: grade a week's own solutions, mistakes and empty notebook, and say what is off."""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from ..authoring.build import instructor_notebook
from ..authoring.fill import fill
from ..authoring.source import Source
from ..authoring.variants import Mistake
from ..grading.grade import Assignment
from ..grading.results import Graded, TestResult
from ..judge.exam import Exam, open_exam
from ..judge.result import share
from ..remote.causes import Cause
from .grader import Grader
from .submission import Failure, Submission


@dataclass(frozen=True)
class Checked:
    """One notebook that was graded for the author: what it is and what is wrong about it."""

    what: str
    earned: float
    points: float
    faults: tuple[str, ...]


def check(assignment: Assignment, grader: Grader, mistakes: bool = True) -> Iterator[Checked]:
    """Grade the reference, every alternative, the untouched notebook and every mistake.

    At last every program is run on implementations that compute nothing.

    Parameters
    ----------
    mistakes : whether to grade the known mistakes as well, which are most of the work

    Yields
    ------
    Checked
        One for each notebook, as they finish, and one for the trivial ones.
    """
    exam = open_exam(assignment.source)
    judges = dict(_candidates(assignment, exam, mistakes))
    with tempfile.TemporaryDirectory() as folder:
        submissions = []
        for number, (what, (text, _)) in enumerate(judges.items()):
            path = Path(folder) / f"{number}.ipynb"
            path.write_text(text, encoding="utf-8")
            submissions.append(Submission(what, path))
        for submission, result in grader.grade_all(assignment, submissions, proven=True):
            mistake = judges[submission.student][1]
            yield _judge(submission.student, result, mistake, exam.source)
    yield _trivial(exam)


def run_through(source: Source) -> float:
    """Run the reference notebook top to bottom, experiments too, as a student would.

    Returns
    -------
    float
        Seconds. A cell that raises is ``CellExecutionError``.
    """
    notebook = nbformat.from_dict(instructor_notebook(source))
    notebook.cells = [c for c in notebook.cells if not c.metadata.get("nbgrader", {}).get("grade")]
    for cell in notebook.cells:
        cell.metadata.pop("tags", None)
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}}
        NotebookClient(notebook, timeout=600, resources=resources).execute()
    return time.monotonic() - start


__all__ = ["CellExecutionError", "Checked", "check", "run_through"]


def _candidates(
    assignment: Assignment, exam: Exam, mistakes: bool
) -> Iterator[tuple[str, tuple[str, Mistake | None]]]:
    reference = exam.source.references
    yield "reference", (fill(assignment.notebook, reference), None)
    yield "untouched", (assignment.notebook, None)
    for one in exam.source.alternatives:
        text = fill(assignment.notebook, {**reference, one.exercise: one.text})
        yield f"alternative {one.name} of {one.exercise} (line {one.line})", (text, None)
    for mistake in exam.mistakes if mistakes else ():
        text = fill(assignment.notebook, {**reference, mistake.exercise: mistake.text})
        yield f"mistake {mistake.name} in {mistake.exercise} (line {mistake.line})", (text, mistake)


def _trivial(exam: Exam) -> Checked:
    """That an implementation which computes nothing earns nothing."""
    faults, most, points = [], 0.0, 0.0
    for exercise, programs in exam.programs.items():
        cell = exam.source.tests_of(exercise)
        points += cell.points
        earned = 0.0
        for what, passing in exam.believed(exercise).items():
            part = share(programs, {program.name for program in passing})
            earned = max(earned, part)
            if part:
                names = ", ".join(program.name for program in passing if program.compares)
                faults.append(f"{exercise}: {names}: passes on an implementation that {what}")
        most += cell.points * earned
        if not any(program.compares for program in programs):
            faults.append(f"{exercise}: no program compares values, so nothing can be earned")
    return Checked("implementations that compute nothing", most, points, tuple(faults))


def _judge(what: str, result: Graded | Failure, mistake: Mistake | None, source: Source) -> Checked:
    if isinstance(result, Failure):
        return Checked(what, 0, 0, (f"could not be graded: {result.reason}",))
    if mistake is not None:
        faults = _faults_of_mistake(result, mistake, source)
    elif what == "untouched":
        faults = _faults_of_untouched(result)
    else:
        faults = [line for test in result.tests for line in _losses(test)]
    if result.reason:
        faults.append(result.reason)
    return Checked(what, result.earned, result.points, tuple(faults))


def _losses(test: TestResult) -> list[str]:
    lines = [f"{test.exercise}: the visible checks fail: {test.visible}"] if test.visible else []
    for program in test.programs:
        if not program.passed:
            lines.append(f"{test.exercise}: {program.name}: {program.rationale}")
    return lines


def _faults_of_untouched(result: Graded) -> list[str]:
    faults = [
        f"{test.exercise}: the untouched notebook earns {test.earned:g} of {test.points:g}"
        for test in result.tests
        if test.earned
    ]
    for test in result.tests:
        if test.visible_cause is not Cause.NOT_WRITTEN:
            faults.append(
                f"{test.exercise}: the visible checks end with {test.visible or 'success'!r}"
            )
    for cell in nbformat.reads(result.notebook, as_version=4).cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error" and output.ename != "NotImplementedError":
                faults.append(f"a cell raises {output.ename}: {output.evalue}")
    return faults


def _faults_of_mistake(result: Graded, mistake: Mistake, source: Source) -> list[str]:
    faults = []
    for test in result.tests:
        failed = [program for program in test.programs if not program.passed]
        if test.exercise == mistake.exercise:
            told = {(p.mistake_of, p.mistake) for p in failed if p.mistake}
            if not failed:
                faults.append(f"{test.exercise}: it loses no points")
            elif told != {mistake.key}:
                others = sorted(told - {mistake.key})
                other = ", ".join(f"{name} of {of}" for of, name in others) or "none"
                faults.append(f"{test.exercise}: it is told other hints than its own: {other}")
        elif failed and mistake.exercise not in _all_needs(test.exercise, source):
            faults.append(f"{test.exercise}: {failed[0].name} fails, which does not need it")
    return faults


def _all_needs(exercise: str, source: Source) -> set[str]:
    """The exercises that one stands on, directly or through others."""
    found: set[str] = set()
    waiting = list(source.tests_of(exercise).needs)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += source.tests_of(name).needs
    return found
