"""The manifest: whatever is wrong in it is one line that names the key and what is allowed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from support import tiny
from support.commands import Command

from autograder.course.errors import CourseError
from autograder.course.manifest import Course, LatePolicy, find_course, load_course

WEEK = "  - id: week01_tiny\n"
TWO = """\
course: {id: c, title: C}
weeks:
  - {id: one, title: One, open: 2027-01-11T00:00:00Z, due: 2027-01-17T00:00:00Z}
  - {id: two, title: Two, open: 2027-01-18T00:00:00Z, due: 2027-01-24T00:00:00Z,
     prerequisites: [one]}
"""


def load(folder: Path, text: str) -> Course:
    (folder / "course.yml").write_text(text, encoding="utf-8")
    return load_course(folder)


def changed(old: str, new: str, text: str = tiny.MANIFEST) -> str:
    assert text.count(old) == 1
    return text.replace(old, new)


def test_a_good_manifest_is_read(course: Course) -> None:
    (week,) = course.weeks
    assert (week.id, week.title) == ("week01_tiny", "Doubling")
    assert week.due == datetime(2027, 1, 17, 23, 59, 59, tzinfo=UTC)
    assert course.manifest.grading.limits.program_seconds == 5
    assert course.manifest.exchange == "exchange"
    assert course.source_folder(week) == course.root / "solutions" / "week01_tiny"
    assert course.notebook_path(week) == course.root / "notebooks/week01_tiny/week01_tiny.ipynb"


def test_what_is_left_out_has_a_default(tmp_path: Path) -> None:
    course = load(tmp_path, TWO)
    assert course.manifest.grading.limits.memory_mb > 0
    assert course.manifest.grading.late.penalty(10, 1e6) == 0
    assert course.weeks[0].hours.study == 3


def test_kernels_preload_what_the_course_and_then_the_week_names_each_once(
    tmp_path: Path,
) -> None:
    text = TWO + "kernels: {preload: [numpy, torch]}\n"
    text = text.replace("prerequisites: [one]", "prerequisites: [one], preload: [torch, a.b]")
    course = load(tmp_path, text)
    assert course.preload(course.weeks[0]) == ("numpy", "torch")
    assert course.preload(*course.weeks) == ("numpy", "torch", "a.b")
    assert load(tmp_path, TWO).preload(*load(tmp_path, TWO).weeks) == ()


def test_the_courses_own_manifest_is_good() -> None:
    assert find_course(Path(__file__).parent).weeks


TITLE = "title: A tiny course"
WRONG: dict[str, tuple[str, str]] = {
    "a wrong key": (
        changed("grading:", "gradng:"),
        "gradng: is not a known key; allowed here: course, weeks, kernels, grading",
    ),
    "a wrong key of a week": (
        changed("title: Doubling", "title: D\n    opens: x"),
        "weeks.1.opens: is not a known key; allowed here: id, title, open, due",
    ),
    "a wrong key of the hours": (
        changed("title: Doubling", "title: D\n    hours: {sleep: 8}"),
        "weeks.1.hours.sleep: is not a known key; allowed here: study",
    ),
    "a wrong key of the limits": (
        changed("cell_seconds", "cell_second"),
        "grading.limits.cell_second: is not a known key; allowed here: cell_seconds",
    ),
    "a wrong key of lateness": (
        changed("at_most", "atmost"),
        "grading.late.atmost: is not a known key; allowed here: grace_minutes",
    ),
    "a missing key": (changed(", " + TITLE, ""), "course.title: is missing"),
    "a missing part": (
        changed("course: {id: tiny, title: A tiny course}\n", ""),
        "course: is missing",
    ),
    "no weeks": (
        changed(
            tiny.MANIFEST[tiny.MANIFEST.index("weeks:") : tiny.MANIFEST.index("grading:")],
            "weeks: []\n",
        ),
        "the course: weeks must name at least one week",
    ),
    "a limit of 0": (
        changed("cell_seconds: 20", "cell_seconds: 0"),
        "grading.limits.cell_seconds: is 0; input should be greater than 0",
    ),
    "a limit in words": (
        changed("cell_seconds: 20", "cell_seconds: long"),
        "grading.limits.cell_seconds: is 'long'; ",
    ),
    "a limit without end": (
        changed("cell_seconds: 20", "cell_seconds: .inf"),
        "grading.limits.cell_seconds: is inf",
    ),
    "a limit that is no number": (
        changed("cell_seconds: 20", "cell_seconds: .nan"),
        "grading.limits.cell_seconds: is nan",
    ),
    "a share over 1": (
        changed("penalty_per_day: 0.1", "penalty_per_day: 10"),
        "grading.late.penalty_per_day: is 10; ",
    ),
    "an id that ends with a dot": (changed(WEEK, "  - id: week.\n"), "weeks.1.id: is 'week.'; "),
    "an id that leads elsewhere": (
        changed(WEEK, "  - id: ../week\n"),
        "weeks.1.id: is '../week'; ",
    ),
    "a date that is none": (
        changed("2027-01-11T00:00:00+00:00", "soon"),
        "weeks.1.open: is 'soon'; ",
    ),
    "a date without a time zone": (
        changed("2027-01-11T00:00:00+00:00", "2027-01-11T00:00:00"),
        "weeks.1.open: .*timezone",
    ),
    "a day without a time": (changed("2027-01-11T00:00:00+00:00", "2027-01-11"), "weeks.1.open: "),
    "due before open": (
        changed("2027-01-17T23", "2027-01-10T23"),
        "weeks.1: due .* must come after open",
    ),
    "two weeks of one id": (
        changed("id: two", "id: one", TWO),
        "the course: the week 'one' is there twice",
    ),
    "a prerequisite to come": (
        changed("[one]", "[three]", TWO),
        "the course: two: the prerequisite 'three' is no earlier week",
    ),
    "a prerequisite of itself": (
        changed("[one]", "[two]", TWO),
        "the course: two: the prerequisite 'two' is no earlier week",
    ),
    "a module that is a path": (
        changed(TITLE, TITLE + ", data: data/sets.py"),
        "course.data: is 'data/sets.py'; ",
    ),
    "a requirement that pip cannot read": (
        changed(TITLE, TITLE + ", requirements: [numpy, --index-url x]"),
        "course.requirements.2: is '--index-url x'; expected a requirement for pip, as in numpy>=2",
    ),
    "a preload that is no module": (
        TWO + "kernels: {preload: [numpy, plots.py.]}\n",
        "kernels.preload.2: is 'plots.py.'; ",
    ),
    "a wrong key of the kernels": (
        TWO + "kernels: {import: [numpy]}\n",
        "kernels.import: is not a known key; allowed here: preload",
    ),
    "a list": ("- 1\n- 2\n", "expected keys and values, found list"),
    "a text": ("hello", "expected keys and values, found str"),
    "nothing": ("", "expected keys and values, found "),
    "no YAML": ("course: [1, 2", "cannot be read: "),
    "a tab": ("course:\n\tid: c\n", "cannot be read: "),
    "a week that is a text": (
        changed(TWO[TWO.index("  - {id: two") :], "  - two\n", TWO),
        "weeks.2: is 'two'; ",
    ),
    "a key that is a number": (TWO + "1: 2\n", "1: "),
    "an object of Python": (TWO + "x: !!python/object:os.system {}\n", "cannot be read: "),
    "a key twice": (
        TWO + "exchange: a\nexchange: b\n",
        "cannot be read: the key 'exchange' is there twice",
    ),
}


@pytest.mark.parametrize(("text", "words"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_one_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(CourseError, match=rf"course\.yml: {words}") as caught:
        load(tmp_path, text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_two_faults_are_two_lines(tmp_path: Path) -> None:
    text = changed("cell_seconds: 20", "cell_seconds: 0, cells: 1")
    with pytest.raises(CourseError) as caught:
        load(tmp_path, text)
    assert len(str(caught.value).splitlines()) == 2


def test_a_manifest_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "course.yml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CourseError, match=r"course\.yml: cannot be read"):
        load_course(tmp_path)


def test_a_course_is_found_from_any_folder_below(course_folder: Path) -> None:
    deep = course_folder / "notebooks" / "week01_tiny"
    deep.mkdir(parents=True)
    assert find_course(deep).root == course_folder.resolve()


def test_the_nearest_course_is_found(course_folder: Path) -> None:
    inner = tiny.make_course(course_folder / "copy")
    assert find_course(inner / "solutions").root == inner.resolve()


def test_a_copy_anywhere_is_a_course(course_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved = course_folder.rename(course_folder.parent / "ein Kurs, verschoben")
    monkeypatch.chdir(moved / "solutions")
    assert find_course().root == moved.resolve()


def test_where_there_is_no_course_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"no course\.yml in .* change to the folder"):
        find_course(tmp_path)


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (None, ["one", "two"]),
        ([], ["one", "two"]),
        (["2"], ["two"]),
        (["two", "1"], ["two", "one"]),
    ],
    ids=str,
)
def test_a_week_is_named_by_id_or_number(
    tmp_path: Path, words: list[str] | None, ids: list[str]
) -> None:
    assert [week.id for week in load(tmp_path, TWO).pick(words)] == ids


@pytest.mark.parametrize("word", ["3", "0", "-1", "three", ""])
def test_an_unknown_week_is_answered_with_those_there_are(tmp_path: Path, word: str) -> None:
    with pytest.raises(CourseError, match=r"1 \(one\), 2 \(two\)"):
        load(tmp_path, TWO).pick([word])


POLICY = LatePolicy(grace_minutes=15, penalty_per_day=0.1, at_most=0.25)
DAY = 86400


@pytest.mark.parametrize(
    ("seconds", "share"),
    [
        pytest.param(-DAY, 0, id="a day early"),
        pytest.param(0, 0, id="on time"),
        pytest.param(900, 0, id="at the end of the grace"),
        pytest.param(901, 0.1, id="a second after the grace"),
        pytest.param(900 + DAY - 1, 0.1, id="at the end of the first day"),
        pytest.param(900 + DAY + 1, 0.2, id="in the second day"),
        pytest.param(900 + 2 * DAY + 1, 0.25, id="as much as it may be"),
        pytest.param(1e9, 0.25, id="years late"),
    ],
)
def test_lateness_costs_a_share_a_day(seconds: float, share: float) -> None:
    assert POLICY.penalty(20, seconds) == pytest.approx(20 * share)
    assert POLICY.penalty(0, seconds) == 0


def test_without_a_policy_lateness_costs_nothing() -> None:
    assert LatePolicy().penalty(20, 1e9) == 0


def test_the_command_line_tells_a_wrong_manifest_in_one_line(
    autograder: Command, course_folder: Path
) -> None:
    (course_folder / "course.yml").write_text(changed("grading:", "gradng:"), encoding="utf-8")
    failed = autograder("build", cwd=course_folder / "solutions")
    assert failed.returncode == 2
    assert failed.stderr.startswith("autograder: ")
    assert "gradng: is not a known key" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_the_command_line_tells_an_unknown_week(
    autograder: Command,
) -> None:
    failed = autograder("build", "week99")
    assert failed.returncode == 2
    assert "there is no week 'week99'; the weeks are 1 (week01_tiny)" in failed.stderr
