"""A week of a class, to be read: everybody's results, marks and self-assessments."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from dataclasses import replace as replace_sheet

from msgspec.structs import replace
from nbgrader.api import Gradebook

from ..authoring.source import read
from ..course.database import open_gradebook
from ..course.manifest import Course, Week
from ..course.roster import Roster, load_roster
from ..grading.results import Facts
from .assessment import ItemAnswer, read_assessment
from .graded import cell_order, graded_facts
from .lateness import settle
from .marks import Marks, Person, people, week_marks
from .notebooks import read_parts, together
from .sheets import ClassWeek, Sheet


@dataclass
class Book:
    """An open gradebook with the course's roster."""

    course: Course
    gradebook: Gradebook
    roster: Roster = field(default_factory=Roster)

    @classmethod
    def of(cls, course: Course, gradebook: Gradebook) -> "Book":
        """The book of a course whose gradebook is open, its penalties as they are today."""
        roster = load_roster(course)
        settle(course, gradebook, roster)
        return cls(course, gradebook, roster)

    def week(self, week: Week) -> ClassWeek:
        """Read a week of the class."""
        everybody = people(self.gradebook)
        sheets = list(self._sheets(week, everybody))
        found = {sheet.student for sheet in sheets}
        outdated = [
            student
            for student in self.course.graded_students(week.id)
            if student not in found and _is_there(self.course, student, week)
        ]
        handed_in = {*found, *outdated}
        counts = [sheet for sheet in sheets if self.roster.is_active(sheet.student)]
        return ClassWeek(
            week,
            self.course.weeks.index(week) + 1,
            tuple(sorted(counts, key=lambda sheet: _by_name(sheet.person))),
            tuple(
                person
                for person in sorted(everybody.values(), key=_by_name)
                if person.id not in handed_in and self.roster.is_active(person.id)
            ),
            tuple(sheet.person for sheet in sheets if not self.roster.is_active(sheet.student)),
            tuple(
                everybody.get(student, Person(student))
                for student in outdated
                if self.roster.is_active(student)
            ),
            cell_order(self.course, week) if week.is_plain else {},
        )

    def marks(self, week: Week) -> dict[str, Marks]:
        """The marks of everybody who has a graded submission of a week, by student."""
        return week_marks(self.course, self.gradebook, week, self.roster)

    def everybody(self, week: Week) -> Iterator[Sheet]:
        """The sheets of everybody with a result, including those who have withdrawn."""
        return self._sheets(week, people(self.gradebook))

    def _sheets(self, week: Week, everybody: dict[str, Person]) -> Iterator[Sheet]:
        marks = self.marks(week)
        if week.is_plain:
            yield from self._plain_sheets(week, everybody, marks)
            return
        items = course_items(self.course, week)
        for student in self.course.graded_students(week.id):
            facts = graded_facts(self.course, student, week.id)
            if facts is not None:
                person = everybody.get(student, Person(student))
                yield sheet_of(self.course, week, person, facts, marks.get(student), items)

    def _plain_sheets(
        self, week: Week, everybody: dict[str, Person], marks: dict[str, Marks]
    ) -> Iterator[Sheet]:
        """The sheets of a plain week; nbgrader may have marked some before."""
        marked = {student for student, found in marks.items() if found.given}
        for student in sorted(marked.union(self.course.graded_students(week.id))):
            parts = read_parts(self.course, student, week, marks.get(student))
            facts = together(week, parts)
            if facts is not None:
                person = everybody.get(student, Person(student))
                sheet = sheet_of(self.course, week, person, facts, marks.get(student), {})
                yield replace_sheet(sheet, parts=parts)


@contextmanager
def open_book(course: Course) -> Iterator[Book]:
    """The gradebook of a course, opened for reading."""
    with open_gradebook(course) as gradebook:
        yield Book.of(course, gradebook)


def waiting(course: Course, week: Week) -> dict[str, tuple[str, ...]]:
    """For each active student, the written answers that wait for a person."""
    if not course.gradebook_path.is_file():
        return {}
    with open_book(course) as book:
        return {
            student: marks.unmarked
            for student, marks in book.marks(week).items()
            if marks.unmarked and book.roster.is_active(student)
        }


def course_items(course: Course, week: Week) -> dict[str, ItemAnswer]:
    """The items of the week's self-assessment by id, unticked, from its source."""
    folder = course.source_folder(week)
    if not folder.is_dir():
        return {}
    return {
        item.id: ItemAnswer(item.id, item.text, False, item.exercise or None)
        for item in read(folder, week.id).items
    }


def sheet_of(
    course: Course,
    week: Week,
    person: Person,
    facts: Facts,
    marks: Marks | None,
    items: dict[str, ItemAnswer],
) -> Sheet:
    """A sheet from the facts that a graded notebook carries.

    Of a self-assessment only the ticks are the student's: the text of an item and its exercise are
    the course's, if the course has ``items``.
    """
    folder = course.submitted(person.id, week.id)
    assessment, unread = read_assessment(folder, week.id)
    if assessment is not None and items:
        ticked = {item.id for item in assessment.items if item.ticked}
        asked = {item.id for item in assessment.items} & set(items)
        kept = (replace(items[id], ticked=id in ticked) for id in items if id in asked)
        assessment = replace(assessment, items=tuple(kept))
    return Sheet(
        person,
        facts.status,
        facts.cause,
        facts.reason,
        facts.tests,
        facts.notes,
        facts.seconds,
        marks,
        assessment,
        unread,
    )


def _is_there(course: Course, student: str, week: Week) -> bool:
    return any(course.graded_notebook(student, week.id, name).exists() for name in week.sheets)


def _by_name(person: Person) -> tuple[str, str]:
    return person.name.casefold(), person.id


__all__ = ["Book", "ClassWeek", "Sheet", "course_items", "open_book", "sheet_of", "waiting"]
