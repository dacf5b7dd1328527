"""A week as ``course.yml`` says it: its dates, its notebooks, what is known of its test cells."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_\-]+$")]
#: nbgrader allows blanks and dots in the names of assignments and notebooks.
FileName = Annotated[str, Field(pattern=r"^[\w\-](?:[\w\-. ,()&']*[\w\-)'])?$", max_length=120)]
Module = Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(gt=0)]


class Part(BaseModel):
    """A part of the manifest: read-only, and without unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Hours(Part):
    """How long a week takes, in hours."""

    study: Annotated[float, Field(ge=0)] = 3
    coding: Annotated[float, Field(ge=0)] = 3
    project: Annotated[float, Field(ge=0)] = 3
    reflection: Annotated[float, Field(ge=0)] = 1


class CellPolicy(Part):
    """What the course says of one test cell of a plain notebook.

    Attributes
    ----------
    run : in the judge, or in the student's kernel, where nothing protects it; None for judge
    why : the reason, for reports
    reference : whether the author's own solution passes it; of one that fails nothing is expected
    """

    run: Literal["judge", "kernel"] | None = None
    why: str = ""
    reference: Literal["passes", "fails"] = "passes"


class Week(Part):
    """One week: its assignment id, title, dates and prerequisites.

    A week that names ``notebooks`` is plain: they are nbgrader's own, their tests plain asserts.

    Attributes
    ----------
    open, due : when it is handed out and due; a week without ``due`` is never late
    preload : modules that its kernels have imported, besides those of every week
    notebooks : of a plain week, the names of its notebooks
    points : of a plain week, whether a test cell gives all of its points or none, as in nbgrader,
        or the share of its checks that pass
    cells : of a plain week, what is known of single test cells, by ``key``
    """

    id: FileName
    title: str
    open: AwareDatetime | None = None
    due: AwareDatetime | None = None
    hours: Hours = Hours()
    data: tuple[str, ...] = ()
    prerequisites: tuple[FileName, ...] = ()
    preload: tuple[Module, ...] = ()
    notebooks: tuple[FileName, ...] = ()
    points: Literal["whole", "proportion"] = "whole"
    cells: dict[str, CellPolicy] = {}

    @model_validator(mode="after")
    def _in_order(self) -> "Week":
        if self.due and self.open and self.due <= self.open:
            raise ValueError(f"due ({self.due}) must come after open ({self.open})")
        if len(set(self.notebooks)) < len(self.notebooks):
            raise ValueError(f"{self.id}: a notebook is named twice")
        missing = [name for name in ("open", "due") if getattr(self, name) is None]
        if missing and not self.notebooks:
            raise ValueError(f"{self.id}: {missing[0]} is missing; plain weeks alone may have none")
        if self.cells and not self.notebooks:
            raise ValueError(f"{self.id}: cells are of plain weeks only, which name notebooks")
        return self

    @property
    def is_plain(self) -> bool:
        """Whether it consists of nbgrader's own notebooks."""
        return bool(self.notebooks)

    @property
    def sheets(self) -> tuple[str, ...]:
        """The names of its notebooks; that of its id where it has one of this engine's kind."""
        return self.notebooks or (self.id,)

    def key(self, notebook: str, cell: str) -> str:
        """The name of a cell in the whole week: cells of two notebooks may have one name."""
        return cell if len(self.sheets) == 1 else f"{notebook}/{cell}"

    def policy(self, notebook: str, cell: str) -> CellPolicy:
        """What the course says of a test cell."""
        return self.cells.get(self.key(notebook, cell), CellPolicy())
