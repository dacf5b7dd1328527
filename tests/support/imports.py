"""An nbgrader course, imported, and the gradebook that it may have."""

from pathlib import Path

from nbgrader.api import Gradebook

from autograder.authoring.importing.make import import_course
from autograder.authoring.importing.report import Report, SheetReport
from autograder.course.database import create_tables


def imported(source: Path, to: Path | None = None) -> Report:
    return import_course(source, to or source.parent / "out").report


def sheet_of(report: Report, name: str) -> SheetReport:
    return next(s for week in report.weeks for s in week.sheets if s.name == name)


def gradebook(folder: Path) -> Path:
    """A gradebook with due dates that turn the order of the assignments round."""
    path = folder / "gradebook.db"
    create_tables(f"sqlite:///{path}")
    with Gradebook(f"sqlite:///{path}", "areas") as book:
        book.add_assignment("week 10", duedate="2027-01-10 23:59:59")
        book.add_assignment("week 2", duedate="2027-03-01 11:00:00")
        book.add_assignment("exam", duedate=None)
        book.add_student("ada", first_name="Ada", last_name="L", email="a@x.org")
        book.add_student("bob")
    return path
