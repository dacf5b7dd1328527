"""A class of 30 of the tiny course, made once: abilities in, a real gradebook out."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.course.manifest import Course, load_course
from support import tiny

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="session")
def graded_class_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a course with a graded class; copy it, do not change it."""
    sys.path.insert(0, str(BENCHMARKS))
    from classes import synthetic_class

    course = load_course(tiny.make_course(tmp_path_factory.mktemp("class") / "course"))
    synthetic_class(course, course.weeks[0], 30, seed=2)
    return course.root


@pytest.fixture
def klass(graded_class_folder: Path, tmp_path: Path) -> Course:
    """A copy of the class's course for one test."""
    shutil.copytree(graded_class_folder, tmp_path / "course")
    return load_course(tmp_path / "course")


def assess(course: Course, student: str, **ticks: bool) -> None:
    """Hand in a self-assessment that ticks exercises, or does not."""
    items = [
        {"id": name, "text": f"I can {name}.", "exercise": name, "ticked": on}
        for name, on in ticks.items()
    ]
    write_assessment(course, student, {"version": 1, "week": tiny.WEEK, "items": items})


def write_assessment(course: Course, student: str, tree: Any) -> None:
    """Put a file named self_assessment.json beside a submission."""
    folder = course.submitted(student, tiny.WEEK)
    folder.mkdir(parents=True, exist_ok=True)
    text = tree if isinstance(tree, str) else json.dumps(tree)
    (folder / "self_assessment.json").write_text(text, encoding="utf-8")
