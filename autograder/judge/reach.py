"""A student's code as statements, and which of them an exercise stands on, by name."""

import ast
import symtable
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

#: Methods that put something into what they are called on.
MUTATORS = ("append", "extend", "insert", "update", "setdefault", "add", "__setitem__", "push")
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
    """

    cell: CodeCell
    node: ast.stmt = field(repr=False)
    binds: frozenset[str]
    uses: frozenset[str]


def statements(cell: CodeCell, modules: Collection[str]) -> Iterator[Statement]:
    """The statements of a cell; none where Python cannot read it, for then it does not run.

    ``modules`` are the names of modules, whose functions put nothing into them.
    """
    for node in parse(cell.text):
        binds = frozenset(_bound(node, modules))
        yield Statement(cell, node, binds, frozenset(_used(node)))


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
    """The statements that give some names their meaning, and those that these stand on."""
    waiting, known = set(names), set[str]()
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
    return [found[place] for place in sorted(found)]


def _magic(node: ast.stmt) -> list[ast.stmt]:
    """The statements in a magic's text, such as that of ``%%time``."""
    for call in ast.walk(node):
        match call:
            case ast.Call(
                func=ast.Attribute(attr="run_cell_magic" | "run_line_magic"),
                args=[*_, ast.Constant(value=str() as text)],
            ):
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
            case ast.alias(name=name, asname=other):
                yield other or name.partition(".")[0]
            case ast.Call(func=ast.Attribute(value=value, attr=method)) if method in MUTATORS:
                yield from {_root(value)} - {*modules}
            case ast.Call(func=ast.Name(id="setattr"), args=[target, *_]):
                yield _root(target)
        waiting += ast.iter_child_nodes(one)


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
