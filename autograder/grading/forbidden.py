"""What the exercises of a submission reach that they forbid, before anything is run."""

from collections.abc import Mapping, Set
from dataclasses import replace
from typing import Any

from ..authoring.build import SKIP_TAG, tests_id
from ..authoring.source import Source
from ..course.cells import marking
from ..judge.inspection import Inspection, inspect, read_code
from ..judge.inspection.look import Finding
from ..judge.inspection.reach import CodeCell
from ..remote.causes import Cause
from .names import PARSE_LIMIT, magics, versions
from .notes import Note
from .sanitise import OWN, stub_names

#: How many characters of a submission's code are read, and how many magics in a cell: IPython
#: reads the whole cell again for each.
READ, MAGICS = 200_000, 40


def look_for_forbidden(notebook: Any, source: Source) -> dict[str, Inspection]:
    """For each exercise that forbids something, what its code in a sanitised notebook reaches."""
    forbidding = [cell for cell in source.exercises if cell.forbids]
    if not forbidding:
        return {}
    names = {cell.name for cell in source.exercises}
    cells, unread = _to_read(notebook, names)
    code = read_code(cells)
    found = {cell.name: inspect(code, stub_names(cell.text), cell.forbids) for cell in forbidding}
    return {name: replace(one, doubtful=(*one.doubtful, *unread)) for name, one in found.items()}


def _to_read(notebook: Any, exercises: Set[str]) -> tuple[list[CodeCell], list[Finding]]:
    """The code of a notebook's cells that run, and which of it there is too much of to be read."""
    tests = {tests_id(name) for name in exercises}
    found: list[tuple[bool, int, CodeCell]] = []
    for cell in notebook.cells:
        name = marking(cell).grade_id
        skipped = SKIP_TAG in cell.metadata.get("tags", [])
        if cell.cell_type == "code" and not skipped and name not in tests:
            given = name not in exercises and OWN not in cell.metadata
            aside = bool(cell.metadata.get(OWN, {}).get("aside"))
            for text in dict.fromkeys(versions(cell.source)):  # whichever of them is run
                one = CodeCell(text, name if name in exercises else "", given)
                found.append((aside, len(found), one))
    kept, unread, room = [], dict[Finding, None](), READ
    for _, number, one in sorted(found, key=lambda entry: entry[:2]):  # what matters first
        short = len(one.text) <= min(PARSE_LIMIT, room) and magics(one.text) <= MAGICS
        if one.given or short:
            kept.append((number, one))
            room -= 0 if one.given else len(one.text)
        else:
            unread[Finding("code that is too long to be read", one.words)] = None
    return [one for _, one in sorted(kept, key=lambda entry: entry[0])], list(unread)


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
