"""Numbers that can be clicked: a name for each group of students, and whom it holds."""

from collections.abc import Iterable


class Groups:
    """Groups of students in one page.

    A number of the page is a link to ``#show=TOKEN``; the row of every student in the table
    carries the tokens of the groups it belongs to; a few lines of script show those rows.
    """

    def __init__(self) -> None:
        self.labels: dict[str, str] = {}
        self.members: dict[str, list[str]] = {}

    def add(self, token: str, label: str, students: Iterable[str]) -> dict[str, object]:
        """A group by its token: what the page calls it and who is in it."""
        self.labels[token] = label
        self.members[token] = list(dict.fromkeys(students))
        return {"token": token, "label": label, "count": len(self.members[token])}

    def by_student(self) -> dict[str, str]:
        """The tokens of every student."""
        found: dict[str, list[str]] = {}
        for token, names in self.members.items():
            for name in names:
                found.setdefault(name, []).append(token)
        return {name: " ".join(tokens) for name, tokens in found.items()}
