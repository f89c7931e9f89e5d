"""A function that is wrong costs its points once, not again in the exercises that call it."""

from __future__ import annotations

import ast
import re

import pytest

from tests.sources import cells, graded

pytestmark = pytest.mark.sandbox

BLANK = "raise NotImplementedError"
# The assignment; the cell with the function that is wrong; what it does; the later exercises that
# call it. (Most of what follows is the instructor's, and calls what the student wrote.)
CASES = [
    ("ps1", "sigmoid-and-slope", BLANK, ["tanh-from-sigmoid", "unit", "layer", "network"]),
    ("ps1", "sigmoid-and-slope", "return z, z", ["tanh-from-sigmoid", "unit", "layer", "network"]),
    ("ps1", "layer", BLANK, ["network"]),
    ("ps1", "layer", "return sigmoid(X @ W.T)", ["network"]),
    ("ps3", "momentum-step", BLANK, ["trained"]),
    ("ps3", "momentum-step", "return w + rate * gradient, velocity", ["trained"]),
    ("ps3", "minibatches", BLANK, ["trained"]),
    ("ps3", "minibatches", "return [order]", ["trained"]),
    ("ps4", "softmax", BLANK, ["output-layer"]),
    ("ps4", "softmax", "return np.exp(z) / np.exp(z).sum(axis=0)", ["output-layer"]),
]
TESTS = {"minibatches": "batch-table"}
# A function that is wrong, and a later one that makes up for it: the later one is right.
MADE_UP_FOR = [
    ("ps1", "layer", "return sigmoid(W @ X.T + b[:, None])", "network",
     "H = layer(X, W1, b1).T\nreturn H, layer(H, W2, b2).T"),
    ("ps3", "momentum-step", "v = momentum * velocity - rate * gradient\nreturn v, w + v", "train",
     "v, costs = 0 * w, []\n"
     "for order in orders:\n"
     "    for each in minibatches(order, size):\n"
     "        v, w = momentum_step(w, v, gradient(w, X[each], t[each]), rate, momentum)\n"
     "    costs.append(cost(w, X, t))\n"
     "    if costs[-1] <= target:\n"
     "        break\n"
     "return w, costs"),
    ("ps4", "softmax", "p = np.exp(z - np.max(z))\nreturn (p / p.sum(axis=-1, keepdims=True)).T",
     "output-layer",
     "d = softmax(H @ W.T + b).T - t\nreturn d, d.T @ H / len(H), d.mean(axis=0)"),
]  # fmt: skip


def with_body(assignment: str, cell: str, body: str) -> str:
    """A solution cell's function with another body."""
    (function,) = ast.parse(cells(assignment)[cell]).body
    function.body = ast.parse(body).body
    return ast.unparse(function)


@pytest.mark.parametrize(("assignment", "cell", "body", "later"), CASES)
def test_a_mistake_costs_its_points_once(assignment, cell, body, later):
    wrong = with_body(assignment, cell, body)
    points, notebook = graded(assignment, **{cell.replace("-", "_"): wrong})
    own = f"test-{TESTS.get(cell, cell)}"
    most = {
        each.id: each.metadata.nbgrader.points
        for each in notebook.cells
        if each.metadata.get("nbgrader", {}).get("grade") and each.cell_type == "code"
    }
    assert points[own] < most[own]
    assert {name: points[f"test-{name}"] for name in later} == {
        name: most[f"test-{name}"] for name in later
    }
    outputs = {each.id: str(each.get("outputs")) for each in notebook.cells}
    says = own if cell == "sigmoid-and-slope" else f"test-{later[0]}"
    assert re.search("raded with (a )?right", outputs[says])


@pytest.mark.parametrize(("assignment", "cell", "body", "later", "makes_up"), MADE_UP_FOR)
def test_what_makes_up_for_a_mistake_is_right(assignment, cell, body, later, makes_up):
    changed = {cell: body, later: makes_up}
    sources = {
        each.replace("-", "_"): with_body(assignment, each, new) for each, new in changed.items()
    }
    points, notebook = graded(assignment, **sources)
    name = "test-trained" if later == "train" else f"test-{later}"
    (tested,) = [each for each in notebook.cells if each.id == name]
    assert points[f"test-{cell}"] < points[name]
    assert points[name] >= tested.metadata.nbgrader.points - 0.5  # scores of 1000 break the first


@pytest.mark.parametrize(
    ("assignment", "cell", "later"),
    [
        ("ps1", "sigmoid-and-slope", {"unit": "return 0.5"}),
        ("ps3", "minibatches", {"train": "return w, [0.0]"}),
        ("ps4", "softmax", {"output-layer": "return t, W, b"}),
    ],
)
def test_the_later_exercise_has_still_to_be_right(assignment, cell, later):
    changed = {cell: BLANK, **later}
    sources = {
        each.replace("-", "_"): with_body(assignment, each, body) for each, body in changed.items()
    }
    points, _ = graded(assignment, **sources)
    (name,) = later
    assert points["test-trained" if name == "train" else f"test-{name}"] == 0


def test_a_right_function_is_the_students_own_throughout():
    own = "def softmax(z, temperature=1.0):\n    calls.append(z)\n    return right(z, temperature)"
    right = cells("ps4")["softmax"].replace("def softmax", "def right")
    later = "def output_layer(H, W, b, t):\n    return 1 / 0 if not calls else calls[10**6]"
    _, notebook = graded("ps4", softmax=f"calls = []\n{right}\n{own}", output_layer=later)
    (tested,) = [each for each in notebook.cells if each.id == "test-output-layer"]
    assert "IndexError" in str(tested.outputs)
