"""Notebook metadata: points, roles and results that the student wrote."""

from collections.abc import Callable
from typing import Any

from attack import Attack, Tree
from support.notebooks import cell_of

TESTS = "test_rnn_step"


def own(change: Callable[[dict[str, Any]], Any], grade_id: str = TESTS) -> Callable[[Tree], None]:
    """Change the nbgrader metadata of one cell."""

    def tamper(tree: Tree) -> None:
        change(cell_of(tree, grade_id)["metadata"]["nbgrader"])

    return tamper


def facts(tree: Tree) -> None:
    test = {"exercise": "rnn_step", "cell": TESTS, "points": 4.0, "earned": 4.0, "programs": []}
    tree["metadata"]["autograder"] = {
        "status": "graded",
        "tests": [test],
        "submission": "0" * 64,
        "version": "0" * 12,
        "engine": "9",
    }


def skip(tree: Tree) -> None:
    for cell in tree["cells"]:
        cell["metadata"]["tags"] = ["skip-execution"]


def drop(tree: Tree) -> None:
    tree["cells"] = [c for c in tree["cells"] if not c["metadata"]["nbgrader"]["grade"]]


def swap(tree: Tree) -> None:
    first, second = cell_of(tree, TESTS), cell_of(tree, "test_mean_pool")
    first["metadata"], second["metadata"] = second["metadata"], first["metadata"]


def kernel(tree: Tree) -> None:
    tree["metadata"]["kernelspec"] = {"name": "bash", "language": "bash", "display_name": "../x"}
    tree["metadata"]["language_info"] = {"name": "../../../etc/passwd"}


def wrong_types(tree: Tree) -> None:
    tree["metadata"] = {"nbgrader": 7, "kernelspec": [], "autograder": None, "widgets": "x"}
    for cell in tree["cells"][:3]:
        cell["metadata"]["tags"] = {"a": 1}
        cell["metadata"]["nbgrader"]["points"] = float("inf")
        cell["attachments"] = 5


ATTACKS = [
    Attack("a thousand points for the test cell", tamper=own(lambda m: m.update(points=1000))),
    Attack("negative and infinite points", tamper=own(lambda m: m.update(points=-1e308))),
    Attack(
        "the test cell is a solution to be edited",
        tamper=own(lambda m: m.update(solution=True, locked=False, grade=False)),
    ),
    Attack("the exercise is a graded cell", tamper=own(lambda m: m.update(grade=True), "rnn_step")),
    Attack(
        "marked by hand already",
        tamper=own(lambda m: m.update(manual_grade=4.0, score=4.0, auto_score=4.0)),
    ),
    Attack("another version of the schema", tamper=own(lambda m: m.update(schema_version=99))),
    Attack("results of an earlier grading", tamper=facts),
    Attack("every cell is to be skipped", tamper=skip),
    Attack("the test cells are gone", tamper=drop),
    Attack("the test cells have changed places", tamper=swap),
    Attack("another kernel, from another folder", tamper=kernel),
    Attack("metadata of the wrong types", tamper=wrong_types),
]
