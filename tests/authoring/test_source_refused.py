"""What the build refuses of a source, with file and line."""

import pytest
from support.sources import EXERCISE, NBGRADER, TESTS, WEEK, replaced, source

from autograder.authoring.source import SourceError

BEGIN, END = "    ### BEGIN SOLUTION\n", "    ### END SOLUTION\n"
HIDDEN, SHOWN = "### BEGIN HIDDEN TESTS\n", "### END HIDDEN TESTS\n"
REFUSED: dict[str, tuple[str, int, str]] = {
    "an unclosed solution": (replaced(END, ""), 3, "BEGIN SOLUTION' is never closed"),
    "unclosed hidden tests": (replaced(SHOWN, ""), 8, "BEGIN HIDDEN TESTS' is never closed"),
    "a solution inside a solution": (replaced(BEGIN, BEGIN * 2), 4, "inside the one of line 3"),
    "hidden tests inside hidden tests": (
        replaced(HIDDEN, HIDDEN * 2),
        9,
        "inside the one of line 8",
    ),
    "an end without a begin": (replaced(BEGIN, ""), 4, "without '### BEGIN SOLUTION'"),
    "an end twice": (replaced(END, END * 2), 6, "without"),
    "hidden tests in an exercise": (replaced(BEGIN, "    " + HIDDEN + BEGIN), 3, "does not belong"),
    "a solution in the tests": (
        replaced(HIDDEN, "### BEGIN SOLUTION\n" + HIDDEN),
        8,
        "does not belong",
    ),
    "a solution in a given cell": (
        "# %%\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n" + WEEK,
        2,
        "role 'given'",
    ),
    "hidden tests in prose": (
        "# %% [markdown]\n# ### BEGIN HIDDEN TESTS\n" + WEEK,
        2,
        "does not belong",
    ),
    "a solution in a mistake": (
        WEEK + '# %% mistake="f" hint="no"\n### BEGIN SOLUTION\n',
        16,
        "role 'mistake'",
    ),
    "a marker of two hashes": (replaced("### BEGIN SOL", "## BEGIN SOL"), 3, "is not a marker"),
    "a marker in small letters": (
        replaced("### BEGIN HIDDEN TESTS", "### begin hidden tests"),
        8,
        "is not a marker",
    ),
    "a marker with a colon": (
        replaced("### END SOLUTION", "### END SOLUTION:"),
        5,
        "is not a marker",
    ),
    "an exercise without tests": (EXERCISE, 1, "exercise 'f' has no tests"),
    "tests without hidden tests": (
        replaced(HIDDEN, "").replace(SHOWN, ""),
        6,
        "has no hidden tests",
    ),
    "an exercise without a solution": (replaced(BEGIN, "").replace(END, ""), 1, "has no solution"),
    "tests before their exercise": (TESTS + EXERCISE, 10, "stand before it"),
    "an exercise twice": (WEEK + EXERCISE, 15, "repeated; it stands in line 1"),
    "tests twice": (WEEK + TESTS, 15, "repeated; it stands in line 6"),
    "a question of an exercise's name": (
        WEEK + '# %% [markdown] question="f" points=1\n# ?\n',
        15,
        "repeated",
    ),
    "tests of no exercise": (replaced('tests="f"', 'tests="g"'), 6, "no such exercise"),
    "a mistake of no exercise": (
        WEEK + '# %% mistake="g" hint="no"\nx = 1\n',
        15,
        "no such exercise",
    ),
    "an alternative of no exercise": (
        WEEK + '# %% alternative="g"\nx = 1\n',
        15,
        "no such exercise",
    ),
    "a mistake without a hint": (WEEK + '# %% mistake="f"\nx = 1\n', 15, "needs hint="),
    "a mistake with an empty hint": (
        WEEK + '# %% mistake="f" hint=" "\nx = 1\n',
        15,
        "needs hint=",
    ),
    "tests without points": (replaced(" points=2", ""), 6, "needs points="),
    "tests for 0 points": (replaced("points=2", "points=0"), 6, "needs points="),
    "tests for less than 0 points": (replaced("points=2", "points=-1"), 6, "needs points="),
    "tests for points in words": (replaced("points=2", 'points="two"'), 6, "needs points="),
    "tests for true points": (replaced("points=2", "points=true"), 6, "needs points="),
    "tests for infinite points": (replaced("points=2", "points=1e999"), 6, "needs points="),
    "a question without points": (
        WEEK + '# %% [markdown] question="q"\n# ?\n',
        15,
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
    "an unknown key on its own": ('# %% exrcise="f"\nx = 1\n' + WEEK, 1, "unknown key 'exrcise'"),
    "an unknown word": ("# %% experimnt\nx = 1\n" + WEEK, 1, "unknown word 'experimnt'"),
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
        WEEK + '# %% question="q" points=1\nx = 1\n',
        15,
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
    "hidden tests that do not parse": (
        replaced("def one(impl):", "def one(impl)"),
        12,
        "expected ':'",
    ),
    "metadata of nbgrader without a name": (
        '# %% nbgrader={"grade": true, "solution": false}\nx = 1\n' + WEEK,
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
def test_it_refuses(text: str, line: int, words: str) -> None:
    with pytest.raises(SourceError, match=rf"^week\.py:{line}: .*{words}"):
        source(text)
