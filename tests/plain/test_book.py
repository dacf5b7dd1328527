"""A plain week of two notebooks in the gradebook: sheets, marks, pages, tables and exports."""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest
from support.plain_book import (
    FIRST,
    FULL,
    SECOND,
    WEEK,
    make_course,
    mark_as_nbgrader,
    plain_week,
    record,
)

from autograder.batch.assignments import load_assignments
from autograder.batch.glance import anything_to_grade
from autograder.batch.strays import strays
from autograder.cli.doctor import examine
from autograder.cli.plain_rows import in_columns
from autograder.cli.show import class_rows, show_class
from autograder.course.database import open_gradebook
from autograder.course.manifest import Course, load_course
from autograder.gradebook.classbook import ClassWeek, Sheet, open_book, waiting
from autograder.gradebook.lateness import settle
from autograder.gradebook.writer import writing
from autograder.grading.notes import Note
from autograder.grading.plain.assignment import PlainAssignment
from autograder.grading.plain.grade import broken_plain
from autograder.grading.render import heading
from autograder.grading.results import SubmissionStatus
from autograder.grading.results import TestResult as Tests
from autograder.lms.exports import export_marks
from autograder.remote.causes import Cause
from autograder.report.comment import comment
from autograder.report.feedback import write_feedback
from autograder.report.incidents import Kind, incidents
from autograder.report.pages import write_reports
from autograder.report.progress import course_progress, find_progress
from autograder.report.trace import show_trace, trace_mark
from autograder.report.week import report_week

pytestmark = pytest.mark.slow(seconds=40)
#: What nbgrader gave ada before the course came here; it took off half a point in each notebook.
BEFORE = {FIRST: {"test_square": 3.0, "why": 1.5}, SECOND: {"test_more": 4.0, "survey": 4.0}}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """bea has all, cem a square, dan one notebook only; ada was marked by nbgrader."""
    course = make_course(tmp_path_factory.mktemp("book") / "course")
    results = {"bea": FULL, "cem": {FIRST: {"test_square": 3.0}, SECOND: {}}}
    record(course, {**results, "dan": {FIRST: FULL[FIRST]}})
    mark_as_nbgrader(course, "ada", BEFORE, penalty=0.5)
    write_feedback(course, plain_week(course), [], text=True)
    return course.root


@pytest.fixture(scope="module")
def book(made: Path) -> Course:
    """That course, to be read."""
    return load_course(made)


@pytest.fixture
def own(made: Path, tmp_path: Path) -> Course:
    """A copy of it for one test."""
    shutil.copytree(made, tmp_path / "course")
    return load_course(tmp_path / "course")


def read(course: Course) -> ClassWeek:
    with open_book(course) as opened:
        return opened.week(plain_week(course))


def sheet_of(course: Course, student: str) -> Sheet:
    return next(sheet for sheet in read(course).sheets if sheet.student == student)


def page(course: Course, student: str, name: str) -> str:
    return course.feedback_page(student, WEEK, name).read_text()


def test_a_sheet_puts_the_notebooks_together(book: Course) -> None:
    bea = sheet_of(book, "bea")
    names = [f"{FIRST}/test_square", f"{FIRST}/test_more", f"{FIRST}/test_drawing"]
    assert [test.exercise for test in bea.tests] == [*names, f"{SECOND}/test_more"]
    assert (bea.earned, bea.points, bea.seconds) == (10, 10, 3.0)
    assert bea.status is SubmissionStatus.GRADED
    assert bea.tests[1].answers == (f"{FIRST}/square",)


def test_cells_of_one_name_in_two_notebooks_have_marks_of_their_own(book: Course) -> None:
    marks = sheet_of(book, "bea").marks
    assert marks is not None
    assert marks.cells[f"{FIRST}/test_more"].most == 2
    assert marks.cells[f"{SECOND}/test_more"].most == 4
    assert list(marks.cells)[:3] == [f"{FIRST}/test_{n}" for n in ("square", "more", "drawing")]
    assert (marks.mark, marks.most) == (10, 19)


def test_a_task_waits_for_a_person(book: Course) -> None:
    assert waiting(book, plain_week(book))["bea"] == (f"{SECOND}/survey",)


def test_a_notebook_that_is_not_graded_is_a_note_and_waits_for_nobody(book: Course) -> None:
    dan = sheet_of(book, "dan")
    assert [note.text for note in dan.notes] == [f"{SECOND}: not graded yet"]
    assert dan.marks is not None
    assert dan.marks.unmarked == ()
    assert dan.status is SubmissionStatus.GRADED


def test_a_week_is_broken_only_if_every_notebook_is(own: Course) -> None:
    for number, one in enumerate(load_assignments(own, plain_week(own))):
        assert isinstance(one, PlainAssignment)
        with writing(own) as writer:
            writer.record("bea", broken_plain(one, "the file is empty"))
        bea = sheet_of(own, "bea")
        if number == 0:
            assert bea.status is SubmissionStatus.GRADED
            assert f"{FIRST}: not graded: the file is empty" in [note.text for note in bea.notes]
            assert {one.kind for one in incidents(bea)} == {Kind.UNREADABLE}
    assert bea.status is SubmissionStatus.BROKEN
    assert bea.reason == f"{FIRST}: the file is empty; {SECOND}: the file is empty"


def test_what_has_no_due_date_is_never_late(own: Course) -> None:
    (own.autograded("bea", WEEK) / "timestamp.txt").write_text("2099-01-01 00:00:00 UTC")
    bea = sheet_of(own, "bea")
    assert bea.marks is not None
    assert bea.marks.dates is not None
    assert (bea.marks.dates.until, bea.marks.penalty) == (None, 0)
    text = comment(bea, plain_week(own))
    assert "Handed in 1 Jan 2099 00:00 UTC." in text
    assert "Due" not in text
    assert "late" not in text
    with open_gradebook(own) as gradebook:
        assert gradebook.find_assignment(WEEK).duedate is None


def test_marks_of_nbgraders_are_shown_without_a_word_on_programs(book: Course) -> None:
    ada = sheet_of(book, "ada")
    assert ada.before == (FIRST, SECOND)
    assert {test.exercise: test.earned for test in ada.tests} == {
        f"{FIRST}/test_square": 3,
        f"{FIRST}/test_more": 0,
        f"{FIRST}/test_drawing": 0,
        f"{SECOND}/test_more": 4,
    }
    assert ada.marks is not None
    assert (ada.marks.mark, ada.marks.penalty) == (11.5, 1.0)
    words = comment(ada, plain_week(book))
    shown = words + page(book, "ada", FIRST) + page(book, "ada", SECOND)
    assert "nbgrader marked" in words
    assert "0 tests" not in shown
    assert "tests pass" not in shown
    assert "Well said." in page(book, "ada", FIRST)
    assert heading(Tests("e", "e", 2, 1)) == "e: 1 of 2 points"


def test_nbgraders_penalties_stay_as_they_were(own: Course) -> None:
    text = (own.root / "course.yml").read_text()
    due = "title: Areas and circles\n    due: 2020-01-01T00:00:00+00:00"
    (own.root / "course.yml").write_text(text.replace("title: Areas and circles", due))
    late = load_course(own.root)
    for student in ("ada", "bea"):
        time = late.autograded(student, WEEK) / "timestamp.txt"
        time.write_text("2020-01-01 01:00:00 UTC")
    with open_gradebook(late) as gradebook:
        moved = settle(late, gradebook)
    assert {one.student for one in moved} == {"bea"}
    assert sorted(one.after for one in moved) == pytest.approx([0.4, 0.6])
    ada = sheet_of(late, "ada").marks
    assert ada is not None
    assert (ada.penalty, ada.mark) == (1.0, 11.5)


def test_each_notebook_has_a_page_that_leads_to_the_others(book: Course) -> None:
    first, second = page(book, "bea", FIRST), page(book, "bea", SECOND)
    assert 'href="Round%20and%20round.html"' in first
    assert f'href="{FIRST}.html"' in second
    assert "10 of 19 points" in re.sub(r"<[^>]+>", "", first)
    assert 'id="exercise-test_drawing"' in first
    assert 'id="exercise-test_drawing"' not in second
    assert not book.feedback_page("dan", WEEK, SECOND).exists()
    assert "not graded yet" in page(book, "dan", FIRST)


def test_the_code_of_several_tests_is_shown_once(book: Course) -> None:
    text = page(book, "cem", FIRST)
    assert text.count('<span class="nf">square</span>') == 1
    assert 'The code is the one of <a href="#exercise-test_square">' in text


def test_answers_in_code_and_tasks_are_shown(own: Course) -> None:
    path = own.graded_notebook("bea", WEEK, SECOND)
    path.chmod(0o644)
    tree = json.loads(path.read_text())
    ours = {"metadata": {"autograder": {"own": True}}, "id": "own-9"}
    tree["cells"].append({"cell_type": "markdown", "source": ["I <b>measured</b>."], **ours})
    for cell in tree["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "program":
            cell["source"] = ["print('my program')"]
    path.write_text(json.dumps(tree))
    write_feedback(own, plain_week(own), ["bea"])
    text = page(own, "bea", SECOND)
    assert "I &lt;b&gt;measured&lt;/b&gt;." in text
    assert "my program" in text
    assert text.index('id="answer-program"') < text.index('id="answer-survey"')
    assert "Nothing was written below this task." in page(own, "cem", SECOND)


def test_the_report_lists_what_is_not_protected(book: Course) -> None:
    report = report_week(read(book))
    (row,) = report.open_tests
    assert (row.name, row.points, row.why) == (f"{FIRST}/test_drawing", 1, "looks at figures")
    assert row.share == pytest.approx(1 / 19)
    path = write_reports(book, [plain_week(book)], print)[0]
    text = path.read_text()
    assert 'id="not-protected"' in text
    assert "looks at figures" in text
    assert "marked by nbgrader" in text
    assert 'id="calibration"' not in text
    assert not [link for link in _links(path) if not link[0].exists()]
    assert not [link for link in _links(path) if link[1] and link[1] not in link[0].read_text()]


def _links(path: Path) -> list[tuple[Path, str]]:
    """The files that a page links to, and the anchors in them."""
    found = re.findall(r'href="([^"#][^"]*)"', path.read_text())
    parts = [link.partition("#") for link in found if not link.startswith("https:")]
    assert len(parts) > 10
    return [
        (path.parent / unquote(file), f'id="{anchor}"' if anchor else "")
        for file, _, anchor in parts
    ]


def test_the_table_says_what_is_not_protected(
    book: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    show_class(book, plain_week(book))
    table = capsys.readouterr().out
    assert "student's own kernel: 1 of 19" in table
    assert f"{FIRST}/test_drawing (1)  looks at figures" in table
    assert "marked by nbgrader" in table
    show_class(book, plain_week(book), as_json=True)
    tree = json.loads(capsys.readouterr().out)
    assert tree["not_protected"] == [
        {"cell": f"{FIRST}/test_drawing", "points": 1.0, "why": "looks at figures"}
    ]
    ada = next(row for row in tree["students"] if row["student"] == "ada")
    assert (ada["mark"], ada["penalty"], ada["answers"]) == (11.5, 1.0, 5.5)
    assert [one["marked_by"] for one in ada["notebooks"]] == ["nbgrader", "nbgrader"]


def test_rows_name_the_points_of_each_test(book: Course) -> None:
    rows = {row["student"]: row for row in class_rows(book, plain_week(book))}
    assert rows["cem"]["exercises"][f"{FIRST}/test_square"] == 3
    assert rows["bea"]["earned"] == 10


def test_a_trace_goes_through_the_notebooks(
    book: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    traces = trace_mark(book, plain_week(book), "bea")
    assert [trace.notebook for trace in traces] == [FIRST, SECOND]
    assert traces[0].version != traces[1].version
    show_trace(traces)
    assert f"not protected  {FIRST}/test_drawing: looks at figures" in capsys.readouterr().out
    (before, _) = trace_mark(book, plain_week(book), "ada")
    assert "nbgrader marked it" in before.remarks[0]
    show_trace(traces, as_json=True)
    assert [tree["notebook"] for tree in json.loads(capsys.readouterr().out)] == [FIRST, SECOND]


@pytest.mark.parametrize("to", ["csv", "canvas", "moodle", "json"])
def test_exports_take_weeks_without_dates(book: Course, tmp_path: Path, to: str) -> None:
    words: Callable[..., str] = comment
    (path,) = export_marks(book, to, words, tmp_path / f"marks.{to}", [WEEK])
    text = path.read_text()
    assert "11.5" in text
    assert "None" not in text
    if to == "json":
        tree = json.loads(text)
        assert tree["weeks"] == [{"id": WEEK, "title": "Areas and circles", "due": None}]
        (bea,) = (one for one in tree["students"] if one["id"] == "bea")
        assert bea["weeks"][WEEK]["cells"][f"{SECOND}/test_more"]["score"] == 4


def test_students_see_their_progress_over_all_notebooks(own: Course) -> None:
    path = own.notebook(WEEK, FIRST)
    tree = json.loads(path.read_text())
    for cell in tree["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "square":
            cell["source"] = "def square(x):\n    return x * x"
    path.write_text(json.dumps(tree))
    week = course_progress(own)[1]
    assert {one.name: one.written for one in week.exercises} == {
        f"{FIRST}/square": True,
        f"{FIRST}/drawing": False,
        f"{SECOND}/circle": False,
        f"{SECOND}/program": False,
    }
    assert (week.due, [one.stem for one in week.notebooks]) == (None, [FIRST, SECOND])
    fetched = own.root.parent / "fetched"
    shutil.copytree(path.parent, fetched / WEEK)
    (week,) = find_progress(fetched)
    assert (week.week, week.written) == (WEEK, 1)


def test_a_missing_lesson_is_named(own: Course) -> None:
    (own.source_folder(plain_week(own)) / f"{SECOND}.ipynb").unlink()
    said: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(own.root)
        examine(said.append)
    assert any(f"source MISSING: {SECOND}.py" in line for line in said)


def test_a_notebook_in_no_folder_is_known_by_its_name(own: Course) -> None:
    (own.submissions_folder / "bea" / f"{SECOND} (2).ipynb").write_text("{}")
    (line,) = (stray.line for stray in strays(own, own.weeks) if "bea/Round" in stray.line)
    assert f"it is a notebook of {WEEK}" in line


def test_a_week_is_done_when_every_notebook_is_graded(book: Course) -> None:
    week = [plain_week(book)]
    assert anything_to_grade(book, week, ["dan"], again=False)
    assert not anything_to_grade(book, week, ["bea"], again=False)


def test_many_tests_are_shown_by_notebooks(book: Course) -> None:
    rows = class_rows(book, plain_week(book))
    many = {f"{FIRST}/t{n}": 1.0 for n in range(14)}
    rows = [{**row, "points": many, "exercises": many} for row in rows]
    (shown, *_) = in_columns(plain_week(book), rows)
    assert shown["points"] == {FIRST: 14.0, SECOND: 0.0}


def test_notes_on_an_answer_belong_to_its_tests(book: Course) -> None:
    bea = sheet_of(book, "bea")
    note = Note(Cause.KERNEL_DIED, "it died", f"{FIRST}/square")
    (incident,) = incidents(replace(bea, notes=(note,)))
    assert incident.exercise.startswith(f"{FIRST}/test_")
