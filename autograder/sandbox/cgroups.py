"""Control groups: what all processes of a kernel use together, where they can be made.

A limit of a process counts that process. A group counts the memory of all of them, of their files
in memory and of their sockets, and gives each kernel one share of the processors, however many
processes it starts. Groups need the superuser, or a folder of the hierarchy that was given to this
user (systemd: ``Delegate=yes``). Without them there is the watch of ``kernels/watch.py``.

After the kernel's documentation: Documentation/admin-guide/cgroup-v1 and cgroup-v2.rst.
"""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

CONTROLLERS = ("memory", "pids", "cpu")
PREFIX = "nbl"
#: How long it is waited for the processes of a group to be gone.
REMOVE_SECONDS = 2.0


@dataclass(frozen=True)
class Hierarchy:
    """A folder in which groups can be made, and what groups in it control."""

    folder: Path
    controllers: frozenset[str]
    version: int

    def settings(self, memory: int, processes: int) -> dict[str, int]:
        """The files of a group and what to write into them."""
        first = self.version == 1
        found = {
            "memory": {"memory.limit_in_bytes" if first else "memory.max": memory},
            "pids": {"pids.max": processes},
            "cpu": {"cpu.shares": 1024} if first else {"cpu.weight": 100},
        }
        return {k: v for name in self.controllers for k, v in found[name].items()}


def hierarchies(proc: Path = Path("/proc/self")) -> tuple[Hierarchy, ...]:
    """Where this process can make groups; empty where it cannot."""
    own = dict(_own_groups(proc))
    found: list[Hierarchy] = []
    for line in (proc / "mountinfo").read_text().splitlines():
        fields, _, rest = line.partition(" - ")
        root, mount = fields.split()[3:5]
        kind, _, options = rest.split(maxsplit=2)
        if kind == "cgroup2" and "" in own:
            found += _second(Path(mount), _below(own[""], root))
        elif kind == "cgroup":
            names = frozenset(CONTROLLERS) & set(options.split(","))
            known = next((own[name] for name in names if name in own), None)
            if names and known is not None:
                folder = Path(mount) / _below(known, root)
                if os.access(folder, os.W_OK):
                    found.append(Hierarchy(folder, names, 1))
    return tuple(found)


def _own_groups(proc: Path) -> Iterator[tuple[str, str]]:
    """Each controller with the group of this process; "" is the second version's hierarchy."""
    for line in (proc / "cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        for name in controllers.split(","):
            yield name, path


def _below(path: str, root: str) -> str:
    """A group's path as seen from a mount that shows the hierarchy from ``root`` on."""
    return os.path.relpath(path, root) if path.startswith(root) else "."


def _second(mount: Path, own: str) -> Iterator[Hierarchy]:
    """The nearest folder above this process in which groups may hold processes and be limited."""
    folder = mount / own
    while folder.is_relative_to(mount):
        enabled = _words(folder / "cgroup.subtree_control") & set(CONTROLLERS)
        occupied = (folder / "cgroup.type").exists() and _words(folder / "cgroup.procs")
        if enabled and not occupied and os.access(folder, os.W_OK):
            yield Hierarchy(folder, frozenset(enabled), 2)
            return
        folder = folder.parent


def _words(file: Path) -> set[str]:
    try:
        return set(file.read_text().split())
    except OSError:
        return set()


class Groups:
    """The groups of one launcher's kernels.

    Parameters
    ----------
    places : where they are made
    """

    def __init__(self, places: tuple[Hierarchy, ...]) -> None:
        self.places, self.owner = places, os.getpid()
        self.left: set[int] = set()
        self._sweep()

    def enter(self, memory: int, processes: int) -> None:
        """Put this process, and all that it starts, into a group of its own.

        Where a group cannot be made it is left out: the limits of each process hold as they are.

        Parameters
        ----------
        memory : bytes that all of them may hold
        processes : how many they may be, threads included
        """
        for place in self.places:
            folder = place.folder / self._name(os.getpid())
            with suppress(OSError):
                folder.mkdir(exist_ok=True)
                for name, value in place.settings(memory, processes).items():
                    with suppress(OSError):
                        (folder / name).write_text(str(value))
                (folder / "cgroup.procs").write_text("0")

    def remove(self, pid: int) -> None:
        """Remove the group that a process entered, now or as soon as it is empty."""
        self.left.add(pid)
        self.tidy()

    def tidy(self) -> None:
        """Remove what is left of groups whose processes have ended."""
        self.left = {pid for pid in self.left if not self._removed(pid)}

    def close(self) -> None:
        """Remove all of them, and wait for the last processes to be gone."""
        deadline = time.monotonic() + REMOVE_SECONDS
        self.tidy()
        while self.left and time.monotonic() < deadline:
            time.sleep(0.02)
            self.tidy()

    def _removed(self, pid: int) -> bool:
        found = [place.folder / self._name(pid) for place in self.places]
        for folder in found:
            with suppress(OSError):
                folder.rmdir()
        return not any(folder.exists() for folder in found)

    def _name(self, pid: int) -> str:
        return f"{PREFIX}-{self.owner}-{pid}"

    def _sweep(self) -> None:
        """Remove what launchers left behind that were killed."""
        for place in self.places:
            for folder in place.folder.glob(f"{PREFIX}-*-*"):
                owner = folder.name.split("-")[1]
                if not Path("/proc", owner).exists():
                    with suppress(OSError):
                        folder.rmdir()
