"""In the kernel: what came with a request, and what was changed in it since."""

from collections import deque
from collections.abc import Callable, MutableMapping
from hashlib import blake2b
from typing import Any

import numpy as np

from .. import wire
from .basics import NoForm, Read, library_of
from .forms import Writer

MUTABLE = (list, dict, set, bytearray, deque, np.ndarray)


class Given:
    """The objects of one request: instances of the course's classes, in a table.

    Parameters
    ----------
    names : where the classes are found
    table : for each instance the name of its class and the form of its attributes
    """

    def __init__(self, names: MutableMapping[str, Any], table: list[Any], read: Read) -> None:
        self.names, self.table, self.read = names, table, read
        self.instances: dict[int, Any] = {}
        self.numbers: dict[int, int] = {}
        self.watched: list[tuple[int, Any, bytes]] = []
        self.states: list[bytes] = []

    def instance(self, number: int) -> Any:
        """An instance of the table; it may be in itself."""
        if number not in self.instances:
            name, state = self.table[number]
            kind = self.names[name]
            found = self.instances[number] = kind.__new__(kind)
            self.numbers[id(found)] = number
            for attribute, form in state:
                object.__setattr__(found, attribute, self.read(form))
        return self.instances[number]

    def known(self, value: Any) -> Any:
        """The form of an object that came with the request; None for any other."""
        if id(value) in self.numbers:
            return ("instance", self.numbers[id(value)])
        return None

    def note(self, values: list[Any], forms: list[Any]) -> None:
        """Note the arguments of a call as they are before it."""
        _, args, kwargs = values
        known = [*args, *kwargs.values()]
        came = [*_listed(forms[1], args), *_listed((forms[2] or ("",) * 3)[2], kwargs)]
        self.watched = [
            (place, value, digest(form, value))
            for place, (value, form) in enumerate(zip(known, came, strict=True))
            if may_change(value)
        ]
        for number in range(len(self.table)):
            self.instance(number)
        self.states = [wire.encode([tuple(pair) for pair in state]) for _, state in self.table]

    def changes(self, writer: Callable[[], Writer]) -> Any:
        """What is another now: places and new forms of arguments, and new states of the table."""
        found = []
        states = []
        try:
            for place, value, before in self.watched:
                now = writer().write(value)
                if digest(now, value) != before:
                    found.append((place, now))
            for number, before in enumerate(self.states):
                state = [
                    (name, writer().write(one)) for name, one in attributes(self.instances[number])
                ]
                if wire.encode(state) != before:
                    states.append((number, state))
        except (NoForm, wire.WireError):
            return None
        return (found, states) if found or states else None


def _listed(form: Any, values: Any) -> list[Any]:
    """The forms of a list's items; of one that travelled as a whole nothing is known."""
    return form if type(form) is list and len(form) == len(values) else [None] * len(values)


def digest(form: Any, value: Any) -> bytes:
    """A digest of a value that may change, by its form; of a large array by its numbers."""
    if type(value) is np.ndarray and value.dtype != object:
        return blake2b(np.ascontiguousarray(value)).digest() + str(value.dtype).encode()
    return blake2b(wire.encode(form)).digest()


def attributes(value: Any) -> list[tuple[str, Any]]:
    """The attributes that an object holds itself."""
    slots = [
        name
        for kind in type(value).__mro__
        for name in (lambda one: [one] if isinstance(one, str) else one)(
            getattr(kind, "__slots__", ())
        )
    ]
    own = [(name, getattr(value, name)) for name in slots if hasattr(value, name)]
    return [*own, *getattr(value, "__dict__", {}).items()]


def may_change(value: Any) -> bool:
    """Whether what is done to a value in a call is to be seen by the caller."""
    return isinstance(value, MUTABLE) or library_of(value) == "pandas"
