"""What large weights cost: a number added to the cost J, so that learning keeps weights small.

A penalty sees weights only, never biases: a bias moves a unit's boundary and makes nothing steeper.
So it is given the parameters times ``network.weight_mask``, and has the slope 0 where these are 0.
"""

from collections.abc import Callable
from typing import NamedTuple

from mlpkit.arrays import Array, namespace
from mlpkit.guards import check_strength


class Penalty(NamedTuple):
    """A penalty, of weights of any shape: a number of shape (), and its slope by each weight."""

    name: str
    function: Callable[[Array], Array]
    slope: Callable[[Array], Array]


def l2(strength: float) -> Penalty:
    """Half the strength times the sum of the squared weights: weight decay.

    Each step of gradient descent at rate r then shrinks every weight by the factor
    1 - r * strength, besides what it learns.
    """
    check_strength(strength)
    return Penalty("l2", lambda w: 0.5 * strength * namespace(w).sum(w * w), lambda w: strength * w)


def l1(strength: float) -> Penalty:
    """The strength times the sum of the weights' absolute values.

    It pulls equally hard at small weights as at large ones, so that many end at 0.
    """
    check_strength(strength)
    return Penalty(
        "l1",
        lambda w: strength * namespace(w).sum(namespace(w).abs(w)),
        lambda w: strength * namespace(w).sign(w),
    )
