"""A week through the exchange, as a student and an instructor click through it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support import lab_pages as pages
from support import tiny
from support.classroom import Classroom, classroom
from support.people import write_fetched
from support.tiny import WEEK

from autograder.course.database import open_gradebook

WIDTHS = (1400, 1024)
ANSWER = "Multiplying distributes over a sum: 2(a + b) = 2a + 2b."
LIST = "nbgrader:open-assignment-list"
COMMENT = "Well argued, and short."


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Classroom]:
    with classroom(tmp_path_factory.mktemp("exchange")) as running:
        yield running


@pytest.fixture(scope="module")
def ada(browser: Any, room: Classroom) -> Iterator[Any]:
    """The Assignment List in the student's JupyterLab."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_default_timeout(pages.PATIENCE)
    page.goto(f"{room.students}/lab")
    page.wait_for_selector("#jupyterlab-splash", state="detached")
    page.wait_for_function(f"() => window.jupyterapp.commands.hasCommand('{LIST}')")
    page.evaluate(f"() => window.jupyterapp.commands.execute('{LIST}')")
    page.locator("#released_assignments_list", has_text=WEEK).wait_for()
    yield page
    page.close()


@pytest.fixture(scope="module")
def teacher(browser: Any, room: Classroom) -> Iterator[Any]:
    """A page for the formgrader."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_default_timeout(pages.PATIENCE)
    yield page
    page.close()


def submission(room: Classroom) -> tuple[str, float, float | None]:
    """The id of Ada's graded notebook, its score, and the mark that a person gave."""
    with open_gradebook(room.course) as gradebook:
        notebook = gradebook.find_submission_notebook(WEEK, WEEK, "ada")
        grade = gradebook.find_grade("why", WEEK, WEEK, "ada")
        return notebook.id, notebook.score, grade.manual_score


def both_widths(page: Any, shot: Callable[..., None], name: str) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        shot(page, f"{name}-{width}")
    page.set_viewport_size({"width": 1400, "height": 900})


def press(page: Any, column: str, shot: Callable[..., None] | None = None) -> str:
    """Press the formgrader's button in a column of the only row; what it then says."""
    page.locator(f"td.{column} a").click()
    dialog = page.locator("#success-modal, #error-modal")
    dialog.wait_for()
    said = str(dialog.inner_text())
    if shot:
        page.wait_for_timeout(400)
        shot(page, f"formgrader-{column}")
    dialog.locator("button.close, .modal-footer button").first.click()
    dialog.wait_for(state="detached")
    return said


def test_a_student_fetches_works_and_submits(
    room: Classroom, ada: Any, shot: Callable[..., None]
) -> None:
    both_widths(ada, shot, "assignment-list")
    ada.locator("#released_assignments_list button", has_text="Fetch").click()
    ada.locator("#fetched_assignments_list button", has_text="Submit").wait_for()
    write_fetched(room.student, {**tiny.RIGHT, "why": ANSWER})
    ada.locator("#fetched_assignments_list button", has_text="Submit").click()
    ada.locator("#submitted_assignments_list", has_text=WEEK).wait_for()
    both_widths(ada, shot, "assignment-list-submitted")
    (there,) = (room.course.root / "exchange" / "tiny" / "inbound").iterdir()
    assert there.name.startswith(f"ada+{WEEK}+")


def test_the_instructor_collects_and_grades_by_the_formgraders_buttons(
    room: Classroom, teacher: Any, shot: Callable[..., None]
) -> None:
    teacher.goto(f"{room.teachers}/formgrader/manage_assignments")
    teacher.locator("td.collect a").wait_for()
    both_widths(teacher, shot, "formgrader-assignments")
    assert "Successfully collected" in press(teacher, "collect")
    teacher.goto(f"{room.teachers}/formgrader/manage_submissions/{WEEK}")
    teacher.locator("td.status", has_text="needs autograding").wait_for()
    assert "Successfully autograded" in press(teacher, "autograde", shot)
    teacher.locator("td.status", has_text="needs manual grading").wait_for()
    assert teacher.locator("td.score").inner_text() == "5 / 6"
    assert "None" not in teacher.locator("td.student-name").inner_text()
    both_widths(teacher, shot, "formgrader-submissions")


def test_a_manual_mark_outlives_a_regrade(
    room: Classroom, teacher: Any, shot: Callable[..., None]
) -> None:
    teacher.goto(f"{room.teachers}/formgrader/submissions/{submission(room)[0]}/")
    answer = teacher.locator(".nbgrader_cell:has(#why-comment)")
    answer.scroll_into_view_if_needed()
    with teacher.expect_response("**/api/grade/*"):
        answer.locator("input.score").fill("1")
        answer.locator("input.score").press("Tab")
    with teacher.expect_response("**/api/comment/*"):
        answer.locator("textarea").fill(COMMENT)
        answer.locator("textarea").press("Tab")
    both_widths(teacher, shot, "formgrader-answer")
    assert "<p" not in teacher.locator("body").inner_text()  # reports are shown, not their tags
    teacher.evaluate("() => window.scrollTo(0, 0)")
    both_widths(teacher, shot, "formgrader-notebook")
    assert submission(room)[1:] == (6.0, 1.0)
    room.teacher.autograder("grade", "1", "--force")
    assert submission(room)[1:] == (6.0, 1.0)


def test_feedback_goes_back_by_the_buttons_and_is_read(
    room: Classroom, ada: Any, teacher: Any, shot: Callable[..., None]
) -> None:
    teacher.goto(f"{room.teachers}/formgrader/manage_submissions/{WEEK}")
    teacher.locator("td.status", has_text="graded").wait_for()
    assert "Successfully generated feedback" in press(teacher, "generate-feedback")
    assert "Successfully released feedback" in press(teacher, "release-feedback")
    ada.locator("#refresh_assignments_list").click()
    ada.locator("text=(feedback available to fetch)").wait_for()
    ada.locator("#submitted_assignments_list button", has_text="Fetch Feedback").click()
    ada.locator("text=(view feedback)").wait_for()
    both_widths(ada, shot, "assignment-list-feedback")
    (page,) = room.student.folder.glob(f"{WEEK}/feedback/*/{WEEK}.html")
    own = room.course.feedback_page("ada", WEEK)
    assert page.read_text() == own.read_text()
    teacher.goto(page.as_uri())
    said = teacher.locator("body").inner_text()
    assert COMMENT in said
    assert "6" in said
    both_widths(teacher, shot, "feedback")
