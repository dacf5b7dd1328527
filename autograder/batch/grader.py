"""One grader: it grades assignment after assignment, and owns all that this takes.

Its pool of workers, their launcher, their kernels and the temporary folder live from the first
submission to the end of its context, and a class, a watch or a button may share it.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from ..course.errors import CourseError
from ..sandbox.levels import best_level
from .processes import ProcessPool
from .submission import Failure, Submission, read_submission

if TYPE_CHECKING:
    from ..grading.notes import Note
    from ..grading.results import Graded
    from .assignments import AnyAssignment


#: How long no result may come before it is asked whether some are lost.
LOOK_SECONDS = 10.0


class Pool(Protocol):
    """Workers somewhere: ``concurrent.futures`` with a life.

    ``under_way`` is how many submissions they should have before them, and ``reserves`` whether
    they keep a kernel for the next.
    """

    reserves: bool

    @property
    def under_way(self) -> int: ...

    def start(self) -> None: ...

    def submit(
        self,
        assignment: "AnyAssignment",
        data: bytes,
        notes: "tuple[Note, ...]" = (),
        another: bool = False,
    ) -> "Future[Graded | Failure]": ...

    def prove(self, assignment: "AnyAssignment") -> "Future[Graded | Failure | None] | None": ...

    def is_lost(self, job: "Future[Any]") -> bool: ...

    def close(self) -> None: ...


class Grader:
    """Grades submissions on this machine or on a Dask cluster; use it as a context manager.

    Parameters
    ----------
    jobs : how many submissions at once, on this machine
    preload : modules that workers and kernels have imported
    scheduler : address of a Dask cluster, which is used instead
    unsafe : whether to grade even where nothing isolates the submissions

    Raises
    ------
    CourseError
        If there is no isolation, no cluster at the address, or a launcher that does not start.
    """

    def __init__(
        self,
        jobs: int = 1,
        preload: tuple[str, ...] = (),
        scheduler: str = "",
        unsafe: bool = False,
    ) -> None:
        self.jobs, self.unsafe = jobs, unsafe
        self.proven: set[AnyAssignment] = set()
        if not scheduler:
            best_level(unsafe)  # refuse before anything is written
        self.pool: Pool = (
            _cluster(scheduler, preload, unsafe)
            if scheduler
            else ProcessPool(jobs, preload, unsafe)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.pool.close()

    def start(self) -> None:
        """Begin to import what the first submission needs; returns at once."""
        self.pool.start()

    def grade_all(
        self, assignment: "AnyAssignment", submissions: Sequence[Submission], proven: bool = False
    ) -> "Iterator[tuple[Submission, Graded | Failure]]":
        """Grade submissions; results come as they finish.

        The reference goes first, and until it has full marks nothing is told. A worker or a
        launcher that dies costs time only: what it held is graded again, alone. So is what ran
        into a time limit because others had the processors.

        Parameters
        ----------
        proven : the reference need not go first, as where it is what is tried

        Raises
        ------
        CourseError
            If the reference does not get full marks, here or on a cluster's worker.
        """
        again: list[tuple[Submission, Graded | Failure]] = []
        held: list[tuple[Submission, Graded | Failure]] = []
        known = proven or not submissions or assignment in self.proven
        proof = None if known else self.pool.prove(assignment)
        for submission, result in self._grade(assignment, submissions, self.pool.under_way):
            if isinstance(result, Failure) and result.everywhere:
                raise CourseError(result.reason)
            if isinstance(result, Failure) or (result.starved and len(submissions) > 1):
                again.append((submission, result))
            else:
                held.append((submission, result))
            if proof is None or proof.done():
                self._conclude(assignment, proof)
                proof = None
                yield from held
                held.clear()
        self._conclude(assignment, proof)
        yield from held
        for submission, before in again:
            for _, result in self._grade(assignment, [submission], 1):
                worse = isinstance(result, Failure)
                yield submission, before if worse else result

    def _conclude(
        self, assignment: "AnyAssignment", proof: "Future[Graded | Failure | None] | None"
    ) -> None:
        """Wait for the reference's result, and note it; made again once where a worker died."""
        attempts = 2
        while proof is not None:
            if not wait([proof], LOOK_SECONDS).done and not self.pool.is_lost(proof):
                continue
            try:
                found = proof.result(timeout=0)
            except Exception as error:
                attempts -= 1
                if not attempts:
                    what = f"{assignment.week}: the reference solution could not be graded here"
                    raise CourseError(f"{what}: {type(error).__name__}: {error}") from error
                proof = self.pool.prove(assignment)
                continue
            if isinstance(found, Failure):
                raise CourseError(found.reason)
            self.proven.add(assignment)
            return

    def _grade(
        self, assignment: "AnyAssignment", submissions: Sequence[Submission], at_once: int
    ) -> "Iterator[tuple[Submission, Graded | Failure]]":
        """Keep submissions under way until all are done."""
        from ..grading.unread import unread

        waiting = list(reversed(submissions))
        under_way: dict[Future[Graded | Failure], Submission] = {}
        try:
            while waiting or under_way:
                while waiting and len(under_way) < at_once:
                    submission = waiting.pop()
                    data = read_submission(submission, assignment.submission_bytes)
                    if isinstance(data, str):
                        yield submission, unread(assignment, data)
                        continue
                    another = self.pool.reserves and len(waiting) >= self.jobs
                    job = self.pool.submit(assignment, data, submission.notes, another)
                    under_way[job] = submission
                done, _ = wait(under_way, LOOK_SECONDS, FIRST_COMPLETED)
                for job in done:
                    yield under_way.pop(job), _result(job)
                for job in [] if done else list(under_way):
                    if self.pool.is_lost(job):
                        yield under_way.pop(job), Failure("the grading process died")
        finally:
            for job in under_way:
                job.cancel()


def _result(job: "Future[Graded | Failure]") -> "Graded | Failure":
    """A job's result; a worker that died is a failure."""
    try:
        return job.result()
    except Exception as error:
        return Failure(f"the grading process died: {type(error).__name__}: {error}")


def _cluster(scheduler: str, preload: tuple[str, ...], unsafe: bool) -> Pool:
    try:
        from .cluster import ClusterPool
    except ImportError:
        raise CourseError("--scheduler needs dask: pip install -e '.[cluster]'") from None
    return ClusterPool(scheduler, preload, unsafe)
