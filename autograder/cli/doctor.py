"""What this machine offers for grading, and how to get what is missing."""

import os
import platform
from collections.abc import Callable, Iterable

from ..authoring.plain.build import lesson_path
from ..authoring.texts import LESSON
from ..course.errors import CourseError
from ..course.manifest import Course, Week, find_course
from ..course.requirements import look_up
from ..notebook.dataset import state
from ..sandbox.levels import probe
from ..sandbox.syscalls import landlock_version
from .registry import registry

#: What the engine needs; what a course needs besides is in its manifest.
PACKAGES = ("numpy", "matplotlib", "jupyterlab", "nbgrader", "ipykernel", "jupytext")
MEANING = {
    "full": "submissions see nothing of this machine but Python and a scratch folder of their own",
    "partial": "submissions reach no file, process or network of others, but see processes by name",
    "none": "nothing isolates submissions; grading refuses without --unsafe",
}
Say = Callable[[str], None]


def examine(say: Say) -> bool:
    """Print the findings; returns whether grading can run here."""
    say(f"Python {platform.python_version()}, {platform.system()} {platform.release()}")
    good = _installed(PACKAGES, say)
    found = probe()
    say(f"isolation: {found.level}: {MEANING[found.level]}")
    say(f"  Landlock version {landlock_version()}")
    for line in found.missing:
        say(f"  missing: {line}")
    say(f"processors: {len(os.sched_getaffinity(0))}")
    try:
        good &= _course(find_course(), say)
    except CourseError as error:
        say(f"course: {error}")
    return good and found.level != "none"


def _course(course: Course, say: Say) -> bool:
    """Print what the course needs; returns whether its packages are installed."""
    about = course.manifest.course
    say(f"course: {about.id} in {course.root}, {len(course.weeks)} weeks")
    for week in course.weeks:
        missing = _missing(course, week)
        say(f"  {week.id:24} source {f'MISSING{missing}' if missing is not None else 'there'}")
    good = True
    if about.requirements:
        say("packages of the course")
        good = _installed(about.requirements, say)
    datasets = registry(course)
    say("data sets" if datasets else "data sets: the course names none")
    for dataset in datasets.values():
        now = state(dataset)
        say(f"  {dataset.name:16} {now.words}{now.remedy and f': {now.remedy}'}")
    return good


def _missing(course: Course, week: Week) -> str | None:
    """Which source of a week is missing; None if none is."""
    folder = course.source_folder(week)
    if not week.is_plain:
        return None if (folder / LESSON).is_file() else ""
    lost = []
    for name in week.notebooks:
        try:
            lesson_path(folder, name)
        except CourseError:
            lost.append(f"{name}.py")
    return f": {', '.join(lost)}" if lost else None


def _installed(requirements: Iterable[str], say: Say) -> bool:
    """Print the installed versions of packages; returns whether all of them fit."""
    good = True
    for one in look_up(requirements):
        wanted = one.requirement
        if one.version:
            more = "" if one.fits else f", expected {wanted.specifier}"
            say(f"  {wanted.name:16} {one.version}{more}")
        else:
            say(f"  {wanted.name:16} MISSING: pip install '{wanted}'")
        good &= one.fits
    return good
