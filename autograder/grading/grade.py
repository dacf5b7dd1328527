"""Grade one submission: bytes and the assignment in, the graded notebook and results out."""

import hashlib
import time
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import nbformat
from nbformat.v4.rwbase import split_lines, strip_transient

from .. import __version__
from ..authoring.build import student_notebook, tests_id
from ..authoring.source import Source, parse
from ..authoring.texts import WeekTexts, read_texts
from ..authoring.version import marks_version
from ..judge.exam import Exam, open_exam
from ..kernels.reserve import kernel
from ..kernels.session import Limits
from ..kernels.warm import LauncherError
from .execute import Execution
from .render import outputs
from .results import Graded, TestResult
from .rubrics import put_rubrics
from .sanitise import OWN, sanitise, stub_names

#: The roles of the cells that run in the student's kernel when it is graded.
GRADED_ROLES = ("given", "exercise", "tests")


@dataclass(frozen=True)
class Assignment:
    """All of a week that grading needs, as plain data that travels between processes."""

    week: str
    title: str
    folder: str
    texts: WeekTexts = field(repr=False)
    notebook: str = field(repr=False)
    limits: Limits = field(default_factory=Limits)
    submission_bytes: int = 64 << 20
    submission_seconds: float = 600.0

    @property
    def version(self) -> str:
        """A short name of what decides its marks."""
        return marks_version(parse(self.texts, Path(self.folder), self.week))


def make_assignment(
    source: Source, title: str, limits: Limits, notebook: str = "", **more: Any
) -> Assignment:
    """The assignment of a week's source; ``notebook`` is what students got, where that is known."""
    texts = read_texts(source.path.parent)
    limits = replace(limits, torch=kernels_need_torch(source))
    return Assignment(
        source.week,
        title,
        str(source.path.parent),
        texts,
        notebook or student_notebook(source),
        limits,
        **more,
    )


def kernels_need_torch(source: Source) -> bool:
    """Whether a cell that runs in the student's kernel names torch."""
    cells = source.of(*GRADED_ROLES)
    return any("torch" in cell.text for cell in cells)


@lru_cache(maxsize=4)
def exam_of(assignment: Assignment) -> Exam:
    """The hidden side of an assignment, made once in a process."""
    return open_exam(parse(assignment.texts, Path(assignment.folder), assignment.week))


def grade(
    assignment: Assignment, submission: bytes, notes: tuple[str, ...] = (), more: bool = False
) -> Graded:
    """Grade one submission; ``notes`` are what is known of it already.

    With ``more`` to come in this process, a kernel for the next is made meanwhile.

    Whatever the submission holds or does ends in a result; an exception is a fault of the
    engine or of the course.
    """
    start = time.monotonic()
    exam = exam_of(assignment)
    defined = {cell.name: stub_names(cell.text) for cell in exam.source.exercises}
    clean = sanitise(submission, assignment.notebook, defined, assignment.submission_bytes)
    if clean.reason:
        return broken(assignment, clean.reason, submission)
    names = {tests_id(name): name for name in defined}

    def exercise_of(cell: Any) -> str:
        return names.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""), "")

    with kernel(assignment.limits, more) as session:
        execution = Execution(session, exam, assignment.submission_seconds)
        tests = execution.run(clean.notebook, exercise_of)
        if session.orphaned:
            raise LauncherError("the launcher of kernels died meanwhile")
    by_cell = {test.cell: test for test in tests}
    for cell in clean.notebook.cells:
        test = by_cell.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
        if test is not None:
            cell.outputs = outputs(test)
    seconds = round(time.monotonic() - start, 3)
    facts = _Facts(assignment, submission, seconds, (*notes, *clean.notes, *execution.notes))
    return facts.graded("graded", "", tests, clean.notebook)


def broken(assignment: Assignment, reason: str, submission: bytes = b"") -> Graded:
    """The result of a submission in which there is nothing to run: no points, and why."""
    notebook = nbformat.v4.reads_json(assignment.notebook)
    note = nbformat.v4.new_markdown_cell(f"**This submission could not be graded:** {reason}")
    note.id = "own-0"
    note.metadata[OWN] = {"own": True}
    tests = []
    for cell in notebook.cells:
        own = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and own.get("grade"):
            exercise = own.grade_id.removeprefix(tests_id(""))
            tests.append(TestResult(exercise, own.grade_id, float(own.points), 0.0))
            cell.outputs = outputs(tests[-1])
    notebook.cells.insert(0, note)
    facts = _Facts(assignment, submission, 0.0, ())
    return facts.graded("broken", reason, tuple(tests), notebook)


@dataclass(frozen=True)
class _Facts:
    """What every result of a submission carries."""

    assignment: Assignment
    submission: bytes
    seconds: float
    notes: tuple[str, ...]

    def graded(
        self, status: str, reason: str, tests: tuple[TestResult, ...], notebook: Any
    ) -> Graded:
        """The result, its facts written into the notebook as well."""
        result = Graded(
            week=self.assignment.week,
            status=status,
            reason=reason,
            notes=self.notes,
            tests=tests,
            notebook="",
            seconds=self.seconds,
            submission=hashlib.sha256(self.submission).hexdigest(),
            version=self.assignment.version,
            engine=__version__,
        )
        put_rubrics(notebook, exam_of(self.assignment).source)
        notebook.metadata[OWN] = result.facts()
        return replace(result, notebook=_written(nbformat.from_dict(notebook)))


def _written(notebook: Any) -> str:
    """The notebook as nbformat writes it, by an encoder that takes a tenth of the time."""
    try:
        text = msgspec.json.encode(strip_transient(split_lines(notebook)), order="sorted")
    except UnicodeEncodeError:  # half characters, which are no text
        return str(nbformat.v4.writes_json(notebook)).encode("utf-8", "replace").decode()
    return msgspec.json.format(text, indent=1).decode()
