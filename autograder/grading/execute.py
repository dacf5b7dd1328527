"""Run a sanitised notebook in a kernel and let the judge examine every test cell.

Where a cell takes the kernel with it, the kernel is started again and the other cells are
replayed without it, so that it costs its own exercise only.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from ..authoring.build import SKIP_TAG
from ..judge.exam import Exam
from ..judge.inspection import Inspection
from ..judge.result import Result
from ..kernels.limits import CellRun, CellStatus, not_run
from ..kernels.session import KernelSession
from ..remote.causes import Cause
from ..remote.proxy import Link, LinkError
from .clean import clean_outputs
from .notes import Note
from .results import TestResult, earn

#: How often a submission may take its kernel with it.
RESTARTS = 12
#: After these, what a cell defined can be had again by running it again.
REPEATABLE = (CellStatus.OK, CellStatus.ERROR, CellStatus.FLOOD)
#: What a cell may end with without a note: its own output says it.
USUAL = (Cause.RAISED, Cause.NOT_WRITTEN)
#: How many bytes of cells' outputs a graded notebook holds.
ALL_OUTPUTS = 32 << 20


class Execution:
    """One submission's run: its kernel, what has run in it, and what must not run again.

    Parameters
    ----------
    session : a kernel, started
    exam : the hidden side of the week
    seconds : time limit of the whole submission
    inspections : of exercises that forbid something; where it was found, no program is run
    """

    def __init__(
        self,
        session: KernelSession,
        exam: Exam,
        seconds: float,
        inspections: Mapping[str, Inspection],
    ) -> None:
        self.session, self.exam, self.inspections = session, exam, inspections
        self.deadline = time.monotonic() + seconds
        self.replay: list[str] = []
        self.restarts = 0
        self.room = ALL_OUTPUTS
        self.tests: dict[str, TestResult] = {}
        self.notes: list[Note] = []

    def run(self, notebook: Any, exercise_of: Callable[[Any], str]) -> tuple[TestResult, ...]:
        """Run every cell in order; test cells are judged where they stand."""
        for cell in notebook.cells:
            if cell.cell_type != "code":
                continue
            cell.outputs, cell.execution_count = [], None
            if SKIP_TAG in cell.metadata.get("tags", []):
                continue
            exercise = exercise_of(cell)
            ran = self._cell(cell.source, keep=not exercise)
            if exercise:
                self.tests[exercise] = self._judge(cell, exercise, ran)
            else:
                cell.outputs = self._kept(clean_outputs(ran.outputs))
                self._note(cell, ran)
        return tuple(self.tests.values())

    def _note(self, cell: Any, ran: CellRun) -> None:
        """Say below a cell and in the notes that it hit a limit or took its kernel with it."""
        if ran.cause is None or ran.cause in USUAL:
            return
        if ran.status is not CellStatus.ERROR:
            cell.outputs.append(_said(ran.reason))
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        text = f"{name or 'a cell of your own'}: {ran.reason[:300]}"
        self.notes.append(Note(ran.cause, text, name))

    def _kept(self, outputs: list[Any]) -> list[Any]:
        """The outputs, or a word in their place once a notebook holds too much of them."""
        size = sum(len(str(output)) for output in outputs)
        if size > self.room:
            return [_said(f"its output was left out: more than {ALL_OUTPUTS >> 20} MiB in all")]
        self.room -= size
        return outputs

    def _cell(self, code: str, keep: bool) -> CellRun:
        try:
            self._check_time()
            self._revive()
        except LinkError as error:
            return not_run(error)
        ran = self.session.run(code)
        if keep and ran.status in REPEATABLE and self.session.alive:
            self.replay.append(code)
        return ran

    def _judge(self, cell: Any, exercise: str, ran: CellRun) -> TestResult:
        inspection = self.inspections.get(exercise)
        programs: tuple[Result, ...] = (
            inspection.results(self.exam.programs[exercise])
            if inspection and inspection.refused
            else self.exam.judge(exercise, self._connect, self.session.limits.program_seconds)
        )
        points = float(cell.metadata.nbgrader.points)
        needs = self.exam.source.tests_of(exercise).needs
        waits = tuple(n for n in needs if n in self.tests and not self.tests[n].complete)
        return TestResult(
            exercise=exercise,
            cell=cell.metadata.nbgrader.grade_id,
            points=points,
            earned=earn(points, programs),
            programs=programs,
            visible=ran.reason[:2000],
            visible_cause=ran.cause,
            waits_for=waits,
        )

    def _connect(self) -> Link:
        self._check_time()
        self._revive()
        return self.session.connect()

    def _check_time(self) -> None:
        if time.monotonic() > self.deadline:
            raise LinkError(Cause.SUBMISSION_TIME)

    def _revive(self) -> None:
        """A living kernel in which all that may be replayed has run."""
        link = self.session.link
        if link is not None and link.lost:  # what it last ran may hold the kernel still
            with suppress(LinkError):
                self.session.reconnect()
        if self.session.alive:
            return
        self.restarts += 1
        if self.restarts > RESTARTS:
            raise LinkError(Cause.KERNEL_DIED_OFTEN, times=RESTARTS)
        self.session.start()
        for code in list(self.replay):
            self._check_time()
            if self.session.run(code).status not in REPEATABLE:
                self.replay.remove(code)
                self._revive()
                return


def _said(reason: str) -> Any:
    import nbformat.v4

    return nbformat.v4.new_output("stream", name="stderr", text=f"{reason}\n")
