"""Where the configuration cannot be made, nbgrader's own commands run nothing at all."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import nbformat.v4
import pytest
from support import tiny

NBGRADER = Path(sys.executable).parent / "nbgrader"
RAN = "the submission ran"


def typo(folder: Path) -> None:
    text = (folder / "course.yml").read_text()
    (folder / "course.yml").write_text(text.replace("weeks:", "weks:"))


def no_manifest(folder: Path) -> None:
    (folder / "course.yml").unlink()


def not_yaml(folder: Path) -> None:
    (folder / "course.yml").write_text("course: [")


def wrong_date(folder: Path) -> None:
    text = (folder / "course.yml").read_text()
    (folder / "course.yml").write_text(text.replace("2027-01-17", "2027-13-17"))


def no_engine(folder: Path) -> None:
    path = folder / "nbgrader_config.py"
    path.write_text(path.read_text().replace("autograder.cli", "autograder.no_such_room"))


@pytest.mark.parametrize("spoil", [typo, no_manifest, not_yaml, wrong_date, no_engine])
def test_a_broken_course_runs_no_submission(
    tmp_path: Path, course_folder: Path, spoil: Callable[[Path], None]
) -> None:
    mark = tmp_path / "mark"
    folder = course_folder / "submitted" / "eve" / tiny.WEEK
    folder.mkdir(parents=True)
    source = f"open({str(mark)!r}, 'w').write({RAN!r})"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    nbformat.write(notebook, folder / f"{tiny.WEEK}.ipynb")
    spoil(course_folder)
    done = subprocess.run(
        [NBGRADER, "autograde", tiny.WEEK],
        cwd=course_folder,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode != 0
    assert "nbgrader_config.py" in done.stderr
    assert not mark.exists()
    assert not (course_folder / "autograded").exists()
