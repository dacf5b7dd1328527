"""Downloads, from a real server on this machine: whole, broken off, resumed, refused, wrong."""

import hashlib
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.sites import CONTENT, HALF, SHA, Site, free_port, serve, wait_for

from autograder.notebook.dataset import DataError, DataFolder, Dataset, RemoteFile
from autograder.notebook.download import LARGE, fetch, fetch_file


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serve() as server:
        yield server


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "data" / "set" / "file.bin"


def part(target: Path) -> Path:
    return target.with_name("file.bin.part")


def left(target: Path, content: bytes) -> None:
    """What an earlier call left behind."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part(target).write_bytes(content)


def remote(url: str, sha256: str = SHA) -> RemoteFile:
    """The file that the site serves."""
    return RemoteFile("all", url, sha256, len(CONTENT))


def refused(url: str, target: Path, sha256: str = SHA, timeout: float = 5) -> str:
    """The one line with which a download fails."""
    with pytest.raises(DataError) as caught:
        fetch(remote(url, sha256), target, timeout=timeout, bar=False)
    assert not target.exists()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_file_comes_whole_and_only_once(site: Site, target: Path) -> None:
    for _ in range(2):
        assert fetch(remote(site.url("file")), target) == target
        assert target.read_bytes() == CONTENT
    assert [path.name for path in target.parent.iterdir()] == ["file.bin"]
    assert site.asked == [""]


def test_a_file_comes_in_chunks(site: Site, target: Path) -> None:
    fetch(remote(site.url("chunked")), target)
    assert target.read_bytes() == CONTENT


def test_a_file_that_has_moved_is_followed_and_resumed(site: Site, target: Path) -> None:
    left(target, CONTENT[:1000])
    fetch(remote(site.url("moved")), target)
    assert target.read_bytes() == CONTENT
    assert site.asked == ["bytes=1000-", "bytes=1000-"]


def test_a_damaged_file_is_fetched_again(site: Site, target: Path) -> None:
    fetch(remote(site.url("file")), target)
    target.write_bytes(CONTENT[:-1] + b"x")
    fetch(remote(site.url("file")), target)
    assert target.read_bytes() == CONTENT


def test_what_broke_off_is_resumed_and_only_the_rest_travels(site: Site, target: Path) -> None:
    line = refused(site.url("cut"), target)
    assert "broke off; 154 kB are kept, the next call resumes" in line
    assert part(target).read_bytes() == CONTENT[:HALF]
    fetch(remote(site.url("cut")), target)
    assert target.read_bytes() == CONTENT
    assert not part(target).exists()
    assert site.asked == ["", f"bytes={HALF}-"]
    assert site.sent == len(CONTENT)


def test_a_server_without_ranges_starts_over(site: Site, target: Path) -> None:
    left(target, CONTENT[:1000])
    fetch(remote(site.url("no-ranges")), target)
    assert target.read_bytes() == CONTENT
    assert site.asked == ["bytes=1000-"]


def test_a_server_that_sends_another_range_is_not_believed(site: Site, target: Path) -> None:
    left(target, CONTENT[:1000])
    assert "asked for bytes from 1000 on" in refused(site.url("wrong-range"), target)
    assert part(target).read_bytes() == CONTENT[:1000]


def test_what_had_come_whole_needs_no_network(target: Path) -> None:
    left(target, CONTENT)
    fetch(remote("http://127.0.0.1:9/file"), target)
    assert target.read_bytes() == CONTENT


def test_what_is_longer_than_the_file_starts_over(site: Site, target: Path) -> None:
    left(target, CONTENT + b"more")
    fetch(remote(site.url("file")), target)
    assert target.read_bytes() == CONTENT
    assert site.asked == [""]


def test_a_wrong_beginning_is_removed_and_the_next_call_is_right(site: Site, target: Path) -> None:
    left(target, b"wrong")
    assert "does not match the known hash" in refused(site.url("file"), target)
    fetch(remote(site.url("file")), target)
    assert target.read_bytes() == CONTENT


def test_a_wrong_checksum_names_both_and_leaves_nothing(site: Site, target: Path) -> None:
    expected = "0" * 64
    line = refused(site.url("file"), target, expected)
    assert f"expected sha256:{expected} but got {SHA}" in line
    assert line.endswith("The next call starts over.")
    assert list(target.parent.iterdir()) == []


def test_a_login_page_in_between_costs_nothing_that_was_kept(site: Site, target: Path) -> None:
    left(target, CONTENT[:1000])
    line = refused(site.url("login"), target)
    assert "the server offers 26 bytes, expected 307 kB" in line
    assert part(target).read_bytes() == CONTENT[:1000]


def test_no_more_is_taken_than_the_file_has(site: Site, target: Path) -> None:
    assert "sends more than 307 kB, its size" in refused(site.url("endless"), target)
    assert part(target).stat().st_size <= len(CONTENT)


def test_a_refusal_names_its_status(site: Site, target: Path) -> None:
    url = site.url("missing")
    assert refused(url, target) == f"{url}: the server answers 404 Not Found"


def test_a_refused_connection_is_named(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    port = free_port()
    line = refused(f"http://127.0.0.1:{port}/file", target)
    assert line.endswith(f"127.0.0.1:{port} refuses the connection")


def test_a_proxy_is_mentioned(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://user:secret@127.0.0.1:{free_port()}")
    line = refused("http://data.example/file", target)
    assert line.endswith("(asked through the proxy that is set here)")
    assert "secret" not in line


def test_a_name_that_nobody_knows_is_named(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    line = refused("http://[fe80::1%nosuch]/file", target)  # no name server is asked for this one
    assert "no network, or no such name: [fe80::1%nosuch] cannot be resolved" in line


@pytest.mark.parametrize(("how", "kept"), [("mute", False), ("stuck", True)])
def test_a_silent_server_is_not_waited_for(site: Site, target: Path, how: str, kept: bool) -> None:
    line = refused(site.url(how), target, timeout=0.3)
    assert "within 0.3 s" in line
    assert ("154 kB are kept, the next call resumes" in line) == kept


def test_two_downloads_to_one_folder_do_not_mix(site: Site, target: Path) -> None:
    first = threading.Thread(target=fetch, args=(remote(site.url("stuck")), target))
    first.start()
    assert site.half_sent.wait(5)
    assert "another download is running there" in refused(site.url("file"), target)
    site.go_on.set()
    first.join()
    assert target.read_bytes() == CONTENT


def test_a_file_in_the_way_of_the_folder_is_named(site: Site, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(DataError, match=r"file\.bin: cannot be written: "):
        fetch(remote(site.url("file")), tmp_path / "data" / "set" / "file.bin")
    assert site.asked == []


def test_a_folder_that_may_not_be_written_is_named_and_how_to_choose_another(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_DATA", "/sys/mine")  # nobody may write there, not even root
    file = remote(site.url("file"))
    folder = DataFolder("mine", "MY_DATA")
    made = Dataset("made", "M", "none", "", lambda _: "", files=(file,), folder=folder)
    with pytest.raises(DataError) as caught:
        fetch_file(made, file)
    line = str(caught.value)
    assert line.startswith("/sys/mine/made/file: may not be written (")
    assert line.endswith("; set MY_DATA to use another folder")


CALL = """
import resource, sys
from pathlib import Path
from autograder.notebook.dataset import RemoteFile
from autograder.notebook.download import fetch
url, sha256, size, target, room = sys.argv[1:]
if int(room):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(room),) * 2)
fetch(RemoteFile("all", url, sha256, int(size)), Path(target))
"""


def another_process(url: str, target: Path, room: int = 0) -> "subprocess.Popen[str]":
    words = [sys.executable, "-c", CALL, url, SHA, str(len(CONTENT)), str(target), str(room)]
    return subprocess.Popen(words, stderr=subprocess.PIPE, text=True)


def test_no_room_on_the_disk_is_said_and_resumed_from(site: Site, target: Path) -> None:
    with another_process(site.url("file"), target, room=100_000) as process:
        said = process.communicate(timeout=30)[1]
    assert "file.bin: no room on the disk" in said.splitlines()[-1]
    assert "what has arrived is kept, the next call resumes" in said
    assert part(target).stat().st_size == 100_000
    fetch(remote(site.url("file")), target)
    assert target.read_bytes() == CONTENT
    assert site.asked[-1] == "bytes=100000-"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["by a person", "killed"])
def test_an_interrupted_download_is_resumed(
    site: Site, target: Path, number: signal.Signals
) -> None:
    with another_process(site.url("stuck"), target) as process:
        assert site.half_sent.wait(30)
        wait_for(part(target), HALF)
        process.send_signal(number)
        said = process.communicate(timeout=30)[1]
    if number == signal.SIGINT:
        assert "interrupted; 154 kB are kept, the next call resumes" in said.splitlines()[-1]
    fetch(remote(site.url("file")), target)
    assert target.read_bytes() == CONTENT
    assert site.asked == ["", f"bytes={HALF}-"]


@pytest.mark.parametrize(
    ("size", "bar", "shown"),
    [(LARGE, True, True), (LARGE, False, False), (LARGE - 1, True, False)],
    ids=["large", "large, not wanted", "small"],
)
def test_only_a_large_file_shows_its_progress(
    site: Site,
    target: Path,
    capsys: pytest.CaptureFixture[str],
    size: int,
    bar: bool,
    shown: bool,
) -> None:
    content = bytes(size)
    site.content = content
    made = RemoteFile("all", site.url("file"), hashlib.sha256(content).hexdigest(), size)
    fetch(made, target, bar=bar)
    assert ("100%" in capsys.readouterr().err) == shown
