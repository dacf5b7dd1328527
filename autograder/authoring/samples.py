"""Submissions of a sample class that are broken, or that try to cheat."""

import json
from collections.abc import Iterator

from ..course.cells import marking
from .fill import fill

CHEAT_BY_HOOKS = """
import builtins, sys
sys.displayhook = lambda value: print("20.0")
get_ipython().display_formatter.format = lambda *a, **k: ({"text/plain": "20.0"}, {})
import numpy.testing
numpy.testing.assert_allclose = lambda *a, **k: None
builtins.AssertionError = type("Quiet", (Exception,), {})
"""

CHEAT_BY_EQUALITY = """
import numpy as np

class Yes(np.ndarray):
    def __eq__(self, other): return np.ones(self.shape, bool)
    def __sub__(self, other): return np.zeros(self.shape)

def answer(*args, **kwargs):
    return np.zeros((2, 3)).view(Yes)
"""

CHEAT_BY_SEARCH = """
import gc, inspect, os

def answer(*args, **kwargs):
    for frame in inspect.stack():
        for value in frame.frame.f_locals.values():
            if hasattr(value, "programs"):
                return value
    for thing in gc.get_objects():
        if type(thing).__name__ in ("Exam", "Program"):
            return thing
    for folder, _, files in os.walk(os.path.expanduser("~")):
        for name in files:
            if name.endswith(".py"):
                return open(os.path.join(folder, name)).read()
"""

CHEAT_BY_AGENT = """
import autograder.remote.scope as scope, autograder.remote.wire as wire
scope.Scope.answer = lambda self, message: wire.encode(("value", True))
"""


def broken_files(notebook: str) -> Iterator[tuple[str, bytes]]:
    """Files that hold no notebook to run."""
    yield "nothing", b""
    yield "cut-off", notebook.encode()[: len(notebook) // 2]
    yield "not-a-notebook", json.dumps({"answers": [1, 2, 3]}).encode()


def cheats(notebook: str, reference: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    """Submissions that end their kernel, never end, or want marks without solutions.

    Parameters
    ----------
    notebook : the text of the student notebook
    reference : the solution of every exercise
    """
    exercises = list(reference)
    first = exercises[0]
    everywhere = "\n".join(f"{name} = answer" for name in exercises)
    yield "loops", fill(notebook, {**reference, first: "while True:\n    pass"}).encode()
    yield "ends-kernel", fill(notebook, {**reference, first: "import os\n\nos._exit(0)"}).encode()
    yield "hooks", fill(notebook, {first: CHEAT_BY_HOOKS}).encode()
    yield "equality", fill(notebook, {first: CHEAT_BY_EQUALITY + everywhere}).encode()
    yield "search", fill(notebook, {first: CHEAT_BY_SEARCH + everywhere}).encode()
    yield "agent", fill(notebook, {first: CHEAT_BY_AGENT}).encode()
    tree = json.loads(notebook)
    for cell in tree["cells"]:
        if marking(cell).grade and cell["cell_type"] == "code":
            cell["source"] = "20.0"
            cell["metadata"]["nbgrader"]["points"] = 1000
            outputs = {"output_type": "execute_result", "data": {"text/plain": "1000"}}
            cell["outputs"] = [{**outputs, "metadata": {}, "execution_count": 1}]
    yield "forged-marks", json.dumps(tree).encode()
