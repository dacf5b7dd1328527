"""Reads an ``nbgrader_config.py``, which is a program: run as one, in a process of its own.

It writes what it found as JSON to the file that is its second argument, and imports nothing of
this package: a course's configuration may change whatever it likes here.
"""

import json
import sys
from pathlib import Path
from typing import Any


def read(path: Path) -> dict[str, Any]:
    """The settings of a configuration: those that are data, and the names of the others."""
    from traitlets.config.loader import JSONFileConfigLoader, PyFileConfigLoader

    sys.path.append(str(path.parent))  # where nbgrader lets it import from
    make = JSONFileConfigLoader if path.suffix == ".json" else PyFileConfigLoader
    config = make(path.name, path=str(path.parent)).load_config()
    data: dict[str, dict[str, Any]] = {}
    others: list[str] = []
    for section, settings in config.items():
        for name, value in dict(settings).items():
            try:
                data.setdefault(section, {})[name] = json.loads(json.dumps(_plain(value)))
            except (TypeError, ValueError):
                others.append(f"{section}.{name}")
    return {"data": data, "others": others}


def _plain(value: Any) -> Any:
    """A setting's value as data; what ``.append`` and ``.update`` add to a default is a mapping."""
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "to_dict") and not isinstance(value, dict):
        return {"added to the default": value.to_dict()}
    return value


if __name__ == "__main__":
    found = json.dumps(read(Path(sys.argv[1])))
    Path(sys.argv[2]).write_text(found, encoding="utf-8")
