"""The forms of values on their way between a kernel and the judge: what comes back is the same."""

from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import sympy
import torch

from autograder.remote import wire
from autograder.remote.mirror.forms import Reader, Writer


class Other(Exception):
    """A value that has no form."""


def _none(*values: Any) -> Any:
    raise Other(values)


def sent(value: Any) -> Any:
    """A value as it comes out at the other side."""
    return Reader(_none).read(wire.decode(wire.encode(Writer(_none).write(value))))


X, P = sympy.Symbol("x"), sympy.Symbol("p", positive=True)
Point = namedtuple("Point", "x y")
FRAME = pd.DataFrame(
    {
        "a": [1, 2],
        "b": ["x", None],
        "c": pd.to_datetime(["2020-01-01", "2021-01-01"]),
        "d": pd.Categorical(["u", "v"]),
        "e": [[1], None],
        "f": pd.array([1, None], dtype="Int64"),
    },
    index=["r", "s"],
)
PLAIN = [
    *(None, True, 3, -(10**40), 2.5, 1 + 2j, "é", "\ud800", "x" * 70_000, b"ab", b"x" * 70_000),
    *([], [1] * 200, [0.5] * 200, ["é", ""] * 200, [1, "a", None] * 50, (1, (2,)), ((),)),
    *({"a": (1, 2), 3: [4]}, {1, "a"}, frozenset({2}), Counter("aab"), deque([1, 2], 3)),
    *(OrderedDict(a=1), defaultdict(list, {1: [2]}), Fraction(1, 3), Decimal("1.50")),
    *(date(2020, 1, 2), time(1, 2, 3), timedelta(1, 2, 3), slice(1, None, 2), range(2, 9, 3), ...),
    *(datetime(2020, 1, 2, tzinfo=UTC), datetime(2020, 1, 2, 3), Path("a/b")),
    *(bytearray(b"a"), np.float32(2), np.int8(3), np.bool_(True), np.str_("a"), NotImplemented),
    *(np.datetime64("2020-01-01"), np.timedelta64(3, "D"), pd.Timestamp("2020"), pd.NaT, pd.NA),
    *(pd.Timestamp("2020", tz="Europe/Berlin"), pd.Timedelta("1D")),
]  # fmt: skip
ARRAYS = [
    *(np.arange(6).reshape(2, 3), np.asfortranarray(np.arange(6.0).reshape(2, 3)), np.array(3.5)),
    *(np.array(["a", "bc"]), np.array([b"a"]), np.array([1, "a", None], object), np.zeros((0, 3))),
    *(np.array(["2020", "NaT"], "M8[D]"), np.array([1], "m8[s]"), np.array([True, False])),
    np.array([(1, "a", [1, 2])], [("x", int), ("y", "U3"), ("z", int, 2)]),
    *(np.ma.masked_array([1, 2], [0, 1]), np.arange(10)[::3]),
]
TABLES = [
    *(FRAME, FRAME["a"], FRAME["b"], FRAME["d"], FRAME.T, FRAME.index, FRAME.describe()),
    *(FRAME.set_index(["a", "b"]), FRAME.groupby("a").size(), FRAME.iloc[:0], FRAME[["a", "a"]]),
    pd.date_range("2020", periods=3, freq="D", tz="Europe/Berlin"),
    pd.RangeIndex(2, 9, name="n"),
    *(pd.Series(pd.period_range("2020", periods=2, freq="M")), pd.Series(dtype=float)),
    pd.Series([1, 2], index=pd.interval_range(0, 2).astype(str), name=("a", 1)),
]  # fmt: skip
EXPRESSIONS = [
    *(X**2 * sympy.sin(X) / 3, sympy.Rational(1, 3), sympy.pi, sympy.oo, sympy.E, sympy.I),
    *(sympy.Float("1.5"), sympy.exp(-P), sympy.Eq(X, P), X < P, sympy.Matrix([[1, X]]), sympy.true),
    *(sympy.Function("f")(X).diff(X), sympy.Integral(X**2, (X, 0, 1)), sympy.Interval(0, 1)),
    *(sympy.Piecewise((X, X > 0), (0, True)), sympy.FiniteSet(1, 2), sympy.sqrt(2), sympy.zoo),
]


@pytest.mark.parametrize("value", PLAIN, ids=range(len(PLAIN)))
def test_plain_values_come_back(value: Any) -> None:
    found = sent(value)
    assert type(found) is type(value)
    assert found is value or found == value or repr(found) == repr(value)


@pytest.mark.parametrize("value", ARRAYS, ids=range(len(ARRAYS)))
def test_arrays_come_back(value: Any) -> None:
    found = sent(value)
    assert (type(found), found.dtype, found.shape) == (type(value), value.dtype, value.shape)
    assert str(found) == str(value)
    assert found.flags.f_contiguous == value.flags.f_contiguous or value.ndim < 2


@pytest.mark.parametrize("value", TABLES, ids=range(len(TABLES)))
def test_tables_come_back(value: Any) -> None:
    found = sent(value)
    kind = type(value).__name__
    check: Any = {
        "DataFrame": pd.testing.assert_frame_equal,
        "Series": pd.testing.assert_series_equal,
    }.get(kind, pd.testing.assert_index_equal)
    check(found, value)


@pytest.mark.parametrize("value", EXPRESSIONS, ids=range(len(EXPRESSIONS)))
def test_expressions_come_back(value: Any) -> None:
    found = sent(value)
    assert found == value
    assert type(found) is type(value)


def test_named_tuples_come_back_with_their_names() -> None:
    found = sent(Point(1, [2]))
    assert (found, found.x, type(found).__name__) == ((1, [2]), 1, "Point")


def test_graphs_and_sparse_matrices_come_back() -> None:
    for graph in (
        nx.path_graph(4),
        nx.DiGraph([(1, 2, {"w": 3})]),
        nx.MultiGraph([(1, 2), (1, 2)]),
    ):
        assert nx.utils.graphs_equal(sent(graph), graph)
    matrix = scipy.sparse.csr_matrix(np.eye(3))
    assert (sent(matrix) != matrix).nnz == 0


def test_tensors_come_back_with_their_gradients() -> None:
    tensor = torch.ones(2, requires_grad=True)
    tensor.sum().backward()
    found = sent(tensor)
    assert found.requires_grad
    assert found.grad.tolist() == [1, 1]
    assert isinstance(sent(torch.nn.Parameter(torch.ones(1))), torch.nn.Parameter)


class Liar(float):
    """A number of a class of its own."""


@pytest.mark.parametrize(
    "value", [Liar(1), type("L", (list,), {})(), object(), len, np], ids=range(5)
)
def test_what_is_no_data_is_left_to_the_side_that_sends(value: Any) -> None:
    with pytest.raises(Other):
        sent([value])
