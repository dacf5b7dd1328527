"""A course that stock nbgrader has marked is imported with its marks, and goes on with ours."""

import csv
from pathlib import Path

import pytest
from plain.courses.marked import DUE, ESSAYS, EXTRA, MARKED, make_marked, totals
from support.commands import autograder

pytestmark = pytest.mark.slow(seconds=60)

TOTALS = {"reference": 9.0, "half": 4 + EXTRA + 1.5, "late": 6.0}


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course as nbgrader has it."""
    return make_marked(tmp_path_factory.mktemp("marked") / "nbgrader")


@pytest.fixture(scope="module")
def after(before: Path) -> Path:
    """The imported course."""
    course = before.parent / "course"
    done = autograder(before.parent, "import", str(before), "--to", str(course))
    assert done.returncode == 0, done.stdout + done.stderr
    return course


def test_stock_has_marked_it(before: Path) -> None:
    assert totals(before) == TOTALS


def test_marks_are_kept(after: Path, before: Path) -> None:
    assert totals(after) == TOTALS
    assert totals(before) == TOTALS


def test_marks_are_shown(after: Path, tmp_path: Path) -> None:
    path = tmp_path / "marks.csv"
    done = autograder(after, "export", "--out", str(path))
    assert done.returncode == 0, done.stdout + done.stderr
    with path.open(encoding="utf-8-sig", newline="") as file:
        marks = {row["student_id"]: float(row["mark"]) for row in csv.DictReader(file)}
    assert marks == TOTALS


def test_the_due_date_is_kept(after: Path) -> None:
    text = (after / "course.yml").read_text(encoding="utf-8")
    assert DUE[:10] in text


def test_grading_again_gives_the_same_and_keeps_what_a_person_gave(after: Path) -> None:
    done = autograder(after, "grade", MARKED.assignment, "--force")
    assert done.returncode == 0, done.stdout + done.stderr
    assert totals(after) == TOTALS


def test_feedback_shows_marks_and_comments(after: Path) -> None:
    done = autograder(after, "feedback", MARKED.assignment)
    assert done.returncode == 0, done.stdout + done.stderr
    for student, (_, comment) in ESSAYS.items():
        (page,) = (after / "feedback" / student).rglob("*.html")
        assert comment in page.read_text(encoding="utf-8")
