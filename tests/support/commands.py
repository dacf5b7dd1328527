"""Commands, run as a person runs them: in a folder, with the environment activated."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess, Popen
from typing import Any

#: Where the programs of this environment are.
PROGRAMS = Path(sys.executable).parent
Command = Callable[..., CompletedProcess[str]]
#: The longest that a command may take, on a busy machine too.
SECONDS = 900


def environment(**more: str) -> dict[str, str]:
    """The environment of a command: nothing of the checkout, and ``more``."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    path = f"{PROGRAMS}{os.pathsep}{kept.get('PATH', os.defpath)}"
    return {**kept, "PATH": path, "OMP_NUM_THREADS": "1", "NO_COLOR": "1", **more}


def run(program: str | Path, folder: Path, *words: str, **more: str) -> CompletedProcess[str]:
    """Run a program of this environment, or one by its path, to its end.

    Parameters
    ----------
    program : its name, or where it is
    folder : the working directory
    *words : its arguments
    **more : variables of its environment
    """
    return subprocess.run(
        [PROGRAMS / program, *words],
        cwd=folder,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def autograder(folder: Path, *words: str, **more: str) -> CompletedProcess[str]:
    """Run ``autograder`` in a folder."""
    return run("autograder", folder, *words, **more)


def nbgrader(folder: Path, *words: str, **more: str) -> CompletedProcess[str]:
    """Run ``nbgrader`` in a folder."""
    return run("nbgrader", folder, *words, **more)


def start(program: str | Path, folder: Path, *words: str, **more: Any) -> "Popen[str]":
    """Start a program; what it says, errors too, can be read line by line meanwhile.

    ``more`` goes to ``Popen``.
    """
    return Popen(
        [PROGRAMS / program, *words],
        cwd=folder,
        env=environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **more,
    )
