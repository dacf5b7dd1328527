"""A plain notebook's submissions, graded from their bytes in a sandboxed kernel and the judge."""

import json
from collections.abc import Callable, Mapping

import nbformat
import pytest
from support.plain_notebook import SOLUTIONS, assignment, notebook

from autograder.authoring.fill import fill
from autograder.grading import results
from autograder.grading.plain.assignment import PlainAssignment
from autograder.grading.plain.grade import PlainExam, grade_plain, open_plain
from autograder.grading.results import Graded
from autograder.kernels.supply import KernelSupply
from autograder.remote.causes import Cause

pytestmark = pytest.mark.slow(seconds=30)

Grade = Callable[..., Graded]


@pytest.fixture(scope="module")
def grade_texts(kernels: KernelSupply) -> Grade:
    """Grade the notebook with these texts in its cells, the others as the author wrote them."""
    exams: dict[PlainAssignment, PlainExam] = {}

    def run(texts: Mapping[str, str], given: PlainAssignment | None = None) -> Graded:
        one = given or assignment()
        if one not in exams:
            exams[one] = open_plain(one)
        data = fill(one.notebook, {**SOLUTIONS, **texts}).encode()
        return grade_plain(exams[one], data, kernels)

    return run


def by_name(graded: Graded) -> dict[str, results.TestResult]:
    return {test.cell: test for test in graded.tests}


def earned(graded: Graded) -> dict[str, float]:
    return {test.cell: test.earned for test in graded.tests}


FULL = {"test_squares": 4, "test_error": 1, "test_total": 2, "test_parts": 0.75, "test_kernel": 1}


def test_the_authors_solution_earns_what_nbgrader_gives(grade_texts: Grade) -> None:
    assert earned(grade_texts({})) == FULL


def test_the_empty_notebook_earns_nothing_but_its_number(grade_texts: Grade) -> None:
    stubs = {
        id: notebook(False, False).cells[place].source
        for id, place in (("squares", 1), ("total", 4), ("parts", 6))
    }
    assert set(earned(grade_texts(stubs)).values()) == {0}


def test_one_wrong_check_costs_its_cell(grade_texts: Grade) -> None:
    wrong = grade_texts({"squares": SOLUTIONS["squares"].replace("range(1, n + 1)", "range(1, 3)")})
    assert earned(wrong) == FULL | {"test_squares": 0, "test_total": 0}
    lines = by_name(wrong)["test_squares"].programs
    assert [line.passed for line in lines] == [False, True, False, False]
    assert lines[1].title == "assert 2 of 4: squares(2) == [1, 4]"
    assert lines[2].title == "hidden check 3 of 4"


def test_in_proportion_each_check_counts(grade_texts: Grade) -> None:
    text = SOLUTIONS["squares"].replace("range(1, n + 1)", "range(1, 3)")
    wrong = grade_texts({"squares": text}, assignment(points="proportion"))
    assert earned(wrong)["test_squares"] == 1


def test_nothing_of_a_hidden_check_is_told(grade_texts: Grade) -> None:
    loud = (
        "def squares(n):\n    if n == 11:\n        raise ValueError(f'they asked for {n}')\n"
        "    return [i * i for i in range(1, n + 1)]"
    )
    graded = grade_texts({"squares": loud})
    assert earned(graded)["test_squares"] == 0
    cells = nbformat.reads(graded.notebook, as_version=4).cells
    shown = json.dumps([cell.outputs for cell in cells if cell.cell_type == "code"])
    assert "hidden check 3 of 4" in shown
    for secret in ("they asked for", "squares(11)", "121"):
        assert secret not in shown
        assert secret == "they asked for" or secret not in graded.notebook


def test_what_a_later_cell_raises_repeats_no_hidden_check(grade_texts: Grade) -> None:
    spy = (
        "seen = []\ndef squares(n):\n    seen.append(n)\n"
        "    return [i * i for i in range(1, n + 1)]"
    )
    graded = grade_texts({"squares": spy, "total": "raise RuntimeError(f'it was {seen}')"})
    told = json.dumps([*(vars(note) for note in graded.notes)])
    told += json.dumps([line.rationale for test in graded.tests for line in test.programs])
    assert "RuntimeError" in told
    assert "it was" not in told


def test_a_cell_in_the_kernel_is_said_to_be_unprotected(grade_texts: Grade) -> None:
    found = by_name(grade_texts({}))
    assert not found["test_kernel"].protected
    assert found["test_kernel"].why_open == "because the course says so"
    assert found["test_squares"].protected


def test_what_is_not_written_is_told_so(grade_texts: Grade) -> None:
    found = by_name(grade_texts({"total": "raise NotImplementedError()"}))
    assert found["test_total"].earned == 0
    assert "total" in found["test_total"].programs[0].rationale


def test_a_cell_that_ends_the_kernel_costs_its_exercise_only(grade_texts: Grade) -> None:
    graded = grade_texts({"total": "import os\nos._exit(0)"})
    assert earned(graded) == FULL | {"test_total": 0}
    assert any(note.cause is Cause.KERNEL_DIED for note in graded.notes)


def test_a_function_that_ends_the_kernel_costs_its_exercise_only(grade_texts: Grade) -> None:
    graded = grade_texts({"parts": "def parts(x):\n    import os\n    os._exit(0)"})
    assert earned(graded) == FULL | {"test_parts": 0, "test_kernel": 0}


def test_a_function_that_never_ends_costs_its_exercise_only(grade_texts: Grade) -> None:
    graded = grade_texts({"parts": "def parts(x):\n    while True:\n        pass"})
    assert earned(graded) == FULL | {"test_parts": 0, "test_kernel": 0}


def test_names_are_as_they_stand_where_the_test_cell_stands(grade_texts: Grade) -> None:
    later = "parts = lambda x: x + 1\ntotal = 'another'\nsquares = None"
    assert earned(grade_texts({"parts": later})) == FULL


def test_the_graded_notebook_can_be_read_and_holds_the_facts(grade_texts: Grade) -> None:
    graded = grade_texts({})
    node = nbformat.reads(graded.notebook, as_version=4)
    nbformat.validate(node)
    assert node.metadata["autograder"]["sheet"] == "squares"
    cell = next(one for one in node.cells if one.id == "test-squares")
    assert cell.outputs[-1].data["text/plain"] == "4"


@pytest.mark.parametrize(
    "attack",
    [
        "class Yes:\n    def __eq__(self, other): return True\n"
        "    def __getitem__(self, at): return self\nsquares = lambda n: Yes()",
        "import builtins\nbuiltins.AssertionError = type('Quiet', (Exception,), {})\n"
        "squares = lambda n: []",
        "import IPython\nget_ipython().ast_transformers.append(None)\nsquares = lambda n: []",
        "class L(list):\n    def __eq__(self, other): return True\nsquares = lambda n: L()",
        "squares = type('S', (), {'__call__': lambda s, n: s, '__eq__': lambda s, o: True,\n"
        "    '__getitem__': lambda s, k: s, '__class__': property(lambda s: list)})()",
    ],
    ids=[
        "equal-to-all",
        "no-assertion-errors",
        "transformers",
        "a-list-of-its-own",
        "a-lying-class",
    ],
)
def test_attacks_to_which_stock_falls_gain_nothing(grade_texts: Grade, attack: str) -> None:
    assert earned(grade_texts({"squares": attack}))["test_squares"] == 0
