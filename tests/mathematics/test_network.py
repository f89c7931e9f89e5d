"""Networks: their shapes, forward passes and gradients, one and side by side; files; bad input."""

from __future__ import annotations

import copy
import pickle
import re
from dataclasses import FrozenInstanceError

import array_api_strict
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpkit.activations import ACTIVATIONS, Activation
from mlpkit.arrays import to_device
from mlpkit.files import load, save
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

# The worked example of lecture 3, printed in a lecture deck for CS 445/545.
MITCHELL = Network.from_layers(
    [[[0.2, 0.1], [0.3, -0.4]], [[-0.1, 0.1], [-0.5, 0.3]]], [[0.1, -0.2], [-0.2, 0.1]]
)


def small(outputs="sigmoid", hidden="tanh", networks=None, seed=3):
    return random_network((3, 4, 2), [hidden, outputs], "glorot", seed=seed, networks=networks)


def examples(loss, m=5, outputs=2, seed=0):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(m, 3))
    if loss is cross_entropy:
        return x, generator.integers(0, outputs, m)
    return x, generator.uniform(0, 1, (m, outputs))


def outputs_for(loss):
    return loss.output or "sigmoid"


# Forward


def test_forward_is_that_of_a_plain_calculation():
    trace = forward(small(), [[1.0, -2.0, 0.5], [0.0, 0.0, 0.0]])
    (W1, b1, _), (W2, b2, _) = small().layers
    for row, x in enumerate([[1.0, -2.0, 0.5], [0.0, 0.0, 0.0]]):
        h = [np.tanh(sum(w * v for w, v in zip(W1[j], x, strict=True)) + b1[j]) for j in range(4)]
        for k in range(2):
            net = sum(w * v for w, v in zip(W2[k], h, strict=True)) + b2[k]
            assert trace.a[0][row].tolist() == pytest.approx(h, rel=1e-14)
            assert trace.z[1][row, k] == pytest.approx(net, rel=1e-13)
            assert trace.output[row, k] == pytest.approx(1 / (1 + np.exp(-net)), rel=1e-13)


def test_a_batch_is_its_examples_one_by_one():
    x, _ = examples(squared_error)
    batch = forward(small(), x).output
    for row in range(5):
        assert forward(small(), x[row]).output == pytest.approx(batch[row], rel=1e-14)


def test_forward_leaves_its_input_alone_and_takes_integers():
    x = np.array([[1, 0, 2]])
    expected = forward(small(), [[1.0, 0.0, 2.0]]).output
    assert (forward(small(), x).output == expected).all()
    assert x.tolist() == [[1, 0, 2]]


def test_the_output_is_of_the_library_and_precision_of_the_input(xp):
    network = small()
    network = network.with_parameters(xp.asarray(network.parameters.tolist(), dtype=xp.float32))
    x, t = examples(cross_entropy)
    network = Network(network.sizes, ["tanh", "softmax"], network.parameters)
    trace = forward(network, xp.asarray(x.tolist(), dtype=xp.float32))
    terms = deltas(network, trace, xp.asarray(t.tolist()), cross_entropy)
    for array in (*trace.z, *trace.a, *terms, gradients(trace, terms)):
        assert type(array) is type(network.parameters)
        assert array.dtype == xp.float32


# Error terms and gradient


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_every_library_gives_the_same_gradient(xp, loss):
    x, t = examples(loss)
    network = small(outputs_for(loss))
    trace = forward(network, x)
    expected = gradients(trace, deltas(network, trace, t, loss))
    network = network.with_parameters(xp.asarray(network.parameters.tolist()))
    trace = forward(network, xp.asarray(x.tolist()))
    got = gradients(trace, deltas(network, trace, xp.asarray(t.tolist()), loss))
    assert to_device(got, "cpu").tolist() == pytest.approx(expected.tolist(), rel=1e-12, abs=1e-15)


def test_the_gradient_of_a_batch_is_the_mean_of_its_examples():
    x, t = examples(squared_error)
    trace = forward(small(), x)
    batch = gradients(trace, deltas(small(), trace, t))
    each = []
    for row in range(5):
        trace = forward(small(), x[row])
        each.append(gradients(trace, deltas(small(), trace, t[row])))
    assert batch == pytest.approx(np.mean(each, axis=0), rel=1e-12)


def test_class_numbers_are_one_hot_targets():
    x, t = examples(cross_entropy)
    network = small("softmax")
    trace = forward(network, x)
    by_number = deltas(network, trace, t, cross_entropy)[-1]
    assert (by_number == deltas(network, trace, np.eye(2)[t], cross_entropy)[-1]).all()
    assert by_number == pytest.approx(trace.output - np.eye(2)[t], rel=1e-15)


def test_a_loss_of_your_own_is_asked_for_its_slope():
    doubled = negative_log_likelihood._replace(
        name="doubled", slope=lambda z, t: 2 * negative_log_likelihood.slope(z, t)
    )
    x, t = examples(negative_log_likelihood)
    trace = forward(small(), x)
    once = deltas(small(), trace, t, negative_log_likelihood)
    for twice, one in zip(deltas(small(), trace, t, doubled), once, strict=True):
        assert twice == pytest.approx(2 * one, rel=1e-14)


@pytest.mark.parametrize(
    ("outputs", "loss", "message"),
    [
        ("sigmoid", cross_entropy, "cross_entropy is for outputs that are 'softmax'.*'sigmoid'"),
        ("identity", negative_log_likelihood, "for outputs that are 'sigmoid'.*'identity'"),
        ("softmax", squared_error, "squared_error is for outputs that are any but 'softmax'"),
    ],
)
def test_a_loss_that_does_not_fit_the_outputs_names_both(outputs, loss, message):
    x, _ = examples(squared_error)
    for function in (cost, lambda n, x, t, loss: deltas(n, forward(n, x), t, loss)):
        with pytest.raises(ValueError, match=message):
            function(small(outputs), x, np.full((5, 2), 0.5), loss)


# Side by side


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_networks_side_by_side_do_what_each_does_alone(xp, loss):
    x, t = examples(loss)
    alone = [small(outputs_for(loss), seed=seed) for seed in range(3)]
    stacked = [network.parameters.tolist() for network in alone]
    together = alone[0].with_parameters(xp.asarray(stacked))
    trace = forward(together, xp.asarray(x.tolist()))
    terms = deltas(together, trace, xp.asarray(t.tolist()), loss)
    gradient = to_device(gradients(trace, terms), "cpu")
    costs = to_device(cost(together, xp.asarray(x.tolist()), xp.asarray(t.tolist()), loss), "cpu")
    assert trace.output.shape == (3, 5, 2)
    assert gradient.shape == (3, 26)
    for k, network in enumerate(alone):
        single = forward(network, x)
        expected = gradients(single, deltas(network, single, t, loss))
        assert gradient[k].tolist() == pytest.approx(expected.tolist(), rel=1e-12, abs=1e-15)
        assert float(costs[k]) == pytest.approx(float(cost(network, x, t, loss)), rel=1e-13)


def test_a_single_network_may_stand_in_a_stack():
    x, t = examples(squared_error)
    together = small(networks=1)
    alone = together.with_parameters(together.parameters[0])
    trace = forward(together, x)
    gradient = gradients(trace, deltas(together, trace, t))
    trace = forward(alone, x)
    assert gradient.shape == (1, 26)
    assert gradient[0] == pytest.approx(gradients(trace, deltas(alone, trace, t)), rel=1e-12)


def test_networks_side_by_side_are_drawn_each_from_its_own_seed():
    together = small(networks=3, seed=7)
    assert together.parameters.shape == (3, 26)
    assert (together.parameters[2] == small(seed=[7, 2]).parameters).all()


def test_networks_side_by_side_take_batches_only():
    with pytest.raises(ValueError, match=r"x has the shape \(examples, 3\); got \(3,\)"):
        forward(small(networks=2), [1, 2, 3])


# Beginnings


def test_uniform_weights_and_biases_lie_within_a_twentieth():
    first, _ = random_network((50, 400, 3), seed=1).layers
    for part in (first.W, first.b):
        assert part.min() == pytest.approx(-0.05, abs=1e-3)
        assert part.max() == pytest.approx(0.05, abs=1e-3)
        assert abs(part.mean()) < 0.003


@pytest.mark.parametrize(("scheme", "variance"), [("glorot", 2 / 500), ("he", 2 / 300)])
def test_glorot_and_he_have_their_variance_and_no_biases(scheme, variance):
    (W, b, _), _ = random_network((300, 200, 5), "relu", scheme, seed=1).layers
    assert W.var() == pytest.approx(variance, rel=0.02)
    assert abs(W.mean()) < 0.01 * variance**0.5
    assert not b.any()
    if scheme == "glorot":
        assert abs(W).max() <= np.sqrt(6 / 500)


def test_a_seed_gives_the_same_network_again_and_another_another():
    one, same, other = (random_network((5, 4, 3), seed=seed).parameters for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).all()
    assert (random_network((2, 1)).parameters == random_network((2, 1), seed=0).parameters).all()
    single = random_network((5, 4, 3), seed=1, dtype=np.float32).parameters
    assert single.dtype == np.float32
    assert (single == one.astype(np.float32)).all()


def test_the_mask_is_one_at_weights_and_zero_at_biases(xp):
    network = Network((2, 3, 1), parameters=xp.zeros(13))
    assert to_device(network.weight_mask, "cpu").tolist() == [1.0] * 6 + [0.0] * 3 + [1.0] * 3 + [0]
    together = Network((2, 1), parameters=xp.zeros((2, 3)))
    assert to_device(together.weight_mask, "cpu").tolist() == [[1, 1, 0], [1, 1, 0]]


# Views


@pytest.mark.parametrize("sizes", [(3, 2), (1, 4, 2), (4, 3, 5, 1)])
def test_a_network_is_made_of_its_layers(sizes):
    network = random_network(sizes, "tanh", seed=1)
    weights, biases = [W for W, _, _ in network.layers], [b for _, b, _ in network.layers]
    made = Network.from_layers([W.tolist() for W in weights], biases, "tanh")
    assert made.sizes == sizes
    assert (made.parameters == network.parameters).all()


def test_layers_are_views_of_the_parameters():
    network = small()
    network.layers[1].W[0, 2] = 7.0
    assert network.parameters[16 + 2] == 7.0
    network.parameters[:] = 1.0
    assert (network.layers[0].b == 1.0).all()
    together = small(networks=2)
    together.parameters[1] = 5.0
    assert (together.layers[1].b[1] == 5.0).all()


@pytest.mark.parametrize(
    "copied",
    [copy.copy, copy.deepcopy, lambda network: pickle.loads(pickle.dumps(network))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_the_layers_of_a_copy_are_views_of_its_own_parameters(copied):
    network = small()
    assert network.layers  # were made before
    other = copied(network)
    other.parameters[:] = 2.0
    assert (other.layers[0].W == 2.0).all()


def test_a_network_has_one_identity_and_keeps_its_parts():
    network = small()
    assert network != small()
    assert network in {network}
    with pytest.raises(FrozenInstanceError):
        network.parameters = np.zeros(26)  # its layers would still be views of the others


# Predictions


@pytest.mark.parametrize(
    ("outputs", "sizes", "expected"),
    [
        ("softmax", (2, 3), [1, 2]),
        ("sigmoid", (2, 3), [1, 2]),
        ("sigmoid", (2, 1), [0, 1]),
        ("identity", (2, 1), [[-3.0], [5.0]]),
        ("tanh", (2, 1), [[np.tanh(-3.0)], [np.tanh(5.0)]]),
    ],
)
def test_predictions_are_class_numbers_or_values(xp, outputs, sizes, expected):
    W = {1: [[-3.0, 5.0]], 3: [[-9.0, 0.0], [1.0, 2.0], [0.0, 3.0]]}[sizes[-1]]
    parameters = [w for row in W for w in row] + [0.0] * sizes[-1]
    network = Network(sizes, outputs, xp.asarray(parameters))
    got = predict(network, xp.asarray([[1.0, 0.0], [0.0, 1.0]]))
    assert np.allclose(to_device(got, "cpu"), expected, rtol=1e-14)
    one = to_device(predict(network, xp.asarray([0.0, 1.0])), "cpu")
    assert one.shape == np.shape(expected[1])
    assert np.allclose(one, expected[1], rtol=1e-14)


def test_a_probability_of_a_half_is_no_yes():
    assert predict(Network((2, 1)), [[0.0, 0.0]]).tolist() == [0]


# Files


@pytest.mark.parametrize("networks", [None, 3])
def test_a_saved_network_comes_back_to_the_last_bit(tmp_path, networks):
    network = random_network(
        (4, 3, 2), ["relu", "softmax"], networks=networks, dtype=np.float32, seed=2
    )
    save(network, tmp_path / "digits.npz")
    loaded = load(tmp_path / "digits.npz")
    assert loaded.parameters.dtype == np.float32
    assert (loaded.parameters == network.parameters).all()
    assert (loaded.sizes, loaded.activations) == (network.sizes, network.activations)
    assert [path.name for path in tmp_path.iterdir()] == ["digits.npz"]


def test_an_interrupted_save_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "network.npz"
    save(small(seed=1), path)
    before = path.read_bytes()

    def half_written(file, **arrays):
        file.write(before[:100])
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez", half_written)
    with pytest.raises(KeyboardInterrupt):
        save(small(seed=2), path)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["network.npz"]


def test_file_errors_name_the_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=re.escape(str(tmp_path / "no" / "net.npz"))):
        save(small(), tmp_path / "no" / "net.npz")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        load(tmp_path / "nowhere.npz")
    save(small(), tmp_path / "whole.npz")
    whole = (tmp_path / "whole.npz").read_bytes()
    np.save(tmp_path / "array.npy", np.zeros(3))
    np.savez(tmp_path / "pickled.npz", sizes=np.array([small()], dtype=object))
    np.savez(tmp_path / "other.npz", sizes=[2, 1], activations=["cube"], parameters=np.zeros(3))
    (tmp_path / "half.npz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "empty.npz").write_bytes(b"")
    (tmp_path / "text.npz").write_text("not a network")
    for name in ("array.npy", "pickled.npz", "other.npz", "half.npz", "empty.npz", "text.npz"):
        with pytest.raises(ValueError, match=f"{name} does not hold a network that save wrote"):
            load(tmp_path / name)


def test_an_activation_of_your_own_cannot_be_saved(tmp_path):
    own = Activation("sigmoid", np.square, lambda z, a: 2 * z)
    with pytest.raises(ValueError, match="cannot save 'sigmoid', which is an activation of your"):
        save(Network((2, 1), own), tmp_path / "own.npz")
    assert not list(tmp_path.iterdir())


def test_moving_to_the_cpu_gives_numpy_and_to_nowhere_is_refused():
    network = small().with_parameters(array_api_strict.asarray(small().parameters))
    assert type(network.to("cpu").parameters) is np.ndarray
    with pytest.raises(ValueError, match="no device 'tpu'"):
        network.to("tpu")


# Bad input


@pytest.mark.parametrize("sizes", [(), (3,), (2, 0, 1), (0, 1), (2, -1)])
def test_sizes_that_make_no_network(sizes):
    with pytest.raises(ValueError, match=re.escape(f"sizes are {sizes}; expected")):
        Network(sizes)


@pytest.mark.parametrize("shape", [(), (8,), (9, 1), (0, 9), (1, 1, 9)])
def test_parameters_that_do_not_fit(shape):
    message = (
        rf"has 9 parameters.*\(9,\), or \(networks, 9\).*got the shape {re.escape(str(shape))}"
    )
    with pytest.raises(ValueError, match=message):
        Network((2, 2, 1), parameters=np.zeros(shape))


@pytest.mark.parametrize(
    ("weights", "biases", "message"),
    [
        ([], [], "weights for 0 layers and biases for 0"),
        ([[[1, 2]]], [], "weights for 1 layers and biases for 0"),
        ([[[1, 2]], [[1, 2]]], [[0], [0]], r"layer 2 has 1 inputs.*\(units, 1\).*got \(1, 2\)"),
        ([[[1, 2]]], [[0, 0]], r"layer 1 has 2 inputs.*got \(1, 2\) and \(2,\)"),
        ([[1, 2]], [[0]], r"layer 1 has 2 inputs.*got \(2,\) and \(1,\)"),
        ([1.0], [[0]], r"layer 1 has .*got \(\) and \(1,\)"),
    ],
)
def test_layers_that_do_not_fit_are_named(weights, biases, message):
    with pytest.raises(ValueError, match=message):
        Network.from_layers(weights, biases)


def test_unknown_names_list_the_known():
    with pytest.raises(
        ValueError, match=f"no activation named 'cube'.*{', '.join(sorted(ACTIVATIONS))}"
    ):
        Network((2, 1), "cube")
    with pytest.raises(ValueError, match="no scheme named 'xavier'.*glorot, he, uniform"):
        random_network((2, 1), scheme="xavier")


def test_activations_that_do_not_fit_the_layers():
    with pytest.raises(ValueError, match="make 2 layers, but there are 3 activations"):
        Network((2, 2, 1), ["tanh"] * 3)
    with pytest.raises(ValueError, match="layer 1 is 'softmax', which only the last can be"):
        Network((2, 2, 2), "softmax")


@pytest.mark.parametrize("shape", [(), (2,), (5, 2), (1, 5, 3), (3, 1)])
def test_inputs_that_do_not_fit(shape):
    message = (
        rf"has 3 inputs, so x has the shape \(3,\) or \(examples, 3\); got {re.escape(str(shape))}"
    )
    with pytest.raises(ValueError, match=message):
        forward(small(), np.zeros(shape))


def test_an_empty_batch_is_refused():
    with pytest.raises(ValueError, match="x has no rows"):
        forward(small(), np.zeros((0, 3)))


def test_arrays_of_two_libraries_are_not_mixed():
    x = array_api_strict.asarray([[1.0, 2.0, 3.0]])
    with pytest.raises(TypeError, match=r"x: Array of array_api_strict, network: ndarray of numpy"):
        forward(small(), x)


def test_targets_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"outputs have the shape \(2, 2\).*got \(2, 1\)"):
        cost(small(), np.zeros((2, 3)), np.zeros((2, 1)))


def test_what_is_not_a_number_is_refused():
    for x in ("abc", [[1, 2, None]], [[1, 2], [3]], np.array([[1j, 0, 0]])):
        with pytest.raises(TypeError, match="number"):
            forward(small(), x)


@given(
    sizes=st.lists(st.integers(1, 6), min_size=2, max_size=5),
    m=st.integers(1, 7),
    seed=st.integers(0, 10**6),
)
def test_any_shape_goes_through_and_back(sizes, m, seed):
    network = random_network(sizes, "tanh", seed=seed)
    x = np.random.default_rng(seed).normal(size=(m, sizes[0]))
    trace = forward(network, x)
    terms = deltas(network, trace, np.zeros((m, sizes[-1])))
    assert [z.shape for z in trace.z] == [(m, size) for size in sizes[1:]]
    assert [term.shape for term in terms] == [z.shape for z in trace.z]
    assert gradients(trace, terms).shape == (number_of_parameters(sizes),)
    assert not network.with_parameters(np.zeros_like(network.parameters)).layers[0].W.any()
