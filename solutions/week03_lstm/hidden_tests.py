"""Week 3: what the hidden tests run, on a submission and on the reference."""

import math
from typing import Any

import numpy as np
import torch
from torch import nn

from autograder.judge import Impl, compare, verify
from autograder.notebook.checks import expect_close

# == SimpleLSTM ==

# Sizes that the visible checks leave behind (B = 3, T = 5, D = 2, H = 4 and so on) are not used
# here: a function that reads them from there must not pass.
WEIGHTS = ("W_f", "b_f", "W_i", "b_i", "W_C", "b_C", "W_o", "b_o")


def gate_weights(seed, D, H):
    rng = np.random.default_rng(seed)
    return {name: 0.7 * rng.normal(size=(H, H + D) if name[0] == "W" else H) for name in WEIGHTS}


def layer_of(impl, weights):
    H, joined = weights["W_f"].shape
    lstm = impl.SimpleLSTM(joined - H, H, impl("np.random.default_rng(0)"))
    for name, value in weights.items():
        setattr(lstm, name, value)
    return lstm


def step_inputs(seed, B, D, H):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(B, D)), rng.uniform(-1, 1, size=(B, H)), 1.5 * rng.normal(size=(B, H))


@verify("SimpleLSTM")
def simple_lstm_the_parameters(impl: Impl):
    "shapes and range of the eight parameters, and that rng decides them"
    D, H = 24, 16
    lstm, again, other = (
        impl.SimpleLSTM(D, H, impl(f"np.random.default_rng({seed})")) for seed in (3, 3, 4)
    )
    for name in WEIGHTS:
        shape = (H, H + D) if name[0] == "W" else (H,)
        value = np.asarray(getattr(lstm, name))
        assert value.shape == shape, f"{name} must have the shape {shape}, found {value.shape}"
        assert np.abs(value).max() <= 1 / math.sqrt(H) + 1e-6, f"{name} must lie within ±1/√H"
        assert value.min() < 0 < value.max(), f"{name} must be drawn from both sides of zero"
        same = np.array_equal(value, getattr(again, name))
        assert same, f"{name} must be the same for two generators with the same seed"
        same = np.array_equal(value, getattr(other, name))
        assert not same, f"{name} must differ for generators with different seeds"
    for kind in ("W", "b"):
        drawn = [np.asarray(getattr(lstm, f"{kind}_{gate}")) for gate in "fiCo"]
        whole = np.min(drawn) < -0.8 / math.sqrt(H) and np.max(drawn) > 0.8 / math.sqrt(H)
        assert whole, f"The four {kind}_… must use the whole range from -1/√H to 1/√H"
    alike = np.array_equal(lstm.W_f, lstm.W_i) or np.array_equal(lstm.W_C, lstm.W_o)
    assert not alike, "Every gate must have weights of its own"


@compare("SimpleLSTM")
def the_gates(impl: Impl):
    "the four activations of one step"
    return layer_of(impl, gate_weights(11, D=3, H=5)).forward_step(*step_inputs(12, 4, 3, 5))[2]


@compare("SimpleLSTM")
def the_states_of_one_step(impl: Impl):
    "h and C after one step; the h and C that were given stay as they were"
    lstm = layer_of(impl, gate_weights(13, D=3, H=6))
    names = dict(zip(("x_t", "h_prev", "C_prev"), step_inputs(14, 5, 3, 6), strict=True))
    code = "h, C, _ = lstm.forward_step(x_t, h_prev, C_prev); (h, C, h_prev, C_prev)"
    h, C, h_prev, C_prev = impl(code, lstm=lstm, **names)
    return {"h": h, "C": C, "h_prev, unchanged": h_prev, "C_prev, unchanged": C_prev}


@verify("SimpleLSTM")
def open_and_closed_gates(impl: Impl):
    "f = 1 and i = 0 keep the cell state; f = 0 and i = 1 replace it"
    x_t, h_prev, C_prev = step_inputs(15, 4, 3, 5)
    for kept, f, i in ((True, 60, -60), (False, -60, 60)):
        weights = gate_weights(16, D=3, H=5)
        weights["b_f"], weights["b_i"] = np.full(5, float(f)), np.full(5, float(i))
        _, C, gates = layer_of(impl, weights).forward_step(x_t, h_prev, C_prev)
        if kept:
            what = "With the forget gate open and the input gate closed C must stay"
            expect_close(C, C_prev, what)
        else:
            what = "With the forget gate closed and the input gate open C must be the candidate"
            expect_close(C, gates["cell"], what)


@compare("SimpleLSTM")
def the_states_of_a_sequence(impl: Impl):
    "all hidden states and cell states, the start included"
    X = np.random.default_rng(17).normal(size=(4, 6, 3))
    hidden_states, cell_states, _ = layer_of(impl, gate_weights(18, D=3, H=5)).forward(X)
    return {"hidden_states": hidden_states, "cell_states": cell_states}


@compare("SimpleLSTM")
def the_gates_of_a_sequence(impl: Impl):
    "the four activations at every step"
    X = np.random.default_rng(19).normal(size=(6, 7, 3))
    return layer_of(impl, gate_weights(20, D=3, H=5)).forward(X)[2]


@verify("SimpleLSTM")
def simple_lstm_agrees_with_torch(impl: Impl):
    "weights copied into torch's nn.LSTM, one sequence (B = 1)"
    D, H, T = 3, 6, 9
    weights = gate_weights(21, D, H)
    layer = nn.LSTM(D, H, batch_first=True).double()
    packed = torch.tensor(np.concatenate([weights[f"W_{gate}"] for gate in "ifCo"]))
    biases = torch.tensor(np.concatenate([weights[f"b_{gate}"] for gate in "ifCo"]))
    X = np.random.default_rng(22).normal(size=(1, T, D))
    with torch.no_grad():
        layer.weight_hh_l0.copy_(packed[:, :H])
        layer.weight_ih_l0.copy_(packed[:, H:])
        layer.bias_ih_l0.copy_(biases)
        layer.bias_hh_l0.zero_()
        states, (_, last_cell) = layer(torch.tensor(X))
    hidden_states, cell_states, _ = layer_of(impl, weights).forward(X)
    after, last = np.asarray(hidden_states)[:, 1:], np.asarray(cell_states)[:, -1]
    expect_close(after, states, "The states after each step must be those of nn.LSTM")
    expect_close(last, last_cell[0], "The last cell state must be that of nn.LSTM")


# == lstm_step ==

#: What PyTorch has of its own is refused while the code runs.
REFUSING = """
from unittest.mock import patch

def refuse(*args, **kwargs):
    raise RuntimeError("PyTorch's own LSTM or GRU was called; write the step yourself")

with (
    patch.object(torch, "lstm_cell", refuse),
    patch.object(torch, "lstm", refuse),
    patch.object(nn.LSTMCell, "forward", refuse),
    patch.object(nn.LSTM, "forward", refuse),
    patch.object(torch, "gru_cell", refuse),
    patch.object(nn.GRUCell, "forward", refuse),
    patch.object(nn.GRU, "forward", refuse),
):
    """


def own(impl, code, **names):
    """Run `code`, and refuse PyTorch's own cells meanwhile; the value of `result`."""
    return impl(REFUSING + code.strip().replace("\n", "\n    ") + "\nresult", **names)


def cell_problem(seed, blocks, B, D, H, dtype):
    """Input, hidden state, cell state, and packed weights in so many blocks."""
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape):
        return 0.8 * torch.randn(*shape, generator=generator, dtype=dtype)

    rows = blocks * H
    weights = [draw(rows, D), draw(rows, H), draw(rows), draw(rows)]
    return draw(B, D), draw(B, H).tanh(), 1.5 * draw(B, H), weights


def load(module, weights):
    """Copy `weights` into PyTorch's own `module`."""
    with torch.no_grad():
        for parameter, value in zip(module.parameters(), weights, strict=True):
            parameter.copy_(value)


def lstm_problem(seed, B, D, H, dtype=torch.float64):
    x, h, c, weights = cell_problem(seed, 4, B, D, H, dtype)
    return x, (h, c), weights


def lstm_step_of(impl, x, state, weights):
    code = "result = lstm_step(x, state, *weights)"
    result = own(impl, code, x=x, state=state, weights=weights)
    pair = isinstance(result, tuple | list) and len(result) == 2
    assert pair, f"lstm_step must return the pair (h, c), found {type(result).__name__}"
    return {"h": result[0], "c": result[1]}


@compare("lstm_step")
def lstm_step_the_biases(impl: Impl):
    "both biases, without input and recurrence"
    x, state, (W_ih, W_hh, b_ih, b_hh) = lstm_problem(31, B=6, D=3, H=5)
    none = 0 * b_ih
    first = lstm_step_of(impl, x, state, [0 * W_ih, 0 * W_hh, b_ih, none])
    second = lstm_step_of(impl, x, state, [0 * W_ih, 0 * W_hh, none, b_hh])
    return {"h with b_ih": first["h"], "h with b_hh": second["h"], "c": second["c"]}


@compare("lstm_step")
def lstm_step_the_input_path(impl: Impl):
    "one step with an input, but no recurrence and no biases; D = H"
    x, state, (W_ih, W_hh, b_ih, b_hh) = lstm_problem(32, B=6, D=5, H=5)
    return lstm_step_of(impl, x, state, [W_ih, 0 * W_hh, 0 * b_ih, 0 * b_hh])


@compare("lstm_step")
def lstm_step_the_recurrent_path(impl: Impl):
    "one step with an old state, but no input and no biases"
    x, state, (W_ih, W_hh, b_ih, b_hh) = lstm_problem(33, B=5, D=4, H=3)
    return lstm_step_of(impl, 0 * x, state, [W_ih, W_hh, 0 * b_ih, 0 * b_hh])


@compare("lstm_step")
def lstm_step_a_random_batch(impl: Impl):
    "one step on random numbers, with B, D and H all different"
    return lstm_step_of(impl, *lstm_problem(34, B=4, D=7, H=3))


@verify("lstm_step")
def lstm_step_agrees_with_torch(impl: Impl):
    "seven steps against nn.LSTM in 32 bits, one sequence (B = 1); arguments stay as they were"
    D, H, T = 3, 6, 7
    _, state, weights = lstm_problem(35, 1, D, H, torch.float32)
    X = torch.randn(1, T, D, generator=torch.Generator().manual_seed(36))
    layer = nn.LSTM(D, H, batch_first=True)
    load(layer, weights)
    with torch.no_grad():
        _, (want_h, want_c) = layer(X, tuple(s[None] for s in state))
    before = [s.clone() for s in state]
    code = """
h, c = state
for t in range(X.shape[1]):
    h, c = lstm_step(X[:, t], (h, c), *weights)
result = (h, c, *state)
"""
    h, c, *after = own(impl, code, X=X, state=state, weights=weights)
    expect_close(h, want_h[0], "After seven steps h must be that of nn.LSTM", 1e-4)
    expect_close(c, want_c[0], "After seven steps c must be that of nn.LSTM", 1e-4)
    for name, value, old in zip("hc", after, before, strict=True):
        expect_close(value, old, f"lstm_step must leave its argument {name} as it was", 0)


@verify("lstm_step")
def lstm_step_gradients_flow(impl: Impl):
    "the gradients of all seven arguments, against nn.LSTMCell"
    x, state, weights = lstm_problem(37, B=4, D=3, H=5)
    cell = nn.LSTMCell(3, 5).double()
    leaves = [a.clone().requires_grad_() for a in (x, *state)]
    load(cell, weights)
    h, c = cell(leaves[0], (leaves[1], leaves[2]))
    (h.sin().sum() + c.cos().sum()).backward()
    code = """
leaves = [a.clone().requires_grad_() for a in arguments]
h, c = lstm_step(leaves[0], (leaves[1], leaves[2]), *leaves[3:])
(h.sin().sum() + c.cos().sum()).backward()
result = [a.grad for a in leaves]
"""
    got = own(impl, code, arguments=[x, *state, *weights])
    names = ("x", "h", "c", "W_ih", "W_hh", "b_ih", "b_hh")
    for name, value, leaf in zip(names, got, [*leaves, *cell.parameters()], strict=True):
        assert value is not None, f"No gradient reaches {name}: detach, .data or NumPy on the way?"
        expect_close(value, leaf.grad, f"The gradient of {name} must be that of nn.LSTMCell")


# == gru_step ==


def gru_problem(seed, B, D, H, dtype=torch.float64):
    x, h, _, weights = cell_problem(seed, 3, B, D, H, dtype)
    return x, h, weights


def gru_step_of(impl, x, h, weights):
    return own(impl, "result = gru_step(x, h, *weights)", x=x, h=h, weights=weights)


@compare("gru_step")
def gru_step_the_biases(impl: Impl):
    "both biases, without input and recurrence"
    x, h, (W_ih, W_hh, b_ih, b_hh) = gru_problem(41, B=6, D=3, H=5)
    return gru_step_of(impl, x, h, [0 * W_ih, 0 * W_hh, b_ih, b_hh])


@compare("gru_step")
def gru_step_the_input_path(impl: Impl):
    "one step with an input, but no recurrence and no biases; D = H"
    x, h, (W_ih, W_hh, b_ih, b_hh) = gru_problem(42, B=6, D=5, H=5)
    return gru_step_of(impl, x, h, [W_ih, 0 * W_hh, 0 * b_ih, 0 * b_hh])


@compare("gru_step")
def gru_step_the_recurrent_path(impl: Impl):
    "one step with an old state, but no input and no biases"
    x, h, (W_ih, W_hh, b_ih, b_hh) = gru_problem(43, B=5, D=4, H=3)
    return gru_step_of(impl, 0 * x, h, [W_ih, W_hh, 0 * b_ih, 0 * b_hh])


@compare("gru_step")
def gru_step_a_random_batch(impl: Impl):
    "one step on random numbers, with B, D and H all different"
    x, h, weights = gru_problem(44, B=4, D=7, H=3)
    return gru_step_of(impl, x, h, weights)


@verify("gru_step")
def gru_step_agrees_with_torch(impl: Impl):
    "seven steps in a row against nn.GRU in 32 bits, one sequence (B = 1); h stays as it was"
    D, H, T = 3, 6, 7
    _, h0, weights = gru_problem(45, 1, D, H, torch.float32)
    X = torch.randn(1, T, D, generator=torch.Generator().manual_seed(46))
    layer = nn.GRU(D, H, batch_first=True)
    load(layer, weights)
    with torch.no_grad():
        want = layer(X, h0[None])[1][0]
    before = h0.clone()
    code = """
h = h0
for t in range(X.shape[1]):
    h = gru_step(X[:, t], h, *weights)
result = h, h0
"""
    h, after = own(impl, code, X=X, h0=h0, weights=weights)
    expect_close(h, want, "After seven steps h must be that of nn.GRU", 1e-4)
    expect_close(after, before, "gru_step must leave its argument h as it was", 0)


@verify("gru_step")
def gru_step_gradients_flow(impl: Impl):
    "the gradients of all six arguments, against nn.GRUCell"
    x, h0, weights = gru_problem(47, B=4, D=3, H=5)
    cell = nn.GRUCell(3, 5).double()
    leaves = [a.clone().requires_grad_() for a in (x, h0)]
    load(cell, weights)
    cell(*leaves).sin().sum().backward()
    code = """
leaves = [a.clone().requires_grad_() for a in arguments]
gru_step(*leaves).sin().sum().backward()
result = [a.grad for a in leaves]
"""
    got = own(impl, code, arguments=[x, h0, *weights])
    names = ("x", "h", "W_ih", "W_hh", "b_ih", "b_hh")
    for name, value, leaf in zip(names, got, [*leaves, *cell.parameters()], strict=True):
        assert value is not None, f"No gradient reaches {name}: detach, .data or NumPy on the way?"
        expect_close(value, leaf.grad, f"The gradient of {name} must be that of nn.GRUCell")


# == CharLSTM ==


def char_shapes(V, E, H):
    lstm = {"W_ih": (4 * H, E), "W_hh": (4 * H, H), "b_ih": (4 * H,), "b_hh": (4 * H,)}
    return {"embedding": (V, E), **lstm, "W_out": (V, H), "b_out": (V,)}


def char_weights(seed, V, E, H):
    generator = torch.Generator().manual_seed(seed)
    return {
        name: 0.6 * torch.randn(*shape, generator=generator)
        for name, shape in char_shapes(V, E, H).items()
    }


def model_of(impl, weights):
    (V, E), H = weights["embedding"].shape, weights["W_out"].shape[1]
    model = impl.CharLSTM(V, E, H)
    code = """
with torch.no_grad():
    for name, value in weights.items():
        getattr(model, name).copy_(value)
"""
    impl(code, model=model, weights=weights)
    return model


@verify("CharLSTM")
def char_lstm_the_parameters(impl: Impl):
    "names, shapes and range of the parameters, their number, and that they are all your own"
    V, E, H = 9, 5, 16
    model = impl.CharLSTM(V, E, H)
    modules = impl("[type(m).__name__ for m in model.modules() if m is not model]", model=model)
    ready = {"LSTM", "LSTMCell", "GRU", "GRUCell", "RNN", "RNNCell"} & set(modules)
    assert not ready, f"The model must be built on your own step, found nn.{min(ready, default='')}"
    for name, shape in char_shapes(V, E, H).items():
        kind, value = impl("(type(p := getattr(model, name)).__name__, p)", model=model, name=name)
        assert kind == "Parameter", f"{name} must be an nn.Parameter, found {kind}"
        found = tuple(value.shape)
        assert found == shape, f"{name} must have the shape {shape}, found {found}"
        assert value.min() < 0 < value.max(), f"{name} must be drawn from both sides of zero"
        bound = 6.0 if name == "embedding" else 1 / math.sqrt(H) + 1e-6
        assert value.abs().max() <= bound, f"{name} must lie within its bounds"
    code = "torch.cat([getattr(model, name).flatten() for name in names])"
    drawn = impl(code, model=model, names=list(char_shapes(V, E, H))[1:]) * math.sqrt(H)
    whole = drawn.min() < -0.8 and drawn.max() > 0.8
    assert whole, "All but the embedding must use the whole range from -1/√H to 1/√H"
    spread = impl("model.embedding", model=model).std()
    assert 0.6 < spread < 1.5, "The embedding must come from a standard normal distribution"
    count = impl("sum(p.numel() for p in model.parameters() if p.requires_grad)", model=model)
    want = V * E + 4 * H * (E + H + 2) + V * (H + 1)
    assert count == want, f"The model must have {want} trainable parameters, found {count}"


@compare("CharLSTM")
def the_logits(impl: Impl):
    "the logits of a batch, from zero states"
    ids = torch.randint(6, (4, 7), generator=torch.Generator().manual_seed(51))
    return model_of(impl, char_weights(52, V=6, E=4, H=5))(ids)[0]


@compare("CharLSTM")
def from_a_given_state(impl: Impl):
    "the logits and the last state, from a given state"
    generator = torch.Generator().manual_seed(53)
    ids = torch.randint(8, (5, 4), generator=generator)
    state = torch.randn(5, 3, generator=generator), torch.randn(5, 3, generator=generator)
    logits, (h, c) = model_of(impl, char_weights(54, V=8, E=5, H=3))(ids, state)
    return {"logits": logits, "h": h, "c": c}


@verify("CharLSTM")
def one_character_at_a_time(impl: Impl):
    "one sequence (B = 1): character by character, with the state handed over, equals one pass"
    model = model_of(impl, char_weights(55, V=5, E=3, H=6))
    ids = torch.randint(5, (1, 6), generator=torch.Generator().manual_seed(56))
    want, (want_h, want_c) = model(ids)
    state: Any = None
    for t in range(6):
        got, state = model(ids[:, t : t + 1], state)
        found = tuple(got.shape)
        assert found == (1, 1, 5), f"For one character logits must be (1, 1, V), found {found}"
        what = f"Step {t}, taken alone, must equal step {t} of one pass"
        expect_close(got[:, 0], want[:, t], what, 1e-5)
    expect_close(state[0], want_h, "The last hidden state must be the same either way", 1e-5)
    expect_close(state[1], want_c, "The last cell state must be the same either way", 1e-5)


@verify("CharLSTM")
def learns_like_torch(impl: Impl):
    "the gradients of a cross entropy, against those of PyTorch's layers; none of them is used"
    V, E, H = 6, 3, 5
    weights = char_weights(57, V, E, H)
    generator = torch.Generator().manual_seed(58)
    ids, targets = torch.randint(V, (2, 4, 6), generator=generator)
    leaves = {name: value.clone().requires_grad_() for name, value in weights.items()}
    flat = [leaves[name] for name in ("W_ih", "W_hh", "b_ih", "b_hh")]
    zeros = torch.zeros(1, 4, H)
    states = torch._VF.lstm(
        leaves["embedding"][ids], (zeros, zeros), flat, True, 1, 0.0, True, False, True
    )[0]
    logits = states @ leaves["W_out"].T + leaves["b_out"]
    nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten()).backward()
    code = """
logits, _ = model(ids)
nn.functional.cross_entropy(logits.reshape(-1, logits.shape[-1]), targets.reshape(-1)).backward()
result = {name: getattr(model, name).grad for name in names}
"""
    model = model_of(impl, weights)
    got = own(impl, code, model=model, ids=ids, targets=targets, names=list(weights))
    for name, leaf in leaves.items():
        assert got[name] is not None, f"No gradient reaches {name}"
        what = f"The gradient of {name} must be that of PyTorch's layers"
        expect_close(got[name], leaf.grad, what, 1e-4)


# == set_forget_bias ==

SET = """
torch.manual_seed(6)
lstm = nn.LSTM(D, H, num_layers=layers, batch_first=True)
objects = dict(lstm.named_parameters())
before = {name: p.detach().clone() for name, p in lstm.named_parameters()}
set_forget_bias(lstm, value)
same = {name: p is objects.get(name) for name, p in lstm.named_parameters()}
after = {name: p.detach().clone() for name, p in lstm.named_parameters()}
"""
PARAMETERS = {
    f"{kind}_{gate}_l{layer}"
    for kind in ("weight", "bias")
    for gate in ("ih", "hh")
    for layer in range(2)
}


@compare("set_forget_bias")
def the_sum_of_the_biases(impl: Impl):
    "the sum of both biases of one layer, all four blocks"
    after = impl(SET + "after", D=3, H=5, layers=1, value=2.5)
    return after["bias_ih_l0"] + after["bias_hh_l0"]


@compare("set_forget_bias")
def every_layer(impl: Impl):
    "the sum of both biases of each of three layers, for a negative value"
    after = impl(SET + "after", D=2, H=6, layers=3, value=-1.25)
    return {f"layer {k}": after[f"bias_ih_l{k}"] + after[f"bias_hh_l{k}"] for k in range(3)}


@verify("set_forget_bias")
def the_rest_stays(impl: Impl):
    "no other entry of any parameter changes"
    H = 5
    before, after = impl(SET + "(before, after)", D=2, H=H, layers=2, value=3.0)
    assert set(after) == set(before), "No parameter may be added, or taken away"
    for name, old in before.items():
        if name.startswith("weight"):
            expect_close(after[name], old, f"{name} must stay as it was", 0)
            continue
        other = [n for n in range(4 * H) if not H <= n < 2 * H]
        what = f"{name} must change in the forget gate alone"
        expect_close(after[name][other], old[other], what, 0)


@verify("set_forget_bias", points=0.5)
def the_same_objects(impl: Impl):
    "the parameters are the same objects as before"
    same = impl(SET + "same", D=2, H=3, layers=2, value=1.5)
    assert set(same) == PARAMETERS, "The module must keep its parameters, no more and no fewer"
    for name, kept in same.items():
        assert kept is True, f"{name} is another object than before: change it in place"


@verify("set_forget_bias", points=0.5)
def it_still_trains(impl: Impl):
    "a backward pass still reaches every bias"
    code = """
lstm(torch.ones(1, 3, D))[0].sum().backward()
{name: None if p.grad is None else float(p.grad.abs().sum()) for name, p in lstm.named_parameters()}
"""
    gradients = impl(SET + code, D=2, H=3, layers=2, value=1.0)
    assert set(gradients) == PARAMETERS, "The module must keep its parameters, no more and no fewer"
    for name, size in gradients.items():
        assert size, f"{name} must still get a gradient after its forget gate has been set"


# == adding_batch ==


def batch_of(impl, B, T, seed):
    X, y = impl.adding_batch(B, T, impl(f"torch.Generator().manual_seed({seed})"))
    for name, value, shape in (("X", X, (B, T, 2)), ("y", y, (B,))):
        kind = type(value).__name__
        assert isinstance(value, torch.Tensor), f"{name} must be a tensor, found {kind}"
        found = tuple(value.shape)
        assert found == shape, f"{name} must have the shape {shape}, found {found}"
        assert value.dtype == torch.float32, f"{name} must hold 32-bit floats, found {value.dtype}"
    return X, y


@verify("adding_batch")
def the_values(impl: Impl):
    "shapes, types, and values spread evenly between 0 and 1"
    X, _ = batch_of(impl, 400, 20, seed=61)
    values = X[:, :, 0]
    assert values.min() >= 0 and values.max() <= 1, "X[:, :, 0] must lie between 0 and 1"
    shares = torch.histc(values, bins=10, min=0, max=1) / values.numel()
    assert (shares - 0.1).abs().max() < 0.02, "Every tenth of 0 … 1 must be drawn equally often"
    assert len(values.unique()) > 7000, "The values must be drawn for every example and step anew"


@verify("adding_batch")
def the_markers(impl: Impl):
    "one marker in each half, each step equally often, also for odd T and for T = 2"
    for B, T in ((1200, 10), (1200, 5), (50, 2)):
        markers = batch_of(impl, B, T, seed=62)[0][:, :, 1]
        assert ((markers == 0) | (markers == 1)).all(), "X[:, :, 1] must hold 0 and 1 alone"
        for half, steps in (("first", slice(0, T // 2)), ("second", slice(T // 2, T))):
            part = markers[:, steps]
            alone = (part.sum(1) == 1).all()
            assert alone, f"T = {T}: every example must have one marker in the {half} half"
            even = (part.mean(0) * part.shape[1] - 1).abs().max() < 0.25
            assert even, f"T = {T}: every step of the {half} half must be marked equally often"
    markers = batch_of(impl, 1200, 6, seed=63)[0][:, :, 1]
    pairs = markers[:, :3].T @ markers[:, 3:]
    assert (pairs / 1200 * 9 - 1).abs().max() < 0.4, "The two markers must be drawn independently"


@verify("adding_batch")
def the_targets(impl: Impl):
    "the target is the sum of the two marked values"
    for B, T in ((64, 12), (1, 9)):
        X, y = batch_of(impl, B, T, seed=64)
        marked = (X[:, :, 0] * X[:, :, 1]).sum(1)
        expect_close(y, marked, "y must be the sum of the marked values", 1e-5)


@verify("adding_batch")
def the_generator_decides(impl: Impl):
    "the same seed gives the same batch, another seed another one, and so does a second call"
    code = """
torch.manual_seed(1)
g = torch.Generator().manual_seed(65)
first, second = adding_batch(8, 12, g), adding_batch(8, 12, g)
torch.manual_seed(2)
again = adding_batch(8, 12, torch.Generator().manual_seed(65))
other = adding_batch(8, 12, torch.Generator().manual_seed(66))
[first[0], second[0], again[0], other[0]]
"""
    first, second, again, other = impl(code)
    same = torch.equal(first, again)
    assert same, "The same seed must give the same batch, whatever the global seed"
    assert not torch.equal(first, second), "A second call with the same generator must draw anew"
    assert not torch.equal(first, other), "Another seed must give another batch"
