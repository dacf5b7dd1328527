"""A submitted file that is broken: one sentence says what was found, and nothing is raised."""

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import tiny
from support.notebooks import MIB, as_bytes, cell_of, clean, edited, new_cell, said, submission

from autograder.authoring.build import student_notebook
from autograder.authoring.source import Source, parse

SOURCE = parse(tiny.TEXTS, Path(tiny.WEEK), tiny.WEEK)
NOTEBOOK = student_notebook(SOURCE)
RIGHT = submission(NOTEBOOK)
DATA = as_bytes(RIGHT)


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


def cells(*found: Any) -> bytes:
    return as_bytes({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [*found]})


UNREADABLE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "the file is empty"),
    "blanks": (b" \n\t\r\n", "the file is empty"),
    "a byte-order mark alone": (b"\xef\xbb\xbf", "empty|not valid JSON"),
    "text": (b"my homework", "not valid JSON"),
    "Latin-1": ('{"cells": ["é"]}'.encode("latin-1"), "byte 12 is not UTF-8"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0", "byte 0 is not UTF-8"),
    "half of UTF-16": (DATA.decode().encode("utf-16")[:-1], "is not UTF-16"),
    "UTF-16 without a mark": (DATA.decode().encode("utf-16-le"), "not valid JSON"),
    "zeros": (b"\0" * 100, "not valid JSON"),
    "cut in the middle": (DATA[: len(DATA) // 2], "was the upload cut off"),
    "cut before the end": (DATA.rstrip()[:-1], "was the upload cut off"),
    "two notebooks": (DATA + DATA, "not valid JSON"),
    "a conflict of git": (b"<<<<<<< HEAD\n" + DATA, "not valid JSON"),
    "a list": (b"[]", r"not a notebook \(list\)"),
    "a number": (b"4", r"not a notebook \(int\)"),
    "a text in JSON": (b'"cells"', r"not a notebook \(str\)"),
    "null": (b"null", r"not a notebook \(NoneType\)"),
    "an object": (b"{}", r"not a notebook \(object without cells\)"),
    "a web page": (b"<!DOCTYPE html><html></html>", "not valid JSON"),
    "no cells": (cells(), "has no cells"),
    "cells that are a number": (b'{"nbformat": 4, "cells": 3}', "no list of cells"),
    "cells that are an object": (b'{"nbformat": 4, "cells": {"a": 1}}', "no list of cells"),
    "cells that are null": (b'{"nbformat": 4, "cells": null}', "no list of cells"),
    "only cells that are none": (cells(1, "x", None, [], {}), "has no cells"),
    "cells without a kind": (cells({"source": "x = 1"}), "has no cells"),
    "cells of unknown kinds": (cells({"cell_type": ["code"], "source": "x"}), "has no cells"),
    "sources that are numbers": (cells({"cell_type": "code", "source": 7}), "has no cells"),
    "sources that are lists of numbers": (
        cells({"cell_type": "code", "source": [7]}),
        "has no cells",
    ),
    "format 3 without sheets": (b'{"nbformat": 3, "cells": []}', "format 3|no cells|no list"),
    "format 3 of rubbish": (b'{"nbformat": 3, "worksheets": 7}', "format 3 cannot be upgraded"),
    "sheets in format 4": (b'{"nbformat": 4, "worksheets": []}', "no list of cells"),
    "a thousand lists": (nested(100_000).encode(), "nested too deeply"),
    "deep inside a notebook": (
        b'{"cells": ' + nested(100_000).encode() + b"}",
        "nested too deeply",
    ),
    "a number without end": (b'{"cells": ' + b"9" * 10_000 + b"}", "not valid JSON"),
    "too large": (DATA + b" " * MIB, "more than the 1 allowed; clear the outputs"),
}


@pytest.mark.parametrize(("data", "words"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_without_a_notebook_is_told_so(data: bytes, words: str) -> None:
    result = clean(data, NOTEBOOK, SOURCE)
    assert re.search(words, result.reason), result.reason
    assert len(result.reason) < 400
    assert result.notebook == nbformat.reads(NOTEBOOK, as_version=4)


def upgradable(version: int) -> bytes:
    old = nbformat.convert(nbformat.reads(DATA.decode(), as_version=4), 3)
    old["nbformat"] = version
    return as_bytes(old)


READABLE: dict[str, tuple[bytes, str]] = {
    "as it was written": (DATA, ""),
    "with a byte-order mark": (b"\xef\xbb\xbf" + DATA, "a byte-order mark"),
    "in UTF-16": (DATA.decode().encode("utf-16"), "a byte-order mark"),
    "in UTF-16, the other way": (
        b"\xfe\xff" + DATA.decode().encode("utf-16-be"),
        "a byte-order mark",
    ),
    "with Windows' line ends": (json.dumps(RIGHT, indent=1).replace("\n", "\r\n").encode(), ""),
    "all in ASCII": (json.dumps(RIGHT).encode(), ""),
    "blanks around it": (b"\n\n" + DATA + b"\n\n", ""),
    "NaN in an output": (DATA.replace(b'"execution_count": null', b'"execution_count": NaN'), ""),
    "entries that are no cells": (
        as_bytes(edited(RIGHT, lambda t: t["cells"].extend([1, {}]))),
        "2 entries that are not cells",
    ),
    "a key twice": (b'{"nbformat": 3, ' + DATA.lstrip()[1:], ""),
}


@pytest.mark.parametrize(("data", "note"), READABLE.values(), ids=READABLE)
def test_a_notebook_in_another_encoding_or_layout_is_read(data: bytes, note: str) -> None:
    result = clean(data, NOTEBOOK, SOURCE)
    assert result.reason == ""
    assert cell_of(result.notebook, "double").source == tiny.RIGHT["double"]
    assert (note in "; ".join(said(result))) if note else result.notes == []


def test_a_notebook_of_format_3_is_upgraded() -> None:
    result = clean(upgradable(3), NOTEBOOK, SOURCE)
    assert result.reason == ""
    assert cell_of(result.notebook, "double").source.strip() == tiny.RIGHT["double"].strip()
    assert any("was 3 and was upgraded" in note for note in said(result))


@pytest.mark.parametrize("depth", [50, 600, 900])
@pytest.mark.parametrize("key", ["id", "metadata", "outputs", "attachments", "cell_type", "source"])
def test_anything_deep_inside_a_cell_is_survived(key: str, depth: int) -> None:
    data = cells(new_cell("x = 1"), {**new_cell("y = 2"), key: "DEEP"})
    data = data.replace(b'"DEEP"', nested(depth).encode())
    result = clean(data, NOTEBOOK, SOURCE)
    assert "x = 1" in [cell.source for cell in result.notebook.cells] or result.reason


@pytest.mark.parametrize("key", ["nbformat", "metadata", "nbformat_minor"])
def test_anything_deep_inside_a_notebook_is_survived(key: str) -> None:
    data = as_bytes({**RIGHT, key: "DEEP"}).replace(b'"DEEP"', nested(900).encode())
    result = clean(data, NOTEBOOK, SOURCE)
    assert result.reason or cell_of(result.notebook, "double").source == tiny.RIGHT["double"]


CODE = {
    "a syntax error": "def double(x:\n  return",
    "a null character": "x = 1\0",
    "half a pair": "x = '\ud800'",
    "a thousand brackets": "(" * 5000 + ")" * 5000,
    "a form feed": "\f\n\x0b x = 1",
    "a million lines": "x = 1\n" * 100_000,
    "another language": "%%bash\nls",
    "a tab and blanks": "if 1:\n\tx = 1\n        y = 2",
}


@pytest.mark.parametrize("code", CODE.values(), ids=CODE)
@pytest.mark.parametrize("lost", [False, True], ids=["in place", "without its id"])
def test_code_of_any_kind_is_taken_as_it_is(code: str, lost: bool) -> None:
    tree = submission(NOTEBOOK, {"double": code})
    if lost:
        cell_of(tree, "double").update(metadata={}, id="x")
    result = clean(json.dumps(tree).encode(), NOTEBOOK, SOURCE, limit=4 * MIB)
    assert result.reason == ""
    wanted = code.encode("utf-8", "replace").decode()
    assert wanted in [cell.source for cell in result.notebook.cells]
    nbformat.writes(result.notebook).encode()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = [
    "cell_type",
    "source",
    "metadata",
    "id",
    "attachments",
    "outputs",
    "nbgrader",
    "tags",
    "grade_id",
    "nbformat",
    "cells",
    "worksheets",
    "points",
]
parts = st.sampled_from(KEYS)


@settings(max_examples=150)
@given(st.data())
def test_anything_in_any_part_leaves_the_courses_cells_as_they_are(data: st.DataObject) -> None:
    tree: Any = json.loads(DATA)
    for _ in range(data.draw(st.integers(1, 3))):
        place = tree
        for _ in range(data.draw(st.integers(0, 3))):
            inside = list(place.values() if isinstance(place, dict) else place)
            inside = [value for value in inside if isinstance(value, dict | list) and value]
            if not inside:
                break
            place = data.draw(st.sampled_from(inside))
        value = data.draw(json_values)
        if isinstance(place, dict):
            place[data.draw(parts | st.sampled_from(sorted(place)))] = value
        else:
            place[data.draw(st.integers(0, len(place) - 1))] = value
    check(json.dumps(tree).encode())


@settings(max_examples=100)
@given(st.binary(max_size=200))
def test_any_bytes_leave_the_courses_cells_as_they_are(data: bytes) -> None:
    check(data)


@settings(max_examples=100)
@given(st.data())
def test_any_damage_leaves_the_courses_cells_as_they_are(data: st.DataObject) -> None:
    damaged = bytearray(DATA)
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=4))
    check(bytes(damaged))


def check(data: bytes) -> None:
    """A valid notebook comes out, in which every graded cell is the course's own."""
    result = clean(data, NOTEBOOK, SOURCE)
    nbformat.validate(result.notebook)
    nbformat.writes(result.notebook).encode()
    "; ".join([*said(result), result.reason]).encode()
    skeleton = nbformat.reads(NOTEBOOK, as_version=4)
    for name in ("test_double", "test_double_sum", "experiment-01", "given-01"):
        assert cell_of(result.notebook, name) == cell_of(skeleton, name)


def test_the_source_is_not_changed_by_all_this(tiny_source: Source) -> None:
    assert tiny_source.cells == SOURCE.cells
