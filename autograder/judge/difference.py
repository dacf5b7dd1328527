"""The first difference between what came back and what the reference gives, in words.

Structure comes first, then shape, then value. The words say where and how the result
differs, never what was expected: a student must find the number, not read it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..remote.proxy import Handle, kind_of
from ..remote.wire import is_tensor
from .relation import place, relation

#: Relative tolerance by the coarser of the two types, in bytes of one real number.
TOLERANCE = {8: 1e-7, 4: 1e-4, 2: 1e-2}
#: A shape that is shown has no more axes and no larger ones.
MOST_AXES, MOST = 6, 100_000
NO_RETURN = "Is there a path through your code without a return?"


@dataclass(frozen=True)
class Difference:
    """``what`` is the fact, ``help`` what to look at; both for the student."""

    what: str
    help: str = ""


@dataclass(frozen=True)
class Strictness:
    """What a program asks for beyond the usual.

    Attributes
    ----------
    rtol, atol : relative and absolute tolerance, where the type's own do not fit
    dtype : whether the element type must agree
    kind : whether a list, a tuple, an array and a tensor are told apart
    """

    rtol: float | None = None
    atol: float | None = None
    dtype: bool = False
    kind: bool = False


def difference(
    found: Any, expected: Any, ask: Strictness = Strictness(), name: str = "the result"
) -> Difference | None:
    """The first difference, or None where the two agree.

    Parameters
    ----------
    found : what the implementation under test gave
    expected : what the reference gave
    name : how to call the value in the words, such as ``output 1 of 3``
    """
    if isinstance(found, Handle) or isinstance(expected, Handle):
        return _objects(found, expected, name)
    if expected is None or found is None:
        if found is expected:
            return None
        what = f"{name} is {_a(found)}, and {_a(expected)} is due"
        return Difference(what, NO_RETURN if found is None else "")
    if ask.kind and _kind(found) != _kind(expected):
        return Difference(f"{name} is {_a(found)}, and {_a(expected)} is due")
    if type(found) is int and type(expected) is int and max(abs(found), abs(expected)) >> 62:
        return None if found == expected else Difference(f"{name} has the wrong value")
    if _is_numeric(expected):
        return _numeric(found, expected, ask, name)
    if isinstance(expected, dict):
        return _mapping(found, expected, ask, name)
    if isinstance(expected, list | tuple | range):
        return _sequence(found, expected, ask, name)
    if isinstance(expected, np.ndarray) or is_tensor(expected):
        return _numeric(found, expected, ask, name)
    if isinstance(expected, set | frozenset) and isinstance(found, set | frozenset):
        return _sets(found, expected, name)
    if isinstance(expected, str) and isinstance(found, str):
        return _strings(found, expected, name)
    if type(found) is not type(expected):
        return Difference(f"{name} is {_a(found)}, and {_a(expected)} is due")
    return None if found == expected else Difference(f"{name} differs")


def _objects(found: Any, expected: Any, name: str) -> Difference | None:
    if not isinstance(found, Handle):
        what = f"{name} is {_a(found)}, and an object of a class of its own is due"
        return Difference(what, NO_RETURN if found is None else "")
    if not isinstance(expected, Handle):
        return Difference(f"{name} is {found!r}, and {_a(expected)} is due")
    return None


def _is_numeric(value: Any) -> bool:
    return isinstance(value, bool | int | float | complex | np.generic) or (
        isinstance(value, np.ndarray) or is_tensor(value)
    )


def _array(value: Any) -> np.ndarray[Any, Any] | None:
    """``value`` as a numeric array, or None where it is none; lists of arrays are stacked."""
    if is_tensor(value):
        plain = value.detach().cpu().resolve_conj().resolve_neg()
        return np.asarray((plain.float() if _is_bfloat16(plain) else plain).numpy())
    if isinstance(value, list | tuple | range):
        if set(map(type, value)) == {float}:
            return np.asarray(value)
        parts = [_array(item) for item in value]
        if not parts:
            return np.zeros(0)
        if any(part is None or part.shape != parts[0].shape for part in parts):  # type: ignore[union-attr]
            return None
        return np.stack(parts)  # type: ignore[arg-type]
    if type(value) is int and abs(value) >> 63:
        return np.asarray(float(value) if abs(value) >> 1000 == 0 else np.inf)
    if _is_numeric(value):
        return np.asarray(value)
    return None


def _is_bfloat16(value: Any) -> bool:
    return str(getattr(value, "dtype", "")) == "torch.bfloat16"


def _numeric(found: Any, expected: Any, ask: Strictness, name: str) -> Difference | None:
    right = np.asarray(_array(expected))
    left = _array(found)
    if left is not None and left.dtype.kind == "c" and right.dtype.kind != "c":
        return Difference(f"{name} holds complex numbers, expected real ones")
    if left is None or left.dtype.kind not in "biufc":
        due = "a number" if right.shape == () else f"an array of shape {_shape(right)}"
        return Difference(f"{name} is {_a(found)}, and {due} is due")
    if left.shape != right.shape:
        return Difference(
            f"{name} has shape {_shape(left)}, and shape {_shape(right)} is due",
            _shape_help(left.shape, right.shape),
        )
    if ask.dtype and _type_of(found, left) != _type_of(expected, right):
        own, wanted = _type_of(found, left), _type_of(expected, right)
        return Difference(f"{name} has the element type {own}, expected {wanted}")
    rtol, atol = _tolerance(found, expected, left, right, ask)
    wrong = ~_close(left, right, rtol, atol)
    if not wrong.any():
        return None
    return _values(left, right, wrong, name)


def _tolerance(
    found: Any, expected: Any, left: Any, right: Any, ask: Strictness
) -> tuple[float, float]:
    """The tolerance of the reference's type; an answer in single precision is taken for one.

    Where the reference gives integers there is none.
    """
    size = _size_of(expected, right)
    if size == 8 and _size_of(found, left) == 4 and right.dtype.kind in "fc":
        size = 4
    rtol = TOLERANCE[size] if ask.rtol is None else ask.rtol
    if right.dtype.kind in "biu" and ask.rtol is None and ask.atol is None:
        return 0.0, 0.0
    if ask.atol is not None:
        return rtol, ask.atol
    finite = np.abs(right[np.isfinite(right)]) if right.dtype.kind in "fc" else np.abs(right * 1.0)
    scale = float(finite.max()) if finite.size else 0.0
    return rtol, rtol * scale * 0.1 + 1e-12


def _size_of(value: Any, array: Any) -> int:
    """How many bytes a real number of a value has; 8 for integers."""
    if array.dtype.kind not in "fc":
        return 8
    if _is_bfloat16(value):
        return 2
    return int(min(8, array.dtype.itemsize // (2 if array.dtype.kind == "c" else 1)))


def _type_of(value: Any, array: Any) -> str:
    """The element type by its name, the same for an array and a tensor."""
    return "bfloat16" if _is_bfloat16(value) else str(array.dtype.newbyteorder("="))


def _close(left: Any, right: Any, rtol: float, atol: float) -> Any:
    if left.dtype.kind in "biu" and right.dtype.kind in "biu":
        return left == right
    with np.errstate(all="ignore"):
        return np.isclose(left, right, rtol=rtol, atol=atol, equal_nan=True)


def _values(left: Any, right: Any, wrong: Any, name: str) -> Difference:
    """Where the values differ, and what simple relation they have to the right ones."""
    count = int(wrong.sum())
    broken = wrong & ~np.isfinite(left) if left.dtype.kind in "fc" else np.zeros_like(wrong)
    if broken.any():
        kind = "NaN" if np.isnan(left[broken]).any() else "infinite"
        return Difference(
            f"{name} is {kind} in {_of(int(broken.sum()), left.size)}",
            "Which line gives the first one? Usual are a division by zero, a logarithm of 0, an "
            "exponential of a large number, and memory that was never filled.",
        )
    if left.shape == ():
        return Difference(f"{name} has the wrong value", relation(left, right))
    with np.errstate(all="ignore"):
        gap = np.where(wrong, np.abs(np.subtract(left, right, dtype=complex)), -1.0)
    where = ", ".join(str(int(i)) for i in np.unravel_index(int(gap.argmax()), gap.shape))
    text = f"{name} has the right shape {_shape(left)} but differs in {_of(count, left.size)}"
    text += f", most at index [{where}]"
    return Difference(text, relation(left, right) or place(wrong))


def _mapping(found: Any, expected: dict[Any, Any], ask: Strictness, name: str) -> Difference | None:
    if not isinstance(found, dict):
        return Difference(f"{name} is {_a(found)}, and a dictionary is due")
    missing = [key for key in expected if key not in found]
    extra = [key for key in found if key not in expected]
    if missing or extra:
        words = []
        if missing:
            words.append(f"lacks {len(missing)} of {len(expected)} keys")
        if extra:
            words.append(f"has {len(extra)} keys that do not belong, {_a(extra[0])} among them")
        return Difference(f"{name} {' and '.join(words)}")
    for key, value in expected.items():
        result = difference(found[key], value, ask, f"{name}[{_key(key)}]")
        if result:
            return result
    return None


def _sequence(found: Any, expected: Sequence[Any], ask: Strictness, name: str) -> Difference | None:
    if isinstance(found, np.ndarray) or is_tensor(found):
        if _array(expected) is not None:
            return _numeric(found, expected, ask, name)
        found = list(found) if found.ndim else found.item()
    if not isinstance(found, list | tuple | range):
        due = f"a {type(expected).__name__} of {len(expected)}"
        return Difference(f"{name} is {_a(found)}, and {due} is due")
    if len(found) != len(expected):
        return Difference(f"{name} has {len(found)} entries, and {len(expected)} are due")
    outer = "" if name == "the result" else f" of {name}"
    for index, (left, right) in enumerate(zip(found, expected, strict=True)):
        what = f"output {index + 1} of {len(expected)}" if not outer else f"entry {index}{outer}"
        result = difference(left, right, ask, what)
        if result:
            return result
    return None


def _sets(found: Any, expected: Any, name: str) -> Difference | None:
    missing, extra = len(expected - found), len(found - expected)
    if not missing and not extra:
        return None
    return Difference(f"{name} lacks {missing} members and has {extra} that do not belong")


def _strings(found: str, expected: str, name: str) -> Difference | None:
    if found == expected:
        return None
    if len(found) != len(expected):
        return Difference(f"{name} is a text of {len(found)} characters, not of the right length")
    at = next(i for i, pair in enumerate(zip(found, expected, strict=True)) if pair[0] != pair[1])
    return Difference(f"{name} is a text that differs from character {at} on")


def _shape_help(found: tuple[int, ...], due: tuple[int, ...]) -> str:
    if sorted(found) == sorted(due):
        return "The axes are all there, in another order."
    if [n for n in found if n != 1] == [n for n in due if n != 1]:
        return "An axis of length 1 is there or missing: keepdims, squeeze or [None, :]?"
    for axis, (left, right) in enumerate(zip(found, due, strict=False)):
        if len(found) == len(due) and left != right:
            short = "one too few" if left == right - 1 else "one too many"
            if abs(left - right) == 1:
                return f"Along axis {axis} there is {short}."
            break
    return ""


def _shape(array: Any) -> str:
    sizes = tuple(int(n) for n in array.shape)
    return str(sizes) if len(sizes) <= MOST_AXES and max(sizes, default=0) < MOST else "too large"


def _of(count: int, total: int) -> str:
    return "every entry" if count == total else f"{count} of {total} entries"


def _key(key: Any) -> str:
    """A key of a dictionary for a sentence, however large it is."""
    try:
        text = repr(key)
    except Exception:  # an integer of more digits than Python prints
        return f"a key of type {type(key).__name__}"
    return text if len(text) <= 80 else f"{text[:80]}…"


def _kind(value: Any) -> str:
    if isinstance(value, bool | int | float | complex | np.generic):
        return "number"
    return "tensor" if is_tensor(value) else type(value).__name__


def _a(value: Any) -> str:
    """A value by its kind, for a sentence."""
    if value is None:
        return "None"
    if isinstance(value, Handle):
        return f"a {kind_of(value)} object"
    if is_tensor(value) or isinstance(value, np.ndarray):
        noun = "a tensor" if is_tensor(value) else "an array"
        return f"{noun} of shape {_shape(value)}" if value.ndim else "a number"
    if isinstance(value, bool | np.bool_):
        return "a truth value"
    if isinstance(value, int | float | complex | np.generic):
        return "a number"
    if isinstance(value, str):
        return "a text"
    if isinstance(value, list | tuple | set | frozenset | dict):
        kind = "set" if isinstance(value, frozenset) else type(value).__name__
        return f"a {kind} of {len(value)}"
    return f"a {type(value).__name__}"
