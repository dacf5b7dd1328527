"""Files that come along: regular ones, without following any link."""

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from ...course.paths import is_text, printable
from ...course.regular import open_regular

#: How deep folders may be nested.
DEEPEST = 40


def copy_files(files: Iterable[Path], root: Path, target: Path, within: Path) -> Iterator[str]:
    """Copy an author's files to the same places below ``target``; yields what is left out.

    A link to a file inside ``within`` is the author's way to have one file in two places: it is
    copied as the file, as nbgrader does.
    """
    for path in files:
        place = target / path.relative_to(root)
        shown = printable(str(path.relative_to(root)))
        origin = path.resolve() if path.is_symlink() else path
        if path.is_symlink() and not origin.is_relative_to(within):
            yield f"{shown} was left out: it is a link to {printable(str(origin))}"
            continue
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            _copy(origin, place)
        except OSError as error:
            yield f"{shown} was left out: {_why(error)}"


def copy_tree(source: Path, target: Path) -> tuple[int, list[str]]:
    """Copy what strangers have handed in; how many files, and what was left out."""
    count, left = 0, []
    for line in _tree(source, target, ""):
        if line:
            left.append(line)
        else:
            count += 1
    return count, left


def _tree(source: Path, target: Path, where: str) -> Iterator[str]:
    """Copy a folder; yields nothing but "" for each file, or what is left out and why."""
    with os.scandir(source) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        shown = printable(f"{where}{entry.name}")
        if entry.name in (".ipynb_checkpoints", "__pycache__"):
            continue
        if not is_text(entry.name):
            yield f"{shown} was left out: its name is not UTF-8"
        elif entry.is_dir(follow_symlinks=False):
            if where.count("/") >= DEEPEST:
                yield f"{shown} was left out: folders are nested too deep"
                continue
            try:
                yield from _tree(Path(entry.path), target / entry.name, f"{where}{entry.name}/")
            except OSError as error:
                yield f"{shown} was left out: {_why(error)}"
        else:
            try:
                target.mkdir(parents=True, exist_ok=True)
                _copy(Path(entry.path), target / entry.name)
                yield ""
            except OSError as error:
                yield f"{shown} was left out: {_why(error)}"


def _copy(source: Path, target: Path) -> None:
    with os.fdopen(open_regular(source), "rb") as file, target.open("xb") as copy:
        shutil.copyfileobj(file, copy)
        facts = os.fstat(file.fileno())
    os.utime(target, (facts.st_mtime, facts.st_mtime))
    target.chmod(0o644 | (facts.st_mode & 0o111))


def _why(error: OSError) -> str:
    words = error.strerror or str(error)
    return words if words.startswith("is a") else f"it cannot be read ({words.lower()})"
