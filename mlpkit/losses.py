"""What it costs to be wrong: a loss for each example, and its derivative.

A loss compares what the last layer says about one example with its targets t. Over a batch, the
cost J is the mean of its examples' losses.

Squared error looks at the activations a. The other two look at the net inputs z of the last layer:
its logarithms and exponentials cancel, which leaves a loss that no z can make overflow, and a
derivative by z that is simply a - t.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from array_api_compat import device

from mlpkit.activations import log_softmax, sigmoid, softmax, softplus
from mlpkit.arrays import Array, as_floats, find_not_finite, namespace


class Loss(NamedTuple):
    """A loss and its derivative.

    Attributes:
        name: what it is called, for instance "squared_error".
        function: takes values and targets of shape (..., outputs), returns the losses, of shape
            (...).
        slope: takes the same, returns the derivative of each loss with respect to its values, of
            shape (..., outputs).
        output: None if the values are the activations of the last layer. Otherwise they are its net
            inputs, and this names the activation that the layer must have.
    """

    name: str
    function: Callable[[Array, Array], Array]
    slope: Callable[[Array, Array], Array]
    output: str | None = None


def _half_sum_of_squares(a: Array, t: Array) -> Array:
    error = a - t
    return 0.5 * namespace(error).sum(error * error, axis=-1)


def _error(a: Array, t: Array) -> Array:
    return a - t


squared_error = Loss("squared_error", _half_sum_of_squares, _error)
"""Half the sum over the outputs of (a - t) squared (Mitchell, Machine Learning, equation 4.2).

The half is there so that the derivative is a - t, with no factor. Others scale it differently, and
what they print differs by that factor, loss and gradient alike:

- the sum of squares, the squared distance of a and t: 2 times ours;
- the mean of the squares over k outputs: 2 / k times ours;
- half the squared distance, averaged over m examples, plus weight decay (Ng): 1 times ours, for our
  cost is the average already, and weight decay is the penalty ``l2``.

A learning rate divided by the factor makes the same steps.
"""


def _minus_log_likelihood(z: Array, t: Array) -> Array:
    # softplus(z) - t z, without taking the difference of two large numbers: z says 1 or 0 by its
    # sign, and is charged as much as it is large for what t differs from that.
    xp = namespace(z, t)
    says = xp.astype(z > 0, z.dtype)
    size = xp.abs(z)
    return xp.sum(size * xp.abs(says - t) + softplus(-size), axis=-1)


def _sigmoid_minus_target(z: Array, t: Array) -> Array:
    return sigmoid(z) - t


negative_log_likelihood = Loss(
    "negative_log_likelihood", _minus_log_likelihood, _sigmoid_minus_target, "sigmoid"
)
"""Minus the sum over the outputs of t log(a) + (1 - t) log(1 - a), where a = sigmoid(z).

For outputs that are probabilities of a yes, independent of each other. Targets lie in [0, 1]. In
terms of z it is softplus(z) - t z.
"""


def _cross_entropy(z: Array, t: Array) -> Array:
    xp = namespace(z, t)
    # A class without a share in t costs nothing, even if its log probability is -infinity.
    return -xp.sum(t * xp.where(t == 0, 0.0, log_softmax(z)), axis=-1)


def _softmax_minus_target(z: Array, t: Array) -> Array:
    return softmax(z) - t


cross_entropy = Loss("cross_entropy", _cross_entropy, _softmax_minus_target, "softmax")
"""Minus the sum over the outputs of t log(a), where a = softmax(z).

For outputs that are the probabilities of classes of which exactly one is right. The targets of an
example are not negative and add up to 1: usually one 1, among zeros ("one-hot"). In terms of z it
is log(sum of exp(z)) - sum of t z.
"""

LOSSES = {loss.name: loss for loss in (squared_error, negative_log_likelihood, cross_entropy)}


def loss_named(name: str | Loss) -> Loss:
    """The loss of that name; a Loss of your own is returned as it is.

    Raises:
        ValueError: there is none of that name.
    """
    if isinstance(name, Loss):
        return name
    if name not in LOSSES:
        known = ", ".join(sorted(LOSSES))
        raise ValueError(f"there is no loss named {name!r}. The known ones are: {known}.")
    return LOSSES[name]


def as_targets(targets: Any, like: Array, loss: Loss = squared_error) -> Array:
    """The targets as floats of the shape and precision of the outputs.

    Args:
        targets: shape (..., outputs); for cross-entropy also class numbers from 0, integers of
            shape (...).
        like: the outputs, shape (..., outputs).
        loss: what they will be compared with.

    Raises:
        ValueError: they do not have the shape of the outputs, or are none that the loss is defined
            for; the message names the first such row, counted from 0.
        TypeError: they are not numbers, or belong to another library than the outputs.
    """
    numbers = as_floats(targets, like=like)
    xp = namespace(targets=numbers, outputs=like)
    numbers = xp.astype(numbers, like.dtype, copy=False)
    outputs = like.shape[-1]
    if loss.output == "softmax" and numbers.shape == like.shape[:-1]:
        classes = xp.arange(outputs, dtype=like.dtype, device=device(like))
        one_hot = numbers[..., None] == classes
        _refuse(~xp.any(one_hot, axis=-1), numbers, f"is no class; those are 0 to {outputs - 1}")
        return xp.astype(one_hot, like.dtype)
    if numbers.shape != like.shape:
        or_classes = f" (or {tuple(like.shape[:-1])}, as class numbers)" * (
            loss.output == "softmax"
        )
        raise ValueError(
            f"the outputs have the shape {tuple(like.shape)}, so the targets have it too"
            f"{or_classes}; got {tuple(numbers.shape)}."
        )
    row = find_not_finite(numbers)
    if row is not None:
        raise ValueError(f"row {row} of the targets holds a NaN or an infinity.")
    if loss.output is not None:
        outside = xp.any((numbers < 0) | (numbers > 1), axis=-1)
        _refuse(outside, numbers, f"has numbers outside [0, 1], where {loss.name} is not defined")
    if loss.output == "softmax":
        total = xp.sum(numbers, axis=-1)
        off = xp.abs(total - 1.0) > xp.finfo(like.dtype).eps ** 0.5
        _refuse(off, numbers, "does not add up to 1, as the probabilities of classes do")
    return numbers


def _refuse(wrong: Array, targets: Array, reason: str) -> None:
    """Raises a ValueError if any row is wrong: True in ``wrong``, which has one entry for each."""
    xp = namespace(wrong)
    if bool(xp.any(wrong)):
        row = int(xp.argmax(xp.astype(xp.reshape(wrong, (-1,)), xp.int8)))
        held = xp.reshape(targets, (wrong.size, -1))[row, :]
        shown = ", ".join(f"{float(held[i]):g}" for i in range(held.shape[0]))
        raise ValueError(f"row {row} of the targets, {shown:.60}, {reason}.")
