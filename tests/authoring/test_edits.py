"""An edit puts new text in the place of old text that is there exactly once, and nothing else."""

import textwrap

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from autograder.authoring.edits import Edit, EditError

REFERENCE = """\
def f(x):
    total = 0
    for value in x:
        if value > 0:
            total += value
            count = 1
    return total / len(x)
"""

words = st.text("abcxyz_ ()=+", min_size=1, max_size=12).map(str.strip).filter(bool)
lines = st.lists(st.builds("{}{}".format, st.sampled_from(["", "    "]), words), max_size=6)
#: Lines that are never among those.
others = st.lists(st.text("123", min_size=1, max_size=3), max_size=6)


def dedented(rows: list[str]) -> str:
    return textwrap.dedent("\n".join(rows))


def test_one_line_is_any_part_of_a_line() -> None:
    assert Edit("len(x)", "n").apply(REFERENCE) == REFERENCE.replace("len(x)", "n")


def test_nothing_may_take_the_place_of_a_part() -> None:
    assert Edit(" / len(x)", "").apply(REFERENCE) == REFERENCE.replace(" / len(x)", "")


def test_several_lines_in_the_place_of_a_part_are_indented_like_it() -> None:
    found = Edit("total += value", "total += value\ntotal -= 1").apply(REFERENCE)
    assert "            total += value\n            total -= 1\n            count" in found


def test_several_lines_match_at_any_indentation() -> None:
    old = """
        if value > 0:
            total += value
    """
    new = """
        total += value
        if value > 0:
    """
    found = Edit(old, new).apply(REFERENCE)
    assert "\n        total += value\n        if value > 0:\n            count = 1\n" in found


def test_lines_may_be_taken_out() -> None:
    found = Edit("\n    total += value\n    count = 1\n", "").apply(REFERENCE)
    assert "        if value > 0:\n    return total" in found


@pytest.mark.parametrize(
    "old",
    [
        pytest.param("\nif value > 0:\ntotal += value\n", id="another depth inside"),
        pytest.param("\ntotal += value\ncount\n", id="part of a line"),
        pytest.param("\ntotal += value\nreturn total / len(x)\n", id="lines apart"),
        pytest.param("\n\n", id="nothing"),
    ],
)
def test_several_lines_match_whole_lines_one_after_the_other(old: str) -> None:
    with pytest.raises(EditError, match="is not in the reference"):
        Edit(old, "x").apply(REFERENCE)


def test_a_line_that_comes_twice_is_told_with_how_often() -> None:
    with pytest.raises(EditError, match=r"'value' is in the reference 3 times; .* exactly once"):
        Edit("value", "item").apply(REFERENCE)


def test_places_that_overlap_are_two() -> None:
    with pytest.raises(EditError, match=r"'a\+a' is in the reference 2 times"):
        Edit("a+a", "b").apply("x = a+a+a")


@given(before=words, old=words, after=words, new=words)
def test_a_part_is_replaced_and_the_rest_stays(before: str, old: str, after: str, new: str) -> None:
    text = f"{before}[{old}]{after}"
    assume(text.count(old) == 1)
    assert Edit(old, new).apply(text) == f"{before}[{new}]{after}"


@given(
    before=others,
    old=lines.filter(lambda rows: len(rows) > 1),
    new=lines,
    after=others,
    depth=st.integers(0, 3),
)
def test_lines_are_moved_to_where_the_old_ones_were(
    before: list[str], old: list[str], new: list[str], after: list[str], depth: int
) -> None:
    indent = "    " * depth
    inside = textwrap.indent(dedented(old), indent)
    text = "\n".join([*before, *inside.split("\n"), *after])
    found = Edit(dedented(old), dedented(new)).apply(text)
    wanted = textwrap.indent(dedented(new), indent).split("\n") if new else []
    assert found == "\n".join([*before, *wanted, *after])


@given(text=st.text("ab\n"), old=st.text("ab\n"), new=st.text("ab\n"))
def test_an_edit_and_its_opposite_change_nothing(text: str, old: str, new: str) -> None:
    try:
        there = Edit(old, new).apply(text)
        back = Edit(new, old).apply(there)
    except EditError:
        return
    assert back.split() == text.split()


@given(text=st.text("ab\n "), old=st.text("ab\n "))
def test_what_is_not_there_once_is_refused_and_nothing_else_raised(text: str, old: str) -> None:
    once = "\n" not in old.strip("\n") and old.strip() and text.count(old.strip("\n")) == 1
    try:
        Edit(old, "new").apply(text)
    except EditError:
        assert not once
