"""Boolean functions as examples: gates, exclusive or, parity, and any truth table.

The rows count up in binary, the first input being the highest digit: for two inputs
(0, 0), (0, 1), (1, 0), (1, 1). Inputs are 0 or 1.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mlpkit.datasets.dataset import Dataset, Floats, whole

MOST_INPUTS = 16
"""A truth table doubles with each input; this one still fits any machine: 65,536 rows."""

Boolean = Callable[..., bool]

GATES: dict[str, Boolean] = {
    "AND": lambda *bits: all(bits),
    "OR": lambda *bits: any(bits),
    "NAND": lambda *bits: not all(bits),
    "NOR": lambda *bits: not any(bits),
    "XOR": lambda *bits: sum(bits) % 2 == 1,
    "XNOR": lambda *bits: sum(bits) % 2 == 0,
    "IMPLIES": lambda first, second: second or not first,
    "NOT": lambda bit: not bit,
}
"""What each gate answers. XOR of many inputs is their parity, XNOR its opposite."""

_FIXED_INPUTS = {"NOT": 1, "IMPLIES": 2}


def binary_rows(inputs: int) -> Floats:
    """All rows of 0 and 1, counting up, the first column being the highest digit.

    Args:
        inputs: the number of columns, from 1 to 16.

    Returns:
        Shape (2 ** inputs, inputs).
    """
    inputs = whole("inputs", inputs, 1, MOST_INPUTS)
    counted = np.arange(2**inputs)[:, None] >> np.arange(inputs)[::-1]
    return (counted & 1).astype(np.float64)


def gate(name: str, inputs: int | None = None, *, low: float = 0.0, high: float = 1.0) -> Dataset:
    """The truth table of a gate.

    Args:
        name: AND, OR, NAND, NOR, XOR, XNOR, IMPLIES or NOT, in capitals or not.
        inputs: how many; 2 if not given, and 1 for NOT.
        low, high: the target for false and for true; a sigmoid output can reach .1 and .9.

    Returns:
        x of shape (2 ** inputs, inputs), t of shape (2 ** inputs, 1).

    Raises:
        ValueError: there is no such gate, or it does not have that many inputs.
    """
    known = str(name).upper()
    if known not in GATES:
        raise ValueError(f"there is no gate {name!r}. The known ones are: {', '.join(GATES)}.")
    fixed = _FIXED_INPUTS.get(known)
    inputs = (fixed or 2) if inputs is None else inputs
    if fixed is not None and inputs != fixed:
        raise ValueError(f"{known} has {fixed} input{'s' * (fixed > 1)}; got inputs={inputs}.")
    return truth_table(GATES[known], inputs, low=low, high=high)


def exclusive_or(*, low: float = 0.0, high: float = 1.0) -> Dataset:
    """Exclusive or of two inputs: the four points that no line separates."""
    return gate("XOR", low=low, high=high)


def parity(inputs: int, *, low: float = 0.0, high: float = 1.0) -> Dataset:
    """Whether the number of ones is odd: XOR carried on to many inputs.

    Args:
        inputs: from 1 to 16.
        low, high: the target for an even and for an odd number.

    Returns:
        x of shape (2 ** inputs, inputs), t of shape (2 ** inputs, 1).
    """
    odd = binary_rows(inputs).sum(axis=1) % 2 == 1
    return _table(odd, inputs, low, high)


def truth_table(
    function: str | Boolean, inputs: int | None = None, *, low: float = 0.0, high: float = 1.0
) -> Dataset:
    """The truth table of any Boolean function.

    Args:
        function: the column of answers, row by row, as in "0110" for exclusive or; or a Python
            function of so many zeros and ones, which returns true or false.
        inputs: how many the Python function takes, from 1 to 16. A column of answers tells by its
            length.
        low, high: the target for false and for true.

    Returns:
        x of shape (2 ** inputs, inputs), t of shape (2 ** inputs, 1).

    Raises:
        ValueError: the answers are not zeros and ones, or their number is not 2, 4, 8, ...
    """
    if isinstance(function, str):
        answers = _answers(function, inputs)
        inputs = len(answers).bit_length() - 1
    elif inputs is None:
        raise ValueError(
            "a Python function does not tell how many inputs it has. Say so: "
            "truth_table(function, inputs=3)."
        )
    else:
        table = binary_rows(inputs).astype(int).tolist()
        answers = [_true_or_false(function(*bits), bits) for bits in table]
    return _table(np.array(answers), inputs, low, high)


def _answers(column: str, inputs: int | None) -> list[bool]:
    lengths = {2**count for count in range(1, MOST_INPUTS + 1)}
    if set(column) - set("01") or len(column) not in lengths:
        raise ValueError(
            f"the answers are {column!r:.80}; expected zeros and ones, and 2, 4, 8, ... of them "
            "(2 to the number of inputs, 16 at most), for instance '0110' for exclusive or."
        )
    if inputs is not None and 2**inputs != len(column):
        raise ValueError(
            f"{len(column)} answers belong to {len(column).bit_length() - 1} inputs, but inputs is "
            f"{inputs}. Leave it out, or give 2 ** inputs answers."
        )
    return [bit == "1" for bit in column]


def _true_or_false(answer: object, bits: list[int]) -> bool:
    if isinstance(answer, bool | np.bool_) or (isinstance(answer, int) and answer in (0, 1)):
        return bool(answer)
    raise ValueError(
        f"for the inputs {tuple(bits)} the function returned {answer!r}; expected True or False, "
        "1 or 0."
    )


def _table(answers: np.ndarray, inputs: int, low: float, high: float) -> Dataset:
    names = tuple(f"x{number}" for number in range(1, inputs + 1))
    targets = np.where(answers, float(high), float(low))[:, None]
    return Dataset(binary_rows(inputs), targets, names, ("true",), {})
