"""Around a cell of the judge's: nothing that it shows is seen, and it ends in time."""

import io
import signal
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any

from .faults import Timeout

#: How much of what is printed is kept.
KEPT = 1 << 20


class Bounded(io.StringIO):
    """A stream that keeps the beginning of what is written."""

    def write(self, text: str) -> int:
        if self.tell() < KEPT:
            super().write(text[:KEPT])
        return len(text)


@contextmanager
def quiet(said: io.StringIO) -> Iterator[None]:
    """Nothing is shown, and a warning costs nothing."""
    with redirect_stdout(said), redirect_stderr(Bounded()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """``Timeout`` after so many seconds, and again, whoever catches it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(*_: Any) -> None:
        raise Timeout

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, max(0.01, seconds), 0.5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
