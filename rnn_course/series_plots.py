"""Drawings for week 4: windows over a series, a split in time, one step and free running."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle

from .plots import BLUE, GREEN, GREY, ORANGE, VERMILLION

INPUT, TARGET, PALE = "#CBE6F7", "#FBE5B0", "#EEEEEE"


def windows(N: int = 10, T: int = 4, k: int = 2) -> Figure:
    """Draw every window of `T` inputs and `k` targets over a series of `N` values."""
    M = N - T - k + 1
    fig, ax = plt.subplots(figsize=(8, 0.5 * (M + 2.4)))
    for i in range(N):
        _cell(ax, i, 0.4, f"$s_{{{i}}}$", PALE)
    for m in range(M):
        for i in range(T):
            _cell(ax, m + i, -1.0 - m, str(m + i), INPUT)
        for i in range(k):
            _cell(ax, m + T + i, -1.0 - m, str(m + T + i), TARGET)
        ax.text(-0.2, -0.6 - m, f"window {m}", ha="right", va="center", color=GREY)
    ax.text(-0.2, 0.8, "series", ha="right", va="center", color=GREY)
    ax.text(N + 0.2, -0.6, f"blue: inputs X, T = {T}", color=BLUE, va="center")
    ax.text(N + 0.2, -1.6, f"yellow: targets Y, k = {k}", color="#8A5F00", va="center")
    ax.set(xlim=(-2.2, N + 3.8), ylim=(-1.2 - (M - 1), 1.4))
    ax.axis("off")
    return fig


def splits(N: int = 40, n_valid: int = 8, n_test: int = 10) -> Figure:
    """Draw a chronological split of `N` values above a random one of the same sizes."""
    kind = np.repeat([0, 1, 2], [N - n_valid - n_test, n_valid, n_test])
    mixed = np.random.default_rng(1).permutation(kind)
    fig, ax = plt.subplots(figsize=(8, 1.7))
    for y, row in ((1.0, kind), (-0.4, mixed)):
        for i, part in enumerate(row):
            color = (INPUT, GREEN, VERMILLION)[part]
            ax.add_patch(Rectangle((i, y), 0.9, 0.8, fc=color, ec="white"))
    ax.text(-0.6, 1.4, "in time", ha="right", va="center")
    ax.text(-0.6, 0.0, "at random", ha="right", va="center")
    for x, text, color in (
        ((N - n_valid - n_test) / 2, "train", BLUE),
        (N - n_test - n_valid / 2, "validation", "#00664B"),
        (N - n_test / 2, "test", VERMILLION),
    ):
        ax.text(x, 2.0, text, ha="center", va="bottom", color=color)
    ax.annotate(
        "time", (N, -0.75), (0, -0.75), arrowprops={"arrowstyle": "->", "color": GREY}, va="center"
    )
    ax.set(xlim=(-6.5, N + 0.5), ylim=(-1.1, 2.7))
    ax.axis("off")
    return fig


def one_step_and_free_running() -> Figure:
    """Draw where each input comes from: from the series, or from the output before it."""
    fig, axes = plt.subplots(1, 2, figsize=(10, 3.1))
    for ax, free in zip(axes, (False, True), strict=True):
        for t in range(5):
            fed = free and t >= 3
            _box(ax, t, 0, rf"$\hat{{s}}_{t}$" if fed else f"$s_{t}$", TARGET if fed else PALE)
            _box(ax, t, 1, "net", INPUT)
            _box(ax, t, 2, rf"$\hat{{s}}_{t + 1}$", TARGET)
            _arrow(ax, (t, 0.3), (t, 0.7), ORANGE if fed else GREY)
            _arrow(ax, (t, 1.3), (t, 1.7), GREEN)
            if t < 4:
                _arrow(ax, (t + 0.33, 1), (t + 0.67, 1), BLUE)
            if free and 2 <= t < 4:
                _arrow(ax, (t + 0.3, 1.8), (t + 0.75, 0.32), VERMILLION)
        ax.set(
            xlim=(-0.5, 4.5),
            ylim=(-0.45, 2.45),
            title="free running: 3 values of the series, then its own" if free else "one step",
        )
        ax.axis("off")
    return fig


def _cell(ax: Axes, x: float, y: float, label: str, color: str) -> None:
    ax.add_patch(Rectangle((x, y), 0.94, 0.8, fc=color, ec="white"))
    ax.text(x + 0.47, y + 0.4, label, ha="center", va="center", fontsize=9)


def _box(ax: Axes, x: float, y: float, label: str, color: str) -> None:
    shape = "round,pad=0.06"
    ax.add_patch(
        FancyBboxPatch((x - 0.24, y - 0.2), 0.48, 0.4, boxstyle=shape, fc=color, ec="#333333")
    )
    ax.text(x, y, label, ha="center", va="center", fontsize=11)


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], color: str) -> None:
    ax.add_patch(
        FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=11, lw=1.6, color=color)
    )
