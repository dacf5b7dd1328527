"""Tests are mended and marks move: what is graded again, what stays, where marks come from."""

import hashlib
import json
from typing import Any

import pytest
from support import tiny
from support.commands import Command
from support.courses import change_texts
from support.gradebooks import hand_in

from autograder import __version__
from autograder.authoring.fill import fill
from autograder.batch.assignments import load_assignment
from autograder.course.database import open_gradebook
from autograder.course.manifest import Course

pytestmark = pytest.mark.slow(seconds=60)

#: One exercise of two.
PARTLY = {"double": tiny.RIGHT["double"]}
#: A line of a hidden test, to be spoiled and mended.
GOOD = 'assert np.shape(impl.double(np.zeros(0))) == (0,), "no number in, no number out"'
#: The reference passes it, so it grades; nobody is told to keep a mask.
BAD = 'assert "Mask" in impl("type(double(np.ma.array([1.0]))).__name__"), "the mask is lost"'


def mend(course: Course, old: str, new: str) -> None:
    """Change one place of the week's files."""
    change_texts(course.source_folder(course.weeks[0]), old, new)


def mark_by_hand(course: Course, student: str, cell: str, **given: Any) -> None:
    """What the formgrader does when a person types a mark."""
    comment = given.pop("comment", None)
    with open_gradebook(course) as book:
        grade = book.find_grade(cell, tiny.WEEK, tiny.WEEK, student)
        for name, value in given.items():
            setattr(grade, name, value)
        grade.needs_manual_grade = False
        if comment:
            book.find_comment(cell, tiny.WEEK, tiny.WEEK, student).manual_comment = comment
        book.db.commit()


def grade_of(course: Course, student: str, cell: str) -> dict[str, Any]:
    with open_gradebook(course) as book:
        found: dict[str, Any] = book.find_grade(cell, tiny.WEEK, tiny.WEEK, student).to_dict()
        return found


@pytest.fixture
def marked(course: Course, autograder: Command, tiny_notebook: str) -> Course:
    """Two students, graded by a test that is wrong, and marked by a person."""
    mend(course, GOOD, BAD)
    hand_in(course, "ada", fill(tiny_notebook, {**tiny.RIGHT, "why": "Because it is."}))
    hand_in(course, "ben", fill(tiny_notebook, {**PARTLY, "why": "Because."}))
    hand_in(course, "cai", tiny_notebook)
    done = autograder("grade", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "why: 2 to be marked by a person" in done.stdout
    mark_by_hand(course, "ada", "why", manual_score=0.5, extra_credit=0.25, comment="Nearly.")
    mark_by_hand(course, "ben", "test_double", manual_score=3.0)
    return course


def test_a_mended_test_moves_marks_and_a_persons_marks_stay(
    marked: Course, autograder: Command
) -> None:
    mend(marked, BAD, GOOD)
    done = autograder("grade", "1", "--changed")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "grading 3 of 3" in done.stdout
    assert "graded again: 2 changed, 1 unchanged" in done.stdout
    assert "marks that changed" in done.stdout
    row = next(line for line in done.stdout.splitlines() if "ada" in line and "→" in line)
    assert "4.75" in row
    assert "5.75" in row
    assert "double 2 → 3" in row

    why = grade_of(marked, "ada", "why")
    assert (why["manual_score"], why["extra_credit"]) == (0.5, 0.25)
    assert why["needs_manual_grade"] is False, "the same answer needs no second look"
    with open_gradebook(marked) as book:
        comment = book.find_comment("why", tiny.WEEK, tiny.WEEK, "ada")
        assert comment.manual_comment == "Nearly."
    # the tests say something new under a person's mark: it stands, and asks for a look
    double = grade_of(marked, "ben", "test_double")
    assert (double["manual_score"], double["needs_manual_grade"]) == (3.0, True)
    assert "a person gave 3, which counts" in " ".join(done.stdout.split())

    again = autograder("grade", "1", "--changed")
    assert "grading 0 of 3" in again.stdout
    assert "graded again" not in again.stdout


def test_a_program_can_read_what_changed(marked: Course, autograder: Command) -> None:
    mend(marked, BAD, GOOD)
    tree = json.loads(autograder("grade", "1", "--changed", "--json").stdout)
    found = {change["student"]: change for change in tree["regraded"]["changed"]}
    assert found["ada"]["before"] == 4.75
    assert found["ada"]["after"] == 5.75
    assert found["ada"]["moves"] == [{"name": "double", "before": 2.0, "after": 3.0, "note": ""}]
    assert tree["regraded"]["unchanged"] == 1
    rows = {row["student"]: row for row in tree["students"]}
    assert rows["ada"]["unmarked"] == []
    assert set(rows["ben"]["unmarked"]) == {"test_double", "why"}
    assert rows["cai"]["unmarked"] == [], "no answer: nothing to mark"
    assert {row["engine"] for row in rows.values()} == {__version__}
    assert len({row["version"] for row in rows.values()}) == 1


def test_a_new_answer_asks_for_a_new_mark(
    marked: Course, autograder: Command, tiny_notebook: str
) -> None:
    texts = {**tiny.RIGHT, "why": "Because of the distributive law."}
    hand_in(marked, "ada", fill(tiny_notebook, texts))
    assert "grading 1 of 3" in autograder("grade", "1").stdout
    why = grade_of(marked, "ada", "why")
    assert (why["manual_score"], why["needs_manual_grade"]) == (0.5, True)


def test_lateness_is_taken_off_the_new_marks(
    course: Course, autograder: Command, tiny_notebook: str
) -> None:
    path = hand_in(course, "gil", fill(tiny_notebook, tiny.RIGHT))
    (path.parent / "timestamp.txt").write_text("2027-01-19 12:00:00 UTC")
    assert autograder("grade", "1").returncode == 0
    mend(course, "points=3", "points=13")
    tree = json.loads(autograder("grade", "1", "--changed", "--json").stdout)
    change = tree["regraded"]["changed"][0]
    assert (change["before"], change["after"]) == (4.0, 12.0)


def test_a_mark_can_be_traced(marked: Course, autograder: Command, tiny_notebook: str) -> None:
    week = marked.weeks[0]
    path = marked.submitted("ada", week.id) / f"{week.id}.ipynb"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    tree = json.loads(autograder("trace", "ada", "1", "--json").stdout)
    assert tree["graded"] == tree["submitted"] == digest
    assert tree["version"] == load_assignment(marked, week).version
    assert tree["engine"] == __version__
    assert tree["remarks"] == []
    assert tree["standing"]["cells"]["why"]["manual"] == 0.5
    assert tree["standing"]["cells"]["why"]["comment"] == "Nearly."

    path.write_text(tiny_notebook)
    mend(marked, "add x to itself", "add x to x")
    shown = autograder("trace", "ada", "1").stdout
    assert digest in shown
    assert "another file is in submitted/" in shown
    assert "what decides the marks has changed" not in shown, "a hint decides no mark"
    mend(marked, BAD, GOOD)
    assert "what decides the marks has changed" in autograder("trace", "ada", "1").stdout


@pytest.mark.parametrize("student", ["nobody", "..", "ada/../ada", ""])
def test_who_has_no_mark_has_no_trace(
    course: Course, autograder: Command, tiny_notebook: str, student: str
) -> None:
    hand_in(course, "ada", fill(tiny_notebook, tiny.RIGHT))
    (course.root / "autograded").mkdir()
    done = autograder("trace", student, "1")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "nothing graded there" in done.stderr
