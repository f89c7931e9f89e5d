"""The gradient of three layers, written rightly in other styles, and wrongly as students do."""

from __future__ import annotations

from typing import Any

import numpy as np

from assignments.exercises.exercise import Mistake
from mlpkit.activations import sigmoid


def _loops(W1, b1, W2, b2, W3, b3, x, t):
    """Example after example, unit after unit."""
    W, b = [W1, W2, W3], [b1, b2, b3]
    totals = [np.zeros(array.shape) for array in (W1, b1, W2, b2, W3, b3)]
    for example, target in zip(x, t):
        a = [example]
        for layer in range(3):
            z = W[layer] @ a[-1] + b[layer]
            a.append(np.array([1 / (1 + np.exp(-z_j)) for z_j in z]))
        delta = [(o - t_k) * o * (1 - o) for o, t_k in zip(a[3], target)]
        for layer in (2, 1, 0):
            for j, d in enumerate(delta):
                totals[2 * layer][j] += d * a[layer] / len(x)
                totals[2 * layer + 1][j] += d / len(x)
            sums = [
                sum(W[layer][k, i] * d for k, d in enumerate(delta)) for i in range(len(a[layer]))
            ]
            delta = [total * h * (1 - h) for total, h in zip(sums, a[layer])]
    return totals


def _any_depth(W1, b1, W2, b2, W3, b3, x, t):
    """Two loops over layers: one forward, one backward."""
    parameters, a = [(W1, b1), (W2, b2), (W3, b3)], [x]
    for W, b in parameters:
        a.append(sigmoid(np.inner(a[-1], W) + b))
    blame, found = (a[-1] - t) / len(x), []
    while parameters:
        W, b = parameters.pop()
        above = a.pop()
        delta = blame * (above - above * above)
        found = [np.einsum("mj,mi->ji", delta, a[-1]), delta.sum(0), *found]
        blame = delta @ W
    return tuple(found)


def _with_class(W1, b1, W2, b2, W3, b3, x, t):
    class Layer:
        def __init__(self, W, b):
            self.W, self.b = W, b

        def forward(self, below):
            self.below, self.a = below, sigmoid(below @ self.W.T + self.b)
            return self.a

        def back(self, blame):
            delta = blame * self.a * (1 - self.a)
            self.gradients = delta.T @ self.below / len(delta), delta.mean(axis=0)
            return delta @ self.W

    layers = Layer(W1, b1), Layer(W2, b2), Layer(W3, b3)
    signal = x
    for layer in layers:
        signal = layer.forward(signal)
    signal = signal - t
    for layer in layers[::-1]:
        signal = layer.back(signal)
    return [gradient for layer in layers for gradient in layer.gradients]


def _single_precision(W1, b1, W2, b2, W3, b3, x, t):
    given = (array.astype(np.float32) for array in (W1, b1, W2, b2, W3, b3, x, t))
    return _textbook(*given)


def _columns_in_mitchells_sign(W1, b1, W2, b2, W3, b3, x, t):
    """An example a column, error terms −∂E/∂net, and the sign turned at the end."""
    h1 = sigmoid(W1 @ x.T + b1[:, None])
    h2 = sigmoid(W2 @ h1 + b2[:, None])
    o = sigmoid(W3 @ h2 + b3[:, None])
    delta3 = o * (1 - o) * (t.T - o)
    delta2 = h2 * (1 - h2) * (W3.T @ delta3)
    delta1 = h1 * (1 - h1) * (W2.T @ delta2)
    steps = (
        delta1 @ x, delta1.sum(axis=1), delta2 @ h1.T, delta2.sum(axis=1),
        delta3 @ h2.T, delta3.sum(axis=1),
    )  # fmt: skip
    return [(-step / len(t)).tolist() for step in steps]


def _textbook(
    W1, b1, W2, b2, W3, b3, x, t, *, net=None, slope3=None, slope2=None, slope1=None,
    back=None, below=None, mean=None,
):  # fmt: skip
    """The right gradients, with places where a mistake can be put in."""
    net = net or (lambda a, W, b: a @ W.T + b)
    back = back or (lambda delta, W: delta @ W)
    mean = mean or (lambda products: products.mean(axis=0))
    z1 = net(x, W1, b1)
    a1 = sigmoid(z1)
    z2 = net(a1, W2, b2)
    a2 = sigmoid(z2)
    z3 = net(a2, W3, b3)
    a3 = sigmoid(z3)
    delta3 = (a3 - t) * (slope3 or _slope)(z3)
    delta2 = back(delta3, W3) * (slope2 or _slope)(z2)
    delta1 = back(delta2, W2) * (slope1 or _slope)(z1)
    starts, found = (below or (lambda *a: a[:3]))(x, a1, a2, a3), []
    for delta, start in zip((delta1, delta2, delta3), starts):
        found += [mean(delta[:, :, None] * start[:, None, :]), mean(delta)]
    return tuple(found)


def _slope(z: Any) -> Any:
    a = sigmoid(z)
    return a * (1 - a)


def _with(**changes: Any) -> Any:
    def wrong(W1, b1, W2, b2, W3, b3, x, t):
        return _textbook(W1, b1, W2, b2, W3, b3, x, t, **changes)

    return wrong


def _uphill(W1, b1, W2, b2, W3, b3, x, t):
    return tuple(-each for each in _textbook(W1, b1, W2, b2, W3, b3, x, t))


def _layer_skipped(W1, b1, W2, b2, W3, b3, x, t):
    """The first layer's error terms straight from the outputs'."""
    right = _textbook(W1, b1, W2, b2, W3, b3, x, t)
    a1 = sigmoid(x @ W1.T + b1)
    a3 = sigmoid(sigmoid(a1 @ W2.T + b2) @ W3.T + b3)
    delta1 = ((a3 - t) * a3 * (1 - a3)) @ W3 * a1 * (1 - a1)
    return delta1.T @ x / len(x), delta1.mean(axis=0), *right[2:]


def _own_weights(W1, b1, W2, b2, W3, b3, x, t):
    """Each hidden layer sends back through the weights below it."""
    z1 = x @ W1.T + b1
    z2 = sigmoid(z1) @ W2.T + b2
    a2 = sigmoid(z2)
    a3 = sigmoid(a2 @ W3.T + b3)
    delta3 = (a3 - t) * a3 * (1 - a3)
    delta2 = delta3 @ W2 * _slope(z2)
    delta1 = delta2 @ W1 * _slope(z1)
    pairs = (delta1, x), (delta2, sigmoid(z1)), (delta3, a2)
    return tuple(part for d, a in pairs for part in (d.T @ a / len(x), d.mean(axis=0)))


def _slope_of_the_layer_above(W1, b1, W2, b2, W3, b3, x, t):
    """In the first layer the slope of the second: copied, and not changed."""
    right = _textbook(W1, b1, W2, b2, W3, b3, x, t)
    z1 = x @ W1.T + b1
    z2 = sigmoid(z1) @ W2.T + b2
    a3 = sigmoid(sigmoid(z2) @ W3.T + b3)
    delta2 = ((a3 - t) * a3 * (1 - a3)) @ W3 * _slope(z2)
    delta1 = delta2 @ W2 * _slope(z2)
    return delta1.T @ x / len(x), delta1.mean(axis=0), *right[2:]


MISTAKES = (
    Mistake(
        "uphill-and-downhill-confused",
        "All the sizes are right and all the signs are turned: this is the way the weights should "
        "go, as in exercises 1 to 4. A gradient is the derivative itself, and points uphill.",
        _uphill,
    ),
    Mistake(
        "summed-not-averaged",
        "One example comes out right, and with a batch everything is too large by the same factor. "
        "Compare it with the number of examples: J is a mean.",
        _with(mean=lambda products: products.sum(axis=0)),
    ),
    Mistake(
        "biases-not-averaged",
        "The gradients by the weights are right. Those by the biases are too large in a batch, by "
        "the number of examples. J is a mean for a bias too.",
        _with(
            mean=lambda products: (
                products.sum(axis=0) / (len(products) if products.ndim == 3 else 1)
            )
        ),
    ),
    Mistake(
        "middle-slope-left-out",
        "Layer 3 is right, and below it everything is too large. On the way from layer 3 down to "
        "the net inputs of layer 2, one factor is missing.",
        _with(slope2=np.ones_like),
    ),
    Mistake(
        "first-slope-left-out",
        "Layers 3 and 2 are right, and the first is too large. Its error terms belong to its net "
        "inputs: what lies between those and a1?",
        _with(slope1=np.ones_like),
    ),
    Mistake(
        "output-slope-left-out",
        "All six gradients are too large. The output's error terms have two factors, and the slope "
        "is one of them. If you call deltas or output_error_term, look there first.",
        _with(slope3=np.ones_like),
    ),
    Mistake(
        "slope-of-the-net-input",
        "Your slopes are worked out from net inputs, with a formula that wants what comes out of "
        "the units. Which variable stands in front of the (1 − …)?",
        _with(**{f"slope{layer}": lambda z: z * (1 - z) for layer in (1, 2, 3)}),
    ),
    Mistake(
        "slope-of-the-layer-above",
        "Layers 3 and 2 are right. In the first layer, look at the activations of which your slope "
        "is made: whose net inputs should it lead back to? It raises an error only where the two "
        "hidden layers are of different sizes.",
        _slope_of_the_layer_above,
    ),
    Mistake(
        "layer-skipped",
        "Layers 3 and 2 are right. Your first layer hears from the outputs directly. Which layer "
        "does it feed, and whose error terms should it get?",
        _layer_skipped,
    ),
    Mistake(
        "weights-of-the-layer-below",
        "Layer 3 is right. On the way back from layer 3 to layer 2 you pass through a matrix that "
        "does not lie between these two. Draw the network, and write W1, W2 and W3 where they "
        "are.",
        _own_weights,
    ),
    Mistake(
        "weights-transposed",
        "Layer 3 is right. On the way back the errors pass through the weights the wrong way "
        "round, which raises no error where a matrix is square. W[k, j] leads to unit k from unit "
        "j.",
        _with(back=lambda delta, W: delta @ W.T),
    ),
    Mistake(
        "activations-of-the-wrong-layer",
        "All gradients by the biases are right. A weight's gradient holds what comes in where the "
        "weight starts; you take what comes out where it ends.",
        _with(below=lambda *a: a[1:]),
    ),
    Mistake(
        "inputs-in-every-layer",
        "Layer 1 is right, and so are all the biases. In layers 2 and 3 you multiply by x. What "
        "comes in there?",
        _with(below=lambda x, *a: (x, x, x)),
    ),
    Mistake(
        "bias-left-out-of-the-forward-pass",
        "It goes wrong on the way forward: the net inputs lack their biases. Print the first net "
        "input of the first case; it should be 0.2.",
        _with(net=lambda a, W, b: a @ W.T),
    ),
    Mistake(
        "forward-weights-transposed",
        "It goes wrong on the way forward: a row of W belongs to one unit, and you take a column. "
        "Where a matrix is square nothing is raised.",
        _with(net=lambda a, W, b: a @ W + b),
    ),
)

RIGHT = (_loops, _any_depth, _with_class, _single_precision, _columns_in_mitchells_sign)
