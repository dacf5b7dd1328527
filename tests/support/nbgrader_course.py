"""An nbgrader course of this project's own writing, as it stands before an import."""

import hashlib
import json
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def marked(cell: Any, grade_id: str = "", **own: Any) -> Any:
    """A cell with nbgrader's metadata in today's form."""
    full = {"grade": False, "locked": False, "solution": False, "task": False, "schema_version": 3}
    cell.metadata["nbgrader"] = {**full, "grade_id": grade_id, **own}
    return cell


def notebook(*cells: Any, kernel: Any = KERNEL) -> Any:
    return new_notebook(cells=list(cells), metadata={"kernelspec": kernel})


def given(text: str) -> Any:
    return new_code_cell(text)


def answer(grade_id: str, stub: str, body: str) -> Any:
    """A cell that students answer: ``stub`` stays, ``body`` is cleared."""
    rows = [
        f"    {line}" for line in ("### BEGIN SOLUTION", *body.splitlines(), "### END SOLUTION")
    ]
    return marked(new_code_cell("\n".join([stub, *rows])), grade_id, solution=True)


def checks(grade_id: str, text: str, points: float = 1, hidden: str = "") -> Any:
    """A cell of tests, with hidden ones at its end."""
    if hidden:
        text += f"\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS"
    return marked(new_code_cell(text), grade_id, grade=True, locked=True, points=points)


def written(grade_id: str, points: float = 1) -> Any:
    """A question that a person marks."""
    cell = new_markdown_cell("Because it is so.")
    return marked(cell, grade_id, grade=True, solution=True, points=points)


def task(grade_id: str, points: float = 1) -> Any:
    return marked(new_markdown_cell("Draw it."), grade_id, task=True, points=points)


def boxes() -> Any:
    """A notebook of volumes: two exercises, a figure, a question and a task."""
    return notebook(
        new_markdown_cell("# Boxes"),
        given("import numpy as np\nimport matplotlib.pyplot as plt\nEDGE = 2.0"),
        answer("volume", "def volume(a, b, c):", "return a * b * c"),
        checks("volume_tests", "assert volume(1, 2, 3) == 6", 2, "assert volume(EDGE, 1, 1) == 2"),
        answer("draw", "def draw():", "plt.plot([1, 2], [3, 4])\nplt.xlabel('edge')"),
        checks("draw_tests", "draw()\nassert plt.gca().get_xlabel() == 'edge'", 1.5),
        written("why_cubes", 3),
        task("sketch", 2),
    )


def rows() -> Any:
    """A notebook that reads a file beside it."""
    return notebook(
        given("with open('data/rows.txt') as file:\n    ROWS = file.read().split()"),
        answer("longest", "def longest(words):", "return max(words, key=len)"),
        checks("longest_tests", "assert longest(ROWS) == 'ccc'"),
    )


def write_notebook(node: Any, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(node, path)
    return path


def write_course(folder: Path, config: str = "") -> Path:
    """Write a course of two assignments, three notebooks and a file beside them."""
    write_notebook(boxes(), folder / "source" / "week 2" / "boxes.ipynb")
    write_notebook(rows(), folder / "source" / "week 2" / "some rows.ipynb")
    write_notebook(rows(), folder / "source" / "week 10" / "rows.ipynb")
    for week in ("week 2", "week 10"):
        data = folder / "source" / week / "data"
        data.mkdir()
        (data / "rows.txt").write_text("a ccc bb\n")
    (folder / "nbgrader_config.py").write_text(f"c = get_config()\n{config}\n")
    return folder


def digest(folder: Path) -> str:
    """A digest of a whole tree: names, kinds, bytes, modes and times of change."""
    found = []
    for path in sorted(folder.rglob("*")):
        facts = path.lstat()
        data = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        row = (str(path.relative_to(folder)), facts.st_mode, facts.st_mtime_ns, data.hex())
        found.append(row)
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()
