"""Trials of notebooks, several at once, each in a process that may die of it."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.util import Finalize
from pathlib import Path

from ...grading.plain.assignment import PlainAssignment
from ..worker import Worker, open_worker
from .trial import Trial, try_notebook

#: A notebook: its week and its name.
Key = tuple[str, str]


@dataclass(frozen=True)
class Job:
    """One notebook to try: its assignment, the cells known to stay in the kernel, its files."""

    assignment: PlainAssignment
    known: Mapping[str, str]
    files: Path | None


def tried(
    tasks: Mapping[Key, Job],
    jobs: int,
    preload: tuple[str, ...],
    run: "Callable[[Job], Trial] | None" = None,
) -> Iterator[tuple[Key, Trial | str]]:
    """What was found of each notebook, or why nothing was, as they finish.

    Those beside which a process died are tried once more, each in a process of its own.

    Parameters
    ----------
    jobs : how many at once
    preload : modules that kernels have imported
    run : what is done with a job, in a process of its own; a trial unless given
    """
    run = run or _run
    left = dict(tasks)
    for key, result in _round(tasks, jobs, preload, run):
        if not isinstance(result, BrokenProcessPool):
            del left[key]
            yield key, result
    for key, job in left.items():
        for _, result in _round({key: job}, 1, preload, run):
            if isinstance(result, BrokenProcessPool):
                yield key, "it was not tried: the process that ran it died"
            else:
                yield key, result


def _round(
    tasks: Mapping[Key, Job], jobs: int, preload: tuple[str, ...], run: Callable[[Job], Trial]
) -> Iterator[tuple[Key, Trial | str | BrokenProcessPool]]:
    if not tasks:
        return
    with ProcessPoolExecutor(
        min(jobs, len(tasks)),
        mp_context=get_context("spawn"),
        initializer=_open,
        initargs=(preload,),
    ) as pool:
        try:
            keys = {pool.submit(run, job): key for key, job in tasks.items()}
            for future in as_completed(keys):
                yield keys[future], _result(future)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _result(future: Future[Trial]) -> Trial | str | BrokenProcessPool:
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, BrokenProcessPool):
        return error
    return f"it was not tried: {type(error).__name__}: {' '.join(str(error).split())[:200]}"


_WORKER: list[Worker] = []


def _open(preload: tuple[str, ...]) -> None:
    """Open the worker of a process of the pool."""
    stack = ExitStack()
    _WORKER.append(stack.enter_context(open_worker(preload=preload)))
    Finalize(stack, stack.close, exitpriority=10)


def _run(job: Job) -> Trial:
    return try_notebook(_WORKER[0], job.assignment, job.known, job.files)
