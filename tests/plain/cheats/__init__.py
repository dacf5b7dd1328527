"""Submissions that want points without the work, for the courses of ``courses``."""

from . import files, liars, patches, shells
from .cheat import Cheat

#: Those that are a student's cells; stock nbgrader falls to each of them.
CELLS = (*liars.CHEATS, *patches.CHEATS, *shells.CHEATS)
#: Those that change the file, or look for others; nbgrader puts its own cells back as well.
FILES = files.CHEATS

__all__ = ["CELLS", "FILES", "Cheat"]
