"""`autograder check --mutants`: the survivors with their difference, and a table."""

import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ..batch.assignments import load_assignment
from ..batch.counting import Say
from ..batch.mutation import Fate, Tried, WeekTried, try_mutants
from ..batch.mutation_page import write_page
from ..course.manifest import Course, Week

#: A week falls short where more of its mutants survive unexplained.
MOST_SURVIVE = 0.02


def check_mutants(course: Course, weeks: Sequence[Week], jobs: int, say: Say) -> bool:
    """Try the mutants of weeks and show what survives; whether all is well.

    Over all weeks of the course the page is written as well.
    """
    found = []
    for week in weeks:
        found.append(try_mutants(load_assignment(course, week), jobs, say))
        _show_survivors(found[-1], course.root, say)
    _show_table(found)
    if len(weeks) == len(course.weeks):
        say(f"{write_page(course.root, found, jobs).relative_to(course.root)}: written")
    return all(_is_well(week) for week in found)


def _is_well(week: WeekTried) -> bool:
    return not week.faults and len(week.survivors) <= MOST_SURVIVE * week.count()


def _show_survivors(week: WeekTried, root: Path, say: Say) -> None:
    for one in week.survivors:
        say(_heading(week.week, one, root))
        for row in one.candidate.mutant.diff.splitlines()[1:]:
            say(f"    {row}")
    for fault in week.faults:
        say(f"FAIL {week.week}: {fault}")


def _heading(week: str, one: Tried, root: Path) -> str:
    """One line on a survivor: where it is, and what was done."""
    solution, mutant = one.candidate.solution, one.candidate.mutant
    kind = solution.name if solution.name == "reference" else f"alternative {solution.name}"
    place = f"{solution.path.relative_to(root)}:{solution.line}"
    what = f"line {mutant.line} of the {kind} of {solution.exercise} ({place})"
    return f"survivor: {week}: {what}: {mutant.operator}"


def _show_table(weeks: Sequence[WeekTried]) -> None:
    table = Table(title="mutants", title_justify="left")
    table.add_column("week", no_wrap=True)
    table.add_column("exercise", no_wrap=True)
    for name in ("mutants", *(fate.value for fate in Fate)):
        table.add_column(name, justify="right")
    for week in weeks:
        for name in dict.fromkeys(one.candidate.exercise for one in week.tried):
            table.add_row(week.week, name, *_numbers(week, name))
        table.add_row(week.week, f"all, in {week.seconds:.0f} s", *_numbers(week), end_section=True)
    Console(width=None if sys.stdout.isatty() else 160, highlight=False).print(table)


def _numbers(week: WeekTried, exercise: str = "") -> list[str]:
    return [str(week.count(fate, exercise)) for fate in (None, *Fate)]
