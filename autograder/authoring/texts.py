"""The four files of a week, as text."""

from dataclasses import dataclass, field
from pathlib import Path

from ..course.errors import CourseError

LESSON, HIDDEN_TESTS = "lesson.py", "hidden_tests.py"
MISTAKES, ALTERNATIVES = "mistakes.py", "alternatives.py"
FILES = (LESSON, HIDDEN_TESTS, MISTAKES, ALTERNATIVES)


@dataclass(frozen=True)
class WeekTexts:
    """What an author wrote for a week, as plain data that travels between processes.

    Attributes
    ----------
    lesson : the percent notebook that students read, with the reference in it
    hidden_tests, mistakes, alternatives : what only graders and authors see; may be empty
    """

    lesson: str = field(repr=False)
    hidden_tests: str = field(default="", repr=False)
    mistakes: str = field(default="", repr=False)
    alternatives: str = field(default="", repr=False)


def read_texts(folder: Path) -> WeekTexts:
    """Read the files of a week; all but the lesson may be missing.

    Raises
    ------
    CourseError
        If there is no lesson, or a file cannot be read.
    """
    if not (folder / LESSON).is_file():
        raise CourseError(
            f"{folder / LESSON}: is missing; a week is a folder of {', '.join(FILES)}"
        )
    return WeekTexts(*(_read(folder / name) for name in FILES))


def _read(path: Path) -> str:
    if path.name != LESSON and not path.exists():
        return ""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{path}: cannot be read: {error}") from None
