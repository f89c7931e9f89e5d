"""A computation graph: the student's class of nodes, their order, and the way back over it.

The student writes a class and two functions. ``graph_results``, which the notebook gives, builds a
graph with them, reads the nodes and returns numbers. When it is graded, it runs here, and the nodes
are objects in the student's process: their values, parents and gradients are read from outside.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from assignments.exercises.exercise import Aspect, Example, Exercise, Mistake
from assignments.exercises.ps4 import graph_variants as variants
from assignments.exercises.ps4.graph_reference import (
    Node,
    backward,
    results_of,
    topological_order,
)

PLUS, TIMES, TANH = 0.0, 1.0, 2.0
LARGE = 4.0


def graph_results(leaves, steps):
    return results_of(Node, topological_order, backward, leaves, steps)


def _values(leaves: Any, steps: Any) -> list[Any]:
    values = list(leaves)
    for operation, left, right in steps.tolist():
        one, other = values[int(left)], values[int(right)]
        values.append({PLUS: one + other, TIMES: one * other, TANH: np.tanh(one)}[operation])
    return values


def _drawn(rng: np.random.Generator, leaves: int, steps: int, tanh: float = 0.3) -> Any:
    """Steps of which each takes the one before, and any other node: many are used twice.

    No value is large: what is left of the slope of tanh there is lost in single precision.
    """
    rows = []
    for place in range(leaves, leaves + steps):
        operation = TANH if rng.random() < tanh else rng.choice([PLUS, TIMES])
        pair = rng.permutation([place - 1, rng.integers(place)])
        pair = pair if operation != TANH else [place - 1, place - 1]
        rows.append([operation, *pair])
    numbers = rng.uniform(0.3, 1.4, leaves) * rng.choice([-1, 1], leaves)
    made = numbers, np.array(rows, dtype=float)
    return made if np.max(np.abs(_values(*made))) < LARGE else _drawn(rng, leaves, steps, tanh)


def _tree(rng: np.random.Generator) -> tuple[Any, ...]:
    """No node is used twice."""
    leaves, _ = _drawn(rng, 4, 1)
    first, second, third = rng.permutation([PLUS, TIMES, rng.choice([PLUS, TIMES])])
    steps = [[first, 0, 1], [second, 2, 3], [TANH, 4, 4], [third, *rng.permutation([5, 6])]]
    return leaves, np.array(steps)


def _used_again(rng: np.random.Generator) -> tuple[Any, ...]:
    return _drawn(rng, int(rng.integers(2, 5)), int(rng.integers(3, 7)), tanh=0.2)


def _extremes(rng: np.random.Generator) -> tuple[Any, ...]:
    """One leaf, a leaf that nothing needs, a number doubled again and again, a leaf of 0."""
    one = np.array([float(rng.uniform(0.5, 1.5))])
    doubled = np.array([[PLUS, k, k] for k in range(7)])
    numbers, steps = _drawn(rng, 3, 4)
    cases = [
        (one, np.array([[TANH, 0, 0]])),
        (one, np.array([[TIMES, 0, 0]])),
        (one, doubled),
        (np.append(one, 2.0), np.array([[PLUS, 0, 0], [TIMES, 2, 2]])),
        (numbers * [1, 0, 1], steps),
        (np.zeros(3), steps),
    ]
    return cases[rng.integers(len(cases))]


def _example(title: str, leaves: Any, *steps: Any) -> Example:
    return Example(title, (np.array(leaves, dtype=float), np.array(steps, dtype=float)))


LINE = _example("tanh(a · b + c)", [0.5, -1.5, 2], [TIMES, 0, 1], [PLUS, 3, 2], [TANH, 4, 4])
SHARED = _example("(a + b) · b", [2, 3], [PLUS, 0, 1], [TIMES, 2, 1])
TWICE = _example("y + y, where y = x · x", [3], [TIMES, 0, 0], [PLUS, 1, 1])
DIAMOND = _example(
    "u · v + u, where u = a + b and v = tanh(u)",
    [0.4, -0.9], [PLUS, 0, 1], [TANH, 2, 2], [TIMES, 2, 3], [PLUS, 4, 2],
)  # fmt: skip
LATE = _example(
    "u + w, where u = a · b and w = u · u · a",
    [1.5, -0.8], [TIMES, 0, 1], [TIMES, 2, 2], [TIMES, 3, 0], [PLUS, 2, 4],
)  # fmt: skip


def _wrong(node_class: Any = Node, order_of: Any = topological_order, way_back: Any = backward):
    """A wrong solution, of what it has instead of the right class or a right function."""
    return lambda leaves, steps: results_of(node_class, order_of, way_back, leaves, steps)


def _nodes(**methods: Callable[..., Any]) -> type[Node]:
    """A class of nodes with other methods."""
    return type("Node", (Node,), methods)


def _walking(order_of: Any, send: Any = None, start: float = 1.0) -> Callable[[Any], None]:
    """A way back over another order, with something else sent, or another beginning."""

    def way_back(result):
        result.gradient = start
        for node in order_of(result):
            for parent, slope in zip(node.parents, node.slopes):
                message = slope * node.gradient
                parent.gradient = (
                    parent.gradient + message if send is None else send(parent, slope, message)
                )

    return way_back


def _downward(result):
    return topological_order(result)[::-1]


def _by_distance(result):
    order = [result]
    for node in order:
        order += [parent for parent in dict.fromkeys(node.parents) if parent not in order]
    return order[::-1]


def _every_visit(result):
    return [node for parent in result.parents for node in _every_visit(parent)] + [result]


def _at_once(result):
    def send(node):
        for parent, slope in zip(node.parents, node.slopes):
            parent.gradient += slope * node.gradient
            send(parent)

    result.gradient = 1.0
    send(result)


def _each_parent_once(self, value, parents=(), slopes=()):
    Node.__init__(self, value, tuple(dict.fromkeys(parents)), slopes)


def _no_parents(self, value, parents=(), slopes=()):
    Node.__init__(self, value)


def _own_factor(self, other):
    slopes = (self.value, other.value)
    return type(self)(self.value * other.value, (self, other), slopes)


def _tanh_with(slope: Callable[[Any, Any], Any]) -> type[Node]:
    def tanh(self):
        value = np.tanh(self.value)
        return type(self)(value, (self,), (slope(self.value, value),))

    return _nodes(tanh=tanh)


MISTAKES = (
    Mistake(
        "gradient-overwritten",
        "A node that is used twice gets two messages, and you keep the last one. In (a + b) · b "
        "the number b acts in two ways. What has to be done with the two?",
        _wrong(way_back=_walking(_downward, lambda parent, slope, message: message)),
    ),
    Mistake(
        "own-gradient-left-out",
        "You send each parent the slope of the operation alone. That is right for the last "
        "operation only: below it, the chain rule has one more factor, which the sending node has "
        "got itself.",
        _wrong(
            way_back=_walking(_downward, lambda parent, slope, message: parent.gradient + slope)
        ),
    ),
    Mistake(
        "nothing-to-begin-with",
        "All your gradients are 0. Every message is a multiple of the gradient of the node that "
        "sends it. What is the derivative of the result by itself?",
        _wrong(way_back=_walking(_downward, start=0.0)),
    ),
    Mistake(
        "walked-from-the-leaves",
        "The order is right, and you walk along it from the leaves to the result. On the way back "
        "a node can only send when it has got its own gradient. Where does that begin?",
        _wrong(way_back=_walking(topological_order)),
    ),
    Mistake(
        "sorted-by-distance",
        "Your order goes by the distance from the result. A node that is near on one path and far "
        "on another then sends before all its messages are in. When may a node be put into the "
        "order, seen from its parents?",
        _wrong(
            order_of=_by_distance, way_back=_walking(lambda result: reversed(_by_distance(result)))
        ),
    ),
    Mistake(
        "visited-again-and-again",
        "A node that is used twice stands in your order twice, and sends twice. Nothing remembers "
        "where you have been already.",
        _wrong(
            order_of=_every_visit, way_back=_walking(lambda result: reversed(_every_visit(result)))
        ),
    ),
    Mistake(
        "sent-on-too-early",
        "The order is right, but your way back does not use it: each node sends on as soon as it "
        "gets something. A node that gets two messages passes the first one on twice.",
        _wrong(way_back=_at_once),
    ),
    Mistake(
        "order-turned-round",
        "All derivatives are right. Your order begins with the result. Asked for is the order of "
        "calculating: every node after its parents, and the result at the end.",
        _wrong(order_of=_downward),
    ),
    Mistake(
        "the-same-parent-only-once",
        "In x · x the two parents are the same node, and your class keeps it once. Both of its "
        "places send it a message.",
        _wrong(_nodes(__init__=_each_parent_once)),
    ),
    Mistake(
        "parents-not-kept",
        "The values are right, and no node knows what it was made from. Look at what your "
        "operations hand to a new node, and what becomes of it there.",
        _wrong(_nodes(__init__=_no_parents)),
    ),
    Mistake(
        "own-factor-in-a-product",
        "Sums are right. The derivative of a · b by a is not a. Hold b still and change a a "
        "little: by what is the change multiplied?",
        _wrong(_nodes(__mul__=_own_factor)),
    ),
    Mistake(
        "slope-of-the-net-input",
        "Sums and products are right. The slope of tanh is 1 − y², with y what comes out of it. "
        "You have put in what goes into it.",
        _wrong(_tanh_with(lambda z, y: 1 - z**2)),
    ),
    Mistake(
        "square-left-out",
        "Sums and products are right. For negative numbers your slope of tanh is above 1, and a "
        "tanh is nowhere steeper than that. Something in it should be squared.",
        _wrong(_tanh_with(lambda z, y: 1 - y)),
    ),
)

exercise = Exercise(
    title="A computation graph",
    reference=graph_results,
    results=("value", "derivatives by the leaves", "nodes in order"),
    aspects=(
        Aspect("no node used twice", 2.0, (LINE,), _tree, count=4),
        Aspect("nodes used again", 3.5, (SHARED, TWICE, DIAMOND, LATE), _used_again, count=5),
        Aspect("extremes", 1.5, (), _extremes, count=5),
    ),
    hints=(
        "Begin with the class alone. What does a sum have to remember, so that later it can tell "
        "each of its two parents how much the result changes with it?",
        "For the order: a function that visits a node visits the node's parents first, and then "
        "puts the node at the end of a list. A node that is in the list already is not visited "
        "again.",
        "On the way back the result's gradient is 1, and all others begin at 0. Take the order "
        "from its end: each node adds to the gradient of each parent its own gradient times the "
        "slope that goes with that parent.",
    ),
    mistakes=MISTAKES,
    right=(
        variants.closures,
        variants.counting,
        variants.in_single_precision,
        variants.collecting,
    ),
)
