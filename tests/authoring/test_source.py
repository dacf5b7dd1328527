"""Reading a week's four files: roles, lines, magics, and what is not there."""

from pathlib import Path

import pytest
from support import tiny
from support.courses import write_texts
from support.sources import HIDDEN_TESTS, LESSON, NBGRADER, WEEK, source

from autograder.authoring.percent import only, plain_python, without
from autograder.authoring.source import Source, read
from autograder.authoring.texts import WeekTexts
from autograder.course.errors import CourseError


def test_the_roles_of_all_cells(tiny_source: Source) -> None:
    assert [cell.role for cell in tiny_source.cells] == [
        "prose",
        "given",
        "prose",
        "exercise",
        "tests",
        "experiment",
        "exercise",
        "tests",
        "question",
    ]
    assert [cell.name for cell in tiny_source.exercises] == ["double", "double_sum"]
    assert tiny_source.tests_of("double_sum").needs == ("double",)
    assert tiny_source.tests_of("double").points == 3


def test_every_cell_knows_its_line(tiny_source: Source) -> None:
    rows = tiny.LESSON.splitlines()
    headers = [number for number, row in enumerate(rows, 1) if row.startswith("# %%")]
    assert [cell.line for cell in tiny_source.cells] == headers


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(
            "# %% [markdown]\n#\n# text below an empty line\n\n", id="an empty line first"
        ),
        pytest.param(
            "# %% [markdown]\n# ```\n# # %% not a header\n# ```\n\n", id="a header in prose"
        ),
        pytest.param("# %% [markdown]\n\n", id="empty prose"),
        pytest.param("# %%\n\n", id="an empty cell"),
        pytest.param("# %%\n# %matplotlib inline\n\n", id="a commented magic"),
        pytest.param("# %%\n%matplotlib inline\n\n", id="a magic"),
        pytest.param('# %%\ntext = """\n# %% no header\nx = 1\n"""\n\n', id="a docstring"),
        pytest.param("# ---\n# jupyter: {}\n# ---\n\n# %%\nx = 1\n\n", id="front matter"),
        pytest.param("# %% [raw]\n# raw\n\n# %%\nx = 1\n\n", id="a raw cell"),
        pytest.param("# %%\n# a comment\n\n\n\n# %%\n# a comment\n\n", id="twice the same"),
        pytest.param("# %%\nx = 1\n\n# %%\nif x:\n    x = 12\n\n", id="nearly the same"),
    ],
)
def test_lines_are_right_below_anything(first: str) -> None:
    cells = source(first + LESSON).cells
    assert cells[-2].line == first.count("\n") + 1
    assert cells[-1].line == first.count("\n") + 6


def test_a_docstring_may_hold_what_looks_like_a_header() -> None:
    text = LESSON.replace("def f(x):\n", 'def f(x):\n    """Read\n\n# %% exercise="g"\n    """\n')
    cells = source(text).cells
    assert [cell.role for cell in cells] == ["exercise", "tests"]
    assert '# %% exercise="g"' in cells[0].text


@pytest.mark.parametrize(
    "magic", ["%matplotlib inline", "!pip --version", "%%time\nx = 1", "%%bash\nls |"]
)
def test_magics_are_no_syntax_error(magic: str) -> None:
    assert source(f"# %%\n{magic}\n\n{LESSON}").cells[0].role == "given"


def test_magics_are_left_out_of_plain_python() -> None:
    assert plain_python("%time f()\nx = 1\n!ls") == "pass\nx = 1\npass"
    assert plain_python("x = 7 \\\n    % 4") == "x = 7 \\\n    % 4"


def test_regions_are_cut_out_and_kept_at_their_lines() -> None:
    cell = source(LESSON).cells[0]
    assert without(cell.text, "### BEGIN SOLUTION", "### END SOLUTION") == "def f(x):"
    kept = only(cell.text, "### BEGIN SOLUTION", "### END SOLUTION").split("\n")
    assert kept == ["", "", "    return x + 1", ""]


def test_nbgraders_full_metadata_means_the_same() -> None:
    full = LESSON.replace('exercise="f"', NBGRADER % ("f", "false", "true", ""))
    tests = NBGRADER % ("test_f", "true", "false", ', "points": 2')
    full = full.replace('tests="f" points=2', tests)
    full += f"# %% {NBGRADER % ('given', 'false', 'false', '')}\nx = 1\n\n"
    question = NBGRADER % ("why", "true", "true", ', "points": 5')
    full += f"# %% [markdown] {question}\n# Why?\n"
    cells = source(full).cells
    assert [(cell.role, cell.name, cell.points) for cell in cells] == [
        ("exercise", "f", 0),
        ("tests", "f", 2),
        ("given", "", 0),
        ("question", "why", 5),
    ]


def test_what_is_written_beside_the_lesson_is_read_with_it(tiny_source: Source) -> None:
    names = [program.name for program in tiny_source.hidden.of("double")]
    assert names == ["three_numbers", "many_numbers", "nothing_stays_nothing"]
    (mistake,), (alternative,) = tiny_source.mistakes, tiny_source.alternatives
    assert (mistake.exercise, mistake.name) == ("double", "squares-instead")
    assert mistake.words == "squares instead"
    assert "scaled = np.asarray(x) ** 2\n" in mistake.text
    assert (alternative.exercise, alternative.words) == ("double", "adds to itself")
    assert alternative.text == "def double(x):\n    return np.asarray(x) + np.asarray(x)"


def test_a_program_is_titled_by_its_docstring_or_its_name() -> None:
    titles = [program.title for program in source(WEEK).hidden.programs]
    assert titles == ["the successor of 1"]
    bare = HIDDEN_TESTS.replace('    "the successor of 1"\n', "").replace("def one", "def of_one")
    (program,) = source(WeekTexts(LESSON, bare)).hidden.programs
    assert program.title == "of one"


def test_a_section_of_the_hidden_tests_holds_one_exercises_programs(tiny_source: Source) -> None:
    section = tiny_source.hidden.section("double_sum")
    assert section.startswith("import numpy as np\n")
    assert "def a_few_numbers" in section
    assert "What the hidden tests of the tiny week run" not in section
    for program in tiny_source.hidden.of("double"):
        assert program.name not in section


def test_mistakes_and_alternatives_may_be_missing(tmp_path: Path) -> None:
    folder = write_texts(tmp_path / "week", WEEK)
    (folder / "mistakes.py").unlink()
    (folder / "alternatives.py").unlink()
    found = read(folder)
    assert (found.mistakes, found.alternatives) == ((), ())


def test_a_week_without_a_lesson_is_no_week(tmp_path: Path) -> None:
    folder = write_texts(tmp_path / "week", WEEK)
    (folder / "lesson.py").unlink()
    with pytest.raises(CourseError, match=r"week/lesson\.py: is missing; a week is a folder of"):
        read(folder)


@pytest.mark.parametrize("name", ["lesson", "hidden_tests", "mistakes", "alternatives"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    folder = write_texts(tmp_path / "week", WEEK)
    (folder / f"{name}.py").write_bytes(b"\xff\xfe")
    with pytest.raises(CourseError, match=rf"week/{name}\.py: cannot be read"):
        read(folder)


def test_the_week_is_the_folders_name_unless_told(tmp_path: Path) -> None:
    folder = write_texts(tmp_path / "week07", WEEK)
    assert read(folder).week == "week07"
    assert read(folder, "other").week == "other"


def test_an_empty_lesson_is_a_week_without_cells() -> None:
    assert source(WeekTexts("")).cells == ()
