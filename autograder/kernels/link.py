"""The judge's end of the socket to the agent in a kernel."""

import os
import socket
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from ..remote.agent import receive
from ..remote.proxy import LinkError
from ..remote.wire import WireError

#: How long a program that was told to stop may take to do so, in seconds.
GRACE = 2.0


def _nothing() -> None:
    """What interrupts a kernel before there is one."""


class AgentLink:
    """Requests and answers over a Unix socket that an agent connects to.

    Parameters
    ----------
    path : where to listen; the kernel must be able to reach it
    most : how many bytes may come back to one program
    """

    def __init__(self, path: Path, most: int) -> None:
        self.path, self.most = path, most
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

    @property
    def end(self) -> int:
        """The file descriptor where answers arrive."""
        assert self.connection is not None
        return self.connection.fileno()

    def ask(self, message: bytes, deadline: float) -> bytes:
        """Send a request and wait for its answer until ``deadline`` (monotonic seconds)."""
        try:
            self._send(message, deadline)
            return self._receive(deadline)
        except TimeoutError:
            self.interrupt()
        try:
            self._receive(time.monotonic() + GRACE)
        except TimeoutError:
            self.lost = True
        raise LinkError("stopped: it took longer than the time limit")

    def send(self, message: bytes) -> None:
        """Send a request whose answer is taken later."""
        try:
            self._send(message, time.monotonic() + GRACE)
        except TimeoutError:
            self.lost = True
            raise LinkError("the kernel does not listen") from None

    def answer(self, deadline: float) -> bytes:
        """Take the answer to what was sent."""
        try:
            return self._receive(deadline)
        except TimeoutError:
            self.lost = True
            raise LinkError("the kernel does not answer") from None

    def _send(self, message: bytes, deadline: float) -> None:
        if self.connection is None or self.lost:
            raise LinkError("the kernel died")
        self.connection.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            self.connection.sendall(message)
        except ConnectionError:
            self._died()

    def _receive(self, deadline: float) -> bytes:
        assert self.connection is not None
        try:
            answer = receive(self.connection, deadline)
        except ConnectionError:
            answer = None
        except WireError:
            self.lost = True
            raise
        return answer if answer is not None else self._died()

    def _died(self) -> NoReturn:
        self.lost = True
        raise LinkError("the kernel died in the middle of the test")

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
