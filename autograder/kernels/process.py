"""A kernel's process with its folder, files, watch and outputs, whatever is spoken with it.

Every limit that is hit is a result with a reason, never an exception of the grader.
"""

import itertools
import os
import secrets
import signal
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from jupyter_client.connect import write_connection_file

from ..remote.causes import Cause
from ..remote.proxy import LinkError
from .folder_files import unpack
from .iopub import MESSAGE_LIMIT, PublishedMessages
from .launcher import ForkedKernel, Forker
from .limits import CellStatus, Limits
from .link import GRACE
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

#: Gathers outputs until a cell has ended or a moment (monotonic seconds) has come; bounded or not.
#: How it ended, and whether there is nothing more to wait for.
Follow = Callable[[Outputs, float, bool], tuple[CellStatus, bool]]


class KernelProcess(ABC):
    """One kernel in a scratch folder of its own; use it as a context manager.

    Parameters
    ----------
    forker : where kernels come from
    limits : of the kernel
    folder : where the scratch folder is made
    files : what stands beside the notebook, see `folder_files`; every start gives fresh copies
    """

    message_bytes = MESSAGE_LIMIT

    def __init__(self, forker: Forker, limits: Limits, folder: Path, files: bytes = b"") -> None:
        self.forker, self.limits, self.files = forker, limits, files
        self.scratch = Path(tempfile.mkdtemp(prefix="nb-", dir=folder))
        self.number = itertools.count(1)
        self.kernel: ForkedKernel | None = None
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
        request = self._request(place, home, file)
        request = replace(request, written_bytes=request.written_bytes + taken)
        self.kernel = self._fork(request)
        self.watch = Watch(os.dup(self.kernel.process), GROWTH_LIMIT, request.held_bytes)
        self.published = PublishedMessages(connection, self.message_bytes)
        try:
            self._wait_until_ready(self.kernel)
        except LinkError:
            fault = self._fault()
            self.stop()
            raise fault from None

    def stop(self) -> None:
        """End the kernel, if there is one; ``orphaned`` says whether its launcher did before."""
        if self.kernel is None:
            return
        self.orphaned |= self.kernel.orphaned
        self.watch.end()
        self.kernel.close()
        self.published.close()
        self.kernel = None

    @property
    def starved(self) -> bool:
        """Whether code was stopped that others had kept from running."""
        return self.waiting > STARVED

    @abstractmethod
    def _request(self, place: Path, home: Path, file: str) -> KernelRequest:
        """What to ask the launcher for; ``file`` is the connection file."""

    @abstractmethod
    def _wait_until_ready(self, kernel: ForkedKernel) -> None:
        """Wait until a cell can be run; ``LinkError`` where none can."""

    def _fork(self, request: KernelRequest) -> ForkedKernel:
        return self.forker.fork(request)

    def _fault(self) -> LinkError:
        """What to raise where the kernel has not started."""
        return LinkError(Cause.KERNEL_DID_NOT_START)

    def _within(self, seconds: float | None) -> Limits:
        """The limits of a cell for which so many seconds are left."""
        if seconds is None or seconds >= self.limits.cell_seconds:
            return self.limits
        return replace(self.limits, cell_seconds=round(max(seconds, 0.1), 1))

    def _finish(self, follow: Follow, outputs: Outputs, seconds: float) -> CellStatus:
        """Wait for a cell's end; stop it where it takes too long or shows too much."""
        status, ended = follow(outputs, time.monotonic() + seconds, True)
        if not ended:
            self._interrupt()
            _, ended = follow(Outputs(0), time.monotonic() + GRACE, False)
        if not ended:
            self._kill()
        return status

    def _interrupt(self) -> None:
        if self.kernel is not None:
            self.waiting = max(self.waiting, waiting_share(self.kernel.process))
            self._signal(self.kernel)

    def _signal(self, kernel: ForkedKernel) -> None:
        """Interrupt what runs in the kernel."""
        kernel.signal(signal.SIGINT)

    def _kill(self) -> None:
        if self.kernel is not None:
            self.kernel.signal(signal.SIGKILL)
            self.kernel.ends_within(GRACE)
