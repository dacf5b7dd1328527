"""One assignment: its notebooks read, its lessons and files written."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ...course.manifest import FileName
from ...course.paths import SOLUTIONS
from ..plain.build import FILES
from .copying import copy_files
from .gradebook import GradebookFacts
from .places import FoundAssignment
from .report import SheetReport, WeekReport
from .sheets import Sheet, read_sheet, store

NAMES: TypeAdapter[str] = TypeAdapter(FileName)
#: Names that mean something else in a week's folder.
TAKEN = {"hidden_tests", "attachments", "mistakes", "alternatives"}


def read_sheets(assignment: FoundAssignment, kept: Mapping[str, Mapping[str, Any]]) -> list[Sheet]:
    """An assignment's notebooks, each with a name of its own."""
    beside = frozenset(str(path.relative_to(assignment.folder)) for path in assignment.files)
    sheets = []
    for path in assignment.notebooks:
        trouble = _bad_name("notebook", path.stem)
        if trouble:
            sheets.append(Sheet(SheetReport(path.stem, trouble=(trouble,))))
            continue
        sheets.append(read_sheet(path, beside, kept))
    return sheets


def write_week(
    assignment: FoundAssignment,
    sheets: list[Sheet],
    facts: GradebookFacts,
    draft: Path,
    root: Path,
) -> WeekReport:
    """Write an assignment's lessons and files."""
    trouble = _bad_name("assignment", assignment.name)
    due = facts.due.get(assignment.name)
    week = WeekReport(assignment.name, f"{due:%Y-%m-%d %H:%M} UTC" if due else "")
    if trouble:
        return replace(week, sheets=tuple(one.report for one in sheets), trouble=trouble)
    folder = draft / SOLUTIONS / assignment.name
    reports = tuple(store(sheet, folder) for sheet in sheets)
    left = list(copy_files(assignment.files, assignment.folder, folder / FILES, root))
    notes = [*left, *_changed(assignment.name, sheets, facts)]
    kept = any(not report.trouble for report in reports)
    return replace(
        week,
        sheets=reports,
        files=len(assignment.files) - len(left),
        trouble="" if kept else "none of its notebooks can be taken",
        notes=tuple(notes),
    )


def _bad_name(what: str, name: str) -> str:
    """What is wrong with a name; empty where nothing is."""
    try:
        NAMES.validate_python(name)
    except ValidationError:
        return (
            f"the {what}'s name has to be of letters, digits, blanks and - _ . , ( ) & ', and to "
            "begin and end with a letter or digit: rename it, also in the gradebook if it is there"
        )
    if what == "notebook" and name in TAKEN:
        return f"a file {name}.py means something else beside a lesson: rename the notebook"
    return ""


def _changed(week: str, sheets: list[Sheet], facts: GradebookFacts) -> Iterator[str]:
    """Where the gradebook holds marks of other cells than the notebooks have."""
    names = {sheet.report.name for sheet in sheets if not sheet.report.trouble}
    graded = {notebook: ids for (name, notebook), ids in facts.cells.items() if name == week}
    how = "the build will refuse that; put them back, or grade in a new gradebook"
    for notebook, ids in sorted(graded.items()):
        if notebook not in names:
            yield f"the gradebook has marks of a notebook {notebook!r}, which is not here; {how}"
            continue
        node = next(one.notebook for one in sheets if one.report.name == notebook)
        own = {
            cell.metadata["nbgrader"]["grade_id"]
            for cell in node.cells
            if any(
                cell.metadata.get("nbgrader", {}).get(r) for r in ("grade", "solution", "locked")
            )
        }
        if gone := sorted(ids - own):
            shown = ", ".join(map(repr, gone[:5]))
            yield f"the gradebook has marks of cells that {notebook!r} lacks: {shown}; {how}"
