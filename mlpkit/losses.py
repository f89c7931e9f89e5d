"""What it costs to be wrong: a loss for each example, and its derivative.

A loss compares what the last layer says about one example with its targets t. Over a batch, the
cost J is the mean of its examples' losses.

Squared error looks at the activations a. The other two look at the net inputs z of the last layer:
its logarithms and exponentials cancel, which leaves a loss that no z can make overflow, and a
derivative by z that is simply a - t.
"""

from collections.abc import Callable
from typing import NamedTuple

from mlpkit.activations import log_softmax, named, sigmoid, softmax, softplus
from mlpkit.arrays import Array, namespace


class Loss(NamedTuple):
    """A loss and its derivative.

    ``function`` takes values and targets of shape (..., outputs) and returns losses of shape (...);
    ``slope`` takes the same and returns their derivatives by the values, of shape (..., outputs).
    The values are the activations of the last layer if ``output`` is None. Otherwise they are its
    net inputs, and ``output`` names the activation that the layer must have.
    """

    name: str
    function: Callable[[Array, Array], Array]
    slope: Callable[[Array, Array], Array]
    output: str | None = None


def _half_sum_of_squares(a: Array, t: Array) -> Array:
    return 0.5 * namespace(a, t).sum((a - t) ** 2, axis=-1)


squared_error = Loss("squared_error", _half_sum_of_squares, lambda a, t: a - t)
"""Half the sum over the outputs of (a - t) squared (Mitchell, Machine Learning, equation 4.2).

The half is there so that the derivative is a - t, with no factor. Others scale loss and gradient
differently, and divide the learning rate by the factor for the same steps:

- the sum of squares, the squared distance of a and t: 2 times ours;
- the mean of the squares over k outputs: 2 / k times ours;
- half the squared distance, averaged over m examples, plus weight decay (Ng): 1 times ours, for our
  cost is the average already, and weight decay is the penalty ``l2``.
"""


def _minus_log_likelihood(z: Array, t: Array) -> Array:
    # softplus(z) - t z, without taking the difference of two large numbers: z says 1 or 0 by its
    # sign, and is charged as much as it is large for what t differs from that.
    xp = namespace(z, t)
    says = xp.astype(z > 0, z.dtype)
    size = xp.abs(z)
    return xp.sum(size * xp.abs(says - t) + softplus(-size), axis=-1)


negative_log_likelihood = Loss(
    "negative_log_likelihood", _minus_log_likelihood, lambda z, t: sigmoid(z) - t, "sigmoid"
)
"""Minus the sum over the outputs of t log(a) + (1 - t) log(1 - a), where a = sigmoid(z).

For outputs that are probabilities of a yes, independent of each other; t lies in [0, 1].
"""


def _cross_entropy(z: Array, t: Array) -> Array:
    xp = namespace(z, t)
    # A class without a share in t costs nothing, even if its log probability is -infinity.
    return -xp.sum(t * xp.where(t == 0, 0.0, log_softmax(z)), axis=-1)


cross_entropy = Loss("cross_entropy", _cross_entropy, lambda z, t: softmax(z) - t, "softmax")
"""Minus the sum over the outputs of t log(a), where a = softmax(z).

For outputs that are the probabilities of classes of which exactly one is right. The targets of an
example are not negative and add up to 1: usually one 1, among zeros ("one-hot").
"""

LOSSES = {loss.name: loss for loss in (squared_error, negative_log_likelihood, cross_entropy)}


def loss_named(name: str | Loss) -> Loss:
    """The loss of that name (a ValueError says which there are); a Loss is returned as it is."""
    return name if isinstance(name, Loss) else named("loss", name, LOSSES)
