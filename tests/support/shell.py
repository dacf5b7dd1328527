"""Programs run as a person would, in a folder of theirs."""

import os
import subprocess
from pathlib import Path


def command(program: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a folder, with nothing of the checkout in its environment."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return subprocess.run(
        [program, *words],
        cwd=folder,
        env={**kept, "OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
