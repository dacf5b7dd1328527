"""The assignments of a course: from its manifest and sources to what grading needs."""

from ..authoring.source import read
from ..course.manifest import Course, Week
from ..gradebook.registration import registered_notebook
from ..grading.grade import Assignment, make_assignment
from ..kernels.limits import Limits


def load_assignment(course: Course, week: Week) -> Assignment:
    """The assignment of a week, with the course's limits."""
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
        preload=course.preload(week),
    )
    return make_assignment(
        read(course.source_folder(week), week.id),
        week.title,
        limits,
        registered_notebook(course, week),
        submission_bytes=policy.submission_mb << 20,
        submission_seconds=policy.submission_seconds,
        requirements=course.manifest.course.requirements,
    )
