"""What the exercises of a submission reach that they forbid, before anything is run."""

from collections.abc import Mapping
from typing import Any

from ..authoring.build import SKIP_TAG, tests_id
from ..authoring.source import Source
from ..course.cells import marking
from ..judge.inspection import Inspection, inspect, read_code
from ..judge.reach import CodeCell
from ..remote.causes import Cause
from .notes import Note
from .sanitise import OWN, stub_names


def look_for_forbidden(notebook: Any, source: Source) -> dict[str, Inspection]:
    """For each exercise that forbids something, what its code in a sanitised notebook reaches."""
    forbidding = [cell for cell in source.exercises if cell.forbids]
    if not forbidding:
        return {}
    names = {cell.name for cell in source.exercises}
    tests = {tests_id(name) for name in names}
    cells = []
    for cell in notebook.cells:
        name = marking(cell).grade_id
        skipped = SKIP_TAG in cell.metadata.get("tags", [])
        if cell.cell_type == "code" and not skipped and name not in tests:
            given = name not in names and OWN not in cell.metadata
            cells.append(CodeCell(cell.source, name if name in names else "", given))
    code = read_code(cells)
    return {cell.name: inspect(code, stub_names(cell.text), cell.forbids) for cell in forbidding}


def doubts(found: Mapping[str, Inspection]) -> tuple[Note, ...]:
    """What the person who marks should look at; no points are lost by it."""
    return tuple(
        Note(Cause.DOUBTFUL, f"{name}: to be looked at by a person: {_listed(inspection)}", name)
        for name, inspection in found.items()
        if inspection.doubtful and not inspection.refused
    )


def _listed(inspection: Inspection) -> str:
    """The first findings, in words."""
    first = [f"{one.what} ({one.where})" for one in inspection.doubtful[:3]]
    more = len(inspection.doubtful) - len(first)
    return ", ".join(first) + (f" and {more} more" if more else "")
