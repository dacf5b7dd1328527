"""What the name of a handed-in file says: that it is a notebook, whose copy, and which."""

import re
import unicodedata
from collections.abc import Collection

from ..course.paths import alike

#: What systems, browsers and people append to the name of another copy of a file.
COPY = re.compile(r"(?:[ _-]*\((\d{1,4})\)|-(\d{1,3})|[ _-]+copy *(\d{0,3}))$", re.IGNORECASE)
#: A notebook's suffix in any case, and what browsers and editors append to it.
NOTEBOOK = re.compile(r"\.ipynb(\.(txt|json))?$", re.IGNORECASE)
#: How the names of files begin that macOS and Jupyter put beside others.
HIDDEN = ("._", ".~", ".DS_Store")


def is_notebook(name: str) -> bool:
    """Whether a file is named like a notebook."""
    return NOTEBOOK.search(name) is not None


def which_notebook(name: str, among: Collection[str]) -> tuple[str, int] | None:
    """Which of a week's notebooks a file is by its name, and the number of the copy.

    The whole name counts first: of ``lab-1`` and ``lab-2`` neither is a copy. Some systems write
    other signs for blanks.
    """
    text = unicodedata.normalize("NFC", name)
    stem = (NOTEBOOK.sub("", text) if is_notebook(text) else text.rsplit(".", 1)[0]).strip()
    for form in (alike, _without_blanks):
        known = {form(one): one for one in among}
        rest, copies = stem, 0
        while form(rest) not in known and (match := COPY.search(rest)):
            copies = max(copies, _number(match))
            rest = rest[: match.start()].strip()
        if form(rest) in known and len(known) == len(among):
            return known[form(rest)], copies
    return None


def _without_blanks(name: str) -> str:
    return alike(re.sub(r"%20|[+_ ]", " ", name))


def _number(match: re.Match[str]) -> int:
    """The number of a copy; 1 where the mark of a copy has none."""
    return int(next((group for group in match.groups() if group), 1))


def plain_stem(name: str) -> tuple[str, int]:
    """A file's name without its suffix and the mark of a copy, and the number of the copy."""
    text = unicodedata.normalize("NFC", name)
    stem = NOTEBOOK.sub("", text) if is_notebook(text) else text.rsplit(".", 1)[0]
    stem, copies = stem.strip(), 0
    while match := COPY.search(stem):
        copies = max(copies, _number(match))
        stem = stem[: match.start()].strip()
    return stem, copies
