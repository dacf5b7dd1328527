"""Week 7: what the hidden tests run, on a submission and on the reference."""

import math

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


def some_lengths(seed, B, T):
    """Lengths 1 … T of B rows, in no order."""
    return torch.randint(1, T + 1, (B,), generator=torch.Generator().manual_seed(seed))


# == reverse_padded ==


def padded_rows(seed, lengths, T, *D):
    return normal(seed, len(lengths), T, *D), torch.tensor(lengths)


@compare("reverse_padded", points=1.5, dtypes=True, gradients=True)
def rows_of_features(impl: Impl, *, B, T, D):
    "rows of floats, (B, T, D) and (B, T), lengths in no order: values, type and gradient"
    x, lengths = normal(11, B, T, D), some_lengths(12, B, T)
    return [impl.reverse_padded(x, lengths), impl.reverse_padded(x[..., 0], lengths)]


@compare("reverse_padded")
def more_padding_than_needed(impl: Impl):
    "T is larger than every length; padding stays where it is, also where it is nan or infinite"
    x, lengths = padded_rows(12, [4, 2, 3], 8, 2)
    x[0, 4:], x[1, 2:], x[2, 0] = math.nan, -math.inf, math.inf
    return impl.reverse_padded(x, lengths)


@compare("reverse_padded", dtype=True)
def rows_of_integers(impl: Impl):
    "tokens (B, T) padded with zeros, and large numbers: values and type"
    tokens = torch.randint(1, 50, (4, 6), generator=torch.Generator().manual_seed(13))
    lengths = torch.tensor([6, 2, 5, 1])
    tokens = tokens * token_mask(lengths, 6)
    tokens[0, 5] = tokens[2, 3] = 0  # a number like any other: lengths alone says where a row ends
    large = tokens + 2**53 + torch.arange(6)
    return [impl.reverse_padded(rows, lengths) for rows in (tokens, large, tokens.int())]


@compare("reverse_padded", points=0.5)
def a_new_tensor(impl: Impl):
    "who writes into the result leaves x as it was, also where nothing had to be turned"
    code = """
out = reverse_padded(x, lengths)
out += 1
[out, x]
"""
    sizes = [([3, 1, 2], 4), ([1, 1, 1], 4), ([1], 1)]
    problems = [padded_rows(14, lengths, T, 2) for lengths, T in sizes]
    problems += [((100 * x[..., 0]).long(), lengths) for x, lengths in problems[1:]]
    return [impl(code, x=x, lengths=lengths) for x, lengths in problems]


@compare("reverse_padded", points=0.5)
def rows_that_are_not_contiguous(impl: Impl):
    "x is a view with its axes swapped"
    x, lengths = padded_rows(15, [2, 5, 4], 5, 3)
    code = """
rows = x.transpose(0, 1).contiguous().transpose(0, 1)
[reverse_padded(rows, lengths), reverse_padded(rows[..., 1], lengths)]
"""
    return impl(code, x=x, lengths=lengths)


@compare("reverse_padded", points=0.5)
def long_rows(impl: Impl):
    "rows of some hundred and some thousand tokens, and one that is full"
    return impl.reverse_padded(*padded_rows(16, [2500, 257, 129, 1], 2500))


# == birnn ==

STEP = """
def step(x_t, h=None):
    return torch.tanh(x_t @ W if h is None else x_t @ W + h @ U)
step
"""


def step_weights(seed, D, H):
    return normal_values(seed, 0.5, {"W": (D, H), "U": (H, H)})


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
    return x, cells, checked(impl.birnn(x, torch.tensor(lengths), *cells), len(lengths), T, H)


def checked(states, B, T, H):
    """The states, checked to be (B, T, 2H)."""
    assert isinstance(states, torch.Tensor), "birnn must return a tensor"
    found = tuple(states.shape)
    assert found == (B, T, 2 * H), f"(B, T, 2H) must be {(B, T, 2 * H)}, found {found}"
    return states


@compare("birnn", rtol=1e-10)
def the_forward_states(impl: Impl):
    "the first H features, at the tokens of rows of different lengths"
    lengths = [2, 6, 4]
    states = run_both(impl, 21, lengths, T=6)[2]
    return states[..., :4][token_mask(lengths, 6)]


@compare("birnn", rtol=1e-10)
def the_backward_states(impl: Impl):
    "the last H features, at the tokens of rows of different lengths"
    lengths = [3, 1, 7, 5]
    states = run_both(impl, 24, lengths, T=7, kind="GRUCell")[2]
    return states[..., 4:][token_mask(lengths, 7)]


@compare("birnn", dtypes=True, gradients=True)
def sizes_of_every_kind(impl: Impl, *, B, T, D, H):
    "all states, their type, and the gradient of x, for steps that are functions"
    steps = [impl(STEP, **step_weights(seed, D, H)) for seed in (27, 28)]
    x, lengths = normal(29, B, T, D), some_lengths(30, B, T)
    return checked(impl.birnn(x, lengths, *steps), B, T, H)


@compare("birnn", points=0.5)
def zero_at_padding(impl: Impl):
    "the shape is (B, T, 2H), also when T is larger than every length, and padding is zero"
    lengths, T = [2, 4, 1], 6
    states = run_both(impl, 30, lengths, T)[2]
    rest = states[~token_mask(lengths, T)]
    assert bool((rest == 0).all()), "At padding all states must be zero"
    return states


@compare("birnn", points=0.25)
def padding_of_any_kind(impl: Impl):
    """x is nan, infinite or very large at padding: states there are zero, the others as always;
    nan at a token reaches the states that have read it"""
    x, lengths = padded_rows(31, [2, 5, 3, 1], 5, 3)
    x[0, 2:], x[2, 3:], x[3, 1:], x[1, 4] = math.nan, math.inf, 1e300, math.nan
    steps = [impl(STEP, **step_weights(seed, 3, 2)) for seed in (32, 33)]
    return impl.birnn(x, lengths, *steps)


@compare("birnn", points=0.5, dtype=True)
def steps_that_return_what_they_read(impl: Impl):
    """the first state may be x_t itself: nobody writes into it; states may be large, and of
    another type than x; a step always gets two arguments"""
    code = """
class Fading:
    def __init__(self, rate):
        self.rate = rate

    def __call__(self, x_t, h):
        return x_t if h is None else self.rate * h + x_t

class Widening(Fading):
    def __call__(self, x_t, h):
        return super().__call__(x_t.double(), h)

states = [birnn(rows, lengths, Fading(0.5), Fading(-0.25)) for rows in (x, 1e12 * x)]
states + [birnn(x.float(), lengths, Widening(0.5), Widening(-0.25))]
"""
    x, lengths = padded_rows(34, [4, 1, 6, 3], 6, 2)
    return impl(code, x=x, lengths=lengths)


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


@compare("birnn", points=0.5)
def gradients_over_a_long_row(impl: Impl):
    "the gradient of the last token's forward state, and of the first one's backward state"
    x, lengths = padded_rows(37, [120, 90], 120, 1)
    code = """
U, x = U.clone().requires_grad_(), x.clone().requires_grad_()

def step(x_t, h=None):
    return x_t if h is None else U * h + x_t

states = birnn(x, lengths, step, step)
ends = states[1, 89, 0], states[0, 0, 1]
[torch.autograd.grad(end, (x, U), retain_graph=True) for end in ends]
"""
    return impl(code, x=x, lengths=lengths, U=torch.tensor(0.99, dtype=torch.float64))


@verify("birnn")
def who_sees_a_change(impl: Impl):
    "a change of token t leaves forward states before t and backward states behind t as they were"
    T, lengths = 7, torch.tensor([7, 5])
    x, cells, states = run_both(impl, 37, [7, 5], T, kind="GRUCell")
    for t in (0, 3):
        other = x.clone()
        other[:, t] += 1
        moved = (checked(impl.birnn(other, lengths, *cells), 2, T, 4) - states).abs() > 1e-9
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


# == BiLSTMTagger ==


def tagger_weights(seed, V, E, H, C):
    """Random weights of the three layers, by layer and name."""
    shapes: dict[str, tuple[int, ...]] = {"embedding.weight": (V, E)}
    for suffix in ("_l0", "_l0_reverse"):
        shapes |= {f"lstm.weight_ih{suffix}": (4 * H, E), f"lstm.weight_hh{suffix}": (4 * H, H)}
        shapes |= {f"lstm.bias_ih{suffix}": (4 * H,), f"lstm.bias_hh{suffix}": (4 * H,)}
    shapes |= {"classifier.weight": (C, 2 * H), "classifier.bias": (C,)}
    weights: dict[str, dict[str, torch.Tensor]] = {}
    for name, value in normal_values(seed, 0.6, shapes).items():
        layer, part = name.split(".")
        weights.setdefault(layer, {})[part] = value
    return weights


def made(impl, *sizes, like=None):
    """A tagger in evaluation mode, of the type of a tensor or of that in which it was made; lazy
    layers have their sizes."""
    code = """
model = BiLSTMTagger(*sizes)
if any(map(nn.parameter.is_lazy, model.parameters())):
    model(torch.ones(1, 1, dtype=torch.long), torch.ones(1, dtype=torch.long))
model = model if like is None else model.to(like.dtype)
model.eval()
"""
    return impl(code, sizes=sizes, like=like)


def tagger_of(impl, seed, V=15, E=4, H=3, C=5, dropout=0.0):
    """The implementation's tagger with known weights, of their type, in evaluation mode."""
    weights = tagger_weights(seed, V, E, H, C)
    model = made(impl, V, E, H, C, dropout, like=weights["classifier"]["bias"])
    code = """
wrong = "", ""
for name, values in weights.items():
    layer = getattr(model, name)
    found = {part: tuple(value.shape) for part, value in layer.state_dict().items()}
    if name == "classifier" and "bias" not in found:
        values = {"weight": values["weight"]}
    if found == {part: tuple(value.shape) for part, value in values.items()}:
        layer.load_state_dict(values)
    elif not wrong[0]:
        wrong = name, ", ".join(f"{part} {shape}" for part, shape in found.items())
with torch.no_grad():
    model.embedding.weight[0] = 0
wrong
"""
    wrong, found = impl(code, model=model, weights=weights)
    due = {
        "embedding": "an nn.Embedding of vocab_size times embed_dim",
        "lstm": "an nn.LSTM: one layer, both directions, hidden_dim units in each, with biases",
        "classifier": "an nn.Linear from 2 times hidden_dim to num_tags",
    }
    assert not wrong, f"{wrong} must be {due.get(wrong)}; found {found}"
    return model


def at_tokens(logits, mask, C=5):
    """The logits where the mask is True; all of them are checked to be (B, T, C)."""
    want = (*mask.shape, C)
    assert isinstance(logits, torch.Tensor), "forward must return a tensor"
    found = tuple(logits.shape)
    assert found == want, f"logits must be (B, T, C) = {want}, found {found}"
    return logits[mask]


def token_rows(seed, lengths, T, V=15):
    generator = torch.Generator().manual_seed(seed)
    tokens = torch.randint(1, V, (len(lengths), T), generator=generator)
    mask = token_mask(lengths, T)
    return tokens * mask, torch.tensor(lengths), mask


@verify("BiLSTMTagger")
def the_layers(impl: Impl):
    """names, kinds and sizes of the three layers, and the number of parameters; a new model runs
    as it is made, in float32"""
    V, E, H, C = 13, 6, 5, 4
    model = made(impl, V, E, H, C, 0.3)
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
    logits = model(*token_rows(53, [2, 3], T=3, V=V)[:2])
    assert logits.dtype == torch.float32, (
        f"A new model must work in float32, found logits of {logits.dtype}"
    )


@compare("BiLSTMTagger", dtypes=True)
def the_logits(impl: Impl):
    """the logits at the tokens of a batch, lengths in no order, and their type; a 0 within a row
    is a token"""
    tokens, lengths, mask = token_rows(42, [3, 7, 1, 5], T=7)
    tokens[3, 3:5] = 0
    return at_tokens(tagger_of(impl, 41)(tokens, lengths), mask)


@compare("BiLSTMTagger", dtype=True, device=True)
def taggers_of_every_size(impl: Impl, *, B, T):
    "the logits at the tokens and their type, whatever the sizes, and on another device"
    tokens, lengths, mask = token_rows(52, some_lengths(12, B, T).tolist(), T=T)
    return at_tokens(tagger_of(impl, 54)(tokens, lengths), mask)


@compare("BiLSTMTagger", points=0.5)
def one_batch_after_another(impl: Impl):
    "three batches of one size, and the first again: a tagger keeps nothing; tokens are a view"
    model = tagger_of(impl, 55)
    code = "model(rows.t(), lengths)"
    found = []
    for seed, lengths in ((56, [2, 6, 4]), (57, [6, 1, 3]), (58, [5, 5, 5]), (56, [2, 6, 4])):
        tokens, lengths, mask = token_rows(seed, lengths, T=6)
        rows = tokens.t().contiguous()
        found.append(at_tokens(impl(code, model=model, rows=rows, lengths=lengths), mask))
    return found


@verify("BiLSTMTagger")
def padding_never_counts(impl: Impl):
    "other numbers at padding, more padding, a row alone: the logits at the tokens stay"
    model = tagger_of(impl, 43)
    tokens, lengths, mask = token_rows(44, [4, 2, 6], T=6)
    want = model(tokens, lengths)
    at_tokens(want, mask)
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
        T = n if b else 6  # the first row with its padding, the others without
        alone = model(tokens[b : b + 1, :T], lengths[b : b + 1])[0, :n]
        expect_close(alone, want[b, :n], f"A row of {n} tokens must get the same logits alone")


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
    made(impl, 15, 4, H, 2 * H, 0.0)  # a second tagger beside it changes nothing
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
    loud = model(tokens, lengths), model(tokens, lengths)
(*quiet, *loud)
"""
    once, twice, *louder = impl(code, model=model, tokens=tokens, lengths=lengths)
    places = torch.full(mask.shape, -1)
    places[mask] = torch.arange(int(mask.sum()))
    loud = at_tokens(louder[0], mask, 2 * H)
    assert torch.equal(once[mask], twice[mask]), "In evaluation mode dropout must do nothing"
    states, loud = once[mask] - 5, loud - 5
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
    for what, first, second in (
        ("all positions of a sentence", places[0, 0], places[0, 1]),
        ("all sentences", places[0, 0], places[1, 0]),
    ):
        assert not torch.equal(gone[first], gone[second]), (
            f"Dropout must decide for each entry by itself: {what} lose the same features here"
        )
    assert not torch.equal(louder[0][mask], louder[1][mask]), (
        "Dropout must decide anew at every call"
    )
    share = gone[states.abs() > 1e-6].double().mean().item()
    assert abs(share - p) < 0.06, f"With p = {p} a share of {share:.2f} of the states was dropped"


@compare("BiLSTMTagger")
def the_gradients(impl: Impl):
    """gradients of every weight for a loss over the tokens, in training and in evaluation mode;
    the padding's embedding gets none"""
    model = tagger_of(impl, 49)
    tokens, lengths, mask = token_rows(50, [5, 2, 4], T=6)
    pull = normal(51, 3, 6, 5)
    code = """
layers = ("embedding", "lstm", "classifier")
found = {}
for mode in (True, False):
    model.train(mode).zero_grad()
    (model(tokens, lengths) * pull)[mask].sum().backward()
    for name, p in model.named_parameters():
        if name.split(".")[0] in layers:
            found[f"{name}, {'in training' if mode else 'in evaluation'}"] = p.grad
found
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


@compare("masked_cross_entropy", points=1.5, dtypes=True, gradients=True)
def masked_cross_entropy_a_random_batch(impl: Impl, *, B, T, C):
    "the loss of a random batch, its type and its gradient; some positions count"
    return impl.masked_cross_entropy(*tagged_rows(61, B, T, C))


@compare("masked_cross_entropy", points=1.5)
def masked_cross_entropy_gaps_in_the_mask(impl: Impl):
    "positions that do not count stand between others, T = C, and one row counts nowhere"
    logits, targets, mask = tagged_rows(62, B=5, T=6, C=6)
    mask[3] = False
    return impl.masked_cross_entropy(logits, targets, mask)


@compare("masked_cross_entropy", rtol=1e-11)
def everything_counts(impl: Impl):
    """a mask that is True everywhere, some hundred times; one position alone (B = T = 1), and one
    of many"""
    logits, targets, mask = tagged_rows(63, B=30, T=20, C=2)
    whole = impl.masked_cross_entropy(logits, targets, torch.ones_like(mask))
    alone = impl.masked_cross_entropy(logits[:1, :1], targets[:1, :1], mask[:1, :1])
    one = torch.zeros_like(mask)
    one[2, 1] = True
    return [whole, alone, impl.masked_cross_entropy(logits, targets, one)]


@verify("masked_cross_entropy", points=0.75)
def what_does_not_count(impl: Impl):
    "targets and logits where the mask is False change nothing; logits where it is True do"
    logits, targets, mask = tagged_rows(64, B=3, T=6, C=4)
    want = impl.masked_cross_entropy(logits, targets.masked_fill(~mask, 1), mask)
    for strange in (0, -1, 4, 10_000):
        got = impl.masked_cross_entropy(logits, targets.masked_fill(~mask, strange), mask)
        expect_close(got, want, f"A target of {strange} where the mask is False must not matter")
    for bump in (100 * torch.arange(4), torch.tensor(math.nan)):
        other = torch.where(mask[..., None], logits, logits + bump)
        got = impl.masked_cross_entropy(other, targets, mask)
        expect_close(got, want, "Logits where the mask is False must not matter, not even nan")
    other = torch.where(mask[..., None], logits + bump, logits)
    moved = float(impl.masked_cross_entropy(other, targets, mask)) != float(want)
    assert moved, "Logits where the mask is True must matter"


@compare("masked_cross_entropy", points=0.5)
def large_scores(impl: Impl):
    "scores of a thousand: the loss stays finite and right; and scores that are nearly certain"
    logits, targets, mask = tagged_rows(65, B=2, T=5, C=3)
    every = torch.ones_like(mask)
    certain = 9.0 * nn.functional.one_hot(targets, 3)
    return {
        "scores of a thousand": impl.masked_cross_entropy(1000 * logits, targets, every),
        "certain scores": impl.masked_cross_entropy(certain.double(), targets, mask),
    }


@compare("masked_cross_entropy", points=0.25)
def a_loss_that_is_nan(impl: Impl):
    """where the loss of a position that counts is nan or infinite, so is the mean: nothing is left
    out"""
    logits, targets, mask = tagged_rows(67, B=3, T=5, C=4)
    found = [impl.masked_cross_entropy(logits, targets, mask)]
    for place, value in ((targets[0, 0], -math.inf), (1, math.nan)):
        other = logits.clone()
        other[0, 0, place] = value
        found.append(impl.masked_cross_entropy(other, targets, mask))
    return found


@compare("masked_cross_entropy", points=0.5)
def views_and_many_tags(impl: Impl):
    "300 tags, and arguments that are views with their axes swapped"
    logits, targets, mask = tagged_rows(68, B=3, T=4, C=300)
    targets = 299 - targets % 9
    turned = [value.transpose(0, 1).contiguous() for value in (logits, targets, mask)]
    return impl("masked_cross_entropy(*(value.transpose(0, 1) for value in turned))", turned=turned)


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
    mask = torch.rand(B, T, generator=generator) < 0.6
    mask[0, 0] = True
    return logits, targets, mask


def number(value):
    """A float, or what a tensor of one number holds."""
    one = isinstance(value, torch.Tensor) and value.numel() == 1
    found = value.item() if one else value
    assert not isinstance(found, bool), "Return a float, found True or False"
    return found


@compare("token_accuracy")
def rows_of_different_lengths(impl: Impl):
    "the accuracy of a batch with padding; T = C"
    logits, targets, _ = scored(71, B=4, T=6, C=6)
    mask = token_mask([6, 1, 2, 4], 6)
    return number(impl.token_accuracy(logits, targets.masked_fill(~mask, 0), mask))


@compare("token_accuracy")
def token_accuracy_gaps_in_the_mask(impl: Impl, *, B, T, C):
    "positions that do not count stand between others; their targets are no tags"
    logits, targets, mask = scored(72, B, T, C)
    strange = [targets.masked_fill(~mask, number) for number in (-1, 999)]
    return [number(impl.token_accuracy(logits, tags, mask)) for tags in strange]


@compare("token_accuracy")
def no_position_left_out(impl: Impl):
    "all right, all wrong, one position alone, and one of many"
    logits = scored(74, B=3, T=4, C=5)[0]
    best, every = logits.argmax(-1), torch.ones(3, 4, dtype=torch.bool)
    one = torch.zeros_like(every)
    one[1, 2] = True
    return {
        "all predictions are right": number(impl.token_accuracy(logits, best, every)),
        "all are wrong": number(impl.token_accuracy(logits, (best + 1) % 5, every)),
        "one position": number(impl.token_accuracy(logits[:1, :1], best[:1, :1], every[:1, :1])),
        "one of many": number(impl.token_accuracy(logits, best, one)),
        "one of many, wrong": number(impl.token_accuracy(logits, (best + 1) % 5, one)),
    }


@compare("token_accuracy", points=0.5)
def equal_logits(impl: Impl):
    "where several logits are the largest, the first of them decides; nearly equal is not equal"
    alike = torch.zeros(2, 5, 3)
    alike[1, :, 0] = -1.0
    targets = torch.tensor([[0, 1, 2, 0, 1], [1, 2, 2, 1, 0]])
    every = torch.ones(2, 5, dtype=torch.bool)
    near = 40 + 1e-9 * normal(75, 2, 5, 3)
    return {
        "equal logits": number(impl.token_accuracy(alike, targets, every)),
        "nearly equal logits": number(impl.token_accuracy(near, near.argmax(-1), every)),
        "large logits": number(impl.token_accuracy(1e4 * near, near.argmax(-1), every)),
    }


@compare("token_accuracy", points=0.5)
def token_accuracy_of_views(impl: Impl):
    "arguments that are views with their axes swapped, and some hundred positions"
    logits, targets, mask = scored(76, B=30, T=25, C=4)
    turned = [value.transpose(0, 1).contiguous() for value in (logits, targets, mask)]
    code = "token_accuracy(*(value.transpose(0, 1) for value in turned))"
    return number(impl(code, turned=turned))


# == confusion ==


def pairs(seed, B, T, C):
    generator = torch.Generator().manual_seed(seed)
    targets, predictions = torch.randint(C, (2, B, T), generator=generator)
    return predictions, targets, torch.rand(B, T, generator=generator) < 0.6


@compare("confusion")
def confusion_a_random_batch(impl: Impl):
    "the counts of a random batch, where many pairs repeat"
    generator = torch.Generator().manual_seed(81)
    targets, predictions = torch.randint(4, (2, 12, 9), generator=generator)
    mask = torch.arange(9) < torch.randint(1, 10, (12, 1), generator=generator)
    return impl.confusion(predictions, targets, mask, 4)


@compare("confusion")
def strange_targets(impl: Impl, *, B, T, C):
    "targets that are no tags where the mask is False, and gaps in the mask"
    predictions, targets, mask = pairs(82, B, T, C)
    return [
        impl.confusion(predictions, targets.masked_fill(~mask, strange), mask, C)
        for strange in (-1, 999)
    ]


@compare("confusion")
def tags_that_do_not_occur(impl: Impl):
    "the matrix is (C, C) when the last tags do not occur"
    targets, predictions = torch.tensor([[0, 1, 1, 1]]), torch.tensor([[1, 0, 1, 0]])
    mask = torch.tensor([[True, True, True, False]])
    return impl.confusion(predictions, targets, mask, 5)


def counted(counts):
    """The matrix, checked to be a tensor of integers."""
    integers = (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64)
    assert isinstance(counts, torch.Tensor) and counts.dtype in integers, (
        "Return an integer tensor: no array, no list, no floats"
    )
    return counts


@compare("confusion", points=0.5)
def an_integer_tensor(impl: Impl):
    "the matrix is a tensor of integers"
    targets = torch.tensor([[2, 0, 1], [1, 1, 0]])
    predictions = torch.tensor([[2, 1, 1], [1, 0, 0]])
    every = torch.ones(2, 3, dtype=torch.bool)
    return counted(impl.confusion(predictions, targets, every, 3))


@compare("confusion", points=0.5)
def one_position_or_none(impl: Impl):
    "exactly one position counts, or none does"
    predictions, targets, _ = pairs(83, B=3, T=4, C=3)
    one = torch.zeros(3, 4, dtype=torch.bool)
    none = one.clone()
    one[1, 2] = True
    return [counted(impl.confusion(predictions, targets, mask, 3)) for mask in (one, none)]


@compare("confusion", points=0.5)
def many_tags_and_large_counts(impl: Impl):
    "200 tags, and one pair some hundred times"
    predictions, targets, mask = pairs(84, B=20, T=30, C=200)
    same = torch.full_like(targets, 199)
    return [
        impl.confusion(predictions, targets, mask, 200),
        impl.confusion(same, same, torch.ones_like(mask), 200),
    ]


@compare("confusion", points=0.5)
def confusion_of_views(impl: Impl):
    "arguments that are views with their axes swapped"
    turned = [value.t().contiguous() for value in pairs(85, B=4, T=7, C=3)]
    return impl("confusion(*(value.t() for value in turned), 3)", turned=turned)
