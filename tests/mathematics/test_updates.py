"""The update: momentum and weight decay by the numbers, and in every library."""

from __future__ import annotations

import numpy as np
import pytest

from mlpkit.arrays import to_device
from mlpkit.updates import gradient_step, momentum_step


def numbers(array):
    return to_device(array, "cpu").tolist()


def test_a_gradient_step_goes_downhill(xp):
    after = gradient_step(xp.asarray([1.0, -2.0]), xp.asarray([0.5, 0.25]), rate=0.2)
    assert numbers(after) == pytest.approx([0.9, -2.05], rel=1e-15)


def test_momentum_keeps_a_part_of_the_last_step(xp):
    parameters, velocity = xp.asarray([1.0, 1.0]), xp.asarray([0.0, 0.0])
    for gradient in ([1.0, 0.0], [1.0, 2.0], [0.0, 0.0]):
        parameters, velocity = momentum_step(
            parameters, velocity, xp.asarray(gradient), rate=0.1, momentum=0.5
        )
    # The steps are -.1, -.05 - .1, -.075; and 0, -.2, -.1.
    assert numbers(velocity) == pytest.approx([-0.075, -0.1], rel=1e-14)
    assert numbers(parameters) == pytest.approx([0.675, 0.7], rel=1e-14)


def test_decay_takes_a_part_of_the_weight_before_the_step(xp):
    after, velocity = momentum_step(
        xp.asarray([2.0, 2.0]), xp.asarray([0.5, 0.5]), xp.asarray([1.0, 1.0]),
        rate=0.1, momentum=0.5, decay=xp.asarray([0.25, 0.0]),
    )  # fmt: skip
    # .5 * .5 - .1 * 1 - .25 * 2, and without the last term.
    assert numbers(velocity) == pytest.approx([-0.35, 0.15], rel=1e-14)
    assert numbers(after) == pytest.approx([1.65, 2.15], rel=1e-14)


def test_without_momentum_it_is_the_gradient_step():
    gradient = np.array([0.3, -0.7])
    plain = gradient_step(np.array([1.0, 2.0]), gradient, rate=0.4)
    after, _ = momentum_step(np.array([1.0, 2.0]), np.zeros(2), gradient, rate=0.4)
    assert (after == plain).all()
    assert gradient.tolist() == [0.3, -0.7]
    after, velocity = momentum_step(np.array([1.0, 2.0]), np.ones(2), gradient, rate=0.4)
    assert (after == plain).all()
    assert velocity == pytest.approx(-0.4 * gradient)


def test_numpy_arrays_are_updated_in_place():
    parameters, velocity = np.ones(2), np.zeros(2)
    after = momentum_step(parameters, velocity, np.ones(2), rate=0.5, momentum=0.9)
    assert after[0] is parameters and after[1] is velocity
    assert gradient_step(parameters, np.ones(2), rate=0.5) is parameters
    assert parameters.tolist() == [0.0, 0.0]
    assert velocity.tolist() == [-0.5, -0.5]


def test_vectors_of_several_shapes_are_named():
    with pytest.raises(ValueError, match=r"velocity and gradient have one.*\(3,\), \(3,\), \(2,\)"):
        momentum_step(np.zeros(3), np.zeros(3), np.zeros(2), rate=1.0)
    with pytest.raises(ValueError, match=r"parameters and gradient have one shape.*\(3,\), \(1,\)"):
        gradient_step(np.zeros(3), np.zeros(1), rate=1.0)
