"""What is attacked: a week of two exercises that needs NumPy only."""

from pathlib import Path

from support.courses import write_course

from autograder.authoring.source import read
from autograder.authoring.texts import WeekTexts
from autograder.grading.grade import Assignment, make_assignment
from autograder.kernels.limits import Limits

WEEK = "week01_target"
#: Stands in a reference solution and in a hidden test; a student must never see it.
SOLUTION_MARK = "reference-only-4f1c"
TEST_MARK = "hidden-only-9b27"

MANIFEST = f"""\
course: {{id: target, title: A course under attack}}
weeks:
  - id: {WEEK}
    title: One step and a mean
    open: 2027-01-11T00:00:00+00:00
    due: 2027-01-17T23:59:59+00:00
grading:
  limits: {{cell_seconds: 5, program_seconds: 3, submission_seconds: 60, memory_mb: 1024}}
  late: {{grace_minutes: 15, penalty_per_day: 0.1, at_most: 0.5}}
"""

LESSON = f'''\
# %%
import numpy as np

# %% exercise="rnn_step"
def rnn_step(x, h, W, U, b):
    """One step: ``x`` (B, D), ``h`` (B, H), ``W`` (D, H), ``U`` (H, H), ``b`` (H,)."""
    ### BEGIN SOLUTION
    # {SOLUTION_MARK}
    return np.tanh(x @ W + h @ U + b)
    ### END SOLUTION

# %% tests="rnn_step" points=4
assert rnn_step(*(np.zeros(s) for s in [(1, 2), (1, 3), (2, 3), (3, 3), (3,)])).shape == (1, 3)

# %% exercise="mean_pool"
def mean_pool(h):
    """The mean over time of ``h`` (T, H)."""
    ### BEGIN SOLUTION
    return h.mean(axis=0)
    ### END SOLUTION

# %% tests="mean_pool" points=2
assert mean_pool(np.ones((2, 3))).shape == (3,)

# %% [markdown] question="why" points=1
# Why does tanh keep the state bounded?
'''

HIDDEN_TESTS = f"""\
import numpy as np

from autograder.judge import compare, verify


# {TEST_MARK}
def inputs(seed, batch=4, size=3, hidden=5):
    rng = np.random.default_rng(seed)
    shapes = (batch, size), (batch, hidden), (size, hidden), (hidden, hidden), (hidden,)
    return [rng.normal(size=shape) for shape in shapes]


@compare("rnn_step")
def a_random_step(impl):
    "a step on random weights"
    return impl.rnn_step(*inputs(1))


@compare("rnn_step")
def another_batch(impl):
    "a step of another batch"
    return impl.rnn_step(*inputs(2, batch=2, hidden=4))


@verify("rnn_step")
def the_bias_alone(impl):
    "without input and weights only the bias is left"
    _, _, W, U, b = inputs(3)
    found = impl.rnn_step(np.zeros((4, 3)), np.zeros((4, 5)), 0 * W, 0 * U, b)
    np.testing.assert_allclose(found, np.tanh(b)[None, :].repeat(4, 0), rtol=1e-6)


@verify("rnn_step")
def ten_steps_stay_bounded(impl):
    "ten steps, one after the other, stay between -1 and 1"
    x, h, W, U, b = inputs(4)
    for _ in range(10):
        h = impl.rnn_step(x, h, W, U, b)
        assert np.shape(h) == (4, 5), "the shape must stay"
        assert (np.abs(h) <= 1).all() and np.abs(h).max() > 0.01, "out of bounds"


@compare("mean_pool")
def a_random_sequence(impl):
    "a random sequence"
    return impl.mean_pool(np.random.default_rng(5).normal(size=(6, 4)))
"""

MISTAKES = """\
from autograder.authoring import edit

edit(
    "rnn_step",
    "transposes-the-recurrent-weights",
    "Look at the order of the factors.",
    ("h @ U", "h @ U.T"),
)
"""

TEXTS = WeekTexts(LESSON, HIDDEN_TESTS, MISTAKES)

RIGHT = {
    "rnn_step": "def rnn_step(x, h, W, U, b):\n    return np.tanh(x @ W + h @ U + b)\n",
    "mean_pool": "def mean_pool(h):\n    return np.mean(h, axis=0)\n",
}
FULL = 6.0


def make_course(folder: Path) -> Path:
    """Write the course into ``folder``."""
    return write_course(folder, MANIFEST, {WEEK: TEXTS})


def make_target(course: Path, **limits: float) -> Assignment:
    """The assignment of the course in ``course``, with the limits of its manifest."""
    usual = {"cell_seconds": 5.0, "program_seconds": 3.0, "memory_bytes": 1 << 30}
    return make_assignment(
        read(course / "solutions" / WEEK),
        "One step and a mean",
        Limits(**{**usual, **limits}),  # type: ignore[arg-type]
        submission_bytes=16 << 20,
        submission_seconds=60.0,
    )
