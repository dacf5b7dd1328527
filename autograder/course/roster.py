"""The course's ``roster.yml``: what nbgrader's gradebook has no place for.

Names and addresses are in the gradebook's own student table. The roster holds sections, who has
withdrawn, what the learning management system calls people and columns, and extensions.
"""

from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import Field, ValidationError

from .errors import CourseError
from .files import write_whole
from .manifest import Course
from .week import Part

ROSTER = "roster.yml"
HEAD = """\
# Written by `autograder roster import`, and yours to edit. It names people: keep it out of git.
# extensions: how many hours more than the others a student has, for each week.
"""
Hours = Annotated[float, Field(ge=0, le=24 * 366)]


class Entry(Part):
    """What the roster holds of one student."""

    status: Literal["active", "withdrawn"] = "active"
    section: str = ""
    sis_id: str = ""
    login: str = ""
    extensions: dict[str, Hours] = Field(default_factory=dict)


class Roster(Part):
    """Everybody who is or was in the course, by id, and the columns of Canvas's gradebook."""

    students: dict[str, Entry] = Field(default_factory=dict)
    canvas_columns: dict[str, str] = Field(default_factory=dict)

    def is_active(self, student: str) -> bool:
        """Whether a student counts; one who is not in the roster does."""
        return student not in self.students or self.students[student].status == "active"

    def extension(self, student: str, week: str) -> timedelta | None:
        """How much more time than the others a student has for a week."""
        hours = self.students.get(student, Entry()).extensions.get(week, 0)
        return timedelta(hours=hours) if hours else None


def load_roster(course: Course) -> Roster:
    """The roster of a course; an empty one if there is no file.

    Raises
    ------
    CourseError
        One line for each wrong key or value of the file.
    """
    path = course.root / ROSTER
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return Roster()
    return _read(path, changed)


@lru_cache(maxsize=8)
def _read(path: Path, changed: int) -> Roster:
    try:
        return Roster.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CourseError(f"{path}: cannot be read: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        lines = [
            f"{path}: {'.'.join(map(str, fault['loc']))}: {fault['msg'].lower()}, "
            f"found {str(fault['input'])[:80]!r}"
            for fault in error.errors()
        ]
        raise CourseError("\n".join(lines)) from None


def save_roster(course: Course, roster: Roster) -> None:
    """Write ``roster.yml``, whole or not at all."""
    tree = roster.model_dump(exclude_defaults=True)
    tree.setdefault("students", {})
    text = HEAD + yaml.safe_dump(tree, sort_keys=True, allow_unicode=True)
    write_whole(course.root / ROSTER, text)
