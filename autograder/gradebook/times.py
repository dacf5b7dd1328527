"""The time beside a submission, read as a person or a system may have written it."""

import codecs
import re
from datetime import UTC, datetime, tzinfo
from pathlib import Path

import dateutil.parser  # type: ignore[import-untyped]
import dateutil.tz  # type: ignore[import-untyped]

from ..course.regular import NotRegular, read_regular
from ..course.tokens import TIMESTAMP

#: A time is a line.
SIZE_LIMIT = 4096
#: Byte-order marks, the longer ones first: one of UTF-32 begins like one of UTF-16.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
FORM = "2027-01-19 12:00:00 UTC"
#: What stands in for the parts of a date that are not written: two that differ in all of them.
DEFAULTS = datetime(2000, 1, 1), datetime(2001, 2, 2)
ZONE = re.compile(r"(?P<time>.*\d.*?)\s*(?P<zone>[A-Za-z]{2,}[A-Za-z0-9_/+\-]*)", re.DOTALL)


def read_time(folder: Path) -> tuple[datetime | None, str]:
    """When the submission in a folder was handed in, in UTC and without a zone.

    Returns
    -------
    time : None if there is no file, or none that can be read
    fault : why it cannot be read, as "timestamp.txt is empty"; empty if there is none
    """
    try:
        data = read_regular(folder / TIMESTAMP, SIZE_LIMIT)
    except (FileNotFoundError, NotADirectoryError):
        return None, ""
    except NotRegular as error:
        return None, f"{TIMESTAMP} {error.strerror}"
    except OSError as error:
        return None, f"{TIMESTAMP} cannot be read: {error.strerror}"
    try:
        return parse_time(decode(data)), ""
    except ValueError as error:
        return None, f"{TIMESTAMP} {error}"


def decode(data: bytes) -> str:
    """The text of a small file with or without a byte-order mark.

    Raises
    ------
    ValueError
        If it is no text; the words follow the file's name.
    """
    coding = next((coding for mark, coding in MARKS if data.startswith(mark)), "")
    if not coding:  # a line of digits in UTF-16 has a zero in every other byte
        zeros = [place for place, byte in enumerate(data[:2]) if not byte]
        coding = "utf-16-be" if zeros == [0] else "utf-16-le" if zeros == [1] else "utf-8"
    try:
        return data.decode(coding)
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8 text") from None


def parse_time(text: str) -> datetime:
    """A time in UTC and without a zone; one that names no zone is in UTC.

    Raises
    ------
    ValueError
        If it is no time, not a whole one, or one that can be read in two ways.
    """
    text = " ".join(text.replace("\0", " ").split())
    if not text:
        raise ValueError(f"is empty; write the time as {FORM}")
    shown = repr(text[:40])
    zone, written = UTC, text
    named = ZONE.fullmatch(text)
    if named and named["zone"].upper() not in ("AM", "PM") and not _is_a_month(named["zone"]):
        found = dateutil.tz.gettz(named["zone"])
        if found is None:
            raise ValueError(f"names an unknown time zone in {shown}; write the time as {FORM}")
        zone, written = found, named["time"]
    try:
        times = {_parse(written, default) for default in DEFAULTS}
        if not re.match(r"\d{4}\D", written):
            times |= {_parse(written, DEFAULTS[0], dayfirst=True)}
        if len(times) > 1:
            raise ValueError(f"is no full date, or one of two: {shown}; write the time as {FORM}")
        (time,) = times
        time = time if time.tzinfo else time.replace(tzinfo=zone)
        return time.astimezone(UTC).replace(tzinfo=None)
    except (dateutil.parser.ParserError, OverflowError, TypeError):
        raise ValueError(f"is no time: {shown}; write it as {FORM}") from None


def _parse(text: str, default: datetime, dayfirst: bool = False) -> datetime:
    found: datetime = dateutil.parser.parse(text, default=default, dayfirst=dayfirst, tzinfos=_zone)
    return found


def _zone(name: str | None, offset: int | None) -> tzinfo | None:
    """The zone that a time names, wherever in it."""
    if offset is not None:
        found: tzinfo | None = dateutil.tz.tzoffset(name, offset)
        return found
    found = dateutil.tz.gettz(name) if name else None
    if name and found is None:
        raise ValueError(f"names an unknown time zone {name[:40]!r}; write the time as {FORM}")
    return found


def _is_a_month(word: str) -> bool:
    return dateutil.parser.parserinfo().month(word) is not None
