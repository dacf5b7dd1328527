"""The command ``import``: an nbgrader course, as a course of this kind in a new folder."""

import json as json_format
from pathlib import Path
from typing import Annotated

import typer

from ..authoring.importing.report import Report, WeekReport, week_lines
from ..course.paths import printable


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
    json: Annotated[
        bool, typer.Option("--json", help="The report as JSON instead of lines.")
    ] = False,
) -> None:
    """Make a course of an nbgrader course, whose folder stays as it is."""
    from ..authoring.importing.make import import_course

    to = to or Path.cwd() / f"{source.resolve().stem}-autograder"
    made = import_course(source, to, _quiet if json else _show)
    report = made.report
    if json:
        typer.echo(json_format.dumps(report.tree(), indent=1, ensure_ascii=False, default=str))
    else:
        _end(report)
    if check and report.differences:
        raise typer.Exit(1)


def _show(week: WeekReport) -> None:
    for line in week_lines(week):
        typer.echo(printable(line))


def _quiet(week: WeekReport) -> None:
    """Say nothing: a program reads the report."""


def _end(report: Report) -> None:
    for note in report.notes:
        typer.echo(printable(f"note: {note}"))
    for one in report.differences:
        typer.echo(printable(f"differs: {one}"))
    typer.echo("")
    for line in report.summary():
        typer.echo(printable(line))
    typer.echo(f"{report.course}: what was found is in IMPORT.md. Next:")
    for line in (f"cd {report.course}", "autograder build", "autograder check"):
        typer.echo(f"  {line}")
