"""`autograder init`: a course from nothing that builds, checks, grades and reports."""

import json
import sys
from pathlib import Path

import pytest
from support.commands import autograder, run
from support.gradebooks import hand_in

from autograder.authoring.fill import fill
from autograder.authoring.source import read
from autograder.authoring.starter import PLACES, make_course
from autograder.course.manifest import load_course

WEEK = "week01_averages"
PACKAGE = Path(__file__).parents[2] / "autograder"


def done(folder: Path, *words: str) -> str:
    """What a command said that must succeed."""
    found = autograder(folder, *words)
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course that `autograder init` made, built."""
    parent = tmp_path_factory.mktemp("init")
    shown = done(parent, "init", "my first course")
    folder = parent / "my first course"
    assert str(folder) in shown
    done(folder, "build")
    return folder


def test_a_new_course_holds_what_a_course_needs_and_no_more(made: Path) -> None:
    course = load_course(made)
    assert course.manifest.course.id == "my-first-course"
    assert all((made / place).is_file() for place in PLACES.values())
    done(made, "build", "--check")
    ours = (PACKAGE.parent / "nbgrader_config.py").read_text()
    assert (made / "nbgrader_config.py").read_text() == ours
    source = read(course.source_folder(course.weeks[0]), WEEK)
    roles = {cell.role for cell in source.cells}
    assert {"exercise", "tests", "experiment", "question", "selfassessment"} <= roles
    for exercise in ("mean", "median"):
        assert len(source.hidden.of(exercise)) == 3
        assert sum(one.exercise == exercise for one in source.mistakes) >= 2
        assert sum(one.exercise == exercise for one in source.alternatives) == 1


def test_the_week_of_a_new_course_tells_right_from_wrong(made: Path) -> None:
    shown = done(made, "check")
    assert "FAIL" not in shown
    assert shown.count("ok   ") == 10


def test_a_submission_is_graded_told_and_reported(made: Path) -> None:
    course = load_course(made)
    source = read(course.source_folder(course.weeks[0]), WEEK)
    notebook = course.notebook_path(course.weeks[0]).read_text()
    texts = dict(source.references)
    texts["median"] = "def median(values):\n    return sorted(values)[len(values) // 2]\n"
    texts["incomes"] = "A few large incomes move the mean."
    hand_in(course, "ada", fill(notebook, texts), f"{WEEK}.ipynb", WEEK)
    shown = done(made, "grade")
    assert "incomes: 1 to be marked by a person" in shown
    row = json.loads(done(made, "grade", "--json"))["students"][0]
    assert row["exercises"] == {"mean": 2.0, "median": 2.0}
    done(made, "feedback")
    page = (made / "feedback" / "ada" / WEEK / f"{WEEK}.html").read_text()
    assert "which has two values in the middle" in page
    assert "earns nothing" not in page, "what graders look for is not for students"
    done(made, "report")
    assert list((made / "reports").glob("*.html"))
    done(made, "trace", "ada", "1")


@pytest.mark.parametrize("kind", ["a file in it", "a file", "a course"])
def test_a_folder_that_holds_something_is_refused(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "course"
    if kind == "a file":
        folder.write_text("mine")
    elif kind == "a course":
        make_course(folder)
    else:
        folder.mkdir()
        (folder / "mine.txt").write_text("mine")
    before = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*"))
    found = autograder(tmp_path, "init", "course")
    assert found.returncode == 2
    assert len(found.stderr.strip().splitlines()) == 1
    assert "is not empty" in found.stderr
    assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*")) == before


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    assert make_course(tmp_path).weeks[0].id == WEEK


def test_building_loads_no_torch(made: Path) -> None:
    code = (
        "import sys; sys.argv = ['autograder', 'build']\n"
        "from autograder.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "print(*sys.modules)"
    )
    found = run(sys.executable, made, "-c", code)
    assert found.returncode == 0, found.stderr
    assert "torch" not in found.stdout.split()
