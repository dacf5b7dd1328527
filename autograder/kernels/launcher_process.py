"""The launcher's process: it has imported everything, and forks a kernel on request.

    python -P -m autograder.kernels.launcher_process DESCRIPTOR LEVEL [MODULE…]

It is started with a small environment, holds nothing of the course, runs no torch operation and
starts no thread. Who asks has inherited the other end of its socket: it has no address. A packet
is a request, with the descriptor of a reply socket; the reply carries a descriptor of the
kernel's process (pidfd). When the reply's other end is closed the kernel dies; when standard
input is, so does the launcher. Its level of isolation is told when it starts, and by no request.
"""

import os
import select
import signal
import socket
import sys
from contextlib import suppress

import msgspec

from ..course.errors import CourseError
from ..sandbox.cgroups import Groups, hierarchies
from ..sandbox.plan import readable_folders
from .fork import keep
from .preload import preload, preload_engine
from .request import PACKET_BYTES, KernelRequest

STANDARD = (0, 1, 2)


class LauncherProcess:
    """The kernels that were forked, each by the descriptor of its reply socket.

    Parameters
    ----------
    control : where requests come from
    level : of every kernel's isolation
    """

    def __init__(self, control: socket.socket, level: str) -> None:
        self.control, self.level = control, level
        self.keepers: dict[int, int] = {}
        self.groups = Groups(hierarchies() if level != "none" else ())
        self.preloaded: set[str] = set()
        self.readable: tuple[str, ...] = ()
        self.poller = select.poll()
        self.poller.register(0, select.POLLIN | select.POLLHUP)
        self.poller.register(control, select.POLLIN)

    def preload(self, modules: tuple[str, ...]) -> None:
        """Import what is not there yet, and make it readable in the sandbox."""
        known = {*STANDARD, self.control.fileno(), *self.keepers}
        preload([name for name in modules if name not in self.preloaded], known)
        self.preloaded.update(modules)
        self.readable = readable_folders(self.preloaded)

    def serve(self) -> None:
        """Fork kernels until standard input closes."""
        while True:
            for number, _ in self.poller.poll(1000):
                if number == 0:
                    return
                if number != self.control.fileno():
                    self._end(number)
                elif not self._take_request():
                    return
            self._reap()
            self.groups.tidy()

    def close(self) -> None:
        """End every kernel."""
        for reply in list(self.keepers):
            self._end(reply)
        self.groups.close()

    def _take_request(self) -> bool:
        """Fork one kernel; whether there is somebody who may ask for another."""
        packet, ends, _, _ = socket.recv_fds(self.control, PACKET_BYTES, 2)
        if not packet:
            return False
        reply, doorbell = ends
        try:
            request = msgspec.json.decode(packet, type=KernelRequest)
            new = set(request.preload) - self.preloaded
            if new:
                for end in ends:  # they are none that a module has opened
                    self.keepers[end] = 0
                try:
                    self.preload(request.preload)
                finally:
                    for end in ends:
                        del self.keepers[end]
            pid = os.fork()
            if pid == 0:
                try:
                    self._become_keeper(request, reply, doorbell)
                finally:
                    os._exit(1)
            self.keepers[reply] = pid
            self.poller.register(reply, 0)  # only that its other end is closed
        except (CourseError, msgspec.MsgspecError, OSError) as error:
            send(reply, f"error {error}".encode()[:PACKET_BYTES])
            os.close(reply)
        finally:
            os.close(doorbell)
        return True

    def _become_keeper(self, request: KernelRequest, reply: int, doorbell: int) -> None:
        """In the fork: let go of all that is the launcher's."""
        os.close(self.control.detach())
        for other in self.keepers:
            os.close(other)
        self.groups.enter(request.held_bytes, request.processes)
        keep(request.jail(self.level, self.readable), request, reply, doorbell)

    def _end(self, reply: int) -> None:
        """End a keeper; its kernel, and all that the kernel started, die with it."""
        pid = self.keepers.pop(reply)
        if pid:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            self.groups.remove(pid)
        self.poller.unregister(reply)
        os.close(reply)

    def _reap(self) -> None:
        """Wait for the keepers that have ended; their replies stay open, see ``ForkedKernel``."""
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self.groups.remove(pid)
            for reply, keeper in self.keepers.items():
                if keeper == pid:
                    self.keepers[reply] = 0
                    send(reply, b"error the kernel's process ended at once")


def send(reply: int, packet: bytes) -> None:
    """Send a packet to who may have gone; nobody reads more than the first of them."""
    end = socket.socket(fileno=reply)
    with suppress(OSError):
        end.send(packet, socket.MSG_DONTWAIT)
    end.detach()


def main() -> None:
    """Import, say that it is ready, and serve."""
    number, level, *modules = sys.argv[1:]
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    launcher = LauncherProcess(socket.socket(fileno=int(number)), level)
    try:
        preload_engine()
        launcher.preload(tuple(modules))
    except CourseError as error:
        sys.exit(str(error))
    print("ready", flush=True)
    try:
        launcher.serve()
    finally:
        launcher.close()


if __name__ == "__main__":
    main()
