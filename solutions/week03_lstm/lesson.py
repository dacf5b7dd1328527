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
# # Week 3 · LSTM and GRU from scratch
#
# In week 1 you measured how the gradient of a plain RNN vanishes, step by step, on its way back.
# This week you build the two cells that were made against that: the LSTM, in NumPy and again in
# PyTorch's own layout, and the GRU. Then you train them on a task that a plain RNN does not learn,
# and let your own LSTM write a text, character by character.
#
# **When you are done, you can**
#
# - write an LSTM and a GRU step from the equations, and load PyTorch's weights into them;
# - say which gate does what, and see it in the activations of a trained network;
# - explain with one derivative why a cell state remembers longer than a hidden state;
# - build a character model from your own embedding, LSTM and linear layer, and generate text.
#
# | | |
# |---|---|
# | **Hours** | study 3 · coding 3 · project 3 · reflection 1 |
# | **Difficulty** | ●●●●○ |
# | **Stands on** | week 1 (states, gradients by lag), week 2 (characters, cross entropy), PyTorch modules |
# | **Points** | 20 for six exercises, graded automatically · 5 for the project, marked by a person |
#
# **Data card**
#
# | What | Source | Licence | Size |
# |---|---|---|---|
# | sequences of the adding problem | PyTorch's generator, seeded in this notebook | none needed | made on the fly |
# | a short passage about a river | written for this course, in this notebook | that of the course | 377 characters |
# | the Python manual's topics, for one experiment | `pydoc_data.topics` of your Python | [PSF License](https://docs.python.org/3/license.html) | about 370,000 characters |
#
# There is nothing to download.
#
# **How to work**
#
# 1. Read the [mini-theory](#Mini-theory) once. Each exercise links back to the part it needs.
# 2. In an exercise, replace `# YOUR CODE HERE` and the line `raise NotImplementedError()`.
# 3. Run the check below the exercise. A failed check says which part of the formula is wrong.
# 4. Press **Validate**: it runs all checks in a fresh kernel. Then submit.
#
# Take B, T and H from the shapes of your arguments: each may be 1. Results have the element type of
# the arguments, and tensors their device. Nothing else changes: no argument, no mode of a model, no
# global state such as autograd's or a random generator's seed, and nothing is remembered from call to
# call, unless an exercise says so.
#
# After submission your functions also meet hidden tests. They test the same things on other
# numbers and other shapes. Each exercise is tested for itself as far as that is possible.
# Experiments and cells of your own are not graded.

# %%
import copy
import math
import sys
import time

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn
from tqdm.auto import tqdm

from rnn_course import gate_plots, plots
from autograder.notebook.checks import check, expect_close, expect_unchanged

plots.use_style()
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
torch.set_num_threads(1)  # networks as small as these do not gain from more

# "quick" runs the whole notebook in about 40 s on a CPU, "full" in about 5 minutes.
BUDGET = "quick"


# %%
def sigmoid(a):
    """The logistic function 1 / (1 + exp(-a)) of an array, without overflow for large entries."""
    return 0.5 * (1 + np.tanh(0.5 * np.asarray(a)))


def on_its_own(function, *arguments):
    """Call a function for a check; PyTorch's own LSTM and GRU are refused, whatever their name."""

    def watch(frame, event, what):
        name = getattr(what, "__name__", "") if event == "c_call" else ""
        own = "lstm" not in name and "gru" not in name
        assert own, f"Write the equations yourself, without PyTorch's own {name}"

    sys.setprofile(watch)
    try:
        return function(*arguments)
    finally:
        sys.setprofile(None)


# %% [markdown]
# ## Mini-theory
#
# You need this section and nothing else to solve the exercises. To hear it told another way:
#
# - video: StatQuest, [Long Short-Term Memory, clearly explained](https://www.youtube.com/watch?v=YCzL96nL7j0) (21 minutes);
# - essay: Christopher Olah, [Understanding LSTM Networks](https://colah.github.io/posts/2015-08-Understanding-LSTMs/), with the best known pictures of these cells;
# - textbook: Dive into Deep Learning, [LSTM](https://d2l.ai/chapter_recurrent-modern/lstm.html) and [GRU](https://d2l.ai/chapter_recurrent-modern/gru.html).
#
# ### The idea
#
# A plain RNN overwrites its whole state at every step. Whatever is to be remembered must pass
# through a matrix and a tanh each time, and so must its gradient. The **LSTM** (long short-term
# memory, [Hochreiter & Schmidhuber 1997](https://doi.org/10.1162/neco.1997.9.8.1735)) adds a second
# state, the **cell state** $c$. It is not overwritten but *edited*: some of it is erased, something
# is added, and what is left alone stays as it is.
#
# What is erased, added and shown is decided by **gates**. A gate is a vector of numbers between 0
# (closed) and 1 (open), one for each unit, computed at each step from the input and the hidden
# state.
#
# | Gate | Symbol | Question it answers | Squashed by | In exercise 1 |
# |---|---|---|---|---|
# | forget gate | $f$ | how much of the old cell state is kept? | sigmoid | `W_f`, `"forget"` |
# | input gate | $i$ | how much of the candidate is written? | sigmoid | `W_i`, `"input"` |
# | candidate (cell gate) | $g$ | *what* could be written? | **tanh** | `W_C`, `"cell"` |
# | output gate | $o$ | how much of the cell state is shown as hidden state? | sigmoid | `W_o`, `"output"` |
#
# The candidate is called a gate in PyTorch's documentation, but it is none: it is a value between
# -1 and 1, not a share between 0 and 1. Mind the name of the forget gate as well: 1 means *keep*.
# It was not in the paper of 1997 but came with
# [Gers, Schmidhuber & Cummins 2000](https://doi.org/10.1162/089976600300015015).
#
# The figure shows one step. Follow the line at the top: from $c_t$ to $c_{t+1}$ there is one
# product and one sum, and no matrix.

# %% experiment
gate_plots.lstm_cell()
plt.show()

# %% [markdown]
# ### The LSTM step
#
# We count as in week 1: step $t$ reads $x_t$, $h_t$ and $c_t$, and makes $h_{t+1}$ and $c_{t+1}$.
# $\sigma$ is the sigmoid, $\odot$ the product entry by entry, and $[h, x]$ means that the two are
# joined along the features, $h$ first.
#
# $$f = \sigma([h_t, x_t]\, W_f^\top + b_f) \qquad i = \sigma([h_t, x_t]\, W_i^\top + b_i)$$
#
# $$g = \tanh([h_t, x_t]\, W_C^\top + b_C) \qquad o = \sigma([h_t, x_t]\, W_o^\top + b_o)$$
#
# $$c_{t+1} = f \odot c_t + i \odot g \qquad\qquad h_{t+1} = o \odot \tanh(c_{t+1})$$
#
# The hidden state shows the *new* cell state. Both states go on to the next step. The gates of
# step $t$ carry the index $t$ too; we leave it out where only one step is meant.
#
# | Name | Shape | What it is |
# |---|---|---|
# | `x_t` | (B, D) | input of one step |
# | `h_prev`, `C_prev` | (B, H) | hidden state and cell state before the step |
# | `W_f`, `W_i`, `W_C`, `W_o` | (H, H + D) | columns 0 … H - 1 read `h_prev`, columns H … H + D - 1 read `x_t` |
# | `b_f`, `b_i`, `b_C`, `b_o` | (H,) | one bias for each gate |
#
# ### The packed layout
#
# Four small products are slower than a large one. PyTorch keeps the input weights and the recurrent
# weights apart, and stacks the four blocks of rows on each other in the order **i, f, g, o**:
#
# $$a = x_t W_{ih}^\top + b_{ih} + h_t W_{hh}^\top + b_{hh} \qquad \text{shape (B, 4H)}$$
#
# | | Shape | Rows 0 … H - 1 | H … 2H - 1 | 2H … 3H - 1 | 3H … 4H - 1 |
# |---|---|---|---|---|---|
# | `W_ih` | (4H, D) | input gate | forget gate | candidate | output gate |
# | `W_hh` | (4H, H) | input gate | forget gate | candidate | output gate |
# | `b_ih`, `b_hh` | (4H,) | input gate | forget gate | candidate | output gate |
#
# The *rows* of the weights become *columns* of $a$. So $a$ is cut along its last axis into four
# pieces of shape (B, H). For three of them the sigmoid follows, for the third the tanh. There are
# two biases, although only their sum matters: a habit that comes from the library cuDNN.
#
# The order is a convention, and other libraries have others: Keras uses i, f, c, o (the same under
# another name), ONNX uses i, o, f, c. Weights that are loaded in the wrong order raise no error,
# because all blocks have the same shape.
#
# ### Why it remembers
#
# Go back along the top line of the figure. While the gates are held fixed, the Jacobian of the step
# is
#
# $$\frac{\partial c_{t+1}}{\partial c_t} = \mathrm{diag}(f_t)
# \qquad\Rightarrow\qquad
# \frac{\partial c_{t+\text{lag}}}{\partial c_t} = \mathrm{diag}(f_{t+\text{lag}-1} \odot \dots \odot f_t)$$
#
# (There are further paths, from $c$ through $h$ into the next gates. They behave like a plain RNN.)
# Compare week 1: there every step multiplied by $\mathrm{diag}(1 - h^2)\, W_{hh}$. Here it is one
# number for each unit, and the network *chooses* it: near 1 to remember, near 0 to forget. It
# cannot be larger than 1, so this path does not explode.
#
# But it *can* vanish. A fresh network has small weights, so its gates stand near $\sigma(b)$.
# With a bias of 0 half of the cell state is lost at every step:
#
# | Bias of the forget gate | $f = \sigma(b)$ | left after 20 steps, $f^{20}$ |
# |---|---|---|
# | 0 | 0.50 | 0.000001 |
# | 1 | 0.73 | 0.002 |
# | 3 | 0.95 | 0.38 |
#
# That is why one often starts with a **forget bias** of 1 or more ([Gers, Schmidhuber & Cummins
# 2000](https://doi.org/10.1162/089976600300015015); [Jozefowicz, Zaremba & Sutskever
# 2015](https://proceedings.mlr.press/v37/jozefowicz15.html)). PyTorch does not do it for you. In
# its layout there are two biases, and their *sum* is what counts.
#
# ### The GRU step
#
# The **gated recurrent unit** ([Cho et al. 2014](https://doi.org/10.3115/v1/D14-1179)) has one
# state and two gates. Its three blocks are packed in the order **r, z, n**:
#
# $$r = \sigma(x_t W_{ir}^\top + b_{ir} + h_t W_{hr}^\top + b_{hr}) \qquad
# z = \sigma(x_t W_{iz}^\top + b_{iz} + h_t W_{hz}^\top + b_{hz})$$
#
# $$n = \tanh\bigl(x_t W_{in}^\top + b_{in} + r \odot (h_t W_{hn}^\top + b_{hn})\bigr)$$
#
# $$h_{t+1} = (1 - z) \odot n + z \odot h_t$$
#
# | Name | Shape | Rows 0 … H - 1 | H … 2H - 1 | 2H … 3H - 1 |
# |---|---|---|---|---|
# | `W_ih` | (3H, D) | $W_{ir}$, reset gate | $W_{iz}$, update gate | $W_{in}$, candidate |
# | `W_hh` | (3H, H) | $W_{hr}$ | $W_{hz}$ | $W_{hn}$ |
# | `b_ih`, `b_hh` | (3H,) | $b_{ir}$, $b_{hr}$ | $b_{iz}$, $b_{hz}$ | $b_{in}$, $b_{hn}$ |
#
# - The **reset gate** $r$ says how much of the old state the candidate may see.
# - The **update gate** $z$ does the work of forget and input gate at once: what is kept ($z$) and what
#   is written ($1 - z$) add up to 1.
#
# Here the two sums may not be added before they are cut: in the third block the recurrent part is
# multiplied by $r$ and the input part is not. So the two biases of the candidate are *not*
# interchangeable: $b_{hn}$ stands inside the product with $r$, $b_{in}$ outside.
#
# **The paper differs, and so do others.** Cho et al. apply the reset gate *before* the product, $(r
# \odot h_t)\, W_{hn}^\top$. PyTorch applies it *after* the product. Then one matrix product serves
# all three blocks ([its
# documentation](https://docs.pytorch.org/docs/stable/generated/torch.nn.GRU.html) says so). The two
# are different networks: weights of one do not work in the other. And [Chung et al.
# 2014](https://arxiv.org/abs/1412.3555) swap $z$ and $1 - z$. Read the equations before you load
# weights.
#
# | | RNN | GRU | LSTM |
# |---|---|---|---|
# | states handed on | $h$ | $h$ | $h$ and $c$ |
# | gates | none | 2 | 3 |
# | blocks of weights | 1 | 3 | 4 |
# | parameters, with two biases | $H(D + H + 2)$ | $3H(D + H + 2)$ | $4H(D + H + 2)$ |
#
# ### A character model
#
# As in week 2, every character has a number. The model looks up a row of the **embedding** matrix
# (V, E) for each, feeds the rows one after another into the LSTM step, and turns each new hidden
# state into V scores (**logits**) for the next character:
#
# $$\text{ids}_t \;\to\; e_t = \text{embedding}[\text{ids}_t] \;\to\; h_{t+1}, c_{t+1} = \text{step}(e_t, (h_t, c_t))
# \;\to\; \text{logits}_t = h_{t+1} W_{out}^\top + b_{out}$$
#
# The model returns logits, not probabilities: the cross entropy applies the softmax itself. It
# returns the last states too. Whoever hands both back in can go on with the text where it stopped.
# That is how text is generated: one character in, one character out, states carried along.
#
# ### The adding problem
#
# How do you test memory? With a task that needs nothing else. Hochreiter & Schmidhuber (1997)
# proposed this one; here it is in the form of [Arjovsky, Shah & Bengio
# 2016](https://proceedings.mlr.press/v48/arjovsky16.html). At each step the network reads two
# numbers:
#
# - a **value**, random, uniform between 0 and 1;
# - a **marker**, 0 everywhere except at two steps, where it is 1. One marker stands in the first half
#   of the sequence, the other in the second.
#
# The target, asked for after the last step, is the **sum** of the two marked values. With T = 6:
#
# | t | 0 | 1 | 2 | 3 | 4 | 5 | target |
# |---|---|---|---|---|---|---|---|
# | value | 0.3 | 0.8 | 0.1 | 0.6 | 0.5 | 0.2 | |
# | marker | 0 | 1 | 0 | 0 | 1 | 0 | 0.8 + 0.5 = 1.3 |
#
# Without memory the best answer is the mean of the target, which is 1. Its mean squared error is
# the variance of a sum of two independent uniform numbers: $\tfrac{1}{12} + \tfrac{1}{12} =
# \tfrac{1}{6} \approx 0.167$. A network that has learnt anything must be below that line.

# %% [markdown]
# ## Exercises
#
# | | Exercise | Points | Difficulty | Minutes |
# |---|---|---|---|---|
# | 1 | `SimpleLSTM` | 5 | ●●●○○ | 40 |
# | 2 | `lstm_step` | 4 | ●●●○○ | 25 |
# | 3 | `gru_step` | 4 | ●●●○○ | 25 |
# | 4 | `CharLSTM` | 4 | ●●●●○ | 45 |
# | 5 | `set_forget_bias` | 1 | ●●○○○ | 15 |
# | 6 | `adding_batch` | 2 | ●●○○○ | 20 |
#
# Exercise 1 uses NumPy, the others PyTorch. Write the cells yourself: `nn.LSTM`, `nn.LSTMCell`,
# `nn.GRU`, `nn.GRUCell` and the functions behind them (`torch.lstm_cell`, `torch.gru_cell`) are
# what you are building, and the tests refuse them. Do not change your arguments in place, except in
# exercise 5.

# %% [markdown]
# ### Exercise 1 · `SimpleLSTM`
#
# The LSTM as the textbook writes it: four gates, four matrices, and every gate handed out so that
# you can look at it.
#
# **Difficulty** ●●●○○ · **Importance** ●●●●● · **Time** 40 minutes · **Length** about 6 + 9 + 12 lines ·
# **Theory** [The LSTM step](#The-LSTM-step)
#
# In `__init__`:
#
# 1. Draw `W_f`, `b_f`, `W_i`, `b_i`, `W_C`, `b_C`, `W_o`, `b_o`, in this order, each with
#    `rng.uniform(low, high, shape)` between $-1/\sqrt{H}$ and $1/\sqrt{H}$. A matrix is (H, H + D), a
#    bias (H,). The order is not graded; with this one the same seed gives the same numbers as below.
#
# In `forward_step`:
#
# 1. Join `h_prev` (B, H) and `x_t` (B, D), in this order, along the features: (B, H + D).
# 2. Compute the three gates with the given `sigmoid`, and the candidate with the tanh: (B, H) each.
# 3. Edit the cell state, then show it as hidden state: (B, H) each.
# 4. Return both, and the four activations under the names `"forget"`, `"input"`, `"cell"` (the candidate)
#    and `"output"`.
#
# Read `self.W_f` and the others at every call: the check and experiment 4 exchange them.
#
# In `forward`:
#
# 1. Start from zero states. For each `t`, give `X[:, t]` and the latest two states to `forward_step`.
# 2. Collect T + 1 hidden states and T + 1 cell states, the start included, and the gates of the T steps.
# 3. Stack along the time axis: (B, T + 1, H) for the states, (B, T, H) for each gate.
#
# The check goes through the three methods in this order; `NotImplementedError` tells you which is
# missing.
#
# <details><summary>Hint 1: joining</summary>
#
# `np.concatenate([first, second], axis=1)`. The columns of the weights must be in the same order as the
# features of what they read.
#
# </details>
#
# <details><summary>Hint 2: gates over time</summary>
#
# Collect the dictionaries of all steps in a list, then stack them name by name:
# `{name: np.stack([step[name] for step in steps], axis=1) for name in steps[0]}`.
#
# </details>


# %% exercise="SimpleLSTM"
class SimpleLSTM:
    """An LSTM layer with a matrix for each gate, in NumPy.

    Parameters
    ----------
    input_size : int
        Input features D.
    hidden_size : int
        Hidden units H.
    rng : numpy.random.Generator
        Draws the weights.

    Attributes
    ----------
    W_f, W_i, W_C, W_o : array (H, H + D)
        Weights of forget gate, input gate, candidate and output gate. The first H columns read
        the hidden state, the last D columns read the input.
    b_f, b_i, b_C, b_o : array (H,)
        Biases. All eight are drawn from rng, uniform between -1/sqrt(H) and 1/sqrt(H).
    """

    def __init__(self, input_size, hidden_size, rng):
        ### BEGIN SOLUTION
        bound = 1 / math.sqrt(hidden_size)
        for gate in ("f", "i", "C", "o"):
            shape = (hidden_size, hidden_size + input_size)
            setattr(self, f"W_{gate}", rng.uniform(-bound, bound, shape))
            setattr(self, f"b_{gate}", rng.uniform(-bound, bound, hidden_size))
        ### END SOLUTION

    def forward_step(self, x_t, h_prev, C_prev):
        """One time step for a batch.

        Parameters
        ----------
        x_t : array (B, D)
            Inputs of this time step.
        h_prev : array (B, H)
            Hidden state before the step.
        C_prev : array (B, H)
            Cell state before the step.

        Returns
        -------
        h : array (B, H)
            Hidden state after the step.
        C : array (B, H)
            Cell state after the step.
        gates : dict of str -> array (B, H)
            The activations "forget", "input", "cell" (the candidate) and "output", each after
            its sigmoid or tanh.
        """
        ### BEGIN SOLUTION
        joined = np.concatenate([h_prev, x_t], axis=1)
        f = sigmoid(joined @ self.W_f.T + self.b_f)
        i = sigmoid(joined @ self.W_i.T + self.b_i)
        g = np.tanh(joined @ self.W_C.T + self.b_C)
        o = sigmoid(joined @ self.W_o.T + self.b_o)
        C = f * C_prev + i * g
        h = o * np.tanh(C)
        return h, C, {"forget": f, "input": i, "cell": g, "output": o}
        ### END SOLUTION

    def forward(self, X):
        """Run the layer over a batch of sequences, at every call from zero states.

        Parameters
        ----------
        X : array (B, T, D)
            Inputs.

        Returns
        -------
        hidden_states : array (B, T + 1, H)
            ``hidden_states[:, 0]`` is the start state, zero; ``hidden_states[:, t + 1]`` is the
            state after step t.
        cell_states : array (B, T + 1, H)
            The same for the cell state.
        gates : dict of str -> array (B, T, H)
            The activations "forget", "input", "cell" and "output" of every step.
        """
        ### BEGIN SOLUTION
        h = C = np.zeros((len(X), len(self.b_f)))
        hidden_states, cell_states, steps = [h], [C], []
        for t in range(X.shape[1]):
            h, C, gates = self.forward_step(X[:, t], h, C)
            hidden_states.append(h)
            cell_states.append(C)
            steps.append(gates)
        gates = {name: np.stack([step[name] for step in steps], axis=1) for name in steps[0]}
        return np.stack(hidden_states, axis=1), np.stack(cell_states, axis=1), gates
        ### END SOLUTION


# %% tests="SimpleLSTM" points=5
@check("SimpleLSTM")
def visible():
    rng = np.random.default_rng(1)
    B, T, D, H = 3, 5, 2, 4
    lstm = SimpleLSTM(D, H, rng)
    letters = {"forget": "f", "input": "i", "cell": "C", "output": "o"}
    names = [f"{kind}_{letter}" for kind in "Wb" for letter in letters.values()]

    for name in names:
        value, shape = getattr(lstm, name), (H, H + D) if name[0] == "W" else (H,)
        assert np.shape(value) == shape, f"{name} must be {shape}, found {np.shape(value)}"
        assert np.abs(value).max() <= 1 / math.sqrt(H) + 1e-6, f"{name} must lie within ±1/√H"
        assert np.ptp(value) > 0, f"{name} must be random, found the same number everywhere"

    # Larger ones, D = 9 and H = 6: two from generators of the same seed, one more from the second.
    seeded = np.random.default_rng(2)
    larger, again = SimpleLSTM(9, 6, np.random.default_rng(2)), SimpleLSTM(9, 6, seeded)
    anew = SimpleLSTM(9, 6, seeded)
    for name in names:
        one, same, other = (getattr(layer, name) for layer in (larger, again, anew))
        assert np.array_equal(one, same), (
            f"{name}: the same seed must give the same numbers, so draw them from rng"
        )
        assert not np.array_equal(one, other), f"{name} must be drawn anew for each layer"
        for twin in names[: names.index(name)]:
            alike = np.array_equal(one, getattr(larger, twin))
            assert not alike, f"{twin} and {name} are the same numbers: draw each by itself"
    drawn = np.concatenate([np.ravel(getattr(larger, name)) for name in names]) * math.sqrt(6)
    assert np.abs(drawn).max() <= 1 + 1e-6, "With H = 6 all eight must lie within ±1/√6"
    assert drawn.min() < -0.8 and drawn.max() > 0.8, (
        "All of the range from -1/√H to 1/√H must be used. With D = 9 and H = 6 the eight reach from "
        f"{drawn.min():.2f}/√H to {drawn.max():.2f}/√H"
    )
    assert 0.5 < drawn.std() < 0.65, "All eight must be drawn uniformly from -1/√H to 1/√H"

    # One step: what it leaves as it is, and what it returns.
    x_t, h_prev, C_prev = rng.normal(size=(B, D)), rng.uniform(-1, 1, (B, H)), rng.normal(size=(B, H))
    expect_unchanged(lstm.forward_step, x_t=x_t, h_prev=h_prev, C_prev=C_prev)
    h, C, gates = lstm.forward_step(x_t, h_prev, C_prev)
    assert set(gates) == set(letters), (
        f"gates must have the keys {sorted(letters)}, found {sorted(gates)}"
    )
    for name, value in {**gates, "h": h, "C": C}.items():
        what = f"gates[{name!r}]" if name in gates else name
        assert np.shape(value) == (B, H), f"{what} must be (B, H) = {(B, H)}"
        assert value.dtype == np.float64, f"{what} must have 64 bits as the arguments have"

    h, C, _ = lstm.forward_step(x_t[:1], h_prev[:1], C_prev[:1])
    for name, value in (("h", h), ("C", C)):
        assert np.shape(value) == (1, H), f"For B = 1 {name} must be {(1, H)}, found {np.shape(value)}"

    # Biases alone: every gate is squashed by its own function.
    kept = {name: getattr(lstm, name) for name in names}
    for name in names[:4]:
        setattr(lstm, name, np.zeros((H, H + D)))
    _, _, gates = lstm.forward_step(x_t, h_prev, C_prev)
    for name, letter in letters.items():
        bias = getattr(lstm, f"b_{letter}")
        squashed, word = (np.tanh(bias), "tanh") if name == "cell" else (sigmoid(bias), "sigmoid")
        expect_close(
            gates[name],
            np.broadcast_to(squashed, (B, H)),
            f"With all weights 0, gates[{name!r}] must be {word}(b_{letter}) in every row",
        )

    # Weights alone, once for the columns that read h_prev and once for those that read x_t.
    for name, letter in letters.items():
        setattr(lstm, f"b_{letter}", np.zeros(H))
        squash = np.tanh if name == "cell" else sigmoid
        for columns, reads, source in (
            (slice(0, H), "h_prev", h_prev),
            (slice(H, H + D), "x_t", x_t),
        ):
            weights = np.zeros((H, H + D))
            weights[:, columns] = kept[f"W_{letter}"][:, columns]
            setattr(lstm, f"W_{letter}", weights)
            expect_close(
                lstm.forward_step(x_t, h_prev, C_prev)[2][name],
                squash(np.einsum("bj,hj->bh", source, weights[:, columns])),
                f"gates[{name!r}]: columns {columns.start} to {columns.stop - 1} of W_{letter} "
                f"must read {reads}",
            )
    for name, value in kept.items():
        setattr(lstm, name, value)

    # The two states, from the gates; once more with a large cell state, and with gates at their ends.
    for size, bias, what in ((1, 0, ""), (40, 0, " (C_prev up to 100)"), (40, 900, " (b_f = 900)")):
        lstm.b_f = kept["b_f"] + bias
        h, C, gates = lstm.forward_step(x_t, h_prev, size * C_prev)
        expect_close(
            C - gates["forget"] * (size * C_prev),
            gates["input"] * gates["cell"],
            f"C must be forget * C_prev + input * cell{what}",
        )
        expect_close(h, gates["output"] * np.tanh(C), f"h must be output * tanh(C), the new C{what}")
    lstm.b_f = kept["b_f"]

    # A sequence: the start is zero, and each step goes on from the states before it.
    X = rng.normal(size=(B, T, D))
    expect_unchanged(lstm.forward, X=X)
    hidden_states, cell_states, gates = lstm.forward(X)
    for what, value in (("hidden_states", hidden_states), ("cell_states", cell_states)):
        assert np.shape(value) == (B, T + 1, H), (
            f"{what} must be (B, T + 1, H) = {(B, T + 1, H)}, found {np.shape(value)}; "
            "the start state belongs to it"
        )
        expect_close(value[:, 0], np.zeros((B, H)), f"{what}[:, 0] must be zero, at every call")
        assert value.dtype == np.float64, f"{what} must have 64 bits as X has"
    for name in letters:
        assert np.shape(gates[name]) == (B, T, H), (
            f"gates[{name!r}] must be (B, T, H) = {(B, T, H)}, found {np.shape(gates[name])}"
        )
    for t in range(T):
        want = lstm.forward_step(X[:, t], hidden_states[:, t], cell_states[:, t])
        got = hidden_states[:, t + 1], cell_states[:, t + 1]
        for what, value, wanted in zip(("hidden_states", "cell_states"), got, want):
            expect_close(
                value,
                wanted,
                f"{what}[:, {t + 1}] must be forward_step of X[:, {t}] and both states at {t}",
            )
        for name in letters:
            expect_close(
                gates[name][:, t],
                want[2][name],
                f"gates[{name!r}][:, {t}] must be those of step {t}",
            )

    # Other sizes: a larger layer, and one sequence of one step.
    for sizes in ((7, 3, 9), (1, 1, 9)):
        due = sizes[0], sizes[1] + 1, 6
        hidden_states, cell_states, gates = larger.forward(rng.normal(size=sizes))
        for what, value in (("hidden_states", hidden_states), ("cell_states", cell_states)):
            assert np.shape(value) == due, (
                f"For X of shape {sizes} and H = 6 {what} must be {due}, found {np.shape(value)}"
            )
        for name in letters:
            assert np.shape(gates[name]) == (*sizes[:2], 6), (
                f"For X of shape {sizes} and H = 6 gates[{name!r}] must be {(*sizes[:2], 6)}, "
                f"found {np.shape(gates[name])}"
            )


# %% [markdown]
# ### Exercise 2 · `lstm_step`
#
# The same step as PyTorch stores it. With it you can load any trained LSTM, and it is one product
# for four gates.
#
# **Difficulty** ●●●○○ · **Importance** ●●●●● · **Time** 25 minutes · **Length** about 6 lines ·
# **Theory** [The packed layout](#The-packed-layout)
#
# 1. Take the state apart: it is the pair `(h, c)`, (B, H) each.
# 2. Compute all pre-activations at once, with both biases: (B, 4H).
# 3. Cut them along the last axis into four pieces of (B, H), in the order i, f, g, o.
# 4. Squash each with its own function.
# 5. Edit the cell state, show it, and return the pair `(h, c)`, hidden state first.
#
# Only PyTorch operations: the gradients must flow back to every argument. The `sigmoid` given above
# is for NumPy; here it is `torch.sigmoid`, which does not overflow for large entries. Nothing is
# clipped: a cell state may grow as large as it likes.
#
# <details><summary>Hint</summary>
#
# `a.chunk(4, dim=1)` cuts (B, 4H) into four tensors (B, H). What does `a.chunk(4)` without `dim` cut?
# Why is `a.view(B, H, 4)` wrong, although it has the right number of entries?
#
# </details>


# %% exercise="lstm_step" forbids="torch.nn.LSTM torch.nn.LSTMCell torch.nn.GRU torch.nn.GRUCell torch.nn.RNN torch.nn.RNNCell torch.nn.RNNBase torch.lstm torch.lstm_cell torch.gru torch.gru_cell torch.rnn_tanh torch.rnn_tanh_cell"
def lstm_step(x, state, W_ih, W_hh, b_ih, b_hh):
    """One time step of an LSTM, with weights in PyTorch's packed layout.

    Parameters
    ----------
    x : tensor (B, D)
        Inputs of this time step.
    state : tuple of two tensors (B, H)
        Hidden state and cell state before the step, in this order.
    W_ih : tensor (4H, D)
        Input weights; blocks of H rows in the order i, f, g, o.
    W_hh : tensor (4H, H)
        Recurrent weights, in the same order.
    b_ih, b_hh : tensor (4H,)
        Biases, in the same order; both are added.

    Returns
    -------
    h : tensor (B, H)
        Hidden state after the step.
    c : tensor (B, H)
        Cell state after the step.
    """
    ### BEGIN SOLUTION
    h, c = state
    i, f, g, o = (x @ W_ih.T + b_ih + h @ W_hh.T + b_hh).chunk(4, dim=1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c
    ### END SOLUTION


# %% tests="lstm_step" points=4
@check("lstm_step")
def visible():
    B, D, H = 3, 2, 4
    generator = torch.Generator().manual_seed(2)

    def draw(*shape):
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    x, h, c = draw(B, D), draw(B, H).tanh(), draw(B, H)
    W_ih, W_hh, b_ih, b_hh = draw(4 * H, D), draw(4 * H, H), draw(4 * H), draw(4 * H)
    weights = {"W_ih": W_ih, "W_hh": W_hh, "b_ih": b_ih, "b_hh": b_hh}
    expect_unchanged(lstm_step, x=x, state=(h, c), **weights)
    result = on_its_own(lstm_step, x, (h, c), *weights.values())
    pair = isinstance(result, tuple | list) and len(result) == 2
    assert pair, f"lstm_step must return the pair (h, c), found {type(result).__name__}"
    for name, value in zip("hc", result):
        assert isinstance(value, torch.Tensor) and value.shape == (B, H), (
            f"{name} must be a tensor (B, H) = {(B, H)}, found {tuple(np.shape(value))}"
        )

    # Gates driven to 0 and 1 by large biases; everything else is zero. A candidate without bias is
    # tanh(0) = 0, and a gate without bias stands at 0.5.
    zero_x, zero_h, no_W_ih, no_W_hh, none = 0 * x, 0 * h, 0 * W_ih, 0 * W_hh, 0 * b_ih

    def bias_on(block, value):
        bias = torch.zeros(4, H, dtype=torch.float64)
        bias[block] = value
        return bias.flatten()

    for which in (0, 1):  # b_ih, then b_hh

        def c_and_h(bias):
            biases = (bias, none) if which == 0 else (none, bias)
            new_h, new_c = lstm_step(zero_x, (zero_h, c), no_W_ih, no_W_hh, *biases)
            return new_c, new_h

        name = ("b_ih", "b_hh")[which]
        got, _ = c_and_h(bias_on(1, 50.0) + bias_on(0, -50.0))
        expect_close(
            got,
            c,
            f"{name}: with f = 1 (rows H … 2H - 1) and i = 0 (rows 0 … H - 1) c must be kept "
            "(does your function return h first?)",
        )
        got, _ = c_and_h(bias_on(1, -50.0) + bias_on(0, 50.0) + bias_on(2, 0.7))
        expect_close(
            got,
            torch.full((B, H), math.tanh(0.7)),
            f"{name}: with f = 0 and i = 1 (rows 0 … H - 1) c must be the tanh of rows 2H … 3H - 1",
        )
        got_c, got_h = c_and_h(bias_on(3, 50.0))
        expect_close(
            got_h,
            got_c.tanh(),
            f"{name}: a large bias in rows 3H … 4H - 1 must open the output gate: h = tanh(new c)",
        )

    # One term at a time against a layer of PyTorch, then all of them, large numbers, other sizes.
    far = 900 * b_ih.sign()
    tall = (draw(7, 3), draw(7, 6).tanh(), draw(7, 6), draw(24, 3), draw(24, 6), draw(24), draw(24))
    for what, (x_in, h_in, c_in, *given) in (
        ("the input alone (W_hh, b_ih, b_hh are 0)", (x, h, c, W_ih, no_W_hh, none, none)),
        ("the recurrence alone (W_ih, b_ih, b_hh are 0)", (x, h, c, no_W_ih, W_hh, none, none)),
        ("everything random", (x, h, c, W_ih, W_hh, b_ih, b_hh)),
        ("a large cell state; is it clipped?", (x, h, 40 * c, W_ih, W_hh, b_ih, b_hh)),
        ("biases of ±900; does an exp overflow?", (x, h, c, W_ih, W_hh, far, b_hh)),
        ("B = 7, D = 3, H = 6", tall),
        ("B = 1", (x[:1], h[:1], c[:1], W_ih, W_hh, b_ih, b_hh)),
    ):
        cell = nn.LSTMCell(x_in.shape[1], h_in.shape[1]).double()
        with torch.no_grad():
            for parameter, value in zip(cell.parameters(), given):
                parameter.copy_(value)
            wanted = cell(x_in, (h_in, c_in))
        for name, value, want in zip("hc", lstm_step(x_in, (h_in, c_in), *given), wanted):
            expect_close(value, want, f"{name} must be that of nn.LSTMCell: {what}")
    for kind in (torch.float64, torch.float32):
        for value in lstm_step(x.to(kind), (h.to(kind), c.to(kind)), *(w.to(kind) for w in given)):
            assert value.dtype == kind, f"Arguments of {kind} must give {kind}, found {value.dtype}"

    # Gradients must reach every argument, in full.
    leaves = [a.clone().requires_grad_() for a in (x, h, c, *weights.values())]
    new_h, new_c = lstm_step(leaves[0], (leaves[1], leaves[2]), *leaves[3:])
    assert new_h.requires_grad and new_c.requires_grad, "h and c carry no gradient: detach? NumPy?"
    (new_h.sin() + new_c.cos()).sum().backward()
    inputs = [a.clone().requires_grad_() for a in (x, h, c)]
    cell_h, cell_c = cell(inputs[0], (inputs[1], inputs[2]))
    (cell_h.sin() + cell_c.cos()).sum().backward()
    for name, leaf, right in zip(("x", "h", "c", *weights), leaves, (*inputs, *cell.parameters())):
        assert leaf.grad is not None, f"No gradient reaches {name}"
        expect_close(leaf.grad, right.grad, f"The gradient of {name} must be that of nn.LSTMCell")


# %% [markdown]
# ### Exercise 3 · `gru_step`
#
# One state and one block of weights less than the LSTM, and often as good.
#
# **Difficulty** ●●●○○ · **Importance** ●●●●○ · **Time** 25 minutes · **Length** about 7 lines ·
# **Theory** [The GRU step](#The-GRU-step)
#
# 1. Project the input, with `b_ih`: (B, 3H). Project the state, with `b_hh`: (B, 3H). Keep them apart.
# 2. Cut both along the last axis into three pieces of (B, H), in the order r, z, n.
# 3. Reset gate and update gate: the sigmoid of the sum of their two pieces.
# 4. Candidate: multiply the recurrent piece, its bias included, by the reset gate; add the input piece; tanh.
# 5. Mix candidate and old state with the update gate: (B, H).
#
# Only PyTorch operations: the gradients must flow back to every argument. As in exercise 2, nothing
# may overflow for large entries, and nothing is clipped.
#
# <details><summary>Hint</summary>
#
# If one gate seems right and the whole is wrong, test at the ends. With z = 1 the state must not
# change. With z = 0 and r = 0 the new state must be $\tanh(x W_{in}^\top + b_{in})$: nothing of `h`
# and nothing of `b_hh`.
#
# </details>


# %% exercise="gru_step" forbids="torch.nn.LSTM torch.nn.LSTMCell torch.nn.GRU torch.nn.GRUCell torch.nn.RNN torch.nn.RNNCell torch.nn.RNNBase torch.lstm torch.lstm_cell torch.gru torch.gru_cell torch.rnn_tanh torch.rnn_tanh_cell"
def gru_step(x, h, W_ih, W_hh, b_ih, b_hh):
    """One time step of a GRU, with weights in PyTorch's packed layout.

    The reset gate is applied after the matrix product and its bias, as PyTorch does.

    Parameters
    ----------
    x : tensor (B, D)
        Inputs of this time step.
    h : tensor (B, H)
        Hidden state before the step.
    W_ih : tensor (3H, D)
        Input weights; blocks of H rows in the order r, z, n.
    W_hh : tensor (3H, H)
        Recurrent weights, in the same order.
    b_ih, b_hh : tensor (3H,)
        Biases, in the same order.

    Returns
    -------
    tensor (B, H)
        Hidden state after the step, ``(1 - z) n + z h``.
    """
    ### BEGIN SOLUTION
    from_x, from_h = x @ W_ih.T + b_ih, h @ W_hh.T + b_hh
    x_r, x_z, x_n = from_x.chunk(3, dim=1)
    h_r, h_z, h_n = from_h.chunk(3, dim=1)
    r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
    n = torch.tanh(x_n + r * h_n)
    return (1 - z) * n + z * h
    ### END SOLUTION


# %% tests="gru_step" points=4
@check("gru_step")
def visible():
    B, D, H = 3, 2, 4
    generator = torch.Generator().manual_seed(3)

    def draw(*shape):
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    x, h = draw(B, D), draw(B, H).tanh()
    W_ih, W_hh, b_ih, b_hh = draw(3 * H, D), draw(3 * H, H), draw(3 * H), draw(3 * H)
    expect_unchanged(gru_step, x=x, h=h, W_ih=W_ih, W_hh=W_hh, b_ih=b_ih, b_hh=b_hh)
    new = on_its_own(gru_step, x, h, W_ih, W_hh, b_ih, b_hh)
    assert isinstance(new, torch.Tensor) and new.shape == (B, H), (
        f"The new state must be a tensor (B, H) = {(B, H)}, found {tuple(np.shape(new))}"
    )

    no_W_ih, no_W_hh, none = 0 * W_ih, 0 * W_hh, 0 * b_ih

    def bias_on(block, value):
        bias = torch.zeros(3, H, dtype=torch.float64)
        bias[block] = value
        return bias.flatten()

    # The update gate at its ends, by a large bias in its block.
    expect_close(
        gru_step(x, h, W_ih, W_hh, bias_on(1, 99.0), none),
        h,
        "With z = 1 (b_ih large in rows H … 2H - 1) the state must stay as it is",
    )
    expect_close(
        gru_step(x, h, W_ih, W_hh, none, bias_on(1, 99.0)),
        h,
        "With z = 1 (b_hh large in rows H … 2H - 1) the state must stay as it is",
    )
    z_0 = bias_on(1, -99.0)
    expect_close(
        gru_step(x, h, W_ih, no_W_hh, z_0, none),
        torch.tanh(torch.einsum("bd,hd->bh", x, W_ih[2 * H :])),
        "With z = 0 and W_hh = 0 the new state must be tanh(x W_inᵀ), rows 2H … 3H - 1 of W_ih",
    )
    # The reset gate at its ends. It stands outside the recurrent product and its bias.
    expect_close(
        gru_step(x, h, no_W_ih, W_hh, z_0 + bias_on(0, 99.0), none),
        torch.tanh(torch.einsum("bj,hj->bh", h, W_hh[2 * H :])),
        "With r = 1, z = 0 and no input the new state must be tanh(h W_hnᵀ), rows 2H … 3H - 1 of W_hh",
    )
    expect_close(
        gru_step(x, h, no_W_ih, W_hh, z_0 + bias_on(0, -99.0), bias_on(2, 0.8)),
        torch.zeros(B, H),
        "With r = 0, z = 0 and no input nothing may be left of h and of b_hn: r multiplies both",
    )
    expect_close(
        gru_step(x, h, no_W_ih, W_hh, z_0 + bias_on(0, -99.0) + bias_on(2, 0.8), none),
        torch.full((B, H), math.tanh(0.8)),
        "With r = 0, z = 0 and no input the new state must be tanh(b_in): r does not touch b_in",
    )
    expect_close(
        gru_step(x, h, no_W_ih, no_W_hh, z_0, bias_on(2, 0.8)),
        torch.full((B, H), math.tanh(0.4)),
        "With z = 0, all weights 0 and r = 0.5 the new state must be tanh(0.5 b_hn)",
    )

    # Against a cell of PyTorch: random numbers, large numbers, other sizes.
    far = 900 * b_ih.sign()
    tall = draw(7, 3), draw(7, 6).tanh(), draw(18, 3), draw(18, 6), draw(18), draw(18)
    for what, (x_in, h_in, *given) in (
        ("random numbers; r is applied after the product", (x, h, W_ih, W_hh, b_ih, b_hh)),
        ("a large state; is it clipped?", (x, 40 * h, W_ih, W_hh, b_ih, b_hh)),
        ("biases of ±900; does an exp overflow?", (x, h, W_ih, W_hh, far, b_hh)),
        ("B = 7, D = 3, H = 6", tall),
        ("B = 1", (x[:1], h[:1], W_ih, W_hh, b_ih, b_hh)),
    ):
        cell = nn.GRUCell(x_in.shape[1], h_in.shape[1]).double()
        with torch.no_grad():
            for parameter, value in zip(cell.parameters(), given):
                parameter.copy_(value)
            wanted = cell(x_in, h_in)
        expect_close(
            gru_step(x_in, h_in, *given), wanted, f"The state must be that of nn.GRUCell: {what}"
        )
    for kind in (torch.float64, torch.float32):
        new = gru_step(*(a.to(kind) for a in (x, h, *given)))
        assert new.dtype == kind, f"Arguments of {kind} must give {kind}, found {new.dtype}"

    # Gradients must reach every argument, in full.
    leaves = [a.clone().requires_grad_() for a in (x, h, W_ih, W_hh, b_ih, b_hh)]
    new = gru_step(*leaves)
    assert new.requires_grad, "The new state carries no gradient: detach? NumPy?"
    new.sin().sum().backward()
    inputs = [a.clone().requires_grad_() for a in (x, h)]
    cell(*inputs).sin().sum().backward()
    names = ("x", "h", "W_ih", "W_hh", "b_ih", "b_hh")
    for name, leaf, right in zip(names, leaves, (*inputs, *cell.parameters())):
        assert leaf.grad is not None, f"No gradient reaches {name}"
        expect_close(leaf.grad, right.grad, f"The gradient of {name} must be that of nn.GRUCell")


# %% [markdown]
# ### Exercise 4 · `CharLSTM`
#
# The milestone: a language model in which every number is yours. Embedding, LSTM and linear layer
# are plain parameters; the step is your `lstm_step`.
#
# **Difficulty** ●●●●○ · **Importance** ●●●●● · **Time** 45 minutes · **Length** about 10 + 10 lines ·
# **Theory** [A character model](#A-character-model)
#
# In `__init__`:
#
# 1. Call `super().__init__()`.
# 2. Make seven `nn.Parameter`s with the names and shapes of the table below. Draw the embedding from a
#    standard normal distribution, all others uniformly between $-1/\sqrt{H}$ and $1/\sqrt{H}$.
#
# | Name | Shape | | Name | Shape |
# |---|---|---|---|---|
# | `embedding` | (V, E) | | `b_ih`, `b_hh` | (4H,) |
# | `W_ih` | (4H, E) | | `W_out` | (V, H) |
# | `W_hh` | (4H, H) | | `b_out` | (V,) |
#
# In `forward`:
#
# 1. Look up a row for every character: (B, T) → (B, T, E).
# 2. Start from the given state `(h, c)`, (B, H) each, or from zeros on the same device as the weights.
#    Do not detach a state, neither the given nor the returned one: gradients flow through both.
# 3. For each `t`, give the rows of step `t`, (B, E), and the latest state to your `lstm_step`; keep h.
# 4. Stack the hidden states along time, (B, T, H), and turn them into logits, (B, T, V).
# 5. Return the logits and the last state `(h, c)`.
#
# After `model.double()` the model must work in 64 bits: name no element type in `forward`.
#
# <details><summary>Hint 1: parameters</summary>
#
# `nn.Parameter(torch.empty(4 * H, E).uniform_(-bound, bound))` makes one. A plain tensor as an
# attribute is *not* seen by `model.parameters()`, so no optimizer will ever change it.
#
# </details>
#
# <details><summary>Hint 2: zeros on the right device</summary>
#
# `self.W_hh.new_zeros(B, H)` has the device and the type of `self.W_hh`.
#
# </details>


# %% exercise="CharLSTM" forbids="torch.nn.LSTM torch.nn.LSTMCell torch.nn.GRU torch.nn.GRUCell torch.nn.RNN torch.nn.RNNCell torch.nn.RNNBase torch.lstm torch.lstm_cell torch.gru torch.gru_cell torch.rnn_tanh torch.rnn_tanh_cell"
class CharLSTM(nn.Module):
    """A character model of one embedding, one LSTM layer and one linear layer, all written here.

    Parameters
    ----------
    vocab_size : int
        Characters V.
    embed_dim : int
        Features E of a character.
    hidden_dim : int
        Hidden units H.

    Attributes
    ----------
    embedding : Parameter (V, E), from a standard normal distribution
    W_ih : Parameter (4H, E)
    W_hh : Parameter (4H, H)
    b_ih, b_hh : Parameter (4H,)
        The LSTM, in PyTorch's packed layout.
    W_out : Parameter (V, H)
    b_out : Parameter (V,)
        The linear layer. All but the embedding are uniform between -1/sqrt(H) and 1/sqrt(H).
    """

    def __init__(self, vocab_size, embed_dim, hidden_dim):
        ### BEGIN SOLUTION
        super().__init__()
        bound = 1 / math.sqrt(hidden_dim)

        def uniform(*shape):
            return nn.Parameter(torch.empty(shape).uniform_(-bound, bound))

        self.embedding = nn.Parameter(torch.randn(vocab_size, embed_dim))
        self.W_ih = uniform(4 * hidden_dim, embed_dim)
        self.W_hh = uniform(4 * hidden_dim, hidden_dim)
        self.b_ih, self.b_hh = uniform(4 * hidden_dim), uniform(4 * hidden_dim)
        self.W_out, self.b_out = uniform(vocab_size, hidden_dim), uniform(vocab_size)
        ### END SOLUTION

    def forward(self, ids, state=None):
        """Scores of the next character after every character.

        Parameters
        ----------
        ids : integer tensor (B, T)
            Characters by number, 0 … V - 1.
        state : tuple of two tensors (B, H), optional
            Hidden state and cell state to start from; zeros if it is left out.

        Returns
        -------
        logits : tensor (B, T, V)
            ``logits[:, t]`` scores the character after ``ids[:, t]``; no softmax.
        state : tuple of two tensors (B, H)
            Hidden state and cell state after the last step.
        """
        ### BEGIN SOLUTION
        embedded = self.embedding[ids]
        if state is None:
            zeros = self.W_hh.new_zeros(len(ids), self.W_hh.shape[1])
            state = zeros, zeros
        hidden = []
        for t in range(ids.shape[1]):
            state = lstm_step(embedded[:, t], state, self.W_ih, self.W_hh, self.b_ih, self.b_hh)
            hidden.append(state[0])
        return torch.stack(hidden, dim=1) @ self.W_out.T + self.b_out, state
        ### END SOLUTION


# %% tests="CharLSTM" points=4 needs="lstm_step"
@check("CharLSTM")
def visible():
    torch.manual_seed(4)
    B, T, V, E, H = 3, 5, 7, 2, 4
    model = CharLSTM(V, E, H)

    shapes = {
        "embedding": (V, E),
        "W_ih": (4 * H, E),
        "W_hh": (4 * H, H),
        "b_ih": (4 * H,),
        "b_hh": (4 * H,),
        "W_out": (V, H),
        "b_out": (V,),
    }
    for name, shape in shapes.items():
        value = getattr(model, name)
        assert isinstance(value, nn.Parameter), (
            f"{name} must be an nn.Parameter, found {type(value).__name__}"
        )
        assert value.shape == shape, f"{name} must be {shape}, found {tuple(value.shape)}"
        assert not torch.equal(value, getattr(CharLSTM(V, E, H), name)), (
            f"{name} must be drawn anew for each model: is it a constant, or is a seed set?"
        )
        inside = name == "embedding" or value.abs().max() <= 1 / math.sqrt(H) + 1e-6
        assert inside, f"{name} must lie within ±1/√H"
    others = [module for module in model.modules() if module is not model]
    found = [type(module).__name__ for module in others if list(module.parameters())]
    assert not found, f"Everything must be a parameter of your own, found {found[0]}"
    count = sum(parameter.numel() for parameter in model.parameters())
    expected = V * E + 4 * H * (E + H + 2) + V * (H + 1)
    assert count == expected, f"The model must have {expected} parameters, found {count}"

    ids = torch.randint(V, (B, T))
    logits, state = on_its_own(model, ids)
    assert logits.shape == (B, T, V), (
        f"logits must be (B, T, V) = {(B, T, V)}, found {tuple(logits.shape)}"
    )
    assert isinstance(state, tuple | list) and len(state) == 2, "The state must be the pair (h, c)"
    for name, value in zip("hc", state):
        assert value.shape == (B, H), (
            f"{name} must be (B, H) = {(B, H)}, found {tuple(value.shape)}"
        )

    # The linear layer alone: logits[:, -1] are made of the last hidden state, not of the cell state.
    expect_close(
        logits[:, -1],
        torch.einsum("bh,vh->bv", state[0], model.W_out) + model.b_out,
        "logits[:, -1] must be h W_outᵀ + b_out with the last hidden state, without a softmax",
        1e-5,
    )

    # Step by step, with the state handed over, must equal one pass.
    carried = None
    for t in range(T):
        step_logits, carried = model(ids[:, t : t + 1], carried)
        expect_close(
            step_logits[:, 0],
            logits[:, t],
            f"Character by character with the state handed over, step {t} must equal one pass",
            1e-5,
        )

    # Against PyTorch's layers with your weights.
    layer, linear = nn.LSTM(E, H, batch_first=True), nn.Linear(H, V)
    own = (model.W_ih, model.W_hh, model.b_ih, model.b_hh, model.W_out, model.b_out)
    start = torch.randn(B, H), torch.randn(B, H)
    with torch.no_grad():
        for parameter, value in zip((*layer.parameters(), *linear.parameters()), own):
            parameter.copy_(value)
        for what, given in (("from zero states", None), ("from a given state", start)):
            packed = None if given is None else tuple(s[None] for s in given)
            states, _ = layer(nn.functional.embedding(ids, model.embedding), packed)
            expect_close(
                model(ids, given)[0],
                linear(states),
                f"The logits must be those of nn.LSTM, {what}",
                1e-5,
            )
    try:
        wide, _ = copy.deepcopy(model).double()(ids, tuple(s.double() for s in start))
    except RuntimeError as error:
        raise AssertionError(f"After model.double() the model must work in 64 bits: {error}") from None
    assert wide.dtype == torch.float64, f"model.double() must give 64 bits, found {wide.dtype}"

    # Every parameter must learn, and the last loss must reach the first character and a given state.
    given = torch.randn(1, H, requires_grad=True), torch.randn(1, H, requires_grad=True)
    model(torch.arange(T)[None], given)[0][0, -1].logsumexp(0).backward()
    for name, value in zip("hc", given):
        assert value.grad is not None, f"No gradient reaches a given {name}: is it detached?"
    model.zero_grad()
    logits, state = model(torch.arange(T)[None])
    for name, value in (("logits", logits), *zip("hc", state)):
        assert value.requires_grad, f"The {name} carry no gradient: detach or no_grad in the model?"
    logits[0, -1].logsumexp(0).backward()
    for name in shapes:
        gradient = getattr(model, name).grad
        assert gradient is not None and gradient.abs().sum() > 0, f"No gradient reaches {name}"
    assert model.embedding.grad[0].abs().sum() > 0, (
        "A loss at the last step must reach the first character: is a state detached on the way?"
    )

    # A larger model, V = 90, E = 20, H = 9: how its numbers are drawn, and one pass with B = 4, T = 6.
    # 68 % of a normal distribution lie within one standard deviation.
    larger = CharLSTM(90, 20, 9)
    spread, inside = larger.embedding.std(), (larger.embedding.abs() < 1).float().mean()
    assert 0.9 < spread < 1.1 and 0.63 < inside < 0.73, (
        "The embedding must come from a standard normal distribution. With V = 90 and E = 20 its "
        f"standard deviation is {spread:.2f}, and {inside:.0%} lie within 1"
    )
    drawn = torch.cat([getattr(larger, name).detach().flatten() for name in list(shapes)[1:]]) * 3
    assert drawn.min() < -0.8 and drawn.max() > 0.8, (
        "All of the range from -1/√H to 1/√H must be used. With H = 9 the numbers reach from "
        f"{drawn.min():.2f}/√H to {drawn.max():.2f}/√H"
    )
    assert 0.5 < drawn.std() < 0.65, "All but the embedding must be drawn uniformly"
    logits, state = larger(torch.randint(90, (4, 6)))
    assert logits.shape == (4, 6, 90), (
        f"For ids of shape (4, 6) and V = 90 logits must be (4, 6, 90), found {tuple(logits.shape)}"
    )
    for name, value in zip("hc", state):
        assert value.shape == (4, 9), (
            f"For ids of shape (4, 6) and H = 9 {name} must be (4, 9), found {tuple(value.shape)}"
        )


# %% [markdown]
# ### Exercise 5 · `set_forget_bias`
#
# A few lines that decide whether an LSTM remembers at the start of its training. It is for
# PyTorch's own `nn.LSTM`, because that is what you will use from next week on.
#
# **Difficulty** ●●○○○ · **Importance** ●●●○○ · **Time** 15 minutes · **Length** about 6 lines ·
# **Theory** [Why it remembers](#Why-it-remembers), [The packed layout](#The-packed-layout)
#
# An `nn.LSTM` with one direction has, for layer `k`, the biases `bias_ih_l0`, `bias_hh_l0`, then
# `bias_ih_l1`, `bias_hh_l1`, and so on, each (4H,). `lstm.num_layers` and `lstm.hidden_size` say
# how many layers there are, and what H is.
#
# 1. For each layer, find the forget gate's entries in both biases: (H,) each.
# 2. Change them in place so that their *sum* is `value`, outside of autograd (`torch.no_grad()`).
# 3. Leave every other entry as it is.
#
# In place means that the parameter objects stay the same: no new `nn.Parameter`. An optimizer that
# was made before holds the old ones, and would never change the new.
#
# <details><summary>Hint</summary>
#
# `getattr(lstm, f"bias_ih_l{k}")` gets a bias by its name. Both biases are added in the step. If one holds
# `value`, what must the other hold?
#
# </details>


# %% exercise="set_forget_bias"
def set_forget_bias(lstm, value):
    """Give the forget gates of all layers a bias of `value`.

    Parameters
    ----------
    lstm : nn.LSTM
        One direction, any number of layers, with biases; changed in place, so its parameters stay
        the same objects.
    value : float
        What the forget gate's entries of ``bias_ih_lK`` and ``bias_hh_lK`` add up to afterwards,
        for every layer K. All other entries stay as they are.
    """
    ### BEGIN SOLUTION
    H = lstm.hidden_size
    with torch.no_grad():
        for layer in range(lstm.num_layers):
            getattr(lstm, f"bias_ih_l{layer}")[H : 2 * H] = value
            getattr(lstm, f"bias_hh_l{layer}")[H : 2 * H] = 0
    ### END SOLUTION


# %% tests="set_forget_bias" points=1
@check("set_forget_bias")
def visible():
    torch.manual_seed(5)
    D, H = 3, 4
    layer = nn.LSTM(D, H, num_layers=2)
    objects = dict(layer.named_parameters())
    before = {name: parameter.detach().clone() for name, parameter in objects.items()}
    try:
        set_forget_bias(layer, 1.5)
    except NotImplementedError:
        raise
    except RuntimeError as error:
        raise AssertionError(f"Change the biases within torch.no_grad(): {error}") from None
    blocks = ("input gate", "forget gate", "candidate", "output gate")
    for k in (0, 1):
        both = getattr(layer, f"bias_ih_l{k}") + getattr(layer, f"bias_hh_l{k}")
        old = before[f"bias_ih_l{k}"] + before[f"bias_hh_l{k}"]
        for number, block in enumerate(blocks):
            rows = slice(number * H, (number + 1) * H)
            if block == "forget gate":
                want, what = torch.full((H,), 1.5), "must add up to the value, 1.5"
            else:
                want, what = old[rows], "must not change"
            expect_close(both[rows], want, f"Layer {k}: the biases of the {block} {what}", 1e-5)
    for name, parameter in layer.named_parameters():
        assert isinstance(parameter, nn.Parameter) and parameter.requires_grad, (
            f"{name} must stay trainable"
        )
        assert parameter is objects[name], (
            f"{name} must be changed in place: it is another object than before"
        )
        if name.startswith("weight"):
            expect_close(parameter, before[name], f"{name} must not change", 0)

    # Other sizes and values, and many layers.
    for H, layers, value in ((6, 1, -0.5), (6, 1, 0.0), (2, 12, 3.0)):
        larger = nn.LSTM(5, H, layers)
        set_forget_bias(larger, value)
        for k in range(layers):
            both = getattr(larger, f"bias_ih_l{k}") + getattr(larger, f"bias_hh_l{k}")
            expect_close(
                both[H : 2 * H],
                torch.full((H,), value),
                f"H = {H}, layer {k} of {layers}: the entries {H} … {2 * H - 1} of both biases must "
                f"add up to the value, {value}",
                1e-5,
            )
    assert larger.training, "The mode of the LSTM must stay as it was"


# %% [markdown]
# ### Exercise 6 · `adding_batch`
#
# Data for the adding problem. Data code has no gradient check: a marker in the wrong half makes the
# task easier, and all your results look better than they are.
#
# **Difficulty** ●●○○○ · **Importance** ●●●○○ · **Time** 20 minutes · **Length** about 8 lines ·
# **Theory** [The adding problem](#The-adding-problem)
#
# 1. Draw the values uniformly between 0 and 1: (B, T).
# 2. For each example, draw one step in the first half, 0 … T // 2 - 1, and one in the second,
#    T // 2 … T - 1, uniformly. For odd T the second half is the longer one.
# 3. Markers: (B, T), 1 at these two steps and 0 elsewhere.
# 4. Join values and markers along a last axis, values first: (B, T, 2).
# 5. Targets: the *sum* of the two marked values, (B,).
#
# Everything random must come from `generator`, so that a seed gives the same batch again.
#
# <details><summary>Hint</summary>
#
# `torch.rand(B, T, generator=generator)` and `torch.randint(low, high, (B,), generator=generator)`, where
# `high` itself is never drawn. `markers[torch.arange(B), steps] = 1` sets one entry in each row.
#
# </details>


# %% exercise="adding_batch"
def adding_batch(B, T, generator):
    """A batch of the adding problem.

    Parameters
    ----------
    B : int
        Examples.
    T : int
        Time steps, at least 2.
    generator : torch.Generator
        Draws values and markers.

    Returns
    -------
    X : tensor (B, T, 2), 32-bit floats
        ``X[:, :, 0]`` are values between 0 and 1, ``X[:, :, 1]`` are markers: 1 at one step in
        0 … T // 2 - 1 and at one step in T // 2 … T - 1, otherwise 0.
    y : tensor (B,), 32-bit floats
        The sum of the two marked values.
    """
    ### BEGIN SOLUTION
    values = torch.rand(B, T, generator=generator)
    rows = torch.arange(B)
    first = torch.randint(0, T // 2, (B,), generator=generator)
    second = torch.randint(T // 2, T, (B,), generator=generator)
    markers = torch.zeros(B, T)
    markers[rows, first] = 1
    markers[rows, second] = 1
    return torch.stack([values, markers], dim=-1), values[rows, first] + values[rows, second]
    ### END SOLUTION


# %% tests="adding_batch" points=2
@check("adding_batch")
def visible():
    B, T = 500, 7
    X, y = adding_batch(B, T, torch.Generator().manual_seed(6))
    for name, value in (("X", X), ("y", y)):
        assert isinstance(value, torch.Tensor), (
            f"{name} must be a tensor, found {type(value).__name__}"
        )
    assert X.shape == (B, T, 2), f"X must be (B, T, 2) = {(B, T, 2)}, found {tuple(X.shape)}"
    assert y.shape == (B,), f"y must be (B,) = {(B,)}, found {tuple(y.shape)}"
    assert X.dtype == y.dtype == torch.float32, (
        f"X and y must be 32-bit floats, found {X.dtype}, {y.dtype}"
    )
    values, markers = X[:, :, 0], X[:, :, 1]
    assert ((markers == 0) | (markers == 1)).all(), "X[:, :, 1] must hold markers, 0 or 1"
    assert (values >= 0).all() and (values <= 1).all(), (
        "X[:, :, 0] must hold values between 0 and 1"
    )
    assert (markers[:, : T // 2].sum(1) == 1).all(), (
        "Each example must have one marker in the first half"
    )
    assert (markers[:, T // 2 :].sum(1) == 1).all(), (
        "Each example must have one marker in the second half"
    )
    never = [t for t in range(T) if markers[:, t].sum() == 0]
    assert not never, (
        f"In 500 examples with T = 7 every step must be marked at times; never marked: {never}"
    )
    expect_close(
        y, torch.einsum("bt,bt->b", values, markers), "y must be the sum of the marked values", 1e-5
    )
    generator = torch.Generator().manual_seed(6)
    again, anew = (adding_batch(B, T, generator)[0] for _ in range(2))
    assert torch.equal(X, again), "The same seed must give the same batch: draw from generator"
    assert not torch.equal(X, anew), "A second batch of one generator must be another one"
    assert len(values.unique()) > 3000, "Every value must be drawn by itself, for each example and step"
    marked = values[markers == 1].mean()
    assert 0.45 < marked < 0.55, "The steps must be drawn whatever their values are"
    pairs = markers[:, : T // 2].T @ markers[:, T // 2 :]
    assert pairs.min() > 15, "The step in the second half must not depend on that in the first"
    error = (y - y.mean()).pow(2).mean()
    assert 0.12 < error < 0.22, f"Always to say the mean must cost about 1/6, found {error:.3f}"

    # Other sizes: even T, the shortest sequences, one example.
    for B, T in ((40, 12), (5, 2), (5, 3), (1, 6)):
        X, y = adding_batch(B, T, torch.Generator().manual_seed(6))
        assert X.shape == (B, T, 2) and y.shape == (B,), (
            f"For B = {B} and T = {T} X must be {(B, T, 2)} and y {(B,)}, "
            f"found {tuple(X.shape)} and {tuple(y.shape)}"
        )
        for half, steps in (("first", slice(0, T // 2)), ("second", slice(T // 2, T))):
            assert (X[:, steps, 1].sum(1) == 1).all(), (
                f"With T = {T} each example must have one marker in the {half} half"
            )


# %% [markdown]
# ## Experiments
#
# Nothing here is graded. Each cell uses what you have written, and raises `NotImplementedError`
# as long as something is missing. The reference numbers were measured with the reference solution,
# seed 0, PyTorch 2.13 and NumPy 2.4 on two CPU cores. On other machines the last digits of trained
# networks will differ.
#
# ### Experiment 1 · Look into an untrained LSTM
#
# One sequence of the adding problem through your `SimpleLSTM`. The dashed lines are the two
# markers.

# %% experiment
X, y = adding_batch(1, 20, torch.Generator().manual_seed(6))
marked = X[0, :, 1].nonzero().flatten().tolist()
untrained = SimpleLSTM(input_size=2, hidden_size=16, rng=np.random.default_rng(0))
hidden_states, cell_states, gates = untrained.forward(X.double().numpy())
first_gates = {name: value[0] for name, value in gates.items()}
gate_plots.gate_maps(first_gates, hidden_states[0], cell_states[0], marked)
plt.show()
for name, value in first_gates.items():
    print(f"{name:6s} mean {value.mean():6.3f}, from {value.min():6.3f} to {value.max():6.3f}")
print(f"largest |c| {np.abs(cell_states).max():.3f}, largest |h| {np.abs(hidden_states).max():.3f}")

# %% [markdown]
# **What to look at.** All gates stand near one half: nothing is kept for long, nothing is shut out.
# The markers leave a faint trace that is gone after a few steps. The hidden state has the pattern
# of the cell state, at about half the size: it is the cell state behind a half-open output gate.
#
# Reference: the forget gate has a mean of 0.502, the largest entry of the cell state is 0.384, of
# the hidden state 0.169.
#
# ### Experiment 2 · The gradient by lag
#
# Week 1's question again: a gradient of length 1 enters at the last state; how long is it `lag`
# steps earlier? Each network has 32 units and PyTorch's usual start weights, and reads random
# inputs. For the LSTM the gradients of both states are counted together. Its curve is drawn for
# three forget biases.


# %% experiment
def gradient_by_lag(step, states, inputs):
    """Norm of the gradient of the last hidden state, along a random direction, by lag.

    Parameters
    ----------
    step : function (x (B, D), tuple of states) -> tuple of states
    states : tuple of tensors (B, H), the start
    inputs : tensor (B, T, D)

    Returns
    -------
    array (T + 1,), the mean over the batch, for lag 0 … T
    """
    generator = torch.Generator().manual_seed(1)
    seen = [tuple(s.requires_grad_() for s in states)]
    for t in range(inputs.shape[1]):
        seen.append(step(inputs[:, t], seen[-1]))
    direction = torch.randn(seen[-1][0].shape, generator=generator, dtype=inputs.dtype)
    direction /= direction.norm(dim=1, keepdim=True)
    flat = [state for states in seen for state in states]
    gradients = torch.autograd.grad((seen[-1][0] * direction).sum(), flat, allow_unused=True)
    gradients = [torch.zeros_like(s) if g is None else g for s, g in zip(flat, gradients)]
    width = len(states)
    together = [torch.cat(gradients[n : n + width], dim=1) for n in range(0, len(flat), width)]
    return np.array([float(g.norm(dim=1).mean()) for g in reversed(together)])


B, T, D, H = 16, 50, 4, 32
torch.manual_seed(0)
inputs = torch.randn(B, T, D).double()
curves = {}


def zeros(count):
    return tuple(torch.zeros(B, H).double() for _ in range(count))


rnn_cell = nn.RNNCell(D, H).double()
curves["RNN"] = gradient_by_lag(lambda x, s: (rnn_cell(x, s[0]),), zeros(1), inputs)
gru = [p.detach().double() for p in nn.GRU(D, H).parameters()]
curves["GRU"] = gradient_by_lag(lambda x, s: (gru_step(x, s[0], *gru),), zeros(1), inputs)
layer = nn.LSTM(D, H)
for value in (0.0, 1.0, 3.0):
    set_forget_bias(layer, value)
    packed = [p.detach().double() for p in layer.parameters()]
    curves[f"LSTM, forget bias {value:g}"] = gradient_by_lag(
        lambda x, s: lstm_step(x, s, *packed), zeros(2), inputs
    )

fig, ax = plt.subplots(figsize=(8, 4))
gate_plots.log_curves(curves, ax)
ax.set(
    xlabel="lag (time steps back)",
    ylabel="gradient norm (log scale)",
    title="untrained networks, 32 units",
)
plt.show()
for name, curve in curves.items():
    print(f"{name:20s} lag 5: {curve[5]:.1e}   lag 20: {curve[20]:.1e}   lag 50: {curve[50]:.1e}")

# %% [markdown]
# **What to look at.** Gates alone do not save the gradient: with a forget bias of 0 the LSTM
# forgets somewhat slower than the sigmoid of 0 says, one half at every step. By the numbers below
# it keeps 0.61 at every step between lag 5 and lag 20, which still leaves next to nothing. The bias
# moves the slope of the line, as in the table of [Why it remembers](#Why-it-remembers). Its numbers
# are not met exactly: at the start the gradient passes the half-open output gate and loses more
# than half, and later the paths through the hidden state add to the direct one; with a bias of 3
# they make up for all that it loses. What gates bring is that training *can* move the slope.
#
# Reference:
#
# | | lag 5 | lag 20 | lag 50 |
# |---|---|---|---|
# | RNN | 3.6e-02 | 1.3e-06 | 6.6e-15 |
# | GRU | 6.6e-02 | 7.1e-05 | 1.1e-10 |
# | LSTM, forget bias 0 | 2.8e-02 | 1.6e-05 | 1.3e-11 |
# | LSTM, forget bias 1 | 1.2e-01 | 6.3e-03 | 2.0e-05 |
# | LSTM, forget bias 3 | 2.1e-01 | 1.6e-01 | 2.1e-01 |
#
# ### Experiment 3 · The adding problem
#
# Three networks, the same data, the same optimizer. The layers are PyTorch's: they compute what
# your steps compute (the checks say so), and are faster. The LSTM starts with a forget bias of 1.


# %% experiment
def train_adding(kind, T, H, updates, seed=0):
    """Train one network on the adding problem; returns its layer and the losses of all updates.

    Parameters
    ----------
    kind : "RNN", "LSTM" or "GRU"
    T, H, updates, seed : int
    """
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    layer = getattr(nn, kind)(2, H, batch_first=True).to(device)
    if kind == "LSTM":
        set_forget_bias(layer, 1.0)
    head = nn.Linear(H, 1).to(device)
    parameters = [*layer.parameters(), *head.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=0.01)
    losses = []
    for _ in tqdm(range(updates), desc=kind, leave=False):
        X, y = (part.to(device) for part in adding_batch(64, T, generator))
        states, _ = layer(X)
        loss = nn.functional.mse_loss(head(states[:, -1]).squeeze(1), y)  # (B,) against (B,)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        losses.append(loss.item())
    return layer, losses


T, H, updates = {"quick": (20, 32, 400), "full": (50, 64, 900)}[BUDGET]
smoothed, layers = {}, {}
for kind in ("RNN", "LSTM", "GRU"):
    start = time.perf_counter()
    layers[kind], losses = train_adding(kind, T, H, updates)
    smoothed[kind] = np.convolve(losses, np.ones(50) / 50, mode="valid")
    below = np.flatnonzero(smoothed[kind] < 0.01)
    when = f"under 0.01 after {below[0] + 50} updates" if len(below) else "never under 0.01"
    print(
        f"{kind:4s} mean loss of the last 50 updates {smoothed[kind][-1]:.4f}, {when} "
        f"({time.perf_counter() - start:.0f} s)"
    )

fig, ax = plt.subplots(figsize=(8, 4))
gate_plots.log_curves(smoothed, ax, first=50)
ax.axhline(1 / 6, color=plots.GREY, lw=1)
ax.text(updates, 0.175, "always the mean: 1/6", color=plots.GREY, ha="right", va="bottom")
ax.set(
    xlabel="update (64 sequences each)",
    ylabel="mean squared error (log scale)",
    title=f"adding problem, T = {T}, {H} units (mean of 50 updates)",
    ylim=(2e-4, 0.4),
)
ax.legend(loc="lower left")
plt.show()

# %% [markdown]
# **What to look at.** All three start on the line of a network that always says the mean. The gated
# ones leave it, after a time in which nothing seems to happen; then they fall quickly. The RNN
# stays. Do not stop a training too early because of a plateau, and do not believe in progress that
# is above the baseline.
#
# Reference, mean loss of the last 50 updates, and the first update at which the mean of the last 50
# is under 0.01:
#
# | | T = 20, 32 units, 400 updates (`"quick"`) | T = 50, 64 units, 900 updates (`"full"`) |
# |---|---|---|
# | RNN | 0.160, never | 0.188, never |
# | LSTM | 0.0052, update 350 | 0.0008, update 702 |
# | GRU | 0.0007, update 172 | 0.0007, update 232 |
#
# The RNN of the second column ends above the baseline: it is being trained, and learns nothing that
# lasts. The numbers are those of one seed; the length of the plateau changes with it.
#
# ### Experiment 4 · Look into the trained LSTM
#
# The weights of the trained layer, unpacked into your `SimpleLSTM`. That is the two layouts in four
# lines: which rows, which columns? The units are sorted by how far their input gates open at the
# markers.


# %% experiment
def unpack(layer):
    """The weights of a one-layer nn.LSTM in a SimpleLSTM."""
    copy = SimpleLSTM(layer.input_size, layer.hidden_size, np.random.default_rng(0))
    W_ih, W_hh, b_ih, b_hh = (p.detach().cpu().double().numpy() for p in layer.parameters())
    joined = np.concatenate([W_hh, W_ih], axis=1)  # (4H, H + D): h first, then x
    for name, rows, bias in zip("ifCo", np.split(joined, 4), np.split(b_ih + b_hh, 4)):
        setattr(copy, f"W_{name}", rows)
        setattr(copy, f"b_{name}", bias)
    return copy


X, y = adding_batch(1, T, torch.Generator().manual_seed(6))
marked = X[0, :, 1].nonzero().flatten().tolist()
hidden_states, cell_states, gates = unpack(layers["LSTM"]).forward(X.double().numpy())
states, _ = layers["LSTM"](X.to(device))
gap = np.abs(hidden_states[0, 1:] - states[0].detach().cpu().numpy()).max()
print(f"largest difference between your states and those of nn.LSTM: {gap:.1e}")

trained_gates = {name: value[0] for name, value in gates.items()}
others = [t for t in range(T) if t not in marked]
opening = trained_gates["input"][marked].mean(0) - trained_gates["input"][others].mean(0)
order = np.argsort(-opening)
gate_plots.gate_maps(trained_gates, hidden_states[0], cell_states[0], marked, order)
plt.show()
for name in ("forget", "input", "output"):
    at, elsewhere = trained_gates[name][marked].mean(), trained_gates[name][others].mean()
    print(f"{name:6s} gate: mean {at:.2f} at the markers, {elsewhere:.2f} elsewhere")
holder = np.abs(cell_states[0, -1]).argmax()
at, elsewhere = (trained_gates["input"][steps, holder].mean() for steps in (marked, others))
print(
    f"the unit with the largest c, row {list(order).index(holder)}: input gate {at:.2f} at the "
    f"markers, {elsewhere:.2f} elsewhere; forget gate {trained_gates['forget'][:, holder].mean():.2f}"
)

# %% [markdown]
# **What to look at.** Compare with experiment 1. In the upper half of the input gate two bright
# columns stand at the dashed lines: these units write what is marked. The forget gate is brighter
# than in experiment 1 (its bias began at 1, a gate of 0.73), so the cell state keeps its colour for
# many steps. Look for the darkest row of the cell state: its two largest steps come at the two
# markers. It moves between them as well, so the adding is not its only business: a trained network
# is rarely as tidy as its drawing.
#
# Reference (`"quick"`): the input gate has a mean of 0.51 at the markers and 0.39 elsewhere, the
# forget gate 0.64 and
# 0.67. The unit with the largest c stands in row 13: its input gate is at 0.82 at the markers and 0.69 elsewhere,
# its forget gate at 0.88. The gates are far from 0 and 1: the candidate does part of the selecting.
#
# ### Experiment 5 · Milestone: your own LSTM writes
#
# A passage of 377 characters, and your `CharLSTM`. It is trained on random pieces of 40 characters,
# each from a zero state, the passage read in a circle. Then it gets two words and writes on alone:
# the most likely character each time, one character in, one out, with both states carried along.

# %% experiment
PASSAGE = (
    "A river does not remember the rain. It carries what it was given a little further, and lets go "
    "of the rest at every bend. Somewhere a gate is opened, and the fields drink. Elsewhere it is "
    "closed, and the water waits. So it is with a cell that reads a line: it keeps one thing, "
    "forgets another, and lets the next letter through. Read slowly. What you keep is what you can "
    "tell. "
)


def numbers(text, characters):
    """The text as a tensor (N,): the place of each character in the string `characters`."""
    return torch.tensor([characters.index(character) for character in text])


@torch.no_grad()
def write(model, characters, prefix, n, temperature=0.0, generator=None):
    """Go on with `prefix` by n characters, one at a time.

    Parameters
    ----------
    model : CharLSTM
    characters : str, the vocabulary in order
    prefix : str, not empty
    n : int
    temperature : float, 0 for the most likely character
    generator : torch.Generator on the CPU, draws if temperature is above 0
    """
    where = model.W_hh.device
    ids, state, text = numbers(prefix, characters)[None].to(where), None, prefix
    for _ in range(n):
        logits, state = model(ids, state)
        scores = logits[0, -1].cpu()
        if temperature == 0:
            choice = scores.argmax()
        else:
            choice = torch.multinomial((scores / temperature).softmax(0), 1, generator=generator)
        text += characters[int(choice)]
        ids = choice.view(1, 1).to(where)
    return text


characters = "".join(sorted(set(PASSAGE)))
passage = numbers(PASSAGE, characters).to(device)
torch.manual_seed(0)
writer = CharLSTM(len(characters), embed_dim=16, hidden_dim=96).to(device)
optimizer = torch.optim.Adam(writer.parameters(), lr=0.01)
generator = torch.Generator().manual_seed(0)
updates, length = 200, 40
losses = []
start = time.perf_counter()
for update in tqdm(range(updates), desc="passage", leave=False):
    begins = torch.randint(len(passage), (16,), generator=generator)
    places = (begins[:, None] + torch.arange(length + 1)) % len(passage)  # the end joins the start
    pieces = passage[places.to(device)]
    logits, _ = writer(pieces[:, :-1])
    loss = nn.functional.cross_entropy(logits.flatten(0, 1), pieces[:, 1:].flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(writer.parameters(), 1.0)
    optimizer.step()
    losses.append(loss.item())
    if update in (20, 60):
        print(f"after {update:3d} updates:", write(writer, characters, "A river", 70))
print(
    f"loss {losses[0]:.2f} at first (ln V = {math.log(len(characters)):.2f}), "
    f"{np.mean(losses[-20:]):.3f} at the end ({time.perf_counter() - start:.0f} s)"
)
written = write(writer, characters, "A river", len(PASSAGE) - 7)
right = next((n for n, (a, b) in enumerate(zip(written, PASSAGE)) if a != b), len(PASSAGE))
print(written)
print(f"the first {right} of {len(PASSAGE)} characters are those of the passage")

# %% [markdown]
# **What to look at.** First pieces of words that go round in a circle, then real words in a wrong
# order, then the passage. Look at the places where memory is needed: "and lets" comes twice, and
# goes on in two ways. Which one is right stands more than ten characters earlier. A network that
# has forgotten it goes round in a circle here.
#
# Reference: the loss falls from 3.49 to 0.114 (about 5 s), and all 377 characters are right. The
# loss cannot reach 0: a piece begins anywhere, and nobody can know its second character from its
# first. After 20 updates it goes on "A river" with "atee a ater it is wathe rit is wathe rit",
# after 60 with "does not remember the rain. It carries what you keep is what you keep".
#
# This network has learnt one text by heart. It cannot write anything else, and a loss on its
# training text says nothing about another one. For that you need more text, and a part of it that
# is held back.
#
# ### Experiment 6 · The same on a larger text
#
# The Python manual of week 2, in streams whose state is carried from piece to piece and detached.
# The loss that counts is that of the held-back last tenth.

# %% experiment
from rnn_course.manual import load_manual, split_text

train_text, valid_text = split_text(load_manual())
letters = "".join(sorted(set(train_text + valid_text)))
place = {letter: number for number, letter in enumerate(letters)}


def streams(text, B):
    """The text as B streams one below the other, inputs and targets: (B, N) each."""
    ids = torch.tensor([place[letter] for letter in text])
    N = (len(ids) - 1) // B
    return ids[: N * B].view(B, N).to(device), ids[1 : N * B + 1].view(B, N).to(device)


def pieces_loss(model, X, Y, length, optimizer=None, updates=None):
    """Go through streams in pieces with the state carried, and train if there is an optimizer.

    Returns the mean cross entropy of each piece, a list.
    """
    state, losses = None, []
    count = X.shape[1] // length if updates is None else updates
    for number in tqdm(range(count), desc="manual", leave=False):
        at = number % (X.shape[1] // length) * length
        state = None if at == 0 else tuple(s.detach() for s in state)
        with torch.set_grad_enabled(optimizer is not None):
            logits, state = model(X[:, at : at + length], state)
            targets = Y[:, at : at + length]
            loss = nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
        if optimizer is not None:
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        losses.append(loss.item())
    return losses


torch.manual_seed(0)
E, H, updates = {"quick": (32, 128, 200), "full": (64, 256, 3000)}[BUDGET]
author = CharLSTM(len(letters), E, H).to(device)
optimizer = torch.optim.Adam(author.parameters(), lr=0.005)
start = time.perf_counter()
losses = pieces_loss(author, *streams(train_text, 32), 32, optimizer, updates)
X, Y = streams(valid_text[: {"quick": 10_000, "full": len(valid_text)}[BUDGET]], 32)
valid = np.mean(pieces_loss(author, X, Y, 32))
print(
    f"training {np.mean(losses[-20:]):.2f} nats, validation {valid:.2f} nats = "
    f"{valid / math.log(2):.2f} bits a character; uniform: {math.log(len(letters)):.2f} nats "
    f"({time.perf_counter() - start:.0f} s)"
)
for temperature in (0.0, 0.7):
    generator = torch.Generator().manual_seed(0)
    text = write(author, letters, "The ", 150, temperature, generator)
    print(f"--- temperature {temperature}\n{text}")

# %% [markdown]
# **What to look at.** After so few updates it has spaces, line breaks, endings and some short
# words, and no sense yet. At temperature 0 it goes round in a circle: the most likely character is
# not the same as a likely text.
#
# Reference (`"quick"`, Python 3.11; the text differs a little between versions): 1.94 nats on the
# last training pieces; on 10,000 held-back characters 2.23 nats, or 3.21 bits a character, against
# 4.63 nats for guessing uniformly. It took about 8 s. `"full"` trains a network of four times the
# weights for 3,000 updates, in 219 s on one CPU core: 0.98 nats on the last training pieces, and 1.35
# nats or 1.95 bits a character on all of the held-back text. Here the cell in a Python loop shows its
# price: that is what `nn.LSTM` is for.

# %% [markdown]
# ## Break it
#
# Three mistakes on purpose. The first stops with an error, most of the time. The other two say
# nothing.
#
# ### Pass only `h`
#
# Who comes from a GRU hands over one state. PyTorch refuses, in words that name neither `h` nor
# `c`.

# %% experiment
torch.manual_seed(0)
layer = nn.LSTM(3, 4, batch_first=True)
x = torch.randn(2, 5, 3)
_, (h, c) = layer(x)
try:
    layer(x, h)
except Exception as error:
    print(f"nn.LSTM: {type(error).__name__}: {error}")

weights = [p.detach() for p in layer.parameters()]
for B in (1, 2, 3):
    x_t, h_only = torch.randn(B, 3), torch.rand(B, 4)
    try:
        new_h, new_c = lstm_step(x_t, h_only, *weights)
        print(f"lstm_step, B = {B}: no error, h {tuple(new_h.shape)}, c {tuple(new_c.shape)}")
    except Exception as error:
        print(f"lstm_step, B = {B}: {type(error).__name__}: {error}")

# %% [markdown]
# **Explain before you read on:** why is there an index 1 in the message of `nn.LSTM`, and why does
# your own step run *without an error* for B = 2 (if it unpacks with `h, c = state`)?
#
# <details><summary>Answer</summary>
#
# The layer expects a pair. `h` has the shape (1, B, H), and a tensor can be indexed like a tuple:
# `hx[0]` is found, `hx[1]` is not. Your step unpacks the *rows* of a tensor (B, H). With B = 2
# there are two: the first example's hidden state is taken for h, the second's for c, and
# broadcasting makes both fit the batch. A test with B = 2 alone would never have told you. The
# tests of this week never use B = 2 for a state.
#
# </details>
#
# ### Drop the cell state
#
# The same mistake further away: text is generated, and of the two states only `h` is handed on.


# %% experiment
@torch.no_grad()
def write_without_cell(model, characters, prefix, n):
    """Like `write`, but c starts from zero for every character."""
    ids, state, text = numbers(prefix, characters)[None].to(model.W_hh.device), None, prefix
    for _ in range(n):
        logits, (h, c) = model(ids, state)
        state = h, torch.zeros_like(c)
        choice = logits[0, -1].argmax()
        text += characters[int(choice)]
        ids = choice.view(1, 1)
    return text


print("with both states:", write(writer, characters, "A river", 60))
print("with h alone:    ", write_without_cell(writer, characters, "A river", 60))

# %% [markdown]
# No error, and a training loss that looks perfect: the mistake is in the generating loop alone. If
# a model that trains well writes nonsense, look at what is carried. **Explain:** why is `h` not
# enough, although it is computed from `c`?
#
# <details><summary>Answer</summary>
#
# $h = o \odot \tanh(c)$. Where the output gate is closed, h does not show what the cell holds: exactly the things that are
# remembered for later. And the next cell state is computed from c, not from h.
#
# </details>
#
# ### The gates in another order
#
# The trained layer of experiment 3, its blocks read as i, f, o, g: the candidate and the output
# gate have changed places.


# %% experiment
def wrong_order(layer):
    """A copy of the layer's weights with the blocks g and o exchanged."""
    swapped = []
    for parameter in layer.parameters():
        i, f, g, o = parameter.detach().cpu().chunk(4)
        swapped.append(torch.cat([i, f, o, g]))
    return swapped


right = [p.detach().cpu() for p in layers["LSTM"].parameters()]
X, _ = adding_batch(200, T, torch.Generator().manual_seed(1))
finals = []
for weights in (right, wrong_order(layers["LSTM"])):
    state = (
        torch.zeros(200, layers["LSTM"].hidden_size),
        torch.zeros(200, layers["LSTM"].hidden_size),
    )
    for t in range(T):
        state = lstm_step(X[:, t], state, *weights)
    finals.append(state[0])
same, other = finals
similarity = nn.functional.cosine_similarity(same, other, dim=1).mean()
print(f"all shapes fit; mean cosine between the last hidden states: {similarity:.2f}")

# %% [markdown]
# A cosine of 1 would mean the same direction. Reference (`"quick"`): -0.12. Nothing in the shapes
# can tell, and training from scratch in a wrong order works as well as in the right one, because
# the names of the blocks mean nothing to an optimizer. The order matters when weights are *loaded*,
# and in `set_forget_bias`.

# %% [markdown]
# ## Common mistakes
#
# | What you see | Where it comes from | What to do |
# |---|---|---|
# | own numbers differ from `nn.LSTM`, all shapes fit | order of the gates, or g through a sigmoid | isolate one block: set its bias, leave all else 0 |
# | `gru_step` is nearly right | reset before the product, or `b_hn` outside of it | test with r = 0 |
# | `not enough values to unpack (expected 4, got 3)`, or sizes 4H and H that do not match | `chunk(4)` cuts the batch | `chunk(4, dim=1)` |
# | all shapes fit, but every gate holds numbers of the other three | `view(B, H, 4)` | `view(B, 4, H)`, or chunk |
# | no gradient beyond one step | `detach` inside the step or the model | detach between chunks, in the training loop |
# | the loss falls, but less far than expected; or `optimizer got an empty parameter list` | a plain tensor in place of `nn.Parameter` (one of them; all of them) | count `model.parameters()` |
# | forget bias has no effect, or double | wrong slice, one bias left over, or the value in both | look at the *sum* |
# | the adding problem is learnt surprisingly fast | markers in one half, or the mean as target | look at one example by eye |
# | trains well, writes nonsense | c is not carried while generating | hand on the pair |
# | loss on the line 1/6 for hundreds of updates | the plateau is part of the task | wait, lower T, or check the baseline |

# %% [markdown]
# ## Interview checkpoints
#
# Answer aloud, in two or three sentences, then unfold.
#
# <details><summary>Why do plain RNNs suffer from vanishing gradients?</summary>
#
# Going back over a step multiplies the gradient by $\mathrm{diag}(1 - h^2)\, W_{hh}$. Over many
# steps this is a product of many such matrices: where they shrink vectors on average, what is left
# falls exponentially with the lag. The tanh can only make it smaller. Old inputs then have next to
# no weight in the update, even if they matter.
#
# </details>
#
# <details><summary>How do the gates solve it, and what do they not solve?</summary>
#
# The cell state is edited by a product and a sum, so its direct path back multiplies by the forget
# gate alone: one number for each unit, which the network can drive near 1 where and as long as it
# wants to remember. It is not a guarantee: with f = 0.5 it vanishes as fast as elsewhere, which is
# why the forget bias matters. And gradients can still explode along the paths through h; clipping
# stays useful.
#
# </details>
#
# <details><summary>What makes the GRU simpler? What does it give up?</summary>
#
# One state in place of two, two gates in place of three, three blocks of weights in place of four:
# a quarter fewer parameters in the recurrent layer. One gate decides on keeping and writing at
# once, so it cannot do both fully. And all of the state is always shown: there is no output gate.
#
# </details>
#
# <details><summary>Why is the candidate squashed by a tanh and the gates by a sigmoid?</summary>
#
# A gate is a share, 0 to 1. The candidate is content, and must be able to add and to subtract; with
# values from 0 to 1 nothing could be subtracted, and a cell state that starts at 0 could never
# become negative. The tanh is also centred at 0, so an undecided candidate writes nothing.
#
# </details>
#
# <details><summary>How many parameters has nn.LSTM(100, 200)? And nn.GRU(100, 200)?</summary>
#
# 4 · 200 · (100 + 200 + 2) = 241,600: four blocks, each with input weights, recurrent weights and
# two biases. The GRU has three blocks: 181,200.
#
# </details>
#
# <details><summary>You load LSTM weights from another framework, and the loss is bad but not random. What do you check first?</summary>
#
# The order of the gates, then the biases (one or two, one of them lost?), then whether the matrices
# are transposed. For a GRU also whether the reset gate comes before or after the product, and which
# way round z works. Compare one step on random numbers, block by block.
#
# </details>

# %% [markdown]
# ## Project · A model that writes
#
# The milestone in your own hands: train your `CharLSTM` on a text that you choose (at least 20,000
# characters: a book out of copyright, your own notes, source code; `pieces_loss`, `streams` and
# `write` from the experiments are at your service), and answer **one** question (3 hours in all):
#
# - **A.** At an equal number of *parameters*, which writes better: your LSTM, or the same model on your `gru_step`?
# - **B.** How does the forget bias at the start (0, 1, 3) change the adding problem? Up to which T is it solved within 1,000 updates?
# - **C.** Train the LSTM of experiment 3, and measure its gradient by lag before and after. What did training change?
#
# Work in cells of your own, wherever you like:
#
# 1. Say in one sentence what you expect, *before* you run anything.
# 2. Hold back the last tenth of your text. Train, and note the validation loss in bits a character.
# 3. Generate 200 characters at three temperatures. Keep the best and the worst.
# 4. Answer your question with at least 3 seeds for every setting, and one figure: axes with labels, the spread over
#    seeds, a baseline.
# 5. Sum up in 5 to 10 bullets in the answer cell below.
#
# **How it is marked** (5 points, one each)
#
# | Point | Given when |
# |---|---|
# | the model writes | generated text, and the validation loss of the same model beside the baseline ln V |
# | set-up | somebody else could repeat it from the bullets: text, sizes, seeds, updates, learning rate |
# | figure and result | the question is answered with numbers over at least 3 seeds, and compared with what was expected |
# | what did not work | one failure, and an explanation that uses the gates of this week |
# | next | one next step that a measurement could prove wrong |

# %% [markdown] question="deliverable" points=5
# *Your 5 to 10 bullets. Double-click to edit.*
#
# - Text and model, validation loss, best and worst sample:
# - Question and expectation:
# - Set-up:
# - Result:
# - What worked:
# - What did not:
# - Next:
#
# ### BEGIN RUBRIC
# - 1 the model writes: generated text of the trained model, its temperature, and its validation loss
#   beside ln V; half a point without the loss
# - 1 set-up: text, sizes, seeds, updates and learning rate are all there; half a point if one is missing
# - 1 figure and result: numbers over at least 3 seeds that answer the chosen question, with labelled
#   axes, held against the sentence written before the run; question A needs equal parameter counts
# - 1 what did not work: one concrete failure, explained by what a gate or its bias does; "it did not
#   converge" by itself earns nothing
# - 1 next: a step together with the measurement that would speak against it
# ### END RUBRIC

# %% [markdown]
# ## Stretch · Peepholes
#
# A gate sees $h_t$, which shows only what the output gate let through. With **peepholes** ([Gers &
# Schmidhuber 2000](https://doi.org/10.1109/IJCNN.2000.861302)) the gates look at the cell state
# itself, through one weight for each unit, $p_i, p_f, p_o$ of shape (H,):
#
# $$i = \sigma(a_i + p_i \odot c_t) \qquad f = \sigma(a_f + p_f \odot c_t) \qquad
# o = \sigma(a_o + p_o \odot c_{t+1})$$
#
# where $a_i, a_f, a_o$ are the pre-activations of [the packed layout](#The-packed-layout). Note
# that the output gate looks at the *new* cell state.
#
# 1. Write `peephole_step(x, state, W_ih, W_hh, b_ih, b_hh, p_i, p_f, p_o)` → h, c, in about 8 lines.
# 2. With all three p at zero it must agree with your `lstm_step` to the last digits. Write that test first.
# 3. Train both on a task of *timing*: say 1 every 20 steps, with no input but a 1 at the start. Which learns it sooner?
# 4. Greff et al. ([2017](https://doi.org/10.1109/TNNLS.2016.2582924)) compared eight variants of the LSTM and found that peepholes
#    change little on their tasks. Does your result contradict theirs?

# %% [markdown]
# ## Reflection
#
# Take an hour, away from the keyboard if you can. Write for yourself.
#
# - Draw the LSTM step from memory. Which arrow did you forget?
# - Which mistake of yours fitted in all shapes? How did you find it?
# - Explain to somebody who has never heard of gradients what a gate is. Where do you hesitate?
# - In the plateau of the adding problem nothing seems to happen. What does, do you think?
# - What would a network need in order to remember a thing for 10,000 steps?

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
    "week03_lstm",
    [
        ("I can draw an LSTM step from memory, and say what each gate does", "SimpleLSTM"),
        (
            "I can write an LSTM step in PyTorch's packed layout, and load PyTorch's weights into it",
            "lstm_step",
        ),
        ("I can write a GRU step, and say where the reset gate acts", "gru_step"),
        (
            "I can build a model that writes text from my own embedding, cell and linear layer",
            "CharLSTM",
        ),
        (
            "I can find the forget gate's bias among the packed ones, and say why it starts high",
            "set_forget_bias",
        ),
        (
            "I can describe the adding problem, and the loss of always answering the mean",
            "adding_batch",
        ),
        "I can explain with one derivative why a cell state remembers longer than a hidden state",
        "I can say what makes the GRU simpler than the LSTM",
    ],
)
