"""Gradients of 200 random networks against an automatic differentiator and central differences.

The differentiator, JAX, is given the network written a second time: nothing of mlpkit is in it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import pairwise
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pytest
from array_api_compat import array_namespace

from mlpkit.activations import ACTIVATIONS
from mlpkit.arrays import to_device
from mlpkit.gradcheck import check_network
from mlpkit.losses import LOSSES
from mlpkit.network import Network, deltas, forward, gradients
from mlpkit.penalties import Penalty, l1, l2

NETWORKS = range(200)
LAYERS, UNITS, EXAMPLES = 6, 5, 64  # at most

ELEMENTWISE = sorted(set(ACTIVATIONS) - {"softmax"})
PENALTIES: dict[str, Penalty | None] = {"none": None, "l1": l1(0.03), "l2": l2(0.03)}


class Case(NamedTuple):
    """A network, examples, a loss and a penalty."""

    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    parameters: np.ndarray
    x: np.ndarray
    t: np.ndarray
    loss: str
    penalty: str


@cache
def case(number: int) -> Case:
    rng = np.random.default_rng(number)
    loss = list(LOSSES)[number % len(LOSSES)]
    sizes = rng.integers(1, UNITS, size=rng.integers(2, LAYERS + 1, endpoint=True), endpoint=True)
    # The only class there is has the probability 1 and the loss 0, whatever the network does.
    sizes[-1] = max(sizes[-1], 2) if loss == "cross_entropy" else sizes[-1]
    activations = rng.choice(ELEMENTWISE, size=len(sizes) - 1).tolist()
    activations[-1] = LOSSES[loss].output or activations[-1]
    parts = []
    for inputs, units in pairwise(sizes):
        parts += [rng.normal(0, inputs**-0.5, units * inputs), rng.normal(0, 1, units)]
    examples = rng.choice([1, EXAMPLES, rng.integers(1, EXAMPLES)])
    x = rng.normal(size=(examples, sizes[0]))
    shape = (examples, sizes[-1])
    targets = {
        "squared_error": rng.normal(size=shape),
        "negative_log_likelihood": rng.uniform(size=shape),
        "cross_entropy": rng.dirichlet(np.ones(sizes[-1]), size=examples),
    }
    return Case(
        tuple(sizes.tolist()),
        tuple(activations),
        np.concatenate(parts),
        x,
        targets[loss],
        loss,
        rng.choice(list(PENALTIES)),
    )


def our_gradient(case: Case, xp: ModuleType = np) -> Any:
    parameters, x, t = (xp.asarray(part) for part in (case.parameters, case.x, case.t))
    network = Network(case.sizes, case.activations, parameters)
    trace = forward(network, x)
    gradient = gradients(trace, deltas(network, trace, t, LOSSES[case.loss]))
    penalty = PENALTIES[case.penalty]
    if penalty is not None:
        gradient = gradient + penalty.slope(network.parameters * network.weight_mask)
    return gradient


# The differentiator's turn


@pytest.fixture(scope="module")
def jax_gradient() -> Callable[..., Any]:
    """The gradient of the cost by W and b, as a function that JAX has compiled.

    It compiles anew for each shape, which takes longer than everything else here. So all networks
    are given the same shape, by layers, units and examples that have no effect.
    """
    reason = "JAX is not installed. Install it (pip install jax)."
    jax = pytest.importorskip("jax", reason=reason)
    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy
    functions = {
        "sigmoid": jax.nn.sigmoid,
        "tanh": jnp.tanh,
        "relu": jax.nn.relu,
        "softplus": jax.nn.softplus,
        "identity": lambda z: z,
        "absolute": jnp.abs,
        "softmax": jax.nn.softmax,
    }
    losses = {
        "squared_error": lambda a, z, t: 0.5 * (a - t) ** 2,
        "negative_log_likelihood": lambda a, z, t: (
            -t * jax.nn.log_sigmoid(z) - (1 - t) * jax.nn.log_sigmoid(-z)
        ),
        "cross_entropy": lambda a, z, t: -t * jax.nn.log_softmax(z),
    }
    penalties = {
        "none": lambda W: 0.0,
        "l1": lambda W: 0.03 * jnp.sum(jnp.abs(W)),
        "l2": lambda W: 0.015 * jnp.sum(W**2),
    }

    def chosen(number: Any, functions: Any, *arguments: Any) -> Any:
        return jax.lax.switch(number, list(functions.values()), *arguments)

    def total(W: Any, b: Any, x: Any, t: Any, real: Any, kinds: Any, loss: Any, pen: Any) -> Any:
        a = x
        for layer in range(LAYERS):
            z = a @ W[layer].T + b[layer]
            # An output that is not real shall have no share of a softmax.
            z = jnp.where(real.any(axis=0), z, -1e9) if layer == LAYERS - 1 else z
            a = chosen(kinds[layer], functions, z)
        each = jnp.where(real, chosen(loss, losses, a, z, t), 0.0)
        return jnp.sum(each) / jnp.sum(real.any(axis=1)) + chosen(pen, penalties, W)

    compiled = jax.jit(jax.grad(total, argnums=(0, 1)))

    def gradient(case: Case) -> np.ndarray:
        # Layers that change nothing come first.
        W = np.stack([np.eye(UNITS)] * LAYERS)
        b, kinds = np.zeros((LAYERS, UNITS)), np.full(LAYERS, list(functions).index("identity"))
        x, t = np.zeros((EXAMPLES, UNITS)), np.zeros((EXAMPLES, UNITS))
        real = np.zeros((EXAMPLES, UNITS), dtype=bool)
        x[: len(case.x), : case.sizes[0]], t[: len(case.t), : case.sizes[-1]] = case.x, case.t
        real[: len(case.t), : case.sizes[-1]] = True
        first, start, spots = LAYERS - len(case.activations), 0, []
        for layer, (inputs, units) in enumerate(pairwise(case.sizes), start=first):
            middle, end = start + units * inputs, start + units * (inputs + 1)
            W[layer] = 0
            W[layer, :units, :inputs] = case.parameters[start:middle].reshape(units, inputs)
            b[layer, :units] = case.parameters[middle:end]
            kinds[layer] = list(functions).index(case.activations[layer - first])
            spots.append((layer, units, inputs))
            start = end
        loss, penalty = list(losses).index(case.loss), list(penalties).index(case.penalty)
        by_W, by_b = map(np.asarray, compiled(W, b, x, t, real, kinds, loss, penalty))
        return np.concatenate(
            [
                part
                for layer, units, inputs in spots
                for part in (by_W[layer, :units, :inputs].ravel(), by_b[layer, :units])
            ]
        )

    return gradient


@pytest.mark.parametrize("number", NETWORKS)
def test_gradient_is_that_of_an_automatic_differentiator(
    number: int, jax_gradient: Callable[..., Any]
) -> None:
    ours, theirs = our_gradient(case(number)), jax_gradient(case(number))
    assert theirs.dtype == np.float64
    # Each derivative to ten digits, unless the terms that it is the sum of cancel that far.
    assert ours == pytest.approx(theirs, rel=1e-10, abs=1e-14 * np.abs(theirs).max())


@pytest.mark.parametrize("number", NETWORKS)
def test_gradient_is_that_of_central_differences(number: int) -> None:
    drawn = case(number)
    network = Network(drawn.sizes, drawn.activations, drawn.parameters)
    loss, penalty = LOSSES[drawn.loss], PENALTIES[drawn.penalty]
    report = check_network(network, drawn.x, drawn.t, loss, penalty)
    assert report.analytic.tolist() == our_gradient(drawn).tolist()
    assert report.error < 1e-7, str(report)
    assert np.count_nonzero(report.at_kink) <= 0.1 * len(report.names)


def test_the_networks_are_of_all_kinds() -> None:
    drawn = [case(number) for number in NETWORKS]
    assert {len(one.sizes) - 1 for one in drawn} == {1, 2, 3, 4, 5, 6}
    assert {1, 64} < {len(one.x) for one in drawn}
    assert {name for one in drawn for name in one.activations} == set(ACTIVATIONS)
    kinds = {(one.loss, one.penalty) for one in drawn}
    assert kinds == {(loss, penalty) for loss in LOSSES for penalty in PENALTIES}
    # Few of them are dead: of most, nearly all weights matter.
    alive = sum(np.count_nonzero(our_gradient(one)) > 0.8 * len(one.parameters) for one in drawn)
    assert alive > 150


@pytest.mark.parametrize("loss", LOSSES)
def test_gradient_is_the_same_in_any_library(loss: str, xp: ModuleType) -> None:
    rng = np.random.default_rng(0)
    activations = (*ELEMENTWISE, LOSSES[loss].output or "tanh")
    x, t = rng.normal(size=(3, 3)), np.eye(3)
    drawn = Case((3,) * 8, activations, rng.normal(size=84), x, t, loss, "l2")
    gradient = our_gradient(drawn, xp)
    assert array_namespace(gradient) is array_namespace(xp.zeros(1))
    assert gradient.dtype == xp.float64
    reference = our_gradient(drawn)
    close = pytest.approx(reference, rel=1e-10, abs=1e-14 * np.abs(reference).max())
    assert to_device(gradient, "cpu") == close
