"""A kernel for one submission: cells in, outputs and reasons out.

The session speaks Jupyter's own protocol to a real ipykernel. Every limit that is hit is a
result with a reason, never an exception of the grader.
"""

import itertools
import os
import re
import secrets
import select
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

from ..remote import wire
from ..remote.proxy import Link, LinkError
from ..sandbox.levels import best_level
from .channels import Channels, belongs, take
from .limits import CellRun, Limits
from .link import GRACE, AgentLink
from .outputs import Outputs
from .provisioner import NAME
from .warm import current, is_open
from .watch import Watch

__all__ = ["CellRun", "KernelSession", "Limits"]

START_SECONDS = 60.0
#: The reason of a cell whose exception the kernel could not format any more.
UNTOLD = "it raised an exception that the kernel could not show: it is out of memory"
#: How much this process may grow while it listens to a kernel, in bytes.
GROWTH_LIMIT = 1 << 30
#: A cell with one of these runs on the kernel's own event loop.
AWAITS = re.compile(r"\b(await|async|asyncio)\b")


class KernelSession:
    """One kernel in a scratch folder of its own; use it as a context manager."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.scratch = Path(tempfile.mkdtemp(prefix="nb-"))
        self.number = itertools.count(1)
        self.manager: KernelManager | None = None
        self.link: AgentLink | None = None
        self.agent_request = ""
        self.launchers: list[Any] = []

    def __enter__(self) -> "KernelSession":
        if self.manager is None:
            self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the kernel and remove its folder."""
        self.stop()
        shutil.rmtree(self.scratch, ignore_errors=True)

    @property
    def alive(self) -> bool:
        """Whether there is a kernel that can run a cell."""
        ticket = self.manager.provisioner.ticket if self.manager is not None else -1
        return ticket >= 0 and not select.select([ticket], [], [], 0)[0]

    @property
    def orphaned(self) -> bool:
        """Whether a kernel ended because its launcher did: no fault of what ran in it."""
        return not all(is_open(launcher) for launcher in self.launchers)

    def start(self) -> None:
        """Start a kernel; what an earlier one defined is gone."""
        self.stop()
        place = self.scratch / str(next(self.number))
        place.mkdir()
        self.run_folder = place / "run"
        manager = KernelManager()
        manager._kernel_spec = self._specification(place)
        manager.start_kernel(env={})
        self.manager = manager
        self.launchers.append(current())
        self.watch = Watch(os.dup(manager.provisioner.ticket), GROWTH_LIMIT)
        self.channels = Channels(manager)
        self._wait_until_ready()

    def stop(self) -> None:
        """End the kernel, if there is one."""
        self.hang_up(wait=False)
        if self.manager is None:
            return
        self.watch.end()
        self.manager.shutdown_kernel(now=True)
        self.channels.close()
        self.manager = None

    def run(self, code: str) -> CellRun:
        """Run one cell and wait for it, at most ``cell_seconds``."""
        if not self.alive:
            self.hang_up(wait=False)
            return CellRun("dead", [], "there is no kernel")
        outputs = Outputs(self.limits.output_bytes)
        status = self._served(code, outputs) or self._requested(code, outputs)
        match status:
            case "timeout":
                reason = f"stopped after {self.limits.cell_seconds:g} s, the time limit of a cell"
            case "flood":
                reason = f"stopped: it printed more than {self.limits.output_bytes >> 10} KiB"
            case "dead":
                reason = "the kernel died: the cell ended its own process or ran out of memory"
            case _:
                reason = outputs.error or (UNTOLD if status == "error" else "")
        return CellRun(status, outputs.nodes, reason)

    def connect(self) -> Link:
        """A link to the agent in this kernel, started if it is not there."""
        return self._agent(self.limits.program_seconds)

    def _agent(self, seconds: float) -> AgentLink:
        if self.link is not None and not self.link.lost:
            return self.link
        self.hang_up()
        try:
            path = self.run_folder / secrets.token_hex(4)
            link = AgentLink(path, self.limits.returned_bytes)
        except OSError as error:
            raise LinkError(f"the kernel cannot be asked: {error.strerror}") from None
        link.interrupt = self._signal
        self.agent_request = self.channels.request(
            "__import__('autograder.remote.agent', fromlist=['serve'])"
            f".serve({str(link.path)!r}, get_ipython())",
            silent=True,
            store_history=False,
        )
        self.link = link
        deadline = time.monotonic() + seconds
        drain = Outputs(0)
        while not link.accept(0.1):
            soon = time.monotonic() + 0.01
            ended = self._follow(self.agent_request, drain, soon, bounded=False)
            if ended != "timeout" or time.monotonic() > deadline:
                link.lost = True
                raise LinkError("the kernel does not answer: it is busy or broken")
        return link

    def _served(self, code: str, outputs: Outputs) -> str:
        """Have the agent run a cell; its status, or nothing where it must be requested."""
        if AWAITS.search(code):
            return ""
        try:
            link = self._agent(self.limits.program_seconds)
            number = secrets.token_hex(16)
            link.send(wire.encode(("run", code, number, self.limits.output_bytes)))
        except (LinkError, wire.WireError):
            return ""
        deadline = time.monotonic() + self.limits.cell_seconds
        status, done = self._watch(link, number, outputs, deadline)
        if not done:
            self._signal()
            _, done = self._watch(link, number, None, time.monotonic() + GRACE)
        if not done:
            self._kill()
        return status

    def _watch(
        self, link: AgentLink, number: str, outputs: Outputs | None, deadline: float
    ) -> tuple[str, bool]:
        """Gather what a cell shows until the agent says that it is done.

        Returns its status, and whether there is nothing more to wait for.
        """
        status, idle, kept = "", False, outputs or Outputs(0)
        self.channels.listen(link.end)
        try:
            while not (status and idle):
                now = time.monotonic()
                if now > deadline:  # or the idle message was lost in a flood
                    return status or "timeout", bool(status)
                for channel, message in self.channels.messages(min(0.1, deadline - now)):
                    if channel == "agent":
                        status = _status(link, deadline + GRACE)
                        deadline = time.monotonic() + 1.0
                        self.channels.ignore(link.end)
                    elif channel == "iopub":
                        idle |= take(message, number, kept)
                if outputs is not None and outputs.full:
                    return "flood", bool(status)
                if link.lost:
                    return "error" if self._survives() else "dead", True
            return status, True
        finally:
            if not status:
                self.channels.ignore(link.end)

    def _survives(self) -> bool:
        """Whether the kernel is there a moment after its agent has gone."""
        if self.manager is not None:
            select.select([self.manager.provisioner.ticket], [], [], 0.2)
        return self.alive

    def _requested(self, code: str, outputs: Outputs) -> str:
        """Run a cell by an execute request, on the kernel's own event loop."""
        self.hang_up()
        if not self.alive:
            return "dead"
        request = self.channels.request(code)
        status = self._follow(request, outputs, time.monotonic() + self.limits.cell_seconds)
        if status in ("timeout", "flood") and not self._interrupt(request):
            self._kill()
        return status

    def hang_up(self, wait: bool = True) -> None:
        """End the agent; where it does not give the kernel back, the kernel is killed."""
        if self.link is None:
            return
        self.link.close()
        self.link = None
        if not wait or not self.alive:
            return
        drain = Outputs(0)
        status = self._follow(self.agent_request, drain, time.monotonic() + GRACE, bounded=False)
        if status == "timeout" and not self._interrupt(self.agent_request):
            self._kill()

    def _specification(self, place: Path) -> KernelSpec:
        """A kernel specification that asks for the sandbox with these limits."""
        limits = {
            "scratch": str(place),
            "level": self.limits.level or best_level(self.limits.unsafe),
            "memory_bytes": self.limits.memory_bytes,
            "processes": self.limits.processes,
            "files": self.limits.open_files,
            "written_bytes": self.limits.written_bytes,
            "torch": self.limits.torch,
        }
        provisioner = {"provisioner_name": NAME, "config": {"limits": limits}}
        return KernelSpec(
            argv=["python", "-f", "{connection_file}"],
            language="python",
            display_name="Python 3",
            metadata={"kernel_provisioner": provisioner},
        )

    def _wait_until_ready(self) -> None:
        """Start the agent, and have it publish something until that is heard."""
        deadline = time.monotonic() + START_SECONDS
        try:
            link = self._agent(START_SECONDS)
        except LinkError:
            raise LinkError("the kernel did not start") from None
        while True:
            number = secrets.token_hex(16)
            link.send(wire.encode(("tell", number)))
            link.answer(deadline)
            until = time.monotonic() + 0.1
            while time.monotonic() < until:
                for channel, message in self.channels.messages(0.05):
                    if channel == "iopub" and take(message, number, Outputs(0)):
                        return
            if time.monotonic() > deadline or not self.alive:
                raise LinkError("the kernel did not start")

    def _follow(self, request: str, outputs: Outputs, deadline: float, bounded: bool = True) -> str:
        """Gather a request's outputs until it is done, dead, too long or too loud."""
        reply, idle, replied_at = "", False, 0.0
        while not (reply and idle):
            now = time.monotonic()
            if now > deadline:
                return "timeout"
            if reply and now > replied_at + 1.0:
                break  # the idle message was lost in a flood
            arrived = self.channels.messages(min(0.1, deadline - now))
            if not arrived and not self.alive:
                return "dead"
            for channel, message in arrived:
                if channel == "iopub":
                    idle |= take(message, request, outputs)
                elif channel == "shell" and belongs(message, request):
                    reply, replied_at = str(message["content"].get("status")), time.monotonic()
            if bounded and outputs.full:
                return "flood"
        return "ok" if reply == "ok" else "error"

    def _interrupt(self, request: str) -> bool:
        """Interrupt what runs; whether the kernel is free again soon after."""
        self._signal()
        deadline = time.monotonic() + GRACE
        return self._follow(request, Outputs(0), deadline, bounded=False) in ("ok", "error")

    def _signal(self) -> None:
        if self.manager is not None and self.alive:
            self.manager.interrupt_kernel()

    def _kill(self) -> None:
        if self.manager is not None:
            self.manager.shutdown_kernel(now=True)


def _status(link: AgentLink, deadline: float) -> str:
    """What the agent says of a cell that it ran: "ok", "error" or "flood"."""
    try:
        told = wire.decode(link.answer(deadline))
    except (LinkError, wire.WireError):
        return "error"
    match told:
        case (str() as word, str() as status) if word == "value" and status in ("ok", "flood"):
            return status
    return "error"
