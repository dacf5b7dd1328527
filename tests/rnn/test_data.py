"""The data sets that the course knows: what each says of itself, and where its files stand."""

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from autograder.cli.registry import registry, unknown_names
from autograder.course.manifest import find_course
from autograder.notebook.dataset import DataError, DataFolder, Dataset, checksum, state
from rnn_course import datasets
from rnn_course.datasets import DATASETS

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of this test's own for what is fetched."""
    monkeypatch.setenv("RNN_COURSE_DATA", str(tmp_path / "fetched"))
    return tmp_path / "fetched"


def project() -> dict[str, Any]:
    """What pyproject.toml says of the project."""
    tree = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return dict(tree["project"])


def package(requirement: str) -> str:
    """The name of a package in a line of requirements."""
    return re.split(r"[=><~\[ ;]", requirement)[0]


# What the course knows


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=DATASETS)
def test_every_data_set_says_where_it_comes_from(dataset: Dataset) -> None:
    assert dataset.title
    assert dataset.licence
    assert re.fullmatch(r"https://\S+", dataset.source)
    for file in dataset.files:
        assert re.fullmatch(r"https://\S+/(r|v)\d\S*/\S+", file.url), "pinned to a release"
        assert re.fullmatch(r"[0-9a-f]{64}", file.sha256)
        assert file.size > 0
    assert len({file.name for file in dataset.files}) == len(dataset.files)


@pytest.mark.parametrize(
    "name", [name for name, dataset in DATASETS.items() if not dataset.optional]
)
def test_what_is_not_optional_is_there_after_installation(name: str) -> None:
    assert state(DATASETS[name]).there


def test_every_package_with_data_is_in_an_extra() -> None:
    extras = project()["optional-dependencies"]
    for dataset in DATASETS.values():
        if dataset.package:
            extra = extras[dataset.name if dataset.optional else "course"]
            assert package(dataset.package) in map(package, extra)


def test_what_the_notebooks_need_is_the_extra_course_and_the_framework_comes_first() -> None:
    named = list(find_course(ROOT).manifest.course.requirements)
    assert named == project()["optional-dependencies"]["course"]
    assert named[0] in (ROOT / "Makefile").read_text(encoding="utf-8").split()[:40]


def test_the_courses_own_manifest_names_only_known_data_sets() -> None:
    course = find_course(ROOT)
    assert registry(course) is DATASETS
    assert unknown_names(course, DATASETS) == []


@pytest.mark.parametrize("name", ["manual", "sunspots", "conllu_sample"])
def test_a_check_says_what_it_read(name: str) -> None:
    assert re.match(r"[\d,]{2,} (characters|years|sentences)", DATASETS[name].check(DATASETS[name]))


# Where files stand


def test_files_go_to_the_users_cache_unless_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = DATASETS["ud_english_ewt"].folder
    assert folder.path() == tmp_path / "fetched"
    monkeypatch.delenv("RNN_COURSE_DATA")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert folder.path() == tmp_path / "rnn-course"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert folder.path() == tmp_path / ".cache" / "rnn-course"


def test_a_folder_below_no_home_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINE", "~nobody-of-that-name/data")
    with pytest.raises(DataError, match="no home folder; set MINE to a folder of yours"):
        DataFolder("mine", "MINE").path()


def test_the_path_of_what_is_not_fetched_says_how_to_fetch_it() -> None:
    with pytest.raises(DataError, match=r"fetch it: autograder data fetch ud_english_ewt$"):
        datasets.path("ud_english_ewt", "train")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("nix",), "there is no data set 'nix'; the data sets are manual, "),
        (("ud_english_ewt",), "'' names no part; its parts are 'train', 'dev', 'test'"),
        (("ud_english_ewt", "x"), "'x' names no part; its parts are 'train', 'dev', 'test'"),
        (("manual",), "its parts are none: nothing is fetched"),
    ],
    ids=str,
)
def test_a_wrong_name_is_answered_with_those_there_are(words: tuple[str, ...], answer: str) -> None:
    with pytest.raises(DataError, match=re.escape(answer)):
        datasets.path(*words)


def test_the_checksum_of_a_file_is_its_sha256(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"abc")
    assert checksum(tmp_path / "file") == hashlib.sha256(b"abc").hexdigest()
