"""The files that stand beside a notebook, packed once and unpacked for every kernel.

One tar archive, not compressed: folders and plain files, none of them a link, no owners, no times.
"""

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from ..course.errors import CourseError

#: Every kernel holds a copy of them in memory.
MOST_BYTES = 512 << 20
#: Files and folders; a kernel's folder has room for twice as many.
MOST_ENTRIES = 10_000
PAGE_BYTES = 4096
PLAIN_MODE, OPEN_MODE = 0o644, 0o755


def pack(folder: Path) -> bytes:
    """The files and folders below a folder; the same bytes for the same files.

    Raises
    ------
    CourseError
        If there is a link or anything else that is no plain file, or too much.
    """
    data = io.BytesIO()
    bytes_, entries = 0, 0
    with tarfile.open(fileobj=data, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(folder.rglob("*")):
            entries += 1
            if path.is_symlink() or not (path.is_dir() or path.is_file()):
                raise CourseError(
                    f"{path}: is no plain file; put a copy of what it stands for in its place"
                )
            one = tarfile.TarInfo(path.relative_to(folder).as_posix())
            one.mode = path.stat().st_mode & 0o100
            if path.is_dir():
                one.type = tarfile.DIRTYPE
                archive.addfile(one)
                continue
            one.size = path.stat().st_size
            bytes_ += one.size
            _bound(str(folder), bytes_, entries)
            with path.open("rb") as file:
                archive.addfile(one, file)
    _bound(str(folder), bytes_, entries)
    return data.getvalue()


def unpack(data: bytes, folder: Path) -> int:
    """Write what was packed into a folder, for its owner to change.

    A file that its owner could run can be run.

    Returns
    -------
    int
        How many bytes of memory the files take where they are held in it.

    Raises
    ------
    CourseError
        If these are not bytes that `pack` made.
    """
    taken = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for one in _entries(archive):
                target = folder / one.name
                if one.isdir():
                    target.mkdir(parents=True, exist_ok=True)
                    target.chmod(OPEN_MODE)
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                content = archive.extractfile(one)
                assert content is not None
                target.write_bytes(content.read())
                target.chmod(OPEN_MODE if one.mode & 0o100 else PLAIN_MODE)
                taken += -(-one.size // PAGE_BYTES) * PAGE_BYTES
    except tarfile.TarError as error:
        raise CourseError(f"the packed files of a week cannot be read: {error}") from error
    return taken


def _entries(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Each entry, once it is known to lie in the folder and to be a file or a folder."""
    bytes_ = 0
    for number, one in enumerate(archive, start=1):
        path = PurePosixPath(one.name)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise CourseError(f"the packed files of a week: {one.name!r} leads elsewhere")
        if not (one.isreg() or one.isdir()):
            raise CourseError(f"the packed files of a week: {one.name!r} is no plain file")
        bytes_ += one.size
        _bound("the packed files of a week", bytes_, number)
        yield one


def _bound(where: str, bytes_: int, entries: int) -> None:
    if bytes_ > MOST_BYTES:
        raise CourseError(
            f"{where}: holds more than {MOST_BYTES >> 20} MiB, and every kernel gets a copy; "
            "keep what the tests need"
        )
    if entries > MOST_ENTRIES:
        raise CourseError(
            f"{where}: holds more than {MOST_ENTRIES} files and folders, and every kernel gets a "
            "copy; keep what the tests need"
        )
