"""A watch on the grader's own memory, which the messages of a kernel fill.

ZeroMQ bounds the size of a frame and the number of messages, but a message may have any
number of frames, and all of them are kept until the last has come.
"""

import os
import signal
import threading
from contextlib import suppress
from pathlib import Path

INTERVAL_SECONDS = 0.1
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Watch:
    """Kills a kernel when this process grows by more than ``most`` bytes meanwhile.

    Parameters
    ----------
    ticket : a file descriptor of the kernel's process (pidfd), closed by ``end``
    most : bytes of resident memory
    """

    def __init__(self, ticket: int, most: int) -> None:
        self.ticket, self.most = ticket, most
        self.fired = False
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def end(self) -> None:
        """Stop watching."""
        self.ended.set()
        self.thread.join()
        os.close(self.ticket)

    def _run(self) -> None:
        before = resident()
        while not self.ended.wait(INTERVAL_SECONDS):
            if resident() - before > self.most:
                self.fired = True
                with suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self.ticket, signal.SIGKILL)
                return


def resident() -> int:
    """Bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES
