"""An experiment: points, a network that learns from them, and all that can be done to both."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from mlpkit.network import Network
from mlpkit.widgets.playground.points import DRAWN_CLASSES, PLANE, Points
from mlpkit.widgets.playground.settings import CHOICES, Settings
from mlpkit.widgets.playground.state import State, begin, find_losses
from mlpkit.widgets.playground.steps import gradient_of, next_batches, take_steps

STEPS = ("example", "batch", "epoch")
MOST_UNDO = 50
MOST_VALUE = 1e6  # of a weight that is set by hand


class Experiment:
    """What the playground does, without a page.

    Each method either does what it says, or raises a ValueError and changes nothing.
    """

    def __init__(self, settings: Settings, own: Points | None = None) -> None:
        self._past: list[State] = []
        self._in_play = False
        self.now = begin(settings, own)
        find_losses(self.now)

    @property
    def network(self) -> Network:
        """The network that learns; not a copy."""
        return self.now.training.last

    @property
    def problem(self) -> str:
        """Why it cannot go on, and what can be done; empty if it can."""
        now = self.now
        if not len(now.learned.x):
            return "There are no points to learn from. Draw some, or choose other data."
        finite = np.isfinite(self.network.parameters).all() and math.isfinite(now.losses[0])
        if finite and (math.isfinite(now.losses[1]) or not len(now.tested.x)):
            return ""
        return (
            f"It diverged: in epoch {now.training.epochs + (now.seen > 0)} the numbers have become "
            "too large. Undo or reset, then choose a smaller learning rate, less momentum or a "
            "smaller penalty rate."
        )

    @property
    def can_undo(self) -> bool:
        """Whether there is a state to go back to."""
        return bool(self._past)

    def step(self, what: Any) -> None:
        """Learns from the next example, the next batch or the rest of the epoch.

        While there is a problem, nothing happens.
        """
        if not isinstance(what, str) or what not in STEPS:
            raise ValueError(f"a step is {what!r:.60}. Expected one of: {', '.join(STEPS)}.")
        if self.problem:
            return
        self._remember()
        take_steps(self.now, next_batches(self.now, what))
        find_losses(self.now)

    def play(self, until: int | None = None) -> None:
        """Learns some epochs, as many as the settings say or until there have been so many.

        Many times in a row are undone at once. While there is a problem, nothing happens.
        """
        if self.problem:
            return
        if not self._in_play:
            self._remember()
            self._in_play = True
        training = self.now.training
        until = training.epochs + self.now.settings.epochs_per_frame if until is None else until
        while training.epochs < until:
            take_steps(self.now, next_batches(self.now, "epoch"))
        find_losses(self.now)

    def pause(self) -> None:
        """Ends a run of play: what is played from now on is undone by itself."""
        self._in_play = False

    def set(self, name: Any, value: Any) -> None:
        """Changes a setting; most of them begin anew with a network of the same seed."""
        settings = self.now.settings.changed(name, value)
        if settings == self.now.settings:
            return
        if CHOICES[name].keeps_network:
            self._change(replace(self.now.copied(), settings=settings))
        else:
            keeps_points = name not in ("data", "noise", "train_part", "data_seed")
            points = self.now.points if keeps_points else None
            self._change(begin(settings, self.now.own, points))

    def restore(self, text: Any) -> None:
        """Begins anew with the settings of a text."""
        self._change(begin(Settings.from_text(text), self.now.own))

    def reset(self, new: Any = False) -> None:
        """Begins anew with the same initial weights, or with new ones."""
        settings = self.now.settings
        if new:
            settings = settings.changed("seed", settings.seed + 1)
        self._change(begin(settings, self.now.own, self.now.points))

    def regenerate(self) -> None:
        """Begins anew with other points of the same kind."""
        self.set("data_seed", self.now.settings.data_seed + 1)

    def edit(self, place: Any, value: Any) -> None:
        """Sets a weight, (layer, to, from), or a bias, (layer, unit); the first layer is 1."""
        value = _number("value", value, MOST_VALUE)
        new = replace(self.now.copied(), gradient=None, example=None)
        array, index = _parameter(new.training.last, place)
        array[index] = value
        self._change(new)

    def add(self, x: Any, label: Any) -> None:
        """Adds a point of a class; of heights, class 0 is the lowest and class 1 the highest."""
        place = _place(x)
        points = self.now.points
        most = DRAWN_CLASSES if points.classes else 2
        if type(label) is not int or not 0 <= label < most:
            raise ValueError(f"the class is {label!r:.60}; expected a whole number below {most}.")
        self._draw(points.with_point(place, label, self.now.settings.train_part))

    def erase(self, x: Any) -> None:
        """Removes the nearest point."""
        points = self.now.points
        nearest = points.nearest(_place(x))
        self._draw(points.without(np.arange(len(points.x)) != nearest))

    def clear(self) -> None:
        """Removes all points."""
        self._draw(self.now.points.without(np.zeros(len(self.now.points.x), bool)))

    def undo(self) -> None:
        """Goes back to before the last change."""
        if not self._past:
            raise ValueError("there is nothing to undo.")
        self.now, self._in_play = self._past.pop(), False

    def go_back_to(self, epochs: int) -> None:
        """Undoes until so many epochs were learned, or begins anew if that cannot be undone."""
        past = [state.training.epochs for state in self._past]
        if epochs and epochs in past:
            while self.now.training.epochs != epochs:
                self.undo()
        else:
            self.reset()

    def gradient(self) -> np.ndarray:
        """The gradient to show, laid out like the parameters: see ``State.gradient``.

        Where there is none yet, it is that of the batch whose turn it is.
        """
        now = self.now
        if not len(now.learned.x):
            return np.zeros_like(self.network.parameters)
        if now.gradient is None:
            now.gradient = gradient_of(now, next_batches(now, "batch")[0])
        return now.gradient

    def _draw(self, points: Points) -> None:
        """Goes on with other points: with the same network, if it has outputs for them."""
        old = self.now
        new = begin(replace(old.settings, data="own"), points, points)
        same = new.training.last.activations == old.training.last.activations
        if same and new.training.last.sizes == old.training.last.sizes:
            kept = old.copied()
            new = replace(new, training=kept.training, history=kept.history)
        self._change(new)

    def _remember(self) -> None:
        self._past = [*self._past[1 - MOST_UNDO :], self.now]
        self.now, self._in_play = self.now.copied(), False

    def _change(self, new: State) -> None:
        self._past = [*self._past[1 - MOST_UNDO :], self.now]
        self.now, self._in_play = new, False
        find_losses(self.now)


def _number(name: str, value: Any, most: float) -> float:
    fits = isinstance(value, int | float) and not isinstance(value, bool)
    if not fits or not -most <= value <= most:
        raise ValueError(f"{name} is {value!r:.60}; expected a number within {most:g} of 0.")
    return float(value)


def _place(x: Any) -> np.ndarray:
    if not isinstance(x, list | tuple) or len(x) != 2:
        raise ValueError(f"the place is {x!r:.60}; expected two numbers, [x1, x2].")
    return np.array([_number("a coordinate", value, PLANE) for value in x])


def _parameter(network: Network, place: Any) -> tuple[np.ndarray, tuple[int, ...]]:
    """The array that holds a weight or a bias, and where in it."""
    if isinstance(place, list | tuple) and len(place) in (2, 3):
        layers = dict(enumerate(network.layers, start=1))
        if all(type(n) is int for n in place) and place[0] in layers:
            layer, index = layers[place[0]], tuple(place[1:])
            array = layer.W if len(index) == 2 else layer.b
            if all(0 <= n < size for n, size in zip(index, array.shape, strict=True)):
                return array, index
    raise ValueError(
        f"there is no parameter at {place!r:.60}. Expected [layer, to, from] of a weight or "
        f"[layer, unit] of a bias; the layers from 1 have these units: {network.sizes[1:]}."
    )
