"""What a cell of the student's costs: its own names, and never the marks of the others."""

import copy
from dataclasses import replace

import pytest
from support import tiny
from support.grading import Grade
from support.notebooks import Tree, as_bytes, cell_of, new_cell

from autograder.batch.assignments import load_assignment
from autograder.course.manifest import Course
from autograder.grading.grade import Assignment
from autograder.grading.results import Graded
from autograder.kernels.limits import CellRun, CellStatus, Limits
from autograder.remote.causes import Cause

DOUBLE = tiny.RIGHT["double"]


@pytest.fixture
def assignment(course: Course) -> Assignment:
    return load_assignment(course, course.weeks[0])


def answered(right: Tree, text: str, *own: Tree) -> bytes:
    tree = copy.deepcopy(right)
    cell_of(tree, "double")["source"] = text
    tree["cells"][2:2] = own
    return as_bytes(tree)


def earned(result: Graded) -> dict[str, float]:
    return {test.exercise: test.earned for test in result.tests}


def words(result: Graded) -> str:
    return " | ".join(note.text for note in result.notes)


RUNS_ALL_THE_SAME = {
    "a backend that is not there": "%matplotlib widget\n" + DOUBLE,
    "a magic that does not exist": "%no_such_magic 3\n" + DOUBLE,
    "%%time below a comment": "# mine\n%%time\n" + DOUBLE,
    "%%timeit, which binds nothing": "%%timeit -n 1\n" + DOUBLE,
    "type parameters": f"type Two[T] = tuple[T, T]\nclass A[T: (int, str)]:\n    pass\n\n\n"
    f"def first[T, *Ts](x: T, y: list[int] = [1]) -> T:\n    return x\n\n\n{DOUBLE}",
    "%%capture": "%%capture\n" + DOUBLE,
    "a question mark and a shell": f"np.add?\nx = !ls\n{DOUBLE}",
    "5 MB of prints in its cell": f"print('x' * 5_000_000)\n{DOUBLE}",
    "20 KB of prints in a call": DOUBLE.replace(
        "    return", "    print('x' * 20_000)\n    return"
    ),
    "100 KB of prints in a call": DOUBLE.replace(
        "    return", "    print('x' * 10**5)\n    return"
    ),
}


@pytest.mark.parametrize("text", RUNS_ALL_THE_SAME.values(), ids=RUNS_ALL_THE_SAME)
def test_magics_and_prints_cost_nothing(
    assignment: Assignment, right: Tree, text: str, grade: Grade
) -> None:
    result = grade(assignment, answered(right, text))
    assert earned(result) == {"double": 3.0, "double_sum": 2.0}, words(result)


def test_a_magic_that_failed_is_told(assignment: Assignment, right: Tree, grade: Grade) -> None:
    result = grade(assignment, answered(right, "%no_such_magic 3\n" + DOUBLE))
    (note,) = result.notes
    assert (note.cause, note.cell) == (Cause.PUT_RIGHT, "double")
    assert "no_such_magic" in note.text
    assert "run again without its magics" in note.text


def test_what_is_left_out_of_an_output_is_said(
    assignment: Assignment, right: Tree, grade: Grade
) -> None:
    result = grade(assignment, answered(right, f"print('x' * 3_000_000)\n{DOUBLE}"))
    assert "the rest of what it shows was left out" in result.notebook
    assert len(result.notebook) < 100_000


def test_a_forbidden_function_behind_a_magic_is_still_found(
    assignment: Assignment, right: Tree, grade: Grade
) -> None:
    lesson = tiny.LESSON.replace('exercise="double"', 'exercise="double" forbids="np.add"')
    forbids = replace(assignment, texts=replace(assignment.texts, lesson=lesson))
    answer = "def double(x):\n    return np.add(x, x)\n"
    for text in ("%no_such_magic\n", "%%timeit\n", "# mine\n%%time\n", "x = %%%\n", "why?\n!!\n"):
        result = grade(forbids, answered(right, text + answer))
        assert earned(result)["double"] == 0.0, text
    helper = new_cell(f"%no_such_magic\n{answer}")
    result = grade(forbids, answered(right, "mine = 1", helper))
    assert earned(result)["double"] == 0.0


def test_training_of_one_s_own_does_not_use_up_the_time(
    assignment: Assignment, right: Tree, grade: Grade
) -> None:
    short = replace(assignment, limits=Limits(cell_seconds=3), submission_seconds=10.0)
    training = [new_cell(f"import time\ntime.sleep(2.5)\nrun_{n} = {n}") for n in range(6)]
    result = grade(short, answered(right, DOUBLE, *training))
    assert earned(result) == {"double": 3.0, "double_sum": 2.0}, words(result)
    assert "the time for cells on which no exercise stands is used up" in words(result)
    assert [note.cause for note in result.notes].count(Cause.SUBMISSION_TIME) == 1


def test_what_an_exercise_stands_on_runs_though_that_time_is_used_up(
    assignment: Assignment, right: Tree, grade: Grade
) -> None:
    short = replace(assignment, limits=Limits(cell_seconds=3), submission_seconds=10.0)
    training = [new_cell(f"import time\ntime.sleep(2.5)\nrun_{n} = {n}") for n in range(4)]
    helper = new_cell("def twice(x):\n    return 2 * x")
    text = "def double(x):\n    return twice(np.asarray(x))"
    result = grade(short, answered(right, text, *training, helper))
    assert earned(result) == {"double": 3.0, "double_sum": 2.0}, words(result)


ENDS = {
    "a kernel that dies": ("import os\nos._exit(1)", "the kernel died"),
    "a time limit": ("while True:\n    pass", "the time limit of a cell"),
    "an exception": ("1 / 0", "ZeroDivisionError"),
    "a newer syntax": ("label = f'{RIGHT['double']}'", "which does not know newer"),
    "a module beside the notebook": ("import helper_of_mine", "only the notebook is graded"),
}


@pytest.mark.parametrize(("first", "said"), ENDS.values(), ids=ENDS)
def test_every_test_that_misses_a_name_says_what_became_of_its_cell(
    assignment: Assignment, right: Tree, first: str, said: str, grade: Grade
) -> None:
    short = replace(assignment, limits=Limits(cell_seconds=3))
    result = grade(short, answered(right, f"{first}\n{DOUBLE}"))
    failed = [one for test in result.tests for one in test.programs if not one.passed]
    assert len(failed) == 4
    for program in failed:
        assert "name 'double' is not defined" in program.rationale
        assert "the cell of 'double' did not end well" in program.rationale
        assert said in program.rationale
    assert said in result.notebook


def test_a_helper_s_cell_is_named_as_well(
    assignment: Assignment, right: Tree, grade: Grade
) -> None:
    helper = new_cell("def twice(x):\n    return 2 * x\n\nimport os\nos._exit(1)")
    text = "def double(x):\n    return twice(np.asarray(x))"
    result = grade(assignment, answered(right, text, helper))
    assert "a cell of your own did not end well: the kernel died" in (
        result.tests[0].programs[0].rationale
    )


def test_a_complaint_of_ipython_is_no_lack_of_memory(
    assignment: Assignment, right: Tree, grade: Grade
) -> None:
    result = grade(assignment, answered(right, "%no_such_magic\nmine ="))
    assert Cause.OUT_OF_MEMORY not in {note.cause for note in result.notes}


def test_a_run_that_was_not_cut_says_nothing() -> None:
    assert not CellRun(CellStatus.OK, []).is_cut


def test_an_answer_that_defines_nothing_is_told_with_its_end(
    assignment: Assignment, right: Tree, grade: Grade
) -> None:
    result = grade(assignment, answered(right, "1 / 0"))
    (test,) = [one for one in result.tests if one.exercise == "double"]
    assert all("ZeroDivisionError" in one.rationale for one in test.programs), test.programs
    assert {one.help for one in test.programs} == {"Mend that cell first."}
