"""The channels to one kernel: what is requested, and what arrives, bounded."""

from typing import Any

import zmq
from jupyter_client.manager import KernelManager

from .outputs import Outputs

#: A message from a kernel that is larger than this is dropped with its connection.
MESSAGE_LIMIT = 16 << 20
#: How many messages wait on our side; more of them wait in the kernel.
QUEUE_LIMIT = 64
RECONNECT_MILLISECONDS = 5


class Channels:
    """The shell and iopub channels of a kernel, and the agent's socket while it is listened to."""

    def __init__(self, manager: KernelManager) -> None:
        self.context = zmq.Context()
        self.context.setsockopt(zmq.MAXMSGSIZE, MESSAGE_LIMIT)
        self.context.setsockopt(zmq.LINGER, 0)
        self.context.setsockopt(zmq.RCVHWM, QUEUE_LIMIT)
        self.context.setsockopt(zmq.RECONNECT_IVL, RECONNECT_MILLISECONDS)
        self.client = manager.client(context=self.context)
        self.client.start_channels(shell=True, iopub=True, stdin=False, hb=False, control=False)
        self.poller = zmq.Poller()
        for channel in (self.client.shell_channel, self.client.iopub_channel):
            self.poller.register(channel.socket, zmq.POLLIN)

    def request(self, code: str, **more: Any) -> str:
        """Ask the kernel to execute ``code``; the request's id."""
        request: str = self.client.execute(code, allow_stdin=False, stop_on_error=False, **more)
        return request

    def listen(self, end: int) -> None:
        """Hear when there is something on file descriptor ``end``, the agent's."""
        self.poller.register(end, zmq.POLLIN)

    def ignore(self, end: int) -> None:
        """Hear of ``end`` no more."""
        self.poller.unregister(end)

    def messages(self, seconds: float) -> list[tuple[str, Any]]:
        """What has arrived on "shell", "iopub" or "agent", waiting ``seconds`` at most."""
        found: list[tuple[str, Any]] = []
        for socket, _ in self.poller.poll(int(seconds * 1000)):
            if isinstance(socket, int):
                found.append(("agent", None))
                continue
            shell = socket is self.client.shell_channel.socket
            try:
                _, message = self.client.session.recv(socket, zmq.NOBLOCK)
            except Exception:  # a malformed message of the student's process
                continue
            if message is not None:
                found.append(("shell" if shell else "iopub", message))
        return found

    def close(self) -> None:
        """Let go of the sockets."""
        self.client.stop_channels()
        self.context.destroy(linger=0)


def belongs(message: Any, request: str) -> bool:
    """Whether a message answers a request; a rewritten kernel may send anything."""
    parent, content = message["parent_header"], message["content"]
    ours = isinstance(parent, dict) and parent.get("msg_id") == request
    return ours and isinstance(content, dict)


def take(message: Any, request: str, outputs: Outputs) -> bool:
    """Keep what a message of the iopub channel shows; whether it ends the request."""
    if not belongs(message, request):
        return False
    if message["msg_type"] != "status":
        outputs.add(message["msg_type"], message["content"])
        return False
    return bool(message["content"].get("execution_state") == "idle")
