"""The same marks on a Dask cluster, also when a worker is killed in mid-run."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support import commands, tiny
from support.courses import change_texts
from support.gradebooks import hand_in, marks
from typer.testing import CliRunner

from autograder.authoring.fill import fill
from autograder.batch.assignments import load_assignment
from autograder.cli.main import app
from autograder.course.manifest import load_course
from autograder.sandbox.levels import probe

pytest.importorskip("distributed")

HALF = {"double": tiny.RIGHT["double"]}
MARKS = {f"s{n}": mark for n, mark in enumerate([5.0, 3.0, 0.0, 5.0, 3.0, 5.0, 5.0, 3.0])}
TEXTS = {5.0: tiny.RIGHT, 3.0: HALF, 0.0: {}}


@pytest.fixture
def course(tmp_path: Path) -> Path:
    if probe().level == "none":
        pytest.skip(f"this machine gives no isolation: {'; '.join(probe().missing)}")
    folder = tiny.make_course(tmp_path / "course")
    loaded = load_course(folder)
    assignment = load_assignment(loaded, loaded.weeks[0])
    for student, mark in MARKS.items():
        hand_in(loaded, student, fill(assignment.notebook, TEXTS[mark]))
    return folder


@contextmanager
def cluster(home: Path, workers: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and workers that know nothing of the course, and the workers' processes."""
    home.mkdir()
    file = home / "scheduler.json"
    environment = {**os.environ, "HOME": str(home), "OMP_NUM_THREADS": "1"}
    quiet = {"cwd": home, "env": environment, "start_new_session": True}
    quiet |= {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    known = ["--no-dashboard", "--scheduler-file", str(file)]
    address = ["--host", "127.0.0.1", "--port", "0"]
    dask = commands.PROGRAMS / "dask"
    ends = [subprocess.Popen([dask, "scheduler", *address, *known], **quiet)]
    for _ in range(workers):
        ends.append(subprocess.Popen([dask, "worker", "--nthreads", "1", *known], **quiet))
    try:
        wait_for(lambda: file.exists() and file.read_text().strip())
        yield json.loads(file.read_text())["address"], ends[1:]
    finally:
        for end in ends:
            kill(end)


def kill(process: "subprocess.Popen[bytes]") -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def wait_for(ready: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_marks_are_those_of_this_machine_though_a_worker_is_killed(
    course: Path, tmp_path: Path
) -> None:
    with cluster(tmp_path / "elsewhere", workers=2) as (address, workers):
        process = commands.start("autograder", course, "grade", "--scheduler", address)
        assert process.stdout is not None
        for line in process.stdout:
            if "[1/8]" in line:
                kill(workers[0])
                break
        said, _ = process.communicate(timeout=180)
        assert process.returncode == 0, said
    assert marks(course) == MARKS


def test_an_address_where_nothing_answers_is_one_line(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course)
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "1s")
    result = CliRunner().invoke(app, ["grade", "--scheduler", "tcp://127.0.0.1:9"])
    assert "no Dask scheduler answers at 'tcp://127.0.0.1:9'" in str(result.exception)
    assert marks_are_unwritten(course)


def marks_are_unwritten(course: Path) -> bool:
    return not list((course / "autograded").glob("*/*/*.ipynb"))


def test_a_worker_that_cannot_run_the_reference_is_named(course: Path, tmp_path: Path) -> None:
    file = tmp_path / "scale.txt"
    file.write_text("2")
    change_texts(
        course / "solutions" / tiny.WEEK, "SCALE = 2", f"SCALE = int(open({str(file)!r}).read())"
    )
    with cluster(tmp_path / "elsewhere", workers=1) as (address, _):
        done = commands.autograder(course, "grade", "--scheduler", address)
    assert done.returncode == 2, done.stdout
    assert "on tcp://127.0.0.1:" in done.stderr
    assert "nothing is graded" in done.stderr
    assert marks(load_course(course)) == {}
