"""What is beside course.yml never changes what the engine imports."""

import json
from pathlib import Path

import pytest
from support import commands, tiny
from support.gradebooks import hand_in, marks

from autograder.authoring.fill import fill
from autograder.course.manifest import Course, load_course
from autograder.course.search_path import without_working_directory

BOOM = "raise RuntimeError('the working directory was searched')\n"
SHADOWS = (
    *("numpy.py", "autograder/__init__.py", "torch/__init__.py", "sitecustomize.py"),
    *("rnn_course/__init__.py", "matplotlib.py", "msgspec.py", "nbformat/__init__.py", "json.py"),
)
MANIFEST = f"{tiny.MANIFEST}kernels: {{preload: [numpy, matplotlib.pyplot, rnn_course]}}\n"


@pytest.fixture
def shadowed(course_folder: Path, tiny_notebook: str) -> Course:
    (course_folder / "course.yml").write_text(MANIFEST)
    course = load_course(course_folder)
    hand_in(course, "ada", fill(tiny_notebook, tiny.RIGHT))
    hand_in(course, "ben", fill(tiny_notebook, {"double": tiny.RIGHT["double"]}))
    for name in SHADOWS:
        path = course_folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(BOOM)
    return course


@pytest.mark.parametrize("variables", [{}, {"PYTHONPATH": "."}, {"PYTHONPATH": ""}])
def test_the_marks_are_the_same(shadowed: Course, variables: dict[str, str]) -> None:
    if variables.get("PYTHONPATH"):  # what Python imports before the engine runs is not its doing
        for name in ("sitecustomize.py", "json.py", "autograder/__init__.py", "msgspec.py"):
            (shadowed.root / name).unlink()
        (shadowed.root / "autograder").rmdir()
    done = commands.autograder(shadowed.root, "grade", **variables)
    assert done.returncode == 0, done.stdout + done.stderr
    assert marks(shadowed) == {"ada": 5.0, "ben": 3.0}


def test_nbgrader_gives_the_same_marks(shadowed: Course) -> None:
    assert commands.autograder(shadowed.root, "build").returncode == 0
    done = commands.nbgrader(shadowed.root, "autograde", tiny.WEEK, "--create")
    assert done.returncode == 0, done.stderr[-3000:]
    assert marks(shadowed) == {"ada": 5.0, "ben": 3.0}
    for student in ("ada", "ben"):
        json.loads(shadowed.graded_notebook(student, tiny.WEEK).read_text())


def test_the_working_directory_is_left_out_where_it_could_shadow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sysconfig

    monkeypatch.chdir(tmp_path)
    own, here = sysconfig.get_paths()["stdlib"], str(tmp_path)
    entries = ["", ".", here, "/elsewhere", own, "/site-packages", here]
    assert without_working_directory(entries) == ["/elsewhere", own, "/site-packages", here]
