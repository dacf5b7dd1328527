"""Files that are broken or hostile when they run: each ends in a mark or a reason."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import tiny
from support.grading import Grade
from support.notebooks import Tree, as_bytes, cell_of, new_cell, submission

from autograder.authoring.fill import fill
from autograder.authoring.source import read
from autograder.grading.grade import Assignment, make_assignment
from autograder.grading.results import Graded, SubmissionStatus
from autograder.kernels import link, session
from autograder.kernels.limits import Limits
from autograder.sandbox.levels import probe

pytestmark = pytest.mark.slow(seconds=55)

MIB = 1 << 20

#: What stands in the cell of ``double``; the other exercise stays as it should be.
CODE = {
    "os._exit while it is defined": "import os; os._exit(1)",
    "sys.exit while it is defined": "import sys; sys.exit()",
    "quit() as in a terminal": "quit()",
    "exit in a thread": (
        "import os, threading; threading.Thread(target=os._exit, args=(1,)).start()"
    ),
    "input() waits for nobody": "x = input('your name? ')",
    "getpass waits for nobody": "import getpass; getpass.getpass()",
    "standard input is read": "import sys; sys.stdin.read(); open(0).read()",
    "standard output is closed": "import sys; sys.stdout.close(); sys.stderr.close()",
    "file descriptors are closed": "import os; os.closerange(0, 64)",
    "a loop": "while True: pass",
    "a loop in C": "sum(range(10**13))",
    "a loop that swallows KeyboardInterrupt": (
        "while True:\n    try:\n        while True: pass\n    except KeyboardInterrupt: pass"
    ),
    "a flood of lines": "while True: print('x' * 500)",
    "a flood on stderr": "import sys\nwhile True: sys.stderr.write('x' * 5000)",
    "a flood of displays": "while True: display(1)",
    "displays that are cleared again": (
        "from IPython.display import clear_output\n"
        "while True:\n    clear_output(); display({'text/plain': 'x' * 9999}, raw=True)"
    ),
    "one line of 30 MB": "print('x' * 30_000_000)",
    "an exception of 30 MB": "raise ValueError('x' * 30_000_000)",
    "a display of a number as text": "display({'text/plain': 5, 'image/png': None}, raw=True)",
    "a class without a readable repr": (
        "class X:\n    def __repr__(self): raise SystemExit\n    _repr_html_ = __repr__\nX()"
    ),
    "an exception without a readable text": (
        "class X(Exception):\n    def __str__(self): raise KeyboardInterrupt\nraise X()"
    ),
    "a traceback a thousand deep": "def f(): f()\nf()",
    "huge arrays": "x = [np.ones(10**8) for _ in range(100)]",
    "a text of a gigabyte": "x = 'x' * (1 << 30) * 4",
    "the disk": "\nfor n in range(99): open(f'f{n}', 'wb').write(bytes(100 << 20))",
    "builtins are gone": "import builtins\nfor n in dir(builtins): setattr(builtins, n, None)",
    "the namespace is cleared": "globals().clear()",
    "modules are gone": "import sys; sys.modules.clear()",
    "the shell is gone": "get_ipython().kernel.shell = None; get_ipython().run_cell = None",
    "json, zmq and socket are patched": (
        "import json, socket, zmq\njson.dumps = json.loads = None\nzmq.Socket.send = None\n"
        "socket.socket.__init__ = None"
    ),
    "the event loop is closed": "import asyncio; asyncio.get_event_loop().stop()",
    "an await without end": "import asyncio; await asyncio.sleep(10**6)",
    "threads that never end": (
        "import threading, time\n"
        "[threading.Thread(target=time.sleep, args=(10**6,)).start() for _ in range(20)]"
    ),
    "atexit waits": "import atexit, time; atexit.register(time.sleep, 10**6)",
    "the kernel is asked to restart": "get_ipython().kernel.do_shutdown(True)",
    "a magic that is missing": "%no_such_magic\n!no-such-program",
    "a cell of another language": "%%bash\nkill -9 $PPID",
    "a script without end": "!sleep 1000",
    "a debugger": "import pdb; pdb.set_trace()",
    "warnings are errors": "import warnings; warnings.simplefilter('error'); warnings.warn('x')",
    "the recursion limit is raised": (
        "import sys; sys.setrecursionlimit(10**9)\ndef f(): return f()\nf()"
    ),
    "signals end the kernel": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "the kernel stops": "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
}

#: What the function itself does, once it is called by the tests.
BODY = {
    "returns itself": "return double",
    "returns a generator": "yield from iter(int, 1)",
    "returns an endless generator of arrays": "return (x for _ in iter(int, 1))",
    "returns NaN everywhere": "return x * np.nan",
    "returns an array of a gigabyte": "return np.zeros(1 << 27)",
    "returns a list of itself": "y = []; y.append(y); return y",
    "returns a dictionary a thousand deep": (
        "y = {}\n    for _ in range(1000): y = {0: y}\n    return y"
    ),
    "returns a number of a million digits": "return 10 ** 1_000_000",
    "returns its module": "return np",
    "returns a lambda that raises": "return lambda *a: 1 / 0",
    "changes its argument": "x *= 2; x.resize(0, refcheck=False); return x",
    "prints a flood": "print('x' * 5_000_000); return x",
    "sleeps": "import time; time.sleep(1000)",
    "exits": "import os; os._exit(1)",
    "raises SystemExit": "raise SystemExit(0)",
    "raises KeyboardInterrupt": "raise KeyboardInterrupt",
    "raises GeneratorExit": "raise GeneratorExit",
    "raises a class that it made": "raise type('E', (BaseException,), {'__str__': None})()",
    "recurses": "return double(x)",
    "takes all the memory": "return [bytearray(1 << 26) for _ in range(1000)]",
}


def outputs_of_50_mb(tree: Tree) -> None:
    cell = cell_of(tree, "double")
    text = {"output_type": "stream", "name": "stdout", "text": "x" * MIB}
    cell["outputs"] = [text] * 50


def ten_thousand_cells(tree: Tree) -> None:
    tree["cells"] += [new_cell("1")] * 10_000


def a_picture_of_20_mb(tree: Tree) -> None:
    cell = cell_of(tree, "why")
    cell["attachments"] = {"x.png": {"image/png": "A" * (20 * MIB)}}
    cell["source"] = "![x](attachment:x.png)"


def a_cell_of_10_mb(tree: Tree) -> None:
    tree["cells"].append(new_cell("x = '" + "y" * (10 * MIB) + "'"))


def a_hundred_copies(tree: Tree) -> None:
    tree["cells"] += [cell_of(tree, "double")] * 100


def names_of_half_characters(tree: Tree) -> None:
    cell = cell_of(tree, "why")
    cell["attachments"] = {"\ud800.png": {"image/png": "AAAA"}}
    tree["cells"].append(new_cell("\udfff = 1"))


TREES = (
    outputs_of_50_mb,
    ten_thousand_cells,
    a_picture_of_20_mb,
    a_cell_of_10_mb,
    a_hundred_copies,
    names_of_half_characters,
)


@pytest.fixture(scope="module", autouse=True)
def _short_grace() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        for module in (link, session):
            patch.setattr(module, "GRACE", 0.5)
        yield


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    found = probe()
    if found.level != "full":
        pytest.skip(f"isolation here is {found.level!r}: {'; '.join(found.missing)}")
    folder = tiny.make_course(tmp_path_factory.mktemp("faults") / "course")
    source = read(folder / "solutions" / tiny.WEEK)
    limits = Limits(1.0, 0.5, memory_bytes=1 << 30, processes=64)
    return make_assignment(source, "Doubling", limits, submission_seconds=20.0)


def with_double(assignment: Assignment, text: str) -> bytes:
    """A submission with this text in the cell of ``double``."""
    texts = {**tiny.RIGHT, "double": text, "double_sum": "def double_sum(x):\n    return 1.0"}
    return fill(assignment.notebook, texts).encode()


def is_a_result(result: Graded) -> None:
    """A result that can be written, sent, and read by a person."""
    assert result.status is SubmissionStatus.GRADED or result.reason
    assert {test.exercise for test in result.tests} == {"double", "double_sum"}
    assert len(result.notebook.encode()) < 40 * MIB
    json.dumps(result.facts()).encode()
    for test in result.tests:
        assert 0 <= test.earned <= test.points
        for program in test.programs:
            assert program.passed or program.rationale


@pytest.mark.parametrize("text", CODE.values(), ids=CODE)
def test_a_cell_that_misbehaves_ends_in_a_result(
    assignment: Assignment, grade: Grade, text: str
) -> None:
    result = grade(assignment, with_double(assignment, text))
    is_a_result(result)
    assert result.tests[0].earned == 0


@pytest.mark.parametrize("body", BODY.values(), ids=BODY)
def test_a_function_that_misbehaves_fails_its_tests_with_words(
    assignment: Assignment, grade: Grade, body: str
) -> None:
    result = grade(assignment, with_double(assignment, f"def double(x):\n    {body}\n"))
    is_a_result(result)
    assert result.tests[0].earned < result.tests[0].points


@pytest.mark.parametrize("change", TREES, ids=lambda change: change.__name__)
def test_a_notebook_that_is_too_much_ends_in_a_result(
    assignment: Assignment, grade: Grade, change: Callable[[Tree], None]
) -> None:
    tree = submission(assignment.notebook)
    change(tree)
    data = json.dumps(tree).encode()
    is_a_result(grade(assignment, data))


def test_a_crash_costs_its_own_exercise_only(assignment: Assignment, grade: Grade) -> None:
    texts = {**tiny.RIGHT, "double": "def double(x):\n    import os; os._exit(1)"}
    texts["double_sum"] = "def double_sum(x):\n    return 2.0 * float(np.sum(x))"
    result = grade(assignment, fill(assignment.notebook, texts).encode())
    assert [test.earned for test in result.tests] == [0.0, 2.0]


def test_the_engine_is_as_good_as_new_afterwards(assignment: Assignment, grade: Grade) -> None:
    data = as_bytes(submission(assignment.notebook))
    assert grade(assignment, data).earned == 5.0
    assert "zmq" in sys.modules
    assert not list(Path.cwd().glob("f[0-9]*"))
