"""From what was submitted to what is run: the student's own text in our own notebook.

The assignment's notebook is the skeleton. Of the submission only three things are used: the
text of exercise cells, the text of written answers, and cells that the student added.
Given cells, test cells, points and every other metadata are the assignment's.
"""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import nbformat
import nbformat.v4

from ..authoring.build import SKIP_TAG, tests_id
from ..authoring.percent import plain_python
from ..remote.causes import Cause
from .notes import Note, put_right
from .reading import SubmittedCell, Unreadable, read_cells

#: Where a cell of the student's own is marked, and whose cell a test cell tests.
OWN = "autograder"


@dataclass
class Sanitised:
    """A notebook to run, and notes on what was put right; ``reason`` where nothing was read."""

    notebook: Any
    notes: list[Note] = field(default_factory=list)
    reason: str = ""


def sanitise(data: bytes, skeleton: str, exercises: dict[str, set[str]], limit: int) -> Sanitised:
    """Fit a submission into the assignment's notebook.

    Parameters
    ----------
    data : the submitted file
    skeleton : the text of the assignment's student notebook
    exercises : for each exercise the names its reference defines
    limit : largest size of a submission, in bytes
    """
    notebook = nbformat.v4.reads_json(skeleton)
    try:
        cells, notes = read_cells(data, limit)
    except Unreadable as error:
        return Sanitised(notebook, [], str(error))
    merger = _Merger(notebook, exercises, notes)
    for cell in cells:
        merger.take(cell)
    merger.finish()
    return Sanitised(notebook, notes)


def stub_names(text: str) -> set[str]:
    """The names that a cell's text defines at its top level."""
    try:
        body = ast.parse(plain_python(text)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    names: set[str] = set()
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


class _Merger:
    """Puts submitted cells, one after the other, at their places in the skeleton."""

    def __init__(self, notebook: Any, exercises: dict[str, set[str]], notes: list[Note]) -> None:
        self.notebook, self.exercises, self.notes = notebook, exercises, notes
        self.by_grade_id = {
            cell.metadata.nbgrader.grade_id: index
            for index, cell in enumerate(notebook.cells)
            if "nbgrader" in cell.metadata
        }
        self.by_id = {cell.id: index for index, cell in enumerate(notebook.cells)}
        self.by_text = {cell.source.strip(): index for index, cell in enumerate(notebook.cells)}
        self.stubs = [cell.source.strip() for cell in notebook.cells]
        self.found: set[int] = set()
        self.edited: list[str] = []
        self.adopted: list[str] = []
        self.place = -1
        self.added: dict[int, list[SubmittedCell]] = {}

    def take(self, cell: SubmittedCell) -> None:
        """Find the place of one submitted cell."""
        index = self._place_of(cell)
        if index is None:
            if cell.grade_id:
                self._changed(
                    f"a cell with the unknown id {cell.grade_id[:60]!r} is run as your own"
                )
            self._add(self.place, cell)
            return
        own = self.notebook.cells[index]
        editable = own.metadata.get("nbgrader", {}).get("solution", False)
        repeated = index in self.found
        self.found.add(index)
        self.place = max(self.place, index)
        text = cell.text.strip()
        if not editable:
            if text == self.stubs[index] or own.cell_type != "code":
                return
            if repeated:
                self._changed(f"a changed copy of {_name(own)!r} is run as your own cell")
                self._add(index, cell)
            else:
                self.edited.append(_name(own))
            return
        if text == self.stubs[index]:
            return
        if own.source.strip() != self.stubs[index]:
            text = f"{_name(own)!r} is there more than once; all are run, in order"
            self.notes.append(put_right(text, _name(own)))
            self._add(index, cell)
            return
        if cell.kind != own.cell_type:
            text = f"{_name(own)!r} was a {cell.kind} cell; it is read as {own.cell_type}"
            self.notes.append(put_right(text, _name(own)))
        own.source = cell.text
        if own.cell_type == "markdown":
            own.source = _without_missing(cell.text, cell.attachments)
        if own.cell_type == "markdown" and cell.attachments:
            own.attachments = nbformat.from_dict(cell.attachments)

    def finish(self) -> None:
        """Look for exercises that lost their cell, say what was edited, insert what was added."""
        for name, defined in self.exercises.items():
            index = self.by_grade_id[name]
            if index not in self.found:
                self._adopt(index, name, defined)
        if self.adopted:
            names = ", ".join(self.adopted)
            text = f"cells without their ids were found by what they define: {names}"
            self.notes.append(put_right(text))
        lost = [
            name for name in self.exercises if self.by_grade_id[tests_id(name)] not in self.found
        ]
        if lost:
            names = ", ".join(lost)
            self._changed(f"the test cells of {names} were missing; the originals are used")
        if self.edited:
            names = ", ".join(self.edited[:6]) + (" and others" if len(self.edited) > 6 else "")
            self._changed(f"read-only cells were changed ({names}); the originals are used")
        cells: list[Any] = [self._node(cell) for cell in self.added.get(-1, [])]
        for index, own in enumerate(self.notebook.cells):
            cells.append(own)
            cells += [self._node(cell) for cell in self.added.get(index, [])]
        for number, cell in enumerate(cells):
            if OWN in cell.metadata:
                cell.id = f"own-{number}"
        self.notebook.cells = cells

    def _changed(self, text: str) -> None:
        """Note a change of what is not the student's to change."""
        self.notes.append(Note(Cause.CHANGED_CELLS, text))

    def _place_of(self, cell: SubmittedCell) -> int | None:
        if cell.grade_id in self.by_grade_id:
            return self.by_grade_id[cell.grade_id]
        if cell.text.strip() and cell.text.strip() in self.by_text:
            return self.by_text[cell.text.strip()]
        if cell.id in self.by_id:
            return self.by_id[cell.id]
        return None

    def _add(self, index: int, cell: SubmittedCell) -> None:
        if cell.text.strip():
            self.added.setdefault(index, []).append(cell)

    def _adopt(self, index: int, name: str, defined: set[str]) -> None:
        """Give an exercise without its cell the added cell that defines its names."""
        own = self.notebook.cells[index]
        for cells in self.added.values():
            for cell in cells:
                if cell.kind == "code" and defined & stub_names(cell.text):
                    cells.remove(cell)
                    own.source = cell.text
                    self.adopted.append(name)
                    return
        self.notes.append(put_right(f"the cell of {name!r} is missing; nothing is graded", name))

    def _node(self, cell: SubmittedCell) -> Any:
        make: Callable[..., Any] = {
            "code": nbformat.v4.new_code_cell,
            "markdown": nbformat.v4.new_markdown_cell,
            "raw": nbformat.v4.new_raw_cell,
        }[cell.kind]
        node = make(_without_missing(cell.text, {}) if cell.kind == "markdown" else cell.text)
        node.metadata[OWN] = {"own": True}
        if SKIP_TAG in cell.tags:
            node.metadata["tags"] = [SKIP_TAG]
        return node


def _without_missing(text: str, attachments: dict[str, Any]) -> str:
    """``text`` without pictures that are not attached: showing them is an error of nbconvert."""
    there = "|".join(map(re.escape, attachments)) or "(?!)"
    return re.sub(rf"attachment:(?!(?:{there})[)\s\"'>])", "missing:", text)


def _name(cell: Any) -> str:
    return str(cell.metadata.nbgrader.grade_id)
