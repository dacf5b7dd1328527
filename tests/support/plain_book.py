"""A course with a plain week of two notebooks, and results in its gradebook without grading.

What is recorded passes the real build, the real writer and nbgrader's own gradebook.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import nbformat.v4 as v4

from autograder.authoring.fill import fill
from autograder.batch.assignments import load_assignments
from autograder.course.database import open_gradebook
from autograder.course.manifest import Course, Week, load_course
from autograder.gradebook.registration import register
from autograder.gradebook.writer import writing
from autograder.grading.notes import Note
from autograder.grading.plain.assignment import PlainAssignment
from autograder.grading.plain.grade import broken_plain
from autograder.grading.render import outputs
from autograder.grading.results import Graded, SubmissionStatus, TestResult
from autograder.grading.sanitise import OWN
from autograder.judge.result import Result
from autograder.remote.causes import Cause
from support import tiny
from support.courses import CONFIG, write_texts

WEEK = "Problem Set 1"
FIRST, SECOND = "areas", "Round and round"
MANIFEST = f"""\
course: {{id: plainly, title: Plain and own weeks}}
weeks:
  - id: {tiny.WEEK}
    title: Doubling
    open: 2027-01-11T00:00:00+00:00
    due: 2027-01-17T23:59:59+00:00
  - id: {WEEK}
    title: Areas and circles
    notebooks: [{FIRST}, {SECOND}]
    cells:
      "{FIRST}/test_drawing": {{run: kernel, why: "looks at figures"}}
grading:
  late: {{penalty_per_day: 0.1}}
"""
Facts = dict[str, Any]


def _cell(id: str, text: str, kind: str = "code", **own: Any) -> Any:
    make = v4.new_code_cell if kind == "code" else v4.new_markdown_cell
    node = make(text, id=id.replace("_", "-"))
    facts = {"grade": False, "solution": False, "locked": False, "task": False} | own
    node.metadata["nbgrader"] = {"grade_id": id, "schema_version": 3, **facts}
    return node


def _solution(name: str, text: str) -> Any:
    body = f"### BEGIN SOLUTION\n    {text}\n    ### END SOLUTION"
    return _cell(name, f"def {name}(x):\n    {body}", solution=True)


def _tests(name: str, points: float, text: str) -> Any:
    return _cell(name, text, grade=True, locked=True, points=points)


HIDDEN = (
    "### BEGIN HIDDEN TESTS\nassert circle(31.5) > 17\nassert circle(0) == 0\n### END HIDDEN TESTS"
)


#: Lines that one test hides and another one shows.
SHOWN = "assert square(3) == 9, 'three'\nassert square(5) == 25, 'five'"
HIDDEN_AND_SHOWN = (
    f"### BEGIN HIDDEN TESTS\nassert square(31.5) > 17\n{SHOWN}\n### END HIDDEN TESTS"
)


def lessons() -> dict[str, Any]:
    """The source notebooks: functions, a figure, written answers in words and in code, a task."""
    answer = "Because of the square.\n### BEGIN SOLUTION\n### END SOLUTION"
    first = [
        v4.new_markdown_cell("# Areas\n\n## Squares\n\nThe area of a square.", id="head"),
        _solution("square", "return x * x"),
        _tests("test_square", 3, f"assert square(2) == 4\n{HIDDEN_AND_SHOWN}"),
        _tests("test_more", 2, SHOWN),
        _solution("drawing", "return x > 0"),
        _tests("test_drawing", 1, "assert drawing(1)"),
        _cell("why", answer, "markdown", grade=True, solution=True, points=2),
    ]
    second = [
        v4.new_markdown_cell("# Circles", id="head"),
        _solution("circle", "return 3 * x * x"),
        _tests("test_more", 4, f"assert circle(1) == 3\n{HIDDEN}"),
        _cell(
            "program",
            "### BEGIN SOLUTION\nprint(1)\n### END SOLUTION",
            grade=True,
            solution=True,
            points=2,
        ),
        _cell("survey", "Measure three circles.", "markdown", task=True, locked=True, points=5),
    ]
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return {
        name: v4.new_notebook(cells=cells, metadata=spec)
        for name, cells in ((FIRST, first), (SECOND, second))
    }


def make_course(folder: Path) -> Course:
    """Write the course: an own week, and a plain one with a data file in a folder."""
    folder.mkdir(parents=True)
    (folder / "course.yml").write_text(MANIFEST)
    (folder / "nbgrader_config.py").write_text(CONFIG)
    write_texts(folder / "solutions" / tiny.WEEK, tiny.TEXTS)
    week = folder / "solutions" / WEEK
    (week / "files" / "data").mkdir(parents=True)
    (week / "files" / "data" / "circles.csv").write_text("r,area\n1,3\n")
    for name, node in lessons().items():
        nbformat.write(node, week / f"{name}.ipynb")
    return load_course(folder)


def plain_week(course: Course) -> Week:
    return next(week for week in course.weeks if week.is_plain)


def result(
    assignment: PlainAssignment,
    earned: Mapping[str, float],
    texts: Mapping[str, str] | None = None,
    notes: tuple[Note, ...] = (),
    more: tuple[Any, ...] = (),
) -> Graded:
    """What grading gives, without running anything.

    Parameters
    ----------
    earned : the points of the test cells that earn any
    texts : of the student's cells, the others as the author wrote them
    more : cells of the student's own, at the notebook's end
    """
    empty = broken_plain(assignment, "", repr(sorted(earned.items())).encode())
    tests = tuple(_test(assignment, test, earned) for test in empty.tests)
    graded = replace(
        empty, status=SubmissionStatus.GRADED, cause=None, notes=notes, tests=tests, seconds=1.5
    )
    notebook = nbformat.reads(fill(assignment.notebook, dict(texts or {})), as_version=4)
    by_cell = {test.cell: test for test in tests}
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if (test := by_cell.get(assignment.key(name))) is not None:
            cell.outputs = outputs(test)
    for cell in more:
        cell.metadata[OWN] = {"own": True}
        notebook.cells.append(cell)
    notebook.metadata[OWN] = graded.facts()
    return replace(graded, notebook=nbformat.writes(notebook))


def _test(assignment: PlainAssignment, test: TestResult, earned: Mapping[str, float]) -> TestResult:
    name = test.cell.rpartition("/")[2]
    policy = assignment.policy(name)
    points = earned.get(name, 0.0)
    passed = points == test.points
    why = "" if passed else "this does not hold"
    cause = None if passed else Cause.WRONG
    lines = (
        Result("line-1", f"assert 1 of 2: {name}", 1.0, True),
        Result("line-2", "hidden check 2 of 2", 1.0, passed, why, cause=cause),
    )
    return replace(
        test,
        earned=points,
        programs=lines,
        protected=policy.run != "kernel",
        why_open=policy.why,
    )


FULL = {
    FIRST: {"test_square": 3.0, "test_more": 2.0, "test_drawing": 1.0},
    SECOND: {"test_more": 4.0},
}


def record(course: Course, results: Mapping[str, Mapping[str, Mapping[str, float]]]) -> None:
    """Record these points of tests: by student, by notebook, by test cell."""
    week = plain_week(course)
    with writing(course) as writer:
        writer.register(week)
        made = {one.name: one for one in load_assignments(course, week)}
        for student, notebooks in results.items():
            hand_in(course, student)
            for name, earned in notebooks.items():
                assignment = made[name]
                assert isinstance(assignment, PlainAssignment)
                writer.record(student, result(assignment, earned))


def hand_in(course: Course, student: str) -> Path:
    """Put a submission into ``submitted/``: the notebooks as students get them."""
    folder = course.submitted(student, WEEK)
    folder.mkdir(parents=True, exist_ok=True)
    for name in plain_week(course).notebooks:
        (folder / f"{name}.ipynb").write_bytes(course.notebook(WEEK, name).read_bytes())
    return folder


def mark_as_nbgrader(
    course: Course, student: str, scores: Mapping[str, Mapping[str, float]], penalty: float = 0.0
) -> None:
    """Leave a student's marks as nbgrader leaves them: in its gradebook and ``autograded/``.

    Parameters
    ----------
    scores : by notebook and cell; those of written answers and tasks are a person's
    penalty : what lateness took off in each notebook
    """
    week = plain_week(course)
    register(course, week)
    with open_gradebook(course) as gradebook:
        gradebook.update_or_create_student(student, first_name="Ada", last_name="Old")
        submission = gradebook.update_or_create_submission(week.id, student)
        for sheet in submission.notebooks:
            sheet.late_submission_penalty = penalty
            tests = set(FULL[sheet.name])
            for grade in sheet.grades:
                score = scores[sheet.name].get(grade.name, 0.0)
                grade.auto_score = score if grade.name in tests else 0.0
                grade.manual_score = None if grade.name in tests else score
                grade.needs_manual_grade = False
        for comment in (one for sheet in submission.notebooks for one in sheet.comments):
            if comment.name == "why":
                comment.manual_comment = "Well said."
        gradebook.db.commit()
    for name in week.notebooks:
        path = course.graded_notebook(student, week.id, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(course.notebook(week.id, name).read_bytes())
