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
# # Week 1 · The RNN forward pass, and back through time
#
# This week you write a recurrent network in NumPy: forward, and backward. Nothing is hidden
# behind a framework. Next week PyTorch takes over, and you will know what it does for you.
#
# **When you are done, you can**
#
# - write one step of a recurrent network and run it over a batch of sequences;
# - derive and write backpropagation through time (BPTT), and check it with numerical gradients;
# - cut the gradient into chunks (truncated BPTT), and say what that saves and what it costs;
# - measure how a gradient vanishes or explodes with every step back.
#
# | | |
# |---|---|
# | **Hours** | study 3 · coding 3 · project 3 · reflection 1 |
# | **Difficulty** | ●●●○○ |
# | **Stands on** | Python, NumPy (broadcasting, matrix products), the chain rule |
# | **Points** | 20 for six exercises, graded automatically · 5 for the project, marked by a person |
#
# **Data card**
#
# | What | Source | Licence | Size |
# |---|---|---|---|
# | the sequence 0.1 … 0.5 | written in this notebook | none needed | 5 numbers |
# | random sequences for the echo task | NumPy's generator, seeded in this notebook | none needed | made on the fly |
#
# There is nothing to download.
#
# **How to work**
#
# 1. Read the [mini-theory](#Mini-theory) once. Each exercise links back to the part it needs.
# 2. In an exercise, replace `# YOUR CODE HERE` and the line `raise NotImplementedError()`. A
#    function may use its arguments and `self`, and no variable of another cell. It may call
#    functions of other cells.
# 3. Run the check below the exercise. A failed check says which part of the formula is wrong.
# 4. Press **Validate**: it runs all checks in a fresh kernel. Then submit.
#
# After submission your functions also meet hidden tests. They test the same things on other
# numbers and other shapes. Exercise 2 stands on 1, exercise 4 on 3, exercise 5 on 3 and 4: a fault
# in the earlier one shows in the later one. The others stand alone. Experiments and cells of your
# own are not graded.

# %%
import math
import operator

import matplotlib.pyplot as plt
import numpy as np

from rnn_course import plots
from autograder.notebook.checks import check, expect_close, expect_results, expect_unchanged

plots.use_style()

# "quick" runs the whole notebook in about 20 s on two CPU cores, "full" in about a minute.
BUDGET = "quick"


def expect_floats(**results):
    """Check that every result is an array of 64-bit floats."""
    for name, value in results.items():
        found = getattr(value, "dtype", type(value).__name__)
        right = isinstance(value, np.ndarray) and value.dtype == np.float64
        assert right, f"{name} must be an array of 64-bit floats, found {found}"


# %% [markdown]
# ## Mini-theory
#
# You need this section and nothing else to solve the exercises. To hear it told another way:
#
# - video: StatQuest, [Recurrent Neural Networks, clearly explained](https://www.youtube.com/watch?v=AsNTP8Kwu80);
# - essay: Andrej Karpathy, [The Unreasonable Effectiveness of Recurrent Neural Networks](https://karpathy.github.io/2015/05/21/rnn-effectiveness/);
# - textbook: Dive into Deep Learning, [chapter 9](https://d2l.ai/chapter_recurrent-neural-networks/index.html), with BPTT in [9.7](https://d2l.ai/chapter_recurrent-neural-networks/bptt.html); what comes next in [chapter 10](https://d2l.ai/chapter_recurrent-modern/index.html).
#
# ### The idea
#
# A sequence arrives one time step after another. A recurrent network (RNN) keeps a vector, the
# **hidden state**, that sums up what it has seen so far. At each step it mixes the new input
# into the hidden state. It uses the *same* weights at every step, so it can read a sequence of
# any length. The figure shows the network folded (left), and **unrolled** over time (right).
# Arrows of one colour share one weight matrix: the blue ones `W_hh` (hidden to hidden).

# %% experiment
plots.unrolled_network(T=4)
plt.show()

# %% [markdown]
# ### The forward pass
#
# We count as the code does, from zero. The network starts from the state $h_0$. Step
# $t = 0, …, T-1$ reads the input $x_t$ and turns the state $h_t$ into the state $h_{t+1}$:
#
# $$a_t = x_t W_{ih}^\top + h_t W_{hh}^\top + b_h \qquad\qquad h_{t+1} = \tanh(a_t)$$
#
# $$y_t = h_{t+1} W_{ho}^\top + b_o$$
#
# $a_t$ is the **pre-activation**. The output $y_t$ is computed from the *new* state $h_{t+1}$.
# (Many papers write $h_t = f(x_t, h_{t-1})$: the same network with the states counted one lower.)
#
# In the code an example is a row. Row vectors are why the weights stand on the right,
# transposed. The layout of the weights is PyTorch's: rows are what a layer makes, columns are
# what it reads.
#
# | Name | Shape | What it is |
# |---|---|---|
# | `X` | (B, T, D) | a batch of B sequences, T time steps, D input features; $x_t$ is `X[:, t]`, (B, D) |
# | `hidden_states` | (B, T + 1, H) | all states; $h_t$ is `hidden_states[:, t]`, (B, H); index 0 is the start $h_0$ |
# | `outputs` | (B, T, O) | $y_t$ is `outputs[:, t]`, (B, O) |
# | `W_ih` | (H, D) | input to hidden |
# | `W_hh` | (H, H) | hidden to hidden |
# | `b_h` | (H,) | bias of the hidden layer |
# | `W_ho` | (O, H) | hidden to output |
# | `b_o` | (O,) | bias of the output |
#
# Note the two lengths: T inputs and T outputs, but T + 1 states. PyTorch's
# [`nn.RNN`](https://docs.pytorch.org/docs/stable/generated/torch.nn.RNN.html) computes the same
# states. It has a second bias, which adds nothing new, and it does not return $h_0$.
#
# ### Back through one step
#
# A loss $L$ is one number. We write `dZ` for $\partial L / \partial Z$. It has the shape of `Z`.
# For one step we know `dh` = $\partial L / \partial h_{t+1}$, shape (B, H), and look for the
# gradients of everything the step has read: $x_t$, $h_t$ and the three parameters.
#
# **Through the tanh.** The derivative of $\tanh(a)$ is $1 - \tanh^2(a)$. The forward pass has
# already computed $\tanh(a)$: it is the new state. So no pre-activation has to be kept, and
#
# $$da = dh \odot (1 - h_{t+1}^2) \qquad \text{shape (B, H), entry by entry.}$$
#
# **Through the sum.** For example $n$ of the batch and unit $i$, written out:
#
# $$a[n, i] = \sum_j x[n, j]\, W_{ih}[i, j] \;+\; \sum_m h_t[n, m]\, W_{hh}[i, m] \;+\; b_h[i]$$
#
# Now ask of each number: where does it appear, and what is it multiplied by? Those are the terms
# of its gradient.
#
# - $x[n, j]$ appears in $a[n, i]$ for every unit $i$, times $W_{ih}[i, j]$. So
#   $dx[n, j] = \sum_i da[n, i]\, W_{ih}[i, j]$. The sum runs over the columns of `da` and the rows
#   of `W_ih`, so this is the matrix product `da @ W_ih`: (B, H) times (H, D) is (B, D).
# - $h_t[n, m]$ appears in $a[n, i]$ for every unit $i$, times $W_{hh}[i, m]$. So
#   $dh_{\text{prev}}[n, m] = \sum_i da[n, i]\, W_{hh}[i, m]$. The name says: the gradient of the
#   state *before* the step (`dh_prev` in the code).
# - $W_{ih}[i, j]$ appears in $a[n, i]$ for every example $n$, times $x[n, j]$. So
#   $dW_{ih}[i, j] = \sum_n da[n, i]\, x[n, j]$.
# - $W_{hh}[i, m]$ appears in $a[n, i]$ for every example $n$, times $h_t[n, m]$. So
#   $dW_{hh}[i, m] = \sum_n da[n, i]\, h_t[n, m]$.
# - $b_h[i]$ appears in $a[n, i]$ for every example $n$, times 1. So $db_h[i] = \sum_n da[n, i]$.
#
# The first is turned into a matrix product for you. The others are your exercise. A shape check
# finds most errors here, but not all: `W_hh` is square, and its transpose fits as well.
#
# ### Back through time
#
# The state $h_{t+1}$ is read twice: by the output $y_t$, and by the next step. Its gradient is
# the sum of both:
#
# $$\frac{\partial L}{\partial h_{t+1}} =
# \underbrace{dH[:, t]}_{\text{through its own output}} +
# \underbrace{dh_{\text{prev}} \text{ of step } t+1}_{\text{carry, from the future}}$$
#
# So the backward pass walks from the last step to the first, and hands a **carry** from step to
# step. After the last step there is no future: the carry starts at zero. What the first step
# hands back is the gradient of $h_0$.
#
# **Why gradients of shared weights sum.** Pretend each step had a copy of its own, $W_0, …,
# W_{T-1}$. Copy $t$ gets a gradient from step $t$ alone. All copies are the same matrix, so
# moving $W$ moves all of them at once, and the chain rule adds their effects:
#
# $$\frac{\partial L}{\partial W} = \sum_{t=0}^{T-1} \frac{\partial L}{\partial W_t}$$
#
# This holds for `W_ih`, `W_hh` and `b_h`. Inputs are not shared, so each $x_t$ keeps its own
# gradient. The method is called **backpropagation through time**
# ([Werbos 1990](https://doi.org/10.1109/5.58337)).
#
# **What the forward pass must keep.** Step $t$ needs $x_t$, $h_t$, $h_{t+1}$ and the weights. In
# this notebook that is the **cache** of the step, always this tuple:
#
# ```python
# cache = (x, h_prev, h, W_ih, W_hh)   # (B, D), (B, H), (B, H), (H, D), (H, H)
# ```
#
# `h_prev` is the state $h_t$ before the step, `h` is the state $h_{t+1}$ after it. `caches` is a
# list of T such tuples, in the order of time: `caches[t]` belongs to step $t$.
#
# ### Truncation
#
# For a sequence of 100,000 steps, full BPTT keeps 100,000 caches before it can take one step
# back. **Truncated BPTT** cuts the sequence into chunks of `k` steps, counted from the start:
# steps $0 … k-1$, then $k … 2k-1$, and so on. The last chunk may be shorter.
#
# - *Forward* nothing changes: the state is carried over every cut.
# - *Backward* the carry stops at every cut: a state handed to the next chunk counts as a
#   constant. PyTorch calls this `h.detach()`.
# - Gradients of shared weights still sum over *all* steps of all chunks.
#
# So the loss of step $t$ reaches the steps from the start of its own chunk up to $t$: at most `k`
# steps, step $t$ included. With `k` ≥ T there is one chunk, and nothing is cut. For T = 7, `k` = 3:
#
# | Chunk | Steps | Carry into its last step | Carry that its first step hands back |
# |---|---|---|---|
# | 1 | 0, 1, 2 | zero | it is `dh0`, the gradient of the start state |
# | 2 | 3, 4, 5 | zero | dropped |
# | 3 | 6 | zero | dropped |
#
# Your function is handed all caches at once, so it saves no memory. The saving comes when each
# chunk runs its forward pass, its backward pass, and then drops its caches, as in
# [*Forget to detach*](#Forget-to-detach).
#
# In the next figure a blue square means: the loss of step t (row) sends a gradient through step
# s (column).

# %% experiment
plots.gradient_reach(T=7, k=3)
plt.show()

# %% [markdown]
# Other definitions exist. [Williams & Peng 1990](https://doi.org/10.1162/neco.1990.2.4.490) also
# describe the one where the loss of *every* step flows `k` steps back, in overlapping windows. It
# treats all steps alike, and costs about `k` times as much. In this course, and in most code,
# truncated means chunks. For sequences without an end, and for learning
# without going back at all, see
# [Williams & Zipser 1989](https://doi.org/10.1162/neco.1989.1.2.270) and the stretch goal below.
#
# ### Vanishing and exploding gradients
#
# From state to state, the backward pass multiplies by the **Jacobian** of the step:
#
# $$\frac{\partial h_{t+1}}{\partial h_t} = \mathrm{diag}(1 - h_{t+1}^2)\; W_{hh}$$
#
# Take the tanh away and a *linear* recurrence is left. Then going back over `lag` steps is one
# fixed matrix, and the gradient of a state `lag` steps ago is
#
# $$dh_t = dh_{t+\text{lag}}\; W_{hh}^{\text{lag}} \qquad W_{hh}^0 = I,\quad W_{hh}^{2} = W_{hh} W_{hh},\; …$$
#
# How much longer or shorter can that make a gradient? The **spectral norm** of a matrix,
# $\lVert M \rVert_2$, is its largest singular value: the largest factor by which $M$ stretches a
# vector. So $\lVert W_{hh}^{\text{lag}} \rVert_2$ is the most that can arrive from a gradient of
# length 1.
#
# For large lags it behaves like $\rho^{\text{lag}}$, where $\rho$ is the **spectral radius**: the
# largest absolute value of an eigenvalue of $W_{hh}$. With $\rho < 1$ the gradient vanishes, with
# $\rho > 1$ it explodes. Over the first few lags it may do otherwise, because
# $\lVert W_{hh} \rVert_2$ can be larger than $\rho$.
#
# The tanh multiplies by factors $1 - h^2$ between 0 and 1. So no single step stretches a gradient
# by more than $\lVert W_{hh} \rVert_2$. Usually the factors shrink it further; but the product is
# no longer a matrix power, so over several steps neither $\rho$ nor
# $\lVert W_{hh}^{\text{lag}} \rVert_2$ is a bound.
#
# [Pascanu, Mikolov & Bengio 2013](https://proceedings.mlr.press/v28/pascanu13.html)
# work this out, and propose clipping against explosion (week 2). Against vanishing, gates help
# (week 3; Olah's [Understanding LSTM Networks](https://colah.github.io/posts/2015-08-Understanding-LSTMs/)).

# %% [markdown]
# ## Exercises
#
# | | Exercise | Points | Difficulty | Minutes |
# |---|---|---|---|---|
# | 1 | `rnn_step` | 3 | ●○○○○ | 10 |
# | 2 | `SimpleRNN` | 4 | ●●○○○ | 30 |
# | 3 | `rnn_step_backward` | 4 | ●●●○○ | 40 |
# | 4 | `bptt` | 4 | ●●●○○ | 40 |
# | 5 | `truncated_bptt` | 3 | ●●●○○ | 25 |
# | 6 | `gradient_norm_by_lag` | 2 | ●●○○○ | 15 |
#
# Use NumPy only. You are given arrays of 64-bit floats; return such arrays. Do not change your
# arguments in place, and leave nothing behind: a call knows nothing of the calls before it. Sizes
# may be 1, and may coincide; a sequence may have thousands of steps, more than Python lets a
# function call itself. A result is new: no later call changes it. The gradients are exact:
# nothing is clipped, rounded or left out.

# %% [markdown]
# ### Exercise 1 · `rnn_step`
#
# One time step for a whole batch. All else in this course is built around this line.
#
# **Difficulty** ●○○○○ · **Importance** ●●●●● · **Time** 10 minutes · **Length** 1 to 3 lines ·
# **Theory** [The forward pass](#The-forward-pass)
#
# 1. Project the input with `W_ih`: (B, D) → (B, H).
# 2. Project the old state with `W_hh`: (B, H) → (B, H).
# 3. Add both and the bias `b_h`, shape (H,); NumPy adds it to every row.
# 4. Apply the tanh: (B, H).
#
# <details><summary>Hint</summary>
#
# Write the shapes under the product: `x` is (B, D) and `W_ih` is (H, D). The inner lengths of a
# product must agree. Do the same with `W_hh` *on purpose*: it is square, so a product with the
# wrong side up runs without an error.
#
# </details>

# %% exercise="rnn_step" forbids="torch"
def rnn_step(x, h, W_ih, W_hh, b_h):
    """One time step of a recurrent network with tanh.

    Parameters
    ----------
    x : array (B, D)
        Inputs of this time step.
    h : array (B, H)
        Hidden state before the step.
    W_ih : array (H, D)
        Input-to-hidden weights.
    W_hh : array (H, H)
        Hidden-to-hidden weights.
    b_h : array (H,)
        Bias.

    Returns
    -------
    array (B, H)
        Hidden state after the step, ``tanh(x W_ihᵀ + h W_hhᵀ + b_h)``.
    """
    ### BEGIN SOLUTION
    return np.tanh(x @ W_ih.T + h @ W_hh.T + b_h)
    ### END SOLUTION


# %% tests="rnn_step" points=3
@check("rnn_step")
def visible():
    # One term at a time, on numbers that can be followed by hand: B = 2, D = 3, H = 2.
    x = np.array([[1.0, 0.0, 0.0], [0.0, 2.0, 0.0]])
    h = np.array([[1.0, 0.0], [0.0, 3.0]])
    W_ih = np.array([[0.1, 0.2, 0.3], [-0.4, 0.5, 0.6]])
    W_hh = np.array([[0.1, 0.2], [0.3, -0.4]])
    b_h = np.array([0.5, -0.5])

    expect_unchanged(rnn_step, x=x, h=h, W_ih=W_ih, W_hh=W_hh, b_h=b_h)
    expect_floats(new=rnn_step(x, h, W_ih, W_hh, b_h))
    expect_close(
        rnn_step(x, h, np.zeros((2, 3)), np.zeros((2, 2)), b_h),
        [[math.tanh(0.5), math.tanh(-0.5)]] * 2,
        "With W_ih = 0 and W_hh = 0 every row of the new state must be tanh(b_h)",
    )
    expect_close(
        rnn_step(x, h, W_ih, np.zeros((2, 2)), np.zeros(2)),
        [[math.tanh(0.1), math.tanh(-0.4)], [math.tanh(2 * 0.2), math.tanh(2 * 0.5)]],
        "With W_hh = 0 and b_h = 0 the new state must be tanh(x W_ihᵀ)",
    )
    expect_close(
        rnn_step(x, h, np.zeros((2, 3)), W_hh, np.zeros(2)),
        [[math.tanh(0.1), math.tanh(0.3)], [math.tanh(3 * 0.2), math.tanh(3 * -0.4)]],
        "With W_ih = 0 and b_h = 0 the new state must be tanh(h W_hhᵀ)",
    )

    # Random numbers of several sizes: before the tanh, the three terms must add up.
    rng = np.random.default_rng(1)
    for B, D, H in ((4, 3, 5), (3, 4, 4), (1, 1, 1)):
        x, h, b_h = rng.normal(size=(B, D)), rng.normal(size=(B, H)), rng.normal(size=H)
        W_ih, W_hh = 0.3 * rng.normal(size=(H, D)), 0.3 * rng.normal(size=(H, H))
        new = rnn_step(x, h, W_ih, W_hh, b_h)
        assert np.shape(new) == (B, H), (
            f"The new state must be (B, H) = {(B, H)}, found {np.shape(new)}"
        )
        expect_close(
            np.arctanh(new),
            np.einsum("bd,hd->bh", x, W_ih) + np.einsum("bg,hg->bh", h, W_hh) + b_h,
            f"B = {B}, D = {D}, H = {H}: x W_ihᵀ, h W_hhᵀ and b_h must be added before the tanh, "
            "each once",
        )

    # Far from zero the tanh is 1 or -1.
    far = np.array([[-1e3], [-6.0], [6.0], [1e3]])
    expect_close(
        rnn_step(far, np.zeros((4, 1)), np.ones((1, 1)), np.ones((1, 1)), np.zeros(1)),
        [[-1.0], [math.tanh(-6.0)], [math.tanh(6.0)], [1.0]],
        "Pre-activations of -1000, -6, 6 and 1000 must go through the tanh; np.tanh does not overflow",
    )


# %% [markdown]
# ### Exercise 2 · `SimpleRNN`
#
# A network that holds its weights, and runs your step over a whole batch of sequences. It
# returns every state, because the backward pass needs every state.
#
# **Difficulty** ●●○○○ · **Importance** ●●●●● · **Time** 30 minutes · **Length** about 6 + 9 lines ·
# **Theory** [The forward pass](#The-forward-pass)
#
# In `__init__`:
#
# 1. Draw `W_ih` (H, D), `W_hh` (H, H), `b_h` (H,), `W_ho` (O, H) and `b_o` (O,), each with
#    `rng.uniform(low, high, shape)` between $-1/\sqrt{H}$ and $1/\sqrt{H}$. These are PyTorch's
#    bounds. The order is not graded. If you draw in the order of this list, your experiments give
#    the reference numbers.
#
# In `forward`, which must read the weights from `self` at every call: checks and training replace
# them.
#
# 1. Start from `h_prev`, shape (B, H), or from zeros if it is `None`.
# 2. Collect T + 1 states, the start included. For each `t`, give `X[:, t]`, shape (B, D), and the
#    latest state to your `rnn_step`.
# 3. Stack the states along the time axis: (B, T + 1, H).
# 4. Compute all outputs from the states *after* each step: (B, T, H) → (B, T, O).
#
# <details><summary>Hint</summary>
#
# `np.stack(list_of_states, axis=1)` makes (B, T + 1, H) from arrays of (B, H). A product of
# (B, T, H) with (H, O) works on the last axis, so the outputs need no loop. To leave out the
# start state, slice along the time axis: `states[:, 1:]`.
#
# </details>

# %% exercise="SimpleRNN" forbids="torch"
class SimpleRNN:
    """A recurrent network with one tanh layer and a linear output.

    Parameters
    ----------
    input_size : int
        Input features D.
    hidden_size : int
        Hidden units H.
    output_size : int
        Outputs O.
    rng : numpy.random.Generator
        Draws the weights.

    Attributes
    ----------
    W_ih : array (H, D)
    W_hh : array (H, H)
    b_h : array (H,)
    W_ho : array (O, H)
    b_o : array (O,)
        Drawn from `rng`, uniform between -1/sqrt(H) and 1/sqrt(H), in any order.
    """

    def __init__(self, input_size, hidden_size, output_size, rng):
        ### BEGIN SOLUTION
        bound = 1 / math.sqrt(hidden_size)
        self.W_ih = rng.uniform(-bound, bound, (hidden_size, input_size))
        self.W_hh = rng.uniform(-bound, bound, (hidden_size, hidden_size))
        self.b_h = rng.uniform(-bound, bound, hidden_size)
        self.W_ho = rng.uniform(-bound, bound, (output_size, hidden_size))
        self.b_o = rng.uniform(-bound, bound, output_size)
        ### END SOLUTION

    def forward(self, X, h_prev=None):
        """Run the network over a batch of sequences.

        Parameters
        ----------
        X : array (B, T, D)
            Inputs.
        h_prev : array (B, H), optional
            Start state; zeros if it is left out.

        Returns
        -------
        outputs : array (B, T, O)
            ``outputs[:, t]`` is computed from the state after step t.
        hidden_states : array (B, T + 1, H)
            ``hidden_states[:, 0]`` is the start state, ``hidden_states[:, t + 1]`` the state
            after step t.
        """
        ### BEGIN SOLUTION
        B, T, _ = X.shape
        h = np.zeros((B, len(self.b_h))) if h_prev is None else h_prev
        states = [h]
        for t in range(T):
            h = rnn_step(X[:, t], h, self.W_ih, self.W_hh, self.b_h)
            states.append(h)
        hidden_states = np.stack(states, axis=1)
        outputs = hidden_states[:, 1:] @ self.W_ho.T + self.b_o
        return outputs, hidden_states
        ### END SOLUTION


# %% tests="SimpleRNN" points=4 needs="rnn_step"
@check("SimpleRNN")
def visible():
    rng = np.random.default_rng(2)
    B, T, D, H, O = 3, 5, 2, 4, 7
    rnn = SimpleRNN(D, H, O, rng)
    large = SimpleRNN(3, 300, 200, rng)

    shapes = {"W_ih": (H, D), "W_hh": (H, H), "b_h": (H,), "W_ho": (O, H), "b_o": (O,)}
    for name, shape in shapes.items():
        value = getattr(rnn, name)
        expect_floats(**{name: value})
        assert value.shape == shape, (
            f"{name} must be {shape} and stay with its own network, found {value.shape}"
        )
        assert np.abs(value).max() <= 1 / math.sqrt(H), f"{name} must lie within ±1/√H"
        assert np.ptp(value) > 0, f"{name} must be random, found the same number everywhere"

    # The larger network, where chance can no longer hide a wrong range.
    for name in shapes:
        low, high = np.min(getattr(large, name)) * 300**0.5, np.max(getattr(large, name)) * 300**0.5
        assert -1 <= low < -0.8 and 0.8 < high <= 1, (
            f"{name} must fill the range from -1/√H to 1/√H: for H = 300 its smallest number must be "
            f"below -0.8/√H, its largest above 0.8/√H; found {low:.2f}/√H and {high:.2f}/√H"
        )

    X, h_prev = rng.normal(size=(B, T, D)), rng.uniform(-1, 1, size=(B, H))
    results = rnn.forward(X, h_prev)
    expect_results(results, ("outputs", "hidden_states"))
    outputs, hidden_states = results
    assert np.shape(outputs) != (B, T + 1, H), (
        "Return outputs first, then hidden_states: found the shape of hidden_states first"
    )
    expect_unchanged(rnn.forward, X=X, h_prev=h_prev)
    assert np.shape(hidden_states) == (B, T + 1, H), (
        f"hidden_states must be (B, T + 1, H) = {(B, T + 1, H)}, found {np.shape(hidden_states)}; "
        "the start state belongs to it"
    )
    assert np.shape(outputs) == (B, T, O), (
        f"outputs must be (B, T, O) = {(B, T, O)}, found {np.shape(outputs)}"
    )
    expect_floats(outputs=outputs, hidden_states=hidden_states)
    expect_close(hidden_states[:, 0], h_prev, "hidden_states[:, 0] must be the start state h_prev")
    for batch in (X, X[:2], X):
        found = rnn.forward(batch)[1][:, 0]
        expect_close(
            found,
            np.zeros((len(batch), H)),
            "Without h_prev the start state must be zero, whatever was read before",
        )

    # No recurrence and no output bias: state t + 1 sees input t, and output t sees state t + 1.
    rnn.W_hh, rnn.b_o = np.zeros((H, H)), np.zeros(O)
    outputs, hidden_states = rnn.forward(X, h_prev)
    for t in range(T):
        expect_close(
            hidden_states[:, t + 1],
            rnn_step(X[:, t], h_prev, rnn.W_ih, rnn.W_hh, rnn.b_h),
            f"With W_hh = 0, hidden_states[:, {t + 1}] must depend on X[:, {t}] alone",
        )
        expect_close(
            outputs[:, t],
            np.einsum("bh,oh->bo", hidden_states[:, t + 1], rnn.W_ho),
            f"With b_o = 0, outputs[:, {t}] must be hidden_states[:, {t + 1}] W_hoᵀ",
        )

    # Output weights of zero: the bias of the output is all that is left.
    rnn.W_ho, rnn.b_o = np.zeros((O, H)), np.arange(1.0, O + 1)
    expect_close(
        rnn.forward(X, h_prev)[0],
        np.broadcast_to(rnn.b_o, (B, T, O)),
        "With W_ho = 0 every output must be b_o",
    )

    # Random weights: state t + 1 is your step from state t, and from no other.
    for B, D, H, O in ((1, 1, 1, 1), (3, 4, 4, 4), (3, 2, 4, 7)):
        X, h_prev = rng.normal(size=(B, T, D)), rng.uniform(-1, 1, size=(B, H))
        rnn = SimpleRNN(D, H, O, rng)
        outputs, hidden_states = rnn.forward(X, h_prev)
        sizes = f"D = {D}, H = {H}, O = {O}"
        for t in range(T):
            expect_close(
                hidden_states[:, t + 1],
                rnn_step(X[:, t], hidden_states[:, t], rnn.W_ih, rnn.W_hh, rnn.b_h),
                f"{sizes}: hidden_states[:, {t + 1}] must be rnn_step of X[:, {t}] and "
                f"hidden_states[:, {t}]",
            )
        expect_close(
            outputs,
            np.einsum("bth,oh->bto", hidden_states[:, 1:], rnn.W_ho) + rnn.b_o,
            f"{sizes}: outputs[:, t] must be hidden_states[:, t + 1] W_hoᵀ + b_o",
        )

    # A sequence in two parts, with the state carried over, must equal the whole.
    first_outputs, first_states = rnn.forward(X[:, :2], h_prev)
    second_outputs, second_states = rnn.forward(X[:, 2:], first_states[:, -1])
    expect_close(
        np.concatenate([first_outputs, second_outputs], axis=1),
        outputs,
        "A sequence run in two parts, with the last state handed over, must equal the whole",
    )


# %% [markdown]
# ### Tools for the backward exercises
#
# The next cell is given. Nothing in it has to be called from your exercises.
#
# - `make_caches` turns the inputs and all states of a forward pass into the list of T caches.
# - `numerical_gradient` moves one number at a time a little up and down, and watches the loss. It
#   needs no calculus, so it is a judge of yours. It is far too slow for training.
# - `states_by_definition` runs the network one number at a time. It shares no code with yours, so
#   the checks below do not depend on your exercises 1 and 2.


# %%
def make_caches(X, hidden_states, W_ih, W_hh):
    """Collect what the backward pass needs, one cache per time step.

    Parameters
    ----------
    X : array (B, T, D)
    hidden_states : array (B, T + 1, H)
    W_ih : array (H, D)
    W_hh : array (H, H)

    Returns
    -------
    list of T tuples ``(x, h_prev, h, W_ih, W_hh)``
        Shapes (B, D), (B, H), (B, H), (H, D), (H, H).
    """
    return [
        (X[:, t], hidden_states[:, t], hidden_states[:, t + 1], W_ih, W_hh)
        for t in range(X.shape[1])
    ]


def numerical_gradient(loss, array, step=1e-5):
    """Central differences of ``loss()`` with respect to every entry of `array`.

    Parameters
    ----------
    loss : function without arguments that reads `array` and returns a number
    array : array of any shape; changed while this runs, and restored
    step : float, size of the change

    Returns
    -------
    array of the shape of `array`
    """
    gradient = np.empty_like(array)
    for index in np.ndindex(array.shape):
        value = array[index]
        array[index] = value + step
        above = loss()
        array[index] = value - step
        gradient[index] = (above - loss()) / (2 * step)
        array[index] = value
    return gradient


def states_by_definition(X, h0, W_ih, W_hh, b_h):
    """All states of a sequence, one number at a time: slow, for checks only.

    Parameters
    ----------
    X : array (B, T, D)
    h0 : array (B, H)
    W_ih : array (H, D)
    W_hh : array (H, H)
    b_h : array (H,)

    Returns
    -------
    array (B, T + 1, H)
    """
    X, h0, W_ih, W_hh, b_h = (array.tolist() for array in (X, h0, W_ih, W_hh, b_h))
    states = [[h] for h in h0]
    for n, steps in enumerate(X):
        for x in steps:
            h, new = states[n][-1], []
            for i, a in enumerate(b_h):
                a += sum(map(operator.mul, x, W_ih[i]))
                a += sum(map(operator.mul, h, W_hh[i]))
                new.append(math.tanh(a))
            states[n].append(new)
    return np.array(states)


# %% [markdown]
# ### Exercise 3 · `rnn_step_backward`
#
# The backward pass of one step. Its five results are all the calculus of this week.
#
# **Difficulty** ●●●○○ · **Importance** ●●●●● · **Time** 40 minutes · **Length** about 5 lines ·
# **Theory** [Back through one step](#Back-through-one-step)
#
# 1. Unpack the cache: `x, h_prev, h, W_ih, W_hh = cache`.
# 2. Go back through the tanh: (B, H) → `da`, (B, H). Use `h`, not the pre-activation.
# 3. Gradients of what is different for every example keep the batch axis: `dx` (B, D) and
#    `dh_prev` (B, H).
# 4. Gradients of the parameters sum over the batch: `dW_ih` (H, D), `dW_hh` (H, H), `db_h` (H,).
#
# <details><summary>Hint 1: which product?</summary>
#
# A sum over an index is a matrix product once that index stands last in the left factor and first
# in the right one. To sum over the batch, it has to be last on the left: transpose `da`.
#
# </details>
#
# <details><summary>Hint 2: which way up?</summary>
#
# If a shape check cannot tell, test with one number: let `da` be 1 at unit $i$ and 0 elsewhere,
# for one example. Unit $i$ uses one row of `W_hh`. Which? That row must be `dh_prev`. And only row
# $i$ of `dW_hh` may differ from zero.
#
# </details>

# %% exercise="rnn_step_backward" forbids="torch"
def rnn_step_backward(dh, cache):
    """The gradients of one time step.

    Parameters
    ----------
    dh : array (B, H)
        Gradient of the loss with respect to the state after the step.
    cache : tuple ``(x, h_prev, h, W_ih, W_hh)``
        Input (B, D), state before the step (B, H), state after it (B, H), and the weights
        (H, D) and (H, H).

    Returns
    -------
    dx : array (B, D)
    dh_prev : array (B, H)
    dW_ih : array (H, D)
    dW_hh : array (H, H)
    db_h : array (H,)
        Gradients of the parameters are summed over the batch.
    """
    ### BEGIN SOLUTION
    x, h_prev, h, W_ih, W_hh = cache
    da = dh * (1 - h**2)
    return da @ W_ih, da @ W_hh, da.T @ x, da.T @ h_prev, da.sum(axis=0)
    ### END SOLUTION


# %% tests="rnn_step_backward" points=4
@check("rnn_step_backward")
def visible():
    names = ("dx", "dh_prev", "dW_ih", "dW_hh", "db_h")
    rng = np.random.default_rng(3)

    def problem(B, D, H):
        x, h_prev = rng.normal(size=(B, D)), rng.uniform(-1, 1, size=(B, H))
        W_ih, W_hh = 0.5 * rng.normal(size=(H, D)), 0.5 * rng.normal(size=(H, H))
        return x, h_prev, W_ih, W_hh, rng.normal(size=H)

    B, H = 4, 5
    x, h_prev, W_ih, W_hh, _ = problem(B, 3, H)
    cache = (x, h_prev, rng.uniform(-1, 1, size=(B, H)), W_ih, W_hh)
    expect_unchanged(rnn_step_backward, dh=np.ones((B, H)), cache=cache)

    # The tanh alone: where it is saturated (h = 1 or -1) nothing comes through.
    ones = np.sign(rng.normal(size=(B, H)))
    gradients = rnn_step_backward(np.ones((B, H)), (x, h_prev, ones, W_ih, W_hh))
    expect_results(gradients, names)
    expect_floats(**dict(zip(names, gradients)))
    for name, value in zip(names, gradients):
        expect_close(
            value,
            np.zeros(value.shape),
            f"With h = 1 or -1 {name} must be zero: the derivative of the tanh is 1 - h², "
            "and h is already a tanh",
        )

    # No tanh (h = 0), one example, and a gradient at unit 2 alone.
    dh = np.zeros((1, H))
    dh[0, 2] = 1.0
    one = (x[:1], h_prev[:1], np.zeros((1, H)), W_ih, W_hh)
    dx, dh_prev, dW_ih, dW_hh, db_h = rnn_step_backward(dh, one)
    expect_close(db_h, dh[0], "With h = 0 and one example db_h must be dh[0]")
    expect_close(dx, W_ih[2:3], "A gradient of 1 at unit 2 must give dx = row 2 of W_ih")
    expect_close(dh_prev, W_hh[2:3], "A gradient of 1 at unit 2 must give dh_prev = row 2 of W_hh")
    expect_close(
        dW_ih, np.outer(dh, x[0]), "A gradient of 1 at unit 2 must give dW_ih = x in row 2"
    )
    expect_close(
        dW_hh,
        np.outer(dh, h_prev[0]),
        "A gradient of 1 at unit 2 must give dW_hh = h_prev in row 2",
    )

    # Random batches of several sizes against numerical gradients of the loss sum(dh * h).
    for B, D, H in ((4, 3, 5), (3, 4, 4), (2, 1, 3), (1, 2, 1)):
        arrays = problem(B, D, H)
        x, h_prev, W_ih, W_hh, b_h = arrays
        dh = rng.normal(size=(B, H))

        def new_state():
            return states_by_definition(x[:, None], h_prev, W_ih, W_hh, b_h)[:, 1]

        cache = (x, h_prev, new_state(), W_ih, W_hh)
        gradients = rnn_step_backward(dh, cache)
        larger = rnn_step_backward(1000 * dh, cache)
        for name, got, thousandfold, array in zip(names, gradients, larger, arrays):
            summed = "" if name in ("dx", "dh_prev") else ", summed over the batch, no mean"
            want = numerical_gradient(lambda: np.sum(dh * new_state()), array)
            expect_close(
                got,
                want,
                f"B = {B}, D = {D}, H = {H}: {name} must equal the numerical gradient{summed}",
                1e-5,
            )
            expect_close(
                thousandfold / 1000,
                got,
                f"dh times 1000 must give {name} times 1000: nothing is clipped",
            )


# %% [markdown]
# ### Exercise 4 · `bptt`
#
# The same for a whole sequence, with a loss at every step. This is what `loss.backward()` does
# to a recurrent network.
#
# **Difficulty** ●●●○○ · **Importance** ●●●●● · **Time** 40 minutes · **Length** about 10 lines ·
# **Theory** [Back through time](#Back-through-time)
#
# `dH[:, t]` is the gradient that reaches the state *after* step `t` through that step's own
# output. It knows nothing of later steps: what they send is the carry, and that is your work.
#
# 1. Start with a carry of zero, (B, H), and with zero gradients for the three parameters.
# 2. Go through the steps from `t` = T - 1 down to 0. At each, add `dH[:, t]` and the carry
#    (`dH[:, t]` is a view: `+=` on it changes your argument), and give the sum, (B, H), to your
#    `rnn_step_backward` with `caches[t]`.
# 3. Keep the step's `dx` as `dX[:, t]`, (B, D).
# 4. *Add* its weight gradients to the ones collected so far.
# 5. Its `dh_prev` is the carry for step `t - 1`. After step 0 it is `dh0`, (B, H).
#
# <details><summary>Hint</summary>
#
# For a sequence of one step, `bptt` returns what `rnn_step_backward` returns. Begin with that, then
# take T = 2 and write the two calls under each other before you write the loop. If you fill a
# list backwards in time, turn it round before you stack it along axis 1.
#
# </details>

# %% exercise="bptt" forbids="torch"
def bptt(dH, caches):
    """Backpropagation through time over a whole sequence.

    Parameters
    ----------
    dH : array (B, T, H)
        ``dH[:, t]`` is the gradient of the loss with respect to the state after step t through
        that step's own output, without what flows back from later steps.
    caches : list of T tuples ``(x, h_prev, h, W_ih, W_hh)``
        ``caches[t]`` belongs to step t; shapes as in `rnn_step_backward`. T is at least 1.

    Returns
    -------
    dX : array (B, T, D)
        Gradient of every input.
    dh0 : array (B, H)
        Gradient of the start state.
    dW_ih : array (H, D)
    dW_hh : array (H, H)
    db_h : array (H,)
        Gradients of the shared parameters, summed over steps and batch.
    """
    ### BEGIN SOLUTION
    x, h_prev, _, W_ih, W_hh = caches[0]
    B, T, H = dH.shape
    dX = np.zeros((B, T, x.shape[1]))
    dW_ih, dW_hh, db_h = np.zeros_like(W_ih), np.zeros_like(W_hh), np.zeros(H)
    carry = np.zeros_like(h_prev)
    for t in reversed(range(T)):
        dX[:, t], carry, dW_ih_t, dW_hh_t, db_h_t = rnn_step_backward(dH[:, t] + carry, caches[t])
        dW_ih += dW_ih_t
        dW_hh += dW_hh_t
        db_h += db_h_t
    return dX, carry, dW_ih, dW_hh, db_h
    ### END SOLUTION


# %% tests="bptt" points=4 needs="rnn_step_backward"
@check("bptt")
def visible():
    names = ("dX", "dh0", "dW_ih", "dW_hh", "db_h")
    rng = np.random.default_rng(4)
    B, T, D, H = 2, 4, 3, 5
    X, h0 = rng.normal(size=(B, T, D)), rng.uniform(-1, 1, size=(B, H))
    W_ih, W_hh, b_h = (
        0.5 * rng.normal(size=(H, D)),
        0.5 * rng.normal(size=(H, H)),
        rng.normal(size=H),
    )
    dH = rng.normal(size=(B, T, H))
    caches = make_caches(X, states_by_definition(X, h0, W_ih, W_hh, b_h), W_ih, W_hh)
    expect_unchanged(bptt, dH=dH, caches=caches)

    # One step: nothing to carry, nothing to sum.
    gradients = bptt(dH[:, :1], caches[:1])
    expect_results(gradients, names)
    expect_floats(**dict(zip(names, gradients)))
    for name, got, want in zip(names, gradients, rnn_step_backward(dH[:, 0], caches[0])):
        want = want[:, None] if name == "dX" else want
        expect_close(
            got, want, f"For a sequence of one step {name} must be that of rnn_step_backward"
        )

    # No way through time (W_hh = 0): dX[:, t] can come from dH[:, t] alone.
    cut = make_caches(X, states_by_definition(X, h0, W_ih, 0 * W_hh, b_h), W_ih, 0 * W_hh)
    dX, dh0, *_ = bptt(dH, cut)
    expect_close(
        dh0, np.zeros((B, H)), "With W_hh = 0 nothing reaches the start state: dh0 must be 0"
    )
    for t in range(T):
        expect_close(
            dX[:, t],
            rnn_step_backward(dH[:, t], cut[t])[0],
            f"With W_hh = 0, dX[:, {t}] must come from dH[:, {t}] and caches[{t}]",
        )

    # A loss at the last step alone must reach the first input, and one at step 1 must not reach step 2.
    last = np.zeros_like(dH)
    last[:, -1] = dH[:, -1]
    dX = bptt(last, caches)[0]
    assert np.all(dX[:, 0] != 0), "A loss at the last step must reach dX[:, 0]: hand the carry back"
    early = np.zeros_like(dH)
    early[:, 1] = dH[:, 1]
    dX = bptt(early, caches)[0]
    assert np.all(dX[:, 2:] == 0), (
        "A loss at step 1 must not reach dX[:, 2]: start at the last step"
    )

    # Two steps, written out: the carry goes from step 1 to step 0, and both share the weights.
    gradients = bptt(dH[:, :2], caches[:2])
    dx1, carry, *later = rnn_step_backward(dH[:, 1], caches[1])
    dx0, handed_back, *earlier = rnn_step_backward(dH[:, 0] + carry, caches[0])
    expect_close(
        gradients[0],
        np.stack([dx0, dx1], axis=1),
        "For T = 2, dX must hold the dx of step 0, then that of step 1",
    )
    expect_close(
        gradients[1],
        handed_back,
        "For T = 2, dh0 must be the `dh_prev` of step 0: the carry is the last `dh_prev` alone",
    )
    for name, got, first, second in zip(names[2:], gradients[2:], earlier, later):
        expect_close(got, first + second, f"For T = 2, {name} must be the sum over both steps")

    # Everything, against numerical gradients of the loss sum(dH * states).

    def loss():
        return np.sum(dH * states_by_definition(X, h0, W_ih, W_hh, b_h)[:, 1:])

    gradients = bptt(dH, caches)
    for name, got, array in zip(names, gradients, (X, h0, W_ih, W_hh, b_h)):
        expect_close(
            got, numerical_gradient(loss, array), f"{name} must equal the numerical gradient", 1e-5
        )

    # The gradients are proportional to dH, however large or small they are.
    for scale, why in (
        (1e3, "the carry is not clipped"),
        (1e-9, "a small carry is no reason to stop, or to leave a loss out"),
    ):
        for name, got, want in zip(names, bptt(scale * dH, caches), gradients):
            what = f"dH times {scale:g} must give {name} times {scale:g}: {why}"
            expect_close(got / scale, want, what)


# %% [markdown]
# ### Exercise 5 · `truncated_bptt`
#
# BPTT in chunks of `k` steps. It is how recurrent networks are trained on long texts, and what
# you use all of next week.
#
# **Difficulty** ●●●○○ · **Importance** ●●●●○ · **Time** 25 minutes · **Length** about 10 lines ·
# **Theory** [Truncation](#Truncation)
#
# 1. Refuse a `k` below 1 with a `ValueError`.
# 2. Cut the steps into chunks of `k`, counted from the start of the sequence; the last may be
#    shorter.
# 3. Run BPTT within each chunk. Its last step gets a carry of zero: nothing comes back from the
#    next chunk.
# 4. Join the `dX` of the chunks along time: (B, T, D).
# 5. Sum the gradients of the parameters over *all* chunks.
# 6. `dh0`, (B, H), is what the *first* chunk hands back.
#
# <details><summary>Hint</summary>
#
# There are two short ways. Either call your `bptt` once per chunk, on a slice of `dH` and of
# `caches` (`range(0, T, k)` gives the starts). Or take the loop of `bptt`, and set the carry to zero
# whenever it would cross a cut. With T = 7 and `k` = 3 the carry may not go from step 3 to step 2,
# nor from step 6 to step 5.
#
# </details>

# %% exercise="truncated_bptt" forbids="torch"
def truncated_bptt(dH, caches, k):
    """Backpropagation through time in chunks of `k` steps.

    Chunks are counted from the start of the sequence; the last may be shorter. The state that
    one chunk hands to the next counts as a constant. With ``k >= T`` this is `bptt`.

    Parameters
    ----------
    dH : array (B, T, H)
        ``dH[:, t]`` is the gradient of the loss with respect to the state after step t through
        that step's own output.
    caches : list of T tuples ``(x, h_prev, h, W_ih, W_hh)``
        As in `bptt`.
    k : int
        Length of a chunk, at least 1.

    Returns
    -------
    dX : array (B, T, D)
        Gradient of every input.
    dh0 : array (B, H)
        Gradient of the start state, from the first chunk.
    dW_ih : array (H, D)
    dW_hh : array (H, H)
    db_h : array (H,)
        Gradients of the shared parameters, summed over all chunks and the batch.

    Raises
    ------
    ValueError
        If `k` is below 1.
    """
    ### BEGIN SOLUTION
    if k < 1:
        raise ValueError(f"k is the length of a chunk, at least 1; found {k}")
    starts = range(0, len(caches), k)
    chunks = [bptt(dH[:, s : s + k], caches[s : s + k]) for s in starts]
    dX, dh0, dW_ih, dW_hh, db_h = zip(*chunks)
    return np.concatenate(dX, axis=1), dh0[0], sum(dW_ih), sum(dW_hh), sum(db_h)
    ### END SOLUTION


# %% tests="truncated_bptt" points=3 needs="rnn_step_backward bptt"
@check("truncated_bptt")
def visible():
    names = ("dX", "dh0", "dW_ih", "dW_hh", "db_h")
    rng = np.random.default_rng(5)
    B, T, D, H, k = 2, 7, 1, 4, 3
    X, h0 = rng.normal(size=(B, T, D)), rng.uniform(-1, 1, size=(B, H))
    W_ih, W_hh, b_h = (
        0.5 * rng.normal(size=(H, D)),
        0.5 * rng.normal(size=(H, H)),
        rng.normal(size=H),
    )
    dH = rng.normal(size=(B, T, H))
    states = states_by_definition(X, h0, W_ih, W_hh, b_h)
    caches = make_caches(X, states, W_ih, W_hh)

    expect_unchanged(truncated_bptt, dH=dH, caches=caches, k=k)
    gradients = truncated_bptt(dH, caches, k)
    expect_results(gradients, names)
    expect_floats(**dict(zip(names, gradients)))

    # The figure above, square by square: which steps does a loss at step t alone reach?
    for t in range(T):
        alone = np.zeros_like(dH)
        alone[:, t] = dH[:, t]
        dX = truncated_bptt(alone, caches, k)[0]
        assert np.shape(dX) == X.shape, f"dX must be (B, T, D) = {X.shape}, found {np.shape(dX)}"
        reached = [s for s in range(T) if np.any(dX[:, s] != 0)]
        wanted = list(range(t // k * k, t + 1))
        assert reached == wanted, (
            f"T = 7, k = 3: a loss at step {t} must reach the steps {wanted}, found {reached}"
        )

    # One chunk is full BPTT, also when k is larger than T. Six steps are two chunks of three.
    for longer in (T, T + 5):
        for name, got, want in zip(names, truncated_bptt(dH, caches, longer), bptt(dH, caches)):
            expect_close(got, want, f"With k = {longer} and T = 7, {name} must be that of bptt")
    dX0, dh0, *first = bptt(dH[:, :3], caches[:3])
    dX1, _, *second = bptt(dH[:, 3:6], caches[3:6])
    sums = [one + other for one, other in zip(first, second)]
    wanted = (np.concatenate([dX0, dX1], axis=1), dh0, *sums)
    for name, got, want in zip(names, truncated_bptt(dH[:, :6], caches[:6], 3), wanted):
        expect_close(got, want, f"T = 6, k = 3: {name} must come from two calls of bptt")

    # Numerical gradients, with the states at the cuts held constant.

    def loss():
        total = 0.0
        for start in range(0, T, k):
            first = h0 if start == 0 else states[:, start]
            chunk = states_by_definition(X[:, start : start + k], first, W_ih, W_hh, b_h)
            total += np.sum(dH[:, start : start + k] * chunk[:, 1:])
        return total

    for name, got, array in zip(names, truncated_bptt(dH, caches, k), (X, h0, W_ih, W_hh, b_h)):
        expect_close(
            got,
            numerical_gradient(loss, array),
            f"{name} must equal the numerical gradient with constant states at the cuts",
            1e-5,
        )

    for too_small in (0, -1):
        found = "no exception"
        try:
            truncated_bptt(dH, caches, too_small)
        except Exception as error:
            found = type(error).__name__
        assert found == "ValueError", f"k = {too_small} must raise a ValueError, found {found}"


# %% [markdown]
# ### Exercise 6 · `gradient_norm_by_lag`
#
# How much of a gradient can arrive `lag` steps back? A few lines that explain why long memory is
# hard, and why LSTMs exist.
#
# **Difficulty** ●●○○○ · **Importance** ●●●●○ · **Time** 15 minutes · **Length** about 5 lines ·
# **Theory** [Vanishing and exploding gradients](#Vanishing-and-exploding-gradients)
#
# 1. Start with the identity, (H, H): zero steps back change nothing.
# 2. For `lag` = 0 … T - 1, write down the spectral norm of $W_{hh}^{\text{lag}}$, then multiply
#    once more by `W_hh`.
# 3. Return the norms: (T,). Entry 0 is 1.
#
# <details><summary>Hint</summary>
#
# The power of a matrix is made of matrix products (`@`). In NumPy `W**2` squares every entry, which
# is something else. `np.linalg.norm(M, 2)` is the spectral norm; without the 2 it is another norm.
#
# </details>

# %% exercise="gradient_norm_by_lag" forbids="torch"
def gradient_norm_by_lag(W_hh, T):
    """How far a gradient of length 1 can be stretched, by the number of steps back.

    For the linear recurrence ``h[t + 1] = h[t] @ W_hh.T``, without tanh.

    Parameters
    ----------
    W_hh : array (H, H)
        Hidden-to-hidden weights.
    T : int
        Number of lags, at least 1.

    Returns
    -------
    array (T,)
        Entry ``lag`` is the spectral norm (largest singular value) of `W_hh` to the power
        ``lag``, for lag 0 … T - 1.
    """
    ### BEGIN SOLUTION
    norms = np.empty(T)
    jacobian = np.eye(len(W_hh))
    for lag in range(T):
        norms[lag] = np.linalg.norm(jacobian, 2)
        jacobian = jacobian @ W_hh
    return norms
    ### END SOLUTION


# %% tests="gradient_norm_by_lag" points=2
@check("gradient_norm_by_lag")
def visible():
    rng = np.random.default_rng(6)
    W_hh = rng.normal(size=(5, 5)) / 2
    expect_unchanged(gradient_norm_by_lag, W_hh=W_hh, T=6)
    got = gradient_norm_by_lag(W_hh, 4)
    assert got is not None, "Return the norms. Found None: is the `return` missing?"
    assert np.shape(got) == (4,), f"For T = 4 the result must be (4,), found {np.shape(got)}"
    expect_floats(norms=got)
    expect_close(got[0], 1.0, "Entry 0 must be 1: no step back, the identity")

    # Divided by what is due, every norm must be 1, however far back.
    tenth = 10.0 ** -np.arange(12)
    for W, want, what in (
        (np.diag([0.5, -0.25, 0.1]), 0.5 ** np.arange(4), "diag(0.5, -0.25, 0.1): halved"),
        ([[0.0, -1.0], [1.0, 0.0]], np.ones(5), "a rotation: the same"),
        ([[0.5, 0.5], [0.5, 0.5]], np.ones(4), "a matrix that is its own square (@, not **): the same"),
        (np.diag([0.1, 0.05]), tenth, "diag(0.1, 0.05): divided by 10, to the last lag"),
        ([[-10.0]], 1 / tenth, "one unit with the weight -10: multiplied by 10"),
    ):
        norms = gradient_norm_by_lag(np.array(W), len(want))
        expect_close(norms / want, np.ones(len(want)), f"The norm from lag to lag, for {what}")

    # All eigenvalues are zero, yet one step can stretch a gradient tenfold; the next one ends it.
    try:
        got = gradient_norm_by_lag(np.array([[0.0, 10.0], [0.0, 0.0]]), 4)
    except np.linalg.LinAlgError as error:
        raise AssertionError(
            "[[0, 10], [0, 0]] has no full set of eigenvectors: multiply the matrix itself"
        ) from error
    expect_close(
        got,
        [1, 10, 0, 0],
        "For [[0, 10], [0, 0]] the norm of the matrix's own powers is asked for: no powers of its "
        "spectral radius, of its norm or of its eigenvalues",
    )

    # Random weights: a gradient of length 1 can never become longer than the norm.
    norms = gradient_norm_by_lag(W_hh, 6)
    gradients = rng.normal(size=(2000, 5))
    gradients /= np.linalg.norm(gradients, axis=1, keepdims=True)
    for lag in range(6):
        longest = np.linalg.norm(gradients, axis=1).max()
        assert 0.9 * norms[lag] < longest <= norms[lag] * (1 + 1e-9), (
            f"Lag {lag}: of 2000 random gradients of length 1 the longest became {longest:.3g}; "
            f"the norm must be a little above that, found {norms[lag]:.3g}"
        )
        gradients = gradients @ W_hh


# %% [markdown]
# ## Experiments
#
# Nothing here is graded. Each cell uses what you have written, and raises `NotImplementedError`
# as long as something is missing. The reference numbers were measured with the reference solution,
# seed 0, NumPy 2.4, on two CPU cores. Yours should agree to the digits shown, if you draw the
# weights in the order of exercise 2.
#
# The first cell holds what experiments 1 and 2 share. Experiments 1 and 4 are optional: no other
# experiment needs them.

# %% experiment
sequence = np.array([0.1, 0.2, 0.3, 0.4, 0.5]).reshape(1, 5, 1)  # (B, T, D)


def show_run(sequence, outputs, hidden_states, title):
    """Input beside output, and the hidden units over time, for the first sequence."""
    steps = np.arange(sequence.shape[1])
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.4))
    left.plot(steps, sequence[0, :, 0], "o-", label="input $x_t$")
    left.plot(steps, outputs[0, :, 0], "s--", label="output $y_t$")
    left.set(xlabel="time step t", ylabel="value", title=title, xticks=steps)
    left.legend()
    plots.hidden_units(hidden_states[0], right)
    right.set_title("hidden states")
    plt.show()


# %% [markdown]
# ### Experiment 1 · An untrained network reads 0.1 … 0.5 (optional)

# %% experiment
rnn = SimpleRNN(input_size=1, hidden_size=8, output_size=1, rng=np.random.default_rng(0))
outputs, hidden_states = rnn.forward(sequence)
show_run(sequence, outputs, hidden_states, "untrained")
print("outputs:", np.round(outputs.ravel(), 4))

# %% [markdown]
# **What to look at.** Left: the output has nothing to do with the input yet. Right: column 0 is the
# start state, all zero. The colours change most from column 0 to column 1, and less later: the
# biases decide most of the state, the small inputs little.
#
# Reference: the outputs are -0.2002, -0.1652, -0.2078, -0.1909, -0.2075.
#
# ### Experiment 2 · Your gradients train it
#
# The target is the next value: 0.2 … 0.6. The function below is a training step. It is the place
# where your `forward`, `make_caches` and `truncated_bptt` meet. Read it: what flows into `dH`?

# %% experiment
def training_step(rnn, X, Y, k, learning_rate, max_norm=1.0):
    """One step of gradient descent on the mean squared error; returns the loss before it.

    Parameters
    ----------
    rnn : SimpleRNN, changed in place
    X : array (B, T, D)
    Y : array (B, T, O), targets
    k : int, length of a chunk of truncated BPTT
    learning_rate : float
    max_norm : float, a longer gradient is scaled down to this length (more in week 2)
    """
    outputs, hidden_states = rnn.forward(X)
    error = outputs - Y
    dY = 2 * error / error.size  # (B, T, O)
    dH = dY @ rnn.W_ho  # (B, T, H): through each step's own output
    caches = make_caches(X, hidden_states, rnn.W_ih, rnn.W_hh)
    _, _, dW_ih, dW_hh, db_h = truncated_bptt(dH, caches, k)
    gradients = {
        "W_ih": dW_ih,
        "W_hh": dW_hh,
        "b_h": db_h,
        "W_ho": np.einsum("bto,bth->oh", dY, hidden_states[:, 1:]),
        "b_o": dY.sum(axis=(0, 1)),
    }
    norm = math.sqrt(sum(np.sum(gradient**2) for gradient in gradients.values()))
    rate = learning_rate * min(1.0, max_norm / norm)
    for name, gradient in gradients.items():
        setattr(rnn, name, getattr(rnn, name) - rate * gradient)
    return np.mean(error**2)


target = sequence + 0.1
rnn = SimpleRNN(input_size=1, hidden_size=8, output_size=1, rng=np.random.default_rng(0))
updates = {"quick": 500, "full": 5000}[BUDGET]
losses = [training_step(rnn, sequence, target, k=5, learning_rate=0.1) for _ in range(updates)]

fig, ax = plt.subplots(figsize=(6, 3))
ax.semilogy(losses)
ax.set(xlabel="update", ylabel="mean squared error (log scale)", title="training on one sequence")
plt.show()
outputs, hidden_states = rnn.forward(sequence)
show_run(sequence, outputs, hidden_states, "trained to say the next value")
print(f"loss: {losses[0]:.3f} before, {losses[-1]:.2e} after {updates} updates")
print("outputs:", np.round(outputs.ravel(), 3), "targets:", target.ravel())

# %% [markdown]
# **What to look at.** The loss falls by several powers of ten, so your gradients point downhill.
# The output now runs about 0.1 above the input. On the map, several units have begun to rise or
# fall with the input, step by step: compare it with the map of the untrained network
# (experiment 1).
#
# Reference (`"quick"`): the loss is 0.375 before and 9.1e-05 after 500 updates; the outputs are
# 0.197, 0.298, 0.407, 0.512, 0.585. The last one is the worst. One sequence is no test of anything
# but your code: the network has seen no other.
#
# ### Experiment 3 · Vanishing and exploding, measured
#
# Left: the linear recurrence of exercise 6. Random weights (H = 32) are scaled to a spectral radius
# of 0.5, 1 and 1.5. Right: the same weights with the tanh, and gradients from your `bptt`. A
# gradient of length 1 enters at the last state; the curve is its length `lag` steps earlier.

# %% experiment
H, lags = 32, 31
rng = np.random.default_rng(0)
weights = rng.normal(size=(H, H))
weights /= np.abs(np.linalg.eigvals(weights)).max()  # spectral radius 1
X, W_ih, b_h = rng.normal(size=(1, lags - 1, H)), 0.1 * np.eye(H), np.zeros(H)
gradient = rng.normal(size=(1, H))
gradient /= np.linalg.norm(gradient)

linear, measured = {}, {}
for radius in (0.5, 1.0, 1.5):
    label = f"spectral radius {radius}"
    linear[label] = gradient_norm_by_lag(radius * weights, lags)
    states = [np.zeros((1, H))]
    for t in range(X.shape[1]):
        states.append(rnn_step(X[:, t], states[-1], W_ih, radius * weights, b_h))
    caches = make_caches(X, np.stack(states, axis=1), W_ih, radius * weights)
    measured[label] = [1.0]
    for lag in range(1, lags):
        dH = np.zeros((1, lag, H))
        dH[:, -1] = gradient
        dh0 = bptt(dH, caches[-lag:])[1]
        measured[label].append(np.linalg.norm(dh0))

fig, axes = plt.subplots(1, 2, figsize=(10, 4), sharey=True)
plots.norm_by_lag(linear, axes[0])
plots.norm_by_lag(measured, axes[1])
axes[0].set_title("linear: the most that can arrive")
axes[1].set(title="with tanh: one gradient, by bptt", ylabel="")
plt.show()
for label in linear:
    print(f"{label}: lag 30 linear {linear[label][30]:.1e}, with tanh {measured[label][30]:.1e}")

# %% [markdown]
# **What to look at.** On a logarithmic axis the linear curves become straight lines: the norm is
# multiplied by the spectral radius with every step. At radius 1 the bound stays near its level.
# Here every curve on the right lies lower. With radius 1.5 the tanh saturates, and its derivative
# takes away most of the explosion, but not what has vanished.
#
# Reference, at lag 30:
#
# | Spectral radius | Linear, the most | With tanh, one gradient |
# |---|---|---|
# | 0.5 | 1.6e-09 | 6.2e-11 |
# | 1.0 | 1.7 | 3.3e-02 |
# | 1.5 | 3.2e+05 | 2.6 |
#
# ### Experiment 4 · What truncation leaves out (optional)
#
# The truncated gradient of `W_hh` against the full one, on a sequence of 32 steps with a random
# loss at every step. The relative error is the length of the difference, divided by the length of
# the full gradient.

# %% experiment
T, H = 32, 32
rng = np.random.default_rng(0)
weights = rng.normal(size=(H, H))
weights /= np.abs(np.linalg.eigvals(weights)).max()
X, W_ih, b_h = rng.normal(size=(8, T, H)), 0.1 * np.eye(H), np.zeros(H)
dH = rng.normal(size=(8, T, H))

fig, ax = plt.subplots(figsize=(8, 3.6))
for radius, style in ((0.5, "o-"), (1.0, "s--"), (1.5, "^-.")):
    states = [np.zeros((8, H))]
    for t in range(T):
        states.append(rnn_step(X[:, t], states[-1], W_ih, radius * weights, b_h))
    caches = make_caches(X, np.stack(states, axis=1), W_ih, radius * weights)
    full = bptt(dH, caches)[3]
    lengths = (1, 2, 4, 8, 16, 32)
    errors = [
        np.linalg.norm(truncated_bptt(dH, caches, k)[3] - full) / np.linalg.norm(full)
        for k in lengths
    ]
    ax.plot(lengths, errors, style, label=f"spectral radius {radius}")
    print(f"spectral radius {radius}:", np.round(errors, 2))
ax.set_xscale("log", base=2)
ax.set_xticks(lengths, [str(k) for k in lengths])
ax.set(
    xlabel="k, steps in a chunk",
    ylabel="relative error of dW_hh",
    title="truncated against full BPTT",
)
ax.legend()
plt.show()

# %% [markdown]
# **What to look at.** At `k` = 32 = T there is no error at all. At radius 0.5 short chunks do
# less harm: much of what they leave out has vanished anyway. The longer gradients live, the more is
# lost. At radius 1 even `k` = 16, a single cut in the middle, leaves an error 41 % as long as the
# full gradient.
#
# Reference:
#
# | Spectral radius | k = 1 | 2 | 4 | 8 | 16 | 32 |
# |---|---|---|---|---|---|---|
# | 0.5 | 0.43 | 0.33 | 0.22 | 0.15 | 0.09 | 0 |
# | 1.0 | 0.91 | 0.88 | 0.80 | 0.66 | 0.41 | 0 |
# | 1.5 | 0.99 | 1.00 | 0.94 | 0.86 | 0.64 | 0 |
#
# ### Experiment 5 · What truncation costs
#
# The **echo task**: the target is the input 6 steps ago (zero before that). To learn it, credit
# must flow 6 steps back: from the loss of step t to the input of step t - 6. That takes a chunk of
# at least 7 steps. A network that says 0 always has a mean squared error of about 1/3 on an echoed
# input, and 1/4 with the six steps with target 0 counted in.

# %% experiment
import time


def echo_batch(B, T, delay, rng):
    """Random inputs (B, T, 1) between -1 and 1, and targets (B, T, 1): the input `delay` ago."""
    X = rng.uniform(-1, 1, size=(B, T, 1))
    return X, np.concatenate([np.zeros((B, delay, 1)), X[:, :-delay]], axis=1)


T, delay = 24, 6
updates = {"quick": 800, "full": 5000}[BUDGET]
curves = {}
for k in (2, 4, 8, 24):
    rng = np.random.default_rng(0)
    echo = SimpleRNN(input_size=1, hidden_size=16, output_size=1, rng=rng)
    start = time.perf_counter()
    losses = [
        training_step(echo, *echo_batch(32, T, delay, rng), k, learning_rate=0.3)
        for _ in range(updates)
    ]
    curves[k] = np.convolve(losses, np.ones(50) / 50, mode="valid")
    seconds = time.perf_counter() - start
    print(f"k = {k:2d}: mean loss of the last 50 updates {curves[k][-1]:.4f} ({seconds:.1f} s)")

fig, ax = plt.subplots(figsize=(8, 3.6))
for (k, curve), style in zip(curves.items(), ("-", "--", "-.", ":")):
    name = f"k = {k} (full BPTT)" if k == T else f"k = {k}"
    ax.semilogy(np.arange(50, updates + 1), curve, style, label=name)
ax.axhline(0.25, color=plots.GREY, lw=1)
ax.text(updates, 0.25, "always 0", color=plots.GREY, ha="right", va="bottom")
ax.set(
    xlabel="update",
    ylabel="mean squared error (log scale)",
    title="echo of 6 steps ago (mean of 50 updates)",
    ylim=(0.004, 0.5),
)
ax.legend(loc="center right")
plt.show()

# %% [markdown]
# **What to look at.** The chunks of 2 and 4 steps stay near the line of a network that always
# says 0. The chunks of 8 and 24 learn. Nothing but the reach of the gradient differs: start
# weights, data and forward pass are the same.
#
# Reference (`"quick"`), mean loss of the last 50 updates: 0.218 for `k` = 2, 0.235 for 4, 0.012 for
# 8 and 0.009 for 24. Each line took about 2 s.
#
# Why is `k` = 8 enough, although only the last two steps of a chunk can see an input 6 steps
# earlier? The weights are shared: what two steps of a chunk learn, all steps can do.

# %% [markdown]
# ## Break it
#
# Two mistakes on purpose. The first one stops with an error message that everybody meets. The
# second one says nothing at all.
#
# ### Forget to detach
#
# In PyTorch the chunks of truncated BPTT are separate calls of `backward()`. The state carried
# from chunk to chunk still hangs on the graph of the chunk before, and that graph has been freed.

# %% experiment
import torch

torch.manual_seed(0)
layer = torch.nn.RNN(input_size=1, hidden_size=4, batch_first=True)
long_sequence = torch.randn(1, 12, 1)
state = None
try:
    for number, chunk in enumerate(long_sequence.split(4, dim=1)):
        states, state = layer(chunk, state)
        states.pow(2).mean().backward()
        print(f"chunk {number}: fine")
except RuntimeError as error:
    print(f"chunk {number}: RuntimeError: {error}")

# %% [markdown]
# Chunk 0 works, chunk 1 fails. **Explain before you read on:** which arrow of the
# [unrolled network](#The-idea) does autograd try to follow, and what is missing at its other end?
#
# <details><summary>Answer</summary>
#
# The blue arrow (hidden to hidden) from the last state of chunk 0 into the first step of chunk 1.
# The gradient arrives at that state and wants to go on into chunk 0. But the states that chunk 0
# had kept for its backward pass were freed when its `backward()` was done.
#
# </details>
#
# The message proposes `retain_graph=True`. That makes the message go away, and the memory grow
# with every chunk: it is full BPTT through a graph that never ends. What you want is to cut:

# %% experiment
layer.zero_grad()
state = None
for number, chunk in enumerate(long_sequence.split(4, dim=1)):
    if state is not None:
        state = state.detach()  # the value is carried over, the gradient stops here
    states, state = layer(chunk, state)
    states.pow(2).mean().backward()
    print(f"chunk {number}: fine, norm of the gradient {layer.weight_hh_l0.grad.norm():.4f}")

# %% [markdown]
# Why does the gradient's norm keep changing from chunk to chunk although nothing is updated?
#
# <details><summary>Answer</summary>
#
# `backward()` adds to `.grad`. That is the sum over chunks of exercise 5.
#
# </details>
#
# ### A transpose that fits
#
# `x @ W_ih` in place of `x @ W_ih.T` is refused when D and H differ. With D = H it runs. Here it
# gets the weights of a PyTorch layer.

# %% experiment
def wrong_step(x, h, W_ih, W_hh, b_h):
    return np.tanh(x @ W_ih + h @ W_hh.T + b_h)


for D, H in ((3, 4), (4, 4)):
    torch.manual_seed(0)
    cell = torch.nn.RNNCell(D, H).double()
    x, h = torch.randn(2, D).double(), torch.zeros(2, H).double()
    W_ih, W_hh, b_ih, b_hh = (p.detach().numpy() for p in cell.parameters())
    want = cell(x, h).detach().numpy()
    try:
        got = wrong_step(x.numpy(), h.numpy(), W_ih, W_hh, b_ih + b_hh)
        print(f"D = {D}, H = {H}: no error, and wrong by up to {np.abs(got - want).max():.2f}")
    except ValueError as error:
        print(f"D = {D}, H = {H}: ValueError: {error}")

# %% [markdown]
# A network with this mistake *can even be trained*: it learns a transposed matrix. It shows when
# you load weights that others have trained, or compare with another implementation. That is why
# the tests also use random numbers, and lengths for which a transpose does not fit or does not
# agree.
#
# **Explain:** why does a test with `W_ih = np.eye(4)` or `np.ones((4, 4))` not find the mistake?
#
# <details><summary>Answer</summary>
#
# Both are symmetric: the transpose is the same matrix.
#
# </details>

# %% [markdown]
# ## Common mistakes
#
# | What you see | Where it comes from | What to do |
# |---|---|---|
# | `matmul: … mismatch in its core dimension` in `rnn_step` | `x @ W_ih` without the transpose | write the shapes under the product |
# | no error, wrong states | `h @ W_hh` without the transpose, or `reshape` used as a transpose | test with random weights; compare with `nn.RNN` |
# | `hidden_states` one too short | the start state is not collected | T inputs, T + 1 states |
# | outputs one step late | `hidden_states[:, :-1]` in the output layer | the output reads the *new* state |
# | gradients off, mostly too large | `1 - np.tanh(h)**2` with an `h` that is a tanh already | `1 - h**2` |
# | gradients right for B = 1, wrong for batches | mean over the batch in the backward pass | sum; a mean, if you want one, belongs in the loss |
# | gradients right for T = 1, wrong for T = 2 | the carry is lost, or sums are overwritten | write T = 2 out by hand |
# | all weights of two networks change together | `+=` on an array that is shared | make a new array, or copy |
# | loss is `nan` after some updates | exploding gradients | look at their norm, clip it (week 2) |

# %% [markdown]
# ## Interview checkpoints
#
# Answer aloud, in two or three sentences, then unfold.
#
# <details><summary>Why do the gradients of shared weights sum?</summary>
#
# The loss depends on W through every step. By the chain rule for several variables, the total
# derivative is the sum of the derivatives through each place where W is used. It is not a choice:
# a mean over steps would be the gradient of another loss.
#
# </details>
#
# <details><summary>What does BPTT cost in memory, and in time?</summary>
#
# Memory grows like B · T · H: one state for every step must be kept until the backward pass gets
# there. Truncation makes it B · k · H. Time grows like T · (H² + H · D) for each sequence, forward
# and backward, and the steps cannot run in parallel, because each needs the state before it.
# Checkpointing keeps only some of the states and computes the rest again: less memory, more time.
#
# </details>
#
# <details><summary>What can a network trained with truncated BPTT still learn about events more than k steps ago?</summary>
#
# The forward state is carried over the cuts, so old information may be there. But no gradient
# rewards keeping it over more than a chunk. It is kept by chance, or because keeping it was useful
# within chunks as well. So k limits what is *trained* to be remembered, not what *can* be remembered.
#
# </details>
#
# <details><summary>The spectral radius of W_hh is 0.9. Must gradients vanish? It is 1.1. Must they explode?</summary>
#
# 0.9: in the linear network yes, for large lags. The norm falls like $0.9^{\text{lag}}$, possibly
# after a rise at first. With tanh the product of *different* Jacobians is no matrix power; a
# spectral *norm* below 1 makes it certain, because $1 - h^2$ is at most 1. 1.1: not necessarily.
# Saturated units multiply by factors far below 1. A radius above 1 allows explosion, it does not
# force it.
#
# </details>
#
# <details><summary>Why does the backward pass of a tanh need no pre-activation?</summary>
#
# $\tanh'(a) = 1 - \tanh^2(a) = 1 - h^2$, and h is kept anyway. The same holds for the sigmoid,
# $s(1 - s)$. It does not hold for every activation: for $\sin$ the output does not determine the
# derivative.
#
# </details>

# %% [markdown]
# ## Project · How far back can your network remember?
#
# Use your own code from this notebook: `SimpleRNN`, `truncated_bptt`, and from the experiments
# `training_step` and `echo_batch`. Choose **one** question (3 hours in all):
#
# - **A.** Up to which delay does your network learn the echo task? How does that depend on H?
# - **B.** For one delay, how does the final loss depend on `k`, with the *time* held the same?
# - **C.** How does the spectral radius of the initial `W_hh` change the longest delay that is learnt?
#
# A start for question A, for a cell of your own:
#
# ```python
# for delay in (4, 8, 12, 16):
#     for seed in (0, 1, 2):
#         rng = np.random.default_rng(seed)
#         network = SimpleRNN(1, 16, 1, rng)
#         for _ in range(500):
#             X, Y = echo_batch(32, 32, delay, rng)
#             loss = training_step(network, X, Y, k=32, learning_rate=0.3)
#         print(delay, seed, loss)
# ```
#
# Work in cells of your own, wherever you like:
#
# 1. Say in one sentence what you expect, *before* you run anything.
# 2. Measure, with at least 3 seeds for every setting. Start small: 500 updates, H = 16.
# 3. Make one figure: axes with labels, the spread over seeds, and the baseline of a
#    network that always says 0: its mean squared error is (1 - delay / T) / 3.
# 4. Sum up in 5 to 10 bullets in the answer cell below: the question and what you expected, the
#    set-up (sizes, seeds, number of updates, learning rate), the result in numbers, what worked,
#    what did not, what you would do next.
#
# **How it is marked** (5 points, one each)
#
# | Point | Given when |
# |---|---|
# | set-up | somebody else could repeat it from the bullets: sizes, seeds, updates, learning rate |
# | figure | labelled axes, a baseline, the spread over at least 3 seeds |
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
# - 1 set-up: sizes, seeds, updates and learning rate are all there; half a point if one is missing
# - 1 figure: both axes labelled, the baseline (1 - delay / T) / 3 drawn, and the spread over at least
#   3 seeds; half a point without the baseline or without the spread
# - 1 result: numbers that answer the chosen question, held against the sentence written before the
#   run; a wrong expectation costs nothing, a missing one half a point
# - 1 what did not work: one concrete failure with a reason from this week, such as products of
#   Jacobians, saturation, or the cut k; "it was slow" earns nothing
# - 1 next: a step together with the measurement that would speak against it
# ### END RUBRIC

# %% [markdown]
# ## Stretch · Learning forward in time (RTRL)
#
# BPTT needs the past. **Real-time recurrent learning**
# ([Williams & Zipser 1989](https://doi.org/10.1162/neco.1989.1.2.270)) needs none: it carries the
# derivative of the state *forward*. For one sequence (B = 1), let
# $P_t[m, i, j] = \partial h_t[m] / \partial W_{hh}[i, j]$, an array (H, H, H) that starts at zero. Then
#
# $$P_{t+1}[m, i, j] = \bigl(1 - h_{t+1}[m]^2\bigr) \Bigl( \sum_n W_{hh}[m, n]\, P_t[n, i, j] + \delta_{mi}\, h_t[j] \Bigr)$$
#
# where $\delta_{mi}$ is 1 for $m = i$ and 0 otherwise. The gradient is collected as you go:
# $dW_{hh}[i, j] = \sum_t \sum_m dH[0, t, m]\, P_{t+1}[m, i, j]$.
#
# 1. Write `rtrl(dH, caches)` → `dW_hh` (H, H), in about 8 lines with `np.einsum`.
# 2. Compare it with `bptt(dH, caches)[3]`: the largest difference should be about 1e-15.
# 3. Time both for H = 8, 16, 32, 64. Which powers of H do you find? (In theory H⁴ a step against H².)
# 4. When would you pay that price?

# %% [markdown]
# ## Reflection
#
# Take an hour, away from the keyboard if you can. Write for yourself.
#
# - Which of your errors did a shape check find, and which only a numerical gradient?
# - Explain the carry to somebody who knows the chain rule but no networks. Where do you hesitate?
# - Which sentence of the theory did you read three times? How would you write it?
# - Where, in data you know, is something needed that happened 5, 50 or 500 steps ago?
# - What do you expect PyTorch to take off your hands next week, and what not?

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
    "week01_rnn_forward",
    [
        ("I can write one step of an RNN from its equation, with the right transposes", "rnn_step"),
        (
            "I can run a step over a batch of sequences, and say which state belongs to which time step",
            "SimpleRNN",
        ),
        (
            "I can take a gradient back through one step, through the tanh first",
            "rnn_step_backward",
        ),
        (
            "I can walk back through time with a carry, and say where it starts and what it ends as",
            "bptt",
        ),
        (
            "I can cut the gradient into chunks, and say what that saves and what it costs",
            "truncated_bptt",
        ),
        (
            "I can measure how fast a gradient vanishes or explodes, and say why",
            "gradient_norm_by_lag",
        ),
        "I can explain why the gradients of shared weights sum",
        "I can check a gradient numerically, and know why float64 is needed for it",
    ],
)
