"""The axes of a chart: where a value stands in the picture, and what is written beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import ceil, floor, isfinite, log10
from typing import Any

import numpy as np

from mlpkit.figures.style import INK
from mlpkit.figures.svg import thin_line, write_text

MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Axis:
    """One axis of a chart.

    Attributes:
        low, high: the values at its ends.
        start, end: where these stand in the picture, in pixels.
        label: what it shows.
        log: whether equal distances are equal factors.
        names: for each value to be written beside the axis, what is written there; numbers at round
            distances if not given.

    Raises:
        ValueError: the ends are not two numbers in order, or not above 0 on a logarithmic axis.
    """

    low: float
    high: float
    start: float
    end: float
    label: str = ""
    log: bool = False
    names: Mapping[float, str] | None = None

    def __post_init__(self) -> None:
        ends = f"the axis {self.label!r} from {self.low} to {self.high}"
        if not (isfinite(self.low) and isfinite(self.high) and self.low < self.high):
            raise ValueError(f"{ends}: expected two numbers, the smaller one first.")
        if self.log and self.low <= 0:
            raise ValueError(f"{ends}: a logarithmic axis has only numbers above 0.")

    def place(self, values: Any) -> np.ndarray:
        """Where values stand, in pixels; what a logarithmic axis cannot show is NaN."""
        values = np.asarray(values, float)
        low, high = self.low, self.high
        if self.log:
            values = np.log10(np.where(values > 0, values, np.nan))
            low, high = log10(low), log10(high)
        return self.start + (values - low) / (high - low) * (self.end - self.start)

    def spread(self, count: int) -> np.ndarray:
        """So many values from end to end, at equal distances in the picture."""
        if self.log:
            return np.geomspace(self.low, self.high, count)
        return np.linspace(self.low, self.high, count)

    @cached_property
    def ticks(self) -> dict[float, str]:
        """The values that are written beside the axis, each with its text."""
        if self.names is not None:
            return {float(value): str(name) for value, name in self.names.items()}
        if self.log and len(self._round_factors) > 1:
            return {value: power(value) for value in self._round_factors}
        # Numbers need more room beside than above each other; the vertical axis runs upwards.
        room = max(2, abs(self.end - self.start) / (75 if self.end > self.start else 42))
        step = round_step((self.high - self.low) / room)
        while len(self._multiples(step)) < 2:
            step = round_step(0.4 * step)
        decimals = max(0, -floor(log10(step) + 1e-9))
        # Adding 0 turns a negative zero into zero.
        return {n * step: number(n * step + 0.0, decimals) for n in self._multiples(step)}

    def _multiples(self, step: float) -> range:
        return range(ceil(self.low / step - 1e-9), floor(self.high / step + 1e-9) + 1)

    @cached_property
    def _round_factors(self) -> list[float]:
        first, last = floor(log10(self.low) + 1e-9), ceil(log10(self.high) - 1e-9)
        room = max(2, abs(self.end - self.start) / 40)
        every = max(1, ceil((last - first) / room))
        digits = (1, 2, 5) if last - first <= 2 else (1,)
        values = [digit * 10.0**e for e in range(first, last + 1, every) for digit in digits]
        return [v for v in values if self.low * (1 - 1e-9) <= v <= self.high * (1 + 1e-9)]

    def too_close(self) -> bool:
        """Whether the texts below a horizontal axis would touch each other."""
        places = [(float(self.place(value)), 3.9 * len(text)) for value, text in self.ticks.items()]
        return any(right - left < a + b + 4 for (left, a), (right, b) in pairwise(places))


class Axes:
    """Both axes of a chart, once it is known how high it is.

    Attributes:
        x, y: the axes.
        box: what they enclose, in pixels: left, top, width and height.
    """

    def __init__(self, x: Axis, y: Axis) -> None:
        self.x, self.y = x, y
        self.box = (x.start, y.end, x.end - x.start, y.start - y.end)

    def places(self, x: Any, y: Any) -> np.ndarray:
        """Where points stand in the picture, shape (n, 2)."""
        return np.stack([self.x.place(x), self.y.place(y)], axis=1)

    def sides(self, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
        """Where the columns and the rows of a plane of values stand."""
        rows, columns = shape
        return (
            np.linspace(self.x.start, self.x.end, columns),
            np.linspace(self.y.start, self.y.end, rows),
        )

    def frame(self, width: int, height: int) -> list[str]:
        """Both axes, with thin lines across the chart at their numbers."""
        left, top, across, down = self.box
        right, bottom = left + across, top + down
        svg = []
        every = 2 if self.x.too_close() else 1
        for value, text in list(self.x.ticks.items())[::every]:
            at = float(self.x.place(value))
            svg += [thin_line(at, top, at, bottom), write_text(at, bottom + 18, text, raw=True)]
        for value, text in self.y.ticks.items():
            at = float(self.y.place(value))
            svg += [
                thin_line(left, at, right, at),
                write_text(left - 8, at + 4, text, anchor="end", raw=True),
            ]
        svg.append(
            f'<path d="M{left} {top}V{bottom}H{right}" fill="none" stroke="{INK}" '
            'stroke-width="1.2"/>'
        )
        svg.append(write_text((left + right) / 2, height - 12, self.x.label))
        turned = write_text(0, 0, self.y.label)
        svg.append(
            f'<g transform="translate(16 {(top + bottom) / 2:.1f}) rotate(-90)">{turned}</g>'
        )
        return svg


def round_step(distance: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is not below a distance."""
    unit = 10.0 ** floor(log10(distance))
    return next(unit * digit for digit in (1, 2, 5, 10) if unit * digit >= distance * (1 - 1e-9))


def number(value: float, decimals: int) -> str:
    """A number as it is printed, with a minus sign and not a hyphen."""
    return f"{value:.{decimals}f}".replace("-", MINUS)


def power(value: float) -> str:
    """A number beside a logarithmic axis, as SVG text: 0.01, 1, 200, or a power of ten."""
    if 1e-3 <= value < 1e4:
        return f"{value:g}"
    exponent = floor(log10(value) + 1e-9)
    digit = round(value / 10.0**exponent)
    factor = "" if digit == 1 else f"{digit}·"
    return f'{factor}10<tspan dy="-5" font-size="9">{number(exponent, 0)}</tspan>'
