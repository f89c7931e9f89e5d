"""The numbers of the worked examples: those that are printed in the sources, and those that a
plain calculation with single numbers, written out below without the library, gives."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest

from mlpkit.network import Network, cost, deltas, forward, gradients
from mlpkit.updates import momentum_step
from mlpkit.worked import SLIDE, work

START = Network((2, 2, 1), "sigmoid", [0.1] * 9)
RATE, MOMENTUM = 0.2, 0.9


def first_step(rounding=None):
    return work(START, [1, 0], [0.9], rate=RATE, momentum=MOMENTUM, rounding=rounding)


def second_step(rounding=None):
    first = first_step(rounding)
    return work(
        first.network,
        [0, 1],
        [-0.3],
        rate=RATE,
        momentum=MOMENTUM,
        velocity=first.velocity,
        rounding=rounding,
    )


def shown(worked):
    return {line.symbol: line.shown for line in worked.lines}


# B1


def test_first_step_as_printed_on_the_slides():
    numbers = shown(first_step(SLIDE))
    for j in "12":
        assert numbers[f"h_{{{j}}}"] == ".55"
        assert numbers[f"\\delta_{{h_{{{j}}}}}"] == ".002"
        assert numbers[f"\\Delta w_{{o_{{1}},h_{{{j}}}}}"] == ".0095"
        assert numbers[f"w_{{o_{{1}},h_{{{j}}}}}'"] == ".1095"
        assert numbers[f"\\Delta w_{{h_{{{j}}},0}}"] == ".0004"
        assert numbers[f"w_{{h_{{{j}}},0}}'"] == ".1004"
        assert numbers[f"\\Delta w_{{h_{{{j}}},x_{{1}}}}"] == ".0004"
        assert numbers[f"w_{{h_{{{j}}},x_{{1}}}}'"] == ".1004"
        assert numbers[f"\\Delta w_{{h_{{{j}}},x_{{2}}}}"] == "0"
        assert numbers[f"w_{{h_{{{j}}},x_{{2}}}}'"] == ".1"
    assert numbers["o_{1}"] == ".552"
    assert numbers[r"\delta_{o_{1}}"] == ".086"
    assert numbers[r"\Delta w_{o_{1},0}"] == ".0172"
    assert numbers["w_{o_{1},0}'"] == ".1172"
    assert len(numbers) == 24


def test_printed_net_inputs_are_those_of_the_slides():
    z = first_step(SLIDE).trace.z
    assert z[0].tolist() == [0.2, 0.2]
    assert z[1].tolist() == [0.21]


# B1 to B3, by a plain calculation


def sigmoid(z):
    return 1 / (1 + exp(-z))


def by_hand(w, x, t, last):
    """One step for two inputs, two hidden units and one output, a number at a time.

    w: to h1 (from 1, x1, x2), to h2 (the same), to o (from 1, h1, h2); last: the last step.
    """
    h = [sigmoid(w[i] + w[i + 1] * x[0] + w[i + 2] * x[1]) for i in (0, 3)]
    o = sigmoid(w[6] + w[7] * h[0] + w[8] * h[1])
    delta_o = o * (1 - o) * (t - o)
    delta_h = [h[j] * (1 - h[j]) * w[7 + j] * delta_o for j in (0, 1)]
    ends = [delta_h[0]] * 3 + [delta_h[1]] * 3 + [delta_o] * 3
    starts = [1, *x, 1, *x, 1, *h]
    step = [RATE * ends[i] * starts[i] + MOMENTUM * last[i] for i in range(9)]
    return [*h, o, delta_o, *delta_h], step, [w[i] + step[i] for i in range(9)]


def in_that_order(network):
    (W1, b1, _), (W2, b2, _) = network.layers
    return [b1[0], *W1[0], b1[1], *W1[1], b2[0], *W2[0]]


def test_both_steps_and_the_test_pattern_at_full_precision():
    w, last = [0.1] * 9, [0] * 9
    outputs = [by_hand(w, (1, 1), 0.8, last)[0][2]]
    for worked, x, t in ((first_step(), (1, 0), 0.9), (second_step(), (0, 1), -0.3)):
        numbers, last, w = by_hand(w, x, t, last)
        assert [line.value for line in worked.lines[:6]] == pytest.approx(
            [*numbers[:3], *numbers[3:]], rel=1e-13
        )
        assert in_that_order(worked.network) == pytest.approx(w, rel=1e-13)
        velocity = worked.network.with_parameters(worked.velocity)
        assert in_that_order(velocity) == pytest.approx(last, rel=1e-12, abs=1e-17)
        outputs.append(by_hand(w, (1, 1), 0.8, last)[0][2])

    networks = [START, first_step().network, second_step().network]
    ours = [float(forward(network, [1, 1]).output[0]) for network in networks]
    assert ours == pytest.approx(outputs, rel=1e-14)
    # B3: towards the label .8 in the first step, away from it in the second.
    assert [f"{o:.4f}" for o in ours] == ["0.5535", "0.5605", "0.5496"]


# B2


def test_second_step_rounded_as_in_the_first():
    numbers = shown(second_step(SLIDE))
    assert numbers["o_{1}"] == ".559"
    assert numbers[r"\delta_{o_{1}}"] == "-.212"
    assert numbers[r"\delta_{h_{1}}"] == "-.006"
    assert numbers[r"\Delta w_{o_{1},0}"] == "-.0269"
    # x1 is 0 now: this is momentum alone.
    assert numbers[r"\Delta w_{h_{1},x_{1}}"] == ".0004"
    assert numbers[r"\Delta w_{h_{1},x_{2}}"] == "-.0012"


def test_the_target_out_of_range_is_never_reached():
    network, velocity = START.with_parameters(START.parameters.copy()), np.zeros(9)
    for _ in range(3000):
        trace = forward(network, [0, 1])
        gradient = gradients(trace, deltas(network, trace, [-0.3]))
        momentum_step(network.parameters, velocity, gradient, rate=RATE, momentum=MOMENTUM)
    assert 0.045 < cost(network, [0, 1], [-0.3]) < 0.0451


# B4

MAZUR = Network.from_layers(
    [[[0.15, 0.20], [0.25, 0.30]], [[0.40, 0.45], [0.50, 0.55]]], [[0.35, 0.35], [0.60, 0.60]]
)
X, T = [0.05, 0.10], [0.01, 0.99]


def weights_alone(gradient):
    gradient = gradient.copy()
    for layer in MAZUR.with_parameters(gradient).layers:
        layer.b[:] = 0.0
    return gradient


def mazur_after(updates, slip=False):
    """The network after some updates of the weights alone.

    With the slip, the hidden error terms are taken with output weights that are updated already.
    """
    network = MAZUR.with_parameters(MAZUR.parameters.copy())
    for _ in range(updates):
        trace = forward(network, X)
        gradient = weights_alone(gradients(trace, deltas(network, trace, T)))
        if slip:
            ahead = network.with_parameters(network.parameters - 0.5 * gradient)
            gradient = weights_alone(gradients(trace, deltas(ahead, trace, T)))
        network.parameters[:] -= 0.5 * gradient
    return network


def test_mazur_first_update():
    assert f"{cost(MAZUR, X, T):.9f}" == "0.298371109"
    after = mazur_after(1)
    assert [f"{w:.8f}" for layer in after.layers for w in layer.W.ravel()] == [
        "0.14978072",
        "0.19956143",
        "0.24975114",
        "0.29950229",
        "0.35891648",
        "0.40866619",
        "0.51130127",
        "0.56137012",
    ]
    assert f"{cost(after, X, T):.9f}" == "0.291027774"


def test_the_error_that_the_article_prints_is_that_of_a_slip():
    assert f"{cost(mazur_after(1, slip=True), X, T):.9f}" == "0.291027924"


def test_mazur_ten_thousand_updates():
    before_last = mazur_after(9_999)
    assert f"{cost(before_last, X, T):.10f}" == "0.0000351085"
    trace = forward(before_last, X)
    gradient = weights_alone(gradients(trace, deltas(before_last, trace, T)))
    last = before_last.with_parameters(before_last.parameters - 0.5 * gradient)
    assert float(cost(last, X, T)) == pytest.approx(3.510187782978859e-05, rel=1e-10)


def test_the_outputs_that_the_article_prints_are_those_of_the_slip():
    network = mazur_after(10_000, slip=True)
    assert [f"{o:.9f}" for o in forward(network, X).output] == ["0.015912196", "0.984065734"]
    assert f"{cost(network, X, T):.10f}" == "0.0000350848"
