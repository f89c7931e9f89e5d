"""Curves of what happens in training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mlpkit.figures.chart import Chart
from mlpkit.figures.figure import Figure


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

    Raises:
        ValueError: there is nothing to draw: no number, or none above 0 for a logarithmic axis.
    """
    everything = np.concatenate([np.asarray(values, float) for values in curves.values()])
    shown = everything[np.isfinite(everything) & ((everything > 0) | (not log))]
    if not len(shown):
        raise ValueError("there is nothing to draw: expected finite numbers, above 0 if log=True.")
    longest = max(len(values) for values in curves.values())
    chart = Chart(
        x=(0, max(longest - 1, 1)),
        y=_roomy(float(shown.min()), float(shown.max()), log),
        x_label=x_label,
        y_label=y_label,
        log_y=log,
    )
    for label, values in curves.items():
        chart.line(np.arange(len(values)), values, label if len(curves) > 1 else "")
    for x, y, text in marks:
        chart.mark(x, y, text)
    return chart.figure(alt)


def _roomy(low: float, high: float, log: bool) -> tuple[float, float]:
    """A range that leaves some room above and below."""
    if log:
        room = max(high / low, 2.0) ** 0.05
        return low / room, high * room
    room = 0.05 * ((high - low) or abs(high) or 1.0)
    return low - room, high + room
