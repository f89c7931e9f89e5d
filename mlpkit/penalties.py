"""What large weights cost: a number added to the cost J, so that learning keeps weights small.

A penalty sees weights only, never biases: a bias moves a unit's boundary and makes nothing steeper.
Whoever applies it to a network first multiplies the parameters by ``network.weight_mask``, which is
0 at biases; both penalties have the slope 0 there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from mlpkit.arrays import Array, namespace


class Penalty(NamedTuple):
    """A penalty and its derivative.

    Attributes:
        name: what it is called, for instance "l2".
        function: takes weights of any shape, returns a number, of shape ().
        slope: takes the same, returns the derivative by each weight, 0 where a weight is 0.
    """

    name: str
    function: Callable[[Array], Array]
    slope: Callable[[Array], Array]


def l2(strength: float) -> Penalty:
    """Half the strength times the sum of the squared weights: weight decay.

    Each step of gradient descent at rate r then shrinks every weight by the factor
    1 - r * strength, besides what it learns.
    """
    c = _not_negative(strength)
    return Penalty("l2", lambda w: 0.5 * c * namespace(w).sum(w * w), lambda w: c * w)


def l1(strength: float) -> Penalty:
    """The strength times the sum of the weights' absolute values.

    It pulls equally hard at small weights as at large ones, so that many end at 0.
    """
    c = _not_negative(strength)
    return Penalty(
        "l1",
        lambda w: c * namespace(w).sum(namespace(w).abs(w)),
        lambda w: c * namespace(w).sign(w),
    )


def _not_negative(strength: float) -> float:
    if not 0 <= strength < float("inf"):
        raise ValueError(f"the strength of a penalty is {strength}; expected 0 or more.")
    return strength
