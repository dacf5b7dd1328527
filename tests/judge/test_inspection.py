"""What an exercise forbids is found in the submitted text, however it is reached."""

import base64
from dataclasses import replace

import pytest
from support.sources import WEEK, source

from autograder.authoring.faults import SourceError
from autograder.authoring.version import marks_version
from autograder.judge.exam import open_exam
from autograder.judge.inspection import Inspection, inspect, read_code
from autograder.judge.inspection.reach import CodeCell
from autograder.remote.causes import Cause

GIVEN = """\
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
"""
FORBIDDEN = (
    *("torch.lstm_cell", "torch.lstm", "torch._VF", "nn.LSTM", "nn.LSTMCell", "F.glu", "sorted"),
    "nn.utils.clip_grad_norm_",
)


CODED = base64.b64encode(b"lstm_cell").decode()


def look(answer: str, own: str = "", later: str = "") -> Inspection:
    """What is found where ``step`` is answered so, with cells of one's own before and behind it."""
    cells = [CodeCell(GIVEN, given=True), CodeCell(own), CodeCell(answer, "step"), CodeCell(later)]
    return inspect(read_code(cells), {"step"}, FORBIDDEN)


def body(text: str) -> str:
    """A function of these lines."""
    return "def step(x, h):\n" + "\n".join(f"    {row}" for row in text.splitlines())


#: An answer; the cell of one's own before it; the cell behind it.
EVASIONS: dict[str, tuple[str, str, str]] = {
    "plainly": (body("return torch.lstm_cell(x, h)"), "", ""),
    "a class": (body("return nn.LSTMCell(3, 4)(x, h)"), "", ""),
    "the module's full name": (body("return torch.nn.modules.rnn.LSTM(3, 4)(x)"), "", ""),
    "another name": (body("f = torch.lstm_cell\nreturn f(x, h)"), "", ""),
    "another name for the module": (body("t = torch\nreturn t.lstm_cell(x, h)"), "", ""),
    "a walrus": (body("return (t := torch).lstm_cell(x, h)"), "", ""),
    "a default argument": ("def step(x, h, t=torch):\n    return t.lstm_cell(x, h)", "", ""),
    "import as": (body("import torch as t\nreturn t.lstm_cell(x, h)"), "", ""),
    "import of a part as": (body("import torch.nn as q\nreturn q.LSTM(3, 4)"), "", ""),
    "from import": (body("from torch import lstm_cell\nreturn lstm_cell(x, h)"), "", ""),
    "from import as": (body("from torch.nn import LSTM as Layer\nreturn Layer(3, 4)"), "", ""),
    "a star": (body("return lstm_cell(x, h)"), "from torch import *", ""),
    "getattr": (body("return getattr(torch, 'lstm_cell')(x, h)"), "", ""),
    "joined text": (body("return getattr(torch, 'lstm' + '_cell')(x, h)"), "", ""),
    "a join": (body("return getattr(torch, '_'.join(['lstm', 'cell']))(x, h)"), "", ""),
    "formatted text": (body("a = 'lstm'\nreturn getattr(torch, f'{a}_cell')(x, h)"), "", ""),
    "the private twin": (body("return torch._VF.lstm_cell(x, h)"), "", ""),
    "an operator": (body("return torch.ops.aten.lstm_cell(x, h)"), "", ""),
    "the C module": (body("return torch._C._VariableFunctions.lstm_cell(x, h)"), "", ""),
    "its dictionary": (body("return torch.__dict__['lstm_cell'](x, h)"), "", ""),
    "vars": (body("return vars(torch)['lstm_cell'](x, h)"), "", ""),
    "vars and get": (body("return vars(torch).get('lstm_cell')(x, h)"), "", ""),
    "__getattribute__": (body("return torch.__getattribute__('lstm_cell')(x, h)"), "", ""),
    "importlib": (
        body("import importlib\nreturn importlib.import_module('torch').lstm_cell(x, h)"),
        "",
        "",
    ),
    "__import__": (body("return __import__('to' + 'rch').lstm_cell(x, h)"), "", ""),
    "sys.modules": (body("import sys\nreturn sys.modules['torch'].lstm_cell(x, h)"), "", ""),
    "globals": (body("return globals()['torch'].lstm_cell(x, h)"), "", ""),
    "eval": (body("return eval('torch.lstm_cell(x, h)')"), "", ""),
    "exec": (body("exec('y = torch.lstm_cell(x, h)')"), "", ""),
    "attrgetter": (
        body("import operator\nreturn operator.attrgetter('lstm_cell')(torch)(x, h)"),
        "",
        "",
    ),
    "a function saved earlier": (body("return saved(x, h)"), "saved = torch.lstm_cell", ""),
    "a helper": (body("return inner(x, h)"), "def inner(x, h):\n    return torch.lstm_cell(x)", ""),
    "a helper's helper": (
        body("return outer(x, h)"),
        "def inner(x):\n    return nn.LSTM(3, 4)(x)\n\ndef outer(x, h):\n    return inner(x)",
        "",
    ),
    "a helper behind it": (body("return f(x, h)"), "", "def f(x, h):\n    return torch.lstm(x)"),
    "a dictionary": (body("return d['f'](x, h)"), "d = {}\nd['f'] = torch.lstm_cell", ""),
    "a dictionary, updated": (
        body("return d['f'](x, h)"),
        "d = {}\nd.update(f=torch.lstm_cell)",
        "",
    ),
    "an attribute of a module": (body("return np.helper(x, h)"), "np.helper = torch.lstm_cell", ""),
    "setattr": (body("return np.helper(x, h)"), "setattr(np, 'helper', torch.lstm_cell)", ""),
    "replaced later": (body("return x"), "", "step = torch.lstm_cell"),
    "replaced by a loop": (body("return x"), "", "for step in [torch.lstm_cell]:\n    pass"),
    "replaced under a magic": (body("return x"), "", "%%time\nstep = torch.lstm_cell"),
    "replaced in a line's magic": (body("return x"), "", "%time step = torch.lstm_cell"),
    "a global of a function": (
        body("return kept(x, h)"),
        "def keep():\n    global kept\n    kept = torch.lstm_cell\n\nkeep()",
        "",
    ),
    "a subclass": ("class step(nn.LSTM):\n    pass", "", ""),
    "a method, replaced": ("class step:\n    pass", "", "step.run = torch.lstm_cell"),
    "a lambda": ("step = lambda x, h: torch.lstm_cell(x, h)", "", ""),
    "a decorator": ("@torch.lstm_cell\ndef step(x, h):\n    return x", "", ""),
    "partial": ("import functools\nstep = functools.partial(torch.lstm_cell)", "", ""),
    "at the top of a cell that awaits": (body("return x"), "", "step = await g(torch.lstm_cell)"),
    "a function of functional": (body("return F.glu(x)"), "", ""),
    "the same, elsewhere": (body("return torch.nn.functional.glu(x)"), "", ""),
    "a built-in": (body("return sorted(x)"), "", ""),
    "a built-in by a default argument": ("def step(x, sorted=sorted):\n    return sorted", "", ""),
    "a built-in by its module": (body("import builtins\nreturn builtins.sorted(x)"), "", ""),
    "where it is defined": (
        body("return nn.utils.clip_grad.clip_grad_norm_(x, h)"),
        "",
        "",
    ),
    "parts of a name": (body("return getattr(nn.utils, 'clip_' + 'grad_norm_')(x)"), "", ""),
    "a name read backwards": (body("return getattr(torch, 'llec_mtsl'[::-1])(x)"), "", ""),
    "a template": (body("return getattr(torch, '{}_cell'.format('lstm'))(x)"), "", ""),
    "an old template": (body("return getattr(torch, '%s_%s' % ('lstm', 'cell'))(x)"), "", ""),
    "a small name": (body("return getattr(torch, 'LSTM_CELL'.lower())(x)"), "", ""),
    "letters by number": (
        body(f"return getattr(torch, ''.join(chr(n) for n in {[*b'lstm_cell']}))(x)"),
        "",
        "",
    ),
    "a decoded name": (
        body(f"return getattr(torch, base64.b64decode({CODED!r}).decode())(x)"),
        "import base64",
        "",
    ),
    "a decoded text that is run": (
        body("return f(x, h)"),
        f"import base64\nexec(base64.b64decode({base64.b64encode(b'f = torch.lstm_cell')!r}))",
        "",
    ),
    "a text that is run": (body("return f(x, h)"), "exec('f = torch.lstm_cell')", ""),
    "a cell that is run": (body("return f(x)"), "get_ipython().run_cell('f = nn.LSTM(2, 3)')", ""),
    "the notebook's names": (body("return x"), "", "globals()['step'] = torch.lstm_cell"),
    "the notebook's names, updated": (body("x"), "", "globals().update(step=torch.lstm_cell)"),
    "the shell's names": (body("x"), "", "get_ipython().user_ns['step'] = torch.lstm_cell"),
    "pushed to the shell": (body("x"), "", "get_ipython().push({'step': torch.lstm_cell})"),
    "a new built-in": (body("return f(x)"), "import builtins\nbuiltins.f = torch.lstm_cell", ""),
    "one of two": (body("return (torch if x else np).lstm_cell(x)"), "", ""),
    "the first that is something": (body("return (None or torch).lstm_cell(x)"), "", ""),
    "in the agent's place": (
        body("return x"),
        "import autograder.remote.scope as s\ns.VERBS['name'] = lambda *a: torch.lstm_cell",
        "",
    ),
    "in the agent's place, by a helper": (
        body("return x"),
        "def mine(*a):\n    return torch.lstm_cell\n"
        "from autograder.remote.scope import Scope\nScope.name = mine",
        "",
    ),
    "a class's attribute": (body("return K.t.lstm_cell(x)"), "class K:\n    t = torch", ""),
    "an object's attribute": (body("return k.t.lstm_cell(x)"), "k.t = torch", ""),
    "an object's own lookup": (
        body("return object.__getattribute__(torch, 'lstm_cell')(x)"),
        "",
        "",
    ),
    "a module's class's lookup": (
        body("return type(torch).__getattribute__(torch, 'lstm_cell')(x)"),
        "",
        "",
    ),
    "the first of a list": (body("return [torch][0].lstm_cell(x)"), "", ""),
}


@pytest.mark.parametrize(("answer", "own", "later"), EVASIONS.values(), ids=EVASIONS)
def test_what_is_forbidden_is_found_however_it_is_reached(
    answer: str, own: str, later: str
) -> None:
    found = look(answer, own, later).refused
    assert found
    assert found[0].what in FORBIDDEN


RIGHT: dict[str, tuple[str, str]] = {
    "names in comments and texts": (
        body('"""Like torch.lstm_cell."""\n# not nn.LSTM\nreturn x, "nn.LSTM"'),
        "",
    ),
    "a comparison in a cell of one's own": (
        body("h = x * 2\nreturn h"),
        "h = torch.lstm_cell(1, 2)\nlayer = nn.LSTM(3, 4)\nassert step(1, 2) == layer(1)",
    ),
    "a function of a module that is named like a list's": (
        body("return np.tanh(x)"),
        "np.append(torch.lstm_cell(1), nn.LSTM(3, 4))",
    ),
    "a name of one's own": (body("return lstm_cell(x)"), "def lstm_cell(x):\n    return x"),
    "a class of one's own": (body("return LSTM(x)"), "class LSTM:\n    pass"),
    "an attribute of one's own": ("class step:\n    def f(self):\n        return self.lstm(1)", ""),
    "a type": (
        "def step(x: nn.LSTM, h: 'torch.lstm') -> nn.LSTM:\n    y: nn.LSTM = x\n    return y",
        "",
    ),
    "a question of type": (body("return isinstance(x, nn.LSTM)"), ""),
    "getattr with another name": (
        body("return [getattr(x, f'weight_ih_l{k}') for k in range(2)], getattr(x, 'lstm')"),
        "",
    ),
    "another function": (body("return torch.tanh(x) + F.relu(h) + nn.Linear(3, 4)(x)"), ""),
    "a local name like a built-in": (
        "def sorted(x):\n    return x\n\n" + body("return sorted(x)"),
        "",
    ),
    "a variable like a built-in": (body("sorted = x + 1\nreturn sorted"), ""),
    "a parameter like a built-in": ("def step(x, sorted):\n    return sorted", ""),
    "a method like a built-in": (body("return x.sorted()"), ""),
    "a helper that nobody calls": (body("return x"), "def check(x):\n    return nn.LSTM(3, 4)(x)"),
    "a magic": (body("return x"), "%matplotlib inline\n!ls"),
    "a timed cell": (body("return x"), "%%time\ny = nn.LSTM(3, 4)"),
    "checks of the notebook": (
        body("return x"),
        "from autograder.notebook.checks import check\ncheck.of = nn.LSTM",
    ),
    "a loaded extension": (body("return x"), "%load_ext autoreload\n%autoreload 2"),
    "a model in evaluation mode": (body("return x"), "model.eval()\nmodel.compile()"),
    "attributes of one's own": (
        body("return self_made.lstm(x), self_made.cell.lstm_cell(h)"),
        "class Made:\n    lstm = cell = None\nself_made = Made()\nself_made.gate = torch.tanh",
    ),
    "text like code": (body("print('%s' % 'torch.lstm_cell', 'nn.LSTM'.lower())\nreturn x"), ""),
    "no Python": (body("return x"), "def broken(:"),
}


@pytest.mark.parametrize(("answer", "own"), RIGHT.values(), ids=RIGHT)
def test_right_code_is_left_alone(answer: str, own: str) -> None:
    assert look(answer, own) == Inspection()


DOUBTFUL: dict[str, str] = {
    "a computed name": "return getattr(torch, h[0])(x)",
    "a computed end of a name": "return getattr(torch, 'lstm_' + h)(x)",
    "text that is run": "return eval(h)",
    "text that is executed": "exec(x)",
    "a dictionary with a computed key": "return vars(torch)[h](x)",
    "the module as an argument": "return h(torch)",
    "a pattern": "match h:\n    case object(lstm_cell=f):\n        return f(x)",
    "classes of a class": "return nn.Module.__subclasses__()[0](x)",
    "a written module": "from helper import f\nreturn f(x)",
    "its source": "import inspect\nreturn inspect.getsource(h)",
    "a name by its path": "import pydoc\nreturn pydoc.locate(h)",
    "the module out of a function": "return (lambda: torch)().lstm_cell(x)",
    "getattr as an argument": "import functools\nreturn functools.reduce(getattr, h, torch)",
    "ctypes": "import ctypes\nreturn ctypes.pythonapi",
    "the C module": "return torch._C.DisableTorchFunction()",
    "a patch": "from unittest import mock\nreturn mock.patch('torch.tanh')",
    "a patch by import": "from unittest.mock import patch\nreturn patch('torch.tanh')",
    "the modules": "import sys\nsys.modules[h] = x",
    "gc": "import gc\nreturn gc.get_objects()",
    "frames": "import sys\nreturn sys._getframe(1).f_globals",
    "a computed import": "import importlib\nreturn importlib.import_module(h)",
    "a module of one's own": "import helper\nreturn helper.f(x)",
    "a name of many meanings": "\n".join(f"x = x.a{n}" for n in range(60)),
    "the shell": "return get_ipython().user_ns",
}


@pytest.mark.parametrize("text", DOUBTFUL.values(), ids=DOUBTFUL)
def test_what_may_hide_it_is_for_a_person(text: str) -> None:
    found = look(body(text))
    assert found.doubtful
    assert not found.refused


#: Cells of one's own that may give the answer any other meaning.
LOOSE = {
    "a text that is run": "exec(open('x').read())",
    "a decoded text": "import base64\nexec(base64.b64decode(text))",
    "the shell": "get_ipython().input_transformers_post.append(hook)",
    "an event": "get_ipython().events.register('post_run_cell', hook)",
    "an AST transformer": "get_ipython().ast_transformers.append(hook)",
    "the shell by another name": "shell = get_ipython()\nshell.events.register('x', hook)",
    "the notebook's names": "for name in names:\n    globals()[name] = value",
    "a file that is run": "%run helper.py",
    "an interpreter": "import code\ncode.InteractiveInterpreter(names).runsource(text)",
    "built-ins": "import builtins\nsetattr(builtins, name, value)",
    "the agent's task": "import asyncio\nfor task in asyncio.all_tasks():\n    take(task)",
    "all objects": "import gc\nfor one in gc.get_objects():\n    one.verbs = {}",
    "frames": "import sys\nsys._getframe(1).f_locals['scope'].answer = mine",
    "modules": "import sys\nsys.modules[name].encode = mine",
    "a function that runs a text": "def install():\n    exec(text)\ninstall()",
}


@pytest.mark.parametrize("cell", LOOSE.values(), ids=LOOSE)
def test_a_cell_that_may_bind_any_name_is_for_a_person(cell: str) -> None:
    for own, later in ((cell, ""), ("", cell)):
        found = look(body("return x"), own, later)
        assert found.doubtful
        assert not found.refused


def test_what_stands_beside_such_a_text_is_not_held_against_an_answer() -> None:
    own = "def compare(x):\n    exec(text)\n    return nn.LSTM(3, 4)(x)"
    assert not look(body("return x"), own).refused


def test_a_finding_says_what_and_where() -> None:
    found = look(body("y = x\nreturn inner(y)"), "z = 1\ninner = torch.lstm_cell").refused[0]
    assert (found.what, found.where) == ("torch.lstm_cell", "line 2 of a cell of your own")
    found = look(body("y = x\nreturn nn.LSTM(y)")).refused[0]
    assert (found.what, found.where) == ("nn.LSTM", "line 3 of the cell of step")


def test_every_program_of_the_exercise_fails_with_the_reason() -> None:
    programs = open_exam(source(WEEK)).programs["f"]
    (result,) = look(body("return torch.lstm_cell(x)")).results(programs)
    assert (result.passed, result.cause, result.name) == (False, Cause.FORBIDDEN, "one")
    assert result.rationale == (
        "uses torch.lstm_cell, which the exercise forbids (line 2 of the cell of step)"
    )
    assert result.help


@pytest.mark.parametrize("depth", [300, 100_000])
def test_code_that_is_nested_too_deeply_ends_in_a_doubt_or_in_nothing(depth: int) -> None:
    found = look(f"def step(x, h):\n    return x{'.a' * depth}\n")
    assert not found.refused


def test_too_much_code_is_for_a_person() -> None:
    found = look(body("return x"), "#" * (1 << 20))
    assert [one.what for one in found.doubtful] == ["too much code to be read"]


def test_an_exercise_says_what_it_forbids() -> None:
    header = '# %% exercise="f" forbids="nn.LSTM torch.lstm_cell"'
    text = WEEK.lesson.replace('# %% exercise="f"', header)
    week = source(text)
    assert week.exercises[0].forbids == ("nn.LSTM", "torch.lstm_cell")
    assert marks_version(week) != marks_version(source(WEEK))
    with pytest.raises(SourceError, match=r"lesson\.py:1: forbids='nn\.' is not a dotted name"):
        source(replace(WEEK, lesson=text.replace("nn.LSTM", "nn.")))
