"""Stock nbgrader in a process of its own: many commands, one import."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from support.commands import environment

from autograder.course.database import create_tables
from autograder.course.paths import GRADEBOOK

from .form import SCHEMA, Model, filled

#: Runs each command of nbgrader in a fork of one process that has imported it.
DRIVER = """
import json, os, sys, traceback
sys.modules["rfc3987_syntax"] = None  # seconds of grammars, for a format that nobody checks here
from nbgrader.apps.nbgraderapp import NbGraderApp
import nbclient, nbconvert.exporters, nbgrader.converters, nbgrader.preprocessors
import sqlalchemy.dialects.sqlite

for folder, *words in json.loads(sys.argv[1]):
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.chdir(folder)
            sys.argv = ["nbgrader", *words]
            NbGraderApp.launch_instance()
            status = 0
        except SystemExit as end:
            status = int(end.code or 0)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print("ended", status, folder, *words, flush=True)
"""
SECONDS = 600


def nbgrader(commands: Sequence[tuple[str, ...]]) -> list[int]:
    """Run commands of nbgrader, each ``(folder, word, …)``; returns their exit codes."""
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, json.dumps(commands)],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    ended = [row.split()[1] for row in done.stdout.splitlines() if row.startswith("ended ")]
    assert len(ended) == len(commands), done.stderr[-3000:]
    return [int(code) for code in ended]


def release(model: Model, root: Path) -> list[tuple[str, ...]]:
    """The commands that bring a course's assignment to students.

    nbgrader would make the tables itself, and start a second Python for their version.
    """
    create_tables(f"sqlite:///{root / GRADEBOOK}")
    older = [(str(root), "update", "source")] if model.schema < SCHEMA else []
    return [*older, (str(root), "generate_assignment", model.assignment)]


def hand_in(model: Model, root: Path, student: str) -> None:
    """Put a student's notebooks where nbgrader collects them, made from the released ones."""
    for sheet in model.sheets:
        name = Path(model.assignment) / f"{sheet.name}.ipynb"
        released = (root / "release" / name).read_text(encoding="utf-8")
        path = root / "submitted" / student / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(filled(released, model.texts(student, sheet)), encoding="utf-8")


def scores(model: Model, root: Path) -> dict[str, dict[str, float | None]]:
    """What the gradebook says of the tests, by student and ``notebook/cell``."""
    from nbgrader.api import Gradebook

    found: dict[str, dict[str, float | None]] = {}
    tests = {f"{sheet.name}/{cell.name}" for sheet in model.sheets for cell in sheet.of("tests")}
    with Gradebook(f"sqlite:///{root / GRADEBOOK}") as book:
        for submission in book.assignment_submissions(model.assignment):
            found[submission.student.id] = {
                f"{part.name}/{grade.name}": grade.auto_score
                for part in submission.notebooks
                for grade in part.grades
                if f"{part.name}/{grade.name}" in tests
            }
    return found
