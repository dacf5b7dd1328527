"""From the lessons of a plain week to what is graded and what students get, by nbgrader itself."""

import json
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from traitlets.config import Config

from ...course.database import create_tables
from ...course.errors import CourseError
from ...course.manifest import Course, Week
from ...course.paths import BUILD, Paths
from ..build import RELEASES, SOURCES, listening
from ..texts import HIDDEN_TESTS, MISTAKES
from .percent import read_lesson

FILES = "files"
#: nbgrader's templates of generated tests, beside the notebooks or in the course's folder.
AUTOTESTS = "autotests.yml"
#: Where the notebooks stand that are graded: with hidden tests, without solutions.
GRADED = f"{BUILD}/graded"
#: What of a notebook's metadata students get.
KEPT = ("kernelspec", "language_info")


def lesson_path(folder: Path, notebook: str) -> Path:
    """The file of a plain notebook's lesson: a percent file, or the notebook as it was.

    Raises
    ------
    CourseError
        If there is neither.
    """
    found = [path for path in folder.glob("*") if path.stem == notebook and path.is_file()]
    found = [path for path in found if path.name not in (HIDDEN_TESTS, MISTAKES)]
    if not found:
        raise CourseError(f"{folder}: there is no lesson {notebook}.py or {notebook}.ipynb")
    return min(found, key=lambda path: (path.suffix == ".ipynb", path.name))


@dataclass(frozen=True)
class Generated:
    """Where the generator's two forms of a plain week's notebooks stand."""

    root: Path
    week: str

    def graded(self, notebook: str) -> Path:
        """A notebook as it is graded."""
        return self.root / GRADED / self.week / f"{notebook}.ipynb"

    def release(self, notebook: str) -> Path:
        """A notebook as students get it."""
        return Paths(self.root).notebook(self.week, notebook)


def generate_plain(
    course: Course, week: Week, root: Path | None = None, database: bool = True
) -> Generated:
    """Run nbgrader's generator on a plain week's lessons.

    Sources go to ``build/source/``, what is graded to ``build/graded/``, what students get to
    ``notebooks/``, all below ``root``, which is the course's own folder unless given.

    Raises
    ------
    CourseError
        If a lesson cannot be read, or nbgrader refuses it: what it says.
    """
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory

    root = root or course.root
    _write_sources(course, week, root)
    where = CourseDirectory(
        root=str(root),
        assignment_id=week.id,
        source_directory=SOURCES,
        release_directory=RELEASES,
        db_url=course.gradebook,
    )
    converter = GenerateAssignment(
        coursedir=where, force=True, no_database=not database, config=_config(course, week)
    )
    converter.log, said = listening()
    made = Generated(root, week.id)
    shutil.rmtree(made.graded("x").parent, ignore_errors=True)
    converter.preprocessors = list(_with_capture(converter.preprocessors, made, database))
    if database:
        create_tables(where.db_url)
    try:
        with chdir(course.root):  # where nbgrader looks for headers and templates of tests
            converter.start()
    except (Exception, SystemExit) as error:
        raise CourseError(_why(course, week, str(error), said)) from error
    _publish(root, week)
    return made


def _write_sources(course: Course, week: Week, root: Path) -> None:
    """nbgrader's source notebooks, and the files that stand beside them."""
    folder = root / SOURCES / week.id
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    lessons = course.source_folder(week)
    if (lessons / FILES).is_dir():
        shutil.copytree(lessons / FILES, folder, dirs_exist_ok=True)
    for notebook in week.notebooks:
        node = read_lesson(lesson_path(lessons, notebook))
        nbformat.write(node, folder / f"{notebook}.ipynb")


def _config(course: Course, week: Week) -> Config:
    """The settings of nbgrader's that the course has kept.

    nbgrader looks for headers and templates of tests from where it runs: their paths are whole.
    """
    kept = {name: dict(values) for name, values in course.manifest.nbgrader.items()}
    include = kept.get("IncludeHeaderFooter", {})
    for part in ("header", "footer"):
        if include.get(part):
            include[part] = str(course.root / include[part])
    tests = kept.setdefault("InstantiateTests", {})
    templates = str(tests.get("autotest_filename", AUTOTESTS))
    beside = course.source_folder(week) / FILES / templates
    if not beside.is_file() and (course.root / templates).is_file():
        tests["autotest_filename"] = str(course.root / templates)
    return Config(kept)


def _with_capture(preprocessors: list[Any], made: Generated, database: bool) -> Any:
    """nbgrader's steps, and one that keeps the notebook before its hidden tests go."""

    from nbgrader.preprocessors import NbGraderPreprocessor

    class Capture(NbGraderPreprocessor):  # type: ignore[misc]
        """Writes the notebook as it is graded."""

        def preprocess(self, nb: Any, resources: Any) -> Any:
            path = made.graded(resources["unique_key"])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_stable(nb), encoding="utf-8")
            return nb, resources

    for one in preprocessors:
        if one.__name__ == "ClearHiddenTests":
            yield Capture
        if database or one.__name__ != "SaveCells":
            yield one


def _publish(root: Path, week: Week) -> None:
    """Put what nbgrader has released where students get it, in a form that stays the same."""
    made, target = root / RELEASES / week.id, Paths(root).notebook(week.id, "x").parent
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(made, target)
    for notebook in week.notebooks:
        path = target / f"{notebook}.ipynb"
        path.write_text(_stable(nbformat.read(path, as_version=4)), encoding="utf-8")


def _stable(notebook: Any) -> str:
    """The text of a notebook, keys in order and nothing of the machine in it."""
    tree: Mapping[str, Any] = json.loads(nbformat.writes(notebook))
    metadata = {key: value for key, value in tree["metadata"].items() if key in KEPT}
    if "language_info" in metadata:
        metadata["language_info"] = {"name": metadata["language_info"].get("name", "python")}
    tree = {**tree, "metadata": metadata}
    return json.dumps(tree, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _why(course: Course, week: Week, error: str, said: list[str]) -> str:
    """What nbgrader had against it, in one line."""
    text = "\n".join([error, *said])
    where = course.source_folder(week)
    if "Cannot add or remove cells" in text or "Cannot modify existing assignment" in text:
        return (
            f"{where}: graded cells or notebooks were added or removed, and {week.id} has "
            "submissions in gradebook.db, whose cells nbgrader keeps as they are; put them back, "
            "or move gradebook.db and autograded/ away and grade again"
        )
    lines = [line.strip() for line in (said or [error])[0].strip().splitlines() if line.strip()]
    return f"{where}: nbgrader cannot generate it: {lines[-1] if lines else error}"


def student_texts(course: Course, week: Week) -> dict[str, str]:
    """What students would get of a plain week's lessons as they are now, by notebook."""
    with tempfile.TemporaryDirectory() as folder:
        made = generate_plain(course, week, Path(folder), database=False)
        return {name: made.release(name).read_text(encoding="utf-8") for name in week.notebooks}


def is_built_plainly(course: Course, week: Week) -> bool:
    """Whether a plain week's notebooks are there and are what its lessons give, to the byte."""
    paths = {name: Paths(course.root).notebook(week.id, name) for name in week.notebooks}
    if not all(path.is_file() for path in paths.values()):
        return False
    texts = student_texts(course, week)
    return all(path.read_text(encoding="utf-8") == texts[name] for name, path in paths.items())
