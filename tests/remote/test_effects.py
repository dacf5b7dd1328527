"""What a request leaves behind: changes that are some, and differences that are none."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.remote.effects import Effect, left_behind, look

UNCHANGED = [frozenset([7, 15]), {"<pad>", "<bos>", "<eos>", "<unk>"}, float("nan"), [np.array(1)]]
CHANGES: dict[str, tuple[Any, Callable[[Any], Any], Effect]] = {
    "an array in a list becomes a list": (
        [np.zeros(2)],
        lambda value: value.__setitem__(0, [0.0, 0.0]),
        Effect.ARGUMENT,
    ),
    "a set grows": ({1}, lambda value: value.add(2), Effect.ARGUMENT),
    "a list is emptied": ([1, 2], lambda value: value.clear(), Effect.ARGUMENT),
    "a number": (np.zeros(2), lambda value: value.fill(1), Effect.ARGUMENT),
}


@pytest.mark.parametrize("value", UNCHANGED, ids=["numbers", "words", "nan", "an array"])
def test_what_was_left_alone_is_no_change(value: object) -> None:
    assert left_behind(look({"x": value}, [])) == []


@pytest.mark.parametrize("what", CHANGES)
def test_what_was_changed_is_told(what: str) -> None:
    value, change, effect = CHANGES[what]
    before = look({"x": value}, [])
    change(value)
    assert left_behind(before) == [(effect, "x")]
