"""A computation graph as a picture, and the ways forward and back over it as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise
from typing import Any

import numpy as np

from mlpkit.figures.figure import Figure
from mlpkit.figures.graph_layout import lay_out, paths_of
from mlpkit.figures.style import FAINT, FONT, INK, PAPER, VERMILION
from mlpkit.figures.svg import write_text
from mlpkit.figures.words import short
from mlpkit.graph import Node, backpropagate, topological_order
from mlpkit.worked.tables import Table

ROW, RADIUS, TOP, GAP = 104, 24, 96, 36
SOFT, GREY = "#f4f8fb", "#eeeeee"
# These stand between two operands; other operations stand before them.
INFIX = "+−×÷@"
SIGNS = {"sigmoid": "σ", "identity": "id", "absolute": "abs"}

Point = tuple[float, float]


def draw_graph(
    result: Node, *, decimals: int = 4, title: str = "", width: int = 0, steady: bool = False
) -> Figure:
    """The graph that a result was computed from: values above the nodes, error signals below.

    Squares are leaves, circles show operations. Error signals are there after ``backpropagate``.

    Args:
        result: the last node, which will stand on the right.
        decimals: how many decimals are shown at most.
        title: stands above the picture.
        width: in CSS pixels; by default as much as the graph needs.
        steady: whether there is room for longer numbers, so that nothing moves when they change.
    """
    plan = plan_graph(result, decimals=decimals, title=title, steady=steady)
    svg = [
        plan.opening(),
        *(draw_line(points) for points in plan.lines.values()),
        *chain.from_iterable(
            (draw_node(plan, node), draw_signal(plan, node, plan.signals[node]))
            for node in plan.order
        ),
        "</svg>",
    ]
    return Figure("\n".join(filter(None, svg)), plan.in_words(plan.signals), width or plan.width)


@dataclass(frozen=True)
class Plan:
    """What is the same in all pictures of a graph.

    Attributes:
        order: the nodes, parents before children.
        labels: what the picture calls each node.
        values, signals: each node's value and error signal, as text; empty if not shown.
        places: the centre of each node.
        lines: the points that the line from a parent to a child goes through.
        width, height: of the picture.
        title: stands above it.
    """

    order: list[Node]
    labels: dict[Node, str]
    values: dict[Node, str]
    signals: dict[Node, str]
    places: dict[Node, Point]
    lines: dict[tuple[Node, Node], list[Point]]
    width: int
    height: int
    title: str

    def opening(self) -> str:
        """The beginning of the SVG document, with the background and the title."""
        title = write_text(20, 28, self.title, 16, anchor="start", weight="bold")
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
            f'font-family="{FONT}" fill="{INK}">\n'
            f'<rect width="{self.width}" height="{self.height}" rx="8" fill="{PAPER}"/>\n{title}'
        )

    def in_words(self, signals: Mapping[Node, str], remark: str = "") -> str:
        """The alternative text: a remark, each node's value, and these error signals."""
        count = f"Computation graph of {len(self.order)} node{'s' * (len(self.order) > 1)}."
        sentences = [f"{self.title}." if self.title else "", count, remark]
        for node in self.order:
            label, value = self.labels[node], self.values[node]
            how = f" = {_expression(node, self.labels)}" if node.operation else ""
            facts = [value if value != label else "", signals.get(node, "")]
            sentences.append(f"{label}{how}: {', '.join(filter(None, facts))}.".replace(": .", "."))
        return " ".join(filter(None, sentences))


def plan_graph(
    result: Node, *, decimals: int = 4, title: str = "", steady: bool = False, foot: int = 0
) -> Plan:
    """Where everything stands in the picture of a graph; arguments as for ``draw_graph``.

    ``foot`` is the height of the room that is left below the graph.
    """
    order = topological_order(result)
    values = {node: shown(node.value, decimals) for node in order}
    signals = {node: _signal(node, decimals) for node in order}
    columns, rows = lay_out(order)
    widths = [2.0 * RADIUS] * (max(columns.values()) + 1)
    for node, column in columns.items():
        longest = signal_text("0" * (decimals + 4)) if steady else signals[node]
        widths[column] = max(widths[column], 8.4 * len(values[node]), 2 * half_width(longest))
    starts = [*accumulate((width + GAP for width in widths), initial=GAP / 2)]
    centres = [start + width / 2 for start, width in zip(starts, widths, strict=False)]
    top, below = TOP if title else TOP - 30, 46 if any(signals.values()) else 20
    at = {item: (centres[item[1]], top + ROW * row) for item, row in rows.items()}
    lines = {
        (path[0][0], path[-1][0]): [at[item] for item in path] for path in paths_of(order, columns)
    }
    return Plan(
        order,
        _labels(order, decimals),
        values,
        signals,
        {node: at[node, columns[node]] for node in order},
        lines,
        max(round(starts[-1] - GAP / 2), 40 + 11 * len(title)),
        round(max(y for _, y in at.values()) + RADIUS + below) + foot,
        title,
    )


def forward_table(result: Node, *, decimals: int = 6) -> Table:
    """The way forward: each node, parents before children, how it is computed, and its value."""
    order = topological_order(result)
    labels = _labels(order, decimals)
    rows = [(labels[n], _expression(n, labels), shown(n.value, decimals)) for n in order]
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
            shown(message.sender.gradient, decimals),
            shown(message.value, decimals),
            shown(message.so_far, decimals),
        )
        for message in backpropagate(result)
        if message.receiver.operation or message.receiver.name
    ]
    return Table(("from", "to", "signal of the sender", "message", "signal of the receiver"), rows)


def _labels(order: list[Node], decimals: int) -> dict[Node, str]:
    """The nodes' names; numbers that were given are themselves, and the rest are v1, v2, ..."""
    return {
        node: node.name
        or (f"v{place}" if node.operation or node.value.ndim else shown(node.value, decimals))
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


def shown(values: Any, decimals: int) -> str:
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


def _signal(node: Node, decimals: int) -> str:
    """The error signal; that of a number in a formula is of no interest."""
    is_constant = node.operation is None and not node.name
    nothing = is_constant or node.gradient is None
    return "" if nothing else signal_text(shown(node.gradient, decimals))


def signal_text(shown: str) -> str:
    """What a node's error signal is shown as."""
    return f"δ = {shown}"


def half_width(signal: str) -> float:
    """Half the width of the box around an error signal."""
    return 4.3 * len(signal) + 5 if signal else 0.0


def draw_line(points: Sequence[Point], colour: str = FAINT, stroke: float = 1.5) -> str:
    """The line from a parent to a child, with an arrowhead where it ends."""
    ends = [*points[:-1], (points[-1][0] - RADIUS - 8, points[-1][1])]
    x, y = ends[-1]
    head = f"M{x - 1:.1f},{y - 5:.1f} l9,5 l-9,5 z"
    return (
        f'<path d="{curve(ends)}" fill="none" stroke="{colour}" stroke-width="{stroke}"/>'
        f'<path d="{head}" fill="{colour}"/>'
    )


def curve(points: Sequence[Point]) -> str:
    """A smooth line through points, level at each of them, as the data of an SVG path."""
    path = f"M{points[0][0]:.1f},{points[0][1]:.1f}"
    for (x1, y1), (x2, y2) in pairwise(points):
        middle = (x1 + x2) / 2
        path += f" C{middle:.1f},{y1:.1f} {middle:.1f},{y2:.1f} {x2:.1f},{y2:.1f}"
    return path


def draw_node(plan: Plan, node: Node) -> str:
    """A node with its name or operation in it, and its value above."""
    (x, y), label, value = plan.places[node], plan.labels[node], plan.values[node]
    size = min(15, 60 // len(label))
    style = f'fill="{SOFT if node.operation else GREY}" stroke="{INK}" stroke-width="1.5"/>'
    if node.operation is None:
        left, top, side = x - RADIUS + 2, y - RADIUS + 2, 2 * RADIUS - 4
        svg = [f'<rect x="{left:.1f}" y="{top:.1f}" width="{side}" height="{side}" rx="3" {style}']
        svg.append(write_text(x, y + 5, label, size, weight="bold" if node.name else "normal"))
    else:
        sign = SIGNS.get(node.operation.symbol, node.operation.symbol)
        svg = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS}" {style}']
        if node.name:
            svg += [write_text(x, y + 1, label, size, weight="bold")]
            svg += [write_text(x, y + 15, sign, 11)]
        else:
            svg += [write_text(x, y + 4, sign, min(16, 60 // len(sign)))]
            svg += [write_text(x, y + 17, label, 11)]
    if value != label:
        svg.append(write_text(x, y - RADIUS - 7, value, 14))
    return "\n".join(svg)


def draw_signal(plan: Plan, node: Node, signal: str, look: str = "") -> str:
    """The box with a node's error signal, below it; nothing for an empty one.

    ``look`` is what else the box has, such as a dashed border.
    """
    if not signal:
        return ""
    (x, y), half = plan.places[node], half_width(signal)
    return (
        f'<rect x="{x - half:.1f}" y="{y + RADIUS + 4:.1f}" width="{2 * half:.1f}" '
        f'height="21" rx="4" fill="#fdeee4" stroke="{VERMILION}"{look}/>'
        f"{write_text(x, y + RADIUS + 19, signal, 13)}"
    )
