"""Whether what a function returned is what was expected, and if not, how it differs.

The check in a student's notebook and the grader both decide with these functions, so they cannot
disagree. Nothing here trusts what it is given: a returned value may be of any type, and its own
methods may raise or lie.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from mlpkit.check.calling import Outcome, type_name

# Relative to the largest number expected, and absolute. Single precision is right, also where it is
# mixed with double and leaves no trace in a type; a shortcut or a slip is further off than this.
RELATIVE, ABSOLUTE = 1e-5, 1e-6


class NotNumbers(ValueError):
    """What came back is not a number, nor a rectangular array of real numbers."""


def as_numbers(value: object) -> np.ndarray:
    """The numbers in a number, a list, a tuple or an array; nothing is copied that need not be.

    Raises:
        NotNumbers: there are none; the message finishes the sentence "What came back is ...".
    """
    try:
        if not isinstance(value, np.ndarray | np.generic | list | tuple | int | float):
            raise NotNumbers(_kind(value))
        array = np.asarray(value)
        if array.dtype.kind not in "biuf":
            raise NotNumbers(_kind_of_array(value, array))
        return array
    except NotNumbers:
        raise
    except Exception as error:  # any method of a student's object may raise anything
        raise NotNumbers(
            f"a {type_name(value)} that does not make a rectangular array of numbers"
        ) from error


def _kind(value: object) -> str:
    if value is None:
        return "None: is there a return at the end of the function?"
    if type(value) is type or callable(value):
        return f"a {type_name(value)}, not a number: are the parentheses of a call missing?"
    return f"a {type_name(value)}, not numbers"


def _kind_of_array(value: object, array: np.ndarray) -> str:
    if array.dtype.kind == "c":
        return "complex numbers, not real ones"
    if array.dtype.kind in "US":
        return f"a {type_name(value)} of text, not of numbers"
    return f"a {type_name(value)} that holds other things than numbers"


def as_parts(value: object, expected: tuple[Any, ...]) -> list[Any] | None:
    """The parts of a value that should hold several results; None if it does not hold so many."""
    try:
        if not isinstance(value, tuple | list | np.ndarray) or len(value) != len(expected):
            return None
        # One array may have as many rows as there are results, and is still one.
        if isinstance(value, np.ndarray) and value.shape[1:] not in map(np.shape, expected):
            return None
        return list(value)
    except Exception:  # a student's own class of list may raise anything
        return None


def agrees(actual: object, expected: Any) -> bool:
    """Whether what came back is what was expected, shape and all.

    Numbers, lists, tuples and arrays count alike. Shapes are equal or it is wrong: nothing is
    broadcast. The rounding of single precision is forgiven. What is not a finite real number agrees
    with nothing.

    Args:
        actual: anything.
        expected: a number or an array; a tuple of them where several results are expected.
    """
    if isinstance(expected, tuple):
        parts = as_parts(actual, expected)
        return parts is not None and all(map(agrees, parts, expected))
    try:
        numbers = as_numbers(actual)
    except NotNumbers:
        return False
    wanted = np.asarray(expected, dtype=np.float64)
    return numbers.shape == wanted.shape and not _wrong_places(numbers, wanted).any()


def _wrong_places(numbers: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Where two arrays of one shape differ: an array of bool, of that shape."""
    with np.errstate(all="ignore"):
        numbers = numbers.astype(np.float64)
    tolerance = RELATIVE * np.max(np.abs(wanted), initial=0.0) + ABSOLUTE
    with np.errstate(all="ignore"):
        return ~(np.abs(numbers - wanted) <= tolerance)  # also True where there is a NaN


def describe_difference(
    actual: object, expected: Any, names: Sequence[str] = (), reveal: bool = True
) -> str:
    """How what came back differs from what was expected: a sentence or two.

    Args:
        actual: anything that does not agree.
        expected: as for ``agrees``.
        names: what the results are called, where several are expected.
        reveal: whether numbers may be told; shapes and kinds always are.
    """
    if not isinstance(expected, tuple):
        return _describe_one(actual, expected, reveal)
    parts = as_parts(actual, expected)
    if parts is None:
        wanted = f"{len(expected)} results" + (f" ({', '.join(names)})" if names else "")
        return f"{wanted} are expected. {_what_instead(actual)}"
    wrong = [i for i, part in enumerate(parts) if not agrees(part, expected[i])]
    label = [names[i] if i < len(names) else f"result {i + 1}" for i in range(len(expected))]
    right = [label[i] for i in range(len(expected)) if i not in wrong]
    first = f"{label[wrong[0]]}: {_describe_one(parts[wrong[0]], expected[wrong[0]], reveal)}"
    others = [label[i] for i in wrong[1:]]
    also = f" Also wrong: {', '.join(others)}." if others else ""
    return first + also + (f" Right already: {', '.join(right)}." if right else "")


def _what_instead(value: object) -> str:
    if type(value) in (tuple, list):
        return f"What came back is a {type_name(value)} of {len(value)}."  # type: ignore[arg-type]
    try:
        as_numbers(value)
    except NotNumbers as error:
        return _finish(error)
    return "What came back is a single number or array."


def _finish(error: NotNumbers) -> str:
    sentence = f"What came back is {error}"
    return sentence if sentence.endswith("?") else f"{sentence}."


def _describe_one(actual: object, expected: Any, reveal: bool) -> str:
    wanted = np.asarray(expected, dtype=np.float64)
    try:
        numbers = as_numbers(actual)
    except NotNumbers as error:
        return _finish(error)
    if numbers.shape != wanted.shape:
        return _describe_shapes(numbers, wanted)
    numbers = numbers.astype(np.float64)  # a truth value has no minus sign
    if not np.isfinite(numbers).all():
        return "It contains " + ("NaN, not a number." if np.isnan(numbers).any() else "infinity.")
    wrong = _wrong_places(numbers, wanted)
    several = f"{int(wrong.sum())} of {wrong.size} numbers differ. " if wrong.size > 1 else ""
    if not reveal:
        return several.strip() or "The number differs."
    place = np.unravel_index(int(np.argmax(np.abs(numbers - wanted))), wanted.shape)
    where = f" at [{', '.join(str(int(i)) for i in place)}]" if wrong.size > 1 else ""
    distance = abs(float(numbers[place] - wanted[place]))
    return f"{several}{_pattern(numbers, wanted)}The largest difference is {distance:.3g}{where}."


def _describe_shapes(numbers: np.ndarray, wanted: np.ndarray) -> str:
    shapes = f"The shape is {numbers.shape}, expected is {wanted.shape}."
    if numbers.shape == wanted.shape[::-1] and agrees(numbers.T, wanted):
        return f"{shapes} The numbers are right, but transposed."
    if numbers.size == wanted.size and agrees(numbers.reshape(wanted.shape), wanted):
        return f"{shapes} The numbers are right."
    return shapes


def _pattern(numbers: np.ndarray, wanted: np.ndarray) -> str:
    """What strikes the eye about all the numbers together, if anything does."""
    if agrees(-numbers, wanted):
        return "They have the opposite sign. " if wanted.size > 1 else "The sign is opposite. "
    if wanted.ndim == 2 and agrees(numbers.T, wanted):
        return "They are right, but transposed. "
    if numbers.any() and any(agrees(np.round(wanted, digits), numbers) for digits in range(2, 7)):
        return "They are rounded: keep all digits. "
    return ""


def diagnose(
    actual: Sequence[Outcome], expected: Sequence[Any], wrong: Mapping[str, Iterable[Any]]
) -> str | None:
    """Which of the known mistakes a function makes, judged by what it returned.

    A mistake is out of the question if on some case the function returned neither the mistake's
    numbers nor, where the mistake ends in an error, something wrong or an error. It is named if
    some wrong answer is exactly its own, and it explains more cases than any other.

    Args:
        actual: what came of each case.
        expected: the right result of each case.
        wrong: for each mistake its result of each case; None where it ends in an error. No more of
            them are asked for once the mistake is out of the question.
    """
    explained = {}
    values = [_as_arrays(*case) for case in zip(actual, expected, strict=True)]
    right = list(map(agrees, values, expected))
    for name, results in wrong.items():
        marks = []
        for case in zip(actual, values, right, results, strict=True):
            marks.append(_mark(*case))
            if marks[-1] == "against":
                break
        if "against" not in marks and "for" in marks:
            explained[name] = len(marks) - marks.count("")
    best = [name for name, count in explained.items() if count == max(explained.values())]
    return best[0] if len(best) == 1 else None


def _as_arrays(outcome: Outcome, expected: Any) -> Any:
    """What was returned as arrays, so that it is converted once; None if it cannot be."""
    try:
        if not isinstance(expected, tuple):
            return as_numbers(outcome.value)
        parts = as_parts(outcome.value, expected)
        return None if parts is None else tuple(map(as_numbers, parts))
    except NotNumbers:
        return None


def _mark(outcome: Outcome, value: Any, right: bool, mistaken: Any) -> str:
    """What one case says of one mistake: "for", "against", "fits", or "" for nothing."""
    if outcome.error is not None:
        return "fits" if mistaken is None else ""
    if mistaken is None:
        return "against" if right else ""
    if not agrees(value, mistaken):
        return "against"
    return "fits" if right else "for"
