"""Pages: Jinja's environment, and how numbers read on them."""

import base64
import hashlib
import math
from functools import lru_cache

from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup, escape


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Jinja's environment with this room's templates, which escape what they are given."""
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
    """Points to read, with at most two decimals; a dash for what is no number."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if math.isfinite(value) else "–"


def in_words(seconds: float) -> str:
    """A time to read, in seconds, minutes or hours."""
    if seconds < 120:
        return f"{seconds:.1f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def script_hash(script: str) -> str:
    """The hash by which a Content-Security-Policy allows this script and no other."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
