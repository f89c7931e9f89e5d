"""Small pieces of SVG."""

from __future__ import annotations

from html import escape
from math import isfinite

from mlpkit.figures.style import FAINT, INK, PAPER

OUTLINES = {
    "square": "M-4.2-4.2H4.2V4.2H-4.2Z",
    "triangle": "M0-5.5L5 4H-5Z",
    "diamond": "M0-5.8L5.2 0L0 5.8L-5.2 0Z",
    "plus": "M-5 0H5M0-5V5",
    "cross": "M-4-4L4 4M-4 4L4-4",
}


def write_text(
    x: float,
    y: float,
    content: str,
    size: int = 13,
    *,
    anchor: str = "middle",
    weight: str = "normal",
    colour: str = INK,
    halo: bool = False,
    raw: bool = False,
) -> str:
    """A line of text; nothing if there is none, or no place for it.

    Args:
        x, y: where it starts, is centred or ends, as ``anchor`` says, and its base line.
        content: plain text; SVG if it is ``raw``.
        halo: whether a pale rim keeps it legible on lines.
    """
    if not content or not (isfinite(x) and isfinite(y)):
        return ""
    rim = f' stroke="{PAPER}" stroke-width="4" paint-order="stroke"' if halo else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" '
        f'font-weight="{weight}" fill="{colour}"{rim}>{content if raw else escape(content)}</text>'
    )


def draw_mark(shape: str, x: float, y: float, colour: str) -> str:
    """A small mark; a pale rim parts marks that lie on each other."""
    if not (isfinite(x) and isfinite(y)):
        return ""
    place = f'transform="translate({x:.1f} {y:.1f})"'
    if shape in ("plus", "cross"):
        return f'<path {place} d="{OUTLINES[shape]}" stroke="{colour}" stroke-width="2.4"/>'
    if shape == "ring":
        return f'<circle {place} r="4.4" fill="none" stroke="{colour}" stroke-width="2.2"/>'
    look = f'fill="{colour}" stroke="{PAPER}" stroke-width="0.8"'
    if shape == "circle":
        return f'<circle {place} r="4.6" {look}/>'
    return f'<path {place} d="{OUTLINES[shape]}" {look}/>'


def thin_line(x1: float, y1: float, x2: float, y2: float) -> str:
    """A thin pale line, as of a grid."""
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="#d9d9d9"/>'


def dashed_line(x1: float, y1: float, x2: float, y2: float) -> str:
    """A dashed line, to read other things by."""
    return (
        f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{FAINT}" stroke-width="1.4" '
        'stroke-dasharray="5 4"/>'
    )


def cut(box: tuple[float, float, float, float], beyond: float, pieces: list[str]) -> list[str]:
    """Pieces without what is more than so many pixels outside a box (left, top, width, height).

    An inner picture cuts without a name; a clip path needs one, and names can meet on one page.
    """
    left, top = box[0] - beyond, box[1] - beyond
    width, height = box[2] + 2 * beyond, box[3] + 2 * beyond
    place = f'x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{height:.0f}"'
    return [
        f'<svg {place} viewBox="{left:.0f} {top:.0f} {width:.0f} {height:.0f}">',
        *pieces,
        "</svg>",
    ]
