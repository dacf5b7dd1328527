"""Week 3: what the hidden tests run, on a submission and on the reference."""

import math

import numpy as np
import torch

from autograder.judge import Impl, compare, verify

#: Call what the student wrote, and refuse PyTorch's own cells meanwhile, whatever their name there.
WATCHED = """
import functools
import sys


def watch(frame, event, what):
    name = getattr(what, "__name__", "") if event == "c_call" else ""
    if event == "call" and "torch" in frame.f_globals.get("__name__", ""):
        name = str(frame.f_locals.get("self", "")) if frame.f_code.co_name == "__call__" else ""
        name = name if name.startswith("aten") else ""
    if "lstm" in name or "gru" in name:
        raise RuntimeError("PyTorch's own LSTM or GRU was called; write the step yourself")


def watched(call):
    @functools.wraps(call)
    def run(*args):
        sys.setprofile(watch)
        try:
            return call(*args)
        finally:
            sys.setprofile(None)

    return run

"""


def step_of(impl, name):
    """The implementation's step, watched."""
    return impl(WATCHED + f"watched({name})")


def generator_of(seed):
    return torch.Generator().manual_seed(seed)


# == SimpleLSTM ==

WEIGHTS = ("W_f", "b_f", "W_i", "b_i", "W_C", "b_C", "W_o", "b_o")


def gate_weights(seed, D, H):
    rng = np.random.default_rng(seed)
    return {name: 0.7 * rng.normal(size=(H, H + D) if name[0] == "W" else H) for name in WEIGHTS}


def layer_of(impl, weights):
    H, joined = weights["W_f"].shape
    lstm = impl.SimpleLSTM(joined - H, H, impl("np.random.default_rng(0)"))
    set_weights(impl, lstm, weights)
    return lstm


def set_weights(impl, lstm, weights):
    code = "for name, value in weights.items(): setattr(lstm, name, value)"
    impl(code, lstm=lstm, weights=weights)


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
    rng = impl("np.random.default_rng(3)")
    first, second = impl.SimpleLSTM(D, H, rng), impl.SimpleLSTM(D, H, rng)
    drawn = {}
    for name in WEIGHTS:
        shape = (H, H + D) if name[0] == "W" else (H,)
        value = drawn[name] = np.asarray(getattr(lstm, name))
        assert value.shape == shape, f"{name} must have the shape {shape}, found {value.shape}"
        assert np.abs(value).max() <= 1 / math.sqrt(H) + 1e-6, f"{name} must lie within ±1/√H"
        assert value.min() < 0 < value.max(), f"{name} must be drawn from both sides of zero"
        same = np.array_equal(value, getattr(again, name))
        assert same, f"{name} must be the same for two generators with the same seed"
        same = np.array_equal(value, getattr(other, name))
        assert not same, f"{name} must differ for generators with different seeds"
        same = np.array_equal(getattr(first, name), getattr(second, name))
        assert not same, f"{name} must be drawn anew for each layer that one generator makes"
    small = impl.SimpleLSTM(2, 5, impl("np.random.default_rng(5)"))
    for name in WEIGHTS:
        shape = (5, 7) if name[0] == "W" else (5,)
        value = np.asarray(getattr(small, name))
        assert value.shape == shape, f"{name} must have the shape {shape}, found {value.shape}"
        assert np.abs(value).max() <= 1 / math.sqrt(5) + 1e-6, f"{name} must lie within ±1/√H"
    widest = max(np.abs(getattr(small, name)).max() for name in WEIGHTS)
    assert widest > 0.8 / math.sqrt(5), "The range from -1/√H to 1/√H must be that of each layer"
    for kind in ("W", "b"):
        gates = [drawn[f"{kind}_{gate}"] for gate in "fiCo"]
        whole = np.min(gates) < -0.8 / math.sqrt(H) and np.max(gates) > 0.8 / math.sqrt(H)
        assert whole, f"The four {kind}_… must use the whole range from -1/√H to 1/√H"
        alike = any(np.array_equal(gates[m], gates[n]) for m in range(4) for n in range(m))
        assert not alike, f"Every gate must have a {kind}_… of its own"
        shares = np.histogram(gates, bins=4, range=(-1 / 4, 1 / 4))[0] / np.size(gates)
        even = np.abs(shares - 1 / 4).max() < (0.05 if kind == "W" else 0.2)
        assert even, f"The four {kind}_… must be drawn uniformly from -1/√H to 1/√H"


@compare("SimpleLSTM", dtype=True)
def the_gates(impl: Impl):
    "the four activations of two steps, and of one after the weights are exchanged"
    lstm, inputs = layer_of(impl, gate_weights(11, D=3, H=5)), step_inputs(12, 4, 3, 5)
    code = """
first = lstm.forward_step(*one)[2]
second = lstm.forward_step(*two)[2]
{"gates": first, "gates of the next step": second}
"""
    found = impl(code, lstm=lstm, one=inputs, two=step_inputs(19, 4, 3, 5))
    set_weights(impl, lstm, gate_weights(13, D=3, H=5))
    return {**found, "gates with other weights": lstm.forward_step(*inputs)[2]}


@compare("SimpleLSTM", dtype=True)
def the_states_of_one_step(impl: Impl, *, B, D, H):
    "h and C after one step, and after another one of the same layer"
    lstm = layer_of(impl, gate_weights(13, D, H))
    h, C, _ = lstm.forward_step(*step_inputs(14, B, D, H))
    other_h, other_C, _ = lstm.forward_step(*step_inputs(20, B, D, H))
    return {"h": h, "C": C, "h of the other": other_h, "C of the other": other_C}


@compare("SimpleLSTM")
def open_and_closed_gates(impl: Impl):
    "large biases and states: f = 1 and i = 0 keep the cell state; f = 0 and i = 1 replace it"
    x_t, h_prev, C_prev = step_inputs(15, 4, 3, 5)
    found: dict[str, np.ndarray] = {}
    for size in (15, 900):
        for kept, sign in (("C kept", 1), ("C replaced", -1)):
            biases = {"b_f": np.full(5, float(sign * size)), "b_i": np.full(5, float(-sign * size))}
            weights = gate_weights(16, D=3, H=5) | biases
            lstm = layer_of(impl, weights)
            h, C, _ = lstm.forward_step(x_t, 3 * h_prev, 40 * C_prev)
            found |= {f"{kept}, biases ±{size}": C, f"h with {kept}, biases ±{size}": h}
            if size == 900:
                C = np.asarray(lstm.forward_step(x_t, h_prev, 1e30 * C_prev)[1])
                found[f"arsinh of a huge {kept}, biases ±{size}"] = np.arcsinh(C)
    return found


def sequences_of(impl, sizes, H):
    """What forward gives for one batch after another, of the same layer."""
    lstm, rng = layer_of(impl, gate_weights(18, 3, H)), np.random.default_rng(17)
    return {name: lstm.forward(rng.normal(size=(*size, 3))) for name, size in sizes.items()}


@compare("SimpleLSTM", dtype=True, rtol=1e-9)
def the_states_of_a_sequence(impl: Impl, *, B, T, H):
    "all hidden states and cell states, the start included, of one call after another"
    sizes = {"first call": (B, T), "second call": (B, T), "other sizes": (B + 1, T + 2)}
    return {
        name: {"hidden_states": hidden_states, "cell_states": cell_states}
        for name, (hidden_states, cell_states, _) in sequences_of(impl, sizes, H).items()
    }


@compare("SimpleLSTM", dtype=True, rtol=1e-9)
def the_gates_of_a_sequence(impl: Impl):
    "the four activations at every step, also of many steps, of one step, and of one sequence"
    sizes = {"first call": (6, 7), "second call": (6, 7), "150 steps": (1, 150)}
    sizes |= {"one step": (4, 1), "another batch": (3, 2), "one step of one sequence": (1, 1)}
    return {name: gates for name, (_, _, gates) in sequences_of(impl, sizes, 5).items()}


# == lstm_step ==


def cell_problem(seed, blocks, B, D, H, size=0.8):
    """Input, hidden state, cell state, and packed weights in so many blocks."""
    generator = generator_of(seed)

    def draw(*shape):
        return size * torch.randn(*shape, generator=generator, dtype=torch.float64)

    rows = blocks * H
    weights = [draw(rows, D), draw(rows, H), draw(rows), draw(rows)]
    return draw(B, D), draw(B, H).tanh(), 1.5 * draw(B, H), weights


def far_biases(seed, blocks):
    """Two biases for H = 8, of which one drives each gate to both ends, by little or by much."""
    sizes = torch.tensor([3.0, 12.0, 90.0, 900.0], dtype=torch.float64)
    ends, generator = torch.cat([sizes, -sizes]), generator_of(seed)
    far = torch.cat([ends[torch.randperm(8, generator=generator)] for _ in range(blocks)])
    return [far, torch.randn(8 * blocks, generator=generator, dtype=torch.float64)]


def arsinh(value):
    """Huge numbers and small ones on one scale."""
    return np.arcsinh(np.asarray(value))


def lstm_problem(seed, B, D, H):
    x, h, c, weights = cell_problem(seed, 4, B, D, H)
    return x, (h, c), weights


def lstm_step_of(impl, x, state, weights):
    result = step_of(impl, "lstm_step")(x, state, *weights)
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


@compare("lstm_step", dtypes=True, device=True)
def lstm_step_a_random_batch(impl: Impl, *, B, D, H):
    "one step on random numbers, at many sizes, in either type, on any device"
    return lstm_step_of(impl, *lstm_problem(34, B, D, H))


@compare("lstm_step", dtypes=True)
def lstm_step_far_from_zero(impl: Impl):
    "large biases and large states: nothing overflows, nothing is clipped"
    x, (h, c), (W_ih, W_hh, _, _) = lstm_problem(38, B=5, D=3, H=8)
    b_ih, b_hh = far_biases(39, 4)
    far = lstm_step_of(impl, x, (3 * h, 40 * c), [W_ih, W_hh, b_ih, b_hh])
    ends = 900 * b_ih.sign()
    huge = lstm_step_of(impl, x, (h, 1e30 * c), [W_ih, W_hh, ends, b_hh])
    return {**far, "h of a huge c": huge["h"], "arsinh of a huge c": arsinh(huge["c"])}


@compare("lstm_step", rtol=1e-9)
def lstm_step_seven_steps(impl: Impl):
    "seven steps in a row, one sequence (B = 1)"
    _, state, weights = lstm_problem(35, 1, 3, 6)
    X = torch.randn(1, 7, 3, generator=generator_of(36), dtype=torch.float64)
    code = """
h, c = state
for t in range(X.shape[1]):
    h, c = step(X[:, t], (h, c), *weights)
{"h": h, "c": c}
"""
    return impl(code, step=step_of(impl, "lstm_step"), X=X, state=state, weights=weights)


@compare("lstm_step", gradients=True)
def lstm_step_gradients_flow(impl: Impl):
    "the gradients of all seven arguments"
    return lstm_step_of(impl, *lstm_problem(37, B=4, D=3, H=5))


# == gru_step ==


def gru_problem(seed, B, D, H):
    x, h, _, weights = cell_problem(seed, 3, B, D, H)
    return x, h, weights


def gru_step_of(impl, x, h, weights):
    return step_of(impl, "gru_step")(x, h, *weights)


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


@compare("gru_step", dtypes=True, device=True)
def gru_step_a_random_batch(impl: Impl, *, B, D, H):
    "one step on random numbers, at many sizes, in either type, on any device"
    return gru_step_of(impl, *gru_problem(44, B, D, H))


@compare("gru_step", dtypes=True)
def gru_step_far_from_zero(impl: Impl):
    "large biases and large states: nothing overflows, nothing is clipped"
    x, h, (W_ih, W_hh, _, _) = gru_problem(48, B=5, D=3, H=8)
    weights = [W_ih, 0.05 * W_hh, *far_biases(49, 3)]
    huge = gru_step_of(impl, x, 1e30 * h, weights)
    return {"far": gru_step_of(impl, x, 30 * h, weights), "arsinh of a huge h": arsinh(huge)}


@compare("gru_step", rtol=1e-9)
def gru_step_seven_steps(impl: Impl):
    "seven steps in a row, one sequence (B = 1)"
    _, h, weights = gru_problem(45, 1, 3, 6)
    X = torch.randn(1, 7, 3, generator=generator_of(46), dtype=torch.float64)
    code = """
for t in range(X.shape[1]):
    h = step(X[:, t], h, *weights)
h
"""
    return impl(code, step=step_of(impl, "gru_step"), X=X, h=h, weights=weights)


@compare("gru_step", gradients=True)
def gru_step_gradients_flow(impl: Impl):
    "the gradients of all six arguments"
    return gru_step_of(impl, *gru_problem(47, B=4, D=3, H=5))


# == CharLSTM ==


def char_shapes(V, E, H):
    lstm = {"W_ih": (4 * H, E), "W_hh": (4 * H, H), "b_ih": (4 * H,), "b_hh": (4 * H,)}
    return {"embedding": (V, E), **lstm, "W_out": (V, H), "b_out": (V,)}


def ids_of(seed, V, *shape):
    return torch.randint(V, shape, generator=generator_of(seed))


def model_of(impl, seed, V, E, H):
    """A model of known weights, to be called: in their type, and watched."""
    generator = generator_of(seed)
    weights = {
        name: (2 if name == "embedding" else 0.6) * torch.randn(*shape, generator=generator)
        for name, shape in char_shapes(V, E, H).items()
    }
    code = """
import types

model.to(weights["W_hh"].dtype)
with torch.no_grad():
    for name, value in weights.items():
        getattr(model, name).copy_(value)
types.MethodType(watched(type(model).__call__), model)
"""
    return impl(WATCHED + code, model=impl.CharLSTM(V, E, H), weights=weights)


@verify("CharLSTM")
def char_lstm_the_parameters(impl: Impl):
    "names, shapes and range of the parameters, their number, and that they are all your own"
    V, E, H = 120, 20, 32
    model, other = impl.CharLSTM(V, E, H), impl.CharLSTM(V, E, H)
    drawn = {}
    for name, shape in char_shapes(V, E, H).items():
        code = "p = getattr(model, name)\n(type(p).__name__, p, p.requires_grad)"
        kind, value, trainable = impl(code, model=model, name=name)
        assert kind == "Parameter", f"{name} must be an nn.Parameter, found {kind}"
        assert trainable, f"{name} must be trainable"
        found = tuple(value.shape)
        assert found == shape, f"{name} must have the shape {shape}, found {found}"
        assert value.min() < 0 < value.max(), f"{name} must be drawn from both sides of zero"
        same = torch.equal(value, impl("getattr(model, name)", model=other, name=name))
        assert not same, f"{name} must be drawn anew for each model"
        drawn[name] = value
    embedding = drawn.pop("embedding")
    for name, value in drawn.items():
        inside = value.abs().max() <= 1 / math.sqrt(H) + 1e-6
        assert inside, f"{name} must lie within ±1/√H"
        spread = float(value.std()) * math.sqrt(3 * H)
        shares = torch.histc(value * math.sqrt(H), bins=4, min=-1, max=1) / value.numel()
        even = (shares - 1 / 4).abs().max() < (0.05 if value.dim() == 2 else 0.2)
        assert 0.8 < spread < 1.2 and even, f"{name} must be uniform between -1/√H and 1/√H"
    scaled = torch.cat([value.flatten() for value in drawn.values()]) * math.sqrt(H)
    whole = scaled.min() < -0.8 and scaled.max() > 0.8
    assert whole, "All but the embedding must use the whole range from -1/√H to 1/√H"
    # 68 % of a normal distribution lie within one standard deviation, 95 % within two
    shares = [float((embedding.abs() < size).double().mean()) for size in (1, 2)]
    normal = abs(shares[0] - 0.683) < 0.05 and abs(shares[1] - 0.954) < 0.02
    normal = normal and embedding.abs().amax(1).min() > 0.1
    assert normal, "The embedding must come from a standard normal distribution, in every row"
    count = impl("sum(p.numel() for p in model.parameters() if p.requires_grad)", model=model)
    want = V * E + 4 * H * (E + H + 2) + V * (H + 1)
    small = impl.CharLSTM(4, 2, 3)
    for name, shape in char_shapes(4, 2, 3).items():
        value = impl("getattr(model, name)", model=small, name=name)
        found = tuple(value.shape)
        assert found == shape, f"{name} must have the shape {shape}, found {found}"
        inside = name == "embedding" or value.abs().max() <= 1 / math.sqrt(3) + 1e-6
        assert inside, f"{name} must lie within ±1/√H"
    widest = impl("max(float(p.detach().abs().max()) for p in (m.W_ih, m.W_hh, m.W_out))", m=small)
    assert widest > 0.8 / math.sqrt(3), "The range from -1/√H to 1/√H must be that of each model"
    logits, _ = small(ids_of(50, 4, 2, 3))
    assert tuple(logits.shape) == (2, 3, 4), "A new model must give logits (B, T, V)"
    code = "[type(m).__name__ for m in model.modules() if m is not model and [*m.parameters()]]"
    others = impl(code, model=model)
    assert not others, f"Everything must be a parameter of your own, found {others[0]}"
    assert count == want, f"The model must have {want} trainable parameters, found {count}"


@compare("CharLSTM", device=True)
def the_logits(impl: Impl, *, B, T, H):
    "the logits and the last state of a batch, from zero states, on any device"
    logits, (h, c) = model_of(impl, 52, V=7, E=3, H=H)(ids_of(51, 7, B, T))
    return {"logits": logits, "h": h, "c": c}


@compare("CharLSTM")
def from_a_given_state(impl: Impl):
    "the logits and the last state, from a given state"
    generator, found = generator_of(53), []
    model = model_of(impl, 54, V=8, E=5, H=3)
    for B, T in ((5, 4), (1, 3)):
        state = torch.randn(B, 3, generator=generator), torch.randn(B, 3, generator=generator)
        logits, (h, c) = model(ids_of(53, 8, B, T), state)
        found.append({"logits": logits, "h": h, "c": c})
    return found


@compare("CharLSTM")
def one_character_at_a_time(impl: Impl):
    "two batches; one sequence (B = 1), character by character, with the state handed over; anew"
    model = model_of(impl, 55, V=5, E=3, H=6)
    sizes = {"many steps": (3, 150), "another batch": (2, 4)}
    batches = {name: model(ids_of(59, 5, *size))[0] for name, size in sizes.items()}
    ids = ids_of(56, 5, 1, 6)
    found, state = [], None
    for t in range(6):
        logits, state = model(ids[:, t : t + 1], state)
        found.append(logits)
    impl("model.__self__.eval()", model=model)
    anew = model(ids)[0]
    return {**batches, "steps": found, "the last state": list(state or ()), "anew": anew}


@compare("CharLSTM", dtype=True, rtol=1e-9)
def in_64_bits(impl: Impl):
    "the logits and the last state, from a given state, in 32 bits and then after model.double()"
    model, ids = model_of(impl, 60, 6, 3, 4), ids_of(61, 6, 3, 5)
    h, c = torch.randn(2, 3, 4, generator=generator_of(61))
    model(ids, (h, c))
    impl("model.__self__.double()", model=model)
    logits, (last_h, last_c) = model(ids, (h.double(), c.double()))
    return {"logits": logits, "h": last_h, "c": last_c}


@compare("CharLSTM", gradients=True)
def the_gradients(impl: Impl):
    "the gradients of every parameter and of a given state, also over many steps"
    generator = generator_of(58)
    state = torch.randn(4, 5, generator=generator), torch.randn(4, 5, generator=generator)
    model = model_of(impl, 57, V=6, E=3, H=5)
    logits, (h, c) = model(ids_of(58, 6, 4, 6), state)
    return [logits, h, c, model(ids_of(62, 6, 2, 66))[0]]


# == set_forget_bias ==


def lstm_of(impl, seed, D, H, layers):
    """An nn.LSTM of known weights."""
    generator = generator_of(seed)
    shapes: dict[str, tuple[int, ...]] = {}
    for k in range(layers):
        shapes |= {f"weight_ih_l{k}": (4 * H, H if k else D), f"weight_hh_l{k}": (4 * H, H)}
        shapes |= {f"bias_ih_l{k}": (4 * H,), f"bias_hh_l{k}": (4 * H,)}
    weights = {name: torch.randn(*shape, generator=generator) for name, shape in shapes.items()}
    lstm = impl("nn.LSTM(D, H, layers)", D=D, H=H, layers=layers)
    code = 'lstm.to(weights["bias_ih_l0"].dtype).load_state_dict(weights)'
    impl(code, lstm=lstm, weights=weights)
    return lstm


def sums_of(impl, lstm, layers):
    """The sum of both biases of each layer."""
    code = """
{
    f"layer {k}": (getattr(lstm, f"bias_ih_l{k}") + getattr(lstm, f"bias_hh_l{k}")).detach()
    for k in range(layers)
}
"""
    return impl(code, layers=layers, lstm=lstm)


@compare("set_forget_bias", dtypes=True)
def the_sum_of_the_biases(impl: Impl):
    "the sum of both biases of one layer, all four blocks, for one value after another"
    lstm, found = lstm_of(impl, 71, D=3, H=5, layers=1), {}
    for value in (2.5, -0.75, 0.0, 40.0):
        impl.set_forget_bias(lstm, value)
        found[f"value {value}"] = sums_of(impl, lstm, 1)
    return found


@compare("set_forget_bias")
def every_layer(impl: Impl):
    "the sum of both biases of each layer, for one, two, three and twelve layers"
    found = {}
    for layers, H in ((1, 1), (2, 4), (3, 6), (12, 2)):
        lstm = lstm_of(impl, 72, D=2, H=H, layers=layers)
        impl.set_forget_bias(lstm, -1.25)
        found[f"{layers} layers"] = sums_of(impl, lstm, layers)
    return found


@compare("set_forget_bias")
def the_rest_stays(impl: Impl):
    "no other entry of any parameter changes"
    lstm = lstm_of(impl, 73, D=2, H=5, layers=2)
    impl.set_forget_bias(lstm, 3.0)
    code = """
found = {name: parameter.detach().clone() for name, parameter in lstm.named_parameters()}
for name in found:
    if name.startswith("bias"):
        found[name][forget] = 0
found
"""
    return impl(code, forget=list(range(5, 10)), lstm=lstm)


@compare("set_forget_bias")
def it_still_trains(impl: Impl):
    "an optimizer that was made before goes on changing every parameter"
    lstm = lstm_of(impl, 74, D=2, H=3, layers=2)
    optimizer = impl("torch.optim.SGD(lstm.parameters(), lr=0.5)", lstm=lstm)
    impl.set_forget_bias(lstm, 1.5)
    code = """
lstm(x.requires_grad_())[0].sum().backward()
optimizer.step()
{name: p.detach().clone() for name, p in lstm.named_parameters() if name.startswith("weight")}
"""
    weights = impl(code, x=torch.ones(4, 1, 2), lstm=lstm, optimizer=optimizer)
    trainable = impl("all(p.requires_grad for p in lstm.parameters())", lstm=lstm)
    sums = sums_of(impl, lstm, 2)
    return {"weights": weights, "sums of the biases": sums, "all are trainable": trainable}


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


def facts_of(X, y):
    """What must be the same for every right batch of a size, however it is drawn."""
    values, markers = X[:, :, 0], X[:, :, 1]
    half = X.shape[1] // 2
    return {
        "values below 0 or above 1": int(((values < 0) | (values > 1)).sum()),
        "markers that are neither 0 nor 1": int(((markers != 0) & (markers != 1)).sum()),
        "markers in each first half": markers[:, :half].sum(1),
        "markers in each second half": markers[:, half:].sum(1),
        "targets less the sum of the two marked values": (
            (y - (values * markers).sum(1)).double().round(decimals=4)
        ),
    }


@compare("adding_batch")
def one_batch(impl: Impl, *, B, T):
    "values, one marker in each half, targets: together, at many sizes, also odd ones"
    return facts_of(*batch_of(impl, B, T + 1, seed=60))


@compare("adding_batch")
def the_targets(impl: Impl):
    "the target is the sum of the two marked values"
    return [facts_of(*batch_of(impl, B, T, seed=64)) for B, T in ((64, 12), (1, 9), (300, 51))]


@verify("adding_batch")
def the_values(impl: Impl):
    "shapes, types, and values spread evenly between 0 and 1"
    X, _ = batch_of(impl, 400, 20, seed=61)
    values = X[:, :, 0]
    assert values.min() >= 0 and values.max() <= 1, "X[:, :, 0] must lie between 0 and 1"
    shares = torch.histc(values, bins=10, min=0, max=1) / values.numel()
    assert (shares - 0.1).abs().max() < 0.02, "Every tenth of 0 … 1 must be drawn equally often"
    assert len(values.unique()) > 7000, "The values must be drawn for every example and step anew"
    marked = values[X[:, :, 1] == 1]
    shares = torch.histc(marked, bins=4, min=0, max=1) / marked.numel()
    assert (shares - 0.25).abs().max() < 0.1, "The steps must be marked whatever their values are"


@verify("adding_batch")
def the_markers(impl: Impl):
    "each step of each half equally often, also for odd T and for T = 2"
    for B, T in ((1200, 10), (1200, 5), (50, 2), (1200, 3)):
        markers = batch_of(impl, B, T, seed=62)[0][:, :, 1]
        for half, steps in (("first", slice(0, T // 2)), ("second", slice(T // 2, T))):
            part = markers[:, steps]
            even = (part.mean(0) * part.shape[1] - 1).abs().max() < 0.25
            assert even, f"T = {T}: every step of the {half} half must be marked equally often"
    markers = batch_of(impl, 1200, 6, seed=63)[0][:, :, 1]
    alike = (markers[1:, :3] * markers[:-1, :3]).sum() / 1199 * 3
    assert abs(alike - 1) < 0.2, "The markers must be drawn for every example anew"
    pairs = markers[:, :3].T @ markers[:, 3:]
    assert (pairs / 1200 * 9 - 1).abs().max() < 0.4, "The two markers must be drawn independently"


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
[first, second, again, other]
"""
    first, second, again, other = impl(code)
    for place, name in enumerate(("values", "markers")):
        one = first[0][:, :, place]
        same = torch.equal(one, again[0][:, :, place])
        assert same, f"The same seed must give the same {name}, whatever the global seed"
        for batch in (second, other):
            drawn = not torch.equal(one, batch[0][:, :, place])
            assert drawn, f"Another seed, and a second call, must give other {name}"
