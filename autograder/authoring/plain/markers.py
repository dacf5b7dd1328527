"""nbgrader's markers in the text of cells: regions that never end, or stand where none may."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ...course.cells import marking
from .metadata import CellFault, role_of


@dataclass(frozen=True)
class Region:
    """A kind of region: nbgrader's class and the names of its settings, and where it may stand."""

    section: str
    begin: tuple[str, str]
    end: tuple[str, str]
    place: str

    def found_in(self, text: str, settings: Mapping[str, Any]) -> list[bool]:
        """For each marker in a text, in order, whether a region begins there."""
        begin = str(settings.get(*self.begin))
        end = str(settings.get(*self.end))
        found = []
        for line in text.split("\n"):
            if begin in line:
                found.append(True)
            elif end in line:
                found.append(False)
        return found


REGIONS = (
    Region(
        "ClearSolutions",
        ("begin_solution_delimeter", "BEGIN SOLUTION"),
        ("end_solution_delimeter", "END SOLUTION"),
        "a cell that students answer",
    ),
    Region(
        "ClearHiddenTests",
        ("begin_test_delimeter", "BEGIN HIDDEN TESTS"),
        ("end_test_delimeter", "END HIDDEN TESTS"),
        "a cell of tests",
    ),
    Region(
        "ClearMarkScheme",
        ("begin_mark_scheme_delimeter", "BEGIN MARK SCHEME"),
        ("end_mark_scheme_delimeter", "END MARK SCHEME"),
        "a task",
    ),
)


def marker_faults(notebook: Any, settings: Mapping[str, Mapping[str, Any]]) -> Iterator[CellFault]:
    """What nbgrader refuses of the markers in a notebook's cells.

    Parameters
    ----------
    settings : of nbgrader's own, by class and name
    """
    for number, cell in enumerate(notebook.cells, 1):
        for region in REGIONS:
            own = settings.get(region.section, {})
            if region is not REGIONS[0] and _is_replaced(cell, settings):
                continue
            yield from _faults(number, cell, region, own)


def _faults(
    number: int, cell: Any, region: Region, settings: Mapping[str, Any]
) -> Iterator[CellFault]:
    found = region.found_in(cell.source, settings)
    begin = str(settings.get(*region.begin))
    if any(one and other for one, other in pairwise(found)):
        yield CellFault(number, f"{begin!r} stands inside another", "end the first one before it")
    elif found and found[-1]:
        yield CellFault(number, f"what {begin!r} begins never ends", "add the line that ends it")
    if True in found and settings.get("enforce_metadata", True) and not _may_stand(cell, region):
        yield CellFault(
            number,
            f"{begin!r} stands in a cell that is not marked for it",
            f"mark it as {region.place}, or take the line out",
        )


def _is_replaced(cell: Any, settings: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether nbgrader puts a stub in the place of all that a cell holds, before it looks on."""
    solutions = REGIONS[0]
    found = solutions.found_in(cell.source, settings.get(solutions.section, {}))
    return bool(marking(cell).solution) and not found


def _may_stand(cell: Any, region: Region) -> bool:
    match region.section:
        case "ClearSolutions":
            return marking(cell).solution
        case "ClearHiddenTests":
            return marking(cell).grade
    return role_of(cell) == "task"
