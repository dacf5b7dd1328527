"""A new course of one week, in a folder of its own, that builds, checks, grades and reports."""

import re
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

from ..course.errors import CourseError
from ..course.manifest import MANIFEST, Course, load_course
from ..course.paths import SOLUTIONS
from .texts import FILES

WEEK = "week01_averages"
#: Where each template of ``starter_files/`` goes.
PLACES = {
    "course.txt": MANIFEST,
    "nbgrader_config.txt": "nbgrader_config.py",
    "gitignore.txt": ".gitignore",
    "README.txt": "README.md",
    **{f"{Path(name).stem}.txt": f"{SOLUTIONS}/{WEEK}/{name}" for name in FILES},
}
OPEN_DAYS = 14


def make_course(folder: Path) -> Course:
    """Write a new course into ``folder``, which must not exist or be empty.

    Raises
    ------
    CourseError
        If the folder is not empty, or cannot be written.
    """
    folder = folder.resolve()
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise CourseError(f"{folder}: is not empty; a new course needs a new folder")
        for template, place in PLACES.items():
            path = folder / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_text(template, folder.name), encoding="utf-8")
    except OSError as error:
        raise CourseError(f"{folder}: cannot be written: {error.strerror}") from None
    return load_course(folder)


def _text(template: str, name: str) -> str:
    text = (files(__package__) / "starter_files" / template).read_text(encoding="utf-8")
    if PLACES[template] != MANIFEST:
        return text
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    due = today + timedelta(days=OPEN_DAYS, seconds=-1)
    known = re.sub(r"[^A-Za-z0-9_\-]+", "-", name).strip("-") or "course"
    return text.format(id=known, open=today.isoformat(), due=due.isoformat())
