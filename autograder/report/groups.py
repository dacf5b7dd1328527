"""Groups of students behind the numbers of a page, which can be clicked."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Group:
    """A group of students: its token in links, what the page calls it, and how many it has."""

    token: str
    label: str
    count: int


class Groups:
    """The groups of one page.

    A number of the page is a link to ``#show=TOKEN``; the row of every student in the table
    carries the tokens of the groups it belongs to; a few lines of script show those rows.
    """

    def __init__(self) -> None:
        self.labels: dict[str, str] = {}
        self.members: dict[str, list[str]] = {}

    def add(self, token: str, label: str, students: Iterable[str]) -> Group:
        """Make a group of these students."""
        self.labels[token] = label
        self.members[token] = list(dict.fromkeys(students))
        return Group(token, label, len(self.members[token]))

    def by_student(self) -> dict[str, str]:
        """The tokens of every student."""
        found: dict[str, list[str]] = {}
        for token, names in self.members.items():
            for name in names:
                found.setdefault(name, []).append(token)
        return {name: " ".join(tokens) for name, tokens in found.items()}
