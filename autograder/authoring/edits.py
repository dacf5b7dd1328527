"""An edit of a text: old text that is there exactly once, and the new text for it."""

import textwrap
from dataclasses import dataclass


class EditError(ValueError):
    """The old text of an edit is not there exactly once."""


@dataclass(frozen=True)
class Edit:
    """Old text and new text.

    One line is any part of a line; a line of which nothing is left is removed. Several lines are
    whole lines, and match at any indentation: the new ones are indented as the old ones were.
    """

    old: str
    new: str

    def apply(self, text: str) -> str:
        """``text`` with the new text in place of the old.

        Raises
        ------
        EditError
            If the old text is not there, or more than once.
        """
        if "\n" in self.old.strip("\n"):
            return self._lines(text)
        old = self.old.strip("\n")
        # overlapping places too: ``aa`` is in ``aaa`` twice
        places = range(len(text)) if old.strip() else ()
        count = sum(text.startswith(old, at) for at in places)
        if count != 1:
            raise EditError(_said(old, count))
        start = text.index(old)
        line = text[text.rfind("\n", 0, start) + 1 :]
        indent = line[: len(line) - len(line.lstrip(" "))]
        new = textwrap.dedent(self.new).strip("\n").replace("\n", f"\n{indent}")
        end = start + len(old)
        if not new and text[start - len(indent) : start] == indent and text[end : end + 1] == "\n":
            start, end = start - len(indent), end + 1  # nothing is left of the line
        return text[:start] + new + text[end:]

    def _lines(self, text: str) -> str:
        rows = text.split("\n")
        old = textwrap.dedent(self.old).strip("\n").split("\n")
        new = textwrap.dedent(self.new).strip("\n").split("\n") if self.new.strip() else []
        places = [
            (at, indent)
            for at in range(len(rows) - len(old) + 1)
            if (indent := _indent(rows[at], old[0])) is not None
            and [_moved(row, indent) for row in old] == rows[at : at + len(old)]
        ]
        if len(places) != 1:
            raise EditError(_said(old[0], len(places)))
        at, indent = places[0]
        rows[at : at + len(old)] = [_moved(row, indent) for row in new]
        return "\n".join(rows)


def _indent(row: str, first: str) -> str | None:
    """The indentation by which ``row`` differs from ``first``; None if it is another line."""
    return (
        row[: len(row) - len(first)]
        if row.endswith(first) and not row.removesuffix(first).strip(" ")
        else None
    )


def _moved(row: str, indent: str) -> str:
    return indent + row if row else row


def _said(old: str, count: int) -> str:
    where = "is not in the reference" if count == 0 else f"is in the reference {count} times"
    return f"the old text {old.strip()[:60]!r} {where}; it must be there exactly once"
