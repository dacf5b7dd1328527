"""What may not get into a student notebook: hidden text, and names that only experiments have."""

import pytest
from support import tiny
from support.courses import changed
from support.sources import built

from autograder.authoring.faults import SourceError
from autograder.authoring.texts import WeekTexts


def spoiled(old: str, new: str) -> WeekTexts:
    """The tiny week with one thing in it spoiled."""
    return changed(tiny.TEXTS, old, new)


def header(words: str) -> int:
    """The line of the header above the first line of the lesson that holds ``words``."""
    rows = tiny.LESSON[: tiny.LESSON.index(words)].splitlines()
    return max(number for number, row in enumerate(rows, 1) if row.startswith("# %%"))


def line(text: str, words: str) -> int:
    """The line of a text that holds ``words``."""
    return text[: text.index(words)].count("\n") + 1


CHECK = 'assert double(np.array([1.0]))[0] == 2.0, "the double'
NEEDS_EXPERIMENT: dict[str, tuple[WeekTexts, str, int]] = {
    "visible checks": (spoiled(CHECK, "trained\n" + CHECK), "lesson", header(CHECK)),
    "a solution": (
        spoiled("return float(total)", "return float(total) + trained"),
        "lesson",
        header("def double_sum"),
    ),
    "a given cell": (
        spoiled("SCALE = 2\n", "SCALE = 2\nprint(trained)\n"),
        "lesson",
        header("import numpy as np\n"),
    ),
    "a default argument": (
        spoiled("def double_sum(x):", "def double_sum(x, y=trained):"),
        "lesson",
        header("def double_sum"),
    ),
    "a comprehension": (
        spoiled("SCALE = 2\n", "SCALE = [trained for _ in 'a'][0]\n"),
        "lesson",
        header("import numpy as np\n"),
    ),
    "an alternative": (
        spoiled("np.asarray(x) + np.asarray(x)", "trained"),
        "alternatives",
        line(tiny.ALTERNATIVES, "def adds_to_itself"),
    ),
}


@pytest.mark.parametrize(
    ("texts", "file", "number"), NEEDS_EXPERIMENT.values(), ids=NEEDS_EXPERIMENT
)
def test_what_is_graded_may_not_use_what_only_an_experiment_defines(
    texts: WeekTexts, file: str, number: int
) -> None:
    with pytest.raises(SourceError, match=rf"week/{file}\.py:{number}: .*'trained', which only"):
        built(texts)


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(spoiled("scaled = np", "trained = scaled = np"), id="a local of that name"),
        pytest.param(
            spoiled("SCALE = 2\n", "SCALE, trained = 2, 3\nprint(trained)\n"), id="given too"
        ),
        pytest.param(
            spoiled("trained = double(", "np = SCALE = np; trained = double("), id="defined twice"
        ),
    ],
)
def test_a_name_that_others_define_as_well_may_be_used(texts: WeekTexts) -> None:
    assert "experiment-01" in built(texts)


PROSE = "# ## Exercise 1\n"
SOLUTION = "scaled = np.multiply(x, SCALE)\n    return scaled + np.zeros_like(scaled)\n"
LEAKS: dict[str, tuple[WeekTexts, str]] = {
    "the solution in prose": (
        spoiled(PROSE, f"{PROSE}# {SOLUTION.replace('    ', '#     ')}"),
        "lesson",
    ),
    "the solution in a given cell": (
        spoiled("SCALE = 2\n", f"SCALE = 2\ndef helper(x):\n    {SOLUTION}"),
        "lesson",
    ),
    "the judge in a given cell": (
        spoiled("SCALE = 2\n", "SCALE = 2\nimport autograder.judge\n"),
        "lesson",
    ),
    "a hint in prose": (
        spoiled(PROSE, PROSE + "# That is the square: add x to itself\n# instead.\n"),
        "mistakes",
    ),
    "a hidden program's title in prose": (
        spoiled(PROSE, PROSE + "# Three: three numbers of either sign.\n"),
        "hidden_tests",
    ),
    "a hidden program in prose": (
        spoiled(PROSE, PROSE + "# def three_numbers(impl):\n"),
        "hidden_tests",
    ),
    "an alternative in prose": (
        spoiled(PROSE, PROSE + "# Or `return np.asarray(x) + np.asarray(x)`.\n"),
        "alternatives",
    ),
}


@pytest.mark.parametrize(("texts", "file"), LEAKS.values(), ids=LEAKS)
def test_what_is_hidden_may_not_stand_elsewhere(texts: WeekTexts, file: str) -> None:
    told = rf"week/{file}\.py:\d+: .* left in the student's notebook"
    with pytest.raises(SourceError, match=told):
        built(texts)


@pytest.mark.parametrize("name", ["test_double", "given-01", "experiment-01", "double-sum"])
def test_a_name_that_is_taken_by_another_cells_id_is_refused(name: str) -> None:
    texts = spoiled('question="why"', f'question="{name}"')
    with pytest.raises(SourceError, match=rf"lesson\.py:\d+: .*{name.replace('_', '-')}"):
        built(texts)
