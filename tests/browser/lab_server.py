"""JupyterLab on a copy of the course, away from a person's own settings."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autograder.authoring.build import student_notebook
from autograder.authoring.source import read

ROOT = Path(__file__).parents[2]
WEEK = "week01_rnn_forward"
INLINE = "module://matplotlib_inline.backend_inline"
#: Where Jupyter and a person keep their own files.
PLACES = (
    "HOME",
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_RUNTIME_DIR",
    "JUPYTERLAB_WORKSPACES_DIR",
    "JUPYTERLAB_SETTINGS_DIR",
    "IPYTHONDIR",
)


@dataclass(frozen=True)
class Server:
    """A running JupyterLab, and the course that it serves."""

    address: str
    course: Path

    @property
    def folder(self) -> Path:
        """The folder of the week's notebook."""
        return self.course / "notebooks" / WEEK


@contextmanager
def serving(root: Path) -> Iterator[Server]:
    """A running JupyterLab; everything that it writes goes below ``root``."""
    course = copy_course(root / "course")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {name: str(root / name.lower()) for name in PLACES}
    Path(own["HOME"]).mkdir()
    words = ["--no-browser", f"--port={port}", "--ServerApp.port_retries=0", "--allow-root"]
    words += ["--IdentityProvider.token=", "--LabApp.expose_app_in_browser=True"]
    process = subprocess.Popen(
        [Path(sys.executable).parent / "autograder", "lab", *words],
        cwd=course,
        env={**os.environ, **own, "OMP_NUM_THREADS": "1", "MPLBACKEND": INLINE},
        stdout=(root / "log").open("wb"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address, process, root / "log")
        yield Server(address, course)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def copy_course(folder: Path) -> Path:
    """A copy of the course, as far as a student has it, with week 1 built from its source."""
    folder.mkdir()
    for name in ("course.yml", "nbgrader_config.py"):
        shutil.copy(ROOT / name, folder)
    source = read(ROOT / "solutions" / f"{WEEK}.py", WEEK)
    notebook = folder / "notebooks" / WEEK / f"{WEEK}.ipynb"
    notebook.parent.mkdir(parents=True)
    notebook.write_text(student_notebook(source), encoding="utf-8")
    return folder


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a server answers."""
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{address}/api/status", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            assert process.poll() is None, log.read_text(errors="replace")[-3000:]
            time.sleep(0.1)
    raise AssertionError(log.read_text(errors="replace")[-3000:])
