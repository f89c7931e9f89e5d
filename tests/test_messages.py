"""Message passing step by step: the right message, the right signals, one picture for each."""

from __future__ import annotations

import re
import time
from statistics import median
from xml.etree import ElementTree

import numpy as np
import pytest

from mlpkit.figures.graph import backward_table, draw_graph
from mlpkit.figures.messages import MessagePassing
from mlpkit.graph import Node, backpropagate

SVG = "{http://www.w3.org/2000/svg}"


def regularised(w=2.0, x=0.5, b=-0.3, t=1.0, strength=0.1):
    w, x, b, t = Node(w, "w"), Node(x, "x"), Node(b, "b"), Node(t, "t")
    y = (w * x + b).named("s").activated("sigmoid").named("y")
    loss = (0.5 * (y - t) ** 2).named("L")
    return (loss + Node(strength, "λ") * (w**2 / 2).named("R")).named("J")


def swish():
    w, x = Node(2.0, "w"), Node(0.5, "x")
    s = (w * x).named("s")
    return (s * s.activated("sigmoid").named("y")).named("f")


def squared():
    a = Node(3.0, "a")
    return (a * a).named("f")


def multiclass():
    W, x = Node([[0.1, -0.2], [0.3, 0.4], [0, 1]], "W"), Node([1, 2], "x")
    e = (W @ x + Node([0, 0.1, 0.2], "b")).named("z").exp().named("e")
    y = (e / e.sum().named("sum")).named("y")
    return (-(Node([0, 0, 1], "t") * y.log()).sum()).named("L")


EACH = pytest.mark.parametrize("graph", [regularised, swish, squared, multiclass])


def elements(figure, tag):
    return list(ElementTree.fromstring(figure.svg).iter(SVG + tag))


def texts(figure):
    return ["".join(element.itertext()) for element in elements(figure, "text")]


def highlighted(figure):
    """The line of the message and the rings around its sender and its receiver."""
    lines = [path for path in elements(figure, "path") if path.get("stroke-width") == "4"]
    rings = [rect for rect in elements(figure, "rect") if rect.get("stroke-width") == "3"]
    return len(lines), len(rings)


@EACH
def test_messages_are_those_of_the_table(graph):
    passing, table = MessagePassing(graph()), backward_table(graph(), decimals=4)
    shown = [passing.row(sent).rows[0] for sent in range(1, len(passing.messages) + 1)]
    assert len(shown) == len(table.rows)
    for (sender, receiver, signal, _, value, so_far), row in zip(shown, table.rows, strict=True):
        assert (sender, receiver, signal, value, so_far.removesuffix(" + …")) == row


@EACH
def test_the_start_has_the_signal_of_the_result_alone(graph):
    passing = MessagePassing(graph(), title="A title")
    figure = passing.figure(0)
    assert [text for text in texts(figure) if text.startswith("δ")] == ["δ = 1"]
    assert highlighted(figure) == (0, 0)
    assert figure.alt.startswith("A title. Computation graph of ")
    assert "The start: the derivative of" in figure.alt
    assert len(passing.row(0).rows) == 1


@EACH
def test_the_end_has_the_signals_of_back_propagation(graph):
    result = graph()
    passing = MessagePassing(result)
    backpropagate(result)
    (last, whole) = (passing.figure(len(passing.messages)), draw_graph(result))
    signals = [sorted(t for t in texts(f) if t.startswith("δ")) for f in (last, whole)]
    assert signals[0] == signals[1]
    assert not any(text.endswith("…") for text in texts(last))


@EACH
def test_each_step_adds_one_message_and_says_so(graph):
    passing = MessagePassing(graph())
    count = len(passing.messages)
    lines = len(elements(passing.figure(0), "path"))
    for sent in range(1, count + 1):
        figure, message = passing.figure(sent), passing.messages[sent - 1]
        assert highlighted(figure) == (1, 2)
        # The message has a rim, a line and a head, in place of a line and a head.
        assert len(elements(figure, "path")) == lines + 1
        (sentence,) = [text for text in texts(figure) if text.startswith("Message ")]
        assert sentence.startswith(f"Message {sent} of {count}, ")
        assert sentence in figure.alt
        assert message.value in sentence
        for text in texts(figure):
            if text.startswith("δ"):
                assert text in figure.alt
    assert len({passing.figure(sent).alt for sent in range(count + 1)}) == count + 1


def test_slopes_are_derivatives_of_the_sender_by_the_receiver():
    passing = MessagePassing(regularised())
    labelled = {tuple(passing.row(k).rows[0][:2]): passing.row(k).rows[0] for k in range(1, 16)}
    assert labelled["y", "s"][2:] == ("−0.3318", "0.2217", "−0.0736", "−0.0736")
    (to_w, from_loss) = [m for m in passing.messages if m.receiver.name == "w"]
    assert (to_w.slope, to_w.value, to_w.so_far, to_w.missing) == ("4", "0.2", "0.2", 1)
    assert (from_loss.slope, from_loss.value) == ("0.5", "−0.0368")
    assert (from_loss.so_far, from_loss.missing) == ("0.1632", 0)


def test_a_slope_is_shown_even_where_the_signal_is_zero():
    passing = MessagePassing((Node(0.0, "a") * Node(7.0, "b") * Node(3.0, "c")).named("f"))
    (message,) = [m for m in passing.messages if m.receiver.name == "c"]
    assert (message.signal, message.slope, message.value) == ("1", "0", "0")
    (message,) = [m for m in passing.messages if m.receiver.name == "b"]
    assert (message.signal, message.slope, message.value) == ("3", "0", "0")


def test_a_signal_that_is_not_complete_says_what_it_waits_for():
    passing = MessagePassing(swish())
    figure = passing.figure(1)
    assert "δ = 0.7311 + …" in texts(figure)
    assert "s waits for 1 more." in figure.alt
    dashed = [rect for rect in elements(figure, "rect") if rect.get("stroke-dasharray")]
    assert len(dashed) == 1
    assert passing.row(1).rows[0][-1] == "0.7311 + …"
    (complete,) = [k for k in range(6) if k and passing.messages[k - 1].sender.name == "y"]
    assert "δ = 0.9277" in texts(passing.figure(complete))


def test_a_node_that_is_used_twice_by_one_child_gets_two_messages():
    passing = MessagePassing(squared())
    assert [m.so_far for m in passing.messages] == ["3", "6"]
    assert [m.missing for m in passing.messages] == [1, 0]


def test_nothing_moves_from_step_to_step_and_all_of_it_is_in_the_picture():
    for graph in (regularised, swish, squared, multiclass):
        passing = MessagePassing(graph(), title="Messages")
        figures = [passing.figure(sent) for sent in range(len(passing.messages) + 1)]
        boxes = {ElementTree.fromstring(f.svg).get("viewBox") for f in figures}
        assert len(boxes) == 1
        _, _, width, height = map(float, boxes.pop().split())
        circles = {
            tuple((c.get("cx"), c.get("cy")) for c in elements(figure, "circle"))
            for figure in figures
        }
        assert len(circles) == 1
        for figure in figures:
            sentence = [t for t in elements(figure, "text") if t.get("font-size") == "14"][-1]
            # A letter of 14 pixels is 8 wide on average.
            assert float(sentence.get("x")) + 8 * len(sentence.text) < width
            for rect in elements(figure, "rect"):
                if rect.get("rx") == "4":
                    assert float(rect.get("y")) + 21 < float(sentence.get("y")) - 12 < height


def test_there_are_no_more_pictures_than_messages():
    passing = MessagePassing(swish())
    for ask in (passing.figure, passing.row):
        for sent in (-1, 6):
            with pytest.raises(ValueError, match=f"expected 0 to 5 messages, got {sent}"):
                ask(sent)
    with pytest.raises(ValueError, match="single number"):
        MessagePassing(Node([1.0, 2.0]) * 2)


def test_a_graph_without_messages_has_one_picture():
    passing = MessagePassing(Node(1.5, "a"))
    assert passing.messages == []
    assert texts(passing.figure(0))[-1] == "The start: the derivative of a by itself is 1."


def test_pictures_are_the_same_each_time_and_follow_a_slider():
    passing = MessagePassing(regularised())
    assert passing.figure(5).svg == MessagePassing(regularised()).figure(5).svg
    times = []
    for sent in range(len(passing.messages) + 1):
        start = time.perf_counter()
        passing.figure(sent), passing.row(sent)
        times.append(time.perf_counter() - start)
    assert median(times) < 0.015


def test_a_steady_picture_keeps_its_places_when_numbers_change():
    views = set()
    for w, x in ((2.0, 0.5), (-6.0, 1.5), (0.0, -2.0)):
        result = regularised(w, x)
        backpropagate(result)
        figure = draw_graph(result, steady=True)
        places = [(c.get("cx"), c.get("cy")) for c in elements(figure, "circle")]
        views.add((ElementTree.fromstring(figure.svg).get("viewBox"), *places))
        for box in elements(figure, "rect"):
            assert float(box.get("x") or 0) >= 0
    assert len(views) == 1


def gradients_by_graph(build, *values):
    nodes = [Node(value) for value in values]
    backpropagate(build(*nodes))
    return [node.gradient for node in nodes]


def test_the_graphs_of_the_lecture_agree_with_automatic_differentiation_by_jax():
    jax = pytest.importorskip("jax", reason="JAX is not installed. Install it (pip install jax).")
    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy
    W, z = np.array([[0.1, -0.2], [0.3, 0.4], [0, 1]]), np.array([1.0, 2.0])
    cases = [
        (
            lambda w, x, b, t: 0.5 * ((w * x + b).activated("sigmoid") - t) ** 2 + 0.05 * w**2,
            lambda w, x, b, t: 0.5 * (jax.nn.sigmoid(w * x + b) - t) ** 2 + 0.05 * w**2,
            (2.0, 0.5, -0.3, 1.0),
        ),
        (
            lambda w, x: (w * x) * (w * x).activated("sigmoid"),
            lambda w, x: jax.nn.swish(w * x),
            (2.0, 0.5),
        ),
        (
            lambda W, x, b: (
                -(Node([0, 0, 1]) * ((W @ x + b).exp() / (W @ x + b).exp().sum()).log()).sum()
            ),
            lambda W, x, b: -jax.nn.log_softmax(W @ x + b)[2],
            (W, z, np.array([0.0, 0.1, 0.2])),
        ),
        (
            lambda a, b, c: (a * b).max(c) * a,
            lambda a, b, c: jnp.maximum(a * b, c) * a,
            (2.0, 3.0, 1.0),
        ),
    ]
    for ours, theirs, values in cases:
        found = gradients_by_graph(ours, *values)
        expected = jax.grad(theirs, argnums=range(len(values)))(*values)
        for gradient, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(gradient, other, rtol=1e-12, atol=1e-15)


def test_the_words_of_a_picture_hold_its_numbers():
    passing = MessagePassing(regularised())
    for sent in range(len(passing.messages) + 1):
        figure = passing.figure(sent)
        for text in texts(figure):
            number = re.search(r"\d[\d.]*$", text)
            assert number is None or number[0] in figure.alt
