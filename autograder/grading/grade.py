"""Grade one submission: bytes and the assignment in, the graded notebook and results out."""

import hashlib
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import nbformat
from nbformat.v4.rwbase import split_lines, strip_transient

from .. import __version__
from ..authoring.build import student_notebook, tests_id
from ..authoring.fill import fill
from ..authoring.source import Source, parse
from ..authoring.texts import WeekTexts, read_texts
from ..authoring.version import marks_version
from ..course.requirements import misfits, versions
from ..judge.exam import Exam
from ..kernels.launcher import LauncherError
from ..kernels.limits import Limits
from ..kernels.supply import KernelSupply
from ..remote.causes import Cause
from .clean import cut
from .execute import Execution
from .forbidden import doubts, look_for_forbidden
from .notes import Note
from .render import outputs
from .results import Graded, SubmissionStatus, TestResult
from .rubrics import put_rubrics
from .sanitise import OWN, sanitise, stub_names

#: A graded notebook shows so many characters of a cell; its middle is left out where it has more.
SOURCE_LIMIT = 100_000


@dataclass(frozen=True)
class Assignment:
    """All of a week that grading needs, as plain data that travels between processes.

    ``version`` is a short name of what decides its marks.
    """

    week: str
    title: str
    folder: str
    version: str
    texts: WeekTexts = field(repr=False)
    notebook: str = field(repr=False)
    limits: Limits = field(default_factory=Limits)
    submission_bytes: int = 64 << 20
    submission_seconds: float = 600.0
    requirements: tuple[str, ...] = ()

    @property
    def source(self) -> Source:
        """The week's source, read from its texts."""
        return parse(self.texts, Path(self.folder), self.week)

    @property
    def name(self) -> str:
        """The name of its notebook."""
        return self.week

    def perfect(self) -> bytes:
        """What a student would hand in who wrote the reference solution."""
        return fill(self.notebook, self.source.references).encode()


def make_assignment(
    source: Source, title: str, limits: Limits, notebook: str = "", **more: Any
) -> Assignment:
    """The assignment of a week's source; ``notebook`` is what students got, where that is known."""
    return Assignment(
        week=source.week,
        title=title,
        folder=str(source.path.parent),
        version=marks_version(source),
        texts=read_texts(source.path.parent),
        notebook=notebook or student_notebook(source),
        limits=limits,
        **more,
    )


def grade(
    assignment: Assignment,
    submission: bytes,
    kernels: KernelSupply,
    exam: Exam,
    notes: tuple[Note, ...] = (),
    another: bool = False,
) -> Graded:
    """Grade one submission.

    Whatever the submission holds or does ends in a result; an exception is a fault of the
    engine or of the course.

    Parameters
    ----------
    kernels : where the submission runs
    exam : the assignment's hidden side, opened
    notes : what is known of the submission already
    another : whether one more of this assignment comes next; its kernel is made meanwhile
    """
    start = time.monotonic()
    defined = {cell.name: stub_names(cell.text) for cell in exam.source.exercises}
    clean = sanitise(submission, assignment.notebook, defined, assignment.submission_bytes)
    if clean.reason:
        return broken(assignment, clean.reason, submission)
    names = {tests_id(name): name for name in defined}

    def exercise_of(cell: Any) -> str:
        return names.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""), "")

    found = look_for_forbidden(clean.notebook, exam.source)
    with kernels.kernel(assignment.limits, another) as session:
        execution = Execution(session, exam, assignment.submission_seconds, found)
        tests = execution.run(clean.notebook, exercise_of)
    if session.orphaned:
        raise LauncherError("the launcher of kernels died meanwhile")
    for cell in clean.notebook.cells:
        if len(cell.source) > SOURCE_LIMIT:
            cell.source = cut(cell.source)
    by_cell = {test.cell: test for test in tests}
    for cell in clean.notebook.cells:
        test = by_cell.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
        if test is not None:
            cell.outputs = outputs(test)
    seconds = round(time.monotonic() - start, 3)
    others = (Note(Cause.OTHER_VERSION, line) for line in misfits(assignment.requirements))
    told = (*others, *notes, *clean.notes, *doubts(found), *execution.notes)
    facts = _Facts(assignment, submission, seconds, told)
    result = facts.graded(None, "", tests, clean.notebook)
    return replace(result, starved=session.starved)


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
    return facts.graded(Cause.UNREADABLE, reason, tuple(tests), notebook)


@dataclass(frozen=True)
class _Facts:
    """What every result of a submission carries."""

    assignment: Assignment
    submission: bytes
    seconds: float
    notes: tuple[Note, ...]

    def graded(
        self, cause: Cause | None, reason: str, tests: tuple[TestResult, ...], notebook: Any
    ) -> Graded:
        """The result, its facts written into the notebook as well."""
        result = Graded(
            week=self.assignment.week,
            status=SubmissionStatus.BROKEN if cause else SubmissionStatus.GRADED,
            cause=cause,
            reason=reason,
            notes=self.notes,
            tests=tests,
            seconds=self.seconds,
            submission=hashlib.sha256(self.submission).hexdigest(),
            version=self.assignment.version,
            engine=__version__,
            packages=versions(self.assignment.requirements),
        )
        put_rubrics(notebook, self.assignment.source)
        notebook.metadata[OWN] = result.facts()
        return replace(result, notebook=written(nbformat.from_dict(notebook)))


def written(notebook: Any) -> str:
    """The notebook as nbformat writes it, by an encoder that takes a tenth of the time."""
    try:
        text = msgspec.json.encode(strip_transient(split_lines(notebook)), order="sorted")
    except UnicodeEncodeError:  # half characters, which are no text
        return str(nbformat.v4.writes_json(notebook)).encode("utf-8", "replace").decode()
    return msgspec.json.format(text, indent=1).decode()
