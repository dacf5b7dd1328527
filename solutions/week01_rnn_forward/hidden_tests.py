"""Week 1: what the hidden tests run, on a submission and on the reference."""

import math
from functools import partial

import numpy as np

from autograder.judge import Impl, compare, verify
from autograder.notebook.checks import expect_close

#: Relative tolerance: all is 64 bits wide, so a result from single precision shows.
RTOL = 1e-9

# == rnn_step ==


def step_problem(seed, B, D, H):
    rng = np.random.default_rng(seed)
    x, h = rng.normal(size=(B, D)), rng.uniform(-1, 1, size=(B, H))
    W_ih, W_hh = 0.5 * rng.normal(size=(H, D)), 0.5 * rng.normal(size=(H, H))
    return x, h, W_ih, W_hh, 0.5 * rng.normal(size=H)


@compare("rnn_step", dtype=True, kind=True, rtol=RTOL)
def the_input_path(impl: Impl):
    "the new state when there is an input, but no recurrence and no bias"
    x, h, W_ih, W_hh, b_h = step_problem(11, B=4, D=3, H=6)
    return impl.rnn_step(x, h, W_ih, 0 * W_hh, 0 * b_h)


@compare("rnn_step", dtype=True, kind=True, rtol=RTOL)
def the_recurrent_path(impl: Impl):
    "the new state when there is an old state, but no input and no bias"
    x, h, W_ih, W_hh, b_h = step_problem(12, B=4, D=3, H=6)
    return impl.rnn_step(0 * x, h, W_ih, W_hh, 0 * b_h)


@compare("rnn_step", points=0.5, dtype=True, kind=True, rtol=RTOL)
def one_step_after_another(impl: Impl):
    "a new state is kept while the next is made; arguments not contiguous; tiny pre-activations"
    x, h, W_ih, W_hh, b_h = step_problem(16, B=3, D=4, H=4)
    code = """
kept = rnn_step(x, h, W_ih, W_hh, b_h)
[rnn_step(x.T.copy().T, kept, W_ih.T, W_hh.T, b_h[::-1]), kept]
"""
    found = impl(code, x=x, h=h, W_ih=W_ih, W_hh=W_hh, b_h=b_h)
    tiny = impl.rnn_step(1e-9 * x, 1e-9 * h, W_ih, W_hh, 1e-9 * b_h)
    return [*found, 1e9 * np.asarray(tiny)]


@compare("rnn_step", points=2, dtype=True, kind=True, rtol=RTOL)
def steps_of_every_size(impl: Impl, *, B, D, H):
    "the new state on a random batch: sizes of 1, all alike, all different"
    return impl.rnn_step(*step_problem(13, B, D, H))


@compare("rnn_step", points=0.5, dtype=True, kind=True, rtol=RTOL)
def saturated_units(impl: Impl):
    "the new state for pre-activations from a few to thousands, where the tanh is 1 or -1"
    x, *others = step_problem(14, B=6, D=4, H=5)
    return impl.rnn_step(np.array([[1.0], [4], [8], [30], [1e3], [1e6]]) * x, *others)


@verify("rnn_step", points=0.5)
def one_example_agrees_with_torch(impl: Impl):
    "one example (B = 1) against torch's RNNCell"
    import torch

    arguments = step_problem(15, B=1, D=5, H=4)
    x, h, W_ih, W_hh, b_h = (torch.tensor(a) for a in arguments)
    want = torch.rnn_tanh_cell(x, h, W_ih, W_hh, b_h, torch.zeros_like(b_h)).numpy()
    got = impl.rnn_step(*arguments)
    expect_close(got, want, "One example must give what torch's RNNCell gives")


# == SimpleRNN ==


def network_shapes(D, H, O):
    return {"W_ih": (H, D), "W_hh": (H, H), "b_h": (H,), "W_ho": (O, H), "b_o": (O,)}


def network_weights(seed, D, H, O):
    rng = np.random.default_rng(seed)
    shapes = network_shapes(D, H, O)
    return {name: 0.6 * rng.normal(size=shape) for name, shape in shapes.items()}


def set_weights(impl, rnn, weights):
    impl(
        "for name, value in weights.items(): setattr(rnn, name, value)",
        rnn=rnn,
        weights=weights,
    )


def network_of(impl, weights):
    (O, H), D = weights["W_ho"].shape, weights["W_ih"].shape[1]
    rnn = impl("SimpleRNN(D, H, O, np.random.default_rng(0))", D=D, H=H, O=O)
    set_weights(impl, rnn, weights)
    return rnn


def sequences(seed, B, T, D, H):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(B, T, D)), rng.uniform(-1, 1, size=(B, H))


@verify("SimpleRNN")
def the_parameters(impl: Impl):
    "shapes and range of the five parameters, and that rng decides them; in which order is free"
    D, H, O = 7, 150, 120
    shapes = network_shapes(D, H, O)
    rnn, again, other = impl(
        """
SimpleRNN(2, 3, 4, np.random.default_rng(3))  # of another size, and none of the others' business
networks = [SimpleRNN(D, H, O, np.random.default_rng(seed)) for seed in (3, 3, 4)]
[{name: getattr(network, name) for name in names} for network in networks]
""",
        names=list(shapes),
        D=D,
        H=H,
        O=O,
    )
    for name, shape in shapes.items():
        value = np.asarray(rnn[name])
        assert value.shape == shape, f"{name} must have the shape {shape}, found {value.shape}"
        assert value.dtype == np.float64, f"{name} must hold 64-bit floats, found {value.dtype}"
        value = np.sort(value, axis=None) * math.sqrt(H)
        low, high = value[0], value[-1]
        assert max(-low, high) <= 1 + 1e-9, f"{name} must lie within ±1/√H"
        assert low < 0 < high, f"{name} must be drawn from both sides of zero"
        assert low < -0.8 and high > 0.8, f"{name} must use the whole range from -1/√H to 1/√H"
        even = np.linspace(-1, 1, len(value))
        off = np.abs(value - even).max() * math.sqrt(len(value))
        assert off < 5, f"{name} must be uniform: no part of the range more likely than another"
        same = np.array_equal(rnn[name], again[name])
        assert same, f"{name} must be the same for two generators with the same seed"
        same = np.array_equal(rnn[name], other[name])
        assert not same, f"{name} must differ for generators with different seeds"
    drawn = np.concatenate([np.ravel(rnn[name]) for name in shapes])
    anew = len(np.unique(drawn)) == len(drawn)
    assert anew, "every number must be drawn anew: the same one stands at two places"


@compare("SimpleRNN", dtype=True, kind=True, rtol=RTOL)
def the_states_from_zero(impl: Impl):
    "all hidden states, the start included, when no start state is given"
    X, _ = sequences(21, B=4, T=6, D=3, H=5)
    return network_of(impl, network_weights(22, D=3, H=5, O=2)).forward(X)[1]


@compare("SimpleRNN", dtype=True, kind=True, rtol=RTOL)
def the_states_from_a_given_start(impl: Impl):
    "all hidden states from a given start state"
    X, h_prev = sequences(23, B=2, T=5, D=4, H=3)
    return network_of(impl, network_weights(24, D=4, H=3, O=2)).forward(X, h_prev)[1]


@compare("SimpleRNN", dtype=True, kind=True, rtol=RTOL)
def the_outputs(impl: Impl):
    "the outputs of every step, from a given start state"
    X, h_prev = sequences(25, B=3, T=7, D=2, H=5)
    return network_of(impl, network_weights(26, D=2, H=5, O=4)).forward(X, h_prev)[0]


@compare("SimpleRNN", dtype=True, kind=True, rtol=RTOL)
def networks_of_every_size(impl: Impl, *, B, T, D, H, O):
    "outputs and states of a random batch: sizes of 1, all alike, all different"
    X, h_prev = sequences(27, B, T, D, H)
    outputs, states = network_of(impl, network_weights(28, D, H, O)).forward(X, h_prev=h_prev)
    return {"outputs": outputs, "hidden_states": states}


@compare("SimpleRNN", points=0.5, dtype=True, kind=True, rtol=RTOL)
def one_network_after_another(impl: Impl):
    "batches of several sizes one after the other, and new weights: each call begins from zeros"
    rnn = network_of(impl, network_weights(29, D=2, H=3, O=2))
    batches = [sequences(seed, B, T, D=2, H=3)[0] for seed, B, T in ((30, 2, 4), (31, 5, 1))]
    h_prev = sequences(33, B=2, T=4, D=2, H=3)[1]
    rnn.forward(-batches[0], h_prev)
    found = [rnn.forward(batch)[1] for batch in (batches[0], *batches)]
    code = "kept = rnn.forward(first)\nrnn.forward(second)\nkept"
    found += impl(code, rnn=rnn, first=batches[0], second=-batches[0])
    set_weights(impl, rnn, network_weights(32, D=2, H=3, O=2))
    return [*found, *rnn.forward(batches[0])]


@verify("SimpleRNN", points=0.5)
def agrees_with_torch(impl: Impl):
    "against torch's nn.RNN and nn.Linear: one sequence (B = 1) of 1200 steps, then the rest"
    import torch

    D, H, O, T = 3, 4, 2, 1210
    weights = network_weights(27, D, H, O)
    recurrent = torch.nn.RNN(D, H, batch_first=True).double()
    linear = torch.nn.Linear(H, O).double()
    with torch.no_grad():
        recurrent.weight_ih_l0.copy_(torch.tensor(weights["W_ih"]))
        recurrent.weight_hh_l0.copy_(torch.tensor(weights["W_hh"]))
        recurrent.bias_ih_l0.copy_(torch.tensor(weights["b_h"]))
        recurrent.bias_hh_l0.zero_()
        linear.weight.copy_(torch.tensor(weights["W_ho"]))
        linear.bias.copy_(torch.tensor(weights["b_o"]))
        X = np.random.default_rng(28).normal(size=(1, T, D))
        states = recurrent(torch.tensor(X))[0]
        want = linear(states).numpy()
    rnn = network_of(impl, weights)
    first, hidden_states = rnn.forward(X[:, :1200])
    expect_close(
        hidden_states[:, 1:], states[:, :1200], "The states after each step must be those of nn.RNN"
    )
    expect_close(first, want[:, :1200], "The outputs must be those of nn.RNN with a linear layer")
    second, _ = rnn.forward(X[:, 1200:], states[:, 1199].numpy())
    expect_close(second, want[:, 1200:], "Going on from the last state must equal one long pass")


# == rnn_step_backward ==

STEP_GRADIENTS = ("dx", "dh_prev", "dW_ih", "dW_hh", "db_h")
SEQUENCE_GRADIENTS = ("dX", "dh0", "dW_ih", "dW_hh", "db_h")


def named(gradients, names):
    "The five gradients by name, checked to be five."
    five = isinstance(gradients, tuple | list) and len(gradients) == 5
    assert five, f"the result must be the five gradients {', '.join(names)}"
    return dict(zip(names, gradients, strict=True))


def rescaled(gradients, scale, names):
    "The gradients of a loss that is ``scale`` times as large, brought back."
    return {name: np.asarray(g) / scale for name, g in named(gradients, names).items()}


def backward_problem(seed, B, D, H):
    rng = np.random.default_rng(seed)
    x, h_prev = rng.normal(size=(B, D)), rng.uniform(-1, 1, size=(B, H))
    W_ih, W_hh = 0.5 * rng.normal(size=(H, D)), 0.5 * rng.normal(size=(H, H))
    h = np.tanh(x @ W_ih.T + h_prev @ W_hh.T + 0.3 * rng.normal(size=H))
    return rng.normal(size=(B, H)), (x, h_prev, h, W_ih, W_hh)


@compare("rnn_step_backward", dtype=True, kind=True, rtol=RTOL)
def the_bias(impl: Impl):
    "db_h of a random batch: the tanh and the sum over the batch"
    return impl.rnn_step_backward(*backward_problem(31, B=4, D=3, H=6))[4]


@compare("rnn_step_backward", dtype=True, kind=True, rtol=RTOL)
def the_input_and_the_old_state(impl: Impl):
    "dx and dh_prev of a random batch"
    gradients = impl.rnn_step_backward(*backward_problem(32, B=5, D=2, H=4))
    return {"dx": gradients[0], "dh_prev": gradients[1]}


@compare("rnn_step_backward", dtype=True, kind=True, rtol=RTOL)
def the_weights(impl: Impl):
    "dW_ih and dW_hh of a random batch"
    gradients = impl.rnn_step_backward(*backward_problem(33, B=3, D=4, H=5))
    return {"dW_ih": gradients[2], "dW_hh": gradients[3]}


@compare("rnn_step_backward", dtype=True, kind=True, rtol=RTOL)
def gradients_of_every_size(impl: Impl, *, B, D, H):
    "all five gradients of a random batch: sizes of 1, all alike, all different"
    return named(impl.rnn_step_backward(*backward_problem(34, B, D, H)), STEP_GRADIENTS)


@compare("rnn_step_backward", points=0.5, rtol=RTOL)
def large_and_small_gradients_of_a_step(impl: Impl):
    "all five gradients when dh is very large, or next to nothing; a first result is kept"
    dh, cache = backward_problem(35, B=3, D=2, H=4)
    found = [
        rescaled(impl.rnn_step_backward(scale * dh, cache), scale, STEP_GRADIENTS)
        for scale in (1e12, 1e-30)
    ]
    code = "kept = rnn_step_backward(dh, cache)\nrnn_step_backward(2 * dh, cache)\nkept"
    return [*found, named(impl(code, dh=dh, cache=cache), STEP_GRADIENTS)]


@compare("rnn_step_backward", points=0.5, dtype=True, kind=True, rtol=RTOL)
def gradients_of_saturated_units(impl: Impl):
    "all five gradients where every state is 1, -1, or as good as that"
    dh, (x, h_prev, h, W_ih, W_hh) = backward_problem(36, B=4, D=3, H=3)
    found = []
    for distance in (0, 1e-6):
        cache = (x, h_prev, (1 - distance) * np.sign(h), W_ih, W_hh)
        found.append(named(impl.rnn_step_backward(dh, cache), STEP_GRADIENTS))
    return found


@verify("rnn_step_backward", points=0.5)
def rnn_step_backward_agrees_with_autograd(impl: Impl):
    "all five gradients against torch's autograd, for a batch and one example"
    import torch

    for seed, B in ((34, 6), (35, 1)):
        dh, (x, h_prev, _, W_ih, W_hh) = backward_problem(seed, B, D=2, H=3)
        leaves = [torch.tensor(a, requires_grad=True) for a in (x, h_prev, W_ih, W_hh)]
        b_h = torch.linspace(-0.5, 0.5, 3, dtype=torch.float64, requires_grad=True)
        h = torch.tanh(leaves[0] @ leaves[2].T + leaves[1] @ leaves[3].T + b_h)
        h.backward(torch.tensor(dh))
        cache = (x, h_prev, h.detach().numpy(), W_ih, W_hh)
        got = named(impl.rnn_step_backward(dh, cache), STEP_GRADIENTS)
        for (name, value), leaf in zip(got.items(), [*leaves, b_h], strict=True):
            expect_close(value, leaf.grad, f"{name} must equal autograd's with a batch of {B}")


# == bptt ==


def sequence_problem(seed, B, T, D, H):
    rng = np.random.default_rng(seed)
    X, h = rng.normal(size=(B, T, D)), rng.uniform(-1, 1, size=(B, H))
    W_ih, W_hh = 0.5 * rng.normal(size=(H, D)), 0.6 * rng.normal(size=(H, H))
    b_h = 0.3 * rng.normal(size=H)
    return rng.normal(size=(B, T, H)), caches_of(X, h, W_ih, W_hh, b_h), b_h


def caches_of(X, h, W_ih, W_hh, b_h):
    caches = []
    for t in range(X.shape[1]):
        h_prev, h = h, np.tanh(X[:, t] @ W_ih.T + h @ W_hh.T + b_h)
        caches.append((X[:, t], h_prev, h, W_ih, W_hh))
    return caches


def vanishing_problem(seed, factor):
    "A sequence whose carry shrinks by ``factor`` with every step; each step has its own loss."
    dH, caches, b_h = sequence_problem(seed, B=2, T=6, D=2, H=3)
    X = np.stack([cache[0] for cache in caches], axis=1)
    _, h0, _, W_ih, W_hh = caches[0]
    return dH, caches_of(X, h0, W_ih, factor * W_hh, b_h)


def autograd_gradients(dH, caches, bias, k):
    "The five gradients by torch's autograd, with h.detach() after every k steps."
    import torch

    X = np.stack([cache[0] for cache in caches], axis=1)
    _, h0, _, W_ih, W_hh = caches[0]
    leaves = [torch.tensor(a, requires_grad=True) for a in (X, h0, W_ih, W_hh, bias)]
    x, h, W_x, W_h, b = leaves
    loss = torch.zeros((), dtype=torch.float64)
    for t in range(X.shape[1]):
        if t and t % k == 0:
            h = h.detach()
        h = torch.tanh(x[:, t] @ W_x.T + h @ W_h.T + b)
        loss = loss + (torch.tensor(dH[:, t]) * h).sum()
    loss.backward()
    return {
        name: leaf.grad
        for name, leaf in zip(("dX", "dh0", "dW_ih", "dW_hh", "db_h"), leaves, strict=True)
    }


def expect_gradients(got, want, words):
    for name, value in named(got, SEQUENCE_GRADIENTS).items():
        expect_close(value, want[name], f"{name} must equal autograd's {words}")


@compare("bptt", dtype=True, kind=True, rtol=RTOL)
def the_inputs(impl: Impl):
    "dX, with a loss at every step"
    dH, caches, _ = sequence_problem(41, B=3, T=5, D=2, H=4)
    return impl.bptt(dH, caches)[0]


@compare("bptt", dtype=True, kind=True, rtol=RTOL)
def the_start_state(impl: Impl):
    "dh0, with a loss at every step"
    dH, caches, _ = sequence_problem(42, B=2, T=4, D=3, H=5)
    return impl.bptt(dH, caches)[1]


@compare("bptt", dtype=True, kind=True, rtol=RTOL)
def bptt_the_shared_parameters(impl: Impl):
    "dW_ih, dW_hh and db_h, with a loss at every step"
    dH, caches, _ = sequence_problem(43, B=4, T=6, D=2, H=3)
    gradients = impl.bptt(dH, caches)
    return {"dW_ih": gradients[2], "dW_hh": gradients[3], "db_h": gradients[4]}


@compare("bptt", points=0.5, dtype=True, kind=True, rtol=RTOL)
def a_loss_at_one_step(impl: Impl):
    "dX and dh0 when one step alone has a loss: the last, so that the carry is all; then the second"
    found = []
    for step in (4, 1):
        dH, caches, _ = sequence_problem(44, B=2, T=5, D=4, H=3)
        dH[:, [t for t in range(5) if t != step]] = 0
        gradients = impl.bptt(dH, caches)
        found.append({"dX": gradients[0], "dh0": gradients[1]})
    return found


@compare("bptt", dtype=True, kind=True, rtol=RTOL)
def sequences_of_every_size(impl: Impl, *, B, T, D, H):
    "all five gradients: sizes of 1, all alike, all different"
    dH, caches, _ = sequence_problem(46, B, T, D, H)
    return named(impl.bptt(dH, caches), SEQUENCE_GRADIENTS)


@compare("bptt", points=0.5, rtol=RTOL)
def large_and_small_gradients(impl: Impl):
    "all five gradients when dH is very large, or next to nothing; a first result is kept"
    dH, caches, _ = sequence_problem(47, B=2, T=4, D=2, H=3)
    found = [
        rescaled(impl.bptt(scale * dH, caches), scale, SEQUENCE_GRADIENTS)
        for scale in (1e12, 1e-30)
    ]
    code = "kept = bptt(dH, caches)\nbptt(2 * dH, caches)\nkept"
    return [*found, named(impl(code, dH=dH, caches=caches), SEQUENCE_GRADIENTS)]


@compare("bptt", points=0.5, rtol=RTOL)
def a_sequence_of_1200_steps(impl: Impl):
    "all five gradients of 1200 steps that read the same"
    dH, caches, _ = sequence_problem(49, B=1, T=1, D=2, H=2)
    code = "bptt(dH.repeat(1200, axis=1), caches * 1200)"
    return named(impl(code, dH=dH, caches=caches), SEQUENCE_GRADIENTS)


@compare("bptt", points=0.5, rtol=RTOL)
def a_carry_that_vanishes(impl: Impl):
    "dX when next to nothing is carried from step to step, but every step has a loss of its own"
    return [impl.bptt(*vanishing_problem(48, factor))[0] for factor in (1e-4, 1e-15, 0)]


@verify("bptt", points=0.5)
def bptt_agrees_with_autograd(impl: Impl):
    "all five gradients against torch's autograd, one long sequence (B = 1)"
    dH, caches, bias = sequence_problem(45, B=1, T=40, D=3, H=4)
    want = autograd_gradients(dH, caches, bias, k=40)
    expect_gradients(impl.bptt(dH, caches), want, "on a sequence of 40 steps")


# == truncated_bptt ==


@compare("truncated_bptt", dtype=True, kind=True, rtol=RTOL)
def the_inputs_and_the_start_state(impl: Impl):
    "dX and dh0 with chunks of 4, when T is no multiple of 4"
    dH, caches, _ = sequence_problem(51, B=3, T=10, D=2, H=4)
    gradients = impl.truncated_bptt(dH, caches, 4)
    return {"dX": gradients[0], "dh0": gradients[1]}


@compare("truncated_bptt", dtype=True, kind=True, rtol=RTOL)
def truncated_bptt_the_shared_parameters(impl: Impl):
    "dW_ih, dW_hh and db_h with chunks of 3, when T is no multiple of 3"
    dH, caches, _ = sequence_problem(52, B=2, T=8, D=3, H=4)
    gradients = impl.truncated_bptt(dH, caches, 3)
    return {"dW_ih": gradients[2], "dW_hh": gradients[3], "db_h": gradients[4]}


@compare("truncated_bptt", points=0.5, dtype=True, kind=True, rtol=RTOL)
def every_length_of_a_chunk(impl: Impl):
    "all five gradients of six steps for k = 1 to 8; then with a loss at one step alone"
    dH, caches, _ = sequence_problem(53, B=2, T=6, D=4, H=3)
    one = dH * (np.arange(6) == 3)[:, None]
    cases = [*((dH, k) for k in range(1, 9)), (one, 2), (one, 4)]
    return [named(impl.truncated_bptt(loss, caches, k), SEQUENCE_GRADIENTS) for loss, k in cases]


@compare("truncated_bptt", points=0.5, dtype=True, kind=True, rtol=RTOL)
def chunks_of_every_size(impl: Impl, *, B, T, D, H, k):
    "all five gradients: sizes of 1, all alike, all different"
    dH, caches, _ = sequence_problem(56, B, T, D, H)
    return named(impl.truncated_bptt(dH, caches, k), SEQUENCE_GRADIENTS)


@compare("truncated_bptt", points=0.5, rtol=RTOL)
def large_small_and_vanishing(impl: Impl):
    "all five gradients when dH is very large or small, and when the carry vanishes"
    dH, caches, _ = sequence_problem(57, B=2, T=5, D=2, H=3)
    found = [
        rescaled(impl.truncated_bptt(scale * dH, caches, 3), scale, SEQUENCE_GRADIENTS)
        for scale in (1e12, 1e-30)
    ]
    for factor in (1e-4, 1e-15, 0):
        gradients = impl.truncated_bptt(*vanishing_problem(58, factor), 4)
        found.append(named(gradients, SEQUENCE_GRADIENTS))
    code = "kept = truncated_bptt(dH, caches, 2)\ntruncated_bptt(2 * dH, caches, 2)\nkept"
    return [*found, named(impl(code, dH=dH, caches=caches), SEQUENCE_GRADIENTS)]


@verify("truncated_bptt", points=0.5)
def agrees_with_detach(impl: Impl):
    "all five gradients against autograd with h.detach() at the cuts, k = 1, 4, 15"
    dH, caches, bias = sequence_problem(54, B=1, T=22, D=2, H=3)
    for k in (1, 4, 15):
        want = autograd_gradients(dH, caches, bias, k)
        expect_gradients(impl.truncated_bptt(dH, caches, k), want, f"with detach, k = {k}")


@compare("truncated_bptt", points=0.5, rtol=RTOL)
def a_chunk_without_steps(impl: Impl):
    "k = 1 is fine; k = 0 and k = -1 raise a ValueError"
    dH, caches, _ = sequence_problem(55, B=1, T=3, D=2, H=2)
    fine = impl.truncated_bptt(dH, caches, 1)
    for k in (0, -1, -2, -3):
        found = "no exception"
        try:
            impl.truncated_bptt(dH, caches, k)
        except ValueError:
            continue
        except Exception as error:
            found = str(error)
        raise AssertionError(f"k = {k} must raise a ValueError, found {found}")
    return named(fine, SEQUENCE_GRADIENTS)


# == gradient_norm_by_lag ==


@compare("gradient_norm_by_lag", dtype=True, kind=True, rtol=RTOL)
def random_weights(impl: Impl):
    "the norms for a random matrix"
    return impl.gradient_norm_by_lag(np.random.default_rng(61).normal(size=(6, 6)) / 2, 8)


@compare("gradient_norm_by_lag", dtype=True, kind=True, rtol=RTOL)
def growth_before_decay(impl: Impl):
    "the norms for a matrix whose eigenvalues are small, but which stretches gradients at first"
    W_hh = np.diag([0.5, 0.4, 0.3]) + np.diag([2.0, 3.0], k=1)
    return impl.gradient_norm_by_lag(W_hh, 6)


@compare("gradient_norm_by_lag", points=0.5, dtype=True, kind=True, rtol=RTOL)
def matrices_of_every_size(impl: Impl, *, H, T):
    "the norms for random matrices: one unit, one lag, more lags than units and fewer"
    return impl.gradient_norm_by_lag(np.random.default_rng(62).normal(size=(H, H)), T)


@compare("gradient_norm_by_lag", points=0.5, dtype=True, kind=True, rtol=1e-6, atol=0.0)
def far_back(impl: Impl):
    "norms that fall or grow over many lags, each as exact as the first; a first result is kept"
    W_hh = np.random.default_rng(64).normal(size=(4, 4))
    code = """
kept = gradient_norm_by_lag(1e-5 * W_hh, 25)
[gradient_norm_by_lag(1e5 * W_hh, 25), kept]
"""
    return impl(code, W_hh=W_hh)


@compare("gradient_norm_by_lag", points=0.5, dtype=True, kind=True, rtol=RTOL)
def no_full_set_of_eigenvectors(impl: Impl):
    "the norms for matrices that cannot be diagonalised, and for zeros"
    shift = np.diag([2.0, 3.0, 4.0], k=1)
    return [impl.gradient_norm_by_lag(W, 6) for W in (np.eye(4) / 2 + shift, shift, 0 * shift)]


@verify("gradient_norm_by_lag")
def gradient_norm_by_lag_agrees_with_autograd(impl: Impl):
    "the norm of the Jacobian of a linear recurrence, by torch's autograd"
    import torch

    W_hh = torch.tensor(np.random.default_rng(63).normal(size=(4, 4)) * 0.6)
    norms = impl.gradient_norm_by_lag(W_hh.numpy(), 5)
    h0 = torch.zeros(4, dtype=torch.float64)

    def run(h, lag):
        for _ in range(lag):
            h = h @ W_hh.T
        return h

    jacobian = torch.autograd.functional.jacobian
    want = [torch.linalg.matrix_norm(jacobian(partial(run, lag=lag), h0), 2) for lag in range(5)]
    expect_close(norms, want, "Entry lag must be the spectral norm of the Jacobian over lag steps")
