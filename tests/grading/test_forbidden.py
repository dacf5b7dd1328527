"""An exercise that forbids functions: what a submission that uses them earns, and what is noted."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import tiny
from support.courses import write_texts
from support.grading import Grade
from support.notebooks import Tree, as_bytes, new_cell, submission

from autograder.authoring.build import SKIP_TAG
from autograder.authoring.source import parse
from autograder.grading.grade import Assignment, make_assignment
from autograder.grading.results import Graded
from autograder.kernels.limits import Limits
from autograder.remote.causes import Cause

LESSON = tiny.LESSON.replace('exercise="double"', 'exercise="double" forbids="np.add operator.add"')


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    """The tiny week; its first exercise forbids ``np.add``."""
    texts = replace(tiny.TEXTS, lesson=LESSON)
    folder = write_texts(tmp_path / tiny.WEEK, texts)
    return make_assignment(parse(texts, folder, tiny.WEEK), "Doubling", Limits())


def answered(assignment: Assignment, text: str, *own: Tree) -> bytes:
    """A submission with this answer, and cells of the student's own in front."""
    tree = submission(assignment.notebook, {**tiny.RIGHT, "double": text})
    tree["cells"][2:2] = [{**cell, "id": f"own{n}"} for n, cell in enumerate(own)]
    return as_bytes(tree)


def by_exercise(result: Graded) -> dict[str, Any]:
    return {test.exercise: test for test in result.tests}


def test_what_is_forbidden_earns_nothing_and_says_why(assignment: Assignment, grade: Grade) -> None:
    text = "def double(x):\n    return np.add(x, x)\n"
    result = grade(assignment, answered(assignment, text))
    double = by_exercise(result)["double"]
    assert double.earned == 0.0
    assert {program.cause for program in double.programs} == {Cause.FORBIDDEN}
    assert len(double.programs) == 3
    words = "uses np.add, which the exercise forbids (line 2 of the cell of double)"
    assert {program.rationale for program in double.programs} == {words}
    assert words in result.notebook
    assert by_exercise(result)["double_sum"].earned == 2.0


def test_a_helper_in_a_cell_of_one_s_own_counts(assignment: Assignment, grade: Grade) -> None:
    helper = new_cell("def twice(x):\n    return getattr(np, 'a' + 'dd')(x, x)")
    result = grade(
        assignment, answered(assignment, "def double(x):\n    return twice(x)\n", helper)
    )
    assert by_exercise(result)["double"].programs[0].cause is Cause.FORBIDDEN


def test_what_the_exercise_does_not_stand_on_costs_nothing(
    assignment: Assignment, grade: Grade
) -> None:
    mine = new_cell("twice = np.add(1, 1)")
    skipped = new_cell("double = np.add", metadata={"tags": [SKIP_TAG]})
    result = grade(assignment, answered(assignment, tiny.RIGHT["double"], mine, skipped))
    assert (result.earned, result.notes) == (5.0, ())


def test_what_may_hide_it_is_noted_and_costs_nothing(assignment: Assignment, grade: Grade) -> None:
    text = "def double(x, name='multiply'):\n    return getattr(np, name[:])(x, 2)\n"
    result = grade(assignment, answered(assignment, text))
    assert result.earned == 5.0
    (note,) = result.notes
    assert (note.cause, note.cell) == (Cause.DOUBTFUL, "double")
    assert note.text == (
        "double: to be looked at by a person: "
        "getattr(…) with a computed name (line 2 of the cell of double)"
    )


def test_an_exercise_that_forbids_nothing_is_not_looked_at(
    assignment: Assignment, grade: Grade
) -> None:
    tree = submission(assignment.notebook, {**tiny.RIGHT, "double_sum": SUM})
    result = grade(assignment, as_bytes(tree))
    assert (result.earned, result.notes) == (5.0, ())


SUM = "def double_sum(x):\n    return float(np.add.reduce(double(np.asarray(x))))\n"
