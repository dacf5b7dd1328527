"""A student notebook with exercises filled in, for checks and sample classes."""

import json
from collections.abc import Mapping

from ..source import BEGIN_SOLUTION, END_SOLUTION, Source


def fill(notebook: str, texts: Mapping[str, str]) -> str:
    """The student notebook with the cells of these ids replaced by these texts."""
    tree = json.loads(notebook)
    for cell in tree["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in texts:
            cell["source"] = texts[name].splitlines(keepends=True)
    return json.dumps(tree, indent=1, ensure_ascii=False)


def reference_texts(source: Source) -> dict[str, str]:
    """The reference solution of every exercise, as a student would write it."""
    return {cell.name: unmarked(cell.text) for cell in source.exercises}


def unmarked(text: str) -> str:
    """``text`` without the lines that mark a solution."""
    rows = (row for row in text.splitlines() if row.strip() not in (BEGIN_SOLUTION, END_SOLUTION))
    return "\n".join(rows)
