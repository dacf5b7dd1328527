"""What stands in a folder that is to be imported: a course, its sources, a week, one notebook."""

import fnmatch
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ...course.errors import CourseError
from ...course.paths import printable
from .settings import CONFIGS, Settings, read_settings

SOURCE = "source"
EXPECTED = (
    "expected a course with source/ASSIGNMENT/NOTEBOOK.ipynb, a folder of assignments, the folder "
    "of one assignment, or one notebook"
)


@dataclass(frozen=True)
class FoundAssignment:
    """One assignment: its name, its folder, its notebooks in nbgrader's order, other files."""

    name: str
    folder: Path
    notebooks: tuple[Path, ...]
    files: tuple[Path, ...] = ()


@dataclass(frozen=True)
class FoundCourse:
    """What is to be imported.

    Attributes
    ----------
    root : the course's folder
    name : what it may be called
    assignments : in the order of their names
    whole : whether the gradebook and the submissions come along
    """

    root: Path
    name: str
    settings: Settings
    assignments: tuple[FoundAssignment, ...]
    whole: bool = False
    notes: tuple[str, ...] = ()

    def folder(self, step: str) -> Path:
        """The folder of one of nbgrader's steps: ``source``, ``submitted``, …"""
        name = self.settings.of_course(f"{step}_directory", step)
        return self.root / name


def find(source: Path) -> FoundCourse:
    """Find out what there is to import.

    Raises
    ------
    CourseError
        If it is nothing of the kind: what was found, and what was expected.
    """
    source = source.resolve()
    if source.is_file() and source.suffix == ".ipynb":
        return _one_notebook(source)
    if not source.is_dir():
        what = "is no notebook" if source.exists() else "is not there"
        raise CourseError(f"{source}: {what}; {EXPECTED}")
    settings = read_settings(source)
    root = _root(source, settings)
    sources = root / settings.of_course("source_directory", SOURCE)
    assignments = _assignments(sources, settings) if sources.is_dir() else []
    if assignments:
        return FoundCourse(root, source.name, settings, tuple(assignments), whole=True)
    if _notebooks(source):
        above = _settings_above(source)
        found = _assignment(source, above)
        return FoundCourse(source.parent, source.name, above, (found,))
    above = settings if settings.path else _settings_above(source)
    assignments = _assignments(source, above)
    if assignments and settings.path is None:
        name = source.parent.name if source.name == SOURCE else source.name
        return FoundCourse(source.parent, name, above, tuple(assignments))
    raise CourseError(_nothing(source, sources, settings))


def _one_notebook(path: Path) -> FoundCourse:
    """A notebook alone; in the folder of a course's assignment its files come along."""
    settings = _settings_above(path.parent)
    folder = path.parent
    inside = folder.parent.name == settings.of_course("source_directory", SOURCE)
    name = folder.name if inside else path.stem
    files = tuple(_files(folder, settings)) if inside else ()
    notes = () if inside else ("files beside it were not copied; import its folder to have them",)
    found = FoundAssignment(name, folder, (path,), files)
    return FoundCourse(folder, path.stem, settings, (found,), notes=notes)


def _settings_above(folder: Path) -> Settings:
    """The settings of the course that a folder is in, if it is at most two levels up."""
    for place in (folder, folder.parent, folder.parent.parent):
        if any((place / name).is_file() for name in CONFIGS):
            return read_settings(place)
    return Settings()


def _root(source: Path, settings: Settings) -> Path:
    """The course's folder: where its configuration is, unless that names another one below it."""
    named = settings.of_course("root", "")
    root = (source / named).resolve() if named else source
    return root if root.is_dir() and root.is_relative_to(source) else source


def _assignments(folder: Path, settings: Settings) -> list[FoundAssignment]:
    """The folders below ``folder`` that hold notebooks."""
    found = []
    for path in sorted(folder.iterdir(), key=lambda path: natural(path.name)):
        if path.is_dir() and not path.name.startswith(".") and _notebooks(path):
            found.append(_assignment(path, settings))
    return found


def _assignment(folder: Path, settings: Settings) -> FoundAssignment:
    files = tuple(_files(folder, settings))
    return FoundAssignment(folder.name, folder, tuple(_notebooks(folder)), files)


def _notebooks(folder: Path) -> list[Path]:
    found = (path for path in folder.glob("*.ipynb") if not path.name.startswith("."))
    return sorted(path for path in found if path.is_file())


def _files(folder: Path, settings: Settings) -> Iterator[Path]:
    """The files beside the notebooks that nbgrader would hand out."""
    patterns = (*settings.ignored, "*.ipynb")
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _ignored(name, patterns))
        yield from (Path(where, name) for name in sorted(names) if not _ignored(name, patterns))


def _ignored(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether a name is left out; as in a shell, * stands for no dot at the beginning."""
    return any(
        fnmatch.fnmatchcase(name, pattern) and name.startswith(".") <= pattern.startswith(".")
        for pattern in patterns
    )


def natural(name: str) -> list[tuple[int, int, str]]:
    """A key by which ``ps10`` comes after ``ps9``."""
    parts = re.split(r"(\d+)", name.casefold())
    return [(0, int(one), "") if one.isdecimal() else (1, 0, one) for one in parts]


def _nothing(source: Path, sources: Path, settings: Settings) -> str:
    """What is wrong with a folder in which there is nothing to import."""
    inner = [
        path.parent
        for name in CONFIGS
        for path in (*source.glob(f"*/{name}"), *source.glob(f"*/*/{name}"))
    ]
    inner += [path.parent for path in (*source.glob("*/source"), *source.glob("*/*/source"))]
    if inner:
        where = printable(str(inner[0]))
        return f"{source}: is no course, but {where} looks like one; import that"
    if sources.is_dir():
        return f"{sources}: holds no folder with a notebook; {EXPECTED}"
    why = f" ({settings.path}: {settings.trouble})" if settings.trouble else ""
    return f"{source}: holds no notebooks{why}; {EXPECTED}"
