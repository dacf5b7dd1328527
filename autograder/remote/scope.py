"""The side where the implementation lives: it answers the judge's requests on a namespace.

The same code runs in the student's kernel, behind a socket, and in the judge's own
process for the reference and the known mistakes, so that a hidden program meets the same
rules everywhere: plain values and arrays by value, everything else as a reference.
"""

import ast
import linecache
import random
import sys
import traceback
from collections.abc import Callable, MutableMapping
from typing import Any

import numpy as np

from . import wire

MESSAGE_LIMIT = 2000


class Scope:
    """Answers requests, one at a time, on the names in ``namespace``.

    A request is a tuple ``(verb, *arguments)``; an answer is ``("value", value)`` or
    ``("raised", names of the exception's classes, message, where)``. ``verbs`` are further ones,
    each called with this scope and the arguments.
    """

    def __init__(self, namespace: MutableMapping[str, Any], **verbs: Callable[..., Any]) -> None:
        self.namespace = namespace
        self.verbs = {**VERBS, **verbs}
        self.objects: dict[int, Any] = {}
        self.count = 0

    def answer(self, message: bytes) -> bytes:
        """Answer one request; whatever the implementation raises is an answer too."""
        try:
            verb, *arguments = wire.decode(message)
            value = self.verbs[verb](self, *map(self._resolve, arguments))
            return wire.encode(("value", value), self._keep)
        except wire.WireError as error:
            return wire.encode(("raised", ["WireError"], f"the result is {error}", ""))
        except BaseException as error:  # SystemExit and KeyboardInterrupt are answers as well
            return wire.encode(("raised", *describe(error)))

    def _keep(self, value: Any) -> wire.Reference:
        self.count += 1
        self.objects[self.count] = value
        return wire.Reference(self.count, type(value).__name__[:80])

    def _resolve(self, value: Any) -> Any:
        if isinstance(value, wire.Reference):
            return self.objects[value.number]
        if isinstance(value, list | tuple):
            return type(value)(map(self._resolve, value))
        if isinstance(value, dict):
            return {key: self._resolve(item) for key, item in value.items()}
        return value

    def begin(self, seed: int) -> None:
        """Forget the last program's objects and seed every global generator."""
        self.objects.clear()
        random.seed(seed)
        np.random.seed(seed)
        torch = sys.modules.get("torch")
        if torch is not None and hasattr(torch, "default_generator"):
            # torch.manual_seed would write down the whole stack for every kind of device
            torch.default_generator.manual_seed(seed)
            if torch.cuda.is_initialized():
                torch.cuda.manual_seed_all(seed)

    def name(self, name: str) -> Any:
        if name not in self.namespace:
            raise NameError(f"name '{name}' is not defined")
        return self.namespace[name]

    def evaluate(self, source: str, names: dict[str, Any]) -> Any:
        """Run ``source`` with ``names`` in reach; the value of its last expression."""
        tree = ast.parse(source)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        here = {"np": np, "numpy": np, **self.namespace, **names}
        exec(compile(tree, "<hidden test>", "exec"), here)
        if not isinstance(last, ast.Expr):
            return None
        return eval(compile(ast.Expression(last.value), "<hidden test>", "eval"), here)


def describe(error: BaseException) -> tuple[list[str], str, str]:
    """An exception as data: its classes' names, its message, the student's own line."""
    names = [kind.__name__ for kind in type(error).__mro__ if kind is not object]
    try:
        message = str(error)[:MESSAGE_LIMIT]
    except Exception:
        message = "(the exception has no readable message)"
    if isinstance(error, KeyError) and len(error.args) == 1:
        message = f"key {message} not found" if type(error) is KeyError else message
    return names, message, _own_line(error)


def _own_line(error: BaseException) -> str:
    """The innermost line of a notebook cell that the error passed through."""
    for frame, number in reversed(list(traceback.walk_tb(error.__traceback__))):
        code = frame.f_code
        if "ipykernel_" in code.co_filename or code.co_filename.startswith("<cell "):
            line = linecache.getline(code.co_filename, number).strip()
            return f"{code.co_name}: {line}"[:300] if line else code.co_name[:300]
    return ""


def _set_item(scope: Scope, target: Any, key: Any, value: Any) -> None:
    target[key] = value


def _next(scope: Scope, iterator: Any) -> tuple[Any, ...]:
    for value in iterator:
        return (value,)
    return ()


VERBS: dict[str, Any] = {
    "begin": Scope.begin,
    "name": Scope.name,
    "evaluate": Scope.evaluate,
    "attribute": lambda scope, target, name: getattr(target, name),
    "set attribute": lambda scope, target, name, value: setattr(target, name, value),
    "call": lambda scope, target, args, kwargs: target(*args, **kwargs),
    "item": lambda scope, target, key: target[key],
    "set item": _set_item,
    "length": lambda scope, target: len(target),
    "iterator": lambda scope, target: iter(target),
    "next": _next,
}
