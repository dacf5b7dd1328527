"""Implementations that compute nothing: they answer whatever they are asked with one constant.

A hidden program that passes on one of them tests nothing: a student who can only guess, or who
answers in the agent's place, would get its points.
"""

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..remote import wire

#: A program has this long on a constant; where the constant leads it in a circle, it fails.
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
        return repr(self.value) if shape is None else f"{_kind(self.value)} of shape {(*shape,)}"


def constants() -> Iterator[Constant]:
    """Every constant, polite and not."""
    values = [*PLAIN, np.zeros(()), np.zeros(1)]
    if torch := sys.modules.get("torch"):
        values += [torch.zeros(()), torch.zeros(1), torch.tensor(True)]
    for value in values:
        yield Constant(value, polite=False)
        yield Constant(value, polite=True)


def _kind(value: Any) -> str:
    library = type(value).__module__.partition(".")[0]
    return f"{library} {str(value.dtype).removeprefix('torch.')}"
