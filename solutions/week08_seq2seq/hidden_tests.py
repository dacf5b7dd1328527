"""Week 8: what the hidden tests run, on a submission and on the reference."""

import random

import torch
import torch.nn.functional as F
from torch import nn

from autograder.judge import Impl, compare, verify
from autograder.notebook.checks import expect_close, expect_results

# == shift_right ==


def shift_problem(seed, B, T):
    """Any ids, those of PAD, BOS and EOS among them."""
    return torch.randint(0, 9, (B, T), generator=torch.Generator().manual_seed(seed))


@compare("shift_right", dtype=True, device=True)
def a_batch_of_targets(impl: Impl, *, B, T):
    "batches of any size, here and on another device; ids stay torch.long"
    return impl.shift_right(shift_problem(11, B, T), 1)


@compare("shift_right")
def square_batches(impl: Impl):
    "B = T, where rows and columns are easily confused, other ids for bos, and ids of any size"
    y = shift_problem(12, B=6, T=6)
    return [impl.shift_right(ids, bos) for ids in (y, y + 2**53) for bos in (7, 0, 300, 2**40)]


@compare("shift_right", points=0.5)
def a_view_of_targets(impl: Impl):
    "targets that are a view with its axes swapped; the result is a new tensor"
    code = """
y = rows.t()
got = shift_right(y, 1)
kept = got.clone()
got.zero_()
[kept, y]
"""
    return [impl(code, rows=shift_problem(13, B, T).t().contiguous()) for B, T in ((3, 5), (4, 1))]


# == Seq2Seq ==


def reader_shapes(V, E, H):
    """The shapes of an embedding and a GRU, by name."""
    return {
        "embedding.weight": (V, E),
        "rnn.weight_ih_l0": (3 * H, E),
        "rnn.weight_hh_l0": (3 * H, H),
        "rnn.bias_ih_l0": (3 * H,),
        "rnn.bias_hh_l0": (3 * H,),
    }


def random_weights(seed, shapes):
    """Random weights by name."""
    generator = torch.Generator().manual_seed(seed)
    return {
        name: 0.7 * torch.randn(shape, generator=generator, dtype=torch.float64)
        for name, shape in shapes.items()
    }


def seq2seq_weights(seed, V, E, H):
    """Random weights by name; those of the encoder begin with `encoder.`."""
    reader = reader_shapes(V, E, H)
    shapes = {f"encoder.{name}": shape for name, shape in reader.items()} | reader
    return random_weights(seed, shapes | {"linear.weight": (V, H), "linear.bias": (V,)})


def with_weights(impl, kind, sizes, weights):
    """A model with these weights, in their type; the names and shapes are those of the text."""
    code = """
model = kind(*sizes)
if any(map(nn.parameter.is_lazy, model.parameters())):
    one, h = torch.ones(1, 1, dtype=torch.long), torch.zeros(1, 1, sizes[-1])
    model(one, one) if hasattr(model, "encoder") else model.step(one[0], h, h, one > 0)
model.to(like.dtype)
"""
    model = impl(code, kind=kind, sizes=sizes, like=next(iter(weights.values())))
    code = """
parameters = dict(model.named_parameters(remove_duplicate=False))
with torch.no_grad():
    for name, value in weights.items():
        if name in parameters and parameters[name].shape == value.shape:
            parameters[name].copy_(value)
different = len(set(map(id, parameters.values())))
{name: tuple(value.shape) for name, value in parameters.items()}, different
"""
    found, different = impl(code, model=model, weights=weights)
    for name, value in weights.items():
        assert name in found, f"a parameter {name} is missing: are the layers named as in the text?"
        shape, want = tuple(found[name]), tuple(value.shape)
        assert shape == want, f"{name} must have the shape {want}, found {shape}"
    assert different <= len(weights), (
        f"{different} parameters where the layers of the text have {len(weights)}: one layer, "
        "one direction"
    )
    return model


def seq2seq_of(impl, seed, V, E, H):
    return with_weights(impl, impl.Seq2Seq, (V, E, H), seq2seq_weights(seed, V, E, H))


def encoder_of(impl, seed, V, E, H):
    return with_weights(impl, impl.Encoder, (V, E, H), random_weights(seed, reader_shapes(V, E, H)))


def some_lengths(seed, B, S):
    """Lengths 1 … S of B rows, in no order."""
    lengths = torch.randint(1, S + 1, (B,), generator=torch.Generator().manual_seed(seed))
    return tuple(lengths.tolist())


def padded_ids(seed, lengths, width, V):
    """Rows of any ids but that of PAD, padded."""
    ids = torch.randint(1, V, (len(lengths), width), generator=torch.Generator().manual_seed(seed))
    ids[torch.arange(width) >= torch.tensor(lengths)[:, None]] = 0
    return ids


def shorter_ids():
    """Two rows of three tokens."""
    return padded_ids(44, (3, 3), 3, 8)


def read(results):
    """The two results of an encoder, checked to be two."""
    return expect_results(results, ("encoded", "h"))


@compare("Seq2Seq", dtypes=True)
def states_at_every_token(impl: Impl):
    "encoded, its type: the states of rows of different lengths, in their order, zero at padding"
    encoder = encoder_of(impl, 21, V=11, E=4, H=5)
    return read(encoder(padded_ids(22, (2, 6, 4, 1), 6, 11)))[0]


@compare("Seq2Seq", dtypes=True)
def states_after_the_last_token(impl: Impl):
    "h, its type: each row's state after its own last token"
    encoder = encoder_of(impl, 23, V=8, E=5, H=3)
    return read(encoder(padded_ids(24, (3, 1, 7, 5, 2), 7, 8)))[1]


@compare("Seq2Seq", points=0.5)
def wider_than_its_longest_row(impl: Impl):
    "a batch in which every row is padded: encoded is as wide as src; the GRU alone, batch first"
    encoder = encoder_of(impl, 25, V=8, E=2, H=4)
    alone = impl("encoder.rnn(encoder.embedding(src))[0]", encoder=encoder, src=shorter_ids())
    src = padded_ids(26, (3, 2), 6, 8)
    encoded, h = read(encoder(src))
    if tuple(encoded.shape) == (2, 6, 4):
        assert not encoded[src == 0].any(), "encoded must be zero at padding"
    return [encoded, h, alone]


@compare("Seq2Seq", dtype=True, gradients=True)
def encoders_of_every_size(impl: Impl, *, B, S):
    "encoded and h, their types and the gradients of every weight"
    encoder = encoder_of(impl, 30, V=9, E=3, H=4)
    return list(read(encoder(padded_ids(31, some_lengths(12, B, S), S, 9))))


@compare("Seq2Seq", points=1.5, dtypes=True)
def the_parallel_pass(impl: Impl):
    "the logits of a random batch, for given weights, and their type"
    model = seq2seq_of(impl, 27, V=10, E=3, H=6)
    for layer in ("embedding", "rnn"):
        assert not impl(f"model.{layer} is model.encoder.{layer}", model=model), (
            f"self.{layer} must be a layer of its own: encoder and decoder have one each"
        )
    return model(padded_ids(28, (4, 2, 6), 6, 10), padded_ids(29, (5, 3, 4), 5, 10))


@compare("Seq2Seq", dtype=True, gradients=True)
def passes_of_every_size(impl: Impl, *, B, T):
    "the logits, their type and the gradients of every weight, the encoder's too"
    model = seq2seq_of(impl, 37, V=9, E=4, H=4)
    return model(padded_ids(38, some_lengths(12, B, 4), 4, 9), padded_ids(39, (T,) * B, T, 9))


@compare("Seq2Seq", points=0.5, rtol=1e-10)
def one_batch_after_another(impl: Impl):
    "three batches of one size, and the first again: a model keeps nothing; ids are a view"
    model = seq2seq_of(impl, 40, V=9, E=2, H=3)
    code = "src, tgt = (ids.t() for ids in columns)\n[model(src, tgt), *model.encoder(src)]"
    found = []
    for seed, lengths in ((41, (2, 5)), (42, (5, 1)), (43, (3, 3)), (41, (2, 5))):
        columns = [padded_ids(seed, lengths, 5, 9).t().contiguous() for seed in (seed, seed + 10)]
        found.append(impl(code, model=model, columns=columns))
    return found


@verify("Seq2Seq")
def the_future_is_hidden(impl: Impl):
    "changing the target at step t changes no logits up to step t, and those after it"
    model = seq2seq_of(impl, 31, V=10, E=4, H=5)
    src, tgt = padded_ids(32, (5, 3), 5, 10), padded_ids(33, (6, 6), 6, 10)
    first = impl("model(src, tgt)", model=model, src=src, tgt=tgt)
    for t in (0, 3):
        other = tgt.clone()
        other[:, t] = (tgt[:, t] - 2) % 7 + 3
        second = impl("model(src, tgt)", model=model, src=src, tgt=other)
        expect_close(
            second[:, : t + 1],
            first[:, : t + 1],
            f"Another token at step {t} must not change what is said up to step {t}",
        )
        change = (second[:, t + 1] - first[:, t + 1]).abs().amax(dim=-1)
        assert float(change.min()) > 1e-9, (
            f"another token at step {t} must change what is said at step {t + 1}: it is read there"
        )


@verify("Seq2Seq")
def stepwise_equals_parallel(impl: Impl):
    """the given step, fed with bos and the true tokens, gives the logits of the parallel pass; a
    new model runs as it is made, in float32"""
    model = seq2seq_of(impl, 34, V=9, E=3, H=4)
    src, tgt = padded_ids(35, (2, 5, 3), 5, 9), padded_ids(36, (4, 4, 2), 4, 9)
    code = """
new = Seq2Seq(9, 3, 4)
results = new(src, tgt), *new.step(src[:, 0], new.encoder(src)[1])[:2]
[(str(result.dtype), result.requires_grad) for result in results]
"""
    found = impl(code, src=src, tgt=tgt)
    assert all(pair == ("torch.float32", True) for pair in map(tuple, found)), (
        f"A new model works in float32 and keeps the graph, found {found}"
    )
    code = """
encoded, h = model.encoder(src)
inputs, rows = torch.cat([torch.ones_like(tgt[:, :1]), tgt[:, :-1]], 1), []
for t in range(tgt.shape[1]):
    logits, h, _ = model.step(inputs[:, t], h, encoded, src != 0)
    rows.append(logits)
(model(src, tgt), torch.stack(rows, 1))
"""
    got, want = impl(code, model=model, src=src, tgt=tgt)
    assert got.dtype == want.dtype, f"step gives {want.dtype}, the parallel pass {got.dtype}"
    expect_close(got, want, "The parallel pass must equal the stepwise one, fed with true tokens")


# == attention ==


def attention_problem(seed, B, T, S, H, scale=1.0):
    """Random queries and keys, and a mask with gaps."""
    generator = torch.Generator().manual_seed(seed)
    query, keys = (
        scale * torch.randn(B, n, H, generator=generator, dtype=torch.float64) for n in (T, S)
    )
    return query, keys, some_mask(seed, B, S)


def some_mask(seed, B, S):
    """A mask (B, S) with gaps, True at least once in every row."""
    generator = torch.Generator().manual_seed(seed)
    mask = torch.rand(B, S, generator=generator) < 0.6
    mask[torch.arange(B), torch.randint(S, (B,), generator=generator)] = True
    return mask


def two(results):
    """The two results of attention, checked to be two."""
    return expect_results(results, ("context", "weights"))


@compare("attention", rtol=1e-11)
def weights_of_a_random_batch(impl: Impl):
    "the weights, with B, T, S and H all different"
    return two(impl.attention(*attention_problem(31, B=4, T=3, S=7, H=5)))[1]


@compare("attention", rtol=1e-11)
def context_of_a_random_batch(impl: Impl):
    "the context, with B, T, S and H all different"
    return two(impl.attention(*attention_problem(32, B=3, T=6, S=4, H=8)))[0]


@compare("attention")
def as_many_queries_as_keys(impl: Impl):
    "B = T = S = H, where a wrong axis raises no error"
    results = two(impl.attention(*attention_problem(33, B=4, T=4, S=4, H=4)))
    return {"context": results[0], "weights": results[1]}


@verify("attention")
def what_weights_are(impl: Impl):
    "weights are not negative, sum to 1 over the source, and are 0 at padding"
    query, keys, mask = attention_problem(34, B=5, T=3, S=9, H=6, scale=2.0)
    weights = two(impl.attention(query, keys, mask))[1]
    assert tuple(weights.shape) == (5, 3, 9), (
        f"weights must be (B, T, S) = (5, 3, 9), found {tuple(weights.shape)}"
    )
    outside = weights.masked_select(~mask[:, None].expand(5, 3, 9))
    assert float(outside.abs().max()) == 0, "the weights at padding must be exactly 0"
    assert float(weights.min()) >= 0, "weights must not be negative"
    expect_close(weights.sum(dim=-1), torch.ones(5, 3), "The weights of a query must sum to 1")


@verify("attention")
def agrees_with_torch(impl: Impl):
    "the context against F.scaled_dot_product_attention, for T = 1 and T = 8; padding is loud"
    for seed, T in ((35, 1), (36, 8)):
        query, keys, mask = attention_problem(seed, B=3, T=T, S=6, H=16)
        keys = keys.masked_fill(~mask[:, :, None], 300.0)
        want = F.scaled_dot_product_attention(query, keys, keys, attn_mask=mask[:, None])
        got = two(impl.attention(query, keys, mask))[0]
        expect_close(got, want, f"The context must be PyTorch's with T = {T}")


@compare("attention", dtypes=True, device=True, gradients=True)
def attention_of_every_size(impl: Impl, *, B, T, S, H):
    "context and weights, their types, their device and the gradients of query and keys"
    return list(two(impl.attention(*attention_problem(39, B, T, S, H))))


@compare("attention", points=0.5)
def large_scores(impl: Impl):
    "scores of many thousands, and scores far below any that one would fill in at padding"
    query, keys, mask = attention_problem(37, B=3, T=4, S=6, H=4)
    low = 1 + query.abs(), -1 - keys.abs()
    problems = {
        "scores of many thousands": (300 * query, 300 * keys),
        "scores of minus many thousands": (300 * low[0], 300 * low[1]),
        "scores of minus 1e12": (1e6 * low[0], 1e6 * low[1]),
        "scores of minus 1e50": (1e25 * low[0], 1e25 * low[1]),
    }
    return {
        name: list(two(impl.attention(q, k.masked_fill(~mask[:, :, None], 0.0), mask)))
        for name, (q, k) in problems.items()
    }


@compare("attention", points=0.5)
def attention_of_views(impl: Impl):
    "arguments that are views with their axes swapped"
    turned = [
        value.transpose(0, 1).contiguous() for value in attention_problem(40, B=3, T=2, S=5, H=4)
    ]
    return list(two(impl("attention(*(value.transpose(0, 1) for value in turned))", turned=turned)))


# == AttentionDecoder ==


def decoder_weights(seed, V, E, H):
    shapes = reader_shapes(V, E, H) | {"linear.weight": (V, 2 * H), "linear.bias": (V,)}
    return random_weights(seed, shapes)


def decoder_of(impl, seed, V, E, H):
    return with_weights(impl, impl.AttentionDecoder, (V, E, H), decoder_weights(seed, V, E, H))


def step_problem(seed, B, S, V, H):
    generator = torch.Generator().manual_seed(seed)
    y = torch.randint(1, V, (B,), generator=generator)
    h = torch.randn(1, B, H, generator=generator, dtype=torch.float64)
    encoded = torch.randn(B, S, H, generator=generator, dtype=torch.float64)
    return y, h, encoded, some_mask(seed, B, S)


def three(results):
    """The three results of a step, checked to be three."""
    return expect_results(results, ("logits", "h", "weights"))


@compare("AttentionDecoder", dtypes=True)
def the_next_state(impl: Impl):
    "h after one step, from a random state, and its type"
    return three(decoder_of(impl, 41, 9, 3, 5).step(*step_problem(42, B=4, S=6, V=9, H=5)))[1]


@compare("AttentionDecoder", dtypes=True)
def where_it_looks(impl: Impl):
    "the weights of one step, with padded sources, and their type"
    return three(decoder_of(impl, 43, 7, 4, 6).step(*step_problem(44, B=5, S=4, V=7, H=6)))[2]


@compare("AttentionDecoder", dtypes=True)
def what_it_says(impl: Impl):
    "the logits of one step, and their type"
    return three(decoder_of(impl, 45, 10, 2, 4).step(*step_problem(46, B=3, S=7, V=10, H=4)))[0]


@compare("AttentionDecoder", dtype=True, gradients=True)
def steps_of_every_size(impl: Impl, *, B, S):
    """logits, h and weights of one step, their types and all gradients: those of every weight, of
    the given h and of encoded"""
    decoder = decoder_of(impl, 47, V=6, E=3, H=4)
    return list(three(decoder.step(*step_problem(48, B, S, V=6, H=4))))


@compare("AttentionDecoder", points=0.5, rtol=1e-10)
def another_source(impl: Impl):
    """steps over three sources of one size, and the first again: a decoder keeps nothing; its GRU
    alone over several steps, batch first; low scores"""
    decoder = decoder_of(impl, 54, V=7, E=2, H=3)
    problems = [step_problem(seed, B=2, S=4, V=7, H=3) for seed in (55, 56, 57, 55)]
    y, h, encoded, mask = problems[1]
    mask[0] = torch.tensor([True, False, True, False])
    new = three(decoder.step(y, h, encoded, mask))[1]
    if tuple(new.shape) == tuple(h.shape):
        away = (-1e15 * new).transpose(0, 1).expand_as(encoded)
        problems.append((y, h, away.masked_fill(~mask[..., None], 0), mask))
    code = "decoder.rnn(decoder.embedding(ids), h)[0]"
    states = impl(code, decoder=decoder, ids=torch.tensor([[1, 2, 3], [4, 5, 6]]), h=h)
    return [states, *(list(three(decoder.step(*problem))) for problem in problems)]


@verify("AttentionDecoder")
def stepwise_equals_a_parallel_pass(impl: Impl):
    """five steps in a row, state handed on, against all steps at once by PyTorch's own functions; a
    new decoder runs as it is made, in float32"""
    V, E, H = 8, 3, 4
    weights = decoder_weights(49, V, E, H)
    _, h, encoded, mask = step_problem(50, B=4, S=6, V=V, H=H)
    inputs = torch.randint(V, (4, 5), generator=torch.Generator().manual_seed(51))
    rnn = nn.GRU(E, H, batch_first=True).double()
    for name, parameter in rnn.named_parameters():
        parameter.data = weights[f"rnn.{name}"].clone()
    states, _ = rnn(weights["embedding.weight"][inputs], h)
    context = F.scaled_dot_product_attention(states, encoded, encoded, attn_mask=mask[:, None])
    joined = torch.cat([states, context], dim=-1)
    want = joined @ weights["linear.weight"].T + weights["linear.bias"]
    new = impl.AttentionDecoder(V, E, H).step(inputs[:, 0], h.float(), encoded.float(), mask)
    found = [result.dtype for result in three(new)]
    assert found == [torch.float32] * 3, f"A new decoder works in float32, found {found}"
    decoder = decoder_of(impl, 49, V, E, H)
    for t in range(5):
        logits, h, _ = three(decoder.step(inputs[:, t], h, encoded, mask))
        expect_close(logits, want[:, t], f"Step {t} must say what the parallel pass says there")


# == decode ==

SCRIPTED = """
class Scripted(nn.Module):
    def __init__(self, words):
        super().__init__()
        self.words, self.seen = words, []

    def note(self, what):
        self.seen.append((what, self.training, torch.is_grad_enabled()))

    def encoder(self, src):
        self.note("encoder")
        return self.words[:, :, None].double(), torch.zeros(1, len(src), 1)

    def step(self, y, h, encoded, mask):
        self.note("step")
        words = encoded[torch.arange(len(y)), h[0, :, 0].long(), 0].long()
        return F.one_hot(words, 9).double(), h + 1, mask.double()

model = Scripted(words).train(training)
"""


def small_batch(seed, B, S, T):
    """Sources with padding and targets, all ids below 7."""
    generator = torch.Generator().manual_seed(seed)
    src = torch.randint(1, 7, (B, S), generator=generator)
    src[torch.arange(S) >= (1 + torch.arange(B) * 2 % S)[:, None]] = 0
    return src, torch.randint(3, 7, (B, T), generator=generator)


def what_was_fed(logits, B, T):
    """The tokens that a Witness was fed, from its logits; every one checked to be one."""
    assert isinstance(logits, torch.Tensor) and tuple(logits.shape) == (B, T, 8), (
        f"decode must return logits (B, T, V) = {(B, T, 8)}"
    )
    return (logits - 10 * F.one_hot(torch.tensor(6), 8)).argmax(dim=-1)


def coins(logits, tgt):
    """True where a Witness was fed the true token, (B, T - 1)."""
    fed = what_was_fed(logits, *tgt.shape)[:, 1:]
    true = fed == tgt[:, :-1]
    assert bool((true | (fed == 6)).all()), (
        "every token that is read must be the true one, or the one that the model has said"
    )
    return true


def coin_problem(B, T):
    """Sources, and targets without the token that a Witness says."""
    tgt = torch.randint(3, 6, (B, T), generator=torch.Generator().manual_seed(7))
    return {"src": torch.full((B, 2), 4), "tgt": tgt}


def learnt(impl, seed, src, tgt, teacher_forcing):
    """The logits of `decode` on a Tiny, and the gradients of its weights."""
    code = """
model = Tiny(seed)
logits = decode(model, src, tgt, teacher_forcing)
gradients = None
if logits.requires_grad:
    total = (logits * torch.cos(torch.arange(logits.numel()).double()).reshape(logits.shape)).sum()
    names, weights = zip(*model.named_parameters())
    gradients = dict(zip(names, torch.autograd.grad(total, weights, allow_unused=True)))
logits, gradients
"""
    given = {"seed": seed, "src": src, "tgt": tgt, "teacher_forcing": teacher_forcing}
    logits, gradients = impl(code, **given)
    assert gradients is not None, (
        f"decode is for training, also at teacher_forcing = {teacher_forcing}: keep the graph"
    )
    return {"logits": logits, "gradients": gradients}


def rows_of(rows):
    """What `greedy` returned, checked to be a list of lists of ints."""
    assert isinstance(rows, list) and all(isinstance(row, list) for row in rows), (
        "greedy must return a list of lists"
    )
    assert all(type(word) is int for row in rows for word in row), "the tokens must be ints"
    return rows


@compare("decode")
def with_the_teacher_always(impl: Impl):
    """decode at teacher_forcing = 1: logits and gradients of a model that uses state, encoded and
    mask; also where all targets are over before the last step"""
    src, tgt = small_batch(51, B=5, S=6, T=30)
    over = tgt.clone()
    over[:, 3], over[:, 4:] = 2, 0
    return [learnt(impl, 3, src, targets, 1.0) for targets in (tgt, over)]


@compare("decode")
def without_a_teacher(impl: Impl):
    "decode at teacher_forcing = 0: each step reads what the model has said; logits and gradients"
    src, tgt = small_batch(52, B=4, S=5, T=7)
    over = tgt.clone()
    over[:, 2], over[:, 3:] = 2, 0
    return [learnt(impl, 4, src, targets, 0.0) for targets in (tgt, over)]


@compare("decode", points=0.5, dtype=True)
def decoders_of_every_size(impl: Impl, *, B, T):
    "decode and greedy with a model in float32, whatever the sizes, S = T; the type of the logits"
    src, tgt = small_batch(60, B, T, T)
    model = impl("Tiny(7).float()")
    logits = [impl.decode(model, src, tgt, teacher_forcing) for teacher_forcing in (0, 1)]
    return [*logits, rows_of(impl.greedy(model, src, T))]


@compare("decode", points=0.5, device=True)
def on_another_device(impl: Impl):
    "decode and greedy, with the model and the ids on a device that is not the CPU"
    src, tgt = small_batch(61, B=2, S=3, T=2)
    code = """
class Strict(Tiny):
    def step(self, y, h, encoded, mask):
        found = {value.device for value in (y, h, encoded, mask)}
        if len(found) > 1:
            raise RuntimeError("step: y, h, encoded and mask must be on one device")
        return super().step(y, h, encoded, mask)

Strict(8)
"""
    model, generator = impl(code), impl("torch.Generator().manual_seed(1)")
    first = impl.decode(model, src, tgt, 0.5, generator)[:, 0]
    return [first, rows_of(impl.greedy(model, src, 2))]


@verify("decode")
def what_is_read(impl: Impl):
    "decode reads bos first, then the true tokens (at 1) or its own (at 0)"
    src, tgt = small_batch(53, B=3, S=4, T=6)
    tgt[tgt == 6] = 7
    for teacher_forcing in (1.0, 0.0):
        logits = impl.decode(impl.Witness(), src, tgt, teacher_forcing, None)
        fed = what_was_fed(logits, 3, 6)
        expect_close(fed[:, 0], [1, 1, 1], "The first token that is read must be BOS")
        want = tgt[:, :-1] if teacher_forcing else torch.full((3, 5), 6)
        expect_close(
            fed[:, 1:], want, f"At teacher_forcing = {teacher_forcing} the wrong tokens are read"
        )


@verify("decode")
def coins_for_every_example_and_step(impl: Impl):
    "the share of true tokens at 0.25 and 0.8, and that examples and steps have coins of their own"
    problem = coin_problem(B=50, T=41)
    for teacher_forcing in (0.25, 0.8):
        generator = impl("torch.Generator().manual_seed(54)")
        logits = impl.decode(impl.Witness(), *problem.values(), teacher_forcing, generator)
        true = coins(logits, problem["tgt"]).double()
        share = float(true.mean())
        assert abs(share - teacher_forcing) < 0.06, (
            f"at teacher_forcing = {teacher_forcing} the share of true tokens is off by "
            f"{abs(share - teacher_forcing):.2f}"
        )
        alike = float(((true.mean(dim=0) == 0) | (true.mean(dim=0) == 1)).double().mean())
        assert alike < 0.2, "at most steps all examples are treated alike: flip B coins"
        alike = float(((true.mean(dim=1) == 0) | (true.mean(dim=1) == 1)).double().mean())
        assert alike < 0.2, "in most rows all steps are treated alike: flip new coins at each step"
        same = float((true[:, 1:] == true[:, :-1]).double().mean())
        by_chance = teacher_forcing**2 + (1 - teacher_forcing) ** 2
        assert abs(same - by_chance) < 0.08, "the coins of two steps in a row are not independent"


@verify("decode", points=0.5)
def the_generator_flips(impl: Impl):
    "the given generator flips, from where it stands, whatever torch's global one does"
    code = """
flips = []
for own, everybody in ((1, 10), (1, 20), (2, 10), (None, 10)):
    torch.manual_seed(everybody)
    if own is not None:
        generator = torch.Generator().manual_seed(own)
    flips.append(decode(Witness(), src, tgt, 0.5, generator))
flips
"""
    problem = coin_problem(B=12, T=13)
    first, again, other, later = (coins(f, problem["tgt"]) for f in impl(code, **problem))
    assert torch.equal(first, again), "the generator that is given must flip the coins"
    assert not torch.equal(first, other), "another seed must flip other coins"
    assert not torch.equal(other, later), (
        "a second call with the same generator must go on with it: do not seed it, do not copy it"
    )


@verify("decode", points=0.5)
def the_global_generator_flips(impl: Impl):
    "without a generator torch's global one flips: torch.manual_seed decides, every call is another"
    code = """
flips = []
for seed in (1, 1, 2, None):
    if seed is not None:
        torch.manual_seed(seed)
    flips.append(decode(Witness(), src, tgt, 0.5))
flips
"""
    problem = coin_problem(B=12, T=13)
    first, again, other, later = (coins(f, problem["tgt"]) for f in impl(code, **problem))
    assert not torch.equal(other, later), (
        "without a generator two calls must flip different coins: make none with a seed of its own"
    )
    assert torch.equal(first, again) and not torch.equal(first, other), (
        "without a generator torch's global one must flip: torch.manual_seed decides"
    )


@verify("decode", points=0.5)
def logits_carry_a_graph(impl: Impl):
    "decode is for training: the gradient reaches the model's parameters"
    src, tgt = small_batch(55, B=3, S=4, T=3)
    gradients = learnt(impl, 5, src, tgt, 0.5)["gradients"]
    lost = sorted(name for name in ("embed", "recur", "look", "say") if gradients[name] is None)
    assert not lost, f"no gradient reaches {lost}: decode must keep the graph"


@compare("decode")
def greedy_copies(impl: Impl):
    "greedy: rows of different lengths, each cut at its own eos"
    src = torch.tensor([[7, 8, 9, 4, 5], [6, 0, 0, 0, 0], [9, 9, 4, 0, 0], [5, 4, 8, 8, 0]])
    return rows_of(impl.greedy(impl.Copier(), src, 12))


@compare("decode")
def greedy_on_a_model_with_state(impl: Impl):
    """greedy: what a model says that uses state, encoded and mask;
    only EOS ends a row, and every other id stays"""
    src, _ = small_batch(56, B=12, S=6, T=1)
    return {
        f"rows of Tiny({seed})": rows_of(impl("greedy(Tiny(seed), src, 8)", seed=seed, src=src))
        for seed in (6, 8, 11)
    }


@compare("decode", points=0.5)
def greedy_stops(impl: Impl):
    "greedy: rows and steps, when all are over at once, at the first step, or never"
    scripts = {
        "all over at the first step": [[2, 5, 5, 5], [2, 2, 6, 6]],
        "one over, one not": [[2, 5, 5, 5], [5, 2, 2, 6]],
        "over at the last step": [[5, 5, 5, 2], [5, 2, 5, 5]],
        "never over": [[5, 5, 1, 5], [5, 0, 5, 5]],
        "one over, one says PAD and BOS": [[0, 1, 2, 5], [2, 5, 5, 5]],
        "one row": [[4, 2, 4, 4]],
    }
    found = {}
    for name, words in scripts.items():
        for most in (1, 4) if name == "one over, one not" else (4,):
            code = f"{SCRIPTED}\nrows = greedy(model, src, most)\nrows, [s[0] for s in model.seen]"
            given = {"words": torch.tensor(words), "src": torch.full((len(words), 4), 3)}
            rows, steps = impl(code, training=True, most=most, **given)
            steps = sum(step == "step" for step in steps)
            found[f"{name}, max_len = {most}"] = {"rows": rows_of(rows), "steps": steps}
    return found


@compare("decode", points=0.5)
def the_mode_stays(impl: Impl):
    """decode and greedy run the model in the mode in which they find it, training or evaluation,
    one call of step per token; greedy without gradients, the encoder too"""
    words, tgt = torch.tensor([[5, 6, 2], [4, 2, 2]]), torch.tensor([[3, 3, 2], [4, 2, 0]])
    found = {}
    for training in (True, False):
        for call in ("decode(model, src, tgt, 0.5)", "greedy(model, src, 3)"):
            code = f"{SCRIPTED}\n{call}\nmodel.seen, model.training, torch.is_grad_enabled()"
            seen, mode, on = impl(code, words=words, src=words, tgt=tgt, training=training)
            name = call.split("(")[0]
            assert mode == training and all(step[1] == training for step in seen), (
                f"{name} must leave the mode of the model as it was: whether it is in train or "
                "eval is the caller's business, also while it runs"
            )
            assert on, f"after {name} gradients must be on again: use `with torch.no_grad():`"
            if name == "greedy":
                assert not any(step[2] for step in seen), (
                    "greedy needs no gradients, neither in the encoder nor in the steps: use "
                    "torch.no_grad()"
                )
            found[f"{name}, training = {training}"] = [step[0] for step in seen]
    return found


# == token_error_rate ==


def some_pairs(seed, count, longest, letters="abcd"):
    """Random texts, some of them near to one another."""
    rng = random.Random(seed)
    pairs = []
    for _ in range(count):
        b = "".join(rng.choices(letters, k=rng.randint(1, longest)))
        a = "".join(rng.choices(letters, k=rng.randint(0, longest)))
        if rng.random() < 0.5:
            a = b.replace(rng.choice(letters), rng.choice(letters), 2)[rng.randint(0, 2) :]
        pairs.append((a, b))
    return [a for a, _ in pairs], [b for _, b in pairs]


def by_search(a, b):
    """The edit distance by breadth-first search over texts: no table, no recursion formula."""
    seen, layer, distance = {a}, {a}, 0
    letters = sorted(set(a + b))
    while b not in seen:
        near = {t[:i] + t[i + 1 :] for t in layer for i in range(len(t))}
        near |= {t[:i] + c + t[i + 1 :] for t in layer for i in range(len(t)) for c in letters}
        near |= {t[:i] + c + t[i:] for t in layer for i in range(len(t) + 1) for c in letters}
        layer, distance = near - seen, distance + 1
        seen |= layer
    return distance


@verify("token_error_rate")
def against_a_search(impl: Impl):
    "short texts, one pair at a time, against a search through all edits"
    pairs = zip(*some_pairs(61, count=25, longest=4, letters="ab"), strict=True)
    for a, b in sorted(pairs, key=lambda pair: len(pair[0]), reverse=True):
        got = impl.token_error_rate([a], [b])
        assert isinstance(got, float | int), "token_error_rate must return a number"
        assert abs(got - by_search(a, b) / len(b)) < 1e-9, (
            f"the rate of {a!r} against {b!r} is not the least number of edits per reference token"
        )


@compare("token_error_rate")
def one_pair_of_texts(impl: Impl):
    "longer texts, one pair at a time"
    hypotheses, references = some_pairs(62, count=20, longest=15)
    return [impl.token_error_rate([a], [b]) for a, b in zip(hypotheses, references, strict=True)]


@compare("token_error_rate")
def all_pairs_together(impl: Impl):
    "the rate of many pairs of different lengths"
    return impl.token_error_rate(*some_pairs(63, count=40, longest=12))


@compare("token_error_rate", points=0.5)
def lists_of_ids(impl: Impl):
    "lists of ids, some of them empty, ids of more than one digit, and those of PAD, BOS and EOS"
    hypotheses = [[11, 1, 111], [], [5], [12, 12, 12, 12, 12, 3], [0, 1, 5, 2, 0]]
    references = [[1, 11, 111], [4, 4], [], [12, 3], [5]]
    return impl.token_error_rate(hypotheses, references)


@compare("token_error_rate", points=0.5)
def tokens_of_any_kind(impl: Impl):
    "large ids, letters of any alphabet, blanks and capitals, words, and tokens that are lists"
    pairs = {
        "large ids": ([1000, 2000, 3000], [1000, 2000, 4000]),
        "large numbers": ([2**70, 0.5, 300], [0.5, 2**70, 300]),
        "other alphabets": ("2004年2月3日 я", "2004年3月2日 Я"),
        "blanks and capitals": (" Ab c", "ab  c "),
        "words": (["to", "be", "or"], ["to", "bee", "or"]),
        "tuples": ((1, 2, 3), (1, 3)),
        "tokens that are lists": ([[1, 2], [3]], [[1, 2], [4], [3]]),
        "numbers of another type are equal, a text is not": ([7, "8", 9], [7.0, 8, 9.0]),
    }
    return {name: impl.token_error_rate([a], [b]) for name, (a, b) in pairs.items()}


@compare("token_error_rate", points=0.5)
def what_is_refused(impl: Impl):
    "lists of different lengths, and references without a token; and none else"
    wrong: tuple[tuple[list[str], list[str]], ...] = (
        *((["ab", "c"], ["ab"]), ([], ["a"]), (["a"], [""]), ([], [])),
        (["", ""], ["", ""]),
    )
    for hypotheses, references in wrong:
        try:
            impl.token_error_rate(hypotheses, references)
        except ValueError:
            continue
        raise AssertionError(
            f"{len(hypotheses)} hypotheses and {len(references)} references with "
            f"{sum(map(len, references))} tokens must raise a ValueError"
        )
    return [impl.token_error_rate(["ab", "cde"], ["abcd", ""]), impl.token_error_rate([""], ["a"])]


@compare("token_error_rate", points=0.5)
def long_sequences(impl: Impl):
    "sequences of 150 tokens, within the time limit; and one of thousands against one of two"
    hypotheses, references = some_pairs(64, count=2, longest=60)
    hypotheses.append("abcd" * 35)
    references.append("bcda" * 37)
    long, same = "ab" * 1500, "".join(random.Random(65).choices("abcd", k=40))
    return {
        "a long piece elsewhere": impl.token_error_rate(["x" * 30 + same], [same + "y" * 30]),
        "the same at its place": impl.token_error_rate([same + "x" * 30], [same + "y" * 30]),
        "pairs of 150": impl.token_error_rate(hypotheses, references),
        "far too much": impl.token_error_rate([long], ["ba"]),
        "far too little": impl.token_error_rate(["ba"], [long]),
    }
