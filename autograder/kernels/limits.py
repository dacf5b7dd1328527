"""What a kernel may use, and what became of a cell that ran in it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ..remote.causes import Cause, cause_of, words
from ..remote.proxy import LinkError
from .outputs import Outputs
from .request import held_bytes
from .watch import Excess


@dataclass(frozen=True)
class Limits:
    """What a kernel may use.

    Seconds per cell and per program, bytes that a cell may print, bytes of memory, how many
    processes and threads, open files in a process, bytes of files in its folder, bytes that
    may come back to one program. ``preload`` names the modules with which it comes imported.
    """

    cell_seconds: float = 60.0
    program_seconds: float = 20.0
    output_bytes: int = 1 << 20
    memory_bytes: int = 2 << 30
    processes: int = 64
    open_files: int = 512
    written_bytes: int = 256 << 20
    returned_bytes: int = 256 << 20
    preload: tuple[str, ...] = ()

    @property
    def held_bytes(self) -> int:
        """Bytes that all processes of a kernel may hold together, with what is written there."""
        return held_bytes(self.memory_bytes, self.written_bytes)


class CellStatus(StrEnum):
    """How a cell ended, as whoever goes on with the kernel has to know it."""

    OK = "ok"
    ERROR = "error"
    TIMEOUT = "timeout"
    FLOOD = "flood"
    DEAD = "dead"


@dataclass(frozen=True)
class CellRun:
    """What became of one cell.

    Attributes
    ----------
    status : DEAD where there is no kernel any more, or was none to run it
    outputs : what it has shown
    reason : why it did not end well, in words
    cause : the same as data; None where it ended well
    is_cut : whether it has shown more than is kept
    """

    status: CellStatus
    outputs: list[Any]
    reason: str = ""
    cause: Cause | None = None
    is_cut: bool = False


def not_run(error: LinkError) -> CellRun:
    """A cell for which there was no kernel."""
    return CellRun(CellStatus.DEAD, [], str(error), error.cause)


def cell_run(
    status: CellStatus, outputs: Outputs, limits: Limits, excess: Excess | None = None
) -> CellRun:
    """What became of a cell that has run.

    Parameters
    ----------
    excess : why the kernel was killed, if its watch did
    """
    match status:
        case CellStatus.OK:
            return CellRun(status, outputs.nodes, is_cut=outputs.is_cut)
        case CellStatus.ERROR if outputs.error:
            return CellRun(status, outputs.nodes, outputs.error, cause_of(outputs.raised))
        case CellStatus.ERROR if outputs.complaint:
            return CellRun(status, outputs.nodes, outputs.complaint, Cause.RAISED)
        case CellStatus.ERROR:
            cause, details = Cause.OUT_OF_MEMORY, {}
        case CellStatus.TIMEOUT:
            cause, details = Cause.CELL_TIME, {"seconds": limits.cell_seconds}
        case CellStatus.DEAD if excess is Excess.HELD:
            reason = f"out of memory: {excess}, more than {limits.held_bytes >> 20} MiB"
            return CellRun(status, outputs.nodes, reason, Cause.OUT_OF_MEMORY)
        case CellStatus.DEAD if excess is None:
            cause, details = Cause.KERNEL_DIED, {}
        case _:
            cause, details = Cause.PRINTED_TOO_MUCH, {"kib": limits.output_bytes >> 10}
    return CellRun(status, outputs.nodes, words(cause, **details), cause)
