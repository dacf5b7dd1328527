"""The agent inside the student's kernel: one call serves the grader for a whole notebook.

It holds no test, no expected value and no secret: it runs cells and answers requests on the
notebook's names, on the main thread, until the grader hangs up.
"""

import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from ipykernel.iostream import OutStream

from . import wire
from .scope import Scope, describe


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


class Flood(BaseException):
    """A cell prints more than it may; no ``except Exception`` goes on with it."""


class Printed:
    """How many letters the cell that runs may print yet."""

    room = sys.maxsize
    flooded = False


def bound_printing() -> None:
    """Stop a flood where it springs: as one message it would be too large to be sent.

    To be called before the shell is made, which keeps the streams' own ``write``.
    """
    write = OutStream.write

    def bounded(stream: Any, text: str) -> Any:
        Printed.room -= len(text)
        if Printed.room < 0 and not Printed.flooded:
            Printed.flooded = True
            raise Flood("this cell prints too much")
        return write(stream, text)

    OutStream.write = bounded


class Cells:
    """Runs a notebook's cells as ipykernel would for an execute request, without its round trip.

    A request costs a kernel some 6 ms of processor time in five threads, a cell by itself
    less than 1 ms. What a cell shows goes the usual way, with ``number`` as its parent.
    """

    def __init__(self, shell: Any) -> None:
        self.shell = shell

    def run(self, scope: Scope, code: str, number: str, most: int) -> str:
        """Run one cell that may print ``most`` letters; "ok", "error" or "flood"."""
        Printed.room, Printed.flooded = most, False
        with self._parent(number):
            result = self.shell.run_cell(code, store_history=True)
        scope.namespace = self.shell.user_ns
        if Printed.flooded:
            return "flood"
        return "ok" if result.success else "error"

    def tell(self, scope: Scope, number: str) -> None:
        """Publish a status and nothing else, for a grader that waits for its first message."""
        with self._parent(number):
            return

    @contextmanager
    def _parent(self, number: str) -> Iterator[None]:
        """Everything shown belongs to ``number``, and the end of it is published."""
        kernel = self.shell.kernel
        ident, own = kernel._shell_parent_ident.get(), kernel.get_parent("shell")
        parent = {**own, "header": {**own["header"], "msg_id": number}, "msg_id": number}
        kernel.set_parent(ident, parent)
        try:
            yield
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
        finally:
            kernel._publish_status("idle", "shell", parent)
            kernel.set_parent(ident, own)


def serve(path: str, shell: Any) -> None:
    """Serve the grader over the socket at ``path`` in the notebook of ``shell``."""
    cells = Cells(shell)
    scope = Scope(shell.user_ns, run=cells.run, tell=cells.tell)
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
