"""Where everything of a course is; no other module knows the names of its folders.

An assignment's notebook is named like the assignment, unless another name is given.
"""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

SOLUTIONS, NOTEBOOKS, BUILD = "solutions", "notebooks", "build"
SUBMITTED, AUTOGRADED, FEEDBACK = "submitted", "autograded", "feedback"
GRADEBOOK, REPORTS, DATA = "gradebook.db", "reports", "data"
#: What systems leave beside people's files, besides names that begin with a dot.
LEFT_BY_SYSTEMS = {"__MACOSX", "lost+found"}


class Paths:
    """The paths below the folder ``root`` of a course; assignments and students by their ids."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def gradebook_path(self) -> Path:
        """nbgrader's database."""
        return self.root / GRADEBOOK

    @property
    def gradebook(self) -> str:
        """The address of nbgrader's database."""
        return f"sqlite:///{self.gradebook_path}"

    @property
    def build_folder(self) -> Path:
        """What the build leaves for later commands; no person reads it."""
        return self.root / BUILD

    @property
    def reports_folder(self) -> Path:
        """The pages about the class."""
        return self.root / REPORTS

    @property
    def data_folder(self) -> Path:
        """Small data sets, and a card for each."""
        return self.root / DATA

    @property
    def submissions_folder(self) -> Path:
        """A folder for each student, with a folder for each assignment in it."""
        return self.root / SUBMITTED

    def source(self, assignment: str) -> Path:
        """The folder of an assignment's source."""
        return self.root / SOLUTIONS / assignment

    def notebook(self, assignment: str, name: str = "") -> Path:
        """A notebook as students get it."""
        return self.root / NOTEBOOKS / assignment / f"{name or assignment}.ipynb"

    def submitted(self, student: str, assignment: str) -> Path:
        """The folder of a submission."""
        return self.root / SUBMITTED / student / assignment

    def autograded(self, student: str, assignment: str) -> Path:
        """The folder of a graded submission."""
        return self.root / AUTOGRADED / student / assignment

    def graded_notebook(self, student: str, assignment: str, name: str = "") -> Path:
        """A graded notebook."""
        return self.autograded(student, assignment) / f"{name or assignment}.ipynb"

    def feedback_page(self, student: str, assignment: str, name: str = "") -> Path:
        """The page about a graded notebook."""
        return self.root / FEEDBACK / student / assignment / f"{name or assignment}.html"

    def submitters(self, assignment: str) -> list[str]:
        """The students with a submission of an assignment, in order."""
        return list(_students(self.root / SUBMITTED, assignment))

    def graded_students(self, assignment: str) -> list[str]:
        """The students with a graded submission of an assignment, in order."""
        return list(_students(self.root / AUTOGRADED, assignment))


def _students(folder: Path, assignment: str) -> Iterator[str]:
    """The students with a folder of an assignment; a link is nobody's own work."""
    for path in sorted(folder.glob(f"*/{assignment}")):
        own = path.is_dir() and not path.is_symlink() and not path.parent.is_symlink()
        if own and is_student(path.parent.name):
            yield path.parent.name


def is_student(name: str) -> bool:
    """Whether a folder's name can be a student's id: text, and no system's own folder."""
    return is_text(name) and not left_by_a_system(name)


def left_by_a_system(name: str) -> bool:
    """Whether a file or folder of this name is made by systems and tools, not by people."""
    return name.startswith(".") or name in LEFT_BY_SYSTEMS


def is_text(name: str) -> bool:
    """Whether the bytes of a file's name are UTF-8; no gradebook holds another."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def printable(line: str) -> str:
    """A line without what would move a terminal's cursor: names are the students' own."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line
    )


def alike(name: str) -> str:
    """The same text for names that differ in case or in their Unicode form only."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
