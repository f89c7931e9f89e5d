"""A computation graph as a picture, and the ways forward and back over it as tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from html import escape
from itertools import accumulate, chain, pairwise
from statistics import mean
from typing import Any

import numpy as np

from mlpkit.figures.figure import Figure
from mlpkit.figures.style import FAINT, FONT, INK, PAPER, VERMILION
from mlpkit.figures.words import short
from mlpkit.graph import Node, backpropagate, topological_order
from mlpkit.worked.tables import Table

ROW, RADIUS, TOP, GAP = 104, 24, 96, 36
SOFT, GREY = "#f4f8fb", "#eeeeee"
# These stand between two operands; other operations stand before them.
INFIX = "+−×÷@"
SIGNS = {"sigmoid": "σ", "identity": "id", "absolute": "abs"}

Item = tuple[Node, int]
"""A node in its column, or a node's line on its way through a later column."""


def draw_graph(result: Node, *, decimals: int = 4, title: str = "", width: int = 0) -> Figure:
    """The graph that a result was computed from: values above the nodes, error signals below.

    Squares are leaves, circles show operations. Error signals are there after ``backpropagate``.

    Args:
        result: the last node, which will stand on the right.
        decimals: how many decimals are shown at most.
        title: stands above the picture.
        width: in CSS pixels; by default as much as the graph needs.
    """
    order = topological_order(result)
    columns, rows = _layout(order)
    centres, right = _centres(order, columns, decimals)
    at = {item: (centres[item[1]], TOP + ROW * row) for item, row in rows.items()}
    right = max(right, 40 + 11 * len(title))
    bottom = round(max(y for _, y in at.values()) + RADIUS + 46)
    svg = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {right} {bottom}" '
        f'font-family="{FONT}" fill="{INK}">',
        f'<rect width="{right}" height="{bottom}" rx="8" fill="{PAPER}"/>',
        *([_text(20, 28, title, 16, anchor="start", weight="bold")] if title else []),
        *(_line([at[item] for item in path]) for path in _paths(order, columns)),
        *chain.from_iterable(
            _drawn(node, label, *at[node, columns[node]], decimals)
            for node, label in _labels(order, decimals).items()
        ),
        "</svg>",
    ]
    return Figure("\n".join(svg), _in_words(order, title, decimals), width or right)


def forward_table(result: Node, *, decimals: int = 6) -> Table:
    """The way forward: each node, parents before children, how it is computed, and its value."""
    order = topological_order(result)
    labels = _labels(order, decimals)
    rows = [(labels[n], _expression(n, labels), _shown(n.value, decimals)) for n in order]
    return Table(("node", "computed as", "value"), rows)


def backward_table(result: Node, *, decimals: int = 6) -> Table:
    """The way back, message by message: runs ``backpropagate``, and shows what was sent.

    A message is the sender's error signal times the slope of its operation. The last column adds up
    what the receiver has got so far. Numbers in a formula, such as ½, are left out.
    """
    labels = _labels(topological_order(result), decimals)
    rows = [
        (
            labels[message.sender],
            labels[message.receiver],
            _shown(message.sender.gradient, decimals),
            _shown(message.value, decimals),
            _shown(message.so_far, decimals),
        )
        for message in backpropagate(result)
        if message.receiver.operation or message.receiver.name
    ]
    return Table(("from", "to", "signal of the sender", "message", "signal of the receiver"), rows)


def _labels(order: list[Node], decimals: int) -> dict[Node, str]:
    """The nodes' names; numbers that were given are themselves, and the rest are v1, v2, ..."""
    return {
        node: node.name
        or (f"v{place}" if node.operation or node.value.ndim else _shown(node.value, decimals))
        for place, node in enumerate(order, start=1)
    }


def _expression(node: Node, labels: dict[Node, str]) -> str:
    if node.operation is None:
        return "given"
    symbol, operands = node.operation.symbol, [labels[parent] for parent in node.parents]
    if len(operands) == 1 and symbol.startswith("^"):
        return operands[0] + symbol
    if len(operands) == 1 and symbol in INFIX:
        return symbol + operands[0]
    return f" {symbol} ".join(operands) if symbol in INFIX else f"{symbol}({', '.join(operands)})"


def _shown(values: Any, decimals: int) -> str:
    """A number, a few numbers, or the shape of many; nothing for None."""
    if values is None:
        return ""
    # Of any library, so that float() takes each.
    flat = np.ravel(np.asarray(values)).tolist()
    if values.ndim == 0:
        return short(flat[0], decimals)
    if values.ndim == 1 and len(flat) <= 4:
        return f"[{', '.join(short(value, min(decimals, 3)) for value in flat)}]"
    return "×".join(map(str, values.shape)) + " array"


def _in_words(order: list[Node], title: str, decimals: int) -> str:
    labels = _labels(order, decimals)
    sentences = [f"{title}."] if title else []
    sentences.append(f"Computation graph of {len(order)} node{'s' * (len(order) > 1)}.")
    for node in order:
        how = f" = {_expression(node, labels)}" if node.operation else ""
        value = _shown(node.value, decimals)
        facts = [value if value != labels[node] else "", _signal(node, decimals)]
        sentences.append(
            f"{labels[node]}{how}: {', '.join(filter(None, facts))}.".replace(": .", ".")
        )
    return " ".join(sentences)


def _layout(order: list[Node]) -> tuple[dict[Node, int], dict[Item, float]]:
    """The column of each node, and the row of each node and of the lines that pass by it."""
    children = _children(order)
    columns: dict[Node, int] = {}
    for node in order:
        columns[node] = max((columns[parent] + 1 for parent in node.parents), default=0)
    for node in order:
        if not node.parents and children[node]:
            # What is given stands right before it is first needed.
            columns[node] = min(columns[child] for child in children[node]) - 1
    neighbours: dict[Item, list[Item]] = defaultdict(list)
    grid: dict[int, list[Item]] = defaultdict(list)
    for node in order:
        grid[columns[node]].append((node, columns[node]))
    for path in _paths(order, columns):
        for left, right in pairwise(path):
            neighbours[left].append(right)
            neighbours[right].append(left)
            if left not in grid[left[1]]:
                grid[left[1]].append(left)
    return columns, _rows(grid, neighbours, columns)


def _children(order: list[Node]) -> dict[Node, list[Node]]:
    children: dict[Node, list[Node]] = {node: [] for node in order}
    for node in order:
        for parent in dict.fromkeys(node.parents):
            children[parent].append(node)
    return children


def _paths(order: list[Node], columns: dict[Node, int]) -> Iterable[list[Item]]:
    """From each node to each child, through all columns in between."""
    for node, children in _children(order).items():
        for child in children:
            between = range(columns[node], columns[child])
            yield [*((node, column) for column in between), (child, columns[child])]


def _rows(
    grid: dict[int, list[Item]], neighbours: dict[Item, list[Item]], columns: dict[Node, int]
) -> dict[Item, float]:
    """Each item at about the height of its neighbours, with room around it.

    Columns are ordered by the mean height of the neighbours, forth and back a few times, which
    leaves few crossings (Sugiyama, Tagawa and Toda, 1981).
    """
    rows = {item: float(row) for items in grid.values() for row, item in enumerate(items)}
    for sweep in range(12):
        for column in sorted(grid, reverse=bool(sweep % 2)):
            wanted = {
                i: mean(rows[n] for n in neighbours[i]) if neighbours[i] else 0.0
                for i in grid[column]
            }
            items = sorted(grid[column], key=lambda item: (wanted[item], rows[item]))
            heights: list[float] = []
            for above, item in zip([None, *items], items, strict=False):
                through = any(i and columns[i[0]] != i[1] for i in (above, item))
                lowest = heights[-1] + (0.7 if through else 1.0) if heights else wanted[item]
                heights.append(max(wanted[item], lowest))
            shift = mean(wanted[item] for item in items) - mean(heights)
            rows |= {item: height + shift for item, height in zip(items, heights, strict=True)}
    top = min(rows.values())
    return {item: row - top for item, row in rows.items()}


def _centres(order: list[Node], columns: dict[Node, int], decimals: int) -> tuple[list[float], int]:
    """Where the columns stand, each as wide as its texts, and how wide they are together."""
    widths = [2.0 * RADIUS] * (max(columns.values()) + 1)
    for node in order:
        value, signal = _shown(node.value, decimals), _signal(node, decimals)
        column = columns[node]
        widths[column] = max(widths[column], 8.4 * len(value), 2 * _half_width(signal))
    starts = [*accumulate((width + GAP for width in widths), initial=GAP / 2)]
    centres = [start + width / 2 for start, width in zip(starts, widths, strict=False)]
    return centres, round(starts[-1] - GAP / 2)


def _half_width(signal: str) -> float:
    return 4.3 * len(signal) + 5 if signal else 0.0


def _signal(node: Node, decimals: int) -> str:
    """The error signal; that of a number in a formula is of no interest."""
    is_constant = node.operation is None and not node.name
    return "" if is_constant or node.gradient is None else f"δ = {_shown(node.gradient, decimals)}"


def _line(points: list[tuple[float, float]]) -> str:
    path = f"M{points[0][0]:.1f},{points[0][1]:.1f}"
    ends = [*points[:-1], (points[-1][0] - RADIUS - 8, points[-1][1])]
    for (x1, y1), (x2, y2) in pairwise(ends):
        middle = (x1 + x2) / 2
        path += f" C{middle:.1f},{y1:.1f} {middle:.1f},{y2:.1f} {x2:.1f},{y2:.1f}"
    x, y = ends[-1]
    head = f"M{x - 1:.1f},{y - 5:.1f} l9,5 l-9,5 z"
    return (
        f'<path d="{path}" fill="none" stroke="{FAINT}" stroke-width="1.5"/>'
        f'<path d="{head}" fill="{FAINT}"/>'
    )


def _drawn(node: Node, label: str, x: float, y: float, decimals: int) -> list[str]:
    value, signal = _shown(node.value, decimals), _signal(node, decimals)
    size = min(15, 60 // len(label))
    style = f'fill="{SOFT if node.operation else GREY}" stroke="{INK}" stroke-width="1.5"/>'
    if node.operation is None:
        left, top, side = x - RADIUS + 2, y - RADIUS + 2, 2 * RADIUS - 4
        svg = [f'<rect x="{left:.1f}" y="{top:.1f}" width="{side}" height="{side}" rx="3" {style}']
        svg.append(_text(x, y + 5, label, size, weight="bold" if node.name else "normal"))
    else:
        sign = SIGNS.get(node.operation.symbol, node.operation.symbol)
        svg = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS}" {style}']
        if node.name:
            svg += [_text(x, y + 1, label, size, weight="bold"), _text(x, y + 15, sign, 11)]
        else:
            svg += [_text(x, y + 4, sign, min(16, 60 // len(sign))), _text(x, y + 17, label, 9)]
    if value != label:
        svg.append(_text(x, y - RADIUS - 7, value))
    if signal:
        half = _half_width(signal)
        svg += [
            f'<rect x="{x - half:.1f}" y="{y + RADIUS + 4:.1f}" width="{2 * half:.1f}" '
            f'height="21" rx="4" fill="#fdeee4" stroke="{VERMILION}"/>',
            _text(x, y + RADIUS + 19, signal, 13),
        ]
    return svg


def _text(
    x: float, y: float, text: str, size: int = 14, *, anchor: str = "middle", weight: str = "normal"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" '
        f'font-weight="{weight}">{escape(text)}</text>'
    )
