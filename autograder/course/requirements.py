"""The packages that a course's notebooks need: which versions are here, and which do not fit."""

import importlib.metadata
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from packaging.requirements import Requirement


@dataclass(frozen=True)
class Found:
    """One requirement and the version that is here; empty where the package is missing."""

    requirement: Requirement
    version: str

    @property
    def fits(self) -> bool:
        """Whether the package is here in a version that is asked for."""
        return bool(self.version) and self.requirement.specifier.contains(
            self.version, prereleases=True
        )


def look_up(requirements: Iterable[str]) -> tuple[Found, ...]:
    """What is here of each requirement, in order."""
    return tuple(Found(one, _version(one.name)) for one in map(Requirement, requirements))


def versions(requirements: Iterable[str]) -> dict[str, str]:
    """The versions that decide a mark: of Python, NumPy and what the course needs."""
    found = {one.requirement.name: one.version for one in look_up(requirements)}
    return {"python": platform.python_version(), "numpy": _version("numpy"), **found}


def misfits(requirements: Iterable[str]) -> list[str]:
    """A sentence for each requirement that is not met here."""
    return [
        f"graded with {one.requirement.name} {one.version or '(not installed)'}, but the course "
        f"asks for {one.requirement}: results may differ"
        for one in look_up(requirements)
        if not one.fits
    ]


@cache
def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
