"""Invented faces: what they show, what stays the same, and that a network can learn from them."""

from __future__ import annotations

import numpy as np
import pytest

from mlpkit.datasets import faces, splits
from mlpkit.datasets.faces import Look, invented, portrait
from mlpkit.network import Network, deltas, forward, gradients, number_of_parameters
from mlpkit.updates import momentum_step

STILL = Look()


def pictures(data, **wanted):
    keep = np.all([data.about[name] == value for name, value in wanted.items()], axis=0)
    return data.x[keep].reshape(-1, *faces.SHAPE)


def test_everyone_is_seen_in_all_ways():
    data = faces.generate(2)
    assert data.x.shape == (64, 960) and data.t.shape == (64, 4)
    assert data.x.min() >= 0 and data.x.max() <= 1 and data.x.std() > 0.1
    seen = set(zip(*data.about.values(), strict=True))
    assert len(seen) == 64
    assert set(data.about) == {"person", "pose", "expression", "eyes"}
    assert data.inputs[33] == "pixel 1, 1"


def test_targets_are_those_of_the_book():
    data = faces.generate(1)
    assert np.array_equal(np.unique(data.t), [0.1, 0.9])
    assert [data.outputs[k] for k in data.t.argmax(axis=1)] == data.about["pose"].tolist()
    assert np.allclose(data.t.sum(axis=1), 1.2)


@pytest.mark.parametrize(
    ("target", "outputs"),
    [
        ("expression", faces.EXPRESSIONS),
        ("eyes", faces.EYES),
        ("person", ("person 001", "person 002")),
    ],
)
def test_other_targets(target, outputs):
    data = faces.generate(2, target=target)
    assert data.outputs == outputs
    assert [outputs[k] for k in data.t.argmax(axis=1)] == data.about[target].tolist()
    assert np.array_equal(data.x, faces.generate(2).x)


def test_more_people_leave_the_first_as_they_were():
    few, many = faces.generate(2, seed=5), faces.generate(3, seed=5)
    assert np.array_equal(few.x, many.x[:64])
    assert not np.array_equal(few.x, faces.generate(2, seed=6).x)


def test_noise_is_that_of_each_pixel():
    clean, noisy = faces.generate(1, noise=0.0), faces.generate(1, noise=0.05)
    # The looks are drawn by the same generator, so only the first picture is alike.
    difference = noisy.x[0] - clean.x[0]
    assert difference.std() == pytest.approx(0.05, rel=0.1)


def test_a_head_that_turns_is_its_mirror_image():
    person = invented(np.random.default_rng(1))._replace(background=(0.2, 0.2), place=(0.0, 0.0))
    left, right = (portrait(person, STILL._replace(turn=turn)) for turn in (-0.9, 0.9))
    ahead = portrait(person, STILL)
    # All but the light, which comes from the right.
    assert np.abs(left - right[:, ::-1]).mean() < 0.25 * np.abs(left - right).mean()
    assert np.abs(ahead - ahead[:, ::-1]).mean() < 0.25 * np.abs(left - right).mean()


def test_who_looks_to_the_left_has_the_face_on_the_left():
    data = faces.generate(10, seed=1)
    columns = np.arange(32)
    middles = {}
    for pose in ("left", "straight", "right"):
        # The head is brighter than what is behind it, and fills these rows.
        seen = pictures(data, pose=pose, eyes="open")[:, 8:20]
        bright = np.clip(seen - 0.4, 0, None)
        middles[pose] = np.mean(bright.sum(axis=(0, 1)) @ columns / bright.sum())
    assert middles["left"] + 1.5 < middles["straight"] < middles["right"] - 1.5


def test_who_looks_up_shows_less_hair():
    person = invented(np.random.default_rng(0))._replace(hairline=0.0, hair=0.05, skin=0.9)
    low, high = (portrait(person, STILL._replace(lift=lift)) for lift in (0.0, 0.7))
    assert high[5:12].sum() > 1.1 * low[5:12].sum()


def test_sunglasses_are_dark():
    for number in range(5):
        person = invented(np.random.default_rng(number))
        bare, shaded = (portrait(person, STILL._replace(sunglasses=worn)) for worn in (False, True))
        changed = np.abs(bare - shaded) > 0.02
        rows, columns = np.nonzero(changed)
        assert 20 < changed.sum() < 150 and np.ptp(rows) < 8 and np.ptp(columns) > 8
        assert shaded[changed].mean() < 0.8 * bare[changed].mean()


def test_a_smile_bends_the_mouth_up():
    person = invented(np.random.default_rng(3))
    happy, sad = (portrait(person, STILL._replace(smile=smile)) for smile in (1.0, -1.0))
    rows, _ = np.nonzero(np.abs(happy - sad) > 0.02)
    assert len(rows) > 5
    # What changes lies in the lower half of the face and nowhere else.
    assert rows.min() > 14 and rows.max() < 26


def test_frowning_moves_only_the_brows():
    person = invented(np.random.default_rng(3))
    angry, worried = (portrait(person, STILL._replace(frown=frown)) for frown in (1.0, -1.0))
    rows, _ = np.nonzero(np.abs(angry - worried) > 0.02)
    assert set(rows) & set(range(8, 15))
    assert (portrait(person, STILL) != angry).any()


def brightest_change(first, second):
    """Row and column where two pictures differ most."""
    return np.unravel_index(np.abs(first - second).argmax(), first.shape)


def test_eyes_brows_and_mouth_are_where_they_belong():
    person = invented(np.random.default_rng(4))._replace(place=(0.0, 0.0), size=9.5)
    bare = portrait(person, STILL)
    lens = brightest_change(bare, portrait(person, Look(sunglasses=True)))
    brow = brightest_change(bare, portrait(person, Look(frown=1.0)))
    mouth = brightest_change(bare, portrait(person, Look(smile=1.0)))
    # The middle of the picture, row 15, is the middle of the head; it reaches 9.5 rows from there.
    assert 11 <= brow[0] <= 13 and 12 <= lens[0] <= 15 and 18 <= mouth[0] <= 22
    assert abs(lens[1] - 15.5) >= 1.5 and abs(mouth[1] - 15.5) < 3


def test_behind_a_person_it_grows_brighter_from_one_side_to_the_other():
    person = invented(np.random.default_rng(4))._replace(background=(0.1, 0.5), size=5.0)
    top = portrait(person, STILL)[0]
    assert top[0] == pytest.approx(0.1, abs=0.01) and top[-1] == pytest.approx(0.5, abs=0.01)
    assert (np.diff(top) > 0).all()


def test_long_hair_hangs_beside_the_neck_and_stays_there_when_the_head_is_lifted():
    person = invented(np.random.default_rng(4))._replace(
        hair=0.02, long_hair=1.2, background=(0.6, 0.6), place=(0.0, 0.0)
    )
    for lift in (0.0, 0.6):
        seen = portrait(person, Look(lift=lift))
        assert seen[20, 9] < 0.1 and seen[20, 22] < 0.1
    assert portrait(person._replace(long_hair=0.0), STILL)[20, 9] > 0.5


def test_a_person_who_moves_takes_the_picture_along():
    person = invented(np.random.default_rng(4))._replace(background=(0.3, 0.3), shirt=0.3)
    here, there = portrait(person, STILL), portrait(person, Look(shift=(2.0, 1.0)))
    # Two columns to the right, and one row down.
    assert np.allclose(there[1:20, 2:], here[:19, :-2], atol=1e-9)


def accuracy(network, data):
    outputs = forward(network, data.x).output
    return np.mean(outputs.argmax(axis=1) == data.t.argmax(axis=1))


def test_a_network_learns_direction_and_knows_it_in_people_it_never_met():
    training, test = splits.split(faces.generate(24, seed=0), (0.75, 0.25), by="person")
    generator = np.random.default_rng(0)
    sizes = (960, 3, 4)
    parameters = generator.uniform(-0.05, 0.05, number_of_parameters(sizes))
    network, velocity = Network(sizes, "sigmoid", parameters), np.zeros_like(parameters)
    for _ in range(60):
        for row in generator.permutation(len(training.x)):
            trace = forward(network, training.x[row])
            gradient = gradients(trace, deltas(network, trace, training.t[row]))
            momentum_step(network.parameters, velocity, gradient, rate=0.3, momentum=0.3)
    assert accuracy(network, training) > 0.9
    assert accuracy(network, test) > 0.9


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: faces.generate(0), "people is 0; expected a whole number from 1 on"),
        (lambda: faces.generate(1, target="age"), "target is 'age'. The known ones are: pose"),
        (lambda: faces.generate(1, noise=2), "noise is 2; expected a number from 0 to 1"),
        (lambda: faces.generate(1, seed="a"), "seed is 'a'"),
    ],
)
def test_what_does_not_fit_is_explained(call, message):
    with pytest.raises(ValueError, match=message):
        call()
