"""From what authors write to what students get: a week's source, the build, the bundle.

A week is a folder of four files; `source.read` gives all of it, checked. The names here are those
that `mistakes.py` and `alternatives.py` import.
"""

from .variants import alternative, edit, mistake

__all__ = ["alternative", "edit", "mistake"]
