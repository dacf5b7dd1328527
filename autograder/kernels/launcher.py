"""The grader's side of the launcher: start one, ask it for kernels, end it.

There is no address to ask at: a ``Forker`` has inherited the launcher's socket, or was handed it
when its process was started.
"""

import os
import select
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from ..course.errors import CourseError
from .request import PACKET_BYTES, KernelRequest

#: How long a launcher may take to answer; it may have to import modules first.
ANSWER_SECONDS = 120.0
#: How long it is waited for the end of a kernel, and of all that it started, that was killed.
END_SECONDS = 5.0
PASSED_ON = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
#: No byte code beside the sources, and no warning of a debugger that nobody asked for.
QUIET = {"PYTHONDONTWRITEBYTECODE": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}


class LauncherError(CourseError):
    """No kernel could be forked; the message says why."""


class ForkedKernel:
    """A kernel's process, which ends when this is closed.

    Parameters
    ----------
    process : a descriptor of it (pidfd)
    lifeline : the launcher ends the kernel when this is closed, and only its own end closes the
        other side
    doorbell : where the kernel's agent takes connections
    """

    def __init__(self, process: int, lifeline: socket.socket, doorbell: socket.socket) -> None:
        self.process, self.lifeline, self.doorbell = process, lifeline, doorbell

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process >= 0 and not self.ends_within(0)

    @property
    def orphaned(self) -> bool:
        """Whether the launcher has ended, and the kernel with it."""
        try:
            if not select.select([self.lifeline], [], [], 0)[0]:
                return False
            while packet := self.lifeline.recv(PACKET_BYTES, socket.MSG_DONTWAIT):
                assert packet  # word of the kernel's end
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True

    def ends_within(self, seconds: float) -> bool:
        """Whether the process ends in that time."""
        return bool(select.select([self.process], [], [], seconds)[0])

    def signal(self, number: int) -> None:
        """Send a signal, if there is somebody to get it."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.process, number)

    def connect(self) -> socket.socket:
        """A new connection to the kernel's agent; ``OSError`` where there is no kernel."""
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self.doorbell, [b"c"], [theirs.fileno()], socket.MSG_DONTWAIT)
        return ours

    def close(self) -> None:
        """End the kernel and all that it started, and let go of it."""
        if self.process < 0:
            return
        self.signal(signal.SIGKILL)
        self.ends_within(END_SECONDS)
        self.lifeline.close()
        self.doorbell.close()
        os.close(self.process)
        self.process = -1


@dataclass(frozen=True)
class Forker:
    """Asks a launcher for kernels; it can be handed to a process that is being started.

    Every packet is whole, so that several processes may ask on one socket.
    """

    control: socket.socket

    def fork(self, request: KernelRequest, said: int = -1) -> ForkedKernel:
        """Fork a kernel into the sandbox.

        Parameters
        ----------
        said : of a program of its own, a descriptor of the file for what it says

        Raises
        ------
        LauncherError
            If a module cannot be preloaded, or the sandbox cannot be entered, with the call that
            failed; or if there is no launcher any more.
        """
        lifeline, reply = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        doorbell, inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        lifeline.settimeout(ANSWER_SECONDS)
        try:
            with reply, inside:
                ends = [reply.fileno(), said if request.program else inside.fileno()]
                socket.send_fds(self.control, [msgspec.json.encode(request)], ends)
            packet, tickets, _, _ = socket.recv_fds(lifeline, PACKET_BYTES, 1)
        except OSError as error:
            packet, tickets = f"error no answer: {error}".encode(), []
        if tickets:
            lifeline.setblocking(False)  # with a timeout, MSG_DONTWAIT would wait for it
            return ForkedKernel(tickets[0], lifeline, doorbell)
        lifeline.close()
        doorbell.close()
        reason = packet.decode(errors="replace").removeprefix("error ")
        raise LauncherError(reason or "the launcher of kernels died")


class Launcher:
    """A launcher process; use it as a context manager.

    Parameters
    ----------
    level : of its kernels' isolation, for good
    preload : modules to import before the first fork; a request may name more
    folder : for its log, and for what its kernels write
    """

    def __init__(self, level: str, preload: tuple[str, ...], folder: Path) -> None:
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.forker = Forker(control)
        self.log = folder / "launcher.log"
        self.ready = False
        module = "autograder.kernels.launcher_process"
        command = [sys.executable, "-P", "-m", module, str(theirs.fileno()), level, *preload]
        with theirs, self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=small_environment(folder),
                cwd=folder,
                pass_fds=[theirs.fileno()],
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process.poll() is None

    def wait(self) -> None:
        """Wait until everything is imported; ``LauncherError`` where something cannot be."""
        assert self.process.stdout is not None
        if self.ready:  # it says so once
            return
        self.ready = b"ready\n" in self.process.stdout  # a module may print when it is imported
        if not self.ready:
            said = self.log.read_text(errors="replace").strip().splitlines()
            raise LauncherError(f"the launcher of kernels did not start: {' '.join(said[-1:])}")

    def close(self) -> None:
        """End the launcher and every kernel that it forked."""
        for end in (self.process.stdin, self.process.stdout, self.forker.control):
            if end is not None:
                end.close()
        self.process.wait()


def small_environment(home: Path) -> dict[str, str]:
    """What a kernel's process may know of the grader's environment, and its own folders."""
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    for name in ("HOME", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR", "JUPYTER_RUNTIME_DIR"):
        kept[name] = str(home)
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return kept | dict.fromkeys(threads, "1") | QUIET
