"""The facts in a graded notebook: they come back as they were, or count as not graded."""

import json
from dataclasses import asdict

import pytest
from support import tiny
from support.commands import Command
from support.gradebooks import facts, hand_in, marks
from support.grading import Grade

from autograder.authoring.fill import fill
from autograder.batch.assignments import load_assignment
from autograder.course.database import open_gradebook
from autograder.course.manifest import Course
from autograder.gradebook.writer import graded_facts
from autograder.grading.grade import broken
from autograder.grading.notes import Note
from autograder.grading.results import SCHEMA, Facts, SubmissionStatus, read_facts
from autograder.remote.causes import Cause


def rewrite(course: Course, student: str, **changes: object) -> None:
    """Change the facts in a graded notebook; a change to None removes one."""
    path = course.graded_notebook(student, tiny.WEEK)
    tree = json.loads(path.read_text())
    kept = {**tree["metadata"]["autograder"], **changes}
    tree["metadata"]["autograder"] = {k: v for k, v in kept.items() if v is not None}
    path.chmod(0o644)
    path.write_text(json.dumps(tree))


def test_facts_come_back_as_they_were(course: Course, tiny_notebook: str, grade: Grade) -> None:
    assignment = load_assignment(course, course.weeks[0])
    note = Note(Cause.PUT_RIGHT, "the notebook had another name")
    graded = grade(assignment, fill(tiny_notebook, tiny.WRONG).encode(), note)
    tree = json.loads(graded.notebook)["metadata"]["autograder"]
    found = read_facts(tree)
    expected = asdict(graded)
    del expected["notebook"], expected["starved"]
    assert found is not None
    assert asdict(found) == expected
    assert isinstance(found, Facts)
    assert found.status is SubmissionStatus.GRADED
    assert found.notes == (note,)
    lost = next(p for p in found.tests[0].programs if p.mistake)
    assert (lost.mistake, lost.mistake_of) == ("squares-instead", "double")
    assert (lost.cause, lost.recognised) == (Cause.WRONG, "double: squares instead")
    assert "recognised: squares instead (in double)" in graded.notebook


def test_a_broken_submission_says_why_as_data(course: Course) -> None:
    graded = broken(load_assignment(course, course.weeks[0]), "the file is empty")
    assert (graded.status, graded.cause) == (SubmissionStatus.BROKEN, Cause.UNREADABLE)
    assert read_facts(graded.facts()) is not None


@pytest.mark.parametrize(
    "change",
    [{"schema": SCHEMA - 1}, {"schema": ""}, {"tests": 3}, {"notes": ["a text"]}, {"cause": "x"}],
    ids=str,
)
def test_facts_of_another_form_are_none(course: Course, change: dict[str, object]) -> None:
    tree = broken(load_assignment(course, course.weeks[0]), "the file is empty").facts()
    assert read_facts(tree) is not None
    assert read_facts({**tree, **change}) is None
    assert read_facts(tree["tests"]) is None


def test_a_notebook_with_facts_of_an_older_form_is_graded_again(
    course: Course, autograder: Command, tiny_notebook: str
) -> None:
    hand_in(course, "ada", fill(tiny_notebook, tiny.RIGHT))
    hand_in(course, "ben", fill(tiny_notebook, tiny.WRONG))
    assert autograder("grade", "1").returncode == 0
    with open_gradebook(course) as book:
        sheet = book.find_submission_notebook(tiny.WEEK, tiny.WEEK, "ada")
        answer = next(grade for grade in sheet.grades if grade.name == "why")
        answer.manual_score, answer.needs_manual_grade = 0.5, False
        book.db.commit()
    rewrite(course, "ada", schema=None, notes=["a sentence"])
    assert graded_facts(course, "ada", tiny.WEEK) is None
    for command in ("report", "feedback", "export"):  # nothing breaks meanwhile
        done = autograder(command, *(("--to", "json") if command == "export" else ()))
        assert done.returncode == 0, done.stderr
    page = (course.root / "reports" / f"{tiny.WEEK}.html").read_text()
    assert "graded by another version of the autograder" in page

    again = autograder("grade", "1")
    assert "grading 1 of 2" in again.stdout, again.stdout
    assert facts(course, "ada")["schema"] == SCHEMA
    assert marks(course)["ada"] == 5.5  # with what a person gave
    assert "grading 0 of 2" in autograder("grade", "1").stdout
