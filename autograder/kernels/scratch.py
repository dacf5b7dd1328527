"""Folders for kernels: made, and removed whatever a kernel has done to them.

A student's code may take every right from its own folders. And a grader that is killed outright
removes nothing: the next one does, of the same user.
"""

import os
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

#: Other machines, and containers with processes of their own, may share the folder.
HERE = zlib.crc32(f"{os.uname().nodename} {os.stat('/proc/self/ns/pid').st_ino}".encode())


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder for all that a grader's kernels write, removed at the end."""
    sweep()
    folder = Path(tempfile.mkdtemp(prefix=prefix()))
    try:
        yield folder
    finally:
        remove(folder)


def prefix() -> str:
    """How the name of a folder of this process begins."""
    return f"nbl-{HERE:08x}-{os.getpid()}-"


def remove(folder: Path) -> None:
    """Remove a folder and everything in it, as far as it is ours."""
    for top, _, _ in os.walk(folder, onerror=None):
        _open_up(Path(top))
    shutil.rmtree(folder, ignore_errors=True)


def sweep() -> None:
    """Remove the folders of this user's graders that have ended without doing so."""
    for folder in Path(tempfile.gettempdir()).glob(f"nbl-{HERE:08x}-*-*"):
        owner = folder.name.split("-")[2]
        with suppress(OSError):
            ended = owner.isdigit() and not Path("/proc", owner).exists()
            if ended and folder.stat(follow_symlinks=False).st_uid == os.getuid():
                remove(folder)


def _open_up(folder: Path) -> None:
    """Give us the rights to a folder and to what is directly below it."""
    with suppress(OSError):
        folder.chmod(0o700)
        for entry in os.scandir(folder):
            if entry.is_dir(follow_symlinks=False):
                with suppress(OSError):
                    os.chmod(entry.path, 0o700)
