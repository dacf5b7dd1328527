"""Rosters in: students added, renamed and withdrawn, extensions, and lists that are none."""

from pathlib import Path

import pytest
from support.commands import autograder
from support.tiny import WEEK

from autograder.course.database import open_gradebook
from autograder.course.errors import CourseError
from autograder.course.manifest import Course
from autograder.course.roster import Roster, load_roster
from autograder.gradebook.writer import writing
from autograder.lms.enrol import import_roster
from autograder.lms.roster_file import read_list


def take(course: Course, text: str, **more: bool) -> str:
    path = course.root / "list.csv"
    path.write_text(text, encoding="utf-8")
    return "\n".join(import_roster(course, path, **more))


def names(course: Course) -> dict[str, tuple[str | None, str | None]]:
    with open_gradebook(course) as book:
        return {s.id: (s.last_name, s.first_name) for s in book.students}


def penalty(course: Course, student: str) -> float:
    with open_gradebook(course) as book:
        return book.find_submission_notebook(WEEK, WEEK, student).late_submission_penalty


def late_student(course: Course) -> str:
    with open_gradebook(course) as book:
        late = [s for s in book.assignment_submissions(WEEK) if s.late_submission_penalty]
        return str(late[0].student_id)


def test_students_are_added_renamed_and_withdrawn(course: Course) -> None:
    said = take(course, "id,last_name,first_name,email\nada,King,Ada,a@x.org\nben,Zed,Ben,\n")
    assert "2 added: ada, ben" in said
    said = take(course, "id,last_name,first_name\nada,Lovelace,Ada\ncai,Wu,Cai\n")
    assert "1 added: cai" in said
    assert "1 renamed: ada" in said
    assert "1 withdrawn (kept, and not counted in statistics): ben" in said
    assert names(course) == {
        "ada": ("Lovelace", "Ada"),
        "ben": ("Zed", "Ben"),
        "cai": ("Wu", "Cai"),
    }
    assert not load_roster(course).is_active("ben")
    assert "1 back in the course: ben" in take(course, "id\nben\n", partial=True)
    assert all(load_roster(course).is_active(name) for name in ("ada", "ben", "cai"))


def test_a_dry_run_changes_nothing(course: Course) -> None:
    said = take(course, "id,name\nada,Ada King\n", dry_run=True)
    assert "1 added: ada" in said
    assert "nothing was changed" in said
    assert load_roster(course) == Roster()
    assert names(course) == {}


def test_an_extension_changes_the_penalty_that_is_recorded(klass: Course) -> None:
    student = late_student(klass)
    before = penalty(klass, student)
    said = take(klass, f"id,extension {WEEK}\n{student},60 days\n", partial=True)
    assert f"late penalties changed: {student}" in said
    assert (before > 0, penalty(klass, student)) == (True, 0.0)
    # a list without the column leaves it, an empty cell takes it back
    take(klass, f"id\n{student}\n", partial=True)
    assert penalty(klass, student) == 0.0
    take(klass, f"id,extension 1\n{student},\n", partial=True)
    assert penalty(klass, student) == pytest.approx(before)


def test_an_extension_counts_for_what_is_graded_later(klass: Course) -> None:
    student = late_student(klass)
    take(klass, f"id,extension {WEEK}\n{student},60d\n", partial=True)
    with writing(klass) as writer:
        submission = writer.gradebook.find_submission(WEEK, student)
        submission.extension = None
        writer.gradebook.db.commit()
        from autograder.gradebook.writer import complete_submission

        complete_submission(klass, submission)
        assert submission.total_seconds_late == 0


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        *(("2d", 48), ("36h", 36), ("1 week", 168), ("1.5 days", 36), ("", 0)),
        *(("2027-01-18", 24), ("2027-01-18T12:00", 12.0003), ("2027-01-18T13:00+01:00", 12.0003)),
    ],
)
def test_extensions_are_lengths_or_dates(course: Course, text: str, hours: float) -> None:
    path = course.root / "list.csv"
    path.write_text(f"id,Extension {WEEK}\nada,{text}\n")
    (student,) = read_list(path, course.weeks).students
    assert student.extensions == {WEEK: pytest.approx(hours, abs=1e-3)}


def test_canvas_own_export_is_a_list(course: Course) -> None:
    take(
        course,
        "Student,ID,SIS User ID,SIS Login ID,Section,Doubling (4711),Final Score\n"
        "    Points Possible,,,,,6,\n"
        '"King, Ada",77,S-1,ada,Mon,5,90\n'
        '"Student, Test",78,,x,Mon,,\n',
    )
    roster = load_roster(course)
    assert set(roster.students) == {"ada"}
    assert (roster.students["ada"].sis_id, roster.students["ada"].section) == ("S-1", "Mon")
    assert roster.canvas_columns == {WEEK: "Doubling (4711)"}
    with open_gradebook(course) as book:
        assert book.find_student("ada").lms_user_id == "77"
        assert book.find_student("ada").last_name == "King"


def test_moodles_worksheet_is_a_list(course: Course) -> None:
    take(
        course,
        "\ufeffIdentifier,Full name,ID number,Email address,Status,Grade\n"
        "Participant 12,Ada Maria King,S-1,ada@x.org,Submitted for grading,\n",
    )
    assert names(course) == {"S-1": ("King", "Ada Maria")}
    with open_gradebook(course) as book:
        assert book.find_student("S-1").lms_user_id == "Participant 12"


WRONG = {
    "": "is empty",
    "name\nAda\n": "no column 'id'",
    "id\n": "has no student in it",
    "id\nada\nada\n": ":3: 'ada' is in line 2 already",
    "id\n../etc\n": "cannot be the name of a folder",
    "id,name\n,Ada\n": ":2: this student has no id",
    "id,status\nada,gone\n": ":2: status is 'gone'",
    "id,extension 9\nada,2d\n": "no such week",
    "id,extension 1\nada,soon\n": ":2: the extension of week01_tiny is 'soon'",
    "id,extension 1\nada,-3d\n": "write 2d, 36h, 1w",
    "id,extension 1\nada,2026-01-01\n": "write 2d, 36h, 1w",
}


@pytest.mark.parametrize(("text", "words"), WRONG.items(), ids=list(map(repr, WRONG)))
def test_a_wrong_list_is_told_and_changes_nothing(course: Course, text: str, words: str) -> None:
    with pytest.raises(CourseError, match=None) as caught:
        take(course, text)
    assert words in str(caught.value)
    assert not (course.root / "roster.yml").exists()


def test_other_faults_of_files_are_told(course: Course) -> None:
    path = course.root / "list.csv"
    path.write_bytes("id,name\nada,Ren\xe9\n".encode("latin-1"))
    with pytest.raises(CourseError, match="is not UTF-8"):
        read_list(path, course.weeks)
    with pytest.raises(CourseError, match="No such file"):
        read_list(Path("nowhere.csv"), course.weeks)
    (course.root / "roster.yml").write_text("students: {ada: {status: asleep}}\n")
    with pytest.raises(CourseError, match=r"students.ada.status: .*asleep"):
        load_roster(course)


def test_semicolons_and_tabs_separate_as_well(course: Course) -> None:
    path = course.root / "list.csv"
    for sign in ";\t":
        path.write_text(f"id{sign}name\nada{sign}King, Ada\n")
        (student,) = read_list(path, course.weeks).students
        assert (student.names["last_name"], student.names["first_name"]) == ("King", "Ada")


def test_the_command_says_what_it_did(course: Course) -> None:
    (course.root / "list.csv").write_text("id,name,section\nada,Ada King,Mon\n")
    done = autograder(course.root, "roster", "import", "list.csv")
    assert (done.returncode, "1 added: ada" in done.stdout) == (0, True), done.stderr
    shown = autograder(course.root, "roster", "show").stdout
    assert shown.split() == ["ada", "King,", "Ada", "Mon"]
    wrong = autograder(course.root, "roster", "import", "list.csv", "--id", "nothing")
    assert wrong.returncode == 2
    assert "no column 'nothing'" in wrong.stderr


def test_somebody_unknown_is_shown_by_id(course: Course) -> None:
    with writing(course) as writer:
        from autograder.batch.assignments import load_assignment
        from autograder.grading.grade import broken

        assignment = load_assignment(course, course.weeks[0])
        writer.register(course.weeks[0])
        writer.record("ada", broken(assignment, "the file is empty"))
    assert names(course) == {"ada": ("ada", "")}


POSTING = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Doubling (4711)\n"
    ",,,,,Manual Posting\n    Points Possible,,,,,6\n"
    '"King, Ada",77,S-1,ada,Mon,5\n'
)
SPLIT = (
    "LastName,FirstName,ID,SIS User ID,SIS Login ID,Section,Doubling (4711)\n"
    ",,,,,,Manual Posting\n    Points Possible,,,,,,6\n"
    "King,Ada,77,S-1,ada,Mon,5\nStudent,Test,78,,x,Mon,\n"
)
GERMAN = "Vorname,Nachname,ID-Nummer,E-Mail-Adresse,Gruppen\nAda,King,S-1,a@x.org,Mon\n"
WORKSHEET = (
    'ID,"Vollständiger Name",ID-Nummer,E-Mail-Adresse,Status,Bewertung\n'
    '"Teilnehmer/in 12",Ada King,S-1,a@x.org,Zur Bewertung abgegeben,\n'
)
LISTS = {
    "Canvas's policy row": (POSTING, "ada", "77"),
    "Canvas's names in two columns": (SPLIT, "ada", "77"),
    "Excel's first line": ("sep=;\nid;name;lms_id\nada;Ada King;5\n", "ada", "5"),
    "Excel's first line, quoted": ('"sep=,"\r\nid,name\r\nada,Ada King\r\n', "ada", ""),
    "a tab": ("sep=\t\nid\tname\nada\tAda King\n", "ada", ""),
    "empty lines first": ("\n;;\r\n\nid;name\nada;Ada King\n", "ada", ""),
    "German participants": (GERMAN, "S-1", ""),
    "a German worksheet": (WORKSHEET, "S-1", "Teilnehmer/in 12"),
    "one's own list with ids of others": (
        "id,name,sis_user_id,section\nada,Ada King,S-1,Mon\n",
        "ada",
        "",
    ),
}


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(("text", "id", "number"), LISTS.values(), ids=LISTS)
def test_lists_are_read_as_systems_write_them(
    course: Course, text: str, id: str, number: str, coding: str
) -> None:
    path = course.root / "list.csv"
    path.write_bytes(text.encode(coding))
    (student,) = read_list(path, course.weeks).students
    assert (student.id, student.names["lms_user_id"]) == (id, number)
    assert (student.names["last_name"], student.names["first_name"]) == ("King", "Ada")


def test_a_fault_behind_a_first_line_of_excels_has_its_line(course: Course) -> None:
    with pytest.raises(CourseError, match=r":4: 'ada' is in line 3 already"):
        take(course, "sep=;\nid;name\nada;A\nada;B\n")


@pytest.mark.parametrize("pair", [("ada", "Ada"), ("jos\u00e9", "jose\u0301")])
def test_ids_that_differ_in_form_only_are_told(course: Course, pair: tuple[str, str]) -> None:
    said = take(course, "id\n" + "\n".join(pair) + "\n")
    assert "differ in case or Unicode form only" in said
    assert "differ" not in take(course, "id\nben\n", partial=True)


def test_an_escape_in_a_name_does_not_reach_the_terminal(course: Course) -> None:
    (course.root / "list.csv").write_text("id,name\nada,\x1b[31mAda\n")
    assert autograder(course.root, "roster", "import", "list.csv").returncode == 0
    shown = autograder(course.root, "roster", "show").stdout
    assert "\x1b" not in shown
    assert "\ufffd[31mAda" in shown
