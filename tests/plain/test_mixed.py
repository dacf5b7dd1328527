"""Programs and plain asserts beside one another: in a week of ours, and in nbgrader's notebooks."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from support import tiny
from support.courses import changed, write_course
from support.grading import Grade
from support.plain_notebook import SOLUTIONS, assignment

from autograder.authoring.build import student_notebook
from autograder.authoring.fill import fill
from autograder.authoring.source import Source
from autograder.batch.assignments import load_assignment
from autograder.batch.canary import unfit
from autograder.course.manifest import Course, load_course
from autograder.grading import results
from autograder.grading.plain.grade import grade_plain, open_plain
from autograder.judge.exam import open_exam
from autograder.kernels.supply import KernelSupply
from autograder.remote.causes import Cause

pytestmark = pytest.mark.slow(seconds=15)

VISIBLE = 'print("double: visible checks passed")\n'
HIDDEN = """\
### BEGIN HIDDEN TESTS
zeros = np.zeros(3)
assert double(zeros).tolist() == [0, 0, 0]
assert double(np.array([4.0]))[0] == 8
### END HIDDEN TESTS
"""


@pytest.fixture
def mixed(tmp_path: Path) -> Course:
    """The tiny course, with nbgrader's hidden asserts in one of its tests cells."""
    texts = changed(tiny.TEXTS, VISIBLE, VISIBLE + HIDDEN)
    return load_course(write_course(tmp_path / "course", tiny.MANIFEST, {tiny.WEEK: texts}))


def source_of(course: Course) -> Source:
    return load_assignment(course, course.weeks[0]).source


def test_hidden_asserts_of_a_week_are_a_program_of_their_exercise(mixed: Course) -> None:
    exam = open_exam(source_of(mixed))
    names = [program.name for program in exam.programs["double"]]
    assert names[-1] == "asserts_of_double"


def test_students_do_not_get_them(mixed: Course) -> None:
    text = student_notebook(source_of(mixed))
    assert "HIDDEN" not in text
    assert "zeros" not in text


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("def double(x):\n    return 2 * np.asarray(x)", True),
        ("def double(x):\n    return 2 * np.asarray(x) + (np.asarray(x) == 4)", False),
        ("def double(x):\n    return np.asarray(x) + 1", False),
    ],
    ids=["right", "wrong for one number", "wrong"],
)
def test_they_judge_a_submission(mixed: Course, grade: Grade, text: str, passes: bool) -> None:
    one = load_assignment(mixed, mixed.weeks[0])
    graded = grade(one, fill(one.notebook, {**one.source.references, "double": text}).encode())
    line = graded.tests[0].programs[-1]
    assert line.name == "asserts_of_double"
    assert line.passed == passes
    assert passes or line.rationale.startswith("check ")


def test_what_is_not_written_is_said_to_be(mixed: Course, grade: Grade) -> None:
    one = load_assignment(mixed, mixed.weeks[0])
    line = grade(one, one.notebook.encode()).tests[0].programs[-1]
    assert line.cause is Cause.NOT_WRITTEN


def test_a_wrong_one_stops_the_class(tmp_path: Path, grade: Grade) -> None:
    texts = changed(tiny.TEXTS, VISIBLE, VISIBLE + HIDDEN.replace("== 8", "== 9"))
    course = load_course(write_course(tmp_path / "course", tiny.MANIFEST, {tiny.WEEK: texts}))
    one = load_assignment(course, course.weeks[0])
    why = unfit(one, grade(one, one.perfect()))
    assert "asserts_of_double: check 2 of 2 does not hold" in why


PROGRAMS = '''
"""Programs for a test cell of nbgrader's."""

from autograder.judge import compare


@compare("test_parts")
def halves(impl):
    """The parts of a half."""
    return [impl.parts(0.5), impl.parts(-1)]
'''


Beside = Callable[[str], results.TestResult]


@pytest.fixture(scope="module")
def beside(kernels: KernelSupply) -> Beside:
    """Grade a plain notebook one of whose test cells has a program beside its asserts."""
    given = replace(assignment(), programs=PROGRAMS, folder="ps1")
    exam = open_plain(given)

    def run(text: str) -> results.TestResult:
        data = fill(given.notebook, {**SOLUTIONS, "parts": text}).encode()
        graded = grade_plain(exam, data, kernels)
        nbformat.validate(nbformat.reads(graded.notebook, as_version=4))
        return {test.cell: test for test in graded.tests}["test_parts"]

    return run


def test_a_program_beside_asserts_counts(beside: Beside) -> None:
    right = beside("def parts(x):\n    return x + 1")
    assert right.earned == 0.75
    assert [line.title for line in right.programs][-1] == "The parts of a half."
    wrong = beside("def parts(x):\n    return round(x) + 1")
    assert wrong.earned == 0
    assert not wrong.programs[-1].passed
