"""The course that these tests import."""

from pathlib import Path

import pytest
from support.nbgrader_course import write_course


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """An nbgrader course."""
    return write_course(tmp_path / "areas")
