"""Kernels that are ready before they are needed: one per process, made while another works.

Only a process that says how long it will go on keeps one (``expect``); everybody else starts
a kernel when it is asked for. A kernel in reserve has run nothing and belongs to nobody.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from .session import KernelSession, Limits


class _Reserve:
    """The kernel that is being made, or waits."""

    thread: threading.Thread | None = None
    session: KernelSession | None = None
    limits: Limits | None = None


@contextmanager
def kernel(limits: Limits, more: bool = False) -> Iterator[KernelSession]:
    """A kernel with these limits, started, and ended with the context.

    Parameters
    ----------
    limits : of this kernel, and of the next
    more : whether another one like it will be asked for soon; it is made meanwhile
    """
    session = _take(limits)
    if more:
        _make(limits)
    with session:
        yield session


def close() -> None:
    """End the kernel in reserve, if there is one."""
    if _Reserve.thread is not None:
        _Reserve.thread.join()
        _Reserve.thread = None
    if _Reserve.session is not None:
        _Reserve.session.close()
        _Reserve.session = None


def _take(limits: Limits) -> KernelSession:
    if _Reserve.thread is not None:
        _Reserve.thread.join()
        _Reserve.thread = None
    ready, _Reserve.session = _Reserve.session, None
    if ready is not None and _Reserve.limits == limits and ready.alive:
        return ready
    if ready is not None:
        ready.close()
    return KernelSession(limits)


def _make(limits: Limits) -> None:
    def run() -> None:
        session = KernelSession(limits)
        try:
            session.start()
        except Exception:  # whoever needs it starts one, and meets the same fault
            session.close()
        else:
            _Reserve.session = session

    _Reserve.limits = limits
    _Reserve.thread = threading.Thread(target=run, daemon=True)
    _Reserve.thread.start()
