"""Kernels for one submission after the other, the next one made while one is in use."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from ..course.errors import CourseError
from ..remote.proxy import LinkError
from .foreign import ForeignSession
from .launcher import Forker, Launcher
from .limits import Limits
from .scratch import scratch_folder
from .session import KernelSession


@dataclass(frozen=True)
class Wanted:
    """What a kernel is to be like, see `KernelSupply.kernel`."""

    limits: Limits
    files: bytes = b""
    foreign: str = ""


class KernelSupply:
    """The kernels of one process; use it as a context manager.

    A kernel in reserve has run nothing and belongs to nobody.

    Parameters
    ----------
    forker : where kernels come from
    folder : where they have their scratch folders
    """

    def __init__(self, forker: Forker, folder: Path) -> None:
        self.forker, self.folder = forker, folder
        self.maker = ThreadPoolExecutor(1, thread_name_prefix="reserve")
        self.reserve: tuple[Wanted, Future[KernelSession]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def kernel(
        self, limits: Limits, another: bool = False, files: bytes = b"", foreign: str = ""
    ) -> Iterator[KernelSession]:
        """A kernel with these limits, started, and ended with the context.

        Parameters
        ----------
        another : whether one more like it will be asked for soon; it is made meanwhile
        files : what stands beside the notebook, see `folder_files`
        foreign : the kernelspec of a kernel that is not ours, see `foreign`; empty for ours
        """
        wanted = Wanted(limits, files, foreign)
        session = self._take(wanted) or self._new(wanted)
        if another:
            self.reserve = wanted, self.maker.submit(self._make, wanted)
        with session:
            yield session

    def close(self) -> None:
        """End the kernel in reserve, if there is one."""
        left = self._take(None)
        if left is not None:
            left.close()
        self.maker.shutdown()

    def _take(self, wanted: Wanted | None) -> KernelSession | None:
        """The kernel in reserve, if it is such a one."""
        if self.reserve is None:
            return None
        (made, future), self.reserve = self.reserve, None
        try:
            session = future.result()
        except (LinkError, CourseError, OSError):  # whoever needs one meets the same fault
            return None
        if wanted is None or (made == wanted and session.alive):
            return session
        session.close()
        return None

    def _new(self, wanted: Wanted) -> KernelSession:
        own = (self.forker, wanted.limits, self.folder)
        if wanted.foreign:
            return ForeignSession(*own, wanted.foreign, wanted.files)
        return KernelSession(*own, wanted.files)

    def _make(self, wanted: Wanted) -> KernelSession:
        session = self._new(wanted)
        try:
            session.start()
        except BaseException:
            session.close()
            raise
        return session


@contextmanager
def open_kernels(level: str, preload: tuple[str, ...] = ()) -> Iterator[KernelSupply]:
    """Kernels from a launcher of their own, which ends with the context."""
    with (
        scratch_folder() as folder,
        Launcher(level, preload, folder) as launcher,
        KernelSupply(launcher.forker, folder) as kernels,
    ):
        launcher.wait()
        yield kernels
