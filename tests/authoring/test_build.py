"""From source to student notebook: the right metadata, the same bytes, and nothing hidden."""

import json
import re
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from support import tiny
from support.commands import Command
from support.courses import change_texts, write_texts
from support.notebooks import cell_of
from support.sources import LESSON, built

from autograder.authoring.build import instructor_notebook, student_notebook
from autograder.authoring.source import Source
from autograder.authoring.texts import WeekTexts
from autograder.batch.assignments import load_assignment
from autograder.course.errors import CourseError
from autograder.course.manifest import Course
from autograder.gradebook.registration import is_current, registered_notebook, write_week
from autograder.gradebook.writer import writing
from autograder.grading.grade import broken


@pytest.fixture(scope="module")
def tree(tiny_notebook: str) -> dict[str, Any]:
    notebook: dict[str, Any] = json.loads(tiny_notebook)
    return notebook


def text_of(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


METADATA = {
    "given-01": ("code", False, False, True),
    "double": ("code", False, True, False),
    "test_double": ("code", True, False, True),
    "experiment-01": ("code", False, False, True),
    "double_sum": ("code", False, True, False),
    "test_double_sum": ("code", True, False, True),
    "why": ("markdown", True, True, False),
}


@pytest.mark.parametrize("grade_id", METADATA)
def test_a_role_is_nbgraders_own_metadata(tree: dict[str, Any], grade_id: str) -> None:
    cell = cell_of(tree, grade_id)
    own = cell["metadata"]["nbgrader"]
    found = (cell["cell_type"], own["grade"], own["solution"], own["locked"])
    assert found == METADATA[grade_id]
    assert own["schema_version"] == 3
    assert not own["task"]


def test_every_cell_has_its_place_and_its_points(tree: dict[str, Any]) -> None:
    ids = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in tree["cells"]]
    assert [name for name in ids if name] == list(METADATA)
    points = {name: cell_of(tree, name)["metadata"]["nbgrader"].get("points") for name in METADATA}
    assert {name: n for name, n in points.items() if n} == {
        "test_double": 3,
        "test_double_sum": 2,
        "why": 1,
    }


def test_an_experiment_alone_is_skipped_when_graded(tree: dict[str, Any]) -> None:
    skipped = [c for c in tree["cells"] if "skip-execution" in c["metadata"].get("tags", [])]
    assert [cell["metadata"]["nbgrader"]["grade_id"] for cell in skipped] == ["experiment-01"]


def test_prose_can_neither_be_edited_nor_deleted(tree: dict[str, Any]) -> None:
    prose = [c for c in tree["cells"] if "nbgrader" not in c["metadata"]]
    assert prose
    assert all(
        c["metadata"]["editable"] is False and c["metadata"]["deletable"] is False for c in prose
    )


def test_a_stub_keeps_the_signature_and_the_docstring(tree: dict[str, Any]) -> None:
    stub = text_of(cell_of(tree, "double"))
    assert stub.startswith('def double(x):\n    """Twice ``x``')
    assert "    # YOUR CODE HERE\n    raise NotImplementedError()" in stub


def test_visible_checks_stay(tree: dict[str, Any]) -> None:
    checks = text_of(cell_of(tree, "test_double"))
    assert "the double of 1 must be 2" in checks
    assert 'print("double: visible checks passed")' in checks


SECRETS = [
    "np.multiply",
    "zeros_like",
    "float(total)",
    "BEGIN SOLUTION",
    "END SOLUTION",
    "autograder.judge",
    "three_numbers",
    "random numbers",
    "no number in",
    "That is the square",
    "** 2",
    "np.asarray(x) + np.asarray(x)",
    "@compare",
    "@verify",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_nothing_hidden_is_in_the_students_file(tiny_notebook: str, secret: str) -> None:
    assert secret in "".join(astuple(tiny.TEXTS))
    assert secret not in tiny_notebook


def test_there_is_no_output_and_no_trace_of_the_machine(tree: dict[str, Any]) -> None:
    code = [cell for cell in tree["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert set(tree["metadata"]) == {"kernelspec", "language_info"}


def test_the_students_file_is_a_valid_notebook_with_ids_of_its_own(tiny_notebook: str) -> None:
    notebook = nbformat.reads(tiny_notebook, as_version=4)
    nbformat.validate(notebook)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)


def test_the_same_source_gives_the_same_bytes(tiny_source: Source, tiny_notebook: str) -> None:
    assert student_notebook(tiny_source) == tiny_notebook
    assert tiny_notebook.endswith("}\n")
    assert re.search(r"/tmp|/home|/work|\d{4}-\d\d-\d\d", tiny_notebook) is None


def test_the_instructors_notebook_holds_an_exercises_hidden_tests_between_nbgraders_markers(
    tiny_source: Source,
) -> None:
    tree = instructor_notebook(tiny_source)
    rows = cell_of(tree, "test_double_sum").source.splitlines()
    hidden = rows[rows.index("### BEGIN HIDDEN TESTS") : rows.index("### END HIDDEN TESTS")]
    assert "def a_few_numbers(impl):" in hidden
    assert "def three_numbers(impl):" not in hidden


def test_the_instructors_notebook_holds_no_mistake_and_no_alternative(tiny_source: Source) -> None:
    text = nbformat.writes(instructor_notebook(tiny_source))
    assert "np.multiply" in text
    assert "@compare" in text
    assert "** 2" not in text
    assert "np.asarray(x) + np.asarray(x)" not in text


def test_a_week_in_nbgraders_own_metadata_gives_the_same_notebook(tiny_notebook: str) -> None:
    def full(grade_id: str, grade: str, solution: str, points: str = "") -> str:
        return (
            f'nbgrader={{"grade_id": "{grade_id}", "grade": {grade}, "solution": {solution}, '
            f'"locked": false, "schema_version": 3, "task": false{points}}}'
        )

    text = tiny.LESSON
    for name in ("double", "double_sum"):
        text = text.replace(f'exercise="{name}"', full(name, "false", "true"))
    text = text.replace('tests="double" points=3', full("a", "true", "false", ', "points": 3'))
    text = text.replace(
        'tests="double_sum" points=2 needs="double"',
        full("b", "true", "false", ', "points": 2') + ' needs="double"',
    )
    assert text.count("nbgrader=") == 4
    assert built(replace(tiny.TEXTS, lesson=text)) == tiny_notebook


def test_an_answer_begins_with_the_authors_text_and_without_nbgraders_model_answer() -> None:
    ours = '# %% [markdown] question="why" points=1\n# - Result:\n'
    theirs = (
        '# %% [markdown] nbgrader={"grade_id": "why", "grade": true, "solution": true, '
        '"locked": false, "schema_version": 3, "task": false, "points": 1}\n# Model answer\n'
    )
    found = [cell_of(json.loads(built(LESSON + text)), "why")["source"] for text in (ours, theirs)]
    assert ["".join(lines).strip() for lines in found] == ["- Result:", "YOUR ANSWER HERE"]


def test_the_check_of_a_fresh_notebook_succeeds(course: Course, tiny_notebook: str) -> None:
    path = course.notebook_path(course.weeks[0])
    path.parent.mkdir(parents=True)
    path.write_text(tiny_notebook, encoding="utf-8")
    assert is_current(course, course.weeks[0])


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_command_builds_checks_and_notices_a_difference(
    autograder: Command, course: Course, tiny_notebook: str
) -> None:
    before = files(course.root)
    missing = autograder("build", "--check")
    assert missing.returncode == 1
    assert tiny.WEEK in missing.stdout
    assert files(course.root) == before

    done = autograder("build")
    assert (done.returncode, done.stderr) == (0, "")
    path = course.notebook_path(course.weeks[0])
    assert path.read_text(encoding="utf-8") == tiny_notebook

    path.write_text(tiny_notebook.replace("tiny week", "other week"), encoding="utf-8")
    before = files(course.root)
    stale = autograder("build", "--check")
    assert (stale.returncode, files(course.root)) == (1, before)


def test_the_command_tells_a_fault_of_the_source_in_one_line(
    autograder: Command, course_folder: Path
) -> None:
    end = "(scaled)\n    ### END SOLUTION"
    change_texts(course_folder / "solutions" / tiny.WEEK, end, "(scaled)")
    failed = autograder("build")
    assert failed.returncode == 2
    told = r"autograder: .*week01_tiny/lesson\.py:\d+: .* is never closed\n"
    assert re.fullmatch(told, failed.stderr)
    assert not (course_folder / "notebooks").exists()


def test_cells_that_submissions_have_cannot_go_and_nothing_is_lost(course: Course) -> None:
    week = course.weeks[0]
    write_week(course, week)
    kept = course.notebook_path(week).read_text(encoding="utf-8")
    assignment = load_assignment(course, week)
    with writing(course) as writer:
        writer.register(week)
        writer.record("ada", broken(assignment, "it is empty"))
    renamed = (text.replace('"double_sum"', '"other"') for text in astuple(tiny.TEXTS))
    write_texts(course.source_folder(week), WeekTexts(*renamed))
    with pytest.raises(CourseError, match="graded cells were added or removed"):
        write_week(course, week)
    assert course.notebook_path(week).read_text(encoding="utf-8") == kept


def test_the_notebook_that_was_registered_is_taken_as_it_is(course: Course) -> None:
    week = course.weeks[0]
    assert registered_notebook(course, week) == ""
    write_week(course, week)
    path = course.notebook_path(week)
    text = path.read_text(encoding="utf-8")
    assert registered_notebook(course, week) == text
    path.write_text(text.replace("tiny week", "other week"), encoding="utf-8")
    assert registered_notebook(course, week) == ""
    assert load_assignment(course, week).notebook == text
    path.write_text(text, encoding="utf-8")
    write_texts(
        course.source_folder(week),
        replace(tiny.TEXTS, lesson=f"{tiny.LESSON}\n# %% [markdown]\n# End.\n"),
    )
    assert registered_notebook(course, week) == ""
    assert "End." in load_assignment(course, week).notebook


@pytest.mark.parametrize("note", [b"", b"\xff", b"[]", b"7", b'{"by": "0"}'])
def test_a_corrupt_note_of_what_was_registered_is_not_believed(course: Course, note: bytes) -> None:
    week = course.weeks[0]
    write_week(course, week)
    (course.build_folder / f"{week.id}.registered").write_bytes(note)
    assert registered_notebook(course, week) == ""
    with writing(course) as writer:
        writer.register(week)
    assert registered_notebook(course, week) != ""
