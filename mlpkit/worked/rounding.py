"""Calculating as a person with a pencil does, who carries on with what was written down."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

import numpy as np

Carry = Callable[[str, np.ndarray], np.ndarray]
"""Takes the kind of a quantity and its values; returns the values that are carried on."""


class Rounding(NamedTuple):
    """How many decimals of each kind of quantity are written down and carried on.

    Attributes:
        net: net inputs.
        hidden: activations of hidden units.
        output: activations of output units.
        delta: error terms.
        step: what is added to a weight.
        weight: weights after the update.
    """

    net: int = 4
    hidden: int = 2
    output: int = 3
    delta: int = 3
    step: int = 4
    weight: int = 4


SLIDE = Rounding()
"""The rounding of a worked example in a lecture deck for CS 445/545."""


def carrier(rounding: Rounding | None) -> Carry:
    """What rounds each quantity; without a rounding, what leaves it as it is."""
    if rounding is None:
        return lambda kind, values: values
    return lambda kind, values: _rounded(values, getattr(rounding, kind))


def _rounded(values: np.ndarray, decimals: int) -> np.ndarray:
    """Half up, as at school, and of the number that is meant: 0.035 is not 0.035000000000000003."""
    unit = Decimal(1).scaleb(-decimals)
    flat = [
        float(Decimal(f"{value:.12f}").quantize(unit, ROUND_HALF_UP)) for value in np.ravel(values)
    ]
    return np.reshape(flat, np.shape(values))
