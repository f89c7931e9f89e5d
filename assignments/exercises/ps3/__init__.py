"""Assignment 3, learning: a step is v ← α v − η g and w ← w + v, and gradients point uphill.

``by_hand`` is besides: its numbers are each student's own, so no table of numbers can hold them.
"""

from assignments.exercises.ps3.decay import exercise as decayed_step
from assignments.exercises.ps3.early_stopping import exercise as early_stopping
from assignments.exercises.ps3.l1 import exercise as l1_step
from assignments.exercises.ps3.minibatches import exercise as batch_table
from assignments.exercises.ps3.momentum import exercise as momentum_step
from assignments.exercises.ps3.training import exercise as trained

__all__ = [
    "momentum_step",
    "decayed_step",
    "l1_step",
    "batch_table",
    "early_stopping",
    "trained",
]
