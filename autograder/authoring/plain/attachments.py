"""Pictures that are attached to cells: percent text has no place for them.

They are in ``attachments.json`` beside the lessons, by the notebook's name and a number, which
stands in the cell's header.
"""

import json
from pathlib import Path
from typing import Any

from ...course.errors import CourseError
from ...course.files import write_whole

ATTACHMENTS = "attachments.json"
#: The most that a file of a lesson may hold.
SIZE_LIMIT = 128 << 20


def read_attachments(folder: Path) -> dict[str, Any]:
    """The pictures of a week, by the notebook's name and their number; none without a file."""
    path = folder / ATTACHMENTS
    if not path.is_file():
        return {}
    try:
        tree = json.loads(read_text(path))
    except ValueError as error:
        raise CourseError(f"{path}: is no JSON: {error}") from None
    if not isinstance(tree, dict) or not all(isinstance(one, dict) for one in tree.values()):
        raise CourseError(f"{path}: expected the notebooks' names, and attachments by number")
    return tree


def write_attachments(folder: Path, name: str, pictures: dict[str, Any]) -> None:
    """Put the pictures of one notebook in the place of those that it had."""
    tree = {key: value for key, value in read_attachments(folder).items() if key != name}
    if pictures:
        tree[name] = pictures
    if tree:
        text = json.dumps(tree, indent=1, sort_keys=True, ensure_ascii=False)
        write_whole(folder / ATTACHMENTS, text + "\n")
    else:
        (folder / ATTACHMENTS).unlink(missing_ok=True)


def read_text(path: Path) -> str:
    """The text of a file of a lesson, which is refused if it is no text or too large."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            text = file.read(SIZE_LIMIT + 1)
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "is no UTF-8 text"
        raise CourseError(f"{path}: cannot be read: {why}") from None
    if len(text) > SIZE_LIMIT:
        raise CourseError(f"{path}: cannot be read: it is larger than {SIZE_LIMIT >> 20} MB")
    return text
