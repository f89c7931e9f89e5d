"""Pictures: they show the numbers, say them in words, stay legible, and are the same every time."""

from __future__ import annotations

import itertools
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from mlpkit.figures import Figure, Gallery, draw_curves, draw_network, draw_step
from mlpkit.network import Network, deltas, forward
from mlpkit.worked import SLIDE, work

SVG = "{http://www.w3.org/2000/svg}"
MAZUR = Network.from_layers(
    [[[0.15, 0.20], [0.25, 0.30]], [[0.40, 0.45], [0.50, -0.55]]], [[0.35, 0.36], [0.60, 0.61]]
)
X, T = [0.05, 0.10], [0.01, 0.99]


def drawn(**options):
    trace = forward(MAZUR, X)
    return draw_network(MAZUR, trace, deltas(MAZUR, trace, T), target=T, **options)


def texts(figure):
    root = ElementTree.fromstring(figure.svg)
    return ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]


def boxes(figure):
    """The labels: left, top, right and bottom of each."""
    found = []
    for rect in ElementTree.fromstring(figure.svg).iter(f"{SVG}rect"):
        if rect.get("rx") == "4":
            x, y, w, h = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
            found.append((x, y, x + w, y + h))
    return found


def circles(figure):
    root = ElementTree.fromstring(figure.svg)
    return [
        tuple(float(circle.get(name)) for name in ("cx", "cy", "r"))
        for circle in root.iter(f"{SVG}circle")
    ]


def test_every_number_is_in_the_picture_and_in_its_words():
    figure = drawn(title="Forward & back")
    trace = forward(MAZUR, X)
    terms = deltas(MAZUR, trace, T)
    in_picture = " ".join(texts(figure))
    values = [*X, *np.concatenate(trace.a), *T, *MAZUR.parameters]
    # Mitchell's error terms have the other sign.
    for value in [*values, *-np.concatenate(terms)]:
        number = f"{value:.3f}".rstrip("0").replace("-", "\u2212")
        assert re.search(rf"(?<![\d\u2212.]){number}(?!\d)", in_picture), number
        assert re.search(rf"(?<![\d\u2212.]){number}(?!\d)", figure.alt), number
    assert figure.alt.startswith("Forward & back. Network with 2 inputs, 2 hidden units and 2 out")


def test_what_is_not_known_is_not_shown():
    figure = draw_network(MAZUR)
    assert not any("δ =" in text or "nan" in text for text in texts(figure))
    assert "error term" not in figure.alt and "nan" not in figure.alt
    assert "h1:" not in figure.alt


def test_the_sign_of_a_weight_shows_without_colour():
    lines = list(ElementTree.fromstring(drawn().svg).iter(f"{SVG}line"))
    dashed = [line for line in lines if line.get("stroke-dasharray")]
    assert len(lines) == 12 and len(dashed) == 1
    assert dashed[0].get("stroke") not in {
        line.get("stroke") for line in lines if line not in dashed
    }


def test_highlights_are_drawn_and_said():
    plain, marked = drawn(), drawn(highlight=[(1, 0), (2, 1, 0), (2, 0, -1)])
    assert "Highlighted: h1, w_o1,0, w_o2,h1." in marked.alt
    assert "Highlighted" not in plain.alt
    assert marked.svg.count("<line") == plain.svg.count("<line") + 2


def test_a_line_of_a_calculation_highlights_what_it_needs():
    worked = work(MAZUR, X, T, rate=0.5)
    ends = {
        0: "h1, w_h1,0, w_h1,x1, w_h1,x2.",
        4: "o1.",
        6: "h1, w_o1,h1, w_o2,h1.",
        10: "w_o1,h1.",
    }
    kinds = [line.phase for line in worked.lines]
    assert [kinds[number] for number in ends] == ["forward", *["error terms"] * 2, "update"]
    for number, end in ends.items():
        assert draw_step(worked, number).alt.endswith(f"Highlighted: {end}")


def networks():
    random = np.random.default_rng(0)
    for sizes in ((2, 1), (2, 2, 1), (2, 2, 2), (3, 3, 2), (2, 2, 2, 1)):
        count = len(Network(sizes).parameters)
        yield Network(sizes, parameters=random.uniform(-1, 1, count))
        yield Network(sizes, parameters=[0.1004] * count)


def pictures():
    """Networks with the widths at which they have to be legible."""
    for network in networks():
        yield network, 760
        if max(network.sizes) < 3 and len(network.sizes) < 4:
            yield network, 560


@pytest.mark.parametrize(("network", "width"), list(pictures()), ids=lambda p: str(p)[:26])
def test_no_label_covers_another_or_a_unit(network, width):
    target = [0.01] * network.sizes[-1]
    trace = forward(network, [0.5] * network.sizes[0])
    terms = deltas(network, trace, target)
    figure = draw_network(network, trace, terms, target=target, width=width)
    for (left, top, right, bottom), other in itertools.combinations(boxes(figure), 2):
        apart = left >= other[2] or other[0] >= right or top >= other[3] or other[1] >= bottom
        assert apart, (network.sizes, (left, top, right, bottom), other)
    for left, top, right, bottom in boxes(figure):
        for x, y, r in circles(figure):
            away = max(left - x, x - right, 0), max(top - y, y - bottom, 0)
            assert np.hypot(*away) >= r - 8, "a label covers a unit"


def test_steps_show_only_what_is_known_by_then():
    start = Network((2, 2, 1), "sigmoid", [0.1] * 9)
    worked = work(start, [1, 0], [0.9], rate=0.2, rounding=SLIDE)

    assert "h1:" not in draw_step(worked, -1).alt
    first = draw_step(worked, 0).alt
    assert "h1: 0.55." in first and "h2:" not in first
    assert "o1: 0.552, target 0.9." in draw_step(worked, 2).alt
    assert "o1: 0.552, error term 0.086, target 0.9." in draw_step(worked, 3).alt
    assert "w_o1,0 = 0.1172" not in draw_step(worked, 6).alt
    assert "w_o1,0 = 0.1172" in draw_step(worked, 7).alt
    assert draw_step(worked, 3).alt.startswith("Error terms: δ_o1 = .086.")
    np.testing.assert_array_equal(start.parameters, [0.1] * 9)
    for number in (-2, len(worked.lines)):
        with pytest.raises(ValueError, match="from 0 to 23"):
            draw_step(worked, number)


def test_a_figure_says_what_is_to_be_seen():
    for alt in ("", "A figure.", "  "):
        with pytest.raises(ValueError, match="what is to be seen"):
            Figure("<svg/>", alt)
    figure = Figure("<svg/>", 'Error "E" falls from 3 to 1 & stays there.')
    assert 'alt="Error &quot;E&quot; falls from 3 to 1 &amp; stays there."' in figure._repr_html_()
    assert repr(figure) == figure.alt
    gallery = Gallery([figure, figure])
    assert gallery._repr_html_().count("<img alt=") == 2


def test_the_same_numbers_make_the_same_bytes():
    def curves():
        return draw_curves(
            {"rule": [1, 0.5, 0.2], "slip": [1, 0.6, 0.3]},
            alt="Two curves that fall from 1, one a little faster.",
            log=True,
            marks=[(2, 0.2, "0.2")],
        )

    assert curves().svg == curves().svg
    assert "<dc:date>" not in curves().svg
    assert drawn().svg == drawn().svg


def test_titles_are_text_and_not_markup():
    figure = drawn(title="a < b & c")
    assert "a < b & c" in texts(figure)
