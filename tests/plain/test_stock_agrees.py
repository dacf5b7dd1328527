"""Honest submissions of imported courses get from this engine what stock nbgrader gives."""

from collections.abc import Callable
from pathlib import Path

import pytest
from plain.courses import COURSES, SUBMISSIONS, missing
from plain.courses.ours import Imported, imported, scores

from autograder.kernels.supply import KernelSupply

pytestmark = pytest.mark.slow(seconds=60)

Course = Callable[[str], Imported]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course by its name, imported once."""
    made: dict[str, Imported] = {}

    def get(name: str) -> Imported:
        if missing(name):
            pytest.skip(f"not installed: {', '.join(missing(name))}")
        if name not in made:
            made[name] = imported(name, Path(tmp_path_factory.mktemp(name)))
        return made[name]

    return get


@pytest.mark.parametrize(("name", "student"), SUBMISSIONS)
def test_marks_are_stocks(name: str, student: str, course: Course, kernels: KernelSupply) -> None:
    found = scores(COURSES[name], course(name).grade_all(student, kernels))
    assert found == COURSES[name].scores(student, ours=True)
