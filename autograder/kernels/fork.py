"""What becomes of a fork of the launcher: a keeper, and the kernel that it keeps.

The keeper leaves the others' namespaces, forks the kernel into its jail, and waits for it: a
process that enters a process namespace is not in it, its child is. Descriptors are plain numbers
here, which nothing closes when it is collected. A kernel of another language is a program of its
own, run in the same jail.
"""

import fcntl
import os
import resource
import signal
import socket
import sys
import tempfile
from typing import NoReturn

from ..sandbox.jail import enter, isolate, settle
from ..sandbox.plan import Jail
from ..sandbox.syscalls import adopt_orphans, die_with_parent, first_to_go
from .request import KernelRequest

#: A kernel's descriptors beyond the standard ones: a pipe for faults on its way in, the doorbell.
FAULTS, DOORBELL = 3, 4
#: No history, which nobody comes back to read; plain tracebacks, which take a twentieth of the
#: processor time of those with context and colours.
SPARING = (
    "--HistoryManager.enabled=False",
    "--InteractiveShell.xmode=Plain",
    "--IPKernelApp.outstream_class=autograder.remote.printing.BoundedStream",
)


def keep(jail: Jail, request: KernelRequest, reply: int, doorbell: int) -> NoReturn:
    """Fork the kernel, tell ``reply`` its process or what went wrong, and wait for its end."""
    code = 1
    answer = socket.socket(fileno=reply)
    try:
        die_with_parent(signal.SIGKILL)
        os.setsid()
        first_to_go()
        own_users = isolate() if jail.level == "full" else True
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            answer.detach()
            _become_kernel(jail, own_users, request, write, doorbell)
        os.close(write)
        os.close(doorbell)
        with os.fdopen(read, "rb") as pipe:
            fault = pipe.read(4000)
        if fault:
            answer.send(b"error " + fault)
        else:
            process = os.pidfd_open(pid)
            socket.send_fds(answer, [b"ok"], [process])
            os.close(process)
        answer.close()
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 0xFF
    except BaseException as error:
        try:
            answer.send(f"error {error}".encode()[:4000])
        except OSError:
            code = 1
    finally:
        os._exit(code)


def _become_kernel(
    jail: Jail, own_users: bool, request: KernelRequest, faults: int, doorbell: int
) -> NoReturn:
    """The first process of the sandbox: enter it, then be a kernel."""
    try:
        die_with_parent(signal.SIGKILL)
        adopt_orphans()
        os.environ.clear()
        os.environ.update(request.environment)
        faults = _only_descriptors(faults, doorbell)
        enter(jail, own_users)
    except BaseException as error:
        os.write(faults, f"{type(error).__name__}: {error}".encode()[:4000])
        os._exit(1)
    os.close(faults)
    try:
        if request.program:
            _run_program(request, jail)
        else:
            _run_kernel(request.argv, jail)
    finally:
        os._exit(0)


def _only_descriptors(faults: int, doorbell: int) -> int:
    """Close all but the two, which get numbers of their own; the new one for faults."""
    above = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, DOORBELL + 1) for end in (faults, doorbell)]
    nothing = os.open("/dev/null", os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    for end, number in zip(above, (FAULTS, DOORBELL), strict=True):
        os.dup2(end, number, inheritable=False)
    os.closerange(DOORBELL + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    return FAULTS


def _run_program(request: KernelRequest, jail: Jail) -> None:
    """Be another program; what it says, and why it cannot be run, goes to the file for that."""
    for number in (1, 2):
        os.dup2(DOORBELL, number)
    for number in (signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ):  # Python's are inherited
        signal.signal(number, signal.SIG_DFL)
    try:
        settle(jail, begins=True)
        os.execve(request.program, request.argv, request.environment)
    except OSError as error:
        os.write(2, f"{request.program}: {error.strerror}".encode())


def _run_kernel(argv: tuple[str, ...], jail: Jail) -> None:
    """Be an ipykernel with an agent, until the grader has gone."""
    import random

    import numpy as np
    from ipykernel.kernelapp import IPKernelApp
    from tornado.ioloop import IOLoop

    from ..remote.agent import Agent

    tempfile.tempdir = None
    random.seed()
    np.random.seed()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.argv = ["ipykernel_launcher", *argv]
    sys.path[:] = ["", *(entry for entry in sys.path if entry)]
    app = IPKernelApp.instance()
    app.initialize([*argv, *SPARING])
    assert app.shell is not None
    if "matplotlib" in sys.modules:  # else the shell does it when pyplot is imported
        app.shell.enable_matplotlib("inline")
    agent = Agent(app.shell, socket.socket(fileno=DOORBELL))
    settle(jail)
    loop = IOLoop.current()
    loop.add_callback(agent.listen)
    app.start()
    while agent.awaited:  # ``exit()`` and a cell that stops the loop end no kernel
        loop.start()
