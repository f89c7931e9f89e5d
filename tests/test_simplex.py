"""The triangle of three probabilities: where things lie in it, and what is drawn."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from mlpkit.activations import softmax
from mlpkit.figures.simplex import CORNERS, draw_simplex, in_triangle, temperature_path

SVG = "{http://www.w3.org/2000/svg}"
ALT = "a triangle with a path in it"
SCORES = [2.0, 1.0, -1.0]


def elements(figure, tag):
    return list(ElementTree.fromstring(figure.svg).iter(SVG + tag))


def drawn_points(polyline):
    return np.array([pair.split(",") for pair in polyline.get("points").split()], dtype=float)


def test_certainty_is_a_corner_and_ignorance_the_centre():
    assert in_triangle(np.eye(3)) == pytest.approx(CORNERS)
    assert in_triangle([1 / 3] * 3) == pytest.approx(CORNERS.mean(axis=0))


def test_the_triangle_is_equilateral():
    sides = [np.linalg.norm(CORNERS[i] - CORNERS[i - 1]) for i in range(3)]
    assert sides == pytest.approx([1, 1, 1])


def test_a_probability_is_the_distance_from_the_opposite_side():
    p = softmax(np.array(SCORES))
    below = np.sqrt(0.75) - in_triangle(p)[1]  # from the lower side, opposite class 1
    assert below / np.sqrt(0.75) == pytest.approx(p[0])


@pytest.mark.parametrize(
    "wrong", [[0.5, 0.5], [0.5, 0.6, -0.1], [0.5, 0.6, 0.1], [np.nan, 0.5, 0.5], 1.0]
)
def test_what_is_no_probability_of_three_classes_is_refused(wrong):
    with pytest.raises(ValueError, match="probabilities"):
        in_triangle(wrong)


def test_the_path_of_the_temperature_goes_from_the_largest_to_all():
    path = temperature_path(SCORES, 5)
    assert path[0].tolist() == [1, 0, 0]
    assert path[2] == pytest.approx(softmax(np.array(SCORES)), abs=1e-15)
    assert path[3] == pytest.approx(softmax(np.array(SCORES), 3.0))
    assert path[-1] == pytest.approx([1 / 3] * 3)
    assert path.sum(axis=1) == pytest.approx(np.ones(5))


def test_equal_scores_share_at_temperature_0():
    assert temperature_path([1.0, 1.0, 0.0])[0].tolist() == [0.5, 0.5, 0]


def test_the_path_keeps_to_one_ranking():
    path = temperature_path(SCORES)[1:-1]
    assert (np.diff(path, axis=1) <= 0).all()


def test_everything_is_drawn_where_it_belongs():
    path = temperature_path(SCORES)
    figure = draw_simplex(
        alt=ALT, paths={"a & b": path}, points={"T = 1": path[40]}, title="<T>", width=370
    )
    *ties, triangle, drawn = elements(figure, "polyline")
    assert len(ties) == 3 and all(line.get("stroke-dasharray") for line in ties)
    corners = drawn_points(triangle)
    assert corners[0].tolist() == corners[3].tolist()
    assert drawn_points(drawn) == pytest.approx(path @ corners[:3], abs=0.11)
    (dot,) = elements(figure, "circle")
    at = [float(dot.get("cx")), float(dot.get("cy"))]
    assert at == pytest.approx(path[40] @ corners[:3], abs=0.11)
    texts = [text.text for text in elements(figure, "text")]
    assert texts == ["<T>", "class 1", "class 2", "class 3", "T = 1"]
    assert (figure.alt, figure.width) == (ALT, 370)


def test_several_paths_differ_in_dash_and_colour_and_are_named():
    paths = {f"path {i}": temperature_path([2.0, i / 3, -1.0]) for i in range(7)}
    figure = draw_simplex(alt=ALT, paths=paths)
    drawn = [line for line in elements(figure, "polyline") if line.get("stroke-width") == "3"]
    styles = {(line.get("stroke"), line.get("stroke-dasharray")) for line in drawn}
    assert len(drawn) == 2 * len(paths) and len(styles) == len(paths)
    assert len({dash for _, dash in styles}) == len(paths)
    assert {text.text for text in elements(figure, "text")} >= set(paths)


@pytest.mark.parametrize("corner", range(3))
@pytest.mark.parametrize("width", [300, 370, 560])
def test_labels_stay_in_the_picture(corner, width):
    figure = draw_simplex(alt=ALT, points={"T = 0.05": np.eye(3)[corner]}, width=width)
    _, height = map(float, ElementTree.fromstring(figure.svg).get("viewBox").split()[2:])
    label = elements(figure, "text")[-1]
    x, y = float(label.get("x")), float(label.get("y"))
    long = 9.0 * len(label.text)
    left = x if label.get("text-anchor") == "start" else x - long
    assert left >= 0 and left + long <= width and 12 <= y <= height


def test_the_same_picture_every_time():
    def draw():
        return draw_simplex(alt=ALT, paths={"T": temperature_path(SCORES)}).svg

    assert draw() == draw()
