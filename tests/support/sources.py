"""A small week as texts, whole and to be spoiled."""

from dataclasses import replace
from pathlib import Path

from autograder.authoring.build import student_notebook
from autograder.authoring.source import Source, parse
from autograder.authoring.texts import WeekTexts

FOLDER = Path("week")
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
"""
LESSON = EXERCISE + TESTS
HIDDEN_TESTS = """\
from autograder.judge import compare


@compare("f")
def one(impl):
    "the successor of 1"
    return impl.f(1)
"""
WEEK = WeekTexts(LESSON, HIDDEN_TESTS)
NBGRADER = 'nbgrader={"grade_id": "%s", "grade": %s, "solution": %s, "locked": true%s}'


def lesson(text: str) -> WeekTexts:
    """The small week with another lesson."""
    return replace(WEEK, lesson=text)


def source(texts: WeekTexts | str) -> Source:
    """The source of a week, or of the small week with another lesson."""
    return parse(lesson(texts) if isinstance(texts, str) else texts, FOLDER, "week")


def built(texts: WeekTexts | str) -> str:
    """The student notebook of a week, or of the small week with another lesson."""
    return student_notebook(source(texts))
