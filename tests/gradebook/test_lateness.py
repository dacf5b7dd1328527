"""One mark everywhere: the late penalty is a function of dates and points, whenever one changes."""

import csv
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support import commands, tiny
from support.gradebooks import hand_in, marks

from autograder.authoring.build import student_notebook
from autograder.authoring.fill import fill
from autograder.authoring.source import read
from autograder.cli.show import class_rows
from autograder.course.manifest import Course, LatePolicy, load_course
from autograder.gradebook.classbook import open_book
from autograder.gradebook.lateness import Lateness
from autograder.gradebook.marks import CellMark, Marks
from autograder.gradebook.times import decode, parse_time, read_time
from autograder.lms.exports import export_marks
from autograder.report.comment import comment
from autograder.report.dates import dates_in_words
from autograder.report.feedback import write_feedback
from autograder.report.pages import write_reports
from autograder.report.rows import Links, course_rows, week_row
from autograder.report.week import report_week

pytestmark = pytest.mark.slow(seconds=25)

WEEK = tiny.WEEK
LATE = "2027-01-19 12:00:00 UTC"


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course in which Ada was graded: five points, handed in two days begun too late."""
    folder = tiny.make_course(tmp_path_factory.mktemp("late") / "course")
    course = load_course(folder)
    notebook = student_notebook(read(course.source_folder(course.weeks[0]), WEEK))
    path = hand_in(course, "ada", fill(notebook, {**tiny.RIGHT, "why": "Because."}))
    (path.parent / "timestamp.txt").write_text(LATE)
    done = commands.autograder(folder, "grade", "1", "--jobs", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert marks(folder, late=True) == {"ada": 4.0}
    return folder


@pytest.fixture
def late(graded: Path, tmp_path: Path) -> Course:
    return load_course(shutil.copytree(graded, tmp_path / "course"))


def edit(course: Course, old: str, new: str) -> None:
    path = course.root / "course.yml"
    assert path.read_text().count(old) == 1
    path.write_text(path.read_text().replace(old, new))


def roster(course: Course, hours: float) -> None:
    path = course.root / "roster.yml"
    path.write_text(f"students: {{ada: {{extensions: {{{WEEK}: {hours}}}}}}}\n")
    os.utime(path, ns=(path.stat().st_mtime_ns,) * 2)


def stamp(course: Course, text: str | bytes | None) -> None:
    path = course.submitted("ada", WEEK) / "timestamp.txt"
    if text is None:
        path.unlink()
    else:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def by_hand(course: Course, cell: str, points: float) -> None:
    """What the formgrader writes when a person types points."""
    with sqlite3.connect(course.gradebook_path) as database:
        found = database.execute(
            "UPDATE grade SET manual_score = ?, needs_manual_grade = 0 "
            "WHERE cell_id IN (SELECT id FROM base_cell WHERE name = ?)",
            (points, cell),
        )
        assert found.rowcount == 1


def everywhere(course: Course) -> dict[str, float]:
    """Ada's mark, by the place where somebody reads it."""
    week = course.weeks[0]
    found = {}
    for to in ("csv", "canvas", "moodle", "json"):
        (path,) = export_marks(course, to, comment, course.root / f"out.{to}", [WEEK])
        if to == "json":
            found[to] = json.loads(path.read_text())["students"][0]["weeks"][WEEK]["mark"]
            continue
        rows = list(csv.reader(path.read_text().splitlines()))
        column = {"csv": "mark", "canvas": "Doubling", "moodle": "Grade"}[to]
        found[to] = float(rows[-1][rows[0].index(column)])
    write_feedback(course, week, [], text=True)
    page = course.feedback_page("ada", WEEK)
    number = re.search(r"<strong>([\d.]+)</strong> of 6 points", page.read_text())
    words = re.match(r"Doubling: ([\d.]+) of 6 points", page.with_suffix(".txt").read_text())
    assert number is not None
    assert words is not None
    found["page"], found["text"] = float(number[1]), float(words[1])
    (row,) = class_rows(course, week)
    found["table"] = row["mark"]
    write_reports(course, [week], lambda line: None)
    links = Links(course, course.root / "reports")
    with open_book(course) as book:
        report = report_week(book.week(week))
    found["report"] = float(week_row(links, report.cls, report.cls.sheets[0], "").tail[-1].sort)
    found["report of the course"] = float(course_rows(links, [report])[0].tail[0].sort)
    found["gradebook"] = marks(course, late=True)["ada"]
    return found


CHANGES: dict[str, tuple[Callable[[Course], None], float]] = {
    "nothing": (lambda course: None, 4.0),
    "the due date, later": (lambda c: edit(c, "due: 2027-01-17", "due: 2027-01-19"), 5.0),
    "the due date, earlier": (lambda c: edit(c, "due: 2027-01-17", "due: 2027-01-15"), 3.0),
    "an extension by hand": (lambda c: roster(c, 24), 4.5),
    "a long extension": (lambda c: roster(c, 100), 5.0),
    "the time, removed": (lambda c: stamp(c, None), 5.0),
    "the time, later": (lambda c: stamp(c, "2027-01-20 12:00:00 UTC"), 3.5),
    "the time, unreadable": (lambda c: stamp(c, "soon"), 5.0),
    "the policy": (lambda c: edit(c, "penalty_per_day: 0.1", "penalty_per_day: 0.2"), 3.0),
    "the grace": (lambda c: edit(c, "grace_minutes: 15", "grace_minutes: 3000"), 5.0),
    "a written answer": (lambda c: by_hand(c, "why", 1.0), 4.8),
    "a test's mark by hand": (lambda c: by_hand(c, "test_double", 1.0), 2.4),
}


@pytest.mark.parametrize(("change", "mark"), CHANGES.values(), ids=CHANGES)
def test_a_mark_follows_what_it_is_made_of_and_is_the_same_everywhere(
    late: Course, change: Callable[[Course], None], mark: float
) -> None:
    change(late)
    found = everywhere(load_course(late.root))
    assert found == {place: pytest.approx(mark) for place in found}


def test_what_is_taken_out_again_counts_no_more(late: Course) -> None:
    roster(late, 100)
    assert everywhere(late)["csv"] == 5.0
    (late.root / "roster.yml").write_text("students: {ada: {}}\n")
    assert set(everywhere(late).values()) == {4.0}


def test_grading_again_gives_the_same_as_reading(late: Course) -> None:
    by_hand(late, "why", 1.0)
    before = everywhere(late)
    done = commands.autograder(late.root, "grade", "1", "--jobs", "1", "--force")
    assert done.returncode == 0, done.stdout + done.stderr
    assert everywhere(late) == before
    assert before["csv"] == pytest.approx(4.8)
    stamp(late, None)
    done = commands.autograder(late.root, "grade", "1", "--jobs", "1", "--force")
    assert "the late penalty was 1.2 and is 0 now" in done.stdout
    assert everywhere(late)["gradebook"] == 6.0


def test_a_new_submission_leaves_the_graded_ones_time(late: Course) -> None:
    path = late.submitted("ada", WEEK) / f"{WEEK}.ipynb"
    path.write_text(path.read_text() + "\n")
    stamp(late, "2027-01-15 12:00:00 UTC")
    assert everywhere(late)["csv"] == 4.0


FORMGRADER = """
import json, sys
from nbgrader.apps import NbGrader
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
app = NbGrader()
app.load_config_file()
api = NbGraderAPI(CourseDirectory(parent=app), parent=app)
week = sys.argv[1]
print(json.dumps([
    api.get_submissions(week)[0]["score"],
    api.get_submission(week, "ada")["score"],
    api.get_notebook_submissions(week, week)[0]["score"],
    api.get_students()[0]["score"],
    api.get_student("ada")["score"],
    api.get_student_submissions("ada")[0]["score"],
    api.get_student_notebook_submissions("ada", week)[0]["score"],
    api.get_assignment(week)["average_score"],
    api.get_notebooks(week)[0]["average_score"],
]))
"""


def test_the_formgrader_and_nbgraders_own_export_show_the_same_mark(late: Course) -> None:
    edit(late, "due: 2027-01-17", "due: 2027-01-18")
    by_hand(late, "why", 1.0)
    done = subprocess.run(
        [sys.executable, "-c", FORMGRADER, WEEK],
        cwd=late.root,
        env=commands.environment(HOME=str(late.root)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    numbers = json.loads(done.stdout.splitlines()[-1])
    assert numbers == [pytest.approx(5.4)] * 9
    edit(late, "due: 2027-01-18", "due: 2027-01-17")
    done = commands.nbgrader(late.root, "export", "--to=theirs.csv", HOME=str(late.root))
    assert done.returncode == 0, done.stderr[-2000:]
    (row,) = csv.DictReader((late.root / "theirs.csv").read_text().splitlines())
    assert (float(row["raw_score"]), float(row["score"])) == (6.0, pytest.approx(4.8))


def test_a_student_reads_the_dates_and_the_arithmetic(late: Course) -> None:
    by_hand(late, "why", 1.0)
    everywhere(late)
    page = late.feedback_page("ada", WEEK)
    for text in (page.read_text(), page.with_suffix(".txt").read_text()):
        assert "Due 17 Jan 2027 23:59:59 UTC." in text
        assert "Handed in 19 Jan 2027 12:00 UTC, 1 d 12 h late: 2 days begun after 15 min" in text
        assert "2 × 10 % = 20 % of 6 points = 1.2; 6 − 1.2 = 4.8 points." in text


def test_a_student_reads_that_the_time_is_not_known(late: Course) -> None:
    stamp(late, "soon")
    everywhere(late)
    page = late.feedback_page("ada", WEEK).with_suffix(".txt").read_text()
    assert "When this was handed in cannot be read: timestamp.txt is no time: 'soon'" in page
    with (late.root / "out.csv").open() as file:
        assert [row["handed_in"] for row in csv.DictReader(file)] == ["unreadable"]
    assert "unknown time" in (late.root / "reports" / f"{WEEK}.html").read_text()


def dates(after: float, **more: float) -> Lateness:
    due = datetime(2027, 1, 17, 12, tzinfo=UTC)
    policy = LatePolicy(grace_minutes=30, penalty_per_day=0.25, at_most=0.5)
    return Lateness(due, policy, timedelta(**more), due + timedelta(hours=after))


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (dates(-1), "in time"),
        (dates(0.25), "15 min late, within the grace of 30 min"),
        (dates(30, hours=31), "(1 d 7 h more)"),
        (dates(80), "4 × 25 % = 100 %, at most 50 % of 8 points = 4; 8 − 4 = 4 points"),
    ],
)
def test_dates_are_told_in_words(found: Lateness, words: str) -> None:
    marks = Marks(found, {"a": CellMark(8.0, 8.0, False)})
    assert words in " ".join(dates_in_words(marks))


NOON = datetime(2027, 1, 19, 12)


@pytest.mark.parametrize(
    "data",
    [
        LATE.encode(),
        b"\xef\xbb\xbf" + LATE.encode(),
        *(LATE.encode(coding) for coding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32")),
        b"2027-01-19T12:00:00Z\r\n",
        b"2027-01-19 13:00:00 +0100",
        b"2027-01-19 13:00:00 CET",
        b"Tue Jan 19 13:00:00 CET 2027",
        b"Tue Jan 19 07:00:00 EST 2027",
        b"2027-01-19 12:00:00.000000",
        b"19.01.2027 12:00",
        b"19 January 2027 12:00 PM",
    ],
)
def test_a_time_is_read_as_it_may_be_written(data: bytes) -> None:
    assert parse_time(decode(data)) == NOON


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"soon", "is no time"),
        (b"19. J\xe4nner 2027", "is not UTF-8"),
        (b"10", "is no full date"),
        (b"12:00", "is no full date"),
        (b"03.02.2027 12:00", "or one of two"),
        (b"2027-01-19 12:00:00 XYZT", "unknown time zone"),
        (b"Tue Jan 19 12:00:00 XYZT 2027", "unknown time zone"),
        (b"2027-13-45", "is no time"),
    ],
)
def test_a_time_that_cannot_be_read_is_told(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "timestamp.txt").write_bytes(data)
    time, fault = read_time(tmp_path)
    assert time is None
    assert words in fault


def test_a_pipe_or_a_link_is_no_time_and_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "timestamp.txt"
    assert read_time(tmp_path) == (None, "")
    os.mkfifo(path)
    assert read_time(tmp_path) == (None, "timestamp.txt is a pipe")
    path.unlink()
    path.symlink_to("/dev/zero")
    assert read_time(tmp_path) == (None, "timestamp.txt is a link")
    path.unlink()
    path.mkdir()
    assert read_time(tmp_path) == (None, "timestamp.txt is a folder")


def test_a_gradebook_that_cannot_be_written_is_read_all_the_same(late: Course) -> None:
    edit(late, "due: 2027-01-17", "due: 2027-01-19")
    with sqlite3.connect(late.gradebook_path) as database:
        database.execute(
            "CREATE TRIGGER no_writing BEFORE UPDATE ON submitted_notebook "
            "BEGIN SELECT RAISE(ABORT, 'read-only'); END"
        )
    course = load_course(late.root)
    with open_book(course) as book:
        assert book.marks(course.weeks[0])["ada"].mark == 5.0
