"""A watch on memory while a kernel runs: on the grader's own, and on all that the kernel holds.

What a kernel sends fills the grader: ZeroMQ bounds the size of a frame and the number of messages,
but a message may have any number of frames, and all of them are kept until the last has come.
What a kernel holds is limited for each of its processes; together they may hold more, and not
every machine has control groups for them.
"""

import os
import re
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

INTERVAL_SECONDS = 0.1
#: All processes of a kernel are counted every so many intervals.
COUNT_EVERY = 3
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Excess(StrEnum):
    """Why a kernel was killed."""

    SENT = "it sent more than the grader can keep"
    HELD = "all its processes together held too much memory"


class Watch:
    """Kills a kernel when this process grows too much meanwhile, or all that the kernel started.

    Parameters
    ----------
    ticket : a file descriptor of the kernel's process (pidfd), closed by ``end``
    growth : bytes of resident memory by which this process may grow
    held : bytes of memory that the kernel and its children may hold together
    """

    def __init__(self, ticket: int, growth: int, held: int) -> None:
        self.ticket, self.growth, self.held = ticket, growth, held
        self.excess: Excess | None = None
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def end(self) -> None:
        """Stop watching."""
        self.ended.set()
        self.thread.join()
        os.close(self.ticket)

    def _run(self) -> None:
        before, pid = resident(), pid_of(self.ticket)
        tick = 0
        while not self.ended.wait(INTERVAL_SECONDS):
            tick += 1
            if resident() - before > self.growth:
                self.excess = Excess.SENT
            elif tick % COUNT_EVERY == 0 and held_by(pid, self.held) > self.held:
                self.excess = Excess.HELD
            if self.excess:
                with suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self.ticket, signal.SIGKILL)
                return


def resident() -> int:
    """Bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES


def pid_of(ticket: int) -> int:
    """The process of a pidfd; 0 where it has ended."""
    found = re.search(r"^Pid:\s*(\d+)", Path(f"/proc/self/fdinfo/{ticket}").read_text(), re.M)
    return int(found.group(1)) if found else 0


def waiting_share(ticket: int) -> float:
    """The share of its time that a process (pidfd) has waited for a processor while it could run.

    From 0 to 1, of its first thread; 0 where Linux does not tell.
    """
    with suppress(OSError, ValueError):
        ran, waited, _ = map(int, Path(f"/proc/{pid_of(ticket)}/schedstat").read_text().split())
        return waited / (ran + waited) if ran + waited else 0.0
    return 0.0


def held_by(pid: int, enough: int) -> int:
    """Bytes of memory that a process and its children hold, pages that they share counted once.

    Counting that takes time, so where the plain sum is no more than ``enough`` it is the answer.
    """
    if not pid:
        return 0
    family = list(_family(pid))
    plain = sum(_private(one) for one in family)
    return plain if plain <= enough else sum(_share(one) for one in family)


def running_children(ticket: int) -> frozenset[int]:
    """The processes that one (pidfd) has started itself and that have not ended."""
    return frozenset(child for child in _children(pid_of(ticket)) if not _has_ended(child))


def _has_ended(pid: int) -> bool:
    """Whether a process has ended, though its parent may not have asked how."""
    with suppress(OSError):
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state in "ZX"
    return True


def _children(pid: int) -> Iterator[int]:
    with suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            text = Path(f"/proc/{pid}/task/{task}/children").read_text()
            yield from map(int, text.split())


def _family(pid: int) -> Iterator[int]:
    """A process, its children, and theirs."""
    yield pid
    for child in _children(pid):
        yield from _family(child)


def _private(pid: int) -> int:
    """Bytes of a process that belong to no file, shared with others or not."""
    with suppress(OSError, IndexError, ValueError):
        pages = Path(f"/proc/{pid}/statm").read_text().split()
        return (int(pages[1]) - int(pages[2])) * PAGE_BYTES + _shared(pid)
    return 0


def _shared(pid: int) -> int:
    """Bytes of a process in memory that several may map."""
    with suppress(OSError):
        found = re.search(r"^RssShmem:\s*(\d+)", Path(f"/proc/{pid}/status").read_text(), re.M)
        return int(found.group(1)) << 10 if found else 0
    return 0


def _share(pid: int) -> int:
    """Bytes of a process, each page divided among those that hold it; files left out."""
    with suppress(OSError):
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        found = re.findall(r"^Pss_(?:Anon|Shmem):\s*(\d+)", text, re.M)
        return sum(int(one) << 10 for one in found)
    return 0
