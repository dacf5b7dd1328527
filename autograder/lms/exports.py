"""Marks out, as nbgrader's export plug-ins: CSV, Canvas, Moodle and JSON.

``autograder export --to canvas`` and
``nbgrader export --exporter autograder.lms.exports.CanvasExporter`` give the same file.
Students who have withdrawn are left out. Who has handed in nothing has an empty mark, which leaves
the mark in the system as it is: giving a zero is up to you.
"""

import csv
import io
import json
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

import traitlets
from nbgrader.api import Gradebook
from nbgrader.plugins import ExportPlugin

from ..course.errors import CourseError
from ..course.files import write_whole
from ..course.manifest import Course, Week, find_course
from ..course.roster import Entry
from ..gradebook.classbook import Book, Sheet, open_book
from ..gradebook.marks import Marks, Person, people

#: A spreadsheet takes a cell that begins with one of these for a formula, in full width too.
FORMULA = tuple("=+-@−")
#: Categories of characters that a spreadsheet skips in front of a formula, or does not show.
UNSEEN = ("Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me")
#: From a student's sheet of a week to the text for a comment field.
Comment = Callable[[Sheet, Week], str]


class CourseExporter(ExportPlugin):  # type: ignore[misc]
    """What the exporters share: the course, its people, and how a file is written.

    ``comment`` makes the text of a comment field. It is passed in, because the pages that students
    read are made in a room further out.
    """

    name = "marks.csv"
    comment = traitlets.Callable(lambda sheet, week: "").tag(config=True)

    def export(self, gradebook: Gradebook) -> None:
        """Called by nbgrader with the open gradebook."""
        course = find_course()
        for path in self.write(Book.of(course, gradebook)):
            self.log.info("Exported marks to %s", path)

    def write(self, book: Book) -> Iterator[Path]:
        """Write the export; yields the files."""
        path = Path(self.to or self.name)
        write_whole(path, self.text(book, self._weeks(book)))
        yield path

    def text(self, book: Book, weeks: list[Week]) -> str:
        """The content of the file."""
        raise NotImplementedError

    def _weeks(self, book: Book) -> list[Week]:
        """The weeks to export: those named, else those that the gradebook knows."""
        known = {assignment.name for assignment in book.gradebook.assignments}
        wanted = [str(word) for word in self.assignment]
        weeks = book.course.pick(wanted) if wanted else list(book.course.weeks)
        return [week for week in weeks if week.id in known]

    def _people(self, book: Book) -> list[tuple[Person, Entry]]:
        wanted = {str(word) for word in self.student}
        found = sorted(
            people(book.gradebook).values(), key=lambda one: (one.name.casefold(), one.id)
        )
        missing = wanted - {person.id for person in found}
        if missing:
            raise CourseError(f"the gradebook has no student {min(missing)!r}")
        return [
            (person, book.roster.students.get(person.id, Entry()))
            for person in found
            if (person.id in wanted if wanted else book.roster.is_active(person.id))
        ]


class CsvExporter(CourseExporter):
    """One row for each student and week."""

    name = "marks.csv"

    def text(self, book: Book, weeks: list[Week]) -> str:
        rows: list[list[Any]] = [
            [
                *("student_id", "last_name", "first_name", "email", "section", "week", "title"),
                *("due", "extension_hours", "handed_in", "state"),
                *("tests", "answers", "penalty", "mark", "most", "mistakes"),
            ]
        ]
        for week in weeks:
            sheets = week_sheets(book, week)
            for person, entry in self._people(book):
                sheet = sheets.get(person.id)
                who = (person.id, person.last, person.first, person.email, entry.section)
                facts = (week.id, week.title, week.due.isoformat() if week.due else "")
                extension = entry.extensions.get(week.id, 0)
                rows.append([*who, *facts, f"{extension:g}", *_row(sheet)])
        return table(rows)


class CanvasExporter(CourseExporter):
    """Canvas's gradebook: a column for each week, under Canvas's own name.

    Canvas finds a column by the number after its title, which the roster holds once Canvas's own
    export has been imported (``autograder roster import``), or else by the title.
    """

    name = "marks-canvas.csv"

    def text(self, book: Book, weeks: list[Week]) -> str:
        marks = {week.id: book.marks(week) for week in weeks}
        titles = [book.roster.canvas_columns.get(week.id, week.title) for week in weeks]
        most = {a.name: a.max_score for a in book.gradebook.assignments}
        rows: list[list[Any]] = [
            ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *titles],
            ["    Points Possible", "", "", "", "", *(f"{most[week.id]:g}" for week in weeks)],
        ]
        for person, entry in self._people(book):
            name = person.name if person.last not in ("", person.id) else person.id
            login = entry.login or person.id
            found = (marks[week.id].get(person.id) for week in weeks)
            scores = ["" if mark is None else f"{mark.mark:.2f}" for mark in found]
            rows.append([name, person.lms_id, entry.sis_id, login, entry.section, *scores])
        return table(rows)


class MoodleExporter(CourseExporter):
    """Moodle's grading worksheet: a file for each week, with feedback comments.

    An assignment's worksheet is matched by "Identifier"; "ID number" and "Email address" serve
    Moodle's import into its gradebook.
    """

    name = "marks-moodle.csv"

    def write(self, book: Book) -> Iterator[Path]:
        base = Path(self.to or self.name)
        weeks = self._weeks(book)
        for week in weeks:
            several = not self.to or len(weeks) > 1
            path = base.with_stem(f"{base.stem}-{week.id}") if several else base
            write_whole(path, self.text(book, [week]))
            yield path

    def text(self, book: Book, weeks: list[Week]) -> str:
        rows: list[list[Any]] = [
            [
                *("Identifier", "Full name", "ID number", "Email address", "Grade"),
                *("Maximum Grade", "Last modified (grade)", "Feedback comments"),
            ]
        ]
        for week in weeks:
            sheets = week_sheets(book, week)
            most = book.gradebook.find_assignment(week.id).max_score
            for person, entry in self._people(book):
                sheet = sheets.get(person.id)
                number = (
                    f"Participant {person.lms_id}" if person.lms_id.isdigit() else person.lms_id
                )
                name = " ".join(filter(None, (person.first, person.last))) or person.id
                marks = sheet.marks if sheet else None
                rows.append(
                    [
                        *(number, name, entry.sis_id or person.id, person.email),
                        f"{marks.mark:.2f}" if marks else "",
                        *(f"{most:.2f}", "-"),
                        as_html(self.comment(sheet, week)) if sheet else "",
                    ]
                )
        return table(rows)


class JsonExporter(CourseExporter):
    """Everything, for a program to read: marks by exercise and by written answer."""

    name = "marks.json"

    def text(self, book: Book, weeks: list[Week]) -> str:
        by_week = {week.id: week_sheets(book, week) for week in weeks}
        students = []
        for person, entry in self._people(book):
            found = {id: sheets[person.id] for id, sheets in by_week.items() if person.id in sheets}
            students.append(
                {
                    **asdict(person),
                    **entry.model_dump(),
                    "weeks": {id: _tree(sheet) for id, sheet in found.items()},
                }
            )
        tree = {
            "course": book.course.manifest.course.model_dump(),
            "weeks": [
                {"id": week.id, "title": week.title, "due": _iso(week.due)} for week in weeks
            ],
            "students": students,
        }
        return json.dumps(tree, indent=1, ensure_ascii=False) + "\n"


EXPORTERS: dict[str, type[CourseExporter]] = {
    "csv": CsvExporter,
    "canvas": CanvasExporter,
    "moodle": MoodleExporter,
    "json": JsonExporter,
}


def export_marks(
    course: Course,
    to: str,
    comment: Comment,
    out: Path | None = None,
    weeks: Sequence[str] = (),
    students: Sequence[str] = (),
) -> Iterator[Path]:
    """Write the marks of a course in one of the formats; yields the files.

    Parameters
    ----------
    to : the format
    comment : gives the text of a comment field, where the format has one
    out : the file; ``marks-FORMAT`` in the working directory without it
    weeks, students : only these; all where there are none

    Raises
    ------
    CourseError
        For an unknown format, week or student.
    """
    if to not in EXPORTERS:
        raise CourseError(f"--to {to}: no such format; the formats are {', '.join(EXPORTERS)}")
    plugin = EXPORTERS[to](
        to=str(out or ""), assignment=list(weeks), student=list(students), comment=comment
    )
    with open_book(course) as book:
        yield from plugin.write(book)


def week_sheets(book: Book, week: Week) -> dict[str, Sheet]:
    """The sheets of everybody with a result, by student."""
    return {sheet.student: sheet for sheet in book.everybody(week)}


def table(rows: list[list[Any]]) -> str:
    """Rows as CSV, in which a spreadsheet runs nothing as a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    for row in rows:
        writer.writerow([_inert(cell) for cell in row])
    return buffer.getvalue()


def as_html(text: str) -> str:
    """A text for Moodle's comments: HTML in one line, everything in it escaped."""
    return escape(text.strip()).replace("\n", "<br>")


def _inert(cell: Any) -> str:
    text = str(cell).replace("\r", " ")
    seen = "".join(letter for letter in text if unicodedata.category(letter) not in UNSEEN)
    if unicodedata.normalize("NFKC", seen[:4]).startswith(FORMULA) and text != "-":
        return f"'{text}"
    return text


def _row(sheet: Sheet | None) -> list[str]:
    if sheet is None or sheet.marks is None:
        return ["", "missing", "", "", "", "", "", ""]
    marks = sheet.marks
    state = "to mark" if marks.unmarked else sheet.status
    handed_in = _handed_in(marks) or ("unreadable" if marks.dates and marks.dates.fault else "")
    points = (sheet.earned, marks.score - sheet.earned, marks.penalty, marks.mark, marks.most)
    numbers = (f"{value:.6g}" for value in points)
    return [handed_in, state, *numbers, "; ".join(mistakes(sheet))]


def _iso(time: datetime | None) -> str | None:
    return time.isoformat() if time is not None else None


def _handed_in(marks: Marks) -> str:
    """When it was handed in, in UTC; empty if that is not known."""
    known = marks.dates.handed_in if marks.dates else None
    return known.replace(tzinfo=None).isoformat() if known else ""


def mistakes(sheet: Sheet) -> list[str]:
    """The known mistakes that were recognised, as "exercise: what it does"."""
    return sorted({p.recognised for test in sheet.tests for p in test.programs if p.mistake})


def _tree(sheet: Sheet) -> dict[str, Any]:
    marks = sheet.marks or Marks()
    return {
        "state": "to mark" if marks.unmarked else sheet.status,
        "cause": sheet.cause,
        "reason": sheet.reason,
        "due": _iso(marks.dates.until) if marks.dates else None,
        "handed_in": _handed_in(marks) or None,
        "time_fault": marks.dates.fault if marks.dates else "",
        "days_late": marks.dates.days if marks.dates else 0,
        "points": marks.score,
        "penalty": marks.penalty,
        "mark": marks.mark,
        "most": marks.most,
        "cells": {name: asdict(cell) for name, cell in marks.cells.items()},
        "mistakes": mistakes(sheet),
    }
