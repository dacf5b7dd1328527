"""The names of a notebook as the judge has them: its own here, the student's in the kernel."""

import builtins
import types
from collections.abc import Callable
from typing import Any

from ...remote.mirror.homes import home_of
from . import library
from .talk import Talk
from .thing import Thing, what_of

#: What the shell and Python put into every namespace.
NOBODYS = frozenset({"__annotations__", "__builtins__", "__name__", "__file__", "__debug__"})
#: Values that nothing changes in place.
FIXED = (int, float, complex, str, bytes, bool, type(None), range, frozenset)


class Space(dict[str, Any]):
    """The globals of given cells and tests.

    Attributes
    ----------
    owned : names that the student's cells bind
    reads, stores : global names that the student's functions read, and bind
    """

    def __init__(self, builtin: dict[str, Any]) -> None:
        super().__init__(__name__="__main__", __builtins__=builtin, __doc__=None)
        self.talk = Talk(self.local)
        self.open = False
        self.owned: set[str] = set()
        self.reads: set[str] = set()
        self.stores: set[str] = set()
        self.bound: Callable[[str, Any], object] = lambda name, value: None

    def local(self, name: str) -> Any:
        """The class that a cell of the course's has made by this name; None if there is none."""
        found = dict.get(self, name)
        return found if type(found) is not Thing and isinstance(found, type) else None

    def __missing__(self, name: str) -> Any:
        if not self.open or name in NOBODYS:
            raise KeyError(name)
        if hasattr(builtins, name) and not (
            name in self.owned and self.talk.allows(f"builtin {name}")
        ):
            raise KeyError(name)
        if name not in self.talk.known:
            self.talk.known[name] = self._theirs(name)
        return self.talk.known[name]

    def _theirs(self, name: str) -> Any:
        """A name of the student's, as it is now."""
        own = None
        if self.talk.allowed is not None:
            own = library.imported(self.talk.allowed, name)
        found = self.talk.ask("name", name)
        if not isinstance(found, tuple) or len(found) != 1:
            raise KeyError(name)
        value = found[0] if own is None else own
        if type(value) is not Thing and (home := home_of(value)) and not isinstance(value, type):
            self.talk.decided.add(f"function {name} {home[0]}:{home[1]}")
        return value

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        self.talk.known.pop(name, None)
        if not self.open or name in NOBODYS:
            self.bound(name, value)
            return
        if name not in self.reads and name not in self.stores:
            return
        if type(value) is not Thing and isinstance(value, types.ModuleType):
            return
        if not self.talk.allows(f"sets {name}"):
            return  # the reference does not read it: the test's own value stays here
        own = callable(value) and type(value) is not Thing
        self.talk.ask("bind", name, value, own)
        if type(value) is Thing or (own and name not in self.stores):
            return
        if name in self.stores or not isinstance(value, FIXED):
            super().__delitem__(name)  # what the student's code makes of it is to be seen here
            self.owned.add(name)

    def __delitem__(self, name: str) -> None:
        here = dict.__contains__(self, name)
        if here:
            super().__delitem__(name)
        self.talk.known.pop(name, None)
        if not self.open:
            if not here:
                raise KeyError(name)
            return
        if self.talk.ask("name", name) != ():
            self.talk.ask("unbind", name)
            self.reads.add(name)  # it may be put back
        elif not here:
            raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        try:
            self[name]  # type: ignore[index]
        except KeyError:
            return False
        return True

    def get(self, name: str, default: Any = None) -> Any:
        """A name's value; see ``dict.get``."""
        try:
            return self[name]
        except KeyError:
            return default

    def copy(self) -> "Space":
        """The space itself: a copy would know no name of the student's."""
        return self

    def clear(self) -> None:
        """Nothing: who is done with a copy leaves the space as it is."""

    def names(self) -> list[str]:
        """Every name there is."""
        theirs = self.talk.ask("names") if self.open else []
        return sorted({*dict.keys(self), *map(str, theirs)} - NOBODYS)

    def hold(self, name: str) -> bool:
        """Whether a name is bound here."""
        return dict.__contains__(self, name)

    def drop(self, name: str) -> None:
        """Forget a name that is bound here: from now on it is the student's."""
        dict.pop(self, name, None)
        self.talk.known.pop(name, None)
        self.owned.add(name)

    def is_module(self, value: Any) -> bool:
        """Whether a value is a module of the student's side."""
        return type(value) is Thing and what_of(value) == "module"
