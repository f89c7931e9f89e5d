"""What is said of a picture of a face, and how it becomes a target."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mlpkit.datasets.dataset import Dataset, Floats, choice, one_of

SHAPE = (30, 32)
"""Rows and columns of a picture: 960 pixels."""

POSES = ("left", "straight", "right", "up")
EXPRESSIONS = ("neutral", "happy", "sad", "angry")
EYES = ("open", "sunglasses")
TARGETS = ("pose", "expression", "eyes", "person")

_ABOUT = ("person", "pose", "expression", "eyes")
_INPUTS = tuple(f"pixel {row}, {column}" for row in range(SHAPE[0]) for column in range(SHAPE[1]))


def labelled(x: Floats, labels: Sequence[tuple[str, str, str, str]], target: str) -> Dataset:
    """The dataset of pictures whose person, pose, expression and eyes are known.

    Args:
        x: shape (examples, 960), from 0 to 1.
        labels: for each example: person, pose, expression, eyes.
        target: which of the four is to be told.

    Returns:
        Targets are .9 for the right output and .1 for the others, as in Mitchell's section 4.7.
        The outputs are the POSES, the EXPRESSIONS, the EYES, or the people in alphabetical order.

    Raises:
        ValueError: the target is not one of the four.
    """
    choice("target", target, TARGETS)
    columns = np.array(labels, dtype=str).reshape(-1, len(_ABOUT)).T
    about = dict(zip(_ABOUT, columns, strict=True))
    known = {"pose": POSES, "expression": EXPRESSIONS, "eyes": EYES}
    outputs = known.get(target) or tuple(np.unique(about["person"]).tolist())
    t = one_of(about[target], outputs, low=0.1, high=0.9)
    return Dataset(x.reshape(-1, len(_INPUTS)), t, _INPUTS, outputs, about)
