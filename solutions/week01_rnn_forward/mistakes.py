"""Week 1: known mistakes, each with what a student who makes it is told."""

import numpy as np

from autograder.authoring import edit, mistake

from .lesson import rnn_step_backward

# == rnn_step ==

edit(
    "rnn_step",
    "forgets-recurrent-transpose",
    "Look at the recurrent term. W_hh is square, so a missing transpose raises no error: which "
    "index of W_hh belongs to the old state?",
    ("h @ W_hh.T", "h @ W_hh"),
)
edit(
    "rnn_step",
    "forgets-input-transpose",
    "x @ W_ih fits only when D equals H. The rows of W_ih are hidden units, its columns are input "
    "features.",
    ("x @ W_ih.T", "x @ W_ih"),
)
edit(
    "rnn_step",
    "reshapes-instead-of-transposing",
    "reshape makes the shapes fit, but it does not swap rows and columns. Compare it with the "
    "transpose on a 2 by 3 matrix.",
    ("W_ih.T", "W_ih.reshape(x.shape[1], -1)"),
)
edit(
    "rnn_step",
    "uses-sigmoid-instead-of-tanh",
    "Your states lie between 0 and 1. Which function squashes to -1 … 1?",
    (
        "np.tanh(x @ W_ih.T + h @ W_hh.T + b_h)",
        "1 / (1 + np.exp(-(x @ W_ih.T + h @ W_hh.T + b_h)))",
    ),
)
edit(
    "rnn_step",
    "forgets-the-bias",
    "Count the terms before the tanh: the equation has three. What is added to every row?",
    ("h @ W_hh.T + b_h", "h @ W_hh.T"),
)
edit(
    "rnn_step",
    "adds-the-bias-twice",
    "The bias enters a step once. PyTorch has two biases, here there is one.",
    ("x @ W_ih.T", "x @ W_ih.T + b_h"),
)
edit(
    "rnn_step",
    "applies-tanh-before-summing",
    "You apply the tanh to the parts. It is applied once, to the sum of all terms.",
    ("np.tanh(x @ W_ih.T + h @ W_hh.T + b_h)", "np.tanh(x @ W_ih.T) + np.tanh(h @ W_hh.T) + b_h"),
)

edit(
    "rnn_step",
    "writes-tanh-with-exponentials",
    "exp of a large number is infinite, and infinity divided by infinity is nan. np.tanh gives 1 and "
    "-1 far from zero.",
    (
        "return np.tanh(x @ W_ih.T + h @ W_hh.T + b_h)",
        """
            a = x @ W_ih.T + h @ W_hh.T + b_h
            return (np.exp(a) - np.exp(-a)) / (np.exp(a) + np.exp(-a))
        """,
    ),
)

# == SimpleRNN ==

edit(
    "SimpleRNN",
    "omits-the-start-state",
    "hidden_states has T + 1 entries along time. Which state is there before the first step?",
    ("states = [h]", "states = []"),
    ("hidden_states[:, 1:]", "hidden_states"),
)
edit(
    "SimpleRNN",
    "computes-outputs-from-old-state",
    "Your outputs are one state too early. outputs[:, t] must see input t, so it is computed from "
    "the state after step t.",
    ("hidden_states[:, 1:]", "hidden_states[:, :-1]"),
)
edit(
    "SimpleRNN",
    "ignores-given-start-state",
    "A start state that is given has no effect. Where does forward use h_prev?",
    (" if h_prev is None else h_prev", ""),
)
edit(
    "SimpleRNN",
    "reads-start-state-every-step",
    "Every step starts from the same state. Which state must step t + 1 read?",
    ("rnn_step(X[:, t], h,", "rnn_step(X[:, t], states[0],"),
)
edit(
    "SimpleRNN",
    "forgets-output-bias",
    "The states are right, the outputs are not. The output layer has a bias too.",
    ("self.W_ho.T + self.b_o", "self.W_ho.T"),
)
edit(
    "SimpleRNN",
    "returns-hidden-states-first",
    "Your two results are right, but in the wrong order. Return outputs first, then hidden_states.",
    ("return outputs, hidden_states", "return hidden_states, outputs"),
)
edit(
    "SimpleRNN",
    "draws-only-positive-weights",
    "Your weights are all positive. They are drawn between -1/√H and 1/√H.",
    ("W_ih = rng.uniform(-bound", "W_ih = rng.uniform(0"),
    ("W_hh = rng.uniform(-bound", "W_hh = rng.uniform(0"),
    ("b_h = rng.uniform(-bound", "b_h = rng.uniform(0"),
    ("W_ho = rng.uniform(-bound", "W_ho = rng.uniform(0"),
    ("b_o = rng.uniform(-bound", "b_o = rng.uniform(0"),
)
edit(
    "SimpleRNN",
    "uses-output-size-in-bound",
    "Look at W_ho and b_o. The bound is 1/√H for all five: H is the number that the output layer "
    "reads, not the number that it makes.",
    (
        "self.b_h = rng.uniform(-bound, bound, hidden_size)",
        """
            self.b_h = rng.uniform(-bound, bound, hidden_size)
            bound = 1 / math.sqrt(output_size)
        """,
    ),
)

edit(
    "SimpleRNN",
    "remembers-state-between-calls",
    "Your network keeps its last state, so a call without h_prev goes on from the sequence before. "
    "Who wants the state carried hands it over.",
    (
        "h = np.zeros((B, len(self.b_h))) if h_prev is None else h_prev",
        """
            h = getattr(self, "h", np.zeros((B, len(self.b_h)))) if h_prev is None else h_prev
        """,
    ),
    (
        "return outputs, hidden_states",
        """
            self.h = h
            return outputs, hidden_states
        """,
    ),
)
edit(
    "SimpleRNN",
    "transposes-only-if-shapes-differ",
    "Your product is transposed only where the shapes ask for it. With D = H both ways fit, and one "
    "of them is wrong.",
    ("self.W_ih, self", "self.W_ih.T if len(self.W_ih) == X.shape[2] else self.W_ih, self"),
)

# == rnn_step_backward ==

edit(
    "rnn_step_backward",
    "applies-tanh-twice-in-derivative",
    "The derivative of the tanh: h in the cache has been through the tanh already. Which "
    "expression in h is 1 - tanh²?",
    ("1 - h**2", "1 - np.tanh(h) ** 2"),
)
edit(
    "rnn_step_backward",
    "skips-tanh-derivative",
    "Your gradient goes around the tanh. The state is tanh of the pre-activation, so its "
    "derivative belongs to every result.",
    ("dh * (1 - h**2)", "dh"),
)
edit(
    "rnn_step_backward",
    "averages-bias-gradient-over-batch",
    "Every example adds its part to the loss. db_h is a sum over the batch, not a mean.",
    ("da.sum(axis=0)", "da.mean(axis=0)"),
)
edit(
    "rnn_step_backward",
    "averages-parameter-gradients-over-batch",
    "Every example adds its part to the loss. Gradients of the parameters are sums over the "
    "batch, so nothing is divided by B.",
    (
        "da.T @ x, da.T @ h_prev, da.sum(axis=0)",
        "da.T @ x / len(x), da.T @ h_prev / len(x), da.mean(axis=0)",
    ),
)
edit(
    "rnn_step_backward",
    "multiplies-by-transposed-recurrent-weights",
    "Look at dh_prev. The forward pass uses W_hh transposed; on the way back the sum runs over "
    "the other index.",
    ("da @ W_hh", "da @ W_hh.T"),
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
    "Look at dW_hh. What was W_hh multiplied with in the forward pass: the state before the step, "
    "or after it?",
    ("da.T @ h_prev", "da.T @ h"),
)
edit(
    "rnn_step_backward",
    "overwrites-dh-in-place",
    "Your gradients are right, but dh is another one after the call. Operators like *= write into "
    "the array they are given: make a new one.",
    (
        "da = dh * (1 - h**2)",
        """
            da = dh
            da *= 1 - h**2
        """,
    ),
)

edit(
    "rnn_step_backward",
    "transposes-only-if-shapes-differ",
    "Your dW_ih is transposed only where the shapes ask for it. With D = H both ways fit, and one of "
    "them is wrong: rows belong to the new units.",
    ("da.T @ x,", "(x.T @ da if x.shape == da.shape else da.T @ x),"),
)
edit(
    "rnn_step_backward",
    "clips-the-gradient",
    "Large gradients come back cut. A gradient is what it is: clipping belongs into training.",
    ("dh * (1 - h**2)", "np.clip(dh * (1 - h**2), -5, 5)"),
)

# == bptt ==

edit(
    "bptt",
    "drops-the-carry",
    "Nothing from later steps arrives. What must be added to dH[:, t] before it goes into "
    "rnn_step_backward?",
    ("dH[:, t] + carry", "dH[:, t]"),
)
edit(
    "bptt",
    "overwrites-parameter-gradients",
    "Your weight gradients are those of one step. The steps share their weights: add the parts, "
    "do not overwrite them.",
    ("dW_ih += dW_ih_t", "dW_ih = dW_ih_t"),
    ("dW_hh += dW_hh_t", "dW_hh = dW_hh_t"),
    ("db_h += db_h_t", "db_h = db_h_t"),
)
edit(
    "bptt",
    "averages-parameter-gradients-over-time",
    "Your weight gradients are divided by the number of steps. The chain rule asks for the sum "
    "over time.",
    ("return dX, carry, dW_ih, dW_hh, db_h", "return dX, carry, dW_ih / T, dW_hh / T, db_h / T"),
)
edit(
    "bptt",
    "loops-forward-in-time",
    "Your loop runs forward in time. A carry comes from the future, so which step has to be the "
    "first?",
    ("reversed(range(T))", "range(T)"),
)
edit(
    "bptt",
    "uses-only-last-step-loss",
    "Only the loss of the last step is used. Every step has a gradient of its own, dH[:, t], "
    "besides the carry.",
    ("carry = np.zeros_like(h_prev)", "carry = dH[:, -1]"),
    ("dH[:, t] + carry", "carry"),
)
edit(
    "bptt",
    "returns-dx-in-reverse-order",
    "Look at the order of dX. You collect the steps from the last to the first.",
    ("dX[:, t], carry", "dX[:, T - 1 - t], carry"),
)
edit(
    "bptt",
    "stops-dh0-one-step-early",
    "Look at dh0. The start state is what step 0 reads, not what it makes: take what step 0 hands "
    "back.",
    ("dH[:, t] + carry", "dh := dH[:, t] + carry"),
    ("return dX, carry", "return dX, dh"),
)
edit(
    "bptt",
    "accumulates-the-carry",
    "Your carry adds up the dh_prev of all later steps. The dh_prev of step t + 1 has all of them "
    "in it already: hand on the last one alone.",
    ("dX[:, t], carry", "dX[:, t], dh_prev"),
    (
        "db_h += db_h_t",
        """
            db_h += db_h_t
            carry += dh_prev
        """,
    ),
)
edit(
    "bptt",
    "overwrites-dh-in-place",
    "Your gradients are right, but dH is another one after the call. dH[:, t] is a view, and += "
    "writes into it: make a new array with dH[:, t] + carry.",
    ("dH[:, t] + carry", "dH[:, t]"),
    (
        "for t in reversed(range(T)):",
        """
            for t in reversed(range(T)):
                dH[:, t] += carry
        """,
    ),
)

edit(
    "bptt",
    "clips-the-carry",
    "You clip the carry. Then the results are no gradients of the loss any more: clip in training, "
    "when all is summed up.",
    (
        "db_h += db_h_t",
        """
            db_h += db_h_t
            carry = np.clip(carry, -5, 5)
        """,
    ),
)
edit(
    "bptt",
    "stops-at-a-small-carry",
    "You stop as soon as the carry is small. The steps before have losses of their own, and small "
    "gradients count as well.",
    (
        "db_h += db_h_t",
        """
            db_h += db_h_t
            if 0 < np.linalg.norm(carry) < 1e-3:
                break
        """,
    ),
)

# == truncated_bptt ==

edit(
    "truncated_bptt",
    "makes-chunks-one-step-longer",
    "Your chunks have k + 1 steps. Count the steps that the loss of the last step in a chunk "
    "reaches, that step included.",
    (
        "starts = range(0, len(caches), k)",
        """
            k = k + 1
            starts = range(0, len(caches), k)
        """,
    ),
)
edit(
    "truncated_bptt",
    "counts-chunks-from-the-end",
    "You count the chunks from the end of the sequence. They start at step 0, and the last one "
    "may be shorter.",
    ("range(0, len(caches), k)", "range(-(-len(caches) % k), len(caches), k)"),
    (
        "bptt(dH[:, s : s + k], caches[s : s + k])",
        "bptt(dH[:, max(s, 0) : s + k], caches[max(s, 0) : s + k])",
    ),
)
edit(
    "truncated_bptt",
    "uses-last-k-steps-only",
    "You use the last k steps alone. The losses of the earlier chunks count as well, each within "
    "its own chunk.",
    ("range(0, len(caches), k)", "[max(0, len(caches) - k)]"),
    ("np.concatenate(dX, axis=1)", "np.pad(dX[0], ((0, 0), (starts[0], 0), (0, 0)))"),
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
    "Your gradients of the parameters come from one chunk. Detaching cuts the carry between "
    "chunks, but the weights are still shared by all of them: add up.",
    ("sum(dW_ih), sum(dW_hh), sum(db_h)", "dW_ih[-1], dW_hh[-1], db_h[-1]"),
)
edit(
    "truncated_bptt",
    "takes-dh0-from-last-chunk",
    "Look at dh0. Which chunk reads the start state of the sequence?",
    ("dh0[0]", "dh0[-1]"),
)
edit(
    "truncated_bptt",
    "forgets-to-check-k",
    "Nothing refuses a k below 1. Check it before anything else, and raise a ValueError.",
    (
        """
            if k < 1:
                raise ValueError(f"k is the length of a chunk, at least 1; found {k}")
        """,
        "",
    ),
    ("range(0, len(caches), k)", "[s for s in range(len(caches)) if s % k == 0]"),
)
edit(
    "truncated_bptt",
    "lets-negative-k-through",
    "You refuse k = 0, but a negative k goes through. At least 1 is asked for.",
    ("if k < 1:", "if k == 0:"),
    (
        "starts = range(0, len(caches), k)",
        """
            k = abs(k)
            starts = range(0, len(caches), k)
        """,
    ),
)

edit(
    "truncated_bptt",
    "refuses-k-above-t",
    "A k larger than T is fine: there is one chunk then, shorter than k, and nothing is cut.",
    ("if k < 1:", "if k < 1 or k > len(caches):"),
)
edit(
    "truncated_bptt",
    "makes-chunks-equally-long",
    "Your chunks are of nearly one length. They have k steps each, counted from step 0; only the last "
    "may be shorter.",
    (
        """
            starts = range(0, len(caches), k)
            chunks = [bptt(dH[:, s : s + k], caches[s : s + k]) for s in starts]
        """,
        """
            parts = np.array_split(np.arange(len(caches)), -(-len(caches) // k))
            chunks = [bptt(dH[:, p], caches[p[0] : p[-1] + 1]) for p in parts]
        """,
    ),
)

# == gradient_norm_by_lag ==

edit(
    "gradient_norm_by_lag",
    "takes-frobenius-norm",
    "np.linalg.norm without a second argument is the Frobenius norm. At lag 0 it gives the square "
    "root of H.",
    ("np.linalg.norm(jacobian, 2)", "np.linalg.norm(jacobian)"),
)
edit(
    "gradient_norm_by_lag",
    "reverses-lag-order",
    "Your norms run from the largest lag to lag 0. Entry 0 belongs to zero steps back.",
    ("return norms", "return norms[::-1]"),
)
edit(
    "gradient_norm_by_lag",
    "starts-at-lag-one",
    "You start at lag 1. Write the norm down before you multiply.",
    ("np.eye(len(W_hh))", "W_hh"),
)
edit(
    "gradient_norm_by_lag",
    "takes-elementwise-powers",
    "** takes the power of every entry. Going back over several steps is a matrix product with "
    "itself.",
    ("jacobian @ W_hh", "W_hh ** (lag + 1)"),
)
edit(
    "gradient_norm_by_lag",
    "takes-powers-of-spectral-radius",
    "You raise the spectral radius to a power. That holds for large lags only: take the norm of "
    "the matrix power itself.",
    ("np.linalg.norm(jacobian, 2)", "np.abs(np.linalg.eigvals(W_hh)).max() ** lag"),
)
edit(
    "gradient_norm_by_lag",
    "takes-powers-of-spectral-norm",
    "You raise the norm of W_hh to a power. That is an upper bound: take the norm of the matrix "
    "power itself.",
    ("np.linalg.norm(jacobian, 2)", "np.linalg.norm(W_hh, 2) ** lag"),
)
edit(
    "gradient_norm_by_lag",
    "diagonalises-the-matrix",
    "Not every matrix has a full set of eigenvectors. Without it there is nothing to take powers of: "
    "multiply the matrix itself.",
    (
        "for lag in range(T):",
        """
            values, vectors = np.linalg.eig(W_hh)
            for lag in range(T):
                jacobian = vectors @ np.diag(values**lag) @ np.linalg.inv(vectors)
        """,
    ),
)
edit(
    "gradient_norm_by_lag",
    "stops-at-small-norms",
    "From some lag on your norms are zero. A norm may be as small as it likes: go on to the last lag.",
    (
        "jacobian = jacobian @ W_hh",
        """
            if norms[lag] < 1e-8:
                norms[lag:] = 0
                break
            jacobian = jacobian @ W_hh
        """,
    ),
)
