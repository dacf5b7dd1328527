"""What the build refuses of hidden tests, with file and line."""

import pytest
from support.sources import HIDDEN_TESTS, LESSON, source

from autograder.authoring.faults import SourceError
from autograder.authoring.texts import WeekTexts

#: The decorator of the small week's one program is in line 4, its function in line 5.
HEAD = '@compare("f")\ndef one(impl):\n'
SECOND = HIDDEN_TESTS + '\n\n@compare("f")\ndef {}:\n    return impl.f(2)\n'


def headed(head: str) -> str:
    """The hidden tests with another beginning of their one program."""
    assert HIDDEN_TESTS.count(HEAD) == 1
    return HIDDEN_TESTS.replace(HEAD, head)


REFUSED: dict[str, tuple[str, int, str]] = {
    "no exercise": (headed("@compare\ndef one(impl):\n"), 5, "name its exercise"),
    "empty brackets": (headed("@compare()\ndef one(impl):\n"), 5, "name its exercise"),
    "points in the place of the exercise": (
        headed("@verify(points=2)\ndef one(impl):\n"),
        5,
        r'one: name its exercise: @verify\("EXERCISE"\)',
    ),
    "an exercise that is a name": (headed("@compare(F)\ndef one(impl):\n"), 5, "name its exercise"),
    "an exercise that does not exist": (
        SECOND.format("two(impl)").replace('@compare("f")\ndef two', '@compare("g")\ndef two'),
        11,
        "two: there is no exercise 'g' with tests",
    ),
    "two of one name": (
        SECOND.format("one(impl)"),
        11,
        "the program 'one' stands in line 5 already",
    ),
    "no parameter": (SECOND.format("two()"), 11, "has one parameter"),
    "two parameters": (SECOND.format("two(impl, seed)"), 11, "two: a program has one parameter"),
    "two parameters, one with a default": (SECOND.format("two(impl, n=1)"), 11, "one parameter"),
    "any number of parameters": (SECOND.format("two(*impl)"), 11, "has one parameter"),
    "any keywords": (SECOND.format("two(impl, **more)"), 11, "has one parameter"),
    "no Python": (headed('@compare("f")\ndef one(impl)\n'), 5, "expected ':'"),
}


@pytest.mark.parametrize(("text", "line", "words"), REFUSED.values(), ids=REFUSED)
def test_hidden_tests_are_refused_with_their_line(text: str, line: int, words: str) -> None:
    with pytest.raises(SourceError, match=rf"^week/hidden_tests\.py:{line}: .*{words}"):
        source(WeekTexts(LESSON, text))


@pytest.mark.parametrize("text", ["", "import math\n", HIDDEN_TESTS.replace('@compare("f")\n', "")])
def test_an_exercise_without_programs_is_refused(text: str) -> None:
    with pytest.raises(
        SourceError, match=r"^week/lesson\.py:6: tests='f': hidden_tests\.py has no program for it"
    ):
        source(WeekTexts(LESSON, text))
