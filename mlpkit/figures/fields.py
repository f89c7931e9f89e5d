"""Values over a plane: heat maps, contour lines and regions, as pieces of SVG.

A plane of values is an array of shape (rows, columns); its first row stands at the lowest y, and
its outermost values stand on the edges of the chart.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from math import isnan
from typing import Any

import contourpy
import numpy as np
from PIL import Image

from mlpkit.figures.style import INK, PAPER, TINTS

# From the one end to the other, through the middle. The ends are equally dark.
SCALES = {
    "diverging": ((0.953, 0.686, 0.310), (0.980, 0.980, 0.980), (0.361, 0.663, 0.867)),
    "sequential": ((0.985, 0.985, 0.985), (0.690, 0.820, 0.910), (0.180, 0.440, 0.640)),
}


def plane(values: object) -> np.ndarray:
    """Values over a plane as an array.

    Raises:
        ValueError: they are not a plane of at least two rows and two columns.
    """
    array = np.asarray(values, float)
    if array.ndim != 2 or min(array.shape) < 2:
        raise ValueError(
            f"values over a plane have the shape (rows, columns), both at least 2; "
            f"got the shape {array.shape}."
        )
    return array


def heat_map(
    values: np.ndarray, low: float, high: float, colours: str, left: float, top: float,
    width: float, height: float,
) -> str:  # fmt: skip
    """Values as colours, smoothed by whoever shows the picture.

    Raises:
        ValueError: there is no such scale of colours.
    """
    if colours not in SCALES:
        raise ValueError(f"there is no scale {colours!r}. The known ones: {', '.join(SCALES)}.")
    share = np.clip((np.nan_to_num(values, nan=low) - low) / ((high - low) or 1.0), 0, 1)
    stops = np.linspace(0, 1, 3)
    scale = np.array(SCALES[colours])
    rgb = np.stack([np.interp(share, stops, scale[:, channel]) for channel in range(3)], axis=-1)
    file = io.BytesIO()
    Image.fromarray(np.round(rgb[::-1] * 255).astype(np.uint8)).save(file, "PNG")
    data = base64.b64encode(file.getvalue()).decode()
    # The centres of the outermost pixels stand on the edges.
    rows, columns = values.shape
    cell_width, cell_height = width / (columns - 1), height / (rows - 1)
    return (
        f'<image x="{left - cell_width / 2:.2f}" y="{top - cell_height / 2:.2f}" '
        f'width="{width + cell_width:.2f}" height="{height + cell_height:.2f}" '
        f'preserveAspectRatio="none" href="data:image/png;base64,{data}"/>'
    )


def contour_lines(
    values: np.ndarray, levels: Iterable[float], sides: tuple[np.ndarray, np.ndarray], labels: bool
) -> list[str]:
    """A line along each level, and its number on the longest stretch of it.

    Args:
        sides: where the columns and the rows stand, in pixels.
    """
    generator = contourpy.contour_generator(*sides, values)
    svg, texts = [], []
    for level in levels:
        # One array of points for each stretch, which contourpy's types leave open.
        lines: list[np.ndarray] = [np.asarray(line) for line in generator.lines(level)]
        svg += [
            f'<path d="{path(line)}" fill="none" stroke="{INK}" stroke-width="1" '
            f'stroke-opacity="0.65"/>'
            for line in lines
        ]
        longest = max(lines, key=len, default=None)
        if labels and longest is not None and len(longest) > 8:
            at_x, at_y = longest[len(longest) // 4]
            texts.append(
                f'<text x="{at_x:.1f}" y="{at_y + 4:.1f}" font-size="11" text-anchor="middle" '
                f'stroke="{PAPER}" stroke-width="4" paint-order="stroke">{level:g}</text>'
            )
    return svg + texts


def bordered_regions(classes: np.ndarray, x: np.ndarray, y: np.ndarray) -> list[str]:
    """A pale area with a dark border for each class."""
    # Beyond the edges, so that no border runs along them.
    beyond = np.pad(classes, 1, mode="edge")
    x = np.array([2 * x[0] - x[1], *x, 2 * x[-1] - x[-2]])
    y = np.array([2 * y[0] - y[1], *y, 2 * y[-1] - y[-2]])
    svg = []
    for number, value in enumerate(np.unique(classes)):
        generator = contourpy.contour_generator(
            x, y, (beyond == value).astype(float), fill_type=contourpy.FillType.OuterOffset
        )
        # What is filled has as many forms as there are fill types, and the types list them all.
        filled: Any = generator.filled(0.5, 2.0)
        for points, ends in zip(*filled, strict=True):
            rings = [points[a:b] for a, b in zip(ends[:-1], ends[1:], strict=True)]
            outline = " ".join(f"{path(ring)}Z" for ring in rings)
            svg.append(
                f'<path d="{outline}" fill="{TINTS[number % len(TINTS)]}" fill-rule="evenodd" '
                f'stroke="{INK}" stroke-width="1.2"/>'
            )
    return svg


def path(points: np.ndarray) -> str:
    """Points as an SVG path, which a NaN interrupts; what is far outside is brought nearer."""
    pieces, pen_is_down = [], False
    for x, y in np.clip(points, -1e5, 1e5).tolist():
        if isnan(x) or isnan(y):
            pen_is_down = False
            continue
        pieces.append(f"{'L' if pen_is_down else 'M'}{x:.1f} {y:.1f}")
        pen_is_down = True
    return "".join(pieces)
