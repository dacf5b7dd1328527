"""Week 6: what the hidden tests run, on a submission and on the reference."""

from itertools import pairwise
from textwrap import dedent, indent

import numpy as np
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from autograder.judge import Impl, compare, verify
from autograder.notebook.checks import expect_close

# == sort_by_length ==


@compare("sort_by_length")
def the_order(impl: Impl):
    "the order of lengths that all differ"
    order, _ = impl.sort_by_length(torch.tensor([7, 2, 11, 5, 3, 8, 1]))
    return order


@compare("sort_by_length")
def the_way_back(impl: Impl):
    "the inverse, for lengths that all differ"
    _, inverse = impl.sort_by_length(torch.tensor([6, 9, 2, 12, 4, 1, 5]))
    return inverse


@verify("sort_by_length")
def equal_lengths(impl: Impl):
    "many equal lengths: every index once, longest first, and back again; lengths stay as they were"
    lengths = torch.tensor([3, 1, 3, 2, 2, 3, 1, 4, 1, 2, 3, 4])
    (order, inverse), after = impl("(sort_by_length(lengths), lengths)", lengths=lengths)
    order, inverse = np.asarray(order), np.asarray(inverse)
    assert order.shape == inverse.shape == (12,), "order and inverse must be (B,)"
    assert sorted(order.tolist()) == list(range(12)), "order must hold every index once"
    assert (np.diff(lengths.numpy()[order]) <= 0).all(), "lengths[order] must never increase"
    x = np.arange(12)
    assert (x[order][inverse] == x).all(), "x[order][inverse] must be x again"
    assert torch.equal(after, lengths), "sort_by_length must leave lengths as it was"


@compare("sort_by_length", points=0.5)
def sort_by_length_one_example(impl: Impl):
    "a batch of one example"
    return impl.sort_by_length(torch.tensor([4]))


# == pack ==

BY_HAND = """
from torch.overrides import TorchFunctionMode

class Refuse(TorchFunctionMode):
    def __torch_function__(self, function, types, args=(), kwargs=None):
        name = getattr(function, "__name__", "")
        if name in ("_pack_padded_sequence", "_pad_packed_sequence") or (
            name.split("_")[0] in ("rnn", "lstm", "gru")
        ):
            raise RuntimeError(f"PyTorch's own {name.strip('_')} was called; do it by hand")
        return function(*args, **(kwargs or {}))

with Refuse():
"""


def by_hand(impl, code, **names):
    "Run `code`, and refuse PyTorch's own packing and layers meanwhile; the value of `result`."
    return impl(BY_HAND + indent(dedent(code), "    ") + "\nresult", **names)


def padded_problem(seed, lengths, T, D, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(len(lengths), T, D, generator=generator, dtype=dtype), torch.tensor(lengths)


@compare("pack")
def the_data(impl: Impl):
    "the packed data of a random batch, packed by hand"
    x, lengths = padded_problem(21, [7, 5, 5, 2, 1], T=9, D=3)
    return by_hand(impl, "result = pack(x, lengths)[0]", x=x, lengths=lengths)


@compare("pack")
def the_batch_sizes(impl: Impl):
    "the batch sizes of a random batch, packed by hand"
    x, lengths = padded_problem(22, [8, 8, 6, 3, 3, 3, 1], T=8, D=2)
    return by_hand(impl, "result = pack(x, lengths)[1]", x=x, lengths=lengths)


@compare("pack", points=0.5)
def all_of_one_length(impl: Impl):
    "a batch where all examples are full: nothing is left out"
    x, lengths = padded_problem(23, [4, 4, 4], T=4, D=2)
    return by_hand(impl, "result = tuple(pack(x, lengths))", x=x, lengths=lengths)


@compare("pack", points=0.5)
def pack_one_example(impl: Impl):
    "a batch of one example, shorter than T"
    x, lengths = padded_problem(24, [3], T=6, D=4)
    return by_hand(impl, "result = tuple(pack(x, lengths))", x=x, lengths=lengths)


@verify("pack")
def pack_agrees_with_torch(impl: Impl):
    "against pack_padded_sequence, types included; x and lengths stay as they were"
    for dtype in (torch.float32, torch.float64):
        x, lengths = padded_problem(25, [9, 4, 4, 3, 2, 2], T=10, D=5, dtype=dtype)
        want = pack_padded_sequence(x, lengths, batch_first=True)
        code = "result = (pack(x, lengths), x, lengths)"
        (data, sizes), *after = by_hand(impl, code, x=x, lengths=lengths)
        expect_close(sizes, want.batch_sizes, "batch_sizes must be those of pack_padded_sequence")
        expect_close(data, want.data, "data must be that of pack_padded_sequence", 0)
        assert data.dtype == x.dtype, f"data must have the element type of x, {x.dtype}"
        whole = not isinstance(sizes, torch.Tensor) or sizes.dtype == torch.int64
        assert whole, "batch_sizes must be integers, torch.int64"
        for name, value, before in zip(("x", "lengths"), after, (x, lengths), strict=True):
            expect_close(value, before, f"pack must leave its argument {name} as it was", 0)


@verify("pack")
def pack_gradients(impl: Impl):
    "the gradient of every input, through the packed data: padding must get none"
    x, lengths = padded_problem(26, [5, 4, 2, 1], T=7, D=3)
    weights = torch.randn(12, 3, generator=torch.Generator().manual_seed(27), dtype=torch.float64)
    code = """
    x = x.clone().requires_grad_()
    data, batch_sizes = pack(x, lengths)
    if data.requires_grad:
        (data * weights).sum().backward()
    result = x.grad"""
    got = by_hand(impl, code, x=x, lengths=lengths, weights=weights)
    leaf = x.clone().requires_grad_()
    (pack_padded_sequence(leaf, lengths, batch_first=True).data * weights).sum().backward()
    assert got is not None, "no gradient arrives at x: is there a detach, .numpy() or torch.tensor?"
    expect_close(got, leaf.grad, "Every real step must get its own gradient, padding none")


@verify("pack")
def what_cannot_be_packed(impl: Impl):
    "lengths that are not sorted, a zero, and a length above T raise a ValueError"
    x, _ = padded_problem(28, [1, 1, 1, 1], T=5, D=2)
    code = """
    raised = "nothing"
    try:
        pack(x, wrong)
    except Exception as error:
        raised = "ValueError" if isinstance(error, ValueError) else type(error).__name__
    raised"""
    cases = (
        ([4, 2, 3, 1], "that are not sorted"),
        ([1, 2, 3, 4], "sorted the wrong way round"),
        ([4, 3, 2, 0], "that hold a 0"),
        ([6, 3, 2, 1], "larger than T"),
    )
    raised = [impl(dedent(code), x=x, wrong=torch.tensor(wrong)) for wrong, _ in cases]
    for (wrong, why), found in zip(cases, raised, strict=True):
        assert found == "ValueError", (
            f"pack must raise a ValueError for lengths {why}; for {wrong} and T = 5 it raised "
            f"{found}"
        )


# == unpack ==


def packed_of(seed, lengths, D, dtype=torch.float64):
    x, n = padded_problem(seed, lengths, max(lengths), D, dtype)
    packed = pack_padded_sequence(x, n, batch_first=True)
    return packed.data, packed.batch_sizes


@compare("unpack")
def the_padded_batch(impl: Impl):
    "the padded batch of random packed data, unpacked by hand"
    data, sizes = packed_of(31, [8, 6, 6, 3, 1], D=3)
    return by_hand(impl, "result = unpack(data, sizes)[0]", data=data, sizes=sizes)


@compare("unpack", dtype=True)
def the_lengths(impl: Impl):
    "the lengths, from batch sizes alone, as integers"
    data, sizes = packed_of(32, [9, 9, 7, 4, 4, 2], D=2)
    return by_hand(impl, "result = unpack(data, sizes)[1]", data=0 * data, sizes=sizes)


@compare("unpack", points=0.5)
def unpack_one_example(impl: Impl):
    "one example alone"
    data, sizes = packed_of(33, [5], D=4)
    return by_hand(impl, "result = tuple(unpack(data, sizes))", data=data, sizes=sizes)


@compare("unpack", points=0.5)
def one_step(impl: Impl):
    "four examples of one step"
    data, sizes = packed_of(34, [1, 1, 1, 1], D=3)
    return by_hand(impl, "result = tuple(unpack(data, sizes))", data=data, sizes=sizes)


@verify("unpack")
def there_and_back(impl: Impl):
    "a round trip through pack_padded_sequence and unpack; data and batch_sizes stay as they were"
    for dtype in (torch.float64, torch.float32):
        data, sizes = packed_of(35, [7, 5, 2, 2, 2, 1], D=4, dtype=dtype)
        code = "result = (unpack(data, sizes), data, sizes)"
        (padded, lengths), *after = by_hand(impl, code, data=data, sizes=sizes)
        assert tuple(np.shape(padded)) == (6, 7, 4), (
            f"padded must be (B, T, D) = (6, 7, 4), found {tuple(np.shape(padded))}"
        )
        expect_close(lengths, [7, 5, 2, 2, 2, 1], "The lengths must come back")
        assert padded.dtype == dtype, f"padded must have the element type of data, {dtype}"
        again = pack_padded_sequence(padded, torch.tensor([7, 5, 2, 2, 2, 1]), batch_first=True)
        expect_close(again.data, data, "Packed again, the data must be the same", 0)
        for name, value, before in zip(("data", "batch_sizes"), after, (data, sizes), strict=True):
            expect_close(value, before, f"unpack must leave its argument {name} as it was", 0)


@verify("unpack")
def unpack_gradients(impl: Impl):
    "the gradient of every row of the packed data"
    data, sizes = packed_of(36, [6, 4, 3, 1], D=2)
    weights = torch.randn(4, 6, 2, generator=torch.Generator().manual_seed(37)).double()
    code = """
    data = data.clone().requires_grad_()
    padded, lengths = unpack(data, sizes)
    if padded.requires_grad:
        (padded * weights).sum().backward()
    result = data.grad"""
    got = by_hand(impl, code, data=data, sizes=sizes, weights=weights)
    assert got is not None, "no gradient arrives at data: is there a detach, .data or .numpy()?"
    want = pack_padded_sequence(weights, torch.tensor([6, 4, 3, 1]), batch_first=True).data
    expect_close(got, want, "Every row of data must get the gradient of its own place")


# == packed_gru ==


def gru_problem(impl, seed, lengths, T, D, H, num_layers=1):
    "A GRU on either side with the same weights, and a padded batch."
    generator = torch.Generator().manual_seed(seed)
    gru = nn.GRU(D, H, num_layers, batch_first=True).double()
    state = {
        name: torch.randn(value.shape, generator=generator, dtype=torch.float64) / H**0.5
        for name, value in gru.state_dict().items()
    }
    gru.load_state_dict(state)
    make = f"gru = nn.GRU({D}, {H}, {num_layers}, batch_first=True).double()\n"
    other = impl(make + "gru.load_state_dict(state)\ngru", state=state)
    x = torch.randn(len(lengths), T, D, generator=generator, dtype=torch.float64)
    return gru, other, x, torch.tensor(lengths)


@compare("packed_gru")
def the_outputs(impl: Impl):
    "the outputs of a batch in any order"
    _, gru, x, lengths = gru_problem(impl, 41, [3, 7, 1, 5, 2], T=7, D=3, H=4)
    outputs, _ = impl.packed_gru(gru, x, lengths)
    return outputs


@compare("packed_gru")
def the_last_states(impl: Impl):
    "the last state of every example of a batch in any order"
    _, gru, x, lengths = gru_problem(impl, 42, [2, 4, 6, 3, 1, 5], T=6, D=2, H=5)
    _, last = impl.packed_gru(gru, x, lengths)
    return last


@compare("packed_gru")
def nobody_is_full(impl: Impl):
    "all examples shorter than T: as many columns come out as went in"
    _, gru, x, lengths = gru_problem(impl, 43, [4, 2, 5], T=8, D=3, H=4)
    return tuple(impl.packed_gru(gru, x, lengths))


@compare("packed_gru")
def two_layers(impl: Impl):
    "two layers: outputs and last state are those of the second; a sorted batch"
    _, gru, x, lengths = gru_problem(impl, 44, [6, 3, 2], T=6, D=3, H=4, num_layers=2)
    return tuple(impl.packed_gru(gru, x, lengths))


@verify("packed_gru")
def order_does_not_matter(impl: Impl):
    "the same batch in another order gives the same results in that order; lengths stay"
    _, gru, x, lengths = gru_problem(impl, 45, [5, 1, 4, 2, 3], T=6, D=2, H=3)
    shuffle = torch.tensor([3, 0, 4, 1, 2])
    outputs, last = impl.packed_gru(gru, x, lengths)
    code = "(packed_gru(gru, x, lengths), x, lengths)"
    names = {"gru": gru, "x": x[shuffle], "lengths": lengths[shuffle]}
    (again, last_again), *after = impl(code, **names)
    expect_close(again, outputs[shuffle], "Shuffled examples must give shuffled outputs")
    expect_close(last_again, last[shuffle], "Shuffled examples must give shuffled last states")
    expect_close(after[0], x[shuffle], "packed_gru must leave embedded as it was", 0)
    expect_close(after[1], lengths[shuffle], "packed_gru must leave lengths as it was", 0)


@verify("packed_gru")
def a_packed_batch(impl: Impl):
    "the GRU gets a PackedSequence, once, and no padding in it; no gradient arrives at padding"
    gru, other, x, lengths = gru_problem(impl, 46, [2, 5, 3], T=6, D=3, H=4)
    code = """
    given = []
    hook = gru.register_forward_pre_hook(lambda layer, inputs: given.append(inputs[0]))
    x = x.clone().requires_grad_()
    outputs, last = packed_gru(gru, x, lengths)
    hook.remove()
    (outputs.pow(2).sum() + last.sum()).backward()
    kinds = [type(batch).__name__ for batch in given]
    [kinds, [len(b.data) for b in given if type(b).__name__ == "PackedSequence"], x.grad]"""
    kinds, rows, gradient = impl(dedent(code), gru=other, x=x, lengths=lengths)
    assert kinds == ["PackedSequence"], (
        f"gru must be called once, with a PackedSequence; it was given {kinds}"
    )
    assert rows == [10], f"the packed batch must hold the 10 real steps, it holds {rows[0]}"
    leaf = x.clone().requires_grad_()
    for n, length in enumerate(lengths.tolist()):
        states, _ = gru(leaf[n : n + 1, :length])
        (states.pow(2).sum() + states[0, -1].sum()).backward()
    expect_close(gradient, leaf.grad, "Real steps must get their gradient, and padding none")


# == packed_rnn ==


def rnn_problem(seed, lengths, D, H, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape):
        return 0.7 * torch.randn(*shape, generator=generator, dtype=dtype)

    x = draw(len(lengths), max(lengths), D)
    packed = pack_padded_sequence(x, torch.tensor(lengths), batch_first=True)
    return {
        "data": packed.data,
        "batch_sizes": packed.batch_sizes,
        "W_ih": draw(H, D),
        "W_hh": draw(H, H),
        "b": draw(H),
    }


def torch_rnn(data, batch_sizes, W_ih, W_hh, b):
    "PyTorch's own layer with these weights, and its states, packed like data."
    rnn = nn.RNN(W_ih.shape[1], W_hh.shape[0]).to(data.dtype)
    with torch.no_grad():
        for own, value in zip(rnn.parameters(), (W_ih, W_hh, b, 0 * b), strict=True):
            own.copy_(value)
    return rnn, rnn(nn.utils.rnn.PackedSequence(data, batch_sizes))[0].data


RUN = "result = packed_rnn(data, batch_sizes, W_ih, W_hh, b)"


@compare("packed_rnn")
def all_full(impl: Impl):
    "a batch where all examples have the same length"
    return by_hand(impl, RUN, **rnn_problem(51, [4, 4, 4], D=2, H=3))


@compare("packed_rnn")
def uneven_lengths(impl: Impl):
    "the states of a batch of uneven lengths"
    return by_hand(impl, RUN, **rnn_problem(52, [7, 5, 5, 2, 1], D=3, H=4))


@compare("packed_rnn")
def as_many_inputs_as_units(impl: Impl):
    "the states when D = H, where a wrong transpose goes unnoticed"
    return by_hand(impl, RUN, **rnn_problem(53, [5, 3, 2], D=4, H=4))


@verify("packed_rnn")
def packed_rnn_agrees_with_torch(impl: Impl):
    "a packed batch through nn.RNN, in 32 bits; all arguments stay as they were"
    arguments = rnn_problem(54, [9, 6, 6, 3, 1], D=5, H=7, dtype=torch.float32)
    want = torch_rnn(**arguments)[1].detach()
    code = RUN + "\nresult = (result, data, batch_sizes, W_ih, W_hh, b)"
    got, *after = by_hand(impl, code, **arguments)
    expect_close(got, want, "The states must be those of nn.RNN on the packed batch", 1e-4)
    for (name, before), value in zip(arguments.items(), after, strict=True):
        expect_close(value, before, f"packed_rnn must leave its argument {name} as it was", 0)


@verify("packed_rnn")
def packed_rnn_gradients(impl: Impl):
    "the gradients of data and of all weights, against nn.RNN"
    arguments = rnn_problem(55, [6, 4, 3, 1], D=3, H=4)
    weights = torch.randn(14, 4, generator=torch.Generator().manual_seed(56), dtype=torch.float64)
    code = """
    leaves = [a.clone().requires_grad_() for a in (data, W_ih, W_hh, b)]
    states = packed_rnn(leaves[0], batch_sizes, *leaves[1:])
    if states.requires_grad:
        (states * weights).sum().backward()
    result = [leaf.grad for leaf in leaves]"""
    got = by_hand(impl, code, weights=weights, **arguments)
    data = arguments["data"].clone().requires_grad_()
    rnn, states = torch_rnn(**{**arguments, "data": data})
    (states * weights).sum().backward()
    want = [data.grad, rnn.weight_ih_l0.grad, rnn.weight_hh_l0.grad, rnn.bias_ih_l0.grad]
    for name, found, due in zip(("data", "W_ih", "W_hh", "b"), got, want, strict=True):
        assert found is not None, f"no gradient arrives at {name}: is there a detach or a .data?"
        expect_close(found, due, f"The gradient of {name} must be that of nn.RNN")


@compare("packed_rnn", points=0.5)
def packed_rnn_one_example(impl: Impl):
    "one example alone"
    return by_hand(impl, RUN, **rnn_problem(57, [5], D=2, H=3))


# == bucket_batches ==


def random_batches(seed, N, B):
    generator = torch.Generator().manual_seed(seed)
    lengths = torch.randint(1, 40, (N,), generator=generator)
    return lengths, list(torch.randperm(N, generator=generator).split(B))


def batches_of(impl, lengths, B):
    "The batches of the implementation as lists of numbers."
    batches = impl(
        "[[int(n) for n in batch] for batch in bucket_batches(lengths, B)]", lengths=lengths, B=B
    )
    assert all(batches), f"N = {len(lengths)}, B = {B}: no batch may be empty"
    return batches


@compare("bucket_batches")
def the_waste(impl: Impl):
    "the waste of random batches"
    return impl.padding_waste(*random_batches(61, 30, 6))


@compare("bucket_batches")
def the_waste_of_uneven_batches(impl: Impl):
    "the waste when batches differ much in size and length, and not all examples are used"
    lengths = torch.tensor([20, 18, 3, 1, 2, 7, 7, 100])
    batches = [[0, 3], [1], [2, 4, 5, 6, 3]]
    return impl.padding_waste(lengths, [torch.tensor(batch) for batch in batches])


@verify("bucket_batches")
def every_example_once(impl: Impl):
    "every example in exactly one bucket, when N is no multiple of B, and when it is; lengths stay"
    for N, B in ((26, 4), (24, 4), (3, 8), (5, 1)):
        lengths, _ = random_batches(62, N, B)
        batches = batches_of(impl, lengths, B)
        found = [n for batch in batches for n in batch]
        assert len(found) == len(set(found)), "an example stands in two buckets, or twice in one"
        assert set(found) <= set(range(N)), "a bucket holds what is no index of an example"
        assert len(found) == N, "an example is lost: it stands in no bucket"
        full, rest = divmod(N, B)
        due = sorted([B] * full + [rest] * (rest > 0))
        sizes = sorted(len(batch) for batch in batches)
        assert sizes == due, f"N = {N}, B = {B}: all but one bucket must have B examples, {sizes}"
    after = impl("bucket_batches(lengths, 2)\nlengths", lengths=lengths)
    expect_close(after, lengths, "bucket_batches must leave lengths as it was", 0)


@verify("bucket_batches")
def neighbours_in_length(impl: Impl):
    "no bucket reaches into the lengths of another, with many equal lengths, and with all different"
    generator = torch.Generator().manual_seed(63)
    for lengths in (
        torch.randint(1, 6, (40,), generator=generator),
        torch.randperm(40, generator=generator) + 1,
    ):
        batches = batches_of(impl, lengths, 7)
        assert sum(map(len, batches)) == 40, "Every one of the 40 sequences belongs in one batch"
        own = [lengths[torch.tensor(batch)] for batch in batches]
        ranges = sorted((int(values.min()), int(values.max())) for values in own)
        for (_, longest), (shortest, _) in pairwise(ranges):
            assert longest <= shortest, "a bucket must not reach into the lengths of another one"
