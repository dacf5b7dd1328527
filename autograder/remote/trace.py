"""What went over the wire in one run of a program, to be asked again."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np

from . import wire

#: A run whose messages have more bytes than this, all together, is not kept.
MOST_BYTES = 16 << 20
NAME = re.compile(r"[^\W\d]\w{0,40}|(?:argument|result) \d{1,3}")


@dataclass(frozen=True)
class Trace:
    """One run: its requests and their answers, and what it left behind.

    Attributes
    ----------
    effects : kind and name of each effect, as `effects.Effect` names them
    generators : digests of the global generators at its end
    """

    requests: tuple[bytes, ...]
    answers: tuple[bytes, ...]
    effects: frozenset[tuple[str, str]]
    generators: tuple[str, ...]

    def same(self, index: int, digest: object) -> bool:
        """Whether an answer has this digest."""
        return blake2b(self.answers[index], digest_size=8).hexdigest() == digest


def interleaved(traces: Sequence[Trace]) -> list[tuple[int, int]]:
    """The requests of several runs in turn: the number of the run, the number of its request."""
    longest = max(len(trace.requests) for trace in traces)
    return [
        (number, index)
        for index in range(longest)
        for number, trace in enumerate(traces)
        if index < len(trace.requests)
    ]


def replay_message(traces: Sequence[Trace]) -> bytes:
    """The request that asks for the requests of several runs again, in turn."""
    steps = [
        (number, np.frombuffer(traces[number].requests[index], np.uint8))
        for number, index in interleaved(traces)
    ]
    return wire.encode(("replay", steps))


def with_seed(trace: Trace, seed: int) -> Trace:
    """The same run from another seed of the global generators."""
    _, _, wishes = wire.decode(trace.requests[0])
    begin = wire.encode(("begin", seed, wishes))
    return Trace((begin, *trace.requests[1:]), trace.answers, trace.effects, trace.generators)


def _name(name: object) -> str:
    """The name of an effect: of an argument, of a result or of a class; else nothing."""
    return name if isinstance(name, str) and NAME.fullmatch(name) else ""


def told_effects(value: Any) -> tuple[frozenset[tuple[str, str]], tuple[str, ...]]:
    """What a scope says at the end of a run, checked.

    Raises
    ------
    Malformed
        If it is not what an unchanged kernel says.
    """
    match value:
        case {"effects": list(effects), "generators": list(generators)}:
            pairs = [tuple(pair) for pair in effects if isinstance(pair, list | tuple)]
            kinds = [(str(kind), _name(name)) for kind, name in (p for p in pairs if len(p) == 2)]
            return frozenset(kinds), tuple(map(str, generators))
    raise wire.Malformed("no effects")
