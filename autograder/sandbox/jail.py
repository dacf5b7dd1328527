"""The sandbox around a kernel: what a student's code can see and use.

Two levels of isolation, and none:

full
    user, pid, mount, ipc and network namespaces of its own, a root that holds the system's
    and Python's read-only folders and the kernel's scratch folder, Landlock where there is
    one, resource limits, no capability and no new privilege;
partial
    Landlock, a stricter filter of system calls, limits and no capability, where the namespaces
    cannot be had;
none
    resource limits only; grading refuses unless told ``--unsafe``.
"""

import fcntl
import os
import resource
import signal
import socket
import struct
import sys
import zlib
from contextlib import suppress
from pathlib import Path

from . import syscalls as sys_
from .plan import SYSTEM, Jail
from .root import DEVICES, INNER_ID, SETTINGS, make_root
from .seccomp import refuse_calls, refuse_calls_in_company

LEVELS = ("full", "partial", "none")
#: How far a stack may grow: it counts as nobody's data.
STACK_BYTES = 64 << 20
#: The first of a billion user ids that no system gives to a person.
STRANGERS = 1 << 30


def isolate() -> bool:
    """The first half, before the fork: leave the others' namespaces (level "full").

    The caller forks next; its child is the first process of the new pid namespace and calls
    ``enter``.

    Returns
    -------
    bool
        Whether this process has a user namespace of its own already. The superuser needs
        none to make the others, and takes one later, as somebody who is nobody.
    """
    others = sys_.CLONE_NEWNS | sys_.CLONE_NEWPID | sys_.CLONE_NEWIPC | sys_.CLONE_NEWNET
    if os.geteuid() == 0:
        try:
            sys_.unshare(others)
            return False
        except OSError:
            pass  # a superuser without the capability, as in most containers
    _own_users(sys_.CLONE_NEWUSER | others)
    return True


def enter(jail: Jail, own_users: bool = True) -> None:
    """The second half, in the process that becomes the kernel: no way back from here.

    Parameters
    ----------
    jail : what the kernel gets
    own_users : what ``isolate`` returned
    """
    others = 0 if jail.level == "full" else _tasks_of_this_user()
    if jail.level == "full":
        _raise_loopback()
        owner = None if own_users else _stranger(jail)
        make_root(jail, owner)
        if owner is not None:
            _become_nobody(owner)
        _forbid_more_namespaces()
    os.chdir(jail.home)
    sys_.no_new_privileges()
    if jail.level != "none":
        sys_.drop_capabilities()
        if sys_.landlock_version() > 0:
            _landlock(jail)
    _limit(jail, others)
    if jail.level != "none":
        refuse_calls(strict=jail.level == "partial")


def settle(jail: Jail, begins: bool = False) -> None:
    """The last part, in a kernel that has its sockets and has run nothing of a student's.

    Parameters
    ----------
    begins : whether the kernel is another program, which begins behind this
    """
    if jail.level == "partial":
        refuse_calls_in_company(sys_.landlock_version() < sys_.SCOPES, begins)


def _own_users(flags: int) -> None:
    """New namespaces with one user, who is us outside and an ordinary student inside."""
    user, group = os.geteuid(), os.getegid()
    sys_.unshare(flags)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{INNER_ID} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{INNER_ID} {group} 1")


def _stranger(jail: Jail) -> int:
    """A user id that nobody has, another for every kernel: limits count per user."""
    return STRANGERS + zlib.crc32(str(jail.scratch).encode()) % STRANGERS


def _become_nobody(user: int) -> None:
    """From superuser to a user id without a name, then the student of a user namespace."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    sys_.dumpable()  # a change of user takes our own /proc/self from us
    _own_users(sys_.CLONE_NEWUSER)
    sys_.die_with_parent(signal.SIGKILL)  # a change of user clears it


def _raise_loopback() -> None:
    """Bring up the loopback of this kernel's own, otherwise empty network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        request = struct.pack("16sH14x", b"lo", 1)  # IFF_UP
        fcntl.ioctl(end, 0x8914, request)  # SIOCSIFFLAGS


def _forbid_more_namespaces() -> None:
    """No namespaces inside this one, where the kernel lets us say so."""
    for kind in ("user", "mnt", "pid", "net", "ipc", "uts", "cgroup"):
        try:
            Path(f"/proc/sys/user/max_{kind}_namespaces").write_text("0")
        except OSError:
            return


def _landlock(jail: Jail) -> None:
    """Read the system and Python, write the scratch folder, make sockets to be talked to."""
    everything = (1 << 16) - 1
    rights = {Path(folder): sys_.READ for folder in (*SYSTEM, *jail.readable)}
    rights |= {Path("/etc") / name: sys_.READ for name in (*SETTINGS, "passwd", "group", "hosts")}
    rights |= {Path("/dev") / name: sys_.READ_FILE | sys_.WRITE_FILE for name in DEVICES}
    rights[jail.home] = everything & ~(sys_.MAKE_CHAR | sys_.MAKE_BLOCK | sys_.IOCTL_DEV)
    rights[jail.run] = sys_.READ_FILE | sys_.READ_DIR | sys_.MAKE_SOCK | sys_.REMOVE_FILE
    if jail.level == "full":
        rights[Path("/proc")] = sys_.READ_FILE | sys_.READ_DIR | sys_.WRITE_FILE
        rights[Path("/dev/shm")] = everything & ~(sys_.MAKE_CHAR | sys_.MAKE_BLOCK)
        rights[Path("/dev/pts")] = sys_.READ_FILE | sys_.WRITE_FILE | sys_.IOCTL_DEV
    else:
        rights[Path("/dev/shm")] = sys_.READ_FILE | sys_.WRITE_FILE | sys_.MAKE_REG
        rights[Path("/dev/shm")] |= sys_.REMOVE_FILE | sys_.TRUNCATE
        rights[Path("/proc/self")] = sys_.READ_FILE | sys_.READ_DIR
        rights[Path("/proc/cpuinfo")] = rights[Path("/proc/meminfo")] = sys_.READ_FILE
    sys_.landlock(rights, tcp=jail.level == "full")


def _tasks_of_this_user() -> int:
    """How many processes and threads this user has already: Linux counts them with the kernel's."""
    count = 0
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if process.stat().st_uid == os.getuid():
                count += len(os.listdir(process / "task"))
    return count


def _limit(jail: Jail, others: int) -> None:
    for what, most in (
        (resource.RLIMIT_DATA, jail.memory_bytes),
        (resource.RLIMIT_NPROC, jail.processes + others),
        (resource.RLIMIT_NOFILE, jail.files),
        (resource.RLIMIT_FSIZE, jail.written_bytes),
        (resource.RLIMIT_STACK, STACK_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (min(most, _usual(what)), most))


def _usual(what: int) -> int:
    """The soft limit that stays as it is: of the stack, which new threads take their size from."""
    soft = resource.getrlimit(what)[0]
    stays = what == resource.RLIMIT_STACK and soft != resource.RLIM_INFINITY
    return soft if stays else sys.maxsize
