"""Stubs for which a script answers: no points, and nothing of what the tests hand over is told.

Here on the small week; ``over_weeks.py`` runs the same on the weeks of this course.
"""

import pytest
import scripted
from ground import Ground
from scripted import SEEN, Scripted, shown
from support.grading import Grade

from autograder.authoring.source import Source

#: What takes seconds to import in each of these kernels, which come without it.
SLOW = ("torch", "matplotlib")
HERE = [one for one in scripted.ATTACKS if not any(name in one.first for name in SLOW)]

pytestmark = pytest.mark.slow(seconds=20)


@pytest.fixture(scope="module")
def source(ground: Ground) -> Source:
    return ground.assignment().source


@pytest.mark.parametrize("attack", HERE, ids=lambda attack: attack.name)
def test_a_script_earns_nothing_and_tells_nothing(
    attack: Scripted, ground: Ground, grade: Grade, source: Source
) -> None:
    assignment = ground.assignment()
    graded = grade(assignment, scripted.submission(assignment, source, attack))
    assert {test.exercise: test.earned for test in graded.tests} == {"rnn_step": 0, "mean_pool": 0}
    assert SEEN not in shown(graded)
