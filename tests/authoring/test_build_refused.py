"""What may not get into a student notebook: hidden text, and names that only experiments have."""

import pytest
from support import tiny
from support.sources import built

from autograder.authoring.source import SourceError


def line(words: str) -> int:
    """The line of the cell's header above the first line that holds ``words``."""
    rows = tiny.SOURCE[: tiny.SOURCE.index(words)].splitlines()
    return max(number for number, row in enumerate(rows, 1) if row.startswith("# %%"))


def changed(old: str, new: str) -> str:
    assert tiny.SOURCE.count(old) == 1
    return tiny.SOURCE.replace(old, new)


CHECK = 'assert double(np.array([1.0]))[0] == 2.0, "the double'
NEEDS_EXPERIMENT = {
    "visible checks": (changed(CHECK, "trained\n" + CHECK), line(CHECK)),
    "hidden tests": (
        changed("impl.double_sum([0.25, 1.5, 4.0])", "trained"),
        line("assert double_sum"),
    ),
    "a solution": (
        changed("return float(total)", "return float(total) + trained"),
        line("def double_sum"),
    ),
    "a given cell": (
        changed("SCALE = 2\n", "SCALE = 2\nprint(trained)\n"),
        line("import numpy as np\n"),
    ),
    "a mistake": (changed("np.asarray(x) ** 2", "trained"), line("np.asarray(x) ** 2")),
    "a default argument": (
        changed("def double_sum(x):", "def double_sum(x, y=trained):"),
        line("def double_sum"),
    ),
    "a comprehension": (
        changed("SCALE = 2\n", "SCALE = [trained for _ in 'a'][0]\n"),
        line("import numpy as np\n"),
    ),
}


@pytest.mark.parametrize(("text", "number"), NEEDS_EXPERIMENT.values(), ids=NEEDS_EXPERIMENT)
def test_a_graded_cell_may_not_use_what_only_an_experiment_defines(text: str, number: int) -> None:
    with pytest.raises(SourceError, match=rf"week\.py:{number}: .*'trained', which only"):
        built(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(changed("scaled = np", "trained = scaled = np"), id="a local of that name"),
        pytest.param(
            changed("SCALE = 2\n", "SCALE, trained = 2, 3\nprint(trained)\n"), id="given too"
        ),
        pytest.param(
            changed("trained = double(", "np = SCALE = np; trained = double("), id="defined twice"
        ),
    ],
)
def test_a_name_that_others_define_as_well_may_be_used(text: str) -> None:
    assert "experiment-01" in built(text)


PROSE = "# ## Exercise 1\n"
LEAKS = {
    "the solution in prose": changed(
        PROSE,
        PROSE + "# scaled = np.multiply(x, SCALE)\n#     return scaled + np.zeros_like(scaled)\n",
    ),
    "the solution in a given cell": changed(
        "SCALE = 2\n",
        "SCALE = 2\ndef helper(x):\n    scaled = np.multiply(x, SCALE)\n"
        "    return scaled + np.zeros_like(scaled)\n",
    ),
    "a hint in prose": changed(
        PROSE, PROSE + "# That is the square: add x to itself\n# instead.\n"
    ),
    "a hidden program's title in prose": changed(
        PROSE, PROSE + "# Three: three numbers of either sign.\n"
    ),
    "a hidden program in prose": changed(PROSE, PROSE + "# def three_numbers(impl):\n"),
    "the judge in a given cell": changed("SCALE = 2\n", "SCALE = 2\nimport autograder.judge\n"),
    "an alternative in prose": changed(
        PROSE, PROSE + "# Or `return np.asarray(x) + np.asarray(x)`.\n"
    ),
}


@pytest.mark.parametrize("text", LEAKS.values(), ids=LEAKS)
def test_what_is_hidden_may_not_stand_elsewhere(text: str) -> None:
    with pytest.raises(SourceError, match=r"week\.py:\d+: .* left in the student's notebook"):
        built(text)


@pytest.mark.parametrize("name", ["test_double", "given-01", "experiment-01", "double-sum"])
def test_a_name_that_is_taken_by_another_cells_id_is_refused(name: str) -> None:
    text = tiny.SOURCE.replace('question="why"', f'question="{name}"')
    with pytest.raises(SourceError, match=rf"week\.py:\d+: .*{name.replace('_', '-')}"):
        built(text)
