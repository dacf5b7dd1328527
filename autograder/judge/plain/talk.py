"""The conversation of a test cell with the student's kernel."""

import builtins
import sys
import time
from collections.abc import Callable
from typing import Any

from ...remote import wire
from ...remote.causes import Cause
from ...remote.mirror.forms import Reader
from ...remote.proxy import PROGRAM_LIMIT, Link, LinkError
from .faults import Lost, Refused
from .kinds import Kinds, raised
from .lend import Lender
from .receive import Receiver
from .restore import restore

#: How much of an exception's message is read.
MESSAGE = 20_000
INPUT = builtins.input


class Talk:
    """Asks one kernel, and answers what it asks in between.

    Attributes
    ----------
    known : values of the student's names that are as they were when they were asked for
    depth : in how many answers to the kernel's questions it asks itself
    step : the number of the statement that runs
    allowed : what the kernel may decide; None while that is learned
    decided : what it did decide, as ``STEP WORD``, and ``KIND NAME …`` of names
    texts : that stand in the test cell itself
    refused : the last refusal: whoever caught it, the statement has failed
    """

    def __init__(self, local: Callable[[str], Any]) -> None:
        self.kinds, self.lender = Kinds(self, local), Lender(self)
        self.receiver = Receiver(self)
        self.reader = self.receiver.reader
        self.link: Link | None = None
        self.deadline, self.most, self.received = 0.0, PROGRAM_LIMIT, 0
        self.asked = self.depth = self.step = 0
        self.known: dict[str, Any] = {}
        self.allowed: frozenset[str] | None = None
        self.decided: set[str] = set()
        self.refused: Refused | None = None
        self.lost: Lost | None = None
        self.token = ""
        self.texts: frozenset[str] = frozenset()
        self.typing: Callable[..., str] = INPUT
        self.theirs: list[BaseException] = []
        self.escaped: list[BaseException] = []

    def begin(self, link: Link, seconds: float, allowed: frozenset[str] | None) -> None:
        """Begin a test cell."""
        self.link, self.allowed = link, allowed
        self.deadline = time.monotonic() + seconds
        self.most = int(getattr(link, "most", PROGRAM_LIMIT))
        self.received = self.asked = 0
        self.decided, self.refused, self.lost = set(), None, None
        for kept in (self.known, self.theirs, self.escaped):
            kept.clear()
        token = str(self.ask("begin"))
        if token != self.token:  # another kernel: it knows nothing of the last one's objects
            self.token = token
            self.receiver.things.clear()
            self.kinds = Kinds(self, self.kinds.local)

    def end(self) -> None:
        """End it: what the test has lent is not to be used any more."""
        if self.lost is None and self.link is not None:
            self.deadline = time.monotonic() + 2.0
            try:
                self.ask("end")
            except (Lost, Exception):
                self.lost = None
        self.lender.forget()
        self.link = None

    def decide(self, word: str) -> None:
        """The kernel is about to decide something: ``Refused`` where the reference decides here."""
        if self.allows(f"{self.step} {word}"):
            return
        self.refused = Refused(word)
        raise self.refused

    def allows(self, fact: str) -> bool:
        """Note a fact on the student's side, and say whether the reference has it as well."""
        self.decided.add(fact)
        return self.allowed is None or fact in self.allowed

    def call(self, thing: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a function of the student's; what it changes in its arguments is changed here."""
        self.typing = builtins.input
        typed = builtins.input is not INPUT or sys.stdin is not sys.__stdin__
        return self._asked("call", (thing, list(args), kwargs), typed)

    def ask(self, verb: str, *values: Any) -> Any:
        """Ask for something; what the student's code raises is raised here."""
        return self._asked(verb, values, False)

    def _asked(self, verb: str, values: tuple[Any, ...], typed: bool) -> Any:
        if self.lost is not None:
            raise self.lost
        forms, table = self.lender.written(values)
        instances = list(self.lender.instances)
        try:
            message = wire.encode(("mirror", verb, forms, table, typed, self.depth))
        except wire.WireError as error:
            raise ValueError(f"what is handed over is {error}") from None
        self.asked += 1
        while True:
            match self._exchange(message):
                case ("value", form, str() as printed, changes, list() as stale):
                    self._heard(printed, stale)
                    if verb == "call" and changes is not None:
                        self._restore(values, instances, changes)
                    return self._value(form, verb, values)
                case (
                    "raised",
                    list() as rows,
                    str() as text,
                    args,
                    more,
                    str() as printed,
                    list() as stale,
                ):
                    self._heard(printed, stale)
                    found = self._error(rows, text[:MESSAGE], args, more)
                    if isinstance(found, StopIteration):  # it would end a loop of the test's
                        self.decide("stop")
                    raise found
                case (
                    "callback",
                    str() as how,
                    int() as number,
                    list() as asked,
                    str() as printed,
                    list() as stale,
                ):
                    self._heard(printed, stale)
                    message = self._used(how, number, asked)
                case _:
                    raise self.lose(Cause.FORGED_ANSWER, "no unchanged kernel answers like this")

    def _heard(self, printed: str, stale: list[Any]) -> None:
        """What the student's code has printed is printed here; names that may be others are."""
        sys.stdout.write(printed)
        for name in stale:
            self.known.pop(str(name), None)

    def _exchange(self, message: bytes) -> Any:
        if self.link is None or time.monotonic() > self.deadline:
            raise self.lose(Cause.PROGRAM_TIME, "stopped: it took longer than the time limit")
        try:
            answer = self.link.ask(message, self.deadline)
            self.received += wire.weight(answer)
            if self.received > self.most:
                text = f"too much came back in one test: more than {self.most >> 20} MiB"
                raise self.lose(Cause.RETURNED_TOO_MUCH, text)
            found = wire.decode(answer)
        except LinkError as error:
            raise self.lose(error.cause, str(error)) from None
        except wire.WireError as error:
            raise self.lose(
                Cause.FORGED_ANSWER, f"no unchanged kernel answers like this ({error})"
            ) from None
        match found:
            case (str() as word, tuple() as inner) if word == "value":
                return inner
        return None

    def lose(self, cause: Cause, message: str) -> Lost:
        """Note that no answer came, and why; nothing more is asked in this cell."""
        self.lost = Lost(cause, message)
        return self.lost

    def _value(self, form: Any, verb: str, values: tuple[Any, ...]) -> Any:
        if verb == "bytes":
            return form
        try:
            match form:
                case (str() as tag, int() as place) if tag == "argument" and verb == "call":
                    return values[1][place]
            return self.reader.read(form)
        except (wire.WireError, RecursionError, IndexError) as error:
            raise self.lose(
                Cause.FORGED_ANSWER, f"no unchanged kernel answers like this ({error})"
            ) from None

    def _restore(self, values: tuple[Any, ...], instances: list[Any], changes: Any) -> None:
        """Do to the arguments of a call what was done to them in the kernel."""
        try:
            found, table = changes
            mine = [*values[1], *values[2].values()]
            self.lender.instances = instances
            for place, form in found:
                restore(mine[place], self.reader.read(form))
            for place, state in table:
                _set_state(instances[place], [(n, self.reader.read(form)) for n, form in state])
        except (wire.WireError, TypeError, ValueError, AttributeError, IndexError):
            raise self.lose(Cause.FORGED_ANSWER, "no unchanged kernel answers like this") from None

    def _error(self, rows: list[Any], text: str, args: Any, more: Any) -> BaseException:
        plain = Reader(_refuse)
        try:
            args, more = plain.read(args), plain.read(more)
        except wire.WireError:
            args = more = None
        place = more.get("_judge") if isinstance(more, dict) else None
        if type(place) is int and 0 <= place < len(self.escaped):
            return self.escaped[place]  # the test's own, and the student's code let it pass
        error = raised(self.kinds.error([str(row) for row in rows]), text, args, more)
        self.theirs.append(error)
        return error

    def _used(self, how: str, number: int, forms: list[Any]) -> bytes:
        """The kernel uses something of the test's."""
        kept = self.lender.table, self.lender.instances
        self.depth += 1
        try:
            values = [self.reader.read(form) for form in forms]
            found = self.lender.used(how, number, values)
            (form,), table = self.lender.written((found,))
            return wire.encode(("back", form, table))
        except Exception as error:
            name = next(k.__name__ for k in type(error).__mro__ if k.__module__ == "builtins")
            self.escaped.append(error)
            (form,), _ = self.lender.written((_plain(error.args),))
            place = len(self.escaped) - 1
            return wire.encode(("back raised", name, form, str(error)[:MESSAGE], place))
        finally:
            self.depth -= 1
            self.lender.table, self.lender.instances = kept


def _set_state(value: Any, state: list[tuple[str, Any]]) -> None:
    """Give an object of the test's the attributes that it has in the kernel."""
    for name in list(getattr(value, "__dict__", ())):
        del value.__dict__[name]
    for name, one in state:
        if not (name.startswith("__") and name.endswith("__")):
            object.__setattr__(value, name, one)


def _refuse(tag: str, rest: tuple[Any, ...]) -> Any:
    raise wire.Malformed("no data")


def _plain(args: tuple[Any, ...]) -> tuple[Any, ...]:
    kinds = (str, int, float, bool, type(None))
    return args if all(type(one) in kinds for one in args) else tuple(map(str, args))
