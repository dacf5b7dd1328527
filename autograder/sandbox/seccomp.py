"""System calls that a notebook never needs and that lead around the sandbox's limits.

Memory that belongs to no process's data (memfd, System V, shared anonymous mappings) escapes
``RLIMIT_DATA``; keyrings are inherited from whoever started the grader; the others are the
usual ways to look at another process or to widen the kernel's attack surface.
"""

import ctypes
import os
import struct

from .syscalls import checked, libc

#: Refused with "operation not permitted": the number on x86-64 and on AArch64.
REFUSED = {
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "io_uring_setup": (425, 425),
    "userfaultfd": (323, 282),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "open_by_handle_at": (304, 265),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "kexec_load": (246, 104),
}
MMAP = (9, 222)
#: What the audit interface calls the two machines (linux/audit.h).
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
PR_SET_SECCOMP, FILTER = 22, 2
LOAD, EQUAL, AT_LEAST, AND, RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050001, 0x80000000
#: Offsets in struct seccomp_data: the call's number, the machine, the fourth argument.
NUMBER, MACHINE, FOURTH = 0, 4, 16 + 3 * 8
X32 = 0x40000000
SHARED_ANONYMOUS = 0x21

Step = tuple[int, int, int, int]


def refuse_calls() -> None:
    """Refuse them from here on, in this process and its children; needs ``no_new_privs``.

    On a machine whose numbers are not known nothing is refused: it is a second wall, behind
    the namespaces and Landlock.
    """
    known = MACHINES.get(os.uname().machine)
    if known is None:
        return
    steps = program(*known)
    code = b"".join(struct.pack("HBBI", *step) for step in steps)
    buffer = ctypes.create_string_buffer(code, len(code))
    head = struct.pack("HxxxxxxQ", len(steps), ctypes.addressof(buffer))
    arguments = ctypes.c_ulong(FILTER), ctypes.create_string_buffer(head, len(head)), 0, 0
    checked(libc.prctl(PR_SET_SECCOMP, *arguments), "seccomp")


def program(column: int, machine: int) -> list[Step]:
    """The filter as steps of (operation, skip if true, skip if false, operand)."""
    numbers = [call[column] for call in REFUSED.values()]
    steps: list[Step] = [
        (LOAD, 0, 0, MACHINE),
        (EQUAL, 1, 0, machine),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
        (AT_LEAST, 0, 1, X32),
        (RETURN, 0, 0, REFUSE),
    ]
    for number in numbers:
        steps += [(EQUAL, 0, 1, number), (RETURN, 0, 0, REFUSE)]
    return [
        *steps,
        (EQUAL, 0, 4, MMAP[column]),
        (LOAD, 0, 0, FOURTH),
        (AND, 0, 0, SHARED_ANONYMOUS),
        (EQUAL, 0, 1, SHARED_ANONYMOUS),
        (RETURN, 0, 0, REFUSE),
        (RETURN, 0, 0, ALLOW),
    ]
