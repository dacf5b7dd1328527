"""Run a plain notebook's cells in order, each test cell where it stands."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from ...authoring.build import SKIP_TAG
from ...authoring.plain.source import PlainCell
from ...course.manifest import CellPolicy
from ...judge.exam import Exam
from ...judge.plain import Verdict
from ...judge.plain.apart import Apart
from ...judge.result import Result
from ...kernels.limits import CellRun, CellStatus, not_run
from ...kernels.session import KernelSession
from ...remote.causes import Cause
from ...remote.messages import told, told_kind
from ...remote.proxy import Link, LinkError
from ..clean import clean_outputs
from ..execute import ALL_OUTPUTS, RESTARTS, USUAL, said
from ..missing import Missing, hint
from ..names import Stubs, names_of
from ..notes import Note, put_right
from ..results import TestResult
from .assignment import PlainAssignment
from .kernel_tests import number_of
from .lines import earned, lines
from .merge import Placed

#: Where the words of an end are the student's own.
RAISING = (Cause.RAISED, Cause.NOT_WRITTEN, Cause.OUT_OF_MEMORY)
#: After these, what a cell defined can be had again by running it again.
REPEATABLE = (CellStatus.OK, CellStatus.ERROR, CellStatus.FLOOD)


@dataclass(frozen=True)
class Learned:
    """What the author's own solution needed of the kernel in a test cell.

    ``decided`` : the operators that the kernel decided; None while it is learned
    """

    decided: frozenset[str] | None = None


class PlainExecution:
    """One submission's run: its kernel, the judge's process beside it, and what it has given.

    Parameters
    ----------
    session : a kernel, started
    apart : the judge's process; None where every test runs in the kernel
    learned : for each test cell what its reference needed; None to learn it
    exam : the hidden programs that its test cells have besides, if they have any
    """

    def __init__(
        self,
        session: KernelSession,
        apart: Apart | None,
        assignment: PlainAssignment,
        learned: dict[str, Learned] | None,
        exam: Exam | None = None,
    ) -> None:
        self.exam, self.text = exam, ""
        self.session, self.apart, self.assignment = session, apart, assignment
        self.learned = learned
        self.deadline = time.monotonic() + assignment.submission_seconds
        self.source = assignment.source
        self.missing = Missing()
        self.replay: list[str] = []
        self.restarts = 0
        self.room = ALL_OUTPUTS
        self.secret = False
        self.tests: list[TestResult] = []
        self.verdicts: dict[str, Verdict] = {}
        self.notes: list[Note] = []

    def run(self, cells: list[Placed]) -> tuple[TestResult, ...]:
        """Run every cell in order; the results of the test cells."""
        used = _used_later(cells, self._is_open)
        self.text = "\n".join(placed.node.source for placed in cells if placed.is_code)
        for number, placed in enumerate(cells):
            if not placed.is_code:
                continue
            node, cell = placed.node, placed.cell
            node.outputs, node.execution_count = [], None
            if SKIP_TAG in node.metadata.get("tags", []):
                continue
            if cell is not None and cell.role == "tests":
                self.tests.append(self._tests(cell, used[number]))
                continue
            ran = self._cell(node.source)
            node.outputs = self._kept(clean_outputs(ran.outputs))
            self._note(placed, ran)
            if self.apart is not None and cell is not None and cell.role == "given":
                self.apart.given(cell.shown)
            elif self.apart is not None:
                self.apart.theirs(node.source)
        return tuple(self.tests)

    def _tests(self, cell: PlainCell, used: str) -> TestResult:
        """Run a test cell where the course has it run.

        ``used`` : what of it later cells need in the kernel as well
        """
        if self._is_open(cell):
            result = self._in_kernel(cell, self.assignment.policy(cell.id))
        else:
            assert self.apart is not None
            result = self._in_judge(cell, self.apart)
            if used:  # what it defines is used by a later cell
                self._cell(used)
        self.secret |= bool(cell.hidden)
        return result

    def _is_open(self, cell: PlainCell) -> bool:
        """Whether a test cell runs in the kernel."""
        return self.apart is None or self.assignment.policy(cell.id).run == "kernel"

    def _in_judge(self, cell: PlainCell, apart: Apart) -> TestResult:
        allowed = None if self.learned is None else self._allowed(cell)
        seconds = min(self._seconds(), max(0.1, self.deadline - time.monotonic()))
        verdict = apart.test(cell.text, self._connect, seconds, allowed)
        self.verdicts[cell.id] = verdict
        programs = self._programs(cell, seconds)
        found = self.missing.told((*lines(cell, verdict, self.secret), *programs))
        points = earned(cell, verdict, self.assignment.proportion, programs)
        return self._result(cell, points, found)

    def _programs(self, cell: PlainCell, seconds: float) -> tuple[Result, ...]:
        """The programs of this engine's kind that the author has written for a test cell."""
        if self.exam is None or cell.id not in self.exam.programs:
            return ()
        return self.exam.judge(cell.id, self._connect, seconds, self.text)

    def _allowed(self, cell: PlainCell) -> frozenset[str]:
        assert self.learned is not None
        return self.learned.get(cell.id, Learned(frozenset())).decided or frozenset()

    def _seconds(self) -> float:
        """A test cell is a cell as well: it may take as long as the longer of both limits."""
        limits = self.session.limits
        return max(limits.cell_seconds, limits.program_seconds)

    def _in_kernel(self, cell: PlainCell, policy: CellPolicy) -> TestResult:
        """Run a test cell in the student's kernel, as nbgrader does."""
        ran = self._cell(cell.text)
        whole = ran.status is CellStatus.OK
        number = number_of(ran)
        points = cell.points if whole else 0.0
        if whole and number is not None and number >= 0:
            points = min(points, number)
        open_ = not self.secret and not cell.hidden
        why = (ran.reason if open_ else known_words(ran.reason)) if not whole else ""
        cause = None if whole else ran.cause or Cause.WRONG
        line = Result("cell", "all of its checks", 1.0, whole, why[:300], cause=cause)
        found = self.missing.told((line,))
        more = policy.why or ("the judge reads Python only" if self.apart is None else "")
        return self._result(cell, points, found, protected=False, why_open=more)

    def _result(
        self, cell: PlainCell, points: float, found: tuple[Result, ...], **more: Any
    ) -> TestResult:
        key = self.assignment.key(cell.id)
        return TestResult(
            exercise=key,
            cell=key,
            points=cell.points,
            earned=points,
            programs=found,
            answers=self.source.answers(cell),
            **more,
        )

    def _cell(self, code: str) -> CellRun:
        try:
            self._revive()
        except LinkError as error:
            return not_run(error)
        left = max(0.1, self.deadline - time.monotonic())
        ran = self.session.run(code, left)
        if ran.status in REPEATABLE and self.session.alive:
            self.replay.append(code)
        return ran

    def _connect(self) -> Link:
        """A link to a living kernel in which the cells until here have run."""
        self._revive()
        return self.session.connect()

    def _revive(self) -> None:
        """A living kernel in which all that may be replayed has run."""
        if time.monotonic() > self.deadline:
            raise LinkError(Cause.SUBMISSION_TIME)
        link = self.session.link
        if link is not None and link.lost:  # what it last ran may hold the kernel still
            with suppress(LinkError):
                self.session.reconnect()
        while not self.session.alive:
            self.restarts += 1
            if self.restarts > RESTARTS:
                raise LinkError(Cause.KERNEL_DIED_OFTEN, times=RESTARTS)
            self.session.start()
            for code in list(self.replay):
                if time.monotonic() > self.deadline:
                    raise LinkError(Cause.SUBMISSION_TIME)
                if self.session.run(code).status not in REPEATABLE or not self.session.alive:
                    self.replay.remove(code)
                    break

    def _kept(self, outputs: list[Any]) -> list[Any]:
        """The outputs, or a word in their place once a notebook holds too much of them."""
        size = sum(len(str(output)) for output in outputs)
        if size > self.room:
            return [said(f"its output was left out: more than {ALL_OUTPUTS >> 20} MiB in all")]
        self.room -= size
        return outputs

    def _note(self, placed: Placed, ran: CellRun) -> None:
        """Say in the notes what a later test may miss, and which limit was hit."""
        name = placed.cell.id if placed.cell is not None else ""
        words = f"the cell of {name!r}" if name else "a cell of your own"
        if self.secret and ran.cause in RAISING:
            ran = replace(ran, reason=known_words(ran.reason))
        due = names_of(placed.cell.reference, Stubs()).binds if placed.cell is not None else ()
        self.missing.take(placed.node.source, ran, words, due)
        if ran.cause is Cause.RAISED and (more := hint(ran)):
            self.notes.append(put_right(f"{words}: {ran.reason[:200]}{more}", name))
        if ran.cause is None or ran.cause in USUAL:
            return
        if ran.status is not CellStatus.ERROR:
            placed.node.outputs.append(said(ran.reason))
        note = Note(ran.cause, f"{words}: {ran.reason[:300]}", name)
        if note not in self.notes:
            self.notes.append(note)


def known_words(reason: str) -> str:
    """Of what an exception says, what has a known form: a hidden test may be in the rest."""
    kind, _, message = reason.partition(": ")
    words = told(message)
    return f"{told_kind([kind])}: {words}" if words else told_kind([kind])


def _used_later(cells: list[Placed], is_open: Callable[[PlainCell], bool]) -> list[str]:
    """For each test cell that binds a name which a later cell uses, the text that binds it.

    That is what students see of it; all of it where a test in the kernel uses what hidden lines
    bind, as that test can be read there itself.

    Parameters
    ----------
    is_open : whether a test cell runs in the kernel, where it finds what others have left there
    """
    found: list[str] = []
    later, open_ = set[str](), set[str]()
    for placed in reversed(cells):
        test = placed.cell if placed.cell is not None and placed.cell.role == "tests" else None
        text = ""
        if test is not None:
            shown, whole = (names_of(one, Stubs()).binds for one in (test.shown, test.text))
            text = test.shown if shown & (later | open_) else ""
            text = test.text if (whole - shown) & open_ else text
            if is_open(test):
                open_ |= names_of(test.text, Stubs()).uses
        elif placed.is_code:
            later |= names_of(placed.node.source, Stubs()).uses
        found.append(text)
    return found[::-1]
