"""Incidents are counted by what grading recorded as data, whatever the words say."""

import json

import pytest
from support import tiny
from support.grading import Grade
from support.notebooks import cell_of
from support.sheets import sheet

from autograder.authoring.fill import fill
from autograder.batch.assignments import load_assignment
from autograder.course.manifest import Course, load_course
from autograder.grading import results
from autograder.grading.grade import Assignment, broken
from autograder.grading.notes import Note, put_right
from autograder.judge.result import Result
from autograder.remote.causes import WORDS, Cause
from autograder.report.incidents import KINDS, MEANINGS, Kind, incidents

ENDLESS = "while True:\n    pass"


@pytest.fixture
def assignment(course: Course) -> Assignment:
    """The tiny week with short time limits."""
    manifest = course.root / "course.yml"
    text = manifest.read_text().replace("cell_seconds: 20", "cell_seconds: 6")
    manifest.write_text(text.replace("program_seconds: 5", "program_seconds: 3"))
    return load_assignment(load_course(course.root), course.weeks[0])


def kinds(graded: results.Graded) -> set[tuple[Kind, str]]:
    found = sheet(
        "s",
        status=graded.status,
        cause=graded.cause,
        reason=graded.reason,
        notes=graded.notes,
        tests=graded.tests,
    )
    return {(incident.kind, incident.exercise) for incident in incidents(found)}


def test_incidents_are_recognised_in_what_grading_really_records(
    assignment: Assignment, tiny_notebook: str, grade: Grade
) -> None:
    def found(code: str, **change: str) -> set[tuple[Kind, str]]:
        tree = json.loads(fill(tiny_notebook, {**tiny.RIGHT, "double": code}))
        for name, source in change.items():
            cell_of(tree, name)["source"] = source
        return kinds(grade(assignment, json.dumps(tree).encode()))

    assert found(tiny.RIGHT["double"]) == set()
    assert (Kind.CRASH, "double") in found("import os\nos._exit(0)")
    assert (Kind.TIME_OUT, "double") in found(ENDLESS)
    hangs = "import time\n\ndef double(x):\n    time.sleep(60)"
    assert (Kind.TIME_OUT, "double") in found(hangs)
    hungry = "def double(x):\n    return np.ones(1 << 45)"
    assert (Kind.OUT_OF_MEMORY, "double") in found(hungry)
    # a busy machine may reach the time limit before the limit of what a cell may print
    endless = found("while True:\n    print('x' * 1000)")
    assert endless & {(Kind.FLOOD, "double"), (Kind.TIME_OUT, "double")}
    changed = found(tiny.RIGHT["double"], test_double="print('20.0')")
    assert changed == {(Kind.CHANGED_CELLS, "")}
    # what a student makes a program say is no incident
    said = "def double(x):\n    raise ValueError('the kernel died; stopped: it took longer')"
    assert found(said) == set()
    assert kinds(broken(assignment, "the file is empty")) == {(Kind.UNREADABLE, "")}


@pytest.mark.parametrize("cause", Cause)
def test_better_english_changes_no_statistics(
    cause: Cause, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found() -> list[tuple[Kind, str]]:
        text = WORDS.get(cause, "as it was found")
        program = Result("p", "a test", 1.0, False, text, cause=cause)
        tests = results.TestResult("e0", "test_e0", 2.0, 0.0, (program,))
        noted = sheet("s", True, notes=(Note(cause, text, "e0"),))
        tested = sheet("s", tests=(tests,))
        return [(one.kind, one.exercise) for s in (noted, tested) for one in incidents(s)]

    before = found()
    assert before == ([] if KINDS[cause] is None else [(KINDS[cause], "e0")] * 2)
    for word in WORDS:
        monkeypatch.setitem(WORDS, word, "Sorry! That went a little wrong.")
    assert found() == before


def test_every_cause_has_a_kind_or_is_said_to_have_none() -> None:
    assert set(KINDS) == set(Cause)
    dates = {Kind.UNKNOWN_TIME}  # of the hand-in, not of grading
    assert {kind for kind in KINDS.values() if kind} | dates == set(Kind) == set(MEANINGS)


def test_a_note_on_what_was_put_right_is_no_incident() -> None:
    assert incidents(sheet("s", True, notes=(put_right("a mark was left out"),))) == ()


def test_a_kind_counts_once_for_an_exercise() -> None:
    notes = (Note(Cause.CELL_TIME, "one", "e0"), Note(Cause.PROGRAM_TIME, "two", "e0"))
    (incident,) = incidents(sheet("s", True, notes=notes))
    assert (incident.kind, incident.exercise, incident.words) == (Kind.TIME_OUT, "e0", "one")
