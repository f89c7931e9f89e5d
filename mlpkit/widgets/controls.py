"""What a reader moves: sliders, choices and fields for numbers."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any

from mlpkit.widgets.page import inline_markup


@dataclass(frozen=True)
class Control:
    """Something that a reader sets to a value.

    Attributes:
        kind: "slider", "choice" or "number".
        start: the value that it begins with.
        label: what stands beside it; its name in the call if empty.
        low, high, step: of a slider: the ends, and the distance of two values.
        options: of a choice: what there is to choose from.
        play: of a slider: whether a button moves it to its end.
    """

    kind: str
    start: Any
    label: str = ""
    low: float = 0.0
    high: float = 0.0
    step: float = 1.0
    options: tuple[Any, ...] = ()
    play: bool = False

    def read(self, value: Any) -> Any:
        """A value that came from the page, or was written by an author, as the function gets it.

        Raises:
            ValueError: it is none that the control can have.
        """
        if self.kind == "choice":
            if value not in self.options:
                known = ", ".join(map(repr, self.options))
                raise ValueError(f"{value!r} is none of the choices: {known}.")
            return value
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise ValueError(f"expected a number, got {value!r}.")
        if self.kind == "number":
            return float(value)
        if not self.low - 1e-9 <= value <= self.high + 1e-9:
            raise ValueError(f"{value} is not between {self.low:g} and {self.high:g}.")
        steps = round((value - self.low) / self.step)
        # .1 + .2 would be .30000000000000004.
        number = round(self.low + steps * self.step, 10)
        whole = all(float(n).is_integer() for n in (self.low, self.step))
        return int(number) if whole else number

    def said(self, value: Any) -> str:
        """A value as it is written beside the control."""
        shown = f"{value:g}" if isinstance(value, float) else str(value)
        return shown.replace("-", "\N{MINUS SIGN}") if self.kind != "choice" else shown

    def for_the_page(self, name: str) -> dict[str, Any]:
        """What the page needs to build it."""
        return {
            "name": name,
            "kind": self.kind,
            "label": inline_markup(self.label or name.replace("_", " ")),
            "low": self.low,
            "high": self.high,
            "step": self.step,
            "start": self.start,
            "options": list(map(str, self.options)),
            "values": list(self.options),
            "play": self.play,
        }


def slider(
    low: float,
    high: float,
    step: float = 1,
    start: float | None = None,
    label: str = "",
    *,
    play: bool = False,
) -> Control:
    """A slider.

    Args:
        low, high, step: its ends, and the distance of two values. If all are whole numbers, then
            its values are integers.
        start: where it begins; at its lower end if not given.
        label: what stands beside it; its name in the call if not given.
        play: whether a button moves it to its end, step by step.

    Raises:
        ValueError: it has no two values, or the start is not on it.
    """
    if not low < high or not 0 < step <= (high - low) * (1 + 1e-9):
        raise ValueError(f"a slider from {low} to {high} by {step} has no two values.")
    control = Control("slider", low, label, low, high, step, play=play)
    return Control(
        "slider", control.read(low if start is None else start), label, low, high, step, play=play
    )


def choice(*options: Any, start: Any = None, label: str = "") -> Control:
    """One of several options: texts or numbers; the first one if no start is given.

    Raises:
        ValueError: there are no two options, or the start is none of them.
    """
    if len(options) < 2:
        raise ValueError(f"a choice has at least two options; got {options}.")
    control = Control("choice", options[0], label, options=options)
    first = control.read(options[0] if start is None else start)
    return Control("choice", first, label, options=options)


def number(start: float, label: str = "") -> Control:
    """A field to type a number in.

    Raises:
        ValueError: the start is no finite number.
    """
    return Control("number", Control("number", start).read(start), label)
