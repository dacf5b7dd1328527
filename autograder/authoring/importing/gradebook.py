"""The gradebook of a course: a copy in today's form, and what it says of assignments and people.

The original is opened for reading only, and no file appears beside it.
"""

import io
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, redirect_stderr
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from .settings import COURSE, Settings

SQLITE = "sqlite:///"


@dataclass(frozen=True)
class Person:
    """One student, as nbgrader's database knows them."""

    id: str
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class GradebookFacts:
    """What a gradebook says.

    Attributes
    ----------
    due : of each assignment, when it is due; None if it is never late
    people : the students
    cells : of each notebook with submissions, by assignment and name, the ids of its cells
    """

    due: Mapping[str, datetime | None] = field(default_factory=dict)
    people: tuple[Person, ...] = ()
    cells: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)


def gradebook_of(root: Path, settings: Settings) -> tuple[Path | None, str]:
    """The file of a course's gradebook, and why there is none where one was to be expected."""
    address = settings.of_course("db_url", "")
    if not address:
        path = root / "gradebook.db"
        return (path, "") if path.is_file() else (None, "")
    if not address.startswith(SQLITE):
        kind = address.split(":")[0]
        return None, f"the gradebook is in {kind}, and only files of sqlite are copied"
    path = root / address.removeprefix(SQLITE)
    if path.is_file():
        return path, ""
    path = root / path.name  # the address names the folder of another machine
    return (path, "") if path.is_file() else (None, f"there is no gradebook at {address}")


def copy_gradebook(source: Path, target: Path) -> str:
    """Copy a gradebook, and bring the copy to the form of the installed nbgrader.

    Returns
    -------
    str
        Why it could not be done; empty if it was. There is no copy then.
    """
    try:
        _back_up(source, target)
        _upgrade(target)
    except Exception as error:  # sqlite's, SQLAlchemy's and alembic's have no common base
        target.unlink(missing_ok=True)
        why = " ".join(str(error).split(" [SQL")[0].split())  # not the query that it ends with
        return why[:200] or type(error).__name__
    return ""


def _back_up(source: Path, target: Path) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent) as work:
        origin = source
        if any(source.with_name(source.name + end).exists() for end in ("-wal", "-journal")):
            origin = Path(work) / source.name  # sqlite would tidy up beside the original
            for end in ("", "-wal", "-journal"):
                beside = source.with_name(source.name + end)
                if beside.exists():
                    shutil.copyfile(beside, origin.with_name(origin.name + end))
        mode = "ro&immutable=1" if origin is source else "rw"
        address = f"file:{quote(str(origin))}?mode={mode}"
        with (
            closing(sqlite3.connect(address, uri=True)) as before,
            closing(sqlite3.connect(target)) as after,
        ):
            before.backup(after)


def _upgrade(path: Path) -> None:
    """Do what ``nbgrader db upgrade`` does, step by step.

    nbgrader starts alembic by a name that need be nowhere. A gradebook that was made without it
    does not say how new it is: a step that finds its own column there is done already.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from nbgrader.dbutil import ALEMBIC_DIR, write_alembic_ini
    from sqlalchemy.exc import OperationalError

    steps = [one.revision for one in ScriptDirectory(ALEMBIC_DIR).walk_revisions()][::-1]
    with closing(sqlite3.connect(path)) as database:
        tables = {name for (name,) in _rows(database, "SELECT name FROM sqlite_master")}
        if "assignment" not in tables:
            raise ValueError("it holds none of nbgrader's tables")
        found = [version for (version,) in _rows(database, "SELECT * FROM alembic_version")]
    if found and found[0] not in steps:
        raise ValueError(f"it has the form {found[0]!r}, of a newer nbgrader")
    left = steps[steps.index(found[0]) + 1 :] if found else steps
    if not left:
        return
    with tempfile.TemporaryDirectory() as work, redirect_stderr(io.StringIO()):  # alembic's log
        ini = Path(work) / "alembic.ini"
        write_alembic_ini(str(ini), f"{SQLITE}{path}".replace("%", "%%"))
        config = Config(str(ini), stdout=io.StringIO())
        for step in left:
            try:
                command.upgrade(config, step)
            except OperationalError as error:
                if not any(words in str(error) for words in ("duplicate column", "already exists")):
                    raise
                command.stamp(config, step)


def read_gradebook(path: Path) -> GradebookFacts:
    """What a gradebook in today's form says."""
    with closing(sqlite3.connect(path)) as database:
        due = {
            str(name): _moment(when)
            for name, when in _rows(database, "SELECT name, duedate FROM assignment")
        }
        columns = ("first_name", "last_name", "email", "lms_user_id")
        people = [
            Person(
                str(id),
                {key: str(value) for key, value in zip(columns, values, strict=True) if value},
            )
            for id, *values in _rows(
                database, f"SELECT id, {', '.join(columns)} FROM student ORDER BY id"
            )
        ]
        return GradebookFacts(due, tuple(people), _cells(database))


def _cells(database: sqlite3.Connection) -> dict[tuple[str, str], frozenset[str]]:
    """The cells of notebooks with submissions, which nbgrader keeps as they are."""
    found: dict[tuple[str, str], set[str]] = {}
    query = """
        SELECT DISTINCT assignment.name, notebook.name, base_cell.name
        FROM base_cell
        JOIN notebook ON base_cell.notebook_id = notebook.id
        JOIN assignment ON notebook.assignment_id = assignment.id
        WHERE EXISTS (SELECT 1 FROM submitted_notebook WHERE notebook_id = notebook.id)
    """
    for assignment, notebook, cell in _rows(database, query):
        found.setdefault((assignment, notebook), set()).add(cell)
    return {key: frozenset(names) for key, names in found.items()}


def _rows(database: sqlite3.Connection, query: str) -> Iterator[tuple[str, ...]]:
    """The rows of a query; none where the database has no such table or column."""
    try:
        yield from database.execute(query)
    except sqlite3.OperationalError as error:
        if "no such" not in str(error):
            raise


def _moment(text: str | None) -> datetime | None:
    """A moment as nbgrader keeps it: without a zone, and in UTC."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC, microsecond=0) if text else None
    except ValueError:
        return None


def settled(settings: Settings) -> GradebookFacts:
    """What a configuration of before nbgrader 0.8 says of assignments and students."""
    from nbgrader.utils import parse_utc

    due: dict[str, datetime | None] = {}
    for one in settings.first(COURSE, "db_assignments", []):
        if isinstance(one, dict) and isinstance(one.get("name"), str):
            try:
                moment = parse_utc(one.get("duedate") or None)
            except (ValueError, TypeError, OverflowError):
                moment = None
            due[one["name"]] = moment.replace(tzinfo=UTC, microsecond=0) if moment else None
    people = []
    for one in settings.first(COURSE, "db_students", []):
        if isinstance(one, dict) and one.get("id"):
            names = {key: str(value) for key, value in one.items() if key != "id" and value}
            people.append(Person(str(one["id"]), names))
    return GradebookFacts(due, tuple(people))
