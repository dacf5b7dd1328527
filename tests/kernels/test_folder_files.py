"""Files beside a notebook: packed once, and there for every kernel, for its code to change."""

import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.course.errors import CourseError
from autograder.kernels import folder_files
from autograder.kernels.folder_files import pack, unpack
from autograder.kernels.limits import Limits
from autograder.kernels.session import KernelSession
from autograder.kernels.supply import KernelSupply, open_kernels
from autograder.sandbox.levels import probe

LEVELS = {"full": ("full",), "partial": ("full", "partial")}
READ = "print(open('data/table.csv').read())"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "beside"
    (folder / "data" / "empty").mkdir(parents=True)
    (folder / "data" / "table.csv").write_text("a,b\n1,2\n")
    (folder / "tool.py").write_text("LENGTH = 3\n")
    (folder / "run.sh").write_text("#!/bin/sh\n")
    (folder / "run.sh").chmod(0o700)
    return folder


def tree(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        str(path.relative_to(folder)): (
            path.read_text() if path.is_file() else "a folder",
            path.stat().st_mode & 0o777,
        )
        for path in folder.rglob("*")
    }


def test_what_was_packed_is_unpacked_with_modes_of_its_own(folder: Path, tmp_path: Path) -> None:
    (folder / "data" / "table.csv").chmod(0o400)
    target = tmp_path / "target"
    unpack(pack(folder), target)
    assert tree(target) == {
        "data": ("a folder", 0o755),
        "data/empty": ("a folder", 0o755),
        "data/table.csv": ("a,b\n1,2\n", 0o644),
        "run.sh": ("#!/bin/sh\n", 0o755),
        "tool.py": ("LENGTH = 3\n", 0o644),
    }


def test_the_same_files_are_the_same_bytes_whenever_they_were_written(folder: Path) -> None:
    before = pack(folder)
    os.utime(folder / "tool.py", (1, 1))
    assert pack(folder) == before
    (folder / "tool.py").write_text("LENGTH = 4\n")
    assert pack(folder) != before


def test_it_is_told_how_much_memory_the_files_take(folder: Path, tmp_path: Path) -> None:
    (folder / "big").write_bytes(bytes(4097))
    assert unpack(pack(folder), tmp_path / "target") == 5 * 4096


def test_a_link_is_not_packed(folder: Path, tmp_path: Path) -> None:
    (folder / "link").symlink_to(tmp_path)
    with pytest.raises(CourseError, match=r"link: is no plain file; put a copy"):
        pack(folder)


def test_a_pipe_is_not_packed(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    with pytest.raises(CourseError, match="pipe: is no plain file"):
        pack(folder)


def test_too_much_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_files, "MOST_ENTRIES", 4)
    with pytest.raises(CourseError, match="more than 4 files and folders"):
        pack(folder)
    monkeypatch.undo()
    monkeypatch.setattr(folder_files, "MOST_BYTES", 10)
    with pytest.raises(CourseError, match="more than 0 MiB"):
        pack(folder)


def archive(change: Callable[[tarfile.TarInfo], None]) -> bytes:
    data = io.BytesIO()
    one = tarfile.TarInfo("name")
    change(one)
    with tarfile.open(fileobj=data, mode="w") as file:
        file.addfile(one)
    return data.getvalue()


def named(name: str) -> Callable[[tarfile.TarInfo], None]:
    return lambda one: setattr(one, "name", name)


def link(one: tarfile.TarInfo) -> None:
    one.type, one.linkname = tarfile.SYMTYPE, "/etc/passwd"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (named("/outside"), "leads elsewhere"),
        (named("a/../../outside"), "leads elsewhere"),
        (link, "is no plain file"),
    ],
    ids=["absolute", "upwards", "link"],
)
def test_what_leads_elsewhere_is_not_unpacked(
    change: Callable[[tarfile.TarInfo], None], words: str, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(CourseError, match=words):
        unpack(archive(change), tmp_path / "in")
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    assert not list((tmp_path / "in").iterdir())


def test_what_is_no_archive_is_told(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="cannot be read"):
        unpack(b"x" * 1024, tmp_path)


@pytest.fixture(scope="module", params=["full", "partial", "none"])
def supply(request: pytest.FixtureRequest):
    if request.param != "none" and probe().level not in LEVELS[request.param]:
        pytest.skip(f"this machine gives {probe().level}: {'; '.join(probe().missing)}")
    with open_kernels(request.param) as supply:
        yield supply


def said(kernel: KernelSession, code: str) -> str:
    ran = kernel.run(code)
    return ran.reason + "".join(output.get("text", "") for output in ran.outputs)


def test_a_kernel_has_the_files_and_may_change_them(supply: KernelSupply, folder: Path) -> None:
    with supply.kernel(Limits(), files=pack(folder)) as kernel:
        assert said(kernel, READ) == "a,b\n1,2\n\n"
        assert said(kernel, "import tool; print(tool.LENGTH)") == "3\n"
        assert said(kernel, "n = open('data/table.csv', 'a').write('3,4\\n')") == ""
        assert said(kernel, "n = open('data/empty/new', 'w').write('x')") == ""
        assert said(kernel, READ) == "a,b\n1,2\n3,4\n\n"
    assert (folder / "data" / "table.csv").read_text() == "a,b\n1,2\n"


def test_a_kernel_after_a_crash_has_fresh_copies(supply: KernelSupply, folder: Path) -> None:
    with supply.kernel(Limits(), files=pack(folder)) as kernel:
        kernel.run("import os; os.remove('tool.py'); os._exit(1)")
        assert not kernel.alive
        kernel.start()
        assert said(kernel, "import tool; print(tool.LENGTH)") == "3\n"


def test_files_leave_as_much_room_as_there_was(supply: KernelSupply, folder: Path) -> None:
    (folder / "big").write_bytes(bytes(3 << 20))
    limits = Limits(written_bytes=2 << 20)
    write = "with open('own', 'wb') as file: n = file.write(bytes({}))"
    with supply.kernel(limits, files=pack(folder)) as kernel:
        assert said(kernel, write.format(2_000_000)) == ""
        assert said(kernel, write.format(6 << 20)) != ""


def test_a_kernel_in_reserve_has_the_files_that_were_asked_for(
    supply: KernelSupply, folder: Path
) -> None:
    with supply.kernel(Limits(), True, pack(folder)) as kernel:
        assert said(kernel, READ) == "a,b\n1,2\n\n"
    with supply.kernel(Limits()) as kernel:
        assert "FileNotFoundError" in said(kernel, READ)
    with supply.kernel(Limits(), True, pack(folder)) as kernel:
        assert said(kernel, READ) == "a,b\n1,2\n\n"
    with supply.kernel(Limits(), files=pack(folder)) as kernel:
        assert said(kernel, READ) == "a,b\n1,2\n\n"
