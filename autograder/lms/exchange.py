"""nbgrader's exchange on this course: what it releases is what the course gives, and no more."""

from pathlib import Path
from typing import Any

from nbgrader.exchange.default import ExchangeReleaseAssignment, ExchangeReleaseFeedback

from ..authoring.build import is_built
from ..course.manifest import find_course
from ..course.tokens import TOKENS, read_token

#: What may lie beside a notebook that its author has tried out, and is no student's business.
OWN_FILES = ["self_assessment*.json", ".self_assessment*", *TOKENS]


class ReleaseAssignment(ExchangeReleaseAssignment):  # type: ignore[misc]
    """Releases a week as it was built: not a notebook that somebody has filled in."""

    def init_src(self) -> None:
        super().init_src()
        course = find_course(Path(self.coursedir.root))
        week = course.pick([self.coursedir.assignment_id])[0]
        if not is_built(course, week):
            path = course.notebook_path(week).relative_to(course.root)
            self.fail(f"{path} is not what its source gives; run `autograder build {week.id}`")

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Copy all but what a trial run has left."""
        kept = self.coursedir.ignore
        self.coursedir.ignore = [*kept, *OWN_FILES]
        try:
            super().do_copy(src, dest, log)
        finally:
            self.coursedir.ignore = kept


class ReleaseFeedback(ExchangeReleaseFeedback):  # type: ignore[misc]
    """Releases the pages of those who handed in through the exchange, and names the others."""

    def copy_files(self) -> None:
        kept = self.coursedir.student_id_exclude
        excluded = [name for name in kept.split(",") if name]
        for folder in sorted(_folders(self.src_path)):
            student = folder.parent.name
            if student not in excluded and any(read_token(folder, t) is None for t in TOKENS):
                self.log.warning(
                    "%s did not hand in through the exchange; hand out %s another way",
                    student,
                    folder / f"{folder.name}.html",
                )
                excluded.append(student)
        self.coursedir.student_id_exclude = ",".join(excluded)
        try:
            super().copy_files()
        finally:
            self.coursedir.student_id_exclude = kept


def _folders(pattern: str) -> list[Path]:
    """The folders with feedback that nbgrader's pattern, ``…/feedback/*/WEEK``, stands for."""
    path = Path(pattern)
    found = path.parent.parent.glob(f"{path.parent.name}/{path.name}")
    return [folder for folder in found if any(folder.glob("*.html"))]


__all__ = ["ReleaseAssignment", "ReleaseFeedback"]
