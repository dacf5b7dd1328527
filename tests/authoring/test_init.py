"""`autograder init`: a course from nothing that builds, checks, grades and reports."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.authoring.fill import fill, reference_texts
from autograder.authoring.source import read
from autograder.authoring.starter import PLACES, make_course
from autograder.course.manifest import load_course

WEEK = "week01_averages"
PACKAGE = Path(__file__).parents[2] / "autograder"


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "autograder"
    return subprocess.run(
        [program, *words],
        cwd=folder,
        env={**os.environ, "OMP_NUM_THREADS": "1", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def done(folder: Path, *words: str) -> str:
    found = run(folder, *words)
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


def test_it_holds_what_a_course_needs_and_no_more(made: Path) -> None:
    course = load_course(made)
    assert course.manifest.course.id == "my-first-course"
    assert all((made / place).is_file() for place in PLACES.values())
    done(made, "build", "--check")
    ours = (PACKAGE.parent / "nbgrader_config.py").read_text()
    assert (made / "nbgrader_config.py").read_text() == ours
    source = read(course.source_path(course.weeks[0]), WEEK)
    assert {"exercise", "tests", "mistake", "alternative", "question", "selfassessment"} <= {
        cell.role for cell in source.cells
    }


def test_its_week_tells_right_from_wrong(made: Path) -> None:
    shown = done(made, "check")
    assert "FAIL" not in shown
    assert shown.count("ok   ") == 10


def test_a_submission_is_graded_told_and_reported(made: Path) -> None:
    course = load_course(made)
    source = read(course.source_path(course.weeks[0]), WEEK)
    notebook = course.notebook_path(course.weeks[0]).read_text()
    texts = reference_texts(source)
    texts["median"] = "def median(values):\n    return sorted(values)[len(values) // 2]\n"
    texts["incomes"] = "A few large incomes move the mean."
    folder = made / "submitted" / "ada" / WEEK
    folder.mkdir(parents=True)
    (folder / f"{WEEK}.ipynb").write_text(fill(notebook, texts))
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
def test_it_refuses_a_folder_that_holds_something(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "course"
    if kind == "a file":
        folder.write_text("mine")
    elif kind == "a course":
        make_course(folder)
    else:
        folder.mkdir()
        (folder / "mine.txt").write_text("mine")
    before = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*"))
    found = run(tmp_path, "init", "course")
    assert found.returncode == 2
    assert len(found.stderr.strip().splitlines()) == 1
    assert "is not empty" in found.stderr
    assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*")) == before


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    assert make_course(tmp_path).weeks[0].id == WEEK


def test_the_engine_knows_nothing_of_this_courses_subject() -> None:
    words = re.compile(r"\b(rnns?|lstms?|grus?|hidden.states?|seq2seq)\b", re.IGNORECASE)
    for path in PACKAGE.rglob("*"):
        if "student" in path.parts or path.suffix not in (".py", ".txt", ".html", ".css", ".js"):
            continue
        names = r"torch(\.\w+)+|rnn-course-autograder"  # a module's name, and this package's
        text = re.sub(names, "", path.read_text(encoding="utf-8"))
        found = words.search(text)
        assert not found, f"{path.relative_to(PACKAGE)}: {found and found[0]!r}"


def test_building_loads_neither_torch_nor_a_module_of_ours_that_does(made: Path) -> None:
    code = (
        "import sys; sys.argv = ['autograder', 'build']\n"
        "from autograder.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "print(*sys.modules)"
    )
    command = [sys.executable, "-c", code]
    found = subprocess.run(
        command, cwd=made, capture_output=True, text=True, timeout=120, check=True
    )
    loaded = set(found.stdout.split())
    assert "torch" not in loaded
    for path in (PACKAGE / "student").glob("*.py"):
        if re.search(r"^(import|from) torch", path.read_text(), re.MULTILINE):
            assert f"autograder.student.{path.stem}" not in loaded
