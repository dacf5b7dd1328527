"""What the build refuses of a lesson, with file and line."""

import pytest
from support.courses import changed
from support.sources import EXERCISE, LESSON, NBGRADER, TESTS, lesson, source

from autograder.authoring.faults import SourceError

BEGIN, END = "    ### BEGIN SOLUTION\n", "    ### END SOLUTION\n"
HIDDEN = "### BEGIN HIDDEN TESTS\n"


def replaced(old: str, new: str) -> str:
    """The small lesson with one thing in it spoiled."""
    return changed(lesson(LESSON), old, new).lesson


REFUSED: dict[str, tuple[str, int, str]] = {
    "an unclosed solution": (replaced(END, ""), 3, "BEGIN SOLUTION' is never closed"),
    "a solution inside a solution": (replaced(BEGIN, BEGIN * 2), 4, "inside the one of line 3"),
    "an end without a begin": (replaced(BEGIN, ""), 4, "without '### BEGIN SOLUTION'"),
    "an end twice": (replaced(END, END * 2), 6, "without"),
    "hidden tests without an end": (LESSON + HIDDEN, 8, "'### BEGIN HIDDEN TESTS' is never closed"),
    "hidden tests in an exercise": (
        replaced(BEGIN, "    " + HIDDEN + BEGIN),
        3,
        "hidden tests stand in hidden_tests.py",
    ),
    "hidden tests in prose": (
        "# %% [markdown]\n# ### BEGIN HIDDEN TESTS\n" + LESSON,
        2,
        "hidden tests stand in hidden_tests.py",
    ),
    "the end of hidden tests": (
        LESSON + "### END HIDDEN TESTS\n",
        8,
        "'### END HIDDEN TESTS' without '### BEGIN HIDDEN TESTS'",
    ),
    "a mistake in the lesson": (
        LESSON + '# %% mistake="f" hint="no"\nx = 1\n',
        8,
        "unknown key 'hint'",
    ),
    "an alternative in the lesson": (
        LESSON + '# %% alternative="f"\nx = 1\n',
        8,
        "unknown key 'alternative'",
    ),
    "a solution in the tests": (LESSON + "### BEGIN SOLUTION\n", 8, "does not belong"),
    "a solution in a given cell": (
        "# %%\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n" + LESSON,
        2,
        "role 'given'",
    ),
    "a marker of two hashes": (replaced("### BEGIN SOL", "## BEGIN SOL"), 3, "is not a marker"),
    "a marker in small letters": (LESSON + HIDDEN.lower(), 8, "is not a marker"),
    "a marker with a colon": (
        replaced("### END SOLUTION", "### END SOLUTION:"),
        5,
        "is not a marker",
    ),
    "an exercise without tests": (EXERCISE, 1, "exercise 'f' has no tests"),
    "an exercise without a solution": (replaced(BEGIN, "").replace(END, ""), 1, "has no solution"),
    "tests before their exercise": (TESTS + EXERCISE, 3, "stand before it"),
    "an exercise twice": (LESSON + EXERCISE, 8, "repeated; it stands in line 1"),
    "tests twice": (LESSON + TESTS, 8, "repeated; it stands in line 6"),
    "a question of an exercise's name": (
        LESSON + '# %% [markdown] question="f" points=1\n# ?\n',
        8,
        "repeated",
    ),
    "tests of no exercise": (replaced('tests="f"', 'tests="g"'), 6, "no such exercise"),
    "tests without points": (replaced(" points=2", ""), 6, "needs points="),
    "tests for 0 points": (replaced("points=2", "points=0"), 6, "needs points="),
    "tests for less than 0 points": (replaced("points=2", "points=-1"), 6, "needs points="),
    "tests for points in words": (replaced("points=2", 'points="two"'), 6, "needs points="),
    "tests for true points": (replaced("points=2", "points=true"), 6, "needs points="),
    "tests for infinite points": (replaced("points=2", "points=1e999"), 6, "needs points="),
    "a question without points": (
        LESSON + '# %% [markdown] question="q"\n# ?\n',
        8,
        "needs points=",
    ),
    "tests that need nothing known": (replaced("points=2", 'points=2 needs="g"'), 6, "needs='g'"),
    "tests that need their own exercise": (
        replaced("points=2", 'points=2 needs="f"'),
        6,
        "needs='f'",
    ),
    "an unknown key": (
        replaced("points=2", "points=2 ponits=3"),
        6,
        "unknown key 'ponits' beside 'tests'",
    ),
    "an unknown key on its own": ('# %% exrcise="f"\nx = 1\n' + LESSON, 1, "unknown key 'exrcise'"),
    "an unknown word": ("# %% experimnt\nx = 1\n" + LESSON, 1, "unknown word 'experimnt'"),
    "points of an exercise": (
        replaced('exercise="f"', 'exercise="f" points=2'),
        1,
        "unknown key 'points'",
    ),
    "two roles": (
        replaced('tests="f"', 'tests="f" exercise="f"'),
        6,
        "cannot be exercise and tests",
    ),
    "a name that is none": (replaced('exercise="f"', 'exercise="f g"'), 1, "is not a name"),
    "a name that is a path": (replaced('exercise="f"', 'exercise="../f"'), 1, "is not a name"),
    "no name": (replaced('exercise="f"', 'exercise=""'), 1, "is not a name"),
    "a question in code": (
        LESSON + '# %% question="q" points=1\nx = 1\n',
        8,
        r"belongs in the header of a \[markdown\]",
    ),
    "an exercise in markdown": (
        replaced("# %% ex", "# %% [markdown] ex"),
        1,
        "belongs in the header of a code",
    ),
    "code that does not parse": (
        replaced("return x + 1", "return x +"),
        4,
        "invalid syntax in this exercise",
    ),
    "metadata of nbgrader without a name": (
        '# %% nbgrader={"grade": true, "solution": false}\nx = 1\n' + LESSON,
        1,
        "'grade_id'",
    ),
    "tests by nbgrader without points": (
        replaced('tests="f" points=2', NBGRADER % ("t", "true", "false", "")),
        6,
        "needs points=",
    ),
}


@pytest.mark.parametrize(("text", "line", "words"), REFUSED.values(), ids=REFUSED)
def test_a_lesson_is_refused_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(SourceError, match=rf"^week/lesson\.py:{line}: .*{words}"):
        source(text)
