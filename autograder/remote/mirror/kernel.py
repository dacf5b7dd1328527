"""In the kernel: answers what the judge's plain asserts ask about names and objects.

It holds no test and no expected value. What comes from here is believed by nobody.
"""

import builtins
import importlib
import io
import pickle
import secrets
import sys
import types
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from .. import wire
from . import standins
from .basics import NoForm
from .changes import Given, may_change
from .errors import exception, rows, told
from .exchange import Abandoned
from .forms import Reader, Writer
from .homes import FUNCTIONS, home_of
from .operators import OPERATORS
from .printed import bounded, printing, taken

#: What does not fit into one message is sent in pieces of this size.
PIECE = 16 << 20
Names = MutableMapping[str, Any]
#: Sends a message to the judge and gives what it answers, decoded.
Exchange = Callable[[bytes], Any]


class Mirror:
    """The objects of one kernel that the judge knows, and those of the judge's known here."""

    def __init__(self) -> None:
        self.token = secrets.token_hex(8)
        self.objects: dict[int, Any] = {}
        self.numbers: dict[int, int] = {}
        self.standins: dict[int, Any] = {}
        self.own: dict[int, int] = {}
        self.parts: dict[int, Any] = {}
        self.lent: dict[str, tuple[Any, ...]] = {}
        self.seen: dict[str, Any] = {}
        self.removed: dict[str, Any] = {}
        self.names: Names = {}
        self.exchange: Exchange | None = None
        self.given: Given | None = None
        self.reader = Reader(self._read)

    def answer(self, names: Names, exchange: Exchange | None, arguments: list[Any]) -> bytes:
        """The answer to one request, as a message."""
        before = self.names, self.exchange, self.given
        self.names, self.exchange = names, exchange
        try:
            return self._answer(arguments)
        finally:
            self.names, self.exchange, self.given = before

    def _answer(self, arguments: list[Any]) -> bytes:
        printed = io.StringIO()
        try:
            verb, forms, table, typed, _ = arguments
            self.given = Given(self.names, table, self.reader.read)
            values = [self.reader.read(form) for form in forms]
            if verb == "call":
                self.given.note(values, forms)
            with printing(printed), self._types(typed):
                value = self._do(verb, values)
            result = value if verb == "bytes" else self._result(value, values)
            changes = self.given.changes(self._writer) if verb == "call" else None
            answer = ("value", result, bounded(printed), changes, self._stale())
            return self._encoded(answer, value)
        except Abandoned:
            raise
        except BaseException as error:
            return wire.encode(("value", ("raised", *told(error), bounded(printed), self._stale())))

    def _do(self, verb: str, values: list[Any]) -> Any:
        own = getattr(self, f"_do_{verb}", None)
        return own(*values) if own is not None else OPERATORS[verb](*values)

    # names

    def _do_begin(self) -> str:
        self._do_end()
        return self.token

    def _do_name(self, name: str) -> tuple[Any, ...]:
        if name not in self.names:
            return ()
        self.seen[name] = self.names[name]
        return (self.names[name],)

    def _stale(self) -> list[str]:
        """Names that the judge has asked for and that may stand for something else by now."""
        return [
            name
            for name, value in self.seen.items()
            if self.names.get(name, self) is not value or may_change(value)
        ]

    def _do_modules(self) -> list[str]:
        return [name for name in sys.modules if isinstance(name, str) and "." not in name]

    def _do_names(self) -> list[str]:
        return [name for name in self.names if isinstance(name, str)]

    def _do_bind(self, name: str, value: Any, lent: bool) -> None:
        """Bind a name; what is lent is taken back at the end of the cell."""
        if lent:
            self.lent.setdefault(name, (self.names[name],) if name in self.names else ())
        self.names[name] = value

    def _do_unbind(self, name: str) -> None:
        if name in self.names:
            self.removed[name] = self.names.pop(name)

    def _do_end(self) -> None:
        """The end of a test cell: its own functions are nobody's any more."""
        for name, before in self.lent.items():
            if id(self.names.get(name)) in self.own:
                self.names.pop(name)
                self.names.update(zip([name], before, strict=False))
        for known in (self.lent, self.standins, self.own, self.parts, self.seen):
            known.clear()

    def _do_import(self, name: str) -> Any:
        return importlib.import_module(name)

    def _do_evaluate(self, text: str) -> Any:
        return eval(text, self.names)  # type: ignore[arg-type]

    def _do_execute(self, text: str) -> None:
        exec(compile(text, "<cell test>", "exec"), self.names)  # type: ignore[arg-type]

    # objects

    def _do_call(self, target: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return target(*args, **kwargs)

    def _do_about(self, number: int) -> Any:
        """A class's ancestors by their names, and the methods that it has for Python's use."""
        kind = self.objects[number]
        rows = [f"{one.__module__}.{one.__qualname__}"[:300] for one in kind.__mro__]
        return rows, [name for name in standins.METHODS if getattr(kind, name, None) is not None]

    def _do_bytes(self, number: int, start: int) -> Any:
        data = self.parts[number]
        if start + PIECE >= len(data):
            self.parts[number] = data[:0]
        return data[start : start + PIECE]

    def _do_part(self, number: int, piece: Any) -> None:
        """Take a piece of a large array of the judge's."""
        self.parts[-number] = np.concatenate([self.parts.get(-number, piece[:0]), piece])

    # writing

    def _writer(self) -> Writer:
        return Writer(self._other)

    def _result(self, value: Any, values: list[Any]) -> Any:
        """The form of an answer; of one that is an argument of a call, which."""
        if len(values) == 3 and isinstance(values[1], list):
            for place, one in enumerate(values[1]):
                if one is value and may_change(value):
                    return ("argument", place)
        return self._written(value)

    def _written(self, value: Any) -> Any:
        try:
            return self._writer().write(value)
        except NoForm:
            return self._handle(value)

    def _encoded(self, answer: tuple[Any, ...], value: Any) -> bytes:
        try:
            return wire.encode(("value", answer))
        except wire.WireError:
            return wire.encode(("value", ("value", self._handle(value), *answer[2:])))

    def _other(self, value: Any) -> Any:
        """The form of what is no data: of the judge's by its number, else a handle."""
        if id(value) in self.own:
            return ("y", self.own[id(value)])
        if self.given is not None and (form := self.given.known(value)) is not None:
            return form
        if type(value) is np.ndarray:  # one that is too large for one message
            number = len(self.parts) + 1
            self.parts[number] = np.frombuffer(value.tobytes(), np.uint8)
            return ("large", number, value.dtype.str, list(value.shape))
        return self._handle(value)

    def _handle(self, value: Any) -> Any:
        number = self._keep(value)
        if isinstance(value, types.ModuleType):
            return ("module", number, str(value.__name__))
        if isinstance(value, type):
            if issubclass(value, BaseException):
                return ("error", number, rows(value))
            return ("class", number, *(home_of(value) or _unbound(value)))
        home = home_of(value) if callable(value) else None
        if home is not None:
            return ("function", number, *home)
        what = "function" if isinstance(value, FUNCTIONS) else "object"
        return ("o", number, self._keep(type(value)), what)

    def _keep(self, value: Any) -> int:
        number = self.numbers.get(id(value))
        if number is None:
            number = self.numbers[id(value)] = len(self.objects) + 1
            self.objects[number] = value
        return number

    # reading

    def _read(self, tag: str, rest: tuple[Any, ...]) -> Any:
        match tag, rest:
            case "o", (number, *_):
                return self.objects[number]
            case "instance", (number,) if self.given is not None:
                return self.given.instance(number)
            case "y", (number, what, *about):
                return self._standin(number, what, about)
            case "name", (str() as name,):
                return self.names[name] if name in self.names else self.removed[name]
            case "member", (str() as name, str() as member) if name in self.names:
                return self.names[name][member]
            case "library", (str() as module, str() as name):
                return _found(module, name)
            case "pickle", (data,):
                return pickle.loads(self.reader.read(data).tobytes())
            case "large", (number, str() as name, list() as shape):
                return self.parts.pop(-number).view(np.dtype(name)).reshape(shape)
        raise wire.Malformed(f"a form of an unknown kind: {tag[:20]}")

    def _standin(self, number: int, what: str, about: list[Any]) -> Any:
        if number not in self.standins:
            make = standins.function if what == "function" else standins.instance
            found = make(self._ask_judge, number, *about)
            self.standins[number] = found
            self.own[id(found)] = number
        return self.standins[number]

    # asking back

    def _ask_judge(self, how: str, number: int, *values: Any) -> Any:
        """Have the judge do something with an object of its own, in the middle of a request."""
        if self.exchange is None:
            raise RuntimeError("this function belongs to a test that has ended")
        forms = [self._written(value) for value in values]
        said = taken(sys.stdout)
        message = wire.encode(("value", ("callback", how, number, forms, said, self._stale())))
        match self.exchange(message):
            case ("back", form, list() as table):
                given, self.given = self.given, Given(self.names, table, self.reader.read)
                try:
                    return self.reader.read(form)
                finally:
                    self.given = given
            case ("back raised", str() as name, form, str() as text, int() as place):
                error = exception(name, self.reader.read(form), text)
                error.__dict__["_judge"] = place
                raise error
        raise Abandoned

    @contextmanager
    def _types(self, typed: bool) -> Iterator[None]:
        """Whether what asks for a line asks the judge for it."""
        if not typed:
            yield
            return
        before = builtins.input
        builtins.input = lambda prompt="", /: self._ask_judge("input", 0, prompt)
        try:
            yield
        finally:
            builtins.input = before


def _unbound(kind: type) -> tuple[str, str]:
    """The name of a class of Python's own that no module has by it: of functions, generators."""
    return ("builtins", kind.__name__) if kind.__module__ == "builtins" else ("", "")


def _found(module: str, name: str) -> Any:
    value: Any = importlib.import_module(module)
    for part in name.split(".") if name else ():
        value = getattr(value, part)
    return value
