"""In the kernel: how a request that is served asks the judge in between, on the same connection."""

import queue
import socket
import threading
from collections.abc import Callable
from typing import Any

from .. import wire

#: The words with which the judge answers.
BACK = ("back", "back raised")
#: Reads one message in bytes; None where the other side has hung up.
Receive = Callable[[socket.socket], bytes | None]


class Abandoned(BaseException):
    """The judge has gone on and takes no answer to what it asked."""


class Exchange:
    """Asks the judge over ``connection``.

    Attributes
    ----------
    pending : a request that came in place of an answer: the one that is served is abandoned
    """

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.pending: bytes | None = None
        self.gone = False

    def __call__(self, message: bytes) -> Any:
        """Send ``message``, and give what the judge answers, decoded."""
        if self.pending is not None or self.gone:
            raise Abandoned
        self.gone = True  # unless all of this comes to its end
        self.connection.setblocking(True)
        try:
            self.connection.sendall(message)
            answer = _receive(self.connection)
        except OSError:
            answer = None
        finally:
            self.connection.setblocking(False)
        if answer is None:
            raise Abandoned
        self.gone = False
        if (found := _back(answer)) is not None:
            return found
        self.pending = answer
        raise Abandoned

    def taken(self) -> bytes | None:
        """The request that is to be served next, if it has come."""
        message, self.pending = self.pending, None
        return message


def _back(message: bytes) -> Any:
    """What the judge answers; None if it is a request."""
    found = wire.decode(message)
    return found if isinstance(found, tuple) and found[:1] and found[0] in BACK else None


def _receive(connection: socket.socket) -> bytes | None:
    prefix = _exactly(connection, wire.PREFIX.size)
    body = None if prefix is None else _exactly(connection, sum(wire.sizes(prefix)))
    return None if prefix is None or body is None else prefix + body


def _exactly(connection: socket.socket, size: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < size:
        part = connection.recv(min(1 << 20, size - len(parts)))
        if not part:
            return None
        parts += part
    return bytes(parts)


def is_mirrored(message: bytes) -> bool:
    """Whether a message belongs to a conversation about plain asserts."""
    head = message[wire.PREFIX.size : wire.PREFIX.size + 24]
    return b"mirror" in head or b"back" in head


class Beside:
    """Serves requests of the same process, in a thread, so that it can ask in between.

    Parameters
    ----------
    answer : answers one request, and asks by the function that it is given
    """

    def __init__(self, answer: Callable[[bytes, Callable[[bytes], Any]], bytes]) -> None:
        self.answer = answer
        self.out: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.back: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.asking, self.seconds = False, 0.0

    def ask(self, message: bytes, seconds: float) -> bytes:
        """The answer to a request, or what is asked in between; ``queue.Empty`` if none comes."""
        self.seconds = max(0.01, seconds)
        if self.asking and _back(message) is not None:
            self.back.put(message)
            return self._next()
        if self.asking:  # what runs is abandoned
            self.back.put(message)
            self._next()
        threading.Thread(target=self._serve, args=(message,), daemon=True).start()
        return self._next()

    def _next(self) -> bytes:
        message = self.out.get(timeout=self.seconds)
        self.asking = message[:1] == b"?"
        return message[1:]

    def _serve(self, message: bytes) -> None:
        try:
            self.out.put(b"=" + self.answer(message, self._exchange))
        except BaseException:
            self.out.put(b"=" + wire.encode(("raised", ["RuntimeError"], "abandoned", "")))

    def _exchange(self, message: bytes) -> Any:
        self.out.put(b"?" + message)
        found = _back(self.back.get())
        if found is None:
            raise Abandoned
        return found
