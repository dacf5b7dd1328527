"""In the kernel: what came with a request, and what was changed in it since."""

from collections import deque
from collections.abc import Callable, MutableMapping
from typing import Any

import numpy as np

from .. import wire
from .basics import NoForm, Read
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

    def changes(
        self, writer: Callable[[], Writer], values: list[Any], forms: list[Any]
    ) -> tuple[Any, Any] | None:
        """What is another now in the arguments of a call: their new forms, and the new table."""
        _, args, kwargs = values
        given = forms[1], forms[2][2] if forms[2] else []
        if not self.table and not any(map(may_change, (*args, *kwargs.values()))):
            return None
        try:
            found = [_new(writer, *pair) for pair in zip(args, given[0], strict=False)]
            named = [_new(writer, *pair) for pair in zip(kwargs.values(), given[1], strict=False)]
            table = [self._state(writer, number) for number in range(len(self.table))]
        except (NoForm, wire.WireError):
            return None
        if not any(found) and not any(named) and not any(table):
            return None
        return ([*found, *named], table)

    def _state(self, writer: Callable[[], Writer], number: int) -> Any:
        found = self.instances.get(number)
        if found is None:
            return None
        state = [(name, writer().write(value)) for name, value in attributes(found)]
        same = wire.encode(state) == wire.encode([tuple(pair) for pair in self.table[number][1]])
        return None if same else state


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
    return isinstance(value, MUTABLE) or type(value).__module__.partition(".")[0] == "pandas"


def _new(writer: Callable[[], Writer], value: Any, form: Any) -> Any:
    """The form of a changed argument; None where it is as it was."""
    if not may_change(value):
        return None
    now = writer().write(value)
    try:
        return None if wire.encode(now) == wire.encode(form) else (now,)
    except wire.WireError:
        return (now,)
