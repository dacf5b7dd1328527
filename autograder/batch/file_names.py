"""What the name of a handed-in file says: that it is a notebook, whose copy, and which."""

import re
import unicodedata

#: What systems, browsers and people append to the name of another copy of a file.
COPY = re.compile(r"(?:[ _-]*\((\d{1,4})\)|-(\d{1,3})|[ _-]+copy *(\d{0,3}))$", re.IGNORECASE)
#: A notebook's suffix in any case, and what browsers and editors append to it.
NOTEBOOK = re.compile(r"\.ipynb(\.(txt|json))?$", re.IGNORECASE)
#: How the names of files begin that macOS and Jupyter put beside others.
HIDDEN = ("._", ".~", ".DS_Store")


def is_notebook(name: str) -> bool:
    """Whether a file is named like a notebook."""
    return NOTEBOOK.search(name) is not None


def plain_stem(name: str) -> tuple[str, int]:
    """A file's name without its suffix and the mark of a copy, and the number of the copy."""
    text = unicodedata.normalize("NFC", name)
    stem = NOTEBOOK.sub("", text) if is_notebook(text) else text.rsplit(".", 1)[0]
    stem, copies = stem.strip(), 0
    while match := COPY.search(stem):
        copies = max(copies, int(next((group for group in match.groups() if group), 1)))
        stem = stem[: match.start()].strip()
    return stem, copies
