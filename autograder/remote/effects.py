"""What a request leaves behind besides its answer: changed arguments, changed global state.

The side where the implementation lives looks at itself before and after each request. It decides
nothing: the judge compares what is told here with what the reference leaves behind.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from .packing import is_tensor

#: Arguments with more numbers than this, all together, are not looked at.
MOST_NUMBERS = 4_000_000
#: Models with more modules than this are not looked at.
MOST_MODULES = 500


class Effect(StrEnum):
    """What can be left behind."""

    ARGUMENT = "argument"
    ARGUMENT_TYPE = "argument type"
    ARGUMENT_GRADIENT = "argument gradient"
    GRADIENTS = "gradients"
    DEFAULT_TYPE = "default type"
    THREADS = "threads"
    AUTOCAST = "autocast"
    MODE = "mode"
    DEVICE = "device"


@dataclass(frozen=True)
class Before:
    """What was there before a request.

    Attributes
    ----------
    given : the values that came with the request, and a copy of each, by name
    modes : the models that take part, and whether each of their modules is in training mode
    globals : what is global, by the effect that a change of it is
    """

    given: tuple[tuple[str, Any, Any], ...]
    modes: tuple[tuple[Any, list[bool]], ...]
    globals: Mapping[Effect, Any]


def look(given: Mapping[str, Any], living: Iterable[Any]) -> Before:
    """Look before a request.

    Parameters
    ----------
    given : the values that came with it, by name
    living : objects of this side that take part in it
    """
    watched = given.items() if _size(list(given.values())) <= MOST_NUMBERS else ()
    models = [one for one in living if _is_module(one)]
    return Before(
        tuple((name, value, _copy(value)) for name, value in watched),
        tuple((model, _modes(model)) for model in models),
        {effect: get() for effect, (get, _) in _globals().items()},
    )


def left_behind(before: Before) -> list[tuple[Effect, str]]:
    """What is another than before, with names; what is global is put back."""
    found = []
    for name, value, copy in before.given:
        effect = _change(copy, value)
        if effect is not None:
            found.append((effect, name))
    for model, modes in before.modes:
        if _modes(model) != modes:
            found.append((Effect.MODE, type(model).__name__[:80]))
    for effect, (get, put) in _globals().items():
        if effect in before.globals and get() != before.globals[effect]:
            found.append((effect, ""))
            put(before.globals[effect])
    return found


def _globals() -> dict[Effect, tuple[Callable[[], Any], Callable[[Any], Any]]]:
    """How to read what is global, and how to set it."""
    torch = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "is_grad_enabled"):
        return {}
    return {
        Effect.GRADIENTS: (torch.is_grad_enabled, torch.set_grad_enabled),
        Effect.DEFAULT_TYPE: (torch.get_default_dtype, torch.set_default_dtype),
        Effect.THREADS: (torch.get_num_threads, torch.set_num_threads),
        Effect.AUTOCAST: (
            lambda: torch.is_autocast_enabled("cpu"),
            lambda value: torch.set_autocast_enabled("cpu", value),
        ),
    }


def _is_module(value: Any) -> bool:
    module = getattr(sys.modules.get("torch.nn"), "Module", None)
    return isinstance(module, type) and isinstance(value, module)


def _modes(model: Any) -> list[bool]:
    found: list[bool] = []
    for module in model.modules():
        found.append(bool(module.training))
        if len(found) >= MOST_MODULES:
            break
    return found


def _size(value: Any) -> int:
    """How many numbers a value holds, about."""
    if isinstance(value, np.ndarray):
        return int(value.size)
    if is_tensor(value):
        return int(value.numel())
    if isinstance(value, dict):
        return sum(map(_size, value.values()))
    if isinstance(value, list | tuple | set | frozenset):
        return sum(map(_size, value))
    return 1


def _copy(value: Any) -> Any:
    """A copy of data, deep; of anything else the thing itself."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if is_tensor(value):
        return value.detach().clone().requires_grad_(value.requires_grad)
    if type(value) in (list, tuple, set, frozenset):
        return type(value)(map(_copy, value))
    if type(value) is dict:
        return {key: _copy(item) for key, item in value.items()}
    return value


def _change(before: Any, now: Any) -> Effect | None:
    """How a value differs from its copy; None where it does not."""
    if type(before) is not type(now):
        return Effect.ARGUMENT
    if isinstance(before, np.ndarray):
        if before.dtype != now.dtype:
            return Effect.ARGUMENT_TYPE
        same = before.shape == now.shape and before.tobytes() == now.tobytes()
        return None if same else Effect.ARGUMENT
    if is_tensor(before):
        if before.dtype != now.dtype:
            return Effect.ARGUMENT_TYPE
        if before.shape != now.shape or not _equal(before, now):
            return Effect.ARGUMENT
        return None if before.requires_grad == now.requires_grad else Effect.ARGUMENT_GRADIENT
    if type(before) in (list, tuple):
        if len(before) != len(now):
            return Effect.ARGUMENT
        changes = (_change(*pair) for pair in zip(before, now, strict=True))
        return next((change for change in changes if change is not None), None)
    if type(before) is dict:
        if list(before) != list(now):
            return Effect.ARGUMENT
        changes = (_change(before[key], now[key]) for key in before)
        return next((change for change in changes if change is not None), None)
    if before is now:
        return None
    if isinstance(before, set | frozenset):  # a copy may be in another order
        return None if before == now else Effect.ARGUMENT
    plain = (bool, int, float, complex, str, bytes)
    return Effect.ARGUMENT if isinstance(before, plain) and repr(before) != repr(now) else None


def _equal(one: Any, other: Any) -> bool:
    """Whether two tensors of one type and shape hold the same numbers; nan equals nan."""
    one, other = one.detach(), other.detach()
    if type(one) is type(other) and one.equal(other):
        return True
    return bool(((one == other) | ((one != one) & (other != other))).all())
