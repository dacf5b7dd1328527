"""Cells first, tests afterwards: what code under test sees, and who sees what it does."""

import json
from pathlib import Path

import pytest
from attack import own_cell
from support.courses import write_course
from support.grading import Grade

from autograder.authoring.fill import fill
from autograder.authoring.source import read
from autograder.authoring.texts import WeekTexts
from autograder.grading.grade import Assignment, make_assignment
from autograder.grading.results import Graded
from autograder.kernels.limits import Limits
from autograder.remote.causes import Cause

WEEK = "week01_names"
MANIFEST = f"""\
course: {{id: names, title: Names}}
weeks:
  - {{id: {WEEK}, title: Names, open: 2027-01-11T00:00:00+00:00, due: 2027-01-17T23:59:59+00:00}}
"""
LESSON = """\
# %%
scale = 2

# %% exercise="double"
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% tests="double" points=2
scale = 10
made_here = 2
assert double(1) == 2

# %% exercise="half"
def half(x):
    ### BEGIN SOLUTION
    return x / 2
    ### END SOLUTION

# %% tests="half" points=2
assert half(made_here) == 1 and scale == 10
"""
HIDDEN = """\
from autograder.judge import compare


@compare("double")
def of_three(impl):
    return impl.double(3.5)


@compare("double")
def of_five(impl):
    return impl.double(5.5)


@compare("half")
def of_seven(impl):
    return impl.half(7.5)
"""
RIGHT = {
    "double": "def double(x):\n    return x + x\n",
    "half": "def half(x):\n    return x * 0.5\n",
}


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    texts = {WEEK: WeekTexts(LESSON, HIDDEN)}
    course = write_course(tmp_path_factory.mktemp("names") / "course", MANIFEST, texts)
    limits = Limits(cell_seconds=5, program_seconds=2)
    return make_assignment(read(course / "solutions" / WEEK), "Names", limits)


def graded(grade: Grade, assignment: Assignment, *last: str, **texts: str) -> Graded:
    tree = json.loads(fill(assignment.notebook, {**RIGHT, **texts}))
    tree["cells"] += [own_cell(text) | {"id": f"mine-{n}"} for n, text in enumerate(last)]
    return grade(assignment, json.dumps(tree).encode())


def earned(result: Graded) -> dict[str, float]:
    return {test.exercise: test.earned for test in result.tests}


def test_checks_see_the_names_of_checks_before_them(grade: Grade, assignment: Assignment) -> None:
    result = graded(grade, assignment)
    assert earned(result) == {"double": 2, "half": 2}
    assert not [test.visible for test in result.tests if test.visible]


def test_code_under_test_does_not_and_is_told_so(grade: Grade, assignment: Assignment) -> None:
    result = graded(grade, assignment, double="def double(x):\n    return made_here * x\n")
    test = result.tests[0]
    assert test.earned == 0
    assert not test.visible, "in a student's own kernel it works"
    assert {one.rationale for one in test.programs} == {
        "raised NameError: name 'made_here' is not defined (in double: return made_here * x)"
    }
    assert "Only a check or an experiment makes made_here" in test.programs[0].help


def test_a_name_that_a_check_binds_anew_is_put_back(grade: Grade, assignment: Assignment) -> None:
    result = graded(grade, assignment, double="def double(x):\n    return scale * x\n")
    assert earned(result)["double"] == 2


def test_a_cell_between_two_checks_has_the_last_word(grade: Grade, assignment: Assignment) -> None:
    result = graded(grade, assignment, half="made_here = 4\ndef half(x):\n    return x * 0.5\n")
    assert earned(result) == {"double": 2, "half": 2}
    assert "AssertionError" in result.tests[1].visible


def test_a_cell_behind_does_not_change_what_was_there(grade: Grade, assignment: Assignment) -> None:
    last = "scale = 7\ndouble = half = None\ndel RIGHT"
    own = "RIGHT = 2\ndef double(x):\n    return RIGHT * x\n"
    result = graded(grade, assignment, last, double=own)
    assert earned(result) == {"double": 2, "half": 2}


def test_nor_where_the_kernel_had_to_be_started_again(grade: Grade, assignment: Assignment) -> None:
    dies = "import os\ndef double(x):\n    return os._exit(1) if x == 3.5 else scale * x\n"
    result = graded(grade, assignment, "scale = 7\nhalf = None", double=dies)
    assert earned(result) == {"double": 1, "half": 2}
    assert result.tests[0].programs[0].cause is Cause.KERNEL_DIED


SHOWS = {
    "an own cell": "print(seen)",
    "a file": "print(open('seen.txt').read())",
    "the shell": "print(get_ipython().user_ns['seen'])",
    "an exception": "raise ValueError(seen)",
    "the last cell's value": "seen",
}


@pytest.mark.parametrize("last", SHOWS.values(), ids=SHOWS)
def test_no_cell_shows_what_a_test_hands_over(
    grade: Grade, assignment: Assignment, last: str
) -> None:
    code = """\
seen = []
def half(x):
    seen.append(x)
    open("seen.txt", "a").write(f"{x}")
    print(x)
    return x * 0.5
"""
    result = graded(grade, assignment, last, half=code)
    assert earned(result) == {"double": 2, "half": 2}
    assert "7.5" not in json.dumps([cell.get("outputs") for cell in _cells(result)])


def _cells(result: Graded) -> list[dict[str, object]]:
    cells: list[dict[str, object]] = json.loads(result.notebook)["cells"]
    return cells


def test_cells_that_take_long_leave_time_for_the_tests(grade: Grade, tmp_path: Path) -> None:
    texts = {WEEK: WeekTexts(LESSON, HIDDEN)}
    course = write_course(tmp_path / "course", MANIFEST, texts)
    limits = Limits(cell_seconds=0.4, program_seconds=2)
    source = read(course / "solutions" / WEEK)
    short = make_assignment(source, "Names", limits, submission_seconds=3.0)
    result = graded(grade, short, *["import time\ntime.sleep(9)"] * 20)
    assert earned(result) == {"double": 2, "half": 2}
