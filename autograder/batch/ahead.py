"""Start what grading on this machine needs while the rest is still being imported.

A launcher of kernels and a server of worker processes take seconds to import what they share.
This module itself imports little, so that they can begin before everything else does.
"""

import multiprocessing
import os
import re
import threading
from collections.abc import Collection
from contextlib import suppress
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext

from ..authoring.texts import read_texts
from ..course.errors import CourseError
from ..course.manifest import Course, Week
from ..kernels.warm import LauncherError, own_launcher

#: Headers of cells that never run in a kernel when a submission is graded.
NOT_RUN = re.compile(r"# %%.*(\[markdown\]|\b(experiment|selfassessment)\b|\bquestion=)")


def warm_up(
    course: Course, week: Week, students: Collection[str] = (), again: bool = False
) -> bool:
    """Start what a local pool will need if there is something to grade; whether there is.

    Returns at once. A fault is left to the pool, which meets it too and says so.

    Parameters
    ----------
    students : only theirs; everybody's where it is empty
    again : also what has been graded
    """
    submitters = _submitters(course, week, students)
    if not any(again or _is_new(course, week, student) for student in submitters):
        return False
    try:
        texts = read_texts(course.source_folder(week))
    except CourseError:
        return False

    def run() -> None:
        with suppress(LauncherError, OSError):
            own_launcher(_kernels_name_torch(texts.lesson))

    threading.Thread(target=run, daemon=True).start()
    fork_server("torch" in texts.lesson + texts.hidden_tests)
    forkserver.ensure_running()
    return True


def fork_server(torch: bool) -> ForkServerContext:
    """The context of worker processes forked from one that has imported what they share."""
    os.environ.update(MPLBACKEND="Agg", OMP_NUM_THREADS="1")
    context = multiprocessing.get_context("forkserver")
    preload = ["autograder.cli", "autograder.batch.executors", "matplotlib.pyplot"]
    context.set_forkserver_preload([*preload, *(["torch"] if torch else [])])
    return context


def _submitters(course: Course, week: Week, students: Collection[str]) -> list[str]:
    found = (folder.parent.name for folder in (course.root / "submitted").glob(f"*/{week.id}"))
    return [student for student in found if not students or student in students]


def _is_new(course: Course, week: Week, student: str) -> bool:
    """Whether a submission was never graded, as far as its folder tells."""
    return not (course.root / "autograded" / student / week.id / f"{week.id}.ipynb").exists()


def _kernels_name_torch(text: str) -> bool:
    """Whether a cell that kernels run names torch; a wrong answer costs time, and nothing else."""
    cells = re.split(r"(?m)^(?=# %%)", text)
    return any("torch" in cell for cell in cells if not NOT_RUN.match(cell))
