"""An nbgrader source notebook as a lesson: percent text that gives it back cell by cell.

nbgrader's own metadata stand in the cells' headers. Pictures that are attached to cells are in
``attachments.json`` beside the lesson, and the header says which are the cell's. What has no such
text, because it is not Python or would come back changed, stays a notebook.
"""

import json
import logging
import re
import warnings
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode

from ...course.errors import CourseError
from ...course.files import write_whole
from .attachments import ATTACHMENTS, read_attachments, read_text, write_attachments
from .metadata import faults, upgrade

FORMAT = "py:percent"
#: How a cell's header says that its code begins or ends with blank lines, and how many.
EDGES = ("blank_before", "blank_after")
#: What of a cell's metadata is kept, besides nbgrader's.
KEPT_OF_CELLS = (
    *("tags", "deletable", "editable", "jupyter", "slideshow", "hide_input"),
    *("format", "raw_mimetype"),
)


def read_lesson(path: Path) -> Any:
    """The source notebook that a lesson, ``NOTEBOOK.py`` or ``NOTEBOOK.ipynb``, stands for.

    Cell ids come from nbgrader's ids, or else from the cell's place: they are the same each time.

    Raises
    ------
    CourseError
        If it cannot be read, or nbgrader would refuse it: the cells, what is wrong, what to do.
    """
    notebook = _from_text(path) if path.suffix == ".py" else open_notebook(path)
    wrong = [f"{path}: {fault}" for fault in faults(notebook)]
    if wrong:
        raise CourseError("\n".join(wrong))
    return notebook


def open_notebook(path: Path) -> Any:
    """A notebook of any age in today's form: without outputs, and with what is kept alone.

    Raises
    ------
    CourseError
        If the file is no notebook.
    """
    text = read_text(path)
    silent = logging.getLogger("traitlets")
    level = silent.level
    silent.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            notebook = nbformat.convert(nbformat.reader.reads(text), 4)
            _refuse_strange(notebook)
            return _plain(notebook)
    except Exception as error:  # nbformat raises whatever a strange file makes it raise
        why = " ".join(str(error).split())[:160] or type(error).__name__
        raise CourseError(f"{path}: is no notebook: {why}") from None
    finally:
        silent.setLevel(level)


def _refuse_strange(notebook: Any) -> None:
    """Raise ``ValueError`` for what no notebook of any age holds."""
    for key in ("kernelspec", "language_info"):
        facts = notebook.metadata.get(key) or {}
        words = (facts.get(name) for name in ("name", "display_name", "language"))
        if not all(isinstance(word, str | None) for word in words):
            raise ValueError(f"its {key} is {dict(facts)!r}"[:100])
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type not in ("code", "markdown", "raw"):
            raise ValueError(f"cell {number} is of the kind {cell.cell_type!r}")
        if not isinstance(cell.source, str) or not isinstance(cell.metadata, dict):
            raise ValueError(f"cell {number} has no text or no metadata")
    json.dumps(notebook, ensure_ascii=False).encode()  # half a character is none


def write_lesson(notebook: Any, folder: Path, name: str) -> Path:
    """Write a notebook, as ``open_notebook`` gives it, as the lesson ``name`` in ``folder``.

    Returns
    -------
    Path
        Of the lesson: ``NAME.py``, or ``NAME.ipynb`` where percent text would not give it back.
    """
    notebook = _plain(notebook)
    path = folder / f"{name}.py"
    if language_of(notebook) == "python" and _write_text(notebook, path):
        return path
    write_attachments(folder, name, {})
    write_whole(path.with_suffix(".ipynb"), nbformat.writes(notebook) + "\n")
    return path.with_suffix(".ipynb")


def language_of(notebook: Any) -> str:
    """The language that a notebook's code is written in, in lower case."""
    spec = notebook.metadata.get("kernelspec") or {}
    info = notebook.metadata.get("language_info") or {}
    kernel = str(spec.get("name") or "python3")
    language = str(info.get("name") or spec.get("language") or kernel).lower()
    return "python" if "python" in language or not language else language


def differences(one: Any, other: Any) -> list[str]:
    """What differs between two notebooks, a line for each cell."""
    if len(one.cells) != len(other.cells):
        return [f"{len(one.cells)} cells, and {len(other.cells)}"]
    found = []
    for number, (left, right) in enumerate(zip(one.cells, other.cells, strict=True), 1):
        for what, a, b in zip(
            ("type", "text", "metadata", "attachments"), *map(_core, (left, right)), strict=True
        ):
            if a != b:
                found.append(f"cell {number}: {what}")
    return found


def _core(cell: Any) -> tuple[Any, ...]:
    return cell.cell_type, cell.source, cell.metadata, cell.get("attachments") or {}


def _write_text(notebook: Any, path: Path) -> bool:
    """Write the percent text; whether it gives the notebook back."""
    import jupytext

    node = _copy(notebook)
    pictures = {}
    for number, cell in enumerate(node.cells, 1):
        if cell.get("attachments"):
            pictures[str(number)] = cell.pop("attachments")
            cell.metadata["attachments"] = str(number)
        if cell.cell_type == "code":
            _take_edges(cell)
    node.metadata["jupytext"] = {
        "cell_metadata_filter": "all",
        "notebook_metadata_filter": "kernelspec,-jupytext",
    }
    try:
        text = jupytext.writes(node, fmt=FORMAT)
    except Exception:  # a cell that jupytext cannot write is kept as it is
        return False
    write_whole(path, text)
    write_attachments(path.parent, path.stem, pictures)
    try:
        same = not differences(notebook, _from_text(path))
    except CourseError:
        same = False
    if not same:
        path.unlink()
    return same


def _from_text(path: Path) -> Any:
    import jupytext

    try:
        notebook = jupytext.reads(read_text(path), fmt=FORMAT)
    except Exception as error:  # jupytext raises whatever a strange file makes it raise
        why = " ".join(str(error).split())
        raise CourseError(f"{path}: is no percent notebook: {why}") from None
    pictures = read_attachments(path.parent).get(path.stem, {})
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "code":
            _give_edges(cell)
        key = cell.metadata.pop("attachments", None)
        if key is None:
            continue
        if str(key) not in pictures:
            raise CourseError(
                f"{path}: cell {number}: attachments={key!r} is not in {ATTACHMENTS}; put its "
                "pictures there, or take the word out of the cell's header"
            )
        cell["attachments"] = pictures[str(key)]
    return _plain(notebook)


def _take_edges(cell: Any) -> None:
    """Put the blank lines around a cell's code into its header: percent text has others there."""
    code = cell.source.strip("\n")
    before = len(cell.source) - len(cell.source.lstrip("\n")) if code else 0
    counts = (before, len(cell.source) - len(code) - before)
    cell.source = code
    cell.metadata.update({key: n for key, n in zip(EDGES, counts, strict=True) if n})


def _give_edges(cell: Any) -> None:
    before, after = (cell.metadata.pop(key, 0) for key in EDGES)
    if not all(isinstance(n, int) and 0 <= n < 1000 for n in (before, after)):
        before = after = 0
    cell.source = "\n" * before + cell.source.strip("\n") + "\n" * after


def _plain(notebook: Any) -> Any:
    """A copy in one form: what is kept of the metadata, no outputs, stable ids."""
    node = _copy(notebook)
    node.nbformat, node.nbformat_minor = 4, 5
    node.metadata = nbformat.from_dict(_kernel_of(node))
    cells = []
    for cell in node.cells:
        keys = [key for key in ("nbgrader", "attachments", *KEPT_OF_CELLS) if key in cell.metadata]
        plain = nbformat.from_dict(
            {
                "cell_type": cell.cell_type,
                "metadata": {key: cell.metadata[key] for key in keys},
                "source": cell.source,
            }
        )
        if cell.cell_type == "code":
            plain.update(execution_count=None, outputs=[])
        elif cell.get("attachments"):
            plain["attachments"] = cell.attachments
        cells.append(plain)
    node.cells = cells
    upgrade(node)
    _name_cells(cells)
    return node


def _kernel_of(notebook: Any) -> dict[str, Any]:
    """What a notebook's metadata say of its kernel, in a form that nbformat takes."""
    language = language_of(notebook)
    info = notebook.metadata.get("language_info") or {}
    name = language if language == "python" else info.get("name") or language
    spec = dict(notebook.metadata.get("kernelspec") or {})
    if spec:
        spec.setdefault("name", "python3")
        spec.setdefault("display_name", spec["name"])
    return {**({"kernelspec": spec} if spec else {}), "language_info": {"name": name}}


def _name_cells(cells: list[NotebookNode]) -> None:
    """Give each cell an id that is the same at every reading."""
    taken: set[str] = set()
    for number, cell in enumerate(cells, 1):
        own = cell.metadata.get("nbgrader")
        name = str(own.get("grade_id") or "") if isinstance(own, dict) else ""
        stem = re.sub(r"[^A-Za-z0-9_\-]", "-", name)[:58] or f"place-{number:03}"
        cell["id"] = stem if stem not in taken else f"{stem}-{number:03}"
        taken.add(cell["id"])


def _copy(notebook: Any) -> Any:
    return nbformat.from_dict(json.loads(json.dumps(notebook)))
