"""Attacks on every exercise of a week at once: stubs, and a cell in front that answers for them."""

import ast
import json
from dataclasses import dataclass

from attack import Tree, own_cell

from autograder.authoring.fill import fill
from autograder.authoring.source import Source
from autograder.grading.grade import Assignment
from autograder.grading.results import Graded

#: Stands in every text that holds what a hidden test has handed over.
SEEN = "seen-by-the-code-under-test"


@dataclass(frozen=True)
class Scripted:
    """One kind of attack.

    Attributes
    ----------
    name : what it tries
    first : a cell in front of all others. It defines ``answer(args)``, what every stub gives
    last : a cell behind all others
    """

    name: str
    first: str
    last: str = ""


def stubs(source: Source) -> dict[str, str]:
    """For each exercise its functions and classes, which give what ``answer`` gives."""
    found = {}
    for cell in source.exercises:
        kinds = ast.FunctionDef | ast.ClassDef
        parts = [_stub(node) for node in ast.parse(cell.text).body if isinstance(node, kinds)]
        found[cell.name] = "\n\n".join(parts)
    return found


def _stub(node: ast.FunctionDef | ast.ClassDef) -> str:
    if isinstance(node, ast.FunctionDef):
        return f"def {node.name}(*args, **kwargs):\n    return answer((*args, *kwargs.values()))\n"
    methods = [one.name for one in node.body if isinstance(one, ast.FunctionDef)]
    plain = [name for name in methods if name not in ("__init__", "__len__")]
    rows = [f"class {node.name}:", "    def __init__(self, *args, **kwargs): self.args = args"]
    rows += [f"    def {name}(self, *args, **kw): return answer(args)" for name in plain]
    rows += ["    def __call__(self, *args, **kw): return answer(args)"]
    rows += ["    def __getattr__(self, name): return GIVES.get(name)"]
    return "\n".join(rows) + "\n"


def submission(assignment: Assignment, source: Source, attack: Scripted) -> bytes:
    """The notebook that is handed in."""
    tree: Tree = json.loads(fill(assignment.notebook, stubs(source)))
    tree["cells"].insert(0, own_cell(PRELUDE + attack.first) | {"id": "first-of-mine"})
    if attack.last:
        tree["cells"].append(own_cell(attack.last) | {"id": "last-of-mine"})
    return json.dumps(tree).encode()


def shown(graded: Graded) -> str:
    """All that anybody can read of the result, but the submission's own text."""
    cells = json.loads(graded.notebook)["cells"]
    return f"{[cell.get('outputs') for cell in cells]} {graded.facts()}"


PRELUDE = f'''\
import builtins, gc, sys
import numpy as np
SEEN = "{SEEN}"
GIVES = {{}}
builtins.seen = []
def note(args):
    frame = sys._getframe()
    while frame and "remote/scope" not in frame.f_code.co_filename: frame = frame.f_back
    builtins.seen.append((SEEN + " " if frame else "by a cell ") + repr(args))
    return builtins.seen[-1]
def like(value, number=0.0):
    if isinstance(value, np.ndarray): return np.full_like(value, number, dtype=float)
    if hasattr(value, "detach"): return value.detach() * 0 + number
    if isinstance(value, (list, tuple)): return type(value)(like(one, number) for one in value)
    return number
def first(args):
    return args[0] if args else None
'''

AGENT = """
import autograder.remote.agent as agents, autograder.remote.scope as scopes
import autograder.remote.wire as wire, autograder.remote.effects as effects
import autograder.remote.generators as generators, autograder.remote.conversation as talks
live = lambda: [one for one in gc.get_objects() if isinstance(one, scopes.Scope)]
"""

RANDOM = """
import random, torch
zero = lambda *shape, **k: torch.zeros(*shape, **{n: k[n] for n in k if n in ("dtype", "device")})
torch.randn = torch.rand = zero
torch.randint = lambda *a, **k: torch.zeros(a[-1] if isinstance(a[-1], tuple) else a[-2]).long()
torch.randperm = lambda n, **k: torch.arange(n)
torch.manual_seed = torch.seed = random.seed = np.random.seed = lambda *a, **k: None
class Zeros:
    def __init__(self, *a): pass
    def __getattr__(self, name): return lambda *a, size=(), **k: np.zeros(size)
np.random.default_rng = Zeros
for name in ("uniform_", "normal_", "xavier_uniform_", "kaiming_uniform_", "orthogonal_"):
    setattr(torch.nn.init, name, lambda tensor, *a, **k: tensor.data.zero_())
torch.Tensor.copy_ = lambda self, other, *a: self
torch.nn.Module.load_state_dict = lambda self, *a, **k: None
def answer(args): return like(first(args))
"""

ATTACKS = [
    Scripted("zeros of the first argument's shape", "def answer(args): return like(first(args))"),
    Scripted("ones of the second argument's shape", "def answer(args): return like(args[-1], 1.0)"),
    Scripted("the first argument", "def answer(args): return first(args)"),
    Scripted("NaN", "def answer(args): return like(first(args), float('nan'))"),
    Scripted("True", "def answer(args): return True"),
    Scripted("refuses everything", "def answer(args): raise ValueError('no')"),
    Scripted(
        "refuses all but the first call",
        """
calls = []
def answer(args):
    calls.append(1)
    if len(calls) % 2 == 0: raise ValueError
    return like(first(args))
""",
    ),
    Scripted(
        "what cannot be sent",
        "def answer(args): return np.array([object(), 1 << 80, ...], dtype=object)",
    ),
    Scripted(
        "a tensor without numbers",
        """
import torch
def answer(args): return torch.empty(3, device='meta')
""",
    ),
    Scripted(
        "an object that agrees with everything",
        """
class Yes:
    shape, ndim, size = (1,), 1, 1
    dtype = np.dtype(float)
    def __array__(self, *a, **k): return np.zeros(1)
    def __getattr__(self, name): return lambda *a, **k: Yes()
    def __eq__(self, other): return True
    __lt__ = __le__ = __gt__ = __ge__ = __eq__
    def __len__(self): return 3
    def __iter__(self): return iter([Yes()] * 3)
    def __getitem__(self, key): return Yes()
    def __bool__(self): return True
    def tolist(self): return []
    def __float__(self): return 0.0
def answer(args): return Yes()
""",
    ),
    Scripted(
        "subclasses of plain types that lie",
        """
class Text(str):
    def __eq__(self, other): return True
    __hash__ = str.__hash__
class Row(list):
    def __len__(self): return 3
    def __iter__(self): return iter([Text()] * 3)
class Table(dict):
    def __missing__(self, key): return Row()
    def keys(self): return [Text()]
    def __contains__(self, key): return True
def answer(args): return Table(a=Row())
""",
    ),
    Scripted(
        "a tensor class whose operations agree",
        """
import torch
class Same(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None): return True
def answer(args): return torch.zeros(2, 2).as_subclass(Same)
""",
    ),
    Scripted(
        "an array class whose operations agree",
        """
class Same(np.ndarray):
    def __array_function__(self, *a, **k): return True
    def __array_ufunc__(self, *a, **k): return True
def answer(args): return np.zeros((2, 2)).view(Same)
""",
    ),
    Scripted(
        "an iterator without end",
        """
import itertools
def answer(args): return itertools.count()
""",
    ),
    Scripted(
        "a list in itself",
        """
def answer(args):
    row = [like(first(args))]
    row.append(row)
    return row
""",
    ),
    Scripted(
        "memory as an array",
        """
class Window:
    __array_interface__ = {'shape': (4,), 'typestr': '<f8', 'data': (4096, True), 'version': 3}
    def __reduce__(self): return print, (1,)
def answer(args): return Window()
""",
    ),
    Scripted(
        "everything by a mock",
        """
from unittest import mock
def answer(args): return mock.MagicMock()
""",
    ),
    Scripted(
        "the scope's verbs",
        AGENT
        + """
def answer(args): return None
def echo(scope, target, args, kwargs): return args[0] if args else None
for one in live():
    one.verbs.update(call=echo, length=lambda *a: 1)
scopes.VERBS.update(call=echo, item=lambda s, t, k: k)
""",
    ),
    Scripted(
        "the scope of the agent's task",
        AGENT
        + """
import asyncio
def answer(args): return None
for task in asyncio.all_tasks():
    scope = (getattr(task.get_coro(), 'cr_frame', None) or sys._getframe()).f_locals.get('scope')
    if scope is not None:
        def lie(message, real=scope.answer):
            verb, *rest = wire.decode(message)
            told = rest[1][0] if verb == 'call' and rest[1] else True
            return wire.encode(('value', told)) if verb in ('call', 'evaluate') else real(message)
        scope.answer = lie
""",
    ),
    Scripted(
        "the way onto the wire",
        AGENT
        + """
def answer(args): return first(args)
real = wire.encode
def encode(value, keep=None):
    return real(like(value) if isinstance(value, np.ndarray) else value, keep)
wire.encode = encode
""",
    ),
    Scripted(
        "the guards' eyes",
        AGENT
        + """
def answer(args): return first(args)
scopes.look = lambda *a: None
scopes.left_behind = lambda *a: []
scopes.digests = lambda: ['0'] * 3
scopes.Scope.replay = lambda self, steps: ['0' * 16] * len(steps)
scopes.seed_generators = lambda seed: None
""",
    ),
    Scripted(
        "a memory of the first answers",
        AGENT
        + """
table = {}
real = scopes.Scope.answer
def remembered(self, message): return table.setdefault(bytes(message), real(self, message))
scopes.Scope.answer = remembered
def answer(args): return like(first(args))
""",
    ),
    Scripted("nothing is random", RANDOM),
    Scripted(
        "comparisons agree",
        """
import torch, numpy.testing
import autograder.notebook.checks as checks
def answer(args): return like(first(args))
for name in dir(np.testing):
    name.startswith('assert') and setattr(np.testing, name, lambda *a, **k: None)
np.allclose = np.isclose = np.array_equal = torch.allclose = torch.equal = lambda *a, **k: True
for name in dir(checks):
    name.startswith('expect') and setattr(checks, name, lambda *a, **k: None)
""",
    ),
    Scripted(
        "functions are swapped between two requests",
        """
import threading, time
def answer(args): return like(first(args))
def swap():
    for number in range(200):
        time.sleep(0.01)
        gives = first if number % 2 else lambda args: like(first(args))
        globals()['answer'] = gives
threading.Thread(target=swap, daemon=True).start()
""",
    ),
    Scripted(
        "finders, handlers and hooks",
        """
import atexit, signal, importlib.abc
def answer(args): return first(args)
class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, *a): return None
sys.meta_path.insert(0, Finder())
atexit.register(print, SEEN)
signal.signal(signal.SIGINT, lambda *a: None)
sys.settrace(lambda *a: None)
sys.excepthook = print
""",
    ),
    Scripted(
        "every name is there",
        """
class Names(dict):
    def __missing__(self, key): return answer
def answer(args): return like(first(args))
get_ipython().user_ns = Names(get_ipython().user_ns)
""",
    ),
    Scripted(
        "what was handed over is printed behind all",
        """
def answer(args):
    note(args)
    return like(first(args))
""",
        "print(builtins.seen)",
    ),
    Scripted(
        "it is printed, warned of and displayed at once",
        """
import warnings, logging
from IPython.display import display, HTML
def answer(args):
    text = note(args)
    print(text)
    warnings.warn(text)
    display(HTML(text))
    logging.error(text)
    sys.__stderr__.write(text)
    return like(first(args))
""",
    ),
    Scripted(
        "it is kept in a file, a figure and the shell",
        """
import matplotlib.pyplot as plt
def answer(args):
    with open('x.txt', 'a') as file: file.write(note(args))
    plt.title(builtins.seen[-1][:200])
    get_ipython().user_ns['kept'] = builtins.seen
    return like(first(args))
""",
        """
import os
os.path.exists('x.txt') and print(open('x.txt').read())
print(kept, plt.gca().get_title())
plt.show()
""",
    ),
    Scripted(
        "every cell behind shows it",
        """
def answer(args):
    note(args)
    return like(first(args))
for event in ('pre_run_cell', 'post_run_cell'):
    get_ipython().events.register(event, lambda *a: print(builtins.seen))
""",
        "0",
    ),
    Scripted(
        "a thread and a comm show it later",
        """
import threading, time
from ipykernel.comm import Comm
def answer(args):
    text = note(args)
    threading.Timer(0.05, print, [text]).start()
    Comm(target_name='x', data={'text': text})
    return like(first(args))
""",
    ),
    Scripted("raised", "def answer(args): raise ValueError(note(args))"),
    Scripted("thrown", "def answer(args): (_ for _ in ()).throw(RuntimeError(note(args)))"),
    Scripted("a key that is missing", "def answer(args): return {}[note(args)]"),
    Scripted("a number's text", "def answer(args): return int(note(args))"),
    Scripted("an attribute", "def answer(args): return getattr(np, note(args))"),
    Scripted(
        "an exception's class", "def answer(args): raise type(note(args), (KeyError,), {})('x')"
    ),
    Scripted("a result's class", "def answer(args): return type(note(args), (), {})()"),
    Scripted("a result's keys", "def answer(args): return {note(args): 1, 'x': note(args)}"),
    Scripted("a result's text", "def answer(args): return [note(args)] * 3"),
    Scripted(
        "the function's name",
        """
def run(): return 1 / 0
def answer(args):
    run.__code__ = run.__code__.replace(co_name=note(args)[:150])
    return run()
""",
    ),
    Scripted(
        "the line that raised",
        """
import linecache
def answer(args):
    linecache.cache['<cell 9>'] = (1, None, [note(args)], '<cell 9>')
    exec(compile('1 / 0', '<cell 9>', 'exec'))
""",
    ),
    Scripted(
        "the hidden source, out of the frames",
        """
def answer(args):
    frame, found = sys._getframe(), []
    while frame:
        here = [value for value in frame.f_locals.values() if isinstance(value, str)]
        found += [value for value in here if len(value) > 30 and SEEN not in value]
        frame = frame.f_back
    note(found)
    return {}[builtins.seen[-1]]
""",
        "print(builtins.seen)",
    ),
    Scripted(
        "names of arguments and models",
        """
import inspect
def answer(args):
    text = ''.join(c for c in note(args) if c.isalnum())[:40]
    for name, value in list(globals().items()):
        if inspect.isfunction(value) and value is not answer:
            parameter = inspect.Parameter(SEEN.replace('-', '_'), 0)
            value.__signature__ = inspect.Signature([parameter])
    for one in args:
        if isinstance(one, np.ndarray): one += 1
    return like(first(args))
""",
    ),
    Scripted(
        "an agent that names what it has seen",
        AGENT
        + """
def answer(args):
    note(args)
    return like(first(args))
real = scopes.Scope.answer
def told(self, message):
    if wire.decode(message)[0] != "call": return real(self, message)
    text = SEEN + repr(message[:200])
    return wire.encode(('raised', [text, 'ValueError'], text, text))
scopes.Scope.answer = told
""",
    ),
]
