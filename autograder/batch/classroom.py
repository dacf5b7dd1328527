"""What stands in ``submitted/``: students, their files, and what is not graded yet."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from ..course.errors import CourseError
from ..course.manifest import Course, Week
from ..course.paths import left_by_a_system
from ..course.regular import open_regular
from ..course.tokens import TOKENS
from ..gradebook.writer import UNKNOWN, Recorded
from ..grading.notes import put_right
from .file_names import HIDDEN, is_notebook, which_notebook
from .submission import Submission

#: More files than this in one submission are not looked at.
MOST_FILES = 2000


def find_submissions(
    course: Course, week: Week, students: list[str] | None, sheet: str = ""
) -> list[Submission]:
    """The submissions of a week, in the order of the students' ids.

    ``sheet`` : of a plain week, the notebook

    Raises
    ------
    CourseError
        If nobody has submitted, or a named student has not.
    """
    found = {
        student: find_submission(
            course.submitted(student, week.id), sheet or week.id, week.notebooks
        )
        for student in course.submitters(week.id)
    }
    if students:
        missing = [name for name in students if name not in found]
        if missing:
            raise CourseError(
                f"{course.submissions_folder}: no submission of {missing[0]!r} for {week.id}"
            )
        return [found[name] for name in students]
    return list(found.values())


def find_submission(folder: Path, name: str, among: tuple[str, ...] = ()) -> Submission:
    """A notebook in a submission's folder, under whatever name it was handed in.

    The file at its place and of its name counts; else the one that is named so in a folder, in
    another case or as a copy, of several copies the latest; else the only notebook there is, in a
    week of one.

    Parameters
    ----------
    name : of the notebook
    among : of a plain week, the names of all of its notebooks
    """
    sheet = name if among else ""
    student, right = folder.parent.name, folder / f"{name}.ipynb"
    if _is_own(right):
        return Submission(student, right, sheet=sheet)
    notebooks = [path for path in _files(folder) if is_notebook(path.name)]
    known = among or (name,)
    which = {path: which_notebook(path.name, known) for path in notebooks}
    notebooks = [path for path in notebooks if (which[path] or (name, 0))[0] == name]
    named = {path: found[1] for path in notebooks if (found := which[path]) is not None}
    only = len(notebooks) == 1 and len(known) == 1
    path = _latest(named) or (notebooks[0] if only else None)
    if path is not None:
        shown = path.relative_to(folder).as_posix()
        text = f"the notebook is named {shown!r}; {name}.ipynb was expected"
        others = [str(other.relative_to(folder)) for other in notebooks if other != path]
        if others:
            text += f"; not read: {', '.join(map(repr, sorted(others)[:5]))}"
        return Submission(student, path, notes=(put_right(text),), sheet=sheet)
    if not notebooks:
        others = sorted(_shown(path, folder) for path in _entries(folder))
        there = f"; found {', '.join(others[:5])}" if others else ""
        reason = f"there is no notebook {name}.ipynb{there}"
        return Submission(student, None, reason, sheet=sheet)
    names = ", ".join(repr(path.relative_to(folder).as_posix()) for path in notebooks[:5])
    count = f"{len(named)} are" if named else "none is"
    reason = f"there are {len(notebooks)} notebooks ({names}) and {count} named {name}.ipynb"
    return Submission(student, None, reason, sheet=sheet)


def _latest(named: dict[Path, int]) -> Path | None:
    """Of notebooks of the right name the one that is no copy, or the latest copy.

    Of several that are the same to the byte it is the first.

    Parameters
    ----------
    named : the number of the copy by file; 0 for what is none
    """
    order = {path: copies or 10**6 for path, copies in named.items()}
    best = [path for path in named if order[path] == max(order.values())]
    if len(best) > 1 and len({_digest(path) for path in best}) > 1:
        return None
    return best[0] if best else None


def _files(folder: Path) -> Iterator[Path]:
    """The regular files of a submission, sorted; none that a system has put beside them."""
    count = 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not left_by_a_system(name))
        for name in sorted(names):
            count += 1
            if count > MOST_FILES:
                return
            path = Path(place, name)
            if not name.startswith(HIDDEN) and _is_own(path):
                yield path


def _entries(folder: Path) -> Iterator[Path]:
    """What a person sees in a folder, but the exchange's own files."""
    for path in folder.iterdir():
        if path.name not in TOKENS and not left_by_a_system(path.name):
            yield path


def _shown(path: Path, folder: Path) -> str:
    what = " (a link)" if path.is_symlink() else " (a folder)" if path.is_dir() else ""
    return f"{path.relative_to(folder).as_posix()!r}{what}"


def _is_own(path: Path) -> bool:
    """Whether this is a file, and not a link to somebody else's, a pipe or a device."""
    return path.is_file() and not path.is_symlink()


def is_unchanged(submission: Submission, before: Recorded | None) -> bool:
    """Whether the same bytes were graded before; of what nbgrader graded that is believed."""
    known = before is not None and before.submission
    return bool(known) and known in (UNKNOWN, _digest(submission.path))


def _digest(path: Path | None) -> str:
    """The SHA-256 of a file, of nothing where there is none; empty if it cannot be read."""
    if path is None:
        return hashlib.sha256(b"").hexdigest()
    try:
        with os.fdopen(open_regular(path), "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
