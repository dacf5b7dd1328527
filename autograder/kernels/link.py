"""The judge's end of the socket to the agent in a kernel."""

import socket
import time
from collections.abc import Callable
from typing import NoReturn

from ..remote import wire
from ..remote.causes import Cause
from ..remote.proxy import LinkError
from ..remote.wire import WireError

#: How long a program that was told to stop may take to do so, in seconds.
GRACE = 2.0


class AgentLink:
    """Requests and answers over a connection to the agent in a kernel.

    Parameters
    ----------
    connection : the judge's end
    most : how many bytes may come back to one program
    interrupt : stops what runs in the kernel
    """

    def __init__(self, connection: socket.socket, most: int, interrupt: Callable[[], None]) -> None:
        self.connection, self.most, self.interrupt = connection, most, interrupt
        self.lost = False

    @property
    def end(self) -> int:
        """The file descriptor where answers arrive."""
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
        raise LinkError(Cause.PROGRAM_TIME)

    def send(self, message: bytes) -> None:
        """Send a request whose answer is taken later."""
        try:
            self._send(message, time.monotonic() + GRACE)
        except TimeoutError:
            self.lost = True
            raise LinkError(Cause.NO_ANSWER) from None

    def answer(self, deadline: float) -> bytes:
        """Take the answer to what was sent."""
        try:
            return self._receive(deadline)
        except TimeoutError:
            self.lost = True
            raise LinkError(Cause.NO_ANSWER) from None

    def _send(self, message: bytes, deadline: float) -> None:
        if self.lost:
            raise LinkError(Cause.KERNEL_DIED)
        self.connection.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            self.connection.sendall(message)
        except ConnectionError:
            self._died()

    def _receive(self, deadline: float) -> bytes:
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
        raise LinkError(Cause.KERNEL_DIED)

    def close(self) -> None:
        """Hang up."""
        self.lost = True
        self.connection.close()


def receive(connection: socket.socket, deadline: float) -> bytes | None:
    """Read one message; None where the other side has hung up between two messages.

    All of it must have come by ``deadline`` (monotonic seconds); else ``TimeoutError``.
    """
    prefix = _exactly(connection, wire.PREFIX.size, deadline)
    if prefix is None:
        return None
    body = _exactly(connection, sum(wire.sizes(prefix)), deadline)
    if body is None:
        raise ConnectionError("hung up in the middle of a message")
    return prefix + body


def _exactly(connection: socket.socket, size: int, deadline: float) -> bytes | None:
    """So many bytes; None where there is not even one of a message's first."""
    parts = bytearray(size)
    view, got = memoryview(parts), 0
    while got < size:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)
        count = connection.recv_into(view[got:])
        if count == 0:
            if got == 0 and size == wire.PREFIX.size:
                return None
            raise ConnectionError("hung up in the middle of a message")
        got += count
    return bytes(parts)
