"""Plain weeks in the terminal: a class's rows, and the tests that nothing protects."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from ..course.manifest import Course, Week
from ..gradebook.marks import Marks
from ..gradebook.notebooks import NBGRADER, Part, read_parts, together
from ..grading.results import Facts

#: With more test cells than this a table has a column for each notebook.
MOST_COLUMNS = 12
#: How many unprotected test cells are listed below a table.
MOST_LISTED = 12
Row = dict[str, Any]


def plain_rows(course: Course, week: Week, marks: dict[str, Marks]) -> list[Row]:
    """One row for each student with a result; see ``show.class_rows``.

    What is known of each notebook is in ``notebooks``; nbgrader may have marked it before.
    """
    rows = []
    given = {student for student, found in marks.items() if found.given}
    for student in sorted(given.union(course.graded_students(week.id))):
        own = marks.get(student)
        parts = read_parts(course, student, week, own)
        facts = together(week, parts)
        if facts is None:
            continue
        rows.append(
            {
                **result_row(student, own, facts),
                "before": _before(parts),
                "notebooks": [_notebook(part) for part in parts],
                "not_protected": [
                    {"cell": test.cell, "points": test.points, "why": test.why_open}
                    for test in facts.tests
                    if not test.protected
                ],
            }
        )
    return rows


def result_row(student: str, marks: Marks | None, facts: Facts) -> dict[str, Any]:
    """What the row of any week's result holds."""
    return {
        "student": student,
        "exercises": {test.exercise: test.earned for test in facts.tests},
        "points": {test.exercise: test.points for test in facts.tests},
        "earned": round(facts.earned, 4),
        **totals(marks, facts),
        "status": facts.status,
        "cause": facts.cause,
        "reason": facts.reason,
        "notes": [asdict(note) for note in facts.notes],
    }


def totals(marks: Marks | None, facts: Facts) -> dict[str, float]:
    """What counts in the end, and what it is made of."""
    if marks is None or not marks.cells:
        return {"answers": 0.0, "penalty": 0.0, "mark": facts.earned, "most": facts.points}
    own = {test.cell for test in facts.tests}
    answers = sum(cell.score for name, cell in marks.cells.items() if name not in own)
    found = {"answers": answers, "penalty": marks.penalty, "mark": marks.mark, "most": marks.most}
    return {name: round(value, 4) for name, value in found.items()}


def _before(parts: tuple[Part, ...]) -> str:
    """Which notebooks nbgrader marked, before the course came here."""
    names = [part.name for part in parts if part.before]
    if not names:
        return ""
    which = "" if len(names) == len(parts) else f": {', '.join(names)}"
    return f"marked by nbgrader{which}"


def _notebook(part: Part) -> Row:
    facts = part.facts
    if facts is None:
        by = NBGRADER if part.before else None
        return {"name": part.name, "status": None, "marked_by": by}
    return {
        "name": part.name,
        "status": facts.status,
        "marked_by": "autograder",
        "cause": facts.cause,
        "reason": facts.reason,
        "earned": facts.earned,
        "points": facts.points,
        "submission": facts.submission,
        "version": facts.version,
        "engine": facts.engine,
    }


def not_protected(rows: list[Row]) -> list[Row]:
    """The test cells of a week that run in the students' own kernels, each once."""
    found = {one["cell"]: one for row in rows for one in row.get("not_protected", ())}
    return list(found.values())


def lines_on_protection(rows: list[Row]) -> Iterator[str]:
    """What to say of them below a table."""
    found = not_protected(rows)
    if not found:
        return
    points, most = sum(one["points"] for one in found), max(row["most"] for row in rows)
    yield f"not protected, as these tests run in the student's own kernel: {points:g} of {most:g}"
    for one in found[:MOST_LISTED]:
        why = f"  {one['why']}" if one["why"] else ""
        yield f"  {one['cell']} ({one['points']:g}){why}"
    if len(found) > MOST_LISTED:
        yield f"  and {len(found) - MOST_LISTED} more: `autograder report` lists them"


def in_columns(week: Week, rows: list[Row]) -> list[Row]:
    """The rows as a table shows them: by notebooks where there are too many test cells."""
    if len(week.sheets) == 1 or max(len(row["points"]) for row in rows) <= MOST_COLUMNS:
        return [_complete(row, rows) for row in rows] if week.is_plain else rows
    shown = []
    for row in rows:
        columns: dict[str, dict[str, float]] = {"exercises": {}, "points": {}}
        for name in week.notebooks:
            begin = week.key(name, "")
            for kind, sums in columns.items():
                values = [value for key, value in row[kind].items() if key.startswith(begin)]
                sums[name] = sum(values)
        shown.append({**row, **columns})
    return [_complete(row, shown) for row in shown]


def _complete(row: Row, rows: list[Row]) -> Row:
    """A row with the points of every column, though its student has none of some."""
    points: dict[str, float] = {}
    for one in rows:
        for name, most in one["points"].items():
            points[name] = max(most, points.get(name, 0.0))
    return {**row, "points": points}
