"""One grader: a life that one can see, assignment after assignment, whatever dies meanwhile."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest
from support import tiny

from autograder.authoring.fill import fill
from autograder.batch.assignments import load_assignment
from autograder.batch.grader import Grader
from autograder.batch.processes import MEMORY_BYTES, Overtime, ProcessPool, bounded
from autograder.batch.submission import Failure, Submission
from autograder.course.manifest import Course
from autograder.grading.grade import Assignment, broken
from autograder.grading.results import Graded
from autograder.sandbox.levels import probe


@pytest.fixture
def grader() -> Iterator[Grader]:
    if probe().level == "none":
        pytest.skip(f"this machine gives no isolation: {'; '.join(probe().missing)}")
    with Grader(jobs=2) as opened:
        yield opened


@pytest.fixture
def assignment(course: Course) -> Assignment:
    return load_assignment(course, course.weeks[0])


@pytest.fixture
def submissions(assignment: Assignment, tmp_path: Path) -> list[Submission]:
    path = tmp_path / "right.ipynb"
    path.write_text(fill(assignment.notebook, tiny.RIGHT))
    return [Submission(f"s{number}", path) for number in range(4)]


def earned(grader: Grader, assignment: Assignment, submissions: list[Submission]) -> list[float]:
    found = []
    for _, result in grader.grade_all(assignment, submissions):
        assert not isinstance(result, Failure), result.reason
        found.append(result.earned)
    return found


def pool_of(grader: Grader) -> ProcessPool:
    assert isinstance(grader.pool, ProcessPool)
    return grader.pool


def workers_of(grader: Grader) -> set[int]:
    """The processes of the pool, asked by the only way there is."""
    executor = pool_of(grader).executor
    return set(getattr(executor, "_processes", {}))


def is_gone(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            if "State:\tZ" in Path(f"/proc/{pid}/status").read_text():
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


def test_one_pool_serves_several_assignments(
    grader: Grader, assignment: Assignment, submissions: list[Submission]
) -> None:
    assert earned(grader, assignment, submissions) == [5.0] * 4
    before, launcher = workers_of(grader), pool_of(grader).launcher
    other = replace(assignment, title="Another", submission_seconds=100.0)
    assert earned(grader, other, submissions) == [5.0] * 4
    assert workers_of(grader) == before
    assert pool_of(grader).launcher is launcher


def test_nothing_is_started_before_it_is_needed_and_nothing_is_left(
    assignment: Assignment, submissions: list[Submission]
) -> None:
    environment = dict(os.environ)
    with Grader(jobs=1) as grader:
        assert pool_of(grader).launcher is None
        earned(grader, assignment, submissions[:2])
        launcher, folder = pool_of(grader).launcher, pool_of(grader).folder
        assert launcher is not None
        assert folder is not None
        pids = [launcher.process.pid, *workers_of(grader)]
    assert all(is_gone(pid) for pid in pids)
    assert not folder.exists()
    assert dict(os.environ) == environment


def test_a_dead_worker_costs_nothing(
    grader: Grader, assignment: Assignment, submissions: list[Submission]
) -> None:
    earned(grader, assignment, submissions)
    before = workers_of(grader)
    os.kill(min(before), signal.SIGKILL)
    assert is_gone(min(before))
    assert earned(grader, assignment, submissions) == [5.0] * 4
    assert not workers_of(grader) & before


def test_a_dead_launcher_costs_nothing(
    grader: Grader, assignment: Assignment, submissions: list[Submission]
) -> None:
    earned(grader, assignment, submissions)
    launcher = pool_of(grader).launcher
    assert launcher is not None
    os.kill(launcher.process.pid, signal.SIGKILL)
    assert earned(grader, assignment, submissions) == [5.0] * 4


def test_a_launcher_that_dies_in_the_middle_costs_nothing(
    grader: Grader, assignment: Assignment, submissions: list[Submission]
) -> None:
    many = [replace(submissions[0], student=f"m{number}") for number in range(8)]
    results = {}
    for submission, result in grader.grade_all(assignment, many):
        assert not isinstance(result, Failure), result.reason
        results[submission.student] = result.earned
        launcher = pool_of(grader).launcher
        if len(results) == 2 and launcher is not None:
            os.kill(launcher.process.pid, signal.SIGKILL)
    assert results == dict.fromkeys((one.student for one in many), 5.0)


class Crowded:
    """A pool in which whatever is not alone runs into a time limit."""

    reserves, under_way = False, 3

    def __init__(self, assignment: Assignment) -> None:
        self.right = broken(assignment, "alone")
        self.alone = self.asked = 0
        self.waiting: list[Future[Graded | Failure]] = []

    def start(self) -> None: ...

    def close(self) -> None: ...

    def prove(self, assignment: Assignment) -> None: ...

    def is_lost(self, job: object) -> bool:
        """Called where nothing came: end what waits, all at once."""
        waiting, self.waiting = self.waiting, []
        for one in waiting:
            self.alone += len(waiting) == 1
            one.set_result(replace(self.right, starved=len(waiting) > 1))
        return False

    def submit(self, *_: object) -> "Future[Graded | Failure]":
        self.asked += 1
        self.waiting.append(Future())
        return self.waiting[-1]


def test_what_others_kept_from_running_is_graded_again_alone(
    assignment: Assignment, submissions: list[Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.batch.grader.LOOK_SECONDS", 0.01)
    with Grader(unsafe=True) as grader:
        pool = Crowded(assignment)
        monkeypatch.setattr(grader, "pool", pool)
        results = [result for _, result in grader.grade_all(assignment, submissions[:3])]
    assert len(results) == 3
    assert (pool.asked, pool.alone) == (6, 3)
    assert not any(isinstance(one, Failure) or one.starved for one in results)


def test_grading_that_does_not_end_is_stopped() -> None:
    def swallow() -> None:
        while True:
            try:
                time.sleep(0.01)
            except Exception:
                continue

    with pytest.raises(Overtime, match="did not come to an end"), bounded(0.2):
        swallow()
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_worker_may_hold_so_much(
    grader: Grader, assignment: Assignment, submissions: list[Submission]
) -> None:
    earned(grader, assignment, submissions[:2])
    for pid in workers_of(grader):
        limits = Path(f"/proc/{pid}/limits").read_text()
        (line,) = [one for one in limits.splitlines() if one.startswith("Max data size")]
        assert int(line.split()[3]) == MEMORY_BYTES
