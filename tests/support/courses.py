"""Courses and weeks as texts: written into a folder, and changed in one place."""

from collections.abc import Mapping
from dataclasses import astuple, replace
from pathlib import Path

import autograder.authoring
from autograder.authoring.texts import FILES, WeekTexts, read_texts

STARTER = Path(autograder.authoring.__file__).parent / "starter_files"
CONFIG = (STARTER / "nbgrader_config.txt").read_text(encoding="utf-8")


def write_course(folder: Path, manifest: str, weeks: Mapping[str, WeekTexts]) -> Path:
    """Write a course into ``folder``, the texts of its weeks by their ids."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "course.yml").write_text(manifest, encoding="utf-8")
    (folder / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    for week, texts in weeks.items():
        write_texts(folder / "solutions" / week, texts)
    return folder


def write_texts(folder: Path, texts: WeekTexts) -> Path:
    """Write the four files of a week into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in zip(FILES, astuple(texts), strict=True):
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def changed(texts: WeekTexts, old: str, new: str) -> WeekTexts:
    """The texts of a week with ``new`` in the only place where ``old`` is, in whichever file."""
    places = {name: text for name, text in vars(texts).items() if old in text}
    (name,) = places
    assert places[name].count(old) == 1, f"{old!r} is in {name} more than once"
    return replace(texts, **{name: places[name].replace(old, new)})


def change_texts(folder: Path, old: str, new: str) -> None:
    """The same in the files of a week's folder."""
    write_texts(folder, changed(read_texts(folder), old, new))
