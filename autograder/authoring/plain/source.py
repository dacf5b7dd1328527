"""A plain notebook as its cells: what each is for, what students see of it, what is graded."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from ...course.cells import marking

PYTHON = "python"


@dataclass(frozen=True)
class PlainCell:
    """One cell of a plain notebook.

    Attributes
    ----------
    number : its place in the notebook
    id : nbgrader's id; empty where nbgrader does not know the cell
    kind : code, markdown or raw
    role : given, solution, tests, manual (graded by a person), task or prose
    text : as it is graded: solutions cleared, hidden tests in
    shown : as students get it
    reference : as the author wrote it, with the solution
    points : how many it is worth
    locked : whether students may not change it
    hidden : the lines of ``text`` that students do not get to see, from 1
    """

    number: int
    id: str
    kind: str
    role: str
    text: str
    shown: str
    reference: str
    points: float = 0.0
    locked: bool = False
    hidden: tuple[int, ...] = ()

    @property
    def is_code(self) -> bool:
        return self.kind == "code"


@dataclass(frozen=True)
class PlainSource:
    """A plain notebook: its week, its name, the kernel that runs it, and its cells in order."""

    week: str
    notebook: str
    kernel: str
    language: str
    cells: tuple[PlainCell, ...]

    def of(self, *roles: str) -> Iterator[PlainCell]:
        """The cells of these roles, in order."""
        return (cell for cell in self.cells if cell.role in roles)

    @property
    def is_python(self) -> bool:
        """Whether its tests can be programs: the judge reads Python."""
        return self.language == PYTHON

    def answers(self, tests: PlainCell) -> tuple[str, ...]:
        """The ids of the solution cells that a test cell is about: those between it and the last.

        Where none is between them, they are those of the test cell before.
        """
        found: list[str] = []
        open_ = False
        for cell in self.cells[: tests.number]:
            if cell.role == "solution":
                found = [*(found if open_ else []), cell.id]
                open_ = True
            elif cell.role == "tests":
                open_ = False
        return tuple(found)


def parse_plain(week: str, notebook: str, lesson: Any, graded: Any, shown: Any) -> PlainSource:
    """The cells of a plain notebook, from the three forms that the build makes of it.

    Parameters
    ----------
    lesson : with solutions and hidden tests, as the author wrote it
    graded : solutions cleared, hidden tests in and generated tests written out
    shown : as students get it; the same cells as ``graded``
    """
    own = {marking(cell).grade_id: cell.source for cell in lesson.cells}
    spec = lesson.metadata.get("kernelspec", {})
    kernel = str(spec.get("name") or "python3")
    language = str(
        lesson.metadata.get("language_info", {}).get("name")
        or spec.get("language")
        or (PYTHON if kernel.startswith(PYTHON) else kernel)
    ).lower()
    cells = tuple(
        _cell(number, node, there.source, own)
        for number, (node, there) in enumerate(zip(graded.cells, shown.cells, strict=True))
    )
    language = PYTHON if PYTHON in language else language
    return PlainSource(week, notebook, kernel, language, cells)


def read_notebook(path: Path) -> Any:
    """A notebook's file as nbformat has it."""
    return nbformat.read(path, as_version=4)


def _cell(number: int, node: Any, shown: str, own: dict[str, str]) -> PlainCell:
    role = marking(node)
    task = bool((node.metadata.get("nbgrader") or {}).get("task"))
    reference = own.get(role.grade_id, node.source) if role.grade_id else node.source
    return PlainCell(
        number=number,
        id=role.grade_id,
        kind=node.cell_type,
        role=_role(node.cell_type, role.grade, role.solution, task),
        text=node.source,
        shown=shown,
        reference=reference,
        points=float((node.metadata.get("nbgrader") or {}).get("points") or 0.0),
        locked=role.locked or (role.grade and not role.solution),
        hidden=_hidden(node.source, shown),
    )


def _role(kind: str, grade: bool, solution: bool, task: bool) -> str:
    if task:
        return "task"
    if grade and (solution or kind != "code"):
        return "manual"
    if grade:
        return "tests"
    if solution:
        return "solution" if kind == "code" else "prose"
    return "given" if kind == "code" else "prose"


def _hidden(text: str, shown: str) -> tuple[int, ...]:
    """The lines of a text that are not in what students see."""
    if text == shown:
        return ()
    rows, there = text.splitlines(), shown.splitlines()
    matcher = difflib.SequenceMatcher(None, rows, there, autojunk=False)
    kept: set[int] = set()
    for start, _, size in matcher.get_matching_blocks():
        kept.update(range(start, start + size))
    return tuple(number for number in range(1, len(rows) + 1) if number - 1 not in kept)
