"""A task for a lesson: a test loss to be reached, with no more than so much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mlpkit.datasets.dataset import real, whole
from mlpkit.widgets.playground.experiment import Experiment


@dataclass(frozen=True)
class Challenge:
    """A test loss to be reached.

    Attributes:
        test_loss: the loss of the test part has to be below it; above 0.
        units: how many hidden units there may be; None for any number.
        epochs: within how many epochs; None for any number.

    Raises:
        ValueError: a number is none of these.
    """

    test_loss: float
    units: int | None = None
    epochs: int | None = None

    def __post_init__(self) -> None:
        real("test_loss", self.test_loss, 1e-12, 1e6)
        if self.units is not None:
            whole("units", self.units, 0)
        if self.epochs is not None:
            whole("epochs", self.epochs, 1)

    @property
    def text(self) -> str:
        """The task in a sentence."""
        limits = [
            f"at most {_counted(self.units, 'hidden unit')}" if self.units is not None else ""
        ]
        limits += [f"at most {_counted(self.epochs, 'epoch')}" if self.epochs is not None else ""]
        within = " and ".join(filter(None, limits))
        return f"Reach a test loss below {self.test_loss:g}{within and f' with {within}'}."

    def judge(self, experiment: Experiment) -> dict[str, Any]:
        """Whether it is reached, and a sentence about it."""
        loss, units, epoch = experiment.now.losses[1], _units(experiment), experiment.now.epoch
        wrong = []
        if not loss < self.test_loss:
            wrong.append(f"the test loss is {loss:.3g}")
        if self.units is not None and units > self.units:
            wrong.append(f"there are {_counted(units, 'hidden unit')}")
        if self.epochs is not None and epoch > self.epochs:
            wrong.append(f"it is epoch {epoch:g}")
        if wrong:
            return {"reached": False, "text": f"Not yet: {' and '.join(wrong)}."}
        return {
            "reached": True,
            "text": f"Reached: a test loss of {loss:.3g} with {_counted(units, 'hidden unit')} "
            f"in {_counted(epoch, 'epoch')}.",
        }


def _units(experiment: Experiment) -> int:
    return sum(experiment.now.settings.hidden)


def _counted(count: float, noun: str) -> str:
    return f"{count:g} {noun}{'s' * (count != 1)}"
