"""Under nbgrader's own command a submission is graded once, whatever its notebook is called."""

import pytest
from support import tiny
from support.commands import Command, nbgrader
from support.gradebooks import hand_in, marks

from autograder.authoring.fill import fill
from autograder.course.manifest import Course

pytestmark = pytest.mark.slow(seconds=20)

WEEK = tiny.WEEK


def test_nbgrader_grades_notebooks_of_any_name_and_nobodys_links(
    course: Course, autograder: Command, tiny_notebook: str
) -> None:
    assert autograder("build").returncode == 0
    work = fill(tiny_notebook, tiny.RIGHT)
    for student in ("ada", "__MACOSX", "m\udcfcller", "bad"):
        hand_in(course, student, work)
    hand_in(course, "cop", work, f"{WEEK} (1).ipynb")
    hand_in(course, "mix", work, f"{WEEK}.IPYNB")
    for name in ("a.ipynb", "b.ipynb"):
        hand_in(course, "two", work + name, name)
    hand_in(course, "mix", "no notebook", "Untitled.ipynb")
    path = course.submitted("eve", WEEK)
    path.parent.mkdir()
    path.symlink_to(f"../ada/{WEEK}")
    (course.submitted("bad", WEEK) / "timestamp.txt").write_text("soon")
    done = nbgrader(course.root, "autograde", WEEK)
    assert done.returncode == 0, done.stderr
    assert marks(course) == {"ada": 5.0, "bad": 5.0, "cop": 5.0, "mix": 5.0, "two": 0.0}
    for words in (
        f"eve/{WEEK} is a link, and is not graded",
        f"__MACOSX/{WEEK} is no student's by its name",
        f"m\ufffdller/{WEEK} is no student's by its name",
        f"bad/{WEEK}: timestamp.txt is no time: 'soon'",
    ):
        assert words in done.stderr, words
