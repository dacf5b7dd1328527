"""Start kernels cold, as Jupyter does, and warm, as the launcher does; and weigh eight at once.

    python benchmarks/kernels.py [--kernels 10]

A kernel is ready when its first cell, the imports of a week's notebook, has run. Memory is the
proportional set size: a page that eight processes share counts an eighth for each.
"""

import argparse
import os
import resource
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from jupyter_client.manager import start_new_kernel

from autograder.kernels import warm
from autograder.kernels.session import KernelSession, Limits

IMPORTS = {
    False: "import numpy as np, matplotlib.pyplot as plt",
    True: "import numpy as np, matplotlib.pyplot as plt, torch\nfrom torch import nn",
}
AT_ONCE = 8


def main() -> None:
    """Run the benchmark and print its table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--kernels", type=int, default=10)
    count = words.parse_args().kernels
    os.environ.update(OMP_NUM_THREADS="1", MPLBACKEND="module://matplotlib_inline.backend_inline")
    for torch in (False, True):
        print(f"a kernel {'with' if torch else 'without'} torch, {count} of each, one at a time")
        begun = time.monotonic()
        warm.own_launcher(torch)
        print(f"  the launcher itself, once: {time.monotonic() - begun:.1f} s")
        first = _row("cold, as Jupyter", lambda torch=torch: _cold(torch), count, _of_children)
        second = _row("warm fork, sandboxed", lambda torch=torch: _warm(torch), count, _of_launcher)
        print(f"  ratio: {first[0] / second[0]:.1f} in wall, {first[1] / second[1]:.1f} in CPU")
        _weigh(torch)
        warm._Shared.launcher.close()


def _row(
    name: str, start: Callable[[], None], count: int, processor: Callable[[], float]
) -> tuple[float, float]:
    start()
    before, begun = processor(), time.monotonic()
    for _ in range(count):
        start()
    wall = (time.monotonic() - begun) / count
    time.sleep(0.5)  # the last kernel's time is counted when it has been waited for
    used = (processor() - before) / count
    print(f"  {name:22}{wall:7.3f} s wall{used:7.3f} s CPU")
    return wall, used


def _cold(torch: bool) -> None:
    manager, client = start_new_kernel(kernel_name="python3", stderr=subprocess.DEVNULL)
    client.execute_interactive(IMPORTS[torch], timeout=60)
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def _warm(torch: bool) -> None:
    with KernelSession(Limits(torch=torch)) as session:
        assert session.run(IMPORTS[torch]).status == "ok"


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _of_launcher() -> float:
    """The processor time of the launcher and of all kernels that it has waited for."""
    fields = Path(f"/proc/{warm._Shared.launcher.process.pid}/stat").read_text()
    ticks = fields.rsplit(")", 1)[1].split()[11:15]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def _weigh(torch: bool) -> None:
    sessions = [KernelSession(Limits(torch=torch)) for _ in range(AT_ONCE)]
    try:
        for session in sessions:
            session.start()
            session.run(IMPORTS[torch])
        launcher = warm._Shared.launcher.process.pid
        everyone = [launcher, *_family(launcher)]
        pages = [_proportional(pid) for pid in everyone]
        each = (sum(pages) - pages[0]) / AT_ONCE
        print(
            f"  {AT_ONCE} at once: {sum(pages) / 1024:.0f} MiB with the launcher, "
            f"{each / 1024:.0f} MiB for one more kernel\n"
        )
    finally:
        for session in sessions:
            session.close()


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
