"""What a wrong array has to do with the right one, in one sentence without a number of either."""

from typing import Any

import numpy as np


def relation(left: Any, right: Any) -> str:
    """One sentence, where the wrong array is a simple function of the right one."""
    with np.errstate(all="ignore"):
        if not left.any():
            return "Everything is zero: is the result ever filled?"
        if left.dtype.kind == "b":
            opposite = right.dtype.kind == "b" and bool((left != right).all())
            return "Every truth value is the other way round." if opposite else ""
        left, right = (a if a.dtype.kind == "c" else a.astype(float) for a in (left, right))
        slack = 1e-8 * float(np.abs(right[np.isfinite(right)]).max(initial=0.0))

        def near(found: Any, candidate: Any) -> bool:
            return bool(np.allclose(found, candidate, rtol=1e-4, atol=slack))

        def same(candidate: Any) -> bool:
            return candidate.shape == left.shape and near(left, candidate)

        if same(-1 * right):
            return "Every sign is the other way round."
        if right.ndim == 2 and right.shape[0] == right.shape[1] and same(right.T):
            return "It is the transpose of what is due."
        for axis in range(right.ndim):
            if right.shape[axis] > 1 and same(np.flip(right, axis)):
                return f"It runs in the opposite order along axis {axis}."
            if right.shape[axis] > 2:
                for step in (1, -1):
                    inner = [slice(None)] * right.ndim
                    inner[axis] = slice(1, None) if step == 1 else slice(None, -1)
                    part = tuple(inner)
                    if near(left[part], np.roll(right, step, axis)[part]):
                        way = "late" if step == 1 else "early"
                        return f"Along axis {axis} every entry comes one place too {way}."
        pivot = np.unravel_index(int(np.abs(right).argmax()), right.shape)
        if right.size > 1 and right[pivot] != 0:
            factor = left[pivot] / right[pivot]
            if np.isfinite(factor) and factor != 0 and same(factor * right):
                return (
                    "Every entry is off by one factor: a sum where a mean is due, or the reverse?"
                )
    return ""


def place(wrong: Any) -> str:
    """One sentence, where all wrong entries share one place along one axis."""
    for axis, size in enumerate(wrong.shape):
        others = tuple(i for i in range(wrong.ndim) if i != axis)
        bad = np.flatnonzero(wrong.any(axis=others))
        if size < 2 or len(bad) == size:
            continue
        if len(bad) == 1:
            return f"Only index {bad[0]} along axis {axis} is wrong."
        if bad[0] > 0 and len(bad) == size - bad[0]:
            return f"Along axis {axis} it is right before index {bad[0]} and wrong from there on."
        if bad[-1] < size - 1 and len(bad) == bad[-1] + 1:
            return f"Along axis {axis} it is wrong up to index {bad[-1]} and right behind it."
    return ""
