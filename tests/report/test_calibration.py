"""Self-assessment beside the tests: counted right, read with care, harmless whatever it holds."""

import json
import os
import random
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.klass import assess, write_assessment
from support.tiny import WEEK

from autograder.course.manifest import Course
from autograder.gradebook.assessment import (
    NAME,
    SIZE_LIMIT,
    Assessment,
    ItemAnswer,
    read_assessment,
)
from autograder.gradebook.classbook import Sheet, open_book
from autograder.gradebook.marks import Person
from autograder.grading.results import SubmissionStatus
from autograder.grading.results import TestResult as Tests
from autograder.judge.result import Result
from autograder.report.calibration import calibrate, claims, in_a_sentence
from autograder.report.feedback import write_feedback
from autograder.report.pages import write_reports
from autograder.report.statistics import paired_g

RIGHT = {"version": 1, "week": WEEK, "items": [{"id": "a", "text": "I can.", "ticked": True}]}


def sheet(student: str, passes: dict[str, bool], ticks: dict[str, bool] | None) -> Sheet:
    tests = tuple(
        Tests(name, f"test_{name}", 1.0, float(ok), (Result("p", "a test", 1.0, ok),))
        for name, ok in passes.items()
    )
    items = tuple(
        ItemAnswer(name, f"I can {name}.", on, name) for name, on in (ticks or {}).items()
    )
    given = Assessment(1, WEEK, items) if ticks is not None else None
    return Sheet(Person(student), SubmissionStatus.GRADED, None, "", tests, (), 1.0, None, given)


def test_ticked_and_failed_and_unticked_and_passed_are_told_apart() -> None:
    one = sheet("s", {"f": False, "g": True, "h": True}, {"f": True, "g": False, "h": True})
    assert [(claim.exercise, claim.over, claim.under) for claim in claims(one)] == [
        ("f", True, False),
        ("g", False, True),
        ("h", False, False),
    ]
    sentence = in_a_sentence(one)
    assert "You ticked f" in sentence
    assert "you did not tick g" in sentence


def test_a_missing_self_assessment_is_no_failure() -> None:
    sheets = [sheet(f"s{i}", {"f": i % 2 == 0}, {"f": True}) for i in range(12)]
    with_missing = [*sheets, *(sheet(f"t{i}", {"f": False}, None) for i in range(30))]
    assert calibrate(with_missing).items == calibrate(sheets).items
    assert (calibrate(with_missing).n, calibrate(with_missing).of) == (12, 42)
    assert in_a_sentence(with_missing[-1]) == ""


@pytest.mark.parametrize(
    ("over", "under", "agree", "verdict"),
    [
        (9, 0, 0, "too few"),
        (5, 0, 20, "no clear difference"),
        (10, 1, 20, "overestimated"),
        (1, 10, 20, "underestimated"),
        (8, 6, 40, "no clear difference"),
    ],
)
def test_an_item_is_read_only_where_there_is_enough(
    over: int, under: int, agree: int, verdict: str
) -> None:
    kinds = [(True, False)] * over + [(False, True)] * under + [(True, True)] * agree
    sheets = [sheet(f"s{i}", {"f": ok}, {"f": on}) for i, (on, ok) in enumerate(kinds)]
    (item,) = calibrate(sheets).items
    assert item.verdict == verdict
    assert (len(item.over_students), len(item.under_students)) == (over, under)


def test_the_class_is_compared_like_the_published_studies() -> None:
    rng = np.random.default_rng(1)
    achieved = rng.normal(size=4000)
    estimated = 0.5 * achieved + rng.normal(scale=0.75**0.5, size=4000) + 0.206
    found = paired_g(list(estimated), list(achieved))
    assert found.value == pytest.approx(0.206, abs=0.05)
    assert found.low < 0.206 < found.high
    assert "too few" in paired_g([1.0] * 19, [0.5] * 19).why_not
    assert "the same" in paired_g([1.0] * 30, [1.0] * 30).why_not


def test_the_interval_of_g_covers_as_often_as_it_says() -> None:
    rng = np.random.default_rng(2)
    covered = 0
    for _ in range(400):
        y = rng.normal(size=60)
        x = 0.5 * y + rng.normal(scale=0.75**0.5, size=60) + 0.4
        found = paired_g(list(x), list(y))
        covered += found.low < 0.4 < found.high
    assert 0.91 < covered / 400 < 0.985


def test_the_report_and_the_page_say_it(klass: Course) -> None:
    with open_book(klass) as book:
        graded = book.week(klass.weeks[0]).graded
    failing = next(s for s in graded if not all(t.complete for t in s.tests))
    lost = next(t.exercise for t in failing.tests if not t.complete)
    assess(klass, failing.student, **{lost: True})
    write_feedback(klass, klass.weeks[0], [failing.student])
    page = klass.root / "feedback" / failing.student / WEEK / f"{WEEK}.html"
    assert f"You ticked {lost}" in page.read_text()
    text = write_reports(klass, [klass.weeks[0]], print)[0].read_text()
    assert "10.1007/s10648-023-09819-0" in text
    assert "g = +0.206" in text


HOSTILE: dict[str, Any] = {
    "nothing": "",
    "half": '{"version": 1, "week": ',
    "a list": "[]",
    "a number": "1",
    "NaN": '{"version": NaN}',
    "deep": "[" * 20_000,
    "deep objects": '{"items":' * 9_000,
    "no items": {"version": 1, "week": WEEK},
    "items that are text": {**RIGHT, "items": "abc"},
    "an item without an id": {**RIGHT, "items": [{"text": "x", "ticked": True}]},
    "a tick that is a word": {**RIGHT, "items": [{"id": "a", "text": "x", "ticked": "yes"}]},
    "a path for an id": {**RIGHT, "items": [{"id": "../../x", "text": "x", "ticked": True}]},
    "a tag for an id": {**RIGHT, "items": [{"id": "<b>", "text": "x", "ticked": True}]},
    "the same item twice": {**RIGHT, "items": RIGHT["items"] * 2},
    "too many items": {
        **RIGHT,
        "items": [{"id": f"a{i}", "text": "x", "ticked": True} for i in range(201)],
    },
    "a long text": {**RIGHT, "items": [{"id": "a", "text": "x" * 1001, "ticked": True}]},
    "another week": {**RIGHT, "week": "week99"},
    "a large file": json.dumps(RIGHT) + " " * SIZE_LIMIT,
    "a large number": '{"version": ' + "9" * 5000 + "}",
    "half a character": '{"version": 1, "week": "\\ud800", "items": []}',
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=list(HOSTILE))
def test_what_is_no_self_assessment_is_none_and_says_why(tmp_path: Path, content: Any) -> None:
    text = content if isinstance(content, str) else json.dumps(content)
    (tmp_path / NAME).write_text(text)
    found, why = read_assessment(tmp_path, WEEK)
    assert found is None
    assert why
    assert len(why) < 200


def test_links_pipes_and_folders_are_left_alone(tmp_path: Path) -> None:
    secret = tmp_path / "elsewhere.json"
    secret.write_text(json.dumps(RIGHT))
    path = tmp_path / NAME
    start = time.monotonic()
    for make in (lambda: path.symlink_to(secret), lambda: os.mkfifo(path), path.mkdir):
        make()
        found, why = read_assessment(tmp_path, WEEK)
        assert found is None
        assert why
        path.rmdir() if path.is_dir() else path.unlink()
    assert time.monotonic() - start < 5
    assert read_assessment(tmp_path, WEEK) == (None, "")


@given(st.binary(max_size=300) | st.text().map(str.encode))
def test_no_bytes_break_the_reader(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    (folder / NAME).write_bytes(data)
    read_assessment(folder, WEEK)


def test_an_item_that_only_one_file_holds_is_that_files_own(klass: Course) -> None:
    with open_book(klass) as book:
        graded = book.week(klass.weeks[0]).graded
    rng = random.Random(1)
    for one in graded:
        assess(klass, one.student, double=rng.random() < 0.5)
    own = {"id": "mine", "text": "look", "exercise": "double", "ticked": True}
    write_assessment(klass, graded[0].student, {**RIGHT, "items": [own]})
    with open_book(klass) as book:
        items = calibrate(book.week(klass.weeks[0]).sheets).items
    assert [item.id for item in items] == ["double"]
