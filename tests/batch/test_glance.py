"""What is started before the rest is imported: only where there is something to grade."""

import pytest
from support.gradebooks import hand_in

from autograder.batch.glance import anything_to_grade
from autograder.course.manifest import Course

CASES = [
    ((), (), False, False),
    (("ada",), (), False, False),
    (("ada",), (), True, True),
    (("ada", "bo"), (), False, True),
    (("ada", "bo"), ("ada",), False, False),
    (("ada", "bo"), ("bo",), False, True),
]


@pytest.mark.parametrize(("students", "asked", "again", "something"), CASES)
def test_there_is_something_where_it_is_new_or_graded_again(
    course: Course, students: tuple[str, ...], asked: tuple[str, ...], again: bool, something: bool
) -> None:
    for student in students:
        hand_in(course, student, "{}")
    graded = course.graded_notebook("ada", course.weeks[0].id)
    graded.parent.mkdir(parents=True)
    graded.touch()
    assert anything_to_grade(course, course.weeks, asked, again) is something
