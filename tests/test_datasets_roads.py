"""The simulated road: its geometry, its pictures, and that one can learn to drive on it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpkit.datasets import roads, splits
from mlpkit.network import Network, deltas, forward, gradients, number_of_parameters
from mlpkit.updates import momentum_step

LIGHT = (0.8, 0.3, 0.6, 1.0)
STRAIGHT = roads.Road(np.zeros(200), LIGHT)


def circle(bend):
    return roads.Road(np.full(200, bend), LIGHT)


def middle_of_asphalt(picture, row):
    """The mean column of the road's surface and lines in a row."""
    weight = np.clip(picture[row] - 0.45, 0, None)
    return weight @ (np.arange(32) - 15.5) / weight.sum()


def test_on_a_straight_road_straight_is_right():
    state = roads.start(STRAIGHT)
    assert roads.true_steering(state) == 0
    journey = roads.drive(lambda state: 0.0, state, 300)
    assert journey.stayed and len(journey.states) == 301
    assert journey.states[-1].distance == pytest.approx(300)
    assert journey.states[-1].offset == 0


@given(st.floats(-0.05, 0.05), st.floats(-1.5, 1.5))
def test_on_a_circle_the_car_on_a_parallel_circle_stays_where_it_is(bend, offset):
    # At the radius 1 / bend - offset, the curvature of the parallel circle.
    steering = bend / (1 - bend * offset)
    state = roads.start(circle(bend), offset=offset)
    for _ in range(40):
        state = roads.step(state, steering)
    assert state.offset == pytest.approx(offset, abs=1e-9)
    assert state.heading == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("steering", [0.01, -0.03, 0.1])
def test_constant_steering_is_a_circle(steering):
    """On a straight road: its curvature is the steering, so its radius is 1 / steering."""
    state = roads.start(STRAIGHT)
    for metres in range(1, 15):
        state = roads.step(state, steering)
        assert state.heading == pytest.approx(steering * metres)
        assert state.offset == pytest.approx((1 - np.cos(steering * metres)) / steering, rel=2e-3)
        assert state.distance == pytest.approx(np.sin(steering * metres) / steering, rel=2e-3)


@given(st.floats(-0.05, 0.05), st.floats(-0.5, 0.5), st.floats(-1.5, 1.5))
def test_straight_ahead_is_straight_also_on_a_bend(bend, heading, offset):
    """A straight line, as seen from a circle: its nearest point to the centre stays as near."""
    state = roads.start(circle(bend), offset=offset, heading=heading)
    before = (1 - bend * state.offset) * np.cos(state.heading)
    for _ in range(8):
        state = roads.step(state, 0.0)
    after = (1 - bend * state.offset) * np.cos(state.heading)
    assert after == pytest.approx(before, abs=2e-3)


def test_the_world_is_its_own_mirror_image():
    right = roads.start(circle(0.03), offset=0.7, heading=0.1)
    left = roads.start(circle(-0.03), offset=-0.7, heading=-0.1)
    for _ in range(10):
        assert np.allclose(roads.picture(right), roads.picture(left)[:, ::-1])
        assert roads.true_steering(right) == pytest.approx(-roads.true_steering(left))
        right, left = roads.step(right, 0.02), roads.step(left, -0.02)
        assert right.offset == pytest.approx(-left.offset)
        assert right.heading == pytest.approx(-left.heading)


@pytest.mark.parametrize(
    ("offset", "heading", "bend", "sign"),
    [(1, 0, 0, -1), (-1, 0, 0, 1), (0, 0.2, 0, -1), (0, -0.2, 0, 1), (0, 0, 0.03, 1)],
)
def test_true_steering_leads_back(offset, heading, bend, sign):
    state = roads.start(circle(bend), offset=offset, heading=heading)
    assert np.sign(roads.true_steering(state)) == sign
    for _ in range(60):
        state = roads.step(state, roads.true_steering(state))
    assert abs(state.offset) < 0.25


def test_true_steering_is_pure_pursuit():
    # From 1 m right of a straight road, the point 8 m away is 1 m left: 2 * 1 / 64.
    assert roads.true_steering(roads.start(STRAIGHT, offset=1.0)) == pytest.approx(
        -2 / 64, rel=0.02
    )
    assert roads.true_steering(roads.start(STRAIGHT, offset=2.0, heading=1.0)) == -roads.SHARPEST


@pytest.mark.parametrize("seed", range(8))
def test_the_true_direction_stays_on_the_road_and_a_blind_driver_leaves_it(seed):
    state = roads.start(roads.winding_road(seed=seed))
    good = roads.drive(roads.true_steering, state, 700)
    assert good.stayed and max(abs(state.offset) for state in good.states) < 0.5
    blind = roads.drive(lambda state: 0.0, state, 700)
    assert not blind.stayed and len(blind.steering) < 100
    assert abs(blind.states[-1].offset) > roads.HALF_WIDTH
    assert all(roads.on_road(state) for state in blind.states[:-1])


def test_steering_is_cut_off():
    state = roads.start(STRAIGHT)
    assert roads.step(state, 5.0) == roads.step(state, roads.SHARPEST)


def test_a_road_has_no_jump_where_it_begins_again():
    road = roads.winding_road(300, 0.05, seed=2)
    jumps = np.abs(np.diff(np.append(road.bend, road.bend[0])))
    assert np.abs(road.bend).max() == pytest.approx(0.05)
    assert jumps[-1] <= jumps.max() and jumps.max() < 0.03
    start, later = roads.start(road, 40.0), roads.start(road, 340.0)
    assert np.array_equal(roads.picture(start), roads.picture(later))


def test_pictures_show_sky_grass_and_road():
    picture = roads.picture(roads.start(STRAIGHT))
    assert picture.shape == (30, 32) and picture.min() >= 0 and picture.max() <= 1
    assert (picture[:4] == 0.8).all()
    assert abs(picture[25, 16] - 0.6) < 0.05
    assert abs(picture[12, 0] - 0.3) < 0.15 and abs(picture[12, 31] - 0.3) < 0.15
    # The road narrows with the distance.
    widths = (picture[8:] > 0.48).sum(axis=1)
    assert (np.diff(widths[4:]) >= 0).all() and widths[-1] > widths[4] + 6


def test_perspective_is_that_of_a_pinhole():
    """Row r below the horizon is 3 * 26 / (r - 5) m ahead; a metre there is 26 / that pixels."""
    row, ahead = 17, 3.0 * 26.0 / (17.5 - 5.0)
    for offset in (-1.0, 1.0):
        moved = middle_of_asphalt(roads.picture(roads.start(STRAIGHT, offset=offset)), row)
        assert moved == pytest.approx(-offset * 26 / ahead, abs=0.5)
    turned = middle_of_asphalt(roads.picture(roads.start(STRAIGHT, heading=0.1)), row)
    assert turned == pytest.approx(-26 * np.tan(0.1), abs=0.5)
    row, ahead = 10, 3.0 * 26.0 / (10.5 - 5.0)
    bent = middle_of_asphalt(roads.picture(roads.start(circle(0.03))), row)
    assert bent == pytest.approx(26 * 0.03 * ahead / 2, abs=1.0)


def test_the_hill_is_pomerleaus():
    t = roads.hill(roads.DIRECTIONS[12])
    assert t.shape == (30,) and t[12] == 1
    assert t[13] == pytest.approx(np.exp(-0.1)) and t[10] == pytest.approx(np.exp(-0.4))
    assert roads.hill([[0.0, 0.01]]).shape == (1, 2, 30)
    assert np.array_equal(roads.hill(0.5), roads.hill(roads.SHARPEST))


@given(st.floats(-roads.SHARPEST, roads.SHARPEST))
def test_the_steering_of_a_hill_is_what_it_was_made_from(steering):
    step = roads.DIRECTIONS[1] - roads.DIRECTIONS[0]
    assert roads.steering_of(roads.hill(steering)) == pytest.approx(steering, abs=0.5 * step)
    # A second, lower hill elsewhere does not draw it away.
    ghost = 0.5 * roads.hill(-0.1 * np.sign(steering))
    both = np.maximum(roads.hill(steering), np.where(roads.hill(steering) < 0.1, ghost, 0))
    assert roads.steering_of(both) == pytest.approx(steering, abs=1.5 * step)


def test_generated_pictures():
    data = roads.generate(6, 4, road_count=2, seed=1)
    assert data.x.shape == (48, 960) and data.t.shape == (48, 30)
    assert data.x.min() >= 0 and data.x.max() <= 1
    steering = data.about["steering"]
    assert np.array_equal(data.t, roads.hill(steering))
    # The good driver is near the middle; the other views are on both sides of it.
    good = np.arange(48) % 4 == 0
    assert np.abs(data.about["offset"][good]).max() < 0.5
    assert data.about["offset"].min() < -0.8 and data.about["offset"].max() > 0.8
    assert set(data.about["road"]) == {"road 1", "road 2"}
    assert len(set(data.about["place"])) == 12
    assert (data.about["place"].reshape(12, 4) == data.about["place"][::4, None]).all()
    assert np.abs(data.about["heading"]).max() < 0.35
    sky = data.x.reshape(-1, 30, 32)[:, :4]
    assert np.allclose(sky.std(axis=(1, 2)), 0.02, rtol=0.4)
    again = roads.generate(6, 4, road_count=2, seed=1)
    assert np.array_equal(again.x, data.x)
    assert np.array_equal(roads.generate(6, 4, road_count=1, seed=1).x, data.x[:24])


def test_a_network_learns_to_drive_on_roads_it_has_not_seen():
    data = roads.generate(30, 5, road_count=3, seed=1)
    mean = data.x.mean()
    training, _ = splits.split(data._replace(x=data.x - mean), (0.8, 0.2), by="place")
    generator = np.random.default_rng(1)
    sizes = (960, 4, 30)
    parameters = generator.uniform(-0.05, 0.05, number_of_parameters(sizes))
    network, velocity = Network(sizes, "sigmoid", parameters), np.zeros_like(parameters)
    for _ in range(40):
        for row in generator.permutation(len(training.x)):
            trace = forward(network, training.x[row])
            gradient = gradients(trace, deltas(network, trace, training.t[row]))
            momentum_step(network.parameters, velocity, gradient, rate=0.1, momentum=0.5)

    def policy(state):
        picture = roads.picture(state).reshape(-1)
        return float(roads.steering_of(forward(network, picture - mean).output))

    for seed in (101, 102, 103):
        state = roads.start(roads.winding_road(seed=seed))
        blind = roads.drive(lambda state: 0.0, state, 300)
        learned = roads.drive(policy, state, 300)
        assert len(learned.steering) > 3 * len(blind.steering)
        assert learned.stayed


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: roads.winding_road(50), "length is 50; expected a whole number from 100 on"),
        (lambda: roads.winding_road(200, 0.2), "sharpest is 0.2"),
        (lambda: roads.start(STRAIGHT, offset=3), "offset is 3; expected a number from -2 to 2"),
        (lambda: roads.start(STRAIGHT, heading=2), "heading is 2"),
        (lambda: roads.step(roads.start(STRAIGHT), float("nan")), "steering is nan"),
        (lambda: roads.drive(lambda s: None, roads.start(STRAIGHT)), "policy returned is None"),
        (lambda: roads.drive(lambda s: 0.0, roads.start(STRAIGHT), 0), "steps is 0"),
        (lambda: roads.steering_of(np.zeros(29)), r"shape \(29,\); expected \(..., 30\)"),
        (lambda: roads.generate(0), "places is 0"),
        (lambda: roads.generate(1, 0), "views is 0"),
        (lambda: roads.generate(1, 1, noise=-1), "noise is -1"),
    ],
)
def test_what_does_not_fit_is_explained(call, message):
    with pytest.raises(ValueError, match=message):
        call()
