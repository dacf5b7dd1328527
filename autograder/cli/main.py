"""The command ``autograder``: each command reads its arguments and calls one room."""

import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from ..course.errors import CourseError
from ..course.manifest import Course, find_course
from ..course.paths import printable
from ..course.search_path import leave_out_working_directory
from .data_commands import data
from .instructor_commands import register as register_instructors
from .report_commands import register as register_reports

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Build a course of notebooks, grade submissions and write feedback.",
)
Weeks = Annotated[
    list[str] | None, typer.Argument(metavar="[WEEK]...", help="Assignment ids or numbers.")
]
Jobs = Annotated[int, typer.Option(help="How many submissions to grade at once.", min=1)]
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@app.command()
def build(
    weeks: Weeks = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail on a difference.")
    ] = False,
) -> None:
    """Make the student notebooks from the sources."""
    from ..gradebook.registration import is_current, write_week

    course = find_course()
    picked = course.pick(weeks)
    if check:
        stale = [week.id for week in picked if not is_current(course, week)]
        if stale:
            typer.echo(f"not what the source gives: {', '.join(stale)}; run `autograder build`")
            raise typer.Exit(1)
        return
    for week in picked:
        changed = "" if write_week(course, week) else " (unchanged)"
        for name in week.sheets:
            path = course.notebook(week.id, name).relative_to(course.root)
            typer.echo(f"{week.id}: {path}{changed}")


@app.command()
def check(
    weeks: Weeks = None,
    jobs: Jobs = CORES,
    run: Annotated[bool, typer.Option("--run", help="Run the experiments as well.")] = False,
    mutants: Annotated[
        bool, typer.Option("--mutants", help="Instead: which machine-made faults go unnoticed?")
    ] = False,
) -> None:
    """For authors: does the week tell right from wrong, and say why?"""
    course = find_course()
    picked = course.pick(weeks)
    if mutants:
        from .mutants import check_mutants

        if not check_mutants(course, picked, jobs, typer.echo):
            raise typer.Exit(1)
        return
    from ..batch.grader import Grader
    from .show import check_week

    with Grader(jobs, course.preload(*picked)) as grader:
        grader.start()
        results = [check_week(course, week, grader, run) for week in picked]
    if not all(results):
        raise typer.Exit(1)


@app.command()
def grade(
    weeks: Weeks = None,
    student: Annotated[list[str] | None, typer.Option(help="Only this student's.")] = None,
    jobs: Jobs = CORES,
    changed: Annotated[
        bool, typer.Option("--changed", help="Also what earlier tests graded.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Grade everything again.")] = False,
    scheduler: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Grade on this Dask cluster (extra: cluster).")
    ] = "",
    unsafe: Annotated[
        bool, typer.Option("--unsafe", help="Grade even where nothing isolates the submissions.")
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="Results as JSON instead of a table.")
    ] = False,
) -> None:
    """Grade the submissions in submitted/ and record the marks."""
    from ..batch.glance import anything_to_grade
    from ..batch.grader import Grader

    course = find_course()
    picked = course.pick(weeks)
    failures = 0
    with Grader(jobs, course.preload(*picked), scheduler, unsafe) as grader:
        if anything_to_grade(course, picked, student or (), changed or force):
            grader.start()  # its imports take seconds, and run beside those below
        from ..batch.run import Selection, grade_week
        from ..batch.strays import strays
        from ..gradebook.classbook import waiting
        from ..gradebook.regrade import Regrade
        from .show import show_class

        selection = Selection(tuple(student or ()), changed, force)
        say = _to_stderr if json else _to_stdout
        for stray in strays(course, picked):
            say(stray.line)
            failures += stray.lost and not student
        for week in picked:
            regrade = Regrade()
            failures += grade_week(course, week, selection, grader, say, regrade)
            show_class(course, week, json, regrade, waiting(course, week))
    if failures:
        raise typer.Exit(1)


@app.command()
def feedback(
    weeks: Weeks = None,
    student: Annotated[list[str] | None, typer.Option(help="Only this student's.")] = None,
    text: Annotated[
        bool, typer.Option("--text", help="Also as text, for an LMS's comment field.")
    ] = False,
) -> None:
    """Write a page for every graded submission into feedback/."""
    from ..report.feedback import why_no_pages, write_feedback

    course = find_course()
    for week in course.pick(weeks):
        count = write_feedback(course, week, student or [], text)
        why = "" if count else f"; {why_no_pages(course, week, student or [])}"
        _to_stdout(f"{week.id}: {count} pages in {course.root / 'feedback'}{why}")


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where the sample class goes.")] = Path("demo"),
    week: Annotated[list[str] | None, typer.Option(help="Only this week's.")] = None,
    jobs: Jobs = CORES,
) -> None:
    """Grade a sample class, end to end, in a folder of its own."""
    from .demo import run_demo

    if run_demo(find_course(), folder, week, jobs, typer.echo):
        raise typer.Exit(1)


@app.command()
def bundle(
    weeks: Weeks = None,
    to: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The archive; build/COURSE.zip without it.")
    ] = None,
) -> None:
    """Pack one archive for students without an exchange: notebooks, data cards, the package."""
    from ..authoring.bundle import write_bundle
    from ..gradebook.registration import is_current

    course = find_course()
    path = write_bundle(course, course.pick(weeks), to, is_current)
    typer.echo(f"{path}  ({path.stat().st_size >> 10} KiB)")


app.add_typer(data, name="data")


@app.command()
def progress(
    json: Annotated[bool, typer.Option("--json", help="As JSON instead of a table.")] = False,
) -> None:
    """For students: what is written and ticked in each week, and when it is due."""
    from ..report.progress import find_progress
    from .progress_table import show

    weeks = find_progress()
    if json:
        import json as writer

        typer.echo(writer.dumps([week.tree() for week in weeks], indent=2, ensure_ascii=False))
    else:
        show(weeks)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(words: typer.Context) -> None:
    """Open JupyterLab on the course's start page; further words are JupyterLab's own."""
    from .lab import run_lab

    raise typer.Exit(run_lab(find_course(), words.args))


register_reports(app)
register_instructors(app)


@app.command()
def doctor() -> None:
    """Say what this machine offers: versions, isolation, the course's packages and data."""
    from .doctor import examine

    if not examine(typer.echo):
        raise typer.Exit(1)


def _to_stdout(text: str) -> None:
    typer.echo(printable(text))


def _to_stderr(text: str) -> None:
    typer.echo(printable(text), err=True)


def _end(number: int, frame: object) -> None:
    """End as after an error, so that kernels and folders go; the status is a shell's."""
    sys.exit(128 + number)


def main() -> None:
    """Run the command line; an error of the course is one line and exit status 2."""
    leave_out_working_directory()
    signal.signal(signal.SIGTERM, _end)
    try:
        app()
    except CourseError as error:
        typer.echo("\n".join(map(printable, f"autograder: {error}".split("\n"))), err=True)
        sys.exit(2)


__all__ = ["Course", "app", "main"]
