"""Figures of a character-level language model: its task, its streams, its predictions."""

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle
from matplotlib.ticker import FormatStrFormatter, LogLocator, NullLocator

from .plots import BLACK, BLUE, GREEN, GREY, ORANGE, VERMILLION, arrow

INPUT, STATE, TARGET = "#FBE5B0", "#CBE6F7", "#B9E3D4"
CHUNKS = (INPUT, STATE, TARGET, "#F0D5E3", "#E4E4E4")


def next_character(text: str = "hello") -> Figure:
    """Draw the task: read one character of `text` a step, say the next one."""
    fig, ax = plt.subplots(figsize=(8, 3.6))
    steps = len(text) - 1
    ax.set(xlim=(-2.1, 1.9 * steps - 0.7), ylim=(-2.2, 2.2), aspect="equal")
    ax.axis("off")
    for label, height in (("reads $x_t$", -1.5), ("keeps $h$", 0), ("should say $y_t$", 1.5)):
        ax.text(-2.05, height, label, va="center", color=GREY)
    for t in range(steps):
        x = 1.9 * t + 0.5
        _box(ax, x, -1.5, repr(text[t]), INPUT)
        _box(ax, x, 0, f"$h_{t + 1}$", STATE)
        _box(ax, x, 1.5, repr(text[t + 1]), TARGET)
        arrow(ax, (x, -1.08), (x, -0.44), ORANGE)
        arrow(ax, (x, 0.42), (x, 1.06), GREEN)
        if t:
            arrow(ax, (x - 1.5, 0), (x - 0.42, 0), BLUE)
        ax.text(x, -2.1, f"t = {t}", ha="center", va="center", color=GREY)
    return fig


def streams(text: str, B: int = 2, T: int = 4) -> Figure:
    """Draw how `text` becomes `B` streams, cut into chunks of `T` characters.

    One row a stream, one colour a chunk; what is left over stays white.
    """
    count = (len(text) - 1) // (B * T)
    length = count * T
    fig, ax = plt.subplots(figsize=(9.5, 0.85 * (B + 1) + 1.1))
    ax.set(xlim=(-2.6, max(length + 0.2, len(text) * 0.5 + 0.2)), ylim=(-B - 0.35, 2.2))
    ax.axis("off")
    for i, letter in enumerate(text):  # above: the text as it comes, at half size
        color = CHUNKS[i % length // T % len(CHUNKS)] if i < B * length else "white"
        _letter(ax, 0.5 * i, 1.2, 0.5, letter, color)
    ax.text(-2.5, 1.45, "the text", va="center", color=GREY)
    for b in range(B):
        for i in range(length):
            color = CHUNKS[i // T % len(CHUNKS)]
            _letter(ax, i, -b - 1, 0.95, text[b * length + i], color)
        ax.text(-2.5, -b - 0.55, f"stream {b}", va="center", color=GREY)
    for n in range(count):
        ax.text(n * T + T / 2, 0.3, f"x[{n}]", ha="center", va="center")
        if n:
            ax.plot([n * T - 0.02] * 2, [-B - 0.15, 0.45], "--", color=VERMILLION, lw=2)
    return fig


def next_character_map(
    probabilities: Any, inputs: str, targets: str, characters: Sequence[str], ax: Axes
) -> None:
    """Draw what a model predicts after each character; the right answer is framed.

    Parameters
    ----------
    probabilities : array (T, V)
    inputs, targets : texts of T characters, what is read and what comes next
    characters : the V characters, in the order of their ids
    ax : where to draw
    """
    values = np.asarray(probabilities)
    image = ax.imshow(values.T, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for t, target in enumerate(targets):
        row = list(characters).index(target)
        ax.add_patch(Rectangle((t - 0.5, row - 0.5), 1, 1, fill=False, ec=VERMILLION, lw=2))
    ax.set_xticks(range(len(inputs)), [repr(c) for c in inputs])
    ax.set_yticks(range(len(characters)), [repr(c) for c in characters])
    ax.set(xlabel="character read", ylabel="next character")
    ax.grid(False)
    ax.figure.colorbar(image, ax=ax, label="probability")


def norms(before: Sequence[float], after: Sequence[float], max_norm: float, ax: Axes) -> None:
    """Draw the gradient's norm at every update, before and after clipping.

    Parameters
    ----------
    before, after : norms, one an update
    max_norm : the limit
    ax : where to draw, on a logarithmic axis
    """
    ax.semilogy(before, "--", color=VERMILLION, lw=1.2, label="before clipping")
    ax.semilogy(after, color=BLUE, lw=1.5, label="after")
    ax.axhline(max_norm, color=GREY, lw=1, ls=":", label="max_norm")
    ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    ax.yaxis.set_major_formatter(FormatStrFormatter("%g"))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.set(xlabel="update", ylabel="norm of the gradient (log scale)")
    ax.legend()


def _box(ax: Axes, x: float, y: float, label: str, color: str) -> None:
    ax.add_patch(
        FancyBboxPatch(
            (x - 0.32, y - 0.28), 0.64, 0.56, boxstyle="round,pad=0.1", fc=color, ec="#333333"
        )
    )
    ax.text(x, y, label, ha="center", va="center", fontsize=13, color=BLACK)


def _letter(ax: Axes, x: float, y: float, width: float, letter: str, color: str) -> None:
    """One character in a square, its lower left corner at `x`, `y`."""
    ax.add_patch(Rectangle((x, y), width, width, fc=color, ec="#999999", lw=0.8))
    shown = "␣" if letter == " " else letter
    size = 12 if width > 0.6 else 8
    ax.text(x + width / 2, y + width / 2, shown, ha="center", va="center", fontsize=size)
