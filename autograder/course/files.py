"""Files that are there whole or not at all: an interrupted run leaves the old one."""

import os
from pathlib import Path


def write_whole(path: Path, content: str | bytes, mode: int | None = None) -> None:
    """Write a file beside ``path`` and let it take its place; folders are made.

    Parameters
    ----------
    mode : of the file, where it is not to be the usual one
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    draft.write_bytes(content.encode() if isinstance(content, str) else content)
    if mode is not None:
        draft.chmod(mode)
    draft.replace(path)
