"""A step of learning, written out: the lines say what is computed, and compute what they say."""

from __future__ import annotations

import itertools
import math
import re

import numpy as np
import pytest

from mlpkit.activations import Activation
from mlpkit.network import Network, deltas, forward, gradients
from mlpkit.updates import momentum_step
from mlpkit.worked import SLIDE, Rounding, Worked, side_by_side, work

SHAPES = [
    ((2, 2, 1), "sigmoid"),
    ((3, 2), "sigmoid"),
    ((2, 3, 2), ["tanh", "identity"]),
    ((2, 3, 2, 2), ["sigmoid", "tanh", "sigmoid"]),
    ((2, 2, 2), ["relu", "softplus"]),
    ((2, 2, 1), ["absolute", "identity"]),
]
CASES = list(itertools.product(SHAPES, range(3)))

# The function of a unit, written by its own name or by a letter of the notation.
FUNCTION = r"(?:\\sigma|\\tanh|\\operatorname\{(?:relu|softplus|abs)\}|[fgh])\("


def example(shape, seed):
    """A network, an example, its target and a last step, with few digits, as on a slide."""
    sizes, activations = shape
    random = np.random.default_rng(seed)
    count = len(Network(sizes).parameters)
    network = Network(sizes, activations, random.integers(-9, 10, count) / 10)
    x, target = random.integers(-4, 5, sizes[0]) / 4, random.integers(-4, 5, sizes[-1]) / 4
    return network, x, target, random.integers(-9, 10, count) / 100


def evaluated(latex: str, activation: Activation) -> float:
    """The number that a line's substitution stands for, in a layer of such units."""
    text = latex.split(" = ")[0]
    text = re.sub(FUNCTION, "function(", text)
    text = re.sub(r"\\frac\{(\d+)\}\{(\d+)\}", r"(\1/\2)", text)
    text = re.sub(r"\[(.*?) > 0\]", r"(\1 > 0)", text)
    for old, new in (
        (r"\operatorname{sign}", "sign"),
        (r" \cdot 10^{", "*10**{"),
        (r"\cdot", "*"),
        (r"\,", "*"),
        (")(", ")*("),
        ("e^{", "exp{"),
        ("{", "("),
        ("}", ")"),
    ):
        text = text.replace(old, new)
    names = {"sign": np.sign, "exp": math.exp, "function": activation.function}
    return float(eval(text, {"__builtins__": {}}, names))


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
    for ours, theirs in zip(
        (*worked.deltas, worked.gradient, worked.velocity, worked.network.parameters),
        (*terms, gradient, velocity, parameters),
        strict=True,
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-14, atol=1e-16)


@pytest.mark.parametrize("notation", "MNRCXH")
@pytest.mark.parametrize(("shape", "seed"), CASES)
def test_each_line_is_right_by_its_own_numbers(shape, seed, notation):
    network, x, target, last = example(shape, seed)
    options = {"rate": 0.3, "momentum": 0.7, "velocity": last, "notation": notation}
    written = Rounding(net=5, hidden=3, output=3, delta=4, step=5, weight=5)

    slack = {"activation": 1e-3, "error term": 1e-4, "signal": 1e-4}

    for line in work(network, x, target, **options, rounding=written).lines:
        value = evaluated(line.substitution, network.activations[line.unit[0] - 1])
        # Net inputs are rounded before they go through the unit; where a notation has no name for
        # them, the line shows them unrounded.
        assert abs(value - line.value) <= 0.51 * slack.get(line.kind, 1e-5), line
    for line in work(network, x, target, **options).lines:
        value = evaluated(line.substitution, network.activations[line.unit[0] - 1])
        assert value == pytest.approx(line.value, rel=2e-3, abs=2e-4), line
        assert float(line.shown) == pytest.approx(line.value, rel=1e-9, abs=1e-300), line


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


def test_the_second_step_goes_on_from_the_first():
    network, x, target, _ = example(SHAPES[0], 0)
    first = work(network, x, target, rate=0.3, momentum=0.9)
    second = work(first.network, x, target, rate=0.3, momentum=0.9, velocity=first.velocity)
    without = work(first.network, x, target, rate=0.3)
    np.testing.assert_allclose(second.velocity, without.velocity + 0.9 * first.velocity)


def test_numbers_stand_in_parentheses_only_where_they_need_them():
    network = Network((2, 1), "identity", [-0.00000512, 2.0, -3.0])
    (line, error, *_) = work(network, [-0.5, 1], [-0.25], rate=1).lines
    assert line.substitution == r"-3 \cdot 1 - 5.12 \cdot 10^{-6} \cdot (-0.5) + 2 \cdot 1"
    assert error.substitution == "(-0.25 - (-1))"
    network = Network((2, 1), "identity", [0.00000512, 2.0, 3.0])
    (line, *_) = work(network, [-0.5, 1], [1], rate=1).lines
    assert line.substitution == r"3 \cdot 1 + (5.12 \cdot 10^{-6}) \cdot (-0.5) + 2 \cdot 1"
    network = Network((2, 1), "identity", [0.5, -2.0, 0.0])
    (line, *_) = work(network, [-0.5, 0.25], [1], rate=1, rounding=SLIDE).lines
    assert line.substitution == r"0 \cdot 1 + .5 \cdot (-.5) - 2 \cdot .25"
    assert line.shown == "-.75"


def test_without_momentum_no_line_speaks_of_it():
    network, x, target, last = example(SHAPES[0], 0)
    plain = work(network, x, target, rate=0.3, velocity=last)
    step = next(line for line in plain.lines if line.kind == "step")
    assert step.formula == r"\eta \, \delta_{o_{1}} \cdot 1"
    np.testing.assert_allclose(plain.velocity, -0.3 * plain.gradient)


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
    with pytest.raises(ValueError, match=r"x belongs to one example and has the shape \(2,\)"):
        work(network, [x, x], target, rate=0.3)
    with pytest.raises(ValueError, match=r"target belongs .* shape \(1,\); got the shape \(2,\)"):
        work(network, x, [0.1, 0.9], rate=0.3)
    with pytest.raises(ValueError, match="softmax"):
        work(Network((2, 2), "softmax"), x, x, rate=0.3)
    with pytest.raises(ValueError, match="Mitchell"):
        work(network, x, target, rate=0.3, notation="Q")
    odd = Network((2, 2, 1), network.activations[0]._replace(name="bump"))
    with pytest.raises(ValueError, match="bump"):
        work(odd, x, target, rate=0.3)
