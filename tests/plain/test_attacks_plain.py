"""Cheats to which stock nbgrader falls gain nothing on tests that the judge runs."""

import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from plain.cheats import CELLS, FILES, Cheat
from plain.courses import Sheet, filled
from plain.courses.ours import Imported, imported, scores

from autograder.batch.plain_stock import stock_scores
from autograder.grading import results
from autograder.grading.results import Graded
from autograder.kernels.supply import KernelSupply

pytestmark = pytest.mark.slow(seconds=110)

SECONDS = 20.0
Course = Callable[[str], Imported]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course by its name, imported once."""
    made: dict[str, Imported] = {}

    def get(name: str) -> Imported:
        if name not in made:
            made[name] = imported(name, Path(tmp_path_factory.mktemp(name)))
        return made[name]

    return get


def sheet_of(cheat: Cheat, course: Imported) -> Sheet:
    """The notebook with the tests that a cheat is after."""
    return next(
        sheet
        for sheet in course.model.sheets
        if any(cell.name in cheat.after for cell in sheet.cells)
    )


def submission(cheat: Cheat, released: str) -> str:
    """The text of the file that is handed in."""
    tree = json.loads(filled(released, cheat.texts))
    if cheat.tamper is not None:
        cheat.tamper(tree)
    return json.dumps(tree)


@pytest.mark.parametrize("cheat", CELLS, ids=lambda cheat: cheat.kind)
def test_stock_falls_to_it(cheat: Cheat, course: Course) -> None:
    made = course(cheat.course)
    sheet = sheet_of(cheat, made)
    graded = made.exams[sheet.name].assignment.graded
    notebook = nbformat.reads(filled(graded, cheat.texts), as_version=4)
    folder = made.folder / "nbgrader" / "source" / made.model.assignment
    found = stock_scores(notebook, folder, SECONDS)
    for test in cheat.after:
        assert found[test].score == cheat.stock.get(test, found[test].points), found[test].error


@pytest.mark.parametrize("cheat", [*CELLS, *FILES], ids=lambda cheat: cheat.kind)
def test_it_gains_nothing_here(cheat: Cheat, course: Course, kernels: KernelSupply) -> None:
    made = course(cheat.course)
    sheet = sheet_of(cheat, made)
    graded = made.grade(sheet, submission(cheat, made.released(sheet)), kernels)
    model = made.model
    deserved = {**dict.fromkeys(scores(model, {sheet.name: graded}), 0.0), **stub(made, sheet)}
    deserved |= {f"{sheet.name}/{test}": points for test, points in cheat.after.items()}
    found = scores(model, {sheet.name: graded})
    assert {key: got for key, got in found.items() if got > deserved[key]} == {}
    assert all(by_cell(graded)[key.split("/")[-1]].protected for key in deserved)


def stub(made: Imported, sheet: Sheet) -> dict[str, float]:
    """What the untouched notebook gets, by ``notebook/cell``."""
    keys = {f"{sheet.name}/{cell.name}" for cell in sheet.of("tests")}
    return {key: got for key, got in made.model.scores("stub").items() if key in keys}


def by_cell(graded: Graded) -> dict[str, results.TestResult]:
    """The tests of a notebook by their cells' own names."""
    return {test.cell.split("/")[-1]: test for test in graded.tests}


def test_a_function_that_ends_its_process_costs_its_own_tests_only(
    course: Course, kernels: KernelSupply
) -> None:
    made = course("intro")
    sheet = made.model.sheets[0]
    texts = made.model.texts("reference", sheet)
    texts["splice"] = "def splice(lengths, loss=0.5):\n    import os\n\n    os._exit(0)"
    graded = made.grade(sheet, filled(made.released(sheet), texts), kernels)
    lost = {name for name, test in by_cell(graded).items() if test.earned < test.points}
    assert lost == {"test_splice"}
