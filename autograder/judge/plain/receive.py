"""How what comes from the kernel is taken: objects as handles, what is known as the judge's own."""

from typing import Any

import numpy as np

from ...remote import wire
from ...remote.causes import Cause
from ...remote.mirror.forms import Reader
from . import library
from .asking import Asking
from .thing import Thing, make_thing


class Receiver:
    """Reads the forms of one kernel.

    Attributes
    ----------
    things : the handles on its objects, by number
    """

    def __init__(self, talk: Asking) -> None:
        self.talk = talk
        self.reader = Reader(self._read)
        self.things: dict[int, Thing] = {}

    def _read(self, tag: str, rest: tuple[Any, ...]) -> Any:
        match tag, rest:
            case "o", (int() as number, int() as kind, str() as what):
                return self._thing(number, kind, "function" if what == "function" else "object")
            case "y", (int() as number,) if number in self.talk.lender.objects:
                return self.talk.lender.objects[number]
            case "instance", (int() as place,):
                return self.talk.lender.instances[place]
            case "class", (int() as number, str() as module, str() as name):
                found = library.own_class(module, name) if module else None
                return found if found is not None else self._thing(number, 0, "class")
            case "error", (int() as number, list() as rows):
                return self.talk.kinds.error([str(row) for row in rows], number)
            case "module", (int() as number, str() as name):
                return self._module(number, name)
            case "function", (int() as number, str() as module, str() as name):
                return self._function(number, module, name)
            case "large", (int() as number, str() as name, list() as shape):
                return self._large(number, name, shape)
        raise wire.Malformed(f"a form of an unknown kind: {tag[:20]}")

    def _thing(self, number: int, kind: int, what: str) -> Thing:
        if number not in self.things:
            self.things[number] = make_thing(self.talk, number, kind, what)
        return self.things[number]

    def _module(self, number: int, name: str) -> Any:
        own = library.own_module(name)
        if own is not None:
            harmless = name.partition(".")[0] in library.HARMLESS
            self.talk.decided.add(f"module {name}")
            if self.talk.allowed is None or harmless or f"module {name}" in self.talk.allowed:
                return own
        return self._thing(number, 0, "module")

    def _function(self, number: int, module: str, name: str) -> Any:
        own = library.own_function(module, name)
        if own is not None and self.talk.allows(f"library {module}:{name}"):
            return own
        return self._thing(number, 0, "function")

    def _large(self, number: int, name: str, shape: list[Any]) -> Any:
        """An array that comes in pieces."""
        if name not in wire.ELEMENTS or not all(type(size) is int and size >= 0 for size in shape):
            raise wire.Malformed("an array of an unknown type")
        dtype = np.dtype(name)
        size = int(np.prod(shape, dtype=object)) * dtype.itemsize
        if size > self.talk.most - self.talk.received:
            text = f"too much came back in one test: more than {self.talk.most >> 20} MiB"
            raise self.talk.lose(Cause.RETURNED_TOO_MUCH, text)
        whole = bytearray()
        while len(whole) < size:
            piece = self.talk.ask("bytes", number, len(whole))
            if type(piece) is not np.ndarray or piece.dtype != np.uint8 or not piece.size:
                raise wire.Malformed("an array without its bytes")
            whole += piece.tobytes()
        if len(whole) != size:
            raise wire.Malformed("an array of another size")
        data: Any = np.frombuffer(whole, np.uint8) != 0 if dtype.kind == "b" else whole
        found = data if dtype.kind == "b" else np.frombuffer(data, dtype)
        return found.reshape(shape)
