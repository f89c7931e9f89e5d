"""Back-propagation over a computation graph as message passing, one message at a time.

The picture after k messages shows the graph with its values, the message that was sent last, and
the error signals so far. A signal that is still waiting for messages has a dashed border and ends
in "+ …". All messages in one table: ``backward_table``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from mlpkit.figures.figure import Figure
from mlpkit.figures.graph import (
    RADIUS,
    Plan,
    Point,
    curve,
    draw_line,
    draw_node,
    draw_signal,
    plan_graph,
    shown,
    signal_text,
)
from mlpkit.figures.style import PAPER, VERMILION
from mlpkit.figures.svg import write_text
from mlpkit.graph import Node, backpropagate, topological_order
from mlpkit.worked.tables import Table

FOOT, LETTER = 22, 8.4
"""The height of the line below the graph, and the width of a letter in it, in pixels."""


class Sent(NamedTuple):
    """A message as it is shown: all numbers are text.

    Attributes:
        sender, receiver: the child, and the parent that it is sent to.
        signal: the sender's error signal.
        slope: the derivative of the sender by the receiver; empty where one of them is an array.
        value: the message, signal times slope.
        so_far: the receiver's error signal with this message.
        missing: how many messages the receiver still waits for.
    """

    sender: Node
    receiver: Node
    signal: str
    slope: str
    value: str
    so_far: str
    missing: int


class MessagePassing:
    """The way back over a graph, to look at after each of its messages.

    ``backpropagate`` is run once, and what all pictures have in common is drawn once, so that a
    picture can follow a slider.

    Attributes:
        messages: in the order in which they are sent. Those to numbers in a formula, such as ½,
            are left out.

    Args:
        result: the last node of the graph.
        decimals: how many decimals are shown at most.
        title: stands above the pictures.

    Raises:
        ValueError: the result is not a single number.
    """

    def __init__(self, result: Node, *, decimals: int = 4, title: str = "") -> None:
        self.messages = list(_messages(result, decimals))
        self._result = result
        plan = plan_graph(result, decimals=decimals, title=title, foot=FOOT)
        self._plan = plan
        self._sentences = [self._sentence(sent) for sent in range(len(self.messages) + 1)]
        widest = 40 + round(LETTER * max(map(len, self._sentences)))
        self._plan = replace(plan, width=max(plan.width, widest))
        self._lines = {ends: draw_line(points) for ends, points in plan.lines.items()}
        self._nodes = "\n".join(draw_node(plan, node) for node in plan.order)

    def figure(self, sent: int) -> Figure:
        """The picture after so many messages, from 0 to all.

        Raises:
            ValueError: there are not so many.
        """
        last, plan, signals = self._last(sent), self._plan, self._signals(sent)
        lines = dict(self._lines)
        if last:
            ends = last.receiver, last.sender
            del lines[ends]
            lines[ends] = _message_line(plan.lines[ends])  # at the end, above the others
        svg = [plan.opening(), *lines.values()]
        svg.append(self._nodes)
        svg += [_ring(plan, node) for node in ((last.sender, last.receiver) if last else ())]
        for node, signal in signals.items():
            dashed = ' stroke-dasharray="4 3"' if signal.endswith("…") else ""
            svg.append(draw_signal(plan, node, signal, dashed))
        svg.append(
            write_text(20, plan.height - 18, self._sentences[sent], 14, anchor="start") + "</svg>"
        )
        return Figure("\n".join(svg), plan.in_words(signals, self._sentences[sent]), plan.width)

    def row(self, sent: int) -> Table:
        """The last of so many messages as the row of a table.

        Raises:
            ValueError: there are not so many.
        """
        last, labels = self._last(sent), self._plan.labels
        heading = ("from", "to", "signal of the sender", "slope", "message", "receiver so far")
        if not last:
            return Table(heading, [("", labels[self._result], "", "", "", "1")])
        names = labels[last.sender], labels[last.receiver]
        return Table(heading, [(*names, last.signal, last.slope, last.value, _so_far(last))])

    def _last(self, sent: int) -> Sent | None:
        if not 0 <= sent <= len(self.messages):
            raise ValueError(f"expected 0 to {len(self.messages)} messages, got {sent}.")
        return self.messages[sent - 1] if sent else None

    def _signals(self, sent: int) -> dict[Node, str]:
        signals = {self._result: signal_text("1")}
        for message in self.messages[:sent]:
            signals[message.receiver] = signal_text(_so_far(message))
        return signals

    def _sentence(self, sent: int) -> str:
        labels = self._plan.labels
        if not sent:
            return f"The start: the derivative of {labels[self._result]} by itself is 1."
        message = self.messages[sent - 1]
        made = f"{message.signal} × {message.slope} = " if message.slope else ""
        sender, receiver = labels[message.sender], labels[message.receiver]
        waits = f" {receiver} waits for {message.missing} more." if message.missing else ""
        place = f"Message {sent} of {len(self.messages)}, {sender} to {receiver}"
        return f"{place}: {made}{message.value}.{waits}"


def _messages(result: Node, decimals: int) -> Iterator[Sent]:
    sent = backpropagate(result)
    missing = Counter(message.receiver for message in sent)
    for message, slope in zip(sent, _slopes(result), strict=True):
        sender, receiver = message.sender, message.receiver
        missing[receiver] -= 1
        if receiver.operation is None and not receiver.name:
            continue
        single = sender.value.ndim == receiver.value.ndim == 0
        numbers = (sender.gradient, slope, message.value, message.so_far)
        signal, factor, value, so_far = (shown(np.asarray(n), decimals) for n in numbers)
        factor = factor if single else ""
        yield Sent(sender, receiver, signal, factor, value, so_far, missing[receiver])


def _slopes(result: Node) -> Iterator[object]:
    """The derivative of each sender by each receiver, in the order of the messages."""
    for node in reversed(topological_order(result)):
        if node.operation is not None:
            operands = [parent.value for parent in node.parents]
            yield from node.operation.messages(node.value * 0 + 1, node.value, *operands)


def _so_far(message: Sent) -> str:
    return message.so_far + (" + …" if message.missing else "")


def _message_line(points: list[Point]) -> str:
    """The line of a message: thick, and with its arrowhead at the parent."""
    x, y = points[0][0] + RADIUS + 10, points[0][1]
    head = f"M{x + 4:.1f},{y - 9:.1f} l-15,9 l15,9 z"
    return (
        f'<path d="{curve([(x, y), *points[1:]])}" fill="none" stroke="{PAPER}" stroke-width="8"/>'
        f'<path d="{curve([(x, y), *points[1:]])}" fill="none" stroke="{VERMILION}" '
        f'stroke-width="4"/><path d="{head}" fill="{VERMILION}"/>'
    )


def _ring(plan: Plan, node: Node) -> str:
    (x, y), size = plan.places[node], RADIUS + 3
    corner = 6 if node.operation is None else size
    return (
        f'<rect x="{x - size:.1f}" y="{y - size:.1f}" width="{2 * size}" height="{2 * size}" '
        f'rx="{corner}" fill="none" stroke="{VERMILION}" stroke-width="3"/>'
    )
