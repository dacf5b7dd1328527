"""Files that strangers made: only regular files are read, and nothing is waited for."""

import errno
import os
import stat
from pathlib import Path


class NotRegular(OSError):
    """There is something in the file's place that is no regular file; the message says what."""


def open_regular(path: str | Path, folder: int | None = None) -> int:
    """Open a file for reading: no link is followed, and no pipe's other end is waited for.

    Parameters
    ----------
    folder : an open folder that ``path`` is in; the working directory without it

    Raises
    ------
    NotRegular
        For a link, a folder, a pipe, a socket or a device.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        handle = os.open(path, flags, dir_fd=folder)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise NotRegular(errno.ELOOP, "is a link", str(path)) from None
        if error.errno == errno.ENXIO:
            raise NotRegular(errno.ENXIO, "is a socket or a device", str(path)) from None
        raise
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        os.close(handle)
        raise NotRegular(errno.EINVAL, f"is a {_kind(mode)}", str(path))
    return handle


def read_regular(path: str | Path, limit: int) -> bytes:
    """The first ``limit`` bytes of a regular file.

    Raises
    ------
    OSError
        If there is no such file, or something else in its place.
    """
    with os.fdopen(open_regular(path), "rb") as file:
        return file.read(limit)


def _kind(mode: int) -> str:
    kinds = {stat.S_IFDIR: "folder", stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket"}
    return kinds.get(stat.S_IFMT(mode), "device")
