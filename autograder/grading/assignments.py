"""The assignments of a course: from its manifest and sources to what grading needs."""

from functools import lru_cache

from ..build import registered_notebook
from ..course import Course, Week
from ..errors import CourseError
from ..kernels.session import Limits
from ..source import read
from .grade import Assignment, make_assignment


def load_assignment(course: Course, week: Week, unsafe: bool = False) -> Assignment:
    """The assignment of a week, with the course's limits; ``unsafe`` does without isolation."""
    path = course.source_path(week)
    try:
        return _load(course, week, unsafe, path.stat().st_mtime_ns)
    except FileNotFoundError:
        raise CourseError(f"{path}: there is no source of {week.id}") from None


@lru_cache(maxsize=16)
def _load(course: Course, week: Week, unsafe: bool, changed: int) -> Assignment:
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
        read(course.source_path(week), week.id),
        week.title,
        limits,
        registered_notebook(course, week),
        submission_bytes=policy.submission_mb << 20,
        submission_seconds=policy.submission_seconds,
    )
