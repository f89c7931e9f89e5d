"""What is done with a gradient.

Parameters, gradient and velocity are flat vectors of one layout, so that an update is a few
operations on whole vectors, at any depth. They are updated in place where their library allows it,
and returned.
"""

from __future__ import annotations

from mlpkit.arrays import Array


def momentum_step(
    parameters: Array, velocity: Array, gradient: Array, *, rate: float, momentum: float = 0.0
) -> tuple[Array, Array]:
    """One step downhill that remembers the step before it.

    velocity = momentum * velocity - rate * gradient, then parameters = parameters + velocity
    (Mitchell, Machine Learning, equation 4.18). The velocity is the step itself, with the learning
    rate already in it; before the first step it is zero. Without momentum this is the plain
    gradient step.

    Args:
        parameters: shape (n,).
        velocity: the last step, shape (n,).
        gradient: derivative of the cost by the parameters, shape (n,).
        rate: the learning rate, above 0.
        momentum: how much of the last step is kept, from 0 up to but not including 1.

    Returns:
        The new parameters and the new velocity, each of shape (n,).

    Raises:
        ValueError: the three vectors are not of one shape.
    """
    if not parameters.shape == velocity.shape == gradient.shape:
        raise ValueError(
            "parameters, velocity and gradient have one shape; got "
            f"{tuple(parameters.shape)}, {tuple(velocity.shape)} and {tuple(gradient.shape)}."
        )
    velocity *= momentum
    velocity -= rate * gradient
    parameters += velocity
    return parameters, velocity
