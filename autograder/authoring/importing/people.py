"""What students and marks of a course come along: gradebook, submissions, roster."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ...course.database import open_gradebook
from ...course.manifest import load_course
from ...course.paths import AUTOGRADED, FEEDBACK, GRADEBOOK, SUBMITTED
from ...course.roster import Entry, Roster, save_roster
from .copying import copy_tree
from .gradebook import GradebookFacts, copy_gradebook, gradebook_of, read_gradebook
from .places import FoundCourse


def take_gradebook(
    found: FoundCourse, draft: Path, before: GradebookFacts, notes: list[str]
) -> GradebookFacts:
    """Copy the gradebook; what it says, or else what the configuration says."""
    path, why = gradebook_of(found.root, found.settings)
    if path is None:
        if why:
            notes.append(f"{why}: marks and due dates were not taken over")
        return before
    trouble = copy_gradebook(path, draft / GRADEBOOK)
    if trouble:
        notes.append(f"{path} was not taken over: {trouble}")
        return before
    facts = read_gradebook(draft / GRADEBOOK)
    return replace(facts, people=facts.people or before.people)


def take_submissions(
    found: FoundCourse, draft: Path, notes: list[str]
) -> Iterator[tuple[str, int]]:
    """Copy what students handed in and what nbgrader made of it."""
    for step, target, words in (
        ("submitted", SUBMITTED, "submitted files"),
        ("autograded", AUTOGRADED, "autograded files"),
        ("feedback", FEEDBACK, "files of feedback"),
    ):
        folder = found.folder(step)
        if folder.is_dir():
            count, left = copy_tree(folder, draft / target)
            notes += [f"{step}/{line}" for line in left]
            yield words, count


def write_people(facts: GradebookFacts, draft: Path) -> None:
    """Write the roster, and the students whom only the configuration names."""
    if not facts.people:
        return
    course = load_course(draft)
    save_roster(course, Roster(students={one.id: Entry() for one in facts.people}))
    columns = ("first_name", "last_name", "email", "lms_user_id")
    with open_gradebook(course) as gradebook:
        known = {student.id for student in gradebook.students}
        for one in facts.people:
            if one.id not in known:
                names = {key: value for key, value in one.names.items() if key in columns}
                gradebook.add_student(one.id, **names)
