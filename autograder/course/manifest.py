"""The course's manifest, ``course.yml``: read, checked, and found from anywhere below it."""

from pathlib import Path
from typing import Annotated, Any

import yaml
from packaging.requirements import InvalidRequirement, Requirement
from pydantic import (
    AfterValidator,
    Field,
    ValidationError,
    model_validator,
)

from .errors import CourseError
from .paths import Paths
from .week import CellPolicy, Count, FileName, Hours, Module, Name, Part, Positive, Week

MANIFEST = "course.yml"


def _requirement(line: str) -> str:
    try:
        return str(Requirement(line))
    except InvalidRequirement:
        raise ValueError(f"is {line!r}; expected a requirement for pip, as in numpy>=2") from None


PipRequirement = Annotated[str, AfterValidator(_requirement)]


class LimitPolicy(Part):
    """What one submission may use."""

    cell_seconds: Positive = 60
    program_seconds: Positive = 20
    submission_seconds: Positive = 600
    memory_mb: Count = 2048
    processes: Count = 64
    open_files: Annotated[int, Field(ge=64)] = 512
    written_mb: Count = 256
    output_kb: Count = 1024
    returned_mb: Count = 256
    submission_mb: Count = 64


class LatePolicy(Part):
    """What lateness costs: a share of the mark per day begun, after a grace."""

    grace_minutes: Annotated[float, Field(ge=0)] = 0
    penalty_per_day: Annotated[float, Field(ge=0, le=1)] = 0
    at_most: Annotated[float, Field(ge=0, le=1)] = 1

    def days(self, seconds_late: float) -> int:
        """The days begun after the grace."""
        late = seconds_late - 60 * self.grace_minutes
        return int(late // 86400) + 1 if late > 0 else 0

    def share(self, seconds_late: float) -> float:
        """The share of a mark that lateness takes off."""
        return min(self.at_most, self.penalty_per_day * self.days(seconds_late))

    def penalty(self, score: float, seconds_late: float) -> float:
        """Points to take off a mark of ``score`` for lateness, in points."""
        return max(0.0, score) * self.share(seconds_late)


class Grading(Part):
    """The grading policy."""

    limits: LimitPolicy = LimitPolicy()
    late: LatePolicy = LatePolicy()


class KernelPolicy(Part):
    """The kernels in which submissions run.

    ``preload`` names modules that are imported before kernels are forked, which saves each of them
    the time. A package that is installed for editing is readable in a kernel only if it is named.
    """

    preload: tuple[Module, ...] = ()


class About(Part):
    """What the course is called, and what its notebooks need.

    Attributes
    ----------
    data : the module that lists its data sets, as ``DATASETS``; installed, not beside the manifest
    requirements : what pip installs for its notebooks; a pinned framework comes first
    """

    id: Name
    title: str
    data: Module | None = None
    requirements: tuple[PipRequirement, ...] = ()


class Manifest(Part):
    """All of ``course.yml``.

    ``nbgrader`` holds settings of nbgrader's own that a course had before, by class and name.
    """

    course: About
    weeks: tuple[Week, ...]
    kernels: KernelPolicy = KernelPolicy()
    grading: Grading = Grading()
    exchange: str = "exchange"
    nbgrader: dict[str, dict[str, Any]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names(self) -> "Manifest":
        seen: list[str] = []
        if not self.weeks:
            raise ValueError("weeks must name at least one week")
        for week in self.weeks:
            if week.id in seen:
                raise ValueError(f"the week {week.id!r} is there twice")
            for name in week.prerequisites:
                if name not in seen:
                    raise ValueError(f"{week.id}: the prerequisite {name!r} is no earlier week")
            seen.append(week.id)
        return self


class Course(Paths):
    """A course: its folder, the paths in it, and its manifest."""

    def __init__(self, root: Path, manifest: Manifest) -> None:
        super().__init__(root)
        self.manifest = manifest

    @property
    def weeks(self) -> tuple[Week, ...]:
        return self.manifest.weeks

    @property
    def exchange_folder(self) -> Path:
        """The folder of nbgrader's exchange."""
        return self.root / self.manifest.exchange

    def preload(self, *weeks: Week) -> tuple[str, ...]:
        """The modules that the kernels of these weeks preload, each once, in order."""
        names = [*self.manifest.kernels.preload, *(name for week in weeks for name in week.preload)]
        return tuple(dict.fromkeys(names))

    def source_folder(self, week: Week) -> Path:
        """The folder of a week's source."""
        return self.source(week.id)

    def notebook_path(self, week: Week) -> Path:
        """The notebook of a week as students get it."""
        return self.notebook(week.id)

    def pick(self, words: list[str] | None) -> list[Week]:
        """The weeks that a command names, by id or number; all of them if it names none."""
        if not words:
            return list(self.weeks)
        return [self._one(word) for word in words]

    def _one(self, word: str) -> Week:
        for number, week in enumerate(self.weeks, 1):
            if word in (week.id, str(number)):
                return week
        known = ", ".join(f"{number} ({week.id})" for number, week in enumerate(self.weeks, 1))
        raise CourseError(f"there is no week {word!r}; the weeks are {known}")


def find_course(start: Path | None = None) -> Course:
    """The course of the nearest folder above ``start`` that holds ``course.yml``."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / MANIFEST).is_file():
            return load_course(folder)
    raise CourseError(
        f"no {MANIFEST} in {here} or any folder above it; change to the folder of a course"
    )


def load_course(root: Path) -> Course:
    """Read and check the manifest in ``root``.

    Raises
    ------
    CourseError
        One line for each wrong key or value: the key, what is there and what is allowed.
    """
    path = root / MANIFEST
    try:
        tree = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CourseError(f"{path}: cannot be read: {' '.join(str(error).split())}") from None
    if not isinstance(tree, dict):
        raise CourseError(f"{path}: expected keys and values, found {type(tree).__name__}")
    try:
        return Course(root, Manifest.model_validate(tree))
    except ValidationError as error:
        lines = [f"{path}: {_line(fault)}" for fault in error.errors()]
        raise CourseError("\n".join(lines)) from None


class _Loader(yaml.SafeLoader):
    """YAML's plain values, and no key twice."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        for number, key in enumerate(keys):
            if key in keys[:number]:
                message = f"the key {key!r} is there twice"
                raise yaml.constructor.ConstructorError(None, None, message, node.start_mark)
        return super().construct_mapping(node, deep)


def _line(fault: Any) -> str:
    first, *rest = fault["loc"] or ("",)
    parts = [first, *(part + 1 if isinstance(part, int) else part for part in rest)]
    key = ".".join(map(str, parts))
    match fault["type"]:
        case "extra_forbidden":
            allowed = ", ".join(_keys(fault["loc"][:-1]))
            return f"{key}: is not a known key; allowed here: {allowed}"
        case "missing":
            return f"{key}: is missing"
        case "value_error":
            return f"{key or 'the course'}: {fault['ctx']['error']}"
    found = repr(fault["input"])[:80]
    return f"{key}: is {found}; {fault['msg'][0].lower()}{fault['msg'][1:]}"


def _keys(location: tuple[Any, ...]) -> list[str]:
    """The keys that are allowed at a place of the manifest."""
    models: dict[str, type[Part]] = {
        "course": About,
        "weeks": Week,
        "cells": CellPolicy,
        "hours": Hours,
        "kernels": KernelPolicy,
        "grading": Grading,
        "limits": LimitPolicy,
        "late": LatePolicy,
    }
    names = [part for part in location if isinstance(part, str)]
    return list(models[names[-1]].model_fields if names else Manifest.model_fields)


__all__ = [
    "CellPolicy",
    "Course",
    "FileName",
    "LatePolicy",
    "Manifest",
    "Week",
    "find_course",
    "load_course",
]
