"""From what authors write to what students get: a week's source, the build, the bundle.

A week is a folder of four files; `source.read` gives all of it, checked. The names here are those
that `mistakes.py`, `alternatives.py` and `equivalents.py` import.
"""

from .equivalents import equivalent
from .variants import alternative, edit, mistake

__all__ = ["alternative", "edit", "equivalent", "mistake"]
