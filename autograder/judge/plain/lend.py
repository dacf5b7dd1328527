"""How the judge's values go to the kernel: data by value, a test's own objects to be called."""

import enum
import inspect
import io
import pickle
import types
from collections.abc import Iterator
from typing import Any

import numpy as np

from ...remote.mirror.changes import attributes
from ...remote.mirror.forms import Form, NoForm, Writer
from ...remote.mirror.homes import home_of
from ...remote.mirror.kernel import PIECE
from ...remote.mirror.standins import METHODS
from .asking import Asking
from .thing import Thing, number_of

#: What student code may use of a file, of an iterator and of a generator.
USED = frozenset(
    (
        *("read", "readline", "readlines", "write", "writelines", "close", "seek", "tell"),
        *("flush", "getvalue", "closed", "name", "mode", "send", "truncate"),
    )
)
MOCKS = ("unittest.mock", "mock.mock", "mock")
CALLED = (
    *(types.FunctionType, types.MethodType, types.BuiltinFunctionType, type, np.vectorize),
    *(types.MethodWrapperType, types.BuiltinMethodType),
)


class Lender:
    """Writes the judge's values for one kernel, and knows the objects that were lent to it."""

    def __init__(self, talk: Asking) -> None:
        self.talk = talk
        self.objects: dict[int, Any] = {}
        self.numbers: dict[int, int] = {}
        self.count = self.large = 0
        self.given: dict[int, tuple[str, Any]] = {}
        self.table: list[Any] = []
        self.instances: list[Any] = []

    def written(self, values: tuple[Any, ...]) -> tuple[list[Form], list[Any]]:
        """The forms of the values of one message, and its table of instances."""
        self.table, self.instances = [], []
        forms = [self._write(value) for value in values]
        done = 0
        while done < len(self.instances):  # an instance may lead to others, and back to itself
            value = self.instances[done]
            state = [(name, self._write(one)) for name, one in attributes(value)]
            self.table[done][1] = state
            done += 1
        return forms, self.table

    def forget(self) -> None:
        """Nothing that was lent is the kernel's any more."""
        self.objects.clear()
        self.numbers.clear()

    def _write(self, value: Any) -> Form:
        try:
            return Writer(self._other, (Thing,)).write(value)
        except NoForm:
            return self._lent(value)

    def _other(self, value: Any) -> Form:
        if type(value) is Thing:
            if self.talk.receiver.things.get(number_of(value)) is not value:
                raise ValueError("this object was lost with the kernel in which it lived")
            return ("o", number_of(value))
        number = self.talk.kinds.number(value)
        if number is not None:
            return ("o", number)
        if id(value) in self.given:
            return ("name", self.given[id(value)][0])
        if type(value) is np.ndarray:
            return self._large(value)
        if isinstance(value, types.ModuleType):
            return ("library", value.__name__, "")
        home = home_of(value)
        if home is not None and not home[0].startswith("autograder."):
            return ("library", *home)
        known = self.given.get(id(type(value)))
        if known is not None:
            return self._instance(value, known[0])
        return self._lent(value) if _is_lent(value) else self._pickled(value)

    def _instance(self, value: Any, name: str) -> Form:
        """An object of a class of the course's, which the kernel has as well."""
        if isinstance(value, enum.Enum):
            return ("member", name, value.name)
        make: Any = type(value).__new__
        if make is not object.__new__:
            return self._lent(value)
        place = next((n for n, one in enumerate(self.instances) if one is value), None)
        if place is None:
            place = len(self.instances)
            self.instances.append(value)
            self.table.append([name, []])
        return ("instance", place)

    def _lent(self, value: Any) -> Form:
        number = self.numbers.get(id(value))
        if number is None:
            self.count += 1
            number = self.numbers[id(value)] = self.count
            self.objects[number] = value
        if isinstance(value, CALLED) or not _own_methods(value):
            return ("y", number, "function", _name(value), _parameters(value))
        return ("y", number, "object", type(value).__name__, _own_methods(value))

    def _pickled(self, value: Any) -> Form:
        """An object of a library: the kernel may unpickle what comes from here."""
        try:
            data = pickle.dumps(value)
        except Exception:
            return self._lent(value)
        array = np.frombuffer(data, np.uint8)
        return ("pickle", array if len(data) < PIECE else self._large(array))

    def _large(self, value: Any) -> Form:
        self.large += 1
        number, data = self.large, np.frombuffer(value.tobytes(), np.uint8)
        kept = self.table, self.instances
        for start in range(0, len(data), PIECE):
            self.talk.ask("part", number, data[start : start + PIECE])
        self.table, self.instances = kept
        return ("large", number, value.dtype.str, list(value.shape))

    # what the kernel does with what was lent

    def used(self, how: str, number: int, values: list[Any]) -> Any:
        """Do with an object of the test's what the student's code does with it."""
        if how == "input":
            return self.talk.typing(*map(str, values))
        value = self.objects[number]
        match how, values:
            case "call", [list() as args, dict() as kwargs]:
                return value(*args, **kwargs)
            case "attribute", [str() as name]:
                return getattr(value, _public(value, name))
            case "set attribute", [str() as name, new]:
                return setattr(value, _public(value, name), new)
            case "method", [str() as name, list() as args, dict() as kwargs] if name in METHODS:
                return getattr(value, name)(*args, **kwargs)
        raise AttributeError(how)


def _is_lent(value: Any) -> bool:
    """Whether an object stays here, and is used from there."""
    kind = type(value)
    return (
        isinstance(value, (*CALLED, Iterator, io.IOBase))
        or kind.__module__ == "__main__"
        or kind.__module__ in MOCKS
    )


def _public(value: Any, name: str) -> str:
    """An attribute that student code may see: never the way to what the test holds."""
    kind = type(value)
    own = kind.__module__ == "__main__" or kind.__module__ in MOCKS
    mocked = kind.__module__ in MOCKS and name in ("called", "call_count", "return_value")
    if name.startswith("_") or not (own or mocked or name in USED):
        raise AttributeError(f"'{kind.__name__}' object has no attribute '{name}'")
    return name


def _own_methods(value: Any) -> list[str]:
    """The methods for Python's own use that an object's class does not have from ``object``."""
    if isinstance(value, CALLED):
        return []
    kind = type(value)
    found = [
        name
        for name in METHODS
        if getattr(kind, name, None) is not getattr(object, name, None)
        and getattr(kind, name, None) is not None
    ]
    return found or ["__repr__"]


def _name(value: Any) -> str:
    return str(getattr(value, "__name__", type(value).__name__))


def _parameters(value: Any) -> list[tuple[str, int, bool]]:
    try:
        found = inspect.signature(value).parameters.values()
    except (TypeError, ValueError):
        return []
    return [(one.name, int(one.kind), one.default is not one.empty) for one in found]
