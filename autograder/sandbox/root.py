"""The root of a kernel in namespaces of its own: all that there is of files for it."""

import os
import shutil
from pathlib import Path

from . import syscalls as sys_
from .plan import SYSTEM, Jail

SETTINGS = ("ld.so.cache", "localtime", "fonts", "ssl", "alternatives", "mime.types", "timezone")
DEVICES = ("null", "full", "random", "urandom")  # a shared mapping of zero has no limit
INNER_ID = 1000


def make_root(jail: Jail, owner: int | None) -> None:
    """A root of its own: read-only folders, few devices, its own /proc, its scratch folder.

    Parameters
    ----------
    owner : the user whom the kernel's own folder is given to; None where it has it already
    """
    sys_.mount("none", "/", "", sys_.MS_REC | sys_.MS_PRIVATE)
    root = jail.scratch / "root"
    root.mkdir(exist_ok=True)  # a kernel that is restarted has had one
    sys_.mount("tmpfs", str(root), "tmpfs", sys_.MS_NOSUID | sys_.MS_NODEV, "size=1m,mode=755")
    for name in (*SYSTEM, *jail.readable):
        _show(root, Path(name))
    for name in SETTINGS:
        _show(root, Path("/etc") / name)
    _settings(root / "etc", jail.home)
    _devices(root / "dev")
    (root / "proc").mkdir(exist_ok=True)
    safe = sys_.MS_NOSUID | sys_.MS_NODEV | sys_.MS_NOEXEC
    sys_.mount("proc", str(root / "proc"), "proc", safe)
    for folder in (jail.run, jail.home):
        (root / str(folder).lstrip("/")).mkdir(parents=True, exist_ok=True)
    inside = root / str(jail.run).lstrip("/")
    sys_.mount(str(jail.run), str(inside), "", sys_.MS_BIND)
    size = f"size={jail.written_bytes},nr_inodes=20000,mode=700"
    if owner is not None:
        for path in (jail.run, *jail.run.iterdir()):
            os.chown(path, owner, owner, follow_symlinks=False)
        size += f",uid={owner},gid={owner}"
    home = root / str(jail.home).lstrip("/")
    flags = safe & ~sys_.MS_NOEXEC if jail.runs_files else safe
    sys_.mount("tmpfs", str(home), "tmpfs", flags, size)
    _furnish(jail.home, home, owner)
    (root / "old").mkdir()
    sys_.pivot_root(str(root), str(root / "old"))
    os.chdir("/")
    sys_.unmount("/old")
    os.rmdir("/old")
    sys_.mount("none", "/", "", sys_.MS_REMOUNT | sys_.MS_BIND | sys_.MS_RDONLY)


def _furnish(outside: Path, home: Path, owner: int | None) -> None:
    """Copy what stands in the folder outside into the one in memory, for its owner to change."""
    shutil.copytree(outside, home, dirs_exist_ok=True, copy_function=shutil.copy)
    home.chmod(0o700)
    if owner is not None:
        for path in (home, *home.rglob("*")):
            os.chown(path, owner, owner, follow_symlinks=False)


def _show(root: Path, path: Path) -> None:
    """Make a file or folder visible at its own place below ``root``, read-only if possible."""
    target = root / str(path).lstrip("/")
    if path.is_symlink() and path.parent == Path("/"):
        target.symlink_to(os.readlink(path))
        return
    if not path.exists() or os.path.ismount(target):
        return
    if path.is_dir():
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    sys_.mount(str(path), str(target), "", sys_.MS_BIND | sys_.MS_REC)
    flags = sys_.MS_REMOUNT | sys_.MS_BIND | sys_.MS_RDONLY | sys_.MS_NOSUID
    try:
        sys_.mount("none", str(target), "", flags)
    except OSError:  # a mount with locked flags; Landlock and file modes still hold
        return


def _settings(etc: Path, home: Path) -> None:
    """A user list of one, and names for the loopback."""
    etc.mkdir(exist_ok=True)
    line = f"student:x:{INNER_ID}:{INNER_ID}::{home}:/bin/sh\n"
    (etc / "passwd").write_text(line)
    (etc / "group").write_text(f"student:x:{INNER_ID}:\n")
    (etc / "hosts").write_text("127.0.0.1 localhost\n")


def _devices(dev: Path) -> None:
    dev.mkdir(exist_ok=True)
    for name in DEVICES:
        (dev / name).touch()
        sys_.mount(f"/dev/{name}", str(dev / name), "", sys_.MS_BIND)
    (dev / "shm").mkdir()
    flags = sys_.MS_NOSUID | sys_.MS_NODEV | sys_.MS_NOEXEC
    sys_.mount("tmpfs", str(dev / "shm"), "tmpfs", flags, "size=256m,mode=1777")
    (dev / "pts").mkdir()
    terminals = "newinstance,ptmxmode=0666,mode=620"
    sys_.mount("devpts", str(dev / "pts"), "devpts", sys_.MS_NOSUID | sys_.MS_NOEXEC, terminals)
    (dev / "ptmx").symlink_to("pts/ptmx")
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        (dev / name).symlink_to(f"/proc/self/fd/{number}")
    (dev / "fd").symlink_to("/proc/self/fd")
