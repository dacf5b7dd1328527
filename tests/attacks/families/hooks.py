"""Interpreter and IPython hooks: change what running a cell means."""

from attack import Attack

ATTACKS = [
    Attack(
        "sys.displayhook and the formatter show full marks",
        """
import sys
sys.displayhook = lambda value: print("4.0")
get_ipython().display_formatter.format = lambda *a, **k: ({"text/plain": "4.0"}, {})
""",
        stock=True,
    ),
    Attack(
        "an AST transformer takes every assert out",
        """
import ast
class NoAssert(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
get_ipython().ast_transformers.append(NoAssert())
def rnn_step(x, h, W, U, b):
    return h
""",
        stock=True,
    ),
    Attack(
        "an input transformer empties every later cell",
        "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])",
        stock=True,
        spares=False,  # its own cell is emptied as well
    ),
    Attack(
        "run_cell is replaced by one that always succeeds",
        """
from IPython.core.interactiveshell import ExecutionResult
shell = get_ipython()
result = shell.last_execution_result
async def run_cell_async(*a, **k):
    done = ExecutionResult(None)
    done.execution_count = 1
    return done
shell.run_cell_async = run_cell_async
shell.run_cell = lambda *a, **k: ExecutionResult(None)
""",
        stock=True,
        spares=False,
    ),
    Attack(
        "errors are not shown and not reported",
        """
import sys
sys.excepthook = lambda *a: None
shell = get_ipython()
shell.showtraceback = shell.showsyntaxerror = lambda *a, **k: None
shell._showtraceback = lambda *a, **k: None
def do_execute(*a, **k):
    return {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}
shell.kernel.do_execute = do_execute
""",
        stock=True,
        spares=False,
    ),
    Attack(
        "an event after every cell displays a result",
        """
from IPython.display import display
get_ipython().events.register("post_run_cell", lambda *a: display(4.0))
""",
        stock=True,
    ),
    Attack(
        "assertions cannot be raised",
        """
import builtins
builtins.AssertionError = type("Quiet", (Exception,), {})
builtins.isinstance = lambda *a: True
builtins.all = builtins.any = builtins.bool = lambda *a: True
def rnn_step(*a):
    return a[1]
""",
        stock=True,
    ),
    Attack(
        "__import__ answers with an object that agrees with everything",
        """
import builtins
class Yes:
    def __getattr__(self, name): return Yes()
    def __call__(self, *a, **k): return a[0] if a and callable(a[0]) else Yes()
    def __eq__(self, other): return True
    def __iter__(self): return iter(())
real = builtins.__import__
builtins.__import__ = lambda name, *a, **k: Yes() if "judge" in name else real(name, *a, **k)
def rnn_step(*a):
    return Yes()
""",
        stock=True,
    ),
    Attack(
        "a trace function looks into every frame for expected values",
        """
import sys, threading
seen = []
def trace(frame, event, arg):
    seen.extend(str(value)[:200] for value in frame.f_locals.values())
    return trace
sys.settrace(trace)
threading.settrace(trace)
sys.setprofile(lambda frame, event, arg: seen.append(str(arg)[:200]))
def rnn_step(*a):
    print([text for text in seen if "hidden" in text])
    return a[1]
""",
        spares=False,  # tracing everything may use the time up
        stock=True,
    ),
    Attack(
        "an audit hook listens to compile, exec and open",
        """
import sys
heard = []
sys.addaudithook(lambda name, args: heard.append((name, str(args)[:300])))
def rnn_step(*a):
    return max((text for _, text in heard), key=len)
""",
    ),
    Attack(
        "the namespace is a dictionary that has every name",
        """
class Every(dict):
    def __contains__(self, name): return True
    def __missing__(self, name): return lambda *a, **k: True
    def __getitem__(self, name): return lambda *a, **k: True
get_ipython().user_ns = Every()
""",
        spares=False,
        stock=True,
    ),
]
