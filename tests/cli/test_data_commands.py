"""The commands that list, check and fetch data sets: a line each, and one that fails stops none."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from support import tiny
from support.sites import CONTENT, HALF, SHA, Site, free_port, serve, wait_for
from typer.testing import CliRunner, Result

from autograder.cli.data_commands import data
from autograder.course.errors import CourseError
from autograder.notebook.dataset import DataFolder, Dataset, RemoteFile, file_path, state
from rnn_course import datasets
from rnn_course.datasets import DATASETS

Data = Callable[..., Result]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of this test's own for what is fetched."""
    monkeypatch.setenv("RNN_COURSE_DATA", str(tmp_path / "fetched"))
    return tmp_path / "fetched"


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serve() as server:
        yield server


def listed(names: str, registry: str = "rnn_course.datasets") -> str:
    """The tiny course's manifest, with data sets."""
    manifest = tiny.MANIFEST.replace("title: Doubling", f"title: Doubling\n    data: [{names}]")
    return manifest.replace("tiny course}", f"tiny course, data: {registry}}}", 1)


@pytest.fixture
def ours(course_folder: Path) -> None:
    """Let the tiny course have this repository's data sets."""
    (course_folder / "course.yml").write_text(listed("manual"), encoding="utf-8")


@pytest.fixture
def run(course_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Data:
    """The commands in the tiny course, with data sets of ours; its week names those of ``week``."""
    monkeypatch.chdir(course_folder)
    for name in ("sunspots", "reviews", "identifiers", "dates", "pronunciations"):
        monkeypatch.delitem(DATASETS, name)  # slow to read in full, and not what is tested

    def command(*words: str, week: str = "manual, conllu_sample") -> Result:
        Path("course.yml").write_text(listed(week), encoding="utf-8")
        return CliRunner().invoke(data, words)

    return command


def add(monkeypatch: pytest.MonkeyPatch, **more: object) -> Dataset:
    """Make the course know one more data set."""
    folder = DataFolder("made", "RNN_COURSE_DATA")
    plain = Dataset("made", "M", "none", "https://example.org", lambda _: "read", folder=folder)
    made = replace(plain, **more)  # type: ignore[arg-type]
    monkeypatch.setitem(DATASETS, made.name, made)
    return made


def remote(site: Site, part: str, how: str = "file") -> RemoteFile:
    return RemoteFile(part, site.url(f"{how}"), SHA, len(CONTENT))


def line(text: str, start: str) -> str:
    """The one line of an output that starts so."""
    (found,) = [line for line in text.splitlines() if line.startswith(start)]
    return found


# autograder data list


def test_the_list_shows_weeks_licences_and_what_is_missing(run: Data) -> None:
    text = run("list").stdout
    assert re.search(r"manual .* 1 .* PSF-2.0 .* Python .* there", text)
    assert re.search(r"ud_english_ewt .* CC BY-SA 4.0 .* download, 17.2 MB .* not fetched", text)


def test_the_list_is_there_for_programs(run: Data) -> None:
    rows = {row["name"]: row for row in json.loads(run("list", "--json").stdout)["datasets"]}
    assert rows["manual"]["weeks"] == [1]
    assert rows["manual"]["there"]
    assert rows["ud_english_ewt"]["weeks"] == []
    assert rows["ud_english_ewt"]["bytes"] == 17_163_784
    assert rows["ud_english_ewt"]["remedy"] == "autograder data fetch ud_english_ewt"


# autograder data check


def test_what_no_week_needs_may_be_missing(run: Data) -> None:
    result = run("check")
    assert result.exit_code == 0
    assert line(result.stdout, "ok   manual: ").endswith(" characters")
    assert line(result.stdout, "ok   conllu_sample: ").endswith("20 sentences, 224 words")
    assert line(result.stdout, "--   ud_english_ewt: not fetched").endswith("(no week needs it)")


def test_an_optional_one_may_be_missing_though_a_week_names_it(run: Data) -> None:
    assert run("check", week="manual, ud_english_ewt").exit_code == 0


def test_what_is_asked_for_must_be_there(run: Data) -> None:
    result = run("check", "ud_english_ewt")
    assert result.exit_code == 1
    assert result.stdout == (
        "FAIL ud_english_ewt: not fetched: autograder data fetch ud_english_ewt\n"
    )


def test_a_missing_package_is_a_line_and_the_others_go_on(
    run: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(monkeypatch, module="no_such_module.inside", package="no-such")
    result = run("check", week="made, manual")
    assert result.exit_code == 1
    assert line(result.stdout, "FAIL made") == "FAIL made: package missing: pip install no-such"
    assert line(result.stdout, "ok   manual")
    assert run("check").exit_code == 0


def test_a_loader_that_fails_is_a_line_and_the_others_go_on(
    run: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(_: Dataset) -> str:
        raise ValueError("another version\nof the data")

    add(monkeypatch, check=check)
    result = run("check", week="made, manual")
    assert result.exit_code == 1
    assert line(result.stdout, "FAIL made") == "FAIL made: another version of the data"
    assert line(result.stdout, "ok   manual")


def test_an_unknown_name_in_the_manifest_is_named_with_file_and_key(
    run: Data, course_folder: Path
) -> None:
    result = run("check", week="manual, manul")
    assert result.exit_code == 1
    found = line(result.stdout, "FAIL")
    assert "weeks.1.data.2: is 'manul'; the data sets are manual, conllu_sample" in found
    assert found.startswith(f"FAIL {course_folder.resolve() / 'course.yml'}: ")
    assert line(result.stdout, "ok   manual")
    assert "weeks.1.data.2: is 'manul'" in run("list", week="manual, manul").stdout


def test_the_check_is_there_for_programs(run: Data) -> None:
    result = run("check", "--json", week="manul")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert len(told["faults"]) == 1
    assert told["datasets"][0]["name"] == "manual"
    assert told["datasets"][0]["good"] is True


def test_a_treebank_damaged_on_the_disk_is_found(run: Data, folder: Path) -> None:
    dataset = DATASETS["ud_english_ewt"]
    for file in dataset.files:
        place = file_path(dataset, file)
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("wb") as empty:
            empty.truncate(file.size)
    result = run("check", "ud_english_ewt")
    assert result.exit_code == 1
    assert "has SHA-256" in result.stdout
    assert "fetch it again: autograder data fetch ud_english_ewt" in result.stdout


# autograder data fetch


def test_fetched_once_it_is_there(site: Site, run: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    made = add(monkeypatch, files=(remote(site, "all"),))
    assert state(made).words == "not fetched"
    for _ in range(2):
        result = run("fetch", "made")
        assert result.exit_code == 0
        assert line(result.stdout, "made: ").endswith("is there, 307 kB, checksum right")
    assert site.asked == [""]
    assert state(made).there
    assert line(run("check", "made").stdout, "ok   made") == "ok   made: read"


def test_one_that_fails_is_a_line_and_the_others_go_on(
    site: Site, run: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = (remote(site, "train", "missing"), remote(site, "dev", "cut"), remote(site, "test"))
    made = add(monkeypatch, files=files)
    result = run("fetch", "made", "manual")
    assert result.exit_code == 1
    first, second = result.stderr.splitlines()
    assert first == f"made: {files[0].url}: the server answers 404 Not Found"
    assert second.endswith("broke off; 154 kB are kept, the next call resumes")
    assert state(made).words == "2 of 3 files missing"
    assert line(result.stdout, "manual: ") == "manual: nothing to download (Python), there"


@pytest.mark.usefixtures("ours")
def test_without_a_network_every_file_is_a_line(
    autograder: Callable[..., CompletedProcess[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{free_port()}")
    result = autograder("data", "fetch")
    assert result.returncode == 1
    lines = result.stderr.splitlines()
    assert len(lines) == 3
    assert all("refuses the connection" in line for line in lines)


FETCH = """
import sys
from autograder.cli import main
from autograder.notebook.dataset import DataFolder, Dataset, RemoteFile
from rnn_course.datasets import DATASETS
folder = DataFolder("made", "RNN_COURSE_DATA")
file = RemoteFile("all", sys.argv.pop(), sys.argv.pop(), int(sys.argv.pop()))
DATASETS["made"] = Dataset("made", "M", "none", "", lambda _: "", files=(file,), folder=folder)
main()
"""


@pytest.mark.usefixtures("ours")
def test_interrupted_by_a_person_it_says_what_is_kept(
    site: Site, folder: Path, course_folder: Path
) -> None:
    words = ["data", "fetch", "made", "manual", str(len(CONTENT)), SHA, site.url("stuck")]
    with subprocess.Popen(
        [sys.executable, "-c", FETCH, *words],
        cwd=course_folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert site.half_sent.wait(30)
        wait_for(folder / "made" / "stuck.part", HALF)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert out == ""
    assert err.startswith("made: http")
    assert err.endswith("interrupted; 154 kB are kept, the next call resumes\n")


@pytest.mark.usefixtures("ours")
def test_an_unknown_name_is_wrong_usage(
    autograder: Callable[..., CompletedProcess[str]],
) -> None:
    result = autograder("data", "fetch", "nix")
    assert result.returncode == 2
    words = "autograder: there is no data set 'nix'; the data sets are manual, "
    assert result.stderr.startswith(words)


@pytest.mark.usefixtures("ours")
def test_the_doctor_has_a_line_for_every_data_set(
    autograder: Callable[..., CompletedProcess[str]],
) -> None:
    text = autograder("doctor").stdout
    assert re.search(r"^  manual +there$", text, re.MULTILINE)
    remedy = "autograder data fetch ud_english_ewt"
    assert re.search(rf"^  ud_english_ewt +not fetched: {remedy}$", text, re.MULTILINE)


def test_the_path_of_what_is_fetched_is_its_file(
    site: Site, run: Data, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    add(monkeypatch, files=(remote(site, "train"),))
    assert run("fetch", "made").exit_code == 0
    assert datasets.path("made", "train") == datasets.path("made") == folder / "made" / "file"


# The registry that the manifest names


@pytest.mark.parametrize("words", [("list",), ("check",), ("fetch",)], ids=" ".join)
def test_a_course_that_names_no_data_sets_says_so_in_one_line(
    autograder: Callable[..., CompletedProcess[str]], words: tuple[str, ...]
) -> None:
    result = autograder("data", *words)
    assert result.returncode == 0
    assert result.stdout.count("\n") == 1
    assert result.stdout.startswith("This course has no data sets: course.yml names no module")


def test_a_week_may_not_name_data_where_the_course_has_none(
    autograder: Callable[..., CompletedProcess[str]], course_folder: Path
) -> None:
    manifest = tiny.MANIFEST.replace("title: Doubling", "title: Doubling\n    data: [numbers]")
    (course_folder / "course.yml").write_text(manifest)
    result = autograder("data", "check")
    assert result.returncode == 1
    assert "weeks.1.data.1: is 'numbers'; the course names no module of data sets" in result.stdout


def test_the_doctor_of_a_course_without_data_lists_none_of_ours(
    autograder: Callable[..., CompletedProcess[str]],
) -> None:
    text = autograder("doctor").stdout
    assert "data sets: the course names none" in text
    assert "torch" not in text
    assert "reviews" not in text


def test_the_doctor_looks_for_what_the_course_requires(
    autograder: Callable[..., CompletedProcess[str]], course_folder: Path
) -> None:
    wanted = "requirements: [numpy>=2, jupytext==0.0.1, no-such-package>=1]"
    manifest = tiny.MANIFEST.replace("tiny course}", f"tiny course, {wanted}}}")
    (course_folder / "course.yml").write_text(manifest)
    result = autograder("doctor")
    assert result.returncode == 1
    told = result.stdout.partition("packages of the course")[2]
    assert re.search(r"^  numpy +[\d.]+$", told, re.MULTILINE)
    assert re.search(r"^  jupytext +[\d.]+, expected ==0\.0\.1$", told, re.MULTILINE)
    assert "MISSING: pip install 'no-such-package>=1'" in told


BROKEN = {
    "no such module": (
        None,
        r"cannot be imported \(ModuleNotFoundError: No module named 'numbers_",
    ),
    "an error in it": ("1 / 0", r"cannot be imported \(ZeroDivisionError: division by zero\)"),
    "no list": ("", "expected a mapping DATASETS of names to data sets; the module has none"),
    "another type": ("DATASETS = []", "the module has a list$"),
    "another value": ("DATASETS = {'a': 1}", r"DATASETS\['a'\] must be a Dataset of that name"),
}


@pytest.mark.parametrize(("code", "words"), BROKEN.values(), ids=BROKEN)
def test_a_registry_that_cannot_be_used_is_one_line(
    course_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    code: str | None,
    words: str,
) -> None:
    name = f"numbers_of_{tmp_path.name}"
    if code is not None:
        (tmp_path / f"{name}.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(course_folder)
    Path("course.yml").write_text(listed("", name))
    error = CliRunner().invoke(data, ["list"]).exception
    assert isinstance(error, CourseError)
    assert str(error).startswith(f"{course_folder.resolve() / 'course.yml'}: course.data: {name}: ")
    assert "\n" not in str(error)
    assert re.search(words, str(error))
