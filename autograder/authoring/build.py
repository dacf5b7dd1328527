"""From a week's source to the student's notebook, through nbgrader's own generator."""

import builtins
import json
import logging
import symtable
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat.v4

from ..course.database import create_tables
from ..course.errors import CourseError
from ..course.manifest import Course, Week
from ..course.paths import BUILD, Paths
from .faults import SourceError
from .leaks import refuse_leaks
from .percent import plain_python
from .rubric import for_students, split_rubric
from .source import (
    BARE,
    BEGIN_HIDDEN,
    BEGIN_SOLUTION,
    END_HIDDEN,
    END_SOLUTION,
    Cell,
    Source,
    read,
)

SKIP_TAG = "skip-execution"
#: nbgrader's folders: its source notebooks, and the release versions that it makes of them.
SOURCES, RELEASES = f"{BUILD}/source", f"{BUILD}/release"
#: The text of an answer cell if the author gives none to start from.
NO_ANSWER = "YOUR ANSWER HERE"
#: The nbgrader id of the cell that holds the self-assessment.
ITEMS_ID = "self_assessment"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def tests_id(exercise: str) -> str:
    """The nbgrader id of an exercise's test cell."""
    return f"test_{exercise}"


def instructor_notebook(source: Source) -> Any:
    """The source as an nbgrader source notebook: every role in nbgrader's own metadata."""
    cells: list[Any] = []
    counts: dict[str, int] = {}
    for cell in source.of("prose", "given", "exercise", "tests", "question", *BARE):
        counts[cell.role] = counts.get(cell.role, 0) + 1
        for node in (*_marking(cell), _node(source, cell, counts[cell.role])):
            if any(node.id == other.id for other in cells):
                message = f"{cell.role}={cell.name!r}: another cell's id is {node.id!r} already"
                raise SourceError(source.path, cell.line, message)
            cells.append(node)
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def _marking(cell: Cell) -> Iterator[Any]:
    """The cell before a question whose rubric is shown to students."""
    if cell.role == "question" and "rubric" in cell.attributes:
        criteria = split_rubric(cell.text)[1]
        if criteria:
            yield _prose(for_students(criteria), f"marking-{cell.name}".replace("_", "-")[:64])


def _prose(text: str, id: str) -> Any:
    node = nbformat.v4.new_markdown_cell(text, id=id)
    node.metadata = nbformat.from_dict({"editable": False, "deletable": False})
    return node


def _node(source: Source, cell: Cell, number: int) -> Any:
    if cell.role == "prose":
        return _prose(cell.text, f"prose-{number:02}")
    name = {
        "exercise": cell.name,
        "question": cell.name,
        "tests": tests_id(cell.name),
        "selfassessment": ITEMS_ID,
    }.get(cell.role, f"{cell.role}-{number:02}")
    make: Callable[..., Any] = (
        nbformat.v4.new_code_cell if cell.is_code else nbformat.v4.new_markdown_cell
    )
    text = cell.text
    if cell.role == "tests":
        text = f"{text}\n{BEGIN_HIDDEN}\n{source.hidden.section(cell.name)}\n{END_HIDDEN}"
    if cell.role == "question":  # nbgrader keeps the text around a solution, here an empty one
        text = f"{split_rubric(text)[0] or NO_ANSWER}\n{BEGIN_SOLUTION}\n{END_SOLUTION}"
    node = make(text, id=name.replace("_", "-")[:64])
    own: dict[str, Any] = {
        "grade_id": name,
        "grade": cell.role in ("tests", "question"),
        "solution": cell.role in ("exercise", "question"),
        "locked": cell.role in ("given", "tests", *BARE),
        "task": False,
        "schema_version": 3,
    }
    if own["grade"]:
        own["points"] = cell.points
    node.metadata["nbgrader"] = own
    if cell.role in BARE:
        node.metadata["tags"] = [SKIP_TAG]
    if cell.role == "selfassessment":  # students read the list that it shows, not the call
        node.metadata["jupyter"] = {"source_hidden": True}
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
    refuse_leaks(source, text)
    return text


def is_built(course: Course, week: Week) -> bool:
    """Whether the week's student notebook is there and is what its source gives."""
    try:
        text = _stable(course.notebook_path(week).read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError, KeyError):
        return False
    return text == student_notebook(read(course.source_folder(week), week.id))


def generate(source: Source, root: Path, database: bool, db_url: str = "") -> str:
    """Run nbgrader's generator under ``root`` and return the text it makes.

    The source goes to ``build/source/WEEK/`` and the result to ``notebooks/WEEK/``, both below
    ``root``; an earlier one is kept if nbgrader fails. With ``database`` the cells are recorded in
    the gradebook as well.
    """
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory

    folder = root / SOURCES / source.week
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(instructor_notebook(source), folder / f"{source.week}.ipynb")
    where = CourseDirectory(
        root=str(root),
        assignment_id=source.week,
        source_directory=SOURCES,
        release_directory=RELEASES,
    )
    if db_url:
        where.db_url = db_url
    converter = GenerateAssignment(coursedir=where, force=True, no_database=not database)
    converter.config.ClearSolutions.text_stub = ""
    converter.log, said = listening()
    if database:
        create_tables(where.db_url)
    else:
        kept = [p for p in converter.preprocessors if p.__name__ != "SaveCells"]
        converter.preprocessors = kept
    try:
        converter.start()
    except Exception as error:
        text = "\n".join([str(error), *said])
        if "Cannot add or remove cells" in text:
            raise CourseError(
                f"{source.path}: graded cells were added or removed, and {source.week} has "
                "submissions in gradebook.db, whose cells nbgrader keeps as they are; put the "
                "cells back, or move gradebook.db and autograded/ away and grade again"
            ) from None
        why = (said or [text])[0].strip().splitlines()[-1]
        raise CourseError(f"{source.path}: nbgrader cannot generate it: {why}") from error
    made = root / RELEASES / source.week / f"{source.week}.ipynb"
    text = _stable(made.read_text(encoding="utf-8"))
    path = Paths(root).notebook(source.week)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return text


def listening() -> tuple[logging.Logger, list[str]]:
    """A log for nbgrader whose errors are kept, with their tracebacks, instead of shown."""
    said: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    log = logging.Logger("autograder.nbgrader", logging.ERROR)
    log.addHandler(handler)
    return log, said


def _stable(text: str) -> str:
    """The text in one stable form: keys in order, nothing of the machine."""
    notebook = json.loads(text)
    notebook["metadata"] = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _refuse_names_of_experiments(source: Source) -> None:
    """Refuse a graded cell that uses a name which only an experiment defines."""
    ours = set(dir(builtins)) | {"get_ipython", "display", "In", "Out", "__name__", "_"}
    for cell in source.of("given", "exercise", "tests"):
        ours |= _names(cell.text)[0]
    theirs: set[str] = set()
    for cell in source.of("experiment"):
        theirs |= _names(cell.text)[0]
    for cell in source.of("given", "exercise", "tests"):
        lost = sorted((_names(cell.text)[1] & theirs) - ours)
        if lost:
            what = f"this {cell.role} cell uses {lost[0]!r}, which only an experiment defines"
            raise SourceError(source.path, cell.line, what)
    for one in source.alternatives:  # a mistake may be to use such a name
        lost = sorted((_names(one.text)[1] & theirs) - ours)
        if lost:
            what = f"{one.name!r} uses {lost[0]!r}, which only an experiment defines"
            raise SourceError(one.path, one.line, what)


def _names(text: str) -> tuple[set[str], set[str]]:
    """The global names that a cell's text defines, and those that it uses."""
    table = symtable.symtable(plain_python(text), "<cell>", "exec")
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
