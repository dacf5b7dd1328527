"""Values as forms: trees of plain values, lists, arrays, and tuples that begin with a tag.

Both sides write and read the same data forms. What is no data (objects, functions, modules) each
side writes and reads in its own way. A reader believes nothing: whatever it makes is data of the
exact type that its tag names, and nothing is looked up, called or unpickled for it.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..packing import ARRAY_KINDS, DEPTH_LIMIT, Malformed
from . import arrays, libraries, plain, tables
from .basics import Form, NoForm

__all__ = ["Form", "Malformed", "NoForm", "Reader", "Writer"]

WRITERS = plain.WRITERS | arrays.WRITERS
TESTS = plain.TESTS + arrays.TESTS + tables.TESTS + libraries.TESTS
READERS = plain.READERS | arrays.READERS | tables.READERS | libraries.READERS


#: Arrays that have no room in a message, all together, are sent beside it.
ROOM = 32 << 20


class Writer:
    """Writes the forms of one message.

    Parameters
    ----------
    other : writes what is no data
    handles : types of which nothing is asked
    """

    def __init__(self, other: Callable[[Any], Form], handles: tuple[type, ...] = ()) -> None:
        self.other, self.handles = other, handles
        self.depth, self.room = 0, ROOM

    def write(self, value: Any) -> Form:
        """The form of a value."""
        kind = type(value)
        if value is None or kind in (bool, float, int, complex) or value is ...:
            return value
        if self.depth > DEPTH_LIMIT // 2 - 2:
            raise NoForm("nested too deeply")
        write = WRITERS.get(kind)
        if kind is np.ndarray and value.dtype.kind in ARRAY_KINDS:
            self.room -= value.nbytes
            if self.room < 0:
                return self.other(value)
        if write is None and kind not in self.handles:
            write = next((found for test, found in TESTS if test(value)), None)
        self.depth += 1
        try:
            return self.other(value) if write is None else write(value, self.write)
        except NoForm:
            if kind in (list, tuple, dict, set, frozenset):  # its parts would be lost
                raise
            return self.other(value)
        finally:
            self.depth -= 1


class Reader:
    """Reads forms.

    Parameters
    ----------
    other : reads what is no data: a tag, and what follows it
    """

    def __init__(self, other: Callable[[str, tuple[Any, ...]], Any]) -> None:
        self.other = other

    def read(self, form: Form) -> Any:
        """The value of a form; ``Malformed`` where it has none."""
        if type(form) is list:
            return [self.read(item) for item in form]
        if type(form) is not tuple:
            return form
        if not form or type(form[0]) is not str:
            raise Malformed("a form without a tag")
        tag, rest = form[0], form[1:]
        read = READERS.get(tag)
        if read is None:
            return self.other(tag, rest)
        try:
            return read(rest, self.read)
        except Malformed:
            raise
        except (ValueError, TypeError, KeyError, IndexError, OverflowError, ArithmeticError):
            raise Malformed(f"no form of {tag[:20]!r}") from None
