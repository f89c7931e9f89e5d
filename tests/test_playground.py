"""The playground's experiment, without widget and page: what learns, and what can be done to it."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpkit.gradcheck import numerical_gradient
from mlpkit.losses import LOSSES
from mlpkit.network import cost
from mlpkit.penalties import l1, l2
from mlpkit.training import learn, rule_for, train
from mlpkit.widgets.playground.challenge import Challenge
from mlpkit.widgets.playground.experiment import MOST_UNDO, Experiment
from mlpkit.widgets.playground.features import FEATURES, features_of
from mlpkit.widgets.playground.history import MOST_ROWS, History
from mlpkit.widgets.playground.points import own_points, points_for
from mlpkit.widgets.playground.settings import CHOICES, DATA, DEFAULTS, Settings, outputs_for

LOSS_OF = {
    "tanh": "squared_error",
    "identity": "squared_error",
    "sigmoid": "negative_log_likelihood",
    "softmax": "cross_entropy",
}


def settings_with(**values: Any) -> Settings:
    settings = DEFAULTS
    for name, value in values.items():
        settings = settings.changed(name, value)
    return settings


def experiment_with(**values: Any) -> Experiment:
    return Experiment(settings_with(**values))


def training_part(experiment: Experiment) -> tuple[np.ndarray, np.ndarray]:
    """Features and targets, found from the points by hand."""
    points, settings = experiment.now.points, experiment.now.settings
    x1, x2 = points.x[~points.test].T
    known = {"x1": x1, "x2": x2, "x1^2": x1**2, "x2^2": x2**2, "x1*x2": x1 * x2}
    known |= {"sin(x1)": np.sin(x1), "sin(x2)": np.sin(x2)}
    labels = points.labels[~points.test]
    if settings.output == "softmax":
        t = (labels[:, None] == np.arange(points.classes)).astype(float)
    else:
        t = (np.where(labels, 1.0, -1.0) if settings.output == "tanh" else labels)[:, None]
    return np.stack([known[name] for name in settings.features], axis=1), t


def trained(begun: Experiment, epochs: int) -> Any:
    """What the trainer makes of the same network and points."""
    settings = begun.now.settings
    penalty = {"none": None, "l1": l1, "l2": l2}[settings.penalty]
    return train(
        begun.network,
        *training_part(begun),
        rate=settings.rate,
        epochs=epochs,
        loss=LOSS_OF[settings.output],
        momentum=settings.momentum,
        penalty=penalty and penalty(settings.penalty_rate),
        batch_size=settings.batch_size,
        seed=settings.seed,
    )


LEARNING: list[dict[str, Any]] = [
    {},
    {"momentum": 0.9},
    {"penalty": "l1", "penalty_rate": 0.003},
    {"penalty": "l2", "penalty_rate": 0.01, "momentum": 0.5},
    {"batch_size": 1, "data": "own"},
    {"batch_size": 30, "data": "own"},
    {"batch_size": 7, "seed": 3, "activation": "sigmoid"},
    {"output": "softmax", "hidden": (5,), "momentum": 0.9},
    {"output": "sigmoid", "activation": "relu", "initial": "he"},
    {"data": "three classes", "features": tuple(FEATURES), "initial": "glorot"},
    {"data": "multi-Gaussian", "hidden": ()},
]


def begun(values: dict[str, Any]) -> Experiment:
    """Of the reader's own data there are 30 to learn from, so that a batch of 30 is all."""
    points = points_for(DEFAULTS, None)
    own = own_points(points.x[:60], points.labels[:60].astype(int))
    return Experiment(settings_with(**values), own)


@pytest.mark.parametrize("values", LEARNING, ids=str)
def test_epochs_and_batches_are_those_of_the_trainer_bit_for_bit(values: dict[str, Any]) -> None:
    expected = trained(begun(values), 3)
    by_epoch, by_batch, by_play = begun(values), begun(values), begun(values)
    for _ in range(3):
        by_epoch.step("epoch")
        by_play.play()
    while by_batch.now.training.epochs < 3:
        by_batch.step("batch")
    for experiment in (by_epoch, by_batch, by_play):
        assert np.array_equal(experiment.network.parameters, expected.last.parameters)
        assert np.array_equal(experiment.now.training.velocity, expected.velocity)
    assert not np.array_equal(expected.last.parameters, begun(values).network.parameters)


def test_a_restored_experiment_learns_the_same() -> None:
    first = experiment_with(data="spiral", momentum=0.9, seed=4, hidden=(8, 8))
    again = experiment_with()
    again.restore(first.now.settings.to_text())
    for experiment in (first, again):
        experiment.step("epoch")
    assert np.array_equal(first.network.parameters, again.network.parameters)
    assert np.array_equal(first.network.parameters, trained(begun_like(first), 1).last.parameters)


def begun_like(experiment: Experiment) -> Experiment:
    return Experiment(experiment.now.settings)


def test_many_epochs_a_frame_are_as_many_epochs() -> None:
    once, often = experiment_with(epochs_per_frame=5), experiment_with()
    once.play()
    for _ in range(5):
        often.play()
    assert once.now.training.epochs == 5
    assert np.array_equal(once.network.parameters, often.network.parameters)


def test_steps_by_example_are_those_of_online_learning_and_name_the_example() -> None:
    single, online = experiment_with(), experiment_with(batch_size=1)
    expected = trained(online, 1)
    seen = set()
    for count in range(250):
        assert (single.now.seen, single.now.training.epochs) == (count, 0)
        single.step("example")
        seen.add(single.now.example)
    assert (single.now.seen, single.now.training.epochs) == (0, 1)
    assert np.array_equal(single.network.parameters, expected.last.parameters)
    assert seen == set(np.flatnonzero(~single.now.points.test))


def test_after_a_step_by_example_an_epoch_is_what_is_left_of_it() -> None:
    experiment = experiment_with()
    experiment.step("example")
    experiment.step("batch")
    assert experiment.now.seen == 11
    assert experiment.now.epoch == 11 / 250
    assert experiment.now.example is None
    experiment.step("epoch")
    assert (experiment.now.seen, experiment.now.training.epochs) == (0, 1)


def test_a_batch_size_may_change_within_an_epoch() -> None:
    experiment = experiment_with()
    experiment.step("batch")
    experiment.set("batch_size", 7)
    experiment.step("batch")
    assert experiment.now.seen == 17
    experiment.step("epoch")
    assert experiment.now.training.epochs == 1


def test_with_another_batch_size_the_rest_of_the_epoch_is_parted_anew() -> None:
    experiment, by_hand = experiment_with(), experiment_with().now.training
    x, t = training_part(experiment)
    order = np.random.default_rng([0, 0]).permutation(len(x))
    batches = [order[:10], *(order[first : first + 7] for first in range(10, 250, 7))]
    learn(by_hand, x, t, batches, rule_for(by_hand.last, LOSSES["squared_error"], 0.03))
    experiment.step("batch")
    experiment.set("batch_size", 7)
    experiment.step("epoch")
    assert np.array_equal(experiment.network.parameters, by_hand.last.parameters)


@pytest.mark.parametrize("data", [name for name in DATA if name != "own"])
def test_every_data_set_learns_with_every_output_that_fits(data: str) -> None:
    classes = Experiment(settings_with(data=data)).now.points.classes
    for output in outputs_for(classes):
        experiment = experiment_with(data=data, output=output)
        assert experiment.now.settings.output == output
        before = experiment.now.losses
        for _ in range(5):
            experiment.step("epoch")
        assert experiment.now.losses[0] < before[0]
        settings, t = experiment.now.settings, training_part(experiment)
        expected = cost(experiment.network, *t, LOSSES[LOSS_OF[settings.output]])
        assert experiment.now.losses[0] == pytest.approx(float(expected), rel=1e-12)


@pytest.mark.parametrize(("data", "output"), [("plane", "identity"), ("three classes", "softmax")])
def test_an_output_that_does_not_fit_is_replaced(data: str, output: str) -> None:
    experiment = experiment_with()
    experiment.set("data", data)
    assert experiment.now.settings.output == output
    experiment.set("output", "sigmoid")
    assert experiment.now.settings.output == output


@pytest.mark.parametrize("data", ["circle", "exclusive or", "Gaussian", "spiral", "plane"])
def test_data_have_noise_parts_and_seeds(data: str) -> None:
    plain = experiment_with(data=data).now.points
    assert plain.test.mean() == 0.5
    assert experiment_with(data=data, train_part=90).now.points.test.mean() == pytest.approx(0.1)
    for values in ({"noise": 30}, {"data_seed": 1}):
        other = experiment_with(data=data, **values).now.points
        changed = (other.x != plain.x).any() or (other.labels != plain.labels).any()
        assert changed, values


def test_changes_of_learning_keep_the_network_and_others_begin_anew() -> None:
    for name, choice in CHOICES.items():
        experiment = experiment_with()
        experiment.step("epoch")
        parameters = experiment.network.parameters.copy()
        value = {"layers": (3,), "seed": 7, "subset": ("x1",)}.get(
            choice.kind, choice.values[-1 if name != "data" else 1] if choice.values else None
        )
        if name == "output":
            value = "softmax"
        experiment.set(name, value)
        keeps = np.array_equal(experiment.network.parameters, parameters)
        assert keeps == choice.keeps_network, name
        assert experiment.now.training.epochs == choice.keeps_network, name


def test_a_new_rate_counts_from_the_next_step() -> None:
    """As the trainer does when it goes on with another rate, with the velocity it had."""
    experiment = experiment_with(momentum=0.9)
    start = trained(experiment, 2)
    x, t = training_part(experiment)
    expected = train(start, x, t, rate=0.003, momentum=0.9, epochs=2, batch_size=10)
    for _ in range(2):
        experiment.step("epoch")
    experiment.set("rate", 0.003)
    for _ in range(2):
        experiment.step("epoch")
    assert np.array_equal(experiment.network.parameters, expected.last.parameters)


@pytest.mark.parametrize("output", ["tanh", "sigmoid", "softmax"])
def test_the_gradient_shown_is_that_of_the_last_batch_before_its_step(output: str) -> None:
    experiment = experiment_with(output=output, penalty="l2", penalty_rate=0.1)
    x, t = training_part(experiment)
    order = np.random.default_rng([0, 0]).permutation(len(x))
    loss = LOSSES[LOSS_OF[output]]
    network = experiment.network.with_parameters(experiment.network.parameters.copy())

    def slopes(rows: np.ndarray) -> np.ndarray:
        return numerical_gradient(
            lambda p: cost(network.with_parameters(p), x[rows], t[rows], loss), network.parameters
        )

    first = slopes(order[:10])
    np.testing.assert_allclose(experiment.gradient(), first, rtol=1e-4, atol=1e-7)
    experiment.step("batch")
    np.testing.assert_allclose(experiment.gradient(), first, rtol=1e-4, atol=1e-7)
    network = experiment.network.with_parameters(experiment.network.parameters.copy())
    experiment.step("batch")
    np.testing.assert_allclose(experiment.gradient(), slopes(order[10:20]), rtol=1e-4, atol=1e-7)


def test_after_an_epoch_the_gradient_is_that_of_its_last_batch() -> None:
    by_epoch, by_batch = experiment_with(), experiment_with()
    by_epoch.step("epoch")
    for _ in range(25):
        by_batch.step("batch")
    assert np.array_equal(by_epoch.gradient(), by_batch.gradient())


def test_after_an_edit_the_gradient_is_that_of_the_batch_whose_turn_it_is() -> None:
    experiment = experiment_with()
    experiment.step("batch")
    experiment.edit([1, 0], 0.7)
    shown = experiment.gradient()
    experiment.step("batch")
    assert np.array_equal(shown, experiment.gradient())


def test_initial_weights_are_as_chosen() -> None:
    parameters = experiment_with(hidden=(8,) * 6).network.parameters
    network = experiment_with(hidden=(8,) * 6).network
    assert np.abs(parameters).max() <= 0.5
    assert all((b == 0.1).all() for _, b, _ in network.layers)
    assert not experiment_with(initial="zero").network.parameters.any()
    assert np.abs(experiment_with(initial="uniform").network.parameters).max() <= 0.05
    assert not np.array_equal(
        parameters, experiment_with(hidden=(8,) * 6, seed=1).network.parameters
    )


def test_reset_brings_the_same_weights_back_and_new_ones_if_asked() -> None:
    experiment = experiment_with()
    before = experiment.network.parameters.copy()
    experiment.step("epoch")
    experiment.reset()
    assert np.array_equal(experiment.network.parameters, before)
    assert experiment.now.training.epochs == 0
    experiment.reset(new=True)
    assert not np.array_equal(experiment.network.parameters, before)
    assert experiment.now.settings.seed == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda e: e.step("example"),
        lambda e: e.step("epoch"),
        lambda e: e.set("rate", 0.1),
        lambda e: e.set("hidden", [3]),
        lambda e: e.edit([1, 0, 0], 2.5),
        lambda e: e.add([1.0, 2.0], 1),
        lambda e: e.add([1.0, 2.0], 3),
        lambda e: e.erase(e.now.points.x[4].tolist()),
        lambda e: e.clear(),
        lambda e: e.reset(),
        lambda e: e.reset(new=True),
        lambda e: e.regenerate(),
        lambda e: e.restore("data=spiral"),
        lambda e: [e.play() for _ in range(7)],
    ],
)
def test_undo_takes_any_change_back(change: Any) -> None:
    experiment = experiment_with(momentum=0.5)
    for _ in range(2):
        experiment.step("batch")

    def seen() -> list[Any]:
        now = experiment.now
        arrays = [now.training.last.parameters, now.training.velocity, now.history.rows]
        arrays += [now.points.x, now.points.labels, experiment.gradient()]
        numbers = [now.settings, now.seen, now.training.epochs, now.losses, now.points.classes]
        return [numbers, [array.tolist() for array in arrays]]

    before = seen()
    change(experiment)
    assert seen() != before
    experiment.undo()
    assert seen() == before


def test_runs_of_play_that_are_parted_by_a_pause_are_undone_one_by_one() -> None:
    experiment = experiment_with()
    experiment.play()
    experiment.play()
    experiment.pause()
    experiment.play()
    experiment.undo()
    assert experiment.now.training.epochs == 2
    experiment.undo()
    assert experiment.now.training.epochs == 0
    experiment.play()
    experiment.undo()
    assert experiment.now.training.epochs == 0
    with pytest.raises(ValueError, match="nothing to undo"):
        experiment.undo()


def test_no_more_than_so_many_changes_are_kept() -> None:
    experiment = experiment_with(hidden=())
    for _ in range(MOST_UNDO + 5):
        experiment.step("batch")
    for _ in range(MOST_UNDO):
        experiment.undo()
    assert not experiment.can_undo
    assert experiment.now.seen == 50


def test_an_edit_sets_one_number_and_keeps_the_rest() -> None:
    experiment = experiment_with(momentum=0.9)
    experiment.step("epoch")
    before = experiment.now.copied()
    experiment.edit([2, 1, 3], -1.25)
    experiment.edit([3, 0], 0.75)
    old, new = before.training.last, experiment.network
    assert new.layers[1].W[1, 3] == -1.25
    assert new.layers[2].b[0] == 0.75
    assert (new.parameters != old.parameters).sum() == 2
    assert np.array_equal(experiment.now.training.velocity, before.training.velocity)
    assert experiment.now.training.epochs == 1
    assert experiment.now.losses != before.losses


def test_learning_that_diverges_is_said_and_stops() -> None:
    experiment = experiment_with(data="plane", rate=10, activation="identity")
    for _ in range(100):
        experiment.step("epoch")
        if experiment.problem:
            break
    assert "diverged" in experiment.problem
    assert "smaller learning rate" in experiment.problem
    assert f"epoch {experiment.now.training.epochs}" in experiment.problem
    epochs = experiment.now.training.epochs
    for again in (experiment.play, lambda: experiment.step("example")):
        again()
        assert experiment.now.training.epochs == epochs
    experiment.set("rate", 0.03)
    assert experiment.problem, "a smaller rate does not mend what is broken"
    experiment.undo()
    experiment.undo()
    assert not experiment.problem
    experiment.reset()
    assert not experiment.problem
    assert math.isfinite(experiment.now.losses[0])


def test_drawn_points_go_to_both_parts_and_keep_the_network() -> None:
    experiment = experiment_with(train_part=50)
    experiment.step("epoch")
    parameters = experiment.network.parameters.copy()
    for n in range(10):
        experiment.add([n / 2, -n / 2], n % 2)
    points = experiment.now.points
    assert experiment.now.settings.data == "own"
    assert len(points.x) == 510
    assert points.test[500:].sum() == 5
    assert points.labels[500:].tolist() == [0, 1] * 5
    assert np.array_equal(experiment.network.parameters, parameters)
    experiment.step("epoch")
    assert experiment.now.training.epochs == 2


def test_a_point_of_a_new_class_brings_a_new_output() -> None:
    experiment = experiment_with()
    experiment.step("epoch")
    experiment.add([0, 0], 2)
    assert experiment.network.sizes[-1] == 3
    assert experiment.now.settings.output == "softmax"
    experiment.add([0, 1], 3)
    assert experiment.network.sizes[-1] == 4
    assert experiment.now.training.epochs == 0


def test_points_are_drawn_from_nothing() -> None:
    experiment = experiment_with()
    experiment.clear()
    assert "no points" in experiment.problem
    experiment.play()
    assert experiment.now.training.epochs == 0
    assert not experiment.gradient().any()
    for x in (-2.0, -1.0, 1.0, 2.0):
        experiment.add([x, 0.0], int(x > 0))
    for _ in range(100):
        experiment.step("epoch")
    assert not experiment.problem
    assert experiment.now.losses[0] < 0.1
    experiment.erase([2.2, 0.0])
    assert experiment.now.points.x[:, 0].tolist() == [-2, -1, 1]
    experiment.set("data", "circle")
    experiment.set("data", "own")
    assert len(experiment.now.points.x) == 3


def test_heights_are_drawn_as_highest_and_lowest() -> None:
    experiment = experiment_with(data="plane")
    experiment.add([0, 0], 0)
    experiment.add([0, 0], 1)
    assert experiment.now.points.labels[-2:].tolist() == [-1, 1]
    with pytest.raises(ValueError, match="class is 2; expected a whole number below 2"):
        experiment.add([0, 0], 2)


def test_own_points_are_parted_and_regenerated() -> None:
    own = own_points([[n / 10, 0] for n in range(40)], [n % 2 for n in range(40)])
    experiment = Experiment(settings_with(data="own", train_part=80), own)
    first = experiment.now.points.test
    assert first.sum() == 8
    experiment.regenerate()
    assert experiment.now.points.test.sum() == 8
    assert (experiment.now.points.test != first).any()


@given(st.integers(1, 3 * MOST_ROWS))
def test_the_history_is_bounded_evenly_spread_and_ends_with_the_newest(count: int) -> None:
    history = History()
    for epoch in range(count):
        history.add(epoch, 2 * epoch, 3 * epoch)
    rows = history.rows
    assert len(rows) <= MOST_ROWS
    assert rows[-1].tolist() == [count - 1, 2 * count - 2, 3 * count - 3]
    assert rows[0, 0] == 0
    assert len(set(np.diff(rows[:-1, 0]))) <= 1
    assert len(rows) > min(count, MOST_ROWS // 2) - 1
    assert history.thinned(300)[[0, -1]].tolist() == rows[[0, -1]].tolist()


def test_of_one_epoch_the_newest_row_counts() -> None:
    history = History()
    for epoch, loss in ((0, 1.0), (1, 2.0), (1, 3.0)):
        history.add(epoch, loss, loss)
    assert history.rows[:, 1].tolist() == [1.0, 3.0]


def test_a_challenge_says_what_is_missing_and_when_it_is_reached() -> None:
    challenge = Challenge(test_loss=0.1, units=4, epochs=100)
    assert challenge.text == (
        "Reach a test loss below 0.1 with at most 4 hidden units and at most 100 epochs."
    )
    experiment = experiment_with()
    said = challenge.judge(experiment)
    assert not said["reached"]
    assert "the test loss is 0.5" in said["text"]
    assert "there are 6 hidden units" in said["text"]
    experiment.set("hidden", [4])
    for _ in range(100):
        experiment.step("epoch")
    said = challenge.judge(experiment)
    assert said["reached"]
    assert "with 4 hidden units in 100 epochs" in said["text"]
    experiment.step("epoch")
    assert challenge.judge(experiment) == {"reached": False, "text": "Not yet: it is epoch 101."}


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"test_loss": 0}, "test_loss is 0; expected a number"),
        ({"test_loss": float("nan")}, "test_loss is nan"),
        ({"test_loss": 0.1, "units": -1}, "units is -1; expected a whole number from 0"),
        ({"test_loss": 0.1, "epochs": 0}, "epochs is 0; expected a whole number from 1"),
    ],
)
def test_a_challenge_that_is_none_is_refused(values: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Challenge(**values)


def test_features_are_those_of_the_formulas() -> None:
    points = np.array([[0.5, -2.0], [3.0, 1.0]])
    expected = [[0.5, -2, 0.25, 4, -1, math.sin(0.5), math.sin(-2)], [3, 1, 9, 1, 3, 0, 0]]
    expected[1][5:] = [math.sin(3), math.sin(1)]
    np.testing.assert_allclose(features_of(points, list(FEATURES)), expected)


def test_every_pair_of_activation_and_initial_weights_runs() -> None:
    for activation, initial in product(CHOICES["activation"].values, CHOICES["initial"].values):
        experiment = experiment_with(activation=activation, initial=initial)
        experiment.step("epoch")
        assert not experiment.problem
