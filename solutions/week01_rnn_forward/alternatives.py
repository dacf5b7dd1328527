"""Week 1: right solutions written differently."""

import math

import numpy as np

from autograder.authoring import alternative

from .lesson import rnn_step_backward


@alternative("rnn_step")
def one_joined_product():
    """One product, with inputs and weights side by side."""

    def rnn_step(x, h, W_ih, W_hh, b_h):
        joined = np.concatenate([x, h], axis=1)
        weights = np.concatenate([W_ih, W_hh], axis=1)
        return np.tanh(joined @ weights.T + b_h)


@alternative("rnn_step")
def unit_by_unit():
    """One example and one unit at a time."""

    def rnn_step(x, h, W_ih, W_hh, b_h):
        new = np.empty_like(h)
        for n in range(len(x)):
            for i in range(len(b_h)):
                new[n, i] = math.tanh(x[n].dot(W_ih[i]) + h[n].dot(W_hh[i]) + b_h[i])
        return new


@alternative("rnn_step")
def callable_object():
    """An object with a list of terms, added up."""

    class Step:
        def __call__(self, x, h, W_ih, W_hh, b_h):
            terms = [np.einsum("bd,hd->bh", x, W_ih), np.einsum("bg,hg->bh", h, W_hh)]
            return np.tanh(sum(terms, start=b_h))

    rnn_step = Step()  # noqa: F841


@alternative("SimpleRNN")
def example_by_example():
    """Lists of lists: one example, one step after the other; the weights from a dictionary."""

    class SimpleRNN:
        def __init__(self, input_size, hidden_size, output_size, rng):
            bound = hidden_size**-0.5
            shapes = {
                "W_ih": [hidden_size, input_size],
                "W_hh": [hidden_size, hidden_size],
                "b_h": [hidden_size],
                "W_ho": [output_size, hidden_size],
                "b_o": [output_size],
            }
            for name, shape in shapes.items():
                setattr(self, name, rng.uniform(low=-bound, high=bound, size=shape))

        def forward(self, X, h_prev=None):
            if h_prev is None:
                h_prev = [[0.0] * len(self.b_h) for _ in X]
            outputs, hidden_states = [], []
            for sequence, h in zip(X, h_prev):
                states = [np.array(h)]
                for x in sequence:
                    a = self.W_ih.dot(x) + self.W_hh.dot(states[-1]) + self.b_h
                    states.append(np.tanh(a))
                outputs.append([self.W_ho.dot(state) + self.b_o for state in states[1:]])
                hidden_states.append(states)
            return np.array(outputs), np.array(hidden_states)


@alternative("SimpleRNN")
def projects_all_inputs_first():
    """Input projections in one product, no `rnn_step`; another order of drawing."""

    class SimpleRNN:
        def __init__(self, input_size, hidden_size, output_size, rng):
            def draw(*shape):
                return (2 * rng.random(shape) - 1) / np.sqrt(hidden_size)

            self.b_o, self.W_ho = draw(output_size), draw(output_size, hidden_size)
            self.b_h = draw(hidden_size)
            self.W_hh, self.W_ih = draw(hidden_size, hidden_size), draw(hidden_size, input_size)

        def forward(self, X, h_prev=None):
            B, T, D = X.shape
            states = np.zeros((B, T + 1, self.W_hh.shape[0]))
            if h_prev is not None:
                states[:, 0] = h_prev
            projected = np.einsum("btd,hd->bth", X, self.W_ih) + self.b_h
            for t in range(T):
                states[:, t + 1] = np.tanh(projected[:, t] + states[:, t] @ self.W_hh.T)
            return np.einsum("bth,oh->bto", states[:, 1:], self.W_ho) + self.b_o, states


@alternative("rnn_step_backward")
def index_equations():
    """The index equations, letter for letter."""

    def rnn_step_backward(dh, cache):
        x, h_prev, h, W_ih, W_hh = cache
        da = dh - dh * h * h
        return (
            np.einsum("ni,ij->nj", da, W_ih),
            np.einsum("ni,im->nm", da, W_hh),
            np.einsum("ni,nj->ij", da, x),
            np.einsum("ni,nm->im", da, h_prev),
            np.einsum("ni->i", da),
        )


@alternative("rnn_step_backward")
def adds_outer_products():
    """One example at a time, outer products added up."""

    def rnn_step_backward(dh, cache):
        x, h_prev, h, W_ih, W_hh = cache
        dx, dh_prev = np.zeros(x.shape), np.zeros(h_prev.shape)
        dW_ih, dW_hh, db_h = np.zeros(W_ih.shape), np.zeros(W_hh.shape), np.zeros(len(W_hh))
        for n in range(len(x)):
            da = (1 - h[n] ** 2) * dh[n]
            dx[n], dh_prev[n] = W_ih.T @ da, W_hh.T @ da
            dW_ih += np.outer(da, x[n])
            dW_hh += np.outer(da, h_prev[n])
            db_h += da
        return [dx, dh_prev, dW_ih, dW_hh, db_h]


@alternative("bptt")
def all_pre_activations_first():
    """First all da, in a loop; then every gradient of all steps in one product."""

    def bptt(dH, caches):
        X, previous, states = (np.stack([cache[i] for cache in caches], axis=1) for i in range(3))
        W_ih, W_hh = caches[0][3:]
        dA = np.zeros(dH.shape)
        carry = 0
        for t in range(len(caches) - 1, -1, -1):
            dA[:, t] = (dH[:, t] + carry) * (1 - states[:, t] ** 2)
            carry = dA[:, t] @ W_hh
        dW_ih, dW_hh = np.einsum("bth,btd->hd", dA, X), np.einsum("bth,btg->hg", dA, previous)
        return dA @ W_ih, carry, dW_ih, dW_hh, dA.sum(axis=(0, 1))


@alternative("bptt")
def generator_of_steps():
    """A generator hands out the results of each step; the sums come afterwards."""

    def bptt(dH, caches):
        def walk():
            carry = 0.0
            for t in reversed(range(len(caches))):
                dx, carry, *parts = rnn_step_backward(dH[:, t] + carry, caches[t])
                yield dx, carry, *parts

        dX, carries, *parts = zip(*walk())
        return [np.stack(dX[::-1], axis=1), carries[-1], *map(sum, parts)]


@alternative("truncated_bptt")
def drops_carry_at_cuts():
    """The loop of bptt, with the carry dropped at every cut."""

    def truncated_bptt(dH, caches, k):
        if k < 1:
            raise ValueError("a chunk has at least one step")
        steps, totals = [], [0, 0, 0]
        carry = np.zeros(dH[:, 0].shape)
        for t in range(len(caches) - 1, -1, -1):
            if (t + 1) % k == 0:
                carry = np.zeros(carry.shape)
            dx, carry, *parts = rnn_step_backward(dH[:, t] + carry, caches[t])
            steps.insert(0, dx)
            totals = [total + part for total, part in zip(totals, parts)]
        return [np.stack(steps, axis=1), carry, *totals]


@alternative("truncated_bptt")
def masks_the_carry():
    """No other exercise: all da first, then one product for each result."""

    def truncated_bptt(dH, caches, k):
        if k < 1:
            raise ValueError("a chunk has at least one step")
        X, previous, states = (np.stack([cache[i] for cache in caches], axis=1) for i in range(3))
        W_ih, W_hh = caches[0][3:]
        keep = (np.arange(len(caches)) + 1) % k != 0
        dA, carry = np.zeros(dH.shape), 0
        for t in reversed(range(len(caches))):
            dA[:, t] = (dH[:, t] + keep[t] * carry) * (1 - states[:, t] ** 2)
            carry = dA[:, t] @ W_hh
        flat = dA.reshape(-1, dA.shape[-1])
        dW_ih, dW_hh = flat.T @ X.reshape(len(flat), -1), flat.T @ previous.reshape(len(flat), -1)
        return dA @ W_ih, carry, dW_ih, dW_hh, flat.sum(axis=0)


@alternative("gradient_norm_by_lag")
def svd_of_matrix_powers():
    def gradient_norm_by_lag(W_hh, T):
        powers = [np.linalg.matrix_power(W_hh, lag) for lag in range(T)]
        return np.array([np.linalg.svd(power, compute_uv=False)[0] for power in powers])


@alternative("gradient_norm_by_lag")
def root_of_largest_eigenvalue():
    """The root of the largest eigenvalue of MᵀM, for all powers at once."""

    def gradient_norm_by_lag(W_hh, T):
        powers = [np.eye(W_hh.shape[0])]
        while len(powers) < T:
            powers.append(W_hh @ powers[-1])
        powers = np.stack(powers)
        largest = np.linalg.eigvalsh(np.swapaxes(powers, 1, 2) @ powers)[:, -1]
        return np.sqrt(np.clip(largest, 0, None))


@alternative("gradient_norm_by_lag")
def accumulated_products():
    """All powers by `accumulate`, and one call for all norms."""
    from itertools import accumulate

    def gradient_norm_by_lag(W_hh, T):
        powers = list(accumulate([np.eye(len(W_hh)), *[W_hh] * (T - 1)], np.matmul))
        return np.linalg.norm(powers, ord=2, axis=(1, 2))
