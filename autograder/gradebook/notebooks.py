"""A student's plain week: what is known of each of its notebooks, and all of it together."""

from dataclasses import dataclass, replace

from ..course.manifest import Course, Week
from ..grading.notes import Note, put_right
from ..grading.results import Facts, SubmissionStatus, TestResult
from .graded import graded_facts, is_ours
from .marks import Marks

#: The engine of marks that nbgrader gave before the course came here.
NBGRADER = "nbgrader"


@dataclass(frozen=True)
class Part:
    """One notebook of a student's week.

    Attributes
    ----------
    facts : what its graded notebook says; None where that is nothing of ours
    tests : the results of its tests, named for the whole week
    before : nbgrader has marked it, so that its marks are known and its tests' lines are not
    outdated : another version of this engine has graded it, which counts as not graded
    """

    name: str
    facts: Facts | None = None
    tests: tuple[TestResult, ...] = ()
    before: bool = False
    outdated: bool = False

    @property
    def known(self) -> bool:
        """Whether there is a result of it."""
        return self.before or self.facts is not None

    @property
    def reason(self) -> str:
        """Why there was nothing to run; empty where there was something."""
        return self.facts.reason if self.facts is not None else ""


def solved(test: TestResult) -> bool:
    """Whether an exercise is solved: every test passes, or where no lines are known, all points."""
    return test.complete or (not test.programs and test.earned >= test.points > 0)


def read_parts(
    course: Course, student: str, week: Week, marks: Marks | None = None
) -> tuple[Part, ...]:
    """The notebooks of a student's plain week, in order.

    ``marks`` : in the gradebook, without which nothing is known of what nbgrader marked
    """
    return tuple(_part(course, student, week, name, marks) for name in week.notebooks)


def _part(course: Course, student: str, week: Week, name: str, marks: Marks | None) -> Part:
    facts = graded_facts(course, student, week.id, name)
    if facts is not None:
        return Part(name, facts, tuple(_named(week, name, test) for test in facts.tests))
    if is_ours(course, student, week.id, name):
        return Part(name, outdated=True)
    if marks is None or name not in marks.given:
        return Part(name)
    return Part(name, None, tuple(_tests_before(name, marks)), before=True)


def _named(week: Week, name: str, test: TestResult) -> TestResult:
    return replace(test, answers=tuple(week.key(name, cell) for cell in test.answers))


def _tests_before(name: str, marks: Marks) -> list[TestResult]:
    """What the gradebook knows of tests that nbgrader has run: their points."""
    return [
        TestResult(key, key, cell.most, cell.score)
        for key, cell in marks.cells.items()
        if key in marks.tested and marks.notebooks[key] == name
    ]


def together(week: Week, parts: tuple[Part, ...]) -> Facts | None:
    """The facts of a plain week from those of its notebooks; None if nothing is known of any.

    It is broken only if there was nothing to run in any of them. Notes begin with the notebook's
    name where there are several.
    """
    if not any(part.known for part in parts):
        return None
    several = len(parts) > 1
    read = [part.facts for part in parts if part.facts is not None]
    broken = all(facts.status is SubmissionStatus.BROKEN for facts in read) and not any(
        part.before for part in parts
    )
    reasons = [f"{part.name}: {part.reason}" if several else part.reason for part in parts]
    notes = [note for part in parts for note in _notes(week, part, several, broken)]
    return Facts(
        week=week.id,
        status=SubmissionStatus.BROKEN if broken else SubmissionStatus.GRADED,
        cause=read[0].cause if broken else None,
        reason="; ".join(reason for part, reason in zip(parts, reasons, strict=True) if part.reason)
        if broken
        else "",
        notes=tuple(notes),
        tests=tuple(test for part in parts for test in part.tests),
        seconds=round(sum(facts.seconds for facts in read), 3),
        submission="+".join(facts.submission for facts in read),
        version="+".join(facts.version for facts in read),
        engine="+".join(dict.fromkeys(facts.engine for facts in read)) or NBGRADER,
    )


def _notes(week: Week, part: Part, several: bool, broken: bool) -> list[Note]:
    if part.facts is None:
        if part.before:
            return []
        why = "graded by another version of the autograder" if part.outdated else "not graded yet"
        return [put_right(f"{part.name}: {why}")]
    begin = f"{part.name}: " if several else ""
    found = []
    if part.facts.cause is not None and not broken:
        found.append(Note(part.facts.cause, f"{begin}not graded: {part.reason}"))
    for note in part.facts.notes:
        cell = week.key(part.name, note.cell) if note.cell else ""
        found.append(Note(note.cause, f"{begin}{note.text}", cell))
    return found
