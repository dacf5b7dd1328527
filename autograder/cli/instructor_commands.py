"""The commands ``init``, ``import`` and ``trace``: a new course, and where a mark comes from."""

from pathlib import Path
from typing import Annotated

import typer

from .import_command import register as register_import


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(init)
    register_import(app)
    app.command()(trace)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder, or an empty one.")],
) -> None:
    """Make a new course of one week that builds, checks, grades and reports."""
    from ..authoring.starter import make_course

    course = make_course(folder)
    typer.echo(f"{course.root}: a course of one week. Next:")
    typer.echo(f"  cd {folder}")
    for line in ("autograder build", "autograder check"):
        typer.echo(f"  {line}")
    typer.echo("  then read README.md, and solutions/ for how a week is written")


def trace(
    student: Annotated[str, typer.Argument(help="The student's folder in submitted/.")],
    week: Annotated[str, typer.Argument(help="Assignment id or number.")],
    json: Annotated[bool, typer.Option("--json", help="As JSON instead of lines.")] = False,
) -> None:
    """Where a mark comes from: the file, the tests, the engine, a person."""
    from ..course.manifest import find_course
    from ..report.trace import show_trace, trace_mark

    course = find_course()
    show_trace(trace_mark(course, course.pick([week])[0], student), json)
