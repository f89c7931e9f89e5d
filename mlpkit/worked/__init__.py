"""A network's forward pass, error terms and update, line by line, as on a blackboard.

Each line holds a formula, the same formula with its numbers put in, and the result. The results
come from ``forward``, ``deltas``, ``gradients`` and ``momentum_step``: at full precision, or
rounded at each step as a person with a pencil rounds, who carries on with what was written down.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from mlpkit.activations import Activation
from mlpkit.losses import Loss, squared_error
from mlpkit.network import Network, Trace, deltas, forward, gradients
from mlpkit.updates import momentum_step
from mlpkit.worked.lines import FUNCTIONS, Line, Numbers, write_lines
from mlpkit.worked.notations import Symbols, notation_named
from mlpkit.worked.tables import Table

PHASES = ("forward", "error terms", "update")


class Rounding(NamedTuple):
    """How many decimals of each kind of quantity are written down and carried on.

    Attributes:
        net: net inputs.
        hidden: activations of hidden units.
        output: activations of output units.
        delta: error terms.
        step: what is added to a weight.
        weight: weights after the update.
    """

    net: int = 4
    hidden: int = 2
    output: int = 3
    delta: int = 3
    step: int = 4
    weight: int = 4


Carry = Callable[[str, np.ndarray], np.ndarray]
"""Takes the kind of a quantity and its values; returns the values that are carried on."""

SLIDE = Rounding()
"""The rounding of a worked example in a lecture deck for CS 445/545."""


@dataclass(frozen=True)
class Worked:
    """A whole step of learning, calculated and written out. What ``work`` returns.

    Attributes:
        lines: the calculation, in the order in which it is done.
        trace, deltas, gradient: as ``forward``, ``deltas`` and ``gradients`` return them (the error
            terms are the derivatives of the loss by z, in whatever notation the lines are).
        before, network: the network before and after the update.
        velocity: what was added to the parameters; the next step's momentum starts from it.
        target: what the outputs should have been, shape (outputs,).
    """

    lines: tuple[Line, ...]
    trace: Trace
    deltas: list[np.ndarray]
    gradient: np.ndarray
    before: Network
    network: Network
    velocity: np.ndarray
    target: np.ndarray

    def table(self, phase: str | None = None) -> Table:
        """The lines as a table: formula, numbers put in, result.

        A weight after its update stands in the row of what was added to it.

        Args:
            phase: only this phase; all of them if not given.

        Raises:
            ValueError: there is no such phase.
        """
        lines = _in_phase(self, phase)
        new_weights = {line.weight: line.shown for line in lines if line.kind == "weight"}
        rows = [
            [f"${line.symbol}$", f"${line.formula}$", f"${line.substitution}$", line.shown]
            + ([new_weights.get(line.weight, "")] if new_weights else [])
            for line in lines
            if line.kind != "weight"
        ]
        heading = ["", "formula", "with its numbers", "value"]
        return Table(heading + (["new weight"] if new_weights else []), rows)


def side_by_side(phase: str | None = None, **works: Worked) -> Table:
    """The results of several calculations of one network, next to each other.

    Args:
        phase: only this phase; all of them if not given.
        works: the calculations, named as their columns shall be headed; underscores become spaces.

    Raises:
        ValueError: there is no such phase, or the calculations have different lines.
    """
    columns = [_in_phase(worked, phase) for worked in works.values()]
    if len({tuple(line.symbol for line in column) for column in columns}) != 1:
        raise ValueError("the calculations are not of one network in one notation.")
    rows = [
        (f"${same[0].symbol}$", *(line.shown for line in same))
        for same in zip(*columns, strict=True)
    ]
    return Table(("", *(name.replace("_", " ") for name in works)), rows)


def _in_phase(worked: Worked, phase: str | None) -> list[Line]:
    if phase is not None and phase not in PHASES:
        raise ValueError(f"there is no phase {phase!r}. The phases are: {', '.join(PHASES)}.")
    return [line for line in worked.lines if phase in (None, line.phase)]


def work(
    network: Network,
    x: Any,
    target: Any,
    *,
    rate: float,
    momentum: float = 0.0,
    velocity: Any = None,
    rounding: Rounding | None = None,
    notation: str = "M",
) -> Worked:
    """One step of learning from one example, with half the squared error as its loss.

    Args:
        network: of sigmoid, tanh or identity units; it is not changed.
        x: the example, shape (inputs,).
        target: what the outputs should be, shape (outputs,).
        rate: the learning rate.
        momentum: how much of the last step is added to this one.
        velocity: the last step, shape (number of parameters,); zero if not given.
        rounding: carry on with rounded numbers; at full precision if not given.
        notation: "M" for Mitchell's names, "N" for Ng's.

    Raises:
        ValueError: shapes that do not fit, an activation or a notation that cannot be written.
    """
    _check(network, x)
    symbols = Symbols(notation_named(notation), network.sizes)
    last_step = np.zeros_like(network.parameters) if velocity is None else np.array(velocity, float)
    carry = _carrier(rounding)

    trace = _forward(network, x, carry)
    terms = _deltas(network, trace, target, carry)
    gradient = gradients(trace, terms)
    _, step = momentum_step(
        network.parameters.copy(), last_step.copy(), gradient, rate=rate, momentum=momentum
    )
    step = carry("step", step)
    after = network.with_parameters(carry("weight", network.parameters + step))

    numbers = Numbers(
        before=network,
        after=after,
        trace=trace,
        deltas=[symbols.notation.sign * delta for delta in terms],
        targets=np.array(target, float),
        steps=network.with_parameters(step),
        last_steps=network.with_parameters(last_step),
        constants=(rate, momentum),
        exact=rounding is None,
        with_bias_input=bool(symbols.notation.bias_input),
    )
    lines = tuple(write_lines(symbols, numbers))
    return Worked(lines, trace, terms, gradient, network, after, step, numbers.targets)


def _check(network: Network, x: Any) -> None:
    unknown = [f.name for f in network.activations if f.name not in FUNCTIONS]
    if unknown:
        raise ValueError(f"cannot write out {unknown[0]!r} units; only {', '.join(FUNCTIONS)}.")
    if np.ndim(x) != 1:
        raise ValueError(f"x is one example, of shape (inputs,); got the shape {np.shape(x)}.")


def _carrier(rounding: Rounding | None) -> Carry:
    if rounding is None:
        return lambda kind, values: values
    return lambda kind, values: _rounded(values, getattr(rounding, kind))


def _rounded(values: np.ndarray, decimals: int) -> np.ndarray:
    """Half up, as at school, and of the number that is meant: 0.035 is not 0.035000000000000003."""
    unit = Decimal(1).scaleb(-decimals)
    flat = [
        float(Decimal(f"{value:.12f}").quantize(unit, ROUND_HALF_UP)) for value in np.ravel(values)
    ]
    return np.reshape(flat, np.shape(values))


def _forward(network: Network, x: Any, carry: Carry) -> Trace:
    """``forward`` through units that write their net inputs and activations down first."""

    def pencil(activation: Activation, kind: str) -> Activation:
        return activation._replace(
            function=lambda z: carry(kind, activation.function(carry("net", z)))
        )

    *hidden, last = network.activations
    units = [*(pencil(activation, "hidden") for activation in hidden), pencil(last, "output")]
    trace = forward(Network(network.sizes, units, network.parameters), x)
    return Trace(trace.x, [carry("net", z) for z in trace.z], trace.a)


def _deltas(network: Network, trace: Trace, target: Any, carry: Carry) -> list[np.ndarray]:
    """``deltas``, a layer at a time, so that each layer hands down what was written.

    To a hidden layer, the layer above looks like linear outputs with the error that was written.
    """
    layers, a = network.layers, [trace.x, *trace.a]
    top = Network.from_layers([layers[-1].W], [layers[-1].b], layers[-1].activation)
    terms = [carry("delta", deltas(top, Trace(a[-2], trace.z[-1:], a[-1:]), target)[-1])]
    for i in reversed(range(len(layers) - 1)):
        pair = Network.from_layers(
            [layers[i].W, layers[i + 1].W],
            [layers[i].b, layers[i + 1].b],
            [layers[i].activation, "identity"],
        )
        written = Loss("as written", squared_error.function, partial(_constant, terms[-1]))
        part = Trace(a[i], trace.z[i : i + 2], trace.a[i : i + 2])
        terms.append(carry("delta", deltas(pair, part, part.output, written)[0]))
    return terms[::-1]


def _constant(value: np.ndarray, _a: np.ndarray, _t: np.ndarray) -> np.ndarray:
    return value
