"""Checks that teach: what a failed check says, and how a notebook shows it."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat.v4
import numpy as np
import pytest
from nbclient import NotebookClient

from autograder.notebook.checks import expect_close, expect_results, expect_unchanged

WANT = np.array([[1.0, 2.0], [3.0, 4.5]])


def failed(got: Any, want: Any = WANT, tolerance: float = 1e-6) -> tuple[str, list[str]]:
    """The message of a failed comparison, and its notes."""
    with pytest.raises(AssertionError) as caught:
        expect_close(got, want, "They must agree", tolerance)
    return str(caught.value), getattr(caught.value, "__notes__", [])


def test_what_is_close_passes() -> None:
    expect_close(WANT + 1e-7, WANT, "equal")
    expect_close([[1, 2], [3, 4.5]], WANT, "a list")
    expect_close(np.float32(0.1), 0.1, "a number")
    expect_close(np.zeros((0, 3)), np.zeros((0, 3)), "nothing")
    expect_close([np.inf, -np.inf], [np.inf, -np.inf], "infinities")


def test_tensors_are_arrays() -> None:
    torch = pytest.importorskip("torch")
    expect_close(torch.tensor(WANT, requires_grad=True), WANT, "a tensor")
    expect_close(torch.ones(3, dtype=torch.bfloat16), torch.ones(3), "half of one")
    expect_unchanged(lambda x: x + 1, x=torch.ones(2))


def test_the_message_names_place_and_size_and_no_expected_number() -> None:
    message, notes = failed(WANT + np.diag([0, 0.25]))
    assert message == "They must agree. It differs most at index [1, 1]."
    assert notes == [
        "The largest difference is 0.25.",
        "First difference: found 4.75, expected 4.5 at index [1, 1]; 1 of 4 entries differ.",
    ]


def test_shapes_come_before_values() -> None:
    assert "Found the shape (3,), expected (2, 2)." in failed([1, 2, 3])[0]


@pytest.mark.parametrize(
    ("got", "what"),
    [
        (WANT.T, "transpose"),
        (-WANT, "wrong sign"),
        (2 * WANT, "2 times what is expected"),
        (WANT.astype(int), "dtype int"),
    ],
)
def test_a_simple_slip_is_named(got: Any, what: str) -> None:
    assert any(what in note for note in failed(got)[1])


@pytest.mark.parametrize(
    ("got", "what"),
    [
        (None, "is the `return` missing?"),
        (np.full((2, 2), np.nan), "Found nan at index [0, 0]"),
        ([[1, 2], [np.inf, 4.5]], "Found inf at index [1, 0]"),
        ("words", "Found str, which is no array of real numbers"),
        ([[1], [2, 3]], "which is no array of real numbers"),
    ],
)
def test_what_is_no_number_is_named(got: Any, what: str) -> None:
    assert what in failed(got)[0]


def test_results_are_counted() -> None:
    expect_results((1, 2), ("dx", "dh"))
    for got, found in ((None, "None"), ((1,), "1 results"), (np.ones(2), "ndarray")):
        with pytest.raises(AssertionError, match=f"Return dx, dh, in this order. Found {found}"):
            expect_results(got, ("dx", "dh"))


def test_a_changed_argument_is_named() -> None:
    def greedy(x: Any, pair: Any) -> None:
        pair[1][0] = 7

    with pytest.raises(AssertionError, match="greedy must not change pair"):
        expect_unchanged(greedy, x=np.ones(2), pair=[np.ones(1), np.ones(1)])


def run(*cells: str, ids: tuple[str, ...] = ()) -> list[Any]:
    """The outputs of the last of these cells, run in a kernel as in a notebook."""
    nodes = [nbformat.v4.new_code_cell(text) for text in cells]
    for node, name in zip(nodes, ids, strict=False):
        node.id = name
    notebook = nbformat.v4.new_notebook(cells=nodes)
    NotebookClient(notebook, timeout=60, allow_errors=True).execute()
    return list(notebook.cells[-1].outputs)


IMPORT = "from autograder.notebook.checks import expect_close"
STUB = "def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"


def test_a_notebook_shows_what_matters_first_and_the_rest_folded() -> None:
    wrong = "import numpy as np\ndef f(x):\n    return np.asarray(x) + 1"
    error, page = run(IMPORT, wrong, "expect_close(f([1.0]), [1.0], 'f must keep x')")
    assert error.output_type == "error"
    assert error.ename == "AssertionError"
    assert error.evalue.startswith("f must keep x. It differs most at index [0]")
    assert "✗ f must keep x" in error.traceback[0]
    assert "ultratb" not in "".join(error.traceback)
    assert "checks.py" not in "".join(error.traceback)
    assert "<details>" in page.data["text/html"]
    assert "checks.py" in page.data["text/plain"]


def test_a_stub_is_not_written_yet() -> None:
    (error,) = run(IMPORT, STUB, "f(1)")
    assert error.ename == "NotImplementedError"
    assert "f is not written yet" in "".join(error.traceback)


def test_a_bare_assertion_shows_what_must_hold() -> None:
    error, _ = run(IMPORT, "x = 3", "assert x == 4")
    assert "this must hold: x == 4" in error.traceback[0]


def test_other_exceptions_of_own_cells_are_left_as_they_are() -> None:
    (error,) = run(IMPORT, "1 / 0")
    assert "Traceback" in "".join(error.traceback)


def test_an_exception_that_cannot_be_shown_is_left_to_ipython() -> None:
    bad = "class Bad(AssertionError):\n    def __str__(self):\n        raise ValueError"
    outputs = run(IMPORT, f"{bad}\nraise Bad()", "expect_close(1, 1, 'goes on'); print('on')")
    assert outputs[0].text == "on\n"


def test_outside_a_notebook_importing_changes_nothing() -> None:
    code = f"{IMPORT}\nimport sys\nassert 'IPython' not in sys.modules\nexpect_close(1, 2, 'no')"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parent
    )
    assert done.stderr.splitlines()[0].startswith("Traceback")
    assert "AssertionError: no." in done.stderr
