"""The training loop, written rightly in other styles, and wrongly as students do."""

from __future__ import annotations

from typing import Any

import numpy as np

from assignments.exercises.exercise import Mistake


def cost(w, X, t):
    """Half the mean square of the errors of a linear unit; the notebook gives it."""
    return 0.5 * np.mean((X @ w - t) ** 2)


def gradient(w, X, t):
    """Its gradient; the notebook gives it too."""
    return X.T @ (X @ w - t) / len(X)


def _batches(order, size):
    """An order, as floating-point numbers, cut into batches."""
    order, size = np.asarray(order).astype(int), int(size)
    return [order[start : start + size] for start in range(0, len(order), size)]


def _with_class(X, t, w, rate, momentum, target, orders, size):
    class Trainer:
        def __init__(self):
            self.w, self.velocity, self.costs = np.array(w), np.zeros(len(w)), []

        def epoch(self, order):
            for batch in _batches(order, size):
                self.velocity *= momentum
                self.velocity -= rate * gradient(self.w, X[batch], t[batch])
                self.w += self.velocity
            self.costs.append(cost(self.w, X, t))

    trainer = Trainer()
    for order in orders:
        trainer.epoch(order)
        if not trainer.costs[-1] > target:
            return trainer.w, trainer.costs
    return trainer.w, trainer.costs


def _loops(X, t, w, rate, momentum, target, orders, size):
    w, velocity, costs = [float(x) for x in w], [0.0] * len(w), []
    for order in orders:
        for batch in _batches(order, size):
            slopes = [0.0] * len(w)
            for example in batch:
                error = sum(a * x for a, x in zip(w, X[example])) - t[example]
                for i, x in enumerate(X[example]):
                    slopes[i] += error * x / len(batch)
            for i, slope in enumerate(slopes):
                velocity[i] = momentum * velocity[i] - rate * slope
                w[i] += velocity[i]
        costs.append(sum((X[m] @ w - t[m]) ** 2 for m in range(len(t))) / (2 * len(t)))
        if costs[-1] <= target:
            break
    return w, costs


def _single_precision(X, t, w, rate, momentum, target, orders, size):
    X, t, w = (array.astype(np.float32) for array in (X, t, w))
    velocity, costs = np.zeros_like(w), []
    for order in orders:
        for batch in _batches(order, size):
            slope = gradient(w, X[batch], t[batch])
            velocity = np.float32(momentum) * velocity - np.float32(rate) * slope
            w = w + velocity
        costs.append(float(cost(w, X, t)))
        if costs[-1] <= target:
            break
    return w, np.array(costs, dtype=np.float32)


def _shuffled_copies(X, t, w, rate, momentum, target, orders, size):
    """The whole data set put in order first, and then taken in pieces; last step kept."""
    here, before, costs, size = w, w, np.empty(0), int(size)
    for order in np.int64(orders):
        X_shuffled, t_shuffled = X[order], t[order]
        for start in range(0, len(t), size):
            piece = slice(start, start + size)
            slope = gradient(here, X_shuffled[piece], t_shuffled[piece])
            here, before = here - rate * slope + momentum * (here - before), here
        costs = np.append(costs, cost(here, X, t))
        if costs.min() <= target:
            break
    return [here, costs]


def _textbook(
    X, t, w, rate, momentum, target, orders, size, *, batches=_batches, slope=None,
    rest="once", measured=None, late=False,
):  # fmt: skip
    """The right loop, with places where a mistake can be put in."""
    velocity, costs = np.zeros(w.shape), []
    for order in orders:
        velocity = 0 * velocity if rest == "epoch" else velocity
        before = w
        for batch in batches(order, size):
            velocity = 0 * velocity if rest == "batch" else velocity
            g = gradient(w, X[batch], t[batch]) if slope is None else slope(w, X, t, batch, before)
            velocity = momentum * velocity - rate * g
            w = w + velocity
        costs.append(measured(w, before, X, t, batch) if measured else cost(w, X, t))
        if costs[-1] <= target and not late:
            break
    return w, np.array(costs)


def _with(**changes: Any) -> Any:
    def loop(X, t, w, rate, momentum, target, orders, size):
        return _textbook(X, t, w, rate, momentum, target, orders, size, **changes)

    return loop


def _never_reshuffled(X, t, w, rate, momentum, target, orders, size):
    same = np.tile(orders[0], (len(orders), 1))
    return _textbook(X, t, w, rate, momentum, target, same, size)


def _one_epoch(X, t, w, rate, momentum, target, orders, size):
    return _textbook(X, t, w, rate, momentum, target, orders[:1], size)


def _below_the_target(X, t, w, rate, momentum, target, orders, size):
    # The next smaller number, so that a cost of exactly the target does not end it.
    less = np.nextafter(target, -np.inf)
    return _textbook(X, t, w, rate, momentum, less, orders, size)


def _with_first_cost(X, t, w, rate, momentum, target, orders, size):
    new, costs = _textbook(X, t, w, rate, momentum, target, orders, size)
    return new, np.append(cost(w, X, t), costs)


def _last_cost_alone(X, t, w, rate, momentum, target, orders, size):
    new, costs = _textbook(X, t, w, rate, momentum, target, orders, size)
    return new, costs[-1]


def _in_file_order(order, size):
    return _batches(np.sort(order), size)


def _full_ones(order, size):
    count = max(len(order) // int(size), 1)
    return _batches(order, size)[:count]


def _but_the_last(order, size):
    return _batches(order, size)[:-1]


def _all_in_one(order, size):
    return [np.asarray(order).astype(int)]


def _first_only(order, size):
    return _batches(order, size)[:1]


def _out_of_step(w, X, t, batch, before):
    """The inputs are shuffled and the targets are not."""
    return gradient(w, X[batch], t[: len(batch)])


def _summed(w, X, t, batch, before):
    return gradient(w, X[batch], t[batch]) * len(batch)


MISTAKES = (
    Mistake(
        "never-reshuffled",
        "The first epoch is right. From the second on you use the first order again. Which row of "
        "orders belongs to which epoch?",
        _never_reshuffled,
    ),
    Mistake(
        "order-not-used",
        "You take the examples as they stand in X, in every epoch. The row of orders that belongs "
        "to the epoch says which come first.",
        _with(batches=_in_file_order),
    ),
    Mistake(
        "one-step-an-epoch",
        "You make one step an epoch, with the gradient of all examples. That is batch gradient "
        "descent. How many steps should an epoch of three batches have?",
        _with(batches=_all_in_one),
    ),
    Mistake(
        "gradient-of-all-examples",
        "The number of steps is right, but each of them uses all examples. What do you hand to "
        "gradient in place of X and t?",
        _with(slope=lambda w, X, t, batch, before: gradient(w, X, t)),
    ),
    Mistake(
        "first-batch-alone",
        "Only the first batch of each epoch moves your weights. Look at what stands in the inner "
        "loop, and at where you leave it.",
        _with(batches=_first_only),
    ),
    Mistake(
        "shorter-batch-dropped",
        "Where the size does not divide the number of examples, a few of them are left out of the "
        "epoch. If you call minibatches, look there first.",
        _with(batches=_full_ones),
    ),
    Mistake(
        "last-batch-dropped",
        "The last batch of every epoch makes no step, even where it is full. If you call "
        "minibatches, look there first.",
        _with(batches=_but_the_last),
    ),
    Mistake(
        "inputs-and-targets-out-of-step",
        "Your rows of X are those of the batch, and the targets beside them belong to other "
        "examples. Print one row and its target and look them up in the data.",
        _with(slope=_out_of_step),
    ),
    Mistake(
        "gradients-of-the-start-of-the-epoch",
        "All gradients of an epoch are taken at the weights with which it began. Each batch should "
        "start where the batch before has led.",
        _with(slope=lambda w, X, t, batch, before: gradient(before, X[batch], t[batch])),
    ),
    Mistake(
        "gradient-summed",
        "Your steps are too long by a factor, and for a shorter batch by a smaller one. Compare it "
        "with the size of the batch. The gradient that is given is a mean already.",
        _with(slope=_summed),
    ),
    Mistake(
        "at-rest-in-every-epoch",
        "The first epoch is right. Then your ball is stopped and starts from rest, once an epoch. "
        "In which of the loops do you set the velocity to 0, and should it be in a loop at all?",
        _with(rest="epoch"),
    ),
    Mistake(
        "momentum-forgotten",
        "Your first step is right and every later one is one from rest. Is the velocity handed on "
        "from batch to batch, or is it 0 again each time?",
        _with(rest="batch"),
    ),
    Mistake(
        "target-ignored",
        "Your loop goes on to the last epoch, though the cost was low enough before. What should "
        "happen as soon as it is?",
        _with(late=True),
    ),
    Mistake(
        "below-the-target-alone",
        "A cost of exactly the target is low enough, and your loop goes on. Read the rule once "
        "more, and look at your comparison.",
        _below_the_target,
    ),
    Mistake(
        "one-epoch-alone",
        "Your first epoch is right, and then you stop, whatever the cost. Look at how far the line "
        "with your return, or your break, is indented.",
        _one_epoch,
    ),
    Mistake(
        "cost-before-the-epoch",
        "Your costs come one epoch late: the first is the cost before anything was learned. The "
        "cost belongs after the batches of its epoch.",
        _with(measured=lambda w, before, X, t, batch: cost(before, X, t)),
    ),
    Mistake(
        "cost-of-the-last-batch",
        "Your costs are those of the last batch of each epoch. A batch is a small sample and may "
        "be a lucky one. Which examples should decide whether the target is reached?",
        _with(measured=lambda w, before, X, t, batch: cost(w, X[batch], t[batch])),
    ),
    Mistake(
        "cost-of-the-start-counted",
        "All is right, and there is one cost too many: the first is from before the first epoch.",
        _with_first_cost,
    ),
    Mistake(
        "last-cost-alone",
        "The weights are right. You return the last cost, and asked for is one for each epoch.",
        _last_cost_alone,
    ),
)

RIGHT = (_with_class, _loops, _single_precision, _shuffled_copies)
