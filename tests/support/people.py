"""Somebody with a folder and a home of their own, who knows of a course what they were given."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.course.manifest import Course
from support import commands, tiny
from support.notebooks import cell_of

#: Where Jupyter and a person keep their own files.
PLACES = (
    "HOME",
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_RUNTIME_DIR",
    "JUPYTERLAB_WORKSPACES_DIR",
    "JUPYTERLAB_SETTINGS_DIR",
    "IPYTHONDIR",
)


@dataclass(frozen=True)
class Person:
    """A working directory, and a place for the home and the caches."""

    folder: Path
    home: Path

    @property
    def places(self) -> dict[str, str]:
        """The variables of the environment that keep this person's files apart from others'."""
        found = {name: str(self.home / name.lower()) for name in PLACES}
        Path(found["HOME"]).mkdir(parents=True, exist_ok=True)
        return found

    def nbgrader(self, *words: str, fails: bool = False) -> str:
        """Run one of nbgrader's commands; what it said."""
        return self._run("nbgrader", *words, fails=fails)

    def autograder(self, *words: str, fails: bool = False) -> str:
        """Run one of our commands; what it said."""
        return self._run("autograder", *words, fails=fails)

    def _run(self, program: str, *words: str, fails: bool) -> str:
        done = commands.run(program, self.folder, *words, **self.places)
        said = done.stdout + done.stderr
        assert (done.returncode != 0) == fails, said
        return said


def student_folder(folder: Path, course: Course, student: str) -> Path:
    """Make a folder in which a student fetches from the course's exchange and submits to it."""
    folder.mkdir()
    (folder / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        f"c.CourseDirectory.course_id = {course.manifest.course.id!r}\n"
        f"c.CourseDirectory.student_id = {student!r}\n"
        f"c.Exchange.root = {str(course.exchange_folder)!r}\n"
    )
    return folder


def write_fetched(person: Person, texts: Mapping[str, str], week: str = tiny.WEEK) -> Path:
    """Write these texts into the cells of a notebook that was fetched; where it is."""
    path = person.folder / week / f"{week}.ipynb"
    tree = json.loads(path.read_text())
    for name, text in texts.items():
        cell_of(tree, name)["source"] = text
    path.chmod(0o644)  # fetched files are read-only
    path.write_text(json.dumps(tree))
    return path
