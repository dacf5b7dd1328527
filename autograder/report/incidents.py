"""Time-outs, crashes and attempts to tamper, recognised in what grading recorded.

Nothing here changes a mark. An attempt is a reason to look at the notebook, not a verdict:
a read-only cell is edited by accident more often than on purpose.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .classbook import Sheet

#: Kinds, in the order of a report: what it is called and what it means.
KINDS = {
    "time-out": "stopped at a time limit",
    "crash": "the kernel died: the cell ended its own process or ran out of memory",
    "flood": "stopped because it printed or returned too much",
    "forged answer": "an answer that no unchanged kernel sends",
    "changed cells": "read-only cells or tests were changed or removed; the originals were used",
    "unreadable": "there was no notebook to grade",
}
#: In a note of grading: a cell's name and a reason, or what sanitising says.
NOTES = (
    (
        "time-out",
        re.compile(r".*?: (stopped after [\d.]+ s, the time limit|not run: the time limit)"),
    ),
    ("crash", re.compile(r".*?: (the kernel (died|did not start)|not run: the kernel died)")),
    ("flood", re.compile(r".*?: stopped: it printed more than")),
    (
        "changed cells",
        re.compile(r"read-only cells were changed|the test cells of .* were missing"),
    ),
    ("changed cells", re.compile(r"a changed copy of |a cell with the unknown id ")),
)
#: In a program's rationale, from its first character: what follows may be the student's words.
RATIONALES = (
    (
        "time-out",
        re.compile(r"stopped: it took longer than the time limit|not run: the time limit"),
    ),
    ("time-out", re.compile(r"the kernel does not answer")),
    (
        "crash",
        re.compile(r"the kernel (died|did not start|cannot be asked)|not run: the kernel died"),
    ),
    ("flood", re.compile(r"more than \d+ MiB came back|a message of [\d,]+ bytes is too large")),
    (
        "forged answer",
        re.compile(
            r"malformed: |bytes left over |a message of \d+ bytes has no header|\d+ bytes where"
        ),
    ),
)


@dataclass(frozen=True)
class Incident:
    """One student's incident: its kind, the exercise or "" for the whole notebook, the words."""

    kind: str
    exercise: str
    words: str


def incidents(sheet: Sheet) -> tuple[Incident, ...]:
    """What happened while a submission was graded, each kind once for an exercise."""
    found: dict[tuple[str, str], Incident] = {}
    for incident in _all(sheet):
        found.setdefault((incident.kind, incident.exercise), incident)
    return tuple(found.values())


def _all(sheet: Sheet) -> Iterator[Incident]:
    if sheet.status != "graded":
        yield Incident("unreadable", "", sheet.reason)
    exercises = {test.exercise for test in sheet.tests}
    for note in sheet.notes:
        for kind, pattern in NOTES:
            if pattern.match(note):
                cell = note.split(":", 1)[0]
                yield Incident(kind, cell if cell in exercises else "", note)
                break
    for test in sheet.tests:
        for program in test.programs:
            for kind, pattern in RATIONALES:
                if pattern.match(program.rationale):
                    yield Incident(kind, test.exercise, f"{program.title}: {program.rationale}")
                    break
