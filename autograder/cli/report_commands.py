"""The commands ``report``, ``export`` and ``roster``."""

from pathlib import Path
from typing import Annotated

import typer

from ..course.manifest import find_course
from ..course.paths import printable

Weeks = Annotated[
    list[str] | None, typer.Argument(metavar="[WEEK]...", help="Assignment ids or numbers.")
]
roster_app = typer.Typer(no_args_is_help=True, help="Who is in the course.")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(report)
    app.command()(export)
    app.add_typer(roster_app, name="roster")


def report(weeks: Weeks = None) -> None:
    """For instructors: write a page for each week and one for the course into reports/."""
    from ..report.pages import write_reports

    course = find_course()
    for path in write_reports(course, course.pick(weeks), typer.echo):
        typer.echo(f"{path}  ({path.stat().st_size >> 10} KiB)")


def export(
    weeks: Weeks = None,
    to: Annotated[str, typer.Option(help="csv, canvas, moodle or json.")] = "csv",
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The file; marks-FORMAT in this folder without it."),
    ] = None,
    student: Annotated[list[str] | None, typer.Option(help="Only this student's.")] = None,
) -> None:
    """Write marks to a file that a spreadsheet, Canvas or Moodle reads."""
    from ..lms.exports import export_marks
    from ..report.comment import comment

    course = find_course()
    picked = [week.id for week in course.pick(weeks)] if weeks else []
    for path in export_marks(course, to, comment, out, picked, student or []):
        typer.echo(f"{path}")


@roster_app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A CSV file: yours, Canvas's or Moodle's.")],
    partial: Annotated[
        bool, typer.Option("--partial", help="Leave students alone who are not in the file.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change.")] = False,
    id: Annotated[str, typer.Option("--id", metavar="COLUMN", help="The column of ids.")] = "",
) -> None:
    """Import a list of the class: who is new, renamed or withdrawn, or has more time.

    Columns: id, last_name, first_name (or name), email, lms_id, sis_id, login, section, status
    (active or withdrawn), and "extension WEEK" (2d, 36h, 1w or a date). Whoever is not in the
    list has withdrawn.
    """
    from ..lms.enrol import import_roster

    for line in import_roster(find_course(), file, partial, dry_run, id):
        typer.echo(printable(line))


@roster_app.command("show")
def show() -> None:
    """Show everybody in the course, with sections and extensions."""
    from ..lms.enrol import roster_lines

    for line in roster_lines(find_course()):
        typer.echo(printable(line))
