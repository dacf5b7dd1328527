"""The forms of expressions of sympy, of networkx's graphs and of scipy's sparse matrices.

None of these libraries is imported for them before it is used.
"""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from ..packing import Malformed
from .basics import Form, NoForm, Read, Write, library_of

#: Sparse matrices and arrays of scipy by the names of their classes.
SPARSE = tuple(f"{kind}_{what}" for kind in ("csr", "csc") for what in ("matrix", "array"))
GRAPHS = ("Graph", "DiGraph", "MultiGraph", "MultiDiGraph")
#: Where the classes of expressions are: what is made of other expressions alone.
EXPRESSIONS = (
    *("sympy.core.", "sympy.functions.", "sympy.sets.", "sympy.logic.boolalg"),
    *("sympy.integrals.integrals", "sympy.concrete."),
)
#: Expressions that are made of texts, or by evaluating something.
NOT_EXPRESSIONS = frozenset({"Function", "UndefinedFunction", "Lambda", "Subs", "Wild", "Dummy"})


def _is_of(library: str) -> Callable[[Any], bool]:
    def test(value: Any) -> bool:
        return library_of(value) == library and library in sys.modules

    return test


def _expression(value: Any, write: Write) -> Form:
    import sympy

    kind = type(value)
    if kind is sympy.Symbol:
        given = value._assumptions_orig if hasattr(value, "_assumptions_orig") else {}
        return ("Symbol", value.name, [[str(k), bool(v)] for k, v in given.items()])
    if kind is sympy.Float:
        return ("sympy Float", [int(part) for part in value._mpf_], int(value._prec))
    if isinstance(value, sympy.Rational) and kind.__module__ == "sympy.core.numbers":
        return ("sympy number", int(value.p), int(value.q))
    if kind in (sympy.Matrix, sympy.ImmutableMatrix):
        return ("sympy matrix", kind.__name__, value.rows, value.cols, write(list(value)))
    if isinstance(value, sympy.core.function.AppliedUndef):
        return ("sympy function", value.func.__name__, write(list(value.args)))
    known = getattr(sys.modules.get(kind.__module__), kind.__name__, None) is kind
    if not known or not isinstance(value, sympy.Basic) or not _may_be(kind):
        raise NoForm("another object of sympy")
    return ("sympy", kind.__module__, kind.__name__, write(list(value.args)))


def _may_be(kind: type) -> bool:
    return kind.__module__.startswith(EXPRESSIONS) and kind.__name__ not in NOT_EXPRESSIONS


def _read_symbol(rest: tuple[Any, ...], read: Read) -> Any:
    import sympy

    name, given = rest
    if type(name) is not str:
        raise Malformed("a symbol without a name")
    return sympy.Symbol(name, **{str(k): bool(v) for k, v in given})


def _read_expression(rest: tuple[Any, ...], read: Read) -> Any:
    import sympy

    module, name, args = rest[0], rest[1], read(rest[2])
    kind = getattr(sys.modules.get(str(module)), str(name), None)
    if not isinstance(kind, type) or not issubclass(kind, sympy.Basic) or not _may_be(kind):
        raise Malformed("no expression")
    if not all(isinstance(one, sympy.Basic) for one in args):
        raise Malformed("an expression of something else")
    if not args and hasattr(kind, "_instance"):  # pi, oo, true
        return kind()
    return kind(*args)


def _read_function(rest: tuple[Any, ...], read: Read) -> Any:
    import sympy

    name, args = str(rest[0]), read(rest[1])
    if not all(isinstance(one, sympy.Basic) for one in args):
        raise Malformed("a function of something else")
    return sympy.Function(name)(*args)


def _read_float(rest: tuple[Any, ...], read: Read) -> Any:
    import sympy

    sign, mantissa, exponent, bits = map(int, rest[0])
    if abs(exponent) > 100_000:
        raise Malformed("a number of another size")
    return sympy.Float._new((sign, mantissa, exponent, bits), int(rest[1]))


def _read_number(rest: tuple[Any, ...], read: Read) -> Any:
    import sympy

    return sympy.Rational(int(rest[0]), int(rest[1]))


def _read_matrix(rest: tuple[Any, ...], read: Read) -> Any:
    import sympy

    name, rows, columns, items = rest[0], rest[1], rest[2], read(rest[3])
    if not all(isinstance(one, sympy.Basic) for one in items):
        raise Malformed("a matrix of something else")
    kind = sympy.ImmutableMatrix if name == "ImmutableDenseMatrix" else sympy.Matrix
    return kind(rows, columns, items)


def _graph(value: Any, write: Write) -> Form:
    import networkx

    kind = type(value)
    if kind.__name__ not in GRAPHS or kind is not getattr(networkx, kind.__name__):
        raise NoForm("another object of networkx")
    nodes = [(node, dict(more)) for node, more in value.nodes(data=True)]
    if value.is_multigraph():
        edges = [tuple(edge) for edge in value.edges(keys=True, data=True)]
    else:
        edges = [tuple(edge) for edge in value.edges(data=True)]
    return ("graph", kind.__name__, write(nodes), write(edges), write(dict(value.graph)))


def _read_graph(rest: tuple[Any, ...], read: Read) -> Any:
    import networkx

    name, nodes, edges, more = rest[0], read(rest[1]), read(rest[2]), read(rest[3])
    if name not in GRAPHS:
        raise Malformed("no graph")
    graph = getattr(networkx, name)()
    graph.add_nodes_from(nodes)
    graph.add_edges_from(edges)
    graph.graph.update(more)
    return graph


def _sparse(value: Any, write: Write) -> Form:
    kind = type(value).__name__
    if kind not in SPARSE or not type(value).__module__.startswith("scipy.sparse."):
        raise NoForm("another object of scipy")
    parts = [np.asarray(one) for one in (value.data, value.indices, value.indptr)]
    return ("sparse", kind, [write(one) for one in parts], [int(size) for size in value.shape])


def _read_sparse(rest: tuple[Any, ...], read: Read) -> Any:
    import scipy.sparse

    name, (data, indices, pointers), shape = rest[0], map(read, rest[1]), tuple(rest[2])
    if name not in SPARSE:
        raise Malformed("no sparse matrix")
    found = getattr(scipy.sparse, name)((data, indices, pointers), shape=shape)
    found.check_format(full_check=True)
    return found


TESTS: list[tuple[Callable[[Any], bool], Callable[[Any, Write], Form]]] = [
    (_is_of("sympy"), _expression),
    (lambda value: type(type(value)).__name__ == "UndefinedFunction", _expression),
    (_is_of("networkx"), _graph),
    (_is_of("scipy"), _sparse),
]
READERS: dict[str, Callable[[tuple[Any, ...], Read], Any]] = {
    "Symbol": _read_symbol,
    "sympy": _read_expression,
    "sympy function": _read_function,
    "sympy Float": _read_float,
    "sympy number": _read_number,
    "sympy matrix": _read_matrix,
    "graph": _read_graph,
    "sparse": _read_sparse,
}
