"""A student notebook with exercises filled in, for checks and sample classes."""

import json
from collections.abc import Mapping

from ..course.cells import marking


def fill(notebook: str, texts: Mapping[str, str]) -> str:
    """The student notebook with the cells of these ids replaced by these texts."""
    tree = json.loads(notebook)
    for cell in tree["cells"]:
        name = marking(cell).grade_id
        if name in texts:
            cell["source"] = texts[name].splitlines(keepends=True)
    return json.dumps(tree, indent=1, ensure_ascii=False)
