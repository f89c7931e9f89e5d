"""Writes a step of learning out in lines: formula, the formula with its numbers put in, result.

Each formula stands here once. It is written twice: with a notation's symbols, then with numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from mlpkit.network import Network, Trace
from mlpkit.worked.notations import BIAS, Symbols

# How the function of a unit is written, and its slope, given the name of the unit.
FUNCTIONS = {"sigmoid": r"\sigma", "tanh": r"\tanh", "identity": ""}
SLOPES = {
    "sigmoid": ("{a}", "(1 - {a})"),
    "tanh": ("(1 - {a})", "(1 + {a})"),
    "identity": (),
}


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
        kind: "activation", "error term", "step" or "weight" (the weight after the update).
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
    def target(self, unit: int) -> str: ...
    def weight(self, layer: int, to: int, origin: int) -> str: ...
    def step(self, layer: int, to: int, origin: int) -> str: ...
    def last_step(self, layer: int, to: int, origin: int) -> str: ...
    def delta(self, layer: int, unit: int) -> str: ...
    def bias_input(self) -> str: ...
    def rate(self) -> str: ...
    def momentum(self) -> str: ...


@dataclass(frozen=True)
class Numbers:
    """The numbers of one step of learning, and how they are written.

    Attributes:
        before, after: the network before and after the update.
        trace: the forward pass.
        deltas: the error terms, with the sign of the notation.
        targets: what the outputs should be.
        steps, last_steps: what is added to the weights, now and the time before, as networks.
        constants: learning rate and momentum.
        exact: whether numbers are at full precision, or short as on a slide.
        with_bias_input: whether the 1 that a bias is multiplied by is written.
    """

    before: Network
    after: Network
    trace: Trace
    deltas: list[Any]
    targets: Any
    steps: Network
    last_steps: Network
    constants: tuple[float, float]
    exact: bool
    with_bias_input: bool
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

    def weight(self, layer: int, to: int, origin: int) -> str:
        return self.put_in(parameter(self.before, layer, to, origin))

    def step(self, layer: int, to: int, origin: int) -> str:
        return self.put_in(parameter(self.steps, layer, to, origin))

    def last_step(self, layer: int, to: int, origin: int) -> str:
        return self.put_in(parameter(self.last_steps, layer, to, origin))

    def delta(self, layer: int, unit: int) -> str:
        return self.put_in(self.deltas[layer - 1][unit])

    def bias_input(self) -> str:
        return r"\cdot 1" if self.with_bias_input else ""

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


def write_lines(symbols: Symbols, numbers: Numbers) -> Iterator[Line]:
    """The lines of one step: forward, error terms from the last layer back, then the update."""
    layers = range(1, len(numbers.before.sizes))
    for layer in layers:
        yield from _forward_lines(symbols, numbers, layer)
    for layer in reversed(layers):
        yield from _delta_lines(symbols, numbers, layer)
    for layer in reversed(layers):
        yield from _update_lines(symbols, numbers, layer)


def _forward_lines(symbols: Symbols, numbers: Numbers, layer: int) -> Iterator[Line]:
    inputs, units = numbers.before.sizes[layer - 1 : layer + 1]
    function = FUNCTIONS[numbers.before.activations[layer - 1].name]

    def net(write: Writer, unit: int) -> str:
        bias = _product(write, write.weight(layer, unit, BIAS), write.bias_input())
        products = [
            _product(write, write.weight(layer, unit, i), write.activation(layer - 1, i))
            for i in range(inputs)
        ]
        first = symbols.notation.bias_first
        return _sum([bias, *products] if first else [*products, bias])

    for unit in range(units):
        value = float(numbers.trace.a[layer - 1][unit])
        formula, substitution = net(symbols, unit), net(numbers, unit)
        if function:
            formula = rf"{function}({formula})"
            substitution = rf"{function}({substitution}) = {function}({numbers.net(layer, unit)})"
        symbol, shown = symbols.activation(layer, unit), numbers.result(value)
        texts = symbol, formula, substitution
        yield Line("forward", (layer, unit), None, *texts, value, shown, "activation")


def _delta_lines(symbols: Symbols, numbers: Numbers, layer: int) -> Iterator[Line]:
    sizes = numbers.before.sizes
    is_output = layer == len(sizes) - 1
    slope = SLOPES[numbers.before.activations[layer - 1].name]

    def share_of_the_error(write: Writer, unit: int) -> str:
        if is_output:
            o, t = write.activation(layer, unit), write.target(unit)
            first, second = (t, o) if symbols.notation.sign < 0 else (o, t)
            return f"({_bare(first)} - {second})"
        products = [
            _product(write, write.weight(layer + 1, k, unit), write.delta(layer + 1, k))
            for k in range(sizes[layer + 1])
        ]
        return f"({_sum(products)})"

    def error_term(write: Writer, unit: int) -> str:
        a = write.activation(layer, unit)
        factors = [factor.format(a=a) for factor in slope]
        return r" \, ".join([*factors, share_of_the_error(write, unit)])

    for unit in range(sizes[layer]):
        value = float(numbers.deltas[layer - 1][unit])
        texts = symbols.delta(layer, unit), error_term(symbols, unit), error_term(numbers, unit)
        shown = numbers.result(value)
        yield Line("error terms", (layer, unit), None, *texts, value, shown, "error term")


def _update_lines(symbols: Symbols, numbers: Numbers, layer: int) -> Iterator[Line]:
    minus = "-" if symbols.notation.sign > 0 else ""

    def step(write: Writer, to: int, origin: int) -> str:
        bias = origin == BIAS
        input_ = write.bias_input() if bias else write.activation(layer - 1, origin)
        terms = [minus + _product(write, write.rate(), write.delta(layer, to), input_)]
        if numbers.constants[1]:
            terms.append(_product(write, write.momentum(), write.last_step(layer, to, origin)))
        return _sum(terms)

    def new_weight(write: Writer, to: int, origin: int) -> str:
        return _sum([write.weight(layer, to, origin), write.step(layer, to, origin)])

    inputs, units = numbers.before.sizes[layer - 1 : layer + 1]
    for to, origin in ((to, origin) for to in range(units) for origin in range(BIAS, inputs)):
        where = layer, to, origin
        for kind, name, formula, network in (
            ("step", symbols.step, step, numbers.steps),
            ("weight", symbols.new_weight, new_weight, numbers.after),
        ):
            value = parameter(network, *where)
            texts = name(*where), formula(symbols, to, origin), formula(numbers, to, origin)
            yield Line("update", (layer, to), where, *texts, value, numbers.result(value), kind)


def _product(write: Writer, *factors: str) -> str:
    """The factors, and what stands between them; a factor that brings its own dot needs none."""
    return write.times.join(filter(None, factors)).replace(write.times + r"\cdot", r" \cdot")


def _sum(terms: list[str]) -> str:
    """The terms, added up; one that begins with a negative number is subtracted."""
    text = _bare(terms[0])
    for term in terms[1:]:
        text += f" - {_bare(term)[1:]}" if term.startswith("(-") else f" + {term}"
    return text


def _bare(term: str) -> str:
    """The term without the parentheses around a negative number that it begins with."""
    return term[1:].replace(")", "", 1) if term.startswith("(-") else term
