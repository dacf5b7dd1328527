"""nbgrader's database of a course, which everybody opens in the same way."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .manifest import Course

if TYPE_CHECKING:
    from nbgrader.api import Gradebook


@contextmanager
def open_gradebook(course: Course) -> "Iterator[Gradebook]":
    """The gradebook of a course, created if there is none yet, and closed afterwards."""
    from nbgrader.api import Gradebook

    create_tables(course.gradebook)
    with Gradebook(course.gradebook, course.manifest.course.id) as gradebook:
        yield gradebook


def create_tables(address: str) -> None:
    """Create nbgrader's tables in a database that has none.

    nbgrader would do the same, and start ``alembic`` by its name to learn the tables' version: it
    need not be on PATH, and a second Python takes seconds.

    Parameters
    ----------
    address : of the database, as SQLAlchemy takes it
    """
    import nbgrader
    from alembic.script import ScriptDirectory
    from nbgrader.api import Base
    from sqlalchemy import create_engine, inspect, text

    engine = create_engine(address)
    try:
        if inspect(engine).get_table_names():
            return
        scripts = ScriptDirectory(str(Path(nbgrader.__file__).parent / "alembic"))
        with engine.begin() as connection:
            Base.metadata.create_all(connection)
            connection.execute(
                text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
            )
            connection.execute(
                text("INSERT INTO alembic_version (version_num) VALUES (:version)"),
                {"version": scripts.get_current_head()},
            )
    finally:
        engine.dispose()
