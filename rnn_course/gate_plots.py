"""Figures of gated cells: the LSTM drawn, its activations over time, the adding problem."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch
from matplotlib.ticker import MaxNLocator

from .plots import BLACK, BLUE, COLORS, GREY, ORANGE, VERMILLION

GATES = ("forget", "input", "cell", "output")
STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))


def lstm_cell() -> Figure:
    """Draw one step of an LSTM: the cell state above, the gates below."""
    fig, ax = plt.subplots(figsize=(9.5, 4.6))
    ax.set(xlim=(-1.75, 11.6), ylim=(-1.6, 5.0), aspect="equal")
    ax.axis("off")
    ax.add_patch(
        FancyBboxPatch((0.2, -0.35), 9.2, 4.7, boxstyle="round,pad=0.2", fc="#F4F4F4", ec="#999999")
    )
    gates = (
        ("f", r"$\sigma$", 1.6),
        ("i", r"$\sigma$", 3.4),
        ("g", "tanh", 4.9),
        ("o", r"$\sigma$", 6.6),
    )
    words = ("forget", "input", "candidate", "output")
    _line(ax, [(-0.9, 3.7), (1.32, 3.7)], BLUE, 3)
    _line(ax, [(1.88, 3.7), (4.62, 3.7)], BLUE, 3)
    _line(ax, [(5.18, 3.7), (10.6, 3.7)], BLUE, 3)
    _line(ax, [(-0.9, 0.1), (6.6, 0.1), (6.6, 0.72)], ORANGE, 2)
    for _, _, x in gates[:3]:
        _line(ax, [(x, 0.1), (x, 0.72)], ORANGE, 2)
    _line(ax, [(0.75, -0.9), (0.75, 0.1)], ORANGE, 2, head=False)
    for (letter, squash, x), word in zip(gates, words, strict=True):
        color = "#FBE5B0" if letter == "g" else "#CBE6F7"
        box = FancyBboxPatch((x - 0.42, 0.82), 0.84, 0.5, boxstyle="round,pad=0.08", fc=color)
        ax.add_patch(box)
        ax.text(x, 1.07, squash, ha="center", va="center", fontsize=12)
        ax.text(x + 0.12, 1.62, f"${letter}$", ha="left", va="center", fontsize=13)
        ax.text(x + 0.12, 0.42, word, ha="left", va="center", fontsize=8.5, color=GREY)
    _line(ax, [(1.6, 1.42), (1.6, 3.42)], GREY, 2)
    _line(ax, [(3.4, 1.42), (3.4, 2.3), (4.62, 2.3)], GREY, 2)
    _line(ax, [(4.9, 1.42), (4.9, 2.02)], GREY, 2)
    _line(ax, [(4.9, 2.58), (4.9, 3.42)], GREY, 2)
    _line(ax, [(6.6, 1.42), (6.6, 2.1), (7.82, 2.1)], GREY, 2)
    _line(ax, [(8.1, 3.7), (8.1, 3.22)], BLUE, 2)
    _line(ax, [(8.1, 2.72), (8.1, 2.38)], GREY, 2)
    _line(ax, [(8.1, 1.82), (8.1, 0.1), (10.6, 0.1)], VERMILLION, 2)
    box = FancyBboxPatch((7.68, 2.8), 0.84, 0.34, boxstyle="round,pad=0.08", fc="#FFFFFF")
    ax.add_patch(box)
    ax.text(8.1, 2.97, "tanh", ha="center", va="center", fontsize=11)
    for x, y, sign in ((1.6, 3.7, "×"), (4.9, 3.7, "+"), (4.9, 2.3, "×"), (8.1, 2.1, "×")):
        ax.add_patch(Circle((x, y), 0.27, fc="white", ec=BLACK, zorder=3))
        ax.text(x, y - 0.02, sign, ha="center", va="center", fontsize=15, zorder=4)
    for x, y, label, side in (
        (-1.0, 3.7, "$c_t$", "right"),
        (-1.0, 0.1, "$h_t$", "right"),
        (10.7, 3.7, "$c_{t+1}$", "left"),
        (10.7, 0.1, "$h_{t+1}$", "left"),
    ):
        ax.text(x, y, label, ha=side, va="center", fontsize=15)
    ax.text(0.75, -1.2, "$x_t$", ha="center", va="center", fontsize=15)
    ax.text(0.9, -0.2, "joined: $[h_t, x_t]$", ha="left", va="center", fontsize=9, color=GREY)
    ax.text(2.0, 4.05, "keep or erase", ha="left", fontsize=9, color=GREY)
    ax.text(5.3, 4.05, "write", ha="left", fontsize=9, color=GREY)
    ax.text(8.5, 2.0, "show", ha="left", fontsize=9, color=GREY)
    return fig


def gate_maps(
    gates: Mapping[str, Any], hidden: Any, cell: Any, marked: Sequence[int] = (), units: Any = None
) -> Figure:
    """Draw the activations of one sequence as maps: time to the right, one row a unit.

    Parameters
    ----------
    gates : dict of "forget", "input", "cell", "output" -> array (T, H)
    hidden, cell : array (T + 1, H), the states, the start included (it is not drawn)
    marked : time steps to mark with a dashed line
    units : array of int, optional, the order of the rows
    """
    maps = [np.asarray(gates[name]) for name in GATES]
    maps += [np.asarray(cell)[1:], np.asarray(hidden)[1:]]
    rows = np.arange(maps[0].shape[1]) if units is None else np.asarray(units)
    titles = [f"{name} gate" for name in GATES]
    titles[2] = "candidate (“cell”)"
    titles += ["cell state $c_{t+1}$", "hidden state $h_{t+1}$"]
    fig, axes = plt.subplots(2, 3, figsize=(10, 5.2), sharex=True, sharey=True)
    order = (axes[0, 0], axes[0, 1], axes[1, 0], axes[0, 2], axes[1, 1], axes[1, 2])
    reach = max(1.0, float(np.abs(maps[4]).max()))
    for ax, values, title in zip(order, maps, titles, strict=True):
        gate = title.endswith("gate")
        limit = reach if title.startswith("cell") else 1.0
        colors, low = ("viridis", 0.0) if gate else ("PuOr_r", -limit)
        drawn = values.T[rows]
        image = ax.imshow(drawn, cmap=colors, vmin=low, vmax=limit, aspect="auto")
        ax.set_title(title)
        ax.grid(False)
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(MaxNLocator(integer=True, nbins=6))
        for t in marked:
            ax.axvline(t, color=VERMILLION, lw=1.5, ls=(0, (4, 3)))
        fig.colorbar(image, ax=ax)
    for ax in axes[1]:
        ax.set_xlabel("time step t")
    for ax in axes[:, 0]:
        ax.set_ylabel("unit")
    return fig


def log_curves(curves: Mapping[str, Any], ax: Axes, first: int = 0) -> None:
    """Draw curves on a logarithmic axis, told apart by colour and by line.

    Parameters
    ----------
    curves : dict of label -> array (N,), all above zero
    ax : where to draw
    first : int, place of the first entry on the horizontal axis
    """
    for number, (label, values) in enumerate(curves.items()):
        steps = np.arange(first, first + len(values))
        style, color = STYLES[number % len(STYLES)], COLORS[number % len(COLORS)]
        ax.semilogy(steps, values, ls=style, color=color, label=label)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    ax.legend()


def _line(
    ax: Axes, points: Sequence[tuple[float, float]], color: str, width: float, head: bool = True
) -> None:
    """A line through `points` with an arrow head at its end."""
    xs, ys = zip(*points[:-1], strict=True)
    if len(points) > 2:
        ax.plot(xs, ys, color=color, lw=width, solid_capstyle="butt", solid_joinstyle="miter")
    style = "-|>" if head else "-"
    arrow = FancyArrowPatch(
        points[-2],
        points[-1],
        arrowstyle=style,
        mutation_scale=13,
        lw=width,
        color=color,
        shrinkA=0,
        shrinkB=0,
    )
    ax.add_patch(arrow)
