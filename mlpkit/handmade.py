"""Networks written by hand: their weights are worked out, not learned.

A sigmoid unit with large weights answers nearly 0 on one side of its boundary and nearly 1 on the
other. So it is a gate of logic, a half-plane or one edge of a bump, and a layer of such units under
another one makes any truth table and any convex polygon. How large the weights are is called
``steepness`` here; where the boundary is does not depend on it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mlpkit.datasets import logic, polygons
from mlpkit.datasets.dataset import choice, real, whole
from mlpkit.network import Network

STEEP = 20.0
"""Half a step past its boundary, a unit of this steepness answers .99995."""

UNITS = ("AND", "OR", "NAND", "NOR", "NOT")
"""The gates that are a single unit. XOR and XNOR are not: no line does them."""


def unit(gate: str, inputs: int = 2, steepness: float = STEEP) -> Network:
    """A single sigmoid unit that answers as a gate does, for inputs of 0 and 1.

    Args:
        gate: one of UNITS.
        inputs: how many; NOT always has one.
        steepness: the size of each weight, above 0.

    Returns:
        A network of sizes (inputs, 1).

    Raises:
        ValueError: the gate is not one of these, or an argument is out of its range.
    """
    choice("gate", gate, UNITS)
    inputs = 1 if gate == "NOT" else whole("inputs", inputs, 1)
    s = real("steepness", steepness, 1e-9, 1e9)
    # OR asks for one input, AND for all of them: the boundary lies half a step below that.
    asked = inputs if gate in ("AND", "NAND") else 1
    sign = 1.0 if gate in ("AND", "OR") else -1.0
    return Network.from_layers([np.full((1, inputs), sign * s)], [[-sign * s * (asked - 0.5)]])


def from_truth_table(
    function: str | logic.Boolean, inputs: int | None = None, steepness: float = STEEP
) -> Network:
    """A network with one hidden layer that answers as any Boolean function does.

    Each row of the truth table that has the rarer answer (at equal numbers, 1) gets a hidden unit,
    which fires in this row alone. The output is their OR, or their NOR if the rarer answer is 0.
    If there is no such row, there is one hidden unit that never fires.

    Args:
        function, inputs: as for ``datasets.logic.truth_table``: "0110" is exclusive or.
        steepness: the size of each weight.

    Returns:
        A network of sizes (inputs, rows, 1); there are at most 2 ** (inputs - 1) rows.

    Raises:
        ValueError: as for ``truth_table``; or the weights are so small that what the silent units
            leak, 1 / (1 + exp(steepness / 2)) each, could add up to a wrong answer.
    """
    table, s = logic.truth_table(function, inputs), real("steepness", steepness, 1e-9, 1e9)
    rare = float(2.0 * table.t.sum() <= len(table.t))
    rows = table.x[table.t[:, 0] == rare]
    least = 2.0 * np.log(max(1.0, 2.0 * len(rows) - 1.0))
    if s <= least:
        raise ValueError(f"steepness is {s:g}, but {len(rows)} rows need more than {least:.2f}.")
    W, b = s * (2.0 * rows - 1.0), -s * (rows.sum(axis=1) - 0.5)
    if not len(rows):
        W, b = np.zeros((1, table.x.shape[1])), np.array([-s / 2.0])
    output = unit("OR" if rare else "NOR", len(W), s).layers[0]
    return Network.from_layers([W, output.W], [b, output.b])


def from_polygon(corners: Any, steepness: float = STEEP) -> Network:
    """A network that answers 1 inside a convex polygon: a hidden unit for each side, then an AND.

    Args:
        corners: shape (corners, 2), as for ``datasets.polygons.half_planes``.
        steepness: how fast a side's net input grows with the distance from the side. The lower it
            is, the more of the inside is lost: first the corners, in the end all of it.

    Returns:
        A network of sizes (2, corners, 1).
    """
    s, (W, b) = real("steepness", steepness, 1e-9, 1e9), polygons.half_planes(corners)
    output = unit("AND", len(W)).layers[0]
    return Network.from_layers([s * W, output.W], [s * b, output.b])


def bump(left: float, right: float, height: float = 1.0, steepness: float = STEEP) -> Network:
    """A network of one input that answers ``height`` between two places and nearly 0 elsewhere.

    One sigmoid goes up at the left, another is taken off at the right. The area under the bump is
    height * (right - left), however steep it is. Its sizes are (1, 2, 1), with a linear output.
    """
    if not left < right:
        raise ValueError(f"a bump from {left} to {right}: expected left below right.")
    s, up = real("steepness", steepness, 1e-9, 1e9), real("height", height, -1e9, 1e9)
    b = [-s * real("left", left, -1e9, 1e9), -s * real("right", right, -1e9, 1e9)]
    return Network.from_layers([[[s], [s]], [[up, -up]]], [b, [0.0]], ["sigmoid", "identity"])
