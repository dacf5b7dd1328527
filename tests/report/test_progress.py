"""Progress: what is written, ticked and due, in a course and in fetched assignments."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from support.notebooks import Tree, as_bytes

from autograder.cli.lab import SETTINGS, command, start_page
from autograder.course.errors import CourseError
from autograder.course.manifest import Course
from autograder.notebook.assessment import SelfAssessment, make_items, save
from autograder.report.progress import course_progress, find_progress, time_left, week_progress

WEEK = "week01_tiny"


def put(folder: Path, content: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{WEEK}.ipynb"
    path.write_bytes(content)
    return path


def test_the_untouched_notebook_is_not_started(tmp_path: Path, tiny_notebook: str) -> None:
    found = week_progress(put(tmp_path / WEEK, tiny_notebook.encode()))
    assert (found.state, found.written) == ("not started", 0)
    assert [exercise.name for exercise in found.exercises][:1] == ["double"]
    assert found.title == "A tiny week"


def test_a_solved_notebook_is_written(tmp_path: Path, right: Tree) -> None:
    found = week_progress(put(tmp_path / WEEK, as_bytes(right)))
    assert found.state == "written"
    assert found.written == len(found.exercises) > 1


def test_a_tick_is_a_start(tmp_path: Path, tiny_notebook: str) -> None:
    path = put(tmp_path / WEEK, tiny_notebook.encode())
    items = make_items(["I can double", "I can halve"])
    save(path.parent / "self_assessment.json", SelfAssessment(WEEK, items).tick(items[0].id, True))
    found = week_progress(path)
    assert (found.state, found.ticked, found.items) == ("in progress", 1, 2)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe"])
def test_a_broken_notebook_is_said_and_nothing_raised(tmp_path: Path, content: bytes) -> None:
    assert week_progress(put(tmp_path / WEEK, content)).state == "not a notebook"


def test_a_course_has_titles_and_dates(course: Course) -> None:
    (week,) = course_progress(course)
    assert (week.title, week.state) == ("Doubling", "no notebook")
    assert week.due == course.weeks[0].due


@pytest.mark.parametrize("inside", [False, True])
def test_fetched_assignments_need_no_course(
    tmp_path: Path, tiny_notebook: str, inside: bool
) -> None:
    path = put(tmp_path / WEEK, tiny_notebook.encode())
    put(tmp_path / "notes", b"{}")
    (week,) = find_progress(path.parent if inside else tmp_path)
    assert (week.week, week.due) == (WEEK, None)


def test_a_folder_of_neither_kind_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "alone" / "here"  # other tests' notebooks stand beside the test's own
    folder.mkdir(parents=True)
    with pytest.raises(CourseError, match="change to the folder that holds your assignments"):
        find_progress(folder)


@pytest.mark.parametrize(
    ("day", "words"), [(17, "today"), (16, "tomorrow"), (12, "in 5 days"), (18, "over")]
)
def test_the_time_left_is_in_days(day: int, words: str) -> None:
    due = datetime(2027, 1, 17, 23, 59, tzinfo=UTC)
    assert time_left(due, datetime(2027, 1, day, 8, tzinfo=UTC)) == ("17 Jan 2027", words)


def test_the_command_speaks_to_people_and_programs(
    autograder: Callable[..., Any], course: Course, tiny_notebook: str
) -> None:
    put(course.root / "notebooks" / WEEK, tiny_notebook.encode())
    said = autograder("progress")
    assert said.returncode == 0, said.stderr
    assert "not started" in said.stdout
    (week,) = json.loads(autograder("progress", "--json").stdout)
    assert week["state"] == "not started"
    assert week["exercises"][0] == {"name": "double", "written": False}


def test_the_start_page_links_the_weeks_that_are_there(course: Course, tiny_notebook: str) -> None:
    assert "| 1 | Doubling | ○ no notebook | – | – | 17 Jan 2027" in start_page(
        course, course_progress(course)
    )
    put(course.root / "notebooks" / WEEK, tiny_notebook.encode())
    page = start_page(course, course_progress(course))
    assert f"[Doubling](notebooks/{WEEK}/{WEEK}.ipynb) | ○ not started | 0 of " in page


def test_the_labs_settings_hold_for_the_course_alone(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/elsewhere")
    words, environment = command(course, ["--no-browser"])
    assert words[-2:] == ["--LabApp.default_url=/lab/tree/START.md", "--no-browser"]
    own, other = environment["JUPYTER_CONFIG_PATH"].split(":")
    assert other == "/elsewhere"
    kept = Path(own) / "labconfig" / "default_setting_overrides.json"
    assert json.loads(kept.read_text()) == SETTINGS
    assert kept.is_relative_to(course.root)
