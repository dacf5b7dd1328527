"""Downloads of Canvas and Moodle: whose each file is, which attempt counts, what is left out."""

import io
import os
import random
import tarfile
import zipfile
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from support import tiny
from support.commands import nbgrader

from autograder.batch.classroom import find_submission
from autograder.course.database import open_gradebook
from autograder.course.manifest import Course
from autograder.lms.archives import Budget, Extractor, safe_name, safe_parts
from autograder.lms.collect import plain_stem, read_name

WEEK = tiny.WEEK
Names = dict[str, bytes | str]


def zipped(names: Names, links: dict[str, str] | None = None) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in names.items():
            archive.writestr(name, content)
        for name, goal in (links or {}).items():
            info = zipfile.ZipInfo(name)
            info.external_attr = 0o120777 << 16
            archive.writestr(info, goal)
    return data.getvalue()


def downloads(course: Course) -> Path:
    folder = course.root / "downloaded" / WEEK / "archive"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def collect(course: Course) -> CompletedProcess[str]:
    path = course.notebook_path(course.weeks[0])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}")
    done = nbgrader(course.root, "zip_collect", WEEK, "--force")
    assert done.returncode == 0, done.stderr
    return done


def collected(course: Course) -> dict[str, str]:
    """The text of every file below ``submitted/``, by student and name."""
    root = course.root / "submitted"
    return {
        str(path.relative_to(root)).replace(f"{WEEK}/", "", 1): path.read_text()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def enrol(course: Course, **numbers: str) -> None:
    with open_gradebook(course) as book:
        for student, number in numbers.items():
            book.add_student(student, lms_user_id=number)


CANVAS_NAMES = {
    f"doejane_1234_56789_{WEEK}.ipynb": ("1234", f"{WEEK}.ipynb", 56789, False),
    f"doejane_LATE_1234_56789_{WEEK}-1.ipynb": ("1234", f"{WEEK}-1.ipynb", 56789, True),
    "müllerbjörk_7_8_my work.ipynb": ("7", "my work.ipynb", 8, False),
    "李雷_7_8_作业.ipynb": ("7", "作业.ipynb", 8, False),
    "anon_a1B2c_99_week.ipynb": ("anon_a1B2c", "week.ipynb", 99, False),
    "LATE_anon_a1B2c_99_week.ipynb": ("anon_a1B2c", "week.ipynb", 99, True),
    "2pac_12_34_x.ipynb": ("12", "x.ipynb", 34, False),
    "lastname_123_456_week01…(1).ipynb": ("123", "week01…(1).ipynb", 456, False),
    "doe_1_2_3_4_x.ipynb": ("1", "3_4_x.ipynb", 2, False),
    "doe_12_34_x_99_assignsubmission_file_y.ipynb": (
        "12",
        "x_99_assignsubmission_file_y.ipynb",
        34,
        False,
    ),
}
MOODLE_NAMES = {
    "Jane Doe_1234_assignsubmission_file/w.ipynb": ("1234", "w.ipynb", 0, False),
    "Jane Doe_1234_assignsubmission_file_/w.ipynb": ("1234", "w.ipynb", 0, False),
    "Jane Doe_1234_assignsubmission_file_w_2.ipynb": ("1234", "w_2.ipynb", 0, False),
    "Group A-Zoë O'Hara_5_assignsubmission_file/sub/w.ipynb": ("5", "w.ipynb", 0, False),
    "Participant_77_assignsubmission_file_/w.ipynb": ("77", "w.ipynb", 0, False),
    # what somebody put into their own folder does not make it somebody else's
    "Eve_6_assignsubmission_file/Jane Doe_1234_assignsubmission_file/w.ipynb": (
        "6",
        "w.ipynb",
        0,
        False,
    ),
    "Eve_6_assignsubmission_file/doejane_1234_56789_w.ipynb": (
        "6",
        "doejane_1234_56789_w.ipynb",
        0,
        False,
    ),
}


@pytest.mark.parametrize(("name", "meant"), {**CANVAS_NAMES, **MOODLE_NAMES}.items())
def test_a_name_says_whose_it_is(name: str, meant: tuple[str, str, int, bool]) -> None:
    assert read_name(("CS101 submissions", *name.split("/"))) == meant


@pytest.mark.parametrize(
    "name", ["w.ipynb", "doe_w.ipynb", "a/b/c.ipynb", "_assignsubmission_", ""]
)
def test_a_name_of_another_kind_is_nobodys(name: str) -> None:
    assert read_name(tuple(name.split("/"))) is None


@pytest.mark.parametrize(
    ("name", "stem", "copies"),
    [
        ("week01.ipynb", "week01", 0),
        ("week01-1.ipynb", "week01", 1),
        ("week01 (2).ipynb", "week01", 2),
        ("week01(12).ipynb", "week01", 12),
        ("week01-Copy1.ipynb", "week01", 1),
        ("week01 - Copy.ipynb", "week01", 1),
        ("week01-1 (3).ipynb", "week01", 3),
        ("week01_rnn.ipynb", "week01_rnn", 0),
        ("we\u0308ek.ipynb", "w\u00ebek", 0),
        (".ipynb", "", 0),
    ],
)
def test_copies_of_a_file_are_known_by_their_names(name: str, stem: str, copies: int) -> None:
    assert plain_stem(name) == (stem, copies)


def test_canvas_attempts_names_and_strays(course: Course) -> None:
    enrol(course, jane="1234", zoe="77")
    inner = zipped({f"work/{WEEK}.ipynb": "from a zip"})
    data = zipped(
        {
            f"doejane_1234_300_{WEEK}-1.ipynb": "second attempt",
            f"doejane_1234_200_{WEEK}.ipynb": "first attempt",
            "doejane_1234_301_scratch.ipynb": "not this one",
            "doejane_1234_302_self_assessment.json": "{}",
            f"doejane_1234_303_{WEEK}.json": "{}",
            f"müllerzoë_LATE_77_9_{WEEK.upper()} (1).ipynb": "late",
            "smith_55_10_my homework…(1).ipynb": "named otherwise",
            "lee_56_11_work.zip": inner,
            "lee_56_12_essay.pdf": "%PDF",
            "readme.txt": "nobody's",
            "stray.ipynb": "nobody's",
        }
    )
    (downloads(course) / "submissions.zip").write_bytes(data)
    done = collect(course)
    assert collected(course) == {
        f"jane/{WEEK}.ipynb": "second attempt",
        "jane/self_assessment.json": "{}",
        f"zoe/{WEEK}.ipynb": "late",
        "55/my homework….ipynb": "named otherwise",
        f"56/{WEEK}.ipynb": "from a zip",
    }
    assert "late and does not say when they came: zoe" in done.stderr
    assert "55, 56" in done.stderr
    assert "stray.ipynb" in done.stderr
    assert "is earlier than" in done.stderr
    found = find_submission(course.submitted("55", WEEK), WEEK)
    assert found.path is not None


def test_moodle_folders_and_a_second_download(course: Course) -> None:
    enrol(course, jane="Participant 1234")
    first = {
        f"Jane Doe_1234_assignsubmission_file/{WEEK}.ipynb": "first",
        f"Eve_6_assignsubmission_file/Jane Doe_1234_assignsubmission_file/{WEEK}.ipynb": "forged",
        f"Zoë O'Hara_7_assignsubmission_file_{WEEK} (1).ipynb": "one name, no folder",
        "Zoë O'Hara_7_assignsubmission_onlinetext/onlinetext.html": "<p>text</p>",
    }
    second = {
        f"Jane Doe_1234_assignsubmission_file/{WEEK}.ipynb": "second",
        f"Jane Doe_1234_assignsubmission_file/x/{WEEK}-Copy1.ipynb": "a copy of the second",
    }
    for number, names in enumerate((second, first)):  # the later one comes first by its name
        path = downloads(course) / f"course-{number}.zip"
        path.write_bytes(zipped(names))
        os.utime(path, (10**9 - number, 10**9 - number))
    collect(course)
    expected = {
        f"jane/{WEEK}.ipynb": "a copy of the second",
        f"6/{WEEK}.ipynb": "forged",
        f"7/{WEEK}.ipynb": "one name, no folder",
    }
    assert collected(course) == expected

    # collecting again keeps what a person knows of the time, unless the work is another
    for student in ("jane", "7"):
        (course.root / "submitted" / student / WEEK / "timestamp.txt").write_text(
            "2027-01-19 12:00:00 UTC"
        )
    (course.root / "submitted" / "7" / WEEK / f"{WEEK}.ipynb").write_text("graded before")
    collect(course)
    assert collected(course) == {**expected, "jane/timestamp.txt": "2027-01-19 12:00:00"}


EVIL = (
    "../../../evil.ipynb",
    "/evil.ipynb",
    "..\\evil.ipynb",
    "C:\\evil.ipynb",
    "a/../../evil.ipynb",
)
KINDS = ("doe_1_2_{}", "Doe_1_assignsubmission_file/{}")


@pytest.mark.parametrize("kind", KINDS, ids=["canvas", "moodle"])
def test_hostile_archives_leave_nothing_elsewhere(course: Course, kind: str) -> None:
    secret = course.root / "secret.ipynb"
    secret.write_text("canary")
    good = kind.format(f"{WEEK}.ipynb")
    names: Names = {**dict.fromkeys(EVIL, "evil"), good: "honest", f"{good}/x.ipynb": "a folder"}
    names |= {kind.format(f"{name}") if "/" not in name else name: "evil" for name in EVIL}
    deep = zipped({"a.zip": zipped({"b.zip": zipped({"c.ipynb": "too deep"})})})
    names["deep.zip"] = deep
    links = {kind.format("link.ipynb"): str(secret), kind.format("folder"): str(course.root)}
    (downloads(course) / "a.zip").write_bytes(zipped(names, links))
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        for type_, goal in (
            (tarfile.SYMTYPE, str(secret)),
            (tarfile.LNKTYPE, "../../secret.ipynb"),
        ):
            info = tarfile.TarInfo(kind.format(f"tar{type_.decode()}.ipynb"))
            info.type, info.linkname = type_, goal
            archive.addfile(info)
        fifo = tarfile.TarInfo(kind.format("pipe.ipynb"))
        fifo.type = tarfile.FIFOTYPE
        archive.addfile(fifo)
    (downloads(course) / "b.tar.gz").write_bytes(data.getvalue())
    (downloads(course) / "broken.zip").write_bytes(zipped({good: "x" * 999})[:-40])
    (downloads(course) / "text.zip").write_text("no archive at all")
    (downloads(course) / "link.ipynb").symlink_to(secret)
    before = {path for path in course.root.rglob("*") if "evil" in path.name}
    done = collect(course)
    outside = [
        path for path in course.root.parent.rglob("*evil*") if "downloaded" not in path.parts
    ]
    assert not before
    assert all("submitted" in path.parts for path in outside)
    assert not Path("/evil.ipynb").exists()
    everything = collected(course)
    assert everything[f"1/{WEEK}.ipynb"] == "honest"
    assert "canary" not in "".join(everything.values())
    assert "too deep" not in "".join(everything.values())
    assert not any(path.is_symlink() for path in (course.root / "submitted").rglob("*"))
    assert "it leads elsewhere" in done.stderr
    assert "text.zip: cannot be read" in done.stderr


def test_a_bomb_ends_at_the_size_of_a_submission(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = course.manifest.grading.limits.submission_mb << 20
    bomb = zipped({"doe_1_2_bomb.ipynb": bytes(limit + 2), "doe_2_3_fine.ipynb": "fine"})
    (downloads(course) / "a.zip").write_bytes(bomb)
    target = course.root / "out"
    Extractor().extract(str(downloads(course)), str(target))
    assert [path.name for path in target.rglob("*.ipynb")] == ["doe_2_3_fine.ipynb"]

    monkeypatch.setattr("autograder.lms.archives.Budget", lambda n: Budget(n, 1000, 3))
    many = zipped({f"doe_{n}_2_x.ipynb": "x" for n in range(10)})
    large = zipped({f"doe_{n}_2_x.ipynb": bytes(400) for n in range(3)})
    for number, data in enumerate((many, large)):
        (downloads(course) / "a.zip").write_bytes(data)
        Extractor().extract(str(downloads(course)), str(course.root / f"out{number}"))
        made = list((course.root / f"out{number}").rglob("*.ipynb"))
        assert len(made) == 3
        assert sum(path.stat().st_size for path in made) <= 1000


def test_names_stay_below_their_folder_whatever_they_are() -> None:
    draw = random.Random(0)
    letters = "ab./\\:\0\n\x1b[éß\u202e" + "\ud800"
    for _ in range(5000):
        name = "".join(draw.choice(letters) for _ in range(draw.randrange(1, 12)))
        for part in safe_parts(name) or ():
            assert part not in ("", ".", "..")
            assert not set(part) & set("/\\\0\n\x1b\u202e\ud800")
    assert safe_name("x" * 300 + ".IPYNB") == "x" * 194 + ".ipynb"
    assert len(safe_name("é" * 300).encode()) <= 200
