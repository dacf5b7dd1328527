"""Grade one class with stock nbgrader and with this engine, in one run, and print the ratios.

    python benchmarks/throughput.py [--submissions 30] [--week 1]

Both sides grade the same honest submissions (the week's reference, alternatives and mistakes).
The last row is the limit: the same cells run one after the other in one process that has
imported everything, without kernel, sandbox or judge.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import stock
from nbgrader.api import Gradebook

from autograder.authoring.build import SKIP_TAG, student_notebook
from autograder.authoring.fill import fill
from autograder.authoring.source import Source, read
from autograder.cli.demo import copy_course
from autograder.course.manifest import Course, Week, find_course
from autograder.gradebook.registration import write_week
from autograder.judge.exam import open_exam

HERE = Path(__file__).parent


def main() -> None:
    """Run the benchmark and print its table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--submissions", type=int, default=30)
    words.add_argument("--week", default="1")
    words.add_argument("--without-stock", action="store_true")
    asked = words.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    course = find_course(HERE)
    week = course.pick([asked.week])[0]
    source = read(course.source_folder(week), week.id)
    texts = make_class(source, asked.submissions)
    count = len(texts)
    print(f"{week.id}, {count} submissions, {len(os.sched_getaffinity(0))} cores\n")
    rows: dict[str, tuple[float, float]] = {}
    marks: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        if not asked.without_stock:
            (root / "stock").mkdir()
            released = stock.make_course(root / "stock", open_exam(source)).read_text(
                encoding="utf-8"
            )
            stock.hand_in(root / "stock", week.id, released, texts)
            rows["stock nbgrader autograde"] = timed(
                lambda: stock.nbgrader(root / "stock", "autograde", week.id)
            )
            marks["stock nbgrader autograde"] = read_marks(root / "stock", week.id)
        for jobs in (1, 2):
            name = f"autograder grade --jobs {jobs}"
            ours = built_copy(course, root / f"ours{jobs}", week)
            hand_in(ours, week.id, texts)
            rows[name] = timed(lambda ours=ours, jobs=jobs: grade(ours, week.id, jobs))
            marks[name] = read_marks(ours.root, week.id)
    rows["bare cells in one warm process"] = timed(lambda: bare(texts))
    show(rows, count)
    agree(marks)


def make_class(source: Source, count: int) -> dict[str, str]:
    """Honest submissions by student: every mistake and alternative, and the reference."""
    notebook = student_notebook(source)
    kinds = [{}, *({one.exercise: one.text} for one in (*source.alternatives, *source.mistakes))]
    return {
        f"student{n:05}": fill(notebook, {**source.references, **kinds[n % len(kinds)]})
        for n in range(count)
    }


def built_copy(course: Course, folder: Path, week: Week) -> Course:
    """A copy of the course in which the week is built, as the stock course's is released."""
    ours = copy_course(course, folder)
    write_week(ours, week)
    return ours


def hand_in(course: Course, week: str, texts: dict[str, str]) -> None:
    """Write the submissions of a class."""
    for student, text in texts.items():
        folder = course.root / "submitted" / student / week
        folder.mkdir(parents=True)
        (folder / f"{week}.ipynb").write_text(text, encoding="utf-8")


def grade(course: Course, week: str, jobs: int) -> None:
    """The command, from its start to its end."""
    program = Path(sys.executable).parent / "autograder"
    done = subprocess.run(
        [program, "grade", week, "--jobs", str(jobs)],
        cwd=course.root,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)


def bare(texts: dict[str, str]) -> None:
    """Run every submission's graded cells in one process."""
    code = [
        "import sys, json, io, contextlib, numpy, matplotlib.pyplot, rnn_course.plots",
        "for text in json.load(sys.stdin):",
        "    names = {'__name__': '__main__'}",
        "    for cell in text:",
        "        with contextlib.redirect_stdout(io.StringIO()):",
        "            try: exec(compile(cell, 'cell', 'exec'), names)",
        "            except Exception: pass",
    ]
    cells = [list(graded_cells(text)) for text in texts.values()]
    environment = {**os.environ, "MPLBACKEND": "Agg"}
    subprocess.run(
        [sys.executable, "-c", "\n".join(code)],
        input=json.dumps(cells),
        env=environment,
        text=True,
        check=True,
    )


def graded_cells(text: str) -> Iterator[str]:
    """The code cells that grading runs."""
    for cell in json.loads(text)["cells"]:
        if cell["cell_type"] == "code" and SKIP_TAG not in cell["metadata"].get("tags", []):
            yield "".join(cell["source"])


def timed(run: Callable[[], None]) -> tuple[float, float]:
    """Wall and processor seconds of ``run``.

    The processor seconds are the machine's, so nothing else should run. The count of a command's
    own children would leave out its workers: they are children of a fork server, for which
    nobody waits.
    """
    before, start = processor_seconds(), time.monotonic()
    run()
    return time.monotonic() - start, processor_seconds() - before


def processor_seconds() -> float:
    """Seconds that this machine's processors were busy, in the user's code and in the kernel."""
    with open("/proc/stat") as file:
        user, nice, system, _, _, irq, softirq, *_ = map(int, file.readline().split()[1:])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def read_marks(root: Path, week: str) -> dict[str, float]:
    """Every student's mark in a course's gradebook."""
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as book:
        return {s.student.id: round(s.score, 4) for s in book.assignment_submissions(week)}


def show(rows: dict[str, tuple[float, float]], count: int) -> None:
    """The table: seconds a submission, and how many times the first row's throughput."""
    first = next(iter(rows.values()))[0]
    print(f"{'':34}{'wall s':>9}{'each':>9}{'CPU each':>10}{'ratio':>9}")
    for name, (wall, processor) in rows.items():
        each = f"{wall:9.1f}{wall / count:9.3f}{processor / count:10.3f}{first / wall:8.1f}x"
        print(f"{name:34}{each}")


def agree(marks: dict[str, dict[str, float]]) -> None:
    """Say whether every side gives every student the same mark."""
    names = list(marks)
    for name in names[1:]:
        other = {s for s, mark in marks[name].items() if abs(mark - marks[names[0]][s]) > 1e-3}
        what = "the same marks" if not other else f"OTHER MARKS for {sorted(other)}"
        print(f"{name} against {names[0]}: {what}")


if __name__ == "__main__":
    main()
