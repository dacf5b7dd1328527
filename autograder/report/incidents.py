"""Time-outs, crashes and attempts to tamper, by the causes that grading recorded.

Nothing here changes a mark. An attempt is a reason to look at the notebook, not a verdict:
a read-only cell is edited by accident more often than on purpose.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ..gradebook.classbook import Sheet
from ..remote.causes import Cause


class Kind(StrEnum):
    """The kinds of incidents that a report counts, in its order."""

    TIME_OUT = "time-out"
    OUT_OF_MEMORY = "out of memory"
    CRASH = "crash"
    FLOOD = "flood"
    FORGED_ANSWER = "forged answer"
    CHANGED_CELLS = "changed cells"
    FORBIDDEN = "forbidden function"
    DOUBTFUL = "doubtful code"
    GIVEN_RAISED = "given cell failed"
    OTHER_VERSION = "other version"
    UNREADABLE = "unreadable"
    UNKNOWN_TIME = "unknown time"


MEANINGS = {
    Kind.TIME_OUT: "stopped at a time limit",
    Kind.OUT_OF_MEMORY: "it asked for more memory than a submission may use",
    Kind.CRASH: "the kernel died: the code ended its own process or ran out of memory",
    Kind.FLOOD: "stopped because it printed or returned too much",
    Kind.FORGED_ANSWER: "an answer that no unchanged kernel sends",
    Kind.CHANGED_CELLS: "read-only cells or tests were changed or removed; the originals were used",
    Kind.FORBIDDEN: "the code uses what its exercise forbids, so the exercise earns nothing",
    Kind.DOUBTFUL: "the code may hide what its exercise forbids; marks are as usual: have a look",
    Kind.GIVEN_RAISED: "a cell of the course raised an exception: it may have cost marks",
    Kind.OTHER_VERSION: "graded with another version of a package than the course asks for",
    Kind.UNREADABLE: "there was no notebook to grade",
    Kind.UNKNOWN_TIME: "when it was handed in cannot be read, so it counts as neither late nor in "
    "time",
}
#: The kind of each cause; None for what happens in every class.
KINDS: dict[Cause, Kind | None] = {
    Cause.WRONG: None,
    Cause.RAISED: None,
    Cause.NOT_WRITTEN: None,
    Cause.SIDE_EFFECT: None,
    Cause.REMEMBERS: None,
    Cause.PUT_RIGHT: None,
    Cause.CELL_TIME: Kind.TIME_OUT,
    Cause.PROGRAM_TIME: Kind.TIME_OUT,
    Cause.SUBMISSION_TIME: Kind.TIME_OUT,
    Cause.NO_ANSWER: Kind.TIME_OUT,
    Cause.OUT_OF_MEMORY: Kind.OUT_OF_MEMORY,
    Cause.KERNEL_DIED: Kind.CRASH,
    Cause.KERNEL_DIED_OFTEN: Kind.CRASH,
    Cause.KERNEL_DID_NOT_START: Kind.CRASH,
    Cause.PRINTED_TOO_MUCH: Kind.FLOOD,
    Cause.RETURNED_TOO_MUCH: Kind.FLOOD,
    Cause.FORGED_ANSWER: Kind.FORGED_ANSWER,
    Cause.CHANGED_CELLS: Kind.CHANGED_CELLS,
    Cause.FORBIDDEN: Kind.FORBIDDEN,
    Cause.DOUBTFUL: Kind.DOUBTFUL,
    Cause.GIVEN_RAISED: Kind.GIVEN_RAISED,
    Cause.OTHER_VERSION: Kind.OTHER_VERSION,
    Cause.UNREADABLE: Kind.UNREADABLE,
}


@dataclass(frozen=True)
class Incident:
    """One incident: its kind, the exercise ("" for the whole notebook), and what happened."""

    kind: Kind
    exercise: str
    words: str


def incidents(sheet: Sheet) -> tuple[Incident, ...]:
    """The incidents of a submission, each kind once for an exercise."""
    found: dict[tuple[Kind, str], Incident] = {}
    for cause, exercise, words in _causes(sheet):
        kind = KINDS[cause] if cause is not None else None
        if kind is not None:
            found.setdefault((kind, exercise), Incident(kind, exercise, words))
    fault = sheet.marks.dates.fault if sheet.marks and sheet.marks.dates else ""
    if fault:
        found[(Kind.UNKNOWN_TIME, "")] = Incident(Kind.UNKNOWN_TIME, "", fault)
    return tuple(found.values())


def _causes(sheet: Sheet) -> Iterator[tuple[Cause | None, str, str]]:
    """Every cause that grading recorded, the exercise it belongs to, and its words."""
    yield sheet.cause, "", sheet.reason
    exercises = {cell: test.exercise for test in sheet.tests for cell in test.answers}
    exercises |= {test.exercise: test.exercise for test in sheet.tests}
    for note in sheet.notes:
        yield note.cause, exercises.get(note.cell, ""), note.text
    for test in sheet.tests:
        yield test.visible_cause, test.exercise, f"visible checks: {test.visible}"
        for program in test.programs:
            yield program.cause, test.exercise, f"{program.title}: {program.rationale}"
