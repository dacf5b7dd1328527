"""Week 6: known mistakes, each with what a student who makes it is told."""

import torch
from torch import nn

from autograder.authoring import edit, mistake

# == sort_by_length ==

edit(
    "sort_by_length",
    "returns-order-as-inverse",
    "Your inverse is the order itself (as arange(B)[order] is). The way back is another "
    "permutation: at which place does order hold example 0?",
    (
        """
            inverse = torch.argsort(order)
            return order, inverse
        """,
        "return order, order",
    ),
)
edit(
    "sort_by_length",
    "sorts-shortest-first",
    "Your batch runs from the shortest to the longest. Packed data need the longest first.",
    (
        """
            order = torch.argsort(lengths, descending=True, stable=True)
            inverse = torch.argsort(order)
            return order, inverse
        """,
        """
            order = torch.argsort(lengths, stable=True)
            return order, torch.argsort(order)
        """,
    ),
)
edit(
    "sort_by_length",
    "returns-lengths-as-order",
    "Your first result are lengths, not indices. torch.sort returns both: the values "
    "first, then the indices.",
    (
        """
            order = torch.argsort(lengths, descending=True, stable=True)
            inverse = torch.argsort(order)
            return order, inverse
        """,
        """
            sorted_lengths, order = torch.sort(lengths, descending=True, stable=True)
            return sorted_lengths, torch.argsort(order)
        """,
    ),
)
edit(
    "sort_by_length",
    "reverses-order-for-inverse",
    "Running through the sorted batch backwards does not bring the examples back. "
    "inverse[n] is the place of example n in order.",
    (
        """
            inverse = torch.argsort(order)
            return order, inverse
        """,
        "return order, order.flip(0)",
    ),
)
edit(
    "sort_by_length",
    "ranks-from-shortest",
    "Your second result ranks by length from the shortest up. The place in the sorted "
    "batch counts from the longest: invert order itself.",
    (
        """
            inverse = torch.argsort(order)
            return order, inverse
        """,
        "return order, torch.argsort(torch.argsort(lengths, stable=True))",
    ),
)

# == pack ==

edit(
    "pack",
    "packs-example-by-example",
    "Your data run example by example. A network runs step by step: first step 0 of every example.",
    (
        """
            if (lengths.diff() > 0).any():
                raise ValueError(f"lengths must be sorted, longest first; found {lengths.tolist()}")
            if lengths.min() < 1 or lengths.max() > x.shape[1]:
                raise ValueError(f"lengths must be 1 … {x.shape[1]}; found {lengths.tolist()}")
            steps = range(int(lengths[0]))
            batch_sizes = torch.tensor([int((lengths > t).sum()) for t in steps])
            data = torch.cat([x[:n, t] for t, n in enumerate(batch_sizes.tolist())])
        """,
        """
            if (lengths.diff() > 0).any() or lengths.min() < 1 or lengths.max() > x.shape[1]:
                raise ValueError(f"these lengths cannot be packed: {lengths.tolist()}")
            batch_sizes = torch.tensor([int((lengths > t).sum()) for t in range(int(lengths[0]))])
            data = torch.cat([x[n, :length] for n, length in enumerate(lengths.tolist())])
        """,
    ),
)
edit(
    "pack",
    "returns-lengths-as-batch-sizes",
    "You return the lengths as batch sizes. batch_sizes has one entry for every step: "
    "how many examples still run?",
    (
        """
            if (lengths.diff() > 0).any():
                raise ValueError(f"lengths must be sorted, longest first; found {lengths.tolist()}")
            if lengths.min() < 1 or lengths.max() > x.shape[1]:
                raise ValueError(f"lengths must be 1 … {x.shape[1]}; found {lengths.tolist()}")
        """,
        """
            if (lengths.diff() > 0).any() or lengths.min() < 1 or lengths.max() > x.shape[1]:
                raise ValueError(f"these lengths cannot be packed: {lengths.tolist()}")
        """,
    ),
    (
        """
            batch_sizes = torch.tensor([int((lengths > t).sum()) for t in steps])
            data = torch.cat([x[:n, t] for t, n in enumerate(batch_sizes.tolist())])
            return data, batch_sizes
        """,
        """
            data = torch.cat([x[: int((lengths > t).sum()), t] for t in steps])
            return data, lengths
        """,
    ),
)
edit(
    "pack",
    "includes-empty-steps",
    "You run over all T columns of x. The packed steps end with the longest example: a "
    "batch size of 0 is not part of it.",
    (
        """
            if (lengths.diff() > 0).any():
                raise ValueError(f"lengths must be sorted, longest first; found {lengths.tolist()}")
            if lengths.min() < 1 or lengths.max() > x.shape[1]:
                raise ValueError(f"lengths must be 1 … {x.shape[1]}; found {lengths.tolist()}")
            steps = range(int(lengths[0]))
            batch_sizes = torch.tensor([int((lengths > t).sum()) for t in steps])
        """,
        """
            if (lengths.diff() > 0).any() or lengths.min() < 1 or lengths.max() > x.shape[1]:
                raise ValueError(f"these lengths cannot be packed: {lengths.tolist()}")
            batch_sizes = torch.tensor([int((lengths > t).sum()) for t in range(x.shape[1])])
        """,
    ),
)
edit(
    "pack",
    "runs-one-step-too-long",
    "An example of length L has the steps 0 … L - 1. With >= it runs one step too long, "
    "into the padding.",
    (
        """
            if (lengths.diff() > 0).any():
                raise ValueError(f"lengths must be sorted, longest first; found {lengths.tolist()}")
            if lengths.min() < 1 or lengths.max() > x.shape[1]:
                raise ValueError(f"lengths must be 1 … {x.shape[1]}; found {lengths.tolist()}")
            steps = range(int(lengths[0]))
            batch_sizes = torch.tensor([int((lengths > t).sum()) for t in steps])
        """,
        """
            if (lengths.diff() > 0).any() or lengths.min() < 1 or lengths.max() > x.shape[1]:
                raise ValueError(f"these lengths cannot be packed: {lengths.tolist()}")
            batch_sizes = torch.tensor([int((lengths >= t).sum()) for t in range(int(lengths[0]))])
        """,
    ),
)
edit(
    "pack",
    "keeps-padding-in-data",
    "The padding is still in your data: all B rows are taken at every step. Take only "
    "the examples that still run.",
    (
        """
            if (lengths.diff() > 0).any():
                raise ValueError(f"lengths must be sorted, longest first; found {lengths.tolist()}")
            if lengths.min() < 1 or lengths.max() > x.shape[1]:
                raise ValueError(f"lengths must be 1 … {x.shape[1]}; found {lengths.tolist()}")
        """,
        """
            if (lengths.diff() > 0).any() or lengths.min() < 1 or lengths.max() > x.shape[1]:
                raise ValueError(f"these lengths cannot be packed: {lengths.tolist()}")
        """,
    ),
    (
        """
            data = torch.cat([x[:n, t] for t, n in enumerate(batch_sizes.tolist())])
            return data, batch_sizes
        """,
        "return torch.cat([x[:, t] for t in steps]), batch_sizes",
    ),
)


@mistake(
    "pack",
    "The mask picks the right numbers, but it runs along the rows of x: example by "
    "example. Swap the first two axes of both, then pick.",
)
def masks_example_by_example():
    def pack(x, lengths):
        if (lengths.diff() > 0).any() or lengths.min() < 1 or lengths.max() > x.shape[1]:
            raise ValueError(f"these lengths cannot be packed: {lengths.tolist()}")
        mask = torch.arange(int(lengths[0])) < lengths[:, None]
        return x[:, : int(lengths[0])][mask], mask.sum(dim=1)


edit(
    "pack",
    "takes-last-rows",
    "You take the last rows of the batch. The longest examples come first, so those that"
    " still run are the first rows.",
    (
        """
            if (lengths.diff() > 0).any():
                raise ValueError(f"lengths must be sorted, longest first; found {lengths.tolist()}")
            if lengths.min() < 1 or lengths.max() > x.shape[1]:
                raise ValueError(f"lengths must be 1 … {x.shape[1]}; found {lengths.tolist()}")
            steps = range(int(lengths[0]))
            batch_sizes = torch.tensor([int((lengths > t).sum()) for t in steps])
            data = torch.cat([x[:n, t] for t, n in enumerate(batch_sizes.tolist())])
        """,
        """
            if (lengths.diff() > 0).any() or lengths.min() < 1 or lengths.max() > x.shape[1]:
                raise ValueError(f"these lengths cannot be packed: {lengths.tolist()}")
            batch_sizes = torch.tensor([int((lengths > t).sum()) for t in range(int(lengths[0]))])
            data = torch.cat([x[-n:, t] for t, n in enumerate(batch_sizes.tolist())])
        """,
    ),
)
edit(
    "pack",
    "accepts-unpackable-lengths",
    "Something gets through that cannot be packed. Lengths that are not sorted, at "
    "whatever place, below 1 or above T must raise a ValueError; otherwise the wrong "
    "rows are packed, in silence.",
    (
        """
            if (lengths.diff() > 0).any():
                raise ValueError(f"lengths must be sorted, longest first; found {lengths.tolist()}")
            if lengths.min() < 1 or lengths.max() > x.shape[1]:
                raise ValueError(f"lengths must be 1 … {x.shape[1]}; found {lengths.tolist()}")
            steps = range(int(lengths[0]))
            batch_sizes = torch.tensor([int((lengths > t).sum()) for t in steps])
        """,
        "batch_sizes = torch.tensor([int((lengths > t).sum()) for t in range(int(lengths[0]))])",
    ),
)
edit(
    "pack",
    "checks-only-first-length",
    "You compare the first length with the longest one. The lengths behind it must be in"
    " order too: none may be larger than the one before it.",
    (
        """
            if (lengths.diff() > 0).any():
                raise ValueError(f"lengths must be sorted, longest first; found {lengths.tolist()}")
            if lengths.min() < 1 or lengths.max() > x.shape[1]:
                raise ValueError(f"lengths must be 1 … {x.shape[1]}; found {lengths.tolist()}")
            steps = range(int(lengths[0]))
            batch_sizes = torch.tensor([int((lengths > t).sum()) for t in steps])
        """,
        """
            if lengths[0] != lengths.max() or lengths.min() < 1 or lengths.max() > x.shape[1]:
                raise ValueError(f"these lengths cannot be packed: {lengths.tolist()}")
            batch_sizes = torch.tensor([int((lengths > t).sum()) for t in range(int(lengths[0]))])
        """,
    ),
)
edit(
    "pack",
    "accepts-zero-lengths",
    "A length of 0 gets through. Such an example runs at no step, so no batch size "
    "counts it: it is lost. The smallest length that can be packed is 1.",
    (
        """
            if (lengths.diff() > 0).any():
                raise ValueError(f"lengths must be sorted, longest first; found {lengths.tolist()}")
            if lengths.min() < 1 or lengths.max() > x.shape[1]:
                raise ValueError(f"lengths must be 1 … {x.shape[1]}; found {lengths.tolist()}")
            steps = range(int(lengths[0]))
            batch_sizes = torch.tensor([int((lengths > t).sum()) for t in steps])
        """,
        """
            if (lengths.diff() > 0).any() or lengths.min() < 0 or lengths.max() > x.shape[1]:
                raise ValueError(f"these lengths cannot be packed: {lengths.tolist()}")
            batch_sizes = torch.tensor([int((lengths > t).sum()) for t in range(int(lengths[0]))])
        """,
    ),
)
edit(
    "pack",
    "asserts-instead-of-raising",
    "An assert raises an AssertionError, and is skipped when Python runs with -O. For "
    "wrong arguments write: if ...: raise ValueError(...).",
    (
        """
            if (lengths.diff() > 0).any():
                raise ValueError(f"lengths must be sorted, longest first; found {lengths.tolist()}")
            if lengths.min() < 1 or lengths.max() > x.shape[1]:
                raise ValueError(f"lengths must be 1 … {x.shape[1]}; found {lengths.tolist()}")
            steps = range(int(lengths[0]))
            batch_sizes = torch.tensor([int((lengths > t).sum()) for t in steps])
        """,
        """
            assert (lengths.diff() <= 0).all(), "unsorted"
            assert lengths.min() >= 1 and lengths.max() <= x.shape[1], "out of range"
            batch_sizes = torch.tensor([int((lengths > t).sum()) for t in range(int(lengths[0]))])
        """,
    ),
)
edit(
    "pack",
    "detaches-data-from-x",
    "The values are right, but no gradient can flow back to x: .data, .detach(), "
    ".numpy() and torch.tensor cut it off. Use torch.cat or torch.stack on slices of x.",
    (
        """
            if (lengths.diff() > 0).any():
                raise ValueError(f"lengths must be sorted, longest first; found {lengths.tolist()}")
            if lengths.min() < 1 or lengths.max() > x.shape[1]:
                raise ValueError(f"lengths must be 1 … {x.shape[1]}; found {lengths.tolist()}")
            steps = range(int(lengths[0]))
            batch_sizes = torch.tensor([int((lengths > t).sum()) for t in steps])
            data = torch.cat([x[:n, t] for t, n in enumerate(batch_sizes.tolist())])
        """,
        """
            if (lengths.diff() > 0).any() or lengths.min() < 1 or lengths.max() > x.shape[1]:
                raise ValueError(f"these lengths cannot be packed: {lengths.tolist()}")
            batch_sizes = torch.tensor([int((lengths > t).sum()) for t in range(int(lengths[0]))])
            data = torch.cat([x[:n, t] for t, n in enumerate(batch_sizes.tolist())]).detach()
        """,
    ),
)

# == unpack ==

edit(
    "unpack",
    "fills-last-rows",
    "Your examples stand at the end of the rows of each step. Packed data are sorted: at"
    " every step the first rows still run.",
    (": len(piece)", "B - len(piece) :"),
)
edit(
    "unpack",
    "returns-batch-sizes-as-lengths",
    "You return the batch sizes as lengths. A length counts the steps of one example: in"
    " how many steps is batch_sizes larger than its index?",
    (
        """
            lengths = (batch_sizes > torch.arange(B)[:, None]).sum(dim=1)
            return padded, lengths
        """,
        "return padded, batch_sizes",
    ),
)
edit(
    "unpack",
    "reads-example-by-example",
    "You read data example by example. It lies step by step: its first rows are step 0 "
    "of all examples.",
    (
        "B, T = int(batch_sizes[0]), len(batch_sizes)",
        """
            B, T = int(batch_sizes[0]), len(batch_sizes)
            lengths = (batch_sizes > torch.arange(B)[:, None]).sum(dim=1)
        """,
    ),
    (
        """
            for t, piece in enumerate(data.split(batch_sizes.tolist())):
                padded[: len(piece), t] = piece
            lengths = (batch_sizes > torch.arange(B)[:, None]).sum(dim=1)
        """,
        """
            for n, piece in enumerate(data.split(lengths.tolist())):
                padded[n, : len(piece)] = piece
        """,
    ),
)
edit(
    "unpack",
    "puts-time-first",
    "Your result is (T, B, D). This course puts the batch first.",
    (
        "padded = data.new_zeros(B, T, data.shape[1])",
        "padded = data.new_zeros(T, B, data.shape[1])",
    ),
    (": len(piece), t", "t, : len(piece)"),
)
edit(
    "unpack",
    "shifts-lengths-by-one-example",
    "An example n runs at step t if batch_sizes[t] > n. With >= every example gets the "
    "steps of the one before it.",
    (
        "lengths = (batch_sizes > torch.arange(B)[:, None]).sum(dim=1)",
        "lengths = (batch_sizes >= torch.arange(B)[:, None]).sum(dim=1)",
    ),
)
edit(
    "unpack",
    "returns-longest-length-for-all",
    "Every example gets the length T. T is the length of the longest one alone.",
    (
        """
            lengths = (batch_sizes > torch.arange(B)[:, None]).sum(dim=1)
            return padded, lengths
        """,
        "return padded, torch.full((B,), T)",
    ),
)
edit(
    "unpack",
    "assumes-equal-batch-sizes",
    "Step t does not start at row t * B. It starts where the pieces before it end: the "
    "sum of their batch sizes.",
    (
        "for t, piece in enumerate(data.split(batch_sizes.tolist())):",
        """
            for t, size in enumerate(batch_sizes.tolist()):
                piece = data[t * size : (t + 1) * size]
        """,
    ),
)
edit(
    "unpack",
    "ignores-dtype-of-data",
    "torch.zeros makes 32-bit floats unless you say otherwise: 64-bit data lose half of "
    "their digits. Take the type of data.",
    ("data.new_zeros", "torch.zeros"),
)
edit(
    "unpack",
    "infers-lengths-from-nonzeros",
    "You read the lengths off the numbers in padded. A real step may be all zero: "
    "batch_sizes alone say in how many steps an example runs.",
    (
        """
            lengths = (batch_sizes > torch.arange(B)[:, None]).sum(dim=1)
            return padded, lengths
        """,
        "return padded, (padded != 0).any(dim=2).sum(dim=1)",
    ),
)
edit(
    "unpack",
    "returns-float-lengths",
    "Your lengths are no integers (int64). Whoever uses them as indices needs whole "
    "numbers of this type: give it to the tensor that you fill.",
    (
        "padded = data.new_zeros(B, T, data.shape[1])",
        "padded, lengths = data.new_zeros(B, T, data.shape[1]), torch.zeros(B)",
    ),
    (
        """
            for t, piece in enumerate(data.split(batch_sizes.tolist())):
                padded[: len(piece), t] = piece
            lengths = (batch_sizes > torch.arange(B)[:, None]).sum(dim=1)
            return padded, lengths
        """,
        """
            for t, piece in enumerate(data.split(batch_sizes.tolist())):
                padded[: len(piece), t] = piece
                lengths[: len(piece)] += 1
            return padded, lengths
        """,
    ),
)

# == packed_gru ==

edit(
    "packed_gru",
    "requires-sorted-lengths",
    "pack_padded_sequence refuses lengths out of order unless you say enforce_sorted=False.",
    (
        """
            T = embedded.shape[1]
            packed = pack_padded_sequence(embedded, lengths.cpu(), batch_first=True, enforce_sorted=False)
        """,
        "packed = pack_padded_sequence(embedded, lengths.cpu(), batch_first=True)",
    ),
    ("total_length=T", "total_length=embedded.shape[1]"),
)
edit(
    "packed_gru",
    "takes-last-output-column",
    "You read the last column of the outputs. For every example that is shorter than T "
    "it is padding: take the state after its own last step.",
    ("return outputs, h_n[-1]", "return outputs, outputs[:, -1]"),
)
edit(
    "packed_gru",
    "omits-total-length",
    "The outputs have fewer columns than embedded: pad_packed_sequence pads to the "
    "longest example of this batch, unless you give it total_length.",
    (
        (
            "def packed_gru(gru, embedded, lengths):\n"
            '    """Run a GRU over a padded batch in any order, without its padding.\n'
            "\n"
            "    Parameters\n"
            "    ----------\n"
            "    gru : nn.GRU\n"
            "        From D features to H units, ``batch_first=True``, one direction, one or more layers.\n"
            "    embedded : tensor (B, T, D)\n"
            "        Padded inputs. What stands behind an example's end is ignored.\n"
            "    lengths : tensor (B,), int64\n"
            "        Lengths in any order, each between 1 and T; all of them may be below T.\n"
            "\n"
            "    Returns\n"
            "    -------\n"
            "    outputs : tensor (B, T, H)\n"
            "        States of the last layer, in the order of the batch; zero behind an example's end.\n"
            "    last : tensor (B, H)\n"
            "        State of the last layer after each example's own last step.\n"
            '    """\n'
            "    T = embedded.shape[1]"
        ),
        "def packed_gru(gru, embedded, lengths):",
    ),
    ("True, total_length=T", "True"),
)
edit(
    "packed_gru",
    "returns-outputs-time-first",
    "pad_packed_sequence gives (T, B, H) unless you say batch_first=True to it as well.",
    ("states, batch_first=True, total_length", "states, total_length"),
)
edit(
    "packed_gru",
    "returns-states-of-all-layers",
    "h_n is (layers, B, H). The last layer is wanted, without the axis of the layers: (B, H).",
    ("return outputs, h_n[-1]", "return outputs, h_n"),
)
edit(
    "packed_gru",
    "returns-first-layer-state",
    "With two layers you return the state of the first. The last layer stands last in h_n.",
    ("return outputs, h_n[-1]", "return outputs, h_n[0]"),
)
edit(
    "packed_gru",
    "leaves-results-sorted",
    "You sort the batch and give the results back sorted. Every example gets the result "
    "of another: bring outputs and last back into the order of the batch.",
    (
        "packed = pack_padded_sequence(embedded, lengths.cpu(), batch_first=True, "
        "enforce_sorted=False)",
        """
            order = torch.argsort(lengths, descending=True)
            packed = pack_padded_sequence(embedded[order], lengths[order].cpu(), batch_first=True)
        """,
    ),
)
edit(
    "packed_gru",
    "sorts-results-again",
    "You bring the results back with order. That sorts them once more: the way back is the inverse.",
    (
        "packed = pack_padded_sequence(embedded, lengths.cpu(), batch_first=True, "
        "enforce_sorted=False)",
        """
            order = torch.argsort(lengths, descending=True)
            packed = pack_padded_sequence(embedded[order], lengths[order].cpu(), batch_first=True)
        """,
    ),
    ("return outputs, h_n[-1]", "return outputs[order], h_n[-1][order]"),
)
edit(
    "packed_gru",
    "leaves-last-states-sorted",
    "The outputs are back in the order of the batch, the last states are still sorted. "
    "Both need the inverse.",
    (
        "packed = pack_padded_sequence(embedded, lengths.cpu(), batch_first=True, "
        "enforce_sorted=False)",
        """
            order = torch.argsort(lengths, descending=True)
            inverse = torch.argsort(order)
            packed = pack_padded_sequence(embedded[order], lengths[order].cpu(), batch_first=True)
        """,
    ),
    ("return outputs, h_n[-1]", "return outputs[inverse], h_n[-1]"),
)
edit(
    "packed_gru",
    "restores-order-twice",
    "pack_padded_sequence with enforce_sorted=False brings the results back by itself. "
    "You undo the order a second time.",
    (
        "return outputs, h_n[-1]",
        "return outputs[packed.unsorted_indices], h_n[-1][packed.unsorted_indices]",
    ),
)
edit(
    "packed_gru",
    "runs-over-padding",
    "The GRU has run over the padding: its outputs are not zero there, and its last "
    "state has moved on. Pack first.",
    (
        """
            T = embedded.shape[1]
            packed = pack_padded_sequence(embedded, lengths.cpu(), batch_first=True, enforce_sorted=False)
            states, h_n = gru(packed)
            outputs, _ = pad_packed_sequence(states, batch_first=True, total_length=T)
        """,
        "outputs, h_n = gru(embedded)",
    ),
)
edit(
    "packed_gru",
    "masks-instead-of-packing",
    "The GRU has run over the padding, and its outputs were masked afterwards. The "
    "numbers are right, but no step is saved: give it a packed batch.",
    (
        """
            T = embedded.shape[1]
            packed = pack_padded_sequence(embedded, lengths.cpu(), batch_first=True, enforce_sorted=False)
            states, h_n = gru(packed)
            outputs, _ = pad_packed_sequence(states, batch_first=True, total_length=T)
            return outputs, h_n[-1]
        """,
        """
            outputs, _ = gru(embedded)
            outputs = outputs * (torch.arange(embedded.shape[1]) < lengths[:, None]).unsqueeze(2)
            return outputs, outputs[torch.arange(len(lengths)), lengths - 1]
        """,
    ),
)
edit(
    "packed_gru",
    "packs-time-first",
    "Without batch_first=True pack_padded_sequence reads your batch as (T, B, D).",
    ("(), batch_first=True, enforce_sorted=", "(), enforce_sorted="),
)

# == packed_rnn ==

edit(
    "packed_rnn",
    "keeps-last-state-rows",
    "You keep the last rows of the state. The examples that still run are the first "
    "rows: the batch is sorted.",
    (".T + h[: len(x)] @ W_hh", ".T + h[-len(x) :] @ W_hh"),
)
edit(
    "packed_rnn",
    "treats-data-as-one-sequence",
    "You run down data as if it were one long example. Rows of one step belong to "
    "different examples: all of a step start from the states of the step before.",
    ("h = data.new_zeros(int(batch_sizes[0]), W_hh.shape[0])", "h = data.new_zeros(W_hh.shape[0])"),
    ("for x in data.split(batch_sizes.tolist()):", "for x in data:"),
    ("x @ W_ih.T + h[: len(x)] @ W_hh.T", "W_ih @ x + W_hh @ h"),
    ("return torch.cat(states)", "return torch.stack(states)"),
)
edit(
    "packed_rnn",
    "starts-every-step-from-zeros",
    "Every step starts from zeros again. Only step 0 does: hand the new state on.",
    (
        """
            h = torch.tanh(x @ W_ih.T + h[: len(x)] @ W_hh.T + b)
            states.append(h)
        """,
        "states.append(torch.tanh(x @ W_ih.T + h[: len(x)] @ W_hh.T + b))",
    ),
)
edit(
    "packed_rnn",
    "omits-recurrent-transpose",
    "Look at the recurrent term. W_hh is square, so a missing transpose raises no error.",
    ("(x @ W_ih.T + h[: len(x)] @ W_hh.T + b)", "(x @ W_ih.T + h[: len(x)] @ W_hh + b)"),
)
edit(
    "packed_rnn",
    "assumes-equal-batch-sizes",
    "Step t does not start at row t times n. It starts where the pieces of the steps before it end.",
    (
        "for x in data.split(batch_sizes.tolist()):",
        """
            for t, n in enumerate(batch_sizes.tolist()):
                x = data[t * n : (t + 1) * n]
        """,
    ),
)
edit(
    "packed_rnn",
    "writes-states-in-place",
    "You write the new states into rows of a tensor that autograd still needs for the "
    "backward pass. Make a new tensor at every step.",
    (
        """
            h = torch.tanh(x @ W_ih.T + h[: len(x)] @ W_hh.T + b)
            states.append(h)
        """,
        """
            n = len(x)
            h[:n] = torch.tanh(x @ W_ih.T + h[:n] @ W_hh.T + b)
            states.append(h[:n].clone())
        """,
    ),
)
edit(
    "packed_rnn",
    "collects-views-of-one-tensor",
    "Your pieces of output are views of one tensor that every step overwrites: all steps"
    " end up with the last state. Keep a new tensor for each step.",
    (
        """
            h = torch.tanh(x @ W_ih.T + h[: len(x)] @ W_hh.T + b)
            states.append(h)
        """,
        """
            n = len(x)
            h[:n] = torch.tanh(x @ W_ih.T + h[:n] @ W_hh.T + b)
            states.append(h[:n])
        """,
    ),
)
edit(
    "packed_rnn",
    "keeps-finished-examples-running",
    "Examples that have ended still take part: you return B rows for every step. Return "
    "a row for the examples that still run, and no other.",
    (
        "h = torch.tanh(x @ W_ih.T + h[: len(x)] @ W_hh.T + b)",
        """
            x = torch.cat([x, x.new_zeros(len(h) - len(x), x.shape[1])])
            h = torch.tanh(x @ W_ih.T + h @ W_hh.T + b)
        """,
    ),
)
edit(
    "packed_rnn",
    "returns-only-last-states",
    "You return one state for every example. One for every step of every example is "
    "wanted, packed like data.",
    (
        """
            h = data.new_zeros(int(batch_sizes[0]), W_hh.shape[0])
            states = []
        """,
        "h = data.new_zeros(int(batch_sizes[0]), W_hh.shape[0])",
    ),
    ("h = torch.", "new = torch."),
    ("states.append(h)", "h = torch.cat([new, h[len(x) :]])"),
    ("return torch.cat(states)", "return h"),
)


@mistake(
    "packed_rnn",
    "nn.RNN does the work here. This exercise is by hand: slices, two products and a tanh.",
)
def uses_builtin_rnn():
    def packed_rnn(data, batch_sizes, W_ih, W_hh, b):
        rnn = nn.RNN(W_ih.shape[1], W_hh.shape[0]).to(data)
        with torch.no_grad():
            for own, value in zip(rnn.parameters(), (W_ih, W_hh, b, torch.zeros_like(b))):
                own.copy_(value)
        return rnn(nn.utils.rnn.PackedSequence(data, batch_sizes))[0].data


edit(
    "packed_rnn",
    "omits-bias",
    "Count the terms before the tanh: input, recurrence and bias.",
    ("(x @ W_ih.T + h[: len(x)] @ W_hh.T + b)", "(x @ W_ih.T + h[: len(x)] @ W_hh.T)"),
)

# == bucket_batches ==

edit(
    "bucket_batches",
    "divides-waste-by-tokens",
    "Your waste is padding per token. It is asked per position: divide by everything "
    "that the network computes, padding included.",
    ("return 1 - tokens / positions", "return (positions - tokens) / tokens"),
)
edit(
    "bucket_batches",
    "averages-waste-over-batches",
    "You average the waste of the batches. A small batch then counts as much as a large "
    "one: sum tokens and positions first.",
    (
        """
            tokens = sum(int(lengths[batch].sum()) for batch in batches)
            positions = sum(len(batch) * int(lengths[batch].max()) for batch in batches)
            return 1 - tokens / positions
        """,
        """
            shares = [1 - float(lengths[batch].float().mean() / lengths[batch].max()) for batch in batches]
            return sum(shares) / len(shares)
        """,
    ),
)
edit(
    "bucket_batches",
    "pads-to-overall-longest",
    "You pad every batch to the longest example of all. A batch is padded to its own longest example.",
    (
        "positions = sum(len(batch) * int(lengths[batch].max()) for batch in batches)",
        "positions = sum(len(batch) for batch in batches) * int(lengths.max())",
    ),
)
edit(
    "bucket_batches",
    "returns-used-share",
    "You return the share that is used. The waste is the rest.",
    ("return 1 - tokens / positions", "return tokens / positions"),
)
edit(
    "bucket_batches",
    "counts-tokens-outside-batches",
    "You count the tokens of all examples, also of those that are in none of the batches.",
    (
        (
            "def padding_waste(lengths, batches):\n"
            '    """The share of all positions that is padding.\n'
            "\n"
            "    Parameters\n"
            "    ----------\n"
            "    lengths : tensor (N,), int64\n"
            "        Lengths of all examples.\n"
            "    batches : list of tensors (n,), int64\n"
            "        Indices of the examples of each batch, in any order; n may differ from batch to batch.\n"
            "\n"
            "    Returns\n"
            "    -------\n"
            "    float\n"
            "        1 - tokens / positions, where a batch has n times its longest length positions.\n"
            '    """\n'
            "    tokens = sum(int(lengths[batch].sum()) for batch in batches)"
        ),
        "def padding_waste(lengths, batches):",
    ),
    ("return 1 - tokens / positions", "return 1 - int(lengths.sum()) / positions"),
)
edit(
    "bucket_batches",
    "drops-last-batch",
    "Examples are lost: the last batch, with fewer than B, is missing.",
    (
        "return list(torch.argsort(lengths, stable=True).split(B))",
        """
            order = torch.argsort(lengths, stable=True)
            return [order[i * B : (i + 1) * B] for i in range(len(lengths) // B)]
        """,
    ),
)
edit(
    "bucket_batches",
    "appends-empty-batch",
    "Your last batch is empty whenever B divides N: N // B + 1 is one batch too many "
    "then. Let range(0, N, B) give the starts.",
    (
        "return list(torch.argsort(lengths, stable=True).split(B))",
        """
            order = torch.argsort(lengths, stable=True)
            return [order[i * B : (i + 1) * B] for i in range(len(order) // B + 1)]
        """,
    ),
)
edit(
    "bucket_batches",
    "batches-before-sorting",
    "The batches are cut before anything is sorted: each is sorted within itself, and "
    "its padding is what it was.",
    (
        "return list(torch.argsort(lengths, stable=True).split(B))",
        """
            batches = torch.arange(len(lengths)).split(B)
            return [batch[torch.argsort(lengths[batch])] for batch in batches]
        """,
    ),
)
edit(
    "bucket_batches",
    "returns-lengths-not-indices",
    "Your batches hold lengths. They must hold the indices of the examples: "
    "torch.argsort, not torch.sort's first result.",
    ("argsort(lengths, stable=True)", "sort(lengths).values"),
)
edit(
    "bucket_batches",
    "treats-b-as-batch-count",
    "B is the size of a batch, not the number of batches. torch.chunk cuts into B "
    "pieces, torch.split into pieces of B.",
    (
        "return list(torch.argsort(lengths, stable=True).split(B))",
        "return list(torch.argsort(lengths, stable=True).chunk(B))",
    ),
)
edit(
    "bucket_batches",
    "groups-by-length",
    "One batch per range of lengths leaves batches of very different sizes. Sort, and "
    "cut into runs of B examples.",
    (
        "return list(torch.argsort(lengths, stable=True).split(B))",
        "return [torch.nonzero(lengths == length).flatten() for length in lengths.unique()]",
    ),
)
edit(
    "bucket_batches",
    "overlaps-neighbouring-batches",
    "Neighbouring batches share an example: the next one starts where the last one ends, B places on.",
    (
        "return list(torch.argsort(lengths, stable=True).split(B))",
        """
            order = torch.argsort(lengths, stable=True)
            return [order[start : start + B + 1] for start in range(0, len(order), B)]
        """,
    ),
)
edit(
    "bucket_batches",
    "returns-ranks-not-indices",
    "You return the places in the sorted order. Which example stands at a place? Look it"
    " up in the result of argsort.",
    (
        "return list(torch.argsort(lengths, stable=True).split(B))",
        """
            places = torch.argsort(torch.argsort(lengths, stable=True), stable=True)
            return list(places.split(B))
        """,
    ),
)
