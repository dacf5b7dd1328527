"""A course under way, imported: what nbgrader and a person gave is shown as it was given."""

from pathlib import Path

import pytest
from plain.courses.marked import ESSAYS, EXTRA, make_marked, totals
from support.commands import autograder

from autograder.course.manifest import Course, load_course
from autograder.gradebook.classbook import Sheet, open_book
from autograder.report.comment import comment

pytestmark = pytest.mark.slow(seconds=40)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """What three students had from stock nbgrader, after the course was imported and built."""
    root = tmp_path_factory.mktemp("marked")
    make_marked(root / "source")
    for folder, words in (
        (root, ("import", "source", "--to", "here")),
        (root / "here", ("build",)),
    ):
        done = autograder(folder, *words)
        assert done.returncode == 0, done.stderr
    return load_course(root / "here")


def sheets(course: Course) -> dict[str, Sheet]:
    with open_book(course) as book:
        return {sheet.student: sheet for sheet in book.week(course.weeks[0]).sheets}


def test_every_mark_is_the_one_that_nbgrader_has(course: Course, tmp_path: Path) -> None:
    found = {student: sheet.marks.mark for student, sheet in sheets(course).items() if sheet.marks}
    assert found == totals(course.root.parent / "source")
    assert all(sheet.before == ("trains",) for sheet in sheets(course).values())


def test_a_persons_points_and_comments_are_kept(course: Course) -> None:
    found = sheets(course)
    for student, (points, words) in ESSAYS.items():
        marks = found[student].marks
        assert marks is not None
        assert marks.cells["essay"].score == points
        assert words in comment(found[student], course.weeks[0])
    test = found["half"].test("test_meet")
    assert test is not None
    assert (test.earned, test.points) == (4 + EXTRA, 4)


def test_what_came_late_lost_nothing_and_is_said_to_be_late(course: Course) -> None:
    marks = sheets(course)["late"].marks
    assert marks is not None
    assert marks.penalty == 0
    assert "2 d 6 h late" in comment(sheets(course)["late"], course.weeks[0])


def test_grading_leaves_the_marks_and_pages_show_them(course: Course) -> None:
    before = totals(course.root)
    for words in (("grade",), ("feedback",), ("report",)):
        done = autograder(course.root, *words)
        assert done.returncode == 0, done.stderr
    assert totals(course.root) == before
    week = course.weeks[0].id
    page = course.feedback_page("half", week, "trains").read_text()
    assert "nbgrader marked this notebook" in page
    assert "tests pass" not in page
    assert "And the second one?" in page
    assert "marked by nbgrader" in (course.reports_folder / f"{week}.html").read_text()
