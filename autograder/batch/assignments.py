"""The assignments of a course: from its manifest and sources to what grading needs.

A week of this engine's kind is one assignment; a plain week is one for each of its notebooks.
"""

from typing import Any

from ..authoring.plain.build import FILES
from ..authoring.plain.source import read_notebook
from ..authoring.source import read
from ..authoring.texts import HIDDEN_TESTS, MISTAKES
from ..course.errors import CourseError
from ..course.manifest import Course, Week
from ..gradebook.registration import (
    is_registered,
    lesson_node,
    plain_notebooks,
    registered_notebook,
    text_beside,
    write_week,
)
from ..grading.grade import Assignment, make_assignment
from ..grading.plain.assignment import PlainAssignment, make_plain
from ..kernels.folder_files import pack
from ..kernels.limits import Limits

AnyAssignment = Assignment | PlainAssignment


def load_assignments(course: Course, week: Week) -> list[AnyAssignment]:
    """The assignments of a week, one for each of its notebooks, with the course's limits."""
    if not week.is_plain:
        return [load_assignment(course, week)]
    if not is_registered(course, week):
        write_week(course, week)
    made = plain_notebooks(course, week)
    folder = course.source_folder(week) / FILES
    files = pack(folder) if folder.is_dir() else b""
    return [
        make_plain(
            week,
            name,
            lesson=lesson_node(course, week, name),
            graded=read_notebook(made.graded(name)),
            release=read_notebook(made.release(name)),
            folder=str(course.source_folder(week)),
            programs=text_beside(course, week, HIDDEN_TESTS),
            mistakes=text_beside(course, week, MISTAKES),
            files=files,
            limits=limits(course, week),
            **bounds(course),
        )
        for name in week.notebooks
    ]


def load_assignment(course: Course, week: Week) -> Assignment:
    """The assignment of a week of this engine's kind.

    Raises
    ------
    CourseError
        If the week is plain: it has no programs, mistakes and alternatives.
    """
    if week.is_plain:
        raise CourseError(
            f"{week.id}: consists of nbgrader's notebooks ({', '.join(week.notebooks)}); this is "
            "for weeks with a lesson.py"
        )
    return make_assignment(
        read(course.source_folder(week), week.id),
        week.title,
        limits(course, week),
        registered_notebook(course, week),
        **bounds(course),
    )


def limits(course: Course, week: Week) -> Limits:
    """What a week's submissions may use."""
    policy = course.manifest.grading.limits
    return Limits(
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


def bounds(course: Course) -> dict[str, Any]:
    """What the course says of every submission, and of the packages that it needs."""
    policy = course.manifest.grading.limits
    return {
        "submission_bytes": policy.submission_mb << 20,
        "submission_seconds": policy.submission_seconds,
        "requirements": course.manifest.course.requirements,
    }
