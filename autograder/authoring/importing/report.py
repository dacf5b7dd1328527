"""What an import has found and done, for people and for programs."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

#: Where a cell's points come from.
JUDGE, KERNEL, PERSON = "judge", "kernel", "person"


@dataclass(frozen=True)
class CellReport:
    """One cell that gives points.

    Attributes
    ----------
    id : nbgrader's
    number : its place in the notebook, from 1
    role : tests, manual or task
    where : ``judge``, ``kernel`` (nothing protects it) or ``person``
    why : of a test in the kernel, the reason
    reference : whether the author's solution passes it; None while nobody knows
    fault : why it does not
    stub : whether the notebook as students get it passes it; None while nobody knows
    notes : what the instructor should know of it
    """

    id: str
    number: int
    role: str
    points: float
    where: str
    why: str = ""
    reference: bool | None = None
    fault: str = ""
    stub: bool | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class SheetReport:
    """One notebook: what became of it; ``trouble`` where it was left out, with the reasons."""

    name: str
    language: str = "python"
    kernel: str = ""
    lesson: str = ""
    cells: tuple[CellReport, ...] = ()
    trouble: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def points(self) -> float:
        return sum(cell.points for cell in self.cells)

    def of(self, where: str) -> list[CellReport]:
        """The cells whose points come from there."""
        return [cell for cell in self.cells if cell.where == where]

    def line(self) -> str:
        """The notebook in one line."""
        if self.trouble:
            return f"{self.name}: LEFT OUT, {'; '.join(self.trouble)}"
        counts = {
            "in the judge": len(self.of(JUDGE)),
            "in the kernel, not protected": len(self.of(KERNEL)),
            "graded by a person": len(self.of(PERSON)),
        }
        found = ", ".join(f"{number} {what}" for what, number in counts.items() if number)
        language = "" if self.language == "python" else f" ({self.language})"
        return f"{self.name}{language}: {self.points:g} points, {found or 'nothing that is graded'}"


@dataclass(frozen=True)
class WeekReport:
    """One assignment: its notebooks, the files beside them, what else is to be said."""

    id: str
    due: str = ""
    sheets: tuple[SheetReport, ...] = ()
    files: int = 0
    trouble: str = ""
    notes: tuple[str, ...] = ()

    @property
    def kept(self) -> tuple[SheetReport, ...]:
        """The notebooks that are part of the course."""
        return tuple(sheet for sheet in self.sheets if not sheet.trouble)

    @property
    def is_kept(self) -> bool:
        """Whether it is a week of the course."""
        return bool(self.kept) and not self.trouble


@dataclass(frozen=True)
class Difference:
    """A cell to which nbgrader alone and this engine give different points."""

    week: str
    notebook: str
    cell: str
    form: str
    stock: str
    ours: str

    def __str__(self) -> str:
        return (
            f"{self.week}/{self.notebook} {self.cell}, {self.form}: nbgrader {self.stock}, "
            f"here {self.ours}"
        )


@dataclass(frozen=True)
class Report:
    """All of an import.

    Attributes
    ----------
    source, course : the folder that was read, and the one that was written
    copied : how many files of each kind came along
    notes : what concerns the course as a whole
    compared : whether nbgrader's own verdicts were asked for, and how many there are
    """

    source: Path
    course: Path
    weeks: tuple[WeekReport, ...] = ()
    copied: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    compared: int | None = None
    differences: tuple[Difference, ...] = ()

    @property
    def cells(self) -> list[CellReport]:
        """Every cell that gives points."""
        return [cell for week in self.weeks for sheet in week.kept for cell in sheet.cells]

    def tree(self) -> dict[str, Any]:
        """As data, for ``--json``."""
        tree = asdict(self)
        return {**tree, "source": str(self.source), "course": str(self.course)}

    def summary(self) -> Iterator[str]:
        """The whole in a few lines."""
        sheets = [sheet for week in self.weeks for sheet in week.sheets]
        left = sum(bool(sheet.trouble) for sheet in sheets)
        weeks = [week for week in self.weeks if week.is_kept]
        yield (
            f"{len(weeks)} assignments, {len(sheets) - left} notebooks"
            + (f"; {left} notebooks left out" if left else "")
        )
        for where, words in (
            (JUDGE, "test cells run in the judge"),
            (KERNEL, "test cells stay in the student's kernel, where nothing protects them"),
            (PERSON, "cells are graded by a person"),
        ):
            cells = [cell for cell in self.cells if cell.where == where]
            if cells:
                yield f"{len(cells)} {words} ({sum(cell.points for cell in cells):g} points)"
        fails = sum(cell.reference is False for cell in self.cells)
        if fails:
            yield f"{fails} test cells fail on the author's own solution"
        open_ = sum(cell.stub is True and cell.points > 0 for cell in self.cells)
        if open_:
            yield f"{open_} test cells give their points to whoever writes nothing"
        if self.copied:
            yield ", ".join(f"{count} {what}" for what, count in self.copied.items())
        if self.compared is not None:
            yield (
                f"{self.compared} verdicts compared with nbgrader's own, "
                f"{len(self.differences)} differ"
            )

    def remarks(self) -> Iterator[str]:
        """What is to be known of single cells and notebooks, and of the course."""
        for week in self.weeks:
            yield from (f"{week.id}: {note}" for note in week.notes)
            if week.trouble:
                yield f"{week.id}: LEFT OUT, {week.trouble}"
            for sheet in week.sheets:
                where = f"{week.id}/{sheet.name}"
                yield from (f"{where}: LEFT OUT, {trouble}" for trouble in sheet.trouble)
                yield from (f"{where}: {note}" for note in sheet.notes)
                yield from (f"{where} {words}" for cell in sheet.cells if (words := said_of(cell)))
        yield from (f"note: {note}" for note in self.notes)
        yield from (f"differs: {one}" for one in self.differences)

    def markdown(self) -> str:
        """All of it, as ``IMPORT.md``."""
        rows = ["# What was imported", "", f"From `{self.source}`.", ""]
        rows += [f"- {line}" for line in self.summary()]
        if self.notes:
            rows += ["", "## To know", "", *(f"- {note}" for note in self.notes)]
        if self.differences:
            rows += ["", "## Where nbgrader's own verdict differs", ""]
            rows += [f"- {one}" for one in self.differences]
        for week in self.weeks:
            rows += ["", f"## {week.id}", "", *(f"- {line}" for line in _facts(week)), ""]
            rows += [row for sheet in week.sheets for row in _sheet_rows(sheet)]
        return "\n".join(rows).rstrip() + "\n"


def _facts(week: WeekReport) -> Iterator[str]:
    if week.trouble:
        yield f"LEFT OUT, {week.trouble}"
    yield f"due {week.due}" if week.due else "never late"
    if week.files:
        yield f"{week.files} files beside the notebooks"
    yield from week.notes


def said_of(cell: CellReport) -> str:
    """What is to be said of a cell; empty for a test in the judge with nothing unusual."""
    said = list(cell.notes)
    if cell.where == KERNEL:
        said.insert(0, f"not protected: {cell.why}")
    if cell.reference is False:
        said.append(f"the author's own solution fails ({cell.fault})")
    if cell.stub is True and cell.points > 0 and cell.role == "tests":
        said.append("passes without an answer")
    return f"{cell.id}: {'; '.join(said)}" if said else ""


def _sheet_rows(sheet: SheetReport) -> Iterator[str]:
    yield f"### {sheet.name}"
    yield ""
    yield sheet.line().removeprefix(f"{sheet.name}: ")
    yield from (f"\n{note}" for note in sheet.notes)
    if sheet.cells and not sheet.trouble:
        yield ""
        yield "| cell | points | graded | |"
        yield "|---|---:|---|---|"
        for cell in sheet.cells:
            place = {JUDGE: "in the judge", KERNEL: "in the kernel", PERSON: "by a person"}
            words = said_of(cell).removeprefix(f"{cell.id}: ").replace("|", "\\|")
            yield f"| `{cell.id}` | {cell.points:g} | {place[cell.where]} | {words} |"
    yield ""
