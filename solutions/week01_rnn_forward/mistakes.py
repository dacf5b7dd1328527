"""Week 1: known mistakes, each with what a student who makes it is told."""

import numpy as np

from autograder.authoring import edit, mistake

from .lesson import rnn_step_backward

# == rnn_step ==

edit(
    "rnn_step",
    "forgets-recurrent-transpose",
    "Look at the recurrent term. W_hh is square, so a missing transpose raises no error:"
    " which index of W_hh belongs to the old state?",
    ("(x @ W_ih.T + h @ W_hh.T + b_h)", "(x @ W_ih.T + h @ W_hh + b_h)"),
)
edit(
    "rnn_step",
    "forgets-input-transpose",
    "x @ W_ih fits only when D equals H. The rows of W_ih are hidden units, its columns "
    "are input features.",
    (
        "return np.tanh(x @ W_ih.T + h @ W_hh.T + b_h)",
        "return np.tanh(x @ W_ih + h @ W_hh.T + b_h)",
    ),
)
edit(
    "rnn_step",
    "reshapes-instead-of-transposing",
    "reshape makes the shapes fit, but it does not swap rows and columns. Compare it "
    "with the transpose on a 2 by 3 matrix.",
    ("@ W_ih.T +", "@ W_ih.reshape(x.shape[1], -1) +"),
)
edit(
    "rnn_step",
    "uses-sigmoid-instead-of-tanh",
    "Your states lie between 0 and 1. Which function squashes to -1 … 1?",
    (
        "return np.tanh(x @ W_ih.T + h @ W_hh.T + b_h)",
        "return 1 / (1 + np.exp(-(x @ W_ih.T + h @ W_hh.T + b_h)))",
    ),
)
edit(
    "rnn_step",
    "forgets-the-bias",
    "Count the terms before the tanh: the equation has three. What is added to every row?",
    ("(x @ W_ih.T + h @ W_hh.T + b_h)", "(x @ W_ih.T + h @ W_hh.T)"),
)
edit(
    "rnn_step",
    "adds-the-bias-twice",
    "The bias enters a step once. PyTorch has two biases, here there is one.",
    ("x @ W_ih.T + h @ W_hh.T + b_h", "(x @ W_ih.T + b_h) + (h @ W_hh.T + b_h)"),
)
edit(
    "rnn_step",
    "applies-tanh-before-summing",
    "You apply the tanh to the parts. It is applied once, to the sum of all terms.",
    ("(x @ W_ih.T + h @ W_hh.T + b_h)", "(x @ W_ih.T) + np.tanh(h @ W_hh.T) + b_h"),
)

# == SimpleRNN ==

edit(
    "SimpleRNN",
    "omits-the-start-state",
    "hidden_states has T + 1 entries along time. Which state is there before the first step?",
    (
        """
            B, T, _ = X.shape
            h = np.zeros((B, len(self.b_h))) if h_prev is None else h_prev
            states = [h]
            for t in range(T):
        """,
        """
            h = np.zeros((len(X), len(self.b_h))) if h_prev is None else h_prev
            states = []
            for t in range(X.shape[1]):
        """,
    ),
    (
        """
            outputs = hidden_states[:, 1:] @ self.W_ho.T + self.b_o
            return outputs, hidden_states
        """,
        "return hidden_states @ self.W_ho.T + self.b_o, hidden_states",
    ),
)
edit(
    "SimpleRNN",
    "computes-outputs-from-old-state",
    "Your outputs are one state too early. outputs[:, t] must see input t, so it is "
    "computed from the state after step t.",
    (
        """
            B, T, _ = X.shape
            h = np.zeros((B, len(self.b_h))) if h_prev is None else h_prev
            states = [h]
            for t in range(T):
                h = rnn_step(X[:, t], h, self.W_ih, self.W_hh, self.b_h)
                states.append(h)
        """,
        """
            states = [np.zeros((len(X), len(self.b_h))) if h_prev is None else h_prev]
            for t in range(X.shape[1]):
                states.append(rnn_step(X[:, t], states[-1], self.W_ih, self.W_hh, self.b_h))
        """,
    ),
    (
        """
            outputs = hidden_states[:, 1:] @ self.W_ho.T + self.b_o
            return outputs, hidden_states
        """,
        "return hidden_states[:, :-1] @ self.W_ho.T + self.b_o, hidden_states",
    ),
)
edit(
    "SimpleRNN",
    "ignores-given-start-state",
    "A start state that is given has no effect. Where does forward use h_prev?",
    (
        """
            B, T, _ = X.shape
            h = np.zeros((B, len(self.b_h))) if h_prev is None else h_prev
            states = [h]
            for t in range(T):
                h = rnn_step(X[:, t], h, self.W_ih, self.W_hh, self.b_h)
                states.append(h)
        """,
        """
            states = [np.zeros((len(X), len(self.b_h)))]
            for t in range(X.shape[1]):
                states.append(rnn_step(X[:, t], states[-1], self.W_ih, self.W_hh, self.b_h))
        """,
    ),
    (
        """
            outputs = hidden_states[:, 1:] @ self.W_ho.T + self.b_o
            return outputs, hidden_states
        """,
        "return hidden_states[:, 1:] @ self.W_ho.T + self.b_o, hidden_states",
    ),
)
edit(
    "SimpleRNN",
    "reads-start-state-every-step",
    "Every step starts from the same state. Which state must step t + 1 read?",
    (
        """
            B, T, _ = X.shape
            h = np.zeros((B, len(self.b_h))) if h_prev is None else h_prev
        """,
        "h = np.zeros((len(X), len(self.b_h))) if h_prev is None else h_prev",
    ),
    (
        """
            for t in range(T):
                h = rnn_step(X[:, t], h, self.W_ih, self.W_hh, self.b_h)
                states.append(h)
        """,
        """
            for t in range(X.shape[1]):
                states.append(rnn_step(X[:, t], h, self.W_ih, self.W_hh, self.b_h))
        """,
    ),
    (
        """
            outputs = hidden_states[:, 1:] @ self.W_ho.T + self.b_o
            return outputs, hidden_states
        """,
        "return hidden_states[:, 1:] @ self.W_ho.T + self.b_o, hidden_states",
    ),
)
edit(
    "SimpleRNN",
    "forgets-output-bias",
    "The states are right, the outputs are not. The output layer has a bias too.",
    (
        """
            B, T, _ = X.shape
            h = np.zeros((B, len(self.b_h))) if h_prev is None else h_prev
            states = [h]
            for t in range(T):
                h = rnn_step(X[:, t], h, self.W_ih, self.W_hh, self.b_h)
                states.append(h)
        """,
        """
            states = [np.zeros((len(X), len(self.b_h))) if h_prev is None else h_prev]
            for t in range(X.shape[1]):
                states.append(rnn_step(X[:, t], states[-1], self.W_ih, self.W_hh, self.b_h))
        """,
    ),
    (
        """
            outputs = hidden_states[:, 1:] @ self.W_ho.T + self.b_o
            return outputs, hidden_states
        """,
        "return hidden_states[:, 1:] @ self.W_ho.T, hidden_states",
    ),
)
edit(
    "SimpleRNN",
    "returns-hidden-states-first",
    "Your two results are right, but in the wrong order. Return outputs first, then hidden_states.",
    (
        """
            B, T, _ = X.shape
            h = np.zeros((B, len(self.b_h))) if h_prev is None else h_prev
            states = [h]
            for t in range(T):
                h = rnn_step(X[:, t], h, self.W_ih, self.W_hh, self.b_h)
                states.append(h)
        """,
        """
            states = [np.zeros((len(X), len(self.b_h))) if h_prev is None else h_prev]
            for t in range(X.shape[1]):
                states.append(rnn_step(X[:, t], states[-1], self.W_ih, self.W_hh, self.b_h))
        """,
    ),
    (
        """
            outputs = hidden_states[:, 1:] @ self.W_ho.T + self.b_o
            return outputs, hidden_states
        """,
        "return hidden_states, hidden_states[:, 1:] @ self.W_ho.T + self.b_o",
    ),
)
edit(
    "SimpleRNN",
    "draws-only-positive-weights",
    "Your weights are all positive. They are drawn between -1/√H and 1/√H.",
    (
        """
            self.W_ih = rng.uniform(-bound, bound, (hidden_size, input_size))
            self.W_hh = rng.uniform(-bound, bound, (hidden_size, hidden_size))
            self.b_h = rng.uniform(-bound, bound, hidden_size)
            self.W_ho = rng.uniform(-bound, bound, (output_size, hidden_size))
            self.b_o = rng.uniform(-bound, bound, output_size)
        """,
        """
            self.W_ih = rng.uniform(0, bound, (hidden_size, input_size))
            self.W_hh = rng.uniform(0, bound, (hidden_size, hidden_size))
            self.b_h = rng.uniform(0, bound, hidden_size)
            self.W_ho = rng.uniform(0, bound, (output_size, hidden_size))
            self.b_o = rng.uniform(0, bound, output_size)
        """,
    ),
    (
        """
            B, T, _ = X.shape
            h = np.zeros((B, len(self.b_h))) if h_prev is None else h_prev
            states = [h]
            for t in range(T):
                h = rnn_step(X[:, t], h, self.W_ih, self.W_hh, self.b_h)
                states.append(h)
        """,
        """
            states = [np.zeros((len(X), len(self.b_h))) if h_prev is None else h_prev]
            for t in range(X.shape[1]):
                states.append(rnn_step(X[:, t], states[-1], self.W_ih, self.W_hh, self.b_h))
        """,
    ),
    (
        """
            outputs = hidden_states[:, 1:] @ self.W_ho.T + self.b_o
            return outputs, hidden_states
        """,
        "return hidden_states[:, 1:] @ self.W_ho.T + self.b_o, hidden_states",
    ),
)
edit(
    "SimpleRNN",
    "uses-output-size-in-bound",
    "Look at W_ho and b_o. The bound is 1/√H for all five: H is the number that the "
    "output layer reads, not the number that it makes.",
    (
        "self.b_h = rng.uniform(-bound, bound, hidden_size)",
        """
            self.b_h = rng.uniform(-bound, bound, hidden_size)
            bound = 1 / math.sqrt(output_size)
        """,
    ),
    (
        """
            B, T, _ = X.shape
            h = np.zeros((B, len(self.b_h))) if h_prev is None else h_prev
            states = [h]
            for t in range(T):
                h = rnn_step(X[:, t], h, self.W_ih, self.W_hh, self.b_h)
                states.append(h)
        """,
        """
            states = [np.zeros((len(X), len(self.b_h))) if h_prev is None else h_prev]
            for t in range(X.shape[1]):
                states.append(rnn_step(X[:, t], states[-1], self.W_ih, self.W_hh, self.b_h))
        """,
    ),
    (
        """
            outputs = hidden_states[:, 1:] @ self.W_ho.T + self.b_o
            return outputs, hidden_states
        """,
        "return hidden_states[:, 1:] @ self.W_ho.T + self.b_o, hidden_states",
    ),
)

# == rnn_step_backward ==

edit(
    "rnn_step_backward",
    "applies-tanh-twice-in-derivative",
    "The derivative of the tanh: h in the cache has been through the tanh already. Which"
    " expression in h is 1 - tanh²?",
    ("da = dh * (1 - h**2)", "da = dh * (1 - np.tanh(h) ** 2)"),
)
edit(
    "rnn_step_backward",
    "skips-tanh-derivative",
    "Your gradient goes around the tanh. The state is tanh of the pre-activation, so its"
    " derivative belongs to every result.",
    (
        """
            da = dh * (1 - h**2)
            return da @ W_ih, da @ W_hh, da.T @ x, da.T @ h_prev, da.sum(axis=0)
        """,
        "return dh @ W_ih, dh @ W_hh, dh.T @ x, dh.T @ h_prev, dh.sum(axis=0)",
    ),
)
edit(
    "rnn_step_backward",
    "averages-bias-gradient-over-batch",
    "Every example adds its part to the loss. db_h is a sum over the batch, not a mean.",
    ("@ h_prev, da.sum(axis=0)", "@ h_prev, da.mean(axis=0)"),
)
edit(
    "rnn_step_backward",
    "averages-parameter-gradients-over-batch",
    "Every example adds its part to the loss. Gradients of the parameters are sums over "
    "the batch, so nothing is divided by B.",
    (
        "return da @ W_ih, da @ W_hh, da.T @ x, da.T @ h_prev, da.sum(axis=0)",
        """
            B = len(x)
            return da @ W_ih, da @ W_hh, da.T @ x / B, da.T @ h_prev / B, da.mean(axis=0)
        """,
    ),
)
edit(
    "rnn_step_backward",
    "multiplies-by-transposed-recurrent-weights",
    "Look at dh_prev. The forward pass uses W_hh transposed; on the way back the sum "
    "runs over the other index.",
    ("da @ W_hh, da", "da @ W_hh.T, da"),
)
edit(
    "rnn_step_backward",
    "transposes-recurrent-weight-gradient",
    "Look at dW_hh. Its rows belong to the new units (da), its columns to the old state (h_prev).",
    ("da.T @ h_prev", "h_prev.T @ da"),
)
edit(
    "rnn_step_backward",
    "uses-state-after-the-step",
    "Look at dW_hh. What was W_hh multiplied with in the forward pass: the state before "
    "the step, or after it?",
    (".T @ h_prev, da", ".T @ h, da"),
)
edit(
    "rnn_step_backward",
    "overwrites-dh-in-place",
    "Your gradients are right, but dh is another one after the call. Operators like *= "
    "write into the array they are given: make a new one.",
    ("da = dh * (1 - h**2)", "dh *= 1 - h**2"),
    (
        "da @ W_ih, da @ W_hh, da.T @ x, da.T @ h_prev, da",
        "dh @ W_ih, dh @ W_hh, dh.T @ x, dh.T @ h_prev, dh",
    ),
)

# == bptt ==


@mistake(
    "bptt",
    "Nothing from later steps arrives. What must be added to dH[:, t] before it goes "
    "into rnn_step_backward?",
)
def drops_the_carry():
    def bptt(dH, caches):
        dX, totals = np.zeros((*dH.shape[:2], caches[0][0].shape[1])), [0, 0, 0]
        for t in reversed(range(len(caches))):
            dX[:, t], dh_prev, *parts = rnn_step_backward(dH[:, t], caches[t])
            totals = [total + part for total, part in zip(totals, parts)]
        return dX, dh_prev, *totals


edit(
    "bptt",
    "overwrites-parameter-gradients",
    "Your weight gradients are those of one step. The steps share their weights: add the"
    " parts, do not overwrite them.",
    (
        """
            x, h_prev, _, W_ih, W_hh = caches[0]
            B, T, H = dH.shape
            dX = np.zeros((B, T, x.shape[1]))
            dW_ih, dW_hh, db_h = np.zeros_like(W_ih), np.zeros_like(W_hh), np.zeros(H)
            carry = np.zeros_like(h_prev)
            for t in reversed(range(T)):
                dX[:, t], carry, dW_ih_t, dW_hh_t, db_h_t = rnn_step_backward(dH[:, t] + carry, caches[t])
                dW_ih += dW_ih_t
                dW_hh += dW_hh_t
                db_h += db_h_t
        """,
        """
            dX, carry = np.zeros((*dH.shape[:2], caches[0][0].shape[1])), 0
            for t in reversed(range(len(caches))):
                dX[:, t], carry, dW_ih, dW_hh, db_h = rnn_step_backward(dH[:, t] + carry, caches[t])
        """,
    ),
)
edit(
    "bptt",
    "averages-parameter-gradients-over-time",
    "Your weight gradients are divided by the number of steps. The chain rule asks for "
    "the sum over time.",
    (
        """
            x, h_prev, _, W_ih, W_hh = caches[0]
            B, T, H = dH.shape
            dX = np.zeros((B, T, x.shape[1]))
            dW_ih, dW_hh, db_h = np.zeros_like(W_ih), np.zeros_like(W_hh), np.zeros(H)
            carry = np.zeros_like(h_prev)
        """,
        """
            T = len(caches)
            dX, totals, carry = np.zeros((*dH.shape[:2], caches[0][0].shape[1])), [0, 0, 0], 0
        """,
    ),
    (
        """
            for t in reversed(range(T)):
                dX[:, t], carry, dW_ih_t, dW_hh_t, db_h_t = rnn_step_backward(dH[:, t] + carry, caches[t])
                dW_ih += dW_ih_t
                dW_hh += dW_hh_t
                db_h += db_h_t
            return dX, carry, dW_ih, dW_hh, db_h
        """,
        """
            for t in reversed(range(T)):
                dX[:, t], carry, *parts = rnn_step_backward(dH[:, t] + carry, caches[t])
                totals = [total + part / T for total, part in zip(totals, parts)]
            return dX, carry, *totals
        """,
    ),
)


@mistake(
    "bptt",
    "Your loop runs forward in time. A carry comes from the future, so which step has to be the first?",
)
def loops_forward_in_time():
    def bptt(dH, caches):
        dX, totals, carry = np.zeros((*dH.shape[:2], caches[0][0].shape[1])), [0, 0, 0], 0
        for t in range(len(caches)):
            dX[:, t], carry, *parts = rnn_step_backward(dH[:, t] + carry, caches[t])
            totals = [total + part for total, part in zip(totals, parts)]
        return dX, carry, *totals


@mistake(
    "bptt",
    "Only the loss of the last step is used. Every step has a gradient of its own, dH[:,"
    " t], besides the carry.",
)
def uses_only_last_step_loss():
    def bptt(dH, caches):
        dX, totals, carry = np.zeros((*dH.shape[:2], caches[0][0].shape[1])), [0, 0, 0], dH[:, -1]
        for t in reversed(range(len(caches))):
            dX[:, t], carry, *parts = rnn_step_backward(carry, caches[t])
            totals = [total + part for total, part in zip(totals, parts)]
        return dX, carry, *totals


@mistake(
    "bptt",
    "Look at the order of dX. You collect the steps from the last to the first.",
)
def returns_dx_in_reverse_order():
    def bptt(dH, caches):
        dxs, totals, carry = [], [0, 0, 0], 0
        for t in reversed(range(len(caches))):
            dx, carry, *parts = rnn_step_backward(dH[:, t] + carry, caches[t])
            dxs.append(dx)
            totals = [total + part for total, part in zip(totals, parts)]
        return np.stack(dxs, axis=1), carry, *totals


@mistake(
    "bptt",
    "Look at dh0. The start state is what step 0 reads, not what it makes: take what "
    "step 0 hands back.",
)
def stops_dh0_one_step_early():
    def bptt(dH, caches):
        dX, totals, carry = np.zeros((*dH.shape[:2], caches[0][0].shape[1])), [0, 0, 0], 0
        for t in reversed(range(len(caches))):
            dh = dH[:, t] + carry
            dX[:, t], carry, *parts = rnn_step_backward(dh, caches[t])
            totals = [total + part for total, part in zip(totals, parts)]
        return dX, dh, *totals


@mistake(
    "bptt",
    "Your carry adds up the dh_prev of all later steps. The dh_prev of step t + 1 has "
    "all of them in it already: hand on the last one alone.",
)
def accumulates_the_carry():
    def bptt(dH, caches):
        dX, totals, carry = np.zeros((*dH.shape[:2], caches[0][0].shape[1])), [0, 0, 0], 0
        for t in reversed(range(len(caches))):
            dX[:, t], dh_prev, *parts = rnn_step_backward(dH[:, t] + carry, caches[t])
            carry = carry + dh_prev
            totals = [total + part for total, part in zip(totals, parts)]
        return dX, carry, *totals


@mistake(
    "bptt",
    "Your gradients are right, but dH is another one after the call. dH[:, t] is a view,"
    " and += writes into it: make a new array with dH[:, t] + carry.",
)
def overwrites_dh_in_place():
    def bptt(dH, caches):
        dX, totals, carry = np.zeros((*dH.shape[:2], caches[0][0].shape[1])), [0, 0, 0], 0
        for t in reversed(range(len(caches))):
            dh = dH[:, t]
            dh += carry
            dX[:, t], carry, *parts = rnn_step_backward(dh, caches[t])
            totals = [total + part for total, part in zip(totals, parts)]
        return dX, carry, *totals


# == truncated_bptt ==

edit(
    "truncated_bptt",
    "makes-chunks-one-step-longer",
    "Your chunks have k + 1 steps. Count the steps that the loss of the last step in a "
    "chunk reaches, that step included.",
    ('f"k is the length of a chunk, at least 1; found {k}', '"k must be at least 1'),
    ("starts = range(0, len(caches), k)", "k = k + 1"),
    (
        "chunks = [bptt(dH[:, s : s + k], caches[s : s + k]) for s in starts]",
        "chunks = [bptt(dH[:, s : s + k], caches[s : s + k]) for s in range(0, len(caches), k)]",
    ),
)
edit(
    "truncated_bptt",
    "counts-chunks-from-the-end",
    "You count the chunks from the end of the sequence. They start at step 0, and the "
    "last one may be shorter.",
    (
        """
            if k < 1:
                raise ValueError(f"k is the length of a chunk, at least 1; found {k}")
            starts = range(0, len(caches), k)
            chunks = [bptt(dH[:, s : s + k], caches[s : s + k]) for s in starts]
            dX, dh0, dW_ih, dW_hh, db_h = zip(*chunks)
            return np.concatenate(dX, axis=1), dh0[0], sum(dW_ih), sum(dW_hh), sum(db_h)
        """,
        """
            if k < 1:
                raise ValueError("k must be at least 1")
            T = len(caches)
            dX, totals, carry = np.zeros((*dH.shape[:2], caches[0][0].shape[1])), [0, 0, 0], 0
            for t in reversed(range(T)):
                if (T - 1 - t) % k == 0:
                    carry = 0
                dX[:, t], carry, *parts = rnn_step_backward(dH[:, t] + carry, caches[t])
                totals = [total + part for total, part in zip(totals, parts)]
            return dX, carry, *totals
        """,
    ),
)
edit(
    "truncated_bptt",
    "uses-last-k-steps-only",
    "You use the last k steps alone. The losses of the earlier chunks count as well, "
    "each within its own chunk.",
    (
        """
            if k < 1:
                raise ValueError(f"k is the length of a chunk, at least 1; found {k}")
            starts = range(0, len(caches), k)
            chunks = [bptt(dH[:, s : s + k], caches[s : s + k]) for s in starts]
            dX, dh0, dW_ih, dW_hh, db_h = zip(*chunks)
            return np.concatenate(dX, axis=1), dh0[0], sum(dW_ih), sum(dW_hh), sum(db_h)
        """,
        """
            if k < 1:
                raise ValueError("k must be at least 1")
            T = len(caches)
            first = max(0, T - k)
            dX, totals, carry = np.zeros((*dH.shape[:2], caches[0][0].shape[1])), [0, 0, 0], 0
            for t in reversed(range(first, T)):
                dX[:, t], carry, *parts = rnn_step_backward(dH[:, t] + carry, caches[t])
                totals = [total + part for total, part in zip(totals, parts)]
            return dX, carry, *totals
        """,
    ),
)


@mistake(
    "truncated_bptt",
    "You let every loss flow exactly k steps back, in overlapping windows. That is "
    "another definition; here the windows are chunks that do not overlap.",
)
def uses_overlapping_windows():
    def truncated_bptt(dH, caches, k):
        if k < 1:
            raise ValueError("k must be at least 1")
        T = len(caches)
        dX, totals = np.zeros((*dH.shape[:2], caches[0][0].shape[1])), [0, 0, 0]
        dh0 = np.zeros_like(caches[0][1])
        for t in range(T):
            carry = dH[:, t]
            for s in range(t, max(t - k, -1), -1):
                dx, carry, *parts = rnn_step_backward(carry, caches[s])
                dX[:, s] += dx
                totals = [total + part for total, part in zip(totals, parts)]
            if t < k:
                dh0 += carry
        return dX, dh0, *totals


edit(
    "truncated_bptt",
    "keeps-last-chunk-parameter-gradients",
    "Your gradients of the parameters come from one chunk. Detaching cuts the carry "
    "between chunks, but the weights are still shared by all of them: add up.",
    (
        """
            if k < 1:
                raise ValueError(f"k is the length of a chunk, at least 1; found {k}")
            starts = range(0, len(caches), k)
            chunks = [bptt(dH[:, s : s + k], caches[s : s + k]) for s in starts]
            dX, dh0, dW_ih, dW_hh, db_h = zip(*chunks)
            return np.concatenate(dX, axis=1), dh0[0], sum(dW_ih), sum(dW_hh), sum(db_h)
        """,
        """
            if k < 1:
                raise ValueError("k must be at least 1")
            chunks = [bptt(dH[:, s : s + k], caches[s : s + k]) for s in range(0, len(caches), k)]
            return np.concatenate([chunk[0] for chunk in chunks], axis=1), chunks[0][1], *chunks[-1][2:]
        """,
    ),
)
edit(
    "truncated_bptt",
    "takes-dh0-from-last-chunk",
    "Look at dh0. Which chunk reads the start state of the sequence?",
    (
        """
            if k < 1:
                raise ValueError(f"k is the length of a chunk, at least 1; found {k}")
            starts = range(0, len(caches), k)
            chunks = [bptt(dH[:, s : s + k], caches[s : s + k]) for s in starts]
        """,
        """
            if k < 1:
                raise ValueError("k must be at least 1")
            chunks = [bptt(dH[:, s : s + k], caches[s : s + k]) for s in range(0, len(caches), k)]
        """,
    ),
    ("(dX, axis=1), dh0[0], sum(dW_ih), sum", "(dX, axis=1), dh0[-1], sum(dW_ih), sum"),
)


@mistake(
    "truncated_bptt",
    "Nothing refuses a k below 1. Check it before anything else, and raise a ValueError.",
)
def forgets_to_check_k():
    def truncated_bptt(dH, caches, k):
        dX, totals, carry = np.zeros((*dH.shape[:2], caches[0][0].shape[1])), [0, 0, 0], 0
        for t in reversed(range(len(caches))):
            if (t + 1) % k == 0:
                carry = 0
            dX[:, t], carry, *parts = rnn_step_backward(dH[:, t] + carry, caches[t])
            totals = [total + part for total, part in zip(totals, parts)]
        return dX, carry, *totals


@mistake(
    "truncated_bptt",
    "You refuse k = 0, but a negative k goes through. At least 1 is asked for.",
)
def lets_negative_k_through():
    def truncated_bptt(dH, caches, k):
        if k == 0:
            raise ValueError("k must not be 0")
        dX, totals, carry = np.zeros((*dH.shape[:2], caches[0][0].shape[1])), [0, 0, 0], 0
        for t in reversed(range(len(caches))):
            if (t + 1) % k == 0:
                carry = 0
            dX[:, t], carry, *parts = rnn_step_backward(dH[:, t] + carry, caches[t])
            totals = [total + part for total, part in zip(totals, parts)]
        return dX, carry, *totals


# == gradient_norm_by_lag ==

edit(
    "gradient_norm_by_lag",
    "takes-frobenius-norm",
    "np.linalg.norm without a second argument is the Frobenius norm. At lag 0 it gives "
    "the square root of H.",
    (
        """
            norms = np.empty(T)
            jacobian = np.eye(len(W_hh))
            for lag in range(T):
                norms[lag] = np.linalg.norm(jacobian, 2)
                jacobian = jacobian @ W_hh
            return norms
        """,
        "return np.array([np.linalg.norm(np.linalg.matrix_power(W_hh, lag)) for lag in range(T)])",
    ),
)
edit(
    "gradient_norm_by_lag",
    "reverses-lag-order",
    "Your norms run from the largest lag to lag 0. Entry 0 belongs to zero steps back.",
    (
        """
            norms = np.empty(T)
            jacobian = np.eye(len(W_hh))
            for lag in range(T):
                norms[lag] = np.linalg.norm(jacobian, 2)
                jacobian = jacobian @ W_hh
            return norms
        """,
        """
            lags = reversed(range(T))
            return np.array([np.linalg.norm(np.linalg.matrix_power(W_hh, lag), 2) for lag in lags])
        """,
    ),
)
edit(
    "gradient_norm_by_lag",
    "starts-at-lag-one",
    "You start at lag 1. Write the norm down before you multiply.",
    (
        """
            norms = np.empty(T)
            jacobian = np.eye(len(W_hh))
            for lag in range(T):
                norms[lag] = np.linalg.norm(jacobian, 2)
                jacobian = jacobian @ W_hh
            return norms
        """,
        "return np.array([np.linalg.norm(np.linalg.matrix_power(W_hh, lag + 1), 2) for "
        "lag in range(T)])",
    ),
)
edit(
    "gradient_norm_by_lag",
    "takes-elementwise-powers",
    "** takes the power of every entry. Going back over several steps is a matrix product with itself.",
    (
        """
            norms = np.empty(T)
            jacobian = np.eye(len(W_hh))
            for lag in range(T):
                norms[lag] = np.linalg.norm(jacobian, 2)
                jacobian = jacobian @ W_hh
            return norms
        """,
        "return np.array([1.0] + [np.linalg.norm(W_hh**lag, 2) for lag in range(1, T)])",
    ),
)
edit(
    "gradient_norm_by_lag",
    "takes-powers-of-spectral-radius",
    "You raise the spectral radius to a power. That holds for large lags only: take the "
    "norm of the matrix power itself.",
    (
        """
            norms = np.empty(T)
            jacobian = np.eye(len(W_hh))
            for lag in range(T):
                norms[lag] = np.linalg.norm(jacobian, 2)
                jacobian = jacobian @ W_hh
            return norms
        """,
        "return np.abs(np.linalg.eigvals(W_hh)).max() ** np.arange(T)",
    ),
)
edit(
    "gradient_norm_by_lag",
    "takes-powers-of-spectral-norm",
    "You raise the norm of W_hh to a power. That is an upper bound: take the norm of the"
    " matrix power itself.",
    (
        """
            norms = np.empty(T)
            jacobian = np.eye(len(W_hh))
            for lag in range(T):
                norms[lag] = np.linalg.norm(jacobian, 2)
                jacobian = jacobian @ W_hh
            return norms
        """,
        "return np.linalg.norm(W_hh, 2) ** np.arange(T)",
    ),
)
