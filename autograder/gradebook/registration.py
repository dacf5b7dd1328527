"""Which cells of a week nbgrader's gradebook knows, and from which source they were made."""

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


def is_current(course: Course, week: Week) -> bool:
    """Whether a week's notebook is what its source gives, to the byte."""
    text = student_notebook(read(course.source_folder(week), week.id))
    path = course.notebook_path(week)
    return path.is_file() and path.read_text(encoding="utf-8") == text


def write_week(course: Course, week: Week) -> bool:
    """Write a week's student notebook, and register its cells and dates in the gradebook.

    Returns
    -------
    bool
        Whether the notebook is another one than before.
    """
    changed = not is_current(course, week)
    register(course, read(course.source_folder(week), week.id))
    _set_due_date(course, week)
    return changed


def register(course: Course, source: Source) -> None:
    """Write a week's notebook and register its cells in nbgrader's gradebook.

    A note says from which source that was done, so that it need not be done again.
    """
    note = {"by": __version__, "source": _digest_of(source.path.parent)}
    text = generate(source, course.root, database=True, db_url=course.gradebook)
    note["notebook"] = hashlib.sha256(text.encode()).hexdigest()
    _note_path(course, source.week).write_text(json.dumps(note), encoding="utf-8")


def is_registered(course: Course, week: Week) -> bool:
    """Whether the gradebook knows the cells of the week's source as it is now."""
    return _note(course, week).get("source") == _digest_of(course.source_folder(week))


def registered_notebook(course: Course, week: Week) -> str:
    """The week's notebook, if it is still the one that its source gave; empty otherwise."""
    try:
        text = course.notebook_path(week).read_bytes()
    except OSError:
        return ""
    unchanged = _note(course, week).get("notebook") == hashlib.sha256(text).hexdigest()
    return text.decode() if unchanged and is_registered(course, week) else ""


def _note(course: Course, week: Week) -> dict[str, Any]:
    """The note of `register`; empty if there is none, or one of another version."""
    try:
        note = json.loads(_note_path(course, week.id).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) and note.get("by") == __version__ else {}


def _note_path(course: Course, week: str) -> Path:
    return course.build_folder / f"{week}.registered"


def _digest_of(folder: Path) -> str:
    """A digest of what the gradebook's cells are made of; always a new one if unreadable."""
    try:
        texts = read_texts(folder)
    except CourseError:
        return secrets.token_hex()
    return hashlib.sha256(f"{texts.lesson}\0{texts.hidden_tests}".encode()).hexdigest()


def _set_due_date(course: Course, week: Week) -> None:
    """Record when the week is due, for lateness and for the formgrader."""
    with open_gradebook(course) as gradebook:
        due = week.due.astimezone(UTC).replace(tzinfo=None)
        gradebook.update_or_create_assignment(week.id, duedate=due)
