"""Stock nbgrader takes every course of ``courses`` and gives what is said there."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from plain.courses import COURSES, SUBMISSIONS, answers, make_course, missing
from plain.courses.stock import hand_in, nbgrader, release, scores

pytestmark = pytest.mark.slow(seconds=60)

Scores = Mapping[str, Mapping[str, float | None]]


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Scores]:
    """What stock nbgrader gives every submission of every course that can run here."""
    root = tmp_path_factory.mktemp("stock")
    here = [name for name in COURSES if not missing(name)]
    for name in here:
        make_course(root / name, name)
    with ThreadPoolExecutor(2) as pool:
        halves = [here[::2], here[1::2]]
        list(pool.map(lambda names: grade(root, names), halves))
    return {name: scores(COURSES[name], root / name) for name in here}


def grade(root: Path, names: list[str]) -> None:
    """Release, hand in and grade the assignments of these courses."""
    commands = [one for name in names for one in release(COURSES[name], root / name)]
    assert set(nbgrader(commands)) == {0}
    for name in names:
        for student in COURSES[name].everyone():
            hand_in(COURSES[name], root / name, student)
    commands = [(str(root / name), "autograde", COURSES[name].assignment) for name in names]
    assert set(nbgrader(commands)) == {0}


@pytest.mark.parametrize(("name", "student"), SUBMISSIONS)
def test_stock_gives_what_the_course_says(
    name: str, student: str, stock: dict[str, Scores]
) -> None:
    if missing(name):
        pytest.skip(f"not installed: {', '.join(missing(name))}")
    assert stock[name][student] == COURSES[name].scores(student)


@pytest.mark.parametrize("name", COURSES)
def test_a_course_can_tell_right_from_wrong(name: str) -> None:
    model = COURSES[name]
    given = [model.scores(student) for student in model.everyone()]
    assert all(sum(wrong.values()) < sum(given[0].values()) for wrong in given[1:])
    for sheet in model.sheets:
        for cell in sheet.of("tests"):
            key = f"{sheet.name}/{cell.name}"
            if cell.points and f"{name}/{key}" not in NEVER_LOST:
                assert any(wrong[key] < cell.points for wrong in given[1:]), key


#: Tests that everybody passes, as real courses have them.
NEVER_LOST = {"old/stars/test_early", "old/stars/test_comment"}


@pytest.mark.parametrize("name", COURSES)
def test_every_answer_cell_has_a_right_text(name: str) -> None:
    texts = answers(name)
    assert set(texts) == {sheet.name for sheet in COURSES[name].sheets}
    for cells in texts.values():
        assert cells
        assert all("SOLUTION" not in text for right in cells.values() for text in right)
