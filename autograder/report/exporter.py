"""This course's pages for nbgrader's ``generate_feedback`` and the formgrader's button."""

from typing import Any

from nbconvert.exporters import HTMLExporter

from ..course.errors import CourseError
from ..course.manifest import find_course
from ..gradebook.classbook import Sheet
from .feedback import page_names, render, sheets


class FeedbackExporter(HTMLExporter):  # type: ignore[misc]
    """Writes the page of the graded notebook that it is given."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self._sheets: dict[str, dict[str, Sheet]] = {}

    def from_filename(self, filename: str, resources: Any = None, **more: Any) -> Any:
        """The page, and what nbgrader needs to write it."""
        course, facts = find_course(), resources["nbgrader"]
        week = course.pick([facts["assignment"]])[0]
        if week.id not in self._sheets:  # the whole class is read once, not once for each page
            everybody = sheets(course, week, [])
            self._sheets[week.id] = {sheet.student: sheet for sheet in everybody}
        sheet = self._sheets[week.id].get(facts["student"])
        name = str(facts["notebook"]) if week.is_plain else week.id
        if sheet is None or name not in page_names(sheet, week):
            raise CourseError(f"{filename}: not graded by this course; run `autograder grade`")
        more_resources = {"output_extension": ".html", "outputs": {}}
        return render(course, week, sheet, name), {**resources, **more_resources}
