"""An author's error names file and line, and is not laid at a student's door."""

import pickle
from pathlib import Path

import pytest
from support import exams
from support.courses import changed
from support.exams import RIGHT, TEXTS, UNIT, judge

from autograder.authoring.faults import SourceError
from autograder.authoring.source import parse
from autograder.authoring.texts import WeekTexts
from autograder.judge.exam import Exam, open_exam


def opened(texts: WeekTexts) -> Exam:
    return open_exam(parse(texts, exams.FOLDER, "week"))


def spoiled(old: str, new: str) -> WeekTexts:
    """The week with one thing in it spoiled."""
    return changed(TEXTS, old, new)


def line(text: str, words: str) -> int:
    """The line of a text that holds ``words``, which nothing else does."""
    assert text.count(words) == 1
    return text[: text.index(words)].count("\n") + 1


FAULTS: dict[str, tuple[WeekTexts, str, int, str]] = {
    "a given cell that raises": (
        spoiled("# %%\nimport numpy as np\n", "# %%\nimport numpy as np\n1 / 0\n"),
        "lesson",
        1,
        "given cell raises ZeroDiv",
    ),
    "an exercise that raises": (
        spoiled("def unit", "undefined\ndef unit"),
        "lesson",
        line(exams.LESSON, '# %% exercise="unit"'),
        "exercise cell raises NameError",
    ),
    "hidden tests that raise": (
        spoiled('@compare("norm")\ndef random', '1 / 0\n\n\n@compare("norm")\ndef random'),
        "hidden_tests",
        line(exams.HIDDEN_TESTS, '@compare("norm")\ndef random'),
        "the hidden tests raise ZeroDivisionError",
    ),
    "hidden tests that use a name of the lesson": (
        spoiled('@compare("unit")', 'norm\n\n\n@compare("unit")'),
        "hidden_tests",
        line(exams.HIDDEN_TESTS, '@compare("unit")'),
        "NameError: name 'norm' is not defined",
    ),
    "points of 0": (
        spoiled("points=2, rtol", "points=0, rtol"),
        "hidden_tests",
        line(exams.HIDDEN_TESTS, '@compare("norm", points=2'),
        "above 0",
    ),
}


@pytest.mark.parametrize(("texts", "file", "number", "words"), FAULTS.values(), ids=FAULTS)
def test_an_authors_error_names_file_and_line(
    texts: WeekTexts, file: str, number: int, words: str
) -> None:
    with pytest.raises(SourceError, match=rf"^week/{file}\.py:{number}: .*{words}"):
        opened(texts)


LATE: dict[str, tuple[WeekTexts, str, int, str]] = {
    "a program that raises": (
        spoiled("return impl.unit(np", "return 1 / 0, impl.unit(np"),
        "hidden_tests",
        line(exams.HIDDEN_TESTS, "def a_unit_vector"),
        "a_unit_vector on the reference",
    ),
    "a reference that raises": (
        spoiled("return x / norm(x)", "raise KeyError('no')"),
        "hidden_tests",
        line(exams.HIDDEN_TESTS, "def a_unit_vector"),
        "KeyError: key 'no' not found",
    ),
    "a mistake that raises": (
        spoiled("    def norm(x):\n        return x[1_000_000]", "    1 / 0"),
        "mistakes",
        line(exams.MISTAKES, "def indexes_past_end"),
        "'indexes-past-end' raises ZeroDivisionError",
    ),
}


@pytest.mark.parametrize(("texts", "file", "number", "words"), LATE.values(), ids=LATE)
def test_an_authors_error_that_shows_late_names_file_and_line_too(
    texts: WeekTexts, file: str, number: int, words: str
) -> None:
    exam = opened(texts)
    with pytest.raises(SourceError, match=rf"^week/{file}\.py:{number}: .*{words}"):  # noqa: PT012
        judge(exam, RIGHT + UNIT, "unit")
        judge(exam, "def norm(x): return 17.25")


def test_a_fault_of_a_source_travels_between_processes() -> None:
    error = SourceError(Path("lesson.py"), 7, "a cell raises")
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, SourceError)
    assert str(again) == str(error) == "lesson.py:7: a cell raises"
