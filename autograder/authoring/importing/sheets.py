"""One source notebook: its lesson, and what can be told of its cells without running any."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...course.errors import CourseError
from ..percent import plain_python
from ..plain.markers import marker_faults
from ..plain.metadata import faults, role_of
from ..plain.percent import language_of, open_notebook, write_lesson
from ..plain.where import reason_for_kernel
from .report import JUDGE, KERNEL, PERSON, CellReport, SheetReport

AUTOTEST = "AUTOTEST"


@dataclass(frozen=True)
class Sheet:
    """A notebook that was read: what is said of it, and itself where it could be."""

    report: SheetReport
    notebook: Any = None


def read_sheet(path: Path, files: frozenset[str], kept: Mapping[str, Mapping[str, Any]]) -> Sheet:
    """Read a source notebook.

    Parameters
    ----------
    files : what stands beside it, as paths from there
    kept : nbgrader's settings of the course
    """
    try:
        notebook = open_notebook(path)
    except CourseError as error:
        why = str(error).removeprefix(f"{path}: ")
        return Sheet(SheetReport(path.stem, trouble=(why,)))
    language = language_of(notebook)
    kernel = str((notebook.metadata.get("kernelspec") or {}).get("name") or "python3")
    wrong = [str(fault) for fault in (*faults(notebook), *marker_faults(notebook, kept))]
    report = SheetReport(path.stem, language, kernel, trouble=tuple(wrong))
    if not wrong:
        cells = tuple(_cells(notebook, files))
        report = SheetReport(path.stem, language, kernel, cells=cells)
    return Sheet(report, notebook)


def store(sheet: Sheet, folder: Path) -> SheetReport:
    """Write a notebook's lesson, also of one that nbgrader refuses: it is there to be mended."""
    from dataclasses import replace

    if sheet.notebook is None:
        return sheet.report
    path = write_lesson(sheet.notebook, folder, sheet.report.name)
    return replace(sheet.report, lesson=path.name)


def _cells(notebook: Any, files: frozenset[str]) -> Iterator[CellReport]:
    language = language_of(notebook)
    names = _names_of_students(notebook)
    for number, cell in enumerate(notebook.cells, 1):
        role = role_of(cell)
        if role not in ("tests", "manual", "task"):
            continue
        own = cell.metadata["nbgrader"]
        id, points = own["grade_id"], float(own.get("points") or 0)
        if role != "tests":
            yield CellReport(id, number, role, points, PERSON)
            continue
        why = f"a kernel of another language: {language}"
        if language == "python":
            why = reason_for_kernel(cell.source, names, files)
        notes = () if language != "python" or has_check(cell.source) else ("holds no check",)
        yield CellReport(id, number, role, points, KERNEL if why else JUDGE, why, notes=notes)


def _names_of_students(notebook: Any) -> frozenset[str]:
    """The names that solutions define, and the variables of given cells."""
    found: set[str] = set()
    for cell in notebook.cells:
        role = role_of(cell)
        if role not in ("solution", "given", "manual") or cell.cell_type != "code":
            continue
        for node in ast.walk(_parsed(cell.source)):
            match node:
                case ast.Name(id=name, ctx=ast.Store()):
                    found.add(name)
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name) if role != "given":
                    found.add(name)
    return frozenset(found)


def has_check(text: str) -> bool:
    """Whether a test cell holds anything that can fail on purpose."""
    if AUTOTEST in text:
        return True
    nodes = (ast.Assert, ast.Raise, ast.Call)
    return any(isinstance(node, nodes) for node in ast.walk(_parsed(text, unread="f()")))


def _parsed(text: str, unread: str = "") -> ast.AST:
    try:
        return ast.parse(plain_python(text))
    except (SyntaxError, ValueError, RecursionError):
        return ast.parse(unread)


def modules_of(notebook: Any) -> Iterator[str]:
    """The modules that a notebook's cells import, dotted."""
    if language_of(notebook) != "python":
        return
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        for node in ast.walk(_parsed(cell.source)):
            match node:
                case ast.Import(names=names):
                    yield from (one.name for one in names)
                case ast.ImportFrom(module=str() as module, level=0, names=names):
                    yield module
                    yield from (f"{module}.{one.name}" for one in names)
