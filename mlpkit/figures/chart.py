"""Charts: lines, points, bars, heat maps and regions between two axes.

A slider's picture has to follow the hand, in 50 milliseconds from the event to the screen. A chart
is written as SVG directly, in 1 to 5 of them; matplotlib needs more than 50 for the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from mlpkit.figures.axes import Axes, Axis
from mlpkit.figures.fields import bordered_regions, contour_lines, heat_map, path, plane
from mlpkit.figures.figure import Figure
from mlpkit.figures.style import DASHES, FONT, INK, PALETTE, PAPER, SHAPES
from mlpkit.figures.svg import cut, dashed_line, draw_mark, write_text

LEFT, RIGHT, BOTTOM, ROW = 66, 18, 50, 22

Draw = Callable[[Axes], list[str]]
"""Writes a piece of a chart, once it is known where the axes stand."""


class Chart:
    """A picture between two axes, made piece by piece; ``figure`` ends it.

    Each method adds something and returns the chart, so that calls can be chained. Each series has
    the next colour, and the next dash or shape, so that nobody has to rely on colour.

    Args:
        x, y: the ranges of the axes, (lowest, highest).
        x_label, y_label: what the axes show.
        title: stands above the picture.
        log_x, log_y: whether an axis is logarithmic.
        x_names, y_names: what is written beside an axis, and where: {value: text}; round numbers if
            not given.
        width, height: in CSS pixels.

    Raises:
        ValueError: a range is none, or a logarithmic one does not begin above 0.
    """

    def __init__(
        self,
        *,
        x: tuple[float, float],
        y: tuple[float, float],
        x_label: str = "",
        y_label: str = "",
        title: str = "",
        log_x: bool = False,
        log_y: bool = False,
        x_names: Mapping[float, str] | None = None,
        y_names: Mapping[float, str] | None = None,
        width: int = 760,
        height: int = 420,
    ) -> None:
        self.title, self.width, self.height = title, width, height
        (left, right), (low, high) = x, y
        self.x = Axis(left, right, LEFT, width - RIGHT, x_label, log_x, x_names)
        # Its upper end moves down once it is known how many rows the legend has.
        self.y = Axis(low, high, height - BOTTOM, 14, y_label, log_y, y_names)
        self._under: list[Draw] = []
        self._over: list[Draw] = []
        self._legend: list[tuple[str, str]] = []
        self._series = 0

    def line(
        self, x: Any, y: Any, label: str = "", *, markers: bool = False, series: int | None = None
    ) -> Chart:
        """A line through points; NaN interrupts it.

        Args:
            x, y: of one shape, (n,).
            label: its name in the legend.
            markers: whether each point has a dot, as on a path that is made of steps.
            series: the number of the colour and the dash, from 0; the next one if not given.
        """
        x, y = _points(x, y)
        colour, dash, shape = self._style(series)
        stroke = f'fill="none" stroke="{colour}" stroke-width="2.2"{dash}'
        dots = [draw_mark("circle", 0, 0, colour)] if markers else []
        self._name(label, f'<path d="M-14 0H14" {stroke}/>', *dots)

        def draw(axes: Axes) -> list[str]:
            places = axes.places(x, y)
            svg = [f'<path d="{path(places)}" {stroke} stroke-linejoin="round"/>']
            return svg + [draw_mark("circle", a, b, colour) for a, b in places if markers]

        return self._add(draw)

    def points(self, x: Any, y: Any, label: str = "", *, series: int | None = None) -> Chart:
        """Points with a shape of their own; arguments as for ``line``."""
        x, y = _points(x, y)
        colour, _, shape = self._style(series)
        self._name(label, draw_mark(shape, 0, 0, colour))
        return self._add(
            lambda axes: [draw_mark(shape, a, b, colour) for a, b in axes.places(x, y)]
        )

    def bars(
        self,
        x: Any,
        heights: Any,
        label: str = "",
        *,
        bar_width: float = 0.8,
        series: int | None = None,
    ) -> Chart:
        """Bars from 0, or from the lowest y there is; ``bar_width`` is measured on the x axis."""
        x, heights = _points(x, heights)
        colour, dash, _ = self._style(series)
        look = f'fill="{colour}" fill-opacity="0.55" stroke="{colour}" stroke-width="1.5"{dash}'
        self._name(label, f'<rect x="-10" y="-7" width="20" height="14" {look}/>')

        def draw(axes: Axes) -> list[str]:
            floor = axes.y.low if axes.y.log else min(max(0.0, axes.y.low), axes.y.high)
            left = axes.places(x - bar_width / 2, heights)
            right = axes.places(x + bar_width / 2, np.full_like(heights, floor))
            return [
                f'<rect x="{a:.1f}" y="{min(b, d):.1f}" width="{c - a:.1f}" '
                f'height="{abs(d - b):.1f}" {look}/>'
                for (a, b), (c, d) in zip(left, right, strict=True)
            ]

        return self._add(draw)

    def grid(self, columns: int, rows: int) -> np.ndarray:
        """The points at which ``field``, ``contours`` and ``regions`` want values.

        Returns:
            Shape (rows * columns, 2), in the order of ``values.reshape(rows, columns)``.
        """
        across, up = np.meshgrid(self.x.spread(columns), self.y.spread(rows))
        return np.stack([across.ravel(), up.ravel()], axis=1)

    def field(
        self,
        values: Any,
        *,
        low: float | None = None,
        high: float | None = None,
        colours: str = "diverging",
    ) -> Chart:
        """A heat map under everything else.

        Args:
            values: shape (rows, columns), at the points of ``grid``.
            low, high: the values at the ends of the colours; those of the data if not given.
            colours: "diverging", from orange through white to blue, or "sequential".
        """
        values = plane(values)
        low = float(np.nanmin(values)) if low is None else low
        high = float(np.nanmax(values)) if high is None else high
        return self._add(lambda axes: [heat_map(values, low, high, colours, *axes.box)], under=True)

    def contours(self, values: Any, levels: Iterable[float], *, labels: bool = False) -> Chart:
        """Lines along which values over the plane, as for ``field``, have certain levels."""
        values, levels = plane(values), list(levels)
        return self._add(
            lambda axes: contour_lines(values, levels, axes.sides(values.shape), labels)
        )

    def regions(self, classes: Any) -> Chart:
        """A pale area with a dark border for each class: integers, shape (rows, columns)."""
        classes = plane(classes)
        return self._add(
            lambda axes: bordered_regions(classes, *axes.sides(classes.shape)), under=True
        )

    def mark(self, x: float, y: float, text: str = "") -> Chart:
        """A black dot with a text beside it."""

        def draw(axes: Axes) -> list[str]:
            ((at_x, at_y),) = axes.places([x], [y])
            on_the_right = at_x < LEFT + 0.7 * axes.box[2]
            above = at_y > axes.box[1] + 26
            return [
                f'<circle cx="{at_x:.1f}" cy="{at_y:.1f}" r="4.5" fill="{INK}"/>',
                write_text(
                    at_x + (9 if on_the_right else -9),
                    at_y + (-8 if above else 17),
                    text,
                    anchor="start" if on_the_right else "end",
                    halo=True,
                ),
            ]

        return self._add(draw)

    def text(self, x: float, y: float, text: str) -> Chart:
        """A text, centred on a point."""

        def draw(axes: Axes) -> list[str]:
            ((at_x, at_y),) = axes.places([x], [y])
            return [write_text(at_x, at_y + 4, text, halo=True)]

        return self._add(draw)

    def rule(self, x: float | None = None, y: float | None = None, text: str = "") -> Chart:
        """A thin dashed line over the whole chart: at an x, at a y, or at both."""

        def draw(axes: Axes) -> list[str]:
            left, top, width, height = axes.box
            svg = []
            if x is not None:
                at = float(axes.x.place(x))
                svg += [
                    dashed_line(at, top, at, top + height),
                    write_text(at + 5, top + 14, text, anchor="start"),
                ]
            if y is not None:
                at = float(axes.y.place(y))
                svg += [dashed_line(left, at, left + width, at)]
                svg += [write_text(left + width - 5, at - 6, text, anchor="end", halo=True)]
            return svg

        return self._add(draw)

    def arrow(self, x1: float, y1: float, x2: float, y2: float) -> Chart:
        """An arrow from one point to another."""

        def draw(axes: Axes) -> list[str]:
            start, end = axes.places([x1, x2], [y1, y2])
            length = float(np.hypot(*(end - start))) or 1.0
            along = (end - start) / length * min(9.0, length)
            across = 0.45 * np.array([-along[1], along[0]])
            head = [end, end - along + across, end - along - across]
            corners = " ".join(f"{a:.1f},{b:.1f}" for a, b in head)
            shaft = f'<path d="{path(np.stack([start, end - along]))}" stroke="{INK}"'
            return [f'{shaft} stroke-width="2"/>', f'<polygon points="{corners}" fill="{INK}"/>']

        return self._add(draw)

    def figure(self, alt: str) -> Figure:
        """The finished picture.

        Args:
            alt: what is to be seen in it, for those who cannot see it.
        """
        top = 14 + (ROW if self.title else 0)
        legend, top = self._placed_legend(top)
        axes = Axes(self.x, replace(self.y, end=top))
        svg = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
            f'font-family="{FONT}" font-size="13" fill="{INK}">',
            f'<rect width="{self.width}" height="{self.height}" rx="8" fill="{PAPER}"/>',
            write_text(20, 26, self.title, 15, anchor="start", weight="bold"),
            *legend,
            *cut(axes.box, 0, [piece for draw in self._under for piece in draw(axes)]),
            *axes.frame(self.width, self.height),
            # Room for marks that stand on the edge.
            *cut(axes.box, 6, [piece for draw in self._over for piece in draw(axes)]),
            "</svg>",
        ]
        return Figure("\n".join(filter(None, svg)), alt, self.width)

    def _style(self, series: int | None) -> tuple[str, str, str]:
        number = self._series if series is None else series
        self._series += series is None
        dash = DASHES[number % len(DASHES)]
        return (
            PALETTE[number % len(PALETTE)],
            f' stroke-dasharray="{dash}"' if dash else "",
            SHAPES[number % len(SHAPES)],
        )

    def _name(self, label: str, *sample: str) -> None:
        if label:
            self._legend.append((label, "".join(sample)))

    def _add(self, draw: Draw, under: bool = False) -> Chart:
        (self._under if under else self._over).append(draw)
        return self

    def _placed_legend(self, top: int) -> tuple[list[str], int]:
        svg, x, y = [], LEFT, top + 8
        for label, sample in self._legend:
            room = 46 + 7.4 * len(label)
            if x > LEFT and x + room > self.width - RIGHT:
                x, y = LEFT, y + ROW
            svg.append(f'<g transform="translate({x + 16:.0f} {y:.0f})">{sample}</g>')
            svg.append(write_text(x + 36, y + 4, label, anchor="start"))
            x += round(room)
        return svg, y + 16 if self._legend else top


def _points(x: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
    x, y = np.ravel(np.asarray(x, float)), np.ravel(np.asarray(y, float))
    if x.shape != y.shape:
        raise ValueError(f"x has {len(x)} values and y has {len(y)}; expected as many of each.")
    return x, y
