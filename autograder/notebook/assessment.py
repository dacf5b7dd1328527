"""The self-assessment of a week as data: its items, what is ticked, and the file that keeps it.

``self_assessment.json`` is beside the notebook, is submitted with it, and can be read and edited
in any editor. Nothing here raises because of what is in that file.
"""

import json
import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FILE = "self_assessment.json"
VERSION = 1
#: The most characters of a free text, and the most bytes of a file of ours.
TEXT_LIMIT = 6_000
FILE_LIMIT = 64 << 10


@dataclass(frozen=True)
class Item:
    """One thing to be able to do; ``exercise`` is empty if it is about understanding."""

    id: str
    text: str
    exercise: str = ""


@dataclass(frozen=True)
class SelfAssessment:
    """A week's items, the ids of those that are ticked, and two texts by the student."""

    week: str
    items: tuple[Item, ...]
    ticked: frozenset[str] = frozenset()
    learnings: str = ""
    next_steps: str = ""
    updated: str = ""

    def tick(self, item: str, on: bool) -> "SelfAssessment":
        """A copy with one item ticked or unticked."""
        return replace(self, ticked=self.ticked | {item} if on else self.ticked - {item})

    def tree(self) -> dict[str, Any]:
        """The content of the file."""
        return {
            "version": VERSION,
            "week": self.week,
            "updated": self.updated,
            "items": [
                {
                    "id": item.id,
                    "text": item.text,
                    "exercise": item.exercise or None,
                    "ticked": item.id in self.ticked,
                }
                for item in self.items
            ],
            "learnings": self.learnings,
            "next_steps": self.next_steps,
        }


def item_id(text: str) -> str:
    """The id of an item: the words of its text."""
    return "-".join(re.findall(r"[a-z0-9]+", text.lower()))[:80]


def make_items(listed: Iterable[str | Sequence[str]]) -> tuple[Item, ...]:
    """Items from a notebook's list: each a text, or a text and the name of an exercise."""
    pairs = ((entry, "") if isinstance(entry, str) else entry for entry in listed)
    return tuple(Item(item_id(text), text, exercise) for text, exercise in pairs)


def load(path: Path, week: str, items: tuple[Item, ...]) -> tuple[SelfAssessment, str]:
    """The self-assessment that ``path`` keeps, and a note if something is wrong with the file.

    A file that makes no sense is moved aside, to a name that the note gives, and a fresh
    self-assessment is begun. Ticks of items that are no longer listed are dropped.
    """
    fresh = SelfAssessment(week, items)
    try:
        tree = _read(path, week)
    except FileNotFoundError:
        return fresh, ""
    except OSError as error:
        return fresh, f"{path.name} cannot be read ({error.strerror}); your ticks are not kept"
    except (ValueError, RecursionError) as error:
        return fresh, _aside(path, str(error))
    known = {item.id for item in items}
    entries = [entry for entry in tree["items"] if isinstance(entry, dict)]
    ticked = {str(entry.get("id")) for entry in entries if entry.get("ticked") is True}
    return replace(
        fresh,
        ticked=frozenset(ticked & known),
        learnings=_text(tree.get("learnings")),
        next_steps=_text(tree.get("next_steps")),
        updated=_text(tree.get("updated"))[:40],
    ), ""


def save(path: Path, assessment: SelfAssessment) -> tuple[SelfAssessment, str]:
    """Write the file, whole or not at all; returns what was written, and a note if that failed."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    longest = max(len(assessment.learnings), len(assessment.next_steps))
    cut = f"only the first {TEXT_LIMIT:,} characters are kept" if longest > TEXT_LIMIT else ""
    assessment = replace(
        assessment,
        learnings=assessment.learnings[:TEXT_LIMIT],
        next_steps=assessment.next_steps[:TEXT_LIMIT],
        updated=now,
    )
    text = json.dumps(assessment.tree(), indent=2, ensure_ascii=False) + "\n"
    new = ""
    try:
        handle, new = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        with open(handle, "wb") as file:
            file.write(text.encode("utf-8", "replace"))
        os.chmod(new, 0o644)
        os.replace(new, path)
    except OSError as error:
        if new:
            Path(new).unlink(missing_ok=True)
        return assessment, f"{path} cannot be written ({error.strerror}); your ticks are not kept"
    return assessment, cut


def overview(folder: Path) -> list[tuple[str, int, int]]:
    """For each self-assessment in a neighbouring folder: week, number of ticks, number of items."""
    found = []
    for path in sorted(folder.parent.glob(f"*/{FILE}"))[:50]:
        try:
            tree = _read(path, path.parent.name)
        except (OSError, ValueError, RecursionError):
            continue
        ticks = [entry.get("ticked") is True for entry in tree["items"] if isinstance(entry, dict)]
        found.append((path.parent.name, sum(ticks), len(ticks)))
    return found


def plain(assessment: SelfAssessment) -> str:
    """The self-assessment as text, where nothing can be clicked."""
    rows = [
        f"[{'x' if item.id in assessment.ticked else ' '}] {item.text}"
        + (f" ({item.exercise})" if item.exercise else "")
        for item in assessment.items
    ]
    rows += ["", f"What I learnt: {assessment.learnings or '–'}"]
    rows += [f"What I do next: {assessment.next_steps or '–'}"]
    return "\n".join(rows)


def _read(path: Path, week: str) -> dict[str, Any]:
    """The content of a file; ``ValueError`` says why it is not one of ours."""
    with path.open("rb") as file:
        data = file.read(FILE_LIMIT + 1)
    if len(data) > FILE_LIMIT:
        raise ValueError("it is too large")
    tree = json.loads(data.decode("utf-8"))
    if not isinstance(tree, dict) or not isinstance(tree.get("items"), list):
        raise ValueError("it has no list of items")
    if tree.get("version") != VERSION:
        raise ValueError(f"its version is {str(tree.get('version'))[:20]!r}, not {VERSION}")
    if tree.get("week") != week:
        raise ValueError(f"it belongs to {str(tree.get('week'))[:40]!r}, not to {week!r}")
    return tree


def _aside(path: Path, reason: str) -> str:
    """Move a file out of the way; returns the note about it."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    kept = path.with_name(f"self_assessment.damaged-{stamp}.json")
    try:
        os.replace(path, kept)
    except OSError as error:
        return f"{path.name} cannot be used ({reason}), nor moved aside ({error.strerror})"
    return f"{path.name} could not be used ({reason[:120]}); it is kept as {kept.name}"


def _text(value: Any) -> str:
    return value[:TEXT_LIMIT] if isinstance(value, str) else ""
