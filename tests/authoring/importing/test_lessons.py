"""A source notebook of nbgrader's becomes a lesson that gives it back cell by cell."""

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell
from support.nbgrader_course import KERNEL, marked, notebook

from autograder.authoring.plain.attachments import ATTACHMENTS
from autograder.authoring.plain.metadata import faults
from autograder.authoring.plain.percent import (
    differences,
    open_notebook,
    read_lesson,
    write_lesson,
)
from autograder.course.errors import CourseError

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"


def stored(folder: Path, node: Any) -> Any:
    """The notebook as it comes from a file of a course."""
    path = folder / "stored.ipynb"
    nbformat.write(node, path)
    return open_notebook(path)


def through(folder: Path, node: Any) -> tuple[Path, Any]:
    """The lesson of a notebook, and what it gives back."""
    path = write_lesson(stored(folder, node), folder / "week", "sheet")
    return path, read_lesson(path)


def a_week() -> Any:
    return notebook(
        new_markdown_cell("# Areas\n\nSome *prose*, ending in blank lines.\n\n"),
        new_code_cell("import math\n%matplotlib inline\n!ls data"),
        marked(
            new_code_cell(
                "def area(r):\n    ### BEGIN SOLUTION\n    return 3 * r\n    ### END SOLUTION\n\n"
            ),
            "area",
            solution=True,
        ),
        marked(new_code_cell("\n\nassert area(1) == 3\n"), "area_tests", grade=True, points=2.5),
        marked(new_markdown_cell("Because."), "why", grade=True, solution=True, points=3),
        marked(new_markdown_cell("Do it."), "chore", task=True, points=1),
        new_code_cell("%%bash\nls -l"),
        new_code_cell("%%time\nfor n in range(3):\n    pass"),
        new_raw_cell("raw text"),
        new_code_cell(""),
        new_markdown_cell("umlauts: ä, ∑, 漢字"),
    )


def test_a_notebook_comes_back_cell_by_cell(tmp_path: Path) -> None:
    before = stored(tmp_path, a_week())
    path, after = through(tmp_path, a_week())
    assert path.name == "sheet.py"
    assert [c.source for c in after.cells] == [c.source for c in a_week().cells]
    assert [c.cell_type for c in after.cells] == [c.cell_type for c in a_week().cells]
    assert [c.metadata.get("nbgrader") for c in after.cells] == [
        c.metadata.get("nbgrader") for c in before.cells
    ]
    assert after.metadata.kernelspec == KERNEL
    assert not differences(before, after)


def test_the_lesson_is_python_that_says_what_a_cell_is_for(tmp_path: Path) -> None:
    text = through(tmp_path, a_week())[0].read_text()
    compile(text, "sheet.py", "exec")
    header = next(line for line in text.splitlines() if "area_tests" in line)
    assert header.startswith("# %% ")
    assert '"points": 2.5' in header
    assert "checksum" not in text


def test_a_reading_gives_the_same_ids_each_time(tmp_path: Path) -> None:
    path, once = through(tmp_path, a_week())
    ids = [cell.id for cell in once.cells]
    assert ids == [cell.id for cell in read_lesson(path).cells]
    assert len(set(ids)) == len(ids)
    assert "area_tests" in ids
    nbformat.validate(once)


def test_checksums_and_what_tools_left_are_dropped_and_tags_are_kept(tmp_path: Path) -> None:
    cell = marked(new_code_cell("1"), "one", locked=True, checksum="0" * 32, cell_type="code")
    cell.metadata.update({"tags": ["hide"], "deletable": False, "ExecuteTime": {"end": "x"}})
    after = through(tmp_path, notebook(cell))[1].cells[0]
    assert after.metadata.tags == ["hide"]
    assert after.metadata.deletable is False
    assert "ExecuteTime" not in after.metadata
    assert "checksum" not in after.metadata.nbgrader


def test_pictures_come_back_to_their_own_cells(tmp_path: Path) -> None:
    cells = [new_markdown_cell(f"![p](attachment:image.png) {n}") for n in range(3)]
    cells[0]["attachments"] = {"image.png": {"image/png": PIXEL}}
    cells[2]["attachments"] = {"image.png": {"image/png": PIXEL[::-1]}}
    path, after = through(tmp_path, notebook(*cells))
    assert path.suffix == ".py"
    assert PIXEL not in path.read_text()
    assert set(json.loads((path.parent / ATTACHMENTS).read_text())) == {"sheet"}
    assert [c.get("attachments") for c in after.cells] == [c.get("attachments") for c in cells]


def test_a_missing_picture_is_told_with_file_and_cell(tmp_path: Path) -> None:
    cell = new_markdown_cell("![p](attachment:image.png)")
    cell["attachments"] = {"image.png": {"image/png": PIXEL}}
    path, _ = through(tmp_path, notebook(new_code_cell("1"), cell))
    (path.parent / ATTACHMENTS).unlink()
    with pytest.raises(CourseError, match=r"sheet\.py: cell 2: attachments='2' is not in"):
        read_lesson(path)


@pytest.mark.parametrize(
    "text", ["x = 1\n# %% no new cell\ny = 2", "# %matplotlib inline\nx", "a = 1\r\nb", "x\n\x0cy"]
)
def test_what_percent_text_would_change_comes_back_all_the_same(tmp_path: Path, text: str) -> None:
    before = stored(tmp_path, notebook(new_code_cell(text), new_code_cell("after")))
    _, after = through(tmp_path, notebook(new_code_cell(text), new_code_cell("after")))
    assert [cell.source for cell in after.cells] == [text, "after"]
    assert not differences(before, after)


def test_a_cell_that_holds_a_header_stays_a_notebook(tmp_path: Path) -> None:
    path, _ = through(tmp_path, notebook(new_code_cell("x = 1\n# %% no new cell\ny = 2")))
    assert path.name == "sheet.ipynb"
    assert not path.with_suffix(".py").exists()


def test_another_language_stays_a_notebook(tmp_path: Path) -> None:
    kernel = {"display_name": "R", "language": "R", "name": "ir"}
    cell = marked(new_code_cell("stopifnot(f(1) == 2)"), "f1", grade=True, points=1)
    path, after = through(tmp_path, notebook(cell, kernel=kernel))
    assert path.name == "sheet.ipynb"
    assert after.metadata.kernelspec == kernel
    assert after.cells[0].source == cell.source


@pytest.mark.parametrize("schema", [0, 1, 2])
def test_metadata_of_an_older_nbgrader_is_brought_up_to_date(tmp_path: Path, schema: int) -> None:
    cell = new_code_cell("assert f(1) == 2")
    own = {"grade": True, "locked": True, "solution": False, "grade_id": "f1", "points": 2}
    cell.metadata["nbgrader"] = {**own, "schema_version": schema} if schema else own
    after = through(tmp_path, notebook(cell))[1].cells[0]
    assert after.metadata.nbgrader == {**own, "schema_version": 3}


def test_a_notebook_of_the_third_format_is_read(tmp_path: Path) -> None:
    old = nbformat.v3.new_notebook(
        worksheets=[
            nbformat.v3.new_worksheet(
                cells=[
                    nbformat.v3.new_heading_cell("Areas", level=2),
                    nbformat.v3.new_code_cell("print 1", prompt_number=3),
                ]
            )
        ]
    )
    path = tmp_path / "old.ipynb"
    path.write_text(nbformat.v3.writes_json(old))
    assert [cell.source for cell in open_notebook(path).cells] == ["## Areas", "print 1"]


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", '{"cells": 3}', '{"nbformat": 4}', "\x00"])
def test_a_file_that_is_no_notebook_is_told_in_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.ipynb"
    path.write_text(text)
    with pytest.raises(CourseError, match=r"broken\.ipynb: is no notebook: .+") as caught:
        open_notebook(path)
    assert "\n" not in str(caught.value)


def code(grade_id: str = "g", **own: Any) -> Any:
    return marked(new_code_cell("assert f(1)"), grade_id, **own)


WRONG = {
    "no points": ([code(grade=True)], "cell 1: it is graded and has no points"),
    "an id twice": (
        [code("f", solution=True), code("f", locked=True)],
        "cell 2: its grade_id 'f' is that of cell 1 as well; give one of them another id",
    ),
    "no id": ([code("", grade=True, points=1)], "cell 1: it has no grade_id"),
    "an id with a blank": ([code("a b", locked=True)], "cell 1: its grade_id is 'a b'"),
    "points that are text": ([code(grade=True, points="two")], "its points are 'two'"),
    "negative points": ([code(grade=True, points=-1)], "its points are -1"),
    "a newer form": ([code(grade=True, points=1, schema_version=4)], "has the form 4"),
    "a task in code": ([code(task=True, points=1)], "a task is a code cell"),
    "a role that is text": ([code(grade="yes", points=1)], "grade is 'yes'"),
    "graded prose": (
        [marked(new_markdown_cell("x"), "m", grade=True, points=1)],
        "a Markdown cell is graded and not written by the student",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_nbgrader_refuses_is_told_with_the_cell(tmp_path: Path, case: str) -> None:
    cells, words = WRONG[case]
    node = stored(tmp_path, notebook(*cells))
    assert any(words in str(fault) for fault in faults(node)), list(map(str, faults(node)))
    path = write_lesson(node, tmp_path / "week", "sheet")
    with pytest.raises(CourseError, match=r"sheet\.\w+: cell \d+: "):
        read_lesson(path)


def test_what_nbgrader_takes_has_no_fault(tmp_path: Path) -> None:
    assert list(faults(stored(tmp_path, a_week()))) == []
