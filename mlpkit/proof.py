"""Steps of a derivation, proved as they are made.

A line of a derivation claims that two expressions are equal. ``proved`` lets it pass only if they
are, for all values of their symbols.
"""

from __future__ import annotations

from typing import Any

import sympy

z = sympy.Symbol("z", real=True)
logistic = 1 / (1 + sympy.exp(-z))


class S(sympy.Function):
    """The sigmoid as a symbol, known by its derivative S' = S (1 - S) alone.

    That this is the derivative of 1 / (1 + exp(-z)) is proved in the lectures, and tested.
    """

    def fdiff(self, argindex: int = 1) -> Any:
        return self * (1 - self)


class Proof(str):
    """A sentence that shows in a notebook as it is, without quotes."""

    __repr__ = str.__str__


def proved(left: Any, right: Any) -> Proof:
    """Proves that two expressions are equal.

    Args:
        left, right: SymPy expressions.

    Returns:
        A sentence that says so, naming the symbols.

    Raises:
        AssertionError: they are not equal, or SymPy cannot show that they are. The message gives
            their difference.
    """
    difference = sympy.simplify(sympy.sympify(left) - sympy.sympify(right))
    if difference != 0:
        raise AssertionError(f"not equal: left - right = {difference}")
    free = sympy.sympify(left).free_symbols | sympy.sympify(right).free_symbols
    names = ", ".join(sorted(symbol.name for symbol in free))
    return Proof(f"proved for all {names}" if names else "proved")
