"""Week 8: what the hidden tests run, on a submission and on the reference."""

import math
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


@compare("shift_right")
def a_batch_of_targets(impl: Impl):
    "a random batch, with B and T different"
    return impl.shift_right(shift_problem(11, B=5, T=8), 1)


@compare("shift_right")
def square_batches(impl: Impl):
    "B = T, where rows and columns are easily confused, and another id for bos"
    return impl.shift_right(shift_problem(12, B=6, T=6), 7)


@compare("shift_right", points=0.5)
def the_shortest_targets(impl: Impl):
    "targets of one token, and a batch of one"
    return [
        impl.shift_right(shift_problem(13, B=4, T=1), 1),
        impl.shift_right(shift_problem(14, B=1, T=5), 2),
    ]


@verify("shift_right", points=0.5)
def the_argument_stays(impl: Impl):
    "y is the same after the call, and the result is of its type"
    y = shift_problem(15, B=3, T=4)
    got, after = impl("(shift_right(y, 1), y)", y=y)
    assert isinstance(got, torch.Tensor), "shift_right must return a tensor"
    assert got.dtype == torch.long, f"ids must stay torch.long, found {got.dtype}"
    assert torch.equal(after, y), "shift_right must leave y as it was"


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


def with_weights(impl, model, weights):
    """The model in float64 with these weights; names and shapes are those of the text."""
    found, different = impl(
        "shapes = {k: tuple(v.shape) for k, v in model.named_parameters(remove_duplicate=False)}\n"
        "shapes, len(list(model.parameters()))",
        model=model,
    )
    for name, value in weights.items():
        assert name in found, f"a parameter {name} is missing: are the layers named as in the text?"
        shape, want = tuple(found[name]), tuple(value.shape)
        assert shape == want, f"{name} must have the shape {want}, found {shape}"
    assert different <= len(weights), (
        f"{different} parameters where the layers of the text have {len(weights)}: one layer, "
        "one direction"
    )
    code = """
model.double()
parameters = dict(model.named_parameters(remove_duplicate=False))
for name, value in weights.items():
    parameters[name].data = value.clone()
model
"""
    return impl(code, model=model, weights=weights)


def seq2seq_of(impl, seed, V, E, H):
    return with_weights(impl, impl.Seq2Seq(V, E, H), seq2seq_weights(seed, V, E, H))


def encoder_of(impl, seed, V, E, H):
    weights = {
        name.removeprefix("encoder."): value
        for name, value in seq2seq_weights(seed, V, E, H).items()
        if name.startswith("encoder.")
    }
    return with_weights(impl, impl.Encoder(V, E, H), weights)


def padded_ids(seed, lengths, width, V):
    ids = torch.randint(3, V, (len(lengths), width), generator=torch.Generator().manual_seed(seed))
    ids[torch.arange(width) >= torch.tensor(lengths)[:, None]] = 0
    return ids


@compare("Seq2Seq")
def states_at_every_token(impl: Impl):
    "encoded: the states of rows of different lengths, in their order, zero at padding"
    return impl(
        "model(src)[0]",
        model=encoder_of(impl, 21, V=11, E=4, H=5),
        src=padded_ids(22, (2, 6, 4, 1), 6, 11),
    )


@compare("Seq2Seq")
def states_after_the_last_token(impl: Impl):
    "h: each row's state after its own last token"
    return impl(
        "model(src)[1]",
        model=encoder_of(impl, 23, V=8, E=5, H=3),
        src=padded_ids(24, (3, 1, 7, 5, 2), 7, 8),
    )


@compare("Seq2Seq", points=0.5)
def wider_than_its_longest_row(impl: Impl):
    "a batch in which every row is padded: encoded is as wide as src"
    results = impl(
        "tuple(model(src))",
        model=encoder_of(impl, 25, V=8, E=2, H=4),
        src=padded_ids(26, (3, 2), 6, 8),
    )
    return list(results)


@compare("Seq2Seq", points=1.5)
def the_parallel_pass(impl: Impl):
    "the logits of a random batch, for given weights"
    model = seq2seq_of(impl, 27, V=10, E=3, H=6)
    for layer in ("embedding", "rnn"):
        assert not impl(f"model.{layer} is model.encoder.{layer}", model=model), (
            f"self.{layer} must be a layer of its own: encoder and decoder have one each"
        )
    return impl(
        "model(src, tgt)",
        model=model,
        src=padded_ids(28, (4, 2, 6), 6, 10),
        tgt=padded_ids(29, (5, 3, 4), 5, 10),
    )


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
    "the given step, fed with bos and the true tokens, gives the logits of the parallel pass"
    model = seq2seq_of(impl, 34, V=9, E=3, H=4)
    src, tgt = padded_ids(35, (2, 5, 3), 5, 9), padded_ids(36, (4, 4, 2), 4, 9)
    code = """
import torch
encoded, h = model.encoder(src)
inputs, rows = torch.cat([torch.ones_like(tgt[:, :1]), tgt[:, :-1]], 1), []
for t in range(tgt.shape[1]):
    logits, h, _ = model.step(inputs[:, t], h, encoded, src != 0)
    rows.append(logits)
(model(src, tgt), torch.stack(rows, 1))
"""
    got, want = impl(code, model=model, src=src, tgt=tgt)
    expect_close(got, want, "The parallel pass must equal the stepwise one, fed with true tokens")


@verify("Seq2Seq", points=0.5)
def every_weight_learns(impl: Impl):
    "a gradient reaches every parameter, the encoder's included"
    model = seq2seq_of(impl, 37, V=9, E=3, H=4)
    lost = impl(
        "model(src, tgt).sin().sum().backward()\n"
        "[k for k, p in model.named_parameters() if p.grad is None or not p.grad.any()]",
        model=model,
        src=padded_ids(38, (4, 3), 4, 9),
        tgt=padded_ids(39, (3, 3), 3, 9),
    )
    assert not lost, f"no gradient reaches {lost}: every layer must be part of the graph"


# == attention ==


def attention_problem(seed, B, T, S, H, scale=1.0):
    """Random queries and keys, and a mask with a different length in every row."""
    generator = torch.Generator().manual_seed(seed)
    query, keys = (
        scale * torch.randn(B, n, H, generator=generator, dtype=torch.float64) for n in (T, S)
    )
    lengths = 1 + torch.arange(B) * 3 % S
    return query, keys, torch.arange(S) < lengths[:, None]


def two(results):
    """The two results of attention, checked to be two."""
    return expect_results(results, ("context", "weights"))


@compare("attention")
def weights_of_a_random_batch(impl: Impl):
    "the weights, with B, T, S and H all different"
    return two(impl.attention(*attention_problem(31, B=4, T=3, S=7, H=5)))[1]


@compare("attention")
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
        got, after = impl(
            "(attention(query, keys, mask)[0], (query, keys, mask))",
            query=query,
            keys=keys,
            mask=mask,
        )
        expect_close(got, want, f"The context must be PyTorch's with T = {T}")
        arguments = {"query": query, "keys": keys, "mask": mask}
        for (name, old), value in zip(arguments.items(), after, strict=True):
            assert torch.equal(value, old), f"attention must leave its argument {name} as it was"


@verify("attention", points=0.5)
def large_scores(impl: Impl):
    "scores of many thousands: no overflow, and the best key gets all the weight"
    query, keys, mask = attention_problem(37, B=3, T=4, S=6, H=4, scale=300.0)
    _, weights = two(impl.attention(query, keys, mask))
    assert bool(torch.isfinite(weights).all()), "weights must stay finite for large scores"
    scores = (query @ keys.transpose(1, 2)).masked_fill(~mask[:, None], -math.inf)
    best = weights.gather(2, scores.argmax(dim=-1, keepdim=True))
    assert float(best.min()) > 0.99, (
        "with scores this far apart the best key must get it all, and padding none: minus "
        "infinity, not a large negative number"
    )


@verify("attention", points=0.5)
def gradients_are_autograds(impl: Impl):
    "the gradient reaches query and keys, finite everywhere, and 0 for keys at padding"
    query, keys, mask = attention_problem(38, B=3, T=2, S=5, H=4)
    code = """
query, keys = query.clone().requires_grad_(True), keys.clone().requires_grad_(True)
context, weights = attention(query, keys, mask)
(context.sin().sum() + weights.pow(2).sum()).backward()
query.grad, keys.grad
"""
    dq, dk = impl(code, query=query, keys=keys, mask=mask)
    for name, gradient in (("query", dq), ("keys", dk)):
        assert gradient is not None, f"no gradient reaches {name}: nothing may be detached"
        assert bool(torch.isfinite(gradient).all()), f"the gradient of {name} must be finite"
    assert float(dk.masked_select(~mask[:, :, None].expand(dk.shape)).abs().max()) < 1e-9, (
        "keys at padding must get a gradient of 0"
    )


# == AttentionDecoder ==


def decoder_weights(seed, V, E, H):
    shapes = reader_shapes(V, E, H) | {"linear.weight": (V, 2 * H), "linear.bias": (V,)}
    return random_weights(seed, shapes)


def decoder_of(impl, seed, V, E, H):
    return with_weights(impl, impl.AttentionDecoder(V, E, H), decoder_weights(seed, V, E, H))


def step_problem(seed, B, S, V, H):
    generator = torch.Generator().manual_seed(seed)
    y = torch.randint(V, (B,), generator=generator)
    h = torch.randn(1, B, H, generator=generator, dtype=torch.float64)
    encoded = torch.randn(B, S, H, generator=generator, dtype=torch.float64)
    lengths = 1 + torch.arange(B) * 2 % S
    return y, h, encoded, torch.arange(S) < lengths[:, None]


def three(results):
    """The three results of a step, checked to be three."""
    return expect_results(results, ("logits", "h", "weights"))


@compare("AttentionDecoder")
def the_next_state(impl: Impl):
    "h after one step, from a random state"
    return three(decoder_of(impl, 41, 9, 3, 5).step(*step_problem(42, B=4, S=6, V=9, H=5)))[1]


@compare("AttentionDecoder")
def where_it_looks(impl: Impl):
    "the weights of one step, with padded sources"
    return three(decoder_of(impl, 43, 7, 4, 6).step(*step_problem(44, B=5, S=4, V=7, H=6)))[2]


@compare("AttentionDecoder")
def what_it_says(impl: Impl):
    "the logits of one step"
    return three(decoder_of(impl, 45, 10, 2, 4).step(*step_problem(46, B=3, S=7, V=10, H=4)))[0]


@compare("AttentionDecoder", points=0.5)
def one_example(impl: Impl):
    "a batch of one, where an axis is easily squeezed away"
    return list(three(decoder_of(impl, 47, 6, 3, 4).step(*step_problem(48, B=1, S=5, V=6, H=4))))


@verify("AttentionDecoder")
def stepwise_equals_a_parallel_pass(impl: Impl):
    "five steps in a row, state handed on, against all steps at once by PyTorch's own functions"
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
    decoder = decoder_of(impl, 49, V, E, H)
    for t in range(5):
        logits, h, _ = three(decoder.step(inputs[:, t], h, encoded, mask))
        expect_close(logits, want[:, t], f"Step {t} must say what the parallel pass says there")


@verify("AttentionDecoder", points=0.5)
def everything_learns(impl: Impl):
    "a gradient reaches every parameter and the encoder's states"
    decoder = decoder_of(impl, 52, 8, 3, 4)
    y, h, encoded, mask = step_problem(53, B=4, S=6, V=8, H=4)
    code = """
encoded = encoded.clone().requires_grad_(True)
logits, h, weights = d.step(y, h, encoded, mask)
logits.sin().sum().backward()
[k for k, p in d.named_parameters() if p.grad is None], encoded.grad is not None
"""
    lost, reached = impl(code, d=decoder, y=y, h=h, encoded=encoded, mask=mask)
    assert not lost, f"no gradient reaches {lost}: every layer must be part of the graph"
    assert reached, "the gradient must reach the encoder's states: nothing may be detached"


# == decode ==


def small_batch(seed, B, S, T):
    """Sources with padding and targets, all ids below 7."""
    generator = torch.Generator().manual_seed(seed)
    src = torch.randint(3, 7, (B, S), generator=generator)
    src[torch.arange(S) >= (1 + torch.arange(B) * 2 % S)[:, None]] = 0
    return src, torch.randint(3, 7, (B, T), generator=generator)


def what_was_fed(logits, B, T):
    """The tokens that a Witness was fed, from its logits; every one checked to be one."""
    assert isinstance(logits, torch.Tensor) and tuple(logits.shape) == (B, T, 8), (
        f"decode must return logits (B, T, V) = {(B, T, 8)}"
    )
    return (logits - 10 * F.one_hot(torch.tensor(6), 8)).argmax(dim=-1)


def coins(impl, seed, teacher_forcing, B=50, T=41):
    """True where a Witness was fed the true token, (B, T - 1)."""
    tgt = torch.randint(3, 6, (B, T), generator=torch.Generator().manual_seed(7))
    generator = impl(f"import torch\ntorch.Generator().manual_seed({seed})")
    logits = impl.decode(impl.Witness(), torch.full((B, 2), 4), tgt, teacher_forcing, generator)
    fed = what_was_fed(logits, B, T)[:, 1:]
    true = fed == tgt[:, :-1]
    assert bool((true | (fed == 6)).all()), (
        "every token that is read must be the true one, or the one that the model has said"
    )
    return true


@compare("decode")
def with_the_teacher_always(impl: Impl):
    "decode at teacher_forcing = 1: the logits of a model that uses state, encoded and mask"
    src, tgt = small_batch(51, B=5, S=6, T=4)
    return impl("decode(Tiny(3), src, tgt, 1.0)", src=src, tgt=tgt)


@compare("decode")
def without_a_teacher(impl: Impl):
    "decode at teacher_forcing = 0: each step reads what the model has said"
    src, tgt = small_batch(52, B=4, S=5, T=7)
    return impl("decode(Tiny(4), src, tgt, 0.0)", src=src, tgt=tgt)


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
    for teacher_forcing in (0.25, 0.8):
        true = coins(impl, 54, teacher_forcing).double()
        share = float(true.mean())
        assert abs(share - teacher_forcing) < 0.06, (
            f"at teacher_forcing = {teacher_forcing} the share of true tokens is off by "
            f"{abs(share - teacher_forcing):.2f}"
        )
        alike = float(((true.mean(dim=0) == 0) | (true.mean(dim=0) == 1)).double().mean())
        assert alike < 0.2, "at most steps all examples are treated alike: flip B coins"
        alike = float(((true.mean(dim=1) == 0) | (true.mean(dim=1) == 1)).double().mean())
        assert alike < 0.2, "in most rows all steps are treated alike: flip new coins at each step"


@verify("decode", points=0.5)
def the_generator_flips(impl: Impl):
    "the same seed gives the same coins, whatever torch's global generator does; another does not"
    flips = []
    for own, everybody in ((1, 10), (1, 20), (2, 10)):
        impl(f"import torch\ntorch.manual_seed({everybody})")
        flips.append(coins(impl, own, 0.5))
    assert torch.equal(flips[0], flips[1]), "the generator that is given must flip the coins"
    assert not torch.equal(flips[0], flips[2]), "another seed must flip other coins"


@verify("decode", points=0.5)
def logits_carry_a_graph(impl: Impl):
    "decode is for training: the gradient reaches the model's parameters"
    src, tgt = small_batch(55, B=3, S=4, T=3)
    reached = impl(
        "model = Tiny(5)\nlogits = decode(model, src, tgt, 0.5)\n"
        "if logits.requires_grad: logits.sin().sum().backward()\n"
        "[k for k, p in model.named_parameters() if p.grad is not None]",
        src=src,
        tgt=tgt,
    )
    lost = sorted({"embed", "recur", "look", "say"} - set(reached))
    assert not lost, f"no gradient reaches {lost}: decode must keep the graph"


@compare("decode")
def greedy_copies(impl: Impl):
    "greedy: rows of different lengths, each cut at its own eos"
    src = torch.tensor([[7, 8, 9, 4, 5], [6, 0, 0, 0, 0], [9, 9, 4, 0, 0], [5, 4, 8, 8, 0]])
    return impl.greedy(impl.Copier(), src, 12)


@compare("decode")
def greedy_on_a_model_with_state(impl: Impl):
    """greedy: what a model says that uses state, encoded and mask;
    only EOS ends a row, and every other id stays"""
    src, _ = small_batch(56, B=12, S=6, T=1)
    return {
        f"rows of Tiny({seed})": impl("greedy(Tiny(seed), src, 8)", seed=seed, src=src)
        for seed in (6, 8, 11)
    }


@verify("decode", points=0.5)
def greedy_stops(impl: Impl):
    "greedy stops when every row is over, and not before; and after max_len tokens"
    src = torch.tensor([[7, 8, 9, 4, 5, 4], [6, 0, 0, 0, 0, 0]])
    copier = impl.Copier()
    rows = impl.greedy(copier, src, 30)
    assert [len(row) for row in rows] == [6, 1], "each row must have the length of what was said"
    steps = copier.steps
    assert steps == 7, f"all rows have said EOS after 7 steps here, and {steps} were made"
    rows = impl.greedy(impl.Copier(), src, 4)
    assert [len(row) for row in rows] == [4, 1], "max_len is the most tokens that a row may have"


@verify("decode", points=0.5)
def the_mode_stays(impl: Impl):
    "decode and greedy leave the model in training or evaluation mode, as they find it"
    src, tgt = small_batch(57, B=3, S=4, T=3)
    for training in (True, False):
        for call in ("decode(model, src, tgt, 0.5)", "greedy(model, src, 3)"):
            after = impl(
                f"model = Tiny(5).train({training})\n{call}\nmodel.training", src=src, tgt=tgt
            )
            assert after == training, (
                f"{call.split('(')[0]} must leave the mode of the model as it was: whether it is "
                "in train or eval is the caller's business"
            )


@verify("decode", points=0.5)
def greedy_keeps_no_graph(impl: Impl):
    "greedy runs the model without gradients, and leaves them switched on"
    copier = impl.Copier()
    impl.greedy(copier, torch.tensor([[5, 6], [7, 0]]), 5)
    assert not copier.ran_with_gradients, "greedy needs no gradients: use torch.no_grad()"
    assert impl("import torch\ntorch.is_grad_enabled()"), (
        "after greedy gradients must be on again: use `with torch.no_grad():`"
    )


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
    hypotheses, references = some_pairs(61, count=25, longest=4, letters="ab")
    for a, b in zip(hypotheses, references, strict=True):
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
    "lists of ids, some of them empty, ids of more than one digit"
    hypotheses = [[11, 1, 111], [], [5], [12, 12, 12, 12, 12, 3]]
    references = [[1, 11, 111], [4, 4], [], [12, 3]]
    return impl.token_error_rate(hypotheses, references)


@verify("token_error_rate", points=0.5)
def what_is_refused(impl: Impl):
    "lists of different lengths, and references without a token"
    for hypotheses, references in ((["ab", "c"], ["ab"]), ([], ["a"]), (["a"], [""]), ([], [])):
        try:
            impl.token_error_rate(hypotheses, references)
        except ValueError:
            continue
        raise AssertionError(
            f"{len(hypotheses)} hypotheses and {len(references)} references with "
            f"{sum(map(len, references))} tokens must raise a ValueError"
        )


@compare("token_error_rate", points=0.5)
def long_sequences(impl: Impl):
    "sequences of 250 tokens, within the time limit"
    hypotheses, references = some_pairs(64, count=2, longest=250)
    hypotheses.append("abcd" * 60)
    references.append("bcda" * 62)
    return impl.token_error_rate(hypotheses, references)
