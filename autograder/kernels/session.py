"""A kernel for one submission: cells in, outputs and reasons out.

The kernel is a real ipykernel. Its agent takes cells and the judge's requests on one connection,
and what a cell shows comes over Jupyter's own iopub channel. Every limit that is hit is a result
with a reason, never an exception of the grader.
"""

import itertools
import os
import secrets
import signal
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from jupyter_client.connect import write_connection_file

from ..remote import wire
from ..remote.causes import Cause
from ..remote.proxy import Link, LinkError
from .folder_files import unpack
from .iopub import PublishedMessages, keep_output
from .launcher import ForkedKernel, Forker, small_environment
from .limits import CellRun, CellStatus, Limits, cell_run, not_run
from .link import GRACE, AgentLink
from .outputs import Outputs
from .request import KernelRequest
from .scratch import remove
from .watch import Watch, waiting_share

START_SECONDS = 60.0
#: A kernel that has waited for a processor for more than this share of its time has an excuse.
STARVED = 0.25
#: How much this process may grow while it listens to a kernel, in bytes.
GROWTH_LIMIT = 1 << 30
#: How many times as much as is kept a cell may print before it is stopped.
PRINTED = 16


class KernelSession:
    """One kernel in a scratch folder of its own; use it as a context manager.

    Parameters
    ----------
    forker : where kernels come from
    limits : of the kernel
    folder : where the scratch folder is made
    files : what stands beside the notebook, see `folder_files`; every start gives fresh copies
    """

    def __init__(self, forker: Forker, limits: Limits, folder: Path, files: bytes = b"") -> None:
        self.forker, self.limits, self.files = forker, limits, files
        self.scratch = Path(tempfile.mkdtemp(prefix="nb-", dir=folder))
        self.number = itertools.count(1)
        self.kernel: ForkedKernel | None = None
        self.link: AgentLink | None = None
        self.orphaned = False
        self.waiting = 0.0

    def __enter__(self) -> Self:
        if self.kernel is None:
            self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the kernel and remove its folder."""
        self.stop()
        remove(self.scratch)

    @property
    def alive(self) -> bool:
        """Whether there is a kernel that can run a cell."""
        return self.kernel is not None and self.kernel.alive

    def start(self) -> None:
        """Start a kernel; what an earlier one defined is gone."""
        self.stop()
        place = self.scratch / str(next(self.number))
        self.run_folder, home = place / "run", place / "home"
        for folder in (self.run_folder, home):
            folder.mkdir(parents=True)
        taken = unpack(self.files, home) if self.files else 0
        file, connection = write_connection_file(
            str(self.run_folder / "kernel.json"),
            transport="ipc",
            ip=str(self.run_folder / "z"),
            key=secrets.token_hex(16).encode(),
        )
        self.kernel = self.forker.fork(
            KernelRequest(
                scratch=str(place),
                argv=("-f", file),
                environment=small_environment(home),
                preload=self.limits.preload,
                memory_bytes=self.limits.memory_bytes,
                processes=self.limits.processes,
                files=self.limits.open_files,
                written_bytes=self.limits.written_bytes + taken,
            )
        )
        held = self.limits.held_bytes + taken
        self.watch = Watch(os.dup(self.kernel.process), GROWTH_LIMIT, held)
        self.published = PublishedMessages(connection)
        try:
            self._wait_until_ready(self.kernel)
        except LinkError:
            self.stop()
            raise LinkError(Cause.KERNEL_DID_NOT_START) from None

    def stop(self) -> None:
        """End the kernel, if there is one; ``orphaned`` says whether its launcher did before."""
        self._hang_up()
        if self.kernel is None:
            return
        self.orphaned |= self.kernel.orphaned
        self.watch.end()
        self.kernel.close()
        self.published.close()
        self.kernel = None

    def run(self, code: str, seconds: float | None = None) -> CellRun:
        """Run one cell and wait for it, at most ``cell_seconds``, or ``seconds`` if those are less.

        It may print more than is kept of it; what prints without end is stopped.
        """
        limits = self.limits
        if seconds is not None and seconds < limits.cell_seconds:
            limits = replace(limits, cell_seconds=round(max(seconds, 0.1), 1))
        outputs = Outputs(limits.output_bytes, PRINTED * limits.output_bytes)
        number = secrets.token_hex(16)
        text = np.frombuffer(bytearray(code, "utf-8", "surrogatepass"), np.uint8)
        try:
            link = self._ready_link()
            link.send(wire.encode(("run", text, number, outputs.most)))
        except LinkError as error:
            return not_run(error)
        status = self._finish(link, number, outputs, limits.cell_seconds)
        told = replace(limits, output_bytes=outputs.most)
        return cell_run(status, outputs, told, self.watch.excess)

    def connect(self) -> Link:
        """A link to the agent in this kernel."""
        return self._ready_link()

    def reconnect(self) -> None:
        """Get a new link where the last one was lost, or kill a kernel that gives none.

        What ran last may hold the kernel still: it is interrupted after a while, and killed where
        that does not help.
        """
        self._hang_up()
        if self.kernel is None or not self.kernel.alive:
            raise LinkError(Cause.KERNEL_DIED)
        try:
            self._greet(self.kernel, GRACE)
        except LinkError:
            self._kill()
            raise

    def _ready_link(self) -> AgentLink:
        if self.link is None or self.link.lost or not self.alive:
            self.reconnect()
        assert self.link is not None
        return self.link

    def _greet(self, kernel: ForkedKernel, seconds: float) -> AgentLink:
        """Connect to the agent and wait for a sign of it."""
        try:
            connection = kernel.connect()
        except OSError as error:
            raise LinkError(Cause.NO_ANSWER) from error
        link = AgentLink(connection, self.limits.returned_bytes, self._interrupt)
        try:
            link.ask(wire.encode(("greet",)), time.monotonic() + seconds)
        except LinkError as error:  # what was interrupted may have been another's program
            if link.lost:
                link.close()
                raise LinkError(Cause.NO_ANSWER) from error
        except wire.WireError as error:
            link.close()
            raise LinkError(Cause.FORGED_ANSWER, detail=str(error)) from error
        self.link = link
        return link

    def _wait_until_ready(self, kernel: ForkedKernel) -> None:
        """Have the agent publish something until that is heard."""
        deadline = time.monotonic() + START_SECONDS
        link = self._greet(kernel, START_SECONDS)
        while time.monotonic() < deadline and kernel.alive:
            number = secrets.token_hex(16)
            link.send(wire.encode(("announce", number)))
            link.answer(deadline)
            until = time.monotonic() + 0.1
            while time.monotonic() < until:
                for message in self.published.receive(0.05)[0]:
                    if keep_output(message, number, Outputs(0)):
                        return
        raise LinkError(Cause.KERNEL_DID_NOT_START)

    def _finish(self, link: AgentLink, number: str, outputs: Outputs, seconds: float) -> CellStatus:
        """Wait for a cell's end; stop it where it takes too long or shows too much."""
        deadline = time.monotonic() + seconds
        status, ended = self._follow(link, number, outputs, deadline)
        if not ended:
            self._interrupt()
            drain = Outputs(0)
            _, ended = self._follow(link, number, drain, time.monotonic() + GRACE, bounded=False)
        if not ended:
            self._kill()
        return status

    def _follow(
        self,
        link: AgentLink,
        number: str,
        outputs: Outputs,
        deadline: float,
        bounded: bool = True,
    ) -> tuple[CellStatus, bool]:
        """Gather what a cell shows until the agent says that it has ended.

        Returns
        -------
        tuple of CellStatus and bool
            How it ended, and whether there is nothing more to wait for.
        """
        status: CellStatus | None = None
        idle = False
        while not (status and idle):
            now = time.monotonic()
            if now > deadline:  # or the idle message was lost in a flood
                return status or CellStatus.TIMEOUT, bool(status)
            messages, answered = self.published.receive(
                min(0.1, deadline - now), link.end if status is None else -1
            )
            for message in messages:
                idle |= keep_output(message, number, outputs)
            if answered:
                status = _cell_status(link, deadline + GRACE)
                deadline = time.monotonic() + 1.0
            if bounded and outputs.full:
                return CellStatus.FLOOD, bool(status)
            if link.lost:
                return self._status_without_agent(), True
        return status, True

    def _status_without_agent(self) -> CellStatus:
        """How a cell ended after which the agent does not answer as it should.

        A kernel in which no other connection works either has been killed by that cell.
        """
        if self.kernel is None or self.kernel.ends_within(0.2):
            return CellStatus.DEAD
        try:
            self.reconnect()
        except LinkError:
            return CellStatus.DEAD
        return CellStatus.ERROR

    def _hang_up(self) -> None:
        if self.link is not None:
            self.link.close()
            self.link = None

    @property
    def starved(self) -> bool:
        """Whether code was stopped that others had kept from running."""
        return self.waiting > STARVED

    def _interrupt(self) -> None:
        if self.kernel is not None:
            self.waiting = max(self.waiting, waiting_share(self.kernel.process))
            self.kernel.signal(signal.SIGINT)

    def _kill(self) -> None:
        if self.kernel is not None:
            self.kernel.signal(signal.SIGKILL)
            self.kernel.ends_within(GRACE)


def _cell_status(link: AgentLink, deadline: float) -> CellStatus:
    """What the agent says of a cell that it ran: OK or FLOOD, and ERROR for anything else."""
    try:
        told = wire.decode(link.answer(deadline))
    except (LinkError, wire.WireError):
        link.lost = True
        return CellStatus.ERROR
    match told:
        case (str() as word, str() as status) if word == "value" and status in ("ok", "flood"):
            return CellStatus(status)
    return CellStatus.ERROR
