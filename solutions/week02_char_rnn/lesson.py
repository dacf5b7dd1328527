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
# # Week 2 · A character-level language model
#
# This week a network reads a text one character at a time and says which one comes next. Then it
# writes text of its own. PyTorch does the calculus now. What is left for you is what goes wrong in
# practice: shapes, targets, the state between chunks, gradients that are too long, and sampling.
#
# **When you are done, you can**
#
# - turn text into numbers and back, and say why an embedding is a matrix product;
# - build a language model from `nn.Embedding`, `nn.RNN` and `nn.Linear`, and name every shape;
# - cut a long text so that the hidden state may be carried from chunk to chunk, and detached;
# - clip gradients by their global norm;
# - sample at any temperature, and report a loss in nats, in bits per character and as perplexity.
#
# | | |
# |---|---|
# | **Hours** | study 3 · coding 3 · project 3 · reflection 1 |
# | **Difficulty** | ●●○○○ |
# | **Stands on** | week 1 (states, truncated BPTT); PyTorch tensors, `nn.Module`, an optimizer |
# | **Points** | 20 for six exercises, graded automatically · 5 for the project, marked by a person |
#
# **Data card**
#
# | What | Source | Licence | Size |
# |---|---|---|---|
# | "hello world" | written in this notebook | none needed | 11 characters |
# | the Python manual | `pydoc_data.topics`, in Python's standard library | [PSF licence](https://docs.python.org/3/license.html) | about 370,000 characters, about 100 different ones |
#
# There is nothing to download. The manual's text differs between versions of Python, so your
# figures may differ a little from those below. In the version used here, Python 3.11.7, one
# paragraph in five stands in the manual more than once. The loader keeps the first place only.
# Otherwise text from the training part would stand in the validation part.
#
# **How to work**
#
# 1. Read the [mini-theory](#Mini-theory) once. Each exercise links back to the part it needs.
# 2. In an exercise, replace `# YOUR CODE HERE` and the line `raise NotImplementedError()`.
# 3. Run the check below the exercise. A failed check says what must hold and does not.
# 4. Press **Validate**: it runs all checks in a fresh kernel. Then submit.
#
# After submission your functions also meet hidden tests. They test the same things on other
# numbers and other shapes. Each exercise is tested for itself. A function may use its arguments
# and `self`, and no variable of another cell.
# Experiments and cells of your own are not graded.

# %%
import math

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from torch import nn
from tqdm.auto import tqdm

from rnn_course import char_plots, manual, plots
from autograder.notebook.checks import check, expect_close, expect_results, expect_unchanged

plots.use_style()
device = "cuda" if torch.cuda.is_available() else "cpu"

# "quick" runs the whole notebook in about 35 s on two CPU cores, "full" in about 7 minutes.
BUDGET = "quick"


# %% [markdown]
# ## Mini-theory
#
# You need this section and nothing else to solve the exercises. To hear it told another way:
#
# - essay: Andrej Karpathy, [The Unreasonable Effectiveness of Recurrent Neural Networks](https://karpathy.github.io/2015/05/21/rnn-effectiveness/), about models like this one;
# - video: StatQuest, [Recurrent Neural Networks, clearly explained](https://www.youtube.com/watch?v=AsNTP8Kwu80) (17 minutes);
# - textbook: Dive into Deep Learning, [9.3 Language models](https://d2l.ai/chapter_recurrent-neural-networks/language-model.html) to [9.6](https://d2l.ai/chapter_recurrent-neural-networks/rnn-concise.html);
# - papers: [Sutskever, Martens & Hinton 2011](https://icml.cc/2011/papers/524_icmlpaper.pdf), [Graves 2013](https://arxiv.org/abs/1308.0850).
#
# ### The idea
#
# A **language model** gives every possible next character a probability, given all characters
# before it. Multiply those, and you have the probability of a whole text:
#
# $$p(c_0, c_1, …, c_n) = p(c_0)\; p(c_1 \mid c_0)\; p(c_2 \mid c_0, c_1) \cdots p(c_n \mid c_0, …, c_{n-1})$$
#
# To train it you need no labels. The text is its own teacher: the target of a step is the character
# that follows. Input and target are the same text, shifted by one.

# %% experiment
char_plots.next_character("hello")
plt.show()

# %% [markdown]
# Look at the two steps that read 'l'. The first should say 'l', the second 'o'. The input is the
# same. Only the state can tell them apart.
#
# ### From characters to vectors
#
# A **vocabulary** lists the different characters of the text, V of them, and numbers them 0 … V-1.
# Those numbers are the **ids**. The order of ids means nothing: 'd' is not more than 'c'. So an id
# is turned into a vector before the network reads it. An **embedding** is a matrix `W` (V, E), and
# the vector of id $i$ is row $i$.
#
# The same thing said with a product: a **one-hot** vector has a 1 at place $i$ and 0 elsewhere.
# Times `W`, it picks row $i$:
#
# $$\text{onehot}(i)\; W = W[i, :]$$
#
# So an embedding is a linear layer whose input is one-hot. It is computed by look-up because a
# product with that many zeros is a waste. Its gradient follows: row $i$ of `dW` is the sum of the
# gradients of all places where id $i$ was read. Rows of characters that were not read get none.
#
# ### The model, and what each layer returns
#
# | Layer | reads | returns |
# |---|---|---|
# | `nn.Embedding(V, E)` | ids (B, T), of type `torch.long` | (B, T, E) |
# | `nn.RNN(E, H, batch_first=True)` | (B, T, E), and the start state (1, B, H) or `None` | **two** things: states of all steps (B, T, H), last state (1, B, H) |
# | `nn.Linear(H, V)` | (B, T, H): it works on the last axis | logits (B, T, V) |
#
# Three traps stand in the middle row:
#
# - **Time first or batch first.** Without `batch_first=True`, `nn.RNN` is **time-major**: it reads
#   (T, B, E) and returns (T, B, H). Time-major came first because a step then is one block of
#   memory. If you give it (B, T, E) all the same, it says nothing, unless you hand it a start
#   state (1, B, H). It takes your batch for time.
# - **The state never is batch-first.** Its shape is (layers, B, H) in both cases, here (1, B, H).
# - **Two results.** The last state equals `states[:, -1]`, with one axis more in front.
#
# In this course `batch_first=True` is the rule.
#
# **Logits** are any numbers. The softmax turns them into probabilities. A model returns logits, and
# `F.cross_entropy` applies the (log-)softmax itself. A softmax of your own before it is a mistake
# that raises no error ([Break it](#Break-it)).
#
# ### The loss, and its units
#
# The loss of one character is $-\ln p(\text{the right one})$, in **nats**. The loss of a text is
# the mean over its characters.
#
# | Unit | Formula | A model that knows nothing | A perfect one |
# |---|---|---|---|
# | nats per character | $L$ | $\ln V$ | 0 |
# | bits per character | $L / \ln 2$ | $\log_2 V$ | 0 |
# | perplexity | $e^L$ | $V$ | 1 |
#
# "Knows nothing" means uniform: all logits equal, each character has the probability $1/V$. A new
# network starts close to that. **The first loss of a training run should be about ln V.** If it is
# far from it, look for the error before you train on. Bits per character say how many bits a
# compressor that uses the model needs for one character. For English, with 27 characters (the
# letters and the blank), [Shannon 1951](https://doi.org/10.1002/j.1538-7305.1951.tb01366.x)
# estimated 0.6 to 1.3 from how well people guess.
#
# `F.cross_entropy` wants the classes on axis 1, or two axes only. So flatten batch and time:
# logits (B, T, V) → (B·T, V), targets (B, T) → (B·T,).
#
# ### A long text: streams, carried and detached
#
# The text is far too long for one sequence. It is cut into B **streams**. Each is a contiguous
# piece of the text, so that a row of a batch goes on reading where it stopped. Then all streams
# are cut into **chunks** of T characters. The picture shows B = 2 and T = 4.

# %% experiment
char_plots.streams("the quick brown fox jumps", B=2, T=4)
plt.show()

# %% [markdown]
# `x[0]` is a batch of two rows, "the " and "own ". The next batch, `x[1]`, goes on in *both* rows.
# So the state after `x[0]` is the right start state for `x[1]`, row by row. The white character at
# the end is no input, but a target: the one of the last "p".
#
# From chunk to chunk the state is
#
# - **carried**: the value is handed on, so the network still knows what it read before the cut;
# - **detached**: the gradient stops at the cut. That is the truncated BPTT of week 1.
#
# ```python
# hidden = None                                # zeros, once at the start of the text
# for x_chunk, y_chunk in zip(x, y):
#     if hidden is not None:
#         hidden = hidden.detach()             # keep the value, cut the graph
#     logits, hidden = model(x_chunk, hidden)
#     …                                        # loss, backward, clip, step
# ```
#
# | | the state is … | what happens |
# |---|---|---|
# | carried and detached | the value, without its history | what you want |
# | carried, not detached | the value with its history | an error at the second `backward()`: "Trying to backward through the graph a second time" |
# | not carried | zeros at every cut | no error; every chunk begins with no idea of what came before |
#
# The error message suggests a cure, `retain_graph=True`. It leads to another error: the step of the
# optimizer has changed the weights in place.
#
# ### Clipping
#
# Gradients of recurrent networks may explode (week 1). One long step can undo a thousand good ones.
# [Pascanu, Mikolov & Bengio 2013](https://proceedings.mlr.press/v28/pascanu13.html) propose to
# **clip by norm**. Put the gradients of *all* parameters into one long vector $g$. Its length is
# the **global norm**:
#
# $$\lVert g \rVert = \sqrt{\sum_{\text{parameters } p}\; \sum_{\text{entries } i} g_{p,i}^2}$$
#
# If it is larger than `max_norm`, multiply **every** gradient by the same factor:
#
# $$g \leftarrow g \cdot \frac{\text{max\_norm}}{\lVert g \rVert} \quad \text{if } \lVert g \rVert > \text{max\_norm}, \qquad \text{else leave } g \text{ as it is.}$$
#
# One factor for all keeps the direction of the step. Only its length changes. Small gradients
# stay small. The norm *before* clipping is what you log: it shows how often you clip, and when
# training goes wrong.
#
# ### Sampling
#
# To write, the model reads a **prefix**, and its state sums it up. Then, again and again: take the
# logits of the last step, draw a character from their softmax, and feed it back in, with the state.
#
# The **temperature** $\tau$ decides how daring the draw is. Logits are divided by it *before* the
# softmax:
#
# $$p_i = \frac{e^{z_i / \tau}}{\sum_j e^{z_j / \tau}}$$
#
# - $\tau = 1$: the model's own probabilities.
# - $\tau < 1$: differences between logits grow, likely characters become more likely. For
#   $\tau \to 0$ only the most likely one is left: **argmax**. We write that as `temperature=0`.
# - $\tau > 1$: differences shrink, rare characters become more likely. For $\tau \to \infty$ all
#   are equally likely.

# %% [markdown]
# ## Exercises
#
# | | Exercise | Points | Difficulty | Minutes |
# |---|---|---|---|---|
# | 1 | `CharVocab` | 3 | ●○○○○ | 20 |
# | 2 | `embed` | 2 | ●○○○○ | 10 |
# | 3 | `CharRNN` | 4 | ●●○○○ | 30 |
# | 4 | `make_streams` | 4 | ●●●○○ | 30 |
# | 5 | `clip_gradients` | 3 | ●●○○○ | 25 |
# | 6 | `sample` | 4 | ●●●○○ | 35 |
#
# No exercise needs another one: you may begin anywhere. In all of them, results have the element type
# and the device of the arguments (a model's: of its parameters). Arguments, the mode of a model (train
# or eval) and global settings stay as they are, and no call knows of another one, where an exercise
# does not say otherwise. Tensors need not be contiguous. Sizes may be 1, and may coincide.

# %% [markdown]
# ### Exercise 1 · `CharVocab`
#
# Text in, ids out, and back. If this is off by one, everything behind it learns nonsense.
#
# **Difficulty** ●○○○○ · **Importance** ●●●●○ · **Time** 20 minutes · **Length** about 10 lines ·
# **Theory** [From characters to vectors](#From-characters-to-vectors)
#
# 1. In `__init__`, collect the *different* characters of the text and sort them, with `sorted`.
#    That list is `self.chars`. The id of a character is its place in it.
# 2. `len(vocab)` is V, the number of different characters.
# 3. `encode(text)` returns the ids as a tensor (N,) of type `torch.long`, also for an empty text.
# 4. A character that is not in the vocabulary raises a `ValueError` whose message names that
#    character, and does not hide it in the whole text. The vocabulary stays as it was.
# 5. `decode(ids)` takes a tensor (N,) or a list of ints and returns one `str`.
#
# <details><summary>Hint</summary>
#
# A dictionary from character to id makes `encode` fast. `torch.tensor([])` holds floats: say
# `dtype=torch.long`. A list can be indexed by a tensor with one integer, a dictionary can not.
# `"".join(parts)` makes one text of many.
#
# </details>

# %% exercise="CharVocab"
class CharVocab:
    """The characters of a text, numbered.

    Parameters
    ----------
    text : str
        The text whose characters make the vocabulary.

    Attributes
    ----------
    chars : list of V str
        The different characters, sorted; ``chars[i]`` has the id i.
    """

    def __init__(self, text):
        ### BEGIN SOLUTION
        self.chars = sorted(set(text))
        self.ids = {char: i for i, char in enumerate(self.chars)}
        ### END SOLUTION

    def __len__(self):
        """The number of different characters, V."""
        ### BEGIN SOLUTION
        return len(self.chars)
        ### END SOLUTION

    def encode(self, text):
        """Turn a text into ids.

        Parameters
        ----------
        text : str of N characters

        Returns
        -------
        tensor (N,) of type torch.long

        Raises
        ------
        ValueError
            If a character is not in the vocabulary; the message names that character alone.
        """
        ### BEGIN SOLUTION
        unknown = sorted(set(text) - set(self.chars))
        if unknown:
            raise ValueError(f"{unknown[0]!r} is not one of the {len(self)} known characters")
        return torch.tensor([self.ids[char] for char in text], dtype=torch.long)
        ### END SOLUTION

    def decode(self, ids):
        """Turn ids into a text.

        Parameters
        ----------
        ids : tensor (N,) of type torch.long, or list of N ints

        Returns
        -------
        str of N characters
        """
        ### BEGIN SOLUTION
        return "".join(self.chars[i] for i in ids)
        ### END SOLUTION


# %% tests="CharVocab" points=3
@check("CharVocab")
def visible():
    vocab = CharVocab("hello world")
    assert len(vocab) == 8, (
        f"'hello world' has 8 different characters, so len(vocab) must be 8, found {len(vocab)}"
    )
    assert vocab.chars == list(" dehlorw"), (
        f"vocab.chars must be a list of the different characters, sorted; found {vocab.chars!r}"
    )
    for i, char in enumerate(" dehlorw"):
        got = vocab.encode(char)
        assert isinstance(got, torch.Tensor), (
            f"encode must return a tensor, found {type(got).__name__}"
        )
        expect_close(
            got, [i], f"encode({char!r}): the id of a character is its place in vocab.chars"
        )
    for text in ("hello", ""):
        got = vocab.encode(text)
        assert got.dtype == torch.long, (
            f"encode({text!r}) must be of type torch.long, found {got.dtype}"
        )
        assert got.shape == (len(text),), (
            f"encode({text!r}) must be ({len(text)},), found {got.shape}"
        )

    for ids, word in (
        ([3, 2, 4, 4, 5], "hello"),
        (torch.tensor([7, 5, 6]), "wor"),
        ([], ""),
        (torch.tensor([], dtype=torch.long), ""),
    ):
        try:
            got = vocab.decode(ids)
        except (KeyError, IndexError, TypeError) as error:
            raise AssertionError(f"decode fails for {ids}: a list or a tensor of ids") from error
        assert got == word, f"decode({ids}) must be the str {word!r}, found {got!r}"

    # Round trips: a text with everything in it, blanks at its ends, and 400 different characters.
    for text in (
        'Naïve? Yes:\n\t\'tis 1 + 1 = 2, "quoted" … ☃',
        "\n ends ",
        "".join(map(chr, range(500, 100, -1))),
    ):
        other = CharVocab(text)
        for there in (text, text[::-1]):
            assert other.decode(other.encode(there)) == there, (
                f"decode(encode(text)) must give {there[:40]!r} back: every character has its own id"
            )
    expect_close(vocab.encode("hello"), [3, 2, 4, 4, 5], "Each vocabulary must have ids of its own")

    # An unknown character in a long text, twice.
    text = f"{'hello world ' * 8}q{' hello world' * 8}"
    for which in ("the first", "the second"):
        message = None
        try:
            vocab.encode(text)
        except Exception as error:
            kind, message = type(error).__name__, str(error)
            assert isinstance(error, ValueError), (
                f"an unknown character must raise a ValueError, found {kind}"
            )
        assert message is not None, (
            f"an unknown character must raise a ValueError, found no error at all {which} time"
        )
        assert "q" in message.replace(text, ""), (
            "the message must name the unknown character 'q', and not hide it in the whole text; "
            f"found: {message[:60]!r}"
        )
    assert len(vocab) == 8, "an unknown character must not become part of the vocabulary"


# %% [markdown]
# ### Exercise 2 · `embed`
#
# You write what `nn.Embedding` does, in one line, and see that it is a matrix product in disguise.
#
# **Difficulty** ●○○○○ · **Importance** ●●●●○ · **Time** 10 minutes · **Length** 1 or 2 lines ·
# **Theory** [From characters to vectors](#From-characters-to-vectors)
#
# 1. Replace each id in `ids` (B, T) by its row of `W` (V, E): (B, T, E).
# 2. Autograd must be able to go through it to `W`. The result has the type of `W`.
#
# Do it with indexing or with one-hot vectors, whichever you like. The check compares both.
#
# <details><summary>Hint</summary>
#
# A tensor can be indexed by a tensor of integers. The result has the shape of the index, with the
# remaining axes behind it. For the other way: with `V = len(W)`, `F.one_hot(ids, V)` is (B, T, V)
# and holds integers, and a matrix product wants both sides of one type.
#
# </details>

# %% exercise="embed"
def embed(ids, W):
    """Look up the vector of every id.

    Parameters
    ----------
    ids : tensor (B, T) of type torch.long, entries 0 … V-1
    W : tensor (V, E)
        Row i is the vector of id i.

    Returns
    -------
    tensor (B, T, E)
    """
    ### BEGIN SOLUTION
    return W[ids]
    ### END SOLUTION


# %% tests="embed" points=2
@check("embed")
def visible():
    generator = torch.Generator().manual_seed(1)
    B, T, V, E = 2, 4, 5, 3
    ids = torch.randint(V, (B, T), generator=generator)
    W = torch.randn(V, E, generator=generator, dtype=torch.float64)

    def looked_up(ids, W):
        """What embed gives, with words where it fails."""
        try:
            return embed(ids, W)
        except NotImplementedError:
            raise
        except (RuntimeError, IndexError) as error:
            raise AssertionError(
                f"embed fails for ids {tuple(ids.shape)} from {int(ids.min())} to {int(ids.max())} "
                f"and a W {tuple(W.shape)} of type {W.dtype}: only the arguments may say how large "
                "things are, and V is len(W), whatever ids are read"
            ) from error

    expect_unchanged(looked_up, ids=ids, W=W)
    looked_up(ids, W)
    assert not W.requires_grad, "embed must leave requires_grad of its argument W as it is"

    # One id: its row, and nothing else.
    for i in range(V):
        expect_close(
            looked_up(torch.tensor([[i]]), W), W[i].view(1, 1, E), f"id {i} must give row {i} of W"
        )

    # The identity as W: rows are one-hot vectors.
    one_hot = torch.zeros(B, T, V, dtype=torch.float64)
    for b in range(B):
        for t in range(T):
            one_hot[b, t, ids[b, t]] = 1
    expect_close(
        looked_up(ids, torch.eye(V, dtype=torch.float64)), one_hot, "W = I must give one-hot rows"
    )

    # Random ids and weights of either type: look-up and product agree.
    for table in (W, W.float()):
        got = looked_up(ids, table)
        assert got.dtype == table.dtype, f"for W of {table.dtype} the result is of type {got.dtype}"
        expect_close(got, one_hot @ W, "embed(ids, W) must equal one_hot @ W")

    # Another V and E, and a W that is square.
    for V_now, E_now in ((V + 4, E + 2), (4, 4), (1, 1)):
        other = torch.randn(V_now, E_now, generator=generator, dtype=torch.float64)
        few = torch.tensor([[V_now - 1, 0, 0]])
        want = torch.stack([other[V_now - 1], other[0], other[0]])[None]
        expect_close(looked_up(few, other), want, f"embed must work for W {(V_now, E_now)} too")
    expect_close(
        looked_up(ids.t(), W), one_hot.transpose(0, 1) @ W, "ids.t() must give the rows of its ids"
    )

    # The gradient of a row counts how often its id was read.
    W.requires_grad_(True)
    got = embed(ids, W)
    assert got.requires_grad, "autograd must reach W: no detach, no new tensor made of numbers"
    got.sum().backward()
    assert W.grad is not None, "autograd must reach W itself, and not a copy of it"
    count = one_hot.sum(dim=(0, 1))
    expect_close(W.grad, count[:, None].expand(V, E), "dW must count how often each id was read")


# %% [markdown]
# ### Exercise 3 · `CharRNN`
#
# The model: three layers, and a state that goes in and comes out.
#
# **Difficulty** ●●○○○ · **Importance** ●●●●● · **Time** 30 minutes · **Length** about 3 + 3 + 1 lines ·
# **Theory** [The model, and what each layer returns](#The-model,-and-what-each-layer-returns)
#
# In `__init__`, make three layers with these names (V is `vocab_size`, H is `hidden_size`), and leave
# their weights as PyTorch draws them:
#
# 1. `self.embedding`, an `nn.Embedding`: ids → vectors of length H.
# 2. `self.rnn`, an `nn.RNN` with one tanh layer, batch first: H → H.
# 3. `self.linear`, an `nn.Linear`: H → V.
#
# In `forward`:
#
# 1. Embed `x`: (B, T) → (B, T, H).
# 2. Run the RNN from `hidden`, (1, B, H) or `None`. It returns the states of all steps, (B, T, H),
#    and the last state, (1, B, H).
# 3. Return the logits of *all* steps, (B, T, V), without a softmax, and the last state.
# 4. Do not detach anything. Whether the gradient may cross a cut is for the training loop to say.
#    Keep no state in `self`: without `hidden`, every call starts from zeros.
#
# In `init_hidden`: zeros (1, B, H), of the type and on the device of the parameters, so that a
# model on a GPU, or one in float64, gets a state that fits.
#
# <details><summary>Hint</summary>
#
# `nn.RNN` takes `None` for a start state of zeros, so `forward` needs no `if`. A tensor has the
# method `new_zeros(shape)`: zeros of its own type, on its own device.
#
# </details>

# %% exercise="CharRNN"
class CharRNN(nn.Module):
    """A character-level language model: embedding, recurrent layer, linear layer.

    Parameters
    ----------
    vocab_size : int
        Number of different characters V.
    hidden_size : int
        Hidden units H, and length of the embedding vectors.

    Attributes
    ----------
    embedding : nn.Embedding (V, H)
    rnn : nn.RNN, H to H, one layer, tanh, batch first
    linear : nn.Linear, H to V
    """

    def __init__(self, vocab_size, hidden_size):
        super().__init__()
        ### BEGIN SOLUTION
        self.embedding = nn.Embedding(vocab_size, hidden_size)
        self.rnn = nn.RNN(hidden_size, hidden_size, batch_first=True)
        self.linear = nn.Linear(hidden_size, vocab_size)
        ### END SOLUTION

    def forward(self, x, hidden=None):
        """The logits of the next character, at every step.

        Parameters
        ----------
        x : tensor (B, T) of type torch.long
            Ids of the characters read.
        hidden : tensor (1, B, H), optional
            State to start from; zeros if it is left out.

        Returns
        -------
        logits : tensor (B, T, V)
            ``logits[:, t]`` is about the character after ``x[:, t]``.
        hidden : tensor (1, B, H)
            State after the last step.
        """
        ### BEGIN SOLUTION
        states, hidden = self.rnn(self.embedding(x), hidden)
        return self.linear(states), hidden
        ### END SOLUTION

    def init_hidden(self, batch_size):
        """A start state of zeros.

        Parameters
        ----------
        batch_size : int B

        Returns
        -------
        tensor (1, B, H), of the type and on the device of the parameters
        """
        ### BEGIN SOLUTION
        return self.linear.weight.new_zeros(1, batch_size, self.rnn.hidden_size)
        ### END SOLUTION


# %% tests="CharRNN" points=4
@check("CharRNN")
def visible():
    torch.manual_seed(3)
    B, T, V, H = 3, 5, 7, 4
    model = CharRNN(V, H).double()
    layers = {"embedding": (nn.Embedding, 1), "rnn": (nn.RNN, 4), "linear": (nn.Linear, 2)}
    for name, (kind, count) in layers.items():
        layer = getattr(model, name, None)
        found = type(layer).__name__
        assert isinstance(layer, kind), f"self.{name} must be an nn.{kind.__name__}, found {found}"
        assert len(list(layer.parameters())) == count, (
            f"self.{name} must be one layer, one direction, with its biases"
        )

    x = torch.randint(V, (B, T))
    results = model(x)
    assert isinstance(results, tuple | list) and len(results) == 2, (
        "forward must return two things: the logits, and the last state"
    )
    logits, hidden = results
    assert logits.shape == (B, T, V), (
        f"logits must be (B, T, V) = {(B, T, V)}, found {tuple(logits.shape)}"
    )
    assert logits.dtype == torch.float64, f"this model is float64, its logits are {logits.dtype}"
    assert model.training, "forward must leave the model in the mode (train or eval) in which it is"
    assert hidden.shape == (1, B, H), (
        f"the last state must be (1, B, H) = {(1, B, H)}, found {tuple(hidden.shape)}"
        "; did you say batch_first=True?"
    )
    for rows in (B, 1):
        expect_close(
            model(x[:rows])[0],
            logits[:rows],
            "Calls without hidden must agree: keep no state in self, start from zeros",
        )

    for batch in (1, B):
        start = model.init_hidden(batch)
        what = f"init_hidden({batch}) must be zeros, (1, B, H) = {(1, batch, H)}"
        expect_close(start, torch.zeros(1, batch, H), what)
    assert start.dtype == torch.float64, (
        f"this model is float64, so init_hidden must be too; found {start.dtype}"
    )
    elsewhere = CharRNN(V, H)
    elsewhere(x)
    elsewhere = elsewhere.to("meta")  # a device that keeps shapes, and no numbers
    found = elsewhere.init_hidden(B).device
    assert found.type == "meta", (
        f"init_hidden must be on the device of the parameters: on {found} for a model on 'meta'"
    )
    try:
        elsewhere(x.to("meta"))
    except RuntimeError as error:
        raise AssertionError(
            "forward fails for a model on another device: what it makes must be where the parameters are"
        ) from error
    expect_close(model(x, start)[0], logits, "init_hidden(B) must give what no state at all gives")

    # Another V and H: only the arguments of __init__ may say how large things are.
    larger, twin = CharRNN(V + 2, H + 5), CharRNN(V + 2, H + 5)
    assert not torch.equal(larger.embedding.weight, twin.embedding.weight), (
        "two new models must have different weights: do not seed the global generator"
    )
    spread = float(CharRNN(200, 50).embedding.weight.detach().std())
    assert 0.9 < spread < 1.1, (
        "leave the layers' weights as PyTorch draws them: those of nn.Embedding have the standard "
        f"deviation 1, found {spread:.2f}"
    )
    got = larger.init_hidden(2)
    expect_close(
        got,
        torch.zeros(1, 2, H + 5),
        f"init_hidden(2) must be zeros (1, 2, H) for H = {H + 5} too: use no variable of another cell",
    )
    got = tuple(larger(torch.tensor([[V + 1, 0]]))[0].shape)
    assert got == (1, 2, V + 2), f"with V = {V + 2} the logits must be {(1, 2, V + 2)}, found {got}"

    # No linear weights, no bias: uniform logits. Their loss is ln V.
    with torch.no_grad():
        weight, bias = model.linear.weight.clone(), model.linear.bias.clone()
        model.linear.weight.zero_()
        model.linear.bias.zero_()
        logits, _ = model(x)
        loss = F.cross_entropy(logits.reshape(B * T, V), x.reshape(B * T))
        expect_close(loss, math.log(V), "With a linear layer of zeros the loss must be ln V")
        model.linear.bias.copy_(torch.arange(V))
        want = torch.arange(V).expand(B, T, V)
        expect_close(
            model(x)[0],
            want,
            "With linear weights of zero the logits must be the bias (no softmax in the model)",
        )
        model.linear.weight.copy_(weight)
        model.linear.bias.copy_(bias)

    # Step by step by hand: from zeros, then from a random start state; with V = H = T.
    V = H = T
    model = CharRNN(V, H).double()
    x = torch.randint(V, (B, T))
    model(x)
    weight, bias = model.linear.weight, model.linear.bias
    start = torch.randn(1, B, H, dtype=torch.float64)
    W_ih, W_hh, b_ih, b_hh = model.rnn.parameters()
    for begin, name in ((None, "zeros, with tanh"), (start, "the given start")):
        h = torch.zeros_like(start[0]) if begin is None else begin[0]
        for t in range(T):
            h = torch.tanh(model.embedding.weight[x[:, t]] @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
            logits, hidden = model(x[:, : t + 1], begin)
            expect_close(hidden[0], h, f"The last state must be that after step {t}, from {name}")
            want = h @ weight.T + bias
            expect_close(
                logits[:, t], want, f"logits[:, {t}] must come from the state after step {t}"
            )

    # A text read in two parts, with the state carried, must equal one long pass.
    first, hidden = model(x[:, :2], start)
    second, hidden = model(x[:, 2:], hidden)
    expect_close(
        torch.cat([first, second], dim=1),
        logits,
        "Two parts with the state carried must equal one pass",
    )

    # Nothing is cut inside the model: the last loss reaches the first state.
    start.requires_grad_(True)
    second, _ = model(x[:, 2:], model(x[:, :2], start)[1])
    assert second.requires_grad, "the gradient must reach the parameters: no no_grad in forward"
    second.sum().backward()
    assert start.grad is not None, "the gradient must reach the start state: no detach in forward"
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, f"no gradient reaches {name}: no detach in forward"


# %% [markdown]
# ### Exercise 4 · `make_streams`
#
# Cut a long text into batches whose state may be carried. Off by one here, and the network learns
# to copy its input, with a wonderful loss.
#
# **Difficulty** ●●●○○ · **Importance** ●●●●● · **Time** 30 minutes · **Length** about 5 lines ·
# **Theory** [A long text: streams, carried and detached](#A-long-text:-streams,-carried-and-detached)
#
# 1. N, the number of chunks, is `(len(ids) - 1) // (B * T)`. Why the 1? The last input needs a
#    target too. If N is below 1, as for an empty text, raise a `ValueError`.
# 2. Inputs are the first B·N·T ids. Targets are as many, one place further on. The rest of the
#    text is dropped.
# 3. Cut each into B streams of N·T ids: (B, N·T). Stream 0 is the front of the text, stream 1
#    goes on where stream 0 ends, and so on.
# 4. Cut the streams into N chunks of T ids, and put the chunks first: (N, B, T).
#
# So `x[n, b]` is chunk n of stream b, and `x[n + 1, b]` goes on where `x[n, b]` ends.
#
# <details><summary>Hint</summary>
#
# `reshape` fills row by row: the last axis runs fastest. (B, N, T) is the order in which the ids
# stand in the text. Chunks first, (N, B, T), is another order, and no reshape leads there from the
# text: it takes `transpose`. Try it with `torch.arange(25)`, B = 2 and T = 4.
#
# </details>

# %% exercise="make_streams"
def make_streams(ids, B, T):
    """Cut a text into chunks of B parallel streams.

    Parameters
    ----------
    ids : tensor (number of characters,) of type torch.long
    B : int
        Number of streams, read in parallel.
    T : int
        Characters in a chunk.

    Returns
    -------
    x : tensor (N, B, T)
        Inputs; ``x[n, b]`` is chunk n of stream b. N is ``(len(ids) - 1) // (B * T)``.
    y : tensor (N, B, T)
        Targets: for every input the id that follows it in the text.

    Raises
    ------
    ValueError
        If the text is too short for one chunk (N below 1).
    """
    ### BEGIN SOLUTION
    N = (len(ids) - 1) // (B * T)
    if N < 1:
        raise ValueError(f"{B} streams of {T} take {B * T + 1} characters, found {len(ids)}")

    def cut(part):
        return part[: B * N * T].reshape(B, N, T).transpose(0, 1)

    return cut(ids), cut(ids[1:])
    ### END SOLUTION


# %% tests="make_streams" points=4
@check("make_streams")
def visible():
    expect_unchanged(make_streams, ids=torch.arange(26), B=2, T=4)

    # The letters of the alphabet, as in the figure: B = 2 streams, chunks of T = 4.
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    x, y = expect_results(make_streams(torch.arange(26), 2, 4), ("x", "y"))
    for name, part in (("x", x), ("y", y)):
        found = type(part).__name__
        assert isinstance(part, torch.Tensor), f"{name} must be a tensor, found {found}"
        assert tuple(part.shape) == (3, 2, 4), (
            f"26 ids, B = 2, T = 4: {name} must be (N, B, T) = (3, 2, 4), found {tuple(part.shape)}"
        )
        assert part.dtype == torch.long, f"{name} must be of ids' type torch.long, found {part.dtype}"

    # Lengths at the edge: 2 · 3 · 4 inputs need 25 ids.
    for length, N in ((25, 3), (24, 2)):
        try:
            found = len(make_streams(torch.arange(length), 2, 4)[0])
        except (RuntimeError, IndexError) as error:
            raise AssertionError(
                f"{length} ids, B = 2, T = 4: N must be {N}; the last input needs a target too"
            ) from error
        assert found == N, (
            f"{length} ids, B = 2, T = 4: N must be {N}, found {found}; the last input needs a target too"
        )

    def letters(row):
        return "".join(alphabet[int(i)] for i in row)

    assert letters(x[0, 0]) == "abcd", (
        f"x[0, 0] is the front of the text, found {letters(x[0, 0])!r}"
    )
    assert letters(y[0, 0]) == "bcde", (
        f"y[0, 0] must be what follows each of 'abcd': 'bcde', found {letters(y[0, 0])!r}"
    )
    assert letters(x[1, 0]) == "efgh", (
        f"x[1, 0] must go on where x[0, 0] = 'abcd' ends, with 'efgh'; found {letters(x[1, 0])!r}"
    )
    assert letters(x[0, 1]) == "mnop", (
        f"stream 1 begins where stream 0 ends: x[0, 1] must be 'mnop', found {letters(x[0, 1])!r}"
    )
    assert letters(y[2, 1]) == "vwxy", f"y[2, 1] must be 'vwxy', found {letters(y[2, 1])!r}"

    # Random ids, every second one of a text: each stream goes on from chunk to chunk.
    for B, T, N, rest in ((3, 7, 9, 10), (1, 1, 1, 0), (1, 4, 2, 3), (3, 1, 2, 0), (3, 3, 3, 8)):
        generator = torch.Generator().manual_seed(4)
        ids = torch.randint(1 << 40, (2 * (B * T * N + 1 + rest),), generator=generator)[::2]
        sizes = f"{len(ids)} ids, B = {B}, T = {T}"
        x, y = make_streams(ids, B, T)
        assert x.shape == y.shape == (N, B, T), (
            f"{sizes}: x and y must be (N, B, T) = {(N, B, T)}, found {tuple(x.shape)} and {tuple(y.shape)}"
        )
        for b in range(B):
            for n in range(N):
                start = b * N * T + n * T
                assert torch.equal(x[n, b], ids[start : start + T]), (
                    f"{sizes}: x[{n}, {b}] must be ids[{start}:{start + T}]"
                )
                assert torch.equal(y[n, b], ids[start + 1 : start + T + 1]), (
                    f"{sizes}: y[{n}, {b}] must be what follows x[{n}, {b}]"
                )

    # Ids on a device that keeps shapes, and no numbers: nothing may come back to the CPU.
    found = "an error"
    try:
        found = make_streams(torch.arange(26, device="meta"), 2, 4)[1].device.type
    except (RuntimeError, TypeError):
        pass
    assert found == "meta", (
        f"x and y must be on the device of ids: found {found} for ids on 'meta'; lists and NumPy lead "
        "back to the CPU"
    )

    # 8 inputs and no target for the last one, and even less.
    for length, B, T in ((8, 2, 4), (1, 2, 4), (0, 2, 4), (0, 1, 1)):
        found = "no error"
        try:
            make_streams(torch.arange(length), B, T)
        except Exception as error:
            found = type(error).__name__
        assert found == "ValueError", (
            f"{length} ids are too few for B = {B}, T = {T}: make_streams must raise a ValueError, "
            f"found {found}"
        )


# %% [markdown]
# ### Exercise 5 · `clip_gradients`
#
# One factor for all gradients. Without it a single bad batch can throw a recurrent network out of
# where it was ([Experiment 4](#Experiment-4-·-What-clipping-saves-you-from)).
#
# **Difficulty** ●●○○○ · **Importance** ●●●●○ · **Time** 25 minutes · **Length** about 6 lines ·
# **Theory** [Clipping](#Clipping)
#
# 1. Collect the gradients: `p.grad` of every parameter that has one. A parameter that took no part
#    in the loss has `p.grad = None`; skip it. `parameters` may be a generator, as
#    `model.parameters()` is: it can be gone through once only.
# 2. Compute the global norm: the root of the sum of the squares of *all* entries of *all* gradients.
#    With no gradient at all the norm is 0.
# 3. If it is larger than `max_norm`, multiply every gradient by `max_norm / norm`, so that
#    `p.grad` is changed. Otherwise leave them.
# 4. Return the norm from *before* clipping, as a number or a tensor without axes.
#
# Write it yourself: `torch.nn.utils.clip_grad_norm_` is what the check compares you with.
#
# <details><summary>Hint</summary>
#
# `list(parameters)` first. `p.grad.mul_(factor)` or `p.grad *= factor` change the gradient where it
# is. (`p.grad = p.grad * factor` will do too.) `g = p.grad` and then `g = g * factor` does not: it
# makes a new tensor that nobody sees. Mind the case where all gradients are zero.
#
# </details>

# %% exercise="clip_gradients" forbids="torch.nn.utils.clip_grad_norm_ torch.nn.utils.clip_grads_with_norm_ torch.nn.utils.get_total_norm torch.nn.utils.clip_grad_norm"
def clip_gradients(parameters, max_norm):
    """Scale all gradients down so that their global norm is at most `max_norm`.

    The ``.grad`` of the parameters is changed; gradients that are small enough stay as they are.

    Parameters
    ----------
    parameters : iterable of tensors
        Each with its ``.grad``, which may be None. May be a generator, such as
        ``model.parameters()``, which can be gone through once only.
    max_norm : float
        Largest allowed norm, above 0; `math.inf` clips nothing.

    Returns
    -------
    float or tensor ()
        The global norm before clipping.
    """
    ### BEGIN SOLUTION
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = math.sqrt(sum((gradient**2).sum() for gradient in gradients))
    if norm > max_norm:
        for gradient in gradients:
            gradient.mul_(max_norm / norm)
    return norm
    ### END SOLUTION


# %% tests="clip_gradients" points=3
@check("clip_gradients")
def visible():
    def clipped(gradients, max_norm, what):
        """The norm, and the gradients after clipping, of parameters that have these gradients."""
        parameters = []
        for gradient in gradients:
            shape = (2,) if gradient is None else gradient.shape
            parameter = torch.ones(shape, dtype=torch.float64, requires_grad=True)
            parameter.grad = None if gradient is None else gradient.clone()
            parameters.append(parameter)
        try:
            norm = clip_gradients((p for p in parameters), max_norm)
        except NotImplementedError:
            raise
        except (TypeError, AttributeError, ArithmeticError, RuntimeError, IndexError) as error:
            raise AssertionError(f"clip_gradients fails for {what}") from error
        assert norm is not None, "clip_gradients must return the norm"
        assert all((p == 1).all() for p in parameters), (
            "clip_gradients must change the gradients, and leave the parameters"
        )
        return norm, [p.grad for p in parameters]

    def double(*numbers):
        return [torch.tensor([number], dtype=torch.float64) for number in numbers]

    names = getattr(getattr(clip_gradients, "__code__", None), "co_names", ())
    assert "clip_grad_norm_" not in names, "write it yourself, without torch.nn.utils.clip_grad_norm_"

    # 3, 4 and 12 in three parameters: the norm is 13. Then the same, scaled.
    for length, limit in (
        *((13.0, 6.5), (6.5, 100.0), (6.5, math.inf)),
        *((0.5, 0.3), (0.5, 0.6), (2.0, 3.0), (3.0, 2.0)),
    ):
        before = double(*(length / 13 * number for number in (3, 4, 12)))
        what = f"gradients 3, 4, 12 times {length / 13:.3g} and max_norm = {limit}"
        norm, after = clipped(before, limit, what)
        expect_close(norm, length, f"For {what} the norm before clipping must be {length}")
        if length > limit:
            what += f" all must be multiplied by {limit} / {length}"
        else:
            what += f" nothing may change: the norm is {length}"
        want = torch.cat(before) * min(1.0, limit / length)
        expect_close(torch.cat(after), want, f"For {what}", 1e-5 if length > limit else 0)

    # A parameter without a gradient, gradients of zero, none at all.
    norm, after = clipped([torch.zeros(3).double(), None], 1.0, "gradients of zero and None")
    expect_close(norm, 0.0, "Gradients of zero have the norm 0")
    expect_close(after[0], torch.zeros(3), "Gradients of zero must stay zero, not nan")
    assert after[1] is None, "a parameter without a gradient must stay without one"
    for none in ([None, None], []):
        norm, _ = clipped(none, 1.0, "no gradient at all: the norm is 0, and nothing is to clip")
        expect_close(norm, 0.0, "With no gradient at all the norm must be 0")

    # A gradient that is transposed in memory; one long gradient among many short ones.
    turned = torch.arange(6.0).double().reshape(2, 3).t()
    norm, after = clipped([turned], 1.0, "a gradient that is not contiguous")
    expect_close(after[0], turned / math.sqrt(55), "A gradient that is not contiguous is clipped too")
    norm, _ = clipped(double(1.0, *[1.7e-4] * 1500), 9.0, "one long gradient and 1500 short ones")
    expect_close(
        norm,
        math.sqrt(1 + 1500 * 1.7e-4**2),
        "One long gradient and 1500 short ones: add up in the gradients' own precision",
    )

    # A real network, against PyTorch's own; parameters() is a generator.
    torch.manual_seed(5)
    for max_norm in (0.1, 100.0):
        network = nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3)).double()
        network(torch.randn(5, 4).double()).pow(2).sum().backward()
        twins = [torch.zeros_like(p, requires_grad=True) for p in network.parameters()]
        for twin, p in zip(twins, network.parameters()):
            twin.grad = p.grad.clone()
        want = nn.utils.clip_grad_norm_(twins, max_norm)
        norm = clip_gradients(network.parameters(), max_norm)
        expect_close(norm, want, f"max_norm = {max_norm}: the norm must be clip_grad_norm_'s", 1e-5)
        for (name, p), twin in zip(network.named_parameters(), twins):
            expect_close(
                p.grad,
                twin.grad,
                f"max_norm = {max_norm}: {name}.grad must be clip_grad_norm_'s",
                1e-5,
            )


# %% [markdown]
# ### Stand-ins for exercise 6
#
# A trained network is a poor judge of your sampling: nobody knows what it should say. So the checks
# use two models whose answers are known. They are called like a `CharRNN`, and their alphabet is
# the ten digits. You need not read how they do it.


# %%
class Digits:
    """A stand-in for a `CharVocab`: the characters 0 … 9, with the ids 0 … 9."""

    chars = list("0123456789")

    def __len__(self):
        return 10

    def encode(self, text):
        return torch.tensor([int(char) for char in text], dtype=torch.long)

    def decode(self, ids):
        return "".join(str(i) for i in torch.as_tensor(ids).reshape(-1).tolist())


class Counter(nn.Module):
    """A stand-in for a model: it counts the characters it has read, and says how many.

    After c characters the next one is surely the last digit of c. After '7777' it says '4'. The
    state is the count.
    """

    def __init__(self):
        super().__init__()
        self.sureness = nn.Parameter(torch.tensor(60.0))
        self.ran_with_gradients = False

    def init_hidden(self, batch_size):
        """Nothing read yet: zeros (1, B, 1)."""
        return self.sureness.new_zeros(1, batch_size, 1)

    def forward(self, x, hidden=None):
        """Ids (B, T) and a state (1, B, 1) → logits (B, T, 10) and a state (1, B, 1)."""
        assert x.dim() == 2, f"the model reads (1, T), found {tuple(x.shape)}"
        self.ran_with_gradients |= torch.is_grad_enabled()
        hidden = self.init_hidden(len(x)) if hidden is None else hidden
        count = hidden[0] + torch.arange(1, x.shape[1] + 1, device=x.device)  # (B, T)
        return self.sureness * F.one_hot(count.long() % 10, 10), hidden + x.shape[1]


class Bigrams(nn.Module):
    """A stand-in for a model without memory: after id i the logits are row i of a table (10, 10)."""

    def __init__(self, table):
        super().__init__()
        self.table = nn.Embedding.from_pretrained(table)

    def init_hidden(self, batch_size):
        """A state that nobody reads: zeros (1, B, 1)."""
        return self.table.weight.new_zeros(1, batch_size, 1)

    def forward(self, x, hidden=None):
        """Ids (B, T) and a state (1, B, 1) → logits (B, T, 10) and a state (1, B, 1)."""
        assert x.dim() == 2, f"the model reads (1, T), found {tuple(x.shape)}"
        return self.table(x), self.init_hidden(len(x)) if hidden is None else hidden


# %% [markdown]
# ### Exercise 6 · `sample`
#
# Let a model write.
#
# **Difficulty** ●●●○○ · **Importance** ●●●●○ · **Time** 35 minutes · **Length** about 14 lines ·
# **Theory** [Sampling](#Sampling)
#
# 1. No gradients are needed: work within `torch.no_grad()`.
# 2. Encode the prefix and give the model all of it, as a batch of one: (1, length of the prefix).
#    Put the ids on the device of the model's parameters.
# 3. Take the logits of the *last* step, (V,).
# 4. If `temperature` is 0, take the character with the largest logit. Otherwise, however small it is,
#    divide the logits by the temperature, apply the softmax over all V characters, and draw one
#    character with `torch.multinomial(…, generator=generator)`. `generator=None` is fine for `torch.multinomial`;
#    do not make a generator of your own: its seed is always the same.
# 5. Feed that one character, (1, 1), with the state that the model gave you. Go on with step 3 until
#    you have `n` new characters.
# 6. Return prefix and new characters as one text.
#
# The first two lines are given: they refuse what cannot be sampled.
#
# <details><summary>Hint</summary>
#
# The model never has to read a character twice: the state remembers. `logits[0, -1]` is (V,), and
# its softmax has one axis only, so there is no wrong one. A generator lives on the CPU unless you
# say otherwise, so the probabilities must be there too: `.cpu()`. `int(tensor)` makes a number.
#
# </details>

# %% exercise="sample"
def sample(model, vocab, prefix, n, temperature=1.0, generator=None):
    """Let a model go on with a text.

    Parameters
    ----------
    model : nn.Module
        Called as ``model(x, hidden)`` with x (1, T) and hidden None or (1, 1, H); returns logits
        (1, T, V) and the next hidden.
    vocab : CharVocab
    prefix : str
        At least one character, all of them in the vocabulary.
    n : int
        Number of characters to add; 0 or more, thousands too.
    temperature : float
        What the logits are divided by; 0 means: always the most likely character.
    generator : torch.Generator, optional
        Makes the draws, on the CPU; torch's global one if it is left out.

    Returns
    -------
    str
        The prefix and `n` characters more.
    """
    if not prefix or temperature < 0:
        raise ValueError("sample needs a prefix, and a temperature of 0 or more")
    ### BEGIN SOLUTION
    place = next(model.parameters()).device
    x, hidden, text = vocab.encode(prefix)[None], None, prefix
    with torch.no_grad():
        for _ in range(n):
            logits, hidden = model(x.to(place), hidden)
            last = logits[0, -1].cpu()
            if temperature == 0:
                new = last.argmax()
            else:
                probabilities = torch.softmax(last / temperature, dim=0)
                new = torch.multinomial(probabilities, 1, generator=generator)
            x = new.view(1, 1)
            text += vocab.decode([int(new)])
    return text
    ### END SOLUTION


# %% tests="sample" points=4
@check("sample")
def visible():
    # The counter says how many characters it has read: it finds out what you feed it.
    got = sample(Counter(), Digits(), "7", 1)
    assert isinstance(got, str), f"sample must return a str, found {type(got).__name__}"
    assert len(got) == 2, f"prefix '7' and n = 1: the text must have 2 characters, found {got!r}"
    assert got == "71", f"after one character the counter says 1, so '71' is due, found {got!r}"
    got = sample(Counter(), Digits(), "7777", 1)
    assert got == "77774", f"the model must read the whole prefix of 4 characters: found {got!r}"
    got = sample(Counter(), Digits(), "77", 6)
    assert got == "77234567", (
        f"each step feeds one character and hands the state on: '77234567' is due, found {got!r}"
    )
    assert sample(Counter(), Digits(), "77", 0) == "77", "n = 0 must give the prefix back"
    for mode in (True, False):
        counter = Counter().train(mode)
        sample(counter, Digits(), "77", 3)
        assert counter.training == mode, (
            "sample must leave the model in the mode (train or eval) in which it is"
        )
    assert not counter.ran_with_gradients and torch.is_grad_enabled(), (
        "sampling needs no gradients: work within torch.no_grad(), which ends by itself"
    )

    # Temperature 0: always the most likely one. After i the most likely digit is 3 i + 1.
    table = torch.randn(10, 10, generator=torch.Generator().manual_seed(6))
    for i in range(10):
        table[i, (3 * i + 1) % 10] = 4.0
    try:
        got = sample(Bigrams(table), Digits(), "0", 4, temperature=0)
    except (RuntimeError, ZeroDivisionError) as error:
        raise AssertionError("temperature 0 is a case of its own: do not divide by it") from error
    assert got == "01430", f"temperature 0 must always take the most likely: '01430', found {got!r}"

    # Temperature: how often does each digit come, and how often should it?
    logits = torch.tensor([1.5, -1.0, 0.5, 0.0, -0.5, 1.0, -1.5, 2.0, -2.0, 0.2])

    def model_of(scale):
        return Bigrams((scale * logits).expand(10, 10).clone())

    for scale, temperature in ((1.0, 1.0), (1.0, 0.5), (1.0, 8.0), (0.01, 0.01), (100.0, 0.5)):
        what = f"At temperature {temperature}, for logits from {-2 * scale:g} to {2 * scale:g},"
        generator = torch.Generator().manual_seed(7)
        try:
            text = sample(model_of(scale), Digits(), "3", 1000, temperature, generator)[1:]
        except RecursionError as error:
            raise AssertionError("n may be 1000: use a loop, no function that calls itself") from error
        except RuntimeError as error:
            raise AssertionError(
                f"{what} there is nothing to draw from: divide the logits, not probabilities, and let "
                "torch.softmax do the rest"
            ) from error
        found = torch.tensor([text.count(char) / len(text) for char in Digits.chars])
        want = torch.softmax(scale * logits / temperature, dim=0)
        what += " the shares of the ten digits must be softmax(logits / temperature)"
        expect_close(found, want, what, 0.065)
        if temperature == 8.0:
            assert found.all(), "at temperature 8 each of the ten digits must come: leave none out"

    # The generator decides, and nothing else; it goes on where it stopped.
    model = model_of(1.0)
    firsts = {sample(model, Digits(), "3", 1, 8.0, generator)[-1] for _ in range(50)}
    assert len(firsts) > 3, (
        "the first new character must be drawn too, and a generator must go on where it stopped"
    )
    first, again, other = (
        sample(model, Digits(), "3", 60, 1.0, torch.Generator().manual_seed(seed))
        for seed in (1, 1, 2)
    )
    assert first == again, "two generators with one seed must give the same text: use generator="
    assert first != other, "another seed must give another text"

    # Without a generator torch's global one decides.
    texts = []
    for seed in (1, 2, 1):
        torch.manual_seed(seed)
        texts.append(sample(model, Digits(), "3", 60))
    assert texts[0] != texts[1], (
        "without a generator another torch.manual_seed must give another text: make none of your own"
    )
    assert texts[0] == texts[2], (
        "without a generator the same torch.manual_seed must give the same text: make none of your own"
    )


# %% [markdown]
# ## Experiments
#
# Nothing here is graded. Each cell uses what you have written, and raises `NotImplementedError`
# as long as something is missing. The reference numbers were measured with the reference solution,
# seed 0, Python 3.11.7, torch 2.13, on two CPU cores. On another machine, or with another text,
# expect the same picture and other last digits.
#
# ### Experiment 1 · "hello world"
#
# Eleven characters, ten steps. If a model cannot learn this by heart, something is wrong with
# the code. It is the first thing to try with any new model: **make it overfit one example**.

# %% experiment
text = "hello world"
vocab = CharVocab(text)
ids = vocab.encode(text).to(device)
x, y = ids[None, :-1], ids[None, 1:]  # (1, 10) each
V = len(vocab)

torch.manual_seed(0)
model = CharRNN(V, 16).to(device)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
losses = []
for _ in range({"quick": 200, "full": 1000}[BUDGET]):
    logits, _ = model(x)
    loss = F.cross_entropy(logits.reshape(-1, V), y.reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())

with torch.no_grad():
    logits, _ = model(x)
probabilities = logits[0].softmax(dim=-1).cpu()
said = vocab.decode(logits[0].argmax(dim=-1))
without_memory = (3 * math.log(3) + 2 * math.log(2)) / 10

fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
left.semilogy(losses)
for level, name in ((math.log(V), "ln V: knows nothing"), (without_memory, "best without memory")):
    left.axhline(level, color=plots.GREY, lw=1, ls="--")
    left.text(len(losses), level * 1.06, name, color=plots.GREY, ha="right", va="bottom")
left.set(
    xlabel="update",
    ylabel="nats per character (log scale)",
    title="loss on 'hello world'",
    ylim=(None, 4),
)
char_plots.next_character_map(probabilities, text[:-1], text[1:], vocab.chars, right)
right.set_title("what it says; framed: what is right")
plt.show()
print(f"loss: {losses[0]:.3f} at first (ln V = {math.log(V):.3f}), {losses[-1]:.4f} at the end")
print(f"reads {text[:-1]!r}, says {said!r}, should say {text[1:]!r}")
print("writes:", repr(sample(model, vocab, "h", 10, temperature=0)))

# %% [markdown]
# **What to look at.** Left: the loss starts near ln V = 2.079, and ends near 0. The lower line is
# the best that a model without memory could do. It would have to guess after each 'l' (then comes
# 'l', 'o' or 'd') and after each 'o' (a blank or 'r'): $(3 \ln 3 + 2 \ln 2)/10 = 0.468$ nats. Going
# below it takes a state. Right: every frame is dark, so every next character is right, and after
# the three 'l' the model says three different things.
#
# Reference (`"quick"`): the loss is 2.107 at first and 0.0041 after 200 updates. The model says 'ello world', and writes 'hello world' when
# it is given the 'h'.
#
# ### Experiment 2 · The Python manual
#
# Now a real text: what `help()` knows about the language. The front nine tenths train the model,
# the rest validates it. The vocabulary is made of the whole text: it is an alphabet, decided before
# training, and holds no counts. One function trains, one evaluates. Read both: where is the state
# carried, and where is it detached?

# %% experiment
def train_epoch(model, x, y, optimizer, max_norm, bar=None):
    """One pass over all chunks, with the state carried and detached.

    Parameters
    ----------
    model : CharRNN, changed in place
    x, y : tensors (N, B, T), from `make_streams`
    optimizer : torch.optim.Optimizer
    max_norm : float, limit for the gradient's global norm
    bar : tqdm progress bar, moved on by one for each chunk

    Returns
    -------
    dict of three lists, one entry an update
        "loss" in nats per character; the gradient's norm "before" and "after" clipping.
    """
    log = {"loss": [], "before": [], "after": []}
    hidden = None
    for x_chunk, y_chunk in zip(x, y):
        if hidden is not None:
            hidden = hidden.detach()  # the value is carried, the graph is cut
        logits, hidden = model(x_chunk, hidden)
        loss = F.cross_entropy(logits.flatten(0, 1), y_chunk.flatten())
        optimizer.zero_grad()
        loss.backward()
        log["before"].append(float(clip_gradients(model.parameters(), max_norm)))
        log["after"].append(float(clip_gradients(model.parameters(), math.inf)))
        optimizer.step()
        log["loss"].append(loss.item())
        if bar is not None:
            bar.update()
            bar.set_postfix(nats=f"{loss.item():.3f}", refresh=False)
    return log


@torch.no_grad()
def evaluate(model, x, y, carried=True):
    """The mean loss over all chunks, in nats per character.

    Parameters
    ----------
    model : CharRNN
    x, y : tensors (N, B, T), from `make_streams`
    carried : bool; if False, every chunk starts from a state of zeros
    """
    total, hidden = 0.0, None
    for x_chunk, y_chunk in zip(x, y):
        logits, hidden = model(x_chunk, hidden if carried else None)
        total += F.cross_entropy(logits.flatten(0, 1), y_chunk.flatten()).item()
    return total / len(x)


# %% experiment
text = manual.load_manual()
train_text, valid_text = manual.split_text(text)
vocab = CharVocab(text)
V = len(vocab)
train_ids, valid_ids = (vocab.encode(part).to(device) for part in (train_text, valid_text))
B, T = 16, 64
x, y = make_streams(train_ids, B, T)
x_valid, y_valid = make_streams(valid_ids, B, T)
print(f"{len(text):,} characters, V = {V}, {len(x)} chunks of {B} x {T} to train on")
print(f"{manual.repeated_share():.0%} of the manual's paragraphs were repeats, and are left out")
print(repr(train_text[300:400]))

# %% [markdown]
# Before you train: what would be a good result? Three yardsticks that need no network. *Uniform*
# knows the alphabet only. *Unigram* knows how often each character comes. *Bigram* knows which
# character follows which. And a compressor, `xz`, has read the training text, and is asked how many
# bits the validation text adds. It finds long repeats, which a small network cannot keep.

# %% experiment
import lzma


def count_models(train_ids, valid_ids, V, extra=0.1):
    """Bits per character of a unigram and a bigram model on the validation text.

    Parameters
    ----------
    train_ids, valid_ids : tensors (number of characters,)
    V : int
    extra : float, added to every count, so that nothing is impossible
    """
    pairs = torch.bincount(train_ids[:-1] * V + train_ids[1:], minlength=V * V).view(V, V) + extra
    unigram = pairs.sum(dim=0) / pairs.sum()
    bigram = pairs / pairs.sum(dim=1, keepdim=True)
    last, new = valid_ids[:-1], valid_ids[1:]
    return -unigram[new].log2().mean().item(), -bigram[last, new].log2().mean().item()


unigram, bigram = count_models(train_ids.cpu(), valid_ids.cpu(), V)
sizes = [len(lzma.compress(part.encode())) for part in (train_text, text)]
xz = 8 * (sizes[1] - sizes[0]) / len(valid_text)
for name, bits in (("uniform", math.log2(V)), ("unigram", unigram), ("bigram", bigram), ("xz", xz)):
    print(f"{name:8s} {bits:.2f} bits = {bits * math.log(2):.2f} nats per character")

# %% experiment
import time

epochs, H = {"quick": (2, 128), "full": (8, 256)}[BUDGET]
torch.manual_seed(0)
model = CharRNN(V, H).to(device)
optimizer = torch.optim.Adam(model.parameters(), lr=4e-3 if BUDGET == "quick" else 2e-3)
first = evaluate(model, x_valid, y_valid)
losses, validation = [], [first]
start = time.perf_counter()
with tqdm(total=epochs * len(x), unit="update") as bar:
    for epoch in range(epochs):
        losses += train_epoch(model, x, y, optimizer, max_norm=0.5, bar=bar)["loss"]
        validation.append(evaluate(model, x_valid, y_valid))
seconds = time.perf_counter() - start

smooth = torch.tensor(losses).unfold(0, 20, 1).mean(dim=-1)
fig, ax = plt.subplots(figsize=(8, 3.8))
ax.plot(losses, color=plots.SKY, lw=0.7, alpha=0.6)
ax.plot(torch.arange(20, len(losses) + 1), smooth, lw=1.5, label="training (mean of 20 updates)")
ends = [epoch * len(x) for epoch in range(epochs + 1)]
ax.plot(ends, validation, "s", ms=8, color=plots.VERMILLION, label="validation")
for level, name in (
    (math.log(V), "ln V: uniform"),
    (unigram * math.log(2), "unigram"),
    (bigram * math.log(2), "bigram"),
    (xz * math.log(2), "xz"),
):
    ax.axhline(level, color=plots.GREY, lw=1, ls=":")
    ax.text(len(losses) * 0.12, level + 0.02, name, color=plots.GREY, ha="left", va="bottom")
ax.set(
    xlabel="update", ylabel="nats per character", title="learning the Python manual", ylim=(1, 5)
)
bits = ax.secondary_yaxis("right", functions=(lambda n: n / math.log(2), lambda b: b * math.log(2)))
bits.set_ylabel("bits per character")
ax.legend()
plt.show()
for epoch, nats in enumerate(validation):
    print(
        f"after {epoch} epochs: validation {nats:.3f} nats = {nats / math.log(2):.2f} bits per "
        f"character, perplexity {math.exp(nats):.1f}"
    )
print(f"ln V = {math.log(V):.3f} nats; {seconds:.0f} s")

# %% [markdown]
# **What to look at.** The first loss is about ln V, as it must be. The unigram line is passed within
# about 20 updates: how often each character comes is learnt first. Below the bigram line, the
# model uses more than the last character, so the state is at work. Both axes show the same curve: a
# bit is 0.693 nats.
#
# Reference, validation:
#
# | | nats per character | bits per character |
# |---|---|---|
# | uniform, ln V with V = 103 | 4.63 | 6.69 |
# | unigram | 3.25 | 4.68 |
# | bigram | 2.39 | 3.45 |
# | `CharRNN`, `"quick"` (H = 128, 2 epochs, about 15 s) | 1.61 | 2.32 |
# | `CharRNN`, `"full"` (H = 256, 8 epochs, about 5 min) | 1.43 | 2.06 |
# | xz, after the training text | 1.24 | 1.79 |
#
# ### Experiment 3 · Carried, not carried, and carried to the wrong place
#
# The trained model reads the validation text three times, for several lengths of a chunk. First
# with the state carried. Then with a state of zeros at every cut. Then with the state carried over
# rows that do *not* go on where they stopped: `ids.reshape(N, B, T)`, the most common mistake of
# exercise 4.

# %% experiment
lengths = (8, 16, 32, 64)
results = {"carried": [], "zeros at every cut": [], "carried to a wrong place": []}
for chunk in lengths:
    right_way = make_streams(valid_ids, B, chunk)
    size = right_way[0].numel()
    wrong_way = [part[:size].reshape(-1, B, chunk) for part in (valid_ids, valid_ids[1:])]
    for name, streams, carried in zip(
        results, (right_way, right_way, wrong_way), (True, False, True)
    ):
        results[name].append(evaluate(model, *streams, carried=carried) / math.log(2))

fig, ax = plt.subplots(figsize=(7, 3.4))
for (name, bits), style in zip(results.items(), ("o-", "s--", "^-.")):
    ax.plot(lengths, bits, style, label=name)
    print(f"{name:25s}", "  ".join(f"{value:.2f}" for value in bits))
ax.set_xscale("log", base=2)
ax.set_xticks(lengths, [str(length) for length in lengths])
ax.set(
    xlabel="T, characters in a chunk",
    ylabel="bits per character",
    title="validation loss of one model, read in three ways",
)
ax.legend()
plt.show()

# %% [markdown]
# **What to look at.** With the state carried, the length of the chunks makes no difference: it *is*
# one long pass. The more cuts there are, the more the zeros cost. A state from another place in the
# text is a little worse than none: it is sure of something that does not hold.
#
# Reference, bits per character for T = 8, 16, 32, 64: 2.32 throughout when it is carried; 2.83, 2.58, 2.46 and
# 2.39 with zeros; 2.91, 2.61, 2.47 and 2.40 when carried to a wrong place.
#
# ### Experiment 4 · What clipping saves you from
#
# Adam, used above, limits its steps by itself. Plain gradient descent does not. Here a new network
# is trained with SGD and a bold learning rate of 3, with and without clipping. All else is the same.

# %% experiment
updates = {"quick": 120, "full": len(x)}[BUDGET]
logs = {}
for max_norm in (math.inf, 1.0):
    torch.manual_seed(0)
    bold = CharRNN(V, 128).to(device)
    sgd = torch.optim.SGD(bold.parameters(), lr=3.0)
    with tqdm(total=updates, unit="update", desc=f"max_norm {max_norm}") as bar:
        logs[max_norm] = train_epoch(bold, x[:updates], y[:updates], sgd, max_norm, bar)

fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
for (max_norm, log), style, name in zip(logs.items(), ("--", "-"), ("no clipping", "max_norm 1")):
    left.semilogy(log["loss"], style, lw=1.5, label=name)
    print(
        f"{name}: largest norm {max(log['before']):.1f}, loss at the end (mean of 20 updates) "
        f"{sum(log['loss'][-20:]) / 20:.2f} nats"
    )
left.axhline(math.log(V), color=plots.GREY, lw=1, ls=":", label="ln V")
left.set(xlabel="update", ylabel="nats per character (log scale)", title="SGD, learning rate 3")
left.set_yticks([2, 5, 10, 20, 50], ["2", "5", "10", "20", "50"])
left.minorticks_off()
left.legend()
char_plots.norms(logs[1.0]["before"], logs[1.0]["after"], 1.0, right)
right.set_title("gradient norm, max_norm 1")
plt.show()
share = sum(norm > 1.0 for norm in logs[1.0]["before"]) / updates
print(f"clipped: {share:.0%} of the updates")

# %% [markdown]
# **What to look at.** Left: without clipping the loss jumps far above ln V within some updates, and
# hardly ever comes below it again: the network is sure and wrong, which is worse than knowing
# nothing. Right: norms above
# the limit are cut to it exactly, norms below it stay as they are. The curve *before* clipping is the
# one to watch in a log.
#
# Reference (`"quick"`): without clipping the largest norm is 47.5, and the loss at the end 5.74 nats
# (mean of 20 updates; ln V is 4.63). With `max_norm` 1 it is 2.01 nats, and 28 % of the updates are
# clipped.
#
# ### Experiment 5 · Samples at three temperatures

# %% experiment
length = {"quick": 250, "full": 600}[BUDGET]
for temperature in (0.2, 0.7, 1.5):
    generator = torch.Generator().manual_seed(0)
    written = sample(model, vocab, "The ", length, temperature, generator)
    print(f"--- temperature {temperature} ---\n{written}\n")

# %% [markdown]
# **What to look at.** At 0.2 the words are right and the phrases go round in circles: the most likely
# continuation of a common phrase is the phrase. At 0.7 most words are English or look like it, and
# the layout of the manual is there: line lengths, indents, quotes. At 1.5 the characters are those of
# the manual, and little else. Try `temperature=0`, and a prefix such as `"   class "`.
#
# In `"quick"` the model has read the manual twice. In `"full"` it has read it eight times with twice
# the units, and at 0.7 most words are right. Sentences still lead nowhere: a vanilla RNN does not
# keep a subject until its verb comes. The essay linked above used LSTMs of several layers, and more
# text.

# %% [markdown]
# ## Break it
#
# Two mistakes on purpose. The first one stops with an error message that everybody meets, or, in
# an unlucky case, with none. The second one never says anything.
#
# ### Logits into cross entropy, unflattened
#
# `F.cross_entropy` takes axis 1 for the classes. Give it logits (B, T, V), and it takes time for
# classes.

# %% experiment
def unflattened(B, T, V):
    """Cross entropy of logits (B, T, V), unflattened: what comes out?"""
    logits, targets = torch.randn(B, T, V), torch.randint(V, (B, T))
    right_loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    try:
        loss = F.cross_entropy(logits, targets)
        print(f"T = {T}, V = {V}: no error! {loss:.4f}, and {right_loss:.4f} would be right")
    except RuntimeError as error:
        print(f"T = {T}, V = {V}: RuntimeError: {error}")


torch.manual_seed(0)
unflattened(B=4, T=5, V=6)
unflattened(B=4, T=6, V=6)

# %% [markdown]
# **Explain before you read on:** where does the message get its `[4, 6]` from, and why is there no
# error for T = 6?
#
# <details><summary>Answer</summary>
#
# With classes on axis 1, logits (4, 5, 6) mean a batch of 4, 5 classes and 6 places. So targets must
# be (4, 6), and (4, 5) does not fit. With T = V = 6 all shapes fit. The softmax then runs over *time*,
# and the ids of the targets are taken for time steps. The number looks plausible, and a network can
# even make it small.
#
# </details>
#
# A test with lengths that all differ finds it at once. `logits.flatten(0, 1)` is one cure,
# `logits.transpose(1, 2)`, (B, V, T), is another.
#
# ### A softmax before cross entropy
#
# `F.cross_entropy` applies the softmax. If the model has applied one already, there are two. Here is
# "hello world" again.

# %% experiment
def learn_by_heart(text, twice):
    """Train on one text, with one softmax or two: the loss, and the share of right characters."""
    vocab = CharVocab(text)
    ids = vocab.encode(text)
    torch.manual_seed(0)
    model = CharRNN(len(vocab), 16)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(200):
        scores = model(ids[None, :-1])[0].flatten(0, 1)
        scores = scores.softmax(dim=-1) if twice else scores
        loss = F.cross_entropy(scores, ids[1:])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item(), (scores.argmax(dim=-1) == ids[1:]).float().mean().item()


for name, twice in (("logits", False), ("softmax, then cross entropy", True)):
    last_loss, correct = learn_by_heart("hello world", twice)
    print(f"{name}: loss {last_loss:.3f}, {correct:.0%} of the characters right")
floor = math.log(math.e + len(set("hello world")) - 1) - 1
print(f"the smallest loss that two softmaxes can reach: {floor:.3f}")

# %% [markdown]
# The network learns, and the loss stops far above 0. **Explain:** why can it not fall further, even
# if every character is right?
#
# <details><summary>Answer</summary>
#
# The second softmax reads probabilities, numbers between 0 and 1. The best input is a 1 in the right
# place and 0 elsewhere. That gives the right character $e / (e + V - 1)$, which for V = 8 is 0.28.
# Its loss is $\ln(e + V - 1) - 1 = 1.274$. And the more characters there are, the closer that is
# to ln V: with the manual's alphabet you would see almost nothing happen.
#
# </details>

# %% [markdown]
# ## Common mistakes
#
# | What you see | Where it comes from | What to do |
# |---|---|---|
# | `index out of range in self` | an id of V or more: vocabulary and model do not belong together | `len(vocab)` into `CharRNN`; V is the number of *different* characters |
# | `Trying to backward through the graph a second time` | the state is carried, but not detached | `hidden = hidden.detach()` before each chunk |
# | `modified by an inplace operation` | `retain_graph=True` in place of `detach` | `hidden = hidden.detach()` before each chunk |
# | memory grows with every chunk | `total += loss` without `.item()`: every loss keeps its graph | keep numbers, not graphs |
# | `Expected target size [B, V], got [B, T]` | logits (B, T, V) in cross entropy, unflattened | `flatten(0, 1)` and `flatten()` |
# | `Expected hidden size (1, B, H), got [1, b, H]` | a state from another batch size | start again from `None`, or from `init_hidden` |
# | the loss is almost 0 after some updates | targets are the inputs, not shifted | look at one chunk with `decode` |
# | the loss starts far above ln V | logits that are too large at first, or ids that do not fit | print the first loss, compare with ln V |
# | the loss stops far above what you expect | a softmax in the model | return logits |
# | validation is worse than it should be | the state is not carried, or carried to a wrong row | read x[0] and x[1] with `decode`, row by row |
# | the loss jumps and stays high | an exploding gradient | clip by the global norm, log the norm before |
# | `probability tensor contains either inf, nan or element < 0` | logits divided by a temperature of 0, or logits handed to `multinomial` | temperature 0 is a case of its own: the largest logit; otherwise softmax first |
# | samples repeat one phrase | a temperature near 0 | draw, at 0.5 to 1 |
# | samples are noise at every temperature | softmax over the wrong axis, or the prefix is not fed | test with a model whose answer you know |

# %% [markdown]
# ## Interview checkpoints
#
# Answer aloud, in two or three sentences, then unfold.
#
# <details><summary>Clip by norm or by value?</summary>
#
# By norm: one factor for all gradients, so the direction of the step stays, and only its length is
# limited. By value, every entry is cut by itself: cheap, and without communication between machines,
# but the direction changes, and entries of different parameters are treated as if they had one scale.
# Either way log how often you clip. If it is nearly always, the learning rate or the limit is wrong.
#
# </details>
#
# <details><summary>Bits per character or perplexity?</summary>
#
# They are the same number in different clothes: perplexity is $2^{\text{bits}}$, or $e^{\text{nats}}$.
# What matters is *per what*. Perplexity per word and perplexity per character cannot be compared, nor
# can models with different vocabularies. Bits per character (or per byte) of the *text* can: multiply
# the loss per token by the number of tokens, divide by the number of characters. Bits also have a
# meaning of their own: the length of the compressed text.
#
# </details>
#
# <details><summary>Why detach the state, and not set it to zero?</summary>
#
# Detaching keeps the value: the network still knows what it has read, and is trained on the states
# it will meet later. Zeros throw that away, and every chunk begins with steps that have to guess.
# Neither lets gradient pass the cut. So both limit what is trained to be remembered, and only one
# limits what can be remembered.
#
# </details>
#
# <details><summary>The first loss of your language model with V = 100 is 12. What do you look at?</summary>
#
# ln 100 is 4.6, so the network is sure and wrong before it has learnt anything. The logits are too large:
# an initialisation with a scale that is too big, or inputs that are not normalised. Or the loss is not
# a mean per character: a sum over time, perhaps. A loss far *below* ln V at the first step would be a
# leak: the target can be seen in the input.
#
# </details>
#
# <details><summary>Why does greedy decoding write in circles?</summary>
#
# Always taking the most likely character leads into a phrase that is likely by itself, and after that
# phrase the same state comes round, or nearly the same. Human text is not the most likely text: it
# holds surprises at the rate of its entropy. Drawing restores them. See
# [Holtzman et al. 2020](https://arxiv.org/abs/1904.09751), and the stretch goal.
#
# </details>
#
# <details><summary>What is the difference between an embedding and a linear layer on one-hot vectors?</summary>
#
# None in what they compute, apart from the bias. In cost there is: a look-up reads E numbers, the product
# does V times as many multiplications, nearly all with zero. The gradient touches the rows that were
# read, and no others. Optimizers with momentum still move the other rows.
#
# </details>

# %% [markdown]
# ## Project · A model of your own text
#
# Train your `CharRNN` on a text that you choose: a book from
# [Project Gutenberg](https://www.gutenberg.org/), your own code, recipes, chess games in PGN. From
# 100,000 characters on it becomes interesting. Use `train_epoch`, `evaluate` and `count_models` from
# the experiments. Choose **one** question (3 hours in all):
#
# - **A.** How do bits per character depend on H, with the *time* held the same?
# - **B.** How does validation loss depend on T, the length of a chunk, with the state carried in
#   training, and with zeros at every cut? (`train_epoch` always carries: copy it, and set
#   `hidden = None` in your copy.)
# - **C.** How far does the model use what it has read? Evaluate with zeros at every cut, as in
#   experiment 3, for many lengths. From which length on is there nothing more to gain? Does a longer
#   T in training move that point?
#
# A start, for a cell of your own:
#
# ```python
# text = open("book.txt", encoding="utf-8").read()
# train_text, valid_text = manual.split_text(text)
# vocab = CharVocab(text)
# x, y = make_streams(vocab.encode(train_text).to(device), 16, 64)
# x_valid, y_valid = make_streams(vocab.encode(valid_text).to(device), 16, 64)
# for seed in (0, 1, 2):
#     torch.manual_seed(seed)
#     model = CharRNN(len(vocab), 128).to(device)
#     optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
#     train_epoch(model, x, y, optimizer, max_norm=0.5)
#     print(seed, evaluate(model, x_valid, y_valid) / math.log(2), "bits per character")
# ```
#
# Work in cells of your own, wherever you like:
#
# 1. Say in one sentence what you expect, *before* you run anything.
# 2. Check the text: does it repeat itself? Is the validation part like the training part?
# 3. Measure, with at least 3 seeds for every setting. Start small.
# 4. Make one figure: axes with labels, the spread over seeds, and the bigram line as a baseline.
# 5. Show one sample, with its temperature and seed, and say what the model has learnt of the text,
#    and what not.
# 6. Sum up in 5 to 10 bullets in the answer cell below: the text (source, licence, size, V), the
#    question and what you expected, the set-up, the result in bits per character, what worked,
#    what did not, what you would do next.
#
# **How it is marked** (5 points, one each)
#
# | Point | Given when |
# |---|---|
# | set-up | somebody else could repeat it from the bullets: text, sizes, seeds, epochs, learning rate |
# | figure | labelled axes, a baseline, the spread over at least 3 seeds |
# | result | the question is answered in bits per character, and compared with what was expected |
# | what did not work | one failure, and an explanation that uses the theory of this week |
# | next | one next step that a measurement could prove wrong |

# %% [markdown] question="deliverable" points=5
# *Your 5 to 10 bullets. Double-click to edit.*
#
# - Text (source, licence, size, V):
# - Question and expectation:
# - Set-up:
# - Result:
# - Sample:
# - What worked:
# - What did not:
# - Next:
#
# ### BEGIN RUBRIC
# - 1 set-up: source, licence, size and V of the text, and sizes, seeds, epochs, learning rate; half a
#   point if one is missing
# - 1 figure: both axes labelled, the bigram line drawn, and the spread over at least 3 seeds; half a
#   point without the line or without the spread
# - 1 result: the chosen question in bits per character, on the validation part, held against the
#   sentence written before the run; half a point for nats called bits
# - 1 what did not work: one concrete failure with a reason from this week, such as the cut of the
#   gradient, the carried state, clipping, or a text that repeats itself
# - 1 next: a step together with the measurement that would speak against it
# ### END RUBRIC

# %% [markdown]
# ## Stretch · Nucleus sampling
#
# At a temperature near 1 one draw in many hits a character that makes no sense, and the text does not
# recover. At a low temperature the text goes in circles. **Nucleus sampling**
# ([Holtzman et al. 2020](https://arxiv.org/abs/1904.09751)) cuts the tail instead. Sort the
# probabilities, take the smallest set whose sum reaches `p`, set all others to zero, and draw.
#
# 1. Write `nucleus(logits, p)` → probabilities (V,), in about 6 lines with `sort` and `cumsum`. The
#    most likely character always belongs to the set. With `p` = 1 nothing is cut.
# 2. Test it by hand: for the probabilities 0.5, 0.3, 0.15, 0.05 and `p` = 0.7, two are left, 0.625
#    and 0.375.
# 3. Put it into a copy of `sample`, and compare `p` = 0.9 at temperature 1 with temperature 0.7.
# 4. How would you *measure* which of the two is better? Bits per character will not do: why?

# %% [markdown]
# ## Reflection
#
# Take an hour, away from the keyboard if you can. Write for yourself.
#
# - Which of this week's mistakes raise an error, and which only make the numbers worse? What would
#   have shown you each of the silent ones?
# - Explain to somebody who has never seen it why a stream has to be contiguous. Draw it.
# - Your model says 2.3 bits per character, the compressor 1.8. What does each of them know?
# - Where have you seen a number reported without its "per what"?
# - What would the state have to keep to close a bracket 200 characters later? Do you expect the
#   LSTM of next week to do it?

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
    "week02_char_rnn",
    [
        (
            "I can turn text into numbers and back, and say what happens to an unknown character",
            "CharVocab",
        ),
        ("I can explain why an embedding is a matrix product with a one-hot input", "embed"),
        (
            "I can build a character model from three layers, and name the shape after each",
            "CharRNN",
        ),
        (
            "I can cut a long text so that the hidden state may be carried across chunks",
            "make_streams",
        ),
        (
            "I can clip gradients by their global norm, and say where in the loop that belongs",
            "clip_gradients",
        ),
        ("I can sample at any temperature, and say what low and high temperatures do", "sample"),
        "I can convert a loss between nats, bits per character and perplexity",
        "I can explain why a carried state must be detached, and not set to zero",
    ],
)
