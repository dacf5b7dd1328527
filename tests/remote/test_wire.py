"""What is sent arrives as it was: every value, every array, every tensor."""

from collections import Counter, OrderedDict, namedtuple
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from support.values import TENSOR_TYPES, anything, arrays, numbers_of_numpy, same, tensors

from autograder.remote import wire
from autograder.remote.wire import Reference, WireError, decode, encode

Point = namedtuple("Point", "x y")


@settings(max_examples=150)
@given(anything)
def test_every_value_survives_a_round_trip(value: Any) -> None:
    assert same(value, decode(encode(value)))


@settings(max_examples=150)
@given(arrays() | numbers_of_numpy)
def test_every_array_survives_in_any_layout(array: Any) -> None:
    assert same(array, decode(encode(array)))


@settings(max_examples=100)
@given(tensors())
def test_every_tensor_survives_and_leaves_its_gradient_behind(tensor: Any) -> None:
    arrived = decode(encode(tensor))
    assert same(tensor, arrived)
    assert not arrived.requires_grad


@pytest.mark.parametrize("dtype", TENSOR_TYPES, ids=str)
def test_a_tensor_of_every_type_survives(dtype: torch.dtype) -> None:
    tensor = torch.arange(6).reshape(2, 3).to(dtype)
    assert same(tensor, decode(encode(tensor)))


@pytest.mark.parametrize("dtype", [torch.uint16, torch.uint32, torch.uint64], ids=str)
def test_a_tensor_of_a_wide_unsigned_type_survives(dtype: torch.dtype) -> None:
    arrived = decode(encode(torch.arange(3).to(dtype)))
    assert arrived.dtype == dtype
    assert arrived.tolist() == [0, 1, 2]


@pytest.mark.parametrize("dtype", [torch.float8_e4m3fn, torch.float8_e5m2], ids=str)
def test_a_tensor_that_numpy_has_no_type_for_is_refused(dtype: torch.dtype) -> None:
    with pytest.raises(WireError, match=str(dtype)):
        encode(torch.zeros(2).to(dtype))


def test_a_tensor_without_numbers_is_refused() -> None:
    with pytest.raises(WireError, match="a tensor"):
        encode(torch.zeros(2, device="meta"))


@pytest.mark.parametrize(
    ("sent", "arrives"),
    [
        pytest.param(bytearray(b"ab"), b"ab", id="a bytearray as bytes"),
        pytest.param({1, 2}, frozenset({1, 2}), id="a set as a frozen set"),
        pytest.param(Point(1, [2]), (1, [2]), id="a named tuple as a tuple"),
        pytest.param(OrderedDict(a=1), {"a": 1}, id="an ordered dict as a dict"),
        pytest.param(Counter("aab"), {"a": 2, "b": 1}, id="a counter as a dict"),
        pytest.param(np.str_("a"), "a", id="a NumPy string as a string"),
        pytest.param(np.array(["a", "b"]), ["a", "b"], id="an array of strings as a list"),
        pytest.param(np.array([None, 1], object), [None, 1], id="an array of objects as a list"),
        pytest.param(torch.nn.Parameter(torch.ones(2)), torch.ones(2), id="a parameter"),
        pytest.param(torch.eye(2).to_sparse(), torch.eye(2), id="a sparse tensor as a dense one"),
        pytest.param(
            torch.tensor([1 + 2j]).conj(), torch.tensor([1 - 2j]), id="a conjugate view resolved"
        ),
        pytest.param(np.longdouble(0.5), np.float64(0.5), id="a long double as a double"),
        pytest.param(1 << 4000, 1 << 4000, id="a huge integer"),
        pytest.param(np.zeros((0, 3), "f4"), np.zeros((0, 3), "f4"), id="no rows"),
    ],
)
def test_kinds_that_arrive_as_their_nearest_plain_kind(sent: Any, arrives: Any) -> None:
    assert same(arrives, decode(encode(sent)))


def test_an_array_that_arrives_can_be_written_to() -> None:
    arrived = decode(encode(np.arange(3.0)))
    arrived += 1
    assert arrived.tolist() == [1.0, 2.0, 3.0]


def test_anything_else_is_refused_without_keep() -> None:
    with pytest.raises(WireError, match="a module cannot be sent"):
        encode([1, {"a": np}])


def test_anything_else_travels_as_a_reference_with_keep() -> None:
    kept: list[Any] = []

    def keep(value: Any) -> Reference:
        kept.append(value)
        return Reference(len(kept), type(value).__name__)

    arrived = decode(encode([print, {"a": (np, 1)}], keep))
    assert arrived == [
        Reference(1, "builtin_function_or_method"),
        {"a": (Reference(2, "module"), 1)},
    ]
    assert kept == [print, np]


def test_a_list_that_holds_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(WireError, match="nested"):
        encode(loop)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("x" * (wire.HEADER_LIMIT + 1), id="text"),
        pytest.param(list(range(wire.HEADER_LIMIT)), id="numbers"),
        pytest.param(np.zeros(wire.BUFFER_LIMIT + 1, np.uint8), id="an array"),
    ],
)
def test_what_is_too_large_is_refused_before_it_is_sent(value: Any) -> None:
    with pytest.raises(WireError, match="too large"):
        encode(value)


@pytest.mark.parametrize("length", [10**7, 10**12, 10**30], ids=str)
def test_a_range_that_no_list_could_hold_is_refused(length: int) -> None:
    """Whoever takes it for a list would fill the grader's memory."""
    with pytest.raises(WireError, match="range"):
        encode(range(length))
    forged = encode(["g", 0, length, 1]).replace(b"\x95\xa1l\xa1g", b"\x94\xa1g")
    header = wire.PREFIX.pack(len(forged) - wire.PREFIX.size, 0)
    with pytest.raises(WireError, match="range"):
        decode(header + forged[wire.PREFIX.size :])
