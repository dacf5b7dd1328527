"""Kernels: real ipykernels, forked warm, their limits and what is left of them."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from autograder.kernels.limits import Limits
from autograder.kernels.session import KernelSession
from autograder.kernels.supply import KernelSupply
from autograder.remote.proxy import Impl, LinkError, Session

LIMITS = Limits(cell_seconds=4, program_seconds=2, output_bytes=64 << 10, memory_bytes=1 << 30)


@pytest.fixture(scope="module")
def kernel(kernels: KernelSupply) -> Iterator[KernelSession]:
    with kernels.kernel(LIMITS) as session:
        yield session


@pytest.fixture
def live(kernel: KernelSession) -> KernelSession:
    if not kernel.alive:
        kernel.start()
    return kernel


def text_of(outputs: list) -> str:
    return "".join(
        o.get("text", "") or str(o.get("data", {}).get("text/plain", "")) for o in outputs
    )


def test_a_cell_gives_its_prints_and_its_last_value(live: KernelSession) -> None:
    ran = live.run("print('hello')\n6 * 7")
    assert ran.status == "ok"
    assert text_of(ran.outputs) == "hello\n42"


def test_an_exception_is_a_status_with_a_reason(live: KernelSession) -> None:
    ran = live.run("1 / 0")
    assert (ran.status, ran.reason) == ("error", "ZeroDivisionError: division by zero")


def test_a_cell_after_an_exception_runs(live: KernelSession) -> None:
    live.run("1 / 0")
    assert live.run("2").status == "ok"


def test_a_loop_is_stopped_and_the_kernel_goes_on(live: KernelSession) -> None:
    live.run("kept = 5")
    ran = live.run("while True: pass")
    assert ran.status == "timeout"
    assert "4 s" in ran.reason
    assert text_of(live.run("kept").outputs) == "5"


def test_a_loop_that_ignores_interrupts_is_killed(live: KernelSession) -> None:
    ran = live.run("import signal\nsignal.signal(2, signal.SIG_IGN)\nwhile True: pass")
    assert ran.status == "timeout"
    assert not live.alive


def test_a_flood_is_cut_and_told(live: KernelSession) -> None:
    ran = live.run("import time\nwhile True:\n    print('x' * 1000)\n    time.sleep(0.001)")
    assert ran.status == "flood"
    assert len(text_of(ran.outputs)) <= 64 << 10


def test_an_ended_kernel_is_told_and_can_be_started_again(live: KernelSession) -> None:
    assert live.run("import os; os._exit(0)").status == "dead"
    live.start()
    assert live.run("1").status == "ok"


def test_a_memory_bomb_is_a_memory_error(live: KernelSession) -> None:
    ran = live.run("kept = []\nwhile True: kept.append(bytearray(10**7))")
    live.start()
    assert ran.status == "error"
    assert "memory" in ran.reason.lower()


def test_input_is_an_error_not_a_wait(live: KernelSession) -> None:
    ran = live.run("input('name?')")
    assert ran.status == "error"


def test_figures_magics_progress_bars_and_await_work(live: KernelSession) -> None:
    ran = live.run("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()")
    assert any("image/png" in output.get("data", {}) for output in ran.outputs)
    assert live.run("%timeit -n1 -r1 1 + 1").status == "ok"
    assert live.run("from tqdm.auto import tqdm\nfor i in tqdm(range(3)): pass").status == "ok"
    assert live.run("import asyncio\nawait asyncio.sleep(0.01)").status == "ok"
    assert text_of(live.run("!echo shell").outputs).strip() == "shell"


def test_a_data_loader_with_workers_works(kernels: KernelSupply) -> None:
    with kernels.kernel(Limits(cell_seconds=30, preload=("torch",))) as session:
        ran = session.run(
            "import torch\nfrom torch.utils.data import DataLoader, TensorDataset\n"
            "data = TensorDataset(torch.arange(10.0))\n"
            "print(sum(float(b[0].sum()) for b in DataLoader(data, batch_size=2, num_workers=2)))"
        )
        assert text_of(ran.outputs).strip() == "45.0"


def test_the_agent_serves_names_of_the_notebook(live: KernelSession) -> None:
    live.run("import numpy as np\ndef twice(x): return 2 * x")
    impl = Impl(Session(live.connect(), 5))
    assert np.array_equal(impl.twice(np.arange(3)), [0, 2, 4])
    assert live.run("twice(4)").status == "ok"


def test_a_program_that_takes_too_long_is_stopped_alone(live: KernelSession) -> None:
    live.run("import time\ndef slow(): time.sleep(60)\ndef fast(): return 1")
    with pytest.raises(LinkError, match="time limit"):
        Impl(Session(live.connect(), 0.5)).slow()
    assert Impl(Session(live.connect(), 5)).fast() == 1


def test_a_program_that_ends_the_kernel_is_told(live: KernelSession) -> None:
    live.run("import os\ndef leave(): os._exit(1)")
    with pytest.raises(LinkError, match="died"):
        Impl(Session(live.connect(), 5)).leave()
    deadline = time.monotonic() + 5
    while live.alive and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not live.alive


def test_nothing_is_left_of_a_session(kernels: KernelSupply) -> None:
    with kernels.kernel(LIMITS) as session:
        scratch = session.scratch
        session.run("open('file.txt', 'w').write('x')")
    assert not Path(scratch).exists()
