"""A page for every graded submission: the mark, what works, and what to do about the rest."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from ..course.cells import marking
from ..course.files import write_whole
from ..course.manifest import Course, Week
from ..course.tokens import copy_tokens
from ..gradebook.classbook import Sheet, open_book
from ..gradebook.marks import CellMark, Marks
from ..grading.render import remarks, unwritten
from ..grading.results import TestResult
from ..judge.result import Result
from .calibration import in_a_sentence
from .comment import comment
from .dates import dates_in_words
from .formulas import alphabet
from .lessons import Lesson, Section, lessons
from .page import environment

FORMATTER = HtmlFormatter(style="default", nowrap=False)
STYLES: str = FORMATTER.get_style_defs(".highlight")  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Answer:
    """A written answer, with the points and the comment that a person gave."""

    name: str
    text: str
    points: float
    mark: CellMark | None
    comment: str


@dataclass(frozen=True)
class ExercisePage:
    """An exercise on the page: its tests, each hint once, the code, and where it is taught."""

    test: TestResult
    remarks: tuple[str, ...]
    unwritten: bool
    hints: tuple[Result, ...]
    code: str
    lesson: Lesson | None

    @property
    def passed(self) -> int:
        return sum(program.passed for program in self.test.programs)


def write_feedback(course: Course, week: Week, students: list[str], text: bool = False) -> int:
    """Write ``feedback/STUDENT/WEEK/WEEK.html`` for graded submissions; returns how many.

    Parameters
    ----------
    students : only these; everybody where the list is empty
    text : also as ``WEEK.txt``, for the comment field of a learning management system
    """
    count = 0
    for sheet in sheets(course, week, students):
        page = course.feedback_page(sheet.student, week.id)
        write_whole(page, render(course, week, sheet))
        copy_tokens(course.autograded(sheet.student, week.id), page.parent)
        if text:
            taught = lessons(_cells(course, sheet.student, week))
            write_whole(page.with_suffix(".txt"), comment(sheet, week, taught))
        count += 1
    return count


def why_no_pages(course: Course, week: Week, students: list[str]) -> str:
    """Why there is nothing to write a page about, and what to do."""
    graded = course.graded_students(week.id)
    if not course.submitters(week.id) and not graded:
        return f"nothing is handed in: {course.submissions_folder}/STUDENT/{week.id}/ is not there"
    missing = [student for student in students if student not in graded]
    who = f" of {', '.join(map(repr, missing))}" if missing and graded else ""
    return f"nothing{who} is graded yet; run `autograder grade {week.id}` first"


def render(course: Course, week: Week, sheet: Sheet) -> str:
    """The text of one student's page."""
    cells = _cells(course, sheet.student, week)
    taught = lessons(cells)
    exercises = [_exercise(test, cells, taught) for test in sheet.tests]
    again = _again(exercises) if not sheet.cause else []
    glyphs = {name: path for section in again for name, path in section.glyphs.items()}
    return (
        environment()
        .get_template("feedback.html")
        .render(
            course=course.manifest.course,
            week=week,
            sheet=sheet,
            exercises=exercises,
            works=[test.exercise for test in sheet.tests if test.complete],
            next=_next(exercises),
            claim=in_a_sentence(sheet),
            answers=_answers(cells, sheet),
            dates=list(dates_in_words(sheet.marks)) if sheet.marks else [],
            again=again,
            alphabet=alphabet(glyphs) if glyphs else "",
            styles=STYLES,
        )
    )


def sheets(course: Course, week: Week, students: list[str]) -> Iterator[Sheet]:
    """The results of these students, or of everybody, including the withdrawn."""
    with open_book(course) as book:
        for sheet in book.everybody(week):
            if not students or sheet.student in students:
                yield sheet


def _cells(course: Course, student: str, week: Week) -> list[dict[str, Any]]:
    """The cells of a graded notebook, the text of each in one piece."""
    tree = json.loads(course.graded_notebook(student, week.id).read_text(encoding="utf-8"))
    return [{**cell, "source": "".join(cell["source"])} for cell in tree["cells"]]


def _exercise(
    test: TestResult, cells: list[dict[str, Any]], taught: dict[str, Lesson]
) -> ExercisePage:
    code = "\n\n".join(cell["source"] for cell in cells if marking(cell).grade_id == test.exercise)
    hints: dict[str, Result] = {}
    for program in test.programs:
        if program.mistake and program.help:
            hints.setdefault(program.help, program)
    return ExercisePage(
        test,
        tuple(remarks(test)),
        unwritten(test),
        tuple(hints.values()),
        _coloured(code) if code.strip() else "",
        taught.get(test.exercise),
    )


@lru_cache(maxsize=4096)
def _coloured(code: str) -> str:
    shown: str = highlight(code, PythonLexer(), FORMATTER)
    return shown


def _next(exercises: list[ExercisePage]) -> str:
    """Where to begin: the first incomplete exercise that waits for no other."""
    lost = [exercise.test for exercise in exercises if not exercise.test.complete]
    free = [test.exercise for test in lost if not test.waits_for]
    return free[0] if free else ""


def _again(exercises: list[ExercisePage]) -> list[Section]:
    """The sections that teach the incomplete exercises, each once."""
    found: dict[str, Section] = {}
    for exercise in exercises:
        if not exercise.test.complete and exercise.lesson:
            for section in exercise.lesson.sections:
                found.setdefault(section.anchor, section)
    return list(found.values())


def _answers(cells: list[dict[str, Any]], sheet: Sheet) -> list[Answer]:
    marks = sheet.marks or Marks()
    written = [cell for cell in cells if cell["cell_type"] == "markdown" and marking(cell).grade]
    return [
        Answer(
            own.grade_id,
            cell["source"],
            own.points,
            marks.cells.get(own.grade_id),
            marks.comments.get(own.grade_id, ""),
        )
        for cell, own in zip(written, map(marking, written), strict=True)
    ]
