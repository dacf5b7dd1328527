"""The assignments of a course: from its manifest and sources to what grading needs."""

from functools import lru_cache

from ..authoring.source import read
from ..authoring.texts import FILES
from ..course.errors import CourseError
from ..course.manifest import Course, Week
from ..gradebook.registration import registered_notebook
from ..grading.grade import Assignment, make_assignment
from ..kernels.session import Limits


def load_assignment(course: Course, week: Week, unsafe: bool = False) -> Assignment:
    """The assignment of a week, with the course's limits; ``unsafe`` does without isolation."""
    folder = course.source_folder(week)
    try:
        files = [folder / name for name in FILES if (folder / name).exists()]
        changed = tuple(path.stat().st_mtime_ns for path in files)
    except OSError as error:
        raise CourseError(f"{folder}: cannot be read: {error.strerror}") from None
    return _load(course, week, unsafe, changed)


@lru_cache(maxsize=16)
def _load(course: Course, week: Week, unsafe: bool, changed: tuple[int, ...]) -> Assignment:
    policy = course.manifest.grading.limits
    limits = Limits(
        cell_seconds=policy.cell_seconds,
        program_seconds=policy.program_seconds,
        output_bytes=policy.output_kb << 10,
        memory_bytes=policy.memory_mb << 20,
        processes=policy.processes,
        open_files=policy.open_files,
        written_bytes=policy.written_mb << 20,
        returned_bytes=policy.returned_mb << 20,
        unsafe=unsafe,
    )
    return make_assignment(
        read(course.source_folder(week), week.id),
        week.title,
        limits,
        registered_notebook(course, week),
        submission_bytes=policy.submission_mb << 20,
        submission_seconds=policy.submission_seconds,
    )
