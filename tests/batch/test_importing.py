"""`autograder import`, its second half: the author's solution and the empty notebook are tried."""

import json
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell
from support import dying
from support.commands import autograder
from support.nbgrader_course import (
    answer,
    boxes,
    checks,
    digest,
    given,
    marked,
    notebook,
    rows,
    write_course,
    write_notebook,
)

from autograder.authoring.importing.make import import_course
from autograder.authoring.importing.report import CellReport, Report
from autograder.batch.importing.pool import Job, tried
from autograder.batch.importing.settle import settle
from autograder.batch.importing.trial import Trial
from autograder.course.manifest import CellPolicy, load_course

pytestmark = pytest.mark.slow(seconds=60)


#: Runs in the kernel, and uses a name that a test cell before it imports.
SHELL = "get_ipython().run_cell('MARKS.append(double(1))')\nassert isclose(MARKS[0], 2)"


def curious() -> object:
    """A notebook with test cells of every fate."""
    return notebook(
        given("import os\nMARKS = []"),
        answer("double", "def double(x):", "return 2 * x"),
        checks("good", "from math import isclose\nassert isclose(double(2), 4)", 2),
        checks("wrong", "assert double(2) == 5", 3),
        checks("nothing", "# to be written", 1),
        checks("weak", "assert callable(double)", 1),
        checks(
            "shell", "get_ipython().run_cell('MARKS.append(double(1))')\nassert MARKS == [2]", 1
        ),
        checks("partial", "1.5 if double(3) == 6 else 0.5", 1.5),
    )


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A course that was imported and tried, beside nbgrader's own verdicts."""
    folder = tmp_path_factory.mktemp("settle")
    write_notebook(curious(), folder / "areas" / "source" / "curious" / "curious.ipynb")
    write_course(folder / "areas")
    before = digest(folder / "areas")
    found = settle(import_course(folder / "areas", folder / "out"), jobs=2, compare=True)
    assert digest(folder / "areas") == before
    return found


def cells(report: Report) -> dict[str, CellReport]:
    return {cell.id: cell for cell in report.cells}


def test_what_the_judge_can_run_stays_with_it(report: Report) -> None:
    found = cells(report)
    for name in ("good", "volume_tests", "longest_tests", "partial"):
        assert (found[name].where, found[name].reference, found[name].stub) == (
            "judge",
            True,
            False,
        ), name


def test_what_looks_at_the_kernel_stays_there(report: Report) -> None:
    found = cells(report)
    assert found["draw_tests"].where == "kernel"
    assert found["shell"].where == "kernel"
    assert found["shell"].reference is True


def test_what_the_authors_solution_fails_is_written_down(report: Report) -> None:
    found = cells(report)["wrong"]
    assert (found.reference, found.stub) == (False, False)
    assert found.fault
    policy = load_course(report.course).pick(["curious"])[0].policy("curious", "wrong")
    assert policy == CellPolicy(why=found.fault, reference="fails")
    assert "the author's own solution fails" in (report.course / "IMPORT.md").read_text()


def test_points_for_nothing_are_told(report: Report) -> None:
    found = cells(report)
    assert found["nothing"].stub is True
    assert "holds no check" in found["nothing"].notes
    assert "nothing: holds no check; passes without an answer" in "\n".join(report.remarks())


def test_the_imported_course_can_be_checked_and_graded(report: Report) -> None:
    built = autograder(report.course, "build")
    assert built.returncode == 0, built.stdout + built.stderr
    folder = report.course / "submitted" / "ada" / "week 10"
    write_notebook(rows(), folder / "rows.ipynb")
    graded = autograder(report.course, "grade", "week 10")
    assert graded.returncode == 0, graded.stdout + graded.stderr


def test_nbgraders_own_verdicts_are_the_same(report: Report) -> None:
    assert report.compared is not None
    assert report.compared >= 16
    assert report.differences == ()
    assert any("verdicts compared with nbgrader's own, 0 differ" in s for s in report.summary())


def test_a_notebook_that_nbgrader_refuses_to_make_is_left_out_alone(tmp_path: Path) -> None:
    source = write_course(tmp_path / "areas")
    unready = checks("auto", "### AUTOTEST longest(['a'])")  # without templates of tests
    write_notebook(notebook(unready), source / "source" / "week 2" / "unready.ipynb")
    found = settle(import_course(source, tmp_path / "out"))
    assert load_course(found.course).weeks[0].notebooks == ("boxes", "some rows")
    sheet = next(one for one in found.weeks[0].sheets if one.name == "unready")
    assert "autotests.yml" in sheet.trouble[0]


def test_a_kernel_that_is_not_here_is_said_and_not_held_against_the_author(tmp_path: Path) -> None:
    kernel = {"display_name": "Elvish", "language": "elvish", "name": "elvish"}
    node = notebook(
        marked(new_code_cell("put 1"), "a", solution=True),
        marked(new_code_cell("fail no"), "t", grade=True, points=1),
        kernel=kernel,
    )
    source = write_course(tmp_path / "areas")
    write_notebook(node, source / "source" / "week 2" / "tongue.ipynb")
    found = settle(import_course(source, tmp_path / "out"))
    assert cells(found)["t"].reference is None
    sheet = next(one for one in found.weeks[0].sheets if one.name == "tongue")
    assert "elvish" in sheet.notes[0]
    assert load_course(found.course).weeks[0].cells.keys() == {"boxes/draw_tests"}


def test_a_process_that_dies_costs_its_own_notebook_alone() -> None:
    tasks = {
        ("w", str(number)): Job(None, {"t": "x"} if number == 1 else {}, None)  # type: ignore[arg-type]
        for number in range(4)
    }
    found = dict(tried(tasks, 2, (), run=dying.run))
    assert found["w", "1"] == "it was not tried: the process that ran it died"
    assert [found["w", str(n)] for n in (0, 2, 3)] == [Trial({}, {})] * 3


# -- the command


def test_the_command_tells_what_it_found_and_what_comes_next(tmp_path: Path) -> None:
    write_notebook(boxes(), tmp_path / "hw" / "boxes.ipynb")
    done = autograder(tmp_path, "import", "hw")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "[1/1] hw/boxes: 8.5 points, 1 in the judge, 1 in the kernel" in done.stdout
    assert "hw/boxes draw_tests: not protected: looks at figures" in done.stdout
    assert f"cd {tmp_path}/hw-autograder" in done.stdout
    assert (tmp_path / "hw-autograder" / "course.yml").is_file()


def test_the_command_gives_json(tmp_path: Path) -> None:
    write_notebook(boxes(), tmp_path / "hw" / "boxes.ipynb")
    done = autograder(tmp_path, "import", "hw", "--to", "mine", "--json", "--check")
    assert done.returncode == 0, done.stdout + done.stderr
    tree = json.loads(done.stdout)
    assert tree["course"] == str(tmp_path / "mine")
    assert tree["compared"] == 4
    assert tree["weeks"][0]["sheets"][0]["cells"][0]["where"] == "judge"


def test_wrong_usage_ends_with_status_two_in_one_line(tmp_path: Path) -> None:
    done = autograder(tmp_path, "import", "nowhere")
    assert done.returncode == 2
    assert done.stderr.startswith("autograder: ")
    assert "is not there" in done.stderr
    assert done.stderr.count("\n") == 1
