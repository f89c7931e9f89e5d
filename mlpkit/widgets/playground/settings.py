"""Everything that a reader can set, what it may be, and a short text that holds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

import numpy as np

from mlpkit.datasets.plane import PLAYGROUND
from mlpkit.widgets.playground.features import FEATURES

DATA = (*PLAYGROUND, "three classes", "own")
MOST_LAYERS, MOST_UNITS = 6, 8
OUTPUTS = {"regression": ("identity",), "two": ("tanh", "sigmoid", "softmax"), "more": ("softmax",)}

PARTS = (
    "data", "features", "layers", "learning", "steps", "curves", "norms", "drawing", "state",
    "export",
)  # fmt: skip
"""The parts of the page that can be hidden for a lesson."""


TEXTS = {
    "own": "your own",
    "x1": "x\N{SUBSCRIPT ONE}",
    "x2": "x\N{SUBSCRIPT TWO}",
    "x1^2": "x\N{SUBSCRIPT ONE}\N{SUPERSCRIPT TWO}",
    "x2^2": "x\N{SUBSCRIPT TWO}\N{SUPERSCRIPT TWO}",
    "x1*x2": "x\N{SUBSCRIPT ONE}x\N{SUBSCRIPT TWO}",
    "sin(x1)": "sin x\N{SUBSCRIPT ONE}",
    "sin(x2)": "sin x\N{SUBSCRIPT TWO}",
    "relu": "ReLU",
    "identity": "linear",
    "l1": "L1",
    "l2": "L2",
    "playground": "within \N{PLUS-MINUS SIGN}0.5",
    "uniform": "within \N{PLUS-MINUS SIGN}0.05",
    "glorot": "Glorot",
    "he": "He",
}
"""What stands on the page for a value, if not the value itself."""


class Choice(NamedTuple):
    """What a setting may be.

    Attributes:
        label: what stands beside it on the page.
        kind: "choice" and "slider" are one of the values, "subset" is some of them, "layers" is
            the units of each hidden layer, and "seed" a whole number from 0 on.
        values: what there is to choose from, in the order to show.
        keeps_network: whether the network goes on as it is when the setting changes.
        unit: what follows each value on the page.
    """

    label: str
    kind: str
    values: tuple[Any, ...] = ()
    keeps_network: bool = False
    unit: str = ""

    def read(self, name: str, value: Any) -> Any:
        """A value from the page or a reader, as it is kept.

        Raises:
            ValueError: it is none that the setting can have; the message names those.
        """
        if self.kind in ("choice", "slider"):
            for known in self.values:
                if not isinstance(value, bool) and np.isscalar(value) and value == known:
                    return known
        elif self.kind == "seed":
            if type(value) is int and 0 <= value < 2**31:
                return value
        elif isinstance(value, list | tuple):
            read = self._read_several(value)
            if read is not None:
                return read
        raise ValueError(f"{name} is {value!r:.60}. {self.known}")

    def _read_several(self, value: list[Any] | tuple[Any, ...]) -> tuple[Any, ...] | None:
        if self.kind == "layers":
            units = all(type(n) is int and n in self.values for n in value)
            return tuple(value) if units and len(value) <= MOST_LAYERS else None
        known = all(isinstance(each, str) and each in self.values for each in value)
        return tuple(each for each in self.values if each in value) if known and value else None

    def for_the_page(self, values: Sequence[Any]) -> dict[str, Any]:
        """What the page needs to show it; ``values`` are those that fit now."""
        texts = [shown_text(value) + self.unit for value in values]
        shown = {"label": self.label, "kind": self.kind, "values": list(values), "texts": texts}
        return {**shown, "most": MOST_LAYERS} if self.kind == "layers" else shown

    @property
    def known(self) -> str:
        """What the setting may be, in a sentence."""
        if self.kind == "seed":
            return "Expected a whole number from 0 on."
        if self.kind == "layers":
            return (
                f"Expected up to {MOST_LAYERS} whole numbers from 1 to {MOST_UNITS}: "
                "the units of each hidden layer, for instance (4, 2)."
            )
        names = ", ".join(map(as_text, self.values))
        return f"Expected {'some' if self.kind == 'subset' else 'one'} of: {names}."


CHOICES: dict[str, Choice] = {
    "data": Choice("Data", "choice", DATA),
    "noise": Choice("Noise", "slider", tuple(range(0, 51, 5)), unit=" %"),
    "train_part": Choice("Training part", "slider", tuple(range(10, 91, 10)), unit=" %"),
    "data_seed": Choice("Seed of the data", "seed"),
    "features": Choice("Features", "subset", tuple(FEATURES)),
    "hidden": Choice("Hidden layers", "layers", tuple(range(1, MOST_UNITS + 1))),
    "activation": Choice("Activation", "choice", ("tanh", "relu", "sigmoid", "identity")),
    "output": Choice("Output", "choice", ("tanh", "sigmoid", "softmax", "identity")),
    "temperature": Choice("Temperature", "choice", (0.1, 0.2, 0.5, 1, 2, 5, 10), True),
    "rate": Choice(
        "Learning rate",
        "choice",
        (0.00001, 0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10),
        True,
    ),
    "momentum": Choice("Momentum", "choice", (0, 0.5, 0.9, 0.99), True),
    "penalty": Choice("Penalty", "choice", ("none", "l1", "l2"), True),
    "penalty_rate": Choice(
        "Penalty rate", "choice", (0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10), True
    ),
    "batch_size": Choice("Batch size", "slider", tuple(range(1, 31)), True),
    "epochs_per_frame": Choice("Epochs per frame", "choice", (1, 2, 5, 10, 20), True),
    "initial": Choice(
        "Initial weights", "choice", ("playground", "uniform", "glorot", "he", "zero")
    ),
    "seed": Choice("Seed of the weights", "seed"),
}  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """What a reader has set. The defaults are those of TensorFlow's playground, where it has them.

    Attributes:
        data, noise, train_part, data_seed: the points: their kind, noise and training part in
            percent, and what they are drawn from.
        features: what the network is shown of a point.
        hidden: the units of each hidden layer.
        activation, output: what the hidden units and the output units do; ``output`` also decides
            the loss.
        temperature: of softmax, in the picture alone; learning uses 1.
        rate, momentum, penalty, penalty_rate, batch_size: as for ``mlpkit.training.train``.
        epochs_per_frame: how many epochs are learned between two pictures while it plays.
        initial, seed: the initial weights; the seed also orders the examples.
    """

    data: str = "circle"
    noise: int = 0
    train_part: int = 50
    data_seed: int = 0
    features: tuple[str, ...] = ("x1", "x2")
    hidden: tuple[int, ...] = (4, 2)
    activation: str = "tanh"
    output: str = "tanh"
    temperature: float = 1
    rate: float = 0.03
    momentum: float = 0
    penalty: str = "none"
    penalty_rate: float = 0
    batch_size: int = 10
    epochs_per_frame: int = 1
    initial: str = "playground"
    seed: int = 0

    def changed(self, name: Any, value: Any) -> Settings:
        """Settings with another value of one of them.

        Raises:
            ValueError: there is no such setting, or it cannot have the value.
        """
        if not isinstance(name, str) or name not in CHOICES:
            known = ", ".join(CHOICES)
            raise ValueError(f"there is no setting {name!r:.60}. The known ones are: {known}.")
        return replace(self, **{name: CHOICES[name].read(name, value)})

    def fitting(self, classes: int) -> Settings:
        """With an output that fits data of so many classes, or of heights (0 classes)."""
        fits = outputs_for(classes)
        return self if self.output in fits else replace(self, output=fits[0])

    def to_text(self) -> str:
        """What differs from the defaults: ``data=spiral hidden=8,8 rate=0.1``."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return " ".join(
            f"{name}={_as_word(value)}"
            for name, value in values.items()
            if value != getattr(DEFAULTS, name)
        )

    @staticmethod
    def from_text(text: Any) -> Settings:
        """The settings that ``to_text`` wrote.

        Raises:
            ValueError: the text holds something else; the message says what.
        """
        if not isinstance(text, str):
            raise ValueError(
                f"the state is {text!r:.60}; expected a text, for instance 'rate=0.1'."
            )
        settings = DEFAULTS
        for word in text.split():
            name, equals, value = word.partition("=")
            if not equals:
                raise ValueError(
                    f"the state holds {word!r:.60}; expected words like rate=0.1, parted by spaces."
                )
            settings = settings.changed(name, _from_word(name, value))
        return settings


DEFAULTS = Settings()


def outputs_for(classes: int) -> tuple[str, ...]:
    """The outputs that fit data of so many classes, the default one first."""
    return OUTPUTS["regression" if classes == 0 else "two" if classes == 2 else "more"]


def as_text(value: Any) -> str:
    """A value as it is written; numbers without needless digits."""
    return value if isinstance(value, str) else f"{value:g}"


def shown_text(value: Any) -> str:
    """A value as it stands on the page."""
    return (
        TEXTS.get(value, value)
        if isinstance(value, str)
        else f"{value:.6f}".rstrip("0").rstrip(".")
    )


def _as_word(value: Any) -> str:
    if type(value) is int:
        return str(value)
    return (
        ",".join(map(str, value)) if isinstance(value, tuple) else as_text(value).replace(" ", "_")
    )


def _from_word(name: str, word: str) -> Any:
    """A value from its text; what cannot be read stays a text, which the check will refuse."""
    choice = CHOICES.get(name, Choice("", "choice"))
    if choice.kind == "subset":
        return word.split(",")
    try:
        if choice.kind == "layers":
            return [int(n) for n in word.split(",") if n]
        if choice.kind == "seed":
            return int(word)
        return word.replace("_", " ") if isinstance(choice.values[0], str) else float(word)
    except (ValueError, IndexError):
        return word
