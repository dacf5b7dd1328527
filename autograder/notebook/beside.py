"""Modules that a notebook imports from files beside it: they are not handed in with it."""

import os
import sys
from pathlib import Path

WORDS = (
    "{names} stands beside the notebook. The notebook is graded alone, so what you import from "
    "there is not found then. Copy it into a cell."
)


def modules_beside(folder: Path) -> list[str]:
    """The names of the files below a folder that imported modules come from, in order."""
    inside, found = f"{folder}{os.sep}", set()
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and file.startswith(inside) and "site-packages" not in file:
            found.add(file.removeprefix(inside))
    return sorted(found)


def warn_of_modules_beside() -> None:
    """Say what will not be found when this notebook is graded.

    A file that a cell names is one that it writes (``%%writefile``), also when it is graded.

    Raises
    ------
    AssertionError
        In Validate, which shows nothing that is only printed.
    """
    cells = "\n".join(map(str, vars(sys.modules["__main__"]).get("In", ())))
    names = [name for name in modules_beside(Path.cwd()) if Path(name).name not in cells]
    if not names or os.environ.get("NBGRADER_EXECUTION") == "autograde":
        return
    words = WORDS.format(names=", ".join(names[:3]))
    if os.environ.get("NBGRADER_EXECUTION") == "validate":
        raise AssertionError(words)
    print(f"Note: {words}")
