"""Calling a student's function, whatever it does, and saying what came of it."""

from __future__ import annotations

import linecache
import re
import reprlib
import traceback
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Outcome:
    """What came of one call.

    Attributes:
        value: what was returned.
        error: what was raised instead, if anything.
        lines: where in the student's own code it was raised: the innermost lines, outermost first.
        changed: which arguments were changed, by their place in the call.
        warnings: what was warned of on the way.
    """

    value: object = None
    error: BaseException | None = None
    lines: tuple[str, ...] = ()
    changed: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def not_attempted(self) -> bool:
        """Whether the function still says that it is not implemented."""
        return isinstance(self.error, NotImplementedError)


def call(function: Callable[..., Any], arguments: Sequence[Any]) -> Outcome:
    """Calls a function with copies of the arguments, arrays or numbers, and never raises.

    Only an interrupt by the user passes through.
    """
    given = [np.array(a) if isinstance(a, np.ndarray) else a for a in arguments]
    value, error = None, None
    lines: tuple[str, ...] = ()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            value = function(*given)
        except (Exception, SystemExit) as raised:
            error, lines = raised, _own_lines(raised, function)
    changed = [
        i
        for i, (before, after) in enumerate(zip(arguments, given, strict=True))
        if isinstance(before, np.ndarray) and not np.array_equal(before, after, equal_nan=True)
    ]
    messages = dict.fromkeys(_one_line(str(warning.message)) for warning in caught)
    return Outcome(value, error, lines, tuple(changed), tuple(messages))


def type_name(value: object) -> str:
    """The name of a value's type."""
    return str(type.__dict__["__name__"].__get__(type(value)))


def describe_error(error: BaseException) -> str:
    """The type and the message of an exception, on one line."""
    try:
        message = _one_line(str(error))
    except Exception:  # a student's own exception may not even print
        message = ""
    # What is left says which sizes; the rest is NumPy talking to itself.
    message = re.sub(r"Input operand .* with gufunc signature \S+ ", "", message)
    return f"{type_name(error)}: {message}" if message else type_name(error)


def _own_lines(error: BaseException, function: object, at_most: int = 2) -> tuple[str, ...]:
    # A stand-in for a function in another process has no code, and its own lines are not the
    # student's. Every cell of a notebook is a file of its own, named by the kernel.
    try:
        own_file = function.__code__.co_filename  # type: ignore[attr-defined]
    except Exception:
        own_file = None
    lines = []
    for frame, number in traceback.walk_tb(error.__traceback__):
        filename = frame.f_code.co_filename
        if filename != __file__ and (filename == own_file or "ipykernel_" in filename):
            source = linecache.getline(filename, number).strip()
            lines.append(f"line {number} of {frame.f_code.co_name}:  {source}"[:200].rstrip(": "))
    return tuple(lines[-at_most:])


def _one_line(text: str, limit: int = 300) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


class _Short(reprlib.Repr):
    """Any value in a few lines, numbers to a few digits."""

    def __init__(self, digits: int) -> None:
        super().__init__()
        self.digits = digits
        self.maxlist = self.maxtuple = self.maxdict = self.maxset = 6
        self.maxlevel = 3
        self.maxstring = self.maxother = self.maxlong = 60

    def repr_float(self, value: float, level: int) -> str:
        return f"{value:.{self.digits}g}"

    def repr_ndarray(self, value: np.ndarray, level: int) -> str:
        return _show_array(np.asarray(value), self.digits)

    def repr_instance(self, value: Any, level: int) -> str:
        if isinstance(value, np.generic) and value.dtype.kind == "f":
            return f"{float(value):.{self.digits}g}"
        if isinstance(value, np.generic) and value.dtype.kind in "biu":
            return repr(value.item())
        try:
            return _one_line(super().repr_instance(value, level), 80)
        except Exception:
            return f"a {type_name(value)}"


def _show_array(array: np.ndarray, digits: int) -> str:
    """An array, shortened if it is large."""
    if array.dtype.kind not in "biuf":
        return f"an array of {array.dtype}, of shape {array.shape}"
    return np.array2string(
        array,
        threshold=60,
        edgeitems=2,
        max_line_width=76,
        separator=", ",
        formatter={"float_kind": lambda number: f"{number:.{digits}g}"},
    )


def show(value: object, digits: int = 4) -> str:
    """Any value in a few lines, numbers to so many digits."""
    try:
        return _Short(digits).repr(value)[:2000]
    except Exception:  # a class may lie about being a list
        return f"a {type_name(value)}"
