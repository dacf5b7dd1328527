"""Control groups: found in either version, one for each kernel, and none left behind."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.kernels.limits import CellStatus, Limits
from autograder.kernels.supply import open_kernels
from autograder.kernels.watch import pid_of
from autograder.sandbox.cgroups import Groups, Hierarchy, hierarchies
from autograder.sandbox.levels import probe

LINE = "30 24 0:27 {root} {mount} rw - {kind} cgroup rw,{options}\n"


def made(folder: Path, groups: str, *mounts: tuple[str, Path, str, str]) -> Path:
    """A folder like /proc/self of a process in these groups, with these mounts."""
    folder.mkdir()
    (folder / "cgroup").write_text(groups)
    lines = [
        LINE.format(root=root, mount=mount, kind=kind, options=options)
        for root, mount, kind, options in mounts
    ]
    (folder / "mountinfo").write_text("".join(lines))
    return folder


def test_the_first_version_has_a_folder_for_each_controller(tmp_path: Path) -> None:
    (tmp_path / "memory" / "job").mkdir(parents=True)
    (tmp_path / "cpu").mkdir()
    proc = made(
        tmp_path / "proc",
        "8:memory:/job\n1:cpu,cpuacct:/\n0::/\n",
        ("/", tmp_path / "memory", "cgroup", "memory"),
        ("/", tmp_path / "cpu", "cgroup", "cpu,cpuacct"),
        ("/", tmp_path / "freezer", "cgroup", "freezer"),
    )
    assert hierarchies(proc) == (
        Hierarchy(tmp_path / "memory" / "job", frozenset({"memory"}), 1),
        Hierarchy(tmp_path / "cpu", frozenset({"cpu"}), 1),
    )


def test_the_second_version_has_the_nearest_folder_without_processes(tmp_path: Path) -> None:
    scope = tmp_path / "user" / "scope"
    scope.mkdir(parents=True)
    for folder in (scope, scope.parent):
        (folder / "cgroup.type").write_text("domain\n")
        (folder / "cgroup.subtree_control").write_text("cpu memory pids\n")
    (scope / "cgroup.procs").write_text(f"{os.getpid()}\n")
    (scope.parent / "cgroup.procs").write_text("")
    proc = made(tmp_path / "proc", "0::/user/scope\n", ("/", tmp_path, "cgroup2", "nsdelegate"))
    (found,) = hierarchies(proc)
    assert found == Hierarchy(scope.parent, frozenset({"cpu", "memory", "pids"}), 2)
    assert found.settings(100, 7) == {"memory.max": 100, "pids.max": 7, "cpu.weight": 100}


def test_without_a_folder_of_ones_own_there_are_none(tmp_path: Path) -> None:
    (tmp_path / "cgroup.subtree_control").write_text("")
    proc = made(tmp_path / "proc", "0::/\n", ("/", tmp_path, "cgroup2", "rw"))
    assert hierarchies(proc) == ()


def test_what_a_killed_launcher_left_is_swept(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for owner in (ended.pid, os.getpid()):
        (tmp_path / f"nbl-{owner}-5").mkdir()
    Groups((Hierarchy(tmp_path, frozenset({"memory"}), 1),))
    assert [one.name for one in tmp_path.iterdir()] == [f"nbl-{os.getpid()}-5"]


@pytest.mark.skipif(not hierarchies(), reason="no control groups for this user")
def test_a_kernel_has_a_group_and_leaves_none() -> None:
    level = probe().level
    if level == "none":
        pytest.skip(f"this machine gives no isolation: {'; '.join(probe().missing)}")
    with open_kernels(level) as kernels:
        with kernels.kernel(Limits()) as kernel:
            assert kernel.kernel is not None
            pid = pid_of(kernel.kernel.process)
            groups = Path(f"/proc/{pid}/cgroup").read_text()
        assert groups.count("/nbl-") == len(hierarchies())
        name = next(part for part in groups.split("/") if part.startswith("nbl-")).split()[0]
        deadline = time.monotonic() + 10
        while _there(name):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def _there(name: str) -> list[Path]:
    return [place.folder / name for place in hierarchies() if (place.folder / name).exists()]


HOLD = """
import os, time
kept = []
for _ in range(3):
    if os.fork() == 0:
        kept = bytearray(200 << 20)
        for place in range(0, len(kept), 4096):
            kept[place] = 1
        time.sleep(30)
        os._exit(0)
try:
    for _ in range(3):
        print(os.waitstatus_to_exitcode(os.wait()[1]))
        break
except ChildProcessError:
    pass
"""


def test_what_children_hold_together_is_limited() -> None:
    """By a group, which ends one of them, or by the watch, which ends the kernel."""
    level = probe().level
    if level == "none":
        pytest.skip(f"this machine gives no isolation: {'; '.join(probe().missing)}")
    limits = Limits(memory_bytes=400 << 20, written_bytes=16 << 20, cell_seconds=20)
    with open_kernels(level) as kernels, kernels.kernel(limits) as kernel:
        ran = kernel.run(HOLD)
    said = "".join(output.get("text", "") for output in ran.outputs)
    assert said.strip() == "-9" or ran.status is CellStatus.DEAD, (ran, said)
