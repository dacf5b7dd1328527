"""Whose file a download is, by the names that Canvas and Moodle give to submissions.

Canvas   ``doejane_LATE_1234_56789_week01-1.ipynb``: name, lateness, user, upload, file
         (``lib/content_zipper.rb`` of canvas-lms); ``anon_x1y2z`` in place of name and user
Moodle   ``Jane Doe_1234_assignsubmission_file/week01.ipynb``: name, participant, file; a ``_``
         at the folder's end before version 4, and one name instead of a folder if so chosen
         (``mod/assign/locallib.php``)
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.plugins import FileNameCollectorPlugin

from ..batch.file_names import plain_stem, which_notebook
from ..course.database import open_gradebook
from ..course.manifest import Course, find_course
from ..course.regular import read_regular
from ..course.tokens import TIMESTAMP, TOKENS, read_token
from ..gradebook.times import decode, parse_time

MOODLE = re.compile(r"(?P<name>[^_]*)_(?P<id>\d+)_assignsubmission_file(_(?P<rest>.+)|_?)")
CANVAS = re.compile(
    r"(?:.+?_)??(?:(?P<late>LATE|late)_)?(?P<id>\d+|anon_[A-Za-z0-9]+)_(?P<file>\d+)_(?P<rest>.+)"
)
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
        course = find_course(folder)
        students = _students(course)
        notebooks = course.pick([week])[0].notebooks
        last: dict[tuple[str, str], Download] = {}
        others: dict[tuple[str, str], Download] = {}
        for path in sorted(folder.rglob("*")):
            if path.is_symlink() or not path.is_file():
                continue
            found = _read_download(path, folder, notebooks)
            if found is None:
                self.log.warning("left out, its name names nobody: %s", path.relative_to(folder))
                continue
            key = found.owner, f"{found.stem}{path.suffix}".casefold()
            graded = path.suffix == ".ipynb" or key[1] == f"{ASSESSMENT}.json"
            kind = last if graded else others
            if key in kind:
                old, new = sorted((kind[key], found), key=lambda one: one.order)
                self.log.warning("%s is earlier than %s: left out", old.path.name, new.path.name)
                found = new
            kind[key] = found
        kept = self._named(last, students, course, week)
        return kept | self._instead(others, last, students, course, week, bool(notebooks))

    def _instead(
        self,
        others: dict[tuple[str, str], Download],
        last: dict[tuple[str, str], Download],
        students: dict[str, str],
        course: Course,
        week: str,
        is_plain: bool,
    ) -> dict[Path, dict[str, str]]:
        """What those have handed in who handed in no notebook, so that they are not forgotten.

        In a plain week all files are kept: a task may ask for them.
        """
        kept: dict[Path, dict[str, str]] = {}
        with_notebook = {owner for owner, name in last if name.endswith(".ipynb")}
        for (owner, _), found in others.items():
            student = students.get(owner, owner)
            name = f"{found.stem}{found.path.suffix}"
            if name.casefold() in TOKENS or (owner in with_notebook and not is_plain):
                self.log.warning("left out, it is no notebook: %s", found.path.name)
                continue
            if owner not in with_notebook:
                self.log.warning("%s handed in no notebook: %s", student, found.path.name)
            time = _time_known(course.submitted(student, week), name, found.path)
            kept[found.path] = {"student_id": student, "file_id": name, **time}
        return kept

    def _named(
        self,
        last: dict[tuple[str, str], Download],
        students: dict[str, str],
        course: Course,
        week: str,
    ) -> dict[Path, dict[str, str]]:
        kept: dict[Path, dict[str, str]] = {}
        late, unknown = set(), set()
        wanted = {f"{one}.ipynb".casefold(): one for one in course.pick([week])[0].sheets}
        for (owner, name), found in last.items():
            notebook = found.path.suffix == ".ipynb"
            right = wanted.get(name, "") if notebook else ""
            if notebook and not right and all((owner, one) in last for one in wanted):
                there = f"a {week}.ipynb" if len(wanted) == 1 else "every notebook of the week"
                self.log.warning("%s: left out, there is %s", found.path.name, there)
                continue
            student = students.get(owner, owner)
            file_id = f"{right or found.stem}{found.path.suffix}"
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


def _read_download(path: Path, folder: Path, notebooks: tuple[str, ...]) -> Download | None:
    parts = path.relative_to(folder).parts
    named = read_name(parts)
    if named is None:
        return None
    owner, name, upload, late = named
    stem, copies = which_notebook(name, notebooks) or plain_stem(name)
    download = (folder / parts[0]).stat().st_mtime
    order = upload, download, copies, path.stat().st_mtime, str(path)
    return Download(path, owner, stem or "notebook", late, order)


def _time_known(folder: Path, name: str, path: Path) -> dict[str, str]:
    """The time recorded for the same bytes, which collecting again must not lose."""
    try:
        time = parse_time(decode(read_token(folder, TIMESTAMP) or b""))
        data = path.read_bytes()
        unchanged = read_regular(folder / name, len(data) + 1) == data
    except (OSError, ValueError):
        return {}
    return {"timestamp": f"{time:%Y-%m-%d %H:%M:%S.%f} UTC"} if unchanged else {}


def _students(course: Course) -> dict[str, str]:
    """The students' ids by their numbers in the learning management system."""
    with open_gradebook(course) as gradebook:
        numbers = {student.id: student.lms_user_id or "" for student in gradebook.students}
    return {match[0]: id for id, number in numbers.items() if (match := re.search(r"\d+$", number))}
