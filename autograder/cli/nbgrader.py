"""nbgrader's own commands and the formgrader, configured to use this engine."""

import weakref
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import nbformat
import nbformat.v4
from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.plugins import BasePlugin
from nbgrader.preprocessors import AssignLatePenalties, NbGraderPreprocessor, SaveAutoGrades

from ..batch.assignments import AnyAssignment, load_assignments
from ..batch.classroom import find_submission
from ..batch.submission import read_submission
from ..batch.worker import Worker, open_worker
from ..course.manifest import Course, Week, find_course, load_course
from ..course.paths import is_student, printable
from ..course.search_path import leave_out_working_directory
from ..gradebook.classbook import Sheet
from ..gradebook.formgrader import show_marks
from ..gradebook.writer import complete_submission
from ..grading.clean import harmless
from ..grading.unread import unread
from ..lms.archives import Extractor
from ..lms.collect import Collector
from ..lms.exchange import CollectSubmissions, ReleaseAssignment, ReleaseFeedback


def configure(config: Any, file: str) -> None:
    """Fill nbgrader's configuration; called by a course's ``nbgrader_config.py``."""
    leave_out_working_directory()
    course = load_course(Path(file).resolve().parent)
    config.CourseDirectory.root = str(course.root)
    config.CourseDirectory.course_id = course.manifest.course.id
    config.CourseDirectory.source_directory = str(Path("build") / "source")
    config.CourseDirectory.release_directory = "notebooks"
    config.Exchange.root = str(course.root / course.manifest.exchange)
    config.Autograde.exporter_class = SubmissionExporter
    config.Autograde.sanitize_preprocessors = []
    config.Autograde.autograde_preprocessors = [Engine, SaveAutoGrades, AssignLatePenalties]
    config.AssignLatePenalties.plugin_class = LatePenalty
    config.ExchangeFactory.collect = CollectSubmissions
    config.ExchangeFactory.release_assignment = ReleaseAssignment
    config.ExchangeFactory.release_feedback = ReleaseFeedback
    config.GenerateFeedback.exporter_class = "autograder.report.exporter.FeedbackExporter"
    config.CourseExporter.comment = _comment
    config.ZipCollectApp.extractor_plugin = Extractor
    config.ZipCollectApp.collector_plugin = Collector
    config.HTMLExporter.sanitize_html = True
    config.HTMLExporter.filters = {"clean_html": harmless}
    config.ExecutePreprocessor.timeout = int(course.manifest.grading.limits.cell_seconds)
    for name, values in course.manifest.nbgrader.items():  # what the course had set before
        for key, value in values.items():
            setattr(config[name], key, value)
    show_marks(course.root)


class SubmissionExporter(NotebookExporter):  # type: ignore[misc]
    """Reads a submission for nbgrader; a file that is no notebook is passed on as an empty one.

    nbgrader makes one for each run of ``nbgrader autograde``, so it owns the worker of that run.
    """

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.stack = ExitStack()
        self.opened: Worker | None = None
        self.loaded: dict[tuple[str, str], AnyAssignment] = {}
        if isinstance(self.parent, Autograde):
            _take_any_name(self.parent)
        weakref.finalize(self, self.stack.close)

    @property
    def worker(self) -> Worker:
        """The worker of this run, opened with its first submission."""
        if self.opened is None:
            self.opened = self.stack.enter_context(open_worker())
        return self.opened

    def assignment(self, course: Course, week: Week, notebook: str) -> AnyAssignment:
        """The assignment of a notebook, read once in a run and not for every submission."""
        key = week.id, notebook if week.is_plain else week.id
        if key not in self.loaded:
            self.loaded.update({(week.id, one.name): one for one in load_assignments(course, week)})
        return self.loaded[key]

    def from_filename(self, filename: str, resources: Any = None, **more: Any) -> Any:
        try:
            return super().from_filename(filename, resources, **more)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, nbformat.ValidationError):
            empty = nbformat.v4.new_notebook()
            return self.from_notebook_node(empty, resources, **more)


class Engine(NbGraderPreprocessor):  # type: ignore[misc]
    """Grades the submitted file and puts the graded notebook in the place of nbgrader's."""

    def preprocess(self, nb: Any, resources: Any) -> Any:
        """Called by nbgrader with the notebook that it has read; the file itself is graded."""
        course = find_course()
        facts = resources["nbgrader"]
        folder = course.submitted(facts["student"], facts["assignment"])
        week = course.pick([facts["assignment"]])[0]
        with Gradebook(facts["db_url"], course.manifest.course.id) as gradebook:
            complete_submission(course, gradebook.find_submission(week.id, facts["student"]))
            gradebook.db.commit()
        assignment = self.parent.assignment(course, week, facts["notebook"])
        self.parent.worker.prove(assignment)
        name = facts["notebook"] if week.is_plain else week.id
        found = find_submission(folder, name, week.notebooks)
        submission = read_submission(found, assignment.submission_bytes)
        if isinstance(submission, str):
            graded = unread(assignment, submission)
        else:
            graded = self.parent.worker.grade(assignment, submission, found.notes)
        return nbformat.reads(graded.notebook, as_version=4), resources


def _take_any_name(autograde: Any) -> None:
    """Have nbgrader grade each submission once, whatever its notebook is called.

    nbgrader takes the notebooks by their names, and skips those that the gradebook does not know.
    """
    course = find_course()
    for name in list(autograde.assignments):
        folder = Path(name)
        if folder.is_symlink() or folder.parent.is_symlink():
            autograde.log.error("%s is a link, and is not graded", printable(name))
            del autograde.assignments[name]
        elif not is_student(folder.parent.name):
            autograde.log.error(
                "%s is no student's by its name, and is not graded", printable(name)
            )
            del autograde.assignments[name]
        else:
            week = course.pick([folder.name])[0]
            autograde.assignments[name] = [str(folder / f"{one}.ipynb") for one in week.sheets]


class LatePenalty(BasePlugin):  # type: ignore[misc]
    """The late penalty of the course's manifest."""

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float:
        """Points to take off; called by nbgrader for a submission after the due date."""
        return find_course().manifest.grading.late.penalty(score, total_seconds_late)


def _comment(sheet: Sheet, week: Week) -> str:
    """What an export writes into a comment field."""
    from ..report.comment import comment  # most of nbgrader's commands do without the pages

    return comment(sheet, week)
