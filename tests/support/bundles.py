"""The course's bundle, made once by the command, and a place where a student has unpacked it."""

import shutil
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from autograder.authoring.build import student_notebook
from autograder.authoring.source import read
from autograder.course.manifest import Course, load_course
from support.commands import autograder, run

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def whole_course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A copy of this repository's course with its notebooks built."""
    folder = tmp_path_factory.mktemp("whole") / "course"
    folder.mkdir()
    shutil.copy(ROOT / "course.yml", folder)
    for name in ("solutions", "data"):
        shutil.copytree(ROOT / name, folder / name)
    course = load_course(folder)
    for week in course.weeks:
        path = course.notebook_path(week)
        path.parent.mkdir(parents=True)
        path.write_text(student_notebook(read(course.source_folder(week), week.id)))
    return course


@pytest.fixture(scope="session")
def bundle(whole_course: Course) -> Path:
    """The archive that the command makes of the course."""
    done = autograder(whole_course.root, "bundle")
    assert done.returncode == 0, done.stderr
    return whole_course.build_folder / "rnn.zip"


@pytest.fixture(scope="session")
def place(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle, unpacked in an empty folder, its wheel installed in a ``.venv`` there.

    What the package needs is borrowed from the Python that runs the tests; the package is not.
    """
    empty = tmp_path_factory.mktemp("student")
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(empty)
    folder = empty / "rnn"
    made = run(sys.executable, folder, "-m", "venv", "--without-pip", ".venv")
    assert made.returncode == 0, made.stderr
    python = folder / ".venv" / "bin" / "python"
    (wheel,) = (folder / "wheels").glob("*.whl")
    words = ["-m", "pip", f"--python={python}", "install", "--quiet", "--no-deps", "--no-index"]
    installed = run(sys.executable, folder, *words, str(wheel))
    assert installed.returncode == 0, installed.stderr
    (packages,) = (folder / ".venv" / "lib").glob("python*/site-packages")
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder
