"""The reports' plots: matplotlib's SVG, for a page that loads nothing."""

import io
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import matplotlib
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from .formulas import inline
from .statistics import Estimate

#: Readable for everybody (Okabe & Ito 2008): blue and vermilion, and grey for the context.
BLUE, RED, GREY = "#0072B2", "#D55E00", "#777777"
STYLE: Any = {
    "svg.fonttype": "none",  # text stays text: it is read aloud, found and small
    "svg.hashsalt": "report",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e4e4e4",
    "xtick.color": "#333333",
    "ytick.color": "#333333",
}


def histogram(counts: Sequence[int], edges: Sequence[float], unit: str, middle: float) -> str:
    """A histogram of points; a bar is a link to its students (``#show=bN``)."""
    with matplotlib.rc_context(STYLE):
        figure, ax = _axes(7.2, 2.7)
        widths = [right - left for left, right in pairwise(edges)]
        bars = ax.bar(edges[:-1], counts, widths, align="edge", color=BLUE, edgecolor="white")
        for index, (bar, number) in enumerate(zip(bars, counts, strict=True)):
            bar.set_url(f"#show=b{index}")
            if number:
                ax.annotate(
                    str(number),
                    (bar.get_x() + bar.get_width() / 2, number),
                    ha="center",
                    va="bottom",
                    fontsize=9,
                )
        ax.axvline(middle, color=RED, linestyle="--", linewidth=1.5)
        ax.set_ylim(0, 1.14 * max(1, *counts))
        side = "right" if middle > edges[-1] * 0.8 else "left"
        pad = -4 if side == "right" else 4
        ax.annotate(
            f"median {middle:.3g}",
            (middle, 1),
            xycoords=("data", "axes fraction"),
            xytext=(pad, 4),
            textcoords="offset points",
            ha=side,
            color=RED,
        )
        ax.set(xlabel=unit, ylabel="students", xlim=(edges[0], edges[-1]))
        ax.yaxis.get_major_locator().set_params(integer=True)
        ax.grid(axis="x", visible=False)
        return _svg(figure)


def exercises(names: Sequence[str], rates: Sequence[Estimate], corr: Sequence[Estimate]) -> str:
    """Success rate and discrimination of every exercise, with intervals."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(7.2, 1.1 + 0.34 * len(names)), layout="constrained")
        left, right = figure.subplots(1, 2, sharey=True)
        _dots(left, rates, BLUE)
        _dots(right, corr, BLUE)
        left.set(xlim=(0, 1), xlabel="share with every test passing")
        left.xaxis.set_major_formatter(PercentFormatter(1))
        right.axvline(0, color=GREY, linewidth=1)
        right.set(xlim=(-1, 1), xlabel="correlation with the rest of the week")
        left.set_yticks(range(len(names)), names, parse_math=False)
        left.set_ylim(len(names) - 0.5, -0.5)
        return _svg(figure)


def claims(names: Sequence[str], ticked: Sequence[float], passes: Sequence[float]) -> str:
    """For each statement the share who ticked it and the share whose tests pass."""
    with matplotlib.rc_context(STYLE):
        figure, ax = _axes(7.2, 1.3 + 0.34 * len(names))
        rows = range(len(names))
        ax.hlines(rows, ticked, passes, color=GREY, linewidth=2)
        ax.plot(ticked, rows, "o", color=RED, markersize=8, label="ticked", clip_on=False)
        ax.plot(passes, rows, "s", color=BLUE, markersize=6, label="tests pass", clip_on=False)
        ax.set_yticks(rows, names, parse_math=False)
        ax.set(xlim=(0, 1), xlabel="share of the students with a self-assessment")
        ax.set_ylim(len(names) - 0.5, -0.5)
        ax.xaxis.set_major_formatter(PercentFormatter(1))
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)
        return _svg(figure)


def weeks(names: Sequence[str], shares: Sequence[Sequence[float]]) -> str:
    """The distribution of each week's marks, as boxes over the quartiles."""
    with matplotlib.rc_context(STYLE):
        figure, ax = _axes(7.2, 2.9)
        look = {"boxprops": {"facecolor": "#cfe3f2", "edgecolor": BLUE}}
        ax.boxplot(
            [list(values) for values in shares],
            tick_labels=list(names),
            patch_artist=True,
            medianprops={"color": RED, "linewidth": 2},
            flierprops={"marker": ".", "markeredgecolor": GREY},
            **look,
        )
        ax.set(ylim=(-0.03, 1.03), ylabel="share of the points")
        ax.yaxis.set_major_formatter(PercentFormatter(1))
        ax.grid(axis="x", visible=False)
        return _svg(figure)


def _dots(ax: Any, estimates: Sequence[Estimate], color: str) -> None:
    for row, estimate in enumerate(estimates):
        if estimate.known:
            ax.plot([estimate.low, estimate.high], [row, row], color=color, linewidth=2)
            ax.plot(estimate.value, row, "o", color=color, markersize=7)
        else:
            ax.text(0.02, row, estimate.why_not, va="center", fontsize=8, color="#555555")


def _axes(width: float, height: float) -> tuple[Figure, Any]:
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


def _svg(figure: Figure) -> str:
    """The figure as an ``<svg>``, hidden from screen readers: a table beside it says the same."""
    buffer = io.StringIO()
    nobody = {"Date": None, "Creator": None}
    FigureCanvasSVG(figure).print_svg(buffer, metadata=nobody)  # type: ignore[no-untyped-call]
    return inline(buffer.getvalue(), 'aria-hidden="true" focusable="false"')
