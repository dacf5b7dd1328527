"""Where a notebook teaches what an exercise asks: the sections above it, and their text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import mistune
import nh3

from ..course.cells import marking
from ..grading.clean import TAGS
from ..grading.sanitise import OWN
from .formulas import formula

HEADING = re.compile(r"(#{1,6})\s+(.*\S)")
LINK = re.compile(r"\[([^\]]+)\]\(#([^)\s]+)\)")
FENCE = re.compile(r"\s*(```|~~~)")


@dataclass(frozen=True)
class Section:
    """A section of a notebook: its heading, JupyterLab's anchor, and the text under it."""

    title: str
    text: str

    @property
    def anchor(self) -> str:
        """The heading's address in JupyterLab: its text, with hyphens for spaces."""
        return self.title.replace(" ", "-")

    @property
    def html(self) -> str:
        """The section as HTML without script, formulas drawn."""
        return _html(self.text)[0]

    @property
    def glyphs(self) -> dict[str, str]:
        """The letters of its formulas."""
        return _html(self.text)[1]


@dataclass(frozen=True)
class Lesson:
    """What teaches an exercise: its own section, and those that this one links to."""

    own: Section
    theory: tuple[Section, ...]

    @property
    def sections(self) -> tuple[Section, ...]:
        """What to read again: the theory, or the exercise's own section if it links to none."""
        return self.theory or (self.own,)


def lessons(cells: Sequence[dict[str, Any]]) -> dict[str, Lesson]:
    """The lesson of every exercise cell of a notebook, by the exercise's name."""
    above: dict[str, Section] = {}
    known: dict[str, Section] = {}
    current: Section | None = None
    for cell in cells:
        own = marking(cell)
        if OWN in cell["metadata"]:
            continue
        if cell["cell_type"] == "markdown" and not own.solution:
            for section in _sections("".join(cell["source"])):
                current = section
                known.setdefault(section.anchor, section)
        elif own.solution and current is not None:
            above[own.grade_id] = current
    return {name: Lesson(section, _theory(section, known)) for name, section in above.items()}


def _theory(section: Section, known: dict[str, Section]) -> tuple[Section, ...]:
    anchors = dict.fromkeys(unquote(anchor) for _, anchor in LINK.findall(section.text))
    return tuple(known[anchor] for anchor in anchors if anchor in known)


def _sections(text: str) -> list[Section]:
    """The headings of a cell, each with the text up to the next."""
    found: list[tuple[str, list[str]]] = []
    fenced = False
    for line in text.splitlines():
        fenced ^= bool(FENCE.match(line))
        heading = None if fenced else HEADING.fullmatch(line)
        if heading:
            found.append((re.sub(r"[`*]", "", heading[2]), []))
        elif found:
            found[-1][1].append(line)
    return [Section(title, "\n".join(lines)) for title, lines in found]


class _Renderer(mistune.HTMLRenderer):
    """HTML with a placeholder for each formula, which is filled in after cleaning."""

    def __init__(self) -> None:
        super().__init__(escape=False)
        self.drawn: list[str] = []
        self.glyphs: dict[str, str] = {}

    def inline_math(self, tex: str) -> str:
        """``$…$``, called by mistune's plugin."""
        made = formula(tex)
        self.drawn.append(made.svg)
        self.glyphs |= made.glyphs
        return f"\ue000{len(self.drawn) - 1}\ue001"

    def block_math(self, tex: str) -> str:
        """``$$…$$``, called by mistune's plugin."""
        return f"<p>{self.inline_math(tex)}</p>\n"


@lru_cache(maxsize=256)
def _html(text: str) -> tuple[str, dict[str, str]]:
    renderer = _Renderer()
    render = mistune.create_markdown(renderer=renderer, plugins=["table", "math"])
    tags = TAGS | {"details", "summary"}
    clean = nh3.clean(str(render(text)), tags=tags, link_rel="noreferrer")
    clean = re.sub(r'<a href="#[^"]*"[^>]*>(.*?)</a>', r"\1", clean)  # it leads out of the page
    filled = re.sub(r"\ue000(\d+)\ue001", lambda match: renderer.drawn[int(match[1])], clean)
    return filled, renderer.glyphs


def teaser(sections: Sequence[Section]) -> str:
    """The headings, quoted, for a text without links."""
    return " and ".join(f"“{section.title}”" for section in sections)
