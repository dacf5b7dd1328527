"""Which cells of a week nbgrader's gradebook knows, and from which source they were made."""

import hashlib
import json
import secrets
from datetime import UTC
from pathlib import Path
from typing import Any

from .. import __version__
from ..authoring.build import generate, student_notebook
from ..authoring.plain.build import Generated, generate_plain, is_built_plainly, lesson_path
from ..authoring.plain.percent import read_lesson
from ..authoring.source import read
from ..authoring.texts import read_texts
from ..course.database import open_gradebook
from ..course.errors import CourseError
from ..course.manifest import Course, Week


def is_current(course: Course, week: Week) -> bool:
    """Whether a week's notebooks are what its source gives, to the byte.

    Of a plain week whose notebooks were made here that is known; generated tests hold a number
    drawn at random.
    """
    if not week.is_plain:
        text = student_notebook(read(course.source_folder(week), week.id))
        path = course.notebook_path(week)
        return path.is_file() and path.read_text(encoding="utf-8") == text
    if is_registered(course, week) and _note(course, week).get("notebook") == _digest(course, week):
        return True
    return is_built_plainly(course, week)


def write_week(course: Course, week: Week) -> bool:
    """Write a week's student notebooks, and register their cells and dates in the gradebook.

    Returns
    -------
    bool
        Whether a notebook is another one than before.
    """
    before = _digest(course, week)
    register(course, week)
    _set_due_date(course, week)
    return _digest(course, week) != before


def register(course: Course, week: Week) -> None:
    """Write a week's notebooks and register their cells in nbgrader's gradebook.

    A note says from which source that was done, so that it need not be done again.
    """
    note = {"by": __version__, "source": _digest_of(course, week)}
    if week.is_plain:
        generate_plain(course, week)
    else:
        source = read(course.source_folder(week), week.id)
        generate(source, course.root, database=True, db_url=course.gradebook)
    note["notebook"] = _digest(course, week)
    _note_path(course, week.id).write_text(json.dumps(note), encoding="utf-8")


def is_registered(course: Course, week: Week) -> bool:
    """Whether the gradebook knows the cells of the week's source as it is now."""
    return _note(course, week).get("source") == _digest_of(course, week)


def registered_notebook(course: Course, week: Week) -> str:
    """The week's notebook, if it is still the one that its source gave; empty otherwise."""
    try:
        text = course.notebook_path(week).read_bytes()
    except OSError:
        return ""
    unchanged = _note(course, week).get("notebook") == hashlib.sha256(text).hexdigest()
    return text.decode() if unchanged and is_registered(course, week) else ""


def plain_notebooks(course: Course, week: Week) -> Generated:
    """Where the notebooks of a plain week stand that `register` has made."""
    return Generated(course.root, week.id)


def lesson_node(course: Course, week: Week, notebook: str) -> Any:
    """A notebook of a plain week as its author wrote it."""
    return read_lesson(lesson_path(course.source_folder(week), notebook))


def text_beside(course: Course, week: Week, name: str) -> str:
    """A file that stands beside the lessons of a plain week; empty where none does."""
    path = course.source_folder(week) / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _digest(course: Course, week: Week) -> str:
    """A digest of the week's notebooks as they are now."""
    digest = hashlib.sha256()
    for name in week.sheets:
        path = course.notebook(week.id, name)
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


def _note(course: Course, week: Week) -> dict[str, Any]:
    """The note of `register`; empty if there is none, or one of another version."""
    try:
        note = json.loads(_note_path(course, week.id).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) and note.get("by") == __version__ else {}


def _note_path(course: Course, week: str) -> Path:
    return course.build_folder / f"{week}.registered"


def _digest_of(course: Course, week: Week) -> str:
    """A digest of what the gradebook's cells are made of; always a new one if unreadable."""
    folder = course.source_folder(week)
    if week.is_plain:
        return _digest_of_lessons(course, week, folder)
    try:
        texts = read_texts(folder)
    except CourseError:
        return secrets.token_hex()
    return hashlib.sha256(f"{texts.lesson}\0{texts.hidden_tests}".encode()).hexdigest()


def _digest_of_lessons(course: Course, week: Week, folder: Path) -> str:
    settings = json.dumps([week.notebooks, course.manifest.nbgrader], default=str)
    digest = hashlib.sha256(settings.encode())
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"\0{path.relative_to(folder)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _set_due_date(course: Course, week: Week) -> None:
    """Record when the week is due, for lateness and for the formgrader."""
    with open_gradebook(course) as gradebook:
        if week.due is not None:
            due = week.due.astimezone(UTC).replace(tzinfo=None)
            gradebook.update_or_create_assignment(week.id, duedate=due)
