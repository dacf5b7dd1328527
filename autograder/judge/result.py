"""What a program gave, as one line of a report, and what lines earn."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ..remote.causes import Cause
from .programs import Program


@dataclass(frozen=True)
class Result:
    """One program's line: what is tested, whether it passed, and if not, why and what to do.

    Attributes
    ----------
    compares : whether it compares values with the reference's; else it asks for a property, or
        something that is so where nothing is done
    rationale, help : why it failed and what to do, for the student
    cause : why it failed, as data; None where it passed
    mistake, mistake_of : the name of the known mistake that was recognised, and the exercise in
        which it was made; empty where none was
    """

    name: str
    title: str
    points: float
    passed: bool
    rationale: str = ""
    help: str = ""
    mistake: str = ""
    mistake_of: str = ""
    seconds: float = 0.0
    cause: Cause | None = None
    compares: bool = True

    @property
    def mistake_words(self) -> str:
        """The name of the recognised mistake as one reads it."""
        return self.mistake.replace("-", " ")

    @property
    def recognised(self) -> str:
        """The recognised mistake with its exercise; empty where there is none."""
        return f"{self.mistake_of}: {self.mistake_words}" if self.mistake else ""


def share(programs: Sequence[Result | Program], passed: Collection[str]) -> float:
    """The share of an exercise's points that its programs earn, from 0 to 1.

    A property, such as a shape or a sum, holds for many wrong answers as well, and some values are
    right where nothing is done. So such a program earns only where one that compares other values
    passes.

    Parameters
    ----------
    programs : all programs of an exercise
    passed : the names of those that pass
    """
    right = any(program.compares and program.name in passed for program in programs)
    total = sum(program.points for program in programs)
    earned = sum(program.points for program in programs if program.name in passed)
    return earned / total if right and total else 0.0
