"""What a kernel publishes, bounded: its outputs, and when a cell has ended."""

from typing import Any

import zmq
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.connect import KernelConnectionInfo

from .outputs import Outputs

#: Bytes of a message from a kernel that bounds what it prints.
MESSAGE_LIMIT = 16 << 20
#: How many messages wait on our side; more of them wait in the kernel.
QUEUE_LIMIT = 64
RECONNECT_MILLISECONDS = 5


class PublishedMessages:
    """The iopub channel of a kernel.

    Parameters
    ----------
    connection : what stands in the kernel's connection file
    most : bytes of a message; a larger one is dropped with its connection
    """

    def __init__(self, connection: KernelConnectionInfo, most: int = MESSAGE_LIMIT) -> None:
        self.context = zmq.Context()
        self.context.setsockopt(zmq.MAXMSGSIZE, most)
        self.context.setsockopt(zmq.LINGER, 0)
        self.context.setsockopt(zmq.RCVHWM, QUEUE_LIMIT)
        self.context.setsockopt(zmq.RECONNECT_IVL, RECONNECT_MILLISECONDS)
        self.client = BlockingKernelClient(context=self.context)
        self.client.load_connection_info(connection)
        self.socket = self.client.connect_iopub()

    def receive(
        self, seconds: float, other: "int | zmq.Socket[bytes] | None" = None
    ) -> tuple[list[Any], bool]:
        """A message that has come, in a list, and whether there is something on ``other``.

        Waits for either, ``seconds`` at most.

        Parameters
        ----------
        other : another file descriptor or socket to listen to
        """
        poller = zmq.Poller()
        poller.register(self.socket, zmq.POLLIN)
        if other is not None:
            poller.register(other, zmq.POLLIN)
        ready = dict(poller.poll(int(seconds * 1000)))
        message = self.take(self.socket) if self.socket in ready else None
        return [message] if message is not None else [], other in ready

    def take(self, socket: "zmq.Socket[bytes]") -> Any:
        """The message that has come on a socket; None where it is malformed."""
        try:
            _, message = self.client.session.recv(socket, zmq.NOBLOCK)
        except Exception:  # of the student's process
            return None
        return message

    def close(self) -> None:
        """Let go of the socket."""
        self.context.destroy(linger=0)


def keep_output(message: Any, number: str, outputs: Outputs) -> bool:
    """Keep what a message shows of the cell ``number``; whether it says that the cell has ended.

    A rewritten kernel may send anything.
    """
    parent, content = message["parent_header"], message["content"]
    if not isinstance(parent, dict) or parent.get("msg_id") != number:
        return False
    if not isinstance(content, dict):
        return False
    if message["msg_type"] != "status":
        outputs.add(message["msg_type"], content)
        return False
    return bool(content.get("execution_state") == "idle")
