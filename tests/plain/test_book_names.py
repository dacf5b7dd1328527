"""Which notebook of a week a handed-in file is, by the names that systems and people give it."""

import zipfile
from pathlib import Path

import pytest
from support.commands import nbgrader
from support.plain_book import FIRST, SECOND, WEEK, make_course

from autograder.batch.file_names import which_notebook
from autograder.course.database import open_gradebook
from autograder.course.manifest import Course

LABS = ("lab-1", "lab-2", "My lab")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("lab-1.ipynb", ("lab-1", 0)),
        ("LAB-2.ipynb", ("lab-2", 0)),
        ("lab-1-1.ipynb", ("lab-1", 1)),
        ("lab-2 (3).ipynb", ("lab-2", 3)),
        ("My lab.ipynb", ("My lab", 0)),
        ("my_lab (1).ipynb", ("My lab", 1)),
        ("My+lab.ipynb.txt", ("My lab", 0)),
        ("My%20lab-2.ipynb", ("My lab", 2)),
        ("lab.ipynb", None),
        ("lab-3.ipynb", None),
        ("lab 1.ipynb", None),
    ],
)
def test_a_file_is_the_notebook_that_its_whole_name_says(
    name: str, found: tuple[str, int] | None
) -> None:
    assert which_notebook(name, LABS) == found


def test_names_that_differ_in_blanks_only_are_not_mixed_up() -> None:
    assert which_notebook("a_b.ipynb", ("a b", "a_b")) == ("a_b", 0)
    assert which_notebook("a+b.ipynb", ("a b", "a_b")) is None


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The course after downloads of Moodle and Canvas have been collected."""
    course = make_course(tmp_path_factory.mktemp("collected") / "course")
    with open_gradebook(course) as book:
        for student, number in {"ada": "11", "ben": "12", "cem": "13"}.items():
            book.add_student(student, lms_user_id=number)
    for name in (FIRST, SECOND):
        path = course.notebook(WEEK, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    folder = course.root / "downloaded" / WEEK / "archive"
    folder.mkdir(parents=True)
    moodle = {
        f"Ada Old_11_assignsubmission_file/{FIRST}.ipynb": "ada's first",
        f"Ada Old_11_assignsubmission_file/{SECOND.upper()} (1).ipynb": "ada's second, again",
        f"Ada Old_11_assignsubmission_file/{SECOND}.ipynb": "ada's second",
        "Ada Old_11_assignsubmission_file/scratch.ipynb": "ada's scratch",
        "Ada Old_11_assignsubmission_file/circles.csv": "ada's data",
    }
    canvas = {
        f"newben_12_501_{FIRST}-1.ipynb": "ben's first, again",
        f"newben_12_400_{FIRST}.ipynb": "ben's first",
        "newben_12_502_Round+and+round.ipynb": "ben's second",
        "cem_13_503_somehow.ipynb": "cem's only",
    }
    for name, names in (("moodle.zip", moodle), ("canvas.zip", canvas)):
        with zipfile.ZipFile(folder / name, "w") as archive:
            for entry, text in names.items():
                archive.writestr(entry, text)
    done = nbgrader(course.root, "zip_collect", WEEK, "--force")
    assert done.returncode == 0, done.stderr
    return course


def _files(folder: Path) -> dict[str, str]:
    own = (path for path in folder.iterdir() if path.name != "timestamp.txt")
    return {path.name: path.read_text() for path in own}


@pytest.mark.slow(seconds=10)
def test_each_notebook_of_a_download_gets_its_own_name(collected: Course) -> None:
    assert _files(collected.submitted("ada", WEEK)) == {
        f"{FIRST}.ipynb": "ada's first",
        f"{SECOND}.ipynb": "ada's second, again",
        "circles.csv": "ada's data",
    }
    assert _files(collected.submitted("ben", WEEK)) == {
        f"{FIRST}.ipynb": "ben's first, again",
        f"{SECOND}.ipynb": "ben's second",
    }


@pytest.mark.slow(seconds=10)
def test_a_notebook_of_another_name_is_kept_where_one_is_missing(collected: Course) -> None:
    assert _files(collected.submitted("cem", WEEK)) == {"somehow.ipynb": "cem's only"}
