"""The steps of an epoch in NumPy, tuned by hand. Read ``training.learn`` first: it does the same.

An example is a column here, so that a product needs no transposing; memory is reused; and nothing
is checked, for ``train`` has done so. That is worth it: with one example a step, making arrays and
checking them would take most of the time.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mlpkit.activations import ACTIVATIONS, Activation, relu, sigmoid, softmax
from mlpkit.guards import ROWS
from mlpkit.losses import LOSSES, Loss
from mlpkit.network import Network
from mlpkit.updates import Rule

# An array of shape () is added to others faster than a number is.
ZERO, ONE = np.array(0, np.float32), np.array(1, np.float32)


def _sigmoid(z: np.ndarray) -> np.ndarray:
    a = np.negative(z)
    np.exp(a, out=a)  # where it overflows, 1 / infinity is the 0 that it should be
    np.add(a, ONE, out=a)
    return np.divide(ONE, a, out=a)


def _softmax(z: np.ndarray) -> np.ndarray:
    a = np.exp(z - np.maximum.reduce(z, axis=-2, keepdims=True))
    a /= np.add.reduce(a, axis=-2, keepdims=True)
    return a


# The activations again, of the same values, for columns, and nothing checked.
QUICK: dict[Any, Activation] = {
    sigmoid: Activation("sigmoid", _sigmoid, lambda z, a: a * (ONE - a)),
    relu: Activation("relu", lambda z: np.maximum(z, ZERO), lambda z, a: z > ZERO),
    softmax: Activation("softmax", _softmax, None),
}


def _quick(f: Activation) -> Activation:
    return QUICK.get(f.function, f)


def _column(b: np.ndarray) -> np.ndarray:
    return b[:, None] if b.ndim == 1 else b.mT


def learn(
    network: Network,
    velocity: np.ndarray,
    x: np.ndarray,
    targets: np.ndarray,
    batches: list[Any],
    rule: Rule,
) -> Any:
    """A step for each batch, of the parameters and the velocity; returns the sum of the losses."""
    parameters, loss = network.parameters, rule.loss
    step, momentum = np.empty_like(parameters), np.array(rule.momentum, parameters.dtype)
    back = _Back(network, network.with_parameters(step), rule)
    up = [(W, _column(b), _quick(f).function) for W, b, f in network.layers]
    total: Any = 0.0
    seen: list[tuple[np.ndarray, np.ndarray]] = []
    for rows in batches:
        if isinstance(rows, slice):
            a, t = x[rows].T, targets[rows].T
        else:
            a, t = x.take(rows, 0).T, targets.take(rows, 0).T
        trace = []
        for W, b, f in up:
            z = back.product(W, a)
            z += b
            trace.append((z, a))
            a = f(z)
        seen.append((z if loss.output else a, t))
        back.propagate(trace, a, t)
        if rule.pull:
            step -= rule.rate * rule.pull(parameters)
        velocity *= momentum
        velocity += step
        if rule.decay is not None:
            velocity -= rule.decay * parameters
        parameters += velocity
        if len(seen) * t.shape[-1] >= ROWS:
            total, seen = total + _sum_of_losses(seen, loss), []
    return total + _sum_of_losses(seen, loss) if seen else total


class _Back:
    """The way back through a network, on which ``steps`` is overwritten."""

    def __init__(self, network: Network, steps: Network, rule: Rule) -> None:
        functions = [_quick(f) for f in network.activations]
        # From the last layer down: where its step goes, its weights, the slope of what is below.
        slopes_below = [None, *(f.slope for f in functions[:-1])]
        layers = zip(steps.layers, network.layers, slopes_below, strict=True)
        self.down = [(to.W, _column(to.b), W.mT, below) for to, (W, _, _), below in layers][::-1]
        self.last_slope = None if rule.loss.output else functions[-1].slope
        # The slopes of ours are a - t; of what there is for z, the forward pass has the a.
        is_ours = rule.loss in LOSSES.values()
        has_a = not rule.loss.output or network.activations[-1] in ACTIVATIONS.values()
        self.loss_slope = None if is_ours and has_a else rule.loss.slope
        # The same, but dot begins sooner; of networks side by side there are stacks of matrices.
        self.product: Any = np.ndarray.dot if steps.parameters.ndim == 1 else np.matmul
        self.rate, self.dtype = rule.rate, steps.parameters.dtype
        self.ones = np.empty((0, 1))

    def propagate(self, trace: list[Any], a: np.ndarray, t: np.ndarray) -> None:
        """From each layer's z and what came into it, the outputs and the targets."""
        product, ones = self.product, self.ones
        if t.shape[-1] != len(ones):
            self.ones = ones = np.ones((t.shape[-1], 1), self.dtype)
            self.minus_rate = np.array(-self.rate / len(ones), self.dtype)
        z = trace[-1][0]
        if self.loss_slope is None:
            delta = (a - t) * self.minus_rate
        else:
            values = a if self.last_slope else z
            delta = self.loss_slope(values.mT, t.T).mT * self.minus_rate
        if self.last_slope:
            delta *= self.last_slope(z, a)
        for step_W, step_b, W_T, slope_below in self.down:
            _, a = trace.pop()
            product(delta, a.mT, step_W)
            product(delta, ones, step_b)
            if slope_below:
                delta = product(W_T, delta)
                delta *= slope_below(trace[-1][0], a)


def _sum_of_losses(seen: list[tuple[np.ndarray, np.ndarray]], loss: Loss) -> Any:
    """Of some batches together: the losses of a few outputs are mostly the cost of asking."""
    together = (np.concatenate(parts, axis=-1) for parts in zip(*seen, strict=True))
    # Arrays of one order in memory are read several times faster than of two.
    values, targets = (np.ascontiguousarray(part).mT for part in together)
    return loss.function(values, targets).sum(axis=-1)
