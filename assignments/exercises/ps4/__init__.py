"""Assignment 4, softmax and depth, in mlpkit's notation: scores z, probabilities a, W[to, from].

``by_hand`` is besides: its numbers are each student's own, so no table of numbers can hold them.
"""

from assignments.exercises.ps4.gradient_norms import exercise as gradient_norms
from assignments.exercises.ps4.graph import exercise as graph_results
from assignments.exercises.ps4.initial_scales import exercise as initial_scales
from assignments.exercises.ps4.log_softmax import exercise as log_softmax_and_cost
from assignments.exercises.ps4.output_layer import exercise as output_layer
from assignments.exercises.ps4.softmax import exercise as softmax

__all__ = [
    "softmax",
    "log_softmax_and_cost",
    "output_layer",
    "initial_scales",
    "gradient_norms",
    "graph_results",
]
