"""What the judge found in a test cell."""

from dataclasses import dataclass

from ...remote.causes import Cause


@dataclass(frozen=True)
class Step:
    """One statement of a test cell, and how it went.

    Attributes
    ----------
    line, last_line : of the cell, from 1
    text : its source, in one line
    checks : whether it checks something, or only prepares
    status : "passed", "failed" or "skipped"
    kind, message : of the exception that it raised: its class, and all that it says
    theirs : whether the student's code raised it
    """

    line: int
    last_line: int
    text: str
    checks: bool
    status: str
    cause: Cause | None = None
    kind: str = ""
    message: str = ""
    theirs: bool = False


@dataclass(frozen=True)
class Verdict:
    """What a test cell gave.

    Attributes
    ----------
    value : the number that its last expression gave
    decided : what the kernel decided by itself, see `Talk.decide`
    printed : the beginning of what it printed
    asked : how many requests it made
    """

    steps: tuple[Step, ...]
    value: float | None = None
    decided: frozenset[str] = frozenset()
    printed: str = ""
    seconds: float = 0.0
    asked: int = 0

    @property
    def passed(self) -> bool:
        """Whether nothing failed."""
        return all(step.status == "passed" for step in self.steps)
