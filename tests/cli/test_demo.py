"""The sample class: everybody is graded, and nobody gains by cheating."""

import json
from pathlib import Path

import pytest
from support.commands import autograder

pytestmark = pytest.mark.slow(seconds=100)

ROOT = Path(__file__).parents[2]
#: One week without torch in its kernels, one with it; `make demo` takes all eight.
WEEKS = ("1", "8")


def test_the_sample_class_is_graded_end_to_end(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    named = [word for week in WEEKS for word in ("--week", week)]
    done = autograder(ROOT, "demo", str(folder), *named)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(list((folder / "submitted").iterdir())) == 24
    report = (folder / "reports" / "index.html").read_text()
    assert "nobody handed one in" not in report
    assert "too few" not in report
    pages = list((folder / "feedback").glob("*/*/*.html"))
    assert len(pages) == 24 * len(WEEKS)
    for week in WEEKS:
        listed = autograder(folder, "grade", week, "--json")
        assert listed.returncode == 0, listed.stderr
        rows = {r["student"].split("-", 1)[1]: r for r in json.loads(listed.stdout)["students"]}
        assert len(rows) == 24
        for kind in ("reference", "alternatives", "other-style", "renamed", "without-metadata"):
            assert rows[kind]["earned"] == 20.0, rows[kind]
        for kind in ("untouched", "nothing", "cut-off", "hooks", "equality", "search", "agent"):
            assert rows[kind]["earned"] == 0.0, rows[kind]
        assert rows["forged-marks"]["earned"] == 0.0
        assert 0 < rows["ends-kernel"]["earned"] < 20.0
        assert 0 < rows["half-finished"]["earned"] < 20.0
        assert all(rows[kind]["reason"] for kind in ("nothing", "cut-off", "not-a-notebook"))
