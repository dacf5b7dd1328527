"""Grade one submission of a plain notebook: bytes in, the graded notebook and results out."""

import hashlib
import time
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from signal import SIGKILL
from typing import Any

import nbformat
import nbformat.v4

from ... import __version__
from ...authoring.plain.programs import with_programs
from ...authoring.plain.source import PlainCell
from ...course.cells import marking
from ...course.requirements import misfits, versions
from ...judge.exam import Exam, open_exam
from ...judge.plain import Verdict
from ...judge.plain.apart import examining
from ...judge.result import Result
from ...kernels.folder_files import unpack
from ...kernels.kernelspecs import require_kernel
from ...kernels.launcher import LauncherError
from ...kernels.supply import KernelSupply
from ...remote.causes import Cause
from ...sandbox.syscalls import die_with_parent
from ..clean import cut
from ..grade import SOURCE_LIMIT, written
from ..notes import Note
from ..render import outputs
from ..results import Graded, SubmissionStatus, TestResult
from ..sanitise import OWN
from .assignment import PlainAssignment
from .execute import Learned, PlainExecution
from .merge import Placed, merge


@dataclass
class PlainExam:
    """What is known of a plain notebook's tests before a submission comes.

    Attributes
    ----------
    learned : for each test cell what the author's own solution needed of the kernel
    verdicts : what the judge found of it
    programs : the hidden programs of this engine's kind, if there are any
    """

    assignment: PlainAssignment
    learned: dict[str, Learned] | None = None
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    programs: Exam | None = None

    def learn(self, kernels: KernelSupply) -> Graded:
        """Grade the author's own solution, and learn what its objects decide by themselves."""
        graded, execution = _graded(self, self.assignment.perfect(), kernels, (), False)
        found = execution.verdicts if execution is not None else {}
        self.verdicts = found
        self.learned = {
            name: Learned(verdict.decided if verdict.passed else frozenset())
            for name, verdict in found.items()
        }
        return graded


def open_plain(assignment: PlainAssignment) -> PlainExam:
    """What is known of a plain notebook's tests before anything is run.

    Raises
    ------
    SourceError
        If its hidden programs are at fault.
    CourseError
        If the kernel of another language is not installed.
    """
    if not assignment.source.is_python:
        require_kernel(assignment.source.kernel)
    texts = assignment.programs, assignment.mistakes
    source = with_programs(assignment.source, Path(assignment.folder), *texts)
    return PlainExam(assignment, programs=open_exam(source) if source is not None else None)


def grade_plain(
    exam: PlainExam,
    submission: bytes,
    kernels: KernelSupply,
    notes: tuple[Note, ...] = (),
    another: bool = False,
) -> Graded:
    """Grade one submission of a plain notebook, see ``grading.grade``."""
    if exam.learned is None:
        exam.learn(kernels)
    return _graded(exam, submission, kernels, notes, another)[0]


def _graded(
    exam: PlainExam,
    submission: bytes,
    kernels: KernelSupply,
    notes: tuple[Note, ...],
    another: bool,
) -> tuple[Graded, PlainExecution | None]:
    start = time.monotonic()
    assignment = exam.assignment
    source = assignment.source
    merged = merge(submission, source, assignment.skeleton(), assignment.submission_bytes)
    if merged.reason:
        return broken_plain(assignment, merged.reason, submission), None
    foreign = "" if source.is_python else source.kernel
    with (
        examining(partial(_furnish, assignment), partial(die_with_parent, SIGKILL)) as apart,
        kernels.kernel(assignment.limits, another, assignment.files, foreign) as session,
    ):
        beside = apart if source.is_python else None
        execution = PlainExecution(session, beside, assignment, exam.learned, exam.programs)
        tests = execution.run(merged.cells)
    if session.orphaned:
        raise LauncherError("the launcher of kernels died meanwhile")
    told = (
        *(Note(Cause.OTHER_VERSION, line) for line in misfits(assignment.requirements)),
        *notes,
        *merged.notes,
        *execution.notes,
    )
    result = _result(assignment, submission, tests, told, time.monotonic() - start)
    text = _notebook(assignment, merged.cells, result)
    return replace(result, notebook=text, starved=session.starved), execution


def _furnish(assignment: PlainAssignment, folder: Path) -> None:
    """Put what stands beside the notebook into the judge's folder."""
    if assignment.files:
        unpack(assignment.files, folder)


def broken_plain(assignment: PlainAssignment, reason: str, submission: bytes = b"") -> Graded:
    """The result of a submission in which there is nothing to run: no points, and why."""
    note = nbformat.v4.new_markdown_cell(f"**This submission could not be graded:** {reason}")
    note.id = "own-0"
    note.metadata[OWN] = {"own": True}
    nodes = zip(assignment.skeleton().cells, assignment.source.cells, strict=True)
    cells = [Placed(note), *(Placed(node, cell) for node, cell in nodes)]
    tests = tuple(_nothing(assignment, cell) for cell in assignment.source.of("tests"))
    result = _result(assignment, submission, tests, (), 0.0)
    result = replace(result, status=SubmissionStatus.BROKEN, cause=Cause.UNREADABLE, reason=reason)
    return replace(result, notebook=_notebook(assignment, cells, result))


def _nothing(assignment: PlainAssignment, cell: PlainCell) -> TestResult:
    """A test cell of a submission that could not be read."""
    key = assignment.key(cell.id)
    why = "there was nothing to run"
    line = Result("cell", "the cell", 1.0, False, why, cause=Cause.UNREADABLE)
    answers = assignment.source.answers(cell)
    return TestResult(key, key, cell.points, 0.0, (line,), answers=answers)


def _result(
    assignment: PlainAssignment,
    submission: bytes,
    tests: tuple[TestResult, ...],
    notes: tuple[Note, ...],
    seconds: float,
) -> Graded:
    return Graded(
        week=assignment.week,
        status=SubmissionStatus.GRADED,
        cause=None,
        reason="",
        notes=notes,
        tests=tests,
        seconds=round(seconds, 3),
        submission=hashlib.sha256(submission).hexdigest(),
        version=assignment.version,
        engine=__version__,
        packages=versions(assignment.requirements),
        sheet=assignment.name,
    )


def _notebook(assignment: PlainAssignment, cells: list[Placed], result: Graded) -> str:
    """The text of the graded notebook: every test cell with its lines, the facts in it."""
    notebook: Any = assignment.skeleton()
    by_cell = {test.cell: test for test in result.tests}
    for placed in cells:
        if len(placed.node.source) > SOURCE_LIMIT:
            placed.node.source = cut(placed.node.source)
        name = marking(placed.node).grade_id
        test = by_cell.get(assignment.key(name)) if name else None
        if test is not None and placed.cell is not None:
            placed.node.outputs = outputs(test)
    notebook.cells = [placed.node for placed in cells]
    notebook.metadata[OWN] = result.facts()
    return written(nbformat.from_dict(notebook))
