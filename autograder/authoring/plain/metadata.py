"""nbgrader's metadata of a notebook's cells: brought to the newest form, and what it refuses."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...course.cells import marking

#: The form of the metadata that nbgrader 0.9 reads.
SCHEMA = 3
#: What a source notebook says of a cell; nbgrader makes the rest (checksums) anew.
KEPT = ("grade", "grade_id", "locked", "points", "schema_version", "solution", "task")
ROLES = ("grade", "solution", "locked", "task")
GRADE_ID = re.compile(r"[A-Za-z0-9_\-]+")


@dataclass(frozen=True)
class CellFault:
    """What nbgrader refuses of one cell: its number from 1, what was found, what to do."""

    cell: int
    found: str
    remedy: str

    def __str__(self) -> str:
        return f"cell {self.cell}: {self.found}; {self.remedy}"


def upgrade(notebook: Any) -> None:
    """Bring nbgrader's metadata of every cell to the newest form, as ``nbgrader update`` does.

    What cannot be understood stays as it is: ``faults`` tells it.
    """
    for cell in notebook.cells:
        own = cell.metadata.get("nbgrader")
        if own is None or own == {}:
            cell.metadata.pop("nbgrader", None)
        elif isinstance(own, dict) and own.get("schema_version", 0) in (0, 1, 2):
            _upgrade_cell(cell)
        own = cell.metadata.get("nbgrader")
        if isinstance(own, dict):
            own = {"grade": False, "locked": False, "solution": False, **own}
            cell.metadata["nbgrader"] = {key: own[key] for key in KEPT if key in own}


def _upgrade_cell(cell: Any) -> None:
    from nbgrader.nbgraderformat import MetadataValidator

    validator = MetadataValidator()
    validator.log = logging.Logger("autograder.nbgrader", logging.CRITICAL)
    try:
        validator.upgrade_cell_metadata(cell)
    except (TypeError, ValueError, KeyError, AttributeError):  # points that are no number, …
        return


def faults(notebook: Any) -> Iterator[CellFault]:
    """What nbgrader refuses of a notebook's metadata, in the order of its cells."""
    seen: dict[str, int] = {}
    for number, cell in enumerate(notebook.cells, 1):
        own = cell.metadata.get("nbgrader")
        if own is None:
            continue
        yield from (CellFault(number, *fault) for fault in _cell_faults(cell, own))
        name = marking(cell).grade_id
        if not name or not any(own.get(role) is True for role in ROLES):
            continue
        if name in seen:
            found = f"its grade_id {name!r} is that of cell {seen[name]} as well"
            yield CellFault(number, found, "give one of them another id")
        seen.setdefault(name, number)


def _cell_faults(cell: Any, own: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(own, dict):
        yield f"its nbgrader metadata is {own!r}", "expected keys and values; set it up again"
        return
    version = own.get("schema_version")
    if version != SCHEMA:
        newer = isinstance(version, int) and version > SCHEMA
        yield (
            f"its nbgrader metadata has the form {version!r}{', of a newer nbgrader' * newer}",
            f"expected {SCHEMA}; set the cell up again in nbgrader's Create Assignment",
        )
        return
    for key in ROLES:
        if not isinstance(own.get(key, False), bool):
            yield f"{key} is {own[key]!r}", "expected true or false"
    role = {key: own.get(key) is True for key in ROLES}
    yield from _id_faults(own, any(role.values()))
    yield from _points_faults(own, role["grade"])
    if role["task"]:
        if cell.cell_type != "markdown":
            yield f"a task is a {cell.cell_type} cell", "make it a Markdown cell"
    elif cell.cell_type == "markdown" and role["grade"] != role["solution"]:
        lacks = "written by the student" if role["grade"] else "graded"
        yield (
            f"a Markdown cell is {'graded' if role['grade'] else 'an answer'} and not {lacks}",
            "mark it as manually graded, or as read-only",
        )


def _id_faults(own: dict[str, Any], needed: bool) -> Iterator[tuple[str, str]]:
    name = own.get("grade_id")
    if needed and name in (None, ""):
        yield "it has no grade_id", "give it one in nbgrader's Create Assignment"
    elif name not in (None, "") and not (isinstance(name, str) and GRADE_ID.fullmatch(name)):
        yield f"its grade_id is {name!r}", "expected letters, digits, - and _; rename it"


def _points_faults(own: dict[str, Any], graded: bool) -> Iterator[tuple[str, str]]:
    points = own.get("points")
    if graded and "points" not in own:
        yield "it is graded and has no points", "say how many, in nbgrader's Create Assignment"
    elif "points" in own and (
        isinstance(points, bool)
        or not isinstance(points, int | float)
        or not 0 <= points < float("inf")
    ):
        yield f"its points are {points!r}", "expected a number, not negative"


def role_of(cell: Any) -> str:
    """What a cell is for: given, solution, tests, manual (graded by a person), task or prose."""
    role, is_code = marking(cell), cell.cell_type == "code"
    own = cell.metadata.get("nbgrader")
    if isinstance(own, dict) and own.get("task") is True:
        return "task"
    if role.grade:
        return "tests" if is_code and not role.solution else "manual"
    if not is_code:
        return "prose"
    return "solution" if role.solution else "given"
