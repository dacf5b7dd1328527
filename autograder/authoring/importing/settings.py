"""What a course's ``nbgrader_config.py`` sets: where things are, and how notebooks are made."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import config_reader

#: The names of a configuration, the first that is there.
CONFIGS = ("nbgrader_config.py", "nbgrader_config.json")
SECONDS = 30.0
#: nbgrader's steps whose settings decide what students get and what is graded.
KEPT = (
    *("ClearSolutions", "ClearHiddenTests", "ClearMarkScheme", "IncludeHeaderFooter"),
    *("InstantiateTests", "LockCells"),
)
#: Older names of classes, and those whose settings are read and not kept as they are.
COURSE = ("CourseDirectory", "NbGrader", "NbGraderConfig", "BaseNbGraderApp", "NbGraderApp")
EXCHANGE = ("Exchange", "TransferApp", "NbGrader")
EXECUTE = ("Execute", "ExecutePreprocessor")
IGNORED = (".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback")


@dataclass(frozen=True)
class Settings:
    """The settings of a course, by class and name.

    Attributes
    ----------
    path : of the configuration; None where there is none
    data : the settings that are data
    others : the names of those that are not, as ``Class.name``
    trouble : why the configuration could not be read; empty where it could
    """

    path: Path | None = None
    data: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    trouble: str = ""

    def first(self, sections: tuple[str, ...], name: str, default: Any) -> Any:
        """A setting under any of its classes' names, if it has the default's type."""
        for section in sections:
            value = self.data.get(section, {}).get(name)
            if value is not None and isinstance(value, type(default)):
                return value
        return default

    def of_course(self, name: str, default: str) -> str:
        """A setting of nbgrader's course directory; empty ones count as none."""
        return str(self.first(COURSE, name, default)).strip() or default

    @property
    def course_id(self) -> str:
        """The course's id, under any of the names that it has had; empty if there is none."""
        return str(self.first((*COURSE, *EXCHANGE), "course_id", "")).strip()

    @property
    def exchange(self) -> str:
        """The folder of the exchange; empty if none is set."""
        old = self.first(EXCHANGE, "exchange_directory", "")
        return str(self.first(EXCHANGE, "root", old)).strip()

    @property
    def ignored(self) -> tuple[str, ...]:
        """Patterns of the names of files that are not handed out."""
        found = self.first(COURSE, "ignore", [])
        return tuple(map(str, found)) if found else IGNORED

    @property
    def cell_seconds(self) -> float | None:
        """How long a cell may take; None where it is not set, or set to for ever."""
        found = self.first(EXECUTE, "timeout", 0)
        return float(found) if found > 0 else None

    @property
    def kept(self) -> dict[str, dict[str, Any]]:
        """The settings that stay nbgrader's, for ``course.yml``."""
        kept = {name: dict(self.data[name]) for name in KEPT if self.data.get(name)}
        kept = {
            name: {key: value for key, value in values.items() if not _is_addition(value)}
            for name, values in kept.items()
        }
        stub = kept.get("ClearSolutions", {}).get("code_stub")
        if isinstance(stub, str):  # as before nbgrader had other languages
            kept["ClearSolutions"]["code_stub"] = {"python": stub}
        kept.get("ClearSolutions", {}).pop("comment_mark", None)
        return {name: values for name, values in kept.items() if values}

    @property
    def left(self) -> tuple[str, ...]:
        """The names of settings that this course does without, as ``Class.name``."""
        read = {(s, n) for s in (*COURSE, *EXCHANGE) for n in READ} | {
            (s, "timeout") for s in EXECUTE
        }
        kept = {(section, name) for section, values in self.kept.items() for name in values}
        named = {(s, n) for s, values in self.data.items() for n in values} - read - kept
        return tuple(sorted({*self.others, *(f"{s}.{n}" for s, n in named)}))


#: Settings of the course and the exchange that the import reads.
READ = (
    *("course_id", "root", "exchange_directory", "ignore", "db_url", "directory_structure"),
    *("source_directory", "release_directory", "submitted_directory", "autograded_directory"),
    *("feedback_directory", "db_assignments", "db_students", "solution_directory"),
)


def _is_addition(value: Any) -> bool:
    return isinstance(value, dict) and "added to the default" in value


def read_settings(folder: Path) -> Settings:
    """The settings of the course in ``folder``; none where it has no configuration."""
    path = next((folder / name for name in CONFIGS if (folder / name).is_file()), None)
    if path is None:
        return Settings()
    with tempfile.TemporaryDirectory() as work:
        out = Path(work) / "found.json"
        trouble = _run(path, out)
        if trouble:
            return Settings(path, trouble=trouble)
        tree = json.loads(out.read_text(encoding="utf-8"))
    return Settings(path, tree["data"], tuple(tree["others"]))


def _run(path: Path, out: Path) -> str:
    """Run the reader on a configuration; what went wrong, in one line."""
    words = [sys.executable, "-B", "-P", config_reader.__file__, str(path), str(out)]
    process = subprocess.Popen(
        words,
        cwd=path.parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    try:
        said = process.communicate(timeout=SECONDS)[1]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return f"it runs for more than {SECONDS:g} seconds"
    if process.returncode == 0 and out.is_file():
        return ""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1][:200] if lines else f"it ended with status {process.returncode}"
