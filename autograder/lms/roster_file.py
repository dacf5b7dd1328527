"""A list of the class as a CSV file: one's own, Canvas's gradebook, or Moodle's participants.

=================  =========================================================================
column             holds
=================  =========================================================================
``id``             the student's folder in ``submitted/``; the only column that is needed
``last_name``,     or ``name``, as "Family, Given" or "Given Family"
``first_name``
``email``
``lms_id``         Canvas's number or Moodle's "Participant 123"
``sis_id``         the number in the student information system, Moodle's "ID number"
``login``          Canvas's "SIS Login ID"
``section``
``status``         ``active`` (also when empty) or ``withdrawn``
``extension WEEK`` more time for a week, by id or number: ``2d``, ``36h``, ``1w``, or until when:
                   ``2027-01-20`` (the end of that day), ``2027-01-20T12:00``; empty for none
=================  =========================================================================

In Canvas's gradebook export the id is "SIS Login ID" (or else "SIS User ID"), in Moodle's lists
"Username" (or else "ID number", "Email address"); Moodle's headers may be German. Other columns
are ignored, and so are empty lines, a first line ``sep=;`` and Canvas's rows that are no student's.
"""

import codecs
import csv
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from ..course.errors import CourseError
from ..course.manifest import Week

SIZE_LIMIT = 16 << 20
#: The names of a field in a header, in lower case and with spaces for underscores.
CALLED = {
    "last_name": ("last name", "lastname", "surname", "family name", "nachname"),
    "first_name": ("first name", "firstname", "given name", "vorname"),
    "name": ("name", "full name", "vollständiger name"),
    "email": ("email", "email address", "e-mail", "e-mail-adresse"),
    "lms_user_id": ("lms id", "lms user id", "identifier"),
    "sis_id": ("sis id", "sis user id", "id number", "id-nummer"),
    "login": ("login", "sis login id", "username", "anmeldename"),
    "section": ("section", "group", "groups", "gruppe", "gruppen"),
    "status": ("status",),
}
PLAIN_ID = ("id", "student id")
CANVAS_ID = ("sis login id", "sis user id")
MOODLE_ID = ("username", "anmeldename", "id number", "id-nummer", "email address", "e-mail-adresse")
#: By these a list is Moodle's, unless it has a column of ids of its own.
MOODLE_HEADERS = {"email address", "e-mail-adresse", "id-nummer", "anmeldename"}
#: How Moodle's German worksheet calls the "Identifier", where it has the other columns as well.
GERMAN_IDENTIFIER, GERMAN_HEADERS = "id", {"vollständiger name", "id-nummer", "bewertung"}
NO_STUDENTS = {"student, test", "test student"}
_NAMES = {*CALLED["last_name"], *CALLED["first_name"]}
EXTENSION = re.compile(r"extension[\s:]+(.+)")
CANVAS_COLUMN = re.compile(r"(.+) \((\d+)\)")
UNITS = {"h": 1, "d": 24, "w": 168}


@dataclass(frozen=True)
class ListedStudent:
    """One row: names for the gradebook, facts for the roster, extensions in hours by week."""

    id: str
    names: dict[str, str]
    facts: dict[str, str]
    extensions: dict[str, float]


@dataclass
class ClassList:
    """A list of the class: its students, and what Canvas calls the columns of the weeks."""

    students: list[ListedStudent] = field(default_factory=list)
    canvas_columns: dict[str, str] = field(default_factory=dict)


def read_list(path: Path, weeks: Sequence[Week], id_column: str = "") -> ClassList:
    """Read a list of the class.

    Raises
    ------
    CourseError
        If the file is no such list, a student is there twice, or an extension cannot be read:
        file, line, what was found and what is allowed.
    """
    rows = _rows(path)
    if not rows:
        raise CourseError(f"{path}: is empty; expected a first line with the names of columns")
    header = [_plain(cell) for cell in rows[0][1]]
    # Canvas's id is a number, after the names; one's own id comes first
    canvas = any(name in header for name in CANVAS_ID) and (
        "student" in header or ("id" in header[1:] and header[0] in _NAMES)
    )
    if not canvas and len(GERMAN_HEADERS & set(header)) > 1 and GERMAN_IDENTIFIER in header:
        header[header.index(GERMAN_IDENTIFIER)] = "identifier"
    moodle = "identifier" in header or (
        bool(MOODLE_HEADERS & set(header)) and not set(PLAIN_ID) & set(header)
    )
    wanted = (_plain(id_column),) if id_column else _ids(canvas, moodle)
    places = [header.index(name) for name in wanted if name in header]
    if not places:
        allowed = " or ".join(repr(name) for name in wanted)
        raise CourseError(f"{path}: no column {allowed}; the columns are {', '.join(rows[0][1])}")
    fields = _fields(header, canvas, moodle)
    extensions = _extensions(path, header, weeks)
    found = ClassList(canvas_columns=_canvas_columns(rows[0][1], weeks) if canvas else {})
    seen: dict[str, int] = {}
    for line, row in rows[1:]:
        cells = [cell.strip() for cell in row] + [""] * (len(header) - len(row))
        if not any(cells) or (canvas and _is_no_student(cells, fields)):
            continue
        id = next((cells[place] for place in places if cells[place]), "")
        _check_id(path, line, id, seen)
        found.students.append(_student(path, line, id, cells, fields, extensions, weeks))
    if not found.students:
        raise CourseError(f"{path}: has no student in it")
    return found


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    try:
        if path.stat().st_size > SIZE_LIMIT:
            raise CourseError(f"{path}: has more than {SIZE_LIMIT >> 20} MiB")
        data = path.read_bytes()
        wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise CourseError(f"{path}: is not UTF-8; save it as “CSV UTF-8”") from None
    except OSError as error:
        raise CourseError(f"{path}: cannot be read: {error.strerror}") from None
    lines = text.splitlines(keepends=True)
    count = len(lines)
    lines = _without_empty(lines)
    told = re.fullmatch(r"\"?sep=(.)\"?\s*", lines[0], re.IGNORECASE) if lines else None
    lines = _without_empty(lines[1:]) if told else lines
    skipped = count - len(lines)
    first = lines[0] if lines else ""
    delimiter = told[1] if told else max(",;\t", key=first.count)
    try:
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        return [(skipped + reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise CourseError(f"{path}:{skipped + reader.line_num}: {error}") from None


def _without_empty(lines: list[str]) -> list[str]:
    """The lines from the first one in which there is something."""
    return list(itertools.dropwhile(lambda line: not line.strip(" \t\r\n,;"), lines))


def _plain(name: str) -> str:
    return " ".join(name.strip().lower().replace("_", " ").split())


def _ids(canvas: bool, moodle: bool) -> tuple[str, ...]:
    return CANVAS_ID if canvas else MOODLE_ID if moodle else PLAIN_ID


def _fields(header: list[str], canvas: bool, moodle: bool) -> dict[str, int]:
    """Which column holds which field."""
    called = dict(CALLED)
    if canvas:
        called |= {"name": ("student",), "lms_user_id": ("id",)}
    if canvas or moodle:
        called.pop("status")  # there it is the state of a submission
    return {
        name: header.index(word)
        for name, words in called.items()
        for word in words[::-1]
        if word in header
    }


def _extensions(path: Path, header: list[str], weeks: Sequence[Week]) -> dict[int, Week]:
    """Which column holds the extensions of which week."""
    found = {}
    for place, name in enumerate(header):
        match = EXTENSION.fullmatch(name)
        if match is None:
            continue
        numbers = {str(n): week for n, week in enumerate(weeks, 1)}
        by_name = {_plain(week.id): week for week in weeks}
        week = (numbers | by_name).get(match[1].strip())
        if week is None:
            known = ", ".join(week.id for week in weeks)
            raise CourseError(f"{path}: column {name!r}: no such week; the weeks are {known}")
        found[place] = week
    return found


def _student(
    path: Path,
    line: int,
    id: str,
    cells: list[str],
    fields: dict[str, int],
    extensions: dict[int, Week],
    weeks: Iterable[Week],
) -> ListedStudent:
    facts = {name: cells[place] for name, place in fields.items()}
    first, last = _name(facts.pop("name", ""))
    names = {
        "first_name": facts.pop("first_name", "") or first,
        "last_name": facts.pop("last_name", "") or last,
        "email": facts.pop("email", ""),
        "lms_user_id": facts.pop("lms_user_id", ""),
    }
    status = facts.pop("status", "").lower() or "active"
    if status not in ("active", "withdrawn"):
        raise CourseError(f"{path}:{line}: status is {status!r}, expected active or withdrawn")
    kept = {name: value for name, value in facts.items() if value}
    hours = {}
    for place, week in extensions.items():
        try:
            hours[week.id] = _hours(cells[place], week.due)
        except ValueError:
            form = "2d, 36h, 1w or a date like 2027-01-20"
            if week.due is None:
                form = "2d, 36h or 1w: a week without a due date is never late"
            raise CourseError(
                f"{path}:{line}: the extension of {week.id} is {cells[place]!r}; write {form}"
            ) from None
    return ListedStudent(id, names, {**kept, "status": status}, hours)


def _hours(text: str, due: datetime | None) -> float:
    """An extension in hours: a length, or the time to a new due date."""
    if not text:
        return 0.0
    length = re.fullmatch(r"\+?(\d+(?:\.\d+)?)\s*([hdw])[a-z]*", text.lower())
    if length:
        hours = float(length[1]) * UNITS[length[2]]
    elif due is None:
        raise ValueError(text)
    else:
        until = datetime.fromisoformat(text)
        if re.fullmatch(r"\d{4}-?\d\d-?\d\d", text):
            until += timedelta(hours=23, minutes=59, seconds=59)
        until = until if until.tzinfo else until.replace(tzinfo=due.tzinfo)
        hours = (until - due).total_seconds() / 3600
    if not 0 <= hours <= 24 * 366:
        raise ValueError(text)
    return round(hours, 4)


def _name(text: str) -> tuple[str, str]:
    """Given and family name."""
    if "," in text:
        last, first = text.split(",", 1)
        return first.strip(), last.strip()
    first, _, last = text.rpartition(" ")
    return first.strip(), last


def _check_id(path: Path, line: int, id: str, seen: dict[str, int]) -> None:
    if not id:
        raise CourseError(f"{path}:{line}: this student has no id")
    if len(id) > 128 or id.startswith(".") or not id.isprintable() or set(id) & set("/\\"):
        raise CourseError(f"{path}:{line}: the id {id[:60]!r} cannot be the name of a folder")
    if id in seen:
        raise CourseError(f"{path}:{line}: {id!r} is in line {seen[id]} already")
    seen[id] = line


def _is_no_student(cells: list[str], fields: dict[str, int]) -> bool:
    """Whether a row of Canvas's is that of the points, of a policy, or of the test student."""
    known = {name: cells[place] for name, place in fields.items() if name != "section"}
    names = known.get("last_name", ""), known.get("first_name", "")
    name = (known.get("name") or ", ".join(filter(None, names))).lower()
    return not any(known.values()) or "points possible" in cells[0].lower() or name in NO_STUDENTS


def _canvas_columns(header: list[str], weeks: Sequence[Week]) -> dict[str, str]:
    """Canvas's names of the weeks' columns, with the numbers by which it finds them again."""
    found = {}
    for name in header:
        match = CANVAS_COLUMN.fullmatch(name.strip())
        for week in weeks:
            if match and match[1].strip() in (week.id, week.title):
                found[week.id] = name.strip()
    return found
