"""Whether there is something to grade, as far as the names of folders tell.

This module imports little: what grading needs can be started while the rest is imported.
"""

from collections.abc import Collection, Iterable

from ..course.manifest import Course, Week


def anything_to_grade(
    course: Course, weeks: Iterable[Week], students: Collection[str], again: bool
) -> bool:
    """Whether there seems to be a submission to grade; a wrong answer costs time, and no more.

    Parameters
    ----------
    students : only theirs; everybody's where it is empty
    again : also what has been graded
    """
    return any(
        again
        or not all(course.graded_notebook(student, week.id, name).exists() for name in week.sheets)
        for week in weeks
        for student in course.submitters(week.id)
        if not students or student in students
    )
