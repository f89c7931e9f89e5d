"""Learning: many steps downhill, in the order and number that you ask for.

``train`` takes one step for each batch of examples: forward, error terms, gradient, update. With
one example a batch this is online (stochastic) gradient descent, with all of them batch gradient
descent, and in between mini-batch. Networks side by side are trained as one network is.

The order of the examples in an epoch depends on nothing but the seed and the epoch's number. So the
same seed gives the same bits, and a training that stopped goes on as if it had not.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from array_api_compat import device, is_numpy_array

from mlpkit import guards, quick
from mlpkit.arrays import Array, namespace, to_device
from mlpkit.losses import Loss, loss_named, squared_error
from mlpkit.network import Network, back_propagate, cost, forward, gradients
from mlpkit.penalties import Penalty
from mlpkit.progress import counted
from mlpkit.updates import Rule, momentum_step


@dataclass
class Training:
    """A training as it stands after an epoch: what came of it, and all it takes to go on.

    Attributes:
        last: the network after the last step.
        velocity: the last step, laid out like the parameters.
        seed: what the order of the examples is drawn from, together with the epoch's number.
        epochs: how many times all examples have been seen.
        costs: for each epoch, the mean of the examples' losses, each taken when its turn came;
            without decay and penalty. Networks side by side: an array of shape (networks,).
        validation_costs: for each epoch, the cost of the validation data after it.
        best: the network of the lowest of these; None without validation data.
        ended: why the training ended, in a sentence. After Ctrl-C, what was learned by then is
            kept, and going on begins with the epoch that was interrupted, from its start.
    """

    last: Network
    velocity: Array
    seed: int
    epochs: int = 0
    costs: list[Any] = field(default_factory=list)
    validation_costs: list[float] = field(default_factory=list)
    best: Network | None = None
    ended: str = ""

    @property
    def network(self) -> Network:
        """What was trained: the best network on the validation data, or else the last."""
        return self.last if self.best is None else self.best


def train(
    start: Network | Training,
    x: Any,
    targets: Any,
    *,
    rate: float,
    epochs: int,
    loss: str | Loss = squared_error,
    momentum: float = 0.0,
    decay: float = 0.0,
    penalty: Penalty | None = None,
    batch_size: int = 1,
    seed: int = 0,
    validation: tuple[Any, Any] | None = None,
    patience: int | None = None,
    progress: bool = False,
    callback: Callable[[Training], Any] | None = None,
) -> Training:
    """Trains a network by gradient descent with momentum.

    It also ends when the cost is no longer a number, and when Ctrl-C is pressed.

    Args:
        start: a network, or several side by side, or a training to go on with; it is not changed.
        x: examples, shape (examples, inputs), converted if not of the network's precision.
        targets: shape (examples, outputs); for cross-entropy also class numbers, (examples,).
        rate, momentum: as for ``momentum_step``.
        epochs: how many times (more) to go through all examples, in a new order each time.
        loss: of one example, or its name.
        decay: the part of each weight that each step takes off; biases are spared.
        penalty: what is added to the cost for large weights, such as ``l2(0.001)``.
        batch_size: examples in a step; in the last of an epoch there may be fewer.
        seed: what the order is drawn from. A training that goes on keeps its own.
        validation: x and targets that are not learned from, only to find the ``best`` network.
        patience: stop after so many epochs without a lower cost of the validation data.
        progress: show a bar (needs tqdm).
        callback: called with the training after each epoch; stops it by returning True.
    """
    guards.check_settings(rate, momentum, decay, epochs, batch_size, patience, validation)
    loss, state = loss_named(loss), _begin(start, seed)
    x, targets = guards.as_data(state.last, x, targets, loss, "x")
    validation = guards.as_validation(state.last, validation, loss)
    rule = rule_for(state.last, loss, rate, momentum, decay, penalty)
    state.ended = f"all {epochs} epochs are done"
    try:
        for _ in counted(epochs, progress):
            batches = batches_of(x, batch_size, state.seed, state.epochs)
            mean = to_device(learn(state, x, targets, batches, rule), "cpu") / x.shape[0]
            state.costs.append(mean if mean.ndim else float(mean))
            state.epochs += 1
            if validation is not None:
                _validate(state, *validation, loss)
            stopped = callback is not None and callback(state) is True
            reason = "the callback stopped it" if stopped else _reason_to_stop(state, patience)
            if reason:
                state.ended = reason
                break
    except KeyboardInterrupt:
        state.ended = f"interrupted in epoch {state.epochs + 1}"
    return state


def _begin(start: Network | Training, seed: int) -> Training:
    """A training of its own, that shares no array that will be written to."""
    if isinstance(start, Network):
        start = Training(start, namespace(start.parameters).zeros_like(start.parameters), seed)
    return deepcopy(start)


def rule_for(
    network: Network,
    loss: Loss,
    rate: float,
    momentum: float = 0.0,
    decay: float = 0.0,
    penalty: Penalty | None = None,
) -> Rule:
    """What ``train`` makes the steps of this network by; decay and penalty spare the biases."""
    mask: Any = network.weight_mask if decay or penalty else None
    pull = (lambda parameters: penalty.slope(parameters * mask)) if penalty else None
    return Rule(loss, rate, momentum, decay * mask if decay else None, pull)


def batches_of(x: Array, batch_size: int, seed: int, epoch: int) -> list[Any]:
    """The rows of x that each step of an epoch learns from: arrays of indices, or slices."""
    order = np.random.default_rng([seed, epoch]).permutation(x.shape[0])
    # Where slices will do for the rows of a batch, nothing has to be copied.
    if batch_size >= len(order):
        return [slice(None)]
    if batch_size == 1 and is_numpy_array(x):
        return [slice(row, row + 1) for row in order.tolist()]
    return [order[rows] for rows in guards.slices(len(order), batch_size)]


@np.errstate(all="ignore")  # overflow is expected in an exponential; divergence is noticed
def learn(state: Training, x: Array, targets: Array, batches: list[Any], rule: Rule) -> Array:
    """A step for each batch, in which ``last`` and ``velocity`` of the training are changed.

    Nothing is checked. Returns the sum of the examples' losses, each taken when its turn came.
    """
    if is_numpy_array(x) and x.dtype != np.float16:  # the same as below, tuned by hand
        return quick.learn(state.last, state.velocity, x, targets, batches, rule)
    xp, loss, total = namespace(x), rule.loss, 0.0
    for rows in batches:
        network = state.last
        if isinstance(rows, slice):
            inputs, t = x[rows, :], targets[rows, :]
        else:
            rows = xp.asarray(rows, device=device(x))
            inputs, t = xp.take(x, rows, axis=0), xp.take(targets, rows, axis=0)
        trace = forward(network, inputs)
        total = total + xp.sum(loss.function(trace.judged(loss), t), axis=-1)
        gradient = gradients(trace, back_propagate(network, trace, t, loss))
        if rule.pull:
            gradient = gradient + rule.pull(network.parameters)
        parameters, state.velocity = momentum_step(
            network.parameters, state.velocity, gradient,
            rate=rule.rate, momentum=rule.momentum, decay=rule.decay,
        )  # fmt: skip
        state.last = network.with_parameters(parameters)
    return total


def _validate(state: Training, x: Array, targets: Array, loss: Loss) -> None:
    """Notes the cost of the validation data, and keeps the network if it is the best so far."""
    total = 0.0
    for rows in guards.slices(x.shape[0]):
        part = float(cost(state.last, x[rows, :], targets[rows, :], loss))
        total += part * (rows.stop - rows.start)
    state.validation_costs.append(total / x.shape[0])
    if state.best is None or state.validation_costs[-1] < min(state.validation_costs[:-1]):
        state.best = deepcopy(state.last)


def _reason_to_stop(state: Training, patience: int | None) -> str:
    """Why the training ends after this epoch; empty if it goes on."""
    if not np.any(np.isfinite(state.costs[-1])):
        return (
            f"it diverged: the cost of epoch {state.epochs} is no longer a finite number. "
            "Try a smaller rate, or less momentum."
        )
    seen = state.validation_costs
    if patience is not None and len(seen) - 1 - seen.index(min(seen)) >= patience:
        return f"the validation cost has not fallen for {patience} epochs"
    return ""
