"""A small week as text, whole and to be spoiled."""

from pathlib import Path

from autograder.authoring.build import student_notebook
from autograder.authoring.source import Source, parse

PATH = Path("week.py")
EXERCISE = """\
# %% exercise="f"
def f(x):
    ### BEGIN SOLUTION
    return x + 1
    ### END SOLUTION
"""
TESTS = """\
# %% tests="f" points=2
assert f(1) == 2
### BEGIN HIDDEN TESTS
from autograder.judge import compare

@compare
def one(impl):
    return impl.f(1)
### END HIDDEN TESTS
"""
WEEK = EXERCISE + TESTS
NBGRADER = 'nbgrader={"grade_id": "%s", "grade": %s, "solution": %s, "locked": true%s}'


def source(text: str) -> Source:
    return parse(text, PATH, "week")


def replaced(old: str, new: str, text: str = WEEK) -> str:
    """``text`` with something in it spoiled."""
    assert text.count(old) == 1
    return text.replace(old, new)


def built(text: str) -> str:
    return student_notebook(parse(text, Path("week.py"), "week"))
