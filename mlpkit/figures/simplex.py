"""The probabilities of three classes as a point in a triangle.

Each corner is the certainty of one class, the centre is the same for all, and a point's distance
from the side opposite a corner is the probability of that corner's class. The three dashed lines
are where two classes tie: they part the triangle into six regions, one for each ranking.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from mlpkit.activations import softmax
from mlpkit.figures.figure import Figure
from mlpkit.figures.style import DASHES, FAINT, FONT, INK, PALETTE, PAPER
from mlpkit.figures.svg import write_text

CORNERS = np.array([[0.5, 0.0], [0.0, np.sqrt(0.75)], [1.0, np.sqrt(0.75)]])
"""Class 1 on top, 2 on the left, 3 on the right; the sides are 1 long and y points down."""

SIDE, TOP, BOTTOM = 40, 62, 44  # room around the triangle, in pixels
NOTHING: Mapping[str, Any] = MappingProxyType({})


def in_triangle(probabilities: Any) -> np.ndarray:
    """Where probabilities lie in the triangle with the corners ``CORNERS``.

    Args:
        probabilities: of three classes, shape (..., 3).

    Returns:
        x and y, shape (..., 2).

    Raises:
        ValueError: the last axis does not hold three numbers, not negative, that add up to 1.
    """
    p = np.asarray(probabilities, dtype=np.float64)
    if p.shape[-1:] != (3,):
        raise ValueError(f"expected the probabilities of three classes, (..., 3); got {p.shape}.")
    if not (np.all(p >= 0) and np.all(np.abs(p.sum(axis=-1) - 1) < 1e-6)):
        raise ValueError("probabilities are not negative and add up to 1; these are or do not.")
    return p @ CORNERS


def temperature_path(scores: Any, count: int = 81) -> np.ndarray:
    """The softmax of scores at temperatures from 0 to infinity.

    T / (1 + T) goes from 0 to 1 in equal steps: the middle one, for an odd count, is T = 1.

    Args:
        scores: shape (classes,).
        count: of temperatures, at least 2.

    Returns:
        The probabilities, shape (count, classes).
    """
    heat = np.linspace(0.0, 1.0, count)
    temperatures = [*(heat[:-1] / (1.0 - heat[:-1])), np.inf]
    return np.array([softmax(np.asarray(scores, np.float64), T) for T in temperatures])


def draw_simplex(
    *,
    alt: str,
    paths: Mapping[str, Any] = NOTHING,
    points: Mapping[str, Any] = NOTHING,
    corners: Sequence[str] = ("class 1", "class 2", "class 3"),
    title: str = "",
    width: int = 370,
) -> Figure:
    """The triangle, with paths and points in it.

    Args:
        alt: what is to be seen.
        paths: for each label, probabilities in the order in which they are passed, shape (n, 3).
            Each has its own colour and dash; labels stand below if there are several paths.
        points: for each label, the probabilities of a point, shape (3,).
        corners: the names of the classes: top, left, right.
        title: stands above the picture.
        width: in CSS pixels.

    Raises:
        ValueError: something is not a probability of three classes.
    """
    side = width - 2 * SIDE
    bottom = TOP + side * np.sqrt(0.75) + BOTTOM

    def place(probabilities: Any) -> np.ndarray:
        return in_triangle(probabilities) * side + (SIDE, TOP)

    svg = [*_frame(place(np.eye(3)), corners)]
    for number, (label, path) in enumerate(paths.items()):
        style = f'stroke="{PALETTE[number]}" stroke-width="3"{_dash(DASHES[number])}'
        svg.append(_line(place(path), style))
        if len(paths) > 1:
            svg.append(_line([(SIDE, bottom), (SIDE + 40, bottom)], style))
            svg.append(write_text(SIDE + 50, bottom + 4, label, anchor="start"))
            bottom += 20
    svg += [_point(place(point), label, width) for label, point in points.items()]
    height = round(bottom)
    frame = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'font-family="{FONT}" font-size="13" fill="{INK}">',
        f'<rect width="{width}" height="{height}" rx="8" fill="{PAPER}"/>',
        write_text(20, 26, title, 15, anchor="start", weight="bold"),
    ]
    return Figure("\n".join([*frame, *svg, "</svg>"]), alt, width)


def _frame(corners: np.ndarray, names: Sequence[str]) -> list[str]:
    """The triangle, the lines of equal probability of two classes, and the names."""
    middles = [(corners[(i + 1) % 3] + corners[(i + 2) % 3]) / 2 for i in range(3)]
    ties = f'stroke="{FAINT}"{_dash("4 4")}'
    svg = [_line([corner, middle], ties) for corner, middle in zip(corners, middles, strict=True)]
    svg.append(_line([*corners, corners[0]], f'stroke="{INK}" stroke-width="1.5"'))
    for (x, y), name in zip(corners, names, strict=True):
        svg.append(write_text(x, y - 10 if y == corners[0, 1] else y + 20, name))
    return svg


def _dash(dash: str) -> str:
    return f' stroke-dasharray="{dash}"' if dash else ""


def _line(points: Any, style: str) -> str:
    at = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{at}" fill="none" stroke-linejoin="round" {style}/>'


def _point(place: Any, label: str, width: int) -> str:
    """A dot, and its label on the side where there is more room, clear of the corners' names."""
    x, y = place
    right, low = x <= width / 2 + 1, y > width / 2
    text = write_text(
        x + (11 if right else -11),
        y - 9 if low else y + 5,
        label,
        anchor="start" if right else "end",
        weight="bold",
        halo=True,
    )
    dot = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="{INK}" stroke="{PAPER}"/>'
    return dot + text
