"""Formulas as pictures in the page: matplotlib's mathtext draws them without a network."""

import io
import re
import zlib
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from typing import Any

import matplotlib
from matplotlib.font_manager import FontProperties
from matplotlib.mathtext import math_to_image

#: TeX that mathtext does not know, and what it does.
INSTEAD = (
    (re.compile(r"\\[lr]Vert(?![a-zA-Z])"), r"\\|"),
    (re.compile(r"\\[Bb]igg?[lr]?(?![a-z])"), ""),
    (re.compile(r"\\[dt]frac"), r"\\frac"),
    (re.compile(r"\\underbrace\{(.*?)\}_\{\\text\{[^}]*\}\}"), r"\1"),
    (re.compile(r"\\text\{([^}]*)\}"), lambda match: rf"\mathrm{{{_words(match[1])}}}"),
)
SIZE = 12
GLYPH = re.compile(r'<path id="([^"]+)" d="([^"]*)" transform="scale\(0\.015625\)"/>')
VIEW = re.compile(r'width="([\d.]+)pt" height="([\d.]+)pt" viewBox="([\d. ]+)"')


@dataclass(frozen=True)
class Formula:
    """A formula as an ``<svg>``, and the shapes of its letters, which a page holds only once."""

    svg: str
    glyphs: dict[str, str] = field(default_factory=dict)


@lru_cache(maxsize=2048)
def formula(tex: str) -> Formula:
    """Draw a formula, with its TeX for screen readers; if that fails, show the TeX as code."""
    text = " ".join(tex.split())
    for pattern, known in INSTEAD:
        text = pattern.sub(known, text)
    buffer = io.BytesIO()
    style: Any = {"svg.fonttype": "path", "svg.hashsalt": "formula", "mathtext.fontset": "cm"}
    try:
        with matplotlib.rc_context(style):
            depth = math_to_image(f"${text}$", buffer, FontProperties(size=SIZE), 72, "svg")
    except (ValueError, RuntimeError, OverflowError):
        return Formula(f"<code>{escape(tex)}</code>")
    drawn = " ".join(buffer.getvalue().decode().split()).replace("> <", "><")
    names: dict[str, str] = {}
    glyphs: dict[str, str] = {}
    for name, path in GLYPH.findall(drawn):
        names[name] = f"g{zlib.crc32(path.encode()):08x}"
        glyphs[names[name]] = path
    size = VIEW.search(drawn)
    begin = drawn.find("<g transform=")
    if size is None or begin < 0:
        return Formula(f"<code>{escape(tex)}</code>")
    body = re.sub(r"<defs>.*?</defs>", "", drawn[begin : drawn.rindex("</g></g></svg>")])
    body = re.sub(r'xlink:href="#([^"]+)"', lambda m: f'href="#{names.get(m[1], "")}"', body)
    body = body.removesuffix("</g>") if body.count("<g") < body.count("</g>") else body
    shown = f'role="img" aria-label="{escape(tex)}" style="vertical-align:-{depth:.1f}pt"'
    width, height, view = size.groups()
    return Formula(
        f'<svg {shown} width="{width}pt" height="{height}pt" viewBox="{view}">{body}</svg>', glyphs
    )


def alphabet(glyphs: dict[str, str]) -> str:
    """The shapes of a page's letters, hidden, for its formulas to refer to."""
    shapes = (
        f'<path id="{name}" d="{path}" transform="scale(0.015625)"/>'
        for name, path in sorted(glyphs.items())
    )
    style = "position:absolute;width:0;height:0"
    return f'<svg aria-hidden="true" style="{style}"><defs>{"".join(shapes)}</defs></svg>'


def inline(svg: str, attributes: str) -> str:
    """An SVG file of matplotlib's as an ``<svg>`` that can share a page with others.

    Its ids are made unique; links to ``#show=`` remain links of the page.
    """
    text = svg[svg.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"<style[^>]*>.*?</style>\s*", "", text, flags=re.DOTALL)
    prefix = f"f{zlib.crc32(text.encode()):x}-"
    text = re.sub(r'(\bid=")', rf"\g<1>{prefix}", text)
    text = re.sub(r"(url\(#)", rf"\g<1>{prefix}", text)
    text = re.sub(r'(xlink:href="#)(?!show=)', rf"\g<1>{prefix}", text)
    text = text.replace("<a xlink:", '<a tabindex="-1" xlink:')  # a table has the same links
    return text.replace("<svg ", f"<svg {attributes} ", 1)


def _words(text: str) -> str:
    """Words in a formula keep their spaces."""
    return text.replace("_", r"\_").replace(r"\\_", r"\_").replace(" ", r"\ ")
