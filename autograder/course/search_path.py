"""What a course's folder holds never changes what the engine imports."""

import os
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path


def leave_out_working_directory() -> None:
    """Take the working directory out of this process's search path.

    It is there where Python was started with ``-m``, ``-c`` or a script of the course, or where
    PYTHONPATH names it.
    """
    sys.path[:] = without_working_directory(sys.path)


def without_working_directory(entries: Sequence[str]) -> list[str]:
    """A search path without the working directory, as far as it comes before Python's own.

    Behind those it can shadow nothing: an installation for editing may have put it there.
    """
    own = sysconfig.get_paths()["stdlib"]
    first = entries.index(own) if own in entries else len(entries)
    here = Path.cwd().resolve()
    return [
        entry
        for position, entry in enumerate(entries)
        if position > first or (os.path.isabs(entry) and Path(entry).resolve() != here)
    ]
