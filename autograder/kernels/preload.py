"""What a launcher imports before it forks, and that nothing of it hurts the forks.

A kernel closes every descriptor that it inherits, and its own sockets get their numbers. An
object that still takes such a number for its own would close a socket when it is collected, so
none may be left when a launcher begins to fork.
"""

import functools
import gc
import importlib
import io
import os
import sys
from collections.abc import Collection, Iterable

from ..course.errors import CourseError

#: What every kernel would import by itself, one after the other, at the student's cost.
ENGINE = (
    "IPython",
    "IPython.core.completer",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.magics",
    "IPython.core.magics.ast_mod",
    "IPython.core.magics.execution",
    "IPython.core.pylabtools",
    "IPython.extensions.storemagic",
    "IPython.utils.module_paths",
    "ipykernel.debugger",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "ipywidgets",
    "asyncio.base_subprocess",
    "encodings.idna",
    "multiprocessing.connection",
    "multiprocessing.reduction",
    "pydoc",
    "pygments.formatters.terminal256",
    "sqlite3",
    "stack_data.formatting",
    "tornado.platform.asyncio",
    "tornado.queues",
    "autograder.remote.agent",
    "autograder.notebook.checks",
)
#: What well-known libraries import at their first use only.
COMPANIONS = {
    "matplotlib": (
        "matplotlib.pyplot",
        "matplotlib.backends.backend_agg",
        "matplotlib_inline.backend_inline",
        "matplotlib_inline.config",
        "PIL.PngImagePlugin",
    ),
    "torch": (
        "torch.nn",
        "torch.nn.functional",
        "torch.nn.utils.rnn",
        "torch.optim",
        "torch.utils.data",
        "torch._dynamo",  # by an optimiser's first step
    ),
    "tqdm": ("tqdm.auto",),
}


class PreloadError(CourseError):
    """A module cannot be imported before the fork."""


def preload(modules: Iterable[str], known: Collection[int]) -> None:
    """Import ``modules``, each with its companions, and keep them on pages that forks share.

    Parameters
    ----------
    known : the descriptors that this process may have open afterwards

    Raises
    ------
    PreloadError
        If a module cannot be imported, or leaves a file or a socket open.
    """
    gc.unfreeze()
    first_plot = "matplotlib" not in sys.modules
    for name in modules:
        try:
            importlib.import_module(name)
        except Exception as error:
            raise PreloadError(f"{name} cannot be imported: {error}") from error
        for companion in COMPANIONS.get(name.partition(".")[0], ()):
            _import_if_there(companion)
        _check_descriptors(name, known)
    if first_plot and "matplotlib" in sys.modules:
        _draw()
        _forget_caches("matplotlib")
    gc.collect()
    gc.freeze()
    _check_descriptors("what is preloaded", known)


def preload_engine() -> None:
    """Import what every kernel needs, as far as it is there."""
    for name in ENGINE:
        _import_if_there(name)


def _import_if_there(name: str) -> None:
    try:
        importlib.import_module(name)
    except ImportError:  # a part that another version of its library lacks
        return


def _draw() -> None:
    """Draw once: the first figure of a process costs half a second."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot([0, 1], label="$x$")
    axes.set(title="t", xlabel="x", ylabel="y")
    axes.legend()
    figure.savefig(io.BytesIO(), format="png")


def _forget_caches(package: str) -> None:
    """Empty every cache of a package's functions; matplotlib keeps open fonts in some."""
    kind = type(functools.lru_cache(_draw))
    for thing in gc.get_objects():
        if isinstance(thing, kind) and thing.__module__.partition(".")[0] == package:
            thing.cache_clear()


def _check_descriptors(culprit: str, known: Collection[int]) -> None:
    if not open_descriptors().keys() - set(known):
        return
    gc.collect()  # some are held by a circle of garbage only
    left = sorted((n, where) for n, where in open_descriptors().items() if n not in known)
    if left:
        what = ", ".join(f"{number} ({where})" for number, where in left)
        raise PreloadError(
            f"{culprit} leaves descriptors open, which must not be shared by kernels: {what}; "
            "take it off the `preload` list of course.yml"
        )


def open_descriptors() -> dict[int, str]:
    """This process's open descriptors, each with what it leads to."""
    found = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            found[int(name)] = os.readlink(f"/proc/self/fd/{name}")
        except OSError:  # the descriptor by which the folder itself was read
            continue
    return found
