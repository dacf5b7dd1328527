"""The statistics of the reports, each with an interval, and with a reason where not given."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

#: The normal quantile of a 95% interval.
Z95 = 1.959963984540054
#: For fewer students no share is given.
FEW = 10
#: For fewer students a correlation says next to nothing: ±0.4 at 20.
FEW_FOR_CORRELATION = 20


@dataclass(frozen=True)
class Estimate:
    """A number with its 95% interval, from ``n`` students; ``why_not`` if it is not given."""

    value: float
    low: float
    high: float
    n: int
    why_not: str = ""

    @property
    def known(self) -> bool:
        return not self.why_not


def unknown(n: int, why: str) -> Estimate:
    """No estimate, and why."""
    return Estimate(math.nan, math.nan, math.nan, n, why)


def share(count: int, n: int, few: int = FEW) -> Estimate:
    """A share with Wilson's interval (Wilson 1927, J. Am. Stat. Assoc. 22, 209-212)."""
    if n < few:
        return unknown(n, f"too few: {n}, fewer than {few}")
    centre = (count + Z95**2 / 2) / (n + Z95**2)
    spread = Z95 / (n + Z95**2) * math.sqrt(count * (n - count) / n + Z95**2 / 4)
    return Estimate(count / n, max(0.0, centre - spread), min(1.0, centre + spread), n)


def rest_correlation(item: Sequence[float], rest: Sequence[float]) -> Estimate:
    """Discrimination: the correlation of an exercise's mark with the sum of all the others.

    Pearson's correlation, which for an exercise that is right or wrong is the point-biserial
    one, with the interval of Fisher's z. The exercise's own points are not in the rest, so it
    does not correlate with itself.
    """
    n = len(item)
    if n < FEW_FOR_CORRELATION:
        return unknown(n, f"too few: {n}, fewer than {FEW_FOR_CORRELATION}")
    if np.ptp(item) == 0 or np.ptp(rest) == 0:
        return unknown(n, "everybody has the same")
    r = float(np.clip(np.corrcoef(item, rest)[0, 1], -0.999999, 0.999999))
    z, spread = math.atanh(r), Z95 / math.sqrt(n - 3)
    return Estimate(r, math.tanh(z - spread), math.tanh(z + spread), n)


def paired_g(estimated: Sequence[float], achieved: Sequence[float]) -> Estimate:
    """Hedges' g of what people think of their work over what it is worth, for the same people.

    The difference of the means over the mean standard deviation, made smaller for small n;
    above zero is overestimation. The interval is that of dependent groups (Borenstein et al.
    2009, Introduction to Meta-Analysis, equations 4.26 to 4.29).
    """
    n = len(estimated)
    if n < FEW_FOR_CORRELATION:
        return unknown(n, f"too few: {n}, fewer than {FEW_FOR_CORRELATION}")
    x, y = np.asarray(estimated, float), np.asarray(achieved, float)
    scale = math.sqrt((x.var(ddof=1) + y.var(ddof=1)) / 2)
    if scale == 0:
        return unknown(n, "everybody has the same")
    both_vary = np.ptp(x) > 0 and np.ptp(y) > 0
    r = float(np.corrcoef(x, y)[0, 1]) if both_vary else 0.0
    small = 1 - 3 / (4 * (n - 1) - 1)
    d = float(x.mean() - y.mean()) / scale
    spread = Z95 * small * math.sqrt((1 / n + d**2 / (2 * n)) * 2 * (1 - r))
    return Estimate(small * d, small * d - spread, small * d + spread, n)


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """The lower quartile, the median and the upper quartile; NaN of nothing."""
    if not values:
        return math.nan, math.nan, math.nan
    low, middle, high = np.percentile(values, [25, 50, 75])
    return float(low), float(middle), float(high)
