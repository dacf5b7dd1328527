"""Tests that lean on state: names they set, their order, seeds, `input`, what was printed."""

from .form import Attempt, Model, Sheet, nothing

DICE = Sheet(
    "dice",
    r'''
# %%
import random

import numpy as np

sides = 6

# %% answer roll
def roll(count):
    """That many throws of a die with `sides` sides."""
    ### BEGIN SOLUTION
    return [random.randint(1, sides) for _ in range(count)]
    ### END SOLUTION

# %% tests test_roll 2
random.seed(5)
first = roll(20)
assert len(first) == 20 and set(first) <= set(range(1, 7))
random.seed(5)
assert roll(20) == first, "the same seed, other throws"

# %% tests test_other_sides 2
sides = 2
assert set(roll(50)) <= {1, 2}
sides = 6

# %% tests test_order 1
assert sides == 6
assert max(first) <= sides

# %% answer noise
def noise(shape):
    ### BEGIN SOLUTION
    return np.random.standard_normal(shape)
    ### END SOLUTION

# %% tests test_noise 2
np.random.seed(3)
expected = np.random.standard_normal((2, 3))
np.random.seed(3)
np.testing.assert_array_equal(noise((2, 3)), expected)

# %% answer ask
def ask():
    """Ask for a name until there is one; greet, and return it."""
    ### BEGIN SOLUTION
    name = ""
    while not name:
        name = input("Who goes there? ").strip()
    print(f"Pass, {name}.")
    return name
    ### END SOLUTION

# %% tests test_ask 3
import builtins
import io
import sys

answers = iter(["", "  ", "Kim "])
asked = []


def pretend(prompt=""):
    asked.append(prompt)
    return next(answers)


kept_input, kept_stdout = builtins.input, sys.stdout
builtins.input, sys.stdout = pretend, io.StringIO()
try:
    result = ask()
    printed = sys.stdout.getvalue()
finally:
    builtins.input, sys.stdout = kept_input, kept_stdout
assert result == "Kim"
assert printed == "Pass, Kim.\n"
assert len(asked) == 3

# %% answer log
log = []


def note(word):
    """Put a word into the log; returns how many there are."""
    ### BEGIN SOLUTION
    log.append(word)
    return len(log)
    ### END SOLUTION

# %% tests test_log 2
log.clear()
assert note("fog") == 1 and note("bell") == 2
assert log == ["fog", "bell"]
log = []
assert note("again") == 1

# %% answer late
### BEGIN SOLUTION
total = note("late") + sides
### END SOLUTION

# %% tests test_late 1
assert total == 8
assert len(log) == 2
del total
''',
)

STATE = Model(
    name="state",
    assignment="dice",
    sheets=(DICE,),
    attempts=(
        Attempt(
            "fixed",
            {
                "roll": "def roll(count):\n    return [random.randint(1, 6) for _ in range(count)]",
                "noise": "def noise(shape):\n"
                "    return np.random.default_rng(3).standard_normal(shape)",
                "ask": "def ask():\n    name = input('Who goes there? ').strip()\n"
                "    print(f'Pass, {name}.')\n    return name",
                "late": "total = 8",
            },
            nothing("test_other_sides", "test_order", "test_noise", "test_ask", "test_late"),
            # there the failed test has left its own number of sides behind
            ours={"test_order": 1},
        ),
        Attempt(
            "own-names",
            {
                "roll": "sides = 4\n\n\ndef roll(count):\n"
                "    return [random.SystemRandom().randint(1, sides) for _ in range(count)]",
                "log": "log = []\n\n\ndef note(word, kept=log):\n    kept.append(word)\n"
                "    return len(kept)",
            },
            nothing("test_roll", "test_log", "test_late"),
        ),
    ),
)
