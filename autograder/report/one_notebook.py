"""One notebook of a student's plain week, as a sheet of its own."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import quote

from ..course.manifest import Week
from ..gradebook.classbook import Sheet
from ..gradebook.marks import Marks
from ..grading.results import SubmissionStatus, TestResult

T = TypeVar("T")


def one_notebook(sheet: Sheet, week: Week, name: str) -> Sheet:
    """A student's sheet with one notebook in it, whose cells have their own names.

    That of a week of one notebook is the sheet itself.
    """
    if len(week.sheets) == 1:
        return sheet
    begin = week.key(name, "")
    (part,) = (part for part in sheet.parts if part.name == name)
    facts = part.facts
    return replace(
        sheet,
        status=facts.status if facts is not None else SubmissionStatus.GRADED,
        cause=facts.cause if facts is not None else None,
        reason=part.reason,
        tests=tuple(_bare(test, begin) for test in part.tests),
        notes=facts.notes if facts is not None else (),
        seconds=facts.seconds if facts is not None else 0.0,
        marks=_marks(sheet.marks, name, begin) if sheet.marks is not None else None,
        parts=(part,),
    )


@dataclass(frozen=True)
class Neighbour:
    """A notebook of a student's week as another one's page names it.

    ``page`` : its address there; empty for the page itself, and where there is none
    """

    name: str
    page: str
    earned: float
    most: float
    unmarked: bool
    here: bool


def neighbours(sheet: Sheet, week: Week, here: str, pages: Collection[str]) -> Iterator[Neighbour]:
    """The notebooks of a student's week, in order.

    Parameters
    ----------
    here : that whose page names them
    pages : those that have pages
    """
    for name in week.sheets:
        one = one_notebook(sheet, week, name)
        page = quote(f"{name}.html") if name in pages and name != here else ""
        marks = one.marks
        earned, most = (marks.mark, marks.most) if marks else (one.earned, one.points)
        unmarked = bool(marks and marks.unmarked)
        yield Neighbour(name, page, earned, most, unmarked, name == here)


def _bare(test: TestResult, begin: str) -> TestResult:
    return replace(
        test,
        exercise=test.exercise.removeprefix(begin),
        cell=test.cell.removeprefix(begin),
        answers=tuple(cell.removeprefix(begin) for cell in test.answers),
    )


def _marks(marks: Marks, name: str, begin: str) -> Marks:
    return Marks(
        marks.dates,
        _bare_names(marks.cells, begin),
        _bare_names(marks.comments, begin),
        dict.fromkeys(_bare_names(marks.cells, begin), name),
        frozenset(_bare_names(dict.fromkeys(marks.tested), begin)),
        marks.given & {name},
        {key: value for key, value in marks.kept.items() if key == name},
    )


def _bare_names(found: Mapping[str, T], begin: str) -> dict[str, T]:
    return {key.removeprefix(begin): value for key, value in found.items() if key.startswith(begin)}
