"""The watch: what a kernel and its children hold together, each page counted once."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from autograder.kernels.watch import Excess, Watch, held_by, waiting_share

#: A process that holds some memory, shares it with a child, and has a child that holds its own.
FAMILY = """
import os, time
held = bytearray(80 << 20)
for place in range(0, len(held), 4096):
    held[place] = 1
for own in (0, 60):
    if os.fork() == 0:
        more = bytearray(own << 20)
        for place in range(0, len(more), 4096):
            more[place] = 1
        print("ready", flush=True)
        time.sleep(60)
time.sleep(60)
"""
MIB = 1 << 20


@pytest.fixture
def family() -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-c", FAMILY], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    assert [process.stdout.readline() for _ in range(2)] == ["ready\n"] * 2
    yield process
    os.killpg(process.pid, 9)
    process.wait()


def test_shared_pages_are_counted_once(family: "subprocess.Popen[str]") -> None:
    assert 140 * MIB < held_by(family.pid, 0) < 200 * MIB  # 80 and 60, and three interpreters
    assert held_by(family.pid, 10_000 * MIB) > 290 * MIB  # the plain sum is enough to know


def test_too_much_ends_the_process(family: "subprocess.Popen[str]") -> None:
    watch = Watch(os.pidfd_open(family.pid), growth=10_000 * MIB, held=100 * MIB)
    assert family.wait(timeout=20) == -9
    watch.thread.join(timeout=5)
    watch.end()
    assert watch.excess is Excess.HELD


def test_enough_is_no_excess(family: "subprocess.Popen[str]") -> None:
    watch = Watch(os.pidfd_open(family.pid), growth=10_000 * MIB, held=250 * MIB)
    time.sleep(1.0)
    watch.end()
    assert family.poll() is None
    assert watch.excess is None


SPIN = "import os, time\nos.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\nwhile True: pass"


def test_who_waits_for_a_processor_is_known() -> None:
    crowd = [subprocess.Popen([sys.executable, "-c", SPIN]) for _ in range(6)]
    try:
        deadline = time.monotonic() + 30
        while waiting_share(os.pidfd_open(crowd[0].pid)) < 0.5:  # six of them have one processor
            assert time.monotonic() < deadline
            time.sleep(0.1)
    finally:
        for process in crowd:
            process.kill()
            process.wait()
    assert waiting_share(os.pidfd_open(os.getpid())) < 1.0
