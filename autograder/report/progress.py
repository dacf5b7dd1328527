"""What a student has written and ticked so far, read from the notebooks without running them."""

import ast
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from ..authoring.build import ITEMS_ID
from ..authoring.items import ItemFault, read_items
from ..authoring.percent import plain_python
from ..course.errors import CourseError
from ..course.manifest import MANIFEST, Course, Week, find_course
from ..gradebook.assessment import read_assessment
from ..grading.reading import SubmittedCell, Unreadable, read_cells

#: What nbgrader's stubs of other languages say.
NO_ANSWER = "No Answer Given"
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
    Of a week of several, ``notebooks`` are all of them, and ``notebook`` is the first.
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
    notebooks: tuple[Path, ...] = ()

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
        several = {"notebooks": [str(path) for path in self.notebooks]} if self.notebooks else {}
        return {
            "week": self.week,
            "title": self.title,
            "notebook": str(self.notebook),
            **several,
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
        there = sorted(folder.glob("*/*.ipynb"))
        notebooks = [path for path in there if _is_assignment(path)]
        if notebooks:
            return [week_progress(path) for path in notebooks]
        by_folder: dict[Path, list[Path]] = {}
        for path in filter(_is_nbgraders, there):
            by_folder.setdefault(path.parent, []).append(path)
        if by_folder:
            return [plain_progress(place.name, paths) for place, paths in by_folder.items()]
    raise CourseError(
        f"no {MANIFEST} in {here} or above, and no fetched assignment in it; "
        "change to the folder that holds your assignments"
    )


def course_progress(course: Course) -> list[WeekProgress]:
    """The weeks of a course, in its order, with their titles and due dates."""
    found = []
    for week in course.weeks:
        if week.is_plain:
            paths = [_plain_path(course, week, name) for name in week.notebooks]
            found.append(plain_progress(week.id, paths, week.title, week.due))
            continue
        path = course.notebook_path(week)
        if not path.is_file():  # an assignment that was fetched is beside the manifest
            path = next(iter(course.root.glob(f"{week.id}/{week.id}.ipynb")), path)
        found.append(week_progress(path, week.title, week.due))
    return found


def plain_progress(
    week: str, paths: list[Path], title: str = "", due: datetime | None = None
) -> WeekProgress:
    """How far the notebooks of a plain week have come, put together."""
    found = [week_progress(path, title, due, _solutions) for path in paths]
    first = next((one for one in found if one.fault is not None), found[0])
    several = len(paths) > 1
    return WeekProgress(
        week,
        title or next((one.title for one in found if one.title), week),
        paths[0],
        tuple(
            Exercise(f"{path.stem}/{one.name}" if several else one.name, one.written)
            for path, progress in zip(paths, found, strict=True)
            for one in progress.exercises
        ),
        due=due,
        fault=first.fault,
        note=" ".join(filter(None, (first.notebook.name if several else "", first.note)))
        if first.fault is not None
        else "",
        notebooks=tuple(paths) if several else (),
    )


def week_progress(
    path: Path,
    title: str = "",
    due: datetime | None = None,
    exercises_of: Callable[[list[SubmittedCell]], dict[str, SubmittedCell]] | None = None,
) -> WeekProgress:
    """How far one notebook has come.

    ``exercises_of`` : finds the cells to be written, where those with tests of their own are not
    """
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
        Exercise(name, not (_is_plain_stub if exercises_of else _is_stub)(cell.text))
        for name, cell in (exercises_of or _exercises)(cells).items()
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
    return path.stem == path.parent.name and _is_nbgraders(path)


def _is_nbgraders(path: Path) -> bool:
    return path.is_file() and b'"nbgrader"' in path.read_bytes()


def _plain_path(course: Course, week: Week, name: str) -> Path:
    """A notebook of a plain week, which may be an assignment that was fetched."""
    path, fetched = course.notebook(week.id, name), course.root / week.id / f"{name}.ipynb"
    return fetched if fetched.is_file() and not path.is_file() else path


def _solutions(cells: list[SubmittedCell]) -> dict[str, SubmittedCell]:
    """The code cells of a plain notebook that a student writes."""
    return {cell.grade_id: cell for cell in cells if cell.kind == "code" and cell.solution}


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


def _is_plain_stub(text: str) -> bool:
    """The same for a plain notebook, which need not be Python: as nbgrader leaves such a cell."""
    try:
        ast.parse(plain_python(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
        return not "".join(lines).strip() or NO_ANSWER in text
    return _is_stub(text)


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
