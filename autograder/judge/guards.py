"""What every program guards without being told: side effects, memory, shared state.

A program's run is held against the reference's run of the same program. What the reference leaves
behind too, or remembers too, is no offence: the exercise asks for it.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..remote import wire
from ..remote.causes import Cause
from ..remote.effects import Effect
from ..remote.proxy import Link, LinkError
from ..remote.trace import Trace, interleaved, replay_message, with_seed
from .difference import Difference, difference


@dataclass(frozen=True)
class Offence:
    """What a guard found: why, as data, and what the student reads.

    ``kind`` tells two offences of one cause apart.
    """

    cause: Cause
    kind: str
    words: Difference


#: What is said of an effect; ``{name}`` is the argument or the class of the model.
WORDS = {
    Effect.ARGUMENT: (
        "it changes its argument {name}",
        "The caller goes on working with it. Make something new: `x = x + 1` in place of "
        "`x += 1`, `sorted(x)` in place of `x.sort()`, a copy or a clone before you write into it.",
    ),
    Effect.ARGUMENT_TYPE: (
        "it changes the element type of its argument {name}",
        "The caller goes on working with it: convert a copy.",
    ),
    Effect.ARGUMENT_GRADIENT: (
        "it switches requires_grad of its argument {name}",
        "The caller decides whether a tensor records gradients: detach a copy where you need one.",
    ),
    Effect.GRADIENTS: (
        "it leaves autograd switched off, or on, for everything that runs after it",
        "Use `with torch.no_grad():` around the lines that need it; it ends by itself.",
    ),
    Effect.DEFAULT_TYPE: (
        "it changes torch's default element type for everything that runs after it",
        "Give the tensors that you make their type: `dtype=x.dtype`.",
    ),
    Effect.THREADS: (
        "it changes torch's number of threads for everything that runs after it",
        "That is the business of whoever starts the program.",
    ),
    Effect.AUTOCAST: (
        "it leaves autocast switched on, or off",
        "Use it as a context: `with torch.autocast(…):`.",
    ),
    Effect.MODE: (
        "it leaves the {name} in another mode (train or eval) than it was given",
        "Note `model.training` before you change it, and put it back at the end.",
    ),
}
WORDS[Effect.DEVICE] = (
    "with its arguments on a device that is not the CPU, {name} is on the CPU",
    "Make tensors where the arguments are: `x.new_zeros(…)`, `torch.zeros(…, device=x.device)`; "
    "NumPy and lists lead back to the CPU.",
)
SEEDED = Difference(
    "it seeds a global random generator",
    "After that, everything random in the caller's program repeats itself. Draw from the generator "
    "that you are given, or from the global one as it is.",
)
REMEMBERS = Difference(
    "the same calls give something else when they are made again",
    "Something is kept from call to call: a global variable, an attribute, a default argument that "
    "is a list or a dictionary, a cache.",
)
SHARES = Difference(
    "it gives something else when another object or call comes between",
    "Something is shared that belongs to one object: is it kept on the class or in a global "
    "variable, in place of `self`?",
)


def effect_offence(run: Trace, reference: Trace) -> Offence | None:
    """The first side effect of a run that the reference's run has not."""
    for effect in Effect:
        for kind, name in sorted(run.effects - reference.effects):
            if kind == effect:
                what, help = WORDS[effect]
                words = Difference(what.format(name=name), help)
                return Offence(Cause.SIDE_EFFECT, f"{kind} {name}", words)
    return None


def seed_offence(
    run: Trace, reference: Trace, ask: "Ask", ask_reference: "Ask", seed: int
) -> Offence | None:
    """Whether a run seeds a global generator, and the reference's does not.

    Where the generators end elsewhere than after the reference, the run is made again from
    another seed: who ends at the same state as before has seeded. A program may seed by itself;
    then the reference ends at the same state, too.
    """
    if run.generators == reference.generators:
        return None
    seeded = _seeded(run, ask, seed + 1)
    if any(seeded) and any(
        own and not right
        for own, right in zip(seeded, _seeded(reference, ask_reference, seed + 1), strict=False)
    ):
        return Offence(Cause.SIDE_EFFECT, "seed", SEEDED)
    return None


def _seeded(run: Trace, ask: "Ask", seed: int) -> list[bool]:
    """For each global generator, whether a run ends at the same state from another seed."""
    ask.replay([with_seed(run, seed)])
    return [own == now for own, now in zip(run.generators, ask.generators(), strict=False)]


def memory_offences(traces: Sequence[Trace], ask: "Ask") -> list[Offence | None]:
    """For each of some runs, whether its calls give something else when made again in turn."""
    changed = ask.changed(traces)
    found: list[Offence | None] = []
    for number, trace in enumerate(traces):
        if not changed[number]:
            found.append(None)
        elif len(traces) == 1 or ask.changed([trace])[0]:
            found.append(Offence(Cause.REMEMBERS, "memory", REMEMBERS))
        else:
            found.append(Offence(Cause.REMEMBERS, "shared", SHARES))
    return found


class NotAsked(Exception):
    """There is no kernel to ask: that is another program's fault."""


class Ask:
    """Asks an implementation for earlier runs again, within a time limit.

    Parameters
    ----------
    connect : a link to a living implementation
    seconds : time limit of everything that is asked
    """

    def __init__(self, connect: Callable[[], Link], seconds: float) -> None:
        self.connect, self.seconds, self.deadline = connect, seconds, 0.0
        self.link: Link | None = None

    def replay(self, traces: Sequence[Trace]) -> list[Any]:
        """Digests of the answers to the runs' requests, asked again in turn."""
        told = self._value(self._send(replay_message(traces)))
        if not isinstance(told, list) or len(told) != len(interleaved(traces)):
            raise wire.Malformed("a replay of another length")
        return told

    def changed(self, traces: Sequence[Trace]) -> list[bool]:
        """For each run whether an answer is another one than before, beyond rounding."""
        found = [False] * len(traces)
        digests = self.replay(traces)
        for place, (number, index) in enumerate(interleaved(traces)):
            if not found[number] and not traces[number].same(index, digests[place]):
                told = self._value(self._ask("replayed", place))
                if not isinstance(told, np.ndarray):
                    raise wire.Malformed("no bytes of an answer")
                now = told.tobytes()
                before = traces[number].answers[index]
                found[number] = _differ(wire.decode(now), wire.decode(before))
        return found

    def generators(self) -> tuple[str, ...]:
        """Digests of the global generators as they are now."""
        match self._value(self._ask("effects")):
            case {"generators": list(told)} if all(isinstance(one, str) for one in told):
                return tuple(told)
        raise wire.Malformed("no generators")

    def _ask(self, *request: object) -> bytes:
        return self._send(wire.encode(request))

    def _send(self, message: bytes) -> bytes:
        if self.link is None:
            try:
                self.link = self.connect()
            except LinkError as error:
                raise NotAsked from error
            self.deadline = time.monotonic() + self.seconds
        return self.link.ask(message, self.deadline)

    def _value(self, answer: bytes) -> Any:
        match wire.decode(answer):
            case (str() as word, value) if word == "value":
                return value
        raise wire.Malformed("no value")


def _differ(now: object, before: object) -> bool:
    """Whether two answers differ: their values beyond rounding, or the exceptions' classes."""
    match now, before:
        case ("value", one), ("value", other):
            return difference(one, other) is not None
        case ("raised", one, *_), ("raised", other, *_):
            return one != other
    return True


__all__ = ["Ask", "LinkError", "Offence", "effect_offence", "memory_offences", "seed_offence"]
