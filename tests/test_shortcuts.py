"""Shorter paths: their gradients are those of calculus and of the computation graph."""

from __future__ import annotations

import array_api_strict
import numpy as np
import pytest

from mlpkit.gradcheck import numerical_gradient
from mlpkit.graph import Node, backpropagate
from mlpkit.network import Network, deltas, forward, gradients
from mlpkit.shortcuts import PATHS, Block, pass_back, pass_forward

NAMES = "W b V c".split()
X, TARGETS = np.random.default_rng(1).normal(0, 1, (2, 5, 3))


def blocks_of(path, depth=4, activation="tanh", width=3):
    """Blocks of one kind, with biases and gates that are not zero."""
    random = np.random.default_rng(0)
    blocks = []
    for layer in range(depth):
        inputs = width * (layer + 1) if path == "dense" else width
        W, b = random.normal(0, 1, (width, inputs)), random.normal(0, 1, width)
        V, c = random.normal(0, 1, W.shape), random.normal(0, 1, width)
        blocks.append(Block(path, W, b, activation, *([V, c] if path == "highway" else [])))
    return blocks


def cost_of(blocks, x):
    """Half the squared distance of the last three outputs from the targets, summed."""
    return 0.5 * np.sum((pass_forward(blocks, x)[-1].output[:, -3:] - TARGETS) ** 2)


def gradients_of(blocks, x):
    passages = pass_forward(blocks, x)
    return pass_back(blocks, passages, signal_of(passages[-1].output))


def signal_of(output):
    return np.pad(output[:, -3:] - TARGETS, ((0, 0), (output.shape[1] - 3, 0)))


def parts(blocks):
    return [getattr(b, name) for b in blocks for name in NAMES if getattr(b, name) is not None]


def with_parts(blocks, arrays):
    arrays, made = iter(arrays), []
    for block in blocks:
        taken = {n: next(arrays) for n in NAMES if getattr(block, n) is not None}
        made.append(Block(block.path, activation=block.activation, **taken))
    return made


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "softplus", "relu"])
@pytest.mark.parametrize("path", PATHS)
def test_gradients_are_central_differences(path, activation):
    blocks = blocks_of(path, activation=activation)
    shapes = [part.shape for part in parts(blocks)] + [X.shape]
    ends = np.cumsum([np.prod(shape) for shape in shapes])[:-1]

    def of_numbers(flat):
        *arrays, x = (p.reshape(s) for p, s in zip(np.split(flat, ends), shapes, strict=True))
        return cost_of(with_parts(blocks, arrays), x)

    signals, found = gradients_of(blocks, X)
    ours = np.concatenate([part.ravel() for part in [*parts(found), signals[0]]])
    start = np.concatenate([part.ravel() for part in [*parts(blocks), X]])
    np.testing.assert_allclose(ours, numerical_gradient(of_numbers, start), rtol=1e-6, atol=1e-7)


def by_graph(blocks, x):
    """The nodes of the inputs and of the outputs of all blocks, after back-propagation."""
    columns = [Node(x.T)]
    h = [columns]
    for block in blocks:
        width = block.W.shape[0]
        weights = [block.W[:, k * width : (k + 1) * width] for k in range(len(columns))]
        z = sum((W @ c for W, c in zip(weights, columns, strict=True)), Node(block.b[:, None]))
        a = z.activated(block.activation)
        if block.path == "dense":
            columns = [*columns, a]
        elif block.path == "residual":
            columns = [columns[0] + a]
        elif block.path == "highway":
            g = (block.V @ columns[0] + block.c[:, None]).activated("sigmoid")
            columns = [g * a + (1 - g) * columns[0]]
        else:
            columns = [a]
        h.append(columns)
    backpropagate(((columns[-1] - TARGETS.T) ** 2).sum() / 2)
    return h


@pytest.mark.parametrize("path", PATHS)
def test_signals_are_those_of_the_graph(path):
    blocks = blocks_of(path)
    signals, _ = gradients_of(blocks, X)
    columns = by_graph(blocks, X)
    output = pass_forward(blocks, X)[-1].output
    joined = np.concatenate([node.value for node in columns[-1]]).T
    np.testing.assert_allclose(output, joined, rtol=1e-12)
    for ours, nodes in zip(signals, columns, strict=True):
        # The newest columns, which in a dense net hear from all later blocks.
        np.testing.assert_allclose(ours[:, -3:], nodes[-1].gradient.T, rtol=1e-9, atol=1e-12)


def test_plain_blocks_are_a_network():
    network = Network((3, 5, 2), "tanh", np.random.default_rng(2).normal(0, 1, 32))
    blocks = [Block("plain", W, b) for W, b, _ in network.layers]
    passages, trace = pass_forward(blocks, X), forward(network, X)
    np.testing.assert_array_equal(passages[-1].output, trace.output)
    _, found = pass_back(blocks, passages, (trace.output - 0.5) / len(X))
    flat = np.concatenate([part.ravel() for part in parts(found)])
    expected = gradients(trace, deltas(network, trace, np.full((5, 2), 0.5)))
    np.testing.assert_allclose(flat, expected, rtol=1e-12)


@pytest.mark.parametrize("path", PATHS)
def test_runs_on_any_array_library_and_changes_nothing(path):
    blocks = blocks_of(path)
    before = [part.copy() for part in parts(blocks)]
    signals, _ = gradients_of(blocks, X)
    for old, new in zip(before, parts(blocks), strict=True):
        np.testing.assert_array_equal(old, new)
    strict = with_parts(blocks, map(array_api_strict.asarray, parts(blocks)))
    passages = pass_forward(strict, array_api_strict.asarray(X))
    signal = array_api_strict.asarray(signal_of(np.asarray(passages[-1].output)))
    other, _ = pass_back(strict, passages, signal)
    np.testing.assert_allclose(np.asarray(other[0]), signals[0], rtol=1e-12)


W, b = np.ones((3, 3)), np.ones(3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("express", W, b), "no path 'express'"),
        (("residual", W[:2], b[:2]), "as many units as inputs"),
        (("highway", W, b), "a gate"),
        (("highway", W, b, "tanh", W), "a gate"),
        (("plain", W, b, "tanh", W, b), "a gate"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Block(*arguments)
