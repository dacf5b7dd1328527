"""A small plain notebook with a test cell of each kind, and its assignment."""

from typing import Any

import nbformat.v4 as v4

from autograder.course.manifest import Week
from autograder.grading.plain.assignment import PlainAssignment, make_plain
from autograder.kernels.limits import Limits

SOLUTIONS = {
    "squares": "def squares(n):\n    if n < 1:\n        raise ValueError('n')\n"
    "    return [i * i for i in range(1, n + 1)]",
    "total": "total = sum(squares(3))",
    "parts": "def parts(x):\n    return x + 1",
}
TESTS = {
    "test_squares": "assert squares(1) == [1]\nassert squares(2) == [1, 4]\n# HIDDEN\n"
    "assert squares(11)[-1] == 121\nassert squares(3) == [1, 4, 9]",
    "test_error": "try:\n    squares(0)\nexcept ValueError:\n    pass\nelse:\n"
    "    raise AssertionError('no error')",
    "test_total": "limit = 14\nassert total == limit",
    "test_parts": "def score():\n    return 0.5 if parts(1) == 2 else 0\nscore() + 0.25",
    "test_kernel": "assert parts(2) == 3",
}
POINTS = {"test_squares": 4, "test_error": 1, "test_total": 2, "test_parts": 3, "test_kernel": 1}


def _cell(id: str, text: str, **own: Any) -> Any:
    node = v4.new_code_cell(text, id=id.replace("_", "-"))
    facts = {"grade": False, "solution": False, "locked": False, "task": False} | own
    node.metadata["nbgrader"] = {"grade_id": id, "schema_version": 3, **facts}
    return node


def _tests(id: str, hidden: bool) -> Any:
    text = TESTS[id] if hidden else TESTS[id].split("# HIDDEN")[0]
    return _cell(id, text, grade=True, locked=True, points=POINTS[id])


def notebook(solved: bool, hidden: bool) -> Any:
    def solution(id: str) -> Any:
        stub = (
            "raise NotImplementedError()"
            if "def" not in SOLUTIONS[id]
            else (SOLUTIONS[id].splitlines()[0] + "\n    raise NotImplementedError()")
        )
        return _cell(id, SOLUTIONS[id] if solved else stub, solution=True)

    order = ("squares", "test_squares", "test_error", "total", "test_total", "parts")
    order += ("test_parts", "test_kernel")
    cells = [v4.new_code_cell("import math", id="imports")]
    cells += [_tests(id, hidden) if id in TESTS else solution(id) for id in order]
    return v4.new_notebook(
        cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    )


def assignment(**more: Any) -> PlainAssignment:
    week = {"id": "ps1", "title": "ps1", "notebooks": ("squares",)} | more
    limits = Limits(cell_seconds=10, program_seconds=5)
    notebooks = {
        "lesson": notebook(True, True),
        "graded": notebook(False, True),
        "release": notebook(False, False),
    }
    cells = {"test_kernel": {"run": "kernel", "why": "because the course says so"}}
    week["cells"] = cells | week.pop("cells", {})
    return make_plain(Week.model_validate(week), "squares", programs="", limits=limits, **notebooks)
