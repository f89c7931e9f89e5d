"""Six notations: each keeps to its own names and its own cost, and all learn the same."""

from __future__ import annotations

import functools
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from matplotlib.mathtext import MathTextParser

from mlpkit.figures import draw_step
from mlpkit.gradcheck import numerical_gradient
from mlpkit.network import Network, forward
from mlpkit.widgets import Stepper
from mlpkit.worked import SLIDE, work
from mlpkit.worked.tables import plain

LETTERS = "MNRCXH"
SIZES = [(2, 1), (2, 2, 1), (3, 2, 3), (2, 3, 2, 2)]
EACH = pytest.mark.parametrize("notation", LETTERS)


def worked(notation, sizes=(2, 2, 1), activations="sigmoid", **options):
    random = np.random.default_rng(sum(sizes))
    count = len(Network(sizes).parameters)
    network = Network(sizes, activations, random.uniform(-1, 1, count))
    x, target = random.uniform(-1, 1, sizes[0]), random.uniform(0, 1, sizes[-1])
    options = {"rate": 0.3, "momentum": 0.7, "velocity": random.uniform(-1, 1, count)} | options
    return work(network, x, target, notation=notation, **options)


def factor(notation, outputs):
    """How many times half the sum of squares the notation's cost is."""
    return {"R": 2, "H": 2 / outputs}.get(notation, 1)


@EACH
@pytest.mark.parametrize("sizes", SIZES)
def test_all_six_learn_the_same_at_rates_that_undo_the_scale_of_their_costs(notation, sizes):
    ours = worked("M", sizes)
    theirs = worked(notation, sizes, rate=0.3 / factor(notation, sizes[-1]))
    np.testing.assert_allclose(
        theirs.network.parameters, ours.network.parameters, rtol=1e-13, atol=1e-15
    )
    # The lines say the same as the arrays.
    weights = [line.value for line in theirs.lines if line.kind == "weight"]
    expected = [line.value for line in ours.lines if line.kind == "weight"]
    np.testing.assert_allclose(weights, expected, rtol=1e-13)


@EACH
@pytest.mark.parametrize("sizes", SIZES)
def test_each_gradient_is_that_of_the_cost_which_the_notation_writes(notation, sizes):
    costs = {
        "M": lambda a, t: np.sum((t - a) ** 2) / 2,
        "N": lambda a, t: np.linalg.norm(a - t) ** 2 / 2,
        "R": lambda a, t: np.linalg.norm(a - t) ** 2,
        "C": lambda a, t: np.sum((a - t) ** 2 / 2),
        "X": lambda a, t: np.mean([np.sum((t - a) ** 2) / 2]),
        "H": lambda a, t: np.mean((t - a) ** 2),
    }
    step = worked(notation, sizes)
    numerical = numerical_gradient(
        lambda p: costs[notation](
            forward(step.before.with_parameters(p), step.trace.x).output, step.target
        ),
        step.before.parameters,
    )
    np.testing.assert_allclose(step.gradient, numerical, rtol=1e-7, atol=1e-10)


# One line of each kind: an output's net input and activation, its error, a hidden unit's error,
# and the step of a weight and of a bias.
LINES = {
    "M": [
        r"o_{1} = \sigma(w_{o_{1},0} \cdot 1 + w_{o_{1},h_{1}} \, h_{1}"
        r" + w_{o_{1},h_{2}} \, h_{2})",
        r"\delta_{o_{1}} = o_{1} \, (1 - o_{1}) \, (t_{1} - o_{1})",
        r"\delta_{h_{2}} = h_{2} \, (1 - h_{2}) \, (w_{o_{1},h_{2}} \, \delta_{o_{1}})",
        r"\Delta w_{o_{1},h_{1}} = \eta \, \delta_{o_{1}} \, h_{1}"
        r" + \alpha \, \Delta w_{o_{1},h_{1}}^{t-1}",
        r"\Delta w_{h_{2},0} = \eta \, \delta_{h_{2}} \cdot 1"
        r" + \alpha \, \Delta w_{h_{2},0}^{t-1}",
    ],
    "N": [
        r"z^{(2)}_{2} = W^{(1)}_{21} \, x_{1} + W^{(1)}_{22} \, x_{2} + b^{(1)}_{2}",
        r"a^{(3)}_{1} = f(z^{(3)}_{1})",
        r"\delta^{(3)}_{1} = -(y_{1} - a^{(3)}_{1}) \, a^{(3)}_{1} \, (1 - a^{(3)}_{1})",
        r"\delta^{(2)}_{2} = (W^{(2)}_{12} \, \delta^{(3)}_{1})"
        r" \, a^{(2)}_{2} \, (1 - a^{(2)}_{2})",
        r"\Delta W^{(1)}_{21} = -\alpha \, \delta^{(2)}_{2} \, x_{1}"
        r" + \mu \, \Delta_{\text{last}} W^{(1)}_{21}",
        r"\Delta b^{(2)}_{1} = -\alpha \, \delta^{(3)}_{1}"
        r" + \mu \, \Delta_{\text{last}} b^{(2)}_{1}",
    ],
    "R": [
        r"z^{1}_{1,2} = h^{0}_{1,1} \, W^{1}_{2,1} + h^{0}_{1,2} \, W^{1}_{2,2} + b^{1}_{1,2}",
        r"h^{2}_{1,1} = \sigma(z^{2}_{1,1})",
        r"\dfrac{\partial l}{\partial z^{2}_{1,1}} = 2 \, (h^{2}_{1,1} - y_{1,1})"
        r" \, h^{2}_{1,1} \, (1 - h^{2}_{1,1})",
        r"\dfrac{\partial l}{\partial z^{1}_{1,2}} = (\dfrac{\partial l}{\partial z^{2}_{1,1}}"
        r" \, W^{2}_{1,2}) \, h^{1}_{1,2} \, (1 - h^{1}_{1,2})",
        r"\Delta W^{1}_{2,1} = -\eta \, \dfrac{\partial l}{\partial z^{1}_{1,2}} \, h^{0}_{1,1}"
        r" + \mu \, \Delta_{\text{last}} W^{1}_{2,1}",
    ],
    "C": [
        r"z_{j=2} = v_{j=2,i=0} + x_{i=1} \, v_{j=2,i=1} + x_{i=2} \, v_{j=2,i=2}",
        r"h_{j=2} = f(z_{j=2})",
        r"o_{k=1} = g(z_{k=1})",
        r"\delta^{o}_{k=1} = o_{k=1} - t_{k=1}",
        r"\delta^{z}_{k=1} = \delta^{o}_{k=1} \, o_{k=1} \, (1 - o_{k=1})",
        r"\delta^{h}_{j=2} = \delta^{z}_{k=1} \, w_{k=1,j=2}",
        r"\Delta v_{j=2,i=1} = -\eta \, \delta^{z}_{j=2} \, x_{i=1}"
        r" + \mu \, \Delta_{\text{last}} v_{j=2,i=1}",
    ],
    "X": [
        r"a_{j=2,n} = w_{i=0,j=2} \cdot 1 + z_{i=1,n} \, w_{i=1,j=2} + z_{i=2,n} \, w_{i=2,j=2}",
        r"z_{k=1,n} = g(a_{k=1,n})",
        r"\delta_{k=1,n} = -(y_{k=1,n} - z_{k=1,n}) \, z_{k=1,n} \, (1 - z_{k=1,n})",
        r"\delta_{j=2,n} = (\delta_{k=1,n} \, w_{j=2,k=1}) \, z_{j=2,n} \, (1 - z_{j=2,n})",
        r"\Delta w_{i=1,j=2} = -\eta \, \frac{1}{N} \sum_{n} \, \delta_{j=2,n} \, z_{i=1,n}"
        r" + \mu \, \Delta_{\text{last}} w_{i=1,j=2}",
    ],
    "H": [
        r"a^{(1)}_{2} = h(w^{(1)}_{0,2} \cdot 1 + w^{(1)}_{1,2} \, x_{1} + w^{(1)}_{2,2} \, x_{2})",
        r"\delta^{(2)}_{1} = -\frac{2}{k} \, (y_{1} - a_{1}) \, a_{1} \, (1 - a_{1})",
        r"\delta^{(1)}_{2} = (w^{(2)}_{2,1} \, \delta^{(2)}_{1})"
        r" \, a^{(1)}_{2} \, (1 - a^{(1)}_{2})",
        r"\Delta w^{(1)}_{1,2} = -\eta \, \delta^{(1)}_{2} \, x_{1}"
        r" + \mu \, \Delta_{\text{last}} w^{(1)}_{1,2}",
    ],
}


@EACH
def test_lines_are_written_as_their_source_writes_them(notation):
    written = {f"{line.symbol} = {line.formula}" for line in worked(notation).lines}
    assert set(LINES[notation]) <= written


def test_deep_networks_have_columns_and_a_letter_for_each_layer():
    columns = {f"{line.symbol} = {line.formula}" for line in worked("C", (2, 2, 2, 1)).lines}
    # W has a row for each input: the transpose of what the others write.
    assert columns >= {
        r"s^{(1)}_{2} = W^{(1)}_{0,2} \cdot 1 + W^{(1)}_{1,2} \, x^{(0)}_{1}"
        r" + W^{(1)}_{2,2} \, x^{(0)}_{2}",
        r"x^{(3)}_{1} = \sigma(s^{(3)}_{1})",
        r"\dfrac{\partial \mathcal{L}}{\partial x^{(3)}_{1}} = x^{(3)}_{1} - t_{1}",
        r"\dfrac{\partial \mathcal{L}}{\partial x^{(2)}_{2}}"
        r" = W^{(3)}_{2,1} \, \dfrac{\partial \mathcal{L}}{\partial s^{(3)}_{1}}",
    }
    letters = {f"{line.symbol} = {line.formula}" for line in worked("X", (2, 2, 2, 1)).lines}
    assert (
        r"\delta_{k=2,n} = (\delta_{l=1,n} \, w_{k=2,l=1}) \, z_{k=2,n} \, (1 - z_{k=2,n})"
        in letters
    )
    assert r"h^{(2)}_{1}" in {line.symbol for line in worked("M", (2, 2, 2, 1)).lines}
    with pytest.raises(ValueError, match="up to 11 layers"):
        worked("X", (1,) * 13)


@EACH
def test_no_notation_uses_the_symbols_of_another(notation):
    own = {
        "M": r"x h o t w \delta \eta \alpha \Delta \sigma",
        "N": r"x a y z W b f \delta \alpha \mu \Delta",
        "R": r"h y z l W b \sigma \partial \eta \mu \Delta",
        "C": r"x h o t z s v w W f g i j k L \sigma \partial \delta \eta \mu \Delta",
        "X": r"a z y w g i j k l n N \delta \eta \mu \Delta",
        "H": r"x a y w h k \sigma \delta \eta \mu \Delta",
    }
    layout = {r"\cdot", r"\frac", r"\dfrac", r"\sum", r"\mathcal"}
    used = set()
    for sizes in SIZES:
        for line in worked(notation, sizes).lines:
            latex = f"{line.symbol} = {line.formula}".replace(r"\text{last}", "")
            used |= set(re.findall(r"\\?[A-Za-z]+", re.sub(r"(?<!\\)\b([a-z]),", r"\1 ,", latex)))
    assert used - layout == set(own[notation].split())


@EACH
def test_letters_of_functions_are_explained_and_stand_for_one_function_each(notation):
    def functions(sizes, activations):
        step = worked(notation, sizes, activations)
        written = {
            name
            for line in step.lines
            for name in re.findall(r"(\\\w+|\b[fgh])\(", line.formula)
            if line.kind == "activation"
        }
        explained = {row[0].strip("$") for row in step.key().rows if row[1] in step_names}
        assert written == explained
        return written

    step_names = ("sigmoid", "tanh", "identity")
    by_letter = {
        "M": {r"\sigma", r"\tanh"},
        "C": {"f", "g"},
        "H": {"h", r"\sigma"},
    }
    mixed = functions((2, 2, 1), ["tanh", "sigmoid"])
    assert mixed == by_letter.get(notation, {r"\sigma", r"\tanh"})
    linear_output = functions((2, 2, 1), ["tanh", "identity"])
    letter = {"M": r"\tanh", "N": "f", "R": r"\sigma", "C": "f", "X": "g", "H": "h"}
    assert linear_output == {letter[notation]}


@EACH
def test_the_key_says_the_factor_of_the_cost(notation):
    key = {row[0]: row[1] for row in worked(notation).key().rows}
    halved = r"\frac{1}{2}" in key["cost of an example"]
    assert halved == (notation not in "RH")
    assert (r"\frac{1}{k}" in key["cost of an example"]) == (notation == "H")
    assert key["source"]
    # Mitchell has a name for everything.
    assert ("nothing" in key["what the source leaves open"]) == (notation == "M")
    assert worked(notation).notation == notation


@functools.cache
def parse(latex):
    """Raises ValueError where the LaTeX is broken. Slow, so cells that look alike are read once."""
    assert latex.count("{") == latex.count("}")
    MathTextParser("path").parse(latex)


class Cells(HTMLParser):
    """The texts of a table's cells, row by row."""

    def __init__(self, html):
        super().__init__()
        self.rows = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data):
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data.strip("\n")


@EACH
@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("rounding", [None, SLIDE])
def test_tables_are_well_formed_in_all_three_forms(notation, sizes, rounding):
    step = worked(notation, sizes, rounding=rounding)
    for table in (step.table(), step.key()):
        rows = [list(table.heading), *map(list, table.rows)]
        assert Cells(table._repr_html_()).rows == rows
        for cell in (cell for row in rows for cell in row):
            if cell.startswith("$"):
                parse(re.sub(r"\d*\.?\d+", "1", cell))
            assert not re.search(r"[\\{}$]", plain(cell)), plain(cell)
        latex = table._repr_latex_()
        assert latex.count(r" \\") == len(table.rows)
        assert latex.count("&") == len(rows) * (len(table.heading) - 1)
        assert len(str(table).splitlines()) == len(rows)


@EACH
def test_pictures_and_stepper_speak_every_notation(notation):
    step = worked(notation)
    last = draw_step(step, len(step.lines) - 1, notation=notation)
    names = {plain(f"${line.symbol}$") for line in step.lines if line.kind == "activation"}
    assert all(f"{name}: " in last.alt for name in names)
    assert len(Stepper(step, notation=notation).pictures) == len(step.lines) + 1
