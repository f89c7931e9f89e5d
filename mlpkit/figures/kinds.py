"""Six kinds of network, each as a small drawing."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from mlpkit.figures.figure import Figure, Gallery
from mlpkit.figures.style import BLUE, FONT, INK, PALETTE, PAPER, TINTS, VERMILION
from mlpkit.figures.svg import write_text

WIDTH, HEIGHT, RADIUS = 236, 190, 15

Point = tuple[float, float]

CURVES = {
    "step": "M-9 6H0V-6H9",
    "sigmoid": "M-9 6C0 6 0-6 9-6",
    "bell": "M-10 6C-3 6-4-7 0-7S3 6 10 6",
}
"""What a unit does with its net input, drawn inside it."""


def draw_kinds() -> Gallery:
    """Perceptron, radial basis functions, MLP, recurrent, LSTM and convolutional, side by side."""
    return Gallery(
        [_perceptron(), _radial_basis(), _multi_layer(), _recurrent(), _lstm(), _convolutional()]
    )


def _perceptron() -> Figure:
    inputs, output = _column(50, 2), _column(180, 1)
    return _picture(
        "Perceptron",
        "two inputs, each with an edge to one output unit that has a step drawn in it; "
        "no hidden units.",
        *_edges(inputs, output),
        *_units(inputs, ""),
        *_units(output, "step"),
    )


def _radial_basis() -> Figure:
    inputs, hidden, output = _column(34, 2), _column(118, 3), _column(202, 1)
    return _picture(
        "Radial basis functions",
        "two inputs, three hidden units with a bell curve drawn in each, and one output.",
        *_edges(inputs, hidden),
        *_edges(hidden, output),
        *_units(inputs, ""),
        *_units(hidden, "bell"),
        *_units(output, ""),
    )


def _multi_layer() -> Figure:
    inputs, hidden, output = _column(34, 2), _column(118, 3), _column(202, 1)
    return _picture(
        "Multi-layer perceptron",
        "two inputs, three hidden units and one output; a sigmoid is drawn in each unit, and "
        "every unit is joined to every unit of the next layer.",
        *_edges(inputs, hidden),
        *_edges(hidden, output),
        *_units(inputs, ""),
        *_units(hidden, "sigmoid"),
        *_units(output, "sigmoid"),
    )


def _recurrent() -> Figure:
    inputs, hidden, output = _column(34, 1), _column(118, 2), _column(202, 1)
    (x, above), (_, below) = hidden
    loops = [
        _arrow(f"M{x - 8} {above - 13}C{x - 26} {above - 34} {x + 26} {above - 34} {x + 9} "
               f"{above - 14}"),
        _arrow(f"M{x - 8} {below + 13}C{x - 26} {below + 34} {x + 26} {below + 34} {x + 9} "
               f"{below + 14}"),
        _arrow(f"M{x - 5} {above + 15}V{below - 17}"),
        _arrow(f"M{x + 5} {below - 15}V{above + 17}"),
    ]  # fmt: skip
    return _picture(
        "Recurrent",
        "one input, two hidden units and one output; from each hidden unit an arrow leads back "
        "to itself, and another to its neighbour.",
        *_edges(inputs, hidden),
        *_edges(hidden, output),
        *loops,
        *_units(inputs, ""),
        *_units(hidden, "sigmoid"),
        *_units(output, ""),
    )


def _lstm() -> Figure:
    inputs, output = _column(28, 1), _column(208, 1)
    gates = {"input": 76.0, "forget": 118.0, "output": 160.0}
    middle = inputs[0][1]
    cell = [
        f'<rect x="54" y="46" width="128" height="128" rx="10" fill="{TINTS[4]}" '
        f'stroke="{INK}" stroke-width="1.3" stroke-dasharray="5 3"/>',
        *_edges(inputs, [(118, middle)]),
        *_edges([(118, middle)], output),
        _arrow(f"M110 {middle - 14}C92 {middle - 52} 144 {middle - 52} 127 {middle - 15}"),
        write_text(118, 60, "memory cell", 11),
    ]
    for name, x in gates.items():
        cell += [
            _line((x, 144), (x, middle if x != 118 else middle + RADIUS), VERMILION, "4 3"),
            f'<circle cx="{x}" cy="146" r="9" fill="{TINTS[1]}" stroke="{INK}"/>',
            f'<path transform="translate({x} 146) scale(0.6)" d="{CURVES["sigmoid"]}" '
            f'fill="none" stroke="{INK}" stroke-width="2.4"/>',
            write_text(x, 168, name, 10),
        ]
    return _picture(
        "LSTM",
        "one input, a memory cell with an arrow back to itself, and one output; three gates, "
        "named input, forget and output, act on what flows in, round and out.",
        *cell,
        *_units(inputs, ""),
        *_units([(118, middle)], "sigmoid"),
        *_units(output, ""),
    )


def _convolutional() -> Figure:
    pixels = [(28.0 + 30 * i, 150.0) for i in range(7)]
    features = [(x, 74.0) for x, _ in pixels[1:-1]]
    edges = []
    for centre, feature in enumerate(features, start=1):
        for side in (-1, 0, 1):
            dash = ("8 4", "", "2 3")[side + 1]
            edges.append(_line(pixels[centre + side], feature, PALETTE[side + 1], dash))
    squares = [
        f'<rect x="{x - 10}" y="{y - 10}" width="20" height="20" fill="{TINTS[6]}" stroke="{INK}"/>'
        for x, y in pixels
    ]
    return _picture(
        "Convolutional",
        "seven inputs in a row and five units above them, each joined to the three inputs below "
        "it; edges drawn alike, left, middle and right, have the same weight.",
        *edges,
        *squares,
        *_units(features, "sigmoid", radius=12),
    )


def _column(x: float, count: int) -> list[Point]:
    """Units below each other, around the middle."""
    return [(x, 112 + 50 * (i - (count - 1) / 2)) for i in range(count)]


def _edges(sources: Sequence[Point], ends: Sequence[Point]) -> list[str]:
    return [_line(source, end, BLUE) for source in sources for end in ends]


def _line(source: Point, end: Point, colour: str, dash: str = "") -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<path d="M{source[0]:.0f} {source[1]:.0f}L{end[0]:.0f} {end[1]:.0f}" '
        f'stroke="{colour}" stroke-width="1.8"{dashes}/>'
    )


def _arrow(path: str) -> str:
    return (
        f'<path d="{path}" fill="none" stroke="{VERMILION}" stroke-width="2" '
        'marker-end="url(#head)"/>'
    )


def _units(places: Sequence[Point], curve: str, radius: float = RADIUS) -> list[str]:
    """Circles, with what the units do drawn in them; plain ones are inputs or sums."""
    fill = TINTS[0] if curve else TINTS[6]
    svg = []
    for x, y in places:
        svg.append(
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{radius}" fill="{fill}" stroke="{INK}" '
            'stroke-width="1.4"/>'
        )
        if curve:
            svg.append(
                f'<path transform="translate({x:.0f} {y:.0f})" d="{CURVES[curve]}" fill="none" '
                f'stroke="{INK}" stroke-width="2"/>'
            )
    return svg


def _picture(title: str, seen: str, *pieces: str) -> Figure:
    head = (
        '<defs><marker id="head" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="5" '
        f'markerHeight="5" orient="auto"><path d="M0 0L8 4L0 8Z" fill="{VERMILION}"/></marker>'
        "</defs>"
    )
    svg = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="{FONT}" fill="{INK}">',
        head,
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="8" fill="{PAPER}"/>',
        write_text(12, 24, title, 14, anchor="start", weight="bold"),
        *pieces,
        "</svg>",
    ]
    return Figure("\n".join(svg), f"{escape(title)}: {seen}", WIDTH)
