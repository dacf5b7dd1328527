"""Week 1: what the hidden tests run, on a submission and on the reference."""

import math
from functools import partial

import numpy as np

from autograder.judge import Impl, compare, verify
from autograder.notebook.checks import expect_close

# == rnn_step ==


def step_problem(seed, B, D, H):
    rng = np.random.default_rng(seed)
    x, h = rng.normal(size=(B, D)), rng.uniform(-1, 1, size=(B, H))
    W_ih, W_hh = 0.5 * rng.normal(size=(H, D)), 0.5 * rng.normal(size=(H, H))
    return x, h, W_ih, W_hh, 0.5 * rng.normal(size=H)


@compare("rnn_step")
def the_input_path(impl: Impl):
    "the new state when there is an input, but no recurrence and no bias"
    x, h, W_ih, W_hh, b_h = step_problem(11, B=4, D=3, H=6)
    return impl.rnn_step(x, h, W_ih, 0 * W_hh, 0 * b_h)


@compare("rnn_step")
def the_recurrent_path(impl: Impl):
    "the new state when there is an old state, but no input and no bias"
    x, h, W_ih, W_hh, b_h = step_problem(12, B=4, D=3, H=6)
    return impl.rnn_step(0 * x, h, W_ih, W_hh, 0 * b_h)


@compare("rnn_step")
def a_random_batch(impl: Impl):
    "the new state on a random batch, with B, D and H all different"
    return impl.rnn_step(*step_problem(13, B=5, D=7, H=3))


@compare("rnn_step")
def as_many_inputs_as_units(impl: Impl):
    "the new state when D = H, where a wrong transpose goes unnoticed"
    return impl.rnn_step(*step_problem(14, B=3, D=4, H=4))


@verify("rnn_step")
def one_example_agrees_with_torch(impl: Impl):
    "one example (B = 1) against torch's RNNCell; the arguments stay as they were"
    import torch

    arguments = step_problem(15, B=1, D=5, H=4)
    x, h, W_ih, W_hh, b_h = (torch.tensor(a) for a in arguments)
    want = torch.rnn_tanh_cell(x, h, W_ih, W_hh, b_h, torch.zeros_like(b_h)).numpy()
    names = dict(zip(("x", "h", "W_ih", "W_hh", "b_h"), arguments, strict=True))
    got, *after = impl("(rnn_step(x, h, W_ih, W_hh, b_h), x, h, W_ih, W_hh, b_h)", **names)
    expect_close(got, want, "One example must give what torch's RNNCell gives")
    for name, value in zip(names, after, strict=True):
        expect_close(value, names[name], f"rnn_step must leave its argument {name} as it was", 0)


# == SimpleRNN ==


def network_shapes(D, H, O):
    return {"W_ih": (H, D), "W_hh": (H, H), "b_h": (H,), "W_ho": (O, H), "b_o": (O,)}


def network_weights(seed, D, H, O):
    rng = np.random.default_rng(seed)
    shapes = network_shapes(D, H, O)
    return {name: 0.6 * rng.normal(size=shape) for name, shape in shapes.items()}


def network_of(impl, weights):
    (O, H), D = weights["W_ho"].shape, weights["W_ih"].shape[1]
    return impl(
        """
rnn = SimpleRNN(D, H, O, np.random.default_rng(0))
for name, value in weights.items():
    setattr(rnn, name, value)
rnn
""",
        weights=weights,
        D=D,
        H=H,
        O=O,
    )


@verify("SimpleRNN")
def the_parameters(impl: Impl):
    "shapes and range of the five parameters, and that rng decides them; in which order is free"
    D, H, O = 7, 150, 120
    shapes = network_shapes(D, H, O)
    rnn, again, other = impl(
        """
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
        low, high = value.min() * math.sqrt(H), value.max() * math.sqrt(H)
        assert max(-low, high) <= 1 + 1e-9, f"{name} must lie within ±1/√H"
        assert low < 0 < high, f"{name} must be drawn from both sides of zero"
        assert low < -0.8 and high > 0.8, f"{name} must use the whole range from -1/√H to 1/√H"
        same = np.array_equal(value, again[name])
        assert same, f"{name} must be the same for two generators with the same seed"
        same = np.array_equal(value, other[name])
        assert not same, f"{name} must differ for generators with different seeds"


@compare("SimpleRNN")
def the_states_from_zero(impl: Impl):
    "all hidden states, the start included, when no start state is given"
    X = np.random.default_rng(21).normal(size=(4, 6, 3))
    return network_of(impl, network_weights(22, D=3, H=5, O=2)).forward(X)[1]


@compare("SimpleRNN")
def the_states_from_a_given_start(impl: Impl):
    "all hidden states from a given start state"
    rng = np.random.default_rng(23)
    X, h_prev = rng.normal(size=(2, 5, 4)), rng.uniform(-1, 1, size=(2, 3))
    return network_of(impl, network_weights(24, D=4, H=3, O=2)).forward(X, h_prev)[1]


@compare("SimpleRNN")
def the_outputs(impl: Impl):
    "the outputs of every step, from a given start state"
    rng = np.random.default_rng(25)
    X, h_prev = rng.normal(size=(3, 7, 2)), rng.uniform(-1, 1, size=(3, 5))
    return network_of(impl, network_weights(26, D=2, H=5, O=4)).forward(X, h_prev)[0]


@verify("SimpleRNN")
def agrees_with_torch(impl: Impl):
    "against torch's nn.RNN and nn.Linear: one sequence (B = 1), then the rest; the arguments stay"
    import torch

    D, H, O, T = 3, 4, 2, 8
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
    (first, hidden_states), after = impl("(rnn.forward(X), X)", rnn=rnn, X=X[:, :3])
    expect_close(
        hidden_states[:, 1:], states[:, :3], "The states after each step must be those of nn.RNN"
    )
    expect_close(first, want[:, :3], "The outputs must be those of nn.RNN with a linear layer")
    expect_close(after, X[:, :3], "forward must leave its argument X as it was", 0)
    h_prev = hidden_states[:, -1]
    (second, _), *after = impl(
        "(rnn.forward(X, h_prev), X, h_prev)", rnn=rnn, X=X[:, 3:], h_prev=h_prev
    )
    expect_close(second, want[:, 3:], "Going on from the last state must equal one long pass")
    expect_close(after[0], X[:, 3:], "forward must leave its argument X as it was", 0)
    expect_close(after[1], h_prev, "forward must leave its argument h_prev as it was", 0)


# == rnn_step_backward ==


def backward_problem(seed, B, D, H):
    rng = np.random.default_rng(seed)
    x, h_prev = rng.normal(size=(B, D)), rng.uniform(-1, 1, size=(B, H))
    W_ih, W_hh = 0.5 * rng.normal(size=(H, D)), 0.5 * rng.normal(size=(H, H))
    h = np.tanh(x @ W_ih.T + h_prev @ W_hh.T + 0.3 * rng.normal(size=H))
    return rng.normal(size=(B, H)), (x, h_prev, h, W_ih, W_hh)


@compare("rnn_step_backward")
def the_bias(impl: Impl):
    "db_h of a random batch: the tanh and the sum over the batch"
    return impl.rnn_step_backward(*backward_problem(31, B=4, D=3, H=6))[4]


@compare("rnn_step_backward")
def the_input_and_the_old_state(impl: Impl):
    "dx and dh_prev of a random batch"
    gradients = impl.rnn_step_backward(*backward_problem(32, B=5, D=2, H=4))
    return {"dx": gradients[0], "dh_prev": gradients[1]}


@compare("rnn_step_backward")
def the_weights(impl: Impl):
    "dW_ih and dW_hh of a random batch"
    gradients = impl.rnn_step_backward(*backward_problem(33, B=3, D=4, H=5))
    return {"dW_ih": gradients[2], "dW_hh": gradients[3]}


@verify("rnn_step_backward")
def rnn_step_backward_agrees_with_autograd(impl: Impl):
    "all five gradients against torch's autograd, for a batch and one example; the arguments stay"
    import torch

    for seed, B in ((34, 6), (35, 1)):
        dh, (x, h_prev, _, W_ih, W_hh) = backward_problem(seed, B, D=2, H=3)
        leaves = [torch.tensor(a, requires_grad=True) for a in (x, h_prev, W_ih, W_hh)]
        b_h = torch.linspace(-0.5, 0.5, 3, dtype=torch.float64, requires_grad=True)
        h = torch.tanh(leaves[0] @ leaves[2].T + leaves[1] @ leaves[3].T + b_h)
        h.backward(torch.tensor(dh))
        cache = (x, h_prev, h.detach().numpy(), W_ih, W_hh)
        got, *after = impl("(rnn_step_backward(dh, cache), dh, *cache)", dh=dh, cache=cache)
        assert len(got) == 5, f"rnn_step_backward must return five gradients, found {len(got)}"
        for name, value, leaf in zip(
            ("dx", "dh_prev", "dW_ih", "dW_hh", "db_h"), got, [*leaves, b_h], strict=True
        ):
            expect_close(value, leaf.grad, f"{name} must equal autograd's with a batch of {B}")
        arguments = ("dh", "x", "h_prev", "h", "W_ih", "W_hh")
        for name, value, before in zip(arguments, after, (dh, *cache), strict=True):
            expect_close(value, before, f"rnn_step_backward must leave {name} as it was", 0)


# == bptt ==


def sequence_problem(seed, B, T, D, H):
    rng = np.random.default_rng(seed)
    X, h = rng.normal(size=(B, T, D)), rng.uniform(-1, 1, size=(B, H))
    W_ih, W_hh = 0.5 * rng.normal(size=(H, D)), 0.6 * rng.normal(size=(H, H))
    b_h = 0.3 * rng.normal(size=H)
    caches = []
    for t in range(T):
        h_prev, h = h, np.tanh(X[:, t] @ W_ih.T + h @ W_hh.T + b_h)
        caches.append((X[:, t], h_prev, h, W_ih, W_hh))
    return rng.normal(size=(B, T, H)), caches, b_h


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


def expect_gradients(got, want, function, words):
    assert len(got) == 5, f"{function} must return five gradients, found {len(got)}"
    for value, (name, gradient) in zip(got, want.items(), strict=True):
        expect_close(value, gradient, f"{name} must equal autograd's {words}")


def expect_arguments_unchanged(after, before, function):
    (dH_after, caches_after), (dH, caches) = after, before
    expect_close(dH_after, dH, f"{function} must leave dH as it was", 0)
    for t, (same, cache) in enumerate(zip(caches_after, caches, strict=True)):
        for value, array in zip(same, cache, strict=True):
            expect_close(value, array, f"{function} must leave caches[{t}] as it was", 0)


@compare("bptt")
def the_inputs(impl: Impl):
    "dX, with a loss at every step"
    dH, caches, _ = sequence_problem(41, B=3, T=5, D=2, H=4)
    return impl.bptt(dH, caches)[0]


@compare("bptt")
def the_start_state(impl: Impl):
    "dh0, with a loss at every step"
    dH, caches, _ = sequence_problem(42, B=2, T=4, D=3, H=5)
    return impl.bptt(dH, caches)[1]


@compare("bptt")
def bptt_the_shared_parameters(impl: Impl):
    "dW_ih, dW_hh and db_h, with a loss at every step"
    dH, caches, _ = sequence_problem(43, B=4, T=6, D=2, H=3)
    gradients = impl.bptt(dH, caches)
    return {"dW_ih": gradients[2], "dW_hh": gradients[3], "db_h": gradients[4]}


@compare("bptt")
def a_loss_at_the_end(impl: Impl):
    "dX and dh0 when only the last step has a loss, so that the carry is all there is"
    dH, caches, _ = sequence_problem(44, B=2, T=5, D=4, H=3)
    dH[:, :-1] = 0
    gradients = impl.bptt(dH, caches)
    return {"dX": gradients[0], "dh0": gradients[1]}


@verify("bptt")
def bptt_agrees_with_autograd(impl: Impl):
    "all five gradients against torch's autograd, one long sequence (B = 1); the arguments stay"
    dH, caches, bias = sequence_problem(45, B=1, T=12, D=3, H=4)
    want = autograd_gradients(dH, caches, bias, k=12)
    got, *after = impl("(bptt(dH, caches), dH, caches)", dH=dH, caches=caches)
    expect_gradients(got, want, "bptt", "on a sequence of 12 steps")
    expect_arguments_unchanged(after, (dH, caches), "bptt")


# == truncated_bptt ==


@compare("truncated_bptt")
def the_inputs_and_the_start_state(impl: Impl):
    "dX and dh0 with chunks of 4, when T is no multiple of 4"
    dH, caches, _ = sequence_problem(51, B=3, T=10, D=2, H=4)
    gradients = impl.truncated_bptt(dH, caches, 4)
    return {"dX": gradients[0], "dh0": gradients[1]}


@compare("truncated_bptt")
def truncated_bptt_the_shared_parameters(impl: Impl):
    "dW_ih, dW_hh and db_h with chunks of 3, when T is no multiple of 3"
    dH, caches, _ = sequence_problem(52, B=2, T=8, D=3, H=4)
    gradients = impl.truncated_bptt(dH, caches, 3)
    return {"dW_ih": gradients[2], "dW_hh": gradients[3], "db_h": gradients[4]}


@compare("truncated_bptt", points=0.5)
def one_chunk(impl: Impl):
    "all five gradients when k is T and when k is larger: full BPTT"
    dH, caches, _ = sequence_problem(53, B=2, T=5, D=4, H=3)
    return [list(impl.truncated_bptt(dH, caches, k)) for k in (5, 9)]


@verify("truncated_bptt")
def agrees_with_detach(impl: Impl):
    "all five gradients against autograd with h.detach() at the cuts, k = 1, 2, 5; arguments stay"
    dH, caches, bias = sequence_problem(54, B=1, T=9, D=2, H=3)
    for k in (1, 2, 5):
        want = autograd_gradients(dH, caches, bias, k)
        got, *after = impl("(truncated_bptt(dH, caches, k), dH, caches)", dH=dH, caches=caches, k=k)
        expect_gradients(got, want, "truncated_bptt", f"with detach, k = {k}")
        expect_arguments_unchanged(after, (dH, caches), "truncated_bptt")


@verify("truncated_bptt", points=0.5)
def a_chunk_without_steps(impl: Impl):
    "k = 0 and k = -1 raise a ValueError"
    dH, caches, _ = sequence_problem(55, B=1, T=3, D=2, H=2)
    code = """
try:
    truncated_bptt(dH, caches, k)
    outcome = "no exception"
except Exception as error:
    outcome = type(error).__name__
outcome
"""
    for k in (0, -1):
        outcome = impl(code, dH=dH, caches=caches, k=k)
        assert outcome == "ValueError", f"k = {k} must raise a ValueError, found {outcome}"


# == gradient_norm_by_lag ==


@compare("gradient_norm_by_lag")
def random_weights(impl: Impl):
    "the norms for a random matrix"
    return impl.gradient_norm_by_lag(np.random.default_rng(61).normal(size=(6, 6)) / 2, 8)


@compare("gradient_norm_by_lag")
def growth_before_decay(impl: Impl):
    "the norms for a matrix whose eigenvalues are small, but which stretches gradients at first"
    W_hh = np.diag([0.5, 0.4, 0.3]) + np.diag([2.0, 3.0], k=1)
    return impl.gradient_norm_by_lag(W_hh, 6)


@compare("gradient_norm_by_lag", points=0.5)
def one_lag(impl: Impl):
    "T = 1: lag 0 alone"
    return impl.gradient_norm_by_lag(np.random.default_rng(62).normal(size=(3, 3)), 1)


@verify("gradient_norm_by_lag")
def gradient_norm_by_lag_agrees_with_autograd(impl: Impl):
    "the norm of the Jacobian of a linear recurrence, by torch's autograd; W_hh stays as it was"
    import torch

    W_hh = torch.tensor(np.random.default_rng(63).normal(size=(4, 4)) * 0.6)
    norms, after = impl("(gradient_norm_by_lag(W_hh, 5), W_hh)", W_hh=W_hh.numpy())
    h0 = torch.zeros(4, dtype=torch.float64)

    def run(h, lag):
        for _ in range(lag):
            h = h @ W_hh.T
        return h

    jacobian = torch.autograd.functional.jacobian
    want = [torch.linalg.matrix_norm(jacobian(partial(run, lag=lag), h0), 2) for lag in range(5)]
    expect_close(norms, want, "Entry lag must be the spectral norm of the Jacobian over lag steps")
    expect_close(after, W_hh, "gradient_norm_by_lag must leave W_hh as it was", 0)
