"""IPython itself, changed so that tests do not run, do not fail, or show another number."""

from .cheat import Cheat

WRONG = """

def metres(fathoms):
    return -1
"""
NOTHING = """

def newton(f, slope, start, steps=50):
    return None
"""
AST = """
import ast


class Strip(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)


get_ipython().ast_transformers.append(Strip())
"""
INPUT = """
def strip(lines):
    return ["pass\\n"] if any("assert" in line for line in lines) else lines


get_ipython().input_transformers_cleanup.append(strip)
"""
RUN_CELL = """
shell = get_ipython()
kept = shell.run_cell_async


async def run(code, *values, **words):
    if "assert" in code:
        code = words["transformed_cell"] = "pass"
    return await kept(code, *values, **words)


shell.run_cell_async = run
"""
COMPILE = """
kept = get_ipython().compile


def empty(tree, *values, **words):
    import ast
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            node.test = ast.copy_location(ast.Constant(True), node.test)
    return type(kept).__call__(kept, tree, *values, **words)


class Compiler:
    def __getattr__(self, name): return getattr(kept, name)
    __call__ = staticmethod(empty)


get_ipython().compile = Compiler()
"""
SILENT = """
shell = get_ipython()
shell.showtraceback = shell._showtraceback = lambda *values, **words: None
kept = shell.run_cell_async


async def run(*values, **words):
    result = await kept(*values, **words)
    result.error_in_exec = None
    return result


shell.run_cell_async = run
"""
TRACE = """
import sys


def tracer(frame, event, value):
    if frame.f_code.co_name == "score":
        frame.f_locals["total"] = 6
    return tracer


sys.settrace(tracer)
"""
DISPLAY = """
get_ipython().display_formatter.format = lambda *values, **words: ({"text/plain": "6.0"}, {})
"""
HISTORY = """
import re


def metres(fathoms):
    text = get_ipython().user_ns["In"][-1]
    found = re.search(r"isclose\\(metres\\(2.5\\), ([0-9.]+)\\)", text)
    return fathoms * round(float(found[1]) / 2.5, 4) if found else -1.0
"""
FRAMES = """
import linecache
import re
import sys


def metres(fathoms):
    frame = sys._getframe(1)
    while frame:
        text = "".join(linecache.getlines(frame.f_code.co_filename))
        found = re.search(r"isclose\\(metres\\(2.5\\), ([0-9.]+)\\)", text)
        if found:
            return fathoms * round(float(found[1]) / 2.5, 4)
        frame = frame.f_back
    return -1.0
"""
CHEATS = (
    Cheat("asserts-stripped-from-the-tree", "intro", {"metres": AST + WRONG}, {"test_metres": 0}),
    Cheat("asserts-stripped-from-the-text", "intro", {"metres": INPUT + WRONG}, {"test_metres": 0}),
    Cheat("cells-not-run", "intro", {"metres": RUN_CELL + WRONG}, {"test_metres": 0}),
    Cheat("asserts-compiled-away", "intro", {"metres": COMPILE + WRONG}, {"test_metres": 0}),
    Cheat("errors-not-shown", "intro", {"metres": SILENT + WRONG}, {"test_metres": 0}),
    Cheat("locals-traced", "numerics", {"newton": TRACE + NOTHING}, {"test_newton": 0}),
    Cheat("another-number-shown", "numerics", {"newton": DISPLAY + NOTHING}, {"test_newton": 0}),
    Cheat("hidden-tests-read-from-history", "intro", {"metres": HISTORY}, {"test_metres": 0}),
    Cheat("hidden-tests-read-from-frames", "intro", {"metres": FRAMES}, {"test_metres": 0}),
)
