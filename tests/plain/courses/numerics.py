"""Numerics: arrays, callbacks, changes in place, data files, partial credit."""

from .form import Attempt, Model, Sheet

TIDES = Sheet(
    "tides",
    r'''
# %% [markdown]
# Tides

# %%
import numpy as np

levels = np.loadtxt("data/levels.csv", delimiter=",", skiprows=1)

# %% answer simpson
def simpson(f, a, b, n=20):
    """The integral of `f` from `a` to `b` by Simpson's rule with `n` (even) strips."""
    ### BEGIN SOLUTION
    x = np.linspace(a, b, n + 1)
    y = np.array([f(one) for one in x])
    return (b - a) / n / 3 * (y[0] + 4 * y[1:-1:2].sum() + 2 * y[2:-1:2].sum() + y[-1])
    ### END SOLUTION

# %% tests test_simpson 4
np.testing.assert_allclose(simpson(np.sin, 0, np.pi), 2.0, rtol=1e-5)
np.testing.assert_allclose(simpson(lambda x: x**3, 0, 1, n=2), 0.25)
### BEGIN HIDDEN TESTS
from numpy.testing import assert_almost_equal


def gauss(x):
    return np.exp(-(x**2))


assert_almost_equal(simpson(gauss, -6, 6, n=200), np.sqrt(np.pi), decimal=8)
coarse = abs(simpson(np.exp, 0, 1, 2) - (np.e - 1))
fine = abs(simpson(np.exp, 0, 1, n=4) - (np.e - 1))
assert 12 < coarse / fine < 20, "not of fourth order"
### END HIDDEN TESTS

# %% answer demean
def demean(series):
    """Take each column's mean from it, in place; returns the means."""
    ### BEGIN SOLUTION
    means = series.mean(axis=0)
    series -= means
    return means
    ### END SOLUTION

# %% tests test_demean 3
a = np.arange(6.0).reshape(3, 2)
means = demean(a)
np.testing.assert_array_equal(means, [2.0, 3.0])
assert a.shape == (3, 2)
np.testing.assert_allclose(a.mean(axis=0), 0, atol=1e-12)
assert isinstance(means, np.ndarray) and means.dtype == np.float64

# %% answer high
def high(series, threshold):
    """The times (first column) at which the level (second) is above the threshold, as an array."""
    ### BEGIN SOLUTION
    return series[series[:, 1] > threshold, 0]
    ### END SOLUTION

# %% tests test_high 2
assert np.array_equal(high(levels, 3.0), [2.0, 3.0, 8.0])
measured = np.loadtxt("data/levels.csv", delimiter=",", skiprows=1)
assert len(high(measured, 100.0)) == 0
assert (high(measured, -1.0) == measured[:, 0]).all()
assert high(measured, 3.0)[-1] == 8 and high(measured, 3.0).sum() == 13

# %% answer newton
def newton(f, slope, start, steps=50):
    """A root of `f` by Newton's method, and how many steps it took."""
    ### BEGIN SOLUTION
    x = start
    for step in range(steps):
        if abs(f(x)) < 1e-12:
            return x, step
        x = x - f(x) / slope(x)
    raise RuntimeError("no root was found")
    ### END SOLUTION

# %% tests test_newton 6
def score():
    total = 0
    try:
        root, steps = newton(lambda x: x * x - 2, lambda x: 2 * x, 1.0)
        total += 2 * (abs(root - np.sqrt(2)) < 1e-9)
        total += 1 * (0 < steps < 10)
        total += 1 * (newton(np.cos, lambda x: -np.sin(x), 1.5)[0] > 1.57)
    except Exception:
        pass
    try:
        newton(lambda x: x * x + 1, lambda x: 2 * x, 0.5, steps=5)
    except RuntimeError:
        total += 2
    except Exception:
        pass
    return float(total)


score()

# %% answer smooth
def smooth(y):
    ### BEGIN SOLUTION
    y = np.asarray(y, dtype=float)
    return (y[:-2] + y[1:-1] + y[2:]) / 3
    ### END SOLUTION

# %% tests test_smooth 2
from numpy.testing import assert_allclose

y = np.array([1.0, 2.0, 6.0, 4.0])
assert_allclose(smooth(y), [3, 4])
assert smooth(y)[0] * 2 + 1 == 7.0
assert_allclose(y, [1, 2, 6, 4], err_msg="the argument was changed")
result = smooth(np.ones((5,)))
assert result.shape == (3,), result.shape
assert -smooth(y)[1] < 0 < result.max() <= 1
''',
)

NUMERICS = Model(
    name="numerics",
    assignment="tides",
    sheets=(TIDES,),
    attempts=(
        Attempt(
            "trapezium",
            {
                "simpson": "def simpson(f, a, b, n=20):\n    x = np.linspace(a, b, n + 1)\n"
                "    y = np.array([f(one) for one in x])\n"
                "    return (b - a) / n * (y.sum() - (y[0] + y[-1]) / 2)",
                "demean": "def demean(series):\n    means = series.mean(axis=0)\n"
                "    series = series - means\n    return means",
                "newton": "def newton(f, slope, start, steps=50):\n    x = start\n"
                "    for step in range(steps):\n        if abs(f(x)) < 1e-12:\n"
                "            return x, step\n        x = x - f(x) / slope(x)\n    return x, steps",
            },
            {"test_simpson": 0, "test_demean": 0, "test_newton": 4},
        ),
        Attempt(
            "lists",
            {
                "demean": "def demean(series):\n    means = series.mean(axis=0)\n"
                "    series -= means\n    return list(means)",
                "high": "def high(series, threshold):\n"
                "    return [row[0] for row in series if row[1] > threshold]",
                "newton": "def newton(f, slope, start, steps=50):\n"
                "    return start - f(start) / slope(start), 1",
                "smooth": "def smooth(y):\n    for at in range(len(y) - 2):\n"
                "        y[at] = (y[at] + y[at + 1] + y[at + 2]) / 3\n    return y[:-2]",
            },
            {"test_demean": 0, "test_high": 0, "test_newton": 2, "test_smooth": 0},
        ),
    ),
    stub={"test_newton": 2},  # NotImplementedError is a RuntimeError
    assignment_files={
        "data/levels.csv": "hour,level\n"
        + "".join(f"{hour},{level}\n" for hour, level in enumerate([1, 2, 4, 5, 2, 1, 0, 2, 4, 3]))
    },
)
