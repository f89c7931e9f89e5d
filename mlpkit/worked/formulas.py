"""Writes a step of learning out in lines: formula, the formula with its numbers put in, result.

Each formula stands here once. It is written twice: with a notation's symbols, then with numbers.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from mlpkit.activations import Activation
from mlpkit.worked.lines import Line, Numbers, Writer, parameter
from mlpkit.worked.notations import BIAS, Symbols

# How the function of a unit is written, and its slope, given the unit's names a and z.
FUNCTIONS = {
    "sigmoid": r"\sigma",
    "tanh": r"\tanh",
    "relu": r"\operatorname{relu}",
    "softplus": r"\operatorname{softplus}",
    "absolute": r"\operatorname{abs}",
    "identity": "",
}
SLOPES = {
    "sigmoid": ("{a}", "(1 - {a})"),
    "tanh": ("(1 - {a})", "(1 + {a})"),
    "relu": ("[{z} > 0]",),
    "softplus": ("(1 - e^{{-{a}}})",),
    "absolute": (r"\operatorname{{sign}}({z})",),
    "identity": (),
}


def write_lines(symbols: Symbols, numbers: Numbers) -> Iterator[Line]:
    """The lines of one step: forward, error terms from the last layer back, then the update."""
    layers = range(1, len(numbers.before.sizes))
    for layer in layers:
        yield from _forward_lines(symbols, numbers, layer)
    for layer in reversed(layers):
        yield from _delta_lines(symbols, numbers, layer)
    for layer in reversed(layers):
        yield from _update_lines(symbols, numbers, layer)


def function_names(symbols: Symbols, activations: Sequence[Activation]) -> list[str]:
    """How the function of each layer is written: by the notation's letter, or by its own name.

    A letter cannot stand for two functions; where it would have to, all go by their own names.
    """
    own = [FUNCTIONS[activation.name] for activation in activations]
    outputs = [symbols.is_output(layer) for layer in range(1, len(own) + 1)]
    letters = [symbols.notation.functions[is_output] for is_output in outputs]
    meanings = defaultdict(set)
    for letter, name in zip(letters, own, strict=True):
        if name:
            meanings[letter].add(name)
    if any(len(names) > 1 for names in meanings.values()):
        return own
    return [letter if letter and name else name for letter, name in zip(letters, own, strict=True)]


def _forward_lines(symbols: Symbols, numbers: Numbers, layer: int) -> Iterator[Line]:
    inputs, units = numbers.before.sizes[layer - 1 : layer + 1]
    function = function_names(symbols, numbers.before.activations)[layer - 1]
    notation = symbols.notation

    def net(write: Writer, unit: int) -> str:
        bias = _product(write, write.weight(layer, unit, BIAS), write.bias_input())
        products = [
            _weighted(symbols, write, write.weight(layer, unit, i), write.activation(layer - 1, i))
            for i in range(inputs)
        ]
        return _sum([bias, *products] if notation.bias_first else [*products, bias])

    def applied(text: str) -> str:
        return f"{function}({text})" if function else text

    for unit in range(units):
        formula, substitution = net(symbols, unit), net(numbers, unit)
        z, a = (float(values[layer - 1][unit]) for values in (numbers.trace.z, numbers.trace.a))
        if notation.net:
            texts = symbols.net(layer, unit), formula, substitution
            yield Line("forward", (layer, unit), None, *texts, z, numbers.result(z), "net")
            formula, substitution = symbols.net(layer, unit), numbers.net(layer, unit)
        formula, substitution = applied(formula), applied(substitution)
        if function and not notation.net:
            substitution += f" = {applied(numbers.net(layer, unit))}"
        texts = symbols.activation(layer, unit), formula, substitution
        yield Line("forward", (layer, unit), None, *texts, a, numbers.result(a), "activation")


def _delta_lines(symbols: Symbols, numbers: Numbers, layer: int) -> Iterator[Line]:
    slope = SLOPES[numbers.before.activations[layer - 1].name]
    notation = symbols.notation

    def error_term(write: Writer, unit: int) -> str:
        a, z = write.activation(layer, unit), write.net(layer, unit)
        factors = [factor.format(a=a, z=z) for factor in slope]
        if notation.signal:
            return _product(write, _bare(write.signal(layer, unit)), r" \, ".join(factors))
        share = _share_of_the_error(symbols, write, layer, unit)
        return r" \, ".join([*factors, share] if notation.slope_first else [share, *factors])

    for unit in range(numbers.before.sizes[layer]):
        place = "error terms", (layer, unit), None
        if notation.signal:
            # Without the parentheses, which are needed only among other factors.
            formula, substitution = (
                _share_of_the_error(symbols, write, layer, unit)[1:-1]
                for write in (symbols, numbers)
            )
            value = float(numbers.signals[layer - 1][unit])
            texts = symbols.signal(layer, unit), formula, substitution
            yield Line(*place, *texts, value, numbers.result(value), "signal")
        value = float(numbers.deltas[layer - 1][unit])
        texts = symbols.delta(layer, unit), error_term(symbols, unit), error_term(numbers, unit)
        yield Line(*place, *texts, value, numbers.result(value), "error term")


def _share_of_the_error(symbols: Symbols, write: Writer, layer: int, unit: int) -> str:
    """The derivative of the cost by an activation, in parentheses."""
    if symbols.is_output(layer):
        places = {
            "output": write.activation(layer, unit),
            "target": write.target(unit),
            "count": write.count(),
        }
        # A negative number needs no parentheses of its own where it comes first.
        return re.sub(r"\(\((-[^()]*)\)", r"(\1", symbols.notation.error % places)
    products = [
        _weighted(symbols, write, write.weight(layer + 1, k, unit), write.delta(layer + 1, k))
        for k in range(symbols.sizes[layer + 1])
    ]
    return f"({_sum(products)})"


def _update_lines(symbols: Symbols, numbers: Numbers, layer: int) -> Iterator[Line]:
    minus = "-" if symbols.notation.sign > 0 else ""

    def step(write: Writer, to: int, origin: int) -> str:
        bias = origin == BIAS
        input_ = write.bias_input() if bias else write.activation(layer - 1, origin)
        factors = write.rate(), write.mean(), write.delta(layer, to), input_
        terms = [minus + _product(write, *factors)]
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


def _weighted(symbols: Symbols, write: Writer, weight: str, quantity: str) -> str:
    """A weight times what passes through it, in the notation's order."""
    factors = (weight, quantity) if symbols.notation.weight_first else (quantity, weight)
    return _product(write, *factors)


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
