"""The rubric of a written answer: what earns points, for the person who marks it."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

BEGIN_RUBRIC, END_RUBRIC = "### BEGIN RUBRIC", "### END RUBRIC"
SHAPE = "- POINTS NAME: what to look for"
LINE = re.compile(r"- (\d+(?:\.\d+)?) ([^:]+): (.+)")


@dataclass(frozen=True)
class Criterion:
    """One thing that earns points: what it is called, and what a grader looks for."""

    points: float
    name: str
    look_for: str


class RubricFault(Exception):
    """What is wrong with a rubric, and in which line of its cell."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def split_rubric(text: str) -> tuple[str, tuple[Criterion, ...]]:
    """The text of a question without its rubric, and the rubric; empty if there is none.

    Raises
    ------
    RubricFault
        For a marker without its counterpart, an empty rubric, or a line that is no criterion.
    """
    kept: list[str] = []
    rows: list[tuple[int, str]] = []
    opened, regions = 0, 0
    for number, row in enumerate(text.splitlines(), 1):
        word = row.strip()
        if word == BEGIN_RUBRIC:
            if opened or regions:
                raise RubricFault(number, f"a second {BEGIN_RUBRIC!r} in one cell")
            opened, regions = number, regions + 1
        elif word == END_RUBRIC:
            if not opened:
                raise RubricFault(number, f"{END_RUBRIC!r} without {BEGIN_RUBRIC!r}")
            opened = 0
        elif re.match(r"#+\s*(BEGIN|END)\s+RUBRIC", word, re.IGNORECASE):
            raise RubricFault(number, f"{word!r} is not a marker; write {BEGIN_RUBRIC!r}")
        elif not opened:
            kept.append(row)
        elif row.startswith("  ") and rows:
            rows[-1] = rows[-1][0], f"{rows[-1][1]} {word}"
        elif word:
            rows.append((number, word))
    if opened:
        raise RubricFault(opened, f"{BEGIN_RUBRIC!r} is never closed")
    if regions and not rows:
        raise RubricFault(0, f"the rubric is empty; each line of it is {SHAPE!r}")
    return "\n".join(kept).strip("\n"), tuple(_criterion(*row) for row in rows)


def _criterion(number: int, row: str) -> Criterion:
    match = LINE.fullmatch(row)
    if match is None or not float(match[1]):
        raise RubricFault(number, f"{row[:60]!r} is no criterion; write {SHAPE!r}")
    return Criterion(float(match[1]), match[2].strip(), match[3].strip())


def check_rubric(text: str, attributes: Mapping[str, Any]) -> None:
    """Refuse a rubric whose points are not those of its question, by the cell's header.

    Raises
    ------
    RubricFault
        As ``split_rubric``, and for a wrong sum or a value other than ``shown``.
    """
    criteria = split_rubric(text)[1]
    total = sum(criterion.points for criterion in criteria)
    points = float(attributes.get("points", 0))
    if criteria and not math.isclose(total, points):
        raise RubricFault(0, f"the rubric gives {total:g} points and the question has {points:g}")
    shown = attributes.get("rubric", "shown")
    if shown != "shown":
        raise RubricFault(0, f"rubric={shown!r}: write 'shown', or leave it out")
    if "rubric" in attributes and not criteria:
        raise RubricFault(0, f"rubric='shown' without {BEGIN_RUBRIC!r}")


def for_graders(criteria: tuple[Criterion, ...]) -> str:
    """The rubric as a grader reads it beside the answer, in markdown."""
    rows = [f"| {one.points:g} | {_cell(one.name)} | {_cell(one.look_for)} |" for one in criteria]
    head = ["**Rubric** (students do not see this)", "", "| points | for | look for |"]
    return "\n".join([*head, "|---|---|---|", *rows])


def for_students(criteria: tuple[Criterion, ...]) -> str:
    """What earns points, without what graders look for, in markdown."""
    rows = [f"| {_cell(one.name)} | {one.points:g} |" for one in criteria]
    return "\n".join(["**How it is marked**", "", "| For | Points |", "|---|---|", *rows])


def _cell(text: str) -> str:
    return escape(text, quote=False).replace("|", "\\|")
