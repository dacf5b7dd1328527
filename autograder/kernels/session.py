"""A kernel for one submission: cells in, outputs and reasons out.

The kernel is a real ipykernel. Its agent takes cells and the judge's requests on one connection,
and what a cell shows comes over Jupyter's own iopub channel.
"""

import secrets
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from ..remote import wire
from ..remote.causes import Cause
from ..remote.proxy import Link, LinkError
from .iopub import keep_output
from .launcher import ForkedKernel, small_environment
from .limits import CellRun, CellStatus, cell_run, not_run
from .link import GRACE, AgentLink
from .outputs import Outputs
from .process import PRINTED, START_SECONDS, KernelProcess
from .request import KernelRequest


class KernelSession(KernelProcess):
    """One ipykernel with an agent, see `KernelProcess`."""

    link: AgentLink | None = None

    def stop(self) -> None:
        """End the kernel, if there is one, see `KernelProcess.stop`."""
        self._hang_up()
        super().stop()

    def run(self, code: str, seconds: float | None = None) -> CellRun:
        """Run one cell and wait for it, at most ``cell_seconds``, or ``seconds`` if those are less.

        It may print more than is kept of it; what prints without end is stopped.
        """
        limits = self._within(seconds)
        outputs = Outputs(limits.output_bytes, PRINTED * limits.output_bytes)
        number = secrets.token_hex(16)
        text = np.frombuffer(bytearray(code, "utf-8", "surrogatepass"), np.uint8)
        try:
            link = self._ready_link()
            link.send(wire.encode(("run", text, number, outputs.most)))
        except LinkError as error:
            return not_run(error)
        status = self._finish(partial(self._follow, link, number), outputs, limits.cell_seconds)
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

    def _request(self, place: Path, home: Path, file: str) -> KernelRequest:
        return KernelRequest(
            scratch=str(place),
            argv=("-f", file),
            environment=small_environment(home),
            preload=self.limits.preload,
            memory_bytes=self.limits.memory_bytes,
            processes=self.limits.processes,
            files=self.limits.open_files,
            written_bytes=self.limits.written_bytes,
        )

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

    def _follow(
        self, link: AgentLink, number: str, outputs: Outputs, deadline: float, bounded: bool
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
                min(0.1, deadline - now), link.end if status is None else None
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
