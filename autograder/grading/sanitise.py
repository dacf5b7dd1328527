"""From what was submitted to what is run: the student's own text in our own notebook.

The assignment's notebook is the skeleton. Of the submission only three things are used: the
student's code, written answers, and other cells that the student added. Given cells, test cells,
points and every other metadata are the assignment's. An exercise is answered by what defines its
names, whatever the id of the cell; see ``placing`` for the order.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import nbformat
import nbformat.v4

from ..authoring.build import SKIP_TAG, tests_id
from ..authoring.percent import plain_python
from ..course.cells import marking
from ..remote.causes import Cause
from . import salvage
from .answers import Question, added_lines, bring_home, with_pictures
from .names import Stubs, commented_out, extended, names_of, readable
from .notes import Note, put_right
from .placing import Exercise, Order, Unit, in_order, settle
from .reading import SubmittedCell, Unreadable, read_cells

#: Where a cell of the student's own is marked, and whose cell a test cell tests.
OWN = "autograder"
#: How many characters of a submission's code are parsed; names in the rest are found by line.
PARSED = 600_000


@dataclass
class Sanitised:
    """A notebook to run, and notes on what was put right; ``reason`` where nothing was read."""

    notebook: Any
    notes: list[Note] = field(default_factory=list)
    reason: str = ""


def sanitise(
    data: bytes, skeleton: str, exercises: Mapping[str, frozenset[str]], limit: int
) -> Sanitised:
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
    for number, cell in enumerate(cells):
        merger.find(number, cell)
    for number, cell in enumerate(cells):
        merger.take(number, cell)
    merger.finish()
    return Sanitised(notebook, notes)


@lru_cache(128)
def stub_names(text: str) -> frozenset[str]:
    """The names that a cell's text defines at its top level."""
    try:
        body = ast.parse(plain_python(text)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    names: set[str] = set()
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return frozenset(names)


class _Merger:
    """Tells the student's cells from the course's, and puts each at its place."""

    def __init__(
        self, notebook: Any, exercises: Mapping[str, frozenset[str]], notes: list[Note]
    ) -> None:
        self.notebook, self.notes = notebook, notes
        self.course = list(notebook.cells)
        self.texts = [cell.source.strip() for cell in self.course]
        self.roles = [marking(cell) for cell in self.course]
        self.by_grade_id = {role.grade_id: n for n, role in enumerate(self.roles) if role.grade_id}
        self.by_id = {cell.id: index for index, cell in enumerate(self.course)}
        self.by_text: dict[str, list[int]] = {}
        for index, text in enumerate(self.texts):
            self.by_text.setdefault(text, []).append(index)
        self.exercises = [
            Exercise(
                name,
                frozenset(defined) or frozenset([name]),
                self.by_grade_id[name],
                self.by_grade_id[tests_id(name)],
            )
            for name, defined in exercises.items()
        ]
        self.exercise_at = {exercise.index: exercise for exercise in self.exercises}
        self.stubs = Stubs()
        for index in self.exercise_at:
            self.stubs.add(self.texts[index])
        self.same: dict[int, int] = {}  # places in the submission of cells that are unchanged
        self.places: dict[int, float] = {}  # and where each of the course's cells was found
        self.units: list[Unit] = []
        self.edited: list[str] = []
        self.to_parse = PARSED

    def find(self, number: int, cell: SubmittedCell) -> None:
        """Know a cell of the course's that is as it was handed out, whatever its ids."""
        text = cell.text.strip()
        same = self.by_text.get(text, []) if text else []
        if not same:
            return
        index = self._named(cell)
        if index not in same:
            index = next((one for one in same if one not in self.places), same[0])
        self.same[number] = index
        self.places.setdefault(index, number)

    def take(self, number: int, cell: SubmittedCell) -> None:
        """Find out what a submitted cell is that is not the course's, or was changed."""
        if number in self.same or not cell.text.strip():
            return
        index = self._named(cell)
        if index is None:
            if cell.grade_id:
                self._changed(
                    f"a cell with the unknown id {cell.grade_id[:60]!r} is run as your own"
                )
            self._add(number, cell)
            return
        own, role = self.course[index], self.roles[index]
        if index in self.exercise_at:
            if cell.kind != "code":
                text = f"{role.grade_id!r} was a {cell.kind} cell; it is read as code"
                self.notes.append(put_right(text, role.grade_id))
            self._add(number, cell, role.grade_id)
        elif role.solution:
            self._answer(number, cell, index)
        elif own.cell_type != "code" and cell.kind == "code":
            self._add(number, cell)
        elif index in self.places:
            if role.grade_id:
                text = f"a changed copy of {role.grade_id!r} is run as your own cell"
                self.notes.append(put_right(text))
            self._add(number, cell)
        else:
            self.places[index] = number
            self._salvage(number, cell, index)

    def finish(self) -> None:
        """Look for who answers what, say what was odd, and put all cells in order."""
        self._find_tests()
        names = {
            index: names_of(cell.source, self.stubs)
            for index, cell in enumerate(self.course)
            if cell.cell_type == "code" and SKIP_TAG not in cell.metadata.get("tags", [])
        }
        for index in (*self.exercise_at, *(exercise.tests for exercise in self.exercises)):
            names.pop(index, None)
        given = {name for one in names.values() for name in one.binds}
        settle(self.exercises, self.units, given, self._tell_twice)
        self._tell_places()
        self._keep_stubs()
        chain = in_order(sorted((at, index) for index, at in self._known_places().items()))
        position = 0
        for unit in self.units:
            while position < len(chain) and chain[position][0] <= unit.at:
                position += 1
            unit.below = chain[position - 1][1] if position else -1
        self._fill()
        order = Order(self.course, names, self.units, self.exercises)
        cells = order.put_all()
        for number, cell in enumerate(cells):
            if OWN in cell.metadata:
                cell.id = f"own-{number}"
        self.notebook.cells = cells

    def _named(self, cell: SubmittedCell) -> int | None:
        return self.by_grade_id.get(cell.grade_id, self.by_id.get(cell.id))

    def _changed(self, text: str) -> None:
        """Note a change of what is not the student's to change."""
        self.notes.append(Note(Cause.CHANGED_CELLS, text))

    def _add(self, at: float, cell: SubmittedCell, answers: str = "") -> None:
        unit = Unit(cell, at, answers=answers)
        is_code = cell.kind == "code" or bool(answers)
        # a tag that came with a copy of one of the course's cells is not the student's word
        skipped = SKIP_TAG in cell.tags and not answers and cell.grade_id not in self.by_grade_id
        if is_code and not skipped:
            self.to_parse -= len(cell.text)
            unit.names = names_of(cell.text, self.stubs, self.to_parse >= 0)
        self.units.append(unit)

    def _answer(self, number: int, cell: SubmittedCell, index: int) -> None:
        """Put a written answer into its cell; a second one stands below it."""
        own, name = self.course[index], self.roles[index].grade_id
        if own.source.strip() != self.texts[index]:
            self.notes.append(put_right(f"{name!r} is there more than once; all are kept", name))
            self._add(number, SubmittedCell("markdown", cell.text, attachments=cell.attachments))
            return
        if cell.kind != own.cell_type:
            text = f"{name!r} was a {cell.kind} cell; it is read as {own.cell_type}"
            self.notes.append(put_right(text, name))
        self.places[index] = number
        own.source = with_pictures(cell.text, cell.attachments)
        if cell.attachments:
            own.attachments = nbformat.from_dict(cell.attachments)

    def _salvage(self, number: int, cell: SubmittedCell, index: int) -> None:
        """Of a changed cell of the course's, keep what the student wrote into it besides."""
        own = self.course[index]
        if own.cell_type != "code":
            if text := added_lines(cell.text, own.source):
                self._add(number, SubmittedCell(own.cell_type, text, attachments=cell.attachments))
                text = "what you wrote into the course's text is kept in a cell below it"
                if all(note.text != text for note in self.notes):
                    self.notes.append(put_right(text))
            return
        self.edited.append(self.roles[index].grade_id)
        if cell.kind != "code":  # it was made a cell of text, and written into
            if text := added_lines(cell.text, own.source):
                self._add(number, SubmittedCell(cell.kind, text, attachments=cell.attachments))
            return
        self.to_parse -= len(cell.text)
        wanted = frozenset().union(*(exercise.defines for exercise in self.exercises))
        is_read = self.to_parse >= 0
        if is_read and (text := salvage.additions(cell.text, own.source, self.stubs, wanted)):
            self._add(number, SubmittedCell("code", text))
            name = self.roles[index].grade_id
            text = f"what you added to the course's cell {name!r} is run as your own"
            self.notes.append(put_right(text))

    def _find_tests(self) -> None:
        """Where each exercise's tests come in the submission, also where they were deleted."""
        later = float("inf")
        tested = {exercise.tests: exercise for exercise in self.exercises}
        for index in reversed(range(len(self.course))):
            if index in tested:
                tested[index].tested = self.places.get(index, later)
            if index in self.places and (index in tested or index in self.exercise_at):
                later = self.places[index]

    def _known_places(self) -> dict[int, float]:
        """Where each of the course's cells stands, also those that the student filled in."""
        found: dict[int, float] = dict(self.places)
        found.update(
            (exercise.index, unit.at)
            for exercise in self.exercises
            for unit in self.units
            if unit.slot == exercise.name
        )
        return found

    def _keep_stubs(self) -> None:
        """Keep the stub of an exercise of which a part is not written: it says so."""
        for exercise in self.exercises:
            written = _written(exercise)
            left = self.stubs.definitions.keys() & exercise.defines - written
            there = names_of(self.texts[exercise.index], self.stubs)
            if not there.writes & written:  # code that is given beside the stub
                left |= there.writes - written
            for unit in self.units if exercise.writers and left else ():
                if unit.slot == exercise.name != unit.answers:
                    unit.slot = ""

    def _fill(self) -> None:
        """Make the cells of answers and of the student's own."""
        by_name = {exercise.name: exercise for exercise in self.exercises}
        written = frozenset().union(*map(_written, self.exercises))
        for unit in self.units:
            text = unit.cell.text
            if (unit.names.stubs | unit.names.undone) & written:
                text = self._without_stubs(text, written)
            if unit.slot:
                index = by_name[unit.slot].index
                unit.node, self.course[index] = self.course[index], None
                unit.node.source = text
            else:
                unit.node = self._node(unit, text)
        for exercise in self.exercises:
            if exercise.writers and self.course[exercise.index] is not None:
                own = self.course[exercise.index]
                own.source = self._without_stubs(own.source, written)
        open_ = [
            Question(cell, self._place_near(index))
            for index, cell in enumerate(self.course)
            if cell is not None
            and self.roles[index].solution
            and index not in self.exercise_at
            and cell.source.strip() == self.texts[index]
        ]
        for node in bring_home(open_, self.units):
            node.source = with_pictures(node.source, node.get("attachments", {}))
            name = marking(node).grade_id
            text = f"what may be your answer to {name!r} stood elsewhere; a person will read it"
            self.notes.append(put_right(text, name))

    def _place_near(self, index: int) -> float:
        """Where in the submission a cell of the course's stands, or would stand."""
        places = [self.places[one] for one in range(index, len(self.course)) if one in self.places]
        return self.places.get(index, min(places, default=float(len(self.units) + 10_000)))

    def _without_stubs(self, text: str, written: frozenset[str]) -> str:
        """A text in which no unchanged stub stands of what is written elsewhere."""
        lines = self.stubs.lines(readable(text) or "")
        rows = {row for name in lines.keys() & written for row in lines[name]}
        return commented_out(text, rows) if rows else text

    def _tell_twice(self, name: str) -> None:
        text = (
            f"{name!r} is there more than once; all are run, in order, and what it is when "
            "its tests come counts"
        )
        self.notes.append(put_right(text, name))

    def _tell_places(self) -> None:
        """Say which cells were found otherwise than by their ids, and which are missing."""
        moved, lost = [], []
        for exercise in self.exercises:
            name = exercise.name
            if exercise.writers and not any(u.answers == name for u in exercise.writers):
                moved.append(name)
            known = exercise.index in self.places or any(u.answers == name for u in self.units)
            if not exercise.writers and not known:
                text = f"the cell of {name!r} is missing; nothing is graded"
                self.notes.append(put_right(text, name))
            if exercise.tests not in self.places:
                lost.append(name)
        if moved:
            text = f"cells without their ids were found by what they define: {', '.join(moved)}"
            self.notes.append(put_right(text))
        if lost:
            text = f"the test cells of {', '.join(lost)} were missing; the originals are used"
            self._changed(text)
        if self.edited:
            names = ", ".join(self.edited[:6]) + (" and others" if len(self.edited) > 6 else "")
            self._changed(f"read-only cells were changed ({names}); the originals are used")

    def _node(self, unit: Unit, text: str) -> Any:
        cell = unit.cell
        make: Callable[..., Any] = {
            "code": nbformat.v4.new_code_cell,
            "markdown": nbformat.v4.new_markdown_cell,
            "raw": nbformat.v4.new_raw_cell,
        }["code" if unit.answers else cell.kind]
        node = make(text)
        if node.cell_type == "markdown":
            node.source = with_pictures(text, cell.attachments)
            if cell.attachments:
                node.attachments = nbformat.from_dict(cell.attachments)
        node.metadata[OWN] = {"own": True} | ({"aside": True} if unit.aside else {})
        if SKIP_TAG in cell.tags and unit.aside and not unit.answers:
            node.metadata["tags"] = [SKIP_TAG]
        return node


def _written(exercise: Exercise) -> frozenset[str]:
    """The names of an exercise that have a definition of the student's own."""
    return frozenset(
        name
        for unit in exercise.writers
        for name in (unit.names.writes - extended(unit.cell.text)) & exercise.defines
    )
