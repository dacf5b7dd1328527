"""What a student has written and ticked so far, read from the notebooks without running them."""

import ast
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from ..authoring.build import ITEMS_ID
from ..authoring.items import ItemFault, read_items
from ..authoring.percent import plain_python
from ..course.errors import CourseError
from ..course.manifest import MANIFEST, Course, find_course
from ..gradebook.assessment import read_assessment
from ..grading.reading import SubmittedCell, Unreadable, read_cells

#: A notebook of more bytes than this is not read for its progress.
SIZE_LIMIT = 64 << 20


class State(StrEnum):
    """A week in two words."""

    NOT_STARTED = "not started"
    IN_PROGRESS = "in progress"
    WRITTEN = "written"
    NO_NOTEBOOK = "no notebook"
    NOT_A_NOTEBOOK = "not a notebook"
    CANNOT_BE_READ = "cannot be read"


@dataclass(frozen=True)
class Exercise:
    """An exercise, and whether something is written for it, right or wrong."""

    name: str
    written: bool


@dataclass(frozen=True)
class WeekProgress:
    """One week of one student: where its notebook is, and how far it has come.

    If there is no notebook to look into, ``fault`` says why, and ``note`` what the system said.
    """

    week: str
    title: str
    notebook: Path
    exercises: tuple[Exercise, ...] = ()
    ticked: int = 0
    items: int = 0
    due: datetime | None = None
    fault: State | None = None
    note: str = ""

    @property
    def written(self) -> int:
        """How many exercises are written."""
        return sum(exercise.written for exercise in self.exercises)

    @property
    def state(self) -> State:
        """How far it has come."""
        if self.fault is not None:
            return self.fault
        if self.written == len(self.exercises) and self.exercises:
            return State.WRITTEN
        return State.IN_PROGRESS if self.written or self.ticked else State.NOT_STARTED

    def tree(self) -> dict[str, Any]:
        """The same as plain data, for ``--json``."""
        return {
            "week": self.week,
            "title": self.title,
            "notebook": str(self.notebook),
            "state": self.state,
            "note": self.note,
            "exercises": [asdict(exercise) for exercise in self.exercises],
            "written": self.written,
            "ticked": self.ticked,
            "items": self.items,
            "due": self.due.isoformat() if self.due else None,
        }


def find_progress(start: Path | None = None) -> list[WeekProgress]:
    """The weeks of the course around ``start``, or of a folder of fetched assignments.

    Raises
    ------
    CourseError
        If there is neither.
    """
    here = (start or Path.cwd()).resolve()
    if any((folder / MANIFEST).is_file() for folder in (here, *here.parents)):
        return course_progress(find_course(here))
    # fetched assignments are beside one another: the working directory is above, or is one
    for folder in (here, here.parent):
        notebooks = sorted(path for path in folder.glob("*/*.ipynb") if _is_assignment(path))
        if notebooks:
            return [week_progress(path) for path in notebooks]
    raise CourseError(
        f"no {MANIFEST} in {here} or above, and no fetched assignment in it; "
        "change to the folder that holds your assignments"
    )


def course_progress(course: Course) -> list[WeekProgress]:
    """The weeks of a course, in its order, with their titles and due dates."""
    found = []
    for week in course.weeks:
        path = course.notebook_path(week)
        if not path.is_file():  # an assignment that was fetched is beside the manifest
            path = next(iter(course.root.glob(f"{week.id}/{week.id}.ipynb")), path)
        found.append(week_progress(path, week.title, week.due))
    return found


def week_progress(path: Path, title: str = "", due: datetime | None = None) -> WeekProgress:
    """How far one notebook has come."""
    week = path.stem
    try:
        cells, _ = read_cells(path.read_bytes(), SIZE_LIMIT)
    except FileNotFoundError:
        return WeekProgress(week, title, path, due=due, fault=State.NO_NOTEBOOK)
    except OSError as error:
        fault, note = State.CANNOT_BE_READ, error.strerror or str(error)
        return WeekProgress(week, title, path, due=due, fault=fault, note=note)
    except Unreadable:
        return WeekProgress(week, title, path, due=due, fault=State.NOT_A_NOTEBOOK)
    exercises = tuple(
        Exercise(name, not _is_stub(cell.text)) for name, cell in _exercises(cells).items()
    )
    assessment, _ = read_assessment(path.parent, week)
    if assessment is not None:
        ticked, items = sum(item.ticked for item in assessment.items), len(assessment.items)
    else:
        ticked, items = 0, _count_items(cells, week, [exercise.name for exercise in exercises])
    return WeekProgress(week, title or _heading(cells), path, exercises, ticked, items, due)


def time_left(due: datetime | None, now: datetime | None = None) -> tuple[str, str]:
    """The date on which a week is due, and how far away that is; empty without a date."""
    if due is None:
        return "", ""
    days = (due.date() - (now or datetime.now(UTC)).astimezone(due.tzinfo).date()).days
    words = {0: "today", 1: "tomorrow"}.get(days, f"in {days} days" if days > 0 else "over")
    return f"{due.day} {due:%b %Y}", words


def _is_assignment(path: Path) -> bool:
    return path.stem == path.parent.name and path.is_file() and b'"nbgrader"' in path.read_bytes()


def _exercises(cells: list[SubmittedCell]) -> dict[str, SubmittedCell]:
    """The exercise cells by name: those that have a test cell."""
    by_name = {cell.grade_id: cell for cell in cells if cell.kind == "code" and cell.grade_id}
    return {name: cell for name, cell in by_name.items() if f"test_{name}" in by_name}


def _is_stub(text: str) -> bool:
    """Whether a cell still raises ``NotImplementedError``, or holds nothing."""
    try:
        tree = ast.parse(plain_python(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True  # half a line is not written yet
    raised = (node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise))
    names = {ast.unparse(exc).split("(")[0] for exc in raised if exc is not None}
    return not tree.body or "NotImplementedError" in names


def _count_items(cells: list[SubmittedCell], week: str, exercises: list[str]) -> int:
    """How many items the self-assessment of a notebook has."""
    for cell in cells:
        if cell.grade_id == ITEMS_ID:
            try:
                return len(read_items(plain_python(cell.text), week, exercises))
            except (ItemFault, SyntaxError, ValueError, RecursionError):
                return 0
    return 0


def _heading(cells: list[SubmittedCell]) -> str:
    """The first heading of a notebook."""
    texts = (cell.text for cell in cells if cell.kind == "markdown")
    lines = (line for text in texts for line in text.splitlines())
    return next((line.lstrip("# ").strip()[:80] for line in lines if line.startswith("# ")), "")
