"""Yearly sunspot numbers from 1700 to 2008, from the package statsmodels."""

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

FIRST_YEAR, LAST_YEAR = 1700, 2008
#: Some years, and the sum of all: enough to recognise the version of the series.
KNOWN = {1700: 5.0, 1816: 45.8, 1957: 190.2, 1979: 155.4, 2008: 2.9}
TOTAL = 15373.4


def load() -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Yearly mean sunspot numbers, version 1.0 of the series (the one before July 2015).

    Returns
    -------
    years : array (309,), 1700 … 2008
    numbers : array (309,), mean of the daily sunspot numbers of each year

    Raises
    ------
    ModuleNotFoundError
        If statsmodels is not installed.
    ValueError
        If it holds another version of the data.
    """
    try:
        module: Any = import_module("statsmodels.datasets.sunspots")
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"The sunspots come with statsmodels; {error.name} is missing: pip install statsmodels"
        ) from None
    table = module.load_pandas().data
    years = np.asarray(table["YEAR"], dtype=np.int64)
    numbers = np.asarray(table["SUNACTIVITY"], dtype=np.float64)
    _check(years, numbers)
    return years, numbers


def _check(years: NDArray[np.int64], numbers: NDArray[np.float64]) -> None:
    """Refuse another series than the one that the course's results were measured on."""
    found = dict(zip(years.tolist(), numbers.tolist(), strict=True))
    same = (
        years.tolist() == list(range(FIRST_YEAR, LAST_YEAR + 1))
        and all(abs(found[year] - number) < 0.05 for year, number in KNOWN.items())
        and abs(float(numbers.sum()) - TOTAL) < 0.05
    )
    if not same:
        wanted = f"{LAST_YEAR - FIRST_YEAR + 1} years, {FIRST_YEAR} to {LAST_YEAR}, sum {TOTAL:g}"
        raise ValueError(
            f"statsmodels holds another version of the sunspots: {len(years)} years, sum "
            f"{float(numbers.sum()):g}; the course uses version 1.0 ({wanted})"
        )
