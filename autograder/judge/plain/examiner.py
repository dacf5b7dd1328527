"""Runs the cells of a plain notebook that are not the student's, each statement by itself."""

import ast
import io
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from typing import Any

from ...remote.causes import Cause, cause_of
from ...remote.proxy import Link
from . import cell, library
from .faults import Lost, Refused, Timeout
from .patches import builtin_names, patched
from .space import Space
from .thing import Thing
from .verdict import Step, Verdict

#: How long the given cells before a test may take here, all together, in seconds.
GIVEN_SECONDS = 30.0
#: How much of what a test prints is told, and kept.
PRINTED, KEPT = 2_000, 1 << 20
#: How long the judge waits beyond the kernel's limit, in seconds.
SPARE = 1.0


class Examiner:
    """The judge of one submission of a plain notebook, or of its reference.

    Cells are told in their order. Those that are not tests are looked at once a test comes.
    """

    def __init__(self) -> None:
        self.space = Space(builtin_names(lambda: self.space))
        self.told: list[tuple[Callable[[str], None], str]] = []
        self.overridden: set[str] = set()

    def given(self, text: str) -> None:
        """A cell of the course's: it is run here as far as it needs nothing of the student's."""
        self.told.append((self._given, text))

    def theirs(self, text: str) -> None:
        """A cell of the student's stands here: the names that it binds are the kernel's."""
        self.told.append((self._theirs, text))

    def test(
        self, text: str, link: Link, seconds: float, allowed: frozenset[str] | None
    ) -> Verdict:
        """Run a test cell.

        Parameters
        ----------
        link : to the kernel in which all cells before it have run
        allowed : what the kernel may decide, as the reference's verdict says it; None to learn it
        """
        self.space.talk.allowed = allowed
        with patched(self.space):
            self._catch_up()
            start = time.monotonic()
            said = _Bounded()
            with _quiet(said):
                steps, value = self._run(text, link, seconds, allowed)
        talk = self.space.talk
        decided = frozenset(talk.decided | {f"binds {name}" for name in self.overridden})
        took = round(time.monotonic() - start, 4)
        return Verdict(steps, value, decided, said.getvalue()[:PRINTED], took, talk.asked)

    # given cells

    def _catch_up(self) -> None:
        """Do what the cells until here do; none of it can hurt."""
        told, self.told = self.told, []
        with _quiet(_Bounded()), suppress(Timeout, Lost), _alarm(GIVEN_SECONDS):
            while told:
                do, text = told[0]
                do(text)
                told.pop(0)
        for _, text in told:  # there was no time for them
            for node in _statements(text):
                self._lose(node)

    def _given(self, text: str) -> None:
        self._note(text)
        for node in _statements(text):
            self._given_statement(node)

    def _given_statement(self, node: ast.stmt) -> None:
        space = self.space
        names = cell.bound(node)
        if cell.read(node) & space.owned:
            self._lose(node)
            return
        before = {name: dict.get(space, name) for name in names}
        try:
            _execute(node, space, "<given>")
        except Timeout:
            self._lose(node)
            raise
        except BaseException:
            for name in names:
                space.drop(name)
            return
        space.owned -= names
        for name in names & dict.keys(space):
            value = dict.__getitem__(space, name)
            if type(value) is Thing or value is before[name]:
                continue
            if getattr(value, "__module__", None) == "__main__":
                space.talk.lender.given[id(value)] = (name, value)

    def _lose(self, node: ast.stmt) -> None:
        """Leave a statement to the kernel: what it binds and may change is the student's."""
        used = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
        for name in cell.bound(node) | {name for name in used if self._may_change(name)}:
            self.space.drop(name)

    def _may_change(self, name: str) -> bool:
        """Whether a name stands here for an object that code in the kernel may change in place."""
        if not self.space.hold(name):
            return False
        value = dict.__getitem__(self.space, name)
        if type(value) is Thing:
            return False
        fixed = (int, float, complex, str, bytes, tuple, frozenset, range, type(None), type)
        return not isinstance(value, fixed) and not callable(value) and not _is_module(value)

    def _theirs(self, text: str) -> None:
        self._note(text)
        space = self.space
        allowed = space.talk.allowed
        for node in _statements(text):
            names = {name for name in cell.touched(node) if self._may_change(name)}
            for name in cell.bound(node) | names:
                if space.hold(name):
                    if allowed is not None and f"binds {name}" not in allowed:
                        continue  # the course's own, which the reference leaves as it is
                    self.overridden.add(name)
                space.drop(name)

    def _note(self, text: str) -> None:
        reads, stores = cell.globals_of(text)
        self.space.reads |= reads
        self.space.stores |= stores

    # tests

    def _run(
        self, text: str, link: Link, seconds: float, allowed: frozenset[str] | None
    ) -> tuple[tuple[Step, ...], float | None]:
        try:
            nodes = cell.parse(text).body
        except (SyntaxError, ValueError, RecursionError) as error:
            step = Step(1, 1, "the whole cell", True, "failed", None, "SyntaxError", str(error))
            return (step,), None
        space, talk = self.space, self.space.talk
        talk.texts = _texts(nodes)
        run = _Run(space, text, nodes)
        try:
            with _alarm(seconds + SPARE):
                talk.begin(link, seconds, allowed)
                space.open = True
                if "sys.modules" in text:
                    _import_all(talk.ask("modules"))
                run.all()
        except (Lost, Timeout) as error:
            run.stop(error)
        finally:
            space.open = False
            with suppress(Timeout, Lost), _alarm(SPARE + 2.0):
                talk.end()
        return run.finished(), run.value


class _Run:
    """The statements of one test cell."""

    def __init__(self, space: Space, text: str, nodes: list[ast.stmt]) -> None:
        self.space, self.text, self.nodes = space, text, nodes
        self.steps: list[Step] = []
        self.value: float | None = None
        self.traces = ""

    def all(self) -> None:
        """Run every statement, until one fails that the next ones may need."""
        shown = not self.text.rstrip().endswith(";")
        for number, node in enumerate(self.nodes):
            last = number == len(self.nodes) - 1
            if not self._one(number, node, last and shown):
                return

    def stop(self, error: Lost | Timeout) -> None:
        """The statement that runs is the last one."""
        cause = error.cause if isinstance(error, Lost) else Cause.PROGRAM_TIME
        message = str(error) or "stopped: it took longer than the time limit"
        if len(self.steps) < len(self.nodes):
            self._note(self.nodes[len(self.steps)], "failed", cause, "", message)
        elif not self.steps:
            self.steps.append(Step(1, 1, "the whole cell", True, "failed", cause, "", message))

    def finished(self) -> tuple[Step, ...]:
        """All statements; those that did not come to it are skipped."""
        for node in self.nodes[len(self.steps) :]:
            self._note(node, "skipped")
        return tuple(self.steps)

    def _one(self, number: int, node: ast.stmt, shown: bool) -> bool:
        """Run one statement; whether the next one is to be run."""
        talk = self.space.talk
        talk.step = number
        try:
            if shown and isinstance(node, ast.Expr):
                self.value = self._number(_evaluate(node, self.space))
            else:
                _execute(node, self.space, "<test>")
            self._look_at_traces()
        except (Lost, Timeout):
            raise
        except Refused as error:
            self._note(node, "failed", Cause.WRONG, "AssertionError", str(error))
        except BaseException as error:
            self._raised(node, error)
            return _goes_on(node, error)
        else:
            if talk.lost is not None:
                raise talk.lost
            if talk.refused is None:
                self._note(node, "passed")
                return True
            self._note(node, "failed", Cause.WRONG, "AssertionError", str(talk.refused))
        talk.refused, self.value = None, None
        return _goes_on(node, AssertionError())

    def _look_at_traces(self) -> None:
        """A test that shows the trace of an exception has failed, whoever caught it."""
        written = sys.stderr.getvalue() if isinstance(sys.stderr, _Bounded) else ""
        new, self.traces = written[len(self.traces) :], written
        if "Traceback (most recent call last)" in new:
            raise AssertionError(f"the test shows: {new.strip().splitlines()[-1]}")

    def _number(self, value: Any) -> float | None:
        """The number that nbgrader reads in what a cell shows last."""
        if type(value) is Thing:
            self.space.talk.decide("value")
            return None
        if type(value) not in (int, float):
            return None
        return float(value) if value == value else None

    def _raised(self, node: ast.stmt, error: BaseException) -> None:
        theirs = any(error is one for one in self.space.talk.theirs)
        kind = type(error).__name__
        message = f"exit {error}" if isinstance(error, SystemExit) else _text(error)
        cause = cause_of([kind]) if theirs else Cause.WRONG
        self._note(node, "failed", cause, kind, message, theirs)

    def _note(self, node: ast.stmt, status: str, *more: Any) -> None:
        last = node.end_lineno or node.lineno
        first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
        text = cell.source(self.text, node)
        self.steps.append(Step(first, last, text, cell.checks(node), status, *more))


def _goes_on(node: ast.stmt, error: BaseException) -> bool:
    """Whether what comes behind a failed statement can be run: it only checked something."""
    if isinstance(node, ast.Assert | ast.Expr):
        return True
    return cell.checks(node) and isinstance(error, AssertionError)


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException:
        return ""


def _statements(text: str) -> list[ast.stmt]:
    try:
        return cell.parse(text).body
    except (SyntaxError, ValueError, RecursionError):
        return []


def _texts(nodes: list[ast.stmt]) -> frozenset[str]:
    """The texts that stand in a cell."""
    return frozenset(
        one.value
        for node in nodes
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    )


def _import_all(names: list[Any]) -> None:
    """Have the modules of computing libraries that the kernel has, for who looks them up."""
    for name in names:
        if isinstance(name, str) and name not in sys.modules:
            library.own_module(name)


def _ready(node: ast.stmt) -> ast.stmt:
    import copy

    found: ast.stmt = ast.fix_missing_locations(cell.Asking().visit(copy.deepcopy(node)))
    return found


def _execute(node: ast.stmt, space: Space, name: str) -> None:
    exec(compile(ast.Module([_ready(node)], []), name, "exec"), space)


def _evaluate(node: ast.Expr, space: Space) -> Any:
    ready = _ready(node)
    assert isinstance(ready, ast.Expr)
    return eval(compile(ast.Expression(ready.value), "<test>", "eval"), space)


def _is_module(value: Any) -> bool:
    return isinstance(value, type(sys))


class _Bounded(io.StringIO):
    """A stream that keeps the beginning of what is written."""

    def write(self, text: str) -> int:
        if self.tell() < KEPT:
            super().write(text[:KEPT])
        return len(text)


@contextmanager
def _quiet(said: io.StringIO) -> Iterator[None]:
    """Nothing is shown, and a warning costs nothing."""
    with redirect_stdout(said), redirect_stderr(_Bounded()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """``Timeout`` after so many seconds, and again, whoever catches it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(*_: Any) -> None:
        raise Timeout

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, max(0.01, seconds), 0.5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
