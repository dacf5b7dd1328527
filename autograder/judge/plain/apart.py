"""The judge's own process for one submission of a plain notebook.

Test cells and given cells are ordinary Python that may change anything around them: they run in a
fork of the grader's process that ends with the submission. It reaches the student's kernel through
this side alone.
"""

import gc
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any, NoReturn

from ...remote.causes import Cause
from ...remote.proxy import Link, LinkError
from . import Examiner, Step, Verdict
from .fence import fence

#: How long the judge's process may take beyond what a test cell's time allows, in seconds.
SPARE = 10.0
#: The longest that a given cell may take in it.
GIVEN_SECONDS = 60.0

#: How long an end that is on its way is waited for.
END_SECONDS = 2.0

Connect = Callable[[], Link]


@dataclass
class _Told:
    """What the process has been told, to be told again to another one in its place."""

    verb: str
    text: str


class Apart:
    """A process with an examiner in it; use ``examining`` to get one.

    Parameters
    ----------
    folder : where it works
    first : what it does first
    """

    def __init__(self, folder: Path, first: Callable[[], object] = str) -> None:
        self.folder, self.first = folder, first
        self.told: list[_Told] = []
        self._start()

    def given(self, text: str) -> None:
        """A cell of the course's stands here."""
        self._tell("given", text)

    def theirs(self, text: str) -> None:
        """A cell of the student's stands here."""
        self._tell("theirs", text)

    def test(
        self, text: str, connect: Connect, seconds: float, allowed: frozenset[str] | None
    ) -> Verdict:
        """Run a test cell; whatever happens to the process is a verdict as well."""
        end = time.monotonic() + seconds + SPARE + GIVEN_SECONDS
        try:
            self.pipe.send(("test", text, float(seconds), allowed))
            while True:
                if not self.pipe.poll(max(0.0, end - time.monotonic())):
                    return self._again(Cause.PROGRAM_TIME, "stopped: the test takes too long")
                match self.pipe.recv():
                    case ("ask", bytes() as message, float() as left):
                        self.pipe.send(_answer(connect, message, left))
                    case ("done", Verdict() as verdict):
                        return verdict
        except (EOFError, OSError):
            return self._again(
                Cause.NO_ANSWER, f"the test ended the judge's own process{self._how()}"
            )

    def close(self) -> None:
        """End the process."""
        self.pipe.close()
        with suppress(ProcessLookupError):
            os.kill(self.process, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self.process, 0)

    def _how(self) -> str:
        """By which signal the process ended, as far as one can tell."""
        end = time.monotonic() + END_SECONDS  # it has hung up, and may be on its way out still
        found = None
        with suppress(ChildProcessError):  # it is still to be waited for
            while found is None and time.monotonic() < end:
                found = os.waitid(os.P_PID, self.process, os.WEXITED | os.WNOHANG | os.WNOWAIT)
                time.sleep(0.0 if found else 0.01)
        if found is not None and found.si_code in (os.CLD_KILLED, os.CLD_DUMPED):
            return f" (signal {found.si_status})"
        return ""

    def _tell(self, verb: str, text: str) -> None:
        self.told.append(_Told(verb, text))
        with suppress(OSError):  # the next test notices that nobody is there
            self.pipe.send((verb, text))

    def _again(self, cause: Cause, message: str) -> Verdict:
        """A verdict without an examiner, and a new one for the next test."""
        self.close()
        self._start()
        for one in self.told:
            with suppress(OSError):
                self.pipe.send((one.verb, one.text))
        step = Step(1, 1, "the whole cell", True, "failed", cause, "", message, False)
        return Verdict((step,), None, frozenset(), "", 0.0, 0)

    def _start(self) -> None:
        self.pipe, theirs = Pipe()
        self.process = os.fork()
        if self.process == 0:
            _serve(theirs, self.pipe, self.folder, self.first)
        theirs.close()


@contextmanager
def examining(
    furnish: Callable[[Path], object] = str, first: Callable[[], object] = str
) -> Iterator[Apart]:
    """An examiner in a process of its own, in a folder of its own.

    Parameters
    ----------
    furnish : called with the folder, for what is to stand in it
    first : what the process does first
    """
    with tempfile.TemporaryDirectory(prefix="judge-", ignore_cleanup_errors=True) as folder:
        furnish(Path(folder))
        apart = Apart(Path(folder), first)
        try:
            yield apart
        finally:
            apart.close()


def _answer(connect: Connect, message: bytes, left: float) -> tuple[Any, ...]:
    """Ask the kernel on behalf of the judge's process."""
    try:
        return ("answer", connect().ask(message, time.monotonic() + left))
    except LinkError as error:
        return ("lost", error.cause, str(error))


class _Relay:
    """The judge's process's way to the kernel: through the grader."""

    def __init__(self, pipe: Connection, most: int) -> None:
        self.pipe, self.most = pipe, most

    def ask(self, message: bytes, deadline: float) -> bytes:
        """Send one request and return the answer; ``LinkError`` where there is none."""
        self.pipe.send(("ask", message, max(0.001, deadline - time.monotonic())))
        match self.pipe.recv():
            case ("answer", bytes() as answer):
                return answer
            case ("lost", cause, text):
                raise lost(cause, text)
        raise LinkError(Cause.NO_ANSWER)


def lost(cause: Cause, text: str) -> LinkError:
    """A ``LinkError`` that was raised in another process."""
    error = LinkError.__new__(LinkError)
    Exception.__init__(error, text)
    error.cause = cause
    return error


def _serve(
    pipe: Connection, other: Connection, folder: Path, first: Callable[[], object]
) -> NoReturn:
    """Be the judge's process: nothing that it inherits may be ended by it."""
    try:
        gc.freeze()
        other.close()
        first()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDWR)
        for end in (0, 1, 2):
            os.dup2(nothing, end)
        os.chdir(folder)
        fence(folder)
        _loop(pipe)
    finally:
        os._exit(0)


def _loop(pipe: Connection) -> None:
    examiner = Examiner()
    while True:
        match pipe.recv():
            case ("given", str() as text):
                examiner.given(text)
            case ("theirs", str() as text):
                examiner.theirs(text)
            case ("test", str() as text, float() as seconds, allowed):
                verdict = examiner.test(text, _Relay(pipe, MOST), seconds, allowed)
                pipe.send(("done", verdict))


#: How many bytes may come back to one test cell.
MOST = 512 << 20
