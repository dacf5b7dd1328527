"""nbgrader's database of a course, opened one way by everybody."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .manifest import Course

if TYPE_CHECKING:
    from nbgrader.api import Gradebook


@contextmanager
def open_gradebook(course: Course) -> "Iterator[Gradebook]":
    """The gradebook of a course, made where there is none yet, and closed afterwards."""
    from nbgrader.api import Gradebook

    ready()
    with Gradebook(course.gradebook, course.manifest.course.id) as gradebook:
        yield gradebook


def ready() -> None:
    """Let nbgrader make a new database.

    It starts ``alembic`` by name, which stands beside this Python, on PATH or not. The version of
    the database is asked for here, in this process: a second Python takes seconds to say the same.
    """
    import nbgrader.api

    nbgrader.api.get_alembic_version = _newest_schema
    programs = str(Path(sys.executable).parent)
    if programs not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = programs + os.pathsep + os.environ.get("PATH", "")


def _newest_schema() -> str:
    """The version of nbgrader's database that its own tables have."""
    import nbgrader
    from alembic.script import ScriptDirectory

    return str(ScriptDirectory(str(Path(nbgrader.__file__).parent / "alembic")).get_current_head())
