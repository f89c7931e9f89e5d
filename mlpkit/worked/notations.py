"""The quantities of a network under the names that a notation gives them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlpkit.worked.sources import NOTATIONS, Notation

BIAS = -1
"""Stands where the index of a weight's origin stands, if the weight is a bias."""

# n counts the examples, and o would look like a zero.
LETTERS = "ijklmpqrstuv"


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
        notation: whose symbols; for a network with at most one hidden layer, its ``shallow`` one.
        sizes: the sizes of the network.
        times: what stands between two factors.

    Raises:
        ValueError: the network has more layers than there are letters.
    """

    notation: Notation
    sizes: Sequence[int]
    times: str = r" \, "

    def __post_init__(self) -> None:
        if len(self.sizes) > len(LETTERS):
            raise ValueError(
                f"only networks of up to {len(LETTERS) - 1} layers can be written out."
            )
        if self.notation.shallow and len(self.sizes) <= 3:
            object.__setattr__(self, "notation", self.notation.shallow)

    def is_output(self, layer: int) -> bool:
        """Whether it is the last layer."""
        return layer == len(self.sizes) - 1

    def activation(self, layer: int, unit: int) -> str:
        """The name of a unit, for instance ``h_{1}``."""
        names = self.notation
        if layer == 0:
            template = names.input
        elif self.is_output(layer):
            template = names.output
        else:
            template = names.deep if names.deep and len(self.sizes) > 3 else names.hidden
        return template % self._places(layer, unit)

    def net(self, layer: int, unit: int) -> str:
        """The name of a net input; where a source has none, ``net`` with the name of the unit."""
        template = self.notation.net or rf"\text{{net}}_{{{self.activation(layer, unit)}}}"
        return template % self._places(layer, unit)

    def target(self, unit: int) -> str:
        """The name of a target."""
        return self.notation.target % self._places(len(self.sizes) - 1, unit)

    def count(self) -> str:
        """The name of the number of outputs."""
        return "k"

    def weight(self, layer: int, to: int, origin: int) -> str:
        """The name of a weight; of a bias, if the origin is BIAS."""
        names = self.notation
        template = names.bias if origin == BIAS else names.weight
        if not self.is_output(layer):
            template = (names.hidden_bias if origin == BIAS else names.hidden_weight) or template
        below = "" if origin == BIAS else self.activation(layer - 1, origin)
        ends = {"to": self.activation(layer, to), "origin": below, "i": origin + 1}
        return template % (self._places(layer, to) | ends)

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
        name = {"to": self.activation(layer, unit)}
        return self.notation.delta % (self._places(layer, unit) | name)

    def signal(self, layer: int, unit: int) -> str:
        """The name of the derivative by an activation; empty if the notation has none."""
        names = self.notation
        template = "" if self.is_output(layer) else names.hidden_signal
        return (template or names.signal) % self._places(layer, unit)

    def bias_input(self) -> str:
        """What a bias is multiplied by."""
        return self.notation.bias_input

    def mean(self) -> str:
        """What takes the mean over the examples."""
        return self.notation.mean[0]

    def rate(self) -> str:
        """The name of the learning rate."""
        return self.notation.rate

    def momentum(self) -> str:
        """The name of the momentum."""
        return self.notation.momentum

    def _letter(self, layer: int) -> str:
        return (self.is_output(layer) and self.notation.output_letter) or LETTERS[layer]

    def _places(self, layer: int, unit: int) -> dict[str, object]:
        return {
            "l": layer,
            "above": layer + 1,
            "j": unit + 1,
            "J": self._letter(layer),
            "I": LETTERS[layer - 1],
        }
