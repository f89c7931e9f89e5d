"""Pictures and tables of computation graphs: right numbers, nothing covered, said in words."""

from __future__ import annotations

import itertools
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from mlpkit.figures.graph import backward_table, draw_graph, forward_table
from mlpkit.graph import Node, backpropagate, topological_order

SVG = "{http://www.w3.org/2000/svg}"


def logistic():
    w, x, b, t = Node(2.0, "w"), Node(0.5, "x"), Node(-0.3, "b"), Node(1, "t")
    y = (w * x + b).named("s").activated("sigmoid").named("y")
    return (0.5 * (y - t) ** 2).named("L")


def regularised():
    w, x, b = Node(2.0, "w"), Node(0.5, "x"), Node(-0.3, "b")
    loss = (0.5 * ((w * x + b).named("z").activated("sigmoid").named("y") - 1) ** 2).named("L")
    return (loss + Node(0.1, "λ") * (0.5 * w**2).named("R")).named("J")


def multiclass():
    W, x = Node([[0.1, -0.2], [0.3, 0.4], [0, 1]], "W"), Node([1, 2], "x")
    e = (W @ x + Node([0, 0.1, 0.2], "b")).named("z").exp()
    y = (e / e.sum()).named("y")
    return (-(Node([0, 0, 1], "t") * y.log()).sum()).named("L")


def tangled():
    a, b = Node(-2.0, "a"), Node(3.0, "b")
    m = a.max(b)
    return ((m * a + b / a).exp().log() * m * a + a).named("f")


GRAPHS = [logistic, regularised, multiclass, tangled]
EACH = pytest.mark.parametrize("graph", GRAPHS, ids=lambda graph: graph.__name__)


def elements(figure, tag):
    return list(ElementTree.fromstring(figure.svg).iter(SVG + tag))


def texts(figure):
    return ["".join(element.itertext()) for element in elements(figure, "text")]


def test_values_stand_above_their_nodes_and_error_signals_below():
    result = logistic()
    backpropagate(result)
    figure = draw_graph(result, title="Logistic & least squares")
    placed = [
        (text.text, float(text.get("x")), float(text.get("y"))) for text in elements(figure, "text")
    ]
    (s,) = [(x, y) for text, x, y in placed if text == "s"]
    near = {text: y - s[1] for text, x, y in placed if x == s[0] and abs(y - s[1]) < 60}
    assert near["0.7"] < 0 < near["δ = \u22120.0736"]
    assert near.keys() == {"s", "+", "0.7", "δ = \u22120.0736"}
    assert texts(figure)[0] == "Logistic & least squares"


def test_what_is_drawn_is_said():
    result = logistic()
    before = draw_graph(result).alt
    assert "δ" not in before and not any("δ" in text for text in texts(draw_graph(result)))
    backpropagate(result)
    alt = draw_graph(result, title="Logistic").alt
    assert alt.startswith("Logistic. Computation graph of 11 nodes. 0.5. w: 2, δ = \u22120.0368.")
    assert "s = v4 + b: 0.7, δ = \u22120.0736." in alt
    assert "y = sigmoid(s): 0.6682, δ = \u22120.3318." in alt
    assert "v10 = v9^2: 0.1101, δ = 0.5. L = 0.5 × v10: 0.055, δ = 1." in alt


@EACH
def test_every_node_is_drawn_and_every_number_is_said(graph):
    result = graph()
    backpropagate(result)
    figure = draw_graph(result)
    order = topological_order(result)
    leaves = [node for node in order if node.operation is None]
    assert len(elements(figure, "circle")) == len(order) - len(leaves)
    boxes = [rect for rect in elements(figure, "rect") if rect.get("rx") == "3"]
    assert len(boxes) == len(leaves)
    edges = {(parent, node) for node in order for parent in node.parents}
    lines = [path for path in elements(figure, "path") if path.get("fill") == "none"]
    assert len(lines) == len(edges)
    for text in texts(figure):
        number = re.search(r"\d[\d.]*$", text)
        assert number is None or number[0] in figure.alt


def places(figure):
    """Everything that must stay clear of everything else: left, top, right, bottom."""
    found = []
    for rect in elements(figure, "rect"):
        if rect.get("rx") in ("3", "4"):
            x, y, w, h = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
            found.append((x, y, x + w, y + h))
    for circle in elements(figure, "circle"):
        x, y, r = (float(circle.get(name)) for name in ("cx", "cy", "r"))
        found.append((x - r, y - r, x + r, y + r))
    for text in elements(figure, "text"):
        # Values above the nodes are the only texts of this size; a digit is 9 pixels wide at most.
        if text.get("font-size") == "14":
            x, y, half = float(text.get("x")), float(text.get("y")), 4.2 * len(text.text)
            found.append((x - half, y - 12, x + half, y + 2))
    return found


@EACH
@pytest.mark.parametrize("back", [False, True])
def test_nothing_covers_anything_or_leaves_the_picture(graph, back):
    result = graph()
    if back:
        backpropagate(result)
    figure = draw_graph(result, title="A title above it all")
    _, _, width, height = map(float, ElementTree.fromstring(figure.svg).get("viewBox").split())
    for box in places(figure):
        assert box[0] >= 0 and box[1] >= 34 and box[2] <= width and box[3] <= height, box
    for box, other in itertools.combinations(places(figure), 2):
        apart = box[0] >= other[2] or other[0] >= box[2] or box[1] >= other[3] or other[1] >= box[3]
        assert apart, (box, other)


@EACH
def test_each_error_signal_lies_within_its_box(graph):
    result = graph()
    backpropagate(result)
    figure = draw_graph(result)
    boxes = [rect for rect in elements(figure, "rect") if rect.get("rx") == "4"]
    signals = [text for text in elements(figure, "text") if text.text.startswith("δ")]
    assert len(boxes) == len(signals) > 5
    for box, text in zip(boxes, signals, strict=True):
        x, y, w, h = (float(box.get(name)) for name in ("x", "y", "width", "height"))
        assert x + w / 2 == pytest.approx(float(text.get("x")), abs=0.2)
        # Letters are 13 pixels high and at most 8.6 wide.
        assert 8 * len(text.text) <= w <= 10 * len(text.text) + 10
        assert y + 10 < float(text.get("y")) < y + h


@EACH
def test_arrows_point_to_the_right(graph):
    for path in elements(draw_graph(graph()), "path"):
        xs = [float(x) for x in re.findall(r"[MC ](-?[\d.]+),", path.get("d"))]
        if path.get("fill") == "none":
            assert xs == sorted(xs) and xs[0] < xs[-1]


def test_lines_that_pass_a_column_keep_away_from_its_nodes():
    result = tangled()
    figure = draw_graph(result)
    nodes = [
        (float(c.get("cx")), float(c.get("cy")), float(c.get("r")))
        for c in elements(figure, "circle")
    ]
    passed = 0
    for path in elements(figure, "path"):
        points = [
            tuple(map(float, p.split(","))) for p in re.findall(r"[\d.]+,[\d.]+", path.get("d"))
        ]
        for x, y in points[3:-1:3]:
            passed += 1
            assert all(np.hypot(x - cx, y - cy) > r + 10 for cx, cy, r in nodes)
    assert passed >= 4


def test_tables_of_the_ways_forward_and_back():
    result = regularised()
    forward, back = forward_table(result), backward_table(result)
    assert ("z", "v4 + b", "0.7") in forward.rows
    assert ("v14", "w^2", "4") in forward.rows
    assert ("w", "given", "2") in forward.rows
    assert forward.rows[-1] == ("J", "L + v16", "0.25505")
    by_loss, by_penalty = (row for row in back.rows if row[1] == "w")
    # The weight hears from its penalty, and then from the loss.
    assert by_loss == ("v14", "w", "0.05", "0.2", "0.2")
    assert by_penalty == ("v4", "w", "\u22120.073567", "\u22120.036784", "0.163216")
    assert not any(row[1] == "0.5" for row in back.rows)
    assert "<td" in back._repr_html_()


def test_arrays_are_shown_as_far_as_they_are_short():
    result = multiclass()
    backpropagate(result)
    shown = texts(draw_graph(result))
    assert "3×2 array" in shown and "δ = 3×2 array" in shown
    assert "[0, 0, 1]" in shown and "δ = [0.057, 0.254, \u22120.31]" in shown


def test_a_single_node_is_a_graph_and_names_are_text():
    figure = draw_graph(Node(1.5, "a<b"), title="x & y")
    assert figure.alt == "x & y. Computation graph of 1 node. a<b: 1.5."
    assert texts(figure)[:2] == ["x & y", "a<b"]
    constant = draw_graph(Node([1, 2]) * 2)
    assert "v1: [1, 2]. 2. v3 = v1 × 2: [2, 4]." in constant.alt


def test_the_same_graph_makes_the_same_bytes():
    assert draw_graph(tangled()).svg == draw_graph(tangled()).svg
    assert draw_graph(tangled(), width=300).width == 300
