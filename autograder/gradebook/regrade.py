"""What grading again has changed: the marks that moved, before and after."""

from dataclasses import asdict, dataclass, field
from typing import Any

from ..authoring.build import tests_id
from .standing import CellStanding, Standing


@dataclass(frozen=True)
class Move:
    """The points of one cell before and after; ``note`` where a person has marked it."""

    name: str
    before: float
    after: float
    note: str = ""


@dataclass(frozen=True)
class Change:
    """One student's mark before and after, and the cells that moved."""

    student: str
    before: float
    after: float
    moves: tuple[Move, ...]


@dataclass
class Regrade:
    """A week that was graded again: the changes, and how many marks stayed as they were."""

    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0

    def add(self, student: str, before: Standing | None, after: Standing | None) -> None:
        """Compare one student's marks; nothing where there were none before."""
        if before is None or after is None:
            return
        names = dict.fromkeys([*before.cells, *after.cells])
        moves = (_move(name, before.cells.get(name), after.cells.get(name)) for name in names)
        moved = tuple(move for move in moves if move is not None)
        if moved or before.mark != after.mark:
            self.changes.append(Change(student, before.mark, after.mark, moved))
        else:
            self.unchanged += 1

    def tree(self) -> dict[str, Any]:
        """The same as plain data."""
        changes = sorted(self.changes, key=lambda change: change.student)
        return {"changed": [asdict(change) for change in changes], "unchanged": self.unchanged}


def _move(name: str, before: CellStanding | None, after: CellStanding | None) -> Move | None:
    """What moved in a cell: its points, or what the tests give under a person's mark."""
    shown = name.removeprefix(tests_id(""))
    if before is None or after is None:
        one = before or after
        return Move(
            shown,
            before.score if before else 0.0,
            after.score if after else 0.0,
            "new" if before is None else f"gone; it had {one.most:g} points" if one else "",
        )
    if after.manual is not None and before.auto != after.auto:
        note = (
            f"a person gave {after.manual:g}, which counts; the tests now give {after.auto or 0:g}"
        )
        return Move(shown, before.score, after.score, f"{note}: look again")
    if before.score != after.score:
        return Move(shown, before.score, after.score)
    return None
