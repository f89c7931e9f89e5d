"""Assignment 2, back-propagation, in Mitchell's notation: o, h, t, and error terms −∂E/∂net."""

from assignments.exercises.ps2.hidden_layer import exercise as hidden_error_terms
from assignments.exercises.ps2.momentum import exercise as momentum_update
from assignments.exercises.ps2.output_layer import exercise as output_error_term
from assignments.exercises.ps2.training import exercise as training_step

__all__ = ["output_error_term", "hidden_error_terms", "momentum_update", "training_step"]
