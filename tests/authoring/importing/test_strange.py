"""Whatever a notebook's file holds, reading it ends in a lesson or in words, never in a trace."""

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.nbgrader_course import boxes

from autograder.authoring.importing.sheets import modules_of, read_sheet, store
from autograder.authoring.plain.percent import read_lesson

JUNK: list[Any] = [
    *(None, "", 0, -1, float("inf"), [], {}, "half a character \ud800", True, ["a", "b"], [1]),
    *({"a": 1}, "### BEGIN SOLUTION", "\x00", "a" * 100, {"nbgrader": None}, [None]),
]


def places(tree: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths to everything in a tree of JSON."""
    if here:
        yield here
    if isinstance(tree, list):
        tree = dict(enumerate(tree))
    for key, value in tree.items() if isinstance(tree, dict) else ():
        yield from places(value, (*here, key))


def spoiled(draw: random.Random) -> Any:
    """A notebook in which something is missing, or is something else."""
    tree = copy.deepcopy(json.loads(json.dumps(boxes())))
    for _ in range(draw.choice([1, 1, 2, 3])):
        *way, last = draw.choice(list(places(tree)))
        part = tree
        for key in way:
            part = part[key]
        if isinstance(part, dict) and draw.random() < 0.3:
            del part[last]
        else:
            part[last] = copy.deepcopy(draw.choice(JUNK))
    return tree


@pytest.mark.parametrize("seed", range(8))
def test_a_spoiled_notebook_is_read_or_told(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    fates = set()
    for number in range(25):
        path = tmp_path / f"{number}.ipynb"
        path.write_text(json.dumps(spoiled(draw)))
        sheet = read_sheet(path, frozenset(), {})
        report = store(sheet, tmp_path / "lessons")
        fates.add(bool(report.trouble))
        if report.trouble:
            assert all(words and "\n" not in words for words in report.trouble)
        else:
            assert read_lesson(tmp_path / "lessons" / report.lesson).nbformat == 4
            assert all(isinstance(name, str) for name in modules_of(sheet.notebook))
    assert fates == {True, False}
