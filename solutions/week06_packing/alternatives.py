"""Week 6: right solutions written differently."""

import numpy as np
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

from autograder.authoring import alternative

from .lesson import sort_by_length


@alternative("sort_by_length")
def inverse_written_by_position():
    """The inverse written by position."""

    def sort_by_length(lengths):
        _, order = lengths.sort(descending=True)
        inverse = torch.empty_like(order)
        inverse[order] = torch.arange(order.numel())
        return order, inverse


@alternative("sort_by_length")
def plain_python_sort():
    """Plain Python; equal lengths come out the other way round."""

    def sort_by_length(lengths):
        places = sorted(range(len(lengths)), key=lambda n: (int(lengths[n]), n), reverse=True)
        return torch.tensor(places), torch.tensor([places.index(n) for n in range(len(places))])


@alternative("sort_by_length")
def flips_and_scatters():
    def sort_by_length(lengths):
        order = torch.flip(torch.argsort(lengths), dims=[0])
        inverse = torch.zeros(len(order), dtype=torch.long).scatter_(
            0, order, torch.arange(len(order))
        )
        return [order, inverse]


@alternative("pack")
def mask_time_first():
    """A mask, time first."""

    def pack(x, lengths):
        B, T, D = x.shape
        sizes = lengths.tolist()
        if sizes != sorted(sizes, reverse=True) or sizes[-1] <= 0 or sizes[0] > T:
            raise ValueError("lengths must be sorted, and between 1 and T")
        running = torch.arange(T)[:, None] < lengths  # (T, B)
        counts = running.sum(dim=1)
        return x.transpose(0, 1)[running], counts[counts > 0]


@alternative("pack")
def row_by_row():
    """One row at a time."""

    def pack(x, lengths):
        for n in range(len(lengths)):
            if not 1 <= lengths[n] <= x.size(1):
                raise ValueError("a length is out of range")
            if n and lengths[n] > lengths[n - 1]:
                raise ValueError("the lengths are not sorted")
        rows, counts = [], []
        t = 0
        while t < lengths[0]:
            running = [n for n in range(x.size(0)) if t < lengths[n]]
            rows += [x[n, t] for n in running]
            counts.append(len(running))
            t += 1
        return torch.stack(rows), torch.LongTensor(counts)


@alternative("pack")
def bincount_and_row_numbers():
    """Counted with bincount; rows of the flattened batch looked up by number."""

    def pack(x, lengths):
        B, T, D = x.shape
        if not torch.equal(lengths, lengths.sort(descending=True).values):
            raise ValueError("unsorted")
        if lengths[-1] < 1 or lengths[0] > T:
            raise ValueError("out of range")
        ends = torch.bincount(lengths - 1, minlength=int(lengths[0]))
        batch_sizes = ends.flip(0).cumsum(0).flip(0)
        rows = [n * T + t for t, size in enumerate(batch_sizes) for n in range(int(size))]
        return x.reshape(B * T, D).index_select(0, torch.tensor(rows)), batch_sizes


@alternative("pack")
def partial_and_own_exception():
    """An exception of its own kind, data filled into one tensor, and a function made by partial."""
    from functools import partial

    class BadLengths(ValueError):
        pass

    def fill(x, lengths, least):
        own = lengths.tolist()
        if any(after > before for before, after in zip(own, own[1:])):
            raise BadLengths("not sorted")
        if own[-1] < least or own[0] > x.size(1):
            raise BadLengths("out of range")
        counts = [sum(n > t for n in own) for t in range(own[0])]
        data, start = x.new_empty(sum(own), x.size(2)), 0
        for t, n in enumerate(counts):
            data[start : start + n] = x[:n, t]
            start += n
        return [data, torch.as_tensor(counts)]

    pack = partial(fill, least=1)  # noqa: F841


@alternative("unpack")
def numbers_every_row():
    """The example and the step of every row, put in one go."""

    def unpack(data, batch_sizes):
        t = torch.repeat_interleave(torch.arange(len(batch_sizes)), batch_sizes)
        n = torch.arange(len(data)) - (batch_sizes.cumsum(0) - batch_sizes)[t]
        lengths = torch.bincount(n)
        padded = data.new_zeros(len(lengths), len(batch_sizes), data.shape[1])
        return padded.index_put((n, t), data), lengths


@alternative("unpack")
def fills_through_a_mask():
    """A mask, time first, filled in one go."""

    def unpack(data, batch_sizes):
        B = batch_sizes[0].item()
        running = torch.arange(B) < batch_sizes[:, None]  # (T, B)
        padded = torch.zeros(
            len(batch_sizes), B, data.size(-1), dtype=data.dtype, device=data.device
        )
        padded[running.to(data.device)] = data
        return padded.transpose(0, 1), running.sum(0)


@alternative("unpack")
def example_by_example():
    """Row numbers from running sums; one example after another, padded at the end."""

    def unpack(data, batch_sizes):
        sizes = [int(size) for size in batch_sizes]
        starts = [sum(sizes[:t]) for t in range(len(sizes))]
        examples, lengths = [], []
        for n in range(sizes[0]):
            rows = [start + n for start, size in zip(starts, sizes) if size > n]
            examples.append(data[rows])
            lengths.append(len(rows))
        return pad_sequence(examples, batch_first=True), torch.tensor(lengths)


@alternative("unpack")
def stacks_padded_pieces():
    """Pieces padded to B rows, then stacked along time."""

    def unpack(data, batch_sizes):
        B, start, columns = int(batch_sizes.max()), 0, []
        lengths = torch.zeros(B, dtype=torch.int64)
        for n in batch_sizes:
            n = int(n)
            columns.append(nn.functional.pad(data[start : start + n], (0, 0, 0, B - n)))
            lengths[:n] += 1
            start += n
        return torch.stack(columns, dim=1), lengths


@alternative("packed_gru")
def sorts_by_hand():
    """Sorted by hand with exercise 1."""

    def packed_gru(gru, embedded, lengths):
        order, inverse = sort_by_length(lengths.cpu())
        packed = pack_padded_sequence(embedded[order], lengths.cpu()[order], batch_first=True)
        states, h_n = gru(packed)
        padded = pad_packed_sequence(states, batch_first=True, total_length=embedded.size(1))[0]
        return padded[inverse], h_n[-1, inverse]


@alternative("packed_gru")
def packs_time_first():
    """Time first, filled up by hand, the last state read from the outputs."""

    def packed_gru(gru, embedded, lengths):
        B, T, _ = embedded.size()
        batch = nn.utils.rnn.pack_padded_sequence(
            embedded.transpose(0, 1), lengths.tolist(), enforce_sorted=False
        )
        states, own = nn.utils.rnn.pad_packed_sequence(gru(batch)[0], batch_first=True)
        missing = states.new_zeros(B, T - states.size(1), states.size(2))
        last = states[torch.arange(B), own - 1]
        return torch.cat((states, missing), dim=1), last


@alternative("packed_gru")
def packs_a_list():
    """A list of examples without padding."""

    def packed_gru(gru, embedded, lengths):
        T = embedded.shape[1]
        examples = [row[:length] for row, length in zip(embedded, lengths)]
        packed = nn.utils.rnn.pack_sequence(examples, enforce_sorted=False)
        states, h_n = gru(packed, None)
        return pad_packed_sequence(states, True, 0.0, T)[0], h_n[gru.num_layers - 1]


@alternative("packed_gru")
def names_every_argument():
    """Every argument by its name, and the lengths as a list."""

    def packed_gru(gru, embedded, lengths):
        packed = pack_padded_sequence(
            input=embedded, lengths=lengths.tolist(), batch_first=True, enforce_sorted=False
        )
        outputs, h_n = gru(input=packed, hx=None)
        padded, _ = pad_packed_sequence(
            sequence=outputs, batch_first=True, padding_value=0.0, total_length=embedded.size(1)
        )
        return [padded, h_n.view(gru.num_layers, -1, gru.hidden_size)[-1]]


@alternative("packed_rnn")
def projects_all_inputs_first():
    """All inputs projected at once; row numbers from running sums."""

    def packed_rnn(data, batch_sizes, W_ih, W_hh, b):
        projected = data @ W_ih.t() + b
        ends = torch.cumsum(batch_sizes, dim=0).tolist()
        h, start, states = None, 0, []
        for end in ends:
            a = projected[start:end]
            if h is not None:
                a = a + torch.matmul(h[: end - start], W_hh.transpose(0, 1))
            h = a.tanh()
            states.append(h)
            start = end
        return torch.vstack(states)


@alternative("packed_rnn")
def one_row_at_a_time():
    """One row at a time, each from the row that its example has left."""

    def packed_rnn(data, batch_sizes, W_ih, W_hh, b):
        states, before = [], []
        start = 0
        for size in batch_sizes.tolist():
            new = []
            for n in range(size):
                a = nn.functional.linear(data[start + n], W_ih, b)
                if before:
                    a = a + W_hh.mv(before[n])
                new.append(torch.tanh(a))
            states.extend(new)
            before, start = new, start + size
        return torch.stack(states)


@alternative("packed_rnn")
def einsum_and_one_filled_tensor():
    """Products by einsum; the states filled into one tensor for all steps."""

    def packed_rnn(data, batch_sizes, W_ih, W_hh, b):
        states = torch.empty(len(data), W_hh.size(0), dtype=data.dtype)
        h = torch.zeros(int(batch_sizes[0]), W_hh.size(0), dtype=data.dtype)
        start = 0
        for n in batch_sizes.tolist():
            inputs = torch.einsum("nd,hd->nh", data[start : start + n], W_ih)
            h = torch.tanh(inputs + torch.einsum("nk,hk->nh", h[:n], W_hh) + b)
            states[start : start + n] = h
            start += n
        return states


@alternative("packed_rnn")
def keeps_finished_states():
    """Finished states are kept below the running ones."""

    def packed_rnn(data, batch_sizes, W_ih, W_hh, b):
        B, H = batch_sizes[0].item(), W_hh.shape[1]
        h = torch.zeros((B, H), dtype=data.dtype, device=data.device)
        start, out = 0, []
        for n in map(int, batch_sizes):
            x = torch.narrow(data, 0, start, n)
            running = torch.tanh(torch.cat([x, h[:n]], 1) @ torch.cat([W_ih, W_hh], 1).T + b)
            h = torch.cat([running, h[n:]])
            out.append(h[:n])
            start += n
        return torch.cat(out, dim=0)


@alternative("bucket_batches")
def plain_python_loops():
    def padding_waste(lengths, batches):
        # Padding counted directly, in Python.
        padding = positions = 0
        for batch in batches:
            own = [int(lengths[n]) for n in batch]
            padding += sum(max(own) - length for length in own)
            positions += max(own) * len(own)
        return padding / positions

    def bucket_batches(lengths, B):
        # Longest first, sorted in Python.
        order = sorted(range(len(lengths)), key=lambda n: -int(lengths[n]))
        return [torch.tensor(order[start : start + B]) for start in range(0, len(order), B)]


@alternative("bucket_batches")
def padded_ones_and_numpy():
    def padding_waste(lengths, batches):
        # With padded tensors, and a tensor as result.
        padded = [pad_sequence([torch.ones(int(lengths[n])) for n in batch]) for batch in batches]
        used = torch.stack([batch.sum() for batch in padded]).double().sum()
        return 1 - used / sum(batch.numel() for batch in padded)

    def bucket_batches(lengths, B):
        # NumPy; the small batch comes first.
        order = np.argsort(lengths.numpy(), kind="stable")
        first = len(order) % B
        parts = [order[:first]] if first else []
        parts += [order[start : start + B] for start in range(first, len(order), B)]
        return [torch.from_numpy(part) for part in parts]


@alternative("bucket_batches")
def dot_product_and_slices():
    def padding_waste(lengths, batches):
        sizes = torch.tensor([len(batch) for batch in batches])
        longest = torch.stack([lengths[batch].max() for batch in batches])
        tokens = torch.cat([lengths[batch] for batch in batches]).sum()
        return 1.0 - tokens.item() / torch.dot(sizes, longest).item()

    def bucket_batches(lengths, B):
        values, order = torch.sort(lengths, descending=True)
        batches = []
        while len(order) > 0:
            batches.append(order[:B])
            order = order[B:]
        return batches


@alternative("bucket_batches")
def partial_and_single_precision():
    """The waste in 32 bits, a generator's batches, and functions made by partial."""
    from functools import partial

    def share_of_padding(lengths, batches, dtype):
        used, places = torch.zeros((), dtype=dtype), torch.zeros((), dtype=dtype)
        for batch in batches:
            own = lengths[batch].to(dtype)
            used = used + own.sum()
            places = places + len(own) * own.max()
        return float((places - used) / places)

    def runs(lengths, B):
        order = lengths.argsort()
        for start in range(0, len(order), B):
            yield order[start : start + B].clone()

    padding_waste = partial(share_of_padding, dtype=torch.float32)  # noqa: F841

    def bucket_batches(lengths, B):
        return [*runs(lengths, B)]
