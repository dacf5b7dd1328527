"""The students' table: one row for each, a cell for each exercise or week, links in all of them."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..course.manifest import Course
from .classbook import ClassWeek, Sheet
from .incidents import incidents
from .page import in_points
from .week import WeekReport, total


@dataclass(frozen=True)
class Place:
    """Where the pages go, and how the files of students are reached from there."""

    course: Course
    folder: Path

    def link(self, path: Path) -> str:
        """The relative address of a file of the course; empty where there is none."""
        if not path.exists():
            return ""
        return quote(Path(os.path.relpath(path, self.folder)).as_posix())

    def feedback(self, student: str, week: str) -> str:
        """A student's feedback page; the graded notebook while there is no page."""
        return self.link(self.course.feedback_page(student, week)) or self.notebook(student, week)

    def notebook(self, student: str, week: str) -> str:
        """A student's graded notebook."""
        return self.link(self.course.graded_notebook(student, week))


def course_rows(place: Place, reports: list[WeekReport]) -> list[dict[str, Any]]:
    by_week = [{sheet.student: sheet for sheet in report.cls.sheets} for report in reports]
    everybody = {s.student: s.person for sheets in by_week for s in sheets.values()}
    everybody |= {person.id: person for report in reports for person in report.cls.missing}
    rows = []
    for student, person in sorted(everybody.items(), key=lambda one: one[1].name.casefold()):
        cells, earned, missing, page = [], 0.0, 0, ""
        for report, sheets in zip(reports, by_week, strict=True):
            sheet = sheets.get(student)
            if sheet is None:
                missing += 1
                cells.append({"value": None, "heat": "", "page": ""})
                continue
            earned += sheet.earned
            week = report.cls.week.id
            page = place.feedback(student, week)
            cells.append({**_cell(sheet.earned, sheet.points), "page": page})
        tail = [
            {"sort": f"{earned:.6g}", "text": in_points(earned)},
            {"sort": missing, "text": missing},
        ]
        rows.append(
            {
                "name": person.name,
                "id": student,
                "page": page,
                "tokens": "",
                "cells": cells,
                "tail": tail,
                "flags": [],
                "notebook": "",
            }
        )
    return rows


def week_row(place: Place, cls: ClassWeek, sheet: Sheet, tokens: str) -> dict[str, Any]:
    page = place.feedback(sheet.student, cls.week.id)
    anchored = page.endswith(".html")
    cells = []
    for name in cls.exercises:
        test = sheet.test(name)
        cell = _cell(test.earned, test.points) if test else {"value": None, "heat": ""}
        cells.append({**cell, "page": page, "anchor": f"exercise-{name}" if anchored else ""})
    marks = sheet.marks
    answers = "" if marks is None else _answers(sheet)
    mark, _ = total(sheet, True)
    tail = [
        {"sort": f"{sheet.earned:.6g}", "text": in_points(sheet.earned)},
        {"sort": answers, "text": answers},
        {"sort": marks.penalty if marks else 0, "text": f"−{in_points(marks.penalty)}"}
        if marks and marks.penalty
        else {"sort": 0, "text": ""},
        {"sort": f"{mark:.6g}", "text": in_points(mark)},
    ]
    kinds: dict[str, str] = {}
    for incident in incidents(sheet):
        kinds.setdefault(incident.kind, incident.words)
    return {
        "name": sheet.person.name,
        "id": sheet.student,
        "page": page,
        "tokens": tokens,
        "cells": cells,
        "tail": tail,
        "seconds": sheet.seconds,
        "flags": [{"kind": kind, "words": words[:300]} for kind, words in kinds.items()],
        "notebook": place.notebook(sheet.student, cls.week.id),
    }


def _answers(sheet: Sheet) -> str:
    """The points of written answers, or that somebody has yet to mark them."""
    assert sheet.marks is not None
    own = {test.cell for test in sheet.tests}
    written = {name: cell for name, cell in sheet.marks.cells.items() if name not in own}
    if any(cell.open for cell in written.values()):
        return "to mark"
    return in_points(sum(cell.score for cell in written.values())) if written else ""


def _cell(earned: float, points: float) -> dict[str, Any]:
    share = earned / points if points else 0.0
    step = 0 if share <= 0 else 10 if share >= 1 else min(9, max(1, round(10 * share)))
    return {"value": earned, "heat": f"h{step}", "anchor": ""}
