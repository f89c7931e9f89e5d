"""Learning: many steps downhill, in the order and number that you ask for.

``train`` takes one step for each batch of examples: forward, error terms, gradient, update. With
one example a batch this is online (stochastic) gradient descent, with all of them batch gradient
descent, and in between mini-batch. Networks side by side are trained as one network is.

The order of the examples in an epoch depends on nothing but the seed and the epoch's number. So the
same seed gives the same bits, and a training that stopped goes on as if it had not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from array_api_compat import device, is_cupy_array, is_numpy_array

from mlpkit.activations import Activation, relu, sigmoid, softmax
from mlpkit.arrays import Array, as_floats, find_not_finite, namespace, to_device
from mlpkit.losses import Loss, as_targets, loss_named, squared_error
from mlpkit.network import (
    Network,
    back_propagate,
    cost,
    forward,
    gradients,
    judged,
    propagate,
    transposed,
)
from mlpkit.penalties import Penalty
from mlpkit.updates import add_step

ROWS = 1000  # how many examples are looked at together where nothing is learned from them


@dataclass
class Training:
    """A training as it stands after an epoch: what came of it, and all it takes to go on.

    Attributes:
        last: the network after the last step.
        velocity: the last step, shape (n,) or (networks, n).
        seed: what the order of the examples is drawn from, together with the epoch's number.
        epochs: how many times all examples have been seen.
        costs: for each epoch, the mean of the examples' losses, each taken when its turn came;
            without decay and penalty. Networks side by side: an array of shape (networks,).
        validation_costs: for each epoch, the cost of the validation data after it.
        best: the network of the lowest of these; None without validation data.
        ended: why the training ended, in a sentence.
        interrupted: whether it ended because somebody pressed Ctrl-C. What was learned by then is
            kept; going on begins with the epoch that was interrupted, from its start.
    """

    last: Network
    velocity: Array
    seed: int
    epochs: int = 0
    costs: list[Any] = field(default_factory=list)
    validation_costs: list[float] = field(default_factory=list)
    best: Network | None = None
    ended: str = ""
    interrupted: bool = False

    @property
    def network(self) -> Network:
        """What was trained: the best network on the validation data, or else the last."""
        return self.last if self.best is None else self.best


class Rule(NamedTuple):
    """How a step is made of a batch: what ``train`` was asked for."""

    loss: Loss
    rate: float
    momentum: float
    decay: Array | None
    penalty: Penalty | None
    mask: Array | None
    batch_size: int


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

    Args:
        start: the network to begin with, or several side by side, or a training to go on with. It
            is not changed.
        x: examples, shape (examples, inputs). They are converted once, if they are not of the
            network's precision, and otherwise used where they are.
        targets: shape (examples, outputs); for cross-entropy also class numbers, (examples,).
        rate, momentum: as for ``momentum_step``.
        epochs: how many times (more) to go through all examples.
        loss: the loss of one example, or its name.
        decay: the part of each weight that each step takes off; biases are spared.
        penalty: what is added to the cost for large weights, such as ``l2(0.001)``.
        batch_size: examples in a step, from 1 (online) up to all (batch). They are shuffled anew
            each epoch, and the last step of an epoch takes what is left.
        seed: what the order is drawn from. A training that goes on keeps its own.
        validation: x and targets that are not learned from. The network that does best on them is
            kept as ``best``.
        patience: stop after so many epochs without a lower cost of the validation data.
        progress: show a bar (needs tqdm).
        callback: called with the training after each epoch; stops it by returning True.

    Returns:
        The training. It also ends, with a reason in ``ended``, when the cost is no longer a number
        and when Ctrl-C is pressed.

    Raises:
        ValueError: an argument out of range; shapes that do not fit; NaN or infinity in the data,
            or targets outside the loss's domain (the message names the first such row).
        TypeError: data that are not numbers, or of another library than the network.
    """
    loss = loss_named(loss)
    _check_numbers(rate, momentum, decay, epochs, batch_size, patience)
    state = _begin(start, seed)
    x, targets = _checked(state.last, x, targets, loss, "x")
    if validation is not None:
        if state.last.parameters.ndim > 1:
            raise ValueError("validation is for a single network; side by side, leave it out.")
        validation = _checked(state.last, *validation, loss, "the validation data's x")
    elif patience is not None:
        raise ValueError("patience needs validation data: validation=(x, targets).")
    mask = state.last.weight_mask if decay or penalty else None
    shrink = decay * mask if mask is not None and decay else None
    rule = Rule(loss, rate, momentum, shrink, penalty, mask, min(batch_size, x.shape[0]))

    state.ended, state.interrupted = f"all {epochs} epochs are done", False
    try:
        for _ in _counted(epochs, progress):
            state.costs.append(_learn_epoch(state, x, targets, rule))
            state.epochs += 1
            if validation is not None:
                _validate(state, *validation, loss)
            stopped = callback is not None and callback(state) is True
            reason = "the callback stopped it" if stopped else _reason_to_stop(state, patience)
            if reason:
                state.ended = reason
                break
    except KeyboardInterrupt:
        state.ended, state.interrupted = f"interrupted in epoch {state.epochs + 1}", True
    return state


def _learn_epoch(state: Training, x: Array, targets: Array, rule: Rule) -> Any:
    """Learns from every example once; returns the mean of their losses."""
    order = np.random.default_rng([state.seed, state.epochs]).permutation(x.shape[0])
    one_network = state.last.parameters.ndim == 1
    plain = rule.batch_size == 1 and rule.penalty is None and rule.decay is None
    learn = _learn_in_batches
    if plain and one_network and is_numpy_array(x):
        learn = _learn_one_by_one
    with np.errstate(all="ignore"):  # overflow is expected in an exponential; divergence is noticed
        total = learn(state, x, targets, order, rule)
    mean = to_device(total, "cpu") / x.shape[0]
    return mean if mean.ndim else float(mean)


def _learn_in_batches(
    state: Training, x: Array, targets: Array, order: np.ndarray, rule: Rule
) -> Array:
    """An epoch of steps, each from one batch; returns the sum of the losses."""
    xp, size = namespace(x), rule.batch_size
    network = _quick(state.last) if is_numpy_array(x) else state.last
    order = xp.asarray(order, device=device(x))
    # Where arrays can be written to, the views of the parameters and of the steps stay valid.
    in_place = is_numpy_array(x) or is_cupy_array(x)
    into = network.with_parameters(xp.empty_like(network.parameters)) if in_place else None
    total, seen = 0.0, []
    for here in _slices(x.shape[0], size):
        if size == x.shape[0]:
            batch = x, targets
        else:
            rows = order[here]
            batch = xp.take(x, rows, axis=0), xp.take(targets, rows, axis=0)
        seen.append((_step(network, state, *batch, rule, into), batch[1]))
        del batch  # so that the next one is written to the same memory, which is near
        if not in_place:
            network = state.last
        if len(seen) * size >= ROWS:
            total, seen = total + _sum_of_losses(seen, rule.loss), []
    return total + _sum_of_losses(seen, rule.loss) if seen else total


def _step(
    network: Network, state: Training, x: Array, targets: Array, rule: Rule, into: Network | None
) -> Array:
    """One step of the state's parameters and velocity; returns what the loss looks at."""
    trace = propagate(network, x)
    terms = back_propagate(network, trace, targets, rule.loss)
    step = gradients(trace, terms, into, scale=-rule.rate)
    if rule.penalty is not None:
        step -= rule.rate * rule.penalty.slope(network.parameters * rule.mask)
    parameters, state.velocity = add_step(
        network.parameters, state.velocity, step, momentum=rule.momentum, decay=rule.decay
    )
    if into is None:
        state.last = network.with_parameters(parameters)
    return judged(network, trace, rule.loss)


def _sum_of_losses(seen: list[tuple[Array, Array]], loss: Loss) -> Array:
    """Of some batches together: the losses of a few outputs are mostly the cost of asking."""
    xp = namespace(seen[0][0])
    # Put side by side as columns, so that a sum over the outputs runs along the memory.
    values, targets = (
        transposed(xp.concat([transposed(part) for part in parts], axis=-1))
        for parts in zip(*seen, strict=True)
    )
    return xp.sum(loss.function(values, targets), axis=-1)


def _quick_sigmoid(z: np.ndarray) -> np.ndarray:
    a = np.negative(z)
    np.add(np.exp(a, a), ONE, a)
    return np.divide(ONE, a, a)


def _quick_softmax(z: np.ndarray) -> np.ndarray:
    a = np.asfortranarray(z)  # so that the maximum and the sum run along the memory
    a = np.exp(a - a.max(axis=-1, keepdims=True))
    a /= a.sum(axis=-1, keepdims=True)
    return a


# An array of shape () is added to others faster than a number is.
ZERO, ONE = np.array(0, np.float32), np.array(1, np.float32)
QUICK: dict[Any, Activation] = {
    sigmoid: Activation("sigmoid", _quick_sigmoid, lambda z, a: a * (ONE - a)),
    relu: Activation("relu", lambda z: np.maximum(z, ZERO), lambda z, a: z > ZERO),
    softmax: Activation("softmax", _quick_softmax, None),
}


def _quick(network: Network) -> Network:
    """The network with activations of the same values for NumPy's arrays, and nothing checked.

    Where exp(-z) overflows, 1 / infinity is the 0 that it should be.
    """
    quick = [QUICK.get(f.function, f) for f in network.activations]
    return Network(network.sizes, quick, network.parameters)


def _learn_one_by_one(
    state: Training, x: np.ndarray, targets: np.ndarray, order: np.ndarray, rule: Rule
) -> Any:
    """What ``_learn_in_batches`` does with batches of one, tuned by hand: read that one first.

    One example is so little work that making arrays and checking them would take most of the time.
    """
    network, velocity, parameters = _quick(state.last), state.velocity, state.last.parameters
    step, outputs = np.empty_like(parameters), np.empty_like(targets)
    of_a, loss_slope = rule.loss.output is None, rule.loss.slope
    last_slope = network.activations[-1].slope if of_a else None
    momentum, minus_rate = (np.array(n, step.dtype) for n in (rule.momentum, -rule.rate))
    up = [(W.dot, b, np.empty_like(b), f.function) for W, b, f in network.layers]
    # From the last layer down: where its step goes, its weights, and the slope of what is below.
    slopes_below = [None, *(f.slope for f in network.activations[:-1])]
    steps = network.with_parameters(step).layers
    down = [
        (to.W, to.b, layer.W.T.dot, slope)
        for to, layer, slope in zip(steps, network.layers, slopes_below, strict=True)
    ][::-1]
    for row in order.tolist():
        a, trace = x[row], []
        for W_times, b, z, f in up:
            trace.append((z, a))
            np.add(W_times(a), b, z)
            a = f(z)
        outputs[row] = output = a if of_a else z
        # Everything below is multiplied by -rate with it: steps, instead of derivatives.
        delta = loss_slope(output, targets[row]) * minus_rate
        if last_slope:
            delta *= last_slope(z, a)
        for step_W, step_b, W_T_times, slope_below in down:
            z, a = trace.pop()
            np.multiply(delta[:, None], a, step_W)
            step_b[:] = delta
            if slope_below:
                delta = W_T_times(delta)
                delta *= slope_below(trace[-1][0], a)
        np.multiply(velocity, momentum, velocity)
        np.add(velocity, step, velocity)
        np.add(parameters, velocity, parameters)
    return np.sum(rule.loss.function(outputs, targets))


def _slices(m: int, size: int) -> Iterable[slice]:
    """m rows in parts of the size; the last part takes what is left."""
    return (slice(begin, min(begin + size, m)) for begin in range(0, m, size))


def _begin(start: Network | Training, seed: int) -> Training:
    """A training of its own, that shares no array that will be written to."""
    if isinstance(start, Training):
        xp = namespace(start.velocity)
        return replace(
            start,
            last=_copy(start.last),
            velocity=xp.asarray(start.velocity, copy=True),
            costs=list(start.costs),
            validation_costs=list(start.validation_costs),
        )
    xp = namespace(start.parameters)
    return Training(_copy(start), xp.zeros_like(start.parameters), seed)


def _copy(network: Network) -> Network:
    xp = namespace(network.parameters)
    return network.with_parameters(xp.asarray(network.parameters, copy=True))


def _checked(network: Network, x: Any, targets: Any, loss: Loss, name: str) -> tuple[Array, Array]:
    """The data in the network's precision, after all that can be wrong with them was looked for."""
    x = as_floats(x, like=network.parameters)
    xp = namespace(**{name: x, "network": network.parameters})
    if x.ndim != 2 or not x.shape[0]:
        raise ValueError(
            f"{name} is a table of examples, of shape (examples, {network.sizes[0]}), with at "
            f"least one; got {tuple(x.shape)}."
        )
    x = xp.astype(x, network.parameters.dtype, copy=False)
    for rows in _slices(x.shape[0], ROWS):
        row = find_not_finite(x[rows, :])
        if row is not None:
            raise ValueError(f"row {rows.start + row} of {name} holds a NaN or an infinity.")
    first = forward(network, x[:1, :])
    outputs = judged(network, first, loss)[..., 0, :]
    outputs = outputs if outputs.ndim == 1 else outputs[0, :]
    like = xp.broadcast_to(outputs, (x.shape[0], outputs.shape[0]))
    return x, as_targets(targets, like, loss)


def _check_numbers(
    rate: float,
    momentum: float,
    decay: float,
    epochs: int,
    batch_size: int,
    patience: int | None,
) -> None:
    checks = (
        ("rate", rate, 0 < rate < float("inf"), "above 0"),
        ("momentum", momentum, 0 <= momentum < 1, "from 0 up to but not including 1"),
        ("decay", decay, 0 <= decay <= 1, "from 0 to 1"),
        ("epochs", epochs, epochs >= 0, "0 or more"),
        ("batch_size", batch_size, batch_size >= 1, "at least 1"),
        ("patience", patience, patience is None or patience >= 1, "at least 1, or None"),
    )
    for name, value, is_fine, expected in checks:
        if not is_fine:
            raise ValueError(f"{name} is {value}; expected {expected}.")


def _counted(epochs: int, progress: bool) -> Iterable[int]:
    if not progress:
        return range(epochs)
    try:
        from tqdm.auto import tqdm
    except ImportError:
        raise ImportError("the progress bar is tqdm's. Install it: pip install tqdm") from None
    return tqdm(range(epochs), unit="epoch")


def _validate(state: Training, x: Array, targets: Array, loss: Loss) -> None:
    """Notes the cost of the validation data, and keeps the network if it is the best so far."""
    total = 0.0
    for rows in _slices(x.shape[0], ROWS):
        part = float(cost(state.last, x[rows, :], targets[rows, :], loss))
        total += part * (rows.stop - rows.start)
    state.validation_costs.append(total / x.shape[0])
    if state.best is None or state.validation_costs[-1] < min(state.validation_costs[:-1]):
        state.best = _copy(state.last)


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
