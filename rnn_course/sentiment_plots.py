"""Figures of week 5: a padded batch, number formats, gradients on them, pairs of sentences."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from .plots import BLUE, COLORS, GREEN, GREY, ORANGE, VERMILLION

WORD, PAD = "#CBE6F7", "#EEEEEE"
#: Powers of two of the smallest subnormal, smallest normal and largest number of each format.
FORMATS = {"fp32": (-149, -126, 128), "bf16": (-133, -126, 128), "fp16": (-24, -14, 16)}


def padded_batch(sentences: Sequence[str]) -> Figure:
    """Draw sentences as one batch: the words, the padding, and where each has its last word."""
    rows = [sentence.split() for sentence in sentences]
    T = max(map(len, rows))
    fig, ax = plt.subplots(figsize=(9.5, 0.62 * (len(rows) + 1.9)))
    for n, words in enumerate(rows):
        for t in range(T):
            inside = t < len(words)
            text = words[t] if inside else "<pad>"
            ax.add_patch(Rectangle((t, -n), 0.94, 0.8, fc=WORD if inside else PAD, ec="white"))
            color = "black" if inside else GREY
            ax.text(t + 0.47, -n + 0.4, text, ha="center", va="center", fontsize=9, color=color)
        last = len(words) - 1
        ax.add_patch(Rectangle((last, -n), 0.94, 0.8, fill=False, ec=VERMILLION, lw=2.5))
        ax.text(T + 0.2, -n + 0.4, f"length {len(words)}", ha="left", va="center")
        ax.text(-0.2, -n + 0.4, f"sentence {n}", ha="right", va="center", color=GREY)
    for t in range(T):
        ax.text(t + 0.47, 1.05, f"t = {t}", ha="center", va="center", color=GREY, fontsize=9)
    note = "red: the last valid step, t = length − 1"
    ax.text(0, -len(rows) + 0.45, note, ha="left", va="center", color=VERMILLION)
    ax.set(xlim=(-1.3, T + 1.2), ylim=(-len(rows) + 0.1, 1.4))
    ax.axis("off")
    return fig


def number_formats(ax: Axes) -> None:
    """Draw which powers of two each format holds; pale: with fewer and fewer digits.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    """
    for y, (name, (tiny, small, large)) in enumerate(reversed(FORMATS.items())):
        ax.barh(y, small - tiny, left=tiny, height=0.55, color=BLUE, alpha=0.3)
        ax.barh(y, large - small, left=small, height=0.55, color=BLUE)
        digits = {"fp32": 24, "bf16": 8, "fp16": 11}[name]
        ax.text(132, y, f"{digits} bits of precision", va="center")
    ax.axvline(0, color=GREY, lw=1, ls="--")
    ax.set_yticks(range(len(FORMATS)), list(reversed(FORMATS)))
    ax.set_xticks([-149, -126, -24, 0, 16, 128])
    ax.set(xlabel="power of two (dashed: the number 1)", xlim=(-155, 205))
    ax.grid(False)


def gradient_histogram(magnitudes: Mapping[str, ArrayLike], ax: Axes) -> None:
    """Draw how large gradients are, in powers of two, over the range of fp16.

    Parameters
    ----------
    magnitudes : mapping of label -> array of gradients; zeros are left out
    ax : matplotlib.axes.Axes
    """
    tiny, small, large = FORMATS["fp16"]
    ax.axvspan(tiny, small, color=ORANGE, alpha=0.25, lw=0, label="fp16, fewer digits")
    ax.axvspan(small, large, color=GREEN, alpha=0.15, lw=0, label="fp16")
    for (label, values), color in zip(magnitudes.items(), COLORS, strict=False):
        sizes = np.abs(np.asarray(values, dtype=float)).ravel()
        powers = np.log2(sizes[sizes > 0])
        bins = np.arange(np.floor(powers.min()), np.ceil(powers.max()) + 1)
        ax.hist(powers, bins=list(bins), histtype="step", color=color, lw=2, label=label)
    ax.set(xlabel="size of the gradient, power of two", ylabel="number of entries")
    ax.set_xlim(right=26)
    ax.legend(loc="upper right", frameon=True, framealpha=1, edgecolor="white")


def sentence_pairs(pairs: Sequence[tuple[str, str]], scores: Mapping[str, Any]) -> Figure:
    """Draw, for each model, how an answer moves from the first sentence of a pair to the second.

    Parameters
    ----------
    pairs : list of (sentence, changed sentence)
    scores : mapping of model -> array (number of pairs, 2), probability of "positive"
    """
    fig, axes = plt.subplots(
        1, len(scores), figsize=(11.5, 0.42 * len(pairs) + 1.3), sharey=True, squeeze=False
    )
    rows = np.arange(len(pairs))[::-1]
    for ax, (name, values) in zip(axes[0], scores.items(), strict=True):
        before, after = np.asarray(values, dtype=float).T
        ax.axvspan(0.5, 1, color=GREEN, alpha=0.12, lw=0)
        ax.hlines(rows, before, after, color=GREY, lw=1.5)
        ax.plot(before, rows, "o", color=BLUE, ms=8, label="without the negation")
        ax.plot(after, rows, "X", color=VERMILLION, ms=9, label="with it")
        ax.set(title=name, xlabel="probability of “positive”", xlim=(0, 1))
        ax.set_yticks(rows, [f"{a} → {b}" for a, b in pairs])
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower right", ncols=2)
    return fig
