"""Worker processes on this machine, and the launcher of their kernels.

This module imports little, so that both can begin to import while everything else does.
"""

import multiprocessing
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from ..course.errors import CourseError
from ..course.search_path import leave_out_working_directory
from ..kernels.launcher import Forker, Launcher, LauncherError
from ..kernels.scratch import scratch_folder
from ..sandbox.levels import best_level
from ..sandbox.syscalls import die_with_parent
from .fork_server import start_fork_server
from .submission import Failure

if TYPE_CHECKING:
    from ..grading.notes import Note
    from ..grading.results import Graded
    from .assignments import AnyAssignment
    from .worker import Worker

Result = TypeVar("Result")
#: What a worker may hold, and how long it may take beyond twice a submission's time limit.
MEMORY_BYTES, SPARE_SECONDS = 6 << 30, 120.0
#: The worker that this process is, where it is one of a pool: set by the pool's initializer,
#: found by its tasks, and used by nobody else.
_worker: "Worker | None" = None


class ProcessPool:
    """A pool of processes that lives until it is closed, and is made anew where it broke.

    Parameters
    ----------
    jobs : how many processes
    preload : modules that workers and kernels have imported
    unsafe : whether to go on where this machine gives no isolation
    """

    def __init__(self, jobs: int, preload: tuple[str, ...], unsafe: bool) -> None:
        self.jobs, self.preload, self.unsafe = jobs, preload, unsafe
        self.reserves = True
        self.stack = ExitStack()
        self.folder: Path | None = None
        self.launcher: Launcher | None = None
        self.executor: Executor | None = None
        self.executors: WeakKeyDictionary[Future[Any], Executor] = WeakKeyDictionary()

    @property
    def under_way(self) -> int:
        """How many submissions to keep under way, so that no worker waits for the next."""
        return 2 * self.jobs

    def start(self) -> None:
        """Start what takes seconds to import; returns at once."""
        if self.launcher is None:
            level = best_level(self.unsafe)
            start_fork_server(self.preload)
            if self.folder is None:
                self.folder = self.stack.enter_context(scratch_folder())
            self.launcher = Launcher(level, self.preload, self.folder)

    def submit(
        self,
        assignment: "AnyAssignment",
        data: bytes,
        notes: "tuple[Note, ...]" = (),
        another: bool = False,
    ) -> "Future[Graded | Failure]":
        """Have a worker grade one submission."""
        return self._hand_out(partial(attempt_in_worker, assignment, data, notes, another))

    def prove(self, assignment: "AnyAssignment") -> "Future[Graded | Failure | None]":
        """Have a worker grade the reference; a failure where it does not earn all, else None."""
        return self._hand_out(partial(prove_in_worker, assignment))

    def _hand_out(self, work: "Callable[[], Result]") -> "Future[Result]":
        """Give a worker something to do; a launcher or a pool that died is replaced first.

        What was under way there has failed, or will.
        """
        if self.launcher is not None and not self.launcher.alive:
            self._close_workers(wait=False)
            self.launcher.close()
            self.launcher = None
        try:
            job = self._workers().submit(work)
        except BrokenExecutor:
            self._close_workers(wait=False)
            job = self._workers().submit(work)
        self.executors[job] = self._workers()
        return job

    def is_lost(self, job: "Future[Any]") -> bool:
        """Whether a job's executor broke and forgot it.

        Python before 3.12 leaves a job undone that was submitted in the moment in which a worker
        was found dead.
        """
        if job.cancelled():  # by the end of its executor, which tells nobody who waits
            return True
        try:
            self.executors[job].submit(os.getpid)
        except BrokenExecutor:
            return not job.done()
        except RuntimeError:  # it was closed, and ends what it runs
            return False
        return False

    def close(self) -> None:
        """End the kernels with their launcher, then the workers, which wait for them."""
        if self.launcher is not None:
            self.launcher.close()
            self.launcher = None
        self._close_workers(wait=True)
        self.stack.close()

    def _workers(self) -> Executor:
        """The processes, made when they are first needed."""
        if self.executor is None:
            self.start()
            assert self.launcher is not None
            assert self.folder is not None
            self.launcher.wait()
            self.executor = ProcessPoolExecutor(
                self.jobs,
                mp_context=start_fork_server(self.preload),
                initializer=partial(become_worker, self.launcher.forker, self.folder),
            )
        return self.executor

    def _close_workers(self, wait: bool) -> None:
        if self.executor is not None:
            self.executor.shutdown(wait, cancel_futures=True)
            self.executor = None


def become_worker(forker: Forker, folder: Path) -> None:
    """What a worker that grades does first: settle, and take hold of its kernels."""
    global _worker
    settle()
    from ..kernels.supply import KernelSupply
    from .worker import Worker

    _worker = Worker(KernelSupply(forker, folder))


def settle() -> None:
    """What every worker does first: it has one thread, and ends with who gives out the work.

    Its memory is limited, so that what a submission makes the judge hold costs that one only.
    """
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    most = MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MEMORY_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
    leave_out_working_directory()
    die_with_parent(signal.SIGKILL)
    threading.Thread(target=_end_with_coordinator, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the coordinator tells us when to stop
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)


def attempt_in_worker(
    assignment: "AnyAssignment", data: bytes, notes: "tuple[Note, ...]", another: bool
) -> "Graded | Failure":
    """Grade one submission in the worker that this process is."""
    assert _worker is not None
    try:
        with bounded(2 * assignment.submission_seconds + SPARE_SECONDS):
            return _worker.attempt(assignment, data, notes, another)
    except Overtime as error:
        return Failure(str(error))


class Overtime(BaseException):
    """Grading itself does not come to an end; nothing that catches exceptions may keep it."""


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """Raise ``Overtime`` in this process's main thread if what follows takes longer."""

    def stop(number: int, frame: object) -> None:
        raise Overtime(f"stopped after {seconds:g} s: grading itself did not come to an end")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def prove_in_worker(assignment: "AnyAssignment") -> "Graded | Failure | None":
    """Grade the reference in the worker that this process is; None where it earns all."""
    assert _worker is not None
    try:
        _worker.prove(assignment)
    except LauncherError:
        raise  # it is made again, with a new launcher
    except CourseError as error:
        return Failure(str(error), everywhere=True)
    return None


def _end_with_coordinator() -> None:
    """Wait for the end of the process that gives out work: our own parent is the fork server."""
    coordinator = multiprocessing.parent_process()
    if coordinator is not None:
        coordinator.join()
        os._exit(1)
