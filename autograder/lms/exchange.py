"""nbgrader's exchange on this course: it releases what the course gives, and nothing else.

What it collects belongs to strangers, who can put anything into their own folders.
"""

import fnmatch
import os
import pwd
import shlex
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader.exchange.default import (
    ExchangeCollect,
    ExchangeReleaseAssignment,
    ExchangeReleaseFeedback,
)

from ..authoring.build import is_built
from ..course.files import write_whole
from ..course.manifest import Week, find_course
from ..course.paths import is_student, printable
from ..course.tokens import TIMESTAMP, TOKENS, read_token
from ..gradebook.registration import is_current
from ..gradebook.times import parse_time, read_time
from .copying import Allowance, copy_folder, is_folder

#: Files beside a notebook that its author has tried out, which students must not get.
OWN_FILES = ["self_assessment*.json", ".self_assessment*", *TOKENS]


class ReleaseAssignment(ExchangeReleaseAssignment):  # type: ignore[misc]
    """Releases a week as it was built, and refuses a notebook that somebody has filled in."""

    def init_src(self) -> None:
        super().init_src()
        course = find_course(Path(self.coursedir.root))
        week = course.pick([self.coursedir.assignment_id])[0]
        if not (is_current(course, week) if week.is_plain else is_built(course, week)):
            path = course.notebook(week.id, week.sheets[0]).relative_to(course.root)
            what = path.parent if len(week.sheets) > 1 else path
            self.fail(f"{what} is not what its source gives; run `autograder build {_word(week)}`")

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Copy everything but the traces of a trial run."""
        kept = self.coursedir.ignore
        self.coursedir.ignore = [*kept, *OWN_FILES]
        try:
            super().do_copy(src, dest, log)
        finally:
            self.coursedir.ignore = kept


class ReleaseFeedback(ExchangeReleaseFeedback):  # type: ignore[misc]
    """Releases the pages of those who handed in through the exchange, and names the others."""

    def copy_files(self) -> None:
        kept = self.coursedir.student_id_exclude
        excluded = [name for name in kept.split(",") if name]
        for folder in sorted(_folders(self.src_path)):
            student = folder.parent.name
            if student not in excluded and any(read_token(folder, t) is None for t in TOKENS):
                self.log.warning(
                    "%s did not submit through the exchange; return %s another way",
                    student,
                    ", ".join(str(page) for page in sorted(folder.glob("*.html"))),
                )
                excluded.append(student)
        self.coursedir.student_id_exclude = ",".join(excluded)
        try:
            super().copy_files()
        finally:
            self.coursedir.student_id_exclude = kept


class CollectSubmissions(ExchangeCollect):  # type: ignore[misc]
    """Collects regular files only, within what one student may hand in.

    Whatever is wrong with a submission is a line, and the others are collected.
    """

    def _path_to_record(self, path: str) -> dict[str, Any]:
        """The student and the time of a folder in ``inbound/``; ``fault`` if it has none."""
        folder = Path(path)
        parts = folder.name.rsplit("+", 3)
        record = {"username": parts[0], "filename": folder.name, "timestamp": datetime.min}
        if len(parts) < 3:
            return {**record, "fault": "its name is none of the exchange's"}
        if not is_student(parts[0]) or printable(parts[0]) != parts[0]:
            return {**record, "fault": "it names no student"}
        if not is_folder(folder):
            return {**record, "fault": "it is a link, or no folder"}
        try:
            return {**record, "timestamp": parse_time(parts[2])}
        except ValueError as error:
            return {**record, "fault": f"its time {error}"}

    def copy_files(self) -> None:
        """Collect the latest submission of each student."""
        week, course = self.coursedir.assignment_id, self.coursedir.course_id
        if not self.src_records:
            self.log.warning("No submissions of %r for course %r to collect", week, course)
        for record in sorted(self.src_records, key=lambda one: str(one["filename"])):
            source = Path(self.inbound_path, record["filename"])
            if "fault" in record:
                self.log.error("left out, %s: %s", record["fault"], printable(source.name))
                continue
            try:
                self._collect(source, record["username"], record["timestamp"])
            except OSError as error:
                why = error.strerror or str(error)
                self.log.error("not collected, %s: %s", why, printable(source.name))

    def _collect(self, source: Path, student: str, time: datetime) -> None:
        """Collect one submission, if it is new."""
        submitted = self.coursedir.submitted_directory
        target = Path(self.coursedir.format_path(submitted, student, self.coursedir.assignment_id))
        if target.is_symlink() or target.parent.is_symlink():
            self.log.error("not collected, %s is a link", printable(str(target)))
            return
        self._look_at_owner(source, student)
        what = f"{student} {self.coursedir.assignment_id}"
        if target.is_dir():
            known = self.coursedir.get_existing_timestamp(str(target))
            newer = self.update and (known is None or time > known)
            if not newer and not (self.before_duedate and known != time):
                word = "No newer submission to collect" if self.update else "Already there"
                self.log.info("%s: %s", word, what)
                return
        draft = target.with_name(f".{target.name}.collected")
        shutil.rmtree(draft, ignore_errors=True)
        size = 1000 * self.coursedir.max_file_size, 1000 * self.coursedir.max_dir_size
        copy_folder(
            source,
            draft,
            Allowance(*size),
            lambda line: self.log.warning("%s: %s", what, line),
            self._is_ignored,
        )
        self.log.info("Collecting submission: %s", what)
        self._keep_time(draft, time, what)
        if target.is_dir():
            shutil.rmtree(target)
        draft.rename(target)
        self._share(target)

    def _keep_time(self, folder: Path, time: datetime, what: str) -> None:
        """Write down the time by which the exchange knows a submission, where no file tells it."""
        told, fault = read_time(folder)
        if told is None:
            written = f"{time:%Y-%m-%d %H:%M:%S.%f} UTC"
            self.log.warning(
                "%s: %s; the time of the folder's name is kept, %s",
                what,
                fault or f"there is no {TIMESTAMP}",
                written,
            )
            write_whole(folder / TIMESTAMP, written)
        elif abs((told - time).total_seconds()) > 1:
            self.log.warning(
                "%s: %s says %s, and the folder's name %s", what, TIMESTAMP, told, time
            )

    def _is_ignored(self, name: str, folder: bool) -> bool:
        """Whether nbgrader's configuration leaves this name out."""
        if any(fnmatch.fnmatch(name, form) for form in self.coursedir.ignore):
            return True
        wanted = self.coursedir.include
        return not folder and bool(wanted) and not any(fnmatch.fnmatch(name, f) for f in wanted)

    def _look_at_owner(self, source: Path, student: str) -> None:
        """Tell of a folder that belongs to somebody else than its name says."""
        if not self.check_owner:
            return
        try:
            owner = pwd.getpwuid(source.lstat().st_uid).pw_name
        except KeyError:
            owner = "unknown id"
        if owner != student:
            self.log.warning(
                "%s claims to be submitted by %s but is owned by %s; cheating attempt? You may "
                "disable this warning by unsetting the option CollectApp.check_owner",
                printable(str(source)),
                student,
                owner,
            )

    def _share(self, folder: Path) -> None:
        """Let the instructors' group write, where the course is theirs together."""
        if not self.coursedir.groupshared:
            return
        for place, _, names in os.walk(folder):
            Path(place).chmod(0o2770)
            for name in names:
                Path(place, name).chmod(0o660)


def _word(week: Week) -> str:
    """A week's id as a shell takes it."""
    return shlex.quote(week.id)


def _folders(pattern: str) -> list[Path]:
    """The folders with feedback that nbgrader's pattern, ``…/feedback/*/WEEK``, matches."""
    path = Path(pattern)
    found = path.parent.parent.glob(f"{path.parent.name}/{path.name}")
    return [folder for folder in found if any(folder.glob("*.html"))]


__all__ = ["CollectSubmissions", "ReleaseAssignment", "ReleaseFeedback"]
