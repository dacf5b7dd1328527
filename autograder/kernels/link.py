"""The judge's end of the socket to the agent in a kernel."""

import os
import socket
import stat
import time
from collections.abc import Callable
from pathlib import Path

from ..judge.proxy import LinkError
from .agent import receive

#: How long a program that was told to stop may take to do so, in seconds.
GRACE = 2.0


def _nothing() -> None:
    """What interrupts a kernel before there is one."""


class AgentLink:
    """Requests and answers over a Unix socket that an agent connects to.

    Parameters
    ----------
    path : where to listen; the kernel must be able to reach it
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        _open_to_all(path)  # a kernel may run as another user; its folder is closed to others
        self.listener.listen(1)
        self.connection: socket.socket | None = None
        self.interrupt: Callable[[], None] = _nothing
        self.lost = False

    def accept(self, seconds: float) -> bool:
        """Wait for the agent; whether it came."""
        self.listener.settimeout(seconds)
        try:
            self.connection, _ = self.listener.accept()
        except OSError:
            return False
        return True

    def ask(self, message: bytes, deadline: float) -> bytes:
        """Send a request and wait for its answer until ``deadline`` (monotonic seconds)."""
        if self.connection is None or self.lost:
            raise LinkError("the kernel died")
        try:
            return self._exchange(message, deadline)
        except TimeoutError:
            self.interrupt()
        except ConnectionError:
            self.lost = True
            raise LinkError("the kernel died in the middle of the test") from None
        try:
            receive(self.connection, time.monotonic() + GRACE)
        except OSError:
            self.lost = True
        raise LinkError("stopped: it took longer than the time limit")

    def _exchange(self, message: bytes, deadline: float) -> bytes:
        connection = self.connection
        assert connection is not None
        connection.settimeout(max(0.001, deadline - time.monotonic()))
        connection.sendall(message)
        answer = receive(connection, deadline)
        if answer is None:
            raise ConnectionError("hung up")
        return answer

    def close(self) -> None:
        """Hang up, which ends the agent, and remove the socket."""
        for end in (self.connection, self.listener):
            if end is not None:
                end.close()
        self.path.unlink(missing_ok=True)


def _open_to_all(path: Path) -> None:
    """Let every user connect to the socket at ``path``, and touch nothing else there.

    Where nothing but file modes protects the folder, its owner could have put a link to
    another file in the socket's place meanwhile.
    """
    place = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if stat.S_ISSOCK(os.fstat(place).st_mode):
            os.chmod(f"/proc/self/fd/{place}", 0o777)
    finally:
        os.close(place)
