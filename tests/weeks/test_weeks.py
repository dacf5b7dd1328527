"""The course itself: every week tells right from wrong, runs through, and is built."""

import re
from pathlib import Path

import pytest

from autograder.authoring.source import read
from autograder.batch.assignments import load_assignment
from autograder.batch.check import check, run_through
from autograder.course.manifest import Week, find_course

COURSE = find_course(Path(__file__).parent)
IDS = [week.id for week in COURSE.weeks]


@pytest.mark.parametrize("week", COURSE.weeks, ids=IDS)
def test_right_earns_all_the_stub_nothing_and_mistakes_their_hint(week: Week) -> None:
    found = list(check(load_assignment(COURSE, week), jobs=2))
    faults = [f"{one.what}: {fault}" for one in found for fault in one.faults]
    assert not faults, "\n".join(faults)
    assert {one.points for one in found} == {20.0}
    assert sum(one.what.startswith("mistake") for one in found) >= 8
    assert sum(one.what.startswith("alternative") for one in found) >= 3


@pytest.mark.parametrize("week", COURSE.weeks, ids=IDS)
def test_a_week_runs_top_to_bottom(week: Week) -> None:
    assert run_through(read(COURSE.source_path(week), week.id)) > 0


@pytest.mark.parametrize("week", COURSE.weeks, ids=IDS)
def test_links_are_public_and_nothing_names_a_machine(week: Week) -> None:
    text = COURSE.source_path(week).read_text(encoding="utf-8")
    for link in re.findall(r"\]\((https?:[^)\s]+)", text):
        assert link.startswith("https://"), link
    assert not re.search(r"/(home|root|work|tmp)/\w", text)
