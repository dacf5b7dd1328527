"""What stands in ``submitted/``: students, their files, and what is not graded yet."""

import hashlib
import os
from pathlib import Path

from ..course.errors import CourseError
from ..course.manifest import Course, Week
from ..course.tokens import TOKENS
from ..gradebook.writer import Recorded
from ..grading.notes import put_right
from .submission import Submission


def find_submissions(course: Course, week: Week, students: list[str] | None) -> list[Submission]:
    """The submissions of a week, in the order of the students' ids.

    Raises
    ------
    CourseError
        If nobody has submitted, or a named student has not.
    """
    found = {
        student: find_submission(course.submitted(student, week.id), week.id)
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


def find_submission(folder: Path, week: str) -> Submission:
    """The notebook in a submission's folder, under whatever name it was handed in."""
    student = folder.parent.name
    files = sorted(
        path
        for path in folder.rglob("*.ipynb")
        if ".ipynb_checkpoints" not in path.parts and _is_own(path)
    )
    right = folder / f"{week}.ipynb"
    if _is_own(right):
        return Submission(student, right)
    if not files:
        others = sorted(repr(path.name) for path in folder.iterdir() if path.name not in TOKENS)
        there = f"; found {', '.join(others[:5])}" if others else ""
        return Submission(student, None, f"there is no notebook {week}.ipynb{there}")
    if len(files) == 1:
        note = put_right(f"the notebook is named {files[0].name!r}; {week}.ipynb was expected")
        return Submission(student, files[0], notes=(note,))
    names = ", ".join(repr(path.name) for path in files[:5])
    reason = f"there are {len(files)} notebooks ({names}) and none is named {week}.ipynb"
    return Submission(student, None, reason)


def _is_own(path: Path) -> bool:
    """Whether this is a file, and not a link to somebody else's, a pipe or a device."""
    return path.is_file() and not path.is_symlink()


def is_unchanged(submission: Submission, before: Recorded | None) -> bool:
    """Whether the same bytes were graded before."""
    if before is None:
        return False
    try:
        with open(submission.path or os.devnull, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == before.submission
    except OSError:
        return False
