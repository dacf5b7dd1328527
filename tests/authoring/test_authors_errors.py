"""An author's error names file and line, and is not laid at a student's door."""

import pytest
from support.exams import PATH, RIGHT, TEXT, UNIT, judge

from autograder.authoring.source import SourceError, parse
from autograder.judge.exam import open_exam


def break_(old: str, new: str) -> str:
    assert TEXT.count(old) == 1
    return TEXT.replace(old, new)


FAULTS: dict[str, tuple[str, int, str]] = {
    "a given cell that raises": (
        break_("import numpy as np\n\n# %% ex", "1 / 0\n\n# %% ex"),
        1,
        "given cell raises ZeroDiv",
    ),
    "an exercise that raises": (
        break_("def unit", "undefined\ndef unit"),
        48,
        "exercise cell raises NameError",
    ),
    "tests that raise": (
        break_("@compare\ndef random", "1 / 0\n@compare\ndef random"),
        10,
        "tests cell raises Zero",
    ),
    "no program": (break_("@compare\ndef a_unit", "def a_unit"), 54, "no @compare or @verify"),
    "a program twice": (
        break_("def roughly", "def random_vector"),
        10,
        "the program 'random_vector' twice",
    ),
    "points of 0": (break_("points=2, rtol", "points=0, rtol"), 10, "above 0"),
}


@pytest.mark.parametrize(("text", "line", "words"), FAULTS.values(), ids=FAULTS)
def test_an_authors_error_names_file_and_line(text: str, line: int, words: str) -> None:
    with pytest.raises(SourceError, match=rf"week\.py:{line}: .*{words}"):
        open_exam(parse(text, PATH, "week"))


LATE: dict[str, tuple[str, int, str]] = {
    "a program that raises": (
        break_("return impl.unit(np", "return 1 / 0, impl.unit(np"),
        54,
        "a_unit_vector on the reference",
    ),
    "a reference that raises": (
        break_("return x / norm(x)", "raise KeyError('no')"),
        54,
        "KeyError: key 'no' not found",
    ),
    "two mistakes of one name": (break_('sum."', 'sum." name="no_root"'), 40, "two mistakes"),
    "a mistake that raises": (
        break_("def norm(x):\n    return float(x.sum())", "1 / 0"),
        40,
        "mistake cell raises",
    ),
}


@pytest.mark.parametrize(("text", "line", "words"), LATE.values(), ids=LATE)
def test_so_does_an_error_that_shows_when_it_is_used(text: str, line: int, words: str) -> None:
    def use() -> None:
        exam = open_exam(parse(text, PATH, "week"))
        judge(exam, RIGHT + UNIT, "unit")
        judge(exam, "def norm(x): return 17.25")

    with pytest.raises(Exception, match=words) as caught:
        use()
    assert f"week.py:{line}: " in str(caught.value)
