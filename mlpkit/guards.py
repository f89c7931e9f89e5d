"""What does not fit is refused here, with a message that says what came and what was expected.

It stands apart from the mathematics so that neither is in the way of the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Any

from array_api_compat import device

from mlpkit.arrays import Array, as_floats, find_not_finite, namespace

ROWS = 1000  # how many rows of the data are looked at together


def slices(m: int, size: int = ROWS) -> Iterator[slice]:
    """m rows in parts of the size; the last part takes what is left."""
    return (slice(begin, min(begin + size, m)) for begin in range(0, m, size))


def shape(array: Array) -> tuple[int, ...]:
    """As a tuple, which it is not in every library."""
    return tuple(array.shape)


def check_sizes(sizes: tuple[int, ...]) -> None:
    """Of a network: the number of inputs, then of units in each layer."""
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(
            f"sizes are {sizes}; expected the number of inputs and then of units in each layer, "
            "all at least 1, for instance (2, 3, 1)."
        )


def check_parameters(parameters: Array, sizes: tuple[int, ...], count: int) -> None:
    """Of one network of these sizes, or of several."""
    if parameters.ndim not in (1, 2) or parameters.shape[-1] != count or not parameters.size:
        raise ValueError(
            f"a network of sizes {sizes} has {count} parameters, so their vector has the shape "
            f"({count},), or (networks, {count}) for several side by side; "
            f"got the shape {shape(parameters)}."
        )


def check_activations(activations: Any, sizes: tuple[int, ...]) -> None:
    """One for each layer; only the last may be without a slope."""
    if len(activations) != len(sizes) - 1:
        raise ValueError(
            f"sizes {sizes} make {len(sizes) - 1} layers, but there are {len(activations)} "
            "activations. Give one for each layer, or a single name for all."
        )
    for number, activation in enumerate(activations[:-1], start=1):
        if activation.slope is None:
            raise ValueError(f"layer {number} is {activation.name!r}, which only the last can be.")


def check_layers(weights: list[Array], biases: list[Array]) -> None:
    """Whether each W takes what the W before it gives, and has one bias for each unit."""
    if len(weights) != len(biases) or not weights:
        raise ValueError(
            f"got weights for {len(weights)} layers and biases for {len(biases)}; expected both "
            "for each layer, and at least one layer."
        )
    inputs = weights[0].shape[-1] if weights[0].ndim else 1
    for number, (W, b) in enumerate(zip(weights, biases, strict=True), start=1):
        if W.ndim != 2 or W.shape[1] != inputs or b.shape != W.shape[:1]:
            raise ValueError(
                f"layer {number} has {inputs} inputs, so W has the shape (units, {inputs}) "
                f"and b the shape (units,); got {shape(W)} and {shape(b)}."
            )
        inputs = W.shape[0]


def check_inputs(x: Array, inputs: int, parameters: Array) -> None:
    """Of a network with these parameters: one example or a batch; of several networks, a batch."""
    namespace(x=x, network=parameters)
    if x.shape[-1:] != (inputs,) or not parameters.ndim <= x.ndim <= 2:
        one = f"({inputs},) or " if parameters.ndim == 1 else ""
        raise ValueError(
            f"the network has {inputs} inputs, so x has the shape {one}(examples, {inputs}); "
            f"got {shape(x)}."
        )
    if not x.shape[0]:
        raise ValueError("x has no rows; expected at least one example.")


def check_loss(loss: Any, last: Any) -> None:
    """Whether the loss is one for outputs of that activation."""
    fits = loss.output == last.name if loss.output else last.slope is not None
    if not fits:
        takes = repr(loss.output) if loss.output else "any but 'softmax'"
        raise ValueError(f"{loss.name} is for outputs that are {takes}; these are {last.name!r}.")


def check_same_shape(**vectors: Array) -> None:
    """Whether parameters, gradient and the like are of one shape."""
    if len({vector.shape for vector in vectors.values()}) > 1:
        *first, last = vectors
        shapes = ", ".join(str(shape(vector)) for vector in vectors.values())
        raise ValueError(f"{', '.join(first)} and {last} have one shape; got {shapes}.")


def check_strength(strength: float) -> None:
    """Of a penalty."""
    _check(strength, "the strength of a penalty", 0 <= strength < inf, "0 or more")


def check_settings(
    rate: float, momentum: float, decay: float, epochs: int, batch_size: int,
    patience: int | None, validation: Any,
) -> None:  # fmt: skip
    """Of a training: the numbers, and whether there is what patience needs."""
    _check(rate, "rate", 0 < rate < inf, "above 0")
    _check(momentum, "momentum", 0 <= momentum < 1, "from 0 up to but not including 1")
    _check(decay, "decay", 0 <= decay <= 1, "from 0 to 1")
    _check(epochs, "epochs", epochs >= 0, "0 or more")
    _check(batch_size, "batch_size", batch_size >= 1, "at least 1")
    if patience is not None:
        _check(patience, "patience", patience >= 1, "at least 1, or None")
        if validation is None:
            raise ValueError("patience needs validation data: validation=(x, targets).")


def _check(value: float, name: str, is_fine: bool, expected: str) -> None:
    if not is_fine:
        raise ValueError(f"{name} is {value}; expected {expected}.")


def check_node(node: Any) -> None:
    """Whether the value of a node in a computation graph is finite."""
    xp = namespace(node.value)
    if not xp.all(xp.isfinite(node.value)):
        operands = " and ".join(str(parent.value) for parent in node.parents)
        made = f"{node.operation.symbol} of {operands}" if node.operation else node.name
        raise ValueError(f"values have to be finite, but {made or 'a leaf'} is {node.value}.")


def as_data(network: Any, x: Any, targets: Any, loss: Any, name: str) -> tuple[Array, Array]:
    """Examples and targets for a network to learn from, in its precision."""
    parameters, inputs, outputs = network.parameters, network.sizes[0], network.sizes[-1]
    x = as_floats(x, like=parameters)
    xp = namespace(**{name: x, "network": parameters})
    if x.ndim != 2 or not x.shape[0]:
        raise ValueError(
            f"{name} is a table of examples, of shape (examples, {inputs}), with at least one; "
            f"got {shape(x)}."
        )
    check_inputs(x, inputs, parameters)
    x = xp.astype(x, parameters.dtype, copy=False)
    for rows in slices(x.shape[0]):
        row = find_not_finite(x[rows, :])
        if row is not None:
            raise ValueError(f"row {rows.start + row} of {name} holds a NaN or an infinity.")
    check_loss(loss, network.activations[-1])
    return x, as_targets(targets, xp.broadcast_to(x[:1, :1], (x.shape[0], outputs)), loss)


def as_validation(
    network: Any, data: tuple[Any, Any] | None, loss: Any
) -> tuple[Array, Array] | None:
    """The same of data that one network is only judged by, if there are any."""
    if data is None:
        return None
    if network.parameters.ndim > 1:
        raise ValueError("validation is for a single network; side by side, leave it out.")
    return as_data(network, *data, loss, "the validation data's x")


def as_targets(targets: Any, like: Array, loss: Any) -> Array:
    """The targets as floats of the shape and precision of the outputs.

    Args:
        targets: shape (..., outputs); for cross-entropy also class numbers from 0, integers of
            shape (...).
        like: the outputs, shape (..., outputs).
        loss: what they will be compared with. The first row that it is not defined for is named,
            counted from 0.
    """
    t = as_floats(targets, like=like)
    xp = namespace(targets=t, outputs=like)
    t = xp.astype(t, like.dtype, copy=False)
    are_classes = loss.output == "softmax"
    if are_classes and t.shape == like.shape[:-1]:
        return _one_hot(t, like)
    if t.shape != like.shape:
        classes = f" (or {shape(like)[:-1]}, as class numbers)" if are_classes else ""
        raise ValueError(
            f"the outputs have the shape {shape(like)}, so the targets have it too{classes}; "
            f"got {shape(t)}."
        )
    row = find_not_finite(t)
    if row is not None:
        raise ValueError(f"row {row} of the targets holds a NaN or an infinity.")
    if loss.output is not None:
        outside = xp.any((t < 0) | (t > 1), axis=-1)
        _refuse(outside, t, f"has numbers outside [0, 1], where {loss.name} is not defined")
    if are_classes:
        off = xp.abs(xp.sum(t, axis=-1) - 1.0) > xp.finfo(like.dtype).eps ** 0.5
        _refuse(off, t, "does not add up to 1, as the probabilities of classes do")
    return t


def _one_hot(numbers: Array, like: Array) -> Array:
    xp, outputs = namespace(like), like.shape[-1]
    hot = numbers[..., None] == xp.arange(outputs, dtype=like.dtype, device=device(like))
    _refuse(~xp.any(hot, axis=-1), numbers, f"is no class; those are 0 to {outputs - 1}")
    return xp.astype(hot, like.dtype)


def _refuse(wrong: Array, targets: Array, reason: str) -> None:
    """Raises a ValueError if any row is wrong: True in ``wrong``, which has one entry for each."""
    xp = namespace(wrong)
    if bool(xp.any(wrong)):
        row = int(xp.argmax(xp.astype(xp.reshape(wrong, (-1,)), xp.int8)))
        held = xp.reshape(targets, (wrong.size, -1))[row, :]
        shown = ", ".join(f"{float(held[i]):g}" for i in range(held.shape[0]))
        raise ValueError(f"row {row} of the targets, {shown:.60}, {reason}.")
