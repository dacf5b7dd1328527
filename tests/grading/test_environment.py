"""What is noted of the environment in which a mark came about."""

from dataclasses import replace

import pytest
from support.grading import Grade
from support.notebooks import as_bytes, new_cell, submission

from autograder.batch.assignments import load_assignment
from autograder.course.manifest import Course
from autograder.grading.grade import Assignment
from autograder.remote.causes import Cause


@pytest.fixture
def assignment(course: Course) -> Assignment:
    return load_assignment(course, course.weeks[0])


def test_the_versions_stand_in_the_graded_notebook(grade: Grade, assignment: Assignment) -> None:
    asked = replace(assignment, requirements=("numpy>=1", "pytest>=1"))
    result = grade(asked, as_bytes(submission(asked.notebook)))
    assert set(result.packages) == {"python", "numpy", "pytest"}
    assert all(result.packages.values())
    assert not result.notes


def test_a_mark_from_another_version_is_told(grade: Grade, assignment: Assignment) -> None:
    asked = replace(assignment, requirements=("numpy==1.0",))
    result = grade(asked, as_bytes(submission(asked.notebook)))
    assert result.earned == 5.0
    (note,) = result.notes
    assert note.cause is Cause.OTHER_VERSION
    assert "the course asks for numpy==1.0" in note.text


def test_a_given_cell_that_raises_is_told(grade: Grade, assignment: Assignment) -> None:
    tree = submission(assignment.notebook)
    spoiler = "import sys\nsys.modules['numpy'] = None"
    tree["cells"].insert(0, new_cell(spoiler))
    result = grade(assignment, as_bytes(tree))
    (note,) = [one for one in result.notes if one.cause is Cause.GIVEN_RAISED]
    assert "the given cell" in note.text
    assert "numpy" in note.text
