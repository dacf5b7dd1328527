"""Whose file a download is, by the names that Canvas and Moodle give to submissions.

Canvas   ``doejane_LATE_1234_56789_week01-1.ipynb``: name, lateness, user, upload, file
         (``lib/content_zipper.rb`` of canvas-lms); ``anon_x1y2z`` in place of name and user
Moodle   ``Jane Doe_1234_assignsubmission_file/week01.ipynb``: name, participant, file; a ``_``
         at the folder's end before version 4, and one name instead of a folder if so chosen
         (``mod/assign/locallib.php``)
"""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.plugins import FileNameCollectorPlugin
from nbgrader.utils import parse_utc

from ..course.database import open_gradebook
from ..course.manifest import Course, find_course
from ..course.tokens import TIMESTAMP, read_token

MOODLE = re.compile(r"(?P<name>[^_]*)_(?P<id>\d+)_assignsubmission_file(_(?P<rest>.+)|_?)")
CANVAS = re.compile(
    r"(?:.+?_)??(?:(?P<late>LATE|late)_)?(?P<id>\d+|anon_[A-Za-z0-9]+)_(?P<file>\d+)_(?P<rest>.+)"
)
#: What systems, browsers and people append to the name of another copy of a file.
COPY = re.compile(r"(?:[ _-]*\((\d{1,4})\)|-(\d{1,3})|[ _-]+copy *(\d{0,3}))$", re.IGNORECASE)
ASSESSMENT = "self_assessment"


@dataclass(frozen=True)
class Download:
    """A downloaded file: its owner, its name, and ``order``, which grows with later attempts."""

    path: Path
    owner: str
    stem: str
    late: bool
    order: tuple[int, float, int, float, str]


def read_name(parts: tuple[str, ...]) -> tuple[str, str, int, bool] | None:
    """Owner, file name, number of the upload and lateness, from a file's path.

    The outermost part that names somebody counts: what is inside is the student's own.
    """
    for part in parts:
        moodle = MOODLE.fullmatch(part)
        if moodle:
            return moodle["id"], moodle["rest"] or parts[-1], 0, False
        canvas = CANVAS.fullmatch(part)
        if canvas:
            name = canvas["rest"] if part == parts[-1] else parts[-1]
            return canvas["id"], name, int(canvas["file"]), bool(canvas["late"])
    return None


def plain_stem(name: str) -> tuple[str, int]:
    """A file's name without its suffix and the mark of a copy, and the number of the copy."""
    stem = unicodedata.normalize("NFC", name).rsplit(".", 1)[0].strip()
    copies = 0
    while match := COPY.search(stem):
        copies = max(copies, int(next((group for group in match.groups() if group), 1)))
        stem = stem[: match.start()].strip()
    return stem, copies


class Collector(FileNameCollectorPlugin):  # type: ignore[misc]
    """Finds the student of each downloaded file; of several attempts the last one counts.

    If ``FileNameCollectorPlugin.named_regexp`` is set, it reads the names instead.
    """

    _kept: dict[Path, dict[str, str]] | None = None

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """Called by ``zip_collect`` for every file; None for those that do not count."""
        if self.named_regexp:
            found: dict[str, str] | None = super().collect(submitted_file)
            return found
        if self._kept is None:
            app: Any = self.parent
            folder = Path(app._format_collect_path(app.extracted_directory))
            self._kept = self._survey(folder, app.coursedir.assignment_id)
        return self._kept.get(Path(submitted_file))

    def _survey(self, folder: Path, week: str) -> dict[Path, dict[str, str]]:
        """Look at all files and choose those that count."""
        students = _students(find_course(folder))
        last: dict[tuple[str, str], Download] = {}
        for path in sorted(folder.rglob("*")):
            if path.is_symlink() or not path.is_file():
                continue
            if path.suffix.lower() not in (".ipynb", ".json"):
                continue
            found = _read_download(path, folder)
            if found is None:
                self.log.warning("left out, its name names nobody: %s", path.relative_to(folder))
                continue
            if path.suffix == ".json" and found.stem != ASSESSMENT:
                continue
            key = found.owner, found.stem.casefold() + path.suffix
            if key in last:
                old, new = sorted((last[key], found), key=lambda one: one.order)
                self.log.warning("%s is earlier than %s: left out", old.path.name, new.path.name)
                found = new
            last[key] = found
        return self._named(last, students, find_course(folder), week)

    def _named(
        self,
        last: dict[tuple[str, str], Download],
        students: dict[str, str],
        course: Course,
        week: str,
    ) -> dict[Path, dict[str, str]]:
        kept: dict[Path, dict[str, str]] = {}
        late, unknown = set(), set()
        wanted = f"{week}.ipynb".casefold()
        for (owner, name), found in last.items():
            notebook = found.path.suffix == ".ipynb"
            right = notebook and (owner, wanted) in last
            if right and name != wanted:
                self.log.warning("%s: left out, there is a %s.ipynb", found.path.name, week)
                continue
            student = students.get(owner, owner)
            file_id = f"{week if right else found.stem}{found.path.suffix}"
            kept[found.path] = {
                "student_id": student,
                "file_id": file_id,
                **_time_known(course.submitted(student, week), file_id, found.path),
            }
            if owner not in students:
                unknown.add(owner)
            if notebook and found.late:
                late.add(student)
        if unknown:
            self.log.warning(
                "no student has these numbers, so they name the folders: %s; "
                "`autograder roster import FILE.csv` tells whose they are",
                ", ".join(sorted(unknown)),
            )
        if late:
            self.log.warning(
                "Canvas calls these late and does not say when they came: %s; a time in "
                "submitted/STUDENT/%s/timestamp.txt takes the penalty off",
                ", ".join(sorted(late)),
                week,
            )
        return kept


def _read_download(path: Path, folder: Path) -> Download | None:
    parts = path.relative_to(folder).parts
    named = read_name(parts)
    if named is None:
        return None
    owner, name, upload, late = named
    stem, copies = plain_stem(name)
    download = (folder / parts[0]).stat().st_mtime
    order = upload, download, copies, path.stat().st_mtime, str(path)
    return Download(path, owner, stem or "notebook", late, order)


def _time_known(folder: Path, name: str, path: Path) -> dict[str, str]:
    """The time recorded for the same bytes, which collecting again must not lose."""
    stamp = (read_token(folder, TIMESTAMP) or b"").decode(errors="replace").strip()
    try:
        parse_utc(stamp)
        unchanged = (folder / name).read_bytes() == path.read_bytes()
    except (OSError, ValueError, OverflowError):
        return {}
    return {"timestamp": stamp} if stamp and unchanged else {}


def _students(course: Course) -> dict[str, str]:
    """The students' ids by their numbers in the learning management system."""
    with open_gradebook(course) as gradebook:
        numbers = {student.id: student.lms_user_id or "" for student in gradebook.students}
    return {match[0]: id for id, number in numbers.items() if (match := re.search(r"\d+$", number))}
