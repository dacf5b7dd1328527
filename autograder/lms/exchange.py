"""nbgrader's exchange on this course: it releases what the course gives, and nothing else."""

from pathlib import Path
from typing import Any

from nbgrader.exchange.default import ExchangeReleaseAssignment, ExchangeReleaseFeedback

from ..authoring.build import is_built
from ..course.manifest import find_course
from ..course.tokens import TOKENS, read_token

#: Files beside a notebook that its author has tried out, which students must not get.
OWN_FILES = ["self_assessment*.json", ".self_assessment*", *TOKENS]


class ReleaseAssignment(ExchangeReleaseAssignment):  # type: ignore[misc]
    """Releases a week as it was built, and refuses a notebook that somebody has filled in."""

    def init_src(self) -> None:
        super().init_src()
        course = find_course(Path(self.coursedir.root))
        week = course.pick([self.coursedir.assignment_id])[0]
        if not is_built(course, week):
            path = course.notebook_path(week).relative_to(course.root)
            self.fail(f"{path} is not what its source gives; run `autograder build {week.id}`")

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Copy everything but the traces of a trial run."""
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
                    "%s did not submit through the exchange; return %s another way",
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
    """The folders with feedback that nbgrader's pattern, ``…/feedback/*/WEEK``, matches."""
    path = Path(pattern)
    found = path.parent.parent.glob(f"{path.parent.name}/{path.name}")
    return [folder for folder in found if any(folder.glob("*.html"))]


__all__ = ["ReleaseAssignment", "ReleaseFeedback"]
