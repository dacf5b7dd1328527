"""Submissions graded in this process, by kernels of a launcher of its own."""

from collections.abc import Callable, Iterator

import pytest

from autograder.grading import grade as grading
from autograder.grading.grade import Assignment
from autograder.grading.notes import Note
from autograder.grading.results import Graded
from autograder.judge.exam import Exam, open_exam
from autograder.kernels.supply import KernelSupply, open_kernels
from autograder.sandbox.levels import probe

Grade = Callable[..., Graded]


@pytest.fixture(scope="session")
def kernels() -> Iterator[KernelSupply]:
    """Kernels that come with nothing imported, isolated as far as this machine can."""
    level = probe().level
    if level == "none":
        pytest.skip(f"this machine gives no isolation: {'; '.join(probe().missing)}")
    with open_kernels(level) as supply:
        yield supply


@pytest.fixture(scope="session")
def grade(kernels: KernelSupply) -> Grade:
    """Grade the bytes of a submission, of which these notes are known already."""
    exams: dict[Assignment, Exam] = {}

    def run(assignment: Assignment, submission: bytes, *notes: Note) -> Graded:
        if assignment not in exams:
            exams[assignment] = open_exam(assignment.source)
        return grading.grade(assignment, submission, kernels, exams[assignment], notes)

    return run
