"""Assignment 2, back-propagation: Mitchell's error terms −∂E/∂net, and then derivatives ∂J/∂z.

``by_hand`` is besides: its numbers are each student's own, so no table of numbers can hold them.
"""

from assignments.exercises.ps2.checker import exercise as numerical_slopes
from assignments.exercises.ps2.deltas import exercise as deltas
from assignments.exercises.ps2.hidden_layer import exercise as hidden_error_terms
from assignments.exercises.ps2.output_layer import exercise as output_error_term
from assignments.exercises.ps2.three_layers import exercise as gradients
from assignments.exercises.ps2.training import exercise as training_step

__all__ = [
    "output_error_term",
    "hidden_error_terms",
    "deltas",
    "training_step",
    "numerical_slopes",
    "gradients",
]
