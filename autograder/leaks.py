"""What students must not see: solutions, hidden tests, mistakes, alternatives, rubrics."""

import ast
import json
import re
from collections.abc import Iterator

from .percent import only, plain_python
from .rubric import BEGIN_RUBRIC, END_RUBRIC, split_rubric
from .source import (
    BEGIN_HIDDEN,
    BEGIN_SOLUTION,
    END_HIDDEN,
    END_SOLUTION,
    Cell,
    Source,
    SourceError,
)

#: A line of a solution shorter than this may stand in a student file by chance.
TELLING = 24
#: Lines that an exercise's stub or its checks have in common with what is hidden.
SHARED = re.compile(r"\s*(def|class|import|from|@|#|\)|rng\b|[A-Z, ]+ =)")
#: Cells that hold something of which students get less than all.
SECRET_ROLES = ("exercise", "tests", "mistake", "alternative", "question")
#: What only an author's files hold.
MARKERS = (
    *(BEGIN_SOLUTION, END_SOLUTION, BEGIN_HIDDEN, END_HIDDEN),
    *(BEGIN_RUBRIC, END_RUBRIC, "autograder.judge"),
)


def refuse_leaks(source: Source, text: str) -> None:
    """Nothing of a solution, a hidden test, a mistake or an alternative may be left."""
    shown = squeeze("\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"]))
    for marker in MARKERS:
        if squeeze(marker) in shown:
            raise SourceError(source.path, 1, f"{marker!r} is left in the student's notebook")
    for cell in source.of(*SECRET_ROLES):
        for line, secret in secrets(cell):
            if secret in shown:
                what = f"this text of a {cell.role} cell is left in the student's notebook"
                raise SourceError(source.path, line, what)


def secrets(cell: Cell) -> Iterator[tuple[int, str]]:
    """What of a cell students must not see, squeezed, with its lines' numbers.

    Two lines in a row tell a solution; one line by itself may stand in the theory, unless it
    is the whole solution. A hidden test is told by its programs' names and titles, and by four
    lines in a row: its set-up may look like that of a visible check.
    """
    markers = {"exercise": (BEGIN_SOLUTION, END_SOLUTION), "tests": (BEGIN_HIDDEN, END_HIDDEN)}
    hidden = only(cell.text, *markers[cell.role]) if cell.role in markers else cell.text
    if cell.role == "mistake":  # its code may be what a "break it" section breaks
        yield cell.line, squeeze(str(cell.attributes["hint"]))
        return
    if cell.role == "question":  # what it says and what it is called may be shown
        for criterion in split_rubric(cell.text)[1]:
            yield cell.line, squeeze(criterion.look_for)
        return
    if cell.role == "tests":
        for node in ast.parse(plain_python(hidden)).body:
            if isinstance(node, ast.FunctionDef):
                yield cell.line + node.lineno, f"def{node.name}("
                yield cell.line + node.lineno, squeeze(ast.get_docstring(node) or node.name)
    shared = _docstring_lines(cell) if cell.role == "alternative" else set()
    rows = [
        (cell.line + offset, squeeze(row))
        for offset, row in enumerate(hidden.splitlines(), 1)
        if squeeze(row) and offset not in shared and not SHARED.match(row)
    ]
    width = min(len(rows), 4 if cell.role == "tests" else 2)
    for start in range(len(rows) - width + 1 if width else 0):
        secret = "".join(text for _, text in rows[start : start + width])
        if len(secret) >= TELLING:
            yield rows[start][0], secret


def _docstring_lines(cell: Cell) -> set[int]:
    """An alternative may repeat the exercise's docstring."""
    found: set[int] = set()
    for node in ast.walk(ast.parse(plain_python(cell.text))):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            found |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return found


def squeeze(text: str) -> str:
    """A text without its white space."""
    return re.sub(r"\s+", "", text)
