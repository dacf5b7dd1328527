"""The launcher: reached by inherited descriptors only, and none of them hurts its forks."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from autograder.kernels.launcher import Launcher, LauncherError
from autograder.kernels.limits import CellStatus, Limits
from autograder.kernels.preload import PreloadError, preload
from autograder.kernels.request import KernelRequest
from autograder.kernels.supply import KernelSupply
from autograder.sandbox.levels import probe

#: What week 1 of a course with plots has.
PLOTS = ("numpy", "matplotlib.pyplot", "tqdm")
ROUNDS = 12


@pytest.fixture(scope="module")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launcher]:
    if probe().level == "none":
        pytest.skip(f"this machine gives no isolation: {'; '.join(probe().missing)}")
    with Launcher(probe().level, PLOTS, tmp_path_factory.mktemp("launcher")) as started:
        started.wait()
        yield started


@pytest.fixture
def kernels(launcher: Launcher, tmp_path: Path) -> Iterator[KernelSupply]:
    with KernelSupply(launcher.forker, tmp_path) as supply:
        yield supply


def descriptors(pid: int) -> dict[int, str]:
    folder = Path(f"/proc/{pid}/fd")
    return {int(entry.name): os.readlink(entry) for entry in folder.iterdir()}


def test_it_has_four_descriptors_and_none_is_a_file_or_an_address(launcher: Launcher) -> None:
    found = descriptors(launcher.process.pid)
    assert len(found) == 4
    assert found[2].endswith("launcher.log")
    sockets = {where[8:-1] for where in found.values() if where.startswith("socket:")}
    lines = [line.split() for line in Path("/proc/net/unix").read_text().splitlines()[1:]]
    assert len(sockets) == 1
    assert all(len(line) == 7 for line in lines if line[6] in sockets)  # an eighth is an address


@pytest.mark.parametrize(
    "code",
    [
        "import gc\nfor _ in range(5):\n    gc.collect()",
        "x = [[i] for i in range(1_000_000)]\ndel x",
        "import torch",
    ],
)
def test_a_collection_of_garbage_does_not_kill_a_kernel(kernels: KernelSupply, code: str) -> None:
    plot = "import matplotlib.pyplot as plt\nplt.title('$x^2$')\nplt.plot([1, 2])\nplt.show()"
    for _ in range(ROUNDS):
        with kernels.kernel(Limits(cell_seconds=60, preload=PLOTS)) as session:
            for cell in (plot, code, "import gc\ngc.collect()", plot):
                ran = session.run(cell)
                assert ran.status is CellStatus.OK, ran.reason


def test_a_kernel_inherits_none_of_the_launcher_s_descriptors(
    kernels: KernelSupply, launcher: Launcher
) -> None:
    code = "import os\nfor n in os.listdir('/proc/self/fd'):\n    try:\n"
    code += "        print(os.readlink(f'/proc/self/fd/{n}'))\n    except OSError:\n        pass"
    with kernels.kernel(Limits()) as session:
        text = "".join(output.get("text", "") for output in session.run(code).outputs)
    assert "socket:" in text  # its own
    assert not set(text.split()) & set(descriptors(launcher.process.pid).values())


def test_a_later_request_may_name_more_modules(kernels: KernelSupply) -> None:
    code = "import sys\nprint('statistics' in sys.modules, 'decimal' in sys.modules)"
    with kernels.kernel(Limits(preload=("statistics",))) as session:
        assert session.run(code).outputs[0].text.startswith("True")


def test_a_module_that_cannot_be_imported_is_named(kernels: KernelSupply, tmp_path: Path) -> None:
    with (
        pytest.raises(LauncherError, match="no_such_module"),
        kernels.kernel(Limits(preload=("no_such_module",))),
    ):
        pass
    with (
        Launcher(probe().level, ("no_such_module",), tmp_path) as broken,
        pytest.raises(LauncherError, match="did not start: no_such_module cannot be imported"),
    ):
        broken.wait()


def test_a_module_that_leaves_a_file_open_is_refused() -> None:
    code = (
        "import sys, types, tempfile\n"
        "from autograder.kernels.preload import PreloadError, open_descriptors, preload\n"
        "known = set(open_descriptors())\n"
        "class Finder:\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name != 'leaky': return None\n"
        "        from importlib.machinery import ModuleSpec\n"
        "        return ModuleSpec(name, self)\n"
        "    def create_module(self, spec): return None\n"
        "    def exec_module(self, module): module.kept = tempfile.TemporaryFile()\n"
        "sys.meta_path.insert(0, Finder())\n"
        "try: preload(['leaky'], known)\n"
        "except PreloadError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("leaky leaves descriptors open")
    assert "preload" in done.stdout
    with pytest.raises(PreloadError, match="cannot be imported"):
        preload(["no_such_module"], ())


def test_no_request_chooses_the_level() -> None:
    assert "level" not in {part.name for part in fields(KernelRequest)}


def test_a_kernel_dies_with_its_lifeline_and_with_its_launcher(tmp_path: Path) -> None:
    with (
        Launcher(probe().level, (), tmp_path) as started,
        KernelSupply(started.forker, tmp_path) as supply,
    ):
        with supply.kernel(Limits()) as session:
            session.run("import os; os._exit(0)")
        assert not session.orphaned
        with supply.kernel(Limits()) as session:
            assert session.kernel is not None
            lifeline = session.kernel.lifeline
            session.kernel.lifeline, other = socket.socketpair()
            lifeline.close()
            assert session.kernel.ends_within(5)
            other.close()
        with supply.kernel(Limits()) as session:
            started.process.kill()
            assert session.kernel is not None
            assert session.kernel.ends_within(5)
        assert session.orphaned
        with pytest.raises(LauncherError), supply.kernel(Limits()):
            pass


def test_a_kernel_that_somebody_kills_is_no_orphan_and_nobody_waits(tmp_path: Path) -> None:
    with (
        Launcher(probe().level, (), tmp_path) as started,
        KernelSupply(started.forker, tmp_path) as supply,
        supply.kernel(Limits()) as session,
    ):
        assert session.kernel is not None
        session.kernel.signal(signal.SIGKILL)
        assert session.kernel.ends_within(5)
        start = time.monotonic()
        while time.monotonic() < start + 3:  # word of its end comes meanwhile
            assert not session.kernel.orphaned
            time.sleep(0.1)
        assert time.monotonic() < start + 6


def test_a_launcher_says_only_once_that_it_is_ready(tmp_path: Path) -> None:
    with Launcher(probe().level, (), tmp_path) as started:
        started.wait()
        started.wait()
        assert started.alive
