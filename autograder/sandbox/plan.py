"""What one kernel gets: its folder, its limits, and what it may read."""

import importlib.util
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

#: The system's folders, which every kernel reads.
SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin")


@dataclass(frozen=True)
class Jail:
    """What one kernel gets.

    Attributes
    ----------
    scratch : its folder: ``run`` for sockets, ``home`` to work in, with what it finds there
    memory_bytes, processes, files, written_bytes : resource limits
    runs_files : whether programs in ``home`` can be run
    """

    scratch: Path
    level: str = "full"
    memory_bytes: int = 2 << 30
    processes: int = 64
    files: int = 512
    written_bytes: int = 256 << 20
    runs_files: bool = False
    readable: tuple[str, ...] = field(default_factory=lambda: readable_folders())

    @property
    def run(self) -> Path:
        return self.scratch / "run"

    @property
    def home(self) -> Path:
        return self.scratch / "home"


def readable_folders(modules: Iterable[str] = ()) -> tuple[str, ...]:
    """All that a kernel reads besides the system, each folder with what is below it.

    Python's own folders, this package's, and those of the packages of ``modules``: one that is
    installed for editing is in none of Python's.
    """
    wanted = [Path(sys.prefix), Path(sys.base_prefix), Path(__file__).resolve().parent.parent]
    wanted += [Path(path) for path in sysconfig.get_paths().values()]
    wanted += [Path(entry) for entry in sys.path if entry.endswith("-packages")]
    for package in {module.partition(".")[0] for module in modules}:
        wanted += _files_of(package)
    return outermost(path.resolve() for path in wanted)


def outermost(wanted: Iterable[Path]) -> tuple[str, ...]:
    """Those that exist and are in none of the others, nor in the system's folders."""
    kept: list[Path] = []
    for path in sorted({path for path in wanted if path.exists()}, key=str):
        inside = any(path.is_relative_to(other) for other in (*kept, *map(Path, SYSTEM)))
        if not inside and path != Path("/"):
            kept.append(path)
    return tuple(map(str, kept))


def _files_of(package: str) -> list[Path]:
    """The folders of a package, or the file of a module."""
    found = importlib.util.find_spec(package)
    if found is None:
        return []
    if found.submodule_search_locations is not None:
        return [Path(folder) for folder in found.submodule_search_locations]
    return [Path(found.origin)] if found.has_location and found.origin else []
