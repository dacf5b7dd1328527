"""What the sources of all weeks keep to, whatever a week teaches."""

import re
from dataclasses import astuple
from pathlib import Path

import pytest

from autograder.authoring.source import Source, read
from autograder.authoring.texts import read_texts
from autograder.course.manifest import Week, find_course

COURSE = find_course(Path(__file__).parent)
WEEKS = pytest.mark.parametrize("week", COURSE.weeks, ids=[week.id for week in COURSE.weeks])


def source(week: Week) -> Source:
    return read(COURSE.source_folder(week), week.id)


@WEEKS
def test_links_are_public_and_nothing_names_a_machine(week: Week) -> None:
    text = "\n".join(astuple(read_texts(COURSE.source_folder(week))))
    for link in re.findall(r"\]\((https?:[^)\s]+)", text):
        assert link.startswith("https://"), link
    assert not re.search(r"/(home|root|work|tmp)/\w", text)


@WEEKS
def test_every_week_asks_about_each_exercise_and_about_understanding(week: Week) -> None:
    found = source(week)
    asked = {item.exercise for item in found.items}
    assert {cell.name for cell in found.exercises} <= asked
    assert "" in asked
    assert 6 <= len(found.items) <= 9
    assert found.cells[-1].role == "selfassessment"


@WEEKS
def test_every_exercise_has_programs_mistakes_and_an_alternative(week: Week) -> None:
    found = source(week)
    for cell in found.exercises:
        assert found.hidden.of(cell.name), cell.name
        assert any(one.exercise == cell.name for one in found.mistakes), cell.name
        assert any(one.exercise == cell.name for one in found.alternatives), cell.name


@WEEKS
def test_a_mistake_is_named_in_words_and_a_number_names_none(week: Week) -> None:
    found = source(week)
    for one in (*found.mistakes, *found.alternatives):
        assert not re.search(r"-\d+$", one.name), one.name
