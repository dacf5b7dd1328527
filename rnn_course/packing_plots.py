"""Figures of padded batches: the packed layout, padding per batching rule, norms over steps."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from .plots import BLUE, COLORS, GREY, ORANGE, VERMILLION

PASTEL = ("#CBE6F7", "#FBE5B0", "#B9E3D4", "#F6CDB4", "#EBD3E2")
PADDING = "#F4F4F4"


def padded_and_packed(lengths: Sequence[int], T: int) -> Figure:
    """Draw a padded batch above, and the same steps packed, one time step after another, below.

    Parameters
    ----------
    lengths : lengths of at most five examples, longest first
    T : int, number of columns of the padded batch, at least the longest length
    """
    B, total = len(lengths), sum(lengths)
    fig, ax = plt.subplots(figsize=(9.5, 0.55 * (B + 6)))
    ax.set(xlim=(-2.6, max(total, T + 5) + 0.2), ylim=(-4.1, B + 1.1), aspect="equal")
    ax.axis("off")
    for n, length in enumerate(lengths):
        y = B - 1 - n
        ax.text(-0.2, y + 0.5, f"example {n}", ha="right", va="center", color=GREY)
        ax.text(T + 0.3, y + 0.5, f"length {length}", ha="left", va="center", color=GREY)
        for t in range(T):
            _cell(ax, t, y, PASTEL[n] if t < length else PADDING, _name(n, t) if t < length else "")
    sizes = [sum(length > t for length in lengths) for t in range(max(lengths))]
    for t in range(T):
        ax.text(t + 0.5, B + 0.1, f"$t={t}$", ha="center", va="bottom", fontsize=8, color=GREY)
    ax.text(T + 3.2, B / 2, "padded (B, T, D)\nempty: padding", ha="left", va="center")
    ax.text(-0.2, -1.5, "data", ha="right", va="center", color=GREY)
    ax.text(-0.2, -2.9, "batch_sizes", ha="right", va="center", color=GREY)
    x = 0
    for t, size in enumerate(sizes):
        for n in range(size):
            _cell(ax, x + n, -2, PASTEL[n], _name(n, t))
        ax.plot([x + 0.08, x + size - 0.08], [-2.25, -2.25], color=BLUE, lw=2)
        ax.text(x + size / 2, -2.9, str(size), ha="center", va="center", color=BLUE, fontsize=12)
        ax.text(x + size / 2, -3.7, f"$t={t}$", ha="center", va="center", fontsize=8, color=GREY)
        x += size
    return fig


def padding_map(lengths: Any, batches: Sequence[Any], ax: Axes) -> None:
    """Draw every example of some batches as a row: its tokens, and the padding behind them.

    Parameters
    ----------
    lengths : array (N,), int
    batches : list of index arrays (n,), drawn from top to bottom
    ax : where to draw
    """
    lengths = np.asarray(lengths)
    rows, cuts = [], []
    for batch in batches:
        own = lengths[np.asarray(batch)]
        rows += [(int(length), int(own.max())) for length in own]
        cuts.append(len(rows))
    image = np.zeros((len(rows), max(longest for _, longest in rows)))
    for row, (length, longest) in enumerate(rows):
        image[row, :longest] = 2
        image[row, :length] = 1
    colors = ListedColormap(["white", BLUE, ORANGE])
    ax.imshow(image, cmap=colors, vmin=0, vmax=2, aspect="auto", interpolation="nearest")
    for cut in cuts[:-1]:
        ax.axhline(cut - 0.5, color="white", lw=1.5)
    ax.grid(False)
    ax.set(xlabel="position in the batch", yticks=[])


def state_norms(
    norms: Mapping[str, tuple[Any, Any]], lengths: Sequence[int], width: float = 10
) -> Figure:
    """Draw the norm of every example's state over the steps, padded above and packed below.

    Parameters
    ----------
    norms : dict of layer -> (padded, packed), two arrays (B, T); of the second, only the steps
        inside an example are drawn
    lengths : the B lengths
    width : of the figure, in inches
    """
    fig, axes = plt.subplots(2, len(norms), figsize=(width, 5.4), sharex=True, sharey="col")
    for column, (layer, pair) in enumerate(norms.items()):
        for row, values in enumerate(map(np.asarray, pair)):
            ax = axes[row, column]
            for n, length in enumerate(lengths):
                steps, color = np.arange(values.shape[1]), COLORS[n % len(COLORS)]
                ax.plot(steps[:length], values[n, :length], color=color, label=f"length {length}")
                ax.plot(length - 1, values[n, length - 1], "o", color=color, ms=5)
                if row == 0:
                    after = slice(length - 1, None)
                    ax.plot(steps[after], values[n, after], ":", color=color, lw=1.5)
        axes[0, column].set_title(f"{layer}, padded")
        axes[1, column].set(title=f"{layer}, packed", xlabel="time step t")
    for ax in axes[:, 0]:
        ax.set_ylabel("norm of the state")
    handles, labels = axes[1, -1].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    return fig


def grouped_bars(groups: Mapping[str, Mapping[str, float]], ax: Axes, form: str = "{:.2f}") -> None:
    """Draw one group of bars for every key, one bar for every name in it, with its value above.

    Parameters
    ----------
    groups : dict of group -> dict of name -> value; every group has the same names
    ax : where to draw
    form : format of the values above the bars
    """
    names = list(next(iter(groups.values())))
    width = 0.84 / len(names)
    hatches = ("", "//", "..", "xx", "--", "\\\\")
    for i, name in enumerate(names):
        places = np.arange(len(groups)) + (i - (len(names) - 1) / 2) * width
        values = [group[name] for group in groups.values()]
        color, hatch = COLORS[i % len(COLORS)], hatches[i % len(hatches)]
        bars = ax.bar(places, values, width, color=color, hatch=hatch, ec="white", label=name)
        ax.bar_label(bars, [form.format(value) for value in values], fontsize=7, padding=1)
    ax.set_xticks(np.arange(len(groups)), list(groups))
    ax.grid(False, axis="x")
    ax.margins(y=0.12)
    ax.legend(fontsize=8)


def break_even(shares: Sequence[float], ratios: Mapping[str, Sequence[float]], ax: Axes) -> None:
    """Draw the time of packing relative to padding, over the share of padding.

    Parameters
    ----------
    shares : share of the positions that are padding, between 0 and 1
    ratios : dict of layer -> time packed / time padded, one for every share
    ax : where to draw
    """
    for (layer, values), style in zip(ratios.items(), ("o-", "s--", "^-."), strict=False):
        ax.plot(100 * np.asarray(shares), values, style, label=layer)
    ax.axhline(1, color=VERMILLION, lw=1.5, label="above it packing costs more")
    ax.set(xlabel="padding, % of positions", ylabel="time packed / time padded")
    ax.set_ylim(bottom=0)


def _cell(ax: Axes, x: float, y: float, color: str, text: str) -> None:
    ax.add_patch(Rectangle((x, y), 1, 1, fc=color, ec="#999999", lw=1))
    ax.text(x + 0.5, y + 0.5, text, ha="center", va="center", fontsize=9)


def _name(n: int, t: int) -> str:
    return f"$x_{{{n},{t}}}$"
