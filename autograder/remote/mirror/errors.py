"""In the kernel: exceptions as data, and back."""

import builtins
from typing import Any

from .. import wire
from .basics import NoForm
from .forms import Writer

#: How much of an exception's message is told, in letters.
MESSAGE = 20_000


def told(error: BaseException) -> tuple[Any, ...]:
    """An exception: its classes, what it says, its arguments and attributes."""
    try:
        message = str(error)[:MESSAGE]
    except Exception:
        message = ""
    return rows(type(error)), message, _data(error.args), _data(vars(error))


def _data(value: Any) -> Any:
    """A value's form where all of it is small and data; else nothing."""

    def no(one: Any) -> Any:
        raise NoForm("no data")

    try:
        form = Writer(no).write(value)
        return form if len(wire.encode(form)) < 4 * MESSAGE else None
    except (NoForm, wire.WireError):
        return None


def rows(kind: type) -> list[str]:
    """The whole names of a class and of those that it comes from."""
    return [
        f"{one.__module__}.{one.__qualname__}"[:300] for one in kind.__mro__ if one is not object
    ]


def exception(name: str, args: Any, text: str) -> BaseException:
    """An exception of the judge's, as an exception of Python's."""
    kind = getattr(builtins, name, Exception)
    try:
        made = kind(*args) if isinstance(args, tuple) else kind(text)
    except Exception:
        made = Exception(text)
    return made if isinstance(made, BaseException) else Exception(text)
