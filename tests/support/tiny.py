"""A course of one small week, without torch, for tests that need a whole course."""

from pathlib import Path

from autograder.authoring.texts import WeekTexts
from support.courses import write_course

WEEK = "week01_tiny"

MANIFEST = f"""\
course: {{id: tiny, title: A tiny course}}
weeks:
  - id: {WEEK}
    title: Doubling
    open: 2027-01-11T00:00:00+00:00
    due: 2027-01-17T23:59:59+00:00
grading:
  limits: {{cell_seconds: 20, program_seconds: 5, submission_seconds: 120}}
  late: {{grace_minutes: 15, penalty_per_day: 0.1, at_most: 0.5}}
"""

LESSON = '''\
# %% [markdown]
# # A tiny week

# %%
import numpy as np

SCALE = 2

# %% [markdown]
# ## Exercise 1

# %% exercise="double"
def double(x):
    """Twice ``x``, an array (N,)."""
    ### BEGIN SOLUTION
    scaled = np.multiply(x, SCALE)
    return scaled + np.zeros_like(scaled)
    ### END SOLUTION

# %% tests="double" points=3
assert double(np.array([1.0]))[0] == 2.0, "the double of 1 must be 2"
print("double: visible checks passed")

# %% experiment
trained = double(np.arange(3.0))
print(trained)

# %% exercise="double_sum"
def double_sum(x):
    """Twice the sum of ``x``."""
    ### BEGIN SOLUTION
    total = double(np.asarray(x, dtype=float)).sum()
    return float(total)
    ### END SOLUTION

# %% tests="double_sum" points=2 needs="double"
assert double_sum([1.0, 2.0]) == 6.0, "twice the sum of 1 and 2 must be 6"

# %% [markdown] question="why" points=1
# Why is the double of a sum the sum of the doubles?
'''

HIDDEN_TESTS = '''\
"""What the hidden tests of the tiny week run."""

import numpy as np

from autograder.judge import compare, verify


@compare("double")
def three_numbers(impl):
    "three numbers of either sign"
    return impl.double(np.array([1.5, -2.25, 0.5]))


@compare("double")
def many_numbers(impl):
    "a hundred random numbers"
    return impl.double(np.random.default_rng(1).normal(size=100))


@verify("double")
def nothing_stays_nothing(impl):
    "the double of no number at all"
    assert np.shape(impl.double(np.zeros(0))) == (0,), "no number in, no number out"


@compare("double_sum")
def a_few_numbers(impl):
    "the doubled sum of a few numbers"
    return impl.double_sum([0.25, 1.5, 4.0])
'''

MISTAKES = '''\
"""Known mistakes of the tiny week."""

from autograder.authoring import edit

edit(
    "double",
    "squares-instead",
    "That is the square: add x to itself instead.",
    ("np.multiply(x, SCALE)", "np.asarray(x) ** 2"),
)
'''

ALTERNATIVES = '''\
"""Right solutions of the tiny week, written differently."""

import numpy as np

from autograder.authoring import alternative


@alternative("double")
def adds_to_itself():
    def double(x):
        return np.asarray(x) + np.asarray(x)
'''

TEXTS = WeekTexts(LESSON, HIDDEN_TESTS, MISTAKES, ALTERNATIVES)

#: What a student would write, and what one writes who makes the known mistake.
RIGHT = {
    "double": "def double(x):\n    return np.asarray(x) * 2\n",
    "double_sum": "def double_sum(x):\n    return float(np.sum(double(np.asarray(x))))\n",
}
WRONG = {**RIGHT, "double": "def double(x):\n    return np.asarray(x) ** 2\n"}


def make_course(folder: Path, texts: WeekTexts = TEXTS, manifest: str = MANIFEST) -> Path:
    """Write the tiny course into ``folder``."""
    return write_course(folder, manifest, {WEEK: texts})
