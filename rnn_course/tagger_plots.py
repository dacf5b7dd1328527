"""Figures of a tagger that reads both ways: its states, its padding, its errors."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle

from .plots import BLACK, BLUE, COLORS, GREEN, GREY, ORANGE, VERMILLION, arrow

_arrow = partial(arrow, lw=1.8, size=12)

WORD, AHEAD, BACK, TAG, PAD = "#FBE5B0", "#CBE6F7", "#F0D5E3", "#B9E3D4", "#EEEEEE"


def two_directions(words: Sequence[str], tags: Sequence[str], T: int) -> Figure:
    """Draw a bidirectional tagger over `words`, padded to `T` positions.

    Parameters
    ----------
    words : L words
    tags : L tags; "" where there is none
    T : positions in all, L or more
    """
    fig, ax = plt.subplots(figsize=(9.5, 4.3))
    ax.set(xlim=(-1.75, 1.55 * (T - 1) + 1.05), ylim=(-2.5, 2.2))
    ax.axis("off")
    for label, height in (
        ("token", -1.8),
        ("forward state", -0.6),
        ("backward state", 0.6),
        ("tag", 1.8),
    ):
        ax.text(-1.72, height, label, va="center", color=GREY)
    for t in range(T):
        x, inside = 1.55 * t + 0.45, t < len(words)
        _box(ax, x, -1.8, words[t] if inside else "<pad>", WORD if inside else PAD)
        if inside:
            _box(ax, x, -0.6, rf"$\overrightarrow{{h}}_{t}$", AHEAD)
            _box(ax, x, 0.6, rf"$\overleftarrow{{h}}_{t}$", BACK)
        else:
            for y in (-0.6, 0.6):
                _box(ax, x, y, "0", PAD)
            continue
        _box(ax, x, 1.8, tags[t] or "–", TAG if tags[t] else "white")
        _arrow(ax, (x - 0.2, -1.5), (x - 0.2, -0.9), ORANGE)
        _arrow(ax, (x + 0.42, -1.5), (x + 0.42, 0.3), ORANGE)
        _arrow(ax, (x - 0.42, -0.3), (x - 0.42, 1.5), GREEN)
        _arrow(ax, (x + 0.2, 0.9), (x + 0.2, 1.5), GREEN)
        if t:
            _arrow(ax, (x - 0.99, -0.6), (x - 0.56, -0.6), BLUE)
            _arrow(ax, (x - 0.56, 0.6), (x - 0.99, 0.6), VERMILLION)
    for t in range(T):
        ax.text(1.55 * t + 0.45, -2.4, f"t = {t}", ha="center", va="center", color=GREY)
    return fig


def reversals(rows: Sequence[str], T: int) -> Figure:
    """Draw padded rows, flipped as a whole, and reversed within their lengths.

    Parameters
    ----------
    rows : texts, one letter a token
    T : positions of a padded row
    """
    fig, axes = plt.subplots(1, 3, figsize=(9.5, 0.55 * len(rows) + 1.1))
    padded = [list(row) + [""] * (T - len(row)) for row in rows]
    for ax, title, shown in (
        (axes[0], "x, padded", padded),
        (axes[1], "x.flip(1): padding comes first", [row[::-1] for row in padded]),
        (
            axes[2],
            "reverse_padded(x, lengths)",
            [list(row[::-1]) + [""] * (T - len(row)) for row in rows],
        ),
    ):
        for b, row in enumerate(shown):
            for t, letter in enumerate(row):
                color = WORD if letter else PAD
                ax.add_patch(Rectangle((t, -b), 0.92, 0.85, fc=color, ec="#999999", lw=0.8))
                ax.text(t + 0.46, 0.42 - b, letter or "·", ha="center", va="center", fontsize=12)
        ax.set(xlim=(-0.1, T + 0.05), ylim=(-len(rows) + 0.9, 1.0), aspect="equal")
        ax.set_title(title, color=VERMILLION if "flip" in title else BLACK)
        ax.axis("off")
    return fig


def confusion_map(counts: Any, labels: Sequence[str], ax: Axes) -> None:
    """Draw a confusion matrix in percent of each true tag; its size is beside the name.

    Parameters
    ----------
    counts : integers (C, C), rows what is true, columns what was said
    labels : C names
    ax : where to draw
    """
    values = np.asarray(counts)
    total = values.sum(axis=1, keepdims=True)
    share = 100 * values / np.maximum(total, 1)
    ax.imshow(share, cmap="Blues", vmin=0, vmax=100)
    for row, column in np.ndindex(*values.shape):
        if values[row, column]:
            number = share[row, column]
            text = f"{number:.0f}" if number >= 0.5 else "·"
            color = "white" if number > 60 else BLACK
            ax.text(column, row, text, ha="center", va="center", fontsize=8.5, color=color)
    ax.set_xticks(range(len(labels)), list(labels), rotation=45, ha="right")
    sizes = [f"{label} ({int(n):,})" for label, n in zip(labels, total[:, 0], strict=True)]
    ax.set_yticks(range(len(labels)), sizes)
    ax.set(xlabel="said", ylabel="true (how many)")
    ax.grid(False)


def bars(scores: Mapping[str, Sequence[float]], groups: Sequence[str], ax: Axes) -> None:
    """Draw one bar for each group and each way, in percent.

    Parameters
    ----------
    scores : name -> one share between 0 and 1 for each group
    groups : names of the groups
    ax : where to draw
    """
    places = np.arange(len(groups))
    width = 0.8 / len(scores)
    for i, (name, values) in enumerate(scores.items()):
        x = places + (i - (len(scores) - 1) / 2) * width
        heights = 100 * np.asarray(values)
        color = GREY if i == 0 else COLORS[i - 1]
        drawn = ax.bar(x, heights, 0.92 * width, color=color, label=name)
        if len(groups) < 5:
            ax.bar_label(drawn, fmt="%.0f", fontsize=9)
    ax.set_xticks(places, list(groups))
    ax.set(ylabel="right (%)", ylim=(0, 119), yticks=range(0, 101, 20))
    ax.legend(ncols=len(scores), loc="upper center")


def reach(moved: Any, words: Sequence[str], changed: int, ax: Axes) -> None:
    """Draw how far each state moved when one word was changed.

    Parameters
    ----------
    moved : array (2, L), forward states in row 0, backward states in row 1
    words : L words
    changed : the position that was changed
    ax : where to draw
    """
    values = np.asarray(moved)
    image = ax.imshow(values, cmap="Blues", vmin=0, aspect="auto")
    for row, column in np.ndindex(*values.shape):
        number = values[row, column]
        color = "white" if number > 0.6 * values.max() else BLACK
        text = f"{number:.2f}" if number else "0"
        ax.text(column, row, text, ha="center", va="center", fontsize=9, color=color)
    ax.add_patch(Rectangle((changed - 0.5, -0.5), 1, 2, fill=False, ec=VERMILLION, lw=2.5))
    ax.set_xticks(range(len(words)), list(words))
    ax.set_yticks([0, 1], ["forward", "backward"])
    ax.grid(False)
    ax.figure.colorbar(image, ax=ax, label="length of the change")


def _box(ax: Axes, x: float, y: float, label: str, color: str) -> None:
    ax.add_patch(
        FancyBboxPatch(
            (x - 0.48, y - 0.22), 0.96, 0.44, boxstyle="round,pad=0.06", fc=color, ec="#333333"
        )
    )
    size = 13 if label.startswith("$") else 10
    ax.text(x, y, label, ha="center", va="center", fontsize=size, color=BLACK)
