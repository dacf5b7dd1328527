"""What an expression of a student's code leads to, as a dotted path, read from its text alone.

`torch.lstm_cell` is reached through an alias, `getattr`, a module's dictionary, `importlib` or a
text that is put together from constants as well; all of these give the same path.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from .constants import text_of

#: Calls that look an attribute up by name: ``getattr(x, "name")``.
LOOK_UPS = (
    "getattr",
    "builtins.getattr",
    "inspect.getattr_static",
    "object.__getattribute__",
    "hasattr",
)
IMPORTERS = ("importlib.import_module", "__import__", "importlib.__import__")
BY_NAME = ("operator.attrgetter", "operator.methodcaller")
ANYTHING = ".*"
#: How many paths of one name are followed: ``x = x.a`` doubles them.
MOST = 40


@dataclass
class Names:
    """What names of a notebook stand for.

    Attributes
    ----------
    paths : for each name the dotted paths that it was given by imports and assignments; for an
        attribute, ``.name``, the modules that were put there
    texts : the same for names of constant texts
    modules : paths that are modules, as far as imports tell
    stars : modules of which every name was imported
    own : names that the student defines
    crowded : names with more paths than are followed
    """

    paths: dict[str, set[str]] = field(default_factory=dict)
    texts: dict[str, set[str]] = field(default_factory=dict)
    modules: set[str] = field(default_factory=set)
    stars: set[str] = field(default_factory=set)
    own: set[str] = field(default_factory=set)
    crowded: set[str] = field(default_factory=set)

    def learn(self, nodes: Iterable[ast.AST]) -> None:
        """Take in the imports and the assignments among some nodes."""
        for node in nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self.modules.add(alias.name)
                    path = alias.name if alias.asname else alias.name.partition(".")[0]
                    self._bind(alias.asname or path, path)
                    self.modules.add(path)
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    if alias.name == "*":
                        self.stars.add(node.module)
                    else:
                        self._bind(alias.asname or alias.name, f"{node.module}.{alias.name}")
                self.modules.add(node.module)
            else:
                for target, value in _assigned(node):
                    for path in self.resolve(value):
                        if not target.startswith(".") or path in self.modules:
                            self._bind(target, path)
                    if (text := self.text(value)) and ANYTHING not in text:
                        self.texts.setdefault(target, set()).add(text)

    def resolve(self, node: ast.AST) -> set[str]:
        """The dotted paths that an expression may lead to; empty where its text does not tell."""
        match node:
            case ast.Name(id=name):
                found = self.paths.get(name, set())
                if found or name in self.own:
                    return set(found)
                return {f"{module}.{name}" for module in self.stars} | {name}
            case ast.Attribute(value=value, attr="__dict__"):
                return self.resolve(value)
            case ast.Attribute(value=value, attr=attr):
                found = {f"{path}.{attr}" for path in self.resolve(value)}
                return found | self.paths.get(f".{attr}", set())
            case ast.Subscript(value=value, slice=key):
                return self._looked_up(value, key)
            case ast.NamedExpr(value=value):
                return self.resolve(value)
            case ast.IfExp(body=one, orelse=other):
                return self.resolve(one) | self.resolve(other)
            case ast.BoolOp(values=values):
                return {path for value in values for path in self.resolve(value)}
            case ast.Call():
                return self._called(node)
        return set()

    def text(self, node: ast.AST) -> str:
        """A regular expression of the texts that an expression gives; empty for no text at all."""
        if plain := text_of(node):
            return re.escape(plain)
        match node:
            case ast.Constant(value=str() as value):
                return re.escape(value)
            case ast.JoinedStr(values=parts):
                return "".join(self.text(part) or ANYTHING for part in parts)
            case ast.FormattedValue(value=value):
                return self.text(value) or ANYTHING
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                both = [self.text(left), self.text(right)]
                return "".join(part or ANYTHING for part in both) if any(both) else ""
            case ast.Name(id=name) if len(self.texts.get(name, ())) == 1:
                return next(iter(self.texts[name]))
            case ast.Call(
                func=ast.Attribute(value=ast.Constant(value=str() as between), attr="join"),
                args=[ast.List(elts=items) | ast.Tuple(elts=items)],
            ):
                return re.escape(between).join(self.text(item) or ANYTHING for item in items)
        return ""

    def pattern(self, node: ast.AST) -> str:
        """The same; anything where it is no text that one can read."""
        return self.text(node) or ANYTHING

    def exact(self, node: ast.AST) -> str:
        """The text that an expression gives where it is one for certain, else nothing."""
        text = self.text(node)
        return "" if ANYTHING in text else re.sub(r"\\(.)", r"\1", text)

    def function(self, call: ast.Call) -> set[str]:
        """What a call calls."""
        return self.resolve(call.func)

    def _bind(self, name: str, path: str) -> None:
        known = self.paths.setdefault(name, set())
        if len(known) < MOST:
            known.add(path)
        elif path not in known:
            self.crowded.add(name)

    def _looked_up(self, value: ast.expr, key: ast.expr) -> set[str]:
        """An entry of a module's dictionary, of ``sys.modules`` or of ``globals()``."""
        name = self.exact(key)
        if not name:
            items = value.elts if isinstance(value, ast.List | ast.Tuple) else []
            return {path for item in items for path in self.resolve(item)}
        if "sys.modules" in self.resolve(value):
            return {name}
        if isinstance(value, ast.Call) and self.function(value) & {"globals", "locals"}:
            return self.resolve(ast.Name(name))
        namespace = isinstance(value, ast.Attribute) and value.attr == "__dict__"
        if isinstance(value, ast.Call) and "vars" in self.function(value):
            namespace = True
        return {f"{path}.{name}" for path in self.resolve(value)} if namespace else set()

    def _called(self, node: ast.Call) -> set[str]:
        """What a call gives where it looks something up."""
        args = node.args
        called = self.function(node)
        if called & {*LOOK_UPS} and len(args) > 1:
            return {f"{path}.{self.exact(args[1])}" for path in self.resolve(args[0])}
        if "vars" in called and len(args) == 1:
            return self.resolve(args[0])
        if called & {*IMPORTERS} and args and (name := self.exact(args[0])):
            self.modules.add(name)
            return {name}
        if isinstance(node.func, ast.Call) and self.function(node.func) & {*BY_NAME} and args:
            names = [self.exact(one) for one in node.func.args]
            return {f"{path}.{name}" for path in self.resolve(args[0]) for name in names}
        if isinstance(node.func, ast.Attribute) and args:
            if node.func.attr == "__getattribute__" and len(args) == 2:
                return {f"{path}.{self.exact(args[1])}" for path in self.resolve(args[0])}
            if node.func.attr in ("__getattribute__", "__getattr__"):
                return {f"{path}.{self.exact(args[0])}" for path in self.resolve(node.func.value)}
            if node.func.attr in ("get", "pop", "__getitem__"):
                return self._looked_up(node.func.value, args[0])
        return set()


def _assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """The names that a statement or an expression assigns, each with what it is given."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _pairs(target, value)
        case ast.ClassDef(body=body):
            for inner in body:
                yield from ((f".{name}", value) for name, value in _assigned(inner))
        case (
            ast.AnnAssign(target=target, value=ast.expr() as value)
            | ast.NamedExpr(target=target, value=value)
        ):
            yield from _pairs(target, value)
        case ast.For(target=target, iter=ast.Tuple(elts=items) | ast.List(elts=items)):
            for item in items:
                yield from _pairs(target, item)
        case ast.arguments():
            plain = [*node.posonlyargs, *node.args]
            for one, default in zip(reversed(plain), reversed(node.defaults), strict=False):
                yield one.arg, default
            for one, given in zip(node.kwonlyargs, node.kw_defaults, strict=True):
                if given is not None:
                    yield one.arg, given


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    several = ast.Tuple | ast.List
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Attribute):
        yield f".{target.attr}", value
    elif isinstance(target, several) and isinstance(value, several):
        for one, other in zip(target.elts, value.elts, strict=False):
            yield from _pairs(one, other)


def canonical(path: str, aliases: Mapping[str, set[str]]) -> str:
    """A path as an author writes it, its first name replaced by what a lesson imports so."""
    first, dot, rest = path.partition(".")
    known = sorted(aliases.get(first, {first}))
    return f"{known[0]}{dot}{rest}"
