"""Points in the plane: where they lie, what class they have, and what noise does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mlpkit.datasets import plane, polygons

ALL = pytest.mark.parametrize("make", plane.PLAYGROUND.values(), ids=plane.PLAYGROUND)
CLASSES = [plane.circles, plane.exclusive_or, plane.two_gaussians, plane.spirals]


@ALL
@pytest.mark.parametrize("count", [2, 7, 200])
def test_shapes(make, count):
    data = make(count)
    assert data.x.shape == (count, 2)
    assert data.t.shape == (count, 1)
    assert data.x.dtype == data.t.dtype == np.float64


@ALL
def test_the_seed_decides_and_nothing_else(make):
    np.random.seed(1)
    before = make(50, 0.2, seed=3)
    np.random.seed(2)
    state = np.random.get_state()[1].copy()
    again = make(50, 0.2, seed=3)
    assert np.array_equal(before.x, again.x) and np.array_equal(before.t, again.t)
    assert not np.array_equal(before.x, make(50, 0.2, seed=4).x)
    assert np.array_equal(np.random.get_state()[1], state)
    generator = np.random.default_rng(3)
    assert np.array_equal(make(50, 0.2, seed=generator).x, before.x)
    assert not np.array_equal(make(50, 0.2, seed=generator).x, before.x)


@ALL
def test_noise_changes_what_is_learned(make):
    clean, noisy = make(400, 0.0, seed=1), make(400, 0.4, seed=1)
    assert not (np.array_equal(clean.x, noisy.x) and np.array_equal(clean.t, noisy.t))


@pytest.mark.parametrize("make", CLASSES)
def test_classes_are_even_and_mixed(make):
    t = make(1000).t[:, 0]
    assert set(t) == {0, 1}
    assert 420 < t.sum() < 580
    assert 30 < t[:100].sum() < 70


def test_circles():
    data = plane.circles(500)
    radius = np.hypot(*data.x.T)
    assert (radius[data.t[:, 0] == 1] < 2.5).all()
    outer = radius[data.t[:, 0] == 0]
    assert (outer >= 3.5).all() and (outer <= 5).all()


def test_circles_go_all_the_way_round():
    data = plane.circles(4000)
    for label in (0, 1):
        angle = np.arctan2(*data.x[data.t[:, 0] == label].T)
        counted, _ = np.histogram(angle, bins=8, range=(-np.pi, np.pi))
        assert np.allclose(counted, 250, atol=70)


def test_exclusive_or_is_that_of_the_signs():
    data = plane.exclusive_or(500)
    assert np.array_equal(data.t[:, 0] == 1, (data.x[:, 0] > 0) != (data.x[:, 1] > 0))
    assert (np.abs(data.x) >= 0.3).all() and (np.abs(data.x) <= 5.3).all()


@pytest.mark.parametrize(("noise", "variance"), [(0.0, 0.5), (0.5, 4.0)])
def test_two_gaussians_have_the_playgrounds_places_and_spreads(noise, variance):
    data = plane.two_gaussians(20000, noise)
    for label, centre in ((1, 2.0), (0, -2.0)):
        cloud = data.x[data.t[:, 0] == label]
        assert np.allclose(cloud.mean(axis=0), centre, atol=0.08)
        assert np.allclose(cloud.var(axis=0), variance, rtol=0.06)


def test_spirals_are_half_a_turn_apart():
    data = plane.spirals(400)
    one, other = data.x[data.t[:, 0] == 1], data.x[data.t[:, 0] == 0]
    by_radius = [points[np.argsort(np.hypot(*points.T))] for points in (one, other)]
    assert np.allclose(by_radius[0], -by_radius[1])
    assert np.hypot(*data.x.T).max() < 5
    # Class 1 begins upwards and winds one and three quarter times, the outer end being 5 away.
    angle = np.unwrap(np.arctan2(*by_radius[0][1:].T))
    assert angle[0] == pytest.approx(2 * np.pi * 1.75 / 200)
    assert angle[-1] == pytest.approx(2 * np.pi * 1.75 * 199 / 200)
    assert np.allclose(np.hypot(*by_radius[0].T), 5 * np.arange(200) / 200)
    # No line tells them apart: on any side of any line through the middle there are both.
    assert 0.3 < data.t[data.x[:, 0] > 0].mean() < 0.7


def test_the_plane_and_the_hills():
    data = plane.sloping_plane(100)
    assert np.allclose(data.t[:, 0], data.x.sum(axis=1) / 10)
    data = plane.hills(4000)
    near = [np.linalg.norm(data.x - top, axis=1) < 0.3 for top in ((0, -2.5), (0, 2.5), (2, 0))]
    assert data.t[near[0]].min() > 0.8 and data.t[near[1]].max() < -0.8
    assert np.array_equal(np.unique(data.t[near[2]]), [0])
    place = np.linalg.norm(data.x - [-4, 2.5], axis=1)
    inner = place < 2
    assert np.allclose(data.t[inner, 0], 1 - place[inner] / 2)


def test_gaussians_of_many_classes():
    centres = [[0, 0, 9], [8, 0, 0], [0, 8, 0], [-8, -8, 0]]
    data = plane.gaussians(402, centres, 0.5, seed=1)
    assert data.t.shape == (402, 4) and (data.t.sum(axis=1) == 1).all()
    assert sorted(data.t.sum(axis=0)) == [100, 100, 101, 101]
    nearest = np.linalg.norm(data.x[:, None] - np.array(centres), axis=2).argmin(axis=1)
    assert np.array_equal(nearest, data.about["class"])
    assert np.array_equal(nearest, data.t.argmax(axis=1))


@given(st.integers(3, 9), st.floats(0.1, 50), st.booleans())
def test_points_of_a_polygon_are_on_the_right_side(corners, radius, reverse):
    border = polygons.regular(corners, radius) + 3.0
    data = polygons.polygon(border[::-1] if reverse else border, 40, seed=2)
    is_in = data.t[:, 0] == 1
    assert is_in.sum() == 20
    # A point is inside a regular polygon if it is nearer than the sides in all their directions.
    angle = 2 * np.pi * (np.arange(corners) + 0.5) / corners
    outward = np.column_stack([-np.sin(angle), np.cos(angle)])
    reach = ((data.x - 3.0) @ outward.T).max(axis=1)
    apothem = radius * np.cos(np.pi / corners)
    assert (reach[is_in] <= apothem * (1 + 1e-9)).all()
    assert (reach[~is_in] >= apothem * (1 - 1e-9)).all()


@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), min_size=3, max_size=3))
def test_half_planes_say_how_far_inside_a_point_is(corners):
    corners = np.array(corners)
    first, second = corners[1] - corners[0], corners[2] - corners[0]
    assume(abs(first[0] * second[1] - first[1] * second[0]) > 0.1)
    W, b = polygons.half_planes(corners)
    assert np.allclose(np.hypot(*W.T), 1)
    assert (W @ corners.mean(axis=0) + b > 0).all()
    # Each corner lies on two of the sides, and inside of the third.
    depth = corners @ W.T + b
    assert np.allclose(np.sort(depth, axis=1)[:, :2], 0, atol=1e-9)
    assert polygons.inside(
        [corners.mean(axis=0), corners[0] * 2 - corners.mean(axis=0)], corners
    ).tolist() == [True, False]


def test_points_fill_a_polygon_evenly():
    square = [[0, 0], [4, 0], [4, 1], [0, 1]]
    data = polygons.polygon(square, 8000)
    inside = data.x[data.t[:, 0] == 1]
    counted, _, _ = np.histogram2d(*inside.T, bins=4, range=[[0, 4], [0, 1]])
    assert np.allclose(counted, 250, atol=75)


def test_points_outside_fill_a_box_half_as_large_again():
    square = np.array([[0, 0], [4, 0], [4, 1], [0, 1]])
    outside = polygons.polygon(square, 4000)
    outside = outside.x[outside.t[:, 0] == 0]
    assert np.allclose(outside.min(axis=0), [-1, -0.25], atol=0.02)
    assert np.allclose(outside.max(axis=0), [5, 1.25], atol=0.02)


def test_noise_of_a_polygon_is_a_part_of_its_box():
    square = np.array([[0, 0], [4, 0], [4, 1], [0, 1]])
    noisy = polygons.polygon(square, 4000, 0.1)
    noisy = noisy.x[noisy.t[:, 0] == 1]
    assert np.allclose(noisy.min(axis=0), [-0.3, -0.075], atol=[0.1, 0.025])
    assert np.allclose(noisy.max(axis=0), [4.3, 1.075], atol=[0.1, 0.025])


def test_noise_of_a_polygon_moves_points_over_the_border():
    data = polygons.polygon(polygons.regular(4), 300, 0.3)
    W, b = polygons.half_planes(polygons.regular(4))
    is_in = np.all(data.x @ W.T + b >= 0, axis=1)
    assert 0.05 < np.mean(is_in != (data.t[:, 0] == 1)) < 0.5


STAR = polygons.regular(5)[[0, 2, 4, 1, 3]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plane.circles(1), "count is 1; expected a whole number from 2 on"),
        (lambda: plane.circles(9.5), "count is 9.5"),
        (lambda: plane.spirals(10, -0.1), "noise is -0.1; expected a number from 0 to 1"),
        (lambda: plane.spirals(10, float("nan")), "noise is nan"),
        (lambda: plane.spirals(10, "much"), "noise is 'much'"),
        (lambda: plane.hills(10, 0, seed=None), "seed is None; expected a whole number from 0"),
        (lambda: plane.hills(10, 0, seed=-1), "seed is -1"),
        (lambda: plane.hills(10, 0, seed=1.5), "seed is 1.5"),
        (lambda: plane.gaussians(10, [[0, 0]]), r"shape \(1, 2\); expected \(classes, inputs\)"),
        (lambda: plane.gaussians(10, [0, 1]), r"expected \(classes, inputs\)"),
        (lambda: plane.gaussians(10, [[0], [np.inf]]), "finite"),
        (lambda: plane.gaussians(1, [[0], [1]]), "count is 1; expected .* from 2 on"),
        (lambda: polygons.half_planes([[0, 0], [1, 1]]), "at least three"),
        (lambda: polygons.half_planes([[0, 0], [1, 1], [2, np.nan]]), "finite"),
        (lambda: polygons.half_planes([[0, 0], [0, 0], [1, 1]]), "corner 1 and the next are"),
        (lambda: polygons.half_planes([[0, 0], [1, 1], [2, 2]]), "convex polygon"),
        (lambda: polygons.half_planes([[0, 0], [2, 0], [0.5, 0.5], [0, 2]]), "convex polygon"),
        (lambda: polygons.half_planes([[0, 0], [1, 0], [0, 1], [1, 1]]), "convex polygon"),
        (lambda: polygons.half_planes(STAR), "once round"),
        (lambda: polygons.regular(2), "corners is 2; expected a whole number from 3 on"),
    ],
)
def test_what_does_not_fit_is_explained(call, message):
    with pytest.raises(ValueError, match=message):
        call()
