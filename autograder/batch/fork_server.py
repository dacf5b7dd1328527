"""The server from which worker processes are forked; it has imported what they share.

It is multiprocessing's own, one a process, and ends with it.
"""

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from typing import Any

from ..course.search_path import without_working_directory

#: What every worker imports.
ENGINE = ("autograder.batch.processes", "autograder.batch.worker")


def start_fork_server(preload: Sequence[str]) -> ForkServerContext:
    """Start the server if there is none yet; the context of processes forked from it.

    Returns at once, while the server imports. Its search path is Python's own, and no path of
    the file system leads to it.

    Parameters
    ----------
    preload : modules that it imports when it starts
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*ENGINE, *preload])
    path = without_working_directory(os.environ.get("PYTHONPATH", "").split(os.pathsep))
    with _environment(
        MPLBACKEND="Agg",
        OMP_NUM_THREADS="1",
        PYTHONSAFEPATH="1",
        PYTHONPATH=os.pathsep.join(path),
    ):
        forkserver.ensure_running()
    _remove_address()
    return context


def _remove_address() -> None:
    """Take the server's address out of the file system; this process goes on connecting to it.

    Who connects has a process run whatever it sends, and a sandbox of Landlock alone does not
    stop a kernel from connecting to a path. multiprocessing has no other way to be told the
    address than the private name here. A path below /proc/self/fd leads to a socket that has
    none any more; nobody but this process, or who may trace it, can follow that.
    """
    server: Any = forkserver._forkserver
    address = server._forkserver_address
    if isinstance(address, str) and not address.startswith("/proc/self/fd/"):
        place = os.open(address, os.O_PATH | os.O_CLOEXEC)
        os.unlink(address)
        server._forkserver_address = f"/proc/self/fd/{place}"


@contextmanager
def _environment(**changed: str) -> Iterator[None]:
    """The environment of a process that is started meanwhile."""
    before = {name: os.environ.get(name) for name in changed}
    os.environ.update(changed)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
