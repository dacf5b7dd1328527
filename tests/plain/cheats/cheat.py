"""A cheat: a student's cells that stock nbgrader gives points for, and what they are worth."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Tree = dict[str, Any]


@dataclass(frozen=True)
class Cheat:
    """One cheat.

    Attributes
    ----------
    kind : what it does, in words with dashes; its name
    course : the course whose tests it is after
    texts : what stands in the answer cells, by name; other cells are as handed out
    after : the tests it is after, and what its answers deserve there
    stock : what stock nbgrader gives for these, where it is not all their points
    tamper : changes the file beyond its answers
    """

    kind: str
    course: str
    texts: Mapping[str, str]
    after: Mapping[str, float]
    stock: Mapping[str, float] = field(default_factory=dict)
    tamper: Callable[[Tree], None] | None = None
