"""Training, validation and test sets, and cross-validation.

Examples that belong together, such as pictures of one person, must not be divided: a network would
be tested on people whom it has met. Name what binds them, ``by="person"``, and whole groups go
into one part.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlpkit.datasets.dataset import Dataset, Floats, Seed, generator_from, rows, whole


def split(
    dataset: Dataset,
    fractions: Sequence[float] = (0.6, 0.2, 0.2),
    *,
    by: str | None = None,
    seed: Seed = 0,
) -> tuple[Dataset, ...]:
    """Divides examples at random: ``training, validation, test = split(data)``.

    Args:
        dataset: what to divide.
        fractions: the share of each part; they add up to 1. Two or more.
        by: a name in ``dataset.about``; examples that agree in it stay together. The fractions are
            then of these groups, so the parts are exact if the groups are equally large.
        seed: a whole number or a generator.

    Returns:
        A Dataset for each fraction. Each example is in exactly one of them.

    Raises:
        ValueError: the fractions do not add up to 1, or a part would be empty.
    """
    shares = [float(share) for share in fractions]
    if len(shares) < 2 or not min(shares) > 0.0 or not math.isclose(sum(shares), 1.0):
        raise ValueError(
            f"fractions are {tuple(shares)}; expected two or more above 0 that add up to 1, for "
            "instance (.6, .2, .2)."
        )
    group, count, what = _groups(dataset, by)
    sizes = _sizes(count, shares)
    if not min(sizes):
        raise ValueError(
            f"{count} {what} cannot be divided by {tuple(shares)}: the parts would have "
            f"{', '.join(map(str, sizes))} of them. Take more {what}, or larger fractions."
        )
    part_of_group = np.repeat(np.arange(len(sizes)), sizes)[_order(count, seed)]
    return tuple(rows(dataset, part_of_group[group] == part) for part in range(len(sizes)))


def folds(
    dataset: Dataset, count: int = 5, *, by: str | None = None, seed: Seed = 0
) -> list[tuple[Dataset, Dataset]]:
    """Cross-validation: every example is held out once, and trained on all the other times.

    Args:
        dataset: what to divide.
        count: the number of folds, at least 2.
        by: as for ``split``.
        seed: a whole number or a generator.

    Returns:
        For each fold, the examples to train on and those held out.

    Raises:
        ValueError: there are more folds than examples, or than groups.
    """
    count = whole("count", count, 2)
    group, groups, what = _groups(dataset, by)
    if count > groups:
        raise ValueError(
            f"{groups} {what} cannot be divided into {count} folds. Take at most {groups} folds, "
            f"or more {what}."
        )
    fold_of_group = (np.arange(groups) % count)[_order(groups, seed)]
    fold = fold_of_group[group]
    return [(rows(dataset, fold != one), rows(dataset, fold == one)) for one in range(count)]


def standardise(training: Dataset, *others: Dataset) -> tuple[Dataset, ...]:
    """Moves and scales each input so that in training its mean is 0 and its deviation 1.

    The others are moved and scaled as the training data were: a test set's own mean is something
    that nobody knows when the network is used. Inputs that never change are only moved.

    Args:
        training: where mean and standard deviation are taken from.
        others: validation and test data, with the same inputs.

    Returns:
        All of them, in the same order.

    Raises:
        ValueError: the inputs are not the same, or there are no training examples.
    """
    if not len(training.x):
        raise ValueError("there are no training examples to take the mean of. Give at least one.")
    for other in others:
        if other.inputs != training.inputs:
            raise ValueError(
                f"the training data have the inputs {_listed(training.inputs)}, but others have "
                f"{_listed(other.inputs)}. Give parts of one dataset."
            )
    mean, deviation = training.x.mean(axis=0), training.x.std(axis=0)
    # Rounding leaves a constant column with a tiny deviation; dividing by it would make noise.
    constant = np.ptp(training.x, axis=0) == 0.0
    scale: Floats = np.where(constant, 1.0, deviation)
    return tuple(data._replace(x=(data.x - mean) / scale) for data in (training, *others))


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:4])
    return f"({shown}, ... {len(names)} in all)" if len(names) > 4 else f"({shown})"


def _groups(dataset: Dataset, by: str | None) -> tuple[NDArray[np.intp], int, str]:
    """For each example the number of its group, how many groups there are, and their name."""
    examples = len(dataset.x)
    if by is None:
        return np.arange(examples), examples, "examples"
    if by not in dataset.about:
        known = ", ".join(dataset.about) or "none: it has no groups"
        raise ValueError(f"the dataset has nothing named {by!r}. The known ones are: {known}.")
    labels: NDArray[Any] = np.asarray(dataset.about[by])
    names, group = np.unique(labels, return_inverse=True)
    return group.reshape(-1), len(names), f"groups ({by})"


def _sizes(count: int, shares: list[float]) -> list[int]:
    """Whole numbers that add up to the count, as near to the shares of it as can be."""
    exact = [count * share for share in shares]
    # .2 of 10 may come out a hair below 2.
    sizes = [math.floor(size + 1e-9) for size in exact]
    by_remainder = sorted(range(len(sizes)), key=lambda part: sizes[part] - exact[part])
    for part in by_remainder[: count - sum(sizes)]:
        sizes[part] += 1
    return sizes


def _order(count: int, seed: Seed) -> NDArray[np.intp]:
    return generator_from(seed).permutation(count)
