"""Figures for the notebooks: one style, and colours that everybody can tell apart."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from IPython import get_ipython
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator
from matplotlib_inline.backend_inline import set_matplotlib_formats
from numpy.typing import ArrayLike

# Okabe & Ito, "Color Universal Design" (2008).
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILLION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
COLORS = [BLUE, ORANGE, GREEN, VERMILLION, PURPLE, SKY, BLACK]
GREY = "#666666"


def use_style() -> None:
    """Set matplotlib's defaults for the course: white, large enough, one colour cycle.

    A figure is white on a dark page as well, like a sheet of paper. In a notebook it has twice the
    pixels, so that it is sharp on a dense screen.
    """
    shell = get_ipython()
    if shell is not None and hasattr(shell, "kernel"):
        set_matplotlib_formats("retina")  # type: ignore[no-untyped-call]
    plt.rcParams.update(
        {
            "axes.axisbelow": True,
            "axes.grid": True,
            "axes.prop_cycle": cycler(color=COLORS),
            "axes.spines.right": False,
            "axes.spines.top": False,
            "axes.titlesize": 11,
            "figure.constrained_layout.use": True,
            "figure.dpi": 100,
            "figure.facecolor": "white",
            "font.size": 10,
            "grid.alpha": 0.3,
            "legend.frameon": False,
            "lines.linewidth": 2,
            "savefig.facecolor": "white",
        }
    )


def unrolled_network(T: int = 4) -> Figure:
    """Draw the recurrent network folded, and unrolled over `T` time steps."""
    fig, ax = _canvas(9.5, 3.9, (-2.7, 2.1 + 1.75 * (T - 1) + 1.2), (-2.3, 2.1))
    _column(ax, -2.0, r"$x$", r"$h$", r"$y$", first=True)
    loop = Path([(-1.58, 0.2), (-0.75, 0.75), (-0.75, -0.75), (-1.58, -0.2)], [1, 4, 4, 4])
    ax.add_patch(FancyArrowPatch(path=loop, arrowstyle="-|>", mutation_scale=14, lw=2, color=BLUE))
    ax.text(-1.25, 0.52, "$W_{hh}$", color=BLUE, ha="left", va="bottom")
    ax.text(-0.45, 0, "=", fontsize=20, ha="center", va="center", color=GREY)

    _node(ax, 0.35, 0, "$h_0$", "#EEEEEE")
    for t in range(T):
        x = 2.1 + 1.75 * t
        arrow(ax, (x - 1.31, 0), (x - 0.42, 0), BLUE)
        ax.text(x - 0.88, 0.12, "$W_{hh}$", color=BLUE, ha="center", va="bottom")
        _column(ax, x, f"$x_{t}$", f"$h_{t + 1}$", f"$y_{t}$", first=t == 0)
        ax.text(x, -2.1, f"t = {t}", ha="center", va="center", color=GREY)
    ax.text(-2.0, -2.1, "folded", ha="center", va="center", color=GREY)
    ax.text(0.35, -2.1, "start", ha="center", va="center", color=GREY)
    return fig


def gradient_reach(T: int = 7, k: int = 3) -> Figure:
    """Draw which time steps the loss of each time step reaches: full BPTT, and chunks of `k`."""
    step = np.arange(T)
    full = step[None, :] <= step[:, None]
    cut = full & (step[None, :] // k == step[:, None] // k)
    fig, axes = plt.subplots(1, 2, figsize=(9, 4.2))
    for ax, reach, title in (
        (axes[0], full, f"full BPTT (k ≥ {T})"),
        (axes[1], cut, f"truncated, k = {k} (dashed: the cuts)"),
    ):
        ax.imshow(reach, cmap=ListedColormap(["#EEEEEE", SKY]), vmin=0, vmax=1)
        ax.set(
            title=title,
            xticks=step,
            yticks=step,
            xlabel="the gradient passes through step s",
            ylabel="loss of step t",
        )
        ax.set_xticks(step[1:] - 0.5, minor=True)
        ax.set_yticks(step[1:] - 0.5, minor=True)
        ax.grid(False)
        ax.grid(True, which="minor", color="white", alpha=1, lw=2)
        ax.tick_params(which="minor", length=0)
        ax.spines[:].set_visible(False)
    for start in range(k, T, k):
        axes[1].axvline(start - 0.5, color=VERMILLION, lw=2, ls="--")
    return fig


def hidden_units(hidden_states: ArrayLike, ax: Axes) -> None:
    """Draw the states of one sequence as a map: time to the right, one row a unit.

    Parameters
    ----------
    hidden_states : array (T + 1, H), values in -1 … 1
    ax : matplotlib.axes.Axes
    """
    states = np.asarray(hidden_states)
    image = ax.imshow(states.T, cmap="PuOr_r", vmin=-1, vmax=1, aspect="auto")
    ax.set(xlabel="state index (0 is the start)", ylabel="hidden unit")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.grid(False)
    ax.figure.colorbar(image, ax=ax, label="activation")


def norm_by_lag(curves: Mapping[str, ArrayLike], ax: Axes) -> None:
    """Draw gradient norms over the lag, on a logarithmic axis.

    Parameters
    ----------
    curves : dict of label -> array (T,), norms at lag 0 … T - 1
    ax : matplotlib.axes.Axes
    """
    styles = ["-", "--", "-.", ":"]
    for i, (label, norms) in enumerate(curves.items()):
        ax.semilogy(np.asarray(norms), styles[i % 4], color=COLORS[i % len(COLORS)], label=label)
    ax.axhline(1, color=GREY, lw=1)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    ax.set(xlabel="lag (time steps back)", ylabel="gradient norm (log scale)")
    ax.legend()


def _canvas(
    width: float, height: float, xlim: tuple[float, float], ylim: tuple[float, float]
) -> tuple[Figure, Axes]:
    fig, ax = plt.subplots(figsize=(width, height))
    ax.set(xlim=xlim, ylim=ylim, aspect="equal")
    ax.axis("off")
    return fig, ax


def _column(ax: Axes, x: float, below: str, middle: str, above: str, first: bool) -> None:
    """One time step: input below, hidden state in the middle, output above."""
    _node(ax, x, -1.5, below, "#FBE5B0")
    _node(ax, x, 0, middle, "#CBE6F7")
    _node(ax, x, 1.5, above, "#B9E3D4")
    arrow(ax, (x, -1.1), (x, -0.46), ORANGE)
    arrow(ax, (x, 0.4), (x, 1.04), GREEN)
    if first:
        ax.text(x - 0.14, -0.8, "$W_{ih}$", color="#8A5F00", ha="right", va="center")
        ax.text(x - 0.14, 0.76, "$W_{ho}$", color="#00664B", ha="right", va="center")
    else:
        ax.text(x + 0.14, -0.8, "$W_{ih}$", color="#8A5F00", ha="left", va="center")
        ax.text(x + 0.14, 0.76, "$W_{ho}$", color="#00664B", ha="left", va="center")


def _node(ax: Axes, x: float, y: float, label: str, color: str) -> None:
    ax.add_patch(
        FancyBboxPatch(
            (x - 0.3, y - 0.28), 0.6, 0.56, boxstyle="round,pad=0.1", fc=color, ec="#333333"
        )
    )
    ax.text(x, y, label, ha="center", va="center", fontsize=13, color=BLACK)


def arrow(
    ax: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    color: str,
    *,
    lw: float = 2.0,
    size: float = 14.0,
    style: str = "-|>",
    bend: str = "arc3",
) -> None:
    """Draw an arrow that begins and ends exactly at two points.

    Parameters
    ----------
    ax : the axes, whose data coordinates ``start`` and ``end`` are in
    color : of line and head
    lw, size : width of the line and size of the head, in points
    style, bend : matplotlib's ``arrowstyle`` and ``connectionstyle``
    """
    ax.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle=style,
            mutation_scale=size,
            lw=lw,
            color=color,
            shrinkA=0,
            shrinkB=0,
            connectionstyle=bend,
        )
    )
