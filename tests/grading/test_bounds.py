"""What was made to keep a grader busy: text and outputs are bounded, and nothing is quadratic."""

import subprocess
import sys
import time

import pytest
from support import tiny
from support.grading import Grade
from support.notebooks import Clean, Tree, as_bytes, cell_of, edited, new_cell

from autograder.batch.assignments import load_assignment
from autograder.course.manifest import Course
from autograder.grading.clean import GROWTH_LIMIT, clean_outputs
from autograder.grading.grade import SOURCE_LIMIT
from autograder.grading.names import PARSE_LIMIT
from autograder.grading.reading import read_cells
from autograder.kernels.outputs import Outputs, node

MIB = 1 << 20

NESTED = {
    "lists": f"x = {'[' * 80}{']' * 80}\n",
    "signs": f"x = {'-' * 200}1\n",
    "functions": f"def f():\n    return {'(' * 60}{')' * 60}\n",
    "magics": "!ls\n",
    "questions": "np.add?\n",
    "blanks": f"{' ' * 1000}\n",
    "stubs": "class Q: raise NotImplementedError\n",
}


@pytest.mark.parametrize("line", NESTED.values(), ids=NESTED)
def test_long_code_is_taken_in_a_moment(sanitised: Clean, right: Tree, line: str) -> None:
    text = f"{tiny.RIGHT['double']}\n{line * (2 * MIB // len(line))}"
    parts = [text[at : at + PARSE_LIMIT - 1] for at in range(0, len(text), PARSE_LIMIT)]
    tree = edited(right, lambda t: t["cells"].extend(new_cell(part) for part in parts))
    cell_of(tree, "double")["source"] = text
    start = time.process_time()
    result = sanitised(tree, limit=16 * MIB)
    assert result.reason == ""
    assert time.process_time() - start < 15.0


MEASURE = """
import re, sys
from pathlib import Path
from autograder.grading.reading import Unreadable, read_cells
kind, size = sys.argv[1], 60 << 20
cell = '{"cell_type": "code", "source": "x = 1", "metadata": {}%s}'
many = ",{}" * (size // 3)
inside = cell % (', "%s": [{}%s]' % (kind, many) if kind != "cells" else "")
beside = many if kind == "cells" else ""
data = ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [%s%s]}'
        % (inside, beside)).encode()
del many, inside, beside
def peak():  # getrusage would tell that of the process that has started this one
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
before = peak()
try:
    print(len(read_cells(data, 64 << 20)[0]), end=" ")
except Unreadable as error:
    print("refused", end=" ")
after = peak()
print(after - before >> 10, after >> 10)
"""


@pytest.mark.parametrize("kind", ["outputs", "metadata", "attachments", "cells"])
def test_sixty_mebibytes_of_objects_take_no_memory(kind: str) -> None:
    run = [sys.executable, "-c", MEASURE, kind]
    found = subprocess.run(run, capture_output=True, text=True, check=True).stdout.split()
    assert found[0] == ("refused" if kind == "cells" else "1")
    assert int(found[1]) < 300, "MiB"
    assert int(found[2]) < 800, "MiB"


def test_outputs_are_passed_over_and_the_rest_is_read() -> None:
    outputs = [{"output_type": "stream", "name": "stdout", "text": ["a", "b"]}] * 1000
    tree = {"nbformat": 4, "cells": [{**new_cell("x = 1"), "outputs": outputs}]}
    tree["cells"][0]["metadata"] = {"nbgrader": {"grade_id": "double"}, "tags": ["a", 1]}
    (found,), notes = read_cells(as_bytes(tree), MIB)
    assert (found.text, found.id, found.grade_id, found.tags) == ("x = 1", "new", "double", ("a",))
    assert notes == []


HTML = {
    "left open": ("<b>" * 6000, False),
    "left open with names": ("".join(f"<b title={n}>" for n in range(190)) + "<p>" * 9000, False),
    "a table": (f"<table>{'<tr><td><b>1</b></td></tr>' * 2000}</table>", True),
    "links": ("<li><a href='https://example.org/a/path'>x</a></li>" * 2000, True),
}


@pytest.mark.parametrize(("html", "kept"), HTML.values(), ids=HTML)
def test_html_that_would_grow_is_left_out(html: str, kept: bool) -> None:
    shown = node("display_data", data={"text/plain": "x", "text/html": html}, metadata={})
    (cleaned,) = clean_outputs([shown])
    assert ("text/html" in cleaned.data) is kept
    assert len(str(cleaned.data)) < GROWTH_LIMIT


def test_names_of_streams_errors_and_kinds_count() -> None:
    big = "x" * 2000
    for kind, content in {
        "stream": {"name": big, "text": ""},
        "error": {"ename": big * 100, "evalue": "", "traceback": []},
        "display_data": {"data": {big: ""}},
    }.items():
        outputs = Outputs(1000)
        outputs.add(kind, content)
        assert outputs.full, kind
        assert len(str(outputs.nodes)) < 3000


def test_a_million_changes_of_stream_are_a_flood() -> None:
    outputs = Outputs(MIB)
    for number in range(40_000):
        outputs.add("stream", {"name": ("stdout", "stderr")[number % 2], "text": ""})
    assert outputs.full


def test_a_small_exception_is_kept_after_too_much_output() -> None:
    outputs = Outputs(100, 10_000)
    outputs.add("stream", {"name": "stdout", "text": "x" * 500})
    outputs.add("error", {"ename": "ValueError", "evalue": "no", "traceback": ["..."]})
    assert outputs.is_cut
    assert not outputs.full
    assert outputs.error == "ValueError: no"


def test_a_graded_notebook_shows_the_ends_of_a_long_cell(
    course: Course, right: Tree, grade: Grade
) -> None:
    text = f"{tiny.RIGHT['double']}\n# {'x' * (2 * MIB)}\nlast = 1\n"
    tree = edited(right, lambda t: cell_of(t, "double").update(source=text))
    result = grade(load_assignment(course, course.weeks[0]), as_bytes(tree))
    assert result.earned == 5.0
    assert len(result.notebook) < 2 * SOURCE_LIMIT
    assert "characters left out" in result.notebook
    assert "last = 1" in result.notebook
