"""A drawn network, with its values on it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from html import escape
from typing import Any, NamedTuple

import numpy as np

from mlpkit.figures.figure import Figure
from mlpkit.figures.style import BLUE, FAINT, FONT, INK, PAPER, VERMILION, YELLOW
from mlpkit.figures.svg import write_text
from mlpkit.figures.words import Place, Shown, in_words, short, weights
from mlpkit.network import Network, Trace
from mlpkit.worked.lines import Line, parameter
from mlpkit.worked.notations import BIAS, Symbols, notation_named

# Names are SVG already, with their indices lowered.
_text = partial(write_text, size=14, raw=True)

ROW, RADIUS, TOP = 112, 34, 50


def draw_network(
    network: Network,
    trace: Trace | None = None,
    deltas: Any = None,
    highlight: Line | Iterable[Place] | None = None,
    *,
    x: Any = None,
    target: Any = None,
    decimals: int = 3,
    title: str = "",
    notation: str = "M",
    width: int = 760,
) -> Figure:
    """The network with weights on its edges, activations in its units, error terms below them.

    Solid edges have weights of zero or above, dashed ones negative weights; wide edges have large
    weights. The squares are the constant inputs 1 of the biases.

    Args:
        network: at most a handful of units a layer, or the picture gets crowded.
        trace: what ``forward`` returned for one example; values that are NaN are left out.
        deltas: what ``deltas`` returned; shown with the sign of the notation; NaN are left out.
        highlight: units and weights to be pointed out, or the line of a calculation.
        x: the inputs, if there is no trace; shape (inputs,).
        target: what the outputs should be, shape (outputs,).
        decimals: how many decimals are shown at most.
        title: stands above the picture.
        notation: whose names the units have, and whose sign the error terms.
        width: in CSS pixels, from 560 or so; letters keep their size, edges get shorter.
    """
    picture = _Picture(network, Symbols(notation_named(notation), network.sizes), decimals, width)
    x = trace.x if trace is not None else x
    values = [x if x is not None else _unknown(network.sizes[0])]
    values += trace.a if trace is not None else map(_unknown, network.sizes[1:])
    terms = [_unknown(n) for n in network.sizes[1:]] if deltas is None else deltas
    terms = [picture.symbols.notation.sign * np.asarray(term) for term in terms]
    target = _unknown(network.sizes[-1]) if target is None else target
    chosen = set(_places(highlight, network))
    svg = [
        *picture.frame(title, has_terms=deltas is not None),
        *picture.edges(chosen),
        *picture.biases(),
        *picture.units(values, chosen),
        *picture.error_terms(terms, target),
        "</svg>",
    ]
    shown = Shown(values, terms, target, chosen, title)
    return Figure("\n".join(svg), in_words(network, picture.symbols, shown, decimals), width)


def _unknown(count: int) -> np.ndarray:
    return np.full(count, np.nan)


def _places(highlight: Line | Iterable[Place] | None, network: Network) -> Iterable[Place]:
    """What a line of a calculation looks at: what it computes, and what it needs for that."""
    if not isinstance(highlight, Line):
        return highlight or ()
    layer, unit = highlight.unit
    if highlight.weight is not None:
        return [highlight.weight]
    if highlight.phase == "forward":
        into = [(layer, unit, origin) for origin in range(BIAS, network.sizes[layer - 1])]
        return [highlight.unit, *into]
    above = network.sizes[layer + 1] if layer + 1 < len(network.sizes) else 0
    return [highlight.unit, *((layer + 1, to, unit) for to in range(above))]


class Box(NamedTuple):
    """Where a label stands: its centre and half its extent."""

    x: float
    y: float
    half_width: float
    half_height: float

    def overlap(self, other: Box) -> float:
        """The area that both cover."""
        width = self.half_width + other.half_width - abs(self.x - other.x)
        height = self.half_height + other.half_height - abs(self.y - other.y)
        return max(width, 0) * max(height, 0)


class _Picture:
    """Where everything stands, and the SVG of each kind of thing."""

    def __init__(self, network: Network, symbols: Symbols, decimals: int, width: int) -> None:
        self.network, self.symbols, self.decimals, self.width = network, symbols, decimals, width
        self.rows = max(*(n + 1 for n in network.sizes[:-1]), network.sizes[-1])
        self.height = TOP + ROW * self.rows + 34

    def number(self, value: float) -> str:
        return short(value, self.decimals)

    def at(self, layer: int, unit: int) -> tuple[float, float]:
        """The centre of a unit; BIAS stands for the square on top of a layer."""
        last = len(self.network.sizes) - 1
        count = self.network.sizes[layer] + (layer != last)
        row = unit + (layer != last) + (self.rows - count) / 2
        # The error terms stand out to the left, the targets to the right.
        left, right = RADIUS + 18, RADIUS + 86
        return left + (self.width - left - right) * layer / last, TOP + ROW * (row + 0.42)

    def frame(self, title: str, has_terms: bool) -> list[str]:
        size = f'width="{self.width}" height="{self.height}"'
        legend = (
            "solid: weight \u2265 0 \u00b7 dashed: negative \u00b7 wide: large \u00b7 "
            "square: bias input" + has_terms * " \u00b7 \u03b4: error term"
        )
        return [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
            f'font-family="{FONT}" font-size="14" fill="{INK}">',
            f'<rect {size} rx="8" fill="{PAPER}"/>',
            _text(20, 28, escape(title), size=16, anchor="start", weight="bold"),
            *(
                [_text(20, self.height - 14, legend, size=12, anchor="start", colour=FAINT)]
                if self.width >= 600
                else []
            ),
        ]

    def edges(self, chosen: set[Place]) -> list[str]:
        places = weights(self.network)
        largest = max(abs(parameter(self.network, *place)) for place in places) or 1.0
        lines, labels, taken = [], [], self._taken()
        for place in places:
            value = parameter(self.network, *place)
            (x1, y1), (x2, y2) = self.at(place[0] - 1, place[2]), self.at(*place[:2])
            line = f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
            if place in chosen:
                lines.append(f'{line} stroke="{YELLOW}" stroke-width="13"/>')
            colour, dash = (VERMILION, ' stroke-dasharray="7 5"') if value < 0 else (BLUE, "")
            width = 1 + 3 * abs(value) / largest
            lines.append(f'{line} stroke="{colour}" stroke-width="{width:.1f}"{dash}/>')
            text = self.number(value)
            box = self._free_place(place, len(text) * 4.2 + 3, taken)
            taken.append(box)
            bold = "bold" if place in chosen else "normal"
            background = YELLOW if place in chosen else PAPER
            labels += [_box(box, background), _text(box.x, box.y + 4.5, text, size=13, weight=bold)]
        return lines + labels

    def _taken(self) -> list[Box]:
        """What the labels of the weights must not cover: the units, and error terms below them."""
        boxes = []
        for layer, n in enumerate(self.network.sizes):
            for x, y in (self.at(layer, unit) for unit in range(BIAS, n)):
                boxes.append(Box(x, y, RADIUS + 3, RADIUS + 3))
                if layer:
                    boxes.append(Box(x, y + RADIUS + 13, 58, 12))
        return boxes

    def _free_place(self, place: tuple[int, int, int], half_width: float, taken: list[Box]) -> Box:
        """Somewhere on the edge, clear of other labels and, as far as may be, of other edges."""
        layer, to, origin = place
        (x1, y1), (x2, y2) = self.at(layer - 1, origin), self.at(layer, to)
        others = [
            (self.at(layer - 1, i), self.at(layer, j))
            for layer_, j, i in weights(self.network)
            if layer_ == layer and (j, i) != (to, origin)
        ]

        def badness(box: Box) -> float:
            overlaps = [box.overlap(other) for other in taken]
            score = 10 * sum(overlaps) + 200 * sum(map(bool, overlaps))
            for (ax, ay), (bx, by) in others:
                for dx in (-half_width, 0.0, half_width):
                    y = ay + (by - ay) * (box.x + dx - ax) / (bx - ax)
                    score += max(0.0, box.half_height + 2 - abs(y - box.y)) * 4
            return score

        # Of equally good places the first is taken: near where the edge starts.
        shares = [
            0.30,
            0.34,
            0.26,
            *(n / 100 for n in (38, 42, 46, 54, 58, 62, 66, 70, 22, 18, 74)),
        ]
        boxes = [Box(x1 + (x2 - x1) * s, y1 + (y2 - y1) * s, half_width, 10) for s in shares]
        return min(boxes, key=badness)

    def biases(self) -> list[str]:
        svg = []
        for layer in range(len(self.network.sizes) - 1):
            x, y = self.at(layer, BIAS)
            svg += [
                f'<rect x="{x - 17:.1f}" y="{y - 17:.1f}" width="34" height="34" rx="3" '
                f'fill="#eeeeee" stroke="{INK}" stroke-width="1.5"/>',
                _text(x, y + 5, "1"),
            ]
        return svg

    def units(self, values: list[Any], chosen: set[Place]) -> list[str]:
        svg = []
        for layer, n in enumerate(self.network.sizes):
            for unit in range(n):
                x, y = self.at(layer, unit)
                picked = (layer, unit) in chosen
                fill, width = (YELLOW, 4) if picked else ("#f4f8fb" if layer else "#eeeeee", 1.5)
                name = _name(self.symbols.activation(layer, unit))
                value = self.number(float(values[layer][unit]))
                svg += [
                    f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS}" fill="{fill}" '
                    f'stroke="{INK}" stroke-width="{width}"/>',
                    _text(x, y - 8 if value else y + 5, name),
                    _text(x, y + 14, value, size=15 if len(value) < 7 else 13, weight="bold"),
                ]
        return svg

    def error_terms(self, terms: list[np.ndarray], target: Any) -> list[str]:
        svg = []
        for layer, n in enumerate(self.network.sizes[1:], start=1):
            for unit in range(n):
                x, y = self.at(layer, unit)
                text = self.number(float(terms[layer - 1][unit]))
                if text:
                    box = Box(x, y + RADIUS + 13, 10 + 4.5 * (len(text) + 3), 11)
                    svg += [_box(box, "#fdeee4", VERMILION), _text(x, box.y + 5, f"δ = {text}")]
                wanted = self.number(float(target[unit])) if layer == len(terms) else ""
                if wanted:
                    name = _name(self.symbols.target(unit))
                    text = f'{name}<tspan dy="-4"> = {wanted}</tspan>'
                    svg.append(_text(x + RADIUS + 10, y + 5, text, anchor="start"))
        return svg


def _name(latex: str) -> str:
    """``h_{1}`` and ``a^{(2)}_{1}`` as SVG text."""
    text = re.sub(r"\^\{([^{}]*)\}", r'<tspan dy="-5" font-size="10">\1</tspan>', latex)
    lower = 9 if text != latex else 4
    return re.sub(r"_\{([^{}]*)\}", rf'<tspan dy="{lower}" font-size="10">\1</tspan>', text)


def _box(box: Box, fill: str, stroke: str = "none") -> str:
    return (
        f'<rect x="{box.x - box.half_width:.1f}" y="{box.y - box.half_height:.1f}" '
        f'width="{2 * box.half_width:.1f}" height="{2 * box.half_height:.1f}" rx="4" '
        f'fill="{fill}" stroke="{stroke}"/>'
    )
