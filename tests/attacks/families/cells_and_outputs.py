"""Cell ids and outputs: cells that pose as others, and outputs that are there already."""

from attack import Attack, Tree, own_cell
from support.notebooks import cell_of

TESTS = "test_rnn_step"
REPORT = "rnn_step: 4 of 4 points (4 of 4 tests pass)"


def full_marks(tree: Tree) -> None:
    for name in (TESTS, "rnn_step"):
        cell_of(tree, name)["outputs"] = [
            {
                "output_type": "execute_result",
                "data": {"text/plain": "4.0"},
                "metadata": {},
                "execution_count": 1,
            }
        ]


def number(tree: Tree) -> None:
    cell_of(tree, TESTS)["source"] = "4.0"


def twice(tree: Tree) -> None:
    copy = own_cell("4.0")
    copy["metadata"] = cell_of(tree, TESTS)["metadata"]
    tree["cells"] += [copy, copy]


def test_cell_as_exercise(tree: Tree) -> None:
    cell = cell_of(tree, TESTS)
    cell["source"] = "4.0"
    cell["metadata"]["nbgrader"]["grade_id"] = "rnn_step"


def report(tree: Tree) -> None:
    tree["cells"].append(own_cell(f"print({REPORT!r})\n4.0"))


def ids(tree: Tree) -> None:
    strange = ("../../etc", "", "x" * 10_000, "own-1", "\u0000", "'; DROP TABLE grade; --")
    for cell, name in zip(tree["cells"], strange, strict=False):
        cell["id"] = name
    tree["cells"].append(own_cell("1"))
    tree["cells"][-1]["metadata"] = {"nbgrader": {"grade_id": "../../mine", "grade": True}}


def own_mark(tree: Tree) -> None:
    cell = own_cell("4.0")
    cell["id"] = next(c["id"] for c in tree["cells"] if "test_rnn_step" in str(c["metadata"]))
    cell["metadata"] = {"autograder": {"own": False}}
    tree["cells"].insert(0, cell)


def kinds(tree: Tree) -> None:
    cell_of(tree, TESTS)["cell_type"] = "markdown"
    cell_of(tree, "test_mean_pool")["cell_type"] = "raw"
    cell_of(tree, "why")["cell_type"] = "code"
    cell_of(tree, "why")["source"] = "4.0"


ATTACKS = [
    Attack("full marks stand in the outputs", tamper=full_marks),
    Attack("the test cell is a number", tamper=number, stock=False),
    Attack("the test cell stands there three times", tamper=twice),
    Attack("the test cell poses as the exercise", tamper=test_cell_as_exercise),
    Attack("a report like the judge's, of one's own", tamper=report),
    Attack("ids that are paths, empty, huge and SQL", tamper=ids),
    Attack("an own cell with the id of a test cell", tamper=own_mark),
    Attack("test cells of another kind", tamper=kinds),
    Attack(
        "the mark is displayed by the visible test",
        """
def rnn_step(*a):
    display({"text/plain": "4.0"}, raw=True)
    return a[1]
""",
    ),
    Attack(
        "the exercise ends with a number",
        "rnn_step = None\n4.0",
    ),
]
