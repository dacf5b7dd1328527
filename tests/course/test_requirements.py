"""The packages that decide a mark: noted with it, and told where they are others."""

import numpy as np
import pytest

from autograder.course import requirements
from autograder.course.requirements import misfits, versions


def test_what_fits_is_noted_and_nothing_is_said() -> None:
    found = versions(["numpy>=1", "pytest"])
    assert found["numpy"] == np.__version__
    assert found["pytest"] == pytest.__version__
    assert found["python"].startswith("3.")
    assert misfits(["numpy>=1", "pytest"]) == []


@pytest.mark.parametrize(
    ("requirement", "words"),
    [("numpy==1.0", np.__version__), ("no-such-package>=2", "(not installed)")],
)
def test_what_does_not_fit_is_told(requirement: str, words: str) -> None:
    (line,) = misfits([requirement])
    assert words in line
    assert requirement in line


def test_a_missing_package_has_no_version() -> None:
    (found,) = requirements.look_up(["no-such-package"])
    assert not found.fits
    assert versions(["no-such-package"])["no-such-package"] == ""
