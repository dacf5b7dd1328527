"""What an import takes over besides notebooks: settings, gradebook, people, submissions, files."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook
from support.imports import gradebook, imported, sheet_of
from support.nbgrader_course import (
    boxes,
    digest,
    marked,
    notebook,
    write_course,
    write_notebook,
)

from autograder.authoring.importing.report import Report
from autograder.authoring.plain.build import generate_plain
from autograder.course.manifest import load_course
from autograder.course.roster import load_roster

# -- settings


def configured(tmp_path: Path, config: str) -> Report:
    return imported(write_course(tmp_path / "areas", config))


def test_settings_of_nbgraders_are_kept(tmp_path: Path) -> None:
    report = configured(
        tmp_path,
        "c.CourseDirectory.course_id = 'geo1'\n"
        "c.ClearSolutions.code_stub = '# your turn'\n"
        "c.ExecutePreprocessor.timeout = 90\n"
        "c.Exchange.root = '/srv/exchange'\n"
        "c.FormgradeApp.port = 1\n"
        "c.GenerateAssignment.post_convert_hook = print\n",
    )
    course = load_course(report.course)
    assert course.manifest.course.id == "geo1"
    assert course.manifest.nbgrader == {"ClearSolutions": {"code_stub": {"python": "# your turn"}}}
    assert course.manifest.grading.limits.cell_seconds == 90
    assert course.manifest.exchange == "/srv/exchange"
    left = next(note for note in report.notes if "not taken over" in note)
    assert left.endswith("FormgradeApp.port, GenerateAssignment.post_convert_hook")
    generate_plain(course, course.weeks[0])
    assert "# your turn" in course.notebook("week 2", "boxes").read_text()


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("import nothing_of_this_name", "ModuleNotFoundError"),
        ("c.X = (", "SyntaxError"),
        ("import sys\nsys.exit(3)", "it ended with status 3"),
    ],
    ids=["an import", "a syntax error", "an exit"],
)
def test_a_configuration_that_cannot_be_run_is_told(
    tmp_path: Path, config: str, words: str
) -> None:
    report = configured(tmp_path, config)
    assert any(words in note and "defaults" in note for note in report.notes), report.notes
    assert len(load_course(report.course).weeks) == 2


def test_a_configuration_that_never_ends_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.authoring.importing.settings.SECONDS", 2.0)
    report = configured(tmp_path, "while True: pass")
    assert "runs for more than 2 seconds" in report.notes[0]


def test_other_names_of_folders_are_followed(tmp_path: Path) -> None:
    config = "c.CourseDirectory.source_directory = 'master'"
    folder = write_course(tmp_path / "areas", config)
    (folder / "source").rename(folder / "master")
    assert len(imported(folder).weeks) == 2


def test_headers_are_in_every_notebook_and_ids_stay_the_same(tmp_path: Path) -> None:
    folder = write_course(tmp_path / "areas", "c.IncludeHeaderFooter.header = 'source/top.ipynb'")
    write_notebook(notebook(new_markdown_cell("Your name:")), folder / "source" / "top.ipynb")
    course = load_course(imported(folder).course)
    texts = []
    for _ in range(2):
        generate_plain(course, course.weeks[0])
        texts.append(course.notebook("week 2", "boxes").read_text())
    assert "Your name:" in texts[0]
    assert texts[0] == texts[1]


def test_a_missing_header_is_told_and_left_out(tmp_path: Path) -> None:
    report = configured(tmp_path, "c.IncludeHeaderFooter.header = 'source/top.ipynb'")
    assert "header of all notebooks was left out" in report.notes[0]
    assert "IncludeHeaderFooter" not in load_course(report.course).manifest.nbgrader


def test_a_language_without_a_stub_gets_one(source: Path) -> None:
    kernel = {"display_name": "Bash", "language": "bash", "name": "bash"}
    node = notebook(
        marked(new_code_cell("echo 1"), "one", solution=True),
        marked(new_code_cell("test $x = 1"), "t", grade=True, points=1),
        kernel=kernel,
    )
    write_notebook(node, source / "source" / "week 2" / "shell.ipynb")
    report = imported(source)
    found = sheet_of(report, "shell")
    assert found.lesson == "shell.ipynb"
    assert found.cells[0].why == "a kernel of another language: bash"
    course = load_course(report.course)
    made = generate_plain(course, course.weeks[0])
    assert "# YOUR CODE HERE" in made.release("shell").read_text()


# -- gradebook, people, submissions


def test_the_gradebook_gives_dates_order_and_people(source: Path) -> None:
    gradebook(source)
    report = imported(source)
    course = load_course(report.course)
    assert [week.id for week in course.weeks] == ["week 10", "week 2"]
    assert course.weeks[0].due == datetime(2027, 1, 10, 23, 59, 59, tzinfo=UTC)
    assert course.weeks[1].due == datetime(2027, 3, 1, 11, tzinfo=UTC)
    assert set(load_roster(course).students) == {"ada", "bob"}
    with Gradebook(course.gradebook) as book:
        assert book.find_student("ada").first_name == "Ada"
    assert any("exam; their marks are kept" in note for note in report.notes)


def test_a_gradebook_with_a_journal_is_copied_and_not_tidied_up(source: Path) -> None:
    path = gradebook(source)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("INSERT INTO student (id) VALUES ('late')")
        database.commit()
        assert path.with_name("gradebook.db-wal").is_file()
        before = digest(source)
        course = load_course(imported(source).course)
        assert digest(source) == before
    assert "late" in load_roster(course).students


def test_an_old_gradebook_is_brought_up_to_date(source: Path) -> None:
    path = gradebook(source)
    with closing(sqlite3.connect(path)) as database:
        database.execute("ALTER TABLE student DROP COLUMN lms_user_id")
        database.execute("UPDATE alembic_version SET version_num = '167914646830'")
        database.commit()
    course = load_course(imported(source).course)
    with Gradebook(course.gradebook) as book:
        assert book.find_student("ada").lms_user_id is None


def test_a_gradebook_that_is_none_is_told(source: Path) -> None:
    (source / "gradebook.db").write_text("this is no database, but a letter\n" * 100)
    report = imported(source)
    assert any("gradebook.db was not taken over" in note for note in report.notes)
    assert not (report.course / "gradebook.db").exists()


def test_students_of_an_old_configuration_are_taken(tmp_path: Path) -> None:
    report = configured(
        tmp_path,
        "c.NbGrader.db_students = [dict(id='ada', first_name='Ada')]\n"
        "c.NbGrader.db_assignments = [dict(name='week 2', duedate='2027-01-01 10:00:00 UTC')]",
    )
    course = load_course(report.course)
    assert course.weeks[0].due == datetime(2027, 1, 1, 10, tzinfo=UTC)
    with Gradebook(course.gradebook) as book:
        assert book.find_student("ada").first_name == "Ada"


def test_submissions_come_along_and_links_do_not(source: Path) -> None:
    folder = source / "submitted" / "ada" / "week 2"
    write_notebook(boxes(), folder / "boxes.ipynb")
    (folder / "timestamp.txt").write_text("2027-01-01 10:00:00 UTC")
    os.utime(folder / "boxes.ipynb", (1_600_000_000, 1_600_000_000))
    (folder / "passwords").symlink_to("/etc/passwd")
    (folder / ".ipynb_checkpoints").mkdir()
    report = imported(source)
    there = report.course / "submitted" / "ada" / "week 2"
    assert {path.name for path in there.iterdir()} == {"boxes.ipynb", "timestamp.txt"}
    assert (there / "boxes.ipynb").stat().st_mtime == 1_600_000_000
    assert report.copied["submitted files"] == 2
    assert "submitted/ada/week 2/passwords was left out: is a link" in report.notes


def test_a_files_link_inside_the_course_is_followed_and_none_that_leads_out(source: Path) -> None:
    (source / "shared.txt").write_text("for all\n")
    folder = source / "source" / "week 2"
    (folder / "shared.txt").symlink_to("../../shared.txt")
    (folder / "secret.txt").symlink_to("/etc/hostname")
    report = imported(source)
    files = report.course / "solutions" / "week 2" / "files"
    assert (files / "shared.txt").read_text() == "for all\n"
    assert not (files / "secret.txt").exists()
    assert any("secret.txt was left out" in note for note in report.weeks[0].notes)


def test_the_manifest_is_yaml_that_people_can_read(source: Path) -> None:
    text = (imported(source).course / "course.yml").read_text()
    assert yaml.safe_load(text)["weeks"][0]["id"] == "week 2"
    assert "# title: the folder's name" in text
    assert max(map(len, text.splitlines())) <= 100
