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
    """Asks the judge over ``connection``, and serves what it asks meanwhile.

    Attributes
    ----------
    pending : a request that came in place of an answer: the one that is served is abandoned
    """

    def __init__(self, connection: socket.socket, serve: Callable[[bytes], bytes]) -> None:
        self.connection, self.serve = connection, serve
        self.depth = 0
        self.pending: bytes | None = None
        self.gone = False

    def __call__(self, message: bytes) -> Any:
        """Send ``message``, and give what the judge answers, decoded."""
        self.depth += 1
        try:
            while True:
                answer = self._sent(message)
                found = wire.decode(answer)
                if _is_back(found):
                    return found
                if depth_of(found) != self.depth:
                    self.pending = answer
                    raise Abandoned
                message = self.serve(answer)  # what the judge asks before it answers
        finally:
            self.depth -= 1

    def _sent(self, message: bytes) -> bytes:
        """Send a message and take the next one."""
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
        return answer

    def taken(self) -> bytes | None:
        """The request that is to be served next, if it has come."""
        message, self.pending = self.pending, None
        return message


def _is_back(found: Any) -> bool:
    """Whether a message is an answer of the judge's."""
    return isinstance(found, tuple) and found[:1] != () and found[0] in BACK


def depth_of(found: Any) -> int:
    """In how many of its own answers the judge is while it sends a request."""
    match found:
        case (str() as word, _, _, _, _, int() as depth) if word == "mirror":
            return depth
    return 0


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
        self.asking, self.seconds, self.depth = False, 0.0, 0

    def ask(self, message: bytes, seconds: float) -> bytes:
        """The answer to a request, or what is asked in between; ``queue.Empty`` if none comes."""
        self.seconds = max(0.01, seconds)
        if self.asking:
            found = wire.decode(message)
            self.back.put(message)
            answer = self._next()
            if _is_back(found) or depth_of(found):
                return answer
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
        self.depth += 1
        try:
            while True:
                self.out.put(b"?" + message)
                answer = self.back.get()
                found = wire.decode(answer)
                if _is_back(found):
                    return found
                if depth_of(found) != self.depth:
                    raise Abandoned
                message = self.answer(answer, self._exchange)
        finally:
            self.depth -= 1
