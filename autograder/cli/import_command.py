"""The command ``import``: an nbgrader course, as a course of this kind in a new folder."""

import json as json_format
import os
import shlex
from pathlib import Path
from typing import Annotated

import typer

from ..authoring.importing.report import Report
from ..course.paths import printable

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command(name="import")(import_)


def import_(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="SOURCE",
            help="A course, a folder of assignments, one assignment, or one notebook.",
        ),
    ],
    to: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="A new folder; SOURCE's name and -autograder without it."),
    ] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Also grade with nbgrader alone, and list what differs."),
    ] = False,
    jobs: Annotated[int, typer.Option(help="How many notebooks to try at once.", min=1)] = CORES,
    json: Annotated[
        bool, typer.Option("--json", help="The report as JSON instead of lines.")
    ] = False,
) -> None:
    """Make a course of an nbgrader course, whose folder stays as it is."""
    from ..authoring.importing.make import import_course
    from ..batch.counting import counting
    from ..batch.importing.settle import settle

    to = to or Path.cwd() / f"{source.resolve().stem}-autograder"
    made = import_course(source, to)
    weeks = [week for week in made.report.weeks if week.is_kept]
    say = _to_stderr if json else _to_stdout
    with counting("notebooks", sum(len(week.kept) for week in weeks), say) as tell:
        report = settle(made, jobs, check, lambda week, sheet: tell(f"{week}/{sheet.line()}"))
    if json:
        typer.echo(json_format.dumps(report.tree(), indent=1, ensure_ascii=False, default=str))
    else:
        _end(report)
    if check and report.differences:
        raise typer.Exit(1)


def _to_stdout(text: str) -> None:
    typer.echo(printable(text))


def _to_stderr(text: str) -> None:
    typer.echo(printable(text), err=True)


def _end(report: Report) -> None:
    for line in report.remarks():
        _to_stdout(line)
    _to_stdout("")
    for line in report.summary():
        _to_stdout(line)
    _to_stdout(f"{report.course}: what was found is in IMPORT.md. Next:")
    for line in (f"cd {shlex.quote(str(report.course))}", "autograder build", "autograder check"):
        _to_stdout(f"  {line}")
