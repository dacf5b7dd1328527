"""What Python's own functions mean in a cell that runs in the judge, for as long as it runs."""

import ast
import builtins
import doctest
import inspect
import os
import random
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from . import library
from .space import Space
from .thing import Thing, talk_of

#: What a text is told that a test would run and that the test does not hold itself.
FOREIGN = "a text that may be the student's is not run here: this cell belongs to the kernel"


def ask(word: str, value: Any) -> Any:
    """Ask the kernel about one of its objects."""
    talk = talk_of(value)
    talk.decide(word)
    return talk.ask(word, value)


def _type(value: Any) -> Any:
    return ask("type", value) if type(value) is Thing else type(value)


class _Shell:
    """What IPython gives a cell: magics that mean nothing here."""

    def run_line_magic(self, name: str, *rest: Any, **more: Any) -> None:
        return None

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **kwargs: None


def builtin_names(make: Callable[[], Space]) -> dict[str, Any]:
    """The builtins of a cell: Python's, but for those that tell a handle from what it is."""
    theirs = _theirs()

    def imported(
        name: str, names: Any = None, local: Any = None, wanted: Any = (), level: int = 0
    ) -> Any:
        return _imported(make(), name, names, local, wanted, level)

    def evaluated(text: Any, *names: Any) -> Any:
        space = make()
        if _is_own(space, text):
            return eval(text, *(names or (space,)))
        if names or not isinstance(text, str):
            raise TypeError(FOREIGN)
        space.talk.decide("eval")
        return space.talk.ask("evaluate", text)

    def executed(text: Any, *names: Any) -> Any:
        space = make()
        if _is_own(space, text):
            return exec(text, *(names or (space,)))
        if names or not isinstance(text, str):
            raise TypeError(FOREIGN)
        space.talk.decide("exec")
        return space.talk.ask("execute", text)

    def compiled(text: Any, *more: Any, **named: Any) -> Any:
        if not _is_own(make(), text) and not isinstance(text, ast.AST):
            raise TypeError(FOREIGN)
        return compile(text, *more, **named)

    return (
        vars(builtins)
        | theirs
        | {
            "__import__": imported,
            "__type__": _type,
            "eval": evaluated,
            "exec": executed,
            "compile": compiled,
            "dir": lambda *args: dir(*args) if args else make().names(),
            "globals": make,
            "locals": make,
            "get_ipython": _Shell,
            "display": lambda *args, **kwargs: None,
            "exit": sys.exit,
            "quit": sys.exit,
        }
    )


def _is_own(space: Space, text: Any) -> bool:
    """Whether a text stands in the cell that runs it; a given cell runs before any student's."""
    return not space.open or (isinstance(text, str) and text in space.talk.texts)


def _theirs() -> dict[str, Any]:
    def shown(value: Any) -> Any:
        return ask("vars", value) if type(value) is Thing else vars(value)

    def can_be_called(value: Any) -> bool:
        return ask("callable", value) is True if type(value) is Thing else callable(value)

    def has(value: Any, name: str) -> bool:
        if type(value) is not Thing:
            return hasattr(value, name)
        talk = talk_of(value)
        talk.decide(f"attribute {name}")
        try:
            talk.ask("attribute", value, name)
        except AttributeError:
            return False
        return True

    def identity(value: Any) -> Any:
        return ask("id", value) if type(value) is Thing else id(value)

    return {"vars": shown, "callable": can_be_called, "hasattr": has, "id": identity}


def _imported(space: Space, name: str, names: Any, local: Any, wanted: Any, level: int) -> Any:
    """A module: the judge's own; what draws, and what is only there, is the kernel's."""
    drawing = name in library.DRAWING or (name == "matplotlib" and "pyplot" in (wanted or ()))
    if drawing and not space.open:
        raise ImportError("figures are the kernel's")
    if drawing and "*" not in (wanted or ()):
        if name in library.DRAWING and wanted:
            return space.talk.ask("import", name)
        found = builtins.__import__(name, names, local, (), level)
        pyplot = space.talk.ask("import", "matplotlib.pyplot")
        return types.SimpleNamespace(**{**vars(found), "pyplot": pyplot})
    _make_room(name.partition(".")[0])
    try:
        return builtins.__import__(name, names, local, wanted, level)
    except ImportError:
        if not space.open or level:
            raise
        space.talk.decide(f"import {name}")
        found = space.talk.ask("import", name)
        return found if wanted else space.talk.ask("import", name.partition(".")[0])


def _make_room(name: str) -> None:
    """Forget a module that the engine has by the name of one that stands beside the notebook.

    Python's own and installed ones are not forgotten.
    """
    known = sys.modules.get(name)
    here = Path(name)
    if known is None or name in sys.stdlib_module_names or name == "autograder":
        return
    if not here.with_suffix(".py").is_file() and not any(here.glob("*.py")):
        return
    places = [str(getattr(known, "__file__", None) or ""), *getattr(known, "__path__", ())]
    if any("site-packages" in place or place.startswith(os.getcwd()) for place in places):
        return
    for one in [one for one in sys.modules if one.partition(".")[0] == name]:
        del sys.modules[one]


class Main(types.ModuleType):
    """The module ``__main__`` whose names are a notebook's."""

    def __init__(self, space: Space) -> None:
        super().__init__("__main__")
        types.ModuleType.__setattr__(self, "_space", space)

    def __getattribute__(self, name: str) -> Any:
        if name == "__dict__":
            return types.ModuleType.__getattribute__(self, "_space")
        if name in ("__class__", "__name__", "__spec__", "__loader__", "__package__"):
            return types.ModuleType.__getattribute__(self, name)
        try:
            return types.ModuleType.__getattribute__(self, "_space")[name]
        except KeyError:
            raise AttributeError(f"module '__main__' has no attribute '{name}'") from None

    def __setattr__(self, name: str, value: Any) -> None:
        types.ModuleType.__getattribute__(self, "_space")[name] = value

    def __dir__(self) -> Any:
        return list(dict.keys(types.ModuleType.__getattribute__(self, "_space")))


@contextmanager
def patched(space: Space) -> Iterator[None]:
    """Libraries that look into a function, and generators that a test seeds, ask the kernel too."""
    saved = [(owner, name, getattr(owner, name)) for owner, name in _patched()]
    streams = builtins.input, builtins.print, sys.stdin, sys.stdout, sys.stderr
    main, paths = sys.modules["__main__"], list(sys.path)
    sys.modules["__main__"] = Main(space)
    sys.path.insert(0, os.getcwd())  # what stands beside the notebook can be imported
    for owner, name, own in saved:
        setattr(owner, name, _PATCHES[name](space, owner, own))
    try:
        yield
    finally:
        for owner, name, own in saved:
            setattr(owner, name, own)
        sys.modules["__main__"] = main
        sys.path[:] = paths
        builtins.input, builtins.print, sys.stdin, sys.stdout, sys.stderr = streams


def _patched() -> Iterator[tuple[Any, str]]:
    for name in ("getsource", "getsourcelines", "getdoc", "signature"):
        yield inspect, name
    yield doctest.DocTestFinder, "_get_test"
    yield random, "seed"
    yield np.random, "seed"
    if "torch" in sys.modules:
        yield sys.modules["torch"], "manual_seed"


def _asks(word: str) -> Callable[[Space, Any, Any], Any]:
    def make(space: Space, owner: Any, own: Any) -> Any:
        def found(value: Any, *more: Any, **named: Any) -> Any:
            return ask(word, value) if type(value) is Thing else own(value, *more, **named)

        return found

    return make


def _signature(space: Space, owner: Any, own: Any) -> Any:
    def found(value: Any, *more: Any, **named: Any) -> Any:
        if type(value) is not Thing:
            return own(value, *more, **named)
        parameters = [
            inspect.Parameter(
                str(name),
                inspect._ParameterKind(kind),
                default=default if has else inspect.Parameter.empty,
            )
            for name, kind, has, default in ask("signature", value)
        ]
        return inspect.Signature(parameters)

    return found


def _seeds(space: Space, owner: Any, own: Any) -> Any:
    asking: list[Any] = []  # while the kernel seeds, which may be in this process

    def seed(value: Any = None, *more: Any, **named: Any) -> Any:
        found = own(value, *more, **named)
        if space.open and not asking and type(value) in (int, float, str, type(None)):
            which = {random: "random", np.random: "numpy"}.get(owner, "torch")
            asking.append(value)
            try:
                space.talk.ask("seed", which, value)
            finally:
                asking.clear()
        return found

    return seed


def _examples(space: Space, owner: Any, own: Any) -> Any:
    def found(self: Any, value: Any, *more: Any) -> Any:
        if type(value) is Thing:  # its text is the student's
            raise TypeError(FOREIGN)
        return own(self, value, *more)

    return found


_PATCHES: dict[str, Callable[[Space, Any, Any], Any]] = {
    "getsource": _asks("getsource"),
    "getsourcelines": _asks("getsourcelines"),
    "getdoc": _asks("getdoc"),
    "_get_test": _examples,
    "signature": _signature,
    "seed": _seeds,
    "manual_seed": _seeds,
}
