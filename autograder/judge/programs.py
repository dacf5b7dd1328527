"""Hidden programs: how authors write them, and what one run of one gives."""

import contextvars
import random
import sys
import time
import traceback
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..remote.proxy import Impl, Link, LinkError, LocalLink, Misuse, Raised, Session
from ..remote.wire import WireError
from .difference import Strictness

Function = Callable[[Any], Any]


@dataclass(frozen=True)
class Program:
    """A hidden test of an exercise: a function of one parameter, the implementation under test.

    ``line`` is where it stands in its file, for messages.
    """

    exercise: str
    name: str
    title: str
    run: Function
    compares: bool
    points: float = 1.0
    ask: Strictness = field(default_factory=Strictness)
    line: int = 1

    @property
    def seed(self) -> int:
        """The seed of every global generator during a run; the same on either side."""
        return zlib.crc32(self.name.encode())


@dataclass(frozen=True)
class Outcome:
    """What one run gave.

    ``status`` is "value" (``value`` is what the program returned), "failed" (an assertion
    of the program), "raised" (the implementation raised), "lost" (no answer came) or
    "unusable" (the program could not go on with what came back).
    """

    status: str
    value: Any = None
    message: str = ""
    where: str = ""
    kind: str = ""
    record: tuple[Any, ...] = ()
    seconds: float = 0.0


_collected: contextvars.ContextVar[list[Program] | None] = contextvars.ContextVar(
    "collected", default=None
)


@contextmanager
def collecting() -> Iterator[list[Program]]:
    """Gather the programs that the decorators make meanwhile, instead of running them."""
    programs: list[Program] = []
    token = _collected.set(programs)
    try:
        yield programs
    finally:
        _collected.reset(token)


def compare(
    exercise: str,
    /,
    *,
    points: float = 1.0,
    rtol: float | None = None,
    atol: float | None = None,
    dtype: bool = False,
    kind: bool = False,
) -> Callable[[Function], Function]:
    """Run the program on the submission and on the reference; both must give the same.

    Parameters
    ----------
    exercise : the exercise that the program tests
    points : share of the exercise's points, relative to its other programs
    rtol, atol : tolerance, where that of the coarser element type does not fit
    dtype : the element type must agree as well
    kind : list, tuple, array and tensor are told apart
    """
    return _program(exercise, True, points, Strictness(rtol, atol, dtype, kind))


def verify(exercise: str, /, *, points: float = 1.0) -> Callable[[Function], Function]:
    """Run the program on the submission; it fails by an assertion.

    Parameters
    ----------
    exercise : the exercise that the program tests
    points : share of the exercise's points, relative to its other programs
    """
    return _program(exercise, False, points, Strictness())


def _program(
    exercise: str, compares: bool, points: float, ask: Strictness
) -> Callable[[Function], Function]:
    if not isinstance(exercise, str):
        raise TypeError('name the exercise that the program tests: @compare("EXERCISE")')
    if not points > 0:
        raise ValueError(f"points={points!r}: a program's share must be above 0")

    def make(function: Function) -> Function:
        title = " ".join((function.__doc__ or function.__name__.replace("_", " ")).split())
        program = Program(exercise, function.__name__, title, function, compares, points, ask)
        collected = _collected.get()
        if collected is None:
            _run_here(program)
        else:
            collected.append(program)
        return function

    return make


def _run_here(program: Program) -> None:
    """In an author's open notebook: run at once against the notebook's own names."""
    outcome = run(program, LocalLink(vars(sys.modules["__main__"])), seconds=60)
    if outcome.status == "value":
        print(f"{program.name}: ran in {outcome.seconds:.2f} s")
    else:
        print(f"{program.name}: {outcome.status}: {outcome.message}")


def run(program: Program, link: Link, seconds: float) -> Outcome:
    """Run ``program`` on the implementation behind ``link``; nothing is raised."""
    session = Session(link, seconds)
    start = time.monotonic()

    def outcome(status: str, **facts: Any) -> Outcome:
        return Outcome(
            status, record=tuple(session.record), seconds=time.monotonic() - start, **facts
        )

    try:
        session.ask("begin", program.seed)
        session.record.clear()
        _seed(program.seed)
        with np.errstate(all="ignore"):
            return outcome("value", value=program.run(Impl(session)))
    except Raised as error:
        return outcome("raised", message=str(error), where=error.where, kind=error.names[0])
    except (LinkError, WireError) as error:
        return outcome("lost", message=str(error))
    except AssertionError as error:
        return outcome("failed", message=_assertion(error, program))
    except Misuse as error:
        return outcome("unusable", message=str(error))
    except Exception as error:
        return outcome("unusable", message=f"{type(error).__name__}: {error}"[:300])


def _assertion(error: AssertionError, program: Program) -> str:
    """The author's own message; the text of a library's assertion would show the numbers."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    own = last.filename == program.run.__code__.co_filename or hasattr(error, "for_students")
    return str(error) if own and str(error) else f"this does not hold: {program.title}"


def _seed(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.default_generator.manual_seed(seed)
