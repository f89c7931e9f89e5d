"""A calculation as a row of pictures: the network after each of its lines."""

from __future__ import annotations

import numpy as np

from mlpkit.figures.figure import Figure
from mlpkit.figures.network import draw_network
from mlpkit.network import Network, Trace
from mlpkit.worked import Worked
from mlpkit.worked.lines import Line
from mlpkit.worked.notations import BIAS
from mlpkit.worked.tables import plain


def draw_step(
    worked: Worked,
    number: int,
    *,
    decimals: int = 4,
    title: str | None = None,
    notation: str = "M",
    width: int = 760,
) -> Figure:
    """The network when a line has just been calculated, with all that is known by then.

    Args:
        worked: what ``work`` returned.
        number: the line, from 0; -1 stands for the beginning, before the first line.
        decimals: how many decimals are shown at most.
        title: stands above the picture; by default the line's result.
        notation, width: as for ``draw_network``.

    Raises:
        ValueError: there is no such line.
    """
    if not -1 <= number < len(worked.lines):
        raise ValueError(f"the lines have numbers from 0 to {len(worked.lines) - 1}; got {number}.")
    if title is None:
        title = _result(worked.lines[number]) if number >= 0 else "Before the first line"
    network, trace, deltas = _known(worked, number)
    return draw_network(
        network,
        trace,
        deltas,
        worked.lines[number] if number >= 0 else None,
        target=worked.target,
        decimals=decimals,
        title=title,
        notation=notation,
        width=width,
    )


def _result(line: Line) -> str:
    return f"{line.phase.capitalize()}: {plain(f'${line.symbol}$')} = {line.shown}"


def _known(worked: Worked, number: int) -> tuple[Network, Trace, list[np.ndarray]]:
    """The network, activations and error terms by then; what is not known yet is NaN."""
    a = [np.full_like(values, np.nan) for values in worked.trace.a]
    deltas = [np.full_like(values, np.nan) for values in worked.deltas]
    network = worked.before.with_parameters(worked.before.parameters.copy())
    for line in worked.lines[: number + 1]:
        layer, unit = line.unit
        if line.kind == "activation":
            a[layer - 1][unit] = worked.trace.a[layer - 1][unit]
        elif line.kind == "error term":
            deltas[layer - 1][unit] = worked.deltas[layer - 1][unit]
        elif line.kind == "weight" and line.weight is not None:
            W, b, _ = network.layers[layer - 1]
            origin = line.weight[2]
            if origin == BIAS:
                b[unit] = line.value
            else:
                W[unit, origin] = line.value
    return network, Trace(worked.trace.x, worked.trace.z, a), deltas
