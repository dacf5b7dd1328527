"""Faults of statements: deleted, unwrapped, broken off; a branch or a decorator dropped."""

from collections.abc import Iterator

import libcst as cst

from .operators import COMPOUND, SMALL, Operator, Place, Replacement, dotted

REMOVED = cst.RemovalSentinel.REMOVE
Block = cst.If | cst.For | cst.While | cst.With | cst.Try
#: Exceptions that are taken for each other.
EXCEPTIONS = {"ValueError": "TypeError", "TypeError": "ValueError", "KeyError": "IndexError"}


def _deleted(place: Place[cst.BaseSmallStatement]) -> Iterator[Replacement]:
    node = place.node
    if isinstance(node, cst.Pass | cst.Import | cst.ImportFrom | cst.Global | cst.Nonlocal):
        return
    block = place.above[1] if len(place.above) > 1 else place.parent
    ends = isinstance(block, cst.IndentedBlock) and block.body[-1] is place.parent
    whole = isinstance(place.above[2], cst.FunctionDef) if len(place.above) > 2 else False
    if isinstance(node, cst.Return) and ends and whole:
        return  # a function without its result is no fault that anybody overlooks
    if isinstance(place.parent, cst.SimpleStatementLine) and len(place.parent.body) == 1:
        yield cst.Pass()
    else:
        yield REMOVED


def _block_deleted(place: Place[cst.BaseCompoundStatement]) -> Iterator[Replacement]:
    if isinstance(place.node, Block) and not isinstance(place.parent, cst.If):
        yield cst.SimpleStatementLine([cst.Pass()])


def _unwrapped(place: Place[cst.BaseCompoundStatement]) -> Iterator[Replacement]:
    """The body alone: what held it is forgotten."""
    node = place.node
    if not isinstance(node, cst.With | cst.Try | cst.If) or isinstance(place.parent, cst.If):
        return
    if isinstance(node.body, cst.IndentedBlock):
        yield cst.FlattenSentinel(node.body.body)


def _branch_dropped(place: Place[cst.If]) -> Iterator[Replacement]:
    if isinstance(place.node.orelse, cst.Else):
        yield place.node.with_changes(orelse=None)
    elif isinstance(place.node.orelse, cst.If):
        yield place.node.with_changes(orelse=place.node.orelse.orelse)


def _jump(place: Place[cst.BaseSmallStatement]) -> Iterator[Replacement]:
    if isinstance(place.node, cst.Break):
        yield cst.Continue()
    elif isinstance(place.node, cst.Continue):
        yield cst.Break()


def _decorator(place: Place[cst.Decorator]) -> Iterator[Replacement]:
    yield REMOVED


def _exception(place: Place[cst.Raise]) -> Iterator[Replacement]:
    raised = place.node.exc
    name = raised.func if isinstance(raised, cst.Call) else raised
    if name is None or dotted(name) not in EXCEPTIONS:
        return
    other = cst.Name(EXCEPTIONS[dotted(name)])
    exc = raised.with_changes(func=other) if isinstance(raised, cst.Call) else other
    yield place.node.with_changes(exc=exc)


STATEMENTS = (
    Operator("statement deleted", SMALL, _deleted),
    Operator("block deleted", COMPOUND, _block_deleted),
    Operator("block unwrapped", COMPOUND, _unwrapped),
    Operator("branch dropped", cst.If, _branch_dropped),
    Operator("break and continue swapped", SMALL, _jump),
    Operator("decorator dropped", cst.Decorator, _decorator),
    Operator("exception replaced", cst.Raise, _exception),
)
