"""Submissions of the tiny week, whole and battered."""

import copy
import json
from collections.abc import Callable
from typing import Any

from autograder.authoring.source import Source
from autograder.grading.sanitise import Sanitised, sanitise, stub_names
from support import tiny

Tree = dict[str, Any]
Clean = Callable[..., Sanitised]
MIB = 1 << 20


def cell_of(notebook: Any, grade_id: str) -> Any:
    """The cell of a notebook, or of a notebook's tree, with this nbgrader id."""
    return next(
        cell
        for cell in notebook["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id
    )


def submission(notebook: str, texts: dict[str, str] | None = None) -> Tree:
    """The tree of a student notebook in which these cells were filled in."""
    tree: Tree = json.loads(notebook)
    for name, text in (tiny.RIGHT if texts is None else texts).items():
        cell_of(tree, name)["source"] = text
    return tree


def as_bytes(tree: Any) -> bytes:
    return json.dumps(tree, ensure_ascii=False).encode()


def edited(tree: Tree, change: Callable[[Tree], Any]) -> Tree:
    """A copy of ``tree`` after ``change``."""
    tree = copy.deepcopy(tree)
    change(tree)
    return tree


def new_cell(text: str, kind: str = "code", **more: Any) -> Tree:
    cell = {"cell_type": kind, "id": "new", "metadata": {}, "source": text, **more}
    return cell | {"outputs": [], "execution_count": None} if kind == "code" else cell


def clean(data: bytes, notebook: str, source: Source, limit: int = MIB) -> Sanitised:
    """What grading makes of a submitted file."""
    exercises = {cell.name: stub_names(cell.text) for cell in source.exercises}
    return sanitise(data, notebook, exercises, limit)


def said(result: Sanitised) -> list[str]:
    """The notes as a student reads them."""
    return [note.text for note in result.notes]


def texts(notebook: Any) -> list[str]:
    return [cell.source for cell in notebook.cells]


def cell(result: Sanitised, grade_id: str) -> Any:
    """The cell of a sanitised notebook with this nbgrader id."""
    return cell_of(result.notebook, grade_id)


def is_right(result: Sanitised) -> bool:
    """Whether both solutions stand in their own cells."""
    found = {name: cell(result, name).source.strip() for name in tiny.RIGHT}
    return found == {name: text.strip() for name, text in tiny.RIGHT.items()}


def every(change: Callable[[Tree], Any]) -> Callable[[Tree], None]:
    def change_all(tree: Tree) -> None:
        for one in tree["cells"]:
            change(one)

    return change_all
