"""The side where the implementation lives: it answers the judge's requests on a namespace.

The same code runs in the student's kernel, behind a socket, and in the judge's own
process for the reference and the known mistakes, so that a hidden program meets the same
rules everywhere: plain values and arrays by value, everything else as a reference.
"""

import ast
import inspect
import linecache
import traceback
from collections.abc import Callable, MutableMapping
from hashlib import blake2b
from types import CodeType, FunctionType, MethodType
from typing import Any

import numpy as np

from . import wire
from .conversation import Conversation, Wishes
from .effects import left_behind, look
from .generators import digests, seed_generators, set_states, states
from .mirror.kernel import Exchange, Mirror

#: How much of an exception's message and of the names of its classes is told.
MESSAGE_LIMIT, NAME_LIMIT, LINE_LIMIT = 300, 60, 200


class Scope:
    """Answers requests, one at a time, on the names in ``namespace``.

    A request is a tuple ``(verb, *arguments)``; an answer is ``("value", value)`` or
    ``("raised", names of the exception's classes, message, where)``. ``verbs`` are further ones,
    each called with this scope and the arguments. ``catches`` is what may be an answer.
    """

    def __init__(
        self,
        namespace: MutableMapping[str, Any],
        catches: type[BaseException] | tuple[type[BaseException], ...] = BaseException,
        **verbs: Callable[..., Any],
    ) -> None:
        self.namespace, self.catches = namespace, catches
        self.verbs = {**VERBS, **verbs}
        self.now = Conversation()
        self.mirror = Mirror()
        self.exchange: Exchange | None = None
        self.answers: list[bytes] = []

    def answer(self, message: bytes) -> bytes:
        """Answer one request; whatever the implementation raises is an answer too."""
        try:
            verb, *arguments = wire.decode(message)
            if verb == "mirror":  # of plain asserts, in forms of their own
                return self.mirror.answer(self.namespace, self.exchange, arguments)
            with self.now.place():
                value = self._do(verb, arguments)
                return wire.encode(("value", value), self.now.keep)
        except wire.WireError as error:
            return wire.encode(("raised", ["WireError"], f"the result is {error}", ""))
        except self.catches as error:  # in a kernel SystemExit and KeyboardInterrupt as well
            return wire.encode(("raised", *describe(error)))

    def _do(self, verb: str, arguments: list[Any]) -> Any:
        """Do what a request asks for, and note what that leaves behind."""
        resolved = [self.now.resolve(argument) for argument in arguments]
        if verb == "call":
            before = look(*_of_a_call(arguments, resolved))
        elif verb == "evaluate":
            before = look(*_parted(arguments[1], resolved[1]))
        else:
            return self.verbs[verb](self, *resolved)
        try:
            return self.now.settle(self.verbs[verb](self, *resolved))
        finally:
            for effect in left_behind(before):
                self.now.effects[effect] = None

    def begin(self, seed: int, wishes: dict[str, bool]) -> None:
        """Begin a program: nothing of the last one is left, every global generator is seeded."""
        self.now.restart(Wishes(**wishes))
        seed_generators(seed)

    def gradients(self) -> list[dict[str, Any]]:
        """The gradients of each call of this program, by argument."""
        return self.now.gradients

    def effects(self, generators: bool = True) -> dict[str, Any]:
        """What this program left behind, and how the global generators stand."""
        found = [[str(effect), name] for effect, name in self.now.effects]
        return {"effects": found, "generators": digests() if generators else []}

    def replay(self, steps: list[tuple[int, Any]]) -> list[str]:
        """Answer requests again, in conversations of their own; a digest of each answer.

        Parameters
        ----------
        steps : the number of a conversation and a request as an array of bytes, in order
        """
        outer, talks = self.now, dict[int, Conversation]()
        self.answers = []
        try:
            for number, message in steps:
                self.now = talks.setdefault(number, Conversation())
                if self.now.states is not None:
                    set_states(self.now.states)
                self.answers.append(self.answer(message.tobytes()))
                self.now.states = states()
        finally:
            self.now = outer
        return [blake2b(answer, digest_size=8).hexdigest() for answer in self.answers]

    def replayed(self, index: int) -> Any:
        """An answer of the last replay, as an array of bytes."""
        return np.frombuffer(self.answers[index], np.uint8)

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


def _of_a_call(sent: list[Any], resolved: list[Any]) -> tuple[dict[str, Any], list[Any]]:
    """The data that a call was given, by its parameters' names, and the objects in it."""
    target, positional, named = resolved
    names = _parameters(target)
    names += [f"argument {number}" for number in range(len(names) + 1, len(positional) + 1)]
    given, living = _parted(
        dict(zip(names, sent[1], strict=False)) | sent[2],
        dict(zip(names, positional, strict=False)) | named,
    )
    return given, [target, getattr(target, "__self__", None), *living]


def _parted(sent: dict[str, Any], resolved: dict[str, Any]) -> tuple[dict[str, Any], list[Any]]:
    """What came as data, by name, and what lives here."""
    data = {n: v for n, v in resolved.items() if not isinstance(sent[n], wire.Reference)}
    return data, [v for n, v in resolved.items() if n not in data]


def _parameters(target: Any) -> list[str]:
    """The names of a function's parameters, as far as it tells them."""
    if not isinstance(target, type):
        target = getattr(target, "forward", target)
    if type(target) in (FunctionType, MethodType):
        code = target.__code__
        return list(code.co_varnames[type(target) is MethodType : code.co_argcount])
    try:
        kinds = inspect.signature(target).parameters.values()
    except (TypeError, ValueError):
        return []
    return [
        one.name for one in kinds if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)
    ]


def describe(error: BaseException) -> tuple[list[str], str, str]:
    """An exception as data: its classes' names, its message, the student's own line."""
    kinds = [kind for kind in type(error).__mro__ if kind is not object]
    names = [kind.__name__[:NAME_LIMIT] for kind in kinds]
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
        if _is_of_a_cell(code):
            line = linecache.getline(code.co_filename, number).strip()
            return f"{code.co_name}: {line}"[:LINE_LIMIT] if line else code.co_name[:LINE_LIMIT]
    return ""


def _is_of_a_cell(code: CodeType) -> bool:
    return "ipykernel_" in code.co_filename or code.co_filename.startswith("<cell ")


def _set_item(scope: Scope, target: Any, key: Any, value: Any) -> None:
    target[key] = value


def _next(scope: Scope, iterator: Any) -> tuple[Any, ...]:
    for value in iterator:
        return (value,)
    return ()


VERBS: dict[str, Any] = {
    "begin": Scope.begin,
    "effects": Scope.effects,
    "gradients": Scope.gradients,
    "replay": Scope.replay,
    "replayed": Scope.replayed,
    "name": Scope.name,
    "evaluate": Scope.evaluate,
    "attribute": lambda scope, target, name: getattr(target, name),
    "set attribute": lambda scope, target, name, value: setattr(target, name, value),
    "call": lambda scope, target, args, kwargs: scope.now.call(target, args, kwargs),
    "item": lambda scope, target, key: target[key],
    "set item": _set_item,
    "length": lambda scope, target: len(target),
    "iterator": lambda scope, target: iter(target),
    "next": _next,
}
