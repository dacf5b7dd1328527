"""Kernels of other languages: real ones, in the sandbox, with the limits of ours."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import autograder
from autograder.course.errors import CourseError
from autograder.kernels.folder_files import pack
from autograder.kernels.foreign import ForeignKernelError, ForeignSession
from autograder.kernels.kernelspecs import require_kernel
from autograder.kernels.limits import CellRun, Limits
from autograder.kernels.link import GRACE
from autograder.kernels.session import KernelSession
from autograder.kernels.supply import KernelSupply, open_kernels
from autograder.remote.causes import Cause
from autograder.remote.proxy import LinkError
from autograder.sandbox.levels import probe

LEVELS = {"full": ("full",), "partial": ("full", "partial"), "none": ("full", "partial", "none")}
SECRET = "the-secret-of-the-course"
LIMITS = Limits(cell_seconds=4, output_bytes=64 << 10)


class Cells(NamedTuple):
    """The same few cells in a language."""

    kernel: str
    hello: str
    keep: str
    kept: str
    fail: str
    endless: str
    flood: str
    read: str
    write: str
    open_up: str
    end: str


CELLS = {
    "bash": Cells(
        kernel="bash",
        hello="echo hello",
        keep="x=seven",
        kept='echo "$x"',
        fail="false",
        endless="sleep 600",
        flood="yes $(seq 5000)",
        read="cat '{}'",
        write="echo x > '{}'",
        open_up="chmod 777 '{}'",
        end="",
    ),
    "R": Cells(
        kernel="ir",
        hello="cat('hello\\n')",
        keep="x <- 'seven'",
        kept="cat(x)",
        fail="stop('no good')",
        endless="while (TRUE) Sys.sleep(0.1)",
        flood="while (TRUE) { cat(strrep('x', 50000)); flush.console() }",
        read="cat(readLines('{}'))",
        write="writeLines('x', '{}')",
        open_up="Sys.chmod('{}', '777')",
        end=".Internal(quit('no', 1, FALSE))",
    ),
    "python": Cells(
        kernel="python3",
        hello="print('hello')",
        keep="x = 'seven'",
        kept="print(x)",
        fail="1 / 0",
        endless="while True: pass",
        flood="while True: print('x' * 1000)",
        read="print(open('{}').read())",
        write="n = open('{}', 'w').write('x')",
        open_up="import os; os.chmod('{}', 0o777)",
        end="import os; os._exit(1)",
    ),
}


def text_of(ran: CellRun) -> str:
    return "".join(output.get("text", "") for output in ran.outputs)


def installed(name: str) -> None:
    try:
        require_kernel(name)
    except CourseError as error:
        if name == "ir":  # the others come with the development tools
            pytest.skip(str(error))
        raise


@pytest.fixture(scope="module")
def supply() -> Iterator[KernelSupply]:
    level = "full" if probe().level == "full" else "none"
    with open_kernels(level) as supply:
        yield supply


@pytest.fixture(scope="module", params=CELLS)
def cells(request: pytest.FixtureRequest) -> Cells:
    found = CELLS[request.param]
    installed(found.kernel)
    return found


@pytest.fixture(scope="module")
def kernel(supply: KernelSupply, cells: Cells) -> Iterator[KernelSession]:
    with supply.kernel(LIMITS, foreign=cells.kernel) as session:
        yield session


@pytest.fixture
def live(kernel: KernelSession) -> KernelSession:
    if not kernel.alive:
        kernel.start()
    return kernel


def test_a_cell_gives_what_it_prints(live: KernelSession, cells: Cells) -> None:
    ran = live.run(cells.hello)
    assert (ran.status, ran.cause, text_of(ran)) == ("ok", None, "hello\n")


def test_a_cell_finds_what_an_earlier_one_defined(live: KernelSession, cells: Cells) -> None:
    assert live.run(cells.keep).status == "ok"
    assert text_of(live.run(cells.kept)).strip() == "seven"


def test_a_cell_that_fails_is_told_with_a_cause_and_the_next_runs(
    live: KernelSession, cells: Cells
) -> None:
    ran = live.run(cells.fail)
    assert (ran.status, ran.cause) == ("error", Cause.RAISED)
    assert any(output.output_type == "error" for output in ran.outputs)
    assert live.run(cells.hello).status == "ok"


def test_an_exit_status_and_an_exception_are_told_in_words(supply: KernelSupply) -> None:
    with supply.kernel(LIMITS, foreign="bash") as kernel:
        assert kernel.run("(exit 3)").reason == "it failed: 3"
    with supply.kernel(LIMITS, foreign="python3") as kernel:
        assert kernel.run("1 / 0").reason == "ZeroDivisionError: division by zero"


def test_an_endless_cell_is_stopped_and_the_kernel_goes_on(
    live: KernelSession, cells: Cells
) -> None:
    live.run(cells.keep)
    start = time.monotonic()
    ran = live.run(cells.endless, 1.0)
    assert (ran.status, ran.cause) == ("timeout", Cause.CELL_TIME)
    assert "1 s" in ran.reason
    assert time.monotonic() - start < 1 + GRACE + 5
    assert text_of(live.run(cells.kept)).strip() == "seven"


def test_a_cell_that_ignores_interrupts_is_killed(supply: KernelSupply) -> None:
    with supply.kernel(LIMITS, foreign="python3") as kernel:
        ran = kernel.run("import signal\nsignal.signal(2, signal.SIG_IGN)\nwhile True: pass", 1)
        assert ran.status == "timeout"
        assert not kernel.alive


def test_a_flood_is_cut_and_told(live: KernelSession, cells: Cells) -> None:
    ran = live.run(cells.flood)
    assert (ran.status, ran.cause) == ("flood", Cause.PRINTED_TOO_MUCH)
    assert len(text_of(ran)) <= LIMITS.output_bytes


@pytest.mark.parametrize("cells", ["R", "python"], indirect=True)
def test_an_ended_kernel_is_told_and_can_be_started_again(
    live: KernelSession, cells: Cells
) -> None:
    live.run(cells.keep)
    ran = live.run(cells.end)
    assert (ran.status, ran.cause) == ("dead", Cause.KERNEL_DIED)
    assert not live.alive
    assert live.run(cells.hello).cause is Cause.KERNEL_DIED
    live.start()
    assert text_of(live.run(cells.hello)) == "hello\n"
    assert "seven" not in text_of(live.run(cells.kept))


def test_what_a_kernel_starts_cannot_end_it(supply: KernelSupply) -> None:
    if probe().level != "full":
        pytest.skip("only the full level has namespaces of its own")
    with supply.kernel(LIMITS, foreign="bash") as kernel:
        assert kernel.run("kill -9 $PPID").status == "ok"
        assert text_of(kernel.run("echo hello")) == "hello\n"


@pytest.mark.parametrize("end", ["exit 0", "kill -9 $$", "exec true"])
def test_an_interpreter_that_ended_behind_its_kernel_is_no_success(
    supply: KernelSupply, end: str
) -> None:
    limits = Limits(cell_seconds=20)
    with supply.kernel(limits, foreign="bash") as kernel:
        ran = kernel.run(end)
        assert (ran.status, ran.cause) == ("dead", Cause.KERNEL_DIED)
        kernel.start()
        assert kernel.run("sleep 0.1 & wait; (exit 0)").status == "ok"


def test_memory_is_limited(supply: KernelSupply) -> None:
    limits = Limits(memory_bytes=512 << 20)
    with supply.kernel(limits, foreign="python3") as kernel:
        assert kernel.run("kept = bytearray(1 << 30)").cause is Cause.OUT_OF_MEMORY


def test_nobody_answers_for_its_names(live: KernelSession) -> None:
    with pytest.raises(LinkError, match="does not answer"):
        live.connect()


def test_the_files_beside_the_notebook_are_there(
    supply: KernelSupply, cells: Cells, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "words.txt").write_text("alpha\n")
    with supply.kernel(LIMITS, files=pack(tmp_path), foreign=cells.kernel) as kernel:
        assert text_of(kernel.run(cells.read.format("data/words.txt"))).strip() == "alpha"
        assert kernel.run(cells.write.format("data/words.txt")).status == "ok"
        assert text_of(kernel.run(cells.read.format("data/words.txt"))).strip() == "x"


def test_one_in_reserve_is_of_the_language_that_is_asked_for(supply: KernelSupply) -> None:
    with supply.kernel(LIMITS, another=True, foreign="bash") as kernel:
        assert text_of(kernel.run("echo hello")) == "hello\n"
    with supply.kernel(LIMITS) as ours:
        assert not isinstance(ours, ForeignSession)
    with supply.kernel(LIMITS, foreign="bash") as kernel:
        assert text_of(kernel.run("echo hello")) == "hello\n"


# -- the sandbox


@pytest.fixture(
    scope="module",
    params=[("full", "bash"), ("full", "R"), ("partial", "python"), ("partial", "R")],
    ids="-".join,
)
def jailed(request: pytest.FixtureRequest) -> Iterator[tuple[KernelSession, Cells]]:
    """A kernel of another language at each level: bash wants a terminal, so it wants full."""
    level, language = request.param
    if probe().level not in LEVELS[level]:
        pytest.skip(f"this machine gives {probe().level}: {'; '.join(probe().missing)}")
    cells = CELLS[language]
    installed(cells.kernel)
    with (
        open_kernels(level) as supply,
        supply.kernel(LIMITS, foreign=cells.kernel) as session,
    ):
        yield session, cells


def test_it_cannot_read_the_course_and_the_graders_files(
    jailed: tuple[KernelSession, Cells], tmp_path: Path
) -> None:
    kernel, cells = jailed
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    for path in (secret, Path(autograder.__file__).parent.parent / "course.yml"):
        assert path.is_file()
        ran = kernel.run(cells.read.format(path))
        assert ran.status == "error"
        assert SECRET not in text_of(ran)


def test_it_cannot_write_outside_its_folder(
    jailed: tuple[KernelSession, Cells], tmp_path: Path
) -> None:
    kernel, cells = jailed
    for path in (tmp_path / "planted", Path("/usr/planted")):
        assert kernel.run(cells.write.format(path)).status == "error"
        assert not path.exists()
    assert kernel.run(cells.write.format("own.txt")).status == "ok"


def test_it_changes_no_mode_of_a_file_outside(
    jailed: tuple[KernelSession, Cells], tmp_path: Path
) -> None:
    kernel, cells = jailed
    file = tmp_path / "file"
    file.touch(mode=0o600)
    kernel.run(cells.open_up.format(file))
    assert file.stat().st_mode & 0o777 == 0o600


def test_at_partial_it_reaches_no_address() -> None:
    if probe().level == "none":
        pytest.skip("this machine gives no isolation")
    code = "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_{})"
    with open_kernels("partial") as supply, supply.kernel(LIMITS, foreign="python3") as kernel:
        for kind in ("STREAM", "DGRAM"):
            assert "not supported" in kernel.run(code.format(kind)).reason
        path = "import socket\nsocket.socket(socket.AF_UNIX).connect('/run/any')"
        assert "not permitted" in kernel.run(path).reason


def test_it_has_no_network_and_no_others_processes(supply: KernelSupply) -> None:
    if probe().level != "full":
        pytest.skip("only the full level has namespaces of its own")
    with supply.kernel(LIMITS, foreign="bash") as kernel:
        assert kernel.run("echo > /dev/tcp/1.1.1.1/80").status == "error"
        assert kernel.run(f"ls -d /proc/{os.getpid()}/cwd").status == "error"
        assert text_of(kernel.run("ls -d /proc/1")) == "/proc/1\n"


def test_it_knows_nothing_of_the_environment(
    supply: KernelSupply, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_TOKEN", SECRET)
    with supply.kernel(LIMITS, foreign="bash") as kernel:
        shown = text_of(kernel.run("env"))
    assert "HOME=" in shown
    assert SECRET not in shown


def test_a_script_of_its_own_can_be_run(supply: KernelSupply) -> None:
    with supply.kernel(LIMITS, foreign="bash") as kernel:
        ran = kernel.run("printf '#!/bin/sh\\necho it runs' > own.sh; chmod +x own.sh; ./own.sh")
        assert text_of(ran) == "it runs\n"


def test_what_its_program_prints_aside_is_bounded_and_stops_no_cell(supply: KernelSupply) -> None:
    with supply.kernel(LIMITS, foreign="python3") as kernel:
        code = "import os\nfor n in range(40):\n    os.write(2, b'x' * (1 << 16))"
        kernel.run("import os; os.dup2(os.open('/proc/1/fd/2', os.O_WRONLY), 2)")
        kernel.run(code)
        assert kernel.run("print('hello')").status == "ok"
        assert isinstance(kernel, ForeignSession)
        assert os.fstat(kernel.said).st_size == 1 << 20


# -- kernels that do not start


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a kernelspec of the test's own; it says something and ends."""
    write_spec(tmp_path, monkeypatch, ["/bin/sh", "-c", "echo no package called lang >&2"])
    return "odd"


def write_spec(
    folder: Path, monkeypatch: pytest.MonkeyPatch, argv: list[str], **more: object
) -> Path:
    place = folder / "jupyter" / "kernels" / "odd"
    place.mkdir(parents=True, exist_ok=True)
    spec = {"argv": argv, "display_name": "Odd", "language": "odd"} | more
    (place / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(folder / "jupyter"))
    return place


def test_a_kernel_that_does_not_start_is_told_with_its_own_words(
    supply: KernelSupply, odd: str, tmp_path: Path
) -> None:
    start = time.monotonic()
    with pytest.raises(ForeignKernelError) as told, supply.kernel(LIMITS, foreign=odd):
        raise AssertionError("it has started")
    assert time.monotonic() - start < 10
    assert told.value.cause is Cause.KERNEL_DID_NOT_START
    assert "the kernel 'odd'" in str(told.value)
    assert "no package called lang" in str(told.value)
    assert str(tmp_path / "jupyter" / "kernels" / "odd") in str(told.value)
    assert '"readable"' in str(told.value)


def test_a_program_that_cannot_be_run_in_the_sandbox_is_told(
    supply: KernelSupply, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "opt" / "odd"
    program.parent.mkdir()
    program.write_text("#!/no/such/interpreter\n")
    program.chmod(0o755)
    write_spec(tmp_path, monkeypatch, [str(program)])
    with (
        pytest.raises(ForeignKernelError, match=f"{program}: No such file or directory"),
        supply.kernel(LIMITS, foreign="odd"),
    ):
        raise AssertionError("it has started")


def test_a_kernel_that_is_not_installed_starts_nothing(supply: KernelSupply) -> None:
    with (
        pytest.raises(CourseError, match="the kernel 'no-such-kernel' is not installed"),
        supply.kernel(LIMITS, foreign="no-such-kernel"),
    ):
        raise AssertionError("it has started")


def test_a_kernel_that_wants_a_message_is_interrupted_by_one(
    supply: KernelSupply, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    argv = ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    write_spec(tmp_path, monkeypatch, argv, interrupt_mode="message")
    with supply.kernel(LIMITS, foreign="odd") as kernel:
        kernel.run("x = 5")
        assert kernel.run("while True: pass", 1).status == "timeout"
        assert text_of(kernel.run("print(x)")) == "5\n"
