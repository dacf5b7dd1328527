"""Files: tests emptied, points and outputs forged, marks in metadata, files that lie around."""

from typing import Any

from .cheat import Cheat, Tree

FOLDERS = """
import json
import re
from pathlib import Path


def metres(fathoms):
    for place in (Path(), Path(".."), Path("../.."), Path("/tmp"), Path.home()):
        for path in [*place.glob("*.ipynb"), *place.glob("*/*.ipynb"), *place.glob("*/*/*.ipynb")]:
            found = re.search(r"isclose\\(metres\\(2.5\\), ([0-9.]+)\\)", path.read_text())
            if found:
                return fathoms * round(float(found[1]) / 2.5, 4)
    return -1.0
"""
WRONG = "def metres(fathoms):\n    return -1"


def tests(tree: Tree) -> list[Any]:
    """The autograded cells of a notebook's tree."""
    own = [cell for cell in tree["cells"] if cell["metadata"].get("nbgrader", {}).get("grade")]
    return [cell for cell in own if not cell["metadata"]["nbgrader"]["solution"]]


def emptied(tree: Tree) -> None:
    """No test tests anything."""
    for cell in tests(tree):
        cell["source"] = "pass"


def dearer(tree: Tree) -> None:
    """Tests that are worth more, end with a number, and show it already."""
    for cell in tests(tree):
        cell["metadata"]["nbgrader"]["points"] = 100
        cell["source"] = "100"
        data = {"text/plain": "100"}
        cell["outputs"] = [
            {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 1}
        ]


def unlocked(tree: Tree) -> None:
    """Tests that say they are the student's own answers."""
    for cell in tests(tree):
        cell["metadata"]["nbgrader"] |= {"grade": False, "solution": True, "locked": False}
        cell["source"] = "pass"


def unmarked(tree: Tree) -> None:
    """Tests of which nbgrader knows nothing any more."""
    for cell in tests(tree):
        del cell["metadata"]["nbgrader"]
        cell["source"] = "pass"


def marked(tree: Tree) -> None:
    """Marks written where this engine writes them."""
    lines = [{"name": "check-1", "title": "", "points": 2, "passed": True}]
    tests_ = [{"exercise": "part 1/test_metres", "cell": "part 1/test_metres", "points": 2,
               "earned": 2, "programs": lines}]  # fmt: skip
    tree["metadata"]["autograder"] = {"status": "graded", "tests": tests_, "own": True}
    for cell in tests(tree):
        cell["metadata"]["autograder"] = {"earned": 100, "own": True}


def twice(tree: Tree) -> None:
    """A second test cell of each name, before the course's own, which nbgrader would find first."""
    for cell in tests(tree):
        copy = {**cell, "source": "pass", "id": f"x{cell['id']}"}
        tree["cells"].insert(tree["cells"].index(cell), copy)


CHEATS = (
    *(
        Cheat(kind, "intro", {"metres": WRONG}, {"test_metres": 0}, tamper=tamper)
        for kind, tamper in (
            ("tests-emptied", emptied),
            ("points-forged", dearer),
            ("tests-unlocked", unlocked),
            ("tests-unmarked", unmarked),
            ("marks-forged", marked),
            ("tests-twice", twice),
        )
    ),
    # stock's autograde runs a notebook beside its own file, hidden tests and all
    Cheat("hidden-tests-read-from-files", "intro", {"metres": FOLDERS}, {"test_metres": 0}),
)
