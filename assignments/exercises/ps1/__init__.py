"""Assignment 1, the forward pass, in mlpkit's notation: net inputs z, activations a, W[to, from].

``by_hand`` is besides: its numbers are each student's own, so no table of numbers can hold them.
"""

from assignments.exercises.ps1.layer import exercise as layer
from assignments.exercises.ps1.multiply_adds import exercise as multiply_adds
from assignments.exercises.ps1.network import exercise as network
from assignments.exercises.ps1.sigmoid import exercise as sigmoid_and_slope
from assignments.exercises.ps1.tanh import exercise as tanh_from_sigmoid
from assignments.exercises.ps1.unit import exercise as unit
from assignments.exercises.ps1.xor import exercise as xor_answers

__all__ = [
    "sigmoid_and_slope",
    "tanh_from_sigmoid",
    "unit",
    "layer",
    "network",
    "xor_answers",
    "multiply_adds",
]
