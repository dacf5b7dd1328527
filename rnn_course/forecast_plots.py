"""Figures of forecasts: losses, predictions over targets, errors, and errors by horizon."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from .plots import BLACK, BLUE, COLORS, GREY, ORANGE, VERMILLION


def losses(history: Mapping[str, Sequence[float]], ax: Axes) -> None:
    """Draw training and validation loss over the epochs; the best epoch is marked.

    Parameters
    ----------
    history : mapping with "train", "valid" (one number an epoch) and "best_epoch"
    ax : matplotlib.axes.Axes
    """
    best: int = history["best_epoch"]  # type: ignore[assignment]
    ax.semilogy(history["train"], color=BLUE, label="training")
    ax.semilogy(history["valid"], "--", color=ORANGE, label="validation")
    ax.plot(best, history["valid"][best], "o", color=VERMILLION, label=f"best, epoch {best}")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(xlabel="epoch", ylabel="mean squared error (log scale)")
    ax.legend()


def four_panels(
    history: Mapping[str, Sequence[float]], X: ArrayLike, Y: ArrayLike, predictions: ArrayLike
) -> Figure:
    """Draw training loss, three predictions over their targets, one in detail, all errors.

    Parameters
    ----------
    history : what `fit` returns
    X : array (N, T), inputs
    Y : array (N, T), targets
    predictions : array (N, T)
    """
    X, Y, predictions = np.asarray(X), np.asarray(Y), np.asarray(predictions)
    steps = np.arange(1, Y.shape[1] + 1)
    fig, axes = plt.subplots(2, 2, figsize=(10, 6.4))
    losses(history, axes[0, 0])
    axes[0, 0].set_title("training loss")

    ax = axes[0, 1]
    for n in range(3):
        ax.plot(
            steps, Y[n] - 2.5 * n, color=GREY, lw=4, alpha=0.4, label="target" if n == 0 else ""
        )
        ax.plot(steps, predictions[n] - 2.5 * n, "--", color=COLORS[n], label=f"prediction {n}")
    ax.set(xlabel="time step", yticks=[], title="three predictions over their targets (shifted)")
    ax.set_ylim(-7.6, 1.3)
    ax.legend(ncols=2, loc="lower left", fontsize=9)

    ax = axes[1, 0]
    ax.plot(steps - 1, X[0], "o", ms=3, color=BLACK, label="input $x_t$")
    ax.plot(steps, Y[0], color=GREY, lw=4, alpha=0.4, label="target $x_{t+1}$")
    ax.plot(steps, predictions[0], "--", color=BLUE, label="prediction of $x_{t+1}$")
    ax.vlines(steps, Y[0], predictions[0], color=VERMILLION, lw=1.5, label="error")
    ax.set(xlabel="time step", ylabel="value", title="sequence 0 in detail", ylim=(-1.2, 1.9))
    ax.legend(ncols=2, loc="upper center", fontsize=9)

    error_histogram(
        {"all steps": predictions - Y, "from step 10 on": (predictions - Y)[:, 9:]}, axes[1, 1]
    )
    axes[1, 1].set_title("errors of all test sequences")
    return fig


def error_histogram(errors: Mapping[str, ArrayLike], ax: Axes) -> None:
    """Draw the distribution of errors on a logarithmic count.

    Parameters
    ----------
    errors : mapping of label -> array of any shape, prediction minus target
    ax : matplotlib.axes.Axes
    """
    values = {label: np.ravel(np.asarray(part)) for label, part in errors.items()}
    widest = max(float(np.abs(part).max()) for part in values.values())
    edges = np.linspace(-widest, widest, 61).tolist()
    for i, (label, part) in enumerate(values.items()):
        ax.hist(part, edges, color=COLORS[i], alpha=0.6, label=label, log=True)
    ax.set(xlabel="prediction minus target", ylabel="how many (log scale)")
    ax.legend()


def forecasts(
    steps: ArrayLike, truth: ArrayLike, predictions: Mapping[str, ArrayLike], ax: Axes
) -> None:
    """Draw predictions over the truth.

    Parameters
    ----------
    steps : array (n,), time
    truth : array (n,)
    predictions : mapping of label -> array (n,)
    ax : matplotlib.axes.Axes
    """
    ax.plot(steps, np.asarray(truth), color=GREY, lw=4, alpha=0.4, label="truth")
    for i, (label, values) in enumerate(predictions.items()):
        ax.plot(steps, np.asarray(values), ("--", "-.", ":")[i % 3], color=COLORS[i], label=label)
    ax.legend()


def by_horizon(curves: Mapping[str, ArrayLike], ax: Axes) -> None:
    """Draw errors over the number of steps ahead.

    Parameters
    ----------
    curves : mapping of label -> array (n,), error 1 … n steps ahead
    ax : matplotlib.axes.Axes
    """
    for i, (label, values) in enumerate(curves.items()):
        errors = np.asarray(values)
        ahead = np.arange(1, len(errors) + 1)
        ax.plot(
            ahead, errors, ("o-", "s--", "^-.", "d:")[i % 4], ms=4, color=COLORS[i], label=label
        )
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(xlabel="steps ahead")
    ax.legend()
