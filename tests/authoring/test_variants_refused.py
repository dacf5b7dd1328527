"""What the build refuses of mistakes and alternatives, with file and line."""

from dataclasses import replace

import pytest
from support.sources import WEEK, source

from autograder.authoring.faults import SourceError

#: The exercise of the small week is ``f``; its reference returns ``x + 1`` in one line.
LONG = """\
# %% exercise="f"
def f(x):
    ### BEGIN SOLUTION
    if x > 0:
        x = x + 1
        return x
    x = x + 1
    return x
    ### END SOLUTION
"""
LONG_WEEK = replace(WEEK, lesson=LONG + '# %% tests="f" points=2\nf(1)\n')
HEAD = "from autograder.authoring import alternative, edit, mistake\n\n"
GOOD = 'edit("f", "adds-two", "Only one.", ("x + 1", "x + 2"))\n'
WHOLE = '@mistake("f", "Only one.")\ndef adds_two():\n    def f(x):\n        return x + 2\n'

REFUSED: dict[str, tuple[str, int, str]] = {
    "text that is not there": (
        'edit("f", "adds-two", "No.", ("y + 1", "x"))',
        3,
        "'adds-two': the old text 'y [+] 1' is not in the reference; it must be there exactly once",
    ),
    "text that is there twice": (
        'edit("f", "adds-two", "No.", ("x", "y"))',
        3,
        "the old text 'x' is in the reference 2 times",
    ),
    "the second change of an edit": (
        'edit(\n    "f",\n    "adds-two",\n    "No.",\n    ("x + 1", "x"),\n    ("x + 1", "y"),\n)',
        8,
        "the old text 'x [+] 1' is not in the reference",
    ),
    "empty old text": ('edit("f", "adds-two", "No.", ("", "y"))', 3, "the old text '' is not in"),
    "an edit without a change": ('edit("f", "adds-two", "No.")', 3, "an edit is edit"),
    "an edit by keywords": (
        'edit("f", name="adds-two", hint="No.", change=("x", "y"))',
        3,
        "an edit is edit",
    ),
    "a change of one text": ('edit("f", "adds-two", "No.", ("x",))', 3, "a change is"),
    "a change that is one text": ('edit("f", "adds-two", "No.", "x")', 3, "expected a plain tuple"),
    "a change of a number": ('edit("f", "adds-two", "No.", ("x + 1", 2))', 3, "a change is"),
    "a hint that is computed": (
        'edit("f", "adds-two", HINT, ("x + 1", "x"))',
        3,
        "found HINT, expected a plain str",
    ),
    "an edit that changes nothing": (
        'edit("f", "adds-two", "No.", ("x + 1", "x + 1"))',
        3,
        "'adds-two' is the reference itself",
    ),
    "an edit that gives no Python": (
        'edit("f", "adds-two", "No.", ("x + 1", "x +"))',
        3,
        "'adds-two' does not parse: invalid syntax",
    ),
    "an edit of an unknown exercise": (
        'edit("g", "adds-two", "No.", ("x + 1", "x"))',
        3,
        "'adds-two': there is no exercise 'g'",
    ),
    "no hint": ('edit("f", "adds-two", " ", ("x + 1", "x"))', 3, "'adds-two' needs a hint"),
    "a name of one word": ('edit("f", "adds", "No.", ("x + 1", "x"))', 3, "no name of a mistake"),
    "a name with blanks": ('edit("f", "adds two", "No.", ("x + 1", "x"))', 3, "is no name"),
    "a name with a capital": ('edit("f", "Adds-two", "No.", ("x + 1", "x"))', 3, "is no name"),
    "a name twice": (GOOD + GOOD, 4, "f: the mistake 'adds-two' stands in line 3 already"),
    "a name twice, in another way": (GOOD + "\n" + WHOLE, 6, "stands in line 3 already"),
    "a whole mistake without a hint": (
        WHOLE.replace(', "Only one."', ""),
        3,
        r"@mistake\(…\) takes 2 texts, found 1",
    ),
    "a whole mistake with an empty hint": (WHOLE.replace("Only one.", ""), 4, "needs a hint"),
    "a whole mistake of one word": (WHOLE.replace("adds_two", "adds"), 4, "'adds' is no name"),
    "a whole mistake of a given bad name": (
        WHOLE.replace('one.")', 'one.", name="2")'),
        4,
        "'2' is no name",
    ),
    "another keyword": (WHOLE.replace('one.")', 'one.", hint="x")'), 3, "further word of @mistake"),
    "a decorator without brackets": (
        WHOLE.replace('("f", "Only one.")', ""),
        4,
        r'adds_two: found @mistake, expected @mistake\("EXERCISE", "hint"\)',
    ),
    "another decorator": (
        WHOLE.replace("@mistake", "@alternative"),
        4,
        r"found @alternative\('f', 'Only one.'\), expected @mistake",
    ),
    "a whole mistake of an unknown exercise": (
        WHOLE.replace('"f"', '"g"'),
        4,
        "'adds-two': there is no exercise 'g'",
    ),
    "the reference as a mistake": (
        WHOLE.replace("x + 2", "x + 1"),
        4,
        "'adds-two' is the reference itself",
    ),
    "a foreign statement": ("HINT = 1\n" + GOOD, 3, "neither an import nor a function with"),
    "a function without a decorator": ("def helper():\n    return 1\n" + GOOD, 3, "neither an"),
    "a call of something else": ("print(1)\n" + GOOD, 3, r"the call is not one of edit\(…\)"),
    "no Python": ("edit(\n", 3, "was never closed"),
}


@pytest.mark.parametrize(("text", "line", "words"), REFUSED.values(), ids=REFUSED)
def test_mistakes_are_refused_with_their_line(text: str, line: int, words: str) -> None:
    with pytest.raises(SourceError, match=rf"^week/mistakes\.py:{line}: .*{words}"):
        source(replace(WEEK, mistakes=HEAD + text))


def test_one_name_may_serve_two_exercises() -> None:
    second = WEEK.lesson.replace('"f"', '"g"').replace("def f", "def g").replace("f(1)", "g(1)")
    texts = replace(
        WEEK,
        lesson=WEEK.lesson + second,
        hidden_tests=WEEK.hidden_tests
        + '\n\n@compare("g")\ndef two(impl):\n    return impl.g(1)\n',
        mistakes=HEAD + GOOD + GOOD.replace('"f"', '"g"'),
    )
    assert [one.key for one in source(texts).mistakes] == [("f", "adds-two"), ("g", "adds-two")]


BLOCKS: dict[str, tuple[str, str]] = {
    "is not there": ("\n    x = x + 1\n    return y\n", "is not in the reference"),
    "is there twice": (
        "\n    x = x + 1\n    return x\n",
        "'x = x [+] 1' is in the reference 2 times",
    ),
}


@pytest.mark.parametrize(("old", "words"), BLOCKS.values(), ids=BLOCKS)
def test_several_lines_that_are_not_there_once_are_refused(old: str, words: str) -> None:
    text = f'edit("f", "adds-two", "No.", ("""{old}""", "return x"))'
    with pytest.raises(SourceError, match=rf"^week/mistakes\.py:3: 'adds-two': .*{words}"):
        source(replace(LONG_WEEK, mistakes=HEAD + text))


OTHER = '@alternative("f")\ndef adds_one_first():\n    def f(x):\n        return 1 + x\n'
REFUSED_ALTERNATIVES: dict[str, tuple[str, int, str]] = {
    "the reference": (
        OTHER.replace("1 + x", "x + 1"),
        4,
        "'adds-one-first' is the reference itself",
    ),
    "of an unknown exercise": (
        OTHER.replace('"f"', '"g"'),
        4,
        "'adds-one-first': there is no exercise 'g'",
    ),
    "one twice": (OTHER + OTHER, 8, "f: the alternative 'adds-one-first' stands there already"),
    "with a hint": (OTHER.replace('"f"', '"f", "no"'), 3, "takes one text, found 2"),
    "an edit": (GOOD, 3, "neither an import nor a function with the decorator @alternative"),
    "a decorator without brackets": (OTHER.replace('("f")', ""), 4, "found @alternative, expected"),
}


@pytest.mark.parametrize(
    ("text", "line", "words"), REFUSED_ALTERNATIVES.values(), ids=REFUSED_ALTERNATIVES
)
def test_alternatives_are_refused_with_their_line(text: str, line: int, words: str) -> None:
    with pytest.raises(SourceError, match=rf"^week/alternatives\.py:{line}: .*{words}"):
        source(replace(WEEK, alternatives=HEAD + text))
