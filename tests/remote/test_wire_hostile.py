"""Bytes from a stranger give a value or a WireError: no other exception, bounded memory."""

import tracemalloc
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from support.values import anything

from autograder.remote.wire import BUFFER_LIMIT, HEADER_LIMIT, PREFIX, WireError, decode, encode


def message(tree: Any, buffers: bytes = b"") -> bytes:
    """A message with a header of our own making."""
    return raw(msgspec.msgpack.encode(tree), buffers)


def raw(header: bytes, buffers: bytes = b"") -> bytes:
    return PREFIX.pack(len(header), len(buffers)) + header + buffers


def value_or_wire_error(data: bytes) -> bool:
    """Whether there was a value; any exception but a WireError fails the test."""
    try:
        decode(data)
    except WireError:
        return False
    return True


@settings(max_examples=150)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_a_wire_error(data: bytes) -> None:
    value_or_wire_error(data)


@settings(max_examples=250)
@given(st.binary(max_size=80), st.binary(max_size=40))
def test_any_header_of_the_right_length_is_a_value_or_a_wire_error(
    header: bytes, buffers: bytes
) -> None:
    value_or_wire_error(raw(header, buffers))


@settings(max_examples=100)
@given(anything, st.data())
def test_a_message_cut_off_anywhere_is_refused(value: Any, data: st.DataObject) -> None:
    whole = encode(value)
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(WireError):
        decode(whole[:cut])
    with pytest.raises(WireError):
        decode(whole + b"\0")


@settings(max_examples=150)
@given(anything, st.data())
def test_flipped_bits_give_a_value_or_a_wire_error(value: Any, data: st.DataObject) -> None:
    broken = bytearray(encode(value))
    flips = st.lists(st.integers(0, 8 * len(broken) - 1), min_size=1, max_size=4)
    for bit in data.draw(flips):
        broken[bit // 8] ^= 1 << bit % 8
    value_or_wire_error(bytes(broken))


tags = st.sampled_from([*"anTbsirltedcgk.", "", "x", "__import__"])
leaves = (
    tags
    | st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 64) - 1)
    | st.floats()
    | st.binary(max_size=9)
    | st.sampled_from(["<f4", ">f8", "|O8", "O", "<U4", "M8[s]", "f8,f8", "(2,3)f4", "bfloat16"])
    | st.sampled_from(["", "V8", "f16", "c32", "b1", "int", "object", "i4)", "(f8", "__array__"])
)
trees = st.recursive(
    leaves,
    lambda inner: (
        st.builds(lambda tag, rest: [tag, *rest], tags, st.lists(inner, max_size=5))
        | st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=15,
)
shapes = st.lists(st.integers(-2, 3) | st.integers(-(1 << 63), 1 << 63), max_size=4)


@settings(max_examples=300)
@given(trees, st.binary(max_size=64))
def test_a_header_that_looks_right_is_a_value_or_a_wire_error(tree: Any, buffers: bytes) -> None:
    value_or_wire_error(message(tree, buffers))


@settings(max_examples=300)
@given(st.sampled_from("anT"), leaves, shapes, st.binary(max_size=64))
def test_an_array_that_looks_right_is_a_value_or_a_wire_error(
    tag: str, dtype: Any, shape: Any, buffers: bytes
) -> None:
    value_or_wire_error(message([tag, dtype, shape], buffers))


HOSTILE = {
    "a shape beyond all memory": message(["a", "<f8", [1 << 61, 1 << 61]]),
    "a shape whose size wraps to zero": message(["a", "<f8", [1 << 32, 1 << 32]]),
    "an empty array with huge axes": message(["a", "<f8", [0, 1 << 61, 1 << 61]]),
    "an empty tensor with huge axes": message(["T", "<f8", [0, 1 << 61]]),
    "a negative size": message(["a", "<f8", [-1]], b"\0" * 8),
    "two negative sizes": message(["a", "<f8", [-1, -1]], b"\0" * 8),
    "a size that is no integer": message(["a", "<f8", [1.0]], b"\0" * 8),
    "a size that is true": message(["a", "<f8", [True]], b"\0" * 8),
    "a hundred axes": message(["a", "<f8", [1] * 100], b"\0" * 8),
    "a shape that is a number": message(["a", "<f8", 1], b"\0" * 8),
    "no shape": message(["a", "<f8"], b"\0" * 8),
    "objects": message(["a", "|O", [1]], b"\0" * 8),
    "objects in a tensor": message(["T", "|O8", [1]], b"\0" * 8),
    "records": message(["a", "f4,f4", [1]], b"\0" * 8),
    "records of objects": message(["a", "f4,O", [1]], b"\0" * 16),
    "subarrays": message(["a", "(2,)f4", [1]], b"\0" * 8),
    "text": message(["a", "<U2", [1]], b"\0" * 8),
    "dates": message(["a", "<M8[s]", [1]], b"\0" * 8),
    "a type that is no type": message(["a", "}{", [1]], b"\0" * 8),
    "a type that is a list": message(["a", [["x", "f4"]], [1]], b"\0" * 4),
    "a tensor type that NumPy lacks": message(["T", "float8_e4m3fn", [1]], b"\0"),
    "a tensor in the other byte order": message(["T", ">f4", [1]], b"\0" * 4),
    "a number with a shape": message(["n", "<f8", [1]], b"\0" * 8),
    "more bytes than the array": message(["a", "<f8", [1]], b"\0" * 16),
    "fewer bytes than the array": message(["a", "<f8", [2]], b"\0" * 8),
    "bytes for nobody": message(None, b"\0" * 8),
    "an unknown tag": message(["pickle", b"cos\nsystem\n"]),
    "a tag that is a list": message([["l"], 1]),
    "no tag": message([]),
    "a bare map": message({"a": 1}),
    "bare bytes": message(b"a"),
    "an extension": message(msgspec.msgpack.Ext(5, b"a")),
    "a time stamp": raw(b"\xd6\xff\0\0\0\0"),
    "a list as a key": message(["d", ["l"], 1]),
    "an array as a key": message(["d", ["a", "<f8", [0]], 1]),
    "an odd number of keys and values": message(["d", 1, 2, 3]),
    "an array in a set": message(["e", ["a", "<f8", [0]]]),
    "a range with step 0": message(["g", 0, 1, 0]),
    "a range of texts": message(["g", "a", "b", "c"]),
    "a complex number of texts": message(["c", "a", "b"]),
    "a reference below zero": message(["r", -1, "list"]),
    "a reference without a number": message(["r", "1", "list"]),
    "an integer of text": message(["i", "1"]),
    "bytes that are no surrogates": message(["s", b"\xff\xff"]),
    "text that is no UTF-8": raw(b"\xa2\xff\xff"),
    "a hundred levels": raw(b"\x92\xa1l" * 100 + b"\x01"),
    "a million levels": raw(b"\x92\xa1l" * 1_000_000),
    "a list of four billion": raw(b"\xdd\xff\xff\xff\xff"),
    "lists of a million inside each other": raw(b"\xdd\x00\x0f\xff\xff" * 800),
    "a map of four billion": raw(b"\xdf\xff\xff\xff\xff"),
    "a text of four billion": raw(b"\xdb\xff\xff\xff\xff"),
    "bytes of four billion": raw(b"\xc6\xff\xff\xff\xff"),
    "no header": raw(b""),
    "two values in the header": raw(b"\x01\x02"),
    "a length beyond all memory": PREFIX.pack(10, (1 << 64) - 1) + b"\xc0",
    "the largest lengths": b"\xff" * 12,
    "a header over the limit": PREFIX.pack(HEADER_LIMIT + 1, 0),
    "buffers over the limit": PREFIX.pack(1, BUFFER_LIMIT + 1) + b"\xc0",
    "half a prefix": b"\0" * 6,
    "nothing": b"",
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_message_is_refused_in_little_memory(data: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(WireError):
            decode(data)
        assert tracemalloc.get_traced_memory()[1] < 64 << 20
    finally:
        tracemalloc.stop()


def test_the_message_of_an_error_is_short() -> None:
    with pytest.raises(WireError) as caught:
        decode(message(["x" * 1_000_000, 1]))
    assert len(str(caught.value)) < 500


def test_a_forged_array_of_truth_values_is_one() -> None:
    value = decode(message(["a", "|b1", [3]], b"\x00\x02\xff"))
    assert value.dtype == bool
    assert value.tolist() == [False, True, True]
    assert np.array_equal(decode(message(["T", "|b1", [2]], b"\x07\x00")), torch.tensor([1, 0]))
