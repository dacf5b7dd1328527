"""What one submission costs in classes of 1, 10, 100 and 1,000, here and on a Dask cluster.

    python benchmarks/scale.py [--sizes 1 10 100 1000] [--week 1] [--dask-size 100]

Every run is the command ``autograder grade`` from its start to its end. The coordinator's peak
memory is the kernel's own count (VmHWM) of the process that hands out work and records marks.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from throughput import agree, built_copy, hand_in, make_class, processor_seconds, read_marks

from autograder.authoring.source import read
from autograder.course.manifest import Course, find_course

BIN = Path(sys.executable).parent


def main() -> None:
    """Run the benchmark and print its table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--sizes", type=int, nargs="*", default=[1, 10, 100, 1000])
    words.add_argument("--dask-size", type=int, default=100)
    words.add_argument("--week", default="1")
    asked = words.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    course = find_course(Path(__file__).parent)
    week = course.pick([asked.week])[0]
    source = read(course.source_folder(week), week.id)
    cores = len(os.sched_getaffinity(0))
    print(f"{week.id}, {cores} cores, autograder grade --jobs {cores}\n")
    print(f"{'submissions':>12}{'wall s':>9}{'each':>9}{'CPU each':>10}{'coordinator MiB':>17}")
    marks: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for size in asked.sizes:
            texts = make_class(source, size)
            ours = _class_of(course, root / f"of{size}", week.id, texts)
            _row(f"{size}", ours, size, "grade", week.id, "--jobs", str(cores))
        if not asked.dask_size:
            return
        texts = make_class(source, asked.dask_size)
        for workers in (1, 2):
            name = f"Dask, {workers}"
            ours = _class_of(course, root / f"dask{workers}", week.id, texts)
            with cluster(workers) as address:
                where = ("--scheduler", address)
                _row(name, ours, asked.dask_size, "grade", week.id, *where)
            marks[name] = read_marks(ours.root, week.id)
    agree(marks)


def _class_of(course: Course, place: Path, week: str, texts: dict[str, str]) -> Course:
    ours = built_copy(course, place, course.pick([week])[0])
    hand_in(ours, week, texts)
    return ours


def _row(name: str, course: Course, count: int, *words: str) -> None:
    """Run a command to its end; its line of the table."""
    begun, before = time.monotonic(), processor_seconds()
    process = subprocess.Popen(
        [BIN / "autograder", *words], cwd=course.root, stdout=subprocess.DEVNULL
    )
    peak = 0
    while process.poll() is None:
        peak = _peak(process.pid) or peak
        time.sleep(0.05)
    wall, used = time.monotonic() - begun, processor_seconds() - before
    if process.returncode:
        raise RuntimeError(f"autograder {' '.join(words)} ended with {process.returncode}")
    each = f"{wall / count:9.3f}{used / count:10.3f}"
    print(f"{name:>12}{wall:9.1f}{each}{peak / 1024:17.0f}", flush=True)


def _peak(pid: int) -> int:
    try:
        found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) if found else 0


@contextmanager
def cluster(workers: int) -> Iterator[str]:
    """A Dask scheduler and workers of one thread each, as processes on this machine."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scheduler.json"
        quiet = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        dask = [BIN / "dask"]
        ends = [
            subprocess.Popen(
                [*dask, "scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", file],
                **quiet,
            )
        ]
        for _ in range(workers):
            words = ["--nthreads", "1", "--no-dashboard", "--scheduler-file", file]
            ends.append(subprocess.Popen([*dask, "worker", *words], **quiet))
        try:
            yield _address(file, workers)
        finally:
            for end in reversed(ends):
                end.terminate()
            for end in ends:
                end.wait(timeout=30)


def _address(file: Path, workers: int) -> str:
    """The scheduler's address, once all workers have come."""
    import json

    from distributed import Client

    deadline = time.monotonic() + 60
    while not file.exists() or not file.read_text().strip():
        if time.monotonic() > deadline:
            raise RuntimeError("the Dask scheduler did not start")
        time.sleep(0.1)
    address = str(json.loads(file.read_text())["address"])
    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=120)
    return address


if __name__ == "__main__":
    main()
