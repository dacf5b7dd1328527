"""Grade many submissions through the standard ``Executor`` interface, a few at a time."""

import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from dataclasses import dataclass
from multiprocessing.util import Finalize
from pathlib import Path

from ..course.errors import CourseError
from ..grading.grade import Assignment, broken, grade
from ..grading.results import Graded
from ..kernels import reserve
from ..kernels.warm import SHARED, own_launcher
from ..sandbox.syscalls import die_with_parent
from .ahead import fork_server

_ONE_AT_A_TIME = threading.Lock()


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
    assignment: Assignment, data: bytes, notes: tuple[str, ...] = (), more: bool = False
) -> Graded | Failure:
    """Grade one submission in a worker; a fault of the engine is a value, too.

    The judge seeds global generators, so a worker of several threads grades one at a time.
    """
    try:
        with _ONE_AT_A_TIME:
            return grade(assignment, data, notes, more)
    except Exception as error:
        return Failure(f"{type(error).__name__}: {error}")


@dataclass(frozen=True)
class Place:
    """Where to grade: ``jobs`` processes here, or a Dask cluster at an address."""

    jobs: int = 1
    scheduler: str = ""

    def executor(self, jobs: int, assignment: Assignment) -> Executor:
        """An executor of this place, with what the assignment needs imported."""
        if self.scheduler:
            return cluster(self.scheduler)
        return local_pool(
            jobs,
            "torch" in assignment.texts.lesson + assignment.texts.hidden_tests,
            assignment.limits.torch,
        )

    def ahead(self) -> int:
        """How many submissions to keep under way, so that no worker waits for the next."""
        return 256 if self.scheduler else 2 * self.jobs


def grade_all(
    assignment: Assignment, submissions: Sequence[Submission], place: Place
) -> Iterator[tuple[Submission, Graded | Failure]]:
    """Grade submissions at ``place``; results come as they finish.

    A worker that dies costs time only: what it held is graded again, alone.
    """
    if not submissions:
        return
    jobs = max(1, min(place.jobs, len(submissions)))
    again: list[Submission] = []
    first = _through(place, jobs, assignment, submissions)
    for submission, result in first:
        if isinstance(result, Failure):
            again.append(submission)
        else:
            yield submission, result
    for submission in again:
        yield from _through(place, 1, assignment, [submission])


def local_pool(jobs: int, torch: bool, kernels_torch: bool) -> Executor:
    """Worker processes on this machine, forked from one that has imported what they need.

    ``torch`` tells whether the judge needs it, ``kernels_torch`` whether kernels do.
    """
    return ProcessPoolExecutor(
        jobs,
        mp_context=fork_server(torch),
        initializer=prepare_worker,
        initargs=(own_launcher(kernels_torch),),
    )


def cluster(address: str) -> Executor:
    """The workers of a Dask cluster; each needs this package, and nothing else of ours.

    Raises
    ------
    CourseError
        If dask.distributed is not installed or nothing answers at the address.
    """
    try:
        from distributed import Client
    except ImportError:
        raise CourseError("--scheduler needs dask: pip install -e '.[cluster]'") from None
    try:
        client = Client(address, timeout="20s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise CourseError(f"no Dask scheduler answers at {address!r}: {error}") from None
    executor: Executor = client.get_executor(pure=False, retries=3)
    return executor


def prepare_worker(launcher: str) -> None:
    """What every worker does first: one thread, the shared launcher, an end with its parent.

    Kernels' folders stand in the launcher's own, which goes with it.
    """
    os.environ[SHARED] = launcher
    tempfile.tempdir = str(Path(launcher).parent)
    Finalize(None, reserve.close, exitpriority=1)
    die_with_parent(signal.SIGKILL)
    threading.Thread(target=_end_with_coordinator, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the coordinator tells us when to stop
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)


def _end_with_coordinator() -> None:
    """Wait for the end of the process that gives out work: our own parent is the fork server."""
    coordinator = multiprocessing.parent_process()
    if coordinator is not None:
        coordinator.join()
        os._exit(1)


def _through(
    place: Place, jobs: int, assignment: Assignment, submissions: Sequence[Submission]
) -> Iterator[tuple[Submission, Graded | Failure]]:
    """Keep submissions under way, on an executor that is made when one is needed."""
    waiting = list(reversed(submissions))
    under_way: dict[Future[Graded | Failure], Submission] = {}
    executor: Executor | None = None
    try:
        while waiting or under_way:
            while waiting and len(under_way) < place.ahead():
                submission = waiting.pop()
                data = _read(submission, assignment.submission_bytes)
                if isinstance(data, str):
                    yield submission, broken(assignment, data)
                    continue
                executor = executor or place.executor(jobs, assignment)
                try:
                    more = len(waiting) >= jobs and not place.scheduler
                    job = executor.submit(grade_file, assignment, data, submission.notes, more)
                except BrokenExecutor as error:
                    yield submission, Failure(f"the grading process died: {error}")
                else:
                    under_way[job] = submission
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for job in done:
                yield under_way.pop(job), _result(job)
    finally:
        for job in under_way:
            job.cancel()
        if executor is not None:
            executor.shutdown()


def _result(job: "Future[Graded | Failure]") -> Graded | Failure:
    """A job's result; a worker that died is a failure."""
    try:
        return job.result()
    except Exception as error:
        return Failure(f"the grading process died: {type(error).__name__}: {error}")


def _read(submission: Submission, limit: int) -> bytes | str:
    """The submission's bytes, or why there are none."""
    if submission.path is None:
        return submission.reason
    try:
        size = submission.path.stat().st_size
        if size > limit:
            return f"the file has {size >> 20} MiB, more than the {limit >> 20} allowed"
        return submission.path.read_bytes()
    except OSError as error:
        return f"{submission.path.name!r} cannot be read: {error.strerror or error}"
