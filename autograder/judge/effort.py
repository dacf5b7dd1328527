"""How much work a run takes, counted and not timed: the same on every machine, every time."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

#: Runs are asked again up to this share of the work of all programs of an exercise.
SHARE = 0.15
#: So many are asked again whatever they take: one beside another.
LEAST = 2


@dataclass
class Effort:
    """Calls that were made, of functions in Python and in C."""

    calls: int = 0


@contextmanager
def counted() -> Iterator[Effort]:
    """Count the calls of this thread meanwhile."""
    effort, before = Effort(), sys.getprofile()

    def count(frame: FrameType, event: str, _: object) -> None:
        if event in ("call", "c_call"):
            effort.calls += 1

    sys.setprofile(count)
    try:
        yield effort
    finally:
        sys.setprofile(before)


def affordable(candidates: Sequence[str], efforts: Mapping[str, int]) -> frozenset[str]:
    """Those of some runs that are made again: the lightest, within a share of all the work.

    Parameters
    ----------
    candidates : names of the runs to choose from
    efforts : of all programs of the exercise
    """
    left = SHARE * sum(efforts.values())
    chosen: list[str] = []
    for name in sorted(candidates, key=lambda name: (efforts[name], name)):
        left -= efforts[name]
        if left < 0 and len(chosen) >= LEAST:
            break
        chosen.append(name)
    return frozenset(chosen)
