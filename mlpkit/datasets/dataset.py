"""What a dataset is, and the few checks that all of them share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Seed: TypeAlias = int | np.random.Generator
"""A whole number from 0 on, or a generator to go on drawing from."""

Floats: TypeAlias = NDArray[np.float64]


class Dataset(NamedTuple):
    """Examples: what a network is shown, and what it should answer.

    Attributes:
        x: inputs, shape (examples, inputs), float64.
        t: targets, shape (examples, outputs), float64.
        inputs: the name of each column of x.
        outputs: the name of each column of t.
        about: what else is known of the examples, under a name each, for instance "person"; each
            an array of shape (examples,). Networks never see it. Splits and figures do.
    """

    x: Floats
    t: Floats
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    about: Mapping[str, NDArray[Any]]


class Skipped(NamedTuple):
    """A file or a line that could not be used.

    Attributes:
        where: its name, or its number.
        why: the reason.
    """

    where: str
    why: str


class Reading(NamedTuple):
    """What came of reading files.

    Attributes:
        data: what could be used.
        skipped: what could not, and why.
    """

    data: Dataset
    skipped: tuple[Skipped, ...]

    def summary(self) -> str:
        """A few lines: how many examples were read, and what was skipped for each reason."""
        count = len(self.data.x)
        return f"{count} example{'s' * (count != 1)} read, {_grouped(self.skipped)}"


def _grouped(skipped: Sequence[Skipped], named: int = 3) -> str:
    """How many were skipped; then a line for each reason, which names the first few."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for item in skipped:
        by_reason[item.why].append(item.where)
    lines = [f"{len(skipped)} skipped" + (":" if skipped else ".")]
    for why, places in by_reason.items():
        more = f" and {len(places) - named} more" if len(places) > named else ""
        lines.append(f"- {why}: {', '.join(places[:named])}{more}")
    return "\n".join(lines)


def reading(data: Dataset, skipped: Sequence[Skipped], nothing: str) -> Reading:
    """A Reading; if there is no example in it, an error that says why.

    Args:
        data: what could be used.
        skipped: what could not.
        nothing: the sentence to begin with if nothing could be used.

    Raises:
        ValueError: there are no examples.
    """
    if not len(data.x):
        raise ValueError(f"{nothing} {_grouped(skipped)}")
    return Reading(data, tuple(skipped))


def rows(dataset: Dataset, which: Any) -> Dataset:
    """Some of the examples.

    Args:
        dataset: shape (examples, ...).
        which: their numbers, or an array of shape (examples,) that is True for those to keep.
    """
    which = np.asarray(which)
    if which.dtype != bool:
        which = which.astype(np.intp)
    about = {name: values[which] for name, values in dataset.about.items()}
    return dataset._replace(x=dataset.x[which], t=dataset.t[which], about=about)


def shuffled(dataset: Dataset, generator: np.random.Generator) -> Dataset:
    """The examples in a random order, so that classes do not come one after the other."""
    return rows(dataset, generator.permutation(len(dataset.x)))


def one_of(
    labels: Sequence[Any] | NDArray[Any],
    names: Sequence[Any],
    *,
    low: float = 0.0,
    high: float = 1.0,
) -> Floats:
    """Targets with one output for each name: ``high`` for the right one, ``low`` for the others.

    With sigmoid outputs and squared error, .9 and .1 can be reached and 1 and 0 cannot: weights
    would grow without end (Mitchell, Machine Learning, section 4.7).

    Args:
        labels: the right name of each example, shape (examples,).
        names: the names in the order of the outputs.
        low, high: the two values of a target.

    Returns:
        Shape (examples, names).

    Raises:
        ValueError: a label is not one of the names.
    """
    column = {name: number for number, name in enumerate(names)}
    labels = np.asarray(labels).tolist()
    unknown = [label for label in labels if label not in column]
    if unknown:
        known = ", ".join(map(repr, names))
        raise ValueError(f"{unknown[0]!r} is not one of the names. The known ones are: {known}.")
    targets = np.full((len(labels), len(names)), float(low))
    targets[np.arange(len(labels)), [column[label] for label in labels]] = high
    return targets


def generator_from(seed: Seed) -> np.random.Generator:
    """The generator that a seed stands for; a generator is returned as it is.

    Raises:
        ValueError: the seed is neither.
    """
    if isinstance(seed, np.random.Generator):
        return seed
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise ValueError(
            f"seed is {seed!r}; expected a whole number from 0 on, or a generator made by "
            "numpy.random.default_rng. The same number gives the same data again."
        )
    return np.random.default_rng(int(seed))


def whole(name: str, value: Any, least: int, most: int | None = None) -> int:
    """The value, if it is a whole number from ``least`` to ``most``.

    Raises:
        ValueError: it is not; the message names the argument.
    """
    limit = f"from {least} on" if most is None else f"from {least} to {most}"
    fits = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not fits or value < least or (most is not None and value > most):
        raise ValueError(f"{name} is {value!r}; expected a whole number {limit}.")
    return int(value)


def real(name: str, value: Any, least: float, most: float) -> float:
    """The value as a float, if it is a number from ``least`` to ``most``.

    Raises:
        ValueError: it is not; the message names the argument.
    """
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if not least <= number <= most:
        raise ValueError(f"{name} is {value!r}; expected a number from {least:g} to {most:g}.")
    return number


def choice(name: str, value: Any, known: Sequence[str]) -> str:
    """The value, if it is one of the known names.

    Raises:
        ValueError: it is not; the message lists those that are.
    """
    if value not in known:
        raise ValueError(f"{name} is {value!r}. The known ones are: {', '.join(known)}.")
    return str(value)
