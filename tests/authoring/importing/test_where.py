"""Which test cells must run in the student's kernel, told from their text."""

import pytest

from autograder.authoring.plain.where import reason_for_kernel

STUDENTS = frozenset({"area", "Shape", "total"})
IN_THE_JUDGE = {
    "an assert": "assert area(2) == 4",
    "nothing": "",
    "a comment": "# tests are hidden",
    "numpy": "import numpy as np\nnp.testing.assert_allclose(area(2), 4)",
    "a loop with an underscore": "for _ in range(3):\n    assert area(_)",
    "a figure of its own": "import matplotlib.pyplot as plt\nplt.plot([1], [2])\nassert area(1)",
    "a student's name assigned": "total = 3\nassert area(1) == 3",
    "a student's name deleted": "old = area\ndel area\narea = old",
    "a student's object changed": "Shape.sides = 3\nassert area(1) == 1",
    "its own object changed": "class Box:\n    pass\nbox = Box()\nbox.side = 3\nassert area(box)",
    "its own class": "class Box(object):\n    pass",
    "input replaced": "import builtins\nbuiltins.input = lambda *a: '3'\nassert area(1)",
    "output captured": "import io, sys\nsys.stdout = io.StringIO()\narea(1)",
    "source read": "import inspect\nassert 'for' in inspect.getsource(area)",
    "a harmless magic": "%matplotlib inline\nassert area(1) == 1",
    "a harmless magic, called": "get_ipython().run_line_magic('matplotlib', 'inline')\nassert area",
    "a cell that is timed": "%%time\nassert area(1) == 1",
    "a modulus on its own line": "x = (7\n     % 3)\nassert area(x)",
    "a list's remove": "row = [1, 2]\nrow.remove(1)\nassert area(row)",
    "a folder of its own": "import tempfile\nwith tempfile.TemporaryDirectory() as d:\n    area(d)",
    "a pause": "import time\ntime.sleep(0.1)\nassert area(1)",
    "a moment of a class": "assert area.time() == 3",
    "a string's replace": "assert area('a'.replace('a', 'b'))",
    "a mock without a patch": "from unittest.mock import Mock\nassert area(Mock())",
    "a text with an exclamation mark": "assert area(1), 'wrong!'",
    "a file opened for reading": "with open('data/x.csv') as f:\n    assert area(f.read())",
}
IN_THE_KERNEL = {
    "the current figure": ("import matplotlib.pyplot as plt\nax = plt.gca()", "looks at figures"),
    "a figure by another name": ("from matplotlib import pyplot as p\np.gcf()", "looks at figures"),
    "figures' numbers": ("assert plt.get_fignums()", "looks at figures"),
    "plotchecker": ("from plotchecker import LinePlotChecker", "plotchecker"),
    "an axes' label": ("assert axis.get_xlabel() == 'x'", "get_xlabel"),
    "a shell line": ("!ls\nassert area(1)", "runs a shell's command: !ls"),
    "a shell line's result": ("x = !ls\nassert x", "runs a shell's command"),
    "a magic": ("%run other.py\nassert area(1)", "uses a magic: %run"),
    "a magic's result": ("t = %who_ls\nassert t", "uses a magic: %who_ls"),
    "another language": ("%%bash\ntest -f x", "a cell of another language: %%bash"),
    "the shell": ("get_ipython().run_cell('x = 1')", "asks the shell"),
    "the history": ("assert 'for' in In[-2]", "remembers: In"),
    "an output": ("assert _ == 3", "remembers: _"),
    "mock.patch": (
        "from unittest.mock import patch\nwith patch('math.sin'):\n    area(1)",
        "patch",
    ),
    "mock.patch, dotted": ("import unittest.mock\nunittest.mock.patch('x')", "mock.patch"),
    "a module's function": ("import math\nmath.sin = None\nassert area(1)", "changes math.sin"),
    "a module's function, by name": ("setattr(np, 'dot', None)\narea(1)", "changes np.dot"),
    "the environment": ("import os\nos.environ['A'] = '1'\narea(1)", "os.environ"),
    "a clock": ("import time\nstart = time.perf_counter()\narea(1)", "measures how long"),
    "a clock by name": ("from timeit import default_timer as clock\nclock()", "measures how long"),
    "a subclass": ("class Square(Shape):\n    pass", "a subclass of the student's Shape"),
    "a file written": ("with open('x', 'w') as f:\n    f.write('1')", "writes a file"),
    "a file written, by mode": ("open('x', mode='a')", "writes a file"),
    "a file removed": ("import os\nos.remove('x')", "writes files"),
    "a file removed, by name": ("from os import remove\nremove('x')", "writes files"),
    "a table saved": ("df.to_csv('x')", "to_csv"),
    "no Python": ("print 'x'\nassert area(1)", "cannot be read as Python, line 1"),
    "help": ("area?\nassert area(1)", "cannot be read as Python"),
}


@pytest.mark.parametrize("case", IN_THE_JUDGE)
def test_a_cell_that_can_be_a_program_has_no_reason(case: str) -> None:
    assert reason_for_kernel(IN_THE_JUDGE[case], STUDENTS) == ""


@pytest.mark.parametrize("case", IN_THE_KERNEL)
def test_a_cell_that_has_to_stay_in_the_kernel_says_why(case: str) -> None:
    text, words = IN_THE_KERNEL[case]
    assert words in reason_for_kernel(text, STUDENTS)


def test_the_reason_is_one_line() -> None:
    for text, _ in IN_THE_KERNEL.values():
        assert "\n" not in reason_for_kernel(text, STUDENTS)


@pytest.mark.parametrize(
    ("text", "is_there"),
    [
        ("open('data/x.csv').read()", True),
        ("import os\nassert os.path.exists('./data')", True),
        ("open('out.txt').read()", False),
        ("import os\nassert os.path.isfile('plot.png')", False),
    ],
)
def test_files_that_are_not_the_courses_are_the_students(text: str, is_there: bool) -> None:
    reason = reason_for_kernel(text, STUDENTS, frozenset({"data/x.csv"}))
    assert (reason == "") == is_there, reason
