"""One way of running a cell: on the kernel's own event loop, whether it awaits or not."""

import time
from collections.abc import Iterator

import pytest

from autograder.kernels.limits import CellStatus, Limits
from autograder.kernels.session import KernelSession
from autograder.kernels.supply import KernelSupply

LIMITS = Limits(cell_seconds=2, program_seconds=2)


@pytest.fixture(scope="module")
def kernel(kernels: KernelSupply) -> Iterator[KernelSession]:
    with kernels.kernel(LIMITS) as session:
        session.run("import asyncio")
        yield session


def shown(kernel: KernelSession, code: str) -> str:
    ran = kernel.run(code)
    assert ran.status is CellStatus.OK, ran.reason
    return "".join(str(output.get("data", {}).get("text/plain", "")) for output in ran.outputs)


def test_a_cell_may_await_at_its_top_level(kernel: KernelSession) -> None:
    assert shown(kernel, "await asyncio.sleep(0, 7)") == "7"


def test_a_name_or_a_text_with_await_in_it_changes_nothing(kernel: KernelSession) -> None:
    assert shown(kernel, "awaited = 'async def, await'\nlen(awaited)") == "16"


def test_a_task_goes_on_between_two_cells(kernel: KernelSession) -> None:
    kernel.run("task = asyncio.create_task(asyncio.sleep(0.01, 'done'))")
    time.sleep(0.5)
    assert shown(kernel, "task.result()") == "'done'"


@pytest.mark.parametrize(
    "code",
    [
        "await asyncio.sleep(100)",
        "while True:\n    await asyncio.sleep(0)",
        "async def spin():\n    while True: pass\nawait spin()",
    ],
)
def test_a_cell_that_awaits_too_long_is_stopped_and_the_kernel_goes_on(
    kernel: KernelSession, code: str
) -> None:
    kernel.run("kept = 5")
    assert kernel.run(code).status is CellStatus.TIMEOUT
    assert shown(kernel, "kept") == "5"


@pytest.mark.parametrize(
    "code",
    [
        "exit()",
        "asyncio.get_event_loop().stop()",
        "for task in asyncio.all_tasks(): task.cancel()",
    ],
)
def test_a_cell_that_stops_the_loop_or_its_tasks_ends_no_kernel(
    kernel: KernelSession, code: str
) -> None:
    kernel.run("kept = 6")
    kernel.run(code)
    kernel.run("await asyncio.sleep(0.2)")  # ``exit()`` stops the loop a moment later
    assert shown(kernel, "kept") == "6"


def test_no_interrupt_is_lost_between_two_steps_of_a_cell(kernels: KernelSupply) -> None:
    with kernels.kernel(Limits(cell_seconds=0.05)) as session:
        for _ in range(30):
            session.run("import asyncio")
            ran = session.run("while True:\n    await asyncio.sleep(0)")
            assert ran.status is CellStatus.TIMEOUT
            assert session.alive


def test_a_cell_larger_than_a_message_s_strings_runs(kernels: KernelSupply) -> None:
    with kernels.kernel(Limits(cell_seconds=30)) as session:
        assert shown(session, f"text = '{'x' * (3 << 20)}'\nlen(text)") == str(3 << 20)
