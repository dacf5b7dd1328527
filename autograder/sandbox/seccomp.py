"""System calls that a notebook never needs and that lead around the sandbox's limits.

Memory that belongs to no process's data (memfd, System V, shared anonymous mappings, stacks that
grow by themselves) escapes ``RLIMIT_DATA``; keyrings are inherited from whoever started the
grader; the others are the usual ways to look at another process or to widen the kernel's attack
surface. Where there are no namespaces (level "partial") the filter also does their part: no
address is reached, and no other process and no file's mode is changed.
"""

import ctypes
import os
import struct

from .syscalls import checked, libc

#: Refused with "operation not permitted": the number on x86-64 and on AArch64; -1 for none.
REFUSED = {
    # memory and queues that no limit counts
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "io_setup": (206, 0),
    "inotify_init": (253, -1),
    "inotify_init1": (294, 26),
    "fanotify_init": (300, 262),
    # what was the grader's
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    # other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    # namespaces, mounts, and the rest of the surface
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "open_tree_attr": (467, 467),
    "move_mount": (429, 429),
    "mount_setattr": (442, 442),
    "fsopen": (430, 430),
    "open_by_handle_at": (304, 265),
    "io_uring_setup": (425, 425),
    "userfaultfd": (323, 282),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "kexec_load": (246, 104),
}
#: Refused besides where the kernel shares its namespaces with everybody else.
REFUSED_IN_COMPANY = {
    "connect": (42, 203),
    "mq_open": (240, 180),
    # other processes' share of the machine
    "setpriority": (141, 140),
    "ioprio_set": (251, 30),
    "sched_setaffinity": (203, 122),
    "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118),
    "sched_setattr": (314, 274),
    # what Landlock does not govern of files
    "chmod": (90, -1),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, -1),
    "fchown": (93, 55),
    "lchown": (94, -1),
    "fchownat": (260, 54),
    "utime": (132, -1),
    "utimes": (235, -1),
    "futimesat": (261, -1),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "setxattrat": (463, 463),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "removexattrat": (466, 466),
    "file_setattr": (469, 469),
    "truncate": (76, 45),
}
#: Of these what a program does for itself as it begins, and takes a refusal of for its end.
PRETENDED = (
    *("setpriority", "ioprio_set", "sched_setaffinity", "sched_setscheduler", "sched_setparam"),
    *("sched_setattr", "chmod", "fchmod", "fchmodat", "fchmodat2"),
    *("utime", "utimes", "futimesat", "utimensat"),
)
#: Signals, refused but to oneself where Landlock does not keep them in (before Linux 6.12).
SIGNALS = {
    "kill": (62, 129),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
}
SIGNALS_WITHOUT_PROCESS = {"tkill": (200, 130), "pidfd_send_signal": (424, 424)}
#: fcntl and ioctl say who is signalled when a file is ready: F_SETOWN, F_SETOWN_EX; FIOSETOWN,
#: SIOCSPGRP.
OWNERS = (((72, 25), (8, 15)), ((16, 29), (0x8901, 0x8902)))
MMAP, PRLIMIT, SOCKET, SOCKETPAIR = (9, 222), (302, 261), (41, 198), (53, 199)
#: Address families: Unix, IPv4, IPv6, netlink. What else there is (vsock, raw packets, the
#: kernel's cryptography) is not in a network namespace, or never needed.
FAMILIES, UNIX = (1, 2, 10, 16), (1,)
#: Kinds of sockets that reach nobody without ``connect``: streams, and sequences of packets.
CONNECTED = (1, 5)
#: What the audit interface calls the two machines (linux/audit.h).
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
#: The call itself, and what is asked of it: a filter, in all threads.
SECCOMP, SET_FILTER, ALL_THREADS = (317, 277), 1, 1
LOAD, EQUAL, AT_LEAST, AND, RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
#: To pretend is to do nothing and to say that it was done; what there is not is no fault.
ALLOW, REFUSE, PRETEND, KILL = 0x7FFF0000, 0x00050001, 0x00050000, 0x80000000
NOT_THERE = 0x0005005F  # EOPNOTSUPP
#: Offsets in struct seccomp_data: the call's number, the machine, the lower half of an argument.
NUMBER, MACHINE, ARGUMENTS = 0, 4, tuple(16 + 8 * place for place in range(6))
X32 = 0x40000000
SHARED_ANONYMOUS, GROWS_DOWN = 0x21, 0x100

Step = tuple[int, int, int, int]


def refuse_calls(strict: bool) -> None:
    """Refuse what no notebook needs, from here on, here and in all children.

    Needs ``no_new_privs``. On a machine whose numbers are not known nothing is refused: it is a
    second wall, behind the namespaces and Landlock.

    Parameters
    ----------
    strict : an unknown machine is an error

    Raises
    ------
    OSError
        If the filter cannot be installed.
    """
    known = MACHINES.get(os.uname().machine)
    if known is not None:
        _install(program(*known))
    elif strict:
        raise OSError(f"seccomp: the calls of {os.uname().machine} are not known")


def refuse_calls_in_company(signals: bool, begins: bool = False) -> None:
    """Refuse, in every thread, what reaches others where namespaces are shared with them.

    Parameters
    ----------
    signals : whether others could be signalled as well
    begins : whether another program begins here; then some calls only do nothing
    """
    own_pid = os.getpid() if signals else 0
    _install(program_in_company(*MACHINES[os.uname().machine], own_pid, begins))


def _install(steps: list[Step]) -> None:
    """Install a filter in all threads of this process."""
    code = b"".join(struct.pack("HBBI", *step) for step in steps)
    buffer = ctypes.create_string_buffer(code, len(code))
    head = struct.pack("HxxxxxxQ", len(steps), ctypes.addressof(buffer))
    number = SECCOMP[MACHINES[os.uname().machine][0]]
    arguments = ctypes.c_ulong(ALL_THREADS), ctypes.create_string_buffer(head, len(head))
    if checked(libc.syscall(number, SET_FILTER, *arguments), "seccomp") > 0:
        raise OSError("seccomp: a thread has another filter")


def program(column: int, machine: int) -> list[Step]:
    """The filter of every kernel as steps of (operation, skip if true, skip if false, operand).

    ``column`` and ``machine`` are those of `MACHINES`.
    """
    return [
        *_begin(machine),
        *_refuse(column, REFUSED),
        *_only(SOCKET[column], _one_of(0, FAMILIES)),
        *_only(MMAP[column], [*_none_of(3, SHARED_ANONYMOUS), *_none_of(3, GROWS_DOWN)]),
        (RETURN, 0, 0, ALLOW),
    ]


def program_in_company(column: int, machine: int, own_pid: int, begins: bool = False) -> list[Step]:
    """The further filter of a kernel that shares its namespaces with others.

    ``own_pid`` is the only process that may be signalled; 0 for any. A program that ``begins`` gets
    answers that it can begin with.
    """
    nothing = {name: REFUSED_IN_COMPANY[name] for name in PRETENDED if begins}
    steps = [*_begin(machine), *_refuse(column, nothing, PRETEND)]
    steps += _refuse(column, REFUSED_IN_COMPANY)
    if own_pid:
        steps += _refuse(column, SIGNALS_WITHOUT_PROCESS)
    for call in SIGNALS.values() if own_pid else ():
        steps += _only(call[column], _one_of(0, (own_pid,)))
    for call, values in OWNERS if own_pid else ():
        steps += _only(call[column], _not_one_of(1, values))
    steps += _only(PRLIMIT[column], _one_of(0, (0,)))
    for call in (SOCKET, SOCKETPAIR):
        families = _one_of(0, UNIX, answer=NOT_THERE if begins else REFUSE)
        kinds = _one_of(1, CONNECTED, mask=0xF)
        steps += _only(call[column], [*families, *kinds])
    return [*steps, (RETURN, 0, 0, ALLOW)]


def _begin(machine: int) -> list[Step]:
    """Another machine's calls end the process, x32's are refused; then the number is there."""
    return [
        (LOAD, 0, 0, MACHINE),
        (EQUAL, 1, 0, machine),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
        (AT_LEAST, 0, 1, X32),
        (RETURN, 0, 0, REFUSE),
    ]


def _refuse(column: int, calls: dict[str, tuple[int, int]], answer: int = REFUSE) -> list[Step]:
    """Refuse these calls, whatever their arguments."""
    numbers = [call[column] for call in calls.values() if call[column] >= 0]
    pairs = ([(EQUAL, 0, 1, number), (RETURN, 0, 0, answer)] for number in numbers)
    return [step for pair in pairs for step in pair]


def _only(number: int, conditions: list[Step]) -> list[Step]:
    """Allow a call if nothing in ``conditions`` refuses it."""
    return [(EQUAL, 0, len(conditions) + 1, number), *conditions, (RETURN, 0, 0, ALLOW)]


def _one_of(place: int, values: tuple[int, ...], mask: int = 0, answer: int = REFUSE) -> list[Step]:
    """Refuse the call if an argument is none of these."""
    steps: list[Step] = [(LOAD, 0, 0, ARGUMENTS[place])]
    steps += [(AND, 0, 0, mask)] if mask else []
    for left, value in zip(range(len(values), 0, -1), values, strict=True):
        steps.append((EQUAL, left, 0, value))  # past the refusal
    return [*steps, (RETURN, 0, 0, answer)]


def _not_one_of(place: int, values: tuple[int, ...]) -> list[Step]:
    """Refuse the call if an argument is one of these."""
    steps: list[Step] = [(LOAD, 0, 0, ARGUMENTS[place])]
    for value in values:
        steps += [(EQUAL, 0, 1, value), (RETURN, 0, 0, REFUSE)]
    return steps


def _none_of(place: int, bits: int) -> list[Step]:
    """Refuse the call if an argument has all of these bits."""
    return [
        (LOAD, 0, 0, ARGUMENTS[place]),
        (AND, 0, 0, bits),
        (EQUAL, 0, 1, bits),
        (RETURN, 0, 0, REFUSE),
    ]
