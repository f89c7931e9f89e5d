"""What is done with a gradient.

Parameters, gradient and velocity are flat vectors of one layout, so that an update is a few
operations on whole vectors, at any depth. They are updated in place where their library allows it,
and returned.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from mlpkit.arrays import Array
from mlpkit.guards import check_same_shape
from mlpkit.losses import Loss


class Rule(NamedTuple):
    """What a training makes its steps by.

    Attributes:
        loss, rate, momentum, decay: as for ``deltas`` and ``momentum_step``.
        pull: takes the parameters, returns the slope of a penalty there; None without one.
    """

    loss: Loss
    rate: float
    momentum: float
    decay: Array | None = None
    pull: Callable[[Array], Array] | None = None


def gradient_step(parameters: Array, gradient: Array, *, rate: float) -> Array:
    """One step downhill: parameters = parameters - rate * gradient. Returns the new parameters."""
    check_same_shape(parameters=parameters, gradient=gradient)
    parameters -= rate * gradient
    return parameters


def momentum_step(
    parameters: Array,
    velocity: Array,
    gradient: Array,
    *,
    rate: float,
    momentum: float = 0.0,
    decay: Array | None = None,
) -> tuple[Array, Array]:
    """One step downhill that remembers the step before it.

    velocity = momentum * velocity - rate * gradient - decay * parameters, then
    parameters = parameters + velocity (Mitchell, Machine Learning, equation 4.18; with weight decay
    as in a lecture deck for CS 445/545). The velocity is the step itself, with the learning rate
    already in it; before the first step it is zero. Without momentum and decay this is the plain
    gradient step.

    PyTorch's SGD keeps another velocity, v = momentum * v + gradient, and then takes
    rate * v off the parameters. Ours is -rate times that one, and the steps are the same as long as
    the rate stays the same. When the rate changes, PyTorch's whole step scales with it at once, and
    ours only its new part; to follow PyTorch, multiply the velocity by new rate / old rate. Its
    weight_decay is in the gradient: decay = rate * weight_decay, for weights and biases alike.

    Args:
        parameters, velocity, gradient: of one shape.
        rate: the learning rate, above 0.
        momentum: how much of the last step is kept, from 0 up to but not including 1.
        decay: how much is taken off each parameter, as a part of it, each from 0 to 1;
            ``strength * network.weight_mask`` spares the biases. None for no decay.

    Returns:
        The new parameters and the new velocity.
    """
    check_same_shape(parameters=parameters, velocity=velocity, gradient=gradient)
    velocity *= momentum
    velocity -= rate * gradient
    if decay is not None:
        velocity -= decay * parameters
    parameters += velocity
    return parameters, velocity
