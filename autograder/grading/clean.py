"""Outputs as a person's browser may show them: bounded, and without script."""

import itertools
import re
from typing import Any

import nh3
from nbformat.notebooknode import NotebookNode

from ..kernels.outputs import node

#: No picture from elsewhere: fetching it would tell its owner who looks, and when.
TAGS = nh3.ALLOWED_TAGS - {"img", "map", "area"}
#: What a style may set: nothing that lays one thing over another, or fetches a picture.
STYLES = {"margin", "padding-left", "border-left", "color", "font-weight", "text-align"}
#: Tags that hold others; those that close themselves do not make a page deep.
OPENING = re.compile(r"<(/?)(?!br|hr|img|input|col|wbr|p\b|li|td|th|tr)[a-zA-Z]")
DEPTH_LIMIT = 200
#: Tags that, left open, are opened again in every block below: `<b>` a thousand times is a million.
STYLING = re.compile(
    r"(?i)<(/?)(a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u|del|ins|span|abbr|cite|q|kbd|"
    r"samp|sub|sup|var|mark)\b[^>]*"
)
#: How many characters cleaning may make of a text at most, in all and beside its own length.
GROWTH_LIMIT = 1 << 20
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
#: How many characters of one text an output keeps.
TEXT_LIMIT = 20_000


def clean_outputs(outputs: list[Any]) -> list[Any]:
    """A cell's outputs reduced to text, pictures and harmless HTML."""
    return [cleaned for output in outputs if (cleaned := _clean(output)) is not None]


def picture(mime: Any, data: Any) -> bool:
    """Whether this is a bitmap in base64 and nothing else."""
    return (
        mime in ("image/png", "image/jpeg")
        and isinstance(data, str)
        and bool(BASE64.fullmatch(data))
    )


def _clean(output: Any) -> Any:
    if output.output_type == "stream":
        name = "stderr" if output.name == "stderr" else "stdout"
        return node("stream", name=name, text=cut(output.text))
    if output.output_type == "error":
        trace = [cut(line) for line in output.traceback[:100]]
        return node("error", ename=cut(output.ename), evalue=cut(output.evalue), traceback=trace)
    data: dict[str, Any] = {}
    for mime, value in output.data.items():
        if picture(mime, value):
            data[mime] = value
        elif mime == "text/plain" and isinstance(value, str):
            data[mime] = cut(value)
        elif mime == "text/html" and isinstance(value, str) and _is_modest(value):
            clean = nh3.clean(value, tags=TAGS)
            if len(clean) <= 4 * len(value) + TEXT_LIMIT:
                data[mime] = clean
    if not data:
        return None
    return node("display_data", data=NotebookNode(data), metadata=NotebookNode())


def harmless(html: Any) -> str:
    """What the formgrader shows of a notebook's HTML; code and judge's lines keep their colours."""
    text = html.decode() if isinstance(html, bytes) else str(html)
    attributes = {tag: {*nh3.ALLOWED_ATTRIBUTES.get(tag, ()), "class", "style"} for tag in TAGS}
    return nh3.clean(text, tags=TAGS, attributes=attributes, filter_style_properties=STYLES)


def _is_modest(html: str) -> bool:
    """Whether cleaning it takes no time to speak of: short, and not nested deeply."""
    if len(html) >= 10 * TEXT_LIMIT or _growth(html) > GROWTH_LIMIT:
        return False
    steps = (-1 if match[1] else 1 for match in OPENING.finditer(html))
    depths = itertools.accumulate(steps, lambda depth, step: max(0, depth + step))
    return max(depths, default=0) <= DEPTH_LIMIT


def _growth(html: str) -> int:
    """How many characters a browser may add to complete what is left open, at most."""
    open_: dict[str, list[int]] = {}
    size, most = 0, 0
    for found in STYLING.finditer(html):
        tags = open_.setdefault(found[2].lower(), [])
        if not found[1]:
            tags.append(len(found[0]) + 1)
            size += tags[-1]
        elif tags:
            size -= tags.pop()
        most = max(most, size)
    return most * html.count("<")


def cut(text: str) -> str:
    """``text``, its middle left out where it is too long."""
    if len(text) <= TEXT_LIMIT:
        return text
    half = TEXT_LIMIT // 2
    return f"{text[:half]}\n… {len(text) - 2 * half:,} characters left out …\n{text[-half:]}"
