"""Six ways in which books and lectures write a network, as data: names, order, sign, and cost.

A name is a piece of LaTeX with places to fill in, in Python's ``%(place)s`` style:

===========  ===================================================================
``l``        the layer, counted from 1; the inputs are layer 0
``above``    the layer after it
``j``        the unit, counted from 1; for a weight, the unit where it ends
``i``        the unit where a weight starts, counted from 1; 0 for a bias
``J``, ``I`` the letters that count the units of this layer, and of the layer before
``to``       the name of the unit where a weight ends, and for an error term its unit
``origin``   the name of the unit where a weight starts
===========  ===================================================================
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Notation:
    """How one source writes the quantities of a network.

    Attributes:
        source: who writes like this.
        cost: the cost of one example, LaTeX; ``layer``: a whole layer, LaTeX.
        sign: 1 if an error term is the derivative of the cost by the net input, -1 if it is the
            opposite of that.
        factor: the derivative of the cost by an output is this times (output - target), and is
            divided by the number of outputs if the cost is ``averaged`` over them.
        error: that derivative, with the notation's sign; places ``target``, ``output``, ``count``.
        input, hidden, output, target: names of units and targets. With several hidden layers,
            ``deep`` takes the place of ``hidden``, if there is one.
        output_letter: the letter that counts output units, if it is the same at any depth.
        net: the name of a net input; empty if the source goes straight to the activation.
        functions: what the functions of hidden units and of output units are called; empty if
            they are called by their own names.
        weight, bias: names of weights and biases; ``hidden_weight``, ``hidden_bias`` those of
            hidden units, if they are different.
        delta: the name of an error term; ``signal``: the derivative of the cost by an activation,
            if the source keeps the two apart; ``hidden_signal`` that of hidden units.
        weight_first: whether a weight stands before what it is multiplied by.
        slope_first: whether the slope of a unit stands before its share of the error.
        bias_first: whether the bias leads the sum that makes a net input, or ends it.
        bias_input: what the bias is multiplied by, as written; empty if it stands alone.
        mean: what takes the mean over the examples in an update, in symbols, and with the numbers
            of the one example that there is; empty if the source updates after each example.
        new_weight, step, last_step: names of a weight after the update, and of what is added to it,
            now and the time before. ``%(weight)s`` is the name of the weight.
        rate, momentum: names of the two constants of an update.
        added: what the source leaves open and is named here to fill the gap.
        shallow: how the source writes a network with at most one hidden layer, if differently.
    """

    source: str
    cost: str
    layer: str
    input: str
    hidden: str
    output: str
    target: str
    weight: str
    bias: str
    delta: str
    error: str = "(%(output)s - %(target)s)"
    sign: int = 1
    factor: int = 1
    averaged: bool = False
    deep: str = ""
    output_letter: str = ""
    net: str = ""
    functions: tuple[str, str] = ("", "")
    hidden_weight: str = ""
    hidden_bias: str = ""
    signal: str = ""
    hidden_signal: str = ""
    weight_first: bool = True
    slope_first: bool = False
    bias_first: bool = True
    bias_input: str = r"\cdot 1"
    mean: tuple[str, str] = ("", "")
    new_weight: str = "{%(weight)s}'"
    step: str = r"\Delta %(weight)s"
    last_step: str = r"\Delta_{\text{last}} %(weight)s"
    rate: str = r"\eta"
    momentum: str = r"\mu"
    added: str = ""
    shallow: Notation | None = None


MITCHELL = Notation(
    source="Mitchell, Machine Learning, 1997, chapter 4",
    cost=r"E = \frac{1}{2} \sum_{k} (t_{k} - o_{k})^{2}",
    layer=r"h_{j} = \sigma(\sum_{i} w_{ji} x_{i} + w_{j0})",
    sign=-1,
    error="(%(target)s - %(output)s)",
    slope_first=True,
    input="x_{%(j)d}",
    hidden="h_{%(j)d}",
    deep="h^{(%(l)d)}_{%(j)d}",
    output="o_{%(j)d}",
    target="t_{%(j)d}",
    weight="w_{%(to)s,%(origin)s}",
    bias="w_{%(to)s,0}",
    delta=r"\delta_{%(to)s}",
    new_weight="%(weight)s'",
    last_step=r"\Delta %(weight)s^{t-1}",
    momentum=r"\alpha",
)

NG = Notation(
    source="Ng, lecture notes on neural networks, with the inputs as layer 1",
    cost=r"J = \frac{1}{2} \| a - y \|^{2}",
    layer=r"a^{(l+1)} = f(W^{(l)} a^{(l)} + b^{(l)})",
    error="-(%(target)s - %(output)s)",
    bias_first=False,
    bias_input="",
    input="x_{%(j)d}",
    hidden="a^{(%(above)d)}_{%(j)d}",
    output="a^{(%(above)d)}_{%(j)d}",
    target="y_{%(j)d}",
    net="z^{(%(above)d)}_{%(j)d}",
    functions=("f", "f"),
    weight="W^{(%(l)d)}_{%(j)d%(i)d}",
    bias="b^{(%(l)d)}_{%(j)d}",
    delta=r"\delta^{(%(above)d)}_{%(j)d}",
    # Ng calls the learning rate alpha, which is Mitchell's name for the momentum.
    rate=r"\alpha",
    added="the name of the momentum",
)

ROWS = Notation(
    source="lecture slides with an example in each row: h of a layer, times W transposed",
    cost=r"l = \| h^{k} - y \|^{2}",
    layer=r"h^{i} = \sigma(z^{i}), \; z^{i} = h^{i-1} W^{i\top} + b^{i}",
    factor=2,
    error=r"2 \, (%(output)s - %(target)s)",
    weight_first=False,
    bias_first=False,
    bias_input="",
    input="h^{0}_{1,%(j)d}",
    hidden="h^{%(l)d}_{1,%(j)d}",
    output="h^{%(l)d}_{1,%(j)d}",
    target="y_{1,%(j)d}",
    net="z^{%(l)d}_{1,%(j)d}",
    functions=(r"\sigma", r"\sigma"),
    weight="W^{%(l)d}_{%(j)d,%(i)d}",
    bias="b^{%(l)d}_{1,%(j)d}",
    delta=r"\dfrac{\partial l}{\partial z^{%(l)d}_{1,%(j)d}}",
    added="the names of the learning rate and of the momentum",
)

# For several hidden layers; with one or none, the same lecture has a letter for each layer.
DEEP_COLUMNS = Notation(
    source="X. He, lecture on multilayer networks, 2019: W transposed, times x of a layer",
    cost=r"\mathcal{L} = \sum_{k} \frac{1}{2} (x_{k} - t_{k})^{2}",
    layer=r"x^{(l)} = \sigma(s^{(l)}), \; s^{(l)} = W^{(l)\top} x^{(l-1)}",
    input="x^{(0)}_{%(j)d}",
    hidden="x^{(%(l)d)}_{%(j)d}",
    output="x^{(%(l)d)}_{%(j)d}",
    target="t_{%(j)d}",
    net="s^{(%(l)d)}_{%(j)d}",
    functions=(r"\sigma", r"\sigma"),
    weight="W^{(%(l)d)}_{%(i)d,%(j)d}",
    bias="W^{(%(l)d)}_{0,%(j)d}",
    delta=r"\dfrac{\partial \mathcal{L}}{\partial s^{(%(l)d)}_{%(j)d}}",
    signal=r"\dfrac{\partial \mathcal{L}}{\partial x^{(%(l)d)}_{%(j)d}}",
    added="the biases, as weights from a constant unit 0, and the name of the momentum",
)

SHALLOW_COLUMNS = replace(
    DEEP_COLUMNS,
    cost=r"E = \sum_{k} \frac{1}{2} (o_{k} - t_{k})^{2}",
    layer=(
        r"h_{j} = f(v_{j0} + \sum_{i} x_{i} v_{ji}), \; o_{k} = g(w_{k0} + \sum_{j} h_{j} w_{kj})"
    ),
    weight_first=False,
    input="x_{%(J)s=%(j)d}",
    hidden="h_{%(J)s=%(j)d}",
    output="o_{%(J)s=%(j)d}",
    target="t_{%(J)s=%(j)d}",
    output_letter="k",
    bias_input="",
    net="z_{%(J)s=%(j)d}",
    functions=("f", "g"),
    weight="w_{%(J)s=%(j)d,%(I)s=%(i)d}",
    bias="w_{%(J)s=%(j)d,%(I)s=0}",
    hidden_weight="v_{%(J)s=%(j)d,%(I)s=%(i)d}",
    hidden_bias="v_{%(J)s=%(j)d,%(I)s=0}",
    delta=r"\delta^{z}_{%(J)s=%(j)d}",
    signal=r"\delta^{o}_{%(J)s=%(j)d}",
    hidden_signal=r"\delta^{h}_{%(J)s=%(j)d}",
    added="z and the deltas of the hidden units, by analogy, and the name of the momentum",
)

COLUMNS = replace(DEEP_COLUMNS, shallow=SHALLOW_COLUMNS)

REDUX = Notation(
    source="a second derivation, in visuals, for CS 445/545: a letter for each layer, mean over n",
    cost=r"R = \frac{1}{N} \sum_{n} L_{n}, \; L_{n} = \frac{1}{2} (y_{n} - z_{n})^{2}",
    layer=r"z_{k} = g(a_{k}), \; a_{k} = \sum_{j} z_{j} w_{jk}",
    error="-(%(target)s - %(output)s)",
    weight_first=False,
    input="z_{%(J)s=%(j)d,n}",
    hidden="z_{%(J)s=%(j)d,n}",
    output="z_{%(J)s=%(j)d,n}",
    target="y_{%(J)s=%(j)d,n}",
    net="a_{%(J)s=%(j)d,n}",
    functions=("g", "g"),
    weight="w_{%(I)s=%(i)d,%(J)s=%(j)d}",
    bias="w_{%(I)s=0,%(J)s=%(j)d}",
    delta=r"\delta_{%(J)s=%(j)d,n}",
    mean=(r"\frac{1}{N} \sum_{n}", r"\frac{1}{1}"),
    added="the biases, as weights from a constant unit 0; the learning rate and the momentum",
)

HIDDEN_AND_OUTPUT = Notation(
    source="lecture slides with h for the hidden units' function, and a mean over the outputs",
    cost=r"\text{Error} = \frac{1}{k} \sum_{k} (y_{k} - a_{k})^{2}",
    layer=r"a_{k} = \sigma(\sum_{j} w^{(2)}_{j,k} h(\sum_{i} w^{(1)}_{i,j} x_{i}))",
    factor=2,
    averaged=True,
    error=r"-\frac{2}{%(count)s} \, (%(target)s - %(output)s)",
    input="x_{%(j)d}",
    hidden="a^{(%(l)d)}_{%(j)d}",
    output="a_{%(j)d}",
    target="y_{%(j)d}",
    functions=("h", r"\sigma"),
    weight="w^{(%(l)d)}_{%(i)d,%(j)d}",
    bias="w^{(%(l)d)}_{0,%(j)d}",
    delta=r"\delta^{(%(l)d)}_{%(j)d}",
    added=(
        "hidden activations, error terms, the biases, as weights from a constant unit 0, the "
        "learning rate and the momentum"
    ),
)

NOTATIONS = {
    "M": MITCHELL,
    "N": NG,
    "R": ROWS,
    "C": COLUMNS,
    "X": REDUX,
    "H": HIDDEN_AND_OUTPUT,
}
