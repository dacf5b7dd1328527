"""What a student wrote in a graded notebook: the code under test, and answers for a person."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer, get_lexer_by_name
from pygments.util import ClassNotFound

from ..course.cells import Marking, marking
from ..course.manifest import Course, Week
from ..gradebook.classbook import Sheet
from ..gradebook.marks import CellMark, Marks
from ..grading.results import TestResult
from ..grading.sanitise import OWN

FORMATTER = HtmlFormatter(style="default", nowrap=False)
STYLES: str = FORMATTER.get_style_defs(".highlight")  # type: ignore[no-untyped-call]
PYTHON = "python"


@dataclass(frozen=True)
class Written:
    """The cells of a graded notebook, the text of each in one piece, and their language."""

    cells: tuple[dict[str, Any], ...] = ()
    language: str = PYTHON

    def code_of(self, test: TestResult) -> str:
        """The code that a test is about."""
        names = test.answers or self._before(test.cell) or (test.exercise,)
        return "\n\n".join(cell["source"] for cell in self.cells if marking(cell).grade_id in names)

    def _before(self, tests: str) -> tuple[str, ...]:
        """Of tests that nbgrader ran: the solutions between them and the tests before."""
        found: list[str] = []
        open_ = True
        for own in map(marking, self.cells):
            if own.grade_id == tests:
                return tuple(found)
            if own.solution and not own.grade:
                found = [*(found if open_ else []), own.grade_id]
                open_ = True
            elif own.grade and not own.solution:
                open_ = False
        return ()


@dataclass(frozen=True)
class Piece:
    """A part of an answer: words, or code as HTML."""

    text: str
    code: str = ""


@dataclass(frozen=True)
class Answer:
    """An answer for a person, with the points and the comment that a person gave."""

    name: str
    pieces: tuple[Piece, ...]
    points: float
    mark: CellMark | None
    comment: str


def read_written(course: Course, student: str, week: Week, name: str = "") -> Written:
    """What is in a graded notebook; nothing where marks are all that is known of it."""
    path = course.graded_notebook(student, week.id, name)
    if week.is_plain and not path.is_file():
        return Written()
    tree = json.loads(path.read_text(encoding="utf-8"))
    language = tree["metadata"].get("language_info", {}).get("name", PYTHON)
    cells = ({**cell, "source": "".join(cell["source"])} for cell in tree["cells"])
    return Written(tuple(cells), str(language))


def answers(written: Written, sheet: Sheet) -> Iterator[Answer]:
    """The answers that a person marks, in the order of the notebook.

    A task's answer is what the student has put below it.
    """
    marks = sheet.marks or Marks()
    for place, cell in enumerate(written.cells):
        own = marking(cell)
        task = _is_task(cell)
        if task:
            pieces = tuple(_pieces(written, place))
        elif own.grade and (own.solution or cell["cell_type"] == "markdown"):
            pieces = (_piece(cell, written.language),)
        else:
            continue
        mark = marks.cells.get(own.grade_id)
        points = mark.most if task and mark is not None else own.points
        yield Answer(own.grade_id, pieces, points, mark, marks.comments.get(own.grade_id, ""))


def _pieces(written: Written, task: int) -> Iterator[Piece]:
    """What stands below a task and is the student's own."""
    for cell in written.cells[task + 1 :]:
        theirs = OWN in cell["metadata"] or marking(cell) == Marking()
        if not theirs:
            return
        if cell["source"].strip():
            yield _piece(cell, written.language)


def _piece(cell: dict[str, Any], language: str) -> Piece:
    if cell["cell_type"] != "code" or not cell["source"].strip():
        return Piece(cell["source"])
    return Piece(cell["source"], coloured(cell["source"], language))


def _is_task(cell: dict[str, Any]) -> bool:
    own = cell["metadata"].get("nbgrader")
    return isinstance(own, dict) and own.get("task") is True and bool(marking(cell).grade_id)


@lru_cache(maxsize=4096)
def coloured(code: str, language: str = PYTHON) -> str:
    """Code as HTML, its words in colours."""
    lexer = PythonLexer()
    if language != PYTHON:
        try:
            lexer = get_lexer_by_name(language)
        except ClassNotFound:
            lexer = get_lexer_by_name("text")
    shown: str = highlight(code, lexer, FORMATTER)
    return shown
