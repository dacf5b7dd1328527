"""Start kernels cold, as Jupyter does, and warm, as the launcher does; and weigh eight at once.

    python benchmarks/kernels.py [--kernels 10]

A kernel is ready when its first cell, the imports of a week's notebook, has run. Memory is the
proportional set size: a page that eight processes share counts an eighth for each.
"""

import argparse
import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from jupyter_client.manager import start_new_kernel

from autograder.kernels.launcher import Launcher
from autograder.kernels.limits import CellStatus, Limits
from autograder.kernels.session import KernelSession
from autograder.sandbox.levels import best_level

PLAIN = ("numpy", "matplotlib.pyplot")
IMPORTS = {
    PLAIN: "import numpy as np, matplotlib.pyplot as plt",
    (*PLAIN, "torch"): "import numpy as np, matplotlib.pyplot as plt, torch\nfrom torch import nn",
}
AT_ONCE = 8


def main() -> None:
    """Run the benchmark and print its table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--kernels", type=int, default=10)
    count = words.parse_args().kernels
    os.environ.update(OMP_NUM_THREADS="1", MPLBACKEND="module://matplotlib_inline.backend_inline")
    for modules, cell in IMPORTS.items():
        print(f"a kernel with {', '.join(modules)}, {count} of each, one at a time")
        _compare(modules, cell, count)


def _compare(modules: tuple[str, ...], cell: str, count: int) -> None:
    begun = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as place,
        Launcher(best_level(), modules, Path(place)) as launcher,
    ):
        launcher.wait()
        print(f"  the launcher itself, once: {time.monotonic() - begun:.1f} s")

        def start() -> KernelSession:
            return KernelSession(launcher.forker, Limits(preload=modules), Path(place))

        used = partial(_of, launcher.process.pid)
        cold = _row("cold, as Jupyter", partial(_cold, cell), count, _of_children)
        warm = _row("warm fork, sandboxed", partial(_warm, start, cell), count, used)
        print(f"  ratio: {cold[0] / warm[0]:.1f} in wall, {cold[1] / warm[1]:.1f} in CPU")
        _weigh(start, cell, launcher.process.pid)


def _row(
    name: str, start: Callable[[], None], count: int, processor: Callable[[], float]
) -> tuple[float, float]:
    start()
    before, begun = processor(), time.monotonic()
    for _ in range(count):
        start()
    wall = (time.monotonic() - begun) / count
    time.sleep(1.5)  # the last kernel's time is counted when it has been waited for
    used = (processor() - before) / count
    print(f"  {name:22}{wall:7.3f} s wall{used:7.3f} s CPU")
    return wall, used


def _cold(cell: str) -> None:
    manager, client = start_new_kernel(kernel_name="python3", stderr=subprocess.DEVNULL)
    client.execute_interactive(cell, timeout=60)
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def _warm(start: Callable[[], KernelSession], cell: str) -> None:
    with start() as session:
        assert session.run(cell).status is CellStatus.OK


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _of(launcher: int) -> float:
    """The processor time of the launcher and of all kernels that it has waited for."""
    fields = Path(f"/proc/{launcher}/stat").read_text()
    ticks = fields.rsplit(")", 1)[1].split()[11:15]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def _weigh(start: Callable[[], KernelSession], cell: str, launcher: int) -> None:
    with ExitStack() as kernels:
        for _ in range(AT_ONCE):
            kernels.enter_context(start()).run(cell)
        everyone = [launcher, *_family(launcher)]
        pages = [_proportional(pid) for pid in everyone]
        each = (sum(pages) - pages[0]) / AT_ONCE
        print(
            f"  {AT_ONCE} at once: {sum(pages) / 1024:.0f} MiB with the launcher, "
            f"{each / 1024:.0f} MiB for one more kernel\n"
        )


def _family(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found += [child, *_family(child)]
    return found


def _proportional(pid: int) -> int:
    """Kibibytes of memory, with shared pages shared out."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


if __name__ == "__main__":
    main()
