"""What this machine offers for grading, and how to get what it lacks."""

import importlib.metadata
import os
import platform
from collections.abc import Callable

from rnn_course.datasets import DATASETS

from ..authoring.texts import LESSON
from ..course.errors import CourseError
from ..course.manifest import find_course
from ..notebook.dataset import state
from ..sandbox.levels import probe
from ..sandbox.syscalls import landlock_version

PACKAGES = ("torch", "numpy", "matplotlib", "jupyterlab", "nbgrader", "ipykernel", "jupytext")
MEANING = {
    "full": "submissions see nothing of this machine but Python and a scratch folder of their own",
    "partial": "submissions cannot read or write files, but see other processes and a network",
    "none": "nothing isolates submissions; grading refuses unless told --unsafe",
}


def examine(say: Callable[[str], None]) -> bool:
    """Print the findings; whether grading can run here."""
    say(f"Python {platform.python_version()}, {platform.system()} {platform.release()}")
    missing = [name for name in PACKAGES if not _version(name)]
    for name in PACKAGES:
        say(f"  {name:12} {_version(name) or 'MISSING: pip install -e .'}")
    found = probe()
    say(f"isolation: {found.level}: {MEANING[found.level]}")
    say(f"  Landlock version {landlock_version()}")
    for line in found.missing:
        say(f"  not there: {line}")
    say(f"processors: {len(os.sched_getaffinity(0))}")
    try:
        course = find_course()
        say(f"course: {course.manifest.course.id} in {course.root}, {len(course.weeks)} weeks")
        for week in course.weeks:
            there = (course.source_folder(week) / LESSON).is_file()
            say(f"  {week.id:24} source {'there' if there else 'MISSING'}")
    except CourseError as error:
        say(f"course: {error}")
    say("data sets")
    for dataset in DATASETS.values():
        now = state(dataset)
        say(f"  {dataset.name:16} {now.words}{now.remedy and f': {now.remedy}'}")
    return not missing and found.level != "none"


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
