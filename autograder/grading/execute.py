"""Run a sanitised notebook in a kernel, and then let the judge examine every exercise.

All cells have run and shown what they show before a hidden test hands anything over, so that
nothing of it can come back in an output. Each exercise is judged on the names as they stood behind
its tests cell. Where a cell takes the kernel with it, the kernel is started again and the other
cells are replayed without it, so that it costs its own exercise only.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ..authoring.build import SKIP_TAG
from ..course.cells import marking
from ..judge.exam import Exam
from ..judge.inspection import Inspection
from ..judge.result import Result
from ..kernels.limits import CellRun, CellStatus, not_run
from ..kernels.link import GRACE
from ..kernels.session import KernelSession
from ..remote import wire
from ..remote.causes import Cause
from ..remote.proxy import Link, LinkError
from .clean import clean_outputs
from .missing import Missing, hint
from .names import versions
from .notes import Note, put_right
from .results import TestResult, earn
from .sanitise import OWN, stub_names

#: How often a submission may take its kernel with it.
RESTARTS = 12
#: The share of a submission's time that its cells may use; the rest is the hidden tests'.
CELLS = 0.6
#: What cells on which nothing graded stands may use besides, as a share of the same time.
ASIDE = 0.5
#: A cell of that kind that took longer, in seconds, is not run again in a new kernel.
LONG = 1.0
#: After these, what a cell defined can be had again by running it again.
REPEATABLE = (CellStatus.OK, CellStatus.ERROR, CellStatus.FLOOD)
#: What a cell may end with without a note: its own output says it.
USUAL = (Cause.RAISED, Cause.NOT_WRITTEN)
#: How many bytes of cells' outputs a graded notebook holds.
ALL_OUTPUTS = 32 << 20


@dataclass(frozen=True, eq=False)
class Step:
    """A cell that runs; ``exercise`` names whose tests cell it is, if it is one."""

    code: str
    exercise: str = ""


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
        self.cells_end = time.monotonic() + CELLS * seconds
        self.aside = ASIDE * seconds
        self.missing = Missing()
        self.due = {one.name: stub_names(one.text) for one in exam.source.exercises}
        self.replay: list[Step] = []
        self.place = ""
        self.restarts = 0
        self.room = ALL_OUTPUTS
        self.tests: dict[str, TestResult] = {}
        self.notes: list[Note] = []

    def run(self, notebook: Any, exercise_of: Callable[[Any], str]) -> tuple[TestResult, ...]:
        """Run every cell in order, then judge every exercise."""
        waiting: list[tuple[Any, str, CellRun]] = []
        for cell in notebook.cells:
            if cell.cell_type != "code":
                continue
            cell.outputs, cell.execution_count = [], None
            if SKIP_TAG in cell.metadata.get("tags", []):
                continue
            exercise = exercise_of(cell)
            given = exercise or marking(cell).locked
            ran = self._cell(Step(cell.source, exercise)) if given else self._own(cell)
            if exercise:
                waiting.append((cell, exercise, ran))
            else:
                cell.outputs = self._kept(clean_outputs(ran.outputs))
                self._note(cell, ran)
        text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
        for cell, exercise, ran in waiting:
            self.tests[exercise] = self._judge(cell, exercise, ran, text)
        return tuple(self.tests.values())

    def _own(self, cell: Any) -> CellRun:
        """Run a cell of the student's; where a magic in it fails, run it without."""
        name = marking(cell).grade_id
        words = f"the cell of {name!r}" if name else "a cell of your own"
        aside = bool(cell.metadata.get(OWN, {}).get("aside"))
        if aside and self.aside <= 0:
            reason = "not run: the time for cells on which no exercise stands is used up"
            return CellRun(CellStatus.DEAD, [], reason, Cause.SUBMISSION_TIME)
        start = time.monotonic()
        code, plain = versions(cell.source)
        ran = self._cell(Step(code), self.aside if aside else None)
        if ran.status is CellStatus.ERROR and plain != code:
            again = self._cell(Step(plain), self.aside if aside else None)
            if again.status is CellStatus.OK:
                more = "it was run again without its magics and newer syntax"
                self.notes.append(put_right(f"{words}: {ran.reason[:200]}; {more}", name))
                ran = again
        took = time.monotonic() - start
        if aside:  # it costs the others nothing
            self.aside -= took
            self.cells_end += took
            self.deadline += took
            if took > LONG:
                self.replay = [step for step in self.replay if step.code not in (code, plain)]
        if ran.is_cut:
            ran.outputs.append(said("the rest of what it shows was left out"))
        self.missing.take(cell.source, ran, words, self.due.get(name, ()))
        if ran.cause is Cause.RAISED and (more := hint(ran)):
            self.notes.append(put_right(f"{words}: {ran.reason[:200]}{more}", name))
        return ran

    def _note(self, cell: Any, ran: CellRun) -> None:
        """Say below a cell and in the notes that it hit a limit or took its kernel with it.

        A given cell that raises is noted as well: it does not in the reference's notebook.
        """
        if ran.cause is Cause.RAISED and marking(cell).locked:
            name = marking(cell).grade_id
            text = f"the given cell {name!r} raised {ran.reason[:300]}: what it needs was changed"
            self.notes.append(Note(Cause.GIVEN_RAISED, text, name))
        if ran.cause is None or ran.cause in USUAL:
            return
        if ran.status is not CellStatus.ERROR:
            cell.outputs.append(said(ran.reason))
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        note = Note(ran.cause, f"{name or 'a cell of your own'}: {ran.reason[:300]}", name)
        if note not in self.notes:
            self.notes.append(note)

    def _kept(self, outputs: list[Any]) -> list[Any]:
        """The outputs, or a word in their place once a notebook holds too much of them."""
        size = sum(len(str(output)) for output in outputs)
        if size > self.room:
            return [said(f"its output was left out: more than {ALL_OUTPUTS >> 20} MiB in all")]
        self.room -= size
        return outputs

    def _cell(self, step: Step, seconds: float | None = None) -> CellRun:
        try:
            self._check_time(self.cells_end)
            self._revive()
        except LinkError as error:
            return not_run(error)
        if step.exercise:
            self._tell("check", step.exercise)
        ran = self.session.run(step.code, seconds)
        if step.exercise:
            self._tell("checked")
            self.replay.append(Step("", step.exercise))
        elif ran.status in REPEATABLE and self.session.alive:
            self.replay.append(step)
        return ran

    def _tell(self, *request: str) -> None:
        """Have the agent do something; what it answers is of no interest."""
        with suppress(LinkError, wire.WireError):
            self.session.connect().ask(wire.encode(request), time.monotonic() + GRACE)

    def _judge(self, cell: Any, exercise: str, ran: CellRun, text: str) -> TestResult:
        inspection = self.inspections.get(exercise)
        seconds = self.session.limits.program_seconds
        programs: tuple[Result, ...] = (
            inspection.results(self.exam.programs[exercise])
            if inspection and inspection.refused
            else self.exam.judge(exercise, lambda: self._connect(exercise), seconds, text)
        )
        programs = self.missing.told(programs)
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

    def _connect(self, exercise: str) -> Link:
        """A link to a living kernel whose names are as they stood behind a tests cell."""
        self._check_time(self.deadline)
        self._revive()
        if self.place != exercise:
            self._tell("stand", exercise)
            self.place = exercise
        return self.session.connect()

    def _check_time(self, end: float) -> None:
        if time.monotonic() > end:
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
        self.place = ""
        for step in list(self.replay):
            self._check_time(self.deadline)
            if step.exercise:  # not run again: it only says which names there were
                self._tell("check", step.exercise)
                self._tell("checked")
            elif self.session.run(step.code).status not in REPEATABLE:
                self.replay.remove(step)
                self._revive()
                return


def said(reason: str) -> Any:
    import nbformat.v4

    return nbformat.v4.new_output("stream", name="stderr", text=f"{reason}\n")
