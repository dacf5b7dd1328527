"""Side effects and memory are caught without a word of the author, in their own words."""

import builtins
from pathlib import Path

import numpy as np
import pytest
import torch
from support.exams import student

from autograder.authoring.source import parse
from autograder.authoring.texts import WeekTexts
from autograder.judge.exam import Exam, open_exam
from autograder.judge.result import Result
from autograder.remote.causes import Cause

LESSON = """\
# %%
import random

import numpy as np
import torch
from torch import nn

# %% exercise="f"
def f(x, rows=(), model=None):
    ### BEGIN SOLUTION
    return x * 2 + sum(rows)
    ### END SOLUTION

# %% tests="f" points=2
f(1)

# %% exercise="Layer"
class Layer:
    ### BEGIN SOLUTION
    def __init__(self, w):
        self.w = w

    def run(self, x):
        return self.w * x
    ### END SOLUTION

# %% tests="Layer" points=2
Layer(1)

# %% exercise="keeps"
def keeps(x):
    ### BEGIN SOLUTION
    x += 1
    return x
    ### END SOLUTION

# %% tests="keeps" points=1
keeps(1)
"""
HIDDEN = """\
import numpy as np
import torch
from torch import nn

from autograder.judge import compare, verify


@compare("f")
def an_array(impl):
    return impl.f(np.arange(4.0))


@compare("f")
def a_tensor_and_a_list(impl):
    return impl.f(torch.ones(3), [1, 2])


@compare("f")
def by_an_expression(impl):
    return impl("f(x, rows=rows)", x=np.ones(2), rows=[3.0])


@compare("f")
def with_a_model(impl):
    model = impl("nn.Sequential(nn.Dropout(0.5), nn.Linear(2, 2))")
    return impl.f(1.0, model=model)


@compare("Layer")
def a_layer(impl):
    layer = impl.Layer(3.0)
    return layer.run(np.arange(3.0))


@compare("Layer")
def another_layer(impl):
    layer = impl.Layer(5.0)
    return [layer.run(2.0), layer.run(2.0)]


@compare("keeps")
def the_same_array(impl):
    return impl.keeps(np.zeros(3))
"""
RIGHT = {
    "f": "def f(x, rows=(), model=None):\n    return x * 2 + sum(rows)\n",
    "Layer": (
        "class Layer:\n    def __init__(self, w): self.w = w\n"
        "    def run(self, x): return self.w * x\n"
    ),
}
IMPORTS = "import random\nimport numpy as np\nimport torch\nfrom torch import nn\n"


@pytest.fixture(scope="module")
def exam() -> Exam:
    return open_exam(parse(WeekTexts(LESSON, HIDDEN), Path("week"), "week"))


def judged(exam: Exam, exercise: str, code: str) -> dict[str, Result]:
    link = student(IMPORTS + code)
    return {one.name: one for one in exam.judge(exercise, lambda: link, seconds=5)}


@pytest.mark.parametrize("exercise", RIGHT)
def test_the_right_one_passes(exam: Exam, exercise: str) -> None:
    assert all(one.passed for one in judged(exam, exercise, RIGHT[exercise]).values())


#: What a wrong one does, its body, the words that tell it, and the program that meets it.
EFFECTS = {
    "writes into an array": ("x *= 2\n    return x + sum(rows)", "argument x", "an_array"),
    "changes a list": (
        "y = x * 2 + sum(rows)\n    rows and rows.clear()\n    return y",
        "argument rows",
        "a_tensor_and_a_list",
    ),
    "changes a list that an expression gave": (
        "y = x * 2 + sum(rows)\n    isinstance(rows, list) and rows.append(1)\n    return y",
        "argument rows",
        "by_an_expression",
    ),
    "switches requires_grad on": (
        "torch.is_tensor(x) and x.requires_grad_()\n    return x * 2 + sum(rows)",
        "requires_grad",
        "a_tensor_and_a_list",
    ),
    "leaves gradients off": (
        "torch.set_grad_enabled(False)\n    return x * 2 + sum(rows)",
        "autograd",
        "an_array",
    ),
    "changes the default type": (
        "torch.set_default_dtype(torch.float64)\n    return x * 2 + sum(rows)",
        "default element type",
        "an_array",
    ),
    "leaves the model in eval mode": (
        "model is None or model.eval()\n    return x * 2 + sum(rows)",
        "mode",
        "with_a_model",
    ),
    "seeds NumPy": ("np.random.seed(0)\n    return x * 2 + sum(rows)", "seeds", "an_array"),
    "seeds Python and draws": (
        "random.seed(1)\n    random.random()\n    return x * 2 + sum(rows)",
        "seeds",
        "an_array",
    ),
    "seeds torch": ("torch.manual_seed(3)\n    return x * 2 + sum(rows)", "seeds", "an_array"),
}


@pytest.mark.parametrize(("body", "words", "program"), EFFECTS.values(), ids=EFFECTS)
def test_a_side_effect_is_told(exam: Exam, body: str, words: str, program: str) -> None:
    code = f"def f(x, rows=(), model=None):\n    {body}\n"
    result = judged(exam, "f", code)[program]
    assert not result.passed
    assert result.cause is Cause.SIDE_EFFECT
    assert words in result.rationale
    assert result.help


def test_a_side_effect_does_not_reach_the_next_program(exam: Exam) -> None:
    judged(exam, "f", "def f(x, rows=(), model=None):\n    torch.set_grad_enabled(False)\n")
    assert torch.is_grad_enabled()


HARMLESS = {
    "draws from the global generator": "np.random.rand()\n    return x * 2 + sum(rows)",
    "seeds within a fork of the generator": (
        "with torch.random.fork_rng():\n        torch.manual_seed(0)\n    return x * 2 + sum(rows)"
    ),
    "switches gradients off for itself": (
        "with torch.no_grad():\n        y = x * 2\n    return y + sum(rows)"
    ),
    "puts the mode back": (
        "was = model is not None and model.training\n    model is None or model.eval()\n"
        "    model is None or model.train(was)\n    return x * 2 + sum(rows)"
    ),
    "works on a copy": "x = np.copy(x) if isinstance(x, np.ndarray) else x\n"
    "    x = x * 1\n    x *= 2\n    return x + sum(rows)",
}


@pytest.mark.parametrize("body", HARMLESS.values(), ids=HARMLESS)
def test_what_is_harmless_passes(exam: Exam, body: str) -> None:
    code = f"def f(x, rows=(), model=None):\n    {body}\n"
    results = judged(exam, "f", code)
    assert all(one.passed for one in results.values()), results


def test_what_the_reference_does_too_is_no_offence(exam: Exam) -> None:
    results = judged(exam, "keeps", "def keeps(x):\n    x += 1\n    return x\n")
    assert results["the_same_array"].passed


MEMORY = {
    "a cache of the first result": (
        "cache = {}\ndef f(x, rows=(), model=None):\n"
        "    key = type(x).__name__\n    n = cache.setdefault(key, 0)\n    cache[key] = n + 1\n"
        "    return x * 2 + sum(rows) + (n > 1)\n",
        "f",
    ),
    "a default that grows": (
        "def f(x, rows=(), model=None, seen=[]):\n    seen.append(1)\n"
        "    return x * 2 + sum(rows) + (len(seen) > 4)\n",
        "f",
    ),
    "a weight on the class": (
        "class Layer:\n    def __init__(self, w): Layer.w = w\n"
        "    def run(self, x): return Layer.w * x\n",
        "Layer",
    ),
    "a weight in a global variable": (
        "W = [0]\nclass Layer:\n    def __init__(self, w): W[0] = w\n"
        "    def run(self, x): return W[0] * x\n",
        "Layer",
    ),
}


@pytest.mark.parametrize(("code", "exercise"), MEMORY.values(), ids=MEMORY)
def test_memory_is_told(exam: Exam, code: str, exercise: str) -> None:
    results = judged(exam, exercise, code).values()
    assert any(one.cause is Cause.REMEMBERS for one in results), results


def test_memory_on_the_class_and_in_a_call_have_their_own_words(exam: Exam) -> None:
    shared = judged(exam, "Layer", MEMORY["a weight on the class"][0])["a_layer"]
    kept = judged(exam, "f", MEMORY["a default that grows"][0])
    assert "another object" in shared.rationale
    assert any("made again" in one.rationale for one in kept.values())


#: Ways to write into an argument of a call, by the program that meets them.
WRITES = {
    "through a view": ("x[:2][0] = 9", "an_array"),
    "through memory": ("memoryview(x)[1] = 9.0", "an_array"),
    "through another type": ("x.view(np.uint8)[0] = 255", "an_array"),
    "through its iterator": ("x.flat[3] = 9", "an_array"),
    "by an ufunc": ("np.add(x, 1, out=x)", "an_array"),
    "through data": ("x.data.add_(1)", "a_tensor_and_a_list"),
    "through NumPy": ("x.numpy()[0] = 9", "a_tensor_and_a_list"),
    "by new memory": ("x.set_(torch.zeros(3))", "a_tensor_and_a_list"),
    "of a part": ("rows.append(0)", "a_tensor_and_a_list"),
}


@pytest.mark.parametrize(("write", "program"), WRITES.values(), ids=WRITES)
def test_whichever_way_an_argument_is_written_into(exam: Exam, write: str, program: str) -> None:
    kind = "np.ndarray" if program == "an_array" else "torch.Tensor"
    code = (
        "def f(x, rows=(), model=None):\n    result = x * 2 + sum(rows)\n"
        f"    if isinstance(x, {kind}) and (rows or len(x) == 4):\n        {write}\n"
        "    return result\n"
    )
    assert judged(exam, "f", code)[program].cause is Cause.SIDE_EFFECT


#: Places where a count of the calls can be kept.
PLACES = {
    "a built-in": ("import builtins", "vars(builtins)"),
    "the function": ("", "vars(f)"),
    "a module": ("", "vars(np)"),
    "a class of a library": ("nn.Module.kept = {}", "nn.Module.kept"),
    "a default argument": ("def at(table={}): return table", "at()"),
    "a closure": ("def make():\n    table = {}\n    return lambda: table\nat = make()", "at()"),
    "a cache": ("from functools import lru_cache\n@lru_cache\ndef at(): return {}", "at()"),
}


@pytest.mark.parametrize(("before", "place"), PLACES.values(), ids=PLACES)
def test_wherever_something_is_kept(
    exam: Exam, before: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builtins, "calls", 0, raising=False)
    monkeypatch.setattr(np, "calls", 0, raising=False)
    monkeypatch.setattr(torch.nn.Module, "kept", {}, raising=False)
    code = (
        f"{before}\ndef f(x, rows=(), model=None):\n"
        f"    number = {place}.get('calls', 0) + 1\n    {place}['calls'] = number\n"
        "    return x * 2 + sum(rows) + (number > 4)\n"
    )
    assert Cause.REMEMBERS in {one.cause for one in judged(exam, "f", code).values()}
