"""What stands in ``submitted/`` and is graded for nobody, a line each."""

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..course.manifest import Course, Week
from ..course.paths import alike, is_text, left_by_a_system
from ..course.roster import load_roster
from ..gradebook.times import read_time
from .file_names import is_notebook, plain_stem

#: A name as close as this to a week's is meant for it.
CLOSE = 0.6


@dataclass(frozen=True)
class Stray:
    """A line on a file or folder; ``lost`` if it is somebody's work, who gets no mark for it."""

    line: str
    lost: bool = False


def strays(course: Course, weeks: Iterable[Week]) -> Iterator[Stray]:
    """What is not graded although it may be somebody's work, and names that are easily mixed up."""
    weeks = list(weeks)
    folder = course.submissions_folder
    students = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_symlink():
            if any((path / week.id).is_dir() for week in weeks):
                yield Stray(f"{_in(path, folder)}: is a link, and is not graded", lost=True)
        elif path.is_dir():
            yield from _of_folder(course, weeks, path)
            if is_text(path.name) and not left_by_a_system(path.name):
                students.append(path.name)
        elif is_notebook(path.name) and not left_by_a_system(path.name):
            place = f"{folder.name}/STUDENT/WEEK/"
            yield Stray(f"{_in(path, folder)}: is nobody's there; move it to {place}", lost=True)
    yield from _mixed_up(course, students)


def unknown_times(course: Course, week: Week, students: Iterable[str]) -> Iterator[str]:
    """A line for each student whose time of handing in cannot be read."""
    for student in students:
        _, fault = read_time(course.submitted(student, week.id))
        if fault:
            yield f"{student}: {fault}; until then it counts as neither late nor in time"


def _of_folder(course: Course, weeks: list[Week], folder: Path) -> Iterator[Stray]:
    """What is odd about a student's folder."""
    root = course.submissions_folder
    there = [week for week in weeks if (folder / week.id).is_dir()]
    if left_by_a_system(folder.name):
        if there:
            yield Stray(f"{_in(folder, root)}: is no student's by its name, and is not graded")
        return
    if not is_text(folder.name):
        if there:
            yield Stray(
                f"{_in(folder, root)}: the name is not UTF-8, as old archives leave it; rename the "
                "folder to the student's id and grade again: not graded",
                lost=True,
            )
        return
    known = {week.id for week in course.weeks}
    for path in sorted(folder.iterdir()):
        if path.name in known:
            if path.is_symlink() and path.name in {week.id for week in weeks}:
                yield Stray(f"{_in(path, root)}: is a link, and is not graded", lost=True)
        elif left_by_a_system(path.name):
            continue
        elif path.is_dir():
            yield Stray(
                f"{_in(path, root)}: is no week of the course, and is not graded"
                + _meant(course, path.name),
                lost=_holds_a_notebook(path),
            )
        elif is_notebook(path.name):
            yield Stray(
                f"{_in(path, root)}: is in no week's folder, and is not graded"
                + _meant(course, path.name.split(".")[0], plain_stem(path.name)[0]),
                lost=True,
            )


def _holds_a_notebook(folder: Path) -> bool:
    """Whether there is a notebook in a folder, or in one of its folders."""
    return any(is_notebook(path.name) for form in ("*", "*/*") for path in folder.glob(form))


def _meant(course: Course, name: str, notebook: str = "") -> str:
    """Which week the name of a folder or of a notebook's file may mean."""
    ids = {alike(week.id): week.id for week in course.weeks}
    word = alike(name)
    own = alike(notebook)
    holders = [week.id for week in course.weeks if own and own in map(alike, week.notebooks)]
    if len(holders) == 1:
        return f"; it is a notebook of {holders[0]}: move it to a folder of that name"
    begin = [id for id in ids if word and id.startswith(word)]
    close = begin if len(begin) == 1 else difflib.get_close_matches(word, ids, 1, CLOSE)
    if close:
        return f"; {ids[close[0]]} may be meant: rename it"
    return f"; the folder must be named like the week, as in {course.weeks[0].id}"


def _mixed_up(course: Course, students: list[str]) -> Iterator[Stray]:
    """Ids that differ in case or in their Unicode form only."""
    listed = load_roster(course).students
    by_likeness: dict[str, list[str]] = {}
    for student in dict.fromkeys([*listed, *students]):
        by_likeness.setdefault(alike(student), []).append(student)
    for names in by_likeness.values():
        if len(names) > 1 and set(names) & set(students):
            found = " and ".join(
                f"{name!a} ({'roster' if name in listed else 'submitted/ only'})" for name in names
            )
            yield Stray(f"{found}: differ in case or Unicode form only; are they one student?")


def _in(path: Path, root: Path) -> str:
    what = "/" if path.is_dir() else ""
    return f"{root.name}/{path.relative_to(root).as_posix()}{what}"
