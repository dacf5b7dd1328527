"""Which cells of which week nbgrader's gradebook knows, and of which source they were made."""

import hashlib
import json
import secrets
from datetime import UTC
from pathlib import Path
from typing import Any

from .. import __version__
from ..authoring.build import generate, student_notebook
from ..authoring.source import Source, read
from ..authoring.texts import read_texts
from ..course.database import open_gradebook
from ..course.errors import CourseError
from ..course.manifest import Course, Week


def write_week(course: Course, week: Week, check: bool = False) -> bool:
    """Make a week's student notebook; whether the file was what it should be already.

    With ``check`` nothing is written. Otherwise the week's cells are made known to nbgrader's
    gradebook as well.
    """
    source = read(course.source_folder(week), week.id)
    text = student_notebook(source)
    path = course.notebook_path(week)
    same = path.is_file() and path.read_text(encoding="utf-8") == text
    if not check:
        register(course, source)
        _tell_dates(course, week)
        print(f"{week.id}: {path.relative_to(course.root)}{' (unchanged)' if same else ''}")
    return same


def register(course: Course, source: Source) -> None:
    """Write a week's notebook and make its cells known to nbgrader's gradebook.

    What was made of which source is noted, so that neither need be made again.
    """
    note = {"by": __version__, "source": _digest_of(source.path.parent)}
    text = generate(source, course.root, database=True, db_url=course.gradebook)
    note["notebook"] = hashlib.sha256(text.encode()).hexdigest()
    _note_path(course, source.week).write_text(json.dumps(note), encoding="utf-8")


def is_registered(course: Course, week: Week) -> bool:
    """Whether the gradebook was told of the week's source as it is now."""
    return _told(course, week).get("source") == _digest_of(course.source_folder(week))


def registered_notebook(course: Course, week: Week) -> str:
    """The week's notebook, if it is still the one that its source gave; or nothing."""
    try:
        text = course.notebook_path(week).read_bytes()
    except OSError:
        return ""
    same = _told(course, week).get("notebook") == hashlib.sha256(text).hexdigest()
    return text.decode() if same and is_registered(course, week) else ""


def _told(course: Course, week: Week) -> dict[str, Any]:
    """What `register` noted, with this version of the package."""
    try:
        note = json.loads(_note_path(course, week.id).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) and note.get("by") == __version__ else {}


def _note_path(course: Course, week: str) -> Path:
    return course.build_folder / f"{week}.registered"


def _digest_of(folder: Path) -> str:
    """A name of what the gradebook's cells are made of; another one each time if unreadable."""
    try:
        texts = read_texts(folder)
    except CourseError:
        return secrets.token_hex()
    return hashlib.sha256(f"{texts.lesson}\0{texts.hidden_tests}".encode()).hexdigest()


def _tell_dates(course: Course, week: Week) -> None:
    """Let nbgrader's gradebook know when the week is due, for lateness and for the formgrader."""
    with open_gradebook(course) as gradebook:
        due = week.due.astimezone(UTC).replace(tzinfo=None)
        gradebook.update_or_create_assignment(week.id, duedate=due)
