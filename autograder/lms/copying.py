"""A stranger's folder, copied as what it should be: regular files of its owner, and not too many.

No link is followed, whoever changes the folder meanwhile: every file is opened first, below an
open folder, and then looked at.
"""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..course.paths import is_text, printable
from ..course.regular import open_regular

#: The most files and folders of one submission, and how deep they may be nested.
MOST_FILES = 2000
DEEPEST = 20
CHUNK = 1 << 20
#: Whether a name is to be left out, of a folder or of a file.
Ignored = Callable[[str, bool], bool]


@dataclass
class Allowance:
    """What one student may hand in, in bytes and in files."""

    file_bytes: int
    total_bytes: int
    files: int = MOST_FILES


class TooMuch(Exception):
    """A submission is more than its allowance."""


def copy_folder(
    source: Path,
    target: Path,
    allowance: Allowance,
    tell: Callable[[str], None],
    ignored: Ignored = lambda name, is_folder: False,
) -> None:
    """Copy a submission into a new folder.

    Parameters
    ----------
    tell : takes a line for each thing that is left out

    Raises
    ------
    OSError
        If the folder is a link or cannot be read, or ``target`` cannot be written.
    """
    with _folder(os.fspath(source)) as folder:
        owner = os.fstat(folder).st_uid
        target.mkdir(parents=True)
        try:
            for line in _copy(folder, target, allowance, ignored, owner, ""):
                tell(line)
        except TooMuch as error:
            tell(f"more than {error}; the rest of it is left out")


def _copy(
    folder: int, target: Path, allowance: Allowance, ignored: Ignored, owner: int, where: str
) -> Iterator[str]:
    """Copy what is in an open folder; yields what is left out, and why."""
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        name, shown = entry.name, printable(f"{where}{entry.name}")
        is_folder = entry.is_dir(follow_symlinks=False)
        if ignored(name, is_folder):
            continue
        allowance.files -= 1
        if allowance.files < 0:
            raise TooMuch(f"{MOST_FILES:,} files")
        if not is_text(name):
            yield f"left out, its name is not UTF-8: {shown}"
            continue
        try:
            if is_folder:
                if where.count("/") >= DEEPEST:
                    yield f"left out, folders are nested too deep: {shown}"
                    continue
                with _folder(name, folder) as inner:
                    (target / name).mkdir()
                    below = f"{where}{name}/"
                    yield from _copy(inner, target / name, allowance, ignored, owner, below)
            else:
                yield from _copy_file(folder, name, target / name, allowance, owner, shown)
        except OSError as error:
            yield f"left out, it {_why(error)}: {shown}"


def _copy_file(
    folder: int, name: str, target: Path, allowance: Allowance, owner: int, shown: str
) -> Iterator[str]:
    with os.fdopen(open_regular(name, folder), "rb") as file:
        facts = os.fstat(file.fileno())
        if facts.st_uid != owner:
            yield f"left out, it belongs to somebody else: {shown}"
            return
        if facts.st_size > allowance.file_bytes:
            yield f"left out, {facts.st_size / 2**20:.0f} MiB is too large: {shown}"
            return
        allowance.total_bytes -= facts.st_size
        if allowance.total_bytes < 0:
            raise TooMuch("is allowed in all, in bytes")
        with target.open("xb") as copy:
            left = facts.st_size  # its owner may write on
            while left > 0 and (data := file.read(min(CHUNK, left))):
                left -= len(data)
                copy.write(data)
    os.utime(target, (facts.st_mtime, facts.st_mtime))


@contextmanager
def _folder(path: str, inside: int | None = None) -> Iterator[int]:
    """An open folder; never one behind a link."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(path, flags, dir_fd=inside)
    try:
        yield handle
    finally:
        os.close(handle)


def is_folder(path: Path) -> bool:
    """Whether this is a folder, and no link to one."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False


def _why(error: OSError) -> str:
    words = error.strerror or str(error)
    return words if words.startswith("is a") else f"cannot be read ({words.lower()})"
