"""What a graded notebook says of itself."""

import json
from typing import Any

from ..course.cells import marking
from ..course.manifest import Course, Week
from ..grading.results import Facts, read_facts
from ..grading.sanitise import OWN


def graded_facts(course: Course, student: str, week: str, sheet: str = "") -> Facts | None:
    """The results that a graded notebook carries; None if it has none of today's form."""
    return read_facts(facts_tree(course, student, week, sheet))


def week_facts(course: Course, student: str, week: Week) -> dict[str, Facts | None]:
    """The results of each of a week's notebooks, by the notebook's name."""
    return {
        name: graded_facts(course, student, week.id, name if week.is_plain else "")
        for name in week.sheets
    }


def cell_order(course: Course, week: Week) -> dict[str, int]:
    """The places of the cells that nbgrader knows, as students get a week's notebooks."""
    keys: list[str] = []
    for name in week.sheets:
        try:
            tree = json.loads(course.notebook(week.id, name).read_text(encoding="utf-8"))
            found = [marking(cell).grade_id for cell in tree["cells"]]
        except (OSError, ValueError, KeyError, TypeError):
            continue
        keys += [week.key(name, cell) for cell in found if cell]
    return {key: place for place, key in enumerate(dict.fromkeys(keys))}


def is_ours(course: Course, student: str, week: str, sheet: str = "") -> bool:
    """Whether this engine has written a graded notebook; nbgrader itself leaves no facts."""
    return bool(facts_tree(course, student, week, sheet))


def facts_tree(course: Course, student: str, week: str, sheet: str = "") -> dict[str, Any]:
    """The facts in a graded notebook's metadata; empty if there are none of ours.

    ``sheet`` : the notebook's name, in a week of several
    """
    try:
        tree = json.loads(course.graded_notebook(student, week, sheet).read_text(encoding="utf-8"))
        facts = tree["metadata"][OWN]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return facts if isinstance(facts, dict) else {}
