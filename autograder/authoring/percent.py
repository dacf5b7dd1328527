"""The text of a percent notebook: where its cells are, and what Python can compile."""

import re
from collections.abc import Iterable

#: Magics above a cell whose text is still Python.
PYTHON_MAGICS = ("time", "timeit", "capture", "prun")


def plain_python(text: str) -> str:
    """``text`` without IPython's magics, so that Python itself can compile it."""
    magic = re.match(r"\s*%%(\w+)", text)
    if magic and magic[1] not in PYTHON_MAGICS:  # a cell of another language
        return re.sub(r"(?m)^.+$", "pass", text)
    return re.sub(r"(?m)^[%!].*$", "pass", text)


def header_lines(text: str) -> list[tuple[int, str]]:
    """The number of every line that may start a cell, and the first words below it."""
    rows = text.splitlines()
    return [
        (n, _first_words(rows[i] for i in range(n, len(rows))))
        for n, row in enumerate(rows, 1)
        if row.startswith("# %%")
    ]


def line_of(cell_text: str, lines: list[tuple[int, str]]) -> int:
    """The line of the header above ``cell_text``; headers up to it are removed from ``lines``."""
    first = _first_words(cell_text.splitlines())
    for index, (number, below) in enumerate(lines):
        if not first or first == below:
            del lines[: index + 1]
            return number
    return lines.pop(0)[0] if lines else 1


def _first_words(rows: Iterable[str]) -> str:
    """The first of ``rows`` with words in it, without its comment sign."""
    words = (row.strip().removeprefix("#").strip() for row in rows)
    return next((row for row in words if row), "")


def without(text: str, begin: str, end: str) -> str:
    """``text`` without its regions between the lines ``begin`` and ``end``."""
    kept, inside = [], False
    for line in text.splitlines():
        if line.strip() == begin:
            inside = True
        elif line.strip() == end:
            inside = False
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


def only(text: str, begin: str, end: str) -> str:
    """The regions between the lines ``begin`` and ``end``; other lines are left blank."""
    kept, inside = [], False
    for line in text.splitlines():
        if line.strip() in (begin, end):
            inside = line.strip() == begin
            kept.append("")
        else:
            kept.append(line if inside else "")
    return "\n".join(kept)
