"""A course of nbgrader's own as text: cells with roles, and submissions whose marks are known.

A notebook is written in percent form, with the role of a cell in its header::

    # %% [markdown]
    # %% answer NAME            a solution cell of the student's
    # %% tests NAME POINTS      an autograded cell
    # %% manual NAME POINTS     what a person marks, code or ``[markdown]``
    # %% task NAME POINTS       nbgrader's task cell
    # %% locked NAME            read-only
"""

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import nbformat.v4 as v4

HEADER = re.compile(r"^# %%[ ]?(?P<kind>\[markdown\])?[ ]*(?P<words>.*)$", re.MULTILINE)
MARKERS = re.compile(r"^[ \t]*### (BEGIN|END) SOLUTION[ \t]*\n?", re.MULTILINE)
ROLES = {
    "answer": {"solution": True},
    "tests": {"grade": True, "locked": True},
    "manual": {"grade": True, "solution": True},
    "task": {"task": True, "locked": True},
    "locked": {"locked": True},
}
#: The version of nbgrader's metadata now.
SCHEMA = 3
KERNELS = {"python": "python3", "bash": "bash"}


@dataclass(frozen=True)
class Cell:
    """One cell of a notebook; ``name`` is nbgrader's grade id, empty where it has none."""

    kind: str
    role: str
    name: str
    points: float
    text: str

    @property
    def right(self) -> str:
        """What a student would write to get all points: the reference without its markers."""
        return MARKERS.sub("", self.text).rstrip("\n")


@dataclass(frozen=True)
class Sheet:
    """One notebook of an assignment."""

    name: str
    text: str
    language: str = "python"

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Its cells, in order."""
        found = list(HEADER.finditer(self.text))
        ends = [one.start() for one in found[1:]] + [len(self.text)]
        return tuple(
            _cell(one, self.text[one.end() : end]) for one, end in zip(found, ends, strict=True)
        )

    def of(self, *roles: str) -> Iterator[Cell]:
        """The cells of these roles."""
        return (cell for cell in self.cells if cell.role in roles)


@dataclass(frozen=True)
class Attempt:
    """What a student writes into some cells, and what stock nbgrader gives for the tests.

    Attributes
    ----------
    texts : by the cell's name, or ``notebook/name``; other cells hold the reference
    scores : of the tests that do not get all their points, named alike
    ours : of the tests to which this engine gives something else than stock nbgrader
    """

    name: str
    texts: Mapping[str, str] = field(default_factory=dict)
    scores: Mapping[str, float] = field(default_factory=dict)
    ours: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Model:
    """A course to be written.

    Attributes
    ----------
    stub : what the tests of an untouched notebook get where that is not nothing
    attempts : wrong ones, some of them in part
    assignment_files : beside the notebooks, by path
    course_files : in the course's folder, by path
    config : lines of ``nbgrader_config.py``
    schema : the version of nbgrader's metadata
    needs : modules and programs without which it cannot run
    """

    name: str
    assignment: str
    sheets: tuple[Sheet, ...]
    attempts: tuple[Attempt, ...]
    stub: Mapping[str, float] = field(default_factory=dict)
    assignment_files: Mapping[str, str] = field(default_factory=dict)
    course_files: Mapping[str, str] = field(default_factory=dict)
    config: str = ""
    schema: int = SCHEMA
    needs: tuple[str, ...] = ()

    def everyone(self) -> tuple[str, ...]:
        """Whose submissions there are: the reference's, the untouched one, the wrong ones."""
        return ("reference", "stub", *(attempt.name for attempt in self.attempts))

    def attempt(self, student: str) -> Attempt:
        """The attempt of this name; the reference where there is none."""
        return next((one for one in self.attempts if one.name == student), Attempt("reference"))

    def scores(self, student: str, ours: bool = False) -> dict[str, float]:
        """What stock nbgrader, or this engine, gives a submission, by ``notebook/cell``."""
        attempt = self.attempt(student)
        wrong = {**attempt.scores, **(attempt.ours if ours else {})}
        given: dict[str, float] = {}
        for sheet in self.sheets:
            for cell in sheet.of("tests"):
                key, full = f"{sheet.name}/{cell.name}", cell.points
                lost = (self.stub, 0.0) if student == "stub" else (wrong, full)
                given[key] = float(of(lost[0], sheet, cell, lost[1]))
        return given

    def texts(self, student: str, sheet: Sheet) -> dict[str, str]:
        """What the student has written into this notebook's answer cells; none for the stub."""
        if student == "stub":
            return {}
        own = self.attempt(student).texts
        return {cell.name: of(own, sheet, cell, cell.right) for cell in sheet.of("answer")}


def nothing(*tests: str) -> dict[str, float]:
    """No points for these tests."""
    return dict.fromkeys(tests, 0.0)


def of(values: Mapping[str, Any], sheet: Sheet, cell: Cell, default: Any) -> Any:
    """What a mapping says of a cell, by ``notebook/name`` or by its name alone."""
    return values.get(f"{sheet.name}/{cell.name}", values.get(cell.name, default))


def write(model: Model, folder: Path) -> Path:
    """Write the course as nbgrader has it; returns its folder."""
    source = folder / "source" / model.assignment
    source.mkdir(parents=True)
    config = f"c = get_config()\nc.CourseDirectory.course_id = {model.name!r}\n{model.config}"
    (folder / "nbgrader_config.py").write_text(config, encoding="utf-8")
    for sheet in model.sheets:
        nbformat.write(notebook(sheet, model.schema), source / f"{sheet.name}.ipynb")
    for base, files in ((source, model.assignment_files), (folder, model.course_files)):
        for name, text in files.items():
            path = base / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return folder


def notebook(sheet: Sheet, schema: int = SCHEMA) -> Any:
    """The source notebook, with nbgrader's metadata of a version."""
    kernel = KERNELS[sheet.language]
    spec = {"name": kernel, "display_name": kernel, "language": sheet.language}
    cells = [_node(sheet, number, cell, schema) for number, cell in enumerate(sheet.cells)]
    language = {"name": sheet.language}
    return v4.new_notebook(cells=cells, metadata={"kernelspec": spec, "language_info": language})


def filled(released: str, texts: Mapping[str, str]) -> str:
    """A released notebook with a student's texts in the cells of these names."""
    tree = json.loads(released)
    for cell in tree["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if name in texts:
            cell["source"] = texts[name]
    return json.dumps(tree)


def _cell(header: re.Match[str], body: str) -> Cell:
    role, name, points = (*header["words"].split(), "", "", "")[:3]
    kind = "markdown" if header["kind"] else "code"
    return Cell(kind, role, name, float(points or 0), body.strip("\n"))


def _node(sheet: Sheet, number: int, cell: Cell, schema: int) -> Any:
    make = v4.new_markdown_cell if cell.kind == "markdown" else v4.new_code_cell
    node = make(cell.text, id=uuid.uuid5(uuid.NAMESPACE_OID, f"{sheet.name}{number}").hex[:8])
    if cell.role:
        own = {"grade": False, "solution": False, "locked": False, **ROLES[cell.role]}
        own |= {"grade_id": cell.name, "schema_version": schema}
        if schema >= 3:
            own = {"task": False, **own}
        if cell.role in ("tests", "manual", "task"):
            own["points"] = int(cell.points) if cell.points.is_integer() else cell.points
        node.metadata["nbgrader"] = own
    return node
