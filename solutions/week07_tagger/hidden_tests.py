"""Week 7: what the hidden tests run, on a submission and on the reference."""

import numpy as np
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from autograder.judge import Impl, compare, verify
from autograder.notebook.checks import expect_close


def normal(seed, *shape):
    """Random numbers of a normal distribution, in float64."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def normal_values(seed, scale, shapes):
    """Random numbers for every name, from one stream, times ``scale``."""
    generator = torch.Generator().manual_seed(seed)
    return {
        name: scale * torch.randn(shape, generator=generator, dtype=torch.float64)
        for name, shape in shapes.items()
    }


def token_mask(lengths, T):
    """True in the first ``lengths[b]`` of T positions of row b, (B, T)."""
    return torch.arange(T) < torch.as_tensor(lengths)[:, None]


def expect_kept(impl, what, call, names, **values):
    """Run the call, and check that it leaves the named values as they were."""
    code = f"""
watched = {", ".join(names)},
before = [value.clone() for value in watched]
{call}
[torch.equal(now, old) for now, old in zip(watched, before)]
"""
    for name, same in zip(names, impl(code, **values), strict=True):
        assert same, f"{what} must leave its argument {name} as it was"


# == reverse_padded ==


def padded_rows(seed, lengths, T, *D):
    return normal(seed, len(lengths), T, *D), torch.tensor(lengths)


@compare("reverse_padded")
def rows_of_features(impl: Impl):
    "a batch (B, T, D) padded with zeros, lengths in no order"
    x, lengths = padded_rows(11, [3, 7, 1, 5], 7, 3)
    return impl.reverse_padded(x * token_mask(lengths, 7)[..., None], lengths)


@compare("reverse_padded")
def more_padding_than_needed(impl: Impl):
    "T is larger than every length; padding is not zero and stays where it is"
    return impl.reverse_padded(*padded_rows(12, [4, 2, 3], 8, 2))


@compare("reverse_padded", dtype=True)
def rows_of_integers(impl: Impl):
    "tokens (B, T) padded with zeros: values and type"
    tokens = torch.randint(1, 50, (4, 6), generator=torch.Generator().manual_seed(13))
    lengths = torch.tensor([6, 2, 5, 1])
    return impl.reverse_padded(tokens * token_mask(lengths, 6), lengths)


@verify("reverse_padded")
def a_gradient(impl: Impl):
    "the gradient of a batch; x stays as it was; one row (B = 1) and T = 1"
    x, lengths = padded_rows(14, [2, 5, 4], 6, 2)
    weights = normal(15, 3, 6, 2)
    code = """
leaf = x.clone().requires_grad_()
out = reverse_padded(leaf, lengths)
(out * weights).sum().backward()
again = x.clone()
reverse_padded(again, lengths)
(leaf.grad, again)
"""
    got, after = impl(code, x=x, lengths=lengths, weights=weights)
    want = weights.clone()
    for b, n in enumerate(lengths.tolist()):
        want[b, :n] = weights[b, :n].flip(0)
    expect_close(got, want, "The gradient must be turned round as the values are")
    expect_close(after, x, "reverse_padded must leave x as it was", 0)
    for T, n in ((1, 1), (5, 3)):
        x, lengths = padded_rows(16, [n], T, 3)
        want = torch.cat([x[:, :n].flip(1), x[:, n:]], dim=1)
        expect_close(impl.reverse_padded(x, lengths), want, f"One row with {n} of {T} positions")


# == birnn ==


def cell_weights(seed, kind, D, H):
    rows = {"RNNCell": 1, "GRUCell": 3}[kind] * H
    shapes: dict[str, tuple[int, ...]] = {"weight_ih": (rows, D), "weight_hh": (rows, H)}
    shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
    return normal_values(seed, 0.5, shapes)


def cell_of(impl, kind, weights):
    H, D = weights["weight_hh"].shape[1], weights["weight_ih"].shape[1]
    code = f"cell = nn.{kind}(D, H).double()\ncell.load_state_dict(weights)\ncell"
    return impl(code, D=D, H=H, weights=weights)


def run_both(impl, seed, lengths, T, kind="RNNCell", D=3, H=4):
    x = normal(seed, len(lengths), T, D)
    cells = [cell_of(impl, kind, cell_weights(seed + i, kind, D, H)) for i in (1, 2)]
    return x, cells, impl.birnn(x, torch.tensor(lengths), *cells)


@compare("birnn")
def the_forward_states(impl: Impl):
    "the first H features, at the tokens of rows of different lengths"
    lengths = [2, 6, 4]
    states = run_both(impl, 21, lengths, T=6)[2]
    return states[..., :4][token_mask(lengths, 6)]


@compare("birnn")
def the_backward_states(impl: Impl):
    "the last H features, at the tokens of rows of different lengths"
    lengths = [3, 1, 7, 5]
    states = run_both(impl, 24, lengths, T=7, kind="GRUCell")[2]
    return states[..., 4:][token_mask(lengths, 7)]


@compare("birnn")
def one_row_without_padding(impl: Impl):
    "one row (B = 1) without padding, both directions"
    return run_both(impl, 27, [5], T=5, D=2, H=3)[2]


@verify("birnn", points=0.5)
def zero_at_padding(impl: Impl):
    "the shape is (B, T, 2H), also when T is larger than every length, and padding is zero"
    lengths, T = [2, 4, 1], 6
    states = run_both(impl, 30, lengths, T)[2]
    assert tuple(states.shape) == (3, T, 8), (
        f"(B, T, 2H) must be (3, 6, 8), found {tuple(states.shape)}"
    )
    rest = states[~token_mask(lengths, T)]
    assert bool((rest == 0).all()), "At padding all states must be zero"


@verify("birnn")
def agrees_with_a_packed_rnn(impl: Impl):
    "states and gradients of the weights, against a packed bidirectional nn.RNN of torch's"
    D, H, T, lengths = 2, 3, 6, torch.tensor([4, 6, 1])
    weights = [cell_weights(seed, "RNNCell", D, H) for seed in (33, 34)]
    x, pull = normal(35, 3, T, D), normal(36, 3, T, 2 * H)
    directions = ("_l0", "_l0_reverse")
    rnn = nn.RNN(D, H, batch_first=True, bidirectional=True).double()
    with torch.no_grad():
        for values, suffix in zip(weights, directions, strict=True):
            for name, value in values.items():
                getattr(rnn, name + suffix).copy_(value)
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    want, _ = pad_packed_sequence(rnn(packed)[0], batch_first=True)
    (want * pull).sum().backward()
    ahead, back = (cell_of(impl, "RNNCell", values) for values in weights)
    code = """
states = birnn(x, lengths, ahead, back)
gradients = None
if states.requires_grad:
    weights = [*ahead.parameters(), *back.parameters()]
    gradients = torch.autograd.grad((states * pull).sum(), weights, allow_unused=True)
(states, gradients)
"""
    states, gradients = impl(code, x=x, lengths=lengths, ahead=ahead, back=back, pull=pull)
    expect_close(states, want, "The states must be those of a packed nn.RNN")
    assert gradients is not None, (
        "Gradients must reach the weights of the steps: no detach, no NumPy"
    )
    names = [f"{name}{suffix}" for suffix in directions for name in weights[0]]
    for name, got in zip(names, gradients, strict=True):
        assert got is not None, f"No gradient reaches {name}: is a state detached?"
        expect_close(got, getattr(rnn, name).grad, f"The gradient of {name} must be nn.RNN's")


@verify("birnn")
def who_sees_a_change(impl: Impl):
    "a change of token t leaves forward states before t and backward states behind t as they were"
    T, lengths = 7, torch.tensor([7, 5])
    x, cells, states = run_both(impl, 37, [7, 5], T, kind="GRUCell")
    for t in range(5):
        other = x.clone()
        other[:, t] += 1
        moved = (impl.birnn(other, lengths, *cells) - states).abs() > 1e-9
        assert not moved[:, :t, :4].any(), f"A change of token {t} moved a forward state before it"
        assert not moved[:, t + 1 :, 4:].any(), (
            f"A change of token {t} moved a backward state behind it"
        )
        assert moved[:, t, :4].any() and moved[:, t, 4:].any(), (
            f"A change of token {t} must move both states of position {t}"
        )
    other = x.clone()
    other[1, 5:] = 50.0
    same = torch.equal(impl.birnn(other, lengths, *cells), states)
    assert same, "A change of the padding moved a state"


@verify("birnn", points=0.5)
def birnn_arguments_stay(impl: Impl):
    "x and lengths stay as they were, padding included"
    x, lengths = padded_rows(40, [2, 5, 3], 5, 2)
    ahead, back = (
        cell_of(impl, "RNNCell", cell_weights(seed, "RNNCell", 2, 3)) for seed in (41, 42)
    )
    values = {"x": x, "lengths": lengths, "ahead": ahead, "back": back}
    call = "birnn(x, lengths, ahead, back)"
    expect_kept(impl, "birnn", call, ("x", "lengths"), **values)


# == BiLSTMTagger ==


def tagger_weights(seed, V, E, H, C):
    layers = nn.ModuleDict(
        {
            "embedding": nn.Embedding(V, E),
            "lstm": nn.LSTM(E, H, bidirectional=True),
            "classifier": nn.Linear(2 * H, C),
        }
    )
    shapes = {name: value.shape for name, value in layers.state_dict().items()}
    weights: dict[str, dict[str, torch.Tensor]] = {name: {} for name in layers}
    for name, value in normal_values(seed, 0.6, shapes).items():
        layer, part = name.split(".")
        weights[layer][part] = value
    return weights


def tagger_of(impl, seed, V=15, E=4, H=3, C=5, dropout=0.0):
    """The implementation's tagger with known weights, in float64, in evaluation mode."""
    model = impl.BiLSTMTagger(V, E, H, C, dropout)
    code = """
model.double().eval()
wrong = ""
for name, values in weights.items():
    layer = getattr(model, name)
    sizes = {part: tuple(value.shape) for part, value in layer.state_dict().items()}
    if name == "classifier" and "bias" not in sizes:
        values = {"weight": values["weight"]}
    if sizes == {part: tuple(value.shape) for part, value in values.items()}:
        layer.load_state_dict(values)
    else:
        wrong = wrong or name
with torch.no_grad():
    model.embedding.weight[0] = 0
wrong
"""
    wrong = impl(code, model=model, weights=tagger_weights(seed, V, E, H, C))
    assert not wrong, {
        "embedding": "embedding must be an nn.Embedding of vocab_size times embed_dim",
        "lstm": "lstm must be an nn.LSTM: one layer, both directions, hidden_dim units in each",
        "classifier": "classifier must be an nn.Linear from 2 times hidden_dim to num_tags",
    }.get(wrong, "")
    return model


def token_rows(seed, lengths, T, V=15):
    generator = torch.Generator().manual_seed(seed)
    tokens = torch.randint(1, V, (len(lengths), T), generator=generator)
    mask = token_mask(lengths, T)
    return tokens * mask, torch.tensor(lengths), mask


@verify("BiLSTMTagger")
def the_layers(impl: Impl):
    "names, kinds and sizes of the three layers, and the number of parameters"
    V, E, H, C = 13, 6, 5, 4
    model = impl.BiLSTMTagger(V, E, H, C, 0.3)
    code = """
kinds = {"embedding": nn.Embedding, "lstm": nn.LSTM, "classifier": nn.Linear}
[isinstance(getattr(model, name), kind) for name, kind in kinds.items()]
"""
    kinds = impl(code, model=model)
    assert all(kinds), (
        "embedding, lstm and classifier must be an nn.Embedding, an nn.LSTM, an nn.Linear"
    )
    index, both, layers, size = impl(
        "(model.embedding.padding_idx, model.lstm.bidirectional, model.lstm.num_layers, "
        "model.lstm.hidden_size)",
        model=model,
    )
    bias = impl("model.classifier.bias is not None", model=model)
    assert bias, "The classifier must have a bias"
    assert index == 0, "The embedding must be made with padding_idx=0"
    assert both and layers == 1, "The LSTM must have one layer that runs in both directions"
    assert size == H, f"Each direction must have hidden_dim = {H} units, found {size}"
    count = impl("sum(p.numel() for p in model.parameters() if p.requires_grad)", model=model)
    want = V * E + 2 * 4 * H * (E + H + 2) + C * (2 * H + 1)
    assert count == want, f"The model must have {want} trainable parameters, found {count}"


@compare("BiLSTMTagger")
def the_logits(impl: Impl):
    "the logits at the tokens of a batch, lengths in no order"
    tokens, lengths, mask = token_rows(42, [3, 7, 1, 5], T=7)
    return tagger_of(impl, 41)(tokens, lengths)[mask]


@verify("BiLSTMTagger")
def padding_never_counts(impl: Impl):
    "other numbers at padding, more padding, a row alone: the logits at the tokens stay"
    model = tagger_of(impl, 43)
    tokens, lengths, mask = token_rows(44, [4, 2, 6], T=6)
    want = model(tokens, lengths)
    other = torch.where(mask, tokens, 7)
    got = model(other, lengths)[mask]
    expect_close(got, want[mask], "What stands at padding must not reach the logits at the tokens")
    longer = nn.functional.pad(tokens, (0, 4))
    got = model(longer, lengths)
    assert tuple(got.shape) == (3, 10, 5), (
        "With T = 10 and rows of at most 6 tokens, logits must be (3, 10, 5), found "
        f"{tuple(got.shape)}"
    )
    expect_close(got[:, :6][mask], want[mask], "Four more columns of padding must change nothing")
    for b, n in enumerate(lengths.tolist()):
        alone = model(tokens[b : b + 1, :n], lengths[b : b + 1])[0]
        expect_close(alone, want[b, :n], f"A row of {n} tokens must get the same logits alone")
    values = {"model": model, "tokens": other, "lengths": lengths}
    expect_kept(impl, "forward", "model(tokens, lengths)", ("tokens", "lengths"), **values)


@verify("BiLSTMTagger")
def each_half_of_the_states(impl: Impl):
    "forward states before a changed token stay, and backward states behind it"
    H, t = 3, 3
    tokens, lengths, _ = token_rows(46, [8, 6], T=8)
    other = tokens.clone()
    other[:, t] = other[:, t] % 14 + 1
    for half, name in ((0, "forward"), (1, "backward")):
        model = tagger_of(impl, 45, H=H, C=H)
        code = """
with torch.no_grad():
    model.classifier.weight.zero_()
    model.classifier.weight[:, half * H : (half + 1) * H] = torch.eye(H)
"""
        impl(code, model=model, half=half, H=H)
        moved = (model(other, lengths) - model(tokens, lengths)).abs().sum(-1)[:, :6] > 1e-9
        want = torch.arange(6) >= t if half == 0 else torch.arange(6) <= t
        assert bool((moved == want).all()), (
            f"A change of token {t} must move the {name} states "
            f"{'from it on' if half == 0 else 'up to it'}, and no other"
        )


@verify("BiLSTMTagger")
def dropout_on_the_states(impl: Impl):
    "in training each entry of the states is 0 or divided by 1 - p; in evaluation nothing happens"
    H, p = 24, 0.4
    model = tagger_of(impl, 47, H=H, C=2 * H, dropout=p)
    tokens, lengths, mask = token_rows(48, [9, 12, 12, 7], T=12)
    bias = impl("model.classifier.bias is not None", model=model)
    assert bias, "The classifier must have a bias"
    code = """
torch.manual_seed(0)
with torch.no_grad():
    model.classifier.weight.copy_(torch.eye(len(model.classifier.bias)))
    model.classifier.bias.fill_(5.0)
    model.eval()
    quiet = model(tokens, lengths), model(tokens, lengths)
    model.train()
    loud = model(tokens, lengths)
(*quiet, loud)
"""
    once, twice, loud = impl(code, model=model, tokens=tokens, lengths=lengths)
    assert torch.equal(once[mask], twice[mask]), "In evaluation mode dropout must do nothing"
    states, loud = once[mask] - 5, loud[mask] - 5
    gone = loud.abs() < 1e-9
    kept = (loud - states / (1 - p)).abs() < 1e-9
    assert not torch.equal(states, loud), "In training mode dropout must change the states"
    assert bool((gone | kept).all()), (
        "In training mode an entry of the states must be 0 or divided by 1 - p, before the "
        "classifier: dropout belongs on the states and nowhere else"
    )
    assert bool((gone.any(-1) & kept.any(-1)).all()), (
        "Dropout must decide for each entry of a state, and not drop whole positions"
    )
    share = gone[states.abs() > 1e-6].double().mean().item()
    assert abs(share - p) < 0.1, f"With p = {p} a share of {share:.2f} of the states was dropped"


@compare("BiLSTMTagger")
def the_gradients(impl: Impl):
    "gradients of every weight for a loss over the tokens; the padding's embedding gets none"
    model = tagger_of(impl, 49)
    tokens, lengths, mask = token_rows(50, [5, 2, 4], T=6)
    pull = normal(51, 3, 6, 5)
    code = """
model.train()
(model(tokens, lengths) * pull)[mask].sum().backward()
layers = ("embedding", "lstm", "classifier")
{name: p.grad for name, p in model.named_parameters() if name.split(".")[0] in layers}
"""
    return impl(code, model=model, tokens=tokens, lengths=lengths, pull=pull, mask=mask)


# == masked_cross_entropy ==


def tagged_rows(seed, B, T, C, share=0.5):
    generator = torch.Generator().manual_seed(seed)
    logits = 2 * torch.randn(B, T, C, generator=generator, dtype=torch.float64)
    targets = torch.randint(C, (B, T), generator=generator)
    mask = torch.rand(B, T, generator=generator) < share
    mask[0, 0] = True
    return logits, targets, mask


@compare("masked_cross_entropy", points=1.5)
def masked_cross_entropy_a_random_batch(impl: Impl):
    "the loss of a batch in which rows have different numbers of positions that count"
    logits, targets, _ = tagged_rows(61, B=4, T=7, C=5)
    mask = token_mask([7, 1, 3, 5], 7)
    return impl.masked_cross_entropy(logits, targets, mask)


@compare("masked_cross_entropy", points=1.5)
def masked_cross_entropy_gaps_in_the_mask(impl: Impl):
    "positions that do not count stand between others, T = C, and one row counts nowhere"
    logits, targets, mask = tagged_rows(62, B=5, T=6, C=6)
    mask[3] = False
    return impl.masked_cross_entropy(logits, targets, mask)


@compare("masked_cross_entropy")
def everything_counts(impl: Impl):
    "a mask that is True everywhere; one position alone (B = T = 1)"
    logits, targets, mask = tagged_rows(63, B=3, T=4, C=2)
    whole = impl.masked_cross_entropy(logits, targets, torch.ones_like(mask))
    return [whole, impl.masked_cross_entropy(logits[:1, :1], targets[:1, :1], mask[:1, :1])]


@verify("masked_cross_entropy", points=0.75)
def what_does_not_count(impl: Impl):
    "targets and logits where the mask is False change nothing; logits where it is True do"
    logits, targets, mask = tagged_rows(64, B=3, T=6, C=4)
    want = impl.masked_cross_entropy(logits, targets.masked_fill(~mask, 1), mask)
    for strange in (0, -1, 4, 10_000):
        got = impl.masked_cross_entropy(logits, targets.masked_fill(~mask, strange), mask)
        expect_close(got, want, f"A target of {strange} where the mask is False must not matter")
    bump = 100 * torch.arange(4)
    other = torch.where(mask[..., None], logits, logits + bump)
    got = impl.masked_cross_entropy(other, targets, mask)
    expect_close(got, want, "Logits where the mask is False must not matter")
    other = torch.where(mask[..., None], logits + bump, logits)
    moved = float(impl.masked_cross_entropy(other, targets, mask)) != float(want)
    assert moved, "Logits where the mask is True must matter"


@verify("masked_cross_entropy", points=0.5)
def large_scores(impl: Impl):
    "scores of a thousand, every position counts: the loss stays finite and right"
    logits, targets, _ = tagged_rows(65, B=2, T=5, C=3)
    got = impl.masked_cross_entropy(1000 * logits, targets, torch.ones(2, 5, dtype=torch.bool))
    finite = bool(np.isfinite(float(got)))
    assert finite, "Large logits: take log_softmax or cross_entropy, no log of a softmax"
    want = nn.functional.cross_entropy((1000 * logits).flatten(0, 1), targets.flatten())
    expect_close(
        got, want, "Scores of a thousand, and every position counts: the loss must be right"
    )


@verify("masked_cross_entropy", points=0.5)
def masked_cross_entropy_arguments_stay(impl: Impl):
    "logits, targets and mask stay as they were"
    logits, targets, mask = tagged_rows(67, B=3, T=5, C=4)
    values = {"logits": logits, "targets": targets.masked_fill(~mask, 999), "mask": mask}
    call = "masked_cross_entropy(logits, targets, mask)"
    expect_kept(impl, "masked_cross_entropy", call, tuple(values), **values)


@compare("masked_cross_entropy", points=1.5)
def the_gradient(impl: Impl):
    "the gradient with respect to all logits, zero where the mask is False"
    logits, targets, mask = tagged_rows(66, B=3, T=5, C=4)
    code = """
leaf = logits.clone().requires_grad_()
loss = masked_cross_entropy(leaf, targets, mask)
loss.backward()
leaf.grad
"""
    return impl(code, logits=logits, targets=targets, mask=mask)


# == token_accuracy ==


def scored(seed, B, T, C):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(B, T, C, generator=generator)
    targets = torch.where(
        torch.rand(B, T, generator=generator) < 0.6,
        logits.argmax(-1),
        torch.randint(C, (B, T), generator=generator),
    )
    return logits, targets


@compare("token_accuracy")
def rows_of_different_lengths(impl: Impl):
    "the accuracy of a batch with padding; T = C"
    logits, targets = scored(71, B=4, T=6, C=6)
    mask = token_mask([6, 1, 2, 4], 6)
    return impl.token_accuracy(logits, targets.masked_fill(~mask, 0), mask)


@compare("token_accuracy")
def token_accuracy_gaps_in_the_mask(impl: Impl):
    "positions that do not count stand between others; their targets are no tags"
    logits, targets = scored(72, B=5, T=9, C=4)
    mask = torch.rand(5, 9, generator=torch.Generator().manual_seed(73)) < 0.4
    return impl.token_accuracy(logits, targets.masked_fill(~mask, -1), mask)


@verify("token_accuracy")
def no_position_left_out(impl: Impl):
    "all right, all wrong, and one position alone"
    logits, _ = scored(74, B=3, T=4, C=5)
    best, every = logits.argmax(-1), torch.ones(3, 4, dtype=torch.bool)
    expect_close(float(impl.token_accuracy(logits, best, every)), 1, "All predictions are right")
    got = float(impl.token_accuracy(logits, (best + 1) % 5, every))
    expect_close(got, 0, "All predictions are wrong")
    got = float(impl.token_accuracy(logits[:1, :1], best[:1, :1], every[:1, :1]))
    expect_close(got, 1, "One position, and it is right")


@verify("token_accuracy", points=0.5)
def token_accuracy_arguments_stay(impl: Impl):
    "logits, targets and mask stay as they were"
    logits, targets = scored(75, B=3, T=5, C=4)
    values = {"logits": logits, "targets": targets, "mask": token_mask([2, 5, 3], 5)}
    call = "token_accuracy(logits, targets, mask)"
    expect_kept(impl, "token_accuracy", call, tuple(values), **values)


# == confusion ==


@compare("confusion")
def confusion_a_random_batch(impl: Impl):
    "the counts of a random batch, where many pairs repeat"
    generator = torch.Generator().manual_seed(81)
    targets, predictions = torch.randint(4, (2, 12, 9), generator=generator)
    mask = torch.arange(9) < torch.randint(1, 10, (12, 1), generator=generator)
    return impl.confusion(predictions, targets, mask, 4)


@compare("confusion")
def strange_targets(impl: Impl):
    "targets that are no tags where the mask is False, and gaps in the mask"
    generator = torch.Generator().manual_seed(82)
    targets, predictions = torch.randint(6, (2, 5, 8), generator=generator)
    mask = torch.rand(5, 8, generator=generator) < 0.6
    return impl.confusion(predictions, targets.masked_fill(~mask, -1), mask, 6)


@verify("confusion")
def tags_that_do_not_occur(impl: Impl):
    "the matrix is (C, C) when the last tags do not occur, and the arguments stay as they were"
    targets, predictions = torch.tensor([[0, 1, 1, 1]]), torch.tensor([[1, 0, 1, 0]])
    mask = torch.tensor([[True, True, True, False]])
    code = "(confusion(predictions, targets, mask, 5), predictions, targets, mask)"
    counts, *after = impl(code, predictions=predictions, targets=targets, mask=mask)
    want = torch.zeros(5, 5)
    want[0, 1] = want[1, 0] = want[1, 1] = 1
    expect_close(counts, want, "Three positions count, of tags 0 and 1 out of 5")
    for name, value, old in zip(
        ("predictions", "targets", "mask"), after, (predictions, targets, mask), strict=True
    ):
        assert torch.equal(value, old), f"confusion must leave {name} as it was"


@verify("confusion", points=0.5)
def an_integer_tensor(impl: Impl):
    "the matrix is a tensor of integers"
    targets = torch.tensor([[2, 0, 1], [1, 1, 0]])
    predictions = torch.tensor([[2, 1, 1], [1, 0, 0]])
    code = """
counts = confusion(predictions, targets, mask, 3)
whole = isinstance(counts, torch.Tensor) and not (counts.is_floating_point() or counts.is_complex())
[counts, whole]
"""
    mask = torch.ones(2, 3, dtype=torch.bool)
    found = impl(code, predictions=predictions, targets=targets, mask=mask)
    right = isinstance(found, list) and len(found) == 2 and found[1] is True
    assert right, "Return an integer tensor: no array, no list, no floats"
    assert np.sum(np.asarray(found[0])) == 6, "Every position where the mask is True counts once"
