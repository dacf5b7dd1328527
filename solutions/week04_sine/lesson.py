# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Week 4 · Predicting a series
#
# This week you predict numbers: first sine waves, then the sunspots of three centuries. The
# network is short. The work is in what surrounds it: data that is cut without leaking the future,
# a training loop that stops at the right time, and a baseline that tells whether it was worth it.
#
# **When you are done, you can**
#
# - turn a series into windows, split it in time, and scale it with statistics of the past alone;
# - write a training loop with clipping, validation, early stopping and the best weights restored;
# - tell one-step prediction from free running, and measure how errors grow;
# - say what a forecast is worth: beside persistence, and beside a linear model.
#
# | | |
# |---|---|
# | **Hours** | study 3 · coding 3 · project 3 · reflection 1 |
# | **Difficulty** | ●●○○○ |
# | **Stands on** | week 2 (training in PyTorch), week 3 (what an LSTM is) |
# | **Points** | 20 for six exercises, graded automatically · 5 for the project, marked by a person |
#
# **Data card**
#
# | What | Source | Licence | Size |
# |---|---|---|---|
# | sine waves | made by your exercise 1 | none needed | made on the fly |
# | random walk | NumPy's generator, seeded in this notebook | none needed | made on the fly |
# | [yearly sunspot numbers 1700–2008](https://www.statsmodels.org/stable/datasets/generated/sunspots.html) | National Geophysical Data Center, in the package `statsmodels` | public domain | 309 numbers |
#
# There is nothing to download, if `statsmodels` is installed. The series is version 1.0 of the
# sunspot number. In 2015 it was
# [recalibrated](https://doi.org/10.1007/s11207-016-1014-y): version 2.0 has other numbers, and
# errors measured on one do not compare with errors measured on the other.
#
# **How to work**
#
# 1. Read the [mini-theory](#Mini-theory) once. Each exercise links back to the part it needs.
# 2. In an exercise, replace `# YOUR CODE HERE` and the line `raise NotImplementedError()`.
# 3. Run the check below the exercise. A failed check says what is wrong.
# 4. Press **Validate**: it runs all checks in a fresh kernel. Then submit.
#
# After submission your functions also meet hidden tests. They test the same things on other
# numbers and other shapes, down to a length of 1. Each exercise is tested for itself as far as that is
# possible. A function may use its arguments and `self`, imports and functions of your own, and no
# variable of another cell. Results have the element type of the arguments, and tensors their device.
# Nothing else changes: no argument, no mode of a model, no global state such as autograd's or a random
# generator's seed, and nothing is remembered from call to call, unless an exercise says so.
# Experiments and cells of your own are not graded.

# %%
import contextlib
import copy
import io
import math

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from rnn_course import forecast_plots, plots, series_plots, sunspots
from autograder.notebook.checks import check, expect_close, expect_unchanged

plots.use_style()
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

# "quick" runs the whole notebook in about 30 s on two CPU cores, "full" in about 1.5 min.
BUDGET = "quick"


# %% [markdown]
# ## Mini-theory
#
# You need this section and nothing else to solve the exercises. To hear it told another way:
#
# - video: StatQuest, [Long Short-Term Memory (LSTM), clearly explained](https://www.youtube.com/watch?v=YCzL96nL7j0) (21 minutes);
# - essay: Christopher Olah, [Understanding LSTM Networks](https://colah.github.io/posts/2015-08-Understanding-LSTMs/);
# - textbook: Dive into Deep Learning, [9.1 Working with sequences](https://d2l.ai/chapter_recurrent-neural-networks/sequence.html), which predicts a series one and many steps ahead;
# - textbook: Hyndman & Athanasopoulos, [Forecasting: Principles and Practice](https://otexts.com/fpp3/), on [simple methods](https://otexts.com/fpp3/simple-methods.html) and on [time series cross-validation](https://otexts.com/fpp3/tscv.html).
#
# ### One step ahead
#
# A series is a list of numbers in the order of time: $s_0, s_1, …, s_{N-1}$. The task: given
# $s_0, …, s_t$, say $s_{t+1}$. The data contains its own targets. The target of step $t$ is the
# input of step $t + 1$:
#
# | Step | 0 | 1 | 2 | … | T − 1 |
# |---|---|---|---|---|---|
# | input `X` | $s_0$ | $s_1$ | $s_2$ | … | $s_{T-1}$ |
# | target `Y` | $s_1$ | $s_2$ | $s_3$ | … | $s_T$ |
#
# So T inputs with T targets need T + 1 values of the series. The last target, $s_T$, is no input.
# A recurrent network that answers at every step learns from all T targets at once. The state
# keeps it honest: the output of step $t$ has seen $s_0, …, s_t$ and nothing later.
#
# Our first series are sine waves. With a period of $p$ time steps and a phase $\varphi$,
#
# $$s_t = \sin\Bigl(\frac{2\pi t}{p} + \varphi\Bigr)$$
#
# After one value of it nobody can say what comes next: it may be rising or falling. After two
# values all is known, if the period is known; otherwise it takes three. A sine wave of a known
# period needs two numbers of memory, because
#
# $$s_{t+1} = 2\cos(2\pi / p)\; s_t - s_{t-1}$$
#
# ### Windows
#
# Often there is one long series and not a thousand short ones. Then you slide a window along it:
# T values as the input, the next `k` as the target. The next window starts one step later.

# %% experiment
series_plots.windows(N=10, T=4, k=2)
plt.show()

# %% [markdown]
# Window $m$ reads $s_m, …, s_{m+T-1}$ and is asked for $s_{m+T}, …, s_{m+T+k-1}$. The last target of the
# last window is the last value of the series, $s_{N-1}$. So there are
#
# $$M = N - T - k + 1$$
#
# windows. It is often wrong by one: count them on the figure.
#
# ### Split in time
#
# A forecast is for a time that has not come yet. So is the test: the model learns from the oldest
# part, is chosen on a later one, and tested on the latest.

# %% experiment
series_plots.splits()
plt.show()

# %% [markdown]
# The random split looks harmless. But neighbours in time are alike, and windows *overlap*: a test
# window shares T + k − 1 of its T + k values with the next one, which is in the training set. The
# score then says how well the model fills gaps. Nobody will ask it to.
#
# Three rules follow:
#
# - Split the *series* first, then cut windows. Not the other way round.
# - The **targets** of a test window must lie in the test part. Its **inputs** may reach back before
#   the cut: on the day of the forecast, the past is known.
# - Nothing is estimated with the help of the test part. Mean, standard deviation and weights come
#   from the training part; what is chosen (the number of epochs, sizes) is chosen on the validation
#   part.
#
# ### Scale with the past
#
# Networks learn best from inputs of mean 0 and standard deviation 1 or so. With the mean $\mu$ and
# the standard deviation $\sigma$ of the *training* values,
#
# $$z = \frac{s - \mu}{\sigma} \qquad\qquad s = \sigma z + \mu$$
#
# The second formula brings predictions back into the unit of the data. Validation and test are
# scaled with the same two numbers. If the test set had a say in $\mu$ and $\sigma$, the model would
# be told how high the future is.
#
# Two standard deviations are in use. NumPy divides the sum of squares by $n$ (`ddof=0`),
# `torch.std` by $n - 1$, unless you say `correction=0`. Either is fine for scaling, a mixture is
# not. Here it is $n$.
#
# ### The network
#
# An LSTM reads the series, and a linear layer turns each state into one number:
#
# $$h_t,\, c_t = \mathrm{LSTM}(x_t,\, h_{t-1},\, c_{t-1}) \qquad \hat y_t = w^\top h_t + b$$
#
# | Name | Shape | What it is |
# |---|---|---|
# | `x` | (B, T, D) | a batch of B series of T steps; D = 1 for one number a step |
# | outputs | (B, T, 1) | `outputs[:, t]` predicts the value after `x[:, t]` |
# | `state` | two of (num_layers, B, H) | h and c of every layer after the last step |
#
# [`nn.LSTM`](https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html) expects time first,
# (T, B, D), unless it is told `batch_first=True`. If you forget it, *nothing fails*: the shapes
# are the same as before. The network then walks along the batch, from one series to another.
#
# The state belongs to one batch. When you hand no state to `nn.LSTM`, it starts from zeros, which
# is what you want between series that have nothing to do with each other.
#
# ### The training loop
#
# One **epoch** shows every training example once, in a new random order, in batches. (Windows may
# be shuffled. What may not be mixed are the parts of the split.) For each batch:
#
# | | Step | If you forget it |
# |---|---|---|
# | 1 | clear the gradients | they add up over all batches so far |
# | 2 | forward, loss | |
# | 3 | backward | |
# | 4 | clip the norm of the gradient | one bad batch can throw the weights far off |
# | 5 | optimizer step | |
#
# The order matters: clipping after the step clips a gradient that has been used already.
#
# After each epoch the **validation loss** is measured, on examples that no step has seen: in
# evaluation mode (`model.eval()` switches dropout off), without gradients, and with the weights as
# they are then. The training loss goes on falling, while the validation loss turns round at some
# point. From there on the network learns what holds for the training set alone.
#
# **Early stopping** follows from that. Keep a copy of the weights whenever the validation loss is
# lower than ever before. Stop when it has not been for `patience` epochs in a row. Go back to the
# copy. With `patience` = 2:
#
# | Epoch | 0 | 1 | 2 | 3 | 4 | 5 | |
# |---|---|---|---|---|---|---|---|
# | validation loss | 0.9 | 0.7 | 0.8 | 0.6 | 0.6 | 0.7 | |
# | lower than ever before | yes | yes | no | yes | no | no | stop after epoch 5 |
# | epochs in a row without | 0 | 0 | 1 | 0 | 1 | 2 | the best epoch is 3 |
#
# An equal loss is not lower. And a *copy* must be a copy: `model.state_dict()` returns the very
# tensors that the optimizer goes on changing ([Break it](#Break-it) shows it).
#
# ### What is a forecast worth?
#
# An error by itself says nothing. It needs something to stand beside.
#
# **Persistence** says that nothing changes: the forecast for `k` steps ahead is the value of now,
# $\hat s_{t+k} = s_t$. It costs nothing, and for slow series it is hard to beat.
#
# **Average relative variance** (ARV) divides the mean squared error by the variance of the series:
#
# $$\mathrm{ARV} = \frac{\frac{1}{n}\sum_t (s_t - \hat s_t)^2}{\sigma^2}$$
#
# A forecast that always says the mean has an ARV of about 1. For the sunspots it is usual to divide every
# part by one and the same variance, so that errors of different parts can be compared. Here that is the
# variance of 1700–1979. (Papers differ a little in it: do not compare third digits.) [Weigend, Rumelhart &
# Huberman 1990](https://papers.nips.cc/paper/1990/hash/bc6dc48b743dc5d013b1abaebd2faed2-Abstract.html)
# predict the sunspots with a neural network. Since then it is a small benchmark: learn from the years up
# to 1920, be tested on 1921–1955 and, harder, on 1956–1979.
#
# **AR(p)**, a linear autoregression, is the baseline to respect: the forecast is a weighted sum of
# the last `p` values and a constant, fitted by least squares.
#
# ### One step and free running
#
# A network that predicts one step ahead can predict many, if its own output becomes its next input:

# %% experiment
series_plots.one_step_and_free_running()
plt.show()

# %% [markdown]
# This is **free running**, a **rollout**. Before it, the network reads a piece of the true series
# (the **seed**), to build up its state. From then on nothing true comes in, and errors feed on
# themselves. A one-step error says little about it: the two have to be measured separately.
#
# Two things go from step to step: the prediction (red), and the state (blue). Without the state
# the network forgets the seed, and knows a single number of its past.

# %% [markdown]
# ## Exercises
#
# | | Exercise | Points | Difficulty | Minutes |
# |---|---|---|---|---|
# | 1 | `generate_sine_data` | 2 | ●○○○○ | 10 |
# | 2 | `make_windows`, `chronological_split` | 4 | ●●○○○ | 30 |
# | 3 | `Scaler` | 2 | ●○○○○ | 15 |
# | 4 | `LSTMPredictor` | 3 | ●●○○○ | 25 |
# | 5 | `fit` | 6 | ●●●●○ | 50 |
# | 6 | `persistence`, `rollout` | 3 | ●●○○○ | 25 |
#
# Exercises 1 to 3 are NumPy, 4 to 6 PyTorch. Do not change your arguments in place.

# %% [markdown]
# ### Exercise 1 · `generate_sine_data`
#
# Sine waves of different periods and phases, each with its targets one step ahead.
#
# **Difficulty** ●○○○○ · **Importance** ●●●○○ · **Time** 10 minutes · **Length** about 5 lines ·
# **Theory** [One step ahead](#One-step-ahead)
#
# 1. Draw a period for every sequence, uniform between 10 and 40 time steps:
#    `rng.uniform(10, 40, …)`. Then a phase for every sequence, uniform between 0 and $2\pi$. All
#    periods are drawn first, then all phases: the same seed then gives everybody the same waves.
# 2. Compute $s_t$ for $t = 0, …, T$: (N, T + 1). That is one value more than the inputs need.
# 3. `X` is all but the last value of each sequence, `Y` all but the first: (N, T) each.
#
# <details><summary>Hint</summary>
#
# With periods as a column, shape (N, 1), and times as a row, shape (T + 1,), NumPy makes
# (N, T + 1) of `times / periods` by broadcasting. The distance between two points in time is 1,
# whatever `seq_len` is: use `np.arange`, not `np.linspace`.
#
# </details>

# %% exercise="generate_sine_data"
def generate_sine_data(seq_len, n_sequences, rng):
    """Sine waves of random period and phase, and the same one step ahead.

    Parameters
    ----------
    seq_len : int
        Time steps T.
    n_sequences : int
        Sequences N.
    rng : numpy.random.Generator
        Draws N periods, uniform in 10 … 40 time steps, then N phases, uniform in 0 … 2π.

    Returns
    -------
    X : array (N, T)
        ``X[n, t] = sin(2π t / period[n] + phase[n])``.
    Y : array (N, T)
        One step ahead: ``Y[n, t]`` is the value of sequence n at time t + 1.
    """
    ### BEGIN SOLUTION
    period = rng.uniform(10, 40, size=(n_sequences, 1))
    phase = rng.uniform(0, 2 * np.pi, size=(n_sequences, 1))
    waves = np.sin(2 * np.pi * np.arange(seq_len + 1) / period + phase)
    return waves[:, :-1], waves[:, 1:]
    ### END SOLUTION


# %% tests="generate_sine_data" points=2
@check("generate_sine_data")
def visible():
    X, Y = generate_sine_data(30, 8, np.random.default_rng(1))
    assert np.shape(X) == (8, 30), f"X must be (N, T) = (8, 30), found {np.shape(X)}"
    assert np.shape(Y) == (8, 30), f"Y must be (N, T) = (8, 30), found {np.shape(Y)}"
    expect_close(Y[:, :-1], X[:, 1:], "Y must be X one step ahead: Y[:, t] is X[:, t + 1]")

    # Every value of a sine wave follows from the two before it: s[t + 1] = 2 cos(2π / p) s[t] - s[t - 1].
    waves = np.concatenate([X, Y[:, -1:]], axis=1)  # (N, T + 1), the last target included
    cosine = np.empty(8)
    for n, s in enumerate(waves):
        cosine[n] = np.sum((s[2:-1] + s[:-3]) * s[1:-2]) / np.sum(s[1:-2] ** 2) / 2
        expect_close(
            s[2:-1], 2 * cosine[n] * s[1:-2] - s[:-3], f"X[{n}] must be one sine wave all along"
        )
        expect_close(
            s[-1],
            2 * cosine[n] * s[-2] - s[-3],
            f"Y[{n}, -1] must be the next value of the same wave",
        )
    period = 2 * np.pi / np.arccos(np.clip(cosine, -1, 1))
    assert np.all((period > 9.99) & (period < 40.01)), (
        f"Periods must lie between 10 and 40 time steps, found {period.min():.3g} … {period.max():.3g}"
    )
    assert np.ptp(period) > 1, "The periods must differ from sequence to sequence"
    assert np.ptp(X[:, 0]) > 0.1, "The phases must differ from sequence to sequence"

    # The same seed gives the same waves: first 8 periods are drawn, then 8 phases.
    rng = np.random.default_rng(1)
    drawn, phase = rng.uniform(10, 40, 8), rng.uniform(0, 2 * np.pi, 8)
    expect_close(
        period, drawn, "All periods must be the first numbers of rng.uniform(10, 40, …)", 1e-4
    )
    expect_close(X[:, 0], np.sin(phase), "At time 0 each wave must be the sine of its phase")
    for N, T in ((1, 5), (4, 1)):
        for name, value in zip("XY", generate_sine_data(T, N, np.random.default_rng(2))):
            assert np.shape(value) == (N, T), (
                f"{name} must be (N, T) = {(N, T)}, found {np.shape(value)}"
            )


# %% [markdown]
# ### Exercise 2 · `make_windows` and `chronological_split`
#
# Two ways to cut a series. Most results that are too good to be true are made here.
#
# **Difficulty** ●●○○○ · **Importance** ●●●●● · **Time** 30 minutes · **Length** about 6 + 5 lines ·
# **Theory** [Windows](#Windows), [Split in time](#Split-in-time)
#
# In `make_windows`:
#
# 1. Count the windows: $M = N - T - k + 1$. Raise a `ValueError` if there is none.
# 2. Window $m$: inputs $s_m, …, s_{m+T-1}$, targets $s_{m+T}, …, s_{m+T+k-1}$.
# 3. Stack them: inputs (M, T), targets (M, k). A view is fine.
# 4. Give the inputs a last axis of length 1, since a network reads D = 1 feature a step: (M, T, 1).
#
# All results of both functions are arrays with the element type of the series.
#
# In `chronological_split`:
#
# 1. The last `n_test` values are the test part, the `n_valid` values before them the validation
#    part, all that is left the training part. Each may be cut as a slice.
# 2. `n_valid` or `n_test` may be 0: then that part is empty, (0,).
# 3. Raise a `ValueError` if no value is left for training.
#
# <details><summary>Hint 1: windows</summary>
#
# One way is a list of slices, `series[m : m + T]` for every `m` in `range(M)`, and
# `np.stack`. For an array `a` of shape (M, T), `a[:, :, None]` has the shape (M, T, 1).
#
# </details>
#
# <details><summary>Hint 2: a part of length 0</summary>
#
# `series[-0:]` is not empty, it is everything. Count from the front: where does the training part
# end, and where does the validation part end?
#
# </details>

# %% exercise="make_windows"
def make_windows(series, T, k):
    """Cut a series into overlapping windows of `T` inputs and the `k` values after them.

    Parameters
    ----------
    series : array (N,)
        Values in the order of time.
    T : int
        Inputs of a window, at least 1.
    k : int
        Targets of a window, at least 1.

    Returns
    -------
    X : array (M, T, 1)
        ``X[m, :, 0]`` is ``series[m], …, series[m + T - 1]``; M = N - T - k + 1.
    Y : array (M, k)
        ``Y[m]`` is ``series[m + T], …, series[m + T + k - 1]``.

    Raises
    ------
    ValueError
        If the series is too short for a single window.
    """
    ### BEGIN SOLUTION
    M = len(series) - T - k + 1
    if M < 1:
        raise ValueError(f"{len(series)} values are too few for a window of {T} + {k}")
    X = np.stack([series[m : m + T] for m in range(M)])
    Y = np.stack([series[m + T : m + T + k] for m in range(M)])
    return X[:, :, None], Y
    ### END SOLUTION


def chronological_split(series, n_valid, n_test):
    """Cut a series into training, validation and test part, in the order of time.

    Parameters
    ----------
    series : array (N,)
        Values in the order of time.
    n_valid, n_test : int
        Lengths of the validation and of the test part, 0 or more.

    Returns
    -------
    train : array (N - n_valid - n_test,), the oldest values
    valid : array (n_valid,), the values after them
    test : array (n_test,), the latest values

    Raises
    ------
    ValueError
        If nothing is left for training.
    """
    ### BEGIN SOLUTION
    first = len(series) - n_valid - n_test
    if first < 1:
        raise ValueError(f"of {len(series)} values {n_valid} + {n_test} leave none for training")
    return series[:first], series[first : first + n_valid], series[first + n_valid :]
    ### END SOLUTION


# %% tests="make_windows" points=4
@check("make_windows, chronological_split")
def visible():
    def refused(function, *arguments):
        try:
            function(*arguments)
        except ValueError:
            return True
        return False

    # The series 0, 1, 2, … shows where every value went. N = 10, T = 4, k = 2: the figure above.
    X, Y = make_windows(np.arange(10.0), T=4, k=2)
    parts = chronological_split(np.arange(20.0), n_valid=4, n_test=5)
    results = {"X": X, "Y": Y, **dict(zip(("train", "valid", "test"), parts))}
    for name, value in results.items():
        assert isinstance(value, np.ndarray), f"{name} must be an array, found {type(value).__name__}"
        assert value.dtype == np.float64, f"{name} must have the series' type, found {value.dtype}"
    assert len(X) == len(Y), f"X and Y must have one row a window, found {len(X)} and {len(Y)}"
    assert len(X) == 5, f"N = 10, T = 4, k = 2 must give M = 5 windows, found {len(X)}"
    assert np.shape(X) == (5, 4, 1), f"X must be (M, T, 1) = (5, 4, 1), found {np.shape(X)}"
    assert np.shape(Y) == (5, 2), f"Y must be (M, k) = (5, 2), found {np.shape(Y)}"
    expect_close(X[0, :, 0], [0, 1, 2, 3], "The first window must read the first T values")
    expect_close(Y[0], [4, 5], "The targets must start with the value right after the inputs")
    expect_close(X[1, :, 0], [1, 2, 3, 4], "The next window must start one step later")
    expect_close(Y[-1], [8, 9], "The last target of the last window must be the last value")

    # Random values, one window alone, and none.
    series = np.random.default_rng(2).normal(size=23)
    X, Y = make_windows(series, T=6, k=3)
    assert len(X) == 15, f"N = 23, T = 6, k = 3 must give 15 windows, found {len(X)}"
    for m in range(15):
        whole = np.concatenate([X[m, :, 0], Y[m]])
        expect_close(whole, series[m : m + 9], f"X[{m}] and Y[{m}] must be 9 values in a row")
    assert not refused(make_windows, series, 20, 3), "N = T + k must give one window, no ValueError"
    assert len(make_windows(series, 20, 3)[0]) == 1, "N = T + k must give one window"
    assert refused(make_windows, series, 20, 4), "A series shorter than T + k must raise a ValueError"
    expect_unchanged(make_windows, series=series, T=6, k=3)
    expect_unchanged(chronological_split, series=series, n_valid=6, n_test=3)

    # The split.
    assert [len(part) for part in parts] == [11, 4, 5], (
        f"20 values with n_valid = 4, n_test = 5 must give parts of 11, 4 and 5, "
        f"found {[len(part) for part in parts]}"
    )
    expect_close(
        np.concatenate(parts),
        np.arange(20.0),
        "Train, validation and test must be the series again when they are put behind each other",
    )
    for n_valid, n_test in ((0, 5), (4, 0), (0, 0)):
        parts = chronological_split(np.arange(20.0), n_valid, n_test)
        assert [len(part) for part in parts] == [20 - n_valid - n_test, n_valid, n_test], (
            f"20 values with n_valid = {n_valid}, n_test = {n_test} must give parts of "
            f"{20 - n_valid - n_test}, {n_valid} and {n_test}, found {[len(part) for part in parts]}"
        )
    assert not refused(chronological_split, series, 10, 12), "One value for training must be enough"
    for sizes in ((10, 13), (0, 23), (20, 20)):
        assert refused(chronological_split, series, *sizes), (
            "A split that leaves nothing for training must raise a ValueError"
        )


# %% [markdown]
# ### Exercise 3 · `Scaler`
#
# Five lines, and the most common leak in published code: statistics of the whole series.
#
# **Difficulty** ●○○○○ · **Importance** ●●●●○ · **Time** 15 minutes · **Length** about 7 lines ·
# **Theory** [Scale with the past](#Scale-with-the-past)
#
# 1. `fit` keeps the mean and the standard deviation (dividing by n) as `self.mean` and
#    `self.std`, plain numbers (`float(…)`), and returns `self`. If all values are equal (compare the
#    largest with the smallest: the computed standard deviation may be 1e-17 instead of 0), take 1,
#    so that nothing is divided by 0. Otherwise it is the standard deviation as it is, however small.
# 2. `transform` computes $z$ from $s$, with what `fit` has kept. It estimates nothing.
# 3. `inverse` computes $s$ from $z$.
#
# `transform` and `inverse` work on any shape, on arrays and on tensors, and return something new. A
# tensor stays a tensor, of its type and on its device, and gradients flow back through both.
#
# <details><summary>Hint</summary>
#
# Write `inverse` by solving the formula of `transform` for $s$: undo the last operation first. With
# plain numbers for mean and std, the same line of arithmetic works for arrays and tensors.
#
# </details>

# %% exercise="Scaler"
class Scaler:
    """Brings values to mean 0 and standard deviation 1, as measured on the training part.

    Attributes
    ----------
    mean : float
        Mean of the values that `fit` has seen.
    std : float
        Their standard deviation, with the sum of squares divided by n; 1 if they are all equal.
    """

    def fit(self, values):
        """Measure mean and standard deviation; call it with the training part only.

        Parameters
        ----------
        values : array (n,)

        Returns
        -------
        Scaler
            This object.
        """
        ### BEGIN SOLUTION
        self.mean = float(np.mean(values))
        self.std = float(np.std(values)) if np.ptp(values) > 0 else 1.0
        return self
        ### END SOLUTION

    def transform(self, values):
        """Scale values of any shape: ``(values - mean) / std``.

        Parameters
        ----------
        values : array or tensor of any shape; left as it is

        Returns
        -------
        array or tensor of the same shape
        """
        ### BEGIN SOLUTION
        return (values - self.mean) / self.std
        ### END SOLUTION

    def inverse(self, values):
        """Bring scaled values back into their unit.

        Parameters
        ----------
        values : array or tensor of any shape; left as it is

        Returns
        -------
        array or tensor of the same shape
        """
        ### BEGIN SOLUTION
        return values * self.std + self.mean
        ### END SOLUTION


# %% tests="Scaler" points=2
@check("Scaler")
def visible():
    scaler = Scaler()
    assert scaler.fit(np.array([1.0, 3.0])) is scaler, "fit must return the scaler itself"
    expect_close(scaler.mean, 2.0, "The mean of 1 and 3 must be 2")
    expect_close(
        scaler.std, 1.0, "The standard deviation of 1 and 3 must be 1: divide by n, not n - 1"
    )
    expect_close(scaler.transform(np.array([2.0])), [0.0], "The mean must be scaled to 0")
    expect_close(scaler.inverse(np.array([0.0])), [2.0], "0 must be brought back to the mean")

    # Random values: the training part gets mean 0 and std 1, the test part what it gets.
    rng = np.random.default_rng(3)
    train, test = rng.normal(50, 20, size=200), rng.normal(90, 5, size=40)
    expect_unchanged(scaler.fit, values=train)
    expect_unchanged(scaler.transform, values=test)
    expect_unchanged(scaler.inverse, values=test)
    scaler = Scaler().fit(train)
    before = scaler.mean, scaler.std
    scaled = scaler.transform(train)
    expect_close(np.mean(scaled), 0.0, "The scaled training part must have mean 0")
    expect_close(np.std(scaled), 1.0, "The scaled training part must have standard deviation 1")
    expect_close(
        scaler.transform(test),
        (test - np.mean(train)) / np.std(train),
        "The test part must be scaled with mean and std of the training part",
    )
    assert (scaler.mean, scaler.std) == before, "transform must leave mean and std as they were"
    expect_close(
        scaler.inverse(scaler.transform(test)), test, "inverse must undo transform on the test part"
    )
    for name in ("mean", "std"):
        value = getattr(scaler, name)
        assert isinstance(value, float), f"{name} must be a float, found {type(value).__name__}"

    # Two scalers at a time, the second for a series in tiny units.
    tiny = Scaler().fit(1e-12 * train)
    expect_close(
        [scaler.mean, scaler.std], before, "A second scaler must leave the first one as it was", 0
    )
    expect_close(
        tiny.transform(1e-12 * test),
        (test - np.mean(train)) / np.std(train),
        "A series in tiny units (1e-12) must be scaled like any other: nothing added, no threshold",
    )

    # Tensors of any shape, and a constant series.
    for kind in (torch.float64, torch.float32):
        given = torch.tensor(test, dtype=kind, requires_grad=True)
        for name, function in (("transform", scaler.transform), ("inverse", scaler.inverse)):
            result = function(given.reshape(4, 10, 1))
            assert torch.is_tensor(result), f"{name} must give a tensor for a tensor"
            assert result.shape == (4, 10, 1), f"{name} must keep the shape of a tensor"
            assert result.dtype == kind, f"{name} must keep the type of a tensor, {kind}"
            assert result.requires_grad, f"{name} must let gradients through: no detach, no NumPy"
        back = scaler.inverse(scaler.transform(given))
        expect_close(back, test, "inverse must undo transform on a tensor", 1e-5)
    for equal in (np.full(5, 7.0), np.full(7, 0.1)):  # np.full(7, 0.1).std() is 1e-17, by rounding
        flat, zeros = Scaler().fit(equal), np.zeros(len(equal))
        expect_close(flat.transform(equal), zeros, f"Equal values ({equal[0]}) must be scaled to 0")
        expect_close(
            flat.inverse(zeros), equal, f"Equal values ({equal[0]}) must be brought back by inverse"
        )
        expect_close(flat.std, 1.0, f"The std of equal values ({equal[0]}) must be 1")


# %% [markdown]
# ### Exercise 4 · `LSTMPredictor`
#
# An LSTM and a linear layer, without dropout. From here on PyTorch's `nn.LSTM` is allowed: you
# know its inside.
#
# **Difficulty** ●●○○○ · **Importance** ●●●●○ · **Time** 25 minutes · **Length** about 4 + 4 lines ·
# **Theory** [The network](#The-network)
#
# In `__init__`:
#
# 1. One `nn.LSTM` with `num_layers` layers of `hidden_size` units, batch first.
# 2. One `nn.Linear` from `hidden_size` to 1.
#
# In `run`:
#
# 1. Give `x`, (B, T, D), and the state to the LSTM. `None` means: start from zeros.
# 2. Turn *every* step's top-layer state, (B, T, H), into an output: (B, T, 1).
# 3. Return the outputs and the LSTM's new state.
#
# `forward(x)` is `run` from zeros, without the state. Nothing is remembered from call to call: who
# wants to go on from a state hands it over. No state is detached: gradients flow through the hand-over.
#
# <details><summary>Hint</summary>
#
# `self.lstm(x, state)` returns two things: the top layer's states of all steps, (B, T, H), and the
# pair (h, c) after the last step. `nn.Linear` works on the last axis, whatever stands before it.
#
# </details>

# %% exercise="LSTMPredictor"
class LSTMPredictor(nn.Module):
    """Predicts the next value at every step: an `nn.LSTM` and an `nn.Linear` on its states.

    Parameters
    ----------
    input_size : int
        Features D of a step.
    hidden_size : int
        Units H of each layer.
    num_layers : int
        Layers of the LSTM.
    """

    def __init__(self, input_size, hidden_size, num_layers):
        super().__init__()
        ### BEGIN SOLUTION
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, 1)
        ### END SOLUTION

    def forward(self, x):
        """Predict the next value at every step, from a state of zeros.

        Parameters
        ----------
        x : tensor (B, T, D)

        Returns
        -------
        tensor (B, T, 1)
            ``[:, t]`` is computed from ``x[:, 0], …, x[:, t]``.
        """
        ### BEGIN SOLUTION
        return self.run(x)[0]
        ### END SOLUTION

    def run(self, x, state=None):
        """The same, from a given state, and return the state to go on from.

        Parameters
        ----------
        x : tensor (B, T, D)
        state : tuple (h, c) of tensors (num_layers, B, H), or None for zeros
            As `nn.LSTM` takes it.

        Returns
        -------
        outputs : tensor (B, T, 1)
        state : tuple (h, c) of tensors (num_layers, B, H)
            After the last step, as `nn.LSTM` returns it.
        """
        ### BEGIN SOLUTION
        states, state = self.lstm(x, state)
        return self.head(states), state
        ### END SOLUTION


# %% tests="LSTMPredictor" points=3
@check("LSTMPredictor")
def visible():
    torch.manual_seed(4)
    B, T, H, layers = 3, 6, 8, 2
    model = LSTMPredictor(1, H, layers)
    x = torch.randn(B, T, 1)

    outputs = model(x)
    assert torch.is_tensor(outputs), f"forward must return a tensor, found {type(outputs).__name__}"
    assert outputs.shape == (B, T, 1), (
        f"Outputs must be (B, T, 1) = {(B, T, 1)}, one for every step, found {tuple(outputs.shape)}"
    )
    model.eval()
    expect_close(
        model(x), model(x), "A second call must give the same: no state is kept between calls"
    )
    expect_close(
        outputs, model(x), "Outputs in training and evaluation mode must be the same: no dropout"
    )
    model.train()

    # An LSTM has 4H(D + H + 2) parameters in its first layer, 4H(2H + 2) in each further one.
    count = sum(p.numel() for p in model.parameters())
    due = 4 * H * (1 + H + 2) + (layers - 1) * 4 * H * (2 * H + 2) + (H + 1)
    assert count == due, (
        f"D = 1, H = 8, two layers and a linear layer: {due} parameters, found {count}"
    )

    # What each output may depend on.
    other = x.clone()
    other[0] += 1
    expect_close(
        model(other)[1:], outputs[1:], "Changing series 0 must not change the others: batch_first"
    )
    other = x.clone()
    other[:, 4] += 1
    changed = (model(other) - outputs).abs().amax(dim=(0, 2)) > 0
    assert not changed[:4].any(), (
        "Changing x[:, 4] must not change outputs before step 4: the future"
    )
    assert changed[4:].all(), "Changing x[:, 4] must change the outputs from step 4 on"

    # The linear layer is the last one: without its weights the outputs are its bias.
    blank = copy.deepcopy(model)
    with torch.no_grad():
        for layer in blank.modules():
            if isinstance(layer, nn.Linear):
                layer.weight.zero_()
                layer.bias.fill_(2.5)
    expect_close(
        blank(x),
        torch.full((B, T, 1), 2.5),
        "With linear weights of 0 all outputs must be the bias",
    )

    # In two parts, with the state handed over.
    first, state = model.run(x[:, :2])
    h, c = state
    assert h.shape == c.shape == (layers, B, H), (
        f"h and c must be (num_layers, B, H) = {(layers, B, H)}, found {tuple(h.shape)}, {tuple(c.shape)}"
    )
    second, _ = model.run(x[:, 2:], state)
    expect_close(
        torch.cat([first, second], dim=1),
        outputs,
        "A series read in two parts, with the state handed over, must give the same outputs",
    )
    assert h.requires_grad and c.requires_grad, "The state must carry its gradient: do not detach it"
    for sizes in ((1, T, 1), (B, 1, 1), (1, 1, 1)):
        found = tuple(model(x[: sizes[0], : sizes[1]]).shape)
        assert found == sizes, f"For x of shape {sizes} outputs must be {sizes}, found {found}"

    # Two features a step.
    wide = LSTMPredictor(2, H, 1)
    reads = [layer.input_size for layer in wide.modules() if isinstance(layer, nn.LSTM)]
    assert reads == [2], f"With input_size = 2 one LSTM must read 2 features a step, found {reads}"
    outputs = wide(torch.randn(B, T, 2))
    assert outputs.shape == (B, T, 1), (
        f"D = 2: outputs must still be (B, T, 1) = {(B, T, 1)}, found {tuple(outputs.shape)}"
    )


# %% [markdown]
# ### Exercise 5 · `fit`
#
# The training loop. It knows nothing of LSTMs, so you can take it along to other models. The checks train
# networks with a single weight, which can be followed by hand.
#
# **Difficulty** ●●●●○ · **Importance** ●●●●● · **Time** 50 minutes · **Length** about 30 lines ·
# **Theory** [The training loop](#The-training-loop)
#
# 1. Make one `torch.optim.Adam` for the model's parameters, with learning rate `lr`.
# 2. In each epoch, first training, with the model in training mode:
#    - Put the training examples in a new random order: `torch.randperm(N, generator=generator)`.
#      Go through it in batches of `batch_size`. The last batch may be smaller; it counts as well.
#    - For each batch: clear the gradients, compute `loss_fn(model(x), y)`, go backward, clip the norm
#      of all gradients together to `max_norm` (`nn.utils.clip_grad_norm_`), take a step.
#    - The training loss of the epoch is the mean *over examples* of the losses on the way, each
#      measured before its step. `loss_fn` is a mean over its batch, so a smaller batch counts less.
# 3. Then validation: evaluation mode, no gradients, all validation examples at once.
# 4. If the validation loss is lower than ever before, by however little, keep a *copy* of the weights.
#    If it has not been for `patience` epochs in a row, stop. A loss that is nan is never lower; the
#    first that is a number always is. Begin with a copy of the start weights, in case none is.
# 5. At the end, whether stopped early or not, load the best weights, put the model in evaluation
#    mode, and return the history.
#
# With `progress=True` show a bar: `for epoch in tqdm(range(epochs), disable=not progress)`. Without it
# nothing is printed. Both training and validation take the `loss_fn` that is given.
#
# <details><summary>Hint 1: batches</summary>
#
# `order.split(batch_size)` cuts a tensor of indices into batches, the last may be shorter. `X[batch]`
# takes the examples with these indices.
#
# </details>
#
# <details><summary>Hint 2: mean over examples</summary>
#
# Add up `loss.item() * len(batch)` and divide by N at the end. `.item()` gives a plain number. A
# tensor would keep its graph alive.
#
# </details>
#
# <details><summary>Hint 3: early stopping</summary>
#
# Four variables: the best loss (from infinity on), the best weights and their epoch, and the number
# of epochs in a row without a better one. A better loss sets that number back to 0. Play the table of the theory
# through with your code on paper.
#
# </details>

# %% exercise="fit"
def fit(
    model,
    train,
    valid,
    *,
    epochs=100,
    batch_size=32,
    lr=0.01,
    max_norm=1.0,
    patience=10,
    loss_fn=nn.functional.mse_loss,
    generator=None,
    progress=False,
):
    """Train a model with Adam, stop when the validation loss no longer falls, keep the best.

    Parameters
    ----------
    model : nn.Module
        Changed in place. Afterwards it has the weights of the best epoch, in evaluation mode.
    train, valid : tuple (X, Y) of tensors
        Examples along the first axis, on the model's device.
    epochs : int
        Most epochs to train, at least 1.
    batch_size : int
        Examples in a batch; the last batch of an epoch may be smaller.
    lr : float
        Learning rate of Adam.
    max_norm : float
        Gradients are clipped to this norm, all parameters together, before each step.
    patience : int
        Stop after this many epochs in a row whose validation loss is not lower than the lowest
        before them.
    loss_fn : function (model(X), Y) -> scalar tensor, a mean over examples
    generator : torch.Generator, optional
        Draws the order of the examples, anew in each epoch. None: PyTorch's global one.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    dict
        "train": list of floats, for each epoch that was run the mean loss over the training
        examples, measured batch by batch before each step.
        "valid": list of floats, the validation loss after each of these epochs.
        "best_epoch": int, index of the epoch (from 0) with the lowest validation loss, the first
        of them if several are equal.
    """
    ### BEGIN SOLUTION
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    X, Y = train
    history = {"train": [], "valid": [], "best_epoch": 0}
    lowest, waited, best = math.inf, 0, copy.deepcopy(model.state_dict())
    for epoch in tqdm(range(epochs), disable=not progress):
        model.train()
        total = 0.0
        for batch in torch.randperm(len(X), generator=generator).split(batch_size):
            optimizer.zero_grad()
            loss = loss_fn(model(X[batch]), Y[batch])
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            total += loss.item() * len(batch)
        model.eval()
        with torch.no_grad():
            valid_loss = loss_fn(model(valid[0]), valid[1]).item()
        history["train"].append(total / len(X))
        history["valid"].append(valid_loss)
        if valid_loss < lowest:
            lowest, waited, best = valid_loss, 0, copy.deepcopy(model.state_dict())
            history["best_epoch"] = epoch
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best)
    model.eval()
    return history
    ### END SOLUTION


# %% tests="fit" points=6
@check("fit")
def visible():
    from torch.optim.optimizer import register_optimizer_step_pre_hook

    class Level(nn.Module):
        """A network with one weight: its output is `level`, whatever the input (B, T, 1) is."""

        def __init__(self):
            super().__init__()
            self.level = nn.Parameter(torch.zeros(1))

        def forward(self, x):
            return self.level + 0 * x

    class Watched(nn.Module):
        """A network that writes down how it is called: mode, gradients, first value of each example."""

        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(1))
            self.calls = []

        def forward(self, x):
            first = [round(value) for value in x[:, 0, 0].tolist()]
            self.calls.append((self.training, torch.is_grad_enabled(), first))
            return self.weight * x

    # A level of 0 and targets of 1000. The gradient is large and clipped to norm 1, and Adam's first
    # steps are then as long as lr: the level climbs by 0.1 an epoch, 0.1, 0.2, 0.3, …
    # The validation targets are 0.32: the level is nearest after epoch 2, and moves away from there.
    far = (torch.zeros(4, 5, 1), torch.full((4, 5, 1), 1000.0))
    near = (torch.zeros(2, 5, 1), torch.full((2, 5, 1), 0.32))
    model = Level()
    history = fit(model, far, near, epochs=30, batch_size=4, lr=0.1, patience=4)
    assert isinstance(history, dict) and {"train", "valid", "best_epoch"} <= set(history), (
        "fit must return a dict with the keys train, valid and best_epoch"
    )
    assert all(isinstance(v, float) for v in [*history["train"], *history["valid"]]), (
        "The losses must be floats: use .item()"
    )
    levels = 0.1 * np.arange(1, len(history["valid"]) + 1)
    expect_close(
        history["valid"],
        (levels - 0.32) ** 2,
        "Each epoch must take one step of Adam, and validate after it",
        1e-3,
    )
    assert history["best_epoch"] == 2, f"The best epoch must be 2, found {history['best_epoch']}"
    assert len(history["valid"]) == 7, (
        f"patience = 4: the epochs 3, 4, 5, 6 are no better than epoch 2, so 7 epochs are run, "
        f"found {len(history['valid'])}"
    )
    assert len(history["train"]) == len(history["valid"]), (
        "One training loss for each epoch that was run"
    )
    expect_close(
        model.level,
        [0.3],
        "After early stopping the weights of the best epoch must be back (and have been copied)",
        1e-3,
    )
    model = Level()
    history = fit(model, far, near, epochs=5, batch_size=4, lr=0.1, patience=4)
    assert len(history["valid"]) == 5, f"epochs = 5 must be the most, found {len(history['valid'])}"
    expect_close(
        model.level, [0.3], "The best weights must be back also when all epochs were run", 1e-3
    )
    assert not model.training, "fit must leave the model in evaluation mode"

    # The first step of Adam is as long as lr, however short the gradient was clipped.
    model = Level()
    fit(model, far, far, epochs=1, batch_size=4, lr=0.1, max_norm=0.01)
    expect_close(
        model.level, [0.1], "The first step must be as long as lr: take torch.optim.Adam", 1e-3
    )

    # How the model is called: 10 training examples 0 … 9 in batches of 4, 3 validation examples.
    codes = torch.arange(10.0).reshape(10, 1, 1).repeat(1, 3, 1)
    held_out, kept = 100 + codes[:3], codes.clone()
    data = (codes, codes), (held_out, held_out)
    model, printed = Watched().eval(), io.StringIO()
    with contextlib.redirect_stderr(printed), contextlib.redirect_stdout(printed):
        fit(model, *data, epochs=3, batch_size=4, lr=0.0, patience=9)
    assert torch.equal(codes, kept), "fit must leave the training examples as they were"
    assert not printed.getvalue(), "Without progress=True nothing must be printed, and no bar shown"
    trained = [call for call in model.calls if call[2][0] < 100]
    validated = [call for call in model.calls if call[2][0] >= 100]
    assert all(mode for mode, _, _ in trained), "Training must be in training mode, in every epoch"
    assert not any(mode for mode, _, _ in validated), "Validation must be in evaluation mode"
    assert not any(grad for _, grad, _ in validated), "Validation must be without gradients"
    sizes = [len(first) for _, _, first in trained]
    assert sizes == [4, 4, 2] * 3, (
        f"10 examples in batches of 4, 3 epochs: the sizes of the training batches must be 4, 4, 2, …, "
        f"found {sizes}"
    )
    orders = [sum((call[2] for call in trained[3 * e : 3 * e + 3]), []) for e in range(3)]
    for order in orders:
        assert sorted(order) == list(range(10)), "Each epoch must show every example exactly once"
    assert orders[0] != orders[1] != orders[2], "Each epoch must have a new random order"

    # Where the order comes from: the generator that is given, or else PyTorch's global one.
    def calls_of(seed, generator=None):
        torch.manual_seed(seed)
        model = Watched()
        fit(model, *data, epochs=2, batch_size=4, lr=0.0, generator=generator)
        return model.calls

    first, again = (calls_of(seed, torch.Generator().manual_seed(8)) for seed in (1, 2))
    assert first == again, "The same generator must give the same order: use it for randperm"
    assert calls_of(1) == calls_of(1) and calls_of(1) != calls_of(2), (
        "Without a generator the order must follow PyTorch's global seed; fit itself sets no seed"
    )

    # lr = 0 changes nothing, so the training loss is the mean over all examples: here w = 1, y = 0.
    history = fit(
        Watched(), (codes, 0 * codes), (held_out, held_out), epochs=2, batch_size=4, lr=0.0
    )
    expect_close(
        history["train"],
        [np.mean(np.arange(10.0) ** 2)] * 2,
        "The training loss must be the mean over examples: a batch of 2 counts half as much as one of 4",
    )

    # The level stays at 0; the squared targets are 0, 1, 4, 9, 16, and their mean is 6.
    squares = torch.arange(5.0).reshape(5, 1, 1)
    history = fit(Level(), far, (squares, squares), epochs=1, batch_size=2, lr=0.0)
    expect_close(
        history["valid"], [6.0], "The validation loss must be the mean over all validation examples"
    )

    # A real problem: y = 2 x - 1. Gradients that are not clipped in time are caught here.
    torch.manual_seed(5)
    x = torch.randn(60, 4, 1)
    line = nn.Linear(1, 1)
    norms = []
    hook = register_optimizer_step_pre_hook(
        lambda *_: norms.append(math.hypot(line.weight.grad.item(), line.bias.grad.item()))
    )
    try:
        history = fit(
            line,
            (x[:40], 2 * x[:40] - 1),
            (x[40:], 2 * x[40:] - 1),
            epochs=200,
            lr=0.03,
            max_norm=0.5,
        )
    finally:
        hook.remove()
    assert max(norms) < 0.5001, (
        f"Gradients must be clipped to max_norm = 0.5 before the step, found a norm of {max(norms):.3g}"
    )
    expect_close(
        [line.weight.item(), line.bias.item()], [2, -1], "y = 2 x - 1 must be learnt", 0.02
    )

    class Table(nn.Module):
        """In evaluation mode its outputs are the numbers of a table, one an epoch."""

        def __init__(self, losses):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(1))
            self.losses = iter(losses)

        def forward(self, x):
            if self.training:  # once an epoch: all examples in one batch
                self.loss = next(self.losses)
                return self.weight * x
            return 0 * x + self.loss

    nan = math.nan
    for what, losses, patience, epochs, best in (
        ("the table of the theory; an equal loss is not lower", (0.9, 0.7, 0.8, 0.6, 0.6, 0.7), 2, 6, 3),
        ("what counts is the best epoch, not the one before", (0.9, 0.5, 0.8, 0.7, 0.6, 0.4), 3, 5, 1),
        ("a bit lower is lower", (0.9, 0.5, 0.499999, 0.499998, 0.6, 0.6), 2, 6, 3),
        ("nan is never lower, the first number is", (nan, 0.9, nan, 0.8, 0.85, nan), 2, 6, 3),
    ):
        history = fit(
            Table([*losses, 0.3, 0.2, 0.1]),
            (codes, codes),
            (held_out, 0 * held_out),
            epochs=8,
            lr=0.0,
            patience=patience,
            loss_fn=nn.functional.l1_loss,
        )
        found = np.array(history["valid"])
        assert len(found) == epochs, (
            f"patience = {patience}, losses {', '.join(map(str, losses))}: {epochs} epochs must be run, "
            f"found {len(found)} ({what})"
        )
        numbers = ~np.isnan(losses[:epochs])
        expect_close(
            found[numbers],
            np.array(losses[:epochs])[numbers],
            f"history['valid'] must be the losses that loss_fn gives ({what})",
        )
        assert history["best_epoch"] == best, (
            f"losses {', '.join(map(str, losses))}: the best epoch must be {best}, "
            f"found {history['best_epoch']} ({what})"
        )

    # Every step with lr = 0 must find the same gradient. The squared error of w x against 0 has the
    # gradient 2 mean(x²) = 8 where all x are 2, and the absolute error of codes mean |x| = 4.5.
    twos = torch.full((6, 3, 1), 2.0)
    for what, x, loss_fn, batch_size, due in (
        ("Gradients must be cleared before each backward", twos, nn.functional.mse_loss, 2, [8.0] * 9),
        ("Training must take loss_fn", codes, nn.functional.l1_loss, 10, [4.5] * 3),
    ):
        seen, watched = [], Watched()
        hook = register_optimizer_step_pre_hook(lambda *_: seen.append(watched.weight.grad.item()))
        try:
            fit(
                watched,
                (x, 0 * x),
                (x, x),
                epochs=3,
                batch_size=batch_size,
                lr=0.0,
                max_norm=1e9,
                loss_fn=loss_fn,
            )
        finally:
            hook.remove()
        expect_close(seen, due, f"{what}: the gradients of all steps", 1e-4)

    # One optimizer for all epochs: Adam remembers. Where the gradient is 1 and then -3, its second
    # step goes back by less than half of lr.
    class Turn(nn.Module):
        def __init__(self):
            super().__init__()
            self.level = nn.Parameter(torch.zeros(1))
            self.slopes = iter([1.0, -3.0, 0.0])

        def forward(self, x):
            return next(self.slopes) * self.level + 0 * x if self.training else self.level + 0 * x

    history = fit(
        Turn(),
        (codes, codes),
        (codes, codes),
        epochs=2,
        batch_size=10,
        lr=0.1,
        max_norm=9.0,
        loss_fn=lambda outputs, _: outputs.mean(),
    )
    step = history["valid"][1] - history["valid"][0]
    expect_close(step, 0.0491, "Make one optimizer, before the first epoch: Adam remembers", 2e-3)


# %% [markdown]
# ### A network that we know
#
# The next cell is given. `WaveMap` continues any sine wave of one period without an error: it is
# the rule $s_{t+1} = 2\cos(2\pi/p)\, s_t - s_{t-1}$. Its state is the value before, $s_{t-1}$. It is
# called like your `LSTMPredictor`, so the checks of the rollout need no training.


# %%
class WaveMap(nn.Module):
    """Continues sine waves of one period: a linear map with a state.

    Parameters
    ----------
    period : float
        Time steps.
    """

    def __init__(self, period):
        super().__init__()
        self.factor = 2 * math.cos(2 * math.pi / period)

    def forward(self, x):
        """Next values (B, T, 1) for inputs (B, T, 1), from a state of zeros."""
        return self.run(x)[0]

    def run(self, x, state=None):
        """The same from a state (B, 1, 1), the value before ``x[:, 0]``; and the new state."""
        assert x.ndim == 3, f"run takes (B, T, 1), found {tuple(x.shape)}"
        before = torch.zeros_like(x[:, :1]) if state is None else state
        values = torch.cat([before, x], dim=1)
        return self.factor * values[:, 1:] - values[:, :-1], values[:, -1:]


# %% [markdown]
# ### Exercise 6 · `persistence` and `rollout`
#
# The baseline that every forecast has to beat, and the forecast for many steps ahead.
#
# **Difficulty** ●●○○○ · **Importance** ●●●●○ · **Time** 25 minutes · **Length** about 3 + 9 lines ·
# **Theory** [What is a forecast worth?](#What-is-a-forecast-worth?),
# [One step and free running](#One-step-and-free-running)
#
# In `persistence`:
#
# 1. The forecast of `series[k]` is `series[0]`, that of `series[k + 1]` is `series[1]`, and so on up to
#    the last value of the series: N − k forecasts, as an array.
# 2. Raise a `ValueError` if `k` is below 1, or if no value is left to forecast.
#
# In `rollout`:
#
# 1. Put the model in evaluation mode; compute no gradients.
# 2. Let it read the whole seed, (B, T, 1), with `model.run`. The output of the *last* step is the first
#    forecast, (B, 1, 1).
# 3. Give the forecast back as the next input, one step long, together with the state. That makes the
#    next forecast. Go on until there are `n`. Hand the state on as it is; do not unpack it (not
#    every model has h and c).
# 4. Return them as (B, n).
#
# <details><summary>Hint</summary>
#
# `outputs[:, -1:]` keeps the axis of time: (B, 1, 1). That is the shape in which it can be
# an input. Forecasts collected in a list are joined by `torch.cat(…, dim=1)`. For n = 1 nothing is fed
# back at all.
#
# </details>

# %% exercise="rollout"
def persistence(series, k):
    """Forecast each value by the one `k` steps before it.

    Parameters
    ----------
    series : array (N,)
    k : int
        Steps ahead, at least 1 and below N.

    Returns
    -------
    array (N - k,)
        Entry i is the forecast of ``series[i + k]``.

    Raises
    ------
    ValueError
        If `k` is below 1, or not below N.
    """
    ### BEGIN SOLUTION
    if not 1 <= k < len(series):
        raise ValueError(f"k must be in 1 … {len(series) - 1}, found {k}")
    return series[: len(series) - k]
    ### END SOLUTION


def rollout(model, seed, n):
    """Forecast `n` values one after another, each from the forecasts before it.

    Parameters
    ----------
    model : nn.Module
        With ``run(x, state)`` -> outputs, state, as in `LSTMPredictor`. Left in evaluation mode.
    seed : tensor (B, T, 1)
        True values that the model reads first.
    n : int
        Forecasts, at least 1.

    Returns
    -------
    tensor (B, n)
        ``[:, 0]`` is the forecast right after the seed. Without gradients.
    """
    ### BEGIN SOLUTION
    model.eval()
    with torch.no_grad():
        outputs, state = model.run(seed)
        forecasts = [outputs[:, -1:]]
        while len(forecasts) < n:
            outputs, state = model.run(forecasts[-1], state)
            forecasts.append(outputs)
    return torch.cat(forecasts, dim=1)[:, :, 0]
    ### END SOLUTION


# %% tests="rollout" points=3
@check("persistence, rollout")
def visible():
    series = np.array([3.0, 1.0, 4.0, 1.5, 9.0, 2.6])
    for k in (1, 2, 5):
        forecast = persistence(series, k)
        assert isinstance(forecast, np.ndarray), (
            f"persistence must return an array, found {type(forecast).__name__}"
        )
        assert np.shape(forecast) == (6 - k,), (
            f"N = 6, k = {k} must give {6 - k} forecasts, found the shape {np.shape(forecast)}"
        )
        for i in range(6 - k):
            assert forecast[i] == series[i], (
                f"k = {k}: the forecast of series[{i + k}] must be series[{i}]"
            )
    for k in (0, 6, -1, 8):
        try:
            persistence(series, k)
        except ValueError:
            pass
        else:
            raise AssertionError(f"N = 6, k = {k} must raise a ValueError")

    # WaveMap continues waves of period 12 exactly, if it gets its own outputs and its state.
    times = torch.arange(40, dtype=torch.float64)
    waves = torch.stack([torch.sin(2 * math.pi * times / 12 + phase) for phase in (0.0, 1.0, 2.5)])
    seed, future = waves[:, :10, None], waves[:, 10:]
    forecast = rollout(WaveMap(12), seed, 30)
    assert torch.is_tensor(forecast) and forecast.shape == (3, 30), (
        f"3 series and n = 30 must give a tensor (B, n) = (3, 30), found {tuple(np.shape(forecast))}"
    )
    expect_close(
        forecast[:, 0], future[:, 0], "The first forecast must be the output at the seed's end"
    )
    expect_close(
        forecast[:, 1],
        future[:, 1],
        "The second forecast must come from the first one and from the state after the seed",
    )
    expect_close(forecast, future, "Thirty forecasts of a known wave must be the wave")
    expect_unchanged(rollout, model=WaveMap(12), seed=seed, n=2)
    model = WaveMap(12)
    for B, T, n in ((3, 10, 1), (1, 10, 4), (1, 10, 1), (3, 1, 2)):
        found = tuple(rollout(model, seed[:B, :T], n).shape)
        assert found == (B, n), f"B = {B}, n = {n} must give (B, n) = {(B, n)}, found {found}"
    kept = rollout(model, seed.float(), 4).dtype
    assert kept == torch.float32, f"A seed in 32 bits must give forecasts in 32 bits, found {kept}"
    assert not model.training, "A rollout must be in evaluation mode: model.eval()"

    forecast = rollout(WaveMap(12), seed.clone().requires_grad_(), 5)
    assert not forecast.requires_grad, "A rollout must be without gradients"


# %% [markdown]
# ## Experiments
#
# Nothing here is graded. Each cell uses what you have written, and raises `NotImplementedError`
# as long as something is missing. The reference numbers were measured with the reference solution,
# torch 2.13, on two CPU cores, with the seeds in the cells. Another version of torch, or a GPU, may
# add in another order: expect the same picture, not the same digits.
#
# ### Experiment 1 · Sine waves, one step ahead
#
# 1,000 training sequences of 50 steps, an LSTM of two layers with 32 units. The sequences are drawn
# independently of each other, so here no split in time is needed.

# %% experiment
import time


def as_tensor(array):
    """A NumPy array as a tensor of 32-bit floats on the device."""
    return torch.tensor(np.asarray(array), dtype=torch.float32, device=device)


rng = np.random.default_rng(0)
sine_train, sine_valid, sine_test = (
    tuple(as_tensor(part)[..., None] for part in generate_sine_data(50, count, rng))
    for count in (1000, 200, 200)
)
torch.manual_seed(0)
sine_model = LSTMPredictor(input_size=1, hidden_size=32, num_layers=2).to(device)
start = time.perf_counter()
sine_history = fit(
    sine_model,
    sine_train,
    sine_valid,
    epochs={"quick": 12, "full": 100}[BUDGET],
    generator=torch.Generator().manual_seed(0),
    progress=True,
)
print(f"{len(sine_history['valid'])} epochs in {time.perf_counter() - start:.1f} s")

with torch.no_grad():
    sine_predictions = sine_model(sine_test[0])[..., 0].cpu().numpy()
X, Y = (part[..., 0].cpu().numpy() for part in sine_test)
forecast_plots.four_panels(sine_history, X, Y, sine_predictions)
plt.show()
squared = (sine_predictions - Y) ** 2
print(f"test, mean squared error: {squared.mean():.5f}")
print(f"  at step 0: {squared[:, 0].mean():.4f}, from step 10 on: {squared[:, 10:].mean():.6f}")
print(f"  persistence: {np.mean((X - Y) ** 2):.4f}")

# %% [markdown]
# **What to look at.** Upper right: after a few steps the predictions lie on their targets. Lower left:
# the errors are large at the start. After one value nobody knows whether the wave rises or falls;
# after two the period is still unknown. Lower right: so the distribution of all errors has long
# tails, and the same from step 10 on is narrow. A mean squared error over all steps measures mostly
# the first one.
#
# Reference (`"quick"`): the test mean squared error is 0.0011 over all steps: 0.046 at step 0,
# and 0.00006 from step 10 on. Persistence has 0.052. The 12 epochs took 6 s.
#
# ### Experiment 2 · One step and free running
#
# The network reads 25 steps of a wave it has not seen. Then it runs freely for 100. Is a small error of one
# step a promise for a hundred?
#
# There is a second network beside it. It differs in one thing: noise of standard deviation 0.05 was
# added to the *inputs* of its training, not to the targets.

# %% experiment
noise = torch.Generator().manual_seed(1)


def with_noise(part):
    """The same examples with noise on their inputs."""
    inputs, targets = part
    return inputs + 0.05 * torch.randn(inputs.shape, generator=noise).to(device), targets


torch.manual_seed(0)
robust_model = LSTMPredictor(input_size=1, hidden_size=32, num_layers=2).to(device)
fit(
    robust_model,
    with_noise(sine_train),
    with_noise(sine_valid),
    epochs={"quick": 12, "full": 100}[BUDGET],
    generator=torch.Generator().manual_seed(0),
    progress=True,
)

long_waves, _ = generate_sine_data(150, 200, np.random.default_rng(1))
seed_length, ahead = 25, 100
truth = long_waves[:, seed_length : seed_length + ahead]
seed = as_tensor(long_waves[:, :seed_length, None])
with torch.no_grad():
    one_step = sine_model(as_tensor(long_waves)[..., None])[..., 0].cpu().numpy()
sine_forecasts = {
    "one step": one_step[:, seed_length - 1 : seed_length - 1 + ahead],
    "free running": rollout(sine_model, seed, ahead).cpu().numpy(),
    "free running, trained with noise": rollout(robust_model, seed, ahead).cpu().numpy(),
}

fig, axes = plt.subplots(2, 1, figsize=(10, 6.4))
steps = np.arange(1, ahead + 1)
forecast_plots.forecasts(
    steps, truth[0], {label: values[0] for label, values in sine_forecasts.items()}, axes[0]
)
axes[0].set(xlabel="steps after the seed", ylabel="value", title="wave 0", ylim=(-2.2, 3.2))
axes[0].legend(ncols=4, loc="upper center")
errors = {
    label: np.sqrt(np.mean((values - truth) ** 2, axis=0))
    for label, values in sine_forecasts.items()
}
for (label, values), style in zip(errors.items(), ("--", "-.", ":")):
    axes[1].semilogy(steps, values, style, label=label)
axes[1].axhline(1, color=plots.GREY, lw=1, label="a wave of the right period, any phase")
axes[1].set(
    xlabel="steps after the seed",
    ylabel="root mean squared error (log scale)",
    title="200 waves",
)
axes[1].legend(loc="center right")
plt.show()
for label, values in errors.items():
    print(f"{label:33s}", {step: f"{values[step - 1]:.3f}" for step in (1, 10, 50, 100)})

# %% [markdown]
# **What to look at.** One step ahead the first network is excellent, at every step. Running freely, it
# is lost within ten steps, and then swings ever higher. It has been trained on perfect waves, so it could
# learn to take tiny differences between inputs seriously: that is the most exact way, as long as
# inputs are exact. Its own forecasts are not, and the small error of one step is blown up by the next.
#
# The second network is *worse* one step ahead. But it has learnt not to trust a single input, and
# stays on the wave for a long time. The one-step error on clean data would have picked the wrong one.
#
# Reference (`"quick"`), root mean squared error:
#
# | Steps after the seed | 1 | 10 | 50 | 100 |
# |---|---|---|---|---|
# | one step | 0.008 | 0.007 | 0.008 | 0.008 |
# | free running | 0.008 | 1.05 | 1.25 | 1.93 |
# | free running, trained with noise | 0.019 | 0.061 | 0.26 | 0.65 |
#
# ### Experiment 3 · Sunspots
#
# Yearly numbers, a cycle of about eleven years, no two cycles alike. As in the literature, all models
# learn from the years up to 1920 and are tested on 1921–1955 and 1956–1979. The LSTM needs
# validation data as well, so its training part ends in 1840, and 1841–1920 decide when to stop. AR(12)
# has nothing to choose and takes all years up to 1920.

# %% experiment
years, numbers = sunspots.load()
record = years <= 1979
years, numbers = years[record], numbers[record]
train, valid, test = chronological_split(numbers, n_valid=80, n_test=59)
cuts = len(train), len(train) + len(valid)  # indices of 1841 and of 1921

fig, ax = plt.subplots(figsize=(10, 3))
for part, begin, color in ((train, 0, plots.BLUE), (valid, cuts[0], plots.GREEN), (test, cuts[1], plots.VERMILLION)):
    ax.plot(years[begin : begin + len(part)], part, color=color, lw=1.5)
    ax.text(years[begin + len(part) // 2], 200, f"{years[begin]}–{years[begin + len(part) - 1]}", color=color, ha="center")
ax.axvline(1955.5, color=plots.GREY, lw=1, ls="--")
ax.set(xlabel="year", ylabel="sunspot number (yearly mean)", title="train, validation, test", ylim=(0, 225))
plt.show()

# %% [markdown]
# The highest number before 1921 is 154, in 1778. The peak of 1957 is 190: the second test period asks for
# values that no model has seen.

# %% experiment
VARIANCE = np.var(numbers)  # of the whole record 1700–1979
PERIODS = {"1921–55": (1921, 1955), "1956–79": (1956, 1979)}


def arv(forecast):
    """Average relative variance in both test periods, of forecasts (280,), one a year."""
    result = {}
    for name, (first, last) in PERIODS.items():
        inside = (years >= first) & (years <= last)
        result[name] = np.mean((forecast[inside] - numbers[inside]) ** 2) / VARIANCE
    return result


def forecast_array(values):
    """Forecasts (n,) of the last n years, behind NaN for the years before."""
    return np.concatenate([np.full(len(numbers) - len(values), np.nan), values])


# Baselines: last year's number, the number of 11 years ago, and AR(12) by least squares.
forecasts = {
    "persistence, 1 year": forecast_array(persistence(numbers, 1)),
    "persistence, 11 years": forecast_array(persistence(numbers, 11)),
}
X, Y = make_windows(numbers, T=12, k=1)
design = np.column_stack([np.ones(len(X)), X[:, :, 0]])  # (M, 13): a constant and 12 years
known = len(numbers[: cuts[1]]) - 12  # windows whose target lies before 1921
weights, *_ = np.linalg.lstsq(design[:known], Y[:known, 0], rcond=None)
forecasts["AR(12)"] = forecast_array(design @ weights)

# The LSTM: windows of 12 years, scaled with the training part; a target belongs to the part it lies in.
T = 12
scaler = Scaler().fit(train)
scaled = scaler.transform(numbers)
train_windows = tuple(map(as_tensor, make_windows(scaled[: cuts[0]], T, 1)))
valid_windows = tuple(map(as_tensor, make_windows(scaled[cuts[0] - T : cuts[1]], T, 1)))
all_inputs = as_tensor(make_windows(scaled, T, 1)[0])


def last_step_loss(outputs, Y):
    """Mean squared error of the last output (B, T, 1) -> (B, 1) against the targets (B, 1)."""
    return nn.functional.mse_loss(outputs[:, -1], Y)


def train_sunspot_model(seed):
    """An LSTM of 16 units; the seed decides its start weights and the order of the examples."""
    torch.manual_seed(seed)
    model = LSTMPredictor(1, 16, 1).to(device)
    history = fit(
        model,
        train_windows,
        valid_windows,
        epochs=200,
        batch_size=16,
        lr=0.02,
        patience=40,
        loss_fn=last_step_loss,
        generator=torch.Generator().manual_seed(seed),
    )
    return model, history


sunspot_models, runs = [], []
start = time.perf_counter()
for seed in tqdm(range({"quick": 4, "full": 20}[BUDGET])):
    model, history = train_sunspot_model(seed)
    with torch.no_grad():
        outputs = model(all_inputs)[:, -1, 0].cpu().numpy()
    runs.append(forecast_array(scaler.inverse(outputs)))
    sunspot_models.append((model, history))
print(f"{len(runs)} networks in {time.perf_counter() - start:.1f} s")

for name, forecast in forecasts.items():
    print(f"{name:24s}", {period: f"{value:.3f}" for period, value in arv(forecast).items()})
scores = [arv(run) for run in runs]
for period in PERIODS:
    values = [score[period] for score in scores]
    print(
        f"LSTM, {period}: mean {np.mean(values):.3f}, from {min(values):.3f} to {max(values):.3f}, "
        f"of the mean forecast {arv(np.mean(runs, axis=0))[period]:.3f}"
    )
print("best epochs:", [history["best_epoch"] for _, history in sunspot_models])

fig, (left, right) = plt.subplots(1, 2, figsize=(12, 4), width_ratios=[1, 2])
forecast_plots.losses(sunspot_models[0][1], left)
left.set(title="LSTM, seed 0", ylabel="mean squared error, scaled (log scale)")
inside = years >= 1921
forecast_plots.forecasts(
    years[inside],
    numbers[inside],
    {"LSTM, mean of all": np.mean(runs, axis=0)[inside], "AR(12)": forecasts["AR(12)"][inside]},
    right,
)
right.axvline(1955.5, color=plots.GREY, lw=1)
right.set(xlabel="year", ylabel="sunspot number", title="forecasts one year ahead")
plt.show()

# %% [markdown]
# **What to look at.** Left: the training loss falls on and on. The validation loss has stopped falling after
# a few epochs, and jitters. Early stopping picks the lowest of these numbers, partly by luck. Right: both
# forecasts follow the cycle. In 1957 the LSTM stays far below the peak, and the linear model does not:
# a weighted sum has no upper limit, states between -1 and 1 have one.
#
# Reference, average relative variance, on the variance of 1700–1979 (4 seeds is `"quick"`, 20 is `"full"`):
#
# | Forecast, one year ahead | 1921–55 | 1956–79 |
# |---|---|---|
# | persistence, 1 year | 0.427 | 0.965 |
# | persistence, 11 years | 0.422 | 1.377 |
# | AR(12) | 0.130 | 0.368 |
# | LSTM, 4 seeds: mean (lowest … highest) | 0.122 (0.105 … 0.131) | 0.385 (0.325 … 0.475) |
# | LSTM, mean of the 4 forecasts | 0.105 | 0.352 |
# | LSTM, 20 seeds: mean (lowest … highest) | 0.114 (0.093 … 0.133) | 0.350 (0.209 … 0.475) |
# | LSTM, mean of the 20 forecasts | 0.099 | 0.317 |
#
# Three things to take home. The linear model is hard to beat. Networks that differ in nothing but the
# seed lie on both sides of it: one number from one seed proves nothing. And the mean of several
# forecasts is better than the mean of their errors.
#
# A fourth one, about this very table. Learning rate and patience are the best of several that we tried. On
# the validation years these hardly differed (0.112 to 0.116), on 1956–79 they did (0.36 to 0.44): a part of
# the last column is luck that somebody picked. With 1871–1920 for validation, quiet decades, the best
# epoch came after three or four (learning rate 0.01), with 0.17 and 0.72. *What* you validate on matters more
# than any setting of the network.
#
# The LSTM is also in a worse position than AR(12): its weights have seen no year after 1840. What would
# you do about that? (That is question A of the project.)
#
# ### Experiment 4 · Sunspots, several years ahead
#
# The same networks, running freely for eight years from every year since 1920. The windows now have
# `k` = 8 targets. The comparison is persistence over `k` years, and AR(12) running freely.

# %% experiment
HORIZON = 8
X, Y = make_windows(scaled[cuts[1] - T :], T, HORIZON)  # all targets lie in 1921–1979
truth = scaler.inverse(Y)
free = np.mean(
    [rollout(model, as_tensor(X), HORIZON).cpu().numpy() for model, _ in sunspot_models], axis=0
)

recent = numbers[cuts[1] - 1 :]  # 1920–1979: the first forecasts are made in 1920
history_of_ar = scaler.inverse(X[:, :, 0])
for _ in range(HORIZON):
    step = np.column_stack([np.ones(len(X)), history_of_ar[:, -12:]]) @ weights
    history_of_ar = np.column_stack([history_of_ar, step])

curves = {
    "LSTM, mean of all, free running": np.mean((scaler.inverse(free) - truth) ** 2, axis=0),
    "AR(12), free running": np.mean((history_of_ar[:, T:] - truth) ** 2, axis=0),
    "persistence": [
        np.mean((persistence(recent, k) - recent[k:])[: len(X)] ** 2)
        for k in range(1, HORIZON + 1)
    ],
}
curves = {label: np.asarray(values) / VARIANCE for label, values in curves.items()}
fig, ax = plt.subplots(figsize=(8, 4))
forecast_plots.by_horizon(curves, ax)
ax.axhline(np.var(test) / VARIANCE, color=plots.GREY, lw=1)
ax.text(HORIZON, np.var(test) / VARIANCE, "the mean of the test years", color=plots.GREY, ha="right", va="bottom")
ax.set(xlabel="years ahead", ylabel="average relative variance", title="sunspots 1921–1979")
plt.show()
for label, values in curves.items():
    print(f"{label}:", np.round(values, 2))

# %% [markdown]
# **What to look at.** Persistence gets worse up to half a cycle, when the sun does the opposite of what it
# did. Both models know the cycle and lose less. Up to two years they are alike. Further ahead the linear model
# is clearly better: the networks were trained for one step, on true inputs, and now they read their own
# errors, as in experiment 2. The grey line is what the mean of the *future* would give.
#
# Reference (`"quick"`), average relative variance:
#
# | Years ahead | 1 | 2 | 4 | 8 |
# |---|---|---|---|---|
# | LSTM, mean of all, free running | 0.20 | 0.58 | 1.21 | 1.60 |
# | AR(12), free running | 0.21 | 0.49 | 0.75 | 0.80 |
# | persistence | 0.61 | 1.94 | 4.64 | 2.91 |
#
# ### Experiment 5 · Why persistence can fool you
#
# A **random walk** adds an independent random step every time. Nothing about the next step can be
# known, so the best forecast possible is the value of now. Train an LSTM on it, and look at the
# picture that so many articles show.

# %% experiment
walk = np.random.default_rng(32).normal(size=1000).cumsum()
walk_train, walk_valid, walk_test = chronological_split(walk, 200, 300)
walk_scaler = Scaler().fit(walk_train)
walk_windows = [
    tuple(map(as_tensor, make_windows(walk_scaler.transform(part), 12, 1)))
    for part in (walk_train, walk_valid, walk_test)
]
torch.manual_seed(0)
walk_model = LSTMPredictor(1, 16, 1).to(device)
fit(
    walk_model,
    *walk_windows[:2],
    epochs={"quick": 30, "full": 200}[BUDGET],
    loss_fn=last_step_loss,
    generator=torch.Generator().manual_seed(0),
)
with torch.no_grad():
    walk_forecast = walk_scaler.inverse(walk_model(walk_windows[2][0])[:, -1, 0].cpu().numpy())
walk_truth, now = walk_test[12:], persistence(walk_test, 1)[11:]

fig, (left, right) = plt.subplots(1, 2, figsize=(12, 3.8), width_ratios=[2, 1])
forecast_plots.forecasts(
    np.arange(100), walk_truth[:100], {"LSTM": walk_forecast[:100], "persistence": now[:100]}, left
)
left.set(xlabel="time step", ylabel="value", title="a random walk, forecast one step ahead")
right.plot(walk_truth - now, walk_forecast - now, ".", ms=4)
limit = np.abs(walk_truth - now).max()
right.axline((0, 0), slope=1, color=plots.GREY, lw=1)
right.set(
    xlabel="step that came",
    ylabel="step that the LSTM forecast",
    title="the same forecasts, as steps",
    xlim=(-limit, limit),
    ylim=(-limit, limit),
)
plt.show()
mse = {"LSTM": np.mean((walk_forecast - walk_truth) ** 2), "persistence": np.mean((now - walk_truth) ** 2)}
for label, value in mse.items():
    print(f"{label}: mean squared error {value:.2f}, ARV {value / np.var(walk_truth):.3f}")
print(f"correlation of the steps: {np.corrcoef(walk_truth - now, walk_forecast - now)[0, 1]:.2f}")

# %% [markdown]
# **What to look at.** On the left the forecast hugs the series, one step late, and the average relative
# variance is tiny. It looks like a success. On the right are the same forecasts as *steps*: good ones would
# lie along the grey line. They lie in a flat cloud. The LSTM has learnt a slightly worse copy of
# persistence, and there was nothing else to learn. A series that moves slowly against its own variance gives
# good scores to forecasts that know nothing.
#
# Reference (`"quick"`): mean squared error 1.22 for the LSTM and 1.06 for persistence, average relative
# variance 0.011 and 0.010, correlation of the steps -0.01. (This walk was chosen because its test part stays
# within the range of its training part. On others the LSTM meets values it has never seen, and is far worse.)

# %% [markdown]
# ## Break it
#
# Two mistakes on purpose. The first one only warns, the second one says nothing.
#
# ### (B, 1) against (B,)
#
# A network with one output returns (B, 1). The targets come as (B,). Their difference is
# (B, B): broadcasting takes every output with every target.

# %% experiment
import warnings

torch.manual_seed(0)
x = torch.randn(200, 1)
y = 3 * x[:, 0] + 1  # (B,)
for shape in ("(B,)", "(B, 1)"):
    torch.manual_seed(0)
    line = nn.Linear(1, 1)
    adam = torch.optim.Adam(line.parameters(), lr=0.05)
    targets = y if shape == "(B,)" else y[:, None]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(500):
            error = nn.functional.mse_loss(line(x), targets)
            adam.zero_grad()
            error.backward()
            adam.step()
    said = str(caught[0].message).split(".")[0] if caught else "no warning"
    print(f"targets {shape}: y = {line.weight.item():.2f} x + {line.bias.item():.2f}, loss {error:.2f}")
    print(f"  {said}")

# %% [markdown]
# With (B,) the network learns a constant. **Explain before you read on:** why that one?
#
# <details><summary>Answer</summary>
#
# Each output is compared with *all* targets. The number that is nearest to all of them, in the mean
# square, is their mean. The input has no say any more, so its weight goes to 0. The loss ends at
# the variance of the targets.
#
# </details>
#
# Training runs, the loss falls, and where nobody reads warnings nobody notices. A loss of your own
# can check it in one line: `assert outputs.shape == Y.shape`, right before it compares them. (`fit`
# cannot: `last_step_loss` of experiment 3 rightly takes (B, T, 1) and (B, 1).)
#
# ### Best weights that are not the best
#
# `model.state_dict()` looks like a copy, and is none.

# %% experiment
torch.manual_seed(0)
line = nn.Linear(1, 1)
kept = line.state_dict()  # what many write
shallow = dict(line.state_dict())  # a new dictionary of the same tensors
deep = copy.deepcopy(line.state_dict())
print(f"when kept:          {line.weight.item():.3f}")
with torch.no_grad():
    line.weight.fill_(100.0)  # what an optimizer step does: it changes the tensor in place
for name, weights_kept in (("state_dict()", kept), ("dict(…)", shallow), ("deepcopy(…)", deep)):
    print(f"{name:19s} {weights_kept['weight'].item():.3f}")

# %% [markdown]
# **Explain:** why does an early-stopping loop with this mistake give a model that still looks fine?
#
# <details><summary>Answer</summary>
#
# Loading a state into itself changes nothing: the model ends with its *last* weights, `patience` epochs
# after the best ones. Those are not bad, they are overfitted a little. Only the validation loss, measured
# once more after training, gives it away.
#
# </details>

# %% [markdown]
# ## Common mistakes
#
# | What you see | Where it comes from | What to do |
# |---|---|---|
# | training loss 0 after few epochs, free running useless | the target is in the input: windows off by one, or `bidirectional=True` | windows of `np.arange`, by eye |
# | test much better than the literature | random split of overlapping windows, or a scaler fitted on everything | split first, then scale, then cut |
# | outputs change with the order of the batch | `batch_first` forgotten | change one series, look at the others |
# | predictions of the right shape, wrong by a factor | scaled twice, or not brought back; `ddof` mixed | `inverse(transform(x))` must be `x` |
# | loss stuck at the variance of the targets | (B, 1) against (B,) | read the warning; compare shapes |
# | loss falls, then explodes | no clipping, or after the step | backward, clip, step |
# | training gets slower and stranger with each batch | `zero_grad` forgotten | clear before every backward |
# | validation loss jumps about | validation in training mode | `eval()` before, `train()` after |
# | the "best" model is no better than the last | `state_dict()` without a copy | `copy.deepcopy` |
# | forecasts look like the series one step late | the model has learnt persistence | plot the *steps*, compare with persistence |
# | free running flat after one step | the state is not carried | hand the state to `run` |

# %% [markdown]
# ## Interview checkpoints
#
# Answer aloud, in two or three sentences, then unfold.
#
# <details><summary>Why can persistence fool you?</summary>
#
# For a slow series the last value is a good forecast, so its error is small against the variance,
# and so is that of any model that has learnt nothing but to repeat. On a plot over the truth, a
# forecast that is one step late looks excellent. Compare errors with persistence, or score the
# *steps*.
#
# </details>
#
# <details><summary>You get a time series and a colleague's notebook with train_test_split(shuffle=True). What do you say?</summary>
#
# The test set is then surrounded by training data: overlapping windows share most of their values,
# and neighbours in time are alike. The score says how well gaps are filled. Split by time, and, for
# several test sets, move the cut forward step by step (rolling origin).
#
# </details>
#
# <details><summary>May the inputs of a test window come from the training years?</summary>
#
# Yes. When the forecast for 1921 is made, 1909 to 1920 are known. What may not happen is that a
# *target* of the test was a target, or an input, in training.
#
# </details>
#
# <details><summary>Is the validation loss of the best epoch a fair estimate of the test loss?</summary>
#
# No, it is too good: the epoch was chosen because its validation loss is the lowest of many. The more
# is chosen on the validation set, the more so. That is why there is a third part.
#
# </details>
#
# <details><summary>Why do forecasts many steps ahead tend towards the mean?</summary>
#
# The mean squared error is lowest for the expected value. The further ahead, the less is known, and
# the nearer the expectation is to the mean of the series. A model trained for one step and run
# freely need not do that: it may go on swinging with a wrong phase, or drift away.
#
# </details>

# %% [markdown]
# ## Project · A forecast that you would bet on
#
# Use your own code. Choose **one** question (3 hours in all):
#
# - **A.** Does the LSTM beat AR(12) on the sunspots if it, too, learns from all years up to 1920? Choose
#   the number of epochs on 1841–1920, then train again on everything up to 1920.
# - **B.** How much does a random split flatter? Train and score the same network with a random and
#   with a chronological split, and compare both with the years 1921–1979.
# - **C.** How do the window T and the number of units change the error *k* years ahead? Compare with AR(p) of
#   the same T.
# - **D.** Another series of your choice with at least 200 values, such as `co2` (fill its gaps first) or `elnino` in
#   [`statsmodels.datasets`](https://www.statsmodels.org/stable/datasets/index.html): persistence, seasonal persistence, AR(p) and LSTM.
#
# A start for question A, for a cell of your own:
#
# ```python
# for seed in range(5):
#     model, history = train_sunspot_model(seed)
#     chosen = history["best_epoch"] + 1
#     # all windows with targets up to 1920, `chosen` epochs, no early stopping: what goes into valid?
# ```
#
# Work in cells of your own, wherever you like:
#
# 1. Say in one sentence what you expect, *before* you run anything.
# 2. Measure, with at least 5 seeds for every setting, beside persistence and a linear model.
# 3. Make one figure: axes with labels and units, the spread over seeds, the baselines as lines.
# 4. Sum up in 5 to 10 bullets in the answer cell below: the question and what you expected, the
#    set-up (split, scaling, sizes, seeds, epochs), the result in numbers, what worked, what did not,
#    what you would do next.
#
# **How it is marked** (5 points, one each)
#
# | Point | Given when |
# |---|---|
# | set-up | somebody else could repeat it from the bullets, and no target of the test was used for any choice |
# | figure | labelled axes, baselines, the spread over at least 5 seeds |
# | result | the question is answered with numbers, and compared with what was expected |
# | what did not work | one failure, and an explanation that uses the theory of this week |
# | next | one next step that a measurement could prove wrong |

# %% [markdown] question="deliverable" points=5
# *Your 5 to 10 bullets. Double-click to edit.*
#
# - Question and expectation:
# - Set-up:
# - Result:
# - What worked:
# - What did not:
# - Next:
#
# ### BEGIN RUBRIC
# - 1 set-up: split, scaling, sizes, seeds, epochs; nothing at all if a target of the test years was
#   used for a choice (epochs, window, scaling statistics)
# - 1 figure: axes with labels and units, persistence and a linear model drawn, and the spread over at
#   least 5 seeds; half a point if one of the three is missing
# - 1 result: numbers on the test years that answer the chosen question, held against the sentence
#   written before the run; "the network loses to AR" is as good a result as the opposite
# - 1 what did not work: one concrete failure with a reason from this week, such as a leak, a wrong
#   horizon, drift in free running, or too few cycles in the data
# - 1 next: a step together with the measurement that would speak against it
# ### END RUBRIC

# %% [markdown]
# ## Stretch · Say how sure you are: quantile loss
#
# A forecast of one number hides how uncertain it is. The **quantile loss** (pinball loss,
# [Koenker & Bassett 1978](https://doi.org/10.2307/1913643)) trains an output $q$ to be the value below which the
# truth falls with probability $\tau$:
#
# $$L_\tau(y, q) = \max\bigl(\tau\,(y - q),\; (\tau - 1)\,(y - q)\bigr)$$
#
# 1. Give the network three outputs, for $\tau$ = 0.1, 0.5, 0.9, and write `quantile_loss(outputs, Y)` for
#    `fit`. Which known loss is it for $\tau$ = 0.5?
# 2. Train on the sunspots and draw the band between the 0.1 and 0.9 quantiles over the test years.
# 3. Measure the **coverage**: how many test values lie in the band? It should be 80 %. Is it, on 1921–55? On
#    1956–79?
# 4. Can the three quantiles cross? How would you make that impossible?

# %% [markdown]
# ## Reflection
#
# Take an hour, away from the keyboard if you can. Write for yourself.
#
# - Where could the future have leaked into something that you have built or read about?
# - Which line of `fit` did you write without thinking the first time, and got wrong?
# - Explain to somebody why a low error is no proof of a good forecast. Which picture do you draw?
# - When would you hand in the linear model, although the network scores a little better?
# - Sequences in this week had no words and no end. What will change when the input is a sentence, and
#   the answer one label?

# %% [markdown]
# ## Self-assessment
#
# Click the folded cell below and press Shift+Enter. Tick what you could do again tomorrow without
# looking it up, and write down what you take with you. It is kept in `self_assessment.json` beside
# this notebook and handed in with it. It earns no points: it shows you, and whoever teaches you,
# where to look again.

# %% selfassessment
from autograder.notebook.assessment_widget import self_assessment

self_assessment(
    "week04_sine",
    [
        (
            "I can make pairs of a sequence and the same sequence one step ahead",
            "generate_sine_data",
        ),
        (
            "I can cut a series into windows and split it in time, without an error of one",
            "make_windows",
        ),
        ("I can scale data with statistics of the training part alone, and say why", "Scaler"),
        (
            "I can build a predictor with several layers that answers at every time step",
            "LSTMPredictor",
        ),
        (
            "I can write a training loop with clipping, early stopping and the best weights restored",
            "fit",
        ),
        (
            "I can compare a forecast with persistence, and let a model run on its own forecasts",
            "rollout",
        ),
        "I can explain why persistence can look good, and why that proves little",
        "I can name three ways in which the future leaks into a forecast",
    ],
)
