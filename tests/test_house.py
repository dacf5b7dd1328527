"""The tests are a house too: a folder for each room, helpers in one place, no test from a test."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import autograder

TESTS = Path(__file__).parent
ROOMS = {path.parent.name for path in Path(autograder.__file__).parent.glob("*/__init__.py")}
#: Folders that test more than a room: what is attacked, what breaks, what a browser shows, this
#: repository's course and its weeks, and nbgrader's own notebooks from their import to their marks.
SUITES = {"attacks", "faults", "browser", "rnn", "weeks", "plain"}
FILES = sorted(TESTS.rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_a_folder_is_a_room_or_a_suite() -> None:
    folders = {path.name for path in TESTS.iterdir() if list(path.glob("*.py"))}
    assert folders - ROOMS == {*SUITES, "support"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(TESTS)))
def test_nothing_is_imported_from_a_test(path: Path) -> None:
    tests = [name for name in imported(path) if name.split(".")[-1].startswith("test_")]
    assert not tests


def test_helpers_are_no_tests() -> None:
    assert not list((TESTS / "support").glob("test_*"))
