"""What a kernel may use, and what became of a cell that ran in it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Limits:
    """What a kernel may use.

    Seconds per cell and per program, bytes that a cell may print, bytes of memory, how many
    processes and threads, open files in a process, bytes of files in its folder, bytes that
    may come back to one program. ``level`` is that of its sandbox, the best of this machine
    unless given; ``unsafe`` allows none. ``torch`` tells whether it comes with torch imported.
    """

    cell_seconds: float = 60.0
    program_seconds: float = 20.0
    output_bytes: int = 1 << 20
    memory_bytes: int = 2 << 30
    processes: int = 64
    open_files: int = 512
    written_bytes: int = 256 << 20
    returned_bytes: int = 256 << 20
    level: str = ""
    unsafe: bool = False
    torch: bool = True


@dataclass(frozen=True)
class CellRun:
    """What became of one cell.

    ``status`` is "ok", "error" (it raised), "timeout", "flood" (it printed too much) or
    "dead" (it took the kernel with it); ``reason`` says it in words.
    """

    status: str
    outputs: list[Any]
    reason: str = ""
