"""Mutants of a small course, run: who is told, who survives, who is explained, and what is said."""

from dataclasses import replace
from pathlib import Path

import pytest
from support import commands, tiny
from support.courses import change_texts

from autograder.batch.assignments import load_assignment
from autograder.batch.mutation import (
    DIED,
    NOT_DEFINED,
    TOO_LONG,
    Fate,
    Tried,
    WeekTried,
    killers,
    try_mutants,
)
from autograder.batch.mutation_page import page
from autograder.course.errors import CourseError
from autograder.course.manifest import Course
from autograder.grading.grade import Assignment

#: One of every kind; the answer is what tells it.
FIXED: dict[str, tuple[str, str]] = {
    "right": ("def double(x):\n    return 2 * x\n", ""),
    "wrong": ("def double(x):\n    return x ** 2\n", "three_numbers"),
    "wrong for no number": (
        "def double(x):\n    return 2 * x if len(x) else x[:, None]\n",
        "nothing_stays_nothing",
    ),
    "changes its argument": ("def double(x):\n    x += x\n    return x\n", "three_numbers"),
    "is none": ("def double(x:\n", NOT_DEFINED),
    "raises at once": ("def double(x):\n    return 2 * x\n\ndouble(missing)\n", NOT_DEFINED),
    "ends its process": ("import os\ndef double(x):\n    os._exit(0)\n", DIED),
    "wants all memory": (
        "def double(x):\n    return np.ones(1 << 40)[:3] * x\n",
        "three_numbers",
    ),
}


@pytest.fixture
def assignment(course: Course) -> Assignment:
    return load_assignment(course, course.weeks[0])


def survivors(week: WeekTried) -> list[tuple[str, str]]:
    return [(one.candidate.exercise, one.candidate.mutant.new) for one in week.survivors]


def say_nothing(line: str) -> None:
    pass


def test_each_kind_is_told_by_what_tells_it(assignment: Assignment) -> None:
    told = killers(assignment, "double", [text for text, _ in FIXED.values()])
    assert dict(zip(FIXED, told, strict=True)) == {name: by for name, (_, by) in FIXED.items()}


def test_what_never_ends_is_stopped(
    assignment: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.batch.mutation.SECONDS", 0.5)
    endless = "def double(x):\n    while True:\n        pass\n"
    assert killers(assignment, "double", [endless]) == [TOO_LONG]


def test_nothing_that_a_mutant_leaves_behind_meets_the_next(assignment: Assignment) -> None:
    vandal = "np.multiply = np.add\ndef double(x):\n    return x + 1\n"
    right = "def double(x):\n    return np.multiply(x, 2)\n"
    assert killers(assignment, "double", [vandal, right]) == ["three_numbers", ""]


def test_survivors_are_found_and_explained(course: Course, course_folder: Path) -> None:
    week = try_mutants(load_assignment(course, course.weeks[0]), 2, say_nothing)
    assert week.count() == week.count(Fate.KILLED) + week.count(Fate.SURVIVED) > 20
    found = ("double", "return scaled - np.zeros_like(scaled)")
    assert found in survivors(week)
    assert week.faults == ()

    folder = course_folder / "solutions" / tiny.WEEK
    entry = 'equivalent("double", "return scaled + np…", "return scaled - np…", reason="It is 0.")'
    (folder / "equivalents.py").write_text(f"{entry}\n")
    again = try_mutants(load_assignment(course, course.weeks[0]), 2, say_nothing)
    assert found not in survivors(again)
    assert again.count(Fate.EQUIVALENT) == 1
    assert again.count(Fate.KILLED) == week.count(Fate.KILLED)
    assert again.faults == ()


def test_an_entry_that_says_nothing_any_more_is_reported(
    course: Course, course_folder: Path
) -> None:
    folder = course_folder / "solutions" / tiny.WEEK
    gone = 'equivalent("double", "return y", "return z", reason="It was there once.")'
    told = 'equivalent("double_sum", "return float(total)", "pass", reason="I thought so.")'
    more = 'equivalent("double_sum", "total = …", "pass", reason="I thought so.")'
    (folder / "equivalents.py").write_text(f"{gone}\n{told}\n{more}\n")
    faults = try_mutants(load_assignment(course, course.weeks[0]), 2, say_nothing).faults
    assert [fault.split(": ", 1)[1] for fault in faults] == [
        "no mutant does this any more: 'return y'",
        "no mutant does this any more: 'return float(total)'",
        "is no equivalent: a_few_numbers tells it",
    ]


def test_a_program_that_fails_on_the_reference_is_the_author_s_fault(
    course: Course, course_folder: Path
) -> None:
    change_texts(
        course_folder / "solutions" / tiny.WEEK,
        '(0,), "no number in, no number out"',
        '(1,), "no"',
    )
    with pytest.raises(CourseError, match="nothing_stays_nothing fails on the reference"):
        try_mutants(load_assignment(course, course.weeks[0]), 1, say_nothing, 2)


def test_every_lot_is_told(assignment: Assignment) -> None:
    lines: list[str] = []
    try_mutants(assignment, 1, lines.append, 3)
    assert [line.split(": ")[1] for line in lines] == ["double", "double_sum"]


def test_the_page_counts_by_week_and_exercise(assignment: Assignment) -> None:
    week = try_mutants(assignment, 1, say_nothing, 3)
    killed = tuple(Tried(one.candidate, "some_program") for one in week.tried)
    text = page([replace(week, tried=killed, seconds=120.0)], 2)
    assert max(len(row) for row in text.splitlines() if not row.startswith("|")) <= 100
    assert f"| {tiny.WEEK} | `double` | 3 | 3 | 0 | 0 |" in text
    assert "|  | `double_sum` | 3 | 3 | 0 | 0 |" in text
    assert "| **all** |  | 6 | 6 | 0 | 0 |" in text
    assert "0.0% survive unexplained. It took 2 minutes with 2 processes; " in text
    assert "numpy " in text


def test_the_command_shows_survivors_and_writes_the_page(course_folder: Path) -> None:
    done = commands.autograder(course_folder, "check", "--mutants", "--jobs", "2")
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"survivor: {tiny.WEEK}: line 4 of the reference of double" in done.stdout
    assert "+    return scaled - np.zeros_like(scaled)" in done.stdout
    assert "docs/MUTANTS.md: written" in done.stdout
    assert "| `double_sum` |" in (course_folder / "docs" / "MUTANTS.md").read_text()
