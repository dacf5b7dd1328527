"""A written answer is read by a person, wherever it stands."""

import copy
import json
import time
from typing import Any

import pytest
from nbgrader.utils import determine_grade
from support import tiny
from support.notebooks import Clean, Tree, cell, cell_of, new_cell, said, texts

from autograder.course.cells import marking
from autograder.grading.answers import added_lines, with_pictures

ANSWER = "Because a factor goes in front of the sum."
PNG = {"image/png": "iVBORw0KGgo="}


def is_asked_for(answer: Any) -> bool:
    """Whether nbgrader leaves the mark of an answer to a person."""
    score, most = determine_grade(answer)
    assert most == 1.0
    return score is None


def with_cells(right: Tree, *cells: Tree) -> Tree:
    tree = copy.deepcopy(right)
    tree["cells"] += cells
    return tree


ELSEWHERE: dict[str, Tree] = {
    "prose": new_cell(ANSWER, "markdown"),
    "raw text": new_cell(ANSWER, "raw"),
    "code that is none": new_cell(ANSWER),
    "a comment": new_cell(f"# {ANSWER}"),
    "a text": new_cell(f'"""{ANSWER}"""'),
    "printed": new_cell(f"print('''{ANSWER}''')"),
}


@pytest.mark.parametrize("other", ELSEWHERE.values(), ids=ELSEWHERE)
def test_an_answer_in_a_cell_of_one_s_own_is_read_by_a_person(
    sanitised: Clean, right: Tree, other: Tree
) -> None:
    result = sanitised(with_cells(right, other))
    answer = cell(result, "why")
    assert ANSWER in answer.source
    assert is_asked_for(answer)
    assert result.notes[-1].cell == "why"
    assert other["source"] in texts(result.notebook), "and it stays where it was"


def test_an_answer_whose_cell_lost_its_metadata_is_read_by_a_person(
    sanitised: Clean, right: Tree
) -> None:
    tree = copy.deepcopy(right)
    cell_of(tree, "why").update(source=ANSWER, metadata={}, id="x", attachments={"a.png": PNG})
    answer = cell(sanitised(tree), "why")
    assert (answer.source, answer.attachments) == (ANSWER, {"a.png": PNG})
    assert is_asked_for(answer)


@pytest.mark.parametrize("whole", [True, False], ids=["in its place", "below it"])
def test_an_answer_in_the_courses_own_prose_is_kept(
    sanitised: Clean, right: Tree, whole: bool
) -> None:
    tree = copy.deepcopy(right)
    prose = tree["cells"][2]
    title = "".join(prose["source"])
    prose["source"] = ANSWER if whole else f"{title}\n\n{ANSWER}"
    result = sanitised(tree)
    assert texts(result.notebook)[2:4] == [title, ANSWER]
    assert is_asked_for(cell(result, "why"))
    assert any("kept in a cell below it" in text for text in said(result))


def test_nobody_is_asked_where_nothing_was_written(sanitised: Clean, right: Tree) -> None:
    for tree in (right, with_cells(right, new_cell("x = 1"), new_cell(" ", "markdown"))):
        assert not is_asked_for(cell(sanitised(tree), "why"))


def test_code_is_no_answer(sanitised: Clean, right: Tree) -> None:
    helper = new_cell('words = "one two three four"\nprint(words)')
    result = sanitised(with_cells(right, helper))
    assert not is_asked_for(cell(result, "why"))


def test_an_answer_in_its_place_takes_no_other_text(sanitised: Clean, right: Tree) -> None:
    tree = with_cells(right, new_cell("My notes on this.", "markdown"))
    cell_of(tree, "why")["source"] = ANSWER
    result = sanitised(tree)
    assert cell(result, "why").source == ANSWER
    assert texts(result.notebook)[-1] == "My notes on this."
    assert result.notes == []


def test_an_answer_cannot_change_what_it_is_worth(sanitised: Clean, right: Tree) -> None:
    forged = {"nbgrader": {"grade_id": "why", "points": 99, "grade": True, "solution": True}}
    tree = copy.deepcopy(right)
    tree["cells"].remove(cell_of(tree, "why"))
    tree["cells"].append(new_cell(ANSWER, "markdown", metadata=forged))
    assert marking(cell(sanitised(tree), "why")).points == 1.0


def test_only_new_lines_of_the_courses_prose_are_the_students() -> None:
    assert added_lines("# Title\n\nmine\n text ", "# Title\ntext\n") == "mine"


def test_pictures_that_are_not_attached_are_left_out() -> None:
    text = "![](attachment:a.png) ![](attachment:b c.png) ![](attachment:gone.png)"
    found = with_pictures(text, {"a.png": PNG, "b c.png": PNG})
    assert found == text.replace("attachment:gone", "missing:gone")


def test_many_pictures_and_references_take_no_time() -> None:
    names = {f"{n}.png": PNG for n in range(20_000)}
    text = "".join(f"![](attachment:{n}.jpg)\n" for n in range(20_000))
    start = time.process_time()
    assert with_pictures(text, names).count("missing:") == 20_000
    assert time.process_time() - start < 2.0


def test_the_stub_of_an_answer_is_the_courses(tiny_notebook: str) -> None:
    tree = json.loads(tiny_notebook)
    assert "".join(cell_of(tree, "why")["source"]).startswith("Why is the double")
    assert "why" not in tiny.RIGHT
