"""Checks for notebooks: each failure is one sentence on what must hold, and where it does not.

Importing this module in a notebook also makes failures easy to read: see `failures`.
"""

import copy
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from . import failures
from .beside import warn_of_modules_beside

Array = NDArray[np.float64]


def check(exercise: str) -> Callable[[Callable[[], None]], None]:
    """Run the function below as the visible check of an exercise, at once.

    Names in the check are local to the function, which is called ``visible``. So code under test
    that uses one of them by mistake fails here, and not only when it is graded.

    Parameters
    ----------
    exercise : its name, for the line that says that the checks passed

    Examples
    --------
    >>> @check("double")
    ... def visible():
    ...     expect_close(double(2), 4, "the double of 2 must be 4")
    double: visible checks passed
    """

    def run(function: Callable[[], None]) -> None:
        function()
        print(f"{exercise}: visible checks passed")
        warn_of_modules_beside()

    return run


def expect_close(got: Any, want: Any, what: str, tolerance: float = 1e-6) -> None:
    """Compare shape first, then values, and say what must hold.

    Parameters
    ----------
    got, want : array, tensor, number, or nested lists of numbers
    what : str, what is compared and what must hold
    tolerance : float, allowed difference, relative to the largest entry of `want` above 1

    Raises
    ------
    AssertionError
        If there is nothing to compare, the shapes differ, or a value differs by more than the
        tolerance. The message holds no expected value; a note for the notebook shows one.
    """
    if got is None:
        _fail(f"{what}. Found None: is the `return` missing?")
    found, expected = _array(got, what), _array(want, what)
    if found.shape != expected.shape:
        _fail(f"{what}. Found the shape {found.shape}, expected {expected.shape}.")
    if np.array_equal(found, expected):
        return
    finite = np.abs(expected[np.isfinite(expected)])
    limit = tolerance * max(1.0, float(finite.max(initial=0.0)))
    with np.errstate(invalid="ignore"):  # the difference of two infinities
        difference = np.where(found == expected, 0.0, np.abs(found - expected))
    off = ~(difference <= limit)  # nan differs from everything
    if not off.any():
        return
    notes = [*_numbers(found, expected, off), *_relations(found, expected, limit)]
    kind = str(getattr(got, "dtype", "")).removeprefix("torch.")
    if kind.startswith(("int", "uint", "bool")) and not np.array_equal(expected, expected.round()):
        notes.append(f"Your result is of dtype {kind}, which holds no fractions.")
    strange = ~np.isfinite(found) & np.isfinite(expected)
    if strange.any():
        place = _place(strange)
        _fail(f"{what}. Found {found[place]:g}{_at(place)}.", *notes)
    difference[np.isnan(difference)] = np.inf  # between two infinities of one sign, or two nan
    place = _place(difference == difference.max())
    size = f"The largest difference is {difference.max():.2g}."
    _fail(f"{what}. It differs most{_at(place)}." if place else f"{what}.", size, *notes)


def expect_results(got: Any, names: Sequence[str]) -> Any:
    """Check that a function has returned a tuple (or list) with one entry for every name.

    Parameters
    ----------
    got : what the function returned
    names : tuple of str

    Returns
    -------
    the results, one for every name

    Raises
    ------
    AssertionError
        If it is None, no tuple or list, or of another length.
    """
    wanted = f"Return {', '.join(names)}, in this order"
    if got is None:
        _fail(f"{wanted}. Found None: is the `return` missing?")
    found = f"{len(got)} results" if isinstance(got, tuple | list) else type(got).__name__
    if found != f"{len(names)} results":
        _fail(f"{wanted}. Found {found}.")
    return got


def expect_unchanged(function: Callable[..., Any], **arguments: Any) -> None:
    """Call a function on copies of its arguments, and check that it leaves them as they are.

    Parameters
    ----------
    function : function or method, called with the values of `arguments` in their order
    **arguments : numbers, arrays, tensors, and lists and tuples of them are compared

    Raises
    ------
    AssertionError
        If an argument has changed after the call.
    """
    copies = {name: _copy(value) for name, value in arguments.items()}
    function(*copies.values())
    for name, value in arguments.items():
        before, after = _flat(value), _flat(copies[name])
        if len(before) != len(after) or not all(map(np.array_equal, before, after)):
            _fail(f"{function.__name__} must not change {name}")


def _fail(message: str, *notes: str) -> NoReturn:
    """Raise an error whose message may be shown anywhere, and its notes in the notebook only."""
    error = AssertionError(message)
    error.for_students = True  # type: ignore[attr-defined]
    for note in notes:
        error.add_note(note)
    raise error


def _array(value: Any, what: str) -> Array:
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        value = value.detach().cpu().double().numpy()
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):
        array = np.asarray(None)
    if array.dtype.kind not in "biuf":
        _fail(f"{what}. Found {type(value).__name__}, which is no array of real numbers.")
    return array.astype(float)


def _numbers(found: Array, expected: Array, off: NDArray[np.bool_]) -> list[str]:
    """The first difference, and how many there are."""
    place = _place(off)
    numbers = f"found {found[place]:.6g}, expected {expected[place]:.6g}"
    if off.size == 1:
        return [f"{numbers.capitalize()}."]
    count = f"{off.sum()} of {off.size} entries differ"
    return [f"First difference: {numbers}{_at(place)}; {count}."]


def _relations(found: Array, expected: Array, limit: float) -> list[str]:
    """How the result relates to the expected one, if it is off by one simple thing."""

    def same(other: Array) -> bool:
        return other.shape == expected.shape and bool(np.all(np.abs(other - expected) <= limit))

    if not np.isfinite(found).all() or not np.any(np.abs(found) > limit):
        return []
    if found.ndim >= 2 and same(np.swapaxes(found, -1, -2)):
        return ["Your result is the transpose of what is expected."]
    if same(-found):
        return ["Your result has the wrong sign."]
    factor = float((found * expected).sum() / (found * found).sum())
    if found.size > 1 and factor and same(factor * found):
        return [f"Your result is {1 / factor:.4g} times what is expected, in every entry."]
    return []


def _place(mask: NDArray[np.bool_]) -> tuple[int, ...]:
    """The first index where a mask holds."""
    return tuple(int(i) for i in np.unravel_index(int(mask.argmax()), mask.shape))


def _at(place: tuple[int, ...]) -> str:
    return f" at index {list(place)}" if place else ""


def _copy(value: Any) -> Any:
    """A copy that shares nothing; a tensor's copy is outside of its graph."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        return value.detach().clone().requires_grad_(value.requires_grad)
    return copy.deepcopy(value)


def _flat(value: Any) -> list[Any]:
    """The numbers, arrays and tensors in a value, however nested in lists and tuples."""
    if isinstance(value, list | tuple):
        return [part for item in value for part in _flat(item)]
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    return [value] if np.isscalar(value) or hasattr(value, "shape") else []


failures.install()
