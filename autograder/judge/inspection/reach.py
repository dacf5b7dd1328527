"""A student's code as statements, and which of them an exercise stands on, by name."""

import ast
import symtable
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from .constants import constant, text_of

#: Methods that put something into what they are called on.
MUTATORS = ("append", "extend", "insert", "update", "setdefault", "add", "__setitem__", "push")
#: What the magics of an honest notebook become; those that run another text are no such.
HARMLESS = ("run_line_magic", "run_cell_magic", "system", "getoutput")
RUNNING_MAGICS = ("run", "load", "loadpy", "macro", "store", "recall", "rerun")
#: Attributes that lead from one frame to the next, or to the tasks that wait.
FRAMES = (
    *("_getframe", "f_back", "f_locals", "f_globals", "tb_frame", "cr_frame", "gi_frame"),
    *("all_tasks", "get_objects", "get_referrers"),
)
NOTEBOOK = "autograder.notebook"
#: Modules whose purpose is to run or to swap code.
RUNNERS = ("code", "codeop", "runpy", "ctypes", "gc", "inspect", "linecache", "unittest.mock")
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


@dataclass(frozen=True)
class CodeCell:
    """A cell that runs: the exercise that it answers, or a cell of the student's own.

    ``given`` says that the course wrote it.
    """

    text: str
    exercise: str = ""
    given: bool = False

    @property
    def words(self) -> str:
        """What a line of it is called."""
        return f"the cell of {self.exercise}" if self.exercise else "a cell of your own"


@dataclass(frozen=True)
class Statement:
    """A statement at the top of a cell.

    Attributes
    ----------
    binds : names to which it gives a meaning, or whose object it changes
    uses : names of the notebook that it looks up
    loose : whether it may bind any name, by a text that it runs or through the shell
    aside : whether it belongs to an exercise for that reason alone
    """

    cell: CodeCell
    node: ast.stmt = field(repr=False)
    binds: frozenset[str]
    uses: frozenset[str]
    loose: bool = False
    aside: bool = False


def statements(cell: CodeCell, modules: Collection[str]) -> Iterator[Statement]:
    """The statements of a cell; none where Python cannot read it, for then it does not run.

    ``modules`` are the names of modules, whose functions put nothing into them.
    """
    for node in parse(cell.text):
        binds = frozenset(_bound(node, modules))
        yield Statement(cell, node, binds, frozenset(_used(node)), _is_loose(node))


def parse(text: str) -> list[ast.stmt]:
    """A cell's statements, IPython's magics among them as the code that they run."""
    from IPython.core.inputtransformer2 import TransformerManager

    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    try:
        plain = TransformerManager().transform_cell(text)
        tree: ast.Module = compile(plain, "<cell>", "exec", flags, dont_inherit=True)
    except Exception:  # the student's kernel, which does the same, does not run it either
        return []
    found: list[ast.stmt] = []
    for node in tree.body:
        found += inner if (inner := _magic(node)) else [node]
    return found


def reached(every: Sequence[Statement], names: Collection[str]) -> list[Statement]:
    """The statements that give some names their meaning, and those that these stand on.

    Who takes hold of the engine may answer by what is put there, so that counts as well. With them
    come those that may give any name any meaning, as `Statement.aside`.
    """
    waiting = {*names, *(name for one in every for name in _of_the_engine(one.node))}
    known = set[str]()
    found: dict[int, Statement] = {}
    by_name: dict[str, list[int]] = {}
    for place, one in enumerate(every):
        for name in one.binds:
            by_name.setdefault(name, []).append(place)
    while waiting:
        name = waiting.pop()
        known.add(name)
        for place in by_name.get(name, ()):
            if place not in found:
                found[place] = every[place]
                waiting |= every[place].uses - known
    loose = {place: one for place, one in enumerate(every) if one.loose and place not in found}
    found |= {place: replace(one, aside=True) for place, one in loose.items()}
    return [found[place] for place in sorted(found)]


def _magic(node: ast.stmt) -> list[ast.stmt]:
    """The statements in a magic's text, such as that of ``%%time``."""
    for call in ast.walk(node):
        match call:
            case ast.Call(
                func=ast.Attribute(attr="run_cell_magic" | "run_line_magic"),
                args=[ast.Constant(value=name), *_, ast.Constant(value=str() as text)],
            ) if name not in RUNNING_MAGICS:
                inner = parse(text)
                for one in ast.walk(ast.Module(inner, [])):
                    if isinstance(one, ast.stmt | ast.expr):
                        one.lineno = one.lineno + node.lineno - 1
                return inner
    return []


def _bound(node: ast.stmt, modules: Collection[str]) -> Iterator[str]:
    """The names that a statement binds in the notebook, and those whose objects it changes."""
    waiting: list[ast.AST] = [node]
    while waiting:
        one = waiting.pop()
        match one:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
                yield from _declared_global(one)
                continue
            case ast.ClassDef(name=name):
                yield name
                yield from _declared_global(one)
                continue
            case ast.Lambda():
                continue
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.Attribute(ctx=ast.Store()) | ast.Subscript(ctx=ast.Store()):
                yield _root(one)
                yield from _through_the_shell(one)
            case ast.alias(name=name, asname=other):
                yield other or name.partition(".")[0]
            case ast.Call(func=ast.Attribute(value=value, attr=method)) if method in MUTATORS:
                yield from {_root(value)} - {*modules}
                if _is_namespace(value) or _is_shell(value):
                    yield from _named(one)
            case ast.Call(func=ast.Name(id="exec" | "eval"), args=[text, *_]):
                for inner in parse(text_of(text)):
                    yield from _bound(inner, modules)
            case ast.Call(func=ast.Attribute(attr="run_cell" | "ex"), args=[text, *_]):
                for inner in parse(text_of(text)):
                    yield from _bound(inner, modules)
            case ast.Call(func=ast.Name(id="setattr"), args=[target, *_]):
                yield _root(target)
        waiting += ast.iter_child_nodes(one)


def _through_the_shell(target: ast.Attribute | ast.Subscript) -> Iterator[str]:
    """The name that is bound through a dictionary of names or through ``builtins``."""
    match target:
        case ast.Subscript(value=value, slice=key) if _is_namespace(value):
            yield text_of(key)
        case ast.Attribute(value=ast.Name(id="builtins" | "__builtins__"), attr=name):
            yield name


def _is_namespace(node: ast.AST) -> bool:
    """Whether it is the dictionary of the notebook's names."""
    match node:
        case ast.Call(func=ast.Name(id="globals" | "locals" | "vars"), args=[]):
            return True
        case ast.Attribute(attr="user_ns" | "user_global_ns"):
            return True
    return False


def _named(call: ast.Call) -> Iterator[str]:
    """The names that ``update``, ``setdefault`` or ``push`` bind there."""
    yield from (word.arg for word in call.keywords if word.arg)
    for one in call.args:
        if isinstance(one, ast.Dict):
            yield from (text_of(key) for key in one.keys if key is not None)
        elif isinstance(name := constant(one), str):
            yield name


def _is_loose(node: ast.stmt) -> bool:
    """Whether a statement may bind any name."""
    for one in ast.walk(node):
        match one:
            case ast.Call(func=ast.Name(id="exec" | "compile")):
                return True
            case ast.Call(func=ast.Name(id="eval"), args=[text, *_]) if not text_of(text):
                return True
            case ast.Call(func=ast.Attribute(attr=attr, value=value)) if _is_shell(value):
                if attr not in HARMLESS or (one.args and constant(one.args[0]) in RUNNING_MAGICS):
                    return True
            case ast.Attribute(value=value, attr=attr) if _is_shell(value) and attr not in HARMLESS:
                return True
            case ast.Assign(value=value) if _is_shell(value):
                return True
            case ast.Name(id="globals" | "locals" | "__builtins__" | "builtins"):
                return True
            case ast.Attribute(attr=attr) if attr in FRAMES:
                return True
            case ast.Attribute(value=ast.Name(id="sys"), attr="modules"):
                return True
            case ast.Import(names=names) if any(alias.name in RUNNERS for alias in names):
                return True
            case ast.ImportFrom(module=module) if module in RUNNERS:
                return True
    return False


def _of_the_engine(node: ast.stmt) -> Iterator[str]:
    """The names under which a statement imports parts of the engine; students need one of them."""
    for one in ast.walk(node):
        match one:
            case ast.Import(names=names):
                found = [(alias.name, alias.asname) for alias in names]
            case ast.ImportFrom(module=str() as module, names=names):
                found = [(f"{module}.{alias.name}", alias.asname or alias.name) for alias in names]
            case _:
                continue
        for path, name in found:
            if path.split(".")[0] == "autograder" and not path.startswith(NOTEBOOK):
                yield name or "autograder"


def _is_shell(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _root(node.func) == "get_ipython"


def _declared_global(node: ast.AST) -> Iterator[str]:
    """The names that a function makes the notebook's own."""
    for one in ast.walk(node):
        if isinstance(one, ast.Global):
            yield from one.names


def _root(node: ast.AST) -> str:
    """The name at the beginning of an attribute or an item; empty where there is none."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _used(node: ast.stmt) -> Iterator[str]:
    """The names that a statement looks up in the notebook: not parameters, not local ones."""
    try:
        tables = [symtable.symtable(ast.unparse(node), "<cell>", "exec")]
    except UNREADABLE:  # it awaits at the top of a cell, or is nested too deeply: all its names
        yield from (one.id for one in ast.walk(node) if isinstance(one, ast.Name))
        return
    while tables:
        table = tables.pop()
        tables += table.get_children()
        whole = table.get_type() == "module"
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (whole or symbol.is_global()):
                yield symbol.get_name()
