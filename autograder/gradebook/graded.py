"""What a graded notebook says of itself."""

import json
from typing import Any

from ..course.manifest import Course
from ..grading.results import Facts, read_facts
from ..grading.sanitise import OWN


def graded_facts(course: Course, student: str, week: str, sheet: str = "") -> Facts | None:
    """The results that a graded notebook carries; None if it has none of today's form."""
    return read_facts(facts_tree(course, student, week, sheet))


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
