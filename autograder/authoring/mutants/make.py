"""From a solution's text to its mutants: places found, nodes replaced, doubles left out."""

import ast
import difflib
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, field

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from .effects import EFFECTS
from .expressions import EXPRESSIONS
from .operators import Place, Replacement
from .statements import STATEMENTS

OPERATORS = (*STATEMENTS, *EXPRESSIONS, *EFFECTS)


@dataclass(frozen=True)
class Mutant:
    """A machine fault of a solution.

    Attributes
    ----------
    operator : what was done to the solution
    line : of the solution's text, where it was done
    text : the whole mutant
    old, new : the lines that differ, without their indentation
    diff : what differs, in unified form
    """

    operator: str
    line: int
    text: str = field(repr=False)
    old: str
    new: str
    diff: str = field(repr=False)


def mutants(
    text: str, tensors: bool = False, lines: Container[int] | None = None
) -> Iterator[Mutant]:
    """The mutants of a solution, in the order of its lines; two of one meaning count once.

    Parameters
    ----------
    text : the solution, plain Python
    tensors : whether it works on tensors of torch; on NumPy's arrays otherwise, or as well
    lines : where it may be changed; everywhere unless given
    """
    module = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
    positions = module.resolve(PositionProvider)
    known = {meaning(text)}
    arrays = not tensors or re.search(r"\bnp\.", text) is not None
    for node, above in _places(module.module, ()):
        line = positions[node].start.line
        if lines is not None and line not in lines:
            continue
        place = Place(node, above, tensors, arrays)
        for operator in OPERATORS:
            for new in operator.replacements(place):
                changed = _changed(module.module, place, new)
                same = meaning(changed) if changed else ""
                if changed and same and same not in known:
                    known.add(same)
                    yield _mutant(operator.name, line, text, changed)


def meaning(text: str) -> str:
    """What Python makes of a text, to tell whether two say the same; empty for no Python."""
    try:
        tree = ast.parse(text)
        compile(text, "<mutant>", "exec")
    except (SyntaxError, ValueError):
        return ""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            del node.body[0]
    return ast.dump(tree)


def _places(
    node: cst.CSTNode, above: tuple[cst.CSTNode, ...]
) -> Iterator[tuple[cst.CSTNode, tuple[cst.CSTNode, ...]]]:
    """Every node that may be changed, and what holds it.

    What a task gives (parameters, types), what is printed and what an error says stay as they are.
    """
    if above:
        yield node, above
    left_alone: tuple[cst.CSTNode | None, ...] = ()
    if isinstance(node, cst.FunctionDef | cst.Lambda):
        left_alone = (node.params,)
    elif isinstance(node, cst.Raise):
        left_alone = (node.exc, node.cause)
    elif isinstance(node, cst.Assert):
        left_alone = (node.msg,)
    for child in node.children:
        if child not in left_alone and not _is_idle(child):
            yield from _places(child, (node, *above))


def _is_idle(node: cst.CSTNode) -> bool:
    """Whether it computes nothing: a type, a docstring, a call of print."""
    if isinstance(node, cst.Annotation):
        return True
    if not isinstance(node, cst.SimpleStatementLine) or len(node.body) != 1:
        return False
    value = node.body[0].value if isinstance(node.body[0], cst.Expr) else None
    if isinstance(value, cst.Call):
        return isinstance(value.func, cst.Name) and value.func.value == "print"
    return isinstance(value, cst.SimpleString | cst.ConcatenatedString | cst.Ellipsis)


class _Exchange(cst.CSTTransformer):
    """Puts one node in another's place; goes nowhere else."""

    def __init__(self, place: Place[cst.CSTNode], new: Replacement) -> None:
        super().__init__()
        self.old, self.new = place.node, new
        self.way = {id(node) for node in place.above}

    def on_visit(self, node: cst.CSTNode) -> bool:
        return id(node) in self.way

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> Replacement:  # type: ignore[override]
        return self.new if original_node is self.old else updated_node


def _changed(module: cst.Module, place: Place[cst.CSTNode], new: Replacement) -> str:
    """The text with one node replaced; in brackets where they keep the rest as it was."""
    bare = _replaced(module, place, new)
    if not isinstance(new, cst.BaseExpression) or new.lpar or not _is_part(new):
        return bare
    bracketed = new.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    wanted = _replaced(module, place, bracketed)
    return bare if meaning(bare) == meaning(wanted) else wanted


def _is_part(node: cst.BaseExpression) -> bool:
    return not isinstance(node, cst.Name | cst.Attribute | cst.Call | cst.Subscript | cst.Integer)


def _replaced(module: cst.Module, place: Place[cst.CSTNode], new: Replacement) -> str:
    try:
        visited = module.visit(_Exchange(place, new))
    except (cst.CSTValidationError, TypeError):  # no Python can have it there
        return ""
    return visited.code


def _mutant(operator: str, line: int, text: str, changed: str) -> Mutant:
    before, after = text.splitlines(), changed.splitlines()
    rows = list(difflib.unified_diff(before, after, n=1, lineterm=""))[2:]
    old = "\n".join(row[1:].strip() for row in rows if row.startswith("-"))
    new = "\n".join(row[1:].strip() for row in rows if row.startswith("+"))
    return Mutant(operator, line, changed, old, new, "\n".join(rows))
