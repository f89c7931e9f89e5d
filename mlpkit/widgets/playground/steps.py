"""The steps that an experiment learns by: those of ``mlpkit.training``, taken one at a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlpkit.network import back_propagate, forward, gradients
from mlpkit.penalties import l1, l2
from mlpkit.training import batches_of, learn, rule_for
from mlpkit.updates import Rule
from mlpkit.widgets.playground.state import State

PENALTIES = {"l1": l1, "l2": l2}


def next_batches(state: State, what: str) -> list[Any]:
    """The rows that the next steps learn from: the same as in ``mlpkit.training.train``.

    Args:
        what: "example" or "batch" for the next one alone, "epoch" for what is left of the epoch.
    """
    x, seed, epoch = state.learned.x, state.training.seed, state.training.epochs
    size, seen = state.settings.batch_size, state.seen
    if what != "example" and seen % size == 0:
        batches = batches_of(x, size, seed, epoch)[seen // size :]
    else:
        # A single example came before, or the size was changed: what is left is parted anew.
        order = [rows.start or 0 for rows in batches_of(x, 1, seed, epoch)]
        size = 1 if what == "example" else size
        batches = [np.array(order[i : i + size]) for i in range(seen, len(order), size)]
    return batches if what == "epoch" else batches[:1]


def take_steps(state: State, batches: list[Any]) -> None:
    """Learns from some batches, and keeps the gradient of the last."""
    training, examples, rule = state.training, state.learned, _rule(state)
    learn(training, examples.x, examples.t, batches[:-1], rule)
    state.gradient = gradient_of(state, batches[-1])
    learn(training, examples.x, examples.t, batches[-1:], rule)
    places = [examples.places[rows] for rows in batches]
    state.example = int(places[0][0]) if len(places) == len(places[0]) == 1 else None
    state.seen += sum(map(len, places))
    if state.seen >= len(examples.x):
        state.seen, training.epochs = 0, training.epochs + 1


def gradient_of(state: State, rows: Any) -> np.ndarray:
    """The gradient of a batch, without the penalty; laid out like the parameters."""
    network, examples = state.training.last, state.learned
    with np.errstate(all="ignore"):
        trace = forward(network, examples.x[rows])
        terms = back_propagate(network, trace, examples.t[rows], state.loss)
        return gradients(trace, terms)


def _rule(state: State) -> Rule:
    settings = state.settings
    penalty = PENALTIES.get(settings.penalty) if settings.penalty_rate else None
    return rule_for(
        state.training.last, state.loss, settings.rate, settings.momentum,
        penalty=penalty and penalty(settings.penalty_rate),
    )  # fmt: skip
