"""From a week's source to the student's notebook, through nbgrader's own generator."""

import ast
import builtins
import json
import logging
import os
import re
import symtable
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat.v4

from .course import Course, Week
from .errors import CourseError
from .source import (
    BEGIN_HIDDEN,
    BEGIN_SOLUTION,
    END_HIDDEN,
    END_SOLUTION,
    Cell,
    Source,
    SourceError,
    only,
    plain_python,
    read,
)

SKIP_TAG = "skip-execution"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
#: A line of a solution shorter than this may stand in a student file by chance.
TELLING = 24
#: Lines that an exercise's stub or its checks have in common with what is hidden.
SHARED = re.compile(r"\s*(def|class|import|from|@|#|\)|rng\b|[A-Z, ]+ =)")


def tests_id(exercise: str) -> str:
    """The nbgrader id of an exercise's test cell."""
    return f"test_{exercise}"


def instructor_notebook(source: Source) -> Any:
    """The source as an nbgrader source notebook: every role in nbgrader's own metadata."""
    cells: list[Any] = []
    counts: dict[str, int] = {}
    for cell in source.of("prose", "given", "exercise", "tests", "experiment", "question"):
        counts[cell.role] = counts.get(cell.role, 0) + 1
        node = _node(cell, counts[cell.role])
        if any(node.id == other.id for other in cells):
            message = f"{cell.role}={cell.name!r}: another cell's id is {node.id!r} already"
            raise SourceError(source.path, cell.line, message)
        cells.append(node)
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def _node(cell: Cell, number: int) -> Any:
    if cell.role == "prose":
        node = nbformat.v4.new_markdown_cell(cell.text, id=f"prose-{number:02}")
        node.metadata = nbformat.from_dict({"editable": False, "deletable": False})
        return node
    name = {
        "exercise": cell.name,
        "question": cell.name,
        "tests": tests_id(cell.name),
    }.get(cell.role, f"{cell.role}-{number:02}")
    make = nbformat.v4.new_code_cell if cell.is_code else nbformat.v4.new_markdown_cell
    node = make(cell.text, id=name.replace("_", "-")[:64])
    own: dict[str, Any] = {
        "grade_id": name,
        "grade": cell.role in ("tests", "question"),
        "solution": cell.role in ("exercise", "question"),
        "locked": cell.role in ("given", "tests", "experiment"),
        "task": False,
        "schema_version": 3,
    }
    if own["grade"]:
        own["points"] = cell.points
    node.metadata["nbgrader"] = own
    if cell.role == "experiment":
        node.metadata["tags"] = [SKIP_TAG]
    return node


def student_notebook(source: Source) -> str:
    """The notebook that students get, as the text of its file.

    Raises
    ------
    SourceError
        If a graded cell needs a name that only an experiment defines, or if anything that
        students must not see is left in the notebook.
    """
    _refuse_names_of_experiments(source)
    with tempfile.TemporaryDirectory() as folder:
        text = generate(source, Path(folder), database=False)
    _refuse_leaks(source, text)
    return text


def write_week(course: Course, week: Week, check: bool = False) -> bool:
    """Make a week's student notebook; whether the file was what it should be already.

    With ``check`` nothing is written. Otherwise the week's cells are made known to nbgrader's
    gradebook as well.
    """
    source = read(course.source_path(week), week.id)
    text = student_notebook(source)
    path = course.notebook_path(week)
    same = path.is_file() and path.read_text(encoding="utf-8") == text
    if not check:
        generate(source, course.root, database=True, db_url=course.gradebook)
        print(f"{week.id}: {path.relative_to(course.root)}{' (unchanged)' if same else ''}")
    return same


def generate(source: Source, root: Path, database: bool, db_url: str = "") -> str:
    """Run nbgrader's generator under ``root`` and return the text it makes.

    The source goes to ``build/source/WEEK/`` and the result to ``notebooks/WEEK/``, both below
    ``root``. With ``database`` the cells are recorded in the gradebook as well.
    """
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory

    folder = root / "build" / "source" / source.week
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(instructor_notebook(source), folder / f"{source.week}.ipynb")
    where = CourseDirectory(
        root=str(root),
        assignment_id=source.week,
        source_directory=str(Path("build") / "source"),
        release_directory="notebooks",
    )
    if db_url:
        where.db_url = db_url
    converter = GenerateAssignment(coursedir=where, force=True, no_database=not database)
    converter.log = logging.getLogger("autograder.nbgrader")
    converter.log.setLevel(logging.ERROR)
    if database:
        alembic_on_path()
    else:
        kept = [p for p in converter.preprocessors if p.__name__ != "SaveCells"]
        converter.preprocessors = kept
    try:
        converter.start()
    except Exception as error:
        raise CourseError(f"{source.path}: nbgrader cannot generate it: {error}") from error
    path = root / "notebooks" / source.week / f"{source.week}.ipynb"
    text = _stable(path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    return text


def alembic_on_path() -> None:
    """nbgrader starts ``alembic`` by name; it stands beside this Python, on PATH or not."""
    programs = str(Path(sys.executable).parent)
    if programs not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = programs + os.pathsep + os.environ.get("PATH", "")


def _stable(text: str) -> str:
    """The same notebook for the same source: keys in order, nothing of the machine."""
    notebook = json.loads(text)
    notebook["metadata"] = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _refuse_names_of_experiments(source: Source) -> None:
    """A cell that grading runs may not use what only a skipped cell defines."""
    ours = set(dir(builtins)) | {"get_ipython", "display", "In", "Out", "__name__", "_"}
    for cell in source.of("given", "exercise", "tests"):
        ours |= _names(cell)[0]
    theirs: set[str] = set()
    for cell in source.of("experiment"):
        theirs |= _names(cell)[0]
    for cell in source.of("given", "exercise", "tests", "mistake", "alternative"):
        lost = sorted((_names(cell)[1] & theirs) - ours)
        if lost:
            what = f"this {cell.role} cell uses {lost[0]!r}, which only an experiment defines"
            raise SourceError(source.path, cell.line, what)


def _names(cell: Cell) -> tuple[set[str], set[str]]:
    """The global names that a cell defines, and those that it uses."""
    table = symtable.symtable(plain_python(cell.text), "<cell>", "exec")
    defined, used = set(), set()
    for symbol in table.get_symbols():
        if symbol.is_assigned() or symbol.is_imported():
            defined.add(symbol.get_name())
        if symbol.is_referenced():
            used.add(symbol.get_name())
    for inner in _below(table):
        for symbol in inner.get_symbols():
            if symbol.is_global() and symbol.is_referenced():
                used.add(symbol.get_name())
            if symbol.is_declared_global() and symbol.is_assigned():
                defined.add(symbol.get_name())
    return defined, used


def _below(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _below(child)


def _refuse_leaks(source: Source, text: str) -> None:
    """Nothing of a solution, a hidden test, a mistake or an alternative may be left."""
    shown = _squeeze("\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"]))
    for marker in (BEGIN_SOLUTION, END_SOLUTION, BEGIN_HIDDEN, END_HIDDEN, "autograder.judge"):
        if _squeeze(marker) in shown:
            raise SourceError(source.path, 1, f"{marker!r} is left in the student's notebook")
    for cell in source.of("exercise", "tests", "mistake", "alternative"):
        for line, secret in _secrets(cell):
            if secret in shown:
                what = f"this text of a {cell.role} cell is left in the student's notebook"
                raise SourceError(source.path, line, what)


def _secrets(cell: Cell) -> Iterator[tuple[int, str]]:
    """What of a cell students must not see, squeezed, with its lines' numbers.

    Two lines in a row tell a solution; one line by itself may stand in the theory, unless it
    is the whole solution. A hidden test is told by its programs' names and titles, and by four
    lines in a row: its set-up may look like that of a visible check.
    """
    markers = {"exercise": (BEGIN_SOLUTION, END_SOLUTION), "tests": (BEGIN_HIDDEN, END_HIDDEN)}
    hidden = only(cell.text, *markers[cell.role]) if cell.role in markers else cell.text
    if cell.role == "mistake":  # its code may be what a "break it" section breaks
        yield cell.line, _squeeze(str(cell.attributes["hint"]))
        return
    if cell.role == "tests":
        for node in ast.parse(plain_python(hidden)).body:
            if isinstance(node, ast.FunctionDef):
                yield cell.line + node.lineno, f"def{node.name}("
                yield cell.line + node.lineno, _squeeze(ast.get_docstring(node) or node.name)
    shared = _docstring_lines(cell) if cell.role == "alternative" else set()
    rows = [
        (cell.line + offset, _squeeze(row))
        for offset, row in enumerate(hidden.splitlines(), 1)
        if _squeeze(row) and offset not in shared and not SHARED.match(row)
    ]
    width = min(len(rows), 4 if cell.role == "tests" else 2)
    for start in range(len(rows) - width + 1 if width else 0):
        secret = "".join(text for _, text in rows[start : start + width])
        if len(secret) >= TELLING:
            yield rows[start][0], secret


def _docstring_lines(cell: Cell) -> set[int]:
    """An alternative may repeat the exercise's docstring."""
    found: set[int] = set()
    for node in ast.walk(ast.parse(plain_python(cell.text))):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            found |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return found


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)
