"""What the kernel says of the classes of its objects, and the classes that stand for them here."""

import types
from collections.abc import Callable
from typing import Any

from . import library
from .asking import Asking
from .thing import kind_of, number_of, what_of


class Kinds:
    """The classes of one kernel.

    Parameters
    ----------
    local : the judge's own class of a name, where a cell of the course's has made one
    """

    def __init__(self, talk: Asking, local: Callable[[str], Any]) -> None:
        self.talk, self.local = talk, local
        self.known: dict[int, tuple[list[str], frozenset[str]]] = {}
        self.standins: dict[int, type] = {}
        self.errors: dict[str, type[BaseException]] = {}
        self.numbers: dict[int, int] = {}

    def rows(self, thing: Any) -> list[str]:
        """The names of the classes that a thing is of, nearest first."""
        return self._about(kind_of(thing))[0]

    def methods(self, thing: Any) -> frozenset[str]:
        """The methods for Python's own use that a thing's class has."""
        return self._about(kind_of(thing))[1]

    def shown(self, thing: Any) -> Any:
        """What stands here for a thing's class, for ``isinstance`` and ``__class__``."""
        what = what_of(thing)
        if what == "class":
            return type
        if what == "module":
            return types.ModuleType
        if what == "function":
            return types.FunctionType
        number = kind_of(thing)
        for path in self._about(number)[0]:
            found = self.local(path.removeprefix("__main__.")) if "__main__." in path else None
            found = found or library.known_class(path)
            if found is not None:
                self.talk.decide("class")
                return found
        return self._standin(number)

    def same(self, thing: Any, other: Any) -> bool:
        """Whether another object here stands for the same class, function or module."""
        if type(other) is type(thing):
            return number_of(other) == number_of(thing)
        return isinstance(other, type) and self.number(other) == number_of(thing)

    def number(self, kind: Any) -> int | None:
        """The number in the kernel of a class that stands here for one of its own."""
        return self.numbers.get(id(kind))

    def error(self, rows: list[str], number: int | None = None) -> type[BaseException]:
        """The class here that stands for an exception's class."""
        own: list[str] = []
        base: type[BaseException] = Exception
        for path in rows[:30]:
            found = self.errors.get(path) or library.known_error(path)
            if found is not None:
                base = found
                break
            own.append(path)
        for path in reversed(own):
            name = path.rpartition(".")[2] or "Exception"
            base = self.errors[path] = _error_class(name, base)
        if number is not None and own:
            self.numbers[id(base)] = number
        return base

    def _standin(self, number: int) -> type:
        if number not in self.standins:
            rows, methods = self._about(number)
            module, _, name = (rows or ["__main__.object"])[0].rpartition(".")
            body: dict[str, Any] = {one: _nothing for one in methods if one != "__eq__"}
            found = type(name or "object", (), body | {"__module__": module})
            self.standins[number] = found
            self.numbers[id(found)] = number
        return self.standins[number]

    def _about(self, number: int) -> tuple[list[str], frozenset[str]]:
        if number == 0:  # of a class, a module or a function of a library
            return [], frozenset()
        if number not in self.known:
            rows, methods = self.talk.ask("about", number)
            self.known[number] = [str(row) for row in rows], frozenset(map(str, methods))
        return self.known[number]


def _nothing(self: Any, *args: Any) -> Any:
    raise TypeError("an object of the student's kernel is not used in this way")


def _error_class(name: str, base: type[BaseException]) -> type[BaseException]:
    """A class of exceptions that say what they are told to say."""

    def text(self: BaseException) -> str:
        said = self.__dict__.get("_said")
        return said if isinstance(said, str) else base.__str__(self)

    found: Any = type(
        name[:200], (base,), {"__str__": text, "__module__": "__main__", "_stands_in": True}
    )
    return found  # type: ignore[no-any-return]


def raised(kind: type[BaseException], message: str, args: Any, more: Any) -> BaseException:
    """An exception as the kernel tells it."""
    given = args if isinstance(args, tuple) else (message,)
    try:
        error = kind(*given)
        if str(error) != message:
            raise ValueError
    except Exception:
        stand = kind if getattr(kind, "_stands_in", False) else _error_class(kind.__name__, kind)
        try:
            error = stand.__new__(stand, *given)
            error.args = given
        except Exception:
            error = Exception(message)
        error.__dict__["_said"] = message
    for name, value in more.items() if isinstance(more, dict) else ():
        if isinstance(name, str) and not name.startswith("_"):
            error.__dict__[name] = value
    return error
