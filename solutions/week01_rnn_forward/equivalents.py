"""Week 1: machine faults that are none, each with the reason."""

from autograder.authoring.equivalents import equivalent

# == SimpleRNN ==

equivalent(
    "SimpleRNN",
    "outputs, hidden_states = [], []",
    "hidden_states, outputs = [], []",
    reason="Both are new empty lists.",
)
equivalent(
    "SimpleRNN",
    "states = [np.array(h)]",
    "states = [h]",
    reason="Nothing writes into a state, and the result is a new array made of the lists.",
)
equivalent(
    "SimpleRNN",
    "return (2 * rng.random(shape) - 1) / np.sqrt(hidden_size)",
    "return (1 - (2 * rng.random(shape))) / np.sqrt(hidden_size)",
    reason="The same uniform distribution; how the numbers are drawn is free.",
)
equivalent(
    "SimpleRNN",
    "states = np.zeros((B, T + 1, self.W_hh.shape[0]))",
    "states = np.zeros((B, T + 1, self.W_hh.shape[…1]))",
    reason="W_hh is square: both axes have the length H.",
)

# == rnn_step_backward ==

equivalent(
    "rnn_step_backward",
    "dx, dh_prev = np.zeros(x.shape), np.zeros(h_prev.shape)",
    "dx, dh_prev = …np.ones(…",
    reason="Every row is overwritten before it is read.",
)

# == bptt ==

equivalent(
    "bptt",
    "x, h_prev, _, W_ih, W_hh = caches[0]",
    "x, _, h_prev, W_ih, W_hh = caches[0]",
    reason="Only the shape is read, and the states before and after a step have the same.",
)
equivalent(
    "bptt",
    "x, h_prev, _, W_ih, W_hh = caches[0]",
    "x, h_prev, _, W_ih, W_hh = caches[-1]",
    reason="Only shapes are read, and those of all steps are the same.",
)
equivalent(
    "bptt",
    "dX = np.zeros((B, T, x.shape[1]))",
    "dX = np.ones((B, T, x.shape[1]))",
    reason="Every step is overwritten before it is read.",
)
equivalent(
    "bptt",
    "carry = np.zeros_like(h_prev)",
    'carry = np.zeros_like(h_prev).astype("float32")',
    reason="A zero is exact in either type, and the sum with dH has the type of dH.",
)
equivalent(
    "bptt",
    "W_ih, W_hh = caches[0][3:]",
    "W_ih, W_hh = caches[-1][3:]",
    reason="All steps share their weights.",
)
equivalent(
    "bptt",
    "dA = np.zeros(dH.shape)",
    "dA = np.ones(dH.shape)",
    reason="Every step is overwritten before it is read.",
)

# == truncated_bptt ==

equivalent(
    "truncated_bptt",
    """
    if k < 1:
    raise ValueError(f"k is the length of a chunk, at least 1; found {k}")
    """,
    "pass",
    reason="range(0, T, 0) and the unpacking of no chunks raise a ValueError as well.",
)
equivalent(
    "truncated_bptt",
    "if k < 1:",
    "if k < 0:",
    reason="range(0, T, 0) raises a ValueError as well.",
)
equivalent(
    "truncated_bptt",
    'raise ValueError(f"k is the length of a chunk, at least 1; found {k}")',
    "pass",
    reason="range(0, T, 0) and the unpacking of no chunks raise a ValueError as well.",
)
equivalent(
    "truncated_bptt",
    "chunks = [bptt(dH[:, s : s + k], caches[s : s + k]) for s in starts]",
    "chunks = [bptt(dH[:, s : s + k], caches[s : ]) for s in starts]",
    reason="The reference's bptt takes T from dH and reads no cache beyond it.",
)
equivalent(
    "truncated_bptt",
    "carry = np.zeros(…)",
    'carry = np.zeros(…).astype("float32")',
    reason="A zero is exact in either type, and the sum with dH has the type of dH.",
)
equivalent(
    "truncated_bptt",
    "carry = np.zeros(dH[:, 0].shape)",
    "carry = np.zeros(dH[:, -1].shape)",
    reason="All steps have the same shape.",
)
equivalent(
    "truncated_bptt",
    "totals = [total + part for total, part in zip(totals, parts)]",
    "totals = [total + part for total, part in zip(parts, totals)]",
    reason="A sum does not depend on the order of its two terms.",
)
equivalent(
    "truncated_bptt",
    "W_ih, W_hh = caches[0][3:]",
    "W_ih, W_hh = caches[-1][3:]",
    reason="All steps share their weights.",
)
equivalent(
    "truncated_bptt",
    "dA, carry = np.zeros(dH.shape), 0",
    "dA, carry = np.ones(dH.shape), 0",
    reason="Every step is overwritten before it is read.",
)

# == gradient_norm_by_lag ==

equivalent(
    "gradient_norm_by_lag",
    "jacobian = np.eye(len(W_hh))",
    'jacobian = np.eye(len(W_hh)).astype("float32")',
    reason="0 and 1 are exact in either type, and the product has the type of W_hh.",
)
equivalent(
    "gradient_norm_by_lag",
    "jacobian = jacobian @ W_hh",
    "jacobian = W_hh @ jacobian",
    reason="A matrix commutes with its powers.",
)
equivalent(
    "gradient_norm_by_lag",
    "powers = [np.eye(W_hh.shape[0])]",
    "powers = [np.eye(W_hh.shape[…1])]",
    reason="W_hh is square: both axes have the length H.",
)
equivalent(
    "gradient_norm_by_lag",
    "powers.append(W_hh @ powers[-1])",
    "powers.append(powers[-1] @ W_hh)",
    reason="A matrix commutes with its powers.",
)
equivalent(
    "gradient_norm_by_lag",
    "powers = np.stack(powers)",
    "p…",
    reason="NumPy stacks a list of arrays by itself where it is read.",
)
equivalent(
    "gradient_norm_by_lag",
    "largest = np.linalg.eigvalsh(np.swapaxes(powers, 1, 2) @ powers)[:, -1]",
    "largest = np.linalg.eigvalsh(powers @ np.swapaxes(powers, 1, 2))[:, -1]",
    reason="M Mᵀ and Mᵀ M have the same eigenvalues.",
)
equivalent(
    "gradient_norm_by_lag",
    "largest = np.linalg.eigvalsh(np.swapaxes(powers, 1, 2) @ powers)[:, -1]",
    "largest = np.linalg.eigvalsh(np.swapaxes(powers, 2, 1) @ powers)[:, -1]",
    reason="Two axes change places, whichever is named first.",
)
equivalent(
    "gradient_norm_by_lag",
    "return np.sqrt(np.clip(largest, 0, None))",
    "return np.sqrt(np.clip(0, largest, None))",
    reason="Either is the larger of the two numbers.",
)
equivalent(
    "gradient_norm_by_lag",
    "return np.sqrt(np.clip(largest, 0, None))",
    "return np.sqrt(np.clip(largest, -1, None))",
    reason="Only rounding could make an eigenvalue of MᵀM negative, by a last digit.",
)
