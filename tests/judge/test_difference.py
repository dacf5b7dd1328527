"""Strict about structure, shape and value; lenient about the kind of container and number."""

import re
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from support.values import anything, arrays

from autograder.judge.difference import Strictness, difference
from autograder.remote.proxy import Handle, LocalLink, Session
from autograder.remote.wire import Reference, decode, encode

SESSION = Session(LocalLink({}), 1)
A = np.array([[1.25, -2.5, 3.75], [0.5, 4.5, -5.125]])
NAN = float("nan")


def handle(kind: str = "Cell") -> Handle:
    return Handle(SESSION, Reference(1, kind))


AGREE: dict[str, tuple[Any, Any]] = {
    "the same array": (A.copy(), A),
    "a single against a double": (A.astype("f4"), A),
    "a rounding error of a single": ((A * (1 + 3e-6)).astype("f4"), A),
    "a rounding error of a double": (A * (1 + 1e-9), A),
    "a rounding error of single precision": ((A * (1 + 1e-6)).astype("f4"), A),
    "a rounding error of bfloat16": (torch.tensor(A).bfloat16(), A),
    "a double against a reference in half": (A * 1.003, A.astype("f2")),
    "a tiny entry beside a large one": (np.array([1e6, 1e-9]), np.array([1e6, 0.0])),
    "a tensor as an array": (torch.tensor(A), A),
    "an array as a tensor": (A, torch.tensor(A)),
    "a list as an array": (A.tolist(), A),
    "a list of arrays as an array": (list(A), A),
    "a tuple of tensors as an array": (tuple(torch.tensor(A)), A),
    "an array as a list of arrays": (A, list(A)),
    "a tuple as a list": ((1, 2.5), [1, 2.5]),
    "a range as a list": (range(3), [0, 1, 2]),
    "integers as floats": (np.array([1, 2]), np.array([1.0, 2.0])),
    "a NumPy scalar as a number": (np.float32(1.5), 1.5),
    "a tensor without axes as a number": (torch.tensor(1.5), 1.5),
    "an array without axes as a number": (np.array(2), 2),
    "a number as a tensor without axes": (1.5, torch.tensor(1.5)),
    "NaN where NaN is due": (np.array([NAN, 1.0]), np.array([NAN, 1.0])),
    "infinity where it is due": (np.array([np.inf, -np.inf]), np.array([np.inf, -np.inf])),
    "an empty list as an empty array": ([], np.zeros(0)),
    "two integers of any size": (1 << 200, 1 << 200),
    "a list of integers of any size": ([1 << 200, 1], [1 << 200, 1]),
    "a dictionary in another order": ({"b": 2, "a": [1]}, {"a": [1], "b": 2}),
    "a set and a frozen set": ({1, 2}, frozenset({2, 1})),
    "None": (None, None),
    "texts": ("abc", "abc"),
    "objects that stay": (handle(), handle("OtherClass")),
    "a tuple of outputs and an object": ((A, handle()), (A, handle())),
}


@pytest.mark.parametrize(("found", "expected"), AGREE.values(), ids=AGREE)
def test_what_means_the_same_agrees(found: Any, expected: Any) -> None:
    assert difference(found, expected) is None


DIFFER: dict[str, tuple[Any, Any, str]] = {
    "a value": (
        A + np.array([[0, 0, 0], [0, 0.01, 0]]),
        A,
        r"differs in 1 of 6 entries, most at index \[1, 1",
    ),
    "a relative error of a double": (A * (1 + 1e-5), A, "every entry"),
    "a relative error of a single": ((A * 1.01).astype("f4"), A, "every entry"),
    "a shape": (A[:1], A, r"shape \(1, 3\), and shape \(2, 3\)"),
    "a missing axis": (A[0], A, r"shape \(3,\), and"),
    "a number as an array": (1.0, np.array([1.0]), r"shape \(\), and shape \(1,\)"),
    "an array as a number": (np.array([1.0]), 1.0, "shape"),
    "a number": (3, 4, "wrong value"),
    "an integer that is nearly right": (10**12 + 1, 10**12, "wrong value"),
    "integers of any size": (1 << 200, (1 << 200) + 1, "wrong value"),
    "a truth value": (True, False, "wrong value"),
    "None for an array": (None, A, "is None, and"),
    "None for a number": (None, 1.0, "is None, and a number is due"),
    "a number for None": (1.0, None, "is a number, and None is due"),
    "a text for a number": ("1.0", 1.0, "is a text, and a number is due"),
    "a number for a text": (1.0, "one", "a text is due"),
    "a dictionary for an array": ({}, A, "is a dict of 0"),
    "an object for an array": (handle(), A, "is a Python object, and an array of shape"),
    "an array for an object": (A, handle(), "is an array of shape"),
    "a ragged list for an array": ([[1, 2], [3]], np.eye(2), "is a list of 2"),
    "too few outputs": ((A,), (A, A), "1 entries, and 2 are due"),
    "too many outputs": ((A, A, A), (A, A), "3 entries, and 2 are due"),
    "the second output": ((A, A + 1), (A, A), "output 2 of 2"),
    "an entry of the second output": ((A, [A, -A]), (A, [A, A]), "entry 1 of output 2"),
    "one array for two outputs": (A, (A[0], "text"), ""),
    "a number for outputs of two shapes": (np.array(5.0), [A, A[0]], "is a number"),
    "a tensor without axes for outputs": (torch.tensor(5.0), [A, A[0]], "is a number"),
    "a missing key": ({"a": 1}, {"a": 1, "b": 2}, "lacks 1 of 2 keys"),
    "a key too many": ({"a": 1, "x": 2}, {"a": 1}, "1 keys that do not belong, a text among"),
    "a key of any size": ({10**9999: 1}, {"a": 1}, "lacks 1 of 1 keys"),
    "a value under a key": ({"a": -A}, {"a": A}, r"the result\['a'\]"),
    "a list for a dictionary": ([1], {"a": 1}, "a dictionary is due"),
    "a set": ({1, 2, 5}, {1, 3}, "lacks 1 members and has 2"),
    "a longer text": ("abcd", "abc", "not of the right length"),
    "another text": ("abd", "abc", "differs from character 2"),
    "bytes": (b"a", b"b", "differs"),
    "NaN": (np.array([NAN, 1.0]), np.array([1.0, 1.0]), "is NaN in 1 of 2"),
    "infinity": (np.array([np.inf, 1.0]), np.array([1.0, 1.0]), "is infinite in 1 of 2"),
    "the wrong infinity": (-np.inf, np.inf, "is infinite"),
    "a number where NaN is due": (np.array([1.0, 2.0]), np.array([NAN, 2.0]), "1 of 2"),
    "complex for real": (A * 1j, A, "complex numbers"),
    "a real number with a complex part": (1 + 7j, 1.0, "complex numbers"),
    "half precision for double": ((A * 1.003).astype("f2"), A, "every entry"),
    "a finite number for infinity": (np.array([1.0, 2.0]), np.array([1.0, np.inf]), "1 of 2"),
    "a float near an integer": (np.array([2.0000001]), np.array([2]), "every entry"),
    "truth values for numbers": (A > 0, A, "every entry"),
    "truth values for integers": (np.array([True, True]), np.array([2, 3]), "every entry"),
    "small unsigned integers": (np.array([1, 2], "u1"), np.array([1, 3], "u1"), "1 of 2"),
    "truth values": (np.array([True, True]), np.array([True, False]), "1 of 2"),
}


@pytest.mark.parametrize(("found", "expected", "words"), DIFFER.values(), ids=DIFFER)
def test_what_differs_is_told_in_words(found: Any, expected: Any, words: str) -> None:
    result = difference(found, expected)
    assert result is not None
    assert re.search(words, result.what), result.what


@pytest.mark.parametrize("due", [A, 1.0, [1, 2], {"a": 1}, "text", {1}], ids=repr)
def test_none_in_place_of_a_value_asks_for_the_missing_return(due: Any) -> None:
    result = difference(None, due)
    assert result is not None
    assert "without a return" in result.help


@pytest.mark.parametrize(
    ("ask", "found", "expected", "agree"),
    [
        pytest.param({"dtype": True}, A.astype("f4"), A, False, id="dtype: single for double"),
        pytest.param({"dtype": True}, A.copy(), A, True, id="dtype: the same"),
        pytest.param({"dtype": True}, torch.tensor(A).float(), A, False, id="dtype: of a tensor"),
        pytest.param(
            {"dtype": True}, [torch.ones(1)], [torch.ones(1).int()], False, id="dtype: inside"
        ),
        pytest.param({"kind": True}, [1, 2], (1, 2), False, id="kind: list for tuple"),
        pytest.param({"kind": True}, A.tolist(), A, False, id="kind: list for array"),
        pytest.param({"kind": True}, torch.tensor(A), A, False, id="kind: tensor for array"),
        pytest.param({"kind": True}, [A], [torch.tensor(A)], False, id="kind: inside"),
        pytest.param({"kind": True}, np.float64(1.5), 1.5, True, id="kind: a NumPy scalar"),
        pytest.param({"kind": True}, 1, 1.0, True, id="kind: an integer for a float"),
        pytest.param({"kind": True}, A.copy(), A, True, id="kind: the same"),
        pytest.param({"rtol": 0.1}, A * 1.05, A, True, id="rtol: within"),
        pytest.param({"rtol": 0.1}, A * 1.2, A, False, id="rtol: beyond"),
        pytest.param({"atol": 0.5}, A + 0.4, A, True, id="atol: within"),
        pytest.param({"atol": 0.5}, A + 0.6, A, False, id="atol: beyond"),
        pytest.param({"atol": 0.0, "rtol": 0.0}, A * (1 + 1e-12), A, False, id="exactly"),
    ],
)
def test_a_program_may_ask_for_more_or_less(
    ask: dict[str, Any], found: Any, expected: Any, agree: bool
) -> None:
    assert (difference(found, expected, Strictness(**ask)) is None) == agree


@settings(max_examples=150)
@given(anything)
def test_a_value_agrees_with_itself_and_with_its_copy(value: Any) -> None:
    assert difference(value, value) is None
    copy = decode(encode(value))
    assert difference(copy, value) is None
    assert difference(copy, value, Strictness(dtype=True, kind=True)) is None


@settings(max_examples=200)
@given(anything, anything)
def test_any_two_values_can_be_compared(found: Any, expected: Any) -> None:
    result = difference(found, expected)
    assert result is None or (result.what and len(result.what) < 2000)


@settings(max_examples=150)
@given(arrays(), arrays(), st.data())
def test_any_two_arrays_of_one_shape_can_be_compared(
    found: Any, expected: Any, data: st.DataObject
) -> None:
    found = np.resize(found, expected.shape)
    result = difference(found, expected)
    kinds = st.sampled_from([np.array, torch.tensor, list])
    assert result is None or result.what
    if expected.ndim and expected.size and expected.dtype.isnative and found.dtype.isnative:
        as_other = data.draw(kinds)(found.copy())
        assert (difference(as_other, expected) is None) == (result is None)


@settings(max_examples=100)
@given(arrays(), st.data())
def test_a_changed_entry_is_found(expected: Any, data: st.DataObject) -> None:
    if not expected.size:
        return
    place = tuple(data.draw(st.integers(0, n - 1)) for n in expected.shape)
    found = np.array(expected)
    if found.dtype.kind == "b":
        found[place] = not found[place]
    elif found.dtype.kind in "iu":
        found[place] = 0 if found[place] else 1
    else:
        found[place] = NAN if np.isfinite(found[place]) else 0.5
    result = difference(found, expected)
    assert result is not None
    assert "1 of" in result.what or "every entry" in result.what or "wrong value" in result.what
