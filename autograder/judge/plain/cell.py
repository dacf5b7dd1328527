"""The text of a cell as statements: which of them check, and which names they read and bind."""

import ast
import builtins
import re
import symtable
from collections.abc import Iterator
from functools import cache
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

from ...authoring.percent import PYTHON_MAGICS

#: Names of what checks, where it is called by itself.
CHECKER = re.compile(r"_*(assert|check|test|grade|verify|validate|expect)", re.IGNORECASE)
#: How much of a statement's source is told.
TEXT = 160


@cache
def parse(text: str) -> ast.Module:
    """A cell as Python; ``SyntaxError`` where it is none.

    Magics become calls of ``get_ipython()``, and do nothing in the judge.
    """
    first = re.match(r"\s*%%(\w+)[^\n]*", text)
    if first is not None:
        if first[1] not in PYTHON_MAGICS:
            return ast.Module([], [])
        text = "pass" + text[first.end() :]
    try:
        return ast.parse(text)
    except SyntaxError:
        return ast.parse(TransformerManager().transform_cell(text))


def source(text: str, node: ast.stmt) -> str:
    """A statement's source in one line."""
    found = ast.get_source_segment(text, node) or ast.unparse(node)
    line = " ".join(found.split())
    return line if len(line) <= TEXT else line[: TEXT - 1] + "…"


def checks(node: ast.stmt) -> bool:
    """Whether a statement checks something, or stands around one that does."""
    match node:
        case ast.Assert() | ast.Raise():
            return True
        case ast.Expr(value=value):
            return any(_is_check(one) for one in ast.walk(value))
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return False
        case ast.With(items=items) if any(_is_check(item.context_expr) for item in items):
            return True
        case ast.Assign() | ast.AugAssign() | ast.AnnAssign():
            return False
    return any(checks(one) for one in _inner(node))


def _inner(node: ast.stmt) -> Iterator[ast.stmt]:
    for name in ("body", "orelse", "finalbody"):
        yield from getattr(node, name, ())
    for handler in getattr(node, "handlers", ()):
        yield from handler.body
    for case in getattr(node, "cases", ()):
        yield from case.body


def _is_check(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return bool(CHECKER.match(name)) or name in ("raises", "warns", "ok_", "eq_")
    return False


def bound(node: ast.AST) -> set[str]:
    """The names that a statement binds at its own level."""
    found: set[str] = set()
    for one in _level(node):
        match one:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.add(name)
            case ast.ClassDef(name=name):
                found.add(name)
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                found.add(name)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                found |= {(name.asname or name.name).partition(".")[0] for name in names}
            case ast.ExceptHandler(name=str() as name):
                found.add(name)
            case ast.MatchAs(name=str() as name) | ast.MatchStar(name=str() as name):
                found.add(name)
    return found - {"*"}


def read(node: ast.AST) -> set[str]:
    """The names that a statement reads when it is run; what functions read comes later."""
    found: set[str] = set()
    for one in _level(node, defaults=True):
        if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Store):
            found.add(one.id)
    return found | changed(node)


def changed(node: ast.AST) -> set[str]:
    """Names of objects that a statement may change in place: ``x.y = …``, ``x[y] += …``."""
    found: set[str] = set()
    for one in ast.walk(node):
        targets: list[ast.expr] = []
        match one:
            case ast.Assign(targets=targets) | ast.Delete(targets=targets):
                pass
            case ast.AugAssign(target=target):
                targets = [target]
        for whole in targets:
            inner: Any = whole
            while isinstance(inner, ast.Attribute | ast.Subscript):
                inner = inner.value
            if isinstance(inner, ast.Name) and (
                inner is not whole or isinstance(one, ast.AugAssign)
            ):
                found.add(inner.id)
    return found


#: Methods that change what they belong to.
CHANGING = frozenset(
    (
        *("append", "extend", "insert", "remove", "pop", "popitem", "clear", "sort", "reverse"),
        *("update", "add", "discard", "setdefault", "fill", "appendleft", "popleft", "resize"),
        *("difference_update", "intersection_update", "put", "itemset", "shuffle", "add_edge"),
        *("add_node", "remove_node", "remove_edge", "add_edges_from", "add_nodes_from", "drop"),
    )
)


def touched(node: ast.AST) -> set[str]:
    """Names of objects that a student's statement may change in place, or hand to what does."""
    found = changed(node)
    for one in ast.walk(node):
        if not isinstance(one, ast.Call):
            continue
        match one.func:
            case ast.Attribute(value=owner, attr=attr):
                inplace = any(word.arg == "inplace" for word in one.keywords)
                while isinstance(owner, ast.Attribute | ast.Subscript):
                    owner = owner.value
                if isinstance(owner, ast.Name) and (inplace or attr in CHANGING):
                    found.add(owner.id)
            case ast.Name(id=name) if not hasattr(builtins, name):
                given = [*one.args, *(word.value for word in one.keywords)]
                found |= {arg.id for arg in given if isinstance(arg, ast.Name)}
    return found


def _level(node: ast.AST, defaults: bool = False) -> Iterator[ast.AST]:
    """A statement and what is in it, without the bodies of functions."""
    yield node
    parts: list[Any] = list(ast.iter_child_nodes(node))
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            given = node.args
            parts = [*node.decorator_list, *given.defaults, *filter(None, given.kw_defaults)]
            parts = parts if defaults else []
        case ast.ClassDef():
            parts = parts if defaults else []
        case ast.Lambda():
            parts = []
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            if defaults:
                yield from ast.walk(node)
            parts = []
    for part in parts:
        yield from _level(part, defaults)


def globals_of(text: str) -> tuple[set[str], set[str]]:
    """The global names that a cell's functions read, and those that they declare as global."""
    try:
        table = symtable.symtable(ast.unparse(parse(text)), "<cell>", "exec")
    except (SyntaxError, ValueError, RecursionError):
        return set(), set()
    reads: set[str] = set()
    stores: set[str] = set()
    todo = list(table.get_children())
    while todo:
        one = todo.pop()
        todo += one.get_children()
        for symbol in one.get_symbols():
            if symbol.is_global():
                reads.add(symbol.get_name())
                if symbol.is_declared_global() and symbol.is_assigned():
                    stores.add(symbol.get_name())
    return reads, stores


class Asking(ast.NodeTransformer):
    """Calls of ``type(x)`` become calls of the judge's own function, which knows handles.

    The name itself stays the class that it is.
    """

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.Call(func=ast.Name(id="type" as name), args=[_], keywords=[]):
                node.func.id = f"__{name}__"  # type: ignore[attr-defined]
        return node
