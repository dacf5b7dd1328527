"""Objects that stay where they are: symbols of sympy, graphs of networkx, a class of its own."""

from .form import Attempt, Model, Sheet, nothing

ROUTES = Sheet(
    "routes",
    r'''
# %%
import networkx as nx
import sympy as sp

x, y = sp.symbols("x y")

# %% answer slope
### BEGIN SOLUTION
height = x**2 * sp.sin(y)
slope = sp.diff(height, x)
### END SOLUTION

# %% tests test_slope 2
assert slope == 2 * x * sp.sin(y)
assert sp.simplify(slope - 2 * x * sp.sin(y)) == 0
assert slope.subs({x: 3, y: sp.pi / 2}) == 6

# %% answer roots
def roots(expression, symbol):
    """The real roots, in order."""
    ### BEGIN SOLUTION
    return sorted(root for root in sp.solve(expression, symbol) if root.is_real)
    ### END SOLUTION

# %% tests test_roots 2
assert roots(x**2 - 4, x) == [-2, 2]
assert roots(x**2 + 1, x) == []
assert roots(2 * x - 1, x)[0] == sp.Rational(1, 2)

# %% answer chart
def chart(legs):
    """A graph of the legs (from, to, miles)."""
    ### BEGIN SOLUTION
    graph = nx.Graph()
    for start, end, miles in legs:
        graph.add_edge(start, end, miles=miles)
    return graph
    ### END SOLUTION

# %% tests test_chart 3
graph = chart([("A", "B", 3), ("B", "C", 4), ("A", "C", 9)])
assert isinstance(graph, nx.Graph)
assert set(graph.nodes) == {"A", "B", "C"}
assert graph.number_of_edges() == 3
assert graph["A"]["B"]["miles"] == 3
assert nx.shortest_path(graph, "A", "C", weight="miles") == ["A", "B", "C"]
assert dict(graph.degree())["B"] == 2
''',
)

HANDLES = Model(
    name="handles",
    assignment="routes",
    sheets=(ROUTES,),
    attempts=(
        Attempt(
            "numbers",
            {
                "slope": "height = x**2 * sp.sin(y)\nslope = sp.diff(height, y)",
                "roots": "def roots(expression, symbol):\n    return sp.solve(expression, symbol)",
                "chart": "def chart(legs):\n    graph = nx.Graph()\n"
                "    graph.add_edges_from((start, end) for start, end, _ in legs)\n"
                "    return graph",
            },
            nothing("test_slope", "test_roots", "test_chart"),
        ),
    ),
    needs=("sympy", "networkx"),
)
