"""Archives from a learning management system, unpacked as if they were hostile.

Only notebooks, self-assessments and archives in an archive are unpacked, as plain files below one
folder. Names that lead elsewhere, links, devices and files that are too large are left out, each
with a line in nbgrader's log.
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
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from nbgrader.plugins import ExtractorPlugin

from ..course.manifest import find_course

ARCHIVES = (".zip", ".tar", ".gz", ".tgz")
WANTED = re.compile(r"\.(ipynb|zip|tar|gz|tgz)$|self_assessment[^/]*\.json$", re.IGNORECASE)
#: The most that one run unpacks, in bytes, and the most entries it looks at.
TOTAL_BYTES = 8 << 30
TOTAL_ENTRIES = 50_000
#: A student may hand in an archive, and the download itself is one.
DEPTH = 2
CHUNK = 1 << 20
NAME_BYTES = 200


@dataclass
class Budget:
    """How much may still be unpacked, and how large one file may be."""

    file_bytes: int
    total_bytes: int = TOTAL_BYTES
    entries: int = TOTAL_ENTRIES


class TooMuch(Exception):
    """An archive holds more than the budget allows."""


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
                self._unpack(path, target.with_name(_stem(target.name)), budget, 1)
            else:
                shutil.copy2(path, target)

    def _unpack(self, archive: Path, folder: Path, budget: Budget, depth: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            for name, size, mtime, stream in _entries(archive, budget):
                self._unpack_entry(name, size, mtime, stream, folder, budget, depth)
        except TooMuch as error:
            self.log.error("%s: %s; the rest of it is left out", archive.name, error)
        except Exception as error:  # whatever broken or hostile bytes make of the reader
            self.log.error("%s: cannot be read to the end: %s", archive.name, error)
        changed = archive.stat().st_mtime
        os.utime(folder, (changed, changed))  # later downloads win over earlier ones

    def _unpack_entry(
        self,
        name: str,
        size: int,
        mtime: float,
        stream: IO[bytes] | None,
        folder: Path,
        budget: Budget,
        depth: int,
    ) -> None:
        parts = safe_parts(name)
        if not WANTED.search(name):
            return
        if parts is None or stream is None:
            self.log.warning("left out, it leads elsewhere: %r", name[:200])
            return
        inner = parts[-1].lower().endswith(ARCHIVES)
        limit = budget.total_bytes if inner else budget.file_bytes
        if size > limit:
            self.log.warning("left out, %.0f MiB is too large: %r", size / 2**20, name[:200])
            return
        target = folder.joinpath(*parts)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _copy(stream, target, limit, budget)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            self.log.warning("left out, a file and a folder have the same name: %r", name[:200])
            return
        os.utime(target, (mtime, mtime))
        if not inner:
            return
        packed = target.rename(target.with_name(f"{target.name}.packed"))
        if depth < DEPTH:
            self._unpack(packed, target, budget, depth + 1)
        else:
            self.log.warning("left out, archives are nested too deep: %r", name[:200])
        packed.unlink()


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


def _entries(archive: Path, budget: Budget) -> Iterator[tuple[str, int, float, IO[bytes] | None]]:
    """Name, size, time and stream of every entry of an archive; no stream for what is no file."""
    opened = _zip_entries if zipfile.is_zipfile(archive) else _tar_entries
    for entry in opened(archive):
        budget.entries -= 1
        if budget.entries < 0:
            raise TooMuch(f"more than {TOTAL_ENTRIES:,} entries")
        yield entry


def _zip_entries(archive: Path) -> Iterator[tuple[str, int, float, IO[bytes] | None]]:
    with zipfile.ZipFile(archive) as opened:
        for info in opened.infolist():
            mode = info.external_attr >> 16
            if info.is_dir():
                continue
            if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                yield info.filename, 0, 0.0, None
                continue
            with opened.open(info) as stream:
                yield info.filename, info.file_size, _seconds(info.date_time), stream


def _tar_entries(archive: Path) -> Iterator[tuple[str, int, float, IO[bytes] | None]]:
    with tarfile.open(archive, "r|*") as opened:
        for info in opened:
            if not info.isdir():
                stream: Any = opened.extractfile(info) if info.isreg() else None
                yield info.name, info.size, max(0.0, float(info.mtime)), stream


def _seconds(date: tuple[int, int, int, int, int, int]) -> float:
    with suppress(ValueError, OverflowError):
        return max(0.0, time.mktime((*date, 0, 0, -1)))
    return 0.0


def _copy(stream: IO[bytes], target: Path, limit: int, budget: Budget) -> None:
    """Copy at most ``limit`` bytes, whatever size was announced."""
    left = limit
    with target.open("wb") as file:
        while left > 0 and (data := stream.read(min(CHUNK, left))):
            left -= len(data)
            budget.total_bytes -= len(data)
            if budget.total_bytes < 0:
                raise TooMuch(f"more than {TOTAL_BYTES >> 30} GiB in all")
            file.write(data)
