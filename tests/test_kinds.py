"""The drawings of the kinds of network: sound SVG, told apart in words, and inside their frames."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from mlpkit.figures.kinds import HEIGHT, RADIUS, WIDTH, draw_kinds

KINDS = ("Perceptron", "Radial basis", "Multi-layer", "Recurrent", "LSTM", "Convolutional")


def test_there_is_a_picture_of_each_kind_and_its_text_names_it():
    figures = draw_kinds().figures
    assert [figure.alt.startswith(kind) for figure, kind in zip(figures, KINDS)] == [True] * 6
    assert len({figure.alt for figure in figures}) == 6


def test_pictures_are_sound_and_everything_is_inside_them():
    for figure in draw_kinds().figures:
        root = ElementTree.fromstring(figure.svg)
        for circle in root.iter("{http://www.w3.org/2000/svg}circle"):
            x, y = float(circle.get("cx")), float(circle.get("cy"))
            assert RADIUS / 2 < x < WIDTH - RADIUS / 2 and 30 < y < HEIGHT - RADIUS / 2


def test_hidden_units_are_counted_as_the_words_say():
    drawn = {
        figure.alt.split(":")[0]: figure.svg.count("<circle") for figure in draw_kinds().figures
    }
    assert drawn["Perceptron"] == 3
    assert drawn["Multi-layer perceptron"] == drawn["Radial basis functions"] == 6
    assert drawn["Recurrent"] == 4
    assert drawn["Convolutional"] == 5


def test_the_windows_of_a_convolution_are_told_apart_without_colour():
    convolution = draw_kinds().figures[-1].svg
    edges = re.findall(
        r'stroke="(#\w+)" stroke-width="1.8"(?: stroke-dasharray="([^"]*)")?', convolution
    )
    assert len(edges) == 15
    assert len(set(edges)) == len({dash for _, dash in edges}) == 3
