"""A page for every graded notebook: the mark, what works, and what to do about the rest."""

from collections.abc import Iterator
from dataclasses import dataclass

from ..course.files import write_whole
from ..course.manifest import Course, Week
from ..course.tokens import copy_tokens
from ..gradebook.classbook import Sheet, open_book
from ..gradebook.notebooks import solved
from ..grading.render import remarks, unwritten
from ..grading.results import TestResult
from ..judge.result import Result
from .answers import STYLES, Written, answers, coloured, read_written
from .calibration import in_a_sentence
from .comment import comment, said
from .dates import dates_in_words
from .formulas import alphabet
from .lessons import Lesson, Section, lessons
from .one_notebook import Neighbour, neighbours, one_notebook
from .page import environment


@dataclass(frozen=True)
class ExercisePage:
    """An exercise on the page: its tests, each hint once, the code, and where it is taught.

    ``above`` : the exercise with which the same code is shown; empty where it is shown here
    ``comments`` : what a person wrote to the answers
    """

    test: TestResult
    remarks: tuple[str, ...]
    unwritten: bool
    hints: tuple[Result, ...]
    code: str
    lesson: Lesson | None
    above: str = ""
    comments: tuple[str, ...] = ()

    @property
    def solved(self) -> bool:
        return solved(self.test)

    @property
    def passed(self) -> int:
        return sum(program.passed for program in self.test.programs)


def write_feedback(course: Course, week: Week, students: list[str], text: bool = False) -> int:
    """Write ``feedback/STUDENT/WEEK/NOTEBOOK.html`` for graded notebooks; returns how many.

    Parameters
    ----------
    students : only these; everybody where the list is empty
    text : also as ``WEEK.txt``, for the comment field of a learning management system
    """
    count = 0
    for sheet in sheets(course, week, students):
        folder = course.feedback_page(sheet.student, week.id).parent
        for name in page_names(sheet, week):
            page = course.feedback_page(sheet.student, week.id, name)
            write_whole(page, render(course, week, sheet, name))
            count += 1
        copy_tokens(course.autograded(sheet.student, week.id), folder)
        if text:
            taught = _taught(course, week, sheet)
            write_whole(folder / f"{week.id}.txt", comment(sheet, week, taught))
    return count


def page_names(sheet: Sheet, week: Week) -> list[str]:
    """The notebooks about which there is something to say."""
    return [part.name for part in sheet.parts if part.known] if week.is_plain else [week.id]


def why_no_pages(course: Course, week: Week, students: list[str]) -> str:
    """Why there is nothing to write a page about, and what to do."""
    graded = course.graded_students(week.id)
    if not course.submitters(week.id) and not graded:
        return f"nothing is handed in: {course.submissions_folder}/STUDENT/{week.id}/ is not there"
    missing = [student for student in students if student not in graded]
    who = f" of {', '.join(map(repr, missing))}" if missing and graded else ""
    return f"nothing{who} is graded yet; run `autograder grade {week.id}` first"


def render(course: Course, week: Week, whole: Sheet, name: str = "") -> str:
    """The text of the page about one notebook of a student's week; its only one has no name."""
    name = name or week.sheets[0]
    sheet = one_notebook(whole, week, name)
    written = read_written(course, sheet.student, week, name)
    taught = lessons(written.cells)
    exercises = list(_exercises(sheet, written, taught))
    again = _again(exercises) if not sheet.cause else []
    glyphs = {name: path for section in again for name, path in section.glyphs.items()}
    return (
        environment()
        .get_template("feedback.html")
        .render(
            course=course.manifest.course,
            week=week,
            sheet=sheet,
            whole=whole,
            name=name,
            neighbours=list(_neighbours(whole, week, name)),
            exercises=exercises,
            works=[test.exercise for test in sheet.tests if solved(test)],
            next=_next(exercises),
            claim=in_a_sentence(sheet),
            answers=list(answers(written, sheet)),
            dates=list(dates_in_words(whole.marks)) if whole.marks else [],
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


def _neighbours(sheet: Sheet, week: Week, name: str) -> Iterator[Neighbour]:
    """The week's notebooks, where it has several; those without a page have no address."""
    if len(week.sheets) > 1:
        yield from neighbours(sheet, week, name, page_names(sheet, week))


def _taught(course: Course, week: Week, sheet: Sheet) -> dict[str, Lesson]:
    """What teaches each exercise of the week, by the exercise's name."""
    if not week.is_plain:
        return lessons(read_written(course, sheet.student, week).cells)
    found: dict[str, Lesson] = {}
    for part in sheet.parts:
        taught = lessons(read_written(course, sheet.student, week, part.name).cells)
        for test in one_notebook(sheet, week, part.name).tests:
            lesson = _lesson(test, taught)
            if lesson is not None:
                found[week.key(part.name, test.exercise)] = lesson
    return found


def _lesson(test: TestResult, taught: dict[str, Lesson]) -> Lesson | None:
    """What teaches an exercise: what stands above the answer that its tests are about."""
    names = (*test.answers, test.exercise)
    return next((taught[name] for name in names if name in taught), None)


def _exercises(sheet: Sheet, written: Written, taught: dict[str, Lesson]) -> Iterator[ExercisePage]:
    shown: dict[str, str] = {}
    for test in sheet.tests:
        code = written.code_of(test)
        above = shown.setdefault(code, test.exercise) if code.strip() else test.exercise
        hints: dict[str, Result] = {}
        for program in test.programs:
            if program.mistake and program.help:
                hints.setdefault(program.help, program)
        here = bool(code.strip()) and above == test.exercise
        yield ExercisePage(
            test,
            tuple(remarks(test)),
            unwritten(test),
            tuple(hints.values()),
            coloured(code, written.language) if here else "",
            _lesson(test, taught),
            "" if above == test.exercise else above,
            _comments(sheet, test) if here else (),
        )


def _comments(sheet: Sheet, test: TestResult) -> tuple[str, ...]:
    """What a person wrote to the answers of a plain notebook."""
    found = sheet.marks.comments if sheet.marks and sheet.parts else {}
    return tuple(found[cell] for cell in test.answers if said(found.get(cell, "")))


def _next(exercises: list[ExercisePage]) -> str:
    """Where to begin: the first incomplete exercise that waits for no other."""
    lost = [exercise.test for exercise in exercises if not exercise.solved]
    free = [test.exercise for test in lost if not test.waits_for]
    return free[0] if free else ""


def _again(exercises: list[ExercisePage]) -> list[Section]:
    """The sections that teach the incomplete exercises, each once."""
    found: dict[str, Section] = {}
    for exercise in exercises:
        if not exercise.solved and exercise.lesson:
            for section in exercise.lesson.sections:
                found.setdefault(section.anchor, section)
    return list(found.values())
