"""Plots: tests that look at the current figure and its axes."""

from .form import Attempt, Model, Sheet, nothing

WAVES = Sheet(
    "waves",
    r'''
# %%
%matplotlib inline
import matplotlib.pyplot as plt
import numpy as np

# %% answer wave
def wave(x, height=1.0):
    ### BEGIN SOLUTION
    return height * np.cos(2 * np.pi * x)
    ### END SOLUTION

# %% tests test_wave 2
assert wave(0.0) == 1.0
assert wave(np.array([0.0, 0.5]), height=2).tolist() == [2.0, -2.0]

# %% answer draw
### BEGIN SOLUTION
x = np.linspace(0, 2, 101)
plt.plot(x, wave(x))
plt.xlabel("distance / m")
plt.title("A wave")
### END SOLUTION
figure = plt.gcf()

# %% tests test_draw 3
axes = figure.axes[0]
assert len(axes.lines) == 1
assert axes.get_xlabel() != "", "the axis has no label"
np.testing.assert_allclose(axes.lines[0].get_ydata(), wave(axes.lines[0].get_xdata()))

# %% answer bars
def bars(counts):
    """Draw the counts, by name, as bars on new axes; returns the axes."""
    ### BEGIN SOLUTION
    figure, axes = plt.subplots()
    axes.bar(list(counts), list(counts.values()))
    return axes
    ### END SOLUTION

# %% tests test_bars 2
drawn = bars({"calm": 3, "rough": 5})
assert drawn is plt.gca()
assert [patch.get_height() for patch in drawn.patches] == [3, 5]
plt.close("all")
''',
)

FIGURES = Model(
    name="figures",
    assignment="waves",
    sheets=(WAVES,),
    attempts=(
        Attempt(
            "no-labels",
            {
                "draw": "x = np.linspace(0, 2, 101)\nplt.plot(x, wave(x))",
                "bars": "def bars(counts):\n    plt.subplots()\n    plt.bar(list(counts), 1)\n"
                "    return plt.gca()",
            },
            nothing("test_draw", "test_bars"),
        ),
    ),
    needs=("matplotlib",),
)
