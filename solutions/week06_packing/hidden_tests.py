"""Week 6: what the hidden tests run, on a submission and on the reference."""

from itertools import pairwise
from textwrap import dedent, indent

import numpy as np
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from autograder.judge import Impl, compare, verify

# == sort_by_length ==


def sorted_by(impl, lengths):
    """Order and inverse under their names, so that a message can say which one is meant."""
    order, inverse = impl.sort_by_length(torch.tensor(lengths))
    return {"order": order, "inverse": inverse}


@compare("sort_by_length", dtype=True, kind=True)
def the_order(impl: Impl):
    "the order of lengths that all differ"
    return sorted_by(impl, [7, 2, 11, 5, 3, 8, 1])["order"]


@compare("sort_by_length", dtype=True, kind=True)
def the_way_back(impl: Impl):
    "the inverse, for lengths that all differ"
    return sorted_by(impl, [6, 9, 2, 12, 4, 1, 5])["inverse"]


@compare("sort_by_length")
def equal_lengths(impl: Impl):
    "many equal lengths: every index once, longest first, and back again; for few and many examples"
    found = {}
    for B in (2, 3, 12, 700):
        lengths = np.random.default_rng(B).integers(1, 5, size=B)
        pair = {name: np.asarray(value) for name, value in sorted_by(impl, lengths).items()}
        for name, value in pair.items():
            assert value.shape == (B,), f"{name} must be (B,)"
            assert sorted(value.tolist()) == list(range(B)), f"{name} must hold every index once"
        found[f"lengths in this order, B = {B}"] = lengths[pair["order"]]
        found[f"there and back, B = {B}"] = np.arange(B)[pair["order"]][pair["inverse"]]
    return found


@compare("sort_by_length", points=0.5)
def few_examples_and_large_lengths(impl: Impl):
    "a batch of one example, of two, and lengths of any size"
    large = [2**24, 300, 2**53, 255, 2**24 + 1, 70_000, 2**53 + 1, 2**31, 256, 40_000, 128]
    return {
        "one example": sorted_by(impl, [4]),
        "two examples": sorted_by(impl, [3, 5]),
        "large lengths": sorted_by(impl, large),
    }


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


def padded_problem(seed, lengths, T, D):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(len(lengths), T, D, generator=generator, dtype=torch.float64)
    return x, torch.tensor(lengths)


def any_lengths(seed, B, T):
    """B lengths between 1 and T, one of them T, in any order."""
    generator = np.random.default_rng(seed)
    return generator.permutation([T, *generator.integers(1, T + 1, size=B - 1)]).tolist()


def sorted_lengths(seed, B, T):
    """B lengths between 1 and T, the longest first."""
    return sorted(any_lengths(seed, B, T), reverse=True)


def packed_named(result):
    """Both results under their names, so that a message can say which one is meant."""
    return dict(zip(("data", "batch_sizes"), result, strict=True))


@compare("pack", rtol=1e-12, atol=0.0)
def the_data(impl: Impl):
    "the packed data of a random batch, packed by hand"
    x, lengths = padded_problem(21, [7, 5, 5, 2, 1], T=9, D=3)
    return by_hand(impl, "result = pack(x, lengths)[0]", x=x, lengths=lengths)


@compare("pack", dtype=True, kind=True)
def the_batch_sizes(impl: Impl):
    "the batch sizes of a random batch, packed by hand, and their type"
    x, lengths = padded_problem(22, [8, 8, 6, 3, 3, 3, 1], T=8, D=2)
    return by_hand(impl, "result = pack(x, lengths)[1]", x=x, lengths=lengths)


@compare("pack", points=2.0, dtypes=True, gradients=True)
def pack_every_size(impl: Impl, *, B, T, D):
    "data and batch sizes of batches of many sizes, their types, and the gradient of x"
    return packed_named(impl.pack(*padded_problem(23, sorted_lengths(24, B, T), T, D)))


@compare("pack", gradients=True)
def full_or_not(impl: Impl):
    "all examples full, none of them, and one example alone; the gradients of x"
    tables = (([4, 4, 4], 4), ([4, 4, 4], 6), ([3], 6), ([6], 6), ([1, 1], 3), ([3, 3, 1], 3))
    return {
        f"T = {T}, lengths {lengths}": packed_named(impl.pack(*padded_problem(25, lengths, T, D=2)))
        for lengths, T in tables
    }


@compare("pack")
def zeros_and_nan(impl: Impl):
    "steps that are all zero are steps; what stands at the padding, nan as well, has no say"
    x, lengths = padded_problem(26, [6, 4, 3, 1], T=7, D=2)
    x[torch.arange(7) >= lengths[:, None]] = float("nan")
    x[0, [0, 2]], x[1, :4], x[3, 0] = 0.0, 0.0, 0.0
    x[0, 3], x[0, 4] = float("inf"), 1e300
    return packed_named(impl.pack(x, lengths))


@compare("pack", points=0.5, dtype=True)
def long_and_large(impl: Impl):
    "hundreds of steps, and of examples; whole numbers, and numbers of 16 bits"
    x, lengths = padded_problem(28, [3] + [2] * 299 + [1] * 9, T=3, D=1)
    return {
        "long": packed_named(impl.pack(*padded_problem(27, [300, 257, 128], T=300, D=1))),
        "large, in 16 bits": packed_named(impl.pack(x.half(), lengths)),
        "whole numbers": packed_named(impl.pack((100 * x[:2]).long(), lengths[:2])),
    }


@compare("pack", points=0.5)
def pack_another_layout(impl: Impl):
    "a batch that lies in memory with the time first"
    x, lengths = padded_problem(29, [5, 3, 3], T=6, D=2)
    code = "x = first.transpose(0, 1)\nresult = tuple(pack(x, lengths))"
    first = x.transpose(0, 1).contiguous()
    return packed_named(by_hand(impl, code, first=first, lengths=lengths))


def refused(impl, x, wrong):
    """What `pack` raises for these lengths, by its name."""
    try:
        impl.pack(x, torch.tensor(wrong))
    except ValueError:
        return "ValueError"
    except Exception as error:
        return str(error).partition(":")[0]
    return "nothing"


@compare("pack")
def what_cannot_be_packed(impl: Impl):
    "lengths that are not sorted, one below 1, or above T, raise a ValueError; others do not"
    x, lengths = padded_problem(30, [5, 3, 3, 1, 1, 1, 1], T=5, D=2)
    result = packed_named(impl.pack(x, lengths))
    for wrong, why in (
        ([3, 4, 4, 4], "of which the first is not the longest"),
        ([1, 2, 3, 4], "sorted the wrong way round"),
        ([4, 2, 3, 1], "that are not sorted"),
        ([4, 3, 1, 2], "that are not sorted"),
        ([4, 3, 2, 0], "that hold a 0"),
        ([3, 2, 1, -1], "that hold a negative one"),
        ([0], "of one example, 0"),
        ([-2], "of one example, below 0"),
        ([6, 3, 2, 1], "larger than T"),
        ([6], "of one example, larger than T"),
        ([600, 3], "larger than T"),
        ([6, 5, 2, 1, 1, 1, 1], "larger than T, and no larger than B"),
    ):
        found = refused(impl, x[: len(wrong)], wrong)
        assert found == "ValueError", (
            f"pack must raise a ValueError for lengths {why}; for {wrong} and T = 5 it raised "
            f"{found}"
        )
    return result


# == unpack ==


def packed_of(seed, lengths, D):
    x, n = padded_problem(seed, lengths, max(lengths), D)
    packed = pack_padded_sequence(x, n, batch_first=True)
    return packed.data, packed.batch_sizes


def unpacked_named(result):
    """Both results under their names, so that a message can say which one is meant."""
    return dict(zip(("padded", "lengths"), result, strict=True))


@compare("unpack", rtol=1e-12, atol=0.0)
def the_padded_batch(impl: Impl):
    "the padded batch of random packed data, unpacked by hand, and what stands at its padding"
    lengths = [8, 6, 6, 3, 1]
    data, sizes = packed_of(31, lengths, D=3)
    padded = by_hand(impl, "result = unpack(data, sizes)[0]", data=data, sizes=sizes)
    assert torch.is_tensor(padded), "padded must be a tensor"
    assert tuple(padded.shape) == (5, 8, 3), (
        f"padded must be (B, T, D) = (5, 8, 3), found {tuple(padded.shape)}"
    )
    behind = torch.arange(8) >= torch.tensor(lengths)[:, None]
    return {"padded": padded, "at the padding": padded[behind]}


@compare("unpack", dtype=True, kind=True)
def the_lengths(impl: Impl):
    "the lengths, from batch sizes alone, as integers"
    data, sizes = packed_of(32, [9, 9, 7, 4, 4, 2], D=2)
    return by_hand(impl, "result = unpack(data, sizes)[1]", data=0 * data, sizes=sizes)


@compare("unpack", points=2.0, dtypes=True, gradients=True)
def unpack_every_size(impl: Impl, *, B, T, D):
    "padded batches and lengths of many sizes, their types, and the gradient of data"
    return unpacked_named(impl.unpack(*packed_of(33, sorted_lengths(34, B, T), D)))


@compare("unpack", points=0.5)
def few_steps_or_examples(impl: Impl):
    "four examples of one step, one example, and as many steps as examples"
    return {
        f"lengths {lengths}": unpacked_named(impl.unpack(*packed_of(35, lengths, D=3)))
        for lengths in ([1, 1, 1, 1], [5], [4, 3, 2, 1], [3, 3, 3], [3, 1])
    }


@compare("unpack", points=0.5, dtype=True)
def unpack_long_and_large(impl: Impl):
    "hundreds of steps, and of examples; whole numbers, and numbers of 16 bits"
    data, sizes = packed_of(37, [3] + [2] * 299 + [1] * 9, D=1)
    whole, few = packed_of(36, [2, 1], D=2)
    return {
        "long": unpacked_named(impl.unpack(*packed_of(36, [300, 257, 128], D=1))),
        "large, in 16 bits": unpacked_named(impl.unpack(data.half(), sizes)),
        "whole numbers": unpacked_named(impl.unpack((100 * whole).long(), few)),
    }


@compare("unpack")
def two_batches(impl: Impl):
    "data that are not contiguous; a padded batch stays as it is when the next is made"
    data, sizes = packed_of(38, [7, 5, 2, 2, 2, 1], D=4)
    code = "data = columns.T\nresult = [*unpack(data, sizes), *unpack(3 * data, sizes)]"
    found = by_hand(impl, code, columns=data.T.contiguous(), sizes=sizes)
    return dict(
        zip(("padded", "lengths", "padded, of other data", "lengths, again"), found, strict=True)
    )


# == packed_gru ==


def gru_problem(impl, seed, lengths, T, D, H, num_layers=1, dropout=0.0):
    "A GRU of the implementation, with weights that are drawn here, and a padded batch."
    generator = torch.Generator().manual_seed(seed)
    state = {
        name: torch.randn(value.shape, generator=generator, dtype=torch.float64) / H**0.5
        for name, value in nn.GRU(D, H, num_layers, batch_first=True).state_dict().items()
    }
    code = """
gru = nn.GRU(D, H, num_layers, batch_first=True, dropout=dropout).to(state["bias_ih_l0"])
gru.load_state_dict(state)
gru"""
    gru = impl(code, D=D, H=H, num_layers=num_layers, dropout=dropout, state=state)
    x = torch.randn(len(lengths), T, D, generator=generator, dtype=torch.float64)
    return gru, x, torch.tensor(lengths)


def gru_named(result):
    """Both results under their names, so that a message can say which one is meant."""
    return dict(zip(("outputs", "last"), result, strict=True))


@compare("packed_gru")
def the_outputs(impl: Impl):
    "the outputs of a batch in any order, and what stands at their padding"
    gru, x, lengths = gru_problem(impl, 41, [3, 7, 1, 5, 2], T=7, D=3, H=4)
    outputs, _ = impl.packed_gru(gru, x, lengths)
    assert torch.is_tensor(outputs), "outputs must be a tensor"
    assert tuple(outputs.shape) == (5, 7, 4), (
        f"outputs must be (B, T, H) = (5, 7, 4), found {tuple(outputs.shape)}"
    )
    behind = torch.arange(7) >= lengths[:, None]
    return {"outputs": outputs, "at the padding": outputs[behind]}


@compare("packed_gru")
def the_last_states(impl: Impl):
    "the last state of every example of a batch in any order"
    _, last = impl.packed_gru(*gru_problem(impl, 42, [2, 4, 6, 3, 1, 5], T=6, D=2, H=5))
    return last


@compare("packed_gru", points=1.5, dtypes=True, device=True, gradients=True)
def gru_every_size(impl: Impl, *, B, T, H):
    "batches of many sizes, their types, the gradient of embedded, and all of it on another device"
    return gru_named(impl.packed_gru(*gru_problem(impl, 44, any_lengths(43, B, T), T, 3, H)))


@compare("packed_gru")
def full_and_equal(impl: Impl):
    "all examples shorter than T: as many columns come out; all full; all of one length"
    return {
        f"T = 8, lengths {lengths}": gru_named(
            impl.packed_gru(*gru_problem(impl, 45, lengths, T=8, D=3, H=4))
        )
        for lengths in ([4, 2, 5], [8, 8], [3, 3, 3], [8, 1], [6])
    }


@compare("packed_gru")
def several_layers(impl: Impl):
    "two layers, and three: outputs and last state are those of the last; all dropped between them"
    return {
        name: gru_named(impl.packed_gru(*gru_problem(impl, 46, [6, 3, 2], 6, 3, 4, *options)))
        for name, *options in (
            ("2 layers", 2),
            ("3 layers", 3),
            ("2 layers in training mode, all dropped between them", 2, 1.0),
        )
    }


@compare("packed_gru")
def order_does_not_matter(impl: Impl):
    "the same batch in another order; what stands at the padding, nan as well, has no say"
    gru, x, lengths = gru_problem(impl, 47, [5, 1, 4, 2, 3], T=6, D=2, H=3)
    shuffle = torch.tensor([3, 0, 4, 1, 2])
    x[torch.arange(6) >= lengths[:, None]] = float("nan")
    return {
        "one order": gru_named(impl.packed_gru(gru, x, lengths)),
        "another order": gru_named(impl.packed_gru(gru, x[shuffle], lengths[shuffle])),
        "the first again": gru_named(impl.packed_gru(gru, x, lengths)),
    }


@compare("packed_gru", points=0.5)
def the_gradients_of_the_weights(impl: Impl):
    "the gradients of the weights of gru, added to those that are there"
    gru, x, lengths = gru_problem(impl, 49, [2, 5, 3], T=6, D=3, H=4)
    code = """
    for p in gru.parameters():
        p.grad = torch.ones_like(p)
    outputs, last = packed_gru(gru, x, lengths)
    (outputs.pow(2).sum() + last.sum()).backward()
    {name: p.grad for name, p in gru.named_parameters()}"""
    return impl(dedent(code), gru=gru, x=x, lengths=lengths)


@verify("packed_gru")
def a_packed_batch(impl: Impl):
    "the GRU gets a PackedSequence, once, and no padding in it"
    gru, x, lengths = gru_problem(impl, 48, [2, 5, 3], T=6, D=3, H=4)
    code = """
    given = []
    note = lambda layer, args, kwargs: given.append(args[0] if args else kwargs["input"])
    hook = gru.register_forward_pre_hook(note, with_kwargs=True)
    packed_gru(gru, x, lengths)
    hook.remove()
    kinds = [type(batch).__name__ for batch in given]
    [kinds, [len(b.data) for b in given if type(b).__name__ == "PackedSequence"]]"""
    kinds, rows = impl(dedent(code), gru=gru, x=x, lengths=lengths)
    assert kinds == ["PackedSequence"], (
        f"gru must be called once, with a PackedSequence; it was given {kinds}"
    )
    assert rows == [10], f"the packed batch must hold the 10 real steps, it holds {rows[0]}"


# == packed_rnn ==


def rnn_problem(seed, lengths, D, H):
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape):
        return 0.7 * torch.randn(*shape, generator=generator, dtype=torch.float64)

    x = draw(len(lengths), max(lengths), D)
    packed = pack_padded_sequence(x, torch.tensor(lengths), batch_first=True)
    return {
        "data": packed.data,
        "batch_sizes": packed.batch_sizes,
        "W_ih": draw(H, D),
        "W_hh": draw(H, H),
        "b": draw(H),
    }


RUN = "result = packed_rnn(data, batch_sizes, W_ih, W_hh, b)"


@compare("packed_rnn", gradients=True)
def all_full(impl: Impl):
    "a batch where all examples have the same length, and its gradients back to the first step"
    return impl.packed_rnn(*rnn_problem(51, [110, 110], D=2, H=3).values())


@compare("packed_rnn", rtol=1e-11, atol=1e-13)
def uneven_lengths(impl: Impl):
    "the states of a batch of uneven lengths"
    return by_hand(impl, RUN, **rnn_problem(52, [7, 5, 5, 2, 1], D=3, H=4))


@compare("packed_rnn", points=2.0, dtypes=True, gradients=True)
def rnn_every_size(impl: Impl, *, B, T, D, H):
    "the states of batches of many sizes, their type, and the gradients of data and weights"
    return impl.packed_rnn(*rnn_problem(53, sorted_lengths(54, B, T), D, H).values())


@compare("packed_rnn")
def as_many_inputs_as_units(impl: Impl):
    "the states when D = H, where a wrong transpose goes unnoticed; more examples than steps"
    return {
        f"lengths {lengths}": by_hand(impl, RUN, **rnn_problem(55, lengths, D=4, H=4))
        for lengths in ([5, 3, 2], [2, 2, 1, 1, 1], [1] * 6, [5])
    }


@compare("packed_rnn", points=0.5, rtol=1e-11, atol=1e-13)
def large_inputs(impl: Impl):
    "inputs and weights so large that every state is nearly 1 or -1"
    problem = rnn_problem(56, [4, 3, 1], D=2, H=3)
    return by_hand(impl, RUN, **{**problem, "data": 1000 * problem["data"]})


@compare("packed_rnn", points=0.5)
def rnn_long_and_large(impl: Impl):
    "a thousand steps, and hundreds of examples"
    return {
        "long": impl.packed_rnn(*rnn_problem(57, [1100, 300], D=1, H=2).values()),
        "large": impl.packed_rnn(*rnn_problem(58, [2] * 300 + [1] * 9, D=1, H=2).values()),
    }


@compare("packed_rnn", points=0.5)
def rnn_another_layout(impl: Impl):
    "data and weights that are not contiguous"
    problem = rnn_problem(59, [5, 3, 3], D=2, H=3)
    names = {
        name: value.T.contiguous() if value.ndim == 2 else value for name, value in problem.items()
    }
    return by_hand(impl, "data, W_ih, W_hh = data.T, W_ih.T, W_hh.T\n" + RUN, **names)


# == bucket_batches ==


def random_batches(seed, N, B):
    generator = torch.Generator().manual_seed(seed)
    lengths = torch.randint(1, 40, (N,), generator=generator)
    return lengths, list(torch.randperm(N, generator=generator).split(B))


def batches_of(impl, lengths, B):
    "The batches of the implementation, each of them a tensor of indices."
    batches = impl.bucket_batches(lengths, B)
    assert isinstance(batches, list | tuple), "bucket_batches must return a list"
    for batch in batches:
        assert torch.is_tensor(batch), "every batch must be a tensor of indices"
        assert batch.dtype == torch.int64, f"indices must be torch.int64, found {batch.dtype}"
        assert len(batch), f"N = {len(lengths)}, B = {B}: no batch may be empty"
    return [batch.tolist() for batch in batches]


@compare("bucket_batches", rtol=1e-5)
def the_waste(impl: Impl):
    "the waste of random batches, and of batches without padding"
    lengths, batches = random_batches(61, 30, 6)
    equal = torch.full((30,), 7)
    return {
        "random batches": impl.padding_waste(lengths, batches),
        "one batch": impl.padding_waste(lengths, batches[:1]),
        "one example in each batch": impl.padding_waste(lengths, [n[:1] for n in batches]),
        "equal lengths": impl.padding_waste(equal, batches),
        "long ones": impl.padding_waste(1000 * lengths + 70_000, batches),
    }


@compare("bucket_batches", rtol=1e-5)
def the_waste_of_uneven_batches(impl: Impl):
    "the waste when batches differ much in size and length, and not all examples are used"
    lengths = torch.tensor([20, 18, 3, 1, 2, 7, 7, 100])
    batches = [[0, 3], [1], [2, 4, 5, 6, 3]]
    return impl.padding_waste(lengths, [torch.tensor(batch) for batch in batches])


@compare("bucket_batches")
def every_example_once(impl: Impl):
    "every example in exactly one bucket of B, but for one that may be smaller"
    found = {}
    for N, B in ((26, 4), (24, 4), (9, 4), (7, 5), (3, 8), (5, 1), (4, 4), (1, 3), (700, 256)):
        batches = batches_of(impl, random_batches(62, N, B)[0], B)
        name = f"N = {N}, B = {B}"
        found[f"{name}: sizes, the largest first"] = sorted(map(len, batches), reverse=True)
        found[f"{name}: all indices, sorted"] = sorted(n for batch in batches for n in batch)
    return found


@compare("bucket_batches")
def the_buckets(impl: Impl):
    "who is in a bucket with whom, where lengths all differ and B divides N"
    generator = torch.Generator().manual_seed(63)
    found = {}
    for name, lengths in {
        "lengths 1 to 40": torch.randperm(40, generator=generator) + 1,
        "large lengths": 2**53 + torch.randperm(40, generator=generator),
        "larger ones": 2**31 - 20 + torch.randperm(40, generator=generator),
        "around 256": 236 + torch.randperm(40, generator=generator),
        "many": torch.randperm(1600, generator=generator),
    }.items():
        batches = batches_of(impl, lengths, 8)
        found[name] = sorted(sorted(batch) for batch in batches)
    return found


@verify("bucket_batches")
def neighbours_in_length(impl: Impl):
    "no bucket reaches into the lengths of another, with many equal lengths, and with all different"
    generator = torch.Generator().manual_seed(64)
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
