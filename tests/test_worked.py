"""A step of learning, written out: the lines say what is computed, and compute what they say."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from mlpkit.network import Network, deltas, forward, gradients
from mlpkit.updates import momentum_step
from mlpkit.worked import SLIDE, Rounding, Worked, side_by_side, work

SHAPES = [
    ((2, 2, 1), "sigmoid"),
    ((3, 2), "sigmoid"),
    ((2, 3, 2), ["tanh", "identity"]),
    ((2, 3, 2, 2), ["sigmoid", "tanh", "sigmoid"]),
]
CASES = list(itertools.product(SHAPES, range(3)))


def example(shape, seed):
    """A network, an example, its target and a last step, with few digits, as on a slide."""
    sizes, activations = shape
    random = np.random.default_rng(seed)
    count = len(Network(sizes).parameters)
    network = Network(sizes, activations, random.integers(-9, 10, count) / 10)
    x, target = random.integers(-4, 5, sizes[0]) / 4, random.integers(-4, 5, sizes[-1]) / 4
    return network, x, target, random.integers(-9, 10, count) / 100


def evaluated(latex: str) -> float:
    """The number that a line's substitution stands for."""
    text = latex.split(" = ")[0]
    for old, new in (
        (r" \cdot 10^{", "*10**{"),
        (r"\cdot", "*"),
        (r"\,", "*"),
        (")(", ")*("),
        ("{", "("),
        ("}", ")"),
        (r"\sigma", "sigmoid"),
        (r"\tanh", "tanh"),
    ):
        text = text.replace(old, new)
    names = {"sigmoid": lambda z: 1 / (1 + math.exp(-z)), "tanh": math.tanh}
    return eval(text, {"__builtins__": {}}, names)


@pytest.mark.parametrize(("shape", "seed"), CASES)
def test_full_precision_is_that_of_the_library(shape, seed):
    network, x, target, last = example(shape, seed)
    trace = forward(network, x)
    terms = deltas(network, trace, target)
    gradient = gradients(trace, terms)
    parameters, velocity = momentum_step(
        network.parameters.copy(), last.copy(), gradient, rate=0.3, momentum=0.7
    )

    worked = work(network, x, target, rate=0.3, momentum=0.7, velocity=last)

    for ours, theirs in zip(worked.trace.a + worked.trace.z, trace.a + trace.z, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    for ours, theirs in zip(worked.deltas, terms, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(worked.gradient, gradient)
    np.testing.assert_array_equal(worked.velocity, velocity)
    np.testing.assert_array_equal(worked.network.parameters, parameters)


@pytest.mark.parametrize("notation", "MN")
@pytest.mark.parametrize(("shape", "seed"), CASES)
def test_each_line_is_right_by_its_own_numbers(shape, seed, notation):
    network, x, target, last = example(shape, seed)
    options = {"rate": 0.3, "momentum": 0.7, "velocity": last, "notation": notation}
    written = Rounding(net=5, hidden=3, output=3, delta=4, step=5, weight=5)

    for line in work(network, x, target, **options, rounding=written).lines:
        # Net inputs are rounded before they go through the unit; the lines show them unrounded.
        slack = 0.51 * 10.0 ** -(
            3 if line.kind == "activation" else 4 if "term" in line.kind else 5
        )
        assert abs(evaluated(line.substitution) - line.value) <= slack, line
    for line in work(network, x, target, **options).lines:
        assert evaluated(line.substitution) == pytest.approx(line.value, rel=2e-3, abs=2e-4), line


@pytest.mark.parametrize(("shape", "seed"), CASES)
def test_rounded_numbers_are_carried_on(shape, seed):
    network, x, target, _ = example(shape, seed)
    worked = work(network, x, target, rate=0.3, rounding=SLIDE)

    for line in worked.lines:
        decimals = len(line.shown.partition(".")[2])
        assert float(line.shown) == line.value
        assert decimals <= {"activation": 3, "error term": 3, "step": 4, "weight": 4}[line.kind]
    again = gradients(worked.trace, worked.deltas)
    np.testing.assert_array_equal(worked.gradient, again)
    np.testing.assert_allclose(worked.velocity, -0.3 * again, atol=0.5001e-4)


def test_much_rounding_room_is_full_precision():
    network, x, target, last = example(SHAPES[3], 1)
    exact = work(network, x, target, rate=0.3, momentum=0.7, velocity=last)
    nearly = work(
        network, x, target, rate=0.3, momentum=0.7, velocity=last, rounding=Rounding(*[11] * 6)
    )
    np.testing.assert_allclose(nearly.network.parameters, exact.network.parameters, atol=1e-10)


def test_halves_are_rounded_up_as_at_school():
    # 0.035 is stored as a little more, 0.045 as a little less than it is.
    network = Network((1, 1), "identity", [0.0, 0.0])
    for target, written in ((0.035, 0.04), (0.045, 0.05), (-0.045, -0.05)):
        worked = work(network, [1], [target], rate=1, rounding=SLIDE._replace(delta=2))
        assert worked.deltas[0][0] == -written


def test_nothing_that_is_given_is_changed():
    network, x, target, last = example(SHAPES[0], 0)
    before = network.parameters.copy(), x.copy(), target.copy(), last.copy()
    for rounding in (None, SLIDE):
        work(network, x, target, rate=0.3, momentum=0.7, velocity=last, rounding=rounding)
    for given, kept in zip((network.parameters, x, target, last), before, strict=True):
        np.testing.assert_array_equal(given, kept)


def test_lines_go_forward_then_back_then_update_and_say_whose_they_are():
    network, x, target, _ = example(SHAPES[0], 0)
    lines = work(network, x, target, rate=0.3).lines

    places = [(line.phase, line.unit, line.weight, line.kind) for line in lines]
    assert places[:6] == [
        ("forward", (1, 0), None, "activation"),
        ("forward", (1, 1), None, "activation"),
        ("forward", (2, 0), None, "activation"),
        ("error terms", (2, 0), None, "error term"),
        ("error terms", (1, 0), None, "error term"),
        ("error terms", (1, 1), None, "error term"),
    ]
    assert places[6:10] == [
        ("update", (2, 0), (2, 0, -1), "step"),
        ("update", (2, 0), (2, 0, -1), "weight"),
        ("update", (2, 0), (2, 0, 0), "step"),
        ("update", (2, 0), (2, 0, 0), "weight"),
    ]
    assert len(lines) == 3 + 3 + 2 * 9
    assert len({line.symbol for line in lines}) == len(lines)


def test_formulas_in_both_notations():
    network, x, target, _ = example(SHAPES[0], 0)
    mitchell = work(network, x, target, rate=0.3, momentum=0.5).lines
    ng = work(network, x, target, rate=0.3, momentum=0.5, notation="N").lines

    assert mitchell[3].formula == r"o_{1} \, (1 - o_{1}) \, (t_{1} - o_{1})"
    assert ng[3].formula == r"a^{(3)}_{1} \, (1 - a^{(3)}_{1}) \, (a^{(3)}_{1} - y_{1})"
    assert mitchell[8].formula == (
        r"\eta \, \delta_{o_{1}} \, h_{1} + \alpha \, \Delta w_{o_{1},h_{1}}^{t-1}"
    )
    for ours, theirs in zip(mitchell, ng, strict=True):
        sign = -1 if ours.kind == "error term" else 1
        assert ours.value == sign * theirs.value
        assert ours.symbol != theirs.symbol


def test_the_second_step_goes_on_from_the_first():
    network, x, target, _ = example(SHAPES[0], 0)
    first = work(network, x, target, rate=0.3, momentum=0.9)
    second = work(first.network, x, target, rate=0.3, momentum=0.9, velocity=first.velocity)
    without = work(first.network, x, target, rate=0.3)
    np.testing.assert_allclose(second.velocity, without.velocity + 0.9 * first.velocity)


def test_tables_hold_each_line_once():
    network, x, target, _ = example(SHAPES[0], 0)
    worked = work(network, x, target, rate=0.3, rounding=SLIDE)

    assert [len(worked.table(phase).rows) for phase in ("forward", "error terms", "update")] == [
        3,
        3,
        9,
    ]
    assert len(worked.table().rows) == 15
    assert worked.table("update").rows[0][3:] == [worked.lines[6].shown, worked.lines[7].shown]
    assert "δ_o1" in str(worked.table()) and "\\" not in str(worked.table())
    assert r"$\delta_{o_{1}}$" in worked.table()._repr_html_()
    assert "$" not in worked.table()._repr_latex_().strip("$")


def test_side_by_side():
    network, x, target, _ = example(SHAPES[0], 0)
    rounded = work(network, x, target, rate=0.3, rounding=SLIDE)
    exact = work(network, x, target, rate=0.3)

    table = side_by_side("forward", on_paper=rounded, exact=exact)
    assert table.heading == ("", "on paper", "exact")
    assert table.rows[2] == ("$o_{1}$", rounded.lines[2].shown, exact.lines[2].shown)
    with pytest.raises(ValueError, match="one notation"):
        side_by_side(a=exact, b=work(network, x, target, rate=0.3, notation="N"))


def test_errors_say_what_was_expected():
    network, x, target, _ = example(SHAPES[0], 0)
    worked = work(network, x, target, rate=0.3)
    assert isinstance(worked, Worked)
    with pytest.raises(ValueError, match="forward, error terms, update"):
        worked.table("backward")
    with pytest.raises(ValueError, match="one example"):
        work(network, [x, x], target, rate=0.3)
    with pytest.raises(ValueError, match="Mitchell"):
        work(network, x, target, rate=0.3, notation="Q")
    odd = Network((2, 2, 1), network.activations[0]._replace(name="bump"))
    with pytest.raises(ValueError, match="bump"):
        work(odd, x, target, rate=0.3)
