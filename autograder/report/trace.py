"""Where a mark comes from: the bytes, the tests, the engine, and what a person gave."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from .. import __version__
from ..authoring.build import tests_id
from ..batch.assignments import load_assignment
from ..batch.classroom import find_submission
from ..course.errors import CourseError
from ..course.manifest import Course, Week
from ..course.paths import printable
from ..course.regular import read_regular
from ..gradebook.classbook import Book
from ..gradebook.graded import graded_facts
from ..gradebook.standing import Standing, standing
from ..gradebook.writer import writing
from .dates import dates_in_words
from .page import in_points


@dataclass(frozen=True)
class Trace:
    """Everything that led to a mark.

    Attributes
    ----------
    file, submitted : the file that is in ``submitted/`` now and its SHA-256; empty if none
    graded : the SHA-256 of the bytes that were graded
    version, engine : the versions of the tests and of the package that graded them
    source, installed : both versions as they are now
    when : when the graded notebook was written
    standing : the marks by cell
    dates : when it was due and handed in, and what that costs, a sentence each
    """

    student: str
    week: str
    file: str
    submitted: str
    graded: str
    version: str
    source: str
    engine: str
    installed: str
    when: str
    standing: Standing
    dates: tuple[str, ...] = ()

    @property
    def remarks(self) -> list[str]:
        """What has changed since the mark was given."""
        found = []
        if self.submitted != self.graded:
            found.append("another file is in submitted/ now; `autograder grade` grades it")
        if self.version != self.source:
            found.append(
                "what decides the marks has changed; `autograder grade --changed` applies it"
            )
        if self.engine != self.installed:
            found.append(f"graded by version {self.engine} of the engine; {self.installed} is here")
        return found


def trace_mark(course: Course, week: Week, student: str) -> Trace:
    """Trace one mark.

    Raises
    ------
    CourseError
        If nothing of this student has been graded for the week.
    """
    facts = graded_facts(course, student, week.id)
    if facts is None or student not in course.graded_students(week.id):
        where = course.autograded(student, week.id)
        raise CourseError(f"{where}: nothing graded there; run `autograder grade {week.id}`")
    folder = course.submitted(student, week.id)
    path = find_submission(folder, week.id).path if folder.is_dir() else None
    limit = course.manifest.grading.limits.submission_mb << 20
    data = read_regular(path, limit) if path is not None else b""
    with writing(course) as writer:
        book = Book.of(course, writer.gradebook)
        found = standing(writer.gradebook, week.id, student)
        marks = book.marks(week).get(student)
    written = course.graded_notebook(student, week.id).stat().st_mtime
    return Trace(
        student,
        week.id,
        str(path.relative_to(course.root)) if path is not None else "",
        hashlib.sha256(data).hexdigest(),
        facts.submission,
        facts.version,
        load_assignment(course, week).version,
        facts.engine,
        __version__,
        datetime.fromtimestamp(written, UTC).isoformat(timespec="seconds"),
        found or Standing(),
        tuple(dates_in_words(marks)) if marks else (),
    )


def show_trace(trace: Trace, as_json: bool = False) -> None:
    """Print it."""
    if as_json:
        print(json.dumps({**asdict(trace), "remarks": trace.remarks}, indent=1))
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{_shown(trace.student)}, {trace.week}")
    console.print(f"  submission  {_shown(trace.file) or 'none'}")
    console.print(f"  sha256      {trace.graded}")
    console.print(f"  tests       {trace.version}  (given code, references, programs and points)")
    console.print(f"  engine      {trace.engine}")
    console.print(f"  graded      {trace.when}")
    for remark in trace.remarks:
        console.print(f"  note        {_shown(remark)}")
    table = Table()
    for name in ("cell", "points", "of", "by tests", "by a person", "extra", "comment"):
        table.add_column(name, justify="left" if name in ("cell", "comment") else "right")
    for name, cell in trace.standing.cells.items():
        table.add_row(
            escape(name.removeprefix(tests_id(""))),
            f"{cell.score:.4g}",
            f"{cell.most:g}",
            "" if cell.auto is None else f"{cell.auto:.4g}",
            "to mark" if cell.waits else "" if cell.manual is None else f"{cell.manual:.4g}",
            f"{cell.extra:.4g}" if cell.extra else "",
            _shown(cell.comment),
        )
    console.print(table)
    for line in trace.dates:
        console.print(f"  dates       {_shown(line)}")
    if trace.standing.penalty:
        console.print(f"  late        -{in_points(trace.standing.penalty)}")
    console.print(f"  mark        {in_points(trace.standing.mark)}")


def _shown(text: str) -> str:
    return escape(printable(text.replace("\n", " ")))
