"""Things to move and to answer, in a notebook. They show the mathematics and never the reverse."""

from mlpkit.widgets.question import question
from mlpkit.widgets.stepper import Stepper

__all__ = ["Stepper", "question"]
