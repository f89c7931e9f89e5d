"""A multi-layer network: the forward pass, the error terms, and the gradient.

All weights and biases of a network stand in one flat vector; a layer's ``W`` and ``b`` are views
of it. Gradients and velocities are flat vectors of the same layout. So an update of the whole
network, however deep, is one line, and so is saving, checking or resetting it.

Everything works on one example, of shape (inputs,), or on a batch, of shape (examples, inputs). And
everything works on many networks of one shape at once, side by side: their parameters have the
shape (networks, n), a batch that all of them see gives activations of shape (networks, examples,
units), and the same lines of code below multiply stacks of matrices.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import sqrt
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mlpkit.activations import ACTIVATIONS, Activation, activation_named
from mlpkit.arrays import Array, as_floats, namespace, to_device
from mlpkit.losses import (
    Loss,
    as_targets,
    cross_entropy,
    negative_log_likelihood,
    squared_error,
)

Activations = str | Activation | Sequence[str | Activation]

SCHEMES = ("uniform", "glorot", "he")


class Layer(NamedTuple):
    """One layer of units.

    Attributes:
        W: weights, shape (units, inputs): ``W[to, from]``.
        b: biases, shape (units,).
        activation: what the units do with their net inputs.

    In networks side by side W has the shape (networks, units, inputs), and b the shape
    (networks, 1, units), so that it is added to every example.
    """

    W: Array
    b: Array
    activation: Activation


@dataclass(frozen=True, eq=False)
class Network:
    """A fully connected network, or several of one shape side by side.

    Attributes:
        sizes: the number of inputs, then of units in each layer: (2, 3, 1) has two inputs, three
            hidden units and one output.
        activations: one for each layer, or their names; a single one serves all layers. Only the
            last layer can be "softmax".
        parameters: flat vector of all weights and biases: the first layer's W row by row, then its
            b, then the second layer's W, and so on; shape (n,), or (networks, n). All zero if not
            given.

    Raises:
        ValueError: fewer than two sizes, a size below 1, an unknown activation, or a number of
            activations or of parameters that does not fit the sizes.
    """

    sizes: tuple[int, ...]
    activations: tuple[Activation, ...]
    parameters: Array

    def __init__(
        self, sizes: Sequence[int], activations: Activations = "sigmoid", parameters: Any = None
    ) -> None:
        sizes = tuple(int(size) for size in sizes)
        if len(sizes) < 2 or min(sizes) < 1:
            raise ValueError(
                f"sizes are {sizes}; expected the number of inputs and then of units in each "
                "layer, all at least 1, for instance (2, 3, 1)."
            )
        count = number_of_parameters(sizes)
        parameters = as_floats(np.zeros(count) if parameters is None else parameters)
        if parameters.ndim not in (1, 2) or parameters.shape[-1] != count or not parameters.size:
            raise ValueError(
                f"a network of sizes {sizes} has {count} parameters, so their vector has the "
                f"shape ({count},), or (networks, {count}) for several side by side; "
                f"got the shape {tuple(parameters.shape)}."
            )
        object.__setattr__(self, "sizes", sizes)
        object.__setattr__(self, "activations", _one_for_each_layer(activations, sizes))
        object.__setattr__(self, "parameters", parameters)

    @classmethod
    def from_layers(
        cls,
        weights: Sequence[Any],
        biases: Sequence[Any],
        activations: Activations = "sigmoid",
    ) -> Network:
        """A network of the given weights and biases, layer by layer.

        Args:
            weights: for each layer, W of shape (units, inputs).
            biases: for each layer, b of shape (units,).
            activations: as for Network.

        Raises:
            ValueError: the shapes do not fit together; the message names the layer.
        """
        if len(weights) != len(biases) or not len(weights):
            raise ValueError(
                f"got weights for {len(weights)} layers and biases for {len(biases)}; expected "
                "both for each layer, and at least one layer."
            )
        weights = [as_floats(W) for W in weights]
        biases = [as_floats(b) for b in biases]
        inputs = weights[0].shape[-1] if weights[0].ndim else 1
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

    @classmethod
    def random(
        cls,
        sizes: Sequence[int],
        activations: Activations = "sigmoid",
        scheme: str = "uniform",
        *,
        seed: int = 0,
        networks: int | None = None,
        dtype: Any = np.float64,
    ) -> Network:
        """A network that has not learned anything yet.

        Args:
            sizes, activations: as for Network.
            scheme: "uniform": weights and biases between -.05 and .05 (Mitchell, chapter 4).
                "glorot": weights uniform with the variance 2 / (inputs + units), for sigmoid and
                tanh (Glorot and Bengio 2010). "he": weights normal with the variance 2 / inputs,
                for relu (He et al. 2015). In the last two all biases are 0.
            seed: the same seed gives the same network.
            networks: how many, side by side. The one at index k is drawn from (seed, k).
            dtype: the precision of the parameters.

        Raises:
            ValueError: the scheme is unknown, or as for Network.
        """
        if scheme not in SCHEMES:
            raise ValueError(
                f"there is no scheme named {scheme!r}. The known ones are: {', '.join(SCHEMES)}."
            )
        network = cls(sizes, activations)
        if networks is None:
            parameters = _drawn(network, scheme, np.random.default_rng(seed))
        else:
            generators = (np.random.default_rng([seed, k]) for k in range(networks))
            rows = [_drawn(network, scheme, generator) for generator in generators]
            parameters = np.reshape(rows, (networks, -1))
        return network.with_parameters(parameters.astype(dtype))

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """The layers; their W and b are views of the parameters."""
        xp = namespace(self.parameters)
        networks = self.parameters.shape[:-1]
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
        """1 for each weight and 0 for each bias, laid out like the parameters.

        For what concerns weights alone: ``penalty.slope(network.parameters * network.weight_mask)``
        is what a penalty adds to the gradient.
        """
        xp = namespace(self.parameters)
        parts = []
        for layer in self.layers:
            parts += [_flat(xp.ones_like(layer.W), layer), _flat(xp.zeros_like(layer.b), layer)]
        return xp.concat(parts, axis=-1)

    def with_parameters(self, parameters: Array) -> Network:
        """A network of the same shape with other parameters.

        A gradient or a velocity can be read layer by layer with it:
        ``network.with_parameters(gradient).layers[0].W``.
        """
        return Network(self.sizes, self.activations, parameters)

    def to(self, device: str) -> Network:
        """The network in the memory of "gpu" (CuPy) or "cpu" (NumPy)."""
        return self.with_parameters(to_device(self.parameters, device))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the network to a file of NumPy's format ``.npz``.

        It is written beside its place and then renamed, so that an interruption leaves no half of
        a file.

        Raises:
            ValueError: an activation is not one of mlpkit's, so that only its name could be saved.
            OSError: the file cannot be written; the message names it.
        """
        names = [activation.name for activation in self.activations]
        own = [f.name for f in self.activations if ACTIVATIONS.get(f.name) != f]
        if own:
            raise ValueError(f"cannot save {own[0]!r}, which is an activation of your own.")
        path = Path(path)
        beside = path.with_name(f".{path.name}.{os.getpid()}.part")
        parameters = to_device(self.parameters, "cpu")
        try:
            with beside.open("wb") as file:
                np.savez(file, sizes=self.sizes, activations=names, parameters=parameters)
            beside.replace(path)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(path)) from error
        finally:
            beside.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Network:
        """The network that ``save`` wrote.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: the file does not hold a network, or is damaged; the message names it.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                names = [str(name) for name in file["activations"]]
                return cls(file["sizes"].tolist(), names, file["parameters"])
        except (ValueError, TypeError, KeyError, IndexError, EOFError, zipfile.BadZipFile) as error:
            raise ValueError(f"{path} does not hold a network that save wrote: {error}") from error

    def __reduce__(self) -> tuple[Any, ...]:
        # Copies and pickles are built anew, so that their layers are views of their own parameters.
        return Network, (self.sizes, self.activations, self.parameters)


def number_of_parameters(sizes: Sequence[int]) -> int:
    """How many weights and biases a fully connected network of these sizes has."""
    return sum(units * (inputs + 1) for inputs, units in pairwise(sizes))


def _one_for_each_layer(activations: Activations, sizes: Sequence[int]) -> tuple[Activation, ...]:
    if isinstance(activations, str | Activation):
        activations = [activations] * (len(sizes) - 1)
    if len(activations) != len(sizes) - 1:
        raise ValueError(
            f"sizes {sizes} make {len(sizes) - 1} layers, but there are {len(activations)} "
            "activations. Give one for each layer, or a single name for all."
        )
    found = tuple(map(activation_named, activations))
    for number, activation in enumerate(found[:-1], start=1):
        if activation.slope is None:
            raise ValueError(f"layer {number} is {activation.name!r}, which only the last can be.")
    return found


def _drawn(network: Network, scheme: str, generator: np.random.Generator) -> np.ndarray:
    if scheme == "uniform":
        return generator.uniform(-0.05, 0.05, network.parameters.shape)
    drawn = Network(network.sizes, network.activations)
    for W, _, _ in drawn.layers:
        units, inputs = W.shape
        if scheme == "glorot":
            W[:] = generator.uniform(-1, 1, W.shape) * sqrt(6 / (inputs + units))
        else:
            W[:] = generator.normal(0, 1, W.shape) * sqrt(2 / inputs)
    return drawn.parameters


def _flat(part: Array, layer: Layer) -> Array:
    """A layer's weights or biases as they stand in the vector of parameters."""
    return namespace(part).reshape(part, (*layer.W.shape[:-2], -1))


class Trace(NamedTuple):
    """All that a forward pass computed, kept for the way back.

    Attributes:
        x: what came in, shape (inputs,) or (examples, inputs).
        z: for each layer, the net inputs, shape (units,) or (examples, units).
        a: for each layer, the activations, of the same shapes.

    Of networks side by side, z and a have the shape (networks, examples, units).
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
        network: the network, or several side by side.
        x: one example, shape (inputs,), or a batch, shape (examples, inputs). Networks side by side
            take a batch, and all see the same.

    Raises:
        ValueError: x does not have as many columns as the network has inputs, or has no rows.
        TypeError: x is not of numbers, or belongs to another library than the network.
    """
    x = as_floats(x, like=network.parameters)
    namespace(x=x, network=network.parameters)
    inputs = network.sizes[0]
    if x.shape[-1:] != (inputs,) or not network.parameters.ndim <= x.ndim <= 2:
        one = f"({inputs},) or " if network.parameters.ndim == 1 else ""
        raise ValueError(
            f"the network has {inputs} inputs, so x has the shape {one}(examples, {inputs}); "
            f"got {tuple(x.shape)}."
        )
    if not x.shape[0]:
        raise ValueError("x has no rows; expected at least one example.")
    return propagate(network, x)


def propagate(network: Network, x: Array) -> Trace:
    """``forward``, of inputs that need no checking."""
    trace, a = Trace(x, [], []), x
    for layer in network.layers:
        z = _times(layer.W, a)
        z += layer.b
        a = layer.activation.function(z)
        trace.z.append(z)
        trace.a.append(a)
    return trace


def transposed(M: Array) -> Array:
    """A matrix, or each of a stack of matrices, with rows and columns exchanged."""
    return M.T if M.ndim == 2 else namespace(M).matrix_transpose(M)


def _times(W: Array, a: Array) -> Array:
    """W a, for one example, or for each row of a batch.

    A batch is multiplied as (W aT)T, which is a WT, but leaves the examples in columns in memory:
    products and sums over units go through them faster.
    """
    return (W @ a.T).T if W.ndim == a.ndim == 2 else a @ transposed(W)


def predict(network: Network, x: Any) -> Array:
    """What the network says about examples: class numbers, or values.

    Args:
        network, x: as for ``forward``.

    Returns:
        Of softmax or sigmoid outputs, the number of the largest, or of a single one whether it is
        above 1/2: integers of shape () or (examples,). Of any other output, the values themselves,
        shape (outputs,) or (examples, outputs).
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

    Args:
        network: the network, or several side by side.
        trace: what ``forward`` returned.
        targets: what the outputs should have been, shape (outputs,) or (examples, outputs); for
            cross-entropy also class numbers, shape () or (examples,).
        loss: the loss of one example.

    Returns:
        For each layer, an array of the shape of its z.

    Raises:
        ValueError: the targets do not have the shape of the outputs, or the loss is not defined for
            them or for outputs of that activation.
    """
    return back_propagate(network, trace, checked_targets(network, trace, targets, loss), loss)


def back_propagate(network: Network, trace: Trace, targets: Array, loss: Loss) -> list[Array]:
    """``deltas``, of targets that ``checked_targets`` returned."""
    layers, last = network.layers, network.activations[-1]
    if loss in (negative_log_likelihood, cross_entropy):
        delta = trace.output - targets  # the loss's slope, of which the forward pass has the a
    else:
        delta = loss.slope(judged(network, trace, loss), targets)
    if loss.output is None and last.slope is not None:
        delta = delta * last.slope(trace.z[-1], trace.a[-1])
    terms = [delta]
    for below in reversed(range(len(layers) - 1)):
        slope = layers[below].activation.slope
        assert slope is not None  # Network lets only the last layer be without
        delta = _times(transposed(layers[below + 1].W), delta)
        delta *= slope(trace.z[below], trace.a[below])
        terms.append(delta)
    return terms[::-1]


def judged(network: Network, trace: Trace, loss: Loss) -> Array:
    """What the loss looks at: the outputs, or the net inputs of the output layer.

    Raises:
        ValueError: the output layer does not have the activation that the loss is made for, or has
            one that only another loss can be used with.
    """
    last = network.activations[-1]
    if loss.output is None and last.slope is not None:
        return trace.a[-1]
    if loss.output != last.name:
        takes = repr(loss.output) if loss.output else "any but 'softmax'"
        raise ValueError(f"{loss.name} is for outputs that are {takes}; these are {last.name!r}.")
    return trace.z[-1]


def checked_targets(network: Network, trace: Trace, targets: Any, loss: Loss) -> Array:
    """The targets as ``as_targets`` returns them; all networks side by side have the same."""
    values = judged(network, trace, loss)
    return as_targets(targets, values if network.parameters.ndim == 1 else values[0, ...], loss)


def gradients(
    trace: Trace, deltas: Sequence[Array], into: Network | None = None, scale: float = 1.0
) -> Array:
    """The gradient of the cost by all parameters: one flat vector, laid out like the parameters.

    The cost is the mean of the examples' losses. The derivative by a weight is the error term where
    it ends times the activation where it starts; by a bias, the error term alone.

    Args:
        trace: what ``forward`` returned.
        deltas: what ``deltas`` returned.
        into: if given, the gradient is written over this network's parameters, so that many steps
            of training need no new memory. Only for libraries whose arrays can be written to.
        scale: what to multiply it by: -rate makes the step of gradient descent of it.

    Returns:
        Shape (n,), or (networks, n).
    """
    xp = namespace(trace.x)
    parts, inputs = [], [trace.x, *trace.a[:-1]]
    if trace.x.ndim == 1:  # one example is a batch of one
        inputs, deltas = [a[None, :] for a in inputs], [delta[None, :] for delta in deltas]
    # A bias is the weight of an input that is always 1.
    always_one = xp.ones_like(inputs[0][:, :1])
    for number, (a, delta) in enumerate(zip(inputs, deltas, strict=True)):
        delta_T = transposed(delta * (scale / delta.shape[-2]))
        if into is None:
            for part in (delta_T @ a, delta_T @ always_one):
                parts.append(xp.reshape(part, (*part.shape[:-2], -1)))
        else:
            W, b, _ = into.layers[number]
            xp.matmul(delta_T, a, out=W)
            xp.matmul(delta_T, always_one, out=b[:, None] if b.ndim == 1 else transposed(b))
    return xp.concat(parts, axis=-1) if into is None else into.parameters


def cost(network: Network, x: Any, targets: Any, loss: Loss = squared_error) -> Array:
    """The mean of the examples' losses.

    Args:
        network, x, targets, loss: as for ``forward`` and ``deltas``.

    Returns:
        Shape (), or (networks,).
    """
    trace = forward(network, x)
    targets = checked_targets(network, trace, targets, loss)
    losses = loss.function(judged(network, trace, loss), targets)
    return namespace(losses).mean(losses, axis=-1) if losses.ndim else losses
