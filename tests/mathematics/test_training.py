"""Training: what is learned, in which order, when it ends, and that it goes on as if it had not."""

from __future__ import annotations

import pickle
import sys
import tracemalloc

import array_api_strict
import numpy as np
import pytest

from mlpkit.activations import Activation, softmax
from mlpkit.arrays import to_device
from mlpkit.initial import random_network
from mlpkit.losses import LOSSES, cross_entropy, negative_log_likelihood, squared_error
from mlpkit.network import (
    Network,
    cost,
    deltas,
    forward,
    gradients,
    number_of_parameters,
    predict,
)
from mlpkit.penalties import l1, l2
from mlpkit.training import batches_of, rule_for, train
from mlpkit.updates import momentum_step

XOR = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]]
HIDDEN = ["sigmoid", "tanh", "relu", "softplus", "absolute", "identity"]


def problem(m=23, outputs=3, seed=0):
    """Inputs, and class numbers that can be learned from them."""
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(m, 4))
    return x, np.argmax(x @ generator.normal(size=(4, outputs)), axis=1)


def softmax_network(hidden="tanh", seed=1, **more):
    return random_network((4, 5, 3), [hidden, "softmax"], "glorot", seed=seed, **more)


def by_hand(network, x, t, loss, *, rate, momentum, batch_size, epochs, seed=0, decay=None):
    """The same training, of the public functions alone; returns parameters, velocity and costs."""
    parameters, velocity = network.parameters.copy(), np.zeros_like(network.parameters)
    costs = []
    for epoch in range(epochs):
        order = np.random.default_rng([seed, epoch]).permutation(len(x))
        losses = []
        for begin in range(0, len(x), batch_size):
            rows = order[begin : begin + batch_size]
            now = network.with_parameters(parameters)
            trace = forward(now, x[rows])
            losses.append(float(cost(now, x[rows], t[rows], loss)) * len(rows))
            gradient = gradients(trace, deltas(now, trace, t[rows], loss))
            momentum_step(parameters, velocity, gradient, rate=rate, momentum=momentum, decay=decay)
        costs.append(sum(losses) / len(x))
    return parameters, velocity, costs


# What is learned


@pytest.mark.parametrize("batch_size", [1, 2, 5, 12, 23, 100])
@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize("hidden", HIDDEN)
def test_training_is_forward_error_terms_gradient_and_step(batch_size, loss, hidden):
    x, classes = problem()
    t = classes if loss is cross_entropy else np.eye(3)[classes]
    network = random_network((4, 5, 3), [hidden, loss.output or "tanh"], "glorot", seed=2)
    settings = {"rate": 0.05, "momentum": 0.7, "batch_size": batch_size, "epochs": 3, "seed": 5}
    training = train(network, x, t, loss=loss, **settings)
    parameters, velocity, costs = by_hand(network, x, t, loss, **settings)
    assert training.network.parameters == pytest.approx(parameters, rel=1e-9, abs=1e-12)
    assert training.velocity == pytest.approx(velocity, rel=1e-9, abs=1e-12)
    assert training.costs == pytest.approx(costs, rel=1e-10)
    assert training.epochs == 3
    assert training.ended == "all 3 epochs are done"


def test_costs_of_many_batches_are_added_up():
    x, t = problem(m=2450)
    settings = {"rate": 0.05, "momentum": 0.5, "batch_size": 100, "epochs": 2}
    training = train(softmax_network(), x, t, loss=cross_entropy, **settings)
    _, _, costs = by_hand(softmax_network(), x, t, cross_entropy, **settings)
    assert training.costs == pytest.approx(costs, rel=1e-12)


@pytest.mark.parametrize("batch_size", [1, 6])
@pytest.mark.parametrize("sizes", [(4, 3), (4, 5, 4, 3), (4, 3, 3, 3, 3)])
def test_any_depth_learns(sizes, batch_size):
    x, classes = problem()
    network = random_network(sizes, "sigmoid", "glorot", seed=2)
    settings = {"rate": 0.3, "momentum": 0.5, "batch_size": batch_size, "epochs": 2}
    training = train(network, x, np.eye(3)[classes], **settings)
    parameters, _, _ = by_hand(network, x, np.eye(3)[classes], squared_error, **settings)
    assert training.last.parameters == pytest.approx(parameters, rel=1e-10, abs=1e-13)


@pytest.mark.parametrize("batch_size", [1, 5])
def test_decay_shrinks_weights_and_spares_biases(batch_size):
    x, t = problem()
    network = softmax_network()
    settings = {"rate": 0.1, "momentum": 0.5, "batch_size": batch_size, "epochs": 2}
    training = train(network, x, t, loss="cross_entropy", decay=0.02, **settings)
    decay = 0.02 * network.weight_mask
    parameters, _, _ = by_hand(network, x, t, cross_entropy, decay=decay, **settings)
    assert training.network.parameters == pytest.approx(parameters, rel=1e-10, abs=1e-13)


@pytest.mark.parametrize("batch_size", [1, 5, 23])
def test_an_l2_penalty_is_decay_times_the_rate(batch_size):
    x, t = problem()
    settings = {"rate": 0.1, "momentum": 0.5, "batch_size": batch_size, "epochs": 2}
    settings["loss"] = "cross_entropy"
    penalised = train(softmax_network(), x, t, penalty=l2(0.2), **settings)
    decayed = train(softmax_network(), x, t, decay=0.02, **settings)
    assert penalised.last.parameters == pytest.approx(decayed.last.parameters, rel=1e-10)
    assert train(softmax_network(), x, t, **settings).costs != penalised.costs


def test_an_l1_penalty_pulls_small_weights_to_zero():
    x, t = problem()
    settings = {"rate": 0.1, "momentum": 0.5, "batch_size": 23, "epochs": 500}
    small = []
    for penalty in (None, l1(0.05)):
        training = train(softmax_network(), x, t, loss=cross_entropy, penalty=penalty, **settings)
        small.append(np.mean(np.abs(training.network.layers[0].W) < 0.01))
    assert small[0] == 0.0
    assert small[1] > 0.5


def test_one_example_at_a_time_learns_xor():
    network = random_network((2, 2, 1), "sigmoid", "glorot", seed=1)
    training = train(network, *XOR, rate=0.5, momentum=0.9, epochs=600)
    assert training.costs[-1] < 0.001 < 0.1 < training.costs[0]
    assert predict(training.network, XOR[0]).tolist() == [0, 1, 1, 0]


def test_a_rule_is_plain_unless_more_is_asked_for():
    rule = rule_for(Network((2, 1)), squared_error, 0.1)
    assert rule == (squared_error, 0.1, 0.0, None, None)
    rule = rule_for(Network((2, 1)), squared_error, 0.1, 0.5, 0.25, l2(2.0))
    assert rule[:3] == (squared_error, 0.1, 0.5)
    assert rule.decay.tolist() == [0.25, 0.25, 0.0]
    assert rule.pull(np.ones(3)).tolist() == [2.0, 2.0, 0.0]


def test_the_network_that_was_given_is_not_changed():
    network, (x, t) = softmax_network(), problem()
    before = network.parameters.copy(), x.copy(), t.copy()
    for batch_size in (1, 5):
        train(network, x, t, loss=cross_entropy, rate=0.1, epochs=2, batch_size=batch_size)
    for array, old in zip((network.parameters, x, t), before, strict=True):
        assert (array == old).all()


def test_the_trained_network_has_the_activations_it_was_given():
    network, (x, t) = random_network((4, 5, 3), ["sigmoid", "softmax"]), problem()
    for batch_size in (1, 5):
        training = train(
            network, x, t, loss=cross_entropy, rate=1.0, epochs=1, batch_size=batch_size
        )
        assert training.network.activations == network.activations


def test_an_activation_of_your_own_is_used_though_it_has_a_known_name():
    own = (
        random_network((4, 5, 3), ["sigmoid", "softmax"])
        .activations[0]
        ._replace(function=lambda z: 0 * z)
    )
    network, (x, t) = random_network((4, 5, 3), [own, "softmax"]), problem()
    for batch_size in (1, 5):
        settings = {"rate": 0.1, "momentum": 0.0, "epochs": 1, "batch_size": batch_size}
        training = train(network, x, t, loss=cross_entropy, **settings)
        parameters, _, _ = by_hand(network, x, t, cross_entropy, **settings)
        assert training.network.parameters == pytest.approx(parameters, rel=1e-12)


@pytest.mark.parametrize("batch_size", [1, 4])
def test_every_library_learns_the_same(xp, batch_size):
    x, t = problem(m=8)
    settings = {"loss": "cross_entropy", "rate": 0.1, "momentum": 0.5, "epochs": 2}
    settings |= {"batch_size": batch_size, "penalty": l2(0.01), "validation": (x, t)}
    expected = train(softmax_network(), x, t, **settings)
    network = softmax_network().with_parameters(xp.asarray(softmax_network().parameters.tolist()))
    x, t = xp.asarray(x.tolist()), xp.asarray(t.tolist())
    got = train(network, x, t, **settings | {"validation": (x, t)})
    assert type(got.network.parameters) is type(network.parameters)
    parameters = to_device(got.network.parameters, "cpu")
    assert parameters.tolist() == pytest.approx(expected.network.parameters.tolist(), rel=1e-10)
    assert got.costs == pytest.approx(expected.costs, rel=1e-12)
    assert to_device(network.parameters, "cpu").tolist() == softmax_network().parameters.tolist()


def test_data_of_another_precision_are_learned_in_the_network_s():
    x, t = problem()
    network = softmax_network(dtype=np.float32)
    settings = {"loss": cross_entropy, "rate": 0.1, "epochs": 2}
    for batch_size in (1, 5):
        double = train(network, x, t, batch_size=batch_size, **settings)
        single = train(network, x.astype(np.float32), t, batch_size=batch_size, **settings)
        assert double.network.parameters.dtype == np.float32
        assert (double.network.parameters == single.network.parameters).all()
    assert train(Network((2, 1)), *XOR, rate=1.0, epochs=1).last.parameters.dtype == np.float64


def test_net_inputs_that_overflow_an_exponential_are_no_warning(recwarn):
    network = Network((1, 1, 1), "sigmoid", [2000.0, 0.0, 1.0, 0.0])
    x, t = [[-1.0], [1.0]], [[0.4], [0.6]]
    for batch_size in (1, 2):
        training = train(network, x, t, rate=0.1, epochs=2, batch_size=batch_size)
        assert training.costs[0] < 0.02
    assert not recwarn.list


def test_a_loss_of_your_own_may_return_what_it_was_given():
    pull = squared_error._replace(name="pull", slope=lambda a, t: t)
    x, classes = problem()
    t, network = np.eye(3)[classes], random_network((4, 5, 3), "tanh", seed=1)
    for batch_size in (1, 5, 23):
        settings = {"rate": 0.1, "momentum": 0.5, "epochs": 2, "batch_size": batch_size}
        training = train(network, x, t, loss=pull, **settings)
        parameters, _, _ = by_hand(network, x, np.eye(3)[classes], pull, **settings)
        assert training.last.parameters == pytest.approx(parameters, rel=1e-10)
        assert (t == np.eye(3)[classes]).all()


def test_large_scores_do_not_overflow_softmax():
    network = Network((1, 2), "softmax", [900.0, -900.0, 0.0, 0.0])
    for batch_size in (1, 2):
        training = train(network, [[1.0], [-1.0]], [0, 1], loss=cross_entropy, rate=0.1, epochs=2,
                         batch_size=batch_size)  # fmt: skip
        assert training.costs == [0.0, 0.0]
        assert (training.network.parameters == network.parameters).all()


def test_a_relu_at_its_corner_learns_nothing():
    network = Network((2, 2, 1), ["relu", "identity"], [0.0] * 6 + [1.0] * 2 + [0.0])
    for batch_size in (1, 4):
        trained = train(network, *XOR, rate=0.1, epochs=1, batch_size=batch_size).network
        assert not trained.layers[0].W.any()
        assert trained.layers[1].b.any()


@pytest.mark.parametrize("batch_size", [1, 4])
def test_outputs_of_your_own_that_look_at_all_net_inputs(batch_size):
    # The loss looks at their net inputs, so that it learns as with ours.
    x, classes = problem()
    settings = {"rate": 0.1, "momentum": 0.5, "epochs": 2, "batch_size": batch_size}
    known = train(softmax_network(), x, np.eye(3)[classes], loss=cross_entropy, **settings)
    for name in ("softmax", "cool"):
        own = Activation(name, lambda z: softmax(z, 0.5), None)
        network = Network((4, 5, 3), ["tanh", own], softmax_network().parameters)
        mine = cross_entropy._replace(output=name)
        training = train(network, x, np.eye(3)[classes], loss=mine, **settings)
        assert training.last.parameters == pytest.approx(known.last.parameters, rel=1e-12)
        assert training.costs == pytest.approx(known.costs, rel=1e-12)


@pytest.mark.parametrize("precision", [np.float16, np.float32, np.longdouble])
@pytest.mark.parametrize("batch_size", [1, 4])
def test_any_precision_is_kept(batch_size, precision):
    x, t = problem()
    settings = {"loss": cross_entropy, "rate": 0.1, "epochs": 2, "batch_size": batch_size}
    for hidden in ("relu", "sigmoid"):
        start = softmax_network(hidden)
        exact = train(start, x, t, **settings).last.parameters
        near = train(start.with_parameters(start.parameters.astype(precision)), x, t, **settings)
        assert near.last.parameters.dtype == near.velocity.dtype == precision
        assert near.last.parameters.astype(float) == pytest.approx(exact, abs=0.02)


def test_training_holds_the_data_once_three_vectors_and_two_batches():
    sizes, size, m = (784, 128, 10), 64, 2000
    generator = np.random.default_rng(0)
    x = generator.normal(size=(m, 784)).astype(np.float32)
    t = np.eye(10, dtype=np.float32)[generator.integers(0, 10, m)]
    network = random_network(sizes, ["relu", "softmax"], "glorot", dtype=np.float32)
    settings = {"loss": cross_entropy, "rate": 0.01, "momentum": 0.9, "batch_size": size}
    train(network, x[:size], t[:size], epochs=1, **settings)
    tracemalloc.start()
    train(network, x, t, epochs=2, **settings)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    batch = size * (784 + 2 * (128 + 10))  # x, and each layer's z and a
    order = 8 * m
    assert peak < 4 * (3 * number_of_parameters(sizes) + 2 * batch) + order


# Side by side


@pytest.mark.parametrize("batch_size", [1, 5, 23])
@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_networks_side_by_side_learn_as_each_does_alone(batch_size, loss):
    x, classes = problem()
    t = classes if loss is cross_entropy else np.eye(3)[classes]
    together = random_network((4, 5, 3), ["sigmoid", loss.output or "sigmoid"], networks=6)
    settings = {"loss": loss, "rate": 0.1, "momentum": 0.8, "epochs": 4, "batch_size": batch_size}
    training = train(together, x, t, decay=0.001, **settings)
    for k in range(6):
        alone = together.with_parameters(together.parameters[k])
        single = train(alone, x, t, decay=0.001, **settings)
        assert training.last.parameters[k] == pytest.approx(single.last.parameters, rel=1e-9)
        assert [c[k] for c in training.costs] == pytest.approx(single.costs, rel=1e-11)


def test_a_thousand_xor_networks_end_at_several_costs():
    together = random_network((2, 2, 1), "tanh", "glorot", networks=1000, seed=4)
    training = train(together, *XOR, rate=0.3, momentum=0.9, epochs=400, batch_size=4)
    ends = training.costs[-1]
    assert ends.shape == (1000,)
    assert 0.3 < np.mean(ends < 0.01) < 0.99  # solved
    assert np.sum(ends > 0.05) > 10  # stuck


def test_one_of_many_that_diverges_does_not_stop_the_others():
    together = Network((1, 1), "identity", [[0.0, 0.0], [1e200, 0.0]])
    training = train(together, [[1.0]], [[1.0]], rate=0.5, epochs=20)
    assert training.epochs == 20
    assert training.costs[-1][0] < 1e-6
    assert not np.isfinite(training.costs[0][1])


# Order


def test_a_seed_gives_the_same_bits_again_and_another_others():
    x, t = problem()
    for batch_size in (1, 5):
        settings = {"loss": cross_entropy, "rate": 0.1, "epochs": 3, "batch_size": batch_size}
        one, same, other = (
            train(softmax_network(), x, t, seed=seed, **settings) for seed in (1, 1, 2)
        )
        assert (one.network.parameters == same.network.parameters).all()
        assert one.costs == same.costs
        assert (one.network.parameters != other.network.parameters).any()


def test_each_epoch_takes_every_example_once_in_a_new_order():
    seen = []

    def noted(z):
        seen.extend(np.rint(np.ravel(z)).tolist())
        return z

    recording = Network((1, 1), "identity").activations[0]._replace(function=noted)
    network = Network((1, 1), recording, [1.0, 0.0])
    x = np.arange(7.0)[:, None]
    train(network, x, np.zeros((7, 1)), rate=1e-300, epochs=2, batch_size=3)
    first, second = seen[-14:-7], seen[-7:]
    assert sorted(first) == sorted(second) == list(range(7))
    assert first != second


def test_rows_that_need_not_be_copied_are_slices():
    x = np.zeros((4, 2))
    assert batches_of(x, 4, 0, 0) == batches_of(x, 5, 0, 0) == [slice(None)]
    online = batches_of(x, 1, 0, 0)
    assert sorted((rows.start, rows.stop) for rows in online) == [(0, 1), (1, 2), (2, 3), (3, 4)]
    assert sorted(np.concatenate(batches_of(x, 3, 0, 0))) == [0, 1, 2, 3]


@pytest.mark.parametrize("batch_size", [1, 5, 23])
@pytest.mark.parametrize("networks", [None, 2])
def test_going_on_gives_the_bits_of_never_having_stopped(batch_size, networks):
    x, t = problem()
    settings = {"loss": cross_entropy, "rate": 0.1, "momentum": 0.9, "batch_size": batch_size}
    if networks is None:
        settings |= {"validation": problem(seed=9), "patience": 50}
    start = softmax_network(networks=networks)
    whole = train(start, x, t, epochs=6, seed=3, **settings)
    part = train(start, x, t, epochs=2, seed=3, **settings)
    kept = part.last.parameters.copy(), list(part.costs), part.velocity.copy()
    on = train(pickle.loads(pickle.dumps(part)), x, t, epochs=4, **settings)
    assert (on.last.parameters == whole.last.parameters).all()
    assert (on.velocity == whole.velocity).all()
    assert np.array_equal(on.costs, whole.costs)
    assert on.validation_costs == whole.validation_costs
    assert (on.network.parameters == whole.network.parameters).all()
    assert on.epochs == 6
    # The training that was gone on from stands where it stood.
    train(part, x, t, epochs=1, **settings)
    assert (part.last.parameters == kept[0]).all()
    assert np.array_equal(part.costs, kept[1])
    assert (part.velocity == kept[2]).all()


# The end


def overfitting():
    """Few examples, with noise that can be learned by heart, and others to be judged by."""
    generator = np.random.default_rng(1)
    rule = generator.normal(size=(4, 3))
    x = generator.normal(size=(55, 4))
    t = np.argmax(x @ rule + 1.5 * generator.normal(size=(55, 3)), axis=1)
    return (x[:15], t[:15]), (x[15:], t[15:])


def test_early_stopping_keeps_the_best_network():
    learned, judged_by = overfitting()
    settings = {"loss": cross_entropy, "rate": 0.005, "momentum": 0.9, "batch_size": 4}
    network = random_network((4, 20, 3), ["tanh", "softmax"], "glorot", seed=1)
    training = train(network, *learned, validation=judged_by, patience=7, epochs=500, **settings)
    best = int(np.argmin(training.validation_costs))
    assert best > 2
    assert training.ended == "the validation cost has not fallen for 7 epochs"
    assert training.epochs == len(training.validation_costs) == best + 1 + 7
    assert training.network is training.best
    until_then = train(network, *learned, epochs=best + 1, **settings)
    assert (training.network.parameters == until_then.network.parameters).all()
    assert (training.last.parameters != training.network.parameters).any()
    assert training.validation_costs[best] == pytest.approx(
        float(cost(training.network, *judged_by, cross_entropy)), rel=1e-12
    )


def test_of_equally_good_networks_the_first_is_the_best():
    # On the validation data the unit stays at 0, whatever it learns.
    network = Network((1, 1), "relu", [1.0, 0.0])
    settings = {"rate": 0.1, "validation": ([[-9.0]], [[0.0]])}
    training = train(network, [[1.0]], [[2.0]], epochs=3, **settings)
    after_one = train(network, [[1.0]], [[2.0]], epochs=1, **settings)
    assert training.validation_costs == [0.0] * 3
    assert (training.best.parameters == after_one.last.parameters).all()
    assert (training.last.parameters != training.best.parameters).any()


def test_validation_data_of_any_length_cost_their_mean():
    x, t = problem(m=2500)
    training = train(softmax_network(), x[:9], t[:9], loss=cross_entropy, rate=0.1, epochs=1,
                     validation=(x, t))  # fmt: skip
    expected = float(cost(training.last, x, t, cross_entropy))
    assert training.validation_costs == pytest.approx([expected], rel=1e-12)


def test_divergence_is_noticed():
    x, t = problem()
    network = random_network((4, 5, 1), "identity", "glorot")
    for batch_size in (1, 23):
        training = train(network, x, t[:, None], rate=50.0, epochs=500, batch_size=batch_size)
        assert training.epochs < 500
        assert "diverged" in training.ended and "smaller rate" in training.ended
        assert not np.isfinite(training.costs[-1])


@pytest.mark.parametrize("batch_size", [1, 5])
def test_ctrl_c_keeps_what_was_learned(batch_size):
    x, t = problem()
    settings = {"loss": cross_entropy, "rate": 0.1, "batch_size": batch_size}

    def press(training):
        if training.epochs == 3:
            raise KeyboardInterrupt

    training = train(softmax_network(), x, t, epochs=100, callback=press, **settings)
    assert training.ended == "interrupted in epoch 4"
    after_three = train(softmax_network(), x, t, epochs=3, **settings)
    assert (training.network.parameters == after_three.network.parameters).all()
    on = train(training, x, t, epochs=2, **settings)
    assert on.ended == "all 2 epochs are done"
    whole = train(softmax_network(), x, t, epochs=5, **settings)
    assert (on.network.parameters == whole.network.parameters).all()


def test_ctrl_c_in_the_middle_of_an_epoch_keeps_its_steps():
    calls = []

    def impatient(values, targets):
        calls.append(1)
        if len(calls) == 40:  # the first is asked of the first example, before the training
            raise KeyboardInterrupt
        return squared_error.slope(values, targets)

    x, classes = problem()
    network = random_network((4, 3), seed=1)
    loss = squared_error._replace(slope=impatient)
    training = train(network, x, np.eye(3)[classes], loss=loss, rate=0.1, epochs=9)
    assert training.ended == "interrupted in epoch 2"
    assert training.epochs == len(training.costs) == 1
    one = train(network, x, np.eye(3)[classes], rate=0.1, epochs=1)
    assert (training.network.parameters != one.network.parameters).any()


def test_a_callback_sees_each_epoch_and_can_stop():
    seen = []

    def callback(training):
        seen.append((training.epochs, len(training.costs)))
        return training.epochs == 4

    training = train(Network((2, 1)), *XOR, rate=0.1, epochs=10, callback=callback)
    assert seen == [(1, 1), (2, 2), (3, 3), (4, 4)]
    assert training.ended == "the callback stopped it"


def test_a_progress_bar_is_shown_when_asked_for(capsys):
    train(Network((2, 1)), *XOR, rate=0.1, epochs=3)
    assert capsys.readouterr().err == ""
    train(Network((2, 1)), *XOR, rate=0.1, epochs=3, progress=True)
    assert "3/3" in capsys.readouterr().err


def test_a_missing_tqdm_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with pytest.raises(ImportError, match="pip install tqdm"):
        train(Network((2, 1)), *XOR, rate=0.1, epochs=3, progress=True)


def test_no_epochs_learn_nothing():
    training = train(softmax_network(), *problem(), loss=cross_entropy, rate=0.1, epochs=0)
    assert (training.network.parameters == softmax_network().parameters).all()
    assert training.costs == []


# Bad input


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rate": 0.0}, "rate is 0.0; expected above 0"),
        ({"rate": float("nan")}, "rate is nan"),
        ({"rate": float("inf")}, "rate is inf"),
        ({"momentum": 1.0}, "momentum is 1.0; expected from 0 up to but not including 1"),
        ({"momentum": -0.1}, "momentum is -0.1"),
        ({"decay": 1.5}, "decay is 1.5; expected from 0 to 1"),
        ({"epochs": -1}, "epochs is -1; expected 0 or more"),
        ({"batch_size": 0}, "batch_size is 0; expected at least 1"),
        ({"patience": 0}, "patience is 0; expected at least 1, or None"),
        ({"patience": 3}, "patience needs validation data"),
        ({"loss": "hinge"}, "no loss named 'hinge'.*squared_error"),
        ({"loss": "cross_entropy"}, "cross_entropy is for outputs that are 'softmax'"),
    ],
)
def test_arguments_out_of_range_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        train(Network((2, 1)), *XOR, **{"rate": 0.1, "epochs": 1} | settings)


def test_arguments_at_the_edge_are_taken():
    settings = {"rate": 1e-9, "momentum": 0.0, "decay": 1.0, "epochs": 1, "patience": 1}
    training = train(random_network((2, 1)), *XOR, batch_size=1, validation=XOR, **settings)
    assert np.abs(training.last.layers[0].W).max() < 1e-8


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("row", [0, 1700])
def test_the_row_of_a_bad_number_is_named(value, row):
    x, t = np.zeros((2000, 2)), np.zeros((2000, 1))
    for bad, name in ((x, "x"), (t, "the targets")):
        bad[row, 0] = value
        with pytest.raises(ValueError, match=f"row {row} of {name} holds a NaN or an infinity"):
            train(Network((2, 1)), x, t, rate=0.1, epochs=1)
        bad[row, 0] = 0.0
    with pytest.raises(ValueError, match="row 0 of the validation data's x holds a NaN"):
        train(Network((2, 1)), x, t, rate=0.1, epochs=1, validation=([[0, value]], [[0]]))


@pytest.mark.parametrize(
    ("x", "t", "message"),
    [
        (np.zeros((0, 2)), np.zeros((0, 1)), r"shape \(examples, 2\), with at least one; got \(0,"),
        (np.zeros(2), np.zeros(1), r"x is a table of examples.*got \(2,\)"),
        (np.zeros((4, 3)), np.zeros((4, 1)), r"the network has 2 inputs.*got"),
        (np.zeros((4, 2)), np.zeros((3, 1)), r"outputs have the shape \(4, 1\).*got \(3, 1\)"),
        (np.zeros((4, 2)), np.zeros(4), r"outputs have the shape \(4, 1\).*got \(4,\)"),
    ],
)
def test_data_that_do_not_fit_are_refused(x, t, message):
    for network in (Network((2, 1)), Network((2, 1), parameters=np.zeros((5, 3)))):
        with pytest.raises(ValueError, match=message):
            train(network, x, t, rate=0.1, epochs=1)


def test_targets_outside_the_loss_are_named():
    with pytest.raises(ValueError, match="row 2 of the targets, .*3.*, is no class"):
        train(softmax_network(), np.zeros((3, 4)), [0, 1, 3], loss=cross_entropy, rate=1, epochs=1)
    network = Network((2, 1))
    with pytest.raises(ValueError, match=r"row 1 of the targets.*outside \[0, 1\]"):
        train(
            network, *XOR[:1], [[0], [2], [0], [0]], loss=negative_log_likelihood, rate=1, epochs=1
        )


def test_data_of_another_library_are_refused():
    x = array_api_strict.asarray(np.zeros((4, 2)))
    with pytest.raises(TypeError, match="x: Array of array_api_strict, network: ndarray of numpy"):
        train(Network((2, 1)), x, np.zeros((4, 1)), rate=0.1, epochs=1)


def test_validation_of_networks_side_by_side_is_refused():
    with pytest.raises(ValueError, match="validation is for a single network"):
        train(Network((2, 1), parameters=np.zeros((5, 3))), *XOR, rate=1, epochs=1, validation=XOR)


# References


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_a_hundred_steps_follow_those_of_pytorch(momentum):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed; make bench installs it.")
    network = random_network((4, 6, 5, 3), ["tanh", "sigmoid", "softmax"], "glorot", seed=3)
    x, t = problem(m=30)
    layers = [torch.nn.Linear(*shape, dtype=torch.float64) for shape in ((4, 6), (6, 5), (5, 3))]
    with torch.no_grad():
        for (W, b, _), theirs in zip(network.layers, layers, strict=True):
            theirs.weight[:], theirs.bias[:] = torch.from_numpy(W), torch.from_numpy(b)
    theirs = torch.nn.Sequential(
        layers[0], torch.nn.Tanh(), layers[1], torch.nn.Sigmoid(), layers[2]
    )
    optimizer = torch.optim.SGD(theirs.parameters(), lr=0.1, momentum=momentum)
    for epoch in range(20):
        order = np.random.default_rng([0, epoch]).permutation(30)
        for begin in range(0, 30, 6):
            rows = order[begin : begin + 6]
            optimizer.zero_grad()
            output = theirs(torch.from_numpy(x[rows]))
            torch.nn.functional.cross_entropy(output, torch.from_numpy(t[rows])).backward()
            optimizer.step()
    training = train(
        network, x, t, loss=cross_entropy, rate=0.1, momentum=momentum, batch_size=6, epochs=20
    )
    expected = [part.detach().numpy().ravel() for layer in layers for part in layer.parameters()]
    assert training.last.parameters == pytest.approx(np.concatenate(expected), rel=1e-9, abs=1e-12)
    if momentum:
        velocities = [optimizer.state[part]["momentum_buffer"] for part in theirs.parameters()]
        expected = np.concatenate([-0.1 * part.numpy().ravel() for part in velocities])
        assert training.velocity == pytest.approx(expected, rel=1e-8, abs=1e-12)
