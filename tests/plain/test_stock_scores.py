"""Stock nbgrader's verdict on a plain notebook is what its autograde would have written."""

from pathlib import Path
from typing import Any

import nbformat.v4
import pytest

from autograder.batch.plain_stock import StockScore, stock_scores, with_solutions

SECONDS = 20.0


def cell(text: str, id: str = "", points: float = 0.0, kind: str = "code", **roles: bool) -> Any:
    """A cell with nbgrader's metadata, where it has an id."""
    make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
    node = make(text)
    if id:
        own = {"grade": False, "solution": False, "locked": False, "schema_version": 3, **roles}
        node.metadata["nbgrader"] = {**own, "grade_id": id, "points": points}
    return node


def checks(text: str, id: str = "test", points: float = 2.0) -> Any:
    return cell(text, id, points, grade=True, locked=True)


def answer(text: str, id: str = "answer") -> Any:
    return cell(text, id, solution=True)


def notebook(*cells: Any, kernel: str = "python3", language: str = "python") -> Any:
    spec = {"name": kernel, "display_name": kernel, "language": language}
    return nbformat.v4.new_notebook(cells=list(cells), metadata={"kernelspec": spec})


def test_a_cell_has_all_points_none_or_the_number_that_it_ends_with(tmp_path: Path) -> None:
    made = notebook(
        answer("def double(x):\n    return 2 * x"),
        checks("assert double(2) == 4", "right"),
        checks("assert double(2) == 5, 'not five'", "wrong"),
        checks("0.5 * double(1.5)", "partial"),
        checks("import sys\nprint('psst', file=sys.stderr)", "noisy"),
        checks("'no number'", "text"),
    )
    assert stock_scores(made, tmp_path, SECONDS) == {
        "right": StockScore(2.0, 2.0),
        "wrong": StockScore(0.0, 2.0, "AssertionError: not five"),
        "partial": StockScore(1.5, 2.0),
        "noisy": StockScore(0.0, 2.0, "stderr: psst"),
        "text": StockScore(2.0, 2.0),
    }


def test_more_than_the_cell_is_worth_is_no_grade(tmp_path: Path) -> None:
    score = stock_scores(notebook(checks("7")), tmp_path, SECONDS)["test"]
    assert score.score is None
    assert "greater than maximum points" in score.error
    assert not score.passed


def test_what_a_person_marks_has_no_score(tmp_path: Path) -> None:
    essay = cell("Because.", "essay", 3.0, kind="markdown", grade=True, solution=True)
    assert stock_scores(notebook(essay), tmp_path, SECONDS) == {"essay": StockScore(None, 3.0)}


def test_later_cells_run_after_one_that_raises_or_never_ends(tmp_path: Path) -> None:
    made = notebook(answer("while True: pass"), answer("1 / 0", "other"), checks("assert 1"))
    assert stock_scores(made, tmp_path, 1.0)["test"].passed


def test_a_test_that_never_ends_fails(tmp_path: Path) -> None:
    made = notebook(checks("while True: pass", "loop"), checks("assert True"))
    scores = stock_scores(made, tmp_path, 1.0)
    assert scores["loop"].score == 0.0
    assert scores["loop"].error
    assert scores["test"].passed


def test_it_runs_in_a_copy_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "words.txt").write_text("three small words")
    writes = answer("open('data/words.txt', 'w').write('gone')")
    reads = checks("assert len(open('data/words.txt').read().split()) == 3")
    scores = stock_scores(notebook(reads, writes), tmp_path, SECONDS)
    assert scores["test"].passed
    assert (tmp_path / "data" / "words.txt").read_text() == "three small words"


def test_the_notebook_given_stays_as_it_is(tmp_path: Path) -> None:
    made = notebook(checks("print(1)"))
    before = nbformat.writes(made)
    stock_scores(made, tmp_path, SECONDS)
    assert nbformat.writes(made) == before


@pytest.mark.parametrize("text", ["import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"])
def test_a_kernel_that_dies_leaves_no_grade_at_all(tmp_path: Path, text: str) -> None:
    made = notebook(checks("assert True", "before"), answer(text), checks("assert True", "after"))
    scores = stock_scores(made, tmp_path, SECONDS)
    assert {score.score for score in scores.values()} == {None}
    assert "DeadKernelError" in scores["after"].error


def test_python_under_another_machines_name_runs_with_this_ones(tmp_path: Path) -> None:
    made = notebook(checks("assert True"), kernel="conda-env-teaching-py")
    assert stock_scores(made, tmp_path, SECONDS)["test"].passed


def test_a_language_without_a_kernel_here_has_no_grade(tmp_path: Path) -> None:
    made = notebook(checks("stopifnot(TRUE)"), kernel="none-such", language="R")
    score = stock_scores(made, tmp_path, SECONDS)["test"]
    assert score.score is None
    assert "NoSuchKernel" in score.error


def test_a_reference_is_what_is_graded_with_the_authors_answers() -> None:
    lesson = notebook(
        answer("### BEGIN SOLUTION\nx = 1\n### END SOLUTION"), checks("### AUTOTEST x")
    )
    graded = notebook(answer("raise NotImplementedError()"), checks("assert x == 1"))
    made = with_solutions(graded, lesson)
    assert [one.source for one in made.cells] == [
        "### BEGIN SOLUTION\nx = 1\n### END SOLUTION",
        "assert x == 1",
    ]
    assert graded.cells[0].source == "raise NotImplementedError()"
