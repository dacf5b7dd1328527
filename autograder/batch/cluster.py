"""The workers of a Dask cluster; each needs this package, and nothing else of ours."""

import secrets
import threading
from concurrent.futures import Executor, Future
from contextlib import ExitStack
from typing import Any

from distributed import Client, WorkerPlugin, get_worker

from ..course.errors import CourseError
from ..grading.notes import Note
from ..grading.results import Graded
from ..kernels.launcher import LauncherError
from .assignments import AnyAssignment
from .submission import Failure
from .worker import Worker, open_worker

#: The judge seeds the process's generators, whichever run of the grader asks.
ONE_AT_A_TIME = threading.Lock()
#: How many submissions are under way: no worker waits for the next.
UNDER_WAY = 256


class GradingPlugin(WorkerPlugin):  # type: ignore[misc]
    """Gives a Dask worker kernels of its own, from its first submission to the pool's end."""

    def __init__(self, name: str, preload: tuple[str, ...], unsafe: bool) -> None:
        self.name, self.preload, self.unsafe = name, preload, unsafe

    def setup(self, worker: Any) -> None:
        """Called by Dask when the plugin or a worker is new."""
        self.address = worker.address
        self.stack = ExitStack()
        self.worker: Worker | None = None

    def teardown(self, worker: Any) -> None:
        """Called by Dask when the worker or the pool is closed."""
        self.stack.close()

    def attempt(
        self, assignment: AnyAssignment, data: bytes, notes: tuple[Note, ...]
    ) -> Graded | Failure:
        """Grade one submission; the kernels' launcher is replaced where it has died."""
        with ONE_AT_A_TIME:
            try:
                if self.worker is None:
                    opened = open_worker(self.unsafe, self.preload)
                    self.worker = self.stack.enter_context(opened)
                self.worker.prove(assignment)
            except LauncherError as error:
                self.worker = None
                self.stack.close()
                return Failure(f"on {self.address}: {error}")
            except CourseError as error:
                return Failure(f"on {self.address}: {error}", everywhere=True)
            result = self.worker.attempt(assignment, data, notes)
            if isinstance(result, Failure):
                self.worker = None
                self.stack.close()
            return result


class ClusterPool:
    """The workers at a scheduler's address.

    Raises
    ------
    CourseError
        If nothing answers at the address.
    """

    def __init__(self, address: str, preload: tuple[str, ...], unsafe: bool) -> None:
        try:
            self.client = Client(address, timeout="20s", set_as_default=False)
        except (OSError, ValueError) as error:
            raise CourseError(f"no Dask scheduler answers at {address!r}: {error}") from None
        self.plugin = f"autograder-{secrets.token_hex(4)}"
        self.client.register_plugin(GradingPlugin(self.plugin, preload, unsafe), self.plugin)
        self.executor: Executor = self.client.get_executor(pure=False, retries=3)
        self.under_way, self.reserves = UNDER_WAY, False

    def start(self) -> None:
        """Nothing: a worker starts what it needs with its first submission."""

    def submit(
        self,
        assignment: AnyAssignment,
        data: bytes,
        notes: tuple[Note, ...] = (),
        another: bool = False,
    ) -> Future[Graded | Failure]:
        """Have some worker grade one submission."""
        return self.executor.submit(attempt_on_cluster, self.plugin, assignment, data, notes)

    def prove(self, assignment: AnyAssignment) -> None:
        """Nothing: each worker grades the reference before its first submission."""

    def is_lost(self, job: Future[Any]) -> bool:
        """Never: Dask gives a lost job to another worker."""
        return False

    def close(self) -> None:
        """End the workers' kernels, and leave the cluster."""
        self.executor.shutdown()
        self.client.unregister_worker_plugin(self.plugin)
        self.client.close()


def attempt_on_cluster(
    plugin: str, assignment: AnyAssignment, data: bytes, notes: tuple[Note, ...]
) -> Graded | Failure:
    """Grade one submission in the Dask worker that this process is."""
    found: GradingPlugin = get_worker().plugins[plugin]
    return found.attempt(assignment, data, notes)
