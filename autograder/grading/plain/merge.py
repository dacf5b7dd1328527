"""A submission fitted into a plain notebook: the student's cells in their order, the tests ours.

As nbgrader does it, what students may not change is put back. What was deleted of that, or moved,
stands where the course has it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import nbformat
import nbformat.v4

from ...authoring.plain.source import PlainCell, PlainSource
from ...remote.causes import Cause
from ..answers import with_pictures
from ..notes import Note, put_right
from ..placing import in_order
from ..reading import SubmittedCell, Unreadable, read_cells
from ..sanitise import OWN

#: Roles of cells that are the course's, whatever a submission makes of them.
OURS = ("tests", "task")


@dataclass(frozen=True, eq=False)
class Placed:
    """A cell that takes its place in the notebook that is graded.

    Attributes
    ----------
    node : what the graded notebook holds
    cell : the course's cell that it is; None for one of the student's own
    """

    node: Any
    cell: PlainCell | None = None

    @property
    def is_code(self) -> bool:
        return bool(self.node.cell_type == "code")


@dataclass
class Merged:
    """The cells in order, and notes on what was put right; ``reason`` where nothing was read."""

    cells: list[Placed] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    reason: str = ""


def merge(data: bytes, source: PlainSource, skeleton: Any, limit: int) -> Merged:
    """Fit a submission into a plain notebook.

    Parameters
    ----------
    data : the submitted file
    skeleton : the notebook that students got, whose cells are those of ``source``
    limit : largest size of a submission, in bytes
    """
    try:
        submitted, notes = read_cells(data, limit)
    except Unreadable as error:
        return Merged(reason=str(error))
    merger = _Merger(source, skeleton, notes)
    known = merger.match(submitted)
    chain = {at for at, _ in in_order(sorted((at, index) for at, index in known.items()))}
    cells: list[Placed] = []
    done: set[int] = set()
    for number, cell in enumerate(submitted):
        index = known.get(number)
        if index is None:
            cells.append(merger.own(cell, number))
            continue
        ours = merger.is_ours(index)
        if number in chain:
            cells += merger.missing(done, index, set(known.values()) - _moved(merger, known, chain))
        elif ours:  # it was moved, and stands where the course has it
            continue
        done.add(index)
        cells.append(merger.take(index, cell))
    cells += merger.missing(done, len(source.cells), set())
    merger.tell()
    return Merged(cells, notes)


def _moved(merger: "_Merger", known: dict[int, int], chain: set[float]) -> set[int]:
    """The course's cells that stand out of order."""
    return {index for at, index in known.items() if at not in chain and merger.is_ours(index)}


class _Merger:
    """Knows the course's cells among the submitted ones."""

    def __init__(self, source: PlainSource, skeleton: Any, notes: list[Note]) -> None:
        self.source, self.notes = source, notes
        self.nodes = list(skeleton.cells)
        self.edited: list[str] = []
        self.restored: list[str] = []

    def match(self, submitted: list[SubmittedCell]) -> dict[int, int]:
        """For each submitted cell that is one of the course's, which."""
        by_grade_id = {cell.id: cell.number for cell in self.source.cells if cell.id}
        by_id = {node.id: n for n, node in enumerate(self.nodes) if "id" in node}
        by_text: dict[str, list[int]] = {}
        for cell in self.source.cells:
            by_text.setdefault(cell.shown.strip(), []).append(cell.number)
        found: dict[int, int] = {}
        taken: set[int] = set()

        def take(number: int, index: int | None) -> None:
            if index is not None and index not in taken:
                found[number] = index
                taken.add(index)

        for exactly in (True, False):  # of two cells of one id the unchanged one is the course's
            for number, one in enumerate(submitted):
                index = by_grade_id.get(one.grade_id)
                if index is None or number in found:
                    continue
                same = one.text.strip() == self.source.cells[index].shown.strip()
                if same or not exactly:
                    take(number, index)
        for number, one in enumerate(submitted):
            if number not in found and not one.grade_id and one.id in by_id:
                index = by_id[one.id]
                if not self.source.cells[index].id:
                    take(number, index)
        for number, one in enumerate(submitted):
            text = one.text.strip()
            if number not in found and text:
                free = (index for index in by_text.get(text, ()) if index not in taken)
                take(number, next(free, None))
        return found

    def is_ours(self, index: int) -> bool:
        """Whether a cell is the course's, and never the student's."""
        cell = self.source.cells[index]
        return cell.role in OURS or (cell.locked and cell.role != "manual")

    def missing(self, done: set[int], until: int, present: set[int]) -> Iterator[Placed]:
        """What is the course's, stands before ``until`` and was left out.

        A cell that students may change and have deleted is not put back, as it is with nbgrader.
        """
        for index in range(until):
            cell = self.source.cells[index]
            wanted = self.is_ours(index) or cell.role in ("manual", "solution")
            if index in done or index in present or not wanted:
                continue
            done.add(index)
            self.restored.append(cell.id or f"cell {index + 1}")
            yield Placed(self.nodes[index], cell)

    def take(self, index: int, one: SubmittedCell) -> Placed:
        """A cell of the course's with the text that counts."""
        cell, node = self.source.cells[index], self.nodes[index]
        if self.is_ours(index):
            if one.text.strip() != cell.shown.strip():
                self.edited.append(cell.id or f"cell {index + 1}")
            return Placed(node, cell)
        if one.kind != node.cell_type and cell.id:
            text = f"{cell.id!r} was a {one.kind} cell; it is read as {node.cell_type}"
            self.notes.append(put_right(text, cell.id))
        node.source = (
            one.text if node.cell_type == "code" else with_pictures(one.text, one.attachments)
        )
        if one.attachments and node.cell_type == "markdown":
            node.attachments = nbformat.from_dict(one.attachments)
        return Placed(node, cell)

    def own(self, one: SubmittedCell, number: int) -> Placed:
        """A cell that the student added."""
        if one.grade_id:
            id = one.grade_id[:60]
            text = f"a cell with the unknown or repeated id {id!r} is run as your own"
            self.notes.append(Note(Cause.CHANGED_CELLS, text))
        make: Callable[..., Any] = {
            "code": nbformat.v4.new_code_cell,
            "markdown": nbformat.v4.new_markdown_cell,
            "raw": nbformat.v4.new_raw_cell,
        }[one.kind]
        text = one.text if one.kind == "code" else with_pictures(one.text, one.attachments)
        node = make(text)
        node.id = f"own-{number}"
        node.metadata = nbformat.from_dict({OWN: {"own": True}})
        if one.attachments and one.kind == "markdown":
            node.attachments = nbformat.from_dict(one.attachments)
        return Placed(node)

    def tell(self) -> None:
        """Say what was changed of the course's cells, and what was put back."""
        if self.edited:
            names = ", ".join(map(repr, self.edited[:8]))
            text = f"read-only cells were changed, the originals are used: {names}"
            self.notes.append(Note(Cause.CHANGED_CELLS, text))
        if self.restored:
            names = ", ".join(map(repr, self.restored[:8]))
            text = f"cells of the course were missing or moved and are put back: {names}"
            self.notes.append(Note(Cause.CHANGED_CELLS, text))
