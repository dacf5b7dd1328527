"""A week of two exercises to judge, and students of all kinds."""

from pathlib import Path
from typing import Any

from autograder.judge.exam import Exam, Result
from autograder.remote.proxy import LocalLink

TEXT = """\
# %%
import numpy as np

# %% exercise="norm"
def norm(x):
    ### BEGIN SOLUTION
    return float(np.sqrt((x ** 2).sum()))
    ### END SOLUTION

# %% tests="norm" points=4
norm(np.ones(1))
### BEGIN HIDDEN TESTS
from autograder.judge import compare, verify

@compare
def random_vector(impl):
    "a random vector"
    return impl.norm(np.random.default_rng(1).normal(size=5))

@compare(points=2, rtol=0.5)
def roughly(impl):
    "roughly right on a long vector"
    return impl.norm(np.arange(1000.0))

@verify
def never_negative(impl):
    "a norm is never negative"
    assert impl.norm(np.array([-3.0, 1.0])) >= 3, "the norm must be at least the largest entry"

@verify
def against_numpy(impl):
    "agrees with NumPy"
    np.testing.assert_allclose(float(impl.norm(np.array([3.0, 4.0]))), 5.0)
### END HIDDEN TESTS

# %% mistake="norm" hint="Take the root." name="no_root"
def norm(x):
    return float((x ** 2).sum())

# %% mistake="norm" hint="Square before you sum."
def norm(x):
    return float(x.sum())

# %% mistake="norm" hint="Do not index past the end."
def norm(x):
    return x[1_000_000]

# %% exercise="unit"
def unit(x):
    ### BEGIN SOLUTION
    return x / norm(x)
    ### END SOLUTION

# %% tests="unit" points=1 needs="norm"
### BEGIN HIDDEN TESTS
from autograder.judge import compare

@compare
def a_unit_vector(impl):
    "a vector of length 1"
    return impl.unit(np.array([3.0, 4.0]))
### END HIDDEN TESTS
"""

PATH = Path("week.py")
RIGHT = "import numpy as np\ndef norm(x): return float(np.linalg.norm(x))\n"
UNIT = "def unit(x): return x / norm(x)\n"


def student(code: str) -> LocalLink:
    names: dict[str, Any] = {}
    exec(compile(code, "<cell 1>", "exec"), names)
    return LocalLink(names)


def judge(exam: Exam, code: str, exercise: str = "norm") -> dict[str, Result]:
    link = student(code)
    return {r.name: r for r in exam.judge(exercise, lambda: link, seconds=5)}
