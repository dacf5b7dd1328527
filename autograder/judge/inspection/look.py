"""What in the statements of an exercise is forbidden, and what is doubtful."""

import ast
import importlib.util
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .paths import IMPORTERS, LOOK_UPS, Names
from .reach import FRAMES, Statement, parse

#: What can hide anything: a person has to look.
DOUBTFUL = (
    *("torch._C", "torch._VF", "torch.ops", "torch.overrides", "torch.jit", "torch.load"),
    *("torch.utils._python_dispatch", "torch.utils.cpp_extension", "pickle", "marshal", "gc"),
    *("ctypes", "cffi"),
    *("sys.modules", "sys._getframe", "sys.settrace", "sys.setprofile", "sys.meta_path", "inspect"),
    *("unittest.mock", "mock", "importlib", "operator.attrgetter", "operator.methodcaller"),
    *("builtins", "__builtins__", "subprocess", "os.system", "os.popen", "runpy", "get_ipython"),
    *("autograder.remote", "autograder.judge", "autograder.grading", "autograder.kernels"),
    *("linecache", "code", "codeop", "pydoc", "pkgutil.resolve_name", "logging.config"),
    *("traitlets", "types.FunctionType", "types.CodeType", "zipimport", "dill", "cloudpickle"),
    *("torch.package", "torch.fx", "torch._dynamo", "torch._inductor", "torch._refs"),
)
#: Functions that hide what they do where they are not called with a constant text.
HIDING = ("eval", "exec", "compile", "globals", "locals", "vars", "dir", "getattr", "__import__")
RUNNING = ("eval", "exec", "compile", "builtins.eval", "builtins.exec", "builtins.compile")
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
SOMEWHERE = "somewhere in it"


@dataclass(frozen=True)
class Finding:
    """What was found, and where.

    Attributes
    ----------
    what : the path as the author wrote it, or what is doubtful
    where : the line and the cell, in words
    """

    what: str
    where: str


class Look:
    """Goes through statements and gathers what is forbidden and what is doubtful."""

    def __init__(self, names: Names, wanted: Mapping[str, str]) -> None:
        self.names, self.wanted = names, wanted
        self.refused: list[Finding] = []
        self.doubtful: list[Finding] = []

    def at(self, found: Sequence[Statement]) -> None:
        """Look at the statements on which an exercise stands."""
        inside = [node for one in found for node in ast.walk(one.node)]
        names = self.names
        names.own |= {one.name for one in inside if isinstance(one, DEFINITIONS)}
        for _ in range(3):  # an alias of an alias, whatever comes first
            names.learn(inside)
        names.own |= {one.arg for one in inside if isinstance(one, ast.arg)}
        names.own |= {one.id for one in inside if isinstance(one, ast.Name) and _is_stored(one)}
        for one in found:
            self._walk(one.node, one)
        for name in sorted(names.crowded):
            self.doubtful.append(Finding(f"{name}, which stands for too many things", SOMEWHERE))

    def _walk(self, node: ast.AST, statement: Statement) -> None:
        for child in _looked_at(node):
            self._walk(child, statement)
        for path in self._paths(node):
            if written := self._forbidden(path):
                found = self.doubtful if statement.aside else self.refused
                found.append(self._finding(written, node, statement))
            elif what := _doubtful(path):
                self.doubtful.append(self._finding(what, node, statement))
        if isinstance(node, ast.Call):
            self._call(node, statement)
        if isinstance(node, ast.MatchClass):
            for name in filter(self._may_be, map(re.escape, node.kwd_attrs)):
                self.doubtful.append(self._finding(f"a pattern's {name}", node, statement))
        if isinstance(node, ast.Attribute) and node.attr in ("__subclasses__", *FRAMES):
            self.doubtful.append(self._finding(node.attr, node, statement))
        if isinstance(node, ast.Name) and node.id in ("globals", "locals") and statement.aside:
            self.doubtful.append(self._finding(f"{node.id}()", node, statement))
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names or [alias.name for alias in node.names]:
                if not _is_installed(name.partition(".")[0]):
                    what = f"a module {name} that is not installed"
                    self.doubtful.append(self._finding(what, node, statement))
        for path in self._dictionaries(node):
            self.doubtful.append(self._finding(f"the dictionary of {path}", node, statement))
        for child in _handed_on(node):
            for path in self.names.resolve(child) & {*self.names.modules, *HIDING}:
                what = f"{path}, handed on as a value"
                self.doubtful.append(self._finding(what, child, statement))

    def _paths(self, node: ast.AST) -> Iterator[str]:
        """What a node leads to, if it is looked up or imported here."""
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.expr) and not _is_stored(node):
            yield from self.names.resolve(node)

    def _call(self, node: ast.Call, statement: Statement) -> None:
        """Texts that are run, names that are computed."""
        called, args = self.names.function(node), node.args
        if called & {*RUNNING} and args:
            text = self.names.exact(args[0])
            for inner in parse(text):
                self._walk(ast.fix_missing_locations(inner), statement)
            self.doubtful.append(self._finding(f"{min(called & {*RUNNING})}(…)", node, statement))
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("run_cell", "ex") and args:
            for inner in parse(self.names.exact(args[0])):
                self._walk(ast.fix_missing_locations(inner), statement)
        computed = ""
        if called & {*LOOK_UPS} and len(args) > 1:
            computed = self.names.pattern(args[1])
        elif called & {*IMPORTERS} and args:
            computed = self.names.pattern(args[0])
        if ".*" in computed and self._may_be(computed):
            what = f"{min(called)}(…) with a computed name"
            self.doubtful.append(self._finding(what, node, statement))
        far = isinstance(node.func, ast.Attribute) and not self.names.resolve(node.func)
        if far and isinstance(node.func, ast.Attribute):
            inside = isinstance(node.func.value, ast.Call | ast.Subscript)
            if inside and self._may_be(re.escape(node.func.attr)):
                what = f"something's {node.func.attr}"
                self.doubtful.append(self._finding(what, node, statement))

    def _dictionaries(self, node: ast.AST) -> Iterator[str]:
        """The modules and their parts whose dictionaries are asked for."""
        match node:
            case ast.Attribute(value=value, attr="__dict__"):
                paths = self.names.resolve(value)
            case ast.Call(func=ast.Name(id="vars" | "dir"), args=[value]):
                paths = self.names.resolve(value)
            case _:
                paths = set()
        yield from (path for path in paths if path.partition(".")[0] in self.names.modules)

    def _may_be(self, pattern: str) -> bool:
        """Whether a name of this pattern may be a part of what is forbidden."""
        parts = {part for path in self.wanted for part in path.split(".")}
        return any(re.fullmatch(pattern, part, re.DOTALL) for part in parts)

    def _forbidden(self, path: str) -> str:
        """What is forbidden that a path leads to, as the author wrote it; empty for nothing.

        A package shows its functions at several places: its name and the last one decide.
        """
        path = path.removeprefix("builtins.")
        for full, written in self.wanted.items():
            if path == full or path.startswith(f"{full}."):
                return written
            if "." in full and _ends(path) == _ends(full):
                return written
        return ""

    def _finding(self, what: str, node: ast.AST, statement: Statement) -> Finding:
        line = getattr(node, "lineno", statement.node.lineno)
        return Finding(what, f"line {line} of {statement.cell.words}")


def _is_installed(module: str) -> bool:
    """Whether Python finds a module here; a kernel's own folder is no place for one."""
    try:
        return module in sys.modules or importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _is_stored(node: ast.AST) -> bool:
    return isinstance(getattr(node, "ctx", None), ast.Store)


def _ends(path: str) -> tuple[str, str]:
    """The package and the last name of a path."""
    return path.partition(".")[0], path.rpartition(".")[2]


def _looked_at(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a node that are run: no type, and not what ``isinstance`` compares with."""
    match node:
        case ast.arg():
            return
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from (*node.decorator_list, node.args, *node.body)
        case ast.AnnAssign(target=target, value=value):
            yield from (target, *([value] if value else []))
        case ast.Call(func=ast.Name(id="isinstance" | "issubclass"), args=[first, *_]):
            yield first
        case _:
            yield from ast.iter_child_nodes(node)


def _handed_on(node: ast.AST) -> Iterator[ast.expr]:
    """The names in a node that are passed, gathered or returned, and not looked into here."""
    match node:
        case ast.Call(func=ast.Name(id=name), args=args) if name in (*LOOK_UPS, "vars"):
            handed = args[1:]
        case ast.Call(args=args, keywords=keywords):
            handed = [*args, *(word.value for word in keywords)]
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            handed = items
        case ast.Dict(values=items):
            handed = items
        case ast.Return(value=ast.expr() as value) | ast.Lambda(body=value):
            handed = [value]
        case _:
            handed = []
    yield from (one for one in handed if isinstance(one, ast.Name | ast.Attribute))


def _doubtful(path: str) -> str:
    """What makes a path doubtful; empty where nothing does."""
    hits = (one for one in DOUBTFUL if path == one or path.startswith(f"{one}."))
    return next(hits, "")
