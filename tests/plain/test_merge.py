"""A submission fitted into a plain notebook: the student's text counts, the tests are ours."""

import json
from typing import Any

import nbformat
import nbformat.v4 as v4
import pytest

from autograder.authoring.plain.source import PlainSource, parse_plain
from autograder.grading.plain.merge import Merged, merge

LIMIT = 1 << 20


def cell(id: str, text: str, kind: str = "code", **own: Any) -> Any:
    make = v4.new_code_cell if kind == "code" else v4.new_markdown_cell
    node = make(text, id=f"i-{id}".replace("_", "-"))
    facts = {"grade": False, "solution": False, "locked": False, "task": False} | own
    node.metadata["nbgrader"] = {"grade_id": id, "schema_version": 3, **facts}
    return node


def notebook() -> Any:
    return v4.new_notebook(
        cells=[
            v4.new_markdown_cell("# Doubles", id="title"),
            v4.new_code_cell("import math", id="imports"),
            cell("constants", "N = 3", locked=True),
            cell("double", "raise NotImplementedError()", solution=True),
            cell("test_double", "assert double(2) == 4", grade=True, locked=True, points=2),
            cell("why", "YOUR ANSWER HERE", "markdown", grade=True, solution=True, points=3),
        ]
    )


@pytest.fixture
def source() -> PlainSource:
    return parse_plain("ps1", "doubles", notebook(), notebook(), notebook())


def merged(source: PlainSource, tree: Any) -> Merged:
    return merge(nbformat.writes(tree).encode(), source, notebook(), LIMIT)


def texts(found: Merged) -> list[str]:
    return [placed.node.source for placed in found.cells]


def test_roles_are_read_from_nbgraders_metadata(source: PlainSource) -> None:
    roles = [one.role for one in source.cells]
    assert roles == ["prose", "given", "given", "solution", "tests", "manual"]
    assert source.answers(source.cells[4]) == ("double",)


def test_an_untouched_notebook_comes_back_as_it_is(source: PlainSource) -> None:
    found = merged(source, notebook())
    assert texts(found) == [node.source for node in notebook().cells]
    assert not found.notes


def test_answers_count_and_stand_where_they_were(source: PlainSource) -> None:
    tree = notebook()
    tree.cells[3].source = "def double(x): return 2 * x"
    tree.cells[5].source = "Because."
    found = merged(source, tree)
    assert texts(found)[3] == "def double(x): return 2 * x"
    assert texts(found)[5] == "Because."
    assert not found.notes


@pytest.mark.parametrize("index", [2, 4])
def test_a_read_only_cell_is_put_back(source: PlainSource, index: int) -> None:
    tree = notebook()
    tree.cells[index].source = "assert True"
    found = merged(source, tree)
    assert texts(found)[index] == notebook().cells[index].source
    assert "read-only cells were changed" in found.notes[0].text


@pytest.mark.parametrize("index", [2, 3, 4, 5])
def test_what_was_deleted_of_the_courses_stands_at_its_place(
    source: PlainSource, index: int
) -> None:
    tree = notebook()
    del tree.cells[index]
    assert texts(merged(source, tree)) == [node.source for node in notebook().cells]


def test_a_cell_that_students_may_delete_stays_deleted(source: PlainSource) -> None:
    tree = notebook()
    del tree.cells[1]
    assert "import math" not in texts(merged(source, tree))


def test_own_cells_keep_their_place_and_have_no_metadata_of_ours(source: PlainSource) -> None:
    tree = notebook()
    own = v4.new_code_cell("M = 4", id="mine")
    own.metadata["nbgrader"] = {"grade_id": "test_double", "grade": True, "points": 100}
    tree.cells.insert(3, own)
    found = merged(source, tree)
    assert texts(found)[3] == "M = 4"
    assert [placed.cell is None for placed in found.cells].count(True) == 1
    node = next(placed.node for placed in found.cells if placed.cell is None)
    assert "nbgrader" not in node.metadata


def test_a_test_cell_that_was_moved_up_stands_behind_the_solution(source: PlainSource) -> None:
    tree = notebook()
    tree.cells.insert(0, tree.cells.pop(4))
    found = texts(merged(source, tree))
    assert found.index("assert double(2) == 4") > found.index("raise NotImplementedError()")
    assert found.count("assert double(2) == 4") == 1


def test_a_second_cell_with_an_exercises_id_is_the_students_own(source: PlainSource) -> None:
    tree = notebook()
    again = cell("double", "def double(x): return x + x", solution=True)
    again.id = "again"
    tree.cells.insert(4, again)
    found = merged(source, tree)
    assert texts(found)[3:5] == ["raise NotImplementedError()", "def double(x): return x + x"]
    assert any("repeated id" in note.text for note in found.notes)


def test_without_ids_and_metadata_cells_are_known_by_their_text(source: PlainSource) -> None:
    tree = json.loads(nbformat.writes(notebook()))
    for one in tree["cells"]:
        one["metadata"] = {}
        one.pop("id", None)
    found = merge(json.dumps(tree | {"nbformat_minor": 4}).encode(), source, notebook(), LIMIT)
    assert [placed.cell is not None for placed in found.cells] == [True] * 6


def test_a_written_answer_in_a_code_cell_is_read_as_text(source: PlainSource) -> None:
    tree = notebook()
    tree.cells[5] = cell("why", "Because.", grade=True, solution=True, points=3)
    found = merged(source, tree)
    assert found.cells[5].node.cell_type == "markdown"
    assert found.cells[5].node.source == "Because."


@pytest.mark.parametrize("data", [b"", b"{", b"[1, 2]", b"\xff\xfe\x00"])
def test_what_is_no_notebook_has_a_reason(source: PlainSource, data: bytes) -> None:
    assert merge(data, source, notebook(), LIMIT).reason


def test_hidden_lines_are_those_that_students_do_not_get() -> None:
    graded, shown = notebook(), notebook()
    graded.cells[
        4
    ].source = (
        "assert double(2) == 4\n### BEGIN HIDDEN TESTS\nassert double(0) == 0\n### END HIDDEN TESTS"
    )
    source = parse_plain("ps1", "doubles", graded, graded, shown)
    assert source.cells[4].hidden == (2, 3, 4)
