"""Run a week's hidden programs on the mutants of its solutions: which does no program tell?

Everything runs in this machine's processes without a kernel: the solutions are the author's own.
"""

import os
import resource
import select
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from enum import StrEnum

from ..authoring.equivalents import Equivalent, read_equivalents
from ..authoring.faults import SourceError
from ..authoring.mutants import MOST, Candidate, candidates
from ..course.errors import CourseError
from ..grading.grade import Assignment
from ..judge.exam import Exam, open_exam
from ..judge.reference import namespace
from ..remote.proxy import LocalLink
from ..sandbox.syscalls import die_with_parent
from .counting import Say, counting
from .fork_server import start_fork_server
from .processes import settle

#: A mutant has this long, and this many times what the reference takes: it may loop for ever.
SECONDS, TIMES = 5.0, 10.0
#: How many mutants a worker takes at once; for each lot it runs the reference first.
LOT = 100
#: What is said in place of a program's name.
NOT_DEFINED, TOO_LONG, DIED = "is not defined", "takes too long", "ends its process"


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    EQUIVALENT = "equivalent"
    SURVIVED = "survived"


@dataclass(frozen=True)
class Tried:
    """A mutant that was run.

    Attributes
    ----------
    killer : the program that fails on it, or what else ended it; empty where all pass
    listed : what the author says of it; None where it is not on the list
    """

    candidate: Candidate
    killer: str
    listed: Equivalent | None = None

    @property
    def fate(self) -> Fate:
        if self.killer:
            return Fate.KILLED
        return Fate.EQUIVALENT if self.listed else Fate.SURVIVED


@dataclass(frozen=True)
class WeekTried:
    """What became of the mutants of a week.

    Attributes
    ----------
    faults : what is wrong with the list of equivalents
    """

    week: str
    tried: tuple[Tried, ...]
    faults: tuple[str, ...]
    seconds: float

    @property
    def survivors(self) -> tuple[Tried, ...]:
        """The mutants that nothing tells and nobody explains."""
        return tuple(one for one in self.tried if one.fate is Fate.SURVIVED)

    def count(self, fate: Fate | None = None, exercise: str = "") -> int:
        """How many there are, of one fate or one exercise where they are given."""
        kinds = [one for one in self.tried if exercise in ("", one.candidate.exercise)]
        return sum(fate in (None, one.fate) for one in kinds)


def try_mutants(assignment: Assignment, jobs: int, say: Say, most: int = MOST) -> WeekTried:
    """Run the hidden programs of a week on every mutant of its solutions.

    Parameters
    ----------
    jobs : how many processes
    say : takes a line on every lot, where there is no terminal
    most : how many mutants of an exercise at most

    Raises
    ------
    CourseError
        If the list of equivalents is broken, or a program fails on the reference.
    """
    start = time.monotonic()
    source = assignment.source
    names = [cell.name for cell in source.exercises]
    listed = read_equivalents(source.path.parent, frozenset(names))
    lots: list[tuple[str, tuple[Candidate, ...]]] = []
    for name in names:
        every = candidates(source, name, most)
        lots += [(name, every[at : at + LOT]) for at in range(0, len(every), LOT)]
    context = start_fork_server(assignment.limits.preload)
    tried: list[Tried] = []
    with (
        ProcessPoolExecutor(jobs, mp_context=context, initializer=settle) as executor,
        counting(source.week, len(lots), say) as tell,
    ):
        texts = [tuple(one.mutant.text for one in lot) for _, lot in lots]
        work = executor.map(killers, [assignment] * len(lots), [name for name, _ in lots], texts)
        for (name, lot), told in zip(lots, work, strict=True):
            tell(f"{source.week}: {name}: {told.count('')} of {len(lot)} mutants survive")
            pairs = zip(lot, told, strict=True)
            tried += [Tried(one, by, _entry(listed, one)) for one, by in pairs]
    faults = tuple(_faults(listed, tried))
    return WeekTried(source.week, tuple(tried), faults, time.monotonic() - start)


def killers(assignment: Assignment, exercise: str, texts: Sequence[str]) -> list[str]:
    """For each mutant of an exercise what tells it from a right solution; empty for nothing.

    Each runs in a child of this process, which has opened the exam and run the reference: nothing
    that a mutant leaves behind meets the next.
    """
    source = assignment.source
    # a known mistake is recognised by running all of them: not asked here
    exam = open_exam(replace(source, mistakes=()))
    seconds = SECONDS + TIMES * _run_reference(exam, exercise)
    memory = assignment.limits.memory_bytes

    def work(text: str) -> Callable[[], str]:
        return lambda: killer(exam, exercise, text, seconds)

    return [_in_child(work(text), seconds, memory) for text in texts]


def killer(exam: Exam, exercise: str, text: str, seconds: float) -> str:
    """The first program that fails where an exercise is answered by ``text``; empty for none."""
    try:
        link = LocalLink(namespace(exam.source, {exercise: text}))
    except SourceError:
        return NOT_DEFINED
    return exam.first_fault(exercise, link, seconds)


def _run_reference(exam: Exam, exercise: str) -> float:
    """Run an exercise's programs on the reference, so that what is expected is known; seconds."""
    start = time.monotonic()
    link = LocalLink(namespace(exam.source))
    failed = [one for one in exam.judge(exercise, lambda: link, 120) if not one.passed]
    if failed:
        message = f"{exercise}: {failed[0].name} fails on the reference: {failed[0].rationale}"
        raise CourseError(f"{exam.source.hidden.path}: {message}")
    return time.monotonic() - start


def _in_child(work: Callable[[], str], seconds: float, memory: int) -> str:
    """The words of ``work``, done in a child of this process within a time and a memory."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the other thread only waits
        child = os.fork()
    if child == 0:
        os.close(reading)
        _do(work, writing, memory)
    os.close(writing)
    try:
        ready = select.select([reading], [], [], seconds)[0]
        words = os.read(reading, 4096).decode() if ready else f"+{TOO_LONG}"
    finally:
        os.close(reading)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    if words.startswith("!"):
        raise RuntimeError(words[1:])
    return words.removeprefix("+") if words else DIED


def _do(work: Callable[[], str], writing: int, memory: int) -> None:
    """The child's life: ``+`` and the words, or ``!`` and a fault of the engine."""
    try:
        die_with_parent(signal.SIGKILL)
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
        nothing = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nothing, number)
        sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - it ends with the child
        warnings.simplefilter("ignore")
        try:
            words = f"+{work()}"
        except MemoryError:
            words = f"+{DIED}"
        except Exception as error:
            words = f"!{type(error).__name__}: {error}"
        os.write(writing, words.encode()[:4096])
    finally:
        os._exit(0)


def _entry(listed: Sequence[Equivalent], candidate: Candidate) -> Equivalent | None:
    """What the list says of a mutant."""
    mutant = candidate.mutant
    found = (one for one in listed if one.covers(candidate.exercise, mutant.old, mutant.new))
    return next(found, None)


def _faults(listed: Sequence[Equivalent], tried: Sequence[Tried]) -> Iterator[str]:
    """Entries that no mutant answers to any more, and those that a program tells after all."""
    for entry in listed:
        own = [one for one in tried if one.listed is entry]
        if not own:
            yield f"{entry.path}:{entry.line}: no mutant does this any more: {entry.old!r}"
        elif all(one.killer for one in own):
            yield f"{entry.path}:{entry.line}: is no equivalent: {own[0].killer} tells it"
