"""An exercise is what its name is bound to when its tests come, wherever its answer stands."""

import copy
import json
from collections.abc import Callable

import pytest
from support import tiny
from support.grading import Grade
from support.notebooks import Clean, Tree, as_bytes, cell, cell_of, new_cell, said, texts

from autograder.authoring.build import SKIP_TAG
from autograder.authoring.fill import fill
from autograder.batch.assignments import load_assignment
from autograder.course.manifest import Course
from autograder.remote.causes import Cause

DOUBLE, SUM = tiny.RIGHT["double"], tiny.RIGHT["double_sum"]
BOTH = f"{DOUBLE}\n\n{SUM}"
HELPED = "def double(x):\n    return twice(np.asarray(x))\n"
HELPER = "def twice(x):\n    return 2 * x\n"
Change = Callable[[Tree, Tree], None]


def place(tree: Tree, name: str) -> int:
    index: int = tree["cells"].index(cell_of(tree, name))
    return index


def put(name: str, *cells: Tree, after: bool = False) -> Change:
    """Put cells before, or after, the one with this id."""

    def change(tree: Tree, given: Tree) -> None:
        at = place(tree, name) + after
        tree["cells"][at:at] = cells

    return change


def drop(*names: str) -> Change:
    def change(tree: Tree, given: Tree) -> None:
        for name in names:
            tree["cells"].remove(cell_of(tree, name))

    return change


def write(name: str, text: str) -> Change:
    return lambda tree, given: cell_of(tree, name).update(source=text)


def unwrite(*names: str) -> Change:
    """Put the stubs back."""

    def change(tree: Tree, given: Tree) -> None:
        for name in names:
            cell_of(tree, name)["source"] = cell_of(given, name)["source"]

    return change


def at_the_end(*cells: Tree) -> Change:
    return lambda tree, given: tree["cells"].extend(cells)


def at_the_top(*cells: Tree) -> Change:
    return lambda tree, given: tree["cells"].__setitem__(slice(0, 0), cells)


def copy_of(name: str, text: str, before: str) -> Change:
    """A copy of a cell, with all its metadata, in which something else was written."""

    def change(tree: Tree, given: Tree) -> None:
        mine = copy.deepcopy(cell_of(tree, name)) | {"id": "copy", "source": text}
        tree["cells"].insert(place(tree, before), mine)

    return change


def swap_ids(tree: Tree, given: Tree) -> None:
    one, two = cell_of(tree, "double"), cell_of(tree, "double_sum")
    for key in ("id", "metadata"):
        one[key], two[key] = two[key], one[key]


def stub_after(name: str) -> Change:
    def change(tree: Tree, given: Tree) -> None:
        tree["cells"].insert(place(tree, name) + 1, copy.deepcopy(cell_of(given, name)))

    return change


def move(name: str, to: int) -> Change:
    def change(tree: Tree, given: Tree) -> None:
        one = cell_of(tree, name)
        tree["cells"].remove(one)
        tree["cells"].insert(to, one)

    return change


def add_to(name: str, text: str) -> Change:
    def change(tree: Tree, given: Tree) -> None:
        one = cell_of(tree, name)
        one["source"] = f"{text}\n{''.join(one['source'])}"

    return change


MERGED = [write("double", BOTH), drop("double_sum")]
MOVED = [unwrite("double", "double_sum")]
RIGHT_ALL_THE_SAME: dict[str, list[Change]] = {
    "as it was handed out": [],
    "cells merged": MERGED,
    "cells merged, the other's stub left": [write("double", BOTH), unwrite("double_sum")],
    "cells merged into the last": [write("double_sum", BOTH), drop("double")],
    "all in an own cell, stubs deleted": [
        put("double", new_cell(BOTH)),
        drop("double", "double_sum"),
    ],
    "all in an own cell at the end": [drop("double", "double_sum"), at_the_end(new_cell(BOTH))],
    "all in an own cell at the end, stubs left": [*MOVED, at_the_end(new_cell(BOTH))],
    "all in an own cell at the top, stubs left": [*MOVED, at_the_top(new_cell(BOTH))],
    "a default from a given name, at the top": [
        *MOVED,
        at_the_top(new_cell(BOTH.replace("double(x)", "double(x, kind=np.float64)", 1))),
    ],
    "each below its tests": [
        *MOVED,
        put("test_double", new_cell(DOUBLE), after=True),
        put("test_double_sum", new_cell(SUM), after=True),
    ],
    "in the order of use": [*MOVED, at_the_end(new_cell(SUM), new_cell(DOUBLE))],
    "a copy of the first cell answers the second": [
        unwrite("double_sum"),
        copy_of("double", SUM, before="double_sum"),
    ],
    "the same, the stub deleted": [
        copy_of("double", SUM, before="double_sum"),
        drop("double_sum"),
    ],
    "ids swapped by copying and deleting": [swap_ids],
    "the stub again below the answer": [stub_after("double"), stub_after("double_sum")],
    "the stub again in the cell of the answer": [
        lambda tree, given: cell_of(tree, "double").update(
            source=f"{DOUBLE}\n\n{cell_of(given, 'double')['source']}"
        )
    ],
    "the stub again, with another sentence": [
        put(
            "test_double",
            new_cell('def double(x):\n    """Mine."""\n    # later\n    raise NotImplementedError'),
        )
    ],
    "a helper in an own cell": [write("double", HELPED), put("double", new_cell(HELPER))],
    "a helper below the answer": [write("double", HELPED), put("test_double", new_cell(HELPER))],
    "a helper below the tests": [write("double", HELPED), at_the_end(new_cell(HELPER))],
    "a helper in a copied test cell": [
        write("double", HELPED),
        copy_of("test_double", HELPER, before="double"),
    ],
    "a helper in a copied experiment": [
        write("double", HELPED),
        copy_of("experiment-01", HELPER, before="double"),
    ],
    "a helper in a copied given cell": [
        write("double", HELPED),
        copy_of("given-01", HELPER, before="given-01"),
    ],
    "a helper written into the given cell": [write("double", HELPED), add_to("given-01", HELPER)],
    "an import written into the given cell": [
        write("double", "def double(x):\n    return math.fsum([1, 1]) * np.asarray(x)\n"),
        add_to("given-01", "import math"),
    ],
    "answers written into the test cells": [
        *MOVED,
        add_to("test_double", DOUBLE),
        add_to("test_double_sum", SUM),
    ],
    "the last cell moved to the top": [
        move("why", 0),
        write("double", HELPED),
        put("double", new_cell(HELPER)),
        at_the_end(new_cell("def twice(x):\n    return None")),
    ],
    "magics in an own cell, the stub deleted": [
        put("double", new_cell(f"np.add?\nfiles = !ls\nif True:\n    %precision 3\n\n{DOUBLE}")),
        drop("double"),
    ],
    "a copy of the test cell that was changed": [
        copy_of("test_double", "assert double(np.array([2.0]))[0] == 4.0", before="test_double")
    ],
    "a loop over the name below the tests, beside a name that the answer uses": [
        write("double", "import math\n\ndef double(x):\n    return math.prod([2, x])\n"),
        at_the_end(new_cell("import math\nfor double in range(3):\n    print(math.pi)")),
    ],
    "a loop over the name below an answer below the tests": [
        *MOVED,
        put("test_double", new_cell(DOUBLE), after=True),
        put("test_double_sum", new_cell(SUM), after=True),
        at_the_end(new_cell("for double in range(3):\n    pass")),
    ],
    "a class that goes on in a second definition": [
        write("double", "class Two:\n    def __init__(self):\n        self.two = 2\n"),
        put(
            "double",
            new_cell("class Two(Two):\n    def of(self, x):\n        return self.two * x"),
            new_cell("def double(x):\n    return Two().of(np.asarray(x))"),
            after=True,
        ),
    ],
    "a number merged into the given cell beside what uses it": [
        *MOVED,
        add_to("given-01", "TWO = 2\n\ndef double(x):\n    return TWO * np.asarray(x)\n"),
        put("double_sum", new_cell(SUM)),
    ],
    "a strange line end in a text above functions in the given cell": [
        write("double", HELPED),
        add_to("given-01", f"WORDS = 'a\u2028b'\n\n{HELPER}"),
    ],
    "another definition after the tests": [at_the_end(new_cell("def double(x):\n    return 3"))],
    "a class in a cell above what it stands on": [
        *MOVED,
        at_the_end(
            new_cell("class Double(Base):\n    pass\n\ndef double(x):\n    return Double().of(x)"),
            new_cell("class Base:\n    def of(self, x):\n        return 2 * np.asarray(x)"),
            new_cell(SUM),
        ),
    ],
}


@pytest.fixture
def given(tiny_notebook: str) -> Tree:
    tree: Tree = json.loads(tiny_notebook)
    for one in tree["cells"]:
        one["source"] = "".join(one["source"])
    return tree


@pytest.mark.parametrize("changes", RIGHT_ALL_THE_SAME.values(), ids=RIGHT_ALL_THE_SAME)
def test_a_right_answer_earns_all_wherever_it_stands(
    course: Course, right: Tree, given: Tree, changes: list[Change], grade: Grade
) -> None:
    tree = copy.deepcopy(right)
    for change in changes:
        change(tree, given)
    result = grade(load_assignment(course, course.weeks[0]), as_bytes(tree))
    earned = {test.exercise: test.earned for test in result.tests}
    failed = [one.rationale for test in result.tests for one in test.programs if not one.passed]
    assert earned == {"double": 3.0, "double_sum": 2.0}, (said_of(result), failed)


def said_of(result: object) -> list[str]:
    return [note.text for note in getattr(result, "notes", ())]


def test_the_last_definition_before_the_tests_counts(
    course: Course, right: Tree, grade: Grade
) -> None:
    wrong = new_cell("def double(x):\n    return np.asarray(x) ** 2")
    tree = copy.deepcopy(right)
    put("test_double", wrong)(tree, tree)
    result = grade(load_assignment(course, course.weeks[0]), as_bytes(tree))
    assert result.tests[0].earned == 0.0
    assert any("'double' is there more than once" in text for text in said_of(result))


def test_what_is_not_written_is_still_told_as_such(
    course: Course, tiny_notebook: str, grade: Grade
) -> None:
    tree = json.loads(fill(tiny_notebook, {"double": DOUBLE}))
    tree["cells"].append(new_cell("attempt = 'double_sum'"))
    result = grade(load_assignment(course, course.weeks[0]), as_bytes(tree))
    by_name = {test.exercise: test for test in result.tests}
    assert by_name["double"].earned == 3.0
    assert {one.cause for one in by_name["double_sum"].programs} == {Cause.NOT_WRITTEN}


def test_a_stub_does_not_run_beside_the_answer(sanitised: Clean, right: Tree, given: Tree) -> None:
    tree = copy.deepcopy(right)
    write("double", BOTH)(tree, given)
    unwrite("double_sum")(tree, given)
    result = sanitised(tree)
    stub = cell(result, "double_sum").source
    assert all(line.startswith("# ") for line in stub.splitlines() if line.strip()), stub
    assert cell(result, "double").source == BOTH


def test_the_courses_cells_keep_their_order_and_text(
    sanitised: Clean, right: Tree, given: Tree
) -> None:
    tree = copy.deepcopy(right)
    for change in (*MOVED, at_the_top(new_cell(BOTH)), move("why", 0)):
        change(tree, given)
    result = sanitised(tree)
    ours = [one for one in texts(result.notebook) if one in [c["source"] for c in given["cells"]]]
    kept = ["given-01", "test_double", "experiment-01", "test_double_sum"]
    assert [one for one in ours if one in [cell_of(given, n)["source"] for n in kept]] == [
        cell_of(given, name)["source"] for name in kept
    ]


def test_a_changed_name_of_the_courses_stays_the_courses(
    sanitised: Clean, right: Tree, given: Tree
) -> None:
    tree = copy.deepcopy(right)
    text = "import numpy as np\n\nSCALE = 3\n\ndef mine():\n    return 1\n\nimport math as np\n"
    write("given-01", text)(tree, given)
    result = sanitised(tree)
    own = [one for one in result.notebook.cells if "autograder" in one.metadata]
    assert [one.source for one in own] == ["def mine():\n    return 1"]
    assert cell(result, "given-01").source == cell_of(given, "given-01")["source"]


def test_a_copied_experiment_runs_only_where_an_exercise_stands_on_it(
    sanitised: Clean, right: Tree, given: Tree
) -> None:
    tree = copy.deepcopy(right)
    copy_of("experiment-01", "curve = [double(x) for x in range(9)]", "test_double")(tree, given)
    copy_of("experiment-01", HELPER, before="double")(tree, given)
    write("double", HELPED)(tree, given)
    tags = {
        one.source: one.metadata.get("tags", [])
        for one in sanitised(tree).notebook.cells
        if "autograder" in one.metadata
    }
    assert tags == {"curve = [double(x) for x in range(9)]": [SKIP_TAG], HELPER: []}


def test_a_copy_of_a_test_cell_is_no_change_of_the_courses(
    sanitised: Clean, right: Tree, given: Tree
) -> None:
    tree = copy.deepcopy(right)
    copy_of("test_double", HELPER, before="double")(tree, given)
    result = sanitised(tree)
    assert {note.cause for note in result.notes} == {Cause.PUT_RIGHT}
    assert said(result) == ["a changed copy of 'test_double' is run as your own cell"]
