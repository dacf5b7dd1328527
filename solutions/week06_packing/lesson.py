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
# # Week 6 · Variable lengths, packed
#
# In week 5 you padded sentences to one length, and read the state at each one's own last word. The
# network still ran over all the padding. This week you build the layout that leaves it out,
# **packed sequences**: by hand, then with PyTorch's utilities. Then you measure what packing saves,
# and when it costs more than it saves.
#
# **When you are done, you can**
#
# - pack a padded batch, unpack it, and say which number lies where;
# - run a recurrent network over packed data with nothing but slices;
# - use `pack_padded_sequence` and `pad_packed_sequence` on a batch in any order, without mixing up
#   the examples;
# - form batches with little padding, and measure what that and packing are worth on your machine.
#
# | | |
# |---|---|
# | **Hours** | study 3 · coding 3 · project 3 · reflection 1 |
# | **Difficulty** | ●●●○○ |
# | **Stands on** | week 1 (the step of an RNN), week 5 (padding, masks, the last valid state) |
# | **Points** | 20 for six exercises, graded automatically · 5 for the project, marked by a person |
#
# **Data card**
#
# | What | Source | Licence | Size |
# |---|---|---|---|
# | lengths of the Python manual's sentences, in tokens | `pydoc_data.topics` of your Python, through `rnn_course.sentences` | [PSF License](https://docs.python.org/3/license.html) | about 4,000 sentences |
# | random lengths, and random inputs of these lengths | PyTorch's generator, seeded in this notebook | none needed | made on the fly |
#
# There is nothing to download.
#
# **How to work**
#
# 1. Read the [mini-theory](#Mini-theory) once. Each exercise links back to the part it needs.
# 2. In an exercise, replace `# YOUR CODE HERE` and the line `raise NotImplementedError()`.
# 3. Run the check below the exercise. A failed check says what must hold and does not.
# 4. Press **Validate**: it runs all checks in a fresh kernel. Then submit.
#
# Take B, T and D from the shapes of your arguments.
#
# After submission your functions also meet hidden tests. They test the same things on other
# numbers and other shapes. Each exercise is tested for itself. Only exercise 4 may call another
# one, exercise 1. Experiments and cells of your own are not graded.

# %%
import time

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence
from tqdm.auto import tqdm

from rnn_course import packing_plots, plots
from autograder.notebook.checks import check, expect_close, expect_results, expect_unchanged
from autograder.remote.device import a_device
from rnn_course.sentences import manual_lengths

plots.use_style()
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
torch.set_num_threads(1)  # networks as small as these do not gain from more

# "quick" runs the whole notebook in about 20 s on a CPU, "full" in about two minutes.
BUDGET = "quick"

# %% [markdown]
# ## Mini-theory
#
# You need this section and nothing else to solve the exercises. To read on:
#
# - PyTorch's documentation of
#   [`pack_padded_sequence`](https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pack_padded_sequence.html),
#   [`pad_packed_sequence`](https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pad_packed_sequence.html)
#   and [`PackedSequence`](https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.rnn.PackedSequence.html);
# - textbook: Dive into Deep Learning, [padding and truncation in
#   10.5](https://d2l.ai/chapter_recurrent-modern/machine-translation-and-dataset.html);
# - video, for the networks themselves: StatQuest,
#   [RNN](https://www.youtube.com/watch?v=AsNTP8Kwu80) and
#   [LSTM](https://www.youtube.com/watch?v=YCzL96nL7j0).
#
# ### The idea
#
# A tensor is a box, and sentences are not of one length. So a batch is **padded**: every example is
# filled up to the longest. That has two prices.
#
# - **Work.** The network runs over the padding as well. In random batches of 32 sentences of the
#   Python manual, 70 % of the positions are padding (experiment 1).
# - **Wrong states.** An RNN does not stop at the end of a sentence. It goes on over the padding, and
#   its state moves away. Even if all padding is zero: the biases and the recurrence are still there.
#
# In week 5 a mask and the lengths repaired the second one. A **packed sequence** avoids both: it
# keeps the real steps only, and tells the network how many examples are still running at each step.
#
# ### Lengths and batch sizes
#
# Sort the examples by length, the longest first. Then at step $t$ the examples that are still
# running are the *first* rows of the batch, and nothing but them. Take these rows, step after
# step, and put them one below the other:

# %% experiment
packing_plots.padded_and_packed(lengths=[5, 3, 3, 1], T=6)
plt.show()

# %% [markdown]
# **What to see.** Above is the padded batch, a row for each example. Below are the same 12 steps,
# packed. $x_{n,t}$ is the input of example $n$ at step $t$. `data` runs down the first column, then
# down the second, and so on. The padding is gone, and so is the last column, where nobody is running.
#
# | Name | Shape | What it is |
# |---|---|---|
# | `x` | (B, T, D) | padded batch, sorted: example 0 is the longest |
# | `lengths` | (B,) | $L_0 \ge L_1 \ge \dots \ge L_{B-1} \ge 1$, integers (`torch.int64`) on the CPU |
# | `data` | (ΣL, D) | all real steps: those of $t = 0$, then those of $t = 1$, … |
# | `batch_sizes` | ($L_0$,) | `batch_sizes[t]` is the number of examples that still run at step $t$ |
#
# ΣL is the sum of the lengths. T can be larger than the longest length: then the last columns are
# padding for everybody, and do not count.
#
# Lengths and batch sizes say the same thing in two ways. One counts along the rows of the figure, the
# other one down its columns:
#
# $$\text{batch\_sizes}[t] = \#\{n : L_n > t\} \qquad\qquad L_n = \#\{t : \text{batch\_sizes}[t] > n\}$$
#
# In the figure the lengths 5, 3, 3, 1 become the batch sizes 4, 3, 3, 1, 1. Both sum to 12. The
# second formula leads back: from `data` and `batch_sizes` alone, the padded batch can be restored.
#
# Why step by step, and not example by example? Because the network runs step by step. The inputs of
# one step lie side by side, so that they can be taken as one slice, without a copy.
#
# ### Order and inverse
#
# Batches do not come sorted. So one sorts, runs the network, and brings the results back.
#
# - `order` (B,) says which example comes to which place: `x[order]` is sorted.
# - `inverse` (B,) undoes it: `x[order][inverse]` is `x` again.
#
# Place $i$ of the sorted batch holds example `order[i]`. To find example $n$ again, one needs the
# place $i$ with `order[i] == n`. That is `inverse[n]`: the two are inverse permutations,
#
# $$\text{inverse}[\text{order}[i]] = i \quad \text{for every } i.$$
#
# For the lengths 2, 5, 3 the order is 1, 2, 0, and the inverse is 2, 0, 1. They are not the same,
# and whoever mixes them up gets no error: every shape fits. Each example gets the result of another.
# With two examples one does not even see it, because a swap is its own inverse.
#
# ### A recurrent network on packed data
#
# The step is that of week 1, with the weights in PyTorch's layout and one bias:
#
# $$h_{t+1} = \tanh(x_t W_{ih}^\top + h_t W_{hh}^\top + b)$$
#
# At step $t$ there are `n = batch_sizes[t]` inputs. They belong to the first `n` examples, so they
# need the first `n` rows of the state:
#
# | | Shape | What it is |
# |---|---|---|
# | inputs of step $t$ | (n, D) | the next `n` rows of `data` |
# | state before it | (n, H) | the first `n` rows of the state that step $t - 1$ has left |
# | state after it | (n, H) | what is returned for this step |
#
# The state shrinks whenever an example ends. Nothing has to be done for the one that ends: the last
# state that was computed for it stands in the output, and no later step touches it. The states of all steps,
# one below the other, are (ΣL, H): the same layout as `data`, with the same `batch_sizes`.
#
# ### The workflow in PyTorch
#
# In PyTorch three calls do all of this.
#
# | Call | From | To |
# |---|---|---|
# | `pack_padded_sequence(x, lengths, …)` | (B, T, D) | a `PackedSequence`: `.data`, `.batch_sizes`, and the order, if it had to sort |
# | `gru(packed)` | `PackedSequence` | another one with the states as `.data`, and `h_n` (layers, B, H) |
# | `pad_packed_sequence(packed, …)` | `PackedSequence` | (B, T, H) padded with zeros, and the lengths |
#
# Five details decide whether it works:
#
# - **`batch_first=True`** is an argument of the layer *and* of both utilities. The default is (T, B, D).
# - **`enforce_sorted`** is `True` unless you say otherwise: lengths out of order are an error. With
#   `False` the batch is sorted for you, and both the padded outputs and `h_n` come back in *your* order.
# - **`lengths`** must be on the CPU, even if `x` is on the GPU: the number of steps and their sizes
#   are needed by the program that starts the computation. Each must be at least 1.
# - **`total_length`**: `pad_packed_sequence` pads to the longest example *of this batch*. If your
#   masks or targets have T columns, say `total_length=T`.
# - **`h_n`** holds, for every example, the state after its *own* last step. `outputs[:, -1]` does not:
#   for the shorter ones that is padding, zero.
#
# What does not change: a **loss at every step** still needs a mask. After unpacking, the padding is
# there again.
#
# ### Waste, and how to form batches
#
# The **padding waste** of some batches is the share of all *positions* that is padding:
#
# $$\text{waste} = 1 - \frac{\sum_{\text{batches } b} \sum_{n \in b} L_n}{\sum_{\text{batches } b} |b| \cdot \max_{n \in b} L_n}$$
#
# $|b|$ is the number of examples in batch $b$. Positions, not tokens: the denominator is what the
# network computes. For one batch of the lengths 4, 1, 1 there are 12 positions and 6 tokens, so the
# waste is a half. Numerator and denominator are summed over all batches *before* one divides: a large
# batch counts more than a small one.
#
# Packing is one way to save. Better batches are another, and they help with packing or without:
#
# | Rule | What it does |
# |---|---|
# | random order | shuffle, cut into batches of B |
# | sorted within batches | the same batches, each sorted by length. It serves packing; the waste stays as it was |
# | buckets | sort *everything* by length, then cut into batches of B: neighbours have nearly the same length |
# | pools | shuffle, cut into large pools, make buckets inside each pool |
#
# Buckets have the least padding. But they are the same in every epoch, and in order they run from
# short to long. So one shuffles the *order of the batches*, not what is in them. Pools stand between:
# somewhat more waste, and other batches in every epoch.

# %% [markdown]
# ## Exercises
#
# | | Exercise | Points | Difficulty | Minutes |
# |---|---|---|---|---|
# | 1 | `sort_by_length` | 2 | ●○○○○ | 15 |
# | 2 | `pack` | 4 | ●●●○○ | 35 |
# | 3 | `unpack` | 3 | ●●○○○ | 30 |
# | 4 | `packed_gru` | 4 | ●●○○○ | 30 |
# | 5 | `packed_rnn` | 4 | ●●●○○ | 35 |
# | 6 | `padding_waste` and `bucket_batches` | 3 | ●●○○○ | 30 |
#
# Exercises 2, 3 and 5 are by hand: `pack_padded_sequence`, `pad_packed_sequence`, their relatives
# `pack_sequence` and `unpack_sequence`, and PyTorch's recurrent layers are what you are building,
# and the tests refuse them. `lengths` and `batch_sizes` are tensors of integers on the CPU (in
# exercise 4, `lengths` may also lie on a GPU). Do not change your arguments in place, and keep nothing
# from one call to the next. Numbers keep the type of the inputs, batches may be of any size, and a step
# may be all zero. What is said to be a tensor is a PyTorch tensor.

# %% [markdown]
# ### Exercise 1 · `sort_by_length`
#
# Two short lines. The second one is where results get into the wrong hands.
#
# **Difficulty** ●○○○○ · **Importance** ●●●●● · **Time** 15 minutes · **Length** about 3 lines ·
# **Theory** [Order and inverse](#Order-and-inverse)
#
# 1. `order` (B,): the indices of the examples, the longest first. Examples of equal length may stand
#    in any order.
# 2. `inverse` (B,): for every example, its place in the sorted batch.
#
# <details><summary>Hint</summary>
#
# `torch.argsort` gives indices; `torch.sort` gives the values and the indices. What is sorted by
# sorting `order` itself? Test your inverse with three examples, not with two.
#
# </details>


# %% exercise="sort_by_length"
def sort_by_length(lengths):
    """The order that puts the longest example first, and the way back.

    Parameters
    ----------
    lengths : tensor (B,), int64
        Lengths of the examples, of any size, in any order.

    Returns
    -------
    order : tensor (B,), int64
        ``lengths[order]`` never increases.
    inverse : tensor (B,), int64
        ``inverse[order[i]] == i``, so ``x[order][inverse]`` is ``x``.
    """
    ### BEGIN SOLUTION
    order = torch.argsort(lengths, descending=True, stable=True)
    inverse = torch.argsort(order)
    return order, inverse
    ### END SOLUTION


# %% tests="sort_by_length" points=2
@check("sort_by_length")
def visible():
    lengths = torch.tensor([2, 5, 3])
    expect_unchanged(sort_by_length, lengths=lengths)
    order, inverse = expect_results(sort_by_length(lengths), ("order", "inverse"))
    for name, value in (("order", order), ("inverse", inverse)):
        assert isinstance(value, torch.Tensor) and value.dtype == torch.int64, (
            f"{name} must be a tensor of integers, torch.int64; found {type(value).__name__} of "
            f"{getattr(value, 'dtype', 'numbers')}"
        )
    expect_close(
        order, [1, 2, 0], "For the lengths 2, 5, 3 the order, longest first, must be 1, 2, 0"
    )
    expect_close(
        inverse,
        [2, 0, 1],
        "Example 0 stands at place 2 of the sorted batch, example 1 at place 0, example 2 at place 1: "
        "inverse must be 2, 0, 1",
    )

    # One example; random lengths, many of them equal, few and many; lengths of any size.
    generator = torch.Generator().manual_seed(1)
    for what, lengths in {
        "one example": torch.tensor([4]),
        "20 examples": torch.randint(1, 9, (20,), generator=generator),
        "500 examples": torch.randint(1, 9, (500,), generator=generator),
        "large lengths": torch.tensor([2**24, 200, 2**40, 2**24 + 1, 2**31, 300]),
    }.items():
        order, inverse = sort_by_length(lengths)
        assert order.shape == inverse.shape == lengths.shape, (
            f"{what}: order and inverse must be (B,) = ({len(lengths)},), found "
            f"{tuple(order.shape)} and {tuple(inverse.shape)}"
        )
        expect_close(
            sorted(order.tolist()), range(len(lengths)), f"{what}: order must hold every index once"
        )
        assert (lengths[order].diff() <= 0).all(), (
            f"{what}: lengths[order] must run from the longest down"
        )
        x = torch.randn(len(lengths), 3, generator=generator)
        expect_close(x[order][inverse], x, f"{what}: x[order][inverse] must be x again", 0)


# %% [markdown]
# ### Exercise 2 · `pack`
#
# From the padded batch to the steps that are real, in the order in which a network needs them.
#
# **Difficulty** ●●●○○ · **Importance** ●●●●○ · **Time** 35 minutes · **Length** about 3 + 6 lines ·
# **Theory** [Lengths and batch sizes](#Lengths-and-batch-sizes)
#
# 1. Refuse what cannot be packed: raise a `ValueError` if a length is larger than the one before it,
#    if one is smaller than 1, or if one is larger than T.
# 2. For every step $t$ up to the longest length, count the examples that still run: `batch_sizes`, $(L_0,)$,
#    int64.
# 3. Take the inputs of these examples at step $t$: (n, D).
# 4. Put the pieces of all steps one below the other: `data` (ΣL, D). Gradients must be able to flow
#    back to `x`.
#
# <details><summary>Hint 1: counting</summary>
#
# `lengths > t` is a mask of the running examples. How many entries of it are true? Check with a
# length of 1: it runs at step 0 and not at step 1.
#
# </details>
#
# <details><summary>Hint 2: taking</summary>
#
# The batch is sorted, so the running examples are the first rows: a slice. `torch.cat` joins a list
# of pieces along the first axis, and gradients flow through it.
#
# </details>


# %% exercise="pack" forbids="torch.nn.utils.rnn.pack_padded_sequence torch.nn.utils.rnn.pad_packed_sequence torch.nn.utils.rnn.pack_sequence torch.nn.utils.rnn.unpack_sequence torch._pack_padded_sequence torch._pad_packed_sequence"
def pack(x, lengths):
    """Pack a sorted, padded batch: the real steps only, one time step after another.

    Parameters
    ----------
    x : tensor (B, T, D)
        Padded inputs. What stands behind an example's end is ignored.
    lengths : tensor (B,), int64
        Lengths, longest first, each between 1 and T.

    Returns
    -------
    data : tensor (ΣL, D)
        The inputs of step 0, then those of step 1, …; within a step in the order of the batch.
    batch_sizes : tensor (longest length,), int64
        Number of examples that still run, for every step.

    Raises
    ------
    ValueError
        If the lengths are not sorted, or one is below 1 or above T.
    """
    ### BEGIN SOLUTION
    if (lengths.diff() > 0).any():
        raise ValueError(f"lengths must be sorted, longest first; found {lengths.tolist()}")
    if lengths.min() < 1 or lengths.max() > x.shape[1]:
        raise ValueError(f"lengths must be 1 … {x.shape[1]}; found {lengths.tolist()}")
    steps = range(int(lengths[0]))
    batch_sizes = torch.tensor([int((lengths > t).sum()) for t in steps])
    data = torch.cat([x[:n, t] for t, n in enumerate(batch_sizes.tolist())])
    return data, batch_sizes
    ### END SOLUTION


# %% tests="pack" points=4
@check("pack")
def visible():
    # Numbers that say where they come from: example n has 10 n + t + 1 at step t. T = 5, nobody runs at t = 4.
    x = (10 * torch.arange(4.0)[:, None] + torch.arange(1.0, 6)).unsqueeze(2)
    lengths = torch.tensor([4, 2, 2, 1])
    expect_unchanged(pack, x=x, lengths=lengths)
    data, batch_sizes = expect_results(pack(x, lengths), ("data", "batch_sizes"))
    assert isinstance(batch_sizes, torch.Tensor), (
        f"batch_sizes must be a tensor, found {type(batch_sizes).__name__}"
    )
    expect_close(
        batch_sizes,
        [4, 3, 1, 1],
        "For the lengths 4, 2, 2, 1 the batch sizes must be 4, 3, 1, 1: one for every step up to the "
        "longest length",
    )
    assert batch_sizes.dtype == torch.int64, (
        f"batch_sizes must be integers, torch.int64; found {batch_sizes.dtype}"
    )
    assert data.ndim == 2 and data.shape[1] == 1, (
        f"data must be (ΣL, D) = (9, 1), found {tuple(data.shape)}"
    )
    rows = sorted(data[:, 0].tolist())
    expect_close(
        rows,
        [1, 2, 3, 4, 11, 12, 21, 22, 31],
        "data must hold every real step once, and no padding",
    )
    expect_close(
        data[:, 0],
        [1, 11, 21, 31, 2, 12, 22, 3, 4],
        "data must run step by step: first step 0 of all examples, then step 1 of those that still run",
    )
    expect_close(
        pack(0 * x, lengths)[0],
        torch.zeros(9, 1),
        "A real step may be all zero: what is packed must follow from the lengths alone",
    )
    no_number = torch.where(torch.arange(5)[:, None] < lengths[:, None, None], x, float("nan"))
    expect_close(pack(no_number, lengths)[0], data, "What stands at the padding must have no say", 0)

    # Random numbers, against PyTorch, and a gradient that says which inputs were used.
    generator = torch.Generator().manual_seed(3)
    x = torch.randn(5, 7, 3, generator=generator, dtype=torch.float64)
    lengths = torch.tensor([6, 6, 4, 1, 1])
    data, _ = pack(x, lengths)
    assert data.dtype == x.dtype, f"data must have the type of x, {x.dtype}; found {data.dtype}"
    long = torch.randn(2, 300, 1, generator=generator)
    for padded, own in (
        (x, lengths),
        (x, torch.tensor([7] * 5)),
        (x[:1], torch.tensor([3])),
        (x[:, :1], torch.tensor([1] * 5)),
        (long, torch.tensor([300, 140])),
        (x.expand(60, 5, 7, 3).reshape(300, 7, 3), torch.tensor([2] * 290 + [1] * 10)),
    ):
        data, batch_sizes = pack(padded, own)
        want = pack_padded_sequence(padded, own, batch_first=True)
        what = f"B = {len(own)}, T = {padded.shape[1]}, lengths from {own[0]} to {own[-1]}"
        expect_close(
            batch_sizes, want.batch_sizes, f"{what}: batch_sizes must be as of pack_padded_sequence"
        )
        expect_close(data, want.data, f"{what}: data must be as of pack_padded_sequence", 0)
    leaf = x.clone().requires_grad_()
    data = pack(leaf, lengths)[0]
    assert data.requires_grad, "Gradients must be able to flow from data back to x"
    data.sum().backward()
    mask = (torch.arange(7) < lengths[:, None]).double()
    expect_close(
        leaf.grad[:, :, 0], mask, "Every real step must get its gradient, and padding none"
    )

    for wrong, why in (
        ([4, 6, 2, 1, 1], "are not sorted"),
        ([6, 4, 2, 1, 2], "are not sorted"),
        ([6, 4, 2, 1, 0], "hold a 0"),
        ([6, 4, 2, 1, -1], "hold a negative one"),
        ([8, 4, 2, 1, 1], "are larger than T"),
        ([0], "are below 1, of one example"),
        ([8], "are larger than T, of one example"),
    ):
        raised = "nothing"
        try:
            pack(x[: len(wrong)], torch.tensor(wrong))
        except Exception as error:
            raised = "ValueError" if isinstance(error, ValueError) else type(error).__name__
        assert raised == "ValueError", (
            f"pack must raise a ValueError for lengths that {why}: {wrong}, T = 7; it raised {raised}"
        )


# %% [markdown]
# ### Exercise 3 · `unpack`
#
# The way back: results come out of a network packed, and most code wants them padded.
#
# **Difficulty** ●●○○○ · **Importance** ●●●○○ · **Time** 30 minutes · **Length** about 6 lines ·
# **Theory** [Lengths and batch sizes](#Lengths-and-batch-sizes)
#
# 1. All B examples run at step 0. The number of steps T is the number of batch sizes.
# 2. Start from zeros of the type of `data`: (B, T, D).
# 3. Cut `data` into the pieces of the steps, (n, D) each, and put each piece to its step, into the
#    rows of the examples that still run. Gradients must be able to flow back to `data`.
# 4. Count for each example in how many steps it runs: `lengths` (B,), int64.
#
# <details><summary>Hint 1: cutting</summary>
#
# `torch.split(data, list_of_sizes)` cuts along the first axis into pieces of these sizes. By hand:
# keep the row where the next piece starts, and add the batch size after every step.
#
# </details>
#
# <details><summary>Hint 2: lengths</summary>
#
# Example `n` runs at step $t$ if `batch_sizes[t] > n`. Compare all with all: a (B, 1) with a (T,).
#
# </details>


# %% exercise="unpack" forbids="torch.nn.utils.rnn.pack_padded_sequence torch.nn.utils.rnn.pad_packed_sequence torch.nn.utils.rnn.pack_sequence torch.nn.utils.rnn.unpack_sequence torch._pack_padded_sequence torch._pad_packed_sequence"
def unpack(data, batch_sizes):
    """Restore the padded batch and the lengths from packed data.

    Parameters
    ----------
    data : tensor (ΣL, D)
        Packed steps: those of step 0, then those of step 1, …
    batch_sizes : tensor (T,), int64
        Number of examples that run at each step; never increases, at least 1.

    Returns
    -------
    padded : tensor (B, T, D)
        B is the number of examples that run at step 0. Padding is zero.
    lengths : tensor (B,), int64
        Length of every example, longest first.
    """
    ### BEGIN SOLUTION
    B, T = int(batch_sizes[0]), len(batch_sizes)
    padded = data.new_zeros(B, T, data.shape[1])
    for t, piece in enumerate(data.split(batch_sizes.tolist())):
        padded[: len(piece), t] = piece
    lengths = (batch_sizes > torch.arange(B)[:, None]).sum(dim=1)
    return padded, lengths
    ### END SOLUTION


# %% tests="unpack" points=3
@check("unpack")
def visible():
    # The batch of exercise 2's check, packed: example n has 10 n + t + 1 at step t.
    data = torch.tensor([[1.0], [11], [21], [31], [2], [12], [22], [3], [4]])
    batch_sizes = torch.tensor([4, 3, 1, 1])
    expect_unchanged(unpack, data=data, batch_sizes=batch_sizes)
    results = expect_results(unpack(data, batch_sizes), ("padded", "lengths"))
    got_padded, got_lengths = results
    expect_close(
        got_lengths, [4, 2, 2, 1], "Batch sizes 4, 3, 1, 1 must give the lengths 4, 2, 2, 1"
    )
    assert isinstance(got_lengths, torch.Tensor) and got_lengths.dtype == torch.int64, (
        "lengths must be a tensor of integers, torch.int64; found "
        f"{getattr(got_lengths, 'dtype', type(got_lengths).__name__)}"
    )
    assert got_padded.shape == (4, 4, 1), (
        f"padded must be (B, T, D) = (4, 4, 1), found {tuple(got_padded.shape)}"
    )
    expect_close(
        got_padded[:, :, 0],
        [[1, 2, 3, 4], [11, 12, 0, 0], [21, 22, 0, 0], [31, 0, 0, 0]],
        "Example n must have 10 n + t + 1 at each of its steps t, and 0 behind its end",
    )
    expect_close(
        unpack(0 * data, batch_sizes)[1],
        [4, 2, 2, 1],
        "A real step may be all zero: the lengths must come from batch_sizes alone",
    )

    generator = torch.Generator().manual_seed(4)
    # Other sizes: one example, one step, more examples than steps, many of both.
    for own in ([5], [1, 1, 1], [2, 2, 1, 1, 1], [300, 200, 130], [2] * 290 + [1] * 10):
        few = torch.randn(sum(own), 2, generator=generator)
        sizes = torch.tensor([sum(length > t for length in own) for t in range(own[0])])
        what = f"{len(own)} examples, {own[0]} steps"
        try:
            got_padded, got_lengths = unpack(few, sizes)
        except (RuntimeError, IndexError) as error:
            raise AssertionError(
                f"{what}: B is batch_sizes[0], and T is the number of batch sizes. It raised: {error}"
            ) from error
        assert got_padded.shape == (len(own), own[0], 2), (
            f"{what}: padded must be (B, T, D) = {(len(own), own[0], 2)}, found {tuple(got_padded.shape)}"
        )
        expect_close(got_lengths, own, f"{what}: the lengths must come back")
        expect_close(got_padded[:, 0], few[: len(own)], f"{what}: step 0 must be the first rows", 0)

    # Random numbers: there by PyTorch, back by you.
    x = torch.randn(5, 7, 3, generator=generator, dtype=torch.float64)
    lengths = torch.tensor([7, 6, 4, 1, 1])
    packed = pack_padded_sequence(x, lengths, batch_first=True)
    got_padded, got_lengths = unpack(packed.data, packed.batch_sizes)
    unpack(2 * packed.data, packed.batch_sizes)  # must leave the first result as it is
    want = x * (torch.arange(7) < lengths[:, None]).unsqueeze(2)
    expect_close(got_lengths, lengths, "The lengths must come back")
    assert got_padded.dtype == x.dtype, (
        f"padded must have the type of data, {x.dtype}; found {got_padded.dtype}"
    )
    expect_close(
        got_padded, want, "Every real step must come back to its place, padding must be 0", 0
    )

    # Gradients: row i of the packed data must get the weight of its own place.
    leaf, weights = packed.data.clone().requires_grad_(), torch.rand(5, 7, 3, generator=generator)
    got_padded = unpack(leaf, packed.batch_sizes)[0]
    assert got_padded.requires_grad, "Gradients must be able to flow from padded back to data"
    (got_padded * weights).sum().backward()
    want = pack_padded_sequence(weights, lengths, batch_first=True).data
    expect_close(leaf.grad, want, "Every row of data must get the gradient of its own place")


# %% [markdown]
# ### Exercise 4 · `packed_gru`
#
# The same with PyTorch's utilities: what you will write in practice, and what week 7 stands on. A
# batch in any order goes in, results in the same order come out.
#
# **Difficulty** ●●○○○ · **Importance** ●●●●● · **Time** 30 minutes · **Length** about 4 lines ·
# **Theory** [The workflow in PyTorch](#The-workflow-in-PyTorch)
#
# 1. Pack `embedded` (B, T, D) with `pack_padded_sequence`. The lengths are in any order: either let
#    it sort, or sort with exercise 1 and undo it at the end. They may lie on a GPU: hand them over on
#    the CPU.
# 2. Run `gru` on the packed batch: a packed batch of states, and `h_n` (layers, B, H).
# 3. Unpack with `pad_packed_sequence`, padded to the T columns that came in: `outputs` (B, T, H).
# 4. Take the state of the last layer after each example's own last step: `last` (B, H).
#
# <details><summary>Hint</summary>
#
# Go through the five details in the theory, one by one. Step 3 needs two of them.
#
# </details>


# %% exercise="packed_gru"
def packed_gru(gru, embedded, lengths):
    """Run a GRU over a padded batch in any order, without its padding.

    Parameters
    ----------
    gru : nn.GRU
        From D features to H units, ``batch_first=True``, one direction, one or more layers.
    embedded : tensor (B, T, D)
        Padded inputs. What stands behind an example's end is ignored.
    lengths : tensor (B,), int64
        Lengths in any order, each between 1 and T; all of them may be below T.

    Returns
    -------
    outputs : tensor (B, T, H)
        States of the last layer, in the order of the batch; zero behind an example's end.
    last : tensor (B, H)
        State of the last layer after each example's own last step.
    """
    ### BEGIN SOLUTION
    T = embedded.shape[1]
    packed = pack_padded_sequence(embedded, lengths.cpu(), batch_first=True, enforce_sorted=False)
    states, h_n = gru(packed)
    outputs, _ = pad_packed_sequence(states, batch_first=True, total_length=T)
    return outputs, h_n[-1]
    ### END SOLUTION


# %% tests="packed_gru" points=4 needs="sort_by_length"
@check("packed_gru")
def visible():
    torch.manual_seed(5)
    B, T, D, H = 4, 6, 3, 5
    gru = nn.GRU(D, H, batch_first=True).double()
    embedded = torch.randn(B, T, D, dtype=torch.float64)

    # Sorted first, and one example is full.
    lengths = torch.tensor([6, 4, 3, 1])
    expect_unchanged(packed_gru, gru=gru, embedded=embedded, lengths=lengths)
    assert gru.training, "The mode of gru, train or eval, must stay as it is"
    outputs, last = expect_results(packed_gru(gru, embedded, lengths), ("outputs", "last"))
    assert outputs.shape != (T, B, H), (
        "outputs must be (B, T, H), found (T, B, H): batch_first is an argument of both utilities"
    )
    assert outputs.shape == (B, T, H), (
        f"outputs must be (B, T, H) = {(B, T, H)}, found {tuple(outputs.shape)}"
    )
    assert last.shape == (B, H), f"last must be (B, H) = {(B, H)}, found {tuple(last.shape)}"

    # Any order, and nobody is full. Each example must get what it gets alone.
    lengths = torch.tensor([2, 5, 3, 1])
    outputs, last = packed_gru(gru, embedded, lengths)
    assert outputs.shape == (B, T, H), (
        f"With lengths below T, outputs must still be (B, T, H) = {(B, T, H)}, found "
        f"{tuple(outputs.shape)}"
    )
    for n, length in enumerate(lengths.tolist()):
        alone, _ = gru(embedded[n : n + 1, :length])
        what = f"of example {n} (length {length}) must be what the example gets alone"
        expect_close(outputs[n, :length], alone[0], f"The outputs {what}")
        expect_close(last[n], alone[0, -1], f"The last state {what}")
        expect_close(
            outputs[n, length:], torch.zeros(T - length, H), "Outputs at padding must be 0"
        )

    # What stands at padding must not matter, and gets no gradient.
    mask = torch.arange(T) < lengths[:, None]
    leaf = embedded.masked_fill(~mask.unsqueeze(2), float("nan")).requires_grad_()
    other_outputs, other_last = packed_gru(gru, leaf, lengths)
    expect_close(other_outputs, outputs, "outputs must not depend on what stands at padding")
    for name, result in (("outputs", other_outputs), ("last", other_last)):
        assert result.requires_grad, f"Gradients must be able to flow from {name} back to embedded"
        leaf.grad = None
        result.sum().backward(retain_graph=True)
        assert leaf.grad is not None and torch.equal(leaf.grad.abs().sum(dim=2) > 0, mask), (
            f"Every real step must get a gradient from {name}, and padding none"
        )

    # The network must have been given a packed batch.
    given = []
    hook = gru.register_forward_pre_hook(
        lambda layer, args, kwargs: given.append(args[0] if args else kwargs["input"]),
        with_kwargs=True,
    )
    packed_gru(gru, embedded, lengths)
    hook.remove()
    found = [type(batch).__name__ for batch in given]
    assert found == ["PackedSequence"], f"Call gru once, with a PackedSequence; found {found}"

    # Other sizes, and three layers.
    for own, layers in (([4], 1), ([6, 6], 1), ([1, 1, 1], 1), ([2, 4, 3], 3)):
        gru = nn.GRU(D, H, layers, batch_first=True).double()
        outputs, last = packed_gru(gru, embedded[: len(own)], torch.tensor(own))
        what = f"For the lengths {own} and {layers} layer(s)"
        assert (outputs.shape, last.shape) == ((len(own), T, H), (len(own), H)), (
            f"{what} outputs must be (B, T, H) and last (B, H), found {tuple(outputs.shape)} and "
            f"{tuple(last.shape)}"
        )
        for n, length in enumerate(own):
            states = gru(embedded[n : n + 1, :length])[0][0]
            expect_close(outputs[n, :length], states, f"{what} outputs must be of the last layer")
            expect_close(last[n], states[-1], f"{what} last must be of the last layer")
    with a_device() as elsewhere:  # it refuses what a GPU refuses, on a machine without one
        gru = gru.to(elsewhere)
        packed_gru(gru, embedded.to(elsewhere), torch.tensor([2, 5, 3, 1]).to(elsewhere))


# %% [markdown]
# ### Exercise 5 · `packed_rnn`
#
# What happens inside: a plain RNN that runs over packed data. The padding is not masked. It is not there.
#
# **Difficulty** ●●●○○ · **Importance** ●●●●○ · **Time** 35 minutes · **Length** about 7 lines ·
# **Theory** [A recurrent network on packed data](#A-recurrent-network-on-packed-data)
#
# 1. Start from a state of zeros for all B examples: (B, H), of the type of `data`. B is
#    `batch_sizes[0]`.
# 2. For every step, take the next `n = batch_sizes[t]` rows of `data`: (n, D).
# 3. Take the first `n` rows of the state, and compute the new state of these examples: (n, H).
# 4. Put the new states of all steps one below the other: (ΣL, H). Gradients must be able to flow back to
#    `data` and to the weights.
#
# By hand: no `nn.RNN`, no `nn.RNNCell`.
#
# <details><summary>Hint</summary>
#
# Let a name stand for the latest state, and give it a *new* tensor at every step. Writing into rows
# of a state that autograd still needs ends in an error at `backward()`.
#
# </details>


# %% exercise="packed_rnn" forbids="torch.nn.RNN torch.nn.RNNCell torch.nn.RNNBase torch.nn.LSTM torch.nn.LSTMCell torch.nn.GRU torch.nn.GRUCell torch.rnn_tanh torch.rnn_tanh_cell"
def packed_rnn(data, batch_sizes, W_ih, W_hh, b):
    """Run a recurrent network with tanh over packed data, from a state of zeros.

    Parameters
    ----------
    data : tensor (ΣL, D)
        Packed inputs: those of step 0, then those of step 1, …
    batch_sizes : tensor (longest length,), int64
        Number of examples that run at each step; never increases.
    W_ih : tensor (H, D)
        Input-to-hidden weights.
    W_hh : tensor (H, H)
        Hidden-to-hidden weights.
    b : tensor (H,)
        Bias.

    Returns
    -------
    tensor (ΣL, H)
        The state after every step, packed like `data`.
    """
    ### BEGIN SOLUTION
    h = data.new_zeros(int(batch_sizes[0]), W_hh.shape[0])
    states = []
    for x in data.split(batch_sizes.tolist()):
        h = torch.tanh(x @ W_ih.T + h[: len(x)] @ W_hh.T + b)
        states.append(h)
    return torch.cat(states)
    ### END SOLUTION


# %% tests="packed_rnn" points=4
@check("packed_rnn")
def visible():
    def rnn_with(W_ih, W_hh, b):
        """PyTorch's layer with these weights."""
        rnn = nn.RNN(D, H, batch_first=True).double()
        with torch.no_grad():
            for own, value in zip(rnn.parameters(), (W_ih, W_hh, b, 0 * b)):
                own.copy_(value)
        return rnn

    generator = torch.Generator().manual_seed(6)
    D, H = 3, 4
    x = torch.randn(4, 6, D, generator=generator, dtype=torch.float64)
    lengths = torch.tensor([6, 4, 4, 1])
    packed = pack_padded_sequence(x, lengths, batch_first=True)
    data, batch_sizes = packed.data, packed.batch_sizes
    W_ih, W_hh, b = (
        0.6 * torch.randn(*shape, generator=generator, dtype=torch.float64)
        for shape in ((H, D), (H, H), (H,))
    )
    expect_unchanged(packed_rnn, data=data, batch_sizes=batch_sizes, W_ih=W_ih, W_hh=W_hh, b=b)

    # One term at a time.
    got = packed_rnn(data, batch_sizes, 0 * W_ih, 0 * W_hh, b)
    expect_close(
        got, b.tanh().expand(len(data), H), "With W_ih = 0 and W_hh = 0 every state must be tanh(b)"
    )
    got = packed_rnn(data, batch_sizes, W_ih, 0 * W_hh, 0 * b)
    want = torch.einsum("nd,hd->nh", data, W_ih).tanh()
    expect_close(
        got,
        want,
        "With W_hh = 0 and b = 0 row i must be tanh(data[i] W_ihᵀ), and stay that: is a state "
        "overwritten later?",
    )
    got, (n, m) = packed_rnn(data, batch_sizes, 0 * W_ih, W_hh, b), batch_sizes[:2].tolist()
    expect_close(
        got[:n],
        b.tanh().expand(n, H),
        "With W_ih = 0 the states of step 0 must be tanh(b), and stay that: do they start from zeros, "
        "and are they overwritten later?",
    )
    expect_close(
        got[n : n + m],
        torch.mv(W_hh, b.tanh()).add(b).tanh().expand(m, H),
        "With W_ih = 0 the states of step 1 must be tanh(h W_hhᵀ + b), where h is that of step 0",
    )

    # Random weights: each example must get what it gets alone, step after step.
    states = packed_rnn(data, batch_sizes, W_ih, W_hh, b)
    assert states.dtype == data.dtype, f"The states must have the type of data, {data.dtype}"
    starts = [0, *batch_sizes.cumsum(0).tolist()]
    expect_close(
        states[:4], (x[:, 0] @ W_ih.T + b).tanh(), "Step 0 must start from a state of zeros"
    )
    for n, length in enumerate(lengths.tolist()):
        h = torch.zeros(H, dtype=torch.float64)
        for t in range(length):
            h = torch.tanh(W_ih @ x[n, t] + W_hh @ h + b)
            expect_close(
                states[starts[t] + n],
                h,
                f"Example {n} (length {length}), step {t}: its state must come from the state that it "
                "has left at the step before",
            )

    # Other sizes: one example, one step, more examples than steps, many steps.
    for own in ([5], [1, 1, 1], [2, 1, 1, 1], [3, 3, 3], [1100, 3], [2] * 299 + [1]):
        sizes = torch.tensor([sum(length > t for length in own) for t in range(own[0])])
        few = torch.randn(sum(own), D, generator=generator, dtype=torch.float64)
        try:
            got = packed_rnn(few, sizes, W_ih, W_hh, b)
        except (RuntimeError, IndexError) as error:
            raise AssertionError(
                f"It must work with {len(own)} examples, {own[0]} steps: B is batch_sizes[0], and the "
                f"number of steps is another number. It raised: {error}"
            ) from error
        want = nn.utils.rnn.PackedSequence(few, sizes)
        rnn = rnn_with(W_ih, W_hh, b)
        expect_close(
            got, rnn(want)[0].data, f"{len(own)} examples, {own[0]} steps: it must be as of nn.RNN"
        )
    large = packed_rnn(1000 * data, batch_sizes, W_ih, W_hh, b)
    assert torch.isfinite(large).all(), "Large inputs must give states near 1 and -1: torch.tanh"

    # The same with nn.RNN, and its gradients.
    rnn = rnn_with(W_ih, W_hh, b)
    weights = torch.randn(len(data), H, generator=generator, dtype=torch.float64)
    (rnn(packed)[0].data * weights).sum().backward()
    leaves = {
        name: value.clone().requires_grad_()
        for name, value in {"data": data, "W_ih": W_ih, "W_hh": W_hh, "b": b}.items()
    }
    states = packed_rnn(leaves["data"], batch_sizes, leaves["W_ih"], leaves["W_hh"], leaves["b"])
    assert states.requires_grad, "Gradients must be able to flow back to data and weights"
    try:
        (states * weights).sum().backward()
    except RuntimeError as error:
        raise AssertionError(
            "backward() must be possible: are rows of a state overwritten that autograd still needs? "
            "Make a new tensor at every step"
        ) from error
    for name, own in zip(("W_ih", "W_hh", "b"), rnn.parameters()):
        assert leaves[name].grad is not None, f"No gradient arrives at {name}: detach or .data?"
        expect_close(leaves[name].grad, own.grad, f"The gradient of {name} must be that of nn.RNN")
    arrived = leaves["data"].grad
    assert arrived is not None and (arrived.abs().sum(dim=1) > 0).all(), (
        "Every row of data must get a gradient"
    )


# %% [markdown]
# ### Exercise 6 · `padding_waste` and `bucket_batches`
#
# How much of the work goes into padding, and the batches that waste the least. Two functions in one
# cell; the check goes through them in this order.
#
# **Difficulty** ●●○○○ · **Importance** ●●●●○ · **Time** 30 minutes · **Length** about 4 + 3 lines ·
# **Theory** [Waste, and how to form batches](#Waste,-and-how-to-form-batches)
#
# In `padding_waste`:
#
# 1. For every batch, look up the lengths of its examples. Its positions are their number times
#    the longest of them.
# 2. Sum the tokens over all batches, and the positions over all batches. Examples that are in no
#    batch do not count.
# 3. Return the share of the positions that is padding, a number from 0 up to (but below) 1.
#
# In `bucket_batches`:
#
# 1. Sort all examples by length, from the short or from the long end.
# 2. Cut the order into runs of `B` indices. The last run may be shorter. Every example stands in exactly
#    one batch.
#
# <details><summary>Hint</summary>
#
# `lengths[batch]` with a tensor of indices gives the lengths of a batch. `torch.split(order, B)` cuts
# into runs of B. What you return are indices of examples, not their lengths.
#
# </details>


# %% exercise="bucket_batches"
def padding_waste(lengths, batches):
    """The share of all positions that is padding.

    Parameters
    ----------
    lengths : tensor (N,), int64
        Lengths of all examples.
    batches : list of tensors (n,), int64
        Indices of the examples of each batch, in any order; n may differ from batch to batch.

    Returns
    -------
    float
        1 - tokens / positions, where a batch has n times its longest length positions.
    """
    ### BEGIN SOLUTION
    tokens = sum(int(lengths[batch].sum()) for batch in batches)
    positions = sum(len(batch) * int(lengths[batch].max()) for batch in batches)
    return 1 - tokens / positions
    ### END SOLUTION


def bucket_batches(lengths, B):
    """Batches of examples of about the same length.

    Parameters
    ----------
    lengths : tensor (N,), int64
        Lengths of all examples, in any order.
    B : int
        Batch size.

    Returns
    -------
    list of tensors (n,), int64
        Indices of the examples, sorted by length and cut into runs of B; one batch may be
        smaller. Every index 0 … N - 1 stands in exactly one batch.
    """
    ### BEGIN SOLUTION
    return list(torch.argsort(lengths, stable=True).split(B))
    ### END SOLUTION


# %% tests="bucket_batches" points=3
@check("padding_waste, bucket_batches")
def visible():
    lengths = torch.tensor([4, 1, 1, 2, 2, 9])
    one, two = [torch.tensor([0, 1, 2])], [torch.tensor([3, 4]), torch.tensor([2, 0])]
    expect_unchanged(padding_waste, lengths=lengths, batches=one + two)
    expect_close(padding_waste(lengths, two[:1]), 0, "Two examples of one length waste nothing")
    expect_close(
        padding_waste(lengths, one),
        0.5,
        "The lengths 4, 1, 1 in one batch make 12 positions with 6 tokens: half of the positions are "
        "padding",
    )
    expect_close(
        padding_waste(lengths, two),
        0.25,
        "The lengths 2, 2 and 1, 4 in two batches make 4 + 8 positions with 4 + 5 tokens: a quarter "
        "of the positions is padding",
    )
    expect_close(
        padding_waste(lengths, one + two[:1]),
        1 - 10 / 16,
        "Sum tokens and positions over all batches before you divide; examples in no batch do not count",
    )

    expect_close(
        padding_waste(100_000 * lengths, one + two), 1 - 15 / 24, "Lengths may be of any size", 1e-5
    )

    # Buckets: every example once, and batches whose lengths do not overlap.
    lengths = torch.randint(1, 50, (23,), generator=torch.Generator().manual_seed(7))
    expect_unchanged(bucket_batches, lengths=lengths, B=4)
    batches = bucket_batches(lengths, 4)
    assert isinstance(batches, (list, tuple)), (
        f"bucket_batches must return a list of batches, found {type(batches).__name__}"
    )
    assert all(isinstance(batch, torch.Tensor) for batch in batches), (
        "Every batch must be a tensor of indices, found "
        f"{', '.join(sorted({type(batch).__name__ for batch in batches}))}"
    )
    assert all(batch.dtype == torch.int64 for batch in batches), "Indices must be torch.int64"
    sizes = [len(batch) for batch in batches]
    assert max(sizes) <= 4, f"A batch must have at most B = 4 examples, found {max(sizes)}"
    indices = sorted(int(n) for batch in batches for n in batch)
    assert indices == list(range(23)), (
        "Every index from 0 to 22 must stand in exactly one batch; found "
        f"{len(indices)} indices, {len(set(indices) & set(range(23)))} of the 23 among them"
    )
    assert sorted(sizes) == [3, 4, 4, 4, 4, 4], (
        f"23 examples in batches of 4 make five full batches and one of 3; found the sizes {sizes}"
    )
    for N, B, due in ((20, 4, [4] * 5), (9, 4, [1, 4, 4]), (7, 5, [2, 5]), (3, 8, [3]), (1, 1, [1])):
        found = sorted(len(batch) for batch in bucket_batches(lengths[:N], B))
        assert found == due, f"{N} examples in batches of {B} must make {due}; found the sizes {found}"
    large = torch.tensor([2**24 + 1, 300, 2**24, 40, 2**31 + 1, 2**31])
    pairs = sorted(sorted(int(n) for n in batch) for batch in bucket_batches(large, 2))
    assert pairs == [[0, 2], [1, 3], [4, 5]], (
        f"Lengths may be of any size: {large.tolist()} in pairs must make [0, 2], [1, 3], [4, 5]"
    )
    ranges = sorted((lengths[batch].min().item(), lengths[batch].max().item()) for batch in batches)
    for (_, longest), (shortest, _) in zip(ranges, ranges[1:]):
        assert longest <= shortest, (
            f"Batches must not overlap in length: one goes up to {longest}, another starts at {shortest}"
        )
    shuffled = torch.randperm(23, generator=torch.Generator().manual_seed(8)).split(4)
    assert padding_waste(lengths, batches) < 0.5 * padding_waste(lengths, list(shuffled)), (
        "Buckets must waste much less than batches in random order"
    )


# %% [markdown]
# ## Experiments
#
# Nothing here is graded. Each cell uses what you have written, and raises `NotImplementedError` as
# long as something is missing. Shares of padding should agree with the reference to the digits
# shown, up to your version of Python (its manual). **Times are yours**: they depend on the machine, on
# PyTorch, and on what else is running. The reference beside them was measured with the reference
# solution, seed 0, torch 2.13 on one of two CPU cores, Python 3.11. Compare the *ratios*, and expect some of them to
# come out differently.
#
# The first cell holds what the experiments share: three kinds of lengths, and four rules that make
# batches of them.


# %% experiment
def batches_by_rule(lengths, B, generator):
    """Batches of at most `B` examples by four rules.

    Parameters
    ----------
    lengths : tensor (N,), int64
    B : int
    generator : torch.Generator, shuffles

    Returns
    -------
    dict of rule -> list of tensors (n,), int64, indices
    """
    shuffled = torch.randperm(len(lengths), generator=generator)
    random = list(shuffled.split(B))
    pools = []
    for pool in shuffled.split(16 * B):
        pools += [pool[bucket] for bucket in bucket_batches(lengths[pool], B)]
    rules = {
        "random order": random,
        "sorted within": [batch[sort_by_length(lengths[batch])[0]] for batch in random],
        "pools of 16 B": pools,
        "buckets": bucket_batches(lengths, B),
    }
    for rule in ("pools of 16 B", "buckets"):  # in which order the batches come is left to chance
        places = torch.randperm(len(rules[rule]), generator=generator)
        rules[rule] = [rules[rule][place] for place in places]
    return rules


generator = torch.Generator().manual_seed(0)
sources = {
    "manual": manual_lengths(longest=100),
    "uniform 1–60": torch.randint(1, 61, (4000,), generator=generator),
    "nearly equal 28–32": torch.randint(28, 33, (4000,), generator=generator),
}
for name, lengths in sources.items():
    quartiles = lengths.double().quantile(torch.tensor([0.25, 0.5, 0.75, 1], dtype=torch.float64))
    numbers = ", ".join(f"{q:.0f}" for q in quartiles)
    print(
        f"{name}: {len(lengths)} examples, mean {lengths.double().mean():.1f}, "
        f"quartiles and longest {numbers}"
    )

# %% [markdown]
# ### Experiment 1 · Waste per batching rule
#
# First six batches of each rule, drawn: blue is text, orange is padding. Then the waste of all batches.

# %% experiment
by_source = {
    name: batches_by_rule(lengths, 32, torch.Generator().manual_seed(0))
    for name, lengths in sources.items()
}
fig, axes = plt.subplots(1, 4, figsize=(10, 3.6), sharex=True)
for ax, (rule, batches) in zip(axes, by_source["manual"].items()):
    packing_plots.padding_map(sources["manual"], batches[:6], ax)
    ax.set_title(rule)
axes[0].set(xlim=(-0.5, 100), ylabel="192 examples in 6 batches")
plt.show()

wastes = {
    name: {rule: 100 * padding_waste(sources[name], batches) for rule, batches in rules.items()}
    for name, rules in by_source.items()
}
fig, ax = plt.subplots(figsize=(8, 3.4))
packing_plots.grouped_bars(wastes, ax, "{:.0f}")
ax.set(ylabel="padding, % of positions", title="waste per batching rule, B = 32")
plt.show()
for name, rules in wastes.items():
    print(name, {rule: round(waste, 1) for rule, waste in rules.items()})

# %% [markdown]
# **What to look at.** Sorting *within* a batch moves the padding around and removes none of it. Buckets
# remove nearly all of it, pools of 16 batches most of it. Where lengths hardly vary there was little
# to remove.
#
# Reference, padding in % of the positions:
#
# | | random order | sorted within | pools of 16 B | buckets |
# |---|---|---|---|---|
# | manual | 69.7 | 69.7 | 15.2 | 1.7 |
# | uniform 1–60 | 48.4 | 48.4 | 5.6 | 1.0 |
# | nearly equal 28–32 | 6.2 | 6.2 | 0.4 | 0.1 |
#
# ### Experiment 2 · Time per batching rule, padded and packed
#
# One epoch, forward and backward, over 192 of the manual's sentences with random inputs (D = 32, H =
# 64, B = 32), by three layers. "Padded" runs the layer over the padding and masks the loss. "Packed" packs
# first; the time of sorting and packing counts. Each number is the best of some repetitions, because
# noise only ever adds.


# %% experiment
def clock():
    """Seconds: on a GPU by the wall clock, once it has done its work; on a CPU of this process.

    The time of the process does not count while other programs have the processor.
    """
    if device.type == "cuda":
        torch.cuda.synchronize()
        return time.perf_counter()
    return time.process_time()


def epoch_seconds(layer, examples, lengths, batches, packed):
    """Time one epoch, forward and backward, of a mean over the squares of all states.

    Parameters
    ----------
    layer : nn.RNN, nn.GRU or nn.LSTM, batch_first
    examples : list of tensors (L, D), on `device`
    lengths : tensor (N,), int64
    batches : list of tensors (n,), int64, indices
    packed : bool, pack, or run over the padding and mask

    Returns
    -------
    float, seconds
    """
    start = clock()
    for batch in batches:
        own = lengths[batch]
        x = pad_sequence([examples[n] for n in batch.tolist()], batch_first=True)
        if packed:
            states, _ = layer(pack_padded_sequence(x, own, batch_first=True, enforce_sorted=False))
            states.data.pow(2).mean().backward()
        else:
            states, _ = layer(x)
            mask = (torch.arange(x.shape[1]) < own[:, None]).to(device)
            states[mask].pow(2).mean().backward()
    return clock() - start


def best_of(repeats, *arguments):
    """The shortest time of some repetitions, padded and packed in turn: two numbers of seconds."""
    runs = [
        [epoch_seconds(*arguments, packed=packed) for packed in (False, True)]
        for _ in range(repeats)
    ]
    return [min(column) for column in zip(*runs)]


LAYERS = {"RNN": nn.RNN, "GRU": nn.GRU, "LSTM": nn.LSTM}
repeats = {"quick": 3, "full": 12}[BUDGET]
generator = torch.Generator().manual_seed(0)
chosen = torch.randperm(len(sources["manual"]), generator=generator)[:192]
some_lengths = sources["manual"][chosen]
examples = [torch.randn(n, 32, generator=generator).to(device) for n in some_lengths.tolist()]
rules = batches_by_rule(some_lengths, 32, generator)
del rules["pools of 16 B"]  # 192 examples do not fill one pool

milliseconds = {}
for name, rule in tqdm([(name, rule) for name in LAYERS for rule in rules]):
    torch.manual_seed(0)
    layer = LAYERS[name](32, 64, batch_first=True).to(device)
    epoch_seconds(layer, examples, some_lengths, rules[rule][:2], True)  # warm up
    padded_time, packed_time = best_of(repeats, layer, examples, some_lengths, rules[rule])
    for how, seconds in (("padded", padded_time), ("packed", packed_time)):
        milliseconds.setdefault(f"{name}, {how}", {})[rule] = 1000 * seconds

fig, ax = plt.subplots(figsize=(10, 3.6))
packing_plots.grouped_bars(milliseconds, ax, "{:.0f}")
ax.set(
    ylabel="milliseconds an epoch", title=f"192 sentences of the manual, H = 64, on {device.type}"
)
plt.show()
for how, times in milliseconds.items():
    print(how, {rule: round(value) for rule, value in times.items()})

# %% [markdown]
# **What to look at.** Compare *buckets* with *random order* first, then *packed* with *padded*. Here
# buckets save more than packing does, for all three layers. Packing a small RNN or GRU changes little,
# although 70 % of the positions are padding in random order: it removes rows from the steps, and no
# step. Sorting within batches saves no time: the steps and rows are the same. Differences such as that
# of 119 and 109 below are noise.
#
# The **LSTM** is the surprise: packed it is *slower*, by every rule. On a CPU, PyTorch runs all steps of
# a padded LSTM in one call of the library oneDNN. A packed batch of uneven lengths goes step by step
# (`torch.profiler` shows `aten::mkldnn_rnn_layer` for the one and a product a step for the other).
#
# Reference, milliseconds an epoch:
#
# | | random order | sorted within | buckets |
# |---|---|---|---|
# | RNN, padded / packed | 43 / 42 | 39 / 42 | 21 / 27 |
# | GRU, padded / packed | 119 / 105 | 109 / 110 | 55 / 58 |
# | LSTM, padded / packed | 53 / 109 | 52 / 112 | 26 / 61 |
#
# The machine had other work as well; in another measurement, numbers were higher by up to a third.
#
# ### Experiment 3 · When does packing pay?
#
# Now the share of padding is set, from none to most of the batch: 32 examples in one batch,
# one of them with the full T = 40 steps. So the number of *steps* is always the same, and
# packing saves nothing but *rows* within the steps. Above the red line packing costs more than it
# saves.


# %% experiment
def lengths_with_waste(share, T, N, B, generator):
    """`N` lengths of which batches of `B` in their order have about the padding `share`.

    Parameters
    ----------
    share : float, between 0 and 0.95
    T : int, length of the longest example of every batch
    N, B : int
    generator : torch.Generator

    Returns
    -------
    tensor (N,), int64
    """
    low, high = (T * (1 - 2 * share), T) if share <= 0.5 else (1, 2 * T * (1 - share))
    lengths = low + (high - low) * torch.rand(N, generator=generator)
    lengths = lengths.round().long().clamp(1, T)
    lengths[::B] = T
    return lengths


aims = {"quick": (0, 0.25, 0.5, 0.75), "full": (0, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9)}[BUDGET]
widths = (64, 256)
ratios = {H: {name: [] for name in LAYERS} for H in widths}
shares = []
for share in tqdm(aims):
    generator = torch.Generator().manual_seed(0)
    own = lengths_with_waste(share, 40, 32, 32, generator)
    batches = [torch.arange(32)]
    shares.append(padding_waste(own, batches))
    inputs = [torch.randn(n, 32, generator=generator).to(device) for n in own.tolist()]
    for H in widths:
        for name, kind in LAYERS.items():
            torch.manual_seed(0)
            layer = kind(32, H, batch_first=True).to(device)
            padded_time, packed_time = best_of(repeats, layer, inputs, own, batches)
            ratios[H][name].append(packed_time / padded_time)

fig, axes = plt.subplots(1, len(widths), figsize=(4.6 * len(widths), 3.6), sharey=True)
for ax, H in zip(axes, widths):
    packing_plots.break_even(shares, ratios[H], ax)
    ax.set_title(f"H = {H}, B = 32, on {device.type}")
axes[-1].legend()
plt.show()
print("padding:", np.round(shares, 2))
for H in widths:
    for name, values in ratios[H].items():
        print(f"H = {H}, {name}: packed / padded", np.round(values, 2))

# %% [markdown]
# **What to look at.** At 0 % packing can win nothing: what lies above 1 there is its price. The gain grows
# with the share of padding, so the curves fall. With H = 256 a row is more work, and removing it is
# worth more: RNN and GRU cross the line between a quarter and half of padding. The LSTM
# starts near 1, because a packed batch of *equal* lengths still goes to oneDNN's kernel, and jumps as
# soon as one example is shorter.
#
# Reference, time packed / time padded:
#
# | Padding | 0 % | 25 % | 51 % | 72 % |
# |---|---|---|---|---|
# | RNN, H = 64 | 1.33 | 1.31 | 1.21 | 1.03 |
# | GRU, H = 64 | 1.36 | 1.26 | 1.07 | 0.92 |
# | LSTM, H = 64 | 0.96 | 2.83 | 2.18 | 2.38 |
# | RNN, H = 256 | 1.23 | 1.09 | 0.86 | 0.64 |
# | GRU, H = 256 | 1.54 | 1.11 | 0.86 | 0.60 |
# | LSTM, H = 256 | 0.98 | 1.54 | 1.16 | 0.80 |
#
# These too were measured on a busy machine, and moved by up to a third.
#
# On a GPU other libraries run, and other ratios come out. None are stated here: measure yours.
#
# ### Experiment 4 · What padding does to the states
#
# Four random sequences of the lengths 40, 25, 12 and 4, padded with zeros to 40 steps, through an
# untrained RNN, GRU and LSTM of 32 units. The norm of each example's state over the steps. The dot is
# the example's own end; what follows in the upper row, dotted, are states on padding. In the lower
# row the same batch was packed.

# %% experiment
lengths, T = [40, 25, 12, 4], 40
norms = {}
for name, kind in LAYERS.items():
    torch.manual_seed(0)
    layer = kind(8, 32, batch_first=True)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.mul_(2)  # twice PyTorch's usual start, so that there is something to see
        x = pad_sequence([2 * torch.randn(length, 8) for length in lengths], batch_first=True)
        padded_states, _ = layer(x)
        packed_states, _ = layer(pack_padded_sequence(x, torch.tensor(lengths), batch_first=True))
    packed_states, _ = pad_packed_sequence(packed_states, batch_first=True)
    norms[name] = (padded_states.norm(dim=2), packed_states.norm(dim=2))
    gaps = [
        (padded_states[n, -1] - packed_states[n, length - 1]).norm()
        / packed_states[n, length - 1].norm()
        for n, length in enumerate(lengths)
    ]
    print(
        f"{name}: how far the last column is from the true last state, relative to its length:",
        np.round(gaps, 2),
    )
packing_plots.state_norms(norms, lengths)
plt.show()

# %% [markdown]
# **What to look at.** Up to its dot every curve is the same above and below: padding *behind* an example
# does not touch the states before it. After the dot the upper curves move away, within a few steps, towards
# what the biases and the recurrence alone would make: the sequence's own content is washed out. GRU and LSTM
# forget more smoothly than the RNN, but they forget. Whoever reads the last column reads that.
#
# Reference, distance of the last column from the true last state, relative to that state's length, for the
# lengths 40, 25, 12, 4: RNN 0, 1.19, 1.16, 1.16; GRU 0, 1.12, 1.07, 0.99; LSTM 0, 1.19, 0.96, 0.96. A distance of 1
# is no better than a state of zeros.
#
# ### Experiment 5 · Does the rule change what is learnt?
#
# Batches that are cheap to compute can be bad to learn from. The task is to **count**: each step is a
# 1 with probability 0.2, else a 0; the target is the number of ones, divided by 5. Lengths are those
# of the manual's sentences, up to 60. A GRU of 32 units reads them through your `packed_gru`, and a linear
# layer reads the last state. A long sequence has more ones, so batches of one length have targets of
# one kind. In place of *sorted within* there is a new rule: buckets *in order*, from the short to the
# long, in every epoch the same.


# %% experiment
def count_task(lengths, generator):
    """Sequences of zeros and ones: a list of tensors (L, 1), and the counts divided by 5, (N,)."""
    ones = [(torch.rand(n, 1, generator=generator) < 0.2).float() for n in lengths.tolist()]
    return ones, torch.stack([example.sum() for example in ones]) / 5


class Counter(nn.Module):
    """A GRU over packed batches, and a linear layer on each example's last state."""

    def __init__(self, hidden_size):
        super().__init__()
        self.gru = nn.GRU(1, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, 1)

    def forward(self, x, lengths):
        """x (B, T, 1), lengths (B,) → predictions (B,)."""
        _, last = packed_gru(self.gru, x, lengths)
        return self.head(last).squeeze(1)


def batch_loss(model, task, lengths, batch):
    """Mean squared error of one batch."""
    x = pad_sequence([task[0][n] for n in batch.tolist()], batch_first=True).to(device)
    return nn.functional.mse_loss(model(x, lengths[batch]), task[1][batch].to(device))


N, epochs = {"quick": (768, 5), "full": (2500, 12)}[BUDGET]
generator = torch.Generator().manual_seed(1)
mixed = sources["manual"][sources["manual"] <= 60]
mixed = mixed[torch.randperm(len(mixed), generator=generator)]
train_lengths, valid_lengths = mixed[:N], mixed[-512:]
train_task, valid_task = count_task(train_lengths, generator), count_task(valid_lengths, generator)
baseline = (valid_task[1] - train_task[1].mean()).pow(2).mean().item()
valid_batches = bucket_batches(valid_lengths, 128)

curves = {}
progress = tqdm(total=4 * epochs)
for rule in ("random order", "pools of 16 B", "buckets", "buckets in order"):
    torch.manual_seed(0)
    model = Counter(32).to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    generator = torch.Generator().manual_seed(2)
    errors, seconds, spent = [], [], 0.0
    for _ in range(epochs):
        start = clock()
        if rule == "buckets in order":
            batches = sorted(
                bucket_batches(train_lengths, 32),
                key=lambda batch: int(train_lengths[batch].max()),
            )
        else:
            batches = batches_by_rule(train_lengths, 32, generator)[rule]
        for batch in batches:
            optimizer.zero_grad()
            batch_loss(model, train_task, train_lengths, batch).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        spent += clock() - start
        with torch.no_grad():
            total = sum(
                len(batch) * batch_loss(model, valid_task, valid_lengths, batch).item()
                for batch in valid_batches
            )
        errors.append(total / len(valid_lengths))
        seconds.append(spent)
        progress.update()
    curves[rule] = (seconds, errors)
progress.close()

fig, axes = plt.subplots(1, 2, figsize=(10, 3.6), sharey=True)
for (rule, (seconds, errors)), style in zip(curves.items(), ("o-", "s--", "^-.", "d:")):
    axes[0].semilogy(range(1, epochs + 1), errors, style, label=rule)
    axes[1].semilogy(seconds, errors, style, label=rule)
for ax, label in zip(axes, ("epoch", "seconds of training")):
    ax.axhline(baseline, color=plots.GREY, lw=1)
    ax.set(xlabel=label)
axes[0].set_xticks(range(1, epochs + 1))
axes[0].text(epochs, baseline, "always the mean", color=plots.GREY, ha="right", va="bottom")
axes[0].set_ylabel("validation error (log scale)")
axes[1].legend()
plt.show()
for rule, (seconds, errors) in curves.items():
    print(f"{rule}: validation error", np.round(errors, 3), f"after {seconds[-1]:.1f} s")

# %% [markdown]
# **What to look at.** Left, by epoch: random order learns the most from an epoch, buckets in order the
# least. After its first epoch that one is worse than a network that always says the mean: it has seen
# the long sequences last, and adds their counts to everybody. The same buckets in shuffled order never
# do that, at the same price. Right, by seconds: an epoch of random batches costs about twice as much,
# so the cheap rules catch up part of it or all. Which rule wins *per second* is close, and differs
# from seed to seed.
#
# Reference (`"quick"`), validation error after each of five epochs; always saying the mean gives 0.391:
#
# | | epoch 1 | 2 | 3 | 4 | 5 |
# |---|---|---|---|---|---|
# | random order | 0.245 | 0.116 | 0.010 | 0.013 | 0.005 |
# | pools of 16 B | 0.293 | 0.214 | 0.137 | 0.035 | 0.019 |
# | buckets | 0.298 | 0.168 | 0.106 | 0.039 | 0.092 |
# | buckets in order | 1.166 | 0.214 | 0.112 | 0.207 | 0.081 |
#
# One seed is an example and no proof: the project asks for at least three.

# %% [markdown]
# ## Break it
#
# Five mistakes on purpose. Three of them stop with a message. The other two say nothing at all.
#
# ### Lengths that are not sorted, a length of zero

# %% experiment
x = torch.randn(3, 5, 2, generator=torch.Generator().manual_seed(0))
for lengths in ([2, 5, 3], [5, 3, 0]):
    try:
        pack_padded_sequence(x, torch.tensor(lengths), batch_first=True)
    except RuntimeError as error:
        print(f"{lengths}: RuntimeError: {error}\n")

# %% [markdown]
# The first message names the remedy: `enforce_sorted=False`. For the second there is no argument.
# **Explain before you read on:** why can an example of length zero not be packed? What would its row of
# `batch_sizes` and of `h_n` be? And where do such examples come from?
#
# <details><summary>Answer</summary>
#
# It runs at no step, so no batch size counts it: `batch_sizes[0]` would be B - 1, and after packing
# nobody knows that it existed. `unpack` could not bring it back. Its `h_n` would be the start state, which
# has seen nothing. Such examples come from filters: a text of which nothing is left once unknown
# words or signs are removed. Drop them, or keep at least one token (an `<unk>`, an end mark), but do it
# where the data are read. `lengths.clamp(min=1)` makes the error go away, and the network reads a padding
# as if it were a word.
#
# </details>
#
# ### A length above T
#
# The batch has 5 columns, and one example claims 7 steps.

# %% experiment
packed = pack_padded_sequence(x, torch.tensor([7, 3, 1]), batch_first=True)
print(
    f"no error: {len(packed.data)} rows of data, "
    f"and batch sizes that sum to {int(packed.batch_sizes.sum())}"
)

# %% [markdown]
# This is why exercise 2 asks for an error. **Explain:** where does PyTorch notice, if at all? And which
# slip makes lengths larger than T?
#
# <details><summary>Answer</summary>
#
# The steps 5 and 6 have a batch size and no row. A recurrent layer runs until it wants the first row
# that is missing, and stops with a message about the size of a dimension: far from the line that is
# wrong, and the "length" in it is not one of yours. Such lengths come from batches that are cut to a longest length
# *after* the lengths were counted, or from counting a start or end mark that is not in the tensor.
#
# </details>
#
# ### Lengths on the GPU
#
# Without a GPU, PyTorch's device "meta" stands in: its tensors have a shape and a type, and no numbers.
# The check that fails is the same.

# %% experiment
lengths = torch.tensor([5, 3, 2])
elsewhere = "cuda" if device.type == "cuda" else "meta"
try:
    pack_padded_sequence(x.to(device), lengths.to(elsewhere), batch_first=True)
except RuntimeError as error:
    print(f"RuntimeError: {error}")
packed = pack_padded_sequence(x.to(device), lengths, batch_first=True)
print(
    "lengths on the CPU: data on",
    packed.data.device,
    "and batch_sizes on",
    packed.batch_sizes.device,
)

# %% [markdown]
# **Explain:** a training loop moves the whole batch to the GPU with one line. Then `lengths.cpu()` brings
# the lengths back. What does that cost, and how is it avoided?
#
# <details><summary>Answer</summary>
#
# `.cpu()` waits until the GPU has done all it was given before: the two no longer work at the same
# time. Leave the lengths on the CPU from the start. They are made there, by the function that
# collates the batch.
#
# </details>
#
# ### The inverse that is none
#
# Here the results are brought back with `order` in place of `inverse`. Each example's result is its own
# number, so that one sees where it lands.

# %% experiment
for lengths in ([3, 5], [2, 5, 3], [2, 7, 3, 9, 5]):
    order, inverse = sort_by_length(torch.tensor(lengths))
    results = torch.arange(len(lengths))[order]  # what a network returns for the sorted batch
    print(
        f"lengths {lengths}: with inverse {results[inverse].tolist()}, "
        f"with order {results[order].tolist()}"
    )

# %% [markdown]
# No error, every shape fits, and the loss even falls: the network learns what it can from labels of
# other examples. **Explain:** why does a test with two examples not find this mistake? Which other
# batches hide it?
#
# <details><summary>Answer</summary>
#
# With two examples the order is the identity or a swap, and both are their own inverse. The same holds
# for every batch that is sorted already, and for every order that is made of swaps, such as the exact
# reverse. So a test needs at least three examples, in an order like 2, 5, 3.
#
# </details>

# %% [markdown]
# ## Common mistakes
#
# | What you see | Where it comes from | What to do |
# |---|---|---|
# | `lengths array must be sorted in decreasing order` | `enforce_sorted` is `True` unless you say otherwise | `enforce_sorted=False` |
# | no error, but accuracy near chance | results in the order of the sorted batch, or brought back with `order` | `inverse`; test with three examples |
# | `start (9) + length (1) exceeds dimension size (9)` in the layer | a length above T, or `batch_first` not said to `pack_padded_sequence`, so that B counts as T; packing gave no error | compare `lengths.max()` with `x.shape[1]`; `batch_first=True` |
# | `Length of all samples has to be greater than 0` | an empty example | drop it, or keep one token, where the data are read |
# | `'lengths' argument should be a 1D CPU int64 tensor` | the lengths went to the GPU with the batch | leave them on the CPU |
# | outputs have fewer columns than the mask | nobody in this batch is full | `total_length=T` |
# | outputs are (T, B, H) | `batch_first` said to the layer, not to `pad_packed_sequence` | say it to layer and both utilities |
# | ``Expected `len(lengths)` to be equal to batch_size`` | `batch_first` not said to `pack_padded_sequence` | say it to layer and both utilities |
# | `'Tensor' object has no attribute 'batch_sizes'` | the layer was given the padded batch: `gru(embedded)` | `gru(packed)` |
# | last states are zero for short examples | `outputs[:, -1]` after unpacking | `h_n[-1]` |
# | the loss counts padding | unpacked outputs are padded again | a mask, or the loss on `.data` |
# | packing made it slower | few rows a step, little padding, or a faster padded kernel | measure; try buckets first |
# | some examples are never seen | the last, smaller bucket is dropped | count the indices |
# | the loss goes up and down with every epoch | buckets in order, short to long | shuffle the order of the batches |

# %% [markdown]
# ## Interview checkpoints
#
# Answer aloud, in two or three sentences, then unfold.
#
# <details><summary>When is masking enough, and when is packing needed?</summary>
#
# With one direction, a state never depends on what comes later, so the states of real steps are
# right with padding behind them. Masking the loss and reading the last valid state gives the same
# numbers and the same gradients as packing; what is left is a question of time. In the backward
# direction the network meets the padding *first*, and every real state is wrong: there one packs, or
# reverses each example by itself (week 7). And `h_n` is right without further work only if packed.
#
# </details>
#
# <details><summary>Why does packing not save as much time as there is padding?</summary>
#
# It removes rows from the steps, not steps. The longest example decides how many steps there are, and
# each step costs something however few rows it has: a call, a small matrix product that does not fill the
# machine. Besides, packing itself is work, and padded batches may run in a kernel that packed ones cannot
# use. Buckets remove *steps*, for padded and packed batches alike.
#
# </details>
#
# <details><summary>Why must the batch be sorted before it is packed?</summary>
#
# So that the examples which still run are always the first rows. Then the state of the next step is
# a slice, without a copy, and `batch_sizes` alone says which rows belong to whom. Unsorted, one would
# have to store and look up indices at every step.
#
# </details>
#
# <details><summary>What can go wrong when you train on buckets?</summary>
#
# Batches are no longer random samples: examples of one length are often of one kind, so the
# gradients of a batch lean to one side. In order from short to long the network forgets the short
# while it sees the long. Shuffle the order of the batches, use pools so that batches change from epoch to
# epoch, and mind the size of a batch: 32 long sentences have many more tokens than 32 short ones.
#
# </details>
#
# <details><summary>Does a Transformer need packing?</summary>
#
# It has no steps, so the mask in the attention (week 8) is enough for the right numbers. The waste is the
# same, and so are the remedies: buckets, and putting several short texts into one row. That is called
# packing as well, and is something else: there the mask must keep the texts apart.
#
# </details>

# %% [markdown]
# ## Project · The fastest epoch that still learns
#
# Use your own functions, and from the experiments `batches_by_rule`, `epoch_seconds`, `best_of` and
# the counting task. Choose **one** question (3 hours in all):
#
# - **A.** For one layer on your machine: from which hidden size, batch size or share of padding on
#   does packing pay? Find where the ratio crosses 1.
# - **B.** How large must a pool be? Measure waste, seconds an epoch and the validation error of the
#   counting task, for pools of 1, 4, 16 and 64 batches.
# - **C.** Lengths of a text of your own (mail, messages, lyrics, code): which rule is best for it, and how
#   much does it save over random order?
#
# A start for question A, for a cell of your own:
#
# ```python
# for H in (32, 64, 128, 256):
#     own = lengths_with_waste(0.5, T=40, N=128, B=32, generator=torch.Generator().manual_seed(0))
#     inputs = [torch.randn(n, 32).to(device) for n in own.tolist()]
#     layer = nn.GRU(32, H, batch_first=True).to(device)
#     padded_time, packed_time = best_of(5, layer, inputs, own, list(torch.arange(128).split(32)))
#     print(H, packed_time / padded_time)
# ```
#
# Work in cells of your own, wherever you like:
#
# 1. Say in one sentence what you expect, *before* you run anything.
# 2. Measure, and repeat: times at least 5 times (give the best and the spread), training with at least
#    3 seeds. Close what else is running. `best_of` returns the best alone: for the spread call
#    `best_of(1, …)` six times, and throw the first away, because it warms up.
# 3. Make one figure: axes with labels and units, the spread, and a baseline: padded batches in
#    random order.
# 4. Sum up in 5 to 10 bullets in the answer cell below: the question and what you expected, the
#    set-up (machine, version of PyTorch, sizes, repetitions, seeds), the result in numbers, what worked,
#    what did not, what you would do next.
#
# **How it is marked** (5 points, one each)
#
# | Point | Given when |
# |---|---|
# | set-up | somebody else could repeat it from the bullets: machine, version, sizes, repetitions |
# | figure | labelled axes with units, a baseline, the spread over repetitions or seeds |
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
# - 1 set-up: machine, version of PyTorch, sizes, repetitions and seeds; half a point if one is missing
# - 1 figure: axes with labels and units, padded batches in random order as the baseline, and the spread
#   over repetitions or seeds; half a point without one of them
# - 1 result: numbers that answer the chosen question, held against the sentence written before the
#   run; a ratio without the times behind it earns half a point
# - 1 what did not work: one concrete failure with a reason from this week, such as sorting that costs
#   more than it saves, buckets that are no random samples, or a clock read too early
# - 1 next: a step together with the measurement that would speak against it
# ### END RUBRIC

# %% [markdown]
# ## Stretch · Batches by token budget
#
# A bucket of 32 sentences of 80 words is ten times the work, and the memory, of one of 32 sentences of
# 8. So set the size of a batch not in examples but in **positions**: as many examples as fit into a
# budget, padding included. Translation systems are trained like that; [Vaswani et al.
# 2017](https://arxiv.org/abs/1706.03762), section 5.1, say "approximately 25000 source tokens" for a
# batch of sentence pairs of about the same length.
#
# 1. Write `token_batches(lengths, budget)` → list of index tensors: go through the examples from the short to the
#    long one, and start a new batch when one more would make the number of examples times the longest
#    length exceed the budget. What do you do with an example that is longer than the budget by itself?
# 2. Check it as exercise 6 was checked: every example once, no batch above the budget.
# 3. Compare with `bucket_batches` at the same mean number of examples: waste, seconds an epoch, and the largest
#    batch in positions.
# 4. The number of examples now differs from batch to batch. What does that do to the mean loss of a
#    batch, and to the learning rate?

# %% [markdown]
# ## Reflection
#
# Take an hour, away from the keyboard if you can. Write for yourself.
#
# - Where did you have to draw the batch on paper before the code was right?
# - Which of your expectations about time did a measurement prove wrong? Why?
# - Explain `order` and `inverse` to somebody with a deck of cards. Where do you hesitate?
# - Which code that you have used before reads the last column of a padded batch? How would you find out?
# - A bidirectional network reads from both ends. What must change in this week's functions?

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
    "week06_packing",
    [
        (
            "I can sort a batch by length, and put its results back into the old order",
            "sort_by_length",
        ),
        ("I can pack a padded batch by hand, and say which number lies where", "pack"),
        ("I can unpack data, and say where the lengths come from", "unpack"),
        ("I can run PyTorch's packing around a network, for examples in any order", "packed_gru"),
        ("I can run a recurrent network over packed data with nothing but slices", "packed_rnn"),
        ("I can form batches with little padding, and measure what that saves", "bucket_batches"),
        "I can explain when a mask is enough and packing is not needed",
        "I can say which step of a padded sequence holds its last valid state, and why it matters",
    ],
)
