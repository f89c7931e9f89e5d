"""Things to move and to answer, in a notebook. They show the mathematics and never the reverse."""

from mlpkit.widgets.controls import choice, number, slider
from mlpkit.widgets.explorer import explore
from mlpkit.widgets.lens import lens
from mlpkit.widgets.playground import Challenge, Playground, side_by_side
from mlpkit.widgets.question import question
from mlpkit.widgets.stepper import Stepper

__all__ = [
    "Challenge",
    "Playground",
    "Stepper",
    "choice",
    "explore",
    "lens",
    "number",
    "question",
    "side_by_side",
    "slider",
]
