"""``course.yml`` of an imported course, with a word beside what was guessed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import yaml

from .report import KERNEL, WeekReport

HEAD = """\
# Written by `autograder import`, and yours to edit. IMPORT.md says what was found.
"""
CELLS = """\
# cells: tests that run in the student's own kernel, where nothing protects them, and why. Delete
# one, or write `run: judge`, and it runs in the judge; `run: kernel` keeps any other out of it.
# `reference: fails`: the author's own solution does not pass, so nothing is expected of it.
"""


@dataclass(frozen=True)
class WeekPlan:
    """What ``course.yml`` says of a week, besides what its report tells."""

    due: datetime | None = None
    preload: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What ``course.yml`` says of a course."""

    id: str
    title: str
    requirements: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    weeks: Mapping[str, WeekPlan] = field(default_factory=dict)
    exchange: str = "exchange"
    cell_seconds: float | None = None
    nbgrader: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def manifest_text(plan: Plan, weeks: Iterable[WeekReport]) -> str:
    """The text of ``course.yml``."""
    return "\n".join([HEAD, *_parts(plan, [week for week in weeks if week.is_kept])])


def _parts(plan: Plan, weeks: list[WeekReport]) -> Iterator[str]:
    about: dict[str, Any] = {"id": plan.id, "title": plan.title}
    words = "# title: the folder's name; write what students are to read\n"
    if plan.requirements:
        about["requirements"] = list(plan.requirements)
        words += "# requirements: what the notebooks import; add versions where they matter\n"
    if plan.missing:
        words += f"# not installed here: {', '.join(plan.missing)}\n"
    yield words + _dump({"course": about})
    has_policies = any(policies(week) for week in weeks)
    yield (
        "# In the order of their due dates, and of their names. Without a due date nothing is\n"
        "# late. points: whole (nbgrader's all or nothing), or proportion (its checks' share)\n"
        + (CELLS if has_policies else "")
        + "weeks:\n"
        + "".join(_week(plan, week) for week in weeks)
    )
    if plan.cell_seconds is not None:
        seconds = plan.cell_seconds
        limits = {
            "cell_seconds": seconds,
            "program_seconds": seconds,
            "submission_seconds": max(600.0, 10 * seconds),
        }
        words = "# nbgrader's ExecutePreprocessor.timeout, for a cell and for a test\n"
        yield words + _dump({"grading": {"limits": limits}})
    yield _dump({"exchange": plan.exchange})
    if plan.nbgrader:
        words = "# nbgrader's own settings, as nbgrader_config.py had them\n"
        yield words + _dump({"nbgrader": {k: dict(v) for k, v in plan.nbgrader.items()}})


def _week(plan: Plan, week: WeekReport) -> str:
    known = plan.weeks.get(week.id, WeekPlan())
    tree: dict[str, Any] = {"id": week.id, "title": week.id, "open": None, "due": known.due}
    if known.preload:
        tree["preload"] = list(known.preload)
    tree["notebooks"] = [sheet.name for sheet in week.kept]
    cells = policies(week)
    if cells:
        tree["cells"] = cells
    left = [sheet for sheet in week.sheets if sheet.trouble]
    comments = [
        f"# left out: {sheet.name}: {trouble}" for sheet in left for trouble in sheet.trouble
    ]
    rows = [*comments, *_dump([tree]).splitlines()]
    return "".join(f"  {row}\n" for row in rows)


def policies(week: WeekReport) -> dict[str, dict[str, str]]:
    """What is known of the week's test cells, by their names in the week."""
    found: dict[str, dict[str, str]] = {}
    for sheet in week.kept:
        for cell in sheet.cells:
            words: dict[str, str] = {}
            if cell.where == KERNEL and sheet.language == "python":
                words = {"run": "kernel", "why": cell.why}
            if cell.reference is False:
                words = {"why": cell.fault, **words, "reference": "fails"}
            if words:
                key = cell.id if len(week.kept) == 1 else f"{sheet.name}/{cell.id}"
                found[key] = words
    return found


def _dump(tree: Any) -> str:
    text: str = yaml.safe_dump(tree, sort_keys=False, allow_unicode=True, width=96)
    return text
