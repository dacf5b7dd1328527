"""Rubrics: in the author's source, beside the answer for graders, and nowhere for students."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from support import sources, tiny
from support.courses import changed
from support.grading import Grade
from traitlets.config import Config

from autograder.authoring.faults import SourceError
from autograder.authoring.fill import fill
from autograder.authoring.rubric import Criterion, split_rubric
from autograder.authoring.texts import WeekTexts
from autograder.batch.assignments import load_assignment
from autograder.course.manifest import Course, load_course
from autograder.gradebook.writer import writing
from autograder.report.feedback import write_feedback

QUESTION = '# %% [markdown] question="why" points=1\n'
RUBRIC = """\
#
# ### BEGIN RUBRIC
# - 0.5 a law: names the distributive law | or a <b>sum</b>
#   that is written out
# - 0.5 a number: gives an example
# ### END RUBRIC
"""
SECRET = "names the distributive law"


def texts(head: str = QUESTION, rubric: str = RUBRIC) -> WeekTexts:
    """The tiny week, whose last cell, the question, has this header and this rubric."""
    found = changed(tiny.TEXTS, QUESTION, head)
    return replace(found, lesson=found.lesson + rubric)


def built(week: WeekTexts) -> list[dict[str, Any]]:
    """The cells of the student notebook, in which there is no rubric."""
    notebook = sources.built(week)
    assert "RUBRIC" not in notebook
    assert SECRET not in notebook
    cells: list[dict[str, Any]] = json.loads(notebook)["cells"]
    return cells


@pytest.fixture
def marked_course(tmp_path: Path) -> Course:
    return load_course(tiny.make_course(tmp_path / "course", texts()))


def test_a_rubric_is_read_with_its_continued_lines() -> None:
    text, criteria = split_rubric(
        "Why?\n\n### BEGIN RUBRIC\n- 1 a: b\n  c\n- 0.5 d e: f\n### END RUBRIC"
    )
    assert text == "Why?"
    assert criteria == (Criterion(1.0, "a", "b c"), Criterion(0.5, "d e", "f"))


def test_students_see_the_question_and_no_rubric() -> None:
    cells = built(texts())
    assert "".join(cells[-1]["source"]).strip() == (
        "Why is the double of a sum the sum of the doubles?"
    )
    assert [cell["id"] for cell in cells] == [cell["id"] for cell in built(tiny.TEXTS)]


def test_students_see_names_and_points_where_the_author_says_so() -> None:
    *_, shown, question = built(texts(QUESTION.replace("points=1", 'points=1 rubric="shown"')))
    text = "".join(shown["source"])
    assert "| a law | 0.5 |" in text
    assert shown["metadata"] == {"editable": False, "deletable": False}
    assert question["metadata"]["nbgrader"]["grade_id"] == "why"


def test_the_formgrader_shows_it_beside_the_answer_and_feedback_does_not(
    marked_course: Course, grade: Grade
) -> None:
    course, week = marked_course, marked_course.weeks[0]
    assignment = load_assignment(course, week)
    answered = fill(assignment.notebook, {**tiny.RIGHT, "why": "It distributes."})
    graded = grade(assignment, answered.encode())
    notebook = nbformat.reads(graded.notebook, as_version=4)
    nbformat.validate(notebook)
    places = {cell.id: place for place, cell in enumerate(notebook.cells)}
    assert places["rubric-why"] == places["why"] + 1
    config = Config()
    config.HTMLExporter.sanitize_html = True
    page, _ = HTMLExporter(config=config).from_notebook_node(notebook)
    assert SECRET in page
    assert "<b>sum</b>" not in page
    with writing(course) as writer:
        writer.register(week)
        writer.record("ada", graded)
    write_feedback(course, week, [], text=True)
    for path in (course.root / "feedback").rglob("*.*"):
        assert "distributive law" not in path.read_text()


def test_a_submission_that_cannot_be_read_has_its_rubric_too(
    marked_course: Course, grade: Grade
) -> None:
    assignment = load_assignment(marked_course, marked_course.weeks[0])
    assert SECRET in grade(assignment, b"{").notebook


def test_a_graded_notebook_that_is_handed_in_again_brings_no_rubric(
    marked_course: Course, grade: Grade
) -> None:
    assignment = load_assignment(marked_course, marked_course.weeks[0])
    once = grade(assignment, fill(assignment.notebook, tiny.RIGHT).encode())
    twice = nbformat.reads(grade(assignment, once.notebook.encode()).notebook, as_version=4)
    assert len({cell.id for cell in twice.cells}) == len(twice.cells)


BAD = {
    "a wrong sum": (RUBRIC.replace("0.5 a law", "2 a law"), "gives 2.5 points"),
    "an open end": (RUBRIC.replace("# ### END RUBRIC\n", ""), "is never closed"),
    "no beginning": ("#\n# ### END RUBRIC\n", "without '### BEGIN RUBRIC'"),
    "two": (RUBRIC + RUBRIC, "a second"),
    "nothing in it": ("#\n# ### BEGIN RUBRIC\n# ### END RUBRIC\n", "is empty"),
    "no points": (RUBRIC.replace("0.5 a law", "a law"), "is no criterion"),
    "no text": (RUBRIC.replace(": gives an example", ""), "is no criterion"),
    "another marker": (RUBRIC.replace("### BEGIN", "## begin"), "is not a marker"),
}


@pytest.mark.parametrize(("rubric", "told"), BAD.values(), ids=list(BAD))
def test_what_is_no_rubric_is_refused_with_its_line(rubric: str, told: str) -> None:
    with pytest.raises(SourceError, match=told) as caught:
        built(texts(rubric=rubric))
    assert str(caught.value).startswith("week/lesson.py:")


@pytest.mark.parametrize(
    ("head", "told"),
    [
        (QUESTION.replace("points=1", 'points=1 rubric="hidden"'), "write 'shown', or leave"),
        (QUESTION.replace("points=1", "points=2"), "gives 1 points"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(head: str, told: str) -> None:
    with pytest.raises(SourceError, match=told):
        built(texts(head))


def test_shown_without_a_rubric_is_refused() -> None:
    head = QUESTION.replace("points=1", 'points=1 rubric="shown"')
    with pytest.raises(SourceError, match="without"):
        built(texts(head, ""))
