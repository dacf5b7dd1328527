"""The notebooks of an imported week in the forms that grading takes; the course is left alone."""

from pathlib import Path

from ...authoring.plain.build import FILES, Generated, generate_plain, lesson_path
from ...authoring.plain.percent import read_lesson
from ...authoring.plain.source import read_notebook
from ...course.errors import CourseError
from ...course.manifest import Course, Week
from ...grading.plain.assignment import PlainAssignment, make_plain
from ...kernels.folder_files import pack
from ..assignments import bounds, limits


def trial_assignments(
    course: Course, id: str, work: Path
) -> tuple[list[PlainAssignment], dict[str, str]]:
    """The assignments of a week, and for each notebook that nbgrader refuses what it says.

    Parameters
    ----------
    work : a folder for what the build makes
    """
    week = course.pick([id])[0]
    try:
        return _made(course, week, generate_plain(course, week, work, database=False)), {}
    except CourseError as error:
        if len(week.notebooks) == 1:
            return [], {week.notebooks[0]: _words(error)}
    found, troubles = [], {}
    for name in week.notebooks:
        alone = week.model_copy(update={"notebooks": (name,)})
        try:
            made = generate_plain(course, alone, work, database=False)
        except CourseError as error:
            troubles[name] = _words(error)
            continue
        found += _made(course, alone, made)
    return found, troubles


def _made(course: Course, week: Week, made: Generated) -> list[PlainAssignment]:
    folder = course.source_folder(week) / FILES
    files = pack(folder) if folder.is_dir() else b""
    return [
        make_plain(
            week,
            name,
            lesson=read_lesson(lesson_path(course.source_folder(week), name)),
            graded=read_notebook(made.graded(name)),
            release=read_notebook(made.release(name)),
            folder=str(course.source_folder(week)),
            programs="",
            files=files,
            limits=limits(course, week),
            **bounds(course),
        )
        for name in week.notebooks
    ]


def _words(error: CourseError) -> str:
    """What nbgrader says, without the folder that it is about."""
    return str(error).split(": ", 1)[-1]
