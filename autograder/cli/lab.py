"""JupyterLab on a course: its start page, and settings for this course only."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..course.manifest import Course
from ..report.progress import State, WeekProgress, course_progress, time_left

START = "START.md"
#: Defaults for JupyterLab's settings; a person's own settings come first.
SETTINGS: dict[str, dict[str, Any]] = {
    # no notifications about JupyterLab itself
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    # the start page is read, not edited
    "@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {"markdown": "Markdown Preview"}},
    # the notebooks number their headings themselves
    "@jupyterlab/toc-extension:registry": {"numberHeaders": False},
    "@jupyterlab/notebook-extension:tracker": {
        "codeCellConfig": {"lineNumbers": True},
        "windowingMode": "defer",  # links and the table of contents reach every cell
        "recordTiming": False,
    },
}
MARKS = {State.WRITTEN: "●", State.IN_PROGRESS: "◐", State.NOT_STARTED: "○"}


def start_page(course: Course, weeks: list[WeekProgress]) -> str:
    """The start page in Markdown: the weeks, how far each has come, and when it is due."""
    lines = [
        f"# {course.manifest.course.title}",
        "",
        "| Week | | State | Exercises written | Ticked | Due |",
        "|---:|---|---|---|---|---|",
    ]
    for number, week in enumerate(weeks, 1):
        title = week.title
        if week.notebook.is_file():
            title = f"[{title}]({_address(course, week.notebook)})"
        if week.notebooks:
            title = f"{week.title}: {', '.join(_links(course, week.notebooks))}"
        state = f"{MARKS.get(week.state, '○')} {week.state}"
        done = f"{week.written} of {len(week.exercises)}" if week.exercises else "–"
        ticked = f"{week.ticked} of {week.items}" if week.items else "–"
        due = ", ".join(filter(None, time_left(week.due))) or "–"
        lines.append(f"| {number} | {title} | {state} | {done} | {ticked} | {due} |")
    return "\n".join([*lines, "", HOW_TO, ""])


def _links(course: Course, notebooks: Iterable[Path]) -> Iterator[str]:
    """The notebooks of a week of several."""
    for path in notebooks:
        there = path.is_file()
        yield f"[{path.stem}]({_address(course, path)})" if there else path.stem


def _address(course: Course, path: Path) -> str:
    return quote(str(path.relative_to(course.root)))


HOW_TO = """\
**How a week goes**

1. Click its title. Read the theory, fill in the cells marked `# YOUR CODE HERE`, and run the check
   below each.
2. Press **Validate** in the notebook's toolbar: all checks, in a fresh kernel.
3. Tick the self-assessment at the end of the notebook.
4. Submit.

*Written* means that nothing is left to fill in; the checks say whether it is right. This page is
made when JupyterLab starts. `autograder progress` in a terminal shows the state of now.
"""


def prepare(course: Course) -> Path:
    """Write the start page, and the settings below ``build/``; returns the settings' folder."""
    page = start_page(course, course_progress(course))
    (course.root / START).write_text(page, encoding="utf-8")
    folder = course.build_folder / "jupyter"
    settings = folder / "labconfig" / "default_setting_overrides.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(json.dumps(SETTINGS, indent=2) + "\n", encoding="utf-8")
    return folder


def command(course: Course, words: list[str]) -> tuple[list[str], dict[str, str]]:
    """The command that starts JupyterLab on a course, and its environment."""
    folder = prepare(course)
    paths = [str(folder), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    environment = {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, paths))}
    program = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={course.root}"]
    return [*program, f"--LabApp.default_url=/lab/tree/{START}", *words], environment


def run_lab(course: Course, words: list[str]) -> int:
    """Run JupyterLab on a course until it ends; returns its exit status."""
    program, environment = command(course, words)
    try:
        return subprocess.run(program, cwd=course.root, env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 0
