"""Curves of what happens in training."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
from matplotlib.figure import Figure as Canvas

from mlpkit.figures.figure import Figure
from mlpkit.figures.style import DASHES, INK, MATPLOTLIB, PALETTE


def from_matplotlib(canvas: Canvas, alt: str) -> Figure:
    """A matplotlib figure as a Figure: the same bytes for the same picture.

    Args:
        canvas: made under ``matplotlib.rc_context(MATPLOTLIB)``.
        alt: what is to be seen in it.
    """
    file = io.StringIO()
    with matplotlib.rc_context(MATPLOTLIB):
        canvas.savefig(file, format="svg", bbox_inches="tight", metadata={"Date": None})
    return Figure(file.getvalue(), alt, width=round(canvas.get_figwidth() * 100))


def draw_curves(
    curves: Mapping[str, Any],
    *,
    alt: str,
    x_label: str = "updates",
    y_label: str = "error",
    log: bool = False,
    marks: Sequence[tuple[float, float, str]] = (),
) -> Figure:
    """Curves over the number of updates.

    Args:
        curves: for each label, the values after 0, 1, 2 … updates, shape (n,).
        alt: what is to be seen.
        x_label, y_label: what the axes show.
        log: whether the vertical axis is logarithmic.
        marks: points to be named in the picture: x, y and text.
    """
    with matplotlib.rc_context(MATPLOTLIB):
        canvas = Canvas(layout="constrained")
        axes = canvas.add_subplot()
        for (label, values), colour, dash in zip(curves.items(), PALETTE, DASHES, strict=False):
            axes.plot(values, color=colour, linestyle=dash, label=label)
        for x, y, text in marks:
            axes.plot(x, y, marker="o", markersize=7, color=INK)
            axes.annotate(text, (x, y), xytext=(10, 8), textcoords="offset points", color=INK)
        axes.set_xlabel(x_label)
        axes.set_ylabel(y_label)
        if log:
            axes.set_yscale("log")
        if len(curves) > 1:
            axes.legend(frameon=False)
        return from_matplotlib(canvas, alt)
