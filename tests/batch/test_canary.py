"""The reference goes first: an environment that cannot run it costs nobody a mark."""

from pathlib import Path

import pytest
from support import tiny
from support.commands import Command
from support.courses import change_texts
from support.gradebooks import hand_in, marks

from autograder.authoring.fill import fill
from autograder.batch.assignments import load_assignment
from autograder.batch.grader import Grader
from autograder.batch.submission import Submission
from autograder.course.errors import CourseError
from autograder.course.manifest import Course, load_course
from autograder.sandbox.levels import probe


@pytest.fixture(autouse=True)
def isolation() -> None:
    if probe().level == "none":
        pytest.skip(f"this machine gives no isolation: {'; '.join(probe().missing)}")


@pytest.fixture
def only_outside(course_folder: Path, tmp_path: Path) -> Course:
    """A course whose given cell reads a file that only the grader can read, not a kernel."""
    file = tmp_path / "scale.txt"
    file.write_text("2")
    reads = f"# how much\nSCALE = int(open({str(file)!r}).read())"
    change_texts(course_folder / "solutions" / tiny.WEEK, "SCALE = 2", reads)
    course = load_course(course_folder)
    notebook = load_assignment(course, course.weeks[0]).notebook
    for student in ("anna", "ben"):
        hand_in(course, student, fill(notebook, tiny.RIGHT))
    return course


def test_nothing_is_graded_where_the_reference_falls_short(
    only_outside: Course, autograder: Command
) -> None:
    done = autograder("grade")
    assert done.returncode == 2, done.stdout
    (line,) = done.stderr.splitlines()
    assert "the reference solution itself earns 0 of 5 here" in line
    assert "`import numpy as np`" in line  # the first line of the cell that raises
    assert "scale.txt" in line
    assert "autograder doctor" in line
    assert marks(only_outside) == {}
    assert not list((only_outside.root / "autograded").glob("*/*/*.ipynb"))


def test_what_is_told_first_waits_for_the_reference(course: Course, tmp_path: Path) -> None:
    assignment = load_assignment(course, course.weeks[0])
    path = tmp_path / "right.ipynb"
    path.write_bytes(assignment.perfect())
    submissions = [Submission(f"s{number}", path) for number in range(3)]
    with Grader(jobs=2) as grader:
        found = list(grader.grade_all(assignment, submissions))
        assert [result.earned for _, result in found] == [5.0] * 3
        assert grader.proven == {assignment}


def test_the_check_of_a_broken_week_goes_on(only_outside: Course, autograder: Command) -> None:
    done = autograder("check")
    assert done.returncode == 1
    assert "reference" in done.stdout


def test_a_tests_own_fault_is_told_with_its_program(course: Course, tmp_path: Path) -> None:
    """The reference answers otherwise in a kernel: what differs is told, program by program."""
    folder = course.root / "solutions" / tiny.WEEK
    change_texts(folder, "SCALE = 2", "SCALE = 2 + ('get_ipython' in globals())")
    assignment = load_assignment(course, course.weeks[0])
    path = tmp_path / "right.ipynb"
    path.write_bytes(assignment.perfect())
    with Grader() as grader, pytest.raises(CourseError, match="double: "):
        list(grader.grade_all(assignment, [Submission("anna", path)]))
