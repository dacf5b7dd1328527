"""Kernels of other languages in the same sandbox: cells in, outputs and reasons out, no agent.

Such a kernel is a program of its own, as its kernelspec starts it, and is spoken to by Jupyter's
messages alone. So nothing of it can be asked from another process: tests run in it, like every
cell, and what it says of them is taken as it is.
"""

import fcntl
import math
import os
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from ..remote.causes import Cause
from ..remote.proxy import Link, LinkError
from .iopub import keep_output
from .kernelspecs import require_kernel
from .launcher import ForkedKernel, Forker
from .limits import CellRun, CellStatus, Limits, cell_run, not_run
from .outputs import Outputs, legible
from .process import PRINTED, START_SECONDS
from .request import KernelRequest
from .session import KernelSession
from .watch import running_children

#: What a kernel's program may print beside its outputs, where nobody sees it, for one cell.
SAID_BYTES = 1 << 20
#: How much of that is told where the kernel does not start.
TOLD = 500
#: Bytes of a message: many kernels send what was printed in a fifth of a second in one.
MESSAGE_BYTES = 128 << 20
#: How long what a kernel publishes may take to arrive after its answer.
SETTLE_SECONDS = 1.0


class ForeignKernelError(LinkError):
    """A kernel of another language that did not start; the message says what to do."""

    def __init__(self, message: str) -> None:
        Exception.__init__(self, message)
        self.cause = Cause.KERNEL_DID_NOT_START


class ForeignSession(KernelSession):
    """One kernel of another language, see `KernelSession`.

    Parameters
    ----------
    kernel : the name of its kernelspec

    Raises
    ------
    CourseError
        If it is not installed.
    """

    message_bytes = MESSAGE_BYTES

    def __init__(
        self, forker: Forker, limits: Limits, folder: Path, kernel: str, files: bytes = b""
    ) -> None:
        self.foreign = require_kernel(kernel)
        super().__init__(forker, limits, folder, files)
        self.said = -1
        self.answer: dict[str, Any] = {}
        self.has_started = False
        self.interpreters: frozenset[int] = frozenset()

    def start(self) -> None:
        """Start a kernel, see `KernelProcess.start`."""
        try:
            super().start()
        except BaseException:
            self._forget()
            raise
        self.has_started = True
        self.interpreters = self._children()

    def close(self) -> None:
        """End the kernel and remove its folder."""
        super().close()
        self._forget()

    def run(self, code: str, seconds: float | None = None) -> CellRun:
        """Run one cell and wait for it, see `KernelSession.run`."""
        limits = self._within(seconds)
        if not self.alive:
            return not_run(LinkError(Cause.KERNEL_DIED))
        os.lseek(self.said, 0, os.SEEK_SET)
        outputs = Outputs(limits.output_bytes, PRINTED * limits.output_bytes)
        text = code.encode("utf-8", "replace").decode()
        number = self._send(
            "execute_request",
            code=text,
            silent=False,
            store_history=True,
            user_expressions={},
            allow_stdin=False,
            stop_on_error=False,
        )
        status = self._finish(partial(self._hear, number), outputs, limits.cell_seconds)
        if self.alive and not self.interpreters <= self._children():
            self._kill()  # some kernels start another one, and say that all is well
            status = CellStatus.DEAD
        if status is CellStatus.ERROR:
            outputs.error = self._failed(outputs)
        told = replace(limits, output_bytes=outputs.most)
        return cell_run(status, outputs, told, self.watch.excess)

    def connect(self) -> Link:
        """There is nobody to ask."""
        raise LinkError(Cause.NO_ANSWER)

    def reconnect(self) -> None:
        """There is no link that could be lost."""
        if not self.alive:
            raise LinkError(Cause.KERNEL_DIED)

    def _request(self, place: Path, home: Path, file: str) -> KernelRequest:
        request = super()._request(place, home, file)
        return replace(
            request,
            argv=self.foreign.words(file),
            environment=self.foreign.environment(home),
            preload=(),
            program=self.foreign.program,
            readable=self.foreign.readable,
        )

    def _fork(self, request: KernelRequest) -> ForkedKernel:
        self._forget()
        self.said = _bounded_file()
        return self.forker.fork(request, self.said)

    def _children(self) -> frozenset[int]:
        """The processes that run under the kernel: at its start, the interpreter that it wraps."""
        return running_children(self.kernel.process) if self.kernel else frozenset()

    def _forget(self) -> None:
        """Let go of what the program of a kernel has printed."""
        if self.said >= 0:
            os.close(self.said)
            self.said = -1

    def _wait_until_ready(self, kernel: ForkedKernel) -> None:
        """Ask the kernel what it is until its answer is heard on both channels."""
        client = self.published.client
        self.requests, self.control = client.connect_shell(), client.connect_control()
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and kernel.alive:
            number = self._send("kernel_info_request")
            _, idle = self._listen(number, Outputs(0), deadline, settle=0.2)
            if idle:
                return
        raise LinkError(Cause.KERNEL_DID_NOT_START)

    def _fault(self) -> LinkError:
        name = self.foreign.name
        if self.has_started:  # a submission's author reads this, and knows nothing of the machine
            return ForeignKernelError(f"the kernel {name!r} did not start again")
        said = os.pread(self.said, SAID_BYTES, 0).rstrip(b"\0").decode(errors="replace")
        last = " / ".join(said.strip().split("\n")[-2:])
        ended = f"it said: {last[-TOLD:]}" if last else "it said nothing"
        return ForeignKernelError(
            f"the kernel {name!r} ({self.foreign.folder}) did not start in the sandbox; {ended}. "
            f"It could read {', '.join(self.foreign.readable) or 'nothing'} and the system; list "
            'further folders in its kernel.json: "metadata": {"autograder": {"readable": ["/…"]}}. '
            "Where `autograder doctor` says partial, some kernels need full"
        )

    def _send(self, kind: str, **content: Any) -> str:
        """Send a request; the number by which its answers are known."""
        session = self.published.client.session
        message = session.msg(kind, content)
        session.send(self.requests, message)
        return str(message["header"]["msg_id"])

    def _signal(self, kernel: ForkedKernel) -> None:
        if self.foreign.by_message:
            session = self.published.client.session
            session.send(self.control, session.msg("interrupt_request", {}))
        else:
            super()._signal(kernel)

    def _hear(
        self, number: str, outputs: Outputs, deadline: float, bounded: bool
    ) -> tuple[CellStatus, bool]:
        """Gather what a cell shows, see `process.Follow`."""
        most = outputs.most if bounded else math.inf
        status, _ = self._listen(number, outputs, deadline, SETTLE_SECONDS, most)
        if not self.alive:
            return CellStatus.DEAD, True
        if outputs.seen > most:
            return CellStatus.FLOOD, status is not None
        return status or CellStatus.TIMEOUT, status is not None

    def _listen(
        self,
        number: str,
        outputs: Outputs,
        deadline: float,
        settle: float,
        most: float = math.inf,
    ) -> tuple[CellStatus | None, bool]:
        """Gather what belongs to a request until all of it has come, or too much.

        Returns
        -------
        tuple of CellStatus or None, and bool
            What the answer says, and whether the request's end was heard beside it.
        """
        status: CellStatus | None = None
        idle = False
        while not (status and idle) and self.alive and outputs.seen <= most:
            left = deadline - time.monotonic()
            if left <= 0:
                break
            other = self.requests if status is None else None
            messages, answered = self.published.receive(min(0.1, left), other)
            for message in messages:
                idle |= keep_output(message, number, outputs)
            if answered:
                status = self._answer(number)
                deadline = time.monotonic() + settle if status else deadline
        return status, idle

    def _answer(self, number: str) -> CellStatus | None:
        """What the answer to a request says; None where what has come is another's."""
        message = self.published.take(self.requests)
        if message is None or message["parent_header"].get("msg_id") != number:
            return None
        content = message["content"]
        self.answer = content if isinstance(content, dict) else {}
        return CellStatus.OK if self.answer.get("status", "ok") == "ok" else CellStatus.ERROR

    def _failed(self, outputs: Outputs) -> str:
        """Why a cell failed; a kernel may give an error no name, or only say that there is one."""
        shown = outputs.error.removeprefix(": ").strip()
        if shown and not outputs.error.startswith(": "):
            return shown
        value = shown or legible(self.answer.get("evalue") or self.answer.get("status"))
        return f"it failed: {value[:TOLD]}"


def _bounded_file() -> int:
    """A file in memory that never grows; whoever writes more than fits has an error."""
    file = os.memfd_create("said", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(file, SAID_BYTES)
    fcntl.fcntl(file, fcntl.F_ADD_SEALS, fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK)
    return file
