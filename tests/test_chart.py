"""Charts: what is drawn stands where its numbers say, and can be told apart without colours."""

from __future__ import annotations

import base64
import io
import itertools
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mlpkit.figures import Chart, draw_curves
from mlpkit.figures.axes import Axis

SVG = "{http://www.w3.org/2000/svg}"
ALT = "Something to be seen, in so many words."


def chart(**options) -> Chart:
    return Chart(**({"x": (0, 10), "y": (-1, 1)} | options))


def elements(drawn: Chart, kind: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(drawn.figure(ALT).svg).iter(SVG + kind))


def corners(path: str) -> np.ndarray:
    return np.array([[float(n) for n in pair] for pair in re.findall(r"([-\d.]+) ([-\d.]+)", path)])


def curves(drawn: Chart) -> list[ElementTree.Element]:
    """The paths of series, in the order in which they were added; not the samples of the legend."""
    paths = elements(drawn, "path")
    return [path for path in paths if path.get("stroke-linejoin") == "round"]


def values_at(drawn: Chart, places: np.ndarray) -> np.ndarray:
    """What values stand at places of the picture, read off its axes."""
    frame = corners(next(p.get("d") for p in elements(drawn, "path") if "V" in p.get("d")))
    (left, top) = frame[0]
    right, bottom = drawn.width - 18, drawn.height - 50
    across = drawn.x.low + (places[:, 0] - left) / (right - left) * (drawn.x.high - drawn.x.low)
    up = drawn.y.low + (places[:, 1] - bottom) / (top - bottom) * (drawn.y.high - drawn.y.low)
    return np.stack([across, up], axis=1)


def test_a_line_goes_through_its_points():
    x = np.linspace(0, 10, 7)
    drawn = chart(title="A title", x_label="x").line(x, np.sin(x), "sine")
    (path,) = curves(drawn)
    read_off = values_at(drawn, corners(path.get("d")))
    np.testing.assert_allclose(read_off, np.stack([x, np.sin(x)], axis=1), atol=0.01)


def test_nan_and_infinity_interrupt_a_line():
    (path,) = curves(chart().line([0, 1, 2, 3, 4], [0, 0.5, np.nan, 0.5, np.inf]))
    assert path.get("d").count("M") == 2
    assert "nan" not in path.get("d")


def test_series_differ_in_more_than_colour():
    drawn = chart()
    for k in range(7):
        drawn.line([0, 10], [k / 7, k / 7], f"number {k}")
    dashes = [path.get("stroke-dasharray") for path in curves(drawn)]
    assert len(set(dashes)) == 7
    points = chart()
    for k in range(7):
        points.points([k], [0], f"class {k}")
    svg = points.figure(ALT).svg
    shape = r'<(?:path|circle) transform="[^"]*" (d="[^"]*"|r="[^"]*" fill="[^"]*)'
    shapes = re.findall(shape, svg)
    assert len(set(shapes)) == 7


def test_the_legend_wraps_and_pushes_the_chart_down():
    few, many = chart(width=370).line([0], [0], "one"), chart(width=370)
    for k in range(7):
        many.line([0], [0], f"activation number {k}")
    tops = [min(y for _, y in values_of_frame(drawn)) for drawn in (few, many)]
    assert tops[1] > tops[0] + 50
    for element in elements(many, "text"):
        if "activation" in (element.text or ""):
            assert float(element.get("x")) + 7.4 * len(element.text) < 370


def values_of_frame(drawn: Chart) -> np.ndarray:
    return corners(next(p.get("d") for p in elements(drawn, "path") if "V" in p.get("d")))


def pixels(drawn: Chart) -> np.ndarray:
    (image,) = elements(drawn, "image")
    data = base64.b64decode(image.get("href").split(",")[1])
    return np.asarray(Image.open(io.BytesIO(data)))


def test_a_field_has_its_first_row_at_the_lowest_y():
    drawn = chart()
    x, y = drawn.grid(4, 3).T
    picture = pixels(drawn.field((x + 100 * y).reshape(3, 4))).astype(int)
    assert picture.shape == (3, 4, 3)
    orange, blue = picture[-1, 0], picture[0, -1]
    assert orange[0] > orange[2] and blue[2] > blue[0]


def test_the_ends_of_a_scale_can_be_fixed():
    values = [[0.4, 0.5], [0.5, 0.6]]
    free, fixed = pixels(chart().field(values)), pixels(chart().field(values, low=0, high=1))
    assert np.ptp(free[..., 0].astype(int)) > np.ptp(fixed[..., 0].astype(int))


def test_contours_lie_where_the_level_is():
    drawn = chart(x=(-2, 2), y=(-2, 2))
    x, y = drawn.grid(80, 60).T
    drawn.contours((x**2 + y**2).reshape(60, 80), [1.0, 2.25], labels=True)
    lines = [p for p in elements(drawn, "path") if p.get("stroke-opacity")]
    radii = [np.hypot(*values_at(drawn, corners(line.get("d"))).T) for line in lines]
    for radius, wanted in zip(radii, [1.0, 1.5], strict=True):
        np.testing.assert_allclose(radius, wanted, atol=0.02)
    assert {"1", "2.25"} <= {element.text for element in elements(drawn, "text")}


def test_regions_cover_the_chart_each_with_its_share():
    drawn = chart(x=(0, 1), y=(0, 1))
    x, y = drawn.grid(101, 101).T
    classes = np.where(x < 0.3, 7, np.where(y < 0.5, 2, 5)).reshape(101, 101)
    areas = [p for p in elements(drawn.regions(classes), "path") if p.get("fill-rule")]
    # In the order of the classes' numbers: 2, 5, 7.
    assert len({area.get("fill") for area in areas}) == 3
    shares = []
    for area in areas:
        points = np.clip(values_at(drawn, corners(area.get("d"))), 0, 1)
        a, b = points[:-1], points[1:]
        shares.append(abs(np.sum(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])) / 2)
    np.testing.assert_allclose(shares, [0.35, 0.35, 0.3], atol=0.02)


def test_bars_stand_on_zero():
    drawn = chart().bars([2, 4], [0.5, -0.5], bar_width=1)
    up, down = [r for r in elements(drawn, "rect") if r.get("fill-opacity")]
    zero = float(up.get("y")) + float(up.get("height"))
    assert float(down.get("y")) == pytest.approx(zero, abs=0.2)
    assert float(up.get("height")) == pytest.approx(float(down.get("height")), abs=0.2)


def test_marks_texts_rules_and_arrows_are_there_and_escaped():
    drawn = chart().mark(9.9, 0.9, "a < b").text(5, 0, "middle").rule(x=3, y=0.5, text="half")
    texts = {element.text for element in elements(drawn.arrow(0, 0, 1, 1), "text")}
    assert {"a < b", "middle", "half"} <= texts
    assert elements(drawn, "polygon")


def test_a_mark_near_the_right_edge_has_its_text_on_the_left():
    left, right = (
        next(e for e in elements(chart().mark(x, 0, "here"), "text") if e.text == "here")
        for x in (1, 9.9)
    )
    assert (left.get("anchor"), right.get("anchor")) == (None, None)
    assert (left.get("text-anchor"), right.get("text-anchor")) == ("start", "end")


def test_the_same_chart_is_the_same_text():
    def drawn() -> str:
        made = (
            chart().line([0, 1], [0, 1], "line").field([[0, 1], [1, 0]]).regions([[0, 1], [1, 1]])
        )
        return made.figure(ALT).svg

    assert drawn() == drawn()


@given(
    low=st.floats(-1e6, 1e6),
    extent=st.floats(1e-6, 1e6),
    pixels=st.floats(150, 800),
)
def test_numbers_beside_an_axis_are_few_round_in_order_and_on_it(low, extent, pixels):
    high = low + extent
    if not low < high:
        return
    axis = Axis(low, high, 0, pixels)
    values = list(axis.ticks)
    assert 2 <= len(values) <= 22
    assert all(low - extent * 1e-6 <= value <= high + extent * 1e-6 for value in values)
    assert all(a < b for a, b in itertools.pairwise(values))
    if len(values) > 1:
        assert len(set(axis.ticks.values())) == len(values), "two numbers are written alike"


@given(st.integers(-12, 8), st.integers(1, 20), st.floats(150, 800))
def test_a_logarithmic_axis_is_marked_by_its_powers(exponent, decades, pixels):
    axis = Axis(10.0**exponent, 10.0 ** (exponent + decades), pixels, 0, log=True)
    places = axis.place(list(axis.ticks))
    assert len(places) >= 2
    assert np.all(np.diff(places) < 0)
    assert np.all(np.abs(np.diff(places)) > 12)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"x": (1, 1)}, "the smaller one first"),
        ({"x": (0, np.inf)}, "two numbers"),
        ({"y": (0, 1), "log_y": True}, "above 0"),
    ],
)
def test_impossible_axes_are_refused(options, complaint):
    with pytest.raises(ValueError, match=complaint):
        chart(**options)


@pytest.mark.parametrize(
    ("draw", "complaint"),
    [
        (lambda c: c.line([1, 2], [1]), "x has 2 values and y has 1"),
        (lambda c: c.field([1, 2, 3]), r"got the shape \(3,\)"),
        (lambda c: c.field([[0, 1], [1, 0]], colours="rainbow").figure(ALT), "rainbow"),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw, complaint):
    with pytest.raises(ValueError, match=complaint):
        draw(chart())


def test_curves_need_something_to_show():
    with pytest.raises(ValueError, match="nothing to draw"):
        draw_curves({"error": [0.0, -1.0]}, alt=ALT, log=True)
