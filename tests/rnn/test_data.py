"""The data sets that the course knows: what each says of itself, and where its files stand."""

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

from autograder.cli.data_commands import unknown_names
from autograder.course.manifest import find_course
from autograder.notebook.dataset import Dataset, data_folder, state
from autograder.notebook.download import DataError, checksum
from rnn_course import datasets
from rnn_course.datasets import DATASETS

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of this test's own for what is fetched."""
    monkeypatch.setenv("RNN_COURSE_DATA", str(tmp_path / "fetched"))
    return tmp_path / "fetched"


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


def test_every_package_with_data_is_a_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    always = set(map(package, project["dependencies"]))
    extras = {package(words) for e in project["optional-dependencies"].values() for words in e}
    for dataset in DATASETS.values():
        if dataset.package:
            assert package(dataset.package) in (extras if dataset.optional else always)


def test_the_students_room_imports_nothing_of_the_rest() -> None:
    for path in (ROOT / "autograder" / "student").glob("*.py"):
        code = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(from \.\.|from autograder|import autograder)", code, re.M), path


def test_the_courses_own_manifest_names_only_known_data_sets() -> None:
    assert unknown_names(find_course(ROOT)) == []


@pytest.mark.parametrize("name", ["manual", "sunspots", "conllu_sample"])
def test_a_check_says_what_it_read(name: str) -> None:
    assert re.match(r"[\d,]{2,} (characters|years|sentences)", DATASETS[name].check(DATASETS[name]))


# Where files stand


def test_files_go_to_the_users_cache_unless_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert data_folder() == tmp_path / "fetched"
    monkeypatch.delenv("RNN_COURSE_DATA")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert data_folder() == tmp_path / "rnn-course"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert data_folder() == tmp_path / ".cache" / "rnn-course"


def test_the_path_of_what_is_not_fetched_says_how_to_fetch_it() -> None:
    with pytest.raises(DataError, match=r"fetch it: autograder data fetch ud_english_ewt$"):
        datasets.path("ud_english_ewt", "train")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("nix",), "there is no data set 'nix'; there are manual, "),
        (("ud_english_ewt",), "no one part ''; its parts are 'train', 'dev', 'test'"),
        (("ud_english_ewt", "x"), "no one part 'x'; its parts are 'train', 'dev', 'test'"),
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
