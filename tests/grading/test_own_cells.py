"""Cells that a student added: they run where they were put, as the student's own."""

import copy

from support.notebooks import (
    Clean,
    Tree,
    cell,
    cell_of,
    edited,
    every,
    is_right,
    new_cell,
    said,
    texts,
)


def test_own_cells_stay_where_they_were_put(sanitised: Clean, right: Tree) -> None:
    def add(tree: Tree) -> None:
        at = tree["cells"].index(cell_of(tree, "double"))
        tree["cells"].insert(at + 1, new_cell("after = 2"))
        tree["cells"].insert(at, new_cell("before = 1"))
        tree["cells"].insert(0, new_cell("first = 0"))
        tree["cells"].append(new_cell("last = 3"))
        tree["cells"].append(new_cell("  \n"))
        tree["cells"].append(new_cell("notes", "markdown"))

    result = sanitised(edited(right, add))
    found = texts(result.notebook)
    assert is_right(result)
    at = found.index(cell(result, "double").source)
    assert (found[at - 1], found[at + 1]) == ("before = 1", "after = 2")
    assert (found[0], found[-2:]) == ("first = 0", ["last = 3", "notes"])
    assert [c.source for c in result.notebook.cells if c.metadata.get("autograder")] == [
        "first = 0",
        "before = 1",
        "after = 2",
        "last = 3",
        "notes",
    ]


def test_a_copy_of_a_given_cell_with_other_text_is_the_students_own(
    sanitised: Clean, right: Tree
) -> None:
    """A cell that is copied keeps its metadata; what was written in it may be a helper."""

    def add(tree: Tree) -> None:
        given = cell_of(tree, "given-01")
        mine = copy.deepcopy(given) | {"id": "copy", "source": "def helper(x):\n    return x"}
        tree["cells"].insert(tree["cells"].index(given) + 1, mine)

    found = texts(sanitised(edited(right, add)).notebook)
    assert "def helper(x):\n    return x" in found


def test_an_own_cell_may_keep_itself_from_being_run(sanitised: Clean, right: Tree) -> None:
    mine = new_cell("while True: pass", metadata={"tags": ["skip-execution", "x", 1]})
    result = sanitised(edited(right, lambda tree: tree["cells"].append(mine)))
    assert result.notebook.cells[-1].metadata.tags == ["skip-execution"]


def test_an_exercise_cannot_be_kept_from_being_run(sanitised: Clean, right: Tree) -> None:
    change = every(lambda one: one["metadata"].update(tags=["skip-execution"]))
    assert "tags" not in cell(sanitised(edited(right, change)), "test_double").metadata


def test_a_cell_with_an_unknown_id_is_the_students_own(sanitised: Clean, right: Tree) -> None:
    forged = new_cell("x = 1", metadata={"nbgrader": {"grade_id": "bonus", "points": 99}})
    result = sanitised(edited(right, lambda tree: tree["cells"].append(forged)))
    assert said(result) == ["a cell with the unknown id 'bonus' is run as your own"]
    assert "nbgrader" not in result.notebook.cells[-1].metadata
