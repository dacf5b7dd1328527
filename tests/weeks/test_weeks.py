"""The course itself: every week tells right from wrong, runs through, and is built."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from autograder.authoring.source import read
from autograder.batch.assignments import load_assignment
from autograder.batch.check import check, run_through
from autograder.batch.grader import Grader
from autograder.course.manifest import Week, find_course
from autograder.judge.exam import open_exam
from autograder.judge.reference import namespace
from autograder.remote.proxy import LocalLink

pytestmark = pytest.mark.slow(seconds=400)

COURSE = find_course(Path(__file__).parent)
IDS = [week.id for week in COURSE.weeks]


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    """One grader for all weeks."""
    with Grader(2, COURSE.preload(*COURSE.weeks)) as shared:
        yield shared


@pytest.mark.parametrize("week", COURSE.weeks, ids=IDS)
def test_right_earns_all_and_the_stub_nothing(week: Week, grader: Grader) -> None:
    found = list(check(load_assignment(COURSE, week), grader, mistakes=False))
    faults = [f"{one.what}: {fault}" for one in found for fault in one.faults]
    assert not faults, "\n".join(faults)
    assert {one.points for one in found} == {20.0}
    assert sum(one.what.startswith("alternative") for one in found) >= 3


@pytest.mark.parametrize("week", COURSE.weeks, ids=IDS)
def test_every_mistake_loses_points_and_is_told_its_own_hint(week: Week) -> None:
    """In this process, without kernels; `autograder check` grades each as a submission."""
    exam = open_exam(read(COURSE.source_folder(week), week.id))
    assert len(exam.mistakes) >= 8
    faults = []
    for mistake in exam.mistakes:
        names = namespace(exam.source, {mistake.exercise: mistake.text})
        results = exam.judge(mistake.exercise, partial(LocalLink, names), 60)
        told = {(one.mistake_of, one.mistake) for one in results if one.mistake}
        if told != {mistake.key}:
            faults.append(f"{mistake.name} in {mistake.exercise}: {told or 'loses no points'}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("week", COURSE.weeks, ids=IDS)
def test_a_week_runs_top_to_bottom(week: Week) -> None:
    assert run_through(read(COURSE.source_folder(week), week.id)) > 0
