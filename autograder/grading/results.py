"""What grading gives: plain data, to be recorded, shown and sent between processes."""

from dataclasses import asdict, dataclass
from typing import Any

from ..judge.exam import Result


@dataclass(frozen=True)
class TestResult:
    """One exercise's tests.

    Attributes
    ----------
    exercise, cell : the exercise, and the nbgrader id of its test cell
    points, earned : what it is worth and what the submission got
    programs : one line for each hidden program
    visible : why the visible checks failed; empty where they passed
    waits_for : needed exercises that do not pass yet
    """

    exercise: str
    cell: str
    points: float
    earned: float
    programs: tuple[Result, ...] = ()
    visible: str = ""
    waits_for: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        return all(program.passed for program in self.programs) and bool(self.programs)


@dataclass(frozen=True)
class Graded:
    """One graded submission: a pure function of the assignment and the submitted bytes.

    Attributes
    ----------
    status : "graded", or "broken" where there is nothing to run, with ``reason``
    notes : what was put right or left out, for the student and the instructor
    notebook : the graded notebook, the text of its file
    submission : a digest of the submitted bytes
    version, engine : of the assignment and of the package that graded it
    """

    week: str
    status: str
    reason: str
    notes: tuple[str, ...]
    tests: tuple[TestResult, ...]
    notebook: str
    seconds: float
    submission: str
    version: str
    engine: str

    @property
    def earned(self) -> float:
        return sum(test.earned for test in self.tests)

    @property
    def points(self) -> float:
        return sum(test.points for test in self.tests)

    def facts(self) -> dict[str, Any]:
        """All but the notebook, as plain data."""
        facts = asdict(self)
        del facts["notebook"]
        return facts


def earn(points: float, programs: tuple[Result, ...]) -> float:
    """The points of a test cell: in proportion to the shares of the programs that pass."""
    total = sum(program.points for program in programs)
    passed = sum(program.points for program in programs if program.passed)
    return round(points * passed / total, 6) if total else 0.0
