"""Grading a course end to end: marks in nbgrader's gradebook, whatever was submitted."""

import json

import nbformat
import pytest
from support import commands, tiny
from support.commands import Command
from support.courses import change_texts
from support.gradebooks import facts, hand_in, marks
from support.grading import Grade
from support.notebooks import cell_of

from autograder.authoring.fill import fill
from autograder.batch.assignments import load_assignment
from autograder.course.database import open_gradebook
from autograder.course.manifest import Course


@pytest.fixture
def graded_class(course: Course, autograder: Command, tiny_notebook: str) -> Course:
    hand_in(course, "ada", fill(tiny_notebook, tiny.RIGHT))
    hand_in(course, "ben", fill(tiny_notebook, tiny.WRONG))
    hand_in(course, "cai", tiny_notebook)
    hand_in(course, "dee", b"{ not json")
    done = autograder("grade", tiny.WEEK)
    assert done.returncode == 0, done.stdout + done.stderr
    return course


def test_a_class_gets_its_marks_and_its_pages(graded_class: Course, autograder: Command) -> None:
    course = graded_class
    got = marks(course)
    assert got["ada"] == 5.0
    assert got["ben"] == 0.0, "a property alone, which holds for the square as well, earns nothing"
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
    root = graded_class.root
    done = commands.nbgrader(root, "autograde", tiny.WEEK, "--force", HOME=str(root))
    assert done.returncode == 0, done.stderr[-3000:]
    assert marks(graded_class) == before


def test_changed_tests_are_applied_when_asked(graded_class: Course, autograder: Command) -> None:
    change_texts(graded_class.source_folder(graded_class.weeks[0]), "points=3", "points=30")
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
    assert "final version.ipynb" in facts(course, "fay")["notes"][0]["text"]


def test_late_work_loses_what_the_course_says(
    course: Course, autograder: Command, tiny_notebook: str
) -> None:
    path = hand_in(course, "gil", fill(tiny_notebook, tiny.RIGHT))
    (path.parent / "timestamp.txt").write_text("2027-01-19 12:00:00 UTC")
    assert autograder("grade", "1").returncode == 0
    with open_gradebook(course) as book:
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
    course: Course, tiny_notebook: str, code: str, note: str, grade: Grade
) -> None:
    assignment = load_assignment(course, course.weeks[0])
    warns = "warn" in code
    texts = {**tiny.RIGHT, "double": f"{code}\n\n{tiny.RIGHT['double']}" if warns else code}
    texts["double_sum"] = "def double_sum(x):\n    return 2.0 * float(np.sum(x))\n"
    result = grade(assignment, fill(tiny_notebook, texts).encode())
    earned = {test.exercise: test.earned for test in result.tests}
    assert earned["double_sum"] == 2.0
    assert earned["double"] == 3.0 if warns else earned["double"] < 2.0
    assert note in " ".join(note.text for note in result.notes)


def test_stored_outputs_of_50_megabytes_are_dropped(
    course: Course, tiny_notebook: str, grade: Grade
) -> None:
    tree = json.loads(fill(tiny_notebook, tiny.RIGHT))
    cell = cell_of(tree, "double")
    cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * (50 << 20)}]
    result = grade(load_assignment(course, course.weeks[0]), json.dumps(tree).encode())
    assert result.earned == 5.0
    assert len(result.notebook) < 1 << 20


def test_experiments_are_skipped(course: Course, tiny_notebook: str, grade: Grade) -> None:
    result = grade(
        load_assignment(course, course.weeks[0]), fill(tiny_notebook, tiny.RIGHT).encode()
    )
    cells = nbformat.reads(result.notebook, as_version=4).cells
    experiment = next(c for c in cells if "skip-execution" in c.metadata.get("tags", []))
    assert experiment.outputs == []


def test_the_graded_notebook_holds_no_hidden_test(
    course: Course, tiny_notebook: str, grade: Grade
) -> None:
    assignment = load_assignment(course, course.weeks[0])
    result = grade(assignment, fill(tiny_notebook, tiny.WRONG).encode())
    for hidden in (
        "def three_numbers",
        "BEGIN HIDDEN",
        "autograder.judge",
        "np.multiply(x, SCALE)",
    ):
        assert hidden not in result.notebook
