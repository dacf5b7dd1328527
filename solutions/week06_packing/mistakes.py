"""Week 6: known mistakes, each with what a student who makes it is told."""

from autograder.authoring import edit

# == sort_by_length ==

edit(
    "sort_by_length",
    "returns-order-as-inverse",
    "Your inverse is the order itself (as arange(B)[order] is). The way back is another "
    "permutation: at which place does order hold example 0?",
    ("torch.argsort(order)", "order"),
)
edit(
    "sort_by_length",
    "sorts-shortest-first",
    "Your batch runs from the shortest to the longest. Packed data need the longest first.",
    ("descending=True, ", ""),
)
edit(
    "sort_by_length",
    "returns-lengths-as-order",
    "Your first result are lengths, not indices. torch.sort returns both: the values first, "
    "then the indices.",
    ("return order, inverse", "return lengths[order], inverse"),
)
edit(
    "sort_by_length",
    "reverses-order-for-inverse",
    "Running through the sorted batch backwards does not bring the examples back. inverse[n] is "
    "the place of example n in order.",
    ("torch.argsort(order)", "order.flip(0)"),
)
edit(
    "sort_by_length",
    "ranks-from-shortest",
    "Your second result ranks by length from the shortest up. The place in the sorted batch "
    "counts from the longest: invert order itself.",
    ("torch.argsort(order)", "torch.argsort(torch.argsort(lengths, stable=True))"),
)
edit(
    "sort_by_length",
    "breaks-ties-by-arithmetic",
    "With many examples your order is wrong: 100 * lengths - index lets an index above 100 outweigh "
    "a length. Sort by the lengths alone; equal ones may stand in any order.",
    (
        "torch.argsort(lengths, descending=True, stable=True)",
        "torch.argsort(100 * lengths - torch.arange(len(lengths)), descending=True)",
    ),
)
edit(
    "sort_by_length",
    "returns-numpy-arrays",
    "You return NumPy arrays. order and inverse are tensors of int64.",
    ("return order, inverse", "return order.numpy(), inverse.numpy()"),
)
edit(
    "sort_by_length",
    "sorts-in-eight-bits",
    "Lengths above 255 are sorted wrongly: 8 bits hold no more, and larger numbers wrap around. Sort "
    "the lengths in the type that they have.",
    ("torch.argsort(lengths, descending", "torch.argsort(lengths.to(torch.uint8), descending"),
)

# == pack ==

edit(
    "pack",
    "packs-example-by-example",
    "Your data run example by example. A network runs step by step: first step 0 of every example.",
    (
        "x[:n, t] for t, n in enumerate(batch_sizes.tolist())",
        "x[n, :length] for n, length in enumerate(lengths.tolist())",
    ),
)
edit(
    "pack",
    "returns-lengths-as-batch-sizes",
    "You return the lengths as batch sizes. batch_sizes has one entry for every step: how many "
    "examples still run?",
    ("return data, batch_sizes", "return data, lengths"),
)
edit(
    "pack",
    "includes-empty-steps",
    "You run over all T columns of x. The packed steps end with the longest example: a batch "
    "size of 0 is not part of it.",
    ("range(int(lengths[0]))", "range(x.shape[1])"),
)
edit(
    "pack",
    "runs-one-step-too-long",
    "An example of length L has the steps 0 … L - 1. With >= it runs one step too long, into "
    "the padding.",
    ("lengths > t", "lengths >= t"),
)
edit(
    "pack",
    "keeps-padding-in-data",
    "The padding is still in your data: all B rows are taken at every step. Take only the "
    "examples that still run.",
    ("x[:n, t] for t, n in enumerate(batch_sizes.tolist())", "x[:, t] for t in steps"),
)
edit(
    "pack",
    "masks-example-by-example",
    "The mask picks the right numbers, but it runs along the rows of x: example by example. "
    "Swap the first two axes of both, then pick.",
    (
        """
            steps = range(int(lengths[0]))
            batch_sizes = torch.tensor([int((lengths > t).sum()) for t in steps])
            data = torch.cat([x[:n, t] for t, n in enumerate(batch_sizes.tolist())])
            return data, batch_sizes
        """,
        """
            mask = torch.arange(x.shape[1]) < lengths[:, None]
            return x[mask], mask.sum(dim=1)
        """,
    ),
)
edit(
    "pack",
    "takes-last-rows",
    "You take the last rows of the batch. The longest examples come first, so those that still "
    "run are the first rows.",
    ("x[:n, t]", "x[-n:, t]"),
)
edit(
    "pack",
    "accepts-unpackable-lengths",
    "Something gets through that cannot be packed. Lengths that are not sorted, at whatever "
    "place, below 1 or above T must raise a ValueError; otherwise the wrong rows are packed, in "
    "silence.",
    (
        """
            if (lengths.diff() > 0).any():
                raise ValueError(f"lengths must be sorted, longest first; found {lengths.tolist()}")
            if lengths.min() < 1 or lengths.max() > x.shape[1]:
                raise ValueError(f"lengths must be 1 … {x.shape[1]}; found {lengths.tolist()}")
        """,
        "",
    ),
)
edit(
    "pack",
    "checks-only-first-length",
    "You compare the first length with the longest one. The lengths behind it must be in order "
    "too: none may be larger than the one before it.",
    ("(lengths.diff() > 0).any()", "lengths[0] != lengths.max()"),
)
edit(
    "pack",
    "accepts-zero-lengths",
    "A length of 0 gets through. Such an example runs at no step, so no batch size counts it: "
    "it is lost. The smallest length that can be packed is 1.",
    ("lengths.min() < 1", "lengths.min() < 0"),
)
edit(
    "pack",
    "asserts-instead-of-raising",
    "An assert raises an AssertionError, and is skipped when Python runs with -O. For wrong "
    "arguments write: if ...: raise ValueError(...).",
    (
        """
            if (lengths.diff() > 0).any():
                raise ValueError(f"lengths must be sorted, longest first; found {lengths.tolist()}")
            if lengths.min() < 1 or lengths.max() > x.shape[1]:
                raise ValueError(f"lengths must be 1 … {x.shape[1]}; found {lengths.tolist()}")
        """,
        """
            assert (lengths.diff() <= 0).all(), "unsorted"
            assert lengths.min() >= 1 and lengths.max() <= x.shape[1], "out of range"
        """,
    ),
)
edit(
    "pack",
    "detaches-data-from-x",
    "The values are right, but no gradient can flow back to x: .data, .detach(), .numpy() and "
    "torch.tensor cut it off. Use torch.cat or torch.stack on slices of x.",
    ("return data, batch_sizes", "return data.detach(), batch_sizes"),
)
edit(
    "pack",
    "accepts-negative-lengths",
    "A negative length gets through: you look for the length 0 alone. Everything below 1 must be "
    "refused.",
    ("lengths.min() < 1", "(lengths == 0).any()"),
)
edit(
    "pack",
    "trusts-a-single-example",
    "The length of a batch of one example is not compared with T. It must be refused as any other.",
    ("lengths.max() > x.shape[1]", "(len(lengths) > 1 and lengths.max() > x.shape[1])"),
)
edit(
    "pack",
    "finds-steps-by-nonzero-inputs",
    "Real steps are lost whose inputs are all zero. What is real, the lengths say, not the numbers.",
    (
        "data = torch.cat([x[:n, t] for t, n in enumerate(batch_sizes.tolist())])",
        """
            rows = x.masked_fill((torch.arange(x.shape[1]) >= lengths[:, None]).unsqueeze(2), 0)
            rows = rows.transpose(0, 1).reshape(-1, x.shape[2])
            data = rows[(rows != 0).any(dim=1)]
        """,
    ),
)

# == unpack ==

edit(
    "unpack",
    "fills-last-rows",
    "Your examples stand at the end of the rows of each step. Packed data are sorted: at every "
    "step the first rows still run.",
    ("padded[: len(piece), t]", "padded[B - len(piece) :, t]"),
)
edit(
    "unpack",
    "returns-batch-sizes-as-lengths",
    "You return the batch sizes as lengths. A length counts the steps of one example: in how "
    "many steps is batch_sizes larger than its index?",
    ("return padded, lengths", "return padded, batch_sizes"),
)
edit(
    "unpack",
    "reads-example-by-example",
    "You read data example by example. It lies step by step: its first rows are step 0 of all "
    "examples.",
    (
        """
            for t, piece in enumerate(data.split(batch_sizes.tolist())):
                padded[: len(piece), t] = piece
            lengths = (batch_sizes > torch.arange(B)[:, None]).sum(dim=1)
        """,
        """
            lengths = (batch_sizes > torch.arange(B)[:, None]).sum(dim=1)
            for n, piece in enumerate(data.split(lengths.tolist())):
                padded[n, : len(piece)] = piece
        """,
    ),
)
edit(
    "unpack",
    "puts-time-first",
    "Your result is (T, B, D). This course puts the batch first.",
    ("return padded, lengths", "return padded.transpose(0, 1), lengths"),
)
edit(
    "unpack",
    "shifts-lengths-by-one-example",
    "An example n runs at step t if batch_sizes[t] > n. With >= every example gets the steps of "
    "the one before it.",
    ("batch_sizes > torch.arange(B)", "batch_sizes >= torch.arange(B)"),
)
edit(
    "unpack",
    "returns-longest-length-for-all",
    "Every example gets the length T. T is the length of the longest one alone.",
    ("return padded, lengths", "return padded, torch.full_like(lengths, T)"),
)
edit(
    "unpack",
    "assumes-equal-batch-sizes",
    "Step t does not start at row t * B. It starts where the pieces before it end: the sum of "
    "their batch sizes.",
    (
        "for t, piece in enumerate(data.split(batch_sizes.tolist())):",
        """
            for t, n in enumerate(batch_sizes.tolist()):
                piece = data[t * n : (t + 1) * n]
        """,
    ),
)
edit(
    "unpack",
    "ignores-dtype-of-data",
    "torch.zeros makes 32-bit floats unless you say otherwise: 64-bit data lose half of their "
    "digits. Take the type of data.",
    ("data.new_zeros", "torch.zeros"),
)
edit(
    "unpack",
    "infers-lengths-from-nonzeros",
    "You read the lengths off the numbers in padded. A real step may be all zero: batch_sizes "
    "alone say in how many steps an example runs.",
    ("return padded, lengths", "return padded, (padded != 0).any(dim=2).sum(dim=1)"),
)
edit(
    "unpack",
    "returns-float-lengths",
    "Your lengths are no integers (int64). Whoever uses them as indices needs whole numbers of "
    "this type: give it to the tensor that you fill.",
    ("return padded, lengths", "return padded, lengths.float()"),
)
edit(
    "unpack",
    "counts-steps-in-eight-bits",
    "An example of more than 127 steps gets a wrong length: int8 holds no more, and larger numbers "
    "wrap around. Count in int64.",
    ("return padded, lengths", "return padded, lengths.to(torch.int8).long()"),
)

# == packed_gru ==

edit(
    "packed_gru",
    "requires-sorted-lengths",
    "pack_padded_sequence refuses lengths out of order unless you say enforce_sorted=False.",
    (", enforce_sorted=False", ""),
)
edit(
    "packed_gru",
    "takes-last-output-column",
    "You read the last column of the outputs. For every example that is shorter than T it is "
    "padding: take the state after its own last step.",
    ("h_n[-1]", "outputs[:, -1]"),
)
edit(
    "packed_gru",
    "omits-total-length",
    "The outputs have fewer columns than embedded: pad_packed_sequence pads to the longest "
    "example of this batch, unless you give it total_length.",
    (", total_length=T", ""),
)
edit(
    "packed_gru",
    "returns-outputs-time-first",
    "pad_packed_sequence gives (T, B, H) unless you say batch_first=True to it as well.",
    ("states, batch_first=True", "states"),
)
edit(
    "packed_gru",
    "returns-states-of-all-layers",
    "h_n is (layers, B, H). The last layer is wanted, without the axis of the layers: (B, H).",
    ("h_n[-1]", "h_n"),
)
edit(
    "packed_gru",
    "returns-first-layer-state",
    "With two layers you return the state of the first. The last layer stands last in h_n.",
    ("h_n[-1]", "h_n[0]"),
)
edit(
    "packed_gru",
    "leaves-results-sorted",
    "You sort the batch and give the results back sorted. Every example gets the result of "
    "another: bring outputs and last back into the order of the batch.",
    (
        "return outputs, h_n[-1]",
        "return outputs[packed.sorted_indices], h_n[-1][packed.sorted_indices]",
    ),
)
edit(
    "packed_gru",
    "sorts-results-again",
    "You bring the results back with order. That sorts them once more: the way back is the "
    "inverse.",
    (
        "T = embedded.shape[1]",
        """
            T = embedded.shape[1]
            order = torch.argsort(lengths, descending=True)
            embedded, lengths = embedded[order], lengths[order]
        """,
    ),
    ("return outputs, h_n[-1]", "return outputs[order], h_n[-1][order]"),
)
edit(
    "packed_gru",
    "leaves-last-states-sorted",
    "The outputs are back in the order of the batch, the last states are still sorted. Both "
    "need the inverse.",
    ("h_n[-1]", "h_n[-1][packed.sorted_indices]"),
)
edit(
    "packed_gru",
    "restores-order-twice",
    "pack_padded_sequence with enforce_sorted=False brings the results back by itself. You undo "
    "the order a second time.",
    (
        "return outputs, h_n[-1]",
        "return outputs[packed.unsorted_indices], h_n[-1][packed.unsorted_indices]",
    ),
)
edit(
    "packed_gru",
    "runs-over-padding",
    "The GRU has run over the padding: its outputs are not zero there, and its last state has "
    "moved on. Pack first.",
    (
        """
            states, h_n = gru(packed)
            outputs, _ = pad_packed_sequence(states, batch_first=True, total_length=T)
        """,
        "outputs, h_n = gru(embedded)",
    ),
)
edit(
    "packed_gru",
    "masks-instead-of-packing",
    "The GRU has run over the padding, and its outputs were masked afterwards. The numbers are "
    "right, but no step is saved: give it a packed batch.",
    (
        """
            states, h_n = gru(packed)
            outputs, _ = pad_packed_sequence(states, batch_first=True, total_length=T)
        """,
        """
            outputs, _ = gru(embedded)
            outputs = outputs * (torch.arange(T) < lengths[:, None]).unsqueeze(2)
        """,
    ),
    ("h_n[-1]", "outputs[torch.arange(len(lengths)), lengths - 1]"),
)
edit(
    "packed_gru",
    "packs-time-first",
    "Without batch_first=True pack_padded_sequence reads your batch as (T, B, D).",
    ("lengths.cpu(), batch_first=True", "lengths.cpu()"),
)
edit(
    "packed_gru",
    "leaves-lengths-on-the-device",
    "The lengths may lie on a GPU, and pack_padded_sequence wants them on the CPU: lengths.cpu().",
    ("lengths.cpu()", "lengths"),
)
edit(
    "packed_gru",
    "detaches-the-last-state",
    "No gradient flows back from last: detach(), .data or no_grad cuts the way.",
    ("h_n[-1]", "h_n[-1].detach()"),
)

# == packed_rnn ==

edit(
    "packed_rnn",
    "keeps-last-state-rows",
    "You keep the last rows of the state. The examples that still run are the first rows: the "
    "batch is sorted.",
    ("h[: len(x)]", "h[-len(x) :]"),
)
edit(
    "packed_rnn",
    "treats-data-as-one-sequence",
    "You run down data as if it were one long example. Rows of one step belong to different "
    "examples: all of a step start from the states of the step before.",
    ("data.split(batch_sizes.tolist())", "data.split(1)"),
)
edit(
    "packed_rnn",
    "starts-every-step-from-zeros",
    "Every step starts from zeros again. Only step 0 does: hand the new state on.",
    ("h = torch.tanh", "new = torch.tanh"),
    ("states.append(h)", "states.append(new)"),
)
edit(
    "packed_rnn",
    "omits-recurrent-transpose",
    "Look at the recurrent term. W_hh is square, so a missing transpose raises no error.",
    ("@ W_hh.T", "@ W_hh"),
)
edit(
    "packed_rnn",
    "assumes-equal-batch-sizes",
    "Step t does not start at row t times n. It starts where the pieces of the steps before it "
    "end.",
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
    "You write the new states into rows of a tensor that autograd still needs for the backward "
    "pass. Make a new tensor at every step.",
    ("h = torch.tanh", "h[: len(x)] = torch.tanh"),
    ("states.append(h)", "states.append(h[: len(x)].clone())"),
)
edit(
    "packed_rnn",
    "collects-views-of-one-tensor",
    "Your pieces of output are views of one tensor that every step overwrites: all steps end up "
    "with the last state. Keep a new tensor for each step.",
    ("h = torch.tanh", "h[: len(x)] = torch.tanh"),
    ("states.append(h)", "states.append(h[: len(x)])"),
)
edit(
    "packed_rnn",
    "keeps-finished-examples-running",
    "Examples that have ended still take part: you return B rows for every step. Return a row "
    "for the examples that still run, and no other.",
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
    "You return one state for every example. One for every step of every example is wanted, "
    "packed like data.",
    ("h = torch.tanh", "new = torch.tanh"),
    ("states.append(h)", "h = torch.cat([new, h[len(x) :]])"),
    ("torch.cat(states)", "h"),
)
edit(
    "packed_rnn",
    "omits-bias",
    "Count the terms before the tanh: input, recurrence and bias.",
    ("@ W_hh.T + b", "@ W_hh.T"),
)
edit(
    "packed_rnn",
    "takes-batch-size-from-steps",
    "The first state has a row for every step. It needs one for every example: batch_sizes[0] of "
    "them. With more examples than steps, rows are missing.",
    ("int(batch_sizes[0])", "len(batch_sizes)"),
)
edit(
    "packed_rnn",
    "detaches-between-steps",
    "The states are right, and the gradients are not: between the steps the state is detached, so "
    "that each step learns for itself alone.",
    (
        "states.append(h)",
        """
            states.append(h)
            h = h.detach()
        """,
    ),
)
edit(
    "packed_rnn",
    "overflows-in-its-own-tanh",
    "Large inputs give nan: exp overflows in the numerator and in the denominator. torch.tanh does "
    "not.",
    (
        "h = torch.tanh(x @ W_ih.T + h[: len(x)] @ W_hh.T + b)",
        """
            a = x @ W_ih.T + h[: len(x)] @ W_hh.T + b
            h = (a.exp() - (-a).exp()) / (a.exp() + (-a).exp())
        """,
    ),
)

# == bucket_batches ==

edit(
    "bucket_batches",
    "divides-waste-by-tokens",
    "Your waste is padding per token. It is asked per position: divide by everything that the "
    "network computes, padding included.",
    ("return 1 - tokens / positions", "return (positions - tokens) / tokens"),
)
edit(
    "bucket_batches",
    "averages-waste-over-batches",
    "You average the waste of the batches. A small batch then counts as much as a large one: "
    "sum tokens and positions first.",
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
    "You pad every batch to the longest example of all. A batch is padded to its own longest "
    "example.",
    ("int(lengths[batch].max())", "int(lengths.max())"),
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
    ("sum(int(lengths[batch].sum()) for batch in batches)", "int(lengths.sum())"),
)
edit(
    "bucket_batches",
    "drops-last-batch",
    "Examples are lost: the last batch, with fewer than B, is missing.",
    (".split(B)", "[: len(lengths) // B * B].split(B)"),
)
edit(
    "bucket_batches",
    "appends-empty-batch",
    "Your last batch is empty whenever B divides N: N // B + 1 is one batch too many then. Let "
    "range(0, N, B) give the starts.",
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
    "The batches are cut before anything is sorted: each is sorted within itself, and its "
    "padding is what it was.",
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
    "Your batches hold lengths. They must hold the indices of the examples: torch.argsort, not "
    "torch.sort's first result.",
    ("torch.argsort(lengths, stable=True)", "torch.sort(lengths).values"),
)
edit(
    "bucket_batches",
    "treats-b-as-batch-count",
    "B is the size of a batch, not the number of batches. torch.chunk cuts into B pieces, "
    "torch.split into pieces of B.",
    (".split(B)", ".chunk(B)"),
)
edit(
    "bucket_batches",
    "groups-by-length",
    "One batch per range of lengths leaves batches of very different sizes. Sort, and cut into "
    "runs of B examples.",
    (
        "return list(torch.argsort(lengths, stable=True).split(B))",
        "return [torch.nonzero(lengths == length).flatten() for length in lengths.unique()]",
    ),
)
edit(
    "bucket_batches",
    "overlaps-neighbouring-batches",
    "Neighbouring batches share an example: the next one starts where the last one ends, B "
    "places on.",
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
    "You return the places in the sorted order. Which example stands at a place? Look it up in "
    "the result of argsort.",
    ("torch.argsort(lengths, stable=True)", "torch.argsort(torch.argsort(lengths, stable=True))"),
)
edit(
    "bucket_batches",
    "cuts-into-equal-pieces",
    "Your batches are made about equally large: 9 examples by 4 become 3, 3 and 3. Every batch has B "
    "examples, and the last one what is left.",
    (".split(B)", ".chunk(-(-len(lengths) // B))"),
)
