"""What a student reads about a wrong result: how it is wrong, never the number that is due."""

import re
from typing import Any

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autograder.judge.difference import difference

RNG = np.random.default_rng(3)
A = RNG.normal(size=(4, 4))
B = RNG.normal(size=(5, 3))

RELATIONS: dict[str, tuple[Any, Any, str]] = {
    "zero": (0 * B, B, "Everything is zero"),
    "the sign": (-B, B, "Every sign is the other way round"),
    "the sign of a number": (-1.5, 1.5, "Every sign"),
    "a transpose": (A.T, A, "transpose"),
    "reversed": (B[::-1], B, "opposite order along axis 0"),
    "reversed columns": (B[:, ::-1], B, "opposite order along axis 1"),
    "late": (np.concatenate([0 * B[:1], B[:-1]]), B, "axis 0 every entry comes one place too late"),
    "early": (np.concatenate([B[1:], 0 * B[:1]]), B, "one place too early"),
    "a factor": (B / 5, B, "off by one factor"),
    "a factor of integers": (np.array([2, 4, 6]), np.array([1, 2, 3]), "off by one factor"),
    "truth values": (B > 0, B <= 0, "Every truth value is the other way round"),
    "one row": (np.where(np.arange(5)[:, None] == 2, 9, B), B, "Only index 2 along axis 0"),
    "from a row on": (np.where(np.arange(5)[:, None] >= 2, 9, B), B, "right before index 2"),
    "up to a row": (np.where(np.arange(5)[:, None] <= 1, 9, B), B, "wrong up to index 1"),
    "one column": (np.where(np.arange(3) == 0, 9, B), B, "Only index 0 along axis 1"),
    "NaN": (B * np.nan, B, "division by zero"),
    "axes": (B.T, B, "another order"),
    "an axis of length 1": (B[None], B, "axis of length 1"),
    "a step too few": (B[:-1], B, "axis 0 there is one too few"),
    "a step too many": (np.pad(B, ((0, 0), (0, 1))), B, "axis 1 there is one too many"),
    "unsigned integers": (np.array([3, 2, 1], "u1"), np.array([1, 2, 3], "u1"), "opposite order"),
    "nothing in common": (RNG.normal(size=(5, 3)), B, "^$"),
    "nothing in common, tiny": (1e-12 * RNG.normal(size=(5, 3)), 1e-12 * B, "^$"),
}


@pytest.mark.parametrize(("found", "expected", "words"), RELATIONS.values(), ids=RELATIONS)
def test_the_help_names_the_relation(found: Any, expected: Any, words: str) -> None:
    result = difference(found, expected)
    assert result is not None
    assert re.search(words, result.help), result.help


@pytest.mark.parametrize(("found", "expected", "words"), RELATIONS.values(), ids=RELATIONS)
def test_tensors_are_told_the_same(found: Any, expected: Any, words: str) -> None:
    left, right = (torch.tensor(np.array(value)) for value in (found, expected))
    result = difference(left, right)
    assert result is not None
    assert re.search(words, result.help), result.help


telling = st.floats(0.001, 1e6).map(lambda x: x * 1.000123457) | st.floats(-1e6, -0.001)
expected_arrays = hnp.arrays(
    float, hnp.array_shapes(min_dims=0, max_dims=3, max_side=4), elements=telling
)


def digits(value: Any) -> set[str]:
    """Every number in ``value`` as its first digits, as any text of it would show them."""
    found = set()
    for number in np.ravel(np.asarray(value, dtype=float)):
        for text in (
            f"{abs(number):.6f}",
            f"{abs(number):.6g}",
            f"{abs(number):.6e}",
            repr(number),
        ):
            found |= {part for part in re.findall(r"\d+\.\d+", text) if len(part) >= 5}
    return found


wraps = st.sampled_from(
    [
        lambda a: a,
        torch.tensor,
        lambda a: a.tolist(),
        lambda a: (a, 1.5),
        lambda a: {"loss": a},
        lambda a: [{"x": [a]}],
    ]
)
distortions = st.sampled_from(
    [
        lambda a: -a,
        lambda a: a.T,
        lambda a: a * 2 + 1,
        lambda a: np.zeros_like(a),
        lambda a: a * np.nan,
        lambda a: a > 0,
        lambda a: a[None],
        lambda a: a[..., None],
        lambda a: a.ravel()[1:],
        lambda a: None,
        lambda a: "text",
        lambda a: [],
        lambda a: {"x": 1},
        lambda a: a.astype(int),
    ]
)


@settings(max_examples=200)
@given(expected_arrays, distortions, wraps, wraps)
def test_an_expected_number_is_never_told(
    expected: Any, distort: Any, wrap: Any, wrap_found: Any
) -> None:
    distorted = distort(expected)
    if isinstance(distorted, np.ndarray):
        distorted = wrap_found(np.ascontiguousarray(distorted).reshape(distorted.shape))
    result = difference(distorted, wrap(expected))
    assume(result is not None)
    words = f"{result.what} {result.help}"
    assert not [number for number in digits(expected) if number in words]


@given(st.text(min_size=4), st.text())
def test_an_expected_text_is_never_told(expected: str, found: str) -> None:
    assume(found != expected)
    result = difference(found, expected)
    assert result is not None
    harmless = "the result is a text that differs from character on of characters not right length"
    assume(expected not in harmless)
    assert expected not in result.what + result.help


@given(st.sets(st.integers(100_000)), st.sets(st.integers(100_000)))
def test_an_expected_member_of_a_set_is_never_told(found: set[int], expected: set[int]) -> None:
    result = difference(found, expected)
    words = "" if result is None else result.what + result.help
    assert not [member for member in expected if str(member) in words]


def test_missing_keys_are_counted_not_named() -> None:
    result = difference({}, {"the_secret": 1})
    assert result is not None
    assert "secret" not in result.what + result.help
