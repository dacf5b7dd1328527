"""The grader's side of the launcher: start one, ask it for kernels, replace it when it dies."""

import atexit
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict
from pathlib import Path

from ..course.errors import CourseError
from ..sandbox.jail import Cell

START_SECONDS = 120.0
PASSED_ON = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
#: The address of a launcher that another process started.
SHARED = "AUTOGRADER_LAUNCHER"


#: No byte code beside the sources, and no warning of a debugger that nobody asked for.
QUIET = {"PYTHONDONTWRITEBYTECODE": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}


class LauncherError(CourseError):
    """No kernel could be forked; the message says why."""


class Launcher:
    """A launcher process of this process's own, and the address where it is asked."""

    def __init__(self, torch: bool) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="nbl-"))
        self.address = str(self.folder / "launcher")
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        listener.bind(self.address)
        listener.listen(64)
        place = listener.detach()
        end, lifeline = os.pipe()
        self.log = self.folder / "log"
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-P",
                "-m",
                "autograder.kernels.launcher",
                str(place),
                str(int(torch)),
            ],
            stdin=end,
            stdout=subprocess.PIPE,
            stderr=self.log.open("wb"),
            env=small_environment(self.folder),
            cwd=self.folder,
            pass_fds=[place],
        )
        os.close(place)
        os.close(end)
        self.lifeline = lifeline
        atexit.register(self.close)

    def wait(self) -> None:
        """Wait until everything is imported."""
        assert self.process.stdout is not None
        if self.process.stdout.readline() != b"ready\n":
            said = self.log.read_text(errors="replace").strip().splitlines()
            raise LauncherError(f"the launcher of kernels did not start: {' '.join(said[-1:])}")

    def close(self) -> None:
        """End the launcher and every kernel it forked."""
        if self.lifeline >= 0:
            os.close(self.lifeline)
            self.lifeline = -1
            self.process.wait()
            shutil.rmtree(self.folder, ignore_errors=True)


class _Shared:
    """This process's launcher and its connection, made when first needed."""

    launcher: Launcher | None = None
    connection: socket.socket | None = None
    owner = -1
    lock = threading.Lock()


def own_launcher(torch: bool = False) -> str:
    """Start this process's launcher if there is none; its address, to pass on.

    Parameters
    ----------
    torch : whether to import torch at once, and not when a kernel first asks for it
    """
    with _Shared.lock:
        return _own(torch)


def _own(torch: bool) -> str:
    launcher = _Shared.launcher
    if launcher is None or launcher.process.poll() is not None or _Shared.owner != os.getpid():
        launcher = Launcher(torch)
        _Shared.launcher, _Shared.owner = launcher, os.getpid()
        launcher.wait()
    return launcher.address


def fork(cell: Cell, argv: list[str], environment: dict[str, str], torch: bool) -> int:
    """Fork a kernel into a sandbox, with torch imported already if so asked.

    Returns
    -------
    int
        A file descriptor of the kernel's process (pidfd), to be closed by the caller.

    Raises
    ------
    LauncherError
        If the sandbox cannot be entered, with the call that failed.
    """
    facts = {**asdict(cell), "scratch": str(cell.scratch)}
    wanted = {"cell": facts, "argv": argv, "environment": environment, "torch": torch}
    request = json.dumps(wanted).encode()
    with _Shared.lock:
        for attempt in (1, 2):
            try:
                connection = _connection(torch, fresh=attempt == 2)
                connection.send(request)
                message, tickets, _, _ = socket.recv_fds(connection, 1 << 16, 1)
            except OSError:
                continue
            if tickets:
                return tickets[0]
            if message:
                raise LauncherError(message.decode(errors="replace").removeprefix("error "))
    raise LauncherError("the launcher of kernels died twice")


def current() -> socket.socket | None:
    """The connection to the launcher that forked the last kernel; kernels end with it."""
    return _Shared.connection


def is_open(connection: socket.socket) -> bool:
    """Whether there is a launcher at the other end still."""
    try:
        if not select.select([connection], [], [], 0)[0]:
            return True
        return connection.recv(1, socket.MSG_PEEK) != b""
    except (OSError, ValueError):
        return False


def _connection(torch: bool, fresh: bool) -> socket.socket:
    """A connection to the shared launcher, or to one of our own where that is gone."""
    if _Shared.connection is not None and not fresh and _Shared.owner in (-1, os.getpid()):
        return _Shared.connection
    shared = os.environ.get(SHARED, "")
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.settimeout(START_SECONDS)
    try:
        if fresh or not shared:
            raise FileNotFoundError
        connection.connect(shared)
    except OSError:
        connection.connect(_own(torch))
    _Shared.connection = connection
    return connection


def small_environment(home: Path) -> dict[str, str]:
    """What a kernel's process may know of the grader's environment, and its own folders."""
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    for name in ("HOME", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR", "JUPYTER_RUNTIME_DIR"):
        kept[name] = str(home)
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return kept | dict.fromkeys(threads, "1") | QUIET
