"""What strangers put into the exchange and into downloads: no link is followed, nobody is lost."""

import io
import os
import zipfile
from pathlib import Path

import pytest
from support import tiny
from support.commands import nbgrader

from autograder.course.manifest import Course
from autograder.lms.archives import OWN_ENTRIES
from autograder.lms.copying import MOST_FILES, Allowance, copy_folder

pytestmark = pytest.mark.slow(seconds=25)

WEEK = tiny.WEEK
TIME = "2027-01-16 10:00:00.000000 UTC"
NOTEBOOK = '{"cells": [{"cell_type": "code", "source": "1"}], "nbformat": 4}'


def zipped(names: dict[str, str | bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in names.items():
            archive.writestr(name, content)
    return data.getvalue()


def collected(course: Course) -> dict[str, str]:
    root = course.root / "submitted"
    return {
        str(path.relative_to(root)).replace(f"{WEEK}/", "", 1): path.read_text(errors="replace")
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def submitted(course: Course, student: str, time: str = TIME) -> Path:
    folder = course.root / "exchange" / "tiny" / "inbound" / f"{student}+{WEEK}+{time}+abc"
    folder.mkdir(parents=True)
    (folder / "timestamp.txt").write_text(time)
    (folder / f"{WEEK}.ipynb").write_text(f"of {student}")
    return folder


def test_the_exchange_gives_regular_files_of_their_owner_only(course: Course) -> None:
    victim = submitted(course, "victim")
    secret = course.root / "secret.ipynb"
    secret.write_text("canary")
    linked = submitted(course, "eve")
    (linked / f"{WEEK}.ipynb").unlink()
    (linked / f"{WEEK}.ipynb").symlink_to(secret)
    (linked / "sub").symlink_to(victim)
    (victim.parent / f"mal+{WEEK}+{TIME}+abc").symlink_to(victim)
    (victim.parent / f"bad+{WEEK}+soon+abc").mkdir()
    (victim.parent / f"..+{WEEK}+{TIME}+abc").mkdir()
    pipe = submitted(course, "fin")
    (pipe / "timestamp.txt").unlink()
    os.mkfifo(pipe / "timestamp.txt")
    (submitted(course, "gil") / "timestamp.txt").write_text("soon")
    many = submitted(course, "hal")
    for number in range(MOST_FILES + 5):
        (many / f"{number:05}").write_text("")
    hard = submitted(course, "ivy")
    if os.getuid() == 0:
        os.chown(victim / f"{WEEK}.ipynb", 4711, 4711)
        os.chown(victim, 4711, 4711)
        os.link(victim / f"{WEEK}.ipynb", hard / "other.ipynb")
    submitted(course, "zoe")
    done = nbgrader(course.root, "collect", WEEK, HOME=str(course.root))
    assert done.returncode == 0, done.stderr
    files = collected(course)
    assert "canary" not in "".join(files.values())
    assert {name for name in files if name.endswith(".ipynb")} == {
        f"{name}/{WEEK}.ipynb" for name in ("victim", "fin", "gil", "ivy", "zoe")
    }
    for name in ("fin", "gil", "hal"):  # the exchange knows the time by the folder's name
        assert files[f"{name}/timestamp.txt"] == TIME
    assert not any(path.is_symlink() for path in (course.root / "submitted").rglob("*"))
    assert not (course.root / WEEK).exists()
    for words in (
        f"eve {WEEK}: left out, it is a link: {WEEK}.ipynb",
        f"eve {WEEK}: left out, it is a link: sub",
        f"left out, it is a link, or no folder: mal+{WEEK}",
        "left out, its time is no time: 'soon'",
        f"fin {WEEK}: left out, it is a pipe: timestamp.txt",
        f"fin {WEEK}: there is no timestamp.txt; the time of the folder's name is kept",
        f"gil {WEEK}: timestamp.txt is no time: 'soon'",
        f"hal {WEEK}: more than {MOST_FILES:,} files",
    ):
        assert words in done.stderr, words
    if os.getuid() == 0:
        assert f"ivy {WEEK}: left out, it belongs to somebody else: other.ipynb" in done.stderr


def test_collecting_again_takes_what_is_newer_only(course: Course) -> None:
    submitted(course, "ada")
    for words in ((), ("--update",)):
        assert nbgrader(course.root, "collect", WEEK, *words).returncode == 0
    later = submitted(course, "ada", "2027-01-17 10:00:00.000000 UTC")
    (later / f"{WEEK}.ipynb").write_text("the second")
    assert nbgrader(course.root, "collect", WEEK).returncode == 0
    assert collected(course)[f"ada/{WEEK}.ipynb"] == "of ada"
    assert nbgrader(course.root, "collect", WEEK, "--update").returncode == 0
    assert collected(course)[f"ada/{WEEK}.ipynb"] == "the second"
    assert collected(course)["ada/timestamp.txt"].startswith("2027-01-17")


def copy(source: Path, target: Path, **more: int) -> list[str]:
    told: list[str] = []
    allowance = Allowance(**{"file_bytes": 100, "total_bytes": 1000, **more})
    copy_folder(source, target, allowance, told.append)
    return told


def test_a_copy_keeps_to_what_is_allowed(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "large").write_bytes(bytes(101))
    (source / "m\udcfcller").write_text("x")
    (source / "fine").write_text("fine")
    told = copy(source, tmp_path / "one")
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["fine"]
    assert [line.split(":")[0] for line in told] == [
        "left out, 0 MiB is too large",
        "left out, its name is not UTF-8",
    ]
    deep = source
    for _ in range(40):
        deep = deep / "d"
        deep.mkdir()
    assert any("nested too deep" in line for line in copy(source, tmp_path / "two"))
    assert any("more than" in line for line in copy(source, tmp_path / "three", total_bytes=3))
    (tmp_path / "link").symlink_to(source)
    with pytest.raises(OSError):
        copy(tmp_path / "link", tmp_path / "four")


def test_nobody_who_handed_in_something_vanishes(course: Course) -> None:
    path = course.notebook_path(course.weeks[0])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}")
    own = {f"{number}": "" for number in range(OWN_ENTRIES + 1)}
    archive = course.root / "downloaded" / WEEK / "archive"
    archive.mkdir(parents=True)
    names: dict[str, str | bytes] = {
        f"a_1_11_{WEEK}.ipynb.txt": NOTEBOOK,
        f"b_2_12_{WEEK}.json": NOTEBOOK,
        f"c_3_13_{WEEK}": NOTEBOOK,
        f"d_4_14_{WEEK}.py": "x = 1",
        "e_5_15_essay.pdf": "%PDF",
        "f_6_16_work.rar": "Rar!",
        "g_7_17_work.zip": zipped({**own, f"{WEEK}.ipynb": NOTEBOOK}),
        "h_8_18_work.zip": zipped({"data.csv": "1"}),
        "i_9_19_work.zip": "no archive at all",
        f"j_10_20_{WEEK}.IPYNB": NOTEBOOK,
        "k_11_21_timestamp.txt": "2020-01-01 00:00:00 UTC",
        "k_11_22_notes.txt": "x",
        f"l_12_23_{WEEK}.ipynb": NOTEBOOK,
        "l_12_24_notes.txt": "x",
        "m_13_25_work.zip": zipped({f"{WEEK}.ipynb": NOTEBOOK, "__MACOSX/._x.ipynb": "x"}),
        "readme.txt": "nobody's",
    }
    (archive / "submissions.zip").write_bytes(zipped(names))
    done = nbgrader(course.root, "zip_collect", WEEK, "--force")
    assert done.returncode == 0, done.stderr
    right = {f"{owner}/{WEEK}.ipynb" for owner in (1, 2, 3, 10, 12, 13)}
    assert set(collected(course)) == {
        *right,
        f"4/{WEEK}.py",
        "5/essay.pdf",
        "6/work.rar",
        "7/work.zip.txt",
        "8/work.zip.txt",
        "9/work.zip.txt",
        "11/notes.txt",
    }
    for words in (
        f"4 handed in no notebook: d_4_14_{WEEK}.py",
        "5 handed in no notebook: e_5_15_essay.pdf",
        "6 handed in no notebook: f_6_16_work.rar",
        "g_7_17_work.zip: more entries than are looked at",
        "i_9_19_work.zip: cannot be read",
        "left out, it is no notebook: k_11_21_timestamp.txt",
        "left out, it is no notebook: l_12_24_notes.txt",
        "left out, its name names nobody: submissions/readme.txt",
    ):
        assert words in done.stderr, words


def test_the_files_of_one_student_leave_room_for_the_others(course: Course) -> None:
    path = course.notebook_path(course.weeks[0])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}")
    archive = course.root / "downloaded" / WEEK / "archive"
    archive.mkdir(parents=True)
    names: dict[str, str | bytes] = {
        f"Eve_1_assignsubmission_file/{number}.ipynb": "x" for number in range(OWN_ENTRIES + 10)
    }
    names |= {f"Zoe_2_assignsubmission_file/{WEEK}.ipynb": NOTEBOOK}
    (archive / "a.zip").write_bytes(zipped(names))
    done = nbgrader(course.root, "zip_collect", WEEK, "--force")
    assert collected(course)[f"2/{WEEK}.ipynb"] == NOTEBOOK
    assert done.stderr.count(f"more than {OWN_ENTRIES:,} files of 1") == 1
