"""What students get where there is no exchange: one archive, with nothing hidden in it."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from email import message_from_bytes
from pathlib import Path

import yaml

from ..course.errors import CourseError
from ..course.files import write_whole
from ..course.manifest import MANIFEST, Course, Week
from .build import is_built
from .bundle_page import page
from .leaks import MARKERS, Secret, secrets, squeeze
from .plain.build import is_built_plainly
from .plain.secrets import plain_secrets
from .source import read
from .wheel import make_wheel, write_zip

#: A file in ``data/`` of more bytes than this is not put in; students fetch it.
SMALL = 5 << 20
#: Shorter texts may be in another week by chance, as common code or words are; a week's own
#: notebook is checked for shorter ones when it is built.
CODE, WORDS = 40, 12
IN_WORDS = ("hidden test", "mistake", "question")
#: What only graders need to know of a week.
NOT_FOR_STUDENTS = {"preload", "points", "cells"}
HEAD = "# The weeks and their dates, for `autograder progress` and the start page.\n"


def write_bundle(
    course: Course,
    weeks: list[Week],
    path: Path | None = None,
    is_current: Callable[[Course, Week], bool] = is_built_plainly,
) -> Path:
    """Write the archive, whole or not at all; returns its path.

    Parameters
    ----------
    weeks : those whose notebooks go in
    path : the archive's file; ``build/ID.zip`` below the course without it
    is_current : whether the notebooks of a plain week are what its lessons give

    Raises
    ------
    CourseError
        If a notebook is not what its source gives, or anything that students must not see is in
        what goes in.
    """
    path = path or course.build_folder / f"{course.manifest.course.id}.zip"
    stale = [
        week.id
        for week in weeks
        if not (is_current(course, week) if week.is_plain else is_built(course, week))
    ]
    if stale:
        raise CourseError(
            f"not what the source gives: {', '.join(stale)}; run `autograder build` first"
        )
    members = collect(course, weeks)
    refuse_leaks(course, members)
    file = io.BytesIO()
    write_zip(file, sorted((f"{course.manifest.course.id}/{n}", d) for n, d in members.items()))
    try:
        write_whole(path, file.getvalue())
    except OSError as error:
        raise CourseError(f"{path}: cannot be written: {error.strerror}") from None
    return path


def collect(course: Course, weeks: list[Week]) -> dict[str, bytes]:
    """The files of a bundle by name."""
    wheel, data = make_wheel()
    members = {
        "README.md": page(course.manifest, weeks).encode(),
        MANIFEST: _manifest(course).encode(),
        "requirements.txt": _requirements(course, wheel, data).encode(),
        f"wheels/{wheel}": data,
    }
    for week in weeks:
        for file in _handed_out(course, week):
            members[file.relative_to(course.root).as_posix()] = file.read_bytes()
    for file in sorted(course.data_folder.rglob("*")):
        parts = file.relative_to(course.root).parts
        own = file.is_file() and not file.is_symlink()
        if own and not _is_hidden(parts) and file.stat().st_size <= SMALL:
            members["/".join(parts)] = file.read_bytes()
    return members


def _handed_out(course: Course, week: Week) -> Iterator[Path]:
    """What students get of a week: its notebook, or all that stands beside plain ones."""
    if not week.is_plain:
        yield course.notebook_path(week)
        return
    folder = course.notebook(week.id, week.notebooks[0]).parent
    for file in sorted(folder.rglob("*")):
        parts = file.relative_to(folder).parts
        if file.is_file() and not file.is_symlink() and not _is_hidden(parts):
            yield file


def _is_hidden(parts: tuple[str, ...]) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in parts)


def refuse_leaks(course: Course, members: dict[str, bytes]) -> None:
    """Refuse a bundle that holds solutions, hidden tests, hints or rubrics of any week."""
    hidden: list[Secret] = []
    for week in course.weeks:
        for secret in _secrets(course, week):
            if len(secret.text) >= (WORDS if secret.kind in IN_WORDS else CODE):
                hidden.append(secret)
    for name, text in _texts(members):
        if not name.startswith("wheels/"):  # the package names the markers; it is scanned for text
            marker = next((m for m in MARKERS if squeeze(m) in text), None)
            if marker:
                raise CourseError(f"{name}: {marker!r} must not be in a bundle")
        for secret in hidden:
            if secret.text in text:
                raise CourseError(f"{secret.fault} would be in the bundle, in {name}")


def _secrets(course: Course, week: Week) -> Iterator[Secret]:
    """What students must not see of a week."""
    folder = course.source_folder(week)
    if folder.is_dir() and week.is_plain:
        yield from plain_secrets(course, week)
    elif folder.is_dir():
        yield from secrets(read(folder, week.id))


def _texts(members: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """All texts without white space: of files, of notebooks' strings, and inside of wheels."""
    for name, data in members.items():
        if name.endswith(".whl"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                inner = {f"{name}/{m}": archive.read(m) for m in archive.namelist()}
            yield from _texts(inner)
            continue
        text = data.decode("utf-8", "replace")
        yield name, squeeze(text)
        if name.endswith((".ipynb", ".json")):
            yield name, squeeze("\n".join(_strings(json.loads(text))))


def _strings(tree: object) -> Iterator[str]:
    """Every string in a JSON tree; the lines of a cell follow one another."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, list):
        for entry in tree:
            yield from _strings(entry)
    elif isinstance(tree, dict):
        for key, entry in tree.items():
            yield key
            yield from _strings(entry)


def _manifest(course: Course) -> str:
    """The manifest cut to what students need."""
    manifest = course.manifest
    weeks = [
        week.model_dump(mode="json", exclude_defaults=True, exclude=NOT_FOR_STUDENTS)
        for week in manifest.weeks
    ]
    about = manifest.course.model_dump(exclude_defaults=True, exclude={"requirements"})
    tree = {"course": about, "weeks": weeks}
    return HEAD + yaml.safe_dump(tree, sort_keys=False, allow_unicode=True, width=100)


def _requirements(course: Course, wheel: str, data: bytes) -> str:
    """The requirements: the course's, then the package's, then the package itself.

    The course's come first, so that nothing else decides on the version of a framework.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        needed = message_from_bytes(archive.read(name)).get_all("Requires-Dist") or []
    always = [line for line in needed if not re.search(r";.*\bextra\s*==", line)]
    return "\n".join([*course.manifest.course.requirements, *always, f"./wheels/{wheel}", ""])
