"""Names that are missing because their cell did not end well: every test that meets one says so."""

import sys
from collections.abc import Collection, Sequence
from dataclasses import replace

from ..judge.result import Result
from ..kernels.limits import CellRun, CellStatus
from ..remote.causes import Cause
from .names import Stubs, names_of

#: Longer texts, in characters, are not parsed once more.
SHORT = 20_000
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


class Missing:
    """The names that cells should have bound and did not, and why."""

    def __init__(self) -> None:
        self.why: dict[str, str] = {}

    def take(self, text: str, ran: CellRun, words: str, due: Collection[str] = ()) -> None:
        """Learn from a cell that has run.

        Parameters
        ----------
        words : which one it is
        due : names that it should bind, whatever its text says
        """
        ended = ran.status is CellStatus.OK
        if (ended and not self.why) or ran.cause is Cause.NOT_WRITTEN:
            return
        bound = names_of(text, Stubs(), len(text) < SHORT).binds
        for name in bound if ended else {*bound, *due}:
            if ended:
                self.why.pop(name, None)
            else:
                self.why[name] = f"{words} did not end well: {ran.reason[:300]}{hint(ran)}"

    def told(self, results: Sequence[Result]) -> tuple[Result, ...]:
        """The results, those that miss such a name with what became of its cell."""
        return tuple(self._told(result) for result in results)

    def _told(self, result: Result) -> Result:
        if result.passed or result.cause is not Cause.RAISED:
            return result
        for name, why in self.why.items():
            if f"name '{name}' is not defined" in result.rationale:
                return replace(
                    result, rationale=f"{result.rationale}; {why}", help="Mend that cell first."
                )
        return result


def hint(ran: CellRun) -> str:
    """What a student may not know of why a cell fails here and nowhere else."""
    kind = ran.reason.partition(":")[0]
    if kind == "ModuleNotFoundError":
        return (
            " (only the notebook is graded, no file beside it, with the packages of the course: "
            "put what you need into a cell)"
        )
    if kind in ("SyntaxError", "IndentationError"):
        return f" (it is read by Python {PYTHON}, which does not know newer syntax)"
    return ""
