"""A mark's version covers what decides marks, and nothing else of a week."""

import pytest
from support import tiny
from support.commands import Command
from support.courses import changed, write_texts
from support.gradebooks import hand_in, marks
from support.notebooks import as_bytes, submission
from support.sources import source

from autograder.authoring.texts import WeekTexts
from autograder.authoring.version import marks_version
from autograder.course.manifest import Course

#: What may change under a mark that stands: the old text and the new.
HARMLESS: dict[str, tuple[str, str]] = {
    "prose": ("# ## Exercise 1", "# ## The first exercise"),
    "a new paragraph": ("# ## Exercise 1", "# Read this.\n#\n# ## Exercise 1"),
    "a hint": ("That is the square: add", "That is the square. Add"),
    "what a mistake is called": ("squares-instead", "squares-them"),
    "what a mistake does": ("np.asarray(x) ** 2", "np.asarray(x) ** 3"),
    "an alternative": ("np.asarray(x) + np.asarray(x)", "sum([np.asarray(x)] * 2)"),
    "an experiment": ("print(trained)", "print(trained.sum())"),
    "a comment in given code": ("SCALE = 2\n", "SCALE = 2  # twice\n"),
    "a comment in the reference": ("    scaled = np", "    # Scale first.\n    scaled = np"),
    "a comment in a program": ("return impl.double_sum", "# few\n    return impl.double_sum"),
    "an exercise's docstring": ("Twice the sum of ``x``.", "Twice what ``x`` adds up to."),
    "a program's title": ("a hundred random numbers", "a hundred numbers, drawn at random"),
    "formatting of given code": ("SCALE = 2\n", "SCALE=(2)\n"),
    "formatting of a program": ("[0.25, 1.5, 4.0]", "[\n        0.25, 1.5,\n        4.0,\n    ]"),
    "a visible check's message": ("the double of 1 must be 2", "twice 1 is 2"),
    "a visible check": ("double_sum([1.0, 2.0]) == 6.0", "double_sum([1.0, 3.0]) == 8.0"),
    "a question's text": ("the sum of the doubles?", "the sum of its doubles?"),
    "how hard an exercise is": ('exercise="double"', 'exercise="double" difficulty=2'),
}
#: What decides marks.
DECISIVE: dict[str, tuple[str, str]] = {
    "a program": ("[1.5, -2.25, 0.5]", "[1.5, -2.25, 0.75]"),
    "a program's message": ("no number in, no number out", "nothing in, nothing out"),
    "a program's share": ('@verify("double")', '@verify("double", points=2)'),
    "a program more": (
        '@compare("double_sum")',
        '@compare("double")\ndef zero(impl):\n    return impl.double(np.zeros(1))\n\n\n'
        '@compare("double_sum")',
    ),
    "the reference": ("total = double(np.asarray(x, dtype=float)).sum()", "total = 2 * sum(x)"),
    "a given cell": ("SCALE = 2\n", "SCALE = 2.0\n"),
    "a given cell more": ("# %% experiment", "# %%\nN = 1\n\n# %% experiment"),
    "an exercise's points": ("points=3", "points=4"),
    "a question's points": ('question="why" points=1', 'question="why" points=2'),
}


#: Changes of different places, which can be made together.
TOGETHER = (
    *("prose", "a hint", "an experiment", "formatting of given code"),
    *("a comment in a program", "a visible check's message"),
)


def version(texts: WeekTexts) -> str:
    return marks_version(source(texts))


@pytest.mark.parametrize(("old", "new"), HARMLESS.values(), ids=HARMLESS)
def test_what_decides_no_mark_leaves_the_version(old: str, new: str) -> None:
    assert version(changed(tiny.TEXTS, old, new)) == version(tiny.TEXTS)


@pytest.mark.parametrize(("old", "new"), DECISIVE.values(), ids=DECISIVE)
def test_what_decides_marks_changes_the_version(old: str, new: str) -> None:
    assert version(changed(tiny.TEXTS, old, new)) != version(tiny.TEXTS)


def test_every_change_has_a_version_of_its_own() -> None:
    found = {version(changed(tiny.TEXTS, old, new)) for old, new in DECISIVE.values()}
    assert len(found) == len(DECISIVE)


def test_text_cannot_move_from_one_cell_into_another_unseen() -> None:
    together = changed(tiny.TEXTS, "SCALE = 2\n", "SCALE = 2\nx = 1\n")
    apart = changed(tiny.TEXTS, "SCALE = 2\n", "SCALE = 2\n\n# %%\nx = 1\n")
    assert version(together) != version(apart)


def test_nothing_is_graded_again_for_prose_and_everything_for_a_program(
    course: Course, autograder: Command, tiny_notebook: str
) -> None:
    hand_in(course, "ada", as_bytes(submission(tiny_notebook)))
    assert autograder("grade", "1").returncode == 0
    folder = course.source_folder(course.weeks[0])

    harmless = tiny.TEXTS
    for name in TOGETHER:
        harmless = changed(harmless, *HARMLESS[name])
    write_texts(folder, harmless)
    said = autograder("grade", "1", "--changed").stdout
    assert "grading 0 of 1" in said
    assert "earlier tests" not in said

    write_texts(folder, changed(harmless, "points=3", "points=30"))
    assert "--changed" in autograder("grade", "1").stdout
    assert marks(course) == {"ada": 5.0}
    assert "grading 1 of 1" in autograder("grade", "1", "--changed").stdout
    assert marks(course) == {"ada": 32.0}
