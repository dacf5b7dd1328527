"""Archives from a learning management system, unpacked as if they were hostile.

Files and archives in an archive are unpacked, as plain files below one folder; of an archive that a
student has handed in, notebooks and self-assessments. A notebook under another suffix gets its own.
Names that lead elsewhere, links, devices and files that are too large are left out, each with a
line in nbgrader's log. What one student may hand in is limited, so that nobody uses up what the
others need.
"""

import os
import re
import shutil
import stat
import tarfile
import time
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from nbgrader.plugins import ExtractorPlugin

from ..batch.file_names import HIDDEN, NOTEBOOK, is_notebook
from ..course.manifest import find_course
from ..course.paths import left_by_a_system
from ..grading.reading import Unreadable, read_cells
from .collect import ASSESSMENT, read_name

ARCHIVES = (".zip", ".tar", ".gz", ".tgz")
ASSESSMENTS = re.compile(rf"{ASSESSMENT}[^/]*\.json$", re.IGNORECASE)
#: The most that one run unpacks, in bytes, and the most entries it looks at.
TOTAL_BYTES = 8 << 30
TOTAL_ENTRIES = 50_000
#: A student may hand in an archive, and the download itself is one.
DEPTH = 2
#: What one student may hand in: as many entries, and as many bytes as so many of the largest file.
OWN_ENTRIES = 2000
OWN_FILES = 4
#: How many names of an archive without a notebook are kept.
LISTED = 50
CHUNK = 1 << 20
NAME_BYTES = 200


@dataclass
class Budget:
    """How much may still be unpacked, and how large one file may be; the same for each student."""

    file_bytes: int
    total_bytes: int = TOTAL_BYTES
    entries: int = TOTAL_ENTRIES
    own: "dict[str, Budget]" = field(default_factory=dict)

    def of(self, owner: str) -> "Budget":
        """What one student may still hand in."""
        if owner not in self.own:
            size = OWN_FILES * self.file_bytes
            self.own[owner] = replace(self, total_bytes=size, entries=OWN_ENTRIES, own={})
        return self.own[owner]


class TooMuch(Exception):
    """An archive holds more than the budget allows."""


class OwnTooMuch(TooMuch):
    """A student has handed in more than one may."""


@dataclass(frozen=True)
class Entry:
    """An entry of an archive; without a ``stream`` it is no file."""

    name: str
    size: int
    mtime: float
    stream: IO[bytes] | None


class Extractor(ExtractorPlugin):  # type: ignore[misc]
    """Unpacks what is in ``downloaded/WEEK/archive/``; called by ``zip_collect``."""

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Unpack every archive into a folder of its name, and copy single files."""
        limits = find_course(Path(archive_path)).manifest.grading.limits
        budget = Budget(limits.submission_mb << 20)
        for path in sorted(Path(archive_path).rglob("*")):
            if path.is_symlink() or not path.is_file():
                continue
            below = path.relative_to(archive_path)
            target = Path(extracted_path, *(safe_name(part) for part in below.parts))
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix.lower() in ARCHIVES:
                self._unpack(path, target.with_name(_stem(target.name)), budget)
            else:
                shutil.copy2(path, target)
                self._named_right(target, budget.file_bytes)

    def _unpack(self, archive: Path, folder: Path, budget: Budget) -> None:
        """Unpack a download: what each student handed in."""
        folder.mkdir(parents=True, exist_ok=True)
        told: set[str] = set()
        for entry in self._read(archive, budget, archive.name):
            parts = safe_parts(entry.name)
            named = read_name(tuple(parts or ()))
            owner = named[0] if named else ""
            own = budget.of(owner)
            own.entries -= 1
            try:
                if own.entries < 0:
                    raise OwnTooMuch(f"more than {OWN_ENTRIES:,} files")
                self._unpack_entry(entry, folder, budget, own)
            except OwnTooMuch as error:
                if owner not in told:
                    told.add(owner)
                    whose = f"of {owner or 'nobody'}"
                    self.log.error("%s %s; the rest of it is left out", error, whose)
            except TooMuch as error:
                self.log.error("%s: %s; the rest of it is left out", archive.name, error)
                break
        changed = archive.stat().st_mtime
        os.utime(folder, (changed, changed))  # later downloads win over earlier ones

    def _read(self, archive: Path, budget: Budget, shown: str) -> Iterator[Entry]:
        """The entries of an archive, as far as it can be read and the budget reaches."""
        try:
            yield from _entries(archive, budget)
        except OwnTooMuch:
            raise
        except TooMuch as error:
            self.log.error("%s: %s; the rest of it is left out", shown, error)
        except Exception as error:  # whatever broken or hostile bytes make of the reader
            self.log.error("%s: cannot be read to the end: %s", shown, error)

    def _unpack_entry(
        self, entry: Entry, folder: Path, budget: Budget, own: Budget, depth: int = 1
    ) -> Path | None:
        """Unpack one entry, an archive with what is in it; where it is, or None."""
        parts, name = safe_parts(entry.name), entry.name
        if parts is None or entry.stream is None:
            self.log.warning("left out, it leads elsewhere: %r", name[:200])
            return None
        if any(map(left_by_a_system, parts[:-1])) or parts[-1].startswith(HIDDEN):
            return None
        inner = parts[-1].lower().endswith(ARCHIVES)
        limit = min(budget.total_bytes, own.total_bytes) if inner else budget.file_bytes
        if entry.size > limit:
            self.log.warning("left out, %.0f MiB is too large: %r", entry.size / 2**20, name[:200])
            return None
        target = folder.joinpath(*parts)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _copy(entry.stream, target, limit, budget, own)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            self.log.warning("left out, a file and a folder have the same name: %r", name[:200])
            return None
        os.utime(target, (entry.mtime, entry.mtime))
        if not inner:
            return self._named_right(target, budget.file_bytes)
        packed = target.rename(target.with_name(f"{target.name}.packed"))
        if depth < DEPTH:
            self._unpack_inner(packed, target, budget, own, depth)
        else:
            self.log.warning("left out, archives are nested too deep: %r", name[:200])
        packed.unlink()
        return target

    def _unpack_inner(
        self, packed: Path, folder: Path, budget: Budget, own: Budget, depth: int
    ) -> None:
        """Unpack what is to be graded of an archive that a student has handed in."""
        folder.mkdir(parents=True, exist_ok=True)
        shown, names, found = folder.name, [], False
        try:
            for entry in self._read(packed, own, shown):
                names.append(entry.name[:200])
                if is_wanted(entry.name):
                    path = self._unpack_entry(entry, folder, budget, own, depth + 1)
                    found = found or (path is not None and path.suffix == ".ipynb")
        except OwnTooMuch as error:
            self.log.error("%s: %s; the rest of it is left out", shown, error)
        if not found:
            # something to collect, so that its owner is known to have handed in something
            text = "\n".join([f"{shown} holds no notebook; it holds:", *names[:LISTED], ""])
            listing = folder.with_name(f"{shown}.txt")
            listing.write_text(text, encoding="utf-8", errors="replace")

    def _named_right(self, path: Path, limit: int) -> Path:
        """Give a notebook under another suffix its own; where it is now."""
        if path.suffix == ".ipynb" or ASSESSMENTS.search(path.name):
            return path
        if not is_notebook(path.name):
            try:
                read_cells(path.read_bytes(), limit)
            except (Unreadable, OSError):
                return path
        bare = NOTEBOOK.sub("", path.name).removesuffix(".json").removesuffix(".txt")
        target = path.with_name(f"{bare}.ipynb")
        if target.exists():
            self.log.warning("left out, there is a %s: %s", target.name, path.name)
            return path
        self.log.warning(
            "a notebook in spite of its suffix, read as %s: %s", target.name, path.name
        )
        return path.rename(target)


def is_wanted(name: str) -> bool:
    """Whether an entry of a student's own archive is unpacked."""
    archive = name.lower().endswith(ARCHIVES)
    return archive or is_notebook(name) or ASSESSMENTS.search(name) is not None


def safe_parts(name: str) -> list[str] | None:
    """The parts of an entry's name as safe file names; None if it leads elsewhere."""
    parts = [part for part in re.split(r"[/\\]", name) if part not in ("", ".")]
    absolute = name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name)
    if absolute or not parts or ".." in parts:
        return None
    return [safe_name(part) for part in parts]


def safe_name(part: str) -> str:
    """A name that any file system accepts and any terminal shows, its suffix in lower case."""
    text = unicodedata.normalize("NFC", part)
    text = "".join(letter if letter.isprintable() else "_" for letter in text)
    stem, dot, suffix = text.rpartition(".")
    stem, suffix = (stem, dot + suffix.lower()) if dot and stem else (text, "")
    room = NAME_BYTES - len(suffix.encode())
    if len(stem.encode()) > room > 0:
        stem = stem.encode()[:room].decode(errors="ignore")
    return (stem + suffix)[:NAME_BYTES] or "_"


def _stem(name: str) -> str:
    """The name of an archive without its suffixes."""
    return re.sub(r"(\.tar)?\.[^.]+$", "", name) or name


def _entries(archive: Path, budget: Budget) -> Iterator[Entry]:
    """Every entry of an archive, within the budget."""
    opened = _zip_entries if zipfile.is_zipfile(archive) else _tar_entries
    for entry in opened(archive):
        budget.entries -= 1
        if budget.entries < 0:
            raise TooMuch("more entries than are looked at")
        yield entry


def _zip_entries(archive: Path) -> Iterator[Entry]:
    with zipfile.ZipFile(archive) as opened:
        for info in opened.infolist():
            mode = info.external_attr >> 16
            if info.is_dir():
                continue
            if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                yield Entry(info.filename, 0, 0.0, None)
                continue
            with opened.open(info) as stream:
                yield Entry(info.filename, info.file_size, _seconds(info.date_time), stream)


def _tar_entries(archive: Path) -> Iterator[Entry]:
    with tarfile.open(archive, "r|*") as opened:
        for info in opened:
            if not info.isdir():
                stream: Any = opened.extractfile(info) if info.isreg() else None
                yield Entry(info.name, info.size, max(0.0, float(info.mtime)), stream)


def _seconds(date: tuple[int, int, int, int, int, int]) -> float:
    with suppress(ValueError, OverflowError):
        return max(0.0, time.mktime((*date, 0, 0, -1)))
    return 0.0


def _copy(stream: IO[bytes], target: Path, limit: int, budget: Budget, own: Budget) -> None:
    """Copy at most ``limit`` bytes, whatever size was announced."""
    left = limit
    with target.open("wb") as file:
        while left > 0 and (data := stream.read(min(CHUNK, left))):
            left -= len(data)
            for purse in (budget, own):
                purse.total_bytes -= len(data)
            if budget.total_bytes < 0:
                raise TooMuch(f"more than {TOTAL_BYTES >> 30} GiB in all")
            if own.total_bytes < 0:
                raise OwnTooMuch(f"more than {OWN_FILES * budget.file_bytes >> 20} MiB")
            file.write(data)
