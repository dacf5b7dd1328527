"""Figures for sequence to sequence: the two decoders, alignments, errors and costs by length."""

from collections.abc import Mapping, Sequence
from functools import partial

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from numpy.typing import ArrayLike

from .plots import BLUE, GREEN, GREY, ORANGE, arrow

_arrow = partial(arrow, lw=1.6, size=11)

STYLES = ("o-", "s--", "^-.", "D:")


def encoder_decoder() -> Figure:
    """Draw a decoder that gets one state of the encoder, and one that sees all of them."""
    fig, axes = plt.subplots(1, 2, figsize=(11, 3.6))
    for ax, attends in zip(axes, (False, True), strict=True):
        ax.set(xlim=(-0.7, 8.7), ylim=(-1.55, 3.0), aspect="equal")
        ax.axis("off")
        for s, char in enumerate("2.3."):
            _box(ax, s, 0, f"$k_{s}$", "#DCEBF7")
            _arrow(ax, (s, -0.85), (s, -0.36), GREY)
            ax.text(s, -1.1, char, ha="center", va="center")
            if s:
                _arrow(ax, (s - 0.64, 0), (s - 0.36, 0), BLUE)
        for t, (fed, said) in enumerate((("bos", "0"), ("0", "3"), ("3", "-"), ("-", "0"))):
            x = 5 + t
            _box(ax, x, 0, f"$q_{t}$", "#FBE6C8")
            _arrow(ax, (x, -0.85), (x, -0.36), GREY)
            ax.text(x, -1.1, fed, ha="center", va="center")
            _arrow(ax, (x, 0.36), (x, 2.1), GREY)
            ax.text(x, 2.4, said, ha="center", va="center", weight="bold")
            if t:
                _arrow(ax, (x - 0.64, 0), (x - 0.36, 0), ORANGE)
        _arrow(ax, (3.36, 0), (4.64, 0), BLUE)
        ax.text(4, 0.13, "$h$", ha="center", va="bottom", color=BLUE)
        ax.text(1.5, -1.5, "source, as written", ha="center", va="center", color=GREY)
        ax.text(6.5, -1.5, "target, shifted right", ha="center", va="center", color=GREY)
        ax.set_title("with attention" if attends else "without attention")
        if attends:
            for s, width in enumerate((0.7, 0.7, 4.0, 1.5)):
                bend = f"arc3,rad={-0.28 + 0.02 * s}"
                _arrow(ax, (s, 0.36), (5.85, 1.3), GREEN, lw=width, bend=bend, style="-")
            _arrow(ax, (5.85, 1.3), (6, 1.3), GREEN)
            ax.text(2.6, 2.35, "weights for $q_1$", ha="center", va="center", color=GREEN)
    return fig


def alignment(weights: ArrayLike, source: str, target: str, ax: Axes) -> None:
    """Draw attention weights as a map, with the characters themselves on the axes.

    Parameters
    ----------
    weights : array (T, S), one row for every character said
    source : text of S characters; a blank is shown as ␣
    target : text of T characters
    ax : where to draw
    """
    weights = np.asarray(weights)
    ax.imshow(weights, cmap="Blues", vmin=0, vmax=1, aspect="auto", interpolation="nearest")
    ax.set_xticks(range(len(source)), list(source.replace(" ", "␣")))
    ax.set_yticks(range(len(target)), list(target))
    ax.tick_params(length=0, labelsize=9)
    ax.grid(False)
    for s in np.arange(0.5, len(source) - 1):
        ax.axvline(s, color="#EEEEEE", lw=0.5)
    ax.set(xlabel="source, read", ylabel="target, said")


def errors(
    curves: Mapping[str, tuple[ArrayLike, ArrayLike]], ax: Axes, *, title: str, xlabel: str
) -> None:
    """Draw shares of errors against length.

    Parameters
    ----------
    curves : name → (lengths, shares between 0 and 1)
    ax : where to draw
    title, xlabel : texts
    """
    colors = (ORANGE, ORANGE, BLUE, BLUE) if len(curves) == 4 else (ORANGE, BLUE)
    marks = ("o-", "o:", "s-", "s:") if len(curves) == 4 else ("o-", "s-")
    for (name, (lengths, shares)), color, mark in zip(curves.items(), colors, marks, strict=True):
        ax.plot(np.asarray(lengths), 100 * np.asarray(shares), mark, color=color, label=name)
    ax.set(xlabel=xlabel, ylabel="errors, %", title=title, ylim=(-3, 103))
    ax.legend()


def costs(curves: Mapping[str, tuple[Sequence[int], ArrayLike]], ax: Axes, ylabel: str) -> None:
    """Draw costs against length, both on logarithmic axes.

    Parameters
    ----------
    curves : name → (lengths, costs)
    ax : where to draw
    ylabel : what is drawn, with its unit
    """
    for (name, (lengths, values)), style in zip(curves.items(), STYLES, strict=False):
        ax.loglog(lengths, np.asarray(values), style, label=name, base=2)
    ax.set_yscale("log", base=10)
    ticks = next(iter(curves.values()))[0]
    ax.set_xticks(ticks, [f"{n:,}" for n in ticks], rotation=30)
    ax.minorticks_off()
    ax.set(ylabel=ylabel)
    ax.legend()


def _box(ax: Axes, x: float, y: float, text: str, color: str) -> None:
    shape = FancyBboxPatch(
        (x - 0.3, y - 0.3), 0.6, 0.6, boxstyle="round,pad=0.05", fc=color, ec=GREY
    )
    ax.add_patch(shape)
    ax.text(x, y, text, ha="center", va="center")
