"""Gradients of an implementation's calls, against the reference's."""

from typing import Any

import numpy as np

from ..remote.packing import is_tensor
from .difference import Difference, Strictness, difference

CUT = (
    "Look for detach(), .data, no_grad, .item(), .tolist() or NumPy on the way: each of them cuts "
    "the graph."
)


def gradient_difference(found: Any, right: Any, ask: Strictness) -> Difference | None:
    """The first difference of values, then of gradients, call by call and argument by argument."""
    fault = difference(found["value"], right["value"], ask)
    if fault is not None:
        return fault
    if not isinstance(found["gradients"], list) or len(found["gradients"]) != len(
        right["gradients"]
    ):
        return None  # other calls were made, and what they gave agrees
    for own, due in zip(found["gradients"], right["gradients"], strict=True):
        for name, gradient in due.items():
            fault = _one(own.get(name) if isinstance(own, dict) else None, gradient, name, ask)
            if fault is not None:
                return fault
    return None


def _one(found: Any, right: Any, name: str, ask: Strictness) -> Difference | None:
    """One gradient; none at all counts as zero."""
    what = f"the gradient with respect to {_called(name)}"
    if right is None or _is_zero(right):
        return None if found is None else difference(found, _zeros(found), ask, what)
    if found is None:
        return Difference(f"no gradient arrives at {_called(name)}", CUT)
    return difference(found, right, ask, what)


def _called(name: str) -> str:
    """A place of `call_with_gradients` as one says it."""
    place, _, part = name.partition(".")
    if not place.isdigit():
        return name
    words = f"argument {int(place) + 1}"
    return f"part {int(part) + 1} of {words}" if part.isdigit() else words


def _is_zero(value: Any) -> bool:
    return not np.any(value.detach().numpy() if is_tensor(value) else np.asarray(value))


def _zeros(value: Any) -> Any:
    return np.zeros(tuple(getattr(value, "shape", ())))
