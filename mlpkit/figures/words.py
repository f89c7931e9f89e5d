"""A drawn network in words: every number that its picture shows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import product
from math import isfinite
from typing import Any, NamedTuple

from mlpkit.network import Network
from mlpkit.worked.lines import parameter
from mlpkit.worked.notations import BIAS, Symbols
from mlpkit.worked.tables import plain

Place = tuple[int, ...]
"""A unit, as (layer, index), or a weight, as (layer, to, from); the inputs are layer 0."""


class Shown(NamedTuple):
    """What a picture of a network shows on it. What is not shown is NaN.

    Attributes:
        values: inputs, then the activations of each layer.
        terms: the error terms of each layer.
        target: what the outputs should be.
        chosen: the units and weights that are pointed out.
        title: what stands above.
    """

    values: Sequence[Any]
    terms: Sequence[Any]
    target: Any
    chosen: Collection[Place]
    title: str


def in_words(network: Network, symbols: Symbols, shown: Shown, decimals: int) -> str:
    """The picture's alternative text."""
    units = [_unit(network, symbols, shown, decimals, *place) for place in _units(network)]
    weighted = [
        f"{plain(f'${symbols.weight(*place)}$')} = {short(parameter(network, *place), decimals)}."
        for place in weights(network)
    ]
    marked = [
        plain(f"${symbols.activation(*place) if len(place) == 2 else symbols.weight(*place)}$")
        for place in sorted(shown.chosen, key=lambda place: (len(place), place))
    ]
    sentences = [
        shown.title + "." * (shown.title[-1:] not in ".?!") if shown.title else "",
        f"Network with {_counted(network.sizes)}.",
        *units,
        *weighted,
        f"Highlighted: {', '.join(marked)}." if marked else "",
    ]
    return " ".join(filter(None, sentences))


def _counted(sizes: Sequence[int]) -> str:
    kinds = ["input", *["hidden unit"] * (len(sizes) - 2), "output"]
    counts = [f"{n} {kind}{'s' * (n != 1)}" for n, kind in zip(sizes, kinds, strict=True)]
    return f"{', '.join(counts[:-1])} and {counts[-1]}"


def _unit(
    network: Network, symbols: Symbols, shown: Shown, decimals: int, layer: int, unit: int
) -> str:
    facts = [short(float(shown.values[layer][unit]), decimals)]
    if layer:
        delta = short(float(shown.terms[layer - 1][unit]), decimals)
        facts.append(delta and f"error term {delta}")
    if layer == len(network.sizes) - 1:
        wanted = short(float(shown.target[unit]), decimals)
        facts.append(wanted and f"target {wanted}")
    name = plain(f"${symbols.activation(layer, unit)}$")
    return f"{name}: {', '.join(filter(None, facts))}." if any(facts) else ""


def _units(network: Network) -> list[tuple[int, int]]:
    return [(layer, unit) for layer, n in enumerate(network.sizes) for unit in range(n)]


def weights(network: Network) -> list[tuple[int, int, int]]:
    """All weights, layer by layer, as (layer, to, from); -1 stands for the bias."""
    return [
        (layer, to, origin)
        for layer in range(1, len(network.sizes))
        for origin, to in product(
            range(BIAS, network.sizes[layer - 1]), range(network.sizes[layer])
        )
    ]


def short(value: float, decimals: int) -> str:
    """At most so many decimals, without zeros at the end; nothing for NaN."""
    if not isfinite(value):
        return ""
    text = f"{value + 0.0:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text.replace("-", "\u2212")
