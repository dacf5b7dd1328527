"""Implementations that compute nothing, for authors: whatever passes on one of them tests nothing.

Some answer everything with one constant. Others are the reference with its results spoiled: zeros
or ones of the right shape, the first argument again, an exception for every call. A student who
can only guess, or who answers in the agent's place, would get their points.
"""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..remote import wire
from ..remote.packing import is_tensor
from ..remote.proxy import Link

#: A program has this long on one of them; where the answers lead it in a circle, it fails.
SECONDS = 5.0
PLAIN: tuple[Any, ...] = (True, False, None, 0, 1, 0.0, 1.0, float("nan"), "", (), [], {})


class Constant:
    """A link whose other side answers every request with the same value.

    With ``polite`` it lets itself be looked up first, as a real implementation would: names and
    attributes are objects, and calls, items and expressions give the value.
    """

    def __init__(self, value: Any, polite: bool) -> None:
        self.value, self.polite = value, polite

    def ask(self, message: bytes, deadline: float) -> bytes:
        """Answer a request."""
        verb = wire.decode(message)[0]
        if verb == "effects":  # no side effect, as any honest function
            return wire.encode(("value", {"effects": [], "generators": []}))
        looked_up = self.polite and verb in ("name", "attribute", "iterator")
        return wire.encode(("value", wire.Reference(1, "object") if looked_up else self.value))

    def __str__(self) -> str:
        shape = getattr(self.value, "shape", None)
        value = repr(self.value) if shape is None else f"{_kind(self.value)} of shape {(*shape,)}"
        return f"always answers {value}"


class Spoiled:
    """A link to the reference that spoils the result of every call and every expression.

    Parameters
    ----------
    link : to the reference
    words : what it does, for the author
    spoil : from the request's arguments and the right result to the answer
    """

    def __init__(self, link: Link, words: str, spoil: Callable[[list[Any], Any], Any]) -> None:
        self.link, self.words, self.spoil = link, words, spoil

    def ask(self, message: bytes, deadline: float) -> bytes:
        """Answer a request: with the reference's answer, or what has become of it."""
        answer = self.link.ask(message, deadline)
        verb, *arguments = wire.decode(message)
        if verb not in ("call", "evaluate"):
            return answer
        word, *result = wire.decode(answer)
        if word != "value" or isinstance(result[0], wire.Reference):
            return answer  # an exception, or an object that has been made
        try:
            return wire.encode(("value", self.spoil(arguments, result[0])))
        except ValueError as error:
            return wire.encode(("raised", ["ValueError", "Exception"], str(error), ""))

    def __str__(self) -> str:
        return self.words


def trivial(reference: Link) -> Iterator[Constant | Spoiled]:
    """Every implementation that computes nothing.

    Parameters
    ----------
    reference : a link to the reference
    """
    values = [*PLAIN, np.zeros(()), np.zeros(1)]
    if torch := sys.modules.get("torch"):
        values += [torch.zeros(()), torch.zeros(1), torch.tensor(True)]
    for value in values:
        yield Constant(value, polite=False)
        yield Constant(value, polite=True)
    yield Spoiled(reference, "gives zeros of the right shape", lambda _, right: _filled(right, 0))
    yield Spoiled(reference, "gives ones of the right shape", lambda _, right: _filled(right, 1))
    yield Spoiled(reference, "gives its first argument back", _echo)
    yield Spoiled(reference, "raises ValueError whenever it is called", _refuse)


def _filled(right: Any, number: int) -> Any:
    """A value of the same structure, its numbers all the same."""
    if isinstance(right, bool | np.bool_):
        return bool(number)
    if isinstance(right, int | float | np.generic):
        return type(right)(number)
    if isinstance(right, np.ndarray):
        return np.full_like(right, number)
    if is_tensor(right):
        return right.new_full(right.shape, number)
    if isinstance(right, str):
        return "a" * len(right) * number
    if type(right) in (list, tuple):
        return type(right)(_filled(item, number) for item in right)
    if type(right) is dict:
        return {key: _filled(item, number) for key, item in right.items()}
    return right


def _echo(arguments: list[Any], right: Any) -> Any:
    """The first argument of a call, the first name of an expression."""
    given = list(arguments[1].values()) if isinstance(arguments[1], dict) else list(arguments[1])
    data = [one for one in given if not isinstance(one, wire.Reference)]
    return data[0] if data else right


def _refuse(arguments: list[Any], right: Any) -> Any:
    raise ValueError("no")


def _kind(value: Any) -> str:
    library = type(value).__module__.partition(".")[0]
    return f"{library} {str(value.dtype).removeprefix('torch.')}"
