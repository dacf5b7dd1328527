"""The ground of the attacks, made once, and the engine that grades them."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import target
from attack import Attack
from ground import Attacked, Canary, Ground, Servers
from support.grading import Grade

from autograder.grading.results import Graded
from autograder.kernels import link, session
from autograder.kernels.launcher import Launcher
from autograder.kernels.supply import KernelSupply
from autograder.sandbox.levels import probe


@pytest.fixture(scope="session", autouse=True)
def _short_grace() -> Iterator[None]:
    """Kernels that do not stop are many here: wait less for each of them."""
    patch = pytest.MonkeyPatch()
    for module in (link, session):
        patch.setattr(module, "GRACE", 0.5)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def level() -> str:
    found = probe()
    if found.level == "none":
        pytest.skip(f"this machine gives no isolation: {'; '.join(found.missing)}")
    return found.level


@pytest.fixture(scope="session")
def launcher(tmp_path_factory: pytest.TempPathFactory, level: str) -> Iterator[Launcher]:
    with Launcher(level, (), tmp_path_factory.mktemp("launcher")) as started:
        started.wait()
        yield started


@pytest.fixture(scope="session")
def kernels(launcher: Launcher, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KernelSupply]:
    with KernelSupply(launcher.forker, tmp_path_factory.mktemp("kernels")) as supply:
        yield supply


@pytest.fixture(scope="session")
def ground(
    tmp_path_factory: pytest.TempPathFactory, level: str, launcher: Launcher
) -> Iterator[Ground]:
    course = target.make_course(tmp_path_factory.mktemp("attacked") / "course")
    number, home = tempfile.mkstemp(prefix=".canary-", dir=Path.home())
    os.close(number)
    paths = {
        "SECRET": course / "secret.txt",
        "HOME": Path(home),
        "OTHER": course / "submitted" / "alice" / target.WEEK / f"{target.WEEK}.ipynb",
        "GRADEBOOK": course / "gradebook.db",
    }
    canaries = {}
    for name, path in paths.items():
        word = f"canary-{secrets.token_hex(8)}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(word)
        canaries[name] = Canary(path, word)
    visits: list[str] = []
    try:
        with Servers(visits) as (port, abstract):
            tokens = {name: str(path) for name, path in paths.items()} | {
                "SOURCE": str(course / "solutions" / target.WEEK / "hidden_tests.py"),
                "PORT": str(port),
                "ABSTRACT": abstract,
                "GRADER": str(os.getpid()),
                "LAUNCHER": str(launcher.process.pid),
            }
            yield Ground(course, level, canaries, tokens, visits)
    finally:
        Path(home).unlink(missing_ok=True)


@pytest.fixture(scope="session")
def attacked(ground: Ground, grade: Grade) -> Attacked:
    """Grade an attack through the real engine, in a kernel of its own."""

    def run(attack: Attack) -> Graded:
        if attack.full and ground.level != "full":
            pytest.skip(f"isolation here is {ground.level!r}: {'; '.join(probe().missing)}")
        return grade(ground.assignment(**attack.limits), ground.submission(attack))

    return run
