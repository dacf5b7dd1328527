"""Marks out: the columns that Canvas and Moodle import, the same through nbgrader's command."""

import csv
import io
import json

import pytest
from support import commands
from support.gradebooks import marks
from support.tiny import WEEK

from autograder.course.errors import CourseError
from autograder.course.manifest import Course
from autograder.lms.enrol import import_roster
from autograder.lms.exports import export_marks, table
from autograder.report.comment import comment


def export(course: Course, to: str, *students: str) -> list[list[str]]:
    (path,) = export_marks(course, to, comment, course.root / f"out.{to}", [WEEK], students)
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))


def test_canvas_gets_its_columns_and_the_right_marks(klass: Course) -> None:
    header, points, *rows = export(klass, "canvas")
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Doubling"]
    assert points == ["    Points Possible", "", "", "", "", "6"]
    assert {row[3]: float(row[5]) for row in rows} == {
        student: pytest.approx(mark, abs=0.005) for student, mark in marks(klass, late=True).items()
    }
    assert rows[0][0].count(", ") == 1


def test_canvas_own_export_comes_back_with_its_numbers(klass: Course) -> None:
    path = klass.root / "canvas.csv"
    path.write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,Doubling (4711)\n"
        '"King, Ada",77,S-1,s000,Mon,\n"Wu, Cai",78,S-2,new,Tue,\n'
    )
    list(import_roster(klass, path))
    header, _, *rows = export(klass, "canvas")
    assert header[-1] == "Doubling (4711)"
    assert [row[:5] for row in rows] == [
        ["King, Ada", "77", "S-1", "s000", "Mon"],
        ["Wu, Cai", "78", "S-2", "new", "Tue"],
    ]
    assert rows[1][5] == ""  # nothing handed in: Canvas's own cell stays as it is


def test_moodle_gets_its_worksheet_with_harmless_comments(klass: Course) -> None:
    header, *rows = export(klass, "moodle")
    assert header == [
        *("Identifier", "Full name", "ID number", "Email address", "Grade"),
        *("Maximum Grade", "Last modified (grade)", "Feedback comments"),
    ]
    by_student = {row[2]: row for row in rows}
    assert {s: float(row[4]) for s, row in by_student.items()} == {
        student: pytest.approx(mark, abs=0.005) for student, mark in marks(klass, late=True).items()
    }
    assert all("<br>" in row[7] and "Doubling: " in row[7] for row in rows)
    assert not any("<script" in row[7] for row in rows)


def test_csv_and_json_hold_everybody(klass: Course) -> None:
    header, *rows = export(klass, "csv")
    assert len(rows) == 30
    found = {row[header.index("student_id")]: row for row in rows}
    for student, mark in marks(klass, late=True).items():
        assert float(found[student][header.index("mark")]) == pytest.approx(mark, rel=1e-3)
    (path,) = export_marks(klass, "json", comment, klass.root / "out.json")
    tree = json.loads(path.read_text())
    assert {s["id"]: s["weeks"][WEEK]["mark"] for s in tree["students"]} == {
        student: pytest.approx(mark) for student, mark in marks(klass, late=True).items()
    }


def test_known_mistakes_are_exported_by_their_names(klass: Course) -> None:
    header, *rows = export(klass, "csv")
    told = {row[0]: row[header.index("mistakes")] for row in rows}
    assert set(told.values()) == {"", "double: squares instead"}
    (path,) = export_marks(klass, "json", comment, klass.root / "out.json")
    for student in json.loads(path.read_text())["students"]:
        assert "; ".join(student["weeks"][WEEK]["mistakes"]) == told[student["id"]]


def test_withdrawn_students_are_left_out_unless_named(klass: Course) -> None:
    (klass.root / "roster.yml").write_text("students: {s003: {status: withdrawn}}\n")
    assert "s003" not in {row[3] for row in export(klass, "canvas")}
    assert [row[3] for row in export(klass, "canvas", "s003")[2:]] == ["s003"]
    with pytest.raises(CourseError, match="no student 'nobody'"):
        export(klass, "canvas", "nobody")


WIDE = ["＝1+1", "＋1", "－1", "＠x", "﹦1", "−1", "\u200b=1", "\ufeff＝1", "\u3000=1", "\u00a0@x"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", *WIDE])
def test_a_spreadsheet_runs_nothing(text: str) -> None:
    (cell,) = next(csv.reader(io.StringIO(table([[text]]), newline="")))
    assert cell == f"'{text}".replace("\r", " ")


@pytest.mark.parametrize("to", ["canvas", "moodle"])
def test_nbgraders_own_command_writes_the_same_file(klass: Course, to: str) -> None:
    (ours,) = export_marks(klass, to, comment, klass.root / "ours.csv", [WEEK])
    done = commands.nbgrader(
        klass.root,
        *("export", f"--exporter=autograder.lms.exports.{to.title()}Exporter"),
        *("--to=theirs.csv", f"--assignment=['{WEEK}']"),
        HOME=str(klass.root),
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert (klass.root / "theirs.csv").read_text() == ours.read_text()


def test_the_command_names_its_files_and_refuses_other_formats(klass: Course) -> None:
    done = commands.autograder(klass.root, "export", "--to", "moodle")
    assert done.stdout.split() == [f"marks-moodle-{WEEK}.csv"]
    assert (klass.root / f"marks-moodle-{WEEK}.csv").is_file()
    wrong = commands.autograder(klass.root, "export", "--to", "sakai")
    assert wrong.returncode == 2
    assert "csv, canvas, moodle, json" in wrong.stderr
