"""What the terminal shows: the class as a table, and an author's check."""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..authoring.source import read
from ..batch.assignments import load_assignments
from ..batch.check import CellExecutionError, Checked, check, run_through
from ..batch.grader import Grader
from ..batch.plain_check import check_plain
from ..course.manifest import Course, Week
from ..course.paths import printable
from ..gradebook.classbook import open_book
from ..gradebook.graded import graded_facts
from ..gradebook.marks import Marks
from ..gradebook.regrade import Regrade
from ..grading.plain.assignment import PlainAssignment
from .plain_rows import in_columns, lines_on_protection, not_protected, plain_rows, result_row


def class_rows(course: Course, week: Week) -> list[dict[str, Any]]:
    """One row for each student with a graded notebook: marks by exercise, total and reason.

    ``earned`` is what the hidden tests give; ``mark`` is what counts: that and the written
    answers, less the late penalty.
    """
    rows = []
    marks = _marks(course, week)
    if week.is_plain:
        return plain_rows(course, week, marks)
    for student in course.graded_students(week.id):
        facts = graded_facts(course, student, week.id)
        if facts is None:
            continue
        rows.append(
            {
                **result_row(student, marks.get(student), facts),
                "submission": facts.submission,
                "version": facts.version,
                "engine": facts.engine,
            }
        )
    return rows


def _marks(course: Course, week: Week) -> dict[str, Marks]:
    """The marks in the gradebook, if there is one."""
    if not course.gradebook_path.is_file():
        return {}
    with open_book(course) as book:
        return book.marks(week)


def show_class(
    course: Course,
    week: Week,
    as_json: bool = False,
    regrade: Regrade | None = None,
    waiting: Mapping[str, tuple[str, ...]] | None = None,
) -> None:
    """Print a week's marks, students by exercises.

    Parameters
    ----------
    regrade : what grading again has changed
    waiting : for each student, the written answers that wait for a person
    """
    rows = class_rows(course, week)
    if as_json:
        for row in rows:
            row["unmarked"] = list((waiting or {}).get(row["student"], ()))
        again = {} if regrade is None else {"regraded": regrade.tree()}
        unprotected = {"not_protected": not_protected(rows)} if week.is_plain else {}
        print(json.dumps({"week": week.id, "students": rows, **unprotected, **again}, indent=1))
        return
    if regrade is not None:
        _show_changes(regrade)
    if not rows:
        return
    shown = in_columns(week, rows)
    points: dict[str, float] = next((row["points"] for row in shown if row["points"]), {})
    table = Table(title=f"{week.id}: {week.title}", title_justify="left")
    table.add_column("student", no_wrap=True)
    for name, most in points.items():
        table.add_column(f"{_folded(name)}\n/{most:g}", justify="right", min_width=9)
    answers = any(row["most"] > sum(row["points"].values()) for row in rows)
    late = any(row["penalty"] for row in rows)
    for name in ("answers",) * answers + ("late",) * late:
        table.add_column(name, justify="right")
    table.add_column(f"total\n/{max(row['most'] for row in rows):g}", justify="right")
    table.add_column("remark", no_wrap=True, overflow="ellipsis", max_width=44)
    for row in shown:
        marks = [_mark(row["exercises"].get(name, 0), most) for name, most in points.items()]
        notes = [note["text"] for note in row["notes"]]
        remarks = [*filter(None, (row["reason"], row.get("before", ""))), *notes]
        remark = f"{remarks[0]} (+{len(remarks) - 1})" if len(remarks) > 1 else "".join(remarks)
        if answers:
            waits = row["student"] in (waiting or {})
            marks.append("to mark" if waits else f"{row['answers']:.3g}")
        if late:
            marks.append(f"−{row['penalty']:.4g}" if row["penalty"] else "")
        name = escape(printable(row["student"]))
        table.add_row(name, *marks, f"{row['mark']:.2f}", escape(printable(remark)))
    _console().print(table)
    for line in lines_on_protection(rows):
        print(printable(line))
    counts: dict[str, int] = {}
    for names in (waiting or {}).values():
        for name in names:
            counts[name] = counts.get(name, 0) + 1
    for name, count in counts.items():
        print(f"{name}: {count} to be marked by a person (autograder lab, then Formgrader)")


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else 160, highlight=False)


def _show_changes(regrade: Regrade) -> None:
    """Print the marks that moved, before and after."""
    if regrade.changes:
        table = Table(title="marks that changed", title_justify="left")
        table.add_column("student", no_wrap=True)
        table.add_column("before", justify="right")
        table.add_column("after", justify="right")
        table.add_column("where")
        for change in sorted(regrade.changes, key=lambda change: change.student):
            moves = (
                f"{move.name} {move.before:.3g} → {move.after:.3g}"
                + (f" ({move.note})" if move.note else "")
                for move in change.moves
            )
            marks = f"{change.before:.4g}", f"{change.after:.4g}"
            name = escape(printable(change.student))
            table.add_row(name, *marks, escape(printable("; ".join(moves))))
        _console().print(table)
    if regrade.changes or regrade.unchanged:
        print(f"graded again: {len(regrade.changes)} changed, {regrade.unchanged} unchanged")


def _folded(name: str) -> str:
    """A long name on several lines, for a narrow column."""
    return re.sub(r"(?<=[a-z])_", "_\n", name).replace("/", "/\n")


def _mark(earned: float, points: float) -> str:
    text = f"{earned:.3g}"
    return f"[bold]{text}[/bold]" if earned == points else text


def _checks(course: Course, week: Week, grader: Grader) -> Iterator[Checked]:
    for assignment in load_assignments(course, week):
        if isinstance(assignment, PlainAssignment):
            yield from check_plain(assignment, grader)
        else:
            yield from check(assignment, grader)


def check_week(course: Course, week: Week, grader: Grader, run: bool) -> bool:
    """Print an author's check of a week; returns whether all is well."""
    good = True
    for checked in _checks(course, week, grader):
        mark = f"{checked.earned:.4g} of {checked.points:g}"
        print(
            f"{'ok  ' if not checked.faults else 'FAIL'} {week.id}: {checked.what}: {mark}",
            flush=True,
        )
        for fault in checked.faults:
            good = False
            print(f"       {fault}", flush=True)
    if run and not week.is_plain:
        try:
            seconds = run_through(read(course.source_folder(week), week.id))
            print(f"ok   {week.id}: top to bottom with experiments in {seconds:.1f} s")
        except CellExecutionError as error:
            good = False
            print(f"FAIL {week.id}: top to bottom: {error}")
    return good
