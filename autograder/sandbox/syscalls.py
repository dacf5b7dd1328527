"""The Linux calls of the sandbox that Python has no name for, and Landlock's numbers."""

import ctypes
import os
import struct
from contextlib import suppress
from pathlib import Path

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWPID = 0x00020000, 0x10000000, 0x20000000
CLONE_NEWIPC, CLONE_NEWNET = 0x08000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 32, 4096, 16384, 1 << 18
MNT_DETACH = 2
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
PR_SET_CHILD_SUBREAPER = 36
PIVOT_ROOT, CAPSET = 155, 126  # x86-64; looked up by machine below
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446

#: File rights by the Landlock version that brought them (linux/landlock.h).
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_DIR, REMOVE_FILE = (1 << n for n in range(6))
MAKE_CHAR, MAKE_DIR, MAKE_REG, MAKE_SOCK, MAKE_FIFO, MAKE_BLOCK, MAKE_SYM = (
    1 << n for n in range(6, 13)
)
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
READ = EXECUTE | READ_FILE | READ_DIR
BIND_TCP, CONNECT_TCP = 1, 2
SCOPE_ABSTRACT_SOCKETS, SCOPE_SIGNALS = 1, 2
#: The versions of Landlock that keep files from being emptied, and signals in.
TRUNCATES, SCOPES = 3, 6
PER_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV

if os.uname().machine == "aarch64":
    PIVOT_ROOT, CAPSET = 41, 91

libc = ctypes.CDLL(None, use_errno=True)


def checked(result: int, what: str) -> int:
    """The result of a call; ``OSError`` with the name of the call where it failed."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def unshare(flags: int) -> None:
    """Move this process into new namespaces."""
    checked(libc.unshare(flags), "unshare")


def mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    """Mount, bind or remount."""
    arguments = (source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags))
    checked(libc.mount(*arguments, data.encode()), f"mount {target}")


def pivot_root(new: str, old: str) -> None:
    """Make ``new`` the root of this mount namespace; the former root lands on ``old``."""
    checked(libc.syscall(PIVOT_ROOT, new.encode(), old.encode()), "pivot_root")


def unmount(target: str) -> None:
    """Detach a mount."""
    checked(libc.umount2(target.encode(), MNT_DETACH), f"umount {target}")


def no_new_privileges() -> None:
    """No program that is run from here on gains anything by its file's bits."""
    checked(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")


def die_with_parent(signal: int) -> None:
    """Ask for a signal when the parent dies."""
    checked(libc.prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0), "pdeathsig")


def adopt_orphans() -> None:
    """Become the parent of what this process's children leave behind, where they can be counted."""
    checked(libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "subreaper")


def first_to_go() -> None:
    """Ask Linux to end this process and its children first where the machine's memory ends."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def dumpable() -> None:
    """Let this process own its files in /proc again."""
    checked(libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), "dumpable")


def drop_capabilities() -> None:
    """Give up every capability, for good."""
    for number in range(64):
        if libc.prctl(PR_CAPBSET_DROP, number, 0, 0, 0) < 0:
            break
    header = struct.pack("Ii", 0x20080522, 0)
    checked(libc.syscall(CAPSET, header, bytes(24)), "capset")


def landlock_version() -> int:
    """The version of Landlock that the kernel offers; 0 for none."""
    return max(0, int(libc.syscall(LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)))


def landlock(rights: dict[Path, int], tcp: bool) -> None:
    """Allow these rights below these paths, and nothing else, from here on.

    Parameters
    ----------
    rights : file rights for each path and everything below it
    tcp : whether TCP stays allowed, for a process in a network of its own
    """
    version = landlock_version()
    known = [12, 13, 14, 14, 15]  # highest right's bit for versions 1 to 5
    handled = (1 << (known[min(version, 5) - 1] + 1)) - 1
    net = BIND_TCP | CONNECT_TCP if version >= 4 and not tcp else 0
    scoped = SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS if version >= SCOPES else 0
    attributes = struct.pack("QQQ", handled, net, scoped)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = checked(
        libc.syscall(LANDLOCK_CREATE, attributes[:size], ctypes.c_size_t(size), 0), "landlock"
    )
    try:
        for path, allowed in rights.items():
            _landlock_rule(ruleset, path, allowed & handled)
        checked(libc.syscall(LANDLOCK_RESTRICT, ruleset, 0), "landlock")
    finally:
        os.close(ruleset)


def _landlock_rule(ruleset: int, path: Path, allowed: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not path.is_dir():
            allowed &= PER_FILE
        rule = struct.pack("=Qi", allowed, place)
        checked(libc.syscall(LANDLOCK_ADD, ruleset, 1, rule, 0), f"landlock {path}")
    finally:
        os.close(place)
