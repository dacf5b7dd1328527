"""Hidden programs: how authors write them, and what one run of one gives."""

import contextvars
import inspect
import sys
import time
import traceback
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np

from ..remote.causes import Cause, cause_of, words
from ..remote.generators import seed_generators
from ..remote.messages import told
from ..remote.proxy import Impl, Link, LinkError, LocalLink, Misuse, Raised, Session
from ..remote.trace import Trace
from ..remote.wire import Malformed, TooLarge, WireError
from .cases import Case, Sweep, cases
from .difference import Strictness

Function = Callable[..., Any]


@dataclass(frozen=True)
class Program:
    """A hidden test of an exercise: a function of one parameter, the implementation under test.

    ``line`` is where it stands in its file, for messages. ``whole`` gives the outcome of a program
    that is no function, but a cell of plain asserts.
    """

    exercise: str
    name: str
    title: str
    run: Function
    compares: bool
    points: float = 1.0
    ask: Strictness = field(default_factory=Strictness)
    sweep: Sweep = field(default_factory=Sweep)
    line: int = 1
    whole: Callable[[Link, float], "Outcome"] | None = field(default=None, repr=False)

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """The cases in which it is run."""
        return cases(self.sweep)

    @property
    def seed(self) -> int:
        """The seed of every global generator during a run; the same on either side."""
        return zlib.crc32(self.name.encode())


class OutcomeStatus(StrEnum):
    """How a run of a program ended.

    With a value; by an assertion of the program; by an exception of the implementation; without
    an answer; with an answer that the program could not go on with; or with a value, and an
    offence against a guard.
    """

    VALUE = "value"
    FAILED = "failed"
    RAISED = "raised"
    LOST = "lost"
    UNUSABLE = "unusable"
    OFFENDS = "offends"


@dataclass(frozen=True)
class Outcome:
    """What one run gave.

    Attributes
    ----------
    status : how it ended
    value : what the program returned
    cause : why it did not end with a value
    message, where, kind : the words; of an exception also its line and the name of its class
    help : what to look at, of an offence
    whole : all that an exception said, for authors
    record : every value that came back on the way
    trace : what went over the wire; None where it was too much, or there is no value
    """

    status: OutcomeStatus
    value: Any = None
    cause: Cause | None = None
    message: str = ""
    where: str = ""
    kind: str = ""
    help: str = ""
    whole: str = ""
    record: tuple[Any, ...] = ()
    trace: Trace | None = field(default=None, repr=False)
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
    dtypes: bool = False,
    device: bool = False,
    gradients: bool = False,
) -> Callable[[Function], Function]:
    """Run the program on the submission and on the reference; both must give the same.

    Parameters
    ----------
    exercise : the exercise that the program tests
    points : share of the exercise's points, relative to its other programs
    rtol, atol : tolerance, where that of the coarser element type does not fit
    dtype : the element type must agree as well
    kind : list, tuple, array and tensor are told apart
    dtypes : run it in 64 and in 32 bits; the results' types must be the reference's
    device : run it once more with tensors and models on a device that is not the CPU
    gradients : compare the gradients of each call with respect to its arguments and parameters

    A program that takes keyword arguments (``def run(impl, *, B, T)``) is run for a sweep of sizes
    by these names, among them 1 and coinciding ones.
    """
    sweep = Sweep((), dtypes, device, gradients)
    return _program(exercise, True, points, Strictness(rtol, atol, dtype, kind), sweep)


def verify(
    exercise: str, /, *, points: float = 1.0, dtypes: bool = False, device: bool = False
) -> Callable[[Function], Function]:
    """Run the program on the submission; it fails by an assertion.

    Parameters
    ----------
    exercise : the exercise that the program tests
    points : share of the exercise's points, relative to its other programs
    dtypes, device, sizes by keywords : as of `compare`
    """
    return _program(exercise, False, points, Strictness(), Sweep((), dtypes, device))


def _program(
    exercise: str, compares: bool, points: float, ask: Strictness, sweep: Sweep
) -> Callable[[Function], Function]:
    if not isinstance(exercise, str):
        raise TypeError('name the exercise that the program tests: @compare("EXERCISE")')
    if not points > 0:
        raise ValueError(f"points={points!r}: a program's share must be above 0")

    def make(function: Function) -> Function:
        title = " ".join((function.__doc__ or function.__name__.replace("_", " ")).split())
        kinds = inspect.signature(function).parameters.values()
        sizes = tuple(one.name for one in kinds if one.kind is one.KEYWORD_ONLY)
        asked = replace(sweep, sizes=sizes)
        name = function.__name__
        program = Program(exercise, name, title, function, compares, points, ask, asked)
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
    if outcome.status is OutcomeStatus.VALUE:
        print(f"{program.name}: ran in {outcome.seconds:.2f} s")
    else:
        print(f"{program.name}: {outcome.status}: {outcome.whole or outcome.message}")


def run(program: Program, link: Link, seconds: float) -> Outcome:
    """Run ``program`` on the implementation behind ``link``, in each of its cases.

    Nothing is raised. The first case that does not end with a value is the outcome.
    """
    if program.whole is not None:
        return program.whole(link, seconds)
    found: list[Outcome] = []
    deadline = time.monotonic() + seconds
    for case in program.cases:
        outcome = _run(program, case, link, deadline - time.monotonic())
        found.append(outcome)
        if outcome.status is not OutcomeStatus.VALUE:
            break
    record = tuple(value for one in found for value in one.record)
    last = replace(found[-1], record=record, seconds=sum(one.seconds for one in found))
    if last.status is not OutcomeStatus.VALUE:
        words_of_case = program.cases[len(found) - 1].words
        return replace(last, message=f"{words_of_case}{last.message}")
    value = found[0].value if len(found) == 1 else tuple(one.value for one in found)
    traces = [one.trace for one in found if one.trace is not None]
    effects = frozenset(effect for trace in traces for effect in trace.effects)
    trace = replace(traces[0], effects=effects) if traces else None
    return replace(last, value=value, trace=trace)


def _run(program: Program, case: Case, link: Link, seconds: float) -> Outcome:
    session = Session(link, seconds, case.cast)
    start = time.monotonic()

    def outcome(status: OutcomeStatus, **facts: Any) -> Outcome:
        facts = {"record": tuple(session.record), "seconds": time.monotonic() - start, **facts}
        return Outcome(status, **facts)

    try:
        wishes = {"elsewhere": case.elsewhere, "gradients": case.gradients}
        session.ask("begin", program.seed, wishes)
        session.record.clear()
        seed_generators(program.seed)
        with np.errstate(all="ignore"):
            value = program.run(Impl(session), **case.sizes)
        if case.gradients:
            value = {"value": value, "gradients": session.ask("gradients")}
        record = tuple(session.record)
        trace = session.trace(generators=case is program.cases[0])
        return outcome(OutcomeStatus.VALUE, value=value, trace=trace, record=record)
    except Raised as error:
        facts = {"message": str(error), "where": error.where, "kind": error.kind}
        facts["whole"] = error.whole
        return outcome(OutcomeStatus.RAISED, cause=cause_of(error.names), **facts)
    except LinkError as error:
        return outcome(OutcomeStatus.LOST, cause=error.cause, message=str(error))
    except (Malformed, TooLarge) as error:
        large = isinstance(error, TooLarge)
        cause = Cause.RETURNED_TOO_MUCH if large else Cause.FORGED_ANSWER
        return outcome(OutcomeStatus.LOST, cause=cause, message=words(cause, detail=error))
    except AssertionError as error:
        message = _assertion(error, program)
        return outcome(OutcomeStatus.FAILED, cause=Cause.WRONG, message=message)
    except Exception as error:
        own = isinstance(error, Misuse | WireError)
        whole = str(error) if own else f"{type(error).__name__}: {error}"[:300]
        known = told(str(error))
        plain = f"{type(error).__name__}: {known}" if known else type(error).__name__
        message = whole if own else plain
        return outcome(OutcomeStatus.UNUSABLE, cause=Cause.WRONG, message=message, whole=whole)


def _assertion(error: AssertionError, program: Program) -> str:
    """The author's own message; the text of a library's assertion would show the numbers."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    own = last.filename == program.run.__code__.co_filename or hasattr(error, "for_students")
    return str(error) if own and str(error) else f"this does not hold: {program.title}"
