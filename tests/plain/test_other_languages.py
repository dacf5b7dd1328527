"""Plain notebooks of other languages, graded in their own kernels, and said to be open."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import nbformat.v4 as v4
import pytest

from autograder.authoring.fill import fill
from autograder.course.errors import CourseError
from autograder.course.manifest import Week
from autograder.grading.plain.assignment import PlainAssignment, make_plain
from autograder.grading.plain.grade import grade_plain, open_plain
from autograder.grading.results import Graded
from autograder.kernels.folder_files import pack
from autograder.kernels.kernelspecs import require_kernel
from autograder.kernels.limits import Limits
from autograder.kernels.supply import KernelSupply
from autograder.remote.causes import Cause

pytestmark = pytest.mark.slow(seconds=30)


class Language(NamedTuple):
    """One exercise in a language: count the lines of a file that stands beside the notebook."""

    kernel: str
    name: str
    stub: str
    solution: str
    visible: str
    hidden: str
    wrong: str
    ends: str


LANGUAGES = {
    "bash": Language(
        kernel="bash",
        name="bash",
        stub="lines() { echo none; }",
        solution="lines() { wc -l < words.txt; }",
        visible='[ "$(lines)" -eq 3 ]',
        hidden='echo four >> words.txt; [ "$(lines)" -eq 4 ]',
        wrong="lines() { echo 3; }",
        ends="lines() { kill -9 $$; }",
    ),
    "R": Language(
        kernel="ir",
        name="R",
        stub="lines <- function() stop('not written')",
        solution="lines <- function() length(readLines('words.txt'))",
        visible="stopifnot(lines() == 3)",
        hidden="cat('four\\n', file = 'words.txt', append = TRUE); stopifnot(lines() == 4)",
        wrong="lines <- function() 3",
        ends="lines <- function() .Internal(quit('no', 1, FALSE))",
    ),
}


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Language:
    found = LANGUAGES[request.param]
    try:
        require_kernel(found.kernel)
    except CourseError as error:
        if found.kernel == "bash":  # comes with the development tools
            raise
        pytest.skip(str(error))
    return found


def cell(id: str, text: str, **own: Any) -> Any:
    node = v4.new_code_cell(text, id=id)
    facts = {"grade": False, "solution": False, "locked": False, "task": False} | own
    node.metadata["nbgrader"] = {"grade_id": id, "schema_version": 3, **facts}
    return node


def notebook(language: Language, solved: bool, hidden: bool) -> Any:
    tests = {"grade": True, "locked": True}
    cells = [
        cell("lines", language.solution if solved else language.stub, solution=True),
        cell("visible", language.visible, points=1, **tests),
        cell("hidden", language.hidden if hidden else "", points=2, **tests),
    ]
    spec = {"name": language.kernel, "language": language.name, "display_name": language.name}
    return v4.new_notebook(
        cells=cells, metadata={"kernelspec": spec, "language_info": {"name": language.name}}
    )


@pytest.fixture
def assignment(language: Language, tmp_path: Path) -> PlainAssignment:
    (tmp_path / "words.txt").write_text("one\ntwo\nthree\n")
    return make_plain(
        Week.model_validate({"id": "ps1", "title": "ps1", "notebooks": ("count",)}),
        "count",
        lesson=notebook(language, True, True),
        graded=notebook(language, False, True),
        release=notebook(language, False, False),
        programs="",
        files=pack(tmp_path),
        limits=Limits(cell_seconds=10),
    )


def graded(assignment: PlainAssignment, texts: Mapping[str, str], kernels: KernelSupply) -> Graded:
    data = fill(assignment.notebook, texts).encode()
    return grade_plain(open_plain(assignment), data, kernels)


def earned(result: Graded) -> dict[str, float]:
    return {test.cell: test.earned for test in result.tests}


def test_a_solution_earns_all_and_a_stub_nothing(
    assignment: PlainAssignment, language: Language, kernels: KernelSupply
) -> None:
    solved = graded(assignment, {"lines": language.solution}, kernels)
    assert earned(solved) == {"visible": 1, "hidden": 2}
    assert earned(graded(assignment, {}, kernels)) == {"visible": 0, "hidden": 0}


def test_a_wrong_answer_earns_the_tests_that_it_passes(
    assignment: PlainAssignment, language: Language, kernels: KernelSupply
) -> None:
    result = graded(assignment, {"lines": language.wrong}, kernels)
    assert earned(result) == {"visible": 1, "hidden": 0}


def test_they_are_said_to_be_open(
    assignment: PlainAssignment, language: Language, kernels: KernelSupply
) -> None:
    result = graded(assignment, {"lines": language.solution}, kernels)
    assert [test.protected for test in result.tests] == [False, False]
    assert all("Python" in test.why_open for test in result.tests)


def test_an_answer_that_ends_the_kernel_earns_nothing_and_has_a_cause(
    assignment: PlainAssignment, language: Language, kernels: KernelSupply
) -> None:
    result = graded(assignment, {"lines": language.ends}, kernels)
    assert earned(result) == {"visible": 0, "hidden": 0}
    causes = {line.cause for test in result.tests for line in test.programs}
    assert causes == {Cause.KERNEL_DIED}
