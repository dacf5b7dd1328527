"""The data sets of the course at hand: the module that ``course.yml`` names as ``course.data``."""

from collections.abc import Mapping
from importlib import import_module

from ..course.errors import CourseError
from ..course.manifest import MANIFEST, Course
from ..notebook.dataset import Dataset


def registry(course: Course) -> Mapping[str, Dataset]:
    """The course's data sets by name, in its own order; none where it names no module.

    Raises
    ------
    CourseError
        If the module cannot be imported, or has no mapping ``DATASETS``; one line says why.
    """
    name = course.manifest.course.data
    if name is None:
        return {}
    where = f"{course.root / MANIFEST}: course.data: {name}"
    try:
        module = import_module(name)
    except Exception as error:  # whatever the course's own code raises
        why = " ".join(f"{type(error).__name__}: {error}".split())
        raise CourseError(
            f"{where}: cannot be imported ({why}); install the course's package in this environment"
        ) from None
    datasets = getattr(module, "DATASETS", None)
    if not isinstance(datasets, Mapping):
        found = "has none" if datasets is None else f"has a {type(datasets).__name__}"
        raise CourseError(
            f"{where}: expected a mapping DATASETS of names to data sets; the module {found}"
        )
    for key, dataset in datasets.items():
        if not isinstance(dataset, Dataset) or dataset.name != key:
            raise CourseError(f"{where}: DATASETS[{key!r}] must be a Dataset of that name")
    return datasets


def weeks_of(course: Course, name: str) -> list[int]:
    """The numbers of the weeks that name a data set, from 1."""
    return [number for number, week in enumerate(course.weeks, 1) if name in week.data]


def unknown_names(course: Course, datasets: Mapping[str, Dataset]) -> list[str]:
    """A line for every name in the manifest for which there is no data set."""
    known = f"the data sets are {', '.join(datasets)}"
    if not datasets:
        known = "the course names no module of data sets (course.data)"
    return [
        f"{course.root / MANIFEST}: weeks.{number}.data.{place}: is {name!r}; {known}"
        for number, week in enumerate(course.weeks, 1)
        for place, name in enumerate(week.data, 1)
        if name not in datasets
    ]
