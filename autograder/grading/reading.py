"""A submitted file's bytes as a notebook's cells, however battered."""

import json
from dataclasses import dataclass, field
from typing import Any

import msgspec
import nbformat

from .notes import Note, put_right

#: Byte-order marks and the encodings that they announce.
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}

#: A notebook with more cells than this was made to keep a grader busy.
CELL_LIMIT = 2000
#: More objects and lists, or more values, are not parsed where outputs cannot be passed over: a
#: file of 60 MiB could hold thirty million of them.
OBJECT_LIMIT, VALUE_LIMIT = 1_000_000, 5_000_000
#: A cell keeps so many tags, and so many pictures.
TAG_LIMIT, PICTURE_LIMIT = 100, 100


class Unreadable(Exception):
    """There is no notebook in these bytes; the message is for the student."""


@dataclass
class SubmittedCell:
    """What of a submitted cell is used at all."""

    kind: str
    text: str
    id: str = ""
    grade_id: str = ""
    tags: tuple[str, ...] = ()
    attachments: dict[str, Any] = field(default_factory=dict)
    solution: bool = False


def read_cells(data: bytes, limit: int) -> tuple[list[SubmittedCell], list[Note]]:
    """The cells of a submitted notebook, and notes on what was put right.

    Raises
    ------
    Unreadable
        Where there is no notebook in the file: what was found and what to do.
    """
    if len(data) > limit:
        raise Unreadable(
            f"the file has {len(data) / 2**20:.0f} MiB, more than the {limit / 2**20:.0f} allowed; "
            "clear the outputs (Edit, Clear Outputs of All Cells), save and submit again"
        )
    if not data.strip():
        raise Unreadable("the file is empty; save the notebook and submit it again")
    notes: list[Note] = []
    tree = _without_outputs(data)
    if tree is None:
        tree = _tree(_text(data, notes))
    if tree.get("nbformat") != 4:
        tree = _upgraded(tree, notes)
    cells = tree.get("cells")
    if not isinstance(cells, list):
        raise Unreadable("the file has no list of cells, so it is not a notebook")
    if len(cells) > CELL_LIMIT:
        raise Unreadable(
            f"the notebook has {len(cells):,} cells, more than the {CELL_LIMIT:,} allowed; "
            "delete those that do not belong, save and submit again"
        )
    found = [cell for cell in map(_cell, cells) if cell is not None]
    if len(found) < len(cells):
        count = len(cells) - len(found)
        notes.append(put_right(f"{count} entries that are not cells were left out"))
    if not found:
        raise Unreadable("the notebook has no cells; open your work, save it and submit again")
    return found, notes


NOTHING = msgspec.Raw(b"null")
#: How many bytes of a cell's metadata are read, and objects among its attachments.
METADATA_LIMIT, ATTACHMENTS_LIMIT = 64 << 10, 1000


class _Cell(msgspec.Struct):
    """A cell as JupyterLab writes it; its outputs are passed over and never made."""

    cell_type: str
    source: str | list[str] = ""
    id: msgspec.Raw = NOTHING
    metadata: msgspec.Raw = NOTHING
    attachments: msgspec.Raw = NOTHING


class _Notebook(msgspec.Struct):
    cells: list[_Cell]
    nbformat: int


def _without_outputs(data: bytes) -> dict[str, Any] | None:
    """A well-formed notebook, read in one go without its outputs; None where it is not one."""
    if data.count(b'"cell_type"') > 4 * CELL_LIMIT:
        return None
    try:
        found = msgspec.json.decode(data, type=_Notebook)
        cells = [_plain(cell) for cell in found.cells]
    except (msgspec.DecodeError, RecursionError, ValueError):
        return None
    return {"nbformat": 4, "cells": cells} if found.nbformat == 4 else None


def _plain(cell: _Cell) -> dict[str, Any]:
    """A cell as JSON has it, without what is too large to be of use."""
    node: dict[str, Any] = {"cell_type": cell.cell_type, "source": cell.source}
    for key, raw in (("id", cell.id), ("metadata", cell.metadata)):
        if len(bytes(raw)) <= METADATA_LIMIT:
            node[key] = msgspec.json.decode(raw)
    if bytes(cell.attachments).count(b"{") <= ATTACHMENTS_LIMIT:
        node["attachments"] = msgspec.json.decode(cell.attachments)
    return node


def _text(data: bytes, notes: list[Note]) -> str:
    encoding = next((name for mark, name in MARKS.items() if data.startswith(mark)), "utf-8")
    if encoding != "utf-8":
        notes.append(put_right("a byte-order mark in front of the file was left out"))
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"the file is not text: byte {error.start} is not {encoding.upper()}; "
            "is it really the .ipynb file?"
        ) from None


def _tree(text: str) -> dict[str, Any]:
    if text.count("{") + text.count("[") > OBJECT_LIMIT or text.count(",") > VALUE_LIMIT:
        raise Unreadable(
            "the file holds more values than any notebook; clear the outputs (Edit, Clear Outputs "
            "of All Cells), save and submit again"
        )
    try:
        tree = json.loads(text)
    except RecursionError:
        raise Unreadable("the file is nested too deeply to be a notebook") from None
    except ValueError as error:
        raise Unreadable(
            f"the file is not valid JSON ({str(error)[:120]}); "
            "was the upload cut off? Download it, open it in JupyterLab and submit it again"
        ) from None
    if not isinstance(tree, dict) or not {"cells", "worksheets"} & set(tree):
        kind = type(tree).__name__ if not isinstance(tree, dict) else "object without cells"
        raise Unreadable(f"the file is JSON but not a notebook ({kind}); submit the .ipynb file")
    return tree


def _upgraded(tree: dict[str, Any], notes: list[Note]) -> dict[str, Any]:
    version = tree.get("nbformat")
    if version not in (1, 2, 3):
        shown = repr(str(version)[:20])
        notes.append(put_right(f"the notebook's format is {shown}; it was read as version 4"))
        return tree
    try:
        upgraded = nbformat.convert(nbformat.from_dict(tree), 4)
    except Exception as error:
        raise Unreadable(
            f"the notebook's format {version} cannot be upgraded ({type(error).__name__}); "
            "open it in JupyterLab, save it and submit it again"
        ) from None
    notes.append(put_right(f"the notebook's format was {version} and was upgraded to 4"))
    return dict(upgraded)


def _cell(node: Any) -> SubmittedCell | None:
    if not isinstance(node, dict):
        return None
    text = node.get("source", "")
    if isinstance(text, list) and all(isinstance(line, str) for line in text):
        text = "".join(text)
    kind = node.get("cell_type")
    if not isinstance(text, str) or kind not in ("code", "markdown", "raw"):
        return None
    metadata = node.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    own = metadata.get("nbgrader")
    grade_id = own.get("grade_id") if isinstance(own, dict) else ""
    tags = metadata.get("tags")
    return SubmittedCell(
        kind,
        text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode(),
        id=str(node.get("id", "")),
        grade_id=grade_id if isinstance(grade_id, str) else "",
        tags=tuple(tag for tag in tags[:TAG_LIMIT] if isinstance(tag, str))
        if isinstance(tags, list)
        else (),
        attachments=_pictures(node.get("attachments")),
        solution=isinstance(own, dict) and own.get("solution") is True,
    )


def _pictures(attachments: Any) -> dict[str, Any]:
    """Pasted pictures of an answer; nothing else may be attached."""
    from .clean import picture

    found: dict[str, Any] = {}
    for name, bundle in attachments.items() if isinstance(attachments, dict) else ():
        if isinstance(bundle, dict):
            kept = {mime: data for mime, data in bundle.items() if picture(mime, data)}
            if kept and len(found) < PICTURE_LIMIT:
                found[str(name).encode("utf-8", "replace").decode()] = kept
    return found
