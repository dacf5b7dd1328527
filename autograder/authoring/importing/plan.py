"""What ``course.yml`` is going to say of a course as a whole, and what of it needs a word."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...course.manifest import MANIFEST
from .gradebook import GradebookFacts
from .manifest import Plan, WeekPlan
from .needs import early, needs
from .places import FoundCourse, natural
from .report import WeekReport

USUAL = "{nbgrader_step}/{student_id}/{assignment_id}"


def make_plan(
    found: FoundCourse,
    weeks: list[WeekReport],
    modules: dict[str, set[str]],
    facts: GradebookFacts,
    kept: Mapping[str, Mapping[str, Any]],
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


def said_of_the_rest(
    found: FoundCourse, facts: GradebookFacts, weeks: list[WeekReport]
) -> Iterator[str]:
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
    if structure and structure.replace("\\", "/") != USUAL:
        yield f"CourseDirectory.directory_structure is {structure!r}; nbgrader's usual one was read"
