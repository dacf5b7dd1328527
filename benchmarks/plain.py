"""Grade imported nbgrader courses with stock nbgrader and with this engine, in one run.

    python benchmarks/plain.py [--submissions 12] [--courses intro numerics]

The courses are those of `tests/plain/courses`. Both sides grade the same files, from the command's
start to its end: right ones, untouched ones, and wrong ones.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from stock import nbgrader
from throughput import agree, read_marks, show, timed

ROOT = Path(__file__).parents[1]
sys.path += [str(ROOT), str(ROOT / "tests")]  # as pytest has them

from tests.plain.courses import COURSES, Model, filled, make_course  # noqa: E402
from tests.plain.courses.stock import release  # noqa: E402

JOBS = (1, 2)


@dataclass(frozen=True)
class Side:
    """One course on one side: its folder, and how it is graded."""

    root: Path
    words: tuple[str, ...]

    def grade(self) -> None:
        """The command, from its start to its end."""
        if self.words[0] == "nbgrader":
            nbgrader(self.root, *self.words[1:])
        else:
            autograder(self.root, *self.words[1:])


def main() -> None:
    """Run the benchmark and print its table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--submissions", type=int, default=12, help="of every course")
    words.add_argument("--courses", nargs="+", default=["intro", "numerics"], choices=COURSES)
    asked = words.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    models = [COURSES[name] for name in asked.courses]
    count = asked.submissions * sum(len(model.sheets) for model in models)
    cores = len(os.sched_getaffinity(0))
    print(f"{', '.join(asked.courses)}: {count} notebooks, {cores} cores\n", flush=True)
    rows: dict[str, tuple[float, float]] = {}
    marks: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        sides = prepare(models, Path(folder), asked.submissions)
        for name, courses in sides.items():
            rows[name] = timed(lambda courses=courses: [course.grade() for course in courses])
            marks[name] = {
                f"{model.name}/{student}": mark
                for model, course in zip(models, courses, strict=True)
                for student, mark in read_marks(course.root, model.assignment).items()
            }
    show(rows, count)
    agree(marks)


def prepare(models: list[Model], folder: Path, count: int) -> dict[str, list[Side]]:
    """The courses on every side, released, with the same submissions in them."""
    sides: dict[str, list[Side]] = {"stock nbgrader autograde": []}
    sides |= {f"autograder grade --jobs {jobs}": [] for jobs in JOBS}
    for model in models:
        source = make_course(folder / "source" / model.name, model.name)
        stock = make_course(folder / "stock" / model.name, model.name)
        for _, *words in release(model, stock):
            nbgrader(stock, *words)
        hand_in(model, stock, stock / "release", count)
        sides["stock nbgrader autograde"].append(
            Side(stock, ("nbgrader", "autograde", model.assignment))
        )
        for jobs in JOBS:
            ours = folder / f"ours{jobs}" / model.name
            autograder(folder, "import", str(source), "--to", str(ours))
            autograder(ours, "build")
            hand_in(model, ours, ours / "notebooks", count)
            words = ("autograder", "grade", model.assignment, "--jobs", str(jobs))
            sides[f"autograder grade --jobs {jobs}"].append(Side(ours, words))
    return sides


def hand_in(model: Model, root: Path, released: Path, count: int) -> None:
    """Write a class's submissions: the right one, the untouched one and the wrong ones, in turn."""
    for number, student in enumerate(islice(cycle(model.everyone()), count)):
        for sheet in model.sheets:
            name = Path(model.assignment) / f"{sheet.name}.ipynb"
            text = (released / name).read_text(encoding="utf-8")
            path = root / "submitted" / f"{student}{number:03}" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(filled(text, model.texts(student, sheet)), encoding="utf-8")


def autograder(root: Path, *words: str) -> None:
    """Run a command of this engine in a folder."""
    program = Path(sys.executable).parent / "autograder"
    done = subprocess.run([program, *words], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)


if __name__ == "__main__":
    main()
