"""JupyterLab on a copy of the course, away from a person's own settings."""

import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autograder.authoring.build import student_notebook
from autograder.authoring.source import read
from support import commands
from support.people import Person
from support.sites import free_port

ROOT = Path(__file__).parents[2]
WEEK = "week01_rnn_forward"
INLINE = "module://matplotlib_inline.backend_inline"
LAB = ("--no-browser", "--ServerApp.port_retries=0", "--allow-root", "--IdentityProvider.token=")
#: Lets a test ask the page what it holds.
OPEN_PAGE = "--LabApp.expose_app_in_browser=True"


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
def jupyterlab(person: Person, program: str, *words: str, **more: str) -> Iterator[str]:
    """JupyterLab in somebody's folder, started by these words; its address.

    Everything that it writes beside the folder goes below the person's home; ``more`` are
    variables of its environment.
    """
    port = free_port()
    environment = commands.environment(**person.places, **more)
    log = person.home / "log"
    process = subprocess.Popen(
        [commands.PROGRAMS / program, *words, *LAB, OPEN_PAGE, f"--port={port}"],
        cwd=person.folder,
        env=environment,
        stdout=log.open("wb"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address, process, log)
        yield address
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def serving(root: Path) -> Iterator[Server]:
    """A running JupyterLab on a copy of the course; everything is below ``root``."""
    person = Person(copy_course(root / "course"), root / "home")
    with jupyterlab(person, "autograder", "lab", MPLBACKEND=INLINE) as address:
        yield Server(address, person.folder)


def copy_course(folder: Path) -> Path:
    """A copy of the course, as far as a student has it, with week 1 built from its source."""
    folder.mkdir()
    for name in ("course.yml", "nbgrader_config.py"):
        shutil.copy(ROOT / name, folder)
    notebook = folder / "notebooks" / WEEK / f"{WEEK}.ipynb"
    notebook.parent.mkdir(parents=True)
    notebook.write_text(student_notebook(read(ROOT / "solutions" / WEEK)), encoding="utf-8")
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
