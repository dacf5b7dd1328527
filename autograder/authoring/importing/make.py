"""An nbgrader course, made into a course of this kind in a new folder."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from ...course.errors import CourseError
from ...course.files import write_whole
from ...course.manifest import MANIFEST, load_course
from ...course.paths import SOLUTIONS
from .gradebook import GradebookFacts, settled
from .headers import copy_headers, with_stubs
from .manifest import Plan, manifest_text
from .people import take_gradebook, take_submissions, write_people
from .places import FoundAssignment, FoundCourse, find, natural
from .plan import make_plan, said_of_the_rest
from .report import Report, WeekReport
from .sheets import modules_of
from .weeks import read_sheets, write_week

IMPORTED = "IMPORT.md"
README = """\
# {title}

Imported from an nbgrader course; IMPORT.md says what was found.

| folder | holds |
|---|---|
| `solutions/` | the notebooks with solutions and tests, as text: yours to edit |
| `notebooks/` | what students get, made from it |
| `submitted/` | what students handed in |

```
autograder build      # solutions/WEEK/ -> notebooks/WEEK/, which students get
autograder grade      # submitted/STUDENT/WEEK/ -> marks in gradebook.db
autograder feedback   # a page for every student
autograder report     # pages for you
```

nbgrader's own commands and its formgrader work in this folder as well. Keep it to yourself: it
holds the solutions. Students get `notebooks/`.
"""


@dataclass
class Imported:
    """An import under way: what ``course.yml`` is going to say, and the report so far."""

    found: FoundCourse
    plan: Plan
    report: Report
    notebooks: dict[tuple[str, str], Any] = field(default_factory=dict)


def import_course(
    source: Path, to: Path, watch: Callable[[WeekReport], None] = lambda week: None
) -> Imported:
    """Make a course of what stands in ``source`` in the folder ``to``.

    Parameters
    ----------
    to : must not exist or be empty, and lie outside ``source``
    watch : called with each assignment when it has been read

    Raises
    ------
    CourseError
        If there is nothing to import, or the folder cannot be written. A notebook that cannot be
        read is a line of the report.
    """
    found = find(source)
    to = to.resolve()
    _refuse(source.resolve(), to)
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".import-", dir=to.parent) as work:
            draft = Path(work) / "course"
            draft.mkdir()
            made = _make(found, source.resolve(), to, draft, watch)
            if to.exists():
                to.rmdir()
            draft.rename(to)
    except OSError as error:
        raise CourseError(f"{to}: cannot be written: {error.strerror or error}") from None
    return made


def write_report(made: Imported, report: Report) -> None:
    """Write ``course.yml`` and ``IMPORT.md`` after more has become known of the cells."""
    made.report = report
    write_whole(report.course / MANIFEST, manifest_text(made.plan, report.weeks))
    write_whole(report.course / IMPORTED, report.markdown())


def _refuse(source: Path, to: Path) -> None:
    """Refuse a folder that is in use, or part of what is imported."""
    folder = source if source.is_dir() else source.parent
    if source.is_dir() and to.is_relative_to(folder):
        name = f"{folder.name}-autograder"
        raise CourseError(
            f"{to}: is inside {folder}, which is not changed; say where the course goes: "
            f"--to {folder.parent / name}"
        )
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise CourseError(f"{to}: is not empty; an imported course needs a new folder (--to DIR)")


def _make(
    found: FoundCourse, source: Path, to: Path, draft: Path, watch: Callable[[WeekReport], None]
) -> Imported:
    notes = [*found.notes]
    if found.settings.trouble:
        notes.append(
            f"{found.settings.path} cannot be run: {found.settings.trouble}; nbgrader's defaults "
            "were taken"
        )
    facts = settled(found.settings)
    copied: dict[str, int] = {}
    if found.whole:
        facts = take_gradebook(found, draft, facts, notes)
        copied = dict(take_submissions(found, draft, notes))
    kept, more = copy_headers(found, draft / SOLUTIONS, draft)
    notes += more
    read, weeks, modules = {}, [], {}
    for assignment in _ordered(found.assignments, facts):
        sheets = read_sheets(assignment, kept)
        week = write_week(assignment, sheets, facts, draft, found.root)
        weeks.append(week)
        modules[week.id] = {
            m for sheet in sheets if sheet.notebook for m in modules_of(sheet.notebook)
        }
        read.update({(week.id, one.report.name): one.notebook for one in sheets if one.notebook})
        watch(week)
    kept, more = with_stubs(kept, list(read.values()))
    notes += more
    plan = make_plan(found, weeks, modules, facts, kept, notes)
    notes += said_of_the_rest(found, facts, weeks)
    copied["files beside the notebooks"] = sum(week.files for week in weeks)
    copied = {what: count for what, count in copied.items() if count}
    report = Report(source, to, tuple(weeks), copied, tuple(notes))
    _write(plan, report, draft)
    write_people(facts, draft)
    return Imported(found, plan, report, read)


def _ordered(
    assignments: Iterable[FoundAssignment], facts: GradebookFacts
) -> list[FoundAssignment]:
    """Assignments by due date, those without one behind the others; then by name."""

    def key(one: FoundAssignment) -> tuple[bool, float, list[tuple[int, int, str]]]:
        due = facts.due.get(one.name)
        return due is None, due.timestamp() if due else 0.0, natural(one.name)

    return sorted(assignments, key=key)


def _write(plan: Plan, report: Report, draft: Path) -> None:
    """Write what stands in a course's own folder."""
    if not any(week.is_kept for week in report.weeks):
        lines = [line for week in report.weeks for line in _why_left(week)]
        raise CourseError("\n".join(["no notebook can be taken:", *lines]))
    (draft / MANIFEST).write_text(manifest_text(plan, report.weeks), encoding="utf-8")
    (draft / IMPORTED).write_text(report.markdown(), encoding="utf-8")
    (draft / "README.md").write_text(README.format(title=plan.title), encoding="utf-8")
    starter = files("autograder.authoring") / "starter_files"
    for template, name in (
        ("nbgrader_config.txt", "nbgrader_config.py"),
        ("gitignore.txt", ".gitignore"),
    ):
        (draft / name).write_text((starter / template).read_text("utf-8"), encoding="utf-8")
    load_course(draft)


def _why_left(week: WeekReport) -> Iterator[str]:
    for sheet in week.sheets:
        yield from (f"{week.id}/{sheet.name}: {trouble}" for trouble in sheet.trouble)
    if week.trouble:
        yield f"{week.id}: {week.trouble}"
