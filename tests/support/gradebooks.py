"""Submissions in, marks out: the folders and the gradebook of a course, as tests use them."""

import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Any

from autograder.course.manifest import Course
from autograder.course.paths import GRADEBOOK
from support import tiny


def hand_in(
    course: Course,
    student: str,
    data: str | bytes,
    name: str = f"{tiny.WEEK}.ipynb",
    week: str = tiny.WEEK,
) -> Path:
    """Put a file into ``submitted/``; where it is."""
    path = course.submitted(student, week) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


MARKS = """
    SELECT one.student_id, SUM(COALESCE(grade.manual_score, grade.auto_score, 0)
        + COALESCE(grade.extra_credit, 0)), one.late
    FROM assignment
    JOIN (
        SELECT submitted_assignment.assignment_id, submitted_assignment.student_id,
            submitted_notebook.id, COALESCE(submitted_notebook.late_submission_penalty, 0) AS late
        FROM submitted_assignment
        JOIN submitted_notebook ON submitted_notebook.assignment_id = submitted_assignment.id
    ) AS one ON one.assignment_id = assignment.id
    JOIN grade ON grade.notebook_id = one.id
    WHERE assignment.name = ? AND (grade.auto_score IS NOT NULL OR grade.manual_score IS NOT NULL)
    GROUP BY one.id
"""


def marks(course: Course | Path, week: str = tiny.WEEK, late: bool = False) -> dict[str, float]:
    """Every student's points, as the database itself has them; each student once.

    With ``late``, less what lateness costs.
    """
    path = course / GRADEBOOK if isinstance(course, Path) else course.gradebook_path
    with contextlib.closing(sqlite3.connect(path)) as database:
        rows = database.execute(MARKS, (week,)).fetchall()
    assert len({student for student, *_ in rows}) == len(rows), rows
    return {student: max(0.0, points - late * penalty) for student, points, penalty in rows}


def facts(course: Course, student: str, week: str = tiny.WEEK) -> dict[str, Any]:
    """What a graded notebook says of itself."""
    tree = json.loads(course.graded_notebook(student, week).read_text(encoding="utf-8"))
    found: dict[str, Any] = tree["metadata"]["autograder"]
    return found
