"""A network's forward pass, error terms and update, line by line, as on a blackboard.

Each line holds a formula, the same formula with its numbers put in, and the result: at full
precision, or rounded at each step as a person with a pencil rounds, who carries on with what was
written down. The formulas can be written in six notations, named by letters:

==  ============================================================================================
M   Mitchell: x, h, o, t, w to-from, error terms of the opposite sign
N   Ng: z, a, W and b by layers, delta
R   rows: an example is a row, and a layer is h times W transposed; the cost is not halved
C   columns: an example is a column, and a layer is W transposed times x; v, w, f, g if shallow
X   a is the net input and z the output, each layer has its letter, and the cost is a mean over n
H   h is the function of the hidden units, and the cost a mean over the outputs, not halved
==  ============================================================================================

Each calculates with its own cost. So with the same learning rate, R goes twice as far as the others
do, and H 2/k times as far if there are k outputs. ``Worked.key`` says what the letters stand for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mlpkit.activations import Activation
from mlpkit.network import Network, Trace, forward, gradients
from mlpkit.updates import momentum_step
from mlpkit.worked.formulas import FUNCTIONS, function_names, write_lines
from mlpkit.worked.lines import Line, Numbers
from mlpkit.worked.notations import Symbols, notation_named
from mlpkit.worked.rounding import SLIDE, Carry, Rounding, carrier
from mlpkit.worked.sources import Notation
from mlpkit.worked.tables import Table

__all__ = ["PHASES", "SLIDE", "Line", "Rounding", "Table", "Worked", "side_by_side", "work"]

PHASES = ("forward", "error terms", "update")


@dataclass(frozen=True)
class Worked:
    """A whole step of learning, calculated and written out. What ``work`` returns.

    Attributes:
        lines: the calculation, in the order in which it is done.
        trace, deltas, gradient: as ``forward``, ``deltas`` and ``gradients`` return them, for the
            cost of the notation (the error terms are its derivatives by z, whatever sign they have
            in the lines).
        before, network: the network before and after the update.
        velocity: what was added to the parameters; the next step's momentum starts from it.
        target: what the outputs should have been, shape (outputs,).
        notation: the letter of the notation that the lines are in.
    """

    lines: tuple[Line, ...]
    trace: Trace
    deltas: list[np.ndarray]
    gradient: np.ndarray
    before: Network
    network: Network
    velocity: np.ndarray
    target: np.ndarray
    notation: str = "M"

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

    def key(self) -> Table:
        """What the notation is: whose, its cost, and what its letters stand for."""
        symbols = Symbols(notation_named(self.notation), self.before.sizes)
        names, activations = symbols.notation, self.before.activations
        functions = dict(zip(function_names(symbols, activations), activations, strict=True))
        rows = [
            ("source", names.source),
            ("cost of an example", f"${names.cost}$"),
            ("a layer", f"${names.layer}$"),
            *((f"${name}$", activation.name) for name, activation in functions.items() if name),
            ("learning rate, momentum", f"${names.rate}, \\; {names.momentum}$"),
            ("what the source leaves open", names.added or "nothing that is needed here"),
        ]
        return Table(("", f"notation {self.notation}"), rows)


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
    """One step of learning from one example, with the squared error, scaled as the notation does.

    Args:
        network: of any units but softmax; it is not changed.
        x: the example, shape (inputs,).
        target: what the outputs should be, shape (outputs,).
        rate: the learning rate.
        momentum: how much of the last step is added to this one.
        velocity: the last step, shape (number of parameters,); zero if not given.
        rounding: carry on with rounded numbers; at full precision if not given.
        notation: the letter of one of the six notations.

    Raises:
        ValueError: shapes that do not fit, an activation or a notation that cannot be written.
    """
    _check(network, x, target)
    symbols = Symbols(notation_named(notation), network.sizes)
    last_step = np.zeros_like(network.parameters) if velocity is None else np.array(velocity, float)
    carry, target = carrier(rounding), np.array(target, float)

    trace = _forward(network, x, carry)
    signals, terms = _backward(network, trace, target, symbols.notation, carry)
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
        signals=[symbols.notation.sign * signal for signal in signals],
        targets=target,
        steps=network.with_parameters(step),
        last_steps=network.with_parameters(last_step),
        constants=(rate, momentum),
        exact=rounding is None,
        notation=symbols.notation,
    )
    lines = tuple(write_lines(symbols, numbers))
    return Worked(lines, trace, terms, gradient, network, after, step, target, notation)


def _check(network: Network, x: Any, target: Any) -> None:
    unknown = [f.name for f in network.activations if f.name not in FUNCTIONS]
    if unknown:
        raise ValueError(f"cannot write out {unknown[0]!r} units; only {', '.join(FUNCTIONS)}.")
    for name, values, size in (("x", x, network.sizes[0]), ("target", target, network.sizes[-1])):
        if np.shape(values) != (size,):
            raise ValueError(
                f"{name} belongs to one example and has the shape ({size},); "
                f"got the shape {np.shape(values)}."
            )


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


def _backward(
    network: Network, trace: Trace, target: np.ndarray, notation: Notation, carry: Carry
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The derivatives of the notation's cost by activations and by net inputs, layer by layer.

    They are what ``deltas`` returns, if nothing is rounded and the cost is half the squared error.
    """
    factor = notation.factor / (len(target) if notation.averaged else 1)
    signal = factor * (trace.output - target)
    signals, terms = [], []
    for layer, z, a in reversed(list(zip(network.layers, trace.z, trace.a, strict=True))):
        if notation.signal:
            signal = carry("delta", signal)
        # Only softmax has no slope, and it has been turned away.
        assert layer.activation.slope is not None
        delta = carry("delta", signal * layer.activation.slope(z, a))
        signals.append(signal)
        terms.append(delta)
        signal = delta @ layer.W
    return signals[::-1], terms[::-1]
