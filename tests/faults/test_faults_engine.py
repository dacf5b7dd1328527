"""Faults of the machine while a class is graded: no mark is lost, doubled or changed."""

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess, Popen
from typing import Any

import pytest
from support import commands, tiny
from support.gradebooks import marks

from autograder.authoring.fill import fill
from autograder.batch.assignments import load_assignment
from autograder.course.manifest import load_course
from autograder.sandbox.levels import probe

pytestmark = pytest.mark.slow(seconds=70)

#: What each student hands in, and what it is worth.
HALF = {"double": tiny.RIGHT["double"]}
CLASS = {"ada": (tiny.RIGHT, 5.0), "ben": (HALF, 3.0), "cy": (tiny.RIGHT, 5.0), "dee": ({}, 0.0)}
MARKS = {student: mark for student, (_, mark) in CLASS.items()}


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with a class's submissions, not graded yet."""
    if probe().level == "none":
        pytest.skip(f"this machine gives no isolation: {'; '.join(probe().missing)}")
    folder = tiny.make_course(tmp_path_factory.mktemp("ready") / "course")
    course = load_course(folder)
    assignment = load_assignment(course, course.weeks[0])
    for student, (texts, _) in CLASS.items():
        place = folder / "submitted" / student / tiny.WEEK
        place.mkdir(parents=True)
        (place / f"{tiny.WEEK}.ipynb").write_text(fill(assignment.notebook, texts))
    return folder


@pytest.fixture
def course(ready: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(ready, tmp_path / "course"))


@pytest.fixture(scope="module")
def graded_once(ready: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(ready, tmp_path_factory.mktemp("graded") / "course"))
    assert finish(start(folder)).returncode == 0
    assert marks(folder) == MARKS
    return folder


@pytest.fixture
def graded(graded_once: Path, tmp_path: Path) -> Path:
    """The course after one grading without a fault."""
    return Path(shutil.copytree(graded_once, tmp_path / "course", symlinks=True))


def start(course: Path, *words: str, **more: Any) -> "Popen[str]":
    return commands.start("autograder", course, "grade", "--jobs", "2", *words, **more)


def finish(process: "Popen[str]") -> CompletedProcess[str]:
    """Wait for a run's end; what it said must be for a person."""
    said, _ = process.communicate(timeout=180)
    assert "Traceback" not in said, said
    return CompletedProcess(process.args, process.returncode, said)


def follow(process: "Popen[str]", word: str) -> None:
    """Read what a run says until a line holds ``word``."""
    assert process.stdout is not None
    for line in process.stdout:
        if word in line:
            return
    raise AssertionError(f"the run ended before it said {word!r}")


def eventually(process: "Popen[str]", find: Callable[["Popen[str]"], list[int]]) -> list[int]:
    """The processes of a run that ``find`` finds, once there are any."""
    deadline = time.monotonic() + 60
    while not (found := find(process)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


def notebooks(course: Path) -> dict[str, float]:
    """Every student's points as the graded notebooks have them."""
    found = {}
    for path in (course / "autograded").glob(f"*/{tiny.WEEK}/{tiny.WEEK}.ipynb"):
        facts = json.loads(path.read_text())["metadata"]["autograder"]
        found[path.parent.parent.name] = sum(test["earned"] for test in facts["tests"])
    return found


def is_whole(course: Path) -> None:
    assert marks(course) == MARKS
    assert notebooks(course) == MARKS
    assert not list(course.rglob("*.tmp"))


def family(pid: int) -> dict[int, str]:
    """The command lines of a process's children, theirs, and so on."""
    found: dict[int, str] = {}
    waiting = [pid]
    while waiting:
        for task in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                for child in map(int, task.read_text().split()):
                    words = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ")
                    found[child] = words.decode(errors="replace")
                    waiting.append(child)
    return found


def launchers(process: "Popen[str]") -> list[int]:
    """The launcher first, then its keepers and kernels, which have its command line."""
    return sorted(p for p, words in family(process.pid).items() if "kernels.launcher" in words)


def workers(process: "Popen[str]") -> list[int]:
    everyone = family(process.pid)
    servers = [pid for pid, words in everyone.items() if "forkserver" in words]
    return [pid for pid in everyone if any(pid in family(server) for server in servers)]


def strike(pids: list[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def are_gone(pids: list[int]) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if not any(_runs(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False


def _runs(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_a_grader_that_is_killed_goes_on_where_it_was(course: Path) -> None:
    for word in ("grading 4", "[1/"):
        process = start(course)
        follow(process, word)
        everyone = list(family(process.pid))
        process.kill()
        process.wait()
        assert are_gone(everyone)
        assert marks(course).items() <= MARKS.items()
        assert notebooks(course).items() <= marks(course).items()
    graded = len(notebooks(course))
    assert graded
    done = finish(start(course))
    assert done.returncode == 0
    assert f"grading {4 - graded} of 4" in done.stdout
    is_whole(course)


def test_an_interrupt_from_the_keyboard_loses_nothing(course: Path) -> None:
    process = start(course, start_new_session=True)
    follow(process, "[1/4]")
    everyone = list(family(process.pid))
    os.killpg(process.pid, signal.SIGINT)
    process.wait(timeout=60)
    assert are_gone(everyone)
    assert finish(start(course)).returncode == 0
    is_whole(course)


def test_a_launcher_that_is_killed_at_its_start_is_replaced_or_told(course: Path) -> None:
    process = start(course)
    strike(eventually(process, launchers)[:1])
    done = finish(process)
    if done.returncode:  # it was waited for
        assert done.returncode == 2
        assert "launcher" in done.stdout
        assert finish(start(course)).returncode == 0
    is_whole(course)


def test_launcher_kernels_and_workers_that_are_killed_are_replaced(course: Path) -> None:
    for student in ("eli", "fay", "gil", "hal"):  # so that it takes long enough
        shutil.copytree(course / "submitted" / "ada", course / "submitted" / student)
    process = start(course)
    follow(process, "[1/8]")
    strike(eventually(process, workers)[:1])
    follow(process, "[3/8]")
    strike(launchers(process)[:1])
    done = finish(process)
    if done.returncode:
        assert "the next run tries again" in done.stdout
        assert finish(start(course)).returncode == 0
    assert marks(course) == MARKS | dict.fromkeys(("eli", "fay", "gil", "hal"), 5.0)
    assert marks(course) == notebooks(course)


def test_a_kernel_that_somebody_kills_costs_no_other_submission(course: Path) -> None:
    """It is like a kernel that its own cell killed: that exercise may be lost, and says why."""
    process = start(course)
    follow(process, "[1/4]")
    strike(launchers(process)[1:])
    assert finish(process).returncode == 0
    lost = {student for student, mark in marks(course).items() if mark != MARKS[student]}
    assert len(lost) <= 3  # one a worker, and one that waits in reserve
    assert marks(course) == notebooks(course)


@contextlib.contextmanager
def read_only(path: Path) -> Iterator[None]:
    """Nobody writes ``path`` meanwhile, not even the superuser."""
    if os.geteuid() != 0:
        path.chmod(0o444)
        yield
        path.chmod(0o644)
        return
    mount(path, "--bind", str(path), str(path))
    try:
        mount(path, "-o", "remount,bind,ro", str(path))
        yield
    finally:
        subprocess.run(["umount", str(path)], check=True)


def mount(path: Path, *words: str) -> None:
    done = subprocess.run(["mount", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"nothing can be mounted on {path.name} here: {done.stderr.strip()}")


def test_a_gradebook_that_cannot_be_written_is_one_line(graded: Path) -> None:
    shutil.copytree(graded / "submitted" / "ada", graded / "submitted" / "eli")
    with read_only(graded / "gradebook.db"):
        done = finish(start(graded))
    assert done.returncode == 2
    assert "gradebook.db" in done.stdout
    is_whole(graded)


def test_a_gradebook_that_is_locked_for_long_is_one_line(graded: Path) -> None:
    with contextlib.closing(sqlite3.connect(graded / "gradebook.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        done = finish(start(graded, "--force"))
        assert done.returncode == 2
        assert "locked" in done.stdout
    is_whole(graded)


def test_a_gradebook_that_is_no_database_is_one_line(graded: Path) -> None:
    kept = (graded / "gradebook.db").read_bytes()
    (graded / "gradebook.db").write_bytes(b"not a database" * 1000)
    done = finish(start(graded, "--force"))
    assert done.returncode == 2
    assert "gradebook.db" in done.stdout
    (graded / "gradebook.db").write_bytes(kept)
    is_whole(graded)


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    folder.mkdir(exist_ok=True)
    mount(folder, "-t", "tmpfs", "-o", "size=32k", "none", str(folder))
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_one_line_and_the_next_run_goes_on(course: Path) -> None:
    with small_disk(course / "autograded"):
        (course / "autograded" / "filler").write_bytes(bytes(28 << 10))
        done = finish(start(course))
        assert done.returncode == 2
        assert "No space left" in done.stdout
        assert marks(course).items() <= MARKS.items()
    assert finish(start(course)).returncode == 0
    is_whole(course)


def test_damaged_graded_notebooks_are_graded_again(graded: Path) -> None:
    paths = {s: graded / "autograded" / s / tiny.WEEK / f"{tiny.WEEK}.ipynb" for s in CLASS}
    text = paths["ada"].read_text()
    damage = {"ada": text[: len(text) // 2].encode(), "ben": b"", "cy": bytes(range(256))}
    damage["dee"] = text.replace('"autograder"', '"other"').encode()
    for student, data in damage.items():
        paths[student].unlink()
        paths[student].write_bytes(data)
    for path in (graded / "build").rglob("*"):
        if path.is_file():
            path.write_bytes(b"\xff\xfe garbage")
    done = finish(start(graded))
    assert done.returncode == 0
    assert "grading 4 of 4" in done.stdout
    is_whole(graded)


def test_a_folder_in_the_place_of_a_graded_notebook_is_one_line(graded: Path) -> None:
    path = graded / "autograded" / "ada" / tiny.WEEK / f"{tiny.WEEK}.ipynb"
    path.unlink()
    path.mkdir()
    (path / "x").touch()
    assert finish(start(graded)).returncode == 2
    assert marks(graded) == MARKS


def test_two_graders_at_once_end_with_one_mark_each(course: Path) -> None:
    both = [start(course), start(course)]
    ends = [finish(run).returncode for run in both]
    if any(ends):  # one of them gave way, in one line
        assert finish(start(course)).returncode == 0
    is_whole(course)


STAMPS = {
    "the future": "2999-01-01 00:00:00 UTC",
    "the past": "1970-01-01 00:00:00 UTC",
    "the end of time": "9999-12-31 23:59:59 +14:00",
    "no time at all": "yesterday, I swear",
    "not even text": "\x00\ud800",
}


def test_clocks_that_jump_change_no_points(graded: Path) -> None:
    students = list(CLASS)
    for student, stamp in zip([*students, students[0]], STAMPS.values(), strict=True):
        folder = graded / "submitted" / student / tiny.WEEK
        (folder / "timestamp.txt").write_bytes(stamp.encode("utf-8", "surrogatepass"))
    for path, when in zip(graded.rglob("*.ipynb"), [0, 2**33] * 99, strict=False):
        os.utime(path, (when, when))
    os.utime(graded / "solutions" / tiny.WEEK / "lesson.py", (2**33, 2**33))
    assert finish(start(graded, "--force")).returncode == 0
    is_whole(graded)


def test_submissions_that_vanish_meanwhile_have_a_reason(course: Path) -> None:
    process = start(course)
    follow(process, "grading 4")
    shutil.rmtree(course / "submitted" / "dee")
    assert finish(process).returncode in (0, 1)
    assert {k: v for k, v in marks(course).items() if k != "dee"} == {
        k: v for k, v in MARKS.items() if k != "dee"
    }


def test_a_terminal_that_is_closed_loses_nothing(course: Path) -> None:
    process = start(course)
    follow(process, "[1/4]")
    assert process.stdout is not None
    process.stdout.close()
    process.wait(timeout=120)
    assert finish(start(course)).returncode == 0
    is_whole(course)
