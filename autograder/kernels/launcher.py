"""The launcher: a process that has imported everything, and forks a kernel on request.

It is started with a small environment, holds nothing of the course, runs no torch operation
and starts no thread. Requests come over a Unix socket, one JSON object in a packet; the answer
carries a file descriptor of the new process (pidfd). When the connection that asked for a
kernel closes, the kernel dies; when standard input closes, so does the launcher.
"""

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

from ..sandbox.jail import Cell, enter, isolate
from ..sandbox.syscalls import die_with_parent

#: What a kernel would import otherwise, one after the other, at the student's cost.
PRELOAD = [
    "numpy",
    "matplotlib",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "matplotlib_inline.backend_inline",
    "matplotlib_inline.config",
    "IPython",
    "IPython.core.pylabtools",
    "IPython.core.completer",
    "IPython.core.magics",
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "ipywidgets",
    "tqdm",
    "tqdm.auto",
    "PIL.PngImagePlugin",
    "asyncio.base_subprocess",
    "multiprocessing.connection",
    "multiprocessing.reduction",
    "ipykernel.debugger",
    "IPython.core.magics.execution",
    "IPython.core.magics.ast_mod",
    "IPython.extensions.storemagic",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.utils.module_paths",
    "stack_data.formatting",
    "pygments.formatters.terminal256",
    "pydoc",
    "sqlite3",
    "encodings.idna",
    "tornado.platform.asyncio",
    "tornado.queues",
    "autograder.remote.agent",
    "autograder.notebook.checks",
    "rnn_course.plots",
]
#: The same for an assignment that uses torch; an optimiser's first step imports _dynamo.
TORCH = [
    "torch",
    "torch.nn",
    "torch.nn.functional",
    "torch.optim",
    "torch.utils.data",
    "torch.nn.utils.rnn",
    "torch._dynamo",
]
MESSAGE_LIMIT = 1 << 16
#: No history, which nobody comes back to read; plain tracebacks, which take a twentieth of the
#: processor time of those with context and colours.
SPARING = ["--HistoryManager.enabled=False", "--InteractiveShell.xmode=Plain"]


def main(place: int, torch: bool) -> None:
    """Serve on the socket that file descriptor ``place`` is, until standard input closes."""
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    _import([*PRELOAD, *TORCH] if torch else PRELOAD)
    _figure()
    listener = socket.socket(fileno=place)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    _serve(listener)


def _import(names: list[str]) -> None:
    """Import what is there, and keep it on pages that forks share."""
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    gc.collect()
    gc.freeze()


def _figure() -> None:
    """Draw once: the first figure of a process costs half a second."""
    import io

    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot([0, 1], label="$x$")
    axes.set(title="t", xlabel="x", ylabel="y")
    axes.legend()
    figure.savefig(io.BytesIO(), format="png")


def _serve(listener: socket.socket) -> None:
    kernels: dict[socket.socket, list[int]] = {}
    poller = select.poll()
    poller.register(0, select.POLLIN | select.POLLHUP)
    poller.register(listener, select.POLLIN)
    clients: dict[int, socket.socket] = {}
    while True:
        for number, _ in poller.poll(1000):
            if number == 0:
                _end_all(kernels)
                return
            if number == listener.fileno():
                client, _ = listener.accept()
                clients[client.fileno()] = client
                kernels[client] = []
                poller.register(client, select.POLLIN)
                continue
            client = clients[number]
            if not _request(client, kernels[client], [listener, *clients.values()]):
                poller.unregister(client)
                for pid in kernels.pop(client):
                    _end(pid)
                del clients[number]
                client.close()
        _reap(kernels)


def _request(client: socket.socket, mine: list[int], ends: list[socket.socket]) -> bool:
    """Answer one request; whether the client is still there."""
    try:
        data = client.recv(MESSAGE_LIMIT)
    except OSError:
        data = b""
    if not data:
        return False
    try:
        pid, ticket = _fork(json.loads(data), ends)
        mine.append(pid)
        socket.send_fds(client, [b"ok"], [ticket])
        os.close(ticket)
    except (OSError, ValueError, KeyError, TypeError) as error:
        client.send(f"error {error}".encode()[:MESSAGE_LIMIT])
    return True


def _fork(request: dict[str, Any], ends: list[socket.socket]) -> tuple[int, int]:
    """Fork a keeper that forks the kernel; the keeper's pid and the kernel's pidfd."""
    if request["torch"] and "torch._dynamo" not in sys.modules:
        _import(TORCH)
    cell = Cell(**{**request["cell"], "scratch": Path(request["cell"]["scratch"])})
    mine, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        for end in (mine, *ends):
            end.close()
        _keep(cell, request["argv"], request["environment"], theirs)
    theirs.close()
    with mine:
        mine.settimeout(20)
        message, tickets, _, _ = socket.recv_fds(mine, MESSAGE_LIMIT, 1)
    if not tickets:
        os.waitpid(pid, 0)
        raise OSError(message.decode() or "the kernel's process ended at once")
    return pid, tickets[0]


def _keep(cell: Cell, argv: list[str], environment: dict[str, str], end: socket.socket) -> None:
    """The keeper: leaves the namespaces, forks the kernel and waits for it."""
    code = 1
    try:
        die_with_parent(signal.SIGKILL)
        os.setsid()
        own_users = isolate() if cell.level == "full" else True
        ready, told = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(ready)
            end.close()
            _become_kernel(cell, own_users, argv, environment, told)
        os.close(told)
        with os.fdopen(ready, "rb") as pipe:
            fault = pipe.read(4000)
        if fault:
            end.send(fault)
        else:
            ticket = os.pidfd_open(pid)
            socket.send_fds(end, [b"ok"], [ticket])
            os.close(ticket)
        end.close()
        _, status = os.waitpid(pid, 0)
        code = os.waitstatus_to_exitcode(status) & 0xFF
    except BaseException as error:
        try:
            end.send(str(error).encode()[:4000] or b"failed")
        except OSError:
            code = 1
    finally:
        os._exit(code)


def _become_kernel(
    cell: Cell, own_users: bool, argv: list[str], environment: dict[str, str], told: int
) -> None:
    """The first process of the sandbox: enter it, then be a kernel."""
    try:
        die_with_parent(signal.SIGKILL)
        os.environ.clear()
        os.environ.update(environment)
        nothing = os.open("/dev/null", os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nothing, number)
        os.dup2(told, 3)
        os.closerange(4, 4096)
        told = 3
        enter(cell, own_users)
    except BaseException as error:
        os.write(told, f"{type(error).__name__}: {error}".encode()[:4000])
        os._exit(1)
    os.close(told)
    try:
        _run_kernel(argv)
    finally:
        os._exit(0)


def _run_kernel(argv: list[str]) -> None:
    import random

    import numpy as np
    from ipykernel.kernelapp import IPKernelApp

    from ..remote.agent import bound_printing

    tempfile.tempdir = None
    random.seed()
    np.random.seed()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.argv = ["ipykernel_launcher", *argv]
    sys.path[:] = ["", *(entry for entry in sys.path if entry)]
    bound_printing()
    app = IPKernelApp.instance()
    app.initialize([*argv, *SPARING])
    app.shell.enable_matplotlib("inline")  # a fresh kernel does this when it imports pyplot
    app.start()


def _reap(kernels: dict[socket.socket, list[int]]) -> None:
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        for mine in kernels.values():
            if pid in mine:
                mine.remove(pid)


def _end(pid: int) -> None:
    """End a keeper; its kernel, and all that the kernel started, die with it."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _end_all(kernels: dict[socket.socket, list[int]]) -> None:
    for mine in kernels.values():
        for pid in mine:
            _end(pid)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2] == "1")
