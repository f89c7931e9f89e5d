"""How books write the same quantities: a notation is a set of names, and one choice of sign.

A name is a piece of LaTeX with places to fill in, in Python's ``%(place)s`` style:

=========  =====================================================================
``l``      the layer, counted from 1; the inputs are layer 0
``below``  the layer before it; ``above`` the layer after it
``j``      the unit, counted from 1; for a weight, the unit where it ends
``i``      the unit where a weight starts, counted from 1
``to``     the name of the unit where a weight ends, and for an error term its unit
``origin`` the name of the unit where a weight starts
=========  =====================================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BIAS = -1
"""Stands where the index of a weight's origin stands, if the weight is a bias."""


@dataclass(frozen=True)
class Notation:
    """The names that one book gives to the quantities of a network.

    Attributes:
        source: who writes like this.
        sign: 1 if an error term is the derivative of the loss by the net input, -1 if it is the
            opposite of that.
        bias_first: whether the bias leads the sum that makes a net input, or ends it.
        bias_input: what the bias is multiplied by, as written; empty if it stands alone.
        input, hidden, output, target: names of units and targets. With several hidden layers,
            ``deep`` takes the place of ``hidden``.
        weight, bias, delta: names of weights, biases and error terms.
        new_weight, step, last_step: names of a weight after the update, and of what is added to it,
            now and the time before. ``%(weight)s`` is the name of the weight.
        rate, momentum: names of the two constants of an update.
    """

    source: str
    sign: int
    bias_first: bool
    bias_input: str
    input: str
    hidden: str
    deep: str
    output: str
    target: str
    weight: str
    bias: str
    delta: str
    new_weight: str
    step: str
    last_step: str
    rate: str
    momentum: str


NOTATIONS = {
    "M": Notation(
        source="Mitchell, Machine Learning, 1997, chapter 4",
        sign=-1,
        bias_first=True,
        bias_input=r"\cdot 1",
        input="x_{%(j)d}",
        hidden="h_{%(j)d}",
        deep="h^{(%(l)d)}_{%(j)d}",
        output="o_{%(j)d}",
        target="t_{%(j)d}",
        weight="w_{%(to)s,%(origin)s}",
        bias="w_{%(to)s,0}",
        delta=r"\delta_{%(to)s}",
        new_weight="%(weight)s'",
        step=r"\Delta %(weight)s",
        last_step=r"\Delta %(weight)s^{t-1}",
        rate=r"\eta",
        momentum=r"\alpha",
    ),
    "N": Notation(
        source="Ng, lecture notes on neural networks, with the inputs as layer 1",
        sign=1,
        bias_first=False,
        bias_input="",
        input="x_{%(j)d}",
        hidden="a^{(%(above)d)}_{%(j)d}",
        deep="a^{(%(above)d)}_{%(j)d}",
        output="a^{(%(above)d)}_{%(j)d}",
        target="y_{%(j)d}",
        weight="W^{(%(l)d)}_{%(j)d%(i)d}",
        bias="b^{(%(l)d)}_{%(j)d}",
        delta=r"\delta^{(%(above)d)}_{%(j)d}",
        new_weight="{%(weight)s}'",
        step=r"\Delta %(weight)s",
        last_step=r"\Delta_{\text{last}} %(weight)s",
        # Ng calls the learning rate alpha, which is Mitchell's name for the momentum.
        rate=r"\alpha",
        momentum=r"\mu",
    ),
}


def notation_named(letter: str) -> Notation:
    """The notation of that letter.

    Raises:
        ValueError: there is none of that letter.
    """
    if letter not in NOTATIONS:
        known = ", ".join(f"{letter} ({n.source})" for letter, n in NOTATIONS.items())
        raise ValueError(f"there is no notation {letter!r}. The known ones are: {known}.")
    return NOTATIONS[letter]


@dataclass(frozen=True)
class Symbols:
    """Writes the quantities of one network as symbols.

    Attributes:
        notation: whose symbols.
        sizes: the sizes of the network.
        times: what stands between two factors.
    """

    notation: Notation
    sizes: Sequence[int]
    times: str = r" \, "

    def activation(self, layer: int, unit: int) -> str:
        """The name of a unit, for instance ``h_{1}``."""
        last = len(self.sizes) - 1
        if layer == 0:
            template = self.notation.input
        elif layer == last:
            template = self.notation.output
        else:
            template = self.notation.hidden if last == 2 else self.notation.deep
        return template % {"l": layer, "above": layer + 1, "below": layer - 1, "j": unit + 1}

    def target(self, unit: int) -> str:
        """The name of a target."""
        return self.notation.target % {"j": unit + 1}

    def weight(self, layer: int, to: int, origin: int) -> str:
        """The name of a weight; of a bias, if the origin is BIAS."""
        template = self.notation.bias if origin == BIAS else self.notation.weight
        return template % self._places(layer, to, origin)

    def new_weight(self, layer: int, to: int, origin: int) -> str:
        """The name of a weight after the update."""
        return self.notation.new_weight % {"weight": self.weight(layer, to, origin)}

    def step(self, layer: int, to: int, origin: int) -> str:
        """The name of what is added to a weight."""
        return self.notation.step % {"weight": self.weight(layer, to, origin)}

    def last_step(self, layer: int, to: int, origin: int) -> str:
        """The name of what was added to a weight the time before."""
        return self.notation.last_step % {"weight": self.weight(layer, to, origin)}

    def delta(self, layer: int, unit: int) -> str:
        """The name of an error term."""
        return self.notation.delta % self._places(layer, unit, BIAS)

    def bias_input(self) -> str:
        """What a bias is multiplied by."""
        return self.notation.bias_input

    def rate(self) -> str:
        """The name of the learning rate."""
        return self.notation.rate

    def momentum(self) -> str:
        """The name of the momentum."""
        return self.notation.momentum

    def _places(self, layer: int, to: int, origin: int) -> dict[str, object]:
        return {
            "l": layer,
            "below": layer - 1,
            "above": layer + 1,
            "j": to + 1,
            "i": origin + 1,
            "to": self.activation(layer, to),
            "origin": "" if origin == BIAS else self.activation(layer - 1, origin),
        }
