"""What a launcher is asked for: one kernel, as one packet."""

from dataclasses import dataclass
from pathlib import Path

from ..sandbox.plan import Jail

#: The largest packet between a launcher and those who ask it.
PACKET_BYTES = 128 << 10


@dataclass(frozen=True)
class KernelRequest:
    """One kernel; with the packet travel the reply's socket and the agent's doorbell.

    The level of isolation is none of it: the launcher's is fixed when it starts. A kernel that is
    a program of its own has no agent; in the doorbell's place travels the file for what it says.

    Attributes
    ----------
    scratch : the kernel's folder
    argv : the words of the kernel's application, or of the program
    environment : all that it has
    preload : modules that are to be imported before the fork
    memory_bytes, processes, files, written_bytes : resource limits
    program : what to run in place of an ipykernel with our agent; empty for that
    readable : all that the program reads besides the system
    """

    scratch: str
    argv: tuple[str, ...]
    environment: dict[str, str]
    preload: tuple[str, ...]
    memory_bytes: int
    processes: int
    files: int
    written_bytes: int
    program: str = ""
    readable: tuple[str, ...] = ()

    @property
    def held_bytes(self) -> int:
        """Bytes that all of its processes may hold together."""
        return held_bytes(self.memory_bytes, self.written_bytes)

    def jail(self, level: str, readable: tuple[str, ...]) -> Jail:
        """The jail of this kernel; ``readable`` is for one with our agent."""
        return Jail(
            Path(self.scratch),
            level,
            memory_bytes=self.memory_bytes,
            processes=self.processes,
            files=self.files,
            written_bytes=self.written_bytes,
            runs_files=bool(self.program),
            readable=self.readable if self.program else readable,
        )


def held_bytes(memory: int, written: int) -> int:
    """Bytes that all processes of a kernel may hold together, from what one may hold and write.

    A little more than one of them may: that one gets a MemoryError, which it can tell.
    """
    return memory + memory // 4 + written
