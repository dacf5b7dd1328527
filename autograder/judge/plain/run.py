"""The statements of one test cell, run one by one."""

import ast
import copy
import sys
from typing import Any

from ...remote.causes import Cause, cause_of
from . import cell
from .faults import Lost, Refused, Timeout
from .quiet import Bounded
from .space import Space
from .thing import Thing
from .verdict import Step


class Run:
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
        talk.step, talk.refused = number, None
        try:
            if shown and isinstance(node, ast.Expr):
                self.value = self._number(_evaluate(node, self.space))
            else:
                execute(node, self.space, "<test>")
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
        self.value = None
        return _goes_on(node, AssertionError())

    def _look_at_traces(self) -> None:
        """A test that shows the trace of an exception has failed, whoever caught it."""
        written = sys.stderr.getvalue() if isinstance(sys.stderr, Bounded) else ""
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


def _ready(node: ast.stmt) -> ast.stmt:
    found: ast.stmt = ast.fix_missing_locations(cell.Asking().visit(copy.deepcopy(node)))
    return found


def execute(node: ast.stmt, space: Space, name: str) -> None:
    """Run a statement with the names of a space."""
    exec(compile(ast.Module([_ready(node)], []), name, "exec"), space)


def _evaluate(node: ast.Expr, space: Space) -> Any:
    ready = _ready(node)
    assert isinstance(ready, ast.Expr)
    return eval(compile(ast.Expression(ready.value), "<test>", "eval"), space)
