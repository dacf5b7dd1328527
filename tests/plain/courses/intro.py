"""First steps in Python: functions, exceptions, printed output, essays, two notebooks."""

from .form import Attempt, Model, Sheet, nothing

LENGTHS = Sheet(
    "part 1",
    r'''
# %% [markdown]
# Ropes and knots

# %% locked setup
import math

FATHOM = 1.8288

# %% answer metres
def metres(fathoms):
    """The length in metres; lengths below zero are an error."""
    ### BEGIN SOLUTION
    if fathoms < 0:
        raise ValueError(f"a rope of {fathoms} fathoms")
    return fathoms * FATHOM
    ### END SOLUTION

# %% tests test_metres 2
"""One fathom, and none."""
assert metres(1) == FATHOM, "one fathom"
assert metres(0) == 0
### BEGIN HIDDEN TESTS
assert math.isclose(metres(2.5), 4.572)
for number in range(3, 6):
    assert abs(metres(number) - number * FATHOM) < 1e-12
### END HIDDEN TESTS

# %% tests test_metres_error 1
try:
    metres(-1)
except ValueError as error:
    assert "-1" in str(error)
else:
    raise AssertionError("a length below zero was taken")

# %% answer splice
def splice(lengths, loss=0.5):
    """The rope that comes of splicing all pieces; each splice costs `loss`."""
    ### BEGIN SOLUTION
    total = sum(lengths)
    return total - loss * max(len(lengths) - 1, 0)
    ### END SOLUTION

# %% tests test_splice 3
assert splice([4.0]) == 4.0
assert splice([4.0, 6.0]) == 9.5
assert splice([], loss=2) == 0
pieces = [1.0, 2.0, 3.0]
assert splice(pieces, loss=0) == 6.0
assert pieces == [1.0, 2.0, 3.0], "the list was changed"
### BEGIN HIDDEN TESTS
from collections import Counter

assert Counter(splice([n, n]) for n in (1, 1, 2)) == {1.5: 2, 3.5: 1}
assert isinstance(splice([1, 2, 3]), (int, float))
### END HIDDEN TESTS

# %% answer table
def table(names):
    """Print the names, numbered from 1, one a line."""
    ### BEGIN SOLUTION
    for number, name in enumerate(names, start=1):
        print(f"{number:>2} {name}")
    ### END SOLUTION

# %% tests test_table 2
import contextlib
import io

with contextlib.redirect_stdout(io.StringIO()) as said:
    table(["bowline", "reef"])
assert said.getvalue().splitlines() == [" 1 bowline", " 2 reef"]

# %% [markdown] manual explain 3
Which knot would you trust, and why?

# %% manual example 2
# a use of your own functions
### BEGIN SOLUTION
print(metres(splice([1, 2])))
### END SOLUTION
''',
)

WORDS = Sheet(
    "part 2",
    r'''
# %% [markdown]
# Words

# %% answer tally
def tally(text):
    """How often each letter occurs, capitals counted as small ones, by letter."""
    ### BEGIN SOLUTION
    found = {}
    for letter in text.lower():
        if letter.isalpha():
            found[letter] = found.get(letter, 0) + 1
    return found
    ### END SOLUTION

# %% tests test_tally 2
assert tally("") == {}
assert tally("Ahoy, a!") == {"a": 2, "h": 1, "o": 1, "y": 1}
### BEGIN HIDDEN TESTS
assert sorted(tally("mast").items()) == [("a", 1), ("m", 1), ("s", 1), ("t", 1)]
assert set(tally("Yy y")) == {"y"} and tally("Yy y")["y"] == 3
### END HIDDEN TESTS

# %% answer longest
### BEGIN SOLUTION
words = "hoist the topgallant sail".split()
longest = max(words, key=len)
shares = {word: len(word) / len(longest) for word in words}
### END SOLUTION

# %% tests test_longest 1
from unittest import TestCase

check = TestCase()
check.assertEqual(longest, "topgallant")
check.assertIn("sail", words)
check.assertEqual(len(words), 4)

# %% tests test_shares 1
assert all(0 < share <= 1 for share in shares.values())
assert shares[longest] == 1
assert "sail" in shares and "anchor" not in shares

# %% answer code
def code(word, shift=1):
    ### BEGIN SOLUTION
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    moved = [alphabet[(alphabet.index(letter) + shift) % 26] for letter in word]
    return "".join(moved)
    ### END SOLUTION

# %% tests test_code 2
assert code("abc") == "bcd"
assert code("xyz", shift=3) == "abc"
assert code(code("halyard", 5), -5) == "halyard"
assert "%s!" % code("a") == "b!"
assert f"{code('a'):>3}" == "  b"
### BEGIN HIDDEN TESTS
assert code("").upper() == "" and code("a", 26) == "a"
### END HIDDEN TESTS

# %% [markdown] manual explain 4
=== BEGIN MARK SCHEME ===
Two points for the alphabet, two for the modulus.
=== END MARK SCHEME ===

# %% [markdown] task letter 5
Write a letter in your code.
=== BEGIN MARK SCHEME ===
It can be read.
=== END MARK SCHEME ===
''',
)

INTRO = Model(
    name="intro",
    assignment="Problem Set 1",
    sheets=(LENGTHS, WORDS),
    attempts=(
        Attempt(
            "half",
            {
                "metres": "def metres(fathoms):\n    return fathoms * FATHOM",
                "table": "def table(names):\n    for name in names:\n        print(name)",
                "tally": "def tally(text):\n    return {letter: text.count(letter)"
                " for letter in text if letter.isalpha()}",
                "longest": "words = 'hoist the topgallant sail'.split()\nlongest = words[2]\n"
                "shares = {word: len(word) for word in words}",
            },
            nothing("test_metres_error", "test_table", "test_tally", "test_shares"),
        ),
        Attempt(
            "changes",
            {
                "metres": "def metres(fathoms):\n    if fathoms < 0:\n"
                "        raise KeyError(fathoms)\n    return fathoms * 1.83",
                "splice": "def splice(lengths, loss=0.5):\n    total, count = 0, len(lengths)\n"
                "    while lengths:\n        total += lengths.pop()\n"
                "    return total - loss * max(count - 1, 0)",
                "longest": "longest = 'topgallant'\nwords = 'hoist the topgallant sail'",
                "code": "def code(word, shift=1):\n"
                "    return ''.join(chr(ord(letter) + shift) for letter in word)",
            },
            nothing(
                "test_metres",
                "test_metres_error",
                "test_splice",
                "test_longest",
                "test_shares",
                "test_code",
            ),
        ),
    ),
    course_files={
        "header.ipynb": '{"cells": [{"cell_type": "markdown", "id": "head", "metadata": {}, '
        '"source": ["Write your name into the file\'s name."]}], "metadata": {}, '
        '"nbformat": 4, "nbformat_minor": 5}'
    },
    config="c.IncludeHeaderFooter.header = 'header.ipynb'\n",
)
