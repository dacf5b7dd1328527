"""A page for every graded submission: marks, what each hidden test says, the student's code."""

from pathlib import Path
from typing import Any

import nbformat
from jinja2 import Environment, PackageLoader, select_autoescape
from nbgrader.api import Gradebook, MissingEntry
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from ..build import alembic_on_path
from ..course import Course, Week
from ..grading.gradebook import graded_facts, graded_path
from ..grading.render import remarks, unwritten
from ..grading.results import TestResult
from ..judge.exam import Result

FORMATTER = HtmlFormatter(style="default", nowrap=False)
STYLES: str = FORMATTER.get_style_defs(".highlight")  # type: ignore[no-untyped-call]


def write_feedback(course: Course, week: Week, students: list[str]) -> int:
    """Write ``feedback/STUDENT/WEEK/WEEK.html`` for graded submissions; returns how many."""
    page = _environment().get_template("feedback.html")
    count = 0
    alembic_on_path()
    with Gradebook(course.gradebook, course.manifest.course.id) as gradebook:
        for folder in sorted((course.root / "autograded").glob(f"*/{week.id}")):
            student = folder.parent.name
            facts = graded_facts(course, student, week.id)
            if facts is None or (students and student not in students):
                continue
            notebook = nbformat.read(graded_path(course, student, week.id), as_version=4)
            marks = _marks(gradebook, week.id, student)
            text = page.render(
                course=course.manifest.course,
                week=week,
                student=student,
                facts=facts,
                exercises=[_exercise(test, notebook) for test in facts["tests"]],
                answers=_answers(notebook, marks),
                marks=marks,
                styles=STYLES,
            )
            _write(course.root / "feedback" / student / week.id, week.id, text)
            count += 1
    return count


def _write(folder: Path, week: str, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{week}.tmp"
    draft.write_text(text, encoding="utf-8")
    draft.replace(folder / f"{week}.html")


def _environment() -> Environment:
    loader = PackageLoader("autograder.report", "templates")
    environment = Environment(loader=loader, autoescape=select_autoescape(), trim_blocks=True)
    environment.filters["mark"] = lambda value: f"{value:.4g}"
    return environment


def _exercise(facts: dict[str, Any], notebook: Any) -> dict[str, Any]:
    """One exercise for the page: its lines and the code that the student wrote."""
    programs = tuple(Result(**program) for program in facts["programs"])
    test = TestResult(**{**facts, "programs": programs, "waits_for": tuple(facts["waits_for"])})
    code = "\n\n".join(
        cell.source
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == test.exercise
    )
    return {
        "test": test,
        "passed": sum(program.passed for program in programs),
        "remarks": remarks(test),
        "unwritten": unwritten(test),
        "code": highlight(code, PythonLexer(), FORMATTER) if code.strip() else "",
    }


def _answers(notebook: Any, marks: dict[str, Any]) -> list[dict[str, Any]]:
    """The written answers with what a person gave for them."""
    found = []
    for cell in notebook.cells:
        own = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "markdown" and own.get("grade"):
            mark = marks["cells"].get(own.grade_id, {})
            facts = {"name": own.grade_id, "points": own.points, "text": cell.source}
            found.append({**facts, **mark})
    return found


def _marks(gradebook: Gradebook, week: str, student: str) -> dict[str, Any]:
    """What the gradebook holds: manual marks, comments and the late penalty."""
    nothing: dict[str, Any] = {"score": None, "penalty": 0.0, "cells": {}, "open": False}
    try:
        sheet = gradebook.find_submission_notebook(week, week, student)
    except MissingEntry:
        return nothing
    cells = {
        grade.name: {"score": grade.score, "open": bool(grade.needs_manual_grade)}
        for grade in sheet.grades
    }
    for comment in sheet.comments:
        cells.setdefault(comment.name, {})["comment"] = comment.comment or ""
    return {
        "score": sheet.score,
        "most": sheet.max_score,
        "penalty": sheet.late_submission_penalty or 0.0,
        "cells": cells,
        "open": any(cell.get("open") for cell in cells.values()),
    }
