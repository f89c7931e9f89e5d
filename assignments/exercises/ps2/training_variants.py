"""A whole training step, written rightly in other styles, and wrongly as students do."""

from __future__ import annotations

from typing import Any

import numpy as np

from assignments.exercises.exercise import Mistake
from mlpkit.activations import sigmoid


def _loops(W1, b1, W2, b2, x, t, rate):
    steps = [np.zeros(array.shape) for array in (W1, b1, W2, b2)]
    for example, target in zip(x, t, strict=True):
        h = np.array([1 / (1 + np.exp(-(w @ example + b))) for w, b in zip(W1, b1)])
        o = np.array([1 / (1 + np.exp(-(w @ h + b))) for w, b in zip(W2, b2)])
        delta_o = [o_k * (1 - o_k) * (t_k - o_k) for o_k, t_k in zip(o, target)]
        for k, d in enumerate(delta_o):
            steps[2][k] += d * h
            steps[3][k] += d
        for j in range(len(h)):
            d = h[j] * (1 - h[j]) * sum(W2[k, j] * delta_o[k] for k in range(len(o)))
            steps[0][j] += d * example
            steps[1][j] += d
    return tuple(a + rate * s / len(x) for a, s in zip((W1, b1, W2, b2), steps))


def _bias_as_a_weight(W1, b1, W2, b2, x, t, rate):
    """Mitchell's own way: a constant input 1, and the bias is its weight."""
    ones = np.ones((len(x), 1))
    V1, V2 = np.c_[b1, W1], np.c_[b2, W2]
    x = np.hstack([ones, x])
    h = np.hstack([ones, sigmoid(x @ V1.T)])
    o = sigmoid(h @ V2.T)
    delta_o = (t - o) * (o - o**2)
    delta_h = (delta_o @ V2 * h * (1 - h))[:, 1:]
    V1 = V1 + rate * np.einsum("mj,mi->ji", delta_h, x) / len(x)
    V2 = V2 + rate * np.einsum("mk,mj->kj", delta_o, h) / len(x)
    return [V1[:, 1:], V1[:, 0], V2[:, 1:], V2[:, 0]]


def _single_precision(W1, b1, W2, b2, x, t, rate):
    return _textbook(*(a.astype(np.float32) for a in (W1, b1, W2, b2, x, t)), np.float32(rate))


def _columns(W1, b1, W2, b2, x, t, rate):
    """An example a column, and the gradient of the error instead of its negative."""
    x, t, m = x.T, t.T, x.shape[0]
    h = sigmoid(W1 @ x + b1[:, None])
    o = sigmoid(W2 @ h + b2[:, None])
    g_o = (o - t) * o * (1 - o) / m
    g_h = (W2.T @ g_o) * h * (1 - h)
    return (
        W1 - rate * g_h @ x.T,
        b1 - rate * g_h.sum(1),
        W2 - rate * g_o @ h.T,
        b2 - rate * g_o.sum(1),
    )


def _copies_in_place(W1, b1, W2, b2, x, t, rate):
    new = [array.copy() for array in (W1, b1, W2, b2)]
    step = _textbook(W1, b1, W2, b2, x, t, 1.0)
    for array, moved, old in zip(new, step, (W1, b1, W2, b2)):
        array += rate * (moved - old)
    return tuple(array.tolist() for array in new)


def _textbook(
    W1, b1, W2, b2, x, t, rate, *, forward=np.transpose, hidden_weights=None,
    slope_o=None, slope_h=None, mean=None,
):  # fmt: skip
    """The right training step, with places where a mistake can be put in."""
    h = sigmoid(x @ forward(W1) + b1)
    o = sigmoid(h @ forward(W2) + b2)
    delta_o = (o * (1 - o) if slope_o is None else slope_o(h @ W2.T + b2, o)) * (t - o)
    back = delta_o @ W2 if hidden_weights is None else hidden_weights(W2, delta_o, h, rate)
    delta_h = (h * (1 - h) if slope_h is None else slope_h(x @ W1.T + b1, h)) * back
    mean = mean or (lambda products: products.mean(axis=0))
    return (
        W1 + rate * mean(delta_h[:, :, None] * x[:, None, :]),
        b1 + rate * mean(delta_h),
        W2 + rate * mean(delta_o[:, :, None] * h[:, None, :]),
        b2 + rate * mean(delta_o),
    )


def _with(**changes: Any) -> Any:
    def step(W1, b1, W2, b2, x, t, rate):
        return _textbook(W1, b1, W2, b2, x, t, rate, **changes)

    return step


def _from_to(W1, b1, W2, b2, x, t, rate):
    new_W1, new_b1, new_W2, new_b2 = _textbook(W1.T, b1, W2.T, b2, x, t, rate)
    return new_W1.T, new_b1, new_W2.T, new_b2


def _weights_first(W2, delta_o, h, rate):
    return delta_o @ (W2 + rate * delta_o.T @ h / len(h))


def _no_bias_forward(W1, b1, W2, b2, x, t, rate):
    new_W1, step_b1, new_W2, step_b2 = _textbook(W1, 0 * b1, W2, 0 * b2, x, t, rate)
    return new_W1, b1 + step_b1, new_W2, b2 + step_b2


def _biases_unchanged(W1, b1, W2, b2, x, t, rate):
    new_W1, _, new_W2, _ = _textbook(W1, b1, W2, b2, x, t, rate)
    return new_W1, b1.copy(), new_W2, b2.copy()


def _uphill(W1, b1, W2, b2, x, t, rate):
    return _textbook(W1, b1, W2, b2, x, t, -rate)


def _rate_twice(W1, b1, W2, b2, x, t, rate):
    return _textbook(W1, b1, W2, b2, x, t, rate * rate)


def _steps_only(W1, b1, W2, b2, x, t, rate):
    new = _textbook(W1, b1, W2, b2, x, t, rate)
    return tuple(after - before for after, before in zip(new, (W1, b1, W2, b2)))


def _one_mean_for_all_biases(W1, b1, W2, b2, x, t, rate):
    new_W1, new_b1, new_W2, new_b2 = _textbook(W1, b1, W2, b2, x, t, rate)
    return new_W1, b1 + (new_b1 - b1).mean(), new_W2, b2 + (new_b2 - b2).mean()


MISTAKES = (
    Mistake(
        "summed-not-averaged",
        "One example comes out right, and a batch moves the weights too far, by a factor that is "
        "the same everywhere. Compare it with the number of examples.",
        _with(mean=lambda products: products.sum(axis=0)),
    ),
    Mistake(
        "output-weights-first",
        "new W2 and new b2 are right, and new W1 is off by very little. Which W2 did you use for "
        "the hidden error terms: the one that made these outputs, or the one after its update?",
        _with(hidden_weights=_weights_first),
    ),
    Mistake(
        "biases-unchanged",
        "Both weight matrices are right, and both biases come back as they went in. A bias is a "
        "weight too, from an input that is always 1. What is its update?",
        _biases_unchanged,
    ),
    Mistake(
        "bias-left-out-of-the-forward-pass",
        "Your forward pass and this network's part company early: the net inputs are wrong by a "
        "constant for each unit. Print the first net input of the worked example; it should be "
        "0.2.",
        _no_bias_forward,
    ),
    Mistake(
        "uphill",
        "Every number moves by the right amount in the wrong direction: the error would grow. In "
        "this notation an error term already is minus a derivative. Look at the sign with which "
        "you use it in the update.",
        _uphill,
    ),
    Mistake(
        "rate-twice",
        "The direction is right and every step is too short by the same factor. Compare that "
        "factor with the learning rate, and count how often you multiply by it.",
        _rate_twice,
    ),
    Mistake(
        "hidden-slope-left-out",
        "W2 and b2 are right; W1 and b1 move too far. The errors came back through W2 to the "
        "hidden units' outputs. What lies between those and their net inputs?",
        _with(slope_h=lambda z, h: np.ones_like(h)),
    ),
    Mistake(
        "output-slope-left-out",
        "All four arrays move too far, the output layer by a factor of about four. The output's "
        "error term has two factors: which of them is missing? If you call output_error_term, "
        "look there first.",
        _with(slope_o=lambda z, o: np.ones_like(o)),
    ),
    Mistake(
        "slope-of-the-net-input",
        "Your slopes are worked out from net inputs, with a formula that wants outputs. Check "
        "which variable stands in front of the (1 − …) in your error terms.",
        _with(slope_o=lambda z, o: z * (1 - z), slope_h=lambda z, h: z * (1 - z)),
    ),
    Mistake(
        "weights-transposed",
        "The output layer is right. On the way back, the errors pass through W2 the wrong way "
        "round; with as many outputs as hidden units nothing is raised. W2[k, j] leads to output "
        "k from hidden unit j.",
        _with(hidden_weights=lambda W2, delta_o, h, rate: delta_o @ W2.T),
    ),
    Mistake(
        "forward-weights-transposed",
        "It goes wrong on the way forward already. W[j, i] leads to unit j from input i, so a row "
        "of W belongs to one unit. Write the shapes below your first product: x has (m, inputs), "
        "W1 has (hidden, inputs).",
        _with(forward=lambda W: W),
    ),
    Mistake(
        "from-to-instead-of-to-from",
        "Your function is right for weights W[from, to]. Here they are W[to, from], forward and "
        "backward and in the update: a row holds the weights that lead to one unit.",
        _from_to,
    ),
    Mistake(
        "only-the-last-example",
        "A batch of one is right. With more, the weights move as if one of the examples were the "
        "whole batch. Is something overwritten in a loop that should be added up?",
        _with(mean=lambda products: products[-1]),
    ),
    Mistake(
        "one-mean-for-all-biases",
        "The weights are right, and the biases of a layer all move by the same amount. Each unit "
        "has an error term of its own: over which axis should the mean run?",
        _one_mean_for_all_biases,
    ),
    Mistake(
        "steps-instead-of-weights",
        "These are the right changes. What should come back are the weights and biases after the "
        "change.",
        _steps_only,
    ),
)

RIGHT = (_loops, _bias_as_a_weight, _single_precision, _columns, _copies_in_place)
