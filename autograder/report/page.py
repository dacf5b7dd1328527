"""Pages: Jinja's environment, and files that stand whole or not at all."""

import base64
import hashlib
import math
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup, escape


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates of this room; whatever they are given is escaped."""
    loader = PackageLoader("autograder.report", "templates")
    made = Environment(
        loader=loader, autoescape=select_autoescape(), trim_blocks=True, lstrip_blocks=True
    )
    made.filters.update(
        mark=in_points,
        percent=lambda value: f"{value:.0%}" if math.isfinite(value) else "–",
        signed=lambda value: f"{value:+.2f}".replace("-", "−"),
        seconds=in_words,
        folded=lambda name: Markup(escape(name).replace("_", Markup("_<wbr>"))),
    )
    return made


def in_points(value: float) -> str:
    """Points to read: two decimals where there are any; nothing for what is no number."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if math.isfinite(value) else "–"


def in_words(seconds: float) -> str:
    """A time to read: seconds, minutes or hours."""
    if seconds < 120:
        return f"{seconds:.1f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def script_hash(script: str) -> str:
    """What a Content-Security-Policy allows: this script, and no other in the page."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def write(path: Path, text: str) -> None:
    """Write a page, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.tmp")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
