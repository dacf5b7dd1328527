"""What grading gives: plain data, to be recorded, shown and sent between processes."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

from ..judge.result import Result, share
from ..remote.causes import Cause
from .notes import Note

#: The form of the facts in a graded notebook. A notebook with facts of another form is none of
#: ours as far as marks and reports go: it is graded again.
SCHEMA = 2


class SubmissionStatus(StrEnum):
    """Whether there was anything to run."""

    GRADED = "graded"
    BROKEN = "broken"


@dataclass(frozen=True)
class TestResult:
    """One exercise's tests.

    Attributes
    ----------
    exercise, cell : the exercise, and the nbgrader id of its test cell
    points, earned : what it is worth and what the submission got
    programs : one line for each hidden program
    visible, visible_cause : why the visible checks failed; empty and None where they passed
    waits_for : needed exercises that do not pass yet
    answers : of a plain notebook, the ids of the cells that the tests are about
    protected : whether the tests run in the judge; else in the student's kernel, which nothing
        keeps from answering what it likes, and ``why_open`` says why
    """

    exercise: str
    cell: str
    points: float
    earned: float
    programs: tuple[Result, ...] = ()
    visible: str = ""
    visible_cause: Cause | None = None
    waits_for: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    protected: bool = True
    why_open: str = ""

    @property
    def complete(self) -> bool:
        return all(program.passed for program in self.programs) and bool(self.programs)


@dataclass(frozen=True)
class Facts:
    """All that is known of one graded submission but its notebook, which carries them.

    Attributes
    ----------
    status : BROKEN where there is nothing to run: ``cause`` and ``reason`` say why
    notes : what was put right or left out, for the student and the instructor
    submission : a digest of the submitted bytes
    version, engine : of the assignment and of the package that graded it
    packages : the versions of what the submission ran with, by name
    schema : the form of these facts
    sheet : the name of the notebook, in a week of several; empty for the week's own
    """

    week: str
    status: SubmissionStatus
    cause: Cause | None
    reason: str
    notes: tuple[Note, ...]
    tests: tuple[TestResult, ...]
    seconds: float
    submission: str
    version: str
    engine: str
    packages: dict[str, str] = field(default_factory=dict)
    schema: int = SCHEMA
    sheet: str = ""

    @property
    def earned(self) -> float:
        return sum(test.earned for test in self.tests)

    @property
    def points(self) -> float:
        return sum(test.points for test in self.tests)


@dataclass(frozen=True)
class Graded(Facts):
    """One graded submission: a pure function of the assignment and the submitted bytes.

    Attributes
    ----------
    notebook : the text of the graded notebook's file
    starved : something was stopped at a time limit while others had the processors, so that it is
        a function of the moment as well: to be graded again, alone
    """

    notebook: str = field(default="", repr=False)
    starved: bool = False

    def facts(self) -> dict[str, Any]:
        """All but the notebook, as plain data."""
        facts: dict[str, Any] = msgspec.to_builtins(self)
        del facts["notebook"], facts["starved"]
        return facts


def read_facts(tree: object) -> Facts | None:
    """Facts from plain data; None where they are none, or have another form than today's."""
    if not isinstance(tree, dict) or tree.get("schema") != SCHEMA:
        return None
    try:
        return msgspec.convert(tree, Facts)
    except msgspec.ValidationError:
        return None


def earn(points: float, programs: tuple[Result, ...]) -> float:
    """The points of a test cell: in proportion to the shares of the programs that pass."""
    passed = {program.name for program in programs if program.passed}
    return round(points * share(programs, passed), 6)
