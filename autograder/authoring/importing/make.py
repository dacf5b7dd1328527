"""An nbgrader course, made into a course of this kind in a new folder."""

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ...course.database import open_gradebook
from ...course.errors import CourseError
from ...course.files import write_whole
from ...course.manifest import MANIFEST, FileName, load_course
from ...course.paths import AUTOGRADED, FEEDBACK, GRADEBOOK, SOLUTIONS, SUBMITTED
from ...course.roster import Entry, Roster, save_roster
from ..plain.build import FILES
from .copying import copy_files, copy_tree
from .gradebook import GradebookFacts, copy_gradebook, gradebook_of, read_gradebook, settled
from .headers import copy_headers, with_stubs
from .manifest import Plan, WeekPlan, manifest_text
from .needs import early, needs
from .places import FoundAssignment, FoundCourse, find, natural
from .report import Report, SheetReport, WeekReport
from .sheets import Sheet, modules_of, read_sheet, store

IMPORTED = "IMPORT.md"
NAMES: TypeAdapter[str] = TypeAdapter(FileName)
#: Names that mean something else in a week's folder.
TAKEN = {"hidden_tests", "attachments", "mistakes", "alternatives"}
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
        facts = _gradebook(found, draft, facts, notes)
        copied = dict(_submissions(found, draft, notes))
    kept, more = copy_headers(found, draft / SOLUTIONS, draft)
    notes += more
    read, weeks, modules = {}, [], {}
    for assignment in _ordered(found.assignments, facts):
        sheets = _sheets(assignment, kept)
        week = _week(assignment, sheets, facts, draft, found.root)
        weeks.append(week)
        modules[week.id] = {
            m for sheet in sheets if sheet.notebook for m in modules_of(sheet.notebook)
        }
        read.update({(week.id, one.report.name): one.notebook for one in sheets if one.notebook})
        watch(week)
    kept, more = with_stubs(kept, list(read.values()))
    notes += more
    plan = _plan(found, weeks, modules, facts, kept, notes)
    notes += _others(found, facts, weeks)
    copied["files beside the notebooks"] = sum(week.files for week in weeks)
    copied = {what: count for what, count in copied.items() if count}
    report = Report(source, to, tuple(weeks), copied, tuple(notes))
    _write(plan, report, draft)
    _people(facts, draft)
    return Imported(found, plan, report, read)


def _ordered(
    assignments: Iterable[FoundAssignment], facts: GradebookFacts
) -> list[FoundAssignment]:
    """Assignments by due date, those without one behind the others; then by name."""

    def key(one: FoundAssignment) -> tuple[bool, float, list[tuple[int, int, str]]]:
        due = facts.due.get(one.name)
        return due is None, due.timestamp() if due else 0.0, natural(one.name)

    return sorted(assignments, key=key)


def _sheets(assignment: FoundAssignment, kept: Any) -> list[Sheet]:
    """An assignment's notebooks, each with a name of its own."""
    beside = frozenset(str(path.relative_to(assignment.folder)) for path in assignment.files)
    sheets = []
    for path in assignment.notebooks:
        trouble = _bad_name("notebook", path.stem)
        if trouble:
            sheets.append(Sheet(SheetReport(path.stem, trouble=(trouble,))))
            continue
        sheets.append(read_sheet(path, beside, kept))
    return sheets


def _week(
    assignment: FoundAssignment,
    sheets: list[Sheet],
    facts: GradebookFacts,
    draft: Path,
    root: Path,
) -> WeekReport:
    """Write an assignment's lessons and files."""
    trouble = _bad_name("assignment", assignment.name)
    due = facts.due.get(assignment.name)
    week = WeekReport(assignment.name, f"{due:%Y-%m-%d %H:%M} UTC" if due else "")
    if trouble:
        return replace(week, sheets=tuple(one.report for one in sheets), trouble=trouble)
    folder = draft / SOLUTIONS / assignment.name
    reports = tuple(store(sheet, folder) for sheet in sheets)
    left = list(copy_files(assignment.files, assignment.folder, folder / FILES, root))
    notes = [*left, *_changed(assignment.name, sheets, facts)]
    kept = any(not report.trouble for report in reports)
    return replace(
        week,
        sheets=reports,
        files=len(assignment.files) - len(left),
        trouble="" if kept else "none of its notebooks can be taken",
        notes=tuple(notes),
    )


def _bad_name(what: str, name: str) -> str:
    """What is wrong with a name; empty where nothing is."""
    try:
        NAMES.validate_python(name)
    except ValidationError:
        return (
            f"the {what}'s name has to be of letters, digits, blanks and - _ . , ( ) & ', and to "
            "begin and end with a letter or digit: rename it, also in the gradebook if it is there"
        )
    if what == "notebook" and name in TAKEN:
        return f"a file {name}.py means something else beside a lesson: rename the notebook"
    return ""


def _changed(week: str, sheets: list[Sheet], facts: GradebookFacts) -> Iterator[str]:
    """Where the gradebook holds marks of other cells than the notebooks have."""
    names = {sheet.report.name for sheet in sheets if not sheet.report.trouble}
    graded = {notebook: ids for (name, notebook), ids in facts.cells.items() if name == week}
    how = "the build will refuse that; put them back, or grade in a new gradebook"
    for notebook, ids in sorted(graded.items()):
        if notebook not in names:
            yield f"the gradebook has marks of a notebook {notebook!r}, which is not here; {how}"
            continue
        node = next(one.notebook for one in sheets if one.report.name == notebook)
        own = {
            cell.metadata["nbgrader"]["grade_id"]
            for cell in node.cells
            if any(
                cell.metadata.get("nbgrader", {}).get(r) for r in ("grade", "solution", "locked")
            )
        }
        if gone := sorted(ids - own):
            shown = ", ".join(map(repr, gone[:5]))
            yield f"the gradebook has marks of cells that {notebook!r} lacks: {shown}; {how}"


def _gradebook(
    found: FoundCourse, draft: Path, before: GradebookFacts, notes: list[str]
) -> GradebookFacts:
    """Copy the gradebook; what it says, or else what the configuration says."""
    path, why = gradebook_of(found.root, found.settings)
    if path is None:
        if why:
            notes.append(f"{why}: marks and due dates were not taken over")
        return before
    trouble = copy_gradebook(path, draft / GRADEBOOK)
    if trouble:
        notes.append(f"{path} was not taken over: {trouble}")
        return before
    facts = read_gradebook(draft / GRADEBOOK)
    return replace(facts, people=facts.people or before.people)


def _submissions(found: FoundCourse, draft: Path, notes: list[str]) -> Iterator[tuple[str, int]]:
    """Copy what students handed in and what nbgrader made of it."""
    for step, target, words in (
        ("submitted", SUBMITTED, "submitted files"),
        ("autograded", AUTOGRADED, "autograded files"),
        ("feedback", FEEDBACK, "files of feedback"),
    ):
        folder = found.folder(step)
        if folder.is_dir():
            count, left = copy_tree(folder, draft / target)
            notes += [f"{step}/{line}" for line in left]
            yield words, count


def _plan(
    found: FoundCourse,
    weeks: list[WeekReport],
    modules: dict[str, set[str]],
    facts: GradebookFacts,
    kept: Any,
    notes: list[str],
) -> Plan:
    beside = {
        Path(path.relative_to(one.folder).parts[0]).stem
        for one in found.assignments
        for path in one.files
    }
    found_needs = needs({m for names in modules.values() for m in names}, beside)
    if found_needs.missing:
        notes.append(
            f"not installed here, and imported by notebooks: {', '.join(found_needs.missing)}"
        )
    if found_needs.unknown:
        notes.append(
            f"imported, and of no package that is known here: {', '.join(found_needs.unknown)}; "
            f"install it, and name it in {MANIFEST} under course.requirements"
        )
    name = found.settings.course_id or found.name
    slug = re.sub(r"[^A-Za-z0-9_\-]+", "-", name).strip("-") or "course"
    if found.settings.course_id and slug != found.settings.course_id:
        notes.append(f"the course's id {name!r} became {slug!r}")
    return Plan(
        id=slug,
        title=found.name,
        requirements=found_needs.requirements,
        missing=found_needs.missing,
        weeks={
            week.id: WeekPlan(facts.due.get(week.id), early(modules[week.id])) for week in weeks
        },
        exchange=found.settings.exchange or "exchange",
        cell_seconds=found.settings.cell_seconds,
        nbgrader=kept,
    )


def _others(found: FoundCourse, facts: GradebookFacts, weeks: list[WeekReport]) -> Iterator[str]:
    """What else there was, and what became of it."""
    if found.settings.left:
        shown = ", ".join(found.settings.left)
        yield f"settings of nbgrader_config.py that were not taken over: {shown}"
    if found.whole:
        names = {week.id for week in weeks}
        lost = sorted(set(facts.due) - names, key=natural)
        if lost:
            yield (
                f"in the gradebook and without source notebooks: {', '.join(lost)}; their marks "
                "are kept there"
            )
    structure = found.settings.of_course("directory_structure", "")
    if structure and structure.replace("\\", "/") != "{nbgrader_step}/{student_id}/{assignment_id}":
        yield f"CourseDirectory.directory_structure is {structure!r}; nbgrader's usual one was read"


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


def _people(facts: GradebookFacts, draft: Path) -> None:
    """Write the roster, and the students whom only the configuration names."""
    if not facts.people:
        return
    course = load_course(draft)
    save_roster(course, Roster(students={one.id: Entry() for one in facts.people}))
    columns = ("first_name", "last_name", "email", "lms_user_id")
    with open_gradebook(course) as gradebook:
        known = {student.id for student in gradebook.students}
        for one in facts.people:
            if one.id not in known:
                names = {key: value for key, value in one.names.items() if key in columns}
                gradebook.add_student(one.id, **names)
