"""All of one plain notebook that grading needs, as plain data that travels between processes."""

import ast
import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import nbformat

from ...authoring.fill import fill
from ...authoring.percent import plain_python
from ...authoring.plain.source import PlainSource, parse_plain
from ...course.cells import marking
from ...course.manifest import CellPolicy, Week
from ...kernels.limits import Limits


@dataclass(frozen=True)
class PlainAssignment:
    """One notebook of a plain week.

    Attributes
    ----------
    week, name, title : the week, the notebook, and the week's title
    version : a short name of what decides its marks
    notebook : the text of the notebook that students get
    graded : the same with hidden tests
    lesson : the same as the author wrote it, with solutions
    policies : what the course says of its test cells, by their ids
    alone : whether it is its week's only notebook
    proportion : whether a test cell gives the share of its checks that pass
    folder : of the week's source, for messages
    programs, mistakes : hidden programs of this engine's kind and known mistakes, as text
    files : what stands beside it, packed
    """

    week: str
    name: str
    title: str
    version: str
    notebook: str = field(repr=False)
    graded: str = field(repr=False)
    lesson: str = field(repr=False)
    policies: tuple[tuple[str, CellPolicy], ...] = ()
    alone: bool = True
    proportion: bool = False
    folder: str = ""
    programs: str = field(default="", repr=False)
    mistakes: str = field(default="", repr=False)
    files: bytes = field(default=b"", repr=False)
    limits: Limits = field(default_factory=Limits)
    submission_bytes: int = 64 << 20
    submission_seconds: float = 600.0
    requirements: tuple[str, ...] = ()

    @property
    def source(self) -> PlainSource:
        """Its cells."""
        return _source(self.week, self.name, self.lesson, self.graded, self.notebook)

    def key(self, cell: str) -> str:
        """The name of a cell in the whole week."""
        return cell if self.alone else f"{self.name}/{cell}"

    def policy(self, cell: str) -> CellPolicy:
        """What the course says of a test cell."""
        return dict(self.policies).get(cell, CellPolicy())

    def perfect(self) -> bytes:
        """What a student would hand in who wrote the author's solutions."""
        roles = ("solution", "manual")
        texts = {cell.id: cell.reference for cell in self.source.of(*roles) if cell.id}
        return fill(self.notebook, texts).encode()

    def skeleton(self) -> Any:
        """The notebook that students get, to be filled."""
        return nbformat.reads(self.notebook, as_version=4)


@lru_cache(maxsize=64)
def _source(week: str, name: str, lesson: str, graded: str, notebook: str) -> PlainSource:
    nodes = (nbformat.reads(text, as_version=4) for text in (lesson, graded, notebook))
    return parse_plain(week, name, *nodes)


def plain_version(source: PlainSource, week: Week, lesson: Any, programs: str = "") -> str:
    """The first 12 digits of a digest of what decides the marks of a plain notebook.

    Of generated tests it is what they are generated from: they hold a number drawn at random.
    """
    texts = {marking(cell).grade_id: cell.source for cell in lesson.cells}
    parts = [week.points, programs]
    for cell in source.cells:
        if cell.is_code or cell.role in ("manual", "task"):
            own = texts.get(cell.id, cell.reference) if cell.id else cell.reference
            words = _code(own, source) if cell.is_code else ""
            policy = week.policy(source.notebook, cell.id)
            parts.append(f"{cell.role} {cell.id} {cell.points!r} {policy.run} {words}")
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def _code(text: str, source: PlainSource) -> str:
    if not source.is_python:
        return text
    try:
        return ast.dump(ast.parse(plain_python(text)))
    except (SyntaxError, ValueError, RecursionError):
        return text


def make_plain(
    week: Week, name: str, *, lesson: Any, graded: Any, release: Any, programs: str, **more: Any
) -> PlainAssignment:
    """The assignment of one notebook of a plain week, from the forms that the build has made."""
    source = parse_plain(week.id, name, lesson, graded, release)
    known = [cell.id for cell in source.of("tests") if week.key(name, cell.id) in week.cells]
    return PlainAssignment(
        week=week.id,
        name=name,
        title=week.title,
        version=plain_version(source, week, lesson, programs),
        notebook=nbformat.writes(release),
        graded=nbformat.writes(graded),
        lesson=nbformat.writes(lesson),
        policies=tuple((id, week.policy(name, id)) for id in known),
        alone=len(week.sheets) == 1,
        proportion=week.points == "proportion",
        programs=programs,
        **more,
    )
