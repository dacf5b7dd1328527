"""A plain week out to students and back: exchange, feedback and bundle hold every notebook."""

import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from support.people import Person, student_folder
from support.plain_book import FIRST, SECOND, WEEK, make_course, plain_week

from autograder.authoring.bundle import collect, refuse_leaks, write_bundle
from autograder.course.errors import CourseError
from autograder.course.manifest import Course
from autograder.gradebook.classbook import open_book
from autograder.gradebook.formgrader import MarkedGradebook
from autograder.gradebook.registration import is_current, register

pytestmark = pytest.mark.slow(seconds=60)
RIGHT = {
    "square": "def square(x):\n    return x * x",
    "drawing": "def drawing(x):\n    return x > 0",
    "circle": "def circle(x):\n    return x",
    "why": "Because it has four sides.",
}


@dataclass(frozen=True)
class Class:
    """The instructor and a student, after one round trip."""

    course: Course
    teacher: Person
    ada: Person
    said: str


@pytest.fixture(scope="module")
def klass(tmp_path_factory: pytest.TempPathFactory) -> Class:
    """Released, fetched, submitted, collected, graded, and fed back."""
    root = tmp_path_factory.mktemp("handout")
    course = make_course(root / "course")
    teacher = Person(course.root, root / "teacher")
    register(course, plain_week(course))
    teacher.nbgrader("release_assignment", WEEK)
    ada = Person(student_folder(root / "ada", course, "ada"), root / "home")
    ada.nbgrader("fetch_assignment", WEEK)
    for path in (ada.folder / WEEK).glob("*.ipynb"):
        tree = json.loads(path.read_text())
        for cell in tree["cells"]:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
            cell["source"] = RIGHT.get(name, cell["source"])
        path.chmod(0o644)
        path.write_text(json.dumps(tree))
    ada.nbgrader("submit", WEEK)
    teacher.nbgrader("collect", WEEK)
    teacher.autograder("grade", WEEK)
    teacher.nbgrader("generate_feedback", WEEK, "--force")
    by_mail = course.feedback_page("ben", WEEK, FIRST)
    by_mail.parent.mkdir(parents=True)
    by_mail.write_text("ben's")
    said = teacher.nbgrader("release_feedback", WEEK)
    ada.nbgrader("fetch_feedback", WEEK)
    return Class(course, teacher, ada, said)


def test_students_fetch_every_notebook_and_file(klass: Class) -> None:
    there = klass.ada.folder / WEEK
    assert {path.name for path in there.glob("*.ipynb")} == {f"{FIRST}.ipynb", f"{SECOND}.ipynb"}
    assert (there / "data" / "circles.csv").read_text() == "r,area\n1,3\n"


def test_what_comes_back_is_graded_notebook_by_notebook(klass: Class) -> None:
    with open_book(klass.course) as book:
        (ada,) = book.week(plain_week(klass.course)).sheets
    assert {test.exercise: test.earned for test in ada.tests} == {
        f"{FIRST}/test_square": 3,
        f"{FIRST}/test_more": 2,
        f"{FIRST}/test_drawing": 1,
        f"{SECOND}/test_more": 0,
    }
    assert ada.marks is not None
    assert set(ada.marks.unmarked) == {f"{FIRST}/why", f"{SECOND}/survey"}
    assert ada.marks.dates is not None
    assert ada.marks.dates.handed_in is not None


def test_nbgraders_feedback_is_a_page_for_each_notebook(klass: Class) -> None:
    pages = {path.name: path for path in (klass.ada.folder / WEEK / "feedback").glob("*/*.html")}
    assert set(pages) == {f"{FIRST}.html", f"{SECOND}.html"}
    assert "6 of 6 by tests" in pages[f"{FIRST}.html"].read_text()
    assert "31.5" not in pages[f"{SECOND}.html"].read_text()  # a hidden check


def test_who_handed_in_another_way_is_named_with_the_pages(klass: Class) -> None:
    page = klass.course.feedback_page("ben", WEEK, FIRST).relative_to(klass.course.root)
    assert "ben did not submit through the exchange" in klass.said
    assert str(page) in klass.said.replace("\n", "")


def test_the_formgrader_shows_the_marks_of_the_whole_week(klass: Class) -> None:
    MarkedGradebook.root = klass.course.root
    with MarkedGradebook(klass.course.gradebook) as gradebook:
        (row,) = gradebook.submission_dicts(WEEK)
        assert (row["score"], row["max_score"]) == (6, 19)
        assert gradebook.average_assignment_score(WEEK) == 6
        assert gradebook.average_notebook_score(SECOND, WEEK) == 0


def test_a_notebook_that_was_filled_in_is_not_released(klass: Class, tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    register(course, plain_week(course))
    path = course.notebook(WEEK, SECOND)
    path.write_text(path.read_text().replace("YOUR CODE HERE", "mine"))
    said = Person(course.root, tmp_path / "home").nbgrader("release_assignment", WEEK, fails=True)
    assert f"notebooks/{WEEK} is not what its source gives" in said
    assert f"autograder build '{WEEK}'" in said


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = make_course(tmp_path_factory.mktemp("bundle") / "course")
    register(course, plain_week(course))
    return course


def test_a_bundle_holds_every_notebook_and_file_and_no_policy(built: Course) -> None:
    data = write_bundle(built, [plain_week(built)], is_current=is_current).read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = {name.partition("/")[2] for name in archive.namelist()}
        manifest = yaml.safe_load(archive.read("plainly/course.yml"))
        page = archive.read("plainly/README.md").decode()
    wanted = (f"{FIRST}.ipynb", f"{SECOND}.ipynb", "data/circles.csv")
    assert {f"notebooks/{WEEK}/{name}" for name in wanted} <= names
    assert manifest["weeks"][1] == {
        "id": WEEK,
        "title": "Areas and circles",
        "notebooks": [FIRST, SECOND],
    }
    assert "no due date" in page
    assert "self-assessment" not in page


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("assert circle(31.5) > 17\nassert circle(0) == 0\n", "hidden test"),
        ("### BEGIN SOLUTION\n", "must not be in a bundle"),
    ],
    ids=["hidden-test", "marker"],
)
def test_a_bundle_with_a_secret_beside_the_notebooks_is_refused(
    built: Course, text: str, kind: str
) -> None:
    members = collect(built, [plain_week(built)]) | {f"notebooks/{WEEK}/notes.py": text.encode()}
    with pytest.raises(CourseError, match=kind) as refused:
        refuse_leaks(built, members)
    assert "notes.py" in str(refused.value)


def test_what_is_visible_in_one_test_and_hidden_in_another_is_no_secret(built: Course) -> None:
    refuse_leaks(built, collect(built, [plain_week(built)]))


def test_a_bundle_of_stale_notebooks_is_refused(built: Course) -> None:
    path = built.notebook(WEEK, FIRST)
    before = path.read_text()
    path.write_text(before + "\n")
    try:
        with pytest.raises(CourseError, match="run `autograder build`"):
            write_bundle(built, [plain_week(built)], is_current=is_current)
    finally:
        path.write_text(before)
