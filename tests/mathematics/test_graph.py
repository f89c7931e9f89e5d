"""The computation graph: its gradients are those of calculus, in any library, at any depth."""

from __future__ import annotations

import gc
import math

import array_api_strict
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mlpkit.activations import ACTIVATIONS
from mlpkit.arrays import namespace
from mlpkit.gradcheck import numerical_gradient
from mlpkit.graph import Node, backpropagate, topological_order
from mlpkit.network import Network, deltas, forward, gradients

SMOOTH = ["sigmoid", "tanh", "softplus", "identity"]


def gradients_of(function, *values):
    """The derivatives of a function of nodes, by the graph, and by central differences."""
    nodes = [Node(value) for value in values]
    backpropagate(function(*nodes))
    sizes = np.cumsum([np.size(value) for value in values])[:-1]

    def of_numbers(flat):
        parts = np.split(flat, sizes)
        shaped = [np.reshape(p, np.shape(v)) for p, v in zip(parts, values, strict=True)]
        return float(function(*map(Node, shaped)).value)

    flat = np.concatenate([np.ravel(value) for value in values])
    ours = np.concatenate([np.ravel(node.gradient) for node in nodes])
    return ours, numerical_gradient(of_numbers, flat)


random = np.random.default_rng(0)
A, B = random.uniform(0.5, 2, (2, 3)), random.uniform(0.5, 2, (2, 3))

OPERATIONS = {
    "add": lambda a, b: ((a + b) * B).sum(),
    "subtract": lambda a, b: ((a - b) * B).sum(),
    "multiply": lambda a, b: (a * b).sum(),
    "divide": lambda a, b: (a / b).sum(),
    "negate": lambda a, b: (-a * b).sum(),
    "power": lambda a, b: (a**3 * b**-1.5).sum(),
    "to the power 1 and 0": lambda a, b: (a**1 + b**0).sum(),
    "exp and log": lambda a, b: (a.exp() * b.log()).sum(),
    "max": lambda a, b: (a.max(b) * B).sum(),
    "mean": lambda a, b: (a * b).mean() * 5,
    "numbers on both sides": lambda a, b: (2 - a / 3 + 3 / b - (1 - b) * 2 + 1).sum(),
    "arrays on both sides": lambda a, b: (A - a + A / b + B * (a - A) + (A + b)).sum(),
    "shared": lambda a, b: ((a + b) * (a + b) * a + a).sum(),
    "the same twice": lambda a, b: (a * a + b / b).sum(),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operation_has_its_derivative(name):
    ours, numerical = gradients_of(OPERATIONS[name], A, B)
    np.testing.assert_allclose(ours, numerical, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("name", sorted(set(ACTIVATIONS) - {"softmax"}))
def test_activations_are_those_of_the_package(name):
    z = Node([-1.5, 0.3, 2.0])
    a = z.activated(name)
    backpropagate((a * [1, 2, 3]).sum())
    activation = ACTIVATIONS[name]
    np.testing.assert_array_equal(a.value, activation.function(z.value))
    np.testing.assert_array_equal(z.gradient, [1, 2, 3] * activation.slope(z.value, a.value))


@pytest.mark.parametrize(
    ("left", "right"),
    [((2, 3), (3, 4)), ((3,), (3, 4)), ((2, 3), (3,)), ((3,), (3,)), ((1, 1), (1,))],
)
def test_matrix_products_of_matrices_and_vectors(left, right):
    a, b = random.normal(size=left), random.normal(size=right)
    weights = random.normal(size=np.shape(a @ b))
    ours, numerical = gradients_of(lambda a, b: (weights * (a @ b)).sum(), a, b)
    np.testing.assert_allclose(ours, numerical, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((), (2, 3)),
        ((3,), (2, 3)),
        ((2, 1), (1, 3)),
        ((1,), (4,)),
        ((1, 1), ()),
        ((1, 3), (2, 4, 3)),
    ],
)
@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "divide", "max"])
def test_a_gradient_has_the_shape_of_what_was_broadcast(name, one, other):
    operation = {
        "add": lambda a, b: a + b,
        "subtract": lambda a, b: a - b,
        "multiply": lambda a, b: a * b,
        "divide": lambda a, b: a / b,
        "max": lambda a, b: a.max(b),
    }[name]
    a, b = random.uniform(0.5, 2, one), random.uniform(0.5, 2, other)
    weights = random.normal(size=np.broadcast_shapes(one, other))
    ours, numerical = gradients_of(lambda a, b: (weights * operation(a, b)).sum(), a, b)
    np.testing.assert_allclose(ours, numerical, rtol=1e-6, atol=1e-8)
    node = Node(a)
    backpropagate(operation(node, b).sum())
    assert node.gradient.shape == one


def test_max_sends_the_signal_to_the_larger_and_half_to_each_of_equals():
    a, b = Node([1.0, 2.0, 3.0]), Node([3.0, 2.0, 1.0])
    backpropagate((a.max(b) * [10, 20, 30]).sum())
    assert a.gradient.tolist() == [0, 10, 30]
    assert b.gradient.tolist() == [10, 10, 0]
    x = Node(0.0)
    backpropagate(x.max(0))
    assert x.gradient == numerical_gradient(lambda v: max(v[0], 0), [0.0])[0] == 0.5


def test_the_powers_0_and_1_have_slopes_at_0():
    x = Node(0.0)
    backpropagate(x**0 + 3 * x**1)
    assert x.gradient == 3


def test_univariate_logistic_least_squares():
    # s = w x + b, y = sigmoid(s), L = (y - t)^2 / 2, worked out by the chain rule.
    w, x, b, t = 1.5, 2.0, -1.0, 0.25
    sigma = 1 / (1 + math.exp(-2.0))
    delta_y = sigma - t
    delta_s = delta_y * sigma * (1 - sigma)

    W, X, bias = Node(w, "w"), Node(x, "x"), Node(b, "b")
    s = (W * X + bias).named("s")
    y = s.activated("sigmoid").named("y")
    L = ((y - t) ** 2 / 2).named("L")
    backpropagate(L)

    assert s.value == 2.0
    assert y.value == pytest.approx(sigma, rel=1e-15)
    assert L.value == pytest.approx((sigma - t) ** 2 / 2, rel=1e-15)
    found = [node.gradient for node in (y, s, W, bias, X, L)]
    assert found == pytest.approx(
        [delta_y, delta_s, delta_s * x, delta_s, delta_s * w, 1], rel=1e-14
    )


def test_regularised_regression_fans_out_and_adds_up():
    # As above, and the cost is L + lambda R with R = w^2 / 2: the weight hears from two children.
    w, x, b, t, lam = 1.5, 2.0, -1.0, 0.25, 0.3
    sigma = 1 / (1 + math.exp(-2.0))
    W = Node(w, "w")
    loss = 0.5 * ((W * x + b).activated("sigmoid") - t) ** 2
    cost = loss + lam * (0.5 * W**2)
    sent = [float(m.value) for m in backpropagate(cost) if m.receiver is W]

    by_loss = (sigma - t) * sigma * (1 - sigma) * x
    assert sorted(sent) == pytest.approx(sorted([by_loss, lam * w]), rel=1e-14)
    assert W.gradient == pytest.approx(by_loss + lam * w, rel=1e-14)


def test_multiclass_logistic_regression():
    # With softmax under cross-entropy, delta_z is y - t; then delta_W is its product with x.
    W, x, b = random.normal(size=(3, 2)), np.array([1.0, -2.0]), random.normal(size=3)
    t = np.array([0.0, 1.0, 0.0])
    weights, bias = Node(W), Node(b)
    z = weights @ x + bias
    e = z.exp()
    y = e / e.sum()
    backpropagate(-(t * y.log()).sum())

    probabilities = [math.exp(v) / sum(math.exp(u) for u in W @ x + b) for v in W @ x + b]
    np.testing.assert_allclose(y.value, probabilities, rtol=1e-14)
    np.testing.assert_allclose(z.gradient, probabilities - t, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(weights.gradient, np.outer(probabilities - t, x), rtol=1e-12)
    np.testing.assert_allclose(bias.gradient, probabilities - t, rtol=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_the_graph_of_a_network_has_the_gradient_of_the_network(seed):
    random = np.random.default_rng(seed)
    sizes = tuple(random.integers(1, 5, size=random.integers(2, 6)))
    network = Network(sizes, [str(random.choice(SMOOTH)) for _ in sizes[1:]])
    network = network.with_parameters(random.normal(size=network.parameters.shape))
    x, targets = random.normal(size=(6, sizes[0])), random.normal(size=(6, sizes[-1]))

    trace = forward(network, x)
    terms = deltas(network, trace, targets)
    a, nets, leaves = Node(x), [], []
    for layer in network.layers:
        leaves += [Node(layer.W.T), Node(layer.b)]
        nets.append(a @ leaves[-2] + leaves[-1])
        a = nets[-1].activated(layer.activation)
    backpropagate(((a - targets) ** 2).sum() / (2 * len(x)))

    # The graph's signals are derivatives of the mean; the network's, of each example's loss.
    for node, term in zip(nets, terms, strict=True):
        np.testing.assert_allclose(node.gradient * len(x), term, rtol=1e-12, atol=1e-15)
    ours = np.concatenate([np.ravel(np.transpose(leaf.gradient)) for leaf in leaves])
    np.testing.assert_allclose(ours, gradients(trace, terms), rtol=1e-12, atol=1e-15)


def test_values_are_those_of_the_array_library_whichever_side_the_node_is_on():
    C = random.uniform(0.5, 2, (3, 2))
    for made, expected in (
        (Node(A) + B, A + B),
        (A + Node(B), A + B),
        (Node(A) - B, A - B),
        (A - Node(B), A - B),
        (Node(A) * B, A * B),
        (A * Node(B), A * B),
        (Node(A) / B, A / B),
        (A / Node(B), A / B),
        (Node(A) @ C, A @ C),
        (A @ Node(C), A @ C),
        (-Node(A), -A),
        (Node(A) ** -1.5, A**-1.5),
        (Node(A).max(B), np.maximum(A, B)),
        (Node(A).exp(), np.exp(A)),
        (Node(A).log(), np.log(A)),
        (Node(A).sum(), np.sum(A)),
        (Node(A).mean(), np.mean(A)),
    ):
        np.testing.assert_array_equal(made.value, expected)


UNARY = [
    lambda a: -a,
    lambda a: a.exp(),
    lambda a: (a * a + 1).log(),
    lambda a: a**2,
    lambda a: a.activated("tanh"),
    lambda a: a.activated("softplus"),
    lambda a: a.mean() + a,
    lambda a: a / (a**2 + 1),
]
BINARY = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a / (b * b + 1),
    lambda a, b: a.max(b),
    lambda a, b: (a.sum() * b).activated("sigmoid"),
]


@given(
    st.lists(st.integers(-20, 20), min_size=4, max_size=4),
    st.lists(st.tuples(st.integers(0, 13), st.integers(0, 30), st.integers(0, 30)), max_size=7),
)
def test_random_expressions_agree_with_central_differences(numbers, program):
    def expression(a, b):
        made = [a, b]
        for operation, i, j in program:
            first, second = made[i % len(made)], made[j % len(made)]
            unary = operation < len(UNARY)
            made.append(
                UNARY[operation](first) if unary else BINARY[operation - len(UNARY)](first, second)
            )
        return sum((node.mean() for node in made[2:]), made[0].mean() * made[1].mean())

    # Not on a lattice, where two operands of max would often be equal by design.
    a = np.array(numbers[:2]) / 17 + 0.0123
    b = np.array([numbers[2:]]).T / 13 - 0.0301
    try:
        size = abs(float(expression(Node(a), Node(b)).value))
        assume(size < 1e3)
        ours, numerical = gradients_of(expression, a, b)
    except ValueError as error:
        assert "finite" in str(error)  # exp of exp of exp
        assume(False)
    scale = max(1.0, size, float(np.max(np.abs(numerical))))
    np.testing.assert_allclose(ours / scale, numerical / scale, atol=2e-6)


def test_the_order_is_topological_and_each_node_stands_in_it_once():
    a = Node(1.0)
    b = a + a
    c = a * b
    result = (c + b) * c
    order = topological_order(result)
    assert len(order) == len(set(order)) == 5
    assert order[-1] is result
    for place, node in enumerate(order):
        assert all(parent in order[:place] for parent in node.parents)


def test_shared_nodes_are_not_visited_again_for_every_path():
    # 2^60 paths lead from the result to x, but there are only 61 nodes.
    node = x = Node(1.0)
    for _ in range(60):
        node = node + node
    sent = backpropagate(node)
    assert x.gradient == 2.0**60
    assert len(sent) == 120


def test_a_chain_of_a_hundred_thousand_nodes():
    node = x = Node(0.0)
    for _ in range(100_000):
        node = node + x
    assert len(topological_order(node)) == 100_001
    backpropagate(node)
    assert x.gradient == 100_001
    # Taking it apart must not nest a hundred thousand calls either.
    del node
    gc.collect()
    assert x.value == 0


def test_going_back_again_begins_anew():
    x = Node(3.0)
    y = x * x
    assert x.gradient is None
    backpropagate(y)
    backpropagate(y)
    assert x.gradient == 6
    backpropagate(y + x)
    assert x.gradient == 7


def test_messages_come_after_the_sender_has_heard_from_all_its_children():
    x = Node(2.0, "x")
    y = (x * 3).named("y")
    z = (y * y + x).named("z")
    sent = backpropagate(z)
    assert [(float(m.value), float(m.so_far)) for m in sent if m.receiver is y] == [(6, 6), (6, 12)]
    assert [float(m.so_far) for m in sent if m.receiver is x][-1] == x.gradient == 37
    for place, message in enumerate(sent):
        assert all(later.receiver is not message.sender for later in sent[place:])
        assert message.receiver in message.sender.parents


@pytest.mark.parametrize(
    ("library", "precision", "tolerance"),
    [
        ("numpy", "float64", 1e-14),
        ("numpy", "float32", 2e-6),
        ("array_api_strict", "float64", 1e-14),
        ("array_api_strict", "float32", 2e-6),
        ("jax.numpy", "float32", 2e-6),
    ],
)
def test_the_same_library_and_precision_come_out_as_went_in(library, precision, tolerance):
    xp = pytest.importorskip(library)
    asarray, dtype = xp.asarray, getattr(xp, precision)

    def by(asarray, dtype):
        W = Node(asarray([[0.1, -0.2], [0.3, 0.4], [0.5, -0.6]], dtype=dtype))
        b = Node(asarray([0.1, 0.2, -0.3], dtype=dtype))
        x = asarray([1.0, -2.0], dtype=dtype)
        z = W @ x + b
        e = (z.activated("tanh") * 2 - 1).exp()
        y = e / e.sum() + z.max(0.0) ** 2
        L = -(y.log() * [0.0, 1.0, 2.0]).mean() + 0.5 * (W**2).sum()
        backpropagate(L)
        return L, W, b

    found, expected = by(asarray, dtype), by(np.asarray, np.float64)
    for ours, theirs in zip(found, expected, strict=True):
        for attribute in ("value", "gradient"):
            array = getattr(ours, attribute)
            assert array.dtype == dtype
            assert namespace(array) is namespace(asarray([1.0]))
            np.testing.assert_allclose(
                np.asarray(array), getattr(theirs, attribute), rtol=tolerance, atol=tolerance
            )


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"\+ cannot take the shapes \(2,\) and \(3,\)"):
        Node([1, 2]) + [1, 2, 3]
    with pytest.raises(ValueError, match=r"@ cannot take the shapes \(2, 2\) and \(3,\)"):
        Node([[1, 2], [3, 4]]) @ [1, 2, 3]
    for left, right in (((2, 2, 2), (2, 2)), ((2,), (2, 2, 2)), ((2, 2, 2), (2, 2, 2))):
        with pytest.raises(ValueError, match="vectors and matrices"):
            Node(np.ones(left)) @ np.ones(right)
    with pytest.raises(ValueError, match=r"single number, got the shape \(2,\)"):
        backpropagate(Node([1, 2]) + 1)


@pytest.mark.filterwarnings("error")
def test_values_that_are_not_finite_stop_at_the_operation_that_makes_them():
    for made, by in (
        (lambda: Node(-1.0, "x").log(), "log of -1"),
        (lambda: Node(0.0).log(), "log of 0"),
        (lambda: Node(1.0) / 0, "÷ of 1.0 and 0"),
        (lambda: Node(1000.0).exp(), "exp of 1000"),
        (lambda: Node(-8.0) ** 0.5, r"\^0.5 of -8"),
        (lambda: Node(math.nan, "x"), "x is nan"),
        (lambda: Node([1, math.inf]), "a leaf is"),
    ):
        with pytest.raises(ValueError, match=f"have to be finite, but {by}"):
            made()


def test_what_is_no_number_is_refused():
    for value in ("a", None, [[1], [1, 2]], {"a": 1}, Node(1.0)):
        with pytest.raises(TypeError, match="expected .*number"):
            Node(value)
    with pytest.raises(TypeError):
        Node(1.0) + "a"
    with pytest.raises(TypeError):
        Node(2.0) ** Node(3.0)
    with pytest.raises(TypeError, match="real numbers"):
        Node(np.array([1j]))
    with pytest.raises(TypeError, match="one library"):
        Node(np.ones(2)) + array_api_strict.ones(2)


def test_unknown_activations_and_softmax_are_refused():
    with pytest.raises(ValueError, match="no activation named 'bump'"):
        Node(1.0).activated("bump")
    with pytest.raises(ValueError, match="exp and sum"):
        Node([1.0, 2.0]).activated("softmax")


def test_a_node_shows_itself_without_its_ancestors():
    node = Node(0.0)
    for _ in range(5000):
        node = node + 1
    assert repr(node.named("n")) == f"Node(value={node.value!r}, name='n', gradient=None)"
