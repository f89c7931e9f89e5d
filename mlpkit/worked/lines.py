"""The lines of a calculation, and the numbers that stand in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from mlpkit.network import Network, Trace
from mlpkit.worked.notations import BIAS
from mlpkit.worked.sources import Notation


class Line(NamedTuple):
    """One line of the calculation. LaTeX has no dollar signs around it.

    Attributes:
        phase: "forward", "error terms" or "update".
        unit: the unit that the line belongs to: layer from 1, index from 0.
        weight: for a line of the update, the weight: layer from 1, index where it ends, index where
            it starts (-1 for the bias); otherwise None.
        symbol: what is calculated, LaTeX.
        formula: how, LaTeX.
        substitution: the formula with its numbers put in, LaTeX.
        value: the result: rounded, if the rounded number is carried on.
        shown: the result as it is printed.
        kind: "net", "activation", "signal" (the derivative of the cost by an activation), "error
            term", "step" or "weight" (the weight after the update).
    """

    phase: str
    unit: tuple[int, int]
    weight: tuple[int, int, int] | None
    symbol: str
    formula: str
    substitution: str
    value: float
    shown: str
    kind: str


class Writer(Protocol):
    """Writes quantities: as symbols, or as numbers. Layers from 1, the inputs are layer 0."""

    @property
    def times(self) -> str: ...
    def activation(self, layer: int, unit: int) -> str: ...
    def net(self, layer: int, unit: int) -> str: ...
    def target(self, unit: int) -> str: ...
    def count(self) -> str: ...
    def weight(self, layer: int, to: int, origin: int) -> str: ...
    def step(self, layer: int, to: int, origin: int) -> str: ...
    def last_step(self, layer: int, to: int, origin: int) -> str: ...
    def delta(self, layer: int, unit: int) -> str: ...
    def signal(self, layer: int, unit: int) -> str: ...
    def bias_input(self) -> str: ...
    def mean(self) -> str: ...
    def rate(self) -> str: ...
    def momentum(self) -> str: ...


@dataclass(frozen=True)
class Numbers:
    """The numbers of one step of learning, and how they are written.

    Attributes:
        before, after: the network before and after the update.
        trace: the forward pass.
        deltas, signals: the derivatives of the cost by net inputs and by activations, with the
            sign of the notation.
        targets: what the outputs should be.
        steps, last_steps: what is added to the weights, now and the time before, as networks.
        constants: learning rate and momentum.
        exact: whether numbers are at full precision, or short as on a slide.
        notation: says whether the 1 that a bias is multiplied by is written, and a mean over the
            one example.
    """

    before: Network
    after: Network
    trace: Trace
    deltas: list[Any]
    signals: list[Any]
    targets: Any
    steps: Network
    last_steps: Network
    constants: tuple[float, float]
    exact: bool
    notation: Notation
    times: str = r" \cdot "

    def result(self, value: float) -> str:
        """A result: ten significant digits, or all that the rounding left, as on a slide."""
        return f"{value + 0.0:.10g}" if self.exact else _as_on_a_slide(value)

    def put_in(self, value: float) -> str:
        """A number within a formula, LaTeX: five significant digits if exact."""
        text = f"{value + 0.0:.5g}" if self.exact else _as_on_a_slide(value)
        if "e" in text:
            digits, exponent = text.split("e")
            text = rf"{digits} \cdot 10^{{{int(exponent)}}}"
        return f"({text})" if text.startswith("-") or "10^" in text else text

    def activation(self, layer: int, unit: int) -> str:
        return self.put_in((self.trace.x, *self.trace.a)[layer][unit])

    def net(self, layer: int, unit: int) -> str:
        return self.put_in(self.trace.z[layer - 1][unit]).strip("()")

    def target(self, unit: int) -> str:
        return self.put_in(self.targets[unit])

    def count(self) -> str:
        return str(len(self.targets))

    def weight(self, layer: int, to: int, origin: int) -> str:
        return self.put_in(parameter(self.before, layer, to, origin))

    def step(self, layer: int, to: int, origin: int) -> str:
        return self.put_in(parameter(self.steps, layer, to, origin))

    def last_step(self, layer: int, to: int, origin: int) -> str:
        return self.put_in(parameter(self.last_steps, layer, to, origin))

    def delta(self, layer: int, unit: int) -> str:
        return self.put_in(self.deltas[layer - 1][unit])

    def signal(self, layer: int, unit: int) -> str:
        return self.put_in(self.signals[layer - 1][unit])

    def bias_input(self) -> str:
        return r"\cdot 1" if self.notation.bias_input else ""

    def mean(self) -> str:
        return self.notation.mean[1]

    def rate(self) -> str:
        return self.put_in(self.constants[0])

    def momentum(self) -> str:
        return self.put_in(self.constants[1])


def parameter(network: Network, layer: int, to: int, origin: int) -> float:
    """A weight of a network; a bias, if the origin is BIAS. Layers from 1, indices from 0."""
    W, b, _ = network.layers[layer - 1]
    return float(b[to] if origin == BIAS else W[to, origin])


def _as_on_a_slide(value: float) -> str:
    text = f"{value:.10f}".rstrip("0").rstrip(".").replace("0.", ".", 1) if value else "0"
    return text if text not in ("-", "-0", "") else "0"
