"""The sample class: everybody is graded, and nobody gains by cheating."""

import json
import subprocess
import sys
from pathlib import Path

from autograder.course import find_course

ROOT = Path(__file__).parent.parent
COURSE = find_course(ROOT)


def test_the_sample_class_is_graded_end_to_end(tmp_path: Path) -> None:
    program = Path(sys.executable).parent / "autograder"
    folder = tmp_path / "demo"
    done = subprocess.run(
        [program, "demo", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(list((folder / "submitted").iterdir())) == 24
    assert "nobody handed one in" not in (folder / "reports" / "index.html").read_text()
    pages = list((folder / "feedback").glob("*/*/*.html"))
    assert len(pages) == 24 * len(COURSE.weeks)
    for number in range(1, len(COURSE.weeks) + 1):
        command = [program, "grade", str(number), "--json"]
        listed = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
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
