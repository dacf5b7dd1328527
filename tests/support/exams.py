"""A week of two exercises to judge, and students of all kinds."""

from pathlib import Path
from typing import Any

from autograder.authoring.texts import WeekTexts
from autograder.judge.exam import Exam
from autograder.judge.result import Result
from autograder.remote.proxy import LocalLink

FOLDER = Path("week")
LESSON = """\
# %%
import numpy as np

# %% exercise="norm"
def norm(x):
    ### BEGIN SOLUTION
    return float(np.sqrt((x ** 2).sum()))
    ### END SOLUTION

# %% tests="norm" points=4
norm(np.ones(1))

# %% exercise="unit"
def unit(x):
    ### BEGIN SOLUTION
    return x / norm(x)
    ### END SOLUTION

# %% tests="unit" points=1 needs="norm"
unit(np.ones(1))
"""

HIDDEN_TESTS = """\
import numpy as np

from autograder.judge import compare, verify


@compare("norm")
def random_vector(impl):
    "a random vector"
    return impl.norm(np.random.default_rng(1).normal(size=5))


@compare("norm", points=2, rtol=0.5)
def roughly(impl):
    "roughly right on a long vector"
    return impl.norm(np.arange(1000.0))


@verify("norm")
def never_negative(impl):
    "a norm is never negative"
    assert impl.norm(np.array([-3.0, 1.0])) >= 3, "the norm must be at least the largest entry"


@verify("norm")
def against_numpy(impl):
    "agrees with NumPy"
    np.testing.assert_allclose(float(impl.norm(np.array([3.0, 4.0]))), 5.0)


@compare("unit")
def a_unit_vector(impl):
    "a vector of length 1"
    return impl.unit(np.array([3.0, 4.0]))
"""

MISTAKES = """\
from autograder.authoring import edit, mistake

edit(
    "norm",
    "forgets-root",
    "Take the root.",
    ("np.sqrt((x ** 2).sum())", "(x ** 2).sum()"),
)
edit(
    "norm",
    "sums-without-squares",
    "Square before you sum.",
    ("np.sqrt((x ** 2).sum())", "x.sum()"),
)


@mistake("norm", "Do not index past the end.")
def indexes_past_end():
    def norm(x):
        return x[1_000_000]
"""

TEXTS = WeekTexts(LESSON, HIDDEN_TESTS, MISTAKES)
RIGHT = "import numpy as np\ndef norm(x): return float(np.linalg.norm(x))\n"
UNIT = "def unit(x): return x / norm(x)\n"


def student(code: str) -> LocalLink:
    """A link to what a student wrote."""
    names: dict[str, Any] = {}
    exec(compile(code, "<cell 1>", "exec"), names)
    return LocalLink(names)


def judge(exam: Exam, code: str, exercise: str = "norm") -> dict[str, Result]:
    """The results of an exercise's programs on what a student wrote, by their names."""
    link = student(code)
    return {r.name: r for r in exam.judge(exercise, lambda: link, seconds=5)}
