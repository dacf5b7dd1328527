"""All of an imported course, notebook by notebook: what ``course.yml`` is to say of its cells."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from ...authoring.importing.make import Imported, write_report
from ...authoring.importing.report import (
    KERNEL,
    CellReport,
    Difference,
    Report,
    SheetReport,
    WeekReport,
)
from ...authoring.plain.build import FILES
from ...course.errors import CourseError
from ...course.manifest import Course, load_course
from ...sandbox.levels import best_level
from ..plain_stock import StockScore
from .forms import trial_assignments
from .pool import Job, Key, tried
from .trial import Trial

Tell = Callable[[str, SheetReport], None]


def settle(
    made: Imported, jobs: int = 1, compare: bool = False, tell: Tell = lambda week, sheet: None
) -> Report:
    """Grade every notebook of an import, and write down what follows.

    Parameters
    ----------
    jobs : how many notebooks at once
    compare : whether to ask nbgrader itself as well
    tell : called with each notebook and its week when it is done
    """
    course = load_course(made.report.course)
    try:
        best_level(unsafe=False)
    except CourseError as error:
        note = f"nothing was run, and what cells do when they run is not known: {error}"
        report = replace(made.report, notes=(*made.report.notes, note))
        write_report(made, report)
        return report
    with tempfile.TemporaryDirectory(prefix="import-") as work:
        weeks, tasks = _prepared(course, made.report, Path(work), compare)
        found: dict[Key, Trial | str] = {}
        for key, result in tried(tasks, jobs, course.preload(*course.weeks)):
            found[key] = result
            tell(key[0], _sheet(weeks, key, result))
    report = _with(replace(made.report, weeks=tuple(weeks.values())), found, compare)
    write_report(made, report)
    return report


def _prepared(
    course: Course, report: Report, work: Path, compare: bool
) -> tuple[dict[str, WeekReport], dict[Key, Job]]:
    """Build every notebook; those that nbgrader refuses are left out of their weeks."""
    weeks, tasks = {}, {}
    nothing = work / "nothing"
    nothing.mkdir()
    for week in report.weeks:
        weeks[week.id] = week
        if not week.is_kept:
            continue
        assignments, troubles = trial_assignments(course, week.id, work)
        weeks[week.id] = _without(week, troubles)
        folder = course.source(week.id) / FILES
        files = (folder if folder.is_dir() else nothing) if compare else None
        for assignment in assignments:
            sheet = next(one for one in week.kept if one.name == assignment.name)
            known = {cell.id: cell.why for cell in sheet.of(KERNEL)}
            tasks[week.id, assignment.name] = Job(assignment, known, files)
    return weeks, tasks


def _without(week: WeekReport, troubles: Mapping[str, str]) -> WeekReport:
    """A week without the notebooks that nbgrader refuses."""
    sheets = tuple(
        replace(sheet, trouble=(troubles[sheet.name],)) if sheet.name in troubles else sheet
        for sheet in week.sheets
    )
    left = any(not sheet.trouble for sheet in sheets)
    return replace(week, sheets=sheets, trouble="" if left else "nbgrader refuses its notebooks")


def _sheet(weeks: Mapping[str, WeekReport], key: Key, result: Trial | str) -> SheetReport:
    """The report of one notebook, with what was found."""
    week, name = key
    sheet = next(one for one in weeks[week].sheets if one.name == name)
    if isinstance(result, str):
        return replace(sheet, notes=(*sheet.notes, result))
    return replace(sheet, cells=tuple(_cell(cell, result) for cell in sheet.cells))


def _cell(cell: CellReport, trial: Trial) -> CellReport:
    tried = trial.cells.get(cell.id)
    if tried is None:
        return cell
    return replace(
        cell,
        where=tried.where,
        why=tried.why,
        reference=tried.passes["reference"],
        stub=tried.passes["empty"],
        fault=tried.fault,
    )


def _with(report: Report, found: Mapping[Key, Trial | str], compare: bool) -> Report:
    """The report with what was found of every notebook."""
    by_week = {week.id: week for week in report.weeks}
    weeks = tuple(
        replace(
            week,
            sheets=tuple(
                _sheet(by_week, (week.id, sheet.name), found[week.id, sheet.name])
                if (week.id, sheet.name) in found
                else sheet
                for sheet in week.sheets
            ),
        )
        for week in report.weeks
    )
    report = replace(report, weeks=weeks)
    if not compare:
        return report
    verdicts = [
        (week, name, form, id, score, trial.cells[id].scores[form])
        for (week, name), trial in found.items()
        if isinstance(trial, Trial)
        for (form, id), score in trial.stock.items()
        if id in trial.cells and score.score is not None
    ]
    differences = tuple(
        Difference(week, name, id, form, _said(score), f"{ours:g} of {score.points:g}")
        for week, name, form, id, score, ours in verdicts
        if score.score is not None and abs(score.score - ours) > 1e-6
    )
    return replace(report, compared=len(verdicts), differences=differences)


def _said(score: StockScore) -> str:
    return f"{score.score:g} of {score.points:g}" + (
        f" ({score.error[:80]})" if score.error else ""
    )
