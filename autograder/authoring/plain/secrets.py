"""The texts of a plain week that students must not see."""

import tempfile
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from ...course.manifest import Course, Week
from ..leaks import LEAST, SHARED, Secret, squeeze
from .build import Generated, generate_plain, lesson_path
from .percent import read_lesson
from .source import PlainCell, parse_plain, read_notebook


def plain_secrets(course: Course, week: Week) -> Iterator[Secret]:
    """The solutions and hidden tests of a plain week, two lines in a row as one text.

    What students get of the week in any of its notebooks, as a visible test that is repeated in a
    hidden one, is no secret.
    """
    made = Generated(course.root, week.id)
    files = [path for name in week.notebooks for path in (made.graded(name), made.release(name))]
    if all(path.is_file() for path in files):
        yield from _secrets(course, week, made)
        return
    with tempfile.TemporaryDirectory() as folder:
        yield from _secrets(course, week, generate_plain(course, week, Path(folder), False))


def _secrets(course: Course, week: Week, made: Generated) -> Iterator[Secret]:
    released = [read_notebook(made.release(name)) for name in week.notebooks]
    shown = "".join(squeeze(cell.source) for node in released for cell in node.cells)
    for name, release in zip(week.notebooks, released, strict=True):
        path = lesson_path(course.source_folder(week), name)
        graded = read_notebook(made.graded(name))
        lines = [squeeze(line) for line in path.read_text(encoding="utf-8").splitlines()]
        source = parse_plain(week.id, name, read_lesson(path), graded, release)
        for cell in source.cells:
            for kind, rows in (("hidden test", _hidden(cell)), ("solution", _solution(cell))):
                for text in _pairs(rows):
                    if text not in shown:
                        yield Secret(kind, text, path, _line(lines, text))


def _hidden(cell: PlainCell) -> list[str]:
    rows = cell.text.splitlines()
    return [rows[number - 1] for number in cell.hidden]


def _solution(cell: PlainCell) -> list[str]:
    """The lines that the author wrote in an answer, and students do not get."""
    if cell.role not in ("solution", "manual") or cell.reference == cell.text:
        return []
    there = {squeeze(row) for row in cell.shown.splitlines()}
    return [row for row in cell.reference.splitlines() if squeeze(row) not in there]


def _line(lines: Sequence[str], text: str) -> int:
    """The line of a lesson's file at which a text of it begins."""
    found = (number for number, line in enumerate(lines, 1) if line and text.startswith(line))
    return next(found, 1)


def _pairs(rows: Sequence[str]) -> Iterator[str]:
    """Every two revealing lines in a row, without white space; a single one by itself."""
    found = [squeeze(row) for row in rows if squeeze(row) and not SHARED.match(row)]
    for text in found if len(found) == 1 else map("".join, pairwise(found)):
        if len(text) >= LEAST:
            yield text
