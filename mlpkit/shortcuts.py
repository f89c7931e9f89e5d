"""Shorter paths: layers with a way round them.

A plain layer hands on a = f(W h + b) and nothing else. Its Jacobian is A = diag(f'(z)) W, and many
of these multiply to something tiny or huge. The others hand on their input h beside it:

- "residual": h + a, with the Jacobian I + A (He et al. 2016);
- "highway": g a + (1 - g) h, with a gate g = sigmoid(V h + c) (Srivastava et al. 2015);
- "dense": h and a, one after the other, so that each layer sees all before it (Huang et al. 2017).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from mlpkit.activations import activation_named, sigmoid
from mlpkit.arrays import Array, namespace

PATHS = ("plain", "residual", "highway", "dense")


@dataclass(frozen=True, eq=False)
class Block:
    """One layer, and what goes round it.

    The path is one of PATHS. W has the shape (units, inputs), b the shape (units,); V and c, of the
    same shapes, are a highway's gate, and None otherwise. A ValueError says what does not fit.
    """

    path: str
    W: Array
    b: Array
    activation: str = "tanh"
    V: Array = None
    c: Array = None

    def __post_init__(self) -> None:
        if self.path not in PATHS:
            raise ValueError(f"there is no path {self.path!r}. Known: {', '.join(PATHS)}.")
        if self.path in ("residual", "highway") and self.W.shape[0] != self.W.shape[1]:
            raise ValueError(f"{self.path} needs as many units as inputs, not {self.W.shape}.")
        if [self.V is None, self.c is None] != [self.path != "highway"] * 2:
            raise ValueError(f"a gate, V and c, is for highway alone; the path is {self.path}.")


class Passage(NamedTuple):
    """What a block computed on the way forward; the gate is 1 where there is none."""

    h: Array
    z: Array
    a: Array
    gate: Any
    output: Array


def pass_forward(blocks: Sequence[Block], x: Array) -> list[Passage]:
    """Sends a batch x, of shape (examples, inputs), through one block after the other."""
    passages, h = [], x
    for block in blocks:
        z, gate = h @ block.W.T + block.b, 1.0
        output = a = activation_named(block.activation).function(z)
        if block.path == "residual":
            output = h + a
        elif block.path == "highway":
            gate = sigmoid(h @ block.V.T + block.c)
            output = gate * a + (1.0 - gate) * h
        elif block.path == "dense":
            output = namespace(h, a).concat([h, a], axis=-1)
        passages.append(Passage(h, z, a, gate, output))
        h = output
    return passages


def pass_back(
    blocks: Sequence[Block], passages: Sequence[Passage], signal: Array
) -> tuple[list[Array], list[Block]]:
    """Sends the derivative of J by the last output, shape (examples, outputs), back.

    Returns the derivatives of J by x and by each block's output, from first to last and of their
    shapes; and for each block a block of its gradients, summed over the examples.
    """
    signals, gradients = [signal], []
    for block, (h, z, a, gate, _) in zip(blocks[::-1], passages[::-1], strict=True):
        beside, through, of_gate = signal, signal * gate, {}
        if block.path == "plain":
            beside = 0.0 * h
        elif block.path == "highway":
            delta = signal * (a - h) * gate * (1.0 - gate)
            beside = signal * (1.0 - gate) + delta @ block.V
            of_gate = {"V": delta.T @ h, "c": namespace(h).sum(delta, axis=0)}
        elif block.path == "dense":
            beside, through = signal[:, : h.shape[1]], signal[:, h.shape[1] :]
        slope: Any = activation_named(block.activation).slope
        delta = through * slope(z, a)
        of_layer = {"W": delta.T @ h, "b": namespace(h).sum(delta, axis=0)}
        gradients.append(replace(block, **of_layer, **of_gate))
        signal = beside + delta @ block.W
        signals.append(signal)
    return signals[::-1], gradients[::-1]
