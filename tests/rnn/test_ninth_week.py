"""A ninth week touches course.yml, solutions/ and notebooks/, and for its plots rnn_course/."""

import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest
from support.commands import autograder
from support.courses import write_texts

from autograder.authoring.texts import WeekTexts

ROOT = Path(__file__).parents[2]
WEEK = "week09_decay"
MANIFEST = f"""\
  - id: {WEEK}
    title: A memory that fades
    open: 2027-03-08T00:00:00+00:00
    due: 2027-03-14T23:59:59+00:00
    data: [sunspots]
    prerequisites: [week08_seq2seq]

"""
TEXTS = WeekTexts(
    lesson='''\
# %% [markdown]
# # A memory that fades

# %%
import numpy as np

from rnn_course import plots

# %% [markdown]
# ## Exercise 1
# A state keeps a share of itself at every step.

# %% exercise="fade"
def fade(state, share, steps):
    """The state (N,) after ``steps`` steps, of which each keeps ``share`` of it."""
    ### BEGIN SOLUTION
    kept = share**steps
    return np.asarray(state) * kept
    ### END SOLUTION

# %% tests="fade" points=2
assert fade(np.ones(2), 0.5, 1)[0] == 0.5, "after one step, half of 1 is left"
print("fade: visible checks passed")
''',
    hidden_tests='''\
"""Hidden tests."""

import numpy as np

from autograder.judge import Impl, compare


@compare("fade")
def several_steps(impl: Impl):
    """several steps"""
    return impl.fade(np.array([1.0, -2.0, 0.5]), 0.9, 5)


@compare("fade")
def few_steps(impl: Impl):
    """one step, and none at all"""
    return [impl.fade(np.arange(3.0), 0.9, steps) for steps in (1, 0)]
''',
    mistakes='''\
"""Known mistakes."""

from autograder.authoring import edit

edit(
    "fade",
    "multiplies-by-steps",
    "Each step keeps a share of what the last one left: the shares multiply.",
    ("share**steps", "share * steps"),
)
''',
    alternatives='''\
"""Right solutions, written differently."""

from autograder.authoring import alternative


@alternative("fade")
def step_by_step():
    def fade(state, share, steps):
        state = np.array(state, dtype=float)
        for _ in range(steps):
            state *= share
        return state
''',
)


def digests(folder: Path) -> dict[str, str]:
    """The files of a course by their paths in it, but for what building makes besides."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.relative_to(folder).parts[0] not in ("build", "gradebook.db")
    }


@pytest.fixture(scope="module")
def eight_weeks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this repository's course."""
    folder = tmp_path_factory.mktemp("nine") / "course"
    folder.mkdir()
    for name in ("course.yml", "nbgrader_config.py"):
        shutil.copy(ROOT / name, folder)
    for name in ("solutions", "notebooks", "data"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_a_ninth_week_is_a_folder_and_an_entry(eight_weeks: Path) -> None:
    before = digests(eight_weeks)
    manifest = eight_weeks / "course.yml"
    text = manifest.read_text(encoding="utf-8")
    end = re.search(r"^weeks:\n(?:[ #\n].*\n|\n)*", text, re.MULTILINE)
    assert end is not None
    manifest.write_text(text[: end.end()] + MANIFEST + text[end.end() :], encoding="utf-8")
    write_texts(eight_weeks / "solutions" / WEEK, TEXTS)
    for words in (("build", "9"), ("build", "9", "--check"), ("check", "9")):
        done = autograder(eight_weeks, *words)
        assert done.returncode == 0, done.stdout + done.stderr

    after = digests(eight_weeks)
    touched = {path for path in after if before.get(path) != after[path]}
    ours = (f"solutions/{WEEK}/", f"notebooks/{WEEK}/")
    assert {path for path in touched if not path.startswith(ours)} == {"course.yml"}
    assert f"notebooks/{WEEK}/{WEEK}.ipynb" in touched
    assert set(before) <= set(after)

    listed = json.loads(autograder(eight_weeks, "data", "list", "--json").stdout)
    weeks_of = {row["name"]: row["weeks"] for row in listed["datasets"]}
    assert weeks_of["sunspots"] == [4, 9]
    assert listed["faults"] == []
