"""Grade many submissions through the standard ``Executor`` interface, a few at a time."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from ..kernels.syscalls import die_with_parent
from ..kernels.warm import SHARED, own_launcher
from .grade import Assignment, broken, grade
from .results import Graded


@dataclass(frozen=True)
class Submission:
    """Where one student's submission stands; ``reason`` where there is none to read."""

    student: str
    path: Path | None
    reason: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Failure:
    """A submission that the engine could not grade: no mark, and the next run tries again."""

    reason: str


def grade_file(
    assignment: Assignment, data: bytes, notes: tuple[str, ...] = ()
) -> Graded | Failure:
    """Grade one submission in a worker; a fault of the engine is a value, too."""
    try:
        return grade(assignment, data, notes)
    except Exception as error:
        return Failure(f"{type(error).__name__}: {error}")


def grade_all(
    assignment: Assignment, submissions: Sequence[Submission], jobs: int
) -> Iterator[tuple[Submission, Graded | Failure]]:
    """Grade submissions on ``jobs`` processes; results come as they finish.

    A worker that dies costs time only: what it held is graded again, alone.
    """
    again: list[Submission] = []
    for submission, result in _through(lambda: local_pool(jobs), assignment, submissions, 2 * jobs):
        if result is None:
            again.append(submission)
        else:
            yield submission, result
    for submission in again:
        for one, result in _through(lambda: local_pool(1), assignment, [submission], 1):
            yield one, result or Failure("the grading process died twice on this submission")


def local_pool(jobs: int) -> Executor:
    """Worker processes on this machine."""
    os.environ.update(MPLBACKEND="Agg", OMP_NUM_THREADS="1")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["autograder.grading.grade", "matplotlib.pyplot", "torch"])
    return ProcessPoolExecutor(
        jobs, mp_context=context, initializer=prepare_worker, initargs=(own_launcher(),)
    )


def prepare_worker(launcher: str) -> None:
    """What every worker does first: one thread, the shared launcher, an end with its parent."""
    os.environ[SHARED] = launcher
    die_with_parent(signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the coordinator tells us when to stop
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)


def _through(
    make: Callable[[], Executor],
    assignment: Assignment,
    submissions: Sequence[Submission],
    ahead: int,
) -> Iterator[tuple[Submission, Graded | Failure | None]]:
    """Keep ``ahead`` submissions under way; None for those whose worker died."""
    waiting = list(reversed(submissions))
    under_way: dict[Future[Graded | Failure], Submission] = {}
    with make() as executor:
        while waiting or under_way:
            while waiting and len(under_way) < ahead:
                submission = waiting.pop()
                data = _read(submission)
                if isinstance(data, str):
                    yield submission, broken(assignment, data)
                    continue
                try:
                    under_way[executor.submit(grade_file, assignment, data, submission.notes)] = (
                        submission
                    )
                except BrokenProcessPool:
                    yield submission, None
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in done:
                submission = under_way.pop(future)
                try:
                    yield submission, future.result()
                except BrokenProcessPool:
                    yield submission, None


def _read(submission: Submission) -> bytes | str:
    """The submission's bytes, or why there are none."""
    if submission.path is None:
        return submission.reason
    try:
        return submission.path.read_bytes()
    except OSError as error:
        return f"{submission.path.name} cannot be read: {error.strerror or error}"
