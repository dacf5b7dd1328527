"""Runs the cells of a plain notebook that are not the student's, each statement by itself."""

import ast
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ...remote.proxy import Link
from . import cell, library
from .faults import Lost, Timeout
from .patches import builtin_names, patched
from .quiet import Bounded, alarm, quiet
from .run import Run, execute
from .space import Space
from .thing import Thing
from .verdict import Step, Verdict

#: How long the given cells before a test may take here, all together, in seconds.
GIVEN_SECONDS = 30.0
#: How much of what a test prints is told.
PRINTED = 2_000
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
            said = Bounded()
            with quiet(said):
                steps, value = self._run(text, link, seconds, allowed)
        talk = self.space.talk
        decided = frozenset(talk.decided | {f"binds {name}" for name in self.overridden})
        took = round(time.monotonic() - start, 4)
        return Verdict(steps, value, decided, said.getvalue()[:PRINTED], took, talk.asked)

    # given cells

    def _catch_up(self) -> None:
        """Do what the cells until here do; none of it can hurt."""
        told, self.told = self.told, []
        with quiet(Bounded()), suppress(Timeout, Lost), alarm(GIVEN_SECONDS):
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
            execute(node, space, "<given>")
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

    def _is_of_a_cell(self, name: str) -> bool:
        """Whether a name stands for an object of a class of the notebook: methods change it."""
        value = dict.get(self.space, name)
        return type(value) is not Thing and type(value).__module__ == "__main__"

    def _theirs(self, text: str) -> None:
        self._note(text)
        space = self.space
        allowed = space.talk.allowed
        for node in _statements(text):
            used = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
            touched = cell.touched(node) | {name for name in used if self._is_of_a_cell(name)}
            names = {name for name in touched if self._may_change(name)}
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
        run = Run(space, text, nodes)
        try:
            with alarm(seconds + SPARE):
                talk.begin(link, seconds, allowed)
                space.open = True
                if "sys.modules" in text:
                    _import_all(talk.ask("modules"))
                run.all()
        except (Lost, Timeout) as error:
            run.stop(error)
        finally:
            space.open = False
            with suppress(Timeout, Lost), alarm(SPARE + 2.0):
                talk.end()
        return run.finished(), run.value


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


def _is_module(value: Any) -> bool:
    return isinstance(value, type(sys))
