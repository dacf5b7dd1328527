"""What a student did to the notebook: the student's text is kept, all else is the course's."""

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from support import tiny
from support.notebooks import Clean, Tree, cell, cell_of, edited, every, is_right, said, texts


def test_a_good_submission_is_taken_without_a_note(sanitised: Clean, right: Tree) -> None:
    result = sanitised(right)
    assert is_right(result)
    assert (result.notes, result.reason) == ([], "")


def test_all_but_the_students_text_is_the_assignments(
    sanitised: Clean, right: Tree, tiny_notebook: str
) -> None:
    result = sanitised(right)
    skeleton = nbformat.reads(tiny_notebook, as_version=4)
    for ours, given in zip(result.notebook.cells, skeleton.cells, strict=True):
        assert ours.metadata == given.metadata
        if given.metadata.get("nbgrader", {}).get("grade_id") not in tiny.RIGHT:
            assert ours.source == given.source


def test_the_untouched_notebook_is_itself(sanitised: Clean, tiny_notebook: str) -> None:
    result = sanitised(tiny_notebook.encode())
    assert result.notebook == nbformat.reads(tiny_notebook, as_version=4)
    assert result.notes == []


def drop(*grade_ids: str) -> Callable[[Tree], None]:
    def change(tree: Tree) -> None:
        tree["cells"] = [
            c
            for c in tree["cells"]
            if c["metadata"].get("nbgrader", {}).get("grade_id") not in grade_ids
        ]

    return change


def put(grade_id: str, **parts: Any) -> Callable[[Tree], None]:
    return lambda tree: cell_of(tree, grade_id).update(parts)


def forge(tree: Tree) -> None:
    for one in tree["cells"]:
        own = one["metadata"].get("nbgrader")
        if own:
            own.update(points=1000, grade=False, locked=False, solution=True, task=True)


def swap(tree: Tree) -> None:
    one, two = (cell_of(tree, name) for name in tiny.RIGHT)
    cells = tree["cells"]
    i, j = cells.index(one), cells.index(two)
    cells[i], cells[j] = cells[j], cells[i]


RIGHT_ALL_THE_SAME: dict[str, tuple[Callable[[Tree], Any], str]] = {
    "test cells deleted": (
        drop("test_double", "test_double_sum"),
        "test cells of double, double_sum were missing",
    ),
    "given cells deleted": (drop("given-01", "experiment-01"), ""),
    "a test cell edited": (
        put("test_double", source="assert True"),
        r"read-only cells were changed \(test_double\)",
    ),
    "a given cell edited": (
        put("given-01", source="import os"),
        r"read-only cells were changed \(given-01\)",
    ),
    "a test cell made prose": (
        put("test_double", cell_type="markdown", source="gone"),
        r"changed \(test_double\)",
    ),
    "prose edited": (lambda tree: tree["cells"][0].update(source="# Mine"), ""),
    "prose deleted": (lambda tree: tree["cells"].pop(0), ""),
    "an exercise made prose": (
        put("double", cell_type="markdown"),
        "'double' was a markdown cell; it is read as code",
    ),
    "an exercise made raw": (
        put("double", cell_type="raw"),
        "'double' was a raw cell; it is read as code",
    ),
    "ids gone": (every(lambda one: one.pop("id")), ""),
    "ids renamed": (every(lambda one: one.update(id="x")), ""),
    "metadata gone": (every(lambda one: one.update(metadata={})), ""),
    "no metadata": (every(lambda one: one.pop("metadata")), ""),
    "ids and metadata gone, as Colab does": (
        every(lambda one: [one.pop("id"), one.update(metadata={})]),
        "without their ids were found by what they define: double, double_sum",
    ),
    "metadata of other kinds": (every(lambda one: one.update(metadata=[1])), ""),
    "nbgrader's metadata a text": (every(lambda one: one.update(metadata={"nbgrader": "x"})), ""),
    "forged points and roles": (forge, ""),
    "exercises swapped": (swap, ""),
    "exercises at the end": (
        lambda tree: tree["cells"].sort(key=lambda c: "double" in c["source"][:20]),
        "",
    ),
    "every cell backwards": (lambda tree: tree["cells"].reverse(), ""),
    "every cell twice": (
        lambda tree: tree["cells"].extend(copy.deepcopy(tree["cells"])),
        "more than once",
    ),
    "outputs of all kinds": (every(lambda one: one.update(outputs=[{"output_type": "?"}])), ""),
    "execution counts that are texts": (every(lambda one: one.update(execution_count="x")), ""),
    "Windows' line ends": (put("double", source=tiny.RIGHT["double"].replace("\n", "\r\n")), ""),
    "old Macs' line ends": (put("double", source=tiny.RIGHT["double"].replace("\n", "\r")), ""),
    "sources as lists": (
        every(lambda one: one.update(source="".join(one["source"]).splitlines(True))),
        "",
    ),
    "metadata of the notebook gone": (lambda tree: tree.pop("metadata"), ""),
    "a kernel of another language": (
        lambda tree: tree.update(metadata={"kernelspec": {"name": "r"}}),
        "",
    ),
    "format 99": (lambda tree: tree.update(nbformat=99), "format is '99'"),
    "a format that is no number": (
        lambda tree: tree.update(nbformat=["x"]),
        "it was read as version 4",
    ),
    "no format": (lambda tree: tree.pop("nbformat"), "format is 'None'"),
}


@pytest.mark.parametrize(("change", "note"), RIGHT_ALL_THE_SAME.values(), ids=RIGHT_ALL_THE_SAME)
def test_the_solutions_are_found_whatever_happened(
    sanitised: Clean, right: Tree, change: Callable[[Tree], Any], note: str
) -> None:
    result = sanitised(edited(right, change))
    assert result.reason == ""
    assert is_right(result)
    assert re.search(note, "; ".join(said(result))), result.notes


def test_the_course_keeps_its_points_and_ids(
    sanitised: Clean, right: Tree, tiny_notebook: str
) -> None:
    result = sanitised(edited(right, forge))
    skeleton = json.loads(tiny_notebook)
    for name in ("test_double", "test_double_sum", "why"):
        assert cell(result, name).metadata == cell_of(skeleton, name)["metadata"]


def test_an_exercise_without_its_cell_is_told(sanitised: Clean, right: Tree) -> None:
    result = sanitised(edited(right, drop("double")))
    assert "the cell of 'double' is missing; nothing is graded" in said(result)
    assert "NotImplementedError" in cell(result, "double").source
    assert cell(result, "double_sum").source == tiny.RIGHT["double_sum"]


def test_an_exercise_split_in_two_runs_in_order(sanitised: Clean, right: Tree) -> None:
    def split(tree: Tree) -> None:
        first = cell_of(tree, "double")
        second = copy.deepcopy(first) | {"id": "half", "source": "part_two = 2"}
        first["source"] = "part_one = 1"
        tree["cells"].insert(tree["cells"].index(first) + 1, second)

    result = sanitised(edited(right, split))
    found = texts(result.notebook)
    assert cell(result, "double").source == "part_one = 1"
    assert found.index("part_two = 2") == found.index("part_one = 1") + 1
    assert any("'double' is there more than once" in note for note in said(result))


def test_a_stub_beside_the_solution_does_not_win(
    sanitised: Clean, right: Tree, tiny_notebook: str
) -> None:
    stub = cell_of(json.loads(tiny_notebook), "double")
    for place in (0, 99):
        result = sanitised(edited(right, lambda tree, p=place: tree["cells"].insert(p, stub)))
        assert is_right(result)


PNG = {"image/png": "iVBORw0KGgo="}


@pytest.mark.parametrize(
    ("attachments", "kept"),
    [
        pytest.param({"a.png": PNG}, {"a.png": PNG}, id="a picture"),
        pytest.param({"a.svg": {"image/svg+xml": "<svg onload='x()'/>"}}, None, id="a drawing"),
        pytest.param({"a": {"text/html": "<script>"}}, None, id="a page"),
        pytest.param({"a": {"image/png": "javascript:x"}}, None, id="a picture that is none"),
        pytest.param({"a": {"image/png": ["iVBO"]}}, None, id="a list"),
        pytest.param({"a": "iVBO"}, None, id="a text"),
        pytest.param([1], None, id="a list of attachments"),
        pytest.param({"\ud800.png": PNG}, {"?.png": PNG}, id="a name that cannot be written"),
    ],
)
def test_of_attachments_only_pictures_are_kept(
    sanitised: Clean, right: Tree, attachments: Any, kept: Any
) -> None:
    change = put("why", source="Because ![](attachment:a.png)", attachments=attachments)
    data = json.dumps(edited(right, change)).encode()
    answer = cell(sanitised(data), "why")
    assert answer.source.startswith("Because")
    assert answer.get("attachments") == kept


def test_an_answer_turned_into_code_is_still_an_answer(sanitised: Clean, right: Tree) -> None:
    change = put("why", cell_type="code", source="Because.", outputs=[], execution_count=None)
    answer = cell(sanitised(edited(right, change)), "why")
    assert (answer.cell_type, answer.source) == ("markdown", "Because.")
