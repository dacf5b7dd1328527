"""What an operator of mutation is, and small tools to write one with."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import libcst as cst

#: What may take the place of a node: another node, several statements, or nothing.
Replacement = cst.CSTNode | cst.RemovalSentinel | cst.FlattenSentinel[cst.BaseStatement]
Node = TypeVar("Node", bound=cst.CSTNode)
# mypy takes concrete classes only where a type is expected; isinstance takes these as well
EXPRESSION: type[cst.BaseExpression] = cst.BaseExpression  # type: ignore[type-abstract]
SMALL: type[cst.BaseSmallStatement] = cst.BaseSmallStatement  # type: ignore[type-abstract]
COMPOUND: type[cst.BaseCompoundStatement] = cst.BaseCompoundStatement  # type: ignore[type-abstract]
#: Expressions that need no brackets anywhere.
WHOLE = (
    *(cst.Name, cst.Attribute, cst.Call, cst.Subscript, cst.List, cst.Dict, cst.Set, cst.ListComp),
    *(cst.Integer, cst.Float, cst.SimpleString),
)


@dataclass(frozen=True)
class Place(Generic[Node]):
    """A node of a program, and where it is.

    Attributes
    ----------
    node : that may be replaced
    above : the nodes that hold it, nearest first
    tensors : whether the program works on tensors of torch
    arrays : whether it works on arrays of NumPy
    """

    node: Node
    above: tuple[cst.CSTNode, ...]
    tensors: bool
    arrays: bool

    @property
    def parent(self) -> cst.CSTNode:
        """The node that holds this one."""
        return self.above[0]

    @property
    def function(self) -> cst.FunctionDef | None:
        """The function in whose body it is."""
        return next((one for one in self.above if isinstance(one, cst.FunctionDef)), None)

    @property
    def method_of(self) -> str:
        """The name of the method's object, usually ``self``; empty outside methods."""
        function = self.function
        if function is None or not function.params.params:
            return ""
        inside = self.above[self.above.index(function) + 1 :][:2]
        name = function.params.params[0].name.value
        return name if any(isinstance(one, cst.ClassDef) for one in inside) else ""


@dataclass(frozen=True)
class Operator(Generic[Node]):
    """One kind of fault.

    Attributes
    ----------
    name : what it does to the program, for reports
    kind : of the nodes to which it applies
    make : from a place to what may take its node's place
    """

    name: str
    kind: type[Node]
    make: Callable[[Place[Node]], Iterator[Replacement]]

    def replacements(self, place: Place[cst.CSTNode]) -> Iterator[Replacement]:
        """What this operator puts in a place; nothing where it does not apply."""
        if isinstance(place.node, self.kind):
            yield from self.make(Place(place.node, place.above, place.tensors, place.arrays))


def code(node: cst.CSTNode) -> str:
    """The text of a node."""
    return cst.Module([]).code_for_node(node)


def expression(text: str) -> cst.BaseExpression:
    """The node of an expression's text."""
    return cst.parse_expression(text)


def operand(node: cst.BaseExpression) -> str:
    """The text of an expression, in brackets where it may need them to be a part of another."""
    return code(node) if isinstance(node, WHOLE) or node.lpar else f"({code(node)})"


def dotted(node: cst.CSTNode) -> str:
    """``a.b.c`` of names and attributes; empty for anything else."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr.value}" if before else ""
    return ""


def arguments(call: cst.Call, kept: Sequence[cst.Arg]) -> cst.Call:
    """The call with other arguments; no comma is left behind the last."""
    comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    last = len(kept) - 1
    parts = [
        arg.with_changes(
            comma=cst.MaybeSentinel.DEFAULT
            if place == last
            else arg.comma
            if isinstance(arg.comma, cst.Comma)
            else comma,
            whitespace_after_arg=cst.SimpleWhitespace(""),
        )
        for place, arg in enumerate(kept)
    ]
    return call.with_changes(args=parts)


def is_plain(argument: cst.Arg) -> bool:
    """Whether an argument is given by its position, and is one."""
    return argument.keyword is None and not argument.star
