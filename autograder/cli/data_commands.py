"""The commands ``autograder data …``: list the data sets, check them, fetch them."""

import json as json_format
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from ..course.errors import CourseError
from ..course.manifest import MANIFEST, Course, find_course
from ..notebook.dataset import DataError, Dataset, amount, find, state, verify
from .registry import registry, unknown_names, weeks_of

data = typer.Typer(no_args_is_help=True, help="List, check and fetch the course's data sets.")
Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Names of data sets.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON, for a program.")]
NONE = f"This course has no data sets: {MANIFEST} names no module of them (course.data)."


@data.command("list")
def list_all(json: Json = False) -> None:
    """Every data set: its weeks, licence and origin, and whether it is there."""
    course = find_course()
    datasets = registry(course)
    rows = [_row(course, dataset) for dataset in datasets.values()]
    faults = unknown_names(course, datasets)
    if json:
        _print_json(rows, faults)
        return
    if datasets:
        _show(rows)
    for line in faults if datasets else [NONE, *faults]:
        typer.echo(line)


@data.command()
def check(names: Names = None, json: Json = False) -> None:
    """Read every data set in full; fail if one that a week needs is missing or damaged."""
    course = find_course()
    datasets = registry(course)
    faults = [] if names else unknown_names(course, datasets)
    results = []
    for dataset in _picked(datasets, names):
        needed = bool(names) or (not dataset.optional and bool(weeks_of(course, dataset.name)))
        result = examine(dataset, needed)
        results.append(result)
        if not json:
            typer.echo(result.line())
    if json:
        _print_json(results, faults)
    else:
        for line in [NONE] if not datasets and not faults else [f"FAIL {line}" for line in faults]:
            typer.echo(line)
    if faults or any(result.needed and not result.good for result in results):
        raise typer.Exit(1)


@data.command()
def fetch(names: Names = None) -> None:
    """Download what is not there yet: the named data sets, or all that are downloads."""
    datasets = registry(find_course())
    chosen = _picked(datasets, names)
    if not datasets:
        typer.echo(NONE)
    good = [_fetch(dataset) for dataset in chosen if names or dataset.files]
    if not all(good):
        raise typer.Exit(1)


@dataclass(frozen=True)
class DataCheck:
    """What the check of one data set found."""

    name: str
    needed: bool
    good: bool
    words: str

    def line(self) -> str:
        mark = "ok  " if self.good else "FAIL" if self.needed else "--  "
        words = self.words if self.good or self.needed else f"{self.words} (no week needs it)"
        return f"{mark} {self.name}: {words}"


def examine(dataset: Dataset, needed: bool) -> DataCheck:
    """Read a data set in full."""
    glance = state(dataset)
    if not glance.there:
        return DataCheck(dataset.name, needed, False, f"{glance.words}: {glance.remedy}")
    try:
        verify(dataset)
        return DataCheck(dataset.name, needed, True, dataset.check(dataset))
    except Exception as error:  # whatever the data set's own check raises
        words = " ".join(str(error).split()) or type(error).__name__
        return DataCheck(dataset.name, needed, False, words)


@dataclass(frozen=True)
class Row:
    """One data set in the list, as ``--json`` gives it."""

    name: str
    title: str
    weeks: list[int]
    licence: str
    source: str
    origin: str
    bytes: int
    optional: bool
    there: bool
    state: str
    remedy: str

    def cells(self) -> tuple[str, ...]:
        weeks = ", ".join(map(str, self.weeks))
        words = self.state + (f": {self.remedy}" if self.remedy else "")
        return self.name, self.title, weeks, self.licence, self.origin, words


def _row(course: Course, dataset: Dataset) -> Row:
    found = state(dataset)
    return Row(
        name=dataset.name,
        title=dataset.title,
        weeks=weeks_of(course, dataset.name),
        licence=dataset.licence,
        source=dataset.source,
        origin=dataset.origin,
        bytes=dataset.size,
        optional=dataset.optional,
        there=found.there,
        state=found.words,
        remedy=found.remedy,
    )


def _show(rows: list[Row]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(title="Data sets", title_justify="left")
    for name in ("name", "what", "weeks", "licence", "from", "state"):
        table.add_column(name, no_wrap=name == "name")
    for row in rows:
        table.add_row(*map(escape, row.cells()))
    Console(width=None if sys.stdout.isatty() else 160, highlight=False).print(table)


def _print_json(rows: list[Row] | list[DataCheck], faults: list[str]) -> None:
    tree = {"datasets": [asdict(row) for row in rows], "faults": faults}
    typer.echo(json_format.dumps(tree, indent=1))


def _picked(datasets: Mapping[str, Dataset], names: list[str] | None) -> list[Dataset]:
    try:
        return [find(datasets, name) for name in names] if names else list(datasets.values())
    except DataError as error:
        raise CourseError(str(error)) from None


def _fetch(dataset: Dataset) -> bool:
    """Fetch one data set, with a line for each file; returns whether all of it is there now."""
    from ..notebook.download import fetch_file

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
