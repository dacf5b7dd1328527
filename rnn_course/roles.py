"""The role of every name in a piece of Python source, from its syntax tree."""

import ast
from collections.abc import Iterator, Sequence
from itertools import pairwise

Place = tuple[int, int]
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def name_roles(tree: ast.Module, source: str) -> dict[Place, str]:
    """The role of the name at every place, (row from 1, column from 0 in characters).

    A name that is read is local if a function around it binds it (a parameter, an assignment, a
    loop), and global otherwise. A name that is called is a call, whatever it refers to. Names in
    ``global``, ``nonlocal`` and ``match`` patterns have no role.
    """
    rows = source.split("\n")  # as ast counts: a form feed ends no row
    visitor = _Visitor()
    visitor.visit(tree)
    found: dict[Place, str] = {}
    for (row, column), role in visitor.roles.items():  # ast counts bytes, tokenize characters
        text = rows[row - 1]
        if not text.isascii():
            column = len(text.encode()[:column].decode())
        found[row, column] = role
    for row, word, role in visitor.after:  # ast has no place for these: search the line
        place = _after(rows, row, word)
        if place:
            found[place] = role
    for first, last in visitor.imports:
        found |= dict.fromkeys(_names(rows, first, last), "import")
    return found


class _Visitor(ast.NodeVisitor):
    """Collects roles by place; `scopes` are the names that the functions around bind."""

    def __init__(self) -> None:
        self.roles: dict[Place, str] = {}
        self.after: list[tuple[int, str, str]] = []
        self.imports: list[tuple[Place, Place]] = []
        self.scopes: list[set[str]] = []

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store):
            role = "target"
        else:
            role = "local" if any(node.id in scope for scope in self.scopes) else "global"
        self.roles.setdefault((node.lineno, node.col_offset), role)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.roles.setdefault(_end(node), "attribute")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name):
            self.roles[node.func.lineno, node.func.col_offset] = "call"
        elif isinstance(node.func, ast.Attribute):
            self.roles[_end(node.func)] = "call"
        self.generic_visit(node)

    def visit_keyword(self, node: ast.keyword) -> None:
        if node.arg:
            self.roles[node.lineno, node.col_offset] = "argument"
        self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> None:
        self.roles[node.lineno, node.col_offset] = "parameter"
        self.generic_visit(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            row = (node.type.end_lineno if node.type else None) or node.lineno
            self.after.append((row, "as", "target"))
        self.generic_visit(node)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        last = node.end_lineno or node.lineno
        self.imports.append(((node.lineno, node.col_offset), (last, node.end_col_offset or 0)))

    visit_ImportFrom = visit_Import

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.after.append((node.lineno, "class", "class"))
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.after.append((node.lineno, "def", "function"))
        for part in (*node.decorator_list, *_outside(node.args), node.returns):
            if part is not None:
                self.visit(part)
        for argument in _arguments(node.args):
            self.visit(argument)
        self._within(_bound(node), node.body)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        for part in (*_outside(node.args), *_arguments(node.args)):
            self.visit(part)
        self._within(_bound(node), [node.body])

    def _comprehension(self, node: Comprehension) -> None:
        targets = [name for part in node.generators for name in _stored([part.target])]
        self._within(set(targets), list(ast.iter_child_nodes(node)))

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    def _within(self, names: set[str], nodes: Sequence[ast.AST]) -> None:
        self.scopes.append(names)
        for node in nodes:
            self.visit(node)
        self.scopes.pop()


def _arguments(arguments: ast.arguments) -> list[ast.arg]:
    rest = [part for part in (arguments.vararg, arguments.kwarg) if part]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *rest]


def _outside(arguments: ast.arguments) -> list[ast.expr]:
    """Default values: they are read outside of the function."""
    return [part for part in (*arguments.defaults, *arguments.kw_defaults) if part]


def _bound(node: Function) -> set[str]:
    """The names that a function itself binds."""
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    names = {argument.arg for argument in _arguments(node.args)} | set(_stored(body))
    for part in (inner for statement in body for inner in ast.walk(statement)):
        if isinstance(part, ast.Global):
            names -= set(part.names)
    return names


def _stored(nodes: Sequence[ast.AST]) -> Iterator[str]:
    """Names that these nodes bind, without looking into functions and classes in them."""
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
            continue
        if isinstance(node, ast.Lambda | Comprehension):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).split(".")[0]
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name
        yield from _stored(list(ast.iter_child_nodes(node)))


def _end(node: ast.Attribute) -> Place:
    """Where the name after the dot begins: it ends where the attribute ends."""
    return node.end_lineno or 0, (node.end_col_offset or 0) - len(node.attr.encode())


def _after(rows: list[str], row: int, word: str) -> Place | None:
    """The place of the name after a keyword in a row."""
    words = list(_pieces(rows[row - 1]))
    for (_, text), (column, _) in pairwise(words):
        if text == word:
            return row, column
    return None


def _names(rows: list[str], first: Place, last: Place) -> Iterator[Place]:
    """The places of all words between two places that are no keywords of an import."""
    for row in range(first[0], last[0] + 1):
        for column, text in _pieces(rows[row - 1].split("#")[0]):
            if text not in ("import", "from", "as") and first <= (row, column) < last:
                yield row, column


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Every identifier of a line with its column."""
    start = None
    for column, letter in enumerate(f"{text} "):
        inside = letter.isalnum() or letter == "_"
        if inside and start is None:
            start = column
        elif not inside and start is not None:
            yield start, text[start:column]
            start = None
