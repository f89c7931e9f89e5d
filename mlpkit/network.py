"""A multi-layer network: the forward pass, the error terms, and the gradient.

All weights and biases of a network stand in one flat vector; a layer's ``W`` and ``b`` are views
of it. Gradients and velocities are flat vectors of the same layout. So an update of the whole
network, however deep, is one line, and so is saving, checking or resetting it.

Everything works on one example, of shape (inputs,), or on a batch, of shape (examples, inputs); and
on many networks of one shape at once, side by side. Their parameters have the shape (networks, n),
a batch that all of them see gives activations of shape (networks, examples, units), and the same
lines of code below multiply stacks of matrices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from mlpkit import guards
from mlpkit.activations import Activation, activation_named
from mlpkit.arrays import Array, as_floats, namespace, to_device
from mlpkit.losses import Loss, squared_error

Activations = str | Activation | Sequence[str | Activation]


class Layer(NamedTuple):
    """One layer: weights ``W[to, from]``, shape (units, inputs), and biases, shape (units,).

    Side by side they are (networks, units, inputs) and (networks, 1, units).
    """

    W: Array
    b: Array
    activation: Activation


@dataclass(frozen=True, eq=False)
class Network:
    """A fully connected network, or several of one shape side by side.

    Attributes:
        sizes: the number of inputs, then of units in each layer, for instance (2, 3, 1).
        activations: one for each layer, or their names; a single one serves all layers. Only the
            last layer can be "softmax".
        parameters: all weights and biases: the first layer's W row by row, its b, the second
            layer's W, and so on; shape (n,), or (networks, n). All zero if not given.
    """

    sizes: tuple[int, ...]
    activations: tuple[Activation, ...]
    parameters: Array

    def __init__(
        self, sizes: Sequence[int], activations: Activations = "sigmoid", parameters: Any = None
    ) -> None:
        sizes = tuple(int(size) for size in sizes)
        guards.check_sizes(sizes)
        if isinstance(activations, str | Activation):
            activations = [activations] * (len(sizes) - 1)
        activations = tuple(map(activation_named, activations))
        guards.check_activations(activations, sizes)
        count = number_of_parameters(sizes)
        parameters = as_floats(np.zeros(count) if parameters is None else parameters)
        guards.check_parameters(parameters, sizes, count)
        vars(self).update(sizes=sizes, activations=activations, parameters=parameters)

    @classmethod
    def from_layers(
        cls, weights: Sequence[Any], biases: Sequence[Any], activations: Activations = "sigmoid"
    ) -> Network:
        """A network of each layer's W, shape (units, inputs), and b, shape (units,)."""
        weights, biases = [as_floats(W) for W in weights], [as_floats(b) for b in biases]
        guards.check_layers(weights, biases)
        sizes = [weights[0].shape[1], *(W.shape[0] for W in weights)]
        pairs = zip(weights, biases, strict=True)
        return cls(sizes, activations, _flat([part for pair in pairs for part in pair], ()))

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """The layers; their W and b are views of the parameters."""
        xp, networks = namespace(self.parameters), self.parameters.shape[:-1]
        layers, start = [], 0
        for (inputs, units), activation in zip(pairwise(self.sizes), self.activations, strict=True):
            middle, end = start + units * inputs, start + units * (inputs + 1)
            W = xp.reshape(self.parameters[..., start:middle], (*networks, units, inputs))
            b = self.parameters[..., middle:end]
            layers.append(Layer(W, b[:, None, :] if networks else b, activation))
            start = end
        return tuple(layers)

    @property
    def weight_mask(self) -> Array:
        """1 for each weight and 0 for each bias, laid out like the parameters."""
        ones = namespace(self.parameters).ones_like
        parts = [part for W, b, _ in self.layers for part in (ones(W), 0 * ones(b))]
        return _flat(parts, self.parameters.shape[:-1])

    def with_parameters(self, parameters: Array) -> Network:
        """A network of the same shape with other parameters.

        Also to read a gradient layer by layer: ``network.with_parameters(gradient).layers[0].W``.
        """
        return Network(self.sizes, self.activations, parameters)

    def to(self, device: str) -> Network:
        """The network in the memory of "gpu" (CuPy) or "cpu" (NumPy)."""
        return self.with_parameters(to_device(self.parameters, device))

    def __reduce__(self) -> tuple[Any, ...]:
        # Copies and pickles are built anew, so that their layers are views of their own parameters.
        return Network, (self.sizes, self.activations, self.parameters)


def number_of_parameters(sizes: Sequence[int]) -> int:
    """How many weights and biases a fully connected network of these sizes has."""
    return sum(units * (inputs + 1) for inputs, units in pairwise(sizes))


def _flat(parts: list[Array], networks: tuple[int, ...]) -> Array:
    """Weights and biases, layer by layer, as they stand in the vector of parameters."""
    xp = namespace(*parts)
    return xp.concat([xp.reshape(part, (*networks, -1)) for part in parts], axis=-1)


class Trace(NamedTuple):
    """All that a forward pass computed, kept for the way back.

    That is what came in, x, and for each layer the net inputs z and the activations a, of shape
    (units,), (examples, units) or, of networks side by side, (networks, examples, units).
    """

    x: Array
    z: list[Array]
    a: list[Array]

    @property
    def output(self) -> Array:
        """The activations of the last layer."""
        return self.a[-1]

    def judged(self, loss: Loss) -> Array:
        """What the loss looks at: the outputs, or their net inputs."""
        return self.z[-1] if loss.output else self.a[-1]


def forward(network: Network, x: Any) -> Trace:
    """Sends inputs through the network: z = W a + b and a = f(z), layer after layer.

    x has the shape (inputs,) or (examples, inputs); networks side by side all see one batch.
    """
    x = as_floats(x, like=network.parameters)
    guards.check_inputs(x, network.sizes[0], network.parameters)
    trace, a, transposed = Trace(x, [], []), x, namespace(x).matrix_transpose
    for W, b, activation in network.layers:
        z = a @ transposed(W) + b
        a = activation.function(z)
        trace.z.append(z)
        trace.a.append(a)
    return trace


def predict(network: Network, x: Any) -> Array:
    """What the network says about x, which is as for ``forward``.

    Of softmax or sigmoid outputs it is the number of the largest, or of a single one whether it is
    above 1/2: integers of shape () or (examples,). Of any other outputs it is these themselves.
    """
    output = forward(network, x).output
    xp = namespace(output)
    if network.activations[-1].name not in ("softmax", "sigmoid"):
        return output
    if output.shape[-1] == 1:
        return xp.astype(output[..., 0] > 0.5, xp.int64)
    return xp.argmax(output, axis=-1)


def deltas(network: Network, trace: Trace, targets: Any, loss: Loss = squared_error) -> list[Array]:
    """The error terms: for each layer, the derivative of each example's loss by its z.

    They are found from the last layer to the first. A hidden unit's share of the error is what the
    units above it report, each times the weight that leads to it, times the unit's own slope.
    (Mitchell's error terms are these with the opposite sign.)

    The targets say what the outputs of the trace should have been, shape (outputs,) or (examples,
    outputs); for cross-entropy also by class numbers, shape () or (examples,).
    """
    return back_propagate(network, trace, _checked(network, trace, targets, loss), loss)


def back_propagate(network: Network, trace: Trace, targets: Array, loss: Loss) -> list[Array]:
    """``deltas``, of targets that need no checking."""
    slopes: list[Any] = [activation.slope for activation in network.activations]
    delta = loss.slope(trace.judged(loss), targets)
    if loss.output is None:
        delta = delta * slopes[-1](trace.z[-1], trace.a[-1])
    terms = [delta]
    for i in reversed(range(len(slopes) - 1)):
        delta = (delta @ network.layers[i + 1].W) * slopes[i](trace.z[i], trace.a[i])
        terms.append(delta)
    return terms[::-1]


def gradients(trace: Trace, deltas: Sequence[Array]) -> Array:
    """The gradient of the cost by all parameters: one flat vector, laid out like the parameters.

    The cost is the mean of the examples' losses. The derivative by a weight is the error term where
    it ends times the activation where it starts; by a bias, the error term alone.
    """
    xp, parts = namespace(trace.x), []
    for a, delta in zip([trace.x, *trace.a[:-1]], deltas, strict=True):
        if trace.x.ndim == 1:  # one example is a batch of one
            a, delta = a[None, :], delta[None, :]
        share = delta / delta.shape[-2]
        parts += [xp.matrix_transpose(share) @ a, xp.sum(share, axis=-2)]
    return _flat(parts, deltas[0].shape[: -trace.x.ndim])


def cost(network: Network, x: Any, targets: Any, loss: Loss = squared_error) -> Array:
    """The mean of the examples' losses, for arguments as above: shape (), or (networks,)."""
    trace = forward(network, x)
    targets = _checked(network, trace, targets, loss)
    losses = loss.function(trace.judged(loss), targets)
    return namespace(losses).mean(losses, axis=-1) if losses.ndim else losses


def _checked(network: Network, trace: Trace, targets: Any, loss: Loss) -> Array:
    guards.check_loss(loss, network.activations[-1])
    # Networks side by side all have the same targets.
    like = trace.output if network.parameters.ndim == 1 else trace.output[0, ...]
    return guards.as_targets(targets, like, loss)
