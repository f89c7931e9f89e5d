"""Proofs: what is true passes, what is false does not."""

from __future__ import annotations

import pytest
import sympy

from mlpkit.proof import S, logistic, proved, z

a, b = sympy.symbols("a b")


def test_true_steps_pass_and_name_their_symbols():
    assert proved((a + b) ** 2, a**2 + 2 * a * b + b**2) == "proved for all a, b"
    assert repr(proved(S(a).diff(a), S(a) * (1 - S(a)))) == "proved for all a"


def test_false_steps_do_not():
    with pytest.raises(AssertionError, match="not equal"):
        proved((a + b) ** 2, a**2 + b**2)
    with pytest.raises(AssertionError, match="not equal"):
        proved(S(a).diff(a), S(a))


def test_the_symbol_has_the_derivative_of_the_function():
    proved(logistic.diff(z), logistic * (1 - logistic))
    inner = a**2 * z
    by_symbol = S(inner).diff(z).replace(S, lambda net: logistic.subs(z, net))
    proved(by_symbol, logistic.subs(z, inner).diff(z))
