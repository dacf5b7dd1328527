"""The agent inside the student's kernel: one call serves the judge for a whole test cell.

It holds no test, no expected value and no secret: it answers requests on the notebook's
names, on the main thread, until the judge hangs up.
"""

import signal
import socket
import time
from collections.abc import MutableMapping
from types import FrameType
from typing import Any

from ..judge import wire
from ..judge.scope import Scope, describe


def receive(connection: socket.socket, deadline: float | None = None) -> bytes | None:
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


def _exactly(connection: socket.socket, size: int, deadline: float | None) -> bytes | None:
    parts = bytearray(size)
    view, got = memoryview(parts), 0
    while got < size:
        if deadline is not None:
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


def serve(path: str, namespace: MutableMapping[str, Any]) -> None:
    """Answer the judge's requests on ``namespace`` over the socket at ``path``."""
    scope = Scope(namespace)
    busy = False

    def on_interrupt(number: int, frame: FrameType | None) -> None:
        if busy:
            raise KeyboardInterrupt

    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        before = signal.signal(signal.SIGINT, on_interrupt)
        try:
            while (message := receive(connection)) is not None:
                try:
                    busy = True
                    answer = scope.answer(message)
                    busy = False
                except KeyboardInterrupt as error:
                    answer = wire.encode(("raised", *describe(error)))
                finally:
                    busy = False
                connection.sendall(answer)
        except ConnectionError:
            pass
        finally:
            signal.signal(signal.SIGINT, before)
