"""What a hidden program sees of the implementation under test: ``impl`` and its handles."""

import builtins
import io
import queue
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from typing import Any, Protocol

from . import wire
from .causes import Cause, words
from .messages import is_known, told, told_kind
from .mirror.exchange import Beside, is_mirrored
from .scope import MESSAGE_LIMIT, Scope
from .trace import MOST_BYTES, Trace, told_effects

#: All that one program may get back, in bytes, where its link says nothing else.
PROGRAM_LIMIT = 256 << 20
#: ``list(handle)`` makes room for as many entries as its other side says it has.
LENGTH_LIMIT = 1 << 27


class Nowhere(io.TextIOBase):
    """A stream of which nothing is shown."""

    def write(self, text: str) -> int:
        return len(text)


NOWHERE = Nowhere()


class Link(Protocol):
    """A way to the scope where the implementation lives."""

    def ask(self, message: bytes, deadline: float) -> bytes:
        """Send one request and return the answer; ``LinkError`` where there is none."""
        ...


class LinkError(Exception):
    """No answer came: ``cause`` says why, and the message says it to the student."""

    def __init__(self, cause: Cause, **details: object) -> None:
        super().__init__(words(cause, **details))
        self.cause = cause


class Raised(Exception):
    """The implementation raised; ``names`` are its exception's classes, nearest first.

    Its text is what may be told of it: ``kind`` is the nearest class of Python's or a library's,
    ``message`` has a known form or is empty; ``whole`` is all of it, for authors. What is raised in
    a program is also an instance of the built-in exception that the implementation raised, so that
    ``except ValueError`` works as if it were local.
    """

    def __init__(self, names: list[str], message: str, where: str) -> None:
        self.kind, self.message = told_kind(names), told(message)
        super().__init__(self.message)
        self.names, self.where = names, where
        self.whole = f"{names[0]}: {message}" if message else names[0]

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}" if self.message else self.kind


class Misuse(TypeError):
    """A program treated a handle as a value."""


class Session:
    """One program's conversation with a scope, and a record of every value that came back.

    ``cast`` is what becomes of every value that goes to the scope.
    """

    def __init__(
        self, link: Link, seconds: float, cast: Callable[[Any], Any] = lambda value: value
    ) -> None:
        self.link, self.cast = link, cast
        self.most: int = getattr(link, "most", PROGRAM_LIMIT)
        self.deadline = time.monotonic() + seconds
        self.received = 0
        self.record: list[Any] = []
        self.requests: list[bytes] = []
        self.answers: list[bytes] = []
        self.kept = 0

    def ask(self, verb: str, *arguments: Any) -> Any:
        if time.monotonic() > self.deadline:
            raise LinkError(Cause.PROGRAM_TIME)
        request = wire.encode((verb, *(self.cast(_lower(value)) for value in arguments)))
        answer = self.link.ask(request, self.deadline)
        self.kept += len(request) + len(answer)
        if self.kept <= MOST_BYTES:
            self.requests.append(request)
            self.answers.append(answer)
        self.received += wire.weight(answer)
        if self.received > self.most:
            raise LinkError(Cause.RETURNED_TOO_MUCH, detail=f"more than {self.most >> 20} MiB")
        match wire.decode(answer):
            case (str() as word, value) if word == "value":
                self.record.append(_blank(value))
                return self._lift(value)
            case (str() as word, [str() as first, *rest], str() as message, str() as where) if (
                word == "raised"
            ):
                if not all(isinstance(name, str) for name in rest):
                    raise wire.Malformed("an exception without names")
                first, message, where = map(_legible, (first, message, where))
                error = _exception([first, *rest], message, where)
                self.record.append(str(error))
                raise error
        raise wire.Malformed("neither a value nor an exception")

    def trace(self, generators: bool = True) -> Trace | None:
        """What went over the wire until now and what it left behind; None for too much of it.

        Without ``generators`` it is not asked how the global ones are.
        """
        requests, answers = tuple(self.requests), tuple(self.answers)
        whole = self.kept <= MOST_BYTES
        effects, digests = told_effects(self.ask("effects", generators))
        return Trace(requests, answers, effects, digests) if whole else None

    def _lift(self, value: Any) -> Any:
        if isinstance(value, wire.Reference):
            return Handle(self, value)
        if isinstance(value, list | tuple):
            return type(value)(map(self._lift, value))
        if isinstance(value, dict):
            return {key: self._lift(item) for key, item in value.items()}
        return value


class Handle:
    """An object that lives with the implementation.

    Attributes, items, calls, ``len`` and iteration are looked up there. It has no truth
    value and no equality here: ask for a value instead.
    """

    def __init__(self, session: Session, reference: wire.Reference) -> None:
        object.__setattr__(self, "_session", session)
        object.__setattr__(self, "_reference", reference)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            # NumPy reads memory where ``__array_interface__`` points: not to be asked there
            raise AttributeError(f"{name} is not looked up on the implementation's side")
        return _session(self).ask("attribute", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        _session(self).ask("set attribute", self, name, value)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return _session(self).ask("call", self, args, kwargs)

    def __getitem__(self, key: Any) -> Any:
        return _session(self).ask("item", self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        _session(self).ask("set item", self, key, value)

    def __len__(self) -> int:
        length = _session(self).ask("length", self)
        if type(length) is not int or not 0 <= length <= LENGTH_LIMIT:
            raise wire.Malformed("a length that is no number of entries")
        return length

    def __iter__(self) -> Iterator[Any]:
        session = _session(self)
        try:
            iterator = session.ask("iterator", self)
            while isinstance(step := session.ask("next", iterator), tuple) and len(step) == 1:
                yield step[0]
        except StopIteration as error:  # it must not pass through a generator
            raise Raised(["StopIteration"], str(error), "") from None

    def __bool__(self) -> bool:
        raise Misuse(f"{self!r} has no truth value in a test: ask for a value")

    def __eq__(self, other: object) -> bool:
        raise Misuse(f"{self!r} cannot be compared in a test: ask for a value")

    __hash__ = None  # type: ignore[assignment]

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise Misuse(f"{self!r} is not an array")

    def __repr__(self) -> str:
        return f"a {kind_of(self)} object"


class Impl:
    """The implementation under test, as a namespace and as ``impl("expression", name=value)``."""

    def __init__(self, session: Session) -> None:
        object.__setattr__(self, "_session", session)

    def __getattr__(self, name: str) -> Any:
        return _session(self).ask("name", name)

    def __setattr__(self, name: str, value: Any) -> None:
        raise Misuse(f"{name} cannot be set in a test: it belongs to the implementation")

    def __call__(self, source: str, /, **names: Any) -> Any:
        return _session(self).ask("evaluate", source, names)


class LocalLink:
    """A link to a scope in this process, for the reference and the known mistakes.

    ``quiet`` : what it prints, and its progress bars, are not shown
    """

    def __init__(self, namespace: dict[str, Any], quiet: bool = False) -> None:
        self.quiet = quiet
        self.scope = Scope(namespace, catches=(Exception, SystemExit))
        self.beside = Beside(self._answer)

    def ask(self, message: bytes, deadline: float) -> bytes:
        if is_mirrored(message):
            try:
                return self.beside.ask(message, deadline - time.monotonic())
            except queue.Empty:  # it runs on, and nobody listens to it
                self.beside = Beside(self._answer)
                raise LinkError(Cause.PROGRAM_TIME) from None
        if not self.quiet:
            return self.scope.answer(message)
        with redirect_stdout(NOWHERE), redirect_stderr(NOWHERE):
            return self.scope.answer(message)

    def _answer(self, message: bytes, exchange: Callable[[bytes], Any]) -> bytes:
        self.scope.exchange = exchange
        with redirect_stdout(NOWHERE), redirect_stderr(NOWHERE):
            return self.scope.answer(message)


def kind_of(handle: Handle) -> str:
    """The name of the type of the object behind a handle, where a library has it."""
    reference: wire.Reference = object.__getattribute__(handle, "_reference")
    return reference.kind if is_known(reference.kind) else "Python"


def _session(holder: Any) -> Session:
    session: Session = object.__getattribute__(holder, "_session")
    return session


def _legible(text: str) -> str:
    """A text of the other side, bounded, as one that can be written to a file."""
    return text[:MESSAGE_LIMIT].encode("utf-8", "replace").decode()


def _lower(value: Any) -> Any:
    if isinstance(value, Handle):
        return object.__getattribute__(value, "_reference")
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return tuple(map(_lower, value))
    if isinstance(value, list | tuple):
        return type(value)(map(_lower, value))
    if isinstance(value, dict):
        return {key: _lower(item) for key, item in value.items()}
    return value


def _blank(value: Any) -> Any:
    """A value as it goes on record: a reference only by its kind, its number differs."""
    if isinstance(value, wire.Reference):
        return f"a {value.kind} object"
    if isinstance(value, list | tuple):
        return type(value)(map(_blank, value))
    if isinstance(value, dict):
        return {key: _blank(item) for key, item in value.items()}
    return value


def _exception(names: list[str], message: str, where: str) -> Raised:
    """A ``Raised`` that is also the nearest built-in exception among ``names``."""
    for name in names:
        base = getattr(builtins, name, None)
        if isinstance(base, type) and issubclass(base, Exception) and base is not Exception:
            try:
                kind: type[Raised] = type("Raised", (Raised, base), {})
                return kind(names, message, where)
            except TypeError:  # a class with a layout or arguments of its own
                continue
    return Raised(names, message, where)
