"""What a course's mutants came to, as a page: a table by week and exercise, and who measured it."""

import importlib.metadata
import os
import platform
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

from .. import __version__
from .mutation import Fate, WeekTried

#: Where the page is, below the course's folder.
PAGE = "docs/MUTANTS.md"
#: Whose versions decide what a mutant gives.
PACKAGES = ("numpy", "torch", "libcst")
HEAD = """\
# Mutants

`autograder check --mutants` writes this page. A mutant is a right solution with one machine-made
fault: an operator, a number or an argument replaced, a statement deleted, a gradient cut, a value
kept between calls, and so on. The hidden tests of its exercise run on it. It is *killed* where one
of them fails. It *survives* where all pass; then a test is missing, or nobody can tell it from a
right solution. The latter is listed with its reason in the week's `equivalents.py`.
"""


def page(weeks: Sequence[WeekTried], jobs: int) -> str:
    """The text of the page."""
    rows = [row for week in weeks for row in _rows(week)]
    numbers = [sum(week.count(fate) for week in weeks) for fate in (None, *Fate)]
    share = numbers[-1] / numbers[0] if numbers[0] else 0.0
    seconds = sum(week.seconds for week in weeks)
    table = [
        "| week | exercise | mutants | killed | equivalent | survivors |",
        "|---|---|--:|--:|--:|--:|",
        *rows,
        _row("**all**", "", numbers),
    ]
    words = f"{share:.1%} survive unexplained. It took {seconds / 60:.0f} minutes"
    words += f" with {jobs} processes; {machine()}."
    return "\n".join([HEAD, *table, "", textwrap.fill(words, 98), ""])


def write_page(root: Path, weeks: Sequence[WeekTried], jobs: int) -> Path:
    """Write the page into a course's folder."""
    path = root / PAGE
    path.parent.mkdir(exist_ok=True)
    path.write_text(page(weeks, jobs), encoding="utf-8")
    return path


def machine() -> str:
    """Processor, system and versions, in one line."""
    try:
        facts = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        facts = []
    names = (row.partition(":")[2].strip() for row in facts if row.startswith("model name"))
    parts = [
        next(names, platform.machine()),
        f"{os.cpu_count()} cores",
        f"{platform.system()} {platform.release()}",
        f"Python {platform.python_version()}",
        *(
            f"{name} {version}"
            for name in ("numpy", "torch", "libcst")
            if (version := _version(name))
        ),
        f"autograder {__version__}",
    ]
    return ", ".join(parts)


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _rows(week: WeekTried) -> Iterator[str]:
    """A row for each exercise of a week."""
    names = dict.fromkeys(one.candidate.exercise for one in week.tried)
    for place, name in enumerate(names):
        numbers = [week.count(fate, name) for fate in (None, *Fate)]
        yield _row("" if place else week.week, f"`{name}`", numbers)


def _row(week: str, exercise: str, numbers: Sequence[int]) -> str:
    return f"| {' | '.join([week, exercise, *map(str, numbers)])} |"
