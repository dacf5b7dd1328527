"""What the implementation's side says comes back only as far as the submission says it as well."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.exams import student

from autograder.authoring.source import parse
from autograder.authoring.texts import WeekTexts
from autograder.judge.exam import Exam, open_exam
from autograder.judge.result import Result
from autograder.remote import wire
from autograder.remote.proxy import LocalLink

LESSON = """\
# %%
import numpy as np

# %% exercise="f"
def f(x):
    ### BEGIN SOLUTION
    return {"sum": x.sum()}
    ### END SOLUTION

# %% tests="f" points=2
made_by_the_check = f(np.ones(3))

# %% experiment
made_by_the_experiment = 3
"""
HIDDEN = """\
import numpy as np

from autograder.judge import compare, verify


@compare("f")
def a_value(impl):
    return impl.f(np.array([0.49671415, -0.1382643]))


@verify("f")
def a_message(impl):
    found = impl.f(np.array([0.49671415, -0.1382643]))
    right = isinstance(found, dict) and list(found) == ["sum"]
    assert right, f"a dictionary is due, found {found}"


@verify("f")
def an_exception(impl):
    try:
        impl.f(np.array([0.49671415, -0.1382643]))
        found = "nothing"
    except Exception as error:
        found = str(error)
    assert found == "nothing", f"no exception is due, found {found}"


@verify("f")
def a_number(impl):
    found = impl.f(np.array([0.49671415, -0.1382643]))
    if isinstance(found, dict) and "sum" in found:
        found = found["sum"]
    assert int(found * 10) == 3, "it must be 3"
"""
SECRET = ("49671415", "1382643", "0.4967")


@pytest.fixture(scope="module")
def exam() -> Exam:
    return open_exam(parse(WeekTexts(LESSON, HIDDEN), Path("week"), "week"))


def judged(exam: Exam, code: str, link: Any = None) -> dict[str, Result]:
    text = f"import numpy as np\n{code}"
    link = link or student(text)
    return {one.name: one for one in exam.judge("f", lambda: link, 5, text)}


#: Bodies of ``f(x)`` that have ``seen``, a text of the arguments, said.
SAYS = {
    "raise": "raise ValueError(seen)",
    "throw": "(_ for _ in ()).throw(ValueError(seen))",
    "a class": "raise type(seen, (KeyError,), {})(seen)",
    "a class of letters": "raise type(letters, (KeyError,), {})('x')",
    "a key": "return {}[seen]",
    "a key of letters": "return {}[letters]",
    "a number's text": "return int(seen)",
    "an attribute": "return getattr(x, seen)",
    "an attribute of letters": "return getattr(x, letters)",
    "a name": "return eval(letters)",
    "an argument": "return (lambda: 0)(**{letters: 1})",
    "an assertion": "assert False, seen",
    "an exit": "raise SystemExit(seen)",
    "a key of the result": "return {seen: 1}",
    "a text for the result": "return seen",
    "a type": "return type(letters, (), {})()",
    "a function's name": (
        "g = lambda: 1 / 0\n    g.__code__ = g.__code__.replace(co_name=seen)\n    return g()"
    ),
    "a line of a file": (
        "import linecache\n    linecache.cache['<cell 1>'] = (1, None, [seen], '<cell 1>')\n"
        "    exec(compile('1/0', '<cell 1>', 'exec'))"
    ),
    "a shape": "return np.zeros((0, int(abs(x[0]) * 1e8), 49671415))",
    "a number": "return int(abs(x[0]) * 1e8)",
    "a float": "return float(x[0])",
}


@pytest.mark.parametrize("body", SAYS.values(), ids=SAYS)
def test_arguments_do_not_come_back(exam: Exam, body: str) -> None:
    seen = "seen = str(x[0])\n    letters = 'm0_' + seen.replace('.', '')"
    results = judged(exam, f"def f(x):\n    {seen}\n    {body}\n")
    assert not results["a_value"].passed
    for result in results.values():
        words = f"{result.title} {result.rationale} {result.help}"
        assert not [number for number in SECRET if number in words], words


class Forger(LocalLink):
    """A kernel whose agent has been replaced: it answers calls as it likes."""

    def __init__(self, answer: Callable[[], bytes]) -> None:
        super().__init__({"f": max})
        self.forged = answer

    def ask(self, message: bytes, deadline: float) -> bytes:
        return self.forged() if wire.decode(message)[0] == "call" else super().ask(message, 0)


def forged(header: bytes) -> bytes:
    return wire.PREFIX.pack(len(header), 0) + header


FORGED = {
    "a name of an exception": lambda: wire.encode(("raised", ["49671415"], "", "")),
    "a place": lambda: wire.encode(("raised", ["KeyError"], "", "f: x = 49671415")),
    "a kind": lambda: wire.encode(("value", wire.Reference(1, "m49671415"))),
    "a tag": lambda: forged(b"\x92\xa5value\x91\xa949671415x"),
    "a type": lambda: forged(b"\x92\xa5value\x93\xa1a\xa949671415x\x90"),
}


@pytest.mark.parametrize("answer", FORGED.values(), ids=FORGED)
def test_nor_by_an_answer_that_is_made_up(exam: Exam, answer: Callable[[], bytes]) -> None:
    results = judged(exam, "", Forger(answer))
    assert not results["a_value"].passed
    for result in results.values():
        assert "49671415" not in f"{result.rationale} {result.help}"


def test_an_honest_mistake_keeps_its_words_and_its_line(exam: Exam) -> None:
    import linecache

    code = "def f(x):\n    return x.smu()\n"
    file = "/tmp/ipykernel_1/7.py"
    linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
    names: dict[str, Any] = {}
    exec(compile(code, file, "exec"), names)
    result = judged(exam, code, LocalLink(names))["a_value"]
    del linecache.cache[file]
    assert "'numpy.ndarray' object has no attribute 'smu'" in result.rationale
    assert result.rationale.endswith("(in f: return x.smu())")


@pytest.mark.parametrize("name", ["made_by_the_check", "made_by_the_experiment"])
def test_a_name_that_only_a_check_or_an_experiment_makes_is_told(exam: Exam, name: str) -> None:
    result = judged(exam, f"def f(x): return {name}")["a_value"]
    assert f"name '{name}' is not defined" in result.rationale
    assert f"Only a check or an experiment makes {name}" in result.help
