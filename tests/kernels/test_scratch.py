"""Folders for kernels: nothing is left, whatever was done to them and whoever was killed."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from support import commands, tiny
from support.gradebooks import hand_in

from autograder.authoring.fill import fill
from autograder.batch.assignments import load_assignment
from autograder.course.manifest import Course
from autograder.kernels.scratch import HERE, remove, scratch_folder
from autograder.sandbox.levels import probe


def test_rights_that_were_taken_keep_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "scratch"
    inner = folder / "run" / "deep"
    inner.mkdir(parents=True)
    (inner / "file").touch()
    for each in (inner, inner.parent, folder):
        each.chmod(0)
    remove(folder)
    assert not folder.exists()


def test_a_grader_that_was_killed_is_tidied_up_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left, living, other = (
        tmp_path / name
        for name in (
            f"nbl-{HERE:08x}-{ended.pid}-a",
            f"nbl-{HERE:08x}-{os.getpid()}-b",
            f"nbl-{HERE + 1:08x}-{ended.pid}-c",  # of another machine, which shares the folder
        )
    )
    for folder in (left, living, other):
        folder.mkdir()
    with scratch_folder() as folder:
        assert folder.parent == tmp_path
        assert not left.exists()
    assert sorted(tmp_path.iterdir()) == sorted([living, other])


LOOP = "def double(x):\n    while True:\n        pass"


def test_a_grader_that_is_told_to_end_leaves_nothing(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if probe().level == "none":
        pytest.skip(f"this machine gives no isolation: {'; '.join(probe().missing)}")
    scratch = tmp_path / "t"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    notebook = load_assignment(course, course.weeks[0]).notebook
    hand_in(course, "anna", fill(notebook, {**tiny.RIGHT, "double": LOOP}))
    process = commands.start("autograder", course.root, "grade", "--jobs", "1")
    deadline = time.monotonic() + 60
    while not list(scratch.glob("nbl-*/nb-*")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 128 + signal.SIGTERM
    assert not list(scratch.glob("nbl-*"))
