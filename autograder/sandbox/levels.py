"""Which level of isolation this machine gives, and what is missing for the next."""

import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..course.errors import CourseError
from .jail import LEVELS, enter, isolate
from .plan import Jail
from .syscalls import TRUNCATES, landlock_version


@dataclass(frozen=True)
class Isolation:
    """The best level there is, and why not a better one."""

    level: str
    missing: tuple[str, ...]


@lru_cache(maxsize=1)
def probe() -> Isolation:
    """Enter each level once, in a process of its own, best first."""
    missing: list[str] = []
    if landlock_version() < TRUNCATES:
        missing.append("Landlock: needs Linux 6.2 or newer, with landlock among the lsm= modules")
    for level in LEVELS[:-1]:
        if level == "partial" and landlock_version() < TRUNCATES:
            break
        fault = _try(level)
        if not fault:
            return Isolation(level, tuple(missing))
        missing.append(f"{level}: {fault}{_advice(fault)}")
    return Isolation("none", tuple(missing))


def best_level(unsafe: bool = False) -> str:
    """The best level of this machine.

    Raises
    ------
    CourseError
        If there is no isolation at all and grading without it was not asked for.
    """
    found = probe()
    if found.level == "none" and not unsafe:
        raise CourseError(
            "this machine gives no isolation, so a submission could read and change everything "
            f"that you can ({'; '.join(found.missing)}); `autograder doctor` says more, "
            "`--unsafe` grades all the same"
        )
    return found.level


def _try(level: str) -> str:
    """Why a level cannot be entered; empty where it can."""
    with tempfile.TemporaryDirectory(prefix="nbp-") as folder:
        command = [sys.executable, "-P", "-m", "autograder.sandbox.levels", level, folder]
        environment = {key: os.environ[key] for key in os.environ if not key.startswith("PYTHON")}
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
    if done.returncode == 0:
        return ""
    return (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]


def _advice(fault: str) -> str:
    if "unshare" in fault:
        return (
            " (allow user namespaces: sysctl kernel.unprivileged_userns_clone=1 or "
            "user.max_user_namespaces; on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0; "
            "in a container --security-opt seccomp=unconfined)"
        )
    if "mount" in fault:
        return " (the container forbids mounting: --security-opt apparmor=unconfined)"
    return ""


def _trial(level: str, folder: Path) -> None:
    """Enter a level in this process and look whether it holds."""
    jail = Jail(folder, level)
    jail.run.mkdir()
    jail.home.mkdir()
    outside = folder / "outside"
    outside.touch()
    own_users = isolate() if level == "full" else True
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            enter(jail, own_users)
            (jail.home / "mine").write_text("x")
            thread = threading.Thread(target=str)
            thread.start()
            thread.join()
            code = _reach(outside)
        except BaseException as error:
            print(error, file=sys.stderr, flush=True)
        finally:
            os._exit(code)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _reach(outside: Path) -> int:
    """0 where a file outside cannot be read, as it has to be."""
    try:
        outside.read_text()
    except OSError:
        return 0
    print("a file outside of the kernel's folder can be read", file=sys.stderr, flush=True)
    return 2


if __name__ == "__main__":
    _trial(sys.argv[1], Path(sys.argv[2]))
