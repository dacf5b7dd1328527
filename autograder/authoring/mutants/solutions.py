"""A week's solutions, the reference of each exercise and its alternatives, and their mutants."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from ..percent import plain_python
from ..source import BEGIN_SOLUTION, END_SOLUTION, Source
from .make import Mutant, meaning, mutants

#: No exercise is tried on more; of what it has beyond, every n-th is taken.
MOST = 2000


@dataclass(frozen=True)
class Solution:
    """A right solution of an exercise.

    Attributes
    ----------
    name : "reference", or the alternative's
    path, line : where it begins
    inside : its lines that a student writes, by number; None for all
    """

    exercise: str
    name: str
    path: Path
    line: int
    text: str = field(repr=False)
    inside: frozenset[int] | None = None


@dataclass(frozen=True)
class Candidate:
    """A mutant of a solution."""

    solution: Solution
    mutant: Mutant

    @property
    def exercise(self) -> str:
        return self.solution.exercise


def candidates(source: Source, exercise: str, most: int = MOST) -> tuple[Candidate, ...]:
    """The mutants of an exercise's solutions; those that mean the same, or are right, count once.

    Parameters
    ----------
    most : how many at most, spread over all of them
    """
    found: dict[str, Candidate] = {}
    right = tuple(solutions(source, exercise))
    known = {meaning(one.text) for one in right}
    tensors = works_on_tensors(source)
    for one in right:
        for mutant in mutants(one.text, tensors, one.inside):
            same = meaning(mutant.text)
            if same not in known:
                found.setdefault(same, Candidate(one, mutant))
    every = tuple(found.values())
    if len(every) <= most:
        return every
    return tuple(every[place * len(every) // most] for place in range(most))


def solutions(source: Source, exercise: str) -> Iterator[Solution]:
    """The reference of an exercise, then its alternatives."""
    for cell in source.exercises:
        if cell.name == exercise:
            text, inside = _without_markers(plain_python(cell.text))
            yield Solution(exercise, "reference", source.path, cell.line, text, inside)
    for one in source.alternatives:
        if one.exercise == exercise:
            yield Solution(exercise, one.name, one.path, one.line, plain_python(one.text))


def works_on_tensors(source: Source) -> bool:
    """Whether a week's lesson imports torch."""
    texts = (cell.text for cell in chain(source.of("given"), source.exercises))
    return any(re.search(r"(?m)^\s*(import|from) torch\b", text) for text in texts)


def _without_markers(text: str) -> tuple[str, frozenset[int]]:
    """A cell without the lines that mark its solution, and the numbers of those between them."""
    rows: list[str] = []
    numbers: set[int] = set()
    inside = False
    for row in text.splitlines():
        if row.strip() in (BEGIN_SOLUTION, END_SOLUTION):
            inside = row.strip() == BEGIN_SOLUTION
            continue
        rows.append(row)
        if inside:
            numbers.add(len(rows))
    return "\n".join(rows), frozenset(numbers)
