"""A kernel may answer anything: what is forged ends the cell, and passes nothing."""

# ruff: noqa: E501 (a case is a line)

import random
from typing import Any

import numpy as np
import pytest
from support.asserts import marked, words

from autograder.judge.plain import Examiner, Verdict
from autograder.remote import wire
from autograder.remote.causes import Cause

BIG = "<U" + "9" * 9


class Forger:
    """A link whose other side begins well and then answers what it likes."""

    def __init__(self, answers: list[bytes]) -> None:
        self.answers = [said("token"), *answers]

    def ask(self, message: bytes, deadline: float) -> bytes:
        return self.answers.pop(0) if self.answers else said(None)


def said(form: Any, printed: Any = "", changes: Any = None, stale: Any = None) -> bytes:
    return wire.encode(("value", ("value", form, printed, changes, stale or [])))


def judged(*answers: bytes, test: str = "assert f(3) == 9") -> Verdict:
    return Examiner().test(test, Forger(list(answers)), 3.0, frozenset())


FORMS: dict[str, Any] = {
    "an unknown tag": ("zebra", 1),
    "no tag": (1, 2),
    "nothing": (),
    "a tuple of nothing": ("t", ()),
    "a class of code": ("class", 1, "types", "CodeType"),
    "a class through modules": ("class", 1, "numpy", "ctypeslib.ctypes.CDLL"),
    "a function that evaluates": ("function", 1, "builtins", "eval"),
    "a function through modules": ("function", 1, "numpy", "os.system"),
    "a module that runs things": ("module", 1, "subprocess"),
    "the judge's own module": ("module", 1, "autograder.judge.plain"),
    "an object of the test's that was not lent": ("y", 5),
    "an instance that was not sent": ("instance", 3),
    "an argument that was not sent": ("argument", 7),
    "an array of letters without end": ("array U", BIG, [1], np.zeros(1, np.uint8), np.ones(1, int)),
    "a structure without end": ("array V", ["a"], [1 << 40], [np.zeros(())]),
    "a wrong shape": ("array O", [3], [1]),
    "texts without end": ("texts", np.zeros(2, np.uint8), np.array([1 << 40])),
    "a fraction by zero": ("Fraction", 1, 0),
    "a decimal of letters": ("Decimal", "x"),
    "no date": ("date", 1, 99, 1),
    "a named tuple of code": ("named", "x", ["__import__('os')"], [1]),
    "a named tuple with code for a name": ("named", "x; import os", ["a"], [1]),
    "a zone in a file": ("datetime", 2020, 1, 1, 0, 0, 0, 0, "../../etc/passwd"),
    "a stamp in a file": ("Timestamp", 1, "/etc/passwd", "ns"),
    "a table of nothing": ("DataFrame", [1], 2, 3),
    "a column of another kind": ("Series", ("listed", "category", []), [], None),
    "an expression of another library": ("sympy", "os", "system", []),
    "an expression of texts": ("sympy", "sympy.core.function", "Lambda", ["x"]),
    "a graph of another class": ("graph", "__class__", [], [], ("d", [], [])),
    "a sparse matrix out of its memory": (
        "sparse", "csr_matrix", [np.ones(1), np.array([1 << 30]), np.array([0, 1])], [1, 1],
    ),
    "a large array without bytes": ("large", 1, "<f8", [1 << 50]),
    "a large array of objects": ("large", 1, "|O", [2]),
    "a mask of another shape": ("masked", np.zeros(2), np.zeros(3, bool), 0),
    "a time zone of numbers": ("zone", "etc"),
    "a deque of numbers": ("deque", 3, None),
    "a text of objects": ("text", "x"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_a_forged_form_passes_nothing(name: str) -> None:
    for nested in (FORMS[name], [FORMS[name]], ("t", FORMS[name]), ("d", ["a"], [FORMS[name]])):
        verdict = judged(said(("t", nested)))
        assert not verdict.passed, words(verdict)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\0" * 40,
        wire.encode(None),
        wire.encode(("value", 3)),
        wire.encode(("value", ("value",))),
        wire.encode(("value", ("value", 1, 2, 3, 4))),
        wire.encode(("value", ("raised", [], "x", None, None, "", []))),
        wire.encode(("value", ("raised", [1, None], "x", 3, 4, "", []))),
        wire.encode(("value", ("raised", ["builtins.object"], "x", 3, 4, "", []))),
        wire.encode(("value", ("callback", "call", 1, [[], {}], "", []))),
        wire.encode(("value", ("callback", "attribute", 0, ["__globals__"], "", []))),
        wire.encode(("value", ("callback", "input", 0, ["x"], "", []))),
        said(("t", 1), stale=[[1], None]),
        said(("t", 1), printed="x", changes=3),
    ],
)
def test_an_answer_that_no_kernel_gives_passes_nothing(answer: bytes) -> None:
    verdict = judged(answer)
    assert not verdict.passed


def test_a_forged_answer_is_said_to_be_one() -> None:
    verdict = judged(said(("zebra",)))
    assert verdict.steps[0].cause is Cause.FORGED_ANSWER


def test_random_answers_pass_nothing_and_break_nothing() -> None:
    random.seed(7)
    words_of = ["value", "raised", "callback", "t", "d", "o", "class", "array V", "Series", "named"]

    def tree(depth: int) -> Any:
        kind = random.randrange(6 if depth else 4)
        if kind == 0:
            return random.choice(words_of)
        if kind == 1:
            return random.choice([None, 0, 1, -1, 2.5, True, "x"])
        if kind == 2:
            return np.arange(random.randrange(3))
        if kind == 3:
            return []
        items = [tree(depth - 1) for _ in range(random.randrange(1, 5))]
        return items if kind == 4 else (random.choice(words_of), *items)

    for _ in range(300):
        answers = [wire.encode(("value", tree(3))) for _ in range(3)]
        assert not judged(*answers).passed


@pytest.mark.parametrize(
    ("reference", "cheat", "test"),
    [
        (
            "def f(n):\n    return n",
            "def f(n):\n    raise StopIteration",
            "assert all(map(lambda n: f(n) == n, range(3)))",
        ),
        (
            "def f(n):\n    return [0, 1, 4][:n]",
            "def f(n):\n    return expected",
            "expected = [0, 1, 4]\nassert f(3) == expected",
        ),
        (
            "class C:\n    def __enter__(self):\n        return 5\n    def __exit__(self, *a):\n        return False",
            "class C:\n    def __enter__(self):\n        return 6\n    def __exit__(self, *a):\n        return True",
            "with C() as c:\n    assert c == 5",
        ),
        (
            "def f():\n    return 'x'",
            "def f():\n    return '__import__(\"os\").write(1, b\"\") or \"x\"'",
            "value = eval(repr(f()))\nassert value == 'x'",
        ),
        (
            "import numpy as np\ndef f(a):\n    return a.sum()",
            "def f(a):\n    a[:] = 0\n    return 0.0",
            "import numpy as np\na = np.ones(3)\nassert f(a) == 3",
        ),
    ],
    ids=["stop", "the test's own answer", "a swallowed assert", "evaluated", "changed"],
)  # fmt: skip
def test_tricks_gain_nothing(reference: str, cheat: str, test: str) -> None:
    assert marked(reference, reference, test).passed
    assert not marked(reference, cheat, test).passed


def test_a_students_documentation_is_not_run_here() -> None:
    student = "def f():\n    '''\n    >>> open('/tmp/never', 'w')\n    '''"
    test = "import doctest\ndoctest.run_docstring_examples(f, globals())"
    assert not marked("def f():\n    pass", student, "f()\nassert True").steps[0].message
    verdict = Examiner().test(test, Forger([]), 3.0, None)
    assert not verdict.passed
