"""The commands ``autograder data …``: which data sets there are, whether they hold, fetch them."""

import json as json_format
import sys
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from rnn_course.datasets import DATASETS, find

from ..course.errors import CourseError
from ..course.manifest import MANIFEST, Course, find_course
from ..notebook.dataset import Dataset, fetch_file, state
from ..notebook.download import DataError, amount

data = typer.Typer(no_args_is_help=True, help="List, check and fetch the course's data sets.")
Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Names of data sets.")]
Json = Annotated[bool, typer.Option("--json", help="For a program to read.")]


@data.command("list")
def list_all(json: Json = False) -> None:
    """Every data set: its weeks, licence, origin, and whether it is there."""
    course = find_course()
    rows = [_facts(course, dataset) for dataset in DATASETS.values()]
    if json:
        typer.echo(json_format.dumps({"datasets": rows, "faults": unknown_names(course)}, indent=1))
        return
    _show(rows)
    for line in unknown_names(course):
        typer.echo(line)


@data.command()
def check(names: Names = None, json: Json = False) -> None:
    """Read every data set in full; fails where one that a week needs falls short."""
    course = find_course()
    faults = [] if names else unknown_names(course)
    results = []
    for dataset in _picked(names):
        needed = bool(names) or (not dataset.optional and bool(weeks_of(course, dataset.name)))
        result = examine(dataset, needed)
        results.append(result)
        if not json:
            typer.echo(result.line())
    if json:
        listed = [vars(result) for result in results]
        typer.echo(json_format.dumps({"datasets": listed, "faults": faults}, indent=1))
    else:
        for line in faults:
            typer.echo(f"FAIL {line}")
    if faults or any(result.needed and not result.good for result in results):
        raise typer.Exit(1)


@data.command()
def fetch(names: Names = None) -> None:
    """Download what is not there yet; without a name, all that is downloaded at all."""
    chosen = _picked(names)
    good = [_fetch(dataset) for dataset in chosen if names or dataset.files]
    if not all(good):
        raise typer.Exit(1)


@dataclass(frozen=True)
class Checked:
    """What the check of one data set found."""

    name: str
    needed: bool
    good: bool
    words: str

    def line(self) -> str:
        mark = "ok  " if self.good else "FAIL" if self.needed else "--  "
        words = self.words if self.good or self.needed else f"{self.words} (no week needs it)"
        return f"{mark} {self.name}: {words}"


def examine(dataset: Dataset, needed: bool) -> Checked:
    """Read a data set in full."""
    glance = state(dataset)
    if not glance.there:
        return Checked(dataset.name, needed, False, f"{glance.words}: {glance.remedy}")
    try:
        return Checked(dataset.name, needed, True, dataset.check(dataset))
    except Exception as error:  # whatever a data set's loader says of it
        words = " ".join(str(error).split()) or type(error).__name__
        return Checked(dataset.name, needed, False, words)


def weeks_of(course: Course, name: str) -> list[int]:
    """The numbers of the weeks that name a data set, from 1."""
    return [number for number, week in enumerate(course.weeks, 1) if name in week.data]


def unknown_names(course: Course) -> list[str]:
    """A line for every name in the manifest that is no data set's."""
    return [
        f"{course.root / MANIFEST}: weeks.{number}.data.{place}: is {name!r}; the data sets are "
        f"{', '.join(DATASETS)}"
        for number, week in enumerate(course.weeks, 1)
        for place, name in enumerate(week.data, 1)
        if name not in DATASETS
    ]


def _show(rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(title="Data sets", title_justify="left")
    for name in ("name", "what", "weeks", "licence", "from", "state"):
        table.add_column(name, no_wrap=name == "name")
    for row in rows:
        weeks = ", ".join(str(number) for number in row["weeks"])
        words = row["state"] + (f": {row['remedy']}" if row["remedy"] else "")
        cells = (row["name"], row["title"], weeks, row["licence"], row["origin"], words)
        table.add_row(*map(escape, cells))
    Console(width=None if sys.stdout.isatty() else 160, highlight=False).print(table)


def _facts(course: Course, dataset: Dataset) -> dict[str, Any]:
    found = state(dataset)
    return {
        "name": dataset.name,
        "title": dataset.title,
        "weeks": weeks_of(course, dataset.name),
        "licence": dataset.licence,
        "source": dataset.source,
        "origin": dataset.origin,
        "bytes": dataset.size,
        "optional": dataset.optional,
        "there": found.there,
        "state": found.words,
        "remedy": found.remedy,
    }


def _picked(names: list[str] | None) -> list[Dataset]:
    try:
        return [find(name) for name in names] if names else list(DATASETS.values())
    except DataError as error:
        raise CourseError(str(error)) from None


def _fetch(dataset: Dataset) -> bool:
    """Fetch one data set, a line for each file; whether all of it is there now."""
    if not dataset.files:
        found = state(dataset)
        words = found.words if found.there else f"{found.words}: {found.remedy}"
        typer.echo(f"{dataset.name}: nothing to download ({dataset.origin}), {words}")
        return found.there
    good = True
    for file in dataset.files:
        try:
            place = fetch_file(dataset, file, bar=sys.stderr.isatty())
            typer.echo(f"{dataset.name}: {place} is there, {amount(file.size)}, checksum right")
        except DataError as error:
            good = False
            typer.echo(f"{dataset.name}: {error}", err=True)
        except KeyboardInterrupt as interruption:
            typer.echo(f"{dataset.name}: {interruption}", err=True)
            raise typer.Exit(130) from None
    return good
