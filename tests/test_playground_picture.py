"""The playground as a picture: what is drawn is what the network says."""

from __future__ import annotations

import base64
import io
import re
import xml.etree.ElementTree as ET
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mlpkit.network import forward
from mlpkit.widgets import Playground
from mlpkit.widgets.playground.features import FEATURES

SVG = "{http://www.w3.org/2000/svg}"
GRID = 50
LARGEST: dict[str, Any] = {"hidden": (8,) * 6, "features": tuple(FEATURES)}


def drawn(playground: Playground) -> tuple[ET.Element, list[np.ndarray]]:
    """The picture, and the pixels of its maps; the last is the large one, the top row first."""
    root = ET.fromstring(playground.figure.svg)
    sources = [image.get("href", "").partition("base64,")[2] for image in root.iter(f"{SVG}image")]
    images = [Image.open(io.BytesIO(base64.b64decode(source))) for source in sources]
    return root, [np.asarray(image).astype(int) for image in images]


def corners(playground: Playground) -> np.ndarray:
    """What the outputs say at two points far up and far down on the left."""
    return forward(playground.network, [[-6.0, 6.0], [-6.0, -6.0]]).output


def test_the_large_map_is_that_of_the_output() -> None:
    playground = Playground(data="Gaussian", hidden=())
    playground.step(times=20)
    _, images = drawn(playground)
    large = images[-1]
    assert large.shape == (GRID, GRID, 3)
    red, _, blue = large[0, -1]
    assert blue > red, "above on the right is class 1, in blue"
    red, _, blue = large[-1, 0]
    assert red > blue, "below on the left is class 0, in orange"
    value = corners(playground)[0, 0]
    near_white, end = np.array([247, 246, 242]), [[230, 159, 0], [0, 114, 178]][int(value > 0)]
    expected = near_white + (np.array(end) - near_white) * abs(value)
    np.testing.assert_allclose(large[0, 0], expected, atol=2)


def test_of_several_classes_the_likeliest_has_its_colour() -> None:
    playground = Playground(data="three classes", hidden=())
    playground.step(times=30)
    large = drawn(playground)[1][-1]
    for row, likeliest in zip((0, -1), corners(playground).argmax(axis=1), strict=True):
        colour = np.array([[230, 159, 0], [0, 114, 178], [0, 158, 115]][likeliest])
        np.testing.assert_allclose(large[row, 0], colour, atol=40)


def test_every_unit_and_every_weight_is_drawn() -> None:
    playground = Playground(**LARGEST)
    playground.step()
    root, images = drawn(playground)
    assert len(images) == 7 + 48 + 1 + 1
    positive, negative = root.findall(f"{SVG}g")
    weights = np.concatenate([W.ravel() for W, _, _ in playground.network.layers])
    assert len(positive) == (weights >= 0).sum()
    assert len(negative) == (weights < 0).sum()
    assert negative.get("stroke-dasharray")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"noise": 25}, "Data: circle with 25 % noise, 250 points to learn from"),
        ({"hidden": ()}, "no hidden units; 1 tanh output."),
        ({"data": "plane"}, "1 linear output."),
        ({"data": "three classes"}, "3 softmax outputs."),
        ({"penalty": "l2", "penalty_rate": 0.1}, "momentum 0, L2 0.1, batches of 10"),
        ({"activation": "relu", "seed": 4}, "4, 2 hidden units (ReLU)"),
    ],
    ids=str,
)
def test_the_alternative_text_says_what_was_set(options: dict[str, Any], said: str) -> None:
    text = Playground(**options).figure.alt
    assert said in text
    assert text == " ".join(text.split())


def test_what_has_diverged_is_drawn_and_said() -> None:
    playground = Playground(data="plane", rate=10, activation="identity")
    playground.step(times=100)
    root, images = drawn(playground)
    assert (images[-1] == 160).any(), "grey where it is not a number"
    assert "nan" not in re.sub(r"base64,[^\"]*", "", playground.figure.svg)
    assert "test loss not a number" in playground.figure.alt
    assert any("It diverged" in (text.text or "") for text in root.iter(f"{SVG}text"))


def test_pictures_are_small_enough_for_a_notebook() -> None:
    """Many of them stand in a lecture."""
    usual, largest = Playground(), Playground(**LARGEST)
    for playground, most in ((usual, 40_000), (largest, 120_000)):
        playground.step(times=3)
        assert len(playground.figure.svg) < most


def test_without_points_there_is_a_picture_too() -> None:
    playground = Playground()
    playground._experiment.clear()
    assert "0 points to learn from" in playground.figure.alt
    assert "no points to learn from" in playground.figure.alt
