"""`autograder import`, its first half: what is read of an nbgrader course, what is written."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell
from support.imports import gradebook, imported, sheet_of
from support.nbgrader_course import (
    boxes,
    checks,
    digest,
    given,
    marked,
    notebook,
    rows,
    write_notebook,
)

from autograder.authoring.plain.build import generate_plain
from autograder.authoring.plain.percent import differences, open_notebook, read_lesson
from autograder.course.errors import CourseError
from autograder.course.manifest import load_course


def test_every_cell_comes_back_from_the_lessons(source: Path, tmp_path: Path) -> None:
    imported(source)
    for week, name in (("week 2", "boxes"), ("week 2", "some rows"), ("week 10", "rows")):
        before = open_notebook(source / "source" / week / f"{name}.ipynb")
        after = read_lesson(tmp_path / "out" / "solutions" / week / f"{name}.py")
        assert not differences(before, after)


def test_the_source_stays_as_it_is(source: Path) -> None:
    (source / "nbgrader_config.py").write_text("c = get_config()\nimport more\n")
    (source / "more.py").write_text("x = 1\n")
    gradebook(source)
    before = digest(source)
    imported(source)
    assert digest(source) == before


def test_the_manifest_names_assignments_notebooks_and_what_they_import(source: Path) -> None:
    report = imported(source)
    course = load_course(report.course)
    assert [week.id for week in course.weeks] == ["week 2", "week 10"]
    assert course.weeks[0].notebooks == ("boxes", "some rows")
    assert course.weeks[0].due is None
    assert course.weeks[0].preload == ("numpy", "matplotlib.pyplot")
    assert course.weeks[1].preload == ()
    assert course.manifest.course.requirements == ("matplotlib", "numpy")
    assert course.manifest.course.id == "areas"
    policy = course.weeks[0].policy("boxes", "draw_tests")
    assert policy.run == "kernel"
    assert policy.why.startswith("looks at figures")
    assert set(course.weeks[0].cells) == {"boxes/draw_tests"}


def test_what_is_written_is_what_a_course_needs_and_no_more(source: Path) -> None:
    root = imported(source).course
    found = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    weeks = {
        "week 2": {"boxes.py", "some rows.py", "files/data/rows.txt"},
        "week 10": {"rows.py", "files/data/rows.txt"},
    }
    lessons = {f"solutions/{week}/{name}" for week, names in weeks.items() for name in names}
    own = {"course.yml", "IMPORT.md", "README.md", "nbgrader_config.py", ".gitignore"}
    assert found == lessons | own


def test_nbgrader_builds_the_imported_course_as_it_built_the_source(source: Path) -> None:
    course = load_course(imported(source).course)
    made = generate_plain(course, course.weeks[0])
    graded = nbformat.read(made.graded("boxes"), as_version=4)
    by_id = {c.metadata.nbgrader.grade_id: c for c in graded.cells if "nbgrader" in c.metadata}
    assert by_id["volume_tests"].metadata.nbgrader.points == 2
    assert "BEGIN HIDDEN TESTS" in by_id["volume_tests"].source
    release = made.release("boxes").read_text()
    assert "EDGE, 1, 1" not in release
    assert "a * b * c" not in release
    assert (made.release("boxes").parent / "data" / "rows.txt").is_file()


def test_the_report_says_where_points_come_from(source: Path) -> None:
    report = imported(source)
    cells = {cell.id: (cell.where, cell.points) for cell in report.weeks[0].sheets[0].cells}
    assert cells == {
        "volume_tests": ("judge", 2),
        "draw_tests": ("kernel", 1.5),
        "why_cubes": ("person", 3),
        "sketch": ("person", 2),
    }
    text = (report.course / "IMPORT.md").read_text()
    assert "| `draw_tests` | 1.5 | in the kernel | not protected: looks at figures" in text
    assert "- 3 test cells run in the judge (4 points)" in text
    assert report.tree()["weeks"][0]["sheets"][0]["cells"][0]["id"] == "volume_tests"


# -- what SOURCE may be


def test_a_folder_of_assignments_is_imported(source: Path) -> None:
    (source / "nbgrader_config.py").unlink()
    report = imported(source / "source", source.parent / "out")
    assert [week.id for week in report.weeks] == ["week 2", "week 10"]


def test_one_assignment_is_imported_with_the_settings_of_its_course(source: Path) -> None:
    config = "c.ClearSolutions.text_stub = 'write here'"
    (source / "nbgrader_config.py").write_text(f"c = get_config()\n{config}\n")
    course = load_course(imported(source / "source" / "week 2", source.parent / "out").course)
    assert [week.id for week in course.weeks] == ["week 2"]
    assert course.manifest.nbgrader["ClearSolutions"]["text_stub"] == "write here"
    assert (course.root / "solutions" / "week 2" / "files" / "data" / "rows.txt").is_file()


def test_one_notebook_is_imported(tmp_path: Path) -> None:
    path = write_notebook(boxes(), tmp_path / "downloads" / "boxes.ipynb")
    (path.parent / "letter.txt").write_text("private")
    report = imported(path, tmp_path / "out")
    assert [(week.id, week.sheets[0].name) for week in report.weeks] == [("boxes", "boxes")]
    assert not (report.course / "solutions" / "boxes" / "files").exists()
    assert "import its folder" in report.notes[0]


def test_one_notebook_of_a_course_brings_its_files(source: Path) -> None:
    report = imported(source / "source" / "week 10" / "rows.ipynb", source.parent / "out")
    assert [week.id for week in report.weeks] == ["week 10"]
    assert (report.course / "solutions" / "week 10" / "files" / "data" / "rows.txt").is_file()


@pytest.mark.parametrize("name", ["nowhere", "empty", "letter.txt"])
def test_what_is_no_course_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "letter.txt").write_text("hello")
    with pytest.raises(CourseError, match="expected a course with source/ASSIGNMENT") as caught:
        imported(tmp_path / name, tmp_path / "out")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_folder_above_a_course_says_where_the_course_is(source: Path, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"is no course, but \S+areas looks like one"):
        imported(tmp_path, tmp_path.parent / "elsewhere")


def test_a_folder_in_use_is_refused(source: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("x")
    with pytest.raises(CourseError, match="is not empty"):
        imported(source)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_a_folder_inside_the_source_is_refused(source: Path) -> None:
    before = digest(source)
    with pytest.raises(CourseError, match=r"is inside .*; say where the course goes: --to"):
        imported(source, source / "new")
    assert digest(source) == before


def test_a_refused_import_leaves_nothing_behind(tmp_path: Path) -> None:
    write_notebook(notebook(checks("a b", "assert 1")), tmp_path / "hw" / "x.ipynb")
    with pytest.raises(CourseError, match="no notebook can be taken:\nhw/x: cell 1: its grade_id"):
        imported(tmp_path / "hw")
    assert [path.name for path in tmp_path.iterdir()] == ["hw"]


# -- what cannot be taken


def test_a_broken_notebook_stops_no_other(source: Path) -> None:
    folder = source / "source" / "week 2"
    (folder / "broken.ipynb").write_text("{")
    write_notebook(
        notebook(marked(new_code_cell("1"), "x", grade=True)), folder / "no points.ipynb"
    )
    report = imported(source)
    course = load_course(report.course)
    assert course.weeks[0].notebooks == ("boxes", "some rows")
    text = (report.course / "course.yml").read_text()
    assert "# left out: broken: is no notebook" in text
    assert "# left out: no points: cell 1: it is graded and has no points" in text
    assert "2 notebooks left out" in "\n".join(report.summary())
    assert generate_plain(course, course.weeks[0]).release("boxes").is_file()


def test_a_notebook_that_nbgrader_refuses_is_there_to_be_mended(source: Path) -> None:
    path = source / "source" / "week 2" / "twice.ipynb"
    write_notebook(notebook(checks("a", "assert 1"), checks("a", "assert 1")), path)
    report = imported(source)
    assert (report.course / "solutions" / "week 2" / "twice.py").is_file()
    with pytest.raises(CourseError, match="cell 2: its grade_id 'a' is that of cell 1"):
        read_lesson(report.course / "solutions" / "week 2" / "twice.py")


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (given("### BEGIN SOLUTION\nx = 1\n### END SOLUTION"), "not marked for it"),
        (checks("t", "### BEGIN HIDDEN TESTS\nassert 1"), "never ends"),
        (given("### BEGIN HIDDEN TESTS\n1\n### END HIDDEN TESTS"), "mark it as a cell of tests"),
        (new_markdown_cell("### BEGIN MARK SCHEME\n### END MARK SCHEME"), "mark it as a task"),
    ],
    ids=["a solution in a given cell", "no end", "hidden tests in a given cell", "no task"],
)
def test_markers_that_nbgrader_refuses_are_told(source: Path, cell: object, words: str) -> None:
    write_notebook(notebook(cell), source / "source" / "week 2" / "bad.ipynb")
    found = sheet_of(imported(source), "bad")
    assert words in found.trouble[0]


@pytest.mark.parametrize("name", ["hw+1", "week #3", "draft ", "-x?"])
def test_an_assignment_whose_name_cannot_be_taken_is_told(source: Path, name: str) -> None:
    write_notebook(rows(), source / "source" / name / "rows.ipynb")
    report = imported(source)
    week = next(week for week in report.weeks if week.id == name)
    assert "rename it" in week.trouble
    assert len(load_course(report.course).weeks) == 2


def test_a_notebook_called_like_one_of_our_files_is_told(source: Path) -> None:
    write_notebook(rows(), source / "source" / "week 2" / "hidden_tests.ipynb")
    report = imported(source)
    assert "means something else" in sheet_of(report, "hidden_tests").trouble[0]
