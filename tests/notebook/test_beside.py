"""A helper in a file beside the notebook: said at home, where it works, that it is not graded."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.notebook.beside import modules_beside
from autograder.notebook.checks import check


@pytest.fixture
def helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "helper_of_mine.py").write_text("TWO = 2\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.import_module("helper_of_mine")
    yield tmp_path
    del sys.modules["helper_of_mine"]


def test_what_stands_beside_is_named(helper: Path) -> None:
    assert modules_beside(helper) == ["helper_of_mine.py"]
    assert modules_beside(helper / "deeper") == []


def test_a_check_says_it(helper: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check("double")(lambda: None)
    said = capsys.readouterr().out
    assert said.startswith("double: visible checks passed\nNote: helper_of_mine.py stands beside")


def test_validate_says_it(helper: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    with pytest.raises(AssertionError, match="graded alone"):
        check("double")(lambda: None)


def test_grading_says_nothing(
    helper: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    check("double")(lambda: None)
    assert capsys.readouterr().out == "double: visible checks passed\n"


def test_what_a_cell_writes_is_there_when_it_is_graded(
    helper: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    cells = ["", "%%writefile helper_of_mine.py\nTWO = 2", "import helper_of_mine"]
    monkeypatch.setattr(sys.modules["__main__"], "In", cells, raising=False)
    check("double")(lambda: None)
