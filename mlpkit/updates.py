"""What is done with a gradient.

Vectors are updated in place where their library allows it, and returned.
"""

from collections.abc import Callable
from typing import NamedTuple

from mlpkit.arrays import Array
from mlpkit.guards import check_same_shape
from mlpkit.losses import Loss


class Rule(NamedTuple):
    """What a training makes its steps by: a loss, the settings of ``momentum_step``, and a pull.

    The pull takes the parameters and returns the slope of a penalty there.
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
    """One step downhill that remembers the step before it. Returns new parameters and velocity.

    velocity = momentum * velocity - rate * gradient - decay * parameters, then
    parameters = parameters + velocity (Mitchell, Machine Learning, equation 4.18; with weight decay
    as in a lecture deck for CS 445/545). The velocity is the step itself; before the first it is
    zero. Without momentum and decay this is the plain gradient step.

    PyTorch's velocity, v = momentum * v + gradient, is ours divided by -rate: the steps are the
    same until the rate changes. To follow PyTorch then, multiply our velocity by new rate / old
    rate. Its weight_decay is in the gradient: decay = rate * weight_decay, biases included.

    The vectors have one shape. The rate is above 0. Momentum is the part of the last step that is
    kept, from 0 up to but not including 1. Decay is the part that is taken off each parameter, each
    from 0 to 1: ``strength * network.weight_mask`` spares the biases.
    """
    check_same_shape(parameters=parameters, velocity=velocity, gradient=gradient)
    velocity *= momentum
    velocity -= rate * gradient
    if decay is not None:
        velocity -= decay * parameters
    parameters += velocity
    return parameters, velocity
