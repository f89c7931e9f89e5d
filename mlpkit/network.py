"""A multi-layer network: the forward pass, the error terms, and the gradient.

All weights and biases of a network stand in one flat vector; a layer's ``W`` and ``b`` are views
of it. Gradients and velocities are flat vectors of the same layout. So an update of the whole
network, however deep, is one line, and so is saving, checking or resetting it.

Everything works on one example, of shape (inputs,), or on a batch, of shape (examples, inputs).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from mlpkit.activations import Activation, activation_named
from mlpkit.arrays import Array, as_floats, namespace
from mlpkit.losses import Loss, squared_error


class Layer(NamedTuple):
    """One layer of units.

    Attributes:
        W: weights, shape (units, inputs): ``W[to, from]``.
        b: biases, shape (units,).
        activation: what the units do with their net inputs.
    """

    W: Array
    b: Array
    activation: Activation


@dataclass(frozen=True)
class Network:
    """A fully connected network.

    Attributes:
        sizes: the number of inputs, then of units in each layer: (2, 3, 1) has two inputs, three
            hidden units and one output.
        activations: one for each layer, or their names; a single one serves all layers.
        parameters: flat vector of all weights and biases: the first layer's W row by row, then its
            b, then the second layer's W, and so on. All zero if not given.

    Raises:
        ValueError: fewer than two sizes, a size below 1, or a number of activations or of
            parameters that does not fit the sizes.
    """

    sizes: tuple[int, ...]
    activations: tuple[Activation, ...]
    parameters: Array

    def __init__(
        self,
        sizes: Sequence[int],
        activations: str | Activation | Sequence[str | Activation] = "sigmoid",
        parameters: Any = None,
    ) -> None:
        sizes = tuple(int(size) for size in sizes)
        if len(sizes) < 2 or min(sizes) < 1:
            raise ValueError(
                f"sizes are {sizes}; expected the number of inputs and then of units in each "
                "layer, all at least 1, for instance (2, 3, 1)."
            )
        if isinstance(activations, str | Activation):
            activations = [activations] * (len(sizes) - 1)
        if len(activations) != len(sizes) - 1:
            raise ValueError(
                f"sizes {sizes} make {len(sizes) - 1} layers, but there are {len(activations)} "
                "activations. Give one for each layer, or a single name for all."
            )
        count = number_of_parameters(sizes)
        parameters = as_floats(np.zeros(count) if parameters is None else parameters)
        if parameters.shape != (count,):
            raise ValueError(
                f"a network of sizes {sizes} has {count} parameters, so their vector has the "
                f"shape ({count},); got the shape {tuple(parameters.shape)}."
            )
        object.__setattr__(self, "sizes", sizes)
        object.__setattr__(self, "activations", tuple(map(activation_named, activations)))
        object.__setattr__(self, "parameters", parameters)

    @classmethod
    def from_layers(
        cls,
        weights: Sequence[Any],
        biases: Sequence[Any],
        activations: str | Activation | Sequence[str | Activation] = "sigmoid",
    ) -> Network:
        """A network of the given weights and biases, layer by layer.

        Args:
            weights: for each layer, W of shape (units, inputs).
            biases: for each layer, b of shape (units,).
            activations: as for Network.

        Raises:
            ValueError: the shapes do not fit together; the message names the layer.
        """
        if len(weights) != len(biases) or not weights:
            raise ValueError(
                f"got weights for {len(weights)} layers and biases for {len(biases)}; expected "
                "both for each layer, and at least one layer."
            )
        weights = [as_floats(W) for W in weights]
        biases = [as_floats(b) for b in biases]
        inputs = weights[0].shape[-1]
        for number, (W, b) in enumerate(zip(weights, biases, strict=True), start=1):
            if W.ndim != 2 or W.shape[1] != inputs or b.shape != W.shape[:1]:
                raise ValueError(
                    f"layer {number} has {inputs} inputs, so W has the shape (units, {inputs}) "
                    f"and b the shape (units,); got {tuple(W.shape)} and {tuple(b.shape)}."
                )
            inputs = W.shape[0]
        xp = namespace(*weights, *biases)
        sizes = (weights[0].shape[1], *(W.shape[0] for W in weights))
        pairs = zip(weights, biases, strict=True)
        flat = [xp.reshape(part, (-1,)) for pair in pairs for part in pair]
        return cls(sizes, activations, xp.concat(flat))

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers; their W and b are views of the parameters."""
        xp = namespace(self.parameters)
        layers, start = [], 0
        for (inputs, units), activation in zip(pairwise(self.sizes), self.activations, strict=True):
            middle, end = start + units * inputs, start + units * (inputs + 1)
            W = xp.reshape(self.parameters[start:middle], (units, inputs))
            layers.append(Layer(W, self.parameters[middle:end], activation))
            start = end
        return tuple(layers)

    def with_parameters(self, parameters: Array) -> Network:
        """A network of the same shape with other parameters.

        A gradient or a velocity can be read layer by layer with it:
        ``network.with_parameters(gradient).layers[0].W``.
        """
        return Network(self.sizes, self.activations, parameters)


def number_of_parameters(sizes: Sequence[int]) -> int:
    """How many weights and biases a fully connected network of these sizes has."""
    return sum(units * (inputs + 1) for inputs, units in pairwise(sizes))


class Trace(NamedTuple):
    """All that a forward pass computed, kept for the way back.

    Attributes:
        x: what came in, shape (inputs,) or (examples, inputs).
        z: for each layer, the net inputs, shape (units,) or (examples, units).
        a: for each layer, the activations, of the same shapes.
    """

    x: Array
    z: list[Array]
    a: list[Array]

    @property
    def output(self) -> Array:
        """The activations of the last layer."""
        return self.a[-1]


def forward(network: Network, x: Any) -> Trace:
    """Sends inputs through the network: z = W a + b and a = f(z), layer after layer.

    Args:
        network: the network.
        x: one example, shape (inputs,), or a batch, shape (examples, inputs).

    Raises:
        ValueError: x does not have as many columns as the network has inputs.
    """
    x = as_floats(x, like=network.parameters)
    if x.ndim not in (1, 2) or x.shape[-1] != network.sizes[0]:
        raise ValueError(
            f"the network has {network.sizes[0]} inputs, so x has the shape ({network.sizes[0]},) "
            f"or (examples, {network.sizes[0]}); got {tuple(x.shape)}."
        )
    trace = Trace(x, [], [])
    a = x
    for layer in network.layers:
        z = a @ layer.W.T + layer.b
        a = layer.activation.function(z)
        trace.z.append(z)
        trace.a.append(a)
    return trace


def deltas(network: Network, trace: Trace, targets: Any, loss: Loss = squared_error) -> list[Array]:
    """The error terms: for each layer, the derivative of each example's loss by its z.

    They are found from the last layer to the first. A hidden unit's share of the error is what the
    units above it report, each times the weight that leads to it, times the unit's own slope.
    (Mitchell's error terms are these with the opposite sign.)

    Args:
        network: the network.
        trace: what ``forward`` returned.
        targets: what the outputs should have been, of the shape of ``trace.output``.
        loss: the loss of one example.

    Returns:
        For each layer, an array of the shape of its z.

    Raises:
        ValueError: the targets do not have the shape of the outputs.
    """
    targets = as_floats(targets, like=trace.output)
    if targets.shape != trace.output.shape:
        raise ValueError(
            f"the outputs have the shape {tuple(trace.output.shape)}, so the targets have it too; "
            f"got {tuple(targets.shape)}."
        )
    layers = network.layers
    slope = layers[-1].activation.slope(trace.z[-1], trace.a[-1])
    delta = loss.slope(trace.output, targets) * slope
    terms = [delta]
    for below in reversed(range(len(layers) - 1)):
        slope = layers[below].activation.slope(trace.z[below], trace.a[below])
        delta = (delta @ layers[below + 1].W) * slope
        terms.append(delta)
    return terms[::-1]


def gradients(trace: Trace, deltas: Sequence[Array]) -> Array:
    """The gradient of the cost by all parameters: one flat vector, laid out like the parameters.

    The cost is the mean of the examples' losses. The derivative by a weight is the error term where
    it ends times the activation where it starts; by a bias, the error term alone.

    Args:
        trace: what ``forward`` returned.
        deltas: what ``deltas`` returned.

    Returns:
        Shape (number of parameters,).
    """
    xp = namespace(trace.x)
    parts = []
    for a, delta in zip([trace.x, *trace.a], deltas, strict=False):
        # One example is a batch of one.
        a, delta = xp.reshape(a, (-1, a.shape[-1])), xp.reshape(delta, (-1, delta.shape[-1]))
        delta = delta / delta.shape[0]
        parts += [xp.reshape(delta.T @ a, (-1,)), xp.sum(delta, axis=0)]
    return xp.concat(parts)


def cost(network: Network, x: Any, targets: Any, loss: Loss = squared_error) -> Array:
    """The mean of the examples' losses.

    Args:
        network: the network.
        x: one example, shape (inputs,), or a batch, shape (examples, inputs).
        targets: shape (outputs,) or (examples, outputs).
        loss: the loss of one example.

    Returns:
        Shape ().
    """
    output = forward(network, x).output
    return namespace(output).mean(loss.function(output, as_floats(targets, like=output)))
