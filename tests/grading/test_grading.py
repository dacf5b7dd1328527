"""Grading a course end to end: marks in nbgrader's gradebook, whatever was submitted."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from support import tiny

from autograder.authoring.fill import fill
from autograder.batch.assignments import load_assignment
from autograder.course.manifest import Course
from autograder.grading.grade import grade

Command = Callable[..., subprocess.CompletedProcess[str]]
WRONG = {**tiny.RIGHT, "double": "def double(x):\n    return np.asarray(x) ** 2\n"}


def hand_in(
    course: Course, student: str, data: str | bytes, name: str = f"{tiny.WEEK}.ipynb"
) -> Path:
    folder = course.root / "submitted" / student / tiny.WEEK
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def marks(course: Course) -> dict[str, float]:
    with Gradebook(course.gradebook) as book:
        return {s.student.id: s.score for s in book.assignment_submissions(tiny.WEEK)}


def facts(course: Course, student: str) -> dict[str, Any]:
    path = course.root / "autograded" / student / tiny.WEEK / f"{tiny.WEEK}.ipynb"
    return json.loads(path.read_text())["metadata"]["autograder"]


@pytest.fixture
def graded_class(course: Course, autograder: Command, tiny_notebook: str) -> Course:
    hand_in(course, "ada", fill(tiny_notebook, tiny.RIGHT))
    hand_in(course, "ben", fill(tiny_notebook, WRONG))
    hand_in(course, "cai", tiny_notebook)
    hand_in(course, "dee", b"{ not json")
    done = autograder("grade", tiny.WEEK)
    assert done.returncode == 0, done.stdout + done.stderr
    return course


def test_a_class_gets_its_marks_and_its_pages(graded_class: Course, autograder: Command) -> None:
    course = graded_class
    got = marks(course)
    assert got["ada"] == 5.0
    assert 0 < got["ben"] < 3.0
    assert got["cai"] == got["dee"] == 0.0
    assert "not valid JSON" in facts(course, "dee")["reason"]
    ben = json.dumps(facts(course, "ben"))
    assert "That is the square" in ben

    # what has not changed is not graded again
    again = autograder("grade", "1")
    assert "grading 0 of 4" in again.stdout
    # a table that a program can read
    table = json.loads(autograder("grade", "1", "--json").stdout)
    assert [row["student"] for row in table["students"]] == ["ada", "ben", "cai", "dee"]
    # a page for each, without the hidden tests' source
    assert autograder("feedback", "1").returncode == 0
    page = (course.root / "feedback" / "ben" / tiny.WEEK / f"{tiny.WEEK}.html").read_text()
    assert "That is the square" in page
    assert "three numbers of either sign" in page
    for hidden in ("def three_numbers", "autograder.judge", "2.25"):
        assert hidden not in page


def test_nbgrader_gives_the_same_marks_through_the_same_engine(graded_class: Course) -> None:
    before = marks(graded_class)
    program = Path(sys.executable).parent / "nbgrader"
    done = subprocess.run(
        [program, "autograde", tiny.WEEK, "--force"],
        cwd=graded_class.root,
        env={"PATH": f"{program.parent}:/usr/bin:/bin", "HOME": str(graded_class.root)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert marks(graded_class) == before


def test_changed_tests_are_applied_when_asked(graded_class: Course, autograder: Command) -> None:
    source = graded_class.root / "solutions" / f"{tiny.WEEK}.py"
    source.write_text(source.read_text().replace("points=3", "points=30"))
    kept = autograder("grade", "1")
    assert "--changed" in kept.stdout
    assert marks(graded_class)["ada"] < 30
    assert autograder("grade", "1", "--changed").returncode == 0
    assert marks(graded_class)["ada"] == 32.0


def test_one_students_new_file_is_graded_alone(
    graded_class: Course, autograder: Command, tiny_notebook: str
) -> None:
    hand_in(graded_class, "cai", fill(tiny_notebook, tiny.RIGHT))
    done = autograder("grade", "1")
    assert "grading 1 of 4" in done.stdout
    assert marks(graded_class)["cai"] == 5.0


def test_a_missing_and_a_renamed_notebook_are_told(
    course: Course, autograder: Command, tiny_notebook: str
) -> None:
    (course.root / "submitted" / "eve" / tiny.WEEK).mkdir(parents=True)
    hand_in(course, "fay", fill(tiny_notebook, tiny.RIGHT), name="final version.ipynb")
    assert autograder("grade", "1").returncode == 0
    assert marks(course) == {"eve": 0.0, "fay": 5.0}
    assert "there is no notebook" in facts(course, "eve")["reason"]
    assert "final version.ipynb" in facts(course, "fay")["notes"][0]


def test_late_work_loses_what_the_course_says(
    course: Course, autograder: Command, tiny_notebook: str
) -> None:
    path = hand_in(course, "gil", fill(tiny_notebook, tiny.RIGHT))
    (path.parent / "timestamp.txt").write_text("2027-01-19 12:00:00 UTC")
    assert autograder("grade", "1").returncode == 0
    with Gradebook(course.gradebook) as book:
        sheet = book.find_submission_notebook(tiny.WEEK, tiny.WEEK, "gil")
        assert (sheet.score, sheet.late_submission_penalty) == (5.0, 1.0)


RUNS = {
    "a cell that ends its kernel": ("import os\nos._exit(0)", "kernel died"),
    "a cell that loops for ever": ("while True:\n    pass", "time limit"),
    "a cell that prints without end": ("while True:\n    print('x' * 1000)", "printed more"),
    "a name that is a number": ("double = 3", ""),
    "NaN everywhere": ("def double(x):\n    return np.full(np.shape(x), np.nan)", ""),
    "a question to nobody": ("input('?')", ""),
    "a warning on stderr": (
        "import sys, warnings\nwarnings.warn('careful')\nprint('x', file=sys.stderr)",
        "",
    ),
}


@pytest.mark.parametrize(("code", "note"), RUNS.values(), ids=list(RUNS))
def test_what_a_cell_does_costs_its_own_exercise_only(
    course: Course, tiny_notebook: str, code: str, note: str
) -> None:
    assignment = load_assignment(course, course.weeks[0])
    warns = "warn" in code
    texts = {**tiny.RIGHT, "double": f"{code}\n\n{tiny.RIGHT['double']}" if warns else code}
    texts["double_sum"] = "def double_sum(x):\n    return 2.0 * float(np.sum(x))\n"
    result = grade(assignment, fill(tiny_notebook, texts).encode())
    earned = {test.exercise: test.earned for test in result.tests}
    assert earned["double_sum"] == 2.0
    assert earned["double"] == 3.0 if warns else earned["double"] < 2.0
    assert note in " ".join(result.notes)


def test_stored_outputs_of_50_megabytes_are_dropped(course: Course, tiny_notebook: str) -> None:
    tree = json.loads(fill(tiny_notebook, tiny.RIGHT))
    cell = tiny.cell_of(tree, "double")
    cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * (50 << 20)}]
    result = grade(load_assignment(course, course.weeks[0]), json.dumps(tree).encode())
    assert result.earned == 5.0
    assert len(result.notebook) < 1 << 20


def test_experiments_are_skipped(course: Course, tiny_notebook: str) -> None:
    result = grade(
        load_assignment(course, course.weeks[0]), fill(tiny_notebook, tiny.RIGHT).encode()
    )
    cells = nbformat.reads(result.notebook, as_version=4).cells
    experiment = next(c for c in cells if "skip-execution" in c.metadata.get("tags", []))
    assert experiment.outputs == []


def test_the_graded_notebook_holds_no_hidden_test(course: Course, tiny_notebook: str) -> None:
    result = grade(load_assignment(course, course.weeks[0]), fill(tiny_notebook, WRONG).encode())
    for hidden in (
        "def three_numbers",
        "BEGIN HIDDEN",
        "autograder.judge",
        "np.multiply(x, SCALE)",
    ):
        assert hidden not in result.notebook
