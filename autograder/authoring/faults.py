"""A fault in what an author wrote, with file and line."""

from pathlib import Path

from ..course.errors import CourseError


class SourceError(CourseError):
    """A fault in a file of a week."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}")
        self.place = path, line, message

    def __reduce__(self) -> tuple[type["SourceError"], tuple[Path, int, str]]:
        return type(self), self.place  # it travels between processes
