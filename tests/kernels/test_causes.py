"""What became of a cell: a status for who goes on, a cause for who counts, words for who reads."""

from collections.abc import Iterator

import pytest

from autograder.kernels.limits import CellRun, CellStatus, Limits, cell_run, not_run
from autograder.kernels.outputs import Outputs
from autograder.kernels.session import KernelSession
from autograder.kernels.supply import KernelSupply
from autograder.kernels.watch import Excess
from autograder.remote.causes import Cause
from autograder.remote.proxy import LinkError

LIMITS = Limits(cell_seconds=4, output_bytes=200 << 10)


def raised(name: str, value: str = "") -> Outputs:
    outputs = Outputs(1000)
    outputs.add("error", {"ename": name, "evalue": value, "traceback": []})
    return outputs


@pytest.mark.parametrize(
    ("status", "outputs", "cause", "reason"),
    [
        (CellStatus.OK, Outputs(9), None, ""),
        (CellStatus.ERROR, raised("KeyError", "'h'"), Cause.RAISED, "KeyError: 'h'"),
        (CellStatus.ERROR, raised("MemoryError"), Cause.OUT_OF_MEMORY, "MemoryError"),
        (CellStatus.ERROR, raised("NotImplementedError"), Cause.NOT_WRITTEN, "NotImplemented"),
        (CellStatus.ERROR, Outputs(9), Cause.OUT_OF_MEMORY, "could not show"),
        (CellStatus.TIMEOUT, Outputs(9), Cause.CELL_TIME, "after 4 s"),
        (CellStatus.FLOOD, Outputs(9), Cause.PRINTED_TOO_MUCH, "200 KiB"),
        (CellStatus.DEAD, Outputs(9), Cause.KERNEL_DIED, "the kernel died"),
    ],
)
def test_every_end_has_a_cause_and_words(
    status: CellStatus, outputs: Outputs, cause: Cause | None, reason: str
) -> None:
    ran = cell_run(status, outputs, LIMITS)
    assert (ran.status, ran.cause) == (status, cause)
    assert reason in ran.reason


def test_a_kernel_that_was_killed_for_all_that_it_sent_is_a_flood() -> None:
    ran = cell_run(CellStatus.DEAD, Outputs(9), LIMITS, Excess.SENT)
    assert (ran.status, ran.cause) == (CellStatus.DEAD, Cause.PRINTED_TOO_MUCH)


def test_a_kernel_that_was_killed_for_all_that_it_held_is_out_of_memory() -> None:
    ran = cell_run(CellStatus.DEAD, Outputs(9), LIMITS, Excess.HELD)
    assert (ran.status, ran.cause) == (CellStatus.DEAD, Cause.OUT_OF_MEMORY)
    assert f"more than {LIMITS.held_bytes >> 20} MiB" in ran.reason


def test_a_cell_without_a_kernel_has_the_cause_of_that() -> None:
    ran = not_run(LinkError(Cause.SUBMISSION_TIME))
    words = "not run: the time limit of a submission is used up"
    assert ran == CellRun(CellStatus.DEAD, [], words, Cause.SUBMISSION_TIME)


@pytest.fixture(scope="module")
def live(kernels: KernelSupply) -> Iterator[KernelSession]:
    with kernels.kernel(LIMITS) as session:
        yield session


def test_a_kernel_that_runs_out_of_memory_says_so(live: KernelSession) -> None:
    ran = live.run("import numpy as np\nnp.ones(1 << 45)")
    assert (ran.status, ran.cause) == (CellStatus.ERROR, Cause.OUT_OF_MEMORY)


def test_a_kernel_that_ended_itself_has_died(live: KernelSession) -> None:
    ran = live.run("import os; os._exit(0)")
    assert (ran.status, ran.cause) == (CellStatus.DEAD, Cause.KERNEL_DIED)
    assert live.run("1").cause is Cause.KERNEL_DIED
