"""The agent inside the student's kernel: it runs cells and answers requests on their names.

It holds no test, no expected value and no secret. It lives on the kernel's own event loop, as
the shell's requests do: a cell that awaits, and the tasks that it leaves behind, are served
between two requests.
"""

import asyncio
import builtins
import getpass
import re
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import numpy as np
from ipykernel.zmqshell import ZMQInteractiveShell

from . import wire
from .mirror.exchange import Exchange
from .mirror.kernel import Mirror
from .printing import Allowance, BoundedStream
from .scope import Scope, describe

#: Names of the shell's own, which every cell binds anew.
SHELL = re.compile(r"_{1,3}|_i{1,3}|_i?\d+|_[iod]h|In|Out|_exit_code")


class Agent:
    """The agent of one kernel.

    Parameters
    ----------
    shell : the kernel's
    doorbell : where the grader hands over a connection, one in each message; the agent serves
        them one after the other
    """

    def __init__(self, shell: ZMQInteractiveShell, doorbell: socket.socket) -> None:
        self.shell, self.kernel, self.doorbell = shell, shell.kernel, doorbell
        self.streams = [s for s in (sys.stdout, sys.stderr) if isinstance(s, BoundedStream)]
        self.allowance = Allowance()
        for stream in self.streams:
            stream.allowance = self.allowance
        self.task: asyncio.Task[None] | None = None
        self.busy = False
        self.awaited = True  # until the grader has gone
        self.places: dict[str, dict[str, Any]] = {}
        self.checks: dict[str, Any] = {}
        self.mirror = Mirror()
        self.place = ""
        self.last: dict[str, Any] | None = None
        self.requested: tuple[str, str, int] | None = None

    def listen(self) -> None:
        """Serve from now on; to be called on the running event loop."""
        # nobody is there to be asked, and the kernel says so
        builtins.input, getpass.getpass = self.kernel.raw_input, self.kernel.getpass
        self.loop = asyncio.get_running_loop()
        self.loop.add_reader(self.doorbell, self._accept)

    def _accept(self) -> None:
        _, ends, _, _ = socket.recv_fds(self.doorbell, 1, 1)
        if not ends:
            self.awaited = False
            self.loop.remove_reader(self.doorbell)
            return
        connection = socket.socket(fileno=ends[0])
        connection.setblocking(False)
        signal.signal(signal.SIGINT, self._interrupt)
        self.task = self.loop.create_task(serve(self, connection, self.task))

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        """Stop the code that runs, and nothing else: raise in it, or cancel what it awaits.

        The event loop's own code must not be interrupted, it would forget the task.
        """
        if not self.busy or self.task is None:
            return
        while frame is not None:
            if frame.f_code is Agent.answer.__code__:
                raise KeyboardInterrupt
            frame = frame.f_back
        self.loop.call_soon_threadsafe(self.task.cancel)

    async def answer(self, scope: Scope, message: bytes) -> bytes:
        """Answer one request, whatever it raises; a cell is run here and not by the scope."""
        self.busy = True
        try:
            self.allowance.muted = True
            answer = scope.answer(message)
            if self.requested is not None:
                cell, self.requested = self.requested, None
                self.allowance.muted = False
                answer = wire.encode(("value", await self._run(*cell)))
                scope.namespace = self.shell.user_ns
            return answer
        except (KeyboardInterrupt, asyncio.CancelledError) as error:
            return wire.encode(("raised", *describe(error)))
        finally:
            self.busy = self.allowance.muted = False

    def request_cell(self, scope: Scope, text: np.ndarray, number: str, most: int) -> None:
        """Take one cell, ``text`` as bytes, to be run as ``number`` and to print ``most`` letters.

        Any text has a place among a message's arrays; its strings are bounded more tightly.
        """
        self.requested = (text.tobytes().decode("utf-8", "surrogatepass"), number, most)

    def check(self, scope: Scope, exercise: str) -> None:
        """Note the names as they stand; a check sees those of the checks before it as well.

        What a cell in between has bound anew is what the cell has made it.
        """
        names = self.shell.user_ns
        last = self.places.get(self.place, {})
        same = [name for name in self.checks if names.get(name) is last.get(name)]
        self.checks = {name: self.checks[name] for name in same}
        self.place, self.places[exercise] = exercise, dict(names)
        names.update(self.checks)

    def checked(self, scope: Scope) -> None:
        """Take away what the check has bound: code under test does not see it."""
        names, before = self.shell.user_ns, self.places[self.place]
        for name in [name for name in names if not SHELL.fullmatch(name)]:
            if name not in before or names[name] is not before[name]:
                self.checks[name] = names.pop(name)
        for name in before.keys() - names.keys():
            names[name] = before[name]

    def stand(self, scope: Scope, exercise: str) -> None:
        """Put the names back to where they stood behind a tests cell."""
        names = self.shell.user_ns
        if self.last is None:
            self.last = dict(names)
        found = self.places.get(exercise, self.last)  # a check that never ran noted nothing
        names.clear()
        names.update(found)

    def greet(self, scope: Scope) -> None:
        """Answer, and do nothing else."""

    def announce(self, scope: Scope, number: str) -> None:
        """Publish a status and nothing else, for a grader that waits for its first message."""
        with self._parent(number):
            return

    async def _run(self, code: str, number: str, most: int) -> str:
        """Run one cell as ipykernel does for an execute request; "ok", "error" or "flood".

        Without the request's round trip through five threads it costs less than 1 ms, not 6.
        """
        self.allowance.renew(most)
        fault: Any = None
        try:
            transformed = self.shell.transform_cell(code)
        except Exception:  # the shell shows it as the cell's own
            transformed, fault = code, sys.exc_info()
        result = None
        with self._parent(number):
            try:
                result = await self.shell.run_cell_async(
                    code,
                    store_history=True,
                    transformed_cell=transformed,
                    preprocessing_exc_tuple=fault,
                )
            except BaseException:  # raised around the cell's own code, by a hook for example
                self.shell.showtraceback(running_compiled_code=True)
            finally:
                self.shell.events.trigger("post_execute")
                self.shell.events.trigger("post_run_cell", result)
        if self.allowance.exceeded:
            return "flood"
        return "ok" if result is not None and result.success else "error"

    @contextmanager
    def _parent(self, number: str) -> Iterator[None]:
        """Everything shown belongs to ``number``, and the end of it is published."""
        session = self.kernel.session
        parent = session.msg("execute_request")
        parent["header"]["msg_id"] = parent["msg_id"] = number
        self.kernel.set_parent([], parent)
        try:
            yield
            for stream in self.streams:
                stream.flush()  # type: ignore[no-untyped-call]
        finally:
            state = {"execution_state": "idle"}
            session.send(self.kernel.iopub_socket, "status", state, parent, ident=b"status")


async def serve(
    agent: Agent, connection: socket.socket, before: "asyncio.Task[None] | None"
) -> None:
    """Answer the grader on ``connection`` until it hangs up, once the task ``before`` has ended."""
    if before is not None:
        await asyncio.wait([before])
    scope = Scope(
        agent.shell.user_ns,
        run=agent.request_cell,
        greet=agent.greet,
        announce=agent.announce,
        check=agent.check,
        checked=agent.checked,
        stand=agent.stand,
    )
    scope.mirror, scope.exchange = agent.mirror, (exchange := Exchange(connection, scope.answer))
    with connection:
        while not exchange.gone:
            try:
                message = exchange.taken() or await receive(agent.loop, connection)
            except asyncio.CancelledError:  # by a cell that cancels every task there is
                continue
            except ConnectionError:
                return
            if message is None:
                return
            answer = await agent.answer(scope, message)
            if exchange.pending is not None:  # nobody waits for this answer any more
                continue
            try:
                await agent.loop.sock_sendall(connection, answer)
            except ConnectionError:
                return


async def receive(loop: asyncio.AbstractEventLoop, connection: socket.socket) -> bytes | None:
    """Read one message; None where the other side has hung up between two messages."""
    prefix = await _exactly(loop, connection, wire.PREFIX.size)
    if prefix is None:
        return None
    body = await _exactly(loop, connection, sum(wire.sizes(prefix)))
    if body is None:
        raise ConnectionError("hung up in the middle of a message")
    return prefix + body


async def _exactly(
    loop: asyncio.AbstractEventLoop, connection: socket.socket, size: int
) -> bytes | None:
    """So many bytes; None where there is not even one of a message's first."""
    parts = bytearray(size)
    view, got = memoryview(parts), 0
    while got < size:
        count = await loop.sock_recv_into(connection, view[got:])
        if count == 0:
            if got == 0 and size == wire.PREFIX.size:
                return None
            raise ConnectionError("hung up in the middle of a message")
        got += count
    return bytes(parts)
