"""What is started before the rest is imported: only where there is something to grade."""

from pathlib import Path

import pytest

from autograder.authoring.source import read
from autograder.batch import ahead
from autograder.course.manifest import Course, Week, find_course
from autograder.grading.grade import kernels_need_torch

COURSE = find_course(Path(__file__).parent)


@pytest.mark.parametrize("week", COURSE.weeks, ids=[week.id for week in COURSE.weeks])
def test_the_guess_of_what_kernels_import_is_right(week: Week) -> None:
    source = read(COURSE.source_path(week), week.id)
    text = source.path.read_text(encoding="utf-8")
    assert ahead._kernels_name_torch(text) == kernels_need_torch(source)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would have been started."""
    names: list[str] = []
    monkeypatch.setattr(ahead, "own_launcher", lambda torch: names.append("launcher"))
    monkeypatch.setattr(ahead, "fork_server", lambda torch: names.append("workers"))
    monkeypatch.setattr(ahead.forkserver, "ensure_running", lambda: None)
    return names


def hand_in(course: Course, student: str, *rooms: str) -> None:
    week = course.weeks[0].id
    for room in rooms:
        folder = course.root / room / student / week
        folder.mkdir(parents=True)
        (folder / f"{week}.ipynb").touch()


def test_nothing_starts_where_nothing_is_new(course: Course, started: list[str]) -> None:
    week = course.weeks[0]
    assert not ahead.warm_up(course, week)
    hand_in(course, "ada", "submitted", "autograded")
    assert not ahead.warm_up(course, week)
    hand_in(course, "bo", "submitted")
    assert not ahead.warm_up(course, week, ["ada"])
    assert started == []


def test_what_is_new_or_graded_again_starts_it(course: Course, started: list[str]) -> None:
    week = course.weeks[0]
    hand_in(course, "ada", "submitted", "autograded")
    assert ahead.warm_up(course, week, again=True)
    hand_in(course, "bo", "submitted")
    assert ahead.warm_up(course, week, ["bo"])
    assert started.count("workers") == 2


def test_a_week_without_a_source_is_left_to_whoever_grades(
    course: Course, started: list[str]
) -> None:
    hand_in(course, "ada", "submitted")
    course.source_path(course.weeks[0]).unlink()
    assert not ahead.warm_up(course, course.weeks[0])
    assert started == []
