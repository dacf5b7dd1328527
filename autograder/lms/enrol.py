"""Import a list of the class: names into the gradebook, everything else into ``roster.yml``."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.api import Student

from ..course.database import open_gradebook
from ..course.manifest import Course
from ..course.paths import alike, is_student
from ..course.roster import ROSTER, Entry, Roster, load_roster, save_roster
from ..gradebook.lateness import settle
from .roster_file import ClassList, read_list


@dataclass
class Changes:
    """What an import changes, in words."""

    added: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)
    extended: list[str] = field(default_factory=list)
    penalties: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """One line for each kind of change."""
        words = {
            "added": self.added,
            "renamed": self.renamed,
            "withdrawn (kept, and not counted in statistics)": self.withdrawn,
            "back in the course": self.back,
            "extensions": self.extended,
            "late penalties changed": self.penalties,
        }
        for what, names in words.items():
            if names:
                yield f"{len(names)} {what}: {', '.join(names)}"


def import_roster(
    course: Course, path: Path, partial: bool = False, dry_run: bool = False, id_column: str = ""
) -> Iterator[str]:
    """Import a list; yields what has changed, in words.

    Whoever is not in the list has withdrawn, unless it is ``partial``: they keep their marks and
    files, but no longer count in statistics. A later list brings them back.

    Raises
    ------
    CourseError
        If the file is no list of students, with the line; nothing is changed then.
    """
    listed = read_list(path, course.weeks, id_column)
    before = load_roster(course)
    with open_gradebook(course) as gradebook:
        known = {student.id: student for student in gradebook.db.query(Student)}
        changes = Changes()
        after = _merged(before, listed, known, partial, changes)
        if not dry_run:
            for student in listed.students:
                names = {key: value for key, value in student.names.items() if value}
                gradebook.update_or_create_student(student.id, **names)
            save_roster(course, after)
        changes.extended += _extensions(course, before, after)
        if not dry_run:
            changes.penalties += [
                f"{moved.student} {moved.week} {moved.before:.4g} -> {moved.after:.4g}"
                for moved in settle(course, gradebook, after)
            ]
    active = sum(after.is_active(id) for id in after.students)
    yield from changes.lines()
    yield from _mixed_up(course, {*known, *after.students}, {one.id for one in listed.students})
    verb = "would be" if dry_run else "are"
    yield f"{active} students {verb} in the course, {len(after.students) - active} withdrawn"
    if dry_run:
        yield "nothing was changed"


def _mixed_up(course: Course, known: set[str], listed: set[str]) -> Iterator[str]:
    """A line for ids in the list that differ from others in case or Unicode form only."""
    folders = course.submissions_folder
    names = {path.name for path in folders.iterdir()} if folders.is_dir() else set()
    by_likeness: dict[str, list[str]] = {}
    for name in sorted({*known, *filter(is_student, names)}):
        by_likeness.setdefault(alike(name), []).append(name)
    for likes in by_likeness.values():
        if len(likes) > 1 and listed & set(likes):
            shown = " and ".join(f"{name!a}" for name in likes)
            yield f"{shown} differ in case or Unicode form only; are they one student?"


def roster_lines(course: Course) -> Iterator[str]:
    """Everybody, one a line: id, name, section, whether withdrawn, extensions."""
    roster = load_roster(course)
    with open_gradebook(course) as gradebook:
        names = {
            s.id: ", ".join(filter(None, (s.last_name, s.first_name))) for s in gradebook.students
        }
    for id in sorted({*names, *roster.students}):
        entry = roster.students.get(id, Entry())
        facts = [names.get(id, ""), entry.section, "" if entry.status == "active" else entry.status]
        facts += [f"{week} +{hours:g} h" for week, hours in entry.extensions.items()]
        yield "  ".join([id, *filter(None, facts)])
    if not roster.students:
        yield f"there is no {ROSTER} yet: autograder roster import FILE.csv"


def _merged(
    before: Roster, listed: ClassList, known: dict[str, Student], partial: bool, changes: Changes
) -> Roster:
    """The roster after the import of a list."""
    entries = dict(before.students)
    for student in listed.students:
        old = entries.get(student.id)
        person = known.get(student.id)
        if person is None and old is None:
            changes.added.append(student.id)
        elif person is not None and _renamed(person, student.names):
            changes.renamed.append(student.id)
        if (
            old is not None
            and old.status == "withdrawn"
            and student.facts.get("status") != "withdrawn"
        ):
            changes.back.append(student.id)
        kept = (old or Entry()).model_dump(exclude_defaults=True)
        extensions = {**kept.pop("extensions", {}), **student.extensions}
        entries[student.id] = Entry(
            **{
                **kept,
                "status": "active",
                **student.facts,
                "extensions": {week: hours for week, hours in extensions.items() if hours},
            }
        )
        if entries[student.id].status == "withdrawn" and (old is None or old.status == "active"):
            changes.withdrawn.append(student.id)
    present = {student.id for student in listed.students}
    for id in [] if partial else sorted({*known, *entries} - present):
        old = entries.get(id, Entry())
        if old.status == "active":
            changes.withdrawn.append(id)
        entries[id] = old.model_copy(update={"status": "withdrawn"})
    columns = {**before.canvas_columns, **listed.canvas_columns}
    return Roster(students=entries, canvas_columns=columns)


def _renamed(person: Student, names: dict[str, str]) -> bool:
    before = {"first_name": person.first_name, "last_name": person.last_name}
    unnamed = not person.first_name and person.last_name in (None, "", person.id)
    return not unnamed and any(
        names.get(key) and names[key] != (value or "") for key, value in before.items()
    )


def _extensions(course: Course, before: Roster, after: Roster) -> Iterator[str]:
    """What has changed in the extensions."""
    for id, entry in after.students.items():
        for week in course.weeks:
            if after.extension(id, week.id) != before.extension(id, week.id):
                yield f"{id} {week.id} +{entry.extensions.get(week.id, 0):g} h"
