"""What nbgrader's metadata say about a cell, whatever a submission has made of them.

nbgrader has functions for this (``nbgrader.utils``), but importing them would cost every worker
and every command some seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Marking:
    """nbgrader's metadata of one cell; what is missing or malformed has its default.

    Attributes
    ----------
    grade_id : the cell's id; empty if nbgrader does not know the cell
    grade, solution, locked : whether it is graded, written by the student, read-only
    points : how many it is worth
    """

    grade_id: str = ""
    grade: bool = False
    solution: bool = False
    locked: bool = False
    points: float = 0.0


NONE = Marking()


def marking(cell: Mapping[str, Any]) -> Marking:
    """The marking of a cell, a node of a notebook or its plain JSON."""
    metadata = cell.get("metadata")
    own = metadata.get("nbgrader") if isinstance(metadata, Mapping) else None
    if not isinstance(own, Mapping) or not isinstance(own.get("grade_id"), str):
        return NONE
    return Marking(
        own["grade_id"],
        own.get("grade") is True,
        own.get("solution") is True,
        own.get("locked") is True,
        _points(own.get("points")),
    )


def _points(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
