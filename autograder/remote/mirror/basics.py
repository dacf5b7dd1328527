"""What the forms of every kind of value share."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from ..packing import Malformed

Form = Any
Write = Callable[[Any], Form]
Read = Callable[[Form], Any]


class NoForm(Exception):
    """A value that has no form of its own: it stays where it lives."""


def texts(values: Iterable[str]) -> tuple[Any, Any]:
    """Texts as two arrays: their bytes, and how many belong to each."""
    parts = [value.encode("utf-8", "surrogatepass") for value in values]
    whole = np.frombuffer(b"".join(parts), np.uint8)
    return whole, np.array([len(part) for part in parts], np.int64)


def from_texts(whole: Any, lengths: Any) -> Iterator[str]:
    """The texts that `texts` wrote."""
    data, end = whole.tobytes(), 0
    for length in lengths.tolist():
        if length < 0 or end + length > len(data):
            raise Malformed("texts without an end")
        yield data[end : end + length].decode("utf-8", "surrogatepass")
        end += length


def library_of(value: Any) -> str:
    """The name of the library that has a value's class; empty where that is not known."""
    module = getattr(type(value), "__module__", None)
    return module.partition(".")[0] if isinstance(module, str) else ""
