"""What holds where nothing is done earns nothing by itself."""

from pathlib import Path

import pytest
from support.exams import student

from autograder.authoring.source import parse
from autograder.authoring.texts import WeekTexts
from autograder.judge.exam import Exam, open_exam
from autograder.judge.result import share

LESSON = """\
# %%
import numpy as np

def applied(x):
    "The exercise's function, called by given code."
    fill(x)
    return x

# %% exercise="fill"
def fill(x):
    ### BEGIN SOLUTION
    x[0] = x.sum()
    ### END SOLUTION

# %% tests="fill" points=2
fill(np.ones(3))
"""
HIDDEN = """\
import numpy as np

from autograder.judge import compare, verify

CODE = "fill(x)\\nx"


@compare("fill")
def the_first(impl):
    return impl(CODE, x=np.arange(1.0, 4))[:1]


@compare("fill")
def the_others_stay(impl):
    return impl(CODE, x=np.arange(1.0, 4))[1:]


@verify("fill")
def it_is_finite(impl):
    assert np.isfinite(impl(CODE, x=np.arange(1.0, 4))).all(), "it must be finite"
"""


@pytest.fixture(scope="module")
def exam() -> Exam:
    return open_exam(parse(WeekTexts(LESSON, HIDDEN), Path("week"), "week"))


def earned(exam: Exam, code: str) -> float:
    results = exam.judge("fill", lambda: student(f"import numpy as np\n{code}"), seconds=5)
    return share(results, {one.name for one in results if one.passed})


@pytest.mark.parametrize("body", ["pass", "return x", "x[0] = 0.5", "return 0.0"])
def test_who_does_nothing_or_the_wrong_thing_earns_nothing(exam: Exam, body: str) -> None:
    assert earned(exam, f"def fill(x): {body}") == 0


def test_who_does_the_right_thing_earns_for_what_stays_as_well(exam: Exam) -> None:
    assert earned(exam, "def fill(x): x[0] = np.sum(x)") == 1
    harms = "def fill(x):\n    x[0] = np.sum(x)\n    x[1] = np.inf"
    assert earned(exam, harms) == pytest.approx(1 / 3)


def test_which_programs_hold_for_nothing_is_known(exam: Exam) -> None:
    idle = {one.name: exam.is_idle(one) for one in exam.programs["fill"] if one.compares}
    assert idle == {"the_first": False, "the_others_stay": True}
