"""nbgrader's exchange, both ways: out, in, graded, marked down for lateness, and fed back."""

import json
import stat
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from support import tiny
from support.commands import Command
from support.people import Person, student_folder, write_fetched

from autograder.course.database import open_gradebook
from autograder.course.manifest import Course, load_course
from autograder.course.tokens import SECRET, TIMESTAMP

pytestmark = pytest.mark.slow(seconds=130)

WEEK = tiny.WEEK
#: The tiny course's week is due on 17 January 2027, 23:59:59 UTC.
ON_TIME, LATE = "2027-01-16 10:00:00.000000 UTC", "2027-01-19 10:00:00.000000 UTC"
SECRETS = (
    *("three_numbers", "nothing_stays", "-2.25", "np.zeros_like", "BEGIN HIDDEN"),
    *("distributive law", "BEGIN RUBRIC"),
)
RUBRIC = """\
#
# ### BEGIN RUBRIC
# - 1 argument: names the distributive law
# ### END RUBRIC
"""


ASSESSMENT = {
    "version": 1,
    "week": WEEK,
    "items": [{"id": "double", "text": "I can double.", "exercise": "double", "ticked": True}],
}


def hands_in_at(person: Person, time: str) -> None:
    """Let this student hand in at another time than now."""
    config = person.folder / "nbgrader_config.py"
    rows = [row for row in config.read_text().splitlines() if "timestamp_format" not in row]
    config.write_text("\n".join([*rows, f"c.Exchange.timestamp_format = {time!r}", ""]))


def student(root: Path, course: Course, name: str) -> Person:
    """A student with a folder of their own, who knows of the course what a student knows."""
    return Person(student_folder(root / name, course, name), root / f"{name}-home")


@dataclass(frozen=True)
class Class:
    """The instructor and two students, after one round trip."""

    course: Course
    teacher: Person
    ada: Person
    ben: Person


@pytest.fixture(scope="module")
def klass(tmp_path_factory: pytest.TempPathFactory) -> Class:
    """Released, fetched, submitted (Ada in time, Ben two days late), collected and graded."""
    root = tmp_path_factory.mktemp("exchange")
    with_rubric = replace(tiny.TEXTS, lesson=tiny.LESSON + RUBRIC)
    course = load_course(tiny.make_course(root / "course", with_rubric))
    teacher = Person(course.root, root / "teacher-home")
    teacher.autograder("build")
    (course.root / "notebooks" / WEEK / "self_assessment.json").write_text("{}")
    teacher.nbgrader("release_assignment", WEEK)
    ada, ben = student(root, course, "ada"), student(root, course, "ben")
    for person, time in ((ada, ON_TIME), (ben, LATE)):
        person.nbgrader("fetch_assignment", WEEK)
        fetched = write_fetched(person, tiny.RIGHT)
        (fetched.parent / "self_assessment.json").write_text(json.dumps(ASSESSMENT))
        hands_in_at(person, time)
        person.nbgrader("submit", WEEK)
    teacher.nbgrader("collect", WEEK)
    teacher.autograder("grade", "1")
    return Class(course, teacher, ada, ben)


@pytest.fixture(scope="module")
def fed_back(klass: Class) -> Class:
    """The same with one who handed in by mail, and feedback written, released and fetched."""
    by_mail = klass.course.submitted("cyd", WEEK)
    by_mail.mkdir(parents=True)
    fetched = klass.ada.folder / WEEK / f"{WEEK}.ipynb"
    (by_mail / fetched.name).write_bytes(fetched.read_bytes())
    klass.teacher.autograder("grade", "1")
    klass.teacher.autograder("feedback", "1")
    said = klass.teacher.nbgrader("release_feedback", WEEK)
    assert "cyd did not submit through the exchange" in said
    for person in (klass.ada, klass.ben):
        person.nbgrader("fetch_feedback", WEEK)
    return klass


def pages(person: Person) -> dict[str, str]:
    """The feedback that a student has fetched, by the time of its submission."""
    folder = person.folder / WEEK / "feedback"
    return {path.parent.name: path.read_text() for path in sorted(folder.glob("*/*.html"))}


def sheet(course: Course, name: str) -> Any:
    with open_gradebook(course) as gradebook:
        found = gradebook.find_submission(WEEK, name)
        return found.timestamp, found.score, found.notebooks[0].late_submission_penalty


def test_a_release_holds_the_notebook_alone(klass: Class) -> None:
    released = klass.course.root / "exchange" / "tiny" / "outbound" / WEEK
    assert [path.name for path in released.iterdir()] == [f"{WEEK}.ipynb"]
    text = (released / f"{WEEK}.ipynb").read_text()
    assert not any(secret in text for secret in (*SECRETS, "three numbers"))


def test_the_self_assessment_travels_with_the_notebook(klass: Class) -> None:
    for name in ("ada", "ben"):
        folder = klass.course.submitted(name, WEEK)
        assert {path.name for path in folder.iterdir()} == {
            f"{WEEK}.ipynb",
            "self_assessment.json",
            TIMESTAMP,
            SECRET,
        }
        assert json.loads((folder / "self_assessment.json").read_text()) == ASSESSMENT


def test_the_exchanges_time_is_the_submissions_and_lateness_costs(klass: Class) -> None:
    time, score, penalty = sheet(klass.course, "ada")
    assert f"{time:%d %H:%M}" == "16 10:00"
    assert (score, penalty) == (5.0, 0.0)
    time, score, penalty = sheet(klass.course, "ben")
    assert f"{time:%d %H:%M}" == "19 10:00"
    assert (score, penalty) == (5.0, pytest.approx(1.0))  # 34 hours: two days begun, 10 % each


def test_feedback_is_fetched_by_its_own_student_and_opens(fed_back: Class) -> None:
    (ada,), (ben,) = pages(fed_back.ada).items(), pages(fed_back.ben).items()
    assert ada[0].startswith("2027-01-16")
    assert ben[0].startswith("2027-01-19")
    for (_, page), name, other in ((ada, "ada", "ben"), (ben, "ben", "ada")):
        assert page.startswith("<!DOCTYPE html>")
        assert name in page
        assert other not in page
        assert "double" in page


def test_feedback_holds_no_hidden_test_and_no_solution(fed_back: Class) -> None:
    for person in (fed_back.ada, fed_back.ben):
        for page in pages(person).values():
            assert not any(secret in page for secret in SECRETS)


def test_nobody_finds_a_page_without_the_secret(fed_back: Class) -> None:
    folder = fed_back.course.root / "exchange" / "tiny" / "feedback"
    assert len(list(folder.glob("*.html"))) == 2
    assert not stat.S_IMODE(folder.stat().st_mode) & (stat.S_IROTH | stat.S_IRGRP)
    mallory = student(fed_back.ada.folder.parent, fed_back.course, "mallory")
    mallory.nbgrader("fetch_assignment", WEEK)
    mallory.nbgrader("fetch_feedback", WEEK)
    assert pages(mallory) == {}


def test_nbgraders_own_generate_feedback_writes_the_same_page(fed_back: Class) -> None:
    page = fed_back.course.feedback_page("ben", WEEK)
    before = page.read_text()
    fed_back.teacher.nbgrader("generate_feedback", WEEK, "--force")
    assert page.read_text() == before
    fed_back.teacher.nbgrader("release_feedback", WEEK)
    fed_back.ben.nbgrader("fetch_feedback", WEEK)
    assert list(pages(fed_back.ben).values()) == [before]


def test_handing_in_again_is_graded_again_and_each_version_has_its_page(fed_back: Class) -> None:
    course, teacher, ben = fed_back.course, fed_back.teacher, fed_back.ben
    hands_in_at(ben, "2027-01-20 10:00:00.000000 UTC")
    ben.nbgrader("submit", WEEK)  # the same bytes
    teacher.nbgrader("collect", WEEK, "--update")
    teacher.nbgrader("release_feedback", WEEK)  # of what was graded, not of what was collected
    assert list(pages(ben)) == [LATE]
    said = teacher.autograder("grade", "1")
    assert "grading 1 of 3 submissions" in said
    assert sheet(course, "ben")[2] == pytest.approx(1.5)
    teacher.autograder("feedback", "1")
    teacher.nbgrader("release_feedback", WEEK)
    ben.nbgrader("fetch_feedback", WEEK)
    assert list(pages(ben)) == [LATE, "2027-01-20 10:00:00.000000 UTC"]


def test_what_nbgrader_graded_is_graded_again_and_fed_back(fed_back: Class) -> None:
    teacher = fed_back.teacher
    teacher.nbgrader("autograde", WEEK, "--student=ben", "--force")
    before = sheet(fed_back.course, "ben")
    teacher.autograder("grade", "1", "--student", "ben", "--force")
    assert sheet(fed_back.course, "ben") == before
    teacher.autograder("feedback", "1", "--student", "ben")
    teacher.nbgrader("release_feedback", WEEK, "--student=ben")


def test_a_notebook_that_somebody_filled_in_is_not_released(
    course: Course, tmp_path: Path, autograder: Command
) -> None:
    teacher = Person(course.root, tmp_path / "home")
    teacher.autograder("build")
    path = course.notebook_path(course.weeks[0])
    path.write_text(path.read_text().replace("raise NotImplementedError", "return x + x"))
    said = teacher.nbgrader("release_assignment", WEEK, fails=True)
    assert f"run `autograder build {WEEK}`" in said
    assert not (course.root / "exchange" / "tiny" / "outbound" / WEEK).exists()


def test_the_build_tells_nbgrader_when_the_week_is_due(course: Course, autograder: Command) -> None:
    assert autograder("build").returncode == 0
    with open_gradebook(course) as gradebook:
        due = gradebook.find_assignment(WEEK).duedate
    assert due == course.weeks[0].due.replace(tzinfo=None)
