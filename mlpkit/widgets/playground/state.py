"""An experiment as it stands, and as it begins."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from mlpkit.initial import random_network
from mlpkit.losses import Loss, cross_entropy, negative_log_likelihood, squared_error
from mlpkit.network import Network, forward
from mlpkit.training import Training
from mlpkit.widgets.playground.features import features_of
from mlpkit.widgets.playground.history import History
from mlpkit.widgets.playground.points import Points, points_for
from mlpkit.widgets.playground.settings import Settings

LOSSES = {"sigmoid": negative_log_likelihood, "softmax": cross_entropy}


class Examples:
    """The points of one part, as the network gets them.

    Attributes:
        places: where each stands among all points, shape (examples,).
        x, t: features and targets, shape (examples, features) and (examples, outputs).
    """

    def __init__(self, points: Points, settings: Settings, test: bool) -> None:
        self.places = np.flatnonzero(points.test == test)
        self.x = features_of(points.x[self.places], settings.features)
        self.t = points.targets(settings.output)[self.places]


@dataclass
class State:
    """An experiment as it stands.

    Attributes:
        settings, points: what was asked for, and what came of it.
        own: the reader's own points, or None.
        learned, tested: the points of either part.
        training: the network, its last step, and how many epochs it has learned.
        seen: how many examples of the epoch that has begun have been learned from.
        gradient: of the last batch that was learned from, before its step; None if the network was
            changed since by other means.
        example: the place of the example that was learned from last, if it was a single one.
        losses: of training and test part, NaN where there is nothing to be judged.
        history: the losses so far.
    """

    settings: Settings
    points: Points
    own: Points | None
    learned: Examples
    tested: Examples
    training: Training
    seen: int = 0
    gradient: np.ndarray | None = None
    example: int | None = None
    losses: tuple[float, float] = (math.nan, math.nan)
    history: History = field(default_factory=History)

    @property
    def epoch(self) -> float:
        """How often all examples have been learned from, with a fraction for a part of them."""
        return self.training.epochs + self.seen / max(1, len(self.learned.x))

    @property
    def loss(self) -> Loss:
        """What the network learns to make small; the output decides."""
        return LOSSES.get(self.settings.output, squared_error)

    def copied(self) -> State:
        """The same, sharing nothing that will be written to."""
        return replace(self, training=copy.deepcopy(self.training), history=self.history.copy())


def begin(settings: Settings, own: Points | None, points: Points | None = None) -> State:
    """The state before learning; its losses are to be found yet.

    Args:
        points: the points that the settings stand for, if they are there already.

    Raises:
        ValueError: the settings ask for the reader's own points, and there are none.
    """
    points = points_for(settings, own) if points is None else points
    settings = settings.fitting(points.classes)
    learned, tested = Examples(points, settings, False), Examples(points, settings, True)
    sizes = (len(settings.features), *settings.hidden, learned.t.shape[1])
    network = _initial(settings, sizes)
    velocity = np.zeros_like(network.parameters)
    training = Training(network, velocity, settings.seed)
    return State(settings, points, own, learned, tested, training)


def _initial(settings: Settings, sizes: Sequence[int]) -> Network:
    activations = [settings.activation] * len(settings.hidden) + [settings.output]
    if settings.initial in ("uniform", "glorot", "he"):
        return random_network(sizes, activations, settings.initial, seed=settings.seed)
    network = Network(sizes, activations)
    if settings.initial == "playground":
        generator = np.random.default_rng(settings.seed)
        for W, b, _ in network.layers:
            W[:], b[:] = generator.uniform(-0.5, 0.5, W.shape), 0.1
    return network


def find_losses(state: State) -> None:
    """Finds the losses, and notes them."""
    parts = (state.learned, state.tested)
    state.losses = tuple(_judged(state, part) for part in parts)  # type: ignore[assignment]
    state.history.add(
        state.epoch, *(loss if math.isfinite(loss) else math.nan for loss in state.losses)
    )


def _judged(state: State, part: Examples) -> float:
    if not len(part.x):
        return math.nan
    loss = state.loss
    with np.errstate(all="ignore"):
        trace = forward(state.training.last, part.x)
        return float(loss.function(trace.judged(loss), part.t).mean())
