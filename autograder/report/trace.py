"""Where a mark comes from: the bytes, the tests, the engine, and what a person gave."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from .. import __version__
from ..authoring.build import tests_id
from ..batch.assignments import AnyAssignment, load_assignments
from ..batch.classroom import find_submission
from ..course.errors import CourseError
from ..course.manifest import Course, Week
from ..course.paths import printable
from ..course.regular import read_regular
from ..gradebook.classbook import Book
from ..gradebook.graded import week_facts
from ..gradebook.notebooks import NBGRADER, read_parts
from ..gradebook.standing import Standing, standing
from ..gradebook.writer import writing
from ..grading.plain.assignment import PlainAssignment
from ..grading.results import Facts
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
    notebook : of a plain week, its name
    not_protected : the test cells that run in the student's own kernel, and why
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
    notebook: str = ""
    not_protected: tuple[tuple[str, str], ...] = ()

    @property
    def remarks(self) -> list[str]:
        """What has changed since the mark was given."""
        found = []
        if self.engine == NBGRADER:
            return ["nbgrader marked it before the course came here; `--force` grades it anew"]
        if self.submitted != self.graded:
            found.append("another file is in submitted/ now; `autograder grade` grades it")
        if self.version != self.source:
            found.append(
                "what decides the marks has changed; `autograder grade --changed` applies it"
            )
        if self.engine != self.installed:
            found.append(f"graded by version {self.engine} of the engine; {self.installed} is here")
        return found

    def tree(self) -> dict[str, Any]:
        """The same as plain data."""
        tree = {**asdict(self), "remarks": self.remarks}
        if not self.notebook:
            del tree["notebook"], tree["not_protected"]
        return tree


def trace_mark(course: Course, week: Week, student: str) -> list[Trace]:
    """Trace the mark of each of a week's notebooks.

    Raises
    ------
    CourseError
        If nothing of this student has been graded for the week.
    """
    with writing(course) as writer:
        marks = Book.of(course, writer.gradebook).marks(week).get(student)
        stood = {name: standing(writer.gradebook, week.id, student, name) for name in week.sheets}
    parts = {part.name: part for part in read_parts(course, student, week, marks)}
    facts = week_facts(course, student, week)
    known = [name for name in week.sheets if facts[name] or (name in parts and parts[name].before)]
    graded = student in course.graded_students(week.id) or any(p.before for p in parts.values())
    if not known or not graded:
        where = course.autograded(student, week.id)
        raise CourseError(f"{where}: nothing graded there; run `autograder grade {week.id}`")
    versions = {_name(one): one.version for one in load_assignments(course, week)}
    dates = tuple(dates_in_words(marks)) if marks else ()
    return [
        _trace(course, week, student, name, facts[name], versions[name], stood[name], dates)
        for name in known
    ]


def _name(assignment: AnyAssignment) -> str:
    """The name of an assignment's notebook."""
    return assignment.name if isinstance(assignment, PlainAssignment) else assignment.week


def _trace(
    course: Course,
    week: Week,
    student: str,
    name: str,
    facts: Facts | None,
    version: str,
    found: Standing | None,
    dates: tuple[str, ...],
) -> Trace:
    folder = course.submitted(student, week.id)
    path = find_submission(folder, name, week.notebooks).path if folder.is_dir() else None
    limit = course.manifest.grading.limits.submission_mb << 20
    data = read_regular(path, limit) if path is not None else b""
    notebook = course.graded_notebook(student, week.id, name)
    when = notebook.stat().st_mtime if notebook.is_file() else None
    return Trace(
        student,
        week.id,
        str(path.relative_to(course.root)) if path is not None else "",
        hashlib.sha256(data).hexdigest(),
        facts.submission if facts is not None else "",
        facts.version if facts is not None else NBGRADER,
        version,
        facts.engine if facts is not None else NBGRADER,
        __version__,
        datetime.fromtimestamp(when, UTC).isoformat(timespec="seconds") if when else "",
        found or Standing(),
        dates,
        name if week.is_plain else "",
        tuple((t.cell, t.why_open) for t in facts.tests if not t.protected) if facts else (),
    )


def show_trace(traces: list[Trace], as_json: bool = False) -> None:
    """Print it: one mark, or those of several notebooks one after the other."""
    if as_json:
        trees = [trace.tree() for trace in traces]
        print(json.dumps(trees if len(trees) > 1 else trees[0], indent=1))
        return
    for trace in traces:
        _show(trace)


def _show(trace: Trace) -> None:
    console = Console(highlight=False, soft_wrap=True)
    notebook = f", {trace.notebook}" if trace.notebook else ""
    console.print(f"{_shown(trace.student)}, {trace.week}{_shown(notebook)}")
    console.print(f"  submission  {_shown(trace.file) or 'none'}")
    console.print(f"  sha256      {trace.graded or 'not known'}")
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
            escape(name if trace.notebook else name.removeprefix(tests_id(""))),
            f"{cell.score:.4g}",
            f"{cell.most:g}",
            "" if cell.auto is None else f"{cell.auto:.4g}",
            "to mark" if cell.waits else "" if cell.manual is None else f"{cell.manual:.4g}",
            f"{cell.extra:.4g}" if cell.extra else "",
            _shown(cell.comment),
        )
    console.print(table)
    for tests, why in trace.not_protected:
        console.print(f"  not protected  {_shown(tests)}: {_shown(why or 'the course says so')}")
    for line in trace.dates:
        console.print(f"  dates       {_shown(line)}")
    if trace.standing.penalty:
        console.print(f"  late        -{in_points(trace.standing.penalty)}")
    console.print(f"  mark        {in_points(trace.standing.mark)}")


def _shown(text: str) -> str:
    return escape(printable(text.replace("\n", " ")))
