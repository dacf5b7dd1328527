"""Keeps a course's folder from changing what the engine imports."""

import os
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path


def leave_out_working_directory() -> None:
    """Take the working directory out of this process's search path.

    It is there if Python was started with ``-m``, ``-c`` or a script of the course, or if
    PYTHONPATH names it.
    """
    sys.path[:] = without_working_directory(sys.path)


def without_working_directory(entries: Sequence[str]) -> list[str]:
    """A search path without the working directory, unless it comes after Python's own entries.

    There it shadows nothing, and an installation for editing may have put it there.
    """
    own = sysconfig.get_paths()["stdlib"]
    first = entries.index(own) if own in entries else len(entries)
    here = Path.cwd().resolve()
    return [
        entry
        for position, entry in enumerate(entries)
        if position > first or (os.path.isabs(entry) and Path(entry).resolve() != here)
    ]
